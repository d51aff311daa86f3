"""The plans on offer as cards in columns, and below the chosen one's row what there is to know of it.

One rule: exactly one plan is chosen while there is any, and it is in sight.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.training.plan import Plan
from biofeedback.ui.look.scroll_area import ScrollArea
from biofeedback.ui.look.tokens import GUTTER, Look
from biofeedback.ui.start.notice import StartNotices
from biofeedback.ui.start.plan_card import Offered, PlanCard
from biofeedback.ui.start.plan_detail import PlanDetail

CARD = 340.0
"""Pixels at 100 % that a card has at least, where more than one stand beside each other."""
MOST_COLUMNS = 3
FOR_SCROLL_BAR = 14


class PlanList(ScrollArea):
    """Scrolls where it must, with the notices above the cards. `chosen` carries the plan's name."""

    chosen = pyqtSignal(str)

    def __init__(self, notices: StartNotices, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._name = ""
        self._short, self._quick = False, True
        self._sight = (0, 0)
        """Top and bottom of the chosen card's row with the detail."""
        self.cards: list[PlanCard] = []
        self._page = QWidget(self)
        self._page.setObjectName("plans")
        self._notices = notices
        notices.setParent(self._page)
        notices.grown.connect(self._place)
        self.detail = PlanDetail(self._page)
        self.detail.hide()
        self.setWidget(self._page)
        self.setAccessibleName(self.tr("Plans"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        ground = look.palette.canvas
        self.setStyleSheet(f"QScrollArea, QScrollBar, QWidget#plans {{ background: {ground}; }}")
        for card in self.cards:
            card.dress(look)
        self.detail.dress(look)
        self._place()

    @property
    def offered(self) -> tuple[Offered, ...]:
        """What is on offer, in order."""
        return tuple(card.offered for card in self.cards)

    @property
    def plan(self) -> Plan | None:
        """The chosen plan."""
        card = self._card(self._name)
        return card.offered.plan if card else None

    def offer(self, offered: Sequence[Offered]) -> None:
        """Put these on offer; what was chosen stays chosen where it is still there, and nothing is otherwise."""
        if tuple(offered) == self.offered:
            return
        for card in self.cards:
            card.hide()
            card.deleteLater()
        self.cards = [PlanCard(one, self._page) for one in offered]
        for card in self.cards:
            card.dress(self._look)
            card.tell(short=self._short, quick=self._quick)
            card.clicked.connect(lambda _=False, card=card: self._press(card))
            card.moved.connect(lambda across, down, card=card: self._move(card, across, down))
            card.show()
        self.choose(self._name)

    def choose(self, name: str) -> None:
        """Choose the plan of that name, and bring it into sight: unless something is to be read first."""
        self._name = name if self._card(name) else ""
        for card in self.cards:
            card.choose(chosen=card.offered.plan.name == self._name)
        plan = self.plan
        if plan is not None:
            self.detail.tell(plan)
        self.detail.setVisible(plan is not None)
        self._place()
        if not self._notices.notices:
            self._keep_in_sight()

    def tell(self, *, short: bool, quick: bool) -> None:
        """Say minutes and sets with these choices."""
        if (short, quick) != (self._short, self._quick):
            self._short, self._quick = short, quick
            for card in self.cards:
                card.tell(short=short, quick=quick)
            self._place()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put the cards in their places."""
        super().resizeEvent(a0)
        self._place()
        if not self._notices.notices:
            self._keep_in_sight()

    def _card(self, name: str) -> PlanCard | None:
        return next((card for card in self.cards if card.offered.plan.name == name), None)

    def _press(self, card: PlanCard) -> None:
        self.choose(card.offered.plan.name)
        self.chosen.emit(self._name)

    def _move(self, card: PlanCard, across: int, down: int) -> None:
        at = self.cards.index(card) + across + down * self._columns
        if 0 <= at < len(self.cards):
            self.cards[at].setFocus(Qt.FocusReason.OtherFocusReason)
            self._press(self.cards[at])
            self._keep_in_sight()

    @property
    def _room(self) -> int:
        return max(240, self.width() - FOR_SCROLL_BAR)

    @property
    def _columns(self) -> int:
        fit = int((self._room + GUTTER) // (self._look.px(CARD) + GUTTER))
        return min(MOST_COLUMNS, max(1, fit))

    def _place(self) -> None:
        """Rows of cards, each as high as its highest; the detail below the row of the chosen one."""
        n, room = self._columns, self._room
        self._sight = (0, 0)
        said = self._notices.needed_height(room)
        self._notices.setGeometry(0, 0, room, said)
        y = said + GUTTER if said else 0
        width = (room - (n - 1) * GUTTER) // n
        for first in range(0, len(self.cards), n):
            row = self.cards[first : first + n]
            high = max(card.needed_height(width) for card in row)
            for i, card in enumerate(row):
                card.setGeometry(i * (width + GUTTER), y, width, high)
            chosen = next((card for card in row if card.isChecked()), None)
            top = y
            y += high
            if chosen is not None:
                self.detail.setGeometry(0, y + 4, room, self.detail.needed_height(room))
                self.detail.point_at(chosen.x() + width / 2)
                y += 4 + self.detail.height()
                self._sight = (top, y)
            y += GUTTER
        self._page.resize(self.width(), max(1, y - GUTTER))

    def _keep_in_sight(self) -> None:
        top, bottom = self._sight
        bar = self.verticalScrollBar()
        if bar is None or not bottom:
            return
        view = self.viewport()
        high = view.height() if view else self.height()
        if top < bar.value() or bottom - top > high:
            bar.setValue(top)
        elif bottom > bar.value() + high:
            bar.setValue(bottom - high)
