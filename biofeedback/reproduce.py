"""What a recording must carry so that its numbers can be computed again, and how it is read back.

One rule: the file is believed only as far as it can be checked; a value that could not have been written here is
refused with a sentence, never guessed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from biofeedback import __version__
from biofeedback.emg.envelope import DEFAULT_DISPLAY, DISPLAYS
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.pipeline import VERSION, Pipeline, PipelineSettings
from biofeedback.recording.bids import RunSettings
from biofeedback.recording.edf import RecordingError
from biofeedback.wire.events import StreamInfo

OTHER_VREF = 5.0
"""Volts assumed for a file that does not tell: it cancels out against the gain computed from its scaling."""
MAX_SECTIONS = 32


def run_settings(settings: PipelineSettings, info: StreamInfo, pipeline: Pipeline, *, simulated: bool) -> RunSettings:
    """Return what a new recording stores of the path its samples take."""
    return RunSettings(
        rate=settings.rate,
        adc_bits=settings.adc_bits,
        vref=settings.vref,
        channels=settings.channels,
        power_line_frequency=settings.mains,
        simulated=simulated,
        program=f"biofeedback {__version__}",
        pipeline=VERSION,
        sos={"bandpass": pipeline.sos.tolist()},
        device=asdict(info),
        settings={"mains": settings.mains, "notch": settings.notch, "display": settings.display},
    )


def pipeline_settings(ours: Mapping[str, Any], *, rate: float, n_channels: int) -> PipelineSettings:
    """Return the settings that the `Biofeedback` object of a recording stores; raise RecordingError.

    `rate` and `n_channels` are what its EDF file says: they must agree.
    """
    try:
        stored = ours["settings"]
        channels = tuple(_channel(entry) for entry in ours["channels"])
        settings = PipelineSettings(
            rate=_number(ours["rate"], 1, 1e6),
            adc_bits=int(_number(ours["adc_bits"], 1, 24)),
            vref=_number(ours["vref"], 0.1, 100),
            channels=channels,
            mains=int(_number(stored["mains"], 0, 400)),
            notch=stored["notch"] is True,
            display=stored["display"] if stored["display"] in DISPLAYS else DEFAULT_DISPLAY,
            sos=_sections(ours["sos"]["bandpass"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordingError(f"its settings cannot be read ({error!s:.80}): nothing was recomputed") from error
    if settings.rate != rate or len(channels) != n_channels:
        raise RecordingError(
            f"its settings tell of {len(channels)} channels at {settings.rate:g} Hz, its samples of {n_channels} at "
            f"{rate:g} Hz: nothing was recomputed"
        )
    return settings


def other_channel(name: str, microvolts: float | None, adc_bits: int) -> ChannelSettings:
    """Return settings for a channel of somebody else's EDF file, whose scale is `microvolts` per digital step."""
    if not microvolts:
        return ChannelSettings(muscle=name, sensor=Sensor.RAW, gain=None)
    return ChannelSettings(muscle=name, gain=abs(OTHER_VREF / (1 << adc_bits) / microvolts * 1e6), vref=OTHER_VREF)


def _channel(entry: Mapping[str, Any]) -> ChannelSettings:
    optional = {
        key: None if entry[key] is None else _number(entry[key], 1e-3, 1e7) for key in ("gain", "vref", "supply")
    }
    return ChannelSettings(str(entry["muscle"])[:80], str(entry["side"])[:20], Sensor(entry["sensor"]), **optional)


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r:.40} is not a number")
    if not low <= value <= high:
        raise ValueError(f"{value!r:.40} is outside {low:g} to {high:g}")
    return float(value)


def _sections(value: object) -> tuple[tuple[float, ...], ...]:
    sections = np.asarray(value, dtype=np.float64)
    if sections.ndim != 2 or sections.shape[1] != 6 or not 1 <= len(sections) <= MAX_SECTIONS:
        raise ValueError("the stored filter is not a list of second-order sections")
    for _, _, _, a0, a1, a2 in sections.tolist():
        # poles inside the unit circle (Jury), or the filter would run away
        if a0 != 1 or not (abs(a2) < 1 and abs(a1) < 1 + a2):
            raise ValueError("the stored filter is not stable")
    if not np.isfinite(sections).all():
        raise ValueError("the stored filter is not finite")
    return tuple(tuple(section) for section in sections.tolist())
