"""When work and rest were, and when they will be: what lies behind the envelope's trace.

It follows the states that the screen is shown, so a phase that came and went between two looks is not seen.
One rule: the future is told only where prompts do not surprise (F8).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

from biofeedback.engine_state import EngineState
from biofeedback.training.exercise_state import READY, ExerciseState
from biofeedback.training.task import HELD
from biofeedback.ui.phrase import Phrase, say
from biofeedback.ui.train.exercise_lines import running

KEPT = 12.0
"""Seconds of the past that are kept."""
AHEAD = 2.0
"""Seconds of the future that are told."""
Kind = Literal["work", "rest"]
WORDS = {
    "work": say("WORK"), "rest": say("REST"), "ready": say("GET READY"), "sample": say("REST"),
    "pause": say("PAUSE"), "paused": say("PAUSED"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """A phase from `begin` to `end`, in seconds from now; `begin` is that of the whole phase."""

    begin: float
    end: float
    phase: str

    @property
    def kind(self) -> Kind:
        """How it is shaded."""
        return "work" if self.phase == "work" else "rest"

    @property
    def word(self) -> Phrase:
        """What stands on it."""
        return WORDS[self.phase]


@dataclass(slots=True)
class _Past:
    """A phase seen, from scan `begin` to scan `end`, None while it runs."""

    key: tuple[object, ...]
    phase: str
    begin: int
    end: int | None = None


class PromptTrail:
    """Follows one run."""

    def __init__(self) -> None:
        self._seen: deque[_Past] = deque()
        self._index = 0

    def follow(self, state: EngineState) -> None:
        """Take note of the phase in `state`."""
        if state.update is None or state.settings is None:
            return
        now, rate, practice = state.update.end_index, state.settings.rate, state.update.practice
        if now < self._index:
            self._seen.clear()
        exercise = running(practice)
        last = self._seen[-1] if self._seen and self._seen[-1].end is None else None
        if exercise is None:
            if last:
                last.end = max(last.begin, self._index)
        else:
            phase = "paused" if practice.paused else exercise.phase
            key = (exercise.block, exercise.set_number, exercise.repetition, phase)
            if last is None or last.key != key:
                begin = now if practice.paused else round(now - exercise.phase_elapsed * rate)
                if last:
                    begin = last.end = max(begin, self._index)
                self._seen.append(_Past(key, phase, begin))
        while self._seen and (self._seen[0].end or now) < now - KEPT * rate:
            self._seen.popleft()
        self._index = now

    def segments(self, state: EngineState) -> list[Segment]:
        """Return the phases seen and those to come, oldest first."""
        if state.update is None or state.settings is None:
            return []
        now, rate, practice = state.update.end_index, state.settings.rate, state.update.practice
        made = [
            Segment((one.begin - now) / rate, 0.0 if one.end is None else (one.end - now) / rate, one.phase)
            for one in self._seen
        ]
        exercise = running(practice)
        if exercise is None or not made:
            return made
        current = made.pop()
        if practice.paused:
            return [*made, Segment(current.begin, AHEAD, current.phase)]
        at = _left(exercise)
        made.append(Segment(current.begin, at or 0.0, current.phase))
        while at is not None and at < AHEAD:
            phase, seconds = _following(exercise, made[-1].phase)
            if phase == "":
                break
            made.append(Segment(at, at + seconds, phase))
            at += seconds
        return made


def _left(exercise: ExerciseState) -> float | None:
    """Return for how long the running phase goes on, None where nobody may know."""
    if exercise.phase_seconds is None:
        return None
    left = max(0.0, exercise.phase_seconds - exercise.phase_elapsed)
    if exercise.phase == "work" and exercise.holding and exercise.setup.exercise.kind in HELD:
        left = min(left, (1 - exercise.hold_fraction) * exercise.setup.hold_seconds)
    return left


def _following(exercise: ExerciseState, phase: str) -> tuple[str, float]:
    """Return the phase after `phase` and how long it lasts; empty where none may be foreseen."""
    setup, block = exercise.setup, exercise.block
    if setup.surprising and phase != "pause":
        return "", 0.0
    if phase == "pause":
        return "sample", READY
    if phase == "sample":
        return "ready", READY
    is_last = exercise.repetition >= exercise.n_repetitions and exercise.phase in ("work", "rest")
    if phase == "ready" or (phase == "rest" and not is_last):
        return "work", setup.task(block, exercise.target, exercise.ceiling).longest
    if is_last:
        return "pause", setup.pause or AHEAD
    return "rest", setup.rest(block, exercise.set_number, exercise.repetition)
