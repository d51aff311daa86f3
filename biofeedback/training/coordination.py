"""Scores of two muscles at once: the other muscle, co-contraction, matching, and when cross-talk forbids all of them.

`a` is the activation of the trained channel (0), `b` that of the other (1): percent, each of its own reference, shape
(n,), NaN where it has no value. Formulas F11 and F12.
One rule: only scans where both have a value are used, and what cannot be told is None. 0/0 looks balanced: it is not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from biofeedback.emg.envelope import Floats, Integers, quantised
from biofeedback.training.activation import STEPS
from biofeedback.training.scoring import mean_activation, settle_scans, work_average

QUIET_PERCENT = 5
"""Where neither muscle reaches this, there is no co-contraction: the ratio of two rests means nothing. Judgement."""
IDLE_PERCENT = 10
"""Where neither mean reaches this, two muscles cannot be said to match. Judgement."""


@dataclass(frozen=True, slots=True)
class Matching:
    """F12 in percent: `ratio` of the named side (a) to the other, None where the other reads 0; `least`, 0–100."""

    ratio: float | None
    least: float


def other_muscle(b: Floats, rate: float) -> float | None:
    """Return F11's first measure, the mean activation of the other muscle over the work phase in percent.

    The same part of the phase as the work average F7: without its first min(1 s, 25 %). None when no value remains.
    Limits: percent of *its* reference; below the cross-talk (see `interpretable`) it may all come from the neighbour.
    """
    return work_average(b, rate)


def rudolph(a: Floats, b: Floats) -> float | None:
    """Return F11's co-contraction index CCI = 100/N · Σ (lo/hi)(lo + hi), to 3 decimals; None without common scans.

    `lo` and `hi`: the smaller and the larger of a and b in each scan as fractions of their references; a scan with
    hi < 0.05 adds 0. The same for (a, b) and (b, a).
    Range: lo/hi ≤ 1 and lo + hi ≤ 2 hi, so 0 ≤ CCI ≤ 2 · (largest activation in percent): 0–200 up to 100 %, and more
    where activation exceeds 100 %; it is not clipped.
    Source: form as in Front Bioeng Biotechnol 2020 (10.3389/fbioe.2020.588908), after Rudolph; the equation is
    unchecked; 0.05 is judgement.
    Limits: grows with effort as well as with co-contraction; compare only at equal effort. Repeats poorly across days.
    Nothing to read where the other muscle is below its cross-talk.
    """
    steps_a, steps_b = _common(a, b)
    if not len(steps_a):
        return None
    low, high = np.minimum(steps_a, steps_b), np.maximum(steps_a, steps_b)
    active = high >= QUIET_PERCENT * STEPS
    low, high = low[active], high[active]
    return round(math.fsum(low / high * (low + high)) / STEPS / len(steps_a), 3)


def common_area(a: Floats, b: Floats) -> float | None:
    """Return F11's common area, 100 · 2 Σ min(a, b) / Σ (a + b), in percent to 3 decimals.

    0 where the muscles take turns, 100 where both curves are the same; (a, b) and (b, a) give the same, and so does any
    common factor on both. None without common scans or when both are 0 all through.
    Source: form as for `rudolph`; the equation is unchecked.
    Limits: says nothing of how much was done, so two muscles at rest can look alike; repeats poorly across days.
    Nothing to read where the other muscle is below its cross-talk.
    """
    steps_a, steps_b = _common(a, b)
    total = int(steps_a.sum()) + int(steps_b.sum())
    return round(100 * 2 * int(np.minimum(steps_a, steps_b).sum()) / total, 3) if total else None


def matching(a: Floats, b: Floats, rate: float) -> Matching | None:
    """Return F12, how alike the efforts of two muscles were over the work phase (its part as in F7), in percent.

    `ratio` = 100 · mean a / mean b, with `a` the named side; `least` = 100 · 2 · min/(mean a + mean b), 100 when alike
    and 0 when one does nothing. None without common scans, and when the larger mean is below 10 % of its reference:
    neither worked, and 0/0 would look balanced (judgement).
    Source: the form of a limb symmetry index (review of nine equations, Bishop et al.); the rest is derived.
    Limits: "efforts alike", never "as strong": each side is percent of its own reference. No limit for what is normal.
    """
    used = slice(settle_scans(len(a), rate), None)
    both = np.isfinite(a) & np.isfinite(b)
    mean_a = mean_activation(np.where(both, a, np.nan)[used])
    mean_b = mean_activation(np.where(both, b, np.nan)[used])
    if mean_a is None or mean_b is None or max(mean_a, mean_b) < IDLE_PERCENT:
        return None
    ratio = round(100 * mean_a / mean_b, 3) if mean_b > 0 else None
    return Matching(ratio, round(200 * min(mean_a, mean_b) / (mean_a + mean_b), 3))


def crosstalk(spill: float, reference: float) -> float:
    """Return the cross-talk X = 100 · spill / reference in percent, to 3 decimals.

    `spill`: mean amplitude above rest that channel b showed during a's own effort test; `reference`: the reference
    amplitude of b; both in counts. Raises ValueError for a spill below 0 or a reference that cannot be 100 %.
    Judgement. Limits: an upper bound, since b may really have worked along, and less spills over at less than a's full
    effort.
    """
    if not (math.isfinite(spill) and spill >= 0 and math.isfinite(reference) and reference > 0):
        raise ValueError(f"a spill of {spill:g} counts on a reference of {reference:g} is impossible: calibrate again")
    return round(100 * spill / reference, 3)


def interpretable(other: float, crosstalk: float) -> bool:
    """Return whether a mean activation of the other muscle in percent is at least its cross-talk X (F11)."""
    return other >= crosstalk


def _common(a: Floats, b: Floats) -> tuple[Integers, Integers]:
    """Return both in steps of 1/1024 percent, only the scans where both have values; both must have one length."""
    both = np.isfinite(a) & np.isfinite(b)
    return quantised(a[both], STEPS), quantised(b[both], STEPS)
