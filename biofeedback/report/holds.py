"""Where in a recording its target was held: holds of free practice, and those within the repetitions of an exercise.

Made of what the replay computed: its events say when practice and work phases were, F5 what a hold in them is.
One rule: a hold here is a hold there; only its end is moved back to where the band was last kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from biofeedback.training.commands import Command, Kind, SetExercise
from biofeedback.training.events import BlockResult, Prompt, Repetition, TrainingEvent
from biofeedback.training.hold import DIP, HoldEvent, HoldTracker
from biofeedback.training.plan import HELD
from biofeedback.training.practice_state import PracticeState


def holds(
    bar: NDArray[np.float32],
    rate: float,
    commands: Sequence[tuple[int, Command]],
    events: Sequence[TrainingEvent],
    state: PracticeState,
) -> Iterator[tuple[int, int]]:
    """Yield (first scan, past the last) of each hold (F5), at least a scan long.

    `bar`: the trained channel's bar from the recording's first scan to its last, (n_scans,), NaN where it has no value;
    `commands`, `events` and the last `state` as computed.
    """
    for first, stop in (*_free(rate, events, state, len(bar)), *_guided(bar, rate, commands, events, state)):
        if stop > first:
            yield first, stop


def _free(
    rate: float, events: Sequence[TrainingEvent], state: PracticeState, n_scans: int
) -> Iterator[tuple[int, int]]:
    """Yield the holds that free practice saw begin and end, without the dip at their end."""
    longest_dip = round(DIP * rate)
    begun: int | None = None
    for event in events:
        if isinstance(event, HoldEvent) and event.what == "started":
            begun = event.index
        elif isinstance(event, HoldEvent) and event.what == "ended" and begun is not None:
            yield begun, event.index - longest_dip
            begun = None
    if begun is not None:
        yield begun, n_scans - (0 if state.above else longest_dip)


def _guided(
    bar: NDArray[np.float32],
    rate: float,
    commands: Sequence[tuple[int, Command]],
    events: Sequence[TrainingEvent],
    state: PracticeState,
) -> Iterator[tuple[int, int]]:
    """Yield the holds within work phases, followed once more against the target of their block."""
    longest_dip = round(DIP * rate)
    for first, stop, low, high in _works(commands, events, state, len(bar)):
        tracker = HoldTracker(rate, low, high, (stop - first) / rate)
        begun = first
        for event in tracker.process(first, bar[first:stop].astype(np.float64)):
            if event.what == "started":
                begun = event.index
            elif event.what == "ended":
                yield begun, event.index - longest_dip
        if tracker.running:
            yield begun, stop - (0 if tracker.above else longest_dip)


def _works(
    commands: Sequence[tuple[int, Command]], events: Sequence[TrainingEvent], state: PracticeState, n_scans: int
) -> Iterator[tuple[int, int, float, float | None]]:
    """Yield (first scan, past the last, low, high in percent) of each work phase in which a target was to be held.

    The target is that of the block's result; a block that was left without one and is not the last is left out.
    """
    kinds: list[tuple[int, Kind]] = [(index, c.kind) for index, c in commands if isinstance(c, SetExercise)]
    works: list[tuple[int, int]] = []
    working: int | None = None
    for event in events:
        if working is not None and isinstance(event, Prompt | Repetition):
            works.append((working, event.index))
            working = None
        if isinstance(event, Prompt) and event.phase == "sample":
            works = []
        elif isinstance(event, Prompt) and event.phase == "work":
            kind = next((kind for index, kind in reversed(kinds) if index <= event.index), None)
            working = event.index if kind in HELD else None
        elif isinstance(event, BlockResult):
            if event.low is not None:
                yield from ((first, stop, event.low, event.high) for first, stop in works)
            works = []
    if working is not None:
        works.append((working, n_scans))
    if state.exercise:  # the block in which the recording ended
        target = state.exercise.target
        yield from ((first, stop, target.low, target.high) for first, stop in works)


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return (first, past the last) of every stretch that is true."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return list(zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True))
