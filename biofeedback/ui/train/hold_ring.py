"""The large figure in a ring that fills with hold time, the muscle's name above and the hold below.

One rule: the figure changes four times a second, so that it can be read; the ring goes on between.
"""

from __future__ import annotations

import math

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.look.canvas import CENTRE, LEFT, Canvas
from biofeedback.ui.look.tokens import BODY, LEAD, Look, metrics


class HoldRing(QWidget):
    """Paints what `show_hold` was told last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._shown: tuple[object, ...] = ()
        self.beside_bars = False
        """Whether it stands between two bars: words above and below it, for there is no room inside."""
        self.reserve = 0
        """Pixels at the bottom that a button covers."""
        self._name = self._figure = self._unit = self._below = self._label = self._value = ""
        self._fraction = 0.0
        self._met = self._stands = self._quiet = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def show_hold(
        self, name: str, figure: str, unit: str, below: str, label: str, value: str, fraction: float, *, met: bool,
        stands: bool = False, quiet: bool = False,
    ) -> None:  # fmt: skip
        """Show a figure with its unit and what it is (`below`), and the hold: `label`, `value`, `fraction` 0–1.

        `stands`: the clock stands, so what is filled is grey. `quiet`: so is the figure, which tells of what is over.
        """
        shown = (name, figure, unit, below, label, value, round(fraction, 3), met, stands, quiet)
        if shown == self._shown:
            return
        self._shown = shown
        self._name, self._figure, self._unit, self._below = name, figure, unit, below
        self._label, self._value, self._fraction = label, value, fraction
        self._met, self._stands, self._quiet = met, stands, quiet
        self.setAccessibleName(f"{name}: {figure} {unit} {below}")
        self.setAccessibleDescription(f"{label} {value}")
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint name, ring, figure and hold."""
        painter = QPainter(self)
        c, t = Canvas(painter, self._look), self._look.palette
        w, h = float(self.width()), float(self.height())
        c.fill(0, 0, w, h, t.surface)
        if self.beside_bars:
            self._paint_beside_bars(c, w, h)
            painter.end()
            return
        f = self._look.px(1.0) if self._look.text_percent > 100 else 1.25 if h > 520 else 1.0
        inside = self._look.text_percent >= 150 and bool(self._value)
        below = self._value if inside else self._below
        name_h, hold_h = 30 * f, 0.0 if inside or not self._label else max(34 * f, self.reserve)
        d = min(w, h - name_h - hold_h - 12)
        width = 0.08 * d
        x, y = w / 2, h / 2 if h - d > 2 * max(name_h, hold_h) else name_h + d / 2
        size = BODY * f
        while c.width(self._name, size, 600) > w and size > 10:
            size -= 1
        c.text(self._name, 0, 0, w, name_h - 2, size, 600, t.ink2, CENTRE)
        self._paint_ring(c, x, y, d, width)
        self._paint_figure(c, x, y, d - 2 * width)
        small, inner = 14 * f, d / 2 - width
        drop = 0.19 * d + 0.5 * small
        # the words stay inside the ring where it is narrower
        while c.width(below, small) > 1.8 * math.sqrt(max(0.0, inner**2 - (drop + small) ** 2)) and small > 10:
            small -= 0.5
            drop = 0.19 * d + 0.5 * small
        c.text(
            below,
            x - d / 2,
            y + drop - small,
            d,
            2 * small,
            small,
            500 if inside else 400,
            t.ink2 if inside else t.ink3,
            CENTRE,
        )
        if not inside and not self.reserve:
            self._paint_hold(c, x, min(h - hold_h, max(y + d / 2 + 4, h - hold_h - 6)), f)
        painter.end()

    def _paint_ring(self, c: Canvas, x: float, y: float, d: float, width: float) -> None:
        t, r = c.t, d / 2 - width / 2
        c.circle(x, y, r, None, t.sunken, width)
        if self._fraction > 0:
            c.arc(x, y, r, self._fraction, t.ink3 if self._stands else t.good if self._met else t.accent, width)

    def _paint_beside_bars(self, c: Canvas, w: float, h: float) -> None:
        """The ring in the middle, what it is above it, the hold below it."""
        t, f = c.t, self._look.px(1.0) if self._look.text_percent > 100 else 1.25 if h > 480 else 1.0
        line = 28 * f
        d = max(24.0, min(w, h - 2 * line))
        x, y, width = w / 2, h / 2, 0.09 * d
        self._paint_ring(c, x, y, d, width)
        self._paint_figure(c, x, y, d - 2 * width)
        for words, top, weight, ink in (
            (self._below, y - d / 2 - line, 600, t.good_ink if self._met and not self._stands else t.ink2),
            (f"{self._label} {self._value}".strip(), y + d / 2 + 2, 400, t.ink3),
        ):
            size = BODY * f
            while c.width(words, size, weight) > w and size > 10:
                size -= 0.5
            c.text(words, 0, top, w, line - 2, size, weight, ink, CENTRE)

    def _paint_figure(self, c: Canvas, x: float, y: float, room: float) -> None:
        """The unit stands on the figure's baseline; both shrink together when the figure is long."""
        t, size = c.t, 0.45 * room
        unit = self._unit if len(self._unit) < 3 else ""
        while True:
            unit_size, gap = size * 0.42, size * 0.05
            figure_w, unit_w = c.width(self._figure, size, 700), c.width(unit, unit_size, 600) if unit else 0.0
            if figure_w + gap + unit_w <= 0.9 * room or size <= 12:
                break
            size -= 2
        left = x - (figure_w + (gap + unit_w if unit else 0)) / 2
        ink = t.ink3 if self._figure == "–" or self._quiet else t.ink
        c.text(self._figure, left, y - size, figure_w, 2 * size, size, 700, ink)
        if unit:
            drop = (metrics(size, 700).capHeight() - metrics(unit_size, 600).capHeight()) / 2
            c.text(unit, left + figure_w + gap, y - size + drop, unit_w, 2 * size, unit_size, 600, ink)

    def _paint_hold(self, c: Canvas, x: float, y: float, f: float) -> None:
        """Label and value, centred as one; only a text where there is no value."""
        t = c.t
        if not self._value:
            c.text(self._label, x - 200, y, 400, 28 * f, BODY * f, 500, t.ink2, CENTRE)
            return
        label_w = c.width(self._label + " ", BODY * f)
        whole = label_w + c.width(self._value, LEAD * f, 600)
        c.text(self._label, x - whole / 2, y, label_w, 28 * f, BODY * f, 400, t.ink3, LEFT)
        c.text(self._value, x - whole / 2 + label_w, y, whole, 28 * f, LEAD * f, 600, t.ink, LEFT)
