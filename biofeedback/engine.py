"""The one acquisition thread: source → recorder → pipeline → latest state.

It knows the host's clock and nothing of screens. Everything about the signal is decided by the sample index; the
host's clock decides only what no index can: how long a hole lasted between two streams, and when silence is a stall.
One rule: the person never waits for the disk or the screen. The recorder has its own thread and a queue, and whoever
looks only ever reads the immutable `state` and the rings.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from biofeedback.emg.ring_buffer import RingBuffer
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.pipeline import Pipeline, PipelineSettings, Update
from biofeedback.recording.recorder import Recorder, RecorderState
from biofeedback.sources.source import Source, SourceEnded, SourceError, SourceLost
from biofeedback.training.commands import Command, Pause, Resume, SetHold, SetReference, SetTarget, encode_command
from biofeedback.training.practice import FIRST_TARGETS, TrainingEvent, encode_event
from biofeedback.wire.events import Event, Gap, GapCause, Scans, Status, StreamInfo, TextLine

READ_TIMEOUT = 0.05
STALL = 0.5
"""Seconds without a sample that make the feedback neutral and are stored as a pause."""
RESTART = 1.5
"""Seconds of silence on an open port after which it is opened anew: a board that reset itself says nothing."""
RETRY = 0.25
"""Seconds between looks for a board that went away."""
LONGEST_GAP = 30.0
"""Seconds of hole that end a recording; the next begins with the signal."""
RING_TIME = 40.0
"""Seconds kept for looking at: more than twice the longest view."""
RATE_AFTER = 5.0
"""Seconds of stream before a measured rate means anything."""

Phase = Literal["connecting", "streaming", "stalled", "lost", "ended", "failed", "stopped"]
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineState:
    """What can be seen of the engine after a read. Immutable; a newer one takes its place."""

    phase: Phase
    message: str = ""
    label: str = ""
    simulated: bool = False
    info: StreamInfo | None = None
    settings: PipelineSettings | None = None
    end_index: int = 0
    received: int = 0
    lost: int = 0
    overruns: int = 0
    last_arrival: float = 0.0
    """time.monotonic() of the newest scans."""
    measured_rate: float | None = None
    """Scans per second of the board against the host's clock; None until it means something."""
    update: Update | None = None
    recording: RecorderState | None = None
    delays: tuple[tuple[str, float], ...] = ()
    """Computed parts of the delay in seconds, in order: frame, line, band-pass, envelope."""

    @property
    def received_percent(self) -> float:
        """Share of the scans since connecting that arrived."""
        return 100.0 * self.received / max(1, self.received + self.lost)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What the engine needs beside a source: channels by position, and how to filter and show them."""

    channels: tuple[ChannelSettings, ...]
    mains: int = 50
    notch: bool = False
    display: str = "RMS 125 ms"


@dataclass(frozen=True, slots=True)
class Rings:
    """The newest scans for looking at, in counts, indexed by the session: raw samples and displayed envelope."""

    counts: RingBuffer
    display: RingBuffer


RecorderMaker = Callable[[PipelineSettings, StreamInfo, Pipeline], Recorder]
"""Makes the recorder of a new run; raises OSError when there is nowhere to write."""


class Engine:
    """Runs one source at a time. All public methods may be called from any thread; none of them waits for the disk.

    `on_update` is called from the acquisition thread after each new state: it must only wake somebody.
    `script` are commands to take at exact scans of the first run (index counted from its first scan).
    """

    def __init__(
        self,
        source: Source,
        settings: EngineSettings,
        *,
        on_update: Callable[[], None] = lambda: None,
        script: Iterable[tuple[int, Command]] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._settings = settings
        self._on_update = on_update
        self._script = sorted(script, key=lambda entry: entry[0])
        self._clock = clock
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="acquisition", daemon=True)
        self.state = EngineState("connecting", label=source.label, simulated=source.simulated)
        self.rings: Rings | None = None
        self._pipeline: Pipeline | None = None
        self._recorder: Recorder | None = None
        self._closing: list[Recorder] = []
        self._make_recorder: RecorderMaker | None = None
        self._next = 0  # session index of the next scan
        self._origin = 0  # session index of the run's first scan
        self._offset: int | None = None  # session index of the stream's scan 0
        self._hole: Gap | None = None
        self._silent_pause = False
        self._rate_mark: tuple[float, int] | None = None

    # -- for everybody --------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the acquisition thread."""
        self._thread.start()

    def post(self, command: Command) -> None:
        """Take `command` before the next block."""
        self._inbox.put(lambda: self._command(command))

    def record(self, maker: RecorderMaker) -> None:
        """Start recording with the next scan. The signal path restarts, so that the file alone gives its numbers."""
        self._inbox.put(lambda: self._start_recording(maker))

    def stop_recording(self) -> None:
        """End the recording after the newest scan."""
        self._inbox.put(self._end_recording_by_hand)

    def use(self, source: Source, settings: EngineSettings) -> None:
        """Change to another source or other settings. Ends the recording: a run has one set of settings."""
        self._inbox.put(lambda: self._change(source, settings))
        self._source.cancel()
        self._wake.set()

    def reconnect(self) -> None:
        """Look for the board again now."""
        self._inbox.put(self._drop_stream)
        self._source.cancel()
        self._wake.set()

    def stop(self, timeout: float = 2.0) -> bool:
        """End acquisition and close the recording; return whether both ended in time (2 s, and 5 s for the disk)."""
        self._stop.set()
        self._wake.set()
        self._source.cancel()
        if self._thread.ident is not None:
            self._thread.join(timeout)
        closed = [recorder.close() for recorder in self._closing]
        return not self._thread.is_alive() and all(closed)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until acquisition has ended by itself (the end of a recording); return whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # -- the acquisition thread -----------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                if self._connect():
                    self._stream()
                if self.state.phase == "ended":
                    break
        except Exception as error:
            # the last line of defence: what was recorded is closed well and the person is told
            log.exception("acquisition ended by an error")
            self._publish(phase="failed", message=f"The measurement stopped ({type(error).__name__}). "
                          "The recording until then is saved. Please restart the app.")  # fmt: skip
        finally:
            self._finish_recording()
            self._source.close()
            if self.state.phase not in ("ended", "failed"):
                self._publish(phase="stopped")

    def _connect(self) -> bool:
        """Open the source; on failure say why, wait a little, and return False."""
        self._drain()
        source = self._source
        try:
            info = source.open()
        except (SourceError, SourceLost) as error:
            source.close()
            phase: Phase = "lost" if self.state.info else "connecting"
            if (phase, str(error)) != (self.state.phase, self.state.message):
                self._publish(phase=phase, message=str(error))
            self._end_after_long_silence()
            self._wake.wait(RETRY)
            self._wake.clear()
            return False
        self._begin_stream(info)
        return True

    def _begin_stream(self, info: StreamInfo) -> None:
        """Go on in the same session after a replug of the same kind of board, else begin a new one."""
        settings = self._pipeline_settings(info)
        same = self._pipeline is not None and self.state.settings == settings
        if not same:
            self._finish_recording()
            self._pipeline = Pipeline(settings)
            self._next = self._origin = 0
            self._hole = None
            capacity = round(RING_TIME * info.rate)
            self.rings = Rings(
                RingBuffer(capacity, info.n_channels, np.int32, missing=-1), RingBuffer(capacity, info.n_channels)
            )
            self.state = replace(self.state, received=0, lost=0, end_index=0, update=None)
        self._offset = None if same else 0
        self._rate_mark = None
        self._publish(
            phase="streaming", message="", info=info, settings=settings, overruns=0, measured_rate=None,
            label=self._source.label, simulated=self._source.simulated, delays=self._delays(info),
            last_arrival=self.state.last_arrival if same else self._clock(),
        )  # fmt: skip

    def _pipeline_settings(self, info: StreamInfo) -> PipelineSettings:
        given = self._settings
        spare = tuple(ChannelSettings(muscle=f"channel {i + 1}") for i in range(info.n_channels))
        channels = (given.channels + spare[len(given.channels) :])[: info.n_channels]
        return PipelineSettings(
            rate=info.rate, adc_bits=info.adc_bits, vref=info.vref, channels=channels,
            mains=given.mains, notch=given.notch, display=given.display,
        )  # fmt: skip

    def _delays(self, info: StreamInfo) -> tuple[tuple[str, float], ...]:
        """Computed parts of the delay: a scan waits for half its frame on average, then for the line."""
        frame = (info.scans_per_frame - 1) / 2 / info.rate
        bytes_on_line = 15 + 2 * info.scans_per_frame * info.n_channels
        line = 0.0 if self._source.simulated else bytes_on_line * 10 / 500_000
        path = self._pipeline.delays if self._pipeline else {}
        return (("frame", frame), ("line", line), *path.items())

    def _stream(self) -> None:
        """Read until the stream breaks off, the engine stops or the source is changed."""
        source = self._source
        while not self._stop.is_set() and source is self._source:
            try:
                events = source.read(READ_TIMEOUT)
            except SourceEnded as ended:
                self._finish_recording()
                self._publish(phase="ended", message=str(ended))
                return
            except SourceLost as lost:
                self._lose(str(lost))
                return
            arrival = self._clock()
            self._drain()
            if source is not self._source or self.state.phase == "lost":
                return
            for event in events:
                self._take(event, arrival)
            if events:
                self._publish()
            elif self._is_silent(arrival):
                return

    def _take(self, event: Event, arrival: float) -> None:
        if isinstance(event, Scans):
            self._scans(event, arrival)
        elif isinstance(event, Gap):
            if self._offset is not None:
                self._miss(event.n_scans, event.cause)
        elif isinstance(event, Status):
            self.state = replace(self.state, overruns=event.overruns)
        elif isinstance(event, TextLine):
            log.info("the board says: %s", event.text[:200])

    def _scans(self, block: Scans, arrival: float) -> None:
        state = self.state
        rate = state.info.rate if state.info else 1.0
        if self._offset is None:  # the first scans after a reset or replug: only the host's clock knows the hole
            began = arrival - len(block.counts) / rate
            hole = max(1, round((began - state.last_arrival) * rate))
            self._hole = None
            self._miss(hole, "reconnect")
            self._offset = self._next + hole - block.first_index
        if self._hole:
            self._end_after_long_hole(self._hole.n_scans / rate)
            self._feed(self._hole)
            self._hole = None
        if self._silent_pause:
            self._silent_pause = False
            self._command(Resume("signal is back"))
        if self._recorder is None and self._make_recorder is not None:
            self._start_recording(self._make_recorder)
        self.state = replace(
            self.state, phase="streaming", message="", last_arrival=arrival,
            received=state.received + len(block.counts), measured_rate=self._measure(block.end_index, arrival),
        )  # fmt: skip
        self._feed(Scans(self._next, block.counts))

    def _miss(self, n_scans: int, cause: GapCause) -> None:
        """Note missing scans; they are fed as one gap when the next good scan comes."""
        before = self._hole.n_scans if self._hole else 0
        self._hole = Gap(self._next, before + n_scans, cause)
        self.state = replace(self.state, lost=self.state.lost + n_scans)

    def _feed(self, block: Scans | Gap) -> None:
        """Give a block, indexed by session, to recorder, pipeline and rings, cut where scripted commands stand."""
        first = block.first_index - self._origin
        if isinstance(block, Gap):
            self._process(Gap(first, block.n_scans, block.cause))
            return
        done = 0
        while done < len(block.counts):
            while self._script and self._script[0][0] <= first + done:
                self._command(self._script.pop(0)[1])
            stop = len(block.counts)
            if self._script:
                stop = min(stop, self._script[0][0] - first)
            self._process(Scans(first + done, block.counts[done:stop]))
            done = stop

    def _process(self, block: Scans | Gap) -> None:
        if self._pipeline is None or self.rings is None:
            return
        if self._recorder:
            self._recorder.put(block, wait=not self._source.paced)
        update = self._pipeline.process(block)
        self._store(update.events)
        if isinstance(block, Gap):
            self.rings.counts.skip(block.n_scans)
            self.rings.display.skip(block.n_scans)
        else:
            self.rings.counts.append(update.counts)
            self.rings.display.append(update.display)
        self._next += update.end_index - update.first_index
        self.state = replace(self.state, update=update, end_index=self._next)

    def _measure(self, stream_index: int, arrival: float) -> float | None:
        if self._rate_mark is None:
            self._rate_mark = (arrival, stream_index)
            return None
        since, index = self._rate_mark
        return (stream_index - index) / (arrival - since) if arrival - since > RATE_AFTER else None

    # -- silence and holes ----------------------------------------------------------------------------

    def _is_silent(self, now: float) -> bool:
        """Note a stall; return whether the stream should be opened anew. Without pace there is no silence."""
        silence = now - self.state.last_arrival
        if not self._source.paced or silence < STALL:
            return False
        if self.state.phase == "streaming":
            self._pause_in_silence()
            self._publish(phase="stalled", message="No signal from the board. Everything until then is kept.")
        if silence < RESTART:
            return False
        self._lose("The board is silent. Everything until then is kept; it is being asked again.")
        return True

    def _pause_in_silence(self) -> None:
        if self._pipeline and not self._pipeline.practice.paused:
            self._silent_pause = True
            self._command(Pause("no signal"))

    def _lose(self, message: str) -> None:
        self._pause_in_silence()
        self._source.close()
        self._publish(phase="lost", message=message)

    def _drop_stream(self) -> None:
        if self.state.phase in ("streaming", "stalled"):
            self._lose("Looking for the board again. Everything until then is kept.")

    def _end_after_long_silence(self) -> None:
        if self.state.info and self._clock() - self.state.last_arrival > LONGEST_GAP:
            self._end_after_long_hole(self._clock() - self.state.last_arrival)

    def _end_after_long_hole(self, seconds: float) -> None:
        """End a recording whose hole is over half a minute; the next begins when the signal is back, paused."""
        if seconds > LONGEST_GAP and self._recorder:
            self._finish_recording()
            self._hole = None if self._hole is None else Gap(self._next, self._hole.n_scans, self._hole.cause)

    # -- commands and recording -----------------------------------------------------------------------

    def _drain(self) -> None:
        while True:
            try:
                action = self._inbox.get_nowait()
            except queue.Empty:
                return
            action()

    def _command(self, command: Command) -> None:
        """Take `command` now and store it; one that cannot be is refused, said, and not stored."""
        if self._pipeline is None:
            return
        index = self._pipeline.next_index
        try:
            events = self._pipeline.command(command)
        except ValueError as error:
            self._publish(message=str(error))
            return
        if self._recorder:
            self._recorder.annotate(index, encode_command(index, command))
        self._store(events)

    def _store(self, events: Iterable[TrainingEvent]) -> None:
        for event in events:
            if self._recorder:
                self._recorder.annotate(event.index, encode_event(event))

    def _start_recording(self, maker: RecorderMaker) -> None:
        """Begin a run at the next scan, with a fresh signal path and the commands in force repeated at its start."""
        if self._recorder or self._pipeline is None or self.state.settings is None or self.state.info is None:
            return
        in_force = self._in_force()
        fresh = Pipeline(self.state.settings)
        try:
            self._recorder = maker(self.state.settings, self.state.info, fresh)
        except OSError as error:
            self._make_recorder = None
            self._publish(message=f"Nothing is recorded: {error.strerror or error}. Choose another folder in Settings.")
            return
        self._make_recorder = maker
        self._pipeline = fresh
        self._origin = self._next
        for command in in_force:
            self._command(command)
        self._publish()

    def _in_force(self) -> list[Command]:
        practice = self._pipeline.practice if self._pipeline else None
        if practice is None:
            return []
        commands: list[Command] = [
            SetReference(i, reference.amplitude, reference.rest, reference.kind, reference.spread, reference.verdict)
            for i, reference in enumerate(practice.references)
            if reference
        ]
        if practice.target != FIRST_TARGETS[practice.unit]:
            commands.append(SetTarget(practice.target.low, practice.target.high, practice.unit, "in force"))
        commands.append(SetHold(practice.hold_seconds))
        if practice.paused:
            commands.append(Pause("in force"))
        return commands

    def _end_recording_by_hand(self) -> None:
        self._make_recorder = None
        self._finish_recording()
        self._publish()

    def _finish_recording(self) -> None:
        """Let the recorder write what it has, with what the live path made of it; its thread does the work."""
        recorder, pipeline = self._recorder, self._pipeline
        self._recorder = None
        if recorder is None or pipeline is None:
            return
        practice = pipeline.practice
        recorder.finish(
            {
                "envelope_sha256": pipeline.envelope_hash,
                "n_scans": pipeline.next_index,
                "measured_rate": self.state.measured_rate,
                "reached": practice.n_reached,
                "started": practice.n_started,
                "best_hold": round(practice.best_hold, 3),
            }
        )
        self._closing.append(recorder)

    def _change(self, source: Source, settings: EngineSettings) -> None:
        self._finish_recording()
        self._make_recorder = None
        if source is not self._source:
            self._source.close()
        self._source.close()
        self._source = source
        self._settings = settings
        self._pipeline = None
        self._publish(phase="connecting", message="", info=None, settings=None, update=None, label=source.label,
                      simulated=source.simulated)  # fmt: skip

    def _publish(self, **changes: object) -> None:
        recorder = self._recorder or (self._closing[-1] if self._closing else None)
        recording = recorder.state if recorder else None
        self.state = replace(self.state, recording=recording, **changes)  # type: ignore[arg-type]
        self._on_update()
