"""The signal check: what is wrong with each channel and with the board, named within a second and withdrawn as soon.

It decides nothing of scores (see `quality.SignalCheck`, `mains`, `spike`); it tells people what to look at.
One rule: decisions fall at fixed sample indices, every tenth of a second from the last gap, so that any chunking finds
the same.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np

from biofeedback.emg.envelope import Integers
from biofeedback.emg.evidence import EVIDENCE, FINE_STEP, WINDOW, Evidence, Sight
from biofeedback.emg.findings import Finding, Name, Severity, found, still_line
from biofeedback.emg.quality import Flags
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.wire.events import Counts

RAIL_FIX: Final = 0.05
"""Share of scans at a rail from which it is red: as many peaks of a Gaussian signal lie beyond two deviations."""
HUM_FIX: Final = 3.0
"""Times what is worth a look."""
FEWEST_STEPS: Final = 6.0
"""Counts of a reference amplitude: 150 µV at 24.4 µV a step. Below, rounding alone is 5 % of it, and one step 17 %."""
LOST_LOOK: Final = 0.01
LOST_FIX: Final = 0.1
"""Shares of the last second."""
RATE_LOOK: Final = 0.01
RATE_FIX: Final = 0.05
"""Relative errors of the rate; a board's own resonator is up to 0.5 % off."""
FORGOTTEN: Final = 15
"""Hops after which a finding that could not be looked at again (gaps, settling) is withdrawn."""

_ON_AFTER = np.array([[1], [1], [2], [2], [2], [1]])
_OFF_AFTER = np.array([[1], [1], [4], [3], [4], [8]])
"""Hops in a row that name a finding, and that withdraw it, by `EVIDENCE`."""


class _Latches:
    """Which findings stand: an array of rows `EVIDENCE` by channels. Hysteresis in time."""

    def __init__(self, n_channels: int) -> None:
        shape = (len(EVIDENCE), n_channels)
        self.on: Flags = np.zeros(shape, dtype=np.bool_)
        self._hits, self._misses = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        self._unseen = np.zeros(shape, dtype=np.int64)

    def judge(self, sight: Sight) -> None:
        """Take one hop's evidence; where nothing was seen, nothing was learned."""
        self._hits = np.where(sight.seen, np.where(sight.hit, self._hits + 1, 0), self._hits)
        self._misses = np.where(sight.seen, np.where(sight.miss, self._misses + 1, 0), self._misses)
        self.on = (self.on | (self._hits >= _ON_AFTER)) & (self._misses < _OFF_AFTER)
        self._unseen[sight.seen] = 0
        self.pass_unseen(1)

    def pass_unseen(self, n_hops: int) -> None:
        """Let `n_hops` pass about which nothing is known."""
        self._unseen += n_hops
        self.on &= self._unseen <= FORGOTTEN


class SignalWatch:
    """Watches scans at `rate` hertz of an ADC of `adc_bits`; `vref` in volts; `mains` in hertz, 0 where unknown.

    Values come in 1/`steps` count. On RAW everything can be found; on RECT, ENV and unknown outputs only the ceiling
    and a reference too small, as hum, drift and a lost contact look like muscle there.
    """

    def __init__(
        self, rate: float, adc_bits: int, channels: tuple[ChannelSettings, ...], vref: float, mains: int, steps: int
    ) -> None:
        self._rate = rate
        self._sensors = tuple(channel.sensor for channel in channels)
        self._evidence = Evidence(rate, adc_bits, channels, vref, mains, steps)
        self._latches = _Latches(len(channels))
        self._amplitude: list[float | None] = [None] * len(channels)
        self._holes: deque[tuple[int, int]] = deque()
        self._index: int | None = None
        self._judged_to = 0
        self._measured: float | None = None
        self.findings: tuple[Finding, ...] = ()
        """What is wrong now: by channel, most urgent first, then the board."""

    def process(self, first_index: int, counts: Counts, x: Integers) -> None:
        """Take the next scans: `counts` as they came and `x` as conditioned, in steps, both (n_scans, n_channels).

        Raise ValueError where `first_index` is not the scan after the last one; a gap must be told with `gap`.
        """
        if self._index is None:
            self._index = self._judged_to = first_index
        if first_index != self._index:
            raise ValueError(f"scan {self._index} comes next, not {first_index}")
        self._index += len(counts)
        for sight in self._evidence.process(counts, x):
            self._judged_to += self._evidence.n_scans
            self._latches.judge(sight)
            self._tell(self._judged_to)

    def gap(self, n_scans: int) -> None:
        """Take note of missing scans; what comes next is a new segment, findings stay until looked at again.

        Raise ValueError for a gap of no scans.
        """
        if n_scans < 1:
            raise ValueError(f"a gap of {n_scans} scans is none")
        self._index = (self._index or 0) + n_scans
        self._holes.append((self._index, n_scans))
        self._latches.pass_unseen(math.ceil(n_scans / self._evidence.n_scans))
        self._evidence.restart()
        self._judged_to = self._index
        self._tell(self._index)

    def restart(self) -> None:
        """Forget everything but references and the measured rate: another stream, or scans from elsewhere."""
        self._index = None
        self._holes.clear()
        self._latches = _Latches(len(self._sensors))
        self._evidence.forget()
        self._judged_to = 0
        self._tell(0)

    def know(self, channel: int, rest: float, amplitude: float) -> None:
        """Know a reference of `channel`: `amplitude` above `rest`, both in counts, from the next hop on.

        Raise ValueError unless both are finite, rest not negative, amplitude positive.
        """
        if not (math.isfinite(rest) and math.isfinite(amplitude) and rest >= 0 and amplitude > 0):
            raise ValueError(f"a reference of {amplitude:g} counts above {rest:g} is impossible: calibrate again")
        self._amplitude[channel] = amplitude
        self._evidence.know(channel, rest, amplitude)
        self._tell(self._judged_to)

    def rate(self, measured: float | None) -> None:
        """Know the scans per second against the host's clock; None while that means nothing."""
        self._measured = measured
        self._tell(self._judged_to)

    def _tell(self, index: int) -> None:
        told = []
        for channel, sensor in enumerate(self._sensors):
            standing = [name for name, on in zip(EVIDENCE, self._latches.on[:, channel], strict=True) if on]
            if "loose" in standing:  # one cause, one thing to do
                standing = [name for name in standing if name not in ("drift", "movement")]
            told += [self._word(name, channel, sensor) for name in standing]
            amplitude = self._amplitude[channel]
            if amplitude is not None and amplitude < FEWEST_STEPS:
                told.append(found("coarse step", "look", channel, counts=f"{amplitude:.1f}"))
        self.findings = (*told, *self._board(index))

    def _word(self, name: Name, channel: int, sensor: Sensor) -> Finding:
        match name:
            case "saturation":
                often = self._evidence.rails[channel] >= RAIL_FIX * WINDOW * self._evidence.n_scans
                return found(name, "fix" if often else "look", channel, sensor=sensor)
            case "flat line":
                coarse = self._evidence.microvolts[channel] > FINE_STEP
                return still_line(channel) if coarse else found(name, "fix", channel)
            case "hum":
                strong = self._evidence.hum[channel] >= HUM_FIX * self._evidence.hum_floor[channel]
                percent = 5 * round(20 * self._evidence.share[channel])  # coarse, so that the words stand still
                return found(name, "fix" if strong else "look", channel, percent=percent)
            case _:
                return found(name, "fix" if name == "loose" else "look", channel)

    def _board(self, index: int) -> list[Finding]:
        told = []
        since = index - round(self._rate)
        while self._holes and self._holes[0][0] <= since:
            self._holes.popleft()
        lost = sum(end - max(end - n, since) for end, n in self._holes) / round(self._rate)
        if lost > LOST_LOOK:
            told.append(found("lost scans", "fix" if lost >= LOST_FIX else "look", percent=round(100 * lost)))
        if self._measured is not None and (wrong := abs(self._measured / self._rate - 1)) > RATE_LOOK:
            severity: Severity = "fix" if wrong > RATE_FIX else "look"
            told.append(found("rate", severity, measured=round(self._measured), nominal=round(self._rate)))
        return told
