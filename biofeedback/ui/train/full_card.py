"""A card that asks the person something: it covers the page, has the keys while it is open, and gives them back.

One rule: while it is open no key reaches the training by accident; only F keys (person's screen, reconnect) go through.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QRect, QRectF, Qt
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QAbstractButton, QApplication, QWidget

from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import RADIUS_CARD, Look

PAD = 24
PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ShiftModifier)


class PersonCard(QWidget):
    """A child of the window. What is in it is laid out by `arrange` whenever its place or its look changes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.look_of_now = Look()
        self.panel = QRectF()
        """The card inside the place that is covered."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.hide()

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self.look_of_now = look
        self.arrange()
        self.update()

    def open_in(self, rect: QRect) -> None:
        """Cover `rect` of the window and take the keys; open already, only move there."""
        was_open = self.isVisible()
        self.setGeometry(rect)
        self.arrange()
        self.show()
        self.raise_()
        if not was_open:
            self.setFocus()

    def close_card(self) -> None:
        """Close, and give the keys back to the window if they are here."""
        at = QApplication.focusWidget()
        window = self.window()
        has_keys = at is self or (at is not None and self.isAncestorOf(at))
        self.hide()
        if has_keys and window is not None:
            window.setFocus()

    def arrange(self) -> None:
        """Put everything in its place and set `panel`."""
        raise NotImplementedError

    def take_key(self, key: Qt.Key, text: str) -> bool:
        """Do what a key asks for; return whether it asked for anything."""
        raise NotImplementedError

    # -- keys ---------------------------------------------------------------------------------------------

    def event(self, a0: QEvent | None) -> bool:
        """Take the keys before the window's shortcuts do."""
        if isinstance(a0, QKeyEvent) and a0.type() == QEvent.Type.ShortcutOverride and _is_ours(a0):
            a0.accept()
            return True
        return super().event(a0)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Take the card's keys; swallow others that would do something behind it."""
        if a0 is None:
            return
        if not _is_ours(a0):
            a0.ignore()
        elif not a0.isAutoRepeat():
            self.take_key(Qt.Key(a0.key()), a0.text())

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, FBT001 - Qt's signature
        """Tab goes round inside the card."""
        parts = [part for part in self.findChildren(QAbstractButton) if part.isVisible() and part.isEnabled()]
        at = QApplication.focusWidget()
        if not parts:
            return False
        i = next_index([part is at for part in parts], forward=next)
        parts[i].setFocus(Qt.FocusReason.TabFocusReason if next else Qt.FocusReason.BacktabFocusReason)
        return True

    # -- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint what covers the page, and the card."""
        painter = QPainter(self)
        c, panel = Canvas(painter, self.look_of_now), self.panel
        c.fill(0, 0, self.width(), self.height(), c.t.canvas)
        c.box(panel.x(), panel.y(), panel.width(), panel.height(), c.t.surface, RADIUS_CARD, c.t.edge, 1.5)
        self.paint_card(c, panel)
        painter.end()

    def paint_card(self, c: Canvas, panel: QRectF) -> None:
        """Paint the words of the card."""
        raise NotImplementedError

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self.arrange()


def next_index(is_here: list[bool], *, forward: bool) -> int:
    """Return which part comes after the one that is here, or before it, round and round."""
    if True not in is_here:
        return 0 if forward else len(is_here) - 1
    return (is_here.index(True) + (1 if forward else -1)) % len(is_here)


def _is_ours(event: QKeyEvent) -> bool:
    """Return whether a key is for the card: all but F keys and those held with Ctrl, Alt or Meta."""
    return event.modifiers() in PLAIN and not Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35
