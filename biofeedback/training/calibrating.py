"""The calibration of a run: the one under way, the one a try of which may be repeated, and what came of it.

One rule: a calibration that ended changes no reference by itself; that takes a command with its values.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.envelope import Integers
from biofeedback.training.block_run import Signal
from biofeedback.training.calibration import Calibration, CalibrationResult, CalibrationState, Course
from biofeedback.training.commands import RepeatTry, StartCalibration


class Calibrating:
    """`scales`: µV per count of each channel, None where the gain is not known."""

    def __init__(self, signal: Signal, scales: Sequence[float | None]) -> None:
        self._signal = signal
        self._scales = scales
        self._running: Calibration | None = None
        self._newest: tuple[StartCalibration, Calibration] | None = None
        self.result: CalibrationResult | None = None
        """Of the newest calibration, once it has ended."""

    @property
    def state(self) -> CalibrationState | None:
        """Where the one under way stands."""
        return self._running.state if self._running else None

    @property
    def under_way(self) -> StartCalibration | None:
        """The command that began the one under way."""
        return self._newest[0] if self._running and self._newest else None

    def start(self, index: int, command: StartCalibration) -> None:
        """Begin at scan `index`; raise ValueError, having changed nothing, when it cannot be."""
        signal = self._signal
        calibration = Calibration(
            Course.of(command), command.channel, signal.sensors, signal.rate, signal.steps, index,
            self._scales[command.channel],
        )  # fmt: skip
        self._newest, self._running, self.result = (command, calibration), calibration, None

    def repeat(self, index: int, command: RepeatTry) -> None:
        """Do a try of the newest one once more; raise ValueError, having changed nothing, when it cannot be."""
        if self._newest is None or self._running:
            raise ValueError("a try can be repeated when a calibration has just ended")
        self._newest[1].repeat(index, command.number)
        self._running, self.result = self._newest[1], None

    def stop(self, *, for_good: bool = False) -> None:
        """Give the one under way up; `for_good`: no try of it can be repeated either."""
        self._running = None
        if for_good:
            self._newest = None

    def gap(self, end_index: int) -> None:
        """Take note of scans missing up to `end_index`."""
        if self._running:
            self._running.gap(end_index)

    def process(
        self, first_index: int, x: Integers, saturated: NDArray[np.bool_], n_unsettled: int
    ) -> tuple[int, CalibrationResult | None]:
        """Take the next scans; return how many of them belong to the calibration, and its result if it ended."""
        calibration = self._running
        if calibration is None:
            return 0, None
        first = first_index + n_unsettled
        if n_unsettled:
            calibration.gap(first)
        calibration.process(first, x[n_unsettled:], saturated[n_unsettled:])
        if calibration.result is None:
            return len(x), None
        self._running, self.result = None, calibration.result
        return calibration.result.index - first_index, calibration.result
