"""A prescription in plain words: what the person is to do, how often, how far, when to stop, when to look again.

One rule: no Qt, and nothing that is not in the prescription; values are those after the caps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import SHIPPED, find_plan
from biofeedback.training.prescription import PrescribedPlan, Prescription
from biofeedback.ui.phrase import Phrase, joined, marked, say
from biofeedback.ui.plans.edit_preview import target_line

Day = Callable[[date], str]
"""Writes a day as the person does: "3 Nov 2026"."""


def head_line(prescription: Prescription, day: Day) -> Phrase:
    """Return "From AB, of 3 Nov 2026 · 2 plans · review on 3 Jan 2027 · caps: target, sets"."""
    created, n = day(prescription.created), len(prescription.plans)
    by = say("Of {day}", day=created)
    if prescription.by:
        by = say("From {by}, of {day}", by=prescription.by, day=created)
    plans = say("1 plan") if n == 1 else say("{n} plans", n=n)
    caps = [
        words
        for key, words in (("highest", say("target")), ("sets", say("sets")), ("repetitions", say("repetitions")))
        if any(getattr(given, key) is not None for given in prescription.plans)
    ]
    capped = say("caps: {caps}", caps=joined(caps)) if caps else say("no caps")
    return joined((by, plans, say("review on {day}", day=day(prescription.review)), capped), " · ")


def how_often(prescription: Prescription) -> Phrase:
    """Return "On 4 days a week, before breakfast."."""
    n, when = prescription.days_per_week, prescription.time_of_day.strip()
    often = say("On 1 day a week") if n == 1 else say("On {n} days a week", n=n)
    return say("{often}, {when}.", often=often, when=when) if when else say("{often}.", often=often)


def plan_lines(given: PrescribedPlan) -> tuple[Phrase, ...]:
    """Return what one plan asks of the person: its own sentence, how much, and how far."""
    plan = given.capped()
    minutes = say("{n} min at most.", n=plan.minutes())
    return (marked(plan.summary), joined((dose_words(plan), minutes), " "), joined(level_words(given, plan), " "))


def dose_words(plan: Plan) -> Phrase:
    """Return "2 sets of 10: 5 s of work, then 10 s of rest."."""
    dose = plan.dose
    rest = f"{dose.rest:g}" if dose.longest_rest is None else f"{dose.rest:g}–{dose.longest_rest:g}"
    sets = say("1 set of {n}", n=dose.repetitions) if dose.sets == 1 else say(
        "{sets} sets of {n}", sets=dose.sets, n=dose.repetitions
    )  # fmt: skip
    return say("{sets}: {work} s of work, then {rest} s of rest.", sets=sets, work=f"{dose.work:g}", rest=rest)


def level_words(given: PrescribedPlan, plan: Plan) -> tuple[Phrase, ...]:
    """Return the target after the caps, and how far it may rise at most where that is capped."""
    target = say("Target: {target}.", target=target_line(plan))
    if given.highest is None:
        return (target,)
    return (target, say("Never above {cap} %.", cap=f"{given.highest:g}"))


def gently(prescription: Prescription) -> tuple[Phrase, ...]:
    """Return what holds for 12 weeks after an operation or injury, if it does."""
    if not prescription.twelve_weeks:
        return ()
    return (say("Never a best effort: as firmly as is comfortable."),)


def changed_plans(plans: Iterable[PrescribedPlan]) -> tuple[str, ...]:
    """Return the titles of plans that go by a shipped plan's name and are not that plan."""
    return tuple(
        given.plan.title for given in plans if given.plan.name in SHIPPED and given.plan != find_plan(given.plan.name)
    )


def sentence(text: str) -> str:
    """Return an error's words with a full stop, unless they end as a question."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
