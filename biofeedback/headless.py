"""Sessions without a window: record from a source, and the demo. Driven by the engine, as the window is.

Whoever calls gives `say` (messages for people) and `show` (results); nothing here prints.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.folders import write_atomic
from biofeedback.report.derivatives import derivatives_beside
from biofeedback.report.picture import draw
from biofeedback.report.summary import summarise
from biofeedback.sources.script import ScriptedPerson
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.sources.source import Source

LOOK_EVERY = 0.1
DEMO_RATE = 1000
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
    library: Path, *, now: Now, seed: int = 1, progress: Callable[[float], None] = lambda _: None
) -> DemoResult:
    """Run a whole scripted session as fast as it goes; leave recording, summary and picture in `library`.

    Raises RuntimeError when it could not be recorded, with the reason.
    """
    person = ScriptedPerson(DEMO_RATE, seed=seed)
    source = SimulatedSource(1, DEMO_RATE, seed=seed, drive=person.drive, paced=False)
    settings = EngineSettings((ChannelSettings(muscle="biceps brachii", side="right"),))
    engine = Engine(source, settings, script=person.commands, seconds=person.seconds)
    engine.record(recorder_in(library, task="demo", now=now))
    engine.start()
    while not engine.wait(LOOK_EVERY):
        progress(min(0.99, engine.state.end_index / DEMO_RATE / person.seconds))
    closed = engine.stop()
    recording = engine.state.recording
    if recording is None or recording.path is None or recording.problem or not closed:
        raise RuntimeError((recording and recording.problem) or engine.state.message or "the demo was not recorded")
    summary, trace = summarise(recording.path)
    folder = derivatives_beside(recording.path)
    stem = recording.path.stem.removesuffix("_emg")
    summary_path, picture_path = folder / f"{stem}_summary.json", folder / f"{stem}_picture.svg"
    write_atomic(summary_path, json.dumps(summary.as_json(), indent=2) + "\n")
    write_atomic(picture_path, draw(summary, trace))
    progress(1.0)
    return DemoResult(recording.path, summary_path, picture_path, summary.sentences)
