"""A ring of the newest scans for one writer and any number of readers, without a lock.

Every scan is written twice, one capacity apart, so the newest n are always one contiguous slice.
One rule: the writer says how far it is about to write, stores, then says how far it has written; a reader copies and
checks that the writer did not come round meanwhile, and copies again if it did. The GIL is no lock: numpy releases it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike, NDArray


class RingBuffer:
    """The newest `capacity` scans of `n_channels`. Holds `missing` where scans are missing."""

    def __init__(self, capacity: int, n_channels: int, dtype: DTypeLike = np.float64, missing: float = np.nan) -> None:
        self.capacity = capacity
        self._data = np.full((2 * capacity, n_channels), missing, dtype=dtype)
        self._missing = missing
        self._writing_to = 0
        self.end_index = 0
        """Index just past the newest scan: how many were ever written."""

    def append(self, scans: NDArray[np.generic]) -> None:
        """Write scans of shape (n_scans, n_channels) after the newest."""
        if len(scans) > self.capacity:
            self.skip(len(scans) - self.capacity)
            scans = scans[-self.capacity :]
        self._writing_to = end = self.end_index + len(scans)
        at = self.end_index % self.capacity
        first = min(len(scans), self.capacity - at)
        for copy in (0, self.capacity):
            self._data[at + copy : at + copy + first] = scans[:first]
            self._data[copy : copy + len(scans) - first] = scans[first:]
        self.end_index = end

    def skip(self, n_scans: int) -> None:
        """Move on by `n_scans` that are missing."""
        filled = min(n_scans, self.capacity)
        self.end_index = self._writing_to = self.end_index + n_scans - filled
        self.append(np.full((filled, self._data.shape[1]), self._missing, dtype=self._data.dtype))

    def latest(self, n_scans: int) -> tuple[int, NDArray[np.generic]]:
        """Return the index of the first, and a copy, of the newest `n_scans` (fewer at the start).

        Ask for at most half the capacity: the other half is the writer's head start.
        """
        while True:
            end = self.end_index
            n = min(n_scans, end, self.capacity)
            stop = end % self.capacity + self.capacity
            copied = self._data[stop - n : stop].copy()
            if self._writing_to - (end - n) <= self.capacity:
                return end - n, copied
