"""The course of an exercise on the sample index: the hidden test, the sets, the pauses between, and what follows.

A state machine driven by scans, gaps and commands and seen through events. It draws nothing and waits for nobody: the
next phase begins at a scan that the phase before it determined.
One rule: what is offered (stop, easier, measure again) is never done unasked, and what follows by rule is only said.
"""

from __future__ import annotations

from collections.abc import Sequence

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.training.activation import Reference
from biofeedback.training.attempt import Codes
from biofeedback.training.block_run import BlockRun, Place, Signal
from biofeedback.training.commands import Begin, Block, Rate, SetTarget
from biofeedback.training.events import BlockResult, Offer, OfferKind, Phase, Prompt, TrainingEvent
from biofeedback.training.exercise_state import ExerciseState, block_seconds, rest_of_block
from biofeedback.training.phase_clock import PhaseClock
from biofeedback.training.setup import MOST_SETS, Setup
from biofeedback.training.tally import shaping_after


class Exercise:
    """One exercise, from `begin` on. The first channel is trained, the second one is the other muscle."""

    def __init__(
        self,
        setup: Setup,
        signal: Signal,
        references: Sequence[Reference | None],
        target: SetTarget,
        begin: Begin,
        index: int,
    ) -> None:
        """Get ready to begin at scan `index`; raise ValueError when it cannot be as it was set up."""
        if setup.missing:
            raise ValueError(f"the exercise lacks {setup.missing}")
        self.setup = setup
        self.references = references
        """Of all channels; may change between blocks."""
        self.next_target = target
        """From the next set on."""
        self.next_ceiling = None if setup.other is None else begin.ceiling or setup.other.ceiling
        self.shown = True
        self._first = setup.first_target(target)
        self._signal = signal
        self._clock = PhaseClock(signal.rate, index)
        self.n_sets = setup.n_sets
        self._block: Block = "set" if begin.block == "test" and not setup.repetitions("test") else begin.block
        self._set_number = begin.set_number
        self._sets_before = begin.set_number - 1 if self._block == "set" else 0
        self._paused = False
        self._blocks: list[BlockResult] = []
        self._offer: Offer | None = None
        self._ratings: tuple[Rate, ...] = ()
        if not (1 <= begin.set_number <= self.n_sets and 1 <= begin.repetition <= setup.repetitions(self._block)):
            raise ValueError(f"there is no repetition {begin.repetition} in set {begin.set_number}")
        self._run = self._new_run(begin.repetition)

    # -- the signal --------------------------------------------------------------------------------------

    def process(self, first_index: int, bar: Floats, codes: Codes, x: Integers) -> list[TrainingEvent]:
        """Take the next scans: `bar` in percent, `codes` of trouble, `x` in steps, each (n_scans, n_channels)."""
        events: list[TrainingEvent] = []
        clock = self._clock
        done = 0
        while done < len(bar):
            if self._paused or clock.end is None:
                self.stand(len(bar) - done)
                break
            stop = min(len(bar), clock.end - first_index)
            used = self._run.take(bar[done:stop], codes[done:stop], x[done:stop]) if self.in_block else stop - done
            done += used
            clock.index = first_index + done
            attempt = self._run.attempt
            if clock.is_over or (attempt and attempt.held):
                events += self._advance()
        return events

    def gap(self, n_scans: int) -> list[TrainingEvent]:
        """Take note of missing scans: time goes on, and what was under way has no value in them."""
        events: list[TrainingEvent] = []
        clock = self._clock
        left = n_scans
        while left:
            if self._paused or clock.end is None:
                self.stand(left)
                break
            now = min(left, clock.end - clock.index)
            if self.in_block:
                self._run.gap(now, n_scans)
            left -= now
            clock.index += now
            if clock.is_over:
                events += self._advance()
        return events

    def stand(self, n_scans: int) -> None:
        """Let `n_scans` pass in which the exercise stands still: paused, over, or during a calibration."""
        self._clock.stand(n_scans)

    # -- commands ----------------------------------------------------------------------------------------

    def begin(self) -> list[TrainingEvent]:
        """Start the block that it was made for."""
        return self._run.start()

    def pause(self) -> list[TrainingEvent]:
        """Stand still. A repetition under way is excluded and will be begun anew."""
        was_paused, self._paused = self._paused, True
        return self._run.pause() if self.in_block and not was_paused else []

    def resume(self) -> list[TrainingEvent]:
        """Go on: with the same repetition after a moment to get ready, or with what is left of a wait."""
        was_paused, self._paused = self._paused, False
        return self._followed(self._run.resume()) if self.in_block and was_paused else []

    def skip(self) -> list[TrainingEvent]:
        """Go on to what comes next; a repetition under way is excluded."""
        if self._paused or self._clock.end is None:
            raise ValueError("there is nothing to skip now")
        return self._followed(self._run.skip()) if self.in_block else self._advance()

    def repeat(self) -> list[TrainingEvent]:
        """Do one more set; raise ValueError while none has ended."""
        if self.phase not in ("pause", "done") or not self._sets_done:
            raise ValueError("a set can be repeated in the pause after it")
        n_sets = self.n_sets if self.phase == "pause" else self._sets_done
        if n_sets >= MOST_SETS:
            raise ValueError(f"there are {MOST_SETS} sets already, which is the most")
        self.n_sets = n_sets + 1
        if self.phase == "pause":
            return []
        return self._start_block("set")

    def finish(self) -> list[TrainingEvent]:
        """End here; what was done of a block is kept."""
        if self.phase == "done":
            return []
        events = self._run.finish() if self.in_block else []
        if self.in_block and self._run.result:
            self._blocks.append(self._run.result)
        return [*events, *self._enter("done", None)]

    def offer(self, what: OfferKind) -> list[TrainingEvent]:
        """Put an offer before the person."""
        self._offer = Offer(self._clock.index, what)
        return [self._offer]

    def rate(self, ratings: Sequence[Rate]) -> None:
        """Know the ratings so far, oldest first: they hold back what is harder."""
        self._ratings = tuple(ratings)

    # -- what can be seen --------------------------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        """The running phase."""
        return self._clock.phase

    @property
    def in_block(self) -> bool:
        """Whether a block is under way: its target is frozen and references stay."""
        return self.phase in ("sample", "ready", "work", "rest")

    @property
    def ended_at(self) -> int | None:
        """Index of the scan from which the exercise is done; None while it is not."""
        return self._clock.since if self.phase == "done" else None

    @property
    def _is_ending(self) -> bool:
        """Whether all repetitions of a block are done, and only the last release is still looked for."""
        return self.phase == "rest" and self._run.repetition >= self._run.n_repetitions

    @property
    def target(self) -> SetTarget:
        """The target that a block under way is held against, else that of the next one."""
        frozen = self.in_block and self._block == "set" and not self._is_ending
        return self._run.place.target if frozen else self.next_target

    @property
    def ceiling(self) -> float | None:
        """The other muscle's line of a block under way, else that of the next one."""
        return self._run.place.ceiling if self.in_block and not self._is_ending else self.next_ceiling

    @property
    def position(self) -> Begin | None:
        """Where to go on in another recording; None where nothing is left to do."""
        if self.in_block and not self._is_ending:
            return Begin(self._block, self._set_number, self._run.comes_next, self.ceiling)
        sets_done = self._set_number if self._is_ending and self._block == "set" else self._sets_done
        block = self._next_block(sets_done)
        return Begin(block, _number(block, sets_done), 1, self.ceiling) if block else None

    @property
    def state(self) -> ExerciseState:
        """A snapshot."""
        run, attempt, clock = self._run, self._run.attempt, self._clock
        return ExerciseState(
            setup=self.setup,
            phase=self.phase,
            block=self._block,
            set_number=self._set_number,
            n_sets=self.n_sets,
            repetition=run.repetition,
            n_repetitions=run.n_repetitions,
            phase_elapsed=clock.elapsed,
            phase_seconds=None if run.is_secret else clock.seconds,
            target=run.place.target,
            next_target=self.next_target,
            first_target=self._first.low,
            ceiling=run.place.ceiling,
            bar_hidden=not self.shown or (self._block != "set" and self.in_block),
            holding=attempt is not None and attempt.holding,
            above=attempt is not None and attempt.above,
            hold_clock=attempt.clock if attempt else 0.0,
            hold_fraction=attempt.fraction if attempt else 0.0,
            outcomes=tuple(run.tally.results),
            blocks=tuple(self._blocks),
            last=run.last,
            offer=self._offer,
            rest_changed=run.rest_changed,
            seconds_left=self._seconds_left(),
            next_ceiling=self.next_ceiling,
        )

    # -- the course --------------------------------------------------------------------------------------

    @property
    def _sets_done(self) -> int:
        return max((block.set_number for block in self._blocks if block.block == "set"), default=self._sets_before)

    def _next_block(self, sets_done: int) -> Block | None:
        """Return the block after the one that ends now, with so many sets done; None when the exercise is over."""
        if self._block == "retest":
            return None
        if self._block == "test" or sets_done < self.n_sets:
            return "set"
        test = self.setup.test
        return "retest" if test and test.after and test.repetitions else None

    def _enter(self, phase: Phase, seconds: float | None) -> list[TrainingEvent]:
        self._clock.enter(phase, seconds)
        return [Prompt(self._clock.index, phase, self._block, self._set_number, self._run.repetition, seconds)]

    def _advance(self) -> list[TrainingEvent]:
        """Go from the phase that ends now to the next."""
        if self.in_block:
            return self._followed(self._run.advance())
        return self._start_block(self._next_block(self._sets_done) or "set")

    def _start_block(self, block: Block) -> list[TrainingEvent]:
        self._set_number, self._block = _number(block, self._sets_done), block
        self._run = self._new_run(1)
        self._offer = None
        return self._run.start()

    def _new_run(self, repetition: int) -> BlockRun:
        target = self.next_target if self._block == "set" else self._first
        two = len(self.references) > 1 and None not in self.references[:2]
        place = Place(self._block, self._set_number, target, self.next_ceiling, two)
        return BlockRun(self.setup, self._signal, self.references, place, self._clock, repetition)

    def _followed(self, events: list[TrainingEvent]) -> list[TrainingEvent]:
        """Return the events of the running block and what follows when it ended."""
        self._offer = next((event for event in reversed(events) if isinstance(event, Offer)), self._offer)
        block = self._run.result
        if block is None:
            return events
        self._blocks.append(block)
        if block.block == "set":
            held = (self._run.place.target, self._run.place.ceiling)
            now = (self.next_target, self.next_ceiling)
            events.append(shaping_after(block, self.setup, held, now, self._ratings))
        if self._next_block(self._sets_done) is None:
            return events + self._enter("done", None)
        return events + self._enter("pause", self.setup.pause)

    def _seconds_left(self) -> float:
        """Return the time that the exercise still takes as planned, pauses included."""
        setup, run = self.setup, self._run
        if self.phase == "done":
            return 0.0
        # a pause that runs already is counted with the block after it
        now = rest_of_block(setup, self._block, self.phase, run.n_repetitions - run.repetition)
        left = self._clock.left + (now if self.in_block else -setup.pause)
        sets = self.n_sets - self._sets_done - (self._block == "set" and self.in_block)
        left += max(0, sets) * (block_seconds(setup, "set") + setup.pause)
        if self._block != "retest" and setup.test and setup.test.after:
            left += block_seconds(setup, "retest") + setup.pause
        return round(left, 1)


def _number(block: Block, sets_done: int) -> int:
    """Return the number of a block that begins when so many sets are done."""
    return sets_done + 1 if block == "set" else max(1, sets_done)
