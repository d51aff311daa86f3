"""A small live picture of what a display choice makes of the trained muscle, with its delay and its flicker.

Pale behind it stands the rectified signal itself, which is late by nothing: how far the line trails it is the delay.
One rule: the picture shows the last seconds as they were; its axis grows when it must and never shrinks.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QSize, Qt, QTimer
from PyQt6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.emg.delay import display_timing
from biofeedback.emg.envelope import DISPLAYS, Floats, is_amplitude
from biofeedback.emg.flicker import flickers
from biofeedback.ui.look.canvas import RIGHT, Canvas
from biofeedback.ui.look.tokens import BODY, CAPTION, RADIUS_CONTROL, Look
from biofeedback.ui.phrase import say
from biofeedback.ui.readings import SCALES
from biofeedback.ui.settings.live_signal import Stretch, conditioned, envelope
from biofeedback.ui.train.envelope_view import reduce_columns
from biofeedback.ui.words import spoken

SPAN, SETTLING = 4.0, 1.0
"""Seconds shown, and seconds before them in which filters settle."""
LOOK_EVERY = 100
"""Milliseconds between pictures: this is to compare, not to train with."""
PICTURE_HEIGHT = 84.0


class DisplayPreview(QWidget):
    """Shows the choice `display`. `signal` gives the newest unbroken scans, None while there are none."""

    def __init__(
        self, display: str, rate: float, signal: Callable[[float], Stretch | None], look: Look, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._look, self._signal = look, signal
        self.display = display
        self.line: Floats | None = None
        """The envelope shown, in counts; None where nothing can be shown."""
        self._behind: Floats = np.empty(0)
        self._first, self._live_rate = 0, rate
        self._own = False
        self._top = SCALES[0]
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self.look_now)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("What the bar would show"))
        self.setToolTip(self.tr("Flicker: how far it strays at a constant effort, measured on a steady noise"))
        self.set_rate(rate)

    def set_rate(self, rate: float) -> None:
        """State what choices cost at `rate` scans per second; the picture stays that of the running board."""
        self.rate = rate
        self._flickers = flickers(DISPLAYS.values(), rate)
        self.look_now()

    def cost(self, display: str) -> str:
        """Return what a choice costs, in words."""
        delay = display_timing(DISPLAYS[display], self.rate).small
        flicker = 100 * self._flickers[display]
        return spoken(say("delay {ms} ms · flicker {percent} %", ms=f"{1000 * delay:.0f}", percent=f"{flicker:.0f}"))

    def choose(self, display: str) -> None:
        """Show the choice `display`."""
        self.display = display
        self.look_now()

    def look_now(self) -> None:
        """Take the newest scans and show them."""
        stretch = self._signal(SPAN + SETTLING)
        self.line, self._own, self._behind = None, False, np.empty(0)
        if stretch is not None and len(stretch.counts) > SETTLING * stretch.settings.rate:
            self._take(stretch)
        self.setAccessibleDescription(f"{self.cost(self.display)}. {self.words}".strip())
        self.update()

    @property
    def words(self) -> str:
        """What has to be said beside the picture."""
        if self._own:
            return self.tr("The sensor makes its envelope itself: no choice touches it.")
        return "" if self.line is not None else self.tr("No signal. While a board sends, its last 4 s are shown here.")

    def sizeHint(self) -> QSize:
        """A line of words over a low picture."""
        return QSize(round(self._look.px(360)), round(self._look.px(26) + PICTURE_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """As high as `sizeHint`, and narrower where it must."""
        return QSize(200, self.sizeHint().height())

    def showEvent(self, a0: QShowEvent | None) -> None:
        """Begin to look."""
        super().showEvent(a0)
        self._timer.start()
        self.look_now()

    def hideEvent(self, a0: QHideEvent | None) -> None:
        """Stop looking."""
        self._timer.stop()
        super().hideEvent(a0)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint words and picture."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, top = float(self.width()), px(26)
        words, live = self.words, self.tr("live, last 4 s") if self.line is not None else ""
        above = words if self._own else self.cost(self.display)
        room = c.width(above, px(CAPTION), 600) + c.width(live, px(CAPTION)) + px(16)
        c.text(above, 0, 0, w, px(22), px(CAPTION), 600, t.ink)
        c.text(live if room < w else "", 0, 0, w, px(22), px(CAPTION), 400, t.ink3, RIGHT)
        c.clip(0, top, w, PICTURE_HEIGHT, RADIUS_CONTROL)
        c.fill(0, top, w, PICTURE_HEIGHT, t.sunken)
        if self.line is None:
            c.hatch(0, top, w, PICTURE_HEIGHT, t.ink3, RADIUS_CONTROL, 50, 12)
        else:
            pale = t.line if t.name == "contrast" else t.border
            for values, ink, width in ((self._behind, pale, 1.0), (self.line, t.accent, 2.5)):
                self._paint_line(c, values, top, ink, width)
        c.unclip()
        if words and not self._own:
            size = px(BODY if self._look.text_percent < 150 else CAPTION)
            c.box(8, top + 8, w - 16, PICTURE_HEIGHT - 16, t.surface, RADIUS_CONTROL)
            c.text(words, 20, top + 8, w - 40, PICTURE_HEIGHT - 16, size, 400, t.ink2, wrap=True)
        painter.end()

    def _take(self, stretch: Stretch) -> None:
        self._live_rate = stretch.settings.rate
        settling = round(SETTLING * self._live_rate)
        self._first = stretch.first_index + settling
        self._own = not is_amplitude(stretch.settings.channels[0].sensor)
        if not self._own:
            self._behind = np.abs(conditioned(stretch, 0)[settling:])
        self.line = envelope(stretch, 0, self.display)[settling:]
        reach = 1.3 * float(self.line.max())
        self._top = max(self._top, next((scale for scale in SCALES if scale >= reach), SCALES[-1]))

    def _paint_line(self, c: Canvas, values: Floats, top: float, ink: str, width: float) -> None:
        scans = max(1, round(self._live_rate * SPAN / self.width()))
        if not len(values):  # Qt crashes on a line of no points
            return
        columns = reduce_columns(values, self._first, self._live_rate, scans)
        x = self.width() * (1 + columns.time / SPAN)
        points = []
        for px, low, high in zip(x.tolist(), columns.low.tolist(), columns.high.tolist(), strict=True):
            # both ends of a column: a peak is never lost between pixels
            points += [(px, top + PICTURE_HEIGHT * (1 - value / self._top)) for value in dict.fromkeys((low, high))]
        c.curve(points, ink, width)
