"""What F1 and F5 promise of a person's effort, tried on noise like EMG through the app's own filter and envelope."""

from __future__ import annotations

import math

import numpy as np
import pytest

from biofeedback.emg.envelope import SCORE_WINDOW, Floats, Rms
from biofeedback.emg.sensor import Sensor
from biofeedback.training.activation import Reference, above_rest, activation_percent
from biofeedback.training.hold import HoldTracker
from tests.training.emg_noise import STEPS, conditioned, noise

RATE = 1000
TARGET = 40.0


def share_reached(level: float, n_trials: int, seed: int) -> float:
    """Return how many of 100 trials hold the target for 5 s in 7 s of work at a steady RMS of `level` · target."""
    values = conditioned(100 * noise(8, n_trials, RATE, seed), RATE)
    rms = Rms(SCORE_WINDOW, RATE, n_trials, STEPS).process(values)[RATE:]
    true_rms = math.sqrt(float(np.mean((values[RATE:] / STEPS) ** 2)))  # of all trials, not of each: they do differ
    reference = Reference(100 * true_rms / (level * TARGET), 0.0)
    activation = activation_percent(rms, reference, Sensor.RAW)
    n_reached = 0
    for trial in activation.T:
        events = HoldTracker(RATE, TARGET, None, 5.0).process(0, trial)
        n_reached += any(event.what == "reached" for event in events)
    return 100 * n_reached / n_trials


def test_a_steady_effort_a_little_above_the_target_is_nearly_always_reached() -> None:
    """F5: at 1.05 T at least 93 of 100; measured 98, though the envelope flickers by 12 %."""
    assert share_reached(1.05, 400, seed=11) >= 93


def test_a_steady_effort_a_little_below_the_target_is_never_reached() -> None:
    """F5: at 0.95 T none of these 400 trials; with other noise, 1 of 2100."""
    assert share_reached(0.95, 400, seed=11) == 0


MUSCLE = 10.0
LINEAR = 2.9
REST = (MUSCLE**2 - LINEAR**2) / (2 * LINEAR)
"""The rest noise over which a muscle of 10 reads 2.9 when rest is subtracted: √(10² + R²) − R = 2.9, R = 15.8."""


def low_effort(n_trials: int) -> tuple[Floats, float]:
    """Return conditioned counts of a muscle of RMS 10 over rest noise, (n_scans, n_trials), and the rest's RMS."""
    muscle, rest = MUSCLE * noise(7, n_trials, RATE, 12), REST * noise(7, n_trials, RATE, 13, (20.0, 450.0))
    resting = conditioned(rest, RATE)[RATE:] / STEPS
    return conditioned(muscle + rest, RATE)[RATE:] / STEPS, math.sqrt(float(np.mean(resting**2)))


@pytest.mark.parametrize("seconds", [0.5, 3.0])
def test_rest_taken_away_as_power_reads_a_low_level_true_where_linear_subtraction_reads_2_9_for_10(
    seconds: float,
) -> None:
    """F1 on the windows of a calibration: means 9.9 (0.5 s) and 10.0 (3 s)."""
    values, rest = low_effort(300)
    window = round(seconds * RATE)
    level = np.sqrt((values[: len(values) // window * window] ** 2).reshape(-1, window, 300).mean(axis=1))
    assert above_rest(level, rest, Sensor.RAW).mean() == pytest.approx(MUSCLE, abs=0.3)
    assert above_rest(level, rest, Sensor.ENV).mean() == pytest.approx(LINEAR, abs=0.3)


def test_the_score_envelope_reads_the_same_low_level_a_little_low() -> None:
    """Its flicker makes it lose 4 % here, because a root is curved and cannot go below 0; linear loses 71 %."""
    values, rest = low_effort(300)
    counts = np.rint(values * STEPS).astype(np.int64)
    envelope = Rms(SCORE_WINDOW, RATE, 300, STEPS).process(counts)[RATE // 2 :]
    assert above_rest(envelope, rest, Sensor.RAW).mean() == pytest.approx(9.6, abs=0.15)
    assert above_rest(envelope, rest, Sensor.ENV).mean() == pytest.approx(LINEAR, abs=0.3)


def share_held_in_band(low: float, high: float, n_trials: int, seed: int) -> float:
    """Return how many of 100 steady efforts in the middle of a band hold it for 10 s in 12 s of work."""
    values = conditioned(100 * noise(13, n_trials, RATE, seed), RATE)
    rms = Rms(SCORE_WINDOW, RATE, n_trials, STEPS).process(values)[RATE:]
    true_rms = math.sqrt(float(np.mean((values[RATE:] / STEPS) ** 2)))
    activation = activation_percent(rms, Reference(100 * true_rms / ((low + high) / 2), 0.0), Sensor.RAW)
    trackers = [HoldTracker(RATE, low, high, 10.0).process(0, trial) for trial in activation.T]
    return 100 * sum(any(event.what == "reached" for event in events) for events in trackers) / n_trials


def test_a_band_of_ten_points_is_left_by_the_flicker_of_a_steady_effort_and_one_of_twenty_is_not() -> None:
    """Why the knee straightening hold has 35–55 and not 40–50: all exact efforts hold it, not half to 70 of 100."""
    assert share_held_in_band(40, 50, 100, seed=14) <= 80
    assert share_held_in_band(35, 55, 100, seed=14) >= 95
