"""One repetition as it is done: the work phase scan by scan, whether it succeeded, and its scores at the end.

Success by F5, exclusion by F4, scores F7–F12 (docs/training.md). Scores are taken once, at the end, from one contiguous
array a channel, so they do not depend on how the scans came in.
One rule: what has no value scores nothing. Missing, saturated or disturbed scans stop the clock, and too many of them
exclude the repetition: it is then neither reached nor missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.emg.sensor_limits import Allowed
from biofeedback.training import coordination, scoring
from biofeedback.training.activation import STEPS
from biofeedback.training.commands import SetMatch
from biofeedback.training.events import Result
from biofeedback.training.hold import LONGEST_GAP, HoldTracker
from biofeedback.training.task import HELD, QUICK_HOLD, TRACKING, TWO, Task

MISSING = 0.05
"""Part of the work phase without a value that excludes it (F4)."""
OVER = 1.1
"""`relax`, and the other muscle: above this part of the line is too much …"""
OVER_TIME = 0.1
"""… for more than this part of the time (F5)."""
BEST = 110.0
"""Percent of today's best that beat it when held for BEST_TIME."""
BEST_TIME = 0.5

TROUBLES = ("", "missing", "saturated", "flat", "mains hum", "spike")
"""What a code of trouble means: why a scan has no value."""
Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt; scores that the kind does not have, or that the signal did not allow, are None."""

    result: Result
    why: str
    hold: float
    mean: float | None
    beat_best: bool
    response: float | None = None
    steadiness: float | None = None
    rmse: float | None = None
    error: float | None = None
    other: float | None = None
    cci: float | None = None
    common: float | None = None
    match: float | None = None
    match_least: float | None = None


class Attempt:
    """Follows one work phase from its prompt at scan `first_index` on; the caller ends it at `Task.longest`."""

    def __init__(self, task: Task, rate: float, first_index: int, *, allows: Allowed, two: bool) -> None:
        """`allows`: what the trained channel may be used for; `two`: the other muscle has a reference too."""
        self.task = task
        self._rate = rate
        self._first = self._next = first_index
        self._allows = allows
        self._n_channels = 2 if two else 1
        self._bars: list[Floats] = []
        self._codes: list[Codes] = []
        self._x: list[Integers] = []
        self._longest_gap = 0
        self._best_clock = 0.0
        self._hold_first = first_index
        self.reached_at: int | None = None
        seconds = QUICK_HOLD if task.kind == "quick" else task.work
        self._tracker = (
            HoldTracker(rate, task.low, task.high, seconds) if task.kind in HELD or task.kind == "quick" else None
        )

    # -- what can be seen while it runs ------------------------------------------------------------------

    @property
    def holding(self) -> bool:
        """Whether a hold runs."""
        return self._tracker is not None and self._tracker.running

    @property
    def held(self) -> bool:
        """Whether the work phase is over because the target was held long enough."""
        return self.reached_at is not None and self.task.kind in HELD

    @property
    def is_timed(self) -> bool:
        """Whether response and release are looked at: where prompts surprise, and the sensor shows times (F8)."""
        return self.task.kind == "quick" and bool(self._allows.timing)

    @property
    def above(self) -> bool:
        """Whether the newest usable scan kept the clock running."""
        return self._tracker is not None and self._tracker.above

    @property
    def clock(self) -> float:
        """Seconds on the clock of the running hold."""
        return self._tracker.seconds if self._tracker else 0.0

    @property
    def fraction(self) -> float:
        """How much of the hold time is done, 0–1."""
        return self._tracker.fraction if self._tracker else 0.0

    # -- inputs ------------------------------------------------------------------------------------------

    def process(self, bar: Floats, codes: Codes, x: Integers) -> int:
        """Take the next scans; return how many belong to the attempt: fewer when the hold was reached inside them.

        `bar` in percent and `codes` (n_scans, n_channels), NaN and above 0 where there is no value; `x` the trained
        channel's conditioned samples in steps, (n_scans,).
        """
        used = len(bar)
        if self._tracker and self.reached_at is None:
            for event in self._tracker.process(self._next, bar[:, 0]):
                if event.what == "started":
                    self._hold_first = event.index
                elif event.what == "ended":
                    self._best_clock = max(self._best_clock, event.seconds)
                else:
                    self.reached_at = event.index
                    self._best_clock = max(self._best_clock, event.seconds)
                    if self.task.kind in HELD:
                        used = event.index + 1 - self._next
                    break
        self._bars.append(bar[:used, : self._n_channels].copy())
        self._codes.append(codes[:used, : self._n_channels].copy())
        self._x.append(x[:used].copy())
        self._next += used
        return used

    def gap(self, n_scans: int, whole: int) -> None:
        """Take note of `n_scans` missing ones inside the attempt, of a gap of `whole` scans."""
        if self._tracker and self.reached_at is None:
            for event in self._tracker.gap(self._next, whole):
                self._best_clock = max(self._best_clock, event.seconds)
        self._bars.append(np.full((n_scans, self._n_channels), np.nan))
        self._codes.append(np.ones((n_scans, self._n_channels), dtype=np.uint8))
        self._x.append(np.zeros(n_scans, dtype=np.int64))
        self._longest_gap = max(self._longest_gap, whole)
        self._next += n_scans

    # -- the end -----------------------------------------------------------------------------------------

    def finish(self) -> Outcome:
        """Judge and score what was done so far."""
        task, rate = self.task, self._rate
        bar = np.concatenate([np.empty((0, self._n_channels)), *self._bars])
        codes = np.concatenate([np.empty((0, self._n_channels), np.uint8), *self._codes])
        a = np.ascontiguousarray(bar[:, 0])
        b = np.ascontiguousarray(bar[:, 1]) if self._n_channels > 1 else None
        if self._tracker and self._tracker.running and self.reached_at is None:
            self._best_clock = max(self._best_clock, self._tracker.seconds)
        mean = scoring.work_average(a, rate)
        error = self._tracking_error(a)
        matching = coordination.matching(a, b, rate) if b is not None and task.kind == "match" else None
        why = self._exclusion(codes)
        result: Result = "excluded"
        if not why:
            met, why = self._success(a, b, error, matching)
            result = "reached" if met else "missed"
        return Outcome(
            result=result,
            why=why,
            hold=round(self._best_clock, 3),
            mean=_rounded(mean),
            beat_best=_longest_run(a >= BEST) >= round(BEST_TIME * rate),
            response=scoring.response_time(a, rate, mean) if self.is_timed and mean else None,
            steadiness=self._steadiness(codes),
            rmse=_rounded(error.rmse if error else None),
            error=_rounded(error.error if error else None),
            other=_rounded(coordination.other_muscle(b, rate) if b is not None else None),
            cci=_rounded(coordination.rudolph(a, b) if b is not None else None),
            common=_rounded(coordination.common_area(a, b) if b is not None else None),
            match=_rounded(matching.ratio if matching else None),
            match_least=_rounded(matching.least if matching else None),
        )

    def _exclusion(self, codes: Codes) -> str:
        """Return what excludes the attempt (F4), or nothing."""
        if not len(codes):
            return "missing"
        if self._longest_gap > LONGEST_GAP * self._rate:
            return "gap"
        used = codes if self.task.kind in TWO or self.task.ceiling is not None else codes[:, :1]
        worst = used.max(axis=1, initial=0)
        bad = worst[worst > 0]
        if len(bad) <= MISSING * len(worst):
            return ""
        return TROUBLES[int(np.bincount(bad).argmax())]

    def _success(
        self,
        a: Floats,
        b: Floats | None,
        error: scoring.TrackingError | None,
        matching: coordination.Matching | None,
    ) -> tuple[bool, str]:
        """Return whether the task was done and, if not, what was missing, where that is worth saying."""
        task = self.task
        if task.kind == "relax":
            return _stays_below(a[scoring.settle_scans(len(a), self._rate) :], task.low), ""
        if task.kind == "track":
            amplitude = (task.wave.high - task.wave.low) / 2 if task.wave else 0.0
            return error is not None and error.rmse <= TRACKING * amplitude, ""
        if task.kind == "match":
            wanted = task.match or SetMatch()
            if matching is None or matching.ratio is None or not self._works(a, b):
                return False, "too little"
            return wanted.low <= matching.ratio <= wanted.high, ""
        if self.reached_at is None:
            return False, ""
        if task.ceiling is not None:
            during = slice(self._hold_first - self._first, self.reached_at + 1 - self._first)
            if b is None or not _stays_below(b[during], task.ceiling):
                return False, "other muscle"
        return True, ""

    def _works(self, a: Floats, b: Floats | None) -> bool:
        """Return whether one of both muscles worked for most of the time: a jerk makes a mean, but no work."""
        after = scoring.settle_scans(len(a), self._rate)
        either = np.fmax(a, a if b is None else b)[after:]
        return int((either >= coordination.IDLE_PERCENT).sum()) > len(either) / 2

    def _tracking_error(self, a: Floats) -> scoring.TrackingError | None:
        wave = self.task.wave
        if self.task.kind != "track" or wave is None:
            return None
        line = scoring.wave(np.arange(len(a)), self._rate, wave.frequency, wave.low, wave.high)
        return scoring.tracking_error(a, line, self._rate)

    def _steadiness(self, codes: Codes) -> float | None:
        if (
            self.reached_at is None
            or not (self._allows.steadiness and self._allows.band_pass)
            or self.task.kind not in HELD
        ):
            return None
        during = slice(self._hold_first - self._first, self.reached_at + 1 - self._first)
        if codes[during, 0].any():
            return None
        found = scoring.steadiness(np.concatenate(self._x)[during], self._rate)
        return _rounded(found.steadiness if found else None)


def _stays_below(values: Floats, line: float) -> bool:
    """Return whether the mean is at most `line` and at most a tenth of the time is above 1.1 of it (F5, relax)."""
    steps = np.rint(values[np.isfinite(values)] * STEPS).astype(np.int64)
    if not len(steps):
        return False
    mean_is_below = int(steps.sum()) <= line * STEPS * len(steps)
    return mean_is_below and int((steps > OVER * line * STEPS).sum()) <= OVER_TIME * len(steps)


def _longest_run(mask: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)
