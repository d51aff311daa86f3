"""A dialog with an edge of its own, for windows without a frame.

One rule: it is never larger than the room in its parent.
"""

from __future__ import annotations

from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QDialog, QWidget

from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import Look

AROUND = 32
"""Pixels of the parent that stay free, both sides together."""


class FramedDialog(QDialog):
    """What the dialogs that are laid out here have in common; `look` is theirs as long as they are open."""

    def __init__(self, look: Look, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._look = look

    def fit(self, width: int, height: int) -> None:
        """Take this size, as far as the parent has room."""
        parent = self.parentWidget()
        if parent is not None:
            width, height = min(width, parent.width() - AROUND), min(height, parent.height() - AROUND)
        self.resize(width, height)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ground and edge."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.fill(0, 0, self.width(), self.height(), c.t.surface)
        c.box(0, 0, self.width(), self.height(), None, 0, c.t.edge, 1)
        painter.end()
