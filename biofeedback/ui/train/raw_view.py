"""The raw signal in counts, on the whole range of the converter.

Each pixel column is the least and the most of its scans, so that no peak is lost at any zoom.
One rule: the axis is the converter's range, so that a signal at its ceiling looks like one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from biofeedback.engine_state import EngineState
from biofeedback.sitting import Rings
from biofeedback.ui.look.tokens import CAPTION, Look, font
from biofeedback.ui.train.envelope_view import reduce_columns

SPAN = 5.0
"""Seconds shown."""


class RawView(QWidget):
    """One line a channel, the trained one in the accent."""

    def __init__(self, rings: Callable[[], Rings | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rings = rings
        self._plot = pg.PlotWidget(self)
        self._plot.setMenuEnabled(False)
        self._plot.setMouseEnabled(x=False, y=False)
        self._plot.hideButtons()
        self._plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._plot.setXRange(-SPAN, 0, padding=0)
        self._curves: list[pg.PlotDataItem] = []
        self._look = Look()
        self._top = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.setAccessibleName(self.tr("Raw signal"))

    @property
    def y_range(self) -> tuple[float, float]:
        """The ends of the vertical axis, in counts."""
        low, high = self._plot.getViewBox().viewRange()[1]
        return float(low), float(high)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        t = look.palette
        self._plot.setBackground(t.canvas)
        for side in ("left", "bottom"):
            axis = self._plot.getAxis(side)
            axis.setPen(pg.mkPen(t.edge))
            axis.setTextPen(pg.mkPen(t.ink3))
            axis.setStyle(tickFont=font(look.px(CAPTION)), hideOverlappingLabels=True)
        size = f"{round(look.px(CAPTION))}px"
        self._plot.setLabel("left", self.tr("raw, counts"), color=t.ink3, **{"font-size": size})
        self._plot.setLabel("bottom", self.tr("seconds"), color=t.ink3, **{"font-size": size})
        self._plot.getAxis("left").setWidth(round(look.px(64)))
        self._ink()

    def show_state(self, state: EngineState) -> None:
        """Show the newest five seconds."""
        rings, settings = self._rings(), state.settings
        if rings is None or settings is None:
            return
        top = 1 << settings.adc_bits
        if top != self._top:
            self._top = top
            self._plot.setYRange(0, top - 1, padding=0.02)
        n_channels = len(settings.channels)
        while len(self._curves) < n_channels:
            self._curves.append(self._plot.plot(connect="finite"))
            self._ink()
        first, counts = rings.counts.latest(round(SPAN * settings.rate))
        scans = max(1, round(len(counts) / max(100, self.width())))
        for i, curve in enumerate(self._curves[:n_channels]):
            values = np.asarray(counts[:, i], np.float64)
            values[values < 0] = np.nan
            columns = reduce_columns(values, first, settings.rate, scans)
            time = np.repeat(columns.time, 2)
            curve.setData(time, np.stack([columns.low, columns.high], axis=1).ravel())

    def _ink(self) -> None:
        t = self._look.palette
        for i, curve in enumerate(self._curves):
            curve.setPen(pg.mkPen(t.accent if i == 0 else t.ink3, width=1))
