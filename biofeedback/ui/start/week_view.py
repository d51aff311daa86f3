"""The week's practice at a glance: seven shapes, one sentence, and the last four weeks as bars.

One rule: no streak, nothing red: a missed day is only one that was planned, and a day of rest is kept.
"""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.report.practised import Day, Practice, Week
from biofeedback.ui.look.canvas import CENTRE, TOP, Canvas
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, Look
from biofeedback.ui.phrase import Phrase, say
from biofeedback.ui.start.day_shape import DAYS, STATES, WEEKDAYS, paint_day
from biofeedback.ui.words import spoken

PAD = 24
SHAPE = 11.0
"""Radius of a day's shape at 100 %."""


def week_sentence(week: Week) -> Phrase:
    """Return what a week came to: days kept of those planned, and good repetitions. Nobody is told off."""
    kept, planned = week.kept, week.planned
    if planned is None:
        days = say("{n} day done", n=kept) if kept == 1 else say("{n} days done", n=kept)
    elif kept > planned:
        days = say("{n} days, {planned} were planned", n=kept, planned=planned)
    else:
        days = say("{n} of {planned} planned days", n=kept, planned=planned)
    if week.part:
        days = say("{days}, {n} in part", days=days, n=week.part)
    if week.good == 1:
        return say("{days}. 1 good repetition.", days=days)
    return say("{days}. {n} good repetitions.", days=days, n=week.good)


def next_sentence(practice: Practice, when: str = "") -> Phrase | None:
    """Return which day is the next to practise, and `when` in the person's words; None where none is planned."""
    if practice.next_day is None:
        return None
    n = (practice.next_day - practice.today).days
    if n < 2:
        day = say("tomorrow") if n else say("today")
    else:
        day = WEEKDAYS[practice.next_day.weekday()] if n < 7 else say("{n} days from now", n=n)
    return say("Next: {day}, {when}", day=day, when=when) if when else say("Next: {day}", day=day)


def bar_parts(week: Week) -> tuple[float, float]:
    """Return how much of a week's bar is kept and how much more is in part, 0–1 of what was planned (or of 7 days)."""
    whole = max(week.planned or 7, week.kept + week.part)
    return week.kept / whole, week.part / whole


class WeekView(QWidget):
    """A card. Without a practice it says why there is none."""

    grown = pyqtSignal()
    """It needs another height."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._practice: Practice | None = None
        self._empty = self._when = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.tell(None)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def tell(
        self, practice: Practice | None, code: str = "", when: str = "", *, counting: bool = False
    ) -> None:  # fmt: skip
        """Show the practice of `code`; without one say why: nobody is chosen, `counting` goes on, nothing is there.

        `when`: the time of day to practise, in the person's words.
        """
        self._practice, self._when = practice, when
        self._empty = self.tr("Choose who is training to see the week.")
        if code:
            nothing = self.tr("Nothing is recorded yet: practice is counted from the first recording on.")
            self._empty = self.tr("Counting the practice …") if counting else nothing
        self.setAccessibleName(self.tr("This week"))
        self.setAccessibleDescription(" ".join(part for part in (self.sentence, self.following) if part))
        days = (
            [f"{spoken(DAYS[day.day.weekday()])}: {spoken(STATES[day.state])}" for day in practice.week.days]
            if practice
            else []
        )
        self.setToolTip("\n".join(days) or self.sentence)
        self.update()
        self.grown.emit()

    @property
    def sentence(self) -> str:
        """What the card says in words."""
        return spoken(week_sentence(self._practice.week)) if self._practice else self._empty

    @property
    def following(self) -> str:
        """Which day is the next; empty where none is planned."""
        phrase = next_sentence(self._practice, self._when) if self._practice else None
        return spoken(phrase) if phrase else ""

    def needed_height(self, width: int) -> int:
        """Return how high the card is at `width` pixels."""
        px, room = self._look.px, width - 2 * PAD
        body = text_height(self.sentence, px(BODY), room)
        if self.following:
            body += px(4) + text_height(self.following, px(BODY), room, 600)
        shapes = px(2 * SHAPE + 24) + px(8) if self._practice else 0
        return round(px(12) + px(24) + px(8) + shapes + body + px(12))

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint title, shapes, bars and sentence."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h = self.width(), self.height()
        c.card(w, h)
        y = px(12)
        c.text(self.tr("This week"), PAD, y, w, px(24), px(LEAD), 600)
        if self._practice:
            weeks = min(px(100), (w - 2 * PAD) * 0.27)
            left = w - PAD - weeks
            c.text(self.tr("4 weeks"), left, y, weeks, px(24), px(CAPTION), 400, t.ink3, CENTRE)
            y += px(32)
            step = (left - px(24) - PAD) / 7
            for i, day in enumerate(self._practice.week.days):
                self._paint_day(c, day, PAD + step * (i + 0.5), y + px(SHAPE), step)
            self._paint_weeks(c, left, y, weeks, px(2 * SHAPE + 24))
            y += px(2 * SHAPE + 24) + px(8)
        else:
            y += px(32)
        room = w - 2 * PAD
        c.text(self.sentence, PAD, y, room, h - y, px(BODY), 400, t.ink2, vertical=TOP, wrap=True)
        if self.following:
            y += text_height(self.sentence, px(BODY), room) + px(4)
            c.text(self.following, PAD, y, room, h - y, px(BODY), 600, t.ink, vertical=TOP, wrap=True)
        painter.end()

    def _paint_day(self, c: Canvas, day: Day, x: float, y: float, step: float) -> None:
        t, px = c.t, c.look.px
        paint_day(c, day.state, x, y, min(px(SHAPE), 0.42 * step))
        today = self._practice is not None and day.day == self._practice.today
        size = min(px(CAPTION), 0.6 * step)
        name = spoken(DAYS[day.day.weekday()])
        c.text(name, x - step / 2, y + px(SHAPE) + px(4), step, px(18), size, 700 if today else 400,
               t.ink if today else t.ink3, CENTRE)  # fmt: skip
        if today:
            width = min(step * 0.6, px(14))
            c.line(x - width / 2, y + px(SHAPE + 23), x + width / 2, y + px(SHAPE + 23), t.accent, 2)

    def _paint_weeks(self, c: Canvas, x: float, y: float, w: float, h: float) -> None:
        t, weeks = c.t, self._practice.weeks if self._practice else ()
        gap = 6.0
        width = (w - gap * (len(weeks) - 1)) / max(1, len(weeks))
        for i, week in enumerate(weeks):
            left = x + i * (width + gap)
            kept, part = (share * h for share in bar_parts(week))
            c.box(left, y, width, h, t.sunken, 4, t.edge if i == len(weeks) - 1 else None)
            c.clip(left, y, width, h, 4)
            c.fill(left, y + h - kept, width, kept, t.good)
            if part:
                c.hatch(left, y + h - kept - part, width, part, t.good, 0, 220, 6)
            c.unclip()
