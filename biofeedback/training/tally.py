"""What came of the repetitions of one block so far, what that gives reason to offer, and what follows by F6.

One rule: each thing is offered at most once a block, and nothing is done by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from biofeedback.training.attempt import Outcome
from biofeedback.training.commands import Block, Rate, SetTarget
from biofeedback.training.events import BlockResult, OfferKind, Result, Shaping
from biofeedback.training.notes import pains_of_today
from biofeedback.training.setup import Setup
from biofeedback.training.shaping import shape

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


Lines = tuple[SetTarget, float | None]
"""Target, and ceiling of the other muscle."""


def shaping_after(block: BlockResult, setup: Setup, held: Lines, now: Lines, ratings: Sequence[Rate]) -> Shaping:
    """Return what F6 makes of a set done at the lines `held`. It is only said: the change takes a command.

    Where they are others `now`, a person has moved them during the set: that holds, and no rule takes it back.
    """
    limits, other = setup.shaping, setup.other
    (target, ceiling), (target_now, ceiling_now) = held, now
    pain = pains_of_today(ratings)
    effort = [rating.value for rating in ratings if rating.what == "effort"]
    shaped = shape(
        (target.low, target.high),
        limits.lowest if limits else None,
        limits.highest if limits else None,
        kind=setup.exercise.kind,
        reached=block.reached,
        scored=block.scored,
        pain=(pain[0], pain[-1]) if pain else (None, None),
        effort=effort[-1] if effort else None,
        ceiling=ceiling,
        ceiling_lowest=other.lowest if other else None,
        ceiling_highest=other.ceiling if other else None,
    )
    if (target.low, target.high, ceiling) != (target_now.low, target_now.high, ceiling_now):
        return Shaping(block.index, shaped.p, shaped.n, "by hand")
    return Shaping(block.index, shaped.p, shaped.n, shaped.rule, shaped.low, shaped.high, shaped.ceiling)
