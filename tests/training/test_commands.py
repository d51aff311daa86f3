import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.training.commands import (
    Mark, Pause, Resume, SetHold, SetReference, SetTarget, StartCalibration, StopCalibration,
    decode_command, encode_command,
)  # fmt: skip

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
def test_a_command_comes_back_from_its_text_with_its_index(command, index) -> None:
    text = encode_command(index, command)
    assert text.isascii()
    assert len(text) < 200
    assert decode_command(text) == (index, command)


@pytest.mark.parametrize("text", ["", "BAD_ACQ_SKIP", '{"event":"hold"}', "[1]", "{", '{"a":' * 5000])
def test_other_texts_are_no_commands(text) -> None:
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
def test_a_command_that_cannot_be_read_is_an_error_not_a_different_session(text) -> None:
    with pytest.raises(ValueError, match="command"):
        decode_command(text)
