"""A rounded button that stays pressed: one of several people, or a choice that is on or off.

One rule: Space belongs to the muscle, never to a chip; Enter presses the one that has the focus.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.look.canvas import CENTRE, LEFT, Canvas, text_width
from biofeedback.ui.look.enter_button import EnterButton
from biofeedback.ui.look.icons import paint_tick
from biofeedback.ui.look.tokens import BODY, Look

CHIP = 40.0
"""Height at 100 %."""
SIGN = 16.0


class Chip(EnterButton):
    """A rounded button that is chosen or not; with `tick` it shows an empty ring or a tick before its words."""

    def __init__(self, text: str, tip: str, parent: QWidget, *, tick: bool = False) -> None:
        super().__init__(parent)
        self._look, self._tick = Look(), tick
        self.setText(text)
        self.setCheckable(True)
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        self.setToolTip(tip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Its words with air."""
        px = self._look.px
        sign = px(SIGN + 8) if self._tick else 0
        return QSize(round(text_width(self.text(), px(BODY), 600) + sign + px(32)), round(px(CHIP)))

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ground, words and focus ring."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h = self.width(), self.height()
        on = self.isChecked()
        ground = t.accent_soft if on else t.sunken if self.hovered else t.surface
        c.box(0, 0, w, h, ground, h / 2, t.accent if on else t.border, 2 if on else 1)
        left = 0.0
        if self._tick:
            r, left = px(SIGN) / 2, px(SIGN + 8)
            x = px(16) + r
            c.circle(x, h / 2, r - (0 if on else 1), t.accent if on else None, None if on else t.edge, 1.5)
            if on:
                paint_tick(c, x, h / 2, 1.3 * r, t.on_accent, max(1.8, 0.2 * r))
        x, align = (px(16) + left, LEFT) if self._tick else (0.0, CENTRE)
        c.text(self.text(), x, 0, w - x, h, px(BODY), 600 if on else 500, t.ink, align)
        if self.hasFocus():
            c.box(3, 3, w - 6, h - 6, None, h / 2 - 3, t.ink, 2)
        painter.end()
