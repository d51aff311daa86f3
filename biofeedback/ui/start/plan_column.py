"""The column of plans: the question, quick and short, and the list with what is to be said before it.

One rule: what is said first scrolls with the plans, so that both have room at any size of text.
"""

from __future__ import annotations

import itertools

from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.look.canvas import Canvas, text_width
from biofeedback.ui.look.chip import CHIP, Chip
from biofeedback.ui.look.tokens import GUTTER, TITLE, Look
from biofeedback.ui.start.notice import StartNotices
from biofeedback.ui.start.plan_list import FOR_SCROLL_BAR, PlanList

BELOW = 12
BETWEEN = 8


class PlanColumn(QWidget):
    """Its right end is room for the list's scroll bar: FOR_SCROLL_BAR pixels."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._titled = True
        calibration = self.tr("Two comfortable tries to find today's 100 %; off: the plan's own, longer calibration")
        self.quick = Chip(self.tr("Quick calibration"), calibration, self, tick=True)
        self.short = Chip(self.tr("Short version"), self.tr("One set only"), self, tick=True)
        self.notices = StartNotices(self)
        self.list = PlanList(self.notices, self)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for part in (self.quick, self.short, self.notices, self.list):
            part.dress(look)
        self.place()

    def show_title(self, *, titled: bool) -> None:
        """Show the question, or leave its room to the plans."""
        if titled != self._titled:
            self._titled = titled
            self.place()

    def order_tabs(self, before: QWidget) -> None:
        """Let Tab lead from `before` through the chips to the plans."""
        for first, second in itertools.pairwise([before, self.quick, self.short, *self.list.cards]):
            QWidget.setTabOrder(first, second)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self.place()

    def place(self) -> None:
        """Give the list all the room that is left."""
        px, w = self._look.px, self.width() - FOR_SCROLL_BAR
        words = ((self.tr("Quick calibration"), self.tr("Short version")), (self.tr("Quick"), self.tr("Short")))
        for quick, short in words:
            self.quick.setText(quick)
            self.short.setText(short)
            width = self.quick.sizeHint().width() + BETWEEN + self.short.sizeHint().width()
            if width <= w:
                break
        title = text_width(self._question, px(TITLE), 600) + GUTTER if self._titled else 0.0
        y = round(px(32)) + BELOW if self._titled and title + width > w else 0
        x = w
        for chip in (self.short, self.quick):
            x -= chip.sizeHint().width()
            chip.setGeometry(x, y, chip.sizeHint().width(), round(px(CHIP)))
            x -= BETWEEN
        y += round(px(CHIP)) + BELOW
        self.list.setGeometry(0, y, self.width(), max(40, self.height() - y))
        self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the question."""
        painter = QPainter(self)
        c, px = Canvas(painter, self._look), self._look.px
        c.fill(0, 0, self.width(), self.height(), c.t.canvas)
        if self._titled:
            c.text(self._question, 0, 0, self.width(), px(CHIP), px(TITLE), 600)
        painter.end()

    @property
    def _question(self) -> str:
        return self.tr("Which plan?")
