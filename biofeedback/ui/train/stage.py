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
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.readings import UNIT_SIGNS, Reading
from biofeedback.ui.train.exercise_lines import running
from biofeedback.ui.train.exercise_moment import level_lags
from biofeedback.ui.train.exercise_ring import exercise_ring
from biofeedback.ui.train.hold_ring import HoldRing
from biofeedback.ui.train.live_view import LiveView
from biofeedback.ui.train.pair_places import RING_EDGE, pair_places
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
SMALLEST_RING = 120
"""Pixels; with less room the slim bars of further channels step back, from the last one on."""
SMALLEST_RAW = 240
"""Pixels; with less room beside the bars the ring steps back for the raw signal."""


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
        self._placed_for = (0, False)
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
        self.live.show_state(state, moment, readings, scales)
        if (len(readings), self.live.pair) != self._placed_for:
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
            if shown:
                self.raw.begin()
            self.raw.setVisible(shown)
            self.live.covered = shown
            self._place()

    def zoom_raw(self, *, closer: bool) -> bool:
        """Show half as much of the raw signal's range, or twice as much; return whether that is what is shown."""
        if self.raw is None or self.raw.isHidden():
            return False
        self.raw.move_zoom(1 if closer else -1)
        return True

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
        name = "" if self.live.pair else first.name
        if moment.silent_for is not None:
            note = self.tr("nothing is scored")
            self.ring.show_hold(name, "–", "", self.tr("no value"), note, "", 0.0, met=False)
            return
        exercise = running(practice)
        if exercise and not practice.calibration:
            shown = exercise_ring(practice, exercise, first, moment, pair=self.live.pair)
            self.ring.show_hold(name, shown.figure, shown.unit, spoken(shown.below), spoken(shown.label),
                                spoken(shown.value), shown.fraction, met=moment.met,
                                stands=moment.uncounted,
                                quiet=level_lags(practice) and not self.live.pair)  # fmt: skip
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
            stands=moment.uncounted, quiet=level_lags(practice),
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
        c.card(self.width(), self.height())
        painter.end()

    def _place(self) -> None:
        w, h = self.width(), self.height()
        k = max(0.7, (h + 24) / 552)
        self.band.stretch = BAND_STRETCH if self._look.text_percent >= 150 else 1.0
        band_h = round(HEIGHT * k * self.band.stretch)
        self.band.setGeometry(PAD, 1, w - 2 * PAD, band_h)
        top = band_h + round(18 * k)
        body_h = h - top - 4
        self._placed_for = (self.live.n_channels, self.live.pair)
        wide = k > 1.3
        self.live.room_left = max(120 if wide else 104, self.live.least_room("000"))
        self.ring.beside_bars = self.live.pair
        if self.live.pair:
            self._place_pair(top, body_h, wide=wide)
        else:
            self._place_ring_and_bars(top, body_h, wide=wide)
        if self.raw:
            self._place_raw(self.raw, top, body_h)
        self._place_reconnect()

    def _place_pair(self, top: int, height: int, *, wide: bool) -> None:
        """Bar, ring, bar; at their right the envelopes where they have room, else in the middle of the stage."""
        live, width, large = self.live, self.width() - 2 * PAD, self._look.text_percent >= 150
        right = live.least_room("00") + 8
        lanes = max(SMALLEST_ENVELOPE, self._look.px(240))
        places = pair_places(width, live.room_left, right, lanes, wide=wide and not large, raw=self._raw_wanted)
        live.bar_width, live.between, live.with_envelope = places.bar, places.between, places.with_envelope
        bars = round(places.right_of_bars(live.room_left) + right)
        left = PAD if places.with_envelope or self._raw_wanted else PAD + max(0, (width - bars) // 2)
        live.setGeometry(left, top, width if left == PAD else bars, height)
        axis = live.axis()
        x, high = round(left + live.room_left + places.bar + RING_EDGE), round(axis.bottom - axis.top)
        self.ring.setGeometry(x, top + round(axis.top), max(1, round(places.ring)), high)
        self.ring.setVisible(places.ring > 0)  # the band counts the hold down too
        self.ring.raise_()

    def _place_ring_and_bars(self, top: int, height: int, *, wide: bool) -> None:
        """The ring, the bar with those of further channels, and the envelope where it has room."""
        w, px, live, big = self.width(), self._look.px, self.live, self._look.text_percent >= 150
        ring_w = 336 if wide else max(200, round(min(296, px(150))))
        live.bar_width, live.most_slim = 208 if wide else 128 if not big else 160, live.n_channels
        inner = w - 2 * PAD
        while live.n_slim and inner - live.room_left - live.bar_width - live.room_beside - px(24) - 40 < SMALLEST_RING:
            live.most_slim = live.n_slim - 1
        others = round(live.room_beside)
        spare = inner - live.room_left - live.bar_width - others - 24
        live.with_envelope = spare - ring_w >= max(SMALLEST_ENVELOPE, px(240))
        if not live.with_envelope and not self._raw_wanted:
            # the bar and the ring share the whole stage
            live_w = round(live.room_left + live.bar_width + others + (24 + px(24) if others else 24))
            live.setGeometry(PAD, top, live_w, height)
            left = PAD + live_w
            ring_w = min(w - PAD - left - 16, height + 80)
            self.ring.show()
            self.ring.setGeometry(left + (w - PAD - left - ring_w) // 2, top, ring_w, height - 8)
            return
        if spare - ring_w < SMALLEST_RAW:
            ring_w = 0
        self.ring.setVisible(ring_w > 0)
        self.ring.setGeometry(PAD, top, ring_w, height - 8)
        live.setGeometry(PAD + ring_w, top, inner - ring_w, height)

    def _place_raw(self, raw: RawView, top: int, height: int) -> None:
        """Where the envelope would be, else beside the bars, else over those of further channels or over all."""
        live, px, right = self.live, self._look.px, self.width() - PAD
        beside = live.x() + live.envelope_left - (0 if live.with_envelope or live.pair else 8)
        places = [beside, PAD] if live.pair else [beside, live.x() + live.room_left + live.bar_width + 16, PAD]
        room = max(SMALLEST_RAW, px(150))
        left = round(next((place for place in places if right - place >= room), PAD))
        above, below = (round(px(14)), round(px(8)) if live.with_envelope else 8) if left > PAD else (0, 0)
        raw.setGeometry(left, top + above, right - left, height - above - below)
        raw.raise_()

    def _place_reconnect(self) -> None:
        hint = self.reconnect.sizeHint()
        x, y = self.width() - PAD - hint.width(), round(1 + 0.46 * self.band.height() - hint.height() / 2)
        beside = self._look.text_percent < 150
        if not beside:  # large words need the whole band: the button stands where the hold would
            x, y = self.ring.x() + (self.ring.width() - hint.width()) // 2, self.height() - hint.height() - 12
            if self.live.pair:  # over the empty bars, where the values of targets seldom stand
                bars = self.live.room_left + self.live.bar_width + self.live.between / 2
                x, y = round(self.live.x() + bars - hint.width() / 2), self.live.y() + round(self.live.axis().top) + 8
        self.reconnect.setGeometry(x, y, hint.width(), hint.height())
        self.ring.reserve = 0 if beside or self.reconnect.isHidden() else hint.height() + 12
        self.band.reserve = hint.width() + 24 if beside and not self.reconnect.isHidden() else 0
        self.reconnect.raise_()
