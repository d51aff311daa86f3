"""The one acquisition thread: source → sitting (recorder, pipeline, rings) → latest state.

It knows the host's clock and nothing of screens. Everything about the signal is decided by the sample index; the
host's clock decides only what no index can: how long a hole lasted between two streams, and when silence is a stall.
One rule: the person never waits for the disk or the screen. The recorder has its own thread and a queue, and whoever
looks only ever reads the immutable `state` and the rings.
"""

from __future__ import annotations

import datetime as dt
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine_state import EngineSettings, EngineState, Phase
from biofeedback.pipeline import PipelineSettings
from biofeedback.recording.recorder import Recorder
from biofeedback.sitting import RecorderMaker, Rings, Sitting, another_board
from biofeedback.sources.source import Source, SourceEnded, SourceError, SourceLost
from biofeedback.training.commands import Command, Pause, Resume
from biofeedback.wire.events import Event, Gap, GapCause, Scans, Status, StreamInfo, TextLine

READ_TIMEOUT = 0.05
STALL = 0.4
"""Seconds without a sample that make the feedback neutral and are stored as a pause: with the wait of a read, 0.5 s."""
RESTART = 1.5
"""Seconds of silence on an open port after which it is opened anew: a board that reset itself says nothing."""
RETRY = 0.25
"""Seconds between looks for a board that went away."""
LONGEST_GAP = 30.0
"""Seconds of hole that end a recording; the next begins with the signal."""
RATE_AFTER = 5.0
"""Seconds of stream before a measured rate means anything."""
CLOSE_WITHIN = 5.0
"""Seconds that the disk may take to complete the last recording."""

log = logging.getLogger(__name__)


class Engine:
    """Runs one source at a time. All public methods may be called from any thread; none but `stop` and `wait` waits.

    `on_update` is called from the acquisition thread after each new state: it must only wake somebody.
    `script` are commands to take at exact scans of the first run (index counted from its first scan). With `seconds`
    acquisition ends by itself after exactly that much signal of a run.
    """

    def __init__(
        self,
        source: Source,
        settings: EngineSettings,
        *,
        on_update: Callable[[], None] = lambda: None,
        script: Iterable[tuple[int, Command]] = (),
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._settings = settings
        self._on_update = on_update
        self._script = tuple(script)
        self._seconds = seconds
        self._clock = clock
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="acquisition", daemon=True)
        self.state = EngineState("connecting", label=source.label, simulated=source.simulated, by_hand=source.by_hand)
        self._sitting: Sitting | None = None
        self._ended_recorders: list[Recorder] = []
        self._make_recorder: RecorderMaker | None = None
        self._hole: Gap | None = None
        self._rejoining = False
        self._accepted = False
        self._silent_pause = False
        self._full = False
        self._rate_mark: tuple[float, int] | None = None
        self._stream_index = 0

    # -- for everybody --------------------------------------------------------------------------------

    @property
    def rings(self) -> Rings | None:
        """The newest scans for looking at; None before the first connection."""
        sitting = self._sitting
        return sitting.rings if sitting else None

    def start(self) -> None:
        """Start the acquisition thread."""
        self._thread.start()

    def post(self, command: Command) -> None:
        """Take `command` before the next block."""
        self._inbox.put(lambda: self._command(command))

    def record(self, maker: RecorderMaker) -> None:
        """Start recording with the next scan. The signal path restarts, so that the file alone gives its numbers."""
        self._inbox.put(lambda: self._record(maker))

    def stop_recording(self) -> None:
        """End the recording after the newest scan."""
        self._inbox.put(self._end_recording)

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

    def accept_board(self) -> None:
        """Go on with the board that the phase "another board" asks about: in a new sitting and a new recording."""
        self._inbox.put(self._accept)

    def stop(self, timeout: float = 2.0) -> bool:
        """End acquisition and close the recording; return whether both ended in time (2 s, and 5 s for the disk)."""
        self._stop.set()
        self._wake.set()
        self._source.cancel()
        ended = self._thread.ident is None or self._ended.wait(timeout)
        recorders = self._recorders  # with the running one, when the thread hangs in a port
        closed = [recorder.close(CLOSE_WITHIN).closed for recorder in recorders]
        if recorders:
            self.state = replace(self.state, recording=recorders[-1].state)
        return ended and all(closed)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until acquisition has ended by itself (the end of a recording); return whether it has."""
        # not Thread.join: a Ctrl-C inside it makes Python 3.11 believe that the thread has ended
        return self._ended.wait(timeout)

    # -- the acquisition thread -----------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stop.is_set() and self.state.phase != "ended":
                if self._connect():
                    self._stream()
        except Exception as error:
            # the last line of defence: what was recorded is closed well and the person is told
            log.exception("acquisition ended by an error")
            self._publish(phase="failed", message=f"The measurement stopped ({type(error).__name__}). "
                          "The recording until then is saved. Please restart the app.")  # fmt: skip
        finally:
            self._finish_recording()
            self._source.close()
            self._publish(phase=self.state.phase if self.state.phase in ("ended", "failed") else "stopped")
            if not self._stop.is_set():  # nobody will ask any more: whoever waits for the files must be told
                for recorder in self._recorders:
                    recorder.close(CLOSE_WITHIN)
                self._publish()
            self._ended.set()

    def _connect(self) -> bool:
        """Open the source; on failure say why, wait a little, and return False."""
        self._drain()
        try:
            info = self._source.open()
        except (SourceError, SourceLost) as error:
            self._source.close()
            phase: Phase = "lost" if self._sitting else "connecting"
            if (phase, str(error)) != (self.state.phase, self.state.message):
                self._publish(phase=phase, message=str(error))
            self._end_at_long_hole()
            self._wake.wait(RETRY)
            self._wake.clear()
            return False
        difference = another_board(self._sitting.info, info) if self._sitting else ""
        if difference and self._make_recorder and not self._is_accepted(difference):
            return False
        self._begin_stream(info, rejoining=self._sitting is not None and not difference)
        return True

    def _is_accepted(self, difference: str) -> bool:
        """Ask about another board, giving its scans to nobody; return whether the person wants to go on with it.

        It stays open, so that its unplugging is noticed and it is not reset again and again. No recording, no question.
        """
        self._accepted = False
        self._publish(phase="another board", message=f"Another board is plugged in ({difference}). The recording until "
                      "then is kept. Go on with it? Or unplug it and plug the first one in again.")  # fmt: skip
        while not self._stop.is_set():
            self._drain()
            if self.state.phase != "another board":  # another source, or to be looked for again
                return False
            if self._accepted or self._make_recorder is None:
                return True
            try:
                self._source.read(READ_TIMEOUT)
            except SourceLost as lost:
                self._lose(str(lost))
                return False
            self._end_at_long_hole()
        return False

    def _begin_stream(self, info: StreamInfo, *, rejoining: bool) -> None:
        """Go on in the same sitting when `rejoining` it after a reset or replug, else begin a new one."""
        given = self._settings
        spare = tuple(ChannelSettings(muscle=f"channel {i + 1}") for i in range(info.n_channels))
        settings = PipelineSettings(
            rate=info.rate, adc_bits=info.adc_bits, vref=info.vref,
            channels=(given.channels + spare[len(given.channels) :])[: info.n_channels],
            mains=given.mains, notch=given.notch, display=given.display,
        )  # fmt: skip
        source, sitting = self._source, self._sitting
        self._rejoining = rejoining
        if sitting is None or not rejoining:
            self._leave_sitting()
            sitting = Sitting(settings, info, simulated=source.simulated, paced=source.paced, script=self._script)
            self._sitting, self._script = sitting, ()
            self.state = replace(self.state, received=0, lost=0, end_index=0, update=None)
            self.state = replace(self.state, last_arrival=self._clock())
        self._hole = None
        self._rate_mark = None
        self._publish(
            phase="streaming", message="", info=info, settings=settings, overruns=0, measured_rate=None,
            label=source.label, simulated=source.simulated, by_hand=source.by_hand,
            delays=sitting.delays,
        )  # fmt: skip

    def _stream(self) -> None:
        """Read until the stream breaks off, the engine stops or the source is changed."""
        source = self._source
        while not self._stop.is_set():
            try:
                events = source.read(READ_TIMEOUT)
            except SourceEnded as ended:
                self._end_recording()
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
            self._measure(arrival)
            if self._full:
                self._end_recording()
                self._publish(phase="ended")
                return
            if events:
                self._publish()
            if self._is_silent(arrival):
                return

    def _take(self, event: Event, arrival: float) -> None:
        if isinstance(event, Scans):
            self._scans(event, arrival)
        elif isinstance(event, Gap):
            if not self._rejoining:
                self._miss(event.n_scans, event.cause)
        elif isinstance(event, Status):
            self.state = replace(self.state, overruns=event.overruns)
        elif isinstance(event, TextLine):
            log.info("the board says: %s", event.text[:200])

    def _scans(self, block: Scans, arrival: float) -> None:
        sitting, state = self._sitting, self.state
        if sitting is None or self._full:
            return
        rate = sitting.settings.rate
        if self._rejoining:  # the first scans after a reset or replug: only the host's clock knows the hole
            began = arrival - len(block.counts) / rate
            self._rejoining = False
            self._miss(max(1, round((began - state.last_arrival) * rate)), "reconnect")
        hole, self._hole = self._hole, None
        if hole and hole.n_scans > LONGEST_GAP * rate:
            self._finish_recording()  # the next one begins below, and training stands still until the person goes on
            self._silent_pause = False
        if hole and self._seconds is not None:  # asked for so much signal, missing or not
            room = max(0, round(self._seconds * rate) - sitting.run_index)
            hole = Gap(0, min(hole.n_scans, room), hole.cause)
        if hole and hole.n_scans:
            sitting.gap(hole)
            self.state = replace(self.state, lost=self.state.lost + hole.n_scans)
        if self._silent_pause:
            self._silent_pause = False
            self._command(Resume("signal is back"))
        if sitting.recorder is None and self._make_recorder is not None:
            sitting.start_recording(self._make_recorder)
        if self._seconds is not None:
            room = round(self._seconds * rate) - sitting.run_index
            self._full = len(block.counts) >= room
            block = Scans(block.first_index, block.counts[: max(0, room)])
        self._stream_index = block.end_index
        sitting.scans(block)
        self.state = replace(
            self.state, phase="streaming", message="", last_arrival=arrival, update=sitting.update,
            end_index=sitting.next_index, received=self.state.received + len(block.counts),
        )  # fmt: skip

    def _miss(self, n_scans: int, cause: GapCause) -> None:
        """Note missing scans; they are taken as one gap when the next good scan comes."""
        before = self._hole.n_scans if self._hole else 0
        self._hole = Gap(0, before + n_scans, cause)

    def _measure(self, arrival: float) -> None:
        """Take the rate from the newest scans of two reads: how a read is cut into blocks says nothing of time."""
        if arrival != self.state.last_arrival:
            return
        if self._rate_mark is None:
            self._rate_mark = (arrival, self._stream_index)
        since, index = self._rate_mark
        if arrival - since > RATE_AFTER:
            rate = (self._stream_index - index) / (arrival - since)
            self.state = replace(self.state, measured_rate=rate)
            if self._sitting and self._source.paced and not self._sitting.info.rate_is_estimated:
                self._sitting.pipeline.know_rate(rate)

    # -- silence --------------------------------------------------------------------------------------

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
        if self._sitting and not self._sitting.pipeline.practice.paused:
            self._silent_pause = True
            self._command(Pause("no signal"))

    def _lose(self, message: str) -> None:
        self._pause_in_silence()
        self._publish(phase="lost", message=message)  # before closing: a port that went away may hang in it
        self._source.close()

    def _drop_stream(self) -> None:
        if self.state.phase in ("streaming", "stalled", "another board"):
            self._lose("Looking for the board again. Everything until then is kept.")

    def _end_at_long_hole(self) -> None:
        running = self._sitting and self._sitting.recorder
        if running and self._clock() - self.state.last_arrival > LONGEST_GAP:
            self._finish_recording()
            self._publish()
        elif (recorders := self._recorders) and recorders[-1].state != self.state.recording:
            self._publish()  # its files are complete by now: nothing else would tell while no signal comes

    # -- what others asked for ------------------------------------------------------------------------

    def _drain(self) -> None:
        while True:
            try:
                action = self._inbox.get_nowait()
            except queue.Empty:
                return
            action()

    def _command(self, command: Command) -> None:
        """Take `command`; one that cannot be is refused and said."""
        if self._sitting:
            try:
                self._sitting.command(command)
            except ValueError as error:
                self._publish(message=str(error))

    def _record(self, maker: RecorderMaker) -> None:
        """Begin with the next scan, so that the file's first scan is a good one."""
        if self._make_recorder is None:
            self._make_recorder = maker

    def _accept(self) -> None:
        self._accepted = self.state.phase == "another board"

    def _end_recording(self) -> None:
        self._make_recorder = None
        self._finish_recording()
        self._publish()

    def _finish_recording(self) -> None:
        if self._sitting:
            now, rate = dt.datetime.now(dt.UTC), self.state.measured_rate
            self._ended_recorders += self._sitting.finish_recording(ended=now, measured_rate=rate)

    @property
    def _recorders(self) -> list[Recorder]:
        running = self._sitting.recorder if self._sitting else None
        return [*self._ended_recorders, running] if running else self._ended_recorders

    def _leave_sitting(self) -> None:
        self._finish_recording()
        self._sitting = None
        self._silent_pause = False

    def _change(self, source: Source, settings: EngineSettings) -> None:
        self._leave_sitting()
        self._make_recorder = None
        self._source.close()
        self._source = source
        self._settings = settings
        self._publish(phase="connecting", message="", info=None, settings=None, update=None, label=source.label,
                      simulated=source.simulated, by_hand=source.by_hand)  # fmt: skip

    def _publish(self, **changes: object) -> None:
        sitting = self._sitting
        recorders = self._recorders
        recording = recorders[-1].state if recorders else None
        update = sitting.update if sitting else None
        self.state = replace(self.state, **{"recording": recording, "update": update, **changes})  # type: ignore[arg-type]
        self._on_update()
