"""Bar and envelope on one axis: the part of the screen that is painted with every new block.

One rule: it paints what the rings hold at that moment, with the newest state; it keeps no samples of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QPixmap
from PyQt6.QtWidgets import QWidget

from biofeedback.engine_state import EngineState
from biofeedback.sitting import Rings
from biofeedback.training.bar import bar_values
from biofeedback.ui.canvas import CENTRE, Canvas
from biofeedback.ui.envelope_view import (
    PAST,
    Columns,
    Floats,
    Lane,
    paint_ahead,
    paint_ground,
    paint_silence,
    paint_times,
    paint_trace,
    reduce_columns,
    scans_per_column,
)
from biofeedback.ui.moment import Moment
from biofeedback.ui.muscle_bar import Axis, paint_bar, paint_pill, paint_scale, paint_slim_bar, paint_target, pill_width
from biofeedback.ui.readings import UNIT_SIGNS, Reading, calibration_segments, ticks
from biofeedback.ui.tokens import CAPTION, Look, colour

SLIM, SLIM_GAP = 40, 48
STEP_WORDS = {"rest": "REST", "ready": "READY", "try": "PUSH", "pause": "PAUSE"}


class LiveView(QWidget):
    """Paints the trained channel's bar and envelope, and further channels as slim bars (the second also as a lane)."""

    painted = pyqtSignal()
    """After each painting."""

    def __init__(self, rings: Callable[[], Rings | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rings = rings
        self._look = Look()
        self._state: EngineState | None = None
        self._moment: Moment | None = None
        self._readings: tuple[Reading, ...] = ()
        self._scales: tuple[float, ...] = ()
        self.bar_width = 128.0
        self.room_left = 104.0
        self.with_envelope = True
        self.covered = False
        """Whether the raw signal stands where the envelope would be."""
        self._grounds: list[tuple[object, QPixmap]] = []
        self.level: float | None = None
        """What the bar shows, on its unit."""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Muscle bar and envelope"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def show_state(
        self, state: EngineState, moment: Moment, readings: tuple[Reading, ...], scales: tuple[float, ...]
    ) -> None:
        """Show the newest; `scales` are the upper ends of the channels' axes."""
        self._state, self._moment, self._readings, self._scales = state, moment, readings, scales
        self.update()

    @property
    def envelope_left(self) -> float:
        """Where the envelope begins, in pixels."""
        others = max(0, len(self._readings) - 1)
        left = self.room_left + self.bar_width + 24
        return left + others * (SLIM + SLIM_GAP) + (12 if others else 0)

    def axis(self) -> Axis:
        """Return the trained channel's axis."""
        px = self._look.px
        below = 38 if self.with_envelope or len(self._readings) > 1 else 10
        return Axis(px(14), self.height() - px(below), self._scales[0] if self._scales else 150.0)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint bars, envelope, and the one line through both."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.fill(0, 0, self.width(), self.height(), c.t.surface)
        if self._state and self._moment and self._readings:
            traces = self._traces(self._state)
            self._paint(c, self._state, self._moment, traces)
        painter.end()
        self.painted.emit()

    def _traces(self, state: EngineState) -> list[Columns]:
        """Reduce the newest ten seconds of each channel to columns, in counts."""
        rings = self._rings()
        if rings is None or state.settings is None:
            return []
        rate = state.settings.rate
        first, newest = rings.display.latest(round(PAST * rate))
        scans = scans_per_column(rate)
        n = min(newest.shape[1], len(self._readings))
        return [reduce_columns(np.asarray(newest[:, i], np.float64), first, rate, scans) for i in range(n)]

    def _to_bar(self, channel: int) -> Callable[[Floats], Floats]:
        reading = self._readings[channel]
        return lambda counts: bar_values(counts, reading.settings.sensor, reading.reference, reading.scale)

    def _newest(self, columns: Columns, channel: int) -> float | None:
        """Return the newest value on the bar's unit; None where there is none."""
        if not len(columns.newest) or not np.isfinite(columns.newest[-1]):
            return None
        return float(self._to_bar(channel)(columns.newest)[-1])

    def _lane(self, axis: Axis) -> Lane:
        left = self.envelope_left
        return Lane(left, max(1.0, self.width() - left), axis)

    def _paint(self, c: Canvas, state: EngineState, moment: Moment, traces: list[Columns]) -> None:
        px, axis, still = self._look.px, self.axis(), moment.silent_for is not None
        reading, marks = self._readings[0], ticks(axis.high)
        practice = state.update.practice if state.update else None
        target = practice.target if practice else None
        zone = (target.low, target.high or axis.high) if target and moment.with_target and not still else None
        x = self.room_left
        self.level = None if still or not traces else self._newest(traces[0], 0)
        paint_bar(c, x, self.bar_width, axis, self.level, target=zone, marks=marks, met=moment.met, still=still)
        unit = UNIT_SIGNS[reading.unit]
        if self.with_envelope or len(self._readings) > 1:
            c.text(unit, x, axis.bottom + px(6), self.bar_width, px(20), px(CAPTION), 400, c.t.ink3, CENTRE)
        for i, other in enumerate(self._readings[1:], start=1):
            left = self.room_left + self.bar_width + 24 + (i - 1) * (SLIM + SLIM_GAP) + SLIM_GAP - 8
            level = None if still or i >= len(traces) else self._newest(traces[i], i)
            figure = f"{other.figure} {UNIT_SIGNS[other.unit]}"
            own = Axis(axis.top, axis.bottom, self._scales[i])
            paint_slim_bar(c, left, SLIM, own, level, name=other.name, figure=figure, still=still)
        if self.with_envelope and traces and not self.covered:
            self._paint_envelopes(c, state, moment, traces, zone)
        lines = [value for value in (target.low, target.high) if value] if target and self._shows_line(state) else []
        dim = still or not moment.with_target
        two = len(self._readings) > 1
        for value in lines:
            right = self.width() if self.with_envelope and not two and not self.covered else x + self.bar_width + px(8)
            paint_target(c, x - 6, right, axis.y(value), dim=dim, width=px(4) if self._look.text_percent < 150 else 5)
        clear = [axis.y(value) for value in lines]
        paint_scale(c, x - px(12), axis, marks, clear)
        for value in lines:
            paint_pill(c, x - 4, axis.y(value), f"{value:g}", met=moment.met, dim=dim)
        if lines and self.with_envelope and not still and not two and not self.covered:
            right_of_now = self._lane(axis).at(0) + 12
            c.text(self.tr("target"), right_of_now, axis.y(lines[0]) - px(27), px(120), px(22), px(CAPTION), 600)

    def _shows_line(self, state: EngineState) -> bool:
        practice = state.update.practice if state.update else None
        return practice is not None and practice.calibration is None

    def _paint_envelopes(
        self, c: Canvas, state: EngineState, moment: Moment, traces: list[Columns], zone: tuple[float, float] | None
    ) -> None:
        axis, px = self.axis(), self._look.px
        practice = state.update.practice if state.update else None
        segments: list[tuple[float, float, str, str]] = []
        if practice and practice.calibration and moment.silent_for is None:
            segments = [(a, b, kind, self.tr(STEP_WORDS[name]))
                        for a, b, kind, name in calibration_segments(practice.calibration)]  # fmt: skip
        two = len(traces) > 1
        gap = px(40)
        half = (axis.bottom - axis.top - px(24) - gap) / 2
        for i, trace in enumerate(traces[:2]):
            own = axis
            if two:
                top = axis.top + px(24) + i * (half + gap)
                own = Axis(top, top + half, self._scales[i])
                name = self._readings[i].name
                c.text(name, self.envelope_left, top - px(26), px(400), px(22), px(CAPTION), 600, c.t.ink2)
            lane = self._lane(own)
            self._paint_ground(c, i, lane, zone if i == 0 else None, segments)
            c.p.save()
            c.p.setClipRect(QRectF(lane.x, own.top, lane.w, own.bottom - own.top))
            newest = paint_trace(c, lane, trace, self._to_bar(i), silent_for=moment.silent_for)
            if moment.silent_for is None:
                c.line(lane.at(0), own.top, lane.at(0), own.bottom, c.t.ink2, 1.5)
            else:
                words = self.tr("no data for {n} s").format(n=int(moment.silent_for))
                paint_silence(c, lane, moment.silent_for, words)
            c.p.restore()
            if newest:
                c.circle(*newest, 7, c.t.good if moment.met and i == 0 else c.t.accent, c.t.surface, 2.5)
            if two and i == 0 and practice and practice.calibration is None:
                dim = moment.silent_for is not None or not moment.with_target
                paint_target(c, lane.x, lane.x + lane.w, own.y(practice.target.low), dim=dim, width=3)
        paint_times(c, self._lane(axis), self.tr("10 s ago"), self.tr("5 s ago"), self.tr("now"))

    def _paint_ground(
        self,
        c: Canvas,
        i: int,
        lane: Lane,
        zone: tuple[float, float] | None,
        segments: list[tuple[float, float, str, str]],
    ) -> None:
        """Paint what is behind trace `i`: kept as a picture, for its gradient costs more than all the rest."""
        key = (self._look, lane, zone, self.devicePixelRatioF())
        if segments or i >= len(self._grounds) or self._grounds[i][0] != key:
            picture = QPixmap(self.size() * self.devicePixelRatioF())
            picture.setDevicePixelRatio(self.devicePixelRatioF())
            picture.fill(colour(c.t.surface))
            painter = QPainter(picture)
            ground = Canvas(painter, self._look)
            ground.clip(lane.x, lane.axis.top, lane.w, lane.axis.bottom - lane.axis.top, 8)
            paint_ground(ground, lane, ticks(lane.axis.high), zone, segments)
            paint_ahead(ground, lane)
            ground.unclip()
            painter.end()
            self._grounds[i : i + 1] = [(key if not segments else None, picture)]
        area = QRectF(lane.x, lane.axis.top, lane.w, lane.axis.bottom - lane.axis.top).toAlignedRect()
        ratio = self.devicePixelRatioF()
        source = QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio)
        c.p.drawPixmap(QRectF(area), self._grounds[i][1], source)

    def least_room(self, text: str) -> float:
        """Return the room that the axis and the target's pill need left of the bar."""
        return pill_width(self._look, text, met=True) + 10
