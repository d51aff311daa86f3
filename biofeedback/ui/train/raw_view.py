"""The raw signal in counts, on the whole range of the converter or a part of it that is written above.

Each pixel column is the least and the most of its scans, so that no peak is lost at any zoom.
One rule: the axis changes when a person changes it, never by itself; a signal that is outside is said to be.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QVBoxLayout, QWidget

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine_state import EngineState
from biofeedback.pipeline import PipelineSettings
from biofeedback.sitting import Rings
from biofeedback.training.activation import Reference
from biofeedback.ui.look.canvas import text_width
from biofeedback.ui.look.tokens import CAPTION, Look, font
from biofeedback.ui.train.envelope_view import reduce_columns

SPAN = 5.0
"""Seconds shown."""
CLOSEST = 5
"""Halvings of the converter's range: 1/32 is the closest."""
PEAK = 3.0
"""An effort's peaks are about so many times its amplitude (of a normal distribution 99.7 % lie within)."""
FILLS = 0.5
"""Part of the height that an effort of 100 % fills to begin with."""
NEAREST = 2**0.5
"""With steps of two, a step this much too close is nearer than the next wider one."""


def first_zoom(settings: PipelineSettings, reference: Reference | None, offset: float) -> int:
    """Return how often the range is halved to begin with: 100 % fills about half the height; 0 without a reference.

    `offset` in counts is where the signal stands now: it is inside the range too.
    """
    if reference is None:
        return 0
    low, high = whole_range(settings)
    wave = is_wave(settings.channels[0].sensor)
    reach = PEAK * (reference.amplitude + reference.rest) if wave else reference.amplitude + reference.rest
    for zoom in range(CLOSEST, 0, -1):
        bottom, top = part_of(low, high, zoom, wave=wave)
        room = (top - bottom) / (2 if wave else 1)
        inside = not wave or (bottom + reach < offset < top - reach)
        if reach <= FILLS * room * NEAREST and inside:
            return zoom
    return 0


def whole_range(settings: PipelineSettings) -> tuple[int, int]:
    """Return the least and the most count of the converter."""
    return 0, (1 << settings.adc_bits) - 1


def part_of(low: int, high: int, zoom: int, *, wave: bool) -> tuple[int, int]:
    """Return the range halved `zoom` times: around its middle for a waveform, from its lower end for an envelope."""
    size = (high + 1 - low) >> zoom
    bottom = (low + high + 1 - size) // 2 if wave else low
    return bottom, bottom + size - 1


def is_wave(sensor: Sensor) -> bool:
    """Return whether a sensor's output swings around half the supply."""
    return sensor is Sensor.RAW


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
        self._settings: PipelineSettings | None = None
        self._of: tuple[int, tuple[ChannelSettings, ...]] = (0, ())
        self._zoom: int | None = None
        self._chosen = False
        self.range_words = QLabel(self)
        """Which part of the converter's range is shown, and whether the signal is in it."""
        self.range_words.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.range_words.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.range_words)
        layout.addWidget(self._plot, 1)
        self.setAccessibleName(self.tr("Raw signal"))

    @property
    def y_range(self) -> tuple[float, float]:
        """The ends of the vertical axis, in counts."""
        low, high = self._plot.getViewBox().viewRange()[1]
        return float(low), float(high)

    @property
    def zoom(self) -> int:
        """How often the converter's range is halved: 0 is all of it."""
        return self._zoom or 0

    def move_zoom(self, steps: int) -> None:
        """Show a part half as large for each step above 0, twice as large for each below; the ends stay."""
        if self._settings is not None:
            self._chosen = True
            self._set_zoom(min(max(self.zoom + steps, 0), CLOSEST))

    def begin(self) -> None:
        """Choose the range anew with the next state, unless a person chose it."""
        if not self._chosen:
            self._zoom = None

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
        self._plot.setLabel("bottom", self.tr("seconds"), color=t.ink3, **{"font-size": size})
        self._plot.getAxis("bottom").showLabel(show=look.text_percent < 150)
        self._plot.getAxis("left").setWidth(round(text_width("00000", look.px(CAPTION)) + 16))
        self.range_words.setFont(font(look.px(CAPTION), 600))
        self.range_words.setStyleSheet(f"background: {t.canvas}; color: {t.ink2}; padding: 4px 8px;")
        self._ink()

    def show_state(self, state: EngineState) -> None:
        """Show the newest five seconds."""
        rings, settings = self._rings(), state.settings
        if rings is None or settings is None:
            return
        if (settings.adc_bits, settings.channels) != self._of:
            self._zoom, self._chosen = None, False
        self._settings, self._of = settings, (settings.adc_bits, settings.channels)
        n_channels = len(settings.channels)
        while len(self._curves) < n_channels:
            self._curves.append(self._plot.plot(connect="finite"))
            self._ink()
        first, counts = rings.counts.latest(round(SPAN * settings.rate))
        newest = np.asarray(counts[-max(1, round(settings.rate / 2)) :, 0], np.float64)
        newest = newest[newest >= 0]
        if self._zoom is None:
            practice = state.update.practice if state.update else None
            reference = practice.references[0] if practice and practice.references else None
            if len(newest):
                self._set_zoom(first_zoom(settings, reference, float(np.mean(newest))))
        self._tell(float(np.mean(newest)) if len(newest) else None)
        scans = max(1, round(len(counts) / max(100, self.width())))
        for i, curve in enumerate(self._curves[:n_channels]):
            values = np.asarray(counts[:, i], np.float64)
            values[values < 0] = np.nan
            columns = reduce_columns(values, first, settings.rate, scans)
            time = np.repeat(columns.time, 2)
            curve.setData(time, np.stack([columns.low, columns.high], axis=1).ravel())

    def _set_zoom(self, zoom: int) -> None:
        if self._settings is None:
            return
        self._zoom = zoom
        bottom, top = self._range(self._settings)
        self._plot.setYRange(bottom, top, padding=0.02)

    def _range(self, settings: PipelineSettings) -> tuple[int, int]:
        return part_of(*whole_range(settings), self.zoom, wave=is_wave(settings.channels[0].sensor))

    def _tell(self, level: float | None) -> None:
        """Write the range, and whether the trained signal, around `level`, lies in it."""
        if self._settings is None:
            return
        bottom, top = self._range(self._settings)
        words = self.tr("Raw {bottom}–{top} counts, the whole range (+ closer)").format(bottom=bottom, top=top)
        if self.zoom:
            words = self.tr("Raw {bottom}–{top} counts, 1/{n} of the range (+ −)").format(
                bottom=bottom, top=top, n=1 << self.zoom)  # fmt: skip
        if level is not None and not bottom <= level <= top:
            words = self.tr("The signal is at {level} counts, outside {bottom}–{top} (− shows more)").format(
                level=round(level), bottom=bottom, top=top)  # fmt: skip
        if words != self.range_words.text():
            self.range_words.setText(words)
            self.setAccessibleDescription(words)

    def _ink(self) -> None:
        t = self._look.palette
        for i, curve in enumerate(self._curves):
            curve.setPen(pg.mkPen(t.accent if i == 0 else t.ink3, width=1))
