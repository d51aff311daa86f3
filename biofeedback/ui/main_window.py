"""The window: header with the five steps, one page, its actions, the strip; and what only a window can do.

One rule: the window decides nothing about the signal; it posts commands and shows the latest state.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import (
    QCloseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PyQt6.QtWidgets import QWidget

from biofeedback.emg.delay import total
from biofeedback.ui.calibrate.page import CalibratePage
from biofeedback.ui.choice import Choice
from biofeedback.ui.companions import Companions
from biofeedback.ui.controls import Station
from biofeedback.ui.delay_popover import DelayPopover
from biofeedback.ui.guide import STEPS, Guide, Step
from biofeedback.ui.header import Header
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import GUTTER, MARGIN, PALETTES, Look, palette_of, style_sheet
from biofeedback.ui.page import Glance, Page
from biofeedback.ui.page_actions import PageActions
from biofeedback.ui.prepare.mains_guard import verdict_words
from biofeedback.ui.prepare.page import PreparePage
from biofeedback.ui.readings import delay_parts
from biofeedback.ui.review.page import ReviewPage
from biofeedback.ui.start.page import StartPage
from biofeedback.ui.strip import Strip
from biofeedback.ui.train.history import History
from biofeedback.ui.train.page import TrainPage
from biofeedback.ui.wake import Wake
from biofeedback.ui.watch import Watch
from biofeedback.ui.window_keys import OF_STEPS, WindowKeys, action_of
from biofeedback.ui.words import carried


class MainWindow(QWidget):
    """The one window; it begins at Start."""

    def __init__(
        self,
        station: Station,
        wake: Wake,
        *,
        clock: Callable[[], float] = time.monotonic,
        history: History | None = None,
        step: Step = "start",
    ) -> None:
        """`step` where to begin: "train" for what nobody has to be prepared for."""
        super().__init__()
        self._station = station
        self._look_of_now = Look()
        self.guide = Guide(station, self, step=step)
        self.history = history or History()
        self.watch = Watch(
            station, self.guide, self.history, clock, moves=self._show_moves, everything=self._show_everything
        )
        self.header, self.row, self.strip = Header(self), PageActions(self), Strip(self)
        self.train = TrainPage(station, self.guide, self, history=self.history)
        start, prepare = StartPage(station, self.guide, self), PreparePage(station, self.guide, self)
        self.pages: dict[Step, Page] = {
            "start": start,
            "prepare": prepare,
            "calibrate": CalibratePage(station, self.guide, self),
            "train": self.train,
            "review": ReviewPage(station, self.guide, self),
        }
        start.asked.connect(self._do_everywhere)
        self.stage, self.side, self.action_bar = self.train.stage, self.train.side, self.train.action_bar
        self.popover = DelayPopover(self)
        self.beside = Companions(self, station, self.guide, lambda at: at is self.strip.sound)
        self.setWindowTitle("biofeedback")
        self.setMinimumSize(1024, 640)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._keys = WindowKeys(self, self)
        self._step: Step | None = None
        self._channels = station.choice.channels
        self._wire(wake)
        self.dress()
        self._show_step()
        self.watch.start()

    # -- showing --------------------------------------------------------------------------------------

    @property
    def page(self) -> Page:
        """The page of the step that is shown."""
        return self.pages[self.guide.step]

    def look_slowly(self) -> None:
        """Look although nothing came: silence itself must be seen."""
        self.watch.look_slowly()

    def notify(self, sentence: str) -> None:
        """Show a sentence of trouble in the strip for some seconds."""
        self.watch.notify(sentence)

    def _show_moves(self, glance: Glance) -> None:
        self.page.look(glance)
        scales = self.train.controls.scales(glance.state, glance.shown)
        self.beside.look(glance, scales, paced=self._station.paced)

    def _show_everything(self, glance: Glance) -> None:
        state = glance.state
        self.guide.mains.look(glance)
        parts = delay_parts(state, self.watch.painted_after)
        self.header.tell(state.label, simulated=state.simulated)
        self.header.tell_steps(self.guide.step, [step for step in STEPS if self._may_go(step)], self._who())
        delay = total(parts)[0] if state.delays else None
        said_above = self.guide.step == "train"  # in the band, where it is larger
        notice = self.watch.notice or ("" if said_above else self.guide.mains.sentence)
        self.strip.show_state(state, glance.shown, delay, silent=glance.silent, notice=notice)
        verdict = self.guide.mains.verdict
        self.strip.show_mains(None if state.simulated else verdict.light, verdict_words(verdict))
        sound = self.beside.sound
        self.strip.show_sound(sound.words(), missing=sound.problem is not None)
        if self.popover.isVisible():
            self.popover.show_parts(parts)
        self.page.look_slowly(glance)
        self.row.offer(self.page.offered(), self.page.note())

    def _may_go(self, step: Step) -> bool:
        """Return whether the header may lead to `step`: back always, on only when the page has nothing in the way."""
        ahead = STEPS.index(step) > STEPS.index(self.guide.step)
        return self.guide.may_go(step) and (self.page.ready or not ahead)

    def _who(self) -> str:
        today = self.guide.today
        return " · ".join(part for part in (today.subject, carried(today.plan.title) if today.plan else "") if part)

    def _notify_of_sound(self, sentence: str) -> None:
        """Say it unless something graver is being said: the strip shows that there is no sound."""
        if not self.watch.notice:
            self.notify(sentence)

    # -- doing ----------------------------------------------------------------------------------------

    def press_key(self, key: str) -> None:
        """Do what a single key means in this step."""
        training = self.guide.step == "train"
        if key == "Enter":
            primary = None if training else self.row.primary
            self.do(primary.name if primary else "enter")
        elif step := OF_STEPS.get(key):
            if self._may_go(step):
                self.guide.go(step)
        elif name := action_of(key, training=training, own=self.row.named):
            self.do(name)

    def space_pressed(self) -> None:
        """Contract the simulated muscle; with a real one pause and go on, where that can be seen."""
        if self._station.engine.state.by_hand:
            self.train.controls.space_pressed()
        elif self.guide.step == "train":
            self.do("pause")

    def let_go(self) -> None:
        """Let the simulated muscle go."""
        self.train.controls.let_go()

    def do(self, name: str) -> None:
        """Do what a button or key asks for."""
        if name == "escape" and self.popover.isVisible():
            self.popover.hide()
        elif not self.page.do(name):
            self._do_everywhere(name)
        self.look_slowly()

    def _do_everywhere(self, name: str) -> None:
        """Do what is the same in every step; the rest is about the signal."""
        doing: dict[str, Callable[[], object]] = {
            "theme": self._next_palette,
            "settings": lambda: self.beside.open_settings(self.apply),
            "delay": self.toggle_delay,
            "findings": self.strip.toggle_findings,
            "sound": self.beside.sound.toggle,
            "person": self.beside.person.toggle,
            "outcome": self.beside.note_outcomes,
            "edit plans": self.beside.edit_plan,
            "prescription": lambda: self.beside.open_prescription_menu(self.row.buttons.get(name, self.row.more)),
            "escape": self.guide.back,
            "enter": lambda: None,
        }
        doing.get(name, lambda: self.train.controls.do(name))()

    def _next_palette(self) -> None:
        names = list(PALETTES)
        following = names[(names.index(self._look_of_now.palette.name) + 1) % len(names)]
        choice = self._station.choice
        self.apply(replace(choice, settings=replace(choice.settings, palette=following)))

    def toggle_delay(self) -> None:
        """Open the parts of the delay above the strip, or close them."""
        if self.popover.isVisible():
            self.popover.hide()
            return
        self.popover.show_parts(delay_parts(self._station.engine.state, self.watch.painted_after))
        left = self.strip.mapTo(self, self.strip.delay.pos()).x() - 20
        self.popover.open_above(QPoint(left, self.strip.y()))

    def _toggle_sound_card(self) -> None:
        left = self.strip.mapTo(self, self.strip.sound.pos()).x() - 20
        self.beside.toggle_sound_card(QPoint(left, self.strip.y()))

    def apply(self, choice: Choice) -> None:
        """Change to `choice` and show what becomes of it."""
        before = self._station.choice
        if trouble := self._station.apply(choice):
            self.notify(trouble)
        if choice.board != before.board or choice.channels != before.channels:
            self._forget_signal()
        if choice.board != before.board:
            self.guide.change(nobody_wears=False)  # said of the one before
        self.dress()
        self.look_slowly()

    def _forget_signal(self) -> None:
        """Another board, or another muscle: axes and the measured delay begin anew."""
        self._channels = self._station.choice.channels
        self.train.controls.forget_scales()
        self.watch.forget_delays()

    # -- dress, places, keys --------------------------------------------------------------------------

    def _show_step(self) -> None:
        """Show the page of the guide's step, if it is another one."""
        step = self.guide.step
        if self._station.choice.channels != self._channels:
            self._forget_signal()
        if step != self._step:
            self._step = step
            for name, page in self.pages.items():
                page.setVisible(name == step)
            self.row.setVisible(step != "train")
            self._keys.leave_to_fields(left=step != "train")
            self._place()
            self.page.entered()
            self.setFocus()
        self.look_slowly()

    def dress(self) -> None:
        """Take on the look that the settings ask for."""
        choice = self._station.choice
        name = choice.settings.palette
        self._look_of_now = look = Look(palette_of(name), choice.settings.text_percent)
        self.setStyleSheet(style_sheet(look))
        for page in self.pages.values():
            page.dress(look)
        for part in (self.header, self.row, self.strip, self.popover, self.beside):
            part.dress(look)
        self._place()
        self.update()

    def _place(self) -> None:
        w, h = self.width(), self.height()
        top, row, strip = self.header.height(), self.row.height(), self.strip.height()
        self.header.setGeometry(0, 0, w, top)
        self.strip.setGeometry(0, h - strip, w, strip)
        self.row.setGeometry(0, h - strip - row - GUTTER, w, row)
        for page in self.pages.values():
            if page is self.train:
                page.setGeometry(0, top, w, h - strip - top)
            else:
                page.setGeometry(MARGIN, top + GUTTER, w - 2 * MARGIN, h - strip - row - top - 3 * GUTTER)
        self.popover.hide()
        self.beside.sound_card.hide()

    def _wire(self, wake: Wake) -> None:
        wake.woken.connect(self.watch.look_soon)
        self.guide.changed.connect(self._show_step)
        self.stage.live.painted.connect(self.watch.painted)
        self.train.asked.connect(self.do)
        self.row.pressed.connect(self.do)
        self.header.board.clicked.connect(lambda: self.do("settings"))
        self.header.step_pressed.connect(self.guide.go)
        self.strip.delay.clicked.connect(self.toggle_delay)
        self.strip.sound.clicked.connect(self._toggle_sound_card)
        self.train.cards.noticed.connect(self.notify)
        self.beside.noticed.connect(self.notify)
        self.beside.plans_changed.connect(self.pages["start"].entered)
        self.beside.sound.noticed.connect(self._notify_of_sound)
        person = self.beside.person
        person.key_pressed.connect(self.press_key)
        person.space_pressed.connect(self.space_pressed)
        person.space_released.connect(self.let_go)

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the ground between the cards."""
        painter = QPainter(self)
        Canvas(painter, self._look_of_now).fill(0, 0, self.width(), self.height(), self._look_of_now.palette.canvas)
        painter.end()

    def showEvent(self, a0: QShowEvent | None) -> None:
        """Keys go to the window until a person tabs to a button."""
        super().showEvent(a0)
        self.setFocus()

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Stop looking; the app stops the engine."""
        self.watch.stop()
        self.beside.close()
        self.let_go()
        super().closeEvent(a0)
