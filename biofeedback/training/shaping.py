"""Between two sets: does the target move? Formula F6 of docs/training.md.

Four of five repetitions reached: 5 points harder. Fewer than half: 5 points easier. Points are percentage points of
today's reference. Comparisons are made in integers.
One rule: the target never leaves its range, moves one step at most, and never gets harder against pain or great effort.
"""

from __future__ import annotations

from dataclasses import dataclass

from biofeedback.training.commands import Kind

STEP = 5.0
"""Percentage points (judgement)."""
SMALLEST = 0.001
"""Percentage points: levels are rounded to this, and a smaller move is none."""
FEWEST_SCORED = 5
"""Scored repetitions below which a set says nothing (judgement)."""
PAIN_RISE = 2
"""A rise since the first rating, of 10, from which on nothing gets harder."""
MOST_PAIN = 5
"""The newest rating, of 10, above which nothing gets harder."""
GREAT_EFFORT = 8
"""The rating of effort, of 10, from which on nothing gets harder."""
FIXED: tuple[Kind, ...] = ("quick", "track", "match")
"""Kinds whose target is not a level to be raised."""

Target = tuple[float, float | None]
"""A line, or the lower and upper edge of a band, in percent."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """What follows from a set: the new target and ceiling in percent, None where it stays, and by which `rule`.

    `p` is the reached share of `n` scored repetitions, rounded to 3 decimals (0 when none was scored).
    """

    low: float | None
    high: float | None
    ceiling: float | None
    p: float
    n: int
    rule: str


def shape(
    target: Target,
    lowest: float | None,
    highest: float | None,
    *,
    kind: Kind,
    reached: int,
    scored: int,
    pain: tuple[int | None, int | None] = (None, None),
    effort: int | None = None,
    ceiling: float | None = None,
    ceiling_lowest: float | None = None,
    ceiling_highest: float | None = None,
) -> Shaped:
    """Return what follows from a set of which `reached` of `scored` repetitions reached `target` (F6).

    All levels are in percent. A step is cut at the edge of the range `lowest` to `highest`; without a range (None) the
    target is fixed. A band keeps its width. A target that was set by hand outside its range comes back in steps and
    goes no further out. For `relax` harder means lower. `pain`: the first and the newest rating, `effort`: the
    newest, None where there is none; they hold back what is harder, never what is easier.

    With a `ceiling` for the other muscle that may be brought down to `ceiling_lowest`, harder is first a lower ceiling,
    then a higher target; easier is first a lower target, then a higher ceiling, up to `ceiling_highest` (where it
    began).

    The aim, 70–80 % reached, is usual practice (unchecked); the size of a step is a judgement.

    Raises:
        ValueError: More was reached than scored, or a count is below zero.
    """
    if not 0 <= reached <= scored:
        raise ValueError(f"{reached} of {scored} repetitions reached is impossible")
    p = round(reached / scored, 3) if scored else 0.0

    def stays(rule: str) -> Shaped:
        return Shaped(None, None, None, p, scored, rule)

    if kind in FIXED or lowest is None or highest is None:
        return stays("fixed")
    if scored < FEWEST_SCORED:
        return stays("too few")
    harder, easier = 10 * reached >= 8 * scored, 2 * reached < scored
    if not harder and not easier:
        return stays("kept")
    held = _held(pain, effort) if harder else ""
    if held:
        return stays(held)

    upwards = harder != (kind == "relax")
    low, high = _shifted(target, STEP if upwards else -STEP, lowest, highest)
    moved = None if (low, high) == target else Shaped(low, high, None, p, scored, "harder" if harder else "easier")
    lowered = None
    if ceiling is not None and ceiling_lowest is not None:
        ceiling_highest = ceiling if ceiling_highest is None else ceiling_highest
        level, _ = _shifted((ceiling, None), -STEP if harder else STEP, ceiling_lowest, ceiling_highest)
        if level != ceiling:
            lowered = Shaped(None, None, level, p, scored, "ceiling down" if harder else "ceiling up")
    change = (lowered or moved) if harder else (moved or lowered)
    return change or stays("at the top" if upwards else "at the bottom")


def _held(pain: tuple[int | None, int | None], effort: int | None) -> str:
    first, newest = pain
    if newest is not None and (newest > MOST_PAIN or (first is not None and newest - first >= PAIN_RISE)):
        return "held: pain"
    return "held: effort" if effort is not None and effort >= GREAT_EFFORT else ""


def _shifted(target: Target, step: float, lowest: float, highest: float) -> Target:
    """Return `target` moved by `step`, or as far towards it as the range allows; 3 decimals, or the edge itself."""
    low, high = target
    top = low if high is None else high
    # what stands outside already may stay there, but goes no further
    floor, roof = min(low, lowest), max(top, highest)
    move = min(step, roof - top) if step > 0 else max(step, floor - low)
    if abs(move) < SMALLEST:
        return target

    def moved(level: float) -> float:
        return min(max(round(level + move, 3), floor), roof)

    return moved(low), None if high is None else moved(high)
