"""What there is to know of the chosen plan before it is begun: words, position, who it is not for, what it rests on.

One rule: who a plan is not for, and that nobody has reviewed it, stands as plainly as what it does.
"""

from __future__ import annotations

from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.training.plan import Grade, Plan
from biofeedback.ui.look.canvas import TOP, Canvas
from biofeedback.ui.look.icons import paint_light
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, RADIUS_CARD, Look
from biofeedback.ui.phrase import Phrase, say
from biofeedback.ui.words import carried, spoken

PAD = 24
COLUMN = 210.0
"""Pixels at 100 % that a column of facts has at least; there are three at most."""
GRADES: dict[Grade, Phrase] = {
    "trial": say("Evidence: trials of this exercise or close to it"),
    "usual practice": say("Evidence: usual practice, no trial of this training"),
    "demonstration": say("Evidence: none, a demonstration"),
}


class PlanDetail(QWidget):
    """A panel as wide as the list of plans; as high as its words."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._plan: Plan | None = None
        self._notch = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def tell(self, plan: Plan) -> None:
        """Show `plan`."""
        self._plan = plan
        self.setAccessibleName(self.tr("About {title}").format(title=carried(plan.title)))
        self.setAccessibleDescription(
            " ".join([carried(plan.words), *(f"{head}: {body}" for head, body, _ in self._facts(plan))])
        )
        self.setToolTip(plan.evidence)
        self.update()

    def point_at(self, x: float) -> None:
        """Point up at the chosen card, whose middle is at `x`."""
        self._notch = x
        self.update()

    def needed_height(self, width: int) -> int:
        """Return how high the panel is at `width` pixels."""
        return 0 if self._plan is None else round(self._lay_out(None, self._plan, width))

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the panel."""
        if self._plan is None:
            return
        painter = QPainter(self)
        c, t, w, h = Canvas(painter, self._look), self._look.palette, self.width(), self.height()
        c.fill(0, 0, w, h, t.canvas)
        c.box(0, 8, w, h - 8, t.surface, RADIUS_CARD, t.line)
        x = self._notch
        c.poly([(x - 9, 9), (x, 1), (x + 9, 9)], t.surface, t.line, 1)
        c.line(x - 8, 9, x + 8, 9, t.surface, 2)
        self._lay_out(c, self._plan, w)
        painter.end()

    def _facts(self, plan: Plan) -> list[tuple[str, str, bool]]:
        """Return heads and bodies, and whether each asks for care."""
        muscles = self.tr("{first} and {second}").format(
            first=carried(plan.muscles[0].name), second=carried(plan.muscles[-1].name)
        ) if len({muscle.name for muscle in plan.muscles}) > 1 else carried(plan.muscles[0].name)  # fmt: skip
        if len(plan.muscles) > 1 and plan.muscles[-1].mirrored:
            muscles = self.tr("{muscle}, left and right").format(muscle=carried(plan.muscles[0].name))
        review = (
            self.tr("Reviewed by {name}").format(name=plan.reviewed_by)
            if plan.reviewed_by
            else self.tr("Not yet reviewed by a clinician")
        )
        cautions = (
            "\n".join(f"· {carried(caution)}" for caution in plan.cautions)
            if len(plan.cautions) > 1
            else carried(plan.cautions[0])
        )
        where = self.tr("{position} Muscle: {muscle}.").format(position=carried(plan.position), muscle=muscles)
        return [
            (self.tr("Position"), where, False),
            (self.tr("Not for, or with care"), cautions, True),
            (review, spoken(GRADES[plan.evidence_grade]), not plan.reviewed_by),
        ]

    def _lay_out(self, c: Canvas | None, plan: Plan, width: int) -> float:
        """Place everything, and paint it where there is something to paint with; return the height."""
        px, room = self._look.px, float(width - 2 * PAD)
        y = 8 + px(12)
        words = f"“{carried(plan.words)}”"
        high = text_height(words, px(BODY), room, 500)
        if c:
            c.text(words, PAD, y, room, high, px(BODY), 500, vertical=TOP, wrap=True)
        y += high + px(8)
        n = min(3, max(1, int((room + PAD) // (px(COLUMN) + PAD))))
        column = (room - (n - 1) * PAD) / n
        bottoms = [y] * n
        for i, (head, body, care) in enumerate(self._facts(plan)):
            at = i % n
            bottoms[at] = self._fact(c, head, body, PAD + at * (column + PAD), bottoms[at], column, care=care)
        return max(bottoms) + px(4)

    def _fact(self, c: Canvas | None, head: str, body: str, x: float, y: float, room: float, *, care: bool) -> float:
        """Place one fact; return where the next one begins."""
        px = self._look.px
        indent = px(22) if care else 0.0
        title = text_height(head, px(CAPTION), room - indent, 600)
        high = text_height(body, px(CAPTION), room)
        if c:
            if care:
                paint_light(c, "look", x + px(7), y + px(CAPTION) * 0.62, px(6.5))
            ink = c.t.ink2 if care else c.t.ink3
            c.text(head, x + indent, y, room - indent, title, px(CAPTION), 600, ink, vertical=TOP, wrap=True)
            c.text(body, x, y + title + px(2), room, high, px(CAPTION), 400, c.t.ink, vertical=TOP, wrap=True)
        return y + title + px(2) + high + px(8)
