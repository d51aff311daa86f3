"""What can be seen of an exercise, and how long it still takes. Immutable; drawn and sounded by whoever likes.

One rule: where the next prompt may not be foreseen, no time is told.
"""

from __future__ import annotations

from dataclasses import dataclass

from biofeedback.training.commands import Block, SetTarget
from biofeedback.training.events import BlockResult, Offer, Phase, Repetition, Result
from biofeedback.training.setup import Setup

SAMPLE = 2.0
"""Seconds of rest looked at when a block begins."""
READY = 3.0
"""Seconds to get ready before the first repetition, and after a pause."""


@dataclass(frozen=True, slots=True)
class ExerciseState:
    """All that can be seen of an exercise after a block. Times in seconds, levels in percent."""

    setup: Setup
    phase: Phase
    block: Block
    set_number: int
    n_sets: int
    repetition: int
    n_repetitions: int
    phase_elapsed: float
    phase_seconds: float | None
    """Length of the phase; None where it must not be known (random rests) or has none."""
    target: SetTarget
    next_target: SetTarget
    """From the next block on."""
    first_target: float | None
    ceiling: float | None
    bar_hidden: bool
    holding: bool
    above: bool
    hold_clock: float
    hold_fraction: float
    outcomes: tuple[Result, ...]
    """Of the repetitions of this block so far."""
    blocks: tuple[BlockResult, ...]
    last: Repetition | None
    offer: Offer | None
    rest_changed: bool
    seconds_left: float
    """Of the whole exercise as planned from here, pauses included."""
    next_ceiling: float | None = None
    """The other muscle's line from the next block on."""


def block_seconds(setup: Setup, block: Block) -> float:
    """Return how long a block takes as planned, its rest sample included."""
    work, rest = _planned(setup, block)
    n = setup.repetitions(block)
    return SAMPLE + READY + n * work + max(0, n - 1) * rest


def rest_of_block(setup: Setup, block: Block, phase: Phase, n_after: int) -> float:
    """Return how long a block still takes after `phase`, with `n_after` repetitions after the one it belongs to."""
    work, rest = _planned(setup, block)
    after = n_after * (work + rest)
    if phase == "work":
        return after
    if phase == "rest":
        return max(0.0, after - rest)
    return after + work + (READY if phase == "sample" else 0.0)


def _planned(setup: Setup, block: Block) -> tuple[float, float]:
    """Return work and rest of one repetition in seconds; random rests at their mean."""
    dose, test = setup.dose, setup.test
    if dose is None:
        return 0.0, 0.0
    work, rest = (dose.work, dose.rest) if block == "set" or test is None else (test.work, test.rest)
    return work, (rest + max(rest, dose.longest_rest or rest)) / 2
