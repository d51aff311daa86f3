"""What the Start step reads from the disk: who and which plans there are, and all that is kept about one person.

One rule: no widget is touched, and every fault becomes a sentence beside what could be read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from biofeedback.recording.library import runs
from biofeedback.recording.people import People, Person
from biofeedback.report.practised import Practice, last_days, practised
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import SHIPPED
from biofeedback.training.prescription import Prescription, read_prescription
from biofeedback.training.toml_document import PlanError
from biofeedback.ui.phrase import Phrase, said, say
from biofeedback.ui.start.notice import Notice
from biofeedback.ui.start.person_chooser import CODE, Known
from biofeedback.ui.start.plan_card import Offered

PRESCRIPTION = "prescription.toml"
"""Name of a person's prescription in their private folder."""


@dataclass(frozen=True, slots=True)
class Around:
    """Who is known and which plans there are. `troubles`: what could not be read."""

    known: Known = field(default_factory=Known)
    plans: tuple[Plan, ...] = ()
    troubles: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class AboutPerson:
    """All that is kept about one person, as far as it could be read."""

    person: Person
    prescription: Prescription | None = None
    practice: Practice | None = None
    troubles: tuple[Phrase, ...] = ()


def look_around(library: Path, people: People, plans: Callable[[], Sequence[Plan]]) -> Around:
    """Return who and what there is. `plans` may raise what it likes to: that is the caller's to tell."""
    troubles: list[Phrase] = []
    days: list[tuple[str, dt.date | None]] = []
    try:
        days = last_days(runs(library))
        reserved = [path.name.removeprefix("sub-") for path in library.iterdir() if path.name.startswith("sub-")]
        days += [(code, None) for code in sorted(reserved) if CODE.match(code) and code not in dict(days)]
    except FileNotFoundError:
        days = []  # nobody has recorded yet
    except OSError as error:
        troubles.append(say("The library cannot be read: {why}.", why=error.strerror or "an error of the disk"))
    try:
        names = {code: people.read(code).name for code in people.codes()}
    except OSError as error:
        names = {}
        troubles.append(say("The private files cannot be read: {why}.", why=error.strerror or "an error of the disk"))
    return Around(Known(tuple(days), names), tuple(plans()), tuple(troubles))


def about_person(
    library: Path, people: People, code: str, today: dt.date, plans: Sequence[Plan], zone: dt.tzinfo | None = None
) -> AboutPerson:
    """Return what is kept about `code`; `plans`: those whose doses are known. Raises ValueError for what is no code."""
    loaded = people.load(code)
    troubles = [said(f"{loaded.message}.")] if loaded.message else []
    prescription = None
    try:
        path = people.folder(code) / PRESCRIPTION
        prescription = read_prescription(path) if path.exists() else None
    except PlanError as error:
        troubles.append(say("The prescription cannot be used: {why}", why=str(error)))
    prescribed = [one.capped() for one in prescription.plans] if prescription else []
    person, practice = loaded.person, None
    per_week = prescription.days_per_week if prescription else person.days_per_week
    try:
        practice = practised(
            library, code, today, person.planned_days, person.rest_days,
            days_per_week=per_week, plans=[*plans, *prescribed], zone=zone,
        )  # fmt: skip
    except FileNotFoundError:
        practice = None
    except OSError as error:
        troubles.append(say("The practice cannot be counted: {why}.", why=error.strerror or "an error of the disk"))
    return AboutPerson(person, prescription, practice, tuple(troubles))


def keep_last_plan(people: People, code: str, plan: str) -> None:
    """Keep which plan was prepared last. Raises PersonError or OSError when that cannot be kept."""
    person = people.read(code)
    if person.last_plan != plan:
        people.save(replace(person, last_plan=plan))


def on_offer(plans: Sequence[Plan], prescription: Prescription | None) -> tuple[Offered, ...]:
    """Return the plans as they are offered: the prescribed ones with their caps, those shipped, then one's own.

    A plan that is prescribed is not offered a second time without its caps.
    """
    prescribed = prescription.plans if prescription else ()
    first = [Offered(one.capped(), one, one.plan.name not in SHIPPED) for one in prescribed]
    names = {one.plan.name for one in first}
    others = [plan for plan in plans if plan.name not in names]
    return (
        *first,
        *(Offered(plan) for plan in others if plan.name in SHIPPED),
        *(Offered(plan, own=True) for plan in others if plan.name not in SHIPPED),
    )


def notices(
    about: AboutPerson, around: Around, trouble: Phrase | None, today: dt.date, *, welcomed: bool
) -> list[Notice]:
    """Return what is to be said first: a review that is due, troubles, and welcome back unless that was answered."""
    found = []
    if about.prescription and about.prescription.due(today):
        day = about.prescription.review.isoformat()
        found.append(Notice(say("This prescription was to be reviewed by {day}. Ask for a review.", day=day)))
    found += [Notice(one) for one in (*around.troubles, *about.troubles, *([trouble] if trouble else []))]
    if about.practice and about.practice.was_away and not welcomed:
        welcome = say("Welcome back. Start with the short version?")
        found.append(Notice(welcome, None, (("short", say("Short version")), ("usual", say("As usual")))))
    return found
