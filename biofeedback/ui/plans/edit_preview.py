"""What a plan comes to, in plain words: the dose in one line, its minutes, and what a session does.

One rule: every number is the plan's own.
"""

from __future__ import annotations

from biofeedback.training.plan import Plan
from biofeedback.ui.phrase import Phrase, say


def dose_line(plan: Plan) -> Phrase:
    """Return "10 s on, 20 s off · 3 × 6"."""
    dose = plan.dose
    rest = f"{dose.rest:g}" if dose.longest_rest is None else f"{dose.rest:g}–{dose.longest_rest:g}"
    return say(
        "{work} s on, {rest} s off · {sets} × {repetitions}",
        work=f"{dose.work:g}", rest=rest, sets=dose.sets, repetitions=dose.repetitions,
    )  # fmt: skip


def target_line(plan: Plan) -> Phrase:
    """Return what is asked of the trained muscle, "band 35–55 %"."""
    if plan.wave is not None:
        wave = plan.wave
        return say("a wave from {low} to {high} %", low=f"{wave.low:g}", high=f"{wave.high:g}")
    if plan.match is not None:
        return say("both alike, {low}–{high} %", low=f"{plan.match.low:g}", high=f"{plan.match.high:g}")
    target = plan.target
    if target is None:
        raise ValueError("a plan without wave and match has a target")
    if target.high is not None:
        return say("band {low}–{high} %", low=f"{target.low:g}", high=f"{target.high:g}")
    if plan.kind == "relax":
        return say("below {low} %", low=f"{target.low:g}")
    return say("line at {low} %", low=f"{target.low:g}")


def minutes_line(plan: Plan) -> Phrase:
    """Return how long it takes at most: in full, with the quick calibration, and as the short version."""
    return say(
        "At most {full} min; {quick} min with the quick calibration; {short} min in the short version",
        full=plan.minutes(), quick=plan.minutes(quick=True), short=plan.minutes(quick=True, short=True),
    )  # fmt: skip


def session_lines(plan: Plan) -> tuple[Phrase, ...]:
    """Return what a session does, step by step."""
    reference, dose, test = plan.reference, plan.dose, plan.test
    efforts = {
        "best_effort": say("100 % is found with {tries} best efforts of {seconds} s."),
        "comfortable_effort": say("100 % is found with {tries} comfortable efforts of {seconds} s."),
        "fixed_load": say("100 % is found {tries} times under the fixed load, {seconds} s each."),
    }
    numbers = (("tries", str(reference.tries)), ("seconds", f"{reference.seconds:g}"))
    lines = [Phrase(efforts[reference.kind].text, numbers)]
    tested = say("With the bar hidden: {n} times {work} s.") if not test.after else say(
        "With the bar hidden, before and after the sets: {n} times {work} s."
    )  # fmt: skip
    lines.append(Phrase(tested.text, (("n", str(test.repetitions)), ("work", f"{test.work:g}"))))
    if dose.sets == 1:
        lines.append(say("Then one set of {n}.", n=dose.repetitions))
    else:
        pause = f"{dose.pause:g}"
        lines.append(say("Then {sets} sets of {n}, {pause} s apart.", sets=dose.sets, n=dose.repetitions, pause=pause))
    lowest, highest = (None, None) if plan.target is None else (plan.target.lowest, plan.target.highest)
    if lowest is not None and highest is not None and lowest < highest:
        low, high = f"{lowest:g}", f"{highest:g}"
        lines.append(say("Between sets the target may move from {low} to {high} %.", low=low, high=high))
    return tuple(lines)
