import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from biofeedback.engine import Engine, EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.ui.choice import SIMULATED, Choice, FoundPort
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.wake import Wake


class Station:
    """A station on the simulated muscle, recording into a folder of the test."""

    def __init__(self, library, now, wake, channels, palette="light", text_percent=100):
        settings = Settings(boards={SIMULATED: BoardSettings(channels)}, palette=palette)
        self.choice = Choice(SIMULATED, 1000, text_percent, settings)
        self.source = SimulatedSource(len(channels), 1000, channels=channels, seed=3)
        self.engine = Engine(self.source, EngineSettings(channels), on_update=wake.poke)
        self.library, self.now = library, now
        self.levels = []

    @property
    def paced(self):
        return self.source.paced

    def start_recording(self):
        self.engine.record(recorder_in(self.library, now=self.now))

    def contract(self, level):
        self.levels.append(level)
        self.source.set_contraction(level)

    def find_boards(self):
        return [FoundPort("/dev/ttyACM0", "Arduino Uno")]

    def apply(self, choice):
        self.choice = choice
        return ""


@pytest.fixture
def make_window(qtbot, tmp_path):
    """Return a maker of started windows; every engine is stopped afterwards."""
    import datetime as dt

    from biofeedback.emg.sensor import ChannelSettings

    made = []

    def make(channels=(ChannelSettings("vastus medialis", "left"),), size=(1280, 720), **look):
        wake = Wake()
        station = Station(tmp_path / "library", lambda: dt.datetime.now(dt.UTC), wake, channels, **look)
        window = MainWindow(station, wake)
        qtbot.addWidget(window)
        window.resize(*size)
        window.show()
        station.engine.start()
        made.append((station, window, wake))
        qtbot.waitUntil(lambda: station.engine.state.update is not None, timeout=10_000)
        return window, station

    yield make
    for station, window, _ in made:
        window.close()
        assert station.engine.stop(10)
