"""Where the power of a RAW channel lies, and whether it moved down during one long hold: fatigue (F15).

A fatiguing muscle conducts its action potentials more slowly, so the median of its power spectrum falls (De Luca 1984,
Crit Rev Biomed Eng 11:251). How far is not comparable between days or people, so only the direction is put in words.
Rule: where the median could fall or stay for another reason (an envelope, a slow rate, noise, a short hold, missing
scans) there is no number at all, and a sentence says why.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special

from biofeedback.emg.envelope import Floats
from biofeedback.emg.sensor import Sensor

LOWEST_RATE = 512.0
"""Scans per second. Below, the top of the spectrum is cut off and the median moves less than it should."""
LEAST_SNR = 10.0
"""Decibels above rest (Sensors 2022 22:6360: below, the errors of the spectrum's mean frequency are unacceptable)."""
SHORTEST_HOLD = 20.0
"""Seconds inside the band."""
LONGEST_DIP = 0.3
"""Seconds out of the band that do not end a hold, as in practice (F5)."""
WINDOW = 4.0
"""Seconds for each value of the median frequency; windows do not overlap, so their errors are independent."""
SEGMENT = 1.0
"""Seconds of each tapered segment within a window; segments overlap by half."""
CONFIDENCE = 0.95

Inside = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Withheld:
    """Why there is no result, in one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Fatigue:
    """The course of the median frequency over one hold of `n_scans` that began at scan `first_index`.

    `median_frequencies` in hertz, one for every 4 s; the line fitted to them begins at `intercept` hertz and falls or
    rises by `slope` percent of that a minute; the 95 % interval of the slope is `slope_low` to `slope_high`.
    """

    first_index: int
    n_scans: int
    median_frequencies: tuple[float, ...]
    intercept: float
    slope: float
    slope_low: float
    slope_high: float

    @property
    def verdict(self) -> Literal["frequency fell", "no clear fall"]:
        """All that is said of it: it fell when the whole interval lies below zero."""
        return "frequency fell" if self.slope_high < 0 else "no clear fall"


def signal_to_noise(rms: float, rest_rms: float) -> float:
    """Return the decibels by which the power of the muscle alone exceeds rest: 10·log10((E² − R²) / R²).

    `rms` while the muscle works and `rest_rms` in the same unit; -inf when it is no more than rest, +inf without noise.
    Raises ValueError for anything but finite amplitudes of zero or more.
    """
    if not (0 <= rms < math.inf and 0 <= rest_rms < math.inf):
        raise ValueError(f"{rms:g} and {rest_rms:g} are not two amplitudes")
    muscle = rms * rms - rest_rms * rest_rms
    if muscle <= 0:
        return -math.inf
    noise = rest_rms * rest_rms
    return 10 * math.log10(muscle / noise) if noise else math.inf


def median_frequency(x: Floats, rate: float) -> float:
    """Return the frequency in hertz that halves the power of `x`, samples at `rate` hertz, shape (n,).

    Welch's method by hand: segments of 1 s, Hann tapered, their mean taken off, overlapping by half. Every line of the
    spectrum stands for the band around it, and the median is found within that band by a straight line.
    Raises ValueError for less than a segment, for missing samples and for a signal without power.
    """
    size = round(SEGMENT * rate)
    if x.ndim != 1 or len(x) < size or not np.isfinite(x).all():
        raise ValueError(f"a median frequency needs {SEGMENT:g} s of one channel without a gap")
    segments = np.lib.stride_tricks.sliding_window_view(x, size)[:: size // 2]
    taper = np.sin(np.pi * np.arange(size) / size) ** 2
    lines = np.fft.rfft((segments - segments.mean(axis=1, keepdims=True)) * taper, axis=1)
    power = (lines.real**2 + lines.imag**2).sum(axis=0)
    power[1 : (size + 1) // 2] *= 2  # every line but 0 Hz and half the rate stands for its negative frequency too
    total = np.concatenate([[0.0], np.cumsum(power)])
    if total[-1] <= 0:
        raise ValueError("a signal that does not change has no median frequency")
    edges = np.clip(np.arange(len(total)) - 0.5, 0, size / 2) * rate / size
    return float(np.interp(total[-1] / 2, total, edges))


def fatigue(x: Floats, rate: float, inside: Inside, snr: float, *, sensor: Sensor = Sensor.RAW) -> Fatigue | Withheld:
    """Return the course of the median frequency over the longest hold in `x`, or why there is none (F15).

    `x`: band-passed counts of one channel at `rate` hertz, NaN where scans are missing; `inside`: whether each scan
    was valid and inside the target band; both of shape (n,). `snr`: decibels of the hold above rest
    (`signal_to_noise`). Time of the fit runs from the start of the hold and each value stands at the middle of its
    window. The interval is that of Student's t with two degrees of freedom less than there are windows; the intercept
    is taken as known in it. Values are rounded to 3 decimals. Raises ValueError when the shapes do not fit.
    """
    if x.ndim != 1 or x.shape != inside.shape:
        raise ValueError(f"samples of shape {x.shape} and a band of shape {inside.shape} do not belong together")
    if sensor is not Sensor.RAW:
        return Withheld(f"Only a RAW output carries a spectrum; this channel is {sensor.value}.")
    if rate < LOWEST_RATE:
        return Withheld(f"{rate:g} scans per second are too few; {LOWEST_RATE:g} are needed.")
    if not snr >= LEAST_SNR:
        return Withheld(f"The hold is too little above rest: {snr:.1f} dB; {LEAST_SNR:g} dB are needed.")
    first, stop = _longest_hold(inside, round(LONGEST_DIP * rate))
    if stop - first < round(SHORTEST_HOLD * rate):
        seconds = math.floor((stop - first) / rate * 10) / 10
        return Withheld(f"The longest hold inside the band is {seconds:.1f} s; {SHORTEST_HOLD:g} s are needed.")
    hold = x[first:stop]
    missing = int(np.isnan(hold).sum())
    if missing:
        return Withheld(f"{missing} scans are missing inside the hold.")
    length = round(WINDOW * rate)
    windows = [hold[start : start + length] for start in range(0, len(hold) - length + 1, length)]
    if any(np.ptp(window) == 0 for window in windows):
        return Withheld("The signal stood still during the hold.")
    medians = np.array([median_frequency(window, rate) for window in windows])
    middles = np.array([(number + 0.5) * length / rate for number in range(len(medians))])
    intercept, slope, margin = _line(middles, medians)
    if intercept <= 0:
        return Withheld("The median frequencies of the hold lie on no line that starts above zero.")
    per_minute = 100 * 60 / intercept
    return Fatigue(
        first_index=first,
        n_scans=stop - first,
        median_frequencies=tuple(round(float(median), 3) for median in medians),
        intercept=round(intercept, 3),
        slope=round(slope * per_minute, 3),
        slope_low=round((slope - margin) * per_minute, 3),
        slope_high=round((slope + margin) * per_minute, 3),
    )


def _longest_hold(inside: Inside, longest_dip: int) -> tuple[int, int]:
    """Return the first scan of the longest hold and the one past its end; the first one of equals."""
    at = np.flatnonzero(inside)
    if not len(at):
        return 0, 0
    breaks = np.flatnonzero(np.diff(at) - 1 > longest_dip) + 1
    holds = [(int(at[a]), int(at[b - 1]) + 1) for a, b in pairwise([0, *breaks.tolist(), len(at)])]
    return max(holds, key=lambda hold: hold[1] - hold[0])


def _line(t: Floats, y: Floats) -> tuple[float, float, float]:
    """Return intercept, slope and half of the slope's confidence interval, by least squares; at least three points."""
    middle, mean = float(t.mean()), float(y.mean())
    spread = float(((t - middle) ** 2).sum())
    slope = float(((t - middle) * (y - mean)).sum()) / spread
    intercept = mean - slope * middle
    freedom = len(t) - 2
    variance = float(((y - intercept - slope * t) ** 2).sum()) / freedom
    quantile = float(special.stdtrit(freedom, (1 + CONFIDENCE) / 2))
    return intercept, slope, quantile * math.sqrt(variance / spread)
