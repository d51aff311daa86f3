"""Numbers for the screen: each channel's unit, level and light, the fixed scales, the parts of the delay.

One rule: no Qt and no clock; a scale changes when a person changes it, never by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from biofeedback.emg.delay import Part, painted
from biofeedback.emg.findings import Finding
from biofeedback.emg.sensor import ChannelSettings, microvolts_per_count
from biofeedback.engine_state import EngineState
from biofeedback.pipeline import PipelineSettings
from biofeedback.training.activation import Reference
from biofeedback.training.bar import Unit
from biofeedback.training.calibration import CalibrationState
from biofeedback.ui.phrase import Phrase, say

PERCENT_SCALE = 150.0
SCALES = (20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10000.0, 20000.0, 50000.0)
FIRST_MICROVOLT_SCALE = 500.0
DELAY_NAMES = {
    "sensor's own envelope": say("The sensor's own envelope"),
    "frame": say("Waiting for the frame to fill"),
    "line": say("On the line to the computer"),
    "USB": say("USB"),
    "band-pass": say("Band-pass filter"),
    "envelope": say("Envelope"),
    "arrival to painted": say("From arrival to painted"),
    "screen": say("Screen"),
}
"""Parts of the delay as people read them."""
SignalLight = Literal["good", "look", "fix", "none"]
UNIT_SIGNS: dict[Unit, str] = {"percent": "%", "uV": "µV", "counts": "counts"}


@dataclass(frozen=True, slots=True)
class Reading:
    """One channel as shown. `level`: mean of the last 0.5 s on `unit`, None where there is none."""

    name: str
    settings: ChannelSettings
    unit: Unit
    level: float | None
    reference: Reference | None
    scale: float | None
    """µV per count, None where the gain is unknown."""
    light: SignalLight
    trouble: Phrase

    @property
    def figure(self) -> str:
        """The level as a whole number, or a dash."""
        return "–" if self.level is None else f"{self.level:.0f}"


def readings(state: EngineState, *, silent: bool) -> tuple[Reading, ...]:
    """Return what is shown of every channel; nothing has a level while the source is silent."""
    settings = state.settings
    if settings is None:
        return ()
    update = state.update
    made = []
    for i, channel in enumerate(settings.channels):
        reference = update.practice.references[i] if update else None
        scale = microvolts_per_count(channel, settings.adc_bits, settings.vref)
        light: SignalLight = "none"
        trouble = say("no signal")
        if update and not silent:
            found = [finding for finding in update.findings if finding.channel in (i, None)]
            worst = next((finding for finding in found if finding.severity == "fix"), found[0] if found else None)
            light = worst.severity if worst else "good"
            trouble = sentence(worst) if worst else say("good")
        level = update.practice.level[i] if update and not silent else None
        unit: Unit = "percent" if reference else "counts" if scale is None else "uV"
        made.append(Reading(channel.name, channel, unit, level, reference, scale, light, trouble))
    return tuple(made)


def first_scale(unit: Unit, settings: PipelineSettings, channel: ChannelSettings) -> float:
    """Return the scale that an axis of `unit` begins with: percent to 150, 500 µV, or as far as the counts can go."""
    if unit == "percent":
        return PERCENT_SCALE
    if unit == "uV":
        return FIRST_MICROVOLT_SCALE
    reach = (1 << settings.adc_bits) * (0.25 if channel.sensor == "RAW" else 0.9)
    return next((scale for scale in SCALES if scale >= reach), SCALES[-1])


def next_scale(scale: float, steps: int) -> float:
    """Return the scale `steps` further (wider for more than 0) on the fixed ladder; the ends stay."""
    at = min(range(len(SCALES)), key=lambda i: abs(SCALES[i] - scale))
    return SCALES[min(max(at + steps, 0), len(SCALES) - 1)]


def ticks(top: float) -> list[float]:
    """Return the values to mark on an axis from 0 to `top`, both ends included."""
    parts = 6 if top == PERCENT_SCALE else 4 if f"{top:.0f}"[0] == "2" else 5
    step = top / parts
    return [step * k for k in range(round(top / step) + 1)]


def sentence(finding: Finding) -> Phrase:
    """Return what was found, in words."""
    return Phrase(finding.text, finding.values)


def target_step(unit: Unit, target: float) -> float:
    """Return by how much one press moves the target: 5 points, or about a twentieth of the level in round numbers."""
    if unit == "percent":
        return 5.0
    return 5.0 if target < 100 else 10.0 if target < 500 else 50.0


def delay_parts(state: EngineState, painted_after: float | None) -> tuple[Part, ...]:
    """Return the parts of the delay in the order of the signal's way.

    `painted_after`: measured seconds from arrival to painted; left out while nothing was painted.
    """
    return painted(state.delays, painted_after)


def calibration_segments(step: CalibrationState) -> list[tuple[float, float, Literal["work", "rest"], str]]:
    """Return the running step and those to come as (start, end, kind, step), in seconds from now."""
    at = step.seconds_left - step.step_seconds
    segments: list[tuple[float, float, Literal["work", "rest"], str]] = []
    for name, seconds in ((step.step, step.step_seconds), *step.coming):
        segments.append((at, at + seconds, "work" if name == "try" else "rest", name))
        at += seconds
    return segments
