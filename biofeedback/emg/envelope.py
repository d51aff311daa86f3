"""Envelopes: how large the signal is just now. Exact to the bit in any chunking.

Strategy: values are rounded to a fixed step (1/1024 count; 1/4 above 16 bits) and summed as integers. An integer
running sum does not drift, does not depend on how the samples were cut, and is the same on every CPU; a float one is
none of these. Published values are rounded to the same step before anything is decided on them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from biofeedback.emg.filters import Cascade
from biofeedback.emg.sensor import Sensor

SCORE_WINDOW = 0.125
"""Seconds. The one window of every score: causal RMS (CEDE asks that it be stated)."""
ENV_WINDOW = 0.1
"""Seconds. Light smoothing of a sensor's own envelope, which is slow already."""
GAUSSIAN_ARV_TO_RMS = math.sqrt(math.pi / 2)
"""RMS of a Gaussian signal over its mean absolute value: puts linear envelopes on the same scale as RMS ones."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def steps_per_count(adc_bits: int) -> int:
    """Return how finely values are rounded: 1024 steps a count up to 16 bits, 4 above (so that squares fit int64)."""
    return 1024 if adc_bits <= 16 else 4


def quantised(x: Floats, steps: int) -> Integers:
    """Return `x` as whole numbers of 1/`steps` count."""
    return np.rint(x * steps).astype(np.int64)


class RunningSum:
    """Sum over the last `window` scans of each channel, in integers.

    Overflow of the cumulative sum is harmless (differences are exact modulo 2**64); a window itself stays below 2**60
    for 16-bit counts at 2 kHz.
    """

    def __init__(self, window: int, n_channels: int) -> None:
        self.window = window
        self._recent = np.zeros((window, n_channels), dtype=np.int64)

    def restart(self) -> None:
        """Forget everything: the past counts as zero."""
        self._recent[:] = 0

    def process(self, values: Integers) -> Integers:
        """Return, for each scan of (n_scans, n_channels), the sum over the window that ends with it."""
        joined = np.concatenate([self._recent, values])
        total = np.cumsum(joined, axis=0)
        self._recent = joined[len(values) :]
        return np.asarray(total[self.window :] - total[: -self.window], dtype=np.int64)


class _Windowed:
    """What RMS and mean have in common: a window of `window` seconds on scans at `rate` hertz, and its delay."""

    def __init__(self, window: float, rate: float, n_channels: int, steps: int) -> None:
        self._sum = RunningSum(max(1, round(window * rate)), n_channels)
        self._steps = steps
        self.delay = self._sum.window / rate / 2
        self.settling = self._sum.window / rate

    def restart(self) -> None:
        """Begin a new segment."""
        self._sum.restart()


class Rms(_Windowed):
    """Causal RMS over a window of band-passed (or rectified) values, in counts."""

    def process(self, values: Integers) -> Floats:
        """Return the RMS in counts, rounded to 1/steps, for `values` in steps, both (n_scans, n_channels)."""
        mean_square = self._sum.process(values * values) / self._sum.window
        return np.rint(np.sqrt(mean_square)) / self._steps


class Mean(_Windowed):
    """Causal mean over a window, in counts: the light smoothing of a sensor's own envelope."""

    def process(self, values: Integers) -> Floats:
        """Return the mean in counts, rounded to 1/steps, for `values` in steps, both (n_scans, n_channels)."""
        return np.rint(self._sum.process(values) / self._sum.window) / self._steps


class Linear:
    """Linear envelope: rectified, then a causal second-order Butterworth low-pass at `cutoff` hertz. Display only."""

    def __init__(self, cutoff: float, rate: float, n_channels: int, steps: int) -> None:
        sos = np.asarray(signal.butter(2, cutoff, fs=rate, output="sos"), dtype=np.float64)
        self._filter = Cascade(sos, n_channels)
        self._first: Floats | None = None
        self._steps = steps
        self.delay = math.sqrt(2) / (2 * math.pi * cutoff)  # group delay of a Butterworth of order 2 at 0 Hz
        self.settling = 3 * self.delay

    def restart(self) -> None:
        """Begin a new segment."""
        self._filter.restart()
        self._first = None

    def process(self, values: Integers) -> Floats:
        """Return the envelope in counts on the RMS scale, rounded to 1/steps, for `values` in steps."""
        rectified = np.abs(values).astype(np.float64)
        if self._first is None and len(rectified):
            self._first = rectified[0].copy()
        if self._first is None:
            return rectified
        level = self._filter.process(rectified) + self._first
        return np.rint(np.maximum(level, 0) * GAUSSIAN_ARV_TO_RMS) / self._steps


@dataclass(frozen=True, slots=True)
class Display:
    """A choice of what the bar shows. It never touches a score."""

    name: str
    window: float | None = None
    """Seconds, for RMS."""
    cutoff: float | None = None
    """Hertz, for a linear envelope."""

    def make(self, rate: float, n_channels: int, steps: int) -> Rms | Linear:
        """Return the envelope for scans at `rate` hertz."""
        if self.cutoff is not None:
            return Linear(self.cutoff, rate, n_channels, steps)
        return Rms(self.window or SCORE_WINDOW, rate, n_channels, steps)


DISPLAYS = {
    choice.name: choice
    for choice in (
        Display("RMS 125 ms", window=0.125),
        Display("RMS 50 ms", window=0.05),
        Display("RMS 250 ms", window=0.25),
        Display("linear 3 Hz", cutoff=3),
        Display("linear 5 Hz", cutoff=5),
        Display("linear 6 Hz", cutoff=6),
        Display("linear 10 Hz", cutoff=10),
    )
}
"""What the person may choose; the first is the score envelope itself."""
DEFAULT_DISPLAY = "RMS 125 ms"


def is_amplitude(sensor: Sensor) -> bool:
    """Whether the pin carries a waveform to take an RMS of (RAW, RECT), not an envelope already (ENV, unknown)."""
    return sensor in (Sensor.RAW, Sensor.RECT)
