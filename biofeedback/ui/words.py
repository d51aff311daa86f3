"""Phrases as the person reads them, in their language."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication

from biofeedback.ui.phrase import Phrase, marked


def spoken(phrase: Phrase) -> str:
    """Return `phrase` translated, its places filled, with the phrases in them translated too."""
    return phrase.filled(translated)


def carried(text: str) -> str:
    """Return a whole text that was made below ui, such as a plan's or an error's, in the person's language."""
    return spoken(marked(text)) if text else ""


def reason(error: Exception) -> str:
    """Return what an error says of itself: the system's own words as they are, ours in the person's language."""
    return error.strerror if isinstance(error, OSError) and error.strerror else carried(str(error))


def translated(text: str) -> str:
    """Return a text of the context "phrase" in the person's language; the English where it has none."""
    return QCoreApplication.translate("phrase", text)
