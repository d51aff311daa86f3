"""When the window looks at the engine, and what it then sees: a wake for new data, a timer for what only time changes.

A look is taken at most once in 12 ms; four times a second everything is shown, silence too. The delay from a block's
arrival to its being painted is measured here, and a sentence of trouble is kept for as long as it is shown.
One rule: it looks and tells; what is seen it does not change.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QObject, QTimer

from biofeedback.ui.controls import Station
from biofeedback.ui.guide import Guide
from biofeedback.ui.instant import Moment
from biofeedback.ui.moment import moment
from biofeedback.ui.page import Glance
from biofeedback.ui.phrase import said
from biofeedback.ui.readings import readings
from biofeedback.ui.train.history import History

SHORTEST_LOOK = 0.012
"""Seconds between two paintings: faster than any screen shows."""
SLOW_LOOK = 250
"""Milliseconds between looks at what only time changes."""
NOTICE_SHOWN = 6.0
"""Seconds that a sentence of trouble stays."""
PAINTS = 50
"""Paintings over which the measured delay is a median."""


class Watch(QObject):
    """`moves` is told each look, `everything` the slow ones and those at which the word of the moment changes."""

    def __init__(
        self,
        station: Station,
        guide: Guide,
        history: History,
        clock: Callable[[], float],
        *,
        moves: Callable[[Glance], None],
        everything: Callable[[Glance], None],
    ) -> None:
        super().__init__(guide)
        self._station, self._guide, self._history, self._clock = station, guide, history, clock
        self._moves, self._everything = moves, everything
        self._notice, self._notice_until = "", 0.0
        self._delays: deque[float] = deque(maxlen=PAINTS)
        self._timed_arrival = 0.0
        self._last_look = 0.0
        self._last_slow: tuple[float, Moment | None] = (0.0, None)
        self._late, self._slow = QTimer(self), QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self.look)
        self._slow.setInterval(SLOW_LOOK)
        self._slow.timeout.connect(self.look_slowly)

    def start(self) -> None:
        """Begin to look although nothing comes."""
        self._slow.start()
        self.look_slowly()

    def stop(self) -> None:
        """Look no more."""
        self._slow.stop()
        self._late.stop()

    # -- looking --------------------------------------------------------------------------------------

    def look(self) -> None:
        """Read the latest state and tell what moves; and the rest where it says something new."""
        glance = self._glance()
        self._moves(glance)
        since, before = self._last_slow
        now = glance.moment
        same = before is not None and (before.word, before.silent_for is None) == (now.word, now.silent_for is None)
        if not same or glance.now - since >= 0.9 * SLOW_LOOK / 1000:
            self._last_slow = (glance.now, now)
            state = glance.state
            if state.message and state.phase == "streaming":
                self.notify(state.message)
            self._everything(glance)

    def look_slowly(self) -> None:
        """Look although nothing came: silence itself must be seen."""
        self._last_slow = (0.0, None)
        self.look()

    def look_soon(self) -> None:
        """Look now, or as soon as the last look is long enough ago."""
        left = self._last_look + SHORTEST_LOOK - self._clock()
        if left <= 0:
            self.look()
        elif not self._late.isActive():
            self._late.start(max(1, round(1000 * left)))

    def _glance(self) -> Glance:
        self._last_look = self._clock()
        state = self._station.engine.state
        if state.update:
            self._history.follow(state.update.end_index, state.update.practice)
        now = moment(state, self._last_look, paced=self._station.paced, plan=self._guide.today.plan)
        silent = now.silent_for is not None
        if (sentence := self._guide.mains.sentence) and not silent:
            now = replace(now, hint=said(sentence))
        return Glance(state, now, readings(state, silent=silent), silent, self._last_look)

    # -- what is measured and said --------------------------------------------------------------------

    def painted(self) -> None:
        """Note that the newest data was painted just now."""
        state = self._station.engine.state
        if state.phase == "streaming" and state.last_arrival > self._timed_arrival:
            self._timed_arrival = state.last_arrival
            self._delays.append(max(0.0, self._clock() - state.last_arrival))

    @property
    def painted_after(self) -> float | None:
        """Median seconds from the arrival of a block to its being painted; None before the first."""
        return statistics.median(self._delays) if self._delays else None

    def forget_delays(self) -> None:
        """Measure anew: another board."""
        self._delays.clear()

    @property
    def notice(self) -> str:
        """The sentence of trouble that is to be shown now; empty for none."""
        return self._notice if self._last_look < self._notice_until else ""

    def notify(self, sentence: str) -> None:
        """Show a sentence of trouble for some seconds."""
        self._notice, self._notice_until = sentence, self._clock() + NOTICE_SHOWN
