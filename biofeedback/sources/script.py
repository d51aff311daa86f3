"""A scripted person for free practice: rests and pushes as the quick calibration asks, then works against the target.

One rule: effort is a function of the scan index and the seed alone, so a demo is the same to the bit each time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from biofeedback.sources.person import COMFORTABLE, TONE
from biofeedback.training.calibration import QUICK
from biofeedback.training.commands import Command, Mark, SetTarget, StartCalibration

REACTION = 0.3
"""Seconds from a prompt to the first rise."""
RISE = 0.25
BEFORE = 2.0
"""Seconds of rest before the calibration begins."""
WORK, REST = 7.0, 5.0
TARGET = 40.0


@dataclass(frozen=True, slots=True)
class Effort:
    """One contraction: from `start` to `end` in seconds, at a part `level` of the comfortable effort."""

    start: float
    end: float
    level: float


class ScriptedPerson:
    """Calibrates, then contracts `n` times; some are too short or too weak, as with anybody."""

    def __init__(self, rate: float, n: int = 8, seed: int = 1) -> None:
        random = np.random.default_rng(seed)
        self._rate = rate
        efforts: list[Effort] = []
        at = BEFORE
        for step, seconds in QUICK:
            if step == "try":
                efforts.append(Effort(at + REACTION, at + seconds + REACTION, float(random.uniform(0.96, 1.04))))
            at += seconds
        self.calibrated = at
        at += 2.0
        for number in range(n):
            length = WORK if number % 4 != 2 else 0.4 * WORK
            level = float(random.uniform(0.52, 0.7)) if number != 4 else 0.3
            efforts.append(Effort(at + REACTION, at + length + REACTION, level))
            at += WORK + REST
        self.efforts = tuple(efforts)
        self.seconds = at

    @property
    def commands(self) -> list[tuple[int, Command]]:
        """What the person presses, with the index of the scan before which it takes effect."""
        return [
            (round(BEFORE * self._rate), StartCalibration(0)),
            (round((self.calibrated + 1) * self._rate), SetTarget(TARGET, reason="demo")),
            (round((self.calibrated + 2 + 2 * (WORK + REST)) * self._rate), Mark(1)),
        ]

    def drive(self, index: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the activation 0–1 of the muscle at scans `index` (n,), shape (n, 1)."""
        time = index / self._rate
        level = np.full(len(index), TONE)
        for effort in self.efforts:
            up = expit((time - effort.start - RISE) / (RISE / 5))
            down = expit(-(time - effort.end - RISE) / (RISE / 5))
            level += COMFORTABLE * effort.level * up * down
        sway = 1 + 0.04 * np.sin(2 * np.pi * 0.31 * time) + 0.03 * np.sin(2 * np.pi * 0.83 * time + 1.0)
        return np.asarray(np.clip(level * sway, 0, 1))[:, None]
