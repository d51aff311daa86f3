"""The repetitions of an exercise, or the holds of free practice, as bars in groups: what Review's chart paints. No Qt.

One rule: what was not counted is its own kind of bar with its reason, never a miss; and no bar is a score.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from biofeedback.report.exercise import ExerciseSummary
from biofeedback.report.summary import Summary, Trace
from biofeedback.report.words import WHY
from biofeedback.training.commands import Block
from biofeedback.training.events import BlockResult, Measures, Prompt, Repetition, Result, TrainingEvent
from biofeedback.training.hold import HoldEvent
from biofeedback.training.plan import Plan
from biofeedback.training.task import TRACKING
from biofeedback.ui.phrase import Phrase, joined, say

HIGHEST = {"percent": 150.0, "match": 200.0}
"""Top of a scale at most, as while training; a higher bar is cut, and looks so."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One repetition or hold; `value` None where it has none. `other`: level of the other muscle in percent."""

    value: float | None
    result: Result
    why: str = ""
    other: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of a block, with the line (or band from `low` to `high`) that they were held against."""

    name: Phrase
    count: Phrase
    bars: tuple[Bar, ...]
    low: float | None = None
    high: float | None = None
    ceiling: float | None = None
    """The other muscle's line."""
    line: Phrase | None = None
    """The line in words."""
    hidden: bool = False
    """Whether the bar was hidden."""


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is painted. The scale goes from 0 to `top` in steps of `step`."""

    title: Phrase
    unit: Phrase
    groups: tuple[Group, ...]
    top: float
    step: float
    legend: tuple[tuple[Result, Phrase], ...]
    empty: Phrase
    """What is said when there is no bar."""


def charts(summary: Summary, trace: Trace, plan: Plan | None) -> tuple[Chart, ...]:
    """Return a chart for each exercise, or one of the holds of free practice. `plan`: today's, for what it asks."""
    if not summary.exercises:
        return (_holds(summary, trace.events),)
    made = []
    for i, exercise in enumerate(summary.exercises):
        same = plan if plan and (plan.name, plan.version) == (exercise.plan, exercise.version) else None
        title = say("Repetitions")
        if len(summary.exercises) > 1:
            title = say("Repetitions, exercise {n} of {m}", n=i + 1, m=len(summary.exercises))
        made.append(_repetitions(title, exercise, trace.events, same))
    return tuple(made)


def _repetitions(title: Phrase, exercise: ExerciseSummary, events: Sequence[TrainingEvent], plan: Plan | None) -> Chart:
    blocks: dict[tuple[Block, int], list[Repetition]] = {}
    for repetition in exercise.repetitions:
        blocks.setdefault((repetition.block, repetition.set_number), []).append(repetition)
    groups = tuple(_group(exercise, block, done, events, plan) for block, done in blocks.items())
    units = {
        "relax": say("average of each, % of the reference; quiet is below the line"),
        "track": say("distance from the line, points of %; less is closer"),
        "match": say("this side in % of the other side"),
    }
    unit = units.get(exercise.kind, say("average of each, % of today's best"))
    highest = HIGHEST["match"] if exercise.kind == "match" else HIGHEST["percent"]
    top, step = _scale(groups, highest)
    return Chart(
        title, unit, groups, top, step, _legend(exercise),
        say("It ended before the first repetition. What was recorded is kept."),
    )  # fmt: skip


def _group(
    exercise: ExerciseSummary, block: tuple[Block, int], done: Sequence[Repetition], events: Sequence[TrainingEvent],
    plan: Plan | None,
) -> Group:  # fmt: skip
    name, number = block
    names = {"test": say("bar hidden"), "set": say("set {n}", n=number), "retest": say("hidden again")}
    counted = [repetition for repetition in done if repetition.result != "excluded"]
    reached = sum(repetition.result == "reached" for repetition in counted)
    low, high = _line(exercise, block, done[0].index, events, plan)
    ceiling = _ceiling(exercise, block, done[0].index, events, plan)
    line = None
    if exercise.kind == "track":
        line = None if high is None else say("up to {high}", high=_figure(high))
    elif low is not None:
        span = say("{low}–{high} %", low=_figure(low), high=_figure(high)) if high is not None else None
        line = span or say("at {low} %", low=_figure(low))
    bars = tuple(_bar(exercise, repetition, events) for repetition in done)
    count = say("{n} of {m}", n=reached, m=len(counted)) if counted else say("none counted")
    return Group(names[name], count, bars, low, high, ceiling, line, hidden=name != "set")


def _bar(exercise: ExerciseSummary, repetition: Repetition, events: Sequence[TrainingEvent]) -> Bar:
    key = (repetition.block, repetition.set_number, repetition.number)
    scores = next(
        (
            event
            for event in events
            if isinstance(event, Measures) and event.index >= repetition.index
            and (event.block, event.set_number, event.number) == key
        ),
        None,
    )  # fmt: skip
    value = repetition.mean
    if exercise.kind == "track":
        value = scores.rmse if scores else None
    elif exercise.kind == "match":
        value = scores.match if scores else None
    return Bar(value, repetition.result, repetition.why, scores.other if scores and exercise.two else None)


def _line(
    exercise: ExerciseSummary, block: tuple[Block, int], index: int, events: Sequence[TrainingEvent], plan: Plan | None
) -> tuple[float | None, float | None]:
    """Return the line or band of a block; of a block that was left without a result, the one in force as it began."""
    if exercise.kind == "track":  # reached is what stays within half the wave's amplitude
        wave = plan.wave if plan else None
        return None, None if wave is None else TRACKING * (wave.high - wave.low) / 2
    if exercise.kind == "match":
        return (plan.match.low, plan.match.high) if plan and plan.match else (None, None)
    for result in exercise.blocks:
        if (result.block, result.set_number) == block:
            return result.low, result.high
    begun = _begun(block, index, events)
    moved = [change for change in exercise.changes if change.low is not None and change.index <= begun]
    if moved:
        return moved[-1].low, moved[-1].high
    return (plan.target.low, plan.target.high) if plan and plan.target else (None, None)


def _ceiling(
    exercise: ExerciseSummary, block: tuple[Block, int], index: int, events: Sequence[TrainingEvent], plan: Plan | None
) -> float | None:
    if not exercise.two:
        return None
    begun = _begun(block, index, events)
    moved = [change.ceiling for change in exercise.changes if change.ceiling is not None and change.index <= begun]
    return moved[-1] if moved else plan.other.ceiling if plan and plan.other else None


def _begun(block: tuple[Block, int], index: int, events: Sequence[TrainingEvent]) -> int:
    """Return the scan at which a block began whose first repetition ended at scan `index`."""
    starts = [
        event.index
        for event in events
        if isinstance(event, Prompt) and event.phase == "sample" and event.index <= index
        and (event.block, event.set_number) == block
    ]  # fmt: skip
    return starts[-1] if starts else index


def _legend(exercise: ExerciseSummary) -> tuple[tuple[Result, Phrase], ...]:
    """Return the counts of the sets in words, as the sentences count them."""
    count, kind = exercise.counts["set"], exercise.kind
    missed = count.scored - count.reached
    words: tuple[Phrase, Phrase]
    if kind == "relax":
        words = say("stayed below {n}", n=count.reached), say("above {n}", n=missed)
    elif kind == "track":
        words = say("kept close {n}", n=count.reached), say("further off {n}", n=missed)
    elif kind == "match":
        words = say("alike {n}", n=count.reached), say("not alike {n}", n=missed)
    else:
        only_below = not exercise.band and not exercise.two
        below = say("below {n}", n=missed) if only_below else say("not reached {n}", n=missed)
        words = say("reached {n}", n=count.reached), below
    legend: list[tuple[Result, Phrase]] = [("reached", words[0]), ("missed", words[1])]
    if exercise.excluded:
        n = sum(exercise.excluded.values())
        legend.append(("excluded", say("not counted {n}: {why}", n=n, why=_reasons(exercise.excluded))))
    return tuple(legend)


def _reasons(excluded: dict[str, int]) -> Phrase:
    """Return the reasons in words, with their numbers where there are several."""
    together: Counter[str] = Counter()
    for why, n in excluded.items():  # two reasons may have the same words
        together[WHY.get(why, why)] += n
    if len(together) == 1:
        return say(next(iter(together)))
    return joined(say("{why} ({n})", why=say(why), n=n) for why, n in together.items())


def _holds(summary: Summary, events: Sequence[TrainingEvent]) -> Chart:
    """Return the holds of free practice: seconds on the clock of each, against the time that was asked."""
    bars: list[Bar] = []
    begun: HoldEvent | None = None
    reached: HoldEvent | None = None
    for event in events:
        if not isinstance(event, HoldEvent):
            continue
        if event.what == "started":
            begun, reached = event, None
        elif event.what == "reached":
            reached = event
        elif begun is not None:
            bars.append(Bar(event.seconds, "reached" if reached else "missed"))
            begun = None
    if begun is not None:  # the recording ended in it
        so_far = max(0.0, summary.seconds - begun.index / summary.rate)
        bars.append(Bar(reached.seconds, "reached") if reached else Bar(so_far, "excluded", "ended"))
    n = Counter(bar.result for bar in bars)
    line = say("{seconds} s", seconds=_figure(summary.hold_seconds))
    count = say("{n} of {m}", n=n["reached"], m=n["reached"] + n["missed"])
    groups = (Group(say("holds"), count, tuple(bars), summary.hold_seconds, line=line),) if bars else ()
    top, step = _scale(groups, math.inf)
    legend: list[tuple[Result, Phrase]] = [
        ("reached", say("held {n}", n=n["reached"])), ("missed", say("shorter {n}", n=n["missed"])),
    ]  # fmt: skip
    if n["excluded"]:
        legend.append(("excluded", say("not counted {n}: {why}", n=n["excluded"], why=say(WHY["ended"]))))
    return Chart(say("Holds"), say("seconds above the line"), groups, top, step, tuple(legend), say("No hold began."))


def _scale(groups: Sequence[Group], highest: float) -> tuple[float, float]:
    """Return top and step of a scale that holds all bars and lines in at most five steps, up to `highest`."""
    levels = [
        level
        for group in groups
        for level in (group.low, group.high, group.ceiling, *(v for bar in group.bars for v in (bar.value, bar.other)))
        if level is not None and math.isfinite(level)
    ]
    need = min(highest, 1.08 * max(levels, default=0.0)) or 1.0
    step = next(s * 10.0**k for k in range(-1, 9) for s in (1, 2, 5) if need <= 5 * s * 10.0**k)
    return min(highest, step * math.ceil(need / step - 1e-9)), step


def _figure(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def last_block(exercise: ExerciseSummary, index: int) -> BlockResult | None:
    """Return the set that ended last at or before scan `index`; None while none had."""
    ended = [block for block in exercise.blocks if block.block == "set" and block.index <= index]
    return ended[-1] if ended else None
