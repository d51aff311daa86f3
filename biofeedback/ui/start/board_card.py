"""Which board: found by itself, its live trace, sensor, rate, channels and one hint; or the simulated muscle instead.

One rule: the trace takes the room that is left; words and buttons are never cut.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.ui.controls import Station
from biofeedback.ui.look.canvas import CENTRE, RIGHT, TOP, Canvas
from biofeedback.ui.look.icons import paint_icon, paint_light
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, RADIUS_CONTROL, Look
from biofeedback.ui.page import Glance
from biofeedback.ui.phrase import Phrase
from biofeedback.ui.start.board_trace import BoardTrace
from biofeedback.ui.start.board_words import LOOK_AGAIN, BoardWords, board_words
from biofeedback.ui.words import spoken

PAD = 24
LEAST_TRACE, MOST_TRACE = 60.0, 200.0
ROW = 25.0


class BoardCard(QWidget):
    """A card; connect to `settings.clicked` and `again.clicked`."""

    grown = pyqtSignal()
    """It needs another height."""

    def __init__(self, station: Station, parent: QWidget) -> None:
        super().__init__(parent)
        self._station = station
        self._look = Look()
        self._told = BoardWords()
        self._found: Phrase | None = None
        self.trace = BoardTrace(station.engine, self)
        self.settings = KeyButton(
            self.tr("Board …"), "B", "board", tip=self.tr("Board, sensor and channels (B)"), parent=self
        )
        self.again = KeyButton(self.tr("Look again"), "F5", "repeat", parent=self)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for part in (self.trace, self.settings, self.again):
            part.dress(look)
        self._place()

    def look(self, glance: Glance) -> None:
        """Show the newest of the trace."""
        self.trace.look(glance.now, silent=glance.silent)

    def look_slowly(self, glance: Glance) -> None:
        """Show the board as it is now."""
        told = board_words(glance, self._station.choice, self._found)
        if told != self._told:
            self._told = told
            self.setAccessibleName(f"{self.title}. {spoken(told.below)}")
            rows = [f"{spoken(label)}: {spoken(value)}." for label, value in told.rows]
            self.setAccessibleDescription(" ".join([*rows, self.hint]))
            self.again.name(spoken(told.again or LOOK_AGAIN))
            self._place()
            self.grown.emit()
        self.trace.setVisible(bool(self.title))

    def say_found(self, sentence: Phrase) -> None:
        """Say what looking again has found."""
        self._found = sentence

    @property
    def title(self) -> str:
        """The board's name, or what is known of there being none."""
        return spoken(self._told.title)

    @property
    def hint(self) -> str:
        """The one hint below."""
        return spoken(self._told.hint)

    def needed_height(self, width: int) -> int:
        """Return the least height of the card at `width` pixels."""
        return round(self._lay_out(None, width, 0))

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put trace and buttons in their places."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.card(self.width(), self.height())
        self._lay_out(c, self.width(), self.height())
        painter.end()

    # -- places ------------------------------------------------------------------------------------------

    def _place(self) -> None:
        self.again.setVisible(self._told.again is not None)
        self._lay_out(None, self.width(), self.height())
        self.update()

    def _lay_out(self, c: Canvas | None, width: int, height: int) -> float:
        """Place everything in a card of that size, or paint it with `c`; without a height return the least one."""
        told, px, room = self._told, self._look.px, width - 2 * PAD
        trace = px(LEAST_TRACE)
        if height:
            trace = min(px(MOST_TRACE), trace + max(0.0, height - self._lay_out(None, width, 0)))
        y = self._title(c, px(14), room)
        if c:
            self._paint_head(c, y, room)
        y += px(26)
        if height and not c:
            self.trace.setGeometry(PAD, round(y), room, round(trace))
        y += trace + px(8)
        if told.by_hand:
            if c:
                self._paint_space(c, y, room)
            y += px(48)
        for label, value in told.rows:
            y = self._row(c, spoken(label), spoken(value), y, room)
        return self._foot(c, y + px(8), room, height)

    def _foot(self, c: Canvas | None, y: float, room: float, height: int) -> float:
        """Place hint and buttons, a single button beside the hint where that has room; return the height of it all."""
        px, size = self._look.px, self._look.px(CAPTION if self._told.by_hand else BODY)
        buttons, shown = self._buttons_height(room), self._shown_buttons()
        beside = room - shown[0].sizeHint().width() - 12
        is_beside = len(shown) == 1 and beside >= px(150)
        high = text_height(self.hint, size, beside if is_beside else room) if self.hint else 0.0
        if is_beside:
            line = max(high, buttons)
            if c:
                c.text(self.hint, PAD, y, beside, line, size, 400, c.t.ink2, wrap=True)
            if height and not c:
                self._place_buttons(round(y + (line - buttons) / 2), room, round(PAD + beside + 12))
            return y + line + px(14)
        if c:
            c.text(self.hint, PAD, y, room, high, size, 400, c.t.ink2, vertical=TOP, wrap=True)
        y += high + px(10)
        if height and not c:
            self._place_buttons(round(max(y, height - px(14) - buttons)), room)
        return y + buttons + px(14)

    def _title(self, c: Canvas | None, y: float, room: float) -> float:
        """Place sign, name and where it was found; return where the next thing begins."""
        told, px, left = self._told, self._look.px, self._look.px(34)
        below = spoken(told.below)
        high = text_height(self.title or " ", px(LEAD), room - left, 600)
        low = text_height(below or " ", px(CAPTION), room - left)
        if c:
            middle = y + high / 2 + px(5)
            if told.light is None:
                paint_icon(c, "unplugged", PAD + px(11), middle, px(24), c.t.ink2)
            else:
                paint_light(c, told.light, PAD + px(10), middle, px(10))
            c.text(self.title, PAD + left, y, room - left, high, px(LEAD), 600, vertical=TOP, wrap=True)
            c.text(below, PAD + left, y + high, room - left, low, px(CAPTION), 400, c.t.ink3, vertical=TOP, wrap=True)
        return y + high + low + px(14)

    def _paint_head(self, c: Canvas, y: float, room: float) -> None:
        told, px, channel = self._told, self._look.px, spoken(self._told.channel)
        if told.simulated:
            badge = c.badge(self.tr("SIMULATED"), PAD, y - px(4))
            words = self.tr("a muscle to practise with") if told.by_hand else channel
            if badge + px(10) + c.width(words, px(CAPTION)) <= room:
                c.text(words, PAD + badge + px(10), y - px(4), room - badge, px(26), px(CAPTION), 400, c.t.ink2)
            return
        c.text(channel, PAD, y, room, px(20), px(CAPTION), 600, c.t.ink2)
        last = self.tr("live, last 5 s")
        if c.width(channel, px(CAPTION), 600) + c.width(last, px(CAPTION)) + 16 < room:
            c.text(last, PAD, y, room, px(20), px(CAPTION), 400, c.t.ink3, RIGHT)

    def _paint_space(self, c: Canvas, y: float, room: float) -> None:
        """Paint the key that contracts the simulated muscle."""
        px, t = self._look.px, c.t
        w, h = min(px(190), room * 0.5), px(40)
        c.box(PAD, y, w, h, t.accent_soft, RADIUS_CONTROL, t.accent, 2)
        c.box(PAD, y + h - 4, w, 4, t.accent, 2)
        c.text(self.tr("Space"), PAD, y, w, h - 3, px(LEAD), 600, t.accent_ink, CENTRE)
        c.text(self.tr("hold to contract"), PAD + w + px(14), y, room - w - px(14), h, px(BODY), 500, wrap=True)

    def _row(self, c: Canvas | None, label: str, value: str, y: float, room: float) -> float:
        """Place one line of a label and its value; return where the next one begins."""
        px, left = self._look.px, self._label_width()
        high = max(px(ROW), text_height(value, px(BODY), room - left, 500) + px(8))
        if c:
            c.text(label, PAD, y, left, high, px(BODY), 400, c.t.ink3)
            c.text(value, PAD + left, y, room - left, high, px(BODY), 500, c.t.ink, RIGHT, wrap=True)
            c.line(PAD, y + high, PAD + room, y + high, c.t.line)
        return y + high

    def _label_width(self) -> float:
        return self._look.px(82)

    def _shown_buttons(self) -> list[KeyButton]:
        return [button for button in (self.again, self.settings) if not button.isHidden()]

    def _buttons_height(self, room: float) -> float:
        return sum(row[0].sizeHint().height() * 0.84 + 6 for row in self._rows_of_buttons(room)) - 6

    def _rows_of_buttons(self, room: float) -> list[list[KeyButton]]:
        rows: list[list[KeyButton]] = [[]]
        x = 0.0
        for button in self._shown_buttons():
            width = button.sizeHint().width()
            if rows[-1] and x + width > room:
                rows.append([])
                x = 0.0
            rows[-1].append(button)
            x += width + 8
        return rows

    def _place_buttons(self, y: int, room: float, left: int = PAD) -> None:
        for row in self._rows_of_buttons(room):
            x, high = left, round(row[0].sizeHint().height() * 0.84)
            for button in row:
                button.setGeometry(x, y, min(button.sizeHint().width(), round(room)), high)
                x += button.width() + 8
            y += high + 6
