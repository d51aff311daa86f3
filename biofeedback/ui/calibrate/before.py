"""Before a calibration: position, what to do, what will happen and how long it takes; quick or full.

One rule: everything that will be asked of the person stands here before it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.look.canvas import CENTRE, TOP, Canvas, key_width, text_width
from biofeedback.ui.look.enter_button import EnterButton
from biofeedback.ui.look.icons import paint_light
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, RADIUS_CONTROL, Look
from biofeedback.ui.phrase import Phrase
from biofeedback.ui.words import carried, spoken

PAD = 20
TITLE = 28.0
WIDEST = 760.0
"""Pixels at 100 % of a line of text: longer ones are hard to read."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What will be asked. `notice`: what is to be known first, None for nothing; two courses in a few words each."""

    muscle: str
    position: str
    cue: Phrase
    course: Phrase
    effort: Phrase
    notice: Phrase | None
    quick_course: Phrase
    full_course: Phrase
    quick: bool


class CourseChoice(EnterButton):
    """One of the two courses; a filled ring says which is chosen. Space belongs to the muscle, Enter chooses."""

    def __init__(self, name: str, key: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._name, self._key, self._words = name, key, ""
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.tell("")

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def tell(self, words: str) -> None:
        """Set what the course is, in a few words."""
        self._words = words
        self.setAccessibleName(f"{self._name}: {words}")
        self.setToolTip(f"{self._name}: {words} ({self._key})")
        self.update()

    def sizeHint(self) -> QSize:
        """Two lines beside a ring."""
        px = self._look.px
        words = max(text_width(self._name, px(BODY), 600) + px(16) + key_width(self._key, px(12)),
                    text_width(self._words, px(CAPTION)))  # fmt: skip
        return QSize(round(px(64) + words), round(px(60)))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ring, name and words."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h, chosen = self.width(), self.height(), self.isChecked()
        c.fill(0, 0, w, h, t.surface)
        ground, edge = (t.accent_soft, t.accent) if chosen else (t.surface, t.border)
        c.box(0, 0, w, h, ground, RADIUS_CONTROL, edge, 2 if chosen else 1)
        x, r = px(24), px(9)
        c.circle(x, h / 2, r, t.surface, t.accent if chosen else t.edge, 2)
        if chosen:
            c.circle(x, h / 2, r * 0.5, t.accent)
        left = px(46)
        c.text(self._name, left, h / 2 - px(23), w, px(24), px(BODY), 600)
        at = left + text_width(self._name, px(BODY), 600) + px(12)
        c.key(self._key, at, h / 2 - px(11), px(12), None, t.surface if chosen else None)
        c.text(self._words, left, h / 2 + px(1), w, px(22), px(CAPTION), 400, t.ink2)
        if self.hasFocus():
            c.box(3, 3, w - 6, h - 6, None, RADIUS_CONTROL - 2, t.ink, 2)
        painter.end()


class CalibrateBefore(QWidget):
    """The sheet. `chosen` carries whether the quick course was picked."""

    chosen = pyqtSignal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._look = Look()
        self._shown: Announcement | None = None
        self.quick = CourseChoice(self.tr("Quick"), "Q", self)
        self.full = CourseChoice(self.tr("Full"), "Q", self)
        self.quick.clicked.connect(lambda: self._choose(quick=True))
        self.full.clicked.connect(lambda: self._choose(quick=False))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.quick.dress(look)
        self.full.dress(look)
        self._place()
        self.update()

    def show_announcement(self, shown: Announcement) -> bool:
        """Show what will happen; return whether it is other than before."""
        self.quick.setChecked(shown.quick)
        self.full.setChecked(not shown.quick)
        if shown == self._shown:
            return False
        self._shown = shown
        self.quick.tell(spoken(shown.quick_course))
        self.full.tell(spoken(shown.full_course))
        self.setAccessibleName(self._title(shown))
        self.setAccessibleDescription(" ".join(text for _, text in self._rows(shown)))
        self._place()
        self.update()
        return True

    def height_for(self, width: int) -> int:
        """Return the least height in pixels at `width`."""
        return round(self._layout(None, width) + self.quick.sizeHint().height() * self._n_choice_rows(width) + 12)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put the choices in their places."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the words."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.fill(0, 0, self.width(), self.height(), self._look.palette.surface)
        self._layout(c, self.width())
        painter.end()

    # -- inside -------------------------------------------------------------------------------------------

    def _choose(self, *, quick: bool) -> None:
        self.chosen.emit(quick)

    def _title(self, shown: Announcement) -> str:
        return self.tr("Find today's 100 %: {muscle}").format(muscle=shown.muscle)

    def _rows(self, shown: Announcement) -> list[tuple[str, str]]:
        rows = [
            (self.tr("Position"), carried(shown.position)),
            (self.tr("What to do"), spoken(shown.cue)),
            (self.tr("How hard"), spoken(shown.effort)),
            (self.tr("What will happen"), spoken(shown.course)),
        ]
        return [(name, text) for name, text in rows if text]

    def _layout(self, c: Canvas | None, width: float) -> float:
        """Paint on `c` if given; return where the choices begin."""
        shown, px = self._shown, self._look.px
        if shown is None:
            return 0.0
        t = self._look.palette
        room = min(width - 2 * PAD, px(WIDEST))
        y = 16.0
        title = self._title(shown)
        high = text_height(title, px(TITLE), width - 2 * PAD, 600)
        if c:
            c.text(title, PAD, y, width - 2 * PAD, high, px(TITLE), 600, vertical=TOP, wrap=True)
        y += high + px(4)
        lead = self.tr("Percent on the bar will mean percent of this effort, until it is measured again.")
        high = text_height(lead, px(BODY), room)
        if c:
            c.text(lead, PAD, y, room, high, px(BODY), 400, t.ink2, vertical=TOP, wrap=True)
        y += high + px(20)
        if shown.notice is not None:
            text, left = spoken(shown.notice), PAD + px(44)
            high = text_height(text, px(BODY), room - px(60), 500)
            if c:
                c.box(PAD, y, room, high + px(20), t.warn_soft, RADIUS_CONTROL)
                paint_light(c, "look", PAD + px(22), y + px(10) + high / 2, px(9))
                c.text(text, left, y + px(10), room - px(60), high, px(BODY), 500, t.warn_ink, vertical=TOP, wrap=True)
            y += high + px(20) + px(16)
        left = PAD + px(52)
        for number, (name, text) in enumerate(self._rows(shown), 1):
            high = text_height(text, px(LEAD), room - px(52))
            if c:
                c.circle(PAD + px(17), y + px(20), px(17), t.accent_soft)
                c.text(str(number), PAD, y + px(3), px(34), px(34), px(BODY), 700, t.accent_ink, CENTRE)
                c.text(name, left, y, room, px(18), px(CAPTION), 500, t.ink3)
                c.text(text, left, y + px(20), room - px(52), high, px(LEAD), 400, vertical=TOP, wrap=True)
            y += max(px(42), px(20) + high) + px(12)
        return y + px(6)

    def _n_choice_rows(self, width: float) -> float:
        hints = [choice.sizeHint().width() for choice in (self.quick, self.full)]
        return 1.0 if 2 * max(hints) + 16 <= width - 2 * PAD else 2.2

    def _place(self) -> None:
        width = self.width()
        y, hint = round(self._layout(None, width)), self.quick.sizeHint()
        wide = max(hint.width(), self.full.sizeHint().width(), round(self._look.px(264)))
        if self._n_choice_rows(width) > 1:
            wide = min(wide, width - 2 * PAD)
            self.quick.setGeometry(PAD, y, wide, hint.height())
            self.full.setGeometry(PAD, y + round(1.2 * hint.height()), wide, hint.height())
        else:
            wide = min(wide, (width - 2 * PAD - 16) // 2)
            self.quick.setGeometry(PAD, y, wide, hint.height())
            self.full.setGeometry(PAD + wide + 16, y, wide, hint.height())
