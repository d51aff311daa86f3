"""What a decoder says: frozen events, oldest first.

Indices count scans from the start of a stream (0 is the first scan the board took after the stream was started);
they never wrap. `Scans` and `Gap` cover every index once and in order: what is not in a `Scans` is in a `Gap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int32]
"""Raw ADC integers, shape (n_scans, n_channels), oldest first."""

GapCause = Literal["line", "board", "reconnect", "storage"]
"""Who lost the scans: the line, the board (it said so), a reset or replug, or a full recorder queue."""

Protection = Literal["crc", "none"]
"""What keeps a damaged sample out: a CRC on every frame, or nothing but its form."""


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a board says of the stream it sends. SI units: volts, seconds, hertz."""

    stream_id: int
    n_channels: int
    scans_per_frame: int
    adc_bits: int
    vref: float
    channel_skew: float
    tick_hz: int
    period_ticks: int
    board: str
    mode: int = 1
    proto: int = 1
    firmware: tuple[int, int] = (0, 0)
    protection: Protection = "crc"
    rate_is_estimated: bool = False
    """Whether the rate was guessed from arrival times: the board neither says nor keeps one that is known."""

    @property
    def caveats(self) -> tuple[str, ...]:
        """What a person must know before trusting the samples, in words; nothing for a protected stream."""
        unprotected = ("unprotected",) if self.protection == "none" else ()
        return (*unprotected, "rate estimated") if self.rate_is_estimated else unprotected

    @property
    def rate(self) -> float:
        """Scans per second on the board's own clock (which may be 0.5 % off true time)."""
        return self.tick_hz / self.period_ticks


@dataclass(frozen=True, slots=True)
class Scans:
    """Consecutive scans: `counts` of shape (n_scans, n_channels), the first one being scan `first_index`."""

    first_index: int
    counts: Counts

    @property
    def end_index(self) -> int:
        """Index just past the last scan."""
        return self.first_index + len(self.counts)


@dataclass(frozen=True, slots=True)
class Gap:
    """`n_scans` scans from `first_index` on are missing: never zero, never interpolated, never scored."""

    first_index: int
    n_scans: int
    cause: GapCause = "line"

    @property
    def end_index(self) -> int:
        """Index of the first scan after the hole."""
        return self.first_index + self.n_scans


@dataclass(frozen=True, slots=True)
class Status:
    """The board's own account, once a second: its uptime in seconds and scans it had to drop since the start."""

    stream_id: int
    uptime: float
    overruns: int


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of text from the board, such as an error that begins with '!'."""

    text: str


Event = StreamInfo | Scans | Gap | Status | TextLine
