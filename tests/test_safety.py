"""Safe to start, and to go on: the mains rule, the lists, the watch while training, when ratings are asked for.

Rule: red is never missed, nothing unanswered is safe, and no rule but a person lets the training go on.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.mains_link import MainsSigns
from biofeedback.mains_watch import LOOK_EVERY, MainsWatch, mains_as_commands
from biofeedback.recording.annotation import check_text
from biofeedback.safety import (
    BREATHE,
    DO_NOT_START,
    NO_REASON,
    ONLY_IF_AGREED,
    REASON_NAMES,
    TWELVE_WEEKS,
    WALL_QUESTION,
    Answers,
    Item,
    MainsVerdict,
    Reason,
    answers_as_commands,
    answers_from,
    mains_link,
    may_start,
    moments_of_rating,
    ratings_due,
    stop_items,
    stopped,
)
from biofeedback.sources.guided_person import QUESTIONS
from biofeedback.training.command_text import decode_command, encode_command
from biofeedback.training.commands import Answer, Mark, Pause, Rate
from biofeedback.training.notes import LONGEST_CODE, Notes
from biofeedback.training.plan_file import shipped_plans
from biofeedback.training.prescription import STOP_RULES

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "safety.md").read_text("utf-8")
ON_BATTERY = MainsSigns(charger=False, battery=True, wired_network=(), second_screen=False)
ALL_RED = MainsSigns(charger=True, battery=False, wired_network=("eth0",), second_screen=True)
HEALTHY = Answers(frozenset(), frozenset(), wall_powered=False)

signs = st.builds(
    MainsSigns,
    st.sampled_from([True, False, None]), st.sampled_from([True, False, None]),
    st.sampled_from([None, (), ("eth0",), ("eth0", "eth1")]), st.sampled_from([True, False, None]),
)  # fmt: skip
yes_no_open = st.sampled_from([True, False, None])


def keys_of(items: tuple[Item, ...]) -> frozenset[str]:
    return frozenset(item.key for item in items)


def some_of(items: tuple[Item, ...]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(sorted(keys_of(items))))


answers = st.builds(
    Answers, st.none() | some_of(DO_NOT_START), some_of(ONLY_IF_AGREED), some_of(ONLY_IF_AGREED), yes_no_open
) | st.builds(Answers, st.none() | some_of(DO_NOT_START), wall_powered=yes_no_open)


def judged(
    found: MainsSigns, *, isolator: bool = False, says: bool | None = False, nobody: bool = False
) -> MainsVerdict:
    return mains_link(found, isolator=isolator, says_wall_powered=says, nobody_wears=nobody)


# -- the mains rule --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "says", "reason", "named"),
    [(replace(ON_BATTERY, charger=True), False, "charger", "(charger)"),
     (replace(ON_BATTERY, battery=False), False, "no battery", "no battery"),
     (replace(ON_BATTERY, second_screen=True), False, "screen", "(screen by cable)"),
     (replace(ON_BATTERY, wired_network=("eth0",)), False, "net", "(wired network)"),
     (ON_BATTERY, True, "said", "(as you said)")],
)  # fmt: skip
def test_each_reason_alone_is_red_and_named(found: MainsSigns, *, says: bool, reason: Reason, named: str) -> None:
    verdict = judged(found, says=says)
    assert (verdict.red, verdict.light, verdict.reasons) == (True, "fix", (reason,))
    assert named in verdict.sentence
    assert verdict.fix
    assert may_start(replace(HEALTHY, wall_powered=says), verdict).reasons == (f"{verdict.sentence} {verdict.fix}",)


def test_the_words_about_a_charger_are_the_decided_ones() -> None:
    verdict = judged(replace(ON_BATTERY, charger=True))
    assert f"{verdict.sentence} {verdict.fix}" == (
        "A wall-powered device is connected to this computer (charger). Unplug it before anyone wears the electrodes."
    )


def test_several_devices_are_all_named() -> None:
    verdict = judged(MainsSigns(charger=True, battery=True, wired_network=("eth0",), second_screen=True))
    assert verdict.sentence.endswith("(charger, screen by cable, wired network).")
    assert verdict.fix.startswith("Unplug them")


def test_whoever_has_no_battery_is_not_told_to_unplug() -> None:
    assert "isolator" in judged(ALL_RED).fix
    assert "nplug" not in judged(ALL_RED).fix


def test_a_laptop_on_its_battery_is_good_once_the_person_has_looked() -> None:
    assert judged(ON_BATTERY).light == "good"
    unlooked = judged(ON_BATTERY, says=None)
    assert (unlooked.light, unlooked.red) == ("look", False)
    assert "speakers" in unlooked.fix
    assert not may_start(replace(HEALTHY, wall_powered=None), unlooked).ok


def test_what_the_computer_cannot_know_is_asked_of_the_person() -> None:
    verdict = judged(MainsSigns(), says=None)
    assert verdict.light == "look"
    assert verdict.sentence == "This computer cannot tell about: charger, battery, screen by cable, wired network."
    assert not may_start(replace(HEALTHY, wall_powered=None), verdict).ok
    assert judged(MainsSigns()).light == "good"


@given(signs, st.booleans(), yes_no_open, st.booleans())
def test_red_is_never_missed_and_cleared_by_two_things_only(
    found: MainsSigns, isolator: bool, says: bool | None, nobody: bool
) -> None:
    dangerous = (
        found.charger is True or found.battery is False or found.second_screen is True
        or bool(found.wired_network) or says is True
    )  # fmt: skip
    verdict = judged(found, isolator=isolator, says=says, nobody=nobody)
    assert verdict.red == (dangerous and not isolator and not nobody)
    assert bool(verdict.reasons) == dangerous
    assert verdict.sentence
    assert "{" not in verdict.sentence
    assert bool(verdict.fix) == (verdict.light != "good")
    assert not verdict.red or not may_start(replace(HEALTHY, wall_powered=says), verdict).ok


@given(signs, st.booleans(), yes_no_open, st.booleans())
def test_the_state_of_the_mains_link_can_be_stored(
    found: MainsSigns, isolator: bool, says: bool | None, nobody: bool
) -> None:
    verdict = judged(found, isolator=isolator, says=says, nobody=nobody)
    kept = Notes()
    for command in mains_as_commands(verdict):
        kept.take(command)
        text = encode_command(10**9, command)
        check_text(text)
        assert decode_command(text) == (10**9, command)
    by_question = {note.question: note.yes for note in kept.latest if isinstance(note, Answer)}
    assert tuple(filter(None, by_question["mains"].split(","))) == verdict.reasons
    assert by_question["mains clear"] == ("isolator" if isolator else "nobody" if nobody else "")


def test_every_reason_has_a_name() -> None:
    assert set(REASON_NAMES) == set(get_args(Reason))


# -- the lists -------------------------------------------------------------------------------------------------


def test_a_healthy_person_on_a_battery_laptop_may_start() -> None:
    assert may_start(HEALTHY, judged(ON_BATTERY)).ok


@pytest.mark.parametrize("item", DO_NOT_START, ids=lambda item: item.key)
def test_nobody_may_start_with_an_item_of_the_first_list(item: Item) -> None:
    key = item.key
    verdict = may_start(
        replace(HEALTHY, do_not_start=frozenset({key}), agreed=keys_of(ONLY_IF_AGREED)), judged(ON_BATTERY)
    )
    assert not verdict.ok
    assert len(verdict.reasons) == 1
    assert "Do not start." in verdict.reasons[0]


@pytest.mark.parametrize("item", ONLY_IF_AGREED, ids=lambda item: item.key)
def test_an_item_of_the_second_list_needs_the_clinicians_agreement_to_just_that(item: Item) -> None:
    key = item.key
    told = replace(HEALTHY, only_if_agreed=frozenset({key}))
    others = keys_of(ONLY_IF_AGREED) - {key}
    assert not may_start(told, judged(ON_BATTERY)).ok
    assert not may_start(replace(told, agreed=others), judged(ON_BATTERY)).ok
    assert may_start(replace(told, agreed=frozenset({key})), judged(ON_BATTERY)).ok


@pytest.mark.parametrize("told", [replace(HEALTHY, do_not_start=None), replace(HEALTHY, only_if_agreed=None)])
def test_a_list_that_was_not_answered_stands_in_the_way(told: Answers) -> None:
    verdict = may_start(told, judged(ON_BATTERY))
    assert not verdict.ok
    assert "not answered" in verdict.reasons[0]


@given(answers, signs, st.booleans(), st.booleans())
def test_who_may_start_has_nothing_in_the_way(told: Answers, found: MainsSigns, isolator: bool, nobody: bool) -> None:
    mains = judged(found, isolator=isolator, says=told.wall_powered, nobody=nobody)
    verdict = may_start(told, mains)
    assert verdict.ok == (
        told.do_not_start == frozenset()
        and told.only_if_agreed is not None
        and told.only_if_agreed <= told.agreed
        and mains.light == "good"
    )
    assert verdict.ok == (not verdict.reasons)


def test_an_answer_newer_than_the_verdict_counts() -> None:
    assert not may_start(replace(HEALTHY, wall_powered=True), judged(ON_BATTERY, says=False)).ok


@given(answers)
def test_answers_come_back_from_their_commands_and_fit_their_annotation(told: Answers) -> None:
    kept = Notes()
    commands = answers_as_commands(told)
    for command in commands:
        kept.take(command)
        check_text(encode_command(10**9, command))
    assert answers_from([Mark(1), *kept.latest, Rate("pain", 1, "before")]) == told


@given(answers, answers)
def test_the_newest_answers_count(first: Answers, second: Answers) -> None:
    mixed = answers_from([*answers_as_commands(first), *answers_as_commands(second)])
    for name in ("do_not_start", "only_if_agreed", "wall_powered"):
        newest = getattr(second, name)
        assert getattr(mixed, name) == (getattr(first, name) if newest is None else newest)


def test_every_key_is_plain_and_short_and_all_ticked_fit() -> None:
    items = (*DO_NOT_START, *ONLY_IF_AGREED, *stop_items())
    assert len({item.key for item in items}) == len(items)
    assert all(len(item.key) <= 12 and "," not in item.key for item in items)
    everything = Answers(keys_of(DO_NOT_START), keys_of(ONLY_IF_AGREED), keys_of(ONLY_IF_AGREED), wall_powered=True)
    lengths = [len(command.question + command.yes) for command in answers_as_commands(everything)]
    assert max(lengths) <= LONGEST_CODE


def test_the_questions_are_those_that_the_simulated_person_answers() -> None:
    told = answers_from(Answer(question) for question in QUESTIONS)
    assert (told.do_not_start, told.only_if_agreed) == (frozenset(), frozenset())


@pytest.mark.parametrize(
    "stored", [Answer("do not start", "leg"), Answer("only if agreed", "implant"), Answer("agreed", "x"),
               Answer("wall power", "maybe"), Answer("wall power")],
)  # fmt: skip
def test_an_answer_unknown_to_this_version_is_refused(stored: Answer) -> None:
    with pytest.raises(ValueError, match=r"on the list|yes or no"):
        answers_from([Answer("only if agreed"), stored])


def test_within_twelve_weeks_no_plan_asks_for_a_best_effort() -> None:
    told = replace(HEALTHY, only_if_agreed=frozenset({TWELVE_WEEKS}), agreed=frozenset({TWELVE_WEEKS}))
    assert told.twelve_weeks
    assert Answers().twelve_weeks, "unanswered: the careful way"
    assert not HEALTHY.twelve_weeks
    for plan in shipped_plans():
        assert plan.calibration(twelve_weeks=told.twelve_weeks).kind != "best_effort"


def test_there_is_one_list_of_stop_rules() -> None:
    assert tuple(item.text for item in stop_items()) == STOP_RULES
    own = stop_items(("the knee gives way", STOP_RULES[0]))
    assert [item.key for item in own] == ["rule 1", stop_items()[0].key]
    kept = Notes()
    for item in (*own, *stop_items()):
        kept.take(stopped(item.key))
    assert kept.latest == (Answer("stopped", stop_items()[-1].key),)


@pytest.mark.parametrize("item", [*DO_NOT_START, *ONLY_IF_AGREED, *stop_items()], ids=lambda item: item.key)
def test_the_page_for_clinicians_has_every_line_of_the_lists(item: Item) -> None:
    assert f"| `{item.key}` | {item.text} |" in PAGE


@pytest.mark.parametrize("reason", REASON_NAMES)
def test_the_page_for_clinicians_has_every_reason_for_red(reason: str) -> None:
    assert f"| `{reason}` |" in PAGE


@pytest.mark.parametrize("text", [NO_REASON, BREATHE, WALL_QUESTION])
def test_the_page_for_clinicians_uses_the_same_sentences(text: str) -> None:
    assert text in " ".join(PAGE.split())


# -- the watch -------------------------------------------------------------------------------------------------

RED, CLEAR = judged(replace(ON_BATTERY, charger=True)), judged(ON_BATTERY)


def test_the_computer_is_looked_at_at_once_and_then_every_five_seconds() -> None:
    watch = MainsWatch()
    assert watch.due(100.0)
    watch.take(100.0, CLEAR)
    assert not watch.due(104.9)
    assert watch.due(105.0)


def test_turning_red_pauses_and_only_a_person_lets_it_go_on() -> None:
    watch = MainsWatch()
    watch.take(0.0, CLEAR)
    assert watch.pause(0.0, stands=False) is None
    watch.take(5.0, RED)
    assert watch.pause(5.0, stands=False) == Pause("mains")
    assert watch.pause(5.1, stands=True) is None
    assert (watch.paused, watch.may_resume) == (True, False)
    watch.take(10.0, CLEAR)
    assert watch.pause(10.0, stands=True) is None
    assert (watch.paused, watch.may_resume) == (True, True)
    assert watch.pause(11.0, stands=False) is None
    assert not watch.paused


def test_a_pause_under_way_is_not_posted_twice_but_one_that_was_lost_is() -> None:
    watch = MainsWatch()
    watch.take(0.0, RED)
    assert watch.pause(0.0, stands=False) == Pause("mains")
    assert watch.pause(0.9, stands=False) is None
    assert watch.pause(1.0, stands=False) == Pause("mains")


def test_a_signal_that_comes_back_does_not_let_the_training_go_on_in_red() -> None:
    watch = MainsWatch()
    watch.take(0.0, RED)
    assert watch.pause(0.0, stands=True) is None
    assert not watch.paused
    assert watch.pause(0.1, stands=False) == Pause("mains")


def test_a_pause_that_had_its_effect_is_posted_anew_at_once_when_the_training_goes_on() -> None:
    watch = MainsWatch()
    watch.take(0.0, RED)
    assert watch.pause(0.0, stands=False) == Pause("mains")
    assert watch.pause(0.1, stands=True) is None
    assert watch.pause(0.2, stands=False) == Pause("mains")


def test_before_the_first_look_nothing_is_paused_and_nothing_may_be_resumed() -> None:
    watch = MainsWatch()
    assert watch.pause(0.0, stands=False) is None
    assert not watch.may_resume


def test_a_change_of_the_mains_link_is_stored_once() -> None:
    watch = MainsWatch()
    assert watch.take(0.0, CLEAR) == mains_as_commands(CLEAR)
    assert watch.take(5.0, CLEAR) == []
    assert watch.take(10.0, RED) == [Answer("mains", "charger")]
    isolated = judged(replace(ON_BATTERY, charger=True), isolator=True)
    assert watch.take(12.0, isolated) == [Answer("mains clear", "isolator")]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["nothing", "resume", "silence ends"])), max_size=60))
def test_in_red_the_training_stands_whatever_happens(course: list[tuple[bool, str]]) -> None:
    watch, stands = MainsWatch(), False
    for step, (red, happens) in enumerate(course):
        now = step * LOOK_EVERY
        watch.take(now, RED if red else CLEAR)
        if happens == "silence ends" or (happens == "resume" and watch.may_resume):
            stands = False
        if watch.pause(now, stands=stands):
            assert red
            stands = True
        assert stands or not red


# -- pain and effort -------------------------------------------------------------------------------------------


def test_ratings_come_before_after_each_exercise_and_at_the_end() -> None:
    assert moments_of_rating(0, over=False, days_since_last=None) == ("before",)
    assert moments_of_rating(2, over=True, days_since_last=None) == ("before", "after", "after", "end")


@pytest.mark.parametrize(("days", "asked"), [(None, False), (0, False), (1, True), (12, True)])
def test_the_next_morning_is_asked_about_at_the_next_session_on_another_day(days: int | None, *, asked: bool) -> None:
    assert ("morning" in moments_of_rating(0, over=False, days_since_last=days)) == asked


def test_a_whole_session_asks_for_each_rating_once() -> None:
    asked: list[tuple[str, tuple[str, ...]]] = []
    n_over = 0
    for done, over in ((0, False), (1, False), (2, False), (2, True)):
        moments = moments_of_rating(done, over=over, days_since_last=1)
        while due := ratings_due(moments, n_over):
            asked.append((due.when, due.what))
            n_over = due.n_over
    both = ("pain", "effort")
    assert asked == [("morning", ("pain",)), ("before", both), ("after", both), ("after", both), ("end", both)]


def test_what_was_rated_is_not_asked_again() -> None:
    moments = moments_of_rating(0, over=False, days_since_last=1)
    given_so_far = [Rate("pain", 4, "morning"), Rate("effort", 0, "before")]
    due = ratings_due(moments, 0, given_so_far)
    assert due is not None
    assert (due.when, due.what, due.n_over) == ("before", ("pain",), 2)
    assert ratings_due(moments, 0, [*given_so_far, Rate("pain", 2, "before")]) is None


def test_a_moment_that_passed_is_not_asked_about_later() -> None:
    due = ratings_due(moments_of_rating(1, over=False, days_since_last=1), 0)
    assert due is not None
    assert (due.when, due.n_over) == ("after", 3)


@given(st.integers(0, 4), st.booleans(), st.none() | st.integers(0, 30), st.integers(0, 8))
def test_ratings_are_due_only_for_the_newest_moments(done: int, over: bool, days: int | None, n_over: int) -> None:
    moments = moments_of_rating(done, over=over, days_since_last=days)
    due = ratings_due(moments, n_over)
    assert (due is None) == (n_over >= len(moments))
    if due:
        assert due.n_over > n_over
        assert due.when == moments[due.n_over - 1]
        assert moments[-1] == "before" or due.n_over == len(moments)
