"""The whole signal path, pure: scans, gaps and commands in, one `Update` out.

band-pass → envelope → bar, holds, calibration. No clock, no threads; indices count from the run's first scan.
One rule: the same scans, gaps and commands give the same bits, however they are cut into blocks.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.envelope import (
    DEFAULT_DISPLAY,
    DISPLAYS,
    ENV_WINDOW,
    SCORE_WINDOW,
    Floats,
    Integers,
    Mean,
    Rms,
    is_amplitude,
    quantised,
    steps_per_count,
)
from biofeedback.emg.filters import Cascade, Sos, design_bandpass
from biofeedback.emg.findings import Finding
from biofeedback.emg.quality import SignalCheck
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.emg.watch import SignalWatch
from biofeedback.training.commands import Command, SetReference
from biofeedback.training.events import TrainingEvent
from biofeedback.training.practice import Practice
from biofeedback.training.practice_state import PracticeState
from biofeedback.wire.events import Counts, Gap, Scans

VERSION = 1
"""Raised when any published number may change; a recording of another version is recomputed, not compared."""
SETTLING = 0.1
SETTLING_WITH_NOTCH = 0.5


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """Everything that decides the numbers, apart from samples and commands."""

    rate: float
    adc_bits: int
    vref: float
    channels: tuple[ChannelSettings, ...]
    mains: int = 50
    notch: bool = False
    display: str = DEFAULT_DISPLAY
    sos: tuple[tuple[float, ...], ...] | None = None
    """The designed sections, as stored in a recording; None designs them anew."""


@dataclass(frozen=True, slots=True)
class Update:
    """What became of one block or gap. Arrays (n_scans, n_channels), empty for a gap.

    `score` and `display` in counts; `bar` is the score on each bar's unit, NaN also where it is saturated.
    NaN has no value: missing or settling.
    """

    first_index: int
    end_index: int
    counts: Counts
    score: Floats
    display: Floats
    bar: Floats
    events: tuple[TrainingEvent, ...]
    practice: PracticeState
    findings: tuple[Finding, ...]
    """What is wrong with the signal: told to people, deciding nothing."""
    settling: bool


@dataclass(slots=True)
class _Columns:
    """Which channels carry a waveform to filter (RAW), one to take an RMS of, and an envelope already."""

    raw: NDArray[np.intp]
    amplitude: NDArray[np.intp]
    envelope: NDArray[np.intp]


class Pipeline:
    """One run of the signal path."""

    def __init__(self, settings: PipelineSettings) -> None:
        self.settings = settings
        rate, channels = settings.rate, settings.channels
        self._steps = steps_per_count(settings.adc_bits)
        sensors = tuple(channel.sensor for channel in channels)
        self._columns = _Columns(
            raw=np.flatnonzero([sensor is Sensor.RAW for sensor in sensors]),
            amplitude=np.flatnonzero([is_amplitude(sensor) for sensor in sensors]),
            envelope=np.flatnonzero([not is_amplitude(sensor) for sensor in sensors]),
        )
        self.sos: Sos = (
            design_bandpass(rate, notch=settings.mains if settings.notch else None)
            if settings.sos is None
            else np.array(settings.sos, dtype=np.float64)
        )
        self._filter = Cascade(self.sos, len(self._columns.raw))
        self._rms = Rms(SCORE_WINDOW, rate, len(self._columns.amplitude), self._steps)
        self._mean = Mean(ENV_WINDOW, rate, len(self._columns.envelope), self._steps)
        self._display = DISPLAYS[settings.display].make(rate, len(self._columns.amplitude), self._steps)
        self._check = SignalCheck(rate, settings.adc_bits, sensors)
        self._practice = Practice(
            channels, rate, settings.adc_bits, settings.vref, self._steps, mains=settings.mains, notch=settings.notch
        )
        self._watch = SignalWatch(rate, settings.adc_bits, channels, settings.vref, settings.mains, self._steps)
        floor = SETTLING_WITH_NOTCH if settings.notch else SETTLING
        self._settle_scans = round(max(floor, self._rms.settling, self._mean.settling) * rate)
        self._settled_at = self._settle_scans
        self._digest = hashlib.sha256()
        self.next_index = 0

    def process(self, block: Scans | Gap) -> Update:
        """Take the next block or gap of the run; raise ValueError when it is not the next."""
        if block.first_index != self.next_index:
            raise ValueError(f"scan {self.next_index} comes next, not {block.first_index}")
        if isinstance(block, Gap):
            return self._gap(block)
        if not len(block.counts):
            return self._update(block, block.counts, [])
        counts = block.counts
        x = self._conditioned(counts)
        self._watch.process(block.first_index, counts, x)
        score = self._score(x)
        display = self._shown(x, score)
        saturated, flat = self._check.process(counts)
        unsettled = max(0, min(len(counts), self._settled_at - block.first_index))
        score[:unsettled] = np.nan
        display[:unsettled] = np.nan
        self._digest.update(_digestible(score, self._steps))
        self.next_index = block.end_index
        bar, events = self._practice.process(block.first_index, score, x, saturated, flat, unsettled)
        return self._update(block, counts, events, score, display, bar)

    def command(self, command: Command) -> list[TrainingEvent]:
        """Take `command` before the next scan; raise ValueError when it cannot be, having changed nothing."""
        events = self._practice.command(self.next_index, command)
        if isinstance(command, SetReference):
            self._watch.know(command.channel, command.rest, command.amplitude)
        return events

    def know_rate(self, measured: float | None) -> None:
        """Know the board's rate by the host's clock, in hertz: it decides what is told of it, and nothing else."""
        self._watch.rate(measured)

    @property
    def in_force(self) -> list[Command]:
        """The commands that bring a fresh run to where this one stands."""
        return self._practice.in_force

    def to_bar(self, envelope: Floats) -> Floats:
        """Return an envelope in counts (n_scans, n_channels) on each bar's present unit."""
        return self._practice.to_bar(envelope)

    @property
    def practice(self) -> PracticeState:
        """Where training stands."""
        return self._practice.state

    @property
    def envelope_hash(self) -> str:
        """SHA-256 over the score envelope so far: int64 steps of 1/1024 count, gaps and settling as the least int."""
        return self._digest.copy().hexdigest()

    def _gap(self, gap: Gap) -> Update:
        for stage in (self._filter, self._rms, self._mean, self._display, self._check):
            stage.restart()
        self._watch.gap(gap.n_scans)
        self.next_index = gap.end_index
        self._settled_at = gap.end_index + self._settle_scans
        self._digest.update(b"gap" + gap.n_scans.to_bytes(8, "little"))
        events = self._practice.gap(gap.first_index, gap.n_scans)
        return self._update(gap, np.empty((0, len(self.settings.channels)), dtype=np.int32), events)

    def _conditioned(self, counts: Counts) -> Integers:
        """Return what envelopes are taken of, in steps: band-passed RAW, other channels as they are."""
        x = counts.astype(np.float64)
        if len(self._columns.raw):
            x[:, self._columns.raw] = self._filter.process(x[:, self._columns.raw])
        return quantised(x, self._steps)

    def _score(self, x: Integers) -> Floats:
        score = np.empty(x.shape)
        amplitude, envelope = self._columns.amplitude, self._columns.envelope
        if len(amplitude):
            score[:, amplitude] = self._rms.process(x[:, amplitude])
        if len(envelope):
            score[:, envelope] = self._mean.process(x[:, envelope])
        return score

    def _shown(self, x: Integers, score: Floats) -> Floats:
        shown = score.copy()
        amplitude = self._columns.amplitude
        if self.settings.display != DEFAULT_DISPLAY and len(amplitude):
            shown[:, amplitude] = self._display.process(x[:, amplitude])
        return shown

    def _update(
        self,
        block: Scans | Gap,
        counts: Counts,
        events: list[TrainingEvent],
        score: Floats | None = None,
        display: Floats | None = None,
        bar: Floats | None = None,
    ) -> Update:
        nothing = np.empty((0, len(self.settings.channels)))
        return Update(
            first_index=block.first_index,
            end_index=block.end_index,
            counts=counts,
            score=nothing if score is None else score,
            bar=nothing if bar is None else bar,
            display=nothing if display is None else display,
            events=tuple(events),
            practice=self._practice.state,
            findings=self._watch.findings,
            settling=self.next_index < self._settled_at,
        )


def _digestible(score: Floats, steps: int) -> bytes:
    missing = np.isnan(score)
    whole = np.where(missing, 0, np.rint(score * steps)).astype("<i8")
    whole[missing] = np.iinfo(np.int64).min
    return whole.tobytes()
