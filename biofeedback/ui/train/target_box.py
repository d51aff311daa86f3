"""The target between its two arrows, and whose it is; with a second line, a button that goes over to that one.

One rule: it says what a press would move, and why it cannot where it cannot.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.ui.look.canvas import CENTRE, Canvas, key_width, text_width
from biofeedback.ui.look.key_button import KEYCAP, KeyButton
from biofeedback.ui.look.tokens import CAPTION, LEAD, RADIUS_CONTROL, Look
from biofeedback.ui.train.target_editing import TargetText
from biofeedback.ui.words import spoken

ARROW = 44.0
"""Pixels of an arrow at 100 %."""
KEY = "O"


class TargetBox(QWidget):
    """Shows what `tell` was told last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._text: TargetText | None = None
        self._caption = self._value = ""
        self.down = KeyButton("", "↓", "down", quiet=True, parent=self)
        self.up = KeyButton("", "↑", "up", quiet=True, parent=self)
        self.other = KeyButton("", KEY, "swap", quiet=True, parent=self)
        self.other.name(self.tr("The other line"), self.tr("Move the other muscle's line instead (O)"), shown=False)
        self.other.hide()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.tell(TargetText())

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for button in (self.down, self.up, self.other):
            button.dress(look)
        self._place()
        self.updateGeometry()
        self.update()

    def tell(self, text: TargetText) -> None:
        """Show whose line is moved, its value, and what can be done."""
        caption, value, tip = spoken(text.caption), spoken(text.value), spoken(text.tip)
        if (text, caption, value, tip) == (self._text, self._caption, self._value, self.toolTip()):
            return
        self._text, self._caption, self._value = text, caption, value
        self.setAccessibleName(f"{self._caption} {self._value}")
        self.setAccessibleDescription(tip)
        self.setToolTip(tip)
        end = self.tr("It is as far as it goes") if text.lower or text.higher else tip
        lower, higher = self.tr("Lower it (↓). {what}"), self.tr("Raise it (↑). {what}")
        self.down.name(self.tr("Target down"), lower.format(what=tip if text.lower else end), "down", shown=False)
        self.up.name(self.tr("Target up"), higher.format(what=tip if text.higher else end), "up", shown=False)
        self.down.setEnabled(text.lower)
        self.up.setEnabled(text.higher)
        if text.other:
            words = self.tr("Move the line of {muscle} instead (O)").format(muscle=text.other)
            self.other.name(self.tr("The other line"), words, "swap", shown=False)
        self.other.setVisible(bool(text.other))
        self._place()
        self.updateGeometry()
        self.update()

    @property
    def _sizes(self) -> tuple[float, float]:
        """Caption and value in pixels; large text shrinks a little, so that both stay."""
        px = self._look.px
        part = 1.0 if self._look.text_percent <= 125 else 0.8
        return part * px(CAPTION), part * px(LEAD)

    @property
    def _with_key(self) -> bool:
        return bool(self._text and self._text.other) and self._look.text_percent <= 125

    def _caption_width(self) -> float:
        width = text_width(self._caption, self._sizes[0])
        return width + self._look.px(6) + key_width(KEY, self._look.px(KEYCAP)) if self._with_key else width

    def sizeHint(self) -> QSize:
        """Arrows, and room for the longest value."""
        px, (_, size) = self._look.px, self._sizes
        words = max(text_width(value, size, 600) for value in ("1000 µV", "→ 100 %", self._value))
        words = max(words, self._caption_width())
        n_buttons = 3 if self._text and self._text.other else 2
        return QSize(round(n_buttons * px(ARROW + 2) + words + 12), self.up.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`."""
        return self.sizeHint()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put the arrows at both ends."""
        super().resizeEvent(a0)
        self._place()

    def _place(self) -> None:
        w, h = round(self._look.px(ARROW)), self.height() - 2
        right = self.width() - w - 1
        if not self.other.isHidden():
            self.other.setGeometry(right, 1, w, h)
            right -= w
        self.down.setGeometry(1, 1, w, h)
        self.up.setGeometry(right, 1, w, h)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the frame, whose line it is, and its value."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h = float(self.width()), float(self.height())
        c.box(0, 0, w, h, t.surface, RADIUS_CONTROL, t.border)
        if not self.other.isHidden():
            c.line(self.other.x() - 1, 8, self.other.x() - 1, h - 8, t.line)
        left, right = float(self.down.geometry().right()), float(self.up.x())
        room, (small, large) = right - left, self._sizes
        wide = room + 0.4 * px(ARROW)  # the arrows stand in the middle of their buttons
        while not self._with_key and text_width(self._caption, small) > wide and small > 9:
            small -= 0.5
        x = left + (room - (self._caption_width() if self._with_key else text_width(self._caption, small))) / 2
        c.text(self._caption, x, 0.06 * h, room, 0.44 * h, small, 400, t.ink3)
        if self._with_key:
            c.key(KEY, x + text_width(self._caption, small) + px(6), 0.28 * h, px(KEYCAP))
        c.text(self._value, left, 0.44 * h, room, 0.5 * h, large, 600, align=CENTRE)
        painter.end()
