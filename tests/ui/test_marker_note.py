"""The private note of a marker: offered without taking the keys, kept or left out, and never lost."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from biofeedback.ui.look.tokens import CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.train.marker_note import LONGEST, STAYS, MarkerNote
from tests.ui.card_ground import PAGE, Ground, ground_hearing, press

ground = ground_hearing("P", "M", "Up", "Return", "Esc", "3", "F5")


def opened(ground: Ground, look: Look | None = None, page: QRect = PAGE) -> tuple[MarkerNote, list[tuple[int, str]]]:
    card, kept = MarkerNote(ground), list[tuple[int, str]]()
    card.kept.connect(lambda number, note: kept.append((number, note)))
    card.dress(look or Look(LIGHT))
    card.ask(3)
    ground.setFocus()
    card.open_in(page)
    QApplication.processEvents()
    return card, kept


def write(text: str) -> None:
    QTest.keyClicks(QApplication.focusWidget(), text)  # type: ignore[call-arg,arg-type] # as above


def test_it_leaves_the_keys_to_the_training(ground: Ground) -> None:
    card, _ = opened(ground)
    assert ground.hasFocus()
    press(Qt.Key.Key_P)
    assert ground.heard == ["P"]
    assert card.line.text() == ""


def test_f2_writes_and_enter_keeps(ground: Ground) -> None:
    card, kept = opened(ground)
    press(Qt.Key.Key_F2)
    assert card.line.hasFocus()
    write("Pause M 3")
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Space):
        press(key)
    press(Qt.Key.Key_Return)
    assert kept == [(3, "Pause M 3")]
    assert ground.heard == []
    assert card.isHidden()
    assert ground.hasFocus()


def test_escape_leaves_the_marker_without_a_note(ground: Ground) -> None:
    card, kept = opened(ground)
    card.line.setFocus()
    write("no")
    press(Qt.Key.Key_Escape)
    assert kept == []
    assert card.isHidden()
    assert ground.heard == []


def test_an_empty_note_is_none(ground: Ground) -> None:
    card, kept = opened(ground)
    card.line.setFocus()
    write("   ")
    press(Qt.Key.Key_Return)
    assert kept == []
    assert card.isHidden()


def test_it_goes_by_itself_but_not_while_somebody_writes(ground: Ground, qtbot: QtBot) -> None:
    card, kept = opened(ground)
    assert card.leaving.isActive()
    assert card.leaving.interval() == STAYS == 8000
    card.line.setFocus()
    assert not card.leaving.isActive()
    write("twinge")
    card.leaving.setInterval(1)
    ground.setFocus()
    qtbot.waitUntil(card.isHidden, timeout=10_000)
    assert kept == [(3, "twinge")]


def test_the_next_marker_keeps_what_was_written_for_the_one_before(ground: Ground) -> None:
    card, kept = opened(ground)
    card.line.setText("half a")
    card.ask(4)
    assert kept == [(3, "half a")]
    assert card.line.text() == ""
    assert card.accessibleName() == "Marker 4: add a private note"
    card.line.setFocus()
    card.ask(5)
    assert card.isVisible()
    assert not card.leaving.isActive()  # still in the line


def test_a_note_is_one_line_of_at_most_two_hundred_characters(ground: Ground) -> None:
    card, kept = opened(ground)
    card.line.setFocus()
    card.line.insert("a\nb\t" + "x" * 300)
    press(Qt.Key.Key_Return)
    ((number, note),) = kept
    assert number == 3
    assert len(note) <= LONGEST == 200
    assert note.startswith("a b x")
    assert note.isprintable()


def test_it_says_where_the_note_goes(ground: Ground) -> None:
    card, _ = opened(ground)
    assert "stays on this computer" in card.accessibleDescription()
    assert "the recording has only the number" in card.line.accessibleDescription()
    assert card.line.accessibleName() == "Marker 3: add a private note"


@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 150), Look(CONTRAST, 200)])
@pytest.mark.parametrize("page", [PAGE, QRect(24, 72, 976, 440), QRect(24, 72, 300, 440)])
def test_it_stands_in_the_lower_left_corner_whole(ground: Ground, look: Look, page: QRect) -> None:
    card, _ = opened(ground, look, page)
    assert page.contains(card.geometry())
    assert card.geometry().bottomLeft() == page.bottomLeft()
    assert card.rect().contains(card.line.geometry())
    assert card.line.height() >= card.line.sizeHint().height()
