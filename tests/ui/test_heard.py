"""What is to be heard of every state, and which cues fall due between two."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from biofeedback.engine_state import EngineState
from biofeedback.training.commands import Begin, Kind, SetDose, SetExercise, SetMatch, SetTarget, SetWave
from biofeedback.training.events import Phase, Result
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.setup import Setup
from biofeedback.ui.sound.heard import Cue, Heard, due_cues, heard
from biofeedback.wire.events import Gap, Scans
from tests.training.sessions import KINDS, Live, reference, right, settings, setup
from tests.ui.states import REFERENCE, calibrating, state


def working(
    phase: Phase = "work", *values: float, kind: Kind = "activate", outcomes: tuple[Result, ...] = (), **given: Any
) -> EngineState:
    """An exercise in `phase`, with the newest `values` of its bars; `given` for the exercise or the practice."""
    wave = SetWave(0.1, 10.0, 30.0) if kind == "track" else None
    setup = Setup(SetExercise("p", 1, kind), SetDose(5, 10, 10, 2), wave=wave, match=SetMatch())
    known: dict[str, Any] = {
        "setup": setup, "phase": phase, "block": "set", "set_number": 1, "n_sets": 2, "repetition": 1,
        "n_repetitions": 10, "phase_elapsed": 1.0, "phase_seconds": 5.0, "target": SetTarget(40.0),
        "next_target": SetTarget(40.0), "first_target": 40.0, "ceiling": None, "bar_hidden": False, "holding": False,
        "above": False, "hold_clock": 0.0, "hold_fraction": 0.0, "outcomes": outcomes, "blocks": (), "last": None,
        "offer": None, "rest_changed": False, "seconds_left": 100.0,
    }  # fmt: skip
    practice = {name: given.pop(name) for name in tuple(given) if name not in known}
    exercise = ExerciseState(**{**known, **given})
    practice |= {"target": exercise.target, "holding": exercise.holding, "above": exercise.above}
    return with_bar(state(exercise=exercise, references=(REFERENCE,) * max(1, len(values)), **practice), *values)


def with_bar(given: EngineState, *values: float) -> EngineState:
    assert given.update is not None
    return replace(given, update=replace(given.update, bar=np.array([values or (30.0,)])))


def now(phase: Phase = "work", *values: float, **given: Any) -> Heard:
    return heard(working(phase, *values, **given), None)


def test_the_tone_follows_the_trained_muscles_newest_value() -> None:
    shown = now("work", 37.5)
    assert (shown.step, shown.tone, shown.activation) == ("work", True, 37.5)
    assert heard(with_bar(state(), 12.0), None).activation == 12.0


def test_a_value_that_is_missing_is_none_and_expected() -> None:
    shown = now("work", float("nan"))
    assert (shown.activation, shown.needs_signal) == (None, True)
    assert not now("pause", float("nan")).needs_signal


def test_without_a_reference_the_tone_stands_where_the_bar_does() -> None:
    bare = with_bar(state(references=(None,), unit="uV", target=SetTarget(100.0, unit="uV")), 250.0)
    assert heard(bare, None).activation == pytest.approx(75.0)  # half of the axis, which begins with 500 µV
    assert heard(bare, None, scale=1000.0).activation == pytest.approx(37.5)


@pytest.mark.parametrize("phase", ["connecting", "ended", "stopped"])
def test_nothing_is_heard_where_nothing_was_promised(phase: Any) -> None:
    assert heard(replace(state(), phase=phase), 10.0) == Heard()
    assert heard(replace(state(), update=None), 10.0) == Heard()


@pytest.mark.parametrize("phase", ["streaming", "stalled", "lost", "another board", "failed"])
def test_a_silent_source_is_a_lost_signal_in_every_situation(phase: Any) -> None:
    for given in (working(), state(paused=True), calibrating("try", 2.0, 5.0), working("pause")):
        shown = heard(replace(given, phase=phase), 0.6)
        assert (shown.step, shown.tone) == ("lost", False)


def test_pauses_and_calibrations_have_no_tone() -> None:
    for given in (state(paused=True), working("pause"), working("waiting"), calibrating("try", 2.0, 5.0)):
        assert not heard(given, None).tone


def test_the_hidden_test_is_never_heard_whatever_its_kind() -> None:
    kinds: tuple[Kind, ...] = ("activate", "hold", "relax", "quick", "track", "match", "isolate")
    for kind in kinds:
        shown = now("work", 90.0, 50.0, kind=kind, bar_hidden=True, ceiling=20.0, above=True)
        assert (shown.tone, shown.at_target, shown.too_high, shown.guide) == (False, False, False, None)


def test_in_relax_the_tone_is_heard_above_the_line_only_and_only_while_quiet_is_asked() -> None:
    shown = now("work", 12.0, kind="relax", target=SetTarget(15.0))
    assert shown.tone
    assert shown.silent_below == 15.0
    assert shown.full_from == pytest.approx(16.5)
    assert not now("rest", 60.0, kind="relax", target=SetTarget(15.0)).tone


def test_the_line_to_follow_and_the_other_muscle_are_heard_as_a_second_tone() -> None:
    # 10 to 30 % at 0.1 Hz, from below: half way after 2.5 s, at the top after 5 s
    assert now("work", 20.0, kind="track", phase_elapsed=2.5).guide == pytest.approx(20.0, abs=0.01)
    assert now("work", 20.0, kind="track", phase_elapsed=5.0).guide == pytest.approx(30.0)
    assert now("work", 20.0, 33.0, kind="match").guide == 33.0
    assert now("rest", 20.0, 33.0, kind="match").guide is None
    assert now("work", 20.0, 33.0).guide is None


def test_too_high_is_above_the_band_or_the_other_muscle_above_its_line() -> None:
    band = SetTarget(40.0, 50.0)
    assert not now("work", 52.0, kind="hold", target=band).too_high  # within the tolerance of F5
    assert now("work", 53.0, kind="hold", target=band).too_high
    assert now("work", 30.0, 41.0, kind="isolate", ceiling=40.0).too_high
    assert not now("work", 30.0, 39.0, kind="isolate", ceiling=40.0).too_high
    assert not now("rest", 30.0, 41.0, kind="isolate", ceiling=40.0).too_high


READY, WORK, REST = now("ready"), now("work"), now("rest")
OVER = replace(now("pause"), n_blocks=1)
FREE = heard(with_bar(state(), 20.0), None)


@pytest.mark.parametrize(
    ("before", "after", "due"),
    [
        (REST, READY, ("ready",)),
        (READY, WORK, ("work",)),
        (WORK, WORK, ()),
        (WORK, replace(WORK, repetition=2), ("work",)),
        (WORK, REST, ("let go",)),
        (WORK, replace(REST, n_reached=1), ("hold done", "let go")),
        (WORK, replace(OVER, n_reached=1), ("hold done", "set over")),
        (WORK, OVER, ("set over",)),
        (OVER, replace(READY, block=("set", 2), n_blocks=1), ("ready",)),
        (WORK, replace(WORK, holding=True), ("reached",)),
        (replace(WORK, holding=True), WORK, ()),
        (WORK, replace(WORK, step="none"), ("let go",)),
        (WORK, replace(WORK, step="lost"), ()),
        (replace(WORK, step="lost"), WORK, ("work",)),
        (FREE, replace(FREE, holding=True), ("reached",)),
        (replace(FREE, holding=True), replace(FREE, holding=True, n_reached=1), ("hold done",)),
        (replace(FREE, n_reached=0), replace(WORK, n_reached=3), ("work",)),
        (replace(REST, n_reached=9), replace(READY, block=("set", 2)), ("ready",)),
        (None, WORK, ("work",)),
        (None, replace(OVER, n_blocks=5), ()),
    ],
)
def test_each_change_has_its_cues_in_order(before: Heard | None, after: Heard, due: tuple[Cue, ...]) -> None:
    assert due_cues(before, after) == due


def test_a_hidden_test_says_what_to_do_and_not_how_it_goes() -> None:
    work, rest = replace(WORK, hidden=True), replace(REST, hidden=True, n_reached=1)
    assert due_cues(replace(READY, hidden=True), work) == ("work",)
    assert due_cues(work, replace(work, holding=True)) == ()
    assert due_cues(work, rest) == ("let go",)
    # its last repetition is reached as the block ends, and with the block the bar is shown again
    assert due_cues(work, replace(OVER, n_reached=1, block=work.block)) == ("set over",)


def test_in_quick_nothing_comes_before_the_prompt_to_let_go() -> None:
    work, rest = (now(phase, 50.0, kind="quick") for phase in ("work", "rest"))
    assert due_cues(work, replace(rest, n_reached=1)) == ("let go",)


def test_a_calibration_is_led_by_the_same_prompts() -> None:
    steps = [heard(calibrating(step, 1.0, 5.0), None) for step in ("rest", "ready", "try", "pause", "ready", "try")]
    said = [due_cues(a, b) for a, b in itertools.pairwise(steps)]
    assert said == [("ready",), ("work",), ("let go",), ("ready",), ("work",)]
    assert due_cues(heard(calibrating("try", 0.1, 5.0, 2), None), FREE) == ("let go",)


def test_after_the_exercise_it_is_quiet_until_free_practice_goes_on() -> None:
    over = now("done", 25.0, phase_elapsed=2.0)
    assert (over.step, over.tone, over.needs_signal) == ("over", False, False)
    holding = now("done", 45.0, phase_elapsed=2.0, holding=True)
    assert (holding.step, holding.tone, holding.activation) == ("free", True, 45.0)
    assert due_cues(over, holding) == ("reached",)
    assert now("done", 25.0, phase_elapsed=61.0).tone
    assert due_cues(WORK, replace(over, n_blocks=1)) == ("set over",)


class Ear(Live):
    """A session that somebody listens to: what was heard after each block, and all cues."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.heard: list[Heard] = []
        self.cues: list[Cue] = []

    def take(self, block: Scans | Gap) -> None:
        self.blocks.append(block)
        update = self.pipeline.process(block)
        self._follow(update.events)
        shown = heard(replace(state(), update=update), None)
        self.cues += due_cues(self.heard[-1] if self.heard else None, shown)
        self.heard.append(shown)


def test_missing_scans_have_no_value_until_the_signal_has_settled() -> None:
    ear = Ear(settings())
    ear.tell(reference())
    ear.give([50.0], 1.0, block=10)
    ear.miss(0.3)
    assert ear.heard[-2].activation == pytest.approx(50.0, abs=1)
    assert ear.heard[-1].activation is None
    assert ear.heard[-1].needs_signal
    ear.give([50.0], 0.04, block=10)
    assert ear.heard[-1].activation is None
    ear.give([50.0], 0.2, block=10)
    assert ear.heard[-1].activation == pytest.approx(50.0, abs=1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_session_can_be_followed_by_ear(kind: Kind) -> None:
    n_channels = 2 if kind in ("match", "isolate") else 1
    ear = Ear(settings(n_channels))
    ear.tell(*(reference(i) for i in range(n_channels)))
    # 4.5 s of the wave, because its first 2 s are not looked at
    ear.tell(*setup(kind, work=4.5 if kind == "track" else 1.5, repetitions=2, tests=1), Begin())
    ear.give([0.0] * n_channels, 0.1, block=10)
    ear.follow(lambda seen: right(seen)[:n_channels])
    asked = [prompt for prompt in ear.prompts if prompt.phase == "work"]
    reached = [one for one in ear.repetitions if one.block == "set" and one.result == "reached"]
    assert len(asked) == len(ear.repetitions) == 5
    assert ear.cues.count("work") == 5
    assert ear.cues.count("set over") == len(ear.block_results) == 3
    assert ear.cues.count("let go") == sum(prompt.phase == "rest" for prompt in ear.prompts)
    assert len(reached) == 4
    assert ear.cues.count("hold done") == (0 if kind == "quick" else 4)
    assert ear.cues.count("reached") == (4 if kind in ("activate", "hold", "isolate", "quick") else 0)
    assert "hold done" not in ear.cues[: ear.cues.index("set over")]  # the test comes first
    assert not any(one.tone for one in ear.heard if one.block[0] == "test")
    assert any(one.tone for one in ear.heard if one.step == "work" and one.block == ("set", 2))
