"""All that can be seen of the training after a block. Immutable; a newer one takes its place.

One rule: levels are on the unit of the bar, times in seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from biofeedback.training.activation import Reference
from biofeedback.training.bar import Unit
from biofeedback.training.calibration import CalibrationResult, CalibrationState
from biofeedback.training.commands import Command, SetTarget
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.setup import Setup


@dataclass(frozen=True, slots=True)
class PracticeState:
    """All that can be seen of the training after a block. Levels on the unit of the bar."""

    unit: Unit
    target: SetTarget
    hold_seconds: float
    references: tuple[Reference | None, ...]
    calibration: CalibrationState | None
    result: CalibrationResult | None
    holding: bool
    above: bool
    reached: bool
    hold_clock: float
    hold_fraction: float
    n_reached: int
    n_started: int
    best_hold: float
    time_above: float
    """Seconds on the clocks of all holds."""
    paused: bool
    level: tuple[float | None, ...]
    exercise: ExerciseState | None = None
    """The exercise that runs or was done last; None in free practice."""
    setup: Setup | None = None
    """The exercise that was set up."""
    notes: tuple[Command, ...] = ()
    """Answers, ratings, outcomes and sites as given, the newest of each."""
    crosstalk: float | None = None
    """Percent of the other muscle's reference that its sensor showed in the trained one's effort test (F11); what it
    shows below that may be the neighbour's."""
