"""A box to tick, painted in the look: the style sheet alone cannot draw a tick, and the desktop's box is not ours.

One rule: a ticked box has a tick, not only another colour.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QCheckBox, QWidget

from biofeedback.ui.look.canvas import Canvas, text_width
from biofeedback.ui.look.icons import paint_tick
from biofeedback.ui.look.tokens import BODY, Look

BOX = 20.0
"""Pixels of its side at 100 %."""


def paint_box(c: Canvas, x: float, y: float, side: float, *, ticked: bool) -> None:
    """Paint a box of `side` pixels with its upper left corner at (x, y), ticked or empty."""
    t = c.t
    ground, edge = (t.accent, t.accent) if ticked else (t.surface, t.edge)
    c.box(x, y, side, side, ground, 5, edge, 1.5)
    if ticked:
        paint_tick(c, x + side / 2, y + side / 2, side * 0.8, t.on_accent, max(2.0, side * 0.11))


class TickBox(QCheckBox):
    """A check box whose box grows with the text."""

    def __init__(self, text: str, look: Look, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.setAccessibleName(text)
        self.setToolTip(text)
        self._look = look

    def sizeHint(self) -> QSize:
        """Box and words, with air for the focus ring."""
        px = self._look.px
        return QSize(round(px(BOX + 10) + text_width(self.text(), px(BODY)) + 10), round(px(BOX) + 12))

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`: its words are never cut."""
        return self.sizeHint()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint box, tick, words and focus ring."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        side, middle = px(BOX), self.height() / 2
        paint_box(c, 4, middle - side / 2, side, ticked=self.isChecked())
        c.text(self.text(), 4 + px(BOX + 8), 0, self.width(), self.height(), px(BODY))
        if self.hasFocus():
            c.box(0, 2, self.width(), self.height() - 4, None, 6, t.accent, 2)
        painter.end()
