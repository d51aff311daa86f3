"""The person's screen itself: the word of the moment, one tall bar (or two), the ring and the dots, large and calm.

It repaints only what can be seen to change: a whole screen with every block would cost too much.
One rule: it shows what `PersonState` has and the newest sample of the bars that are not covered, nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import QEvent, QRect, QRectF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.engine_state import EngineState
from biofeedback.sitting import Rings
from biofeedback.training.bar import bar_values
from biofeedback.ui.instant import Moment
from biofeedback.ui.look.canvas import CENTRE, Canvas
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.person.paint import (
    BAND,
    DOTS_WIDTH,
    PAD,
    PROGRESS,
    Places,
    paint_person_bar,
    paint_person_dots,
    paint_person_ring,
    paint_progress,
    paint_word,
    places,
)
from biofeedback.ui.person.state import PersonState, person_state
from biofeedback.ui.phrase import Phrase
from biofeedback.ui.readings import Reading
from biofeedback.ui.train.bar_words import bar_words
from biofeedback.ui.words import spoken

STEPS = 400
"""Into so many steps a bar's height and a progress are divided before they count as moved."""


class PersonView(QWidget):
    """Paints what `show_state` was told last; `placeholder` is said before there is anything."""

    def __init__(self, rings: Callable[[], Rings | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rings = rings
        self._look = Look()
        self._shown: PersonState | None = None
        self._scales: tuple[float, ...] = ()
        self._seen: dict[str, object] = {}
        self._words: tuple[Phrase, ...] = ()
        self.levels: tuple[float | None, ...] = ()
        """What the bars show, on their unit."""
        self.placeholder = ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Person's screen"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self._repaint_all()

    @property
    def places(self) -> Places:
        """Where everything stands now."""
        return places(self.width(), self.height(), max(1, len(self._shown.bars) if self._shown else 1))

    def show_state(
        self, state: EngineState, moment: Moment, readings: tuple[Reading, ...], scales: tuple[float, ...]
    ) -> None:
        """Show the newest; `scales` are the upper ends of the channels' axes."""
        before, self._scales = self._shown, scales
        self._shown = shown = person_state(state, moment, readings)
        self.levels = self._newest(shown, readings)
        said = shown.moment
        words = self._in_words(shown, readings)
        if words != self._words:
            self._words = words
            self.setAccessibleName(spoken(said.word))
            hint = " ".join(filter(None, (spoken(phrase) for phrase in words[1:]))).replace("\n", " ")
            self.setAccessibleDescription(
                self.tr("Simulated muscle. {hint}").format(hint=hint) if shown.simulated else hint
            )
        if before is None or len(before.bars) != len(shown.bars):
            self._repaint_all()
        left = None if said.seconds_left is None else math.ceil(said.seconds_left)
        heights = tuple(
            None if level is None else round(STEPS * level / self._high(bar.channel))
            for bar, level in zip(shown.bars, self.levels, strict=True)
        )
        self._changed("word", (said.word, said.icon, said.tone, said.hint, left, shown.simulated))
        self._changed("progress", None if said.progress is None else round(2 * STEPS * said.progress))
        self._changed("bars", (heights, shown.bars, shown.cover, shown.still, scales))
        ring = shown.ring
        self._changed("ring", (ring.figure, ring.unit, ring.below, round(STEPS * ring.fraction), ring.met, ring.icon))
        self._changed("dots", (shown.head, shown.foot, shown.dots))

    def _in_words(self, shown: PersonState, readings: tuple[Reading, ...]) -> tuple[Phrase, ...]:
        """Return what is shown for who listens: the word, its hint, the bars, and the dots' own words."""
        bars = bar_words(
            [readings[bar.channel] for bar in shown.bars] if readings else (), [bar.lines for bar in shown.bars],
            hidden=shown.cover is not None, silent=shown.still, figures=all(bar.labelled for bar in shown.bars),
        )  # fmt: skip
        return shown.moment.word, shown.moment.hint, shown.cover or bars, shown.head, shown.foot

    # -- what is seen -------------------------------------------------------------------------------------

    def _newest(self, shown: PersonState, readings: tuple[Reading, ...]) -> tuple[float | None, ...]:
        """Return the newest sample of each bar on its unit; None where there is none or it is covered."""
        rings = self._rings()
        if rings is None or shown.still or shown.cover:
            return (None,) * len(shown.bars)
        _, newest = rings.display.latest(1)
        made: list[float | None] = []
        for bar in shown.bars:
            if not len(newest) or bar.channel >= newest.shape[1]:
                made.append(None)
                continue
            reading = readings[bar.channel]
            counts = np.asarray(newest[:, bar.channel], np.float64)
            value = float(bar_values(counts, reading.settings.sensor, reading.reference, reading.scale)[0])
            made.append(value if math.isfinite(value) else None)
        return tuple(made)

    def _high(self, channel: int) -> float:
        return self._scales[channel] if channel < len(self._scales) else 150.0

    def _changed(self, name: str, seen: object) -> None:
        if self._seen.get(name, ...) != seen:
            self._seen[name] = seen
            for part in self._parts()[name]:
                self.update(part)

    def _repaint_all(self) -> None:
        self._seen.clear()
        self.update()

    def _parts(self) -> dict[str, list[QRect]]:
        """Return the rectangles of each part in pixels."""
        at = self.places
        x, y, d = at.ring
        top = PROGRESS + 14
        below = at.h - top
        bars = [QRectF(0, top, at.bars[0] + at.bar_width + 20, below)]
        if len(at.bars) > 1:
            bars.append(QRectF(at.bars[1] - 52, top, at.dots - 12 - at.bars[1] + 52, below))
            bars[0].setWidth(bars[0].width() + 32)
        parts = {
            "word": [QRectF(0, 0, at.w, BAND)],
            "progress": [QRectF(0, PROGRESS - 1, at.w, 14)],
            "bars": bars,
            "ring": [QRectF(x - d / 2 - 4, y - d / 2 - 4, d + 8, d + 8)],
            "dots": [QRectF(at.dots - 12, top, DOTS_WIDTH + PAD + 12, below)],
        }
        k = at.k
        return {
            name: [QRectF(r.x() * k, r.y() * k, r.width() * k, r.height() * k).toAlignedRect() for r in rects]
            for name, rects in parts.items()
        }

    # -- painting -----------------------------------------------------------------------------------------

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Everything has another size."""
        super().resizeEvent(a0)
        self._repaint_all()

    def changeEvent(self, a0: QEvent | None) -> None:
        """Take a new language as it comes."""
        super().changeEvent(a0)
        if a0 is not None and a0.type() == QEvent.Type.LanguageChange:
            self._repaint_all()

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Paint the parts that were asked for."""
        if a0 is None:
            return
        painter = QPainter(self)
        c, at = Canvas(painter, self._look), self.places
        c.fill(0, 0, self.width(), self.height(), c.t.canvas)
        region, parts = a0.region(), self._parts()

        def asked(name: str) -> bool:
            return any(region.intersects(part) for part in parts[name])

        painter.scale(at.k, at.k)
        shown, percent = self._shown, self._look.text_percent
        if shown is None:
            c.text(self.placeholder, 2 * PAD, 0, at.w - 4 * PAD, at.h, min(44.0, 28 * percent / 100), 400, c.t.ink2,
                   CENTRE, wrap=True)  # fmt: skip
        else:
            if asked("word"):
                paint_word(c, shown.moment, at.w, percent)
                if shown.simulated:
                    small = Canvas(painter, Look(self._look.palette, min(150, percent + 20)))
                    small.badge(self.tr("SIMULATED"), PAD, 8)
            if asked("progress"):
                paint_progress(c, shown.moment.progress, at.w)
            if asked("bars"):
                for i, (bar, level) in enumerate(zip(shown.bars, self.levels, strict=True)):
                    paint_person_bar(c, at, i, bar, shown, level, self._high(bar.channel))
            if asked("ring"):
                paint_person_ring(c, at, shown.ring)
            if asked("dots"):
                paint_person_dots(c, at, shown, percent)
        painter.end()
