"""The scrolling envelope: ten seconds behind, two ahead.

Each pixel column shows the least and the most of its scans, on columns that are fixed to the scan index, so that a
trace does not shimmer while it moves.
One rule: a gap is empty and hatched; no line goes through it, and the axis never changes by itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QBrush, QPainter, QPen, QPolygonF

from biofeedback.ui.look.canvas import CENTRE, Canvas
from biofeedback.ui.look.tokens import CAPTION, LINE_TRACE, colour
from biofeedback.ui.train.muscle_bar import Axis

PAST, AHEAD = 10.0, 2.0
"""Seconds shown before and after now."""
COLUMN = 0.04
"""Seconds of a column, 1.6 to 3 pixels: a third of the window of the score's envelope."""
SPREAD = 3.0
"""Pixels between a column's least and most from which both are drawn."""
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Columns:
    """A trace reduced to columns. `time` in seconds before the newest scan (≤ 0), `low` and `high` NaN in a gap."""

    time: Floats
    low: Floats
    high: Floats
    newest: Floats
    """The newest scan's value, shape (1,), or (0,) when there is none."""


def reduce_columns(values: Floats, first_index: int, rate: float, scans_per_column: int) -> Columns:
    """Reduce `values` (n,), whose first is scan `first_index`, to columns fixed to multiples of their width."""
    n = len(values)
    if not n:
        return Columns(np.empty(0), np.empty(0), np.empty(0), np.empty(0))
    lead = -first_index % scans_per_column
    edges = np.arange(lead, n, scans_per_column)
    if lead:
        edges = np.concatenate([[0], edges])
    low, high = np.fmin.reduceat(values, edges), np.fmax.reduceat(values, edges)
    ends = np.append(edges[1:], n)
    time = ((edges + ends - 1) / 2 - (n - 1)) / rate
    return Columns(time, low, high, values[-1:])


def runs(columns: Columns) -> list[tuple[int, int, bool]]:
    """Return stretches (start, stop, good) of columns that have values, or have none."""
    good = np.isfinite(columns.low)
    if not len(good):
        return []
    cuts = [0, *(np.flatnonzero(np.diff(good)) + 1).tolist(), len(good)]
    return [(a, b, bool(good[a])) for a, b in itertools.pairwise(cuts)]


@dataclass(frozen=True, slots=True)
class Lane:
    """Where an envelope is painted: pixels from `x` over `w`, heights by `axis`."""

    x: float
    w: float
    axis: Axis

    def at(self, seconds: float) -> float:
        """Return the pixel of a time relative to now."""
        return self.x + (seconds + PAST) / (PAST + AHEAD) * self.w


def scans_per_column(rate: float) -> int:
    """Return how many scans make one column."""
    return max(1, round(rate * COLUMN))


def paint_ground(
    c: Canvas, lane: Lane, marks: list[float], target: tuple[float, float] | None,
    segments: list[tuple[float, float, str, str]],
) -> None:  # fmt: skip
    """Paint what lies behind the trace: work and rest, the target's zone, the grid."""
    t, a = c.t, lane.axis
    h = a.bottom - a.top
    c.fill(lane.x, a.top, lane.w, h, t.canvas)
    if target:
        c.zone(lane.x, a.y(target[1]), lane.w, a.y(target[0]) - a.y(target[1]))
    for begin, end, kind, name in segments:
        left, right = lane.at(max(begin, -PAST)), lane.at(min(end, AHEAD))
        if right <= left:
            continue
        if kind == "work":
            c.zone(left, a.top, right - left, h)
        else:
            c.fill(left, a.top, right - left, h, t.sunken)
        if -PAST < begin < AHEAD:
            c.line(left, a.top, left, a.bottom, t.edge, 1, [2, 3])
        if right - left > c.width(name, c.look.px(12), 600) + 14:
            ink = t.good_ink if kind == "work" else t.ink3
            c.text(name, left + 8, a.top + 6, 80, c.look.px(20), c.look.px(12), 600, ink)
    for value in marks[1:-1]:
        c.line(lane.x, a.y(value), lane.x + lane.w, a.y(value), t.line, 1)


def paint_trace(
    c: Canvas, lane: Lane, columns: Columns, to_bar: Callable[[Floats], Floats], *, silent_for: float | None
) -> tuple[float, float] | None:
    """Paint the trace; with `silent_for` seconds of silence it has moved on and greyed. Return its newest point."""
    t, a = c.t, lane.axis
    h, shift = a.bottom - a.top, silent_for or 0.0
    ink = t.ink3 if silent_for is not None else t.accent
    low, high = to_bar(columns.low), to_bar(columns.high)
    x = lane.x + (columns.time - shift + PAST) / (PAST + AHEAD) * lane.w
    top = a.bottom - np.clip(high / a.high, 0, 1) * h
    bottom = a.bottom - np.clip(low / a.high, 0, 1) * h
    last: QPointF | None = None
    quarter = COLUMN / (PAST + AHEAD) * lane.w / 4
    for start, stop, good in runs(columns):
        if not good:
            # from the last good column to the next one: nothing is known between
            left, right = x[max(0, start - 1)], x[min(len(x) - 1, stop)]
            if right - left > 2:
                c.fill(left, a.top, right - left, h, t.surface)
                c.hatch(left, a.top, right - left, h, t.ink3, 0, 90, 8)
            continue
        points: list[QPointF] = []
        for px, py, qy in zip(
            x[start:stop].tolist(), top[start:stop].tolist(), bottom[start:stop].tolist(), strict=True
        ):
            if qy - py > SPREAD:
                # the end nearer to where the line comes from first, so that a slope is a slope and no stairs
                before = points[-1].y() if points else qy
                ends = (qy, py) if abs(before - qy) <= abs(before - py) else (py, qy)
                points += [QPointF(px - quarter, ends[0]), QPointF(px + quarter, ends[1])]
            else:
                points.append(QPointF(px, (py + qy) / 2))
        if stop == len(x) and np.isfinite(columns.newest[-1]):
            # the trace ends where the bar stands: at the newest scan
            last = QPointF(lane.at(-shift), a.y(float(to_bar(columns.newest)[-1])))
            points.append(last)
        c.p.setPen(Qt.PenStyle.NoPen)
        c.p.setBrush(QBrush(colour(ink, 26 if t.name == "light" else 40)))
        floor = [QPointF(points[-1].x(), a.bottom), QPointF(points[0].x(), a.bottom)]
        c.p.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)  # its edge lies under the line
        c.p.drawPolygon(QPolygonF([*points, *floor]))
        c.p.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(colour(ink), c.look.px(LINE_TRACE) if c.look.text_percent < 150 else 3.5)
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
        c.p.setPen(pen)
        c.p.setBrush(Qt.BrushStyle.NoBrush)
        c.p.drawPolyline(QPolygonF(points))
    return None if last is None or silent_for is not None else (last.x(), last.y())


def paint_ahead(c: Canvas, lane: Lane) -> None:
    """Veil what is still to come."""
    a = lane.axis
    now = lane.at(0)
    c.fill(now, a.top, lane.x + lane.w - now, a.bottom - a.top, c.t.surface, 120)


def paint_silence(c: Canvas, lane: Lane, seconds: float, words: str) -> None:
    """Hatch the time since the last scan and say how long it is."""
    t, a = c.t, lane.axis
    left, right = lane.at(max(-seconds, -PAST)), lane.x + lane.w
    c.fill(left, a.top, right - left, a.bottom - a.top, t.surface)
    c.hatch(left, a.top, right - left, a.bottom - a.top, t.ink3, 0, 60, 12)
    size = c.look.px(15)
    w, h = c.width(words, size, 600) + c.look.px(32), c.look.px(40)
    middle = max(lane.x + w / 2 + 8, min((left + right) / 2, right - w / 2 - 8))
    y = a.top + 0.24 * (a.bottom - a.top)
    c.box(middle - w / 2, y - h / 2, w, h, t.surface, 8)
    c.text(words, middle - w / 2, y - h / 2, w, h, size, 600, t.ink2, CENTRE)


def paint_times(c: Canvas, lane: Lane, past: str, half: str, now: str) -> None:
    """Write the times below the trace."""
    px, y = c.look.px, lane.axis.bottom + c.look.px(6)
    c.text(past, lane.x, y, px(80), px(20), px(CAPTION), 400, c.t.ink3)
    if lane.w > px(320):
        c.text(half, lane.at(-PAST / 2) - px(50), y, px(100), px(20), px(CAPTION), 400, c.t.ink3, CENTRE)
    c.text(now, lane.at(0) - px(40), y, px(80), px(20), px(CAPTION), 400, c.t.ink3, CENTRE)
