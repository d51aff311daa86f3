"""The recorder: a thread between the acquisition and the disk, so that nobody waits for the disk.

`put` hands over what the wire gave and returns at once; the thread "recorder" writes it. When the queue is full the
newest scans are not stored and a gap of cause "storage" takes their place. At the first write error the run is closed
and the recorder goes on in a fresh one; at the second it stops and says so.
One rule: nothing raises into the acquisition thread, and nothing is lost without `state` telling.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from biofeedback.recording.annotation import check_text
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.scan_queue import Item, ScanQueue, Text, count_scans, part_from
from biofeedback.recording.session import Run
from biofeedback.wire.events import Gap, Scans

QUEUE = 120.0
"""Seconds of scans the queue holds, unless told otherwise: a disk may be away that long."""
SYNC = 0.8
"""Seconds of signal between two `fdatasync`: with the record being filled less than a second."""


@dataclass(frozen=True, slots=True)
class RecorderState:
    """A moment of the recorder. Indices and numbers of scans run over all its files, lost scans included."""

    path: Path | None = None
    """The file being written; None until it is made."""
    n_scans: int = 0
    """Scans written, or held for the record that is being filled."""
    seconds: float = 0.0
    bytes: int = 0
    lost_to_storage: int = 0
    """Scans that came and could not be stored."""
    problem: str | None = None
    """The latest trouble in a sentence; None while all is well."""
    active: bool = True
    """Whether scans are taken: False after `finish`, or when storing had to stop."""
    closed: bool = False
    """Whether the recorder has ended: nothing more will be written."""
    first_index: int = 0
    """Index of the first scan of the file at `path`: above 0 after a write error."""


class Recorder:
    """Stores a stream of scans and gaps. `put` and `annotate` are for one thread, the rest for any."""

    def __init__(
        self,
        first: Callable[[], Run],
        rate: float,
        *,
        fallback: Callable[[int], Run] | None = None,
        capacity: float = QUEUE,
    ) -> None:
        """Start the thread, which makes its run by `first`: even the making of files is not waited for.

        `rate` in scans per second, `capacity` in seconds of scans. `fallback(first_index)` makes the run to go on in
        after a write error (or when `first` fails), beginning with scan `first_index`. Both are called in the
        recorder's thread and may raise OSError or ValueError.
        """
        self._first = first
        self._run: Run | None = None
        self._fallback = fallback
        self._rate = rate
        self._queue = ScanQueue(round(capacity * rate))
        self._unsaved: deque[Scans | Gap] = deque()
        self._base = 0
        self._bytes_before = 0
        self._synced = 0
        self._end: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._state = RecorderState()
        self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    @property
    def state(self) -> RecorderState:
        """The latest state: an unchanging snapshot."""
        return self._state

    def put(self, event: Scans | Gap, *, wait: bool = False) -> bool:
        """Hand over scans or a gap; return False when scans of it will not be stored. Never raises.

        Indices count from 0, the first scan given. With `wait` the caller is held while the queue is full: for
        sources that are faster than real time.
        """
        lost = self._queue.put(event, wait=wait)
        if lost is None:  # recording is off, and the problem says why
            self._lose(count_scans([event]))
        elif lost:
            self._lose(lost, "the disk is too slow: the newest scans are not stored and marked as lost")
        return lost == 0

    def annotate(self, index: int, text: str, n_scans: int | None = None) -> bool:
        """Hand over a text at scan `index`; return False when it cannot be stored (`state` says why). Never raises."""
        try:
            check_text(text)
        except ValueError as error:
            self._change(problem=f"an annotation could not be stored: {error}")
            return False
        queued = self._queue.put_text(Text(index, text, n_scans))
        if not queued and self._state.active:
            self._change(problem="an annotation could not be stored: the recorder takes no more")
        return queued

    def finish(
        self,
        *,
        results: Mapping[str, Any] | None = None,
        ended: dt.datetime | None = None,
        measured_rate: float | None = None,
    ) -> None:
        """Take no more and let the thread complete the files. Returns at once; only the first call counts.

        `results` (anything JSON holds) and the others go into the account: see `Run.finish`.
        """
        if not self._end:
            self._end = {"results": results, "ended": ended, "measured_rate": measured_rate}
        self._queue.close()
        self._change(active=False)

    def close(self, timeout: float = 5.0) -> RecorderState:
        """Finish, wait for the files to be complete and return the last state. May be called twice; never raises.

        When the disk does not come round within `timeout` seconds the state is not `closed` and says so.
        """
        self.finish()
        self._thread.join(timeout)
        if self._thread.is_alive():
            self._change(problem="the disk does not answer: the end of the recording may be missing")
        return self._state

    def _change(self, **changes: Any) -> None:
        with self._lock:
            self._state = replace(self._state, **changes)

    def _lose(self, n_scans: int, problem: str | None = None) -> None:
        with self._lock:
            lost, problem = self._state.lost_to_storage + n_scans, problem or self._state.problem
            self._state = replace(self._state, lost_to_storage=lost, problem=problem)

    def _work(self) -> None:
        try:
            if not self._begin():
                return
            while (item := self._queue.take()) is not None:
                if not self._store(item):
                    return
            self._complete()
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not take the training down with it
            self._stop(f"recording is off after an internal error: {type(error).__name__}: {error}")

    @property
    def _made(self) -> Run:
        """The run being written. Only for the recorder's thread, after `_begin`."""
        if self._run is None:
            raise RuntimeError("no run was made")
        return self._run

    def _begin(self) -> bool:
        """Make the first run, in the fallback folder if need be; return False when neither can be."""
        try:
            self._run = self._first()
            self._change(path=self._run.path)
        except (OSError, ValueError) as error:
            reason = f"the recording's files cannot be made: {error}"
            fallback, self._fallback = self._fallback, None
            if fallback is None:
                return self._stop(f"{reason}; recording is off")
            try:
                self._run = fallback(0)
            except (OSError, ValueError) as second:
                return self._stop(f"{reason}; the other folder fails too ({second}): recording is off")
            self._change(path=self._run.path, problem=f"{reason}; it is recorded in {self._run.path}")
        return True

    def _store(self, item: Item) -> bool:
        """Write one item, in a fresh run if need be; return False when recording is off."""
        writer = self._made.writer
        if isinstance(item, Text):
            try:
                writer.annotate(max(0, item.index - self._base), item.text, item.n_scans)
            except ValueError as error:
                self._change(problem=f"an annotation could not be stored: {error}")
            return True
        if isinstance(item, Scans) and item.counts.shape[1:] != (len(self._made.settings.channels),):
            self._lose(len(item.counts), "scans with other channels than the recording's were left out")
            return True
        expected = self._base + writer.n_scans
        if item.first_index > expected:
            self._change(problem="scans never reached the recorder; the file marks them as lost")
            if not self._store(Gap(expected, item.first_index - expected, "storage")):
                return False
        rest = part_from(item, self._base + self._made.writer.n_scans)
        if rest is None:
            return True
        try:
            self._append(rest)
            if self._made.writer.n_scans - self._synced >= SYNC * self._rate:
                self._sync()
        except OSError as error:
            return self._go_on_elsewhere(error)
        return True

    def _append(self, event: Scans | Gap) -> None:
        """Write an event, keeping it until it is in whole records of the file."""
        writer = self._made.writer
        self._unsaved.append(event)
        if isinstance(event, Scans):
            try:
                writer.append(event.counts)
            except ValueError as error:
                self._lose(len(event.counts), f"scans could not be stored: {error}")
                event = Gap(event.first_index, len(event.counts), "storage")
                self._unsaved[-1] = event
        if isinstance(event, Gap):
            writer.append_gap(event.n_scans, event.cause)
        while self._unsaved and self._unsaved[0].end_index <= self._base + writer.n_stored:
            self._unsaved.popleft()
        n_scans = self._base + writer.n_scans
        self._change(n_scans=n_scans, seconds=n_scans / self._rate, bytes=self._bytes_before + writer.bytes_written)

    def _sync(self) -> None:
        self._synced = self._made.writer.n_scans
        try:
            self._made.writer.sync()
        except OSError as error:  # what was written since the last one may be gone: a second try would only hide that
            raise OSError(error.errno, f"not safely stored: {error.strerror or error}") from error

    def _go_on_elsewhere(self, error: OSError) -> bool:
        """Close the run after a write error and carry what it did not store into a fresh one; False when off."""
        broken, reason = self._made, error.strerror or str(error)
        writer, texts = broken.writer, broken.writer.pending_annotations
        unsaved = [rest for event in self._unsaved if (rest := part_from(event, self._base + writer.n_stored))]
        self._unsaved.clear()
        self._base += writer.n_stored
        self._bytes_before += writer.bytes_written
        self._synced = 0
        deleted = writer.is_deleted
        writer.abandon()
        with contextlib.suppress(OSError, RecordingError):  # then it stays unclosed, and recovery finds it so
            broken.finish(problem=f"writing failed: {reason}")
        kept = f"{broken.path.name} holds what came before"
        if deleted:
            kept = "what it held is lost"
            self._lose(writer.n_received - count_scans(unsaved))
        fallback, self._fallback = self._fallback, None  # the second error ends the recording
        if fallback is None or (self._queue.is_finished and not unsaved and not texts):
            return self._stop(f"{reason}: recording is off; {kept}", unsaved)
        try:
            self._run = fallback(self._base)
            self._run.update({"continues": broken.path.name, "first_index": self._base})
        except (OSError, ValueError) as second:
            return self._stop(f"{reason}; the other folder fails too ({second}): recording is off", unsaved)
        problem = f"{reason}: the recording goes on in {self._run.path}; {kept}"
        self._change(path=self._run.path, first_index=self._base, problem=problem)
        moved = [Text(self._base + max(0, t.index - writer.n_stored), t.text, t.n_scans) for t in texts]
        items: list[Item] = [*moved, *unsaved]
        for i, item in enumerate(items):
            if not self._store(item):
                self._lose(count_scans(items[i + 1 :]))
                return False
        return True

    def _complete(self) -> None:
        """Close the file, after an error at the very end once more elsewhere, and complete its account."""
        while True:
            try:
                self._made.writer.close()
                break
            except OSError as error:
                if not self._go_on_elsewhere(error):
                    return
        self._bytes_before += self._made.writer.bytes_written
        lost, problem = self._state.lost_to_storage, self._state.problem
        try:
            said = f"{lost} scans could not be stored and are marked as lost" if lost else None
            self._made.finish(**self._end, problem=said)
        except (OSError, RecordingError, ValueError, TypeError) as error:
            problem = f"the samples are stored, but their description is not complete: {error}"
        self._change(active=False, closed=True, problem=problem, bytes=self._bytes_before)

    def _stop(self, problem: str, unsaved: Sequence[Item] = ()) -> bool:
        """Give up recording and say so; everything that waits counts as lost. Returns False."""
        self._change(active=False, problem=problem)
        if self._run is not None:
            self._run.writer.abandon()
        self._lose(count_scans([*unsaved, *self._queue.drain()]))
        self._change(closed=True)
        return False
