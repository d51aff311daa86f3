"""What is said, drawn as lines and foretold in each phase of an exercise; and that nothing hidden is told."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.training.commands import (
    Finish,
    Pause,
    Repeat,
    Resume,
    SetTarget,
    ShowBar,
    Skip,
)
from biofeedback.training.events import BlockResult, Offer, Repetition
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.plan_file import SHIPPED, find_plan
from biofeedback.ui.controls import exercise_commands
from biofeedback.ui.instant import Moment
from biofeedback.ui.phrase import say
from biofeedback.ui.readings import readings
from biofeedback.ui.train.exercise_lines import exercise_lines, in_block, is_pair, line_at
from biofeedback.ui.train.exercise_moment import exercise_moment, plan_named, waits_to_begin
from biofeedback.ui.train.exercise_ring import exercise_ring
from biofeedback.ui.train.exercise_side import dots, side_words
from biofeedback.ui.train.prompt_trail import AHEAD, PromptTrail
from tests.ui.exercise_states import at, exercise, practice_of, setup_of

SET = BlockResult(0, "set", 1, 10, 9, 8, 50.0, None)
TEST = BlockResult(0, "test", 1, 5, 5, 4, 50.0, None)
SECRETS = ("reached", "HOLD", "Stay")


def told(shown: ExerciseState, **how: Any) -> Moment:
    made = at(shown, **how)
    found = exercise_moment(made, practice_of(made))
    assert found is not None
    return found


def commands(shown: ExerciseState, key: str, **how: Any) -> list[Any]:
    return list(exercise_commands(practice_of(at(shown, **how)), key))


def test_work_is_said_in_the_plans_words_with_a_countdown() -> None:
    now = told(exercise())
    assert now.word.filled() == "CONTRACT"
    assert now.hint.filled().startswith("Push the back of your knee down")
    assert now.seconds_left == pytest.approx(5.0)
    assert not now.met


def test_a_hold_counts_its_own_time_down() -> None:
    now = told(exercise(holding=True, hold_clock=1.8, hold_fraction=0.36))
    assert (now.word.filled(), now.progress, now.met) == ("HOLD", 0.36, True)
    assert now.seconds_left == pytest.approx(3.2)


@pytest.mark.parametrize(
    ("plan", "level", "word"),
    [
        ("shoulders-down", (8.0,), "RELAX"),
        ("follow-the-wave", (10.0,), "FOLLOW"),
        ("stand-up", (60.0, 62.0), "BOTH ALIKE"),
        ("quick-on-quick-off", (3.0,), "CONTRACT"),
    ],
)
def test_each_kind_has_its_word(plan: str, level: tuple[float, ...], word: str) -> None:
    assert told(exercise(plan), level=level).word.filled() == word


def test_a_rest_begins_with_letting_go_and_then_counts() -> None:
    assert told(exercise(phase="rest", phase_elapsed=0.4, phase_seconds=10.0)).word.filled() == "LET GO"
    later = told(exercise(phase="rest", phase_elapsed=4.0, phase_seconds=10.0))
    assert later.word.filled() == "REST"
    assert later.seconds_left == pytest.approx(6.0)


def test_a_repetition_that_was_not_counted_says_why() -> None:
    lost = Repetition(0, "set", 1, 4, "excluded", "gap", 0.0, None)
    assert "the signal broke off" in told(exercise(phase="rest", phase_seconds=10.0, last=lost)).hint.filled()


@pytest.mark.parametrize("phase", ["ready", "work", "rest"])
def test_where_prompts_surprise_no_time_is_told(phase: str) -> None:
    shown = exercise("quick-on-quick-off", phase=phase, phase_seconds=None)
    now = told(shown)
    assert now.seconds_left is None
    assert now.progress is None
    trail = PromptTrail()
    trail.follow(at(shown))
    assert all(one.end <= 0 for one in trail.segments(at(shown)))


@given(
    st.sampled_from(SHIPPED), st.sampled_from(["test", "retest"]), st.sampled_from(["sample", "ready", "work", "rest"]),
    st.booleans(), st.floats(0, 1), st.floats(0, 140),
)  # fmt: skip
def test_nothing_of_a_hidden_test_is_told(
    plan: str, block: Any, phase: str, holding: bool, part: float, level: float
) -> None:
    shown = exercise(plan, block=block, phase=phase, holding=holding, above=holding, hold_fraction=part,
                     hold_clock=part * 5, repetition=2, outcomes=("reached",))  # fmt: skip
    made = at(shown, level=(level, level))
    still = replace(shown, holding=False, above=False, hold_fraction=0.0, hold_clock=0.0)
    low = at(still, level=(0.0, 0.0))
    practice = practice_of(made)
    now, calm = told(shown, level=(level, level)), told(still, level=(0.0, 0.0))
    assert now == calm
    assert not now.met
    assert not any(secret in now.hint.filled() + now.word.filled() for secret in SECRETS)
    assert "reached" not in dots(shown)
    first = readings(made, silent=False)[0]
    assert exercise_ring(practice, shown, first, now, pair=False).figure == "–"
    assert not any(lines.met for lines in exercise_lines(practice))
    assert [one.zone for one in exercise_lines(practice)] == [one.zone for one in exercise_lines(practice_of(low))]


def test_the_test_says_that_the_bar_is_hidden() -> None:
    assert told(exercise(block="test", phase="sample", phase_seconds=2.0)).word.filled() == "TEST"
    assert "hidden" in told(exercise(block="test")).hint.filled()


def test_a_set_over_says_how_many_and_what_is_next() -> None:
    now = told(exercise(phase="pause", phase_elapsed=12.0, phase_seconds=60.0, blocks=(TEST, SET)))
    assert now.word.filled() == "SET OVER"
    assert now.hint.filled() == "8 of 9 reached,\nnext: set 2 of 2"
    assert told(exercise(phase="pause", phase_seconds=60.0, blocks=(TEST,))).word.filled() == "TEST OVER"


def test_paused_names_the_key_that_goes_on_and_the_one_that_ends() -> None:
    assert told(exercise(), paused=True).hint.filled() == "Space goes on,\nE ends the exercise here"
    assert told(exercise(), paused=True, by_hand=True).hint.filled().startswith("P goes on")


def test_a_bad_signal_takes_the_hints_place() -> None:
    made = at(exercise())
    now = exercise_moment(made, practice_of(made), warning=say("Signal at its ceiling"))
    assert now is not None
    assert now.hint.filled() == "Signal at its ceiling"


def test_every_shipped_plan_has_its_words() -> None:
    assert all(plan_named(name) is not None for name in SHIPPED)
    assert plan_named("my-own") is None


def test_an_exercise_that_is_set_up_waits_for_space_and_for_its_references() -> None:
    made = at(exercise(), exercise=None)
    practice = practice_of(made)
    now = exercise_moment(made, practice)
    assert now is not None
    assert now.hint.filled() == "Quad set:\nSpace begins"
    assert waits_to_begin(practice)
    unknown = replace(practice, references=(None,))
    assert not waits_to_begin(unknown)
    assert exercise_moment(made, unknown) is None
    assert not waits_to_begin(practice_of(at(exercise())))


def test_free_practice_keeps_the_word() -> None:
    made = at(exercise(), exercise=None, setup=None)
    assert exercise_moment(made, practice_of(made)) is None


@pytest.mark.parametrize(("since", "is_over"), [(1.0, True), (5.0, False)])
def test_what_is_left_of_the_last_hold_is_not_free_practice(since: float, is_over: bool) -> None:
    made = at(exercise(phase="done", phase_elapsed=since, phase_seconds=None, blocks=(TEST, SET)), holding=True)
    now = exercise_moment(made, practice_of(made))
    assert (now is not None and now.word.filled() == "EXERCISE OVER") is is_over


def test_an_exercise_that_is_over_says_how_many_and_what_enter_does() -> None:
    over = exercise(phase="done", phase_elapsed=3.0, phase_seconds=None, blocks=(TEST, SET))
    now = told(over)
    assert now.word.filled() == "EXERCISE OVER"
    assert now.hint.filled() == "You reached 8 of 9; 1 not counted.\nEnter: Review"
    unrecorded = replace(at(over), recording=None)
    said = exercise_moment(unrecorded, practice_of(unrecorded))
    assert said is not None
    assert "Review" not in said.hint.filled()
    late = exercise(phase="done", phase_elapsed=100.0, blocks=(SET,))
    assert exercise_moment(at(late), practice_of(at(late))) is None


def test_a_plan_of_ones_own_is_said_in_its_own_words_and_no_other_plans() -> None:
    own = replace(find_plan("quad-set"), name="my-own", title="Mine", words="Push as we said.")
    shown = exercise()
    mine = replace(shown, setup=replace(shown.setup, exercise=replace(shown.setup.exercise, plan="my-own")))
    now = exercise_moment(at(mine), practice_of(at(mine)), plan=own)
    assert now is not None
    assert now.hint.filled() == "Push as we said."
    assert told(mine).hint.filled() == "Up to the line"
    shipped = exercise_moment(at(shown), practice_of(at(shown)), plan=own)
    assert shipped == told(shown)
    waiting = at(mine, exercise=None)
    begin = exercise_moment(waiting, practice_of(waiting), plan=own)
    assert begin is not None
    assert begin.hint.filled().startswith("Mine:")


def test_while_nothing_is_counted_the_band_says_so_and_nothing_is_met() -> None:
    shown = exercise(holding=True, hold_clock=2.0, hold_fraction=0.4)
    made = at(shown)
    now = exercise_moment(made, practice_of(made), stands=say("Loose"))
    assert now is not None
    assert (now.word.filled(), now.hint.filled(), now.tone) == ("NOT COUNTED", "Loose", "look")
    assert now.uncounted
    assert not now.met
    assert (now.seconds_left, now.progress) == (3.0, 0.4)
    hidden = at(exercise(block="test"))
    assert exercise_moment(hidden, practice_of(hidden), stands=say("Loose")) == told(exercise(block="test"))


# -- lines ------------------------------------------------------------------------------------------------


def test_a_target_for_the_next_set_is_a_mark_and_the_frozen_one_counts() -> None:
    first, _ = exercise_lines(practice_of(at(exercise(next_target=SetTarget(55.0), first_target=40.0))))
    assert (first.solid, first.coming, first.first) == ((50.0,), (55.0,), 40.0)
    assert exercise_lines(practice_of(at(exercise())))[0].coming == ()
    band = exercise("knee-straightening-hold", next_target=SetTarget(40.0, 60.0))
    assert exercise_lines(practice_of(at(band)))[0].coming == (40.0, 60.0)


def test_the_other_muscles_line_for_the_next_set_is_a_mark_too() -> None:
    shown = exercise("arm-up-neck-quiet", next_ceiling=25.0)
    _, other = exercise_lines(practice_of(at(shown, level=(52.0, 22.0))))
    assert (other.solid, other.coming) == ((shown.ceiling,), (25.0,))
    same = at(exercise("arm-up-neck-quiet"), level=(52.0, 22.0))
    assert exercise_lines(practice_of(same))[1].coming == ()


def test_the_other_muscle_has_a_line_to_stay_below() -> None:
    shown = exercise("arm-up-neck-quiet", holding=True)
    quiet, loud = at(shown, level=(52.0, 22.0)), at(shown, level=(52.0, 60.0))
    assert is_pair(practice_of(quiet))
    first, other = exercise_lines(practice_of(quiet))
    assert first.met
    assert other.met
    assert other.quiet_above == shown.ceiling
    assert not exercise_lines(practice_of(loud))[1].met
    assert not told(shown, level=(52.0, 60.0)).met
    assert "below its line" in told(shown, level=(52.0, 60.0)).hint.filled()


def test_a_block_is_under_way_until_its_pause() -> None:
    assert in_block(practice_of(at(exercise(phase="sample"))))
    assert in_block(practice_of(at(exercise(phase="rest"))))
    assert not in_block(practice_of(at(exercise(phase="pause"))))
    assert not in_block(practice_of(at(exercise(phase="done"))))
    assert not in_block(None)


def test_relaxing_is_met_below_the_line() -> None:
    assert exercise_lines(practice_of(at(exercise("shoulders-down"), level=(8.0,))))[0].met
    assert not exercise_lines(practice_of(at(exercise("shoulders-down"), level=(80.0,))))[0].met


@given(st.floats(11, 100), st.floats(11, 100))
def test_a_bar_in_the_matching_zone_is_alike(a: float, b: float) -> None:
    first, second = exercise_lines(practice_of(at(exercise("stand-up"), level=(a, b))))
    assert first.zone is not None
    assert second.zone is not None
    low, high = first.zone
    assert high is not None
    if min(abs(a - low), abs(a - high)) > 1e-6:
        assert first.met == second.met == (low <= a <= high)
        assert second.zone[1] is not None
        assert first.met == (second.zone[0] <= b <= second.zone[1])


def test_two_muscles_at_rest_are_not_alike() -> None:
    assert not exercise_lines(practice_of(at(exercise("stand-up"), level=(2.0, 2.0))))[0].met


@given(st.floats(0, 20))
def test_the_line_to_follow_is_the_one_that_is_scored(elapsed: float) -> None:
    shown = exercise("follow-the-wave", phase_elapsed=elapsed)
    wave = shown.setup.wave
    assert wave is not None
    expected = wave.low + (wave.high - wave.low) * (1 - np.cos(2 * np.pi * wave.frequency * elapsed)) / 2
    assert line_at(wave, np.array([elapsed]))[0] == pytest.approx(expected, abs=0.02)
    first, _ = exercise_lines(practice_of(at(shown, level=(expected,))))
    assert first.solid[0] == pytest.approx(expected, abs=0.02)
    assert first.met


# -- prompts ----------------------------------------------------------------------------------------------


def test_prompts_seen_lie_behind_the_trace_and_the_next_one_ahead() -> None:
    trail = PromptTrail()
    # looks come late, as a screen's do: the phase tells itself when it began
    trail.follow(at(exercise(phase_elapsed=0.03), end_index=10_030))
    trail.follow(at(exercise(phase="rest", phase_elapsed=0.02, phase_seconds=10.0), end_index=15_020))
    now = at(exercise(phase="rest", phase_elapsed=9.0, phase_seconds=10.0), end_index=24_000)
    trail.follow(now)
    found = [(one.phase, round(one.begin, 3), round(one.end, 3)) for one in trail.segments(now)]
    assert found == [("work", -14.0, -9.0), ("rest", -9.0, 1.0), ("work", 1.0, 8.0)]


def test_a_hold_under_way_tells_when_it_will_be_over() -> None:
    now = at(exercise(holding=True, hold_clock=4.0, hold_fraction=0.8, phase_elapsed=5.0))
    trail = PromptTrail()
    trail.follow(now)
    assert [(one.phase, round(one.end, 3)) for one in trail.segments(now)] == [("work", 1.0), ("rest", 11.0)]


def test_after_the_last_repetition_no_work_is_foretold() -> None:
    now = at(exercise(phase="rest", repetition=10, phase_elapsed=2.0, phase_seconds=3.0))
    trail = PromptTrail()
    trail.follow(now)
    assert [one.kind for one in trail.segments(now)] == ["rest", "rest"]


def test_a_pause_is_seen_and_another_run_begins_empty() -> None:
    trail = PromptTrail()
    trail.follow(at(exercise(phase_elapsed=1.0), end_index=20_000))
    trail.follow(at(exercise(phase_elapsed=2.0), end_index=21_000, paused=True))
    now = at(exercise(phase_elapsed=2.0), end_index=23_000, paused=True)
    trail.follow(now)
    assert [(one.phase, one.begin, one.end) for one in trail.segments(now)] == [
        ("work", -4.0, -2.0), ("paused", -2.0, AHEAD),
    ]  # fmt: skip
    fresh = at(exercise(phase="sample", phase_elapsed=0.5, phase_seconds=2.0), end_index=600)
    trail.follow(fresh)
    assert trail.segments(fresh)[0].begin == -0.5


@given(st.lists(st.sampled_from(["sample", "ready", "work", "rest", "pause", "done"]), min_size=1, max_size=20),
       st.lists(st.booleans(), min_size=20, max_size=20))  # fmt: skip
def test_prompts_never_overlap(phases: list[str], paused: list[bool]) -> None:
    trail = PromptTrail()
    for k, phase in enumerate(phases):
        now = at(exercise(phase=phase, phase_elapsed=0.3, phase_seconds=7.0), end_index=10_000 + 700 * k,
                 paused=paused[k])  # fmt: skip
        trail.follow(now)
        found = trail.segments(now)
        assert all(one.begin <= one.end for one in found)
        assert all(before.end <= after.begin + 1e-9 for before, after in itertools.pairwise(found))


# -- side and keys ----------------------------------------------------------------------------------------


def test_dots_tell_each_outcome_by_its_own_shape() -> None:
    assert dots(exercise()) == ["reached", "reached", "below", "lost", "now", *["next"] * 5]
    assert dots(exercise(), silent=True)[4] == "lost"


def test_a_hundred_repetitions_show_their_newest() -> None:
    shown = dots(exercise(n_repetitions=100, outcomes=("reached",) * 60, repetition=61))
    assert len(shown) == 30
    assert shown[-5:] == ["now", "next", "next", "next", "next"]


def test_an_offer_is_a_sentence_with_its_key_and_a_changed_rest_is_amber() -> None:
    said = side_words(exercise(offer=Offer(0, "easier: three misses"), rest_changed=True))
    assert [light for light, _ in said] == ["look", ""]
    assert "Press ↓" in said[1][1].filled()


def test_finishing_takes_two_presses() -> None:
    assert commands(exercise(), "finish") == [Pause("to finish")]
    assert commands(exercise(), "finish", paused=True) == [Finish(), Resume()]


def test_keys_lead_the_exercise_only_where_they_mean_something() -> None:
    between = exercise(phase="pause", blocks=(TEST, SET))
    assert commands(exercise(), "skip") == [Skip()]
    assert commands(exercise(), "skip", paused=True) == []
    assert commands(exercise(), "repeat") == []
    assert commands(between, "repeat") == [Repeat()]
    assert commands(exercise(phase="pause", blocks=(TEST,)), "repeat") == []
    assert commands(exercise(), "bar") == [ShowBar(shown=False)]
    assert commands(exercise(bar_hidden=True), "bar") == [ShowBar(shown=True)]
    assert commands(exercise(block="test"), "bar") == []


def test_a_plan_set_up_anew_waits_although_another_was_done() -> None:
    done = exercise(phase="done", blocks=(SET,))
    assert not waits_to_begin(practice_of(at(done)))
    assert waits_to_begin(practice_of(at(done, setup=setup_of("quad-set")[0])))
