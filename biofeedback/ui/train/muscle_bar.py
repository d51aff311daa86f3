"""The muscle bar, its target's pill and line, and the slim bars of further channels.

One rule: one `Axis` serves the bar and the envelope beside it, so the target is one line through both.
"""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QBrush

from biofeedback.ui.look.canvas import CENTRE, RIGHT, Canvas, text_width
from biofeedback.ui.look.icons import paint_tick
from biofeedback.ui.look.tokens import BODY, CAPTION, LINE_TARGET, RADIUS_BAR, Look, colour

PILL_TEXT, PILL = 22.0, 36.0
"""Pixels at 100 %: the target's value, and its pill."""


@dataclass(frozen=True, slots=True)
class Axis:
    """Values 0 to `high` from pixel `bottom` up to pixel `top`; what lies outside is shown at the end."""

    top: float
    bottom: float
    high: float

    def y(self, value: float) -> float:
        """Return the height in pixels of a value."""
        part = min(max(value / self.high, 0.0), 1.0)
        return self.bottom - part * (self.bottom - self.top)


def paint_bar(
    c: Canvas, x: float, w: float, axis: Axis, level: float | None, *, target: tuple[float, float] | None,
    marks: list[float], met: bool = False, still: bool = False, quiet_above: float | None = None,
    uncounted: bool = False,
) -> None:  # fmt: skip
    """Paint the bar: blue on the way, green when `met`, hatched grey when `still` (no data); empty without a level.

    Hatched amber when `uncounted`: there is a level, but it may not be the muscle's. `target` is the zone to be in,
    `marks` are the values of the axis' ticks; above `quiet_above` it is hatched.
    """
    t, h, r = c.t, axis.bottom - axis.top, RADIUS_BAR
    c.box(x, axis.top, w, h, t.sunken, r)
    c.clip(x, axis.top, w, h, r)
    if still:
        c.hatch(x, axis.top, w, h, t.ink3, 0, 70, 12)
    elif target:
        c.zone(x, axis.y(target[1]), w, axis.y(target[0]) - axis.y(target[1]))
    if quiet_above is not None and not still:
        paint_quiet(c, x, axis.top, w, axis.y(quiet_above) - axis.top)
    if level is not None and not still:
        y = axis.y(level)
        c.fill(x, y, w, axis.bottom - y, t.warn_soft if uncounted else t.good if met else t.accent)
        if uncounted:
            c.p.fillRect(QRectF(x, y, w, axis.bottom - y), QBrush(colour(t.warn), Qt.BrushStyle.BDiagPattern))
            c.line(x, y, x + w, y, t.warn_ink, 3)
    for value in marks[1:-1]:
        y = axis.y(value)
        ink = t.surface if level is not None and not (still or uncounted) and value < level else t.edge
        c.line(x, y, x + min(12, w / 5), y, ink, 1.5)
        c.line(x + w - min(12, w / 5), y, x + w, y, ink, 1.5)
    c.unclip()
    c.box(x, axis.top, w, h, None, r, t.edge, 1)


def paint_quiet(c: Canvas, x: float, y: float, w: float, h: float) -> None:
    """Hatch where a muscle is not to be: a pattern, for lines would cost more than all the rest in every frame."""
    c.p.fillRect(QRectF(x, y, w, h), QBrush(colour(c.t.ink3, 110), Qt.BrushStyle.BDiagPattern))


def pill_width(look: Look, text: str, *, met: bool) -> float:
    """Return the width of the target's pill with its point."""
    size = look.px(PILL_TEXT)
    return text_width(text, size, 700) + look.px(20) + (size if met else 0) + 10


def paint_pill(
    c: Canvas, right: float, y: float, text: str, *, met: bool, dim: bool, mirror: bool = False, framed: bool = False,
    part: float = 1.0,
) -> None:  # fmt: skip
    """Paint the target's value, pointing at its line from the left; a tick joins it when it is held.

    `mirror`: pointing from the right, with `right` as its left end. `framed`: the arrows move this line.
    `part` of its full size.
    """
    t, size, h = c.t, part * c.look.px(PILL_TEXT), part * c.look.px(PILL)
    ground = t.ink3 if dim else t.good_ink if met else t.ink
    w = part * (pill_width(c.look, text, met=met) - 10)
    sign = -1 if mirror else 1
    c.poly([(right - sign * 10, y - 9), (right - sign, y), (right - sign * 10, y + 9)], ground)
    left = right + 9 if mirror else right - 9 - w
    c.box(left, y - h / 2, w, h, ground, 8)
    if framed:
        c.box(left - 5, y - h / 2 - 5, w + 10, h + 10, None, 12, t.accent, 3)
    if met:
        paint_tick(c, left + part * c.look.px(10) + size * 0.4, y, size * 0.8, t.surface, max(3, size * 0.14))
    c.text(text, left, y - h / 2, w - part * c.look.px(10), h, size, 700, t.surface, RIGHT)


def paint_hidden(c: Canvas, x: float, w: float, axis: Axis, words: str) -> None:
    """Hatch what nobody is to see just now and say so."""
    t, h, size = c.t, axis.bottom - axis.top, c.look.px(BODY)
    c.box(x, axis.top, w, h, t.sunken, RADIUS_BAR)
    c.hatch(x, axis.top, w, h, t.ink3, RADIUS_BAR, 70, 12)
    c.box(x, axis.top, w, h, None, RADIUS_BAR, t.edge, 1)
    lines = words.split("\n")
    while max(text_width(line, size, 600) for line in lines) > w - 12 and size > 9:
        size -= 0.5
    widest = max(text_width(line, size, 600) for line in lines)
    room_w, room_h = min(w - 4, widest + size), 1.3 * size * len(lines) + size
    middle = axis.top + 0.4 * h
    c.box(x + (w - room_w) / 2, middle - room_h / 2, room_w, room_h, t.surface, 8)
    for k, line in enumerate(lines):
        y = middle + (k - (len(lines) - 1) / 2) * 1.3 * size
        c.text(line, x, y - size, w, 2 * size, size, 600, t.ink2, CENTRE)


def paint_first(c: Canvas, x: float, w: float, y: float, *, over: bool) -> None:
    """Paint the first target as a thin dashed mark over the bar; `over`: the fill reaches it."""
    c.line(x, y, x + w, y, c.t.surface if over else c.t.ink2, 2, [4, 3])


def paint_first_sign(c: Canvas, x: float, y: float) -> None:
    """Paint the first target's sign, in the gutter right of the bar."""
    c.poly([(x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)], c.t.surface, c.t.ink2)


def paint_coming(
    c: Canvas, x: float, w: float, lines: list[float], text: str, text_y: float, *, mirror: bool = False
) -> None:
    """Paint the next set's target over the bar: dashed lines, and its value at height `text_y`, left of the bar.

    `mirror`: right of the bar, as the pill of a second bar.
    """
    t, size = c.t, c.look.px(BODY)
    for y in lines:
        c.line(x, y, x + w, y, t.surface, 4)
        c.line(x, y, x + w, y, t.ink, 2, [3, 3])
    room = c.width(text, size, 700) + 12
    left = x + w + 6 if mirror else x - 6 - room
    c.box(left, text_y - 0.7 * size, room, 1.4 * size, t.surface, 6, t.ink2, 1.5)
    c.text(text, left, text_y - size, room, 2 * size, size, 700, t.ink, CENTRE)


def paint_target(c: Canvas, x1: float, x2: float, y: float, *, dim: bool = False, width: float = LINE_TARGET) -> None:
    """Paint the target line with an edge of the ground, so that it stands out on any fill."""
    c.line(x1, y, x2, y, c.t.surface, width + 4)
    c.line(x1, y, x2, y, c.t.ink3 if dim else c.t.ink, width)


def paint_scale(c: Canvas, right: float, axis: Axis, marks: list[float], keep_clear: list[float]) -> None:
    """Write the axis' values, right-aligned at `right`, but for those that a pill would cover.

    Where they would touch each other only every second, third … is written, both ends included.
    """
    px = c.look.px
    for value in apart(marks, axis, 1.4 * px(BODY)):
        y = axis.y(value)
        if all(abs(y - other) > px(30) for other in keep_clear):
            c.text(f"{value:g}", right - px(80), y - px(12), px(80), px(24), px(BODY), 400, c.t.ink3, RIGHT)


def apart(marks: list[float], axis: Axis, least: float) -> list[float]:
    """Return evenly spaced values of `marks`, as many as stand `least` pixels apart, always both ends."""
    n = len(marks) - 1
    for step in range(1, n):
        if n % step == 0 and abs(axis.y(marks[0]) - axis.y(marks[step])) >= least:
            return marks[::step]
    return [marks[0], marks[-1]] if n > 0 else marks


def paint_slim_bar(
    c: Canvas, x: float, w: float, axis: Axis, level: float | None, *, name: str, figure: str, still: bool
) -> None:
    """Paint another channel's bar: the name along its side from the bottom up, the figure below it."""
    px = c.look.px
    paint_bar(c, x, w, axis, level, target=None, marks=[], still=still)
    c.text(figure, x - px(16), axis.bottom + px(5), w + px(32), px(22), px(CAPTION), 600, c.t.ink2, CENTRE)
    c.p.save()
    c.p.translate(x - px(13), axis.bottom)
    c.p.rotate(-90)
    size = px(CAPTION)
    while c.width(name, size, 500) > axis.bottom - axis.top and size > 9:
        size -= 0.5
    c.text(name, 0, -px(10), axis.bottom - axis.top, px(20), size, 500, c.t.ink2)
    c.p.restore()
