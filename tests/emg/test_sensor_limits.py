from __future__ import annotations

from dataclasses import replace

import pytest

from biofeedback.emg.filters import design_bandpass
from biofeedback.emg.sensor import ChannelSettings, Sensor, microvolts_per_count
from biofeedback.emg.sensor_limits import LEAST_RATE, Allowed, allowed, changes, warnings


def answers(found: Allowed) -> dict[str, bool]:
    return {
        name: bool(getattr(found, name)) for name in ("band_pass", "timing", "spectrum", "steadiness", "microvolts")
    }


@pytest.mark.parametrize(
    ("sensor", "rate", "yes"),
    [
        (Sensor.RAW, 1000, {"band_pass", "timing", "spectrum", "steadiness", "microvolts"}),
        (Sensor.RAW, 512, {"band_pass", "timing", "spectrum", "steadiness", "microvolts"}),
        (Sensor.RAW, 511, {"band_pass", "timing", "steadiness", "microvolts"}),
        (Sensor.RAW, 499, {"band_pass", "microvolts"}),
        (Sensor.RAW, 250, {"band_pass", "microvolts"}),
        (Sensor.RECT, 1000, {"timing", "steadiness", "microvolts"}),
        (Sensor.RECT, 250, {"microvolts"}),
        (Sensor.ENV, 2000, {"microvolts"}),
        (Sensor.UNKNOWN, 2000, set()),
        (Sensor.RAW, 99, set()),
    ],
)
def test_what_the_output_and_the_rate_allow(sensor: Sensor, rate: float, yes: set[str]) -> None:
    found = allowed(sensor, rate)
    assert {name for name, answer in answers(found).items() if answer} == yes
    assert found.envelope_only is ("timing" not in yes)


def test_every_answer_has_its_reason_in_one_sentence() -> None:
    for sensor in Sensor:
        for rate in (50, 100, 250, 1000):
            for gain_is_known in (False, True):
                found = allowed(sensor, rate, gain_is_known=gain_is_known)
                for name in answers(found):
                    why = getattr(found, name).why
                    assert why.endswith(".")
                    assert why[0].isupper() or why[0].isdigit() or why.startswith("µV")
                    assert "\n" not in why


def test_250_hz_is_for_the_envelope_only_and_says_how_far_its_band_reaches() -> None:
    found = allowed(Sensor.RAW, 250)
    assert "112" in found.band_pass.why
    assert "envelope only" in found.timing.why
    assert "envelope only" in found.spectrum.why
    assert "not to be compared" in found.microvolts.why
    assert "not to be compared" not in allowed(Sensor.RAW, 1000).microvolts.why


def test_the_least_rate_is_one_that_the_band_pass_can_be_made_for() -> None:
    assert allowed(Sensor.RAW, LEAST_RATE).band_pass
    assert len(design_bandpass(LEAST_RATE))


def test_microvolts_need_a_gain_as_everywhere() -> None:
    for sensor in Sensor:
        for gain in (None, 200.0):
            scale = microvolts_per_count(ChannelSettings(sensor=sensor, gain=gain), 10, 5.0)
            assert bool(allowed(sensor, 1000, gain_is_known=gain is not None).microvolts) is (scale is not None)


@pytest.mark.parametrize(
    ("channel", "info_vref", "words"),
    [
        (ChannelSettings(supply=5.0), 5.0, []),
        (ChannelSettings(), 5.0, []),
        (ChannelSettings(supply=3.3), 3.3, []),
        (ChannelSettings(supply=3.3), 5.0, []),
        (ChannelSettings(), 3.3, ["what voltage"]),
        (ChannelSettings(supply=5.0), 3.3, ["over-drives"]),
        (ChannelSettings(supply=5.0, vref=3.3), 5.0, ["over-drives"]),
        (ChannelSettings(supply=5.0, vref=1.1), 1.1, ["over-drives"]),
        (ChannelSettings(supply=5.7), 5.0, ["ceiling"]),
        (ChannelSettings(gain=None), 5.0, ["counts"]),
        (ChannelSettings(sensor=Sensor.UNKNOWN), 5.0, ["choose RAW"]),
        (ChannelSettings(sensor=Sensor.ENV, gain=None), 3.3, ["what voltage", "counts"]),
    ],
)
def test_warnings_name_what_can_harm_the_board_or_the_numbers(
    channel: ChannelSettings, info_vref: float, words: list[str]
) -> None:
    found = warnings(channel, info_vref)
    assert len(found) == len(words)
    for sentence, word in zip(found, words, strict=True):
        assert word in sentence
        assert sentence[-1] == "."


def test_settings_that_differ_from_a_kept_references_are_named_with_both_values() -> None:
    kept = ChannelSettings("vastus medialis", "left", Sensor.RAW, 200.0, 5.0, None)
    assert changes(kept, kept) == ()
    assert changes(replace(kept, muscle="biceps", side="right"), kept) == ()
    (gain,) = changes(replace(kept, gain=400.0), kept)
    assert "gain was 200 then and is 400 today" in gain
    (supply,) = changes(replace(kept, supply=3.3), kept)
    assert "supply was not told then and is 3.3 today" in supply
    assert len(changes(replace(kept, gain=None, vref=3.3), kept)) == 2


def test_an_envelope_always_asks_after_its_gain_screw() -> None:
    kept = ChannelSettings(sensor=Sensor.ENV, gain=10_200)
    (question,) = changes(kept, kept)
    assert "screw" in question
    assert len(changes(kept, replace(kept, sensor=Sensor.RAW, gain=200.0))) == 3
