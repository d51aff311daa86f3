"""What a person (or the engine on their behalf) tells the training: the inputs that a recording stores.

One rule: raw samples plus commands give everything again. A command carries values, never "whatever is current", and
is stored with the index of the scan before which it took effect.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

PROTOCOL_KEY = "command"


@dataclass(frozen=True, slots=True)
class SetTarget:
    """Move the target: a line at `low`, or a band up to `high`; `unit` as the bar's ('percent', 'uV' or 'counts')."""

    low: float
    high: float | None = None
    unit: Literal["percent", "uV", "counts"] = "percent"
    reason: str = "by hand"


@dataclass(frozen=True, slots=True)
class SetHold:
    """How long, in seconds, the target is to be held."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SetReference:
    """Take this as 100 %: `amplitude` above rest and `rest`, both in counts, of one channel, as calibrated."""

    channel: int
    amplitude: float
    rest: float
    kind: str = "comfortable_effort"
    spread: float | None = None
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class StartCalibration:
    """Begin the quick calibration of one channel: rest, then two tries."""

    channel: int = 0


@dataclass(frozen=True, slots=True)
class StopCalibration:
    """Give the calibration up; the reference before it stays."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The person's marker. Its note is private and stays outside the recording: the file carries the number."""

    number: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Training stands still (the recording goes on)."""

    reason: str = "by hand"


@dataclass(frozen=True, slots=True)
class Resume:
    """Training goes on."""

    reason: str = "by hand"


Command = SetTarget | SetHold | SetReference | StartCalibration | StopCalibration | Mark | Pause | Resume

_BY_NAME: dict[str, type[Command]] = {
    "target": SetTarget,
    "hold": SetHold,
    "reference": SetReference,
    "calibrate": StartCalibration,
    "calibrate-stop": StopCalibration,
    "mark": Mark,
    "pause": Pause,
    "resume": Resume,
}
_NAMES = {kind: name for name, kind in _BY_NAME.items()}


def encode_command(index: int, command: Command) -> str:
    """Return the JSON text that a recording stores for `command` taking effect before scan `index`."""
    values = {key: value for key, value in asdict(command).items() if value is not None}
    return json.dumps({PROTOCOL_KEY: _NAMES[type(command)], "index": index, **values}, separators=(",", ":"))


def decode_command(text: str) -> tuple[int, Command] | None:
    """Return the index and command of a stored text, or None when it is not a command.

    Raises ValueError when it says it is one but cannot be read: a replay without it would not be the same session.
    """
    values = _json_object(text)
    if values is None or PROTOCOL_KEY not in values:
        return None
    name, index = values.pop(PROTOCOL_KEY), values.pop("index", None)
    kind = _BY_NAME.get(name) if isinstance(name, str) else None
    if kind is None or not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise ValueError(f"the command {text[:80]!r} is unknown to this version")
    try:
        command = kind(**values)  # type: ignore[arg-type] # checked right below
    except TypeError as error:
        raise ValueError(f"the command {text[:80]!r} has values unknown to this version") from error
    hints = get_type_hints(kind)
    for field in fields(command):
        if not _fits(getattr(command, field.name), hints[field.name]):
            raise ValueError(f"the command {text[:80]!r} has an impossible {field.name!r}")
    return index, command


def _fits(value: object, hint: Any) -> bool:
    kinds = get_args(hint) or (hint,)
    if isinstance(value, bool):
        return False
    if isinstance(value, float):
        return float in kinds and math.isfinite(value)
    if isinstance(value, int):
        return int in kinds or float in kinds
    return (value is None and type(None) in kinds) or (isinstance(value, str) and (str in kinds or value in kinds))


def _json_object(text: str) -> dict[str, object] | None:
    if not text.startswith("{"):
        return None
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None
