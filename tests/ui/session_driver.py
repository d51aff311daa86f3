"""The real app under a test's hands: its own start and end, its window offscreen, a person who follows the prompts.

A test grants the time: the board sends just so much, and the engine and the window live on the same clock.
One rule: what is pressed must be there to be pressed: shown, enabled, and covered by nothing.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QPoint, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QApplication, QWidget

import biofeedback.app
import biofeedback.station
import biofeedback.ui.main_window
from biofeedback.app import run_app
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineState
from biofeedback.mains_link import MainsSigns
from biofeedback.recording.settings import Settings, save_settings
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.sources.source import SourceError, SourceLost
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.own_plans import save_plan
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import find_plan
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.choice import Choice
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.start.page import StartPage
from biofeedback.ui.train.exercise_lines import line_at, running
from biofeedback.wire.events import Counts, Event, Scans, StreamInfo

TICK = 0.1
"""Seconds that are granted at once; as often the person looks at the prompt."""
GLANCES = 5
"""Ticks between two looks of the window where nothing new is prompted."""
PATIENCE = 30.0
"""Seconds that a thread may take: a limit for a busy machine, never a pace."""
BEST = 0.4
"""Activation 0-1 of this person's comfortable effort: what 100 % will be."""
REACTION = 2
"""Ticks from a prompt to the muscle."""
PORT = "/dev/ttyEMG"
RATE = 500
QUIET = MainsSigns(charger=False, battery=True, wired_network=(), second_screen=False)
CHARGER = replace(QUIET, charger=True)


class GrantedTime:
    """A clock that stands still until the test lets it go on. The board's thread waits for it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.moved = threading.Condition()
        self.taken = False
        """Whether all that was granted has been read and worked on."""

    def __call__(self) -> float:
        return self.now

    def go_on(self, seconds: float) -> None:
        """Let time pass and wait until the engine has done all that follows."""
        with self.moved:
            self.now = round(self.now + seconds, 6)
            self.taken = False
            self.moved.notify_all()
            if not self.moved.wait_for(lambda: self.taken, PATIENCE):
                raise AssertionError("the engine did not take what it was granted")

    def say_taken(self) -> None:
        """Tell the test that there is nothing left to do; the caller holds the lock."""
        self.taken = True
        self.moved.notify_all()


class GrantedBoard:
    """A board on `time`: by its own word no simulated one, so that somebody may wear the electrodes."""

    paced, by_hand = True, False

    def __init__(self, time: GrantedTime, inner: SimulatedSource, label: str, *, simulated: bool = False) -> None:
        self.label, self.simulated = label, simulated
        self.inner = inner
        self.plugged, self.mute = True, False
        self._time, self._cancelled, self._open = time, False, False
        self._start, self._sent = 0.0, 0
        self._info: StreamInfo | None = None

    def open(self) -> StreamInfo:
        with self._time.moved:
            if not self.plugged:
                self._time.say_taken()
                raise SourceError("The board is not plugged in. Plug it in, then it goes on.")
            self._info = replace(self.inner.open(), board=self.label)
            self._start, self._sent, self._open = self._time.now, 0, True
            return self._info

    def read(self, timeout: float) -> list[Event]:
        time = self._time
        with time.moved:
            until = time.now + timeout
            while True:
                if not (self._open and self.plugged):
                    raise SourceLost("The board was unplugged. What was read before is kept.")
                if self._cancelled:
                    self._cancelled = False
                    return []
                if self._due():
                    break
                if time.now >= until:
                    return []
                time.say_taken()
                time.moved.wait()
                time.taken = False
        return self._produce()

    def lose(self, seconds: float) -> None:
        """Never send the next `seconds`."""
        assert self._info is not None
        self.inner.lose(round(seconds * self._info.rate))

    def unplug(self) -> None:
        with self._time.moved:
            self.plugged = self._open = False
            self._time.moved.notify_all()

    def cancel(self) -> None:
        with self._time.moved:
            self._cancelled = True
            self._time.moved.notify_all()

    def close(self) -> None:
        self._open = False
        self.inner.close()

    def _due(self) -> bool:
        assert self._info is not None
        return not self.mute and self._time.now - self._start >= (self._sent + 1) * TICK - 1e-6

    def _produce(self) -> list[Event]:
        """Return a tick's scans as one block, or with what was lost in between as it came."""
        assert self._info is not None
        self._sent += 1
        events: list[Event] = []
        made = 0
        while made < round(TICK * self._info.rate):
            events += self.inner.read(0)
            made += round(0.05 * self._info.rate)
        blocks = [event for event in events if isinstance(event, Scans)]
        others = [event for event in events if not isinstance(event, Scans)]
        whole = all(a.end_index == b.first_index for a, b in zip(blocks, blocks[1:], strict=False))
        if not blocks or not whole or any(not hasattr(event, "overruns") for event in others):
            return events
        return [*others, Scans(blocks[0].first_index, np.concatenate([block.counts for block in blocks]))]


class Wearer:
    """Who wears the electrodes: does what is prompted, a human while later, and what is not prompted never."""

    def __init__(self) -> None:
        self.levels: tuple[float, ...] = (0.0, 0.0)
        self._coming: list[tuple[float, ...]] = [(0.0, 0.0)] * REACTION

    def drive(self, index: NDArray[np.int64], n_channels: int) -> NDArray[np.float64]:
        return np.tile(np.array((*self.levels, 0.0, 0.0)[:n_channels]), (len(index), 1))

    def look(self, state: EngineState) -> None:
        """See the prompt; what it asks for is done after the reaction."""
        practice = state.update.practice if state.update and state.phase == "streaming" else None
        self._coming.append(self._asked(practice) if practice else (0.0, 0.0))
        self.levels = self._coming.pop(0)

    @staticmethod
    def _asked(practice: PracticeState) -> tuple[float, ...]:
        if (step := practice.calibration) is not None:
            return tuple(BEST * (step.step == "try") * (1.0 if i == step.channel else 0.05) for i in range(2))
        exercise = running(practice)
        if exercise is None or exercise.phase != "work" or practice.paused:
            return 0.0, 0.0
        return tuple(BEST * percent / 100 for percent in _percent(exercise))


def _percent(exercise: ExerciseState) -> tuple[float, float]:
    kind, target, setup = exercise.setup.exercise.kind, exercise.target, exercise.setup
    if kind == "relax":
        return 0.0, 0.0
    if kind == "match":
        return 60.0, 60.0
    if kind == "track" and setup.wave:
        at = np.array([exercise.phase_elapsed + (REACTION + 1) * TICK])
        return float(line_at(setup.wave, at)[0]), 0.0
    first = 1.35 * target.low if target.high is None else (target.low + target.high) / 2
    return first, 0.0 if exercise.ceiling is None else 0.4 * exercise.ceiling


def cut(name: str, *, sets: int = 2, repetitions: int = 2, kind_name: str = "") -> Plan:
    """Return a short plan of one's own, like the shipped one `name`: few repetitions, a short calibration."""
    plan = find_plan(name)
    reference = replace(plan.reference, tries=2, seconds=3, rest=6, resting=3)
    dose = replace(plan.dose, repetitions=repetitions, sets=sets, pause=5, rest=min(plan.dose.rest, 4))
    if dose.longest_rest is not None:
        dose = replace(dose, longest_rest=dose.rest + 2)
    work = {"hold": 3.0, "relax": 6.0, "track": 10.0}.get(plan.kind, min(plan.dose.work, 3.0))
    test = replace(plan.test, repetitions=2, work=min(plan.test.work, work), rest=3)
    short = kind_name or f"short-{name}"
    return replace(plan, name=short, title=f"{plan.title}, short", dose=replace(dose, work=work), test=test,
                   reference=reference, reviewed_by="")  # fmt: skip


class Station:
    """What a test may do to the computer around the app: its boards, its wall power, its plans."""

    def __init__(self, folder: Path, *, simulated: bool = False) -> None:
        self.folder, self.simulated = folder, simulated
        self.library = folder / "library"
        self.time, self.wearer = GrantedTime(), Wearer()
        self.signs = QUIET
        self.boards: list[GrantedBoard] = []

    def board_for(self, choice: Choice) -> GrantedBoard:
        """Return a board with the channels of `choice`, plugged in as the one before it is."""
        channels = choice.channels
        self.boards.append(self.make(len(channels), choice.settings.rate, channels))
        return self.boards[-1]

    def make(self, n_channels: int, rate: int, channels: object = None, label: str = "test board") -> GrantedBoard:
        """Return a board of its own."""

        def drive(index: NDArray[np.int64]) -> NDArray[np.float64]:
            return self.wearer.drive(index, n_channels)

        inner = SimulatedSource(n_channels, rate, channels=channels, seed=5, drive=drive, paced=False)  # type: ignore[arg-type]
        return GrantedBoard(self.time, inner, label, simulated=self.simulated)

    @property
    def board(self) -> GrantedBoard:
        """The newest one."""
        return self.boards[-1]


class Session:
    """The app while it runs: its window, and what a person does to it."""

    def __init__(self, window: MainWindow, station: Station, engine: Engine) -> None:
        self.window, self.station, self.engine = window, station, engine
        self.words: list[str] = []
        """Words that the band of the Train step showed, one after another."""
        self._seen: object = None
        self._ticks = 0

    # -- what there is --------------------------------------------------------------------------------

    @property
    def state(self) -> EngineState:
        return self.engine.state

    @property
    def practice(self) -> PracticeState:
        assert self.state.update is not None
        return self.state.update.practice

    @property
    def exercise(self) -> ExerciseState | None:
        return self.practice.exercise if self.state.update else None

    @property
    def step(self) -> str:
        return self.window.guide.step

    # -- time -----------------------------------------------------------------------------------------

    def look(self) -> None:
        """Let the window do all that waits to be done."""
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()
        if self.step == "train":
            word = self.window.stage.band.accessibleName()
            if not self.words or self.words[-1] != word:
                self.words.append(word)

    def tick(self) -> None:
        """Let a moment pass; the window looks at every new prompt, and now and then."""
        self.station.time.go_on(TICK)
        self.station.wearer.look(self.state)
        self._ticks += 1
        seen = _prompt(self.state)
        if seen != self._seen or self._ticks % GLANCES == 0:
            self._seen = seen
            self.look()

    def go_on(self, seconds: float) -> None:
        """Let `seconds` pass."""
        for _ in range(round(seconds / TICK)):
            self.tick()
        self.look()

    def until(self, condition: Callable[[], bool], seconds: float = 120.0) -> None:
        """Let time pass until `condition` holds, at most `seconds` of it."""
        for _ in range(round(seconds / TICK)):
            if condition():
                self.look()
                return
            self.tick()
        raise AssertionError(f"not within {seconds:g} s: {_prompt(self.state)}, {self.step}, {self.words[-3:]}")

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait for a thread of the window, or one of its own timers, while no time is granted."""
        by = monotonic() + PATIENCE
        while not condition() and monotonic() < by:
            QTest.qWait(2)
        self.look()
        assert condition(), f"never came: {self.step}, {[(a.name, a.enabled) for a in self.window.page.offered()]}"

    # -- hands ----------------------------------------------------------------------------------------

    def click(self, widget: QWidget) -> None:
        """Click where it can be seen."""
        self.look()
        assert widget.isVisible(), f"{widget.accessibleName()!r} is not shown"
        assert widget.isEnabled(), f"{widget.accessibleName()!r} is not enabled"
        middle = widget.rect().center()
        top = widget.window()
        assert top is not None
        hit = top.childAt(widget.mapTo(top, middle))
        assert hit is widget, f"{widget.accessibleName()!r} is covered by {hit!r}"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=middle)
        self.look()

    def key(self, key: Qt.Key | str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keys go."""
        at = QApplication.focusWidget() or self.window
        if isinstance(key, str):
            QTest.keyClicks(at, key, modifier)
        else:
            QTest.keyClick(at, key, modifier)
        self.look()

    def tab_to(self, widget: QWidget) -> None:
        """Press Tab until the focus is there."""
        for _ in range(200):
            if QApplication.focusWidget() is widget:
                return
            self.key(Qt.Key.Key_Tab)
        raise AssertionError(f"Tab never comes to {widget.accessibleName()!r}")

    def button(self, name: str) -> QAbstractButton:
        """Return the button of an action of the step that is shown."""
        buttons = self.window.action_bar.buttons if self.step == "train" else self.window.row.buttons
        return buttons[name]

    def press(self, name: str) -> None:
        """Click the button of an action."""
        self.click(self.button(name))


def _prompt(state: EngineState) -> object:
    """Return what tells one prompt from another."""
    if state.update is None:
        return state.phase
    practice = state.update.practice
    step, exercise = practice.calibration, practice.exercise
    return (
        state.phase, step and (step.channel, step.step, step.number), practice.paused, practice.result,
        exercise and (exercise.phase, exercise.block, exercise.set_number, exercise.repetition),
    )  # fmt: skip


Plot = Callable[[Session], None]


class App:
    """The app as it is started for people, on granted time."""

    def __init__(self, station: Station, caplog: pytest.LogCaptureFixture) -> None:
        self.station, self._caplog = station, caplog
        self.engine: Engine | None = None

    def run(self, plot: Plot) -> Session:
        """Start the app, let `plot` happen in it, close it if it is still open; all must have ended well."""
        sessions: list[Session] = []
        errors: list[BaseException] = []

        def begin(window: MainWindow) -> None:
            assert self.engine is not None
            session = Session(window, self.station, self.engine)
            sessions.append(session)
            try:
                window.activateWindow()
                session.until(lambda: session.state.update is not None)
                session.wait(lambda: window.isActiveWindow())
                plot(session)
            except BaseException as error:  # noqa: BLE001 - told after the app has ended
                errors.append(error)
            finally:
                window.close()

        board = self.station.board_for(Choice(PORT, Settings(rate=RATE)))
        code = run_app(
            source=board, port=PORT, library=self.station.library, find_boards=list,
            ready=lambda window: QTimer.singleShot(0, lambda: begin(window)),
        )  # fmt: skip
        if errors:
            raise errors[0]
        assert code == 0
        [session] = sessions
        assert session.state.phase == "stopped"
        assert "acquisition" not in [thread.name for thread in threading.enumerate()]
        recording = session.state.recording
        assert recording is None or (recording.closed and not recording.problem), recording
        assert self.trouble() == []
        return session

    def trouble(self) -> list[str]:
        """Return what the app's log or Qt complained of."""
        return [
            f"{record.message} {record.exc_text or ''}" for record in self._caplog.records if record.levelno >= 30
        ]


@contextmanager
def app_on_granted_time(
    folder: Path, patch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, plans: tuple[Plan, ...], *,
    simulated: bool = False,
) -> Iterator[App]:  # fmt: skip
    """Give the app with folders, time, boards and plans of the test's own."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        patch.setenv(name, str(folder / name))
    save_settings(folder / "XDG_CONFIG_HOME" / "biofeedback" / "settings.toml", Settings(rate=RATE, palette="light"))
    for plan in plans:
        save_plan(folder / "XDG_DATA_HOME" / "biofeedback" / "plans", plan)
    station = Station(folder, simulated=simulated)
    app = App(station, caplog)

    def engine(*args: object, **given: object) -> Engine:
        app.engine = Engine(*args, clock=station.time, **given)  # type: ignore[arg-type]
        return app.engine

    patch.setattr(biofeedback.station, "Engine", engine)
    patch.setattr(biofeedback.station, "source_for", station.board_for)
    patch.setattr(biofeedback.station, "look", lambda: station.signs)
    patch.setattr(biofeedback.app, "MainWindow", functools.partial(MainWindow, clock=station.time))
    start_page = functools.partial(StartPage, plans=lambda: plans)
    patch.setattr(biofeedback.ui.main_window, "StartPage", start_page)
    yield app
