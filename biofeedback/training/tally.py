"""What came of the repetitions of one block so far, and what that gives reason to offer.

One rule: each thing is offered at most once a block, and nothing is done by itself.
"""

from __future__ import annotations

from biofeedback.training.attempt import Outcome
from biofeedback.training.commands import Block, SetTarget
from biofeedback.training.events import BlockResult, OfferKind, Result

MISSES = 3
"""Misses in a row after a success that make an easier target worth offering."""
BEATEN = 2
"""Repetitions that beat today's best before it is worth measuring again."""


class Tally:
    """The counts of one block."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self._misses = self._n_beaten = 0
        self._offered: set[OfferKind] = set()

    def take(self, outcome: Outcome) -> OfferKind | None:
        """Count a repetition; return what it gives reason to offer."""
        self.results.append(outcome.result)
        self._n_beaten += outcome.beat_best
        if outcome.result != "excluded":
            self._misses = 0 if outcome.result == "reached" else self._misses + 1
        offer: OfferKind | None = None
        if self._misses >= MISSES and "reached" in self.results:
            offer = "easier: three misses"
        elif self._n_beaten >= BEATEN:
            offer = "measure again"
        if offer is None or offer in self._offered:
            return None
        self._offered.add(offer)
        return offer

    def result(self, index: int, block: Block, set_number: int, target: SetTarget | None) -> BlockResult:
        """Return the block's counts as it ends at scan `index`; `target` None where there is no level."""
        excluded, reached = self.results.count("excluded"), self.results.count("reached")
        prompted = len(self.results)
        low, high = (target.low, target.high) if target else (None, None)
        return BlockResult(index, block, set_number, prompted, prompted - excluded, reached, low, high)
