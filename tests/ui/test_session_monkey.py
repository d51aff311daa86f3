"""A monkey at the real app: keys and clicks anywhere, cables and wall power at random, the same for the same seed.

One rule: whatever is pressed, nothing raises, nothing waits for ever, and every recording is closed and whole.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QMessageBox, QWidget

from biofeedback.recording.library import runs
from biofeedback.report.recompute import recompute
from biofeedback.wire.events import StreamInfo
from tests.ui.session_driver import QT, MakeApp, Session
from tests.ui.session_hands import Mouse, to_calibrate, to_exercise, to_prepare
from tests.ui.session_time import CHARGER, QUIET, cut

Key = Qt.Key
ONE = cut("find-your-muscle", tests=1, tries=1)
TWO = cut("arm-up-neck-quiet", tests=1, tries=1)
EVENTS = 200
KEYS = (
    Key.Key_Return, Key.Key_Return, Key.Key_Return, Key.Key_Escape, Key.Key_Tab, Key.Key_Tab, Key.Key_Backtab,
    Key.Key_Space, Key.Key_Up, Key.Key_Down, Key.Key_Left, Key.Key_Right, Key.Key_F5, Key.Key_F11, Key.Key_Backspace,
    Key.Key_Home, Key.Key_PageDown,
)  # fmt: skip
LETTERS = string.ascii_lowercase + string.digits + ",+-= "
BEGINNINGS: tuple[Callable[[Session], None], ...] = (
    lambda session: None,
    lambda session: to_prepare(session, Mouse(session), TWO),
    lambda session: to_calibrate(session, Mouse(session), ONE),
    lambda session: to_exercise(session, Mouse(session), ONE),
)


class Monkey:
    """Presses what `dice` says."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.dice = session, random.Random(seed)

    def do_something(self) -> None:
        what = self.dice.choices(
            (self.press, self.type, self.click, self.wait, self.meddle), (30, 25, 30, 14, 3)
        )[0]  # fmt: skip
        what()
        self.session.tick()
        self.session.look()

    @property
    def target(self) -> QWidget:
        fronts = (QApplication.activePopupWidget(), QApplication.activeModalWidget(), QApplication.activeWindow())
        return next((front for front in fronts if front is not None and front.isVisible()), self.session.window)

    def press(self) -> None:
        QT.keyClick(self.keys_go_to, self.dice.choice(KEYS))

    def type(self) -> None:
        QT.keyClicks(self.keys_go_to, self.dice.choice(LETTERS))

    @property
    def keys_go_to(self) -> QWidget:
        return QApplication.activePopupWidget() or QApplication.focusWidget() or self.target

    def click(self) -> None:
        top = self.target
        at = QPoint(self.dice.randrange(top.width()), self.dice.randrange(top.height()))
        child = top.childAt(at)
        hit = child if child is not None and child.isEnabled() else top
        QT.mouseClick(hit, Qt.MouseButton.LeftButton, pos=hit.mapFrom(top, at))

    def wait(self) -> None:
        for _ in range(self.dice.randrange(1, 25)):
            self.session.tick()

    def meddle(self) -> None:
        station = self.session.station
        board = station.board
        what = self.dice.randrange(5)
        if what == 0 and board.plugged:
            board.unplug()
        elif what == 1 and isinstance(board._info, StreamInfo):
            board.lose(self.dice.choice((0.05, 0.3, 1.0)))
        elif what == 2:
            station.signs = self.dice.choice((QUIET, CHARGER))
        else:
            board.plugged = True


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_pressed_the_app_ends_well(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    # what a person would answer in a window of its own loop
    for kind in (QDialog, QFileDialog, QMenu, QMessageBox):
        monkeypatch.setattr(kind, "exec", lambda *_args, **_more: 0)
    monkeypatch.setattr(QMessageBox, "question", lambda *_args, **_more: QMessageBox.StandardButton.Cancel)
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_args, **_more: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args, **_more: "")
    app = make_app(ONE, TWO)

    def plot(session: Session) -> None:
        BEGINNINGS[seed % len(BEGINNINGS)](session)
        monkey = Monkey(session, seed)
        for _ in range(EVENTS):
            monkey.do_something()
        for top in QApplication.topLevelWidgets():
            if isinstance(top, QDialog | QMenu):
                top.close()

    app.run(plot)
    for run in runs(app.station.library) if app.station.library.exists() else []:
        assert (run.closed, run.problem) == (True, None)
        assert recompute(run.path).identical
