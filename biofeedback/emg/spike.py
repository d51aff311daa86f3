"""Spikes: values beyond what this person's muscle makes (a tap on the electrode, a step, a jerk). They are not scored.

One rule: a spike spoils every score that still carries some of it: those whose window it lies in, and those whose
window holds its ringing in the band-pass. Exact per scan, in any chunking.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from biofeedback.emg.envelope import SCORE_WINDOW, Integers, RunningSum
from biofeedback.emg.quality import Flags

RINGING: Final = 0.15
"""Seconds in which the band-pass forgets what went through it. Without them up to 5 times the reference is left in the
first score after a spike; with them, less than 7 % (tests/emg/test_spike.py)."""
RINGING_WITH_NOTCH: Final = 0.9
"""The same with notches of Q 30, which ring for Q / (π · 50 Hz) = 0.19 s, time constant."""

_NO_LIMIT: Final = int(np.iinfo(np.int64).max)


class SpikeGuard:
    """Watches scans at `rate` hertz: band-passed values (`notch`: also notched), or a sensor's own envelope."""

    def __init__(self, rate: float, n_channels: int, *, notch: bool = False) -> None:
        spoiled = SCORE_WINDOW + (RINGING_WITH_NOTCH if notch else RINGING)
        self._spikes = RunningSum(max(1, round(spoiled * rate)), n_channels)
        self._limit: Integers = np.full(n_channels, _NO_LIMIT, dtype=np.int64)

    def restart(self) -> None:
        """Forget what was before a gap; limits stay."""
        self._spikes.restart()

    def set_limit(self, channel: int, steps: int | None) -> None:
        """From the next scan on, values of `channel` above `steps` or below −`steps` are spikes; None: nothing is.

        For a waveform 10 times the reference amplitude: at 150 % a Gaussian signal gets there at 6.7 standard
        deviations, a regularly firing single motor unit not at all. Raise ValueError for a limit that is not positive.
        """
        if steps is not None and steps <= 0:
            raise ValueError(f"a spike limit of {steps} steps leaves nothing to score: calibrate again")
        self._limit[channel] = _NO_LIMIT if steps is None else steps

    def process(self, x: Integers) -> Flags:
        """Return, for each scan and channel of `x` (n_scans, n_channels) in steps, whether a spike spoils its score."""
        beyond = np.abs(x) > self._limit
        return np.asarray(self._spikes.process(beyond.astype(np.int64)) > 0)
