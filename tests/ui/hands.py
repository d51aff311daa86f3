"""A key and a click on one widget, as a person's hands would."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QWidget


def press(widget: QWidget | None, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key with the modifier `held`."""
    QTest.keyClick(widget, key, held)  # type: ignore[call-overload] # PyQt's stubs take a static for a method


def click(widget: QWidget) -> None:
    """Click in the middle of a widget."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)  # type: ignore[call-overload] # as above
