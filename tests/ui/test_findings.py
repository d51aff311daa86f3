"""What is wrong with the signal, said in the strip and in a card: by eye, by key and by screen reader."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from biofeedback.emg.findings import FIXES, NAMES, found
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine_state import EngineState
from biofeedback.ui.findings_popover import FindingsPopover, entries_of
from biofeedback.ui.look.tokens import DARK, LIGHT, Look
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.readings import readings
from tests.ui.conftest import MakeWindow
from tests.ui.hands import click, press
from tests.ui.states import state

LONG = 10_000
TWO = (ChannelSettings("vastus medialis", "left"), ChannelSettings("biceps femoris", "left"))
EVERYTHING = tuple(
    found(
        name,
        "look" if name in ("drift", "rate") else "fix",
        None if name in ("lost scans", "rate") else 0,
        percent=35,
        counts="4.2",
        measured=912,
        nominal=1000,
    )
    for name in NAMES
)


def card_of(ground: QWidget, given: EngineState, look: Look, size: tuple[int, int] = (1280, 720)) -> FindingsPopover:
    ground.resize(*size)
    card = FindingsPopover(ground, opens=lambda _: False, on_close=ground.setFocus)
    card.dress(look)
    card.show_state(given, readings(given, silent=False), silent=False)
    ground.show()
    card.open_above(ground.rect().bottomLeft())
    return card


def opened(window: MainWindow, qtbot: QtBot) -> FindingsPopover:
    card = window.strip.card
    qtbot.waitUntil(card.isVisible, timeout=LONG)
    return card


def test_red_stands_before_amber_and_every_finding_has_its_place_and_its_fix() -> None:
    given = state(found("drift", "look", 0), found("lost scans", "fix", percent=12), found("loose", "fix", 0))
    entries = entries_of(given, readings(given, silent=False))
    assert [(entry.light, entry.where) for entry in entries] == [
        ("fix", "Board"), ("fix", "vastus medialis"), ("look", "vastus medialis"),
    ]  # fmt: skip
    assert entries[0].what == "12 % of the signal was lost on its way."
    assert [entry.fix for entry in entries] == [FIXES["lost scans"], FIXES["loose"], FIXES["drift"]]


def test_l_opens_the_card_and_escape_gives_the_keys_back(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    press(window, Qt.Key.Key_L)
    card = opened(window, qtbot)
    qtbot.waitUntil(lambda: card.body.summary == "All good", timeout=LONG)
    assert card.accessibleDescription() == "All good"
    press(card, Qt.Key.Key_Escape)
    assert card.isHidden()
    assert window.hasFocus()
    press(window, Qt.Key.Key_L)
    press(opened(window, qtbot), Qt.Key.Key_L)
    assert card.isHidden()


def test_escape_closes_the_card_and_leaves_a_calibration_alone(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    press(window, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: window.stage.band.accessibleName() == "REST", timeout=LONG)
    press(window, Qt.Key.Key_L)
    press(opened(window, qtbot), Qt.Key.Key_Escape)
    window.look_slowly()
    assert window.stage.band.accessibleName() == "REST"


def test_space_still_contracts_while_the_card_is_open(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    press(window, Qt.Key.Key_L)
    press(opened(window, qtbot), Qt.Key.Key_Space)
    assert station.levels == [1.0, 0.0]


def test_a_loose_electrode_is_told_in_the_strip_and_in_the_open_card(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window(TWO)
    press(window, Qt.Key.Key_L)
    card = opened(window, qtbot)
    station.source.loosen(1)
    qtbot.waitUntil(lambda: "An electrode may be loose." in card.accessibleDescription(), timeout=LONG)
    qtbot.waitUntil(lambda: "may be loose" in window.strip.lights[1].accessibleName(), timeout=LONG)
    assert "biceps femoris, left: An electrode may be loose. Press" in card.accessibleDescription()
    assert window.strip.lights[1].sign == "fix"
    assert window.strip.lights[1].toolTip().startswith("biceps femoris, left An electrode may be loose.")
    assert "(L)" in window.strip.lights[1].toolTip()


def test_a_click_on_a_light_opens_the_card_and_another_closes_it(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, _ = make_window()
    qtbot.waitUntil(lambda: len(window.strip.lights) == 1 and window.strip.lights[0].isVisible(), timeout=LONG)
    click(window.strip.lights[0])
    card = opened(window, qtbot)
    click(window.strip.lights[0])
    assert card.isHidden()
    click(window.strip.lights[0])
    assert card.isVisible()
    window.setFocus()
    assert card.isHidden()


def test_enter_on_a_light_opens_the_card_and_space_there_is_the_muscles(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    qtbot.waitUntil(lambda: len(window.strip.lights) == 1 and window.strip.lights[0].isVisible(), timeout=LONG)
    light = window.strip.lights[0]
    light.setFocus()
    press(light, Qt.Key.Key_Space)
    assert window.strip.card.isHidden()
    assert station.levels == [1.0, 0.0]
    press(light, Qt.Key.Key_Return)
    assert window.strip.card.isVisible()
    assert station.engine.state.recording is None


def test_silence_is_not_called_good(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    station.source.unplug()
    qtbot.waitUntil(lambda: window.stage.band.accessibleName() == "WAITING FOR THE BOARD", timeout=LONG)
    window.look_slowly()
    assert window.strip.card.body.summary == "No signal: nothing can be checked."
    assert window.strip.lights[0].sign == "none"


@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 150), Look(LIGHT, 200)])
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_everything_at_once_stays_inside_the_window_and_can_be_reached(
    ground: QWidget, look: Look, size: tuple[int, int]
) -> None:
    card = card_of(ground, state(*EVERYTHING), look, size)
    assert ground.rect().contains(card.geometry())
    assert len(entries_of(state(*EVERYTHING), readings(state(*EVERYTHING), silent=False))) == len(NAMES)
    bar = card.area.verticalScrollBar()
    assert bar is not None
    reach = bar.maximum() + card.area.height()
    assert reach >= card.body.sizeHint().height()
    for _ in range(len(NAMES)):
        press(card, Qt.Key.Key_PageDown)
    assert bar.value() == bar.maximum()


def test_a_light_keeps_the_muscles_name_when_there_is_no_room_for_its_sentence(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window, station = make_window(TWO)
    now = station.engine.state
    assert now.update is not None
    both = (found("hum", "look", 0, percent=35), found("loose", "fix", 1))
    told = replace(now, update=replace(now.update, findings=both), recording=None)
    window.strip.show_state(told, readings(told, silent=False), 0.08, silent=False)
    first, second = window.strip.lights
    assert first.isVisible()
    assert second.isVisible()
    assert second.terse
    assert not second.brief
    assert second.short == "fix"
    assert "may be loose" in second.accessibleName()
    QApplication.processEvents()
    assert second.geometry().right() <= window.width()
