"""What a guided session says in plain sentences: what was done, and how it went without and with the bar.

One rule: no sentence claims more than the signal shows; EMG amplitude says nothing of how strong a muscle is.
"""

from __future__ import annotations

from typing import Any

from biofeedback.report.exercise import WITHOUT_LINE, Count, ExerciseSummary
from biofeedback.training.activation import Reference
from biofeedback.training.commands import Kind

WHY = {
    "gap": "the signal broke off",
    "missing": "the signal broke off",
    "saturated": "the signal hit its ceiling",
    "flat": "the sensor showed nothing",
    "mains hum": "mains hum covered the muscle",
    "spike": "an electrode or cable moved",
    "paused": "training was paused",
    "skipped": "left out",
    "ended": "ended there",
}
"""Why a repetition was not counted, by the reason that its event stores."""
AGAIN: dict[Kind, str] = {
    "activate": "you reached it in {}",
    "hold": "you reached it in {}",
    "isolate": "you reached it in {}",
    "quick": "you reached it in {}",
    "relax": "you stayed below it in {}",
    "track": "you kept to it in {}",
    "match": "both sides worked alike in {}",
}
PERCENT = {
    "comfortable_effort": "Comfortable effort, not a maximum: percent means percent of that.",
    "best_effort": "Percent means percent of today's best effort.",
    "fixed_load": "Percent means percent of what the same load asked of the muscle today.",
}
"""What 100 % is, by the kind of the reference."""
NEEDED = 3
"""Comparable sessions from which on there is a usual range (F13)."""
_FEW = ("none", "one", "two")


def did(exercise: ExerciseSummary) -> str:
    """Return what was done of the sets, what was reached, and what was not counted and why."""
    count = exercise.counts["set"]
    if not count.prompted:
        return "You ended before the first set."
    text = f"You did {count.prompted} of {exercise.prescribed} repetitions; {_reached(exercise, count.reached)}."
    for why, n in exercise.excluded.items():
        text += f" {n} {'was' if n == 1 else 'were'} not counted: {WHY.get(why, why)}."
    return text


def how(exercise: ExerciseSummary) -> str:
    """Return how often it went well without the bar and with it; empty when there is nothing to compare."""
    before, during, after = (exercise.counts[block] for block in ("test", "set", "retest"))
    said = AGAIN[exercise.kind]
    bar = "bars" if exercise.two or exercise.kind == "match" else "bar"
    if before.scored:
        text = f"Without the {bar} {said.format(_of(before))}"
        text += f", with the {bar} in {_of(during)}" if during.scored else ""
    elif during.scored:
        text = f"With the {bar} {said.format(_of(during))}"
    else:
        return ""
    return text + (f", and then without it again in {_of(after)}." if after.scored else ".")


def percent(reference: Reference | None) -> str:
    """Return what percent means today."""
    if reference is None:
        return "There was no calibration, so levels are not percent and cannot be compared with another day."
    return PERCENT.get(reference.kind, PERCENT["comfortable_effort"])


def too_early(n_earlier: int) -> str:
    """Return why nothing is said against earlier sessions, of which `n_earlier` compare; empty when they are enough."""
    if n_earlier >= NEEDED:
        return ""
    return f"Too early to say: this needs three earlier sessions like this one; you have {_FEW[max(0, n_earlier)]}."


def exercise_lines(exercise: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Return blocks, what shaping made of the sets, and offers, a line each; `exercise` as `exercise.told` gives it."""
    lines = [f"plan       {plan['plan']}, version {plan['version']}, {plan['kind']}" for plan in exercise["plans"]]
    has_line = any(plan["kind"] not in WITHOUT_LINE for plan in exercise["plans"])
    for block in exercise["blocks"]:
        name = f"set {block['set']}" if block["block"] == "set" else block["block"]
        band = f"-{block['high']:g}" if "high" in block else ""
        target = f", at {block['low']:g}{band} %" if has_line else ""
        excluded = block["prompted"] - block["scored"]
        left_out = f", {excluded} not counted" if excluded else ""
        lines.append(f"{name:10} {block['reached']} reached of {block['scored']}{target}{left_out}")
    for shaping in exercise["shaping"]:
        named = (("low", "target"), ("ceiling", "other muscle"))
        moved = [f"{what} {shaping[key]:g} %" for key, what in named if key in shaping]
        lines.append(f"shaping    {100 * shaping['p']:.0f} % of {shaping['n']}: {', '.join([shaping['rule'], *moved])}")
    lines += [f"offer      {offer['what']}" for offer in exercise["offers"]]
    return lines


def _of(count: Count) -> str:
    return f"{count.reached} of {count.scored}"


def _reached(exercise: ExerciseSummary, n: int) -> str:
    number = str(n) if n else "none"
    if exercise.kind == "relax":
        return f"{number} stayed below the line"
    if exercise.kind == "track":
        return f"{number} kept close to the line"
    if exercise.kind == "match":
        return f"both sides worked alike in {number}"
    text = f"{number} reached {'the band' if exercise.band else 'the line'}"
    if exercise.kind != "quick":
        text += f" and {'was' if n == 1 else 'were'} held for {exercise.hold_seconds:g} seconds"
    return text + (" with the other muscle below its line" if exercise.two else "")
