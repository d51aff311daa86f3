"""Where the electrodes go: the drawing, the steps in words, and where they sit today. For each of the plan's muscles.

One rule: the words stand there whether or not there is a drawing, and a missing drawing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from biofeedback.report.electrode_sites import Side
from biofeedback.report.references import KeptReference
from biofeedback.training.commands import Site
from biofeedback.training.plan import Plan
from biofeedback.training.plan_tables import Muscle
from biofeedback.ui.guide import side_of
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.numbered_steps import NumberedSteps
from biofeedback.ui.look.tokens import LEAD, Look
from biofeedback.ui.prepare.parts import PAD, Card, Words
from biofeedback.ui.prepare.site_drawing import SiteDrawing, translated
from biofeedback.ui.prepare.site_record import SiteRecord

SIDE_BY_SIDE: Final = (360.0, 300.0)
"""Pixels of the drawing, whatever the text's size, and of the words at 100 %: with more they stand side by side."""
LEAST_DRAWING: Final = 210.0
"""Pixels at 100 % of the drawing's height, however low the card is."""
BUTTON: Final = 36.0
"""Pixels of a button's height at 100 %."""


class ElectrodeCard(Card):
    """Emits `side_chosen` with "left" or "right", and `site_noted` with a Site."""

    side_chosen = pyqtSignal(str)
    site_noted = pyqtSignal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent)
        self._plan: Plan | None = None
        self._side, self._chosen = "", 0
        self._records: list[SiteRecord] = []
        self.left = KeyButton(self.tr("Left"), tip=self.tr("The trained muscle is on the left"), parent=self)
        self.right = KeyButton(self.tr("Right"), tip=self.tr("The trained muscle is on the right"), parent=self)
        self.left.clicked.connect(lambda: self.side_chosen.emit("left"))
        self.right.clicked.connect(lambda: self.side_chosen.emit("right"))
        self.muscles = [KeyButton(name, parent=self) for name in (self.tr("First muscle"), self.tr("Second muscle"))]
        for i, button in enumerate(self.muscles):
            button.clicked.connect(lambda _=False, i=i: self.choose(i))
        self.to_words = KeyButton(self.tr("In words and marks"), icon="down", quiet=True, parent=self)
        self.to_words.clicked.connect(self._reveal_words)
        self.drawing = SiteDrawing(self.inside)
        self.words = QWidget(self.inside)
        self.no_drawing = Words(self.words, ink="ink2")
        self.steps = NumberedSteps(self.words)
        self.notes = Words(self.words, ink="ink2")
        self.marks = Words(self.words, LEAD, 600)
        self.marks.say(self.tr("Where they sit today"))
        self._words = QVBoxLayout(self.words)
        self._words.setContentsMargins(0, 0, 0, 0)
        self._words.setSpacing(8)
        for part in (self.no_drawing, self.steps, self.notes, self.marks):
            self._words.addWidget(part)
        self._words.addStretch(1)
        self._sides = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._sides.setSpacing(16)
        self._sides.addWidget(self.drawing, 1)
        self._sides.setAlignment(self.drawing, Qt.AlignmentFlag.AlignTop)
        self._sides.addWidget(self.words, 1)
        self.column.addLayout(self._sides)
        self.column.addStretch(1)
        bar = self.area.verticalScrollBar()
        if bar is not None:
            bar.valueChanged.connect(self._offer_words)
            bar.rangeChanged.connect(self._offer_words)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self._offer_words)
        self.show_plan(None, "right", ())

    # -- what is shown --------------------------------------------------------------------------------

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self.look_of_now = look
        for button in (self.left, self.right, *self.muscles, self.to_words):
            button.dress(look)
            button.setFixedHeight(round(look.px(BUTTON)))
        for words in (self.no_drawing, self.notes, self.marks):
            words.dress(look)
        self.drawing.dress(look)
        self.steps.dress(look)
        for record in self._records:
            record.dress(look)
        super().dress(look)

    def show_plan(self, plan: Plan | None, side: str, sites: Sequence[Site]) -> None:
        """Show where the electrodes of `plan` go when `side` is trained; `sites` as noted. None: free practice."""
        if plan != self._plan:
            self._plan, self._chosen = plan, 0
            self._rebuild()
            self._side = ""
        for site in sites:
            if site.channel < len(self._records):
                self._records[site.channel].show_site(site)
        if side != self._side:
            self._side = side
            self._show()

    def choose(self, muscle: int) -> None:
        """Show the plan's first or second muscle (0 or 1)."""
        self._chosen = muscle
        self._show()

    def remember(self, kept: Sequence[KeptReference | None]) -> None:
        """Know the newest reference of each of the plan's muscles, None without one."""
        for record, last in zip(self._records, kept, strict=False):
            record.remember(last)

    def side_of(self, muscle: Muscle) -> Side:
        """Return on which side of the body `muscle` lies."""
        return cast("Side", side_of(muscle, self._side))

    def place(self) -> None:
        """Give the buttons of the head and the column their places."""
        look = self.look_of_now
        height, y = round(look.px(BUTTON)), 16
        x = self.width() - PAD
        shown = [] if self._plan is None else [self.right, self.left]
        for button in shown:
            width = button.sizeHint().width()
            x -= width
            button.setGeometry(x, y, width, height)
            x -= 8
        pair = [] if self._plan is None or len(self._plan.muscles) < 2 else self.muscles
        self.head = look.px(BUTTON) + 8 if pair else 0.0
        x, y = PAD, round(self.top - self.head)
        for button in pair:
            width = min(button.sizeHint().width(), (self.width() - 2 * PAD - 8) // 2)
            button.setGeometry(x, y, width, height)
            x += width + 8
        drawn = not self.drawing.isHidden()
        wide = drawn and self.width() - 2 * PAD >= SIDE_BY_SIDE[0] + look.px(SIDE_BY_SIDE[1])
        room = self.height() - self.top - 16
        ways = QBoxLayout.Direction
        self._sides.setDirection(ways.LeftToRight if wide else ways.TopToBottom)
        self.drawing.limit(max(look.px(LEAST_DRAWING), room) if wide else 0.0)
        super().place()
        self._late.start()

    # -- inside ---------------------------------------------------------------------------------------

    def _rebuild(self) -> None:
        """Make the inputs of each muscle anew."""
        for record in self._records:
            record.hide()
            record.deleteLater()
        self._records = []
        for i, muscle in enumerate(self._plan.muscles if self._plan else ()):
            record = SiteRecord(i, muscle, self.look_of_now, self.words)
            record.changed.connect(self.site_noted.emit)
            self._words.insertWidget(self._words.count() - 1, record)
            self._records.append(record)

    def _show(self) -> None:
        plan = self._plan
        for button in (self.left, self.right):
            button.setVisible(plan is not None)
        for button in self.muscles:
            button.setVisible(plan is not None and len(plan.muscles) > 1)
        self.marks.setVisible(plan is not None)
        for i, record in enumerate(self._records):
            record.setVisible(i == self._chosen)
        if plan is None:
            self._show_free()
        else:
            self._show_muscle(plan, plan.muscles[self._chosen])
        self.place()

    def _show_free(self) -> None:
        self.entitle(self.tr("Electrodes"))
        self.drawing.show_site(None, "right")
        self.no_drawing.say(self.tr("Free practice: any muscle near the skin. There is no drawing for it."))
        self.steps.show_steps((
            self.tr("Tense the muscle and feel for its belly: the middle of the bulge."),
            self.tr("Wipe the skin there and let it dry."),
            self.tr("Press the pair on, its long axis along the fibres."),
            self.tr("Reference electrode on bone or another muscle's tendon near by, not on the working muscle."),
        ))  # fmt: skip
        self.notes.say("")

    def _show_muscle(self, plan: Plan, muscle: Muscle) -> None:
        for button, side, name in ((self.left, "left", self.tr("Left")), (self.right, "right", self.tr("Right"))):
            button.name(name, button.toolTip(), "tick" if side == self._side else "")
        for i, (button, other) in enumerate(zip(self.muscles, plan.muscles, strict=False)):
            side = self.tr("left") if self.side_of(other) == "left" else self.tr("right")
            name = f"{translated(other.name)}, {side}" if other.mirrored else translated(other.name)
            button.name(name, "", "tick" if i == self._chosen else "")
        self.entitle(self.tr("Electrodes") if len(plan.muscles) > 1 else translated(muscle.name).capitalize())
        drawn = self.drawing.show_site(muscle, self.side_of(muscle))
        self.no_drawing.say("" if drawn else self.tr("There is no drawing of this place: the words alone tell it."))
        first, second = (translated(mark) for mark in muscle.landmarks)
        site = translated(muscle.site)
        self.steps.show_steps((
            self.tr("Find two places: {first}; {second}.").format(first=first, second=second),
            self.tr("Pair: {site}.").format(site=site.rstrip(".")),
            self.tr("Long axis {orientation}.").format(orientation=translated(muscle.orientation).rstrip(".")),
            self.tr("Reference electrode: {place}.").format(place=translated(muscle.reference_electrode).rstrip(".")),
            self.tr("Wipe the skin and let it dry before they go on; tape the lead down."),
        ))  # fmt: skip
        self.notes.say(translated(muscle.notes) if muscle.notes else "")

    def _reveal_words(self) -> None:
        """Show the words, or the drawing again."""
        bar = self.area.verticalScrollBar()
        if bar is not None:
            bar.setValue(0 if bar.value() > 0 else self.words.y())

    def _offer_words(self) -> None:
        """Offer the way to the words while they lie below what is seen, and back."""
        bar, look = self.area.verticalScrollBar(), self.look_of_now
        stacked = not self.drawing.isHidden() and self._sides.direction() == QBoxLayout.Direction.TopToBottom
        below = stacked and self.drawing.height() + 40 > self.height() - self.top - 16 - look.px(BUTTON)
        foot = look.px(BUTTON) if below else 0.0
        if foot != self.foot:
            self.foot = foot
            super().place()
        self.to_words.setVisible(below)
        if bar is None or not below:
            return
        if bar.value() > 0:
            self.to_words.name(self.tr("Drawing"), self.tr("Back to the drawing"), "up")
        else:
            tip = self.tr("The steps in words, and where they sit today")
            self.to_words.name(self.tr("In words and marks"), tip, "down")
        width, height = self.to_words.sizeHint().width(), round(look.px(BUTTON))
        self.to_words.setGeometry(self.width() - PAD - width, self.height() - height - 8, width, height)
