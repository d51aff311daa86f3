"""Everything a person can choose, as one frozen value: the board and the station's settings.

One rule: no Qt; a choice changes nothing until the app applies it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from biofeedback.emg.envelope import DEFAULT_DISPLAY, DISPLAYS
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.recording.settings import Settings

SIMULATED, ANY_BOARD = "simulated", "any"


@dataclass(frozen=True, slots=True)
class FoundPort:
    """A serial port that may be a board."""

    port: str
    description: str
    is_known: bool = False
    """Whether its maker is one of boards: only such a port is asked unasked."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Everything a person can choose. `board`: SIMULATED, ANY_BOARD (found by itself) or a port."""

    board: str = SIMULATED
    settings: Settings = field(default_factory=Settings)

    @property
    def channels(self) -> tuple[ChannelSettings, ...]:
        """The channels of the chosen board."""
        known = self.settings.boards.get(self.board)
        return known.channels if known else (ChannelSettings(),)

    @property
    def display(self) -> str:
        """The envelope that the bar shows."""
        name = self.settings.display_envelope
        return name if name in DISPLAYS else DEFAULT_DISPLAY
