"""A simulated person goes through a whole plan: answers the questions, calibrates, begins, rates, ends.

Looks at each update of the pipeline as people look at a screen, lets the muscles follow, and says which keys are
pressed.
One rule: the course waits for what the app does, never for a clock of its own; so it fits any plan and any speed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.pipeline import Update
from biofeedback.sources.person import Person, Screen
from biofeedback.training.commands import Answer, Begin, Command, Rate, Site
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.plan import Plan
from biofeedback.training.plan_tables import Muscle
from biofeedback.training.practice_state import PracticeState

BEFORE, BETWEEN, AFTER = 2.0, 2.0, 1.0
"""Seconds of rest before the first calibration, between two, and at the very end."""
MOST_CALIBRATIONS = 3
"""Of one channel, before this person gives up."""
LANDMARKS_APART = 40.0
"""Centimetres between the landmarks of this person's muscles."""
QUESTIONS = ("do not start", "only if agreed")
"""The safety lists; nothing on them applies to a simulated person."""


class CannotGoOnError(RuntimeError):
    """The session cannot be done; the reason is a sentence."""


class GuidedPerson:
    """Does one plan from the first question to the last. `over` when all is done."""

    def __init__(self, plan: Plan, rate: int, *, seed: int = 1, quick: bool = True) -> None:
        """`rate` in scans per second; `quick`: with the quick calibration, else with the plan's own."""
        self.plan = plan
        self.n_channels = len(plan.muscles)
        self.over = False
        self.rate = rate
        self.seed = seed
        self._quick = quick
        self._person = Person(rate, self.n_channels, seed)
        self._update: Update | None = None
        self._course = self._go()

    @property
    def channels(self) -> tuple[ChannelSettings, ...]:
        """The sensors as this person wears them."""
        return tuple(_worn(muscle) for muscle in self.plan.muscles)

    def drive(self, index: Integers) -> Floats:
        """Return the activations 0–1 at the next scans, (n_scans, n_channels): a drive of the simulated muscle."""
        return self._person.drive(index)

    def look(self, update: Update) -> list[Command]:
        """See what became of the newest scans; return the keys pressed upon it. Nothing new, nothing pressed.

        Raises CannotGoOnError.
        """
        if self.over or (self._update and update.end_index <= self._update.end_index):
            return []
        self._update = update
        self._person.look(screen(update))
        pressed = next(self._course, None)
        self.over = pressed is None
        return pressed or []

    # -- the course: each yield presses keys and waits for the next update ----------------------------------

    @property
    def _practice(self) -> PracticeState:
        if self._update is None:
            raise RuntimeError("nothing was seen yet")
        return self._update.practice

    def _go(self) -> Iterator[list[Command]]:
        yield self._prepared()
        yield from self._wait(BEFORE)
        for channel in range(self.n_channels):
            yield from self._calibrated(channel)
            yield from self._wait(BETWEEN)
        yield [Begin()]
        yield from self._train()
        yield [Rate("pain", 1, "end"), Rate("effort", self._person.effort_rating, "end")]
        yield from self._wait(AFTER)

    def _prepared(self) -> list[Command]:
        sites: list[Command] = []
        for channel, muscle in enumerate(self.plan.muscles):
            first = None if muscle.percent is None else round(LANDMARKS_APART * muscle.percent / 100, 1)
            second = None if first is None else round(LANDMARKS_APART - first, 1)
            sites.append(Site(channel, first, second, "simulated", "none", "first time"))
        return [
            *(Answer(question) for question in QUESTIONS),
            *sites,
            Rate("pain", 1, "before"),
            Rate("effort", 0, "before"),
            *self.plan.commands(self.seed, n_channels=self.n_channels),
        ]

    def _calibrated(self, channel: int) -> Iterator[list[Command]]:
        for _ in range(MOST_CALIBRATIONS):
            yield [self.plan.calibration(channel, quick=self._quick)]
            while self._practice.calibration:
                yield []
            yield []  # the app takes a usable one by itself
            if self._practice.references[channel]:
                return
            yield from self._wait(BETWEEN)
        reason = self._practice.result.reason if self._practice.result else "it never ended"
        raise CannotGoOnError(f"{self.plan.muscles[channel].name} could not be calibrated: {reason}")

    def _train(self) -> Iterator[list[Command]]:
        """Follow the prompts until the exercise is done; rate pain and effort after each set."""
        rated = 0
        while (exercise := self._exercise).phase != "done":
            sets = sum(block.block == "set" for block in exercise.blocks)
            if sets > rated:
                rated = sets
                yield [Rate("pain", 1, "after"), Rate("effort", self._person.effort_rating, "after")]
            else:
                yield []

    @property
    def _exercise(self) -> ExerciseState:
        if self._practice.exercise is None:
            raise CannotGoOnError("the exercise did not begin")
        return self._practice.exercise

    def _wait(self, seconds: float) -> Iterator[list[Command]]:
        begun = self._update.end_index if self._update else 0
        while self._update is None or self._update.end_index < begun + seconds * self.rate:
            yield []

    @property
    def part_done(self) -> float:
        """About how much of the session is done, 0–1."""
        if self._update is None:
            return 0.0
        now = self._update.end_index / self.rate
        exercise = self._update.practice.exercise
        whole = now + exercise.seconds_left if exercise else 60.0 * self.plan.minutes(quick=self._quick)
        return min(1.0, now / whole)


def _worn(muscle: Muscle) -> ChannelSettings:
    """Return the sensor on `muscle`: its waveform where that will do, else the first output that does."""
    sensor = Sensor.RAW if Sensor.RAW in muscle.outputs else muscle.outputs[0]
    gain = 200.0 if sensor in (Sensor.RAW, Sensor.RECT) else None
    return ChannelSettings(muscle=muscle.name, side="left" if muscle.mirrored else "right", sensor=sensor, gain=gain)


def screen(update: Update) -> Screen:
    """Return what the app shows a person after `update`: prompt, lines and bars, and nothing else."""
    practice = update.practice
    means = update.bar.mean(axis=0) if len(update.bar) else ()
    bars = tuple(float(mean) if np.isfinite(mean) else None for mean in means)
    calibration, exercise = practice.calibration, practice.exercise
    if calibration:
        return Screen("try" if calibration.step == "try" else "quiet", calibration.channel, bars=bars)
    if exercise is None or exercise.phase == "done":
        return Screen(bars=bars)
    shown = Screen(
        kind=exercise.setup.exercise.kind if exercise.phase != "pause" else None,
        low=exercise.target.low,
        high=exercise.target.high,
        ceiling=exercise.ceiling,
        line=exercise.setup.wave,
        bars=() if exercise.bar_hidden else bars,
    )
    works = exercise.phase == "work" and not practice.paused
    return replace(shown, prompt="work" if works else "quiet")
