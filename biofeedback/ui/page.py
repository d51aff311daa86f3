"""What the window and the pages of its steps know of each other: actions, a look, and what a page can be asked.

One rule: a page paints and asks; what it wants done goes through the guide, as a command or a choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from biofeedback.engine_state import EngineState
from biofeedback.ui.instant import Moment
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.readings import Reading


@dataclass(frozen=True, slots=True)
class Action:
    """A button in the row of actions: its words in the person's language, and the one key that does the same."""

    name: str
    label: str
    key: str = ""
    icon: str = ""
    tip: str = ""
    enabled: bool = True
    primary: bool = False
    """The one action of the screen that Enter does."""
    right: bool = False
    """Whether it stands at the right, beside the primary one."""


@dataclass(frozen=True, slots=True)
class Glance:
    """What one look sees. `now` is the host's monotonic clock in seconds."""

    state: EngineState
    moment: Moment
    shown: tuple[Reading, ...]
    silent: bool
    now: float


class Page(Protocol):
    """The page of a step; a QWidget. The window owns where it stands, the row of actions and the strip."""

    def setVisible(self, visible: bool) -> None:  # noqa: FBT001 - Qt's own
        """As of every QWidget."""

    def setGeometry(self, ax: int, ay: int, aw: int, ah: int) -> None:
        """As of every QWidget."""

    def dress(self, look: Look) -> None:
        """Take on a look."""

    def look(self, glance: Glance) -> None:
        """See what moves: on each wake, up to 80 times a second."""

    def look_slowly(self, glance: Glance) -> None:
        """See everything: four times a second."""

    def entered(self) -> None:
        """Begin: the step was entered, perhaps again."""

    @property
    def ready(self) -> bool:
        """Whether the steps after this one may be entered from here."""

    def offered(self) -> tuple[Action, ...]:
        """Return what can be done now."""

    def note(self) -> str:
        """Return one sentence for the row of actions; empty for none."""

    def do(self, name: str) -> bool:
        """Do an action; return whether the page has dealt with it."""
