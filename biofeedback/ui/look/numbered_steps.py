"""Sentences one below the other, each with its number in a disc, or with a dot.

One rule: a number says the order of steps, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.ui.look.canvas import CENTRE, TOP, Canvas
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, Look


class NumberedSteps(QWidget):
    """As high as its sentences in the width it has."""

    def __init__(self, parent: QWidget, *, numbered: bool = True) -> None:
        super().__init__(parent)
        self._look = Look()
        self._numbered = numbered
        self.steps: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self._fit()
        self.update()

    def show_steps(self, steps: Sequence[str]) -> None:
        """Show these sentences."""
        self.steps = tuple(steps)
        told = [f"{n}. {text}" if self._numbered else f"{text}." for n, text in enumerate(self.steps, 1)]
        self.setAccessibleName(" ".join(told))
        self._fit()
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Any width: the words break."""
        return QSize(160, self.minimumHeight())

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Be as high as the width asks for."""
        super().resizeEvent(a0)
        self._fit()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint numbers and sentences."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        y, r = 0.0, px(11)
        for number, text in enumerate(self.steps, 1):
            height = self._height(text)
            if self._numbered:
                c.circle(r, y + r, r, t.ink2)
                c.text(str(number), 0, y, 2 * r, 2 * r, px(CAPTION), 700, t.surface, CENTRE)
            else:
                c.circle(px(6), y + r, px(2.5), t.ink2)
            left = self._left
            c.text(text, left, y + px(1), self.width() - left, height, px(BODY), 400, t.ink, vertical=TOP, wrap=True)
            y += height + self._air
        painter.end()

    def _height(self, text: str) -> float:
        px = self._look.px
        return max(px(22), text_height(text, px(BODY), self.width() - self._left) + px(2))

    @property
    def _left(self) -> float:
        return self._look.px(32 if self._numbered else 18)

    @property
    def _air(self) -> float:
        return self._look.px(8 if self._numbered else 2)

    def _fit(self) -> None:
        height = round(sum(self._height(text) + self._air for text in self.steps))
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)
