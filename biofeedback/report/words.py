"""What a guided session says in plain sentences: what was done, and how it went without and with the bar.

Each is a phrase: English with its figures in places, so that a screen can say it in another language.
One rule: no sentence claims more than the signal shows; EMG amplitude says nothing of how strong a muscle is.
"""

from __future__ import annotations

from typing import Any

from biofeedback.report.exercise import WITHOUT_LINE, Count, ExerciseSummary
from biofeedback.report.phrase import Phrase, joined, say
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
    "activate": "you reached it in {count}",
    "hold": "you reached it in {count}",
    "isolate": "you reached it in {count}",
    "quick": "you reached it in {count}",
    "relax": "you stayed below it in {count}",
    "track": "you kept to it in {count}",
    "match": "both sides worked alike in {count}",
}
PERCENT = {
    "comfortable_effort": "Comfortable effort, not a maximum: percent means percent of that.",
    "best_effort": "Percent means percent of today's best effort.",
    "fixed_load": "Percent means percent of what the same load asked of the muscle today.",
}
"""What 100 % is, by the kind of the reference."""
NEEDED = 3
"""Comparable sessions from which on there is a usual range (F13)."""
_FEW = (say("none"), say("one"), say("two"))


def did(exercise: ExerciseSummary) -> Phrase:
    """Return what was done of the sets, what was reached, and what was not counted and why."""
    count = exercise.counts["set"]
    if not count.prompted:
        return say("You ended before the first set.")
    text = [
        say("You did {n} of {m} repetitions; {reached}.", n=count.prompted, m=exercise.prescribed,
            reached=_reached(exercise, count.reached))
    ]  # fmt: skip
    for why, n in exercise.excluded.items():
        reason = say(WHY[why]) if why in WHY else why
        text.append(
            say("{n} was not counted: {why}.", n=n, why=reason)
            if n == 1
            else say("{n} were not counted: {why}.", n=n, why=reason)
        )
    return joined(text, " ")


def how(exercise: ExerciseSummary) -> Phrase | None:
    """Return how often it went well without the bar and with it; None when there is nothing to compare."""
    before, during, after = (exercise.counts[block] for block in ("test", "set", "retest"))
    several = exercise.two or exercise.kind == "match"
    went = say(AGAIN[exercise.kind], count=_of(before if before.scored else during))
    if before.scored and during.scored:
        with_it = _of(during)
        text = (
            say("Without the bars {went}, with the bars in {count}", went=went, count=with_it)
            if several
            else say("Without the bar {went}, with the bar in {count}", went=went, count=with_it)
        )
    elif before.scored:
        text = say("Without the bars {went}", went=went) if several else say("Without the bar {went}", went=went)
    elif during.scored:
        text = say("With the bars {went}", went=went) if several else say("With the bar {went}", went=went)
    else:
        return None
    if after.scored:
        return say("{how}, and then without it again in {count}.", how=text, count=_of(after))
    return say("{how}.", how=text)


def percent(reference: Reference | None) -> Phrase:
    """Return what percent means today."""
    if reference is None:
        return say("There was no calibration, so levels are not percent and cannot be compared with another day.")
    return say(PERCENT.get(reference.kind, PERCENT["comfortable_effort"]))


def too_early(n_earlier: int) -> Phrase | None:
    """Return why nothing is said against earlier sessions, of which `n_earlier` compare; None when they are enough."""
    if n_earlier >= NEEDED:
        return None
    return say(
        "Too early to say: this needs three earlier sessions like this one; you have {n}.", n=_FEW[max(0, n_earlier)]
    )


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


def _of(count: Count) -> Phrase:
    return say("{n} of {m}", n=count.reached, m=count.scored)


def _reached(exercise: ExerciseSummary, n: int) -> Phrase:
    number: object = n or say("none")
    if exercise.kind == "relax":
        return say("{n} stayed below the line", n=number)
    if exercise.kind == "track":
        return say("{n} kept close to the line", n=number)
    if exercise.kind == "match":
        return say("both sides worked alike in {n}", n=number)
    if exercise.kind == "quick":
        text = say("{n} reached the band", n=number) if exercise.band else say("{n} reached the line", n=number)
    else:
        text = _held(number, f"{exercise.hold_seconds:g}", one=n == 1, band=exercise.band)
    return say("{what} with the other muscle below its line", what=text) if exercise.two else text


def _held(n: object, seconds: str, *, one: bool, band: bool) -> Phrase:
    if band and one:
        return say("{n} reached the band and was held for {seconds} seconds", n=n, seconds=seconds)
    if band:
        return say("{n} reached the band and were held for {seconds} seconds", n=n, seconds=seconds)
    if one:
        return say("{n} reached the line and was held for {seconds} seconds", n=n, seconds=seconds)
    return say("{n} reached the line and were held for {seconds} seconds", n=n, seconds=seconds)
