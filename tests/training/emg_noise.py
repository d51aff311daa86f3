"""EMG-like noise and the app's own way from samples to an envelope, many trials side by side.

Rule: seeded, and its standard deviation is that of the process (1), not of the piece that was drawn.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from biofeedback.emg.envelope import SCORE_WINDOW, Floats, Integers, Rms, quantised
from biofeedback.emg.filters import Cascade, design_bandpass

STEPS = 1024
BAND = (44.0, 165.0)
"""Hz. Corners that give noise with a statistical bandwidth of 138 Hz at 1000 Hz."""


def shaping(rate: float, band: tuple[float, float] = BAND) -> Floats:
    """Return the band-pass (order 4 at each corner) that shapes white noise, scaled to noise of variance 1."""
    sos = np.asarray(signal.butter(4, (band[0], min(band[1], 0.45 * rate)), "band", fs=rate, output="sos"))
    _, response = signal.sosfreqz(sos, worN=1 << 14, fs=rate)
    sos[0, :3] /= np.sqrt(np.mean(np.abs(response) ** 2))
    return sos


def true_bandwidth(sos: Floats, rate: float) -> float:
    """Return B in hertz of white noise through `sos`, from its response."""
    frequency, response = signal.sosfreqz(sos, worN=1 << 14, fs=rate)
    power = np.abs(response) ** 2
    return float(power.sum() ** 2 * frequency[1] / (power @ power))


def noise(seconds: float, n_trials: int, rate: int, seed: int, band: tuple[float, float] = BAND) -> Floats:
    """Return Gaussian noise of standard deviation 1, shape (n_scans, n_trials), already in its steady state."""
    white = np.random.default_rng(seed).standard_normal((round(seconds * rate) + rate, n_trials))
    return np.asarray(signal.sosfilt(shaping(rate, band), white, axis=0)[rate:])


def conditioned(x: Floats, rate: int) -> Integers:
    """Return `x` in counts as the pipeline conditions it: band-passed, in steps of 1/1024 count."""
    return quantised(Cascade(design_bandpass(rate), x.shape[1]).process(x), STEPS)


def envelope(x: Floats, rate: int) -> Floats:
    """Return the score envelope in counts of `x` in counts, both (n_scans, n_trials)."""
    return Rms(SCORE_WINDOW, rate, x.shape[1], STEPS).process(conditioned(x, rate))
