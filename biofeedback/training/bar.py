"""What a bar shows: an envelope on the bar's unit, and the large figure that can be read.

One rule: values are rounded to 1/1024 of the unit before anything is decided on them.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from biofeedback.emg.envelope import Floats, RunningSum, quantised
from biofeedback.emg.sensor import Sensor
from biofeedback.training.activation import STEPS, Reference, activation_percent

Unit = Literal["percent", "uV", "counts"]
LEVEL_WINDOW = 0.5
"""Seconds. The large figure is the mean over this (docs/training.md)."""
LEVEL_REFRESH = 0.25
"""Seconds. The large figure changes four times a second, so that it can be read."""


def bar_values(envelope: Floats, sensor: Sensor, reference: Reference | None, scale: float | None) -> Floats:
    """Return one channel's envelope in counts on the unit of its bar, rounded to 1/1024, NaN where it is.

    Percent of `reference` where there is one, else µV by `scale` (µV per count), else counts.
    """
    if reference is not None:
        return activation_percent(envelope, reference, sensor)
    return np.asarray(np.rint(envelope * ((scale or 1.0) * STEPS)) / STEPS)


class LevelMeter:
    """The large figure of each channel: the mean of the last half second, four times a second."""

    def __init__(self, rate: float, n_channels: int) -> None:
        self._n_channels = n_channels
        self._window = round(LEVEL_WINDOW * rate)
        self._refresh = max(1, round(LEVEL_REFRESH * rate))
        self._sum = RunningSum(self._window, n_channels)
        self._good = RunningSum(self._window, n_channels)
        self.level: tuple[float | None, ...] = (None,) * n_channels
        """On the bar's unit; None while a value of the last half second is missing."""

    def restart(self) -> None:
        """Forget what was before a gap or on another unit."""
        self._sum.restart()
        self._good.restart()
        self.level = (None,) * self._n_channels

    def process(self, first_index: int, bar: Floats) -> None:
        """Follow the bars' values, (n_scans, n_channels)."""
        good = np.isfinite(bar)
        sums = self._sum.process(quantised(np.where(good, bar, 0), STEPS))
        goods = self._good.process(good.astype(np.int64))
        # the newest scan of this block that stands on a multiple of the refresh time
        offset = (first_index + len(bar)) // self._refresh * self._refresh - first_index - 1
        if offset >= 0:
            self.level = tuple(
                float(total) / self._window / STEPS if n == self._window else None
                for total, n in zip(sums[offset], goods[offset], strict=True)
            )
