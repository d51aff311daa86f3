"""The tries of a calibration as bars over one axis, with the line of the best.

One rule: a try that hit the ceiling is hatched: its height is the ceiling's, not the muscle's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PyQt6.QtCore import QRectF

from biofeedback.training.calibration import CalibrationResult
from biofeedback.ui.calibrate.worth import amount
from biofeedback.ui.look.canvas import CENTRE, RIGHT, Canvas, text_width
from biofeedback.ui.look.icons import paint_light
from biofeedback.ui.look.tokens import CAPTION, Look
from biofeedback.ui.train.muscle_bar import Axis

WIDEST_BAR = 104.0


@dataclass(frozen=True, slots=True)
class TryBars:
    """Where the bars stand: `n` slots over `w` from `x`, heights from `bottom` up over `h`."""

    x: float
    y: float
    w: float
    h: float
    n: int
    look: Look

    @property
    def bottom(self) -> float:
        """Where zero is."""
        return self.y + self.h

    @property
    def room(self) -> float:
        """Pixels that the axis' values need at the left."""
        return self.look.px(48)

    def slot(self, k: int) -> tuple[float, float]:
        """Return left end and width of the room for bar `k`, from 0."""
        w = (self.w - self.room) / max(1, self.n)
        return self.x + self.room + k * w, w


def paint_tries(c: Canvas, bars: TryBars, result: CalibrationResult, scale: float | None, best: str) -> None:
    """Paint axis, bars and the line of the best, named `best`."""
    t, px = c.t, bars.look.px
    levels = [counts * (scale or 1.0) for counts in result.tries]
    marks = scale_marks(max(levels))
    axis = Axis(bars.y, bars.bottom, max(marks[-1], 1.06 * max(levels)))
    left, right = bars.x + bars.room, bars.x + bars.w
    for mark in marks:
        c.line(left, axis.y(mark), right, axis.y(mark), t.line)
        c.text(f"{mark:g}", bars.x, axis.y(mark) - px(12), bars.room - 10, px(24), px(CAPTION), 400, t.ink3, RIGHT)
    for k, level in enumerate(levels):
        x, w = bars.slot(k)
        wide = min(WIDEST_BAR if w < 200 else 1.4 * WIDEST_BAR, 0.7 * w)
        _paint_bar(c, x + (w - wide) / 2, wide, axis, level, amount(result.tries[k], scale),
                   at_ceiling=k + 1 in result.saturated)  # fmt: skip
    y = axis.y(max(levels))
    c.line(left, y, right, y, t.surface, 4)
    c.line(left, y, right, y, t.ink, 2)
    size, room = px(CAPTION), text_width(best, px(CAPTION), 600) + 4
    c.text(best, right - room, y - px(25), room, px(22), size, 600, t.ink2, RIGHT)


def scale_marks(highest: float) -> list[float]:
    """Return from 0 in round steps the marks up to `highest`, at most seven."""
    if highest <= 0:
        return [0.0, 1.0]
    decade = 10.0 ** math.floor(math.log10(highest))
    step = next(decade * part for part in (0.2, 0.5, 1.0, 2.0) if highest <= 6.001 * decade * part)
    return [round(step * k, 9) for k in range(math.floor(highest / step + 1e-6) + 1)]


def _paint_bar(c: Canvas, x: float, w: float, axis: Axis, level: float, figure: str, *, at_ceiling: bool) -> None:
    t, px, y = c.t, c.look.px, axis.y(level)
    h = axis.bottom - y
    c.p.save()
    c.p.setClipRect(QRectF(x, axis.top - 40, w, axis.bottom - axis.top + 40))
    if at_ceiling:
        c.box(x, y, w, h + 16, t.sunken, 8, t.bad, 2)
        c.hatch(x, y, w, h, t.bad, 8, 150, 10)
    else:
        c.box(x, y, w, h + 16, t.accent, 8)
    c.p.restore()
    size = min(px(24), w / max(1.0, text_width(figure, 1000.0, 700) / 1000.0) * 0.9)
    inside = h > size * 2
    if at_ceiling:
        room = text_width(figure, size, 700) + 16
        c.box(x + (w - room) / 2, y + 14, room, size * 1.5, t.surface, 6)
        paint_light(c, "fix", x + w / 2, y + 14 + size * 2.4, px(11))
    ink = t.ink if at_ceiling or not inside else t.on_accent
    c.text(figure, x, y + 14 if inside or at_ceiling else y - size * 1.6, w, size * 1.5, size, 700, ink, CENTRE)
