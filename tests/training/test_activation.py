import numpy as np
import pytest

from biofeedback.emg.sensor import Sensor
from biofeedback.training.activation import Reference, above_rest, activation_percent


def test_rest_is_taken_away_as_power_so_low_levels_read_true() -> None:
    """F1: signal 10 over rest 10 measures 14.1; linear subtraction would read 4.1 for 10."""
    envelope = np.hypot(10.0, np.array([0.0, 10.0, 100.0]))
    assert above_rest(envelope, 10.0, Sensor.RAW) == pytest.approx([0, 10, 100])


def test_from_a_sensors_own_envelope_rest_is_subtracted() -> None:
    assert above_rest(np.array([5.0, 12.0, 30.0]), 10.0, Sensor.ENV).tolist() == [0, 2, 20]


def test_activation_is_percent_of_the_reference_not_clipped_and_nan_stays() -> None:
    reference = Reference(amplitude=200.0, rest=0.0)
    percent = activation_percent(np.array([0.0, 100.0, 500.0, np.nan]), reference, Sensor.RAW)
    assert percent[:3].tolist() == [0, 50, 250]
    assert np.isnan(percent[3])


@pytest.mark.parametrize(("amplitude", "rest"), [(0, 1), (-1, 1), (float("nan"), 1), (5, -1), (5, float("inf"))])
def test_an_impossible_reference_is_refused(amplitude: float, rest: float) -> None:
    with pytest.raises(ValueError, match="calibrate again"):
        Reference(amplitude, rest)
