"""What the cards of the Prepare step are made of: a card with its title, words that break, a box to tick.

One rule: Space belongs to the muscle, never to a box; Enter ticks the one that has the focus.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QCheckBox, QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from biofeedback.ui.look.canvas import RIGHT, TOP, Canvas
from biofeedback.ui.look.scroll_area import ScrollArea
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tick_box import BOX, paint_box
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, RADIUS_CARD, Look, font

PAD = 24
"""Pixels of air inside a card."""
TITLE_HEIGHT = 32.0


class Words(QLabel):
    """A text that breaks to its width; `ink` is the name of a colour of the palette."""

    def __init__(self, parent: QWidget, size: float = BODY, weight: int = 400, ink: str = "ink") -> None:
        super().__init__(parent)
        self._size, self._weight, self._ink = size, weight, ink
        self._look = Look()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.setFont(font(look.px(self._size), self._weight))
        self.setStyleSheet(f"color: {getattr(look.palette, self._ink)}; background: transparent;")

    def say(self, text: str, ink: str | None = None) -> None:
        """Show `text`; nothing at all where it is empty."""
        if ink is not None and ink != self._ink:
            self._ink = ink
            self.dress(self._look)
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(text)
        if self.isHidden() == bool(text):
            self.setVisible(bool(text))


class Tick(QCheckBox):
    """A box to tick whose words break to its width; ticked by a click or Enter."""

    def __init__(self, text: str, parent: QWidget, weight: int = 400) -> None:
        super().__init__(text, parent)
        self._look, self._weight = Look(), weight
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """Its words break."""
        return True

    def heightForWidth(self, a0: int) -> int:
        """Return the height of the words in `a0` pixels."""
        px = self._look.px
        words = text_height(self.text(), px(BODY), a0 - self._left - 4, self._weight)
        return round(max(px(BOX), words) + px(10))

    def sizeHint(self) -> QSize:
        """As high as its words in the width it has."""
        width = max(self.width(), round(self._look.px(160)))
        return QSize(round(self._look.px(160)), self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Any width: the words break."""
        return QSize(round(self._look.px(100)), round(self._look.px(BOX + 10)))

    def hitButton(self, pos: object) -> bool:  # noqa: ARG002 - Qt's signature
        """All of it can be clicked, not only what the style would draw."""
        return True

    def keyPressEvent(self, e: QKeyEvent | None) -> None:
        """Tick on Enter; leave every other key, Space among them, to the window."""
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

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Be as high as the words are now."""
        super().resizeEvent(a0)
        self.setMinimumHeight(self.heightForWidth(self.width()))

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint box, tick, words and focus ring."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        side, y = px(BOX), px(5)
        paint_box(c, 3, y, side, ticked=self.isChecked())
        room = self.width() - self._left - 4
        one_line = text_height(self.text(), px(BODY), 1e5, self._weight)
        top = y + (side - one_line) / 2
        c.text(
            self.text(), self._left, top, room, self.height(), px(BODY), self._weight, t.ink, vertical=TOP, wrap=True
        )
        if self.hasFocus():
            c.box(0, 1, self.width(), self.height() - 2, None, 6, t.accent, 2)
        painter.end()

    @property
    def _left(self) -> float:
        return 3 + self._look.px(BOX + 10)


class Card(QFrame):
    """A card of the page: its title, a word at the right of it, and a column that scrolls where it does not fit."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.look_of_now = Look()
        self._title, self._aside = title, ""
        self.setAccessibleName(title)
        self.area = ScrollArea(self, fits_width=True)
        self.inside = QWidget(self.area)
        self.column = QVBoxLayout(self.inside)
        self.column.setContentsMargins(0, 0, 20, 0)
        self.column.setSpacing(8)
        self.area.setWidget(self.inside)
        self.head = 0.0
        """Pixels that stay above the column, below the title."""
        self.foot = 0.0
        """Pixels that stay below it."""
        self.bare = False
        """Whether the title is left out, because a tab has it."""

    def entitle(self, title: str, aside: str = "") -> None:
        """Set the title, and a small word at its right."""
        if (title, aside) != (self._title, self._aside):
            self._title, self._aside = title, aside
            self.setAccessibleName(title)
            self.update()

    def leave_title(self, *, to_tab: bool) -> None:
        """Leave the title out where a tab has it."""
        if to_tab != self.bare:
            self.bare = to_tab
            self.place()
            self.update()

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self.look_of_now = look
        t = look.palette
        self.area.setStyleSheet(
            f"QScrollArea, QScrollArea > QWidget > QWidget {{ background: {t.surface}; }}"
            f"QScrollBar:vertical {{ background: {t.surface}; width: 12px; margin: 0; }}"
            f"QScrollBar::handle:vertical {{ background: {t.border}; border-radius: 4px; min-height: 32px;"
            " margin: 2px; }"
            "QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }"
        )
        self.place()
        self.update()

    def place(self) -> None:
        """Give the column its place between what stays above and below it."""
        top = self.top
        self.area.setGeometry(
            PAD, round(top), self.width() - PAD - 4, max(0, round(self.height() - top - self.foot - 16))
        )

    @property
    def top(self) -> float:
        """Where the column begins, in pixels."""
        return 16 + (0 if self.bare else self.look_of_now.px(TITLE_HEIGHT) + 8) + self.head

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self.place()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ground and title."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self.look_of_now), self.look_of_now.palette, self.look_of_now.px
        c.box(0, 0, self.width(), self.height(), t.surface, RADIUS_CARD, t.line)
        h = px(TITLE_HEIGHT)
        if self.bare:
            painter.end()
            return
        c.text(self._title, PAD, 16, self.width() - 2 * PAD, h, px(LEAD), 600)
        room = self.width() - 3 * PAD - c.width(self._title, px(LEAD), 600)
        if c.width(self._aside, px(CAPTION)) < room:
            c.text(self._aside, PAD, 16, self.width() - 2 * PAD, h, px(CAPTION), 400, t.ink3, RIGHT)
        painter.end()
