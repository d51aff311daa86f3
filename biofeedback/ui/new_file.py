"""Where a new file is to lie: asked on the screen, under a name that is suggested.

One rule: what kind of file it is follows from that name.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QWidget

ChooseFile = Callable[[QWidget, str], Path | None]
"""Asks where to save under a suggested name; None: not at all."""
KINDS = {".toml": "TOML (*.toml)", ".ics": "iCalendar (*.ics)"}


def choose_new_file(parent: QWidget, name: str) -> Path | None:
    """Ask on the screen for a new file's place."""
    suffix = Path(name).suffix
    dialog = QFileDialog(parent, parent.windowTitle())
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix.removeprefix("."))
    dialog.setNameFilter(KINDS[suffix])
    dialog.selectFile(name)
    return Path(dialog.selectedFiles()[0]) if dialog.exec() else None
