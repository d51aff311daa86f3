"""Making a prescription: up to four plans with caps, how often, when to stop and when to look again; saved as a file.

One rule: what the person will get stands beside what is typed, in their words, before anything is saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from biofeedback.training.plan import Plan
from biofeedback.training.prescription import Prescription, write_prescription
from biofeedback.ui.look.framed_dialog import FramedDialog
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.tokens import MARGIN, Look
from biofeedback.ui.new_file import ChooseFile, choose_new_file
from biofeedback.ui.plans.editor import Ask, ask_to_discard
from biofeedback.ui.plans.fields import STACKED, form_sheet, heading, scrolled
from biofeedback.ui.plans.prescription_card import PrescriptionCard
from biofeedback.ui.plans.prescription_form import PrescriptionForm
from biofeedback.ui.words import reason

WIDTH, HEIGHT = 1120, 840


class PrescriptionDialog(FramedDialog):
    """Makes a prescription of `plans` on the day `today`; after `accept`, `prescription` lies in the file `path`."""

    def __init__(
        self, plans: Sequence[Plan], look: Look, parent: QWidget | None, today: date, *,
        choose: ChooseFile = choose_new_file, ask: Ask = ask_to_discard,
    ) -> None:  # fmt: skip
        super().__init__(look, parent)
        self.prescription: Prescription | None = None
        self.path: Path | None = None
        self._today, self._choose, self._ask = today, choose, ask
        self.setWindowTitle(self.tr("Prescription"))
        self.setStyleSheet(form_sheet(look))
        self.note = NoteLine(look, self)
        self.form = PrescriptionForm(plans, look, self, today)
        self.card = PrescriptionCard(look, self)
        self._lay_out()
        self.form.changed.connect(self._check)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.keep)
        self._check()

    def _check(self) -> None:
        """Show what the person would get, or what is missing for it."""
        self.prescription, sentence = self.form.made()
        self.note.tell("fix", sentence if self.form.rows else "")
        if self.prescription is None:
            self.card.show_nothing(sentence)
        else:
            self.card.show_prescription(self.prescription)
        self.save.setEnabled(self.prescription is not None)

    def keep(self) -> None:
        """Ask where, save and close; stay open with a sentence when that is not possible."""
        if self.prescription is None:
            return
        path = self._choose(self, f"prescription-{self._today.isoformat()}.toml")
        if path is None:
            return
        try:
            write_prescription(path, self.prescription)
        except (OSError, ValueError) as error:
            self.note.tell("fix", self.tr("Not saved: {reason}.").format(reason=reason(error)))
            return
        self.path = path
        self.accept()

    def reject(self) -> None:
        """Close without saving; ask first when plans were added."""
        if not self.form.rows or self._ask(self, self.tr("Discard this prescription?")):
            super().reject()

    def _lay_out(self) -> None:
        tr, stacked = self.tr, self._look.text_percent >= STACKED
        title = QLabel(tr("Prescription"), self)
        title.setProperty("voice", "section" if stacked else "title")
        self.cancel = KeyButton(tr("Cancel"), "Esc", parent=self)
        self.save = KeyButton(tr("Save as a file …"), "Ctrl S", "tick", parent=self)
        self.save.set_primary(primary=True)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self.keep)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addWidget(self.note, 1, Qt.AlignmentFlag.AlignVCenter)
        buttons.addStretch(0)
        for button in (self.cancel, self.save):
            button.dress(self._look)
            buttons.addWidget(button)
        gets = QWidget(self)
        beside = QVBoxLayout(gets)
        beside.setContentsMargins(0, 0, 16, 0)
        beside.setSpacing(8)
        beside.addWidget(heading(tr("What the person gets"), self._look, gets))
        beside.addWidget(self.card, 1)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        if stacked:
            page = QWidget(self)
            one = QVBoxLayout(page)
            one.setContentsMargins(0, 0, 0, 0)
            one.addWidget(self.form)
            one.addWidget(gets)
            middle.addWidget(scrolled(page, self))
        else:
            middle.addWidget(scrolled(self.form, self), 5)
            middle.addWidget(scrolled(gets, self), 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 16, MARGIN, 16)
        column.setSpacing(8)
        column.addWidget(title)
        column.addLayout(middle, 1)
        column.addLayout(buttons)
        self.fit(WIDTH, HEIGHT)
