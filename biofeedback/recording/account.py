"""The account of a run, `_emg.json`: read with distrust, rebuilt from the EDF file when its run was killed.

One rule: the EDF is the truth. What follows from it is rewritten from it; what only the account knew is kept.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import math
import os
from pathlib import Path
from typing import Any

from biofeedback.recording import bids
from biofeedback.recording.edf import RECORD_COUNT_AT, RecordingError, encode_record_count
from biofeedback.recording.edf_reader import EdfRecording, read_edf
from biofeedback.recording.folders import modes_inside, open_ordinary, write_atomic

MAX_JSON = 1 << 20
"""Longest account we read, in bytes."""
MAX_DIGITS = 18
"""Longest whole number in an account: what a 64-bit integer always holds."""
MAX_DEPTH = 64
"""Deepest nesting of an account."""


class NewerVersionError(RecordingError):
    """The recording was made by a newer version of this program."""


def beside(path: Path, suffix: str) -> Path:
    """Return the file that belongs to the EDF file `path`, such as its `events.tsv` or `emg.json`."""
    return path.with_name(f"{path.stem.removesuffix('_emg')}_{suffix}")


def json_text(value: Any) -> str:
    """Return `value` as JSON for a file; floats keep all their digits. Raises ValueError for NaN or infinity."""
    return json.dumps(value, indent=2, allow_nan=False, ensure_ascii=True) + "\n"


def iso(time: dt.datetime) -> str:
    """Return a time in UTC with microseconds, as `2026-11-22T10:15:30.250000Z`."""
    return time.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_account(path: Path) -> dict[str, Any]:
    """Return `_emg.json` of the EDF file `path`, with a `Biofeedback` object (empty for another program's file).

    Raises:
        RecordingError: It is missing, too long or no JSON object.
        NewerVersionError: It is of a newer version of this program.
    """
    file = beside(path, "emg.json")
    try:
        with open_ordinary(file) as opened:
            data = opened.read(MAX_JSON + 1)
        account = _decode(data) if len(data) <= MAX_JSON else None
    except OSError as error:
        raise RecordingError(f"{file.name} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError):
        account = None
    ours = account.setdefault("Biofeedback", {}) if isinstance(account, dict) else None
    if not isinstance(account, dict) or not isinstance(ours, dict):
        raise RecordingError(f"{file.name} is damaged: it holds no JSON object that describes a recording")
    schema = ours.get("schema", bids.SCHEMA)
    if not isinstance(schema, int) or schema > bids.SCHEMA:
        raise NewerVersionError(f"{file.name} was made by a newer version of this program; open it with that one")
    return account


def facts(recording: EdfRecording) -> dict[str, Any]:
    """Return what the EDF file says of itself: its SHA-256, and how many scans were expected and received."""
    try:
        with open_ordinary(recording.path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RecordingError(f"{recording.path.name} cannot be read: {error.strerror or error}") from error
    received = recording.n_received
    return {"sha256": digest, "expected_scans": recording.n_scans, "received_scans": received}


def recover(path: Path) -> bool:
    """Rebuild what belongs to the EDF file `path` when its run was never closed; return whether that was needed.

    Of the EDF only the header's record count is put right, which a kill leaves one behind and a power cut anywhere:
    other readers believe it. The account keeps what it knew and is marked `"recovered": true`; one that cannot be
    read is kept beside the new one as a dot-file that ends in `.damaged`.

    Raises:
        RecordingError: The EDF cannot be read, or the account is of a newer version.
        OSError: It or the files around it cannot be written.
    """
    recording = read_edf(path)
    try:
        account = read_account(path)
    except NewerVersionError:
        raise
    except RecordingError:
        account = _account_from(recording)
        _set_aside(beside(path, "emg.json"))
    ours: dict[str, Any] = account["Biofeedback"]
    if ours.get("closed") is True:
        return False
    _, mode = modes_inside(path.parent)
    if recording.header.n_records != recording.n_records and recording.is_ours:
        with path.open("r+b", buffering=0) as file:
            file.seek(RECORD_COUNT_AT)
            file.write(encode_record_count(recording.n_records))
            os.fsync(file.fileno())
    account["RecordingDuration"] = recording.seconds
    ours |= facts(recording) | {"closed": True, "recovered": True}
    if not beside(path, "channels.tsv").exists():
        write_atomic(beside(path, "channels.tsv"), bids.channels_tsv(recording.header), mode=mode)
    write_atomic(beside(path, "events.json"), json_text(bids.EVENT_COLUMNS), mode=mode)
    write_atomic(beside(path, "events.tsv"), bids.events_tsv(recording.annotations, recording.rate), mode=mode)
    write_atomic(beside(path, "emg.json"), json_text(account), mode=mode)
    return True


def _decode(data: bytes) -> Any:
    """Return JSON; raise ValueError or RecursionError, also for what JSON or 64 bits do not hold or lies too deep."""

    def finite(text: str) -> float:
        if not math.isfinite(value := float(text)):
            raise ValueError(f"{text[:20]} is not a number")
        return value

    def whole(text: str) -> int:
        if len(text) > MAX_DIGITS:
            raise ValueError(f"a whole number of {len(text)} digits")
        return int(text)

    value = json.loads(data.decode(), parse_float=finite, parse_constant=finite, parse_int=whole)
    nodes = [value]
    for _ in range(MAX_DEPTH):
        inner = [node.values() if isinstance(node, dict) else node for node in nodes if isinstance(node, dict | list)]
        nodes = [child for children in inner for child in children]
    if nodes:
        raise ValueError(f"nested more than {MAX_DEPTH} deep")
    return value


def _set_aside(file: Path) -> None:
    """Keep a damaged account under a name that is in nobody's way, as far as the folder lets us."""
    with contextlib.suppress(OSError):
        file.rename(file.with_name(f".{file.name}.damaged"))


def _account_from(recording: EdfRecording) -> dict[str, Any]:
    """Return an account that knows no more than the EDF file does."""
    task = next((part[5:] for part in recording.path.stem.split("_") if part.startswith("task-")), "unknown")
    account = bids.description(rate=recording.rate, n_channels=len(recording.channels), task=task)
    scales = [channel.microvolts_per_count for channel in recording.channels]
    started = iso(recording.header.start)
    account["Biofeedback"] = {"schema": bids.SCHEMA, "started": started, "microvolts_per_count": scales}
    return account
