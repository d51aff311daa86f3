"""Stations behind the window of a picture: one whose engine stands still, one whose engine goes as far as is granted.

One rule: a choice of looks changes looks only; other channels are another source, as in the app.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.mains_link import MainsSigns
from biofeedback.recorders import recorder_in
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.sources.person import Person
from biofeedback.ui.choice import SIMULATED, Choice, FoundPort
from biofeedback.ui.pictures.scenes import STARTED
from biofeedback.ui.pictures.source import BOARD, RATE, GrantedSource

PORT = "/dev/ttyACM0"
ON_BATTERY = MainsSigns(charger=False, battery=True, wired_network=(), second_screen=False)
ON_WALL_POWER = MainsSigns(charger=True, battery=True, wired_network=("enp0s31f6",), second_screen=False)


class PictureStation:
    """A station whose engine stands still at the moment wanted."""

    paced = False

    def __init__(self, engine: Engine, choice: Choice, folder: Path) -> None:
        self.engine, self.choice = engine, choice
        self.library, self.data = folder, folder / "data"

    def now(self) -> dt.datetime:
        """Return the day that all pictures are of."""
        return STARTED

    def look_at_mains(self) -> MainsSigns:
        """Return what a laptop on its battery sees."""
        return ON_BATTERY

    def begin_session(self, subject: str, task: str) -> None:
        """Nothing: recording was begun before."""

    def start_recording(self) -> None:
        """Nothing: recording was begun before."""

    def contract(self, level: float) -> None:
        """Nothing: effort is scripted."""

    def find_boards(self) -> Sequence[FoundPort]:
        """Return what a computer with one board would."""
        return [FoundPort(PORT, "Arduino Uno")]

    def apply(self, choice: Choice) -> str:
        """Change the look only."""
        self.choice = choice
        return ""


class GuidedStation:
    """The station of a whole session: records into `folder`, and a simulated person wears the sensors."""

    paced = False

    def __init__(
        self, folder: Path, channels: tuple[ChannelSettings, ...], *, as_board: bool, seed: int, now: dt.datetime,
        on_update: Callable[[], None],
    ) -> None:  # fmt: skip
        """`as_board`: the source calls itself a board; `seed` another person; `now` the time of the session."""
        board = PORT if as_board else SIMULATED
        self.choice = Choice(board, Settings(boards={board: BoardSettings(channels)}, palette="light"))
        self.library, self.data = folder / "library", folder / "data"
        self.signs = ON_BATTERY
        self.after = 0.0
        """Seconds that have passed since the newest scan."""
        self.person = Person(RATE, len(channels), seed)
        self._as_board, self._now = as_board, now
        self.source = GrantedSource(channels, self.person, as_board=as_board)
        self.engine = Engine(self.source, EngineSettings(channels), on_update=on_update, clock=self.source.clock)
        self._visit = recorder_in(self.library, now=self.now)

    def now(self) -> dt.datetime:
        """Return when the session is."""
        return self._now + dt.timedelta(seconds=self.source.clock() + self.after)

    def look_at_mains(self) -> MainsSigns:
        """Return what this computer is made to see of its wall power."""
        return self.signs

    def begin_session(self, subject: str, task: str) -> None:
        """Let the recordings from now on be runs of a new visit."""
        self._visit = recorder_in(self.library, subject=subject or None, task=task, now=self.now)

    def start_recording(self) -> None:
        """Begin a recording with the next scan."""
        self.engine.record(self._visit)

    def contract(self, level: float) -> None:
        """Nothing: the simulated person works as they see fit."""

    def find_boards(self) -> Sequence[FoundPort]:
        """Return what a computer with one board would."""
        return [FoundPort(PORT, BOARD)]

    def apply(self, choice: Choice) -> str:
        """Change the look; raise RuntimeError for other channels, which no picture asks for."""
        if choice.channels != self.choice.channels:
            raise RuntimeError(f"the channels of the pictures are {self.choice.channels}, not {choice.channels}")
        self.choice = choice
        return ""
