"""What a clinician hands out, a prescription, and what comes back, its results: one TOML file each.

A prescription carries its plans in full, so that it also works for plans of one's own. docs/prescription.md has every
key. Dates are given, never taken from a clock.
One rule: no file names the person; and a cap only ever asks for less than the plan does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import tomli_w

from biofeedback.recording.folders import write_atomic
from biofeedback.training.commands import ReferenceKind
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import decode, encode
from biofeedback.training.plan_tables import Target, Wave
from biofeedback.training.plan_values import ImpossibleValue, check_name, check_number, check_text, check_texts
from biofeedback.training.toml_document import MAX_FILE, Document, parse, read_text

SCHEMA = 1
MOST_PLANS = 4
"""Two to four exercises at most are done (source: Bachmann 2018)."""
MOST_SESSIONS = 240
"""In one results file: four plans on five days a week for twelve weeks. So many fit into a file's 64 KiB."""
STOP_RULES = (
    "sharp or new pain",
    "pain up by 2, or above 5 of 10",
    "dizziness, chest pain or breathlessness",
    "a cramp that does not let go",
    "burning or itching skin",
)
"""When to stop, unless the clinician writes their own."""
LONGEST_INITIALS = 10
LONGEST_TIME_OF_DAY = 40
_SUBJECT = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)
_Sort = Literal["prescription", "results file"]


@dataclass(frozen=True, slots=True)
class PrescribedPlan:
    """A plan and its caps: `highest` target in percent, `sets`, `repetitions` a set; None caps nothing."""

    plan: Plan
    highest: float | None = None
    sets: int | None = None
    repetitions: int | None = None

    def __post_init__(self) -> None:
        if self.sets is not None:
            check_number("sets", self.sets, 1, 10)
        if self.repetitions is not None:
            check_number("repetitions", self.repetitions, 1, 100)
        if self.highest is not None:
            check_number("highest", self.highest, 1, 150, "%")
            if self.plan.kind in ("relax", "match"):
                why = "where harder is lower" if self.plan.kind == "relax" else "which has no level"
                raise ImpossibleValue("highest", f"cannot cap the kind {self.plan.kind!r}, {why}")
        self.capped()

    def capped(self) -> Plan:
        """Return the plan with its caps applied, never above its own values; name and version stay.

        The cap on repetitions holds for the hidden-bar test as well, the cap on sets for sets only. A band comes down
        with its width kept, a wave loses its top.
        """
        plan, dose, test = self.plan, self.plan.dose, self.plan.test
        sets = dose.sets if self.sets is None else min(self.sets, dose.sets)
        if self.repetitions is not None:
            dose = replace(dose, repetitions=min(self.repetitions, dose.repetitions))
            test = replace(test, repetitions=min(self.repetitions, test.repetitions))
        target, wave = plan.target, plan.wave
        if self.highest is not None:
            target = None if target is None else _capped_target(target, self.highest)
            wave = None if wave is None else _capped_wave(wave, self.highest)
        return replace(plan, dose=replace(dose, sets=sets), test=test, target=target, wave=wave)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescription:
    """Up to four plans with their caps; `created` and to be reviewed on a day, `by` initials (may be empty).

    `twelve_weeks`: an operation or injury less than 12 weeks ago, so comfortable effort only. `stop_rules`: when to
    stop. There is no place for notes: those stay with the clinician.
    """

    schema: int = SCHEMA
    created: date
    by: str = ""
    review: date
    days_per_week: int
    time_of_day: str = ""
    twelve_weeks: bool = False
    stop_rules: tuple[str, ...] = STOP_RULES
    plans: tuple[PrescribedPlan, ...]

    def __post_init__(self) -> None:
        _check_schema(self.schema)
        _check_day("created", self.created)
        check_text("by", self.by, required=False, longest=LONGEST_INITIALS)
        _check_day("review", self.review)
        if self.review < self.created:
            raise ImpossibleValue("review", f"is on {self.review}, before the prescription of {self.created}")
        check_number("days_per_week", self.days_per_week, 1, 7)
        check_text("time_of_day", self.time_of_day, required=False, longest=LONGEST_TIME_OF_DAY)
        if not self.stop_rules:
            raise ImpossibleValue("stop_rules", "is empty: say when to stop, or leave the key out for the usual ones")
        check_texts("stop_rules", self.stop_rules)
        if not self.plans:
            raise ImpossibleValue("plans", "is empty: nothing is prescribed")
        if len(self.plans) > MOST_PLANS:
            raise ImpossibleValue("plans", f"are {len(self.plans)}; more than four are rarely done: choose four")
        names = [prescribed.plan.name for prescribed in self.plans]
        for name in names:
            if names.count(name) > 1:
                raise ImpossibleValue("plans", f"have {name!r} twice: prescribe each plan once")

    def due(self, today: date) -> bool:
        """Return whether to ask for a review: the day of review has passed. Nothing is locked."""
        return today > self.review


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionResult:
    """One plan on one day: `sets` done, repetitions prompted, scored and reached, `minutes` it took.

    Ratings are 0–10, None where they were skipped; `verdict` and `reference_kind` are those of the calibration, None
    without one.
    """

    day: date
    plan: str
    version: int
    sets: int
    prompted: int
    scored: int
    reached: int
    minutes: int
    pain_before: int | None = None
    pain_after: int | None = None
    effort: int | None = None
    verdict: Literal["good", "care", "not usable"] | None = None
    reference_kind: ReferenceKind | None = None

    def __post_init__(self) -> None:
        _check_day("day", self.day)
        check_name("plan", self.plan)
        check_number("version", self.version, 1, 9999)
        check_number("sets", self.sets, 0, 99)
        check_number("prompted", self.prompted, 0, 9999)
        if not 0 <= self.scored <= self.prompted:
            raise ImpossibleValue("scored", f"is {self.scored} of {self.prompted} prompted repetitions")
        if not 0 <= self.reached <= self.scored:
            raise ImpossibleValue("reached", f"is {self.reached} of {self.scored} scored repetitions")
        check_number("minutes", self.minutes, 0, 1440, "min")
        for key in ("pain_before", "pain_after", "effort"):
            rating = getattr(self, key)
            if rating is not None:
                check_number(key, rating, 0, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What was done on the `prescription` of that day, by the person with the code `subject`."""

    schema: int = SCHEMA
    prescription: date
    subject: str
    sessions: tuple[SessionResult, ...] = ()

    def __post_init__(self) -> None:
        _check_schema(self.schema)
        _check_day("prescription", self.prescription)
        if not _SUBJECT.fullmatch(self.subject):
            raise ImpossibleValue("subject", f"is {self.subject[:70]!r}; a code has letters and digits only")
        if len(self.sessions) > MOST_SESSIONS:
            raise ImpossibleValue(
                "sessions", f"are {len(self.sessions)}; a file takes {MOST_SESSIONS}: hand back one for a shorter time"
            )


def read_prescription(path: Path) -> Prescription:
    """Return the prescription in a file; raise PlanError, with file and line, when it is no possible one."""
    return decode_prescription(read_text(path), path.name)


def decode_prescription(text: str, source: str) -> Prescription:
    """Return the prescription in a TOML text, `source` naming its file; raise PlanError when it is no possible one."""
    return decode(Prescription, _document(text, source, "prescription"))


def encode_prescription(prescription: Prescription) -> str:
    """Return the TOML text from which `decode_prescription` gives it again; raise ValueError when it is too long."""
    text = tomli_w.dumps(encode(prescription))
    if len(text.encode()) > MAX_FILE:
        raise ValueError(f"these plans are longer than a file's {MAX_FILE >> 10} KiB: prescribe fewer")
    return text


def write_prescription(path: Path, prescription: Prescription) -> None:
    """Write the prescription; an older file there stays whole if that fails. Raises ValueError (too long), OSError."""
    write_atomic(path, encode_prescription(prescription))


def read_results(path: Path) -> Results:
    """Return the results in a file; raise PlanError, with file and line, when they are no possible ones."""
    return decode_results(read_text(path), path.name)


def decode_results(text: str, source: str) -> Results:
    """Return the results in a TOML text, `source` naming its file; raise PlanError when they are no possible ones."""
    return decode(Results, _document(text, source, "results file"))


def encode_results(results: Results) -> str:
    """Return the TOML text from which `decode_results` gives the same results."""
    return tomli_w.dumps(encode(results))


def write_results(path: Path, results: Results) -> None:
    """Write the results; an older file there stays whole if that fails. Raises OSError."""
    write_atomic(path, encode_results(results))


def _capped_target(target: Target, cap: float) -> Target:
    low, high = target.low, target.high
    if high is None:
        low = min(low, cap)
    elif high > cap:
        width = high - low
        low, high = cap - width, cap
        if low < 1:
            raise ImpossibleValue("highest", f"is {cap:g} %, too low for a band {width:g} points wide")
    lowest = None if target.lowest is None else min(target.lowest, low)
    highest = None if target.highest is None else min(target.highest, cap)
    return Target(low, high, lowest, highest)


def _capped_wave(wave: Wave, cap: float) -> Wave:
    if cap <= wave.low:
        raise ImpossibleValue("highest", f"is {cap:g} %, not above the wave's bottom, {wave.low:g} %")
    return replace(wave, high=min(wave.high, cap))


def _document(text: str, source: str, sort: _Sort) -> Document:
    """Return the document, refusing a newer schema before its unknown keys are complained about."""
    document = parse(text, source)
    schema = document.values.get("schema")
    if schema is None:
        raise document.error((), f"schema is missing, so this is no {sort}: it is to be {SCHEMA}")
    if isinstance(schema, int) and schema > SCHEMA:
        raise document.error(("schema",), f"this {sort} is of a newer version of this program: update the program")
    return document


def _check_schema(schema: int) -> None:
    if schema != SCHEMA:
        raise ImpossibleValue("schema", f"is {schema}; this version knows {SCHEMA}")


def _check_day(key: str, day: date) -> None:
    # a datetime is a date to Python, and would be written with its time
    if type(day) is not date:
        raise ImpossibleValue(key, f"is {day}; it is to be a day without a time")
