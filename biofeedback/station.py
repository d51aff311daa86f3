"""The app behind the window: one engine, one source at a time, the settings and where they are kept. No Qt.

One rule: a choice is applied whole: source, channels and filters change together, with a new visit, or not at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.mains_link import MainsSigns, look
from biofeedback.recorders import recorder_in
from biofeedback.recording.folders import app_folder, default_library
from biofeedback.recording.settings import SettingsError, save_settings
from biofeedback.sitting import RecorderMaker
from biofeedback.sources.serial_port import SerialSource, list_boards
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.sources.source import Source
from biofeedback.training.commands import Command
from biofeedback.ui.choice import ANY_BOARD, SIMULATED, Choice, FoundPort

FREE_PRACTICE = "practice"
"""Task of recordings that belong to no plan."""


class DesktopStation:
    """The app behind the window: one engine, one source at a time, the settings and where they are kept."""

    def __init__(
        self,
        source: Source,
        choice: Choice,
        *,
        settings_file: Path | None,
        library: Path | None = None,
        find_boards: Callable[[], Sequence[FoundPort]],
        now: Callable[[], dt.datetime],
        on_update: Callable[[], None],
        channels: tuple[ChannelSettings, ...] | None = None,
        script: Sequence[tuple[int, Command]] = (),
    ) -> None:
        self.choice = choice
        self._source = source
        self._settings_file = settings_file
        self._library = library
        self._find_boards = find_boards
        self._now = now
        settings = engine_settings(choice)
        if channels:
            settings = replace(settings, channels=channels)
        self.engine = Engine(source, settings, on_update=on_update, script=script)
        self._subject, self._task = "", FREE_PRACTICE
        self._visit = self._new_visit()

    @property
    def paced(self) -> bool:
        """Whether the source sends in real time."""
        return self._source.paced

    @property
    def library(self) -> Path:
        """Where recordings are kept."""
        return self._library or self.choice.settings.library or default_library()

    @property
    def data(self) -> Path:
        """The app's own folder."""
        return app_folder("data")

    def now(self) -> dt.datetime:
        """Return the time of day, with its zone."""
        return self._now()

    def look_at_mains(self) -> MainsSigns:
        """Return what this computer knows of its own wall power."""
        return look()

    def begin_session(self, subject: str, task: str) -> None:
        """Let the recordings from now on be runs of a new visit of `subject` (a new code if empty)."""
        self._subject, self._task = subject, task
        self._visit = self._new_visit()

    def start_recording(self) -> None:
        """Begin a recording with the next scan; recordings of one sitting are runs of one visit."""
        self.engine.record(self._visit)

    def contract(self, level: float) -> None:
        """Let the simulated muscle work."""
        if isinstance(self._source, SimulatedSource):
            self._source.set_contraction(level)

    def find_boards(self) -> Sequence[FoundPort]:
        """Return the ports that may be boards."""
        return self._find_boards()

    def apply(self, choice: Choice) -> str:
        """Change to `choice`. The source is changed only when something that it depends on was."""
        before, self.choice = self.choice, choice
        if choice.settings.library != before.settings.library:
            self._library = None
            self._visit = self._new_visit()
        same_source = (choice.board, choice.settings.rate, choice.channels) == (
            before.board,
            before.settings.rate,
            before.channels,
        )
        if not same_source or engine_settings(choice) != engine_settings(before):
            self._source = source_for(choice)
            self.engine.use(self._source, engine_settings(choice))
            self._visit = self._new_visit()
        if self._settings_file is None:
            return ""
        try:
            save_settings(self._settings_file, choice.settings)
        except (OSError, SettingsError) as error:
            return f"The settings hold for now but are not kept: {error}."
        return ""

    def _new_visit(self) -> RecorderMaker:
        return recorder_in(self.library, subject=self._subject or None, task=self._task, now=self._now)


def source_for(choice: Choice) -> Source:
    """Return the source that `choice` names."""
    channels = choice.channels
    if choice.board == SIMULATED:
        mains = choice.settings.mains or 50
        return SimulatedSource(len(channels), choice.settings.rate, channels=channels, mains=mains)
    port = None if choice.board == ANY_BOARD else choice.board
    return SerialSource(port, len(channels), choice.settings.rate)


def found_ports() -> list[FoundPort]:
    """Return the serial ports of this computer, known boards first."""
    return [FoundPort(board.port, board.maker or board.description, bool(board.maker)) for board in list_boards()]


def engine_settings(choice: Choice) -> EngineSettings:
    """Return what the engine needs of `choice`."""
    settings = choice.settings
    notch = settings.notch and settings.mains != 0
    return EngineSettings(choice.channels, mains=settings.mains, notch=notch, display=choice.display)
