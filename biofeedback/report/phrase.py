"""A sentence before it is translated: an English text with places, and what goes into them. No Qt here.

One rule: what is a sentence stays a phrase until it is shown or written, as one that was filled in too early can no
longer be translated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text` in English with {places}, and their `values`: as they are, or phrases that are translated themselves."""

    text: str
    values: tuple[tuple[str, str | Phrase], ...] = ()

    def filled(self, translate: Callable[[str], str] = str) -> str:
        """Return the text with the values in their places; `translate` (English if left out) gives each text."""
        values = {name: value.filled(translate) if isinstance(value, Phrase) else value for name, value in self.values}
        return translate(self.text).format(**values)


def say(text: str, **values: object) -> Phrase:
    """Return a phrase; a value is a phrase, or shown as `str` gives it."""
    return Phrase(text, tuple((name, v if isinstance(v, Phrase) else str(v)) for name, v in values.items()))


def joined(phrases: Iterable[Phrase], between: str = ", ") -> Phrase:
    """Return the phrases one after the other with `between` them."""
    parts = tuple(phrases)
    places = between.join(f"{{p{i}}}" for i in range(len(parts)))
    return Phrase(places, tuple((f"p{i}", part) for i, part in enumerate(parts)))
