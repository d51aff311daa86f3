"""The Prepare step: what is in the way stays in the way, the good way is three keys, and nothing red is overlooked."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QCoreApplication, QEvent, Qt
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from biofeedback.emg.findings import NAMES, Finding, found
from biofeedback.emg.ring_buffer import RingBuffer
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.mains_link import MainsSigns
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.report.references import KeptReference
from biofeedback.safety import DO_NOT_START, ONLY_IF_AGREED, Answers
from biofeedback.sitting import Rings
from biofeedback.training.commands import Answer, Command, Site
from biofeedback.training.notes import Notes
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import find_plan, shipped_plans
from biofeedback.training.prescription import STOP_RULES
from biofeedback.ui.choice import Choice
from biofeedback.ui.controls import Station as StationProtocol
from biofeedback.ui.guide import Guide, channels_of
from biofeedback.ui.look.tokens import CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.moment import moment
from biofeedback.ui.page import Glance, Page
from biofeedback.ui.prepare import last_time
from biofeedback.ui.prepare.page import PreparePage, storable
from biofeedback.ui.readings import readings
from tests.ui.hands import press
from tests.ui.states import REFERENCE, recording, state

LONG = 10_000
PORT = "/dev/ttyACM0"
BATTERY = MainsSigns(charger=False, battery=True, wired_network=(), second_screen=False)
CHARGER = replace(BATTERY, charger=True)
SAFE = Answers(frozenset(), frozenset(), wall_powered=False)
QUAD = find_plan("quad-set")
TWO = find_plan("arm-up-neck-quiet")
LOOSE = found("loose", "fix", 0)
HUM = found("hum", "look", 0, percent=35)


class FakeEngine:
    """An engine that stands still at a state."""

    def __init__(self) -> None:
        self.state = state()
        self.rings: Rings | None = None
        self.posted: list[Command] = []

    def post(self, command: Command) -> None:
        self.posted.append(command)

    def stop_recording(self) -> None:
        self.state = replace(self.state, recording=None)


class Station:
    """A station whose computer and board are as the test says."""

    paced = True

    def __init__(self, folder: Path, plan: Plan | None, signs: MainsSigns) -> None:
        channels = channels_of(plan, "right", (ChannelSettings(),)) if plan else (ChannelSettings(),)
        self.engine = FakeEngine()
        self.choice = Choice(PORT, Settings(boards={PORT: BoardSettings(channels)}))
        self.library, self.data = folder / "library", folder
        self.signs = signs
        self.sessions: list[tuple[str, str]] = []

    def begin_session(self, subject: str, task: str) -> None:
        self.sessions.append((subject, task))

    def start_recording(self) -> None:
        self.engine.state = replace(self.engine.state, recording=recording())

    def look_at_mains(self) -> MainsSigns:
        return self.signs

    def apply(self, choice: Choice) -> str:
        self.choice = choice
        return ""


class Rig:
    """A page on a station, and the looks that the window would give it."""

    def __init__(self, page: PreparePage, station: Station, guide: Guide) -> None:
        # Any: a type checker believes that what it saw once stays so
        self.page: Any = page
        self.station, self.guide = station, cast("Any", guide)
        self.now = 100.0

    def show(self, *findings: Finding, silent: bool = False, after: float = 0.25, **changes: Any) -> None:
        """Let the board send a signal with these findings, and look."""
        self.now += after
        channels = self.station.choice.channels
        n = len(channels)
        shown = state(*findings, notes=(), level=(3.0,) * n, references=(REFERENCE,) * n)
        settings = replace(cast("Any", shown.settings), channels=channels, **changes.pop("settings", {}))
        was = self.station.engine.state
        self.station.engine.state = replace(
            shown, settings=settings, last_arrival=self.now, recording=was.recording, simulated=was.simulated, **changes
        )
        now = self.station.engine.state
        look = Glance(now, moment(now, self.now), readings(now, silent=silent), silent, self.now)
        self.guide.mains.look(look)
        self.page.look(look)
        self.page.look_slowly(look)

    def action(self, name: str) -> Any:
        return next((action for action in self.page.offered() if action.name == name), None)

    @property
    def names(self) -> list[str]:
        return [action.name for action in self.page.offered()]


MakeRig = Callable[..., Rig]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Iterator[MakeRig]:
    rigs: list[Rig] = []

    def made(plan: Plan | None = QUAD, *, answers: Answers | None = None, signs: MainsSigns = BATTERY,
             simulated: bool = False, size: tuple[int, int] = (1232, 520), look: Look | None = None,
             subject: str = "") -> Rig:  # fmt: skip
        station = Station(tmp_path, plan, signs)
        station.engine.state = replace(station.engine.state, simulated=simulated)
        guide = Guide(cast("StationProtocol", station), step="prepare")
        guide.change(subject=subject)
        guide.change(plan=plan, answers=answers or Answers())
        page = PreparePage(cast("StationProtocol", station), guide)
        page.dress(look or Look(LIGHT))
        page.resize(*size)
        page.show()
        page.entered()
        rig = Rig(page, station, guide)
        rigs.append(rig)
        rig.show()
        if not simulated:
            qtbot.waitUntil(lambda: guide.mains._signs is not None, timeout=LONG)
        rig.show()
        return rig

    yield made
    for rig in rigs:
        rig.page.close()
        rig.page.deleteLater()
        rig.guide.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


# -- the good way --------------------------------------------------------------------------------------


def test_it_is_a_page(make: MakeRig) -> None:
    page: Page = make().page
    assert page.offered()


def test_three_keys_answer_that_nothing_applies_and_enter_goes_on(make: MakeRig) -> None:
    rig = make()
    assert not rig.action("next").enabled
    labels = []
    while (quick := rig.action("answer")) is not None:
        labels.append(quick.label)
        assert rig.page.do("answer")
        rig.show()
    assert labels == ["Nothing is wall-powered", "None of these applies", "None of these applies"]
    assert rig.guide.today.answers == SAFE
    assert rig.action("next").enabled
    assert rig.page.note() == ""
    assert rig.page.safety.stop.open
    assert rig.page.do("next")
    assert rig.guide.step == "calibrate"
    assert rig.station.sessions == [("", "quadset")]


def test_one_key_answers_one_list_only_so_that_each_is_read(make: MakeRig) -> None:
    rig = make()
    rig.page.do("answer")
    assert rig.guide.today.answers == Answers(wall_powered=False)
    rig.page.do("answer")
    assert rig.guide.today.answers == Answers(frozenset(), wall_powered=False)


def test_what_is_not_answered_is_named_and_enter_does_nothing(make: MakeRig) -> None:
    rig = make()
    assert "Wall power" in rig.page.note()
    rig.page.do("next")
    rig.guide.change(answers=Answers(frozenset(), wall_powered=False))
    assert "Only if your clinician agreed" in rig.page.note()
    rig.page.do("next")
    assert rig.guide.step == "prepare"


def test_free_practice_goes_to_train_and_has_words_only(make: MakeRig) -> None:
    rig = make(None, answers=SAFE)
    assert rig.action("next").label == "Train"
    assert rig.page.electrodes.drawing.isHidden()
    assert rig.page.electrodes.steps.steps
    rig.page.do("next")
    assert rig.guide.step == "train"


def test_the_simulated_muscle_needs_no_answer_and_says_that_nobody_wears_electrodes(make: MakeRig) -> None:
    rig = make(simulated=True, signs=CHARGER)
    assert "nobody wears electrodes" in rig.page.note()
    assert "nobody wears electrodes" in rig.page.safety.simulated.text()
    assert rig.action("next").enabled
    rig.page.do("answer")
    assert rig.guide.today.answers == replace(SAFE, wall_powered=None)
    assert rig.action("answer") is None
    rig.page.do("next")
    assert rig.guide.step == "calibrate"


# -- safety --------------------------------------------------------------------------------------------


def test_wall_power_is_in_the_way_and_is_said_with_its_fix(make: MakeRig) -> None:
    rig = make(answers=SAFE, signs=CHARGER)
    assert not rig.action("next").enabled
    assert rig.page.note() == (
        "A wall-powered device is connected to this computer (charger). Unplug it before anyone wears the electrodes."
    )
    assert rig.page.safety.wall.head.light == "fix"
    rig.page.safety.isolator_said.emit(True)
    assert rig.station.choice.settings.boards[PORT].isolator
    assert rig.action("next").enabled
    rig.page.safety.isolator_said.emit(False)
    assert not rig.action("next").enabled
    rig.page.safety.wall.nobody.click()
    assert rig.guide.today.nobody_wears
    assert rig.action("next").enabled


@pytest.mark.parametrize("item", DO_NOT_START, ids=lambda item: item.key)
def test_each_item_of_the_first_list_stops_and_says_what_follows(make: MakeRig, item: Any) -> None:
    rig = make(answers=SAFE)
    first = rig.page.safety.first
    first.ticks[item.key].click()
    assert rig.guide.today.answers.do_not_start == {item.key}
    assert not rig.action("next").enabled
    assert first.follows[item.key].text() == item.follows
    assert first.agreements[item.key].isHidden()
    assert not first.none.isChecked()
    first.ticks[item.key].click()
    assert rig.guide.today.answers.do_not_start is None  # taking it back is no answer
    assert not rig.action("next").enabled
    first.none.click()
    assert rig.action("next").enabled


@pytest.mark.parametrize("item", ONLY_IF_AGREED, ids=lambda item: item.key)
def test_each_item_of_the_second_list_stops_until_the_clinician_agreed(make: MakeRig, item: Any) -> None:
    rig = make(answers=SAFE)
    second = rig.page.safety.second
    second.ticks[item.key].click()
    assert not rig.action("next").enabled
    assert second.follows[item.key].text() == item.follows
    second.agreements[item.key].click()
    assert rig.guide.today.answers.agreed == {item.key}
    assert rig.action("next").enabled
    assert second.head.light == "look"
    second.ticks[item.key].click()
    assert rig.guide.today.answers.agreed == frozenset()


def test_the_other_ticks_stay_when_one_is_agreed(make: MakeRig) -> None:
    rig = make(answers=replace(SAFE, only_if_agreed=frozenset({"12wk", "calf"})))
    rig.page.safety.second.agreements["12wk"].click()
    assert rig.guide.today.answers.only_if_agreed == {"12wk", "calf"}
    assert not rig.action("next").enabled


def test_what_applies_stays_open_to_be_read_and_what_does_not_folds(make: MakeRig) -> None:
    rig = make(answers=replace(SAFE, do_not_start=None))
    safety = rig.page.safety
    assert safety.first.open
    safety.first.ticks["skin"].click()
    assert safety.first.open
    safety.first.none.click()
    assert not safety.first.open
    assert safety.stop.open
    assert [fold for fold in safety.folds if fold.open] == [safety.stop]


def test_when_to_stop_is_listed_and_a_prescriptions_rules_take_its_place(make: MakeRig) -> None:
    rig = make()
    assert rig.page.safety.stop_words.steps == STOP_RULES
    rig.page.safety.show_stop_rules(("the scar opens",))
    assert rig.page.safety.stop_words.steps == ("the scar opens",)
    assert "does not diagnose or treat" in rig.page.safety.what.text()


# -- the signal ----------------------------------------------------------------------------------------


def test_a_red_finding_is_in_the_way_until_asked_twice_and_that_is_recorded(make: MakeRig) -> None:
    rig = make(answers=SAFE)
    assert rig.action("anyway") is None
    rig.show(LOOSE, HUM)
    assert not rig.action("next").enabled
    assert rig.page.note().startswith("An electrode may be loose.")
    rig.page.do("next")
    rig.page.do("anyway")
    assert rig.guide.step == "prepare"
    assert "again" in rig.page.note()
    rig.page.do("anyway")
    assert rig.guide.step == "calibrate"
    assert rig.guide.today.despite == ("loose",)
    assert Answer("despite", "loose") in rig.station.engine.posted


def test_the_second_press_counts_only_for_what_was_asked_and_for_a_while(make: MakeRig) -> None:
    rig = make(answers=SAFE)
    rig.show(LOOSE)
    rig.page.do("anyway")
    rig.show(LOOSE, found("saturation", "fix", 0))
    rig.page.do("anyway")
    assert rig.guide.step == "prepare"
    rig.show(LOOSE, found("saturation", "fix", 0), after=10.0)
    rig.page.do("anyway")
    assert rig.guide.step == "prepare"


def test_nothing_of_safety_can_be_gone_on_with(make: MakeRig) -> None:
    for answers, signs in (
        (Answers(), BATTERY),
        (SAFE, CHARGER),
        (replace(SAFE, do_not_start=frozenset({"tens"})), BATTERY),
    ):
        rig = make(answers=answers, signs=signs)
        rig.show(LOOSE)
        assert not rig.action("anyway").enabled
        rig.page.do("anyway")
        rig.page.do("anyway")
        assert rig.guide.step == "prepare"
        assert rig.guide.today.despite == ()


def test_without_a_signal_there_is_nothing_to_go_on_with(make: MakeRig) -> None:
    rig = make(answers=SAFE)
    rig.show(silent=True)
    assert "No signal" in rig.page.note()
    assert not rig.action("anyway").enabled
    rig.page.do("anyway")
    rig.page.do("anyway")
    assert rig.guide.step == "prepare"
    rig.show()
    assert rig.action("next").enabled


@given(names=st.lists(st.sampled_from([*NAMES, "output"]), unique=True))
def test_what_was_gone_on_with_always_fits_a_stored_answer(names: list[str]) -> None:
    kept = storable(names)
    Notes().take(Answer("despite", ",".join(kept)))
    assert kept == tuple(names) or (kept[-1] == "more" and kept[:-1] == tuple(names[: len(kept) - 1]))


def test_amber_is_shown_and_lets_go_on(make: MakeRig) -> None:
    rig = make(answers=SAFE)
    rig.show(HUM)
    assert rig.page.signal.light == "look"
    assert "1 to look at" in rig.page.signal.count_line
    assert rig.action("next").enabled


def test_a_finding_stays_long_enough_to_be_read(make: MakeRig) -> None:
    rig = make(answers=SAFE)
    rig.show(LOOSE)
    rig.show(after=1.0)
    assert rig.page.signal.light == "fix"
    rig.show(after=1.5)
    assert rig.page.signal.light == "good"


def test_the_findings_of_an_unused_channel_are_not_in_the_way(make: MakeRig) -> None:
    rig = make(answers=SAFE)
    rig.station.choice = replace(
        rig.station.choice,
        settings=Settings(boards={PORT: BoardSettings((*rig.station.choice.channels, ChannelSettings("spare")))}),
    )
    rig.show(found("flat line", "fix", 1))
    assert rig.action("next").enabled


def test_a_plan_on_two_muscles_cannot_go_on_with_one_sensor(make: MakeRig) -> None:
    rig = make(TWO, answers=SAFE)
    rig.station.choice = Choice(PORT, Settings(boards={PORT: BoardSettings((ChannelSettings(),))}))
    rig.show()
    assert "two muscles" in rig.page.note()
    assert not rig.action("anyway").enabled


# -- the squeeze test ----------------------------------------------------------------------------------


def test_the_key_starts_the_test_and_the_list_follows_it(make: MakeRig) -> None:
    rig = make(answers=SAFE)
    shown = RingBuffer(40_000, 1)
    counts = RingBuffer(40_000, 1, np.int32, missing=-1)
    shown.append(np.full((5000, 1), 4.0))
    counts.append(np.full((5000, 1), 512, dtype=np.int32))
    rig.station.engine.rings = Rings(counts, shown)
    rig.show()
    assert rig.page.do("squeeze")
    said = []
    for level in (4.0, 40.0):
        for _ in range(6):
            shown.append(np.full((500, 1), level))
            rig.show()
            said += [item for item in rig.page.signal.items if item.name == "squeeze"]
    assert said[0].text.text.startswith("Squeeze test: let go")
    assert any(item.text.text.startswith("Squeeze test: tense") for item in said)
    assert said[-1].light == "good"
    assert said[-1].text.filled() == "Squeeze: 10 × rest"


# -- electrodes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", shipped_plans(), ids=lambda plan: plan.name)
def test_every_shipped_plan_shows_drawing_and_words_of_each_muscle(make: MakeRig, plan: Plan) -> None:
    rig = make(plan)
    card = rig.page.electrodes
    for i, muscle in enumerate(plan.muscles):
        card.choose(i)
        assert not card.drawing.isHidden()
        words = " ".join(card.steps.steps)
        for told in (*muscle.landmarks, muscle.site.rstrip("."), muscle.orientation, muscle.reference_electrode):
            assert told.rstrip(".") in words
        picture = card.drawing.grab().toImage()
        assert (
            len({picture.pixel(x, y) for x in range(0, picture.width(), 9) for y in range(0, picture.height(), 9)}) > 4
        )


def test_a_place_without_a_drawing_says_so_and_keeps_its_words(make: MakeRig) -> None:
    own = replace(QUAD, name="own", muscles=(replace(QUAD.muscles[0], name="soleus"),))
    rig = make(own)
    assert rig.page.electrodes.drawing.isHidden()
    assert "no drawing" in rig.page.electrodes.no_drawing.text()
    assert len(rig.page.electrodes.steps.steps) == 5


def test_the_side_names_the_channels_and_mirrors_the_other_muscle(make: MakeRig) -> None:
    pair = find_plan("stand-up")
    rig = make(pair)
    rig.page.electrodes.left.click()
    assert rig.guide.today.side == "left"
    assert [channel.side for channel in rig.station.choice.channels] == ["left", "right"]
    assert [rig.page.electrodes.side_of(muscle) for muscle in pair.muscles] == ["left", "right"]
    rig.page.electrodes.right.click()
    assert [channel.side for channel in rig.station.choice.channels] == ["right", "left"]


def test_where_the_electrodes_sit_is_noted_for_each_channel_and_can_be_stored(make: MakeRig) -> None:
    rig = make(TWO)
    first, second = rig.page.electrodes._records
    first.first.setText("12.5")
    first.electrode.setText("Ag/AgCl 24 mm")
    first.preparation.setText("alcohol, dry")
    second.second.setText("7")
    second.marks.setCurrentIndex(second.marks.findData("first time"))
    assert rig.guide.today.sites == (
        Site(0, 12.5, None, "Ag/AgCl 24 mm", "alcohol, dry"),
        Site(1, None, 7.0, same_marks="first time"),
    )
    notes = Notes()
    for site in rig.guide.today.sites:
        notes.take(site)
    second.second.setText("")
    second.marks.setCurrentIndex(second.marks.findData("not stated"))
    assert len(rig.guide.today.sites) == 1  # nothing noted is no note


def test_what_could_not_be_stored_cannot_be_typed(make: MakeRig) -> None:
    record = make().page.electrodes._records[0]
    for typed, text in (
        (record.electrode, "Ag/AgCl; Max Müller 0123456789"),
        (record.preparation, "shaved, µ alcohol, dried"),
        (record.first, "12,5x9.999"),
    ):
        for letter in text:
            typed.insert(letter)  # as a key does: what the validator refuses is not taken
    Notes().take(record.site)
    assert record.electrode.text() == "Ag/AgCl Max Mller 01"
    assert record.preparation.text() == "shaved,  alcohol, dr"
    assert record.site.first_cm == 12.5


def kept(muscle: str, side: str, day: int, first_cm: float | None, **channel: Any) -> KeptReference:
    settings = ChannelSettings(muscle, side, **channel)
    return KeptReference(dt.date(2026, 1, day), "x.edf", settings, REFERENCE, first_cm, 6.0)


def test_last_times_place_of_this_muscle_and_side_is_offered(
    make: MakeRig, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Path, str]] = []
    history = (
        kept("vastus medialis", "right", 3, 20.0), kept("vastus medialis", "right", 5, 24.0, sensor=Sensor.ENV),
        kept("vastus medialis", "left", 6, 31.0), kept("soleus", "right", 7, 9.0),
    )  # fmt: skip

    def read(library: Path, subject: str) -> tuple[KeptReference, ...]:
        asked.append((library, subject))
        return history

    monkeypatch.setattr(last_time, "kept_references", read)
    rig = make(subject="P014", answers=SAFE)
    record = rig.page.electrodes._records[0]
    qtbot.waitUntil(lambda: "24 cm" in record.last_time.text(), timeout=LONG)
    record.again.click()
    assert rig.guide.today.sites == (Site(0, 24.0, 6.0, same_marks="yes"),)
    rig.show()
    assert any(item.name == "last time" and item.light == "look" for item in rig.page.signal.items)
    rig.page.electrodes.left.click()
    assert "31 cm" in record.last_time.text()
    assert asked == [(rig.station.library, "P014")]


def test_a_library_that_cannot_be_read_is_said_and_nothing_is_lost(
    make: MakeRig, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(library: Path, subject: str) -> tuple[KeptReference, ...]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(last_time, "kept_references", refuse)
    rig = make(subject="P014", answers=SAFE)
    qtbot.waitUntil(lambda: "Permission denied" in rig.page.note(), timeout=LONG)
    assert rig.action("next").enabled


def test_a_library_that_is_not_there_yet_is_no_trouble(make: MakeRig, qtbot: QtBot) -> None:
    rig = make(subject="P014", answers=SAFE)
    qtbot.waitUntil(lambda: not rig.page._last_time.busy, timeout=LONG)
    assert rig.page.note() == ""


# -- by key and by eye ---------------------------------------------------------------------------------


def test_enter_ticks_and_folds_and_space_is_the_muscles(make: MakeRig) -> None:
    rig = make()
    safety = rig.page.safety
    press(safety.first.head, Qt.Key.Key_Space)
    press(safety.wall.isolator, Qt.Key.Key_Space)
    assert not safety.first.open
    assert not rig.guide.mains.isolator
    press(safety.first.head, Qt.Key.Key_Return)
    assert [fold for fold in safety.folds if fold.open] == [safety.first]
    press(safety.first.none, Qt.Key.Key_Return)
    assert rig.guide.today.answers.do_not_start == frozenset()


@pytest.mark.parametrize(
    ("size", "look", "tabbed"),
    [
        ((1232, 520), Look(LIGHT), False),
        ((1872, 880), Look(DARK), False),
        ((976, 440), Look(LIGHT), True),
        ((1232, 440), Look(CONTRAST, 150), True),
        ((1232, 380), Look(LIGHT, 200), True),
        ((1872, 740), Look(DARK, 150), False),
    ],
)
def test_the_cards_stand_side_by_side_or_as_tabs_and_none_is_cut(
    make: MakeRig, size: tuple[int, int], look: Look, tabbed: bool
) -> None:
    rig = make(size=size, look=look)
    page = rig.page
    assert page.tabbed is tabbed
    assert page.tabs.isVisible() is tabbed
    shown = [card for card in page.cards if card.isVisible()]
    assert len(shown) == (1 if tabbed else 3)
    for card in shown:
        assert page.rect().contains(card.geometry())
        assert card.rect().contains(card.area.geometry())
    for left, right in itertools.pairwise(shown):
        assert left.geometry().right() < right.geometry().left()
    if tabbed:
        for i, card in enumerate(page.cards):
            press(page, Qt.Key(Qt.Key.Key_1 + i))
            assert card.isVisible()
    bar = page.electrodes.area.horizontalScrollBar()
    assert bar is not None
    assert bar.maximum() == 0


def test_a_hidden_cards_light_stands_on_its_tab(make: MakeRig) -> None:
    rig = make(size=(976, 440))
    rig.show(LOOSE)
    assert [tab.accessibleDescription() for tab in rig.page.tabs.tabs] == ["", "open", "to fix"]


def test_every_control_has_a_name_and_a_tip(make: MakeRig) -> None:
    rig = make(TWO)
    controls = [
        widget
        for widget in rig.page.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.window() is rig.page
    ]
    assert len(controls) > 25
    for widget in controls:
        assert widget.accessibleName(), widget
        assert widget.toolTip(), widget.accessibleName()
