"""The sentences of Review in large type, their counts bold; above them what has to be said of the recording first.

One rule: a sentence is never cut: where they are long the type gets smaller, then the card higher.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QPainter, QPaintEvent, QTextDocument
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.look.canvas import RIGHT, TOP, Canvas, badge_width
from biofeedback.ui.look.icons import paint_light
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, LEAD, MARGIN, RADIUS_CARD, TITLE, Look, font

SIZES = (TITLE, 21.0, LEAD)
"""Pixels of the sentences at 100 %, the largest that fits the room."""
MOST_ROOM = 176.0
"""Pixels of the card at 100 % that larger type than the smallest may fill,"""
SHARE = 0.4
"""and the part of the page."""
SMALLEST = 0.5
"""Share of the text size below which words do not shrink."""
_FIGURES = re.compile(
    r"\b(?:\d+ of \d+|(?:\d+|none)(?= (?:reached|stayed|kept|of them|times)\b)|\d+(?:\.\d+)? seconds)"
)


def with_figures_bold(sentence: str) -> str:
    """Return a sentence as HTML, its counts and times bold."""
    return _FIGURES.sub(
        lambda found: f"<b>{found.group()}</b>".replace(" ", "&nbsp;"), html.escape(sentence, quote=False)
    )


class Sentences(QWidget):
    """A card as high as its sentences. `large` ones are read first, `small` ones explain them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._large: tuple[str, ...] = ()
        self._small = ""
        self._simulated = False
        self._documents: list[tuple[QTextDocument, float]] = []

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def tell(self, large: Sequence[str], small: str, *, simulated: bool) -> None:
        """Say these sentences; `simulated`: with the badge."""
        self._large, self._small, self._simulated = tuple(large), small, simulated
        self.setAccessibleName(self.tr("What was done"))
        self.setAccessibleDescription(" ".join([*self._large, small]))
        self.update()

    def lay_out(self, width: int, page: int) -> int:
        """Lay the sentences out in `width` pixels of a page of that height; return the height of the card."""
        px, inner = self._look.px, width - 2 * MARGIN
        ink = self._look.palette.ink
        beside = badge_width(self.tr("SIMULATED"), self._look) + MARGIN if self._simulated else 0.0
        for size in SIZES:
            self._documents, y = [], float(MARGIN)
            for i, sentence in enumerate(self._large):
                made = _document(with_figures_bold(sentence), px(size), ink)
                made.setTextWidth(max(px(160), inner - (0 if i else beside)))
                self._documents.append((made, y))
                y += made.size().height() + px(12)
            y += text_height(self._small, px(BODY), inner) if self._small else -px(12)
            total = y + MARGIN
            if total <= min(px(MOST_ROOM), SHARE * page):
                break
        return round(total)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint card, sentences and badge."""
        painter = QPainter(self)
        c, t, px, w, h = Canvas(painter, self._look), self._look.palette, self._look.px, self.width(), self.height()
        c.box(0, 0, w, h, t.surface, RADIUS_CARD, t.line)
        y = float(MARGIN)
        for document, y in self._documents:
            painter.save()
            painter.translate(QPointF(MARGIN, y))
            document.drawContents(painter)
            painter.restore()
        if self._documents:
            y += self._documents[-1][0].size().height() + px(12)
        c.text(self._small, MARGIN, y, w - 2 * MARGIN, h - y, px(BODY), 400, t.ink2, vertical=TOP, wrap=True)
        if self._simulated:
            words = self.tr("SIMULATED")
            c.badge(words, w - MARGIN - badge_width(words, self._look), MARGIN + px(2))
        painter.end()


class Notices(QWidget):
    """What has to be said first, each with the sign to look. No notices, no height."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self.words: tuple[str, ...] = ()

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def tell(self, words: Sequence[str]) -> None:
        """Say these notices."""
        self.words = tuple(words)
        self.setAccessibleName(self.tr("Look at this"))
        self.setAccessibleDescription(" ".join(self.words))
        self.update()

    def height_for(self, width: int) -> int:
        """Return the height in `width` pixels."""
        if not self.words:
            return 0
        px = self._look.px
        return round(sum(self._height(text, width) for text in self.words) + (len(self.words) - 1) * px(8) + px(24))

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ground, signs and words."""
        painter = QPainter(self)
        c, t, px, w = Canvas(painter, self._look), self._look.palette, self._look.px, self.width()
        c.box(0, 0, w, self.height(), t.warn_soft, RADIUS_CARD, t.warn, 1.5)
        y = px(12)
        for text in self.words:
            height = self._height(text, w)
            paint_light(c, "look", MARGIN + px(9), y + px(11), px(9))
            c.text(text, MARGIN + px(30), y, w - 2 * MARGIN - px(30), height, px(BODY), 500, t.warn_ink,
                   vertical=TOP, wrap=True)  # fmt: skip
            y += height + px(8)
        painter.end()

    def _height(self, text: str, width: int) -> float:
        px = self._look.px
        return max(px(22), text_height(text, px(BODY), width - 2 * MARGIN - px(30), 500))


class Waiting(QWidget):
    """What the page shows while there is nothing to see yet, or when nothing can be: a title, words, and how far."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._scale = 1.0
        self.title = self.words = ""
        self._fraction: float | None = None

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def tell(self, title: str, words: str, fraction: float | None = None) -> None:
        """Say this; `fraction` 0–1 of long work, None without any."""
        if (title, words, fraction) != (self.title, self.words, self._fraction):
            self.title, self.words, self._fraction = title, words, fraction
            self.setAccessibleName(title)
            self.setAccessibleDescription(words)
            self.update()

    def height_in(self, width: int, height: int) -> float:
        """Return how high it stands in `width` by `height` pixels; the text gets smaller before anything is cut."""
        self._scale = 1.0
        while (needed := self._needed(width)) > height and self._scale > SMALLEST:
            self._scale -= 0.05
        return needed

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c, t, px, w, h = Canvas(painter, self._look), self._look.palette, self._px, self.width(), self.height()
        c.box(0, 0, w, h, t.surface, RADIUS_CARD, t.line)
        y = max(px(32), (h - self.height_in(w, h)) / 3)
        inner, x = self._inner(w), px(40)
        title = text_height(self.title, px(TITLE), inner, 600)
        c.text(self.title, x, y, inner, title, px(TITLE), 600, vertical=TOP, wrap=True)
        y += title + px(16)
        c.text(self.words, x, y, inner, h - y, px(LEAD), 400, t.ink2, vertical=TOP, wrap=True)
        if self._fraction is not None:
            y += (text_height(self.words, px(LEAD), inner) if self.words else 0.0) + px(24)
            length = inner - px(72)
            c.box(x, y, length, 8, t.sunken, 4)
            c.box(x, y, max(8.0, length * self._fraction), 8, t.accent, 4)
            c.text(f"{100 * self._fraction:.0f} %", x, y - px(12) + 4, inner, px(24), px(BODY), 600, align=RIGHT)
        painter.end()

    def _needed(self, width: int) -> float:
        px, inner = self._px, self._inner(width)
        bar = 0.0 if self._fraction is None else px(40)
        words = text_height(self.words, px(LEAD), inner) if self.words else 0.0
        return 2 * px(32) + text_height(self.title, px(TITLE), inner, 600) + px(16) + words + bar

    def _px(self, size: float) -> float:
        return self._look.px(size) * self._scale

    def _inner(self, width: int) -> float:
        return min(width - 2 * self._px(40), self._px(840))


def _document(text: str, size: float, ink: str) -> QTextDocument:
    made = QTextDocument()
    made.setDocumentMargin(0)
    made.setDefaultFont(font(size, 400))
    made.setDefaultStyleSheet(f"body {{ color: {ink}; }} b {{ font-weight: 700; }}")
    made.setHtml(f"<body>{text}</body>")
    return made
