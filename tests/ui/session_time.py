"""Granted time: a clock that a test lets go on, boards that send just so much, and who wears their electrodes.

One rule: what the muscle does follows from the prompts alone, so a session is the same each time.
"""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine_state import EngineState
from biofeedback.mains_link import MainsSigns
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.sources.source import SourceError, SourceLost
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import find_plan
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.choice import Choice
from biofeedback.ui.train.exercise_lines import line_at, running
from biofeedback.wire.events import Event, Scans, StreamInfo

TICK = 0.2
"""Seconds that are granted at once; as often the person looks at the prompt."""
QUIET = MainsSigns(charger=False, battery=True, wired_network=(), second_screen=False)
CHARGER = replace(QUIET, charger=True)
PATIENCE = 30.0
"""Seconds that a thread may take: a limit for a busy machine, never a pace."""
BEST = 0.4
"""Activation 0-1 of this person's comfortable effort: what 100 % will be."""
REACTION = 1
"""Ticks from a prompt to the muscle."""


class GrantedTime:
    """A clock that stands still until the test lets it go on. The board's thread waits for it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.moved = threading.Condition()
        self.taken = False
        """Whether all that was granted has been read and worked on."""

    def __call__(self) -> float:
        return self.now

    def go_on(self, seconds: float) -> None:
        """Let time pass and wait until the engine has done all that follows."""
        with self.moved:
            self.now = round(self.now + seconds, 6)
            self.taken = False
            self.moved.notify_all()
            if not self.moved.wait_for(lambda: self.taken, PATIENCE):
                raise AssertionError("the engine did not take what it was granted")

    def say_taken(self) -> None:
        """Tell the test that there is nothing left to do; the caller holds the lock."""
        self.taken = True
        self.moved.notify_all()


class GrantedBoard:
    """A board on `time`: by its own word no simulated one, so that somebody may wear the electrodes."""

    paced, by_hand = True, False

    def __init__(self, time: GrantedTime, inner: SimulatedSource, label: str, *, simulated: bool = False) -> None:
        self.label, self.simulated = label, simulated
        self.inner = inner
        self.plugged, self.mute = True, False
        self._time, self._cancelled, self._open = time, False, False
        self._start, self._sent = 0.0, 0
        self._info: StreamInfo | None = None

    def open(self) -> StreamInfo:
        with self._time.moved:
            if not self.plugged:
                self._time.say_taken()
                raise SourceError("The board is not plugged in. Plug it in, then it goes on.")
            self._info = replace(self.inner.open(), board=self.label)
            self._start, self._sent, self._open = self._time.now, 0, True
            return self._info

    def read(self, timeout: float) -> list[Event]:
        time = self._time
        with time.moved:
            until = time.now + timeout
            while True:
                if not (self._open and self.plugged):
                    raise SourceLost("The board was unplugged. What was read before is kept.")
                if self._cancelled:
                    self._cancelled = False
                    return []
                if self._due():
                    break
                if time.now >= until:
                    return []
                time.say_taken()
                time.moved.wait()
                time.taken = False
        return self._produce()

    def lose(self, seconds: float) -> None:
        """Never send the next `seconds`."""
        assert self._info is not None
        self.inner.lose(round(seconds * self._info.rate))

    def unplug(self) -> None:
        with self._time.moved:
            self.plugged = self._open = False
            self._time.moved.notify_all()

    def cancel(self) -> None:
        with self._time.moved:
            self._cancelled = True
            self._time.moved.notify_all()

    def close(self) -> None:
        self._open = False
        self.inner.close()

    def _due(self) -> bool:
        assert self._info is not None
        return not self.mute and self._time.now - self._start >= (self._sent + 1) * TICK - 1e-6

    def _produce(self) -> list[Event]:
        """Return a tick's scans as one block, or with what was lost in between as it came."""
        assert self._info is not None
        self._sent += 1
        events: list[Event] = []
        while self.inner._index < round(self._sent * TICK * self._info.rate):
            events += self.inner.read(0)
        blocks = [event for event in events if isinstance(event, Scans)]
        others = [event for event in events if not isinstance(event, Scans)]
        whole = all(a.end_index == b.first_index for a, b in itertools.pairwise(blocks))
        if not blocks or not whole or any(not hasattr(event, "overruns") for event in others):
            return events
        return [*others, Scans(blocks[0].first_index, np.concatenate([block.counts for block in blocks]))]


class Wearer:
    """Who wears the electrodes: does what is prompted, a human while later, and what is not prompted never."""

    def __init__(self) -> None:
        self.levels: tuple[float, ...] = (0.0, 0.0)
        self._coming: list[tuple[float, ...]] = [(0.0, 0.0)] * REACTION

    def drive(self, index: NDArray[np.int64], n_channels: int) -> NDArray[np.float64]:
        others = n_channels * (0.0,)
        return np.tile(np.array((*self.levels, *others)[:n_channels]), (len(index), 1))

    def look(self, state: EngineState) -> None:
        """See the prompt; what it asks for is done after the reaction."""
        practice = state.update.practice if state.update and state.phase == "streaming" else None
        self._coming.append(self._asked(practice) if practice else (0.0, 0.0))
        self.levels = self._coming.pop(0)

    @staticmethod
    def _asked(practice: PracticeState) -> tuple[float, ...]:
        if (step := practice.calibration) is not None:
            return tuple(BEST * (step.step == "try") * (1.0 if i == step.channel else 0.05) for i in range(2))
        exercise = running(practice)
        if exercise is None or exercise.phase != "work" or practice.paused:
            return 0.0, 0.0
        return tuple(BEST * percent / 100 for percent in _percent(exercise))


def _percent(exercise: ExerciseState) -> tuple[float, float]:
    kind, target, setup = exercise.setup.exercise.kind, exercise.target, exercise.setup
    if kind == "relax":
        return 0.0, 0.0
    if kind == "match":
        return 60.0, 60.0
    if kind == "track" and setup.wave:
        at = np.array([exercise.phase_elapsed + (REACTION + 1) * TICK])
        return float(line_at(setup.wave, at)[0]), 0.0
    first = 1.35 * target.low if target.high is None else (target.low + target.high) / 2
    return first, 0.0 if exercise.ceiling is None else 0.4 * exercise.ceiling


def cut(name: str, *, sets: int = 1, repetitions: int = 2, tests: int = 2, tries: int = 2) -> Plan:
    """Return a short plan of one's own, like the shipped one `name`: few repetitions, a short calibration."""
    plan = find_plan(name)
    reference = replace(plan.reference, tries=tries, seconds=3, rest=6, resting=3)
    dose = replace(plan.dose, repetitions=repetitions, sets=sets, pause=5, rest=2)
    if dose.longest_rest is not None:
        dose = replace(dose, longest_rest=dose.rest + 2)
    work = {"hold": 2.5, "relax": 4.0, "track": 8.0}.get(plan.kind, min(plan.dose.work, 2.5))
    test = replace(plan.test, repetitions=tests, work=min(plan.test.work, work), rest=2)
    return replace(plan, name=f"short-{name}", title=f"{plan.title}, short", dose=replace(dose, work=work), test=test,
                   reference=reference, reviewed_by="")  # fmt: skip


class Station:
    """What a test may do to the computer around the app: its boards, its wall power, its plans."""

    def __init__(self, folder: Path, *, simulated: bool = False) -> None:
        self.folder, self.simulated = folder, simulated
        self.library = folder / "library"
        self.time, self.wearer = GrantedTime(), Wearer()
        self.signs = QUIET
        self.boards: list[GrantedBoard] = []

    def board_for(self, choice: Choice) -> GrantedBoard:
        """Return a board with the channels of `choice`, plugged in as the one before it is."""
        channels = choice.channels
        self.boards.append(self.make(len(channels), choice.settings.rate, channels))
        return self.boards[-1]

    def make(
        self, n_channels: int, rate: int, channels: tuple[ChannelSettings, ...] | None = None, label: str = "test board"
    ) -> GrantedBoard:
        """Return a board on this time, moved by this person."""

        def drive(index: NDArray[np.int64]) -> NDArray[np.float64]:
            return self.wearer.drive(index, n_channels)

        inner = SimulatedSource(n_channels, rate, channels=channels, seed=5, drive=drive, paced=False)
        return GrantedBoard(self.time, inner, label, simulated=self.simulated)

    @property
    def board(self) -> GrantedBoard:
        """The newest one."""
        return self.boards[-1]
