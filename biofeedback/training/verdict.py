"""What a calibration is worth: good, usable with care or not usable, and the reason that decides (F3).

One rule: what would make percent a share of noise, or of nothing, is never usable; so no reference can be zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Verdict = Literal["good", "care", "not usable"]

QUANTISATION = round(float(1 / np.sqrt(12)), 4)
"""Counts RMS that the rounding of any ADC adds by itself: a step divided by √12."""
GOOD_SPREAD, LARGEST_SPREAD = 10.0, 20.0
"""Percent between the two best tries (F3)."""
GOOD_RATIO, LEAST_RATIO = 10.0, 3.0
"""Times that the reference stands above rest (F3)."""
FINE_COUNTS = 20.0
"""Counts that the reference needs, so that a step of the ADC is at most 5 % of it (F3)."""
FINE_STEP = 2.0
"""µV a count may be worth at most where the person is to be quiet: a resting muscle shows a few µV (F3)."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """What `relax` adds to a judgement: the person's own rest above the electronics', and µV per count (or None)."""

    rest: float
    microvolts: float | None


def spread_percent(tries: tuple[float, ...]) -> float | None:
    """Return D = 100 · (S₁ − S₂) / S₁ of the two best tries, to 0.1 %; 100 where none rose; None with one try."""
    if len(tries) < 2:
        return None
    best, second = sorted(tries, reverse=True)[:2]
    return round(100 * (best - second) / best, 1) if best > 0 else 100.0


def judge(
    tries: tuple[float, ...], rest: float, *, saturated: bool = False, quiet: Quiet | None = None
) -> tuple[Verdict, str]:
    """Return the verdict on `tries` in counts above `rest` in counts, and the reason ('' when good).

    A rest below the ADC's own rounding noise counts as that noise. With `quiet` the effort must also stand above the
    person's own rest (which is not taken away there), and the ADC's step must be small in µV.
    """
    best = max(tries)
    ratio = best / max(rest, QUANTISATION)
    spread = spread_percent(tries)
    own_rest = quiet.rest if quiet else 0.0
    few_counts = best < FINE_COUNTS
    large_step = quiet is not None and quiet.microvolts is not None and quiet.microvolts > FINE_STEP
    if saturated:
        return "not usable", "ceiling"
    if ratio < LEAST_RATIO or best <= own_rest:
        return "not usable", "hardly above rest"
    if spread is not None and spread > LARGEST_SPREAD:
        return "not usable", "tries differ"
    if few_counts and large_step:
        return "not usable", "coarse steps"
    if spread is None:
        return "care", "one try only"
    if spread > GOOD_SPREAD:
        return "care", "tries differ"
    if ratio < GOOD_RATIO or best < LEAST_RATIO * own_rest:
        return "care", "little above rest"
    if few_counts or large_step:
        return "care", "coarse steps"
    if quiet is not None and quiet.microvolts is None:
        return "care", "gain unknown"
    return "good", ""
