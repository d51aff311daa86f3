"""Has the target been reached and held? Formula F5 of docs/training.md, scan by scan, in integers.

A hold starts when activation reaches the target, its clock runs while activation stays above 0.9 of it, stands still
in a dip below that, and a dip of more than 0.3 s ends it. It is done when the clock shows the hold time *and* the mean
since its start is at least the target. A band is entered and left with a tolerance of 5 % of its upper edge.
One rule: missing scans stop the clock; they are never above the target, and a gap of more than 0.1 s ends the hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from biofeedback.training.activation import STEPS

DIP = 0.3
"""Seconds below the keeping line that end a hold."""
KEEP = 0.9
"""Part of the target that keeps the clock running."""
BAND_TOLERANCE = 0.05
"""Part of a band's upper edge by which it may be left."""
LONGEST_GAP = 0.1
"""Seconds of missing signal that end a hold (F4)."""


@dataclass(frozen=True, slots=True)
class HoldEvent:
    """What became of a hold at scan `index`; `seconds` on its clock, mean activation in percent since its start."""

    index: int
    what: Literal["started", "reached", "ended"]
    seconds: float
    mean_percent: float


class HoldTracker:
    """Follows one channel's activation against one target."""

    def __init__(
        self, rate: float, low: float, high: float | None, seconds: float, *, from_below: bool = False
    ) -> None:
        """Hold `low` (up to `high`) for `seconds`; `from_below`: the first hold must be seen to begin."""
        self._rate = rate
        self._armed = not from_below
        self._start = round(low * STEPS)
        self._ceiling = None if high is None else round(high * STEPS)
        slack = 0 if high is None else round(BAND_TOLERANCE * high * STEPS)
        self._keep_low = round(KEEP * low * STEPS) if high is None else self._start - slack
        self._keep_high = None if self._ceiling is None else self._ceiling + slack
        self._needed = max(1, round(seconds * rate))
        self._longest_dip = round(DIP * rate)
        self._end()

    def _end(self) -> None:
        self.running = False
        self.reached = False
        self._clock = self._sum = self._scans = self._dip = 0

    @property
    def seconds(self) -> float:
        """What the clock of the running hold shows."""
        return self._clock / self._rate

    @property
    def fraction(self) -> float:
        """How much of the hold time is done, 0–1."""
        return min(1.0, self._clock / self._needed)

    @property
    def above(self) -> bool:
        """Whether the newest usable scan kept the clock running."""
        return self.running and self._dip == 0

    def gap(self, index: int, n_scans: int) -> list[HoldEvent]:
        """Take note of missing scans from `index` on."""
        return self.end(index) if n_scans > LONGEST_GAP * self._rate else []

    def end(self, index: int) -> list[HoldEvent]:
        """End a running hold (pause, new target, long gap)."""
        if not self.running:
            return []
        event = self._event(index, "ended")
        self._end()
        return [event]

    def process(self, first_index: int, activation: NDArray[np.float64]) -> list[HoldEvent]:
        """Follow `activation` in percent, shape (n_scans,); NaN (missing, settling, saturated) stops the clock."""
        usable = np.isfinite(activation)
        steps = np.rint(np.where(usable, activation, 0) * STEPS).astype(np.int64)
        if not self.running and not np.any(usable & (steps >= self._start)):
            self._armed |= bool(usable.any())
            return []
        events: list[HoldEvent] = []
        for offset, (good, value) in enumerate(zip(usable.tolist(), steps.tolist(), strict=True)):
            if good:
                self._scan(first_index + offset, value, events)
        return events

    def _scan(self, index: int, value: int, events: list[HoldEvent]) -> None:
        if not self.running:
            self._armed |= value < self._start
            if not self._armed or value < self._start or (self._ceiling is not None and value > self._ceiling):
                return
            self.running = True
            events.append(self._event(index, "started"))
        self._sum += value
        self._scans += 1
        if value >= self._keep_low and (self._keep_high is None or value <= self._keep_high):
            self._dip = 0
            self._clock += 1
        else:
            self._dip += 1
            if self._dip > self._longest_dip:
                events.append(self._event(index, "ended"))
                self._end()
                return
        if not self.reached and self._clock >= self._needed and self._mean_is_inside():
            self.reached = True
            events.append(self._event(index, "reached"))

    def _mean_is_inside(self) -> bool:
        below = self._sum < self._start * self._scans
        above = self._ceiling is not None and self._sum > self._ceiling * self._scans
        return not below and not above

    def _event(self, index: int, what: Literal["started", "reached", "ended"]) -> HoldEvent:
        mean = self._sum / self._scans / STEPS if self._scans else 0.0
        return HoldEvent(index, what, self.seconds, round(mean, 3))
