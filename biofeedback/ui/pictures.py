"""Pictures of the real window in every state: `python -m biofeedback.ui.pictures OUTDIR [--only TEXT]`.

The real engine runs on a simulated muscle with a scripted effort, unpaced, up to an exact scan; then the window is
painted offscreen at a clock that stands still. One rule: nothing is drawn that the app would not draw.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QThread
from PyQt6.QtWidgets import QApplication

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.sources.script import ScriptedPerson
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.sources.source import SourceLost
from biofeedback.training.commands import Command, Mark, Pause, SetTarget
from biofeedback.ui.choice import SIMULATED, Choice, FoundPort
from biofeedback.ui.history import History
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.settings_dialog import SettingsDialog
from biofeedback.ui.tokens import PaletteName
from biofeedback.ui.wake import Wake
from biofeedback.wire.events import Event, StreamInfo

RATE = 1000
PERSON_SEED = 4
STARTED = dt.datetime(2026, 1, 5, 10, 15, tzinfo=dt.UTC)
SMALL, LARGE = (1280, 720), (1920, 1080)
Drive = Callable[[NDArray[np.int64]], NDArray[np.float64]]


class StoppingSource:
    """A simulated muscle that sends `seconds` as fast as it is read, then keeps quiet, or is unplugged."""

    simulated = True
    by_hand = True
    paced = False

    def __init__(self, seconds: float, drive: Drive, channels: Sequence[ChannelSettings], *, unplugs: bool) -> None:
        self._inner = SimulatedSource(
            len(channels), RATE, channels=channels, drive=drive, paced=False, seed=PERSON_SEED
        )
        self.label = self._inner.label
        self._left = round(seconds * RATE)
        self._sent = 0
        self._unplugs = unplugs
        self.done = False

    def open(self) -> StreamInfo:
        """Start the stream; raise SourceLost once unplugged."""
        if self.done:
            raise SourceLost("The simulated muscle is unplugged.")
        return self._inner.open()

    def read(self, timeout: float) -> list[Event]:
        """Return the next 50 ms, or nothing when all was sent."""
        if self._left <= 0:
            self.done = True
            if self._unplugs:
                raise SourceLost("The simulated muscle was unplugged.")
            QThread.msleep(20)
            return []
        self._left -= 50
        self._sent += 50
        return self._inner.read(timeout)

    def clock(self) -> float:
        """Return the time by what was sent: the host's clock of a source that is faster than time."""
        return 1.0 + self._sent / RATE

    def cancel(self) -> None:
        """Nothing waits long here."""

    def close(self) -> None:
        """Close the muscle."""
        self._inner.close()


class PictureStation:
    """A station whose engine stands still at the moment wanted."""

    paced = False

    def __init__(self, engine: Engine, choice: Choice) -> None:
        self.engine, self.choice = engine, choice

    def start_recording(self) -> None:
        """Nothing: recording was begun before."""

    def contract(self, level: float) -> None:
        """Nothing: effort is scripted."""

    def find_boards(self) -> Sequence[FoundPort]:
        """Return what a computer with one board would."""
        return [FoundPort("/dev/ttyACM0", "Arduino Uno")]

    def apply(self, choice: Choice) -> str:
        """Change the look only."""
        self.choice = choice
        return ""


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


def scenes() -> list[Scene]:
    """Return the moments to paint, found on the script of one person."""
    person = ScriptedPerson(RATE, seed=PERSON_SEED)
    calibrated = person.calibrated
    work = [effort.start for effort in person.efforts[2:]]
    two = (ChannelSettings("vastus medialis", "left"), ChannelSettings("biceps femoris", "left"))
    marks = ((round((calibrated + 6) * RATE), Mark(1)), (round((calibrated + 30) * RATE), Mark(2)))
    pause = ((round((work[3] - 1) * RATE), Pause()),)
    hold = work[5] + 3.2
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
        Scene("11-settings", work[3] + 0.25, marks, two, opens="settings"),
        Scene("12-raw", hold, marks, opens="raw"),
        Scene("13-delay", hold, marks, opens="delay"),
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
    source = StoppingSource(scene.seconds, drive, scene.channels, unplugs=scene.silent_for is not None)
    history = History()

    def seen() -> None:
        if engine.state.update:
            history.follow(engine.state.update.end_index, engine.state.update.practice)

    script = [*commands, *scene.commands]
    engine = Engine(source, EngineSettings(scene.channels), script=script, on_update=seen, clock=source.clock)
    if scene.records:
        engine.record(recorder_in(library, task="picture", now=lambda: STARTED))
    engine.start()
    while not source.done:
        if engine.wait(0.02):
            raise RuntimeError(f"the engine ended before {scene.name}: {engine.state.message}")
    seconds = round(scene.seconds * RATE / 50) * 50 / RATE
    while scene.records and (engine.state.recording is None or engine.state.recording.seconds < seconds - 1):
        engine.wait(0.02)
    for index, command in scene.commands:
        if isinstance(command, Mark) and index < scene.seconds * RATE:
            history.mark(index / RATE)
    return engine, source, history


def paint(
    scene: Scene,
    engine: Engine,
    history: History,
    folder: Path,
    *,
    size: tuple[int, int],
    palette: PaletteName,
    text_percent: int = 100,
) -> Path:
    """Paint the window at the scene's moment; return the picture's file."""
    application = QApplication.instance()
    settings = Settings(boards={SIMULATED: BoardSettings(scene.channels)}, palette=palette, text_percent=text_percent)
    choice = Choice(SIMULATED, settings)
    ticking = itertools.count()
    after = scene.silent_for or 0.0
    window = MainWindow(
        PictureStation(engine, choice),
        Wake(),
        history=history,
        clock=lambda: engine.state.last_arrival + after + 1e-6 * next(ticking),
    )
    window.resize(*size)
    window.show()
    if scene.opens == "settings":
        window.open_settings()
    elif scene.opens:
        window.do(scene.opens)
    if isinstance(application, QApplication):
        for _ in range(3):
            window.look_slowly()
            application.processEvents()
    picture = window.grab()
    if dialog := window.findChild(SettingsDialog):
        picture = dialog.grab()
    text = "" if text_percent == 100 else f"-text{text_percent}"
    path = folder / f"{scene.name}-{size[0]}-{palette}{text}.png"
    picture.save(str(path))
    window.close()
    window.deleteLater()
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Paint all pictures into a folder."""
    parser = argparse.ArgumentParser(description="Pictures of the window in every state.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", metavar="TEXT", help="only scenes whose name contains this")
    options = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["pictures"])
    if isinstance(application, QApplication):
        application.setStyle("Fusion")
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as library:
        for scene in scenes():
            if options.only not in scene.name:
                continue
            engine, source, history = run_scene(scene, Path(library))
            looks: list[tuple[tuple[int, int], PaletteName, int]] = [
                (size, palette, 100) for size in (SMALL, LARGE) for palette in ("light", "dark")
            ]
            if scene.name in ("03-hold", "08-waiting", "10-two-channels", "05-calibrate-push", "11-settings"):
                looks += [(SMALL, "contrast", 100), (SMALL, "light", 200), (LARGE, "dark", 200)]
            for size, palette, text_percent in looks:
                paint(scene, engine, history, options.folder, size=size, palette=palette, text_percent=text_percent)
            source.cancel()
            engine.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
