"""The live part of a calibration: bar and number in µV (or counts), and this try's envelope over the one before.

The axis is the same for every try; it is fitted to the tries between them, never while a muscle works.
One rule: places follow from the size of the window and of the text only; without data everything is hatched.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PyQt6.QtWidgets import QWidget

from biofeedback.emg.envelope import Floats
from biofeedback.sitting import Rings
from biofeedback.training.calibration import CalibrationState
from biofeedback.ui.calibrate.bars import scale_marks
from biofeedback.ui.calibrate.traces import Trace, Traces
from biofeedback.ui.calibrate.worth import amount, unit_of
from biofeedback.ui.look.canvas import CENTRE, TOP, Canvas, text_width
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, LINE_TRACE, Look, colour
from biofeedback.ui.train.bar_words import rounded
from biofeedback.ui.train.muscle_bar import Axis, paint_bar, paint_scale, paint_target

LADDER = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""Ends of an axis within a decade."""
SMALLEST_GRAPH = 280
"""Pixels; with less room the traces step back."""


@dataclass(frozen=True, slots=True)
class LiveCalibration:
    """What is shown now. `scale` in µV per count or None, `top` the axis' end in that unit, `level` as the figure."""

    step: CalibrationState
    scale: float | None
    top: float
    level: float | None
    lines: tuple[float, ...]
    """Each finished try as the bar would show it, rest included; its value above rest is in the step."""
    silence: str = ""
    """Words of the silence; empty while data flows."""


def fitted(top: float, best: float) -> float:
    """Return the axis' end for tries up to `best`, on the fixed ladder; `top` where it does well."""
    if best <= 0 or 0.4 * top <= best <= top / 1.15:
        return top
    decade = 10.0 ** math.floor(math.log10(1.3 * best))
    return next(decade * part for part in LADDER if decade * part >= 1.3 * best)


class CalibrateLive(QWidget):
    """Paints what `show_now` was told last, and the newest of the ring."""

    def __init__(self, rings: Callable[[], Rings | None], traces: Traces, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rings, self._traces = rings, traces
        self._look = Look()
        self._now: LiveCalibration | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Muscle bar and tries"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def show_now(self, now: LiveCalibration) -> None:
        """Show the newest."""
        self._now = now
        step = now.step
        words = now.silence or (
            self.tr("Level: none.")
            if now.level is None
            else self.tr("Level: about {n} {unit}.").format(n=rounded(now.level), unit=unit_of(now.scale))
        )
        tries = self.tr("{n} of {m} tries done").format(n=len(step.tries), m=step.n_tries)
        told = f"{words} {tries}"
        if told != self.accessibleDescription():
            self.setAccessibleDescription(told)
        self.update()

    # -- places -------------------------------------------------------------------------------------------

    @property
    def _axis(self) -> Axis:
        px = self._look.px
        return Axis(px(28), self.height() - px(34), self._now.top if self._now else 1.0)

    @property
    def _bar(self) -> tuple[float, float]:
        """Left end and width of the bar."""
        wide = self.height() > 560
        return self._look.px(60) + 4, 208.0 if wide else 136.0

    @property
    def _figure_size(self) -> float:
        return max(48.0 if self.height() <= 560 else 76.0, self._look.px(40))

    @property
    def _graph_left(self) -> float:
        left, w = self._bar
        room = text_width("0000", self._figure_size, 700) + 12
        return left + w + 16 + max(room, self._look.px(112)) + 16

    @property
    def with_graph(self) -> bool:
        """Whether there is room for the tries over each other."""
        return self.width() - self._graph_left >= max(SMALLEST_GRAPH, self._look.px(180))

    # -- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint bar, number and tries."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.fill(0, 0, self.width(), self.height(), c.t.surface)
        if self._now:
            self._paint_bar(c, self._now)
            self._paint_number(c, self._now)
            if self.with_graph:
                self._paint_graph(c, self._now)
        painter.end()

    def _newest(self, now: LiveCalibration) -> float | None:
        rings = self._rings()
        if rings is None or now.silence:
            return None
        _, scans = rings.display.latest(1)
        value = float(scans[-1, now.step.channel]) if len(scans) else float("nan")
        return value * (now.scale or 1.0) if np.isfinite(value) else None

    def _paint_bar(self, c: Canvas, now: LiveCalibration) -> None:
        px, axis, (x, w) = self._look.px, self._axis, self._bar
        paint_bar(c, x, w, axis, self._newest(now), target=None, marks=scale_marks(axis.high), still=bool(now.silence))
        paint_scale(c, x - px(10), axis, self._marks(axis), [])
        c.text(unit_of(now.scale), x, axis.bottom + px(6), w, px(22), px(CAPTION), 400, c.t.ink3, CENTRE)
        if now.lines:
            paint_target(c, x - 4, x + w + 4, axis.y(max(now.lines)), dim=bool(now.silence), width=3)

    def _marks(self, axis: Axis) -> list[float]:
        """Return the values to write at the axis: without room only its ends."""
        marks = scale_marks(axis.high)
        near = len(marks) > 1 and (axis.bottom - axis.top) / (axis.high / marks[1]) < self._look.px(22)
        return [marks[0], marks[-1]] if near else marks

    def _paint_number(self, c: Canvas, now: LiveCalibration) -> None:
        px, axis, (left, w), size = self._look.px, self._axis, self._bar, self._figure_size
        x = left + w + 16
        figure = "–" if now.level is None or now.silence else f"{now.level:.0f}"
        c.text(figure, x, axis.top - 4, size * 3, size * 1.2, size, 700)
        lead = px(LEAD)
        if axis.top + size * 1.15 + lead <= axis.bottom:
            c.text(unit_of(now.scale), x, axis.top + size * 1.15, px(112), lead * 1.4, lead, 600, c.t.ink2)
        if now.lines:
            room = self._graph_left - x - 8 if self.with_graph else self.width() - x
            best = max(now.lines)
            number = now.lines.index(best) + 1
            level = amount(now.step.tries[number - 1], now.scale)
            words = self.tr("try {number}: {level}").format(number=number, level=level)
            free = axis.top + size * 1.15 + lead * 1.6
            if free + px(22) <= axis.bottom + 4:
                y = min(max(axis.y(best) - px(11), free), axis.bottom - px(18))
                c.text(words, x, y, room, px(22), px(CAPTION), 500, c.t.ink2)

    def _paint_graph(self, c: Canvas, now: LiveCalibration) -> None:
        px, t, axis, step = self._look.px, c.t, self._axis, now.step
        x = self._graph_left
        w, h = self.width() - x, axis.bottom - axis.top
        seconds = self._span(step)
        c.box(x, axis.top, w, h, t.canvas, 8)
        for value in scale_marks(axis.high)[1:-1]:
            c.line(x, axis.y(value), x + w, axis.y(value), t.line, 1)
        every = next((n for n in (1, 2, 5, 10, 20) if seconds / n <= 8), 60)
        unit = self.tr("s")
        for second in range(0, int(seconds) + 1, every):
            at = x + second / seconds * w
            if 0 < second < seconds:
                c.line(at, axis.top, at, axis.bottom, t.line, 1)
            label = f"{second} {unit}"
            label_w = c.width(label, px(CAPTION))
            at = min(max(at - label_w / 2, x), x + w - label_w)
            c.text(label, at, axis.bottom + px(6), label_w + 4, px(22), px(CAPTION), 400, t.ink3)
        if now.silence:
            self._paint_silence(c, x, w, now.silence)
            return
        before = self._traces.before(step)
        c.clip(x, axis.top - 8, w, h + 8, 0)
        if before is not None and step.step != "rest":
            self._paint_trace(c, self._traces.tries[before], now, x, w / seconds, old=True)
        tip = None
        if self._traces.now is not None:
            tip = self._paint_trace(c, self._traces.now, now, x, w / seconds, old=False)
        c.unclip()
        self._paint_legend(c, x + w, before if step.step != "rest" else None, step)
        if tip:
            c.circle(tip.x(), tip.y(), 7, t.accent, t.surface, 2.5)
            label = self.tr("now")
            room = c.width(label, px(BODY), 600)
            at = tip.x() + 14 if tip.x() + 18 + room < x + w else tip.x() - 14 - room
            y = max(axis.top + 2, tip.y() - px(34))
            c.box(at - 4, y, room + 8, px(22), t.canvas, 4)
            c.text(label, at, y, room + 4, px(22), px(BODY), 600, t.accent_ink)

    def _span(self, step: CalibrationState) -> float:
        """Return the seconds of the graph: those of the step, or of the try to come."""
        if step.step in ("rest", "try"):
            return step.step_seconds
        return next((seconds for name, seconds in step.coming if name == "try"), step.step_seconds)

    def _paint_trace(
        self, c: Canvas, trace: Trace, now: LiveCalibration, x: float, per_second: float, *, old: bool
    ) -> QPointF | None:
        """Paint a trace, dashed when `old`; return its newest point."""
        axis, wide = self._axis, c.look.px(LINE_TRACE) if c.look.text_percent < 150 else 3.5
        pen = QPen(colour(c.t.edge), 2) if old else QPen(colour(c.t.accent), wide)
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
        if old:
            pen.setDashPattern([4, 3])
        c.p.setPen(pen)
        c.p.setBrush(Qt.BrushStyle.NoBrush)
        last: QPointF | None = None
        for points in _runs(trace.time, trace.level * (now.scale or 1.0)):
            line = [QPointF(x + time * per_second, axis.y(level)) for time, level in points]
            c.p.drawPolyline(QPolygonF(line))
            last = line[-1]
        return last

    def _paint_legend(self, c: Canvas, right: float, before: int | None, step: CalibrationState) -> None:
        """Name the lines above the graph, from its right end."""
        px, t = self._look.px, c.t
        names: list[tuple[str, bool]] = []
        if before is not None:
            names.append((self.tr("try {number}").format(number=before), True))
        if step.step in ("rest", "try"):
            now = self.tr("rest") if step.step == "rest" else self.tr("try {number}").format(number=step.number)
            names.append((now, False))
        for name, old in reversed(names):
            w = c.width(name, px(CAPTION), 500)
            right -= w
            c.text(name, right, 0, w + 4, px(22), px(CAPTION), 500, t.ink2)
            c.line(right - 34, px(11), right - 8, px(11), t.edge if old else t.accent, 2 if old else 3,
                   [4, 3] if old else None)  # fmt: skip
            right -= 34 + px(20)

    def _paint_silence(self, c: Canvas, x: float, w: float, words: str) -> None:
        px, t, axis = self._look.px, c.t, self._axis
        h = axis.bottom - axis.top
        c.hatch(x, axis.top, w, h, t.ink3, 8, 60, 12)
        size = px(BODY)
        room, high = min(w - 16, c.width(words, size, 600) + px(32)), px(40)
        c.box(x + (w - room) / 2, axis.top + 0.24 * h, room, high, t.surface, 8)
        c.text(words, x + (w - room) / 2, axis.top + 0.24 * h + (high - 1.4 * size) / 2, room, 1.4 * size, size, 600,
               t.ink2, CENTRE, TOP)  # fmt: skip


def _runs(time: Floats, level: Floats) -> list[list[tuple[float, float]]]:
    """Return the stretches of a trace that have values; no line goes through a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in zip(time.tolist(), level.tolist(), strict=True):
        if np.isfinite(value):
            runs[-1].append((at, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]
