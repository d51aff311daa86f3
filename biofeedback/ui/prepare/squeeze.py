"""The squeeze test: let go, then tense for a second; the signal must rise to three times rest.

No lead-off detection is built into the usual sensor, so this is what shows that the electrodes lie on a muscle that
answers. No Qt, no clock: time is the scans' index.
One rule: a stretch with missing scans tests nothing; the test then asks for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from biofeedback.emg.envelope import Floats

LET_GO: Final = 2.5
"""Seconds of rest that are asked for."""
TENSE: Final = 3.0
"""Seconds in which to tense for one."""
REACTION: Final = 0.5
"""Seconds at the beginning of rest that are not looked at: letting go takes a moment."""
WINDOW: Final = 0.5
"""Seconds of the quietest and of the strongest mean."""
LEAST_RISE: Final = 3.0
"""Times rest (CLINICAL.md: MyoWare hardware)."""
LEAST_REST: Final = 0.5
"""Counts: rest below the step of the converter is not known any better."""

Part = Literal["asked", "let go", "tense", "good", "look", "broken"]


@dataclass(frozen=True, slots=True)
class Squeezed:
    """Where the test stands. `rises`: the best so far of each channel, in times rest; None before its first test."""

    part: Part
    seconds_left: float = 0.0
    rises: tuple[float | None, ...] = ()


class Squeeze:
    """Follows the shown envelope of `n_channels` at `rate` hertz."""

    def __init__(self, rate: float, n_channels: int) -> None:
        self._rate = rate
        self._begin: int | None = None
        self._broken = False
        self._rises: list[float | None] = [None] * n_channels

    @property
    def seconds(self) -> float:
        """Seconds of envelope that `look` needs."""
        return LET_GO + TENSE

    def start(self, end_index: int) -> None:
        """Begin a test with the next scan."""
        self._begin, self._broken = end_index, False

    def look(self, first_index: int, envelope: Floats) -> Squeezed:
        """Take the newest envelope, (n_scans, n_channels) in counts from `first_index` on; NaN where scans miss."""
        if self._begin is None:
            return self._stands()
        end = first_index + len(envelope)
        at = (end - self._begin) / self._rate
        mine = envelope[max(0, self._begin - first_index) :]
        if at < 0 or end - len(mine) > self._begin or np.isnan(mine).any():
            self._begin, self._broken = None, True
            return self._stands()
        if at < LET_GO:
            return Squeezed("let go", LET_GO - at, tuple(self._rises))
        if at < LET_GO + TENSE:
            return Squeezed("tense", LET_GO + TENSE - at, tuple(self._rises))
        self._begin = None
        self._judge(mine)
        return self._stands()

    def _judge(self, envelope: Floats) -> None:
        start, turn = round(REACTION * self._rate), round(LET_GO * self._rate)
        stop = turn + round(TENSE * self._rate)
        rest = self._means(envelope[start:turn]).min(axis=0)
        tense = self._means(envelope[turn:stop]).max(axis=0)
        for i, rise in enumerate(tense / np.maximum(rest, LEAST_REST)):
            self._rises[i] = max(self._rises[i] or 0.0, float(rise))

    def _means(self, envelope: Floats) -> Floats:
        n = max(1, round(WINDOW * self._rate))
        total = np.cumsum(np.vstack([np.zeros((1, envelope.shape[1])), envelope]), axis=0)
        return np.asarray((total[n:] - total[:-n]) / n)

    def _stands(self) -> Squeezed:
        rises = tuple(self._rises)
        if self._broken:
            return Squeezed("broken", rises=rises)
        if None in rises or not rises:
            return Squeezed("asked", rises=rises)
        return Squeezed("good" if all((rise or 0) >= LEAST_RISE for rise in rises) else "look", rises=rises)
