"""The real app under a test's hands: its own start and end, and its window, offscreen, on granted time.

One rule: what is pressed must be there to be pressed: shown, enabled, and covered by nothing.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QAbstractButton, QApplication, QWidget

import biofeedback.app
import biofeedback.engine
import biofeedback.station
import biofeedback.ui.main_window
from biofeedback.app import run_app
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineState
from biofeedback.recording.settings import Settings, save_settings
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.own_plans import save_plan
from biofeedback.training.plan import Plan
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.choice import Choice
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.start.page import StartPage
from tests.ui.session_time import PATIENCE, TICK, Station

QT: Any = QTest
"""PyQt's stubs take its static functions for methods."""
GLANCES = 10
"""Ticks between two looks of the window where nothing new is prompted."""
PORT = "/dev/ttyEMG"
RATE = 500
NOT_HERE = tuple(
    f"Qt: {what}" for what in ("This plugin does not support", "Couldn't load", "Couldn't resolve", "PulseAudioService")
)
"""What a screen that is none, or a computer without sound, cannot do."""


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

    def wait(self, condition: Callable[[], bool], *, ticking: bool = False) -> None:
        """Wait for a thread of the window, or one of its own timers; `ticking`: while the signal goes on."""
        by = monotonic() + PATIENCE
        while not condition() and monotonic() < by:
            if ticking:
                self.tick()
            QT.qWait(2)
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
        QT.mouseClick(widget, Qt.MouseButton.LeftButton, pos=middle)
        self.look()

    def key(self, key: Qt.Key | str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keys go."""
        at = QApplication.focusWidget() or self.window
        if isinstance(key, str):
            QT.keyClicks(at, key, modifier)
        else:
            QT.keyClick(at, key, modifier)
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
        """Click the button of an action, as soon as it is offered: the row is looked at four times a second."""
        self.until(lambda: self.offers(name), 2)
        self.click(self.button(name))

    def offers(self, name: str) -> bool:
        """Return whether an action can be done now."""
        buttons = self.window.action_bar.buttons if self.step == "train" else self.window.row.buttons
        return name in buttons and buttons[name].isEnabled() and buttons[name].isVisible()


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
"""What happens while the app runs."""


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
                session.wait(window.isActiveWindow)
                plot(session)
            except BaseException as error:
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
        assert self.engine is not None
        self.engine._thread.join(PATIENCE)
        assert not self.engine._thread.is_alive()
        recording = session.state.recording
        assert recording is None or (recording.closed and not recording.problem), recording
        assert self.trouble() == []
        return session

    def trouble(self) -> list[str]:
        """Return what the app's log or Qt complained of; what this computer has no libraries for is no trouble."""
        return [
            f"{record.message} {record.exc_text or ''}"
            for record in self._caplog.records
            if record.levelno >= logging.WARNING and not record.message.startswith(NOT_HERE)
        ]


MakeApp = Callable[..., App]


@contextmanager
def app_on_granted_time(folder: Path, patch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[MakeApp]:
    """Give a maker of the app with folders, time, boards and plans of the test's own."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        patch.setenv(name, str(folder / name))
    save_settings(folder / "XDG_CONFIG_HOME" / "biofeedback" / "settings.toml", Settings(rate=RATE, palette="light"))

    def make(*plans: Plan, simulated: bool = False) -> App:
        for plan in plans:
            save_plan(folder / "XDG_DATA_HOME" / "biofeedback" / "plans", plan)
        station = Station(folder, simulated=simulated)
        app = App(station, caplog)

        def engine(*args: Any, **given: Any) -> Engine:
            app.engine = Engine(*args, clock=station.time, **given)
            return app.engine

        patch.setattr(biofeedback.engine, "RETRY", 0.02)  # the host's own seconds: there is nothing to wait for
        patch.setattr(biofeedback.station, "Engine", engine)
        patch.setattr(biofeedback.station, "source_for", station.board_for)
        patch.setattr(biofeedback.station, "look", lambda: station.signs)
        patch.setattr(biofeedback.app, "MainWindow", functools.partial(MainWindow, clock=station.time))
        start_page = functools.partial(StartPage, plans=lambda: plans)
        patch.setattr(biofeedback.ui.main_window, "StartPage", start_page)
        return app

    yield make
