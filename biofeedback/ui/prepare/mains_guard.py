"""The window's part of the mains rule: looks at the computer's wall power, knows what was answered, stops training.

It looks every 5 s from a worker, one look at a time, and judges anew as soon as an answer changes.
One rule: it pauses and stores while somebody may wear electrodes, never resumes, and never touches the recording.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Final, Protocol

from PyQt6.QtCore import QObject, pyqtBoundSignal, pyqtSignal

from biofeedback.engine_state import EngineState
from biofeedback.mains_link import MainsSigns
from biofeedback.mains_watch import ASK_AGAIN, GO_ON, MainsWatch, mains_as_commands
from biofeedback.recording.settings import BoardSettings
from biofeedback.safety import REASON_NAMES, UNSEEN_NAMES, Answers, MainsVerdict, mains_link
from biofeedback.training.commands import Command, StopCalibration
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.background import Background
from biofeedback.ui.choice import Choice
from biofeedback.ui.page import Glance
from biofeedback.ui.phrase import say
from biofeedback.ui.train.exercise_lines import running
from biofeedback.ui.words import spoken

SIMULATED_MUSCLE: Final = "Simulated muscle: nobody is connected to this computer."
NOT_LOOKED: Final = "Looking at this computer's wall power …"
_NOT_LOOKED_YET: Final = MainsVerdict(text=NOT_LOOKED, reasons=(), unseen=(), answered=False)
_UNDER_WAY: Final = ("calibrate", "train")
"""Steps in which electrodes are on and something is asked of the person."""

log = logging.getLogger(__name__)


class MainsStation(Protocol):
    """What the guard needs of the app around the window."""

    @property
    def choice(self) -> Choice:
        """Everything that is chosen."""

    def apply(self, choice: Choice) -> str:
        """Change to `choice`; return a sentence when something of it could not be kept."""

    def look_at_mains(self) -> MainsSigns:
        """Return what this computer knows of its wall power; may take half a second."""


class Answered(Protocol):
    """What was answered today."""

    @property
    def answers(self) -> Answers:
        """The three lists and the question about wall power."""

    @property
    def nobody_wears(self) -> bool:
        """Whether the person said that nobody is wearing electrodes."""


class MainsGuide(Protocol):
    """What the guard needs of the guide through the steps."""

    @property
    def changed(self) -> pyqtBoundSignal:
        """Emitted when the step or an answer is another one."""

    @property
    def step(self) -> str:
        """The step of now."""

    @property
    def today(self) -> Answered:
        """What was answered today."""

    def post(self, *commands: Command) -> None:
        """Give commands to the engine."""


class MainsGuard(QObject):
    """Keeps the mains rule's newest verdict; `changed` says that it, or the isolator's tick, is another one."""

    changed = pyqtSignal()

    def __init__(self, station: MainsStation, guide: MainsGuide) -> None:
        super().__init__(guide if isinstance(guide, QObject) else None)
        self._station, self._guide = station, guide
        self._background = Background(self)
        self._watch = MainsWatch()
        self._signs: MainsSigns | None = None
        self._looking = False
        self._simulated = False
        self._stands = False
        self._now = 0.0
        self._posted_at: float | None = None
        self._stopped_at: float | None = None
        self._verdict = _NOT_LOOKED_YET
        guide.changed.connect(self._judge)

    # -- what holds -----------------------------------------------------------------------------------

    @property
    def verdict(self) -> MainsVerdict:
        """What holds now; not answered as long as nobody has looked."""
        return self._verdict

    @property
    def may_resume(self) -> bool:
        """Whether a person may let training go on, as far as wall power goes."""
        return self._watch.may_resume

    @property
    def isolator(self) -> bool:
        """Whether a USB isolator is confirmed for the chosen board."""
        choice = self._station.choice
        board = choice.settings.boards.get(choice.board)
        return board is not None and board.isolator

    @property
    def sentence(self) -> str:
        """What to say over the training, in the person's language: red with its fix, or that one may go on, or ""."""
        if self._verdict.red:
            return f"{verdict_words(self._verdict)} {spoken(say(self._verdict.fix))}"
        if self._watch.paused and self._stands and self.may_resume:
            return spoken(say(GO_ON))
        return ""

    # -- what is done ---------------------------------------------------------------------------------

    def confirm_isolator(self, *, fitted: bool) -> str:
        """Keep whether an isolator is fitted to the chosen board; return a sentence when it could not be kept."""
        choice = self._station.choice
        board = replace(choice.settings.boards.get(choice.board, BoardSettings(choice.channels)), isolator=fitted)
        boards = {**choice.settings.boards, choice.board: board}
        trouble = self._station.apply(replace(choice, settings=replace(choice.settings, boards=boards)))
        self._judge()
        self.changed.emit()
        return trouble

    def look(self, glance: Glance) -> None:
        """Look, store and pause where it is time to; called four times a second."""
        state, self._now, self._simulated = glance.state, glance.now, glance.state.simulated
        self._judge()  # another board may have been chosen meanwhile
        if (self._signs is None or self._watch.due(glance.now)) and not self._looking:
            self._looking = True
            self._background.run(lambda _: self._station.look_at_mains(), self._seen, self._not_seen)
        practice = self._under_way(state)
        self._stands = practice is not None and practice.paused
        if practice is not None:
            self._store(practice)
            self._stop_calibration(practice)
        # where nothing is under way there is nothing to pause
        pause = self._watch.pause(glance.now, stands=practice is None or practice.paused)
        if pause:
            self._guide.post(pause)

    def _under_way(self, state: EngineState) -> PracticeState | None:
        """Return the training of somebody who may wear electrodes; None when nothing is asked of anybody."""
        if state.simulated or state.update is None:
            return None
        practice = state.update.practice
        return practice if self._guide.step in _UNDER_WAY or running(practice) else None

    def _store(self, practice: PracticeState) -> None:
        """Post what the notes do not hold yet; posting takes a moment, so not at each look."""
        new = [note for note in mains_as_commands(self._verdict) if note not in practice.notes]
        waits = self._posted_at is not None and self._now - self._posted_at < ASK_AGAIN
        if new and not waits and self._watch.verdict is not None:
            self._posted_at = self._now
            self._guide.post(*new)

    def _stop_calibration(self, practice: PracticeState) -> None:
        """Give a calibration up while red: it would run on through a pause, and ask for an effort."""
        waits = self._stopped_at is not None and self._now - self._stopped_at < ASK_AGAIN
        if practice.calibration and self._verdict.red and not waits:
            self._stopped_at = self._now
            self._guide.post(StopCalibration())

    def _seen(self, signs: MainsSigns) -> None:
        self._looking = False
        self._signs = signs
        self._watch.take(self._now, self._judged())
        self._judge()

    def _not_seen(self, error: Exception) -> None:
        log.warning("the computer's wall power cannot be looked at: %s", error)
        self._seen(MainsSigns())  # nothing is known, so the person is asked

    def _judge(self) -> None:
        """Take the verdict on what is known and answered now, where it is another one."""
        verdict = self._judged()
        if verdict == self._verdict:
            return
        self._verdict = verdict
        if self._signs is not None or verdict.cleared_by or verdict.red:
            self._watch.take(self._now, verdict)
        self.changed.emit()

    def _judged(self) -> MainsVerdict:
        today = self._guide.today
        verdict = mains_link(
            self._signs or MainsSigns(), isolator=self.isolator, says_wall_powered=today.answers.wall_powered,
            nobody_wears=today.nobody_wears or self._simulated,
        )  # fmt: skip
        if self._simulated:
            return replace(verdict, text=SIMULATED_MUSCLE, cleared_by="nobody")
        if self._signs is None and not verdict.cleared_by and not verdict.red:
            # an answer alone says nothing of the charger; what was said to be there is red before any look
            return _NOT_LOOKED_YET
        return verdict


def verdict_words(verdict: MainsVerdict) -> str:
    """Return the verdict's sentence in the person's language, what it names translated too."""
    names = REASON_NAMES if verdict.reasons else UNSEEN_NAMES
    what = ", ".join(spoken(say(names[reason])) for reason in verdict.reasons or verdict.unseen)
    return spoken(say(verdict.text, what=what))
