"""A Calibrate page on a real signal path without threads, and a person who does what the word says."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine_state import EngineState
from biofeedback.pipeline import PipelineSettings
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.safety import Answers
from biofeedback.sitting import Sitting
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.training.calibration import CalibrationResult, CalibrationState
from biofeedback.training.commands import Command
from biofeedback.training.plan_file import find_plan
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.calibrate.page import CalibratePage
from biofeedback.ui.choice import SIMULATED, Choice
from biofeedback.ui.controls import Station
from biofeedback.ui.guide import Guide, Today
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.moment import moment
from biofeedback.ui.page import Action, Glance
from biofeedback.ui.readings import readings
from biofeedback.wire.events import Gap, Scans

RATE = 1000
ANSWERED = Answers(do_not_start=frozenset(), only_if_agreed=frozenset(), wall_powered=False)


class Bench:
    """A page on a real signal path without threads: what the page posts is taken at once, and refused aloud."""

    def __init__(self, plan: str, *, quick: bool = True, answers: Answers = ANSWERED, sensor: Sensor = Sensor.RAW):
        made = find_plan(plan)
        self.channels = tuple(ChannelSettings(m.name, "left", sensor, 200.0) for m in made.muscles)
        self.source = SimulatedSource(len(self.channels), RATE, channels=self.channels, paced=False, seed=4)
        info = self.source.open()
        self.settings = PipelineSettings(info.rate, info.adc_bits, info.vref, self.channels)
        self.sitting = Sitting(self.settings, info, simulated=True, paced=False)
        self.posted: list[Command] = []
        self.silent_for: float | None = None
        self.efforts: Iterator[float] = itertools.repeat(0.9)
        station = SimpleNamespace(
            engine=SimpleNamespace(
                post=self.post, rings=self.sitting.rings, accept_board=lambda: None, stop_recording=lambda: None
            ),
            choice=Choice(SIMULATED, Settings(boards={SIMULATED: BoardSettings(self.channels)})),
            paced=True, library=Path(), data=Path(),
        )  # fmt: skip
        self._engine = station.engine
        self._publish()
        self.guide = Guide(cast("Station", station))
        self.guide.today = Today(plan=made, quick=quick, side="left", answers=answers)
        self.guide.step = "calibrate"
        self.page = CalibratePage(cast("Station", station), self.guide)
        self.page.resize(1232, 520)
        self.page.dress(Look())
        self.run(0.5)
        self.page.entered()
        self.look()

    def post(self, command: Command) -> None:
        self.posted.append(command)
        self.sitting.command(command)
        self.run(0.05, look=False)

    @property
    def practice(self) -> PracticeState:
        assert self.sitting.update is not None
        return self.sitting.update.practice

    def calibration(self) -> CalibrationState | None:
        return self.practice.calibration

    def _publish(self) -> None:
        self._engine.state = EngineState(
            "streaming" if self.silent_for is None else "lost", settings=self.settings, simulated=True,
            update=self.sitting.update, end_index=self.sitting.next_index, last_arrival=100.0,
        )  # fmt: skip

    def run(self, seconds: float, *, look: bool = True) -> None:
        """Let the person work as the word says, `efforts` hard, for some seconds."""
        n = round(seconds / 0.05)
        for k in range(1, n + 1):
            step = self.practice.calibration if self.sitting.update else None
            working = step is not None and step.step == "try"
            if working and not self._worked:
                self._effort = next(self.efforts)
            self._worked = working
            self.source.set_contraction(self._effort if working else 0.0)
            blocks = [event.counts for event in self.source.read(0.1) if isinstance(event, Scans)]
            self.sitting.scans(Scans(0, np.concatenate(blocks)))  # in one: any chunking gives the same numbers
            self._publish()
            if look and (k % 5 == 0 or k == n):
                self.look()

    _worked = False
    _effort = 0.0

    def lose(self, n_scans: int) -> None:
        self.sitting.gap(Gap(0, n_scans, "line"))
        self._publish()

    def finish(self) -> CalibrationResult:
        """Go on until the calibration under way has ended."""
        for _ in range(400):
            if self.practice.calibration is None:
                break
            self.run(1.0)
        assert self.practice.result is not None
        self.run(0.1)
        return self.practice.result

    def calibrated(self) -> CalibrationResult:
        assert self.page.do("begin")
        self.look()
        return self.finish()

    def until(self, step: str) -> CalibrationState:
        for _ in range(4000):
            now = self.practice.calibration
            if now and now.step == step:
                self.look()
                return now
            self.run(0.1)
        raise AssertionError(step)

    def look(self) -> None:
        state = self._engine.state
        now = 100.0 + (self.silent_for or 0.0)
        said = moment(state, now)
        silent = said.silent_for is not None
        glance = Glance(state, said, readings(state, silent=silent), silent, now)
        self.page.look(glance)
        self.page.look_slowly(glance)

    @property
    def actions(self) -> dict[str, Action]:
        return {action.name: action for action in self.page.offered()}

    @property
    def primary(self) -> Action | None:
        return next((action for action in self.page.offered() if action.primary), None)

    def step(self) -> str:
        return self.guide.step

    def shows_result(self) -> bool:
        return not self.page.sheet.isHidden()
