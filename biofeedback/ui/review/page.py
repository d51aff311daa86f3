"""The Review step: waits until the recording is closed, reads it in the background, and shows what was done.

One rule: nothing is said of a recording but what its file gives; where it cannot be read, what is kept is named.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QGuiApplication, QResizeEvent
from PyQt6.QtWidgets import QFileDialog, QWidget

from biofeedback.recording.edf import RecordingError
from biofeedback.recording.recorder import RecorderState
from biofeedback.training.prescription import Prescription
from biofeedback.ui.background import Background, Job
from biofeedback.ui.controls import Station
from biofeedback.ui.guide import Guide
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.page import Action, Glance
from biofeedback.ui.phrase import Phrase, marked, say
from biofeedback.ui.review.facts import saved
from biofeedback.ui.review.reading import Review, read_review
from biofeedback.ui.review.results import ResultsError, add_results, may_save
from biofeedback.ui.review.sentences import Waiting
from biofeedback.ui.review.sheet import ReviewSheet
from biofeedback.ui.words import spoken

State = Literal["nothing", "closing", "reading", "cancelled", "failed", "shown"]


class ReviewPage(QWidget):
    """The page of the step "review"."""

    def __init__(self, station: Station, guide: Guide, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._station, self._guide = station, guide
        self._background = Background(self)
        self._job: Job | None = None
        self._saving = False
        self._path: Path | None = None
        """The recording that is shown, or read."""
        self._recorder: RecorderState | None = None
        self._problem = ""
        self._note: Phrase | None = None
        self.state: State = "nothing"
        self.review: Review | None = None
        self.waiting, self.sheet = Waiting(self), ReviewSheet(self)
        self._show()

    # -- the window's side ---------------------------------------------------------------------------------

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self.waiting.dress(look)
        self.sheet.dress(look)

    def entered(self) -> None:
        """Look which recording there is; one that was read already stays as it is."""
        self._note = None
        self._follow(self._station.engine.state.recording)

    def look(self, glance: Glance) -> None:
        """Nothing here moves."""

    def look_slowly(self, glance: Glance) -> None:
        """See whether the recording is closed by now, and how far reading is."""
        self._follow(glance.state.recording)

    @property
    def ready(self) -> bool:
        """There is no step after this one."""
        return True

    def offered(self) -> tuple[Action, ...]:
        """Return what can be done now."""
        tr = self.tr
        if self.state == "reading":
            return (Action("cancel", tr("Cancel"), "Esc", tip=tr("Stop reading; the recording is kept (Esc)")),)
        again = Action("again", tr("Train again"), "A", "repeat", enabled=self.state != "closing",
                       tip=tr("Train with the same plan, in a new recording (A)"))  # fmt: skip
        done = Action("done", tr("Done"), "Enter", "tick", primary=True, right=True, tip=tr("Back to Start (Enter)"))
        copy = Action("copy", tr("Copy path"), "K", tip=tr("Copy where the recording lies (K)"))
        if self.state in ("failed", "cancelled"):
            retry = Action("retry", tr("Try again"), "Enter", "repeat", primary=True, right=True,
                           tip=tr("Read the recording once more (Enter)"))  # fmt: skip
            plain = Action("done", tr("Done"), "Q", tip=tr("Back to Start (Q)"))
            return (plain, again, *((copy,) if self._path else ()), retry)
        made = [again]
        if self._path:
            made.append(copy)
        if self._prescription:
            tip = tr("Add counts, minutes and ratings to a file of results (E)")
            label = tr("Save results for the clinician")
            made.append(Action("save", label, "E", tip=tip, enabled=not self._saving))
        return (*made, done)

    def note(self) -> str:
        """Return what became of the last action, or how the recording was kept."""
        if self._note:
            return spoken(self._note)
        if self.state == "shown" and self.review:
            return spoken(saved(self.review.kept, self.review.summary.seconds))
        return ""

    def do(self, name: str) -> bool:
        """Do an action; return whether this page has dealt with it."""
        deeds: dict[str, Callable[[], None]] = {
            "again": self._again, "done": lambda: self._guide.go("start"), "copy": self._copy, "retry": self._read,
            "save": self._save, "cancel": self._cancel,
        }  # fmt: skip
        if name == "escape" and self.state == "reading":
            name = "cancel"
        if not any(action.name == name and action.enabled for action in self.offered()):
            return False
        deeds[name]()
        return True

    # -- the recording -------------------------------------------------------------------------------------

    def _follow(self, recorder: RecorderState | None) -> None:
        """Read the session's recording once it is closed."""
        self._recorder = recorder
        path = self._guide.recording
        if path != self._path:
            self._forget()
            self._path = path
        if path is None:
            self._enter("nothing")
        elif self.state in ("nothing", "closing"):
            if recorder is not None and recorder.path == path and not recorder.closed:
                self._enter("closing")
            else:
                self._read()
        self._show()

    def _forget(self) -> None:
        if self._job:
            self._job.cancel()
        self._job, self.review, self._note, self._problem = None, None, None, ""
        self._enter("nothing")

    def _read(self) -> None:
        path, library = self._path, self._station.library
        if path is None:
            return
        self._enter("reading")
        self._job = self._background.run(
            lambda job: read_review(path, library, job.progress), self._read_done, self._read_failed
        )
        self._show()

    def _read_done(self, review: Review) -> None:
        self._job, self.review = None, review
        trouble = self._recorder.problem if self._recorder and self._recorder.path == review.kept.path else None
        self.sheet.tell(review, self._guide.today.plan, trouble or "")
        self._enter("shown")

    def _read_failed(self, error: Exception) -> None:
        self._job = None
        self._problem = str(error)
        if isinstance(error, OSError):
            self._problem = error.strerror or self._problem
        elif not isinstance(error, RecordingError):  # a mistake of ours: say its kind, so that it can be found
            self._problem = f"{type(error).__name__}: {error}"
        self._enter("failed")

    def _cancel(self) -> None:
        if self._job:
            self._job.cancel()
            self._job = None
        self._enter("cancelled")

    def _enter(self, state: State) -> None:
        self.state = state
        self._show()

    # -- what is done --------------------------------------------------------------------------------------

    def _again(self) -> None:
        self._forget_note()
        self._guide.go("train")

    def _copy(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard is None or self._path is None:
            return
        clipboard.setText(str(self._path))
        self._note = say("Copied: where {name} lies.", name=self._path.name)

    @property
    def _prescription(self) -> Prescription | None:
        """The prescription that something of this recording belongs to."""
        prescription = self._guide.today.prescription
        if self.state != "shown" or self.review is None or not may_save(self.review.summary, prescription):
            return None
        return prescription

    def _save(self) -> None:
        review, prescription = self.review, self._prescription
        if review is None or prescription is None:
            return
        name = self._ask_file(f"results-{review.subject}.toml")
        if not name:
            return
        path = Path(name)
        self._forget_note()
        self._saving = True

        def done(n: int) -> None:
            self._saving = False
            self._note = say("Results saved: {name} holds {n} sessions now.", name=path.name, n=n)
            if n == 1:
                self._note = say("Results saved: {name} holds 1 session now.", name=path.name)

        def failed(error: Exception) -> None:
            self._saving = False
            if not isinstance(error, ResultsError):
                error = ResultsError(f"The results were not saved ({type(error).__name__}: {error}).")
            self.sheet.add_notice(marked(str(error)))

        self._background.run(lambda _: add_results(path, review, prescription), done, failed)

    def _forget_note(self) -> None:
        self._note = None
        self.sheet.add_notice(None)

    def _ask_file(self, guess: str) -> str:
        """Return the file that the results go to, `guess` its first name; empty for none."""
        start = str(Path.home() / guess)
        kinds = self.tr("Results (*.toml)")
        options = QFileDialog.Option.DontConfirmOverwrite  # what is in the file stays in it
        name, _ = QFileDialog.getSaveFileName(self, self.tr("Save results for the clinician"), start, kinds,
                                              options=options)  # fmt: skip
        return name if not name or Path(name).suffix else f"{name}.toml"

    # -- what is shown -------------------------------------------------------------------------------------

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Fill the page."""
        super().resizeEvent(a0)
        for part in (self.waiting, self.sheet):
            part.setGeometry(QRect(0, 0, self.width(), self.height()))

    def _show(self) -> None:
        shown = self.state == "shown"
        self.sheet.setVisible(shown)
        self.waiting.setVisible(not shown)
        if not shown:
            title, text, fraction = self._words()
            self.waiting.tell(spoken(title), spoken(text), fraction)

    def _words(self) -> tuple[Phrase, Phrase, float | None]:
        """Return title, words and progress of what is shown instead of a review."""
        name = self._path.name if self._path else ""
        if self.state == "closing":
            trouble = self._recorder.problem if self._recorder else None
            said_of_it = say("{name} is being completed.", name=name)
            return say("A moment"), marked(trouble) if trouble else said_of_it, None
        if self.state == "reading":
            text = say("Reading {name}. It is kept, whatever you do here.", name=name)
            return say("Looking at what was done"), text, self._job.fraction if self._job else 0.0
        if self.state == "cancelled":
            text = say("{name} is kept as it was recorded; only reading it was stopped.", name=name)
            return say("Not read"), text, None
        if self.state == "failed":
            problem = self._problem.removeprefix(f"{name}: ").removeprefix(f"{name} cannot be read: ").rstrip(".")
            text = say("{name}: {problem}. The file is kept as it is. Try again, or copy its path and look there.",
                       name=name, problem=problem)  # fmt: skip
            return say("The recording could not be read"), text, None
        trouble = self._recorder.problem if self._recorder else None
        if trouble:
            return say("Nothing was recorded"), marked(trouble), None
        return say("Nothing was recorded"), say("Go back to Start and begin; every session is recorded."), None
