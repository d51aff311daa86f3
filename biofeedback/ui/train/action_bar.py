"""The row of actions: what can be done now, each with its key; the rarer ones step back behind *More*.

One rule: a button does what its key does, by the same signal.
"""

from __future__ import annotations

from PyQt6.QtCore import QPoint, pyqtSignal
from PyQt6.QtGui import QAction, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QMenu, QWidget

from biofeedback.engine_state import EngineState
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.controls import may_repeat
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import MARGIN, Look, style_sheet
from biofeedback.ui.train.exercise_lines import in_test, running
from biofeedback.ui.train.exercise_moment import waits_to_begin
from biofeedback.ui.train.target_box import TargetBox
from biofeedback.ui.train.target_editing import Line, target_text

LEADING = ("skip", "repeat", "bar")
"""Actions that lead an exercise."""
ENDED = ("failed", "ended", "stopped")
"""Phases of the engine after which nothing comes any more."""


class ActionBar(QWidget):
    """All actions. Connect to `pressed`, which carries the action's name."""

    pressed = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        tr = self.tr
        self.buttons: dict[str, KeyButton] = {
            "record": KeyButton(tr("Record"), "R", "record", parent=self),
            "calibrate": KeyButton(tr("Calibrate"), "C", "target", parent=self),
            "pause": KeyButton(tr("Pause"), "P", "pause", parent=self),
            "skip": KeyButton(tr("Skip"), "N", "next", parent=self),
            "repeat": KeyButton(tr("Repeat set"), "Y", "repeat", parent=self),
            "bar": KeyButton(tr("Hide bar"), "H", "eye off", parent=self),
            "mark": KeyButton(tr("Mark"), "M", "flag", parent=self),
            "stop": KeyButton(tr("It hurts"), "X", "hurts", parent=self),
            "outcome": KeyButton(tr("Outcome"), "U", "tick", parent=self),
            "raw": KeyButton(tr("Raw"), "W", "wave", parent=self),
            "theme": KeyButton(tr("Colours"), "T", "theme", parent=self),
            "settings": KeyButton(tr("Settings"), "S", "sliders", parent=self),
            "finish": KeyButton(tr("Finish"), "E", "stop", parent=self),
        }
        tips = {
            "record": tr("Record everything from now on (R)"),
            "calibrate": tr("Rest, then two comfortable pushes: 48 s (C)"),
            "pause": tr("Training stands still, recording goes on (P)"),
            "skip": tr("Go on to what comes next (N)"),
            "repeat": tr("Do the set that ended once more (Y)"),
            "bar": tr("Hide the bar and the envelope (H)"),
            "mark": tr("Set a numbered mark at this moment (M)"),
            "stop": tr("Let the training stand and say why: pain, dizziness, cramp, skin (X)"),
            "outcome": tr("Type in what was measured otherwise: chair stands, force, range (U)"),
            "raw": tr("Show the raw signal in place of the envelope (W)"),
            "theme": tr("Light, dark, high contrast (T)"),
            "settings": tr("Board, sensor, signal, screen, library (S)"),
            "finish": tr("Pause, and end the exercise with a second press (E)"),
        }
        self.primary = ""
        """Name of the one filled button, which Enter presses; empty while there is nothing to do but train."""
        self._possible: frozenset[str] = frozenset()
        """Names of the actions that mean something just now."""
        self._rare: list[str] = []
        """Those that step back behind *More*, the first one first."""
        self.target = TargetBox(self)
        self.more = KeyButton(tr("More …"), "", "more", tip=tr("The other actions"), parent=self)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        for name, button in self.buttons.items():
            if name == "finish":
                self._row.addStretch(1)
                self._row.addWidget(self.more)
            self._row.addWidget(button)
            button.name(button.text(), tips[name])
            button.clicked.connect(lambda _=False, name=name: self.pressed.emit(name))
            if name == "pause":
                self._row.addWidget(self.target)
        self.target.down.clicked.connect(lambda: self.pressed.emit("down"))
        self.target.up.clicked.connect(lambda: self.pressed.emit("up"))
        self.target.other.clicked.connect(lambda: self.pressed.emit("other line"))
        self.more.clicked.connect(self._open_menu)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for button in (*self.buttons.values(), self.more):
            button.dress(look)
        self.target.dress(look)
        self.setFixedHeight(self.more.sizeHint().height())
        self.fit()

    def show_state(
        self, state: EngineState, *, live: bool, may_review: bool = False, line: Line = "trained",
        may_go_on: bool = True,
    ) -> None:  # fmt: skip
        """Say on each button what it would do now.

        `live` while data flows, `may_review` when there is a recording, `line`: whose line the arrows move,
        `may_go_on`: nothing keeps what stands from going on.
        """
        practice = state.update.practice if state.update else None
        exercise, recording = running(practice), state.recording is not None and not state.recording.closed
        buttons, calibrating = self.buttons, practice is not None and practice.calibration is not None
        waits = practice is not None and waits_to_begin(practice)
        record, calibrate, pause = buttons["record"], buttons["calibrate"], buttons["pause"]
        if recording:
            record.name(self.tr("Stop recording"), self.tr("End the recording and complete its files (R)"), "stop")
        else:
            record.name(self.tr("Record"), self.tr("Record everything from now on (R)"), "record")
        record.setEnabled(recording or live)
        if calibrating:
            calibrate.name(self.tr("Stop"), self.tr("Give the calibration up; nothing changes (C or Esc)"), "stop")
        else:
            calibrate.name(self.tr("Calibrate"), self.tr("Rest, then two comfortable pushes: 48 s (C)"), "target")
        paused = practice is not None and practice.paused
        words, sign = (self.tr("Go on"), "play") if paused else (self.tr("Pause"), "pause")
        tip = self.tr("Training stands still, recording goes on (P)")
        if waits and not paused:
            words, sign, tip = self.tr("Begin"), "play", self.tr("Begin the exercise (P)")
        pause.name(words, tip, sign)
        for button in (calibrate, pause, buttons["mark"]):
            button.setEnabled(live)
        pause.setEnabled(live and may_go_on)
        buttons["outcome"].setEnabled(recording and live)
        self._show_leading(practice, exercise, live=live)
        to_review = exercise is None and may_review
        if to_review:
            buttons["finish"].name(self.tr("Review"), self.tr("End the recording and see what was done (E)"), "tick")
        self.primary = self._primary_of(state, recording=recording, live=live, may_review=may_review)
        if self.primary == "pause" and not may_go_on:
            self.primary = ""
        for name in ("record", "pause", "finish"):
            buttons[name].set_primary(primary=name == self.primary)
        self.target.tell(target_text(practice, line, _names(state)))
        self._offer(practice, exercise, to_review=to_review)
        self.fit()

    @staticmethod
    def _primary_of(state: EngineState, *, recording: bool, live: bool, may_review: bool) -> str:
        """Return the one thing to do now; nothing where Enter could only end what is going well."""
        practice = state.update.practice if state.update else None
        if not live or practice is None:
            return "finish" if may_review and state.phase in ENDED else ""
        if practice.calibration:
            return ""
        if practice.paused or waits_to_begin(practice):
            return "pause"
        if practice.exercise is not None and practice.exercise.phase == "done" and may_review:
            return "finish"
        return "" if recording else "record"

    def _show_leading(self, practice: PracticeState | None, exercise: ExerciseState | None, *, live: bool) -> None:
        """Say on the buttons that lead an exercise what they would do now."""
        buttons, paused = self.buttons, practice is not None and practice.paused
        hidden = _bar_hidden(practice)
        words, sign = (self.tr("Show bar"), "eye") if hidden else (self.tr("Hide bar"), "eye off")
        testing = exercise is not None and in_test(exercise)
        tip = self.tr("Hide or show the bar and the envelope (H)")
        buttons["bar"].name(words, self.tr("The bar stays hidden until the test is over") if testing else tip, sign)
        buttons["bar"].setEnabled(not testing)
        tip = self.tr("Go on to what comes next (N)")
        buttons["skip"].name(self.tr("Skip"), self.tr("Go on first: paused, nothing is skipped") if paused else tip)
        buttons["skip"].setEnabled(not paused and live)
        ends = self.tr("End the exercise here (E)")
        asks = self.tr("Pause, and end the exercise with a second press (E)")
        buttons["finish"].name(self.tr("Finish"), ends if paused else asks, "stop")

    def _offer(self, practice: PracticeState | None, exercise: ExerciseState | None, *, to_review: bool) -> None:
        """Decide which actions mean something just now, and which of them are rare."""
        possible = set(self.buttons) - {*LEADING, "finish", "outcome"}
        rare = ["theme", "settings", "raw"]
        if exercise is not None:
            possible |= {"skip", "bar", "finish"}
            rare = ["calibrate", *rare]
        elif to_review:
            possible.add("finish")
        if _bar_hidden(practice):
            possible.add("bar")
        may_again = practice is not None and practice.exercise is not None and may_repeat(practice.exercise)
        if may_again:
            possible.add("repeat")
        if exercise is None:
            if practice is not None and practice.setup is not None:
                possible.add("outcome")
                rare = ["outcome", *rare]
            calibrated = practice is not None and practice.references[0] is not None
            rare += ["bar", "mark", *(("calibrate", "record") if calibrated else ("record", "calibrate")), "repeat"]
        else:
            rare += ["bar", "mark", "repeat", "skip", "record"]
        self._possible, self._rare = frozenset(possible), [*rare, "stop"]

    def fit(self) -> None:
        """Hide the rarer actions until the others fit."""
        gap = 8 if self._look.text_percent == 100 else 14
        self._row.setSpacing(gap)
        for button in self.buttons.values():
            button.with_key = True
        names = [name for name in self.buttons if name in self._possible]
        leaving = [name for name in self._rare if name in names and name != self.primary]
        room = self.width() - 2 * MARGIN

        def needed() -> int:
            shown = [*(self.buttons[name] for name in names), self.target]
            if len(names) < len(self._possible):
                shown.append(self.more)
            return sum(part.sizeHint().width() + gap for part in shown) - gap

        if leaving[:1] == ["calibrate"]:  # one press away: it is for between the sets
            names.remove(leaving.pop(0))
        while needed() > room and len(leaving) > 1:
            names.remove(leaving.pop(0))
        if needed() > room:  # to say that it hurts is worth more than the keycaps
            for button in self.buttons.values():
                button.with_key = False
        if needed() > room and leaving:
            names.remove(leaving.pop(0))
        for name, button in self.buttons.items():
            button.setVisible(name in names)
            button.updateGeometry()
        self.more.setVisible(len(names) < len(self._possible))
        self.more.updateGeometry()
        self._row.activate()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Fit the actions into the new width."""
        super().resizeEvent(a0)
        self.fit()

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setStyleSheet(style_sheet(self._look))
        for name, button in self.buttons.items():
            if button.isHidden() and name in self._possible:
                action = QAction(f"{button.text()}   ({button.key})", menu)
                action.setEnabled(button.isEnabled())
                action.triggered.connect(lambda _=False, name=name: self.pressed.emit(name))
                menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(QPoint(0, -menu.sizeHint().height())))


def _names(state: EngineState) -> list[str]:
    return [channel.name for channel in state.settings.channels] if state.settings else []


def _bar_hidden(practice: PracticeState | None) -> bool:
    """Return whether somebody or a test has hidden the bar."""
    return practice is not None and practice.exercise is not None and practice.exercise.bar_hidden
