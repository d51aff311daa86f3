"""What a new recording is told at its start brings a fresh run to where the old one stood, and it goes on alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from biofeedback.pipeline import Pipeline
from biofeedback.training.commands import (
    Kind,
    Pause,
    Rate,
    Repeat,
    Resume,
    SetShaping,
    SetTarget,
    ShowBar,
    StartCalibration,
)
from biofeedback.training.exercise_state import ExerciseState
from tests.training.sessions import KINDS, Live, begun, exercise_of, one, right, settings
from tests.training.test_exercise import channels, scans, until, work


def place(state: ExerciseState) -> tuple[object, ...]:
    """Return where an exercise stands for whoever goes on with it: the repetition under way, or the one to come."""
    number = state.repetition + (state.phase == "rest" and state.repetition < state.n_repetitions)
    return state.block, state.set_number, number, state.n_sets, state.n_repetitions, state.target.low, state.setup


@hypothesis_settings(max_examples=12, deadline=None)
@given(st.floats(0.1, 45.0), st.sampled_from(KINDS), st.booleans(), st.booleans())
def test_the_commands_in_force_bring_a_fresh_run_to_the_same_place(
    seconds: float, kind: Kind, paused: bool, hidden: bool
) -> None:
    live = begun(kind, work=work(kind), tests=2, after=True, sets=2, repetitions=3, pause=3.0)
    n = channels(kind)
    at = live.pipeline.next_index + scans(seconds)
    live.follow(
        lambda state: right(state)[:n],
        until=lambda state: live.pipeline.next_index >= at or exercise_of(state).phase == "done",
    )
    if paused:
        live.tell(Pause())
    if hidden:
        live.tell(ShowBar(shown=False))
    fresh = Live(live.settings)
    fresh.tell(*live.pipeline.in_force)
    assert fresh.pipeline.practice.paused == paused
    assert fresh.pipeline.practice.references == live.pipeline.practice.references
    if live.exercise.phase == "done":
        assert fresh.pipeline.practice.exercise is None
        assert fresh.pipeline.practice.setup == live.pipeline.practice.setup
        return
    exercise = live.exercise
    # all repetitions are done, only the last release is still looked for: the next block comes
    ending = exercise.phase == "rest" and exercise.repetition >= exercise.n_repetitions
    if ending and exercise.block == "retest":
        assert fresh.pipeline.practice.exercise is None
        return
    if ending or exercise.phase == "pause":
        n_blocks = len(exercise.blocks) + ending
        expected = [("set", 1, 1), ("set", 2, 1), ("retest", 2, 1)][n_blocks - 1]
        assert place(fresh.exercise)[:3] == expected
    else:
        assert place(fresh.exercise) == place(live.exercise)
    assert fresh.exercise.bar_hidden or not hidden
    # and both do the same from there
    done = len([r for r in live.repetitions if r.why != "paused"])
    fresh.tell(Resume())
    fresh.follow(lambda state: right(state)[:n])
    assert len(fresh.results) == 2 + 3 + 3 + 2 - done
    assert set(fresh.results) == {"reached"}


def test_an_added_set_is_in_force_too() -> None:
    live = begun("activate", sets=1, repetitions=2)
    live.follow(one(right))
    live.tell(Repeat())
    until(live, "rest")
    fresh = Live(live.settings)
    fresh.tell(*live.pipeline.in_force)
    assert place(fresh.exercise)[:4] == ("set", 2, 2, 2)


def test_bringing_a_fresh_run_to_the_same_place_can_be_done_again_and_again() -> None:
    live = begun("isolate", SetShaping(20.0, 60.0, 40.0), repetitions=5, sets=3)
    until(live, "pause")
    first = Pipeline(live.settings)
    for command in live.pipeline.in_force:
        first.command(command)
    second = Pipeline(live.settings)
    for command in first.in_force:
        second.command(command)
    assert first.in_force == second.in_force
    assert replace(first.practice, exercise=None) == replace(second.practice, exercise=None)


def fresh_from(live: Live) -> Live:
    fresh = Live(live.settings)
    fresh.tell(*live.pipeline.in_force)
    return fresh


def test_a_line_that_shaping_moved_stays_moved() -> None:
    live = begun("isolate", SetShaping(20.0, 60.0, 40.0), repetitions=5, sets=3)
    live.follow(right, until=lambda state: exercise_of(state).phase == "pause")
    fresh = fresh_from(live)
    live.give([0.0, 0.0], 2.5, block=10)
    assert fresh.exercise.ceiling == live.exercise.ceiling
    assert fresh.exercise.ceiling != live.exercise.setup.other.ceiling  # type: ignore[union-attr]


def test_the_target_of_a_set_under_way_stays_frozen_and_the_next_one_waits() -> None:
    live = begun("activate", sets=2, tests=0)
    live.give([0.0], 3.0)
    live.tell(SetTarget(70.0))
    fresh = fresh_from(live)
    assert (fresh.exercise.target.low, fresh.exercise.next_target.low) == (40.0, 70.0)
    assert (live.exercise.target.low, live.exercise.next_target.low) == (40.0, 70.0)


def test_the_last_test_of_a_band_is_held_against_the_first_band() -> None:
    live = begun("hold", SetShaping(20.0, 70.0, 40.0), target=SetTarget(40.0, 50.0), tests=1, after=True,
                 repetitions=5, sets=2)  # fmt: skip
    live.follow(one(right), until=lambda state: len(exercise_of(state).blocks) == 2)
    fresh = fresh_from(live)
    for each in (live, fresh):
        each.follow(one(right))
        last = each.block_results[-1]
        assert (last.block, last.low, last.high) == ("retest", 40.0, 50.0)


def test_ratings_come_back_in_the_order_in_which_they_were_given() -> None:
    live = Live(settings())
    live.tell(Rate("pain", 6, "during"), Rate("pain", 1, "after"), Rate("pain", 5, "during"))
    assert [note.value for note in live.pipeline.practice.notes if isinstance(note, Rate)] == [1, 5]


def test_a_calibration_under_way_begins_again() -> None:
    live = Live(settings())
    live.tell(StartCalibration(seconds=4.0))
    live.give([0.0], 3.0)
    state = fresh_from(live).pipeline.practice.calibration
    assert state
    assert (state.step, state.seconds_left, state.coming[1]) == ("rest", 5.0, ("try", 4.0))


def test_one_more_set_after_the_end_takes_what_shaping_said() -> None:
    live = begun("isolate", SetShaping(20.0, 60.0, 40.0), repetitions=5, sets=1)
    live.follow(right)
    live.tell(Repeat())
    assert live.exercise.ceiling == live.shapings[-1].ceiling


def test_a_target_that_rest_would_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 150"):
        begun("activate", target=SetTarget(0.5))


def test_a_jerk_on_both_cables_is_no_matching() -> None:
    live = begun("match", work=4.0, sets=1)

    def jerk(state: object) -> tuple[float, float]:
        exercise = live.exercise
        return (300.0, 300.0) if exercise.phase == "work" and 2 <= exercise.phase_elapsed < 2.3 else (0.0, 0.0)

    live.follow(jerk)
    assert set(live.results) == {"missed"}
