"""A live session of the training on a person of known effort, and its replay: what a sitting does, without an engine.

`Live` gives a pipeline blocks, gaps and commands, takes what follows by rule as `Sitting` does, and keeps all of it,
so that `replayed` can give it to a fresh pipeline in other pieces.
Rule: the effort is decided by what can be seen of the exercise before each block, never by what will be judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from biofeedback.emg.envelope import Floats
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.training.commands import (
    Begin,
    Command,
    Kind,
    SetDose,
    SetExercise,
    SetMatch,
    SetOther,
    SetReference,
    SetTarget,
    SetTest,
    SetWave,
)
from biofeedback.training.consequences import consequences
from biofeedback.training.events import (
    BlockResult,
    Measures,
    Offer,
    Prompt,
    Repetition,
    RestSample,
    Shaping,
    TrainingEvent,
    encode_event,
)
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.plan import Plan
from biofeedback.training.practice_state import PracticeState
from biofeedback.training.scoring import wave
from biofeedback.wire.events import Counts, Gap, GapCause, Scans
from tests.training.emg_noise import noise

RATE = 250.0
"""Scans per second, unless told otherwise: enough for every rule, and quick."""
BITS = 12
FULL_SCALE = 4095
MIDDLE = 2048
FULL = 600
"""Counts above rest at 100 %: of an envelope, or RMS of a waveform before the band-pass."""
REST = 50
"""Counts of an envelope at rest."""
RAW_FULL, RAW_REST = 25.0, 1.0
"""RMS in counts at 100 % and at rest, of a waveform."""

Person = Callable[[PracticeState], Sequence[float]]
"""The effort in percent on each channel during the next block, by what can be seen before it."""
KINDS: tuple[Kind, ...] = ("activate", "hold", "relax", "quick", "track", "match", "isolate")


def settings(
    n_channels: int = 1, sensor: Sensor = Sensor.ENV, rate: float = RATE, *, mains: int = 50, notch: bool = False
) -> PipelineSettings:
    """Return a path of `n_channels` sensors of one kind."""
    channels = tuple(ChannelSettings(f"m{i}", sensor=sensor) for i in range(n_channels))
    return PipelineSettings(rate, BITS, 5.0, channels, mains=mains, notch=notch)


@dataclass
class Live:
    """A session as it goes on: `told` with the scan before which each command took effect, and all `events`."""

    settings: PipelineSettings
    seed: int = 1
    pipeline: Pipeline = field(init=False)
    told: list[tuple[int, Command]] = field(init=False, default_factory=list)
    events: list[TrainingEvent] = field(init=False, default_factory=list)
    blocks: list[Scans | Gap] = field(init=False, default_factory=list)
    _noise: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.pipeline = Pipeline(self.settings)
        channels = self.settings.channels
        seconds = 60.0 if any(channel.sensor is Sensor.RAW for channel in channels) else 1.0
        # within the band of surface EMG that this rate has, as wide as it can be
        band = (30.0, min(165.0, 0.4 * self.settings.rate))
        self._noise = noise(seconds, len(channels), round(self.settings.rate), self.seed, band)

    # -- what a sitting does ----------------------------------------------------------------------------

    def tell(self, *commands: Command) -> None:
        """Take commands before the next scan; ValueError when one cannot be, and then it is not kept."""
        for command in commands:
            index = self.pipeline.next_index
            events = self.pipeline.command(command)
            self.told.append((index, command))
            self._follow(events)

    def take(self, block: Scans | Gap) -> None:
        """Take the next block or gap."""
        self.blocks.append(block)
        self._follow(self.pipeline.process(block).events)

    def _follow(self, events: Iterable[TrainingEvent]) -> None:
        for event in events:
            self.events.append(event)
            for command in consequences(event, self.pipeline.practice):
                self.tell(command)

    # -- the person ---------------------------------------------------------------------------------------

    def counts(self, levels: Sequence[float], n_scans: int) -> Counts:
        """Return the next `n_scans` scans of a person whose efforts are `levels` in percent."""
        columns = []
        for i, (level, channel) in enumerate(zip(levels, self.settings.channels, strict=True)):
            if channel.sensor is Sensor.RAW:
                place = np.arange(self.pipeline.next_index, self.pipeline.next_index + n_scans) % len(self._noise)
                rms = np.hypot(RAW_REST, RAW_FULL * level / 100)
                columns.append(MIDDLE + rms * self._noise[place, i])
            else:
                columns.append(np.full(n_scans, REST + FULL * level / 100))
        counts: Counts = np.clip(np.rint(np.stack(columns, axis=1)), 0, FULL_SCALE).astype(np.int32)
        return counts

    def give(self, levels: Sequence[float], seconds: float, *, block: int = 0) -> None:
        """Let the person make `levels` for so long, in blocks of `block` scans (0: one)."""
        left = round(seconds * self.settings.rate)
        while left:
            n = min(left, block or left)
            self.take(Scans(self.pipeline.next_index, self.counts(levels, n)))
            left -= n

    def miss(self, seconds: float, cause: GapCause = "line") -> None:
        """Lose scans."""
        self.take(Gap(self.pipeline.next_index, max(1, round(seconds * self.settings.rate)), cause))

    def follow(
        self,
        person: Person,
        *,
        block: int = 10,
        until: Callable[[PracticeState], bool] = lambda practice: exercise_of(practice).phase == "done",
        longest: float = 600.0,
    ) -> None:
        """Let the person follow what they see, block by block, until something is so; no session takes `longest` s."""
        end = self.pipeline.next_index + round(longest * self.settings.rate)
        while not until(practice := self.pipeline.practice):
            if self.pipeline.next_index >= end:
                raise TimeoutError(f"still {practice} after {longest:g} s of signal")
            self.take(Scans(self.pipeline.next_index, self.counts(person(practice), block)))

    # -- what can be seen ---------------------------------------------------------------------------------

    @property
    def exercise(self) -> ExerciseState:
        """The exercise that runs or was done last."""
        return exercise_of(self.pipeline.practice)

    @property
    def prompts(self) -> list[Prompt]:
        """All prompts so far."""
        return [event for event in self.events if isinstance(event, Prompt)]

    @property
    def repetitions(self) -> list[Repetition]:
        """All repetitions so far."""
        return [event for event in self.events if isinstance(event, Repetition)]

    @property
    def results(self) -> list[str]:
        """What became of them."""
        return [repetition.result for repetition in self.repetitions]

    @property
    def measures(self) -> list[Measures]:
        """All scores so far."""
        return [event for event in self.events if isinstance(event, Measures)]

    @property
    def block_results(self) -> list[BlockResult]:
        """All blocks so far."""
        return [event for event in self.events if isinstance(event, BlockResult)]

    @property
    def shapings(self) -> list[Shaping]:
        """What followed from the sets so far."""
        return [event for event in self.events if isinstance(event, Shaping)]

    @property
    def offers(self) -> list[Offer]:
        """What was offered so far."""
        return [event for event in self.events if isinstance(event, Offer)]

    @property
    def rests(self) -> list[RestSample]:
        """The looks at the rest so far."""
        return [event for event in self.events if isinstance(event, RestSample)]

    @property
    def outcome(self) -> tuple[list[str], str, PracticeState]:
        """Everything that a replay must give again."""
        return list(map(encode_event, self.events)), self.pipeline.envelope_hash, self.pipeline.practice


def exercise_of(practice: PracticeState) -> ExerciseState:
    """Return the exercise that can be seen; there must be one."""
    assert practice.exercise is not None
    return practice.exercise


# -- people ---------------------------------------------------------------------------------------------------


def right(state: PracticeState) -> tuple[float, float]:
    """Do what the exercise asks for: the first channel's effort in percent, and the other muscle's."""
    exercise = exercise_of(state)
    if exercise.phase != "work":
        return 0.0, 0.0
    kind, target = exercise.setup.exercise.kind, exercise.target
    if kind == "relax":
        return 0.0, 0.0
    if kind == "match":
        return 50.0, 50.0
    if kind == "track" and exercise.setup.wave:
        line = exercise.setup.wave
        now = np.array([round(exercise.phase_elapsed * RATE)])
        return float(wave(now, RATE, line.frequency, line.low, line.high)[0]), 0.0
    return (target.low * 1.3 if target.high is None else (target.low + target.high) / 2), 0.0


def resting(state: PracticeState) -> tuple[float, float]:
    """Do nothing: wrong for every kind but `relax`."""
    return 0.0, 0.0


def wrong(state: PracticeState) -> tuple[float, float]:
    """Miss what the exercise asks for."""
    exercise = exercise_of(state)
    if exercise.phase != "work":
        return 0.0, 0.0
    kind = exercise.setup.exercise.kind
    if kind == "relax":
        return exercise.target.low * 2, 0.0
    if kind == "match":
        return 30.0, 70.0
    if kind == "track":
        return 0.0, 0.0
    if kind == "isolate":
        return exercise.target.low * 1.3, (exercise.ceiling or 0.0) * 1.5
    return exercise.target.low * 0.6, 0.0


def one(person: Person) -> Person:
    """Return a person of one channel."""
    return lambda state: person(state)[:1]


# -- exercises ------------------------------------------------------------------------------------------------


def reference(channel: int = 0, sensor: Sensor = Sensor.ENV) -> SetReference:
    """Return the reference that makes the levels above percent."""
    if sensor is Sensor.RAW:
        return SetReference(channel, RAW_FULL, RAW_REST)
    return SetReference(channel, float(FULL), float(REST))


def setup(
    kind: Kind,
    *,
    work: float = 1.0,
    rest: float = 1.0,
    repetitions: int = 3,
    sets: int = 2,
    pause: float = 2.0,
    longest_rest: float | None = None,
    tests: int = 0,
    after: bool = False,
    target: SetTarget | None = None,
    seed: int = 0,
) -> list[Command]:
    """Return the commands of a small exercise of one kind."""
    commands: list[Command] = [
        SetExercise("small", 1, kind, seed),
        SetDose(work, rest, repetitions, sets, pause, longest_rest),
        SetTest(tests, work, rest, after),
    ]
    if kind == "track":
        commands.append(SetWave(0.25, 10.0, 30.0))
    elif kind == "match":
        commands.append(SetMatch())
    else:
        commands.append(target or SetTarget(15.0 if kind == "relax" else 40.0))
    if kind == "isolate":
        commands.append(SetOther(40.0, 25.0))
    return commands


def begun(
    kind: Kind, *more: Command, n_channels: int = 0, begin: Begin | None = None, sensor: Sensor = Sensor.ENV,
    rate: float = RATE, **dose: object,
) -> Live:  # fmt: skip
    """Return a session in which an exercise has just begun, after a second of rest."""
    n_channels = n_channels or (2 if kind in ("match", "isolate") else 1)
    live = Live(settings(n_channels, sensor, rate))
    live.give([0.0] * n_channels, 1.0)
    live.tell(*(reference(i, sensor) for i in range(n_channels)))
    live.tell(*setup(kind, **dose), *more, begin or Begin())  # type: ignore[arg-type]
    return live


def small(plan: Plan, *, seed: int = 3, sets: int = 2, repetitions: int = 3) -> list[Command]:
    """Return the commands of a plan with its work, rests and pauses cut short and few repetitions; then begin it."""
    work = 4.5 if plan.kind == "track" else min(plan.dose.work, 1.5)

    def cut(command: Command) -> Command:
        if isinstance(command, SetDose):
            return SetDose(work, 1.0, repetitions, sets, 2.0, None if command.longest_rest is None else 2.5)
        if isinstance(command, SetTest):
            return SetTest(2, min(command.work, 1.5), 1.0, after=True)
        return command

    return [*map(cut, plan.commands(seed, n_channels=len(plan.muscles))), Begin()]


# -- again ----------------------------------------------------------------------------------------------------


def replayed(live: Live, chunk: int | Callable[[int], int]) -> tuple[list[str], str, PracticeState]:
    """Give the samples, gaps and commands of `live` to a fresh pipeline in pieces of at most `chunk` scans.

    `chunk`: a number, or what gives one for the index of a piece's first scan. Pieces are cut where commands stand;
    scans on both sides of a cut of the live blocks are joined.
    """
    most = chunk if callable(chunk) else lambda _: chunk
    pipeline = Pipeline(live.settings)
    waiting = list(live.told)
    events: list[str] = []

    def commands(index: int) -> None:
        while waiting and waiting[0][0] <= index:
            events.extend(map(encode_event, pipeline.command(waiting.pop(0)[1])))

    for block in _joined(live.blocks):
        done = 0
        while block.first_index + done < block.end_index:
            at = block.first_index + done
            commands(at)
            if isinstance(block, Gap):
                piece: Scans | Gap = block
            else:
                stop = min(done + most(at), len(block.counts))
                if waiting:
                    stop = min(stop, waiting[0][0] - block.first_index)
                piece = Scans(at, block.counts[done:stop])
            events.extend(map(encode_event, pipeline.process(piece).events))
            done += piece.end_index - piece.first_index
    commands(pipeline.next_index)
    assert not waiting
    return events, pipeline.envelope_hash, pipeline.practice


def _joined(blocks: Sequence[Scans | Gap]) -> list[Scans | Gap]:
    joined: list[Scans | Gap] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if isinstance(block, Scans) and isinstance(before, Scans):
            joined[-1] = Scans(before.first_index, np.concatenate([before.counts, block.counts]))
        else:
            joined.append(block)
    return joined
