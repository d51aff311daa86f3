from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.recording.annotation import check_text
from biofeedback.training.calibration import CalibrationResult
from biofeedback.training.command_text import decode_command, encode_command
from biofeedback.training.commands import (
    Command,
    Mark,
    Pause,
    Resume,
    SetHold,
    SetReference,
    SetTarget,
    StartCalibration,
    StopCalibration,
)  # fmt: skip
from biofeedback.training.events import encode_event
from biofeedback.training.hold import HoldEvent

numbers = st.floats(0, 1e5, allow_nan=False)
words = st.sampled_from(["by hand", "demo", "no signal"])
commands = st.one_of(
    st.builds(SetTarget, numbers, st.none() | numbers, st.sampled_from(["percent", "uV", "counts"]), words),
    st.builds(SetHold, numbers),
    st.builds(SetReference, st.integers(0, 5), numbers, numbers, words, st.none() | numbers, words),
    st.builds(StartCalibration, st.integers(0, 5)),
    st.just(StopCalibration()),
    st.builds(Mark, st.integers(0, 999)),
    st.builds(Pause, words),
    st.builds(Resume, words),
)


@given(commands, st.integers(0, 2**40))
def test_a_command_comes_back_from_its_text_with_its_index(command: Command, index: int) -> None:
    text = encode_command(index, command)
    assert text.isascii()
    assert decode_command(text) == (index, command)


@pytest.mark.parametrize("text", ["", "BAD_ACQ_SKIP", '{"event":"hold"}', "[1]", "{", '{"a":' * 5000])
def test_other_texts_are_no_commands(text: str) -> None:
    assert decode_command(text) is None


@pytest.mark.parametrize(
    "text",
    [
        '{"command":"fly","index":1}',
        '{"command":"target","index":-1,"low":1}',
        '{"command":"target","index":true,"low":1}',
        '{"command":"target","index":1,"low":"40"}',
        '{"command":"target","index":1,"low":1e999}',
        '{"command":"target","index":1,"low":40,"unit":"px"}',
        '{"command":"mark","index":1,"number":1.5}',
        '{"command":"mark","index":1,"number":1,"extra":2}',
        '{"command":["target"],"index":1}',
    ],
)
def test_a_command_that_cannot_be_read_is_an_error_not_a_different_session(text: str) -> None:
    with pytest.raises(ValueError, match="command"):
        decode_command(text)


def test_the_longest_command_and_event_fit_an_annotation() -> None:
    largest = 65_535.123456789
    check_text(
        encode_command(10**10, SetReference(5, round(largest, 4), round(largest, 4), spread=10.3, verdict="care"))
    )
    check_text(encode_command(10**10, SetTarget(49999.95, 50000.05, "percent", "signal is back")))
    tries = (largest, largest)
    result = CalibrationResult(10**10, 5, tries[0], tries[0], 1.2345, tries, 100.0, "not usable", "hardly above rest")
    check_text(encode_event(result))
    six = replace(
        result, tries=(largest,) * 6, kind="comfortable_effort", measured_rest=largest, spill=largest,
        saturated=(1, 2, 3, 4, 5, 6),
    )  # fmt: skip
    check_text(encode_event(six))
    check_text(encode_event(replace(result, tries=(round(largest, 4),) * 3, rest=round(largest, 4))))
    check_text(encode_event(HoldEvent(10**10, "reached", 1234.567, 12345.678)))
