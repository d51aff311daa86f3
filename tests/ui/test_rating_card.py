"""Pain and effort asked for by card: by key, by click, by Tab, and skipped; in every size of text."""

from __future__ import annotations

import itertools

import pytest
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from biofeedback.safety import RatingsDue, When
from biofeedback.ui.look.tokens import CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.train.rating_card import RatingCard
from tests.ui.card_ground import PAGE, Ground, ground_hearing, press
from tests.ui.hands import click

AFTER = RatingsDue("after", ("pain", "effort"), 2)

ground = ground_hearing("3", "X", "Esc", "P", "Up", "F11")

Told = list[tuple[str, int] | str]


def opened(ground: Ground, due: RatingsDue = AFTER, look: Look | None = None) -> tuple[RatingCard, Told]:
    card, told = RatingCard(ground), Told()
    card.rated.connect(lambda what, value: told.append((what, value)))
    card.skipped.connect(lambda: told.append("skipped"))
    card.closed.connect(lambda: told.append("closed"))
    card.dress(look or Look(LIGHT))
    card.ask(due)
    card.open_in(PAGE)
    QApplication.processEvents()
    return card, told


def test_two_keys_answer_both_and_the_card_goes_by_itself(ground: Ground, qtbot: QtBot) -> None:
    card, told = opened(ground)
    press(Qt.Key.Key_3)
    press(Qt.Key.Key_X)
    assert told == [("pain", 3), ("effort", 10)]
    assert (card.value("pain"), card.value("effort")) == (3, 10)
    qtbot.waitUntil(card.isHidden, timeout=10_000)
    assert told[-1] == "closed"
    assert ground.hasFocus()
    assert ground.heard == []


def test_one_then_nought_are_two_answers(ground: Ground) -> None:
    _, told = opened(ground)
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_0)
    assert told == [("pain", 1), ("effort", 0)]


def test_a_click_answers_its_own_row_and_may_be_changed(ground: Ground) -> None:
    card, told = opened(ground)
    click(card.rows["effort"][7])
    click(card.rows["effort"][6])
    assert told == [("effort", 7), ("effort", 6)]
    assert [button.value for button in card.rows["effort"] if button.isChecked()] == [6]
    press(Qt.Key.Key_2)
    assert told[-1] == ("pain", 2)


def test_backspace_takes_the_last_number_back_and_keeps_the_card_open(ground: Ground) -> None:
    card, told = opened(ground)
    press(Qt.Key.Key_5)
    press(Qt.Key.Key_4)
    assert card.lingering.isActive()
    press(Qt.Key.Key_Backspace)
    assert not card.lingering.isActive()
    assert card.value("effort") is None
    press(Qt.Key.Key_9)
    assert told == [("pain", 5), ("effort", 4), ("effort", 9)]


@pytest.mark.parametrize("answered", [False, True])
def test_escape_skips_and_what_was_given_stays_given(ground: Ground, answered: bool) -> None:
    card, told = opened(ground)
    if answered:
        press(Qt.Key.Key_3)
    press(Qt.Key.Key_Escape)
    assert told == [*([("pain", 3)] if answered else []), "skipped", "closed"]
    assert card.isHidden()
    assert ground.hasFocus()


def test_escape_after_both_answers_only_closes(ground: Ground) -> None:
    _, told = opened(ground)
    press(Qt.Key.Key_3)
    press(Qt.Key.Key_4)
    press(Qt.Key.Key_Escape)
    assert told == [("pain", 3), ("effort", 4), "closed"]


def test_the_button_skips_too(ground: Ground) -> None:
    card, told = opened(ground)
    click(card.skip)
    assert told == ["skipped", "closed"]


def test_arrows_and_enter_answer_and_tab_stays_inside(ground: Ground) -> None:
    card, told = opened(ground)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        press(key)
    assert told == [("effort", 1)]
    for shift in (False, True):
        for _ in range(30):
            press(Qt.Key.Key_Tab, shift=shift)
            at = QApplication.focusWidget()
            assert at is not None
            assert card.isAncestorOf(at)


def test_no_key_does_anything_behind_the_card_but_f_keys(ground: Ground) -> None:
    _, told = opened(ground)
    for key in (Qt.Key.Key_P, Qt.Key.Key_Space, Qt.Key.Key_Up, Qt.Key.Key_F11):
        press(key)
    assert ground.heard == ["F11"]
    assert told == []


@pytest.mark.parametrize(("when", "words"), [
    ("before", "Before you start"), ("after", "After this exercise"), ("end", "At the end"),
    ("morning", "next morning"),
])  # fmt: skip
def test_each_moment_has_its_question(ground: Ground, when: When, words: str) -> None:
    card, _ = opened(ground, RatingsDue(when, ("pain",) if when == "morning" else ("pain", "effort"), 1))
    assert words in card.accessibleName()
    assert list(card.rows) == (["pain"] if when == "morning" else ["pain", "effort"])


def test_asking_for_the_same_again_keeps_what_is_typed_and_for_more_begins_anew(ground: Ground) -> None:
    card, _ = opened(ground)
    press(Qt.Key.Key_3)
    card.ask(AFTER)
    assert card.value("pain") == 3
    card.ask(RatingsDue("end", ("pain", "effort"), 3))
    assert card.value("pain") is None


def test_every_number_says_what_it_is(ground: Ground) -> None:
    card, _ = opened(ground)
    names = [button.accessibleName() for button in itertools.chain(*card.rows.values())]
    assert len(set(names)) == 22
    assert names[3] == "Pain 3 of 10"
    assert card.rows["pain"][10].toolTip() == "Pain 10 = worst pain imaginable (X)"
    assert card.rows["effort"][0].toolTip() == "Effort 0 = no effort (0)"


def test_the_chosen_number_differs_in_shape_and_not_only_in_colour(ground: Ground) -> None:
    card, _ = opened(ground)
    five = card.rows["pain"][5]
    card.choose("pain", 5)
    image = five.grab().toImage()
    lower = {image.pixel(x, round(0.78 * five.height())) for x in range(10, five.width() - 10)}
    assert len(lower) > 2  # the tick crosses the fill


@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 150), Look(CONTRAST, 200)])
@pytest.mark.parametrize("page", [PAGE, QRect(24, 72, 976, 440), QRect(24, 72, 1872, 880)])
def test_it_holds_in_every_size(ground: Ground, look: Look, page: QRect) -> None:
    card, _ = opened(ground, look=look)
    card.open_in(page)
    everything: list[QWidget] = [card.skip, *itertools.chain(*card.rows.values())]
    for one in everything:
        assert card.panel.contains(one.geometry().toRectF()), one.accessibleName()
        assert one.height() >= 44 or one is card.skip
    for a, b in itertools.combinations(everything, 2):
        assert not a.geometry().intersects(b.geometry())
    assert card.rows["pain"][0].width() >= 44


def test_what_is_asked_stands_still_while_the_window_changes(ground: Ground) -> None:
    card, _ = opened(ground)
    ground.setFocus()
    card.open_in(QRect(0, 0, 1000, 500))
    assert QApplication.focusWidget() is ground  # moving takes no keys
    assert card.size().width() == 1000
