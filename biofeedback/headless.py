"""Sessions without a window: record from a source, and the demo. Driven by the engine, as the window is.

Whoever calls gives `say` (messages for people) and `show` (results); nothing here prints.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.folders import write_atomic
from biofeedback.report.derivatives import derivatives_beside
from biofeedback.report.picture import draw
from biofeedback.report.summary import summarise
from biofeedback.sources.guided_person import CannotGoOnError, GuidedPerson
from biofeedback.sources.script import ScriptedPerson
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.sources.source import Source
from biofeedback.training.plan import Plan
from biofeedback.wire.events import Event, Scans

LOOK_EVERY = 0.1
DEMO_RATE = 1000
GLANCE = 0.1
"""Seconds between two looks of the simulated person."""
Now = Callable[[], dt.datetime]
"""The time of day, from whoever may know it."""


@dataclass(frozen=True, slots=True)
class DemoResult:
    """The files that the demo left, and what it says of the session."""

    recording: Path
    summary: Path
    picture: Path
    sentences: tuple[str, ...]


def record(
    source: Source,
    library: Path,
    *,
    channels: tuple[ChannelSettings, ...] | None = None,
    seconds: float | None = None,
    now: Now,
    say: Callable[[str], None],
    show: Callable[[str], None],
) -> int:
    """Record from `source` until it ends, `seconds` are full or Ctrl-C; return the exit code. Shows the path first."""
    settings = EngineSettings(channels or (ChannelSettings(),))
    engine = Engine(source, settings, seconds=seconds)
    engine.record(recorder_in(library, now=now))
    engine.start()
    path: Path | None = None
    said = ""
    try:
        while not engine.wait(LOOK_EVERY):
            state = engine.state
            if state.phase == "connecting" and state.message:
                break
            if path is None and state.recording and state.recording.path:
                path = state.recording.path
                show(str(path))
            trouble = state.message or (state.recording.problem if state.recording else None) or ""
            if trouble != said:
                said = trouble
                say(trouble or "The signal is back.")
    finally:
        closed = engine.stop()
    state = engine.state
    if state.recording is None or state.recording.path is None:
        say(state.message or (state.recording and state.recording.problem) or "Nothing was recorded.")
        return 3
    if path is None:
        show(str(state.recording.path))
    if state.recording.problem or state.phase == "failed" or not closed:
        say(state.recording.problem or state.message or "The end of the recording may be missing.")
        return 3
    say(
        f"Recorded {state.recording.seconds:.1f} s, {state.received_percent:.2f} % received, "
        f"{state.recording.bytes / 1e6:.2f} MB."
    )
    return 0


def run_demo(
    library: Path,
    *,
    now: Now,
    seed: int = 1,
    plan: Plan | None = None,
    quick: bool = True,
    rate: int = DEMO_RATE,
    progress: Callable[[float], None] = lambda _: None,
) -> DemoResult:
    """Run a whole session of a simulated person as fast as it goes; leave recording, summary, picture in `library`.

    With `plan` a guided session of it, with the `quick` calibration or the plan's own; without, free practice. `rate`
    in scans per second.
    Raises RuntimeError when it could not be done or recorded, with the reason.
    """
    recording = (
        _free_practice(library, now, seed, rate, progress)
        if plan is None
        else _guided_session(library, now, GuidedPerson(plan, rate, seed=seed, quick=quick), progress)
    )
    summary, trace = summarise(recording)
    folder = derivatives_beside(recording)
    stem = recording.stem.removesuffix("_emg")
    summary_path, picture_path = folder / f"{stem}_summary.json", folder / f"{stem}_picture.svg"
    write_atomic(summary_path, json.dumps(summary.as_json(), indent=2) + "\n")
    write_atomic(picture_path, draw(summary, trace))
    progress(1.0)
    return DemoResult(recording, summary_path, picture_path, summary.sentences)


def _free_practice(library: Path, now: Now, seed: int, rate: int, progress: Callable[[float], None]) -> Path:
    person = ScriptedPerson(rate, seed=seed)
    source = SimulatedSource(1, rate, seed=seed, drive=person.drive, paced=False)
    settings = EngineSettings((ChannelSettings(muscle="biceps brachii", side="right"),))
    engine = Engine(source, settings, script=person.commands, seconds=person.seconds)
    engine.record(recorder_in(library, task="demo", now=now))
    engine.start()
    while not engine.wait(LOOK_EVERY):
        progress(min(0.99, engine.state.end_index / rate / person.seconds))
    return _recorded(engine, closed=engine.stop())


def _guided_session(library: Path, now: Now, person: GuidedPerson, progress: Callable[[float], None]) -> Path:
    """Let the person look after each read, on the thread that reads: what is pressed takes effect at the same scan."""
    source = _InGlances(
        SimulatedSource(
            person.n_channels, person.rate, channels=person.channels, seed=person.seed, drive=person.drive, paced=False
        ),
        round(GLANCE * person.rate),
    )
    trouble = ""

    def look() -> None:
        nonlocal trouble
        state = engine.state
        if trouble or state.update is None:
            return
        if state.message and state.phase == "streaming":
            trouble = state.message
            return
        was_over = person.over
        try:
            for command in person.look(state.update):
                engine.post(command)
        except CannotGoOnError as error:
            trouble = str(error)
        if person.over != was_over:
            engine.stop_recording()

    engine = Engine(source, EngineSettings(person.channels), on_update=look)
    engine.record(recorder_in(library, task=person.plan.task, now=now))
    engine.start()
    while not (engine.wait(LOOK_EVERY) or person.over or trouble):
        progress(min(0.99, person.part_done))
    closed = engine.stop()
    if trouble:
        raise RuntimeError(f"The session of {person.plan.title!r} stopped: {trouble}")
    return _recorded(engine, closed=closed)


class _InGlances:
    """The simulated muscle in blocks of a glance, rather than of a frame: ten times fewer, and the same samples."""

    def __init__(self, source: SimulatedSource, n_scans: int) -> None:
        self._source = source
        self._n_scans = n_scans
        self.paced, self.simulated = source.paced, source.simulated
        self.label, self.by_hand = source.label, source.by_hand
        self.open, self.cancel, self.close = source.open, source.cancel, source.close

    def read(self, timeout: float) -> list[Event]:
        """Return the scans of one glance as one block; nothing but scans comes from a muscle that nobody disturbs."""
        blocks: list[Scans] = []
        while sum(len(block.counts) for block in blocks) < self._n_scans:
            events = self._source.read(timeout)
            if not events:  # cancelled
                return [*blocks]
            blocks += [event for event in events if isinstance(event, Scans)]
        return [Scans(blocks[0].first_index, np.concatenate([block.counts for block in blocks]))]


def _recorded(engine: Engine, *, closed: bool) -> Path:
    recording = engine.state.recording
    if recording is None or recording.path is None or recording.problem or not closed:
        raise RuntimeError((recording and recording.problem) or engine.state.message or "the demo was not recorded")
    return recording.path
