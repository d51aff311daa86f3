"""A weekday to plan or not: the shape that the week's card shows, above its two letters.

One rule: in a dialog Space chooses; the arrows go to the neighbours.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QAbstractButton, QWidget

from biofeedback.ui.look.canvas import CENTRE, Canvas
from biofeedback.ui.look.tokens import BODY, RADIUS_CONTROL, Look
from biofeedback.ui.start.day_shape import DAYS, STATES, WEEKDAYS, paint_day
from biofeedback.ui.words import spoken

SIDE, RADIUS = 46.0, 11.0


class DayToggle(QAbstractButton):
    """Weekday `number`, Monday is 0; checked: practice is planned."""

    def __init__(self, number: int, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.setText(spoken(DAYS[number]))
        self.setAccessibleName(spoken(WEEKDAYS[number]))
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._tell)
        self._tell()

    def _tell(self) -> None:
        state = spoken(STATES["planned" if self.isChecked() else "open"])
        self.setAccessibleDescription(state)
        self.setToolTip(f"{self.accessibleName()}: {state}")

    def sizeHint(self) -> QSize:
        """Shape and letters, with air."""
        return QSize(round(self._look.px(SIDE)), round(self._look.px(SIDE + 16)))

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`."""
        return self.sizeHint()

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ground, shape, letters and focus ring."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h, on = self.width(), self.height(), self.isChecked()
        ground, border = (t.accent_soft, t.accent) if on else (t.surface, t.border)
        c.box(0, 0, w, h, ground, RADIUS_CONTROL, border, 2 if on else 1)
        paint_day(c, "planned" if on else "open", w / 2, px(21), px(RADIUS))
        weight, ink = (600, t.accent_ink) if on else (500, t.ink2)
        c.text(self.text(), 0, px(34), w, h - px(36), px(BODY), weight, ink, CENTRE)
        if self.hasFocus():
            c.box(4, 4, w - 8, h - 8, None, RADIUS_CONTROL - 3, t.ink, 2)
        painter.end()
