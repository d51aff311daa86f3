"""The Train step: the stage, the column at its right and the row of actions that leads an exercise or free practice.

One rule: places follow from the size of the window and of the text only; what is pressed becomes a command.
"""

from __future__ import annotations

from PyQt6.QtCore import QRect, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.controls import Controls, Station
from biofeedback.ui.guide import Guide
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import GUTTER, MARGIN, Look
from biofeedback.ui.page import Action, Glance
from biofeedback.ui.train.action_bar import ActionBar
from biofeedback.ui.train.cards import TrainCards
from biofeedback.ui.train.history import History
from biofeedback.ui.train.side_panel import SidePanel
from biofeedback.ui.train.stage import PracticeScreen

SIDE, SIDE_WIDE = 232, 360
"""Pixels of the column at the right; the wider one in windows from 1600 pixels on."""
ROOM_BELOW = 8
"""Pixels between the stage and the actions, and below those."""


class TrainPage(QWidget):
    """Its row of actions is its own: it changes with what is done. `asked`: what only the window can do."""

    asked = pyqtSignal(str)

    def __init__(self, station: Station, guide: Guide, parent: QWidget | None = None, *, history: History) -> None:
        super().__init__(parent)
        self._look = Look()
        self._guide = guide
        self.history = history
        self.controls = Controls(station, history)
        self.stage = PracticeScreen(lambda: station.engine.rings, self)
        self.side = SidePanel(self)
        self.action_bar = ActionBar(self)
        self.cards = TrainCards(self, station, guide)
        self.cards.ended.connect(lambda: guide.go("review"))
        self.action_bar.pressed.connect(self.asked)
        self.stage.reconnect.clicked.connect(lambda: self.asked.emit("reconnect"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for part in (self.stage, self.side, self.action_bar):
            part.dress(look)
        self.cards.dress(look)
        self._place()

    def look(self, glance: Glance) -> None:
        """Show what moves."""
        scales = self.controls.scales(glance.state, glance.shown)
        self.stage.show_state(glance.state, glance.moment, glance.shown, scales, self.controls.line)

    def look_slowly(self, glance: Glance) -> None:
        """Show everything."""
        first = glance.shown[0] if glance.shown else None
        self.side.show_state(glance.state, first, self.history, silent=glance.silent)
        may_review = self._guide.may_go("review")
        live, line = not glance.silent, self.controls.line
        self.action_bar.show_state(glance.state, live=live, may_review=may_review, line=line,
                                   may_go_on=not self._may_not_go_on)  # fmt: skip
        self.cards.look(glance)

    def entered(self) -> None:
        """Nothing of its own: what is shown is the engine's."""

    @property
    def ready(self) -> bool:
        """Review is the guide's to open."""
        return True

    def offered(self) -> tuple[Action, ...]:
        """Return nothing: the row of actions is this page's own."""
        return ()

    def note(self) -> str:
        """Return nothing, as above."""
        return ""

    def do(self, name: str) -> bool:
        """Do what leads the training; return whether that is this page's to do."""
        guide = self._guide
        if name == "raw":
            self.stage.set_raw(shown=self.stage.raw is None or self.stage.raw.isHidden())
        elif name in ("narrower", "wider") and self.stage.zoom_raw(closer=name == "narrower"):
            return True
        elif name == "enter":
            return self.do(self._primary())
        elif name == "calibrate" and guide.today.plan is not None:
            guide.go("calibrate")
        elif name == "finish" and not self.controls.under_way and guide.may_go("review"):
            if not self.cards.ask_at_the_end():
                guide.go("review")
        elif name == "stop":
            self.cards.open_stop()
        elif name == "mark":
            n_before = len(self.history.marks)
            if self.controls.do(name) and len(self.history.marks) > n_before:
                self.cards.open_note(len(self.history.marks))
        elif name == "pause" and self._may_not_go_on:
            return True
        elif name == "escape":
            return self.controls.escape()
        else:
            return self.controls.do(name)
        return True

    @property
    def _may_not_go_on(self) -> bool:
        """Whether wall power keeps the training from beginning or going on; the band says so."""
        practice, guide = self._guide.practice, self._guide
        stands = practice is not None and (practice.paused or self.controls.waits)
        return stands and not guide.may_ask

    def _primary(self) -> str:
        """Return what Enter does just now: what the filled button does, nothing where none is."""
        return "reconnect" if not self.stage.reconnect.isHidden() else self.action_bar.primary

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the ground between the cards."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.fill(0, 0, self.width(), self.height(), c.t.canvas)
        painter.end()

    def _place(self) -> None:
        """The page reaches over the whole width; its cards keep the window's margins."""
        w, h = self.width(), self.height()
        row = self.action_bar.height()
        self.action_bar.setGeometry(0, h - row - ROOM_BELOW, w, row)
        bottom = h - row - 2 * ROOM_BELOW
        side = SIDE_WIDE if w >= 1600 else SIDE
        side = min(round(self._look.px(side)), round(0.34 * w))
        self.side.setGeometry(w - MARGIN - side, GUTTER, side, bottom - GUTTER)
        self.stage.setGeometry(MARGIN, GUTTER, w - 2 * MARGIN - side - GUTTER, bottom - GUTTER)
        self.cards.place(QRect(0, 0, w, h), self.stage.geometry())
