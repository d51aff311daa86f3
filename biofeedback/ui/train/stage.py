"""The stage of practice and exercises: the word on top; below it the ring, the bar and the envelope, in fixed places.

One rule: places follow from the size of the window and of the text only, never from what happens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.engine_state import EngineState
from biofeedback.sitting import Rings
from biofeedback.ui.instant import Moment
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import RADIUS_CARD, Look
from biofeedback.ui.readings import UNIT_SIGNS, Reading
from biofeedback.ui.train.exercise_lines import running
from biofeedback.ui.train.exercise_ring import exercise_ring
from biofeedback.ui.train.hold_ring import HoldRing
from biofeedback.ui.train.live_view import LiveView
from biofeedback.ui.train.target_editing import Line
from biofeedback.ui.train.word_band import HEIGHT, WordBand
from biofeedback.ui.words import spoken

if TYPE_CHECKING:
    from biofeedback.ui.train.raw_view import RawView

PAD = 24
SMALLEST_ENVELOPE = 300
"""Pixels; with less room the envelope steps back."""
BAND_STRETCH = 1.5
"""How much higher the band is with large text, so that two or three lines can be read."""
SMALLEST_RING = 140
"""Pixels; beside two bars a smaller one would not be read."""


class PracticeScreen(QWidget):
    """The card with everything that moves."""

    def __init__(self, rings: Callable[[], Rings | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._rings = rings
        self.band = WordBand(self)
        self.ring = HoldRing(self)
        self.live = LiveView(rings, self)
        self.reconnect = KeyButton(
            self.tr("Reconnect"), "F5", "repeat", tip=self.tr("Look for the board again now (F5)"), parent=self
        )
        self.reconnect.set_primary(primary=True)
        self.reconnect.hide()
        self.raw: RawView | None = None
        self._raw_wanted = False
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for part in (self.band, self.ring, self.live, self.reconnect):
            part.dress(look)
        if self.raw:
            self.raw.dress(look)
        self._place()
        self.update()

    def show_state(
        self, state: EngineState, moment: Moment, readings: tuple[Reading, ...], scales: tuple[float, ...],
        line: Line = "trained",
    ) -> None:  # fmt: skip
        """Show the newest state; `line`: whose line the arrows move."""
        self.live.line = line
        if state.phase == "another board":
            self.reconnect.name(self.tr("Use it"), self.tr("Go on with this board in a new recording (F5)"), "board")
        else:
            self.reconnect.name(self.tr("Reconnect"), self.tr("Look for the board again (F5)"), "repeat")
        if self.reconnect.isHidden() == moment.can_reconnect:
            self.reconnect.setVisible(moment.can_reconnect)
            self._place_reconnect()
        self.band.show_moment(moment)
        before = (self.live.n_channels, self.live.pair)
        self.live.show_state(state, moment, readings, scales)
        if (self.live.n_channels, self.live.pair) != before:
            self._place()
        if self.raw:
            self._show_raw(state)
        self._show_hold(state, moment, readings)

    def set_raw(self, *, shown: bool) -> None:
        """Show the raw signal in place of the envelope, or take it away."""
        self._raw_wanted = shown
        if shown and self.raw is None:
            from biofeedback.ui.train.raw_view import RawView  # noqa: PLC0415 - pyqtgraph costs half a second

            self.raw = RawView(self._rings, self)
            self.raw.dress(self._look)
        if self.raw:
            self.raw.setVisible(shown)
            self.live.covered = shown
            self._place()

    def _show_raw(self, state: EngineState) -> None:
        """Show the raw signal where it is wanted, and not while the bar is hidden: it would tell the same."""
        exercise = state.update.practice.exercise if state.update else None
        shown = self._raw_wanted and not (exercise and exercise.bar_hidden)
        if self.raw and shown == self.raw.isHidden():
            self.raw.setVisible(shown)
            self.live.covered = shown
            self._place()
        if self.raw and shown:
            self.raw.show_state(state)

    def _show_hold(self, state: EngineState, moment: Moment, readings: tuple[Reading, ...]) -> None:
        practice = state.update.practice if state.update else None
        if not readings or practice is None:
            self.ring.show_hold(
                readings[0].name if readings else "", "–", "", self.tr("no value"), "", "", 0.0, met=False
            )
            return
        first = readings[0]
        if moment.silent_for is not None:
            note = self.tr("nothing is scored")
            self.ring.show_hold(first.name, "–", "", self.tr("no value"), note, "", 0.0, met=False)
            return
        exercise = running(practice)
        if exercise and not practice.calibration:
            shown = exercise_ring(practice, exercise, first, moment, pair=self.live.pair)
            name = "" if self.live.pair else first.name
            self.ring.show_hold(name, shown.figure, shown.unit, spoken(shown.below), spoken(shown.label),
                                spoken(shown.value), shown.fraction, met=moment.met,
                                stands=moment.uncounted)  # fmt: skip
            return
        below = {
            "percent": self.tr("of today's best"),
            "uV": self.tr("mean of 0.5 s"),
            "counts": self.tr("counts"),
        }[first.unit]
        if moment.uncounted:
            below = self.tr("not counted")
        unit = UNIT_SIGNS[first.unit] if first.level is not None else ""
        clock = min(practice.hold_clock, 999.9)
        value = self.tr("{now} of {all} s").format(now=f"{clock:.1f}", all=f"{practice.hold_seconds:.1f}")
        if practice.calibration:
            calibrating = self.tr("calibrating") if self._look.text_percent < 150 else ""
            self.ring.show_hold(first.name, first.figure, unit, below, calibrating, "", 0.0, met=False)
            return
        self.ring.show_hold(
            first.name, first.figure, unit, below, self.tr("Hold"), value, practice.hold_fraction, met=moment.met,
            stands=moment.uncounted,
        )  # fmt: skip

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self._place()

    def changeEvent(self, a0: QEvent | None) -> None:
        """Take a new language as it comes."""
        super().changeEvent(a0)
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.fill(0, 0, self.width(), self.height(), c.t.canvas)
        c.box(0, 0, self.width(), self.height(), c.t.surface, RADIUS_CARD, c.t.line)
        painter.end()

    def _place(self) -> None:
        w, h, px = self.width(), self.height(), self._look.px
        k = max(0.7, (h + 24) / 552)
        self.band.stretch = BAND_STRETCH if self._look.text_percent >= 150 else 1.0
        band_h = round(HEIGHT * k * self.band.stretch)
        self.band.setGeometry(PAD, 1, w - 2 * PAD, band_h)
        top = band_h + round(18 * k)
        body_h = h - top - 4
        big = self._look.text_percent >= 150
        wide = k > 1.3
        pair = self.live.pair
        ring_w = 336 if wide else max(200, round(min(296, px(150))))
        self.live.bar_width = 208 if wide else 128 if not big else 160
        if pair:  # two whole bars: both and the ring are narrower
            ring_w, self.live.bar_width = (280, 150) if wide or big else (160, 104)
        room = max(120 if wide else 104, self.live.least_room("000"))
        self.live.room_left = room
        inner = w - 2 * PAD
        if pair:
            spare = inner - room - self.live.room_beside - 24
            self.live.bar_width = min(self.live.bar_width, (spare + self.live.bar_width) / 2)
        others = round(self.live.room_beside)
        self.live.with_envelope = inner - ring_w - room - self.live.bar_width - others - 24 >= max(
            SMALLEST_ENVELOPE, px(240)
        )
        if not self.live.with_envelope and not self._raw_wanted:
            # the bar and the ring share the whole stage
            live_w = round(room + self.live.bar_width + others + (24 + px(24) if others and not pair else 24))
            self.live.setGeometry(PAD, top, live_w, body_h)
            left = PAD + live_w
            ring_w = min(w - PAD - left - 16, body_h + 80)
            self.ring.setVisible(not pair or ring_w >= SMALLEST_RING)  # the band counts the hold down too
            self.ring.setGeometry(left + (w - PAD - left - ring_w) // 2, top, ring_w, body_h - 8)
        else:
            self.ring.show()
            self.ring.setGeometry(PAD, top, ring_w, body_h - 8)
            self.live.setGeometry(PAD + ring_w, top, w - 2 * PAD - ring_w, body_h)
        if self.raw:
            left = self.live.x() + (
                round(self.live.envelope_left)
                if self.live.with_envelope
                else round(room + self.live.bar_width + others + 16)
            )
            bottom = round(px(38)) if self.live.with_envelope else 8
            y = top + round(px(14))
            self.raw.setGeometry(
                left,
                y,
                w - PAD - left,
                body_h - round(px(14)) - bottom + (round(px(30)) if self.live.with_envelope else 0),
            )
            self.raw.raise_()
        self._place_reconnect()

    def _place_reconnect(self) -> None:
        hint = self.reconnect.sizeHint()
        x, y = self.width() - PAD - hint.width(), round(1 + 0.46 * self.band.height() - hint.height() / 2)
        beside = self._look.text_percent < 150
        if not beside:  # large words need the whole band: the button stands where the hold would
            x, y = self.ring.x() + (self.ring.width() - hint.width()) // 2, self.height() - hint.height() - 12
        self.reconnect.setGeometry(x, y, hint.width(), hint.height())
        self.ring.reserve = 0 if beside or self.reconnect.isHidden() else hint.height() + 12
        self.band.reserve = hint.width() + 24 if beside and not self.reconnect.isHidden() else 0
        self.reconnect.raise_()
