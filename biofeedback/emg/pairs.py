"""RAW and ENV of one sensor on two inputs, recognised as the same muscle.

An envelope is made again from RAW, the way the sensor makes its own, and the quick fluctuations of the two compared:
two muscles that work together share the slow rise and fall, but not the chance of which motor units fire just now.
The one rule: a suggestion; which inputs belong together is for the person to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import signal

from biofeedback.emg.delay import SENSOR_ENVELOPE_CORNER
from biofeedback.emg.envelope import Floats
from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.sensor import Sensor
from biofeedback.wire.events import Counts

BAND = (3.0, 12.0)
"""Hertz of the fluctuations: above the effort's own changes, below what the sensor's envelope filter leaves nothing of.
Of simulated muscles the same one correlates with 0.94 and more in 95 of 100, two with the same effort with 0.66 at most
(tests/emg/test_pairs.py)."""
LEAST_CORRELATION = 0.8
LONGEST_LAG = 0.02
"""Seconds by which the two may be apart: channels are read one after another, and filters differ."""
LEAST_SECONDS = 3.0
SETTLING = 0.5


@dataclass(frozen=True, slots=True)
class Pair:
    """The inputs `raw` and `env`, from 0, seem to come from one sensor. `lag`: seconds that ENV comes later."""

    raw: int
    env: int
    correlation: float
    lag: float

    @property
    def why(self) -> str:
        """The suggestion in one sentence, inputs numbered from 1 as people see them."""
        return (
            f"Inputs {self.raw + 1} and {self.env + 1} rise and fall together in every detail (correlation "
            f"{self.correlation:.2f}): they seem to be RAW and ENV of one sensor."
        )


def pairs(counts: Counts, rate: float, kinds: Sequence[Sensor]) -> tuple[Pair, ...]:
    """Return the inputs that seem to be RAW and ENV of one sensor; each input is in one pair at most, the best one.

    `counts`: consecutive scans (no gap), (n_scans, n_channels), with a contraction in them; `rate` in hertz, at least
    100; `kinds` of the channels, as `sense` suggests or the person says. Nothing for less than 3 s.
    Raises ValueError when the kinds are not one for each channel.
    """
    if counts.ndim != 2 or counts.shape[1] != len(kinds):
        raise ValueError(f"{len(kinds)} sensors were told of counts of shape {counts.shape}")
    if len(counts) < LEAST_SECONDS * rate:
        return ()
    x = counts.astype(np.float64)
    found: list[Pair] = []
    for raw in (i for i, kind in enumerate(kinds) if kind is Sensor.RAW):
        made = _fluctuations(_envelope_of(x[:, [raw]], rate), rate)
        for env in (i for i, kind in enumerate(kinds) if kind is Sensor.ENV):
            correlation, lag = _best_lag(made, _fluctuations(x[:, env], rate), rate)
            if correlation >= LEAST_CORRELATION:
                found.append(Pair(raw, env, correlation, lag))
    found.sort(key=lambda pair: -pair.correlation)
    best: list[Pair] = []
    for pair in found:
        if all(pair.raw != other.raw and pair.env != other.env for other in best):
            best.append(pair)
    return tuple(sorted(best, key=lambda pair: pair.raw))


def _envelope_of(raw: Floats, rate: float) -> Floats:
    """Return the sensor's own envelope made again of RAW (n_scans, 1): rectified, first-order low-pass; (n_scans,)."""
    rectified = np.abs(Cascade(design_bandpass(rate), 1).process(raw))[:, 0]
    follow = -np.expm1(-2 * np.pi * SENSOR_ENVELOPE_CORNER / rate)
    return np.asarray(signal.lfilter([follow], [1, follow - 1], rectified), dtype=np.float64)


def _fluctuations(envelope: Floats, rate: float) -> Floats:
    sos = signal.butter(2, BAND, "bandpass", fs=rate, output="sos")
    return np.asarray(signal.sosfilt(sos, envelope - envelope[0])[round(SETTLING * rate) :], dtype=np.float64)


def _best_lag(made: Floats, read: Floats, rate: float) -> tuple[float, float]:
    """Return the largest correlation within the longest lag, and at which lag in seconds; 0 where nothing moves."""
    reach = round(LONGEST_LAG * rate)
    best = (0.0, 0.0)
    for lag in range(-reach, reach + 1):
        ours, theirs = (made[: len(made) - lag], read[lag:]) if lag >= 0 else (made[-lag:], read[:lag])
        power = float(np.sqrt(np.sum(ours**2) * np.sum(theirs**2)))
        correlation = float(np.sum(ours * theirs)) / power if power > 0 else 0.0
        if correlation > best[0]:
            best = (correlation, lag / rate)
    return best
