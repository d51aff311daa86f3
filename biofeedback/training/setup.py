"""An exercise as it was set up by commands: what to do, how much, against what. Checked as it is put together.

One rule: a value that no exercise can have is refused with a sentence when it is given, not when it is used.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace

from biofeedback.training.commands import (
    Block,
    Command,
    SetDose,
    SetExercise,
    SetMatch,
    SetOther,
    SetShaping,
    SetTarget,
    SetTest,
    SetWave,
)
from biofeedback.training.task import QUICK_HOLD, TWO, Task, can_be_followed

SetupCommand = SetDose | SetTest | SetShaping | SetOther | SetWave | SetMatch
LONGEST_NAME = 40
MOST_SETS = 20
HIGHEST = 150.0
"""Percent: the top of the scale, and of every line on it."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What was set up so far; `missing` says what an exercise of its kind still lacks."""

    exercise: SetExercise
    dose: SetDose | None = None
    test: SetTest | None = None
    shaping: SetShaping | None = None
    other: SetOther | None = None
    wave: SetWave | None = None
    match: SetMatch | None = None

    def __post_init__(self) -> None:
        name = self.exercise.plan
        if not name or len(name) > LONGEST_NAME or not name.replace("-", "").isalnum() or not name.isascii():
            raise ValueError(f"{name[:LONGEST_NAME]!r} is no name of a plan: letters, digits and hyphens only")
        if self.exercise.version < 0 or not 0 <= self.exercise.seed < 2**32:
            raise ValueError("a plan's version and seed are whole numbers from 0")

    def completed(self, command: SetupCommand) -> Setup:
        """Return the setup with `command` in it; raise ValueError when its values are impossible."""
        if isinstance(command, SetDose):
            _check_dose(command)
            return replace(self, dose=command)
        if isinstance(command, SetTest):
            _within("repetitions of the test", command.repetitions, 0, 20)
            _within("work of the test in seconds", command.work, 0.5, 120)
            _within("rest of the test in seconds", command.rest, 0.5, 600)
            return replace(self, test=command)
        if isinstance(command, SetShaping):
            _check_range("the range of the target", command.lowest, command.highest)
            _within("the first target", command.first, command.lowest, command.highest)
            return replace(self, shaping=command)
        if isinstance(command, SetOther):
            _within("the other muscle's line in percent", command.ceiling, 1, HIGHEST)
            lowest = command.ceiling if command.lowest is None else command.lowest
            _within("the other muscle's lowest line", lowest, 1, command.ceiling)
            return replace(self, other=command)
        if isinstance(command, SetWave):
            _within("the wave's frequency in hertz", command.frequency, 0.01, 2)
            _check_range("the wave", command.low, command.high)
            if not can_be_followed(command.low, command.high):
                raise ValueError(f"a wave from {command.low:g} to {command.high:g} % is too narrow to be followed")
            return replace(self, wave=command)
        _within("the lower edge of alike", command.low, 10, 100)
        _within("the upper edge of alike", command.high, 100, 1000)
        return replace(self, match=command)

    @property
    def missing(self) -> str:
        """What the exercise lacks before it can begin, in words; empty when it is complete."""
        kind = self.exercise.kind
        lacks = [
            (self.dose is None, "its work and rest"),
            (kind == "track" and self.wave is None, "a line to follow"),
            (kind == "isolate" and self.other is None, "the other muscle's line"),
        ]
        return " and ".join(words for is_missing, words in lacks if is_missing)

    @property
    def needs_two(self) -> bool:
        """Whether the other muscle's value decides too."""
        return self.exercise.kind in TWO or self.other is not None

    @property
    def commands(self) -> list[Command]:
        """The commands that give this setup."""
        return [command for field in fields(self) if (command := getattr(self, field.name)) is not None]

    def first_target(self, target: SetTarget) -> SetTarget:
        """Return what the first set is held against where `target` was set: shaping begins at its own height."""
        if self.shaping is None:
            return target
        low = self.shaping.first
        return replace(target, low=low, high=None if target.high is None else low + (target.high - target.low))

    def task(self, block: Block, target: SetTarget, ceiling: float | None) -> Task:
        """Return what one repetition of a block asks for."""
        dose = self._dose
        work = dose.work if block == "set" or self.test is None else self.test.work
        return Task(self.exercise.kind, target.low, target.high, work, ceiling, self.wave, self.match)

    def repetitions(self, block: Block) -> int:
        """Return how many repetitions a block has."""
        if block == "set":
            return self._dose.repetitions
        return self.test.repetitions if self.test else 0

    def rest(self, block: Block, set_number: int, number: int) -> float:
        """Return the rest in seconds after repetition `number`: random from the stored seed where the dose says so.

        From SHA-256 rather than a random generator, whose numbers are not promised to stay the same.
        """
        dose = self._dose
        low = dose.rest if block == "set" or self.test is None else self.test.rest
        if dose.longest_rest is None:
            return low
        text = f"{self.exercise.seed} {block} {set_number} {number}"
        part = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
        return round(low + part * (dose.longest_rest - low), 2)

    @property
    def hold_seconds(self) -> float:
        """Seconds that a repetition is to be held, or lasts where nothing is held."""
        return QUICK_HOLD if self.exercise.kind == "quick" else self._dose.work

    @property
    def n_sets(self) -> int:
        """Sets as prescribed."""
        return self._dose.sets

    @property
    def pause(self) -> float:
        """Seconds between blocks."""
        return self._dose.pause

    @property
    def surprising(self) -> bool:
        """Whether rests are random, so that no countdown may tell when the next prompt comes (F8)."""
        return self.dose is not None and self.dose.longest_rest is not None

    @property
    def _dose(self) -> SetDose:
        if self.dose is None:
            raise ValueError("the exercise lacks its work and rest")
        return self.dose


def _check_dose(dose: SetDose) -> None:
    _within("work in seconds", dose.work, 0.5, 600)
    _within("rest in seconds", dose.rest, 0.5, 600)
    _within("repetitions", dose.repetitions, 1, 100)
    _within("sets", dose.sets, 1, MOST_SETS)
    _within("the pause between sets in seconds", dose.pause, 0, 1800)
    if dose.longest_rest is not None:
        _within("the longest rest in seconds", dose.longest_rest, dose.rest, 600)


def _check_range(what: str, low: float, high: float) -> None:
    if not 0 < low < high <= HIGHEST:
        raise ValueError(f"{what} cannot be {low:g} to {high:g} percent: it lies above 0 and up to {HIGHEST:g}")


def _within(what: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{what} cannot be {value:g}: {low:g} to {high:g}")
