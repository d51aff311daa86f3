"""The window: lays out header, stage, side, actions and strip, and wires keys to what they do.

Painting follows the data: a wake from the engine, at most once in 12 ms, and four times a second for what only time
changes. One rule: the window decides nothing about the signal; it posts commands and shows the latest state.
"""

from __future__ import annotations

import statistics
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QEvent, QPoint, Qt, QTimer
from PyQt6.QtGui import (
    QCloseEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
    QShowEvent,
)
from PyQt6.QtWidgets import QDialog, QWidget

from biofeedback.emg.delay import total
from biofeedback.engine_state import EngineState
from biofeedback.ui.action_bar import ActionBar
from biofeedback.ui.canvas import Canvas
from biofeedback.ui.choice import Choice
from biofeedback.ui.controls import KEYS, Controls, Station
from biofeedback.ui.delay_popover import DelayPopover
from biofeedback.ui.header import Header
from biofeedback.ui.history import History
from biofeedback.ui.instant import Moment
from biofeedback.ui.moment import moment
from biofeedback.ui.practice_screen import PracticeScreen
from biofeedback.ui.readings import Reading, delay_parts, readings
from biofeedback.ui.settings_dialog import SettingsDialog
from biofeedback.ui.side_panel import SidePanel
from biofeedback.ui.strip import Strip
from biofeedback.ui.tokens import GUTTER, MARGIN, PALETTES, Look, palette_of, style_sheet
from biofeedback.ui.wake import Wake

SHORTEST_LOOK = 0.012
"""Seconds between two paintings: faster than any screen shows."""
SLOW_LOOK = 250
"""Milliseconds between looks at what only time changes."""
NOTICE_SHOWN = 6.0
"""Seconds that a refused command's reason stays."""
PAINTS = 50
"""Paintings over which the measured delay is a median."""


class MainWindow(QWidget):
    """The one window of free practice."""

    def __init__(
        self,
        station: Station,
        wake: Wake,
        *,
        clock: Callable[[], float] = time.monotonic,
        history: History | None = None,
    ) -> None:
        super().__init__()
        self._station, self._clock = station, clock
        self._look_of_now = Look()
        self.history = history or History()
        self._controls = Controls(station, self.history)
        self._notice, self._notice_until = "", 0.0
        self._delays: deque[float] = deque(maxlen=PAINTS)
        self._timed_arrival = 0.0
        self._last_look = 0.0
        self._last_slow: tuple[float, Moment | None] = (0.0, None)
        self.header, self.action_bar, self.strip = Header(self), ActionBar(self), Strip(self)
        self.stage = PracticeScreen(lambda: station.engine.rings, self)
        self.side = SidePanel(self)
        self.popover = DelayPopover(self)
        self._late, self._slow = QTimer(self), QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self.look)
        self._slow.setInterval(SLOW_LOOK)
        self._slow.timeout.connect(self.look_slowly)
        self.setWindowTitle("biofeedback")
        self.setMinimumSize(1024, 640)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._wire(wake)
        self.dress()
        self._slow.start()
        self.look_slowly()

    # -- looking --------------------------------------------------------------------------------------

    def look(self) -> None:
        """Read the latest state and show what moves; and the rest where it says something new."""
        self._last_look = self._clock()
        state = self._station.engine.state
        if state.update:
            self.history.follow(state.update.end_index, state.update.practice)
        now = moment(state, self._last_look, paced=self._station.paced)
        shown = readings(state, silent=now.silent_for is not None)
        self.stage.show_state(state, now, shown, self._controls.scales(state, shown))
        since, before = self._last_slow
        same = before is not None and (before.word, before.silent_for is None) == (now.word, now.silent_for is None)
        if not same or self._last_look - since >= 0.9 * SLOW_LOOK / 1000:
            self._show_slowly(state, now, shown)

    def look_slowly(self) -> None:
        """Look although nothing came: silence itself must be seen."""
        self._last_slow = (0.0, None)
        self.look()

    def _look_soon(self) -> None:
        left = self._last_look + SHORTEST_LOOK - self._clock()
        if left <= 0:
            self.look()
        elif not self._late.isActive():
            self._late.start(max(1, round(1000 * left)))

    def _show_slowly(self, state: EngineState, now: Moment, shown: tuple[Reading, ...]) -> None:
        self._last_slow = (self._last_look, now)
        if state.message and state.phase == "streaming":
            self.notify(state.message)
        parts = delay_parts(state, self.painted_after)
        silent = now.silent_for is not None
        notice = self._notice if self._last_look < self._notice_until else ""
        self.header.tell(state.label, simulated=state.simulated)
        self.side.show_state(state, shown[0] if shown else None, self.history, silent=silent)
        self.strip.show_state(state, shown, total(parts)[0] if state.delays else None, silent=silent, notice=notice)
        if self.popover.isVisible():
            self.popover.show_parts(parts)
        self.action_bar.show_state(state, live=not silent)

    @property
    def painted_after(self) -> float | None:
        """Median seconds from the arrival of a block to its being painted; None before the first."""
        return statistics.median(self._delays) if self._delays else None

    def _painted(self) -> None:
        state = self._station.engine.state
        if state.phase == "streaming" and state.last_arrival > self._timed_arrival:
            self._timed_arrival = state.last_arrival
            self._delays.append(max(0.0, self._clock() - state.last_arrival))

    def notify(self, sentence: str) -> None:
        """Show a sentence of trouble in the strip for some seconds."""
        self._notice, self._notice_until = sentence, self._clock() + NOTICE_SHOWN

    # -- doing ----------------------------------------------------------------------------------------

    def do(self, name: str) -> None:
        """Do what a button or key asks for."""
        if name == "raw":
            self.stage.set_raw(shown=self.stage.raw is None or self.stage.raw.isHidden())
        elif name == "theme":
            names = list(PALETTES)
            following = names[(names.index(self._look_of_now.palette.name) + 1) % len(names)]
            choice = self._station.choice
            self.apply(replace(choice, settings=replace(choice.settings, palette=following)))
        elif name == "settings":
            self.open_settings()
        elif name == "delay":
            self.toggle_delay()
        elif name == "escape" and self.popover.isVisible():
            self.popover.hide()
        else:
            self._controls.do(name)
        self.look_slowly()

    def toggle_delay(self) -> None:
        """Open the parts of the delay above the strip, or close them."""
        if self.popover.isVisible():
            self.popover.hide()
            return
        self.popover.show_parts(delay_parts(self._station.engine.state, self.painted_after))
        left = self.strip.mapTo(self, self.strip.delay.pos()).x() - 20
        self.popover.open_above(QPoint(left, self.strip.y()))

    def open_settings(self) -> None:
        """Open the dialog; what it returns is applied."""
        station = self._station
        dialog = SettingsDialog(station.choice, station.find_boards(), self._look_of_now, self, engine=station.engine)
        dialog.finished.connect(lambda result: self._settings_closed(dialog, result))
        dialog.open()

    def _settings_closed(self, dialog: SettingsDialog, result: int) -> None:
        if result == QDialog.DialogCode.Accepted:
            self.apply(dialog.choice)
        dialog.deleteLater()
        self.setFocus()

    def apply(self, choice: Choice) -> None:
        """Change to `choice` and show what becomes of it."""
        before = self._station.choice
        if trouble := self._station.apply(choice):
            self.notify(trouble)
        if choice.board != before.board or choice.channels != before.channels:
            self._controls.forget_scales()
            self._delays.clear()
        self.dress()
        self.look_slowly()

    # -- dress, places, keys --------------------------------------------------------------------------

    def dress(self) -> None:
        """Take on the look that the settings ask for."""
        choice = self._station.choice
        name = choice.settings.palette
        self._look_of_now = look = Look(palette_of(name), choice.settings.text_percent)
        self.setStyleSheet(style_sheet(look))
        for part in (self.header, self.stage, self.side, self.action_bar, self.strip, self.popover):
            part.dress(look)
        self._place()
        self.update()

    def _place(self) -> None:
        w, h = self.width(), self.height()
        top, actions, strip = self.header.height(), self.action_bar.height(), self.strip.height()
        self.header.setGeometry(0, 0, w, top)
        self.strip.setGeometry(0, h - strip, w, strip)
        self.action_bar.setGeometry(0, h - strip - actions - 8, w, actions)
        y, bottom = top + GUTTER, h - strip - actions - 16
        side = 360 if w >= 1600 else 232
        side = min(round(self._look_of_now.px(side)), round(0.34 * w))
        self.side.setGeometry(w - MARGIN - side, y, side, bottom - y)
        self.stage.setGeometry(MARGIN, y, w - 2 * MARGIN - side - GUTTER, bottom - y)
        self.popover.hide()

    def _wire(self, wake: Wake) -> None:
        wake.woken.connect(self._look_soon)
        self.stage.live.painted.connect(self._painted)
        self.action_bar.pressed.connect(self.do)
        self.header.board.clicked.connect(self.open_settings)
        self.strip.delay.clicked.connect(self.toggle_delay)
        self.stage.reconnect.clicked.connect(lambda: self.do("reconnect"))
        for key, name in KEYS.items():
            QShortcut(QKeySequence(key), self, lambda name=name: self.do(name)).setAutoRepeat(key in ("Up", "Down"))
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(lambda _: self._controls.let_go())

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Space contracts the simulated muscle while held, else pauses; Enter is the primary action."""
        if a0 is None:
            return
        if a0.key() == Qt.Key.Key_Space:
            if not a0.isAutoRepeat():
                self._controls.space_pressed()
        elif a0.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.do("reconnect" if not self.stage.reconnect.isHidden() else "record")
        else:
            super().keyPressEvent(a0)

    def keyReleaseEvent(self, a0: QKeyEvent | None) -> None:
        """Let go of the simulated muscle."""
        if a0 is not None and a0.key() == Qt.Key.Key_Space and not a0.isAutoRepeat():
            self._controls.let_go()
        else:
            super().keyReleaseEvent(a0)

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:
        """A key that is let go elsewhere is never heard of."""
        self._controls.let_go()
        super().focusOutEvent(a0)

    def changeEvent(self, a0: QEvent | None) -> None:
        """Let go when another window comes in front."""
        if a0 is not None and a0.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._controls.let_go()
        super().changeEvent(a0)

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
        self._slow.stop()
        self._late.stop()
        self._controls.let_go()
        super().closeEvent(a0)
