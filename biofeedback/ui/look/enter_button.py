"""What all painted buttons share: Enter presses the one that has the focus, every other key is the window's.

One rule: Space belongs to the muscle (or the pause), never to a button.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QEnterEvent, QKeyEvent
from PyQt6.QtWidgets import QAbstractButton, QWidget


class EnterButton(QAbstractButton):
    """A button without a look of its own; `hovered` while the pointer is over it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered = False

    def keyPressEvent(self, e: QKeyEvent | None) -> None:
        """Press on Enter, go on with Tab; leave every other key to the window."""
        if e is None:
            return
        if e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif e.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            super().keyPressEvent(e)
        else:
            e.ignore()

    def keyReleaseEvent(self, e: QKeyEvent | None) -> None:
        """Leave the key to the window."""
        if e is not None:
            e.ignore()

    def enterEvent(self, event: QEnterEvent | None) -> None:
        """Show that it can be pressed."""
        self.hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, a0: QEvent | None) -> None:
        """Look plain again."""
        self.hovered = False
        self.update()
        super().leaveEvent(a0)
