"""Commands as a recording stores them: one line of JSON each, read back with distrust.

One rule: what says it is a command and cannot be read is an error. A replay without it would be another session.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields
from typing import Any, get_args, get_type_hints

from biofeedback.training.commands import BY_NAME, Command

KEY = "command"
_NAMES = {kind: name for name, kind in BY_NAME.items()}


def encode_command(index: int, command: Command) -> str:
    """Return the JSON text that a recording stores for `command` taking effect before scan `index`."""
    values = {key: value for key, value in asdict(command).items() if value is not None}
    return json.dumps({KEY: _NAMES[type(command)], "index": index, **values}, separators=(",", ":"))


def decode_command(text: str) -> tuple[int, Command] | None:
    """Return the index and command of a stored text, or None when it is not a command.

    Raises ValueError when it says it is one but cannot be read: a replay without it would not be the same session.
    """
    values = _json_object(text)
    if values is None or KEY not in values:
        return None
    name, index = values.pop(KEY), values.pop("index", None)
    kind = BY_NAME.get(name) if isinstance(name, str) else None
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
        return bool in kinds
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
