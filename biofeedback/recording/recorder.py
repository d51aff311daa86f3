"""The recorder: a thread between the acquisition and the disk, so that nobody waits for the disk.

`put` hands over what the wire gave and returns at once; the thread "recorder" writes it. When the queue is full the
newest scans are not stored: a gap of cause "storage" takes their place, so indices stay true. At the first write
error the run is closed and the recorder goes on in a fresh one; at the second it stops and says so.
One rule: nothing raises into the acquisition thread, and nothing is lost without `state` telling.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from biofeedback.recording.annotation import check_text
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.session import Run
from biofeedback.wire.events import Gap, Scans

QUEUE = 120.0
"""Seconds of scans the queue holds, unless told otherwise: a disk may be away that long."""
MAX_ANNOTATIONS = 10_000
"""Most annotations waiting for the thread."""


@dataclass(frozen=True, slots=True)
class RecorderState:
    """A moment of the recorder. `first_index` is the recorder's index of the current file's first scan."""

    path: Path
    n_scans: int = 0
    """Scans written or held for the current record, over all runs, lost ones included."""
    bytes: int = 0
    """Bytes in the files of all runs."""
    seconds: float = 0.0
    lost_to_storage: int = 0
    """Scans that came and could not be stored."""
    problem: str | None = None
    """The latest trouble, in a sentence; None while all is well."""
    active: bool = True
    """Whether scans are being stored. False after `close` or when storing had to stop."""
    closed: bool = False
    """Whether the files are complete and nothing more will be written."""
    first_index: int = 0


@dataclass(frozen=True, slots=True)
class _Text:
    index: int
    text: str
    n_scans: int | None


class Recorder:
    """Stores a stream of scans and gaps. `put`, `annotate` and `close` are for one thread, `state` for any."""

    def __init__(self, run: Run, *, fallback: Callable[[int], Run] | None = None, capacity: float = QUEUE) -> None:
        """Start the thread on `run`.

        `fallback(first_index)` makes the run to go on in after a write error, its first scan being the recorder's
        scan `first_index`; it is called in the recorder's thread. `capacity` in seconds of scans.
        """
        self.run = run
        """The run being written; another one after a write error. Its `path` is also in `state`."""
        self._fallback = fallback
        self._capacity = max(1, round(capacity * run.settings.rate))
        self._rate = run.settings.rate
        self._queue: deque[Scans | Gap | _Text] = deque()
        self._queued = 0
        self._queued_texts = 0
        self._changed = threading.Condition()
        self._closing = False
        self._results: Mapping[str, Any] | None = None
        self._ended: dt.datetime | None = None
        self._measured_rate: float | None = None
        self._base = 0
        self._bytes_before = 0
        self._unsaved: deque[Scans | Gap] = deque()
        self._synced = 0
        self._state = RecorderState(run.path)
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    @property
    def state(self) -> RecorderState:
        """The latest state: an unchanging snapshot."""
        return self._state

    def put(self, event: Scans | Gap, *, wait: bool = False) -> bool:
        """Hand over scans or a gap; return False when (some of) it will not be stored. Never raises.

        Indices count from 0, the first scan given. With `wait` the caller is held while the queue is full: for
        sources that are faster than real time.
        """
        weight = len(event.counts) if isinstance(event, Scans) else 1
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._room(weight) or not self._working())
            if not self._working():
                self._lose(weight if isinstance(event, Scans) else 0, None)
                return False
            if self._room(weight):
                self._queue.append(event)
                self._queued += weight
                self._changed.notify_all()
                return True
            n_scans = event.end_index - event.first_index
            last = self._queue[-1] if self._queue else None
            if isinstance(last, Gap) and last.cause == "storage":
                self._queue[-1] = Gap(last.first_index, last.n_scans + n_scans, "storage")
            else:
                self._queue.append(Gap(event.first_index, n_scans, "storage"))
                self._queued += 1
            self._lose(weight if isinstance(event, Scans) else 0, "the disk is too slow: scans are being lost")
            return False

    def annotate(self, index: int, text: str, n_scans: int | None = None) -> bool:
        """Hand over a text at scan `index`; return False when it cannot be stored (`state` says why). Never raises."""
        try:
            check_text(text)
        except ValueError as error:
            with self._changed:
                self._tell(f"an annotation could not be stored: {error}")
            return False
        with self._changed:
            if not self._working() or self._queued_texts >= MAX_ANNOTATIONS:
                self._tell("an annotation could not be stored: the recorder takes no more")
                return False
            self._queue.append(_Text(index, text, n_scans))
            self._queued_texts += 1
            self._changed.notify_all()
            return True

    def close(
        self,
        timeout: float = 5.0,
        *,
        results: Mapping[str, Any] | None = None,
        ended: dt.datetime | None = None,
        measured_rate: float | None = None,
    ) -> RecorderState:
        """Write what is queued, complete the files and return the last state. May be called twice; never raises.

        When the disk does not come round within `timeout` seconds, the returned state is not `closed` and says so;
        the thread goes on trying, but does not keep the process alive.
        """
        with self._changed:
            if not self._closing:
                self._closing, self._results, self._ended, self._measured_rate = True, results, ended, measured_rate
                self._changed.notify_all()
        self._thread.join(timeout)
        if self._thread.is_alive():
            with self._changed:
                self._tell("the disk does not answer: the end of the recording may be missing")
        return self._state

    def _working(self) -> bool:
        return self._state.active and not self._closing

    def _room(self, weight: int) -> bool:
        return not self._queue or self._queued + weight <= self._capacity

    def _tell(self, problem: str) -> None:
        self._state = replace(self._state, problem=problem)

    def _lose(self, n_scans: int, problem: str | None) -> None:
        """Count scans as lost. Called with the lock held."""
        state = self._state
        self._state = replace(
            state, lost_to_storage=state.lost_to_storage + n_scans, problem=problem or state.problem
        )  # fmt: skip

    def _work(self) -> None:
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._queue or self._closing)
                    if not self._queue:
                        break
                    item = self._queue.popleft()
                    if isinstance(item, _Text):
                        self._queued_texts -= 1
                    else:
                        self._queued -= len(item.counts) if isinstance(item, Scans) else 1
                    self._changed.notify_all()
                if not self._store(item):
                    return
            self._complete()
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not take the training down with it
            self._stop(f"recording is off after an internal error: {type(error).__name__}: {error}")

    def _store(self, item: Scans | Gap | _Text) -> bool:
        """Write one item, in a fresh run if need be; return False when recording is off."""
        writer = self.run.writer
        if isinstance(item, _Text):
            try:
                writer.annotate(max(0, item.index - self._base), item.text, item.n_scans)
            except ValueError as error:
                with self._changed:
                    self._tell(f"an annotation could not be stored: {error}")
            return True
        expected = self._base + writer.n_scans
        if item.first_index > expected:
            with self._changed:
                self._lose(0, "scans never reached the recorder; the file marks them as lost")
            if not self._store(Gap(expected, item.first_index - expected, "storage")):
                return False
            return self._store(item)
        rest = _from(item, expected)
        if rest is None:
            return True
        self._unsaved.append(rest)
        try:
            self._append(rest)
            if self.run.writer.n_scans - self._synced >= self._rate:
                self._sync()
        except OSError as error:
            return self._go_on_elsewhere(error)
        return True

    def _append(self, event: Scans | Gap) -> None:
        writer = self.run.writer
        if isinstance(event, Scans):
            try:
                writer.append(event.counts)
            except ValueError as error:
                with self._changed:
                    self._lose(len(event.counts), f"scans could not be stored: {error}")
                self._unsaved.pop()
                event = Gap(event.first_index, len(event.counts), "storage")
                self._unsaved.append(event)
                writer.append_gap(event.n_scans, event.cause)
        else:
            writer.append_gap(event.n_scans, event.cause)
        while self._unsaved and self._unsaved[0].end_index <= self._base + writer.n_stored:
            self._unsaved.popleft()
        with self._changed:
            n_scans = self._base + writer.n_scans
            self._state = replace(
                self._state,
                n_scans=n_scans,
                seconds=n_scans / self._rate,
                bytes=self._bytes_before + writer.bytes_written,
            )

    def _sync(self) -> None:
        self._synced = self.run.writer.n_scans
        try:
            self.run.writer.sync()
        except OSError as error:  # what was written since the last sync may be gone: another try would only hide it
            raise OSError(error.errno, f"not safely stored: {error.strerror or error}") from error

    def _go_on_elsewhere(self, error: OSError) -> bool:
        """Close the run after a write error and carry what it did not store into a fresh one; False when off."""
        broken, reason = self.run, error.strerror or str(error)
        writer = broken.writer
        unsaved, texts = list(self._unsaved), writer.pending_annotations
        first_index = self._base + writer.n_stored
        self._unsaved.clear()
        writer.abandon()
        with contextlib.suppress(OSError, RecordingError):  # then it stays unclosed, and recovery finds it so
            broken.finish(problem=f"writing failed: {reason}")
        with self._changed:
            nothing_left = self._closing and not self._queue and not unsaved and not texts
        fallback, self._fallback = self._fallback, None  # the second error ends the recording
        if fallback is None or nothing_left:
            self._stop(f"{reason}: recording is off; {broken.path.name} holds what came before", unsaved)
            return False
        try:
            self.run = fallback(first_index)
            self.run.update({"continues": broken.path.name, "first_index": first_index})
        except (OSError, ValueError) as second:
            self._stop(f"{reason}; the other folder fails too ({second}): recording is off", unsaved)
            return False
        self._base, self._synced = first_index, 0
        self._bytes_before += writer.bytes_written
        with self._changed:
            self._state = replace(
                self._state,
                path=self.run.path,
                first_index=first_index,
                problem=f"{reason}: the recording goes on in {self.run.path}",
            )
        for text in texts:
            self._store(_Text(first_index + max(0, text.index - writer.n_stored), text.text, text.n_scans))
        return all(self._store(event) for event in unsaved)

    def _complete(self) -> None:
        """Close the file and complete its account; after an error at the very end, once more elsewhere."""
        while True:
            try:
                self.run.writer.close()
                break
            except OSError as error:
                if not self._go_on_elsewhere(error):
                    return
        problem = self._state.problem
        try:
            self.run.finish(
                self._results, ended=self._ended, measured_rate=self._measured_rate, problem=self._account_problem()
            )
        except (OSError, RecordingError, ValueError, TypeError) as error:
            problem = f"the samples are stored, but their description is not complete: {error}"
        with self._changed:
            n_bytes = self._bytes_before + self.run.writer.bytes_written
            self._state = replace(self._state, active=False, closed=True, problem=problem, bytes=n_bytes)

    def _account_problem(self) -> str | None:
        lost = self._state.lost_to_storage
        return f"{lost} scans could not be stored and are marked as lost" if lost else None

    def _stop(self, problem: str, unsaved: list[Scans | Gap] | None = None) -> None:
        """Give up recording and say so; everything waiting counts as lost."""
        with self._changed:
            waiting = [*(unsaved or []), *self._queue]
            self._queue.clear()
            self._queued = self._queued_texts = 0
            self._lose(sum(len(item.counts) for item in waiting if isinstance(item, Scans)), problem)
            self._state = replace(self._state, active=False, closed=True)
            self._changed.notify_all()


def _from(event: Scans | Gap, index: int) -> Scans | Gap | None:
    """Return what of `event` lies at or after scan `index`."""
    if event.end_index <= index:
        return None
    if event.first_index >= index:
        return event
    if isinstance(event, Scans):
        return Scans(index, event.counts[index - event.first_index :])
    return Gap(index, event.end_index - index, event.cause)
