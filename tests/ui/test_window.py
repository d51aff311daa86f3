"""The window on a real engine and the simulated muscle: keys in, screen and files out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.recording.recorder import RecorderState
from biofeedback.report.recompute import Replay
from biofeedback.training.commands import SetReference
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import PALETTES
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.readings import readings
from biofeedback.ui.settings.dialog import SettingsDialog
from biofeedback.ui.train.raw_view import RawView
from tests.ui.conftest import Channels, MakeWindow, Station
from tests.ui.hands import press

LONG = 10_000
TWO = (ChannelSettings("vastus medialis", "left"), ChannelSettings("biceps femoris", "left"))


def practice(station: Station) -> PracticeState:
    update = station.engine.state.update
    assert update is not None
    return update.practice


def recording(station: Station) -> RecorderState:
    found = station.engine.state.recording
    assert found is not None
    return found


def raw(window: MainWindow) -> RawView:
    assert window.stage.raw is not None
    return window.stage.raw


def dialog_of(window: MainWindow) -> SettingsDialog:
    found = window.findChild(SettingsDialog)
    assert found is not None
    return found


def word(window: MainWindow) -> str:
    return window.stage.band.accessibleName()


def key(window: MainWindow, name: Qt.Key, kind: QEvent.Type = QEvent.Type.KeyPress, *, repeats: bool = False) -> None:
    QApplication.sendEvent(window, QKeyEvent(kind, name, Qt.KeyboardModifier.NoModifier, "", repeats))


def test_the_window_shows_the_simulated_muscle_and_says_so(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    qtbot.waitUntil(lambda: word(window) == "READY", timeout=LONG)
    assert window.strip.badge.accessibleName() == "SIMULATED"
    assert window.strip.board.value == "1000 Hz"
    qtbot.waitUntil(lambda: window.watch.painted_after is not None, timeout=LONG)


def test_space_contracts_while_it_is_held(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    key(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: (window.stage.live.level or 0) > 150, timeout=LONG)
    key(window, Qt.Key.Key_Space, QEvent.Type.KeyRelease, repeats=True)
    key(window, Qt.Key.Key_Space, repeats=True)
    assert station.levels == [1.0]
    key(window, Qt.Key.Key_Space, QEvent.Type.KeyRelease)
    qtbot.waitUntil(lambda: (window.stage.live.level or 999) < 50, timeout=LONG)
    assert station.levels == [1.0, 0.0]


def test_losing_the_focus_lets_go_of_space(make_window: MakeWindow) -> None:
    window, station = make_window()
    key(window, Qt.Key.Key_Space)
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
    window.clearFocus()
    assert station.levels == [1.0, 0.0]


def test_r_records_into_the_library_and_stops(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: station.engine.state.recording is not None, timeout=LONG)
    qtbot.waitUntil(lambda: recording(station).seconds > 0.3, timeout=LONG)
    qtbot.waitUntil(lambda: window.strip.recording.label == "Recording", timeout=LONG)
    assert window.action_bar.buttons["record"].accessibleName() == "Stop recording"
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: recording(station).closed, timeout=LONG)
    assert len(list(station.library.glob("sub-*/ses-*/emg/*_emg.edf"))) == 1


def test_the_bar_shows_what_the_file_gives_when_it_is_computed_again(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    key(window, Qt.Key.Key_Space)
    press(window, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: station.engine.state.recording is not None, timeout=LONG)
    qtbot.waitUntil(lambda: recording(station).seconds > 1.0, timeout=LONG)
    window.look_slowly()
    update = station.engine.state.update
    window.stage.live.repaint()
    painted = window.stage.live.level
    assert update is not None
    assert station.engine.stop()
    [path] = station.library.glob("sub-*/ses-*/emg/*_emg.edf")
    computed = np.concatenate([update.bar[:, 0] for update in Replay(path).updates()])
    # samples may have come between reading the state and painting: it is one of the next few values, to the bit
    assert painted in computed[update.end_index - 100 : update.end_index + 1000].tolist()
    assert painted is not None
    assert painted > 100


def test_c_begins_a_calibration_and_c_gives_it_up(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    press(window, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: word(window) == "REST", timeout=LONG)
    assert not window.action_bar.target.up.isEnabled()
    press(window, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: word(window) == "READY", timeout=LONG)


def test_arrows_move_the_target_by_five_points(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    station.engine.post(SetReference(0, 800.0, 10.0, verdict="good"))
    qtbot.waitUntil(lambda: practice(station).unit == "percent", timeout=LONG)
    press(window, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: practice(station).target.low == 45.0, timeout=LONG)
    press(window, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: practice(station).target.low == 40.0, timeout=LONG)
    assert window.stage.live.axis().high == 150


def test_an_unprotected_board_is_told_in_the_strip(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    qtbot.waitUntil(lambda: word(window) == "READY", timeout=LONG)
    state = station.engine.state
    assert state.info is not None
    told = replace(state, info=replace(state.info, protection="none", rate_is_estimated=True), received=1, lost=0)
    window.strip.show_state(told, readings(told, silent=False), 0.08, silent=False)
    assert window.strip.received.value == "100.00 % · unprotected · rate estimated"


def test_p_pauses_and_goes_on(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    press(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: word(window) == "PAUSED", timeout=LONG)
    press(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: word(window) == "READY", timeout=LONG)


def test_an_unplugged_board_is_waited_for_and_nothing_moves(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    places = [part.geometry() for part in (window.stage.live, window.stage.ring, window.stage.band, window.side)]
    station.source.unplug()
    qtbot.waitUntil(lambda: word(window) == "WAITING FOR THE BOARD", timeout=LONG)
    assert window.stage.reconnect.isVisible()
    assert window.strip.board.value == "no signal"
    qtbot.waitUntil(lambda: window.stage.live.level is None, timeout=LONG)
    assert places == [
        part.geometry() for part in (window.stage.live, window.stage.ring, window.stage.band, window.side)
    ]
    station.source.plug()
    qtbot.waitUntil(lambda: word(window) == "READY", timeout=LONG)
    assert not window.stage.reconnect.isVisible()


def test_the_axis_moves_only_when_a_key_moves_it(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    qtbot.waitUntil(lambda: word(window) == "READY", timeout=LONG)
    assert window.stage.live.axis().high == 500
    press(window, Qt.Key.Key_Minus)
    qtbot.waitUntil(lambda: window.stage.live.axis().high == 1000, timeout=LONG)


def test_marks_are_numbered(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    press(window, Qt.Key.Key_M)
    press(window, Qt.Key.Key_M)
    assert len(window.history.marks) == 2


def test_the_raw_signal_stands_on_the_range_of_the_converter(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    press(window, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: raw(window).isVisible() and raw(window).y_range[1] > 16_000, timeout=LONG)
    assert raw(window).y_range[0] <= 0
    press(window, Qt.Key.Key_W)
    assert raw(window).isHidden()


def test_d_opens_the_parts_of_the_delay(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    press(window, Qt.Key.Key_D)
    assert window.popover.isVisible()
    assert "Band-pass" in window.popover.accessibleDescription()
    press(window, Qt.Key.Key_Escape)
    assert not window.popover.isVisible()


def test_t_goes_round_the_palettes(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    seen = []
    for _ in PALETTES:
        press(window, Qt.Key.Key_T)
        seen.append(station.choice.settings.palette)
    assert seen == ["dark", "contrast", "light"]


def test_settings_return_a_choice_and_change_nothing_themselves(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window(TWO)
    before = station.choice
    press(window, Qt.Key.Key_S)
    dialog = dialog_of(window)
    dialog.text_size.setCurrentIndex(dialog.text_size.findData(150))
    dialog.mains.setCurrentIndex(dialog.mains.findData(60))
    assert station.choice == before
    dialog.accept()
    assert (station.choice.settings.text_percent, station.choice.settings.mains) == (150, 60)
    assert station.choice.channels == TWO


def test_a_gain_that_is_no_number_is_refused_with_a_sentence(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    window.do("settings")
    dialog = dialog_of(window)
    dialog.table.rows[0].gain.setText("much")
    dialog.accept()
    assert dialog.isVisible()
    assert "'much' is not a number" in dialog.error
    dialog.reject()


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
@pytest.mark.parametrize("text_percent", [100, 125, 150, 200])
@pytest.mark.parametrize("channels", [TWO[:1], TWO])
def test_no_word_is_cut(
    make_window: MakeWindow, qtbot: QtBot, size: tuple[int, int], text_percent: int, channels: Channels
) -> None:
    window, _ = make_window(channels, size, text_percent=text_percent)
    qtbot.waitUntil(lambda: word(window) == "READY", timeout=LONG)
    window.do("record")
    qtbot.waitUntil(lambda: window.strip.recording.label == "Recording", timeout=LONG)
    for button in window.findChildren(KeyButton):
        if button.isVisible():
            assert button.width() >= button.sizeHint().width() - 1, button.accessibleName()
            assert window.rect().contains(button.mapTo(window, button.rect().bottomRight())), button.accessibleName()
    for item in window.strip.items:
        if item.isVisible():
            assert item.width() >= item.sizeHint().width(), item.accessibleName()
            assert item.x() + item.width() <= window.width()
    assert window.strip.recording.isVisible()
    assert window.strip.badge.isVisible()
    live, ring = window.stage.live, window.stage.ring
    assert live.geometry().right() < window.stage.width()
    assert not live.geometry().intersects(ring.geometry())
    assert window.stage.geometry().bottom() < window.action_bar.y()


def test_every_control_has_a_name_and_says_its_key(make_window: MakeWindow) -> None:
    window, _ = make_window()
    for button in window.findChildren(KeyButton):
        assert button.accessibleName(), button
        assert button.toolTip(), button.accessibleName()
        assert not button.key or f"({button.key})" in button.toolTip() or button.key in button.toolTip()


def test_a_long_sentence_of_trouble_stays_inside_the_strip(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window(text_percent=200)
    window.notify("The settings hold for now but are not kept: the folder cannot be written. " * 2)
    window.look_slowly()
    qtbot.waitUntil(window.strip.notice.isVisible, timeout=LONG)
    assert window.strip.notice.geometry().right() <= window.width()
    assert "not kept" in window.strip.notice.toolTip()
