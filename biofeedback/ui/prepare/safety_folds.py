"""The foldable parts of the safety card: one of the two lists to answer, and wall power.

One rule: a tick means "applies to me"; no answer is ever ticked beforehand.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from biofeedback.safety import ISOLATOR_FITTED, NOBODY_WEARS, WALL_QUESTION, Item, MainsVerdict
from biofeedback.ui.look.fold import Fold
from biofeedback.ui.look.icons import Light
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import CAPTION, Look
from biofeedback.ui.phrase import say
from biofeedback.ui.prepare.mains_guard import verdict_words
from biofeedback.ui.prepare.parts import Tick, Words
from biofeedback.ui.words import spoken

Keys = frozenset[str]


class ListFold(Fold):
    """A list of what may apply. `answered` carries the keys that do (None: unanswered) and those agreed to."""

    answered = pyqtSignal(object, object)

    def __init__(self, title: str, items: Sequence[Item], parent: QWidget, *, agreeable: bool, hint: str = "") -> None:
        super().__init__(title, parent)
        self.items = tuple(items)
        self.agreeable = agreeable
        self._given: Keys | None = None
        self._needed = True
        self._agreed: Keys = frozenset()
        self.none = Tick(self.tr("None of these applies"), self.body, 600)
        self.none.clicked.connect(lambda on: self._tell(frozenset() if on else None, frozenset()))
        self.column.addWidget(self.none)
        self.ticks: dict[str, Tick] = {}
        self.agreements: dict[str, Tick] = {}
        self.follows: dict[str, Words] = {}
        for item in self.items:
            text = spoken(say(item.text))
            tick = Tick(f"{text[0].upper()}{text[1:]}", self.body)
            tick.setAccessibleDescription(self.tr("Tick it if it applies to you"))
            tick.clicked.connect(self._ticked)
            follows = Words(self.body, CAPTION, 500, "warn_ink" if agreeable else "bad_ink")
            follows.setContentsMargins(33, 0, 0, 4)
            agreed = Tick(self.tr("My clinician agreed"), self.body, 500)
            agreed.setAccessibleName(f"{self.tr('My clinician agreed')}: {text}")
            agreed.clicked.connect(self._ticked)
            self.ticks[item.key], self.follows[item.key], self.agreements[item.key] = tick, follows, agreed
            inset = QWidget(self.body)
            row = QHBoxLayout(inset)
            row.setContentsMargins(33, 0, 0, 0)
            row.addWidget(agreed)
            for widget in (tick, follows, inset):
                self.column.addWidget(widget)
            agreed.setVisible(False)
            inset.setVisible(False)
        self.hint = Words(self.body, CAPTION, 400, "ink3")
        self.hint.say(hint)
        self.column.addWidget(self.hint)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        words = (*self.follows.values(), self.hint)
        self.head.dress(look)
        for tick in (self.none, *self.ticks.values(), *self.agreements.values()):
            tick.dress(look)
        for text in words:
            text.dress(look)

    def show_answer(self, given: Keys | None, agreed: Keys, *, needed: bool = True) -> None:
        """Show what was answered; `needed`: whether an answer is."""
        self._needed = needed
        self._given, self._agreed = given, agreed
        self.none.setChecked(given == frozenset())
        for item in self.items:
            applies = given is not None and item.key in given
            self.ticks[item.key].setChecked(applies)
            self.follows[item.key].say(spoken(say(item.follows)) if applies else "")
            agreement = self.agreements[item.key]
            agreement.setChecked(item.key in agreed)
            agreement.setVisible(applies and self.agreeable)
            if inset := agreement.parentWidget():
                inset.setVisible(applies and self.agreeable)
        self.tell(*self._outcome())

    @property
    def is_settled(self) -> bool:
        """Whether nothing of it is in the way."""
        return self._given is not None and not self._given - self._agreed

    def answer_none(self) -> None:
        """Answer that nothing applies."""
        self._tell(frozenset(), frozenset())

    def _outcome(self) -> tuple[Light | None, str]:
        given = self._given
        if given is None and not self._needed:
            return None, self.tr("Needs no answer.")
        if given is None:
            return "none", self.tr("To be answered: tick what applies to you, or none.")
        if not given:
            return "good", self.tr("Nothing applies.")
        in_the_way = len(given - self._agreed)
        if not in_the_way:
            return "look", self.tr("Agreed with the clinician. Mind what follows.")
        if self.agreeable:
            return "fix", self.tr("Not agreed yet.")
        return "fix", self.tr("Something on this list applies.")

    def _ticked(self) -> None:
        given = frozenset(key for key, tick in self.ticks.items() if tick.isChecked())
        agreed = frozenset(key for key, tick in self.agreements.items() if tick.isChecked()) & given
        # the last tick taken back is no answer: "none" is ticked, never meant by leaving out
        self._tell(given or None, agreed)

    def _tell(self, given: Keys | None, agreed: Keys) -> None:
        self.show_answer(given, agreed, needed=self._needed)
        self.answered.emit(given, agreed)


class WallFold(Fold):
    """Wall power: what the computer sees, what only the person can, and what clears it."""

    answered = pyqtSignal(bool)
    isolator_said = pyqtSignal(bool)
    nobody_said = pyqtSignal(bool)

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self.is_settled = False
        """Whether nothing of it is in the way."""
        self.fix = Words(self.body, weight=500)
        self.question = Words(self.body)
        self.question.say(spoken(say(WALL_QUESTION)))
        self.no = KeyButton(self.tr("No"), tip=self.tr("No, nothing on a wall plug: I have looked"), parent=self.body)
        self.yes = KeyButton(self.tr("Yes"), tip=self.tr("Yes, something on a wall plug"), parent=self.body)
        self.no.clicked.connect(lambda: self._answer(said=False))
        self.yes.clicked.connect(lambda: self._answer(said=True))
        self.isolator = Tick(spoken(say(ISOLATOR_FITTED)), self.body)
        self.isolator.setToolTip(self.tr("An isolator rated for the purpose; kept for this board"))
        self.isolator.clicked.connect(self.isolator_said.emit)
        self.nobody = Tick(spoken(say(NOBODY_WEARS)), self.body)
        self.nobody.setToolTip(self.tr("For this session: take it back before electrodes go on"))
        self.nobody.clicked.connect(self.nobody_said.emit)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.no, self.yes):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.column.addWidget(self.fix)
        self.column.addWidget(self.question)
        self.column.addLayout(buttons)
        self.column.addWidget(self.isolator)
        self.column.addWidget(self.nobody)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self.head.dress(look)
        for text in (self.fix, self.question):
            text.dress(look)
        for tick in (self.isolator, self.nobody):
            tick.dress(look)
        for button in (self.no, self.yes):
            button.dress(look)
            button.setFixedHeight(round(look.px(36)))

    def _answer(self, *, said: bool) -> None:
        self.answered.emit(said)

    def show_verdict(self, verdict: MainsVerdict, *, answer: bool | None, isolator: bool, nobody: bool) -> None:
        """Show what holds, and what was answered."""
        self.tell(verdict.light if verdict.answered or verdict.red else "none", verdict_words(verdict))
        self.is_settled = verdict.answered and not verdict.red
        # where nothing is unseen, the question below says the same
        needed = verdict.red or bool(verdict.unseen)
        self.fix.say(spoken(say(verdict.fix)) if needed else "", "bad_ink" if verdict.red else "ink")
        for button, said in ((self.no, False), (self.yes, True)):
            icon = "tick" if answer is said else ""
            name = self.tr("Yes") if said else self.tr("No")
            described = self.tr("{name}, as answered").format(name=name) if icon else name
            button.name(name, button.toolTip(), icon)
            button.setAccessibleDescription(described)
        self.isolator.setChecked(isolator)
        self.nobody.setChecked(nobody)
