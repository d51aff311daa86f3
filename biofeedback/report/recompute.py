"""Compute a recording's numbers again from its samples, gaps and commands, and compare them with what it stores.

One rule: nothing is overwritten. Another version of the signal path shows both numbers and says which is which.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from biofeedback.pipeline import VERSION, Pipeline, PipelineSettings, Update
from biofeedback.recording.account import read_account
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.edf_reader import EdfRecording, read_edf
from biofeedback.report.analysis import Analysis, as_values
from biofeedback.report.exercise import told
from biofeedback.reproduce import pipeline_settings
from biofeedback.training.command_text import decode_command
from biofeedback.training.commands import Command
from biofeedback.training.events import TrainingEvent, encode_event
from biofeedback.training.practice_state import PracticeState
from biofeedback.wire.events import Gap, Scans


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What came out, beside what the file stores (None where it was not closed and so stores nothing)."""

    path: Path
    n_scans: int
    envelope_sha256: str
    stored_sha256: str | None
    events: tuple[str, ...]
    stored_events: tuple[str, ...]
    version: int
    stored_version: int
    complete: bool
    lost_to_storage: int
    practice: PracticeState
    exercise: dict[str, list[dict[str, Any]]] | None
    """Plans, blocks, repetitions, measures and more as computed, as plain values (see `exercise.told`), or None."""
    analysis: dict[str, Any] | None = None
    """Bursts and fatigue as plain values (see `analysis.as_values`), where they were asked for; not compared."""

    @property
    def same_version(self) -> bool:
        """Whether the file was made by this version of the signal path."""
        return self.version == self.stored_version

    @property
    def identical(self) -> bool:
        """Whether everything stored came out again to the bit.

        A file that was never closed stores no hash and may miss its last events: those it has must be the first ones.
        """
        if not self.complete:
            return self.events[: len(self.stored_events)] == self.stored_events
        return self.envelope_sha256 == self.stored_sha256 and self.events == self.stored_events

    def summary(self) -> dict[str, Any]:
        """Return the result as plain values for JSON."""
        return {
            "identical": self.identical,
            "n_scans": self.n_scans,
            "envelope_sha256": self.envelope_sha256,
            "stored_envelope_sha256": self.stored_sha256,
            "events": [json.loads(event) for event in self.events],
            "stored_events": [_plain(event) for event in self.stored_events],
            "pipeline": self.version,
            "stored_pipeline": self.stored_version,
            "complete": self.complete,
            "lost_to_storage": self.lost_to_storage,
            "reached": self.practice.n_reached,
            "started": self.practice.n_started,
            "best_hold": self.practice.best_hold,
            "exercise": self.exercise,
            **(self.analysis or {}),
        }


class Replay:
    """A recording run through a fresh pipeline. Iterate over `updates` once, then look at `pipeline`."""

    def __init__(self, path: Path) -> None:
        """Open `path`; raise RecordingError when its numbers cannot be computed again."""
        self.recording: EdfRecording = read_edf(path)
        self.account: dict[str, Any] = read_account(path)["Biofeedback"]
        settings = pipeline_settings(self.account, rate=self.recording.rate, n_channels=len(self.recording.channels))
        self.stored_version = self.account.get("pipeline")
        if self.stored_version != VERSION:
            settings = replace(settings, sos=None)  # another version designs its own filters
        self.settings: PipelineSettings = settings
        if self.recording.header.bits == 24 and settings.adc_bits <= 16:
            raise RecordingError(f"{path.name}: its samples are wider than its settings say; nothing was recomputed")
        try:
            self.pipeline = Pipeline(settings)
        except ValueError as error:
            raise RecordingError(f"{path.name}: {error}; nothing was recomputed") from error
        self.commands: list[tuple[int, Command]] = []
        self.stored_events: list[str] = []
        for annotation in self.recording.annotations:
            try:
                decoded = decode_command(annotation.text)
            except ValueError as error:
                raise RecordingError(f"{path.name}: {error}; nothing was recomputed") from error
            if decoded:
                self.commands.append(decoded)
            elif annotation.text.startswith('{"event"'):
                self.stored_events.append(annotation.text)
        if any(a > b for (a, _), (b, _) in pairwise(self.commands)):
            raise RecordingError(f"{path.name}: its commands are out of order; nothing was recomputed")
        self.happened: list[TrainingEvent] = []
        """What came out so far, in order."""

    def updates(self, chunk: int = 4096) -> Iterator[Update]:
        """Yield what became of each block of at most `chunk` scans, cut where commands stand."""
        waiting = list(self.commands)
        for block in self.recording.blocks(chunk):
            self._commands(waiting, block.first_index)
            if isinstance(block, Gap):
                yield self._process(block)
                continue
            done = 0
            while done < len(block.counts):
                self._commands(waiting, block.first_index + done)
                stop = min(waiting[0][0] - block.first_index, len(block.counts)) if waiting else len(block.counts)
                yield self._process(Scans(block.first_index + done, block.counts[done:stop]))
                done = stop
        self._commands(waiting, self.pipeline.next_index)

    def _commands(self, waiting: list[tuple[int, Command]], index: int) -> None:
        while waiting and waiting[0][0] <= index:
            try:
                events = self.pipeline.command(waiting.pop(0)[1])
            except ValueError as error:
                raise RecordingError(f"{self.recording.path.name}: {error}; nothing was recomputed") from error
            self.happened += events

    def _process(self, block: Scans | Gap) -> Update:
        try:
            with np.errstate(invalid="raise", over="raise"):
                update = self.pipeline.process(block)
        except FloatingPointError as error:
            name = self.recording.path.name
            raise RecordingError(f"{name}: its stored filter runs away ({error}); nothing was recomputed") from error
        self.happened += update.events
        return update


def recompute(path: Path, chunk: int = 4096, *, analyse: bool = False) -> Recomputed:
    """Return the numbers of the recording at `path` computed again in blocks of `chunk` scans; raise RecordingError.

    With `analyse` also its bursts and fatigue.
    """
    if chunk < 1:
        raise ValueError("a block holds at least one scan")
    replay = Replay(path)
    analysis = Analysis(replay.settings, replay.pipeline.sos, replay.recording.n_scans) if analyse else None
    for update in replay.updates(chunk):
        if analysis:
            analysis.take(update)
    state, found = replay.pipeline.practice, None
    if analysis:
        course = analysis.fatigue(replay.commands, replay.happened, state)
        found = as_values(analysis.bursts(state.references), course)
    results = replay.account.get("results")
    stored = results.get("envelope_sha256") if isinstance(results, dict) else None
    version = replay.stored_version
    return Recomputed(
        path=path,
        n_scans=replay.pipeline.next_index,
        envelope_sha256=replay.pipeline.envelope_hash,
        stored_sha256=stored if isinstance(stored, str) else None,
        events=tuple(map(encode_event, replay.happened)),
        stored_events=tuple(replay.stored_events),
        version=VERSION,
        stored_version=version if isinstance(version, int) else 0,
        complete=isinstance(stored, str),
        lost_to_storage=_count(replay.account.get("lost_to_storage")),
        practice=state,
        exercise=told(replay.commands, replay.happened),
        analysis=found,
    )


def _plain(event: str) -> Any:
    """Return a stored event as JSON holds it, or its text when that is damaged."""
    try:
        return json.loads(event)
    except (ValueError, RecursionError):
        return event


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
