"""What 100 % is on each channel, and so on which unit its bar stands.

One rule: no reference, no percent; then the bar shows µV, or counts where the gain is not known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from biofeedback.emg.envelope import Floats
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.training.activation import LARGEST_REFERENCE, Reference
from biofeedback.training.bar import Unit, bar_values
from biofeedback.training.commands import SetReference
from biofeedback.training.coordination import crosstalk


class References:
    """References of `channels`, whose `scales` are µV per count, None where the gain is not known."""

    def __init__(self, channels: Sequence[ChannelSettings], scales: Sequence[float | None]) -> None:
        self._channels = channels
        self._scales = scales
        self._known: list[Reference | None] = [None] * len(channels)
        self._spills: dict[int, float] = {}

    @property
    def all(self) -> tuple[Reference | None, ...]:
        """Of each channel; None where there is none."""
        return tuple(self._known)

    def take(self, command: SetReference) -> Reference:
        """Take and return a reference; raise ValueError, having changed nothing, when it cannot be one."""
        reference = Reference(command.amplitude, command.rest, command.kind, command.spread, command.verdict)
        if command.spill is not None and not 0 <= command.spill <= LARGEST_REFERENCE:
            raise ValueError(f"a spill of {command.spill:g} counts is impossible: calibrate again")
        self._known[command.channel] = reference
        self._spills.pop(command.channel, None)
        if command.spill is not None:
            self._spills[command.channel] = command.spill
        return reference

    def unit(self, channel: int) -> Unit:
        """Return the unit of a channel's bar: percent with a reference, else µV, else counts."""
        if self._known[channel] is not None:
            return "percent"
        return "counts" if self._scales[channel] is None else "uV"

    def to_bar(self, envelope: Floats) -> Floats:
        """Return an envelope in counts (n_scans, n_channels) on each bar's unit, rounded to 1/1024."""
        columns = [
            bar_values(envelope[:, i], settings.sensor, self._known[i], self._scales[i])
            for i, settings in enumerate(self._channels)
        ]
        return np.stack(columns, axis=1)

    @property
    def crosstalk(self) -> float | None:
        """What the second channel showed in the first one's effort test, in percent of its own reference (F11)."""
        other = self._known[1] if len(self._known) > 1 else None
        spill = self._spills.get(0)
        return None if other is None or spill is None else crosstalk(spill, other.amplitude)

    @property
    def in_force(self) -> list[SetReference]:
        """The commands that give these references."""
        return [
            SetReference(i, one.amplitude, one.rest, one.kind, one.spread, one.verdict, self._spills.get(i))
            for i, one in enumerate(self._known)
            if one
        ]
