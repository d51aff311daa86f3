"""Everything the signal check finds, as a small card: what is wrong in one line, and what to do about it.

Red before amber, channel after channel, the board last; nothing wrong says so with a tick.
One rule: every finding is here, whole; where the window is too small for them the card scrolls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from biofeedback.engine_state import EngineState
from biofeedback.ui.look.canvas import RIGHT, TOP, Canvas, text_width
from biofeedback.ui.look.icons import Light, paint_light
from biofeedback.ui.look.popover import Popover
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, RADIUS_CONTROL, Look
from biofeedback.ui.phrase import say
from biofeedback.ui.readings import Reading, sentence
from biofeedback.ui.words import spoken

WIDTH = 520.0
PAD, AIR = 20.0, 8.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding as shown. `where` is the channel's name or the board."""

    light: Light
    where: str
    what: str
    fix: str


class FindingsPopover(Popover):
    """The card; closes on L, too."""

    def __init__(self, parent: QWidget, *, opens: Callable[[QWidget], bool], on_close: Callable[[], None]) -> None:
        super().__init__(parent, opens=opens, on_close=on_close)
        self.body = _Body(self)
        self.area.setWidget(self.body)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 10, 2, 10)
        column.addWidget(self.area)
        self.setAccessibleName(self.tr("Signal check"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = self.body.look = look
        self.fit()

    def show_state(self, state: EngineState, readings: tuple[Reading, ...], *, silent: bool) -> None:
        """Show what is found now."""
        entries = None if silent or state.update is None else entries_of(state, readings)
        if (entries, self.body.known) == (self.body.entries, True):
            return
        self.body.entries, self.body.known = entries, True
        told = [f"{entry.where}: {entry.what} {entry.fix}" for entry in entries or ()]
        self.setAccessibleDescription(" ".join([self.body.summary, *told]))
        self.fit()

    def size_in(self, room: QSize) -> QSize:
        """As wide as a column of text, or as the summary where it stands alone; as high as all findings."""
        w = min(round(self._look.px(WIDTH) if self.body.entries else self.body.summary_width), room.width())
        self.body.plan(w - 4)
        self.body.update()
        return QSize(w, min(self.body.sizeHint().height() + 20, room.height()))

    def own_keys(self) -> dict[int, Callable[[], object]]:
        """L closes, as it opened."""
        return {**super().own_keys(), Qt.Key.Key_L: self.close_card}


class _Body(QWidget):
    """What the card shows: a summary and the entries; `entries` None while nothing comes from the board."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.look = Look()
        self.entries: tuple[Entry, ...] | None = None
        self.known = False
        self._heights: list[float] = []

    @property
    def summary(self) -> str:
        """How many there are, in words."""
        if self.entries is None:
            return self.tr("No signal: nothing can be checked.")
        if not self.entries:
            return self.tr("All good")
        counts = [sum(entry.light == light for entry in self.entries) for light in ("fix", "look")]
        words = (say("{n} to fix", n=counts[0]), say("{n} to look at", n=counts[1]))
        return " · ".join(spoken(phrase) for phrase, count in zip(words, counts, strict=True) if count)

    @property
    def summary_width(self) -> float:
        """Pixels that the summary and its light take alone."""
        return text_width(self.summary, self.look.px(LEAD), 600) + self.look.px(32) + 3 * PAD

    def plan(self, width: float) -> None:
        """Lay the entries out in `width` pixels."""
        px = self.look.px
        room = self._words_x(0) + 2 * PAD
        self._heights = [
            px(8) + px(20) + text_height(entry.what, px(BODY), width - room, 600)
            + px(4) + text_height(entry.fix, px(BODY), width - room - px(26)) + px(10)
            for entry in self.entries or ()
        ]  # fmt: skip
        self.setMinimumHeight(round(px(36) + sum(self._heights) + AIR * len(self._heights)))

    def sizeHint(self) -> QSize:
        """As high as all entries."""
        return QSize(200, self.minimumHeight())

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint summary and entries."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self.look), self.look.palette, self.look.px
        w, r = float(self.width()), px(11)
        c.fill(0, 0, w, self.height(), t.surface)
        light: Light = "none" if self.entries is None else "good"
        x = PAD
        if not self.entries:
            paint_light(c, light, PAD + r, px(18), r)
            x += 2 * r + px(10)
        c.text(self.summary, x, 0, w, px(36), px(LEAD), 600)
        if self.entries:
            key = self.tr("L or Esc closes")
            taken = c.width(self.summary, px(LEAD), 600) + c.width(key, px(CAPTION)) + 3 * PAD
            c.text(key if taken < w else "", 0, 0, w - PAD, px(36), px(CAPTION), 400, t.ink3, RIGHT)
        y = px(36)
        for entry, height in zip(self.entries or (), self._heights, strict=True):
            self._paint_entry(c, entry, y, height)
            y += height + AIR
        painter.end()

    def _paint_entry(self, c: Canvas, entry: Entry, y: float, height: float) -> None:
        t, px, w = c.t, self.look.px, float(self.width())
        fix = entry.light == "fix"
        ink = t.bad_ink if fix else t.warn_ink
        c.box(PAD - 8, y, w - 2 * PAD + 16, height, t.bad_soft if fix else t.warn_soft, RADIUS_CONTROL)
        paint_light(c, entry.light, PAD + px(18), y + px(34), px(13))
        x = self._words_x(PAD)
        room = w - x - PAD
        c.text(entry.where, x, y + px(8), room, px(20), px(CAPTION), 500, t.ink2)
        word = self.tr("Fix") if fix else self.tr("Look")
        c.text(word, x, y + px(8), room, px(20), px(CAPTION), 600, ink, RIGHT)
        what = text_height(entry.what, px(BODY), room, 600)
        c.text(entry.what, x, y + px(28), room, what, px(BODY), 600, ink, vertical=TOP, wrap=True)
        c.text("→", x, y + px(32) + what, px(26), px(20), px(BODY), 500, ink, vertical=TOP)
        c.text(entry.fix, x + px(26), y + px(32) + what, room - px(26), height, px(BODY), vertical=TOP, wrap=True)

    def _words_x(self, left: float) -> float:
        return left + self.look.px(44)


def entries_of(state: EngineState, readings: tuple[Reading, ...]) -> tuple[Entry, ...]:
    """Return all findings of a state as shown, red ones first, each in the order of the signal check."""
    board = spoken(say("Board"))
    found = state.update.findings if state.update else ()
    told = []
    for one in sorted(found, key=lambda one: one.severity != "fix"):
        where = board if one.channel is None or one.channel >= len(readings) else readings[one.channel].name
        told.append(Entry(one.severity, where, spoken(sentence(one)), spoken(say(one.fix))))
    return tuple(told)
