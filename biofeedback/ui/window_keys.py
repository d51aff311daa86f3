"""Single keys to what they do, in each step: those of the step's own actions first, then what keys do everywhere.

Space is no shortcut: held, it contracts the simulated muscle, and must be heard to be let go.
One rule: a key does nothing that a button or a menu entry of the same step would not do.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Protocol

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.controls import EVERYWHERE, KEYS
from biofeedback.ui.guide import STEPS

TRAIN_ONLY = ("Up", "Down", "Left", "Right", "+", "=", "-", *string.digits)
"""Keys that lists and fields of the other steps need themselves."""
OTHERS = ("Esc", "F5", "F11", ",")
OF_STEPS = {f"Ctrl+{n}": step for n, step in enumerate(STEPS, 1)}
REPEATING = ("Up", "Down")


def action_of(key: str, *, training: bool, own: Callable[[str], str]) -> str:
    """Return the name of what `key` does, empty for nothing; `own` tells the name of a step's own action."""
    if training:
        return KEYS.get(key, "")
    if name := own(key):
        return name
    name = KEYS.get(key, "")
    return name if name in EVERYWHERE else ""


class Keyed(Protocol):
    """What keys need of the window."""

    def press_key(self, key: str) -> None:
        """Do what a key means, named as in KEYS; "Enter" for the primary action."""

    def space_pressed(self) -> None:
        """Contract the simulated muscle, or pause."""

    def let_go(self) -> None:
        """Let the simulated muscle go."""


class WindowKeys(QObject):
    """The keys of `window`, told to `keyed`."""

    def __init__(self, window: QWidget, keyed: Keyed) -> None:
        super().__init__(window)
        self._window, self._keyed = window, keyed
        self._of_training: list[QShortcut] = []
        for key in (*string.ascii_uppercase, *TRAIN_ONLY, *OTHERS, *OF_STEPS):
            shortcut = QShortcut(QKeySequence(key), window, lambda key=key: keyed.press_key(key))
            shortcut.setAutoRepeat(key in REPEATING)
            if key in TRAIN_ONLY:
                self._of_training.append(shortcut)
        window.installEventFilter(self)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._let_go)

    def leave_to_fields(self, *, left: bool) -> None:
        """Leave arrows, signs and digits to the lists and fields of a step, or take them for the training."""
        for shortcut in self._of_training:
            shortcut.setEnabled(not left)

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """Hear Space and Enter; a key that is let go elsewhere is never heard of, so the muscle is let go then."""
        if a1 is None or a0 is not self._window:
            return False
        kind = a1.type()
        if isinstance(a1, QKeyEvent) and kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return self._key(a1, pressed=kind == QEvent.Type.KeyPress)
        if kind == QEvent.Type.FocusOut or (kind == QEvent.Type.ActivationChange and not self._window.isActiveWindow()):
            self._keyed.let_go()
        return False

    def _key(self, event: QKeyEvent, *, pressed: bool) -> bool:
        key = event.key()
        if key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                (self._keyed.space_pressed if pressed else self._keyed.let_go)()
            return True
        if pressed and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._keyed.press_key("Enter")
            return True
        return False

    def _let_go(self) -> None:
        self._keyed.let_go()
