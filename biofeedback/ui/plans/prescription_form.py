"""A prescription's inputs: plans with their caps, how often, when to stop, when to look again.

One rule: at every moment they make a prescription, or there is a sentence that says what is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from PyQt6.QtCore import QDate, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QAbstractSpinBox,
    QDateEdit,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from biofeedback.training.plan import Plan
from biofeedback.training.plan_values import ImpossibleValue
from biofeedback.training.prescription import MOST_PLANS, STOP_RULES, Prescription
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.tick_box import TickBox
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.plans.fields import STACKED, TextEdit, calm, heading
from biofeedback.ui.plans.prescription_row import PrescriptionRow
from biofeedback.ui.settings.channel_row import choice_box
from biofeedback.ui.words import carried

WEEKS = (2, 4, 6, 12)
USUAL_WEEKS = 6
USUAL_DAYS = 4


class PrescriptionForm(QWidget):
    """Inputs of a prescription of `plans`, written on the day `today`. `changed`: something was typed or chosen."""

    changed = pyqtSignal()

    def __init__(self, plans: Sequence[Plan], look: Look, parent: QWidget, today: date) -> None:
        super().__init__(parent)
        self._plans, self._look, self._today = tuple(plans), look, today
        self.rows: list[PrescriptionRow] = []
        self._make_inputs()
        self._lay_out()

    def made(self) -> tuple[Prescription | None, str]:
        """Return the prescription, or None and the sentence that says what is missing or cannot be."""
        given = [row.prescribed() for row in self.rows]
        plans = tuple(plan for plan in given if plan is not None)
        if not self.rows:
            return None, self.tr("Add a plan first: up to four.")
        if len(plans) < len(given):
            return None, self.tr("A cap is to be put right.")
        try:
            made = Prescription(
                created=self._today, by=self.by.text().strip(), review=self._review_day(),
                days_per_week=int(self.days.currentData()), time_of_day=self.time_of_day.text().strip(),
                twelve_weeks=self.twelve_weeks.isChecked(), stop_rules=self._rules(), plans=plans,
            )  # fmt: skip
        except ImpossibleValue as error:
            names = {
                "by": self.tr("Your initials"), "review": self.tr("Review"), "time_of_day": self.tr("Time of day"),
                "stop_rules": self.tr("When to stop"),
            }  # fmt: skip
            end = carried(str(error).removeprefix(f"{error.key} "))
            return None, f"{names.get(error.key, error.key)}: {end}."
        return made, ""

    def _rules(self) -> tuple[str, ...]:
        """Return when to stop; a usual rule is stored in the words that the program knows it by."""
        usual = {carried(rule): rule for rule in STOP_RULES}
        return tuple(usual.get(line, line) for line in self.stop_rules.lines())

    # -- plans ------------------------------------------------------------------------------------------------

    def add_plan(self) -> None:
        """Take the plan that is chosen in the list, unless it is there or there are four."""
        if self.which.currentIndex() < 0:
            return
        plan = self._plans[self.which.currentIndex()]
        if any(row.plan.name == plan.name for row in self.rows):
            self.note.tell("look", self.tr("{plan} is there already.").format(plan=carried(plan.title)))
            return
        if len(self.rows) == MOST_PLANS:
            self.note.tell("look", self.tr("More than four are rarely done: take one out first."))
            return
        row = PrescriptionRow(plan, self._look, self)
        row.changed.connect(self._typed)
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._chosen.addWidget(row)
        self._typed()

    def _remove(self, row: PrescriptionRow) -> None:
        self.rows.remove(row)
        self._chosen.removeWidget(row)
        row.hide()
        row.deleteLater()
        self.which.setFocus(Qt.FocusReason.OtherFocusReason)
        self._typed()

    def _typed(self) -> None:
        self.note.tell(None, "")
        self.changed.emit()

    # -- the day of the review ----------------------------------------------------------------------------------

    def _review_day(self) -> date:
        chosen = self.review.date()
        return date(chosen.year(), chosen.month(), chosen.day())

    def _weeks_chosen(self) -> None:
        weeks = self.weeks.currentData()
        if weeks:
            day = self._today + timedelta(weeks=weeks)
            self.review.setDate(QDate(day.year, day.month, day.day))

    def _day_chosen(self) -> None:
        days = (self._review_day() - self._today).days
        self.weeks.setCurrentIndex(max(0, self.weeks.findData(days // 7 if days % 7 == 0 else 0)))
        self._typed()

    # -- layout -----------------------------------------------------------------------------------------------

    def _make_inputs(self) -> None:
        tr, look = self.tr, self._look
        self.which = choice_box([(carried(plan.title), plan.name) for plan in self._plans], None, look, self)
        self.add = KeyButton(tr("Add"), tip=tr("Add this plan to the prescription"), parent=self)
        self.add.dress(look)
        self.add.clicked.connect(self.add_plan)
        self.note = NoteLine(look, self)
        self.days = choice_box([(str(n), n) for n in range(1, 8)], USUAL_DAYS, look, self)
        self.time_of_day, self.by = QLineEdit(self), QLineEdit(self)
        self.time_of_day.setPlaceholderText(tr("for example: before breakfast"))
        self.by.setPlaceholderText(tr("may stay empty"))
        self.twelve_weeks = TickBox(tr("Operation or injury less than 12 weeks ago"), look, self)
        self.twelve_weeks.setAccessibleName(self.twelve_weeks.text())
        self.stop_rules = TextEdit(len(STOP_RULES), look, self)
        self.stop_rules.setPlainText("\n".join(map(carried, STOP_RULES)))
        weeks = [(tr("in {n} weeks").format(n=n), n) for n in WEEKS]
        self.weeks = choice_box([(tr("on another day"), 0), *weeks], USUAL_WEEKS, look, self)
        self.review = QDateEdit(self)
        self.review.setDisplayFormat("d MMM yyyy")
        self.review.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.review.setMinimumDate(QDate(self._today.year, self._today.month, self._today.day))
        self._weeks_chosen()
        self.days.currentIndexChanged.connect(self._typed)
        self.weeks.currentIndexChanged.connect(self._weeks_chosen)
        self.review.dateChanged.connect(self._day_chosen)
        for line in (self.time_of_day, self.by):
            line.textChanged.connect(self._typed)
        self.twelve_weeks.toggled.connect(self._typed)
        self.stop_rules.textChanged.connect(self._typed)
        for widget in (self.which, self.days, self.weeks, self.review):
            calm(widget)

    def _lay_out(self) -> None:
        tr, px = self.tr, self._look.px
        form = QVBoxLayout(self)
        form.setContentsMargins(4, 0, 16, 0)
        form.setSpacing(8)
        form.addWidget(heading(tr("Plans"), self._look, self))
        choosing = QHBoxLayout()
        choosing.setSpacing(12)
        choosing.addWidget(self.which, 1)
        choosing.addWidget(self.add)
        form.addLayout(choosing)
        form.addWidget(self.note)
        self._chosen = QVBoxLayout()
        self._chosen.setSpacing(8)
        form.addLayout(self._chosen)
        form.addWidget(heading(tr("How often, how far"), self._look, self))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(round(px(12)))
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._line(tr("Days a week"), self.days, tr("Days that are planned"))
        self._line(tr("Time of day"), self.time_of_day, tr("In the person's words; may stay empty"))
        self._line("", self.twelve_weeks, tr("100 % is a comfortable effort then, never a best one"))
        self._line(tr("When to stop"), self.stop_rules, tr("One a line"))
        after = tr("After this day the program says: ask for a review. It locks nothing")
        when = QWidget(self)
        row = QHBoxLayout(when)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for widget, name in ((self.weeks, tr("Review")), (self.review, tr("Day of the review"))):
            row.addWidget(widget, 1)
            widget.setAccessibleName(name)
            widget.setToolTip(after)
            widget.setAccessibleDescription(after)
        self._line(tr("Review"), when, after)
        self._line(tr("Your initials"), self.by, tr("At most 10 characters. The person is never named"))
        form.addLayout(self._grid)
        form.addStretch(1)
        self.which.setAccessibleName(tr("Plan to add"))
        self.which.setToolTip(tr("Plan to add: up to four"))

    def _line(self, label: str, widget: QWidget, tip: str) -> None:
        row, stacked = self._grid.rowCount(), self._look.text_percent >= STACKED
        widget.setAccessibleName(label or widget.accessibleName())
        if label:
            words = QLabel(label, self)
            words.setBuddy(widget)
            if isinstance(widget, TextEdit) and not stacked:
                words.setContentsMargins(0, round(self._look.px(6)), 0, 0)
                words.setAlignment(Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(words, row, 0, 1, 2 if stacked else 1)
        self._grid.addWidget(widget, row + stacked, 0 if stacked else 1, 1, 2 if stacked else 1)
        widget.setToolTip(tip)
        widget.setAccessibleDescription(tip)
