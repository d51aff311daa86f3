"""One plan of a prescription that is being written: its caps, and what they make of it.

One rule: an empty cap caps nothing; what cannot be is refused beside it.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from biofeedback.training.plan import Plan
from biofeedback.training.plan_values import ImpossibleValue
from biofeedback.training.prescription import PrescribedPlan
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.plans.edit_preview import dose_line, target_line
from biofeedback.ui.plans.fields import NumberEdit
from biofeedback.ui.words import carried, spoken

UNCAPPED = ("relax", "match")
"""Kinds whose target takes no cap: harder is lower, or there is no level."""


class PrescriptionRow(QFrame):
    """Caps of one plan. `changed`: something was typed; `removed`: the person takes the plan out."""

    changed = pyqtSignal()
    removed = pyqtSignal()

    def __init__(self, plan: Plan, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.plan = plan
        title = QLabel(carried(plan.title), self)
        title.setTextFormat(Qt.TextFormat.PlainText)
        title.setWordWrap(True)
        title.setStyleSheet("font-weight: 600;")
        self.line = QLabel("", self)
        self.line.setProperty("voice", "hint")
        self.line.setWordWrap(True)
        tip = self.tr("Take {plan} out").format(plan=carried(plan.title))
        self.remove = KeyButton(self.tr("Remove"), tip=tip, quiet=True, parent=self)
        self.remove.dress(look)
        self.remove.clicked.connect(self.removed)
        self.note = NoteLine(look, self)
        top = plan.target.high or plan.target.low if plan.target else plan.wave.high if plan.wave else 0.0
        self.inputs: dict[str, NumberEdit] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 12, 16, 12)
        grid.setHorizontalSpacing(round(look.px(12)))
        grid.setVerticalSpacing(round(look.px(2)))
        grid.addWidget(title, 0, 0, 1, 4)
        grid.addWidget(self.remove, 0, 4, 2, 1, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.line, 1, 0, 1, 4)
        for column, (key, label, own) in enumerate((
            ("sets", self.tr("Most sets"), plan.dose.sets),
            ("repetitions", self.tr("Most repetitions"), plan.dose.repetitions),
            ("highest", self.tr("Highest target, %"), top),
        )):  # fmt: skip
            if key == "highest" and plan.kind in UNCAPPED:
                continue
            words, line = QLabel(label, self), NumberEdit(1.0, self)
            words.setProperty("voice", "hint")
            words.setBuddy(line)
            line.setPlaceholderText(f"{own:g}")
            line.setFixedWidth(round(look.px(88)))
            line.setAccessibleName(f"{carried(plan.title)}: {label}")
            line.setToolTip(self.tr("A cap never asks for more than the plan. Empty: no cap."))
            line.setAccessibleDescription(line.toolTip())
            line.textChanged.connect(self.changed)
            self.inputs[key] = line
            grid.addWidget(words, 2, column)
            grid.addWidget(line, 3, column, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(3, 1)
        grid.addWidget(self.note, 4, 0, 1, 5)

    def prescribed(self) -> PrescribedPlan | None:
        """Return the plan with its caps, None (and the reason beside them) when a cap cannot be."""
        try:
            numbers = {key: self._number(key) for key in self.inputs}
            given = PrescribedPlan(self.plan, **numbers)  # type: ignore[arg-type] # whole where they have to be
        except ImpossibleValue as error:
            names = {
                "sets": self.tr("Most sets"), "repetitions": self.tr("Most repetitions"),
                "highest": self.tr("Highest target"),
            }  # fmt: skip
            end = str(error).removeprefix(f"{error.key} ")
            self.note.tell("fix", f"{names.get(error.key, error.key)} {carried(end)}.")
            return None
        self.note.tell(None, "")
        plan = given.capped()
        self.line.setText(f"{spoken(dose_line(plan))} · {spoken(target_line(plan))}")
        return given

    def _number(self, key: str) -> float | int | None:
        text = self.inputs[key].text().strip().replace(",", ".")
        if not text:
            return None
        try:
            return float(text) if key == "highest" else int(text)
        except ValueError:
            if key == "highest":
                raise ImpossibleValue(key, f"is {text[:20]!r}; it is to be a number") from None
            raise ImpossibleValue(key, f"is {text[:20]!r}; it is to be a whole number") from None
