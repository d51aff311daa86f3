"""The header: what this is, the five steps, who trains, whether the signal is simulated, and the board.

One rule: what has no room loses its words before it loses its place.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.guide import STEPS, Step
from biofeedback.ui.look.canvas import Canvas, badge_width, text_width
from biofeedback.ui.look.icons import paint_icon, paint_logo
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.step_button import StepButton
from biofeedback.ui.look.tokens import BODY, MARGIN, Look

BETWEEN = 28.0
"""Pixels between two steps at 100 %, with a short line in the middle."""


class Header(QWidget):
    """Connect to `step_pressed`, which carries the step's name, and to `board.clicked`."""

    step_pressed = pyqtSignal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._simulated = False
        self._who = ""
        self._told: tuple[str, str] = ("", "")
        self._with_who = True
        words = (self.tr("Start"), self.tr("Prepare"), self.tr("Calibrate"), self.tr("Train"), self.tr("Review"))
        self.steps = {step: StepButton(n, words[n - 1], self) for n, step in enumerate(STEPS, 1)}
        for step, button in self.steps.items():
            button.clicked.connect(lambda _=False, step=step: self.step_pressed.emit(step))
        self.board = KeyButton(self.tr("Board"), "B", "board", quiet=True, parent=self)
        self.board.with_key = False
        self.tell("", simulated=False)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.board.dress(look)
        for button in self.steps.values():
            button.dress(look)
        self.setFixedHeight(round(56 if look.text_percent == 100 else max(56, look.px(36))))
        self._place()
        self.update()

    def tell(self, label: str, *, simulated: bool) -> None:
        """Show the source's name, and the badge where it is no living muscle."""
        short = label if len(label) <= 28 else f"{label[:27]}…"
        tip = self.tr("Board and sensor (B): {label}").format(label=label)
        self.board.name(short or self.tr("No board"), tip, shown=False)
        if simulated != self._simulated:
            self._simulated = simulated
            self._place()

    def tell_steps(self, here: Step, open_: Collection[Step], who: str) -> None:
        """Show which step this is, which can be pressed, and who trains what."""
        at = STEPS.index(here)
        for n, (step, button) in enumerate(self.steps.items()):
            button.tell(here=step == here, done=n < at, open_=step in open_)
        if (here, who) != self._told:
            self._told = (here, who)
            self._who = who
            self._place()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ground, logo, name, lines between the steps, person and badge."""
        painter = QPainter(self)
        c, px = Canvas(painter, self._look), self._look.px
        w, h = float(self.width()), float(self.height())
        c.fill(0, 0, w, h, c.t.surface)
        c.line(0, h - 0.5, w, h - 0.5, c.t.line)
        paint_logo(c, MARGIN, h / 2, px(22))
        buttons = list(self.steps.values())
        if MARGIN + self._name_width() < buttons[0].x():
            c.text("biofeedback", MARGIN + px(30), 0, w, h, px(BODY), 600)
        for left, right in itertools.pairwise(buttons):
            middle = (left.x() + left.width() + right.x()) / 2
            c.line(middle - px(6), h / 2, middle + px(6), h / 2, c.t.border, 1.5)
        x: float = self.board.x() - 4
        if self._simulated:
            words = self.tr("SIMULATED")
            x -= badge_width(words, self._look) + 8
            c.badge(words, x, h / 2 - px(13))
        if self._who and self._with_who:
            x -= self._who_width() + px(8)
            paint_icon(c, "person", x + px(10), h / 2, px(20), c.t.ink2)
            c.text(self._who, x + px(26), 0, w, h, px(BODY), 400, c.t.ink2)
        painter.end()

    def _name_width(self) -> float:
        px = self._look.px
        return px(30) + text_width("biofeedback", px(BODY), 600)

    def _who_width(self) -> float:
        px = self._look.px
        return px(26) + text_width(self._who, px(BODY)) if self._who else 0.0

    def _place(self) -> None:
        """Steps in the middle of what is left; their names, then who trains, step back where there is no room."""
        px = self._look.px
        hint = self.board.sizeHint()
        h = min(self.height() - 8, hint.height())
        right = self.width() - MARGIN + 8 - hint.width()
        self.board.setGeometry(right, (self.height() - h) // 2, hint.width(), h)
        badge = badge_width(self.tr("SIMULATED"), self._look) + 16 if self._simulated else 0.0
        right -= round(badge)
        buttons = list(self.steps.values())

        def width(*, words: bool) -> float:
            for button in buttons:
                button.with_words = words or button is here
            return sum(button.sizeHint().width() for button in buttons) + 4 * px(BETWEEN)

        here = next((button for button in buttons if button.is_here), buttons[0])
        left = MARGIN + px(30)
        self._with_who = True
        for words, with_who, with_name in ((True, True, True), (True, False, True), (False, True, True),
                                           (False, False, True), (False, False, False)):  # fmt: skip
            self._with_who = with_who
            begin = MARGIN + self._name_width() + 16 if with_name else left
            end = right - (self._who_width() + 24 if with_who else 0)
            if (total := width(words=words)) <= end - begin:
                break
        x = min(max(begin, (self.width() - total) / 2), end - total)
        for button in buttons:
            size = button.sizeHint()
            button.setGeometry(round(x), (self.height() - size.height()) // 2, size.width(), size.height())
            x += size.width() + px(BETWEEN)
        self.update()
