"""What the axes show beside the level while an exercise runs: where to be, lines, marks, and whether it is met.

One rule: no Qt and no samples; lines come from the exercise, `met` from the level that the large figure shows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from biofeedback.training.commands import SetTarget, SetWave
from biofeedback.training.coordination import IDLE_PERCENT
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.practice_state import PracticeState
from biofeedback.training.scoring import wave
from biofeedback.training.task import TRACKING
from biofeedback.ui.instant import Moment

_RATE = 1000.0
"""Hertz of the grid on which a line to follow is drawn."""


@dataclass(frozen=True, slots=True)
class Lines:
    """One channel's axis. Values on its unit; a `zone` without an upper end reaches to the top."""

    zone: tuple[float, float | None] | None = None
    """Where to be."""
    solid: tuple[float, ...] = ()
    """Lines drawn through bar and envelope, each with its value in a pill unless it `moves`."""
    moves: bool = False
    quiet_above: float | None = None
    """Hatched above: this muscle is to stay below."""
    first: float | None = None
    """The first target, as a thin mark."""
    coming: tuple[float, ...] = ()
    """The target from the next set on, where it will be another one."""
    counts: bool = True
    """Whether the lines count just now: else they are dimmed."""
    met: bool = False


def running(practice: PracticeState | None) -> ExerciseState | None:
    """Return the exercise under way, None in free practice and after the exercise."""
    exercise = practice.exercise if practice else None
    return exercise if exercise and exercise.phase not in ("waiting", "done") else None


def in_block(practice: PracticeState | None) -> bool:
    """Return whether a test or a set is under way, pauses between them left out."""
    exercise = running(practice)
    return exercise is not None and exercise.phase != "pause"


def in_test(exercise: ExerciseState) -> bool:
    """Return whether a hidden test is under way, of which nothing may be told."""
    return exercise.block != "set" and exercise.phase in ("sample", "ready", "work", "rest")


def is_pair(practice: PracticeState | None) -> bool:
    """Return whether two muscles are asked of: their bars stand side by side."""
    exercise = running(practice)
    return exercise is not None and exercise.setup.needs_two


def line_at(line: SetWave, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the line to follow in percent at `seconds` (n,) since the work phase began."""
    offsets = np.rint(seconds * _RATE).astype(np.int64)
    return wave(offsets, _RATE, line.frequency, line.low, line.high)


def exercise_lines(practice: PracticeState) -> tuple[Lines, Lines]:
    """Return what the axes of the trained muscle and of the other one show; `practice` must have an exercise."""
    exercise = practice.exercise
    if exercise is None:
        raise ValueError("there is no exercise, so it has no lines")
    kind, target = exercise.setup.exercise.kind, exercise.target
    works = exercise.phase == "work" and not practice.paused
    counts = works or exercise.phase == "ready"
    met, other_met = (False, False) if not works or exercise.bar_hidden else _met(practice, exercise)
    other = Lines(counts=counts)
    if exercise.ceiling is not None:
        following = exercise.next_ceiling
        coming = () if following is None or following == exercise.ceiling else (following,)
        other = Lines((0.0, exercise.ceiling), (exercise.ceiling,), quiet_above=exercise.ceiling, coming=coming,
                      counts=counts, met=other_met)  # fmt: skip
    if kind == "track" and exercise.setup.wave:
        if not works:
            return Lines(counts=False), other
        at = float(line_at(exercise.setup.wave, np.array([exercise.phase_elapsed]))[0])
        room = _room(exercise.setup.wave)
        return Lines((max(0.0, at - room), at + room), (at,), moves=True, met=met), other
    if kind == "match":
        if not works or exercise.bar_hidden:
            return Lines(counts=counts), Lines(counts=counts)
        return _alike(practice, exercise, met=met)
    zone = (0.0, target.low) if kind == "relax" else (target.low, target.high)
    solid, later = _ends(target), _ends(exercise.next_target)
    return Lines(
        zone, solid, first=exercise.first_target, coming=later if later != solid else (), counts=counts, met=met
    ), other


def shown_lines(practice: PracticeState | None, moment: Moment) -> tuple[Lines, Lines]:
    """Return what the axes of the first two channels show beside the level at `moment`, in an exercise or without."""
    if practice is None:
        return Lines(), Lines()
    if running(practice):
        lines = exercise_lines(practice)
        return standing(lines) if moment.uncounted else lines
    target = practice.target
    solid = () if practice.calibration else tuple(value for value in (target.low, target.high) if value)
    return Lines((target.low, target.high), solid, counts=moment.with_target, met=moment.met), Lines()


def standing(lines: tuple[Lines, Lines]) -> tuple[Lines, Lines]:
    """Return the lines as they are shown while nothing is counted: dimmed, and not met."""
    first, second = lines
    return replace(first, counts=False, met=False), replace(second, counts=False, met=False)


def _ends(target: SetTarget) -> tuple[float, ...]:
    return (target.low,) if target.high is None else (target.low, target.high)


def _room(line: SetWave) -> float:
    """Return how far from the line still succeeds on the whole, in points (F10's limit)."""
    return TRACKING * (line.high - line.low) / 2


def _met(practice: PracticeState, exercise: ExerciseState) -> tuple[bool, bool]:
    """Return whether the trained muscle is where it should be, and the other one."""
    kind, setup = exercise.setup.exercise.kind, exercise.setup
    level = practice.level[0]
    second = practice.level[1] if len(practice.level) > 1 else None
    other = exercise.ceiling is None or (second is not None and second <= exercise.ceiling)
    if kind == "relax":
        return level is not None and level <= exercise.target.low, other
    if kind == "track" and setup.wave and level is not None:
        at = float(line_at(setup.wave, np.array([exercise.phase_elapsed]))[0])
        return abs(level - at) <= _room(setup.wave), other
    if kind == "match":
        if level is None or second is None or max(level, second) < IDLE_PERCENT or second <= 0:
            return False, False
        low, high = _range(exercise)
        alike = low <= 100 * level / second <= high
        return alike, alike
    return exercise.holding or (kind == "quick" and exercise.above), other


def _range(exercise: ExerciseState) -> tuple[float, float]:
    match = exercise.setup.match
    return (match.low, match.high) if match else (80.0, 125.0)


def _alike(practice: PracticeState, exercise: ExerciseState, *, met: bool) -> tuple[Lines, Lines]:
    """Return where each bar has to be to match the other one where it is now."""
    low, high = (part / 100 for part in _range(exercise))
    a = practice.level[0]
    b = practice.level[1] if len(practice.level) > 1 else None
    first = None if b is None or b < IDLE_PERCENT / 2 else (low * b, high * b)
    second = None if a is None or a < IDLE_PERCENT / 2 else (a / high, a / low)
    return Lines(first, first or (), moves=True, met=met), Lines(second, second or (), moves=True, met=met)
