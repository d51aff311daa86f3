"""The newest raw scans of the running board, for a dialog to look at: one unbroken stretch, and what it stands for.

One rule: no Qt, and only scans without a gap; where the source is silent there is no signal, however much is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biofeedback.emg.envelope import DISPLAYS, ENV_WINDOW, Floats, Mean, is_amplitude, quantised, steps_per_count
from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.sensor import Sensor
from biofeedback.engine import Engine
from biofeedback.pipeline import PipelineSettings
from biofeedback.wire.events import Counts


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive scans up to the newest, (n_scans, n_channels), under the settings they were taken with."""

    first_index: int
    """Index of the first scan, counted from the first of the sitting."""
    counts: Counts
    settings: PipelineSettings

    @property
    def n_channels(self) -> int:
        """How many channels the board sends."""
        return int(self.counts.shape[1])


def newest(engine: Engine | None, seconds: float) -> Stretch | None:
    """Return the newest unbroken scans, at most `seconds` of them; None while no board sends."""
    state, rings = (engine.state, engine.rings) if engine else (None, None)
    if state is None or rings is None or state.settings is None or state.phase != "streaming":
        return None
    first, scans = rings.counts.latest(round(seconds * state.settings.rate))
    counts = np.asarray(scans, dtype=np.int32)
    missing = np.flatnonzero((counts < 0).any(axis=1))
    start = int(missing[-1]) + 1 if len(missing) else 0
    if start == len(counts) or counts.shape[1] != len(state.settings.channels):  # another board has just come
        return None
    return Stretch(first + start, counts[start:], state.settings)


def conditioned(stretch: Stretch, channel: int) -> Floats:
    """Return what envelopes are taken of, in counts, (n_scans,), for a channel (from 0): RAW band-passed, others as is.

    Begun at the stretch's first scan, as the live path begins after a gap.
    """
    settings = stretch.settings
    values = stretch.counts[:, [channel]].astype(np.float64)
    if settings.channels[channel].sensor is Sensor.RAW:
        sos = design_bandpass(settings.rate, notch=settings.mains if settings.notch else None)
        values = Cascade(sos, 1).process(values)
    return values[:, 0]


def envelope(stretch: Stretch, channel: int, display: str) -> Floats:
    """Return what a bar would show of a channel (from 0) by the choice `display`, in counts, (n_scans,).

    Its first second or so is still settling. Raises KeyError for a display that is not offered.
    """
    settings = stretch.settings
    steps = steps_per_count(settings.adc_bits)
    values = quantised(conditioned(stretch, channel)[:, None], steps)
    if is_amplitude(settings.channels[channel].sensor):
        return DISPLAYS[display].make(settings.rate, 1, steps).process(values)[:, 0]
    return Mean(ENV_WINDOW, settings.rate, 1, steps).process(values)[:, 0]
