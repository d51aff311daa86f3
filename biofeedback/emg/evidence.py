"""What hops show of each channel: rails, stillness, hum, a baseline that jumps or drifts, and what these say together.

Sizes are judged in µV at the electrode; where no gain is told, a MyoWare's RAW gain of 200 is assumed for that.
One rule: evidence looks back 0.9 s at most, never across missing scans, so that it follows its cause within a second.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.emg.findings import Name
from biofeedback.emg.hops import Hop, Hops
from biofeedback.emg.mains import HUM_SHARE, floor_above
from biofeedback.emg.quality import FLAT_COUNTS, RAIL_SAMPLES, Flags
from biofeedback.emg.sensor import ChannelSettings, Sensor, microvolts_per_count
from biofeedback.wire.events import Counts

RAW_GAIN: Final = 200.0
SUPPLY_MARGIN: Final = 0.98
"""Of a supply below the reference voltage, where the sensor's output is taken to end."""
WINDOW: Final = 5
"""Hops that rails, hum and movement are judged on: 0.5 s, as for `SignalCheck` and `MainsShare`."""
LONG: Final = 8
"""Hops that a still line and drift are judged on."""
FINE_STEP: Final = 4.5
"""µV. Up to it a line within one count for 0.8 s is stiller than any skin and amplifier (1.5 µV RMS make three counts).
Above it rest may not move at all, so a line must be constant, and one of `STILL_JUMP`, `STILL_LONG`, or never moved."""
STILL_JUMP: Final = 2.0
"""Counts between a constant line and where it last lay while it moved."""
STILL_LONG: Final = 100
"""Hops of a constant line: 10 s."""
HUM_LEAST: Final = (15.0, 0.7)
"""µV and counts. Hum below the larger one is that of good electrodes, or a coarse step's own, before a reference."""
LOOSE_HUM: Final = (110.0, 40.0)
"""µV. From the first, hum alone makes an electrode loose; from the second, with a baseline that jumps or drifts."""
LOOSE_SHARE: Final = 0.4
JERK_LEAST: Final = 150.0
"""µV by which a mains period's mean leaves the line through those a tenth of a second before and after."""
JERK_PER_RMS: Final = 1.4
"""The same in RMS of the signal around it; real contractions reach 1.04."""
DRIFT_LEAST: Final = 200.0
"""µV of baseline moved within 0.8 s: 285 µV/s."""
DRIFT_PER_RMS: Final = 0.6
SUDDEN: Final = 0.7
"""Share of that movement which, made within 0.2 s, is a small step instead."""

EVIDENCE: Final[tuple[Name, ...]] = ("saturation", "flat line", "loose", "hum", "drift", "movement")
"""Names of the rows of a `Sight`."""
_RAW_ONLY = np.array([[False], [True], [True], [True], [True], [True]])


@dataclass(frozen=True, slots=True)
class Sight:
    """What one hop brought; arrays of rows `EVIDENCE` by channels. Neither hit nor miss: between two thresholds."""

    seen: Flags
    """Whether enough was there to tell."""
    hit: Flags
    miss: Flags


class Evidence:
    """Weighs the hops of scans at `rate` hertz; settings as for `SignalWatch`. Sizes are those of the newest hop."""

    def __init__(
        self, rate: float, adc_bits: int, channels: tuple[ChannelSettings, ...], vref: float, mains: int, steps: int
    ) -> None:
        n = len(channels)
        self._raw = np.array([channel.sensor is Sensor.RAW for channel in channels])
        self.microvolts: Floats = np.array([_microvolts(channel, adc_bits, vref) for channel in channels])
        floor = np.where(self._raw, 0, -1).astype(np.int32)
        ceiling = np.array([_ceiling(channel, adc_bits, vref) for channel in channels], dtype=np.int32)
        self._hops = Hops(rate, mains, steps, floor, ceiling)
        self.n_scans = self._hops.n_scans
        """Scans in a hop."""
        self.hum_floor: Floats = np.maximum(HUM_LEAST[0], HUM_LEAST[1] * self.microvolts)
        """µV RMS from which hum is worth a look."""
        self.rails: Integers = np.zeros(n, dtype=np.int64)
        """Scans at a rail among the last `WINDOW` hops."""
        self.hum: Floats = np.zeros(n)
        """µV RMS of the lines."""
        self.share: Floats = np.zeros(n)
        """Share of the power that they are."""
        self._lay: Floats = np.full(n, np.nan)
        self._still_for: Integers = np.zeros(n, dtype=np.int64)
        self._recent: deque[Hop] = deque(maxlen=LONG + 1)
        self._jerks: deque[Flags] = deque(maxlen=LONG + 2)

    def restart(self) -> None:
        """Begin a new segment after missing scans; references stay, and where a line lay when it last moved."""
        self._hops.restart()
        self._recent.clear()
        self._jerks.clear()

    def forget(self) -> None:
        """Forget all signal; references stay."""
        self.restart()
        self._lay[:] = np.nan
        self._still_for[:] = 0

    def know(self, channel: int, rest: float, amplitude: float) -> None:
        """Judge hum of `channel` against a reference, both in counts."""
        self.hum_floor[channel] = max(floor_above(rest, amplitude), HUM_LEAST[1]) * self.microvolts[channel]

    def process(self, counts: Counts, x: Integers) -> Iterator[Sight]:
        """Yield what each hop shows that these scans complete; the sizes are its own until the next is asked for."""
        for hop in self._hops.process(counts, x):
            self._recent.append(hop)
            yield self._judge()

    def _judge(self) -> Sight:
        n = len(self._raw)
        nothing = np.zeros(n, dtype=np.bool_)
        recent = list(self._recent)
        window, whole = recent[-WINDOW:], len(recent) >= WINDOW
        self.rails = np.sum([hop.at_rail for hop in window], axis=0)
        railed = self.rails >= RAIL_SAMPLES
        still = self._still(recent[-LONG:]) & ~railed
        hum, no_hum = self._hum(window) if whole else (nothing, nothing)
        jerk = self._jerk(recent[-3:]) if len(recent) > 2 else nothing
        drift = self._drift(recent) if len(recent) > LONG else nothing
        moved = railed | drift | np.any([*self._jerks, nothing], axis=0)
        strong = (self.hum >= LOOSE_HUM[0]) & (self.share >= LOOSE_SHARE)
        loose = strong | (hum & (self.hum >= LOOSE_HUM[1]) & moved)
        hit = np.array([railed, still, loose, hum, drift, jerk])
        miss = ~hit
        miss[EVIDENCE.index("hum")] = no_hum
        seen = np.array([[True], [len(recent) >= LONG], [whole], [whole], [len(recent) > LONG], [len(recent) > 2]])
        return Sight(seen & (self._raw | ~_RAW_ONLY), hit, miss)

    def _still(self, recent: list[Hop]) -> Flags:
        """Return where the line is dead. Where a step is larger than rest, stillness alone does not say so."""
        newest = recent[-1]
        moves = newest.high > newest.low
        self._lay = np.where(moves, newest.mean, self._lay)
        self._still_for = np.where(moves, 0, self._still_for + 1)
        extent = np.max([hop.high for hop in recent], axis=0) - np.min([hop.low for hop in recent], axis=0)
        # NaN (never moved) is not near
        near = (np.abs(newest.mean - self._lay) <= STILL_JUMP) & (self._still_for < STILL_LONG)
        return np.asarray(np.where(self.microvolts <= FINE_STEP, extent <= FLAT_COUNTS, (extent == 0) & ~near))

    def _hum(self, window: list[Hop]) -> tuple[Flags, Flags]:
        """Return where there is hum, and where there is none any more."""
        turn = self._hops.turn
        total = window[0].waves
        phase = turn
        for hop in window[1:]:
            total = total + hop.waves * phase
            phase = phase * turn
        lines = 2 * (total.real**2 + total.imag**2) / WINDOW**2
        power = np.sum([hop.power for hop in window], axis=0) / WINDOW
        mains, begin = np.zeros(power.shape), 0
        for family in self._hops.families:
            mains = np.maximum(mains, lines[begin : begin + len(family)].sum(axis=0))
            begin += len(family)
        share = np.minimum(np.divide(mains, power, out=np.zeros_like(power), where=power > 0), 1.0)
        level = np.sqrt(mains) * self.microvolts
        self.hum, self.share = level, share
        hum = (share >= HUM_SHARE) & (level >= self.hum_floor)
        return hum, (share < 0.8 * HUM_SHARE) | (level < 0.8 * self.hum_floor)

    def _jerk(self, three: list[Hop]) -> Flags:
        before, middle, after = three
        size = np.abs(middle.parts - (before.parts + after.parts) / 2).max(axis=0) * self.microvolts
        jerk = size >= np.maximum(JERK_LEAST, JERK_PER_RMS * self._rms(three))
        self._jerks.append(jerk)
        return np.asarray(jerk)

    def _drift(self, recent: list[Hop]) -> Flags:
        """Compare the baseline's means up to where jerks are known; a jerk is no drift."""
        means = np.array([hop.mean for hop in recent[-LONG - 1 : -1]])
        moved = (means.max(axis=0) - means.min(axis=0)) * self.microvolts
        calm = ~np.any(self._jerks, axis=0)
        sudden = np.abs(means[2:] - means[:-2]).max(axis=0) * self.microvolts >= SUDDEN * moved
        drift = moved >= np.maximum(DRIFT_LEAST, DRIFT_PER_RMS * self._rms(recent[-WINDOW:]))
        return np.asarray(drift & ~sudden & calm)

    def _rms(self, hops: list[Hop]) -> Floats:
        """Return the RMS in µV of `hops`, hum and all."""
        power = np.sum([hop.power for hop in hops], axis=0) / len(hops)
        return np.asarray(np.sqrt(power) * self.microvolts)


def _microvolts(channel: ChannelSettings, adc_bits: int, vref: float) -> float:
    """Return µV per count that sizes are judged by."""
    known = microvolts_per_count(channel, adc_bits, vref)
    return (channel.vref or vref) / (1 << adc_bits) / RAW_GAIN * 1e6 if known is None else known


def _ceiling(channel: ChannelSettings, adc_bits: int, vref: float) -> int:
    """Return the count that the signal cannot pass: the ADC's last one, or where the sensor's supply ends below it."""
    last = (1 << adc_bits) - 1
    reference = channel.vref or vref
    if channel.supply is None or channel.supply >= reference:
        return last
    return min(last, round(SUPPLY_MARGIN * channel.supply / reference * (last + 1)))
