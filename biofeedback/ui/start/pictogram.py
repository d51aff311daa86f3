"""Pictograms of exercises: a person in thick strokes on a grid of 96, the working muscle in the accent.

Each shipped plan has its own; a plan of one's own gets its kind's: what is asked of the bar.
One rule: a pictogram is data, strokes and circles; one painter paints them all.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from biofeedback.training.commands import Kind
from biofeedback.training.plan import Plan
from biofeedback.ui.look.canvas import Canvas, Point
from biofeedback.ui.start.pictogram_figures import FIGURES, Dot, Figure, Ink, Mark

GRID = 96.0
BARB = 6.5
"""Length of an arrow's barbs, on the grid."""
OfKind = Literal["of its own", "of its kind"]


@dataclass(frozen=True, slots=True)
class _Bar:
    """A muscle bar in the pictogram of a kind: its left end, how full it is, whether that is to be quiet."""

    x: float
    full: float
    quiet: bool = False


_BARS: Mapping[Kind, tuple[_Bar, ...]] = {
    "activate": (_Bar(30, 0.62),),
    "hold": (_Bar(36, 0.62),),
    "relax": (_Bar(30, 0.14),),
    "match": (_Bar(20, 0.6), _Bar(54, 0.6)),
    "isolate": (_Bar(20, 0.72), _Bar(54, 0.16, quiet=True)),
}
_TOP, _BOTTOM, _WIDE = 14.0, 82.0, 22.0


def paint_pictogram(c: Canvas, x: float, y: float, size: float, plan: Plan) -> OfKind:
    """Paint the pictogram of `plan` into a square of `size` pixels from its top left corner; tell whose it was."""
    figure = FIGURES.get(plan.name)
    if figure is not None:
        _paint_figure(c, x, y, size / GRID, figure)
        return "of its own"
    _paint_kind(c, x, y, size / GRID, plan.kind)
    return "of its kind"


def _ink(c: Canvas, ink: Ink) -> str:
    t = c.t
    return {"body": t.ink3, "muscle": t.accent, "quiet": t.edge, "ground": t.line, "thing": t.edge}[ink]


def _paint_figure(c: Canvas, x: float, y: float, k: float, figure: Figure) -> None:
    for part in figure:
        if isinstance(part, Dot):
            c.circle(x + part.x * k, y + part.y * k, part.r * k, _ink(c, part.ink))
        else:
            _paint_mark(c, x, y, k, part)


def _paint_mark(c: Canvas, x: float, y: float, k: float, mark: Mark) -> None:
    points: list[Point] = [(x + a * k, y + b * k) for a, b in mark.points]
    ink, width = _ink(c, mark.ink), mark.width * k
    if mark.filled:
        c.poly(points, ink, ink, width)
        return
    c.poly(points, stroke=ink, width=width, closed=False)
    if mark.arrow:
        (x1, y1), (x2, y2) = points[-2:]
        angle = math.atan2(y2 - y1, x2 - x1)
        barbs = [
            (x2 - BARB * k * math.cos(angle + turn), y2 - BARB * k * math.sin(angle + turn)) for turn in (0.75, -0.75)
        ]
        c.poly([barbs[0], (x2, y2), barbs[1]], stroke=ink, width=width, closed=False)


def _paint_kind(c: Canvas, x: float, y: float, k: float, kind: Kind) -> None:
    """Paint what a kind asks of the bar: up to a line, into a band, below a line, along a wave, alike, quickly."""
    t = c.t
    if kind in ("track", "quick"):
        line = tuple((8 + a, 48 - 22 * math.sin(a / 12.7)) for a in range(81))
        spikes = ((8, 74), (22, 74), (27, 26), (36, 26), (40, 74), (56, 74), (61, 26), (70, 26), (74, 74), (88, 74))
        _paint_mark(c, x, y, k, Mark("body", 4, line) if kind == "track" else Mark("muscle", 4, spikes))
        if kind == "track":
            c.circle(x + 48 * k, y + 48 * k, 8 * k, t.accent, t.surface, 2)
        return
    height = _BOTTOM - _TOP
    for bar in _BARS[kind]:
        top = _BOTTOM - bar.full * height
        c.box(x + bar.x * k, y + _TOP * k, _WIDE * k, height * k, t.sunken, 5 * k, t.edge, 1.5)
        fill = t.edge if bar.quiet else t.accent
        c.box(x + (bar.x + 3) * k, y + top * k, (_WIDE - 6) * k, (_BOTTOM - 3 - top) * k, fill, 3 * k)
    if kind == "hold":
        for value in (0.52, 0.74):
            at = y + (_BOTTOM - value * height) * k
            c.line(x + 26 * k, at, x + 70 * k, at, t.ink, 3 * k)
        return
    if kind == "match":
        for value in (0.56, 0.64):
            at = y + (_BOTTOM - value * height) * k
            c.line(x + 44 * k, at, x + 52 * k, at, t.accent, 2.5 * k)
        return
    first = _BARS[kind][0]
    level = {"relax": 0.28, "isolate": 0.66}.get(kind, 0.58)
    at = y + (_BOTTOM - level * height) * k
    end = first.x + _WIDE + (6 if kind != "isolate" else 4)
    c.line(x + (first.x - 6) * k, at, x + end * k, at, t.ink, 3 * k)
    if kind != "isolate":
        up = ((68.0, 62.0), (68.0, 34.0))
        _paint_mark(c, x, y, k, Mark("muscle", 4, up if kind == "activate" else up[::-1], arrow=True))
