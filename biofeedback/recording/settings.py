"""The station's settings: one TOML file, read with distrust and written whole.

One rule: reading never fails and nothing is thrown away. A broken file is set aside under another name and reported;
a newer version's file is left alone and not written over.
"""

from __future__ import annotations

import contextlib
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

import tomli_w

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.recording.folders import make_private, write_atomic

SCHEMA = 1
MAX_FILE = 1 << 20
MAX_CHANNELS = 6
VOLUMES = (10, 100)
"""Percent: the least and the most. Silence is not a volume but sound that is off, so that it can be told from it."""
Palette = Literal["light", "dark", "contrast", "system"]
Mains = Literal[0, 50, 60]
_T = TypeVar("_T")


class SettingsError(Exception):
    """The settings cannot be taken or written. The message says what is wrong with which value."""


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """One board, known by its name or serial number: its channels, and whether a USB isolator is fitted."""

    channels: tuple[ChannelSettings, ...] = (ChannelSettings(),)
    isolator: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a station. `mains` in Hz, 0 when unknown; `library` None: the app's own folder."""

    boards: Mapping[str, BoardSettings] = field(default_factory=dict)
    mains: Mains = 0
    notch: bool = False
    palette: Palette = "system"
    display_envelope: str = "rms"
    library: Path | None = None
    rate: int = 1000
    """Scans per second asked of the board."""
    text_percent: int = 100
    sound_on: bool = True
    volume_percent: int = 70


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings as found. `message` says what was wrong, if anything; `writable` False: leave the file alone."""

    settings: Settings
    message: str | None = None
    writable: bool = True


def load_settings(path: Path) -> LoadedSettings:
    """Return the settings in `path`, or the defaults with a message when they cannot be had. Never raises."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except FileNotFoundError:
        return LoadedSettings(Settings())
    except OSError as error:
        reason = error.strerror or str(error)
        return LoadedSettings(Settings(), f"{path.name} cannot be read ({reason}); using the defaults", writable=False)
    try:
        table = _table(data)
        if _schema(table) > SCHEMA:
            message = f"{path.name} is of a newer version of this program; using the defaults and leaving it as it is"
            return LoadedSettings(Settings(), message, writable=False)
        return LoadedSettings(decode_settings(table))
    except SettingsError as error:
        return _set_aside(path, str(error))


def save_settings(path: Path, settings: Settings) -> None:
    """Write the settings, keeping the old file if that fails.

    Raises:
        SettingsError: A newer version's file is there.
        OSError: It cannot be written.
    """
    newer = False
    with contextlib.suppress(FileNotFoundError, SettingsError), path.open("rb") as file:
        newer = _schema(_table(file.read(MAX_FILE + 1))) > SCHEMA
    if newer:
        raise SettingsError(f"{path.name} is of a newer version of this program and was left as it is")
    make_private(path.parent)
    write_atomic(path, tomli_w.dumps(encode_settings(settings)))


def encode_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings as TOML values; what is None is left out."""
    boards = {
        name: {"isolator": board.isolator, "channels": [_encode_channel(channel) for channel in board.channels]}
        for name, board in settings.boards.items()
    }
    table: dict[str, Any] = {
        "schema": SCHEMA,
        "mains": settings.mains,
        "notch": settings.notch,
        "palette": settings.palette,
        "display_envelope": settings.display_envelope,
        "rate": settings.rate,
        "text_percent": settings.text_percent,
        "sound_on": settings.sound_on,
        "volume_percent": settings.volume_percent,
    }
    if settings.library is not None:
        table["library"] = str(settings.library)
    return table | {"boards": boards}


def decode_settings(table: Mapping[str, Any]) -> Settings:
    """Return the settings in a TOML table; unknown keys are ignored, missing ones take their default.

    Raises:
        SettingsError: A value is of the wrong kind or outside what is possible.
    """
    boards = _get(table, "boards", dict, {})
    mains, palette = _get(table, "mains", int, 0), _get(table, "palette", str, "system")
    if mains not in get_args(Mains):
        raise SettingsError(f"mains is {mains}; it can be 50, 60 or 0 (unknown)")
    if palette not in get_args(Palette):
        raise SettingsError(f"palette is {palette!r}; it can be {', '.join(get_args(Palette))}")
    library = _get(table, "library", str, "")
    return Settings(
        boards={name: _decode_board(name, board) for name, board in boards.items()},
        mains=cast("Mains", mains),
        notch=_get(table, "notch", bool, default=False),
        palette=cast("Palette", palette),
        display_envelope=_get(table, "display_envelope", str, "rms"),
        library=Path(library) if library else None,
        rate=_within(table, "rate", 1000, 100, 10_000),
        text_percent=_within(table, "text_percent", 100, 100, 200),
        sound_on=_get(table, "sound_on", bool, default=True),
        volume_percent=_within(table, "volume_percent", 70, *VOLUMES),
    )


def _encode_channel(channel: ChannelSettings) -> dict[str, Any]:
    known = {"gain": channel.gain, "vref": channel.vref, "supply": channel.supply}
    named = {"muscle": channel.muscle, "side": channel.side, "sensor": str(channel.sensor)}
    return named | {name: value for name, value in known.items() if value is not None}


def _decode_board(name: str, board: object) -> BoardSettings:
    if not isinstance(board, dict):
        raise SettingsError(f"boards.{name} is not a table")
    channels = _get(board, "channels", list, [])
    if not 1 <= len(channels) <= MAX_CHANNELS:
        raise SettingsError(f"boards.{name} has {len(channels)} channels; 1 to {MAX_CHANNELS} are possible")
    isolator = _get(board, "isolator", bool, default=False)
    return BoardSettings(tuple(_decode_channel(channel) for channel in channels), isolator)


def _decode_channel(channel: object) -> ChannelSettings:
    if not isinstance(channel, dict):
        raise SettingsError("a channel is not a table")
    try:
        sensor = Sensor(_get(channel, "sensor", str, Sensor.UNKNOWN))
    except ValueError:
        raise SettingsError(f"sensor is {channel['sensor']!r}; it can be {', '.join(Sensor)}") from None
    return ChannelSettings(
        muscle=_get(channel, "muscle", str, "muscle"),
        side=_get(channel, "side", str, ""),
        sensor=sensor,
        gain=_positive(channel, "gain"),
        vref=_positive(channel, "vref"),
        supply=_positive(channel, "supply"),
    )


def _get(table: Mapping[str, Any], key: str, kind: type[_T], default: _T) -> _T:
    value = table.get(key, default)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise SettingsError(f"{key} is {str(value)[:40]!r}, which is no {kind.__name__}")
    return value


def _within(table: Mapping[str, Any], key: str, default: int, low: int, high: int) -> int:
    value = _get(table, key, int, default)
    if not low <= value <= high:
        raise SettingsError(f"{key} is {value}; it can be {low} to {high}")
    return value


def _positive(table: Mapping[str, Any], key: str) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise SettingsError(f"{key} is {str(value)[:40]!r}; it must be a number above 0")
    return float(value)


def _table(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_FILE:
        raise SettingsError(f"it is longer than {MAX_FILE} bytes")
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"it is not TOML: {str(error)[:200] or type(error).__name__}") from error


def _schema(table: Mapping[str, Any]) -> int:
    return _get(table, "schema", int, SCHEMA)


def _set_aside(path: Path, reason: str) -> LoadedSettings:
    for number in range(1, 1000):
        aside = path.with_name(f"{path.stem}.broken-{number}{path.suffix}")
        if aside.exists():
            continue
        try:
            path.rename(aside)
        except OSError as error:
            message = f"{path.name} is broken ({reason}) and cannot be set aside ({error}); using the defaults"
            return LoadedSettings(Settings(), message, writable=False)
        return LoadedSettings(Settings(), f"{path.name} is broken ({reason}); it is kept as {aside.name}")
    return LoadedSettings(Settings(), f"{path.name} is broken ({reason}); using the defaults", writable=False)
