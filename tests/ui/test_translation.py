"""Everything visible can be said in another language: nothing is left in English by the real window's texts.

Qt is given a language in which every letter is another one. What is still in Latin letters was never asked for.
"""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from biofeedback.emg.findings import found
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine_state import EngineState
from biofeedback.training.events import BlockResult, Repetition
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.phrase import joined, marked, said, say
from biofeedback.ui.settings.dialog import SettingsDialog
from biofeedback.ui.sound.control import SoundControl
from biofeedback.ui.sound.popover import SoundPopover
from biofeedback.ui.translation_sources import Text
from biofeedback.ui.translations import Catalogue
from biofeedback.ui.words import spoken
from tests.ui.conftest import MakeWindow, Station
from tests.ui.disguise import WORD, Disguise, disguised, english_in, listed, texts_of
from tests.ui.exercise_states import at, exercise
from tests.ui.states import calibrating, recording, result, state

TWO = (ChannelSettings("vastus medialis", "left"), ChannelSettings("biceps femoris", "left", Sensor.ENV))


def own_words(station: Station) -> list[str]:
    """Return what people, boards and plans call themselves, longest first."""
    words = [channel.name for channel in station.choice.channels] + [channel.muscle for channel in TWO]
    ports = [part for port in station.find_boards() for part in (port.port, port.description)]
    boards = [station.engine.state.label, state().label, "run.edf"]
    return sorted([*words, *ports, *boards, str(station.library.parent)], key=len, reverse=True)


STOPPED = "The measurement stopped (OSError). The recording until then is saved. Please restart the app."
SILENT = "No signal from the board. Everything until then is kept."
BLOCKS = (
    BlockResult(0, "test", 0, 5, 5, 4, 40.0, None), BlockResult(0, "set", 1, 10, 9, 7, 40.0, None),
)  # fmt: skip


def situations() -> dict[str, EngineState]:
    """States that between them show the most that the Train step can say."""
    lost = Repetition(0, "set", 1, 4, "excluded", "gap", 0.0, None)
    findings = (found("hum", "fix", 0, percent=35), found("drift", "look", 0), found("lost scans", "look", percent=2))
    made = {
        "free": state(),
        "findings": state(*findings),
        "stopped": replace(state(), phase="failed", message=STOPPED),
        "lost": replace(state(), phase="lost", message=SILENT,
                        recording=recording()),
        "holding": state(holding=True, hold_clock=2.0, hold_fraction=0.4, n_started=4, n_reached=3, best_hold=5.2,
                         time_above=63.0),
        "reached": state(holding=True, reached=True),
        "paused": state(paused=True),
        "no calibration": state(references=(None,), unit="uV"),
        "calibrating": calibrating("try", 3.0, 5.0, tries=(790.0,)),
        "calibrated": result("good", ""),
        "with care": result("care", "tries differ", 18.0),
        "not usable": result("not usable", "ceiling"),
        "exercise": at(exercise()),
        "last one lost": at(exercise(phase="rest", phase_seconds=10.0, last=lost, rest_changed=True)),
        "test": at(exercise(block="test")),
        "pause": at(exercise(phase="pause", phase_seconds=60.0, blocks=BLOCKS)),
        "over": at(exercise(phase="done", blocks=BLOCKS)),
        "relax": at(exercise("shoulders-down")),
    }  # fmt: skip
    return {name: replace(one, last_arrival=time.monotonic()) for name, one in made.items()}


def shown(make_window: MakeWindow) -> tuple[MainWindow, Station]:
    """Return a window whose engine stands still, so that a test can say what its state is."""
    window, station = make_window(TWO)
    assert station.engine.stop(10)
    return window, station


def show(window: MainWindow, station: Station, given: EngineState) -> None:
    station.engine.state = given
    window.look_slowly()
    window.grab()


# -- the real window -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)])
def test_the_train_step_says_nothing_in_english_that_could_be_translated(
    make_window: MakeWindow, disguise: Disguise, painted: list[str], size: tuple[int, int]
) -> None:
    window, station = shown(make_window)
    window.resize(*size)
    own = own_words(station)
    window.strip.card.open_above(window.rect().bottomLeft())
    window.toggle_delay()
    left: dict[str, list[str]] = {}
    for name, given in situations().items():
        painted.clear()
        show(window, station, given)
        words = texts_of(window) | set(painted)
        assert len(words) > 50
        if english := english_in(words, own):
            left[name] = english
    assert not left, listed(left)


def test_the_settings_say_nothing_in_english_that_could_be_translated(
    make_window: MakeWindow, disguise: Disguise, painted: list[str], qtbot: QtBot
) -> None:
    window, station = make_window(TWO)
    own = own_words(station)
    window.do("settings")
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.grab()
    for check in dialog.table.checks[:2]:
        check.tell.click()
        check.supply.setText("5")
        check.refresh()
    words: set[str] = set()
    for rate in range(dialog.rate.count()):
        dialog.rate.setCurrentIndex(rate)
        for sensor in range(dialog.table.rows[0].sensor.count()):
            dialog.table.rows[0].sensor.setCurrentIndex(sensor)
            words |= texts_of(dialog)
    assert any(check.warnings[0].words for check in dialog.table.checks)
    dialog.table.rows[0].gain.setText("0")
    dialog.accept()
    assert dialog.error
    dialog.grab()
    assert english_in(words | texts_of(dialog) | set(painted), own) == []
    dialog.reject()


def test_the_card_of_sounds_says_nothing_in_english(
    make_window: MakeWindow, disguise: Disguise, painted: list[str]
) -> None:
    window, station = make_window()
    control = SoundControl(station, window)
    notices: list[str] = []
    control.noticed.connect(notices.append)
    control.started()
    card = SoundPopover(control, window, opens=lambda _: False, on_close=window.setFocus)
    card.open_above(window.rect().bottomLeft())
    card.grab()
    words = texts_of(card) | set(painted) | {control.words(), *notices}
    assert len(notices) == 1
    control.toggle()
    words |= texts_of(card) | {control.words()}
    assert english_in(words, own_words(station)) == []


def test_every_text_that_is_asked_for_stands_in_the_collection(
    make_window: MakeWindow, disguise: Disguise, texts: dict[Text, str]
) -> None:
    window, station = shown(make_window)
    window.do("settings")
    window.toggle_delay()
    for given in situations().values():
        show(window, station, given)
    catalogue = Catalogue({text: text[1] for text in texts})
    contexts = {context for context, _ in texts}
    asked = {text for text in disguise.asked if text[0] in contexts}
    assert len(asked) > 150
    worded = {text for text in asked if WORD.search(re.sub(r"{\w*}", "", text[1]))}
    unknown = sorted(text for text in worded if catalogue.find(*text) is None)
    assert unknown == []


def test_a_text_is_always_asked_for_by_the_widget_that_says_it() -> None:
    package = Path(__file__).parents[2] / "biofeedback"
    others = [
        f"{path.name}:{number}"
        for path in sorted((package / "ui").rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for owner in re.findall(r"(\w+)\.tr\(", line)
        if owner not in ("self", "cls")
    ]
    assert others == []


# -- phrases in phrases --------------------------------------------------------------------------------


def test_a_phrase_in_a_phrase_is_translated_and_a_name_is_not(disguise: Disguise) -> None:
    inner = say("{n} to fix", n=3)
    outer = say("{who}: {what}", who="Ada", what=inner)
    assert outer.filled() == "Ada: 3 to fix"
    assert spoken(outer) == f"Ada: {disguised('{n} to fix').format(n=3)}"
    assert spoken(joined((say("good"), said("Ada")))) == f"{disguised('good')}, Ada"
    assert spoken(marked("a {brace}")) == disguised("a {{brace}}").format()
    assert marked("a {brace}").filled() == "a {brace}"
    assert joined(()).filled() == ""
