"""What a value in a plan may be: numbers within limits, texts that can be shown, names that can be labels.

One rule: a refusal names the key and says what would do, so that a file's reader can point at the line.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence

LONGEST_TEXT = 1000
"""Characters."""
MOST_TEXTS = 30
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 40
_UNSHOWN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What makes text read otherwise than it is stored."""


class ImpossibleValue(ValueError):  # noqa: N818 # it is named for what it is
    """A value that no plan can have; `key` is its name as in the file, dotted when it lies in a table."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"{key} {message}")
        self.key = key


def check_number(key: str, value: float, lowest: float, highest: float, unit: str = "") -> None:
    """Raise ImpossibleValue unless `value` is a number from `lowest` to `highest`."""
    if not (math.isfinite(value) and lowest <= value <= highest):
        unit = f" {unit}" if unit else ""
        raise ImpossibleValue(key, f"is {value:g}{unit}; it can be {lowest:g} to {highest:g}{unit}")


def check_range(key: str, values: Sequence[float], lowest: float, highest: float) -> None:
    """Raise ImpossibleValue unless `values` are two rising numbers from `lowest` to `highest`."""
    if len(values) != 2:
        raise ImpossibleValue(key, f"has {len(values)} numbers; it is [fewest, most]")
    for value in values:
        check_number(key, value, lowest, highest)
    if values[0] > values[1]:
        raise ImpossibleValue(key, f"goes from {values[0]:g} down to {values[1]:g}; it is [fewest, most]")


def check_choice(key: str, value: str, choices: Sequence[str]) -> None:
    """Raise ImpossibleValue unless `value` is one of `choices`."""
    if value not in choices:
        raise ImpossibleValue(key, f"is {value[:40]!r}; it can be {', '.join(choices)}")


def check_name(key: str, value: str) -> None:
    """Raise ImpossibleValue unless `value` can be a plan's name: small letters, digits and single hyphens."""
    if not _NAME.fullmatch(value) or len(value) > _LONGEST_NAME:
        raise ImpossibleValue(
            key, f"is {value[:60]!r}; a name has small letters a-z, digits and single hyphens, at most {_LONGEST_NAME}"
        )


def check_text(key: str, value: str, *, required: bool = True, longest: int = LONGEST_TEXT) -> None:
    """Raise ImpossibleValue unless `value` can be shown as one line of at most `longest` characters."""
    if required and not value.strip():
        raise ImpossibleValue(key, "is empty")
    if len(value) > longest:
        raise ImpossibleValue(key, f"has {len(value)} characters; it can have {longest}")
    for character in value:
        if character in _REORDERING or unicodedata.category(character) in _UNSHOWN:
            raise ImpossibleValue(key, f"has the character U+{ord(character):04X}, which cannot be shown in a line")


def check_texts(key: str, values: Sequence[str]) -> None:
    """Raise ImpossibleValue unless all of `values` can be shown, none is empty and there are not too many."""
    if len(values) > MOST_TEXTS:
        raise ImpossibleValue(key, f"has {len(values)} entries; it can have {MOST_TEXTS}")
    for value in values:
        check_text(key, value)
