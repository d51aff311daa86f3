"""What a person has practised: days, good repetitions and minutes of this week and the four weeks up to it.

From the accounts beside the recordings, never from the samples: it is quick, and says what the accounts say.
One rule: nothing is held against anybody. A day of rest counts as kept, a missed day is only one that was planned,
and there is no streak.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from biofeedback.recording.account import read_account
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.library import RunSummary, runs
from biofeedback.training.plan import Plan

DONE = 0.8
"""Share of the prescribed repetitions that were attempted with a valid signal, from which a session is done (F16)."""
DAYS_AWAY = 7
"""Days without practice after which the short version is offered."""
N_WEEKS = 4
TWO_WEEKS = 14
"""Days that are looked at before somebody is asked what got in the way."""
MOST = 1_000_000
"""No honest count in an account is larger."""
DayState = Literal["done", "part", "rest", "planned", "open"]
"""Practised as prescribed · something practised · a day of rest · planned, nothing yet · nothing planned."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day: `good` repetitions were reached in sets, `seconds` recorded in `sessions` visits."""

    day: dt.date
    state: DayState
    sessions: int = 0
    good: int = 0
    seconds: float = 0.0

    @property
    def minutes(self) -> int:
        """The time recorded, rounded."""
        return round(self.seconds / 60)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from Monday. `planned`: how many days were to be practised, None where nobody has said."""

    days: tuple[Day, ...]
    planned: int | None

    @property
    def kept(self) -> int:
        """Days done, or of rest (F16 counts sessions; a rest or flare-up day is a legal choice)."""
        return kept(self.days)

    @property
    def part(self) -> int:
        """Days with less than what was prescribed."""
        return sum(day.state == "part" for day in self.days)

    @property
    def good(self) -> int:
        """Good repetitions."""
        return sum(day.good for day in self.days)

    @property
    def minutes(self) -> int:
        """Minutes recorded."""
        return round(sum(day.seconds for day in self.days) / 60)


@dataclass(frozen=True, slots=True)
class Practice:
    """The four weeks up to today, the oldest first. `first`, `last`: days of practice, None before the first.

    `next_day`: the next planned day from today on that is neither done nor of rest; None where no weekday is planned.
    """

    today: dt.date
    weeks: tuple[Week, ...]
    last: dt.date | None
    first: dt.date | None = None
    next_day: dt.date | None = None

    @property
    def week(self) -> Week:
        """This week."""
        return self.weeks[-1]

    @property
    def days_away(self) -> int | None:
        """Days since the last practice; None before the first."""
        return None if self.last is None else (self.today - self.last).days

    @property
    def was_away(self) -> bool:
        """Whether to welcome back, with the short version."""
        return self.days_away is not None and self.days_away >= DAYS_AWAY

    @property
    def less_than_half(self) -> bool:
        """Whether less than half of what was planned was kept in the two weeks up to yesterday.

        False where no days were planned, and for who began later than that.
        """
        start = self.today - dt.timedelta(days=TWO_WEEKS)
        planned = self.week.planned
        if planned is None or self.first is None or self.first > start:
            return False
        days = [day for week in self.weeks for day in week.days if start <= day.day < self.today]
        return 2 * kept(days) < planned * TWO_WEEKS / 7


def kept(days: Iterable[Day]) -> int:
    """Return how many of the days were done, or of rest."""
    return sum(day.state in ("done", "rest") for day in days)


@dataclass(slots=True)
class _Plan:
    """What was done of one plan on one day, over all its runs."""

    prescribed: int | None = None
    scored: int = 0
    finished: bool = False

    @property
    def done(self) -> bool:
        if self.prescribed is None:  # the plan is not known here: all that can be said is whether it was gone through
            return self.finished and self.scored > 0
        return self.scored >= DONE * self.prescribed


@dataclass(slots=True)
class _Tally:
    """What one day comes to while accounts are read."""

    visits: set[str]
    plans: dict[str, _Plan]
    good: int = 0
    seconds: float = 0.0
    free: bool = False


def practised(
    library: Path,
    subject: str,
    today: dt.date,
    planned_days: Collection[int] = (),
    rest_days: Collection[dt.date] = (),
    *,
    days_per_week: int | None = None,
    plans: Iterable[Plan] = (),
    zone: dt.tzinfo | None = None,
) -> Practice:
    """Return what `subject` has practised, as the accounts in `library` tell; raise OSError if it is not there.

    `planned_days`: weekdays, Monday is 0; `days_per_week` where no weekdays were named. `plans`: what was prescribed
    by name and version, for accounts that do not tell it. `zone`: whose days these are, the computer's own if None.
    Recordings of a simulated muscle are no practice.
    """
    doses = {(plan.name, plan.version): plan.dose.sets * plan.dose.repetitions for plan in plans}
    found: dict[dt.date, _Tally] = {}
    for run in runs(library, subject):
        if run.started is not None and not run.simulated:
            day = run.started.astimezone(zone).date()
            _take(found.setdefault(day, _Tally(set(), {})), run, doses)
    active = {day: tally for day, tally in found.items() if tally.free or any(p.scored for p in tally.plans.values())}
    past = [day for day in active if day <= today]
    monday = today - dt.timedelta(days=today.weekday())
    starts = [monday - dt.timedelta(weeks=N_WEEKS - 1 - n) for n in range(N_WEEKS)]
    planned = len(set(planned_days)) or days_per_week
    weeks = tuple(
        Week(tuple(_day(start + dt.timedelta(days=n), active, planned_days, rest_days) for n in range(7)), planned)
        for start in starts
    )
    following = _next_day(weeks[-1], today, planned_days, rest_days)
    return Practice(today, weeks, max(past, default=None), min(past, default=None), following)


def last_days(found: Sequence[RunSummary], zone: dt.tzinfo | None = None) -> list[tuple[str, dt.date | None]]:
    """Return every code among recordings with the day of its newest one, the newest first."""
    newest: dict[str, dt.date | None] = {}
    for run in found:
        before, day = newest.get(run.subject), run.started.astimezone(zone).date() if run.started else None
        newest[run.subject] = max(before, day) if before and day else before or day
    return sorted(newest.items(), key=lambda entry: (-(entry[1] or dt.date.min).toordinal(), entry[0]))


def _next_day(week: Week, today: dt.date, planned: Collection[int], rest: Collection[dt.date]) -> dt.date | None:
    """Return the next planned day from today on, not of rest; today only while it is not done."""
    state = week.days[today.weekday()].state
    for n in range(1 if state in ("done", "rest") else 0, 2 * TWO_WEEKS):
        day = today + dt.timedelta(days=n)
        if day.weekday() in planned and day not in rest:
            return day
    return None


def _take(tally: _Tally, run: RunSummary, doses: Mapping[tuple[str, int], int]) -> None:
    """Add a run; what its account does not tell, or tells impossibly, is left out."""
    try:
        results = read_account(run.path)["Biofeedback"].get("results")
    except RecordingError:
        return
    if not isinstance(results, dict):
        return
    tally.visits.add(run.session)
    tally.seconds += run.seconds or 0.0
    exercise = results.get("exercise")
    if not isinstance(exercise, dict):
        tally.free |= _count(results, "started") > 0
        return
    name, version = exercise.get("plan"), exercise.get("version")
    if not isinstance(name, str) or type(version) is not int:
        return
    done = tally.plans.setdefault(name, _Plan())
    done.finished |= exercise.get("finished") is True
    told = _count(exercise, "prescribed") or doses.get((name, version))
    done.prescribed = max(done.prescribed or 0, told) if told else done.prescribed
    blocks = exercise.get("blocks")
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, dict) and block.get("block") == "set":
            scored = _count(block, "scored")
            done.scored += scored
            tally.good += min(scored, _count(block, "reached"))


def _count(table: Mapping[str, Any], key: str) -> int:
    """Return a count of an account, 0 where it is none."""
    value = table.get(key)
    return value if type(value) is int and 0 <= value <= MOST else 0


def _day(day: dt.date, found: Mapping[dt.date, _Tally], planned: Collection[int], rest: Collection[dt.date]) -> Day:
    tally = found.get(day)
    if tally is None:
        state: DayState = "rest" if day in rest else "planned" if day.weekday() in planned else "open"
        return Day(day, state)
    started = [plan for plan in tally.plans.values() if plan.scored]
    state = "done" if started and all(plan.done for plan in started) else "part"
    if state == "part" and day in rest:
        state = "rest"
    return Day(day, state, len(tally.visits), tally.good, tally.seconds)
