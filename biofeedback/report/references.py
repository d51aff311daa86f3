"""The references of one person over the days: what 100 % was, of which muscle, with which sensor, at which site.

One rule: two references are only comparable with the same muscle, side, sensor, gain and marked site; who asks is told
which of these differs.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.recording.account import read_account
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.library import runs
from biofeedback.training.activation import Reference

NEAR = 1.0
"""Centimetres by which a site may differ from marked to marked. Judgement."""


@dataclass(frozen=True, slots=True)
class KeptReference:
    """A reference with the day it was taken on. `first_cm`, `second_cm`: its site, None where it was not noted."""

    day: dt.date
    recording: str
    channel: ChannelSettings
    reference: Reference
    first_cm: float | None
    second_cm: float | None

    def differences(self, other: KeptReference) -> tuple[str, ...]:
        """Return what makes this reference another thing than `other`, in words; nothing when they compare."""
        mine, theirs = self.channel, other.channel
        found = [
            name
            for name in ("muscle", "side", "sensor", "gain", "supply", "vref")
            if getattr(mine, name) != getattr(theirs, name)
        ]
        if self.reference.kind != other.reference.kind:
            found.append("kind of effort")
        for a, b in ((self.first_cm, other.first_cm), (self.second_cm, other.second_cm)):
            if a is None or b is None:
                found.append("site not noted")
                break
            if abs(a - b) > NEAR:
                found.append("site")
                break
        return tuple(found)


def kept_references(library: Path, subject: str) -> tuple[KeptReference, ...]:
    """Return the references of `subject` in a library, the oldest first.

    The last one in force of each recording that was closed; a recording that cannot be read has none. Raises OSError
    when the library is not there.
    """
    found: list[KeptReference] = []
    for run in runs(library):
        if run.subject != subject or run.started is None:
            continue
        try:
            ours = read_account(run.path)["Biofeedback"]
        except RecordingError:
            continue
        results, channels = ours.get("results"), ours.get("channels")
        if not isinstance(results, dict) or not isinstance(channels, list):
            continue
        entries = results.get("references")
        for entry in entries if isinstance(entries, list) else []:
            kept = _kept(entry, channels, run.started.date(), run.path.name)
            if kept:
                found.append(kept)
    return tuple(sorted(found, key=lambda kept: (kept.day, kept.recording)))


def _kept(entry: object, channels: list[Any], day: dt.date, recording: str) -> KeptReference | None:
    """Return the reference that an entry tells of, or None when it could not have been written here."""
    try:
        if not isinstance(entry, Mapping):
            return None
        site = entry.get("site") or {}
        spread = entry.get("spread")
        channel = channels[int(entry["channel"])]
        return KeptReference(
            day,
            recording,
            ChannelSettings(
                str(channel["muscle"])[:80], str(channel["side"])[:20], Sensor(channel["sensor"]),
                *(_optional(channel.get(name)) for name in ("gain", "vref", "supply")),
            ),
            Reference(
                float(entry["amplitude"]), float(entry["rest"]), str(entry["kind"])[:40], _optional(spread),
                str(entry["verdict"])[:20],
            ),
            _optional(site.get("first_cm")),
            _optional(site.get("second_cm")),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError):
        return None


def _optional(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r:.40} is no number")
    return float(value)
