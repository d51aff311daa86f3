"""What is said in each phase of an exercise: the word, its sign, the hint in the plan's words, the countdown.

One rule: no Qt and no clock; nothing said tells what is hidden: no time where prompts surprise, no reaching where
the bar is hidden.
"""

from __future__ import annotations

from functools import lru_cache

from biofeedback.engine_state import EngineState
from biofeedback.training.events import BlockResult
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import SHIPPED, find_plan
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.instant import Moment
from biofeedback.ui.phrase import Phrase, marked, say
from biofeedback.ui.train.exercise_lines import exercise_lines, in_test, running

LETTING_GO = 1.5
"""Seconds at the beginning of a rest in which the word is to let go."""
LAST_HOLD = 3.0
"""Seconds after the end in which a level above the line is what is left of the last hold, not free practice."""
OVER_SHOWN = 60.0
"""Seconds that the end of an exercise stays in the band, unless free practice goes on."""


@lru_cache
def plan_named(name: str) -> Plan | None:
    """Return the shipped plan of that name, None for a clinician's own."""
    return find_plan(name) if name in SHIPPED else None


def waits_to_begin(practice: PracticeState) -> bool:
    """Return whether an exercise is set up, could begin, and has not."""
    setup, before = practice.setup, practice.exercise
    if setup is None or setup.missing or running(practice) or practice.calibration:
        return False
    needed = 2 if setup.needs_two else 1
    calibrated = len(practice.references) >= needed and None not in practice.references[:needed]
    return calibrated and (before is None or before.setup is not setup)


def lets_go(exercise: ExerciseState) -> bool:
    """Return whether a rest has just begun in which a muscle that worked lets go."""
    return (exercise.phase == "rest" and exercise.phase_elapsed < LETTING_GO
            and exercise.setup.exercise.kind != "relax")  # fmt: skip


def level_lags(practice: PracticeState | None) -> bool:
    """Return whether the large figure, a mean of half a second, still tells of a hold that is over: it is dimmed."""
    exercise = running(practice)
    return practice is not None and (practice.paused or (exercise is not None and lets_go(exercise)))


def is_over(exercise: ExerciseState) -> bool:
    """Return whether an exercise ended so lately that its end is still told."""
    return exercise.phase == "done" and exercise.phase_elapsed < OVER_SHOWN


def exercise_moment(
    state: EngineState,
    practice: PracticeState,
    warning: Phrase | None = None,
    plan: Plan | None = None,
    *,
    stands: Phrase | None = None,
) -> Moment | None:
    """Return what to say of the exercise, or None where free practice has the word.

    `warning`: the most urgent finding, said in place of the hint; `stands`: why nothing is counted just now. `plan`:
    today's, whose words are said if it is the one under way; a shipped one is found by its name.
    """
    go_on = "P" if state.by_hand else "Space"
    exercise = running(practice)
    if exercise is None:
        return _before(practice, plan, go_on) or _after(state, practice)
    plan = _own(plan, exercise.setup.exercise.plan)
    if practice.paused:
        hint = say("{key} goes on,\nE ends the exercise here", key=go_on)
        return Moment(say("PAUSED"), "pause", "quiet", hint, with_target=False)
    if exercise.phase == "work":
        if stands and not in_test(exercise):  # in a test it would tell what the muscle does
            return _not_counted(exercise, stands)
        return _work(practice, exercise, plan, warning)
    if exercise.phase == "rest":
        return _rest(exercise, warning)
    if exercise.phase == "pause":
        return _pause(exercise)
    return _start(exercise, plan, warning)


def repetition_words(exercise: ExerciseState) -> Phrase | None:
    """Return what came of the last repetition of this block; None before it, and while nobody may know."""
    last = exercise.last
    if last is None or (exercise.bar_hidden and exercise.block != "set"):
        return None
    if last.result == "reached":
        return say("reached")
    why = {
        "gap": say("not counted: the signal broke off"),
        "missing": say("not counted: too much is missing"),
        "saturated": say("not counted: the signal hit its ceiling"),
        "flat": say("not counted: the signal stood still"),
        "mains hum": say("not counted: mains hum"),
        "spike": say("not counted: a cable moved"),
        "paused": say("not counted: paused"),
        "skipped": say("left out"),
        "ended": say("not counted: ended"),
        "other muscle": say("not reached: the other muscle worked"),
        "too little": say("not reached: too little of both"),
    }
    return why.get(last.why, say("not reached"))


def _before(practice: PracticeState, plan: Plan | None, go_on: str) -> Moment | None:
    if not waits_to_begin(practice) or practice.setup is None or practice.paused:
        return None
    name = practice.setup.exercise.plan
    plan = _own(plan, name)
    hint = say("{title}:\n{key} begins", title=marked(plan.title) if plan else name, key=go_on)
    return Moment(say("READY"), "play", "way", hint)


def _own(plan: Plan | None, name: str) -> Plan | None:
    """Return the plan whose exercise is called `name`: today's, else a shipped one."""
    return plan if plan is not None and plan.name == name else plan_named(name)


def _after(state: EngineState, practice: PracticeState) -> Moment | None:
    exercise = practice.exercise
    if exercise is None or not is_over(exercise) or practice.paused:
        return None
    if practice.holding and exercise.phase_elapsed > LAST_HOLD:
        return None
    hint = _sums(exercise.blocks)
    if state.recording is not None:
        hint = say("{sums}\nEnter: Review", sums=hint)
    return Moment(say("EXERCISE OVER"), "tick", "quiet", hint, with_target=False)


def _sums(blocks: tuple[BlockResult, ...]) -> Phrase:
    sets = [block for block in blocks if block.block == "set"]
    reached, scored = sum(block.reached for block in sets), sum(block.scored for block in sets)
    lost = sum(block.prompted for block in sets) - scored
    if not sets:
        return say("No set was done.")
    if lost:
        return say("You reached {reached} of {scored}; {lost} not counted.", reached=reached, scored=scored, lost=lost)
    return say("You reached {reached} of {scored}.", reached=reached, scored=scored)


def _counted(exercise: ExerciseState, *, holds: bool = False) -> tuple[float | None, float | None]:
    """Return seconds left and progress of the phase, or of the hold; (None, None) where no time is told."""
    if exercise.phase_seconds is None:
        return None, None
    if holds:
        return max(0.0, exercise.setup.hold_seconds - exercise.hold_clock), exercise.hold_fraction
    left = max(0.0, exercise.phase_seconds - exercise.phase_elapsed)
    return left, min(1.0, exercise.phase_elapsed / exercise.phase_seconds) if exercise.phase_seconds else None


def _start(exercise: ExerciseState, plan: Plan | None, warning: Phrase | None) -> Moment:
    left, progress = _counted(exercise)
    if exercise.phase == "sample":
        hint = say("Let it go soft:\na look at the rest first")
        word, icon = say("REST"), "pause"
        if exercise.block != "set":
            hint = say("{n} repetitions with the bar hidden.\nFirst let it go soft", n=exercise.n_repetitions)
            word, icon = say("TEST"), "ring"
        return Moment(word, icon, "quiet", warning or hint, seconds_left=left, progress=progress, with_target=False)
    hint = marked(plan.words) if plan else say("{n} of {all} comes next", n=exercise.repetition,
                                             all=exercise.n_repetitions)  # fmt: skip
    return Moment(say("GET READY"), "ring", "way", warning or hint, seconds_left=left, progress=progress)


def _work(practice: PracticeState, exercise: ExerciseState, plan: Plan | None, warning: Phrase | None) -> Moment:
    kind = exercise.setup.exercise.kind
    met = all(lines.met for lines in exercise_lines(practice)[: 2 if exercise.setup.needs_two else 1])
    left, progress = _counted(exercise)
    doing = {
        "relax": (say("RELAX"), "down", say("Stay below the line,\nbreathe out")),
        "track": (say("FOLLOW"), "wave", say("Keep the dot\non the moving line")),
        "match": (say("BOTH ALIKE"), "ring", say("Both bars together")),
        "quick": (say("CONTRACT"), "up", say("On as fast as you can,\nwithout pain")),
    }
    word, icon, hint = doing.get(kind, (say("CONTRACT"), "up", say("Up to the line")))
    if plan and kind not in doing:
        hint = marked(plan.words)
    if exercise.bar_hidden:
        if exercise.block != "set":
            n, n_all = exercise.repetition, exercise.n_repetitions
            hint = say("Test {n} of {all},\nthe bar is hidden", n=n, all=n_all)
        return Moment(word, icon, "way", warning or hint, seconds_left=left, progress=progress)
    if kind == "quick" and exercise.hold_fraction >= 1:
        return Moment(say("REACHED"), "tick", "reached", warning or say("Keep it until the tone"), met=met)
    if kind not in doing and exercise.holding:
        left, progress = _counted(exercise, holds=True)
        hint = say("Stay above the line,\nkeep breathing")
        if exercise.target.high is not None:
            hint = say("Stay inside the band,\nkeep breathing")
        if exercise.ceiling is not None:
            quiet = exercise_lines(practice)[1].met
            hint = say("One on, the other quiet") if quiet else say("Keep the other one\nbelow its line")
        return Moment(say("HOLD"), "ring", "reached", warning or hint, seconds_left=left, progress=progress, met=met)
    return Moment(word, icon, "reached" if met else "way", warning or hint, seconds_left=left, progress=progress,
                  met=met)  # fmt: skip


def _not_counted(exercise: ExerciseState, stands: Phrase) -> Moment:
    left, progress = _counted(exercise, holds=exercise.holding)
    return Moment(say("NOT COUNTED"), "look", "look", stands, seconds_left=left, progress=progress, uncounted=True)


def _rest(exercise: ExerciseState, warning: Phrase | None) -> Moment:
    left, progress = _counted(exercise)
    letting_go = lets_go(exercise)
    after = repetition_words(exercise)
    hint = say("Let it go soft")
    if after and exercise.last and exercise.last.result != "reached":
        hint = say("Let it go soft:\n{after}", after=after)
    elif exercise.setup.surprising:
        hint = say("Let it go soft, wait for the tone")
    return Moment(
        say("LET GO") if letting_go else say("REST"), "down" if letting_go else "pause", "quiet", warning or hint,
        seconds_left=left, progress=progress, with_target=False,
    )  # fmt: skip


def _pause(exercise: ExerciseState) -> Moment:
    left, progress = _counted(exercise)
    last = exercise.blocks[-1] if exercise.blocks else None
    n_done = max((block.set_number for block in exercise.blocks if block.block == "set"), default=0)
    following = say("next: set {n} of {all}", n=n_done + 1, all=exercise.n_sets)
    if n_done >= exercise.n_sets:
        following = say("next: the test once more")
    if last is None or last.block != "set":
        hint = say("The bar comes back:\n{following}", following=following)
        return Moment(say("TEST OVER"), "tick", "quiet", hint, seconds_left=left, progress=progress, with_target=False)
    hint = say("{n} of {all} reached,\n{following}", n=last.reached, all=last.scored, following=following)
    return Moment(say("SET OVER"), "tick", "quiet", hint, seconds_left=left, progress=progress, with_target=False)
