import pytest

from biofeedback.emg.sensor import ChannelSettings, Sensor, microvolts_per_count


@pytest.mark.parametrize(
    ("channel", "bits", "vref", "expected"),
    [
        (ChannelSettings(), 10, 5.0, 24.4),
        (ChannelSettings(), 12, 3.3, 4.03),
        (ChannelSettings(sensor=Sensor.ENV, gain=10_200), 10, 5.0, 0.479),
    ],
)
def test_one_step_is_worth_what_the_sensors_manual_says(
    channel: ChannelSettings, bits: int, vref: float, expected: float
) -> None:
    assert microvolts_per_count(channel, bits, vref) == pytest.approx(expected, rel=2e-3)


def test_the_persons_reference_voltage_wins_over_the_boards() -> None:
    assert microvolts_per_count(ChannelSettings(vref=3.3), 10, 5.0) == microvolts_per_count(ChannelSettings(), 10, 3.3)


def test_without_a_gain_there_is_no_microvolt() -> None:
    assert microvolts_per_count(ChannelSettings(gain=None), 10, 5.0) is None
    assert microvolts_per_count(ChannelSettings(sensor=Sensor.UNKNOWN), 10, 5.0) is None
