"""The exercises of a recording in numbers: blocks, repetitions, scores, moved targets, ratings. Nothing is judged.

Made of the commands and events of a recording that was computed again, so it says what the file says.
One rule: what was not counted is told with its reason, and a score without values is None.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from statistics import median
from typing import Any

from biofeedback.training.commands import (
    Begin,
    Block,
    Command,
    Kind,
    Rate,
    SetDose,
    SetExercise,
    SetMatch,
    SetOther,
    SetShaping,
    SetTarget,
    SetTest,
    SetWave,
)
from biofeedback.training.events import (
    BlockResult,
    Measures,
    Offer,
    Repetition,
    RestSample,
    Shaping,
    TrainingEvent,
    encode_event,
)
from biofeedback.training.scoring import timing
from biofeedback.training.setup import Setup

WITHOUT_LINE: frozenset[Kind] = frozenset(("track", "match"))
"""Kinds that are not held against a line."""
BLOCKS: tuple[Block, ...] = ("test", "set", "retest")
SCORES = tuple(field.name for field in fields(Measures) if field.default is None)
"""Names of the scores of a repetition."""
TOLD = {
    BlockResult: "blocks",
    Repetition: "repetitions",
    Measures: "measures",
    Shaping: "shaping",
    Offer: "offers",
    RestSample: "rests",
}
"""The events that are told of an exercise, and under which name."""


@dataclass(frozen=True, slots=True)
class Change:
    """The target (or the other muscle's `ceiling`) was moved before scan `index`, in percent, and why."""

    index: int
    reason: str
    low: float | None = None
    high: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Of a kind of block: repetitions that were prompted, scored and reached."""

    prompted: int = 0
    scored: int = 0
    reached: int = 0


@dataclass(frozen=True, slots=True)
class ExerciseSummary:
    """One exercise. Levels in percent, times in seconds.

    `prescribed`: repetitions of all its sets. `counts` and `scores` by kind of block: `scores` are medians over the
    repetitions that have the score; of `response` also how many were anticipated, late, or never came.
    `excluded`: how many repetitions of the sets were not counted, by reason.
    """

    plan: str
    version: int
    kind: Kind
    hold_seconds: float
    prescribed: int
    counts: dict[str, Count]
    excluded: dict[str, int]
    scores: dict[str, dict[str, float | int]]
    band: bool
    """Whether the target has an upper edge."""
    two: bool
    """Whether the other muscle was to stay below a line."""
    blocks: tuple[BlockResult, ...]
    repetitions: tuple[Repetition, ...]
    shaping: tuple[Shaping, ...]
    changes: tuple[Change, ...]
    offers: tuple[Offer, ...]


@dataclass(slots=True)
class _Part:
    """What a recording holds of one exercise, from its Begin on."""

    setup: Setup
    begun: int
    changes: list[Change] = field(default_factory=list)


def exercises(commands: Iterable[tuple[int, Command]], events: Sequence[TrainingEvent]) -> tuple[ExerciseSummary, ...]:
    """Return the exercises that were begun, in order; `commands` with the scan before which each took effect."""
    parts: list[_Part] = []
    setup: Setup | None = None
    under_way: _Part | None = None
    for index, command in commands:
        if isinstance(command, SetExercise):
            setup, under_way = Setup(command), None
        elif setup and isinstance(command, Begin):
            under_way = _Part(setup, index)
            parts.append(under_way)
        elif setup and isinstance(command, SetDose | SetTest | SetShaping | SetOther | SetWave | SetMatch):
            setup = setup.completed(command)
            if under_way and isinstance(command, SetOther):
                under_way.changes.append(Change(index, command.reason, ceiling=command.ceiling))
        elif under_way and isinstance(command, SetTarget) and command.unit == "percent":
            under_way.changes.append(Change(index, command.reason, command.low, command.high))
    begun = [part.begun for part in parts]
    return tuple(
        _summary(part, [event for event in events if part.begun <= event.index and (end is None or event.index < end)])
        for part, end in zip(parts, [*begun[1:], None], strict=False)
    )


def ratings(commands: Iterable[tuple[int, Command]]) -> tuple[Rate, ...]:
    """Return the person's ratings of pain and effort, in order."""
    return tuple(command for _, command in commands if isinstance(command, Rate))


def told(
    commands: Iterable[tuple[int, Command]], events: Iterable[TrainingEvent]
) -> dict[str, list[dict[str, Any]]] | None:
    """Return plans, blocks, repetitions, measures and more as plain values for JSON; None without any exercise."""
    found: dict[str, list[dict[str, Any]]] = {
        "plans": [asdict(command) for _, command in commands if isinstance(command, SetExercise)],
        **{name: [] for name in TOLD.values()},
    }
    for event in events:
        name = TOLD.get(type(event))
        if name:
            values = json.loads(encode_event(event))
            del values["event"]
            found[name].append(values)
    return found if found["plans"] else None


def _summary(part: _Part, events: Sequence[TrainingEvent]) -> ExerciseSummary:
    setup = part.setup
    last = {(e.block, e.set_number, e.number): e for e in events if isinstance(e, Repetition)}
    repetitions = tuple(last.values())  # one that was broken off and begun anew counts once, as it ended
    measures = {(e.block, e.set_number, e.number): e for e in events if isinstance(e, Measures)}
    counts = {block: _count([r for r in repetitions if r.block == block]) for block in BLOCKS}
    target = next((b for b in events if isinstance(b, BlockResult)), None)
    prescribed = setup.n_sets * setup.repetitions("set")
    return ExerciseSummary(
        plan=setup.exercise.plan,
        version=setup.exercise.version,
        kind=setup.exercise.kind,
        hold_seconds=setup.hold_seconds,
        prescribed=max(prescribed, counts["set"].prompted),
        counts={str(block): count for block, count in counts.items()},
        excluded=dict(Counter(r.why for r in repetitions if r.result == "excluded" and r.block == "set")),
        scores={
            block: _scores([r for r in repetitions if r.block == block], measures, setup.exercise.kind)
            for block in BLOCKS
            if counts[block].prompted
        },
        band=target is not None and target.high is not None,
        two=setup.other is not None,
        blocks=tuple(e for e in events if isinstance(e, BlockResult)),
        repetitions=repetitions,
        shaping=tuple(e for e in events if isinstance(e, Shaping)),
        changes=tuple(part.changes),
        offers=tuple(e for e in events if isinstance(e, Offer)),
    )


def _count(repetitions: Sequence[Repetition]) -> Count:
    scored = [r for r in repetitions if r.result != "excluded"]
    return Count(len(repetitions), len(scored), sum(r.result == "reached" for r in scored))


def _scores(
    repetitions: Sequence[Repetition], measures: dict[tuple[Block, int, int], Measures], kind: Kind
) -> dict[str, float | int]:
    """Return the medians of the scores of `repetitions`; for `quick` also how their responses were timed."""
    scored = [r for r in repetitions if r.result != "excluded"]
    found = [measures[key] for r in scored if (key := (r.block, r.set_number, r.number)) in measures]
    scores: dict[str, float | int] = {}
    for name in SCORES:
        values = [value for m in found if (value := getattr(m, name)) is not None]
        if values:
            scores[name] = round(median(values), 4)
    if kind == "quick":
        responses = [m.response for m in found if m.response is not None]
        names = Counter(timing(response) for response in responses)
        scores |= {"anticipated": names["anticipated"], "late": names["late"]}
        scores["no_response"] = len(scored) - len(responses)
    return scores
