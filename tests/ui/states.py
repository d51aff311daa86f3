"""States of the engine made by hand, for what is said of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from biofeedback.emg.delay import parts
from biofeedback.emg.filters import design_bandpass
from biofeedback.emg.findings import Finding
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine_state import EngineState
from biofeedback.pipeline import PipelineSettings, Update
from biofeedback.recording.recorder import RecorderState
from biofeedback.training.activation import Reference
from biofeedback.training.calibration import CalibrationResult, CalibrationState, Step
from biofeedback.training.commands import SetTarget
from biofeedback.training.practice_state import PracticeState

REFERENCE = Reference(800.0, 12.0, "comfortable_effort", 6.0, "good")
PRACTICE = PracticeState(
    unit="percent", target=SetTarget(40.0), hold_seconds=5.0, references=(REFERENCE,), calibration=None, result=None,
    holding=False, above=False, reached=False, hold_clock=0.0, hold_fraction=0.0, n_reached=0, n_started=0,
    best_hold=0.0, time_above=0.0, paused=False, level=(3.0,),
)  # fmt: skip
NO_SCANS = np.empty((0, 1))


DELAYS = parts(rate=1000.0, scans_per_frame=10, n_channels=1, sensor=Sensor.RAW, sos=design_bandpass(1000.0), baud=5e5)


def state(*findings: Finding, end_index: int = 5000, **practice: Any) -> EngineState:
    """A state that streams at 1000 Hz; the newest scans came at 100.0 s."""
    update = Update(
        first_index=end_index - 10, end_index=end_index, counts=NO_SCANS.astype(np.int32), score=NO_SCANS,
        display=NO_SCANS, bar=NO_SCANS, events=(), practice=replace(PRACTICE, **practice), findings=findings,
        settling=False,
    )  # fmt: skip
    settings = PipelineSettings(rate=1000.0, adc_bits=14, vref=5.0, channels=(ChannelSettings("vastus medialis"),))
    return EngineState(
        "streaming", label="board", settings=settings, update=update, last_arrival=100.0, received=9998, lost=2,
        delays=DELAYS,
    )  # fmt: skip


def calibrating(step: Step, left: float, seconds: float, number: int = 1, tries: tuple[float, ...] = ()) -> EngineState:
    return state(calibration=CalibrationState(0, step, left, seconds, number, tries))


def result(
    verdict: Literal["good", "care", "not usable"], reason: str, spread: float = 6.0, age: float = 1.0
) -> EngineState:
    made = CalibrationResult(round(5000 - 1000 * age), 0, 800.0, 12.0, 1.0, (790.0, 800.0), spread, verdict, reason)
    return state(result=made)


def recording(**changes: Any) -> RecorderState:
    given: dict[str, Any] = {"n_scans": 724_000, "seconds": 724.0, "bytes": 8_100_000, **changes}
    return RecorderState(Path("run.edf"), **given)
