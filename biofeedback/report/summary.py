"""What a recording says, in numbers and in three plain sentences.

One rule: everything is computed from the file alone, and no sentence claims more than the signal shows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.spectrum import Fatigue, Withheld
from biofeedback.report import words
from biofeedback.report.analysis import Analysis, ChannelBursts, as_values
from biofeedback.report.exercise import ExerciseSummary, exercises, ratings
from biofeedback.report.phrase import Phrase, say
from biofeedback.report.recompute import Replay
from biofeedback.training.activation import Reference
from biofeedback.training.commands import Outcome, Rate
from biofeedback.training.events import TrainingEvent
from biofeedback.training.practice_state import PracticeState

COLUMNS = 1200
"""Columns that a trace is reduced to for a picture: its least and greatest value in each."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The trained channel's bar over the recording: `low` and `high` per column, NaN where nothing has a value."""

    seconds: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    events: tuple[TrainingEvent, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """The numbers of one recording. Levels in the unit named, times in seconds."""

    name: str
    simulated: bool
    muscle: str
    seconds: float
    rate: float
    received_percent: float
    gaps: int
    unit: str
    target_low: float
    target_high: float | None
    hold_seconds: float
    reference: Reference | None
    n_started: int
    n_reached: int
    best_hold: float
    exercises: tuple[ExerciseSummary, ...]
    """The exercises that were done, in order; none in free practice."""
    ratings: tuple[Rate, ...]
    """Pain and effort as the person rated them, in order."""
    outcomes: tuple[Outcome, ...]
    """Results that were typed in, in order."""
    bursts: tuple[ChannelBursts, ...]
    """Of each channel, or why there are none."""
    fatigue: Fatigue | Withheld
    """Of the trained channel's longest hold (F15)."""
    told: tuple[Phrase, ...]
    """What was done and how, then what percent means and what signal is missing."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is told, in English."""
        return tuple(phrase.filled() for phrase in self.told)

    def as_json(self) -> dict[str, Any]:
        """Return the summary as plain values."""
        values = asdict(self) | as_values(self.bursts, self.fatigue) | {"sentences": self.sentences}
        del values["told"]
        return values


def summarise(path: Path, *, progress: Callable[[float], object] = lambda _: None) -> tuple[Summary, Trace]:
    """Return the summary and the trace of the recording at `path`; raise RecordingError.

    The trace is on the unit that the bar had at the end; what was before a reference is converted with it. `progress`
    is told now and then how much is done, 0–1; what it raises ends the work and is passed on.
    """
    replay = Replay(path)
    n_scans = replay.recording.n_scans
    edges = np.linspace(0, n_scans, COLUMNS + 1).round().astype(np.int64)
    low, high = np.full(COLUMNS, np.nan), np.full(COLUMNS, np.nan)
    gaps = received = 0
    pipeline = replay.pipeline
    analysis = Analysis(replay.settings, pipeline.sos, n_scans)
    for update in replay.updates(1 << 15):
        gaps += not len(update.counts)
        received += len(update.counts)
        analysis.take(update)
        if len(update.score):
            _fold(update.score[:, 0], update.first_index, edges, low, high)
        progress(update.end_index / max(1, n_scans))
    state = pipeline.practice
    # a bar rises with its envelope, so the least and greatest of one are those of the other
    low, high = (
        pipeline.to_bar(np.repeat(x[:, None], len(replay.settings.channels), axis=1))[:, 0] for x in (low, high)
    )
    rate = replay.settings.rate
    done = exercises(replay.commands, replay.happened)
    summary = Summary(
        name=path.name,
        simulated=replay.account.get("simulated") is True,
        muscle=replay.settings.channels[0].name,
        seconds=n_scans / rate,
        rate=rate,
        received_percent=100 * received / max(1, n_scans),
        gaps=gaps,
        unit=state.unit,
        target_low=state.target.low,
        target_high=state.target.high,
        hold_seconds=state.hold_seconds,
        reference=state.references[0],
        n_started=state.n_started,
        n_reached=state.n_reached,
        best_hold=state.best_hold,
        exercises=done,
        ratings=ratings(replay.commands),
        outcomes=tuple(command for _, command in replay.commands if isinstance(command, Outcome)),
        bursts=analysis.bursts(state.references),
        fatigue=analysis.fatigue(replay.commands, replay.happened, state),
        told=(*told(state, done), missing(gaps, (n_scans - received) / rate)),
    )
    return summary, Trace(n_scans / rate, low, high, tuple(replay.happened))


def told(state: PracticeState, done: Sequence[ExerciseSummary]) -> tuple[Phrase, ...]:
    """Return what was done, how, and what percent means, in plain words; of each exercise `done`, else of practice."""
    if done:
        found = [phrase for exercise in done for phrase in (words.did(exercise), words.how(exercise)) if phrase]
        return (*found, words.percent(state.references[0]))
    if state.n_started:
        did = say(
            "You went above the line {n} times; {held} of them were held for {seconds} seconds. The longest hold was "
            "{longest} seconds.",
            n=state.n_started, held=state.n_reached, seconds=f"{state.hold_seconds:g}",
            longest=f"{state.best_hold:.1f}",
        )  # fmt: skip
    else:
        did = say("The line was not reached. A lower target is no shame: move it until you can reach it.")
    return did, words.percent(state.references[0])


def missing(gaps: int, seconds: float) -> Phrase:
    """Return how much signal is missing."""
    if not gaps:
        return say("No signal is missing.")
    return say(
        "{seconds} seconds of signal are missing in {n} places; they are not counted.", seconds=f"{seconds:.2f}", n=gaps
    )


def _fold(
    values: NDArray[np.float64],
    first: int,
    edges: NDArray[np.int64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> None:
    """Put `values` (n,), the first one being scan `first`, into the columns that they fall in."""
    column = np.searchsorted(edges, np.arange(first, first + len(values)), side="right") - 1
    good = np.isfinite(values) & (column < len(low))
    np.fmin.at(low, column[good], values[good])
    np.fmax.at(high, column[good], values[good])
