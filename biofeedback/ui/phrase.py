"""Phrases of what comes ready made, and figures as a person reads them. No Qt here.

One rule: what is a sentence stays a phrase (report/phrase.py) until it is shown.
"""

from __future__ import annotations

from biofeedback.report.phrase import Phrase, joined, say

__all__ = ["Phrase", "clock", "joined", "marked", "megabytes", "said", "say"]


def said(text: str) -> Phrase:
    """Return a phrase of text that comes ready made and is not translated, such as an error's own sentence."""
    return Phrase("{text}", (("text", text),))


def marked(text: str) -> Phrase:
    """Return a phrase of a whole sentence that was made below ui: translated as it stands, if it can be."""
    return Phrase(text.replace("{", "{{").replace("}", "}}"))


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds, `12:04`, or with hours, `1:12:04`."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def megabytes(n_bytes: int) -> str:
    """Return a size as `8.1 MB`."""
    return f"{n_bytes / 1e6:.1f} MB"
