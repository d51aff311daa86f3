"""The lines that can be moved: the trained muscle's target and, where it has one, the other muscle's ceiling.

Within an exercise a moved line holds from the next set on. What a plan fixes (the range of alike, the line to follow)
cannot be moved, and it is said why.
One rule: no Qt; a move is a command with its values, and one that cannot be is none at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from biofeedback.training.commands import SetMatch, SetOther, SetTarget
from biofeedback.training.practice_state import PracticeState
from biofeedback.training.setup import Setup
from biofeedback.ui.phrase import Phrase, said, say
from biofeedback.ui.readings import UNIT_SIGNS, target_step
from biofeedback.ui.train.exercise_lines import running
from biofeedback.ui.train.exercise_moment import waits_to_begin

LOWEST_TARGET = 5.0
HIGHEST_TARGET = 150.0
"""Percent: the top of the scale."""
HIGHEST_LEVEL = 1e5
"""µV or counts, as training takes them."""
Line = Literal["trained", "other"]
"""Whose line: the trained muscle's (channel 0) or the other one's (channel 1)."""
TARGET, NOTHING, NO_SIGNAL = say("Target"), say("–"), say("There is no signal yet")


@dataclass(frozen=True, slots=True)
class TargetText:
    """What the target's box says: a `caption`, the `value`, why (`tip`), and what can be done."""

    caption: Phrase = TARGET
    value: Phrase = NOTHING
    tip: Phrase = NO_SIGNAL
    lower: bool = False
    """Whether the line can be lowered."""
    higher: bool = False
    other: str = ""
    """Name of the muscle that the other line belongs to; empty where there is one line only."""


def two_lines(practice: PracticeState | None) -> bool:
    """Return whether the other muscle has a line that can be moved as well."""
    setup = _edited(practice)
    return setup is not None and setup.other is not None


def moved(practice: PracticeState, line: Line, *, up: bool) -> SetTarget | SetOther | None:
    """Return the command that moves `line` one step; None where it is fixed, or as far as it goes."""
    if practice.calibration or is_fixed(practice):
        return None
    if line == "other":
        return _moved_ceiling(practice, up=up)
    exercise = running(practice)
    target = exercise.next_target if exercise else practice.target
    unit = "percent" if exercise else practice.unit
    width = 0.0 if target.high is None else target.high - target.low
    top = HIGHEST_TARGET if unit == "percent" else HIGHEST_LEVEL
    low = _step(target.low, target_step(unit, target.low), LOWEST_TARGET, top - width, up=up)
    if low is None:
        return None
    return SetTarget(low, None if target.high is None else low + width, unit)


def is_fixed(practice: PracticeState) -> bool:
    """Return whether the plan fixes what is to be reached."""
    setup = _edited(practice)
    return setup is not None and setup.exercise.kind in ("track", "match")


def target_text(practice: PracticeState | None, line: Line, names: Sequence[str]) -> TargetText:
    """Return what the box says of `line`; `names` are the channels'."""
    if practice is None:
        return TargetText()
    if practice.calibration:
        return TargetText(tip=say("A calibration has no target: it finds out what 100 % is"))
    setup = _edited(practice)
    if setup is not None and is_fixed(practice):
        return _fixed(setup)
    lower, higher = (moved(practice, line, up=up) is not None for up in (False, True))
    if setup is None or setup.other is None or len(names) < 2:
        value, later = _target_words(practice)
        caption = say("Next set") if later else TARGET
        tip = say("{value} from the next set on: ↓ and ↑ move it", value=value)
        if not later:
            tip = say("Target {value}: ↓ and ↑ move it", value=value)
        if running(practice) and not later:
            tip = say("Target {value}: ↓ and ↑ move it from the next set on", value=value)
        return TargetText(caption, _marked(value, later=later), tip, lower, higher)
    own, other = short_names(names)
    if line == "other":
        now, following = _ceilings(practice, setup.other)
        value, later = say("≤ {value} %", value=f"{following:g}"), following != now
        tip = say("{muscle} stays below {value} %: ↓ and ↑ move its line, O goes back to the target of {other}",
                  muscle=other, value=f"{following:g}", other=own)  # fmt: skip
        return TargetText(said(other), _marked(value, later=later), tip, lower, higher, own)
    value, later = _target_words(practice)
    tip = say("{muscle}, target {value}: ↓ and ↑ move it, O goes to the line of {other}", muscle=own, value=value,
              other=other)  # fmt: skip
    return TargetText(said(own), _marked(value, later=later), tip, lower, higher, other)


def short_names(names: Sequence[str]) -> tuple[str, str]:
    """Return the first two names without their sides, unless nothing else tells them apart."""
    first, second = (name.partition(",")[0].strip() for name in names[:2])
    return (names[0], names[1]) if first == second else (first, second)


def _edited(practice: PracticeState | None) -> Setup | None:
    """Return the setup whose lines are moved: that of the exercise under way, or of the one that waits."""
    if practice is None:
        return None
    if exercise := running(practice):
        return exercise.setup
    return practice.setup if waits_to_begin(practice) else None


def _ceilings(practice: PracticeState, other: SetOther) -> tuple[float, float]:
    """Return the other muscle's line now and from the next set on."""
    exercise = running(practice)
    if exercise is None or exercise.ceiling is None:
        return other.ceiling, other.ceiling
    following = exercise.ceiling if exercise.next_ceiling is None else exercise.next_ceiling
    return exercise.ceiling, following


def _moved_ceiling(practice: PracticeState, *, up: bool) -> SetOther | None:
    setup = _edited(practice)
    if setup is None or setup.other is None:
        return None
    _, ceiling = _ceilings(practice, setup.other)
    level = _step(ceiling, target_step("percent", ceiling), LOWEST_TARGET, HIGHEST_TARGET, up=up)
    if level is None:
        return None
    lowest = setup.other.lowest
    return SetOther(level, None if lowest is None else min(lowest, level))


def _step(value: float, step: float, lowest: float, highest: float, *, up: bool) -> float | None:
    """Return `value` one step further within the limits; None where that is no step in the direction asked for."""
    following = min(max(value + (step if up else -step), lowest), highest)
    return following if (following > value if up else following < value) else None


def _fixed(setup: Setup) -> TargetText:
    caption = say("Fixed by the plan")
    if setup.wave is not None:
        value = say("{low}–{high} %", low=f"{setup.wave.low:g}", high=f"{setup.wave.high:g}")
        return TargetText(caption, value, say("The line to follow is the plan's: it stays from {value}", value=value))
    match = setup.match or SetMatch()
    value = say("{low}–{high} %", low=f"{match.low:g}", high=f"{match.high:g}")
    return TargetText(caption, value, say("How alike both muscles are to be is the plan's: {value}", value=value))


def _target_words(practice: PracticeState) -> tuple[Phrase, bool]:
    """Return the trained muscle's target as it will be, and whether it holds from the next set on only."""
    exercise = running(practice)
    target = exercise.next_target if exercise else practice.target
    later = exercise is not None and (target.low, target.high) != (exercise.target.low, exercise.target.high)
    ends = f"{target.low:g}" if target.high is None else f"{target.low:g}–{target.high:g}"
    return said(f"{ends} {UNIT_SIGNS['percent' if exercise else practice.unit]}"), later


def _marked(value: Phrase, *, later: bool) -> Phrase:
    return say("→ {value}", value=value) if later else value
