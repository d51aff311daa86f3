"""The window's part of the mains rule: looks that do not overlap, answers stored, training that stands while red."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine_state import EngineState
from biofeedback.mains_link import MainsSigns
from biofeedback.mains_watch import GO_ON, LOOK_EVERY
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.safety import Answers, may_start
from biofeedback.training.calibration import CalibrationState
from biofeedback.training.commands import Answer, Command, Pause, StopCalibration
from biofeedback.ui.choice import Choice
from biofeedback.ui.instant import Moment
from biofeedback.ui.page import Glance
from biofeedback.ui.phrase import say
from biofeedback.ui.prepare.mains_guard import NOT_LOOKED, MainsGuard, verdict_words
from tests.ui.states import state

BATTERY = MainsSigns(charger=False, battery=True, wired_network=(), second_screen=False)
CHARGER = replace(BATTERY, charger=True)
PORT = "/dev/ttyACM0"
KEPT = ChannelSettings("biceps brachii", "left", Sensor.ENV, None)
NOTHING_APPLIES = Answers(frozenset(), frozenset(), wall_powered=False)


class Station:
    """A computer whose wall power is as the test says."""

    def __init__(self, signs: MainsSigns, boards: dict[str, BoardSettings] | None = None) -> None:
        self.signs = signs
        self.choice = Choice(PORT, Settings(boards=boards or {}))
        self.looks = 0
        self.trouble = ""
        self.error: Exception | None = None

    def apply(self, choice: Choice) -> str:
        self.choice = choice
        return self.trouble

    def look_at_mains(self) -> MainsSigns:
        self.looks += 1
        if self.error:
            raise self.error
        return self.signs


@dataclass(frozen=True)
class Today:
    answers: Answers = field(default_factory=Answers)
    nobody_wears: bool = False


class Guide(QObject):
    """The guide as far as the guard needs it; notes what is posted."""

    changed = pyqtSignal()

    def __init__(self, step: str = "train", today: Today | None = None) -> None:
        super().__init__()
        self.step, self.today = step, today or Today()
        self.posted: list[Command] = []

    def post(self, *commands: Command) -> None:
        self.posted += commands

    def change(self, **fields: Any) -> None:
        self.today = replace(self.today, **fields)
        self.changed.emit()


class Rig:
    """A guard whose looks end when the test says, and the time that it is told."""

    def __init__(self, guard: MainsGuard, station: Station, guide: Guide) -> None:
        self.guard, self.station, self.guide = guard, station, guide
        self.now = 100.0
        self.waiting: list[Callable[[], None]] = []
        self.shown = state(notes=())
        self.changes = 0
        guard.changed.connect(self._changed)
        guard._background.run = self._run  # type: ignore[method-assign, assignment] # no thread: the test delivers

    def _changed(self) -> None:
        self.changes += 1

    def _run(self, work: Callable[[object], MainsSigns], done: Callable[[MainsSigns], None],
             failed: Callable[[Exception], None]) -> None:  # fmt: skip
        def end() -> None:
            try:
                signs = work(None)
            except ValueError as error:
                failed(error)
            else:
                done(signs)

        self.waiting.append(end)

    def look(self, after: float = 0.25, *, ends: bool = True, **practice: Any) -> None:
        """Look once, `after` seconds later; what was posted before is in the notes by then."""
        self.now += after
        notes = tuple(note for note in self.guide.posted if isinstance(note, Answer))
        newest = {note.question: note for note in notes}
        assert self.shown.update is not None
        given = {"notes": tuple(newest.values()), **practice}
        self.shown = replace(
            self.shown,
            update=replace(self.shown.update, practice=replace(self.shown.update.practice, **given)),
        )
        self.guard.look(glance(self.shown, self.now))
        while ends and self.waiting:
            self.waiting.pop()()


def glance(shown: EngineState, now: float) -> Glance:
    return Glance(shown, Moment(say("READY"), "wave", "way", say("")), (), silent=False, now=now)


MakeRig = Callable[..., Rig]


@pytest.fixture
def make(qapp: QApplication) -> MakeRig:
    kept: list[Rig] = []

    def made(signs: MainsSigns = BATTERY, *, step: str = "train", simulated: bool = False,
             boards: dict[str, BoardSettings] | None = None, **today: Any) -> Rig:  # fmt: skip
        station, guide = Station(signs, boards), Guide(step, Today(**today))
        rig = Rig(MainsGuard(station, guide), station, guide)
        rig.shown = replace(rig.shown, simulated=simulated)
        kept.append(rig)  # the guard lives as long as its guide
        return rig

    return made


def test_before_the_first_look_nothing_may_start_whatever_was_answered(make: MakeRig) -> None:
    rig = make(answers=NOTHING_APPLIES)
    rig.look(ends=False)
    assert rig.guard.verdict.text == NOT_LOOKED
    assert not may_start(NOTHING_APPLIES, rig.guard.verdict).ok
    first = rig.guard.may_resume
    rig.look()
    assert may_start(NOTHING_APPLIES, rig.guard.verdict).ok
    assert (first, rig.guard.may_resume) == (False, True)


def test_it_looks_every_five_seconds_and_never_twice_at_once(make: MakeRig) -> None:
    rig = make()
    for _ in range(100):  # a look that takes 25 s
        rig.look(ends=False)
    assert len(rig.waiting) == 1
    rig.look()
    assert rig.station.looks == 1
    rig.look(LOOK_EVERY - 0.1)
    assert rig.station.looks == 1
    rig.look(0.2)
    assert rig.station.looks == 2


def test_a_charger_pauses_the_training_at_once_and_only_once_a_second(make: MakeRig) -> None:
    rig = make(answers=NOTHING_APPLIES)
    rig.look()
    rig.station.signs = CHARGER
    rig.look(LOOK_EVERY)
    assert rig.guard.verdict.red
    rig.look()
    assert [note for note in rig.guide.posted if isinstance(note, Pause)] == [Pause("mains")]
    rig.look()
    rig.look(paused=True)
    rig.look(2, paused=True)
    assert [note for note in rig.guide.posted if isinstance(note, Pause)] == [Pause("mains")]
    rig.look(paused=False)  # the signal came back and let it go on
    rig.look()
    assert [note for note in rig.guide.posted if isinstance(note, Pause)] == 2 * [Pause("mains")]


def test_red_says_what_and_what_to_do_and_afterwards_that_a_person_may_go_on(make: MakeRig) -> None:
    rig = make(CHARGER, answers=NOTHING_APPLIES)
    rig.look()
    rig.look()
    assert rig.guard.sentence == (
        "A wall-powered device is connected to this computer (charger). Unplug it before anyone wears the electrodes."
    )
    red = rig.guard.may_resume
    rig.look(paused=True)
    rig.station.signs = BATTERY
    rig.look(LOOK_EVERY, paused=True)
    assert (red, rig.guard.may_resume) == (False, True)
    assert rig.guard.sentence == GO_ON
    rig.look(paused=False)
    assert rig.guard.sentence == ""
    rig.look(paused=True)  # the person's own pause is nothing to it
    assert rig.guard.sentence == ""


def test_an_answer_counts_at_once_not_at_the_next_look(make: MakeRig) -> None:
    rig = make()
    rig.look()
    assert not rig.guard.verdict.answered
    rig.guide.change(answers=Answers(wall_powered=True))
    assert rig.guard.verdict.reasons == ("said",)
    rig.guide.change(answers=Answers(wall_powered=False))
    assert (rig.guard.verdict.red, rig.guard.verdict.answered) == (False, True)
    rig.guide.change(nobody_wears=True)
    assert rig.guard.verdict.cleared_by == "nobody"
    assert rig.changes == 4  # the look, and three answers


def test_what_holds_is_stored_once_and_again_when_a_new_recording_has_none(make: MakeRig) -> None:
    rig = make(answers=NOTHING_APPLIES)
    rig.look()
    rig.look()
    stored = [Answer("mains", ""), Answer("mains clear", ""), Answer("unseen", "")]
    assert rig.guide.posted == stored
    rig.look(5)
    rig.look(5)
    assert rig.guide.posted == stored
    rig.station.signs = CHARGER
    rig.look(5)
    rig.look(paused=True)
    assert rig.guide.posted[3:] == [Answer("mains", "charger")]
    rig.look(2, notes=())  # another board: its training knows nothing yet
    assert rig.guide.posted[4:] == [Answer("mains", "charger"), *stored[1:]]


def test_nothing_is_posted_before_anything_is_asked_of_anybody(make: MakeRig) -> None:
    for step in ("start", "prepare", "review"):
        rig = make(CHARGER, step=step)
        for _ in range(30):
            rig.look()
        assert rig.guard.verdict.red
        assert rig.guide.posted == []


def test_the_simulated_muscle_is_never_red_and_says_why(make: MakeRig) -> None:
    rig = make(CHARGER, simulated=True)
    for _ in range(30):
        rig.look()
    assert rig.guard.verdict.light == "good"
    assert "nobody" in verdict_words(rig.guard.verdict)
    assert rig.guide.posted == []
    rig.shown = replace(rig.shown, simulated=False)  # a board was plugged in
    rig.look()
    assert rig.guard.verdict.red
    rig.look()
    assert Pause("mains") in rig.guide.posted


def test_red_ends_a_calibration_which_a_pause_would_not(make: MakeRig) -> None:
    rig = make(CHARGER, step="calibrate")
    rig.look()
    rig.look(calibration=CalibrationState(0, "try", 3.0, 5.0, 1, ()))
    assert StopCalibration() in rig.guide.posted
    assert Pause("mains") in rig.guide.posted


def test_an_isolator_is_kept_for_the_chosen_board_with_its_channels(make: MakeRig) -> None:
    other = {"/dev/ttyUSB7": BoardSettings((KEPT,), isolator=True)}
    rig = make(CHARGER, boards={**other, PORT: BoardSettings((KEPT, KEPT))})
    rig.look()
    assert (rig.guard.isolator, rig.guard.verdict.red) == (False, True)
    assert rig.guard.confirm_isolator(fitted=True) == ""
    assert rig.station.choice.settings.boards == {**other, PORT: BoardSettings((KEPT, KEPT), isolator=True)}
    assert rig.guard.verdict.cleared_by == "isolator"
    rig.station.trouble = "The settings hold for now but are not kept: the disk is full."
    assert "disk" in rig.guard.confirm_isolator(fitted=False)
    assert rig.guard.verdict.red


def test_a_board_without_settings_gets_the_channels_it_has_by_default(make: MakeRig) -> None:
    rig = make(CHARGER)
    before = rig.station.choice.channels
    rig.guard.confirm_isolator(fitted=True)
    assert rig.station.choice.settings.boards == {PORT: BoardSettings(before, isolator=True)}


def test_another_board_has_its_own_isolator(make: MakeRig) -> None:
    rig = make(CHARGER, boards={PORT: BoardSettings(isolator=True)})
    rig.look()
    assert rig.guard.verdict.cleared_by == "isolator"
    rig.station.choice = replace(rig.station.choice, board="/dev/ttyUSB7")
    rig.look()
    assert rig.guard.verdict.red


def test_a_look_that_fails_asks_the_person(make: MakeRig, caplog: pytest.LogCaptureFixture) -> None:
    rig = make()
    rig.station.error = ValueError("no such file")
    rig.look()
    assert "no such file" in caplog.text
    assert set(rig.guard.verdict.unseen) == {"charger", "no battery", "screen", "net"}
    assert not rig.guard.verdict.answered
    rig.station.error = None
    rig.look(LOOK_EVERY)
    assert rig.guard.verdict.unseen == ()


def test_the_look_is_taken_in_a_worker(qtbot: QtBot) -> None:
    class Noting(Station):
        threads: tuple[int, ...] = ()

        def look_at_mains(self) -> MainsSigns:
            self.threads += (threading.get_ident(),)
            return super().look_at_mains()

    station, guide = Noting(CHARGER), Guide()
    guard = MainsGuard(station, guide)
    with qtbot.waitSignal(guard.changed, timeout=10_000):
        guard.look(glance(state(), 100.0))
    assert guard.verdict.red
    assert threading.get_ident() not in station.threads
