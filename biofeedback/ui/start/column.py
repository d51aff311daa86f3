"""The right column of the Start step: the board's card takes the room that the week leaves; both scroll if they must.

One rule: neither card is ever cut.
"""

from __future__ import annotations

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.look.scroll_area import ScrollArea
from biofeedback.ui.look.tokens import GUTTER, Look
from biofeedback.ui.start.board_card import BoardCard
from biofeedback.ui.start.week_view import WeekView

TALLEST = 480.0
"""Pixels at 100 %: a board's card has no use for more."""
SCROLL_BAR = 12


class StartColumn(ScrollArea):
    """Holds the two cards."""

    def __init__(self, board: BoardCard, week: WeekView, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._board, self._week = board, week
        self._page = QWidget(self)
        self._page.setObjectName("cards")
        for card in (board, week):
            card.setParent(self._page)
        self.setWidget(self._page)
        board.grown.connect(self.place)
        week.grown.connect(self.place)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.setStyleSheet(f"QScrollArea, QScrollBar, QWidget#cards {{ background: {look.palette.canvas}; }}")
        self._board.dress(look)
        self._week.dress(look)
        self.place()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put the cards in their places."""
        super().resizeEvent(a0)
        self.place()

    def place(self) -> None:
        """Give both cards their room."""
        w, h = self.width(), self.height()
        for width in (w, w - SCROLL_BAR):
            week, least = self._week.needed_height(width), self._board.needed_height(width)
            if least + GUTTER + week <= h:
                break
        board = min(max(least, h - GUTTER - week), max(least, round(self._look.px(TALLEST))))
        self._page.resize(width, board + GUTTER + week)
        self._board.setGeometry(0, 0, width, board)
        self._week.setGeometry(0, board + GUTTER, width, week)
