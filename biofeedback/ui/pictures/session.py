"""A whole session in the real window, as far as a picture wants it: keys are pressed, a simulated person follows.

The person sees what the screen shows and works as people do (sources/person.py); signal comes in grants of 0.1 s.
One rule: the window is driven by its keys and its pages only, never by setting what it shows.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QWidget

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.pipeline import Update
from biofeedback.sources.guided_person import screen
from biofeedback.sources.person import Screen
from biofeedback.training.calibration import CalibrationState
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.plan import Plan
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.background import Background
from biofeedback.ui.guide import Step, channels_of
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.pictures.scenes import STARTED
from biofeedback.ui.pictures.station import GuidedStation
from biofeedback.ui.wake import Wake

LONGEST = 1500.0
"""Seconds of signal after which a moment that never comes is a mistake of the pictures."""
LOOK_EVERY = 5
"""Grants between two looks of the window at what only time changes."""
SUBJECT = "K7Q2M9"


def type_key(widget: QWidget, text: str) -> None:
    """Type a digit, a capital letter or Escape ("") into `widget`."""
    key = Qt.Key(ord(text)) if text else Qt.Key.Key_Escape
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text))


class GuidedSession:
    """A session of `plan`; close it with `close`. The window starts at Start."""

    def __init__(
        self, folder: Path, plan: Plan, *, n_channels: int = 1, as_board: bool = True, seed: int = 1,
        now: dt.datetime = STARTED,
    ) -> None:  # fmt: skip
        sensor = ChannelSettings(sensor=Sensor.RAW, gain=200.0)
        channels = channels_of(plan, "right", (sensor,) * n_channels)
        wake = Wake()
        self.plan = plan
        self.station = GuidedStation(folder, channels, as_board=as_board, seed=seed, now=now, on_update=wake.poke)
        ticking = itertools.count()
        self.window = MainWindow(
            self.station,
            wake,
            clock=lambda: self.station.source.clock() + self.station.after + 1e-6 * next(ticking),
        )
        self.window.resize(1280, 720)
        self.window.show()
        self.station.engine.start()
        self._n = 0
        self.wish: Screen | None = None
        """What this person wants to do in free practice, where nothing on the screen tells it."""
        self.run(2.5)
        self.settle()

    # -- what is seen ---------------------------------------------------------------------------------

    @property
    def update(self) -> Update:
        """What the pipeline gave last."""
        update = self.station.engine.state.update
        if update is None:
            raise RuntimeError("nothing came yet")
        return update

    @property
    def practice(self) -> PracticeState:
        """The training as it stands."""
        return self.update.practice

    @property
    def exercise(self) -> ExerciseState | None:
        """The exercise as it stands."""
        return self.practice.exercise

    @property
    def calibration(self) -> CalibrationState | None:
        """The calibration as it stands."""
        return self.practice.calibration

    # -- time -----------------------------------------------------------------------------------------

    def run(self, seconds: float) -> None:
        """Let signal come."""
        for _ in range(round(10 * seconds)):
            self._step()

    def until(self, happens: Callable[[], bool]) -> None:
        """Let signal come until something happens; raise RuntimeError when it never does."""
        for _ in range(round(10 * LONGEST)):
            if happens():
                return
            self._step()
        raise RuntimeError("the moment of a picture never came")

    def until_phase(self, phase: str, *, repetition: int = 1, seconds: float = 0.0, block: str = "") -> None:
        """Let signal come until the exercise is so far into a phase."""
        self.until(
            lambda: (
                (one := self.exercise) is not None
                and one.phase == phase
                and one.repetition >= repetition
                and one.phase_elapsed >= seconds
                and one.block.startswith(block)
            )
        )

    def _step(self) -> None:
        self.station.source.grant()
        self.station.person.look(self.wish or screen(self.update))
        self._n += 1
        if self._n % LOOK_EVERY == 0:
            self.window.look_slowly()

    def settle(self) -> None:
        """Let the window do what it has to, its worker too."""
        for _ in range(3):
            self.window.look_slowly()
            QApplication.processEvents()
            while any(worker.busy for worker in self.window.findChildren(Background)):
                QApplication.processEvents()
                self.station.engine.wait(0.001)

    def tense(self, *seconds: float) -> None:
        """Let the person tense the muscles for so long, with a second of rest after each time."""
        for one in seconds:
            self.wish = Screen("work", kind="hold", low=55.0, bars=(None,) * len(self.station.choice.channels))
            self.run(one)
            self.wish = Screen()
            self.run(1.0)
        self.wish = None

    # -- what is pressed ------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, and let what they ask for take effect."""
        for key in keys:
            self.window.press_key(key)
            self._step()
            self.settle()

    def choose(self, subject: str = "") -> None:
        """Choose who trains and the plan on Start."""
        self.window.guide.change(subject=subject)
        self.settle()
        self.window.guide.change(plan=self.plan)
        self.settle()

    def answer(self) -> None:
        """On Prepare: say that nothing is wall-powered and that nothing on the lists applies."""
        while any(action.name == "answer" for action in self.window.page.offered()):
            self.press("A")

    def go_to(self, step: Step) -> None:
        """Press what leads on until `step` is reached."""
        while (here := self.window.guide.step) != step:
            if here == "prepare":
                self.answer()
            self.until(lambda: self.window.row.primary is not None)
            self.press("Enter")
            if here == "calibrate":
                self.until(lambda: self.calibration is None)
                self.run(0.5)
                self.settle()

    def train(self) -> None:
        """Be led to Train, answer what is asked there first, and begin."""
        self.go_to("train")
        self.rate()
        self.press("P")

    def go_to_review(self) -> None:
        """End the session and have its recording read."""
        while self.window.guide.step != "review":
            self.press("Enter")
            self.rate()
        self.until(lambda: (kept := self.station.engine.state.recording) is not None and kept.closed)
        self.settle()

    def rate(self) -> None:
        """Answer each card for pain and effort that is asked now, every row of it."""
        card = self.window.train.cards.rating
        self.settle()
        while not card.isHidden():
            for digit in "14":
                type_key(card, digit)
                self.run(0.2)
            type_key(card, "")
            self.run(0.2)
            self.settle()

    def unplug(self, seconds: float) -> None:
        """Take the board's cable out, and let `seconds` pass."""
        self.station.source.unplug()
        while self.station.engine.state.phase != "lost" and not self.station.engine.wait(0.005):
            pass
        self.station.after = seconds
        self.settle()

    def close(self) -> None:
        """Close window and engine."""
        self.window.close()
        self.window.deleteLater()
        self.station.source.cancel()
        self.station.engine.stop()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
