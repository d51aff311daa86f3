"""The last five seconds of the first channel's raw signal, for a glance at whether the board hears the muscle.

One rule: each pixel column shows the least and the most of its scans; the axis grows when it must and never shrinks.
"""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QPainter, QPaintEvent, QPen
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.emg.sensor import Sensor
from biofeedback.engine import Engine
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import RADIUS_CONTROL, Look, colour
from biofeedback.ui.readings import SCALES
from biofeedback.ui.train.envelope_view import Columns, Floats, reduce_columns

SPAN = 5.0
"""Seconds shown."""
SHORTEST_LOOK = 1 / 30
"""Seconds between paintings: a glance needs no more."""
AIR = 8


class BoardTrace(QWidget):
    """Paints what the engine holds at each `look`."""

    def __init__(self, engine: Engine, parent: QWidget) -> None:
        super().__init__(parent)
        self._engine = engine
        self._look = Look()
        self._painted = 0.0
        self._source: object = None
        self._centred = True
        self.reach = 0.0
        """Counts from the middle line (RAW) or from the ground line to the edge of the picture."""
        self.columns: Columns | None = None
        """What is shown; None where nothing is."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setAccessibleName(self.tr("Live signal of the first channel"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def look(self, now: float, *, silent: bool) -> None:
        """Take the newest scans at `now`, in seconds of the host's monotonic clock; nothing while `silent`."""
        if now - self._painted < SHORTEST_LOOK or not self.isVisible():
            return
        self._painted = now
        self.columns = None if silent else self._take()
        self.setAccessibleDescription(self.tr("no signal") if self.columns is None else self.tr("The signal comes."))
        self.update()

    def _take(self) -> Columns | None:
        state, rings = self._engine.state, self._engine.rings
        if rings is None or state.settings is None:
            return None
        settings = state.settings
        first, counts = rings.counts.latest(round(SPAN * settings.rate))
        if not len(counts):
            return None
        values: Floats = np.asarray(counts[:, 0], np.float64)
        values[values < 0] = np.nan
        if np.isnan(values).all():
            return None
        source = (state.label, settings.adc_bits, settings.channels[0].sensor)
        if source != self._source:
            self._source, self.reach = source, (1 << settings.adc_bits) / 64
        self._centred = settings.channels[0].sensor is Sensor.RAW
        if self._centred:
            values = values - np.nanmedian(values)
        reach = float(np.nanmax(np.abs(values))) / 0.94
        if reach > self.reach:
            self.reach = next((scale for scale in SCALES if scale >= reach), reach)
        return reduce_columns(values, first, settings.rate, max(1, round(SPAN * settings.rate / self._room)))

    @property
    def _room(self) -> int:
        return max(50, self.width() - 2 * AIR)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ground, middle line and columns; hatched where there is no signal."""
        painter = QPainter(self)
        c, t, w, h = Canvas(painter, self._look), self._look.palette, self.width(), self.height()
        c.fill(0, 0, w, h, t.surface)
        c.box(0, 0, w, h, t.canvas, RADIUS_CONTROL, t.line if t.name == "contrast" else None)
        zero = h / 2 if self._centred else h - AIR
        if self.columns is None:
            c.hatch(0, 0, w, h, t.ink3, RADIUS_CONTROL, 50, 12)
        else:
            c.line(AIR, zero, w - AIR, zero, t.line)
            self._paint_columns(c, self.columns, zero, (h / 2 if self._centred else h - AIR) - AIR)
        painter.end()

    def _paint_columns(self, c: Canvas, columns: Columns, zero: float, high: float) -> None:
        c.p.setPen(QPen(colour(c.t.accent), 1.25))
        k, right = high / self.reach, self.width() - AIR
        x = right + columns.time / SPAN * self._room
        shown = np.isfinite(columns.low) & (x >= AIR)  # a gap stays empty
        for at, low, top in zip(*(part[shown].tolist() for part in (x, columns.low, columns.high)), strict=True):
            c.p.drawLine(QPointF(at, zero - top * k - 0.5), QPointF(at, zero - low * k + 0.5))
