"""The Calibrate step: what will happen, the tries with bar and countdown, and what they are worth; muscle by muscle.

One rule: a calibration begins, stops and repeats by the person's key only, as commands; the page decides no number.
"""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtGui import QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QWidget

from biofeedback.engine_state import EngineState
from biofeedback.training.bar import Unit
from biofeedback.training.calibration import CalibrationState
from biofeedback.training.commands import Rate, RepeatTry, StopCalibration
from biofeedback.training.notes import MOST_PAIN_IN_CALIBRATION
from biofeedback.ui.calibrate.actions import Scene, actions_of, back, note_of
from biofeedback.ui.calibrate.course import CalibrateCourse, practice_of
from biofeedback.ui.calibrate.live import LiveCalibration, fitted
from biofeedback.ui.calibrate.result import CalibrateResult
from biofeedback.ui.calibrate.scroll import SheetArea
from biofeedback.ui.calibrate.shown import (
    Channel,
    announcement,
    channel_of,
    figure,
    on_bar,
    place_words,
    result_shown,
)
from biofeedback.ui.calibrate.stage import CalibrateStage
from biofeedback.ui.calibrate.steps import CalibrateSteps, coming_steps, running_steps
from biofeedback.ui.calibrate.traces import Traces
from biofeedback.ui.calibrate.words import calibrating, waiting
from biofeedback.ui.controls import Station
from biofeedback.ui.guide import Guide
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import GUTTER, Look
from biofeedback.ui.page import Action, Glance
from biofeedback.ui.readings import first_scale

STEPS_WIDTH = 256
"""Pixels of the list of steps; with very large text it steps back."""


class CalibratePage(QWidget):
    """The page. Its list of steps and stage give way to the result."""

    def __init__(self, station: Station, guide: Guide, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._station, self._guide = station, guide
        self._look = Look()
        self._glance: Glance | None = None
        self._session: object = None
        self._level: float | None = None
        self._tops: dict[tuple[int, float | None], float] = {}
        self.course = CalibrateCourse()
        self._traces = Traces(lambda: station.engine.rings)
        self.steps = CalibrateSteps(self)
        self.stage = CalibrateStage(lambda: station.engine.rings, self._traces, self)
        self.result = CalibrateResult()
        self.sheet = SheetArea(self.result, self.result.height_for, self)
        self.sheet.hide()
        self.stage.before.chosen.connect(lambda quick: guide.change(quick=quick))
        self.result.repeat.connect(lambda number: self.do(f"repeat {number}"))
        guide.changed.connect(self._follow_guide)
        for digit in range(10):
            QShortcut(QKeySequence(str(digit)), self, lambda digit=digit: self.do(str(digit))).setAutoRepeat(False)

    # -- the window asks ------------------------------------------------------------------------------

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for part in (self.steps, self.stage, self.result, self.sheet):
            part.dress(look)
        self._place()
        self.update()

    def entered(self) -> None:
        """Show the muscle whose turn it is: its result where there is one."""
        self.course.enter(self._guide.today, self._state)

    def look(self, glance: Glance) -> None:
        """Show what moves."""
        self._glance = glance
        self.course.follow(glance.state)
        self._traces.follow(glance.state)
        step = self._calibration
        if step is None or not self.stage.live.isVisibleTo(self.stage):
            self.look_slowly(glance)
        else:
            self._show_live(glance, step)

    def look_slowly(self, glance: Glance) -> None:
        """Show everything."""
        self._glance = glance
        state, today, course = glance.state, self._guide.today, self.course
        course.follow(state)
        step, result = self._calibration, course.result(state)
        self._turn(with_result=step is None and result is not None)
        if step is None and result is not None:
            if self.result.show_result(result_shown(state, today, course, result)):
                self.sheet.fit()
            return
        own, place = self._channel(state), place_words(state, today.plan, course.channel)
        command = course.command(today)
        if step is None:
            self.steps.show_steps(own.name, place, coming_steps(command), self.tr("Stop at once if it hurts."))
            self.stage.announce(announcement(state, glance.moment, today, course))
            return
        command = replace(command, kind=step.kind, seconds=self._try_seconds(step))
        foot = self.tr("Stop at once if it hurts. Pain now? Press 0 to 9: above 3 ends the calibration.")
        self.steps.show_steps(own.name, place, running_steps(command, step, self._traces.rest, own.scale), foot)
        rate = state.settings.rate if state.settings else 1000.0
        self._level = None if glance.silent else figure(self._station.engine.rings, step.channel, rate, own)
        self._show_live(glance, step)

    @property
    def ready(self) -> bool:
        """Whether every muscle has a 100 % of this session."""
        return any(action.name == "train" and action.enabled for action in self.offered())

    def offered(self) -> tuple[Action, ...]:
        """Return what can be done now."""
        return actions_of(self._scene(self._glance)) if self._glance else (back(),)

    def note(self) -> str:
        """Return what comes next."""
        return note_of(self._scene(self._glance)) if self._glance else ""

    def do(self, name: str) -> bool:
        """Do an action; return whether the page has dealt with it."""
        if name in ("back", "escape", "stop calibration"):
            return self._go_back()
        if name in ("begin", "over"):
            self.course.pain = None
            self._guide.post(self.course.command(self._guide.today))
        elif name == "quick":
            self._guide.change(quick=not self._guide.today.quick)
        elif name == "gentle":
            self.course.gentle = True
            self._guide.post(StopCalibration(), self.course.command(self._guide.today))
        elif name == "repeat":
            self._guide.post(RepeatTry())
        elif name.startswith("repeat "):
            self._guide.post(RepeatTry(int(name.removeprefix("repeat "))))
        elif name == "next":
            self.course.channel += 1
        elif name == "train":
            self._guide.go("train")
        elif name.isdigit():
            return self._rate_pain(int(name))
        else:
            return False
        return True

    # -- inside ---------------------------------------------------------------------------------------

    @property
    def _state(self) -> EngineState:
        return self._station.engine.state

    @property
    def _calibration(self) -> CalibrationState | None:
        practice = practice_of(self._glance.state) if self._glance else None
        return practice.calibration if practice else None

    def _channel(self, state: EngineState) -> Channel:
        return channel_of(state, self._guide.today.plan, self.course.channel)

    def _scene(self, glance: Glance) -> Scene:
        return Scene(glance, self.course, self._guide.today, self._guide.may_go("train"))

    def _go_back(self) -> bool:
        """Stop what runs; else show the muscle before; else leave the step."""
        if self._calibration is not None:
            self._guide.post(StopCalibration())
        elif self.course.channel > 0:
            self.course.channel -= 1
        else:
            self._guide.back()
        return True

    def _rate_pain(self, value: int) -> bool:
        if self._calibration is None:
            return False
        self._guide.post(Rate("pain", value, "during"))
        if value > MOST_PAIN_IN_CALIBRATION:
            self.course.gentle = True
            self.course.pain = value
        return True

    def _follow_guide(self) -> None:
        """Nobody is led through tries that are not shown; another session begins anew, a look at Start does not."""
        guide = self._guide
        if guide.session is not self._session:
            self._session = guide.session
            self.course.forget()
            self._traces.forget()
            self._tops.clear()
        if guide.step != "calibrate" and self._glance is not None:
            practice = practice_of(self._state)
            self._glance = None
            if practice is not None and practice.calibration is not None:
                guide.post(StopCalibration())

    def _try_seconds(self, step: CalibrationState) -> float:
        if step.step == "try":
            return step.step_seconds
        return next((seconds for name, seconds in step.coming if name == "try"), step.step_seconds)

    def _show_live(self, glance: Glance, step: CalibrationState) -> None:
        state, plan = glance.state, self._guide.today.plan
        own = self._channel(state)
        moment = waiting(state, glance.moment) if glance.silent else calibrating(step, plan, by_hand=state.by_hand)
        lines = on_bar(step.tries, self._traces.rest, own)
        key = (step.channel, own.scale)
        if key not in self._tops and state.settings is not None:
            unit: Unit = "counts" if own.scale is None else "uV"
            self._tops[key] = first_scale(unit, state.settings, state.settings.channels[step.channel])
        top = self._tops.get(key, 500.0)
        if lines and step.step != "try":
            top = self._tops[key] = fitted(top, max(lines))
        silence = ""
        if glance.silent:
            silence = self.tr("no data for {n} s").format(n=int(glance.moment.silent_for or 0))
        self.stage.show_now(moment, LiveCalibration(step, own.scale, top, self._level, lines, silence))

    def _turn(self, *, with_result: bool) -> None:
        if self.sheet.isHidden() == with_result:
            self.sheet.setVisible(with_result)
            self.stage.setVisible(not with_result)
            self._place()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the ground between the cards."""
        painter = QPainter(self)
        Canvas(painter, self._look).fill(0, 0, self.width(), self.height(), self._look.palette.canvas)
        painter.end()

    def _place(self) -> None:
        w, h, wide = self.width(), self.height(), round(self._look.px(STEPS_WIDTH))
        with_steps = wide <= 0.32 * w
        self.steps.setVisible(with_steps and self.sheet.isHidden())
        left = wide + GUTTER if with_steps else 0
        self.steps.setGeometry(0, 0, wide, h)
        self.stage.setGeometry(left, 0, w - left, h)
        self.sheet.setGeometry(0, 0, w, h)
