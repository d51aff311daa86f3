"""Where two bars, the ring between them and their lanes stand on the stage, and how large what stands above them is.

One rule: no widgets and no state; places follow from sizes, the text and the muscles' names, never from what happens.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from biofeedback.ui.look.canvas import text_width
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, Look

BAR, RING = 104.0, 192.0
"""Pixels of a bar and of what is between two bars; the ring stands there."""
WIDE_BAR, WIDE_RING = 150.0, 300.0
"""The same on a large screen."""
WIDEST_BAR, WIDEST_RING = 170.0, 400.0
NARROWEST_BAR, NARROWEST_GAP = 48.0, 24.0
RING_EDGE = 24.0
"""Pixels between a bar and the ring: the first target's sign stands there."""
SMALLEST_RING = 110.0
SMALLEST_RAW = 240.0
FIGURE, LEAST_FIGURE = 64.0, 30.0
"""Pixels of a level above its bar, on a stage that is 400 pixels high; and the least at 100 % text."""
MOST_HEAD = 0.3
"""Part of the height above which name and level share one row: the bars must stay tall."""
UNIT_PART = 0.4
"""Of the figure's size."""


@dataclass(frozen=True, slots=True)
class PairPlaces:
    """Pixels: how wide a bar is, what is between two, and the ring (0 where it has no room)."""

    bar: float
    between: float
    ring: float
    with_envelope: bool

    def right_of_bars(self, left: float) -> float:
        """Return where the second bar ends when the first one begins at `left`."""
        return left + 2 * self.bar + self.between


def pair_places(width: float, left: float, right: float, lanes: float, *, wide: bool, raw: bool) -> PairPlaces:
    """Return the places in `width` pixels; `left` and `right` are for the pills, `lanes` the least for the envelopes.

    `raw`: without lanes the raw signal needs room beside the bars.
    """
    bar, between = (WIDE_BAR, WIDE_RING) if wide else (BAR, RING)
    free = width - left - right
    if free - 2 * bar - between >= lanes:
        return PairPlaces(bar, between, between - 2 * RING_EDGE, with_envelope=True)
    if raw:
        bar = min(bar, max(NARROWEST_BAR, (free - NARROWEST_GAP - SMALLEST_RAW) / 2))
        return PairPlaces(bar, NARROWEST_GAP, 0.0, with_envelope=False)
    if free - 2 * BAR < SMALLEST_RING + 2 * RING_EDGE:
        gap = 2 * NARROWEST_GAP
        return PairPlaces(max(NARROWEST_BAR, min(WIDEST_BAR, (free - gap) / 2)), gap, 0.0, with_envelope=False)
    bar = max(BAR, min(WIDEST_BAR, (free - between - 40) / 2))
    between = min(WIDEST_RING, free - 2 * bar)
    return PairPlaces(bar, between, between - 2 * RING_EDGE, with_envelope=False)


@dataclass(frozen=True, slots=True)
class HeadSize:
    """Pixels of what stands above two bars; in `one_row` the name stands right of the level, else above it."""

    height: float
    figure: float
    name: float
    name_lines: int
    one_row: bool
    name_width: float


@functools.lru_cache(maxsize=16)
def head_size(look: Look, body: float, names: tuple[str, str], room: float, half: float) -> HeadSize:
    """Return the sizes on a stage `body` pixels high: a name may take `room`, in one row with its level `half`."""
    k = min(1.4, max(0.75, body / 400))
    figure = max(FIGURE * k, look.px(LEAST_FIGURE))
    size = look.px(BODY) * (1.2 if k > 1.3 and look.text_percent == 100 else 1.0)
    one, lines = _fitting(names, size, room, 2)
    height = lines * 1.3 * one + 1.1 * figure
    if height <= MOST_HEAD * body:
        return HeadSize(height, figure, one, lines, one_row=False, name_width=room)
    while figure > 24 and half - level_width(figure) < 0.3 * half:
        figure -= 1
    width = half - level_width(figure) - 16
    one, lines = _fitting(names, min(size, 0.42 * figure), width, 2)
    height = 1.1 * figure + 6
    return HeadSize(height, figure, one, lines, one_row=True, name_width=width)


def level_width(figure: float) -> float:
    """Return the pixels kept for a level of up to three figures and its unit, so that nothing moves with it."""
    return text_width("000", figure, 700) + 0.06 * figure + text_width("%", UNIT_PART * figure, 600)


def _fitting(names: tuple[str, str], size: float, room: float, most_lines: int) -> tuple[float, int]:
    """Return the size not above `size` at which both names fit into `room`, and in how many lines."""
    while size > 9:
        widest = max(text_width(part, size, 600) for name in names for part in (name or " ").split(" "))
        lines = max(round(text_height(name, size, room, 600) / text_height("M", size, room, 600)) for name in names)
        if widest <= room and lines <= most_lines:
            return size, max(1, lines)
        size -= 0.5
    return size, most_lines


def short_names(first: str, second: str) -> tuple[str, str]:
    """Return what tells two muscles apart: only their sides where they have one name, no sides where both have one."""
    (muscle, side), (other, other_side) = (name.partition(", ")[::2] for name in (first, second))
    if muscle == other and side and other_side:
        return side, other_side
    return (muscle, other) if side == other_side else (first, second)
