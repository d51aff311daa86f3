"""What is said at one moment: the word, its sign and hint, the countdown. Made by moment.py and exercise_moment.py.

One rule: no Qt; it holds what was decided and decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from biofeedback.ui.phrase import Phrase

Tone = Literal["quiet", "way", "reached", "look", "fix"]


@dataclass(frozen=True, slots=True)
class Moment:
    """The word of the moment and all that goes with it."""

    word: Phrase
    icon: str
    tone: Tone
    hint: Phrase
    spacious: bool = True
    """Whether the word stands large with the hint beside it; a sentence stands below a smaller word."""
    seconds_left: float | None = None
    progress: float | None = None
    """0–1 of what is counted down, or None where nothing is."""
    silent_for: float | None = None
    """Seconds without data; None while it flows."""
    met: bool = False
    """Whether the target is held: turns the bar green."""
    with_target: bool = True
    """Whether the target line counts just now."""
    can_reconnect: bool = False
    uncounted: bool = False
    """Whether trouble with the signal stops the clock: what is shown then is neither on its way nor reached."""
