"""What is said of an exercise: the sentences word by word, what counts, and what never is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import pytest

from biofeedback.report import words
from biofeedback.report.exercise import Change, Count, ExerciseSummary, exercises, ratings, told
from biofeedback.training.activation import Reference
from biofeedback.training.commands import (
    Begin,
    Block,
    Command,
    Kind,
    Rate,
    SetDose,
    SetExercise,
    SetOther,
    SetTarget,
    SetTest,
)
from biofeedback.training.events import (
    BlockResult,
    Measures,
    Offer,
    Repetition,
    Result,
    Shaping,
    TrainingEvent,
    Trouble,
)

KINDS: tuple[Kind, ...] = get_args(Kind)
FORBIDDEN = ("normal", "weak", "inhibited", "deficit", "improved", "strength", "connection", "failed", "fault")
NONE = Count()


def summary(kind: Kind = "activate", **changes: object) -> ExerciseSummary:
    made = ExerciseSummary(
        plan="quad-set", version=1, kind=kind, hold_seconds=5.0, prescribed=30,
        counts={"test": Count(5, 5, 4), "set": Count(27, 25, 21), "retest": NONE}, excluded={}, scores={}, band=False,
        two=False, blocks=(), repetitions=(), shaping=(), changes=(), offers=(),
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def did(exercise: ExerciseSummary) -> str:
    return words.did(exercise).filled()


def how(exercise: ExerciseSummary) -> str:
    phrase = words.how(exercise)
    return phrase.filled() if phrase else ""


def percent(reference: Reference | None) -> str:
    return words.percent(reference).filled()


def early(n: int) -> str:
    phrase = words.too_early(n)
    return phrase.filled() if phrase else ""


# -- sentences --------------------------------------------------------------------------------------------------


def test_what_was_done_is_said_with_what_was_not_counted_and_why() -> None:
    assert did(summary(excluded={"gap": 2})) == (
        "You did 27 of 30 repetitions; 21 reached the line and were held for 5 seconds. 2 were not counted: the signal "
        "broke off."
    )
    assert did(summary(excluded={"paused": 1, "spike": 3})).endswith(
        " 1 was not counted: training was paused. 3 were not counted: an electrode or cable moved."
    )


def test_how_it_went_is_said_without_the_bar_and_with_it() -> None:
    counts = {"test": Count(5, 5, 4), "set": Count(10, 10, 8), "retest": NONE}
    assert how(summary(counts=counts)) == "Without the bar you reached it in 4 of 5, with the bar in 8 of 10."
    both = counts | {"retest": Count(5, 4, 3)}
    assert how(summary(counts=both)).endswith("with the bar in 8 of 10, and then without it again in 3 of 4.")
    assert how(summary(counts=counts | {"test": NONE})) == "With the bar you reached it in 8 of 10."
    assert how(summary(counts=counts | {"set": NONE})) == "Without the bar you reached it in 4 of 5."
    assert how(summary(counts=dict.fromkeys(counts, NONE))) == ""


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("hold", {"band": True}, "21 reached the band and were held for 5 seconds."),
        ("isolate", {"two": True}, "were held for 5 seconds with the other muscle below its line."),
        ("activate", {"two": True}, "were held for 5 seconds with the other muscle below its line."),
        ("relax", {}, "21 stayed below the line."),
        ("quick", {}, "21 reached the line."),
        ("track", {}, "21 kept close to the line."),
        ("match", {}, "both sides worked alike in 21."),
    ],
)
def test_each_kind_has_its_own_words(kind: Kind, changes: dict[str, object], said: str) -> None:
    assert did(summary(kind, **changes)).endswith(said)


def test_one_and_none_are_said_as_people_say_them() -> None:
    counts = {"test": NONE, "retest": NONE}
    assert "; 1 reached the line and was held" in did(summary(counts=counts | {"set": Count(3, 3, 1)}))
    assert "; none reached the line and were held" in did(summary(counts=counts | {"set": Count(3, 3, 0)}))
    assert did(summary(counts=counts | {"set": NONE})) == "You ended before the first set."


def test_every_reason_that_excludes_a_repetition_has_words() -> None:
    assert {trouble for trouble in get_args(Trouble) if trouble} == set(words.WHY)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_ever_said_that_the_signal_cannot_tell(kind: Kind) -> None:
    for changes in ({}, {"band": True}, {"two": True}, {"excluded": dict.fromkeys(words.WHY, 2)}):
        text = did(summary(kind, **changes)) + how(summary(kind, **changes))
        assert not [word for word in FORBIDDEN if word in text.lower()]


def test_percent_is_explained_by_what_was_measured() -> None:
    for kind in ("best_effort", "comfortable_effort", "fixed_load"):
        assert "percent of" in percent(Reference(100.0, 2.0, kind))
    assert percent(Reference(100.0, 2.0)) == "Comfortable effort, not a maximum: percent means percent of that."
    assert "no calibration" in percent(None)


def test_before_three_earlier_sessions_it_is_too_early_to_compare() -> None:
    said = "Too early to say: this needs three earlier sessions like this one; you have {}."
    assert [early(n) for n in range(5)] == [said.format(n) for n in ("none", "one", "two")] + ["", ""]


# -- numbers ----------------------------------------------------------------------------------------------------


def setup(kind: Kind = "activate", plan: str = "quad-set") -> list[tuple[int, Command]]:
    return [
        (0, SetExercise(plan, 1, kind)),
        (0, SetDose(5, 10, 3, 2)),
        (0, SetTest(2, 5, 10)),
        (0, SetTarget(50.0, reason="plan")),
        (100, Begin()),
    ]


def repetitions(results: Sequence[Result], *, block: Block = "set", first: int = 200) -> list[TrainingEvent]:
    return [
        Repetition(first + 10 * i, block, 1, i + 1, result, "gap" if result == "excluded" else "", 1.0, 50.0)
        for i, result in enumerate(results)
    ]


def test_repetitions_are_counted_by_block_and_the_excluded_by_reason() -> None:
    events = [*repetitions(["reached", "missed"], block="test"), *repetitions(["reached", "excluded", "reached"])]
    (done,) = exercises(setup(), events)
    assert done.counts == {"test": Count(2, 2, 1), "set": Count(3, 2, 2), "retest": NONE}
    assert done.excluded == {"gap": 1}
    assert done.prescribed == 6
    assert (done.plan, done.kind, done.hold_seconds) == ("quad-set", "activate", 5)


def test_a_repetition_that_was_broken_off_and_begun_anew_counts_once() -> None:
    broken = Repetition(150, "set", 1, 1, "excluded", "paused", 0.0, None)
    (done,) = exercises(setup(), [broken, *repetitions(["reached", "missed", "missed"])])
    assert done.counts["set"] == Count(3, 3, 1)
    assert done.excluded == {}


def test_a_set_that_was_repeated_is_not_more_than_was_prescribed() -> None:
    again = [Repetition(200, "set", n, i, "reached", "", 5.0, 50.0) for n in (1, 2, 3) for i in (1, 2, 3)]
    (done,) = exercises(setup(), again)
    assert (done.counts["set"].prompted, done.prescribed) == (9, 9)


def test_scores_are_medians_of_what_was_scored_and_odd_responses_are_counted() -> None:
    events = repetitions(["reached", "reached", "missed", "excluded", "reached"])
    times = (0.05, 0.4, 0.6, 2.5, None)
    scores = [Measures(205 + 10 * i, "set", 1, i + 1, response=time, release=0.3) for i, time in enumerate(times)]
    (done,) = exercises(setup("quick"), [*events, *scores])
    assert done.scores["set"] == {
        "response": 0.4, "release": 0.3, "anticipated": 1, "late": 0, "no_response": 1,
    }  # fmt: skip


def test_moved_targets_are_told_with_their_reason_and_what_shaping_said() -> None:
    moved: list[tuple[int, Command]] = [
        (300, SetTarget(55.0, reason="F6 harder")),
        (300, SetTarget(80.0, unit="uV")),
        (400, SetTarget(45.0, 60.0)),
    ]
    shaping = Shaping(300, 0.9, 10, "harder", 55.0)
    offer = Offer(310, "measure again")
    (done,) = exercises(setup() + moved, [shaping, offer])
    assert done.changes == (Change(300, "F6 harder", 55.0), Change(400, "by hand", 45.0, 60.0))
    assert (done.shaping, done.offers) == ((shaping,), (offer,))


def test_a_ceiling_that_was_moved_is_told() -> None:
    commands = setup("isolate")
    commands.insert(3, (0, SetOther(40.0, 25.0)))
    (done,) = exercises([*commands, (300, SetOther(35.0, 25.0, "F6 ceiling down"))], [])
    assert done.changes == (Change(300, "F6 ceiling down", ceiling=35.0),)
    assert done.two


def test_two_exercises_of_a_recording_are_told_apart() -> None:
    second = [(index + 1000, command) for index, command in setup("quick", "foot-lift")]
    events = [*repetitions(["reached"]), *repetitions(["missed", "missed"], first=1200)]
    first, other = exercises(setup() + second, events)
    assert (first.plan, first.counts["set"]) == ("quad-set", Count(1, 1, 1))
    assert (other.plan, other.counts["set"]) == ("foot-lift", Count(2, 2, 0))
    assert first.changes == ()


def test_free_practice_has_no_exercise() -> None:
    commands: list[tuple[int, Command]] = [(5, SetTarget(40.0)), (9, Rate("pain", 2, "during"))]
    assert exercises(commands, []) == ()
    assert told(commands, []) is None
    assert ratings(commands) == (Rate("pain", 2, "during"),)


def test_an_exercise_is_printed_a_line_for_each_block_change_and_offer() -> None:
    events: list[TrainingEvent] = [
        BlockResult(100, "test", 1, 5, 5, 2, 40.0, 50.0),
        BlockResult(300, "set", 1, 6, 4, 1, 40.0, 50.0),
        Shaping(300, 0.25, 4, "too few"),
        BlockResult(500, "set", 2, 6, 6, 2, 40.0, 50.0),
        Shaping(500, 0.333, 6, "easier", 35.0, 45.0),
        Offer(490, "easier: three misses"),
    ]
    found = told(setup(), events)
    assert found is not None
    assert words.exercise_lines(found) == [
        "plan       quad-set, version 1, activate",
        "test       2 reached of 5, at 40-50 %",
        "set 1      1 reached of 4, at 40-50 %, 2 not counted",
        "set 2      2 reached of 6, at 40-50 %",
        "shaping    25 % of 4: too few",
        "shaping    33 % of 6: easier, target 35 %",
        "offer      easier: three misses",
    ]
    without = told(setup("track"), events[:1])
    assert without is not None
    assert words.exercise_lines(without)[1] == "test       2 reached of 5"


def test_what_is_told_as_json_is_what_is_stored() -> None:
    block = BlockResult(300, "set", 1, 3, 3, 2, 50.0, None)
    found = told(setup(), [*repetitions(["reached"]), block])
    assert found is not None
    assert found["plans"] == [{"plan": "quad-set", "version": 1, "kind": "activate", "seed": 0}]
    assert found["blocks"] == [
        {"index": 300, "block": "set", "set": 1, "prompted": 3, "scored": 3, "reached": 2, "low": 50.0}
    ]
    assert found["repetitions"][0]["number"] == 1
    assert found["measures"] == found["offers"] == []
