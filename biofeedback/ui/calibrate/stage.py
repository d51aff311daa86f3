"""The stage of the Calibrate step: what will happen, or the word of the moment above bar and tries.

One rule: while a calibration runs everything keeps its place, with the board silent too.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.sitting import Rings
from biofeedback.ui.calibrate.before import Announcement, CalibrateBefore
from biofeedback.ui.calibrate.live import CalibrateLive, LiveCalibration
from biofeedback.ui.calibrate.scroll import SheetArea
from biofeedback.ui.calibrate.traces import Traces
from biofeedback.ui.instant import Moment
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.train.word_band import HEIGHT, WordBand

PAD = 24


class CalibrateStage(QWidget):
    """The card at the right of the list of steps."""

    def __init__(self, rings: Callable[[], Rings | None], traces: Traces, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self.band = WordBand(self)
        self.live = CalibrateLive(rings, traces, self)
        self.before = CalibrateBefore()
        self.area = SheetArea(self.before, self.before.height_for, self)
        self.band.hide()
        self.live.hide()

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for part in (self.band, self.live, self.before, self.area):
            part.dress(look)
        self._place()
        self.update()

    def announce(self, shown: Announcement) -> None:
        """Show what will happen."""
        self._turn(live=False)
        if self.before.show_announcement(shown):
            self.area.fit()

    def show_now(self, moment: Moment, now: LiveCalibration) -> None:
        """Show what happens."""
        self._turn(live=True)
        self.band.show_moment(moment)
        self.live.show_now(now)

    def _turn(self, *, live: bool) -> None:
        if self.area.isHidden() != live:
            self.area.setVisible(not live)
            self.band.setVisible(live)
            self.live.setVisible(live)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.card(self.width(), self.height())
        painter.end()

    def _place(self) -> None:
        w, h = self.width(), self.height()
        k = max(0.7, (h + 24) / 552)
        band_h = round(HEIGHT * k * (1.25 if self._look.text_percent >= 150 else 1.0))
        self.band.setGeometry(PAD, 1, w - 2 * PAD, band_h)
        top = band_h + round(8 * k)
        self.live.setGeometry(PAD, top, w - 2 * PAD, max(1, h - top - 8))
        self.area.setGeometry(4, 4, w - 8, h - 8)
