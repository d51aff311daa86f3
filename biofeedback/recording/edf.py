"""The layout of EDF+ and BDF+ files: header bytes to values and back, pure and without files.

An EDF+ file is an ASCII header and then data records of equal length; each record holds a stretch of every signal, one
signal after the other, as little-endian integers of 16 bits (BDF+: 24 bits). Kemp & Olivan, Clin Neurophysiol 2003.
One rule: `decode_` trusts no field. What cannot be a number, or cannot be right, is a RecordingError that says where.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass, field
from fractions import Fraction

FIXED_HEADER = 256
"""Bytes before the signal fields, and bytes of fields per signal."""
RECORD_COUNT_AT = 236
"""Where the number of records stands in the header: 8 ASCII bytes."""
ANNOTATION_BYTES = 240
"""Bytes of annotations in each record that we write; whole samples at 16 and at 24 bits."""
MAX_SIGNALS = 512
MAX_RECORD = 16 << 20
"""Longest record we read, in bytes. EDF recommends at most 61,440."""
MAX_RATE = 100_000
"""Up to here an onset with six decimals gives its scan back exactly."""
RECORD_DURATIONS = tuple(Fraction(text) for text in ("0.1", "0.125", "0.2", "0.25", "0.5", "1"))

LOST_LABEL = "lost"
LOST_TRANSDUCER = "MISC: 0 here, 1+ missing (1 line, 2 board, 3 reconnect, 4 storage, 5 past end)"
COUNT_OFFSET = re.compile(r"counts = digital \+ (\d{1,8})")
"""How the transducer field of an EMG signal says that the digital values were shifted to fit signed integers."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_NUMBER = re.compile(r"[+-]?(\d{1,12}(\.\d{0,12})?|\.\d{1,12})([eE][+-]?\d{1,2})?\Z", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,8}\Z", re.ASCII)
_DATE_AND_TIME = re.compile(r"(\d\d)[.:/-](\d\d)[.:/-](\d\d)(\d\d)[.:/-](\d\d)[.:/-](\d\d)", re.ASCII)
_UNKNOWN_START = dt.datetime(1985, 1, 1, tzinfo=dt.UTC)


class RecordingError(Exception):
    """A recording cannot be read or made. The message is one sentence: what is wrong, and where."""


@dataclass(frozen=True, slots=True)
class EdfSignal:
    """One signal of an EDF header. `physical_*` in `unit` belong to `digital_*`, the integers in the file."""

    label: str
    samples_per_record: int
    digital_min: int
    digital_max: int
    physical_min: float
    physical_max: float
    unit: str = ""
    transducer: str = ""
    prefilter: str = ""

    @property
    def is_annotations(self) -> bool:
        """Whether the signal's bytes are text, not samples."""
        return self.label in {"EDF Annotations", "BDF Annotations"}


@dataclass(frozen=True, slots=True)
class EdfHeader:
    """An EDF+ or BDF+ header. `bits` is 16 (EDF) or 24 (BDF); `record_duration` in seconds, exact; `start` in UTC."""

    start: dt.datetime
    record_duration: Fraction
    bits: int
    signals: tuple[EdfSignal, ...]
    n_records: int = -1
    patient: str = "X X X X"
    recording: str = ""
    kind: str = field(default="")

    @property
    def header_bytes(self) -> int:
        """Where the first record starts."""
        return FIXED_HEADER * (len(self.signals) + 1)

    @property
    def record_bytes(self) -> int:
        """Length of one record in bytes."""
        return self.bits // 8 * sum(signal.samples_per_record for signal in self.signals)


def record_duration(rate: float) -> Fraction:
    """Return the shortest allowed record length in seconds that holds whole samples at `rate` scans per second.

    Raises:
        ValueError: No length of at most one second does, or the rate is beyond MAX_RATE.
    """
    for duration in RECORD_DURATIONS:
        if 0 < rate <= MAX_RATE and (Fraction(rate) * duration).denominator == 1:
            return duration
    raise ValueError(f"{rate:g} scans per second cannot be stored: an EDF record of up to 1 s must hold whole samples")


def ascii_text(text: str, width: int) -> str:
    """Return `text` in printable ASCII (accents dropped, the rest as '?'), at most `width` characters."""
    plain = unicodedata.normalize("NFKD", text).replace("µ", "u")
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" else "?" for c in plain)[:width].strip()


def encode_number(value: float) -> str:
    """Return `value` in at most 8 characters, as exactly as they allow (relative error of 1e-6 or better).

    Raises:
        ValueError: The value is not finite or does not fit.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} does not belong in an EDF header")
    for digits in range(8, 0, -1):
        text = f"{value:.{digits}g}"
        if len(text) <= 8 and "e" not in text:
            return text
    raise ValueError(f"{value:g} does not fit the 8 characters of an EDF header field")


def encode_header(header: EdfHeader) -> bytes:
    """Return the header's bytes. A start outside 1985–2084, which EDF cannot tell, is written as unknown.

    Raises:
        ValueError: A number does not fit its field.
    """
    bdf, start = header.bits == 24, header.start
    known = 1985 <= start.year <= 2084
    start = start if known else _UNKNOWN_START
    date = f"{start.day:02d}-{_MONTHS[start.month - 1]}-{start.year}" if known else "X"
    recording = header.recording or f"Startdate {date} X X X"
    signals = header.signals
    head = b"\xffBIOSEMI" if bdf else _pad("0", 8)
    head += _pad(header.patient, 80) + _pad(recording, 80)
    head += _pad(f"{start:%d.%m.%y}", 8) + _pad(f"{start:%H.%M.%S}", 8)
    head += _pad(header.header_bytes, 8) + _pad(header.kind or ("BDF+C" if bdf else "EDF+C"), 44)
    head += _pad(header.n_records, 8) + _pad(encode_number(float(header.record_duration)), 8) + _pad(len(signals), 4)
    columns: list[tuple[list[object], int]] = [
        ([s.label for s in signals], 16),
        ([s.transducer for s in signals], 80),
        ([s.unit for s in signals], 8),
        ([encode_number(s.physical_min) for s in signals], 8),
        ([encode_number(s.physical_max) for s in signals], 8),
        ([s.digital_min for s in signals], 8),
        ([s.digital_max for s in signals], 8),
        ([s.prefilter for s in signals], 80),
        ([s.samples_per_record for s in signals], 8),
        ([""] * len(signals), 32),
    ]
    return head + b"".join(_pad(value, width) for values, width in columns for value in values)


def encode_record_count(n_records: int) -> bytes:
    """Return the 8 bytes that stand at RECORD_COUNT_AT."""
    return _pad(n_records, 8)


def _pad(value: object, width: int) -> bytes:
    text = str(value).encode("ascii")
    if len(text) > width:
        raise ValueError(f"{value!r} does not fit the {width} bytes of its EDF header field")
    return text.ljust(width)


def decode_signal_count(data: bytes) -> int:
    """Return the number of signals that the first FIXED_HEADER bytes of a file announce.

    Raises:
        RecordingError: This is no EDF or BDF file, or the number cannot be right.
    """
    if len(data) < FIXED_HEADER:
        raise RecordingError(f"the file ends inside its header, after {len(data)} bytes")
    if data[:8] not in {b"0       ", b"\xffBIOSEMI"}:
        raise RecordingError("this is not an EDF or BDF file: the first eight bytes are neither")
    n_signals = _integer(data[252:256], "number of signals")
    if not 1 <= n_signals <= MAX_SIGNALS:
        raise RecordingError(f"the header announces {n_signals} signals; 1 to {MAX_SIGNALS} can be read")
    return n_signals


def decode_header(data: bytes) -> EdfHeader:
    """Return the header at the beginning of `data`.

    Raises:
        RecordingError: A field is missing or cannot be right.
    """
    n_signals = decode_signal_count(data)
    if len(data) < FIXED_HEADER * (n_signals + 1):
        raise RecordingError(f"the file ends inside its header, after {len(data)} bytes")
    bits = 24 if data[0] == 0xFF else 16
    kind = _text(data[192:236])
    if kind[:5] in {"EDF+D", "BDF+D"}:
        raise RecordingError("the file is discontinuous (EDF+D), which cannot be read here")
    duration = _number(data[244:252], "record duration")
    if not 0 < duration <= 3600:
        raise RecordingError(f"the header gives a record duration of {duration:g} s; it must be above 0, at most 3600")
    header = EdfHeader(
        start=_start(data),
        record_duration=Fraction(str(duration)),
        bits=bits,
        signals=tuple(_signal(data, n_signals, i, bits) for i in range(n_signals)),
        n_records=_integer(data[236:244], "number of records"),
        patient=_text(data[8:88]),
        recording=_text(data[88:168]),
        kind=kind,
    )
    if not 0 < header.record_bytes <= MAX_RECORD:
        raise RecordingError(f"the header gives records of {header.record_bytes} bytes; 1 to {MAX_RECORD} can be read")
    return header


def _signal(data: bytes, n_signals: int, index: int, bits: int) -> EdfSignal:
    def column(before: int, width: int) -> bytes:
        start = FIXED_HEADER + before * n_signals + index * width
        return data[start : start + width]

    where = f"of signal {index + 1}"
    samples = _integer(column(216, 8), f"samples per record {where}")
    if samples < 0:
        raise RecordingError(f"the header gives {samples} samples per record {where}")
    label = _text(column(0, 16))
    full = 1 << bits - 1
    if label in {"EDF Annotations", "BDF Annotations"}:  # their ranges mean nothing, and some writers leave them out
        return EdfSignal(label, samples, -full, full - 1, -1.0, 1.0)
    signal = EdfSignal(
        label=label,
        samples_per_record=samples,
        digital_min=_integer(column(120, 8), f"digital minimum {where}"),
        digital_max=_integer(column(128, 8), f"digital maximum {where}"),
        physical_min=_number(column(104, 8), f"physical minimum {where}"),
        physical_max=_number(column(112, 8), f"physical maximum {where}"),
        unit=_text(column(96, 8)),
        transducer=_text(column(16, 80)),
        prefilter=_text(column(136, 80)),
    )
    if signal.digital_min >= signal.digital_max:
        raise RecordingError(f"the digital range {where} is empty or upside down")
    return signal


def _start(data: bytes) -> dt.datetime:
    """Return the start; a date that is none (some anonymisers blank it) becomes EDF's first day."""
    found = _DATE_AND_TIME.fullmatch(_text(data[168:184]))
    if found is None:
        return _UNKNOWN_START
    day, month, year, hour, minute, second = map(int, found.groups())
    try:
        return dt.datetime(year + (1900 if year >= 85 else 2000), month, day, hour, minute, second, tzinfo=dt.UTC)
    except ValueError:
        return _UNKNOWN_START


def _text(data: bytes) -> str:
    return data.decode("latin-1").strip(" \0")


def _integer(data: bytes, what: str) -> int:
    text = _text(data)
    if not _INTEGER.match(text):
        raise RecordingError(f"the {what} in the header is not a whole number: {text[:16]!r}")
    return int(text)


def _number(data: bytes, what: str) -> float:
    text = _text(data)
    if not _NUMBER.match(text):
        raise RecordingError(f"the {what} in the header is not a number: {text[:16]!r}")
    return float(text)
