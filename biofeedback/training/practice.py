"""All training of one run: references, targets, calibration, free practice, and the exercise of a plan.

Fed with envelopes by the pipeline and with commands at block edges; says what happened as events.
One rule: a scan that is missing, settling, saturated or disturbed has no value (NaN) here, and what has no value scores
nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.emg.sensor import ChannelSettings, microvolts_per_count
from biofeedback.training.bar import LevelMeter, Unit
from biofeedback.training.block_run import Signal
from biofeedback.training.calibrating import Calibrating
from biofeedback.training.commands import (
    Answer,
    Begin,
    Command,
    Finish,
    Outcome,
    Pause,
    Rate,
    Repeat,
    RepeatTry,
    Resume,
    SetDose,
    SetExercise,
    SetHold,
    SetMatch,
    SetOther,
    SetReference,
    SetShaping,
    SetTarget,
    SetTest,
    SetWave,
    ShowBar,
    Site,
    Skip,
    StartCalibration,
    StopCalibration,
)
from biofeedback.training.events import Offer, TrainingEvent
from biofeedback.training.free_practice import FreePractice
from biofeedback.training.guard import Guard
from biofeedback.training.guided import Guided
from biofeedback.training.notes import MOST_PAIN_IN_CALIBRATION
from biofeedback.training.practice_state import PracticeState
from biofeedback.training.references import References

LEAST_PERCENT = 1.0
"""Below, a target would be reached at rest."""
FIRST_TARGETS: dict[Unit, SetTarget] = {
    "percent": SetTarget(40.0, unit="percent"),
    "uV": SetTarget(100.0, unit="uV"),
    "counts": SetTarget(100.0, unit="counts"),
}


class Practice:
    """The work of one run, on scans numbered from its first one; channel 0 is trained, all channels have a bar."""

    def __init__(
        self,
        channels: tuple[ChannelSettings, ...],
        rate: float,
        adc_bits: int,
        vref: float,
        steps: int,
        *,
        mains: int = 0,
        notch: bool = False,
    ) -> None:
        self._channels = channels
        self._signal = Signal(rate, steps, tuple(channel.sensor for channel in channels))
        scales = [microvolts_per_count(channel, adc_bits, vref) for channel in channels]
        self._references = References(channels, scales)
        self._targets = dict(FIRST_TARGETS)
        self._calibrating = Calibrating(self._signal, scales)
        self._paused = False
        self._guard = Guard(rate, self._signal.sensors, steps, mains=mains, notch=notch)
        self._meter = LevelMeter(rate, len(channels))
        self._free = FreePractice(rate, self._targets[self._references.unit(0)])
        self._guided = Guided(self._signal)

    # -- inputs ---------------------------------------------------------------------------------------

    def command(self, index: int, command: Command) -> list[TrainingEvent]:
        """Take `command` before scan `index`; raise ValueError when it cannot be, having changed nothing."""
        if isinstance(command, SetTarget):
            return self._retarget(index, command)
        if isinstance(command, SetHold):
            return self._set_hold(index, command)
        if isinstance(command, SetReference):
            return self._set_reference(index, command)
        if isinstance(command, StartCalibration | RepeatTry):
            return self._calibrate(index, command)
        if isinstance(command, StopCalibration):
            self._calibrating.stop()
        elif isinstance(command, Pause | Resume):
            self._paused = isinstance(command, Pause)
            ended = self._free.end(index) if self._paused else []
            return [*ended, *self._guided.stand_or_go(paused=self._paused)]
        elif isinstance(command, SetExercise | SetDose | SetTest | SetShaping | SetOther | SetWave | SetMatch):
            self._guided.set_up(command)
        elif isinstance(command, Begin | Skip | Repeat | Finish):
            return self._lead(index, command)
        elif isinstance(command, ShowBar):
            self._guided.show(shown=command.shown)
        elif isinstance(command, Rate | Answer | Outcome | Site):
            return self._note(index, command)
        return []

    def gap(self, index: int, n_scans: int) -> list[TrainingEvent]:
        """Take note of missing scans."""
        self._guard.restart()
        self._meter.restart()
        events: list[TrainingEvent] = [*self._free.gap(index, n_scans)]
        if self._calibrating.under_way:
            self._calibrating.gap(index + n_scans)
            self._guided.stand(n_scans)
            return events
        return events + self._guided.gap(n_scans)

    def process(
        self,
        first_index: int,
        score: Floats,
        conditioned: Integers,
        saturated: NDArray[np.bool_],
        flat: NDArray[np.bool_],
        n_unsettled: int,
    ) -> tuple[Floats, list[TrainingEvent]]:
        """Return the bar's values (n_scans, n_channels) on the bar's unit, NaN where nothing may be scored, and events.

        `score` in counts, NaN in the first `n_unsettled` scans; `conditioned` in steps, what it was taken of;
        `saturated` and `flat` as the signal check finds them.
        """
        codes = self._guard.process(conditioned, n_unsettled, saturated, flat)
        bar = self.to_bar(score)
        bar[codes > 0] = np.nan
        free, result = self._calibrating.process(first_index, conditioned, saturated, n_unsettled)
        events: list[TrainingEvent] = [result] if result else []
        self._guided.stand(free)
        if exercise := self._guided.running:
            events += self._guided.process(first_index + free, bar[free:], codes[free:], conditioned[free:])
            free = len(bar)
            if exercise.ended_at is not None:  # what is left of the block is free practice
                free = exercise.ended_at - first_index
                events += self._restart_free(exercise.ended_at, from_below=True)
        else:
            self._guided.stand(len(bar) - free)
        if self._guided.running is None and not self._paused:
            events += self._free.process(first_index + free, bar[free:, 0])
        self._meter.process(first_index, bar)
        return bar, events

    # -- outputs --------------------------------------------------------------------------------------

    def to_bar(self, envelope: Floats) -> Floats:
        """Return an envelope in counts (n_scans, n_channels) on each bar's unit, rounded to 1/1024."""
        return self._references.to_bar(envelope)

    @property
    def state(self) -> PracticeState:
        """A snapshot after the newest block."""
        unit = self._references.unit(0)
        free, hold = self._free, self._free.hold
        guided = self._guided
        exercise = guided.exercise.state if guided.exercise else None
        working = exercise if guided.running else None
        return PracticeState(
            unit=unit,
            target=working.target if working else self._targets[unit],
            hold_seconds=working.setup.hold_seconds if working else free.hold_seconds,
            references=self._references.all,
            calibration=self._calibrating.state,
            result=self._calibrating.result,
            holding=working.holding if working else hold.running,
            above=working.above if working else hold.above,
            reached=False if working else hold.reached,
            hold_clock=working.hold_clock if working else hold.seconds,
            hold_fraction=working.hold_fraction if working else hold.fraction,
            n_reached=free.n_reached,
            n_started=free.n_started,
            best_hold=free.best_hold,
            time_above=free.time_above,
            paused=self._paused,
            level=self._meter.level,
            exercise=exercise,
            setup=guided.setup,
            notes=guided.notes.latest,
            crosstalk=self._references.crosstalk,
        )

    @property
    def in_force(self) -> list[Command]:
        """The commands that bring a fresh run to where this one stands."""
        commands: list[Command] = [*self._guided.notes.latest, *self._references.in_force]
        running = self._guided.running
        for unit, target in self._targets.items():
            # a block under way keeps its target; the one that waits comes after it has begun
            now = running.target if running and unit == "percent" else target
            if now != FIRST_TARGETS[unit]:
                commands.append(SetTarget(now.low, now.high, unit, "in force"))
        commands += [SetHold(self._free.hold_seconds), *self._guided.in_force]
        if self._calibrating.under_way:
            commands.append(self._calibrating.under_way)
        if self._paused:
            commands.append(Pause("in force"))
        return commands

    # -- commands -------------------------------------------------------------------------------------

    def _retarget(self, index: int, command: SetTarget) -> list[TrainingEvent]:
        _check_target(command)
        self._targets[command.unit] = command
        if self._guided.exercise and command.unit == "percent":
            self._guided.exercise.next_target = command
        return [] if self._guided.running else self._restart_free(index)

    def _set_hold(self, index: int, command: SetHold) -> list[TrainingEvent]:
        if not 0.1 <= command.seconds <= 600:
            raise ValueError(f"a hold of {command.seconds:g} s is outside 0.1 to 600 s")
        self._free.hold_seconds = command.seconds
        return [] if self._guided.running else self._restart_free(index)

    def _set_reference(self, index: int, command: SetReference) -> list[TrainingEvent]:
        self._check_channel(command.channel)
        self._check_between_blocks("the reference")
        self._guard.know(command.channel, self._references.take(command))
        self._meter.restart()
        if self._guided.exercise:
            self._guided.exercise.references = self._references.all
        if self._guided.running:
            return []
        # who still pushes from the calibration's last try has not begun a hold
        return self._restart_free(index, from_below=True)

    def _calibrate(self, index: int, command: StartCalibration | RepeatTry) -> list[TrainingEvent]:
        self._check_between_blocks("a calibration")
        if isinstance(command, RepeatTry):
            self._calibrating.repeat(index, command)
        else:
            self._check_channel(command.channel)
            self._calibrating.start(index, command)
        return [*self._free.end(index)]

    def _lead(self, index: int, command: Begin | Skip | Repeat | Finish) -> list[TrainingEvent]:
        if self._calibrating.under_way and not isinstance(command, Finish):
            raise ValueError("a calibration is under way: end it first")
        if isinstance(command, Begin):
            events = self._guided.begin(index, command, self._references.all, self._targets["percent"])
            ended = self._free.end(index)
            return [*ended, *events, *(self._guided.stand_or_go(paused=True) if self._paused else [])]
        was_running = self._guided.running
        events = self._guided.lead(command)
        if was_running and self._guided.running is None:
            return [*events, *self._restart_free(index, from_below=True)]
        return [*self._free.end(index), *events]

    def _note(self, index: int, command: Rate | Answer | Outcome | Site) -> list[TrainingEvent]:
        if isinstance(command, Site):
            self._check_channel(command.channel)
        events = self._guided.note(command)
        hurts = isinstance(command, Rate) and command.what == "pain" and command.value > MOST_PAIN_IN_CALIBRATION
        if self._calibrating.under_way and hurts:
            self._calibrating.stop(for_good=True)
            return [Offer(index, "calibration stopped: pain")]
        return events

    # -- inside ---------------------------------------------------------------------------------------

    def _restart_free(self, index: int, *, from_below: bool = False) -> list[TrainingEvent]:
        return [*self._free.restart(index, self._targets[self._references.unit(0)], from_below=from_below)]

    def _check_channel(self, channel: int) -> None:
        if not 0 <= channel < len(self._channels):
            raise ValueError(f"there is no channel {channel + 1}: the board sends {len(self._channels)}")

    def _check_between_blocks(self, what: str) -> None:
        exercise = self._guided.running
        if exercise and exercise.in_block:
            raise ValueError(f"{what} can change between sets, not within one: pause is no end of a set, finish is")


def _check_target(target: SetTarget) -> None:
    least, most = (LEAST_PERCENT, 150.0) if target.unit == "percent" else (1e-3, 1e5)
    if not least <= target.low <= most or (target.high is not None and not target.low < target.high <= most):
        raise ValueError(f"a target of {target.low:g} to {target.high} {target.unit} cannot be: {least:g} to {most:g}")
