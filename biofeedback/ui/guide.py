"""The guide through a session: which of the five steps is shown, what was chosen today, and what follows from a step.

Entering a step does what belongs to it: the plan's muscles become the board's channels, the recording begins with what
was answered, the plan is set up, the recording ends. Going back is always possible.
One rule: a step is entered only when it may be; what training is told are commands with values, as everywhere.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from PyQt6.QtCore import QObject, pyqtSignal

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.recording.settings import BoardSettings
from biofeedback.safety import Answers, answers_as_commands, may_start
from biofeedback.training.commands import (
    Answer,
    Begin,
    Command,
    Finish,
    Pause,
    RepeatTry,
    Resume,
    SetTarget,
    Site,
    StartCalibration,
)
from biofeedback.training.plan import Plan
from biofeedback.training.plan_tables import Muscle
from biofeedback.training.practice_state import PracticeState
from biofeedback.training.prescription import Prescription
from biofeedback.ui.controls import Station
from biofeedback.ui.prepare.mains_guard import MainsGuard
from biofeedback.ui.train.exercise_lines import running

Step = Literal["start", "prepare", "calibrate", "train", "review"]
STEPS: tuple[Step, ...] = get_args(Step)
FREE_TASK = "practice"
OTHER_SIDE = {"left": "right", "right": "left"}
ASKING = (StartCalibration, RepeatTry, Begin, Resume)
"""Commands after which somebody is asked for an effort."""
LOWEST_EASED = 5.0
"""Percent: an eased target stays above rest."""


@dataclass(frozen=True, slots=True)
class Today:
    """What was chosen and answered for today's session."""

    subject: str = ""
    """Code of the person; empty: just practise, a new code is reserved with the recording."""
    plan: Plan | None = None
    """None: free practice."""
    short: bool = False
    """One set only."""
    quick: bool = True
    """The quick calibration."""
    days_away: int | None = None
    """Days since the session before; None without one."""
    ease: float = 0.0
    """Points of percent by which the target begins lower, once after days away."""
    side: str = "right"
    """Of the trained muscle."""
    answers: Answers = field(default_factory=Answers)
    nobody_wears: bool = False
    """Whether the person said that nobody is wearing electrodes."""
    sites: tuple[Site, ...] = ()
    despite: tuple[str, ...] = ()
    """Names of the red findings of the signal with which the person went on anyway."""
    prescription: Prescription | None = None

    @property
    def twelve_weeks(self) -> bool:
        """Whether 100 % is to be a comfortable effort."""
        return self.answers.twelve_weeks or (self.prescription is not None and self.prescription.twelve_weeks)


@dataclass(slots=True, eq=False)
class _Session:
    """A session that was begun, of one person and one plan. Another one is never equal."""

    calibrated: bool = False
    """Whether its Calibrate step was left for Train: what 100 % was in another session does not count."""
    set_up: bool = False
    """Whether the plan was set up in the running recording."""


class Guide(QObject):
    """Leads through the steps. `changed`: the step, or what was chosen, is another."""

    changed = pyqtSignal()

    def __init__(self, station: Station, parent: QObject | None = None, *, step: Step = "start") -> None:
        super().__init__(parent)
        self._station = station
        self.step: Step = step
        self.today = Today()
        self._session: _Session | None = None
        """None until it is begun, and again with another person or plan."""
        self.mains = MainsGuard(station, self)

    # -- what is chosen -------------------------------------------------------------------------------

    def change(self, **fields: Any) -> None:
        """Replace fields of today's choices."""
        before, self.today = self.today, replace(self.today, **fields)
        if self.today == before:
            return
        if (before.subject, before.plan) != (self.today.subject, self.today.plan):
            self._session = None
        if before.subject != self.today.subject:  # another person answers anew, and sits elsewhere
            self.today = replace(self.today, answers=Answers(), sites=(), despite=())
        elif before.plan != self.today.plan:
            self.today = replace(self.today, sites=(), despite=())
        self.changed.emit()

    def set_side(self, side: str) -> None:
        """Choose the side of the trained muscle; the channels follow."""
        self.change(side=side)
        self._name_channels()

    # -- where we are ---------------------------------------------------------------------------------

    @property
    def practice(self) -> PracticeState | None:
        """The training as it stands."""
        update = self._station.engine.state.update
        return update.practice if update else None

    @property
    def session(self) -> object:
        """What is another one for each session."""
        return self._session

    @property
    def simulated(self) -> bool:
        """Whether no living person is wired to the source."""
        return self._station.engine.state.simulated

    @property
    def safe(self) -> bool:
        """Whether somebody with electrodes may start; a simulated muscle always may."""
        return self.simulated or may_start(self.today.answers, self.mains.verdict).ok

    @property
    def may_ask(self) -> bool:
        """Whether somebody may be asked for an effort, as far as wall power goes."""
        return self.simulated or self.mains.may_resume

    @property
    def calibrated(self) -> bool:
        """Whether there is a 100 % for each muscle that the plan asks of."""
        practice, plan = self.practice, self.today.plan
        return practice is not None and None not in practice.references[: len(plan.muscles) if plan else 1]

    @property
    def recording(self) -> Path | None:
        """The newest recording of this session."""
        state = self._station.engine.state.recording
        return state.path if state and self._session is not None else None

    @property
    def is_recording(self) -> bool:
        """Whether a recording runs."""
        state = self._station.engine.state.recording
        return state is not None and not state.closed

    def may_go(self, step: Step) -> bool:
        """Return whether `step` can be entered now."""
        free = self.today.plan is None
        if step == "prepare":
            return not free or not self.simulated
        if step == "calibrate":
            return not free and self.safe
        if step == "train":
            is_of_now = self.step == "calibrate" or (self._session is not None and self._session.calibrated)
            return self.safe and (free or (is_of_now and self.calibrated))
        if step == "review":
            return self.recording is not None
        return True

    # -- the way --------------------------------------------------------------------------------------

    def go(self, step: Step) -> None:
        """Enter `step`, or the one before it that is missing: free practice with electrodes on needs Prepare once."""
        if step in ("train", "calibrate") and not self.safe:
            step = "prepare"
        if step == self.step or not self.may_go(step):
            return
        self._leave(step)
        if step == "prepare":
            self._name_channels()
        elif step in ("calibrate", "train"):
            self._begin()
        elif step == "review":
            self._end()
        elif step == "start" and self.step == "review":
            self._forget()
        if step == "train" and self.step == "calibrate" and self._session:
            self._session.calibrated = True
        self.step = step
        self.changed.emit()

    def back(self) -> None:
        """Go to the step before this one."""
        free = self.today.plan is None
        if free:
            self.go("prepare" if self.step == "train" and not self.simulated else "start")
        elif self.step != "start":
            self.go(STEPS[STEPS.index(self.step) - 1])

    def post(self, *commands: Command) -> None:
        """Tell the training; nobody is asked for an effort while the mains link is red."""
        for command in commands:
            if self.may_ask or not isinstance(command, ASKING):
                self._station.engine.post(command)

    def _leave(self, step: Step) -> None:
        """Let the training stand while another step than Review is looked at."""
        practice = self.practice
        if self.step == "train" and step != "review" and practice and running(practice) and not practice.paused:
            self.post(Pause("another step"))

    def _forget(self) -> None:
        """The session is over: the next one is asked anew, its electrodes sit anew, its 100 % is another one."""
        self._session = None
        self.today = replace(
            self.today, answers=Answers(), nobody_wears=False, sites=(), despite=(), short=False, ease=0.0
        )

    def _begin(self) -> None:
        """Begin the session's recording and set the plan up, unless both were done."""
        today, plan, session = self.today, self.today.plan, self._session
        if session is None:
            if self.is_recording:
                self._station.engine.stop_recording()
            self._station.begin_session(today.subject, plan.task if plan else FREE_TASK)
            session = self._session = _Session()
            self._station.start_recording()
            self.post(*answers_as_commands(today.answers), *today.sites)
            if today.despite:
                self.post(Answer("despite", ",".join(today.despite)))
        elif not self.is_recording:
            session.set_up = False
            self._station.start_recording()
        if plan is not None and not session.set_up:
            session.set_up = True
            self.post(*self._plan_commands(plan))

    def _plan_commands(self, plan: Plan) -> list[Command]:
        n_channels = len(self._station.choice.channels)
        commands = plan.commands(secrets.randbelow(2**31), short=self.today.short, n_channels=n_channels)
        if self.today.ease and plan.target:
            low = max(LOWEST_EASED, plan.target.low - self.today.ease)
            high = None if plan.target.high is None else plan.target.high - (plan.target.low - low)
            commands.append(SetTarget(low, high, reason="after days away"))
        return commands

    def _end(self) -> None:
        """End the exercise and the recording: Review reads the file."""
        practice = self.practice
        if practice and running(practice):
            self.post(Finish("review"))
            if practice.paused:  # what stands does not end; nothing more is asked after the end
                self._station.engine.post(Resume("review"))
        self._station.engine.stop_recording()

    def _name_channels(self) -> None:
        """Let the board's channels be the plan's muscles; what is known of their sensors stays."""
        plan, choice = self.today.plan, self._station.choice
        if plan is None:
            return
        channels = channels_of(plan, self.today.side, choice.channels)
        if channels != choice.channels:
            known = choice.settings.boards.get(choice.board, BoardSettings())
            boards = {**choice.settings.boards, choice.board: replace(known, channels=channels)}
            self._station.apply(replace(choice, settings=replace(choice.settings, boards=boards)))


def side_of(muscle: Muscle, side: str) -> str:
    """Return the side that `muscle` of a plan is on when `side` is trained."""
    return OTHER_SIDE.get(side, side) if muscle.mirrored else side


def channels_of(plan: Plan, side: str, before: tuple[ChannelSettings, ...]) -> tuple[ChannelSettings, ...]:
    """Return the channels for the muscles of `plan` on `side`; sensors, gains and further channels stay as `before`.

    A second muscle that is optional gets a channel only where there is a second sensor.
    """
    optional = plan.other is not None and plan.other.optional
    muscles = plan.muscles[:1] if optional and len(before) < 2 else plan.muscles
    channels = list(before)
    for i, muscle in enumerate(muscles):
        own = side_of(muscle, side)
        if i < len(channels):
            channels[i] = replace(channels[i], muscle=muscle.name, side=own)
        else:
            channels.append(replace(before[0], muscle=muscle.name, side=own))
    return tuple(channels)
