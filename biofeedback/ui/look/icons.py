"""Line icons on a grid of 24, and the signal lights. Each is a shape of its own, so that colour is never needed.

One rule: an icon is drawn in the one colour it is given.
"""

from __future__ import annotations

import math
from typing import Literal

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QPainterPath, QPen

from biofeedback.ui.look.canvas import ROUND, Canvas, Point
from biofeedback.ui.look.tokens import colour

Light = Literal["good", "look", "fix", "none"]
Stroke = tuple[tuple[float, float], ...]

_STROKES: dict[str, tuple[Stroke, ...]] = {
    "up": (((12, 19), (12, 5)), ((6, 11), (12, 5), (18, 11))),
    "down": (((12, 5), (12, 19)), ((6, 13), (12, 19), (18, 13))),
    "tick": (((4.5, 12.5), (10, 18), (20, 6.5)),),
    "flag": (((7, 21), (7, 4), (18, 4), (15, 8.5), (18, 13), (7, 13)),),
    "unplugged": (
        ((2, 12), (7, 12)), ((7, 8), (7, 16)), ((22, 12), (17, 12)), ((17, 8), (17, 16)), ((10, 9), (12, 12)),
        ((14, 15), (12, 12)),
    ),
    "wave": (((2, 12), (6, 12), (8, 7), (11, 18), (14, 4), (17, 15), (18.5, 12), (22, 12)),),
    "look": (((12, 4), (12, 14)), ((12, 19), (12, 19.4))),
    "sliders": (((4, 8), (20, 8)), ((4, 16), (20, 16)), ((9, 5.5), (9, 10.5)), ((15, 13.5), (15, 18.5))),
    "swap": (((4, 8.5), (20, 8.5)), ((16, 4.5), (20, 8.5), (16, 12.5)), ((20, 15.5), (4, 15.5)),
             ((8, 11.5), (4, 15.5), (8, 19.5))),
    "hurts": (((13.5, 2.5), (6, 13.5), (11.5, 13.5), (10.5, 21.5), (18, 10.5), (12.5, 10.5), (13.5, 2.5)),),
    "target": (((2, 12), (22, 12)), ((12, 4), (12, 8.5)), ((12, 15.5), (12, 20))),
}  # fmt: skip


def paint_icon(c: Canvas, name: str, x: float, y: float, size: float, ink: str) -> None:
    """Paint the icon `name` centred at x, y."""
    k = size / 24
    width = max(1.6, 1.9 * k)

    if name in _STROKES:
        for stroke in _STROKES[name]:
            c.poly(_on_grid(x, y, k, *stroke), stroke=ink, width=width, closed=False)
    elif not (_paint_solid(c, name, x, y, k, ink) or _paint_round(c, name, x, y, k, ink)):
        raise ValueError(f"there is no icon {name!r}")


def _on_grid(x: float, y: float, k: float, *points: Point) -> list[Point]:
    return [(x + (a - 12) * k, y + (b - 12) * k) for a, b in points]


def _paint_solid(c: Canvas, name: str, x: float, y: float, k: float, ink: str) -> bool:
    """Paint one of the filled icons; return whether `name` is one."""
    if name == "pause":
        for a in (8, 16):
            c.poly(_on_grid(x, y, k, (a, 6), (a, 18)), stroke=ink, width=3 * k, closed=False)
    elif name == "play":
        c.poly(_on_grid(x, y, k, (8, 5), (19, 12), (8, 19)), ink, ink, max(1.6, 1.9 * k))
    elif name == "next":
        c.poly(_on_grid(x, y, k, (6, 5.5), (15, 12), (6, 18.5)), ink, ink, max(1.4, 1.6 * k))
        c.poly(_on_grid(x, y, k, (19, 5.5), (19, 18.5)), stroke=ink, width=max(2, 2.6 * k), closed=False)
    elif name == "stop":
        c.box(x - 6 * k, y - 6 * k, 12 * k, 12 * k, ink, 2 * k)
    elif name == "record":
        c.circle(x, y, 6.5 * k, ink)
    elif name == "more":
        for a in (5, 12, 19):
            c.circle(*_on_grid(x, y, k, (a, 12))[0], 1.9 * k, ink)
    else:
        return False
    return True


def _paint_round(c: Canvas, name: str, x: float, y: float, k: float, ink: str) -> bool:
    """Paint one of the icons made of circles and boxes; return whether `name` is one."""
    width = max(1.6, 1.9 * k)
    if name == "ring":
        c.circle(x, y, 8 * k, None, ink, 3.4 * k)
    elif name == "repeat":
        c.p.setPen(QPen(colour(ink), width, Qt.PenStyle.SolidLine, ROUND))
        c.p.setBrush(Qt.BrushStyle.NoBrush)
        c.p.drawArc(QRectF(x - 7 * k, y - 7 * k, 14 * k, 14 * k), 60 * 16, 290 * 16)
        c.poly(_on_grid(x, y, k, (15.5, 2.2), (16, 6.4), (20.2, 6.2)), stroke=ink, width=width, closed=False)
    elif name == "board":
        c.box(x - 9 * k, y - 7 * k, 18 * k, 14 * k, None, 2.5 * k, ink, width)
        c.box(x - 2 * k, y - 3 * k, 7 * k, 6 * k, ink, 1 * k)
        c.poly(_on_grid(x, y, k, (3, 9), (7, 9)), stroke=ink, width=width, closed=False)
        c.poly(_on_grid(x, y, k, (3, 15), (7, 15)), stroke=ink, width=width, closed=False)
    elif name == "theme":
        c.circle(x, y, 7.5 * k, None, ink, width)
        c.p.setBrush(colour(ink))
        c.p.drawPie(QRectF(x - 7.5 * k, y - 7.5 * k, 15 * k, 15 * k), -90 * 16, 180 * 16)
    elif name == "person":
        c.circle(x, y - 5 * k, 4 * k, None, ink, width)
        c.p.setPen(QPen(colour(ink), width, Qt.PenStyle.SolidLine, ROUND))
        c.p.setBrush(Qt.BrushStyle.NoBrush)
        c.p.drawArc(QRectF(x - 7 * k, y + 2 * k, 14 * k, 14 * k), 0, 180 * 16)
    elif name in ("eye", "eye off"):
        c.p.setPen(QPen(colour(ink), width, Qt.PenStyle.SolidLine, ROUND))
        c.p.setBrush(Qt.BrushStyle.NoBrush)
        lids = QPainterPath(QPointF(x - 10 * k, y))
        for sign in (-1, 1):
            lids.quadTo(QPointF(x, y + sign * 13 * k), QPointF(x - sign * 10 * k, y))
        c.p.drawPath(lids)
        c.circle(x, y, 3.2 * k, ink)
        if name == "eye off":
            c.poly(_on_grid(x, y, k, (4.5, 19.5), (19.5, 4.5)), stroke=ink, width=width * 1.15, closed=False)
    else:
        return False
    return True


def paint_tick(c: Canvas, x: float, y: float, size: float, ink: str, width: float) -> None:
    """Paint a tick centred at x, y."""
    s = size
    c.poly([(x - 0.36 * s, y + 0.02 * s), (x - 0.1 * s, y + 0.27 * s), (x + 0.38 * s, y - 0.27 * s)], stroke=ink,
           width=width, closed=False)  # fmt: skip


def paint_light(c: Canvas, state: Light, x: float, y: float, r: float) -> None:
    """Paint a signal light: circle with a tick, triangle with a stroke, octagon with a cross, or an empty ring."""
    t = c.t
    if state == "good":
        c.circle(x, y, r, t.good)
        paint_tick(c, x, y, r * 1.35, t.on_good, max(1.6, r * 0.22))
    elif state == "look":
        c.poly([(x, y - r * 1.05), (x + r * 1.12, y + r * 0.88), (x - r * 1.12, y + r * 0.88)], t.warn, t.warn, r * 0.3)
        c.line(x, y - r * 0.42, x, y + r * 0.22, t.on_warn, max(1.8, r * 0.24))
        c.circle(x, y + r * 0.58, max(1.1, r * 0.14), t.on_warn)
    elif state == "fix":
        k = r * 0.4142
        c.poly([(x - k, y - r), (x + k, y - r), (x + r, y - k), (x + r, y + k),
                (x + k, y + r), (x - k, y + r), (x - r, y + k), (x - r, y - k)], t.bad)  # fmt: skip
        d = r * 0.36
        for sign in (1, -1):
            c.line(x - d, y - sign * d, x + d, y + sign * d, t.on_bad, max(1.8, r * 0.24), cap=ROUND)
    else:
        c.circle(x, y, r - 1, None, t.edge, 2, [2, 1.6])


def paint_logo(c: Canvas, x: float, y: float, width: float) -> None:
    """Paint the sign of the app, a burst of EMG, from its left end."""
    steps = [i / 59 for i in range(60)]
    height = 8 * width / 22
    points = [(x + width * s, y - height * math.exp(-((22 * s - 11) ** 2) / 16) * math.sin(33 * s)) for s in steps]
    c.curve(points, c.t.accent, 2.5 * width / 22)
