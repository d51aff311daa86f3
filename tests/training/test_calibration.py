"""The quick calibration (F2, F3) on signals of known size."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from biofeedback.emg.envelope import Integers, quantised
from biofeedback.emg.sensor import Sensor
from biofeedback.training.calibration import QUICK, Calibration, CalibrationResult, Step

RATE = 1000
NO_RAIL = np.zeros(10**6, bool)


def person(rest: float = 2.0, tries: tuple[float, float] = (100.0, 97.0), seed: int = 1) -> Integers:
    """Gaussian signal in counts with the given RMS in each step."""
    rng = np.random.default_rng(seed)
    steps: list[NDArray[np.float64]] = []
    number = 0
    for step, seconds in QUICK:
        level = rest
        if step == "try":
            level = float(np.hypot(tries[number], rest))
            number += 1
        steps.append(np.full(round(seconds * RATE), level))
    levels = np.concatenate(steps)
    return quantised(levels * rng.standard_normal(len(levels)), 1024)


def calibrate(
    values: Integers, chunk: int = 1000, sensor: Sensor = Sensor.RAW, rail: NDArray[np.bool_] | None = None
) -> CalibrationResult:
    calibration = Calibration(0, sensor, RATE, 1024, 0)
    rail = np.zeros(len(values), bool) if rail is None else rail
    for i in range(0, len(values), chunk):
        calibration.process(i, values[i : i + chunk], rail[i : i + chunk])
    assert calibration.result is not None
    return calibration.result


def stands_at(calibration: Calibration) -> tuple[Step, float]:
    """Return the step that runs and the seconds left in it."""
    return calibration.state.step, calibration.state.seconds_left


def test_a_good_calibration_finds_rest_and_amplitude() -> None:
    result = calibrate(person())
    assert result.verdict == "good"
    assert result.rest == pytest.approx(2.0, rel=0.05)
    assert result.amplitude == pytest.approx(100, rel=0.12)  # the best half second stands a little above the mean
    assert result.index == 48_000
    assert len(result.tries) == 2


def test_any_chunking_gives_the_same_result() -> None:
    values = person()
    expected = calibrate(values)
    for chunk in (1, 7, 333, 48_000):
        assert calibrate(values, chunk) == expected


@pytest.mark.parametrize(
    ("tries", "rest", "verdict", "reason"),
    [
        ((100, 60), 2.0, "not usable", "tries differ"),
        ((100, 84), 1.0, "care", "tries differ"),
        ((30, 30), 6.0, "care", "little above rest"),
        ((4, 4), 4.0, "not usable", "hardly above rest"),
        ((12, 12), 0.5, "care", "coarse steps"),
    ],
)
def test_the_verdict_says_what_it_is_worth(tries: tuple[float, float], rest: float, verdict: str, reason: str) -> None:
    result = calibrate(person(rest, tries))
    assert (result.verdict, result.reason) == (verdict, reason)


def test_a_signal_at_its_ceiling_is_not_usable() -> None:
    values = person()
    rail = np.zeros(len(values), bool)
    rail[9000:9003] = True
    result = calibrate(values, rail=rail)
    assert (result.verdict, result.reason) == ("not usable", "ceiling")


def test_a_muscle_that_never_moved_is_not_usable_and_divides_by_nothing() -> None:
    result = calibrate(np.zeros(48_000, np.int64))
    assert (result.verdict, result.amplitude) == ("not usable", 0.0)


def test_an_envelope_pin_is_averaged_not_squared() -> None:
    values = quantised(
        np.r_[np.full(8000, 10.0), np.full(5000, 110.0), np.full(30_000, 10.0), np.full(5000, 106.0)], 1024
    )
    result = calibrate(values, sensor=Sensor.ENV)
    assert (result.rest, result.amplitude, result.spread) == (10, 100, 4.0)


def test_a_step_broken_by_a_gap_is_repeated() -> None:
    values = person()
    calibration = Calibration(0, Sensor.RAW, RATE, 1024, 0)
    calibration.process(0, values[:4000], NO_RAIL[:4000])
    calibration.gap(4500)
    assert stands_at(calibration) == ("rest", 5.0)
    calibration.process(4500, values[:5000], NO_RAIL[:5000])
    assert stands_at(calibration)[0] == "ready"


def test_a_gap_in_a_pause_lets_time_pass() -> None:
    calibration = Calibration(0, Sensor.RAW, RATE, 1024, 0)
    calibration.process(0, person()[:6000], NO_RAIL[:6000])
    assert stands_at(calibration)[0] == "ready"
    calibration.gap(8500)
    assert stands_at(calibration) == ("try", 5.0)
