"""How a word and its hint share the band: beside each other, or the hint below; sizes in pixels.

A hint that is too long for words that can be read is said by its first sentences, with a sign that there is more.
One rule: the word is the largest; what does not fit gets smaller down to what can be read, and is never cut.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PyQt6.QtCore import QRectF, Qt

from biofeedback.ui.look.canvas import text_width
from biofeedback.ui.look.tokens import COUNT, WORD, metrics

MORE = " …"
MOST_LINES = 3
LARGE_WORD, SMALL_WORD = 52.0, 32.0
"""Pixels times `k`: what a word above a hint should have, and the least."""
SENTENCE_ENDS = re.compile(r"(?<=[.!?。！？])\s+")
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class WordLayout:
    """Sizes of word and hint, the boxes (x, y, width, height) that they stand in, and what of the hint is shown."""

    word_size: float
    word_box: Box
    hint: str
    hint_size: float
    hint_box: Box


@dataclass(frozen=True, slots=True)
class Room:
    """Where they may stand: from `left` to `right`, `height` high; `k` scales the word, `px` the text."""

    left: float
    right: float
    height: float
    k: float
    px: Callable[[float], float]

    @property
    def width(self) -> float:
        """Pixels from left to right."""
        return self.right - self.left


def word_layout(word: str, hint: str, room: Room, *, spacious: bool) -> WordLayout:
    """Return how `word` and `hint` stand in `room`; `spacious`: the hint may stand beside the word."""
    large = room.px(1) >= 1.5
    if spacious:
        best = room.px(17) if large else max(room.px(20), 20 * min(room.k, 1.4))
        middle, least = 0.85 * best, max(room.px(12), 15)
    else:
        best = max(room.px(13), 16 * min(room.k, 1.4))
        middle = least = max(room.px(12), 13)
    for text, smallest in _attempts(hint, spacious=spacious):
        found = _beside(word, text, room, best, middle, large=large) if spacious else None
        found = found or _below(word, text, room, best, least, smallest, spacious=spacious)
        if found:
            return found
    words = hint.split()
    for n in range(len(words), 0, -1):
        if found := _below(word, " ".join(words[:n]) + MORE, room, least, least, SMALL_WORD, spacious=spacious):
            return found
    size = _word_size(word, room.width, WORD * room.k)
    return WordLayout(size, (room.left, 0, room.width, room.height), "", least, (room.right, 0, 0, room.height))


def _attempts(hint: str, *, spacious: bool) -> Iterator[tuple[str, float]]:
    """Yield what to say, the whole hint first, each with the smallest word (in pixels times `k`) above it.

    A hint of two parts, what is wrong and what to do, stays whole as long as it can.
    """
    sentences = SENTENCE_ENDS.split(hint.strip())
    shorter = [" ".join(sentences[:n]) + MORE for n in range(len(sentences) - 1, 0, -1)]
    if spacious:
        yield hint, LARGE_WORD
    if not spacious or "\n" in hint or not shorter:
        yield hint, SMALL_WORD
    for size in (LARGE_WORD, SMALL_WORD) if spacious else (SMALL_WORD,):
        yield from ((text, size) for text in shorter)


def _word_size(word: str, width: float, size: float) -> float:
    while text_width(word, size, 700) > width and size > 20:
        size -= 1
    return size


def _height(text: str, size: float, width: float, most_lines: int = MOST_LINES) -> float | None:
    """Return the height of `text` wrapped to `width`; None where a word is too wide or there are too many lines."""
    font = metrics(size, 400)
    if max((font.horizontalAdvance(part) for part in text.split()), default=0.0) > width:
        return None
    height = font.boundingRect(QRectF(0, 0, width, 10_000), int(Qt.TextFlag.TextWordWrap), text).height()
    return height if height <= most_lines * font.lineSpacing() + 1 else None


def _sizes(most: float, least: float) -> Iterator[float]:
    size = most
    while size > least:
        yield size
        size -= 1
    yield least


def _beside(word: str, hint: str, room: Room, most: float, least: float, *, large: bool) -> WordLayout | None:
    """Return the hint right of the word, in as few lines as it has, then in two, in three; the word first.

    `large` text breaks no line there: it would be a narrow column.
    """
    gap, high, own = 28 * room.k, 0.88 * room.height, hint.count("\n") + 1
    for n_lines, smallest in ((own, 52 * room.k), (2, 52 * room.k), (3, 44 * room.k)):
        if n_lines < own or (large and n_lines > own):
            continue
        for word_size in _sizes(WORD * room.k, smallest):
            x = room.left + text_width(word, word_size, 700) + gap
            width = room.right - x
            if _height(hint, least, width, n_lines) is None or (n_lines > own and width < 9 * least):
                continue
            for size in _sizes(most, least):
                height = _height(hint, size, width, n_lines)
                if height is not None and height <= high:
                    # one line stands on the word's foot, as in a sentence
                    y = (room.height - height) / 2 + (7 * room.k if n_lines == 1 else 0.0)
                    return WordLayout(word_size, (room.left, 0, width + x, room.height), hint, size,
                                      (x, y, width, math.ceil(height) + 1))  # fmt: skip
    return None


def _below(
    word: str, hint: str, room: Room, most: float, least: float, smallest: float, *, spacious: bool
) -> WordLayout | None:
    """Return the hint below a word of at least `smallest`, the hint as large as it can be, then the word."""
    hint = hint.replace("\n", " ")
    for size in _sizes(most, least):
        height = _height(hint, size, room.width)
        if height is None:
            continue
        for word_size in _sizes((WORD if spacious else COUNT) * room.k, smallest * room.k):
            word_high = 1.12 * word_size
            if word_high + height <= room.height and text_width(word, word_size, 700) <= room.width:
                top = (room.height - word_high - height) / 2
                return WordLayout(word_size, (room.left, top, room.width, word_high), hint, size,
                                  (room.left, top + word_high, room.width, math.ceil(height) + 1))  # fmt: skip
    return None
