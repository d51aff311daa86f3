"""The lines of one bar with their values: the target, the first target, and the one that holds from the next set on.

One rule: a value stands beside its line; where the target's pill is in the way it steps aside, it is never left out.
"""

from __future__ import annotations

from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.train.exercise_lines import Lines
from biofeedback.ui.train.muscle_bar import (
    Axis,
    paint_coming,
    paint_first,
    paint_first_sign,
    paint_pill,
    paint_target,
)

APART = 32.0
"""Pixels at 100 % between the middles of two values."""


def paint_lines(
    c: Canvas, x: float, w: float, axis: Axis, lines: Lines, *, right: float, dim: bool, mirror: bool = False,
    framed: bool = False, over_first: bool | None = None,
) -> None:  # fmt: skip
    """Paint the lines of a bar from `x` over `w`, the target through to `right`.

    `framed`: the arrows move this line. `mirror`: values stand right of the bar. `over_first`: whether the fill reaches
    the first target, None where the bar is hidden.
    """
    width = c.look.px(4) if c.look.text_percent < 150 else 5
    first = None if over_first is None else lines.first
    if first is not None and first not in lines.solid:
        paint_first(c, x, w, axis.y(first), over=over_first or False)
    for value in lines.solid:
        end = x + w + 6 if lines.moves else right
        paint_target(c, x - 6, end, axis.y(value), dim=dim, width=width if len(lines.solid) < 2 else width * 0.75)
    for value in () if lines.moves else lines.solid:
        at = x + w + 4 if mirror else x - 4
        paint_pill(c, at, axis.y(value), f"{value:g}", met=lines.met and not dim, dim=dim, mirror=mirror, framed=framed)
    if first is not None:
        paint_first_sign(c, x + w + 12, axis.y(first))
    if (place := coming_place(c.look, axis, lines)) is not None:
        words = "–".join(f"{value:g}" for value in lines.coming)
        paint_coming(c, x, w, [axis.y(value) for value in lines.coming], f"→ {words}", place, mirror=mirror)


def coming_place(look: Look, axis: Axis, lines: Lines) -> float | None:
    """Return the height in pixels at which the value of the next set stands, clear of the pills; None without one."""
    if not lines.coming:
        return None
    away = look.px(APART)
    upwards = not lines.solid or lines.coming[0] > lines.solid[0]
    y = axis.y(lines.coming[-1] if upwards else lines.coming[0])
    for value in lines.solid if upwards else reversed(lines.solid):
        other = axis.y(value)
        if abs(y - other) < away:
            y = other - away if upwards else other + away
    return y
