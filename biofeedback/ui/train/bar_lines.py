"""The lines of one bar with their values: the target, the first target, and the one that holds from the next set on.

One rule: a value stands beside its line; where the target's pill is in the way it steps aside, it is never left out.
"""

from __future__ import annotations

from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.train.exercise_lines import Lines
from biofeedback.ui.train.muscle_bar import (
    PILL,
    Axis,
    paint_coming,
    paint_first,
    paint_first_sign,
    paint_pill,
    paint_target,
)

APART = 28.0
"""Pixels at 100 % that the value of the next set takes."""


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
    places = [] if lines.moves else pill_places(c.look, axis, lines)
    for value, (place, half) in zip(lines.solid, places, strict=False):
        at = x + w + 4 if mirror else x - 4
        paint_pill(c, at, place, f"{value:g}", met=lines.met and not dim, dim=dim, mirror=mirror, framed=framed,
                   part=2 * half / c.look.px(PILL))  # fmt: skip
    if first is not None:
        paint_first_sign(c, x + w + 12, axis.y(first))
    coming = coming_place(c.look, axis, lines)
    if coming is not None:
        words = "–".join(f"{value:g}" for value in lines.coming)
        paint_coming(c, x, w, [axis.y(value) for value in lines.coming], f"→ {words}", coming, mirror=mirror)


def coming_place(look: Look, axis: Axis, lines: Lines) -> float | None:
    """Return the height in pixels at which the value of the next set stands, clear of the pills; None without one."""
    if not lines.coming:
        return None
    away = look.px(APART)
    upwards = not lines.solid or lines.coming[0] > lines.solid[0]
    y = axis.y(lines.coming[-1] if upwards else lines.coming[0])
    pills = pill_places(look, axis, lines)
    for other, half in pills if upwards else reversed(pills):
        if abs(y - other) < half + away / 2:
            y = other + (half + away / 2) * (-1 if upwards else 1)
    if y > axis.bottom and pills:  # below the last pill there is no room
        y = min(pill - half for pill, half in pills) - away / 2
    return y


def pill_places(look: Look, axis: Axis, lines: Lines) -> list[tuple[float, float]]:
    """Return the middle and half the height of the pill of each line, in pixels; two that are near make room."""
    places = [axis.y(value) for value in lines.solid]
    high = look.px(PILL)
    if len(places) < 2 or places[0] - places[1] >= high + 2:
        return [(place, high / 2) for place in places]
    high = max(0.6 * high, places[0] - places[1])
    away = max(0.0, high + 2 - (places[0] - places[1])) / 2
    return [(places[0] + away, high / 2), (places[1] - away, high / 2)]
