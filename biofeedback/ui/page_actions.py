"""The row of actions of a step: buttons left and right, one sentence between them, the primary one at the right end.

One rule: a button does what its key does, by the same signal; what does not fit steps back behind *More*.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PyQt6.QtCore import QPoint, QRectF, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QMenu, QWidget

from biofeedback.ui.look.canvas import CENTRE, LEFT, Canvas, text_width
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import CAPTION, GUTTER, MARGIN, Look, metrics, style_sheet
from biofeedback.ui.page import Action

PRIMARY_WIDTH = 216.0
"""Pixels at 100 %: the primary button is wider than its words."""


class PageActions(QWidget):
    """Connect to `pressed`, which carries the action's name."""

    pressed = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._actions: tuple[Action, ...] = ()
        self._note = ""
        self._free = (0, 0)
        """Left and right end of the room for the note."""
        self.buttons: dict[str, KeyButton] = {}
        self.more = KeyButton(self.tr("More …"), "", "more", tip=self.tr("The other actions"), parent=self)
        self.more.clicked.connect(self._open_menu)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for button in (*self.buttons.values(), self.more):
            button.dress(look)
        self.setFixedHeight(self.more.sizeHint().height())
        self._place()

    def offer(self, actions: Sequence[Action], note: str) -> None:
        """Show `actions` and `note`; nothing moves where nothing changed."""
        given = tuple(actions)
        if (given, note) == (self._actions, self._note):
            return
        names = [action.name for action in given]
        if names != [action.name for action in self._actions]:
            self._rebuild(given)
        self._actions, self._note = given, note
        self.setToolTip(note)
        for action in given:
            button = self.buttons[action.name]
            button.name(action.label, action.tip, action.icon)
            button.setEnabled(action.enabled)
            button.set_primary(primary=action.primary)
        self._place()
        self.update()

    @property
    def primary(self) -> Action | None:
        """The action that Enter does; None where there is none just now."""
        return next((action for action in self._actions if action.primary and action.enabled), None)

    def named(self, key: str) -> str:
        """Return the name of the action whose key is `key`; empty for none that is possible now."""
        return next((action.name for action in self._actions if action.key == key and action.enabled), "")

    def _rebuild(self, actions: Sequence[Action]) -> None:
        for button in self.buttons.values():
            button.hide()
            button.deleteLater()
        self.buttons = {}
        for action in actions:
            button = KeyButton(action.label, action.key, action.icon, tip=action.tip, parent=self)
            button.dress(self._look)
            button.clicked.connect(lambda _=False, name=action.name: self.pressed.emit(name))
            self.buttons[action.name] = button
        ordered = [*self.buttons.values(), self.more]
        for first, second in itertools.pairwise(ordered):
            QWidget.setTabOrder(first, second)

    def _width(self, action: Action, *, wide: bool) -> int:
        least = self.buttons[action.name].sizeHint().width()
        return max(least, round(self._look.px(PRIMARY_WIDTH))) if action.primary and wide else least

    def _place(self) -> None:
        """Give every button its place: without room the primary one narrows, keycaps go, then buttons step back."""
        shown = list(self._actions)
        room = self.width() - 2 * MARGIN

        def needed(*, wide: bool) -> int:
            more = self.more.sizeHint().width() + GUTTER if len(shown) < len(self._actions) else 0
            return sum(self._width(action, wide=wide) + GUTTER for action in shown) - GUTTER + more

        for button in self.buttons.values():
            button.with_key = True
        wide = needed(wide=True) <= room
        if needed(wide=wide) > room:
            for button in self.buttons.values():
                button.with_key = False
        while needed(wide=wide) > room and (spare := [a for a in shown if not a.primary]):
            shown.remove(next((a for a in reversed(spare) if not a.right), spare[-1]))
        x, h = MARGIN, self.height()
        for action in (a for a in shown if not a.right and not a.primary):
            width = self._width(action, wide=wide)
            self.buttons[action.name].setGeometry(x, 0, width, h)
            x += width + GUTTER
        hidden = len(shown) < len(self._actions)
        self.more.setVisible(hidden)
        if hidden:
            self.more.setGeometry(x, 0, self.more.sizeHint().width(), h)
            x += self.more.width() + GUTTER
        right = self.width() - MARGIN
        ends = [a for a in shown if a.right and not a.primary] + [a for a in shown if a.primary]
        for action in reversed(ends):
            width = self._width(action, wide=wide)
            self.buttons[action.name].setGeometry(right - width, 0, width, h)
            right -= width + GUTTER
        for action in self._actions:
            self.buttons[action.name].setVisible(action in shown)
        self._free = (x, right)

    def sizeHint(self) -> QSize:
        """As high as a button."""
        return QSize(400, self.more.sizeHint().height())

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Fit into the new width."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ground and sentence."""
        painter = QPainter(self)
        c, px = Canvas(painter, self._look), self._look.px
        c.fill(0, 0, self.width(), self.height(), c.t.canvas)
        left, right = self._free
        if self._note and right - left > px(120):
            words = self._fitted(right - left)
            in_one_line = text_width(words, px(CAPTION)) <= right - left
            align = CENTRE if in_one_line else LEFT
            c.text(words, left, 0, right - left, self.height(), px(CAPTION), 400, c.t.ink2, align, wrap=not in_one_line)
        painter.end()

    def _fitted(self, room: int) -> str:
        """Return as much of the note as fits into the row's height; the tooltip has all of it."""
        measures, words = metrics(self._look.px(CAPTION)), self._note.split()
        box, wrapped = QRectF(0, 0, room, 10_000), int(Qt.TextFlag.TextWordWrap)
        fitted = self._note
        while len(words) > 1 and measures.boundingRect(box, wrapped, fitted).height() > self.height():
            words.pop()
            fitted = " ".join(words) + " …"
        return fitted

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setStyleSheet(style_sheet(self._look))
        for action in self._actions:
            if self.buttons[action.name].isHidden():
                entry = QAction(f"{action.label}   ({action.key})" if action.key else action.label, menu)
                entry.setEnabled(action.enabled)
                entry.triggered.connect(lambda _=False, name=action.name: self.pressed.emit(name))
                menu.addAction(entry)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(QPoint(0, -menu.sizeHint().height())))
