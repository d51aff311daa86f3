"""What the window has seen of this run: how each hold went, and the marks.

It follows the totals of `PracticeState`, so it may be told late and still counts right.
One rule: a new run begins a new history.
"""

from __future__ import annotations

from typing import Literal

from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.train.exercise_lines import running

Outcome = Literal["reached", "below", "now"]
SHOWN = 10
"""Holds shown as dots, the newest last."""


class History:
    """Follows one run of free practice."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.outcomes: list[Outcome] = []
        self.marks: list[float] = []
        """Seconds since the run's first scan, of each mark."""
        self._n_started = 0
        self._index = 0

    def follow(self, end_index: int, practice: PracticeState) -> None:
        """Take note of where practice stands after scan `end_index` of the run."""
        if end_index < self._index or practice.n_started < self._n_started:
            self._begin()
        self._index = end_index
        new = practice.n_started - self._n_started
        holding = practice.holding and running(practice) is None  # an exercise's holds are its own
        if self.outcomes and self.outcomes[-1] == "now" and (new or not holding):
            self.outcomes[-1] = "below"
        self.outcomes += ["below"] * new
        if holding and self.outcomes:
            self.outcomes[-1] = "reached" if practice.reached else "now"
        for place in range(len(self.outcomes) - 1, -1, -1):
            missing = practice.n_reached - self.outcomes.count("reached")
            if missing <= 0:
                break
            if self.outcomes[place] == "below":
                self.outcomes[place] = "reached"
        self._n_started = practice.n_started

    def mark(self, seconds: float) -> int:
        """Note a mark at `seconds` of the run; return its number, from 1."""
        self.marks.append(seconds)
        return len(self.marks)
