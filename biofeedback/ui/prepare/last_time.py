"""What is kept of a person's earlier sessions for Prepare: the newest reference of each muscle, with its place.

One rule: the library is read in a worker, and once for each person; nothing of it is written.
"""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from biofeedback.report.references import KeptReference, kept_references
from biofeedback.training.plan import Plan
from biofeedback.ui.background import Background, Job
from biofeedback.ui.guide import side_of
from biofeedback.ui.phrase import say
from biofeedback.ui.words import reason, spoken


class LastTime(QObject):
    """Knows the references of the person that was asked about; `changed` when they were read, or could not be."""

    changed = pyqtSignal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._background = Background(self)
        self._job: Job | None = None
        self._asked_of: tuple[str, Path] | None = None
        self._kept: tuple[KeptReference, ...] = ()
        self.trouble = ""
        """Why nothing could be read, in the person's language; empty for no trouble."""

    @property
    def busy(self) -> bool:
        """Whether the library is being read."""
        return self._background.busy

    def ask(self, subject: str, library: Path) -> None:
        """Read the references of `subject`, unless they are known; an empty code is nobody's."""
        if (subject, library) == self._asked_of:
            return
        if self._job:
            self._job.cancel()
        self._asked_of, self._kept, self.trouble = (subject, library), (), ""
        if subject:
            self._job = self._background.run(lambda _: kept_references(library, subject), self._read, self._not_read)

    def newest(self, plan: Plan | None, side: str) -> list[KeptReference | None]:
        """Return the newest reference of each of the plan's muscles when `side` is trained, None without one."""
        found: list[KeptReference | None] = []
        for muscle in plan.muscles if plan else ():
            own = (muscle.name, side_of(muscle, side))
            mine = [kept for kept in self._kept if (kept.channel.muscle, kept.channel.side) == own]
            found.append(mine[-1] if mine else None)
        return found

    def _read(self, kept: tuple[KeptReference, ...]) -> None:
        self._kept = kept
        self.changed.emit()

    def _not_read(self, error: Exception) -> None:
        self._asked_of = None  # to be asked again
        if not isinstance(error, FileNotFoundError):  # a library begins with its first recording
            self.trouble = spoken(
                say("Earlier sessions cannot be read ({why}). Today's is not touched.", why=reason(error))
            )
        self.changed.emit()
