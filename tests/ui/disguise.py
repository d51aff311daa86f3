"""A language in which every letter is another one, and what of a window's words is still in Latin letters.

One rule: what is in no other letters was never asked for, so nobody can translate it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator

import pytest
from PyQt6.QtCore import QTranslator
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QWidget

from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.translation_sources import Text

OTHER_LETTERS = str.maketrans(
    string.ascii_letters, "".join(chr(0x430 + i) for i in range(26)) + "".join(chr(0x410 + i) for i in range(26))
)
AS_THEY_ARE = {
    *("Hz", "kHz", "ms", "min", "mV", "µV", "MB", "GB", "cm", "kg", "Nm", "bits", "counts"),  # units
    *("RAW", "RECT", "ENV", "RMS", "EDF", "biofeedback"),  # names
    *("Esc", "Enter", "Space", "Ctrl", "Shift", "Tab"),  # keys
}
"""What is the same in every language, besides numbers, single letters and people's own words."""
WORD = re.compile(r"[A-Za-zµ][A-Za-z]+")


def disguised(text: str) -> str:
    """Return `text` in other letters, with its places as they are."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return text.translate(OTHER_LETTERS)
    return "".join(
        part.replace("{", "{{").replace("}", "}}").translate(OTHER_LETTERS) + ("" if name is None else f"{{{name}}}")
        for part, name, _, _ in parts
    )


class Disguise(QTranslator):
    """Translates everything, and keeps what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[Text] = set()

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        return False

    def translate(self, context: str | None, source: str | None, comment: str | None = None, n: int = -1) -> str:
        self.asked.add((context or "", source or ""))
        return disguised(source or "")


@pytest.fixture(scope="session")
def other_letters() -> Disguise:
    """Give the one translator: one that is collected in another's `translate` would have Qt wait for itself."""
    return Disguise()


@pytest.fixture
def disguise(qapp: QApplication, other_letters: Disguise) -> Iterator[Disguise]:
    """Give the language of other letters."""
    other_letters.asked.clear()
    assert qapp.installTranslator(other_letters)
    yield other_letters
    qapp.removeTranslator(other_letters)


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the texts that are painted."""
    texts: list[str] = []
    paint: Callable[..., None] = Canvas.text

    def keep(canvas: Canvas, text: str, *args: object, **options: object) -> None:
        texts.append(text)
        paint(canvas, text, *args, **options)

    monkeypatch.setattr(Canvas, "text", keep)
    return texts


def english_in(texts: set[str], own: list[str]) -> list[str]:
    """Return the texts with a word that nobody translated."""
    left = []
    for text in texts:
        rest = re.sub(r"<[^>]*>", " ", text) if text.startswith("<p ") else text
        rest = rest.replace("\u200b", "").replace("\u2011", "-")
        for word in sorted(own, key=len, reverse=True):
            for line in filter(None, (word, *word.split("\n"))):
                rest = rest.replace(line, "")
        rest = re.sub(r"/[\w./-]+", "", rest)  # paths
        if any(word not in AS_THEY_ARE for word in WORD.findall(rest)):
            left.append(text)
    return sorted(left)


def listed(left: dict[str, list[str]]) -> str:
    """Return what is left in English, each once, with where it was seen first."""
    first = {text: name for name, texts in reversed(left.items()) for text in texts}
    return "\n".join(f"{name}: {text!r}" for text, name in sorted(first.items(), key=lambda item: item[::-1]))


def texts_of(widget: QWidget) -> set[str]:
    """Return all that a widget and its children say, to eye and ear."""
    texts: set[str] = set()
    for one in (widget, *widget.findChildren(QWidget)):
        texts |= {one.accessibleName(), one.accessibleDescription(), one.toolTip(), one.windowTitle()}
        if isinstance(one, QLabel | QAbstractButton):
            texts.add(one.text())
        elif isinstance(one, QLineEdit):
            texts.add(one.placeholderText())
        elif isinstance(one, QPlainTextEdit):
            texts |= {one.placeholderText(), one.toPlainText()}
        elif isinstance(one, QComboBox):
            texts |= {one.itemText(i) for i in range(one.count())}
        texts |= {action.text() for action in one.actions()}
    return texts
