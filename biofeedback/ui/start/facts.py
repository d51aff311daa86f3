"""What the Start step reads from the disk: who and which plans there are, and all that is kept about one person.

One rule: no widget is touched, and every fault becomes a sentence beside what could be read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from biofeedback.recording.library import newest
from biofeedback.recording.people import InTheWay, People, Person, Reason
from biofeedback.report.practised import TWO_WEEKS, Practice, last_days, practised
from biofeedback.training.kept_prescription import kept_prescription
from biofeedback.training.own_plans import own_plans
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import SHIPPED
from biofeedback.training.prescription import Prescription
from biofeedback.ui.phrase import Phrase, marked, say
from biofeedback.ui.start.notice import Notice
from biofeedback.ui.start.person_chooser import CODE, Known
from biofeedback.ui.start.plan_card import Offered

IN_THE_WAY: tuple[tuple[InTheWay, Phrase], ...] = (
    ("time", say("Time")),
    ("pain", say("Pain")),
    ("kit", say("The kit")),
    ("forgot", say("Forgot")),
    ("other", say("Other")),
    ("skipped", say("Skip")),
)
"""What can be answered to the question what got in the way."""


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

    @property
    def time_of_day(self) -> str:
        """When to practise, in the person's own words or those of the prescription; may be empty."""
        return self.person.time_of_day or (self.prescription.time_of_day if self.prescription else "")


def look_around(library: Path, people: People, plans: Callable[[], Sequence[Plan]], own: Path) -> Around:
    """Return who and what there is; `own` is the folder of plans of one's own.

    `plans` may raise what it likes to: that is the caller's to tell.
    """
    troubles: list[Phrase] = []
    days: list[tuple[str, dt.date | None]] = []
    try:
        days = last_days(newest(library))
        reserved = [path.name.removeprefix("sub-") for path in library.iterdir() if path.name.startswith("sub-")]
        days += [(code, None) for code in sorted(reserved) if CODE.match(code) and code not in dict(days)]
    except FileNotFoundError:
        days = []  # nobody has recorded yet
    except OSError as error:
        troubles.append(say("The library cannot be read: {why}.", why=error.strerror or "an error of the disk"))
    try:
        loaded = [people.load(code) for code in people.codes()]
    except OSError as error:
        loaded = []
        troubles.append(say("The private files cannot be read: {why}.", why=error.strerror or "an error of the disk"))
    names = {one.person.code: one.person.name for one in loaded}
    troubles += [marked(f"{one.message}.") for one in loaded if one.message]
    mine, sentences = own_plans(own)
    troubles += [marked(_sentence(one)) for one in sentences]
    return Around(Known(tuple(days), names), (*plans(), *mine), tuple(troubles))


def about_person(library: Path, people: People, code: str, today: dt.date, plans: Sequence[Plan]) -> AboutPerson:
    """Return what is kept about `code`; `plans`: those whose doses are known. Raises ValueError for what is no code."""
    loaded = people.load(code)
    troubles = [marked(f"{loaded.message}.")] if loaded.message else []
    prescription = kept_prescription(people.folder(code), lambda sentence: troubles.append(marked(sentence)))
    prescribed = [one.capped() for one in prescription.plans] if prescription else []
    person, practice = loaded.person, None
    per_week = prescription.days_per_week if prescription else person.days_per_week
    try:
        practice = practised(
            library, code, today, person.planned_days, person.rest_days,
            days_per_week=per_week, plans=[*plans, *prescribed],
        )  # fmt: skip
    except FileNotFoundError:
        practice = None
    except OSError as error:
        troubles.append(say("The practice cannot be counted: {why}.", why=error.strerror or "an error of the disk"))
    return AboutPerson(person, prescription, practice, tuple(troubles))


def keep_last_plan(people: People, code: str, plan: str) -> None:
    """Keep which plan was prepared last. Raises PersonError or OSError when that cannot be kept."""
    people.change(code, lambda person: replace(person, last_plan=plan))


def keep_reason(people: People, code: str, reason: Reason) -> Person:
    """Keep what got in the way; return the person. Raises PersonError or OSError when that cannot be kept."""
    return people.change(code, lambda person: replace(person, reasons=(*person.reasons, reason)))


def asks_what_got_in_the_way(about: AboutPerson, today: dt.date) -> bool:
    """Whether to ask: less than half of two weeks' plan was done, the plan is as old, and so is the last question."""
    before = today - dt.timedelta(days=TWO_WEEKS)
    days = [reason.day for reason in about.person.reasons]
    if about.person.planned_since is not None:
        days.append(about.person.planned_since)
    if about.prescription is not None:
        days.append(about.prescription.created)
    return about.practice is not None and about.practice.less_than_half and all(day <= before for day in days)


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?")) else f"{words}."


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
    elif asks_what_got_in_the_way(about, today):
        found.append(Notice(say("What got in the way in the last two weeks?"), None, IN_THE_WAY))
    return found
