"""The exercise of a plan as commands set it up, lead it and end it, with the notes that go with it.

One rule: what cannot be just now is refused with a sentence, and then nothing has changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.training.activation import Reference
from biofeedback.training.attempt import Codes
from biofeedback.training.block_run import Signal
from biofeedback.training.commands import (
    Answer,
    Begin,
    Command,
    Finish,
    Outcome,
    Rate,
    Repeat,
    SetDose,
    SetExercise,
    SetOther,
    SetTarget,
    ShowBar,
    Site,
    Skip,
)
from biofeedback.training.events import TrainingEvent
from biofeedback.training.exercise import Exercise
from biofeedback.training.notes import Notes
from biofeedback.training.setup import Setup, SetupCommand


class Guided:
    """Holds the exercise that was set up, the one that runs, and the notes."""

    def __init__(self, signal: Signal) -> None:
        self._signal = signal
        self._shown = True
        self.setup: Setup | None = None
        self.exercise: Exercise | None = None
        """The exercise that runs or was done last."""
        self.notes = Notes()

    # -- what can be seen --------------------------------------------------------------------------------

    @property
    def running(self) -> Exercise | None:
        """The exercise under way, if one is."""
        return self.exercise if self.exercise and self.exercise.ended_at is None else None

    @property
    def in_force(self) -> list[Command]:
        """The commands that bring a fresh run to where this one stands."""
        commands: list[Command] = [] if self._shown else [ShowBar(shown=False)]
        running = self.running
        if running is None:
            return commands + (self.setup.commands if self.setup else [])
        # sets that were added are to come again
        commands += [
            replace(command, sets=running.n_sets) if isinstance(command, SetDose) else command
            for command in running.setup.commands
        ]
        if running.position is None:
            return commands
        commands.append(running.position)
        target, ceiling = running.next_target, running.next_ceiling
        if target != running.target:
            commands.append(SetTarget(target.low, target.high, reason="in force"))
        if ceiling is not None and ceiling != running.ceiling:
            commands.append(SetOther(ceiling, reason="in force"))
        return commands

    # -- commands ----------------------------------------------------------------------------------------

    def set_up(self, command: SetExercise | SetupCommand) -> None:
        """Take a part of the setup; once an exercise has begun, only its other muscle's line may move, set by set."""
        if isinstance(command, SetOther) and self.exercise and self.exercise.setup is self.setup and self.setup.other:
            self.setup.completed(command)
            self.exercise.next_ceiling = command.ceiling
        elif self.running:
            raise ValueError("an exercise is under way: finish it before another is set up")
        elif isinstance(command, SetExercise):
            self.setup = Setup(command)
        elif self.setup is None:
            raise ValueError("there is no exercise to set up: choose a plan first")
        else:
            self.setup = self.setup.completed(command)

    def begin(
        self, index: int, command: Begin, references: Sequence[Reference | None], target: SetTarget
    ) -> list[TrainingEvent]:
        """Begin the exercise that was set up, before scan `index`."""
        if self.setup is None:
            raise ValueError("there is no exercise to begin: choose a plan first")
        if self.running:
            raise ValueError("an exercise is under way: finish it before another begins")
        needed = 2 if self.setup.needs_two else 1
        if len(references) < needed:
            raise ValueError(f"this exercise needs {needed} muscles, and the board sends {len(references)}")
        if None in references[:needed]:
            raise ValueError(f"percent of what? Calibrate channel {references.index(None) + 1} before it begins")
        exercise = Exercise(self.setup, self._signal, tuple(references), target, command, index)
        exercise.rate(self.notes.ratings)
        exercise.shown = self._shown
        self.exercise = exercise
        return exercise.begin()

    def lead(self, command: Skip | Repeat | Finish) -> list[TrainingEvent]:
        """Lead the exercise."""
        if self.exercise is None:
            raise ValueError("there is no exercise under way")
        if isinstance(command, Skip):
            return self.exercise.skip()
        return self.exercise.repeat() if isinstance(command, Repeat) else self.exercise.finish()

    def stand_or_go(self, *, paused: bool) -> list[TrainingEvent]:
        """Pause or resume."""
        if self.exercise is None:
            return []
        return self.exercise.pause() if paused else self.exercise.resume()

    def show(self, *, shown: bool) -> None:
        """Show or hide the bar."""
        self._shown = shown
        if self.exercise:
            self.exercise.shown = shown

    def note(self, command: Rate | Answer | Outcome | Site) -> list[TrainingEvent]:
        """Take a note; pain that is worse makes stopping worth offering."""
        self.notes.take(command)
        if not isinstance(command, Rate) or self.exercise is None:
            return []
        self.exercise.rate(self.notes.ratings)
        worse = command.what == "pain" and self.notes.pain_is_worse
        return self.exercise.offer("stop: pain") if worse and self.running else []

    # -- the signal --------------------------------------------------------------------------------------

    def stand(self, n_scans: int) -> None:
        """Let `n_scans` pass in which the exercise stands still, as during a calibration."""
        if self.exercise:
            self.exercise.stand(n_scans)

    def gap(self, n_scans: int) -> list[TrainingEvent]:
        """Take note of missing scans."""
        return self.exercise.gap(n_scans) if self.exercise else []

    def process(self, first_index: int, bar: Floats, codes: Codes, x: Integers) -> list[TrainingEvent]:
        """Take the next scans, as `Exercise.process` does."""
        return self.exercise.process(first_index, bar, codes, x) if self.exercise else []
