"""The person's screen: what it says and leaves out, what it paints, and that nothing becomes of the app with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QRect, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from biofeedback.emg.findings import found
from biofeedback.engine_state import EngineState
from biofeedback.training.commands import SetTarget
from biofeedback.training.events import BlockResult
from biofeedback.ui.instant import Moment
from biofeedback.ui.look.tokens import CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.moment import moment
from biofeedback.ui.person.paint import DOTS_WIDTH, PAD, places
from biofeedback.ui.person.state import OVER, PersonState, person_state
from biofeedback.ui.person.view import PersonView
from biofeedback.ui.person.window import PersonWindow, place_beside
from biofeedback.ui.readings import Reading, readings
from biofeedback.ui.train.exercise_moment import exercise_moment, waits_to_begin
from tests.ui.exercise_states import at, exercise, practice_of
from tests.ui.hands import press
from tests.ui.states import calibrating, recording, result, state

SET = BlockResult(0, "set", 1, 10, 9, 8, 50.0, None)
LOST = replace(at(exercise(), level=(27.0,)), phase="lost")


class Newest:
    """The newest scan of every channel, in counts, as rings give it."""

    def __init__(self, n_channels: int, counts: float) -> None:
        self.values = np.full((1, n_channels), counts)
        self.display = self

    def latest(self, n_scans: int) -> tuple[int, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
        return 0, self.values[-n_scans:]


def seen(given: EngineState, now: float = 100.0, *, paced: bool = False) -> PersonState:
    said = moment(given, now, paced=paced)
    return person_state(given, said, readings(given, silent=said.silent_for is not None))


def shown_as(
    given: EngineState, now: float = 100.0, *, paced: bool = False
) -> tuple[EngineState, Moment, tuple[Reading, ...], tuple[float, ...]]:
    said = moment(given, now, paced=paced)
    shown = readings(given, silent=said.silent_for is not None)
    return given, said, shown, (150.0,) * len(shown)


def show(view: PersonView | PersonWindow, given: EngineState, now: float = 100.0, *, paced: bool = False) -> None:
    view.show_state(*shown_as(given, now, paced=paced))


def make_window(qtbot: QtBot, counts: float = 230.0, home: QWidget | None = None) -> PersonWindow:
    window = PersonWindow(lambda: Newest(2, counts), home)  # type: ignore[arg-type,return-value] # stands in for rings
    qtbot.addWidget(window)
    window.dress(Look(LIGHT))
    return window


# -- what is said --------------------------------------------------------------------------------------------


def all_states() -> list[EngineState]:
    free = [state(), state(references=(None,), unit="uV", level=(120.0,)), state(holding=True, hold_clock=2.0)]
    free += [result("good", ""), result("care", "tries differ"), result("not usable", "ceiling")]
    free += [calibrating(step, 2.0, 5.0) for step in ("rest", "ready", "try", "pause")]
    led = [exercise(), exercise(holding=True), exercise(block="test"), exercise(phase="rest", phase_seconds=9.0)]
    led += [exercise(phase="sample", phase_seconds=2.0), exercise(phase="pause", blocks=(SET,), phase_seconds=60.0)]
    led += [exercise(phase="done", phase_seconds=None, blocks=(SET,))]
    led += [exercise(bar_hidden=True)]
    states = [*free, *(at(one) for one in led), at(exercise(), paused=True), at(exercise(), exercise=None)]
    return [*states, *(replace(one, by_hand=True) for one in states), LOST, replace(LOST, phase="another board")]


def test_no_state_names_a_key_or_tells_microvolts() -> None:
    for given in all_states():
        shown = seen(given, paced=given.phase != "streaming")
        told = [shown.moment.word, shown.moment.hint, shown.ring.below, shown.head, shown.foot]
        words = " ".join(one.filled() for one in told) + (shown.cover.filled() if shown.cover else "")
        for key in ("Space", "(C)", "(H", "Press", "Keys", " E ends", "P goes", "µV", "counts"):
            assert key not in words, (key, words)
        assert shown.ring.unit in ("", "%", "s")
        assert not any(bar.labelled for bar in shown.bars if practice_of(given).unit != "percent")


def test_a_hold_shows_the_word_the_level_the_held_time_and_the_repetition() -> None:
    shown = seen(at(exercise(holding=True, hold_clock=2.0, hold_fraction=0.4), level=(52.0,)))
    assert shown.moment.word.filled() == "HOLD"
    assert (shown.ring.figure, shown.ring.unit, shown.ring.fraction, shown.ring.met) == ("52", "%", 0.4, True)
    assert shown.head.filled() == "5 of 10"
    assert shown.dots == ("reached", "reached", "below", "lost", "now", "next", "next", "next", "next", "next")
    assert shown.bars[0].lines.solid == (50.0,)
    assert shown.bars[0].name == ""


def test_a_hidden_test_is_the_same_whatever_the_muscle_does() -> None:
    quiet = seen(at(exercise(block="test", outcomes=("reached",)), level=(0.0,)))
    loud = seen(at(exercise(block="test", outcomes=("missed",), holding=True, hold_clock=3.0, hold_fraction=0.6),
                   level=(90.0,)))  # fmt: skip
    assert quiet == loud
    assert quiet.cover is not None
    assert quiet.dots[0] == "done"


def test_a_rest_counts_down_and_a_surprising_one_tells_no_time() -> None:
    shown = seen(at(exercise(phase="rest", phase_seconds=9.0, phase_elapsed=4.0)))
    assert (shown.moment.word.filled(), shown.moment.seconds_left) == ("REST", 5.0)
    assert seen(at(exercise("quick-on-quick-off", phase="rest", phase_seconds=None))).moment.seconds_left is None


def test_silence_waits_for_the_sensor_and_says_what_is_kept() -> None:
    shown = seen(LOST, 104.0, paced=True)
    assert shown.still
    assert shown.moment.word.filled() == "WAITING"
    assert shown.moment.hint.filled() == "Everything until now is saved.\nIt goes on by itself."
    assert shown.cover is not None
    assert shown.cover.filled() == "waiting for\nthe sensor"
    assert shown.ring.figure == "–"
    assert shown.dots[4] == "lost"
    unsaved = seen(replace(LOST, recording=recording(closed=True)), 104.0, paced=True)
    assert unsaved.moment.hint.filled() == "It goes on by itself."
    assert "itself" not in seen(replace(LOST, phase="failed", message="broken"), 104.0).moment.hint.filled()


def test_before_the_first_samples_there_is_an_empty_bar_in_its_place() -> None:
    shown = seen(EngineState("connecting"))
    assert len(shown.bars) == 1
    assert shown.still


def test_two_muscles_have_two_named_bars_and_the_time_between_them() -> None:
    shown = seen(at(exercise("arm-up-neck-quiet", holding=True, hold_clock=2.0), level=(52.0, 22.0)))
    assert [bar.name for bar in shown.bars] == ["vastus medialis, left", "biceps femoris, left"]
    assert (shown.ring.figure, shown.ring.unit) == ("2.0", "s")
    assert shown.bars[1].lines.quiet_above == 40.0


def test_calibrating_shows_the_muscle_that_is_asked_and_its_tries() -> None:
    given = calibrating("try", 2.0, 5.0, 2, (700.0,))
    shown = seen(given)
    assert (shown.moment.word.filled(), shown.moment.seconds_left) == ("PUSH", 2.0)
    assert shown.dots == ("done", "now")
    assert shown.ring.fraction == pytest.approx(0.6)
    assert "Breathe out" in shown.moment.hint.filled()


def test_the_end_tells_what_was_reached_and_asks_nothing() -> None:
    given = at(exercise(phase="done", phase_seconds=None, blocks=(SET,)))
    shown = seen(given)
    assert shown.moment.hint.filled() == "You reached 8 of 9."
    assert (shown.ring.figure, shown.ring.below.filled()) == ("8", "of 9")
    said = exercise_moment(given, practice_of(given))
    assert said is not None
    assert said.word == OVER


def test_ready_and_pause_say_that_nothing_is_asked_for_now() -> None:
    ready = at(exercise(), exercise=None)
    assert waits_to_begin(practice_of(ready))
    assert seen(ready).moment.hint.filled() == "It begins soon."
    paused = seen(at(exercise(), paused=True))
    assert paused.moment.hint.filled() == "Nothing is scored meanwhile."
    assert not paused.bars[0].lines.counts


def test_free_practice_without_calibration_shows_the_time_held_and_no_number_of_the_target() -> None:
    shown = seen(state(references=(None,), unit="uV", level=(120.0,), hold_clock=1.5))
    assert (shown.ring.figure, shown.ring.unit) == ("1.5", "s")
    assert not shown.bars[0].labelled
    loose = seen(state(found("loose", "fix", 0), references=(None,), unit="uV"))
    assert loose.moment.hint.filled().startswith("An electrode may be loose")


def test_free_practice_counts_the_holds() -> None:
    shown = seen(state(n_reached=3, n_started=5))
    assert (shown.head.filled(), shown.foot.filled(), shown.dots) == ("3 of 5", "reached", ())


# -- what is painted -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 150), Look(CONTRAST, 200)])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (1024, 768), (720, 1280), (480, 270)])
def test_every_state_is_painted_on_every_screen(qtbot: QtBot, size: tuple[int, int], look: Look) -> None:
    view = PersonView(lambda: Newest(2, 300.0))  # type: ignore[arg-type,return-value] # stands in for rings
    qtbot.addWidget(view)
    view.dress(look)
    view.resize(*size)
    pair = at(exercise("stand-up"), level=(60.0, 66.0))
    for given in (at(exercise(holding=True)), pair, LOST, at(exercise(block="test")), calibrating("try", 2.0, 5.0)):
        show(view, given, 104.0, paced=given.phase == "lost")
        image = view.grab().toImage()
        colours = {image.pixel(x, y) for x in range(0, size[0], 5) for y in range(0, size[1], 5)}
        assert len(colours) > 8
        edge = {image.pixel(size[0] - 1, y) for y in range(size[1])} | {image.pixel(0, y) for y in range(size[1])}
        assert len(edge) == 1  # nothing reaches the sides of the screen


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (3840, 2160), (1024, 768), (720, 1280)])
@pytest.mark.parametrize("n_bars", [1, 2])
def test_places_scale_with_the_height_and_do_not_overlap(size: tuple[int, int], n_bars: int) -> None:
    at_size = places(*size, n_bars)
    x, _, d = at_size.ring
    right = at_size.bars[0] + at_size.bar_width
    assert right <= at_size.w
    assert x + d / 2 < (at_size.bars[1] if n_bars > 1 else at_size.dots)
    assert x - d / 2 > right
    assert at_size.dots + DOTS_WIDTH == pytest.approx(at_size.w - PAD)
    if size[0] * 9 == size[1] * 16:
        assert at_size.k == size[1] / 720


def test_the_bar_shows_the_newest_sample_and_nothing_while_covered(qtbot: QtBot) -> None:
    view = PersonView(lambda: Newest(1, 400.0))  # type: ignore[arg-type,return-value] # as above
    qtbot.addWidget(view)
    show(view, at(exercise()))
    assert view.levels[0] == pytest.approx(50.0, abs=0.5)
    show(view, at(exercise(block="test")))
    assert view.levels == (None,)
    show(view, LOST, 104.0, paced=True)
    assert view.levels == (None,)
    assert view.accessibleName() == "WAITING"


def test_only_what_moves_is_painted_again(qtbot: QtBot) -> None:
    newest = Newest(1, 400.0)
    view = PersonView(lambda: newest)  # type: ignore[arg-type,return-value] # as above
    qtbot.addWidget(view)
    view.resize(1280, 720)
    view.show()
    qtbot.waitExposed(view)
    show(view, at(exercise(phase="rest", phase_seconds=9.0)))
    QApplication.processEvents()
    asked: list[QRect] = []
    view.update = lambda *args: asked.extend(args)  # type: ignore[method-assign] # a spy
    show(view, at(exercise(phase="rest", phase_seconds=9.0)))
    assert asked == []
    newest.values += 100.0
    show(view, at(exercise(phase="rest", phase_seconds=9.0)))
    assert len(asked) == 1
    assert asked[0].width() < 600


def test_a_simulated_muscle_is_called_so(qtbot: QtBot) -> None:
    view = PersonView(lambda: Newest(1, 400.0))  # type: ignore[arg-type,return-value] # as above
    qtbot.addWidget(view)
    view.resize(1280, 720)
    show(view, at(exercise()))
    living = view.grab().toImage()
    assert not view.accessibleDescription().startswith("Simulated")
    show(view, replace(at(exercise(phase="rest", phase_seconds=9.0)), simulated=True))
    badge = view.grab().toImage()
    assert any(living.pixel(x, 12) != badge.pixel(x, 12) for x in range(48, 160))
    assert view.accessibleDescription().startswith("Simulated muscle.")


def test_a_band_has_one_pill_with_both_ends_inside_the_screen(qtbot: QtBot) -> None:
    view = PersonView(lambda: Newest(1, 400.0))  # type: ignore[arg-type,return-value] # as above
    qtbot.addWidget(view)
    view.resize(1280, 720)
    wide = exercise("knee-straightening-hold", target=SetTarget(100.0, 120.0))
    show(view, at(wide))
    image = view.grab().toImage()
    assert len({image.pixel(x, y) for x in range(24) for y in range(210, 720)}) == 1


# -- the window ----------------------------------------------------------------------------------------------


def test_without_a_second_display_it_is_a_normal_window_that_leaves_the_keys_where_they_are(qtbot: QtBot) -> None:
    home = QWidget()
    qtbot.addWidget(home)
    home.show()
    window = make_window(qtbot, home=home)
    window.toggle()
    assert window.isVisible()
    assert not window.isFullScreen()
    assert not window.is_away
    assert window.testAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
    assert "USB isolator" in window.toolTip()
    window.toggle()
    assert window.isHidden()
    assert home.isVisible()


@pytest.mark.parametrize("close", [
    lambda window: press(window, Qt.Key.Key_Escape), lambda window: press(window, Qt.Key.Key_F11),
    lambda window: window.close(),
])  # fmt: skip
def test_closing_it_closes_only_it_and_it_opens_again(qtbot: QtBot, close: Callable[[PersonWindow], object]) -> None:
    window = make_window(qtbot)
    closed: list[int] = []
    window.closed.connect(lambda: closed.append(1))
    window.open_window()
    close(window)
    assert window.isHidden()
    assert closed == [1]
    assert not window.testAttribute(Qt.WidgetAttribute.WA_QuitOnClose)
    assert not window.testAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    window.toggle()
    show(window, at(exercise()))
    assert window.view.accessibleName() == "CONTRACT"


def test_a_closed_window_costs_nothing(qtbot: QtBot) -> None:
    window = make_window(qtbot)
    show(window, at(exercise()))
    assert window.view.accessibleName() == "Person's screen"


def test_space_is_told_down_and_up_and_other_keys_by_name(qtbot: QtBot) -> None:
    window = make_window(qtbot)
    window.open_window()
    told: list[str] = []
    window.space_pressed.connect(lambda: told.append("down"))
    window.space_released.connect(lambda: told.append("up"))
    window.key_pressed.connect(told.append)
    keys = (Qt.Key.Key_Space, Qt.Key.Key_P, Qt.Key.Key_Up, Qt.Key.Key_F5, Qt.Key.Key_3, Qt.Key.Key_Return,
            Qt.Key.Key_Shift, Qt.Key.Key_X, Qt.Key.Key_Plus)  # fmt: skip
    for key in keys:
        press(window, key)
    assert told == ["down", "up", "P", "Up", "F5", "3", "Enter", "X", "+"]
    QTest.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)  # type: ignore[call-overload] # as above
    assert len(told) == 9


def test_a_held_space_is_let_go_when_the_window_goes(qtbot: QtBot) -> None:
    window = make_window(qtbot)
    window.open_window()
    told: list[str] = []
    window.space_pressed.connect(lambda: told.append("down"))
    window.space_released.connect(lambda: told.append("up"))
    QTest.keyPress(window, Qt.Key.Key_Space)  # type: ignore[call-overload] # as above
    again = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True, 1)
    QApplication.sendEvent(window, again)
    window.close()
    assert told == ["down", "up"]


def test_a_normal_window_stands_beside_the_other_one_where_there_is_room() -> None:
    room = QRect(0, 0, 2560, 1440)
    assert not place_beside(room, QRect(0, 0, 1280, 720)).intersects(QRect(0, 0, 1280, 720))
    assert place_beside(room, QRect(1200, 100, 1280, 720)).right() < 1200
    small = QRect(0, 0, 1280, 720)
    placed = place_beside(small, small)
    assert small.contains(placed)
    assert placed.width() <= 640


TWO_DISPLAYS = """
from PyQt6.QtWidgets import QApplication, QWidget
from biofeedback.ui.person.window import PersonWindow
app = QApplication([])
home = QWidget()
home.show()
window = PersonWindow(lambda: None, home)

def tell(what):
    app.processEvents()
    print(what, window.isVisible(), window.isFullScreen(), window.screen().name(), window.is_away)

window.toggle()
tell("opened")
two = window.screen()
app.screenRemoved.emit(two)
tell("unplugged")
app.screenAdded.emit(two)
tell("plugged")
window.close()
app.screenRemoved.emit(two)
tell("closed")
print("home", home.isVisible())
"""


def test_it_fills_a_second_display_and_survives_its_being_unplugged(tmp_path: Path) -> None:
    """A platform with two displays cannot be had inside one with one."""
    shape = {"y": 0, "logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    displays = [{"name": "one", "x": 0, "width": 1280, "height": 720, **shape},
                {"name": "two", "x": 1280, "width": 1920, "height": 1080, **shape}]  # fmt: skip
    file = tmp_path / "displays.json"
    file.write_text(json.dumps({"screens": displays}))
    environment = {**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={file}"}
    done = subprocess.run([sys.executable, "-c", TWO_DISPLAYS], env=environment, capture_output=True, text=True,
                          timeout=120, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "opened True True two True", "unplugged True False one False", "plugged True True two True",
        "closed False True two False", "home True",
    ]  # fmt: skip
