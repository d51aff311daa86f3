"""Start: who is training, which plan, which board; and the week's practice at a glance.

What lies on the disk is read by the window's worker; until it has come, the page says so and nothing stands still.
One rule: a plan is always chosen, so that Enter goes on; nothing here changes the training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.recording.people import Person
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import shipped_plans
from biofeedback.ui.controls import Station
from biofeedback.ui.guide import Guide
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import GUTTER, TITLE, Look
from biofeedback.ui.page import Action, Glance
from biofeedback.ui.phrase import Phrase, marked, say
from biofeedback.ui.start.actions import actions_of
from biofeedback.ui.start.board_card import BoardCard
from biofeedback.ui.start.board_search import SearchForBoard
from biofeedback.ui.start.column import StartColumn
from biofeedback.ui.start.dialogs import StartDialogs
from biofeedback.ui.start.facts import IN_THE_WAY, AboutPerson, Around, notices, on_offer
from biofeedback.ui.start.person_chooser import PersonChooser
from biofeedback.ui.start.plan_column import PlanColumn
from biofeedback.ui.start.plan_list import FOR_SCROLL_BAR
from biofeedback.ui.start.reader import StartReader
from biofeedback.ui.start.week_view import WeekView

BETWEEN = 40
"""Pixels between the two columns."""
RIGHT, LEAST_RIGHT = 408.0, 320
EASE = 5.0
"""Points of percent by which the target is lower, once, after days away."""


class StartPage(QWidget):
    """The page of the Start step. `asked`: "edit plans", "prescription" or "settings", which the window opens."""

    asked = pyqtSignal(str)

    def __init__(
        self, station: Station, guide: Guide, parent: QWidget | None = None, *,
        plans: Callable[[], Sequence[Plan]] = shipped_plans,
    ) -> None:  # fmt: skip
        """`plans` gives the plans on offer beside those of one's own; it is called in a thread."""
        super().__init__(parent)
        self._station, self._guide = station, guide
        self._look = Look()
        self.reader = StartReader(station, plans, self)
        self._around, self._about = Around(), AboutPerson(Person(""))
        self._welcomed = False
        self._default_due = True
        """Whether the plan is still to be chosen by what is known of the person: nobody has chosen one by hand."""
        self._trouble: Phrase | None = None
        self.chooser, self.plans = PersonChooser(self), PlanColumn(self)
        self.list, self.notices = self.plans.list, self.plans.notices
        self.quick, self.short = self.plans.quick, self.plans.short
        self.board, self.week = BoardCard(station, self), WeekView(self)
        self.right = StartColumn(self.board, self.week, self)
        self._dialogs = StartDialogs(station, self.reader.people, self)
        self._search = SearchForBoard(station, guide, self.reader.background, self.board.say_found)
        self._wire()

    # -- what the window asks ------------------------------------------------------------------------------

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for part in (self.chooser, self.plans, self.right):
            part.dress(look)
        self._place()

    def look(self, glance: Glance) -> None:
        """Move the trace."""
        self.board.look(glance)

    def look_slowly(self, glance: Glance) -> None:
        """Show the board as it is."""
        self.board.look_slowly(glance)

    def entered(self) -> None:
        """Read anew who and what there is: a session may have been recorded since."""
        self._default_due = self._default_due or self._guide.today.plan is None
        self.reader.read_around()
        self._read_again()

    @property
    def ready(self) -> bool:
        """Whether a plan is chosen, and with it what may have been prescribed is known."""
        return self.list.plan is not None and not self.reader.reading

    def offered(self) -> tuple[Action, ...]:
        """Return what can be done now."""
        return actions_of(ready=self.ready, has_days=self._has_days)

    def note(self) -> str:
        """Say what is missing for the chosen plan."""
        plan = self.list.plan
        if plan is None or self.reader.reading:
            return self.tr("Reading …")
        if len(self._station.choice.channels) < plan.least_channels and not self._guide.simulated:
            return self.tr("A second sensor is needed, on {muscle}.").format(muscle=plan.muscles[1].name)
        return ""

    def do(self, name: str) -> bool:
        """Do an action."""
        if name == "prepare":
            self._prepare()
        elif name == "free":
            self._guide.change(plan=None)
            self._guide.go("train")
        elif name == "new person":
            self._dialogs.open_new_person(self._look)
        elif name == "days" and self._has_days:
            self._dialogs.open_days(self._about, self._look)
        elif name in ("edit plans", "prescription"):
            self.asked.emit(name)
        elif name == "reconnect":
            return self._search.look_again()
        else:
            return False
        return True

    # -- choosing ------------------------------------------------------------------------------------------

    @property
    def _has_days(self) -> bool:
        """Whether somebody is chosen, and what is kept of them is read."""
        return bool(self._about.person.code) and not self.reader.reading

    def choose_person(self, code: str) -> None:
        """Let `code` train; "" is nobody in particular."""
        self._default_due = True
        self._guide.change(subject=code, short=False, ease=0.0, prescription=None)
        self._follow()

    def _pressed(self, name: str) -> None:
        self._default_due = False
        self._choose_plan(name)

    def _choose_plan(self, name: str) -> None:
        plan = next((one.plan for one in self.list.offered if one.plan.name == name), None)
        if plan is not None:
            self.list.choose(name)
            self._guide.change(plan=plan)

    def _prepare(self) -> None:
        plan, code = self.list.plan, self._guide.today.subject
        if plan is None or not self.ready:
            return
        self._guide.change(plan=plan)
        if code:
            self.reader.keep_last_plan(code, plan.name)
        self._guide.go("prepare")

    def _answered(self, name: str) -> None:
        if what := next((what for what, _ in IN_THE_WAY if what == name), None):
            self._about = self.reader.keep_reason(self._about, what)
        else:
            self._welcomed = True
            if name == "short":
                self._guide.change(short=True, ease=EASE)
        self._tell_notices()

    def _set_short(self) -> None:
        """One set or all; after days away the lower target went with the short version only."""
        on = self.short.isChecked()
        self._guide.change(short=on, ease=self._guide.today.ease if on else 0.0)

    def _made(self, code: str) -> None:
        self.choose_person(code)
        self.reader.read_around()

    def _know(self, around: Around) -> None:
        self._around = around
        self.chooser.know(around.known, self.reader.today)
        self._offer()
        if self._default_due and self._about.person.code and not self.reader.reading:
            self._learn(self._about)  # it came before the plans did
        self._tell_notices()

    def _follow(self) -> None:
        """Show what is chosen today, and read about a person whose files were not read yet."""
        today = self._guide.today
        if self._guide.step != "start":
            return
        if today.subject != self.chooser.code:
            self.chooser.choose(today.subject)
        self.quick.setChecked(today.quick)
        self.short.setChecked(today.short)
        self.list.tell(short=today.short, quick=today.quick)
        if today.plan is not None and today.plan != self.list.plan:
            self.list.choose(today.plan.name)
        if not self.reader.read_about(today.subject):
            return
        if self._about.person.code != today.subject:
            self._welcomed = False
            self._show_about(AboutPerson(Person(today.subject)))
        if today.subject and not self._about.practice:
            self.week.tell(None, today.subject, counting=True)

    def _read_again(self) -> None:
        """Read anew about who is chosen."""
        self.reader.forget()
        self._follow()

    def _learn(self, about: AboutPerson) -> None:
        """Show what was read about the person, and choose the plan that follows from it."""
        self._show_about(about)
        prescribed = [one.plan.name for one in self.list.offered if one.prescribed]
        last = about.person.last_plan
        if self._default_due:
            self._choose_plan(last if not prescribed or last in prescribed else prescribed[0])
        self._default_due = not self.list.cards  # without plans there was nothing to choose from yet

    def _show_about(self, about: AboutPerson) -> None:
        self._about = about
        self._guide.change(days_away=about.practice.days_away if about.practice else None)
        if about.person.code:  # what was read in for nobody in particular holds for today
            self._guide.change(prescription=about.prescription)
        self.week.tell(about.practice, about.person.code, about.time_of_day)
        self._offer()
        self._tell_notices()

    def _offer(self) -> None:
        """Offer the plans, and choose one: today's, else the first."""
        self.list.offer(on_offer(self._around.plans, self._guide.today.prescription))
        if not self.list.cards or self._guide.step != "start":
            return
        today, names = self._guide.today.plan, [one.plan.name for one in self.list.offered]
        self._choose_plan(today.name if today and today.name in names else names[0])
        self.plans.order_tabs(self.chooser.nobody)

    def _failed(self, error: Exception) -> None:
        self._trouble = say("Something could not be read or kept: {why}.", why=marked(str(error).rstrip(".")))
        self._tell_notices()

    def _tell_notices(self) -> None:
        about = replace(self._about, prescription=self._guide.today.prescription)
        self.notices.tell(notices(about, self._around, self._trouble, self.reader.today, welcomed=self._welcomed))

    # -- places --------------------------------------------------------------------------------------------

    def _wire(self) -> None:
        self.chooser.chosen.connect(self.choose_person)
        self.chooser.grown.connect(self._place)
        self._dialogs.made.connect(self._made)
        self._dialogs.planned.connect(self._read_again)
        self.notices.answered.connect(self._answered)
        self.quick.clicked.connect(lambda: self._guide.change(quick=self.quick.isChecked()))
        self.short.clicked.connect(self._set_short)
        self.list.chosen.connect(self._pressed)
        self.board.settings.clicked.connect(lambda: self.asked.emit("settings"))
        self.board.again.clicked.connect(self._search.reconnect)
        self._guide.changed.connect(self._follow)
        self.reader.around.connect(self._know)
        self.reader.about.connect(self._learn)
        self.reader.failed.connect(self._failed)

    @property
    def _with_titles(self) -> bool:
        """Whether there is room for the three questions as titles; what they ask of stands below them anyway."""
        return self._look.text_percent < 150 or self.height() > self._look.px(480)

    def _place(self) -> None:
        w, h, px = self.width(), self.height(), self._look.px
        right = round(max(LEAST_RIGHT, min(px(RIGHT), 0.4 * w)))
        left = w - right - BETWEEN
        titled = self._with_titles
        top = round(px(32)) + 12 if titled else 0
        self.chooser.setGeometry(0, top, left, self.chooser.needed_height(left))
        y = top + self.chooser.height() + (24 if titled else GUTTER)
        self.plans.show_title(titled=titled)
        self.plans.setGeometry(0, y, left + FOR_SCROLL_BAR, h - y)
        self.right.setGeometry(w - right, top, right, h - top)
        self.update()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the three questions."""
        painter = QPainter(self)
        c, px = Canvas(painter, self._look), self._look.px
        c.fill(0, 0, self.width(), self.height(), c.t.canvas)
        if self._with_titles:
            c.text(self.tr("Who is training?"), 0, 0, self.width(), px(32), px(TITLE), 600)
            c.text(self.tr("Which board?"), self.right.x(), 0, self.width(), px(32), px(TITLE), 600)
        painter.end()
