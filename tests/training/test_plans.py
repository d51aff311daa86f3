"""Plans: the fourteen that ship, what follows from them, and files that are wrong.

Rule: docs/plans.md is held to the files, the dataclasses and the messages as they are.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.emg.sensor import Sensor
from biofeedback.recording.annotation import check_text
from biofeedback.training.calibration import Course
from biofeedback.training.command_text import encode_command
from biofeedback.training.commands import (
    SetDose,
    SetExercise,
    SetMatch,
    SetOther,
    SetShaping,
    SetTarget,
    SetTest,
    SetWave,
    StartCalibration,
)
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import SHIPPED, decode_plan, encode_plan, find_plan, read_plan, shipped_plans
from biofeedback.training.plan_tables import (
    Dose,
    HiddenTest,
    Match,
    Muscle,
    Other,
    ReferencePlan,
    Schedule,
    Target,
    Wave,
)
from biofeedback.training.plan_values import ImpossibleValue
from biofeedback.training.setup import Setup
from biofeedback.training.toml_document import MAX_FILE, PlanError, parse

DOCS = Path(__file__).resolve().parents[2] / "docs" / "plans.md"
FOLDER = Path(__file__).resolve().parents[2] / "biofeedback" / "training" / "plans"
PLANS = {plan.name: plan for plan in shipped_plans()}
TABLES = {
    "plan": Plan,
    "[[muscles]]": Muscle,
    "[reference]": ReferencePlan,
    "[test]": HiddenTest,
    "[dose]": Dose,
    "[target]": Target,
    "[other]": Other,
    "[wave]": Wave,
    "[match]": Match,
    "[schedule]": Schedule,
}
KINDS = {"best_effort": "best effort", "comfortable_effort": "comfortable effort", "fixed_load": "fixed load"}


def text_of(name: str) -> str:
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def error_of(text: str, source: str = "mine.toml") -> PlanError:
    with pytest.raises(PlanError) as caught:
        decode_plan(text, source)
    return caught.value


# -- the fourteen ---------------------------------------------------------------------------------------


def number(value: float) -> str:
    return f"{value:g}"


def asked(plan: Plan) -> str:
    """What is asked for, as the table of docs/plans.md says it."""
    if plan.wave:
        return f"a wave of {number(plan.wave.frequency)} Hz, {number(plan.wave.low)}–{number(plan.wave.high)} %"
    if plan.match:
        return f"alike: {number(plan.match.low)}–{number(plan.match.high)} %"
    assert plan.target
    target = plan.target
    text = number(target.low) if target.high is None else f"band {number(target.low)}–{number(target.high)}"
    text = f"at most {text}" if plan.kind == "relax" else text
    if target.lowest is not None and target.highest is not None:
        text += f" [{number(target.lowest)}–{number(target.highest)}]"
    if plan.other:
        text += f"; other at most {number(plan.other.ceiling)}"
        text += f" → {number(plan.other.lowest)}" if plan.other.lowest is not None else ""
        text += " (with a second sensor)" if plan.other.optional else ""
    return text


def row(index: int, plan: Plan) -> str:
    dose = plan.dose
    rest = number(dose.rest) if dose.longest_rest is None else f"{number(dose.rest)}–{number(dose.longest_rest)}"
    tries = f"{plan.reference.tries} × {number(plan.reference.seconds)} s"
    sites = "; ".join(
        f"{muscle.name}{', other side' if muscle.mirrored else ''}: {muscle.site}"
        f" (reference electrode: {muscle.reference_electrode})"
        for muscle in plan.muscles
    )
    cells = (
        f"**{plan.title}** `{plan.name}` ({plan.kind}{', by ear' if plan.audio else ''})",
        sites,
        f"{plan.position} “{plan.words}”",
        f"{number(dose.work)}/{rest} × {dose.repetitions} × {dose.sets}",
        f"{KINDS[plan.reference.kind]}, {tries}",
        asked(plan),
        plan.progression,
        plan.evidence_grade,
        "; ".join(plan.cautions),
        f"{plan.minutes()} / {plan.minutes(quick=True, short=True)}",
    )
    return f"| {index} | {' | '.join(cells)} |"


def table() -> str:
    head = (
        "#", "plan (kind)", "sensor on", "position; words to the person", "work/rest in s × repetitions × sets",
        "100 % is", "target in % [from–to]", "progression", "rests on", "not for, or with care",
        "minutes: full / shortest",
    )  # fmt: skip
    rows = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join(rows + [row(index, plan) for index, plan in enumerate(shipped_plans(), 1)])


def test_the_docs_show_the_shipped_plans_as_they_are() -> None:
    assert table() in DOCS.read_text(encoding="utf-8")


def test_fourteen_plans_ship_and_no_file_lies_about() -> None:
    assert len(SHIPPED) == 14
    assert sorted(SHIPPED) == sorted(path.stem for path in FOLDER.iterdir())


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_plan_reads_from_disk_is_unreviewed_and_claims_nothing(name: str) -> None:
    plan = read_plan(FOLDER / f"{name}.toml")
    assert plan == PLANS[name] == find_plan(name)
    assert plan.reviewed == "not yet reviewed by a clinician"
    assert plan.unchecked
    assert plan.cautions
    assert plan.schedule == Schedule((3, 5), (4, 7))
    assert plan.dose.pause == 60
    assert re.fullmatch("[a-z0-9]+", plan.task)
    spoken = f"{plan.title} {plan.summary} {plan.words} {plan.reference.cue}".lower()
    for word in ("normal", "weak", "inhibit", "deficit", "strength", "connection", "patient", "improve"):
        assert word not in spoken


def test_the_tasks_and_titles_differ() -> None:
    assert len({plan.task for plan in PLANS.values()}) == len({plan.title for plan in PLANS.values()}) == 14


@pytest.mark.parametrize("name", SHIPPED)
def test_every_command_of_a_shipped_plan_fits_an_annotation(name: str) -> None:
    plan = PLANS[name]
    for command in [*plan.commands(2**32 - 1, n_channels=2), plan.calibration(1), plan.calibration(0, quick=True)]:
        check_text(encode_command(10**10, command))


doses = st.builds(Dose, st.floats(0.5, 600), st.floats(0.5, 600), st.integers(1, 100), st.integers(1, 10))
tests = st.builds(HiddenTest, st.floats(0.5, 120), st.floats(0.5, 600), st.integers(1, 20), st.booleans())
targets = st.lists(st.floats(1, 150), min_size=3, max_size=3).map(sorted).map(lambda s: Target(s[1], None, s[0], s[2]))


# -- what follows from a plan -----------------------------------------------------------------------------


def test_the_commands_of_a_line_to_reach_and_hold() -> None:
    assert PLANS["quad-set"].commands(7) == [
        SetExercise("quad-set", 1, "activate", 7),
        SetDose(5, 10, 10, 2, 60, None),
        SetTest(5, 5, 10, after=False),
        SetTarget(50, None, "percent", "plan"),
        SetShaping(30, 70, 50),
    ]


def test_the_short_version_has_one_set_and_is_otherwise_the_same() -> None:
    for plan in PLANS.values():
        long, short = plan.commands(1, n_channels=2), plan.commands(1, short=True, n_channels=2)
        assert [command for command in long if not isinstance(command, SetDose)] == [
            command for command in short if not isinstance(command, SetDose)
        ]
        assert [command.sets for command in short if isinstance(command, SetDose)] == [1]


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("knee-straightening-hold", SetTarget(35, 55, reason="plan")),
        ("quick-on-quick-off", SetDose(2, 4, 10, 2, 60, 8)),
        ("quick-on-quick-off", SetTest(5, 2, 4)),
        ("stand-up", SetMatch(80, 125)),
        ("follow-the-wave", SetWave(0.1, 10, 30)),
        ("follow-the-wave", SetTest(5, 10, 5)),
        ("hand-lift", SetOther(20, None, "plan")),
        ("shoulders-down", SetTest(5, 10, 10)),
        ("shoulders-down", SetTarget(15, reason="plan")),
        ("arm-up-neck-quiet", SetOther(40, 25, "plan")),
        ("arm-up-neck-quiet", SetShaping(20, 50, 30)),
    ],
)
def test_each_kind_gets_what_it_needs(name: str, command: Any) -> None:
    assert command in PLANS[name].commands(0, n_channels=2)


def test_a_second_muscle_is_asked_for_only_with_a_second_sensor() -> None:
    assert not any(isinstance(command, SetOther) for command in PLANS["hand-lift"].commands(0))
    for name in ("stand-up", "arm-up-neck-quiet"):
        with pytest.raises(ValueError, match="needs sensors on two muscles"):
            PLANS[name].commands(0, n_channels=1)


def test_a_full_calibration_is_the_plans_own() -> None:
    assert PLANS["quad-set"].calibration(1) == StartCalibration(1, "best_effort", 3, 5, 60, 10)
    assert PLANS["shoulders-down"].calibration() == StartCalibration(0, "fixed_load", 3, 15, 60, 10, relax=True)


def test_the_quick_calibration_is_comfortable_unless_the_load_is_fixed() -> None:
    assert PLANS["quad-set"].calibration(quick=True) == StartCalibration(0, "comfortable_effort", 2, 5, 30, 5)
    assert PLANS["heel-raise"].calibration(quick=True) == StartCalibration(0, "fixed_load", 2, 5, 30, 5)
    assert PLANS["shoulders-down"].calibration(quick=True).relax


def test_no_best_effort_is_asked_for_within_twelve_weeks() -> None:
    for plan in PLANS.values():
        for quick in (False, True):
            assert plan.calibration(quick=quick, twelve_weeks=True).kind != "best_effort"
    assert PLANS["quad-set"].calibration(twelve_weeks=True).tries == 3


def test_the_minutes_are_those_of_its_phases_rounded_up() -> None:
    # rest 10, ready 3, tries 3 x 5, pauses 2 x 60; start 5 + test 5 x (7 + 10); 2 x (5 + 10 x (7 + 10)); 2 x 60 between
    assert PLANS["quad-set"].minutes() == -(-(10 + 3 + 15 + 120 + 5 + 85 + 2 * (5 + 170) + 2 * 60) // 60)
    # two calibrations of 5 + 3 + 2 x 5 + 30; test 5 + 5 x 10; one set 5 + 8 x 10; one pause
    assert PLANS["stand-up"].minutes(quick=True, short=True) == -(-(2 * 48 + 55 + 85 + 60) // 60)
    for plan in PLANS.values():
        assert 1 <= plan.minutes(quick=True, short=True) <= plan.minutes(quick=True) <= plan.minutes() <= 20


@given(st.sampled_from(shipped_plans()), doses, tests, targets, st.booleans(), st.integers(0, 2**32 - 1))
def test_an_exercise_can_be_set_up_from_any_plan(
    plan: Plan, dose: Dose, test: HiddenTest, target: Target, short: bool, seed: int
) -> None:
    if plan.target and plan.target.high is None:
        plan = replace(plan, target=target)
    first, *others = replace(plan, dose=dose, test=test).commands(seed, short=short, n_channels=2)
    assert isinstance(first, SetExercise)
    setup = Setup(first)
    for command in others:
        if not isinstance(command, SetTarget):
            assert isinstance(command, SetDose | SetTest | SetShaping | SetOther | SetWave | SetMatch)
            setup = setup.completed(command)
    assert not setup.missing
    assert setup.n_sets == (1 if short else dose.sets)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("quick", [False, True])
def test_every_calibration_of_a_shipped_plan_can_be_gone_through(name: str, quick: bool) -> None:
    plan = PLANS[name]
    for twelve_weeks in (False, True):
        course = Course.of(plan.calibration(quick=quick, twelve_weeks=twelve_weeks))
        assert course.relax == (plan.kind == "relax")


def test_a_target_without_room_does_not_move() -> None:
    commands = replace(PLANS["bridge"], target=Target(40, None, 40, 40)).commands(0)
    assert SetTarget(40, reason="plan") in commands
    assert not any(isinstance(command, SetShaping) for command in commands)


def test_a_test_afterwards_takes_its_time() -> None:
    plan = PLANS["quad-set"]
    after = replace(plan, test=replace(plan.test, after=True))
    assert after.minutes() > plan.minutes()
    assert SetTest(5, 5, 10, after=True) in after.commands(0)


def test_a_sensor_too_coarse_for_the_plan_is_told_apart() -> None:
    trapezius = PLANS["shoulders-down"].muscles[0]
    assert trapezius.takes(Sensor.ENV, 10)
    assert trapezius.takes(Sensor.RAW, 12)
    assert not trapezius.takes(Sensor.RAW, 10)
    assert not trapezius.takes(Sensor.UNKNOWN, 16)
    assert PLANS["quad-set"].muscles[0].takes(Sensor.UNKNOWN, 10)


def test_a_reviewer_is_named() -> None:
    assert replace(PLANS["bridge"], reviewed_by="A. Physio").reviewed == "reviewed by A. Physio"


# -- files ------------------------------------------------------------------------------------------------

lines_of_text = st.text(
    st.characters(blacklist_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=60
).filter(str.strip)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_plan_comes_back_from_its_text(name: str) -> None:
    assert decode_plan(encode_plan(PLANS[name]), name) == PLANS[name]


@given(
    st.sampled_from(shipped_plans()),
    st.builds(
        dict,
        title=lines_of_text.map(lambda text: text[:60]),
        words=lines_of_text,
        progression=lines_of_text,
        evidence=lines_of_text,
        cautions=st.lists(lines_of_text, max_size=4).map(tuple),
        sources=st.lists(lines_of_text, max_size=4).map(tuple),
        unchecked=st.lists(lines_of_text, max_size=4).map(tuple),
        reviewed_by=st.just("") | lines_of_text,
        version=st.integers(1, 9999),
        audio=st.booleans(),
        dose=doses,
        test=tests,
    ),
)
def test_any_possible_plan_comes_back_from_its_text(plan: Plan, changes: dict[str, Any]) -> None:
    changed = replace(plan, **changes)
    assert decode_plan(encode_plan(changed), "any.toml") == changed


def test_a_clinicians_own_plan_reads_from_anywhere(tmp_path: Path) -> None:
    mine = replace(PLANS["quad-set"], name="quad-set-ward-3", reviewed_by="A. Physio", version=4)
    path = tmp_path / "quad-set-ward-3.toml"
    path.write_text("\ufeff" + encode_plan(mine).replace("\n", "\r\n"), encoding="utf-8", newline="")
    assert read_plan(path) == mine == find_plan(str(path))


def test_a_files_name_is_the_plans(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text(text_of("bridge"), encoding="utf-8")
    with pytest.raises(PlanError, match=r"^other.toml, line 1: name is 'bridge': call the file bridge.toml"):
        read_plan(path)


def test_a_changed_plan_may_not_go_by_a_shipped_ones_name(tmp_path: Path) -> None:
    path = tmp_path / "bridge.toml"
    path.write_text(text_of("bridge").replace("low = 40", "low = 35"), encoding="utf-8")
    with pytest.raises(PlanError, match="give a changed plan its own name"):
        read_plan(path)


def test_a_plan_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match=r"no such plan; is 'bridge' meant\?"):
        find_plan("brigde")
    with pytest.raises(PlanError, match=r"^mine.toml: cannot be read \(No such file"):
        find_plan(str(tmp_path / "mine.toml"))
    with pytest.raises(PlanError, match="is not a file"):
        read_plan(tmp_path)
    with pytest.raises(PlanError, match="cannot be read"):
        find_plan("a\0b.toml")


def test_a_file_that_is_no_plan_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"#" * (MAX_FILE + 1))
    with pytest.raises(PlanError, match="larger than 64 KiB"):
        read_plan(path)
    path.write_bytes(b'title = "a"\nwords = "\xff"\n')
    with pytest.raises(PlanError, match=r"^mine.toml, line 2: is not UTF-8"):
        read_plan(path)
    with pytest.raises(PlanError, match="larger than 64 KiB"):
        decode_plan("#" * (MAX_FILE + 1), "mine.toml")


# -- errors with their lines --------------------------------------------------------------------------------

MISTAKES = (
    ("bridge", "repetitions = 8", "repetition = 8", "repetition ="),
    ("bridge", "repetitions = 8", 'repetitions = "eight"', "repetitions ="),
    ("bridge", "repetitions = 8\n", "", "[dose]"),
    ("bridge", "lowest = 25", "lowest = 45", "lowest ="),
    ("bridge", "percent = 50", "percent = 150", "percent ="),
    ("bridge", 'kind = "activate"', 'kind = "actvate"', "kind ="),
    ("follow-the-wave", 'kind = "track"', 'kind = "activate"', "[wave]"),
    ("arm-up-neck-quiet", "ceiling = 40", "ceiling = nan", "ceiling ="),
    ("bridge", "days_per_week = [3, 5]", "days_per_week = [5, 3]", "days_per_week ="),
    ("bridge", "low = 40", "low = 40,", "low ="),
)
"""Plan, what stands there, what is written instead, and how the line of the mistake begins."""


def mistaken(name: str, old: str, new: str) -> str:
    text = text_of(name)
    assert text.count(old) == 1
    return text.replace(old, new)


@pytest.mark.parametrize(("name", "old", "new", "beginning"), MISTAKES)
def test_a_mistake_is_named_with_file_and_line(name: str, old: str, new: str, beginning: str) -> None:
    text = mistaken(name, old, new)
    error = error_of(text)
    assert error.line is not None
    assert text.splitlines()[error.line - 1].startswith(beginning)
    assert str(error).startswith(f"mine.toml, line {error.line}: ")


def test_the_docs_show_the_messages_as_they_are() -> None:
    docs = DOCS.read_text(encoding="utf-8")
    for name, old, new, _ in MISTAKES:
        # what follows "not TOML:" are tomllib's words, which differ between versions of Python
        assert str(error_of(mistaken(name, old, new))).partition("not TOML:")[0] in docs


@pytest.mark.parametrize(
    ("text", "where", "line"),
    [
        ("[[muscles]]\na = 1\n[[muscles]]\nb = 2", ("muscles", 1, "b"), 4),
        ("[[muscles]]\na = 1\n[[muscles]]\nb = 2", ("muscles", 0, "a"), 2),
        ("[[plans]]\n[plans.plan]\nx = 1\n[[plans]]\n[plans.plan]\nx = 2", ("plans", 1, "plan", "x"), 6),
        ("[[p]]\n[[p.m]]\na=1\n[[p.m]]\na=2\n[[p]]\n[[p.m]]\na=3", ("p", 1, "m", 0, "a"), 8),
        ("\"a b\" . 'c'.d = 1", ("a b", "c", "d"), 1),
        ('x = """\n[no]\ny = 1\n"""\ny = 2', ("y",), 5),
        ("x = '''\ny = 1\n'''\ny = 2", ("y",), 4),
        ("x = [ # [\n 1, # ]\n 2\n]\ny = 2", ("y",), 5),
        ('x = "a\\"b # [" # c\ny = 2', ("y",), 2),
        ('x = """a\\""""""\ny = 2', ("y",), 2),
        ('"\\u0061" = 1\n"b" = 2', ("a",), 1),
        ("x = {y = 1}\nz = 2", ("x", "y"), 1),
        ("\n\n[t]\nx = 1", ("t", "missing"), 3),
        ("x = 1\r\ny = 2", ("y",), 2),
        ("x = 1", ("missing",), 1),
    ],
)
def test_the_line_of_a_key_is_found(text: str, where: tuple[str | int, ...], line: int) -> None:
    assert parse(text, "any.toml").line(where) == line


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 9,
        "x = " + "[" * 30_000,
        "x = " + "{a=" * 9_000,
        "a" + ".a" * 30_000 + " = 1",
        "x = {a" + ".a" * 30_000 + " = 1}",
        "[" + "a." * 30_000 + "a]",
        '"a"' + '."a"' * 15_000 + " = 1",
        "x = " + "9" * 60_000,
        "x = 0x" + "f" * 60_000,
        "x = '''" + "'" * 60_000,
        'x = "' + "\\" * 60_000,
        "\x00",
        "x",
        "x = ",
        "[",
        "]",
        "= 1",
        "x = 1\nx = 2",
        "x = 2026-13-45",
        "[a]\n[a]",
    ],
    ids=lambda text: f"{text[:12]!r} {len(text)}",
)
def test_a_hostile_text_is_refused_as_no_plan(text: str) -> None:
    error_of(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[[muscles]]", "[muscles]", "muscles is a table; it is to be a list: [[muscles]]"),
        ("[schedule]", "[[schedule]]", "schedule is to be a table: [schedule]"),
        ("days_per_week = [3, 5]", "days_per_week = [3]", "schedule.days_per_week has 1 entries; it has to have 2"),
        ("days_per_week = [3, 5]", "days_per_week = 3", "schedule.days_per_week is 3; it is to be a list in [ ]"),
        ("version = 1", "version = 12345678901", "version is larger than any number in a plan"),
        ("version = 1", 'version = 1\n"\\u202e\\n" = 1', "the key '\\u202e\\n' is unknown"),
        ("version = 1", "", "version is missing"),
        ('title = "Bridge"', f"title = 0x{'f' * 80}", "title is a huge number; it is to be text in quotes"),
    ],
)
def test_a_mistake_is_told_in_words(old: str, new: str, message: str) -> None:
    assert error_of(mistaken("bridge", old, new)).message == message


def test_values_no_plan_can_have_are_refused() -> None:
    for new in ("inf", "-1e308", "nan", "10000000000", "0x" + "f" * 90, "true", "2026-11-22", "[1]", "{a = 1}", "'5'"):
        assert "dose.work" in str(error_of(mistaken("bridge", "[dose]\nwork = 5", f"[dose]\nwork = {new}")))
    for words in ("", "  ", "a\\u0000b", "a\\nb", "a\\u202eb", "x" * 400):
        line = text_of("bridge").splitlines()[7 - 1]
        error = error_of(mistaken("bridge", line, f'words = "{words}"'))
        assert (error.line, error.message.split()[0]) == (7, "words")
    for name in ("", "Bridge", "a--b", "-a", "a_b", "x" * 41, "../a"):
        assert "name" in str(error_of(text_of("bridge").replace('name = "bridge"', f'name = "{name}"', 1)))


@given(st.text(max_size=300))
def test_any_text_is_a_plan_or_a_plan_error(text: str) -> None:
    error_of(text)


@given(st.sampled_from(SHIPPED), st.data())
def test_any_damage_to_a_plan_gives_a_plan_or_a_plan_error(name: str, data: st.DataObject) -> None:
    text = text_of(name)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    scrap = data.draw(
        st.sampled_from(['"', "'''", '"""', "[", "[[", "]", "{", "=", "\n", "\\", "#", ".", "1e999", "\x00"])
    )
    try:
        plan = decode_plan(text[:start] + scrap + text[end:], "damaged.toml")
    except PlanError as refused:
        line = refused.line
    else:
        line = None
        assert decode_plan(encode_plan(plan), "again.toml") == plan
    assert line is None or 1 <= line <= text.count("\n") + 2


# -- what cannot be -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changes", "key"),
    [
        ("stand-up", {"match": None}, "match"),
        ("follow-the-wave", {"wave": None}, "wave"),
        ("follow-the-wave", {"target": Target(40)}, "target"),
        ("arm-up-neck-quiet", {"other": None}, "other"),
        ("arm-up-neck-quiet", {"other": Other(40, 25, optional=True)}, "other.optional"),
        ("arm-up-neck-quiet", {"muscles": PLANS["bridge"].muscles}, "muscles"),
        ("bridge", {"muscles": ()}, "muscles"),
        ("bridge", {"muscles": PLANS["bridge"].muscles * 2}, "muscles"),
        ("stand-up", {"muscles": PLANS["bridge"].muscles * 3}, "muscles"),
        ("bridge", {"target": None}, "target"),
        ("bridge", {"match": Match()}, "match"),
        ("shoulders-down", {"target": Target(10, 15)}, "target.high"),
        ("bridge", {"dose": Dose(5, 10, 8, 2, longest_rest=20)}, "dose.longest_rest"),
        ("bridge", {"version": 0}, "version"),
        ("bridge", {"cautions": ("",)}, "cautions"),
        ("bridge", {"sources": ("x",) * 31}, "sources"),
    ],
)
def test_a_plan_that_does_not_hang_together_is_refused_by_its_key(name: str, changes: dict[str, Any], key: str) -> None:
    with pytest.raises(ImpossibleValue) as caught:
        replace(PLANS[name], **changes)
    assert caught.value.key == key


@given(
    st.floats(-10, 200),
    st.none() | st.floats(-10, 200),
    st.none() | st.floats(-10, 200),
    st.none() | st.floats(-10, 200),
)
def test_a_target_that_exists_lies_within_its_limits(
    low: float, high: float | None, lowest: float | None, highest: float | None
) -> None:
    try:
        target = Target(low, high, lowest, highest)
    except ImpossibleValue:
        assert not (high is None and lowest is None and highest is None and 1 <= low <= 150)
        return
    top = target.low if target.high is None else target.high
    assert 1 <= target.low <= top <= 150
    if target.lowest is not None and target.highest is not None:
        assert 1 <= target.lowest <= target.low <= top <= target.highest <= 150


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: Dose(0.4, 5, 5, 1), "work"),
        (lambda: Dose(601, 5, 5, 1), "work"),
        (lambda: Dose(5, 5, 5, 1, longest_rest=4), "longest_rest"),
        (lambda: Dose(5, 5, 5, 0), "sets"),
        (lambda: Target(40, 40), "high"),
        (lambda: Target(40, None, 30), "lowest"),
        (lambda: Target(40, None, None, 60), "highest"),
        (lambda: Target(float("nan")), "low"),
        (lambda: Other(20, 30), "lowest"),
        (lambda: Wave(0.1, 30, 10), "high"),
        (lambda: Wave(5, 10, 30), "frequency"),
        (lambda: Match(110, 125), "low"),
        (lambda: Schedule((3, 8)), "days_per_week"),
        (lambda: Schedule((3,)), "days_per_week"),  # type: ignore[arg-type]
        (lambda: ReferencePlan("best_effort", "a", "b", tries=7), "tries"),
        (lambda: ReferencePlan("strong", "a", "b"), "kind"),  # type: ignore[arg-type]
        (lambda: replace(PLANS["bridge"].muscles[0], landmarks=("a",)), "landmarks"),
        (lambda: replace(PLANS["bridge"].muscles[0], outputs=()), "outputs"),
        (lambda: replace(PLANS["bridge"].muscles[0], outputs=(Sensor.ENV, Sensor.ENV)), "outputs"),
    ],
)
def test_an_impossible_table_is_refused_by_its_key(make: Any, key: str) -> None:
    with pytest.raises(ImpossibleValue) as caught:
        make()
    assert caught.value.key == key


# -- the documentation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", TABLES)
def test_the_docs_name_every_key_and_no_other(heading: str) -> None:
    section = DOCS.read_text(encoding="utf-8").split(f"\n### `{heading}`", 1)[1].split("\n#", 1)[0]
    documented = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|", section, flags=re.MULTILINE)
    known = {field.name: field for field in fields(TABLES[heading])}
    assert sorted(key for key, _ in documented) == sorted(known)
    for key, default in documented:
        needed = known[key].default is MISSING and known[key].default_factory is MISSING
        assert needed == (default.strip() == "needed"), key


def test_the_example_in_the_docs_is_a_plan() -> None:
    example = DOCS.read_text(encoding="utf-8").split("```toml\n", 1)[1].split("```", 1)[0]
    plan = decode_plan(example, "docs/plans.md")
    assert plan.name not in SHIPPED
    assert plan.commands(0)
