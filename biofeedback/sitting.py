"""One sitting's signal: pipeline, recorder and rings, moving together over one count of scans.

The engine gives it blocks, gaps and commands; it knows no clock, no thread and no port.
One rule: a recording is a run of the pipeline from its own first scan, so that the file alone gives every number.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from biofeedback.emg.delay import Part, parts
from biofeedback.emg.ring_buffer import RingBuffer
from biofeedback.pipeline import Pipeline, PipelineSettings, Update
from biofeedback.recording.annotation import check_text
from biofeedback.recording.recorder import Recorder
from biofeedback.results import results_of
from biofeedback.training.command_text import encode_command
from biofeedback.training.commands import Command
from biofeedback.training.consequences import consequences
from biofeedback.training.events import TrainingEvent, encode_event
from biofeedback.wire.events import Gap, Scans, StreamInfo

RING_TIME = 40.0
"""Seconds kept for looking at: more than twice the longest view."""


BAUD = 500_000
"""Bits per second of a board on its line, for the computed delay."""


class RecorderMaker(Protocol):
    """Makes the recorder of a new run. The recorder's own thread makes the files: nothing here waits for a disk."""

    def __call__(
        self, settings: PipelineSettings, info: StreamInfo, pipeline: Pipeline, *, simulated: bool
    ) -> Recorder:
        """Return a recorder that expects the next scan as its scan 0."""


@dataclass(frozen=True, slots=True)
class Rings:
    """The newest scans for looking at, in counts, indexed by the sitting: raw samples (−1 missing), shown envelope."""

    counts: RingBuffer
    display: RingBuffer


class Sitting:
    """The signal of one board with one set of settings, through resets and replugs.

    `script`: commands to take at exact scans of the first run. `paced`: whether samples come in real time; if not,
    they wait for the disk.
    """

    def __init__(
        self,
        settings: PipelineSettings,
        info: StreamInfo,
        *,
        simulated: bool,
        paced: bool,
        script: Iterable[tuple[int, Command]] = (),
    ) -> None:
        self.settings = settings
        self.info = info
        self.next_index = 0
        """Index of the next scan, counted from the first one of the sitting."""
        self.rings = Rings(
            RingBuffer(round(RING_TIME * settings.rate), info.n_channels, np.int32, missing=-1),
            RingBuffer(round(RING_TIME * settings.rate), info.n_channels),
        )
        self.pipeline = Pipeline(settings)
        self.recorder: Recorder | None = None
        self.update: Update | None = None
        self._simulated = simulated
        self._paced = paced
        self._script = sorted(script, key=lambda entry: entry[0])
        self._origin = 0

    @property
    def run_index(self) -> int:
        """Index of the next scan, counted from the first one of the run."""
        return self.pipeline.next_index

    @property
    def delays(self) -> tuple[Part, ...]:
        """The parts of the delay of the first channel, up to the screen; what painting takes is measured elsewhere."""
        return parts(
            rate=self.info.rate, scans_per_frame=self.info.scans_per_frame, n_channels=self.info.n_channels,
            sensor=self.settings.channels[0].sensor, sos=self.pipeline.sos, display=self.settings.display,
            baud=BAUD, simulated=self._simulated,
        )  # fmt: skip

    def gap(self, gap: Gap) -> None:
        """Move on over missing scans; only their number and cause matter."""
        self._process(Gap(self.run_index, gap.n_scans, gap.cause))

    def scans(self, block: Scans) -> None:
        """Take the next scans, whatever their own index says; cut where scripted commands stand."""
        done, first = 0, self.run_index
        while done < len(block.counts):
            while self._script and self._script[0][0] <= first + done:
                self.command(self._script.pop(0)[1])
            stop = len(block.counts)
            if self._script:
                stop = min(stop, self._script[0][0] - first)
            self._process(Scans(first + done, block.counts[done:stop]))
            done = stop

    def command(self, command: Command) -> None:
        """Take `command` before the next scan and store it; raise ValueError, nothing stored, when it cannot be."""
        index = self.run_index
        text = encode_command(index, command)
        check_text(text)  # before it takes effect: what cannot be stored would be missing in the replay
        events = self.pipeline.command(command)
        if self.recorder:
            self.recorder.annotate(index, text)
        self._store(events)

    def start_recording(self, maker: RecorderMaker) -> None:
        """Begin a run at the next scan, with a fresh signal path and the commands in force repeated at its start."""
        in_force = self.pipeline.in_force
        self.pipeline = Pipeline(self.settings)
        self.recorder = maker(self.settings, self.info, self.pipeline, simulated=self._simulated)
        for command in in_force:
            self.command(command)

    def finish_recording(self, *, ended: dt.datetime, measured_rate: float | None) -> list[Recorder]:
        """Let the recorder write what it has, with what the live path made of it; its own thread does the work.

        Return it, or nothing when none runs.
        """
        recorder, self.recorder = self.recorder, None
        if recorder is None:
            return []
        results = results_of(self.pipeline)
        recorder.finish(results=results, ended=ended, measured_rate=measured_rate)
        return [recorder]

    def _process(self, block: Scans | Gap) -> None:
        if self.recorder:
            self.recorder.put(block, wait=not self._paced)
        self.update = update = self.pipeline.process(block)
        if isinstance(block, Gap):
            self.rings.counts.skip(block.n_scans)
            self.rings.display.skip(block.n_scans)
        else:
            self.rings.counts.append(update.counts)
            self.rings.display.append(update.display)
        self.next_index += update.end_index - update.first_index
        self._store(update.events)

    def _store(self, events: Iterable[TrainingEvent]) -> None:
        """Store what happened. What follows from it by rule is done here, by a command with its values.

        A calibration that is good enough is accepted; a target that shaping moves is moved.
        """
        for event in events:
            if self.recorder:
                self.recorder.annotate(event.index, encode_event(event))
            for command in consequences(event, self.pipeline.practice):
                self.command(command)


def another_board(before: StreamInfo, now: StreamInfo) -> str:
    """Return in words what makes the board of `now` another one than that of `before`; empty for the same kind.

    Two boards of one kind with the same firmware cannot be told apart.
    """
    changes = (
        (before.board, now.board, "{} instead of {}"),
        (before.firmware, now.firmware, "firmware {0[0]}.{0[1]} instead of {1[0]}.{1[1]}"),
        (before.n_channels, now.n_channels, "channels: {} instead of {}"),
        (before.adc_bits, now.adc_bits, "{} bits instead of {}"),
        (before.vref, now.vref, "{} V instead of {} V"),
        (before.rate, now.rate, "{} Hz instead of {} Hz"),
    )
    return ", ".join(text.format(new, old) for old, new, text in changes if old != new)
