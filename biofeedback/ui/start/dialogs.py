"""The dialogs of the Start step: a new person, and a person's days.

One rule: a dialog keeps what it asks for in the private files; what follows from it is the page's.
"""

from __future__ import annotations

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtWidgets import QDialog, QWidget

from biofeedback.recording.people import People
from biofeedback.recording.session import new_subject
from biofeedback.ui.controls import Station
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.start.days_dialog import DaysDialog
from biofeedback.ui.start.facts import AboutPerson
from biofeedback.ui.start.new_person import NewPerson


class StartDialogs(QObject):
    """`made` carries the code of a new person; `planned` tells that somebody's days were kept."""

    made = pyqtSignal(str)
    planned = pyqtSignal()

    def __init__(self, station: Station, people: People, page: QWidget) -> None:
        super().__init__(page)
        self._station, self._people, self._page = station, people, page

    def open_new_person(self, look: Look) -> None:
        """Ask for a private name, and make a code."""
        library = self._station.library
        dialog = NewPerson(lambda: new_subject(library), self._people, look, self._page.window())
        dialog.accepted.connect(lambda: self.made.emit(dialog.code))
        self._open(dialog)

    def open_days(self, about: AboutPerson, look: Look) -> None:
        """Ask for the days of a person."""
        dialog = DaysDialog(
            about.person, self._people, self._station.now, look, self._page.window(), prescription=about.prescription
        )
        dialog.accepted.connect(self.planned)
        self._open(dialog)

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
