"""Where the Calibrate step stands: which muscle's turn it is, and what each one's calibration gave today.

The engine knows only the newest calibration; with two muscles the first one's result is remembered here.
One rule: a result is shown only while it is what 100 % is made of; one that was replaced elsewhere is forgotten.
"""

from __future__ import annotations

from dataclasses import replace

from biofeedback.engine_state import EngineState
from biofeedback.training.calibration import CalibrationResult, Course
from biofeedback.training.commands import StartCalibration
from biofeedback.training.plan import Plan
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.guide import Today


class CalibrateCourse:
    """One session's calibrations. `channel`: whose turn it is; `gentle`: somebody said that it hurts."""

    def __init__(self) -> None:
        self.channel = 0
        self.gentle = False
        self.pain: int | None = None
        """The rating that stopped the last calibration, until the next one begins."""
        self._results: dict[int, CalibrationResult] = {}
        self._whose: tuple[str, Plan | None, str] | None = None
        self._own = False

    def forget(self) -> None:
        """Begin anew: another session."""
        self._results.clear()
        self._own = False
        self.channel, self.gentle, self.pain = 0, False, None

    def enter(self, today: Today, state: EngineState) -> None:
        """Come in: the first muscle without a result has its turn, else the last one."""
        whose = (today.subject, today.plan, today.side)
        if whose != self._whose:
            self.forget()
            self._whose = whose
        self.follow(state)
        practice = practice_of(state)
        if practice is None or practice.calibration is None:
            n = n_muscles(today.plan, state)
            missing = [i for i in range(n) if self.result(state, i) is None]
            self.channel = missing[0] if missing else n - 1

    def follow(self, state: EngineState) -> None:
        """See what became of the calibration under way.

        A result counts from the first calibration that was seen here: what free practice left behind is none of ours.
        """
        practice = practice_of(state)
        if practice is None:
            return
        if practice.calibration is not None:
            self._own = True
            self.channel = practice.calibration.channel
        elif practice.result is not None and self._own:
            self._results[practice.result.channel] = practice.result

    def result(self, state: EngineState, channel: int | None = None) -> CalibrationResult | None:
        """Return the result of `channel` (the one whose turn it is) while it holds; None where there is none."""
        channel = self.channel if channel is None else channel
        practice, result = practice_of(state), self._results.get(channel)
        if practice is None or result is None or channel >= len(practice.references):
            return None
        if practice.result == result:  # brand new: its reference comes with the next block
            return result
        reference = practice.references[channel]
        same = reference is not None and (reference.amplitude, reference.rest) == (result.amplitude, result.rest)
        return result if same and result.verdict != "not usable" else None

    def may_repeat(self, state: EngineState) -> bool:
        """Return whether a try of this result can be done again: only the newest calibration's can."""
        practice, result = practice_of(state), self.result(state)
        return practice is not None and result is not None and practice.result == result

    def command(self, today: Today) -> StartCalibration:
        """Return what begins the calibration of the muscle whose turn it is."""
        if today.plan is None:
            return StartCalibration(self.channel)
        made = today.plan.calibration(self.channel, quick=today.quick, twelve_weeks=today.twelve_weeks)
        gently = self.gentle and made.kind == "best_effort"
        return replace(made, kind="comfortable_effort") if gently else made


def practice_of(state: EngineState) -> PracticeState | None:
    """Return the training's part of a state; None before the first data."""
    return state.update.practice if state.update else None


def n_muscles(plan: Plan | None, state: EngineState) -> int:
    """Return how many muscles are calibrated: those of the plan that have a sensor."""
    n_channels = len(state.settings.channels) if state.settings else 1
    return 1 if plan is None else max(1, min(len(plan.muscles), n_channels))


def seconds_of(command: StartCalibration) -> float:
    """Return how long a calibration takes, in seconds."""
    return sum(seconds for _, seconds in Course.of(command).steps)
