"""Taking a prescription from a file: read with distrust, shown in plain words, taken only when the person says so.

One rule: of a file that cannot be taken nothing is; it says what is wrong, with file and line.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from PyQt6.QtCore import QCoreApplication, Qt
from PyQt6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from biofeedback.training.prescription import Prescription, read_prescription
from biofeedback.training.toml_document import PlanError
from biofeedback.ui.look.framed_dialog import FramedDialog
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.tokens import MARGIN, Look
from biofeedback.ui.plans.fields import STACKED, form_sheet, scrolled
from biofeedback.ui.plans.prescription_card import PrescriptionCard, shown_day
from biofeedback.ui.plans.prescription_words import changed_plans, head_line, sentence
from biofeedback.ui.words import carried, spoken

ChooseOld = Callable[[QWidget], Path | None]
"""Asks which file to open; None: none."""
WIDTH, HEIGHT = 760, 720


def import_prescription(path: Path) -> Prescription:
    """Return the prescription in a file.

    Raises:
        PlanError: It is no possible one; the message names file and line.
    """
    return read_prescription(path)


def choose_old_file(parent: QWidget) -> Path | None:
    """Ask on the screen which file to open."""
    dialog = QFileDialog(parent, QCoreApplication.translate("PrescriptionPreview", "Prescription"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilter("TOML (*.toml)")
    return Path(dialog.selectedFiles()[0]) if dialog.exec() else None


def take_prescription(
    look: Look, parent: QWidget, today: date, *, choose: ChooseOld = choose_old_file,
    show: Callable[[PrescriptionPreview], object] = QDialog.exec,
) -> Prescription | None:  # fmt: skip
    """Ask for a file, show what is in it, and return it if it is taken."""
    path = choose(parent)
    if path is None:
        return None
    preview = PrescriptionPreview(path, look, parent, today)
    show(preview)
    return preview.taken


class PrescriptionPreview(FramedDialog):
    """Shows the prescription in a file, or what is wrong with it; `taken` is it after the person took it."""

    def __init__(self, path: Path, look: Look, parent: QWidget | None, today: date) -> None:
        super().__init__(look, parent)
        self.taken: Prescription | None = None
        self._given: Prescription | None = None
        self.setWindowTitle(self.tr("Prescription"))
        self.setStyleSheet(form_sheet(look))
        self.head = QLabel("", self)
        self.head.setWordWrap(True)
        self.head.setTextFormat(Qt.TextFormat.PlainText)
        self.notes = [NoteLine(look, self) for _ in range(3)]
        self.card = PrescriptionCard(look, self)
        self._lay_out()
        try:
            self._show(import_prescription(path), today)
        except PlanError as error:
            self._refuse(error)

    def take(self) -> None:
        """Take it and close."""
        if self._given is not None:
            self.taken = self._given
            self.accept()

    def _show(self, given: Prescription, today: date) -> None:
        self._given = given
        self.head.setText(spoken(head_line(given, shown_day)))
        self.card.show_prescription(given)
        if given.due(today):
            day = shown_day(given.review)
            self.notes[0].tell("look", self.tr("The review was due on {day}: ask for one.").format(day=day))
        if given.created > today:
            day = shown_day(given.created)
            self.notes[1].tell("look", self.tr("It is of {day}, which is still to come.").format(day=day))
        changed = changed_plans(given.plans)
        if changed:
            words = self.tr("Not as it ships with this program: {plans}. What stands here is what is done.")
            self.notes[2].tell("look", words.format(plans=", ".join(map(carried, changed))))
        self.accept_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refuse(self, error: PlanError) -> None:
        self.head.setText(self.tr("This file cannot be taken. Nothing of it was used."))
        self.notes[0].tell("fix", sentence(carried(str(error))))
        self.notes[1].tell(None, self.tr("Ask whoever wrote it for a new file, or put it right and open it again."))
        self.card.hide()
        self.resize(self.width(), min(self.height(), round(self._look.px(280))))
        self.accept_button.setEnabled(False)
        self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Take this prescription?"), self)
        title.setProperty("voice", "section" if self._look.text_percent >= STACKED else "title")
        title.setWordWrap(True)
        self.cancel = KeyButton(self.tr("Cancel"), "Esc", parent=self)
        self.accept_button = KeyButton(self.tr("Take it"), "Enter", "tick", parent=self)
        self.accept_button.set_primary(primary=True)
        self.cancel.clicked.connect(self.reject)
        self.accept_button.clicked.connect(self.take)
        page = QWidget(self)
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, 0, 12, 0)
        inside.setSpacing(8)
        for widget in (self.head, *self.notes, self.card):
            inside.addWidget(widget)
        inside.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        for button in (self.cancel, self.accept_button):
            button.dress(self._look)
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 16, MARGIN, 16)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(scrolled(page, self), 1)
        column.addLayout(buttons)
        self.fit(round(WIDTH * max(1.0, self._look.text_percent / 125)), HEIGHT)
