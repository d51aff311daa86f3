"""What one repetition asks for, by the kind of its exercise (docs/training.md).

One rule: what nobody could do is no task.
"""

from __future__ import annotations

from dataclasses import dataclass

from biofeedback.training.commands import Kind, SetMatch, SetWave

REACH = 2.0
"""Seconds beyond the hold time in which a held repetition is still waited for. Judgement."""
QUICK_HOLD = 0.4
"""Seconds that a quick contraction stands above the line to count: longer than any jerk of a cable does (0.38 s)."""
TRACKING = 0.5
"""Part of the wave's amplitude that the tracking error may be. Standing still in its middle gives 0.71. Judgement."""
FLICKER = 0.12
"""Part of its level by which the envelope of a steady effort varies (tests/training/test_scoring.py)."""
HELD: frozenset[Kind] = frozenset(("activate", "hold", "isolate"))
"""Kinds that end when the target was held long enough."""
TWO: frozenset[Kind] = frozenset(("isolate", "match"))
"""Kinds that need two muscles."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a repetition asks for. Levels in percent, `work` in seconds."""

    kind: Kind
    low: float
    high: float | None
    work: float
    ceiling: float | None = None
    wave: SetWave | None = None
    match: SetMatch | None = None

    @property
    def longest(self) -> float:
        """Seconds that the work phase lasts at most."""
        return self.work + REACH if self.kind in HELD else self.work


def can_be_followed(low: float, high: float) -> bool:
    """Return whether a wave from `low` to `high` is wide enough: flicker alone may be 0.8 of the error allowed."""
    return FLICKER * (low + high) / 2 <= 0.8 * TRACKING * (high - low) / 2
