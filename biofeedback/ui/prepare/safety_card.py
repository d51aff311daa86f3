"""Whether it is safe to start: wall power, the two lists, when to stop, and what this program is.

One part is open at a time; a part that is settled folds and the next one that is not opens.
One rule: it asks and shows, in the words of safety.py; whether training may start is decided there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PyQt6.QtCore import QPoint, QTimer, pyqtSignal
from PyQt6.QtWidgets import QWidget

from biofeedback.safety import BREATHE, DO_NOT_START, NO_REASON, ONLY_IF_AGREED, Answers, MainsVerdict, stop_items
from biofeedback.training.prescription import STOP_RULES
from biofeedback.ui.look.fold import Fold
from biofeedback.ui.look.icons import Light
from biofeedback.ui.look.numbered_steps import NumberedSteps
from biofeedback.ui.look.tokens import CAPTION, Look
from biofeedback.ui.phrase import say
from biofeedback.ui.prepare.parts import Card, Words
from biofeedback.ui.prepare.safety_folds import ListFold, WallFold
from biofeedback.ui.words import carried, spoken

WHAT_IT_IS: Final = (
    "Research, education and training software. Not cleared, certified or CE-marked as a medical device; neither is "
    "the usual hobby sensor. It does not diagnose or treat. A clinician who uses it with patients does so on their own "
    "responsibility and under local rules."
)


class SafetyCard(Card):
    """Emits `answered` with the new Answers, `isolator_said` and `nobody_said` with a tick."""

    answered = pyqtSignal(object)
    isolator_said = pyqtSignal(bool)
    nobody_said = pyqtSignal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", parent)
        self.entitle(self.tr("Safe to start?"))
        self._answers = Answers()
        self._simulated = False
        self._verdict: MainsVerdict | None = None
        self.simulated = Words(self.inside, weight=500, ink="warn_ink")
        self.wall = WallFold(self.tr("Wall power"), self.inside)
        self.first = ListFold(
            self.tr("Do not start"), DO_NOT_START, self.inside, agreeable=False, hint=spoken(say(NO_REASON))
        )
        self.second = ListFold(self.tr("Only if your clinician agreed"), ONLY_IF_AGREED, self.inside, agreeable=True)
        self.stop = Fold(self.tr("Stop at once"), self.inside, "stop")
        self.stop_words = NumberedSteps(self.stop.body, numbered=False)
        self.breathe = Words(self.stop.body, weight=600)
        self.breathe.say(spoken(say(BREATHE)))
        self.stop.column.addWidget(self.stop_words)
        self.stop.column.addWidget(self.breathe)
        self.what = Words(self.inside, CAPTION, 400, "ink3")
        self.what.say(spoken(say(WHAT_IT_IS)))
        for part in (self.simulated, *self.folds, self.what):
            self.column.addWidget(part)
        self.column.addStretch(1)
        self._reveal = QTimer(self)
        self._reveal.setSingleShot(True)  # once its layout has been done
        self._reveal.timeout.connect(self._show_open)
        self._wire()
        self.show_stop_rules(STOP_RULES)
        self.simulated.say("")
        self.begin()

    @property
    def folds(self) -> tuple[Fold, ...]:
        """The parts that fold, from above."""
        return self.wall, self.first, self.second, self.stop

    def dress(self, look: Look) -> None:
        """Take on a look."""
        for fold in (self.wall, self.first, self.second):
            fold.dress(look)
        self.stop.head.dress(look)
        self.stop_words.dress(look)
        for words in (self.breathe, self.what, self.simulated):
            words.dress(look)
        super().dress(look)

    def begin(self) -> None:
        """Open what is to be answered first."""
        self._open(self._next)

    def show_stop_rules(self, rules: Sequence[str]) -> None:
        """List when to stop: the usual rules, or those of a prescription."""
        items = stop_items(rules)
        self.stop.tell(None, self.tr("{n} signs; X stops while training.").format(n=len(items)))
        self.stop_words.show_steps([carried(item.text) for item in items])

    def show_answers(
        self, answers: Answers, verdict: MainsVerdict, *, isolator: bool, nobody: bool, simulated: bool
    ) -> None:
        """Show what was answered and what holds."""
        now = next((fold for fold in self.folds if fold.open), None)
        before = now is not None and self._is_settled(now), self.wall.head.light
        self._answers, self._verdict = answers, verdict
        self.first.show_answer(answers.do_not_start, frozenset(), needed=not simulated)
        self.second.show_answer(answers.only_if_agreed, answers.agreed, needed=not simulated)
        self.wall.show_verdict(verdict, answer=answers.wall_powered, isolator=isolator, nobody=nobody)
        if simulated != self._simulated:
            self._simulated = simulated
            muscle = self.tr("Simulated muscle: nobody wears electrodes, so the lists need no answer.")
            self.simulated.say(muscle if simulated else "")
            self._open(self._next)
        elif verdict.red and before[1] != "fix":
            self._open(self.wall)
        elif now is not None and self._is_settled(now) and not before[0]:
            self._go_on()

    @property
    def light(self) -> Light:
        """The worst of all, for a tab; "none" while something is to be answered."""
        if self._simulated:
            return "good"
        lights = [fold.head.light or "good" for fold in (self.wall, self.first, self.second)]
        order: tuple[Light, ...] = ("fix", "none", "look")
        return next((light for light in order if light in lights), "good")

    @property
    def quick_answer(self) -> str:
        """Words of the answer that `answer_quickly` would give; empty where there is nothing to answer."""
        if self._simulated:
            answered = self.first.is_settled and self.second.is_settled
            return "" if answered else self.tr("Nothing applies")
        verdict = self._verdict
        asked = verdict is not None and not verdict.cleared_by and not verdict.red
        if self.wall.open and asked and self._answers.wall_powered is None:
            return self.tr("Nothing is wall-powered")
        for fold, given in ((self.first, self._answers.do_not_start), (self.second, self._answers.only_if_agreed)):
            if fold.open and given is None:
                return self.tr("None of these applies")
        return ""

    def answer_quickly(self) -> None:
        """Give the good answer to the part that is open; of the simulated muscle to both lists at once."""
        if not self.quick_answer:
            return
        if self._simulated:
            self._tell(replace(self._answers, do_not_start=frozenset(), only_if_agreed=frozenset(), agreed=frozenset()))
        elif self.wall.open:
            self.wall.no.click()
        else:
            (self.first if self.first.open else self.second).answer_none()

    # -- what is ticked -------------------------------------------------------------------------------

    def _wire(self) -> None:
        self.wall.answered.connect(lambda yes: self._tell(replace(self._answers, wall_powered=yes)))
        self.wall.isolator_said.connect(self._isolator)
        self.wall.nobody_said.connect(self._nobody)
        self.first.answered.connect(lambda given, _: self._tell(replace(self._answers, do_not_start=given)))
        self.second.answered.connect(
            lambda given, agreed: self._tell(replace(self._answers, only_if_agreed=given, agreed=agreed))
        )
        for fold in self.folds:
            fold.head.clicked.connect(lambda _=False, fold=fold: self._open(None if fold.open else fold))

    def _tell(self, answers: Answers) -> None:
        self._answers = answers
        self.answered.emit(answers)
        self._go_on()

    def _isolator(self, on: bool) -> None:  # noqa: FBT001 - a signal's
        self.isolator_said.emit(on)
        self._go_on()

    def _nobody(self, on: bool) -> None:  # noqa: FBT001 - a signal's
        self.nobody_said.emit(on)
        self._go_on()

    def _go_on(self) -> None:
        """Leave the part that is open when nothing of it is in the way, for the next one that is."""
        now = next((fold for fold in self.folds if fold.open), None)
        # what was agreed to stays open, so that what follows from it is read
        if now is None or (self._is_settled(now) and now.head.light == "good"):
            self._open(self._next)

    @property
    def _next(self) -> Fold | None:
        if self._simulated:
            return None
        return next((fold for fold in (self.wall, self.first, self.second) if not self._is_settled(fold)), self.stop)

    @staticmethod
    def _is_settled(fold: Fold) -> bool:
        return isinstance(fold, ListFold | WallFold) and fold.is_settled

    def _open(self, opened: Fold | None) -> None:
        for fold in self.folds:
            fold.unfold(opened=fold is opened)
        self._reveal.start()

    def _show_open(self) -> None:
        """Scroll to the part that is open, as far as it fits; its head is never scrolled away."""
        opened = next((fold for fold in self.folds if fold.open), None)
        if opened is not None:
            self.area.ensureWidgetVisible(opened.body, 0, 0)
            self.area.ensureWidgetVisible(opened.head, 0, 0)
            bar, page = self.area.verticalScrollBar(), self.area.widget()
            if bar is not None and page is not None and bar.value() > 0:  # then its head first: no half line above it
                bar.setValue(opened.head.mapTo(page, QPoint(0, 0)).y())
