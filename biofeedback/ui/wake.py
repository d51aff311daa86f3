"""From the acquisition thread to the window: 'look again', at most once until somebody has looked.

One rule: never one signal per block; what is pending is cleared before the state is read, so nothing newer is missed.
"""

from __future__ import annotations

from PyQt6.QtCore import QObject, Qt, pyqtSignal


class Wake(QObject):
    """Call `poke` from any thread; `woken` arrives in the thread that this object lives in."""

    woken = pyqtSignal()
    _poked = pyqtSignal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pending = False
        self._poked.connect(self._look, Qt.ConnectionType.QueuedConnection)  # type: ignore[call-arg] # stubs lack it

    def poke(self) -> None:
        """Ask for a look, unless one is asked for already."""
        if not self._pending:
            self._pending = True
            self._poked.emit()

    def _look(self) -> None:
        self._pending = False
        self.woken.emit()
