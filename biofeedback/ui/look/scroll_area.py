"""A scroll area as all are here: no frame, and only up and down.

One rule: it is no stop of the Tab key, unless its owner makes it one.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QScrollArea, QWidget


class ScrollArea(QScrollArea):
    """Shows a widget that may be higher than its room. `fits_width`: it is kept as wide as the room."""

    def __init__(self, parent: QWidget | None = None, *, fits_width: bool = False) -> None:
        super().__init__(parent)
        self.setWidgetResizable(fits_width)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
