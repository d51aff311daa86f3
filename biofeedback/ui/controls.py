"""What keys and buttons do: commands to the engine, the recording, the scales, the simulated muscle.

One rule: the screen never changes training by itself; everything that does is a command with its values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from biofeedback.engine import Engine
from biofeedback.engine_state import EngineState
from biofeedback.mains_link import MainsSigns
from biofeedback.training.commands import (
    Begin,
    Command,
    Finish,
    Mark,
    Pause,
    Repeat,
    Resume,
    ShowBar,
    Skip,
    StartCalibration,
    StopCalibration,
)
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.choice import Choice, FoundPort
from biofeedback.ui.readings import Reading, first_scale, next_scale, readings
from biofeedback.ui.train.exercise_lines import in_test, running
from biofeedback.ui.train.exercise_moment import waits_to_begin
from biofeedback.ui.train.history import History
from biofeedback.ui.train.target_editing import Line, moved, two_lines

KEYS = {
    "R": "record", "C": "calibrate", "P": "pause", "M": "mark", "W": "raw", "T": "theme", "S": "settings",
    ",": "settings", "B": "settings", "D": "delay", "F5": "reconnect", "Up": "up", "Down": "down",
    "+": "narrower", "=": "narrower", "-": "wider", "Esc": "escape", "N": "skip", "Y": "repeat", "E": "finish",
    "H": "bar", "X": "stop", "U": "outcome", "V": "sound", "L": "findings", "F11": "person",
    "O": "other line", "Left": "trained line", "Right": "second line",
}  # fmt: skip
"""Keys of the Train step to the names of what they do. Space and Enter depend on the moment."""
EVERYWHERE = frozenset(
    ("record", "mark", "theme", "settings", "delay", "reconnect", "sound", "findings", "person", "escape")
)
"""What keys do in every step, where the step itself gives them no other meaning."""


class Station(Protocol):
    """What the window needs from the app around it."""

    engine: Engine
    choice: Choice

    @property
    def paced(self) -> bool:
        """Whether the source sends in real time."""

    @property
    def library(self) -> Path:
        """Where recordings are kept."""

    @property
    def data(self) -> Path:
        """The app's own folder: what is private of people, and plans of one's own."""

    def begin_session(self, subject: str, task: str) -> None:
        """Let the recordings from now on be runs of a new session of `subject` (a new code if empty), of `task`."""

    def look_at_mains(self) -> MainsSigns:
        """Return what this computer knows of its own wall power; may take half a second."""

    def now(self) -> dt.datetime:
        """Return the time of day, with its zone."""

    def start_recording(self) -> None:
        """Begin a recording with the next scan."""

    def contract(self, level: float) -> None:
        """Let the simulated muscle work at `level` 0–1; nothing for a real one."""

    def find_boards(self) -> Sequence[FoundPort]:
        """Return the ports that may be boards."""

    def apply(self, choice: Choice) -> str:
        """Change to `choice`; return a sentence when something of it could not be done or kept."""


class Controls:
    """Turns the names of actions into commands. `history` counts the marks."""

    def __init__(self, station: Station, history: History) -> None:
        self._station, self._history = station, history
        self._scales: dict[tuple[int, str], float] = {}
        self._contracting = False
        self._line: Line = "trained"

    @property
    def line(self) -> Line:
        """Whose line the arrows move: the other muscle's only where it has one."""
        return self._line if two_lines(self._practice) else "trained"

    @property
    def _practice(self) -> PracticeState | None:
        update = self._station.engine.state.update
        return update.practice if update else None

    @property
    def waits(self) -> bool:
        """Whether an exercise is set up and waits for its beginning."""
        practice = self._practice
        return practice is not None and waits_to_begin(practice)

    @property
    def under_way(self) -> bool:
        """Whether an exercise runs."""
        return running(self._practice) is not None

    def do(self, name: str) -> bool:
        """Do what `name` (of KEYS) says, as far as it is about the signal; return whether it was anything known."""
        engine = self._station.engine
        state = engine.state
        if name == "record":
            self._toggle_recording(state)
        elif name == "reconnect":
            # one button, one key: what it does next to a question is to say yes
            (engine.accept_board if state.phase == "another board" else engine.reconnect)()
        elif name in ("wider", "narrower"):
            self._rescale(state, 1 if name == "wider" else -1)
        elif state.update is not None:
            return self._train(name, state)
        else:
            return False
        return True

    def escape(self) -> bool:
        """Give a calibration up, or pause an exercise and with a second press end it; return whether there was one."""
        practice = self._practice
        if practice is None or not (practice.calibration or running(practice)):
            return False
        return self.do("stop calibration" if practice.calibration else "finish")

    def _train(self, name: str, state: EngineState) -> bool:
        engine, practice = self._station.engine, self._practice
        if practice is None:
            return False
        calibrating = practice.calibration is not None
        if name == "calibrate":
            engine.post(StopCalibration() if calibrating else StartCalibration(0))
        elif name == "stop calibration":
            engine.post(StopCalibration())
        elif name == "pause":
            go_on = Begin() if waits_to_begin(practice) else Pause()
            engine.post(Resume() if practice.paused else go_on)
        elif name == "mark" and state.update and state.settings:
            engine.post(Mark(self._history.mark(state.update.end_index / state.settings.rate)))
        elif name in ("up", "down"):
            if (following := moved(practice, self.line, up=name == "up")) is not None:
                engine.post(following)
        elif name in ("other line", "trained line", "second line"):
            to_other = name == "second line" or (name == "other line" and self.line == "trained")
            self._line = "other" if to_other and two_lines(practice) else "trained"
        else:
            commands = exercise_commands(practice, name)
            for command in commands:
                engine.post(command)
            return bool(commands)
        return True

    def space_pressed(self) -> None:
        """Contract the simulated muscle while the key is held; with a real one, pause or go on."""
        if self._station.engine.state.by_hand:
            self._contracting = True
            self._station.contract(1.0)
        else:
            self.do("pause")

    def let_go(self) -> None:
        """Let the simulated muscle relax, if it was Space that contracted it."""
        if self._contracting:
            self._contracting = False
            self._station.contract(0.0)

    def scales(self, state: EngineState, shown: tuple[Reading, ...]) -> tuple[float, ...]:
        """Return the upper end of each channel's axis: as chosen, else as it begins."""
        if state.settings is None:
            return ()
        made = []
        for i, reading in enumerate(shown):
            key = (i, reading.unit)
            if key not in self._scales:
                self._scales[key] = first_scale(reading.unit, state.settings, reading.settings)
            made.append(self._scales[key])
        return tuple(made)

    def forget_scales(self) -> None:
        """Begin anew: another board or sensor."""
        self._scales.clear()

    def _rescale(self, state: EngineState, steps: int) -> None:
        for i, reading in enumerate(readings(state, silent=False)):
            if reading.unit != "percent" and (i, reading.unit) in self._scales:
                self._scales[i, reading.unit] = next_scale(self._scales[i, reading.unit], steps)

    def _toggle_recording(self, state: EngineState) -> None:
        if state.recording is not None and not state.recording.closed:
            self._station.engine.stop_recording()
        else:
            self._station.start_recording()


def exercise_commands(practice: PracticeState, name: str) -> list[Command]:
    """Return what a key leads the exercise with; nothing where it means nothing just now.

    Finishing takes two presses: the first one pauses, the second one ends.
    """
    exercise = practice.exercise
    if exercise is None or practice.calibration:
        return []
    under_way = running(practice) is not None
    if name == "skip" and under_way and not practice.paused:
        return [Skip()]
    if name == "repeat" and may_repeat(exercise):
        return [Repeat()]
    if name == "finish" and under_way:
        return [Finish(), Resume()] if practice.paused else [Pause("to finish")]
    if name == "bar" and not in_test(exercise):
        return [ShowBar(shown=exercise.bar_hidden)]
    return []


def may_repeat(exercise: ExerciseState) -> bool:
    """Return whether a set has ended that can be done once more."""
    return exercise.phase in ("pause", "done") and any(block.block == "set" for block in exercise.blocks)
