"""EDF+C / BDF+C written while it happens: after a kill the file holds all but the last, unfinished record.

Every record is one unbuffered write, followed by the header's record count. Missing scans are told by the signal
`lost`; an EDF sample cannot be empty, so the EMG samples of a lost scan repeat the last good one (0 counts before any).
One rule: what `append` has taken is in the file, or still held, or an OSError was raised; nothing is cut or dropped.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biofeedback.recording.annotation import (
    GAP_TEXT,
    Annotation,
    check_text,
    encode_annotation,
    encode_record_time,
)
from biofeedback.recording.edf import (
    ANNOTATION_BYTES,
    COUNT_OFFSET,
    LOST_LABEL,
    RECORD_COUNT_AT,
    EdfHeader,
    encode_header,
    encode_record_count,
)
from biofeedback.recording.layout import END_CODE, LOST_CODES
from biofeedback.wire.events import Counts, GapCause

MAX_SECONDS = 10_000_000
"""Onsets end here (115 days), so that their digits and the longest text fit one record."""


class EdfWriter:
    """Writes one recording; made for one thread. The file is created at once and must not exist."""

    def __init__(self, path: Path, header: EdfHeader, *, mode: int = 0o600) -> None:
        """Create the file with the permission bits `mode`; raise FileExistsError, OSError or ValueError."""
        *emg, lost, text = header.signals
        if lost.label != LOST_LABEL or not text.is_annotations or not emg:
            raise ValueError("a live recording needs EMG signals, then `lost`, then annotations")
        self.path = path
        self.header = header
        self.n_scans = 0
        """Scans taken, lost ones included."""
        self.n_stored = 0
        """Scans in complete records of the file. At most one record behind `n_scans`."""
        self.n_received = 0
        """Scans taken that were not lost."""
        self.bytes_written = 0
        self.rate = lost.samples_per_record / header.record_duration
        self._per_record = lost.samples_per_record
        shift = COUNT_OFFSET.search(emg[0].transducer)
        self._offset = int(shift[1]) if shift else 0
        self._rows = np.zeros((self._per_record, len(emg) + 1), np.int32)
        self._filled = 0
        self._last = np.full(len(emg), -self._offset, np.int32)
        self._n_records = 0
        self._texts: deque[Annotation] = deque()
        self._gaps: deque[Annotation] = deque()
        self._head = encode_header(header)
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        self._file: int | None = os.open(path, flags, mode)

    @property
    def pending_annotations(self) -> tuple[Annotation, ...]:
        """The annotations asked for that are not in the file yet (courtesy copies of gaps left out)."""
        return tuple(self._texts)

    @property
    def is_deleted(self) -> bool:
        """Whether the open file has no name any more: what it holds goes with closing it."""
        return self._file is not None and not self._is_here(self._file) and os.fstat(self._file).st_nlink == 0

    def append(self, counts: Counts) -> None:
        """Take scans: integers of shape (n_scans, n_channels).

        Raises:
            ValueError: The shape is wrong or a value does not fit the file's integers. Nothing was taken.
            OSError: A record could not be written. The scans from `n_stored` on are not in the file.
        """
        n_channels = len(self._last)
        if counts.ndim != 2 or counts.shape[1] != n_channels:
            raise ValueError(f"scans of {n_channels} channels are stored here, not an array of shape {counts.shape}")
        if not len(counts):
            return
        digital = counts.astype(np.int64) - self._offset
        full = 1 << self.header.bits - 1
        if digital.min() < -full or digital.max() >= full:
            raise ValueError(f"a sample does not fit {self.header.bits} bits: {counts.min()} to {counts.max()} counts")
        self._last = digital[-1].astype(np.int32)
        self.n_received += len(counts)
        self._take(np.column_stack([digital, np.zeros(len(digital), np.int64)]), len(digital))

    def append_gap(self, n_scans: int, cause: GapCause = "line") -> None:
        """Take `n_scans` missing scans; raise OSError as `append` does, ValueError when the number is negative."""
        if n_scans < 0:
            raise ValueError(f"a gap of {n_scans} scans")
        if n_scans:
            self._gaps.append(Annotation(self.n_scans, n_scans, GAP_TEXT))
            self._take(np.append(self._last, LOST_CODES[cause])[np.newaxis], n_scans)

    def annotate(self, index: int, text: str, n_scans: int | None = None) -> None:
        """Queue a text at scan `index`; it goes into the next record with room for it.

        Raises:
            ValueError: The text is empty, has control characters or is longer than MAX_TEXT bytes; or the index or
                length is negative or beyond MAX_SECONDS.
        """
        check_text(text)
        if not (0 <= index < MAX_SECONDS * self.rate and 0 <= (n_scans or 0) < MAX_SECONDS * self.rate):
            raise ValueError(f"an annotation at scan {index} of {n_scans} scans")
        self._texts.append(Annotation(index, n_scans, text))

    def sync(self) -> None:
        """Ask the operating system to put what is written onto the disk; raise OSError when it could not.

        A file that was deleted or moved away meanwhile goes on taking data, which its reader will not find here: that
        is an OSError too.
        """
        if self._file is None:
            return
        getattr(os, "fdatasync", os.fsync)(self._file)
        if not self._is_here(self._file):
            what = "deleted" if self.is_deleted else "moved away"
            raise FileNotFoundError(errno.ENOENT, f"the recording's file was {what}", str(self.path))

    def close(self) -> None:
        """Fill up the last record, write the waiting annotations, put it on the disk. May be called twice.

        Whatever happens the file is closed; raise OSError when something could not be stored.
        """
        if self._file is None:
            return
        try:
            end = np.append(self._last, END_CODE)
            padding = self._per_record - self._filled
            self._gaps.append(Annotation(self.n_scans, padding, GAP_TEXT))
            self._fill(end[np.newaxis], padding)
            while self._texts or self._gaps:
                self._fill(end[np.newaxis], self._per_record)
            self.sync()
        except OSError:
            self.abandon()
            raise
        self._close_file()

    def abandon(self) -> None:
        """Close the file after an error: whole records stay, a torn one is cut off where the disk lets us."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):  # then the torn end stays; readers go by whole records
            os.ftruncate(self._file, self.bytes_written)
        self._close_file()

    def _is_here(self, file: int) -> bool:
        """Return whether the open file is the one that its path names."""
        try:
            return os.path.samestat(self.path.stat(), os.fstat(file))
        except (FileNotFoundError, NotADirectoryError):
            return False

    def _close_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _take(self, rows: NDArray[np.integer], n_scans: int) -> None:
        self.n_scans += n_scans
        self._fill(rows, n_scans)

    def _fill(self, rows: NDArray[np.integer], n_scans: int) -> None:
        """Put `n_scans` rows into records; a single row is repeated."""
        done = 0
        while done < n_scans:
            n = min(n_scans - done, self._per_record - self._filled)
            piece = rows if len(rows) == 1 else rows[done : done + n]
            self._rows[self._filled : self._filled + n] = piece
            self._filled += n
            done += n
            if self._filled == self._per_record:
                self._write_record()
                self._filled = 0

    def _write_record(self) -> None:
        if self._file is None:
            raise OSError(f"{self.path.name} is closed")
        samples = np.ascontiguousarray(self._rows.T, "<i4")
        if self.header.bits == 16:
            data = samples.astype("<i2").tobytes()
        else:
            data = samples.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
        text, n_texts, n_gaps = self._annotations()
        if self._n_records == 0:
            head = self._head[:RECORD_COUNT_AT] + encode_record_count(1) + self._head[RECORD_COUNT_AT + 8 :]
            data = head + data
        self._write(data + text)
        self._n_records += 1
        self.bytes_written += len(data) + len(text)
        self.n_stored = min(self._n_records * self._per_record, self.n_scans)
        for queue, n in ((self._texts, n_texts), (self._gaps, n_gaps)):
            for _ in range(n):
                queue.popleft()
        if self._n_records > 1:
            os.lseek(self._file, RECORD_COUNT_AT, os.SEEK_SET)
            self._write(encode_record_count(self._n_records))
            os.lseek(self._file, 0, os.SEEK_END)

    def _annotations(self) -> tuple[bytes, int, int]:
        """Return the record's annotation bytes, and how many texts and gaps they hold.

        Texts go first: they are truth, gaps are a copy.
        """
        text = encode_record_time(self._n_records * self._per_record, self.rate)
        taken = [0, 0]
        for i, queue in enumerate((self._texts, self._gaps)):
            for annotation in queue:
                encoded = encode_annotation(annotation, self.rate)
                if len(text) + len(encoded) > ANNOTATION_BYTES:
                    break
                text += encoded
                taken[i] += 1
        return text.ljust(ANNOTATION_BYTES, b"\0"), taken[0], taken[1]

    def _write(self, data: bytes) -> None:
        if self._file is None:
            raise OSError(f"{self.path.name} is closed")
        view = memoryview(data)
        while view:
            n = os.write(self._file, view)
            if n == 0:
                raise OSError(f"{self.path.name}: the disk takes no more data")
            view = view[n:]
