"""One of the five steps in the header: a number in a circle that becomes a tick, and the step's name.

One rule: done, here and to come differ in shape as well as in colour.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.look.canvas import CENTRE, Canvas, text_width
from biofeedback.ui.look.enter_button import EnterButton
from biofeedback.ui.look.icons import paint_tick
from biofeedback.ui.look.tokens import BODY, CAPTION, Look

CIRCLE = 20.0


class StepButton(EnterButton):
    """`number` from 1; Ctrl and the number press it."""

    def __init__(self, number: int, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._number = number
        self._here = self._done = False
        self.with_words = True
        """Whether there is room for the name."""
        self.setText(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.tell(here=False, done=False, open_=False)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.updateGeometry()
        self.update()

    def tell(self, *, here: bool, done: bool, open_: bool) -> None:
        """Say whether this step is shown, was done, and can be pressed."""
        state = self.tr("you are here") if here else self.tr("done") if done else self.tr("to come")
        name = self.tr("Step {n}: {words}, {state}").format(n=self._number, words=self.text(), state=state)
        if (name, open_) == (self.accessibleName(), self.isEnabled()):
            return
        self._here, self._done = here, done
        self.setAccessibleName(name)
        self.setToolTip(self.tr("{words} (Ctrl+{n})").format(words=self.text(), n=self._number))
        self.setEnabled(open_)
        self.setCursor(Qt.CursorShape.PointingHandCursor if open_ and not here else Qt.CursorShape.ArrowCursor)
        self.updateGeometry()
        self.update()

    @property
    def is_here(self) -> bool:
        """Whether this step is shown."""
        return self._here

    def sizeHint(self) -> QSize:
        """Circle and word, with air as a pill."""
        px = self._look.px
        words = px(8) + text_width(self.text(), px(BODY), 600) if self.with_words else 0
        return QSize(round(px(CIRCLE) + words + 2 * px(8)), round(px(32)))

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`."""
        return self.sizeHint()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint pill, circle and word."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h = float(self.width()), float(self.height())
        x, y, r = px(8) + px(CIRCLE) / 2, h / 2, px(CIRCLE) / 2
        if self._here:
            c.box(0, 0, w, h, t.accent_soft, h / 2)
            c.circle(x, y, r, t.accent)
        else:
            c.circle(x, y, r - 1, None, t.good if self._done else t.edge, 1.5)
        if self._done and not self._here:
            paint_tick(c, x, y, px(13), t.good, max(1.8, px(1.8)))
        else:
            ink = t.on_accent if self._here else t.ink2
            c.text(str(self._number), x - r, y - r, 2 * r, 2 * r, px(CAPTION), 600, ink, CENTRE)
        if self.with_words:
            ink, weight = (t.accent_ink, 600) if self._here else (t.ink2, 400)
            c.text(self.text(), x + r + px(8), 0, w, h, px(BODY), weight, ink)
        if self.hasFocus():
            c.box(0, 0, w, h, None, h / 2, t.accent, 2)
        painter.end()
