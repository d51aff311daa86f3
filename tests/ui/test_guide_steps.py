"""The guide through the steps: what may be entered when, what entering does, and what another session forgets."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.mains_link import MainsSigns
from biofeedback.recording.recorder import RecorderState
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.safety import Answers
from biofeedback.training.commands import (
    Answer,
    Begin,
    Command,
    Finish,
    Pause,
    Resume,
    SetExercise,
    SetTarget,
    Site,
    StartCalibration,
)
from biofeedback.training.plan_file import find_plan
from biofeedback.ui.choice import Choice
from biofeedback.ui.controls import Station as StationOfWindow
from biofeedback.ui.guide import STEPS, Guide, channels_of
from biofeedback.ui.instant import Moment
from biofeedback.ui.page import Glance
from biofeedback.ui.phrase import say
from biofeedback.ui.window_keys import OF_STEPS, action_of
from tests.ui.exercise_states import at, exercise
from tests.ui.states import REFERENCE, recording, state

BATTERY = MainsSigns(charger=False, battery=True, wired_network=(), second_screen=False)
NOTHING_APPLIES = Answers(frozenset(), frozenset(), wall_powered=False)
QUAD_SET = find_plan("quad-set")


class Station:
    """A board whose engine stands where the test says, and notes what it is told."""

    def __init__(
        self, *, simulated: bool = False, channels: tuple[ChannelSettings, ...] = (ChannelSettings(),)
    ) -> None:
        self.posted: list[Command] = []
        self.told: list[str] = []
        self.signs = BATTERY
        self.choice = Choice("/dev/ttyACM0", Settings(boards={"/dev/ttyACM0": BoardSettings(channels)}))
        self.engine = SimpleNamespace(
            state=replace(state(), simulated=simulated), post=self.posted.append, stop_recording=self._stop
        )

    def show(self, **changes: Any) -> None:
        self.engine.state = replace(self.engine.state, **changes)

    def begin_session(self, subject: str, task: str) -> None:
        self.told.append(f"session {subject} {task}")

    def start_recording(self) -> None:
        self.told.append("record")
        self.show(recording=recording())

    def _stop(self) -> None:
        self.told.append("stop")
        self.show(recording=replace(cast(RecorderState, self.engine.state.recording), closed=True))

    def apply(self, choice: Choice) -> str:
        self.choice = choice
        return ""

    def look_at_mains(self) -> MainsSigns:
        return self.signs

    def now(self) -> dt.datetime:
        return dt.datetime(2026, 1, 5, tzinfo=dt.UTC)


def glance_at(station: Station) -> Glance:
    return Glance(station.engine.state, Moment(say("READY"), "pause", "quiet", say("")), (), False, 1.0)


def guide_of(station: Station, qtbot: QtBot) -> Guide:
    """A guide whose mains guard has looked."""
    guide = Guide(cast(StationOfWindow, station))
    guide.mains.look(glance_at(station))
    qtbot.waitUntil(lambda: guide.mains.may_resume or guide.mains.verdict.red, timeout=10_000)
    return guide


def prepared(station: Station, qtbot: QtBot) -> Guide:
    """A guide at Prepare with the quad set, everything answered well."""
    guide = guide_of(station, qtbot)
    guide.change(plan=QUAD_SET, subject="K7Q2XD")
    guide.go("prepare")
    guide.change(answers=NOTHING_APPLIES, sites=(Site(0, 12.0, 30.0),))
    return guide


@pytest.fixture(autouse=True)
def application(qapp: QApplication) -> QApplication:
    return qapp


def test_the_plans_muscle_and_side_become_the_boards_channel_and_the_sensor_stays(qtbot: QtBot) -> None:
    station = Station(channels=(ChannelSettings("muscle", "", Sensor.ENV, 500.0),))
    guide = guide_of(station, qtbot)
    guide.change(plan=QUAD_SET, side="left")
    guide.go("prepare")
    assert station.choice.channels == (ChannelSettings("vastus medialis", "left", Sensor.ENV, 500.0),)
    guide.set_side("right")
    assert station.choice.channels[0].side == "right"


def test_the_second_muscle_of_a_mirrored_pair_is_the_other_sides() -> None:
    channels = channels_of(find_plan("stand-up"), "left", (ChannelSettings(),))
    assert [(channel.muscle, channel.side) for channel in channels] == [
        ("vastus lateralis", "left"), ("vastus lateralis", "right"),
    ]  # fmt: skip


def test_an_optional_second_muscle_asks_for_no_second_sensor() -> None:
    plan = find_plan("hand-lift")
    assert len(channels_of(plan, "left", (ChannelSettings(),))) == 1
    assert channels_of(plan, "left", (ChannelSettings(), ChannelSettings()))[1].muscle == plan.muscles[1].name


def test_nobody_calibrates_before_the_safety_lists_are_answered(qtbot: QtBot) -> None:
    station = Station()
    guide = guide_of(station, qtbot)
    guide.change(plan=QUAD_SET)
    guide.go("calibrate")
    assert guide.step == "prepare"
    assert station.told == []
    guide.go("calibrate")
    assert guide.step == "prepare"


def test_free_practice_with_electrodes_on_goes_through_prepare_and_a_simulated_muscle_straight_on(qtbot: QtBot) -> None:
    wired, alone = guide_of(Station(), qtbot), guide_of(Station(simulated=True), qtbot)
    wired.go("train")
    alone.go("train")
    assert (wired.step, alone.step) == ("prepare", "train")
    wired.change(answers=NOTHING_APPLIES)
    wired.go("train")
    assert wired.step == "train"


def test_calibrate_begins_the_recording_with_what_was_answered_and_sets_the_plan_up(qtbot: QtBot) -> None:
    station = Station()
    guide = prepared(station, qtbot)
    guide.change(despite=("mains hum",))
    guide.go("calibrate")
    assert station.told == ["session K7Q2XD quadset", "record"]
    kinds = [type(command) for command in station.posted]
    assert Answer("despite", "mains hum") in station.posted
    assert Site(0, 12.0, 30.0) in station.posted
    assert kinds.index(Answer) < kinds.index(SetExercise)


def test_going_back_and_forth_begins_nothing_anew(qtbot: QtBot) -> None:
    station = Station()
    guide = prepared(station, qtbot)
    for step in ("calibrate", "prepare", "start", "prepare", "calibrate", "train", "calibrate", "train"):
        guide.go(step)
        assert guide.step == step
    assert station.told == ["session K7Q2XD quadset", "record"]
    assert sum(isinstance(command, SetExercise) for command in station.posted) == 1


def test_another_plan_or_person_is_another_session(qtbot: QtBot) -> None:
    station = Station()
    guide = prepared(station, qtbot)
    guide.go("calibrate")
    guide.go("train")
    guide.go("start")
    guide.change(plan=find_plan("foot-lift"))
    assert not guide.may_go("train")
    guide.go("prepare")
    guide.go("calibrate")
    assert station.told[-3:] == ["stop", "session K7Q2XD footlift", "record"]


def test_what_was_calibrated_before_this_session_does_not_open_train(qtbot: QtBot) -> None:
    station = Station()
    guide = prepared(station, qtbot)
    assert guide.calibrated  # a reference is there, from before
    assert not guide.may_go("train")
    guide.go("calibrate")
    assert guide.may_go("train")
    station.show(update=replace(state().update, practice=replace(state(references=(None,)).update.practice)))  # type: ignore[union-attr, type-var]
    assert not guide.may_go("train")


def test_review_ends_the_exercise_and_the_recording_and_done_forgets_the_session(qtbot: QtBot) -> None:
    station = Station()
    guide = prepared(station, qtbot)
    guide.go("calibrate")
    guide.go("train")
    running = at(exercise("quad-set"), references=(REFERENCE,), paused=True)
    station.show(update=running.update)
    guide.go("review")
    assert station.posted[-2:] == [Finish("review"), Resume("review")]
    assert station.told[-1] == "stop"
    guide.go("start")
    assert guide.recording is None
    assert guide.today.answers == Answers()
    assert guide.today.sites == ()
    assert guide.today.plan == QUAD_SET
    assert not guide.may_go("train")


def test_training_again_after_review_is_a_new_run_of_the_same_session(qtbot: QtBot) -> None:
    station = Station()
    guide = prepared(station, qtbot)
    for step in ("calibrate", "train", "review", "train"):
        guide.go(step)
    assert station.told == ["session K7Q2XD quadset", "record", "stop", "record"]
    assert sum(isinstance(command, SetExercise) for command in station.posted) == 2


def test_leaving_train_lets_a_running_exercise_stand(qtbot: QtBot) -> None:
    station = Station()
    guide = prepared(station, qtbot)
    guide.go("calibrate")
    guide.go("train")
    station.show(update=at(exercise("quad-set")).update)
    guide.go("prepare")
    assert station.posted[-1] == Pause("another step")


def test_while_the_mains_link_is_red_nobody_is_asked_for_an_effort(qtbot: QtBot) -> None:
    station = Station()
    station.signs = replace(BATTERY, charger=True)
    guide = guide_of(station, qtbot)
    guide.post(StartCalibration(), Begin(), Resume())
    assert station.posted == []
    guide.post(Pause("by hand"), SetTarget(40.0))
    assert station.posted == [Pause("by hand"), SetTarget(40.0)]


def test_an_eased_target_is_lower_once_and_never_at_rest(qtbot: QtBot) -> None:
    station = Station()
    guide = prepared(station, qtbot)
    guide.change(ease=5.0, short=True)
    guide.go("calibrate")
    targets = [command for command in station.posted if isinstance(command, SetTarget)]
    assert QUAD_SET.target is not None
    assert targets[-1].low == QUAD_SET.target.low - 5.0
    assert targets[-1].reason == "after days away"


def test_another_person_answers_anew(qtbot: QtBot) -> None:
    guide = prepared(Station(), qtbot)
    guide.change(subject="ABC346")
    assert guide.today.answers == Answers()
    assert guide.today.sites == ()


@pytest.mark.parametrize("twelve_weeks", [True, False])
def test_a_prescriptions_twelve_weeks_count_as_a_tick(qtbot: QtBot, twelve_weeks: bool) -> None:
    guide = prepared(Station(), qtbot)
    guide.change(prescription=cast(Any, SimpleNamespace(twelve_weeks=twelve_weeks)))
    assert guide.today.twelve_weeks is twelve_weeks


def test_back_leads_to_the_step_before_and_never_out_of_the_window(qtbot: QtBot) -> None:
    guide = prepared(Station(), qtbot)
    guide.go("calibrate")
    guide.go("train")
    seen = []
    for _ in range(6):
        guide.back()
        seen.append(guide.step)
    assert seen == ["calibrate", "prepare", "start", "start", "start", "start"]


def test_the_recording_is_the_sessions_own(qtbot: QtBot) -> None:
    station = Station()
    station.show(recording=recording())
    guide = prepared(station, qtbot)
    assert guide.recording is None  # of whatever ran before
    guide.go("calibrate")
    assert guide.recording == Path("run.edf")


def test_a_key_means_a_pages_own_action_first_and_in_other_steps_only_what_is_the_same_everywhere() -> None:
    def own(key: str) -> str:
        return {"N": "new person"}.get(key, "")

    assert action_of("N", training=False, own=own) == "new person"
    assert action_of("N", training=True, own=own) == "skip"
    assert action_of("S", training=False, own=own) == "settings"
    assert action_of("Y", training=False, own=own) == ""
    assert list(OF_STEPS.values()) == list(STEPS)
