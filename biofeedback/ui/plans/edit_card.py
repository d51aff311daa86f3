"""What a plan comes to, on a card: dose, minutes and what a session does, or what is still to be put right.

One rule: it stays in sight while anything is typed.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from biofeedback.training.plan import Plan
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.tokens import BODY, CAPTION, Look
from biofeedback.ui.plans.edit_preview import dose_line, minutes_line, session_lines, target_line
from biofeedback.ui.words import spoken

ROOMY, TIGHT = 125, 175
"""Up to the first size of text, in percent, there is room for what a session does; from the second on for one line."""


class PlanCard(QFrame):
    """Shows what it is told. `locate`: goes to what is to be put right."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._look = look
        self.dose, self.minutes, self.session = (self._label() for _ in range(3))
        large = round(look.px(CAPTION if look.text_percent >= TIGHT else BODY))
        self.dose.setStyleSheet(f"color: {look.palette.ink}; font-weight: 600; font-size: {large}px;")
        small = f"color: {look.palette.ink2}; font-size: {round(look.px(CAPTION))}px;"
        self.minutes.setStyleSheet(small)
        self.session.setStyleSheet(small)
        self.note = NoteLine(look, self)
        self.locate = KeyButton(self.tr("Show me"), tip=self.tr("Go to what is to be put right"), parent=self)
        self.locate.dress(look)
        words = QVBoxLayout()
        words.setSpacing(round(look.px(3)))
        for widget in (self.dose, self.minutes, self.session, self.note):
            words.addWidget(widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.addLayout(words, 1)
        row.addWidget(self.locate, 0, Qt.AlignmentFlag.AlignVCenter)
        policy = self.locate.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.locate.setSizePolicy(policy)

    def show_plan(self, plan: Plan | None, refusals: Sequence[str], notes: Sequence[str]) -> None:
        """Show what the plan comes to and `notes` on it, or, without one, the first refusal and how many there are."""
        possible = plan is not None
        tight = self._look.text_percent >= TIGHT
        self.dose.setVisible(possible)
        self.minutes.setVisible(possible and not tight)
        self.session.setVisible(possible and self._look.text_percent <= ROOMY)
        self.locate.setVisible(not possible)
        if plan is None:
            more = self.tr("{sentence} And {n} more to put right.") if len(refusals) > 1 else "{sentence}"
            self.note.tell("fix", more.format(sentence=refusals[0], n=len(refusals) - 1), "\n".join(refusals))
            return
        session = " ".join(spoken(line) for line in session_lines(plan))
        minutes = self.tr("{n} min").format(n=plan.minutes())
        parts = [spoken(dose_line(plan)), spoken(target_line(plan)), *([minutes] if tight else [])]
        self.dose.setText(" · ".join(parts))
        self.minutes.setText(spoken(minutes_line(plan)) + ".")
        self.session.setText(session)
        self.setToolTip(f"{self.minutes.text()} {session}")
        self.setAccessibleName(f"{self.dose.text()}. {self.minutes.text()} {session}")
        self.note.tell("look" if notes else None, " ".join(notes))

    def fail(self, sentence: str) -> None:
        """Say why something could not be done."""
        self.note.tell("fix", sentence)

    def _label(self) -> QLabel:
        label = QLabel("", self)
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        return label
