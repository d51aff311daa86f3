"""A sentence for the screen before it is translated: an English text with places, and what goes into them.

One rule: no Qt here, so that what is said can be tested without a window.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text` in English with {places}, and their `values`."""

    text: str
    values: tuple[tuple[str, str], ...] = ()

    def filled(self, text: str | None = None) -> str:
        """Return `text` (a translation; the English if None) with the values in their places."""
        return (self.text if text is None else text).format(**dict(self.values))


def say(text: str, **values: object) -> Phrase:
    """Return a phrase; a value is shown as `str` gives it."""
    return Phrase(text, tuple((name, str(value)) for name, value in values.items()))


def said(text: str) -> Phrase:
    """Return a phrase of text that comes ready made, such as an error's own sentence."""
    return Phrase("{text}", (("text", text),))


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds, `12:04`, or with hours, `1:12:04`."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def megabytes(n_bytes: int) -> str:
    """Return a size as `8.1 MB`."""
    return f"{n_bytes / 1e6:.1f} MB"
