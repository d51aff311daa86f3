"""What stands beside the window's pages: sound and its card, the person's screen, and the dialogs.

One rule: a dialog returns a choice or a file; what follows from it goes through the guide or the station.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from PyQt6.QtCore import QObject, QPoint, pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QDialog, QMenu, QWidget

from biofeedback.recording.people import PEOPLE, People
from biofeedback.training.kept_prescription import keep_prescription
from biofeedback.training.own_plans import OWN_PLANS, own_plans
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import shipped_plans
from biofeedback.ui.choice import Choice
from biofeedback.ui.controls import Station
from biofeedback.ui.guide import Guide
from biofeedback.ui.look.tokens import Look, style_sheet
from biofeedback.ui.page import Glance
from biofeedback.ui.person.window import PersonWindow
from biofeedback.ui.plans.plan_shelf import PlanShelf
from biofeedback.ui.plans.prescription_dialog import PrescriptionDialog
from biofeedback.ui.plans.prescription_preview import take_prescription
from biofeedback.ui.review.outcome_dialog import OutcomeDialog
from biofeedback.ui.settings.dialog import SettingsDialog
from biofeedback.ui.sound.control import SoundControl
from biofeedback.ui.sound.popover import SoundPopover
from biofeedback.ui.words import reason


class Companions(QObject):
    """`noticed`: a sentence of trouble. `plans_changed`: what is on offer at Start is other than before."""

    noticed = pyqtSignal(str)
    plans_changed = pyqtSignal()

    def __init__(self, window: QWidget, station: Station, guide: Guide, opens_sound: Callable[[QWidget], bool]) -> None:
        super().__init__(window)
        self._window, self._station, self._guide = window, station, guide
        self._look = Look()
        self.sound = SoundControl(station, self)
        self.sound_card = SoundPopover(self.sound, window, opens=opens_sound, on_close=window.setFocus)
        self.person = PersonWindow(lambda: station.engine.rings, window)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.sound_card.dress(look)
        self.person.dress(look)

    def look(self, glance: Glance, scales: tuple[float, ...], *, paced: bool) -> None:
        """Show and sound the newest."""
        self.person.show_state(glance.state, glance.moment, glance.shown, scales)
        self.sound.hear(glance.state, glance.now, paced=paced, scale=scales[0] if scales else None)

    def close(self) -> None:
        """Be silent, and take the person's screen away."""
        self.sound.stop()
        self.person.close()

    def toggle_sound_card(self, anchor: QPoint) -> None:
        """Open the card of sound above `anchor`, or close it."""
        if self.sound_card.isVisible():
            self.sound_card.close_card()
        else:
            self.sound_card.open_above(anchor)

    # -- plans ----------------------------------------------------------------------------------------

    def plans(self) -> tuple[Plan, ...]:
        """Return the shipped plans, then those of one's own."""
        return (*shipped_plans(), *own_plans(self._station.data / OWN_PLANS)[0])

    def edit_plan(self) -> None:
        """Open the shelf of plans: to look at, copy, change and remove."""
        n_channels = len(self._station.choice.channels)
        folder = self._station.data / OWN_PLANS
        dialog = PlanShelf(folder, self._look, self._window, self._guide.today.plan, n_channels)
        dialog.finished.connect(lambda _: self._edited(dialog))
        dialog.open()

    def _edited(self, dialog: PlanShelf) -> None:
        dialog.deleteLater()
        if dialog.saved is not None:
            self._guide.change(plan=dialog.saved)
        if dialog.changed:
            self.plans_changed.emit()

    # -- prescriptions --------------------------------------------------------------------------------

    def open_prescription_menu(self, button: QWidget) -> None:
        """Offer to read a prescription in or to make one, above `button`."""
        menu = QMenu(self._window)
        menu.setStyleSheet(style_sheet(self._look))
        for words, chosen in (
            (self.tr("Read a prescription in …"), self.read_prescription),
            (self.tr("Make a prescription …"), self.make_prescription),
        ):
            action = QAction(words, menu)
            action.triggered.connect(chosen)
            menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def make_prescription(self) -> None:
        """Open the dialog in which one is made and saved."""
        dialog = PrescriptionDialog(self.plans(), self._look, self._window, self._today)
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    def read_prescription(self) -> None:
        """Ask for a file and show it; what is taken holds from now on for who trains."""
        taken = take_prescription(self._look, self._window, self._today)
        if taken is None:
            return
        code = self._guide.today.subject
        if code:
            try:
                keep_prescription(People(self._station.data / PEOPLE).make(code), taken)
            except (OSError, ValueError) as error:
                sentence = self.tr("The prescription holds for today but was not kept: {why}.")
                self.noticed.emit(sentence.format(why=reason(error)))
        self._guide.change(prescription=taken)
        self.plans_changed.emit()

    # -- outcomes -------------------------------------------------------------------------------------

    def note_outcomes(self) -> None:
        """Open the dialog in which results are typed in, while a recording runs to keep them."""
        if not self._guide.is_recording:
            return
        dialog = OutcomeDialog(self._look, self._window, side=self._guide.today.side)
        dialog.accepted.connect(lambda: self._guide.post(*dialog.outcomes))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    # -- settings -------------------------------------------------------------------------------------

    def open_settings(self, chosen: Callable[[Choice], None]) -> None:
        """Open the dialog; what it returns is given to `chosen`."""
        station = self._station
        dialog = SettingsDialog(station.choice, station.find_boards(), self._look, self._window, engine=station.engine)
        dialog.finished.connect(lambda result: self._settings_closed(dialog, result, chosen))
        dialog.open()

    def _settings_closed(self, dialog: SettingsDialog, result: int, chosen: Callable[[Choice], None]) -> None:
        if result == QDialog.DialogCode.Accepted:
            chosen(dialog.choice)
        dialog.deleteLater()
        self._window.setFocus()

    @property
    def _today(self) -> dt.date:
        return self._station.now().astimezone().date()
