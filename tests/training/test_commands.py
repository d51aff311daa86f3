"""Commands and events as a recording stores them: they come back, what is odd is refused, and the longest ones fit."""

import math
from contextlib import suppress
from dataclasses import fields, replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.recording.annotation import check_text
from biofeedback.training.calibration import CalibrationResult
from biofeedback.training.command_text import decode_command, encode_command
from biofeedback.training.commands import (
    BY_NAME,
    Answer,
    Begin,
    Command,
    Finish,
    Mark,
    Outcome,
    Pause,
    Rate,
    Repeat,
    RepeatTry,
    Resume,
    SetDose,
    SetExercise,
    SetHold,
    SetMatch,
    SetOther,
    SetReference,
    SetShaping,
    SetTarget,
    SetTest,
    SetWave,
    ShowBar,
    Site,
    Skip,
    StartCalibration,
    StopCalibration,
)
from biofeedback.training.events import (
    BlockResult,
    Measures,
    Offer,
    Prompt,
    Repetition,
    RestSample,
    Shaping,
    TrainingEvent,
    encode_event,
)
from biofeedback.training.hold import HoldEvent
from tests.training.sessions import KINDS, Live, reference, settings, setup

numbers = st.floats(0, 1e5, allow_nan=False)
whole = st.integers(0, 999)
words = st.sampled_from(["by hand", "demo", "no signal"])
blocks = st.sampled_from(["test", "set", "retest"])
commands = st.one_of(
    st.builds(SetTarget, numbers, st.none() | numbers, st.sampled_from(["percent", "uV", "counts"]), words),
    st.builds(SetHold, numbers),
    st.builds(
        SetReference, st.integers(0, 5), numbers, numbers, words, st.none() | numbers, words, st.none() | numbers
    ),
    st.builds(
        StartCalibration, st.integers(0, 5),
        st.sampled_from(["best_effort", "comfortable_effort", "fixed_load"]), st.integers(1, 6), numbers, numbers,
        numbers, st.booleans(),
    ),
    st.builds(RepeatTry, st.none() | st.integers(1, 6)),
    st.just(StopCalibration()),
    st.builds(Mark, whole),
    st.builds(Pause, words),
    st.builds(Resume, words),
    st.builds(SetExercise, st.sampled_from(["quad-set", "a"]), whole, st.sampled_from(KINDS), st.integers(0, 2**32)),
    st.builds(SetDose, numbers, numbers, whole, whole, numbers, st.none() | numbers),
    st.builds(SetTest, whole, numbers, numbers, st.booleans()),
    st.builds(SetShaping, numbers, numbers, numbers),
    st.builds(SetOther, numbers, st.none() | numbers, words),
    st.builds(SetWave, numbers, numbers, numbers),
    st.builds(SetMatch, numbers, numbers),
    st.builds(Begin, blocks, whole, whole),
    st.sampled_from([Skip(), Repeat()]),
    st.builds(Finish, words),
    st.builds(ShowBar, st.booleans()),
    st.builds(Rate, st.sampled_from(["pain", "effort"]), whole, st.sampled_from(["before", "during", "morning"])),
    st.builds(Answer, words, words),
    st.builds(Outcome, words, numbers, words, words),
    st.builds(
        Site, st.integers(0, 5), st.none() | numbers, st.none() | numbers, words, words,
        st.sampled_from(["yes", "no", "first time", "not stated"]),
    ),
)  # fmt: skip


@given(commands, st.integers(0, 2**40))
def test_a_command_comes_back_from_its_text_with_its_index(command: Command, index: int) -> None:
    text = encode_command(index, command)
    assert text.isascii()
    assert decode_command(text) == (index, command)


@given(commands)
def test_every_command_is_taken_or_refused_with_a_sentence(command: Command) -> None:
    """Whatever a file says, a replay ends with an error that can be told, or goes on."""
    live = Live(settings(2))
    live.tell(reference(0), reference(1), *setup("isolate"))
    with suppress(ValueError):
        live.tell(command)
    live.give([50.0, 50.0], 0.1)
    assert live.pipeline.next_index == 25


def test_every_command_has_a_name_of_its_own() -> None:
    assert set(BY_NAME.values()) == set(get_args(Command))
    assert len(set(BY_NAME.values())) == len(BY_NAME)


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
        '{"command":"exercise","index":1,"plan":"a","version":1,"kind":"fly"}',
        '{"command":"exercise","index":1,"plan":7,"version":1,"kind":"hold"}',
        '{"command":"dose","index":1,"work":5,"rest":5,"repetitions":2.5,"sets":1}',
        '{"command":"dose","index":1,"work":5,"rest":5,"repetitions":true,"sets":1}',
        '{"command":"dose","index":1,"work":5}',
        '{"command":"test","index":1,"repetitions":5,"work":5,"rest":5,"after":1}',
        '{"command":"wave","index":1,"frequency":NaN,"low":10,"high":30}',
        '{"command":"begin","index":1,"block":"sets"}',
        '{"command":"begin","index":1,"set_number":"1"}',
        '{"command":"skip","index":1,"reason":"bored"}',
        '{"command":"bar","index":1,"shown":0}',
        '{"command":"rate","index":1,"what":"joy","value":3,"when":"end"}',
        '{"command":"rate","index":1,"what":"pain","value":3.5,"when":"end"}',
        '{"command":"site","index":1,"channel":0,"same_marks":"maybe"}',
        '{"command":"calibrate","index":1,"kind":"greatest_effort"}',
    ],
)
def test_a_command_that_cannot_be_read_is_an_error_not_a_different_session(text: str) -> None:
    with pytest.raises(ValueError, match="command"):
        decode_command(text)


LONGEST = 10**10
"""An index after four months at 1000 scans a second."""
LARGEST = 65_535.1235
LONG = 100 / 7
"""A number that takes all the digits that there are."""
LONGEST_COMMANDS: tuple[Command, ...] = (
    SetTarget(49999.95, 50000.05, "percent", "held: nothing, by hand"), SetTarget(LONG, 3 * LONG, "counts", "in force"),
    SetHold(LONG), SetReference(5, LARGEST, LARGEST, "comfortable_effort", 10.3, "not usable", LARGEST),
    StartCalibration(5, "comfortable_effort", 6, 12.345, 123.456, 12.345, relax=True), RepeatTry(6), StopCalibration(),
    Mark(10**6), Pause("signal stays away, by hand"), Resume("signal is back"),
    SetExercise("a" * 40, 9999, "activate", 2**32 - 1), SetDose(5 * LONG, 2 * LONG, 100, 20, 9 * LONG, 3 * LONG),
    SetTest(20, LONG, 2 * LONG, after=True), SetShaping(LONG, 5 * LONG, 2 * LONG),
    SetOther(3 * LONG, LONG, "F6 ceiling down"),
    SetWave(LONG / 10, LONG, 2 * LONG), SetMatch(5 * LONG, 50 * LONG), Begin("retest", 20, 100), Skip(), Repeat(),
    Finish("the app was closed by hand"), ShowBar(shown=False), Rate("effort", 10, "morning"),
    Answer("a" * 20, "b" * 20), Outcome("a" * 20, -(1e6 - LONG), "b" * 10, "c" * 10),
    Site(5, 123.4, 123.4, "e" * 19, "p" * 18, "not stated"),
)  # fmt: skip


def test_the_longest_of_every_command_fits_an_annotation() -> None:
    assert {type(command) for command in LONGEST_COMMANDS} == set(get_args(Command))
    for command in LONGEST_COMMANDS:
        text = encode_command(LONGEST, command)
        check_text(text)
        assert decode_command(text) == (LONGEST, command)


LONGEST_EVENTS: tuple[TrainingEvent, ...] = (
    HoldEvent(LONGEST, "reached", 1234.567, 12345.678),
    Prompt(LONGEST, "waiting", "retest", 20, 100, 1234.5678),
    RestSample(LONGEST, 5, 65535.123, 65535.123, changed=True),
    Repetition(LONGEST, "retest", 20, 100, "excluded", "other muscle", 600.123, 1000000.123),
    Measures(LONGEST, "retest", 20, 100, response=-0.1234, release=600.1234),
    BlockResult(LONGEST, "retest", 20, 100, 100, 100, LONG, 3 * LONG),
    Shaping(LONGEST, 0.667, 100, "ceiling down", 123.456, 123.456, 123.456),
    Offer(LONGEST, "calibration stopped: pain"),
)
SCORES: dict[str, tuple[str, ...]] = {
    "held": ("steadiness", "release"),
    "quick": ("response", "release"),
    "track": ("rmse", "error", "release"),
    "two": ("steadiness", "other", "cci", "common"),
    "match": ("other", "cci", "common", "match", "match_least"),
}
"""Which scores come together at most (docs/training.md)."""


def test_the_longest_of_every_event_fits_an_annotation() -> None:
    kinds = {type(event) for event in LONGEST_EVENTS}
    assert kinds | {CalibrationResult} == set(get_args(TrainingEvent))
    for event in LONGEST_EVENTS:
        check_text(encode_event(event))


@pytest.mark.parametrize("kind", SCORES)
def test_the_scores_of_each_kind_fit_an_annotation(kind: str) -> None:
    names = {field.name for field in fields(Measures)}
    assert set(SCORES[kind]) <= names
    values = dict.fromkeys(SCORES[kind], -12345.678)
    check_text(encode_event(Measures(LONGEST, "retest", 20, 100, **values)))


def test_the_longest_calibration_fits_an_annotation() -> None:
    largest = 65_535.123456789
    tries = (largest, largest)
    result = CalibrationResult(LONGEST, 5, tries[0], tries[0], 1.2345, tries, 100.0, "not usable", "hardly above rest")
    check_text(encode_event(result))
    six = replace(
        result, tries=(largest,) * 6, kind="comfortable_effort", measured_rest=largest, spill=largest,
        saturated=(1, 2, 3, 4, 5, 6),
    )  # fmt: skip
    check_text(encode_event(six))
    check_text(encode_event(replace(result, tries=(round(largest, 4),) * 3, rest=round(largest, 4))))


def test_no_event_says_nan() -> None:
    """JSON has no such number; other programs could not read it."""
    for event in LONGEST_EVENTS:
        assert "NaN" not in encode_event(event)
    for command in (SetHold(math.nan), SetTarget(math.nan), SetReference(0, math.nan, 0.0)):
        with pytest.raises(ValueError, match=" nan "):
            Live(settings()).tell(command)
