"""Whose line the arrows move and how far, what the box says of it, and that nothing impossible is ever asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.training.commands import SetDose, SetExercise, SetOther, SetReference, SetTarget
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.look.tokens import LIGHT, Look
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.train.bar_lines import coming_place, pill_places
from biofeedback.ui.train.exercise_lines import Lines
from biofeedback.ui.train.muscle_bar import Axis
from biofeedback.ui.train.target_box import TargetBox
from biofeedback.ui.train.target_editing import Line, moved, short_names, target_text, two_lines
from tests.ui.conftest import MakeWindow, Station
from tests.ui.exercise_states import at, exercise, practice_of, setup_of
from tests.ui.states import calibrating

LONG = 20_000
NAMES = ("vastus medialis, left", "biceps femoris, left")
TWO = (ChannelSettings("vastus medialis", "left"), ChannelSettings("biceps femoris", "left"))


def practice(shown: ExerciseState | None = None, **how: Any) -> PracticeState:
    return practice_of(at(shown or exercise(), **how))


def free(**how: Any) -> PracticeState:
    return practice(exercise=None, setup=None, **how)


def isolate(**changes: Any) -> PracticeState:
    return practice(exercise("arm-up-neck-quiet", **changes), level=(30.0, 12.0))


# -- moving -----------------------------------------------------------------------------------------------


def test_arrows_move_the_next_sets_target_and_a_band_keeps_its_width() -> None:
    assert moved(practice(exercise(next_target=SetTarget(55.0))), "trained", up=True) == SetTarget(60.0)
    band = practice(exercise("knee-straightening-hold", next_target=SetTarget(40.0, 50.0)))
    assert moved(band, "trained", up=False) == SetTarget(35.0, 45.0)
    assert moved(free(target=SetTarget(40.0, 50.0)), "trained", up=True) == SetTarget(45.0, 55.0)
    assert moved(free(target=SetTarget(100.0, None, "uV"), unit="uV"), "trained", up=True) == SetTarget(
        110.0, None, "uV"
    )


def test_a_line_that_is_as_far_as_it_goes_is_not_moved() -> None:
    top = practice(exercise(next_target=SetTarget(140.0, 150.0)))
    assert moved(top, "trained", up=True) is None
    assert moved(free(target=SetTarget(150.0)), "trained", up=True) is None
    assert moved(free(target=SetTarget(5.0)), "trained", up=False) is None
    assert moved(free(target=SetTarget(3.0)), "trained", up=False) is None
    assert moved(isolate(next_ceiling=5.0), "other", up=False) is None


def test_the_other_muscles_line_moves_with_how_low_it_may_be_brought() -> None:
    shown = isolate(next_ceiling=40.0)
    assert shown.exercise is not None
    other = shown.exercise.setup.other
    assert other is not None
    up, down = moved(shown, "other", up=True), moved(shown, "other", up=False)
    assert up == SetOther(45.0, other.lowest)
    assert down == SetOther(35.0, other.lowest)
    low = moved(isolate(next_ceiling=10.0), "other", up=False)
    assert isinstance(low, SetOther)
    assert low.ceiling == 5.0
    assert low.lowest is not None
    assert low.lowest <= 5.0


def test_what_the_plan_fixes_and_what_a_calibration_stops_is_not_moved() -> None:
    for plan in ("stand-up", "follow-the-wave"):
        assert moved(practice(exercise(plan), level=(60.0, 66.0)), "trained", up=True) is None
    resting = practice_of(calibrating("rest", 3.0, 5.0))
    assert moved(resting, "trained", up=True) is None


@given(
    st.sampled_from(["quad-set", "knee-straightening-hold", "arm-up-neck-quiet", "shoulders-down"]),
    st.floats(1, 140), st.floats(1, 150), st.booleans(), st.lists(st.booleans(), max_size=40),
    st.sampled_from(["trained", "other"]),
)  # fmt: skip
def test_whatever_is_pressed_training_could_take(
    plan: str, low: float, ceiling: float, band: bool, presses: list[bool], line: Line
) -> None:
    target = SetTarget(low, min(150.0, low + 10) if band else None)
    shown = exercise(plan, next_target=target, next_ceiling=ceiling)
    for up in presses:
        now = practice(shown, level=(30.0, 12.0))
        command = moved(now, line, up=up)
        if isinstance(command, SetTarget):
            assert 1.0 <= command.low <= 150.0
            if command.high is not None:
                assert target.high is not None
                assert command.high <= 150.0 + 1e-9
                assert command.high - command.low == pytest.approx(target.high - target.low)
            assert (command.low > shown.next_target.low) == up
            shown = replace(shown, next_target=command)
        elif isinstance(command, SetOther):
            shown.setup.completed(command)  # raises what training would refuse
            assert shown.next_ceiling is not None
            assert (command.ceiling > shown.next_ceiling) == up
            shown = replace(shown, next_ceiling=command.ceiling)


# -- what the box says ------------------------------------------------------------------------------------


def words(practice: PracticeState | None, line: Line = "trained") -> tuple[str, str]:
    text = target_text(practice, line, NAMES)
    return text.caption.filled(), text.value.filled()


def test_the_box_says_whose_line_it_is_and_from_when_it_holds() -> None:
    assert words(free()) == ("Target", "50 %")
    assert words(practice(exercise(next_target=SetTarget(55.0)))) == ("Next set", "→ 55 %")
    band = exercise("knee-straightening-hold", next_target=SetTarget(40.0, 60.0))
    assert words(practice(band)) == ("Next set", "→ 40–60 %")
    assert words(isolate()) == ("vastus medialis", "30 %")
    assert words(isolate(next_ceiling=20.0), "other") == ("biceps femoris", "→ ≤ 20 %")
    assert target_text(isolate(), "other", NAMES).other == "vastus medialis"
    assert target_text(free(), "trained", NAMES).other == ""


def test_the_box_says_why_nothing_can_be_moved() -> None:
    for plan, value in (("stand-up", "80–125 %"), ("follow-the-wave", "10–30 %")):
        text = target_text(practice(exercise(plan), level=(60.0, 66.0)), "trained", NAMES)
        assert (text.caption.filled(), text.value.filled()) == ("Fixed by the plan", value)
        assert "plan's" in text.tip.filled()
        assert not text.lower
        assert not text.higher
    assert "calibration" in target_text(practice_of(calibrating("rest", 3.0, 5.0)), "trained", NAMES).tip.filled()
    assert "no signal" in target_text(None, "trained", NAMES).tip.filled()
    assert not target_text(free(target=SetTarget(150.0)), "trained", NAMES).higher


def test_the_same_muscle_of_both_sides_keeps_its_side() -> None:
    assert short_names(("tibialis anterior, right", "tibialis anterior, left")) == (
        "tibialis anterior, right", "tibialis anterior, left",
    )  # fmt: skip
    assert short_names(NAMES) == ("vastus medialis", "biceps femoris")


def test_two_lines_can_be_chosen_only_where_there_are_two() -> None:
    assert two_lines(isolate())
    assert not two_lines(practice())
    assert not two_lines(free())
    assert not two_lines(None)
    setup, target = setup_of("arm-up-neck-quiet")
    waiting = practice(exercise=None, setup=setup, target=target, level=(3.0, 2.0))
    assert two_lines(waiting)
    assert words(waiting, "other")[1] == f"≤ {setup.other.ceiling:g} %" if setup.other else False


@pytest.mark.parametrize("text_percent", [100, 125, 150, 200])
@pytest.mark.parametrize("line", ["trained", "other"])
def test_the_box_has_room_for_its_words(qtbot: QtBot, text_percent: int, line: Literal["trained", "other"]) -> None:
    box = TargetBox()
    qtbot.addWidget(box)
    box.dress(Look(LIGHT, text_percent))
    box.tell(target_text(isolate(next_ceiling=20.0), line, NAMES))
    box.resize(box.sizeHint())
    box.show()
    assert box.other.isVisible()
    assert not box.up.geometry().intersects(box.other.geometry())
    assert box.up.x() > box.down.geometry().right()
    assert "O" in box.toolTip()
    box.tell(target_text(free(), line, NAMES))
    assert not box.other.isVisible()


# -- where values stand -----------------------------------------------------------------------------------


@given(st.floats(5, 140), st.floats(-40, 40), st.floats(0, 60), st.sampled_from([100, 200]),
       st.integers(150, 600))  # fmt: skip
def test_the_next_sets_value_never_covers_a_pill(
    low: float, step: float, width: float, text_percent: int, height: int
) -> None:
    look, axis = Look(LIGHT, text_percent), Axis(30, 30 + height, 150)
    solid = (low,) if width < 1 else (low, min(150.0, low + width))
    lines = Lines(solid=solid, coming=tuple(max(5.0, value + step) for value in solid) if abs(step) > 1 else ())
    pills = pill_places(look, axis, lines)
    if len(pills) > 1:
        assert pills[0][0] - pills[0][1] >= pills[1][0] + pills[1][1] - 1e-6
    place = coming_place(look, axis, lines)
    assert (place is None) == (not lines.coming)
    if place is not None:
        half = 0.7 * look.px(15)
        assert all(abs(place - at) >= tall + half - 1e-6 for at, tall in pills)


# -- keys and buttons on the real engine ------------------------------------------------------------------


def press(window: MainWindow, name: Qt.Key) -> None:
    QTest.keyClick(window, name)  # type: ignore[call-overload] # PyQt's stubs take a static function for a method


def running(station: Station) -> ExerciseState:
    update = station.engine.state.update
    assert update is not None
    assert update.practice.exercise is not None
    return update.practice.exercise


def test_keys_and_buttons_move_both_lines_from_the_next_set_on(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window(TWO)
    for command in (
        SetReference(0, 300.0, 10.0, verdict="good"),
        SetReference(1, 300.0, 10.0, verdict="good"),
        SetExercise("my-own", 1, "isolate"),
        SetDose(work=1.0, rest=2.0, repetitions=2, sets=2, pause=300.0),
        SetOther(40.0, 20.0),
        SetTarget(50.0, reason="plan"),
    ):
        station.engine.post(command)
    box = window.action_bar.target
    qtbot.waitUntil(box.other.isVisible, timeout=LONG)
    press(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: window.stage.band.accessibleName() == "GET READY", timeout=LONG)
    press(window, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: running(station).next_target.low == 55.0, timeout=LONG)
    press(window, Qt.Key.Key_O)
    assert "biceps femoris" in box.accessibleName()
    assert window.stage.live.line == "other"
    press(window, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: running(station).next_ceiling == 35.0, timeout=LONG)
    assert running(station).ceiling == 40.0
    assert running(station).next_target.low == 55.0
    box.up.click()
    qtbot.waitUntil(lambda: running(station).next_ceiling == 40.0, timeout=LONG)
    box.other.click()
    assert "vastus medialis" in box.accessibleName()
    press(window, Qt.Key.Key_O)
    press(window, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: window.stage.band.accessibleName() == "PAUSED", timeout=LONG)
    press(window, Qt.Key.Key_E)
    # after the exercise there is one line again, whatever was chosen
    qtbot.waitUntil(lambda: running(station).phase == "done" and not box.other.isVisible(), timeout=LONG)
    assert window.train.controls.line == "trained"
