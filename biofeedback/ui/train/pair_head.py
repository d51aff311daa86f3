"""What stands above each of two bars: the muscle's name with what is asked of it, and its level.

One rule: ones and unit keep their places, so that a level that changes does not make the eye jump.
"""

from __future__ import annotations

from dataclasses import dataclass

from biofeedback.ui.look.canvas import CENTRE, RIGHT, Canvas
from biofeedback.ui.look.icons import paint_icon
from biofeedback.ui.look.tokens import metrics
from biofeedback.ui.train.pair_places import UNIT_PART, HeadSize, level_width


@dataclass(frozen=True, slots=True)
class Head:
    """One muscle above its bar. `sign`: "up" or "down" for what is asked, or empty. `quiet`: the level is old news."""

    name: str
    figure: str
    unit: str
    sign: str = ""
    quiet: bool = False


def paint_head(c: Canvas, centre: float, left: float, right: float, size: HeadSize, head: Head) -> None:
    """Paint a muscle's name and level centred above its bar, between `left` and `right`."""
    unit = head.unit if len(head.unit) < 3 else ""
    if not size.one_row:
        name_h = size.name_lines * 1.3 * size.name
        _paint_name(c, centre, name_h, size, head)
        shift = 0.5 * c.width("00", size.figure, 700) - 0.06 * size.figure
        room = 2 * min(centre - left, right - centre)
        _paint_level(c, centre + shift, name_h, size.height - name_h, size.figure, room, head, unit)
        return
    level, name = level_width(size.figure), _widest_line(c, head.name, size)
    whole, high = level + 14 + name, size.height - 6
    begin = max(left, min(centre - whole / 2, right - whole))
    _paint_level(c, begin + c.width("000", size.figure, 700), 0, high, size.figure, level, head, unit)
    c.text(head.name, begin + level + 14, 0, name + 2, high, size.name, 600, c.t.ink2, wrap=size.name_lines > 1)


def _widest_line(c: Canvas, name: str, size: HeadSize) -> float:
    if size.name_lines < 2 or c.width(name, size.name, 600) <= size.name_width:
        return min(size.name_width, c.width(name, size.name, 600))
    widest, line = 0.0, ""
    for part in name.split(" "):
        longer = f"{line} {part}".strip()
        line = longer if c.width(longer, size.name, 600) <= size.name_width else part
        widest = max(widest, c.width(line, size.name, 600))
    return widest


def _paint_name(c: Canvas, centre: float, height: float, size: HeadSize, head: Head) -> None:
    room, sign = size.name_width, head.sign
    wide = c.width(head.name, size.name, 600)
    icon = 1.2 * size.name
    if size.name_lines > 1 or wide + 2 * icon > room:
        sign = ""
    at = centre + (icon / 2 if sign else 0)
    if sign:
        paint_icon(c, sign, at - wide / 2 - 0.7 * icon, height / 2, icon, c.t.ink2)
    c.text(head.name, at - room / 2, 0, room, height, size.name, 600, c.t.ink2, CENTRE, wrap=size.name_lines > 1)


def _paint_level(
    c: Canvas, end: float, y: float, height: float, size: float, room: float, head: Head, unit: str
) -> None:
    """Paint the level with its ones ending at `end`, the unit after it on the same baseline."""
    while c.width(head.figure, size, 700) > room and size > 12:
        size -= 1
    ink = c.t.ink3 if head.quiet or head.figure == "–" else c.t.ink
    c.text(head.figure, end - room, y, room, height, size, 700, ink, RIGHT)
    if unit and head.figure != "–":
        small = UNIT_PART * size
        drop = (metrics(size, 700).capHeight() - metrics(small, 600).capHeight()) / 2
        c.text(unit, end + 0.06 * size, y + drop, 2 * size, height, small, 600, c.t.ink3 if head.quiet else c.t.ink2)
