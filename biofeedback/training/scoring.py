"""Scores of one repetition on one muscle: work average, response and release, steadiness, tracking. Formulas F7–F10.

Activation is percent of today's reference, one value a scan, NaN where it has no value (missing, settling, saturated).
One rule: a score is computed once, from the whole array of its phase, with sums of integers or exactly rounded ones;
so it cannot depend on how the scans came in. What cannot be told is None, never zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import signal

from biofeedback.emg.envelope import SCORE_WINDOW, Floats, Integers, quantised
from biofeedback.training.activation import STEPS

SETTLE = 1.0
"""Seconds of a phase that a work average leaves out: the effort is still rising."""
SETTLE_DIVISOR = 4
"""But never more than this part of the phase, 1/4: short phases keep most of themselves."""

ON_FRACTION = 0.75
"""Part of the work average whose crossing is the response."""
OFF_FRACTION = 0.375
"""Part of the work average whose crossing is the release."""
UNBROKEN = 0.1
"""Seconds that a crossing must last."""
ON_DELAY = 0.56
"""Windows after a step up until an RMS crosses 0.75 of it: 0.75²."""
OFF_DELAY = 0.86
"""Windows after a step down until an RMS crosses 0.375 of it: 1 − 0.375²."""
ANTICIPATED = 0.1
"""Seconds. Nobody answers a prompt sooner than this; who did was already moving."""
LATE = 2.0
"""Seconds."""

STEADY_WINDOW = 0.5
"""Seconds. Steadiness compares the RMS of windows of this length."""
STEADY_START, STEADY_END = 1.0, 0.5
"""Seconds left out at the two ends of a hold."""
STEADY_WINDOWS = 6
"""Fewer windows than this say nothing of steadiness."""
SPECTRUM_WINDOW = 0.25
"""Seconds. Length of the Hann segments of the spectrum in F9: a resolution of 4 Hz."""

TRACKING_START = 2.0
"""Seconds in which the line is being found."""
TRACKING_LEAST = 1.0
"""Seconds of values without which there is no tracking error."""

Timing = Literal["anticipated", "in time", "late"]


@dataclass(frozen=True, slots=True)
class Steadiness:
    """F9, all in percent of the mean RMS: variation `observed`, its `floor`, and `steadiness` above the floor."""

    observed: float
    floor: float
    steadiness: float


@dataclass(frozen=True, slots=True)
class TrackingError:
    """F10, in points (percent of the reference): root mean square `rmse`, and mean `error`, positive above the line."""

    rmse: float
    error: float


def mean_activation(activation: Floats) -> float | None:
    """Return the mean of `activation` in percent, shape (n,), over its values, to 3 decimals; None if it has none."""
    values = quantised(activation[np.isfinite(activation)], STEPS)
    return round(int(values.sum()) / len(values) / STEPS, 3) if len(values) else None


def settle_scans(n: int, rate: float) -> int:
    """Return how many first scans of a phase of `n` scans at `rate` hertz an average leaves out: min(1 s, 25 %)."""
    return min(round(SETTLE * rate), n // SETTLE_DIVISOR)


def work_average(activation: Floats, rate: float) -> float | None:
    """Return F7, the mean activation in percent over a phase without its first min(1 s, 25 %).

    `activation`: percent, shape (n,), every scan of the phase at `rate` hertz, missing ones as NaN: they are left out
    of the mean but count for the phase's length. None when no value remains.
    Source: leaving out the first second follows a clinical EMG guide (Nu-Tek); the 25 % is judgement.
    Limits: percent of a best that is measured anew each day stays near its target by construction, so it is no
    yardstick between days; EMG amplitude is not force. At low levels it reads a little low (flicker of the envelope,
    tests/training/test_properties.py).
    """
    return mean_activation(activation[settle_scans(len(activation), rate) :])


def response_time(activation: Floats, rate: float, average: float) -> float | None:
    """Return F8, seconds from the prompt to the response, to 4 decimals.

    `activation`: percent, shape (n,), its first scan is the prompt's; `average`: this repetition's work average (F7)
    in percent. The response is the first scan from which activation stays ≥ 0.75 · average for 0.1 s; 0.56 W is taken
    off, by which a window of W = 0.125 s is late for a step. NaN breaks a run. None when it never comes or the average
    is not above 0. Negative: the muscle worked before the prompt (see `timing`).
    Source: 75 % from a clinical EMG guide (Nu-Tek); 0.56 = 0.75², derived and simulated. 400 steps of noise 140 Hz
    wide at 1000 Hz, seen through band-pass and RMS: median error 4 ms, middle 90 % from −27 to 50 ms.
    Limits: only where rests are random and nothing counts down. One time is rough: use a median of many. Part of it is
    how fast the effort rises, so it is not the reaction time of a nerve; it repeats poorly across days.
    """
    return _crossing(activation >= ON_FRACTION * average, rate, ON_DELAY) if average > 0 else None


def release_time(activation: Floats, rate: float, average: float) -> float | None:
    """Return F8, seconds from the prompt to let go until it is done, to 4 decimals.

    As `response_time`, but from the relax prompt, to the first scan from which activation stays ≤ 0.375 · average for
    0.1 s, minus 0.86 W (0.86 = 1 − 0.375²). Same 400 steps down: median error 0 ms, middle 90 % from −24 to
    13 ms. Source and limits as there.
    """
    return _crossing(activation <= OFF_FRACTION * average, rate, OFF_DELAY) if average > 0 else None


def timing(seconds: float) -> Timing:
    """Return what a response or release time is called (F8): below 0.1 s anticipated, above 2 s late.

    Judgement. Such times are counted and named, never dropped: what is dropped makes the rest look better.
    """
    if seconds < ANTICIPATED:
        return "anticipated"
    return "late" if seconds > LATE else "in time"


def steadiness(x: Floats | Integers, rate: float) -> Steadiness | None:
    """Return F9, how steady the EMG of a hold was, in percent, beyond what noise of its bandwidth varies by itself.

    `x`: band-passed samples of the hold at `rate` hertz, shape (n,), any linear unit (the result does not depend on
    it). Without the first 1 s and the last 0.5 s: RMS in consecutive 0.5 s windows, linear trend removed,
    CV_obs = 100 · SD / mean (SD with n − 2: the trend took two). Floor CV₀ = 100 / (2√(B · 0.5)), B from `bandwidth`:
    6 % at 140 Hz. Steadiness = √max(0, CV_obs² − CV₀²).
    None with fewer than 6 windows (a hold under 4.5 s), with a missing sample in them, or when there is no signal.
    Source: error of a mean square estimate of Gaussian noise (random-data theory; book unchecked); windows judgement.
    Measured on steady noise 140 Hz wide: CV_obs 6 %, steadiness 0 in half of all 5 s holds, but up to 6.4 % in
    95 of 100; in 30 s holds up to 3.3 %. So one short hold cannot show a small unsteadiness: use a median.
    Limits: EMG, not force. A drift is taken off, changes quicker than 1 Hz are averaged away. Mains hum narrows the
    spectrum and hides unsteadiness. Only for a waveform (RAW), never for an envelope.
    """
    used = x[round(STEADY_START * rate) : len(x) - round(STEADY_END * rate)]
    window = round(STEADY_WINDOW * rate)
    n_windows = len(used) // window
    used = used[: n_windows * window]
    if n_windows < STEADY_WINDOWS or not np.all(np.isfinite(used)):
        return None
    # 24 bits: squares of a window sum exactly in int64, whatever the unit was
    _, exponent = np.frexp(np.max(np.abs(used)))
    values = np.rint(np.ldexp(np.asarray(used, dtype=np.float64), 24 - int(exponent))).astype(np.int64)
    width = bandwidth(values, rate)
    if width is None:
        return None
    windows = values.reshape(n_windows, window)
    rms = np.sqrt((windows * windows).sum(axis=1) / window)
    mean = float(rms.mean())
    position = np.arange(n_windows) - (n_windows - 1) / 2
    residual = rms - mean - position * (float(position @ rms) / float(position @ position))
    observed = 100 * math.sqrt(float(residual @ residual) / (n_windows - 2)) / mean
    floor = 100 / (2 * math.sqrt(width * STEADY_WINDOW))
    above = math.sqrt(max(0.0, observed * observed - floor * floor))
    return Steadiness(round(observed, 3), round(floor, 3), round(above, 3))


def bandwidth(x: Floats | Integers, rate: float) -> float | None:
    """Return the statistical bandwidth B = (ΣP)² Δf / ΣP² of `x` at `rate` hertz, shape (n,), in hertz.

    P is Welch's spectrum: Hann segments of 0.25 s, overlapping by half. A spectrum of few segments is ragged, and
    ΣP² too large by 1 + v, v = 1/K + 2ρ(K − 1)/K², with K segments and ρ = 1/36 between neighbours (Hann; derived):
    that is taken out. Measured: right within 3 % on 3.5 s and 10 s of noise 59 to 443 Hz wide, and too wide
    rather than too narrow.
    None when `x` is shorter than one segment or has no variance.
    """
    segment = round(SPECTRUM_WINDOW * rate)
    n_segments = (len(x) - segment) // (segment - segment // 2) + 1
    if n_segments < 1:
        return None
    frequency, power = signal.welch(np.asarray(x, np.float64), rate, nperseg=segment, noverlap=segment // 2)
    squares = float(power @ power)
    if not squares > 0:
        return None
    ragged = 1 / n_segments + 2 / 36 * (n_segments - 1) / n_segments**2
    return float(power.sum()) ** 2 * float(frequency[1]) / squares * (1 + ragged)


def tracking_error(activation: Floats, target: Floats, rate: float) -> TrackingError | None:
    """Return F10, how far activation was from the line to follow, in points, to 3 decimals.

    `activation` and `target`: percent, shape (n,), of the same scans at `rate` hertz. A(t + W/2) is compared with
    target(t), since the window of W = 0.125 s lags by half of itself; the first 2 s and NaN are left out. None when
    fewer than 1 s of values remain. Raises ValueError for arrays of different length.
    Source: the usual RMSE, as in tracking tasks with force (PMC3631578); 2 s and 1 s are judgement.
    Limits: includes the flicker of the envelope, about 12 % of the level for EMG 140 Hz wide: an effort that is
    exactly right reads 2.6 points on a line from 10 to 30. The person's own lag is part of the error.
    """
    if len(activation) != len(target):
        raise ValueError(f"{len(activation)} scans of activation cannot be compared with {len(target)} of the line")
    first, lag = round(TRACKING_START * rate), round(SCORE_WINDOW / 2 * rate)
    difference = activation[first + lag :] - target[first : max(first, len(target) - lag)]
    values = difference[np.isfinite(difference)]
    if len(values) < max(1, round(TRACKING_LEAST * rate)):
        return None
    # math.fsum is exact: squares of a wild reference would not fit integers
    rmse = math.sqrt(math.fsum(values * values) / len(values))
    return TrackingError(round(rmse, 3), round(math.fsum(values) / len(values), 3))


def wave(index_offsets: Integers, rate: float, frequency: float, low: float, high: float) -> Floats:
    """Return the line to follow in percent, same shape as `index_offsets` (scans since its start) at `rate` hertz.

    A sine of `frequency` hertz between `low` and `high`, beginning at `low`: low + (high − low) · (1 − cos 2πft) / 2,
    rounded to 1/1024 percent.
    """
    turns = index_offsets * (frequency / rate)
    line = low + (high - low) * (1 - np.cos(2 * np.pi * turns)) / 2
    return np.asarray(np.rint(line * STEPS) / STEPS)


def _crossing(beyond: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], rate: float, delay: float) -> float | None:
    """Return the time of the first of 0.1 s of True on end, less `delay` windows; None if there is none."""
    needed = max(1, round(UNBROKEN * rate))
    if len(beyond) < needed:
        return None
    whole = np.flatnonzero(np.lib.stride_tricks.sliding_window_view(beyond, needed).all(axis=1))
    return round(int(whole[0]) / rate - delay * SCORE_WINDOW, 4) if len(whole) else None
