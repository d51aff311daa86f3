"""What is to be heard, out of the engine's state: whether the tone sounds, where it stands, and which cues fall due.

One rule: what the screen does not show is not heard either. In a hidden test the cues say what to do and never how
well it goes. No Qt, no clock, no memory: the same state always gives the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from biofeedback.engine_state import EngineState
from biofeedback.pipeline import Update
from biofeedback.training.attempt import OVER
from biofeedback.training.calibration import CalibrationState
from biofeedback.training.calibration import Step as CalibrationStep
from biofeedback.training.commands import Kind, SetWave
from biofeedback.training.events import Phase
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.hold import BAND_TOLERANCE
from biofeedback.training.practice_state import PracticeState
from biofeedback.training.scoring import wave
from biofeedback.ui.readings import PERCENT_SCALE, first_scale

AT_REST = 5.0
"""Percent below which the tone is silent: a muscle that is let go is not heard. Judgement."""
FULL = 10.0
"""Percent from which the tone has its full level."""
AFTER = 60.0
"""Seconds after an exercise in which nothing sounds, unless free practice goes on: as long as its end is shown."""
LOST_PHASES = ("streaming", "stalled", "lost", "another board", "failed")
"""Phases of the engine in which silence of the source is a loss; before and after, nothing was promised."""

Step = Literal["none", "ready", "work", "rest", "over", "free", "lost"]
"""Nothing is asked · get ready · work · let go · a block is over · free practice · the signal is lost."""
Cue = Literal["ready", "work", "let go", "reached", "hold done", "set over", "lost"]

_STEPS: dict[Phase, Step] = {
    "waiting": "none", "sample": "rest", "ready": "ready", "work": "work", "rest": "rest", "pause": "over",
    "done": "over",
}  # fmt: skip
_CALIBRATING: dict[CalibrationStep, Step] = {"rest": "rest", "ready": "ready", "try": "work", "pause": "rest"}


@dataclass(frozen=True, slots=True)
class Heard:
    """What is to be heard just now. Levels in percent, as on the bar's axis."""

    step: Step = "none"
    block: tuple[str, int] = ("", 0)
    repetition: int = 0
    kind: Kind | None = None
    """Of the exercise; None where none runs."""
    n_blocks: int = 0
    """Blocks that have ended."""
    n_reached: int = 0
    """Repetitions (in free practice: holds) of this block that were reached."""
    holding: bool = False
    hidden: bool = False
    activation: float | None = None
    """None where the newest scan has no value."""
    needs_signal: bool = False
    """Whether a value is expected, so that its absence must be heard."""
    tone: bool = False
    """Whether the tone follows the activation."""
    silent_below: float = AT_REST
    full_from: float = FULL
    """The tone swells between these two."""
    at_target: bool = False
    too_high: bool = False
    """Above the band, or the other muscle above its line."""
    guide: float | None = None
    """Where a second, softer tone stands: the line to follow, or the other muscle."""


def heard(state: EngineState, silent_for: float | None, *, scale: float | None = None) -> Heard:
    """Return what is to be heard of `state`.

    `silent_for`: seconds without data, None while it flows (`moment.silence`). `scale`: the end of the trained
    channel's axis in µV or counts where there is no reference; as the axis begins if None.
    """
    update = state.update
    if update is None or state.phase in ("connecting", "ended", "stopped"):
        return Heard()
    practice = update.practice
    now = _calibrating(practice.calibration, practice) if practice.calibration else _training(state, update, scale)
    if silent_for is not None and state.phase in LOST_PHASES:
        return replace(now, step="lost", activation=None, tone=False, guide=None)
    return now


def due_cues(before: Heard | None, after: Heard) -> tuple[Cue, ...]:
    """Return the cues that fall due between two looks, in the order in which they are to be played.

    `before` None: the first look, at which only a prompt to work is worth saying. A lost signal is no cue of a
    moment: it sounds as long as it lasts.
    """
    if after.step == "lost":
        return ()
    if before is None:
        return ("work",) if after.step == "work" else ()
    due: list[Cue] = []
    # how a block or free practice went says nothing of the next one
    shown = not before.hidden and not after.hidden
    same = before.block == after.block
    if shown and same and after.n_reached > before.n_reached and after.kind != "quick":
        due.append("hold done")
    if after.n_blocks > before.n_blocks:
        due.append("set over")
    elif before.step == "work" and after.step != "work":
        due.append("let go")
    another = (before.step, before.block, before.repetition) != (after.step, after.block, after.repetition)
    if after.step == "work" and another:
        due.append("work")
    elif after.step == "ready" and before.step != "ready":
        due.append("ready")
    if shown and after.step in ("work", "free") and after.holding and not before.holding:
        due.append("reached")
    return tuple(due)


def _calibrating(calibration: CalibrationState, practice: PracticeState) -> Heard:
    """Return prompts only: percent is not known yet, and a tone would spur one try and not the next."""
    step = _CALIBRATING[calibration.step]
    n_blocks = len(practice.exercise.blocks) if practice.exercise else 0
    return Heard(step, ("calibration", calibration.channel), calibration.number, n_blocks=n_blocks)


def _training(state: EngineState, update: Update, scale: float | None) -> Heard:
    practice, exercise = update.practice, update.practice.exercise
    done = exercise is not None and exercise.phase == "done"
    running = None if done else exercise
    now = Heard("free", ("free", 0), n_blocks=len(exercise.blocks) if exercise else 0, n_reached=practice.n_reached)
    if exercise and not (done and (practice.holding or exercise.phase_elapsed >= AFTER)):
        now = replace(
            now, step=_STEPS[exercise.phase], block=(exercise.block, exercise.set_number),
            repetition=exercise.repetition, kind=exercise.setup.exercise.kind, hidden=exercise.bar_hidden,
            n_reached=exercise.outcomes.count("reached"),
        )  # fmt: skip
    if practice.paused:
        return replace(now, step="none")
    if now.step in ("none", "over"):
        return now
    now = replace(now, holding=practice.holding, needs_signal=True, activation=_height(state, update, scale))
    return now if now.hidden else _toned(now, update, running)


def _toned(now: Heard, update: Update, running: ExerciseState | None) -> Heard:
    """Return `now` with the tone, by what the exercise asks for."""
    practice, activation = update.practice, now.activation
    working = now.step in ("work", "free")
    low, high = practice.target.low, practice.target.high
    if now.kind == "relax":  # "keep the tone silent": it is heard when the muscle is above the line
        return replace(now, tone=now.step == "work", silent_below=low, full_from=OVER * low)
    if running and now.kind in ("track", "match"):
        return replace(now, tone=True, guide=_guide(update, running) if working else None)
    limit = None if high is None or practice.unit != "percent" else high * (1 + BAND_TOLERANCE)
    too_high = limit is not None and activation is not None and activation > limit
    if running and running.ceiling is not None:
        other = _newest(update, 1)
        too_high = too_high or (other is not None and other > running.ceiling)
    return replace(now, tone=True, at_target=working and practice.above, too_high=working and too_high)


def _guide(update: Update, running: ExerciseState) -> float | None:
    asked: SetWave | None = running.setup.wave
    if running.setup.exercise.kind == "match":
        return _newest(update, 1)
    if asked is None:
        return None
    # a thousand steps a second: the line does not move visibly within one
    index = np.array([round(1000 * running.phase_elapsed)])
    return float(wave(index, 1000.0, asked.frequency, asked.low, asked.high)[0])


def _height(state: EngineState, update: Update, scale: float | None) -> float | None:
    """Return where the trained channel's bar stands, in percent or, without a reference, as part of its axis."""
    value, settings, unit = _newest(update, 0), state.settings, update.practice.unit
    if value is None or unit == "percent" or settings is None:
        return value
    end = first_scale(unit, settings, settings.channels[0]) if scale is None else scale
    return PERCENT_SCALE * value / end


def _newest(update: Update, channel: int) -> float | None:
    """Return the newest value of a bar, None where there is none."""
    if not len(update.bar) or channel >= update.bar.shape[1]:
        return None
    value = float(update.bar[-1, channel])
    return value if math.isfinite(value) else None
