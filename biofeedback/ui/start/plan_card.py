"""A plan as a card: its pictogram, title, one sentence, dose and minutes; the chosen one has a border and a tick.

One rule: a card is as high as its words, at every size of text; nothing in it is cut.
"""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.training.plan import Plan
from biofeedback.training.prescription import PrescribedPlan
from biofeedback.ui.look.canvas import CENTRE, TOP, Canvas, text_width
from biofeedback.ui.look.enter_button import EnterButton
from biofeedback.ui.look.icons import paint_tick
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, RADIUS_CARD, RADIUS_CONTROL, Look
from biofeedback.ui.phrase import Phrase, joined, say
from biofeedback.ui.start.pictogram import paint_pictogram
from biofeedback.ui.words import carried, spoken

PICTURE, SMALL_PICTURE = 112, 80
NARROW = 330.0
"""Pixels at 100 % below which a card has the small picture."""
LEAST = 128
STEPS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offered:
    """A plan on offer, already with its caps where it is `prescribed`; `own`: written here, not shipped."""

    plan: Plan
    prescribed: PrescribedPlan | None = None
    own: bool = False


def dose(plan: Plan, *, short: bool) -> Phrase:
    """Return how much a plan asks, as "5 s on, 10 s off · 2 × 10"; `short`: one set."""
    d = plan.dose
    work, rest = f"{d.work:g}", f"{d.rest:g}"
    if d.longest_rest is not None:
        rest = f"{rest}–{d.longest_rest:g}"
    phases = say("{work} s on, {rest} s off", work=work, rest=rest)
    n_sets = 1 if short else d.sets
    if n_sets == 1:
        return say("{phases} · {n} times", phases=phases, n=d.repetitions)
    return say("{phases} · {sets} × {n}", phases=phases, sets=n_sets, n=d.repetitions)


def caps(prescribed: PrescribedPlan) -> Phrase:
    """Return what a prescription caps, in words."""
    parts = [say("Prescribed")]
    if prescribed.highest is not None:
        parts.append(say("at most {n} %", n=f"{prescribed.highest:g}"))
    if prescribed.sets is not None:
        parts.append(say("{n} set", n=1) if prescribed.sets == 1 else say("{n} sets", n=prescribed.sets))
    if prescribed.repetitions is not None:
        parts.append(say("{n} repetitions", n=prescribed.repetitions))
    return joined(parts, " · ")


class PlanCard(EnterButton):
    """One offered plan. A click chooses it; `moved` tells of an arrow key, as steps to the right and down."""

    moved = pyqtSignal(int, int)

    def __init__(self, offered: Offered, parent: QWidget) -> None:
        super().__init__(parent)
        self.offered = offered
        self._look = Look()
        self._dose = self._minutes = ""
        self._title, self._summary = carried(offered.plan.title), carried(offered.plan.summary)
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.tell(short=False, quick=True)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def tell(self, *, short: bool, quick: bool) -> None:
        """Say how much and how long it is with these choices."""
        plan = self.offered.plan
        self._dose = spoken(dose(plan, short=short))
        self._minutes = self.tr("{n} min").format(n=plan.minutes(quick=quick, short=short))
        self.setAccessibleName(f"{self._title}. {self._summary}")
        self.setAccessibleDescription(". ".join([self.meta, *self._tags()]))
        self.setToolTip(self.tr("At most {minutes} with calibration and pauses").format(minutes=self._minutes))
        self.update()

    def choose(self, *, chosen: bool) -> None:
        """Be the chosen one, the only one that Tab reaches, or not."""
        self.setChecked(chosen)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)
        self.update()

    @property
    def meta(self) -> str:
        """Dose and minutes."""
        return f"{self._dose} · {self._minutes}"

    def needed_height(self, width: int) -> int:
        """Return how high the card is at `width` pixels."""
        px, room = self._look.px, self._room(width)
        height = px(14) + text_height(self._title, px(LEAD), room - px(28), 600)
        height += px(4) + text_height(self._summary, px(BODY), room)
        height += px(8) + text_height(self.meta, px(CAPTION), room, 500)
        height += sum(px(4) + self._tag_height(tag, room) for tag in self._tags()) + px(14)
        return round(max(LEAST, self._picture(width) + 16, height))

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h, chosen = self.width(), self.height(), self.isChecked()
        plan, pic, room = self.offered.plan, self._picture(self.width()), self._room(self.width())
        c.fill(0, 0, w, h, t.canvas)
        border = t.accent if chosen else t.edge if self.hovered else t.line
        c.box(0, 0, w, h, t.surface, RADIUS_CARD, border, 2 if chosen else 1)
        c.box(8, 8, pic, h - 16, t.accent_soft if chosen else t.canvas, RADIUS_CONTROL)
        size = pic - 16
        paint_pictogram(c, 8 + (pic - size) / 2, 8 + (h - 16 - size) / 2, size, plan)
        x, y = self._left(w), px(14)
        high = text_height(self._title, px(LEAD), room - px(28), 600)
        c.text(self._title, x, y, room - px(28), high, px(LEAD), 600, vertical=TOP, wrap=True)
        y += high + px(4)
        high = text_height(self._summary, px(BODY), room)
        c.text(self._summary, x, y, room, high, px(BODY), 400, t.ink2, vertical=TOP, wrap=True)
        high = text_height(self.meta, px(CAPTION), room, 500)
        foot = h - px(14) - high
        c.text(self.meta, x, foot, room, high, px(CAPTION), 500, t.ink3, vertical=TOP, wrap=True)
        for tag in reversed(self._tags()):
            high = self._tag_height(tag, room)
            foot -= high + px(4)
            self._paint_tag(c, tag, x, foot, room, high)
        if chosen:
            r = px(10)
            c.circle(w - px(20), px(20), r, t.accent)
            paint_tick(c, w - px(20), px(20), 1.3 * r, t.on_accent, max(2.0, 0.2 * r))
        if self.hasFocus():
            c.box(4, 4, w - 8, h - 8, None, RADIUS_CONTROL, t.ink, 2)
        painter.end()

    def keyPressEvent(self, e: QKeyEvent | None) -> None:
        """Arrows go to the neighbours; every other key, Space and Enter too, is the window's."""
        if e is None:
            return
        step = STEPS.get(Qt.Key(e.key()))
        if step is not None:
            self.moved.emit(*step)
        elif e.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            super().keyPressEvent(e)
        else:
            e.ignore()

    def sizeHint(self) -> QSize:
        """As high as its words at its width."""
        return QSize(384, self.needed_height(max(self.width(), 200)))

    # -- inside ------------------------------------------------------------------------------------------

    def _tags(self) -> list[str]:
        tags = []
        if self.offered.prescribed is not None:
            tags.append(spoken(caps(self.offered.prescribed)))
        if self.offered.own:
            tags.append(self.tr("Own plan"))
        if self.offered.plan.least_channels > 1:
            tags.append(self.tr("Needs 2 sensors"))
        return tags

    def _tag_height(self, tag: str, room: float) -> float:
        px = self._look.px
        return text_height(tag, px(CAPTION), room - px(16), 600) + px(4)

    def _paint_tag(self, c: Canvas, tag: str, x: float, y: float, room: float, high: float) -> None:
        t, px = c.t, c.look.px
        prescribed = self.offered.prescribed is not None and tag == self._tags()[0]
        ground, ink = (t.accent_soft, t.accent_ink) if prescribed else (t.sunken, t.ink2)
        width = min(room, text_width(tag, px(CAPTION), 600) + px(16) + 2)
        c.box(x, y, width, high, ground, min(high / 2, 10))
        c.text(tag, x + px(8), y, width - px(16), high, px(CAPTION), 600, ink, CENTRE, wrap=True)

    def _picture(self, width: int) -> int:
        return SMALL_PICTURE if width < self._look.px(NARROW) else PICTURE

    def _left(self, width: int) -> float:
        return self._picture(width) + 24

    def _room(self, width: int) -> float:
        return max(80.0, width - self._left(width) - 14)
