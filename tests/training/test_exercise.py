"""An exercise as people meet it: phases, success, exclusion, shaping, offers, pauses. Through the pipeline, on known
efforts (envelope sensors: what goes in comes out, smoothed over 0.1 s; 100 % are 600 counts above a rest of 50)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from biofeedback.emg.sensor import Sensor
from biofeedback.training.commands import (
    Begin,
    Finish,
    Kind,
    Pause,
    Rate,
    Repeat,
    Resume,
    SetDose,
    SetExercise,
    SetOther,
    SetReference,
    SetShaping,
    SetTarget,
    ShowBar,
    Skip,
    StartCalibration,
)
from biofeedback.training.events import Phase, Prompt
from biofeedback.training.practice_state import PracticeState
from biofeedback.wire.events import Scans
from tests.training.sessions import (
    FULL_SCALE,
    KINDS,
    RATE,
    REST,
    Live,
    begun,
    exercise_of,
    one,
    reference,
    resting,
    right,
    setup,
    wrong,
)

PHASES: tuple[Phase, ...] = ("sample", "ready", "work", "rest", "pause")


def channels(kind: Kind) -> int:
    return 2 if kind in ("match", "isolate") else 1


def work(kind: Kind) -> float:
    return 4.5 if kind == "track" else 1.0


def until(live: Live, phase: Phase, person: str = "right", into: float = 0.2) -> None:
    """Go on to `into` seconds after the next beginning of a phase."""
    who = {"right": right, "wrong": wrong, "resting": resting}[person]
    n = len(live.settings.channels)
    live.follow(lambda state: who(state)[:n], until=lambda state: exercise_of(state).phase == phase)
    live.give((0.0,) * n, into)


def scans(seconds: float) -> int:
    return round(seconds * RATE)


# -- success and miss -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_who_does_what_each_kind_asks_for_succeeds(kind: Kind) -> None:
    live = begun(kind, work=work(kind), sets=1)
    live.follow(lambda state: right(state)[: channels(kind)])
    assert live.results == ["reached"] * 3
    (block,) = live.block_results
    assert (block.prompted, block.scored, block.reached) == (3, 3, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_who_does_something_else_misses(kind: Kind) -> None:
    live = begun(kind, work=work(kind), sets=1)
    live.follow(lambda state: wrong(state)[: channels(kind)])
    assert live.results == ["missed"] * 3
    assert live.block_results[0].reached == 0


@pytest.mark.parametrize("kind", KINDS)
def test_who_does_nothing_misses_unless_nothing_was_asked_for(kind: Kind) -> None:
    live = begun(kind, work=work(kind), sets=1)
    live.follow(lambda state: resting(state)[: channels(kind)])
    assert set(live.results) == {"reached" if kind == "relax" else "missed"}


@pytest.mark.parametrize(
    ("levels", "why"), [((30.0, 70.0), ""), ((70.0, 30.0), ""), ((5.0, 5.0), "too little"), ((0.0, 50.0), "")]
)
def test_two_muscles_match_only_when_both_work_alike(levels: tuple[float, float], why: str) -> None:
    live = begun("match", sets=1, repetitions=1)
    live.follow(lambda state: levels if exercise_of(state).phase == "work" else (0.0, 0.0))
    assert (live.results, live.repetitions[0].why) == (["missed"], why)


def test_the_other_muscle_spoils_an_isolated_effort_and_is_named() -> None:
    live = begun("isolate", sets=1, repetitions=1)
    live.follow(wrong)
    (repetition,) = live.repetitions
    assert (repetition.result, repetition.why, repetition.hold) == ("missed", "other muscle", 1.0)
    assert live.measures[0].other == pytest.approx(60, abs=10)


def test_the_other_muscles_line_counts_in_any_kind_that_has_one() -> None:
    for other, result in ((10.0, "reached"), (45.0, "missed")):
        live = begun("activate", SetOther(20.0), n_channels=2, sets=1, repetitions=1)
        live.follow(lambda state, other=other: (right(state)[0], other if exercise_of(state).phase == "work" else 0.0))  # type: ignore[misc]
        assert live.results == [result]


def test_a_quick_contraction_counts_once_it_stood_above_the_line_for_four_tenths() -> None:
    for seconds, result in ((0.3, "missed"), (0.6, "reached")):
        live = begun("quick", work=2.0, sets=1, repetitions=1)
        until(live, "work", into=0.4)
        live.give([80.0], seconds)
        live.follow(one(resting))
        assert live.results == [result]
        assert live.repetitions[0].hold == pytest.approx(0.4 if result == "reached" else 0.3, abs=0.05)


def test_response_and_release_of_a_quick_contraction_are_timed() -> None:
    live = begun("quick", work=2.0, sets=1, repetitions=1, sensor=Sensor.RAW, rate=1000.0)
    until(live, "work", into=0.0)
    live.give([0.0], 0.6)
    live.give([70.0], 1.4)
    live.follow(one(resting))
    (measures,) = live.measures
    assert measures.response == pytest.approx(0.6, abs=0.08)
    assert measures.release == pytest.approx(0.0, abs=0.08)


def test_a_slow_envelope_pin_gives_no_times() -> None:
    live = begun("quick", work=2.0, sets=1, repetitions=1)
    live.follow(one(right))
    assert live.results == ["reached"]
    assert live.measures == []


def test_a_band_is_missed_from_above_too() -> None:
    for level, result in ((45.0, "reached"), (70.0, "missed"), (30.0, "missed")):
        live = begun("hold", target=SetTarget(40.0, 50.0), sets=1, repetitions=1)
        live.follow(lambda state, level=level: [level if exercise_of(state).phase == "work" else 0.0])  # type: ignore[misc]
        assert live.results == [result]


# -- phases -----------------------------------------------------------------------------------------------------


def lengths(live: Live) -> list[tuple[str, float | None, int]]:
    """Return each prompt's phase and planned seconds, and the scans that it really lasted."""
    return [(a.phase, a.seconds, b.index - a.index) for a, b in pairwise(live.prompts)]


def test_each_phase_lasts_as_planned_when_the_target_is_not_held() -> None:
    live = begun("activate", work=1.5, rest=2.0, repetitions=2, sets=2, pause=4.0)
    live.follow(one(wrong), block=7)
    a_set = [
        ("sample", 2.0, scans(2)), ("ready", 3.0, scans(3)), ("work", 3.5, scans(3.5)), ("rest", 2.0, scans(2)),
        ("work", 3.5, scans(3.5)),
    ]  # fmt: skip
    assert lengths(live) == [*a_set, ("pause", 4.0, scans(4)), *a_set]
    assert live.prompts[-1].phase == "done"
    assert live.prompts[-1].seconds is None
    assert live.exercise.seconds_left == 0


@pytest.mark.parametrize("kind", ["activate", "hold", "isolate"])
def test_work_ends_with_the_scan_that_completes_the_hold(kind: Kind) -> None:
    live = begun(kind, sets=1, repetitions=2)
    live.follow(lambda state: right(state)[: channels(kind)], block=10)
    for prompt, repetition in zip([p for p in live.prompts if p.phase == "work"], live.repetitions, strict=True):
        assert scans(1.0) < repetition.index - prompt.index < scans(1.2)
        assert repetition.hold == pytest.approx(1.0, abs=0.005)
    rest = next(p for p in live.prompts if p.phase == "rest")
    assert rest.index == live.repetitions[0].index


@pytest.mark.parametrize("kind", ["relax", "quick", "track", "match"])
def test_work_is_never_cut_short_where_nothing_is_held(kind: Kind) -> None:
    live = begun(kind, work=work(kind), sets=1, repetitions=2)
    live.follow(lambda state: right(state)[: channels(kind)])
    assert {n for phase, _, n in lengths(live) if phase == "work"} == {scans(work(kind))}


def test_a_test_comes_first_and_once_more_at_the_end_where_the_plan_wants_it() -> None:
    live = begun("activate", tests=2, after=True, sets=2, repetitions=3)
    live.follow(one(right))
    assert [(b.block, b.set_number, b.prompted) for b in live.block_results] == [
        ("test", 1, 2), ("set", 1, 3), ("set", 2, 3), ("retest", 2, 2),
    ]  # fmt: skip


def test_the_bar_is_hidden_in_tests_only_and_wherever_the_person_wants() -> None:
    live = begun("activate", tests=1, after=True, sets=1, repetitions=1)
    hidden: dict[tuple[str, bool], set[bool]] = {}

    def looking(state: PracticeState) -> tuple[float, ...]:
        exercise = exercise_of(state)
        hidden.setdefault((exercise.block, exercise.phase == "pause"), set()).add(exercise.bar_hidden)
        return right(state)[:1]

    live.follow(looking)
    assert hidden == {
        ("test", False): {True}, ("test", True): {False}, ("set", False): {False}, ("set", True): {False},
        ("retest", False): {True},
    }  # fmt: skip
    live.tell(Begin("set"), ShowBar(shown=False))
    live.follow(one(right), until=lambda state: exercise_of(state).phase == "work")
    assert live.exercise.bar_hidden
    live.tell(ShowBar(shown=True))
    assert not live.exercise.bar_hidden


def test_the_time_left_goes_down_and_the_plan_is_kept_within_its_reach() -> None:
    live = begun("relax", tests=2, after=True, sets=2, repetitions=2)
    planned = live.exercise.seconds_left
    start = live.pipeline.next_index
    left = [planned]

    def looking(state: PracticeState) -> tuple[float, ...]:
        left.append(exercise_of(state).seconds_left)
        return (0.0,)

    live.follow(looking, block=1)
    assert all(b <= a for a, b in pairwise(left))
    assert (live.pipeline.next_index - start) / RATE == pytest.approx(planned, abs=0.1)


# -- random rests -------------------------------------------------------------------------------------------------


def random_rests(seed: int) -> list[int]:
    live = begun("quick", work=1.0, rest=1.0, longest_rest=3.0, repetitions=5, sets=1, seed=seed)
    live.follow(one(resting))
    assert all(prompt.seconds is None for prompt in live.prompts if prompt.phase in ("ready", "work", "rest"))
    # the rest after the last one has no prompt to hide; nobody missed here, so it is looked at for a release
    return [n for phase, _, n in lengths(live) if phase == "rest"][:4]


def test_random_rests_come_from_the_seed_lie_in_their_range_and_are_never_told() -> None:
    one_seed, other = random_rests(5), random_rests(6)
    assert one_seed == random_rests(5)
    assert one_seed != other
    assert len(set(one_seed)) > 2
    assert all(scans(1.0) <= n <= scans(3.0) for n in one_seed + other)


def test_the_state_tells_no_time_where_the_prompt_is_to_surprise() -> None:
    live = begun("quick", longest_rest=3.0, repetitions=2, sets=1)
    seen: dict[str, set[bool]] = {}

    def looking(state: PracticeState) -> tuple[float, ...]:
        exercise = exercise_of(state)
        seen.setdefault(exercise.phase, set()).add(exercise.phase_seconds is None)
        return (0.0,)

    live.follow(looking)
    assert seen == {"sample": {False}, "ready": {True}, "work": {True}, "rest": {True}}


def test_random_rests_do_not_foretell_each_other() -> None:
    """Spread over the range and without order, over many seeds: nobody learns when the prompt comes."""
    rests = []
    for seed in range(40):
        live = begun("quick", rest=1.0, longest_rest=3.0, seed=seed)
        rests += [live.exercise.setup.rest("set", 1, number) for number in range(10)]
    assert np.mean(rests) == pytest.approx(2.0, abs=0.1)
    assert np.std(rests) == pytest.approx(2 / 12**0.5, abs=0.05)
    assert abs(np.corrcoef(rests[:-1], rests[1:])[0, 1]) < 0.12


# -- exclusion ----------------------------------------------------------------------------------------------------


def relaxing(missing: list[float], *, of: float = 5.0) -> Live:
    """Return a session of one repetition of `of` seconds to relax, in which so many seconds are lost here and there."""
    live = begun("relax", work=of, sets=1, repetitions=1)
    until(live, "work")
    for seconds in missing:
        live.miss(seconds)
        live.give([0.0], 0.4)
    live.follow(one(resting))
    return live


@pytest.mark.parametrize(
    ("missing", "result", "why"),
    [
        # each gap costs an eighth of a second of settling too
        ([0.04], "reached", ""),
        ([0.04, 0.04], "excluded", "missing"),
        ([0.1], "reached", ""),
        ([0.104], "excluded", "gap"),
    ],
)
def test_a_gap_of_more_than_a_tenth_or_a_twentieth_without_value_excludes(
    missing: list[float], result: str, why: str
) -> None:
    (repetition,) = relaxing(missing).repetitions
    assert (repetition.result, repetition.why) == (result, why)


def test_a_long_gap_excludes_however_small_a_part_it_is() -> None:
    (repetition,) = relaxing([0.12], of=30.0).repetitions
    assert (repetition.result, repetition.why) == ("excluded", "gap")


def test_a_short_gap_only_stops_the_clock() -> None:
    ends = []
    for missing in (0.0, 0.04):
        live = begun("activate", work=5.0, sets=1, repetitions=1)
        until(live, "work")
        live.give([52.0], 2.0)
        if missing:
            live.miss(missing)
        live.follow(one(right))
        assert (live.results, live.repetitions[0].hold) == (["reached"], 5.0)
        ends.append(live.repetitions[0].index)
    # the gap, and until the envelope has settled
    assert ends[1] - ends[0] == scans(0.04) + scans(0.125)


@pytest.mark.parametrize(("channel", "result"), [(0, "excluded"), (1, "excluded")])
def test_a_sensor_at_its_ceiling_excludes_where_its_muscle_counts(channel: int, result: str) -> None:
    live = begun("isolate", work=2.0, sets=1, repetitions=1)
    until(live, "work")
    counts = live.counts([52.0, 0.0], 200)
    counts[50:60, channel] = FULL_SCALE
    live.take(Scans(live.pipeline.next_index, counts))
    live.follow(right)
    assert (live.results, live.repetitions[0].why) == ([result], "saturated")


def test_the_other_sensor_at_its_ceiling_never_passes_for_a_quiet_muscle() -> None:
    """The other muscle works so hard that its sensor ends: nothing is known of it, so nothing is scored."""
    live = begun("activate", SetOther(20.0), n_channels=2, sets=1, repetitions=3)

    def person(state: PracticeState) -> tuple[float, float]:
        exercise = exercise_of(state)
        works = exercise.phase == "work"
        return right(state)[0], 700.0 if works and exercise.phase_elapsed >= 0.2 else 0.0

    live.follow(person)
    assert set(live.results) <= {"excluded", "missed"}


def test_the_other_sensors_trouble_is_nothing_to_a_kind_of_one_muscle() -> None:
    live = begun("activate", n_channels=2, sets=1, repetitions=1)

    def person(state: PracticeState) -> tuple[float, float]:
        return right(state)[0], 700.0

    live.follow(person)
    assert live.results == ["reached"]


def test_excluded_ones_are_neither_reached_nor_missed_in_the_block() -> None:
    live = begun("activate", sets=1, repetitions=3)
    until(live, "work")
    live.miss(0.5)
    live.follow(one(right))
    (block,) = live.block_results
    assert (block.prompted, block.scored, block.reached) == (3, 2, 2)
    assert live.exercise.outcomes == ("excluded", "reached", "reached")


# -- the target ---------------------------------------------------------------------------------------------------


def test_a_target_moved_within_a_set_waits_for_the_next_one() -> None:
    live = begun("activate", sets=2, repetitions=2)
    until(live, "work")
    live.tell(SetTarget(70.0))
    assert (live.exercise.target.low, live.exercise.next_target.low) == (40.0, 70.0)
    assert live.pipeline.practice.target.low == 40.0
    live.follow(one(right))
    assert [block.low for block in live.block_results] == [40.0, 70.0]
    assert live.results == ["reached"] * 4


@pytest.mark.parametrize("low", [30.0, 55.0])
def test_a_line_moved_by_hand_within_a_set_is_not_taken_back_by_shaping(low: float) -> None:
    live = begun("activate", SetShaping(20.0, 60.0, 40.0), sets=2, repetitions=5)
    until(live, "work")
    live.tell(SetTarget(low))
    live.follow(one(right))
    assert (live.shapings[0].rule, live.shapings[0].low) == ("by hand", None)
    assert [block.low for block in live.block_results] == [40.0, low]
    assert live.shapings[1].rule == "harder"  # of a set that nobody touched


def test_the_other_muscles_line_moved_by_hand_holds_too() -> None:
    live = begun("isolate", SetShaping(20.0, 60.0, 40.0), sets=2, repetitions=5)
    until(live, "work")
    live.tell(SetOther(30.0, 25.0))
    live.follow(right)
    assert [shaping.rule for shaping in live.shapings] == ["by hand", "ceiling down"]


def test_a_target_in_microvolts_leaves_a_running_exercise_alone() -> None:
    live = begun("activate", sets=2, repetitions=1)
    live.tell(SetTarget(300.0, unit="uV"))
    live.follow(one(right))
    assert [block.low for block in live.block_results] == [40.0, 40.0]


@pytest.mark.parametrize(("person", "rule", "second"), [("right", "harder", 45.0), ("wrong", "easier", 35.0)])
def test_four_of_five_reached_make_it_harder_and_fewer_than_half_easier(person: str, rule: str, second: float) -> None:
    live = begun("activate", SetShaping(20.0, 60.0, 40.0), repetitions=5, sets=2)
    live.follow(one(right if person == "right" else wrong))
    assert (live.shapings[0].rule, live.shapings[0].low) == (rule, second)
    assert [block.low for block in live.block_results] == [40.0, second]
    stored = [command for _, command in live.told if isinstance(command, SetTarget)]
    assert stored[1] == SetTarget(second, reason=f"F6 {rule}")


def test_to_relax_harder_is_lower() -> None:
    live = begun("relax", SetShaping(5.0, 30.0, 15.0), repetitions=5, sets=2)
    live.follow(one(right))
    assert [block.low for block in live.block_results] == [15.0, 10.0]


def test_a_band_moves_as_a_whole() -> None:
    live = begun("hold", SetShaping(20.0, 70.0, 40.0), target=SetTarget(40.0, 50.0), repetitions=5, sets=2)
    live.follow(one(right))
    assert [(block.low, block.high) for block in live.block_results] == [(40.0, 50.0), (45.0, 55.0)]


def test_a_test_is_done_against_the_first_target_whatever_the_sets_did() -> None:
    live = begun("activate", SetShaping(20.0, 60.0, 30.0), tests=2, after=True, repetitions=5, sets=2)
    live.follow(one(right))
    assert [(block.block, block.low) for block in live.block_results] == [
        ("test", 30.0), ("set", 40.0), ("set", 45.0), ("retest", 30.0),
    ]  # fmt: skip


def test_the_other_muscles_line_comes_down_first() -> None:
    live = begun("isolate", SetShaping(20.0, 60.0, 40.0), repetitions=5, sets=3)
    live.follow(right)
    assert [s.rule for s in live.shapings] == ["ceiling down"] * 3
    assert [s.ceiling for s in live.shapings] == [35.0, 30.0, 25.0]
    assert [command.ceiling for _, command in live.told if isinstance(command, SetOther)] == [40.0, 35.0, 30.0, 25.0]
    assert live.exercise.ceiling == 30.0


@pytest.mark.parametrize("rating", [Rate("pain", 6, "after"), Rate("effort", 8, "after")])
def test_pain_and_great_effort_hold_back_what_is_harder(rating: Rate) -> None:
    live = begun("activate", SetShaping(20.0, 60.0, 40.0), repetitions=5, sets=2)
    live.tell(rating)
    live.follow(one(right))
    assert {s.rule for s in live.shapings} == {f"held: {rating.what}"}
    assert [block.low for block in live.block_results] == [40.0, 40.0]


# -- offers -------------------------------------------------------------------------------------------------------


def test_stopping_is_offered_when_it_hurts_and_never_done() -> None:
    live = begun("activate", sets=1, repetitions=3)
    live.tell(Rate("pain", 2, "before"))
    until(live, "work")
    live.tell(Rate("pain", 3, "during"))
    assert live.offers == []
    live.tell(Rate("pain", 4, "during"))
    assert [offer.what for offer in live.offers] == ["stop: pain"]
    assert live.exercise.offer == live.offers[0]
    assert live.offers[0].index == live.pipeline.next_index
    live.follow(one(right))
    assert live.results == ["reached"] * 3


def test_easier_is_offered_once_a_set_after_three_misses_that_follow_a_success() -> None:
    people = {"right": right, "wrong": wrong}
    for course, n_offers in ((["wrong"] * 6, 0), (["right"] + ["wrong"] * 5, 1), (["right", "wrong", "wrong"] * 2, 0)):
        live = begun("activate", sets=1, repetitions=6)
        live.follow(lambda state: people[course[min(5, len(live.results))]](state)[:1])  # noqa: B023
        assert [offer.what for offer in live.offers] == ["easier: three misses"] * n_offers
    assert {offer.index for offer in live.offers} <= {repetition.index for repetition in live.repetitions}


def test_nothing_is_offered_in_a_test() -> None:
    live = begun("activate", tests=6, sets=1, repetitions=1)
    live.follow(
        lambda state: (right if not live.results else wrong)(state)[:1],
        until=lambda state: exercise_of(state).phase == "pause",
    )
    assert live.results == ["reached"] + ["missed"] * 5
    assert live.offers == []


@pytest.mark.parametrize(("n", "seconds", "level", "n_offers"), [(2, 0.8, 115.0, 1), (1, 0.8, 115.0, 0),
                                                                 (3, 0.4, 115.0, 0), (3, 0.8, 105.0, 0)])  # fmt: skip
def test_measuring_again_is_offered_when_todays_best_was_beaten_twice(
    n: int, seconds: float, level: float, n_offers: int
) -> None:
    live = begun("quick", work=2.0, sets=1, repetitions=4)

    def person(state: PracticeState) -> tuple[float, ...]:
        exercise = exercise_of(state)
        beats = len(live.results) < n and 0.2 <= exercise.phase_elapsed < 0.2 + seconds
        return (level if exercise.phase == "work" and beats else 0.0,)

    live.follow(person, block=5)
    assert [offer.what for offer in live.offers].count("measure again") == n_offers


# -- the look at the rest -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "ratio", "changed"), [(0.0, 1.0, False), (3.0, 1.36, False), (5.0, 1.6, True)])
def test_a_block_begins_with_a_look_at_the_rest(level: float, ratio: float, changed: bool) -> None:
    live = begun("activate", sets=1, repetitions=1)
    live.give([level], 2.0)
    (rest,) = live.rests
    assert (rest.channel, rest.rest, rest.changed) == (0, REST + 6 * level, changed)
    assert rest.ratio == pytest.approx(ratio, abs=0.001)
    assert live.exercise.rest_changed == changed
    assert live.exercise.phase == "ready"


def test_each_muscle_that_was_calibrated_has_its_own_look() -> None:
    live = begun("isolate", sets=1, repetitions=1)
    live.give([0.0, 10.0], 2.0)
    assert [(rest.channel, rest.changed) for rest in live.rests] == [(0, False), (1, True)]


def test_without_a_second_of_good_signal_nothing_is_said_of_the_rest() -> None:
    live = begun("activate", sets=1, repetitions=1)
    live.give([0.0], 0.4)
    live.miss(1.0)
    live.give([0.0], 0.6)
    assert live.exercise.phase == "ready"
    assert live.rests == []


# -- keys in every phase ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", PHASES)
def test_the_exercise_can_be_ended_in_every_phase_and_keeps_what_was_done(phase: Phase) -> None:
    live = begun("activate", sets=2, repetitions=2)
    until(live, phase)
    before = len(live.results)
    live.tell(Finish())
    assert live.exercise.phase == "done"
    assert live.prompts[-1].phase == "done"
    if phase == "work":
        assert (live.results[-1], live.repetitions[-1].why) == ("excluded", "ended")
    assert len(live.results) == before + (phase == "work")
    assert [block.prompted for block in live.block_results] == [n for n in [len(live.results)] if n]
    live.give([80.0], 6.0)
    assert live.pipeline.practice.n_reached == 1
    with pytest.raises(ValueError, match="nothing to skip"):
        live.tell(Skip())


@pytest.mark.parametrize(
    ("phase", "then"),
    [("sample", "ready"), ("ready", "work"), ("work", "rest"), ("rest", "work"), ("pause", "sample")],
)
def test_skip_goes_on_to_what_comes_next(phase: Phase, then: Phase) -> None:
    live = begun("activate", sets=2, repetitions=2)
    until(live, phase)
    live.tell(Skip())
    assert live.exercise.phase == then
    assert live.prompts[-1].index == live.pipeline.next_index
    if phase == "work":
        assert (live.results[-1], live.repetitions[-1].why) == ("excluded", "skipped")
    live.follow(one(right))
    assert len(live.results) == 4


@pytest.mark.parametrize("phase", ["sample", "ready", "work", "rest"])
def test_a_set_is_repeated_only_after_it(phase: Phase) -> None:
    live = begun("activate", sets=1, repetitions=2)
    until(live, phase)
    with pytest.raises(ValueError, match="in the pause after it"):
        live.tell(Repeat())


def test_repeat_in_a_pause_adds_a_set() -> None:
    live = begun("activate", sets=2, repetitions=1)
    until(live, "pause")
    live.tell(Repeat())
    live.follow(one(right))
    assert [block.set_number for block in live.block_results] == [1, 2, 3]


@pytest.mark.parametrize("waited", [0.0, 7.3])
def test_repeat_when_all_is_done_begins_one_more_set_now(waited: float) -> None:
    live = begun("activate", sets=1, repetitions=1)
    live.follow(one(right))
    if waited:
        live.give([0.0], waited, block=50)
    live.tell(Repeat())
    assert (live.prompts[-1].phase, live.prompts[-1].index) == ("sample", live.pipeline.next_index)
    live.follow(one(right))
    assert [block.set_number for block in live.block_results] == [1, 2]
    assert live.results == ["reached", "reached"]


def test_no_set_is_added_beyond_what_a_dose_may_have() -> None:
    live = begun("activate", sets=19, repetitions=1)
    until(live, "pause")
    live.tell(Repeat())
    with pytest.raises(ValueError, match="20 sets"):
        live.tell(Repeat())


def test_the_pause_before_the_first_set_has_no_set_to_repeat() -> None:
    live = begun("activate", tests=1, sets=1, repetitions=1)
    until(live, "pause")
    with pytest.raises(ValueError, match="in the pause after it"):
        live.tell(Repeat())


@pytest.mark.parametrize("phase", PHASES)
def test_a_paused_exercise_stands_still_and_goes_on_where_it_was(phase: Phase) -> None:
    live = begun("activate", sets=2, repetitions=3, rest=2.0)
    until(live, phase)
    at = (live.exercise.block, live.exercise.set_number, live.exercise.repetition)
    left = live.exercise.seconds_left
    live.tell(Pause())
    events = len(live.events)
    live.give([80.0], 20.0, block=33)
    live.miss(3.0)
    assert len(live.events) == events
    assert live.exercise.phase == phase
    assert live.exercise.seconds_left == left
    with pytest.raises(ValueError, match="nothing to skip"):
        live.tell(Skip())
    live.tell(Resume())
    again = {"sample": "sample", "ready": "ready", "work": "ready", "rest": "ready", "pause": "pause"}[phase]
    number = at[2] + (phase == "rest")
    assert (live.exercise.phase, live.exercise.repetition) == (again, number)
    live.follow(one(right))
    # the one that was under way is excluded, and begun anew
    broken = [repetition for repetition in live.repetitions if repetition.why == "paused"]
    assert len(broken) == (phase == "work")
    assert [r.number for r in live.repetitions if r not in broken] == [1, 2, 3, 1, 2, 3]
    assert live.results.count("reached") == 6
    assert [block.prompted for block in live.block_results] == [3, 3]


def test_a_second_pause_or_resume_changes_nothing() -> None:
    live = begun("activate", sets=1, repetitions=2)
    until(live, "work")
    live.tell(Resume())
    assert live.exercise.phase == "work"
    live.tell(Pause())
    seen = len(live.events)
    live.tell(Pause("no signal"))
    assert len(live.events) == seen


def test_an_exercise_that_begins_while_paused_waits() -> None:
    live = begun("activate", Pause(), sets=1, repetitions=1)
    live.give([0.0], 30.0)
    assert live.exercise.phase == "sample"
    live.tell(Resume())
    live.follow(one(right))
    assert live.results == ["reached"]


def test_one_more_set_while_paused_waits_too() -> None:
    live = begun("activate", sets=1, repetitions=1)
    live.follow(one(right))
    live.tell(Repeat(), Pause(), Finish(), Repeat())
    live.give([80.0], 20.0)
    assert live.pipeline.practice.paused
    assert live.exercise.phase == "sample"
    live.tell(Resume())
    live.follow(one(right))
    assert live.results == ["reached", "reached"]


def test_what_is_left_of_a_pause_waits_for_a_calibration() -> None:
    live = begun("activate", sets=2, repetitions=1, pause=5.0)
    until(live, "pause", into=1.0)
    live.tell(StartCalibration(tries=1, seconds=2.0, resting=3.0))
    begun_at = live.pipeline.next_index

    def person(state: PracticeState) -> tuple[float, ...]:
        calibration = state.calibration
        if calibration is None:
            return right(state)[:1]
        return (80.0 if calibration.step == "try" else 0.0,)

    live.follow(person, until=lambda state: state.calibration is None)
    assert live.exercise.phase == "pause"
    assert live.exercise.phase_elapsed == pytest.approx(1.0, abs=0.1)
    new = live.pipeline.practice.references[0]
    assert new is not None
    assert new.amplitude == pytest.approx(480, abs=2)
    live.follow(person)
    start = next(p for p in live.prompts if (p.phase, p.set_number) == ("sample", 2))
    assert start.index - begun_at == pytest.approx(scans(8.0 + 4.0), abs=10)
    assert live.results == ["reached", "reached"]


def test_within_a_set_there_is_no_calibration_and_no_other_reference() -> None:
    live = begun("activate", sets=1, repetitions=1)
    for phase in ("ready", "work"):
        until(live, phase)
        for command in (StartCalibration(), SetReference(0, 100.0, 1.0)):
            with pytest.raises(ValueError, match="between sets"):
                live.tell(command)


# -- beginning elsewhere ----------------------------------------------------------------------------------------------


def test_a_second_recording_goes_on_where_the_first_ended() -> None:
    live = begun("activate", tests=2, sets=2, repetitions=3, begin=Begin("set", 2, 2))
    live.follow(one(right))
    assert [(r.block, r.set_number, r.number) for r in live.repetitions] == [("set", 2, 2), ("set", 2, 3)]
    assert live.prompts[0] == Prompt(live.prompts[0].index, "sample", "set", 2, 2, 2.0)


def test_without_a_test_it_begins_with_the_first_set() -> None:
    live = begun("activate", tests=0, sets=1, repetitions=1)
    assert (live.exercise.block, live.exercise.set_number) == ("set", 1)


@pytest.mark.parametrize("begin", [Begin("set", 3), Begin("set", 1, 4), Begin("set", 0), Begin("test", 1, 3),
                                   Begin("retest", 2, 9), Begin("set", 1, 0)])  # fmt: skip
def test_what_is_not_in_the_plan_cannot_be_begun(begin: Begin) -> None:
    live = begun("activate", tests=2, after=True, sets=2, repetitions=3)
    live.tell(Finish())
    with pytest.raises(ValueError, match="there is no repetition"):
        live.tell(begin)
    assert live.exercise.phase == "done"


@pytest.mark.parametrize(
    ("commands", "why"),
    [
        ([], "choose a plan"),
        ([SetExercise("x", 1, "activate")], "lacks its work and rest"),
        ([SetExercise("x", 1, "track"), SetDose(1.0, 1.0, 1, 1)], "a line to follow"),
        ([SetExercise("x", 1, "isolate"), SetDose(1.0, 1.0, 1, 1)], "2 muscles"),
    ],
)
def test_an_exercise_that_is_not_complete_does_not_begin(commands: list[SetExercise | SetDose], why: str) -> None:
    live = begun("activate")
    live.tell(Finish())
    fresh = Live(live.settings)
    fresh.tell(reference(), *commands)
    with pytest.raises(ValueError, match=why):
        fresh.tell(Begin())
    assert fresh.pipeline.practice.exercise is None


def test_percent_of_nothing_cannot_be_trained() -> None:
    live = Live(begun("activate").settings)
    live.tell(*setup("activate"))
    with pytest.raises(ValueError, match="Calibrate channel 1"):
        live.tell(Begin())


def test_who_still_pushes_at_the_end_has_not_begun_a_free_hold() -> None:
    live = begun("activate", sets=1, repetitions=1)
    live.follow(one(right))
    live.give([52.0], 8.0)
    assert live.pipeline.practice.n_reached == 0
    live.give([0.0], 1.0)
    live.give([52.0], 8.0)
    assert live.pipeline.practice.n_reached == 1
