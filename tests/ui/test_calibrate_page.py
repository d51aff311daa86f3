"""The Calibrate step on the real signal path with the simulated muscle."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PyQt6 import sip
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from biofeedback.emg.sensor import Sensor
from biofeedback.engine_state import EngineState
from biofeedback.training.commands import (
    Rate,
    RepeatTry,
    SetReference,
    StartCalibration,
    StopCalibration,
)
from biofeedback.training.plan_file import find_plan
from biofeedback.ui.calibrate.course import CalibrateCourse
from biofeedback.ui.calibrate.page import CalibratePage
from biofeedback.ui.guide import Today, _Session
from biofeedback.ui.look.tokens import PALETTES, TEXT_SIZES, Look
from tests.ui.calibrate_bench import ANSWERED, Bench
from tests.ui.hands import click

MakeBench = Callable[..., Bench]


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[MakeBench]:
    made: list[Bench] = []

    def make(plan: str = "quad-set", **given: Any) -> Bench:
        one = Bench(plan, **given)
        qtbot.addWidget(one.page)
        made.append(one)
        return one

    yield make
    for one in made:
        one.source.close()
        sip.delete(one.guide)  # now, not at some collection in another test


# -- before ------------------------------------------------------------------------------------------------


def test_what_will_be_asked_is_told_before_it_is_asked(bench: MakeBench) -> None:
    one = bench("bridge", quick=False)
    words = one.page.stage.before.accessibleDescription()
    plan = one.guide.today.plan
    assert plan is not None
    for part in (plan.reference.position, plan.reference.cue, "without pain", "3 tries of 5 s with 60 s between them"):
        assert part in words
    assert one.primary == one.actions["begin"]
    assert one.actions["begin"].key == "Enter"


def test_begin_posts_the_plans_own_calibration(bench: MakeBench) -> None:
    for quick in (True, False):
        one = bench(quick=quick)
        one.page.do("begin")
        plan = one.guide.today.plan
        assert plan is not None
        assert one.posted == [plan.calibration(0, quick=quick)]


def test_quick_and_full_are_one_key_apart(bench: MakeBench) -> None:
    one = bench(quick=True)
    assert one.page.stage.before.quick.isChecked()
    one.page.do("quick")
    one.look()
    assert one.page.course.command(one.guide.today).kind == "best_effort"
    assert one.page.stage.before.full.isChecked()
    click(one.page.stage.before.quick)
    one.look()
    assert one.page.stage.before.quick.isChecked()
    assert not one.page.stage.before.full.isChecked()
    click(one.page.stage.before.quick)
    one.look()
    assert one.page.stage.before.quick.isChecked()
    assert one.page.course.command(one.guide.today).kind == "comfortable_effort"


def test_twelve_weeks_after_an_operation_the_effort_is_comfortable_and_said_so(bench: MakeBench) -> None:
    one = bench(quick=False, answers=replace(ANSWERED, only_if_agreed=frozenset({"12wk"}), agreed=frozenset({"12wk"})))
    assert one.page.course.command(one.guide.today).kind == "comfortable_effort"
    assert "as hard as" not in one.page.stage.before.accessibleDescription()


# -- while it runs -----------------------------------------------------------------------------------------


def test_words_follow_the_steps(bench: MakeBench) -> None:
    one = bench(quick=False)
    one.page.do("begin")
    words = []
    for step in ("rest", "ready", "try", "pause"):
        one.until(step)
        words.append((one.page.stage.band.accessibleName(), one.page.stage.band.accessibleDescription()))
    assert [word for word, _ in words] == ["REST", "READY", "PUSH", "PAUSE"]
    assert "knee down" in words[1][1]
    assert words[2][1] == "as hard as you can, and keep breathing"
    assert "Try 2 of 3" in words[3][1]


def test_the_list_shows_what_each_step_gave(bench: MakeBench) -> None:
    one = bench(quick=True)
    assert "Try 2: 5 s, after 30 s rest" in one.page.steps.accessibleDescription()
    one.page.do("begin")
    one.until("try")
    rest = one.page.steps.accessibleDescription().partition("Try 1")[0]
    assert "µV" in rest
    assert "Try 1: now" in one.page.steps.accessibleDescription()
    step = one.until("pause")
    assert len(step.tries) == 1
    assert "Try 2: after the pause" in one.page.steps.accessibleDescription()
    result = one.finish()
    shown = float(rest.split("Rest: ")[1].split(" µV")[0])
    scale = 5.0 / (1 << 14) / 200 * 1e6
    assert shown == pytest.approx(result.rest * scale, rel=0.1, abs=0.2)


def test_each_try_is_seen_against_the_one_before(bench: MakeBench) -> None:
    one = bench(quick=True)
    traces = one.page._traces
    one.page.do("begin")
    one.until("try")
    one.run(2.0)
    assert traces.tries == {}
    assert traces.now is not None
    assert traces.now.time[-1] == pytest.approx(2.0, abs=0.15)
    step = one.until("pause")
    assert set(traces.tries) == {1}
    assert traces.before(step) == 1
    assert len(traces.tries[1].time) == 125
    assert np.isfinite(traces.tries[1].level).all()
    assert 0.8 * step.tries[0] < float(np.max(traces.tries[1].level)) < 2 * step.tries[0]


def test_a_try_broken_by_missing_scans_is_drawn_anew(bench: MakeBench) -> None:
    one = bench(quick=True)
    one.page.do("begin")
    one.until("try")
    one.run(2.0)
    one.lose(300)
    one.run(1.0)
    now = one.page._traces.now
    assert now is not None
    assert now.time[-1] < 1.2
    assert one.page._traces.tries == {}


def test_it_hurts_begins_again_gently_and_is_offered_for_best_efforts_only(bench: MakeBench) -> None:
    one = bench(quick=False)
    one.page.do("begin")
    one.until("try")
    assert one.actions["gentle"].key == "G"
    one.page.do("gentle")
    assert isinstance(one.posted[-2], StopCalibration)
    again = one.posted[-1]
    assert isinstance(again, StartCalibration)
    assert again.kind == "comfortable_effort"
    one.run(0.1)
    step = one.calibration()
    assert step is not None
    assert step.step == "rest"
    assert "gentle" not in one.actions


def test_pain_above_three_ends_it_and_the_next_effort_is_gentle(bench: MakeBench) -> None:
    one = bench(quick=False)
    assert not one.page.do("5")
    one.page.do("begin")
    one.until("pause")
    one.page.do("3")
    assert one.posted[-1] == Rate("pain", 3, "during")
    one.run(0.1)
    assert one.calibration() is not None
    one.page.do("4")
    one.run(0.1)
    assert one.calibration() is None
    assert not one.shows_result()
    command = one.page.course.command(one.guide.today)
    assert command.kind == "comfortable_effort"
    one.page.do("begin")
    assert one.posted[-1:] == [command]


def test_escape_stops_and_the_way_back_leads_to_prepare(bench: MakeBench) -> None:
    one = bench()
    one.page.do("begin")
    one.until("ready")
    assert one.actions["stop calibration"].key == "Esc"
    assert one.page.do("escape")
    assert isinstance(one.posted[-1], StopCalibration)
    one.run(0.1)
    assert one.calibration() is None
    assert one.primary == one.actions["begin"]
    assert one.page.do("escape")
    assert one.step() == "prepare"


def test_leaving_the_step_stops_what_nobody_sees(bench: MakeBench) -> None:
    one = bench()
    one.page.do("begin")
    one.until("ready")
    one.guide.go("prepare")
    assert isinstance(one.posted[-1], StopCalibration)
    assert one.calibration() is None


def test_a_silent_board_keeps_every_place_and_says_what_becomes_of_the_try(bench: MakeBench) -> None:
    one = bench(quick=False)
    one.page.do("begin")
    one.until("pause")
    one.until("try")
    places = [part.geometry() for part in (one.page.steps, one.page.stage, one.page.stage.band, one.page.stage.live)]
    one.silent_for = 4.2
    one._publish()
    one.look()
    band = one.page.stage.band
    assert band.accessibleName() == "WAITING FOR THE BOARD"
    assert "goes on by itself" in band.accessibleDescription()
    assert "begins anew" in band.accessibleDescription()
    assert one.primary is not None
    assert one.primary.name == "reconnect"
    shown = one.page.stage.live._now
    assert shown is not None
    assert shown.silence == "no data for 4 s"
    assert shown.level is None
    after = [part.geometry() for part in (one.page.steps, one.page.stage, one.page.stage.band, one.page.stage.live)]
    assert after == places
    one.silent_for = None
    one._publish()
    one.look()
    assert band.accessibleName() == "PUSH"


def test_the_axis_never_changes_while_a_muscle_works(bench: MakeBench) -> None:
    one = bench(quick=True)
    one.efforts = iter([0.2, 1.0])
    one.page.do("begin")
    tops: list[tuple[str, float]] = []
    while (step := one.calibration()) is not None:
        one.run(0.25)
        shown = one.page.stage.live._now
        assert shown is not None
        tops.append((f"{step.step} {step.number}", shown.top))
    within = {top for name, top in tops if name == "try 2"}
    assert len(within) == 1
    assert within != {500.0}


# -- the result --------------------------------------------------------------------------------------------


def test_a_good_calibration_leads_on_to_training(bench: MakeBench) -> None:
    one = bench(quick=True)
    result = one.calibrated()
    assert result.verdict == "good"
    assert one.shows_result()
    assert one.page.result.accessibleName().startswith("vastus medialis, left: Good. Your two best tries agree within")
    assert "Comfortable effort, not a maximum" in one.page.result.accessibleName()
    assert one.primary == one.actions["train"]
    assert one.actions["train"].enabled
    assert one.practice.references[0] is not None


def test_what_is_not_usable_offers_to_try_again_and_nothing_else_first(bench: MakeBench) -> None:
    one = bench(quick=True)
    one.efforts = itertools.repeat(0.0)
    result = one.calibrated()
    assert result.verdict == "not usable"
    assert one.shows_result()
    assert "Not usable yet" in one.page.result.accessibleName()
    assert one.primary is not None
    assert (one.primary.name, one.primary.label) == ("over", "Try again")
    assert "train" not in one.actions
    one.page.do("over")
    one.run(0.1)
    assert one.calibration() is not None
    assert not one.shows_result()


def test_one_more_try_and_a_chosen_one_can_be_done(bench: MakeBench) -> None:
    one = bench(quick=True)
    one.efforts = iter([0.9, 0.5, 0.8, 0.85])
    first = one.calibrated()
    assert one.actions["repeat"].key == "B"
    one.page.do("repeat")
    assert one.posted[-1] == RepeatTry()
    second = one.finish()
    assert second.tries[:2] == first.tries
    assert len(second.tries) == 3
    assert len(one.page.result.buttons) == 3
    click(one.page.result.buttons[1])
    assert one.posted[-1] == RepeatTry(2)
    third = one.finish()
    assert (third.tries[0], third.tries[2]) == (second.tries[0], second.tries[2])
    assert third.tries[1] > second.tries[1]
    assert one.shows_result()


def test_more_than_six_tries_are_not_offered(bench: MakeBench) -> None:
    one = bench(quick=True)
    one.calibrated()
    for _ in range(4):
        assert one.actions["repeat"].enabled
        one.page.do("repeat")
        one.finish()
    assert not one.actions["repeat"].enabled
    assert one.page.result.buttons[5].isEnabled()


def test_coming_back_shows_the_result_and_another_session_the_beginning(bench: MakeBench) -> None:
    one = bench(quick=True)
    one.calibrated()
    one.guide.step = "train"
    one.guide.changed.emit()
    one.guide.step = "calibrate"
    one.page.entered()
    one.look()
    assert one.shows_result()
    for session in (one.guide._session, _Session()):
        assert one.shows_result()
        one.guide.step = "start"
        one.guide._session = session
        one.guide.changed.emit()
        one.guide.step = "calibrate"
        one.page.entered()
        one.look()
    assert not one.shows_result()


def test_what_free_practice_left_behind_is_no_result_of_this_session(bench: MakeBench) -> None:
    one = bench(quick=True)
    one.sitting.command(StartCalibration())
    one.run(60.0, look=False)
    assert one.practice.result is not None
    one.look()
    assert not one.shows_result()


def test_a_reference_set_elsewhere_makes_the_result_forgotten(bench: MakeBench) -> None:
    one = bench(quick=True)
    one.calibrated()
    one.sitting.command(StartCalibration())  # as a newer one that was given up: nothing is newest now
    one.sitting.command(StopCalibration())
    one.sitting.command(SetReference(0, 300.0, 10.0))
    one.run(0.2)
    assert not one.shows_result()


def test_stopping_a_second_one_shows_the_first_which_stays(bench: MakeBench) -> None:
    one = bench(quick=True)
    one.calibrated()
    one.page.do("over")
    one.until("rest")
    assert not one.shows_result()
    one.page.do("escape")
    one.run(0.1)
    assert one.shows_result()
    assert not one.actions["repeat"].enabled
    assert one.actions["train"].enabled


def test_two_muscles_have_each_their_own_test_and_the_crosstalk_is_told(bench: MakeBench) -> None:
    one = bench("hand-lift", quick=True)
    assert "muscle 1 of 2" in one.page.steps.accessibleDescription()
    first = one.calibrated()
    assert first.channel == 0
    assert first.spill is not None
    assert one.primary is not None
    assert (one.primary.name, one.primary.label) == ("next", "Next: wrist flexors")
    assert "wrist flexors, left meanwhile" in one.page.result.accessibleDescription()
    one.page.do("next")
    one.look()
    assert not one.shows_result()
    assert "Press the palm down" in one.page.stage.before.accessibleDescription()
    second = one.calibrated()
    assert second.channel == 1
    assert one.primary == one.actions["train"]
    assert "showed" in one.page.result.accessibleDescription()
    assert one.page.do("escape")
    one.look()
    assert one.shows_result()
    assert one.page.result.accessibleName().startswith("wrist extensors, left")
    assert not one.actions["repeat"].enabled
    one.page.entered()
    assert one.page.course.channel == 1


def test_a_quiet_exercise_tells_the_own_rest(bench: MakeBench) -> None:
    one = bench("shoulders-down", quick=True, sensor=Sensor.RECT)
    one.calibrated()
    assert "Your own rest" in one.page.result.accessibleDescription()
    assert "Rest is not taken away here" in one.page.result.accessibleDescription()


def test_a_result_of_another_persons_session_is_not_shown() -> None:
    course = CalibrateCourse()
    course.channel, course.gentle = 1, True
    course.enter(Today(subject="P-001", plan=find_plan("quad-set")), EngineState("connecting"))
    assert (course.channel, course.gentle) == (0, False)


# -- looks -------------------------------------------------------------------------------------------------

SIZES = ((976, 440), (1232, 520), (1872, 880))


def _scenes(one: Bench) -> Iterator[str]:
    yield "before"
    one.page.do("begin")
    for step in ("rest", "ready", "try", "pause", "try"):
        one.until(step)
        one.run(0.5)
        yield step
    one.silent_for = 2.0
    one._publish()
    one.look()
    yield "waiting"
    one.silent_for = None
    one._publish()
    one.finish()
    yield "result"


def test_it_is_painted_whole_in_every_state_palette_and_size_of_text(bench: MakeBench, qtbot: QtBot) -> None:
    one = bench("hand-lift", quick=True)
    page = one.page
    page.show()
    for scene in _scenes(one):
        for (w, h), palette, text in itertools.product(SIZES, PALETTES.values(), (TEXT_SIZES[0], TEXT_SIZES[-1])):
            page.resize(w, h)
            page.dress(Look(palette, text))
            one.look()
            picture = page.grab().toImage()
            ground = picture.pixelColor(0, 0)
            middle = {picture.pixel(x, h // 3) for x in range(0, w, 3)}
            assert len(middle) > 1, (scene, w, palette.name, text)
            assert ground.name().lower() == palette.canvas.lower() or w < 0
            _whole(page, scene)


def _whole(page: CalibratePage, scene: str) -> None:
    """Nothing that is shown lies outside of what holds it, where nothing scrolls."""
    shown: list[tuple[QWidget, QWidget]] = [(page, page.stage), (page, page.steps), (page, page.sheet)]
    if scene == "result":
        assert page.sheet.isVisible()
        shown = [(page, page.sheet)]
        shown += [(page.result, button) for button in page.result.buttons]
        for left, right in itertools.pairwise(page.result.buttons):
            assert left.geometry().right() <= right.geometry().left()
    elif scene == "before":
        shown += [(page.stage.before, page.stage.before.quick), (page.stage.before, page.stage.before.full)]
        assert not page.stage.before.quick.geometry().intersects(page.stage.before.full.geometry())
    for holder, part in shown:
        if part.isVisibleTo(holder):
            assert holder.rect().contains(part.geometry()), (scene, part)
    if page.steps.isVisible():
        assert not page.steps.geometry().intersects(page.stage.geometry())
