"""The column at the right: holds, best hold, time above the line, the calibration and the marks of this run.

While calibrating it shows the steps instead, during an exercise its repetitions and sets.
One rule: numbers stand with their words; "8 of 10", never "80 %".
"""

from __future__ import annotations

from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.engine_state import EngineState
from biofeedback.training.calibration import CalibrationState
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.look.canvas import CENTRE, RIGHT, Canvas
from biofeedback.ui.look.icons import paint_light, paint_tick
from biofeedback.ui.look.tokens import BODY, CAPTION, COUNT, LEAD, Look
from biofeedback.ui.phrase import clock
from biofeedback.ui.readings import UNIT_SIGNS, Reading
from biofeedback.ui.train.exercise_lines import running
from biofeedback.ui.train.exercise_moment import is_over
from biofeedback.ui.train.exercise_side import Dot, dots, paint_exercise, paint_exercise_dot, paint_over, summary
from biofeedback.ui.train.history import SHOWN, History, Outcome


class SidePanel(QWidget):
    """Paints what `show_state` was told last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._practice: PracticeState | None = None
        self._reading: Reading | None = None
        self._history = History()
        self._silent = False
        self._shown: tuple[object, ...] = ()
        self.setAccessibleName(self.tr("Holds and calibration"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def show_state(self, state: EngineState, reading: Reading | None, history: History, *, silent: bool) -> None:
        """Show the newest state, if anything in it can be seen to change."""
        practice = state.update.practice if state.update else None
        shown = (
            practice and (practice.n_reached, practice.n_started, round(practice.best_hold, 1), practice.references,
                          int(practice.time_above),
                          practice.calibration and (practice.calibration.step, practice.calibration.tries)),
            self._seen(practice), silent, tuple(history.outcomes), tuple(history.marks), reading and reading.unit,
        )  # fmt: skip
        self._practice, self._reading, self._history, self._silent = practice, reading, history, silent
        if shown != self._shown:
            self._shown = shown
            self.setAccessibleDescription(self._in_words(practice))
            self.update()

    def _in_words(self, practice: PracticeState | None) -> str:
        """Return what is painted, for who listens."""
        if practice is None:
            return self.tr("Nothing was done yet.")
        if practice.calibration:
            step = practice.calibration
            return self.tr("Calibration, try {n} of {m}").format(n=step.number, m=step.n_tries)
        if exercise := running(practice):
            return summary(exercise)
        words = self.tr("{n} of {m} holds reached").format(n=practice.n_reached, m=practice.n_started)
        if practice.exercise and is_over(practice.exercise):
            sets = [block for block in practice.exercise.blocks if block.block == "set"]
            n, m = sum(block.reached for block in sets), sum(block.scored for block in sets)
            return self.tr("{n} of {m} repetitions reached").format(n=n, m=m)
        longest = self.tr("longest {seconds} s").format(seconds=f"{practice.best_hold:.1f}")
        return f"{words}, {longest}"

    @staticmethod
    def _seen(practice: PracticeState | None) -> tuple[object, ...] | None:
        """Return what of the exercise is shown here."""
        exercise = practice.exercise if practice else None
        if exercise is None or practice is None or not (running(practice) or is_over(exercise)):
            return None
        return (dots(exercise), exercise.block, exercise.set_number, exercise.n_sets, exercise.phase,
                exercise.repetition, int(exercise.seconds_left), exercise.offer, exercise.rest_changed, practice.paused,
                exercise.blocks)  # fmt: skip

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        w, h = float(self.width()), float(self.height())
        c.card(w, h)
        f = self._look.px(1.0) * (1.25 if w >= 340 and self._look.text_percent == 100 else 1.0)
        pad = 20.0 if f <= 1.0 else 28.0
        if self._practice and self._practice.calibration:
            self._paint_steps(c, self._practice.calibration, pad, w - 2 * pad, f)
        elif self._practice and (exercise := running(self._practice)):
            paint_exercise(c, exercise, pad, w - 2 * pad, h, f, silent=self._silent, paused=self._practice.paused)
        elif self._practice and self._practice.exercise and is_over(self._practice.exercise):
            paint_over(c, self._practice.exercise, pad, w - 2 * pad, h, f)
        else:
            self._paint_practice(c, pad, w - 2 * pad, h, f)
        painter.end()

    def _paint_practice(self, c: Canvas, x: float, w: float, h: float, f: float) -> None:
        t, practice, history = c.t, self._practice, self._history
        n_reached, n_started = (practice.n_reached, practice.n_started) if practice else (0, 0)
        c.text(self.tr("Holds reached"), x, 16 * f, w, 24 * f, BODY * f, 400, t.ink2)
        figure = str(n_reached)
        c.text(figure, x, 40 * f, w, 48 * f, COUNT * f, 700, t.good_ink if n_reached else t.ink)
        words = self.tr("of {n} started").format(n=n_started)
        c.text(words, x + c.width(figure, COUNT * f, 700) + 10 * f, 45 * f, w, 48 * f, LEAD * f, 400, t.ink2)
        large = f >= 1.5
        d = min((38 if f > 1 else 32) * f, (w - 4 * 8) / 5)
        gap = (w - 5 * d) / 4
        n_dots = SHOWN // 2 if large else SHOWN
        y = 104 * f
        outcomes: list[Outcome | None] = [*history.outcomes[-n_dots:]]
        outcomes += [None] * (n_dots - len(outcomes))
        for i, outcome in enumerate(outcomes):
            shown = None if outcome == "now" and self._silent else outcome
            paint_dot(
                c,
                x + d / 2 + (i % 5) * (d + gap),
                y + d / 2 + (i // 5) * (d + 8 * f),
                d,
                shown,
                broken=shown != outcome,
            )
        y += (n_dots // 5) * (d + 8 * f) + 10 * f
        rows = [
            (self.tr("Best hold"), f"{practice.best_hold:.1f} s" if practice and practice.best_hold else "–"),
            (self.tr("Time above"), f"{clock(practice.time_above)}" if practice and practice.time_above else "–"),
        ]
        y = self._paint_rows(c, rows, x, y, w, f)
        if y + 72 * f < h:
            y = self._paint_reference(c, x, y, w, f)
        if y + 70 * f < h:
            self._paint_marks(c, x, y, w, h, f)

    def _paint_rows(self, c: Canvas, rows: list[tuple[str, str]], x: float, y: float, w: float, f: float) -> float:
        c.line(x, y, x + w, y)
        y += 8 * f
        for label, value in rows:
            c.text(label, x, y, w, 32 * f, BODY * f, 400, c.t.ink2)
            c.text(value, x, y, w, 32 * f, LEAD * f, 600, align=RIGHT)
            y += 34 * f
        return y + 6 * f

    def _paint_reference(self, c: Canvas, x: float, y: float, w: float, f: float) -> float:
        t = c.t
        c.line(x, y, x + w, y)
        y += 10 * f
        c.text(self.tr("Calibration"), x, y, w, 24 * f, CAPTION * f, 600, t.ink3)
        y += 26 * f
        reference = self._reading.reference if self._reading else None
        if reference is None:
            c.text(self.tr("not yet"), x, y, w, 28 * f, BODY * f, 500, t.ink2)
            c.key("C", x + w - 22 * f, y + 14 * f, 12 * f)
            return y + 40 * f
        words = {"good": (self.tr("good"), t.good_ink), "care": (self.tr("with care"), t.warn_ink)}
        verdict, ink = words.get(reference.verdict, (reference.verdict or self.tr("accepted"), t.ink))
        paint_light(c, "good" if reference.verdict == "good" else "look", x + 9 * f, y + 14 * f, 9 * f)
        c.text(verdict, x + 26 * f, y, w, 28 * f, BODY * f, 600, ink)
        if self._reading and self._reading.scale is not None:
            c.text(f"{reference.amplitude * self._reading.scale:.0f} µV", x, y, w, 28 * f, BODY * f, 600, align=RIGHT)
        y += 28 * f
        if reference.spread is not None and y + 36 * f < self.height():
            c.text(self.tr("tries differ by"), x, y, w, 28 * f, BODY * f, 400, t.ink2)
            c.text(f"{reference.spread:.0f} %", x, y, w, 28 * f, BODY * f, 600, align=RIGHT)
            y += 28 * f
        return y + 10 * f

    def _paint_marks(self, c: Canvas, x: float, y: float, w: float, h: float, f: float) -> None:
        t, marks = c.t, self._history.marks
        c.line(x, y, x + w, y)
        y += 10 * f
        c.text(self.tr("Marks"), x, y, w, 24 * f, CAPTION * f, 600, t.ink3)
        if not marks:
            c.text(self.tr("none yet"), x, y + 24 * f, w, 28 * f, BODY * f, 500, t.ink2)
            c.key("M", x + w - 22 * f, y + 38 * f, 12 * f)
            return
        room = max(1, int((h - y - 24 * f - 12) / (26 * f)))
        for k, seconds in enumerate(reversed(marks[-room:])):
            yy = y + (24 + 26 * k) * f
            c.text(self.tr("mark {n}").format(n=len(marks) - k), x, yy, w, 26 * f, BODY * f, 400, t.ink2)
            c.text(clock(seconds), x, yy, w, 26 * f, BODY * f, 600, align=RIGHT)

    def _paint_steps(self, c: Canvas, step: CalibrationState, x: float, w: float, f: float) -> None:
        t = c.t
        c.text(self.tr("Quick calibration"), x, 14 * f, w, 28 * f, min(LEAD, w / 10.4) * f if f <= 1 else BODY * f, 600)
        unit, scale = (
            (UNIT_SIGNS["uV"], self._reading.scale) if self._reading and self._reading.scale else ("counts", 1.0)
        )
        tries = [f"{value * scale:.0f} {unit}" for value in step.tries]
        current = 0 if step.step == "rest" else step.number
        rows = [(self.tr("Rest"), self.tr("5 s, soft")), (self.tr("Push 1"), self.tr("5 s")),
                (self.tr("Push 2"), self.tr("5 s, after a rest"))]  # fmt: skip
        r = 15 * f
        dy = min(84 * f, (self.height() - 56 * f) / 3)
        for k, (name, what) in enumerate(rows):
            y = 60 * f + k * dy
            done = k < current or (k == current and k > 0 and len(tries) >= k)
            if k < len(rows) - 1:
                c.line(x + r, y + 38 * f, x + r, y + dy - 4, t.line, 2)
            now = k == current and not done
            if done:
                c.circle(x + r, y + 18 * f, r, t.good)
                paint_tick(c, x + r, y + 18 * f, 19 * f, t.on_good, 2.6)
            else:
                c.circle(
                    x + r, y + 18 * f, r - (0 if now else 1), t.accent if now else None, None if now else t.edge, 1.5
                )
                ink = t.on_accent if now else t.ink3
                c.text(str(k + 1), x, y + 3 * f, 2 * r, 30 * f, BODY * f, 700, ink, CENTRE)
            c.text(
                name, x + 46 * f, y - 2 * f, w, 24 * f, BODY * f, 600 if now else 500, t.ink if now or done else t.ink2
            )
            value = tries[k - 1] if 0 < k <= len(tries) else self.tr("done") if done else what
            running = now and step.step in ("rest", "try")
            words = self.tr("now") if running else self.tr("next") if now else value
            c.text(words, x + 46 * f, y + 20 * f, w, 22 * f, CAPTION * f, 600 if done else 400,
                   t.accent_ink if now else t.ink2 if done else t.ink3)  # fmt: skip
        y = 64 * f + 3 * dy
        if y + 84 * f > self.height():
            return
        c.line(x, y, x + w, y)
        c.text(self.tr("Stop at once if it hurts.\nEsc ends it; nothing\nchanges then."), x, y + 8 * f, w, 72 * f,
               CAPTION * f, 500, t.ink2, wrap=True)  # fmt: skip


def paint_dot(c: Canvas, x: float, y: float, d: float, outcome: Outcome | None, *, broken: bool = False) -> None:
    """Paint a hold: tick (reached), bar (below), ringed (now), thin (none yet), dashed (broken off)."""
    dot: Dot = outcome or ("lost" if broken else "next")
    paint_exercise_dot(c, x, y, d, dot)
