"""The signal path by scipy and numpy alone, or by hand: what ours is held against.

Rule: not a line of the app's own signal path is used here.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import signal

EDGES: tuple[tuple[Literal["highpass", "lowpass"], float], ...] = (("highpass", 20.0), ("lowpass", 450.0))
"""Corners in Hz, each a Butterworth filter of order 4; the second at most 0.45 of the rate."""


def bandpassed(counts: NDArray[np.int32], rate: float = 1000.0) -> NDArray[np.float64]:
    """Return one channel's counts (n_scans,) less the first one, high-passed and low-passed, in counts."""
    x: NDArray[np.float64] = counts.astype(np.float64) - counts[0]
    for kind, corner in EDGES:
        b, a = signal.butter(4, min(corner, 0.45 * rate), kind, fs=rate)
        x = signal.lfilter(b, a, x)
    return x


def bandpassed_by_hand(counts: NDArray[np.int32], rate: float) -> NDArray[np.float64]:
    """Return the same without scipy: biquads from the bilinear transform, and their difference equations written out.

    A Butterworth filter of order 4 is two biquads of quality 1 / (2 cos π/8) and 1 / (2 cos 3π/8).
    """
    x = [float(count) - float(counts[0]) for count in counts]
    for kind, corner in EDGES:
        k = math.tan(math.pi * min(corner, 0.45 * rate) / rate)
        for angle in (math.pi / 8, 3 * math.pi / 8):
            damping = 2 * math.cos(angle) * k
            norm = 1 + damping + k * k
            b0, b1 = (k * k, 2 * k * k) if kind == "lowpass" else (1.0, -2.0)
            x1 = x2 = y1 = y2 = 0.0
            y = []
            for x0 in x:
                y0 = (b0 * (x0 + x2) + b1 * x1 - 2 * (k * k - 1) * y1 - (1 - damping + k * k) * y2) / norm
                x1, x2, y1, y2 = x0, x1, y0, y1
                y.append(y0)
            x = y
    return np.array(x)


def rms(x: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Return the root mean square of the `n` values up to each one; the past counts as zero."""
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([np.zeros(n - 1), x]), n)
    return np.asarray(np.sqrt(np.mean(windows**2, axis=1)))


def linear(x: NDArray[np.float64], cutoff: float, rate: float) -> NDArray[np.float64]:
    """Return the linear envelope on the scale of the RMS: |x| through a causal Butterworth low-pass of order 2."""
    b, a = signal.butter(2, cutoff, fs=rate)
    first = abs(x[0])
    level: NDArray[np.float64] = signal.lfilter(b, a, np.abs(x) - first) + first
    return np.maximum(level, 0) * math.sqrt(math.pi / 2)
