"""The large buttons of the cards that ask the person: a number of a scale, and a rule to stop by.

One rule: Space is never theirs; Enter presses the one that has the focus, and what is chosen has a sign, not only a
colour.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QScrollArea, QWidget

from biofeedback.safety import Item
from biofeedback.ui.look.canvas import CENTRE, Canvas, key_width
from biofeedback.ui.look.enter_button import EnterButton
from biofeedback.ui.look.icons import paint_tick
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, LEAD, RADIUS_CONTROL, Look
from biofeedback.ui.words import carried

HIGHEST = 10
TEN = "X"
"""The key for ten."""


class PersonButton(EnterButton):
    """Pressed by a click or by Enter; every other key is its card's."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.look_of_now = Look()
        self.scale = 1.0
        """What the text shrinks by where there is little room."""
        self.setText(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def dress(self, look: Look, scale: float = 1.0) -> None:
        """Take on a look."""
        self.look_of_now, self.scale = look, scale
        self.update()

    def px(self, size: float) -> float:
        """Return a size in pixels at 100 % as it is here."""
        return self.look_of_now.px(size) * self.scale

    def focusInEvent(self, e: QFocusEvent | None) -> None:
        """Come into sight where the card scrolls."""
        super().focusInEvent(e)
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(self)


class ScaleButton(PersonButton):
    """One number of a row; the chosen one is filled and has a tick."""

    def __init__(self, value: int, parent: QWidget) -> None:
        super().__init__(str(value), parent)
        self.value = value
        self.setCheckable(True)

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the number; ten has its key beside it."""
        painter = QPainter(self)
        c, t, chosen = Canvas(painter, self.look_of_now), self.look_of_now.palette, self.isChecked()
        w, h = float(self.width()), float(self.height())
        ground = t.accent if chosen else t.sunken if self.underMouse() else t.surface
        c.fill(0, 0, w, h, t.surface)
        c.box(0, 0, w, h, ground, RADIUS_CONTROL, t.accent if chosen else t.edge, 2 if chosen else 1)
        ink, size = t.on_accent if chosen else t.ink, min(self.px(LEAD), 0.44 * h, 0.44 * w)
        lift = 0.15 * h if chosen or self.value == HIGHEST else 0.0
        c.text(self.text(), 0, -lift, w, h, size, 700 if chosen else 600, ink, CENTRE)
        if chosen:
            paint_tick(c, w / 2, 0.78 * h, 0.3 * h, t.on_accent, max(2.0, 0.05 * h))
        elif self.value == HIGHEST:
            small = min(self.px(12), 0.22 * h)
            c.key(TEN, (w - small * 5 / 3) / 2, 0.76 * h, small)
        if self.hasFocus():
            c.box(0, 0, w, h, None, RADIUS_CONTROL, t.surface, 5)
            c.box(0, 0, w, h, None, RADIUS_CONTROL, t.ink if chosen else t.accent, 3)
        painter.end()


class RuleButton(PersonButton):
    """A rule in large words with its key; the words break into lines and are never cut."""

    def __init__(self, item: Item, key: str, parent: QWidget) -> None:
        text = carried(item.text)
        words = text[:1].upper() + text[1:]
        super().__init__(words, parent)
        self.item, self.key = item, key
        self.setAccessibleName(words)
        self.setToolTip(f"{words} ({key})" if key else words)
        self.setAccessibleDescription(self.toolTip())

    def height_in(self, width: float) -> int:
        """Return how high it is in a width."""
        lines = text_height(self.text(), self.px(LEAD), width - self._words_x() - self.px(12), 500)
        return round(max(48.0, lines + self.px(20)))

    def sizeHint(self) -> QSize:
        """As wide as its words in one line."""
        return QSize(760, self.height_in(760))

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint key and words."""
        painter = QPainter(self)
        c, t = Canvas(painter, self.look_of_now), self.look_of_now.palette
        w, h = float(self.width()), float(self.height())
        hot = self.underMouse() or self.isDown()
        c.fill(0, 0, w, h, t.surface)
        c.box(0, 0, w, h, t.bad_soft if hot else t.surface, RADIUS_CONTROL, t.bad if hot else t.edge, 1.5)
        if self.key:
            c.key(self.key, self.px(14), h / 2, self.px(BODY), t.ink)
        x = self._words_x()
        c.text(self.text(), x, 0, w - x - self.px(12), h, self.px(LEAD), 500, wrap=True)
        if self.hasFocus():
            c.box(0, 0, w, h, None, RADIUS_CONTROL, t.accent, 3)
        painter.end()

    def _words_x(self) -> float:
        return self.px(28) + key_width("0", self.px(BODY))
