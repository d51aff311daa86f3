"""The score's band-pass by scipy alone: what our filters are held against.

Rule: not a line of the app's own signal path is used here.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import signal

EDGES: tuple[tuple[Literal["highpass", "lowpass"], float], ...] = (("highpass", 20.0), ("lowpass", 450.0))
"""Corners in Hz, each a Butterworth filter of order 4."""


def bandpassed(counts: NDArray[np.int32], rate: float = 1000.0) -> NDArray[np.float64]:
    """Return one channel's counts (n_scans,) less the first one, high-passed and low-passed, in counts."""
    x: NDArray[np.float64] = counts.astype(np.float64) - counts[0]
    for kind, corner in EDGES:
        b, a = signal.butter(4, corner, kind, fs=rate)
        x = signal.lfilter(b, a, x)
    return x
