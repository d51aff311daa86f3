"""The mains link watched while somebody trains: when to look again, what to store, when the training must stand.

No clock: `now` is passed in, in seconds. One watch a sitting, since a new one knows no notes.
One rule: a watch pauses the training and never lets it go on; that is a person's to do, and only once red is over.
"""

from __future__ import annotations

from typing import Final

from biofeedback.safety import MainsVerdict
from biofeedback.training.commands import Answer, Pause

LOOK_EVERY: Final = 5.0
"""Seconds between two looks at the computer's wall power."""
ASK_AGAIN: Final = 1.0
"""Seconds after which a pause that had no effect is asked for once more: posting takes a moment."""
GO_ON: Final = "No wall power any more. Go on when you are ready."
"""Said while the training still stands and the mains link is red no longer."""


class MainsWatch:
    """Follows the mains rule's verdict; the recording goes on whatever it says."""

    def __init__(self) -> None:
        self.verdict: MainsVerdict | None = None
        """The newest; None before the first look."""
        self.paused = False
        """Whether it was this watch that made the training stand, and no person let it go on since."""
        self._looked_at: float | None = None
        self._asked_at: float | None = None
        self._stored: list[Answer] = []

    @property
    def may_resume(self) -> bool:
        """Whether a person may let the training go on; never before the first look."""
        return self.verdict is not None and not self.verdict.red

    def due(self, now: float) -> bool:
        """Return whether to look again; a look under way is not known here, so start no second one meanwhile."""
        return self._looked_at is None or now - self._looked_at >= LOOK_EVERY

    def take(self, now: float, verdict: MainsVerdict) -> list[Answer]:
        """Take the verdict of a look, or upon an answer; return what is to be stored: only what changed."""
        self._looked_at, self.verdict = now, verdict
        told = mains_as_commands(verdict)
        new = [note for note in told if note not in self._stored]
        self._stored = told
        return new

    def pause(self, now: float, *, stands: bool) -> Pause | None:
        """Return the pause to post now. `stands`: training is paused, or there is none.

        Ask at every look at the state, not only every 5 s: a signal that comes back lets the training go on by itself,
        and must not do so while the link is red.
        """
        if stands:
            self._asked_at = None
            return None
        if self.may_resume or self.verdict is None:
            self.paused = False
            return None
        if self._asked_at is not None and now - self._asked_at < ASK_AGAIN:
            return None
        self._asked_at, self.paused = now, True
        return Pause("mains")


def mains_as_commands(mains: MainsVerdict) -> list[Answer]:
    """Return the commands that store the state of the mains link: what was found, what cleared it, what is unseen."""
    return [
        Answer("mains", ",".join(mains.reasons)),
        Answer("mains clear", mains.cleared_by),
        Answer("unseen", ",".join(mains.unseen)),
    ]
