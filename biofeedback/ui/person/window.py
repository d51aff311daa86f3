"""The person's screen as a second window: full screen on a second display, else a normal window beside the first.

It holds no engine and posts nothing; keys typed in it are handed on, and closing it closes only it.
One rule: whatever becomes of its display or of this window, the training goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtCore import QEvent, QKeyCombination, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import (
    QCloseEvent,
    QFocusEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QScreen,
    QShowEvent,
)
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from biofeedback.engine_state import EngineState
from biofeedback.sitting import Rings
from biofeedback.ui.instant import Moment
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.person.view import PersonView
from biofeedback.ui.readings import Reading

NORMAL = (960, 540)
"""Pixels of the window where there is no second display."""
SMALLEST = (480, 270)
AIR = 24


class PersonWindow(QWidget):
    """A top-level window. `home` is the window that it stands beside; its display is never covered."""

    key_pressed = pyqtSignal(str)
    """A key that is none of this window's, named as in `Controls.KEYS`: "P", "Up", "F5", "Enter"."""
    space_pressed = pyqtSignal()
    space_released = pyqtSignal()
    """Also when the key could no longer be heard: the focus went, or the window."""
    opened = pyqtSignal()
    closed = pyqtSignal()

    def __init__(
        self, rings: Callable[[], Rings | None], parent: QWidget | None = None, *,
        screens: Callable[[], Sequence[QScreen]] = QGuiApplication.screens,
    ) -> None:  # fmt: skip
        super().__init__(None)  # a child window would stand in front of the other one, and go with it
        self._home, self._screens = parent, screens
        self._away: QScreen | None = None
        self._came_back_from = ""
        self._holds_space = False
        self.view = PersonView(rings, self)
        self.view.placeholder = self.tr("The muscle's bar will be here.") + "\n\n" + self.cable_note
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.setWindowTitle(self.tr("biofeedback: person's screen"))
        self.setMinimumSize(*SMALLEST)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(self.cable_note)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, on=False)  # else the app would outlive its own window
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # the keys stay where they are
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.screenRemoved.connect(self._screen_removed)
            application.screenAdded.connect(self._screen_added)

    @property
    def cable_note(self) -> str:
        """Why a second display on a cable matters to who wears electrodes."""
        return self.tr(
            "A second screen on a cable connects this laptop to wall power: cast without a cable, "
            "or fit a USB isolator between board and computer."
        )

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self.view.dress(look)

    def show_state(
        self, state: EngineState, moment: Moment, readings: tuple[Reading, ...], scales: tuple[float, ...]
    ) -> None:
        """Show the newest state; nothing while the window is closed."""
        if self.isVisible():
            self.view.show_state(state, moment, readings, scales)

    # -- open and closed ----------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Open the window, or close it."""
        if self.isVisible():
            self.close()
        else:
            self.open_window()

    def open_window(self) -> None:
        """Open on a second display if there is one, full screen; else as a normal window beside `home`."""
        self._came_back_from = ""
        other = self._other_screen()
        if other is None:
            self._show_beside()
        else:
            self._show_on(other)

    @property
    def is_away(self) -> bool:
        """Whether it fills a display of its own."""
        return self._away is not None and self.isVisible()

    def _other_screen(self) -> QScreen | None:
        home = self._home_screen()
        return next((screen for screen in self._screens() if screen is not home), None)

    def _home_screen(self) -> QScreen | None:
        screens = list(self._screens())
        window = self._home.window() if self._home else None
        home = window.screen() if window else None
        if home is not None and any(screen is home for screen in screens):
            return home
        primary = QGuiApplication.primaryScreen()
        return primary if any(screen is primary for screen in screens) else next(iter(screens), None)

    def _show_on(self, screen: QScreen) -> None:
        self._away = screen
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.showFullScreen()

    def _show_beside(self) -> None:
        self._away = None
        self.unsetCursor()
        home = self._home_screen()
        self.showNormal()
        if home is not None:
            self.setScreen(home)
            window = self._home.window() if self._home else None
            self.setGeometry(place_beside(home.availableGeometry(), window.frameGeometry() if window else QRect()))

    # -- displays come and go -----------------------------------------------------------------------------

    def _screen_removed(self, screen: QScreen) -> None:
        """Come back as a normal window; once Qt has dealt with the display too, make sure of it.

        Also where the other display went: full screen on the only one it would cover the first window.
        """
        if self._away is None or (screen is not self._away and len(self._screens()) > 1):
            return
        name, self._away = self._away.name(), None
        if self.isVisible():
            self._came_back_from = name
            self._come_back()
            QTimer.singleShot(0, self._come_back)

    def _come_back(self) -> None:
        if self._came_back_from and self._away is None:
            self._show_beside()

    def _screen_added(self, screen: QScreen) -> None:
        """Return to a display that was only unplugged for a while."""
        if self._came_back_from == screen.name() and self.isVisible():
            self._came_back_from = ""
            self._show_on(screen)

    # -- keys ---------------------------------------------------------------------------------------------

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Close on Esc and F11; Space is the muscle's or the pause's; all else is handed on by name."""
        if a0 is None:
            return
        key, again = Qt.Key(a0.key()), a0.isAutoRepeat()
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_F11):
            if not again:
                self.close()
        elif key == Qt.Key.Key_Space:
            if not again:
                self._holds_space = True
                self.space_pressed.emit()
        elif (name := key_name(a0)) and (not again or name in ("Up", "Down")):
            self.key_pressed.emit(name)

    def keyReleaseEvent(self, a0: QKeyEvent | None) -> None:
        """Let Space go."""
        if a0 is not None and a0.key() == Qt.Key.Key_Space and not a0.isAutoRepeat():
            self._let_go()

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:
        """A key that is let go elsewhere is never heard of."""
        self._let_go()
        super().focusOutEvent(a0)

    def changeEvent(self, a0: QEvent | None) -> None:
        """Let go when another window comes in front."""
        if a0 is not None and a0.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self._let_go()
        super().changeEvent(a0)

    def showEvent(self, a0: QShowEvent | None) -> None:
        """Tell that it is open."""
        super().showEvent(a0)
        self.setFocus()
        self.opened.emit()

    def hideEvent(self, a0: QHideEvent | None) -> None:
        """Tell that it is closed."""
        super().hideEvent(a0)
        self._let_go()
        self.closed.emit()

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Only hide: the same window opens again."""
        self._away, self._came_back_from = None, ""
        super().closeEvent(a0)

    def _let_go(self) -> None:
        if self._holds_space:
            self._holds_space = False
            self.space_released.emit()


def place_beside(room: QRect, home: QRect) -> QRect:
    """Return where the window stands in `room`: right of `home`, else left of it, else in the lower right corner."""
    w, h = min(NORMAL[0], room.width() - 2 * AIR), min(NORMAL[1], room.height() - 3 * AIR)
    top = room.top() + 2 * AIR
    for x in (home.right() + AIR, home.left() - AIR - w):
        placed = QRect(x, top, w, h)
        if home.isValid() and room.contains(placed):
            return placed
    w, h = min(w, max(SMALLEST[0], room.width() // 2)), min(h, max(SMALLEST[1], room.height() // 2))
    return QRect(room.right() - AIR - w, room.bottom() - AIR - h, w, h)


def key_name(event: QKeyEvent) -> str:
    """Return a key's name in English: with Ctrl, Alt or Meta, or for a modifier alone, there is none."""
    held = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    if held != Qt.KeyboardModifier.NoModifier:
        return ""
    if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return "Enter"
    if event.key() in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, 0):
        return ""
    if event.key() == Qt.Key.Key_unknown:
        return ""
    return QKeySequence(QKeyCombination(Qt.Key(event.key()))).toString(QKeySequence.SequenceFormat.PortableText)
