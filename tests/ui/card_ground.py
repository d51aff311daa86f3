"""What the tests of the Train step's cards share: a window whose shortcuts note what reaches them, and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication, QWidget

from tests.ui import hands

PAGE = QRect(24, 72, 1232, 520)
"""Where the card stands in the window."""


class Ground(QWidget):
    """A window that notes in `heard` which of its `keys` reach it."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.resize(1280, 720)
        for key in keys:
            QShortcut(QKeySequence(key), self, lambda key=key: self.heard.append(key))


def ground_hearing(*keys: str) -> Callable[[QApplication], Iterator[Ground]]:
    """Return a fixture that gives a window for a card to stand in."""

    @pytest.fixture
    def ground(qapp: QApplication) -> Iterator[Ground]:
        window = Ground(keys)
        window.show()
        window.setFocus()
        yield window
        window.close()

    return ground


def press(name: Qt.Key, *, shift: bool = False) -> None:
    """Press a key where the focus is."""
    held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    hands.press(QApplication.focusWidget(), name, held)
