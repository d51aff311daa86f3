"""A new person: a code that nobody has, reserved at once, and if wanted a private name.

One rule: only the code goes into recordings; the name stays on this computer, in the person's private file.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from biofeedback.recording.people import MAX_NAME, People, Person, PersonError
from biofeedback.ui.look.framed_dialog import FramedDialog
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import TITLE, Look, style_sheet
from biofeedback.ui.words import reason


class NewPerson(FramedDialog):
    """Asks for a private name. After `accept`, `code` is reserved. `reserve` makes a code; it may raise OSError."""

    def __init__(self, reserve: Callable[[], str], people: People, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._reserve, self._people = reserve, people
        self.code = ""
        self.setWindowTitle(self.tr("New person"))
        self.setStyleSheet(style_sheet(look))
        title = QLabel(self.tr("New person"), self)
        title.setProperty("voice", "title")
        title.setStyleSheet(f"font-size: {round(look.px(TITLE))}px; font-weight: 600;")
        about = QLabel(
            self.tr("A code of six letters and digits is made: files carry nothing else about the person."), self
        )
        about.setWordWrap(True)
        self.name = QLineEdit(self)
        self.name.setMaxLength(MAX_NAME)
        self.name.setPlaceholderText(self.tr("May be left empty"))
        label = QLabel(self.tr("Private name"), self)
        label.setBuddy(self.name)
        tip = self.tr("It stays on this computer, in the person's private file, and helps you to find the code.")
        for widget in (self.name, label):
            widget.setToolTip(tip)
        self.name.setAccessibleName(self.tr("Private name"))
        self.name.setAccessibleDescription(tip)
        hint = QLabel(tip, self)
        hint.setProperty("voice", "hint")
        hint.setWordWrap(True)
        self._error = QLabel("", self)
        self._error.setWordWrap(True)
        self._error.setStyleSheet(f"color: {look.palette.bad_ink}; font-weight: 600;")
        self._error.hide()
        self.cancel = KeyButton(self.tr("Cancel"), "Esc", parent=self)
        self.make = KeyButton(self.tr("Make the code"), "Enter", "person", parent=self)
        self.make.set_primary(primary=True)
        self.cancel.clicked.connect(self.reject)
        self.make.clicked.connect(self.accept)
        self.name.returnPressed.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self.cancel, self.make):
            button.dress(look)
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(8)
        for part in (title, about, label, self.name, hint, self._error):
            column.addWidget(part)
        column.addSpacing(8)
        column.addLayout(row)
        room = parent.width() - 32 if parent else 10_000
        self.setMinimumWidth(min(room, round(look.px(440))))
        self.name.setFocus()

    @property
    def error(self) -> str:
        """Why it could not be done; empty while it was not tried or could."""
        return self._error.text()

    def accept(self) -> None:
        """Reserve the code and keep the name; stay open with a sentence when the disk refuses."""
        try:
            self.code = self.code or self._reserve()
            name = self.name.text().strip()
            if name:
                self._people.save(Person(self.code, name))
        except (OSError, PersonError) as error:
            if self.code:
                text = self.tr("The code {code} is made, but the name could not be kept: {why}. Try again, or cancel.")
            else:
                text = self.tr("No code could be made: {why}. Choose another library in the settings (S).")
            self._error.setText(text.format(code=self.code, why=reason(error)))
            self._error.show()
            return
        super().accept()
