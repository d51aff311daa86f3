"""What has to be said before today's practice: welcome back, ask for a review, what could not be read.

One rule: nobody is told off, and nothing is locked: each is one sentence, some with something to press.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.chip import Chip
from biofeedback.ui.look.icons import Light, paint_icon, paint_light
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, RADIUS_CONTROL, Look
from biofeedback.ui.phrase import Phrase
from biofeedback.ui.words import spoken

PAD, BETWEEN = 14, 8


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence; `answers` are buttons: the name that is told when it is pressed, and its words."""

    text: Phrase
    light: Light | None = "look"
    answers: tuple[tuple[str, Phrase], ...] = ()


class StartNotices(QWidget):
    """The notices, one below the other; no height without any. `answered` carries an answer's name."""

    answered = pyqtSignal(str)
    grown = pyqtSignal()
    """It needs another height."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self.notices: tuple[Notice, ...] = ()
        self.buttons: dict[str, Chip] = {}

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for button in self.buttons.values():
            button.dress(look)
        self.update()

    def tell(self, notices: Sequence[Notice]) -> None:
        """Show these."""
        if tuple(notices) == self.notices:
            return
        self.notices = tuple(notices)
        for button in self.buttons.values():
            button.hide()
            button.deleteLater()
        self.buttons = {}
        for notice in self.notices:
            for name, words in notice.answers:
                button = Chip(spoken(words), spoken(notice.text), self)
                button.setCheckable(False)
                button.dress(self._look)
                button.clicked.connect(lambda _=False, name=name: self.answered.emit(name))
                button.show()
                self.buttons[name] = button
        self.setAccessibleName(" ".join(spoken(notice.text) for notice in self.notices))
        self.update()
        self.grown.emit()

    def needed_height(self, width: int) -> int:
        """Return how high all of them are at `width` pixels."""
        heights = [self._height(notice, width) for notice in self.notices]
        return round(sum(heights) + BETWEEN * max(0, len(heights) - 1))

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put the buttons in their places."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the notices."""
        self._place()
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        c.fill(0, 0, self.width(), self.height(), t.canvas)
        y = 0.0
        for notice in self.notices:
            high = self._height(notice, self.width())
            ground, ink = (t.warn_soft, t.warn_ink) if notice.light == "look" else (t.accent_soft, t.accent_ink)
            c.box(0, y, self.width(), high, ground, RADIUS_CONTROL, t.line if t.name == "contrast" else None)
            text = text_height(spoken(notice.text), px(BODY), self._room(notice, self.width()), 500)
            middle = y + self._text_top(notice, high, text) + px(BODY) * 0.68
            if notice.light:
                paint_light(c, notice.light, PAD + px(9), middle, px(9))
            else:
                paint_icon(c, "person", PAD + px(9), middle, px(20), ink)
            c.text(
                spoken(notice.text), PAD + px(28), y + self._text_top(notice, high, text),
                self._room(notice, self.width()), text, px(BODY), 500, ink, wrap=True,
            )  # fmt: skip
            y += high + BETWEEN
        painter.end()

    def _text_top(self, notice: Notice, high: float, text: float) -> float:
        return PAD * 0.75 if self._stacked(notice, self.width()) else (high - text) / 2

    def _answers_width(self, notice: Notice) -> float:
        return sum(
            self.buttons[name].sizeHint().width() + BETWEEN for name, _ in notice.answers if name in self.buttons
        )

    def _stacked(self, notice: Notice, width: int) -> bool:
        """Whether the buttons stand below the words: beside them the words had too little room."""
        return bool(notice.answers) and width - self._answers_width(notice) < self._look.px(300)

    def _flow(self, notice: Notice, width: int) -> list[tuple[str, float, int]]:
        """Return the left end and the row of each button that stands below the words."""
        x, row, placed = 0.0, 0, []
        for name, _ in notice.answers:
            wide = self.buttons[name].sizeHint().width()
            if x and x + wide > width - 2 * PAD - self._look.px(28):
                x, row = 0.0, row + 1
            placed.append((name, x, row))
            x += wide + BETWEEN
        return placed

    def _room(self, notice: Notice, width: int) -> float:
        room = width - 2 * PAD - self._look.px(28)
        return room if self._stacked(notice, width) else max(80.0, room - self._answers_width(notice))

    def _height(self, notice: Notice, width: int) -> float:
        px = self._look.px
        text = text_height(spoken(notice.text), px(BODY), self._room(notice, width), 500) + 1.5 * PAD
        if self._stacked(notice, width):
            return text + (self._flow(notice, width)[-1][2] + 1) * (px(34) + BETWEEN) + 4
        return max(text, px(34) + 12 if notice.answers else 0.0)

    def _place(self) -> None:
        y, high_button = 0.0, round(self._look.px(34))
        for notice in self.notices:
            high = self._height(notice, self.width())
            placed = self._flow(notice, self.width()) if notice.answers else []
            x, top = self.width() - PAD - self._answers_width(notice) + BETWEEN, y + (high - high_button) / 2
            if self._stacked(notice, self.width()):
                x, top = PAD + self._look.px(28), y + high - 8 - high_button
                top -= placed[-1][2] * (high_button + BETWEEN)
            for name, beside, row in placed:
                wide = self.buttons[name].sizeHint().width()
                left, below = x + beside, top + row * (high_button + BETWEEN)
                self.buttons[name].setGeometry(round(left), round(below), wide, high_button)
            y += high + BETWEEN
