"""Free practice: the bar's value, the target, holds and the quick calibration of the trained channel.

Fed with envelopes by the pipeline and with commands at block edges; says what happened as events.
One rule: a scan that is missing, settling or saturated has no value (NaN) here, and what has no value scores nothing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.envelope import Floats, Integers, RunningSum, quantised
from biofeedback.emg.sensor import ChannelSettings, Sensor, microvolts_per_count
from biofeedback.training.activation import STEPS, Reference, activation_percent
from biofeedback.training.calibration import Calibration, CalibrationResult, CalibrationState
from biofeedback.training.commands import (
    Command,
    Pause,
    Resume,
    SetHold,
    SetReference,
    SetTarget,
    StartCalibration,
    StopCalibration,
)
from biofeedback.training.hold import HoldEvent, HoldTracker

Unit = Literal["percent", "uV", "counts"]
LEVEL_WINDOW = 0.5
"""Seconds. The large figure is the mean over this (docs/training.md)."""
LEVEL_REFRESH = 0.25
"""Seconds. The large figure changes four times a second, so that it can be read."""
FIRST_TARGETS: dict[Unit, SetTarget] = {
    "percent": SetTarget(40.0, unit="percent"),
    "uV": SetTarget(100.0, unit="uV"),
    "counts": SetTarget(100.0, unit="counts"),
}
FIRST_HOLD = 5.0

TrainingEvent = HoldEvent | CalibrationResult


@dataclass(frozen=True, slots=True)
class PracticeState:
    """All that can be seen of free practice after a block. Levels on the unit of the bar."""

    unit: Unit
    target: SetTarget
    hold_seconds: float
    references: tuple[Reference | None, ...]
    calibration: CalibrationState | None
    result: CalibrationResult | None
    holding: bool
    above: bool
    reached: bool
    hold_clock: float
    hold_fraction: float
    n_reached: int
    n_started: int
    best_hold: float
    time_above: float
    """Seconds on the clocks of all holds."""
    paused: bool
    level: tuple[float | None, ...]


def encode_event(event: TrainingEvent) -> str:
    """Return the JSON text that a recording stores for `event`; it is only ever compared, never fed back.

    A calibration leaves out what follows from its tries, so that it fits an annotation.
    """
    values = asdict(event)
    if isinstance(event, CalibrationResult):
        kind = "calibration"
        for derived in ("amplitude", "rest_sd", "spread"):
            del values[derived]
    else:
        kind = "hold"
    return json.dumps({"event": kind, **values}, separators=(",", ":"))


def bar_values(envelope: Floats, sensor: Sensor, reference: Reference | None, scale: float | None) -> Floats:
    """Return one channel's envelope in counts on the unit of its bar, rounded to 1/1024, NaN where it is.

    Percent of `reference` where there is one, else µV by `scale` (µV per count), else counts.
    """
    if reference is not None:
        return activation_percent(envelope, reference, sensor)
    return np.asarray(np.rint(envelope * ((scale or 1.0) * STEPS)) / STEPS)


class Practice:
    """The work of one run, on scans numbered from its first one; channel 0 is trained, all channels have a bar."""

    def __init__(
        self, channels: tuple[ChannelSettings, ...], rate: float, adc_bits: int, vref: float, steps: int
    ) -> None:
        self._channels = channels
        self._rate = rate
        self._steps = steps
        self._scales = [microvolts_per_count(channel, adc_bits, vref) for channel in channels]
        self._references: list[Reference | None] = [None] * len(channels)
        self._targets = dict(FIRST_TARGETS)
        self._hold_seconds = FIRST_HOLD
        self._calibration: Calibration | None = None
        self._result: CalibrationResult | None = None
        self._paused = False
        self._n_reached = self._n_started = 0
        self._best_hold = self._time_above = 0.0
        self._level_window = round(LEVEL_WINDOW * rate)
        self._level_refresh = max(1, round(LEVEL_REFRESH * rate))
        self._level_sum = RunningSum(self._level_window, len(channels))
        self._level_good = RunningSum(self._level_window, len(channels))
        self._level: tuple[float | None, ...] = (None,) * len(channels)
        self._hold = self._new_hold()

    # -- inputs ---------------------------------------------------------------------------------------

    def command(self, index: int, command: Command) -> list[TrainingEvent]:
        """Take `command` before scan `index`; raise ValueError when it cannot be, having changed nothing."""
        events: list[TrainingEvent] = []
        if isinstance(command, SetTarget):
            _check_target(command)
            self._targets[command.unit] = command
            events += self._restart_hold(index)
        elif isinstance(command, SetHold):
            if not 0.1 <= command.seconds <= 600:
                raise ValueError(f"a hold of {command.seconds:g} s is outside 0.1 to 600 s")
            self._hold_seconds = command.seconds
            events += self._restart_hold(index)
        elif isinstance(command, SetReference):
            self._check_channel(command.channel)
            self._references[command.channel] = Reference(
                command.amplitude, command.rest, command.kind, command.spread, command.verdict
            )
            self._forget_level()
            # who still pushes from the calibration's last try has not begun a hold
            events += self._restart_hold(index, from_below=True)
        elif isinstance(command, StartCalibration):
            self._check_channel(command.channel)
            sensor = self._channels[command.channel].sensor
            self._calibration = Calibration(command.channel, sensor, self._rate, self._steps, index)
            self._result = None
            events += self._hold.end(index)
        elif isinstance(command, StopCalibration):
            self._calibration = None
        elif isinstance(command, Pause):
            self._paused = True
            events += self._hold.end(index)
        elif isinstance(command, Resume):
            self._paused = False
        self._count(events)
        return events

    def gap(self, index: int, n_scans: int) -> list[TrainingEvent]:
        """Take note of missing scans."""
        events = list[TrainingEvent](self._hold.gap(index, n_scans))
        self._count(events)
        self._forget_level()
        if self._calibration:
            self._calibration.gap(index + n_scans)
        return events

    def process(
        self, first_index: int, score: Floats, conditioned: Integers, saturated: NDArray[np.bool_], n_unsettled: int
    ) -> tuple[Floats, list[TrainingEvent]]:
        """Return the bar's values (n_scans, n_channels) on the bar's unit, NaN where nothing may be scored, and events.

        `score` in counts, NaN in the first `n_unsettled` scans; `conditioned` in steps, what it was taken of.
        """
        bar = self.to_bar(score)
        bar[saturated] = np.nan
        events: list[TrainingEvent] = []
        calibration, free = self._calibration, 0
        if calibration:
            first = first_index + n_unsettled
            if n_unsettled:
                calibration.gap(first)
            channel = calibration.channel
            calibration.process(first, conditioned[n_unsettled:, channel], saturated[n_unsettled:, channel])
            free = len(bar)
            if calibration.result:
                events.append(calibration.result)
                self._calibration, self._result = None, calibration.result
                free = calibration.result.index - first_index
        if not self._paused:
            events += self._hold.process(first_index + free, bar[free:, 0])
        self._count(events)
        self._follow_level(first_index, bar)
        return bar, events

    # -- outputs --------------------------------------------------------------------------------------

    def unit(self, channel: int) -> Unit:
        """Return the unit of a channel's bar: percent with a reference, else µV, else counts."""
        if self._references[channel] is not None:
            return "percent"
        return "counts" if self._scales[channel] is None else "uV"

    def to_bar(self, envelope: Floats) -> Floats:
        """Return an envelope in counts (n_scans, n_channels) on each bar's unit, rounded to 1/1024."""
        columns = [
            bar_values(envelope[:, i], settings.sensor, self._references[i], self._scales[i])
            for i, settings in enumerate(self._channels)
        ]
        return np.stack(columns, axis=1)

    @property
    def state(self) -> PracticeState:
        """A snapshot after the newest block."""
        unit = self.unit(0)
        return PracticeState(
            unit=unit,
            target=self._targets[unit],
            hold_seconds=self._hold_seconds,
            references=tuple(self._references),
            calibration=self._calibration.state if self._calibration else None,
            result=self._result,
            holding=self._hold.running,
            above=self._hold.above,
            reached=self._hold.reached,
            hold_clock=self._hold.seconds,
            hold_fraction=self._hold.fraction,
            n_reached=self._n_reached,
            n_started=self._n_started,
            best_hold=max(self._best_hold, self._hold.seconds),
            time_above=self._time_above + self._hold.seconds,
            paused=self._paused,
            level=self._level,
        )

    # -- inside ---------------------------------------------------------------------------------------

    def _new_hold(self, *, from_below: bool = False) -> HoldTracker:
        target = self._targets[self.unit(0)]
        return HoldTracker(self._rate, target.low, target.high, self._hold_seconds, from_below=from_below)

    def _restart_hold(self, index: int, *, from_below: bool = False) -> list[TrainingEvent]:
        ended = list[TrainingEvent](self._hold.end(index))
        self._hold = self._new_hold(from_below=from_below)
        return ended

    def _check_channel(self, channel: int) -> None:
        if not 0 <= channel < len(self._channels):
            raise ValueError(f"there is no channel {channel + 1}: the board sends {len(self._channels)}")

    def _count(self, events: list[TrainingEvent]) -> None:
        for event in events:
            if isinstance(event, HoldEvent):
                self._n_started += event.what == "started"
                self._n_reached += event.what == "reached"
                if event.what == "ended":
                    self._best_hold = max(self._best_hold, event.seconds)
                    self._time_above += event.seconds

    def _forget_level(self) -> None:
        self._level_sum.restart()
        self._level_good.restart()
        self._level = (None,) * len(self._channels)

    def _follow_level(self, first_index: int, bar: Floats) -> None:
        good = np.isfinite(bar)
        sums = self._level_sum.process(quantised(np.where(good, bar, 0), STEPS))
        goods = self._level_good.process(good.astype(np.int64))
        # the newest scan of this block that stands on a multiple of the refresh time
        offset = (first_index + len(bar)) // self._level_refresh * self._level_refresh - first_index - 1
        if offset >= 0:
            self._level = tuple(
                float(total) / self._level_window / STEPS if n == self._level_window else None
                for total, n in zip(sums[offset], goods[offset], strict=True)
            )


def _check_target(target: SetTarget) -> None:
    limit = 150 if target.unit == "percent" else 1e5
    if not 0 < target.low <= limit or (target.high is not None and not target.low < target.high <= limit):
        raise ValueError(f"a target of {target.low:g} to {target.high} {target.unit} cannot be: 0 to {limit:g}")
