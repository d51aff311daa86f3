"""The newest four seconds of the raw signal, small: each pixel column from its least to its most scan.

The line lies in the middle, as an electrode's offset says nothing here; the converter's ends are drawn where they are
near, so that a signal at its ceiling looks like one.
One rule: the height stands for a fixed number of counts, which grows only in steps; where scans miss, nothing is drawn.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.emg.envelope import Floats
from biofeedback.ui.look.canvas import CENTRE, Canvas
from biofeedback.ui.look.tokens import BODY, RADIUS_CONTROL, Look
from biofeedback.ui.train.envelope_view import reduce_columns, runs

SPAN: Final = 4.0
"""Seconds shown."""
LANE: Final = 88.0
"""Pixels of height, whatever the size of the text."""
LEAST_SHARE: Final = 1 / 64
"""Of the converter's range that the height stands for at least."""


class RawTrace(QWidget):
    """One lane for each channel, one above the other in the same box."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._first, self._rate, self._full = 0, 1000.0, 1024
        self._counts: Floats = np.empty((0, 1))
        self._reach: list[float] = []
        self._silent = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Raw signal, the last 4 s"))
        self.setAccessibleDescription(self.tr("no signal"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def sizeHint(self) -> QSize:
        """One lane high."""
        return QSize(200, round(LANE))

    def show_scans(self, first_index: int, counts: Floats, rate: float, adc_bits: int) -> None:
        """Show the newest scans, (n_scans, n_channels) in counts, NaN where they miss; the newest at the right."""
        if (rate, 1 << adc_bits, counts.shape[1]) != (self._rate, self._full, len(self._reach)):
            self._rate, self._full = rate, 1 << adc_bits
            self._reach = [0.0] * counts.shape[1]
        if self._silent:
            self.setAccessibleDescription(self.tr("The signal comes."))
        self._first, self._counts, self._silent = first_index, counts, False
        self.update()

    def show_silence(self) -> None:
        """Show that nothing comes."""
        if not self._silent:
            self._silent = True
            self.setAccessibleDescription(self.tr("no signal"))
            self.update()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the traces."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h = float(self.width()), float(self.height())
        c.box(0, 0, w, h, t.canvas, RADIUS_CONTROL)
        if self._silent or not len(self._counts):
            c.hatch(0, 0, w, h, t.ink3, RADIUS_CONTROL, 60)
            words = self.tr("no signal")
            c.box((w - c.width(words, px(BODY)) - 24) / 2, (h - px(28)) / 2, c.width(words, px(BODY)) + 24, px(28),
                  t.surface, 6)  # fmt: skip
            c.text(words, 0, 0, w, h, px(BODY), 500, t.ink2, CENTRE)
        else:
            n = self._counts.shape[1]
            for i in range(n):
                self._paint_lane(c, i, 8, 4 + i * (h - 8) / n, w - 16, (h - 8) / n)
        painter.end()

    def _paint_lane(self, c: Canvas, channel: int, x: float, y: float, w: float, h: float) -> None:
        values, t = self._counts[:, channel], c.t
        middle, reach = self._axis(channel, values)
        at = y + h / 2
        c.line(x, at, x + w, at, t.line)
        for end in (0.0, self._full - 1.0):
            if abs(end - middle) <= reach:
                line = at - (end - middle) / reach * h / 2
                c.line(x, line, x + w, line, t.bad, 1.5, [4, 3])
        scans = max(1, round(SPAN * self._rate / max(50.0, w)))
        columns = reduce_columns(values, self._first, self._rate, scans)
        place = x + w * (1 + columns.time / SPAN)
        ends = at - (np.stack([columns.low, columns.high], axis=1) - middle) / reach * h / 2
        ends = np.clip(ends, y, y + h)
        c.p.save()
        c.p.setClipRect(QRectF(x, 0, w, self.height()))
        # smooth edges of so many upright lines would cost ten times as much and look the same
        c.p.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        for start, stop, good in runs(columns):
            if good:
                points = zip(np.repeat(place[start:stop], 2).tolist(), ends[start:stop].ravel().tolist(), strict=True)
                c.curve(points, t.accent if channel == 0 else t.ink2, 1)
        c.p.restore()

    def _axis(self, channel: int, values: Floats) -> tuple[float, float]:
        """Return the count in the middle and how many counts the upper half stands for: a power of two of the range."""
        known = values[np.isfinite(values)]
        if not len(known):
            return self._full / 2, self._full / 2
        middle = float(np.median(known))
        needed = float(np.max(np.abs(known - middle))) * 1.05
        share = max(LEAST_SHARE, 2.0 ** np.ceil(np.log2(max(needed, 1.0) / self._full)))
        before = self._reach[channel]
        # wider at once; narrower only by two steps, so that it does not breathe with each contraction
        if share * self._full > before or share * self._full < before / 8:
            self._reach[channel] = share * self._full
        return middle, self._reach[channel]
