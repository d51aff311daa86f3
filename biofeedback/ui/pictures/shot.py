"""Paints one moment in every size, palette and text size that is wanted: the window, with what lies over it.

Dialogs, menus and cards are opened anew for each look, since a resized window closes some of them.
One rule: what is painted is what the widgets paint of themselves; nothing is drawn over them but other windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QPainter, QPen, QPixmap
from PyQt6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from biofeedback.ui.look.tokens import PaletteName
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.pictures.scenes import LARGE, SMALL
from biofeedback.ui.pictures.session import GuidedSession

LIGHT_AND_DARK: tuple[PaletteName, ...] = ("light", "dark")
PictureLook = tuple[tuple[int, int], PaletteName, int]
"""Size of the window in pixels, palette, text size in percent."""
LOOKS: tuple[PictureLook, ...] = (
    *((size, palette, percent) for percent in (100, 200) for size in (SMALL, LARGE) for palette in LIGHT_AND_DARK),
    (SMALL, "contrast", 100),
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One moment of a session, standing still. `opens`: what to open before painting, `closes`: after."""

    name: str
    session: GuidedSession
    opens: Callable[[MainWindow], object] = lambda _: None
    closes: Callable[[MainWindow], object] = lambda _: None
    person: bool = False
    """Whether the picture is of the person's screen."""


@dataclass(frozen=True, slots=True)
class Story:
    """A session that is played once for several pictures; `tell` yields them in the order of `names`."""

    names: tuple[str, ...]
    tell: Callable[[Path], Iterator[Shot]]


def file_name(name: str, look: PictureLook) -> str:
    """Return the name of a picture's file."""
    (width, _), palette, text_percent = look
    text = "" if text_percent == 100 else f"-text{text_percent}"
    return f"{name}-{width}-{palette}{text}.png"


def grab(shot: Shot, look: PictureLook) -> QPixmap:
    """Return the picture of a moment in one look."""
    session, window = shot.session, shot.session.window
    size, palette, text_percent = look
    choice = session.station.choice
    window.setUpdatesEnabled(False)  # one painting for the picture is enough
    window.resize(*size)
    window.apply(replace(choice, settings=replace(choice.settings, palette=palette, text_percent=text_percent)))
    window.setFocus()
    if shot.person:
        window.beside.person.open_window()
        window.beside.person.resize(*size)
    session.settle()
    shot.opens(window)
    session.settle()
    window.setUpdatesEnabled(True)
    if shot.person:
        picture = window.beside.person.grab()
        window.beside.person.close()
        return picture
    picture = window.grab()
    painter = QPainter(picture)
    for other in _above(window):
        _lay(painter, other, window, QPoint(*size))
    painter.end()
    shot.closes(window)
    for other in _above(window):
        if isinstance(other, QDialog):
            other.done(QDialog.DialogCode.Rejected)  # without being asked whether to throw away what was typed
        else:
            other.close()
    return picture


def _above(window: MainWindow) -> list[QWidget]:
    """Return the dialogs and menus that stand over the window, the lowest first."""
    found = [one for one in QApplication.topLevelWidgets() if one.isVisible() and isinstance(one, QDialog | QMenu)]
    return sorted((one for one in found if _belongs(one, window)), key=lambda one: isinstance(one, QMenu))


def _belongs(one: QWidget, window: MainWindow) -> bool:
    """Return whether `one` was opened from `window`, and not from that of an earlier picture."""
    above: QWidget | None = one
    while above is not None and above is not window:
        above = above.parentWidget()
    return above is window


def _lay(painter: QPainter, other: QWidget, window: MainWindow, size: QPoint) -> None:
    """Paint a dialog in the middle of the window, a menu where it opened, with a frame as a desktop gives one."""
    at = window.mapFromGlobal(other.pos())
    if isinstance(other, QDialog):
        at = QPoint((size.x() - other.width()) // 2, (size.y() - other.height()) // 2)
    painter.drawPixmap(at, other.grab())
    painter.setPen(QPen(Qt.GlobalColor.gray))
    painter.drawRect(at.x() - 1, at.y() - 1, other.width() + 1, other.height() + 1)
