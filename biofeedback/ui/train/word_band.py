"""The word of the moment: the one thing that shouts. Sign, word, hint, countdown, and what is left as a thin bar.

One rule: the word keeps its place; what does not fit gets smaller, never cut.
"""

from __future__ import annotations

import math

from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.instant import Moment
from biofeedback.ui.look.canvas import RIGHT, TOP, Canvas
from biofeedback.ui.look.icons import paint_icon
from biofeedback.ui.look.tokens import WORD, Look
from biofeedback.ui.train.word_layout import Room, WordLayout, word_layout
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
        self.stretch = 1.0
        """How much higher than its width asks for the band is: large text needs room for sentences."""
        self._layout: WordLayout | None = None
        self._laid_out: object = None

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
        if not self._shown or shown[:6] != self._shown[:6]:
            self.setAccessibleName(spoken(moment.word))
            hint = spoken(moment.hint).replace("\n", " ")
            count = "" if left is None else self.tr("{n} s left.").format(n=left)
            self.setAccessibleDescription(hint or count or spoken(moment.word))
            self.setToolTip(hint)
        self._shown = shown
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the moment."""
        painter = QPainter(self)
        c, t = Canvas(painter, self._look), self._look.palette
        w, h = float(self.width()), float(self.height())
        c.fill(0, 0, w, h, t.surface)
        k = h / HEIGHT / self.stretch
        moment = self._moment
        if moment:
            inks = {"quiet": t.ink3, "way": t.accent, "reached": t.good, "look": t.warn_ink, "fix": t.bad_ink}
            paint_icon(c, moment.icon, 30 * k, h / 2 - 4 * k, 60 * k, inks[moment.tone])
            self._paint_words(c, moment, w, h, k)
        c.box(0, h - 8, w, 8, t.sunken, 4)
        if moment and moment.progress:
            c.box(0, h - 8, max(8.0, w * moment.progress), 8, t.ink2, 4)
        painter.end()

    def _paint_words(self, c: Canvas, moment: Moment, w: float, h: float, k: float) -> None:
        word, hint = spoken(moment.word), spoken(moment.hint)
        right = min(self._paint_count(c, moment.seconds_left, w, h, k), w - self.reserve)
        key = (word, hint, moment.spacious, round(right), round(h), k, self._look)
        if self._layout is None or key != self._laid_out:
            room = Room(80 * k, right, h - 12, k, self._look.px)
            self._laid_out, self._layout = key, word_layout(word, hint, room, spacious=moment.spacious)
        shown = self._layout
        c.text(word, *shown.word_box, shown.word_size, 700, c.t.ink if moment.spacious else c.t.ink2)
        c.text(shown.hint, *shown.hint_box, shown.hint_size, 400, c.t.ink2, vertical=TOP, wrap=True)

    def _paint_count(self, c: Canvas, seconds: float | None, w: float, h: float, k: float) -> float:
        """Paint the seconds left, if any; return how far right the words may reach."""
        if seconds is None:
            return w
        figure, size = f"{math.ceil(seconds)}", WORD * k
        unit_w = c.width("s", 32 * k, 600)
        c.text("s", w - unit_w, 13 * k, unit_w, h - 8 * k, 32 * k, 600, c.t.ink2)
        c.text(figure, 0, 0, w - unit_w - 10 * k, h - 8 * k, size, 700, c.t.ink, RIGHT)
        return w - unit_w - 10 * k - max(c.width("00", size, 700), c.width(figure, size, 700)) - 24 * k
