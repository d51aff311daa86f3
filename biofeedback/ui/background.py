"""The window's only worker: what would make it stand still is done in a thread, and told in the window's own.

One rule: work gets what it needs and touches no widget; its result is delivered once, and never after a cancel.
"""

from __future__ import annotations

import contextlib
import functools
import threading
import weakref
from collections.abc import Callable
from typing import TypeVar

from PyQt6.QtCore import QObject, Qt, pyqtSignal

T = TypeVar("T")


class Cancelled(Exception):  # noqa: N818 - nothing went wrong
    """The work was cancelled; raise it (or call `Job.check`) to leave it."""


class Job:
    """One piece of work under way. The work says how far it is and looks whether it is still wanted."""

    def __init__(self) -> None:
        self.fraction = 0.0
        """How much is done, 0–1, as the work says."""
        self._cancelled = threading.Event()
        self.deliver: Callable[[], None] = lambda: None
        """What tells the result, in the window's thread; set by whoever runs the work."""

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for the result any more."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Want it no longer: the result is thrown away, and work that looks ends early."""
        self._cancelled.set()

    def progress(self, fraction: float) -> None:
        """Say how much is done, 0–1; raise Cancelled when it is not wanted any more."""
        self.fraction = min(1.0, max(0.0, fraction))
        self.check()

    def check(self) -> None:
        """Raise Cancelled when the work is not wanted any more."""
        if self.cancelled:
            raise Cancelled


class Background(QObject):
    """Runs pieces of work, each in a thread of its own."""

    _finished = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: set[Job] = set()
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg] # stubs lack it
        weakref.finalize(self, _cancel_all, self._jobs)

    @property
    def busy(self) -> bool:
        """Whether anything is under way or waits to be delivered."""
        return bool(self._jobs)

    def run(self, work: Callable[[Job], T], done: Callable[[T], None], failed: Callable[[Exception], None]) -> Job:
        """Run `work` in a thread; `done` takes its result, or `failed` its exception, in the thread of the window."""
        job = Job()
        self._jobs.add(job)

        def run() -> None:
            try:
                result = work(job)
            except Exception as error:  # noqa: BLE001 - whatever it is: the window tells
                job.deliver = functools.partial(failed, error)
            else:
                job.deliver = functools.partial(done, result)
            with contextlib.suppress(RuntimeError):  # the window is gone, and Qt's half of this object with it
                self._finished.emit(job)

        threading.Thread(target=run, name="background", daemon=True).start()
        return job

    def cancel(self) -> None:
        """Want none of it any more."""
        _cancel_all(self._jobs)

    def _deliver(self, job: Job) -> None:
        self._jobs.discard(job)
        if not job.cancelled:
            job.deliver()


def _cancel_all(jobs: set[Job]) -> None:
    for job in jobs:
        job.cancel()
