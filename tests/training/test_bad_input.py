"""What cannot be is refused in a sentence and changes nothing; what goes wrong meanwhile ends well.

Any command in any state is taken or refused with a ValueError: never another error, never a hang, never an event out
of order.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from biofeedback.emg.sensor import Sensor
from biofeedback.recording.annotation import check_text
from biofeedback.training.command_text import encode_command
from biofeedback.training.commands import (
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
from biofeedback.training.events import encode_event
from biofeedback.training.practice_state import PracticeState
from biofeedback.wire.events import Scans
from tests.training.sessions import (
    FULL_SCALE,
    KINDS,
    RATE,
    Live,
    begun,
    exercise_of,
    reference,
    replayed,
    right,
    settings,
    setup,
)

NAN, INFINITE = math.nan, math.inf
IMPOSSIBLE: tuple[Command, ...] = (
    SetTarget(0.0), SetTarget(-1.0), SetTarget(150.1), SetTarget(NAN), SetTarget(INFINITE), SetTarget(40.0, 40.0),
    SetTarget(40.0, 30.0), SetTarget(40.0, NAN), SetTarget(40.0, 151.0), SetTarget(1e6, unit="uV"),
    SetHold(0.0), SetHold(-1.0), SetHold(601.0), SetHold(NAN), SetHold(INFINITE),
    SetReference(0, 0.0, 0.0), SetReference(0, -1.0, 0.0), SetReference(0, NAN, 0.0), SetReference(0, INFINITE, 0.0),
    SetReference(0, 100.0, NAN), SetReference(0, 100.0, -1.0), SetReference(0, 100.0, INFINITE),
    SetReference(0, 1e300, 0.0), SetReference(0, 1e18, 0.0), SetReference(0, 1e-300, 0.0), SetReference(0, 5e-324, 0.0),
    SetReference(0, 100.0, 1e300), SetReference(-1, 100.0, 0.0), SetReference(2, 100.0, 0.0),
    SetReference(0, 100.0, 0.0, spill=-1.0), SetReference(0, 100.0, 0.0, spill=NAN),
    StartCalibration(2), StartCalibration(-1), StartCalibration(0, tries=0), StartCalibration(0, tries=7),
    StartCalibration(0, seconds=0.5), StartCalibration(0, seconds=NAN), StartCalibration(0, rest=1.0),
    StartCalibration(0, resting=0.0), StartCalibration(0, resting=INFINITE),
    RepeatTry(), RepeatTry(1), RepeatTry(-3),
    SetExercise("", 1, "activate"), SetExercise("ü", 1, "activate"), SetExercise("a" * 41, 1, "activate"),
    SetExercise("a b", 1, "activate"), SetExercise("-", 1, "activate"), SetExercise("a", -1, "activate"),
    SetExercise("a", 1, "activate", -1), SetExercise("a", 1, "activate", 2**32),
    SetDose(0.0, 1.0, 1, 1), SetDose(NAN, 1.0, 1, 1), SetDose(1.0, 0.0, 1, 1), SetDose(1.0, 601.0, 1, 1),
    SetDose(1.0, 1.0, 0, 1), SetDose(1.0, 1.0, 101, 1), SetDose(1.0, 1.0, 1, 0), SetDose(1.0, 1.0, 1, 21),
    SetDose(1.0, 1.0, 1, 1, -1.0), SetDose(1.0, 1.0, 1, 1, NAN), SetDose(1.0, 2.0, 1, 1, 1.0, 1.0),
    SetDose(1.0, 2.0, 1, 1, 1.0, NAN), SetDose(1.0, 2.0, 1, 1, 1.0, INFINITE),
    SetTest(-1, 1.0, 1.0), SetTest(21, 1.0, 1.0), SetTest(1, 0.0, 1.0), SetTest(1, 121.0, 1.0), SetTest(1, 1.0, NAN),
    SetShaping(0.0, 50.0, 30.0), SetShaping(50.0, 20.0, 30.0), SetShaping(20.0, 50.0, 60.0),
    SetShaping(20.0, 151.0, 30.0), SetShaping(NAN, 50.0, 30.0), SetShaping(20.0, 50.0, NAN),
    SetOther(0.0), SetOther(151.0), SetOther(NAN), SetOther(20.0, 0.0), SetOther(20.0, 25.0), SetOther(20.0, NAN),
    SetWave(0.0, 10.0, 30.0), SetWave(3.0, 10.0, 30.0), SetWave(NAN, 10.0, 30.0), SetWave(0.1, 30.0, 10.0),
    SetWave(0.1, 0.0, 30.0), SetWave(0.1, 10.0, NAN),
    SetMatch(0.0, 125.0), SetMatch(80.0, 90.0), SetMatch(NAN, 125.0), SetMatch(80.0, INFINITE),
    Begin("set", 0), Begin("set", 1, 0), Begin("set", 3), Begin("test", 1, 9), Begin("retest", -1), Begin("set", 1, 4),
    Skip(), Repeat(), Finish(),
    Rate("pain", -1, "during"), Rate("pain", 11, "during"), Rate("effort", 10**9, "end"),
    Answer("é"), Answer("a" * 41), Answer("a", 'b"'), Answer("line\nbreak"),
    Outcome("range", NAN), Outcome("range", INFINITE), Outcome("range", 1e7), Outcome("a" * 30, 1.0, "b" * 11),
    Site(2), Site(-1), Site(0, -1.0), Site(0, 201.0), Site(0, 1.0, NAN), Site(0, electrode="a" * 41),
)  # fmt: skip


@pytest.mark.parametrize("command", IMPOSSIBLE, ids=str)
def test_what_cannot_be_is_refused_and_changes_nothing(command: Command) -> None:
    live = Live(settings(2))
    live.tell(reference(0), *setup("activate"))
    live.give([0.0, 0.0], 0.5)
    before, in_force = live.pipeline.practice, live.pipeline.in_force
    with pytest.raises(ValueError, match=r"\w+ \w+") as refused:
        live.tell(command)
    assert len(str(refused.value)) < 200
    assert live.pipeline.practice == before
    assert live.pipeline.in_force == in_force


@pytest.mark.parametrize("command", [c for c in IMPOSSIBLE if not isinstance(c, Skip | Finish)], ids=str)
def test_what_cannot_be_is_refused_within_a_set_too(command: Command) -> None:
    live = begun("activate", n_channels=2, sets=2, repetitions=3)
    live.give([0.0, 0.0], 5.5)
    before, in_force = live.pipeline.practice, live.pipeline.in_force
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        live.tell(command)
    assert live.pipeline.practice == before
    assert live.pipeline.in_force == in_force


# -- things that go wrong meanwhile ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["match", "isolate"])
def test_a_channel_that_disappears_within_a_set_excludes_what_follows(kind: str) -> None:
    live = begun("match" if kind == "match" else "isolate", work=2.0, sets=1, repetitions=4)

    def follow(state: PracticeState) -> tuple[float, float]:
        a, b = right(state)
        # a loose envelope pin floats to the supply: the ADC's top
        return a, 10 * FULL_SCALE if exercise_of(state).repetition > 2 else b

    live.follow(follow)
    assert live.results == ["reached", "reached", "excluded", "excluded"]
    assert {r.why for r in live.repetitions[2:]} == {"saturated"}
    (block,) = live.block_results
    assert (block.prompted, block.scored, block.reached) == (4, 2, 2)


def test_a_waveform_that_goes_dead_within_a_set_is_excluded_not_missed() -> None:
    live = Live(settings(1, Sensor.RAW))
    live.give([0.0], 1.0)
    live.tell(reference(0, Sensor.RAW), *setup("activate", sets=1, repetitions=3), Begin())
    live.follow(lambda state: right(state)[:1], until=lambda state: exercise_of(state).repetition == 2)
    while exercise_of(live.pipeline.practice).phase != "done":
        live.take(Scans(live.pipeline.next_index, np.full((25, 1), 2048, np.int32)))
    assert live.results == ["reached", "excluded", "excluded"]
    assert live.repetitions[-1].why == "flat"


@pytest.mark.parametrize("kind", ["match", "isolate"])
def test_two_muscles_need_two_channels(kind: str) -> None:
    live = Live(settings(1))
    live.tell(reference(), *setup("match" if kind == "match" else "isolate"))
    with pytest.raises(ValueError, match="needs 2 muscles, and the board sends 1"):
        live.tell(Begin())


def test_a_line_for_the_other_muscle_needs_that_muscle_calibrated() -> None:
    """Else every repetition would be missed for a muscle that nobody looks at."""
    live = Live(settings(2))
    live.tell(reference(0), *setup("activate"), SetOther(20.0))
    with pytest.raises(ValueError, match="Calibrate channel 2"):
        live.tell(Begin())


def test_a_rest_above_every_effort_gives_misses_and_no_crash() -> None:
    live = Live(settings())
    live.tell(SetReference(0, 10.0, 4000.0), *setup("activate", sets=1), Begin())
    live.follow(lambda state: right(state)[:1])
    assert live.results == ["missed"] * 3
    assert live.repetitions[0].mean == 0


@pytest.mark.parametrize("amplitude", [0.001, 1e9])
def test_the_smallest_and_the_largest_reference_do_no_harm(amplitude: float) -> None:
    for sensor in (Sensor.RAW, Sensor.RECT, Sensor.ENV, Sensor.UNKNOWN):
        live = Live(settings(1, sensor))
        live.tell(SetReference(0, amplitude, 0.0), *setup("activate", sets=1), Begin())
        live.follow(lambda state: right(state)[:1], block=25)
        assert len(live.results) == 3
        assert replayed(live, 97) == live.outcome


def test_a_target_out_of_reach_is_missed_to_the_end() -> None:
    live = begun("activate", target=SetTarget(150.0), repetitions=5, sets=2)
    live.follow(lambda state: (100.0,) if exercise_of(state).phase == "work" else (0.0,))
    assert live.results == ["missed"] * 10
    assert live.exercise.phase == "done"


def test_a_pause_of_no_time_between_sets_goes_straight_on() -> None:
    live = begun("activate", SetShaping(20.0, 60.0, 40.0), pause=0.0, sets=3, repetitions=5)
    live.follow(lambda state: right(state)[:1])
    assert len(live.results) == 15
    assert replayed(live, 61) == live.outcome


def test_a_gap_longer_than_the_whole_exercise_ends_it_with_nothing_reached() -> None:
    live = begun("activate", tests=1, after=True, sets=2, repetitions=2)
    live.give([0.0], 5.5)
    live.miss(3600.0)
    assert live.exercise.phase == "done"
    assert set(live.results) == {"excluded"}
    assert replayed(live, 1000) == live.outcome


# -- any command at any time ---------------------------------------------------------------------------------------


def any_command(rng: np.random.Generator) -> Command:
    """Return some command, mostly one that can be, with values that mostly can."""
    kind = KINDS[int(rng.integers(len(KINDS)))]
    number = float(rng.choice([0.5, 1.0, 2.0, 20.0, 40.0, 60.0, 150.0, NAN]))
    whole = int(rng.choice([0, 1, 1, 2, 3]))
    choices: tuple[Command, ...] = (
        SetTarget(number), SetTarget(20.0, number), SetTarget(number, unit="uV"), SetHold(number),
        SetReference(whole, 600.0, 50.0), SetReference(0, number, 50.0),
        StartCalibration(whole, tries=1, seconds=1.0, rest=5.0, resting=3.0), StopCalibration(), RepeatTry(whole),
        Mark(whole), Pause(), Pause("no signal"), Resume(), Resume(),
        SetExercise("fuzz", 1, kind, whole), SetDose(1.0, 1.0, whole, 2, number, 2.0 if whole == 2 else None),
        SetDose(0.5, 0.5, 2, 1, 1.0), SetTest(whole, 1.0, 0.5, bool(whole)), SetShaping(20.0, 60.0, number),
        SetOther(number), SetOther(number, 20.0), SetWave(0.5, 10.0, number), SetMatch(),
        Begin(), Begin(), Begin("set", 1, 1), Begin("set", whole, whole), Begin("retest", whole, 1),
        Skip(), Skip(), Skip(), Repeat(), Repeat(), Finish(), ShowBar(bool(whole)),
        Rate("pain", 3 * whole, "during"), Rate("effort", 4 * whole, "after"), Answer("do not start", "pain"),
        Outcome("chair stands", number), Site(whole, number),
    )  # fmt: skip
    return choices[int(rng.integers(len(choices)))]


def fuzzed(seed: int, n_steps: int) -> Live:
    """Return a session of `n_steps` commands at random, with signal and gaps between them."""
    rng = np.random.default_rng([seed, 77])
    live = Live(settings(1 + seed % 2))
    n_channels = len(live.settings.channels)
    if seed % 4:
        live.tell(*(reference(i) for i in range(n_channels)))
        kind = KINDS[seed % len(KINDS)]
        if kind in ("match", "isolate") and n_channels == 1:
            kind = "activate"
        live.tell(*setup(kind, work=0.5, rest=0.5, repetitions=2, pause=0.5, tests=seed % 3, after=True), Begin())
    for _ in range(n_steps):
        command = any_command(rng)
        before = live.pipeline.practice
        try:
            live.tell(command)
        except ValueError:
            assert live.pipeline.practice == before
        if rng.random() < 0.1:
            live.miss(float(rng.choice([0.004, 0.2, 5.0])))
        else:
            level = float(rng.choice([0.0, 0.0, 30.0, 55.0, 120.0, 900.0]))
            live.give([level] * n_channels, float(rng.choice([0.004, 0.1, 0.7, 3.0])))
    return live


@pytest.mark.parametrize("part", range(10))
def test_any_command_in_any_state_is_taken_or_refused_in_a_sentence(part: int) -> None:
    """500 sessions of 16 commands; then what was taken gives the same again, and what is in force can be told anew."""
    for seed in range(50 * part, 50 * part + 50):
        live = fuzzed(seed, 16)
        assert all(a.index <= b.index for a, b in pairwise(live.events)), seed
        assert all(0 <= event.index <= live.pipeline.next_index for event in live.events)
        assert len(live.repetitions) <= sum(prompt.phase == "work" for prompt in live.prompts)
        for event in live.events:
            check_text(encode_event(event))
        for index, command in live.told:
            check_text(encode_command(index, command))
        fresh = Live(live.settings)
        fresh.tell(*live.pipeline.in_force)
        assert fresh.pipeline.practice.references == live.pipeline.practice.references
        assert fresh.pipeline.practice.paused == live.pipeline.practice.paused
        if seed % 5 == 0:
            assert replayed(live, round(0.3 * RATE)) == live.outcome, seed
