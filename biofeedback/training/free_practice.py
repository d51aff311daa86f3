"""Free practice: holds against the target, one after the other, and their counts.

One rule: who still pushes from something else has not begun a hold; it must be seen to begin.
"""

from __future__ import annotations

from collections.abc import Iterable

from biofeedback.emg.envelope import Floats
from biofeedback.training.commands import SetTarget
from biofeedback.training.hold import HoldEvent, HoldTracker

FIRST_HOLD = 5.0
"""Seconds."""


class FreePractice:
    """Holds of one channel. All methods that end or begin a hold return what happened."""

    def __init__(self, rate: float, target: SetTarget) -> None:
        self._rate = rate
        self.hold_seconds = FIRST_HOLD
        self.n_reached = self.n_started = 0
        self._best = self._above = 0.0
        self.hold = HoldTracker(rate, target.low, target.high, self.hold_seconds)

    def restart(self, index: int, target: SetTarget, *, from_below: bool = False) -> list[HoldEvent]:
        """Go on against `target` from scan `index`."""
        ended = self.end(index)
        self.hold = HoldTracker(self._rate, target.low, target.high, self.hold_seconds, from_below=from_below)
        return ended

    def end(self, index: int) -> list[HoldEvent]:
        """End a hold that runs."""
        return self._counted(self.hold.end(index))

    def gap(self, index: int, n_scans: int) -> list[HoldEvent]:
        """Take note of missing scans."""
        return self._counted(self.hold.gap(index, n_scans))

    def process(self, first_index: int, activation: Floats) -> list[HoldEvent]:
        """Follow the trained channel's bar, (n_scans,)."""
        return self._counted(self.hold.process(first_index, activation))

    @property
    def best_hold(self) -> float:
        """Seconds on the clock of the best hold so far."""
        return max(self._best, self.hold.seconds)

    @property
    def time_above(self) -> float:
        """Seconds on the clocks of all holds."""
        return self._above + self.hold.seconds

    def _counted(self, events: Iterable[HoldEvent]) -> list[HoldEvent]:
        events = list(events)
        for event in events:
            self.n_started += event.what == "started"
            self.n_reached += event.what == "reached"
            if event.what == "ended":
                self._best = max(self._best, event.seconds)
                self._above += event.seconds
        return events
