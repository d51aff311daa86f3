"""My days: what is chosen is kept in the private file, all else in it stays, and the reminder goes where it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QWidget

from biofeedback.recording.people import People, Person
from biofeedback.training.plan_file import find_plan
from biofeedback.training.prescription import PrescribedPlan, Prescription
from biofeedback.ui.look.tokens import CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.start.days_dialog import FILE, DaysDialog

NOW = dt.datetime(2026, 11, 25, 12, 0).astimezone()
TODAY = NOW.date()  # a Wednesday
ADA = Person("A1", "Ada Byron", "knee", 3, (), (TODAY - dt.timedelta(days=9),), "bridge", {"ses-1_run-01#1": "cough"})
Open = Callable[..., DaysDialog]


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path / "people")


@pytest.fixture
def opened(qapp: QApplication, people: People) -> Iterator[Open]:
    """Give a maker of shown dialogs over a window."""
    window = QWidget()
    window.resize(1280, 720)

    def make(person: Person = ADA, look: Look | None = None, **settings: Any) -> DaysDialog:
        people.save(person)
        dialog = DaysDialog(person, people, lambda: NOW, look or Look(LIGHT), window, **settings)
        dialog.open()
        QApplication.processEvents()
        return dialog

    yield make
    window.close()


def press(widget: QWidget, key: Qt.Key) -> None:
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyRelease, key, Qt.KeyboardModifier.NoModifier))


def test_chosen_days_are_kept_and_all_else_stays(opened: Open, people: People) -> None:
    dialog = opened()
    for number in (4, 0, 2):
        dialog.days[number].click()
    dialog.time_of_day.setText("  after breakfast ")
    dialog.rest.click()
    people.change("A1", lambda person: person.with_marker("ses-1_run-01#2", "meanwhile"))
    dialog.save.click()
    assert not dialog.isVisible()
    wanted = replace(
        ADA.with_marker("ses-1_run-01#2", "meanwhile"), planned_days=(0, 2, 4), planned_since=TODAY,
        time_of_day="after breakfast", rest_days=(*ADA.rest_days, TODAY),
    )  # fmt: skip
    assert people.read("A1") == wanted


def test_opened_and_saved_unchanged_nothing_is_written(opened: Open, people: People) -> None:
    given = replace(ADA, planned_days=(1, 5), days_per_week=2, rest_days=(TODAY,), planned_since=dt.date(2026, 1, 1))
    dialog = opened(given)
    before = (people.folder("A1") / "person.toml").stat()
    dialog.save.click()
    assert people.read("A1") == given
    assert (people.folder("A1") / "person.toml").stat().st_ino == before.st_ino


def test_a_day_of_rest_can_be_taken_back(opened: Open, people: People) -> None:
    dialog = opened(replace(ADA, rest_days=(TODAY,)))
    dialog.rest.click()
    dialog.save.click()
    assert people.read("A1").rest_days == ()


def test_weekdays_count_themselves_and_without_any_the_number_is_free(opened: Open, people: People) -> None:
    dialog = opened()
    assert (dialog.per_week.isEnabled(), dialog.per_week.currentData()) == (True, 3)
    for number in range(5):
        dialog.days[number].click()
    assert (dialog.per_week.isEnabled(), dialog.per_week.currentData()) == (False, 5)
    for number in range(5):
        dialog.days[number].click()
    assert (dialog.per_week.isEnabled(), dialog.per_week.currentData()) == (True, 3)
    dialog.per_week.setCurrentIndex(0)
    dialog.per_week.activated.emit(0)
    dialog.save.click()
    kept = people.read("A1")
    assert (kept.days_per_week, kept.planned_days, kept.planned_since) == (None, (), None)


def test_space_chooses_a_day_and_enter_saves(opened: Open, people: People) -> None:
    dialog = opened()
    press(dialog.days[1], Qt.Key.Key_Space)
    press(dialog.days[1], Qt.Key.Key_Return)
    assert not dialog.isVisible()
    assert people.read("A1").planned_days == (1,)


def test_escape_keeps_nothing(opened: Open, people: People) -> None:
    dialog = opened()
    dialog.days[1].click()
    press(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert people.read("A1") == ADA


def test_what_cannot_be_kept_is_told_and_the_dialog_stays(opened: Open, people: People) -> None:
    dialog = opened()
    dialog.days[1].click()
    (people.folder("A1") / "person.toml").write_text("schema = 2")
    dialog.save.click()
    assert dialog.isVisible()
    assert "newer version" in dialog.note.words
    assert "Ada" not in dialog.note.words
    assert dialog.chosen == (1,)


def test_a_reminder_is_saved_where_it_is_told_and_says_nothing_about_anybody(opened: Open, tmp_path: Path) -> None:
    asked: list[str] = []

    def choose(_: QWidget, name: str) -> Path:
        asked.append(name)
        return tmp_path / name

    dialog = opened(replace(ADA, planned_days=(3, 0), time_of_day="at 7:15 with Eve"), choose=choose)
    assert dialog.at.text() == "07:15"
    dialog.export.click()
    assert asked == [FILE]
    data = (tmp_path / FILE).read_bytes()
    assert b"DTSTART:20261126T071500\r\n" in data
    assert b"RRULE:FREQ=WEEKLY;BYDAY=MO,TH\r\n" in data
    assert not any(word in data for word in (b"A1", b"Ada", b"Eve", b"knee", b"bridge"))
    assert FILE in dialog.note.words
    assert dialog.isVisible()


@pytest.mark.parametrize("typed", ["", "noon", "24:00", "7", "12:60", "118:00"])
def test_a_time_that_is_none_is_told_and_nothing_is_asked(opened: Open, typed: str) -> None:
    dialog = opened(replace(ADA, planned_days=(3,)), choose=lambda *_: pytest.fail("asked"))
    dialog.at.setText(typed)
    dialog.export.click()
    assert "written like 18:00" in dialog.note.words


def test_a_reminder_needs_weekdays_and_may_be_given_up(opened: Open, tmp_path: Path) -> None:
    dialog = opened(choose=lambda *_: None)
    assert not dialog.export.isEnabled()
    assert "needs planned weekdays" in dialog.note.words
    dialog.days[0].click()
    assert dialog.export.isEnabled()
    dialog.export.click()
    assert dialog.note.words == ""
    assert not list(tmp_path.rglob("*.ics"))


def test_a_reminder_that_cannot_be_written_is_told(opened: Open, tmp_path: Path) -> None:
    dialog = opened(replace(ADA, planned_days=(3,)), choose=lambda *_: tmp_path / "nowhere" / FILE)
    dialog.export.click()
    assert "No reminder was saved: No such file" in dialog.note.words


def test_what_is_prescribed_stands_beside(opened: Open) -> None:
    plans = (PrescribedPlan(find_plan("quad-set")),)
    given = Prescription(created=TODAY, review=TODAY, days_per_week=4, time_of_day="in the morning", plans=plans)
    dialog = opened(prescription=given)
    assert dialog.time_of_day.placeholderText() == "in the morning"
    words = [label.text() for label in dialog.findChildren(QWidget) if hasattr(label, "text")]
    assert "Prescribed: 4 days a week." in words


@pytest.mark.parametrize("palette", [LIGHT, DARK, CONTRAST])
@pytest.mark.parametrize("percent", [100, 150, 200])
def test_no_word_is_cut_at_any_size(opened: Open, palette: Any, percent: int) -> None:
    dialog = opened(look=Look(palette, percent))
    parent = dialog.parentWidget()
    assert parent is not None
    assert dialog.width() <= parent.width() - 32
    assert dialog.height() <= parent.height() - 32
    for part in (*dialog.days, dialog.rest, dialog.export, dialog.cancel, dialog.save):
        assert part.width() >= part.minimumSizeHint().width()
        assert part.height() >= part.minimumSizeHint().height()
    pixels = {dialog.grab().toImage().pixelColor(x, 40).name() for x in range(0, dialog.width(), 3)}
    assert len(pixels) > 3
