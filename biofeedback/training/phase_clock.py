"""Which phase of an exercise runs, since when and until when, on the sample index.

One rule: the end of a phase is a scan, known when it begins; standing still moves it, nothing else does.
"""

from __future__ import annotations

from biofeedback.training.events import Phase


class PhaseClock:
    """The phase at scan `index`; `end` is the scan that ends it, None when it has no end of its own."""

    def __init__(self, rate: float, index: int) -> None:
        self._rate = rate
        self.index = self.since = index
        self.phase: Phase = "waiting"
        self.seconds: float | None = None
        self.end: int | None = None

    def enter(self, phase: Phase, seconds: float | None) -> None:
        """Begin `phase` now, for `seconds` or until something else ends it."""
        self.phase, self.seconds, self.since = phase, seconds, self.index
        self.end = None if seconds is None else self.index + max(1, round(seconds * self._rate))

    def stand(self, n_scans: int) -> None:
        """Let `n_scans` pass that do not count."""
        self.index += n_scans
        if self.phase != "done":
            self.since += n_scans
            if self.end is not None:
                self.end += n_scans

    @property
    def is_over(self) -> bool:
        """Whether the phase has come to its end."""
        return self.index == self.end

    @property
    def elapsed(self) -> float:
        """Seconds since the phase began."""
        return (self.index - self.since) / self._rate

    @property
    def left(self) -> float:
        """Seconds until it ends; 0 when it has no end."""
        return 0.0 if self.end is None else (self.end - self.index) / self._rate
