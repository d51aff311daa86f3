"""One block as it runs, a test or a set: a look at the rest, get ready, then repetitions with their rests.

Driven by `Exercise`, which knows what comes before and after it.
One rule: the target is frozen while a block runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.emg.sensor import Sensor
from biofeedback.emg.sensor_limits import allowed
from biofeedback.training.activation import Reference
from biofeedback.training.attempt import Attempt, Codes, Outcome
from biofeedback.training.commands import Block, SetTarget
from biofeedback.training.events import (
    BlockResult,
    Measures,
    Offer,
    Phase,
    Prompt,
    Repetition,
    TrainingEvent,
    Trouble,
)
from biofeedback.training.exercise_state import READY, SAMPLE
from biofeedback.training.phase_clock import PhaseClock
from biofeedback.training.rest_watch import RestWatch
from biofeedback.training.scoring import release_time
from biofeedback.training.setup import Setup
from biofeedback.training.tally import Tally

RELEASE_WITHIN = 3.0
"""Seconds after a block's last repetition in which its release is still looked for."""
_SCORES = {field.name for field in fields(Measures)} & {field.name for field in fields(Outcome)}


@dataclass(frozen=True, slots=True)
class Signal:
    """What an exercise knows of the signal: scans at `rate` hertz, values in 1/`steps` count, a sensor a channel."""

    rate: float
    steps: int
    sensors: tuple[Sensor, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Which block, against what. `two`: the other muscle has a reference too."""

    block: Block
    set_number: int
    target: SetTarget
    ceiling: float | None
    two: bool


@dataclass(slots=True)
class _Scored:
    """The last repetition that was not excluded, and the rest after it, where its release is looked for."""

    event: Repetition
    outcome: Outcome
    is_timed: bool
    after: list[Floats]


class BlockRun:
    """A block under way, from `start` until `result` stands."""

    def __init__(
        self,
        setup: Setup,
        signal: Signal,
        references: Sequence[Reference | None],
        place: Place,
        clock: PhaseClock,
        repetition: int,
    ) -> None:
        self.place = place
        self.repetition = repetition
        self.n_repetitions = setup.repetitions(place.block)
        self.attempt: Attempt | None = None
        self.tally = Tally()
        self.last: Repetition | None = None
        self.rest_changed = False
        self.result: BlockResult | None = None
        self._setup, self._signal, self._references, self._clock = setup, signal, references, clock
        self._rest = RestWatch(signal.sensors, signal.rate, signal.steps)
        self._scored: _Scored | None = None

    # -- the signal --------------------------------------------------------------------------------------

    def take(self, bar: Floats, codes: Codes, x: Integers) -> int:
        """Take scans of the running phase; return how many belong to it: fewer when a hold was completed in them."""
        if self.attempt:
            return self.attempt.process(bar, codes, x[:, 0])
        if self._clock.phase == "sample":
            self._rest.take(x, codes)
        elif self._scored:
            self._scored.after.append(bar[:, 0].copy())
        return len(bar)

    def gap(self, n_scans: int, whole: int) -> None:
        """Take note of `n_scans` missing in the running phase, of a gap of `whole` scans."""
        if self.attempt:
            self.attempt.gap(n_scans, whole)
        elif self._scored:
            self._scored.after.append(np.full(n_scans, np.nan))

    # -- the course --------------------------------------------------------------------------------------

    @property
    def is_secret(self) -> bool:
        """Whether nobody may know how long the phase lasts: prompts are to surprise (F8)."""
        return self._setup.surprising and self._clock.phase in ("ready", "work", "rest")

    @property
    def comes_next(self) -> int:
        """Number of the repetition under way, or of the next one."""
        return self.repetition + (self._clock.phase == "rest" and self.repetition < self.n_repetitions)

    def start(self) -> list[TrainingEvent]:
        """Begin with a look at the rest."""
        return self._enter("sample", SAMPLE)

    def advance(self) -> list[TrainingEvent]:
        """Go from the phase that ends now to the next; after the last one `result` stands."""
        phase = self._clock.phase
        if phase == "sample":
            # where quiet is trained the reference's rest is the electronics', which nobody's rest is like
            known = [] if self._setup.exercise.kind == "relax" else self._references[:2]
            samples = self._rest.judge(self._clock.index, known)
            self.rest_changed = any(sample.changed for sample in samples)
            return [*samples, *self._get_ready()]
        if phase == "ready":
            return self._prompt_work()
        if phase == "work":
            return self._end_attempt() + self._after_attempt()
        events = self._give_scores()
        if self.repetition >= self.n_repetitions:
            return [*events, self._end()]
        self.repetition += 1
        return events + self._prompt_work()

    def pause(self) -> list[TrainingEvent]:
        """Stand still. A repetition under way is excluded and will be begun anew."""
        return self._end_attempt("paused", again=True) if self.attempt else self._give_scores()

    def resume(self) -> list[TrainingEvent]:
        """Go on with the same repetition after a moment to get ready, or with a new look at the rest."""
        if self._clock.phase == "sample":
            self._rest.forget()
            return self.start()
        if self._clock.phase == "rest":
            if self.repetition >= self.n_repetitions:
                return [self._end()]
            self.repetition += 1
        return self._get_ready()

    def skip(self) -> list[TrainingEvent]:
        """Go on to what comes next; a repetition under way is excluded."""
        return self._end_attempt("skipped") + self._after_attempt() if self.attempt else self.advance()

    def finish(self) -> list[TrainingEvent]:
        """End here; without any repetition there is no result."""
        events = self._end_attempt("ended") if self.attempt else self._give_scores()
        return [*events, self._end()] if self.tally.results else events

    # -- inside ------------------------------------------------------------------------------------------

    def _enter(self, phase: Phase, seconds: float) -> list[TrainingEvent]:
        clock, place = self._clock, self.place
        clock.enter(phase, seconds)
        told = None if self.is_secret else seconds
        return [Prompt(clock.index, phase, place.block, place.set_number, self.repetition, told)]

    def _get_ready(self) -> list[TrainingEvent]:
        """Enter the moment before work; where the prompt is to surprise, of a length that cannot be known either."""
        setup, place = self._setup, self.place
        wait = setup.rest(place.block, place.set_number, self.repetition - 1) if setup.surprising else READY
        return self._enter("ready", wait)

    def _prompt_work(self) -> list[TrainingEvent]:
        place = self.place
        task = self._setup.task(place.block, place.target, place.ceiling)
        allows = allowed(self._signal.sensors[0], self._signal.rate)
        self.attempt = Attempt(task, self._signal.rate, self._clock.index, allows=allows, two=place.two)
        return self._enter("work", task.longest)

    def _end_attempt(self, why: Trouble = "", *, again: bool = False) -> list[TrainingEvent]:
        """Judge the attempt under way; `why` excludes it whatever it was. `again`: it will be begun anew."""
        attempt, self.attempt = self.attempt, None
        if attempt is None:
            return []
        outcome = attempt.finish()
        if why:
            outcome = replace(outcome, result="excluded", why=why)
        place = self.place
        self.last = event = Repetition(
            self._clock.index, place.block, place.set_number, self.repetition, outcome.result, outcome.why,
            outcome.hold, outcome.mean,
        )  # fmt: skip
        events: list[TrainingEvent] = [event]
        offer = None if again else self.tally.take(outcome)
        if offer and place.block == "set":
            events.append(Offer(self._clock.index, offer))
        if outcome.result == "excluded":
            return events
        self._scored = _Scored(event, outcome, attempt.is_timed, [])
        return events if self._setup.exercise.kind == "quick" else events + self._give_scores()

    def _after_attempt(self) -> list[TrainingEvent]:
        if self.repetition < self.n_repetitions:
            place = self.place
            return self._enter("rest", self._setup.rest(place.block, place.set_number, self.repetition))
        return self._enter("rest", RELEASE_WITHIN) if self._scored else [self._end()]

    def _give_scores(self) -> list[TrainingEvent]:
        """Give the scores of the last repetition, with its release where the rest after it was looked at."""
        scored, self._scored = self._scored, None
        if scored is None:
            return []
        event, outcome = scored.event, scored.outcome
        release = None
        if scored.after and outcome.mean and scored.is_timed:
            release = release_time(np.concatenate(scored.after), self._signal.rate, outcome.mean)
        scores = {name: getattr(outcome, name) for name in _SCORES}
        if release is None and all(value is None for value in scores.values()):
            return []
        return [Measures(self._clock.index, event.block, event.set_number, event.number, release=release, **scores)]

    def _end(self) -> BlockResult:
        place = self.place
        target = None if self._setup.exercise.kind in ("track", "match") else place.target
        self.result = self.tally.result(self._clock.index, place.block, place.set_number, target)
        return self.result
