"""The row of actions: what can be done now, each with its key; the rarer ones step back behind *More*.

One rule: a button does what its key does, by the same signal.
"""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QSize, pyqtSignal
from PyQt6.QtGui import QAction, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from biofeedback.engine_state import EngineState
from biofeedback.training.commands import SetTarget
from biofeedback.training.exercise_state import ExerciseState
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.controls import may_repeat
from biofeedback.ui.look.canvas import CENTRE, Canvas, text_width
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import CAPTION, LEAD, MARGIN, RADIUS_CONTROL, Look, style_sheet
from biofeedback.ui.readings import UNIT_SIGNS
from biofeedback.ui.train.exercise_lines import running
from biofeedback.ui.train.exercise_moment import is_over, waits_to_begin
from biofeedback.ui.train.exercise_side import in_test

LEADING = ("skip", "repeat", "bar", "finish")
"""Actions that lead an exercise."""


class TargetBox(QWidget):
    """The target between its two arrows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._value = ""
        self._caption, self._later = self.tr("Target"), False
        self.down = KeyButton("", "↓", "down", quiet=True, parent=self)
        self.up = KeyButton("", "↑", "up", quiet=True, parent=self)
        self.down.name(self.tr("Target down"), self.tr("Lower the target (↓)"), "down", shown=False)
        self.up.name(self.tr("Target up"), self.tr("Raise the target (↑)"), "up", shown=False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.down.dress(look)
        self.up.dress(look)
        self.updateGeometry()
        self.update()

    def tell(self, value: str, *, enabled: bool, later: bool = False) -> None:
        """Show the target's value; `later`: it holds from the next set on."""
        self.down.setEnabled(enabled)
        self.up.setEnabled(enabled)
        caption = self.tr("Next set") if later else self.tr("Target")
        if (value, caption) != (self._value, self._caption):
            self._value, self._caption, self._later = value, caption, later
            self.setAccessibleName(f"{caption} {value}")
            self.updateGeometry()
            self.setToolTip(self.tr("{what} {value}: move it with ↓ and ↑").format(what=caption, value=value))
            self.update()

    def sizeHint(self) -> QSize:
        """Two arrows and room for the longest value."""
        px = self._look.px
        words = max(text_width("1000 µV", px(LEAD), 600), text_width(self.tr("Target"), px(CAPTION)))
        if self._look.text_percent > 125:  # an arrow stands for "next set" where there is no caption
            words = max(words, text_width(f"→ {self._value}", px(LEAD), 600))
        return QSize(round(2 * px(46) + words + 8), self.up.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`."""
        return self.sizeHint()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put the arrows at both ends."""
        super().resizeEvent(a0)
        w = round(self._look.px(44))
        self.down.setGeometry(1, 1, w, self.height() - 2)
        self.up.setGeometry(self.width() - w - 1, 1, w, self.height() - 2)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the frame and the value."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h = float(self.width()), float(self.height())
        c.box(0, 0, w, h, t.surface, RADIUS_CONTROL, t.border)
        if self._look.text_percent <= 125:
            c.text(self._caption, 0, 0.06 * h, w, 0.44 * h, px(CAPTION), 400, t.ink3, CENTRE)
            c.text(self._value, 0, 0.44 * h, w, 0.5 * h, px(LEAD), 600, align=CENTRE)
        else:
            value = f"→ {self._value}" if self._later else self._value
            c.text(value, 0, 0, w, h, px(LEAD), 600, align=CENTRE)
        painter.end()


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
            "skip": KeyButton(tr("Skip"), "N", "play", parent=self),
            "repeat": KeyButton(tr("Repeat set"), "Y", "repeat", parent=self),
            "bar": KeyButton(tr("Hide bar"), "H", "dial", parent=self),
            "mark": KeyButton(tr("Mark"), "M", "flag", parent=self),
            "stop": KeyButton(tr("It hurts"), "X", "stop", parent=self),
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
            "raw": tr("Show the raw signal in place of the envelope (W)"),
            "theme": tr("Light, dark, high contrast (T)"),
            "settings": tr("Board, sensor, signal, screen, library (S)"),
            "finish": tr("Pause, and end the exercise with a second press (E)"),
        }
        self._leading = False
        self._rare = ["repeat", "bar"]
        """Which of both steps back first: there is nothing to repeat within a set."""
        self._offered: list[str] = []
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
        self.more.clicked.connect(self._open_menu)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for button in (*self.buttons.values(), self.more):
            button.dress(look)
        self.target.dress(look)
        self.setFixedHeight(self.more.sizeHint().height())
        self.fit()

    def show_state(self, state: EngineState, *, live: bool, may_review: bool = False) -> None:
        """Say on each button what it would do now; `live` while data flows, `may_review` when there is a recording."""
        practice = state.update.practice if state.update else None
        recording = state.recording is not None and not state.recording.closed
        buttons = self.buttons
        record, calibrate, pause = buttons["record"], buttons["calibrate"], buttons["pause"]
        if recording:
            record.name(self.tr("Stop recording"), self.tr("End the recording and complete its files (R)"), "stop")
        else:
            record.name(self.tr("Record"), self.tr("Record everything from now on (R)"), "record")
        record.setEnabled(recording or live)
        exercise = running(practice)
        waits = practice is not None and waits_to_begin(practice)
        over = practice is not None and practice.exercise is not None and is_over(practice.exercise)
        to_review = exercise is None and may_review
        record.set_primary(primary=not recording and live and not waits and not to_review)
        self._leading = exercise is not None or may_repeat_of(practice) or over or to_review
        calibrating = practice is not None and practice.calibration is not None
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
        pause.set_primary(primary=waits and live)
        for button in (calibrate, pause, buttons["mark"]):
            button.setEnabled(live)
        self._show_leading(practice, exercise, live=live)
        if to_review:
            buttons["finish"].name(self.tr("Review"), self.tr("End the recording and see what was done (E)"), "tick")
            buttons["finish"].setEnabled(True)
        buttons["finish"].set_primary(primary=to_review and over)
        target = exercise.next_target if exercise else practice.target if practice else None
        has_level = exercise is None or exercise.setup.exercise.kind not in ("track", "match")
        value = "–" if practice is None or target is None or not has_level else _target_words(practice, target)
        later = exercise is not None and has_level and exercise.next_target.low != exercise.target.low
        self.target.tell(value, enabled=practice is not None and not calibrating and has_level, later=later)
        self.fit()

    def _show_leading(self, practice: PracticeState | None, exercise: ExerciseState | None, *, live: bool) -> None:
        """Say on the buttons that lead an exercise what they would do now."""
        buttons, paused = self.buttons, practice is not None and practice.paused
        hidden = exercise is not None and exercise.bar_hidden
        words = self.tr("Show bar") if hidden else self.tr("Hide bar")
        buttons["bar"].name(words, self.tr("Hide or show the bar and the envelope (H)"), "dial")
        buttons["bar"].setEnabled(exercise is not None and not in_test(exercise))
        buttons["skip"].setEnabled(exercise is not None and not paused and live)
        buttons["repeat"].setEnabled(may_repeat_of(practice))
        self._rare = ["bar", "repeat"] if may_repeat_of(practice) else ["repeat", "bar"]
        ends = self.tr("End the exercise here (E)")
        asks = self.tr("Pause, and end the exercise with a second press (E)")
        buttons["finish"].name(self.tr("Finish"), ends if paused else asks, "stop")
        buttons["finish"].setEnabled(exercise is not None)

    def fit(self) -> None:
        """Hide the rarer actions until the others fit."""
        gap = 8 if self._look.text_percent == 100 else 14
        self._row.setSpacing(gap)
        names = [name for name in self.buttons if self._leading or name not in LEADING]
        leaving = ["theme", "settings", "raw", "stop", "mark", "pause"]
        if self._leading:
            names.remove("calibrate")
            leaving = ["theme", "settings", "raw", *self._rare, "mark", "skip", "record"]
        self._offered = [name for name in self.buttons if name in names or name == "calibrate"]
        for button in self.buttons.values():
            button.with_key = True
        shown: list[QWidget] = [*(self.buttons[name] for name in names), self.target]
        if self._leading:  # calibrating stays one press away
            shown.append(self.more)
        room = self.width() - 2 * MARGIN

        def needed() -> int:
            return sum(part.sizeHint().width() + gap for part in shown)

        while needed() > room and leaving:
            if self.more not in shown:
                shown.append(self.more)
            shown.remove(self.buttons[leaving.pop(0)])
        if needed() > room:
            for button in self.buttons.values():
                button.with_key = False
        if needed() > room and not self._leading:
            shown.remove(self.buttons["calibrate"])
        for button in (*self.buttons.values(), self.more):
            button.setVisible(button in shown)
            button.updateGeometry()
        self._row.activate()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Fit the actions into the new width."""
        super().resizeEvent(a0)
        self.fit()

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setStyleSheet(style_sheet(self._look))
        for name, button in self.buttons.items():
            if button.isHidden() and name in self._offered:
                action = QAction(f"{button.text()}   ({button.key})", menu)
                action.setEnabled(button.isEnabled())
                action.triggered.connect(lambda _=False, name=name: self.pressed.emit(name))
                menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(QPoint(0, -menu.sizeHint().height())))


def may_repeat_of(practice: PracticeState | None) -> bool:
    """Return whether a set can be repeated just now."""
    return practice is not None and practice.exercise is not None and may_repeat(practice.exercise)


def _target_words(practice: PracticeState, target: SetTarget) -> str:
    ends = f"{target.low:g}" if target.high is None else f"{target.low:g}–{target.high:g}"
    return f"{ends} {UNIT_SIGNS[practice.unit]}"
