"""What follows by rule from what happened: commands with their values, stored like any other.

One rule: a replay takes them from the recording; only the live path asks here.
"""

from __future__ import annotations

from biofeedback.training.calibration import CalibrationResult
from biofeedback.training.commands import Command, SetOther, SetTarget
from biofeedback.training.events import Shaping, TrainingEvent
from biofeedback.training.practice_state import PracticeState


def consequences(event: TrainingEvent, state: PracticeState) -> list[Command]:
    """Return the commands that `event` brings: a usable calibration is accepted, a shaped target is moved."""
    if isinstance(event, CalibrationResult):
        return [event.reference] if event.reference else []
    commands: list[Command] = []
    if isinstance(event, Shaping):
        reason = f"F6 {event.rule}"
        if event.low is not None:
            commands.append(SetTarget(event.low, event.high, reason=reason))
        if event.ceiling is not None and state.setup and state.setup.other:
            lowest = state.setup.other.lowest
            commands.append(SetOther(event.ceiling, None if lowest is None else min(lowest, event.ceiling), reason))
    return commands
