"""The envelopes of one or two channels, each in its lane: ground, prompts, lines to follow, trace, the newest point.

One rule: what is hidden is not painted at all, and the future is paler than the past.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PyQt6.QtCore import QRectF, QSize
from PyQt6.QtGui import QPainter, QPixmap

from biofeedback.training.commands import SetWave
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import BODY, CAPTION, colour
from biofeedback.ui.readings import ticks
from biofeedback.ui.train.envelope_view import (
    AHEAD,
    PAST,
    Columns,
    Floats,
    Lane,
    paint_ahead,
    paint_ground,
    paint_silence,
    paint_trace,
)
from biofeedback.ui.train.exercise_lines import Lines, line_at
from biofeedback.ui.train.muscle_bar import paint_hidden, paint_quiet, paint_target
from biofeedback.ui.train.prompt_trail import Segment
from biofeedback.ui.words import spoken

STEP = 0.05
"""Seconds between the points of a line to follow."""


@dataclass(frozen=True, slots=True)
class View:
    """What one lane shows. `steps` are those of a calibration, `prompts` those of an exercise."""

    lane: Lane
    trace: Columns
    to_bar: Callable[[Floats], Floats]
    lines: Lines
    steps: Sequence[tuple[float, float, str, str]] = ()
    prompts: Sequence[Segment] | None = None
    wave: SetWave | None = None
    met: bool = False
    silent_for: float | None = None
    silence: str = ""
    hidden: str = ""
    own_line: bool = False
    """Whether the lane draws its target itself; else one line goes through bar and lane."""
    uncounted: bool = False


class Lanes:
    """Paints lanes and keeps the picture of what is behind each, for its gradient costs more than all the rest."""

    def __init__(self) -> None:
        self._grounds: list[tuple[object, QPixmap]] = []

    def paint(self, c: Canvas, views: Sequence[View], size: QSize, ratio: float) -> None:
        """Paint every view's lane; `size` and `ratio` are the widget's, in pixels and device pixels."""
        for i, view in enumerate(views):
            if view.hidden:
                paint_hidden(c, view.lane.x, view.lane.w, view.lane.axis, view.hidden)
            else:
                self._paint_lane(c, i, view, size, ratio)

    def _paint_lane(self, c: Canvas, i: int, view: View, size: QSize, ratio: float) -> None:
        lane, lines, still = view.lane, view.lines, view.silent_for
        own = lane.axis
        self._paint_ground(c, i, view, size, ratio)
        c.p.save()
        c.p.setClipRect(QRectF(lane.x, own.top, lane.w, own.bottom - own.top))
        if view.prompts is not None:
            _paint_prompts(c, view, view.prompts, still or 0.0)
        if lines.first is not None and lines.first not in lines.solid:
            c.line(lane.x, own.y(lines.first), lane.x + lane.w, own.y(lines.first), c.t.ink3, 1.5, [2, 4])
        if view.wave and still is None:
            _paint_wave(c, view, view.wave)
        newest = paint_trace(c, lane, view.trace, view.to_bar, silent_for=still)
        if still is None:
            c.line(lane.at(0), own.top, lane.at(0), own.bottom, c.t.ink2, 1.5)
        else:
            paint_silence(c, lane, still, view.silence)
        c.p.restore()
        for value in lines.coming:
            c.line(lane.x, own.y(value), lane.x + lane.w, own.y(value), c.t.ink2, 1.5, [4, 4])
        if newest:
            ink = c.t.warn if view.uncounted else c.t.good if view.met else c.t.accent
            c.circle(*newest, 7, ink, c.t.ink if view.uncounted else c.t.surface, 2.5)
        if view.own_line and not lines.moves:
            for value in lines.solid:
                dim = not lines.counts or still is not None
                paint_target(c, lane.x, lane.x + lane.w, own.y(value), dim=dim, width=3)

    def _paint_ground(self, c: Canvas, i: int, view: View, size: QSize, ratio: float) -> None:
        lane, zone = view.lane, None if view.lines.moves else view.lines.zone
        if zone and not (view.lines.counts or view.prompts is not None):
            zone = None
        if view.silent_for is not None and view.prompts is None:
            zone = None
        ends = None if zone is None else (zone[0], lane.axis.high if zone[1] is None else zone[1])
        key = (c.look, lane, ends, ratio, size.width(), size.height(), view.prompts is None)
        if view.steps or i >= len(self._grounds) or self._grounds[i][0] != key:
            picture = QPixmap(size * ratio)
            picture.setDevicePixelRatio(ratio)
            picture.fill(colour(c.t.surface))
            painter = QPainter(picture)
            ground = Canvas(painter, c.look)
            ground.clip(lane.x, lane.axis.top, lane.w, lane.axis.bottom - lane.axis.top, 8)
            paint_ground(ground, lane, ticks(lane.axis.high), ends, list(view.steps))
            if view.prompts is None:
                paint_ahead(ground, lane)
            ground.unclip()
            painter.end()
            self._grounds[i : i + 1] = [(key if not view.steps else None, picture)]
        area = QRectF(lane.x, lane.axis.top, lane.w, lane.axis.bottom - lane.axis.top).toAlignedRect()
        source = QRectF(area.x() * ratio, area.y() * ratio, area.width() * ratio, area.height() * ratio)
        c.p.drawPixmap(QRectF(area), self._grounds[i][1], source)


def _paint_prompts(c: Canvas, view: View, prompts: Sequence[Segment], silent_for: float) -> None:
    """Cover with grey what is no work; what is not known, before the first prompt and after the last, is plain.

    After `silent_for` seconds of silence the past has moved on, and nothing of the future is known.
    """
    t, lane, a = c.t, view.lane, view.lane.axis
    h, known = a.bottom - a.top, -PAST
    if silent_for:
        prompts = [Segment(one.begin - silent_for, min(one.end, 0.0) - silent_for, one.phase) for one in prompts]
    for one in prompts:
        begin, end = max(one.begin, -PAST), min(one.end, AHEAD)
        if end <= begin:
            continue
        left, right = lane.at(begin), lane.at(end)
        if begin > known:
            c.fill(lane.at(known), a.top, left - lane.at(known), h, t.canvas)
        known = end
        if one.kind == "rest":
            c.fill(left, a.top, right - left, h, t.sunken)
        elif view.lines.quiet_above is not None:
            paint_quiet(c, left, a.top, right - left, a.y(view.lines.quiet_above) - a.top)
    if known < AHEAD:
        c.fill(lane.at(known), a.top, lane.at(AHEAD) - lane.at(known), h, t.canvas)
    for value in ticks(a.high)[1:-1]:
        c.line(lane.x, a.y(value), lane.x + lane.w, a.y(value), t.line, 1)
    for one in prompts:
        if -PAST < one.begin < AHEAD:
            c.line(lane.at(one.begin), a.top, lane.at(one.begin), a.bottom, t.edge, 1, [2, 3])
    paint_ahead(c, lane)
    _paint_words(c, lane, prompts)


def _paint_words(c: Canvas, lane: Lane, prompts: Sequence[Segment]) -> None:
    """Name the prompts that have room for it; no name crosses the line of now."""
    size, now = c.look.px(12), lane.at(0)
    for one in prompts:
        left, right = lane.at(max(one.begin, -PAST)), lane.at(min(one.end, AHEAD))
        word = spoken(one.word)
        wide = c.width(word, size, 600)
        if left + 8 + wide > now - 4:
            left = max(left, now + 4)
        if right - left > wide + 14 and one.begin < 0.6:
            ink = c.t.good_ink if one.kind == "work" else c.t.ink3
            c.text(word, left + 8, lane.axis.top + 6, 120, c.look.px(20), size, 600, ink)


def _paint_wave(c: Canvas, view: View, wave: SetWave) -> None:
    """Draw the line to follow through every work phase, 2 s of it ahead."""
    lane = view.lane
    for one in view.prompts or ():
        begin, end = max(one.begin, -PAST), min(one.end, AHEAD)
        if one.kind != "work" or end <= begin:
            continue
        times = np.append(np.arange(begin, end, STEP), end)
        heights = [lane.axis.y(value) for value in line_at(wave, times - one.begin).tolist()]
        points = list(zip([lane.at(time) for time in times.tolist()], heights, strict=True))
        c.curve(points, c.t.ink, 4)


def paint_title(c: Canvas, words: str, lane: Lane, height: float) -> None:
    """Write whose lane it is, and what is asked of that muscle, in the `height` above the lane."""
    size = c.look.px(BODY)
    while c.width(words, size, 600) > lane.w - 4 and size > 10:
        size -= 0.5
    c.text(words, lane.x, lane.axis.top - height, lane.w, height - 4, size, 600, c.t.ink2)


def paint_names(c: Canvas, lane: Lane, lines: Lines, target: str, first: str, coming: str) -> None:
    """Name the lines in the free space right of now: the target, the first target, and the next set's."""
    px, a = c.look.px, lane.axis
    x, room = lane.at(0) + 12, lane.x + lane.w - lane.at(0) - 12
    size = px(CAPTION)
    taken: list[float] = []

    def name(words: str, y: float, away: float, weight: int, ink: str) -> None:
        """Write `words` near `y`, or further away where another name stands."""
        for _ in range(4):
            if all(abs(y - other) >= 1.25 * size for other in taken):
                break
            y += away
        taken.append(y)
        small = size
        while c.width(words, small, weight) > room and small > 10:
            small -= 0.5
        right = lane.x + lane.w - 4
        if c.width(words, small, weight) > room:  # over the trace rather than cut
            small = size
            wide = c.width(words, small, weight)
            c.fill(right - wide - 4, y - 0.6 * size, wide + 4, 1.2 * size, c.t.surface, 190)
            c.text(words, right - wide, y - size, wide + 4, 2 * size, small, weight, ink)
        else:
            c.text(words, x, y - size, room, 2 * size, small, weight, ink)

    if lines.solid and not lines.moves:
        name(target, a.y(lines.solid[0]) - px(16), -px(16), 600, c.t.ink)
    if lines.first is not None and lines.first not in lines.solid:
        side = px(14) if not lines.solid or lines.first < lines.solid[0] else -px(14)
        name(first, a.y(lines.first) + side, side, 500, c.t.ink2)
    if lines.coming:
        side = -px(14) if not lines.solid or lines.coming[0] > lines.solid[0] else px(14)
        name(coming, a.y(lines.coming[0]) + side, side, 500, c.t.ink2)
