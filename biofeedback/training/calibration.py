"""Calibration: rest, then tries as the plan asks, then a reference and what it is worth (F2, F3).

The person is led through timed steps on the sample index. Statistics of a step are computed once, at its end, from
one contiguous array, so they do not depend on how the samples came in.
One rule: a rest or try broken by missing scans is repeated, never patched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.envelope import Integers
from biofeedback.emg.sensor import Sensor
from biofeedback.training.commands import ReferenceKind, SetReference, StartCalibration
from biofeedback.training.tries import REST_WINDOW, Tries, levels
from biofeedback.training.verdict import QUANTISATION, Quiet, Verdict, judge, spread_percent

READY, READY_AGAIN = 3.0, 5.0
"""Seconds to get ready: for the first try, and (the last of the rest) for those after it."""
MOST_TRIES = 6
REST_CHANGED = 0.5
"""Part by which a rest must differ from the calibrated one to count as another (unchecked)."""

Step = Literal["rest", "ready", "try", "pause"]
Steps = tuple[tuple[Step, float], ...]


@dataclass(frozen=True, slots=True)
class Course:
    """How a calibration goes: `resting` s of rest, then `tries` of `seconds`, with `rest` s between them.

    As it stands: the quick calibration. `relax`: the exercise asks for quiet, so the person's rest is not taken away.
    """

    kind: ReferenceKind = "comfortable_effort"
    tries: int = 2
    seconds: float = 5.0
    rest: float = 30.0
    resting: float = 5.0
    relax: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError when nobody could go through this."""
        for what, value, least, most in (
            ("{:g} tries", self.tries, 1, MOST_TRIES),
            ("tries of {:g} s", self.seconds, 1, 60),
            ("{:g} s between tries", self.rest, READY_AGAIN, 600),
            ("{:g} s of rest at its start", self.resting, REST_WINDOW, 60),
        ):
            if not least <= value <= most:
                raise ValueError(f"a calibration with {what.format(value)} cannot be: {least:g} to {most:g}")

    @classmethod
    def of(cls, command: StartCalibration) -> Course:
        """Return the course that `command` asks for; raise ValueError when it cannot be."""
        return cls(command.kind, command.tries, command.seconds, command.rest, command.resting, command.relax)

    @property
    def steps(self) -> Steps:
        """All steps, each with its seconds."""
        steps: list[tuple[Step, float]] = [("rest", self.resting), ("ready", READY), ("try", self.seconds)]
        for _ in range(self.tries - 1):
            steps += self.again(self.rest)
        return tuple(steps)

    def again(self, rest: float) -> Steps:
        """Return the steps of one more try after `rest` s; at least the time to get ready."""
        pause: Steps = (("pause", rest - READY_AGAIN),) if rest > READY_AGAIN else ()
        return *pause, ("ready", READY_AGAIN), ("try", self.seconds)


QUICK = Course().steps
"""Steps and seconds of the quick calibration: two tries 30 s apart."""


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
    kind: ReferenceKind = "comfortable_effort"
    n_tries: int = 2
    """As many as there will be."""
    coming: Steps = ()
    """The steps after this one."""


@dataclass(frozen=True, slots=True)
class CalibrationResult:
    """A finished calibration. `amplitude`, `rest`, `rest_sd` and `tries` in counts; `spread` in percent (D of F3)."""

    index: int
    channel: int
    amplitude: float
    rest: float
    """What is taken away: the person's rest, or (relax) the electronics'."""
    rest_sd: float
    tries: tuple[float, ...]
    spread: float | None
    """None with one try."""
    verdict: Verdict
    reason: str
    kind: ReferenceKind = "comfortable_effort"
    measured_rest: float | None = None
    """The person's rest in counts where it is not `rest` (relax)."""
    spill: float | None = None
    """Counts above rest on the other channel during the tries' best windows: the cross-talk of F11."""
    saturated: tuple[int, ...] = ()
    """Numbers of the tries that reached a rail, from 1."""

    @property
    def reference(self) -> SetReference | None:
        """The command that makes this the reference; None when it is not usable."""
        if self.verdict == "not usable":
            return None
        return SetReference(self.channel, self.amplitude, self.rest, self.kind, self.spread, self.verdict, self.spill)


def rest_level(values: Integers, sensor: Sensor, steps: int) -> float:
    """Return the level in counts (RMS; of an envelope the mean) of one unbroken stretch of `values` (n,) in steps.

    Raises ValueError when there is nothing.
    """
    if not len(values):
        raise ValueError("a rest of no scans has no level")
    return round(float(levels(values, len(values), sensor, steps)[0]), 4)


def rest_changed(rest: float, reference_rest: float) -> tuple[float, bool]:
    """Return `rest` as a ratio of the calibrated one, both in counts, and whether it changed by half or more.

    Neither counts as less than the ADC's own rounding noise, below which two rests cannot be told apart; so the ratio
    to a calibrated rest of zero is a number too.
    """
    ratio = round(max(rest, QUANTISATION) / max(reference_rest, QUANTISATION), 3)
    return ratio, not 1 - REST_CHANGED < ratio < 1 + REST_CHANGED


class Calibration:
    """One calibration of one channel, fed from scan `first_index` on.

    Where a second channel is trained (0 and 1 are), what it shows meanwhile is measured too. `microvolts`: worth of a
    count of the calibrated channel, None where its gain is not known.
    """

    def __init__(
        self, course: Course, channel: int, sensors: tuple[Sensor, ...], rate: float, steps: int, first_index: int,
        microvolts: float | None,
    ) -> None:  # fmt: skip
        self.channel = channel
        self._course = course
        other = (1 - channel,) if channel < 2 <= len(sensors) else ()
        self._columns = [channel, *other]
        self._tries = Tries(tuple(sensors[i] for i in self._columns), rate, steps, relax=course.relax)
        self._rate = rate
        self._microvolts = microvolts
        self._steps = course.steps
        self._position = 0
        self._begin = self._next = first_index
        self._lapsed = False  # whether getting ready began anew in the gap that is going on
        self._values: list[Integers] = []
        self._at_rail: list[NDArray[np.bool_]] = []
        self._n_tries = course.tries
        self._replaced: int | None = None
        self.result: CalibrationResult | None = None

    # -- inputs ---------------------------------------------------------------------------------------

    def gap(self, end_index: int) -> None:
        """Missing or settling scans up to `end_index`: a rest or try that was running begins anew after them.

        A pause goes on. So does getting ready, but nobody is thrown into a try: if it would have ended meanwhile, it
        begins anew.
        """
        while self.result is None:
            step, end = self._running()
            if step in ("rest", "try"):
                self._begin = end_index
                self._values.clear()
                self._at_rail.clear()
                break
            if end_index < end and not self._lapsed:
                break
            if step == "ready":
                self._begin = end_index
                self._lapsed = True
                break
            self._next = end
            self._finish(step)
        self._next = end_index

    def process(self, first_index: int, values: Integers, at_rail: NDArray[np.bool_]) -> None:
        """Take usable conditioned `values` in steps and a mask of samples at a rail, both (n_scans, n_channels)."""
        if first_index > self._next:
            self.gap(first_index)
        self._lapsed &= not len(values)
        offset = 0
        while offset < len(values) and self.result is None:
            step, end = self._running()
            stop = min(len(values), end - first_index)
            if step in ("rest", "try"):
                self._values.append(values[offset:stop, self._columns])
                self._at_rail.append(at_rail[offset:stop, self._columns])
            offset = stop
            self._next = first_index + stop
            if self._next == end:
                self._finish(step)

    def repeat(self, first_index: int, number: int | None) -> None:
        """Do try `number` (from 1) anew, or one more (None), from scan `first_index` on; then judge again.

        What is left of the rest between tries is kept first. Raises ValueError when it cannot be, changing nothing.
        """
        if self.result is None:
            raise ValueError("the calibration still runs: a try can be done again when it has ended")
        done = len(self._tries.levels)
        if number is None and done >= MOST_TRIES:
            raise ValueError(f"there are {done} tries already, which is the most: do one of them again instead")
        if number is not None and not 1 <= number <= done:
            raise ValueError(f"there is no try {number} to do again: there are {done}")
        rested = (first_index - self.result.index) / self._rate
        self._steps = self._course.again(self._course.rest - rested)
        self._position = 0
        self._begin = self._next = first_index
        self._replaced = number
        self._n_tries = done + (number is None)
        self.result = None

    # -- outputs --------------------------------------------------------------------------------------

    @property
    def state(self) -> CalibrationState:
        """Where it stands now."""
        position = min(self._position, len(self._steps) - 1)
        step, seconds = self._steps[position]
        left = 0.0 if self.result else max(0.0, seconds - (self._next - self._begin) / self._rate)
        number = self._replaced or min(self._n_tries, len(self._tries.levels) + 1)
        return CalibrationState(
            self.channel, step, left, seconds, number, self._tries.levels, self._course.kind, self._n_tries,
            self._steps[position + 1 :],
        )  # fmt: skip

    # -- inside ---------------------------------------------------------------------------------------

    def _running(self) -> tuple[Step, int]:
        """Return the step that runs and the index of the scan before which it ends."""
        step, seconds = self._steps[self._position]
        return step, self._begin + round(seconds * self._rate)

    def _finish(self, step: Step) -> None:
        if step in ("rest", "try"):
            values, at_rail = np.concatenate(self._values), np.concatenate(self._at_rail)
            self._values.clear()
            self._at_rail.clear()
            if step == "rest":
                self._tries.take_rest(values)
            else:
                self._tries.take(values, at_rail, self._replaced)
        self._position += 1
        self._begin = self._next
        if self._position == len(self._steps):
            self.result = self._judged()

    def _judged(self) -> CalibrationResult:
        course, tries = self._course, self._tries
        quiet = Quiet(tries.rest_above, self._microvolts) if course.relax else None
        verdict, reason = judge(tries.levels, tries.rest, saturated=bool(tries.saturated), quiet=quiet)
        return CalibrationResult(
            self._next, self.channel, max(tries.levels), tries.rest, tries.rest_sd, tries.levels,
            spread_percent(tries.levels), verdict, reason,
            kind=course.kind, measured_rest=tries.measured_rest if course.relax else None, spill=tries.spill,
            saturated=tries.saturated,
        )  # fmt: skip
