"""EDF+ and BDF+ files read back: ours as the events the wire gave, others' as plain scans.

Strategy: what is in the file counts, not what the header says of it; the number of records follows from the file's
length. Samples are read in blocks when asked for, so memory is bounded by the block.
One rule: any bytes give either a recording or a RecordingError of one sentence; `notes` says what was odd.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biofeedback.recording.annotation import Annotation, decode_annotations
from biofeedback.recording.edf import FIXED_HEADER, EdfHeader, RecordingError, decode_header, decode_signal_count
from biofeedback.recording.edf_channel import choose_signals, count_offset, edf_channel
from biofeedback.recording.folders import open_ordinary
from biofeedback.recording.layout import END_CODE, LOST_CODES
from biofeedback.wire.events import Counts, Gap, GapCause, Scans

MAX_FILE = 8 << 30
"""Longest file we read, in bytes: more than a day of six channels at 2 kHz in 24 bits."""
MAX_LISTS = 300_000
"""Most annotations read; each record's own time is not counted."""
_READ = 1 << 20
"""Bytes read at a time (or one record, if longer)."""
_CAUSES: dict[int, GapCause] = {code: cause for cause, code in LOST_CODES.items()}


class EdfRecording:
    """An opened recording. Holds no open file; a file that changes meanwhile raises RecordingError when read."""

    def __init__(self, path: Path, header: EdfHeader, size: int, notes: list[str]) -> None:
        self.path = path
        self.header = header
        self.n_records = (size - header.header_bytes) // header.record_bytes
        chosen, lost, skipped = choose_signals(header)
        self.rate = float(header.signals[chosen[0]].samples_per_record / header.record_duration)
        """Scans per second, as the header says."""
        self.channels = tuple(edf_channel(header.signals[i]) for i in chosen)
        self.skipped = tuple(header.signals[i].label for i in skipped)
        """Labels of signals at another rate than the channels, which are not read."""
        self._per_record = header.signals[chosen[0]].samples_per_record
        starts = np.cumsum([0, *(s.samples_per_record for s in header.signals)])
        self._starts = [int(starts[i]) for i in chosen]
        self._lost_start = None if lost is None else int(starts[lost])
        self._texts = [
            (int(starts[i]) * header.bits // 8, int(starts[i + 1]) * header.bits // 8)
            for i, s in enumerate(header.signals)
            if s.is_annotations and s.samples_per_record > 0
        ]
        self._offsets = np.array([count_offset(header.signals[i]) for i in chosen], np.int32)
        if unwritten := self._unwritten_at_end():
            self.n_records -= unwritten
            notes.append(f"the last {unwritten} records never reached the disk (a power cut) and were left out")
        if not self.n_records:
            raise RecordingError("it holds no record that reached the disk")
        full, tail = self.n_records * self._per_record, self._scans_after_end()
        self.n_scans = full - tail
        """Scans of the recording, lost ones included; what only fills up the last record is not counted."""
        torn = (size - header.header_bytes) % header.record_bytes
        self.complete = tail > 0 and torn == 0
        """Whether the recording is ours and was closed; else it may have ended with a kill or a pulled plug."""
        if torn:
            notes.append(f"the file ends inside a record; its last {torn} bytes were left out")
        if header.n_records != self.n_records:
            notes.append(f"the header counts {header.n_records} records, the file holds {self.n_records}")
        self.notes = notes
        """What was odd about the file, one sentence each."""

    @property
    def is_ours(self) -> bool:
        """Whether the file tells of missing scans as ours do."""
        return self._lost_start is not None

    @property
    def seconds(self) -> float:
        """Length by the device's clock."""
        return self.n_scans / self.rate

    @cached_property
    def n_received(self) -> int:
        """Scans that are not lost."""
        return sum(int(np.count_nonzero(lost == 0)) for _, _, lost in self._scans())

    @cached_property
    def annotations(self) -> list[Annotation]:
        """All texts by scan index, gap copies included. Reads the whole file once; adds to `notes`."""
        found: list[Annotation] = []
        damaged, extra, origin = 0, 0, None
        for first, records in self._records(0, self.n_records):
            stretches = [np.pad(records[:, a:b], ((0, 0), (0, 1))) for a, b in self._texts]
            room = MAX_LISTS + len(records) - extra + 1
            texts, bad = decode_annotations(b"".join(s.tobytes() for s in stretches), room)
            damaged += bad
            extra += len(texts) + bad - len(records)
            for onset, duration, text in texts:
                if not text:  # a record's own time; the first one may be a fraction of a second
                    origin = onset if origin is None and first == 0 else origin
                    continue
                length = None if duration is None else round(duration * self.rate)
                found.append(Annotation(round((onset - (origin or 0.0)) * self.rate), length, text))
            if extra > MAX_LISTS:
                self.notes.append(f"more than {MAX_LISTS} annotations; those after them were left out")
                break
        if damaged:
            self.notes.append(f"{damaged} annotations are damaged and were left out")
        return sorted(found, key=lambda annotation: annotation.index)

    def blocks(self, chunk: int = 4096) -> Iterator[Scans | Gap]:
        """Yield the recording from scan 0 on, each index once: scans of at most `chunk`, and whole gaps.

        Neighbouring gaps of one cause are one gap. Raises RecordingError when the file cannot be read (any more).
        """
        gap: Gap | None = None
        for first, counts, lost in self._scans():
            edges = np.flatnonzero(np.diff(lost)) + 1
            for a, b in zip([0, *edges], [*edges, len(lost)], strict=True):
                if lost[a]:
                    cause = _CAUSES.get(int(lost[a]), "line")
                    if gap is not None and gap.cause == cause:
                        gap = Gap(gap.first_index, gap.n_scans + int(b - a), cause)
                        continue
                    if gap is not None:
                        yield gap
                    gap = Gap(first + int(a), int(b - a), cause)
                    continue
                if gap is not None:
                    yield gap
                    gap = None
                for start in range(a, b, max(1, chunk)):
                    yield Scans(first + start, counts[start : min(b, start + max(1, chunk))])
        if gap is not None:
            yield gap

    def scans(self) -> Counts:
        """Return all counts, shape (n_scans, n_channels). Lost scans repeat an older value: see `lost`."""
        parts = [counts for _, counts, _ in self._scans()]
        return np.concatenate(parts) if parts else np.empty((0, len(self.channels)), np.int32)

    def lost(self) -> NDArray[np.bool_]:
        """Return which scans are missing, shape (n_scans,)."""
        parts = [lost > 0 for _, _, lost in self._scans()]
        return np.concatenate(parts) if parts else np.empty(0, np.bool_)

    def _scans(self) -> Iterator[tuple[int, Counts, NDArray[np.int32]]]:
        """Yield (first index, counts, lost codes) in pieces of whole records, cut at `n_scans`."""
        before = np.zeros(1, np.bool_)
        for first_record, records in self._records(0, self.n_records):
            first = first_record * self._per_record
            keep = self.n_scans - first
            if keep <= 0:
                return
            columns = [self._samples(records, start).ravel()[:keep] for start in self._starts]
            counts = np.stack(columns, axis=1) + self._offsets
            lost = np.zeros(len(counts), np.int32)
            if self._lost_start is not None:
                lost = self._samples(records, self._lost_start).ravel()[:keep]
                unwritten = self._unwritten(records)
                doubtful = unwritten | np.append(before, unwritten[:-1])
                lost[np.repeat(doubtful, self._per_record)[:keep]] = LOST_CODES["storage"]
                before = unwritten[-1:]
            yield first, counts, lost

    def _samples(self, records: NDArray[np.uint8], start: int) -> NDArray[np.int32]:
        """Return one signal's digital values, shape (n_records, samples per record)."""
        width = self.header.bits // 8
        raw = records[:, start * width : (start + self._per_record) * width]
        if width == 2:
            return np.ascontiguousarray(raw).view("<i2").astype(np.int32)
        wide = np.zeros((len(raw), self._per_record, 4), np.uint8)
        wide[:, :, 1:] = raw.reshape(len(raw), self._per_record, 3)
        return wide.view("<i4")[:, :, 0].astype(np.int32) >> 8

    def _unwritten(self, records: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return which records a power cut kept from the disk: they read as zeros, and so does their own time.

        Such a stretch may end inside the record after it, so that one is not believed either.
        """
        if not self._texts:
            return np.zeros(len(records), np.bool_)
        return np.asarray(records[:, self._texts[0][0]] != ord("+"))

    def _records(self, first: int, end: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield (index of the first record, bytes of shape (n_records, record_bytes))."""
        length = self.header.record_bytes
        at_once = max(1, _READ // length)
        try:
            with open_ordinary(self.path) as file:
                file.seek(self.header.header_bytes + first * length)
                for index in range(first, end, at_once):
                    n = min(at_once, end - index)
                    data = file.read(n * length)
                    if len(data) != n * length:
                        raise RecordingError(f"{self.path.name} became shorter while it was read")
                    yield index, np.frombuffer(data, np.uint8).reshape(n, length)
        except OSError as error:
            raise RecordingError(f"{self.path.name} cannot be read: {error.strerror or error}") from error

    def _unwritten_at_end(self) -> int:
        """Return how many of our records at the end a power cut kept from the disk, wholly or in part.

        Looks back one read at most: what was not yet on the disk is less than a second.
        """
        if self._lost_start is None:
            return 0
        first = max(0, self.n_records - max(1, _READ // self.header.record_bytes))
        n_written = first
        for index, records in self._records(first, self.n_records):
            (found,) = np.nonzero(~(self._unwritten(records) | self._torn_texts(records)))
            n_written = index + int(found[-1]) + 1 if len(found) else n_written
        return self.n_records - n_written

    def _torn_texts(self, records: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Return in which records the last text has no end."""
        if not self._texts:
            return np.zeros(len(records), np.bool_)
        begin, end = self._texts[0]
        backwards = records[:, begin:end][:, ::-1]
        last = np.argmax(backwards != 0, axis=1)
        return np.asarray(backwards[np.arange(len(records)), last] != 0x14)

    def _scans_after_end(self) -> int:
        """Return how many scans at the end of the file only fill up records."""
        tail = 0
        if self._lost_start is None:
            return tail
        step = max(1, _READ // self.header.record_bytes)
        for end in range(self.n_records, 0, -step):
            first = max(0, end - step)
            for _, records in self._records(first, end):
                codes = self._samples(records, self._lost_start).ravel()
                others = np.flatnonzero(codes != END_CODE)
                tail += len(codes) - 1 - int(others[-1]) if len(others) else len(codes)
                if len(others):
                    return tail
        return tail


def read_edf(path: Path) -> EdfRecording:
    """Open an EDF, EDF+C, BDF or BDF+C file.

    All signals at the rate of the first EMG signal (or, without one, of the first signal) become channels.

    Raises:
        RecordingError: The file cannot be read, is something else, or holds no complete record.
    """
    notes: list[str] = []
    try:
        with open_ordinary(path) as file:
            size = os.fstat(file.fileno()).st_size
            head = file.read(FIXED_HEADER)
            head += file.read(FIXED_HEADER * decode_signal_count(head))
        if size > MAX_FILE:
            raise RecordingError(f"it is {size} bytes long; up to {MAX_FILE} can be read")  # noqa: TRY301
        header = decode_header(head)
        if size - header.header_bytes < header.record_bytes:
            raise RecordingError("it holds no complete record")  # noqa: TRY301
        return EdfRecording(path, header, size, notes)
    except OSError as error:
        raise RecordingError(f"{path.name} cannot be read: {error.strerror or error}") from error
    except RecordingError as error:
        raise RecordingError(f"{path.name} cannot be read: {error}") from None
