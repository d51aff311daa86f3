"""Is the signal good? The live trace, what is wrong with it and what to do, what is in order, and the squeeze test.

One rule: a finding that comes and goes stays shown for two seconds, so that it can be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.emg.findings import Finding
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine_state import EngineState
from biofeedback.pipeline import PipelineSettings
from biofeedback.sitting import Rings
from biofeedback.training.plan import Plan
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.icons import Light
from biofeedback.ui.look.tokens import CAPTION, Look
from biofeedback.ui.page import Glance
from biofeedback.ui.prepare.parts import PAD, Card
from biofeedback.ui.prepare.raw_trace import LANE, SPAN, RawTrace
from biofeedback.ui.prepare.signal_items import SignalItem, counted, no_signal, signal_items
from biofeedback.ui.prepare.signal_list import SignalList
from biofeedback.ui.prepare.squeeze import Squeeze, Squeezed
from biofeedback.ui.words import spoken

STAYS: Final = 2.0
"""Seconds for which a finding is shown after it was withdrawn."""
LOW: Final = 320.0
"""Pixels at 100 % of a card below which the trace is lower too."""
TRACE_EVERY: Final = 0.04
"""Seconds between two pictures of the trace."""


class SignalCard(Card):
    """Give it each glance; `items` is what it says."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent)
        self.entitle(self.tr("Is the signal good?"), self.tr("live, last {n} s").format(n=round(SPAN)))
        self.items: tuple[SignalItem, ...] = (no_signal(),)
        self.trace = RawTrace(self)
        self.list = SignalList(self.inside)
        self.column.addWidget(self.list)
        self.column.addStretch(1)
        self._last_time: tuple[ChannelSettings | None, ...] = ()
        self._squeeze: Squeeze | None = None
        self._squeezed_for: tuple[PipelineSettings, int] | None = None
        self._traced_at = -TRACE_EVERY
        self._seen: dict[tuple[int | None, str], tuple[Finding, float]] = {}

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self.look_of_now = look
        self.trace.dress(look)
        self.list.dress(look)
        super().dress(look)

    def begin(self) -> None:
        """Forget what was found and squeezed before: electrodes may have moved."""
        self._squeeze = self._squeezed_for = None
        self._seen.clear()

    def remember(self, last_time: Sequence[ChannelSettings | None]) -> None:
        """Know each channel as it was when its newest reference was kept, None without one."""
        self._last_time = tuple(last_time)

    def squeeze(self, rings: Rings | None) -> None:
        """Begin the squeeze test with the next scan."""
        if self._squeeze is not None and rings is not None:
            self._squeeze.start(rings.display.end_index)

    def look(self, rings: Rings | None, glance: Glance) -> None:
        """Show what moves: the trace."""
        if glance.now - self._traced_at < TRACE_EVERY:
            return
        self._traced_at = glance.now
        settings = glance.state.settings
        if rings is None or settings is None or glance.silent:
            self.trace.show_silence()
            return
        first, scans = rings.counts.latest(round(SPAN * settings.rate))
        counts = np.asarray(scans, np.float64)
        counts[counts < 0] = np.nan
        self.trace.show_scans(first, counts, settings.rate, settings.adc_bits)

    def look_slowly(self, rings: Rings | None, glance: Glance, plan: Plan | None) -> None:
        """Show the items as they are now."""
        if glance.silent or glance.state.update is None:
            self.items = (no_signal(),)
        else:
            found = self._shown_findings(glance.state.update.findings, glance.now)
            squeezed = self._look_at_squeeze(rings, glance.state, plan)
            self.items = signal_items(glance.state, plan, found, squeezed, self._last_time)
        self.list.show_items(self.items)
        self.setAccessibleDescription(self.count_line)
        self.update()

    @property
    def count_line(self) -> str:
        """How many are good, to look at and to fix."""
        return " · ".join(spoken(phrase) for phrase in counted(self.items))

    @property
    def light(self) -> Light:
        """The worst of all items, for a tab."""
        lights = [item.light for item in self.items]
        return next((light for light in ("fix", "look") if light in lights), "good")

    def place(self) -> None:
        """Give trace, list and foot their places."""
        px = self.look_of_now.px
        lane = LANE if self.height() >= LOW * self.look_of_now.text_percent / 100 else LANE * 2 / 3
        self.head, self.foot = lane + 12, px(20) + 16
        super().place()
        self.trace.setGeometry(PAD, round(self.top - self.head), self.width() - 2 * PAD, round(lane))

    def paintEvent(self, a0: QPaintEvent | None) -> None:
        """Paint ground, title and the line that counts."""
        super().paintEvent(a0)
        painter = QPainter(self)
        c, px = Canvas(painter, self.look_of_now), self.look_of_now.px
        top = self.height() - self.foot
        c.line(PAD, top, self.width() - PAD, top, c.t.line)
        c.text(self.count_line, PAD, top, self.width(), self.foot - 4, px(CAPTION), 500, c.t.ink2)
        painter.end()

    # -- inside ---------------------------------------------------------------------------------------

    def _shown_findings(self, findings: Sequence[Finding], now: float) -> tuple[Finding, ...]:
        """Return what is found, and what was until just now."""
        for one in findings:
            self._seen[one.channel, one.name] = (one, now)
        self._seen = {key: (one, seen) for key, (one, seen) in self._seen.items() if now - seen <= STAYS}
        # in the order of the check where it still stands
        standing = {(one.channel, one.name) for one in findings}
        return (*findings, *(one for key, (one, _) in self._seen.items() if key not in standing))

    def _look_at_squeeze(self, rings: Rings | None, state: EngineState, plan: Plan | None) -> Squeezed:
        settings = state.settings
        if settings is None or rings is None:
            return Squeezed("asked")
        used = len(settings.channels) if plan is None else min(len(settings.channels), len(plan.muscles))
        key = (replace(settings, display=""), used)  # another display is the same signal
        if self._squeeze is None or self._squeezed_for != key:
            self._squeeze, self._squeezed_for = Squeeze(settings.rate, used), key
        first, shown = rings.display.latest(round((self._squeeze.seconds + 1) * settings.rate))
        return self._squeeze.look(first, np.asarray(shown[:, :used], np.float64))
