"""EDF+C / BDF+C written while it happens: after a kill the file holds all but the last, unfinished record.

Every record is one unbuffered write, followed by the header's record count. Missing scans are told by the signal
`lost`; an EDF sample cannot be empty, so the EMG samples of a lost scan repeat the last good one (0 counts before any).
One rule: what `append` has taken is in the file, or still held, or an OSError was raised; nothing is cut or dropped.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
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
    LOST_TRANSDUCER,
    RECORD_COUNT_AT,
    EdfHeader,
    EdfSignal,
    ascii_text,
    encode_header,
    encode_record_count,
    record_duration,
)
from biofeedback.wire.events import Counts, GapCause

LOST_CODES: dict[GapCause, int] = {"line": 1, "board": 2, "reconnect": 3, "storage": 4}
"""Digital values of the signal `lost`; 0 is a received scan."""
END_CODE = 5
"""`lost` of the scans that only fill up the last record: they lie after the end and were never taken."""

MAX_SECONDS = 10_000_000
"""Onsets end here (115 days), so that their digits and the longest text fit one record."""


@dataclass(frozen=True, slots=True)
class EmgChannel:
    """A channel as the file shows it. `microvolts_per_count` None: the file's unit is counts."""

    muscle: str
    microvolts_per_count: float | None = None
    transducer: str = ""


def emg_header(
    channels: Sequence[EmgChannel],
    *,
    rate: float,
    adc_bits: int,
    start: dt.datetime,
    signed: bool = False,
    patient: str = "X X X X",
) -> EdfHeader:
    """Return the header of a live recording: one signal per channel, `lost`, annotations.

    `rate` in scans per second, `adc_bits` 1–24: up to 16 gives EDF, more BDF. `signed`: counts are centred on zero.
    Unsigned counts as wide as the file's integers are stored less half their range, which the transducer field says.

    Raises:
        ValueError: No channel, a rate without whole-sample records, or an impossible number of bits.
    """
    if not channels or not 1 <= adc_bits <= 24:
        raise ValueError(f"cannot store {len(channels)} channels of {adc_bits} bits: 1 or more channels of 1 to 24 bits")
    duration = record_duration(rate)
    per_record = int(Fraction(rate) * duration)
    bits = 16 if adc_bits <= 16 else 24
    low = -(1 << adc_bits - 1) if signed else 0
    high = low + (1 << adc_bits) - 1
    offset = 1 << bits - 1 if adc_bits == bits and not signed else 0
    signals = []
    for channel, label in zip(channels, _labels([c.muscle for c in channels]), strict=True):
        scale, unit = _scale(channel.microvolts_per_count, high)
        said = f"counts = digital + {offset}" if offset else ""
        signals.append(
            EdfSignal(
                label=label,
                samples_per_record=per_record,
                digital_min=low - offset,
                digital_max=high - offset,
                physical_min=low * scale,
                physical_max=high * scale,
                unit=unit,
                transducer=f"{ascii_text(channel.transducer, 79 - len(said))} {said}".strip(),
            )
        )
    full = 1 << bits - 1
    signals.append(EdfSignal(LOST_LABEL, per_record, 0, END_CODE, 0, END_CODE, transducer=LOST_TRANSDUCER))
    name = "BDF Annotations" if bits == 24 else "EDF Annotations"
    signals.append(EdfSignal(name, ANNOTATION_BYTES * 8 // bits, -full, full - 1, -1, 1))
    return EdfHeader(start.astimezone(dt.UTC).replace(microsecond=0), duration, bits, tuple(signals), patient=patient)


def _scale(microvolts_per_count: float | None, high: int) -> tuple[float, str]:
    """Return the worth of a count and its unit: µV, or what keeps the range within a header field's 8 characters."""
    if microvolts_per_count is None:
        return 1.0, "counts"
    for factor, unit in ((1.0, "uV"), (1e-3, "mV")):
        if microvolts_per_count * factor * high < 1e7:
            return microvolts_per_count * factor, unit
    return microvolts_per_count * 1e-6, "V"


def _labels(muscles: Sequence[str]) -> list[str]:
    """Return `EMG <muscle>` of at most 16 characters each, numbered where the same would come twice."""
    labels: list[str] = []
    for muscle in muscles:
        label, number = ascii_text(f"EMG {muscle}", 16), 2
        while label in labels:
            label = f"{ascii_text(f'EMG {muscle}', 16 - len(str(number)) - 1)} {number}"
            number += 1
        labels.append(label)
    return labels


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
        """Ask the operating system to put what is written onto the disk; raise OSError when it could not."""
        if self._file is not None:
            getattr(os, "fdatasync", os.fsync)(self._file)

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
        finally:
            self._close_file()

    def abandon(self) -> None:
        """Close the file after an error: whole records stay, a torn one is cut off where the disk lets us."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):  # then the torn end stays; readers go by whole records
            os.ftruncate(self._file, self.bytes_written)
        self._close_file()

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
        """Return the record's annotation bytes and how many texts and gaps they hold. Texts go first: they are truth,
        gaps are a copy.
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
