"""Reads for the Start step in the window's worker: who and what there is, and what is kept about the chosen person.

One rule: what comes late, for somebody who is no longer chosen, is thrown away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal

from biofeedback.recording.people import PEOPLE, InTheWay, People, Reason
from biofeedback.training.own_plans import OWN_PLANS, own_plans
from biofeedback.training.plan import Plan
from biofeedback.ui.background import Background, Job
from biofeedback.ui.controls import Station
from biofeedback.ui.start.facts import AboutPerson, about_person, keep_last_plan, keep_reason, look_around


class StartReader(QObject):
    """`around` carries an `Around`, `about` an `AboutPerson`, `failed` an exception."""

    around = pyqtSignal(object)
    about = pyqtSignal(object)
    failed = pyqtSignal(object)

    def __init__(self, station: Station, plans: Callable[[], Sequence[Plan]], parent: QObject) -> None:
        """`plans` gives the plans on offer beside those of one's own; it is called in a thread."""
        super().__init__(parent)
        self._station, self._plans = station, plans
        self.people, self.own = People(station.data / PEOPLE), station.data / OWN_PLANS
        self.background = Background(self)
        self._job: Job | None = None
        self._for: str | None = None

    @property
    def today(self) -> dt.date:
        """The day it is here."""
        return self._station.now().astimezone().date()

    def forget(self) -> None:
        """Read anew about whoever is asked for next, even the same person."""
        self._for = None

    def read_around(self) -> None:
        """Read who and which plans there are."""
        library, people, plans, own = self._station.library, self.people, self._plans, self.own
        self.background.run(lambda _: look_around(library, people, plans, own), self.around.emit, self.failed.emit)

    @property
    def reading(self) -> bool:
        """Whether what is kept about the person, a prescription perhaps, is still being read."""
        return self._job is not None

    def read_about(self, code: str) -> bool:
        """Read about a person; return False where that was done, or is under way. Nobody ("") has nothing to read."""
        if code == self._for:
            return False
        if self._job:
            self._job.cancel()
        self._for, self._job = code, None
        if code:
            library, people, plans, own = self._station.library, self.people, self._plans, self.own
            day = self.today
            self._job = self.background.run(
                lambda _: about_person(library, people, code, day, (*plans(), *own_plans(own)[0])),
                self._have_read, self._could_not,
            )  # fmt: skip
        return True

    def _have_read(self, about: AboutPerson) -> None:
        self._job = None
        self.about.emit(about)

    def _could_not(self, error: Exception) -> None:
        self._job = None
        self.failed.emit(error)

    def keep_last_plan(self, code: str, plan: str) -> None:
        """Keep which plan was prepared last."""
        people = self.people
        self.background.run(lambda _: keep_last_plan(people, code, plan), lambda _: None, self.failed.emit)

    def keep_reason(self, about: AboutPerson, what: InTheWay) -> AboutPerson:
        """Keep what got in the way, as answered today; return what is known of the person from now on."""
        people, person, reason = self.people, about.person, Reason(self.today, what)
        self.background.run(lambda _: keep_reason(people, person.code, reason), lambda _: None, self.failed.emit)
        return replace(about, person=replace(person, reasons=(*person.reasons, reason)))
