"""Tabs for cards that do not fit side by side: name, light and number key of each.

One rule: what stands on a hidden card is not hidden: its light stands on its tab.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from biofeedback.ui.look.canvas import Canvas, key_width, text_width
from biofeedback.ui.look.enter_button import EnterButton
from biofeedback.ui.look.icons import Light, paint_light
from biofeedback.ui.look.key_button import KEYCAP
from biofeedback.ui.look.tokens import BODY, RADIUS_CONTROL, Look


class CardTabs(QWidget):
    """Emits `chosen` with the number (from 0) of the card to show."""

    chosen = pyqtSignal(int)

    def __init__(self, names: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.current = 0
        self.tabs = [_Tab(i, name, self) for i, name in enumerate(names)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for i, tab in enumerate(self.tabs):
            tab.clicked.connect(lambda _=False, i=i: self.choose(i))
            row.addWidget(tab)
        self.tabs[0].setChecked(True)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        for tab in self.tabs:
            tab.dress(look)

    def choose(self, number: int) -> None:
        """Show card `number`, from 0."""
        self.current = number
        for i, tab in enumerate(self.tabs):
            tab.setChecked(i == number)
        self.chosen.emit(number)

    def show_lights(self, lights: Sequence[Light | None]) -> None:
        """Show each card's worst light; None where there is nothing to judge."""
        for tab, light in zip(self.tabs, lights, strict=True):
            tab.show_light(light)

    def sizeHint(self) -> QSize:
        """As high as a tab."""
        return QSize(400, self.tabs[0].sizeHint().height())


class _Tab(EnterButton):
    def __init__(self, number: int, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._look, self._key = Look(), str(number + 1)
        self._light: Light | None = None
        self.setText(name)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({self._key})")
        self._describe()

    def dress(self, look: Look) -> None:
        self._look = look
        self.updateGeometry()
        self.update()

    def show_light(self, light: Light | None) -> None:
        if light != self._light:
            self._light = light
            self._describe()
            self.update()

    def _describe(self) -> None:
        words = {"good": self.tr("good"), "look": self.tr("to look at"), "fix": self.tr("to fix"),
                 "none": self.tr("open")}  # fmt: skip
        self.setAccessibleDescription(words[self._light] if self._light else "")

    def sizeHint(self) -> QSize:
        px = self._look.px
        width = px(20) + text_width(self.text(), px(BODY), 600) + px(24) + key_width(self._key, px(KEYCAP)) + px(32)
        return QSize(round(width), round(px(40)))

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h, here = self.width(), self.height(), self.isChecked()
        c.box(0, 0, w, h, t.accent_soft if here else t.surface, RADIUS_CONTROL, t.accent if here else t.line,
              1.5 if here else 1)  # fmt: skip
        x = px(16)
        if self._light:
            paint_light(c, self._light, px(22), h / 2, px(9))
            x = px(42)
        size = px(BODY)
        c.text(self.text(), x, 0, w, h, size, 600 if here else 500, t.accent_ink if here else t.ink)
        c.key(self._key, x + text_width(self.text(), size, 600) + px(10), h / 2, px(KEYCAP))
        if self.hasFocus():
            c.box(0, 0, w, h, None, RADIUS_CONTROL, t.accent, 3)
        painter.end()
