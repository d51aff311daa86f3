"""EDF+ annotations: texts with an onset, to bytes and back, and the text of a gap.

Each record of a file has a fixed room for annotations. It begins with the record's own time; texts follow, each a
time-stamped list: `+onset [0x15 duration] 0x14 text 0x14 0x00`.
One rule: an onset has enough digits to give its scan index back exactly, whatever the rate (up to 100 kHz).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

MAX_TEXT = 180
"""Most bytes (UTF-8) of one annotation: a record's 240 less its own time, onset, duration and separators."""
GAP_TEXT = "BAD_ACQ_SKIP"
"""What MNE calls a stretch to be left out of every analysis; our courtesy copy of the `lost` signal."""

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LIST = re.compile(rb"[^\0]+")
_TAL = re.compile(rb"([+-]\d{1,12}(?:\.\d{0,12})?)(?:\x15(\d{1,12}(?:\.\d{0,12})?)?)?\x14", re.ASCII)


@dataclass(frozen=True, slots=True)
class Annotation:
    """A text at scan `index`, lasting `n_scans` (None: an instant)."""

    index: int
    n_scans: int | None
    text: str


def check_text(text: str) -> None:
    """Raise ValueError when `text` cannot be stored as one annotation."""
    if not text.strip() or _FORBIDDEN.search(text):
        raise ValueError("an annotation needs a text without control characters")
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        raise ValueError("the annotation's text is not valid Unicode") from None
    if length > MAX_TEXT:
        raise ValueError(f"an annotation of {length} bytes is too long: at most {MAX_TEXT} bytes fit")


def encode_seconds(n_scans: int, rate: Fraction) -> bytes:
    """Return `n_scans` scans in seconds, with at most six decimals: enough to give `n_scans` back."""
    micros = round(abs(n_scans) * 1_000_000 / rate)
    sign = "-" if n_scans < 0 and micros else ""
    return f"{sign}{micros // 1_000_000}.{micros % 1_000_000:06d}".rstrip("0").rstrip(".").encode()


def encode_record_time(first_scan: int, rate: Fraction) -> bytes:
    """Return the text that opens a record's annotations: the time of its first scan."""
    return b"+" + encode_seconds(first_scan, rate) + b"\x14\x14\0"


def encode_annotation(annotation: Annotation, rate: Fraction) -> bytes:
    """Return one annotation's bytes. See `check_text` for what a text may hold."""
    onset = b"+" + encode_seconds(annotation.index, rate)
    if annotation.n_scans is not None:
        onset += b"\x15" + encode_seconds(annotation.n_scans, rate)
    return onset + b"\x14" + annotation.text.encode() + b"\x14\0"


def decode_annotations(data: bytes, limit: int | None = None) -> tuple[list[tuple[float, float | None, str]], int]:
    """Return (onset in seconds, duration or None, text) of each text in `data`, and how many lists were damaged.

    An empty text is a record's own time. Linear in the length of `data`; bad UTF-8 becomes U+FFFD. Ends early after
    `limit` texts and damaged lists, so that its memory is bounded whatever `data` holds.
    """
    limit = len(data) if limit is None else limit
    found: list[tuple[float, float | None, str]] = []
    damaged = 0
    for match in _LIST.finditer(data):
        if (room := limit - len(found) - damaged) <= 0:
            break
        stretch = match[0]
        head = _TAL.match(stretch)
        if head is None or not stretch.endswith(b"\x14"):
            damaged += 1
            continue
        onset, duration = float(head[1]), float(head[2]) if head[2] else None
        texts = stretch[head.end() : -1].split(b"\x14", room)[:room] if len(stretch) > head.end() else [b""]
        found += [(onset, duration, text.decode("utf-8", "replace")) for text in texts]
    return found, damaged
