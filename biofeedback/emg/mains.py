"""Mains hum in band-passed EMG: which share of the power it is, scan by scan, and whether it must stop the scoring.

A line's power is one Fourier coefficient over the window that ends with the scan: products with a cosine and a sine
table, summed. It catches what a notch would, without its ringing, and leaves the signal as it is.
One rule: phases, products and sums are integers, so the same scans give the same bits in any chunking and a sum is as
exact after a day as after a second; what is left in floats is rounded before anything is decided on it.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.emg.quality import Flags

WINDOW: Final = 0.5
"""Seconds. Whole periods of 50 and 60 Hz, lines 2 Hz wide: mains that is 0.2 Hz off keeps 97 % of its power at the
fundamental and 74 % at the third harmonic."""
HUM_SHARE: Final = 0.3125
"""Share of the power from which a signal is hum. Hum below it makes an RMS at most 1/√(1 − 0.3125), a fifth, too large.
Real EMG stays below 0.21, a simulated muscle of 1–120 motor units below 0.29 (tests/emg/test_mains.py)."""
HARMONICS: Final = (1, 2, 3)
HIGHEST: Final = 0.45
"""Of the rate: where the band-pass ends at the latest; lines from there on are not looked at."""
SHARE_STEPS: Final = 1024
"""A share is rounded to a whole number of these."""
MAINS: Final = (50, 60)
"""Hz. What is watched where the mains frequency is unknown."""

_COARSER_BITS: Final = 4
"""Dropped from values, so that the window's squares fit int64 at up to 10 kHz while values stay within 10 full scales
of 16 or 24 bits: band-pass and notches make less than 5 of any input."""
_PHASE_BITS: Final = 32
_TABLE_BITS: Final = 12
_AMPLITUDE: Final = 1 << 12
_PIECE: Final = 4096
"""Most scans worked on at once: bounds memory, decides no bit."""

_ANGLES = 2 * math.pi * np.arange(1 << _TABLE_BITS) / (1 << _TABLE_BITS)
_COSINE: Integers = np.rint(_AMPLITUDE * np.cos(_ANGLES)).astype(np.int64)
_SINE: Integers = np.rint(_AMPLITUDE * np.sin(_ANGLES)).astype(np.int64)


def floor_above(rest: float, amplitude: float) -> float:
    """Return the RMS from which hum matters, in counts, for a reference of `amplitude` above `rest`, both in counts.

    √((1.25 rest)² + (0.05 amplitude)²): hum that was there when rest was measured is taken off every score with it, so
    only hum a quarter above all of rest, or else 5 % of the reference, may end a score. Both factors are judgement.
    """
    return math.hypot(1.25 * rest, 0.05 * amplitude)


class MainsShare:
    """Watches RAW channels, band-passed, scans at `rate` hertz, values in 1/`steps` count.

    `mains` in hertz; 0 where unknown: then 50 and 60 are watched and the larger counts. Lines are `mains` and its
    second and third harmonic below 0.45 `rate`; where there is none (below 112 scans/s for 50 Hz) the share is 0.
    Raises ValueError for a negative frequency. Other sensors' outputs are rectified: they have no such lines.
    """

    def __init__(self, rate: float, mains: int, n_channels: int, steps: int) -> None:
        if mains < 0:
            raise ValueError(f"mains of {mains} Hz are impossible: give 50 or 60, or 0 where unknown")
        watched = [[k * base for k in HARMONICS if k * base < HIGHEST * rate] for base in ([mains] if mains else MAINS)]
        lines = np.array([line for family in watched for line in family], dtype=np.float64)
        self._ends = np.cumsum([len(family) for family in watched]).tolist()
        self._advance: Integers = np.rint(lines / rate * (1 << _PHASE_BITS)).astype(np.int64)
        self._window = max(1, round(WINDOW * rate))
        self._steps = steps
        self._floor: Floats = np.zeros(n_channels)
        self._recent: Integers = np.zeros((self._window, n_channels), dtype=np.int64)
        self._energy: Integers = np.zeros(n_channels, dtype=np.int64)
        self._sums: Integers = np.zeros((2 * len(lines), n_channels), dtype=np.int64)
        self._index = 0

    def restart(self) -> None:
        """Forget what was before a gap: the past counts as zero. Floors stay."""
        for past in (self._recent, self._energy, self._sums):
            past[:] = 0
        self._index = 0

    def set_floor(self, channel: int, rms: float) -> None:
        """From the next scan on, hum of `channel` below `rms` counts is harmless (see `floor_above`); at first 0.

        Raise ValueError for a floor that is negative or not finite.
        """
        if not (math.isfinite(rms) and rms >= 0):
            raise ValueError(f"a floor of {rms:g} counts is impossible: calibrate again")
        self._floor[channel] = rms

    def process(self, x: Integers) -> tuple[Floats, Flags]:
        """Return share and finding for each scan of `x` (n_scans, n_channels) in steps, each of that shape.

        The share 0–1 of the window's power that lies at the lines, in 1/1024; and whether it is hum: a share of at
        least `HUM_SHARE`, and an RMS of the lines, over the whole window, not below the channel's floor.
        """
        share, hum = np.empty(x.shape), np.empty(x.shape, dtype=np.bool_)
        for start in range(0, len(x), _PIECE):
            piece = slice(start, start + _PIECE)
            total, mains = self._powers(x[piece])
            fraction = np.divide(mains, total, out=np.zeros_like(total), where=total > 0)
            share[piece] = np.minimum(np.rint(fraction * SHARE_STEPS) / SHARE_STEPS, 1)
            rms = np.rint(np.sqrt(mains) * (1 << _COARSER_BITS)) / self._steps
            hum[piece] = (share[piece] >= HUM_SHARE) & (rms >= self._floor)
        return share, hum

    def _powers(self, x: Integers) -> tuple[Floats, Floats]:
        """Return mean power in the window and that of the lines, in 16² steps², each (n_scans, n_channels)."""
        n = len(x)
        x = (x + (1 << _COARSER_BITS - 1)) >> _COARSER_BITS
        joined = np.concatenate([self._recent, x])
        leaving, self._recent = joined[:n], joined[n:]
        energy = self._energy + np.cumsum(x * x - leaving * leaving, axis=0)
        # what a window gains and loses with each scan; the phase of a scan is the same when it comes and when it leaves
        waves = self._waves(self._index, n)[:, :, None] * x[:, None]
        waves -= self._waves(self._index - self._window, n)[:, :, None] * leaving[:, None]
        sums = self._sums + np.cumsum(waves, axis=0)
        self._energy, self._sums = energy[-1].copy(), sums[-1].copy()
        self._index += n
        # whole numbers below 2**53, so these floats are exact, and their squares the same on every CPU
        size = sums.astype(np.float64) / (_AMPLITUDE * self._window)
        power = 2 * (size[:, 0::2] * size[:, 0::2] + size[:, 1::2] * size[:, 1::2])
        mains = np.zeros(x.shape)
        begin = 0
        for end in self._ends:
            family = np.zeros(x.shape)
            for line in range(begin, end):
                family += power[:, line]
            mains, begin = np.maximum(mains, family), end
        return energy / self._window, mains

    def _waves(self, first: int, n: int) -> Integers:
        """Return cosine and sine of each line for scans `first` and on, interleaved, (n, 2 · lines)."""
        phase = np.arange(first, first + n)[:, None] * self._advance & ((1 << _PHASE_BITS) - 1)
        place = phase >> (_PHASE_BITS - _TABLE_BITS)
        return np.stack([_COSINE[place], _SINE[place]], axis=2).reshape(n, -1)
