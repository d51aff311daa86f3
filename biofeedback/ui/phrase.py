"""A sentence for the screen before it is translated: an English text with places, and what goes into them.

One rule: no Qt here, so that what is said can be tested without a window; what is a sentence stays a phrase until it is
shown, as one that was filled in too early can no longer be translated.
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


def said(text: str) -> Phrase:
    """Return a phrase of text that comes ready made and is not translated, such as an error's own sentence."""
    return Phrase("{text}", (("text", text),))


def marked(text: str) -> Phrase:
    """Return a phrase of a whole sentence that was made below ui: translated as it stands, if it can be."""
    return Phrase(text.replace("{", "{{").replace("}", "}}"))


def joined(phrases: Iterable[Phrase], between: str = ", ") -> Phrase:
    """Return the phrases one after the other with `between` them."""
    parts = tuple(phrases)
    places = between.join(f"{{p{i}}}" for i in range(len(parts)))
    return Phrase(places, tuple((f"p{i}", part) for i, part in enumerate(parts)))


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds, `12:04`, or with hours, `1:12:04`."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def megabytes(n_bytes: int) -> str:
    """Return a size as `8.1 MB`."""
    return f"{n_bytes / 1e6:.1f} MB"
