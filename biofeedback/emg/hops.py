"""Tenths of a second of signal in a few numbers each: what the signal check is decided on.

A tenth holds whole periods of both 50 and 60 Hz, so that hum adds nothing to its means and its lines add up.
One rule: a hop is computed at once, from all its scans, in integers; how they came in pieces cannot matter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.emg.mains import HARMONICS, HIGHEST, MAINS
from biofeedback.wire.events import Counts

HOP: Final = 0.1
"""Seconds."""

_WAVE: Final = 1 << 12
_COARSER_BITS: Final = 4
"""Dropped from conditioned values, so that a hop's squares fit int64 (as in `mains`)."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One hop; arrays over channels, last axis. Means in counts, powers in counts²."""

    mean: Floats
    parts: Floats
    """Means of its parts, one mains period each, oldest first: (n_parts, n_channels)."""
    low: Counts
    high: Counts
    at_rail: Integers
    """Scans at a rail."""
    power: Floats
    """Mean square of the conditioned signal."""
    waves: NDArray[np.complex128]
    """Mean of the conditioned signal times exp(−iωt) for each line, t from the hop's start: (n_lines, n_channels)."""


class Hops:
    """Cuts scans at `rate` hertz into hops, the first of which begins with the first scan after a restart.

    `mains` as for `MainsShare`; conditioned values come in 1/`steps` count; `floor` and `ceiling` are each channel's
    rails in counts, where −1 means that there is none below.
    """

    def __init__(self, rate: float, mains: int, steps: int, floor: Counts, ceiling: Counts) -> None:
        self.n_scans = max(6, round(HOP * rate))
        self._floor, self._ceiling = floor, ceiling
        self._scale = (1 << _COARSER_BITS) / steps
        n_parts = 6 if mains == 60 else 5
        self._edges = np.array([round(part * self.n_scans / n_parts) for part in range(n_parts)])
        self._lengths = np.diff(self._edges, append=self.n_scans)[:, None]
        bases = [mains] if mains else MAINS
        self.families = [[k * base for k in HARMONICS if k * base < HIGHEST * rate] for base in bases]
        """Lines in hertz, of each mains frequency that is watched."""
        lines = np.array([line for family in self.families for line in family], dtype=np.float64)
        angle = 2 * math.pi * lines[:, None] * np.arange(self.n_scans) / rate
        self._cosine: Integers = np.rint(_WAVE * np.cos(angle)).astype(np.int64)
        self._sine: Integers = np.rint(_WAVE * np.sin(angle)).astype(np.int64)
        self.turn: NDArray[np.complex128] = np.exp(-2j * math.pi * lines * self.n_scans / rate)[:, None]
        """What the phase of each line moves on by from hop to hop."""
        self._counts = np.empty((self.n_scans, len(floor)), dtype=np.int32)
        self._x = np.empty((self.n_scans, len(floor)), dtype=np.int64)
        self._filled = 0

    def restart(self) -> None:
        """Drop the scans of an unfinished hop."""
        self._filled = 0

    def process(self, counts: Counts, x: Integers) -> list[Hop]:
        """Return the hops that these scans complete; both arrays (n_scans, n_channels), `x` conditioned, in steps."""
        done, at = [], 0
        while at < len(counts):
            begin = self._filled
            n = min(self.n_scans - begin, len(counts) - at)
            self._counts[begin : begin + n] = counts[at : at + n]
            self._x[begin : begin + n] = x[at : at + n]
            self._filled += n
            at += n
            if self._filled == self.n_scans:
                done.append(self._hop())
                self._filled = 0
        return done

    def _hop(self) -> Hop:
        counts = self._counts
        sums = np.add.reduceat(counts, self._edges, axis=0, dtype=np.int64)
        x = (self._x + (1 << _COARSER_BITS - 1)) >> _COARSER_BITS
        size = self._scale / (_WAVE * self.n_scans)
        return Hop(
            mean=sums.sum(axis=0) / self.n_scans,
            parts=sums / self._lengths,
            low=counts.min(axis=0),
            high=counts.max(axis=0),
            at_rail=((counts <= self._floor) | (counts >= self._ceiling)).sum(axis=0),
            power=(x * x).sum(axis=0) * (self._scale * self._scale / self.n_scans),
            waves=(self._cosine @ x - 1j * (self._sine @ x)) * size,
        )
