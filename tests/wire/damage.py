"""Damage to frames on the line, with the truth kept beside it: which frames nobody touched, and what each scan was.

The long proof, 1,000,000 damaged frames, is `python3 start.py torture --only wire`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from biofeedback.wire.events import Counts, Gap, Scans, StreamInfo
from biofeedback.wire.stream import StreamDecoder, encode_data, encode_info

INFO = StreamInfo(
    stream_id=9, n_channels=2, scans_per_frame=10, adc_bits=10, vref=5.0, channel_skew=0.0001,
    tick_hz=16_000_000, period_ticks=16_000, board="damaged",
)  # fmt: skip
PER_FRAME = INFO.scans_per_frame


def truth(first: int, n_scans: int) -> Counts:
    """Return what scans `first` on really were, (n_scans, 2): every scan differs from its neighbours."""
    index = np.arange(first, first + n_scans, dtype=np.int64)
    return np.stack([index * 7919 % 1024, (index * 104_729 + 3) % 1024], axis=1).astype(np.int32)


def flip(frame: bytes, random: np.random.Generator) -> bytes:
    """Flip one to eight bits anywhere, the ending zero included."""
    damaged = bytearray(frame)
    for bit in random.choice(8 * len(frame), size=int(random.integers(1, 9)), replace=False):
        damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def drop(frame: bytes, random: np.random.Generator) -> bytes:
    """Lose one to five neighbouring bytes."""
    at, n = int(random.integers(len(frame))), int(random.integers(1, 6))
    return frame[:at] + frame[at + n :]


def insert(frame: bytes, random: np.random.Generator) -> bytes:
    """Put one to five bytes in."""
    at, n = int(random.integers(len(frame))), int(random.integers(1, 6))
    return frame[:at] + random.bytes(n) + frame[at:]


def swap(frame: bytes, random: np.random.Generator) -> bytes:
    """Exchange two bytes."""
    a, b = (int(i) for i in random.choice(len(frame), size=2, replace=False))
    damaged = bytearray(frame)
    damaged[a], damaged[b] = damaged[b], damaged[a]
    return bytes(damaged)


def overwrite(frame: bytes, random: np.random.Generator) -> bytes:
    """Replace a stretch by noise, as a loose plug does."""
    at, n = int(random.integers(len(frame))), int(random.integers(2, 20))
    n = min(n, len(frame) - at)
    return frame[:at] + random.bytes(n) + frame[at + n :]


KINDS: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (flip, drop, insert, swap, overwrite)


@dataclass
class Damaged:
    """A stretch of line: its bytes, the frames that nobody touched, and how many were damaged in which way."""

    data: bytes
    untouched: set[int]
    kinds: Counter[str] = field(default_factory=Counter)


def damaged_line(n_frames: int, random: np.random.Generator, first: int = 0) -> Damaged:
    """Return `n_frames` frames of which about two thirds are damaged or repeated, from scan `first` on."""
    pieces: list[bytes] = []
    line = Damaged(b"", set())
    neighbour_is_hurt = False
    for number in range(n_frames):
        index = first + number * PER_FRAME
        frame = encode_data(INFO.stream_id, index, truth(index, PER_FRAME))
        choice = random.random()
        sent = frame
        if choice < 0.6:
            kind = KINDS[int(random.integers(len(KINDS)))]
            sent = kind(frame, random)
            line.kinds[kind.__name__ if sent != frame else "no damage"] += 1
        elif choice < 0.65:
            sent = frame + frame
            line.kinds["repeat"] += 1
        # a frame is whole when its own bytes are, and when the one before still ended in a zero
        if sent.startswith(frame) and not neighbour_is_hurt:
            line.untouched.add(index)
        neighbour_is_hurt = not sent.endswith(b"\0")
        pieces.append(sent)
    line.data = b"".join(pieces) + b"\0"
    return line


@dataclass
class Outcome:
    """What a decoder made of a damaged line."""

    wrong_scans: int = 0
    lost_frames: int = 0
    out_of_order: int = 0


def judge(decoder: StreamDecoder, line: Damaged, cuts: NDArray[np.int64], begin: int) -> Outcome:
    """Feed a line cut at `cuts` and compare everything that comes out with the truth from scan `begin` on."""
    outcome = Outcome()
    kept: set[int] = set()
    at = begin
    for piece in (line.data[a:b] for a, b in zip([0, *cuts], [*cuts, len(line.data)], strict=True)):
        for event in decoder.feed(piece):
            if isinstance(event, Scans):
                outcome.out_of_order += event.first_index != at
                outcome.wrong_scans += int(
                    (event.counts != truth(event.first_index, len(event.counts))).any(axis=1).sum()
                )
                kept.update(range(event.first_index, event.end_index, PER_FRAME))
                at = event.end_index
            elif isinstance(event, Gap):
                outcome.out_of_order += event.first_index != at
                at = event.end_index
    outcome.lost_frames = len(line.untouched - kept)
    return outcome


@dataclass
class Report:
    """What became of many damaged frames."""

    kinds: Counter[str] = field(default_factory=Counter)
    untouched: int = 0
    total: Outcome = field(default_factory=Outcome)

    @property
    def n_damaged(self) -> int:
        """Frames that are not what they were."""
        return sum(self.kinds.values()) - self.kinds["no damage"] - self.kinds["repeat"]


def damage(n_frames: int, seed: int) -> Report:
    """Damage at least `n_frames` frames of one long stream and judge what a decoder makes of it."""
    random = np.random.default_rng(seed)
    decoder = StreamDecoder(INFO.stream_id)
    decoder.feed(encode_info(INFO))
    report = Report()
    first = begin = 0
    while report.n_damaged < n_frames:
        line = damaged_line(5000, random, first)
        outcome = judge(decoder, line, np.sort(random.integers(0, len(line.data), 400)), begin)
        begin = decoder.counts.received_scans + decoder.counts.lost_scans
        first += 5000 * PER_FRAME
        report.kinds += line.kinds
        report.untouched += len(line.untouched)
        report.total.wrong_scans += outcome.wrong_scans
        report.total.lost_frames += outcome.lost_frames
        report.total.out_of_order += outcome.out_of_order
    return report
