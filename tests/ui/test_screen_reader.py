"""For who listens and for who has no mouse: names, tooltips, what is painted in words, and the way of the Tab key."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QSlider,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from biofeedback.recording.people import Person
from biofeedback.training.plan_file import find_plan, shipped_plans
from biofeedback.ui.guide import STEPS, Step
from biofeedback.ui.look.tokens import LIGHT, Look
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.plans.editor import PlanEditor
from biofeedback.ui.plans.prescription_dialog import PrescriptionDialog
from biofeedback.ui.prepare.site_drawing import SiteDrawing
from biofeedback.ui.review.bars import charts
from biofeedback.ui.review.chart import ReviewChart
from biofeedback.ui.review.outcome_dialog import OutcomeDialog
from biofeedback.ui.review.page import ReviewPage
from biofeedback.ui.settings.dialog import SettingsDialog
from biofeedback.ui.start.days_dialog import DaysDialog
from biofeedback.ui.start.new_person import NewPerson
from biofeedback.ui.start.page import StartPage
from tests.ui import test_review_page as reviews
from tests.ui.conftest import MakeWindow, Station
from tests.ui.exercise_states import at, exercise
from tests.ui.states import calibrating, state
from tests.ui.test_person_window import make_window as make_person_window
from tests.ui.test_person_window import show as show_person
from tests.ui.test_translation import show, shown
from tests.ui.test_translation_steps import TODAY, enter, people_in

PATIENCE = 30_000
KINDS = (QAbstractButton, QComboBox, QLineEdit, QAbstractSpinBox, QSlider, QTextEdit, QPlainTextEdit)
LONGEST_WAY = 400
"""Presses of the Tab key after which it goes round no more."""


def is_control(one: QWidget) -> bool:
    """Return whether a person can give it the focus and do something with it; not Qt's own parts of another one."""
    inside = isinstance(one.parent(), QAbstractSpinBox | QComboBox)
    if one.objectName().startswith("qt_") or inside or not isinstance(one, KINDS):
        return False
    shown_later = isinstance(one, QAbstractButton) and not one.text() and one.isHidden()
    return one.focusPolicy() != Qt.FocusPolicy.NoFocus and not shown_later


def unnamed(root: QWidget) -> list[tuple[str, str, str, str]]:
    """Return the controls in `root` that have no name or no tooltip."""
    return [
        (type(one).__name__, one.accessibleName(), one.toolTip(), type(one.parent()).__name__)
        for one in root.findChildren(QWidget)
        if is_control(one) and not (one.accessibleName() and one.toolTip())
    ]


def ready(make_window: MakeWindow, step: Step, qtbot: QtBot, tmp_path: Path) -> tuple[MainWindow, Station]:
    """Return a window in a step as it is with a person and a plan, or a review."""
    people_in(tmp_path)
    window, station = shown(make_window)
    start, page = window.pages["start"], window.pages["review"]
    assert isinstance(start, StartPage)
    assert isinstance(page, ReviewPage)
    if step == "start":
        enter(window, "start")
        qtbot.waitUntil(lambda: not start.reader.background.busy, timeout=PATIENCE)
        start.choose_person("A1")
        qtbot.waitUntil(lambda: not start.reader.background.busy, timeout=PATIENCE)
    elif step != "train":
        window.guide.change(plan=find_plan("quad-set"))
        enter(window, step)
    show(window, station, state())
    return window, station


# -- names ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_every_control_of_a_step_has_a_name_for_the_ear_and_a_tooltip(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, step: Step
) -> None:
    window, _ = ready(make_window, step, qtbot, tmp_path)
    window.strip.card.open_above(window.rect().bottomLeft())
    window.do("settings")
    assert sum(map(is_control, window.findChildren(QWidget))) > 60
    assert not unnamed(window)
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.reject()


def dialogs(parent: QWidget, folder: Path) -> dict[str, Callable[[], QDialog]]:
    look, people = Look(LIGHT), people_in(folder)
    return {
        "plan": lambda: PlanEditor(find_plan("bridge"), folder / "own", look, parent, ask=lambda *_: False),
        "prescription": lambda: PrescriptionDialog(shipped_plans(), look, parent, TODAY),
        "outcomes": lambda: OutcomeDialog(look, parent),
        "person": lambda: NewPerson(lambda: "C3", people, look, parent),
        "days": lambda: DaysDialog(Person("A1"), people, reviews.START.now, look, parent),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["plan", "prescription", "outcomes", "person", "days"])
def test_every_control_of_a_dialog_has_a_name_for_the_ear_and_a_tooltip(
    qtbot: QtBot, tmp_path: Path, name: str
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = dialogs(parent, tmp_path)[name]()
    if isinstance(dialog, PrescriptionDialog):
        dialog.form.add_plan()
    assert dialog.windowTitle()
    assert sum(map(is_control, dialog.findChildren(QWidget))) > 2
    assert not unnamed(dialog)
    dialog.deleteLater()


# -- what is painted, in words -------------------------------------------------------------------------

EXERCISES = [
    at(exercise()), at(exercise(), level=(70.0,)), at(exercise(repetition=6)), at(exercise(block="test")), state(),
    state(holding=True, n_started=4, n_reached=3, best_hold=5.2), calibrating("try", 3.0, 5.0),
    replace(state(), phase="lost"),
]  # fmt: skip


def test_bars_side_and_band_say_in_words_what_they_paint(make_window: MakeWindow) -> None:
    window, station = shown(make_window)
    live, side, band = window.stage.live, window.side, window.stage.band
    said: dict[str, list[str]] = {"live": [], "side": [], "band": []}
    for given in EXERCISES:
        show(window, station, replace(given, last_arrival=time.monotonic()))
        for name, one in (("live", live), ("side", side), ("band", band)):
            assert one.accessibleName()
            assert one.accessibleDescription(), (name, given.phase)
            said[name].append(f"{one.accessibleName()}: {one.accessibleDescription()}")
    first, worked = said["live"][:2]
    assert "about 25 %; target 50 %, not reached" in first
    assert "about 70 %" in worked
    assert said["live"][-1].endswith("No signal.")
    assert "repetition 5 of 10. 2 of 3 reached" in said["side"][0]
    assert "repetition 6 of 10" in said["side"][2]
    assert "reached" not in said["side"][3]  # of a hidden test nothing is told
    assert "3 of 4 holds reached, longest 5.2 s" in said["side"][5]
    assert all(len(set(words)) > 4 for words in said.values())


def test_a_hidden_bar_is_not_told(make_window: MakeWindow) -> None:
    window, station = shown(make_window)
    for level in (10.0, 70.0):
        given = at(exercise(block="test"), level=(level,))
        show(window, station, replace(given, last_arrival=time.monotonic()))
        assert window.stage.live.accessibleDescription() == "The bar is hidden."


def test_the_electrode_drawing_says_where_they_go(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    drawing = SiteDrawing(parent)
    said = set()
    for plan in (find_plan("quad-set"), find_plan("shoulders-down")):
        assert drawing.show_site(plan.muscles[0], "left")
        assert plan.muscles[0].name in drawing.accessibleName()
        assert drawing.accessibleDescription() == plan.muscles[0].site
        said.add(drawing.accessibleDescription())
    assert len(said) == 2


def test_a_reviews_bars_are_told_one_by_one(qtbot: QtBot) -> None:
    done = reviews.repetitions(("reached", "missed", "excluded"))
    (chart,) = charts(reviews.summary(reviews.exercise(done)), reviews.trace(), find_plan("quad-set"))
    shown_chart = ReviewChart(chart, Look())
    qtbot.addWidget(shown_chart)
    words = shown_chart.accessibleDescription()
    assert "1 reached with 45, 2 not reached with 45, 3 not counted" in words
    (chart,) = charts(reviews.summary(), reviews.trace(), None)
    assert ReviewChart(chart, Look(), shown_chart).accessibleDescription() == "No hold began."


def test_the_persons_screen_says_in_words_what_it_paints_and_never_microvolts(qtbot: QtBot) -> None:
    window = make_person_window(qtbot)
    window.resize(1280, 720)
    window.show()
    said = []
    for given in (*EXERCISES, state(references=(None,), unit="uV", level=(120.0,))):
        show_person(window, given)
        view = window.view
        assert view.accessibleDescription()
        said.append(view.accessibleDescription())
        assert "µV" not in said[-1]
    assert "about 25 %; target 50 %, not reached" in said[0]
    assert "5 of 10" in said[0]
    assert len(set(said)) > 6


# -- the Tab key ---------------------------------------------------------------------------------------


def tab_round(window: QWidget, *, back: bool = False) -> list[QWidget]:
    """Press Tab (or Backtab) until the focus was everywhere; return where, in order."""
    window.activateWindow()
    window.setFocus()
    QApplication.setActiveWindow(window)
    key = Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab
    way: list[QWidget] = []
    for _ in range(LONGEST_WAY):
        at_now = QApplication.focusWidget() or window
        QTest.keyClick(at_now, key)  # type: ignore[call-overload] # PyQt's stubs take a static for a method
        reached = QApplication.focusWidget()
        if reached is None or reached in way:
            break
        assert reached.isVisible(), named(reached)
        way.append(reached)
    return way


def to_be_reached(root: QWidget) -> set[QWidget]:
    """Return the controls that are seen and can be used now; of exclusive ones only Tab's own."""
    return {
        one
        for one in root.findChildren(QWidget)
        if is_control(one)
        and one.isVisible()
        and one.isEnabled()
        and one.focusPolicy() & Qt.FocusPolicy.TabFocus
        and one.window() is root
        and not (isinstance(one, QAbstractButton) and one.autoExclusive() and not one.isChecked())  # by the arrows
    }


@pytest.mark.parametrize("step", STEPS)
def test_tab_reaches_every_control_of_a_step_and_nothing_hidden(
    make_window: MakeWindow, qtbot: QtBot, tmp_path: Path, step: Step
) -> None:
    window, _ = ready(make_window, step, qtbot, tmp_path)
    wanted = to_be_reached(window)  # before: what the focus scrolls into sight may offer the way back
    way = tab_round(window)
    assert len(wanted) > 5
    assert not [named(one) for one in wanted - set(way)]
    assert not [named(one) for one in way if not one.accessibleName() and one is not window]
    assert set(tab_round(window, back=True)) >= wanted


def named(one: QWidget) -> str:
    return f"{type(one).__name__} {one.accessibleName()!r} in {type(one.parent()).__name__}"
