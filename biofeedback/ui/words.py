"""Phrases as the person reads them, in their language."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication

from biofeedback.ui.phrase import Phrase


def spoken(phrase: Phrase) -> str:
    """Return `phrase` translated, its places filled, with the phrases in them translated too."""
    return phrase.filled(translated)


def translated(text: str) -> str:
    """Return a text of the context "phrase" in the person's language; the English where it has none."""
    return QCoreApplication.translate("phrase", text)
