"""When a muscle was switched on and off: bursts of one RAW channel, for review and export, never live.

Strategy: Teager–Kaiser energy shows a burst by its amplitude and its frequency at once; a double threshold (level and
duration) on its mean over 125 ms says that there is a burst; the two edges are then found in the unsmoothed energy by
maximum likelihood, as a step or a ramp out of the level of rest.
Rule: the smoothing decides whether, never when, so its width and the threshold do not move an edge.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from biofeedback.emg.envelope import Floats

WINDOW = 0.125
"""Seconds over which energy is averaged to see whether there is a burst."""
GRID = 1000.0
"""Places a second at which an edge may stand; scans per second up to which neighbouring ones make the energy."""
BAND_TOP = 300.0
"""Hertz below which the energy is taken: the operator favours high frequencies, where a sensor has its noise and a
muscle little power. Measured with tests/onset_bench.py."""
ENTER = 8.0
"""Standard deviations of the averaged energy at rest above its mean that begin a burst. Measured: none of 400 seconds
of simulated rest is called a burst, and 3 dB above rest still is one."""
STAY = 3.0
"""Standard deviations above which a burst goes on."""
SHORTEST_BURST = 0.1
SHORTEST_PAUSE = 0.15
"""Seconds. Shorter bursts are left out, shorter pauses belong to the burst."""
LEAST_BURST = 0.02
"""Seconds. About an action potential at the skin: what is shorter is no burst."""
SHORTEST_REST = 0.5
QUIETEST = 1.0
"""Seconds of rest that are asked for, and that are looked for where none is named."""
BEFORE, AFTER = 0.3, 0.3
"""Seconds outside and inside a burst in which its edge is looked for."""
RAMPS = (0.0, 0.1, 0.2, 0.3)
"""Seconds that the amplitude may take from rest to the burst's level."""
RAMP_PENALTY = 4.0
"""Log-likelihood that a ramp must gain over a step, so that noise does not turn steps into ramps."""
LONG = 20
"""Windows in a rest that is long enough to show how it wanders."""
MEMORY = 0.02
"""Seconds after which two values of the energy at rest are independent."""
FLOOR = 1 / 12
"""Counts². Rounding to whole counts alone makes this much: rest is never taken to be quieter."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Burst:
    """A stretch of activity: its first scan, the scan just past its last, and its RMS in the unit of the signal."""

    onset_index: int
    offset_index: int
    rms: float


@dataclass(frozen=True, slots=True)
class _Rest:
    """Energy at rest: its mean, and the standard deviation of its average over WINDOW."""

    level: float
    spread: float


def teager_kaiser(x: Floats, rate: float) -> Floats:
    """Return the Teager–Kaiser energy x²(n) − x(n−k)·x(n+k) of samples at `rate` hertz, shape (n,), in counts².

    Solnik et al. 2010 (Eur J Appl Physiol 110:489) with k = 1 at about 1000 Hz. Above that k is 1 ms, so that the same
    muscle has the same energy at every rate. The k samples at either end take the value beside them.
    """
    lag = max(1, round(rate / GRID))
    padded = np.pad(x, lag, mode="edge")
    return np.asarray(x * x - padded[: -2 * lag] * padded[2 * lag :])


def bursts(
    x: Floats,
    rate: float,
    *,
    rest: tuple[int, int] | None = None,
    delay: float = 0.0,
    least_rms: float = 0.0,
    shortest_burst: float = SHORTEST_BURST,
    shortest_pause: float = SHORTEST_PAUSE,
) -> tuple[Burst, ...]:
    """Return the bursts in `x`, oldest first, none over another.

    `x`: band-passed counts of one RAW channel at `rate` hertz without a gap, shape (n,). `rest`: first scan of a
    stretch at rest and the scan past its end; None takes the quietest second and then all that is not a burst. `delay`:
    seconds by which the band-pass delays the signal (`filters.group_delay`). Bursts below `least_rms` are left out.
    A pause is judged in the averaged energy: where the level changes and no rest lies between, two bursts may touch.
    An onset of 0 or an offset of n means that the burst was cut by the end of the signal.
    Raises ValueError for another shape, missing samples, too little rest to compare with, or a `shortest_burst` below
    20 ms, the length of an action potential.
    """
    _check(x, rate, rest)
    if not shortest_burst >= LEAST_BURST:
        raise ValueError(f"{shortest_burst:g} s are shorter than an action potential: {LEAST_BURST:g} s at least")
    energy = teager_kaiser(_below_band_top(x, rate), rate)
    mean = ndimage.uniform_filter1d(energy, round(WINDOW * rate))
    pause, duration = round(shortest_pause * rate), round(shortest_burst * rate)
    quiet = _stretch(len(x), rest or _quietest(energy, round(QUIETEST * rate)))
    level = _rest(energy, mean, quiet, rate)
    found = _active(mean, level, duration, pause)
    for _ in range(0 if rest else 2):  # the quietest second is quieter than rest is
        outside = _outside(found, len(x), round(WINDOW * rate))
        level = _rest(energy, mean, outside if outside.sum() >= quiet.sum() else quiet, rate)
        found = _active(mean, level, duration, pause)
    early = round(delay * rate)
    edges = [(max(0, a - early), b if b == len(x) else b - early) for a, b in _edges(energy, found, level, rate)]
    long_enough = (Burst(a, b, _rms(x[a:b])) for a, b in edges if b - a >= duration)
    return tuple(burst for burst in long_enough if burst.rms >= least_rms)


def _check(x: Floats, rate: float, rest: tuple[int, int] | None) -> None:
    if x.ndim != 1:
        raise ValueError(f"onsets are found in one channel at a time: an array of {x.ndim} dimensions was given")
    if not np.isfinite(x).all():
        raise ValueError("samples are missing: look for onsets in each stretch between gaps by itself")
    if rest is None and len(x) < QUIETEST * rate:
        raise ValueError(f"{len(x) / rate:.2f} s of signal are too short: {QUIETEST:g} s are needed to find rest")
    if rest is not None and not (rest[0] >= 0 and rest[1] <= len(x) and rest[1] - rest[0] >= SHORTEST_REST * rate):
        raise ValueError(f"scans {rest[0]} to {rest[1]} are no rest of {SHORTEST_REST:g} s within {len(x)} scans")


def _below_band_top(x: Floats, rate: float) -> Floats:
    """Return `x` low-passed at BAND_TOP without delay (a symmetric filter of 20 ms)."""
    if 0.45 * rate <= BAND_TOP:
        return x
    taps = signal.firwin(2 * round(0.01 * rate) + 1, BAND_TOP, fs=rate)
    return np.asarray(ndimage.correlate1d(x, taps, mode="nearest"))


def _stretch(n: int, part: tuple[int, int]) -> Mask:
    mask = np.zeros(n, dtype=np.bool_)
    mask[slice(*part)] = True
    return mask


def _quietest(energy: Floats, n: int) -> tuple[int, int]:
    total = np.cumsum(np.concatenate([[0.0], energy]))
    first = int(np.argmin(total[n:] - total[:-n]))
    return first, first + n


def _outside(found: list[tuple[int, int]], n: int, margin: int) -> Mask:
    mask = np.ones(n, dtype=np.bool_)
    for start, stop in found:
        mask[max(0, start - margin) : stop + margin] = False
    return mask


def _rest(energy: Floats, mean: Floats, quiet: Mask, rate: float) -> _Rest:
    """Return level and spread at rest: what the samples' own scatter gives, or the wandering seen, if that is more.

    Wandering is asked only in a long rest: in a short one chance alone makes it twice as large.
    """
    n, window = int(quiet.sum()), round(WINDOW * rate)
    level = max(float(energy[quiet].mean()), FLOOR)
    scatter = np.where(quiet, energy - level, 0.0)
    variance = float((scatter * scatter).sum()) / n
    for lag in range(1, round(MEMORY * rate) + 1):
        variance += 2 * (1 - lag / window) * float((scatter[:-lag] * scatter[lag:]).sum()) / n
    inner = ndimage.minimum_filter1d(quiet.view(np.int8), window, mode="constant") > 0
    wandering = float(mean[inner].std()) if inner.sum() >= LONG * window else 0.0
    return _Rest(level, max(math.sqrt(max(variance, 0.0) / window), wandering))


def _runs(mask: Mask) -> list[tuple[int, int]]:
    """Return (first, past the last) of every stretch that is true."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return list(zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True))


def _active(mean: Floats, rest: _Rest, duration: int, pause: int) -> list[tuple[int, int]]:
    """Return where the averaged energy shows a burst: it stays above STAY and reaches ENTER."""
    mask = mean > rest.level + STAY * rest.spread
    for start, stop in _runs(mask):
        mask[start:stop] = mean[start:stop].max() > rest.level + ENTER * rest.spread
    for start, stop in _runs(~mask):
        if stop - start < pause and start > 0 and stop < len(mask):
            mask[start:stop] = True
    return [(start, stop) for start, stop in _runs(mask) if stop - start >= duration]


def _edges(energy: Floats, found: list[tuple[int, int]], rest: _Rest, rate: float) -> Iterator[tuple[int, int]]:
    before, after, n, last = round(BEFORE * rate), round(AFTER * rate), len(energy), 0
    followings = [start for start, _ in found[1:]] + [n]
    for (start, stop), following in zip(found, followings, strict=False):
        middle = (start + stop) // 2
        onset = max(last, start - before)
        if start > 0:
            onset += _change(energy[onset : min(start + after, middle)], rest.level, rate)
        offset = min(stop + before, following)
        if stop < n:
            offset -= _change(energy[max(stop - after, middle) : offset][::-1], rest.level, rate)
        yield onset, offset
        last = offset


def _change(energy: Floats, level: float, rate: float) -> int:
    """Return how many samples of `energy` are rest before the burst: every 4th ms first, then every one around it."""
    size = max(1, round(rate / GRID))
    n = len(energy) // size
    binned = energy[: n * size].reshape(n, size).mean(axis=1) / level
    per_second = rate / size
    coarse = max(1, round(0.004 * per_second))
    guess = _likeliest(binned, np.arange(0, n, coarse), per_second)
    near = np.arange(max(0, guess - 2 * coarse), min(n, guess + 2 * coarse + 1))
    return _likeliest(binned, near, per_second) * size


def _likeliest(energy: Floats, candidates: NDArray[np.int64], rate: float) -> int:
    """Return the candidate at which a burst most likely begins in `energy`, given in multiples of rest.

    The energy's mean is 1 before the candidate; from there it rises with the square of time over one of RAMPS to a
    plateau, which is estimated by moments; around its mean v it is taken for gamma distributed, log L = −Σ (ln v + e/v)
    (Staude & Wolf 1999, Med Eng Phys 21:449, test steps and ramps of the variance in the same way).
    """
    excess = np.cumsum((energy - 1)[::-1])[::-1][candidates]
    since = np.arange(len(energy)) - candidates[:, None]
    best, where = -math.inf, 0
    for ramp in RAMPS:
        length = max(1, round(ramp * rate))
        shape = np.clip((since + 1) / length, 0, 1) ** 2
        plateau = np.maximum(excess / shape.sum(axis=1), 0)
        expected = 1 + plateau[:, None] * shape
        likelihood = -(np.log(expected) + energy / expected).sum(axis=1) - (RAMP_PENALTY if ramp else 0.0)
        at = int(np.argmax(likelihood))
        if likelihood[at] > best:
            best, where = float(likelihood[at]), int(candidates[at])
    return where


def _rms(x: Floats) -> float:
    return round(math.sqrt(float(np.mean(x * x))), 3)
