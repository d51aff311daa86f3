"""An envelope that is calm while the effort is steady and quick when it changes much. Display only; no score uses it.

A linear envelope must choose between delay and flicker once for all. This one keeps, for each channel, a probability
for every level the signal may have, in three states of mind: steady, rising, falling (recursive Bayesian estimate of
EMG amplitude: Sanger 2007, J Neurophysiol 97:1839–1845; the three states, the bounded likelihood and the pace are this
project's). Few milliseconds of signal weigh the levels; between them levels drift, and now and then jump.
The one rule: everything happens on a fixed grid of scans since the restart, in arrays of fixed shape, so that any
chunking gives the same bits.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.envelope import Floats, Integers

QUICK_DELAY: Final = 0.015
"""Seconds, measured: the lag on a mix of steps, ramps, holds and slow modulation; a step is at 63 % as soon."""
SLOW_DELAY: Final = 0.171
"""Seconds, measured on a pure carrier whose level swings by 40 % at 0.5 Hz, as the delay of every envelope is measured.
Slow and shallow changes look steady: EMG that swings by 20 % at 0.3 Hz lags 250 ms, and a 5 Hz tremor of 20 % depth is
shown at 15 % of its size. There is no one delay; the longer is what is stated."""
LEAST_RATE: Final = 1000.0
"""Scans per second from which it can be recommended. It works below, but cannot tell a click from an effort there."""
STEP: Final = 0.003
"""Seconds of signal in one update, at least `LEAST_SCANS` scans."""
LEAST_SCANS: Final = 2
OCTAVE_LEVELS: Final = 4
LEVEL_OCTAVES: Final = (4, 26)
"""Levels are 2**(1/4) apart, from 2**4 to 2**26 rounding steps: 1/64 count to full scale at 1024 steps a count."""

FREEDOM: Final = 240.0
"""Independent values per second that the signal is taken to hold."""
SCAN_FREEDOM: Final = 0.6
"""And per scan at most: at 250 Hz the band ends at 112 Hz."""
STEADY_DRIFT: Final = 0.036
"""Variance per second of the natural logarithm of a steady level."""
PACE: Final = 4.3
"""Change per second of the natural logarithm of a rising or falling level."""
CHANGE_RATE: Final = 0.35
"""Per second: a steady level begins to rise, and as often to fall."""
SETTLE_RATE: Final = 1.0
"""Per second: a changing level becomes steady."""
TURN_RATE: Final = 3.0
"""Per second: a rising level begins to fall, or the reverse."""
JUMP_RATES: Final = (0.2, 0.25)
"""Per second and unit of the natural logarithm: a level, steady or changing, is suddenly any other one."""
FLOORS: Final = (0.08, 0.06)
"""Least likelihood of a level, relative to the best one, after a step of signal that is far too small or far too large
for it: no single step is proof of a new level, but two or three in a row are."""
TRIM: Final = 0.25
"""Share of the probability left out at either end before the mean is taken: what is unlikely does not move the bar."""

LARGE: Final = 2.8
"""A step of more than this multiple of the power of the level may be an artefact."""
SHARP: Final = 2.05
"""An artefact's power of differences over power is more than this multiple of the signal's own: a click of one scan,
even after the band-pass, is faster than any action potential."""
SHARP_MEMORY: Final = 1.0
"""Time constant in seconds of the signal's own sharpness, weighted by power."""
LONGEST_ARTEFACT: Final = 0.012
"""Seconds in a row that may be passed over as an artefact; what lasts longer is signal."""

WINDOW: Final = 0.05
"""Seconds around a step in which the signal's burstiness is judged: longer than an action potential, shorter than an
interval between two of one motor unit."""
BURST_MEMORY: Final = 0.4
"""Time constant in seconds of the burstiness."""
REFERENCE_MEMORY: Final = 0.2
"""Time constant in seconds of the power that steps are measured by when burstiness is judged."""
LARGEST_STEP: Final = 8.0
"""Steps count for the burstiness up to this multiple of that power, so that one outlier is not taken for bursts."""
BURSTINESS: Final = (2.0, 2.8)
"""Below the first the signal is a dense pattern; above the second, single action potentials with silence between."""
LATEST: Final = 0.018
"""Seconds whose RMS the level may not rise above: a sparse signal says little about levels far too high for it."""
SPARSE_FREEDOM: Final = 12.0
"""Independent values per second of a sparse signal, in place of `FREEDOM`."""
SPARSE_FLOOR: Final = 0.01
"""The upper floor of a sparse signal, in which large steps are what it consists of."""
SLOWING: Final = 0.5
"""All rates of change shrink with this power of the share of freedom left: a sparse signal takes longer to tell."""
DENSE: Final = 0.7
"""Pace above which clicks are looked for; the action potentials of a sparse signal are not taken for clicks."""
LEAST_POWER: Final = 1.0
"""Rounding steps squared; silence counts as this, so that ratios exist."""


class Adaptive:
    """Adaptive amplitude of band-passed (or rectified) values, in counts on the scale of the RMS. Display only.

    `rate` in scans per second, `steps` the rounding steps per count; `delay` and `settling` in seconds.
    """

    delay: Final = SLOW_DELAY
    settling: Final = 0.25

    def __init__(self, rate: float, n_channels: int, steps: int) -> None:
        self._scans = max(LEAST_SCANS, round(STEP * rate))
        self._steps = steps
        dt = self._scans / rate
        low, high = LEVEL_OCTAVES
        logs: Floats = np.arange(low * OCTAVE_LEVELS, high * OCTAVE_LEVELS + 1.0) * (math.log(2) / OCTAVE_LEVELS)
        self._log_powers: Floats = 2 * logs
        self._levels: Floats = np.exp(logs)
        self._rises: Floats = np.diff(self._levels)
        self._motion = _Motion(dt, len(logs))
        self._burstiness = _Burstiness(dt, n_channels)
        self._sharpness = _Sharpness(dt, n_channels)
        self._freedom = min(FREEDOM * dt, SCAN_FREEDOM * self._scans) / 2
        self._least_share = SPARSE_FREEDOM * dt / 2 / self._freedom
        self._belief: Floats = np.empty((3, n_channels, len(logs)))
        self._level: Floats = np.zeros(n_channels)
        self._rest: Integers = np.zeros((0, n_channels), dtype=np.int64)
        self._last: Integers | None = None
        self.restart()

    def restart(self) -> None:
        """Begin a new segment: every level is as likely as any other."""
        self._belief[:] = 1 / self._belief[:, 0].size
        self._level = np.zeros_like(self._level)
        self._rest = self._rest[:0]
        self._last = None
        self._burstiness.restart()
        self._sharpness.restart()

    def process(self, values: Integers) -> Floats:
        """Return the level in counts, rounded to 1/steps, for `values` in steps, both (n_scans, n_channels).

        The level stands still between updates, and is 0 before the first one.
        """
        if not len(values):
            return values.astype(np.float64)
        before = len(self._rest)
        joined = np.concatenate([self._rest, values])
        n_updates = len(joined) // self._scans
        used = n_updates * self._scans
        levels = np.empty((n_updates + 1, len(self._level)))
        levels[0] = self._level
        if used:
            first = joined[:1] if self._last is None else self._last
            differences = np.diff(joined[:used], axis=0, prepend=first)
            powers, sharp = (self._mean_squares(x) for x in (joined[:used], differences))
            for i in range(n_updates):
                levels[i + 1] = self._level = self._update(powers[i], sharp[i])
            self._last = joined[used - 1 : used]
        self._rest = joined[used:]
        return np.rint(levels[(before + 1 + np.arange(len(values))) // self._scans]) / self._steps

    def _mean_squares(self, values: Integers) -> Floats:
        """Return the mean square of each step of signal, shape (n_updates, n_channels); summed in integers."""
        squares = (values * values).reshape(-1, self._scans, values.shape[1])
        return np.asarray(squares.sum(axis=1) / self._scans, dtype=np.float64)

    def _update(self, power: Floats, sharp: Floats) -> Floats:
        """Return the levels in steps, shape (n_channels,), after one more step of signal.

        `power` and `sharp` are the mean squares of its values and of their differences, shape (n_channels,).
        """
        share = np.maximum(self._burstiness.update(power), self._least_share)
        highest = np.maximum(self._level, np.sqrt(self._burstiness.latest()))
        pace = share**SLOWING
        large = (power > LARGE * self._level**2) & (pace > DENSE)
        passed_over = self._sharpness.update(power, sharp, large)
        self._motion.advance(self._belief, pace[:, None])
        likelihood = self._likelihood(power[:, None], share[:, None], pace[:, None])
        likelihood[passed_over] = 1
        self._belief *= likelihood
        below = np.cumsum(np.add.reduce(self._belief, axis=0), axis=1)
        total = below[:, -1:]
        self._belief /= total
        below = np.minimum(np.maximum(below / total, TRIM), 1 - TRIM)
        whole = self._levels[-1] * (1 - TRIM) - self._levels[0] * TRIM
        level: Floats = (whole - np.add.reduce(below[:, :-1] * self._rises, axis=1)) / (1 - 2 * TRIM)
        return np.minimum(level, highest)

    def _likelihood(self, power: Floats, share: Floats, pace: Floats) -> Floats:
        """Return how likely each level makes a step of this mean square, relative to the best; (n_channels, n_levels).

        The mean square of m independent Gaussian values is gamma distributed with shape m/2; a share of the freedom
        makes the shape smaller and so the tail heavier, without moving the best level from the mean square itself.
        """
        # a silent step says "at the lowest level or below"
        log_ratio = np.log(np.maximum(power, self._levels[0] ** 2)) - self._log_powers
        likelihood: Floats = np.exp(-self._freedom * share * (np.expm1(log_ratio) - log_ratio))
        too_large = FLOORS[1] * pace + SPARSE_FLOOR * (1 - pace)
        return np.maximum(likelihood, np.where(log_ratio > 0, too_large, FLOORS[0]))


class _Motion:
    """How a belief spreads in one update of `dt` seconds, before the signal is looked at."""

    def __init__(self, dt: float, n_levels: int) -> None:
        spacing = math.log(2) / OCTAVE_LEVELS
        self._drift = STEADY_DRIFT * dt / spacing**2 / 2
        self._shift = min(0.9, PACE * dt / spacing)
        self._change, self._settle, self._turn = CHANGE_RATE * dt, SETTLE_RATE * dt, TURN_RATE * dt
        steady, changing = JUMP_RATES
        self._jump: Floats = np.array([steady, changing, changing])[:, None, None] * dt * spacing
        self._n_levels = n_levels

    def advance(self, belief: Floats, pace: Floats) -> None:
        """Spread `belief` in place, shape (3 states, n_channels, n_levels); `pace` (n_channels, 1) scales all rates."""
        steady, rising, falling = belief
        leave, settle, turn = pace * self._change, pace * self._settle, pace * self._turn
        change = leave * steady
        settled = settle * (rising + falling)
        turned = turn * (rising - falling)
        steady += settled - 2 * change
        rising += change - settle * rising - turned
        falling += change - settle * falling + turned
        flow = pace * self._drift * (steady[:, 1:] - steady[:, :-1])
        steady[:, :-1] += flow
        steady[:, 1:] -= flow
        flow = pace * self._shift * rising[:, :-1]
        rising[:, :-1] -= flow
        rising[:, 1:] += flow
        flow = pace * self._shift * falling[:, 1:]
        falling[:, 1:] -= flow
        falling[:, :-1] += flow
        jump = self._jump * pace
        arrivals = jump * np.add.reduce(belief, axis=2, keepdims=True)
        belief *= 1 - jump * self._n_levels
        belief += arrivals


class _Sharpness:
    """Tells clicks from the onset of an effort, by how much of their power is in the differences between scans."""

    def __init__(self, dt: float, n_channels: int) -> None:
        self._keep = math.exp(-dt / SHARP_MEMORY)
        self._longest = round(LONGEST_ARTEFACT / dt)
        self._power: Floats = np.zeros(n_channels)
        self._sharp: Floats = np.zeros(n_channels)
        self._run: Integers = np.zeros(n_channels, dtype=np.int64)

    def restart(self) -> None:
        """Forget the signal's own sharpness: the first steps are never passed over."""
        self._power[:] = self._sharp[:] = 0
        self._run[:] = 0

    def update(self, power: Floats, sharp: Floats, large: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which channels' step is to be passed over, among those in which it is `large`; all (n_channels,)."""
        click = large & (sharp * self._power > SHARP * self._sharp * power)
        passed_over = click & (self._run < self._longest)
        self._run = np.where(click, self._run + 1, 0)
        keep = np.where(passed_over, 1.0, self._keep)
        self._power = keep * self._power + (1 - keep) * power
        self._sharp = keep * self._sharp + (1 - keep) * sharp
        return passed_over


class _Burstiness:
    """Whether the signal is a dense pattern or single action potentials.

    The measure is Σ q² / Σ q·m, with q the power of a step and m its mean over the 50 ms around it, each relative to
    the power of the last fifth of a second: a burst shorter than the window stands out of it, a change of effort does
    not.
    """

    def __init__(self, dt: float, n_channels: int) -> None:
        self._recent: Floats = np.zeros((max(4, round(WINDOW / dt)), n_channels))
        self._middle = len(self._recent) // 2
        self._latest = max(2, round(LATEST / dt))
        self._keep, self._keep_reference = math.exp(-dt / BURST_MEMORY), math.exp(-dt / REFERENCE_MEMORY)
        self.restart()

    def restart(self) -> None:
        """Forget everything; a signal is dense until it shows otherwise."""
        self._recent[:] = LEAST_POWER
        n_channels = self._recent.shape[1]
        self._reference: Floats = np.full(n_channels, LEAST_POWER)
        self._squares: Floats = np.full(n_channels, 0.8)
        self._products: Floats = np.full(n_channels, 0.5)

    def latest(self) -> Floats:
        """Return the mean square of the last `LATEST` seconds, shape (n_channels,)."""
        return np.asarray(np.add.reduce(self._recent[-self._latest :], axis=0) / self._latest, dtype=np.float64)

    def update(self, power: Floats) -> Floats:
        """Return the share of the freedom that is left, 0 to 1 for each channel, after a step of this mean square."""
        self._reference = self._keep_reference * self._reference + (1 - self._keep_reference) * power
        self._recent[:-1] = self._recent[1:]
        self._recent[-1] = np.maximum(power, LEAST_POWER)
        middle = self._recent[self._middle]
        size = np.minimum(middle / np.maximum(self._reference, LEAST_POWER), LARGEST_STEP)
        around = size * np.add.reduce(self._recent, axis=0) / (len(self._recent) * middle)
        self._squares = self._keep * self._squares + (1 - self._keep) * size * size
        self._products = self._keep * self._products + (1 - self._keep) * size * around
        dense, sparse = BURSTINESS
        share = (sparse - self._squares / self._products) / (sparse - dense)
        return np.minimum(np.maximum(share, 0), 1)
