"""The Review step: what it says, the bars, the facts, the results for the clinician, and every way it can go wrong."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast, get_args

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QGuiApplication, QKeyEvent
from PyQt6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from biofeedback.emg.spectrum import Withheld
from biofeedback.headless import run_demo
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.recorder import RecorderState
from biofeedback.report.exercise import Change, Count, ExerciseSummary
from biofeedback.report.summary import Summary, Trace, summarise
from biofeedback.training.activation import Reference
from biofeedback.training.commands import Block, Kind, Outcome, Rate
from biofeedback.training.events import (
    BlockResult,
    Measures,
    Prompt,
    Repetition,
    Result,
    TrainingEvent,
    Trouble,
)
from biofeedback.training.hold import HoldEvent
from biofeedback.training.notes import Notes
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import find_plan
from biofeedback.training.prescription import PrescribedPlan, Prescription, read_results, write_results
from biofeedback.ui.background import Cancelled
from biofeedback.ui.controls import Station
from biofeedback.ui.guide import Guide, Today
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.page import Glance
from biofeedback.ui.phrase import marked
from biofeedback.ui.review.bars import Chart, charts
from biofeedback.ui.review.chart import ReviewChart
from biofeedback.ui.review.facts import OUTCOMES, Fact, facts, notices
from biofeedback.ui.review.outcome_dialog import ASKED, OutcomeDialog
from biofeedback.ui.review.page import ReviewPage
from biofeedback.ui.review.reading import Kept, Review, read_review
from biofeedback.ui.review.results import ResultsError, add_results, may_save, session_results
from biofeedback.ui.review.sentences import with_figures_bold
from tests.test_demo import shortened
from tests.ui.conftest import MakeWindow

START = dt.datetime(2026, 11, 23, 9, 0, 0, tzinfo=dt.UTC)
PATIENCE = 60_000
FORBIDDEN = ("normal", "weak", "inhibited", "deficit", "improved", "strength", "connection", "failed", "fault", "score")
NO_LEVEL: tuple[Kind, ...] = ("track", "match")


# -- reviews made by hand -----------------------------------------------------------------------------------------


def repetitions(
    results: Sequence[Result], *, block: Block = "set", number: int = 1, first: int = 1000, mean: float | None = 45.0
) -> list[Repetition]:
    return [
        Repetition(first + 100 * i, block, number, i + 1, result, "gap" if result == "excluded" else "", 5.0, mean)
        for i, result in enumerate(results)
    ]


def exercise(done: Sequence[Repetition], *, kind: Kind = "activate", **changes: Any) -> ExerciseSummary:
    def count(block: Block) -> Count:
        mine = [r for r in done if r.block == block]
        scored = [r for r in mine if r.result != "excluded"]
        return Count(len(mine), len(scored), sum(r.result == "reached" for r in scored))

    excluded = sum(r.result == "excluded" and r.block == "set" for r in done)
    made = ExerciseSummary(
        plan="quad-set", version=1, kind=kind, hold_seconds=5.0, prescribed=10,
        counts={str(block): count(block) for block in get_args(Block)}, excluded={"gap": excluded} if excluded else {},
        scores={}, band=False, two=False, blocks=(), repetitions=tuple(done), shaping=(), changes=(), offers=(),
    )  # fmt: skip
    return replace(made, **changes)


def summary(*exercises: ExerciseSummary, **changes: Any) -> Summary:
    made = Summary(
        name="a", simulated=False, muscle="vastus medialis", seconds=600.0, rate=100.0, received_percent=99.998, gaps=1,
        unit="percent", target_low=40.0, target_high=None, hold_seconds=5.0,
        reference=Reference(800.0, 12.0, "comfortable_effort", 6.0, "good"), n_started=0, n_reached=0, best_hold=0.0,
        exercises=exercises, ratings=(), outcomes=(), bursts=(), fatigue=Withheld("no"),
        told=(
            marked("You did 3 of 4 repetitions; 2 reached the line."), marked("Percent means that."),
            marked("No signal is missing."),
        ),
    )  # fmt: skip
    return replace(made, **changes)


def trace(events: Sequence[TrainingEvent] = ()) -> Trace:
    return Trace(600.0, np.zeros(1), np.zeros(1), tuple(events))


KEPT = Kept(Path("sub-A_ses-B_task-quadset_run-01_emg.edf"), 9_800_000, closed=True)


def review(told: Summary, events: Sequence[TrainingEvent] = (), **changes: Any) -> Review:
    return replace(Review(KEPT, told, trace(events), "A", None, None), **changes)


def one_chart(told: Summary, events: Sequence[TrainingEvent] = (), plan: Plan | None = None) -> Chart:
    (chart,) = charts(told, trace(events), plan)
    return chart


def english(lines: Sequence[Fact]) -> dict[str, str]:
    return {line.label.filled(): line.value.filled() for line in lines}


def legend(chart: Chart) -> list[str]:
    return [words.filled() for _, words in chart.legend]


# -- bars -----------------------------------------------------------------------------------------------------------


def test_bars_stand_set_by_set_with_the_hidden_test_apart_and_the_line_of_their_set() -> None:
    done = [
        *repetitions(["reached", "missed"], block="test"),
        *repetitions(["reached", "excluded", "missed"], first=2000),
        *repetitions(["reached"], number=2, first=3000),
    ]
    blocks = (BlockResult(1100, "test", 1, 2, 2, 1, 40.0, None), BlockResult(2200, "set", 1, 3, 2, 1, 40.0, None),
              BlockResult(3000, "set", 2, 1, 1, 1, 45.0, None))  # fmt: skip
    chart = one_chart(summary(exercise(done, blocks=blocks)))
    assert [(g.name.filled(), g.count.filled(), g.low, g.hidden) for g in chart.groups] == [
        ("bar hidden", "1 of 2", 40.0, True), ("set 1", "1 of 2", 40.0, False), ("set 2", "1 of 1", 45.0, False),
    ]  # fmt: skip
    assert [bar.result for bar in chart.groups[1].bars] == ["reached", "excluded", "missed"]
    assert legend(chart) == ["reached 2", "below 1", "not counted 1: the signal broke off"]
    assert chart.top >= 45 * 1.05


def test_what_was_not_counted_is_told_with_all_its_reasons_in_words() -> None:
    done = repetitions(["reached", "excluded", "excluded", "excluded"])
    chart = one_chart(summary(exercise(done, excluded={"gap": 1, "missing": 1, "skipped": 1})))
    assert legend(chart)[-1] == "not counted 3: the signal broke off (2), left out (1)"


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("activate", {}, ["reached 1", "below 1"]),
        ("hold", {"band": True}, ["reached 1", "not reached 1"]),
        ("isolate", {"two": True}, ["reached 1", "not reached 1"]),
        ("relax", {}, ["stayed below 1", "above 1"]),
        ("track", {}, ["kept close 1", "further off 1"]),
        ("match", {}, ["alike 1", "not alike 1"]),
        ("quick", {}, ["reached 1", "below 1"]),
    ],
)
def test_each_kind_counts_in_its_own_words_and_none_is_a_percentage_of_success(
    kind: Kind, changes: dict[str, Any], words: list[str]
) -> None:
    chart = one_chart(summary(exercise(repetitions(["reached", "missed"]), kind=kind, **changes)))
    assert legend(chart) == words
    assert not [word for word in FORBIDDEN if word in " ".join([*legend(chart), chart.unit.filled()]).lower()]
    assert "50 %" not in " ".join(legend(chart))


def test_tracking_shows_the_error_and_matching_the_ratio_each_against_what_the_plan_asks() -> None:
    scores: list[TrainingEvent] = [
        Measures(1000, "set", 1, 1, rmse=4.0, match=95.0), Measures(1100, "set", 1, 2, rmse=7.5, match=250.0),
    ]  # fmt: skip
    wave, legs = find_plan("follow-the-wave"), find_plan("stand-up")
    done = repetitions(["reached", "missed", "missed"])
    tracked = exercise(done, kind="track", plan=wave.name, version=wave.version)
    (group,) = one_chart(summary(tracked), scores, wave).groups
    assert [bar.value for bar in group.bars] == [4.0, 7.5, None]
    assert wave.wave is not None
    assert group.high == (wave.wave.high - wave.wave.low) / 4
    matched = exercise(done, kind="match", plan=legs.name, version=legs.version)
    chart = one_chart(summary(matched), scores, legs)
    assert [bar.value for bar in chart.groups[0].bars] == [95.0, 250.0, None]
    assert (chart.groups[0].low, chart.groups[0].high, chart.top) == (80.0, 125.0, 200.0)
    assert one_chart(summary(matched), scores, wave).groups[0].low is None  # another plan's band says nothing here


def test_a_second_muscle_has_its_own_line_and_its_level_at_each_bar() -> None:
    arm = find_plan("arm-up-neck-quiet")
    done = [*repetitions(["reached", "missed"]), *repetitions(["reached"], number=2, first=3000)]
    events: list[TrainingEvent] = [
        Prompt(900, "sample", "set", 1, 1, 2.0), Measures(1000, "set", 1, 1, other=22.0),
        Prompt(2500, "sample", "set", 2, 1, 2.0),
    ]  # fmt: skip
    told = exercise(done, kind="isolate", plan=arm.name, version=arm.version, two=True,
                    changes=(Change(2400, "F6 ceiling down", ceiling=35.0),))  # fmt: skip
    first, second = one_chart(summary(told), events, arm).groups
    assert arm.other is not None
    assert (first.ceiling, second.ceiling) == (arm.other.ceiling, 35.0)
    assert [bar.other for bar in first.bars] == [22.0, None]


def test_a_block_without_a_result_has_the_line_that_was_in_force_when_it_began() -> None:
    plan = find_plan("quad-set")
    events: list[TrainingEvent] = [Prompt(900, "sample", "set", 2, 1, 2.0)]
    moved = (Change(800, "by hand", 35.0), Change(950, "by hand", 30.0))
    told = exercise(repetitions(["reached"], number=2), plan=plan.name, version=plan.version, changes=moved)
    assert one_chart(summary(told), events, plan).groups[0].low == 35.0
    untouched = replace(told, changes=())
    assert plan.target is not None
    assert one_chart(summary(untouched), events, plan).groups[0].low == plan.target.low
    assert one_chart(summary(untouched), events).groups[0].low is None


def test_a_scale_ends_at_150_percent_however_strong_an_effort_was() -> None:
    done = repetitions(["reached"], mean=480.0)
    assert one_chart(summary(exercise(done))).top == 150.0
    small = one_chart(summary(exercise(repetitions(["reached"], mean=2.0))))
    assert 2.0 < small.top <= 5.0


def test_free_practice_shows_its_holds_and_the_one_in_which_it_ended_is_not_counted() -> None:
    events = [
        HoldEvent(0, "started", 0.0, 40.0), HoldEvent(500, "reached", 5.0, 44.0), HoldEvent(620, "ended", 6.2, 43.0),
        HoldEvent(900, "started", 0.0, 40.0), HoldEvent(1000, "ended", 1.0, 41.0),
        HoldEvent(59_800, "started", 0.0, 40.0),
    ]  # fmt: skip
    chart = one_chart(summary(n_started=3, n_reached=1, best_hold=6.2), events)
    (group,) = chart.groups
    assert [(bar.value, bar.result) for bar in group.bars] == [(6.2, "reached"), (1.0, "missed"), (2.0, "excluded")]
    assert (group.low, group.count.filled()) == (5.0, "1 of 2")
    assert legend(chart) == ["held 1", "shorter 1", "not counted 1: ended there"]
    assert chart.title.filled() == "Holds"


def test_nothing_done_is_an_empty_chart_with_words() -> None:
    assert one_chart(summary()).groups == ()
    chart = one_chart(summary(exercise([])))
    assert chart.groups == ()
    assert "before the first repetition" in chart.empty.filled()


def test_two_exercises_of_a_recording_have_a_chart_each() -> None:
    made = charts(summary(exercise(repetitions(["reached"])), exercise(repetitions(["missed"]))), trace(), None)
    assert [chart.title.filled() for chart in made] == ["Repetitions, exercise 1 of 2", "Repetitions, exercise 2 of 2"]


# -- facts ----------------------------------------------------------------------------------------------------------


def test_today_says_practice_test_hold_targets_ratings_outcomes_and_the_file() -> None:
    done = [
        *repetitions(["reached", "missed"], block="test"), *repetitions(["reached", "reached"], first=2000),
        *repetitions(["reached"], block="retest", first=3000),
    ]  # fmt: skip
    told = exercise(
        done, blocks=(BlockResult(2200, "set", 1, 2, 2, 2, 40.0, None),), changes=(Change(2200, "F6 harder", 45.0),)
    )
    ratings = (
        Rate("pain", 2, "before"),
        Rate("effort", 1, "before"),
        Rate("pain", 3, "after"),
        Rate("effort", 5, "end"),
    )
    outcomes = (Outcome("extension lag", 15, "deg", "left"), Outcome("extension lag", 10, "deg", "left"),
                Outcome("chair stands", 12))  # fmt: skip
    lines = english(facts(review(summary(told, ratings=ratings, outcomes=outcomes)), None))
    assert lines == {
        "Practice": "10 minutes, 2 good repetitions",
        "Hidden test": "1 of 2 → 1 of 1, bar hidden",
        "Longest hold": "5.0 s",
        "Target": "40 %; 45 % after set 1 (four of five or more were reached)",
        "Rated 0–10": "pain 2 → 3, effort 1 → 5",
        "Extension lag": "10 °, left",
        "Chair stands, 30 s": "12",
        "Recording": "saved and checked: 10:00, 9.8 MB, 99.99 % received",
    }


def test_a_target_that_stayed_says_so_and_what_was_not_rated_too() -> None:
    plan = find_plan("quad-set")
    told = exercise(repetitions(["reached"]), plan=plan.name, version=plan.version)
    lines = english(facts(review(summary(told)), plan))
    assert plan.target is not None
    assert lines["Target"] == f"{plan.target.low:g} % throughout"
    assert lines["Rated 0–10"] == "not rated"
    moved = replace(told, changes=(Change(10, "by hand", 30.0),))
    assert english(facts(review(summary(moved)), None))["Target"] == "30 % from the start (by hand)"


def test_a_level_is_not_said_of_exercises_that_have_none() -> None:
    for kind in NO_LEVEL:
        lines = english(facts(review(summary(exercise(repetitions(["reached"]), kind=kind))), None))
        assert "Target" not in lines
        assert "Longest hold" not in lines


def test_what_is_wrong_with_a_recording_is_said_before_anything_else() -> None:
    assert notices(KEPT) == ()
    (broken,) = notices(replace(KEPT, closed=False))
    assert "kept" in broken.filled()
    assert "put right again" in notices(replace(KEPT, recovered=True))[0].filled()
    assert notices(replace(KEPT, problem="the disk is full"))[0].filled() == "The disk is full."
    second = notices(replace(KEPT, continues="run-01.edf"))[0].filled()
    assert "second part" in second
    assert "run-01.edf" in second
    assert notices(KEPT, "it was slow.")[0].filled() == "It was slow."
    for changed in ({"closed": False}, {"recovered": True}, {"differs": "It was changed."}):
        assert not replace(KEPT, **cast(Any, changed)).whole


def test_counts_in_a_sentence_are_bold_and_its_signs_are_no_markup() -> None:
    assert with_figures_bold("You did 27 of 30 repetitions; 21 reached <it>.") == (
        "You did <b>27&nbsp;of&nbsp;30</b> repetitions; <b>21</b> reached &lt;it&gt;."
    )


# -- from a file ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Path]:
    """A guided session of a simulated person, in a library."""
    plan = shortened(find_plan("quad-set"), repetitions=3, sets=2, tests=2, tries=2)
    library = tmp_path_factory.mktemp("library")
    return plan, run_demo(library, now=lambda: START, plan=plan, quick=False, rate=250).recording


@pytest.fixture
def own(session: tuple[Plan, Path], tmp_path: Path) -> Path:
    """That session in a library of the test's own."""
    shutil.copytree(session[1].parents[3], tmp_path / "library")
    return tmp_path / "library" / session[1].relative_to(session[1].parents[3])


def account_of(path: Path) -> Path:
    return path.with_name(path.name.replace("_emg.edf", "_emg.json"))


def change_account(path: Path, **changes: Any) -> None:
    values = json.loads(account_of(path).read_text())
    values["Biofeedback"] |= changes
    account_of(path).write_text(json.dumps(values))


def test_a_summary_says_how_far_it_is_and_can_be_left(session: tuple[Plan, Path]) -> None:
    told: list[float] = []
    summarise(session[1], progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    def enough(part: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        summarise(session[1], progress=enough)


def test_a_whole_recording_is_read_with_its_bars_and_counts_that_agree(session: tuple[Plan, Path]) -> None:
    plan, path = session
    told: list[float] = []
    read = read_review(path, path.parents[3], told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert read.kept.whole
    assert read.subject in path.name
    assert read.earlier is None  # a simulated muscle has no days
    (chart,) = charts(read.summary, read.trace, plan)
    assert [len(group.bars) for group in chart.groups] == [2, 3, 3]
    counts = read.summary.exercises[0].counts["set"]
    assert legend(chart)[0] == f"reached {counts.reached}"
    assert plan.target is not None
    assert chart.groups[0].low == plan.target.low
    assert all(bar.value is not None for group in chart.groups for bar in group.bars)


def test_a_recording_that_was_changed_broken_off_or_put_right_says_so(own: Path) -> None:
    library = own.parents[3]
    change_account(own, sha256="0" * 64)
    assert "changed after it was closed" in read_review(own, library, float).kept.differs
    change_account(own, closed=False)
    left = read_review(own, library, float)
    assert not left.kept.closed
    assert left.summary.exercises
    change_account(own, closed=True, recovered=True, continues="x_emg.edf", problem="writing failed: no space")
    assert not read_review(own, library, float).kept.whole


def test_a_recording_without_its_account_cannot_be_read(own: Path) -> None:
    account_of(own).unlink()
    with pytest.raises(RecordingError, match="cannot be read"):
        read_review(own, own.parents[3], float)


def another_day(own: Path, day: int, **changes: Any) -> Path:
    """Copy the session as one of another day."""
    session = own.parents[1].name
    there = own.parents[2] / f"ses-202611{day:02d}T090000"
    shutil.copytree(own.parents[1], there)
    for file in (there / "emg").iterdir():
        file.rename(file.with_name(file.name.replace(session, there.name)))
    path = there / "emg" / own.name.replace(session, there.name)
    change_account(path, started=f"2026-11-{day:02d}T09:00:00.000000Z", session=there.name[4:], **changes)
    return path


def test_earlier_sessions_count_only_where_nothing_makes_them_another_thing(own: Path) -> None:
    library = own.parents[3]
    change_account(own, simulated=False)

    def earlier() -> int | None:
        return read_review(own, library, float).earlier

    assert earlier() == 0
    another_day(own, 20)
    another_day(own, 24)  # later
    another_day(own, 21, simulated=True)
    assert earlier() == 1
    results = json.loads(account_of(own).read_text())["Biofeedback"]["results"]
    another_day(own, 19, results=results | {"exercise": results["exercise"] | {"version": 99}})
    untested = [block for block in results["exercise"]["blocks"] if block["block"] != "test"]
    another_day(own, 18, results=results | {"exercise": results["exercise"] | {"blocks": untested}})
    moved = [r | {"site": r["site"] | {"first_cm": r["site"]["first_cm"] + 5}} for r in results["references"]]
    another_day(own, 17, results=results | {"references": moved})
    assert earlier() == 1
    another_day(own, 16, results=results | {"references": [r | {"site": None} for r in results["references"]]})
    assert earlier() is None  # where the electrodes sat nobody knows
    assert read_review(own, library.parent, float).earlier is None


# -- results for the clinician ----------------------------------------------------------------------------------------


def prescription(plan: Plan, created: dt.date = dt.date(2026, 11, 20)) -> Prescription:
    return Prescription(created=created, review=dt.date(2027, 1, 1), days_per_week=3, plans=(PrescribedPlan(plan),))


def test_results_are_begun_and_added_to_and_the_same_session_is_never_in_twice(
    session: tuple[Plan, Path], tmp_path: Path
) -> None:
    plan, path = session
    read = read_review(path, path.parents[3], float)
    file = tmp_path / "results.toml"
    assert add_results(file, read, prescription(plan)) == 1
    (kept,) = read_results(file).sessions
    counts = read.summary.exercises[0].counts["set"]
    assert (kept.prompted, kept.scored, kept.reached) == (counts.prompted, counts.scored, counts.reached)
    assert (kept.sets, kept.plan, kept.day) == (2, plan.name, START.astimezone().date())
    assert kept.pain_before is not None
    assert kept.reference_kind == "best_effort"
    assert 0 < kept.minutes <= round(read.summary.seconds / 60)
    before = file.read_text()
    with pytest.raises(ResultsError, match="already"):
        add_results(file, read, prescription(plan))
    assert file.read_text() == before
    assert read.run is not None
    assert read.run.started is not None
    next_day = replace(read, run=replace(read.run, started=read.run.started + dt.timedelta(days=1)))
    assert add_results(file, next_day, prescription(plan)) == 2
    assert read_results(file).sessions[0] == kept


def test_results_of_others_are_left_alone(session: tuple[Plan, Path], tmp_path: Path) -> None:
    plan, path = session
    read = read_review(path, path.parents[3], float)
    file = tmp_path / "results.toml"
    add_results(file, read, prescription(plan))
    with pytest.raises(ResultsError, match="prescription of"):
        add_results(file, read, prescription(plan, dt.date(2026, 10, 1)))
    write_results(file, replace(read_results(file), subject="SOMEBODY"))
    before = file.read_text()
    with pytest.raises(ResultsError, match="another person"):
        add_results(file, read, prescription(plan))
    file.write_text("schema = 1\nno results at all")
    with pytest.raises(ResultsError, match="as it was"):
        add_results(file, read, prescription(plan))
    assert file.read_text() != before
    with pytest.raises(ResultsError, match="were not saved"):
        add_results(tmp_path / "nowhere" / "results.toml", read, prescription(plan))


def test_only_what_was_prescribed_can_be_saved(session: tuple[Plan, Path], tmp_path: Path) -> None:
    plan, path = session
    read = read_review(path, path.parents[3], float)
    other = prescription(find_plan("bridge"))
    assert may_save(read.summary, prescription(plan))
    assert not may_save(read.summary, other)
    assert not may_save(read.summary, None)
    assert session_results(replace(read, run=None), prescription(plan)) == ()
    with pytest.raises(ResultsError, match="nothing was saved"):
        add_results(tmp_path / "results.toml", read, other)
    assert not (tmp_path / "results.toml").exists()


# -- the page -------------------------------------------------------------------------------------------------------


class Surroundings:
    """What the page sees of guide and station; notes where it was sent."""

    def __init__(self, recording: Path | None, library: Path, today: Today | None = None) -> None:
        self.recording = recording
        self.library = library
        self.today = today or Today()
        self.went: list[str] = []
        self.recorder: RecorderState | None = None

    @property
    def engine(self) -> Any:
        return SimpleNamespace(state=SimpleNamespace(recording=self.recorder))

    def go(self, step: str) -> None:
        self.went.append(step)

    def glance(self) -> Glance:
        return cast(Glance, SimpleNamespace(state=self.engine.state))


def page_in(
    around: Surroundings, qtbot: QtBot, look: Look | None = None, size: tuple[int, int] = (1232, 520)
) -> ReviewPage:
    page = ReviewPage(cast(Station, around), cast(Guide, around))
    qtbot.addWidget(page)
    page.dress(look or Look())
    page.resize(*size)
    page.show()
    page.entered()
    return page


def wait_for(page: ReviewPage, state: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: page.state == state, timeout=PATIENCE)


def state_of(page: ReviewPage) -> str:
    return page.state


def names(page: ReviewPage) -> list[str]:
    return [action.name for action in page.offered()]


def test_review_waits_until_the_recording_is_closed_then_shows_it(own: Path, qtbot: QtBot) -> None:
    around = Surroundings(own, own.parents[3])
    around.recorder = RecorderState(path=own)
    page = page_in(around, qtbot)
    page.look_slowly(around.glance())
    assert state_of(page) == "closing"
    assert own.name in page.waiting.words
    assert next(a for a in page.offered() if a.name == "again").enabled is False
    around.recorder = RecorderState(path=own, active=False, closed=True)
    page.look_slowly(around.glance())
    assert state_of(page) == "reading"
    assert names(page) == ["cancel"]
    wait_for(page, "shown", qtbot)
    assert page.sheet.isVisible()
    assert page.note().startswith("Recording saved and checked: ")
    assert names(page) == ["again", "copy", "done"]
    assert [action.name for action in page.offered() if action.primary] == ["done"]
    shown = page.review
    page.entered()
    page.look_slowly(around.glance())
    assert page.review is shown  # it is not read twice


def test_nothing_recorded_says_what_to_do(tmp_path: Path, qtbot: QtBot) -> None:
    around = Surroundings(None, tmp_path)
    page = page_in(around, qtbot)
    assert state_of(page) == "nothing"
    assert page.waiting.title == "Nothing was recorded"
    assert "Start" in page.waiting.words
    around.recorder = RecorderState(problem="the disk is full: recording is off", closed=True)
    page.look_slowly(around.glance())
    assert "disk is full" in page.waiting.words
    assert page.do("done")
    assert around.went == ["start"]
    assert not page.do("copy")


def test_reading_can_be_cancelled_and_done_once_more(own: Path, qtbot: QtBot) -> None:
    page = page_in(Surroundings(own, own.parents[3]), qtbot)
    assert state_of(page) == "reading"
    assert page.do("escape")
    assert state_of(page) == "cancelled"
    assert "kept" in page.waiting.words
    assert page.do("retry")
    wait_for(page, "shown", qtbot)
    assert not page.do("escape")  # then it goes back, which is the window's


def test_a_recording_that_cannot_be_read_says_what_is_kept_and_is_tried_again(own: Path, qtbot: QtBot) -> None:
    account = account_of(own).read_text()
    account_of(own).write_text("{")
    page = page_in(Surroundings(own, own.parents[3]), qtbot)
    wait_for(page, "failed", qtbot)
    assert "could not be read" in page.waiting.title
    assert own.name in page.waiting.words
    assert "kept" in page.waiting.words
    assert "damaged" in page.waiting.words
    assert next(a for a in page.offered() if a.primary).name == "retry"
    account_of(own).write_text(account)
    assert page.do("retry")
    wait_for(page, "shown", qtbot)


def test_another_recording_takes_the_place_of_the_one_shown(own: Path, qtbot: QtBot) -> None:
    around = Surroundings(own, own.parents[3])
    page = page_in(around, qtbot)
    wait_for(page, "shown", qtbot)
    first = page.review
    around.recording = another_day(own, 25)
    page.entered()
    assert state_of(page) == "reading"
    wait_for(page, "shown", qtbot)
    assert page.review is not first
    assert page.review is not None
    assert page.review.kept.path == around.recording


def test_train_again_done_and_the_path_are_one_key_away(own: Path, qtbot: QtBot) -> None:
    around = Surroundings(own, own.parents[3])
    page = page_in(around, qtbot)
    wait_for(page, "shown", qtbot)
    assert {action.key: action.name for action in page.offered()} == {"A": "again", "K": "copy", "Enter": "done"}
    assert page.do("copy")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == str(own)
    assert own.name in page.note()
    for name in ("again", "done"):
        assert page.do(name)
    assert around.went == ["train", "start"]
    assert not page.do("theme")


def test_results_are_saved_where_the_person_says_and_an_error_is_read_first(
    session: tuple[Plan, Path], tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["", str(tmp_path / "results.toml"), str(tmp_path / "results")])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (next(answers), ""))
    plan, path = session
    page = page_in(Surroundings(path, path.parents[3], Today(plan=plan, prescription=prescription(plan))), qtbot)
    wait_for(page, "shown", qtbot)
    assert "save" in names(page)
    assert page.do("save")  # nothing chosen
    assert not list(tmp_path.iterdir())
    file = tmp_path / "results.toml"
    assert page.do("save")
    qtbot.waitUntil(lambda: "1 session" in page.note(), timeout=PATIENCE)
    assert len(read_results(file).sessions) == 1
    assert page.do("save")
    qtbot.waitUntil(lambda: bool(page.sheet.notices.words), timeout=PATIENCE)
    assert "already" in page.sheet.notices.words[0]
    assert page.sheet.notices.height() > 0
    assert len(read_results(file).sessions) == 1


def test_without_a_prescription_there_are_no_results_to_save(session: tuple[Plan, Path], qtbot: QtBot) -> None:
    page = page_in(Surroundings(session[1], session[1].parents[3], Today(plan=session[0])), qtbot)
    wait_for(page, "shown", qtbot)
    assert "save" not in names(page)
    assert not page.do("save")


@pytest.mark.parametrize("size", [(976, 440), (1232, 520), (1872, 880)])
@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 150), Look(CONTRAST, 200)])
def test_cards_never_overlap_and_hold_their_words_in_every_size(
    session: tuple[Plan, Path], qtbot: QtBot, look: Look, size: tuple[int, int]
) -> None:
    page = page_in(Surroundings(session[1], session[1].parents[3], Today(plan=session[0])), qtbot, look, size)
    wait_for(page, "shown", qtbot)
    sheet = page.sheet
    cards: list[QWidget] = [sheet.sentences, *sheet.charts, sheet.facts]
    for i, card in enumerate(cards):
        assert card.width() > 200
        assert card.geometry().right() <= sheet.width()
        for other in cards[i + 1 :]:
            assert not card.geometry().intersects(other.geometry())
    assert sheet.facts.height() >= sheet.facts.height_for(sheet.facts.width())
    assert all(chart.height() >= chart.height_for(chart.width()) for chart in sheet.charts)
    last, top = sheet.sentences._documents[-1]
    small = text_height(sheet.sentences._small, look.px(BODY), sheet.sentences.width() - 48)
    assert top + last.size().height() + small <= sheet.sentences.height()
    ground = sheet.widget()
    assert ground is not None
    assert max(card.geometry().bottom() for card in cards) <= ground.height()
    scrolls = ground.height() > size[1]
    assert (sheet.focusPolicy() != Qt.FocusPolicy.NoFocus) == scrolls


@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 150), Look(DARK, 200)])
def test_what_is_said_instead_of_a_review_fits_the_page(own: Path, qtbot: QtBot, look: Look) -> None:
    account_of(own).write_text("{")
    page = page_in(Surroundings(own, own.parents[3]), qtbot, look)
    wait_for(page, "failed", qtbot)
    assert page.waiting.height_in(page.width(), page.height()) <= page.height()
    assert not page.grab().isNull()


def test_everything_says_its_name_to_who_listens(session: tuple[Plan, Path], qtbot: QtBot) -> None:
    page = page_in(Surroundings(session[1], session[1].parents[3], Today(plan=session[0])), qtbot)
    wait_for(page, "shown", qtbot)
    for card in (page.sheet.sentences, page.sheet.facts, *page.sheet.charts):
        assert card.accessibleName()
        assert card.accessibleDescription()
    told = page.sheet.sentences.accessibleDescription() + page.sheet.facts.accessibleDescription()
    told += page.sheet.charts[0].accessibleDescription()
    assert not [word for word in FORBIDDEN if word in told.lower()]


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("why", [trouble for trouble in get_args(Trouble) if trouble])
def test_every_kind_and_every_trouble_can_be_painted(kind: Kind, why: Trouble, qtbot: QtBot) -> None:
    done = [replace(r, why=why if r.result == "excluded" else "", mean=None if i % 2 else 200.0)
            for i, r in enumerate(repetitions(["reached", "missed", "excluded", "excluded"] * 30))]  # fmt: skip
    told = exercise(done, kind=kind, two=True, excluded={why: 60}, changes=(Change(1, "F6", ceiling=30.0),))
    chart = one_chart(summary(told), [Measures(1000, "set", 1, 1, other=300.0, rmse=2.0, match=90.0)])
    card = ReviewChart(chart, Look())
    qtbot.addWidget(card)
    card.resize(400, card.height_for(400))
    card.show()
    assert not card.grab().isNull()
    (placed,) = card._placed(400)
    assert placed.first + (120 - placed.skipped) * placed.pitch <= 400
    assert placed.skipped > 0  # and the legend says so
    assert any("no room" in words for _, words, *_ in card._legend(400))


def test_a_session_of_the_real_window_is_reviewed_from_its_file(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window(step="start")
    guide = window.guide
    window.do("free")
    qtbot.waitUntil(lambda: (r := station.engine.state.recording) is not None and r.seconds > 0.5, timeout=PATIENCE)
    page = window.pages["review"]
    assert isinstance(page, ReviewPage)
    guide.go("review")
    qtbot.waitUntil(lambda: page.state == "shown", timeout=PATIENCE)
    assert page.review is not None
    assert page.review.kept.path == guide.recording
    assert page.review.kept.whole
    assert page.review.summary.simulated
    assert page.sheet.notices.words == ()


# -- typed outcomes ---------------------------------------------------------------------------------------------------


def press(widget: QWidget, key: Qt.Key) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QGuiApplication.sendEvent(widget, QKeyEvent(kind, key.value, Qt.KeyboardModifier.NoModifier))


def dialog_in(qtbot: QtBot, side: str = "left") -> OutcomeDialog:
    dialog = OutcomeDialog(Look(), side=side)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_typed_outcomes_come_with_unit_and_side_and_empty_ones_not_at_all(qtbot: QtBot) -> None:
    dialog = dialog_in(qtbot)
    dialog.fields["extension lag"].number.setText("0")
    dialog.fields["force"].number.setText("212,5")
    dialog.fields["chair stands"].number.setText(" 12 ")
    unit = dialog.fields["force"].unit
    assert unit is not None
    unit.setCurrentIndex(1)
    press(dialog.fields["force"].number, Qt.Key.Key_Return)
    assert dialog.outcomes == [
        Outcome("extension lag", 0.0, "deg", "left"), Outcome("force", 212.5, "kg", "left"),
        Outcome("chair stands", 12),
    ]  # fmt: skip
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("name", "typed"),
    [("goal", "11"), ("chair stands", "12.5"), ("force", "much"), ("10 m walk", "0"), ("range", "-5"),
     ("range", "1e2"), ("range", "nan"), ("force", "٣"), ("goal", ".")],
)  # fmt: skip
def test_a_number_that_cannot_be_keeps_the_dialog_open_with_a_sentence(name: str, typed: str, qtbot: QtBot) -> None:
    dialog = dialog_in(qtbot)
    dialog.fields[name].number.setText(typed)
    dialog.accept()
    assert dialog.isVisible()
    assert OUTCOMES[name].filled() in dialog.error
    assert "leave it empty" in dialog.error
    assert dialog.outcomes == []


def test_nothing_typed_is_said_and_escape_gives_nothing(qtbot: QtBot) -> None:
    dialog = dialog_in(qtbot)
    dialog.accept()
    assert "Nothing is typed" in dialog.error
    dialog.fields["goal"].number.setText("7")
    press(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.outcomes == []


def test_every_outcome_that_can_be_typed_can_be_stored_and_has_a_name() -> None:
    notes = Notes()
    for asked in ASKED:
        assert asked.name in OUTCOMES
        for unit in asked.units:
            notes.take(Outcome(asked.name, asked.most, unit, "right" if asked.sided else ""))


def test_every_input_has_a_name_and_a_tip(qtbot: QtBot) -> None:
    dialog = dialog_in(qtbot)
    for row in dialog.fields.values():
        for box in (row.number, row.unit, row.side):
            if box is not None:
                assert box.accessibleName()
                assert box.toolTip()
