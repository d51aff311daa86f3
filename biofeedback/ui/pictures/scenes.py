"""The moments that pictures show, and the simulated muscle that stops exactly there.

The real engine runs on a scripted effort, unpaced, up to the moment's scan, and stands still.
One rule: what goes wrong in a scene goes wrong in the signal or on its way, never on the screen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QThread

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.sources.script import ScriptedPerson
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.sources.source import SourceLost
from biofeedback.training.commands import Command, Mark, Pause, SetTarget
from biofeedback.ui.pictures.source import in_blocks
from biofeedback.ui.train.history import History
from biofeedback.wire.events import Event, StreamInfo

RATE = 1000
SMALL, LARGE = (1280, 720), (1920, 1080)
PERSON_SEED = 4
STARTED = dt.datetime(2026, 1, 5, 10, 15, tzinfo=dt.UTC)
Drive = Callable[[NDArray[np.int64]], NDArray[np.float64]]
Trouble = tuple[float, Callable[[SimulatedSource], object]]
"""Seconds before the moment, and what is done to the muscle's electrodes or line then."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One moment: how many seconds in, what was pressed, and what to open before painting."""

    name: str
    seconds: float
    commands: tuple[tuple[int, Command], ...] = ()
    channels: tuple[ChannelSettings, ...] = (ChannelSettings("vastus medialis", "left"),)
    calibrates: bool = True
    records: bool = True
    silent_for: float | None = None
    opens: str = ""
    trouble: tuple[Trouble, ...] = ()
    swaps: bool = False
    """Whether another board takes the place of the one that was unplugged."""


class StoppingSource:
    """The simulated muscle of a scene: as fast as it is read up to the moment, then silent, unplugged or swapped."""

    simulated = True
    by_hand = True
    paced = False

    def __init__(self, scene: Scene, drive: Drive) -> None:
        n_channels = len(scene.channels)
        self._inner = SimulatedSource(
            n_channels, RATE, channels=scene.channels, drive=drive, paced=False, seed=PERSON_SEED
        )
        self.label = self._inner.label
        self._scene = scene
        self._left = round(scene.seconds * RATE)
        self._sent = 0
        self._trouble = sorted(scene.trouble, key=lambda trouble: -trouble[0])
        self._swapped = False
        self.done = False

    def open(self) -> StreamInfo:
        """Start the stream; once unplugged raise SourceLost, or answer as another board."""
        if not self.done:
            return self._inner.open()
        if not self._scene.swaps:
            raise SourceLost("The simulated muscle is unplugged.")
        self._swapped = True
        return replace(self._inner.open(), board="Arduino Nano", adc_bits=10)

    def read(self, timeout: float) -> list[Event]:
        """Return the next 50 ms, or nothing when all was sent."""
        if self._left <= 0:
            self.done = True
            if self._scene.silent_for is not None and not self._swapped:
                raise SourceLost("The simulated muscle was unplugged.")
            QThread.msleep(20)
            return []
        while self._trouble and self._left <= self._trouble[0][0] * RATE:
            self._trouble.pop(0)[1](self._inner)
        self._left -= 50
        self._sent += 50
        return in_blocks(self._inner.read(timeout))

    def clock(self) -> float:
        """Return the time by what was sent: the host's clock of a source that is faster than time."""
        return 1.0 + self._sent / RATE

    def cancel(self) -> None:
        """Nothing waits long here."""

    def close(self) -> None:
        """Close the muscle."""
        self._inner.close()


def scenes() -> list[Scene]:
    """Return the moments to paint, found on the script of one person."""
    person = ScriptedPerson(RATE, seed=PERSON_SEED)
    calibrated = person.calibrated
    work = [effort.start for effort in person.efforts[2:]]
    two = (ChannelSettings("vastus medialis", "left"), ChannelSettings("biceps femoris", "left"))
    marks = ((round((calibrated + 6) * RATE), Mark(1)), (round((calibrated + 30) * RATE), Mark(2)))
    pause = ((round((work[3] - 1) * RATE), Pause()),)
    hold = work[5] + 3.2
    loose: tuple[Trouble, ...] = (
        (3.0, lambda muscle: muscle.loosen(0)),
        (3.0, lambda muscle: muscle.set_hum(60.0, 1)),
        (0.5, lambda muscle: muscle.lose(40)),
    )
    env = (two[0], ChannelSettings("vastus medialis", "left", Sensor.ENV, None))
    return [
        Scene("01-ready", 8.0, calibrates=False, records=False),
        Scene("02-contract", work[3] + 0.25, marks),
        Scene("03-hold", hold, marks),
        Scene("04-reached", work[3] + 6.4, marks),
        Scene("05-calibrate-push", person.efforts[1].start + 2.4),
        Scene("06-calibrate-rest", 5.0),
        Scene("07-calibrate-result", calibrated + 1.5),
        Scene("08-waiting", work[3] + 3.0, marks, silent_for=4.2),
        Scene("09-paused", work[3] + 0.4, (*marks, *pause)),
        Scene("10-two-channels", hold, marks, two),
        Scene("11-settings", hold, marks, env, opens="settings"),
        Scene("12-raw", hold, marks, opens="raw"),
        Scene("13-delay", hold, marks, opens="delay"),
        Scene("14-findings", hold, marks, two, opens="findings", trouble=loose),
        Scene("15-all-good", hold, marks, opens="findings"),
        Scene("16-loose", hold, marks, trouble=loose[:1]),
        Scene("17-settings-display", hold, marks, env, opens="display"),
        Scene("18-another-board", work[3] + 3.0, marks, silent_for=4.2, swaps=True),
    ]


def run_scene(scene: Scene, library: Path) -> tuple[Engine, StoppingSource, History]:
    """Run the real engine to the scene's moment and return it, standing still, with what a window would have seen."""
    person = ScriptedPerson(RATE, seed=PERSON_SEED)

    def drive(index: NDArray[np.int64]) -> NDArray[np.float64]:
        first = person.drive(index)
        others = [0.08 * first + 0.01 for _ in scene.channels[1:]]
        return np.concatenate([first, *others], axis=1)

    target = SetTarget(40.0, reason="picture")
    commands = [*person.commands[:1], (round((person.calibrated + 1) * RATE), target)] if scene.calibrates else []
    source = StoppingSource(scene, drive)
    history = History()

    def seen() -> None:
        if engine.state.update:
            history.follow(engine.state.update.end_index, engine.state.update.practice)

    script = [*commands, *scene.commands]
    engine = Engine(source, EngineSettings(scene.channels), script=script, on_update=seen, clock=source.clock)
    if scene.records:
        engine.record(recorder_in(library, task="picture", now=lambda: STARTED))
    engine.start()
    while not source.done or (scene.swaps and engine.state.phase != "another board"):
        if engine.wait(0.02):
            raise RuntimeError(f"the engine ended before {scene.name}: {engine.state.message}")
    seconds = round(scene.seconds * RATE / 50) * 50 / RATE
    while scene.records and (engine.state.recording is None or engine.state.recording.seconds < seconds - 1):
        engine.wait(0.02)
    for index, command in scene.commands:
        if isinstance(command, Mark) and index < scene.seconds * RATE:
            history.mark(index / RATE)
    return engine, source, history
