"""What takes a scan's value, scan by scan: a rail reached, a line gone flat. What people are told is in `watch`.

One rule: a finding looks back half a second and no further, so it goes away as soon as its cause does; and it is
exact per scan, so that what it excludes from scoring does not depend on how the samples were cut.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from biofeedback.emg.envelope import RunningSum
from biofeedback.emg.sensor import Sensor
from biofeedback.wire.events import Counts

WINDOW = 0.5
"""Seconds that a finding looks back on."""
RAIL_SAMPLES = 3
"""Samples at a rail within the window that make a signal saturated; one or two may be noise."""
FLAT_COUNTS = 1
"""A RAW line that stays within this many counts for the whole window is flat (an envelope at rest may be)."""

Flags = NDArray[np.bool_]


class SignalCheck:
    """Looks at raw counts of an ADC of `adc_bits`, scans at `rate` hertz, one sensor kind a channel."""

    def __init__(self, rate: float, adc_bits: int, sensors: tuple[Sensor, ...]) -> None:
        n_channels = len(sensors)
        self._window = max(RAIL_SAMPLES, round(WINDOW * rate))
        self._full_scale = 2**adc_bits - 1
        # an envelope rests at 0 V: only the top is a ceiling there
        self._floor = np.array([0 if sensor is Sensor.RAW else -1 for sensor in sensors], dtype=np.int32)
        self._is_raw = np.array([sensor is Sensor.RAW for sensor in sensors])
        self._at_rail = RunningSum(self._window, n_channels)
        self._recent = np.empty((0, n_channels), dtype=np.int32)

    def restart(self) -> None:
        """Forget what was before a gap."""
        self._at_rail.restart()
        self._recent = self._recent[:0]

    def process(self, counts: Counts) -> tuple[Flags, Flags]:
        """Return, for each scan and channel of `counts`, whether it is saturated and whether it is flat."""
        rail = (counts <= self._floor) | (counts >= self._full_scale)
        saturated = self._at_rail.process(rail.astype(np.int64)) >= RAIL_SAMPLES
        joined = np.concatenate([self._recent, counts])
        before = len(self._recent)
        self._recent = joined[-(self._window - 1) :]
        # windows that end with each scan; ndimage centres them, `origin` moves them back
        origin = (self._window - 1) // 2
        high = ndimage.maximum_filter1d(joined, self._window, axis=0, origin=origin)
        low = ndimage.minimum_filter1d(joined, self._window, axis=0, origin=origin)
        flat = (high - low <= FLAT_COUNTS) & self._is_raw
        flat[: max(0, self._window - 1)] &= before >= self._window - 1
        return saturated, flat[before:]
