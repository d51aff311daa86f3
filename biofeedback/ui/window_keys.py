"""Single keys to what they do, in each step: those of the step's own actions first, then what keys do everywhere.

One rule: a key does nothing that a button or a menu entry of the same step would not do.
"""

from __future__ import annotations

import string
from collections.abc import Callable

from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.controls import EVERYWHERE, KEYS

TRAIN_ONLY = ("Up", "Down", "+", "=", "-", *string.digits)
"""Keys that lists and fields of the other steps need themselves."""
OTHERS = ("Esc", "F5", "F11", ",")
REPEATING = ("Up", "Down")


def action_of(key: str, *, training: bool, own: Callable[[str], str]) -> str:
    """Return the name of what `key` does, empty for nothing; `own` tells the name of a step's own action."""
    if training:
        return KEYS.get(key, "")
    if name := own(key):
        return name
    name = KEYS.get(key, "")
    return name if name in EVERYWHERE else ""


class WindowKeys:
    """The keys of a window; `pressed` is called with the key."""

    def __init__(self, window: QWidget, pressed: Callable[[str], object]) -> None:
        self._of_training: list[QShortcut] = []
        for key in (*string.ascii_uppercase, *TRAIN_ONLY, *OTHERS):
            shortcut = QShortcut(QKeySequence(key), window, lambda key=key: pressed(key))
            shortcut.setAutoRepeat(key in REPEATING)
            if key in TRAIN_ONLY:
                self._of_training.append(shortcut)

    def leave_to_fields(self, *, left: bool) -> None:
        """Leave arrows, signs and digits to the lists and fields of a step, or take them for the training."""
        for shortcut in self._of_training:
            shortcut.setEnabled(not left)
