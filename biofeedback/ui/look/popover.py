"""A card that opens above the strip and has the keys while it is open: Esc, Enter or a click elsewhere closes it.

One rule: every key that is not the card's own goes on to the window.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QEvent, QPoint, QSize, Qt
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QApplication, QFrame, QWidget

from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.scroll_area import ScrollArea
from biofeedback.ui.look.tokens import RADIUS_CARD, Look

AIR = 8
"""Pixels between the card and the edges of the window."""


class Popover(QFrame):
    """Ground, place and keys of a card; what is on it, `area` among it, its own class puts there.

    `opens` tells the widgets whose own press opens and closes it; `on_close` gives the keys back.
    """

    def __init__(self, parent: QWidget, *, opens: Callable[[QWidget], bool], on_close: Callable[[], None]) -> None:
        super().__init__(parent)
        self._opens, self._on_close = opens, on_close
        self._look, self._bottom = Look(), 0
        self.area = ScrollArea(self, fits_width=True)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()

    def size_in(self, room: QSize) -> QSize:
        """Return the size of what is shown, in pixels; at most `room`."""
        raise NotImplementedError

    def own_keys(self) -> dict[int, Callable[[], object]]:
        """Return what the card's keys do, beside the paging of `area`."""
        return dict.fromkeys((Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter), self.close_card)

    def fit(self) -> None:
        """Take the size of what is shown, as far as the window has room above the strip."""
        window = self.parentWidget()
        if window is None:
            return
        bottom = self._bottom or window.height()
        size = self.size_in(QSize(window.width() - 2 * AIR, bottom - 2 * AIR))
        x = max(AIR, min(self.x(), window.width() - size.width() - AIR))
        self.setGeometry(x, bottom - AIR - size.height(), size.width(), size.height())

    def open_above(self, anchor: QPoint) -> None:
        """Open with the lower left corner near `anchor` (in the window), inside the window, and take the keys."""
        self._bottom = anchor.y()
        self.move(anchor.x(), 0)
        self.fit()
        self.show()
        self.fit()  # now that everything in it has its style
        self.raise_()
        self.setFocus()

    def close_card(self) -> None:
        """Close, and give the keys back."""
        if self.isVisible():
            self.hide()
            self._on_close()

    def event(self, e: QEvent | None) -> bool:
        """Take the keys that it knows before the window's shortcuts do."""
        if isinstance(e, QKeyEvent) and e.type() == QEvent.Type.ShortcutOverride and self._does(e) is not None:
            e.accept()
            return True
        return super().event(e)

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Do what the card's keys do, scroll by the page keys; leave every other key to the window."""
        if a0 is None:
            return
        bar = self.area.verticalScrollBar()
        pages = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
        if do := self._does(a0):
            do()
        elif bar is not None and a0.key() in pages:
            bar.setValue(bar.value() + pages[Qt.Key(a0.key())] * bar.pageStep())
        else:
            a0.ignore()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the ground."""
        painter = QPainter(self)
        t = self._look.palette
        Canvas(painter, self._look).box(0, 0, self.width(), self.height(), t.surface, RADIUS_CARD, t.edge, 1.5)
        painter.end()

    def _does(self, event: QKeyEvent) -> Callable[[], object] | None:
        """Return what a key does here, None for a key that is not this card's."""
        modifiers = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        return self.own_keys().get(event.key()) if modifiers == Qt.KeyboardModifier.NoModifier else None

    def _focus_moved(self, _: QWidget | None, now: QWidget | None) -> None:
        """Close when a click or a tab goes elsewhere; a press on what opens the card closes it by itself."""
        if self.isVisible() and now is not None and not (now is self or self.isAncestorOf(now) or self._opens(now)):
            self.hide()
