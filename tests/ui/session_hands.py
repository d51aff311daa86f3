"""Two ways through a session: the mouse alone and the keyboard alone. Both do the same, by what the screen offers.

One rule: a hand only presses; that it came to something is looked at by whoever sends it.
"""

from __future__ import annotations

from typing import Protocol

from PyQt6.QtCore import Qt

from biofeedback.training.plan import Plan
from biofeedback.ui.prepare.page import PreparePage
from biofeedback.ui.start.page import StartPage
from tests.ui.session_driver import Session

Key = Qt.Key


class Hand(Protocol):
    """What a person does with the window, step by step."""

    def choose(self, plan: Plan, *, quick: bool) -> None:
        """At Start: choose plan and calibration."""

    def answer(self) -> None:
        """At Prepare: nothing is wall-powered, nothing applies."""

    def primary(self, name: str) -> None:
        """Do the primary action of the step, called `name`."""

    def begin(self) -> None:
        """At Train: begin what waits."""

    def rate(self, pain: int, effort: int) -> None:
        """Answer the card."""

    def review(self) -> None:
        """At Train: on to Review."""


class Mouse:
    """Clicks only."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.window = session.window

    def choose(self, plan: Plan, *, quick: bool) -> None:
        page, s = start_of(self.session), self.session
        if page.quick.isChecked() != quick:
            s.click(page.quick)
        card = next(card for card in page.list.cards if card.offered.plan.name == plan.name)
        page.list.ensureWidgetVisible(card)  # as the wheel does
        s.click(card)

    def answer(self) -> None:
        card, s = prepare_of(self.session).safety, self.session
        s.click(card.wall.no)
        s.click(card.first.none)
        s.click(card.second.none)

    def primary(self, name: str) -> None:
        self.session.press(name)

    def begin(self) -> None:
        self.session.press("pause")

    def rate(self, pain: int, effort: int) -> None:
        card = self.window.train.cards.rating
        self.session.click(card.rows["pain"][pain])
        self.session.click(card.rows["effort"][effort])

    def review(self) -> None:
        self.session.press("finish")


class Keyboard:
    """Keys only: Tab and arrows, letters, digits, Enter."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.window = session.window

    def choose(self, plan: Plan, *, quick: bool) -> None:
        page, s = start_of(self.session), self.session
        if page.quick.isChecked() != quick:
            s.tab_to(page.quick)
            s.key(Key.Key_Return)
        names = [card.offered.plan.name for card in page.list.cards]
        s.tab_to(page.list.cards[0])
        for _ in range(names.index(plan.name)):
            s.key(Key.Key_Right)

    def answer(self) -> None:
        for _ in range(3):
            self.session.key("a")

    def primary(self, name: str) -> None:
        self.session.until(lambda: (shown := self.window.row.primary) is not None and shown.name == name, 2)
        self.session.key(Key.Key_Return)

    def begin(self) -> None:
        self.session.key("p")

    def rate(self, pain: int, effort: int) -> None:
        self.session.key(str(pain))
        self.session.key(str(effort))

    def review(self) -> None:
        self.session.key(Key.Key_Return)


HANDS: dict[str, type[Mouse | Keyboard]] = {"mouse": Mouse, "keys": Keyboard}


def start_of(session: Session) -> StartPage:
    page = session.window.pages["start"]
    assert isinstance(page, StartPage)
    return page


def prepare_of(session: Session) -> PreparePage:
    page = session.window.pages["prepare"]
    assert isinstance(page, PreparePage)
    return page


# -- the way, as far as somebody wants to go ------------------------------------------------------------


def to_prepare(session: Session, hand: Hand, plan: Plan, *, quick: bool = True) -> None:
    """Choose a plan and come to Prepare."""
    session.wait(lambda: session.window.row.primary is not None)
    hand.choose(plan, quick=quick)
    hand.primary("prepare")
    assert session.step == "prepare"
    session.until(lambda: session.state.phase == "streaming" and session.state.update is not None)


def to_calibrate(session: Session, hand: Hand, plan: Plan, *, quick: bool = True) -> None:
    """Answer what is asked, wait for a good signal, and come to Calibrate."""
    to_prepare(session, hand, plan, quick=quick)
    assert not session.window.guide.may_go("calibrate")  # nothing is answered
    session.wait(lambda: not session.window.guide.mains.verdict.answered)
    hand.answer()
    session.until(lambda: (shown := session.window.row.primary) is not None and shown.name == "next", 10)
    hand.primary("next")
    assert session.step == "calibrate"
    session.go_on(0.3)


def calibrate(session: Session, hand: Hand, plan: Plan) -> None:
    """Calibrate each muscle once."""
    for channel in range(len(plan.muscles)):
        if channel:
            hand.primary("next")
            session.go_on(0.3)
        hand.primary("begin")
        session.until(lambda: session.practice.calibration is not None, 1)
        assert session.practice.calibration is not None
        assert session.practice.calibration.channel == channel
        session.until(lambda: session.practice.calibration is None)
        session.go_on(0.3)
        assert session.practice.references[channel] is not None, session.practice.result


def to_train(session: Session, hand: Hand, plan: Plan, *, quick: bool = True) -> None:
    """Calibrate, and come to Train."""
    to_calibrate(session, hand, plan, quick=quick)
    calibrate(session, hand, plan)
    hand.primary("train")
    assert session.step == "train"
    session.go_on(0.3)


def rate(session: Session, hand: Hand, pain: int = 1, effort: int = 5) -> None:
    """Answer the card, as soon as it is open."""
    card = session.window.train.cards.rating
    session.until(card.isVisible, 2)
    card.lingering.setInterval(1)  # what lingers for people's eyes needs no test's time
    hand.rate(pain, effort)
    session.wait(lambda: not card.isVisible())


def to_exercise(session: Session, hand: Hand, plan: Plan, *, quick: bool = True) -> None:
    """Rate what is asked before, and begin."""
    to_train(session, hand, plan, quick=quick)
    rate(session, hand)
    hand.begin()
    session.until(lambda: session.exercise is not None, 1)


def to_work(session: Session, block: str = "set", set_number: int = 1, repetition: int = 1) -> None:
    """Wait until that repetition's work has begun."""

    def there() -> bool:
        now = session.exercise
        return now is not None and (now.phase, now.block, now.set_number, now.repetition) == (
            "work", block, set_number, repetition,
        )  # fmt: skip

    session.until(there)


def at_work(
    session: Session, hand: Hand, plan: Plan, block: str = "set", set_number: int = 1, repetition: int = 1
) -> None:
    """Begin, and wait until that repetition's work has begun."""
    to_exercise(session, hand, plan)
    to_work(session, block, set_number, repetition)


def to_end(session: Session) -> None:
    """Train until the exercise is over and the card asks."""
    session.until(lambda: session.exercise is not None and session.exercise.phase == "done", 600)
    session.until(session.window.train.cards.rating.isVisible, 5)


def to_review(session: Session, hand: Hand) -> None:
    """Go on to Review and wait until the recording was read."""
    hand.review()
    assert session.step == "review"
    session.wait(lambda: session.window.row.primary is not None and reviewed(session), ticking=True)


def finish(session: Session, hand: Hand) -> None:
    """Train to the end, answer the card, and come to Review."""
    to_end(session)
    rate(session, hand)
    to_review(session, hand)


def reviewed(session: Session) -> bool:
    return getattr(session.window.pages["review"], "state", "") == "shown"


def whole(session: Session, hand: Hand, plan: Plan, *, quick: bool = True) -> None:
    """Do all of it, up to the review."""
    to_exercise(session, hand, plan, quick=quick)
    to_end(session)
    rate(session, hand, 2, 6)
    to_review(session, hand)
