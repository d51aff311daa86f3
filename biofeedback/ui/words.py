"""Phrases as the person reads them, in their language."""

from __future__ import annotations

from PyQt6.QtCore import QCoreApplication

from biofeedback.ui.phrase import Phrase


def spoken(phrase: Phrase) -> str:
    """Return `phrase` translated, its places filled."""
    return phrase.filled(QCoreApplication.translate("phrase", phrase.text))
