"""Stop now: the rules one key away, and nothing but a choice closes the card."""

from __future__ import annotations

import itertools

import pytest
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtWidgets import QApplication

from biofeedback.safety import stop_items, stopped
from biofeedback.training.prescription import STOP_RULES
from biofeedback.ui.look.tokens import CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.train.stop_card import StopCard
from tests.ui.card_ground import PAGE, Ground, ground_hearing, press
from tests.ui.hands import click

SMALL = QRect(24, 72, 976, 440)
OWN = tuple(f"{n}. pain in the knee, the hip or anywhere else that was not there before today" for n in range(12))

ground = ground_hearing("1", "B", "Esc", "P", "Return", "F11")


def opened(
    ground: Ground, rules: tuple[str, ...] = STOP_RULES, look: Look | None = None, page: QRect = PAGE
) -> tuple[StopCard, list[str]]:
    card, told = StopCard(ground), list[str]()
    card.stopped.connect(told.append)
    card.break_wanted.connect(lambda: told.append("break"))
    card.back_wanted.connect(lambda: told.append("back"))
    card.dress(look or Look(LIGHT))
    card.ask(rules)
    card.open_in(page)
    QApplication.processEvents()
    return card, told


@pytest.mark.parametrize("n", range(1, 6))
def test_a_digit_tells_its_rule_in_the_words_that_are_stored(ground: Ground, n: int) -> None:
    card, told = opened(ground)
    press(Qt.Key(Qt.Key.Key_0 + n))
    assert told == [stop_items()[n - 1].key]
    assert stopped(told[0]).question == "stopped"
    assert card.isHidden()
    assert ground.hasFocus()
    assert ground.heard == []


def test_a_click_tells_it_too_and_only_once(ground: Ground) -> None:
    card, told = opened(ground)
    click(card.rules[2])
    card.rules[2].click()
    assert told == ["dizzy"]


def test_a_break_and_going_back_are_choices_of_their_own(ground: Ground) -> None:
    for key, expected in ((Qt.Key.Key_B, "break"), (Qt.Key.Key_Escape, "back")):
        card, told = opened(ground)
        press(key)
        assert told == [expected]
        assert card.isHidden()
    card, told = opened(ground)
    click(card.pause)
    card, more = opened(ground)
    click(card.back)
    assert (told, more) == (["break"], ["back"])


def test_enter_space_and_other_keys_choose_nothing_by_accident(ground: Ground) -> None:
    card, told = opened(ground)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_P, Qt.Key.Key_9, Qt.Key.Key_0, Qt.Key.Key_F11):
        press(key)
    assert told == []
    assert card.isVisible()
    assert ground.heard == ["F11"]


def test_arrows_and_enter_choose_and_tab_stays_inside(ground: Ground) -> None:
    card, told = opened(ground)
    for _ in range(20):
        press(Qt.Key.Key_Tab)
        at = QApplication.focusWidget()
        assert at is not None
        assert card.isAncestorOf(at)
    card.setFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    assert told == ["worse"]


def test_it_says_that_everything_is_saved_and_reads_the_rules_out(ground: Ground) -> None:
    card, _ = opened(ground)
    assert card.accessibleName() == "Stop now"
    assert "Everything until now is saved." in card.accessibleDescription()
    for n, rule in enumerate(STOP_RULES, 1):
        assert f"{n} {rule[0].upper()}{rule[1:]}" in card.accessibleDescription()


def test_a_prescriptions_own_rules_keep_their_keys(ground: Ground) -> None:
    card, told = opened(ground, OWN)
    assert [button.key for button in card.rules] == [*"123456789", "", "", ""]
    card.rules[11].setFocus()
    QApplication.processEvents()
    top = card.rules[11].mapTo(card.area, card.rules[11].rect().topLeft()).y()
    assert 0 <= top < card.area.height()
    press(Qt.Key.Key_Return)
    assert told == ["rule 12"]


def test_asking_again_takes_the_place_of_the_rules_before(ground: Ground) -> None:
    card, told = opened(ground, OWN)
    card.ask()
    QApplication.processEvents()
    assert len(card.rules) == 5
    press(Qt.Key.Key_1)
    assert told == ["pain"]


@pytest.mark.parametrize("rules", [STOP_RULES, OWN])
@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 150), Look(CONTRAST, 200)])
@pytest.mark.parametrize("page", [PAGE, SMALL, QRect(24, 72, 1872, 880)])
def test_it_holds_in_every_size(ground: Ground, rules: tuple[str, ...], look: Look, page: QRect) -> None:
    card, _ = opened(ground, rules, look, page)
    assert card.rect().toRectF().contains(card.panel)
    for one in (card.area, card.pause, card.back):
        assert card.panel.contains(one.geometry().toRectF())
    for a, b in itertools.combinations((card.area, card.pause, card.back), 2):
        assert not a.geometry().intersects(b.geometry())
    for rule in card.rules:
        assert rule.height() >= rule.height_in(rule.width()) - 1
        assert rule.geometry().right() <= card.area.width()
    for first, second in itertools.combinations(card.rules, 2):
        assert not first.geometry().intersects(second.geometry())
    bar = card.area.verticalScrollBar()
    assert bar is not None
    if rules is STOP_RULES:
        assert bar.maximum() == 0  # all five can be seen at once
