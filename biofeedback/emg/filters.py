"""The band-pass in front of every RAW envelope: one causal SOS cascade for all channels, state kept between blocks.

One rule: a segment starts with zero state on x minus its first scan, so that an offset of half the supply makes no
transient and the same samples give the same bits in any chunking, live or replayed.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import signal

HIGH_PASS = 20.0
"""Hz. SENIAM advises 10–20 Hz, ISEK 5 Hz; 20 Hz keeps movement artefact out of the envelope."""
LOW_PASS = 450.0
"""Hz, or 0.45 of the rate where that is lower. SENIAM and ISEK advise about 500 Hz."""
NOTCH_Q = 30.0

Sos = NDArray[np.float64]


def design_bandpass(rate: float, *, notch: float | None = None) -> Sos:
    """Return second-order sections (n_sections, 6) for scans at `rate` hertz.

    Butterworth high-pass 20 Hz of order 4 and low-pass min(450, 0.45 rate) of order 4; with `notch` (mains frequency
    in hertz) also notches of Q 30 at it and its second and third harmonic, where those lie below 0.45 rate.
    Raises ValueError for a rate at which nothing would be left between the two corners.
    """
    low_pass = min(LOW_PASS, 0.45 * rate)
    if low_pass <= 2 * HIGH_PASS:
        raise ValueError(f"{rate:g} scans per second are too few for a band-pass from {HIGH_PASS:g} Hz: use 100")
    sections = [
        signal.butter(4, HIGH_PASS, "highpass", fs=rate, output="sos"),
        signal.butter(4, low_pass, "lowpass", fs=rate, output="sos"),
    ]
    if notch:
        inside = [k * notch for k in (1, 2, 3) if k * notch < 0.45 * rate]
        sections += [signal.tf2sos(*signal.iirnotch(frequency, NOTCH_Q, fs=rate)) for frequency in inside]
    return np.ascontiguousarray(np.concatenate(sections), dtype=np.float64)


def group_delay(sos: Sos, frequency: float, rate: float) -> float:
    """Return the delay in seconds that a modulation of a carrier at `frequency` hertz suffers in `sos`."""
    step = min(0.5, frequency / 100)
    _, response = signal.sosfreqz(sos, worN=np.array([frequency - step, frequency + step]), fs=rate)
    phase = float(np.angle(response[1] / response[0]))
    return -phase / (2 * math.pi * 2 * step)


class Cascade:
    """An SOS cascade over blocks of scans of shape (n_scans, n_channels)."""

    def __init__(self, sos: Sos, n_channels: int) -> None:
        self.sos = sos
        self._state = np.zeros((len(sos), 2, n_channels))
        self._first: NDArray[np.float64] | None = None

    def restart(self) -> None:
        """Begin a new segment: the next scan is its first."""
        self._state[:] = 0
        self._first = None

    def process(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the filtered block, same shape. Empty in, empty out. `x` must be finite."""
        if not len(x):
            return x
        if self._first is None:
            self._first = x[0].copy()
        filtered, self._state = signal.sosfilt(self.sos, x - self._first, axis=0, zi=self._state)
        return np.asarray(filtered, dtype=np.float64)
