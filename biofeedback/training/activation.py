"""From envelope to activation: percent of today's reference. Formulas F1 and F4 of docs/training.md.

One rule: activation is rounded to 1/1024 percent before anything is decided on it, so that sums of it are exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biofeedback.emg.envelope import Floats, is_amplitude
from biofeedback.emg.sensor import Sensor

STEPS = 1024
"""Steps a percent."""
LARGEST = 1e6
"""Percent. Far above anything a muscle does; keeps integers small whatever a wrong reference gives."""
SMALLEST_REFERENCE, LARGEST_REFERENCE = 1e-3, 1e9
"""Counts: from a step of the envelope to far above any ADC's, so that no number that follows is out of range."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What 100 % is on one channel: amplitude above rest, and rest, in counts; `kind` as the plan names it."""

    amplitude: float
    rest: float
    kind: str = "comfortable_effort"
    spread: float | None = None
    verdict: str = ""

    def __post_init__(self) -> None:
        if not SMALLEST_REFERENCE <= self.amplitude <= LARGEST_REFERENCE:
            raise ValueError(f"a reference of {self.amplitude:g} counts above rest cannot be 100 %: calibrate again")
        if not 0 <= self.rest <= LARGEST_REFERENCE:
            raise ValueError(f"a rest of {self.rest:g} counts is impossible: calibrate again")


def above_rest(envelope: Floats, rest: float, sensor: Sensor) -> Floats:
    """Return the amplitude above rest S in counts (F1).

    Powers of independent signals add, so rest is taken away from the RMS of a waveform as S = √max(0, E² − R²)
    (RDS, IEEE TNSRE 2019 27(12):2328); from an envelope, whose smoothing is not ours, as S = max(0, E − R).
    """
    if is_amplitude(sensor):
        return np.asarray(np.sqrt(np.maximum(0, envelope * envelope - rest * rest)))
    return np.asarray(np.maximum(0, envelope - rest))


def activation_percent(envelope: Floats, reference: Reference, sensor: Sensor) -> Floats:
    """Return activation A = 100 · S / S_ref in percent (F4), not clipped to 100, NaN where `envelope` is."""
    percent = 100 * above_rest(envelope, reference.rest, sensor) / reference.amplitude
    return np.asarray(np.rint(np.minimum(percent, LARGEST) * STEPS) / STEPS)
