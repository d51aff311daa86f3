"""The Start step: who, which plan, which board, and the week at a glance; nothing unsafe by being quick."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QImage, QKeyEvent, QPainter
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from biofeedback.emg.findings import Finding
from biofeedback.emg.ring_buffer import RingBuffer
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine_state import EngineState
from biofeedback.recording.account import beside
from biofeedback.recording.people import People, Person, Reason
from biofeedback.report.practised import Day, DayState, Practice, Week
from biofeedback.sitting import Rings
from biofeedback.training.own_plans import save_plan
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import find_plan, shipped_plans
from biofeedback.training.prescription import PrescribedPlan, Prescription, write_prescription
from biofeedback.ui.choice import ANY_BOARD, SIMULATED, Choice, FoundPort
from biofeedback.ui.guide import Guide
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.moment import moment
from biofeedback.ui.page import Glance
from biofeedback.ui.readings import readings
from biofeedback.ui.start.board_trace import BoardTrace
from biofeedback.ui.start.day_shape import STATES
from biofeedback.ui.start.days_dialog import DaysDialog
from biofeedback.ui.start.new_person import NewPerson
from biofeedback.ui.start.page import StartPage
from biofeedback.ui.start.person_chooser import ago
from biofeedback.ui.start.pictogram import paint_pictogram
from biofeedback.ui.start.pictogram_figures import FIGURES, Dot, Mark
from biofeedback.ui.start.plan_card import PlanCard
from biofeedback.ui.start.week_view import WeekView, bar_parts, next_sentence, week_sentence
from biofeedback.ui.wake import Wake
from biofeedback.wire.events import StreamInfo
from tests.ui.conftest import ONE, Station
from tests.ui.states import state

TODAY = dt.datetime.now(dt.UTC).astimezone().date()
QUAD_SET, BRIDGE, TWO = find_plan("quad-set"), find_plan("bridge"), find_plan("arm-up-neck-quiet")
FINDING = Finding(0, "hum", "fix", "Mains hum: {share} % of the signal.", "Unplug it.", (("share", "40"),))


def press(widget: QWidget, key: Qt.Key) -> None:
    """Press a key with the focus on `widget`; what it ignores goes on to its parents."""
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyRelease, key, Qt.KeyboardModifier.NoModifier))


class Bench:
    """A page with its station and guide, and the folders that it reads."""

    def __init__(self, qtbot: QtBot, folder: Path, plans: Callable[[], Sequence[Plan]]) -> None:
        self.bot = qtbot
        self.station = Station(folder / "library", Wake(), ONE, 100)
        self.people = People(self.station.data / "people")
        self.guide = Guide(self.station)
        self.page = StartPage(self.station, self.guide, plans=plans)
        qtbot.addWidget(self.page)
        self.page.resize(1232, 520)
        self.page.dress(Look())
        self.page.show()

    def read(self) -> StartPage:
        """Wait until everything was read that is to be read."""
        self.bot.waitUntil(lambda: not self.page.reader.background.busy, timeout=10_000)
        return self.page

    def enter(self) -> StartPage:
        self.page.entered()
        return self.read()

    def choose(self, code: str) -> StartPage:
        self.page.choose_person(code)
        return self.read()

    def record(self, code: str, days_ago: int, reached: int = 0, scored: int = 0) -> None:
        """Leave what the page looks at of a recording: its name and its account."""
        when = dt.datetime.combine(TODAY - dt.timedelta(days=days_ago), dt.time(12)).astimezone(dt.UTC)
        session = f"{when:%Y%m%dT%H%M%S}"
        folder = self.station.library / f"sub-{code}" / f"ses-{session}" / "emg"
        folder.mkdir(parents=True)
        path = folder / f"sub-{code}_ses-{session}_task-quadset_run-01_emg.edf"
        path.write_bytes(b"")
        block = {"block": "set", "prompted": scored, "scored": scored, "reached": reached}
        done = {"plan": "quad-set", "version": QUAD_SET.version, "finished": True, "blocks": [block]}
        ours = {"schema": 1, "started": when.isoformat(), "closed": True, "results": {"exercise": done}}
        beside(path, "emg.json").write_text(json.dumps({"RecordingDuration": 300.0, "Biofeedback": ours}))

    def prescribe(self, code: str, *plans: PrescribedPlan, review: dt.date = TODAY) -> None:
        given = Prescription(created=review - dt.timedelta(days=30), review=review, days_per_week=3, plans=plans)
        write_prescription(self.people.make(code) / "prescription.toml", given)

    def card(self, name: str) -> PlanCard:
        return next(card for card in self.page.list.cards if card.offered.plan.name == name)

    @property
    def names(self) -> list[str]:
        return [one.plan.name for one in self.page.list.offered]

    @property
    def plan(self) -> Plan:
        assert self.guide.today.plan is not None
        return self.guide.today.plan

    def sees(self, given: EngineState, *, now: float = 100.0) -> None:
        said = moment(given, now)
        silent = said.silent_for is not None
        self.page.look_slowly(Glance(given, said, readings(given, silent=silent), silent, now))


MakeBench = Callable[..., Bench]


@pytest.fixture
def make_bench(qtbot: QtBot, tmp_path: Path) -> Iterator[MakeBench]:
    made: list[Bench] = []

    def make(plans: Callable[[], Sequence[Plan]] = shipped_plans) -> Bench:
        made.append(Bench(qtbot, tmp_path, plans))
        return made[-1]

    yield make
    for bench in made:
        bench.page.reader.background.cancel()


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench()


# -- plans ------------------------------------------------------------------------------------------------------


def test_every_shipped_plan_is_offered_and_the_first_one_is_chosen(bench: Bench) -> None:
    page = bench.enter()
    assert bench.names == [plan.name for plan in shipped_plans()]
    assert bench.plan == shipped_plans()[0] == page.list.plan
    assert [card.isChecked() for card in page.list.cards] == [True] + [False] * 13
    primary = [action for action in page.offered() if action.primary]
    assert [(action.name, action.key, action.enabled) for action in primary] == [("prepare", "Enter", True)]


def test_before_the_plans_are_read_nothing_can_be_prepared(make_bench: MakeBench) -> None:
    gate = threading.Event()

    def slow() -> Sequence[Plan]:
        assert gate.wait(20)
        return shipped_plans()

    bench = make_bench(slow)
    bench.page.entered()
    assert not bench.page.offered()[-1].enabled
    assert "Reading" in bench.page.note()
    assert bench.page.do("prepare")
    assert bench.guide.step == "start"
    gate.set()
    bench.read()
    assert bench.page.offered()[-1].enabled


def test_a_click_chooses_a_plan_and_tells_what_there_is_to_know_of_it(bench: Bench) -> None:
    page = bench.enter()
    bench.card("quad-set").click()
    assert bench.plan == QUAD_SET
    told = page.list.detail.accessibleDescription()
    for part in (QUAD_SET.words, *QUAD_SET.cautions, "Not yet reviewed by a clinician", "Evidence: trials"):
        assert part in told


def test_arrows_go_from_card_to_card_and_space_stays_the_muscles(bench: Bench) -> None:
    page = bench.enter()
    first = page.list.cards[0]
    press(first, Qt.Key.Key_Space)
    assert page.list.plan == first.offered.plan
    press(first, Qt.Key.Key_Right)
    assert page.list.plan == page.list.cards[1].offered.plan == bench.plan
    press(page.list.cards[1], Qt.Key.Key_Down)
    assert page.list.plan == page.list.cards[3].offered.plan
    press(first, Qt.Key.Key_Left)
    assert page.list.plan == page.list.cards[3].offered.plan


def test_cards_say_dose_minutes_and_sensors_and_follow_short_and_quick(bench: Bench) -> None:
    page = bench.enter()
    card, two = bench.card("quad-set"), bench.card("arm-up-neck-quiet")
    assert card.meta == f"5 s on, 10 s off · 2 × 10 · {QUAD_SET.minutes(quick=True)} min"
    assert "Needs 2 sensors" in two.accessibleDescription()
    assert "sensors" not in card.accessibleDescription()
    page.short.click()
    page.quick.click()
    assert (bench.guide.today.short, bench.guide.today.quick) == (True, False)
    assert card.meta == f"5 s on, 10 s off · 10 times · {QUAD_SET.minutes(short=True)} min"


@pytest.mark.parametrize("simulated", [False, True])
def test_a_plan_for_two_sensors_says_which_one_is_missing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, simulated: bool
) -> None:
    page = bench.enter()
    bench.card("arm-up-neck-quiet").click()
    monkeypatch.setattr(bench.station, "engine", SimpleNamespace(state=replace(state(), simulated=simulated)))
    assert page.note() == ("" if simulated else f"A second sensor is needed, on {TWO.muscles[1].name}.")
    bench.card("quad-set").click()
    assert page.note() == ""


def test_own_plans_come_after_those_that_ship(make_bench: MakeBench) -> None:
    mine = replace(QUAD_SET, name="mine")
    bench = make_bench(lambda: (mine, *shipped_plans()))
    bench.enter()
    assert bench.names[-1] == "mine"
    assert "Own plan" in bench.card("mine").accessibleDescription()


def test_plans_that_cannot_be_read_are_told_and_nothing_stands_still(make_bench: MakeBench) -> None:
    def broken() -> Sequence[Plan]:
        raise OSError(5, "Input/output error")

    page = make_bench(broken).enter()
    assert "Input/output error" in page.notices.accessibleName()
    assert not page.offered()[-1].enabled


# -- people -----------------------------------------------------------------------------------------------------


def test_the_most_recent_people_are_chips_with_how_long_ago(bench: Bench) -> None:
    for code, days in (("A1", 3), ("B2", 0), ("C3", 1)):
        bench.record(code, days)
    page = bench.enter()
    texts = [chip.text() for chip in page.chooser.chips.values()]
    assert texts == ["B2 · today", "C3 · yesterday", "A1 · 3 days ago"]
    assert page.chooser.nobody.isChecked()
    page.chooser.chips["A1"].click()
    bench.read()
    assert bench.guide.today.subject == "A1"
    assert page.chooser.chips["A1"].isChecked()
    assert not page.chooser.nobody.isChecked()
    page.chooser.nobody.click()
    assert bench.guide.today.subject == ""


def test_how_long_ago_is_said_in_words() -> None:
    spoken = [ago(TODAY - dt.timedelta(days=n), TODAY).filled() for n in (0, 1, 2, 60, 61, 400)]
    assert spoken == ["today", "yesterday", "2 days ago", "60 days ago", "2 months ago", "13 months ago"]


def test_a_typed_code_or_private_name_finds_the_person(bench: Bench) -> None:
    bench.record("K7Q2XD", 3)
    bench.people.save(Person("K7Q2XD", "Ada Byron"))
    page = bench.enter()
    for typed in ("k7q2xd", "ada byron"):
        page.choose_person("")
        page.chooser.line.setText(typed)
        press(page.chooser.line, Qt.Key.Key_Return)
        assert bench.guide.today.subject == "K7Q2XD"
        assert page.chooser.line.text() == ""


def test_a_code_that_nobody_has_is_taken_only_when_it_is_entered_twice(bench: Bench) -> None:
    page = bench.enter()
    page.chooser.line.setText("S01")
    press(page.chooser.line, Qt.Key.Key_Return)
    assert bench.guide.today.subject == ""
    assert "Nobody has the code S01" in page.chooser.sentence
    press(page.chooser.line, Qt.Key.Key_Return)
    assert bench.guide.today.subject == "S01"
    assert page.chooser.sentence == ""


@pytest.mark.parametrize("typed", ["P-014", "../etc", "a b", "ä"])
def test_what_is_no_code_is_refused_with_what_to_do(bench: Bench, typed: str) -> None:
    page = bench.enter()
    page.chooser.line.setText(typed)
    for _ in range(2):
        press(page.chooser.line, Qt.Key.Key_Return)
    assert bench.guide.today.subject == ""
    assert "letters and digits" in page.chooser.sentence


def test_enter_in_the_field_never_reaches_the_windows_primary_action(bench: Bench, qtbot: QtBot) -> None:
    heard: list[int] = []

    class Window(QWidget):
        def keyPressEvent(self, a0: Any) -> None:  # noqa: N802 - Qt's own
            heard.append(a0.key())

    window = Window()
    qtbot.addWidget(window)
    page = bench.enter()
    page.setParent(window)
    window.show()
    page.chooser.line.setText("S01")
    press(page.chooser.line, Qt.Key.Key_Return)
    assert heard == []
    page.chooser.line.clear()
    press(page.chooser.line, Qt.Key.Key_Return)
    assert heard == [Qt.Key.Key_Return]
    page.setParent(None)


def test_the_private_name_is_on_no_chip_and_in_no_label(bench: Bench) -> None:
    bench.record("K7Q2XD", 3, 18, 20)
    bench.people.save(Person("K7Q2XD", "Ada Byron"))
    page = bench.enter()
    bench.choose("K7Q2XD")
    shown = [chip.text() for chip in page.chooser.chips.values()]
    shown += [page.week.sentence, page.note(), page.board.title, *(action.label for action in page.offered())]
    assert "Ada" not in " ".join(shown)


def test_a_new_person_gets_a_reserved_code_and_is_chosen(bench: Bench) -> None:
    page = bench.enter()
    assert page.do("new person")
    dialog = next(child for child in page.findChildren(NewPerson) if child.isVisible())
    dialog.name.setText("Ada Byron")
    dialog.make.click()
    bench.read()
    code = bench.guide.today.subject
    assert (bench.station.library / f"sub-{code}").is_dir()
    assert bench.people.read(code).name == "Ada Byron"
    assert code in page.chooser.chips


def test_a_code_that_cannot_be_made_is_told_and_the_dialog_stays(qtbot: QtBot, tmp_path: Path) -> None:
    def refuse() -> str:
        raise OSError(28, "No space left on device")

    dialog = NewPerson(refuse, People(tmp_path), Look())
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.accept()
    assert "No space left on device" in dialog.error
    assert (dialog.isVisible(), dialog.code) == (True, "")
    assert not list(tmp_path.iterdir())


def test_a_name_that_cannot_be_kept_does_not_reserve_a_second_code(qtbot: QtBot, tmp_path: Path) -> None:
    made: list[str] = []

    def reserve() -> str:
        made.append(f"A{len(made)}")
        return made[-1]

    (tmp_path / "people").write_text("a file where the folder should be")
    dialog = NewPerson(reserve, People(tmp_path / "people"), Look())
    qtbot.addWidget(dialog)
    dialog.name.setText("Ada Byron")
    dialog.accept()
    dialog.accept()
    assert made == ["A0"]
    assert "A0" in dialog.error
    assert "Ada" not in dialog.error


def test_the_plan_prepared_last_is_kept_and_chosen_next_time(bench: Bench) -> None:
    bench.enter()
    page = bench.choose("A1")
    bench.card("bridge").click()
    assert page.do("prepare")
    bench.read()
    assert bench.people.read("A1").last_plan == "bridge"
    bench.guide.back()
    bench.choose("")
    bench.card("quad-set").click()
    bench.choose("A1")
    assert bench.plan.name == "bridge"


def test_a_plan_chosen_by_hand_stays_when_the_step_is_entered_again(bench: Bench) -> None:
    bench.people.save(Person("A1", last_plan="bridge"))
    bench.enter()
    bench.choose("A1")
    bench.card("quad-set").click()
    bench.enter()
    assert bench.plan.name == "quad-set"


# -- prescription, practice --------------------------------------------------------------------------------------


def test_prescribed_plans_come_first_with_their_caps_and_once_only(bench: Bench) -> None:
    bench.prescribe("A1", PrescribedPlan(BRIDGE, highest=30, sets=1), PrescribedPlan(QUAD_SET))
    bench.enter()
    bench.choose("A1")
    assert bench.names[:2] == ["bridge", "quad-set"]
    assert len(set(bench.names)) == len(bench.names) == 14
    assert "Prescribed · at most 30 % · 1 set" in bench.card("bridge").accessibleDescription()
    assert bench.plan.dose.sets == 1
    assert bench.plan.target is not None
    assert bench.plan.target.low == 30
    assert bench.guide.today.prescription is not None


def test_nobody_trains_above_a_cap_by_being_quicker_than_the_disk(make_bench: MakeBench) -> None:
    gate = threading.Event()
    gate.set()

    def plans() -> Sequence[Plan]:
        assert gate.wait(20)
        return shipped_plans()

    bench = make_bench(plans)
    bench.prescribe("A1", PrescribedPlan(QUAD_SET, sets=1))
    page = bench.enter()
    gate.clear()
    page.choose_person("A1")
    assert not page.offered()[-1].enabled
    assert page.do("prepare")
    assert bench.guide.step == "start"
    gate.set()
    bench.read()
    assert page.offered()[-1].enabled
    assert bench.plan.dose.sets == 1


def test_the_next_person_gets_no_caps_of_the_one_before(bench: Bench) -> None:
    bench.prescribe("A1", PrescribedPlan(QUAD_SET, sets=1))
    page = bench.enter()
    bench.choose("A1")
    page.choose_person("")
    assert bench.plan == QUAD_SET
    assert bench.guide.today.prescription is None


@pytest.mark.parametrize(("days", "asks"), [(-1, True), (0, False)])
def test_after_the_day_of_review_the_page_asks_for_one_and_locks_nothing(bench: Bench, days: int, asks: bool) -> None:
    bench.prescribe("A1", PrescribedPlan(QUAD_SET), review=TODAY + dt.timedelta(days=days))
    bench.enter()
    page = bench.choose("A1")
    assert ("Ask for a review." in page.notices.accessibleName()) == asks
    assert page.offered()[-1].enabled


def test_a_broken_prescription_is_told_and_the_rest_goes_on(bench: Bench) -> None:
    (bench.people.make("A1") / "prescription.toml").write_text("plans = ")
    bench.enter()
    page = bench.choose("A1")
    assert "The prescription was not taken. prescription.toml, line 1" in page.notices.accessibleName()
    assert "It lies beside, as prescription-broken.toml" in page.notices.accessibleName()
    assert (bench.people.folder("A1") / "prescription-broken.toml").read_text() == "plans = "
    assert page.offered()[-1].enabled


def test_after_seven_days_the_short_version_is_offered_with_a_lower_target_once(bench: Bench) -> None:
    bench.record("A1", 8, 18, 20)
    bench.enter()
    page = bench.choose("A1")
    assert "Welcome back" in page.notices.accessibleName()
    page.notices.buttons["short"].click()
    assert (bench.guide.today.short, bench.guide.today.ease) == (True, 5.0)
    assert page.short.isChecked()
    assert not page.notices.notices
    page.short.click()
    assert (bench.guide.today.short, bench.guide.today.ease) == (False, 0.0)


def test_as_usual_changes_nothing_and_is_not_asked_twice(bench: Bench) -> None:
    bench.record("A1", 8, 18, 20)
    bench.enter()
    page = bench.choose("A1")
    page.notices.buttons["usual"].click()
    assert (bench.guide.today.short, bench.guide.today.ease) == (False, 0.0)
    bench.enter()
    assert not page.notices.notices


def neglected(bench: Bench, **changes: Any) -> StartPage:
    """Return the page of somebody who practised 20 and 3 days ago, with four days a week planned since long."""
    bench.record("A1", 20, 18, 20)
    bench.record("A1", 3, 18, 20)
    since = TODAY - dt.timedelta(days=30)
    bench.people.save(Person("A1", **{"days_per_week": 4, "planned_since": since, **changes}))
    bench.enter()
    return bench.choose("A1")


ASKS = "What got in the way in the last two weeks?"


def test_less_than_half_of_the_plan_is_asked_about_once_and_kept_privately(bench: Bench) -> None:
    page = neglected(bench, name="Ada Byron")
    assert page.notices.accessibleName() == ASKS
    assert list(page.notices.buttons) == ["time", "pain", "kit", "forgot", "other", "skipped"]
    page.notices.buttons["pain"].click()
    assert not page.notices.notices
    bench.read()
    kept = bench.people.read("A1")
    assert [(reason.day, reason.what) for reason in kept.reasons] == [(TODAY, "pain")]
    assert (kept.name, kept.days_per_week) == ("Ada Byron", 4)
    assert not bench.guide.today.short
    bench.enter()
    assert not page.notices.notices


@pytest.mark.parametrize(
    ("changes", "asks"),
    [
        ({"reasons": (Reason(TODAY - dt.timedelta(days=13), "skipped"),)}, False),
        ({"reasons": (Reason(TODAY - dt.timedelta(days=14), "time"),)}, True),
        ({"planned_since": TODAY - dt.timedelta(days=13)}, False),
        ({"days_per_week": 1}, False),
        ({"days_per_week": None}, False),
    ],
)
def test_nobody_is_asked_too_often_or_about_a_plan_that_is_new(
    bench: Bench, changes: dict[str, Any], asks: bool
) -> None:
    assert (neglected(bench, **changes).notices.accessibleName() == ASKS) == asks


def test_one_question_at_a_time_welcome_comes_first(bench: Bench) -> None:
    bench.record("A1", 20, 18, 20)
    bench.people.save(Person("A1", days_per_week=4))
    bench.enter()
    page = bench.choose("A1")
    assert list(page.notices.buttons) == ["short", "usual"]
    page.notices.buttons["usual"].click()
    assert page.notices.accessibleName() == ASKS


@pytest.mark.parametrize("width", [300, 520, 900])
@pytest.mark.parametrize("percent", [100, 200])
def test_the_answers_stand_below_each_other_where_the_row_ends(bench: Bench, width: int, percent: int) -> None:
    notices = neglected(bench).notices
    notices.dress(Look(LIGHT, percent))
    notices.resize(width, notices.needed_height(width))
    notices.grab()
    places = [button.geometry() for button in notices.buttons.values()]
    assert all(notices.rect().contains(place) for place in places if place.width() < width - 60)
    assert not any(a.intersects(b) for i, a in enumerate(places) for b in places[:i])


def test_an_answer_that_cannot_be_kept_is_told(bench: Bench) -> None:
    page = neglected(bench)
    path = bench.people.folder("A1") / "person.toml"
    path.write_text("schema = 2")
    page.notices.buttons["kit"].click()
    bench.read()
    assert "newer version" in page.notices.accessibleName()
    assert path.read_text() == "schema = 2"


def test_days_since_the_session_before_are_told_to_the_guide(bench: Bench) -> None:
    bench.record("A1", 8, 18, 20)
    bench.enter()
    told = [bench.guide.today.days_away]
    for code in ("A1", "NEW1", "A1", ""):
        bench.choose(code)
        told.append(bench.guide.today.days_away)
    assert told == [None, 8, None, 8, None]


def test_w_opens_ones_days_and_the_week_follows_them(bench: Bench) -> None:
    page = bench.enter()
    days = next(action for action in page.offered() if action.key == "W")
    assert (days.name, days.enabled) == ("days", False)
    assert not page.do("days")
    bench.record("A1", 1, 18, 20)
    bench.choose("A1")
    assert page.week.following == ""
    assert page.do("days")
    dialog = next(child for child in page.findChildren(DaysDialog) if child.isVisible())
    tomorrow = TODAY + dt.timedelta(days=1)
    dialog.days[tomorrow.weekday()].click()
    dialog.time_of_day.setText("after breakfast")
    dialog.save.click()
    bench.read()
    assert page.week.following == "Next: tomorrow, after breakfast"
    assert "Next: tomorrow" in page.week.accessibleDescription()
    assert "after breakfast" not in "".join(path.read_text() for path in bench.station.library.rglob("*.json"))


@pytest.mark.parametrize(("days", "said"), [(0, "today"), (1, "tomorrow"), (3, "Thursday"), (7, "7 days from now")])
def test_the_next_day_is_said_by_its_name(days: int, said: str) -> None:
    monday = dt.date(2026, 11, 23)
    practice = Practice(monday, (week("open"),), None, None, monday + dt.timedelta(days=days))
    phrase = next_sentence(practice, "at noon")
    assert phrase is not None
    assert phrase.filled() == f"Next: {said}, at noon"


def test_plans_of_ones_own_are_on_offer_and_a_broken_file_is_told(bench: Bench) -> None:
    folder = bench.station.data / "plans"
    save_plan(folder, replace(QUAD_SET, name="mine", title="Ward 3"))
    (folder / "broken.toml").write_text("name = ")
    page = bench.enter()
    assert bench.names[-1] == "mine"
    assert "broken.toml, line 1" in page.notices.accessibleName()


def test_a_broken_private_file_is_told_although_names_are_read_first(bench: Bench) -> None:
    (bench.people.make("A1") / "person.toml").write_text("broken")
    page = bench.enter()
    bench.choose("A1")
    assert "person.toml of A1 is broken" in page.notices.accessibleName()


def test_a_prescription_for_nobody_in_particular_holds_for_today(bench: Bench) -> None:
    bench.enter()
    given = Prescription(created=TODAY, review=TODAY, days_per_week=3, plans=(PrescribedPlan(QUAD_SET, sets=1),))
    bench.guide.change(prescription=given)
    page = bench.enter()
    assert bench.names[0] == "quad-set"
    bench.card("quad-set").click()
    assert bench.plan.dose.sets == 1
    assert bench.guide.today.prescription == given
    bench.choose("A1")
    page.choose_person("")
    assert bench.guide.today.prescription is None


def test_the_week_is_counted_for_the_chosen_person_only(bench: Bench) -> None:
    bench.record("A1", 0, 18, 20)
    bench.people.save(Person("A1", days_per_week=3))
    page = bench.enter()
    assert "Choose who is training" in page.week.sentence
    bench.choose("A1")
    assert page.week.sentence == "1 of 3 planned days. 18 good repetitions."
    bench.choose("NEW1")
    assert page.week.sentence == "0 days done. 0 good repetitions."


def week(*states: DayState, planned: int | None = 4, good: int = 0) -> Week:
    monday = dt.date(2026, 11, 23)
    days = [Day(monday + dt.timedelta(days=n), state, 1, good if n == 0 else 0) for n, state in enumerate(states)]
    return Week(tuple(days), planned)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            week("done", "rest", "planned", "done", "open", "open", "open", good=62),
            "3 of 4 planned days. 62 good repetitions.",
        ),
        (week("part", *["open"] * 6, good=1), "0 of 4 planned days, 1 in part. 1 good repetition."),  # type: ignore[arg-type]
        (week(*["done"] * 5, planned=4), "5 days, 4 were planned. 0 good repetitions."),  # type: ignore[arg-type]
        (week("done", planned=None), "1 day done. 0 good repetitions."),
    ],
)
def test_a_week_is_one_sentence_that_tells_nobody_off(given: Week, said: str) -> None:
    assert week_sentence(given).filled() == said


def test_a_weeks_bar_never_leaves_its_frame() -> None:
    assert bar_parts(week("done", "part", "part", planned=1)) == (1 / 3, 2 / 3)
    assert bar_parts(week("done", "done", planned=4)) == (0.5, 0.0)
    assert bar_parts(week(planned=None)) == (0.0, 0.0)


def test_each_state_of_a_day_has_its_own_shape(qtbot: QtBot) -> None:
    home = QWidget()
    qtbot.addWidget(home)
    view = WeekView(home)
    view.resize(400, 150)
    view.dress(Look())
    pictures = set()
    for name in STATES:
        view.tell(Practice(dt.date(2026, 11, 20), (week(*[name] * 7),), None), "A1")
        image = view.grab().toImage().copy(30, 46, 230, 26)  # without sentence and bars
        pixels = image.bits()
        assert pixels is not None
        pictures.add(bytes(pixels.asarray(image.sizeInBytes())))
    assert len(pictures) == len(STATES)


# -- the board ---------------------------------------------------------------------------------------------------

INFO = StreamInfo(1, 1, 10, 14, 5.0, 0.0, 1000, 1, "Arduino Uno R4")


def real(**changes: Any) -> EngineState:
    return replace(state(), label="Arduino Uno R4", info=INFO, **changes)


def chosen(bench: Bench, board: str) -> None:
    bench.station.choice = Choice(board, bench.station.choice.settings)


def test_a_board_found_by_itself_says_sensor_rate_and_channels(bench: Bench) -> None:
    chosen(bench, ANY_BOARD)
    bench.sees(real())
    said = f"{bench.page.board.accessibleName()} {bench.page.board.accessibleDescription()}"
    for part in ("Arduino Uno R4", "found by itself", "RAW, gain 200", "1000 Hz, 14 bit", "vastus medialis", "swell"):
        assert part in said


def test_without_a_board_the_simulated_muscle_says_so(bench: Bench) -> None:
    bench.sees(replace(state(), simulated=True, by_hand=True))
    assert bench.page.board.title == "No board plugged in yet"
    assert "SIMULATED" in bench.page.board.hint
    assert bench.page.board.again.isVisible()


@pytest.mark.parametrize(
    ("phase", "message", "title", "hint", "again"),
    [
        ("connecting", "", "Looking for the board", "It is found by itself.", "Look again"),
        ("lost", "The cable was pulled out.", "Arduino Uno R4", "The cable was pulled out.", "Look again"),
        ("another board", "This is another board.", "Another board", "This is another board.", "Use this board"),
        ("failed", "The port is taken.", "Arduino Uno R4", "The port is taken.", "Look again"),
    ],
)
def test_what_is_wrong_with_the_board_is_said_with_what_to_do(
    bench: Bench, phase: Any, message: str, title: str, hint: str, again: str
) -> None:
    chosen(bench, ANY_BOARD)
    bench.sees(real(phase=phase, message=message, update=None))
    card = bench.page.board
    assert (card.title, card.again.text()) == (title, again)
    assert hint in card.hint


def test_a_red_finding_is_the_boards_one_hint(bench: Bench) -> None:
    chosen(bench, ANY_BOARD)
    bench.sees(replace(state(FINDING), label="Arduino"))
    assert "40 %" in bench.page.board.hint


def test_an_unknown_sensor_or_gain_is_no_number(bench: Bench) -> None:
    chosen(bench, ANY_BOARD)
    given = real()
    assert given.settings
    for channel, said in (
        (ChannelSettings("m", sensor=Sensor.UNKNOWN), "not told"),
        (ChannelSettings("m", gain=None), "gain not known"),
    ):
        bench.sees(replace(given, settings=replace(given.settings, channels=(channel,))))
        assert said in bench.page.board.accessibleDescription()


@pytest.mark.parametrize(
    ("ports", "board", "said"),
    [
        ([FoundPort("COM4", "Arduino", is_known=True)], ANY_BOARD, "Arduino was found."),
        ([FoundPort("COM4", "a modem")], SIMULATED, "COM4 may be a board"),
        ([], SIMULATED, "No board was found."),
    ],
)
def test_looking_again_takes_a_board_whose_maker_is_known(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, ports: list[FoundPort], board: str, said: str
) -> None:
    monkeypatch.setattr(bench.station, "find_boards", lambda: ports)
    assert bench.page.do("reconnect")
    bench.read()
    assert bench.station.choice.board == board
    chosen(bench, SIMULATED)
    bench.sees(replace(state(), simulated=True, by_hand=True))
    assert said in bench.page.board.hint


def test_with_a_real_board_the_window_reconnects(bench: Bench) -> None:
    chosen(bench, ANY_BOARD)
    assert not bench.page.do("reconnect")


def test_the_live_trace_shows_a_growing_signal_and_nothing_while_silent(bench: Bench) -> None:
    station, trace = bench.station, bench.page.board.trace

    def shown() -> bool:
        return trace.columns is not None

    station.engine.start()
    try:
        bench.bot.waitUntil(lambda: station.engine.state.update is not None, timeout=10_000)
        trace.setVisible(True)
        trace.look(1.0, silent=False)
        assert shown()
        reach = trace.reach
        station.contract(1.0)

        def grown() -> bool:
            trace.look(trace._painted + 1.0, silent=False)
            return trace.reach > reach

        bench.bot.waitUntil(grown, timeout=20_000)
        high = trace.reach
        trace.look(trace._painted + 1.0, silent=True)
        assert not shown()
        assert trace.reach == high
    finally:
        assert station.engine.stop(10)


def test_a_gap_in_the_trace_stays_empty_and_every_peak_is_kept(qtbot: QtBot) -> None:
    home = QWidget()
    qtbot.addWidget(home)
    counts = np.full((5000, 1), 8192, np.int32)
    counts[1000:1500] = -1
    counts[3000, 0] = 9000
    ring = RingBuffer(5000, 1, np.int32, missing=-1)
    ring.append(counts)
    trace = BoardTrace(cast("Any", SimpleNamespace(state=state(), rings=Rings(ring, ring))), home)
    trace.resize(300, 100)
    home.show()
    trace.look(1.0, silent=False)
    assert trace.columns is not None
    empty = trace.columns.time[np.isnan(trace.columns.low)]
    assert (empty.min(), empty.max()) == (pytest.approx(-4.0, abs=0.05), pytest.approx(-3.5, abs=0.05))
    assert np.nanmax(trace.columns.high) == 9000 - 8192
    assert not trace.grab().isNull()


# -- actions, looks ----------------------------------------------------------------------------------------------


def test_what_the_window_opens_is_asked_of_it(bench: Bench) -> None:
    asked: list[str] = []
    page = bench.enter()
    page.asked.connect(asked.append)
    for name in ("edit plans", "prescription"):
        assert page.do(name)
    page.board.settings.click()
    assert asked == ["edit plans", "prescription", "settings"]
    assert not page.do("settings")
    keys = [action.key for action in page.offered()]
    assert keys == ["F", "N", "W", "X", "I", "Enter"]


def test_free_practice_has_no_plan(bench: Bench) -> None:
    page = bench.enter()
    bench.station.engine.start()
    try:
        bench.bot.waitUntil(lambda: bench.station.engine.state.update is not None, timeout=10_000)
        assert page.do("free")
        assert bench.guide.today.plan is None
        assert bench.guide.step == "train"
    finally:
        assert bench.station.engine.stop(10)


LOOKS = [(palette, percent, size) for palette in (LIGHT, DARK, CONTRAST) for percent, size in (
    (100, (1232, 520)), (100, (976, 440)), (150, (1232, 500)), (200, (1232, 464)), (200, (1872, 824)),
    (100, (1872, 880)),
)]  # fmt: skip


@pytest.mark.parametrize(("palette", "percent", "size"), LOOKS)
def test_every_look_has_its_parts_side_by_side_and_nothing_is_cut(
    bench: Bench, palette: Any, percent: int, size: tuple[int, int]
) -> None:
    bench.record("K7Q2XD", 8, 18, 20)
    bench.record("AB34CD", 3)
    page = bench.enter()
    page.resize(*size)
    bench.choose("K7Q2XD")
    page.dress(Look(palette, percent))
    chosen(bench, ANY_BOARD)
    bench.sees(real())
    QApplication.processEvents()
    chip = page.chooser.chips["K7Q2XD"]
    assert chip.isVisible()
    for part in (chip, page.chooser.line, page.chooser.nobody):
        assert page.chooser.rect().contains(part.geometry())
    parts = [page.chooser, page.plans, page.right]
    for i, first in enumerate(parts):
        assert page.rect().contains(first.geometry())
        assert not any(first.geometry().intersects(other.geometry()) for other in parts[i + 1 :])
    row = [chip for chip in (page.quick, page.short) if chip.isVisible()]
    assert len(row) == 2
    assert all(page.plans.rect().contains(one.geometry()) for one in row)
    assert not page.quick.geometry().intersects(page.short.geometry())
    for card in page.list.cards:
        assert card.height() >= card.needed_height(card.width())
    assert page.list.detail.height() >= page.list.detail.needed_height(page.list.detail.width())
    assert page.board.height() >= page.board.needed_height(page.board.width())
    assert page.week.height() >= page.week.needed_height(page.week.width())
    assert page.notices.height() >= page.notices.needed_height(page.notices.width())
    for button in (page.board.again, page.board.settings):
        if button.isVisible():
            assert page.board.rect().contains(button.geometry())
    assert not page.grab().isNull()


def test_every_control_has_a_name_and_says_what_it_does(bench: Bench) -> None:
    bench.record("A1", 8, 18, 20)
    page = bench.enter()
    bench.choose("A1")
    controls: list[QWidget] = [
        page.chooser.line, page.chooser.nobody, *page.chooser.chips.values(), page.quick, page.short, *page.list.cards,
        page.board.settings, page.board.again, *page.notices.buttons.values(),
    ]  # fmt: skip
    for control in controls:
        assert control.accessibleName()
        assert control.toolTip()


# -- pictograms --------------------------------------------------------------------------------------------------


def test_every_shipped_plan_has_its_own_pictogram_on_the_grid_with_its_muscle() -> None:
    assert set(FIGURES) == {plan.name for plan in shipped_plans()}
    assert len({repr(figure) for figure in FIGURES.values()}) == len(FIGURES)
    for figure in FIGURES.values():
        assert any(part.ink == "muscle" and (isinstance(part, Dot) or part.width > 3) for part in figure)
        points = [point for part in figure if isinstance(part, Mark) for point in part.points]
        points += [
            (dot.x + side * dot.r, dot.y + side * dot.r) for dot in figure if isinstance(dot, Dot) for side in (-1, 1)
        ]
        assert all(0 <= x <= 96 and 0 <= y <= 96 for x, y in points)


@pytest.mark.usefixtures("qtbot")
def test_a_plan_of_ones_own_gets_its_kinds_pictogram() -> None:
    pictures: dict[str, bytes] = {}
    for plan in shipped_plans():
        image = QImage(96, 96, QImage.Format.Format_RGB32)
        image.fill(0xFFFFFF)
        painter = QPainter(image)
        assert paint_pictogram(Canvas(painter, Look()), 0, 0, 96, replace(plan, name="mine")) == "of its kind"
        painter.end()
        pixels = image.bits()
        assert pixels is not None
        pictures[plan.kind] = bytes(pixels.asarray(image.sizeInBytes()))
    assert len(set(pictures.values())) == 7
