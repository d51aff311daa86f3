"""What goes wrong between a muscle and an ADC's counts, injected into counts that were good.

Each fault has a strength in physical terms: µV at the electrode, seconds, shares of a voltage range. Nothing here comes
from what detects them: how a fault is seen is unknown to it. All take the counts (n,) of a channel and return new ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biofeedback.emg.envelope import Floats
from biofeedback.wire.events import Counts


@dataclass(frozen=True)
class Input:
    """One ADC input behind a sensor: scans at `rate` hertz, `bits`, and µV at the electrode per count."""

    rate: float
    bits: int
    microvolts: float

    @property
    def top(self) -> int:
        return int(2**self.bits - 1)

    @property
    def half_range(self) -> float:
        """µV from the middle to a rail."""
        return self.top * self.microvolts / 2

    def digitised(self, microvolts: Floats) -> Counts:
        """Return µV around the middle of the range as counts, cut at the rails."""
        counts = np.floor(microvolts / self.microvolts + 2 ** (self.bits - 1))
        return np.asarray(np.clip(counts, 0, self.top), dtype=np.int32)

    def seen(self, counts: Counts) -> Floats:
        """Return counts as µV around the middle."""
        return np.asarray((counts + 0.5 - 2 ** (self.bits - 1)) * self.microvolts)


Random = np.random.Generator


def with_hum(counts: Counts, span: slice, adc: Input, rms: float, mains: int, random: Random) -> Counts:
    """Hum of `rms` µV with odd harmonics ahead, up to 0.2 Hz off its nominal frequency."""
    x = adc.seen(counts)
    x[span] += _hum(span.stop - span.start, adc.rate, rms, mains, random)
    return adc.digitised(x)


def with_drift(counts: Counts, span: slice, adc: Input, speed: float, random: Random) -> Counts:
    """A baseline that moves at `speed` µV/s at first: straight, or settling; and then stays where it went to."""
    x = adc.seen(counts)
    t = np.arange(span.stop - span.start) / adc.rate
    if random.random() < 0.5:
        way = speed * t
    else:
        settling = random.uniform(1.5, 4.0)
        way = speed * settling * (1 - np.exp(-t / settling))
    way *= random.choice([-1.0, 1.0])
    x[span] += way
    x[span.stop :] += way[-1]
    return adc.digitised(x)


def with_movement(counts: Counts, at: int, adc: Input, peak: float, random: Random) -> tuple[Counts, int]:
    """An electrode or lead that is pulled once, by `peak` µV; return also the scan at which that is over.

    One bump, a bump and its counterpart, or a jump that goes back by itself.
    """
    x = adc.seen(counts)
    width = random.uniform(0.03, 0.07)
    t = np.arange(len(x)) / adc.rate - at / adc.rate
    kind = random.integers(3)
    middle = (t - 2.5 * width) / width
    if kind == 0:
        pull, seconds = np.exp(-(middle**2) / 2), 5 * width
    elif kind == 1:
        pull, seconds = np.sqrt(np.e) * middle * np.exp(-(middle**2) / 2), 5 * width
    else:
        back = random.uniform(0.1, 0.4)
        pull, seconds = np.where(t >= 0, np.exp(-np.maximum(t, 0) / back), 0), 3 * back
    x[at:] += random.choice([-1.0, 1.0]) * peak * pull[at:]
    return adc.digitised(x), at + round(seconds * adc.rate)


def with_loose_electrode(counts: Counts, span: slice, adc: Input, hum: float, mains: int, random: Random) -> Counts:
    """An electrode that lost its skin: 0–30 % of the muscle, hum of `hum` µV RMS, noise, and a baseline that jumps.

    The first jump is at the beginning, then one to four a second, each of 0.4 to 3 mV.
    """
    x = adc.seen(counts)
    n = span.stop - span.start
    middle = float(np.median(x[span]))
    jumps = np.zeros(n)
    at = 0
    while at < n:
        jumps[at:] += random.choice([-1.0, 1.0]) * min(random.uniform(400, 3000), adc.half_range / 3)
        at += round(random.uniform(0.25, 1.0) * adc.rate)
    left = random.uniform(0, 0.3) * (x[span] - middle)
    noise = random.uniform(5, 40) * random.standard_normal(n)
    x[span] = middle + left + noise + jumps + _hum(n, adc.rate, hum, mains, random)
    return adc.digitised(x)


def with_dead_line(counts: Counts, span: slice, adc: Input, toggling: bool, random: Random) -> Counts:
    """A cable that came off: some voltage inside the range that does not move, or (`toggling`) an ADC's last bit."""
    dead = counts.copy()
    level = random.integers(adc.top // 10, adc.top - adc.top // 10)
    dead[span] = level + (random.integers(0, 2, span.stop - span.start) if toggling else 0)
    return dead


def with_offset(counts: Counts, span: slice, adc: Input, beyond: float, random: Random) -> Counts:
    """A voltage between the electrodes that puts the middle of the signal `beyond` µV past a rail."""
    x = adc.seen(counts)
    way = adc.half_range + beyond
    side = random.choice([-1.0, 1.0])
    x[span] += side * way - float(np.median(x[span]))
    return adc.digitised(x)


def with_gain(counts: Counts, span: slice, adc: Input, factor: float) -> Counts:
    """A gain turned up by `factor`: peaks are cut."""
    x = adc.seen(counts)
    middle = float(np.median(x[span]))
    x[span] = middle + factor * (x[span] - middle)
    return adc.digitised(x)


def lost_scans(n: int, span: slice, adc: Input, share: float, random: Random) -> list[tuple[int, int]]:
    """Return the holes (first, end) that a line leaves which loses `share` of its frames of 10 ms, within `span`."""
    frame = round(0.01 * adc.rate)
    holes: list[tuple[int, int]] = []
    for first in range(span.start, min(span.stop, n - frame), frame):
        if random.random() < share:
            if holes and holes[-1][1] == first:
                holes[-1] = (holes[-1][0], first + frame)
            else:
                holes.append((first, first + frame))
    return holes


def _hum(n: int, rate: float, rms: float, mains: int, random: Random) -> Floats:
    t = np.arange(n) / rate
    frequency = mains + random.uniform(-0.2, 0.2)
    wave: Floats = np.zeros(n)
    for harmonic, most in ((1, 1.0), (2, 0.15), (3, 0.4), (5, 0.25), (7, 0.1)):
        if harmonic * frequency < rate / 2:
            size = most if harmonic == 1 else random.uniform(0, most)
            wave += size * np.sin(2 * np.pi * harmonic * frequency * t + random.uniform(0, 2 * np.pi))
    return np.asarray(rms * wave / np.sqrt(np.mean(wave**2)))
