"""The two seconds of rest at each block's start, compared with the rest that was calibrated.

One rule: without a second of good signal there is no comparison.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from biofeedback.emg.envelope import Integers
from biofeedback.emg.sensor import Sensor
from biofeedback.training.activation import Reference
from biofeedback.training.attempt import Codes
from biofeedback.training.calibration import rest_changed, rest_level
from biofeedback.training.events import RestSample

ENOUGH = 1.0
"""Seconds of good signal that a comparison needs."""


class RestWatch:
    """Collects the rest of the channels that have a reference."""

    def __init__(self, sensors: Sequence[Sensor], rate: float, steps: int) -> None:
        self._sensors = sensors
        self._rate = rate
        self._steps = steps
        self._pieces: list[tuple[Integers, Codes]] = []

    def forget(self) -> None:
        """Begin anew."""
        self._pieces.clear()

    def take(self, x: Integers, codes: Codes) -> None:
        """Take conditioned values in steps and their codes of trouble, (n_scans, n_channels)."""
        self._pieces.append((x.copy(), codes.copy()))

    def judge(self, index: int, references: Sequence[Reference | None]) -> list[RestSample]:
        """Return the rest of each channel that has a reference, as found up to scan `index`; then begin anew."""
        pieces, found = list(self._pieces), []
        self.forget()
        for channel, reference in enumerate(references):
            if reference is None or not pieces:
                continue
            good = np.concatenate([x[codes[:, channel] == 0, channel] for x, codes in pieces])
            if len(good) >= ENOUGH * self._rate:
                rest = rest_level(good, self._sensors[channel], self._steps)
                ratio, changed = rest_changed(rest, reference.rest)
                found.append(RestSample(index, channel, round(rest, 3), ratio, changed))
        return found
