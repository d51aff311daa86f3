"""The cards over the Train step: pain and effort, stopping, the private note of a marker; and when each is opened.

One rule: an answer is a command, stored before the recording ends; a note stays in the person's private file.
"""

from __future__ import annotations

from PyQt6.QtCore import QObject, QRect, pyqtSignal
from PyQt6.QtWidgets import QWidget

from biofeedback.recording.people import PEOPLE, People, PersonError, marker_key
from biofeedback.safety import moments_of_rating, ratings_due, stopped
from biofeedback.training.commands import Pause, Rate, Resume
from biofeedback.training.prescription import STOP_RULES
from biofeedback.ui.controls import Station
from biofeedback.ui.guide import Guide
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.page import Glance
from biofeedback.ui.train.exercise_lines import running
from biofeedback.ui.train.exercise_moment import waits_to_begin
from biofeedback.ui.train.marker_note import MarkerNote
from biofeedback.ui.train.rating_card import RatingCard
from biofeedback.ui.train.stop_card import StopCard
from biofeedback.ui.words import reason

PAUSED_FOR_STOP = "stop rules"


class TrainCards(QObject):
    """`noticed`: a sentence of trouble. `ended`: what was asked for at the end is over; go on to Review."""

    noticed = pyqtSignal(str)
    ended = pyqtSignal()

    def __init__(self, page: QWidget, station: Station, guide: Guide) -> None:
        super().__init__(page)
        self._page, self._station, self._guide = page, station, guide
        self.rating, self.stop, self.note = RatingCard(page), StopCard(page), MarkerNote(page)
        self._n_done = self._n_over = 0
        self._n_after = 0
        """How many moments will be over once the card that is open has closed."""
        self._when: Rate | None = None
        self._counted: object = None
        self._ending = False
        self._of_session: object = None
        self._paused_here = False
        self._rect = self._stage = QRect()
        self.rating.rated.connect(self._rate)
        self.rating.closed.connect(self._rated)
        self.stop.stopped.connect(self._stop)
        self.stop.back_wanted.connect(self._go_back)
        self.note.kept.connect(self._keep)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        for card in (self.rating, self.stop, self.note):
            card.dress(look)

    def place(self, page: QRect, stage: QRect) -> None:
        """Cover `page` with what is open, and with what will be; a marker's note stands in `stage`."""
        self._rect, self._stage = page, stage
        for card, rect in ((self.rating, page), (self.stop, page), (self.note, stage)):
            if not card.isHidden():
                card.open_in(rect)

    @property
    def is_open(self) -> bool:
        """Whether a card covers the training."""
        return not (self.rating.isHidden() and self.stop.isHidden())

    # -- pain and effort ------------------------------------------------------------------------------

    def look(self, glance: Glance) -> None:
        """Ask for pain and effort when their moment has come and nothing runs."""
        practice = self._guide.practice
        if practice is None or self._guide.today.plan is None or glance.silent or self.is_open:
            return
        exercise = practice.exercise
        if practice.setup is None or running(practice) or practice.calibration or practice.paused:
            return
        if self._guide.session != self._of_session:
            self._of_session, self._n_done, self._n_over, self._counted = self._guide.session, 0, 0, None
        over = exercise is not None and exercise.phase == "done"
        if exercise is not None and over and exercise.setup is not self._counted:
            self._counted, self._n_done = exercise.setup, self._n_done + 1
        if waits_to_begin(practice) or over:
            self._ask(end=False)

    def ask_at_the_end(self) -> bool:
        """Ask what is asked for at the end of a session; return whether anything is, so that Review has to wait."""
        # after one exercise it was asked just now
        self._ending = self._n_done > 1 and self._guide.today.plan is not None and self._ask(end=True)
        return self._ending

    def _ask(self, *, end: bool) -> bool:
        moments = moments_of_rating(self._n_done, over=end, days_since_last=self._guide.today.days_away)
        due = ratings_due(moments, self._n_over)
        if due is None:
            return False
        self._n_after, self._when = due.n_over, Rate("pain", 0, due.when)
        self.rating.ask(due)
        self.rating.open_in(self._rect)
        return True

    def _rate(self, what: str, value: int) -> None:
        if self._when is not None:
            self._guide.post(Rate("pain" if what == "pain" else "effort", value, self._when.when))

    def _rated(self) -> None:
        self._n_over = self._n_after
        if self._ending:
            self._ending = False
            self.ended.emit()

    # -- stopping -------------------------------------------------------------------------------------

    def open_stop(self) -> None:
        """Let the training stand and ask why; the recording goes on."""
        practice = self._guide.practice
        self._paused_here = practice is not None and not practice.paused
        if self._paused_here:
            self._guide.post(Pause(PAUSED_FOR_STOP))
        prescription = self._guide.today.prescription
        self.stop.ask(prescription.stop_rules if prescription else STOP_RULES)
        self.stop.open_in(self._rect)

    def _stop(self, key: str) -> None:
        self._guide.post(stopped(key))
        self._guide.go("review")

    def _go_back(self) -> None:
        if self._paused_here:
            self._guide.post(Resume(PAUSED_FOR_STOP))

    # -- a marker's note ------------------------------------------------------------------------------

    def open_note(self, number: int) -> None:
        """Offer a private note for marker `number` of the running recording; without one there is nothing to note."""
        if self._guide.is_recording:
            self.note.ask(number)
            self.note.open_in(self._stage)

    def _keep(self, number: int, note: str) -> None:
        recording = self._station.engine.state.recording
        path = recording.path if recording else None
        if path is None:
            return
        code = path.name.split("_")[0].removeprefix("sub-")
        people = People(self._station.data / PEOPLE)
        try:
            people.change(code, lambda person: person.with_marker(marker_key(path, number), note))
        except (PersonError, ValueError, OSError) as error:
            self.noticed.emit(self.tr("The note was not kept: {why}.").format(why=reason(error)))
