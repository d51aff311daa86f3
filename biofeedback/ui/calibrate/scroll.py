"""A painted sheet that scrolls when large text makes it higher than its room.

One rule: what fits does not scroll; what does not keeps its size, and its beginning is seen first.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.look.scroll_area import ScrollArea
from biofeedback.ui.look.tokens import Look, style_sheet


class SheetArea(ScrollArea):
    """Shows `sheet`, whose least height in pixels follows from its width. Call `fit` when what is on it has changed."""

    def __init__(self, sheet: QWidget, height_for: Callable[[int], int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet, self._height_for = sheet, height_for
        self.setWidget(sheet)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self.setStyleSheet(style_sheet(look))
        self.fit()

    def fit(self) -> None:
        """Give the sheet its size."""
        room = self.maximumViewportSize()
        width, height = room.width(), self._height_for(room.width())
        scrolls = height > room.height()
        # with the focus on it, the arrow keys scroll
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if scrolls else Qt.FocusPolicy.NoFocus)
        if scrolls:
            bar = self.verticalScrollBar()
            width -= bar.sizeHint().width() if bar else 0
            height = self._height_for(width)
        self._sheet.resize(width, max(height, room.height()))

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Fit into the new size."""
        super().resizeEvent(a0)
        self.fit()
