"""A prescription as the person will read it, on a card.

One rule: texts of a file are shown as they are, never as markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape

from PyQt6.QtCore import QDate, QLocale, Qt
from PyQt6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from biofeedback.training.prescription import Prescription
from biofeedback.ui.look.tokens import BODY, LEAD, Look
from biofeedback.ui.phrase import Phrase
from biofeedback.ui.plans.prescription_words import gently, how_often, plan_lines
from biofeedback.ui.words import carried, spoken


def shown_day(day: date) -> str:
    """Return a day as the person writes it, "3 Nov 2026"."""
    return QLocale().toString(QDate(day.year, day.month, day.day), "d MMM yyyy")


class PrescriptionCard(QFrame):
    """Shows a prescription, or what is still missing for one."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._look = look
        self.words = QLabel("", self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.addWidget(self.words)
        column.addStretch(1)

    def show_prescription(self, given: Prescription) -> None:
        """Show all that the person will get."""
        blocks: list[tuple[str, Iterable[str]]] = [
            (self.tr("What to do"), self._spoken((how_often(given), *gently(given))))
        ]
        blocks += [
            (f"{i}  {carried(plan.plan.title)}", self._spoken(plan_lines(plan)))
            for i, plan in enumerate(given.plans, 1)
        ]
        blocks.append((self.tr("Stop, and ask, at"), [f"·  {carried(rule)}" for rule in given.stop_rules]))
        review = self.tr("On {day}.").format(day=shown_day(given.review))
        blocks.append((self.tr("Review"), [review]))
        self._show(blocks)

    def show_nothing(self, sentence: str) -> None:
        """Say what is missing."""
        self._show([("", [sentence])])

    @property
    def text(self) -> str:
        """All words shown."""
        return self.accessibleName()

    def _spoken(self, phrases: Iterable[Phrase]) -> list[str]:
        return [spoken(phrase) for phrase in phrases]

    def _show(self, blocks: Iterable[tuple[str, Iterable[str]]]) -> None:
        t = self._look.palette
        html, plain = [], []
        for title, lines in blocks:
            said = list(lines)
            if title:
                html.append(self._paragraph(escape(title), t.ink, LEAD, 600, 2))
            html.append(self._paragraph("<br>".join(map(escape, said)), t.ink2, BODY, 400, 12))
            plain.append(f"{title}: {' '.join(said)}" if title else " ".join(said))
        self.words.setText("".join(html))
        self.setAccessibleName(" ".join(plain))

    def _paragraph(self, html: str, ink: str, size: float, weight: int, below: float) -> str:
        px = self._look.px
        return (
            f'<p style="margin: 0 0 {round(px(below))}px 0; color: {ink}; font-size: {round(px(size))}px;'
            f' font-weight: {weight};">{html}</p>'
        )
