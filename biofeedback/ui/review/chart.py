"""Repetitions (or holds) as small bars, set by set, the hidden test apart: filled with a tick, open, or hatched.

One rule: shape before colour: filled is reached, open is not, hatched was not counted; the words below say so.
"""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.training.events import Result
from biofeedback.ui.look.canvas import CENTRE, RIGHT, TOP, Canvas, text_width
from biofeedback.ui.look.icons import paint_tick
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, MARGIN, RADIUS_CARD, Look
from biofeedback.ui.review.bars import Bar, Chart, Group
from biofeedback.ui.review.chart_words import chart_words
from biofeedback.ui.words import spoken

LEAST_PLOT = 112.0
"""Pixels of the plot at 100 %, at least."""
WIDEST, NARROWEST = 44.0, 5.0
"""Pixels from bar to bar."""
BETWEEN = 16.0
"""Pixels between two groups."""
ROW = 18.0


@dataclass(frozen=True, slots=True)
class _Placed:
    """A group in its place: its bars `pitch` apart from `first` on; `skipped` oldest ones have no room."""

    group: Group
    x: float
    w: float
    first: float
    pitch: float
    skipped: int


class ReviewChart(QWidget):
    """The card with the bars of one exercise."""

    def __init__(self, chart: Chart, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = chart
        self._look = look
        self.setAccessibleName(spoken(chart.title))
        self.setAccessibleDescription(spoken(chart_words(chart)))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def height_for(self, width: int) -> int:
        """Return the least height in `width` pixels."""
        px = self._look.px
        labels = 3 * px(ROW) + px(8)
        return round(self._head(width) + px(LEAST_PLOT) + labels + self._legend_height(width) + px(16))

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h = self.width(), self.height()
        c.box(0, 0, w, h, t.surface, RADIUS_CARD, t.line)
        title = spoken(self.chart.title)
        c.text(title, MARGIN, MARGIN - 4, w, px(24), px(LEAD), 600)
        unit = spoken(self.chart.unit)
        if self._unit_below(w):
            c.text(unit, MARGIN, MARGIN + px(22), w - 2 * MARGIN, px(80), px(CAPTION), 400, t.ink3, vertical=TOP,
                   wrap=True)  # fmt: skip
        else:
            c.text(unit, MARGIN, MARGIN - 4, w - 2 * MARGIN, px(24), px(CAPTION), 400, t.ink3, RIGHT)
        top = self._head(w)
        if not self.chart.groups:
            c.text(spoken(self.chart.empty), MARGIN, top, w - 2 * MARGIN, h - top - MARGIN, px(BODY), 400, t.ink2,
                   CENTRE, wrap=True)  # fmt: skip
            painter.end()
            return
        bottom = h - px(16) - self._legend_height(w) - 3 * px(ROW) - px(8)
        placed = self._placed(w)
        for one in placed:
            if one.group.hidden:
                c.box(one.x - 6, top - 6, one.w + 12, bottom - top + 6, t.sunken, 6)
        self._paint_scale(c, w, top, bottom)
        for one in placed:
            self._paint_group(c, one, top, bottom)
        self._paint_legend(c, w, bottom + 3 * px(ROW) + px(8))
        painter.end()

    # -- the parts -----------------------------------------------------------------------------------------

    def _paint_scale(self, c: Canvas, w: int, top: float, bottom: float) -> None:
        px, step = self._look.px, self.chart.step
        level = 0.0
        while level <= self.chart.top + 1e-9:
            y = self._y(level, top, bottom)
            c.line(self._left, y, w - MARGIN, y)
            c.text(f"{level:g}", 0, y - px(10), self._left - px(10), px(20), px(CAPTION), 400, c.t.ink3, RIGHT)
            level += step

    def _paint_group(self, c: Canvas, one: _Placed, top: float, bottom: float) -> None:
        t, px, group = c.t, self._look.px, one.group
        thick = min(px(28), one.pitch * 0.68)
        for i, bar in enumerate(group.bars[one.skipped :]):
            self._paint_bar(c, bar, one.first + i * one.pitch, thick, top, bottom)
        for level in (group.low, group.high):
            if level is not None and level <= self.chart.top:
                y = self._y(level, top, bottom)
                c.line(one.x - 4, y, one.x + one.w + 4, y, t.surface, 6)
                c.line(one.x - 4, y, one.x + one.w + 4, y, t.ink, 3)
        if group.ceiling is not None and group.ceiling <= self.chart.top:
            y = self._y(group.ceiling, top, bottom)
            c.line(one.x - 4, y, one.x + one.w + 4, y, t.surface, 5)
            c.line(one.x - 4, y, one.x + one.w + 4, y, t.accent_ink, 2, [4, 3])
        for i, bar in enumerate(group.bars[one.skipped :]):
            if bar.other is not None:
                x = one.first + i * one.pitch + thick / 2
                r = min(5.0, max(2.5, thick / 4))
                c.circle(x, self._y(bar.other, top, bottom), r, t.surface, t.ink, 1.8)
        y = bottom + px(4)
        words = [(spoken(group.name), 600, t.ink), (spoken(group.count), 500, t.ink2)]
        if group.line:
            words.append((spoken(group.line), 400, t.ink3))
        for text, weight, ink in words:
            if text_width(text, px(CAPTION), weight) <= one.w + BETWEEN:
                c.text(text, one.x, y, one.w, px(ROW), px(CAPTION), weight, ink, CENTRE)
            y += px(ROW)

    def _paint_bar(self, c: Canvas, bar: Bar, x: float, w: float, top: float, bottom: float) -> None:
        t, tick = c.t, max(1.6, w * 0.1)
        if bar.value is None and bar.result != "excluded":
            self._paint_dot(c, bar.result, x + w / 2, bottom - 2 - w / 2, w)
            return
        # what was not counted need not have a level either: then it is hatched as high as the plot
        y = top if bar.value is None else min(self._y(bar.value, top, bottom), bottom - 3)
        height, radius = bottom - y, min(4.0, w / 3)
        if bar.result == "reached":
            c.box(x, y, w, height, t.good, radius)
            if w >= 10:
                inside = height >= w + 4
                at = bottom - 3 - w / 2 if inside else y - 3 - w / 2
                paint_tick(c, x + w / 2, at, w * 0.62, t.on_good if inside else t.good_ink, tick)
        elif bar.result == "missed":
            c.box(x, y, w, height, t.warn_soft, radius, t.warn_ink, min(2.0, max(1.0, w / 5)))
        else:
            c.box(x, y, w, height, t.surface, radius)
            c.hatch(x, y, w, height, t.ink3, radius, 200, 6)
            c.box(x, y, w, height, None, radius, t.ink3, 1)
        if bar.value is not None and bar.value > self.chart.top:  # higher than the scale: cut, and it looks so
            c.line(x - 2, top + 8, x + w + 2, top + 3, t.surface, 3)

    def _paint_dot(self, c: Canvas, result: Result, x: float, y: float, w: float) -> None:
        """Paint a repetition that was counted but has no level."""
        r = w / 2
        if result == "reached":
            c.circle(x, y, r, c.t.good)
            paint_tick(c, x, y, w * 0.62, c.t.on_good, max(1.6, w * 0.1))
        else:
            c.circle(x, y, r - 1, c.t.warn_soft, c.t.warn_ink, min(2.0, max(1.0, w / 5)))

    def _paint_legend(self, c: Canvas, w: int, top: float) -> None:
        t, px = c.t, self._look.px
        for sample, words, x, y, width in self._legend(w):
            at, side = top + y + px(ROW) / 2, px(12)
            if sample == "line":
                c.line(x, at, x + side, at, t.ink, 3)
            elif sample == "ceiling":
                c.line(x, at, x + side, at, t.accent_ink, 2, [3, 2])
            elif sample == "other":
                c.circle(x + side / 2, at, side / 2 - 2, t.surface, t.ink, 1.8)
            elif sample == "reached":
                c.box(x, at - side / 2, side, side, t.good, 3)
                paint_tick(c, x + side / 2, at, side * 0.66, t.on_good, 1.6)
            elif sample == "missed":
                c.box(x, at - side / 2, side, side, t.warn_soft, 3, t.warn_ink, 2)
            elif sample == "excluded":
                c.hatch(x, at - side / 2, side, side, t.ink3, 3, 200, 5)
                c.box(x, at - side / 2, side, side, None, 3, t.ink3, 1)
            c.text(words, x + px(18), top + y, width, px(400), px(CAPTION), 400, t.ink2, vertical=TOP, wrap=True)

    # -- measures ------------------------------------------------------------------------------------------

    @property
    def _left(self) -> float:
        return MARGIN + text_width("000", self._look.px(CAPTION)) + self._look.px(10)

    def _unit_below(self, width: int) -> bool:
        px = self._look.px
        title = text_width(spoken(self.chart.title), px(LEAD), 600)
        return title + text_width(spoken(self.chart.unit), px(CAPTION)) + 32 > width - 2 * MARGIN

    def _head(self, width: int) -> float:
        px, head = self._look.px, MARGIN + self._look.px(36)
        if self._unit_below(width):
            head += text_height(spoken(self.chart.unit), px(CAPTION), width - 2 * MARGIN)
        return head

    def _y(self, level: float, top: float, bottom: float) -> float:
        return bottom - min(max(level, 0.0), self.chart.top) / self.chart.top * (bottom - top)

    def _placed(self, width: int) -> list[_Placed]:
        """Give each group its place: bars as wide as there is room, and where there is none the newest ones only."""
        groups, px = self.chart.groups, self._look.px
        room = width - MARGIN - self._left - 12
        labels = [max(text_width(spoken(words), px(CAPTION), 600) for words in (g.name, g.count, g.line) if words)
                  for g in groups]  # fmt: skip
        pitch = px(WIDEST)
        while True:
            widths = [max(len(g.bars) * pitch, label) for g, label in zip(groups, labels, strict=True)]
            if sum(widths) + (len(groups) - 1) * BETWEEN <= room or pitch <= NARROWEST:
                break
            pitch = max(NARROWEST, pitch - 0.5)
        total = sum(widths) + (len(groups) - 1) * BETWEEN
        if total > room:  # labels give way, then the oldest bars
            share = (room - (len(groups) - 1) * BETWEEN) / max(1, sum(len(g.bars) for g in groups))
            widths = [len(g.bars) * share for g in groups]
            total = room
        spare = min((room - total) / len(groups), px(24))
        placed, x = [], self._left + 6
        for group, w in zip(groups, widths, strict=True):
            fits = max(1, int(w / pitch))
            n = min(len(group.bars), fits)
            first = x + (w - n * pitch) / 2 + pitch * 0.16
            placed.append(_Placed(group, x, w, first, pitch, len(group.bars) - n))
            x += w + BETWEEN + spare
        return placed

    def _legend(self, width: int) -> list[tuple[Result | str, str, float, float, float]]:
        """Return sample, words, place and width of each entry, in lines."""
        px, inner = self._look.px, width - 2.0 * MARGIN
        entries: list[tuple[Result | str, str]] = [(result, spoken(words)) for result, words in self.chart.legend]
        if any(g.low is not None or g.high is not None for g in self.chart.groups):
            entries.append(("line", self.tr("target")))
        if any(g.ceiling is not None for g in self.chart.groups):
            entries.append(("ceiling", self.tr("the other muscle's line")))
        if any(bar.other is not None for g in self.chart.groups for bar in g.bars):
            entries.append(("other", self.tr("the other muscle")))
        if any(bar.value is None and bar.result != "excluded" for g in self.chart.groups for bar in g.bars):
            entries.append(("none", self.tr("round: too short to give a level")))
        if len({g.hidden for g in self.chart.groups}) > 1:
            entries[0] = (entries[0][0], self.tr("in the sets: {words}").format(words=entries[0][1]))
        skipped = sum(one.skipped for one in self._placed(width)) if self.chart.groups else 0
        if skipped:
            entries.append(("none", self.tr("the {n} oldest have no room here").format(n=skipped)))
        made: list[tuple[Result | str, str, float, float, float]] = []
        x, y = 0.0, 0.0
        for sample, words in entries:
            w = min(text_width(words, px(CAPTION)) + 2, inner - px(18))
            if x and x + px(18) + w > inner:
                x, y = 0.0, y + px(ROW)
            made.append((sample, words, MARGIN + x, y, w))
            x += px(18) + w + px(24)
            extra = text_height(words, px(CAPTION), w) - px(ROW)
            if extra > px(4):
                x, y = inner, y + extra
        return made

    def _legend_height(self, width: int) -> float:
        entries = self._legend(width)
        px = self._look.px
        if not self.chart.groups:
            return 0.0
        return max(y + max(px(ROW), text_height(words, px(CAPTION), w)) for _, words, _, y, w in entries) + px(2)
