"""Bars and envelope on one axis: the part of the screen that is painted with every new block.

One rule: it paints what the rings hold at that moment, with the newest state; it keeps no samples of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.engine_state import EngineState
from biofeedback.sitting import Rings
from biofeedback.training.bar import bar_values
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.instant import Moment
from biofeedback.ui.look.canvas import CENTRE, Canvas
from biofeedback.ui.look.tokens import CAPTION, Look
from biofeedback.ui.phrase import Phrase
from biofeedback.ui.readings import UNIT_SIGNS, Reading, calibration_segments, ticks
from biofeedback.ui.train.bar_lines import coming_place, paint_lines
from biofeedback.ui.train.bar_words import bar_words, lane_words
from biofeedback.ui.train.envelope_view import (
    PAST,
    Columns,
    Floats,
    Lane,
    paint_times,
    reduce_columns,
    scans_per_column,
)
from biofeedback.ui.train.exercise_lines import Lines, is_pair, running, shown_lines
from biofeedback.ui.train.exercise_moment import level_lags
from biofeedback.ui.train.lanes import Lanes, View, paint_names, paint_title
from biofeedback.ui.train.muscle_bar import Axis, paint_bar, paint_hidden, paint_scale, paint_slim_bar, pill_width
from biofeedback.ui.train.pair_head import Head, paint_head
from biofeedback.ui.train.pair_places import HeadSize, head_size, short_names
from biofeedback.ui.train.prompt_trail import PromptTrail
from biofeedback.ui.train.target_editing import Line, two_lines
from biofeedback.ui.words import spoken

SLIM, SLIM_GAP = 40, 48
STEP_WORDS = {"rest": "REST", "ready": "READY", "try": "PUSH", "pause": "PAUSE"}


class LiveView(QWidget):
    """Paints the trained channel's bar and envelope, and further channels as slim bars (the second also as a lane).

    An exercise for two muscles shows both bars alike, each with its own line.
    """

    painted = pyqtSignal()
    """After each painting."""

    def __init__(self, rings: Callable[[], Rings | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rings = rings
        self._look = Look()
        self._state: EngineState | None = None
        self._moment: Moment | None = None
        self._readings: tuple[Reading, ...] = ()
        self._scales: tuple[float, ...] = ()
        self._trail = PromptTrail()
        self._words: Phrase | None = None
        self._lanes = Lanes()
        self.bar_width = 128.0
        self.between = 24.0
        """Pixels between the bars of two muscles."""
        self.room_left = 104.0
        self.most_slim = 0
        self.with_envelope = True
        self.covered = False
        """Whether the raw signal stands where the envelope would be."""
        self.level: float | None = None
        """What the bar shows, on its unit."""
        self.line: Line = "trained"
        """Whose line the arrows move."""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Muscle bar and envelope"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def show_state(
        self, state: EngineState, moment: Moment, readings: tuple[Reading, ...], scales: tuple[float, ...]
    ) -> None:
        """Show the newest; `scales` are the upper ends of the channels' axes."""
        self._state, self._moment, self._readings, self._scales = state, moment, readings, scales
        self._trail.follow(state)
        lines, silent = shown_lines(self._practice, moment), moment.silent_for is not None
        words = bar_words(readings, lines, hidden=bool(self._hidden()), silent=silent)
        if words != self._words:
            self._words = words
            self.setAccessibleDescription(spoken(words))
        self.update()

    # -- places -------------------------------------------------------------------------------------------

    @property
    def _practice(self) -> PracticeState | None:
        return self._state.update.practice if self._state and self._state.update else None

    @property
    def n_channels(self) -> int:
        """How many channels are shown."""
        return len(self._readings)

    @property
    def pair(self) -> bool:
        """Whether two muscles are asked of, so that both have a whole bar."""
        return is_pair(self._practice) and len(self._readings) > 1

    @property
    def n_slim(self) -> int:
        """How many further channels have a slim bar: those that have room."""
        return 0 if self.pair else min(self.most_slim, max(0, len(self._readings) - 1))

    @property
    def room_beside(self) -> float:
        """Pixels that further bars need right of the first one."""
        if self.pair:
            return self.between + self.bar_width + self.least_room("00") + 8
        return self.n_slim * (SLIM + SLIM_GAP) + (12 if self.n_slim else 0)

    @property
    def envelope_left(self) -> float:
        """Where the envelope begins, in pixels."""
        return self.room_left + self.bar_width + (0 if self.pair else 24) + self.room_beside

    def axis(self) -> Axis:
        """Return the trained channel's axis."""
        px = self._look.px
        below = px(38) if self.with_envelope or self.n_slim else max(10, px(8))
        top = self._head.height + 8 if self.pair else px(14)
        return Axis(top, self.height() - below, self._scales[0] if self._scales else 150.0)

    @property
    def _head(self) -> HeadSize:
        """The sizes of names and levels above two bars."""
        first, middle, end = self._halves
        names = short_names(*(each.name for each in self._readings[:2]))
        room = 2 * min(first, middle - first, end - middle) - 8
        return head_size(self._look, self.height(), names, room, min(middle, end - middle) - 8)

    @property
    def _halves(self) -> tuple[float, float, float]:
        """The first bar's centre, the middle between two bars, and the end of what belongs to the second."""
        first, middle = self.room_left + self.bar_width / 2, self.room_left + self.bar_width + self.between / 2
        return first, middle, middle + self.between / 2 + self.bar_width + self.least_room("00")

    def least_room(self, text: str) -> float:
        """Return the room that the axis and the target's pill need beside the bar."""
        return pill_width(self._look, text, met=True) + 10

    # -- painting -----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint bars, envelope, and the one line through both."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.fill(0, 0, self.width(), self.height(), c.t.surface)
        if self._state and self._moment and self._readings:
            self._paint(c, self._state, self._moment, self._traces(self._state))
        painter.end()
        self.painted.emit()

    def _traces(self, state: EngineState) -> list[Columns]:
        """Reduce the newest ten seconds of each channel to columns, in counts."""
        rings = self._rings()
        if rings is None or state.settings is None:
            return []
        rate = state.settings.rate
        first, newest = rings.display.latest(round(PAST * rate))
        scans = scans_per_column(rate)
        n = min(newest.shape[1], len(self._readings))
        return [reduce_columns(np.asarray(newest[:, i], np.float64), first, rate, scans) for i in range(n)]

    def _to_bar(self, channel: int) -> Callable[[Floats], Floats]:
        reading = self._readings[channel]
        return lambda counts: bar_values(counts, reading.settings.sensor, reading.reference, reading.scale)

    def _newest(self, traces: list[Columns], channel: int) -> float | None:
        """Return the newest value on the bar's unit; None where there is none."""
        if channel >= len(traces) or not len(traces[channel].newest) or not np.isfinite(traces[channel].newest[-1]):
            return None
        return float(self._to_bar(channel)(traces[channel].newest)[-1])

    def _hidden(self) -> str:
        """Return why the bar is hidden, in words; empty while it is shown."""
        practice = self._practice
        exercise = practice.exercise if practice else None
        if exercise is None or not exercise.bar_hidden or (practice and practice.calibration):
            return ""
        if exercise.block != "set" and running(practice) and exercise.phase != "pause":
            return self.tr("hidden\nfor the test")
        return self.tr("hidden\n(H shows it)")

    def _paint(self, c: Canvas, state: EngineState, moment: Moment, traces: list[Columns]) -> None:
        px, axis, still, hidden = self._look.px, self.axis(), moment.silent_for is not None, self._hidden()
        reading, pair, lines = self._readings[0], self.pair, shown_lines(self._practice, moment)
        x, w = self.room_left, self.bar_width
        self.level = None if still or hidden else self._newest(traces, 0)
        self._paint_bar(c, 0, x, axis, lines[0], self.level, still=still, hidden=hidden)
        if pair:
            level = None if still or hidden else self._newest(traces, 1)
            self._paint_bar(c, 1, x + w + self.between, axis, lines[1], level, still=still, hidden=hidden)
        elif self.with_envelope or self.n_slim:
            unit = UNIT_SIGNS[reading.unit]
            c.text(unit, x, axis.bottom + px(6), w, px(20), px(CAPTION), 400, c.t.ink3, CENTRE)
        for i, other in enumerate(self._readings[1 : 1 + self.n_slim], start=1):
            left = x + w + 24 + (i - 1) * (SLIM + SLIM_GAP) + SLIM_GAP - 8
            level = None if still or hidden else self._newest(traces, i)
            figure = "–" if hidden else f"{other.figure} {UNIT_SIGNS[other.unit]}"
            own = Axis(axis.top, axis.bottom, self._scales[i])
            paint_slim_bar(c, left, SLIM, own, level, name=other.name, figure=figure, still=still)
        with_lanes = self.with_envelope and bool(traces) and not self.covered
        one_lane = with_lanes and len(self._readings) == 1
        if with_lanes:
            self._paint_envelopes(c, state, moment, traces, lines, hidden)
        right = self.width() if self.with_envelope and not self.covered and len(self._readings) == 1 else x + w + px(8)
        two, over = two_lines(self._practice) and len(self._readings) > 1, None
        if not hidden:
            over = not still and self.level is not None and lines[0].first is not None and self.level > lines[0].first
        paint_lines(c, x, w, axis, lines[0], right=right, dim=still or not lines[0].counts, over_first=over,
                    framed=two and self.line == "trained")  # fmt: skip
        if pair:
            second = x + w + self.between
            paint_lines(c, second, w, axis, lines[1], right=second + w + 6, dim=still or not lines[1].counts,
                        mirror=True, framed=two and self.line == "other")  # fmt: skip
        clear = [] if lines[0].moves else [axis.y(value) for value in lines[0].solid]
        coming = coming_place(self._look, axis, lines[0])
        clear += [] if coming is None else [coming]
        paint_scale(c, x - px(12), axis, ticks(axis.high), clear)
        if one_lane and not still and not hidden:
            lower = running(self._practice) is not None and lines[0].zone is not None and lines[0].zone[0] == 0
            paint_names(c, self._lane(axis), lines[0], self.tr("stay below") if lower else self.tr("target"),
                        self.tr("first target"), self.tr("from the next set"))  # fmt: skip

    def _paint_bar(
        self, c: Canvas, i: int, x: float, axis: Axis, lines: Lines, level: float | None, *, still: bool, hidden: str
    ) -> None:
        w, zone = self.bar_width, lines.zone if lines.counts and not still else None
        own = Axis(axis.top, axis.bottom, self._scales[i])
        if hidden and not still:
            paint_hidden(c, x, w, own, hidden)
        else:
            ends = None if zone is None else (zone[0], own.high if zone[1] is None else zone[1])
            quiet = lines.quiet_above if lines.counts else None
            uncounted = self._moment is not None and self._moment.uncounted
            paint_bar(c, x, w, own, level, target=ends, marks=ticks(own.high), met=lines.met, still=still,
                      quiet_above=quiet, uncounted=uncounted)  # fmt: skip
        if not self.pair:
            return
        reading = self._readings[i]
        _, middle, end = self._halves
        exercise = running(self._practice)
        asked = ("up", "down")[i] if exercise and exercise.ceiling is not None else ""
        head = Head(short_names(*(each.name for each in self._readings[:2]))[i], "–" if hidden else reading.figure,
                    UNIT_SIGNS[reading.unit], asked, quiet=level_lags(self._practice))  # fmt: skip
        left, right = (0.0, middle - 8) if i == 0 else (middle + 8, end)
        paint_head(c, x + w / 2, left, right, self._head, head)

    def _lane(self, axis: Axis) -> Lane:
        left = self.envelope_left
        return Lane(left, max(1.0, self.width() - left), axis)

    def _paint_envelopes(
        self, c: Canvas, state: EngineState, moment: Moment, traces: list[Columns], lines: tuple[Lines, Lines],
        hidden: str,
    ) -> None:  # fmt: skip
        px, practice, exercise = self._look.px, self._practice, running(self._practice)
        axis = self.axis()
        steps = []
        if practice and practice.calibration and moment.silent_for is None:
            steps = [(a, b, kind, self.tr(STEP_WORDS[name]))
                     for a, b, kind, name in calibration_segments(practice.calibration)]  # fmt: skip
        prompts = self._trail.segments(state) if exercise and not steps else None
        silence = self.tr("no data for {n} s").format(n=int(moment.silent_for or 0))
        two, gap = len(traces) > 1, px(40)
        top = px(38)
        half = (axis.bottom - top - gap) / 2
        views = []
        for i, trace in enumerate(traces[:2]):
            own = Axis(top + i * (half + gap), top + i * (half + gap) + half, self._scales[i]) if two else axis
            if two:
                alike = self.pair and exercise is not None and exercise.setup.exercise.kind == "match"
                words = spoken(lane_words(self._readings[i].name, lines[i], alike=alike))
                paint_title(c, words, self._lane(own), px(28))
            wave = exercise.setup.wave if exercise and i == 0 else None
            views.append(View(self._lane(own), trace, self._to_bar(i), lines[i], steps, prompts, wave, lines[i].met,
                              moment.silent_for, silence, hidden, own_line=two,
                              uncounted=moment.uncounted))  # fmt: skip
        self._lanes.paint(c, views, self.size(), self.devicePixelRatioF())
        paint_times(c, self._lane(axis), self.tr("10 s ago"), self.tr("5 s ago"), self.tr("now"))
