"""What the signal check says: one thing wrong, how bad it is, one plain sentence and one thing to do about it.

The words stand in one table, as English texts with {places}, so that a screen can translate them before it fills them.
One rule: a finding is an inference from samples alone, and its sentence claims no more than those show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from biofeedback.emg.sensor import Sensor

Name = Literal["saturation", "flat line", "loose", "hum", "drift", "movement", "coarse step", "lost scans", "rate"]
"""Everything that can be found, most urgent first; the first seven on a channel, the last two on the board."""
NAMES: Final[tuple[Name, ...]] = get_args(Name)
Severity = Literal["look", "fix"]
"""look: amber, training may go on. fix: red, what is measured now is worth little."""

SENTENCES: Final[dict[Name, str]] = {
    "saturation": "The signal hits its ceiling.",
    "flat line": "The line is flat: nothing comes from the sensor.",
    "loose": "An electrode may be loose.",
    "hum": "Mains hum is {percent} % of the signal.",
    "drift": "The baseline drifts.",
    "movement": "An electrode or cable moved.",
    "coarse step": "The board's steps are too coarse for this muscle: its reference is {counts} steps.",
    "lost scans": "{percent} % of the signal was lost on its way.",
    "rate": "The board sends {measured} scans per second instead of {nominal}.",
}
FIXES: Final[dict[Name, str]] = {
    "saturation": "Turn the sensor's gain down, then try again.",
    "flat line": "Check the sensor's cable and switch.",
    "loose": "Press the sensor's electrodes down for ten seconds.",
    "hum": "Keep the cable away from chargers.",
    "drift": "Wait a minute until the electrodes have settled.",
    "movement": "Tape the lead down so that nothing pulls at it.",
    "coarse step": "Use the sensor's ENV output, or a board of 12 bits or more.",
    "lost scans": "Plug the board straight into this computer, with a short cable.",
    "rate": "Unplug the board and plug it in again.",
}
RAW_CEILING: Final = "Press all electrodes down, the reference electrode too."
"""What to do about a ceiling on RAW, whose gain is fixed: there it is an offset between electrodes."""
STILL_LINE: Final = "The line does not move: rest and a cable that came off look alike here."
CONTRACT: Final = "Contract the muscle; if the line stays still, check the sensor's cable."
"""What is said of a still line where one step of the board is larger than rest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found on a channel (from 0), or on the board (None).

    `text` and `fix` are English with {places}; `values` fills those of `text`, `fix` has none.
    """

    channel: int | None
    name: Name
    severity: Severity
    text: str
    fix: str
    values: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """What was found, in English."""
        return self.text.format(**dict(self.values))


def found(
    name: Name, severity: Severity, channel: int | None = None, *, sensor: Sensor | None = None, **values: object
) -> Finding:
    """Return the finding `name` in the table's words; each of `values` is shown as `str` gives it."""
    fix = RAW_CEILING if name == "saturation" and sensor is Sensor.RAW else FIXES[name]
    filling = tuple((place, str(value)) for place, value in values.items())
    return Finding(channel, name, severity, SENTENCES[name], fix, filling)


def still_line(channel: int) -> Finding:
    """Return the finding of a line that does not move where rest may be smaller than one step."""
    return Finding(channel, "flat line", "look", STILL_LINE, CONTRACT)
