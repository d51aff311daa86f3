"""What Review says beside the bars: practice, hidden test, longest hold, ratings, targets, signal, and the file. No Qt.

One rule: counts, minutes and ratings only; no level that is fixed by construction is set against another day's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from biofeedback.report.exercise import Change, ExerciseSummary
from biofeedback.report.summary import Summary
from biofeedback.training.commands import Outcome, Rate
from biofeedback.training.plan import HELD, Plan
from biofeedback.ui.phrase import Phrase, clock, joined, marked, megabytes, said, say
from biofeedback.ui.review.bars import last_block
from biofeedback.ui.review.reading import Kept, Review

MOST_CHANGES = 4
"""Moved targets that are listed; the newest ones."""
REASONS = {
    "by hand": say("by hand"),
    "F6 harder": say("four of five or more were reached"),
    "F6 easier": say("fewer than half were reached"),
    "F6 ceiling down": say("four of five or more were reached"),
    "F6 ceiling up": say("fewer than half were reached"),
}
OUTCOMES = {
    "extension lag": say("Extension lag"),
    "range": say("Range of movement"),
    "force": say("Force"),
    "chair stands": say("Chair stands, 30 s"),
    "heel raises": say("Heel raises"),
    "10 m walk": say("10 m walk"),
    "goal": say("Goal, 0–10"),
}
"""Typed outcomes by the names that are stored."""
UNITS = {"deg": "°"}
"""Units as shown, where they are stored in plain letters."""
SIDES = {"left": say("left"), "right": say("right"), "both": say("both sides")}


@dataclass(frozen=True, slots=True)
class Fact:
    """A line: what, and how it was. `light`: a sign before it, where it asks to be looked at."""

    label: Phrase
    value: Phrase
    light: Literal["", "good", "look"] = ""
    small: Phrase | None = None
    """What stands below it in small type."""


def facts(review: Review, plan: Plan | None) -> tuple[Fact, ...]:
    """Return the lines of Review's right side, top to bottom; `plan`: today's."""
    summary = review.summary
    made = [_practice(summary)]
    many = len(summary.exercises) > 1
    for i, exercise in enumerate(summary.exercises):
        same = plan if plan and (plan.name, plan.version) == (exercise.plan, exercise.version) else None
        made += _exercise(exercise, same, say("{n}: ", n=i + 1) if many else say(""))
    if not summary.exercises and summary.n_started:
        made.append(Fact(say("Longest hold"), say("{n} s", n=f"{summary.best_hold:.1f}")))
    made.append(_rated(summary.ratings))
    made += [Fact(OUTCOMES.get(o.name, said(o.name)), _outcome(o)) for o in latest_outcomes(summary.outcomes)]
    made.append(_recording(review.kept, summary))
    return tuple(made)


def latest_outcomes(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the newest of each name and side."""
    return list({(outcome.name, outcome.side): outcome for outcome in outcomes}.values())


def notices(kept: Kept, trouble: str = "") -> tuple[Phrase, ...]:
    """Return what has to be said of the recording before anything else; `trouble`: the recorder's own last word."""
    found: list[Phrase] = []
    if kept.recovered:
        found.append(say("The recording was broken off and put right again. Its last second may be missing."))
    if kept.differs:
        found.append(marked(kept.differs))
    if not kept.closed:
        found.append(
            say("The recording was broken off. What was written until then is kept and shown here; the app puts its "
                "files right when it starts the next time.")
        )  # fmt: skip
    if kept.continues:
        found.append(say("This is the second part of the session; the first one is in {file}.", file=kept.continues))
    problem = trouble or kept.problem
    if problem:
        found.append(marked(problem[0].upper() + problem[1:] + ("" if problem.endswith(".") else ".")))
    return tuple(found)


def saved(kept: Kept, seconds: float) -> Phrase:
    """Return in one sentence how the recording was kept."""
    length, size = clock(seconds), megabytes(kept.size)
    if kept.whole:
        return say("Recording saved and checked: {length}, {size}", length=length, size=size)
    return say("Recording kept: {length}, {size}", length=length, size=size)


def _practice(summary: Summary) -> Fact:
    minutes = round(summary.seconds / 60)
    n = sum(e.counts["set"].reached for e in summary.exercises) if summary.exercises else summary.n_reached
    time = say("{n} minutes", n=minutes) if minutes > 1 else say("{n} seconds", n=round(summary.seconds))
    if minutes == 1:
        time = say("1 minute")
    good = say("1 good repetition") if n == 1 else say("{n} good repetitions", n=n)
    if not summary.exercises:
        good = say("1 full hold") if n == 1 else say("{n} full holds", n=n)
    return Fact(say("Practice"), say("{time}, {good}", time=time, good=good))


def _exercise(exercise: ExerciseSummary, plan: Plan | None, number: Phrase) -> list[Fact]:
    made: list[Fact] = []

    def line(label: Phrase, value: Phrase) -> None:
        made.append(Fact(say("{number}{label}", number=number, label=label), value))

    before, after = exercise.counts["test"], exercise.counts["retest"]
    tests = [say("{n} of {m}", n=c.reached, m=c.scored) for c in (before, after) if c.scored]
    if tests:
        line(say("Hidden test"), say("{counts}, bar hidden", counts=joined(tests, " → ")))
    holds = [r.hold for r in exercise.repetitions if r.result != "excluded"]
    if exercise.kind in HELD and holds:
        line(say("Longest hold"), say("{n} s", n=f"{max(holds):.1f}"))
    if exercise.kind not in ("track", "match"):
        line(say("Target"), _targets(exercise, plan))
    ceilings = [change for change in exercise.changes if change.ceiling is not None and change.reason != "plan"]
    if ceilings:
        first = [_level(plan.other.ceiling, None)] if plan and plan.other else []
        line(say("Other muscle"), joined([*first, *_moved(exercise, ceilings)], "; "))
    return made


def _targets(exercise: ExerciseSummary, plan: Plan | None) -> Phrase:
    sets = [block for block in exercise.blocks if block.block == "set" and block.low is not None]
    first: tuple[float | None, float | None] = (None, None)
    if sets:
        first = sets[0].low, sets[0].high
    elif plan and plan.target:
        first = plan.target.low, plan.target.high
    changes = [change for change in exercise.changes if change.low is not None and change.reason != "plan"]
    begun = [] if first[0] is None else [_level(first[0], first[1])]
    if not changes:
        return say("{level} throughout", level=begun[0]) if begun else say("not known")
    return joined([*begun, *_moved(exercise, changes)], "; ")


def _moved(exercise: ExerciseSummary, changes: Sequence[Change]) -> list[Phrase]:
    words: list[Phrase] = []
    for change in changes[-MOST_CHANGES:]:
        level = _level(change.ceiling if change.low is None else change.low, change.high)
        why = REASONS.get(change.reason, said(change.reason))
        block = last_block(exercise, change.index)
        if block is None:
            words.append(say("{level} from the start ({why})", level=level, why=why))
        else:
            words.append(say("{level} after set {n} ({why})", level=level, n=block.set_number, why=why))
    return words


def _level(low: float | None, high: float | None) -> Phrase:
    if high is None:
        return say("{low} %", low="–" if low is None else f"{low:g}")
    return say("{low}–{high} %", low=f"{low:g}", high=f"{high:g}")


def _rated(ratings: Sequence[Rate]) -> Fact:
    """Return pain and effort, before and after, in one line."""
    made: list[Phrase] = []
    for what, name in (("pain", say("pain")), ("effort", say("effort"))):
        before = [r.value for r in ratings if r.what == what and r.when == "before"]
        after = [r.value for r in ratings if r.what == what and r.when in ("after", "end", "during")]
        if before and after:
            made.append(say("{what} {before} → {after}", what=name, before=before[0], after=after[-1]))
        elif before:
            made.append(say("{what} {n} before", what=name, n=before[0]))
        elif after:
            made.append(say("{what} {n} after", what=name, n=after[-1]))
    return Fact(say("Rated 0–10"), joined(made) if made else say("not rated"))


def _outcome(outcome: Outcome) -> Phrase:
    value = f"{outcome.value:g} {UNITS.get(outcome.unit, outcome.unit)}".strip()
    return say("{value}, {side}", value=value, side=SIDES[outcome.side]) if outcome.side in SIDES else said(value)


def _recording(kept: Kept, summary: Summary) -> Fact:
    how = say("saved and checked") if kept.whole else say("kept")
    received = f"{int(summary.received_percent * 100) / 100:.2f}"  # 99.998 is not 100.00
    value = say(
        "{how}: {length}, {size}, {received} % received", how=how, length=clock(summary.seconds),
        size=megabytes(kept.size), received=received,
    )  # fmt: skip
    return Fact(say("Recording"), value, "good" if kept.whole else "look", said(kept.path.name))
