"""What a person says of themselves beside the training: pain and effort, safety answers, typed outcomes, sites.

One rule: these are codes and numbers for a recording. Free text, names and photos stay outside of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from biofeedback.training.commands import Answer, Command, Outcome, Rate, Site

MOST_PAIN = 5
"""Of 10: above this, stopping is offered (docs/training.md)."""
PAIN_RISE = 2
"""A rise since the first rating from which on stopping is offered."""
MOST_PAIN_IN_CALIBRATION = 3
"""Of 10: above this a try of a calibration is ended."""
_CODE = re.compile(r"[A-Za-z0-9 ,.%/()+-]*")
LONGEST_CODE = 40
"""Characters of all texts of a note together, so that it fits an annotation."""


class Notes:
    """The newest note of each kind, and all ratings in order."""

    def __init__(self) -> None:
        self._latest: dict[tuple[str, ...], Command] = {}
        self.ratings: list[Rate] = []

    @property
    def latest(self) -> tuple[Command, ...]:
        """The newest note of each kind, the newest last."""
        return tuple(self._latest.values())

    @property
    def pain_is_worse(self) -> bool:
        """Whether pain is so high, or so much higher than at first, that stopping is to be offered."""
        pains = pains_of_today(self.ratings)
        return bool(pains) and (pains[-1] > MOST_PAIN or pains[-1] - pains[0] >= PAIN_RISE)

    def take(self, note: Rate | Answer | Outcome | Site) -> None:
        """Take a note; raise ValueError, having taken nothing, when a number or text cannot be."""
        if isinstance(note, Rate):
            if not 0 <= note.value <= 10:
                raise ValueError(f"{note.what} is rated from 0 to 10, not {note.value}")
            self._keep(note, "rate", note.what, note.when)
            self.ratings.append(note)
        elif isinstance(note, Answer):
            _check_codes(note.question, note.yes)
            self._keep(note, "answer", note.question)
        elif isinstance(note, Outcome):
            _check_codes(note.name, note.unit, note.side)
            if not abs(note.value) <= 1e6:
                raise ValueError(f"an outcome of {note.value:g} is impossible")
            self._keep(note, "outcome", note.name, note.side)
        else:
            _check_codes(note.electrode, note.preparation)
            for distance in (note.first_cm, note.second_cm):
                if distance is not None and not 0 <= distance <= 200:
                    raise ValueError(f"{distance:g} cm from a landmark is impossible: 0 to 200")
            self._keep(note, "site", str(note.channel))

    def _keep(self, note: Command, *kind: str) -> None:
        self._latest.pop(kind, None)  # the newest comes last
        self._latest[kind] = note


def pains_of_today(ratings: Sequence[Rate]) -> list[int]:
    """Return the ratings of pain in this session, oldest first; how it was the next morning is another day's."""
    return [rating.value for rating in ratings if rating.what == "pain" and rating.when != "morning"]


def _check_codes(*texts: str) -> None:
    together = "".join(texts)
    if len(together) > LONGEST_CODE or not _CODE.fullmatch(together):
        raise ValueError(f"{together[:LONGEST_CODE]!r} cannot be stored: at most {LONGEST_CODE} plain characters")
