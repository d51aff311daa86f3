"""A muscle without a person: a pool of motor units whose action potentials add up to surface EMG, and an effort.

Recruitment and rate coding follow Fuglevand, Winter & Patla 1993 (J Neurophysiol 70:2470–2488). The values of
recruitment range, rates, gain and interval variability are the ones this model is usually run with; action potential
shapes, depths and sizes are judgement (marked so). Pure numpy: no clock, no threads, no files.
The one rule: any cutting of the input gives the same samples, bit for bit. So what is summed is integer: firing phase
in 2**-32 of an interval, action potentials in 1/1024 µV; and every unit has its own stream of random numbers.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

UNITS: Final = 120
"""Motor units of a healthy muscle (Fuglevand et al. 1993: about a first dorsal interosseus)."""
RECRUITMENT_RANGE: Final = 30.0
"""Threshold of the last unit over the first one's (Fuglevand et al. 1993)."""
MINIMUM_RATE: Final = 8.0
"""Firing rate at recruitment in Hz, every unit (Fuglevand et al. 1993)."""
FIRST_PEAK_RATE: Final = 35.0
"""Peak rate of the first unit in Hz; 10 Hz more than the last one's, falling in proportion to the threshold."""
PEAK_RATE_FALL: Final = 10.0
RATE_GAIN: Final = 1.0
"""Rise of the rate in Hz for each unit of excitation above the threshold; the first unit's threshold is about 1."""
INTERVAL_VARIATION: Final = 0.2
"""Standard deviation over mean of the interspike intervals, Gaussian, cut at ± 3.9 (Fuglevand et al. 1993)."""
LARGEST_DEVIATE: Final = 3.9

AMPLITUDE_RANGE: Final = 10.0
"""Surface amplitude of the last unit over the first one's at equal depth. Judgement: fibres grow 100-fold in the model
of 1993, but larger units are spread wider, so that what the skin sees grows by about the square root."""
DEPTHS: Final = (0.006, 0.025)
"""Nearest and farthest motor unit below the electrode in metres, uniform over the cross-section. Judgement."""
DEPTH_EXPONENT: Final = 1.5
"""A bipolar surface electrode sees amplitude fall with depth to this power. Judgement."""
SPREADS: Final = (0.0022, 0.0044)
"""Time constant in seconds of the Hermite functions of the nearest and farthest unit: deep ones arrive blurred by the
volume conductor. Judgement, set for a median frequency near 95 Hz."""

_INTERVAL: Final = 1 << 32
_FINE: Final = 1024.0
_PIECE: Final = 64
_DEVIATES: Final = 64
_LEVELS: Final = 257


class MotorPool:
    """The motor units under one electrode and their firing.

    `rate` in scans per second, `full_rms` in µV at full drive, `seed` for this muscle's anatomy (depths and shapes).
    Excitation 0–1 is the drive of the model; activation 0–1 is the RMS it causes as a fraction of `full_rms`. One is
    turned into the other by Campbell's theorem: independent trains of rate r_i and shape m_i have the variance
    Σ r_i ∫ m_i² dt (the regularity of firing changes the RMS by less than 0.2 %).
    """

    def __init__(self, rate: float, *, n_units: int = UNITS, full_rms: float = 400.0, seed: int = 1) -> None:
        if not (math.isfinite(rate) and rate > 0):
            raise ValueError(f"a rate of {rate} scans per second is not positive")
        if n_units < 1 or not (math.isfinite(full_rms) and full_rms > 0):
            raise ValueError(f"a muscle needs at least one unit and a positive RMS, not {n_units} and {full_rms} µV")
        self.rate = rate
        self.n_units = n_units
        self.full_rms = full_rms
        rank = np.arange(1, n_units + 1) / n_units
        self.thresholds: Floats = RECRUITMENT_RANGE**rank
        """Recruitment thresholds in units of excitation, rising; shape (n_units,)."""
        self.peak_rates: Floats = FIRST_PEAK_RATE - PEAK_RATE_FALL * self.thresholds / RECRUITMENT_RANGE
        self.full_excitation = float(self.thresholds[-1] + (self.peak_rates[-1] - MINIMUM_RATE) / RATE_GAIN)
        anatomy = np.random.default_rng(np.random.SeedSequence([seed, n_units]))
        shapes = _action_potentials(rank, rate, anatomy)
        self._levels = self._calibration_levels()
        rms = np.sqrt(self.firing_rates(self._levels) @ ((shapes**2).sum(axis=1) / rate))
        self._shapes: Floats = np.rint(shapes * (full_rms / rms[-1] * _FINE))
        # a trace of slope, so that the way back is unique where nothing fires
        self._activations: Floats = (np.maximum.accumulate(rms / rms[-1]) + 1e-9 * self._levels) / (1.0 + 1e-9)
        self.restart(seed)

    def restart(self, seed: int) -> None:
        """Forget all firing and begin again with the random intervals of `seed`; the anatomy stays."""
        streams = np.random.SeedSequence([seed, self.n_units]).spawn(self.n_units)
        self._streams = [np.random.Generator(np.random.PCG64(stream)) for stream in streams]
        first = np.array([stream.random() for stream in self._streams])
        self._deviates = np.stack([stream.standard_normal(_DEVIATES) for stream in self._streams])
        self._used = np.zeros(self.n_units, np.int64)
        self._left: Integers = np.rint(first * _INTERVAL).astype(np.int64)
        self._tail: Floats = np.zeros(self._shapes.shape[1] - 1)

    def firing_rates(self, excitation: Floats) -> Floats:
        """Return the mean firing rate of every unit in Hz, shape (n, n_units), at `excitation` 0–1 of shape (n,)."""
        return self._rates(excitation, self.n_units)

    def excitation(self, activation: Floats) -> Floats:
        """Return the excitation 0–1 that gives `activation` × `full_rms`; values outside 0–1 are clipped.

        Below the first unit's own share nothing fires: an activation of 0 is silence.
        """
        return np.interp(activation, self._activations, self._levels)

    def fire(self, excitation: Floats) -> tuple[Integers, Integers]:
        """Advance by n samples at `excitation` 0–1 (n,); return the sample within the n and the unit of each spike."""
        at: list[Integers] = []
        unit: list[Integers] = []
        for start in range(0, len(excitation), _PIECE):
            self._fire(excitation[start : start + _PIECE], start, at, unit)
        nothing = np.zeros(0, np.int64)
        return (np.concatenate(at), np.concatenate(unit)) if at else (nothing, nothing)

    def next(self, activation: Floats) -> Floats:
        """Return the surface EMG in µV for the coming samples, given their `activation` 0–1, both of shape (n,).

        An action potential begins with its spike, so its middle comes about 14 ms later.
        """
        n = len(activation)
        at, unit = self.fire(self.excitation(activation))
        length = self._shapes.shape[1]
        total = np.zeros(n + length - 1)
        total[: length - 1] = self._tail
        if len(at):
            places = at[:, None] + np.arange(length)
            total += np.bincount(places.ravel(), self._shapes[unit].ravel(), minlength=len(total))
        self._tail = total[n:]
        emg: Floats = total[:n] / _FINE
        return emg

    def _calibration_levels(self) -> Floats:
        """Return excitations 0–1, rising, with one on either side of every unit's recruitment."""
        recruitment = self.thresholds / self.full_excitation
        levels = (np.linspace(0.0, 1.0, _LEVELS), recruitment * (1.0 - 1e-9), recruitment * (1.0 + 1e-9))
        return np.sort(np.concatenate(levels))

    def _rates(self, excitation: Floats, n_units: int) -> Floats:
        above = np.clip(excitation, 0.0, 1.0)[:, None] * self.full_excitation - self.thresholds[:n_units]
        rates = np.minimum(RATE_GAIN * above + MINIMUM_RATE, self.peak_rates[:n_units])
        rates[above < 0.0] = 0.0
        return rates

    def _fire(self, excitation: Floats, start: int, at: list[Integers], unit: list[Integers]) -> None:
        strongest = min(float(excitation.max()), 1.0) * self.full_excitation
        active = int(np.searchsorted(self.thresholds, strongest, side="right"))
        if not active:
            return
        steps = np.rint(self._rates(excitation, active) * (_INTERVAL / self.rate)).astype(np.int64)
        phase = np.cumsum(steps, axis=0)
        left = self._left[:active]
        while len(due := np.flatnonzero(phase[-1] >= left)):
            at.append(np.argmax(phase[:, due] >= left[due], axis=0) + start)
            unit.append(due)
            left[due] += self._intervals(due)
        left -= phase[-1]

    def _intervals(self, units: Integers) -> Integers:
        """Draw the next interval of each of `units` (no unit twice), in 2**-32 of its mean."""
        for unit in units[self._used[units] == _DEVIATES]:
            self._deviates[unit] = self._streams[unit].standard_normal(_DEVIATES)
            self._used[unit] = 0
        deviates = np.clip(self._deviates[units, self._used[units]], -LARGEST_DEVIATE, LARGEST_DEVIATE)
        self._used[units] += 1
        intervals: Integers = np.rint((1.0 + INTERVAL_VARIATION * deviates) * _INTERVAL).astype(np.int64)
        return intervals


class Effort:
    """A person's effort on its way to a level they want: it rises and falls in a finite time and is never quite steady.

    Rise 0–1 within about 0.25 s and release within about 0.2 s (rate limits with a short lag); unsteadiness in
    proportion to the effort: a slow wander (4 %, time constant 1.5 s) and a quicker one (2 %, 0.1 s) that stands for
    the common drive to all units at 1–2 Hz (De Luca & Erim 1994, Trends Neurosci 17:299). The sizes are judgement.
    """

    RISE: Final = 0.25
    RELEASE: Final = 0.2
    LAG: Final = 0.03
    SLOW: Final = (0.04, 1.5)
    QUICK: Final = (0.02, 0.1)

    def __init__(self, step: float, seed: int = 1) -> None:
        self._step = step
        self._random = np.random.default_rng(seed)
        self._limited = self._lagged = self._slow = self._quick = 0.0
        self.now = 0.0
        """Activation 0–1 at the end of the last step."""

    def next(self, level: float, n: int) -> Floats:
        """Return n activations 0–1 over one step of `step` seconds towards `level`, in a straight line, shape (n,)."""
        before = self.now
        rise, fall = self._step / self.RISE, self._step / self.RELEASE
        self._limited += min(max(level - self._limited, -fall), rise)
        self._lagged += (self._limited - self._lagged) * -math.expm1(-self._step / self.LAG)
        self._slow = self._wander(self._slow, self.SLOW[1])
        self._quick = self._wander(self._quick, self.QUICK[1])
        unsteady = 1.0 + self.SLOW[0] * self._slow + self.QUICK[0] * self._quick
        self.now = min(max(self._lagged * unsteady, 0.0), 1.0)
        return before + (self.now - before) * np.arange(1, n + 1) / n

    def _wander(self, value: float, time_constant: float) -> float:
        """One step of a Gauss–Markov process of unit variance."""
        keep = math.exp(-self._step / time_constant)
        return value * keep + math.sqrt(1.0 - keep * keep) * float(self._random.standard_normal())


def _action_potentials(rank: Floats, rate: float, anatomy: np.random.Generator) -> Floats:
    """Return the units' action potentials at the skin, shape (n_units, n_samples), in arbitrary units.

    Each is a mix of the first and second Hermite–Rodriguez functions, x·exp(−x²) and (1 − 2x²)·exp(−x²) (Lo Conte,
    Merletti & Sandri 1994, IEEE Trans Biomed Eng 41:1147), as an electrode on one or the other side of the
    innervation zone sees them; both have zero mean, as a differential electrode demands.
    """
    near, far = DEPTHS
    depth = np.sqrt(anatomy.uniform(near**2, far**2, len(rank)))
    spread = np.interp(depth, DEPTHS, SPREADS)
    amplitude = AMPLITUDE_RANGE**rank * (near / depth) ** DEPTH_EXPONENT
    mix = anatomy.uniform(0.0, 2.0 * math.pi, len(rank))
    half = math.ceil(3.2 * SPREADS[1] * rate)
    x = np.arange(-half, half + 1) / rate / spread[:, None]
    bell = np.exp(-x * x)
    biphasic = np.cos(mix)[:, None] * math.sqrt(2.0 * math.e) * x * bell
    triphasic = np.sin(mix)[:, None] * (1.0 - 2.0 * x * x) * bell
    shapes: Floats = amplitude[:, None] * (biphasic + triphasic)
    return shapes
