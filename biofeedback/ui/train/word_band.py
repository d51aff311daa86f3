"""The word of the moment: the one thing that shouts. Sign, word, hint, countdown, and what is left as a thin bar.

One rule: the word keeps its place; what does not fit gets smaller, never cut.
"""

from __future__ import annotations

import math

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.instant import Moment
from biofeedback.ui.look.canvas import RIGHT, TOP, Canvas, text_width
from biofeedback.ui.look.icons import paint_icon
from biofeedback.ui.look.tokens import COUNT, WORD, Look, metrics
from biofeedback.ui.words import spoken

HEIGHT = 112
"""Pixels of the band with its bar in the smallest window."""


class WordBand(QWidget):
    """Paints a moment. `reserve` pixels at the right are left for a button."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._moment: Moment | None = None
        self._shown: tuple[object, ...] = ()
        self.reserve = 0

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def show_moment(self, moment: Moment) -> None:
        """Show `moment`; repaint only what can be seen to change."""
        left = None if moment.seconds_left is None else math.ceil(moment.seconds_left)
        progress = None if moment.progress is None else round(moment.progress * max(100, self.width() / 2))
        shown = (moment.word, moment.icon, moment.tone, moment.hint, moment.spacious, left, progress, self.reserve)
        self._moment = moment
        if shown == self._shown:
            return
        if not self._shown or shown[:5] != self._shown[:5]:
            self.setAccessibleName(spoken(moment.word))
            self.setAccessibleDescription(spoken(moment.hint).replace("\n", " "))
        self._shown = shown
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the moment."""
        painter = QPainter(self)
        c, t = Canvas(painter, self._look), self._look.palette
        w, h = float(self.width()), float(self.height())
        c.fill(0, 0, w, h, t.surface)
        k = h / HEIGHT
        moment = self._moment
        if moment:
            inks = {"quiet": t.ink3, "way": t.accent, "reached": t.good, "look": t.warn_ink, "fix": t.bad_ink}
            paint_icon(c, moment.icon, 30 * k, 52 * k, 60 * k, inks[moment.tone])
            if moment.spacious:
                self._paint_large(c, moment, w, k)
            else:
                self._paint_sentence(c, moment, w, k)
        c.box(0, h - 8, w, 8, t.sunken, 4)
        if moment and moment.progress:
            c.box(0, h - 8, max(8.0, w * moment.progress), 8, t.ink2, 4)
        painter.end()

    def _paint_large(self, c: Canvas, moment: Moment, w: float, k: float) -> None:
        t, word, hint = c.t, spoken(moment.word), spoken(moment.hint)
        right = self._paint_count(c, moment.seconds_left, w, k)
        hint_size = max(self._look.px(1) * 20, 20 * min(k, 1.4)) if self._look.text_percent < 150 else self._look.px(14)
        left, word_size = 80 * k, WORD * k

        def room() -> float:
            return right - left - c.width(word, word_size, 700) - 28 * k

        def hint_w(size: float) -> float:
            return max(text_width(line, size) for line in hint.split("\n"))

        if "\n" not in hint and hint_w(hint_size) > room() and self._paint_wrapped(c, moment, right, hint_size, k):
            return
        while room() < hint_w(hint_size) and (word_size > 44 * k or hint_size > self._look.px(15)):
            if word_size > 56 * k:
                word_size -= 2
            elif hint_size > self._look.px(15):
                hint_size -= 1
            else:
                word_size -= 2
        if hint_w(hint_size) > room() + 4:
            word_size = WORD * k
            if self._look.text_percent >= 150 and hint_w(self._look.px(14)) > 2 * (right - left):
                # large text asks for the large word; the hint is in the description
                while c.width(word, word_size, 700) > right - left and word_size > 20:
                    word_size -= 1
                c.text(word, left, 0, w, 104 * k, word_size, 700)
            else:
                self._paint_sentence(c, moment, right, k)
            return
        c.text(word, left, 0, w, 104 * k, word_size, 700)
        drop = 7 * k if "\n" not in hint else 0
        x = left + c.width(word, word_size, 700) + 28 * k
        c.text(hint, x, drop, hint_w(hint_size) + 4, 104 * k, hint_size, 400, t.ink2, wrap="\n" in hint)

    def _paint_count(self, c: Canvas, seconds: float | None, w: float, k: float) -> float:
        """Paint the seconds left, if any; return how far right the words may reach."""
        if seconds is None:
            return w
        figure, size = f"{math.ceil(seconds)}", WORD * k
        unit_w = c.width("s", 32 * k, 600)
        c.text("s", w - unit_w, 13 * k, unit_w, 104 * k, 32 * k, 600, c.t.ink2)
        c.text(figure, 0, 0, w - unit_w - 10 * k, 104 * k, size, 700, c.t.ink, RIGHT)
        return w - unit_w - 10 * k - max(c.width("00", size, 700), c.width(figure, size, 700)) - 24 * k

    def _paint_wrapped(self, c: Canvas, moment: Moment, right: float, size: float, k: float) -> bool:
        """Paint a long hint, a plan's words, in lines beside the word; return False where it does not fit."""
        word, hint, smallest = spoken(moment.word), spoken(moment.hint), min(size, self._look.px(15))
        left, word_size = 80 * k, WORD * k

        def room() -> float:
            return right - left - c.width(word, word_size, 700) - 28 * k

        def height(at: float) -> float:
            box = QRectF(0, 0, room(), 1000)
            return metrics(at, 400).boundingRect(box, int(Qt.TextFlag.TextWordWrap), hint).height()

        while word_size > 52 * k and height(smallest) > 84 * k:
            word_size -= 2
        while size > smallest and height(size) > 84 * k:
            size -= 0.5
        widest = max(text_width(part, size) for part in hint.split())
        if room() < max(widest, 9 * size) or height(size) > 92 * k:
            return False
        x = left + c.width(word, word_size, 700) + 28 * k
        c.text(word, left, 0, right, 104 * k, word_size, 700)
        c.text(hint, x, 0, room(), 104 * k, size, 400, c.t.ink2, wrap=True)
        return True

    def _paint_sentence(self, c: Canvas, moment: Moment, w: float, k: float) -> None:
        t, word, hint = c.t, spoken(moment.word), spoken(moment.hint).replace("\n", " ")
        left, room = 80 * k, w - 80 * k - self.reserve
        hint_size = max(self._look.px(13), 16 * min(k, 1.4))
        two = c.width(hint, hint_size) > room
        word_size = (36 if two else COUNT) * k
        while c.width(word, word_size, 700) > room and word_size > 20:
            word_size -= 1
        while 1.1 * c.width(hint, hint_size) / room > 2 and hint_size > 12:
            hint_size -= 0.5
        c.text(word, left, (0 if two else 14) * k, room, 46 * k, word_size, 700, t.ink2)
        c.text(hint, left, (44 if two else 62) * k, room, 58 * k if two else 34 * k, hint_size, 400, t.ink2,
               vertical=TOP, wrap=two)  # fmt: skip
