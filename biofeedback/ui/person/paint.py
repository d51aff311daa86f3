"""How the person's screen is painted: places and shapes in units of 1/720 of its height, readable from two metres.

One rule: places follow from the screen's size and the number of bars only; what does not fit gets smaller, never cut.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from biofeedback.ui.instant import Moment
from biofeedback.ui.look.canvas import CENTRE, RIGHT, TOP, Canvas
from biofeedback.ui.look.icons import paint_icon
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import metrics
from biofeedback.ui.person.state import PersonBar, PersonRing, PersonState
from biofeedback.ui.readings import ticks
from biofeedback.ui.train.exercise_side import paint_exercise_dot
from biofeedback.ui.train.muscle_bar import Axis, paint_bar, paint_hidden, paint_pill, paint_target, pill_width
from biofeedback.ui.words import spoken

HEIGHT, NARROWEST = 720.0, 960.0
"""Units of the screen's height; and of its width, below which a narrow screen gets smaller units instead."""
PAD, PILL_ROOM, DOTS_WIDTH = 48.0, 176.0, 136.0
BAND, PROGRESS, TOP_OF_BARS, TOP_OF_PAIR = 186.0, 188.0, 240.0, 292.0
WORD, SMALLEST_WORD, SECOND_WORD = 128.0, 96.0, 84.0
HINT, SMALLEST_BESIDE, SMALLEST = 32.0, 26.0, 20.0
SMALLEST_RING = 160.0


@dataclass(frozen=True, slots=True)
class Places:
    """Where everything stands, in units; `k` pixels make one. `bars`: left edges. `ring`: centre and diameter."""

    k: float
    w: float
    h: float
    bars: tuple[float, ...]
    bar_width: float
    ring: tuple[float, float, float]

    @property
    def top(self) -> float:
        """Where bars begin; two have their names above them."""
        return TOP_OF_PAIR if len(self.bars) > 1 else TOP_OF_BARS

    @property
    def dots(self) -> float:
        """The left edge of the dots."""
        return self.w - PAD - DOTS_WIDTH

    def axis(self, high: float) -> Axis:
        """Return the axis of a bar whose scale ends at `high`."""
        return Axis(self.top, self.h - 40, high)


def places(width: float, height: float, n_bars: int) -> Places:
    """Return the places on a screen of so many pixels, for one bar or two."""
    k = max(0.05, min(height / HEIGHT, width / NARROWEST))
    w, h = width / k, height / k
    left, dots = PAD + PILL_ROOM, w - PAD - DOTS_WIDTH
    if n_bars < 2:
        bar = 240.0
        room = dots - left - bar
        d = min(376.0, room - 64, h - TOP_OF_BARS - 40)
        return Places(k, w, h, (left,), bar, (left + bar + room / 2, (TOP_OF_BARS + h - 40) / 2, d))
    room = dots - 24 - PILL_ROOM - left  # two bars with the ring between them
    bar = min(200.0, max(120.0, (room - 272) / 2))
    second = left + room - bar
    between = second - left - bar
    d = min(320.0, between - 48)
    return Places(k, w, h, (left, second), bar, (left + bar + between / 2, (TOP_OF_PAIR + h - 40) / 2, d))


def paint_word(c: Canvas, moment: Moment, w: float, percent: int) -> None:
    """Paint sign, word, hint and countdown over a width of `w`; hints follow the size of text in `percent`."""
    t, word, hint = c.t, spoken(moment.word), spoken(moment.hint)
    inks = {"quiet": t.ink3, "way": t.accent, "reached": t.good, "look": t.warn_ink, "fix": t.bad_ink}
    paint_icon(c, moment.icon, PAD + 52, 104, 96, inks[moment.tone])
    left, right = PAD + 128, w - PAD
    if moment.seconds_left is not None:
        figure = f"{math.ceil(moment.seconds_left)}"
        c.text("s", right - 44, 54, 44, 144, 56, 600, t.ink2, RIGHT)
        c.text(figure, left, 32, right - 52 - left, 144, WORD, 700, align=RIGHT)
        right -= 52 + max(c.width("00", WORD, 700), c.width(figure, WORD, 700)) + 32
    size = WORD
    largest = HINT * min(1.4, percent / 100)
    if hint and (beside := _beside(c, word, hint, right - left, largest)):
        size, hint_size, hint = beside
        x = left + c.width(word, size, 700) + 32
        c.text(word, left, 32, right - left, 144, size, 700)
        c.text(hint, x, 36, right - x, 144, hint_size, 400, t.ink2, wrap=True)
        return
    if hint:
        size = SECOND_WORD
    while c.width(word, size, 700) > right - left and size > 32:
        size -= 2
    hint = hint.replace("\n", " ")
    small = largest
    while small >= SMALLEST and text_height(hint, small, right - left) > 80:
        small -= 1
    if not hint or small < SMALLEST:  # the word matters most; the other screen has the whole hint
        c.text(word, left, 32, right - left, 144, size, 700)
        return
    c.text(word, left, 32, right - left, 72, size, 700)
    c.text(hint, left, 104, right - left, 80, small, 400, t.ink2, vertical=TOP, wrap=True)


def _beside(c: Canvas, word: str, hint: str, room: float, largest: float) -> tuple[float, float, str] | None:
    """Return sizes of word and hint, and the hint, with which both stand side by side; None where they do not fit."""
    size = WORD
    while size >= SMALLEST_WORD:
        left = room - c.width(word, size, 700) - 32
        small = largest
        while small >= SMALLEST_BESIDE and left > 0:
            if max(c.width(line, small) for line in hint.split("\n")) >= left:
                hint = hint.replace("\n", " ")  # its own lines would break once more
            widest = max(c.width(part, small) for part in hint.split())
            if max(widest, 6 * small) < left and text_height(hint, small, left) <= 144:
                return size, small, hint
            small -= 2
        size -= 4
    return None


def paint_progress(c: Canvas, part: float | None, w: float) -> None:
    """Paint what is counted down as a bar below the word."""
    c.box(PAD, PROGRESS, w - 2 * PAD, 12, c.t.sunken, 6)
    if part:
        c.box(PAD, PROGRESS, max(12.0, (w - 2 * PAD) * part), 12, c.t.ink2, 6)


def paint_person_bar(c: Canvas, at: Places, i: int, bar: PersonBar, shown: PersonState, level: float | None,
                     high: float) -> None:  # fmt: skip
    """Paint the bar number `i` with its name, its lines and its target's number."""
    x, w, lines, axis = at.bars[i], at.bar_width, bar.lines, at.axis(high)
    large = Canvas(c.p, replace(c.look, text_percent=200))
    zone = lines.zone if lines.counts and not shown.still else None
    if shown.cover and not shown.still:
        paint_hidden(large, x, w, axis, spoken(shown.cover))
    else:
        ends = None if zone is None else (zone[0], axis.high if zone[1] is None else zone[1])
        quiet = lines.quiet_above if lines.counts else None
        paint_bar(c, x, w, axis, level, target=ends, marks=ticks(axis.high), met=lines.met, still=shown.still,
                  quiet_above=quiet)  # fmt: skip
        if shown.cover:
            paint_hidden(large, x, w, axis, spoken(shown.cover))
    dim = shown.still or not lines.counts
    for value in lines.solid:
        paint_target(c, x - 8, x + w + 16, axis.y(value), dim=dim, width=8 if len(lines.solid) < 2 else 6)
    if lines.solid and not lines.moves and bar.labelled:
        words = "–".join(f"{value:g}" for value in lines.solid)
        y = sum(axis.y(value) for value in lines.solid) / len(lines.solid)
        while pill_width(large.look, words, met=True) > PILL_ROOM - 8 and large.look.text_percent > 60:
            large = Canvas(c.p, replace(c.look, text_percent=large.look.text_percent - 10))
        mirror = i > 0
        paint_pill(large, x + w + 6 if mirror else x - 4, y, words, met=lines.met and not dim, dim=dim, mirror=mirror)
    if bar.name:
        _paint_name(c, bar.name, x + w / 2, w + 96, at.top)


def _paint_name(c: Canvas, name: str, x: float, room: float, bottom: float) -> None:
    """Write a muscle's name above its bar, in one line or in two."""
    size = 28.0
    while text_height(name, size, room, 600) > 80 and size > 16:
        size -= 1
    high = text_height(name, size, room, 600)
    c.text(name, x - room / 2, bottom - 8 - high, room, high + 4, size, 600, c.t.ink2, CENTRE, TOP, wrap=True)


def paint_person_ring(c: Canvas, at: Places, ring: PersonRing) -> None:
    """Paint the ring with its figure, or with a sign; nothing where there is no room for it."""
    (x, y, d), t = at.ring, c.t
    if d < SMALLEST_RING:
        return
    width = 0.075 * d
    c.circle(x, y, d / 2 - width / 2, None, t.sunken, width)
    if ring.fraction > 0:
        c.arc(x, y, d / 2 - width / 2, ring.fraction, t.good if ring.met else t.accent, width)
    if ring.icon:
        paint_icon(c, ring.icon, x, y, 0.36 * d, t.ink3)
        return
    size = 0.383 * d
    while size > 20:
        unit, gap = 0.4 * size, 0.06 * size
        figure_w = c.width(ring.figure, size, 700)
        unit_w = c.width(ring.unit, unit, 600) + gap if ring.unit else 0.0
        if figure_w + unit_w <= 0.76 * d:
            break
        size -= 2
    left = x - (figure_w + unit_w) / 2
    c.text(ring.figure, left, y - size, figure_w, 2 * size, size, 700, t.ink3 if ring.figure == "–" else t.ink)
    if ring.unit:
        drop = (metrics(size, 700).capHeight() - metrics(unit, 600).capHeight()) / 2
        c.text(ring.unit, left + figure_w + gap, y - size + drop, unit_w, 2 * size, unit, 600)
    if words := spoken(ring.below):
        c.text(words, x - d / 2, y + 0.22 * d, d, 0.14 * d, 0.085 * d, 500, t.ink2, CENTRE)


def paint_person_dots(c: Canvas, at: Places, shown: PersonState, percent: int) -> None:
    """Paint how far it is: "5 of 10", and a dot for every repetition."""
    x, y, top = at.dots, at.top, at.top
    size = 32.0 * min(1.25, percent / 100)
    for words, weight, ink in ((spoken(shown.head), 700, c.t.ink), (spoken(shown.foot), 500, c.t.ink2)):
        if words:
            while c.width(words, size, weight) > DOTS_WIDTH and size > SMALLEST:
                size -= 1
            c.text(words, x, y, DOTS_WIDTH, 48, size, weight, ink, CENTRE)
            y += 48
    n = len(shown.dots)
    if not n:
        return
    y = max(y, top + 48) + 24
    room = at.h - 40 - y
    best = (0.0, 1)
    for columns in (2, 3, 4):
        rows = -(-n // columns)
        d = min(56.0, (DOTS_WIDTH - (columns - 1) * 12) / columns, (room + 12) / rows - 12)
        best = max(best, (d, -columns))
    d, columns = best[0], -best[1]
    gap = (DOTS_WIDTH - columns * d) / (columns - 1)
    down = min(18.0, (room - -(-n // columns) * d) / max(1, -(-n // columns) - 1))
    for i, dot in enumerate(shown.dots):
        centre = x + d / 2 + (i % columns) * (d + gap), y + d / 2 + (i // columns) * (d + down)
        paint_exercise_dot(c, *centre, d, dot)
