"""What was practised follows from the accounts, counts good repetitions, and holds nothing against anybody."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.account import beside
from biofeedback.recording.library import newest, runs
from biofeedback.report.practised import Practice, last_days, practised
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.training.commands import Begin, Command, SetDose, SetExercise, SetReference, SetTarget
from biofeedback.training.plan_file import find_plan

QUAD_SET = find_plan("quad-set")  # 2 sets of 10
WEDNESDAY = dt.date(2026, 11, 25)
MONDAY = WEDNESDAY - dt.timedelta(days=2)
CODE = "K7Q2XD"


def block(reached: int, scored: int, kind: str = "set", **changes: Any) -> dict[str, Any]:
    return {"block": kind, "set_number": 1, "prompted": scored, "scored": scored, "reached": reached, **changes}


def exercise(*blocks: object, **changes: Any) -> dict[str, Any]:
    return {"plan": "quad-set", "version": QUAD_SET.version, "finished": True, "blocks": list(blocks), **changes}


def recorded(
    library: Path, day: dt.date, results: object, *, code: str = CODE, hour: int = 12, run: int = 1, **ours: Any
) -> Path:
    """Write what is looked at of a recording of five minutes: its name and its account."""
    started = dt.datetime.combine(day, dt.time(hour), dt.UTC)
    session = f"{started:%Y%m%dT%H%M%S}"
    folder = library / f"sub-{code}" / f"ses-{session}" / "emg"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"sub-{code}_ses-{session}_task-quadset_run-{run:02d}_emg.edf"
    path.write_bytes(b"")
    about = {"schema": 1, "started": started.isoformat(), "closed": True, "results": results, **ours}
    beside(path, "emg.json").write_text(json.dumps({"RecordingDuration": 300.0, "Biofeedback": about}))
    return path


def practice(library: Path, **asked: Any) -> Practice:
    return practised(library, CODE, WEDNESDAY, **{"plans": [QUAD_SET], "zone": dt.UTC, **asked})


def test_a_day_counts_its_good_repetitions_sessions_and_minutes(tmp_path: Path) -> None:
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(4, 5, "test"), block(8, 10), block(7, 9))})
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(1, 2))}, hour=18)
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(9, 10))}, code="OTHER1")
    day = practice(tmp_path).week.days[0]
    assert (day.day, day.state, day.sessions, day.good, day.minutes) == (MONDAY, "done", 2, 16, 10)


@pytest.mark.parametrize(("scored", "state"), [(16, "done"), (15, "part"), (1, "part"), (0, "open")])
def test_done_is_four_fifths_of_what_was_prescribed(tmp_path: Path, scored: int, state: str) -> None:
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(0, scored))})
    assert practice(tmp_path).week.days[0].state == state


def test_the_account_knows_better_than_the_plan_what_was_prescribed(tmp_path: Path) -> None:
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(3, 8), prescribed=10)})  # the short version
    assert practice(tmp_path).week.days[0].state == "done"


def test_a_plan_that_is_not_known_is_done_when_it_was_gone_through(tmp_path: Path) -> None:
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(3, 4), plan="mine")})
    recorded(tmp_path, WEDNESDAY, {"exercise": exercise(block(3, 4), plan="mine", finished=False)})
    assert [day.state for day in practice(tmp_path).week.days[:3]] == ["done", "open", "part"]


def test_two_plans_of_a_day_are_both_to_be_done(tmp_path: Path) -> None:
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(9, 20))})
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(3, 4), plan="mine", finished=False)}, hour=18)
    assert practice(tmp_path).week.days[0].state == "part"


def test_runs_of_one_broken_session_are_added_up(tmp_path: Path) -> None:
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(9, 10), finished=False)})
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(7, 8), finished=False)}, run=2)
    day = practice(tmp_path).week.days[0]
    assert (day.state, day.sessions, day.good) == ("done", 1, 16)


def test_free_practice_is_practice_in_part_and_a_look_is_none(tmp_path: Path) -> None:
    recorded(tmp_path, MONDAY, {"started": 3, "reached": 2})
    recorded(tmp_path, WEDNESDAY, {"started": 0, "reached": 0})
    week = practice(tmp_path).week
    assert [day.state for day in week.days[:3]] == ["part", "open", "open"]
    assert practice(tmp_path).last == MONDAY


def test_a_simulated_muscle_is_no_practice(tmp_path: Path) -> None:
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(20, 20))}, simulated=True)
    assert practice(tmp_path).last is None


def test_rest_counts_as_kept_and_a_missed_day_is_only_planned(tmp_path: Path) -> None:
    tuesday = MONDAY + dt.timedelta(days=1)
    recorded(tmp_path, WEDNESDAY, {"exercise": exercise(block(18, 20))})
    found = practice(tmp_path, planned_days=(0, 1, 2, 4), rest_days=(tuesday,)).week
    assert [day.state for day in found.days] == ["planned", "rest", "done", "open", "planned", "open", "open"]
    assert (found.kept, found.part, found.planned, found.good) == (2, 0, 4, 18)


def test_a_little_practice_on_a_day_of_rest_keeps_it_one(tmp_path: Path) -> None:
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(2, 2))})
    assert practice(tmp_path, rest_days=(MONDAY,)).week.days[0].state == "rest"


def test_days_per_week_stand_in_for_weekdays_that_nobody_named(tmp_path: Path) -> None:
    assert practice(tmp_path).week.planned is None
    assert practice(tmp_path, days_per_week=3).week.planned == 3
    assert practice(tmp_path, days_per_week=3, planned_days=(0, 0, 1)).week.planned == 2


def test_four_weeks_end_with_this_one_and_older_practice_only_says_when(tmp_path: Path) -> None:
    for weeks in (1, 3, 5):
        recorded(tmp_path, MONDAY - dt.timedelta(weeks=weeks), {"exercise": exercise(block(20, 20))})
    found = practice(tmp_path)
    assert [week.kept for week in found.weeks] == [1, 0, 1, 0]
    assert found.weeks[0].days[0].day == MONDAY - dt.timedelta(weeks=3)
    assert (found.last, found.days_away, found.was_away) == (MONDAY - dt.timedelta(weeks=1), 9, True)


def test_away_begins_after_seven_days(tmp_path: Path) -> None:
    recorded(tmp_path, WEDNESDAY - dt.timedelta(days=6), {"exercise": exercise(block(20, 20))})
    assert not practice(tmp_path).was_away
    assert practised(tmp_path, CODE, WEDNESDAY + dt.timedelta(days=1), zone=dt.UTC).was_away
    assert not practised(tmp_path, "NOBODY", WEDNESDAY).was_away


def test_a_day_is_that_of_the_zone(tmp_path: Path) -> None:
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(20, 20))}, hour=23)
    east = dt.timezone(dt.timedelta(hours=2))
    assert [day.state for day in practice(tmp_path, zone=east).week.days[:2]] == ["open", "done"]


def test_a_library_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        practice(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "damaged",
    [
        None, [], "x", {"exercise": []}, {"exercise": {}}, {"exercise": exercise(plan=3)},
        {"exercise": exercise(version=True)},
        {"exercise": exercise() | {"blocks": 3}}, {"exercise": exercise(3, None, {}, block(0, 2, set_number=[]))},
        {"exercise": exercise(block(9, -1), block(10**9, 10**9), block(3, 2.5), block(True, True))},  # type: ignore[arg-type]
        {"started": "many"}, {"started": -3},
    ],
)  # fmt: skip
def test_a_damaged_account_adds_nothing_and_hides_no_other(tmp_path: Path, damaged: object) -> None:
    recorded(tmp_path, MONDAY, damaged, run=1)
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(17, 20))}, run=2)
    day = practice(tmp_path).week.days[0]
    assert day.state == "done"
    assert day.good == 17


def test_an_account_that_is_no_json_hides_no_other(tmp_path: Path) -> None:
    beside(recorded(tmp_path, MONDAY, {}), "emg.json").write_text("{")
    recorded(tmp_path, MONDAY, {"exercise": exercise(block(17, 20))}, run=2)
    assert practice(tmp_path).week.days[0].good == 17


counts = st.integers(0, 40)


@given(st.lists(st.tuples(st.integers(0, 40), counts, counts), max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_good_repetitions_are_never_more_than_were_scored(
    tmp_path_factory: pytest.TempPathFactory, visits: list[tuple[int, int, int]]
) -> None:
    library = tmp_path_factory.mktemp("library")
    for run, (before, reached, scored) in enumerate(visits, 1):
        recorded(
            library, WEDNESDAY - dt.timedelta(days=before), {"exercise": exercise(block(reached, scored))}, run=run
        )
    found = practice(library)
    shown = [
        scored for before, _, scored in visits if WEDNESDAY - dt.timedelta(days=before) >= found.weeks[0].days[0].day
    ]
    assert sum(week.good for week in found.weeks) <= sum(shown)
    assert all(len(week.days) == 7 for week in found.weeks)
    assert found.last == max((WEDNESDAY - dt.timedelta(days=b) for b, _, n in visits if n), default=None)


def test_people_come_with_their_last_day_the_newest_first(tmp_path: Path) -> None:
    for code, back in (("A1", 3), ("B2", 0), ("A1", 9), ("C3", 3)):
        recorded(tmp_path, WEDNESDAY - dt.timedelta(days=back), {}, code=code)
    beside(recorded(tmp_path, MONDAY, {}, code="D4"), "emg.json").write_text("{")
    newest = [(code, day and (WEDNESDAY - day).days) for code, day in last_days(runs(tmp_path), dt.UTC)]
    assert newest == [("B2", 0), ("A1", 3), ("C3", 3), ("D4", None)]


def test_the_newest_session_that_tells_a_time_stands_for_a_person(tmp_path: Path) -> None:
    for code, back in (("A1", 9), ("A1", 3), ("B2", 5), ("C3", 1)):
        recorded(tmp_path, WEDNESDAY - dt.timedelta(days=back), {}, code=code)
    recorded(tmp_path, WEDNESDAY - dt.timedelta(days=3), {}, code="A1", run=2)
    for code, back in (("B2", 2), ("C3", 1)):
        damaged = recorded(tmp_path, WEDNESDAY - dt.timedelta(days=back), {}, code=code)
        beside(damaged, "emg.json").write_text("{")
    found = newest(tmp_path)
    assert [(run.subject, run.run) for run in found] == [("A1", 1), ("A1", 2), ("B2", 1)]
    told = {code: day for code, day in last_days(runs(tmp_path), dt.UTC) if day}
    assert dict(last_days(found, dt.UTC)) == told
    with pytest.raises(FileNotFoundError):
        newest(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("days_ago", "planned", "asked"),
    [
        ((20,), 4, True),
        ((20, 1, 2, 3), 4, True),  # 3 of 8
        ((20, 1, 2, 3, 14), 4, False),  # 4 of 8 is half
        ((20, 0), 1, True),  # today is not over
        ((13,), 4, False),  # began later
        ((), 4, False),
        ((20,), None, False),  # nothing was planned
    ],
)
def test_less_than_half_of_two_weeks_is_known(
    tmp_path: Path, days_ago: tuple[int, ...], planned: int | None, asked: bool
) -> None:
    tmp_path.joinpath("sub-X").mkdir()
    for back in days_ago:
        recorded(tmp_path, WEDNESDAY - dt.timedelta(days=back), {"exercise": exercise(block(20, 20))})
    assert practice(tmp_path, days_per_week=planned).less_than_half == asked


def test_days_of_rest_are_no_missed_days(tmp_path: Path) -> None:
    recorded(tmp_path, WEDNESDAY - dt.timedelta(days=20), {"exercise": exercise(block(20, 20))})
    rest = [WEDNESDAY - dt.timedelta(days=back) for back in (1, 3, 5)]
    assert practice(tmp_path, days_per_week=4, rest_days=rest).less_than_half
    assert not practice(tmp_path, days_per_week=3, rest_days=rest).less_than_half


@pytest.mark.parametrize(
    ("planned", "rest", "scored", "following"),
    [
        ((0, 2, 4), (), 0, 0),  # today
        ((0, 2, 4), (), 3, 0),  # today, begun
        ((0, 2, 4), (), 18, 2),  # today is done: Friday
        ((0, 2, 4), (0, 2), 0, 5),  # rest today and on Friday: Monday
        ((2,), (), 18, 7),
        ((0,), (), 0, 5),
        ((), (), 0, None),
    ],
)
def test_the_next_planned_day_is_neither_done_nor_of_rest(
    tmp_path: Path, planned: tuple[int, ...], rest: tuple[int, ...], scored: int, following: int | None
) -> None:
    recorded(tmp_path, WEDNESDAY, {"exercise": exercise(block(0, scored))})
    days = [WEDNESDAY + dt.timedelta(days=n) for n in rest]
    found = practice(tmp_path, planned_days=planned, rest_days=days).next_day
    assert (found and (found - WEDNESDAY).days) == following


def test_a_recorded_exercise_is_counted_as_it_was_done(tmp_path: Path) -> None:
    def pulses(index: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.full((len(index), 1), 0.8)

    channels = (ChannelSettings("vastus medialis", "left", Sensor.RAW),)
    commands: list[Command] = [
        SetReference(0, 300.0, 3.0, "best_effort", 4.0, "good"),
        SetExercise("quad-set", QUAD_SET.version, "activate", 3),
        SetDose(1.0, 1.0, 2, 1, 5.0, None), SetTarget(5.0, None), Begin(),
    ]  # fmt: skip
    source = SimulatedSource(1, 500, drive=pulses, paced=False, channels=channels)
    engine = Engine(source, EngineSettings(channels), script=[(200, command) for command in commands], seconds=20.0)
    engine.record(recorder_in(tmp_path, subject=CODE, now=lambda: dt.datetime.combine(MONDAY, dt.time(9), dt.UTC)))
    engine.start()
    assert engine.wait(30)
    assert engine.stop()
    path = runs(tmp_path)[0].path
    account = beside(path, "emg.json")
    content = json.loads(account.read_text())
    blocks = content["Biofeedback"]["results"]["exercise"]["blocks"]
    assert blocks[0]["scored"] == 2, blocks
    content["Biofeedback"]["simulated"] = False  # as of a living muscle
    account.write_text(json.dumps(content))
    day = practice(tmp_path).week.days[0]
    assert (day.state, day.good, day.sessions) == ("part", blocks[0]["reached"], 1)
    assert day.seconds == pytest.approx(20.0, abs=1.0)
