"""The list of steps at the left of a calibration: rest and each try, what each gave, and where we are now.

One rule: a done step keeps its place and shows its value; nothing of the list moves while a muscle works.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.training.calibration import CalibrationState
from biofeedback.training.commands import StartCalibration
from biofeedback.ui.calibrate.worth import amount, unit_of
from biofeedback.ui.look.canvas import CENTRE, TOP, Canvas
from biofeedback.ui.look.icons import paint_tick
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, Look
from biofeedback.ui.phrase import Phrase, say
from biofeedback.ui.words import spoken

PAD, PITCH = 24, 96
"""Pixels: inside the card, and from one step to the next where there is room."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """One line of the list; `mark` stands in its circle until it is done."""

    mark: str
    name: Phrase
    below: Phrase
    how: Literal["done", "now", "to come"]


def coming_steps(command: StartCalibration) -> tuple[StepLine, ...]:
    """Return the list before a calibration begins."""
    lines = [StepLine("0", say("Rest"), say("{s} s, let go fully", s=f"{command.resting:g}"), "to come")]
    for number in range(1, command.tries + 1):
        seconds, rest = f"{command.seconds:g}", f"{command.rest:g}"
        below = say("{s} s", s=seconds) if number == 1 else say("{s} s, after {rest} s rest", s=seconds, rest=rest)
        lines.append(StepLine(str(number), say("Try {n}", n=number), below, "to come"))
    return tuple(lines)


def running_steps(
    command: StartCalibration, step: CalibrationState, rest: float | None, scale: float | None
) -> tuple[StepLine, ...]:
    """Return the list while `step` runs. `rest` in counts where it is known, `scale` in µV per count or None."""
    planned = coming_steps(command)
    unit = unit_of(scale)
    resting: Literal["done", "now"] = "now" if step.step == "rest" else "done"
    value = say("done") if rest is None else say("{value} {unit}", value=amount(rest, scale), unit=unit)
    lines = [StepLine("0", say("Rest"), say("now") if resting == "now" else value, resting)]
    for number in range(1, step.n_tries + 1):
        spare = StepLine(str(number), say("Try {n}", n=number), say("one more"), "to come")
        line = planned[number] if number < len(planned) else spare
        if number == step.number and step.step != "rest":
            here = {"try": say("now"), "ready": say("get ready"), "pause": say("after the pause")}
            line = StepLine(line.mark, line.name, here[step.step], "now" if step.step == "try" else "to come")
        elif number <= len(step.tries):
            level = say("{value} {unit}", value=amount(step.tries[number - 1], scale), unit=unit)
            line = StepLine(line.mark, line.name, level, "done")
        lines.append(line)
    return tuple(lines)


class CalibrateSteps(QWidget):
    """The card. `title` is the muscle, `place` which of how many."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._title = self._place_words = self._foot = ""
        self._lines: tuple[StepLine, ...] = ()

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def show_steps(self, title: str, place: str, lines: tuple[StepLine, ...], foot: str) -> None:
        """Show the list; `foot` is the sentence at the card's end."""
        shown = (title, place, lines, foot)
        if shown == (self._title, self._place_words, self._lines, self._foot):
            return
        self._title, self._place_words, self._lines, self._foot = shown
        self.setAccessibleName(self.tr("Steps of the calibration of {muscle}").format(muscle=title))
        said = [f"{spoken(line.name)}: {spoken(line.below)}" for line in lines]
        self.setAccessibleDescription(". ".join([place, *said, foot]).lstrip(". "))
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h = float(self.width()), float(self.height())
        c.card(w, h)
        room = w - 2 * PAD
        y = 16.0
        if self._place_words:
            c.text(self._place_words, PAD, y, room, px(20), px(CAPTION), 500, t.ink3)
            y += px(22)
        head = min(text_height(self._title, px(LEAD), room, 600), px(52))
        c.text(self._title, PAD, y, room, head, px(LEAD), 600, vertical=TOP, wrap=True)
        y += head + px(20)
        foot = text_height(self._foot, px(CAPTION), room, 500)
        c.line(PAD, h - foot - 32, w - PAD, h - foot - 32, t.line)
        c.text(self._foot, PAD, h - foot - 20, room, foot, px(CAPTION), 500, t.ink2, vertical=TOP, wrap=True)
        spare = h - foot - 40 - y
        pitch = min(px(PITCH), spare / max(1, len(self._lines)))
        for k, line in enumerate(self._lines):
            self._paint_line(c, line, y + k * pitch, pitch, room, last=k == len(self._lines) - 1)
        painter.end()

    def _paint_line(self, c: Canvas, line: StepLine, y: float, pitch: float, room: float, *, last: bool) -> None:
        t, px = c.t, self._look.px
        r, x = px(15), PAD + px(16)
        if not last and pitch > 2 * r + 14:
            c.line(x, y + px(4) + 2 * r + 4, x, y + pitch + px(4) - 4, t.line, 2)
        cy = y + px(4) + r
        if line.how == "done":
            c.circle(x, cy, r, t.good)
            paint_tick(c, x, cy, 1.27 * r, t.on_good, max(2.6, r * 0.17))
        elif line.how == "now":
            c.circle(x, cy, r, t.accent)
        else:
            c.circle(x, cy, r - 1, None, t.edge, 1.5)
        if line.how != "done" and line.mark != "0":
            ink = t.on_accent if line.how == "now" else t.ink3
            c.text(line.mark, x - r, cy - r, 2 * r, 2 * r, px(BODY), 700, ink, CENTRE)
        elif line.how != "done":  # rest: two bars, as in the band
            ink = t.on_accent if line.how == "now" else t.ink3
            for side in (-1, 1):
                c.line(x + side * 0.24 * r, cy - 0.38 * r, x + side * 0.24 * r, cy + 0.38 * r, ink, max(2.5, 0.2 * r))
        left, strong = PAD + px(48), line.how != "to come"
        width = room - px(48)
        name, below = spoken(line.name), spoken(line.below)
        c.text(name, left, y, width, px(22), px(BODY), 600 if line.how == "now" else 500, t.ink if strong else t.ink2)
        ink = t.accent_ink if line.how == "now" else t.ink2 if strong else t.ink3
        size, weight = (px(BODY), 600) if line.how == "done" else (px(CAPTION), 400)
        while c.width(below, size, weight) > width and size > 10:
            size -= 0.5
        c.text(below, left, y + px(21), width, px(22), size, weight, ink)
