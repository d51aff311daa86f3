"""What the ring shows during an exercise: the level or, beside two bars, the time held; and how much is done.

One rule: no Qt; nothing in it tells what a hidden bar hides.
"""

from __future__ import annotations

from dataclasses import dataclass

from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.practice_state import PracticeState
from biofeedback.training.task import HELD
from biofeedback.ui.instant import Moment
from biofeedback.ui.phrase import Phrase, said, say
from biofeedback.ui.readings import UNIT_SIGNS, Reading

NOTHING = said("")


@dataclass(frozen=True, slots=True)
class RingText:
    """A figure with its unit and what it is (`below`), then `label` and `value`, and the `fraction` 0–1 filled."""

    figure: str
    unit: str
    below: Phrase
    label: Phrase
    value: Phrase
    fraction: float


def exercise_ring(
    practice: PracticeState, exercise: ExerciseState, reading: Reading, moment: Moment, *, pair: bool
) -> RingText:
    """Return what the ring shows; `pair`: the levels stand above the bars, so the ring has the time."""
    held = exercise.setup.exercise.kind in HELD
    works = exercise.phase == "work" and not practice.paused
    if exercise.bar_hidden:
        label = say("Test") if exercise.block != "set" else say("Bar hidden")
        return RingText("–", "", say("hidden"), label, NOTHING, 0.0)
    whole = exercise.setup.hold_seconds
    done, fraction = (exercise.hold_clock, exercise.hold_fraction) if held else (exercise.phase_elapsed, 0.0)
    if not held and works and exercise.phase_seconds:
        fraction = min(1.0, exercise.phase_elapsed / exercise.phase_seconds)
    if not works:
        last = exercise.last if exercise.phase == "rest" and held else None
        done, fraction = (last.hold if last else 0.0), 0.0
    label = say("Hold") if held else say("Time")
    value = say("{now} of {all} s", now=f"{min(done, whole):.1f}", all=f"{whole:.1f}")
    if exercise.setup.exercise.kind == "quick":  # a time would tell when the tone comes
        label, value, fraction = say("As fast as you can"), NOTHING, exercise.hold_fraction if works else 0.0
    if pair and moment.uncounted:
        return RingText(f"{min(done, whole):.1f}", "s", say("not counted"), label, said(f"{whole:.1f} s"), fraction)
    if pair:
        words = say("both good") if moment.met else say("held") if held else say("done")
        return RingText(f"{min(done, whole):.1f}", "s", words, label, said(f"{whole:.1f} s"), fraction)
    figure, unit = reading.figure, UNIT_SIGNS[reading.unit] if reading.level is not None else ""
    below = say("not counted") if moment.uncounted else say("of today's best")
    return RingText(figure, unit, below, label, value, fraction)
