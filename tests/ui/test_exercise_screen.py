"""The window during an exercise: on the real engine with keys, and painted in every phase and size of text."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from biofeedback.emg.findings import found
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine_state import EngineState
from biofeedback.training.commands import SetDose, SetExercise, SetReference, SetTarget, SetTest
from biofeedback.training.events import BlockResult, Offer
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import LIGHT, Look
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.moment import moment
from biofeedback.ui.readings import readings
from biofeedback.ui.train.action_bar import ActionBar
from biofeedback.ui.train.history import History
from biofeedback.ui.train.side_panel import SidePanel
from biofeedback.ui.train.stage import PracticeScreen
from tests.ui.conftest import MakeWindow, Station
from tests.ui.exercise_states import at, exercise, practice_of
from tests.ui.states import calibrating

LONG = 20_000
SET = BlockResult(0, "set", 1, 10, 9, 8, 50.0, None)


def press(window: MainWindow, name: Qt.Key) -> None:
    QTest.keyClick(window, name)  # type: ignore[call-overload] # PyQt's stubs take a static function for a method


def word(window: MainWindow) -> str:
    return window.stage.band.accessibleName()


def running(station: Station) -> ExerciseState:
    update = station.engine.state.update
    assert update is not None
    assert update.practice.exercise is not None
    return update.practice.exercise


def set_up(station: Station, *, tests: int = 0) -> None:
    for command in (
        SetReference(0, 300.0, 10.0, verdict="good"),
        SetExercise("quad-set", 1, "activate"),
        SetDose(work=1.0, rest=2.0, repetitions=2, sets=2, pause=300.0),
        SetTest(tests, 1.0, 2.0),
        SetTarget(40.0, reason="plan"),
    ):
        station.engine.post(command)


def test_an_exercise_is_begun_paused_led_and_ended_by_keys(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    buttons = window.action_bar.buttons
    set_up(station)
    qtbot.waitUntil(lambda: "begins" in window.stage.band.accessibleDescription(), timeout=LONG)
    qtbot.waitUntil(lambda: buttons["pause"].accessibleName() == "Begin", timeout=LONG)
    press(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: word(window) == "GET READY", timeout=LONG)
    qtbot.waitUntil(buttons["finish"].isVisible, timeout=LONG)
    press(window, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: running(station).next_target.low == 45.0, timeout=LONG)
    assert running(station).target.low == 40.0
    qtbot.waitUntil(lambda: word(window) == "CONTRACT", timeout=LONG)
    press(window, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: running(station).outcomes == ("excluded",), timeout=LONG)
    press(window, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: word(window) == "PAUSED", timeout=LONG)
    press(window, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: word(window) == "EXERCISE OVER", timeout=LONG)


def test_a_hold_on_the_real_engine_is_reached_and_shown(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    set_up(station)
    qtbot.waitUntil(lambda: "begins" in window.stage.band.accessibleDescription(), timeout=LONG)
    press(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: word(window) == "CONTRACT", timeout=LONG)
    station.contract(1.0)
    qtbot.waitUntil(lambda: word(window) == "HOLD", timeout=LONG)
    qtbot.waitUntil(lambda: len(running(station).outcomes) == 1, timeout=LONG)
    assert running(station).outcomes == ("reached",)
    station.contract(0.0)
    qtbot.waitUntil(lambda: word(window) == "LET GO", timeout=LONG)


def test_in_the_hidden_test_the_bar_has_no_level_and_the_raw_signal_steps_back(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window, station = make_window()
    set_up(station, tests=2)
    qtbot.waitUntil(lambda: "begins" in window.stage.band.accessibleDescription(), timeout=LONG)
    press(window, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: window.stage.raw is not None and window.stage.raw.isVisible(), timeout=LONG)
    press(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: word(window) == "TEST", timeout=LONG)
    assert window.stage.raw is not None
    assert window.stage.raw.isHidden()
    station.contract(1.0)
    qtbot.waitUntil(lambda: word(window) == "CONTRACT", timeout=LONG)
    qtbot.waitUntil(lambda: running(station).holding, timeout=LONG)
    window.look_slowly()
    window.stage.live.repaint()
    assert word(window) == "CONTRACT"
    assert window.stage.live.level is None
    assert "–" in window.stage.ring.accessibleName()


# -- painted by hand --------------------------------------------------------------------------------------


class Newest:
    """Ten seconds of a level of 27 %, as rings give them."""

    def __init__(self, n_channels: int) -> None:
        self.values = np.full((10_000, n_channels), 250.0)
        self.display = self

    def latest(self, n_scans: int) -> tuple[int, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
        return 20_000 - n_scans, self.values[-n_scans:]


def stage_of(state: EngineState, size: tuple[int, int], qtbot: QtBot, text_percent: int = 100) -> PracticeScreen:
    n = len(practice_of(state).level)
    stage = PracticeScreen(lambda: Newest(n))  # type: ignore[arg-type,return-value] # stands in for the engine's rings
    qtbot.addWidget(stage)
    stage.dress(Look(LIGHT, text_percent))
    stage.resize(*size)
    stage.show_state(state, moment(state, 100.0, paced=False), readings(state, silent=False), (150.0,) * n)
    return stage


def picture(stage: PracticeScreen) -> QImage:
    return stage.grab().toImage()


def differing(a: QImage, b: QImage) -> int:
    return sum(
        a.pixel(x, y) != b.pixel(x, y) for x, y in itertools.product(range(0, a.width(), 3), range(0, a.height(), 3))
    )


def test_a_hidden_test_looks_the_same_whatever_the_muscle_does(qtbot: QtBot) -> None:
    shown = exercise(block="test", repetition=2, outcomes=("reached",))
    working = exercise(block="test", repetition=2, outcomes=("missed",), holding=True, hold_clock=2.0,
                       hold_fraction=0.4)  # fmt: skip
    first = stage_of(at(shown, level=(0.0,)), (984, 528), qtbot)
    picture(first)  # glyphs look a little different when they are drawn for the first time
    quiet = picture(first)
    loud = picture(stage_of(at(working, level=(90.0,)), (984, 528), qtbot))
    assert differing(quiet, loud) == 0
    seen = picture(stage_of(at(exercise(repetition=2, outcomes=("reached",))), (984, 528), qtbot))
    assert differing(quiet, seen) > 500


def test_the_next_sets_target_and_the_first_one_are_marked(qtbot: QtBot) -> None:
    plain = picture(stage_of(at(exercise()), (984, 528), qtbot))
    for changed in (exercise(next_target=SetTarget(70.0)), exercise(first_target=30.0)):
        assert differing(plain, picture(stage_of(at(changed), (984, 528), qtbot))) > 20


SCENES: Sequence[tuple[ExerciseState, tuple[float, ...]]] = (
    (exercise(), (27.0,)),
    (exercise("straight-leg-raise", phase="ready", phase_elapsed=1.0, phase_seconds=3.0), (2.0,)),
    (exercise("knee-straightening-hold", holding=True, hold_fraction=0.4, next_target=SetTarget(45.0, 55.0)), (45.0,)),
    (exercise("follow-the-wave"), (20.0,)),
    (exercise("stand-up"), (60.0, 66.0)),
    (exercise("arm-up-neck-quiet", holding=True), (52.0, 22.0)),
    (exercise("hand-lift", phase="rest", phase_seconds=9.0), (3.0, 2.0)),
    (exercise("quick-on-quick-off", phase_seconds=None), (3.0,)),
    (exercise(block="test"), (50.0,)),
)


@pytest.mark.parametrize("text_percent", [100, 150, 200])
@pytest.mark.parametrize("size", [(984, 528), (733, 448), (1496, 888)])
@pytest.mark.parametrize(("shown", "level"), SCENES, ids=lambda value: getattr(value, "phase", None))
def test_every_phase_is_painted_and_nothing_overlaps(
    qtbot: QtBot, shown: ExerciseState, level: tuple[float, ...], size: tuple[int, int], text_percent: int
) -> None:
    stage = stage_of(at(shown, level=level), size, qtbot, text_percent)
    image = picture(stage)
    seen = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
    assert len(seen) > 20
    live, ring = stage.live, stage.ring
    assert live.geometry().right() < stage.width()
    axis = live.axis()
    assert axis.bottom - axis.top > 90
    first_end = live.x() + live.room_left + live.bar_width
    if not live.pair:
        assert ring.isHidden() or not live.geometry().intersects(ring.geometry())
        return
    assert first_end + live.between + live.bar_width + live.least_room("00") <= live.geometry().right() + 1
    if not ring.isHidden():
        assert first_end < ring.x()
        assert ring.geometry().right() < first_end + live.between


def test_the_side_says_what_the_dots_show_and_what_is_offered(qtbot: QtBot) -> None:
    side = SidePanel()
    qtbot.addWidget(side)
    side.resize(232, 528)
    shown = at(exercise(offer=Offer(0, "easier: three misses"), rest_changed=True))
    side.show_state(shown, readings(shown, silent=False)[0], History(), silent=False)
    assert side.accessibleDescription().startswith("Set 1 of 2, repetition 5 of 10.")
    assert "Make the next set easier? Press ↓" in side.accessibleDescription()
    assert "rest has changed" in side.accessibleDescription()


@pytest.mark.parametrize("width", [1280, 1920])
@pytest.mark.parametrize("text_percent", [100, 125, 150, 200])
@pytest.mark.parametrize("phase", ["work", "pause", "done"])
def test_actions_of_an_exercise_fit_and_none_is_lost(qtbot: QtBot, width: int, text_percent: int, phase: str) -> None:
    bar = ActionBar()
    qtbot.addWidget(bar)
    bar.dress(Look(LIGHT, text_percent))
    bar.resize(width, bar.height())
    bar.show()
    blocks = (SET,) if phase != "work" else ()
    bar.show_state(at(exercise(phase=phase, blocks=blocks, next_target=SetTarget(55.0))), live=True)
    for button in bar.findChildren(KeyButton):
        assert button.accessibleName()
        assert button.toolTip()
        if button.isVisible():
            assert button.width() >= button.sizeHint().width() - 1, button.accessibleName()
            assert bar.rect().contains(button.mapTo(bar, button.rect().bottomRight())), button.accessibleName()
    assert bar.buttons["pause"].isVisible()
    assert bar.buttons["finish"].isVisible() == (phase != "done")
    if phase != "done" or width == 1280:
        assert bar.more.isVisible()


def row_of(state: EngineState, qtbot: QtBot, *, live: bool = True, may_review: bool = True) -> ActionBar:
    bar = ActionBar()
    qtbot.addWidget(bar)
    bar.dress(Look(LIGHT, 100))
    bar.resize(2400, bar.height())
    bar.show()
    bar.show_state(state, live=live, may_review=may_review)
    return bar


def shown_in(bar: ActionBar) -> list[str]:
    return [name for name, button in bar.buttons.items() if button.isVisible()]


def test_free_practice_has_none_of_the_exercises_actions_and_nothing_is_disabled(qtbot: QtBot) -> None:
    free = at(exercise(), exercise=None, setup=None)
    bar = row_of(free, qtbot)
    assert shown_in(bar) == ["record", "calibrate", "pause", "mark", "stop", "raw", "theme", "settings", "finish"]
    assert bar.buttons["finish"].accessibleName() == "Review"
    assert [name for name in shown_in(bar) if not bar.buttons[name].isEnabled()] == []
    assert "finish" not in shown_in(row_of(free, qtbot, may_review=False))
    uncalibrated = at(exercise(), exercise=None, references=(None,))
    assert row_of(uncalibrated, qtbot).buttons["pause"].accessibleName() == "Pause"


def test_an_exercise_offers_what_leads_it_and_only_after_a_set_to_repeat_it(qtbot: QtBot) -> None:
    working = shown_in(row_of(at(exercise()), qtbot))
    assert {"skip", "bar", "finish", "stop"} <= set(working)
    assert "repeat" not in working
    assert "repeat" in shown_in(row_of(at(exercise(phase="pause", blocks=(SET,))), qtbot))
    over = row_of(at(exercise(phase="done", blocks=(SET,))), qtbot)
    assert {"repeat", "finish"} <= set(shown_in(over))
    assert not {"skip", "bar"} & set(shown_in(over))
    hidden = row_of(at(exercise(phase="done", blocks=(SET,), bar_hidden=True)), qtbot)
    assert hidden.buttons["bar"].isVisible()
    assert hidden.buttons["bar"].accessibleName() == "Show bar"


def test_what_cannot_be_done_says_why(qtbot: QtBot) -> None:
    paused, testing = row_of(at(exercise(), paused=True), qtbot), row_of(at(exercise(block="test")), qtbot)
    assert not paused.buttons["skip"].isEnabled()
    assert "Go on first" in paused.buttons["skip"].toolTip()
    assert not testing.buttons["bar"].isEnabled()
    assert "until the test is over" in testing.buttons["bar"].toolTip()


UNRECORDED = replace(at(exercise(), exercise=None, setup=None), recording=None)


@pytest.mark.parametrize(
    ("state", "how", "primary"),
    [
        (at(exercise(), exercise=None), {}, "Begin"),
        (at(exercise()), {}, ""),
        (replace(at(exercise()), recording=None), {}, "Record"),
        (at(exercise(), paused=True), {}, "Go on"),
        (at(exercise(phase="done", blocks=(SET,))), {}, "Review"),
        (at(exercise(phase="done", phase_elapsed=500.0, blocks=(SET,))), {}, "Review"),
        (at(exercise(), exercise=None, setup=None), {}, ""),
        (UNRECORDED, {"may_review": False}, "Record"),
        (at(exercise(), exercise=None, setup=None), {"live": False}, ""),
        (replace(at(exercise(), exercise=None, setup=None), phase="ended"), {"live": False}, "Review"),
        (calibrating("rest", 3.0, 5.0), {}, ""),
    ],
)
def test_there_is_one_filled_button_or_none(
    state: EngineState, how: dict[str, bool], primary: str, qtbot: QtBot
) -> None:
    bar = row_of(state, qtbot, **how)
    assert (bar.buttons[bar.primary].accessibleName() if bar.primary else "") == primary
    if bar.primary:
        assert bar.buttons[bar.primary].isVisible()
        assert bar.buttons[bar.primary].isEnabled()


def test_enter_ends_nothing_that_goes_well_and_goes_on_when_paused(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    qtbot.waitUntil(lambda: window.action_bar.primary == "record", timeout=LONG)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: station.engine.state.recording is not None, timeout=LONG)
    qtbot.waitUntil(lambda: window.action_bar.primary == "", timeout=LONG)
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: word(window) == "PAUSED" and window.action_bar.primary == "pause", timeout=LONG)
    press(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: word(window) == "READY", timeout=LONG)
    recording = station.engine.state.recording
    assert recording is not None
    assert not recording.closed


def test_hum_that_stops_the_clock_is_said_on_the_real_engine_and_so_is_its_end(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window, station = make_window()
    station.engine.post(SetReference(0, 300.0, 10.0, verdict="good"))
    qtbot.waitUntil(lambda: word(window) == "CONTRACT", timeout=LONG)
    station.source.set_hum(400.0, 0)
    qtbot.waitUntil(lambda: word(window) == "NOT COUNTED", timeout=LONG)
    assert any(cause in window.stage.band.accessibleDescription() for cause in ("hum", "loose"))
    assert "not counted" in window.stage.ring.accessibleName()
    station.source.set_hum(0.0, 0)
    qtbot.waitUntil(lambda: word(window) == "CONTRACT", timeout=LONG)


def test_holds_of_an_exercise_are_not_holds_of_free_practice() -> None:
    history = History()
    free = practice_of(at(exercise(), exercise=None, setup=None))
    history.follow(1000, replace(free, n_started=1, n_reached=0, holding=False))
    assert history.outcomes == ["below"]
    history.follow(2000, replace(practice_of(at(exercise(holding=True))), n_started=1))
    assert history.outcomes == ["below"]
    history.follow(3000, replace(free, n_started=2, holding=True))
    assert history.outcomes == ["below", "now"]


def test_what_is_not_counted_is_neither_on_its_way_nor_reached(qtbot: QtBot) -> None:
    counted = at(exercise(holding=True, hold_clock=2.0, hold_fraction=0.4), level=(27.0,))
    assert counted.update is not None
    update = counted.update
    level: tuple[float | None, ...] = (None,)
    loose = replace(counted, update=replace(
        update, findings=(found("loose", "fix", 0),), practice=replace(update.practice, level=level),
    ))  # fmt: skip
    sound, stands = picture(stage_of(counted, (984, 528), qtbot)), picture(stage_of(loose, (984, 528), qtbot))
    x, y = round(0.40 * sound.width()), sound.height() - 60
    good = [(x, y + k) for k in range(0, 20, 4)]
    assert {sound.pixelColor(*at_).name().upper() for at_ in good} == {LIGHT.good}
    assert LIGHT.good not in {stands.pixelColor(*at_).name().upper() for at_ in good}
    assert stage_of(loose, (984, 528), qtbot).band.accessibleName() == "NOT COUNTED"


def test_the_band_says_the_whole_hint_to_who_listens(qtbot: QtBot) -> None:
    stage = stage_of(at(exercise("side-lying-leg-lift")), (733, 448), qtbot, 200)
    assert "keep the toes level" in stage.band.accessibleDescription()
    assert stage.band.accessibleName() == "CONTRACT"
    assert ChannelSettings("vastus medialis", "left").name in stage.ring.accessibleName()
