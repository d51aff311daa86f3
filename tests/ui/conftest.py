"""A window on a real engine with the simulated muscle, offscreen, recording into a folder of the test."""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

import pytest
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.mains_link import MainsSigns
from biofeedback.recorders import recorder_in
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.ui.choice import SIMULATED, Choice, FoundPort
from biofeedback.ui.guide import Step
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.translation_sources import Text, collect
from biofeedback.ui.wake import Wake
from tests.ui.disguise import disguise, other_letters, painted
from tests.ui.session_driver import MakeApp, app_on_granted_time

__all__ = ["disguise", "other_letters", "painted"]
"""Fixtures that are defined elsewhere."""
Channels = tuple[ChannelSettings, ...]
ONE = (ChannelSettings("vastus medialis", "left"),)


@pytest.fixture
def ground(qapp: QApplication) -> Iterator[QWidget]:
    """Give a window for a card to stand in."""
    window = QWidget()
    yield window
    window.close()


@pytest.fixture
def parent(ground: QWidget) -> QWidget:
    """Give a window for a dialog to belong to."""
    ground.resize(1280, 720)
    return ground


@pytest.fixture(scope="session")
def texts() -> dict[Text, str]:
    """Give all that a translator is given: reading the whole source takes seconds."""
    return collect()


class Station:
    """A station on the simulated muscle that notes what Space does."""

    def __init__(self, library: Path, wake: Wake, channels: Channels, text_percent: int) -> None:
        settings = Settings(boards={SIMULATED: BoardSettings(channels)}, palette="light", text_percent=text_percent)
        self.choice = Choice(SIMULATED, settings)
        self.source = SimulatedSource(len(channels), 1000, channels=channels, seed=3)
        self.engine = Engine(self.source, EngineSettings(channels), on_update=wake.poke)
        self.library = library
        self.levels: list[float] = []
        self.signs = MainsSigns(charger=False, battery=True, wired_network=(), second_screen=False)
        self._visit = recorder_in(library, now=self.now)
        self.wake = wake

    @property
    def paced(self) -> bool:
        return self.source.paced

    @property
    def data(self) -> Path:
        return self.library.parent / "data"

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def look_at_mains(self) -> MainsSigns:
        return self.signs

    def begin_session(self, subject: str, task: str) -> None:
        self._visit = recorder_in(self.library, subject=subject or None, task=task, now=self.now)

    def start_recording(self) -> None:
        self.engine.record(self._visit)

    def contract(self, level: float) -> None:
        self.levels.append(level)
        self.source.set_contraction(level)

    def find_boards(self) -> Sequence[FoundPort]:
        return [FoundPort("/dev/ttyACM0", "Arduino Uno")]

    def apply(self, choice: Choice) -> str:
        self.choice = choice
        return ""


MakeWindow = Callable[..., tuple[MainWindow, Station]]


@pytest.fixture
def make_window(qtbot: QtBot, tmp_path: Path) -> Iterator[MakeWindow]:
    """Give a maker of windows that show data; every engine is stopped afterwards."""
    made: list[tuple[Station, MainWindow]] = []

    def make(
        channels: Channels = ONE, size: tuple[int, int] = (1280, 720), text_percent: int = 100, step: Step = "train"
    ) -> tuple[MainWindow, Station]:
        wake = Wake()
        station = Station(tmp_path / "library", wake, channels, text_percent)
        window = MainWindow(station, wake, step=step)
        qtbot.addWidget(window)
        window.resize(*size)
        window.show()
        station.engine.start()
        made.append((station, window))
        qtbot.waitUntil(lambda: station.engine.state.update is not None, timeout=10_000)
        return window, station

    yield make
    for station, window in made:
        window.close()
        assert station.engine.stop(10)


@pytest.fixture
def make_app(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, qapp: QApplication
) -> Iterator[MakeApp]:
    """Give a maker of the real app on granted time, with folders of its own and the plans it is given."""
    with app_on_granted_time(tmp_path, monkeypatch, caplog) as make:
        yield make
    log = logging.getLogger("biofeedback")
    for handler in log.handlers[:]:
        handler.close()
        log.removeHandler(handler)
