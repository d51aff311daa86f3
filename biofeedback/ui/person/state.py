"""What the person's screen shows of a state: the word, the bars, the ring, the dots; no keys, no name, no microvolts.

One rule: no Qt; what a hidden bar hides is not in here at all, and numbers without a meaning for the person neither.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from biofeedback.engine_state import EngineState
from biofeedback.training.calibration import CalibrationState
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.instant import Moment
from biofeedback.ui.phrase import Phrase, say
from biofeedback.ui.readings import UNIT_SIGNS, Reading, sentence
from biofeedback.ui.train.exercise_lines import Lines, exercise_lines, is_pair, running, standing
from biofeedback.ui.train.exercise_moment import is_over, waits_to_begin
from biofeedback.ui.train.exercise_ring import exercise_ring
from biofeedback.ui.train.exercise_side import Dot, dots

ENDED = ("failed", "ended", "stopped")
NOTHING = say("")
OVER = say("EXERCISE OVER")
"""As exercise_moment says it."""


@dataclass(frozen=True, slots=True)
class PersonBar:
    """One muscle's bar: its channel, its name ("" where there is only one), its lines, and how they are labelled."""

    channel: int
    name: str
    lines: Lines
    labelled: bool = True
    """Whether the target's number means something: percent does."""


@dataclass(frozen=True, slots=True)
class PersonRing:
    """A figure with its unit, or a sign in its place, what it is, and the `fraction` 0–1 filled."""

    figure: str = "–"
    unit: str = ""
    below: Phrase = NOTHING
    fraction: float = 0.0
    met: bool = False
    icon: str = ""


@dataclass(frozen=True, slots=True)
class PersonState:
    """All that the person's screen shows. `cover`: words over the bars in place of a level, None while it is shown."""

    moment: Moment
    bars: tuple[PersonBar, ...]
    ring: PersonRing
    cover: Phrase | None = None
    still: bool = False
    head: Phrase = NOTHING
    foot: Phrase = NOTHING
    dots: tuple[Dot, ...] = ()
    simulated: bool = False


def person_state(state: EngineState, moment: Moment, readings: tuple[Reading, ...]) -> PersonState:
    """Return what the person's screen shows of `state`; `moment` and `readings` as the main window has them."""
    practice = state.update.practice if state.update else None
    still = moment.silent_for is not None or practice is None
    words = person_moment(state, moment)
    if practice is None or not readings:
        empty = PersonBar(0, "", Lines(counts=False))
        return PersonState(words, (empty,), PersonRing(icon="unplugged"), cover=_ended_or_waiting(state), still=True,
                           simulated=state.simulated)  # fmt: skip
    head, foot, shown = _dots(practice, still=still)
    return PersonState(
        words, _bars(practice, moment, readings), _ring(practice, moment, readings, still=still),
        cover=_cover(state, practice, still=still), still=still, head=head, foot=foot, dots=shown,
        simulated=state.simulated,
    )  # fmt: skip


# -- words -----------------------------------------------------------------------------------------------------


def person_moment(state: EngineState, moment: Moment) -> Moment:
    """Return the moment in words that name no key and nothing that stands on the other screen only."""
    practice = state.update.practice if state.update else None
    if moment.silent_for is not None or practice is None:
        return _silent(state, moment)
    if practice.calibration:
        return moment
    trouble = _trouble(state)
    exercise = running(practice)
    if practice.paused:
        return replace(moment, hint=say("Nothing is scored meanwhile."))
    if exercise:
        return moment
    if practice.exercise and moment.word == OVER:
        reached, scored = _sums(practice.exercise)
        told = say("You reached {n} of {m}.", n=reached, m=scored) if scored else NOTHING
        return replace(moment, hint=told, spacious=True)
    if waits_to_begin(practice) and not practice.holding:
        return replace(moment, hint=trouble or say("It begins soon."))
    if moment.tone == "look" and moment.icon == "repeat":
        return replace(moment, hint=say("One more try is needed."), spacious=True)
    if not moment.spacious:  # a calibration's verdict
        care, good = say("The line may feel easy or hard."), say("Now you have your own 100 %.")
        return replace(moment, hint=care if moment.tone == "look" else good, spacious=True)
    if practice.holding:
        return moment
    if practice.references[0] is None:
        return replace(moment, hint=trouble or say("Tighten the muscle:\nthe bar rises"))
    return replace(moment, hint=trouble or say("Up to the line"))


def _silent(state: EngineState, moment: Moment) -> Moment:
    if state.phase in ENDED:
        return replace(moment, hint=NOTHING, spacious=True)
    if state.phase == "another board":
        return replace(moment, word=say("PLEASE WAIT"), icon="pause", tone="quiet",
                       hint=say("The other screen asks something."), spacious=True)  # fmt: skip
    if state.phase == "streaming" and state.update is None:
        return replace(moment, hint=NOTHING, spacious=True)
    kept = state.recording is not None and not state.recording.closed
    hint = say("It goes on by itself.")
    if kept:
        hint = say("Everything until now is saved.\nIt goes on by itself.")
    return replace(moment, word=say("WAITING"), hint=hint, spacious=True)


def _trouble(state: EngineState) -> Phrase | None:
    """Return what is wrong with the trained muscle's signal, without the fix: that stands on the other screen."""
    found = state.update.findings if state.update else ()
    worst = next((one for one in found if one.severity == "fix" and one.channel in (0, None)), None)
    return sentence(worst) if worst else None


def _sums(exercise: ExerciseState) -> tuple[int, int]:
    sets = [block for block in exercise.blocks if block.block == "set"]
    return sum(block.reached for block in sets), sum(block.scored for block in sets)


# -- bars ------------------------------------------------------------------------------------------------------


def _bars(practice: PracticeState, moment: Moment, readings: tuple[Reading, ...]) -> tuple[PersonBar, ...]:
    if practice.calibration:
        return (PersonBar(min(practice.calibration.channel, len(readings) - 1), "", Lines(counts=False)),)
    if not running(practice):
        target, labelled = practice.target, readings[0].unit == "percent"
        solid = tuple(value for value in (target.low, target.high) if value)
        lines = Lines((target.low, target.high), solid, counts=moment.with_target, met=moment.met)
        return (PersonBar(0, "", lines, labelled),)
    first, second = standing(exercise_lines(practice)) if moment.uncounted else exercise_lines(practice)
    if is_pair(practice) and len(readings) > 1:
        return PersonBar(0, readings[0].name, first), PersonBar(1, readings[1].name, second)
    return (PersonBar(0, "", first),)


def _cover(state: EngineState, practice: PracticeState, *, still: bool) -> Phrase | None:
    if still:
        return _ended_or_waiting(state)
    exercise = running(practice)
    if exercise is None or not exercise.bar_hidden or practice.calibration:
        return None
    return say("hidden") if exercise.block == "set" or exercise.phase == "pause" else say("hidden\nfor the test")


def _ended_or_waiting(state: EngineState) -> Phrase | None:
    return None if state.phase in ENDED else say("waiting for\nthe sensor")


# -- ring and dots ---------------------------------------------------------------------------------------------


def _ring(practice: PracticeState, moment: Moment, readings: tuple[Reading, ...], *, still: bool) -> PersonRing:
    if still:
        return PersonRing(icon="unplugged")
    step, exercise = practice.calibration, running(practice)
    if step:
        part = moment.progress or 0.0
        if step.step == "try":
            return PersonRing(icon="up", fraction=part)
        return PersonRing(icon="pause" if step.step != "ready" else "ring")
    first = readings[0]
    if exercise:
        pair = is_pair(practice) and len(readings) > 1
        shown = exercise_ring(practice, exercise, first, moment, pair=pair)
        if exercise.bar_hidden:
            return PersonRing(icon="wave")
        below = shown.below if pair else NOTHING
        return PersonRing(shown.figure, shown.unit, below, shown.fraction, moment.met)
    if practice.exercise and is_over(practice.exercise) and not practice.holding:
        reached, scored = _sums(practice.exercise)
        if scored:
            return PersonRing(str(reached), "", say("of {m}", m=scored), reached / scored, met=True)
    if first.unit != "percent":  # a count or a microvolt says nothing here: the time held does
        figure = f"{min(practice.hold_clock, 999.9):.1f}"
        return PersonRing(figure, "s", say("held"), practice.hold_fraction, moment.met)
    unit = UNIT_SIGNS[first.unit] if first.level is not None else ""
    return PersonRing(first.figure, unit, NOTHING, practice.hold_fraction, moment.met)


def _dots(practice: PracticeState, *, still: bool) -> tuple[Phrase, Phrase, tuple[Dot, ...]]:
    """Return the line above the dots, the one below it, and the dots."""
    exercise = practice.exercise
    if practice.calibration:
        return _tries(practice.calibration)
    if running(practice) and exercise:
        foot = say("test") if exercise.block != "set" and exercise.phase != "pause" else NOTHING
        head = say("{n} of {m}", n=exercise.repetition, m=exercise.n_repetitions)
        return head, foot, tuple(dots(exercise, silent=still))
    if exercise and is_over(exercise):
        return NOTHING, NOTHING, tuple(dots(exercise))
    if practice.n_started:
        return say("{n} of {m}", n=practice.n_reached, m=practice.n_started), say("reached"), ()
    return NOTHING, NOTHING, ()


def _tries(step: CalibrationState) -> tuple[Phrase, Phrase, tuple[Dot, ...]]:
    done = len(step.tries)
    made: list[Dot] = ["done"] * done
    if step.step == "try" and done < step.n_tries:
        made.append("now")
    made += ["next"] * (step.n_tries - len(made))
    return say("{n} of {m}", n=min(step.number, step.n_tries), m=step.n_tries), NOTHING, tuple(made)
