"""States of the engine in an exercise, made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine_state import EngineState
from biofeedback.training.commands import Block, SetExercise, SetTarget
from biofeedback.training.events import Repetition, Result
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.plan_file import find_plan
from biofeedback.training.practice_state import PracticeState
from biofeedback.training.setup import Setup
from tests.ui.states import REFERENCE, recording, state

NAMES = ("vastus medialis", "biceps femoris")


def setup_of(plan: str) -> tuple[Setup, SetTarget]:
    """The setup that a shipped plan's commands give, and its target."""
    made, target = None, SetTarget(40.0)
    for command in find_plan(plan).commands(1, n_channels=2):
        if isinstance(command, SetExercise):
            made = Setup(command)
        elif isinstance(command, SetTarget):
            target = command
        elif made:
            made = made.completed(command)  # type: ignore[arg-type] # a plan's other commands are parts of a setup
    assert made is not None
    return made, target


def exercise(plan: str = "quad-set", *, block: Block = "set", **changes: Any) -> ExerciseState:
    """The fifth repetition of a set in its second second."""
    setup, target = setup_of(plan)
    outcomes: tuple[Result, ...] = ("reached", "reached", "missed", "excluded")
    given: dict[str, Any] = {
        "setup": setup, "phase": "work", "block": block, "set_number": 1, "n_sets": setup.n_sets, "repetition": 5,
        "n_repetitions": setup.repetitions(block), "phase_elapsed": 2.0,
        "phase_seconds": setup.task(block, target, 40.0).longest, "target": target, "next_target": target,
        "first_target": target.low, "ceiling": setup.other.ceiling if setup.other else None,
        "bar_hidden": block != "set", "holding": False, "above": False, "hold_clock": 0.0, "hold_fraction": 0.0,
        "outcomes": outcomes, "blocks": (), "last": Repetition(0, block, 1, 4, "reached", "", 5.0, 45.0),
        "offer": None, "rest_changed": False, "seconds_left": 312.0, **changes,
    }  # fmt: skip
    given.setdefault("next_ceiling", given["ceiling"])
    return ExerciseState(**given)


def at(shown: ExerciseState, *, level: tuple[float | None, ...] = (27.0,), end_index: int = 20_000,
       by_hand: bool = False, **practice: Any) -> EngineState:  # fmt: skip
    """A state of the engine in that exercise."""
    given = {
        "exercise": shown, "setup": shown.setup, "target": shown.target, "level": level,
        "references": (REFERENCE,) * len(level), "hold_seconds": shown.setup.hold_seconds, "holding": shown.holding,
        "hold_clock": shown.hold_clock, "hold_fraction": shown.hold_fraction, **practice,
    }  # fmt: skip
    made = state(end_index=end_index, **given)
    assert made.settings is not None
    channels = tuple(ChannelSettings(name, "left") for name in NAMES[: len(level)])
    return replace(made, settings=replace(made.settings, channels=channels), by_hand=by_hand, recording=recording())


def practice_of(shown: EngineState) -> PracticeState:
    """The training's part of a state."""
    assert shown.update is not None
    return shown.update.practice
