"""The quick calibration: rest, then two comfortable tries, then a reference and what it is worth (F2, F3).

The person is led through timed steps on the sample index. Statistics of a step are computed once, at its end, from
one contiguous array, so they do not depend on how the samples came in.
One rule: a step broken by missing scans is repeated, never patched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.envelope import Integers, RunningSum, is_amplitude
from biofeedback.emg.quality import RAIL_SAMPLES
from biofeedback.emg.sensor import Sensor
from biofeedback.training.activation import above_rest

REST_WINDOW = 3.0
"""Seconds. Rest is the quietest unbroken stretch of this length (F2)."""
TRY_WINDOW = 0.5
"""Seconds. A try counts by its best stretch of this length (F3: 0.5–1 s vary least)."""

Step = Literal["rest", "ready", "try", "pause"]
QUICK: tuple[tuple[Step, float], ...] = (
    ("rest", 5.0), ("ready", 3.0), ("try", 5.0), ("pause", 25.0), ("ready", 5.0), ("try", 5.0),
)  # fmt: skip
"""Steps and seconds: the tries stand 30 s apart."""


@dataclass(frozen=True, slots=True)
class CalibrationState:
    """Where the calibration stands: the step, the seconds left in it, and the tries so far in counts above rest."""

    channel: int
    step: Step
    seconds_left: float
    step_seconds: float
    number: int
    """Of the try that runs or comes next, from 1."""
    tries: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """A finished calibration. `amplitude`, `rest`, `rest_sd` and `tries` in counts; `spread` in percent (D of F3)."""

    index: int
    channel: int
    amplitude: float
    rest: float
    rest_sd: float
    tries: tuple[float, ...]
    spread: float
    verdict: Literal["good", "care", "not usable"]
    reason: str


class Calibration:
    """One run of the quick calibration on one channel, fed from scan `first_index` on."""

    def __init__(self, channel: int, sensor: Sensor, rate: float, steps: int, first_index: int) -> None:
        self.channel = channel
        self._sensor = sensor
        self._rate = rate
        self._steps = steps
        self._position = 0
        self._begin = first_index
        self._next = first_index
        self._pieces: list[Integers] = []
        self._rail_samples = 0
        self._rest: tuple[float, float] | None = None
        self._try_levels: list[float] = []
        self.result: CalibrationResult | None = None

    @property
    def state(self) -> CalibrationState:
        """Where it stands now."""
        step, seconds = QUICK[min(self._position, len(QUICK) - 1)]
        left = max(0.0, seconds - (self._next - self._begin) / self._rate)
        done = [name for name, _ in QUICK[: self._position]].count("try")
        return CalibrationState(self.channel, step, left, seconds, min(2, done + 1), self._tries())

    def gap(self, end_index: int) -> None:
        """Missing or settling scans up to `end_index`: a rest or try that was running begins again after them."""
        step, seconds = QUICK[self._position]
        self._next = end_index
        if step in ("rest", "try"):
            self._begin = end_index
            self._pieces.clear()
        elif end_index - self._begin >= round(seconds * self._rate):
            self._finish(step)

    def process(self, first_index: int, values: Integers, at_rail: NDArray[np.bool_]) -> None:
        """Take usable conditioned `values` in steps, shape (n_scans,), with a mask of samples at a rail."""
        offset = 0
        while offset < len(values) and self.result is None:
            step, seconds = QUICK[self._position]
            end = self._begin + round(seconds * self._rate)
            stop = min(len(values), end - first_index)
            if step in ("rest", "try"):
                self._pieces.append(values[offset:stop])
            if step == "try":
                self._rail_samples += int(at_rail[offset:stop].sum())
            offset = stop
            self._next = first_index + stop
            if self._next == end:
                self._finish(step)

    def _finish(self, step: Step) -> None:
        if self._pieces:
            values = np.concatenate(self._pieces)
            self._pieces.clear()
            if step == "rest":
                halves = self._windows(values, TRY_WINDOW)[:: max(1, round(TRY_WINDOW * self._rate))]
                rest = round(float(self._windows(values, REST_WINDOW).min()), 4)
                self._rest = rest, round(float(halves.std()), 4)
            else:
                self._try_levels.append(float(self._windows(values, TRY_WINDOW).max()))
        self._position += 1
        self._begin = self._next
        if self._position == len(QUICK):
            self.result = self._judge()

    def _windows(self, values: Integers, seconds: float) -> NDArray[np.float64]:
        """RMS (mean for an envelope) in counts over every full window of `seconds`."""
        window = max(1, round(seconds * self._rate))
        power = values * values if is_amplitude(self._sensor) else values
        mean = RunningSum(window, 1).process(power[:, None])[window - 1 :, 0] / window
        level = np.sqrt(mean) if is_amplitude(self._sensor) else mean
        return np.rint(level) / self._steps

    def _tries(self) -> tuple[float, ...]:
        if self._rest is None:
            return ()
        levels = above_rest(np.array(self._try_levels), self._rest[0], self._sensor)
        return tuple(round(float(level), 4) for level in levels)

    def _judge(self) -> CalibrationResult:
        """Judge by F3: good, care or not usable, with the reason that decides."""
        tries = self._tries()
        rest, rest_sd = self._rest or (0.0, 0.0)
        best, second = sorted(tries, reverse=True)[:2]
        spread = 100 * (best - second) / best if best > 0 else 100.0
        ratio = best / rest if rest > 0 else np.inf
        verdict: Literal["good", "care", "not usable"] = "not usable"
        if self._rail_samples >= RAIL_SAMPLES:
            reason = "ceiling"
        elif ratio < 3 or best <= 0:
            reason = "hardly above rest"
        elif spread > 20:
            reason = "tries differ"
        elif spread > 10:
            verdict, reason = "care", "tries differ"
        elif ratio < 10:
            verdict, reason = "care", "little above rest"
        elif best < 20:
            verdict, reason = "care", "coarse steps"
        else:
            verdict, reason = "good", ""
        return CalibrationResult(
            self._next, self.channel, best, rest, rest_sd, tries, round(spread, 1), verdict, reason
        )
