"""Prescription and results: both files as documented, caps that only lower, and every complaint with its line."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from biofeedback.training.commands import Kind, ReferenceKind, SetDose, SetShaping, SetTarget, SetTest, SetWave
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import SHIPPED, shipped_plans
from biofeedback.training.plan_tables import Dose, HiddenTest, Match, Other, Target, Wave
from biofeedback.training.plan_values import ImpossibleValue
from biofeedback.training.prescription import (
    MOST_SESSIONS,
    STOP_RULES,
    PrescribedPlan,
    Prescription,
    Results,
    SessionResult,
    decode_prescription,
    decode_results,
    encode_prescription,
    encode_results,
    read_prescription,
    read_results,
    write_prescription,
    write_results,
)
from biofeedback.training.toml_document import MAX_FILE, PlanError

PAGE = (Path(__file__).parents[2] / "docs" / "prescription.md").read_text("utf-8")
PRESCRIPTION, RESULTS = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
EXAMPLE = decode_prescription(PRESCRIPTION, "example.toml")
PLAN = EXAMPLE.plans[0].plan
DAY = dt.date(2026, 11, 23)
SESSION = SessionResult(
    day=DAY, plan="quad-set", version=1, sets=2, prompted=20, scored=19, reached=15, minutes=14
)  # fmt: skip
CLOSE = pytest.approx


def plan_of(kind: Kind, **changes: Any) -> Plan:
    """The example's plan as another kind, with the tables that the kind needs."""
    two = (*PLAN.muscles, PLAN.muscles[0])
    needed: dict[Kind, dict[str, Any]] = {
        "track": {"target": None, "wave": Wave(0.1, 10, 30)},
        "match": {"target": None, "match": Match(), "muscles": two},
        "isolate": {"other": Other(40, 25), "muscles": two},
    }
    return replace(PLAN, kind=kind, **(needed.get(kind, {}) | changes))


# -- caps -----------------------------------------------------------------------------------------------------


def test_caps_lower_the_dose_and_the_hidden_test() -> None:
    capped = PrescribedPlan(PLAN, sets=1, repetitions=4).capped()
    assert (capped.dose.sets, capped.dose.repetitions, capped.test.repetitions) == (1, 4, 4)
    assert capped == replace(PLAN, dose=capped.dose, test=capped.test)
    assert capped.dose == Dose(work=5, rest=10, repetitions=4, sets=1)


def test_caps_above_the_plan_change_nothing() -> None:
    assert PrescribedPlan(PLAN).capped() == PLAN
    assert PrescribedPlan(PLAN, highest=150, sets=10, repetitions=100).capped() == PLAN


@pytest.mark.parametrize(
    ("target", "cap", "capped"),
    [
        (Target(50, lowest=30, highest=70), 60, Target(50, lowest=30, highest=60)),
        (Target(50, lowest=30, highest=70), 40, Target(40, lowest=30, highest=40)),
        (Target(50, lowest=30, highest=70), 20, Target(20, lowest=20, highest=20)),
        (Target(40, 50, lowest=20, highest=70), 60, Target(40, 50, lowest=20, highest=60)),
        (Target(40, 50, lowest=20, highest=70), 45, Target(35, 45, lowest=20, highest=45)),
        (Target(40, 50, lowest=20, highest=70), 25, Target(15, 25, lowest=15, highest=25)),
        (Target(50), 40, Target(40)),
        (Target(40, 50), 30, Target(20, 30)),
    ],
)
def test_a_cap_brings_the_target_and_its_range_down(target: Target, cap: float, capped: Target) -> None:
    assert PrescribedPlan(plan_of("hold", target=target), highest=cap).capped().target == capped


def test_a_cap_takes_the_top_of_a_wave() -> None:
    assert PrescribedPlan(plan_of("track"), highest=20).capped().wave == Wave(0.1, 10, 20)
    assert PrescribedPlan(plan_of("track"), highest=40).capped().wave == Wave(0.1, 10, 30)


@pytest.mark.parametrize(
    ("plan", "caps", "message"),
    [
        (plan_of("relax"), {"highest": 40}, "harder is lower"),
        (plan_of("match"), {"highest": 40}, "no level"),
        (plan_of("track"), {"highest": 10}, "not above the wave's bottom"),
        (plan_of("hold", target=Target(40, 50)), {"highest": 10}, "band 10 points wide"),
        (PLAN, {"highest": 151}, "1 to 150"),
        (PLAN, {"highest": float("nan")}, "1 to 150"),
        (PLAN, {"sets": 0}, "1 to 10"),
        (PLAN, {"repetitions": 0}, "1 to 100"),
    ],
)
def test_a_cap_that_cannot_be_kept_is_refused(plan: Plan, caps: dict[str, Any], message: str) -> None:
    with pytest.raises(ImpossibleValue, match=message) as error:
        PrescribedPlan(plan, **caps)
    assert error.value.key in caps


@st.composite
def prescribed_plans(draw: st.DrawFn) -> PrescribedPlan:
    levels = st.integers(2, 150).map(float)
    lowest, low, high, highest = sorted(draw(st.lists(levels, min_size=4, max_size=4, unique=True)))
    band = draw(st.booleans())
    ranged = {"lowest": lowest, "highest": highest} if draw(st.booleans()) else {}
    cap = draw(st.floats(high - low + 1, 150)) if band else draw(st.floats(1, 150))
    plan = plan_of(
        draw(st.sampled_from(["activate", "hold", "isolate"])),
        target=Target(low, high if band else None, **ranged),
        dose=Dose(5, 10, draw(st.integers(1, 100)), draw(st.integers(1, 10))),
        test=HiddenTest(5, 10, draw(st.integers(1, 20))),
    )
    sets, repetitions = draw(st.none() | st.integers(1, 10)), draw(st.none() | st.integers(1, 100))
    return PrescribedPlan(plan, draw(st.none() | st.just(cap)), sets, repetitions)


@settings(max_examples=60, deadline=None)
@given(prescribed_plans())
def test_a_cap_is_kept_and_asks_for_no_more_than_the_plan(prescribed: PrescribedPlan) -> None:
    plan, capped = prescribed.plan, prescribed.capped()
    assert capped.dose.sets <= min(plan.dose.sets, prescribed.sets or 10)
    assert capped.dose.repetitions <= min(plan.dose.repetitions, prescribed.repetitions or 100)
    assert capped.test.repetitions <= plan.test.repetitions
    before, after = plan.target, capped.target
    assert before is not None
    assert after is not None
    cap = 150 if prescribed.highest is None else prescribed.highest
    assert after.low <= before.low
    assert (after.high or after.low) <= cap
    assert (after.highest or 0) <= min(before.highest or 0, cap)
    assert (after.lowest or 0) <= (before.lowest or 0)
    if before.high is not None and after.high is not None:
        assert after.high - after.low == CLOSE(before.high - before.low)
    assert replace(prescribed, plan=capped).capped() == capped


def test_the_commands_of_a_capped_plan_carry_the_caps() -> None:
    commands = PrescribedPlan(PLAN, highest=45, sets=1, repetitions=4).capped().commands(7)
    assert [command for command in commands if isinstance(command, SetDose | SetTest | SetTarget | SetShaping)] == [
        SetDose(5, 10, 4, 1),
        SetTest(4, 5, 10),
        SetTarget(45, reason="plan"),
        SetShaping(30, 45, 45),
    ]
    wave = PrescribedPlan(plan_of("track"), highest=20).capped().commands(7)
    assert SetWave(0.1, 10, 20) in wave


# -- prescription ---------------------------------------------------------------------------------------------


def test_the_documented_prescription_is_read_as_it_says() -> None:
    assert (EXAMPLE.schema, EXAMPLE.created, EXAMPLE.review) == (1, dt.date(2026, 11, 22), dt.date(2027, 1, 3))
    assert (EXAMPLE.by, EXAMPLE.days_per_week, EXAMPLE.time_of_day) == ("AB", 4, "before breakfast")
    assert EXAMPLE.stop_rules[-1] == "the knee gives way"
    capped = EXAMPLE.plans[0].capped()
    assert capped.target == Target(50, lowest=30, highest=50)
    assert (capped.dose.sets, capped.dose.repetitions) == (1, 10)
    assert PLAN.calibration().kind == "best_effort"
    assert EXAMPLE.twelve_weeks
    assert capped.calibration(twelve_weeks=EXAMPLE.twelve_weeks).kind == "comfortable_effort"


def test_the_usual_stop_rules_stand_in_where_none_are_written() -> None:
    text = re.sub(r"^stop_rules.*\n", "", PRESCRIPTION, flags=re.MULTILINE)
    assert decode_prescription(text, "x.toml").stop_rules == STOP_RULES
    assert " · ".join(STOP_RULES) in PAGE.replace("\n", " ")


def test_a_review_is_asked_for_from_the_day_after() -> None:
    assert not EXAMPLE.due(dt.date(2026, 12, 1))
    assert not EXAMPLE.due(EXAMPLE.review)
    assert EXAMPLE.due(EXAMPLE.review + dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("old", "new", "line_of", "message"),
    [
        ("schema = 1", "schema = 2", "schema", "newer version of this program"),
        ("schema = 1", "schema = 0", "schema", "schema is 0"),
        ("schema = 1", 'schema = "1"', "schema", "whole number"),
        ("schema = 1\n", "", "created", "schema is missing"),
        ("days_per_week = 4", "day_per_week = 4", "day_per_week", "is 'days_per_week' meant"),
        ("days_per_week = 4", "days_per_week = 8", "days_per_week", "1 to 7"),
        ("days_per_week = 4", "days_per_week = true", "days_per_week", "whole number"),
        ("review = 2027-01-03", "review = 2026-11-21", "review", "before the prescription"),
        ("review = 2027-01-03", "review = 2027-01-03T10:00:00", "review", "a date like"),
        ("review = 2027-01-03", 'review = "January"', "review", "a date like"),
        ('by = "AB"', 'by = "Dr Alexandra Brown"', "by", "it can have 10"),
        ('by = "AB"', 'by = "A\\u202eB"', "by", "cannot be shown"),
        ("highest = 50", "highest = 160", "highest = 160", "highest is 160 %; it can be 1 to 150 %"),
        ("highest = 50", "highest = nan", "highest = nan", "is to be a number"),
        ("sets = 1", "set = 1", "set = 1", "is unknown"),
        ("low = 50", "low = 80", "highest = 70", "highest"),
        ("work = 5\nrest = 10\nrep", "work = -5\nrest = 10\nrep", "work = -5", "work is -5 s"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, line_of: str, message: str) -> None:
    assert PRESCRIPTION.count(old) >= 1
    text = PRESCRIPTION.replace(old, new, 1)
    with pytest.raises(PlanError, match=re.escape(message)) as error:
        decode_prescription(text, "knee.toml")
    starts = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith(line_of)]
    assert error.value.line in starts
    assert str(error.value).startswith(f"knee.toml, line {error.value.line}: ")


def many(n: int) -> tuple[PrescribedPlan, ...]:
    return tuple(PrescribedPlan(replace(PLAN, name=f"plan-{number}")) for number in range(n))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"plans": many(5)}, "more than four are rarely done"),
        ({"plans": ()}, "nothing is prescribed"),
        ({"plans": many(2)[:1] * 2}, "twice"),
        ({"stop_rules": ()}, "say when to stop"),
        ({"stop_rules": ("",)}, "stop_rules is empty"),
        ({"created": dt.datetime(2026, 11, 22, tzinfo=dt.UTC)}, "without a time"),
        ({"time_of_day": "x" * 41}, "it can have 40"),
    ],
)
def test_an_impossible_prescription_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ImpossibleValue, match=message):
        replace(EXAMPLE, **changes)


def test_a_fifth_plan_in_a_file_is_refused_with_its_file() -> None:
    one = PRESCRIPTION[PRESCRIPTION.index("[[plans]]") :]
    text = PRESCRIPTION + "".join(one.replace("my-quad-set", f"other-{number}") for number in range(4))
    with pytest.raises(PlanError, match=r"^knee.toml, line \d+: plans are 5; more than four") as error:
        decode_prescription(text, "knee.toml")
    assert text.splitlines()[(error.value.line or 0) - 1] == "[[plans]]"
    assert f"    {error.value}\n" in PAGE


days = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))
texts = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=10)


@settings(max_examples=60, deadline=None)
@given(
    plans=st.lists(prescribed_plans(), min_size=1, max_size=4),
    dates=st.lists(days, min_size=2, max_size=2).map(sorted),
    by=texts | st.just(""),
    days_per_week=st.integers(1, 7),
    twelve_weeks=st.booleans(),
    stop_rules=st.lists(texts, min_size=1, max_size=30),
)
def test_a_prescription_reads_back_as_it_was_written(
    plans: list[PrescribedPlan],
    dates: list[dt.date],
    by: str,
    days_per_week: int,
    twelve_weeks: bool,
    stop_rules: list[str],
) -> None:
    prescription = Prescription(
        created=dates[0],
        by=by,
        review=dates[1],
        days_per_week=days_per_week,
        twelve_weeks=twelve_weeks,
        stop_rules=tuple(stop_rules),
        plans=tuple(
            replace(prescribed, plan=replace(prescribed.plan, name=f"plan-{number}"))
            for number, prescribed in enumerate(plans)
        ),
    )
    assert decode_prescription(encode_prescription(prescription), "x.toml") == prescription


@pytest.mark.parametrize("first", range(0, len(SHIPPED), 4))
def test_any_four_neighbours_of_the_shipped_plans_fit_into_a_prescription(first: int) -> None:
    plans = tuple(PrescribedPlan(plan, sets=1, repetitions=3) for plan in shipped_plans()[first : first + 4])
    prescription = replace(EXAMPLE, plans=plans)
    assert decode_prescription(encode_prescription(prescription), "x.toml") == prescription


def test_a_prescription_too_long_for_a_file_is_refused_before_it_is_written(tmp_path: Path) -> None:
    wordy = replace(PLAN, evidence="long", cautions=("x" * 1000,) * 30)
    plans = tuple(PrescribedPlan(replace(wordy, name=f"plan-{number}")) for number in range(3))
    path = tmp_path / "knee.toml"
    with pytest.raises(ValueError, match="prescribe fewer"):
        write_prescription(path, replace(EXAMPLE, plans=plans))
    assert not path.exists()


def test_a_written_prescription_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "knee.toml"
    write_prescription(path, EXAMPLE)
    assert read_prescription(path) == EXAMPLE


# -- results --------------------------------------------------------------------------------------------------


def test_the_documented_results_are_read_as_they_say() -> None:
    results = decode_results(RESULTS, "results.toml")
    assert (results.prescription, results.subject) == (EXAMPLE.created, "K7Q3XD")
    first, second = results.sessions
    assert (first.scored, first.reached, first.minutes, first.effort) == (14, 11, 9, 5)
    assert (first.verdict, first.reference_kind) == ("good", "comfortable_effort")
    assert (second.pain_after, second.effort, second.verdict, second.reference_kind) == (6, None, None, None)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"scored": 21}, "scored"),
        ({"reached": 20}, "reached"),
        ({"reached": -1}, "reached"),
        ({"prompted": -1}, "prompted"),
        ({"minutes": 1441}, "minutes"),
        ({"effort": 11}, "effort"),
        ({"pain_before": -1}, "pain_before"),
        ({"plan": "Quad set of Anna"}, "plan"),
        ({"version": 0}, "version"),
        ({"sets": 100}, "sets"),
        ({"day": dt.datetime(2026, 11, 22, tzinfo=dt.UTC)}, "day"),
    ],
)
def test_an_impossible_session_is_refused_by_its_key(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(ImpossibleValue) as error:
        replace(SESSION, **changes)
    assert error.value.key == key


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("reached = 11", "reached = 15", 12, "reached is 15 of 14 scored"),
        ("pain_after = 6", "pain_after = 6\nnote = 'it hurt'", 31, "note is unknown"),
        ('verdict = "good"', 'verdict = "fine"', 17, "good, care, not usable"),
        ('subject = "K7Q3XD"', 'subject = "Anna Brown"', 3, "letters and digits only"),
        ("schema = 1", "schema = 3", 1, "this results file is of a newer version"),
        ("[[sessions]]", "[sessions]", 5, "list"),
    ],
)
def test_a_mistake_in_results_is_named_with_its_line(old: str, new: str, line: int, message: str) -> None:
    text = RESULTS.replace(old, new, 1)
    if new == "[sessions]":
        text = text[: text.index("[[sessions]]")]
    with pytest.raises(PlanError, match=re.escape(message)) as error:
        decode_results(text, "results.toml")
    assert error.value.line == line


def test_neither_file_is_taken_for_the_other() -> None:
    with pytest.raises(PlanError, match="unknown"):
        decode_results(PRESCRIPTION, "x.toml")
    with pytest.raises(PlanError, match="unknown"):
        decode_prescription(RESULTS, "x.toml")


counts = st.lists(st.integers(0, 9999), min_size=3, max_size=3).map(sorted)
ratings = st.none() | st.integers(0, 10)


@st.composite
def session_results(draw: st.DrawFn) -> SessionResult:
    reached, scored, prompted = draw(counts)
    return SessionResult(
        day=draw(days),
        plan=draw(st.sampled_from(SHIPPED)),
        version=draw(st.integers(1, 9999)),
        sets=draw(st.integers(0, 99)),
        prompted=prompted,
        scored=scored,
        reached=reached,
        minutes=draw(st.integers(0, 1440)),
        pain_before=draw(ratings),
        pain_after=draw(ratings),
        effort=draw(ratings),
        verdict=draw(st.sampled_from([None, "good", "care", "not usable"])),
        reference_kind=draw(st.sampled_from([None, *get_args(ReferenceKind)])),
    )


@settings(max_examples=60, deadline=None)
@given(days, st.from_regex(r"[A-Z0-9]{1,64}", fullmatch=True), st.lists(session_results(), max_size=4))
def test_results_read_back_as_they_were_written(day: dt.date, subject: str, sessions: list[SessionResult]) -> None:
    results = Results(prescription=day, subject=subject, sessions=tuple(sessions))
    assert decode_results(encode_results(results), "x.toml") == results


def test_the_most_sessions_at_their_longest_fit_into_a_file_and_one_more_is_refused(tmp_path: Path) -> None:
    longest = SessionResult(
        day=DAY,
        plan="x" * 40,
        version=9999,
        sets=99,
        prompted=9999,
        scored=9999,
        reached=9999,
        minutes=1440,
        pain_before=10,
        pain_after=10,
        effort=10,
        verdict="not usable",
        reference_kind="comfortable_effort",
    )
    results = Results(prescription=DAY, subject="X" * 64, sessions=(longest,) * MOST_SESSIONS)
    assert len(encode_results(results)) <= MAX_FILE
    path = tmp_path / "results.toml"
    write_results(path, results)
    assert read_results(path) == results
    with pytest.raises(ImpossibleValue, match="hand back one for a shorter time"):
        replace(results, sessions=results.sessions * 2)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_a_file_holds_the_answer_is_an_error_of_its_own(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for decode in (decode_prescription, decode_results):
        with pytest.raises(PlanError):
            decode(text, "x.toml")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_still_possible(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([PRESCRIPTION, RESULTS]))
    at = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:at] + data.draw(st.text(max_size=5)) + text[at + data.draw(st.integers(0, 30)) :]
    try:
        if text is PRESCRIPTION:
            prescription = decode_prescription(damaged, "x.toml")
            assert decode_prescription(encode_prescription(prescription), "x.toml") == prescription
        else:
            results = decode_results(damaged, "x.toml")
            assert decode_results(encode_results(results), "x.toml") == results
    except PlanError as refused:
        message = str(refused)
        event("refused")
    else:
        message = "x.toml"
        event("taken")
    assert message.startswith("x.toml")


# -- the page -------------------------------------------------------------------------------------------------


def test_the_page_has_every_key_of_both_files_and_no_other() -> None:
    tables = re.findall(r"^\| key \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    listed = [re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in table.splitlines())) for table in tables]
    kinds: tuple[Any, ...] = (Prescription, PrescribedPlan, Results, SessionResult)
    assert listed == [[field.name for field in fields(kind)] for kind in kinds]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("days_per_week = 4", "days_per_week = 8"),
        ("days_per_week = 4", "day_per_week = 8"),
        ("2027-01-03", "2026-11-21"),
        ("schema = 1", "schema = 2"),
    ],
)
def test_the_page_shows_errors_as_they_are(old: str, new: str) -> None:
    with pytest.raises(PlanError) as error:
        decode_prescription(PRESCRIPTION.replace(old, new), "knee.toml")
    assert f"    {error.value}\n" in PAGE
