"""The Prepare step: where the electrodes go, whether it is safe to start, whether the signal is good. Three cards.

Where three do not fit side by side they become tabs, each with its light.
One rule: what is in the way of safety stays in the way; only a red finding of the signal can be gone on with, asked
twice and recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PyQt6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QWidget

from biofeedback.training.commands import Site
from biofeedback.training.notes import LONGEST_CODE
from biofeedback.training.prescription import STOP_RULES
from biofeedback.ui.controls import Station
from biofeedback.ui.guide import Guide
from biofeedback.ui.look.card_tabs import CardTabs
from biofeedback.ui.look.tokens import GUTTER, Look
from biofeedback.ui.page import Action, Glance
from biofeedback.ui.prepare.electrode_card import ElectrodeCard
from biofeedback.ui.prepare.last_time import LastTime
from biofeedback.ui.prepare.parts import Card
from biofeedback.ui.prepare.safety_card import SafetyCard
from biofeedback.ui.prepare.signal_card import SignalCard
from biofeedback.ui.prepare.signal_items import SignalItem
from biofeedback.ui.words import spoken

WIDTHS: Final = (408.0, 304.0, 488.0)
"""Pixels of the three cards at 1280 pixels of window; wider ones share in the same parts."""
LEAST_ROOM: Final = 1000.0
"""Pixels at 100 % of text below which the cards become tabs."""
ASK_AGAIN: Final = 6.0
"""Seconds in which "Go on anyway" is to be confirmed."""


class PreparePage(QWidget):
    """The page of the step; see `page.Page`."""

    def __init__(self, station: Station, guide: Guide, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._station, self._guide = station, guide
        self._last_time = LastTime(self)
        self._last_time.changed.connect(self._show_last_time)
        self._look_of_now = Look()
        self._glance: Glance | None = None
        self._confirm: tuple[float, tuple[str, ...]] | None = None
        self._trouble = ""
        self.tabs = CardTabs((self.tr("Electrodes"), self.tr("Safety"), self.tr("Signal")), self)
        self.electrodes, self.safety, self.signal = ElectrodeCard(self), SafetyCard(self), SignalCard(self)
        self.tabs.chosen.connect(lambda _: self._place())
        self.electrodes.side_chosen.connect(self._choose_side)
        self.electrodes.site_noted.connect(self._note_site)
        self.safety.answered.connect(lambda answers: guide.change(answers=answers))
        self.safety.nobody_said.connect(lambda nobody: guide.change(nobody_wears=nobody))
        self.safety.isolator_said.connect(self._confirm_isolator)
        for i in range(len(self.cards)):
            QShortcut(QKeySequence(str(i + 1)), self, lambda i=i: self.tabs.choose(i))
        guide.changed.connect(self._refresh)
        guide.mains.changed.connect(self._refresh)
        self.dress(self._look_of_now)
        self._refresh()

    @property
    def cards(self) -> tuple[Card, ...]:
        """The three cards, from the left."""
        return self.electrodes, self.safety, self.signal

    # -- the page -------------------------------------------------------------------------------------

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look_of_now = look
        for card in self.cards:
            card.dress(look)
        self.tabs.dress(look)
        self._place()

    def entered(self) -> None:
        """Begin: the step was entered, perhaps again."""
        self._confirm = None
        self._trouble = ""
        self.signal.begin()
        self._refresh()
        self.safety.begin()
        self._ask_last_time()

    def look(self, glance: Glance) -> None:
        """See what moves."""
        self.signal.look(self._station.engine.rings, glance)

    def look_slowly(self, glance: Glance) -> None:
        """See everything."""
        before, self._glance = self._glance, glance
        self.signal.look_slowly(self._station.engine.rings, glance, self._guide.today.plan)
        if before is None or before.state.simulated != glance.state.simulated:
            self._refresh()
        if self._confirm and (glance.now - self._confirm[0] > ASK_AGAIN or self._confirm[1] != self._red_names):
            self._confirm = None
        # nothing can be seen of where electrodes sit
        self.tabs.show_lights((None, self.safety.light, self.signal.light))

    @property
    def ready(self) -> bool:
        """Whether nothing is in the way, or the person went on although something of the signal is red."""
        return self._is_ready or (self._guide.safe and self._guide.today.despite == storable(self._red_names))

    def offered(self) -> tuple[Action, ...]:
        """Return what can be done now."""
        made = [Action("escape", self.tr("Back"), "Esc")]
        if quick := self.safety.quick_answer:
            made.append(Action("answer", quick, "A", "tick", self.tr("Answers the part of the list that is open (A)")))
        if not any(item.name == "no signal" for item in self.signal.items):
            tip = self.tr("Let go, then tense once for a second (Q)")
            made.append(Action("squeeze", self.tr("Squeeze test"), "Q", tip=tip))
        reds = self._red
        if reds:
            anyway = self.tr("Go on: sure?") if self._confirm else self.tr("Go on anyway …")
            tip = self.tr("Go on although something of the signal is red; that is recorded (G)")
            may = self._guide.safe and not any(item.binding for item in reds)
            made.append(Action("anyway", anyway, "G", "", tip, enabled=may, right=True))
        label = self.tr("Train") if self._guide.today.plan is None else self.tr("Calibrate")
        tip = self.note() or label
        made.append(Action("next", label, "Enter", "", tip, enabled=self._is_ready, primary=True))
        return tuple(made)

    def note(self) -> str:
        """Return the first thing in the way, in one sentence; for the simulated muscle, that nobody wears it."""
        reds = self._red
        if self._confirm and reds:
            return self.tr("Press G again to go on although: {what} It is recorded.").format(what=spoken(reds[0].text))
        if trouble := self._trouble or self._last_time.trouble:
            return trouble
        if not self._guide.safe:
            return self._unsafe
        if reds:
            return f"{spoken(reds[0].text)} {spoken(reds[0].fix)}"
        if self._glance is None:
            return self.tr("Looking at the signal …")
        if self._guide.simulated:
            return self.tr("Simulated muscle: nobody wears electrodes.")
        return ""

    def do(self, name: str) -> bool:
        """Do an action; return whether the page has dealt with it."""
        if name == "answer":
            self.safety.answer_quickly()
        elif name == "squeeze":
            self.signal.squeeze(self._station.engine.rings)
        elif name == "anyway":
            self._go_on_anyway()
        elif name == "next":
            if self._is_ready:
                self._go_on()
        else:
            return False
        return True

    # -- what is in the way ---------------------------------------------------------------------------

    @property
    def _unsafe(self) -> str:
        """The first reason of safety that is in the way, in the person's language."""
        if self._guide.mains.verdict.red:
            return self._guide.mains.sentence
        folds = (self.safety.wall, self.safety.first, self.safety.second)
        waiting = next((fold for fold in folds if not fold.is_settled), None)
        if waiting is None:
            return self.tr("Answer the questions of safety first.")
        if waiting.head.light == "fix":
            return f"{waiting.head.text()}: {waiting.head.outcome}"
        return self.tr("To be answered first: {what}.").format(what=waiting.head.text())

    @property
    def _red(self) -> tuple[SignalItem, ...]:
        return tuple(item for item in self.signal.items if item.light == "fix")

    @property
    def _red_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(item.name for item in self._red))

    @property
    def _is_ready(self) -> bool:
        return self._glance is not None and self._guide.safe and not self._red

    def _go_on_anyway(self) -> None:
        """Ask once, then go on and have it recorded; never where safety or a missing signal is in the way."""
        reds = self._red
        if not reds or not self._guide.safe or self._glance is None or any(item.binding for item in reds):
            return
        if self._confirm is None or self._confirm[1] != self._red_names:
            self._confirm = (self._glance.now, self._red_names)
            return
        self._confirm = None
        self._guide.change(despite=storable(self._red_names))
        self._leave()

    def _go_on(self) -> None:
        self._guide.change(despite=())
        self._leave()

    def _leave(self) -> None:
        self._guide.go("train" if self._guide.today.plan is None else "calibrate")

    # -- what is chosen -------------------------------------------------------------------------------

    def _choose_side(self, side: str) -> None:
        self._guide.set_side(side)
        self._ask_last_time()

    def _note_site(self, site: Site) -> None:
        others = tuple(other for other in self._guide.today.sites if other.channel != site.channel)
        sites = sorted((*others, site), key=lambda one: one.channel)
        self._guide.change(sites=tuple(one for one in sites if one != Site(one.channel)))

    def _confirm_isolator(self, fitted: bool) -> None:  # noqa: FBT001 - a signal's
        self._trouble = self._guide.mains.confirm_isolator(fitted=fitted)

    def _refresh(self) -> None:
        """Show what was chosen and answered."""
        today, mains = self._guide.today, self._guide.mains
        self.electrodes.show_plan(today.plan, today.side, today.sites)
        rules = today.prescription.stop_rules if today.prescription else STOP_RULES
        self.safety.show_stop_rules(rules)
        self.safety.show_answers(
            today.answers, mains.verdict, isolator=mains.isolator, nobody=today.nobody_wears,
            simulated=self._guide.simulated,
        )  # fmt: skip

    def _ask_last_time(self) -> None:
        """Show what is kept of this person's earlier sessions, as soon as it is read."""
        self._last_time.ask(self._guide.today.subject, self._station.library)
        self._show_last_time()

    def _show_last_time(self) -> None:
        newest = self._last_time.newest(self._guide.today.plan, self._guide.today.side)
        self.electrodes.remember(newest)
        self.signal.remember([kept.channel if kept else None for kept in newest])

    # -- places ---------------------------------------------------------------------------------------

    @property
    def tabbed(self) -> bool:
        """Whether the cards are tabs: three do not fit side by side."""
        return self.width() < self._look_of_now.px(LEAST_ROOM)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self._place()

    def _place(self) -> None:
        w, h = self.width(), self.height()
        self.tabs.setVisible(self.tabbed)
        for bare in (self.safety, self.signal):  # the electrodes' title names the muscle
            bare.leave_title(to_tab=self.tabbed)
        if self.tabbed:
            top = self.tabs.sizeHint().height()
            self.tabs.setGeometry(0, 0, w, top)
            for i, card in enumerate(self.cards):
                card.setVisible(i == self.tabs.current)
                card.setGeometry(0, top + 8, w, h - top - 8)
            return
        x = 0
        for card, width in zip(self.cards, _shares(w - 2 * GUTTER), strict=True):
            card.setGeometry(x, 0, width, h)
            card.show()
            x += width + GUTTER


def _shares(width: int) -> Sequence[int]:
    """Return the widths of three cards that fill `width` pixels in their usual parts."""
    first, second = (round(width * part / sum(WIDTHS)) for part in WIDTHS[:2])
    return first, second, width - first - second


def storable(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names as far as one stored answer has room for them, then "more"."""
    room = LONGEST_CODE - len("despite")
    kept: list[str] = []
    for i, name in enumerate(names):
        rest = 0 if i == len(names) - 1 else len(",more")
        if len(",".join([*kept, name])) > room - rest:
            return (*kept, "more")
        kept.append(name)
    return tuple(kept)
