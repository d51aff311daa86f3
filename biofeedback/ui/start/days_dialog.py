"""My days: which weekdays to practise or how many, when, whether today is a day of rest; and a reminder to take along.

All of it goes into the person's private file, nothing into a recording.
One rule: a day of rest or of a flare-up is as good as a day of practice, and the dialog says so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from biofeedback.recording.folders import write_atomic
from biofeedback.recording.people import MAX_TIME_OF_DAY, People, Person, PersonError
from biofeedback.report.reminder import reminder
from biofeedback.training.prescription import Prescription
from biofeedback.ui.look.framed_dialog import FramedDialog
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.tick_box import TickBox
from biofeedback.ui.look.tokens import MARGIN, Look
from biofeedback.ui.new_file import ChooseFile, choose_new_file
from biofeedback.ui.plans.fields import form_sheet, heading, scrolled
from biofeedback.ui.settings.channel_row import choice_box
from biofeedback.ui.start.day_toggle import DayToggle
from biofeedback.ui.words import reason

FILE = "muscle-practice.ics"
USUAL_TIME = "18:00"
WIDTH, HEIGHT = 560, 540
"""At 100 % of text, where the screen has room."""
_TIME = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:.]([0-5]\d)(?!\d)")


class DaysDialog(FramedDialog):
    """Asks for the days of `person`; after `accept` they are kept. `now`: the time of day, with its zone."""

    def __init__(
        self, person: Person, people: People, now: Callable[[], dt.datetime], look: Look, parent: QWidget | None = None,
        *, prescription: Prescription | None = None, choose: ChooseFile = choose_new_file,
    ) -> None:  # fmt: skip
        super().__init__(look, parent)
        self._person, self._people, self._now, self._choose = person, people, now, choose
        self._today = now().astimezone().date()
        self.setWindowTitle(self.tr("My days"))
        self.setStyleSheet(form_sheet(look))
        self.days = [DayToggle(number, look, self) for number in range(7)]
        entries = [(self.tr("not planned"), 0), *((str(n), n) for n in range(1, 8))]
        self.per_week = choice_box(entries, person.days_per_week or 0, look, self)
        self.time_of_day = QLineEdit(person.time_of_day, self)
        self.time_of_day.setMaxLength(MAX_TIME_OF_DAY)
        self.rest = TickBox(self.tr("Today is a rest or flare-up day"), look, self)
        self.rest.setChecked(self._today in person.rest_days)
        self.at = QLineEdit(self)
        found = _TIME.search(person.time_of_day)
        self.at.setText(f"{int(found[1]):02d}:{found[2]}" if found else USUAL_TIME)
        self.export = KeyButton(self.tr("Save a reminder …"), "", "flag", parent=self)
        self.note = NoteLine(look, self)
        self.cancel = KeyButton(self.tr("Cancel"), "Esc", parent=self)
        self.save = KeyButton(self.tr("Save"), "Enter", "tick", parent=self)
        self.save.set_primary(primary=True)
        self._wanted = person.days_per_week or 0
        self._lay_out(prescription)
        for number, day in enumerate(self.days):
            day.setChecked(number in person.planned_days)
            day.toggled.connect(self._count)
        self.per_week.activated.connect(lambda _: self._want())
        self.export.clicked.connect(self.keep_reminder)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self.accept)
        self._count()
        self.days[0].setFocus()

    @property
    def chosen(self) -> tuple[int, ...]:
        """The planned weekdays, Monday is 0."""
        return tuple(number for number, day in enumerate(self.days) if day.isChecked())

    def _want(self) -> None:
        self._wanted = self.per_week.currentData()

    def _count(self) -> None:
        """Weekdays count themselves; without any the number is free to choose."""
        n = len(self.chosen)
        self.per_week.setCurrentIndex(n or self._wanted)
        self.per_week.setEnabled(not n)
        self.export.setEnabled(bool(n))
        self.note.tell(None, "" if n else self.tr("A reminder needs planned weekdays: choose them above."))

    # -- keeping -----------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Keep what was chosen and close; stay open with a sentence when the disk refuses."""
        try:
            self._people.change(self._person.code, self._changed)
        except (OSError, PersonError) as error:
            words = self.tr("Not kept: {why}. What you chose is still here.")
            self.note.tell("fix", words.format(why=reason(error)))
            return
        super().accept()

    def _changed(self, person: Person) -> Person:
        """Return the person with what was chosen; all else as it is kept now."""
        rest = [day for day in person.rest_days if day != self._today]
        if self.rest.isChecked():
            rest.append(self._today)
        per_week = self.per_week.currentData() or None
        since = person.planned_since
        if (self.chosen, per_week) != (person.planned_days, person.days_per_week):
            since = self._today if per_week else None
        return replace(
            person, planned_days=self.chosen, days_per_week=per_week, planned_since=since,
            time_of_day=self.time_of_day.text().strip(), rest_days=tuple(sorted(rest)),
        )  # fmt: skip

    def keep_reminder(self) -> None:
        """Ask where, and write the reminder for the days as they are chosen here."""
        found = _TIME.fullmatch(self.at.text().strip())
        if found is None:
            self.note.tell("fix", self.tr("The reminder's time is written like {time}.").format(time=USUAL_TIME))
            self.at.setFocus()
            return
        path = self._choose(self, FILE)
        if path is None:
            return
        at, now = dt.time(int(found[1]), int(found[2])), self._now()
        try:
            write_atomic(path, reminder(self.chosen, at, self._today, now, self.tr("Muscle practice")))
        except OSError as error:
            self.note.tell("fix", self.tr("No reminder was saved: {why}.").format(why=reason(error)))
        else:
            words = self.tr("Saved as {name}: open it with your calendar. After another plan, delete the old reminder.")
            self.note.tell("good", words.format(name=path.name))

    # -- layout ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Enter saves, wherever the focus is."""
        if a0 is not None and a0.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(a0)

    def _lay_out(self, prescription: Prescription | None) -> None:
        tr, px = self.tr, self._look.px
        page = QWidget(self)
        form = QVBoxLayout(page)
        form.setContentsMargins(0, 0, 8, 0)
        form.setSpacing(round(px(8)))
        form.addWidget(self._hint(tr("Kept in the private file of {code}, on this computer only.")
                                  .format(code=self._person.code), page))  # fmt: skip
        week = QHBoxLayout()
        week.setSpacing(round(px(6)))
        for day in self.days:
            week.addWidget(day)
        week.addStretch(1)
        form.addLayout(week)
        rows = QGridLayout()
        rows.setHorizontalSpacing(round(px(12)))
        rows.setVerticalSpacing(round(px(8)))
        rows.setColumnStretch(1, 1)
        usual = prescription.time_of_day if prescription else ""
        self.time_of_day.setPlaceholderText(usual or tr("such as: after breakfast"))
        self._row(rows, 0, tr("Days a week"), self.per_week, tr("Where any days do: how many a week"))
        self._row(rows, 1, tr("Time of day"), self.time_of_day, tr("In your own words; at most 40 characters"))
        form.addLayout(rows)
        if prescription is not None:
            words = tr("Prescribed: {n} days a week.").format(n=prescription.days_per_week)
            form.addWidget(self._hint(words, page))
        form.addWidget(self.rest)
        form.addWidget(self._hint(tr("It counts as kept."), page, indent=round(px(32))))
        form.addWidget(heading(tr("Reminder in your own calendar"), self._look, page))
        form.addWidget(self._hint(tr("A file that every calendar reads. It says “Muscle practice” on the planned days "
                                     "and nothing about you; a closed app cannot remind."), page))  # fmt: skip
        self.at.setFixedWidth(round(px(88)))
        remind = QGridLayout()
        remind.setHorizontalSpacing(round(px(12)))
        self._row(remind, 0, tr("At"), self.at, tr("Hours and minutes, such as {time}").format(time=USUAL_TIME))
        remind.addWidget(self.export, 0, 2)
        remind.setColumnStretch(3, 1)
        form.addLayout(remind)
        form.addStretch(1)
        self._frame(page)

    def _frame(self, page: QWidget) -> None:
        """Put title and buttons around the page."""
        title = QLabel(self.tr("My days"), self)
        title.setProperty("voice", "title")
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        for button in (self.export, self.cancel, self.save):
            button.dress(self._look)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 16, MARGIN, 16)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(scrolled(page, self), 1)
        column.addWidget(self.note)
        column.addLayout(buttons)
        self.fit(round(self._look.px(WIDTH)), round(self._look.px(HEIGHT)))

    def _row(self, grid: QGridLayout, row: int, words: str, field: QWidget, tip: str) -> None:
        label = QLabel(words, self)
        label.setBuddy(field)
        field.setAccessibleName(words)
        for widget in (label, field):
            widget.setToolTip(tip)
        field.setAccessibleDescription(tip)
        grid.addWidget(label, row, 0)
        grid.addWidget(field, row, 1)

    def _hint(self, words: str, page: QWidget, *, indent: int = 0) -> QLabel:
        label = QLabel(words, page)
        label.setProperty("voice", "hint")
        label.setWordWrap(True)
        label.setContentsMargins(indent, 0, 0, 0)
        return label
