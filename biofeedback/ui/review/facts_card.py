"""The card "Today" of Review: lines of what and how. Narrow, or with large text, what stands above how.

One rule: no line is cut; the card says how high it has to be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.look.canvas import TOP, Canvas, text_width
from biofeedback.ui.look.icons import Light, paint_light
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, MARGIN, RADIUS_CARD, Look
from biofeedback.ui.review.facts import Fact
from biofeedback.ui.words import spoken

HEAD = 36.0
AIR = 8.0
"""Pixels at 100 % between two lines."""
WIDEST_LABEL = 0.38
"""Part of the width that labels may take before they stand above."""


class FactsCard(QWidget):
    """Shows the lines that it is told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self.lines: tuple[tuple[str, str, str, Light | None], ...] = ()
        """Label, value, small words below it, and the sign of each line, as shown."""

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.update()

    def tell(self, facts: Sequence[Fact]) -> None:
        """Show these lines."""
        self.lines = tuple(
            (
                spoken(f.label),
                _together(spoken(f.value)),
                _breakable(spoken(f.small)) if f.small else "",
                f.light or None,
            )
            for f in facts
        )
        self.setAccessibleName(self.tr("Today"))
        self.setAccessibleDescription("; ".join(f"{label}: {value}" for label, value, *_ in self.lines))
        self.update()

    def height_for(self, width: int) -> int:
        """Return the height that all lines need in `width` pixels."""
        px = self._look.px
        heights = sum(height for *_, height in self._laid(width))
        return round(2 * MARGIN + px(HEAD) + heights + px(AIR) * max(0, len(self.lines) - 1))

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c, t, px, w = Canvas(painter, self._look), self._look.palette, self._look.px, self.width()
        c.box(0, 0, w, self.height(), t.surface, RADIUS_CARD, t.line)
        c.text(self.tr("Today"), MARGIN, MARGIN - 4, w - 2 * MARGIN, px(24), px(LEAD), 600)
        y = MARGIN + px(HEAD)
        size = px(BODY)
        for (label, value, small, light), (x, above, below, height) in zip(self.lines, self._laid(w), strict=True):
            room = w - 2 * MARGIN if above else x - px(28) - MARGIN
            c.text(label, MARGIN, y, room, height, size, 400, t.ink2, vertical=TOP, wrap=True)
            at, inner = y + above, w - MARGIN - x
            if light:
                paint_light(c, light, x - px(14), at + px(10), px(7))
            c.text(value, x, at, inner, height - above, size, 500, t.ink, vertical=TOP, wrap=True)
            c.text(
                small, x, y + height - below + px(3), inner, below, px(CAPTION), 400, t.ink3, vertical=TOP, wrap=True
            )
            y += height + px(AIR)
        painter.end()

    def _laid(self, width: int) -> list[tuple[float, float, float, float]]:
        """Return for each line where its value begins, how high its label stands above and small words below, and all.

        Long labels break; they stand above only where not even their words have room.
        """
        px, inner, size = self._look.px, width - 2 * MARGIN, self._look.px(BODY)
        names = [name for name, *_ in self.lines]
        most = WIDEST_LABEL * inner - px(28)
        column = min(most, max((text_width(name, size) + 2 for name in names), default=0.0))
        stacked = any(text_width(word, size) > most for name in names for word in name.split())
        x = MARGIN + px(28) + (0.0 if stacked else column)
        laid = []
        for name, value, small, _ in self.lines:
            above = text_height(name, size, inner) if stacked else 0.0
            below = text_height(small, px(CAPTION), width - MARGIN - x) + px(3) if small else 0.0
            own = above + text_height(value, size, width - MARGIN - x, 500) + below
            laid.append((x, above, below, max(own, text_height(name, size, inner if stacked else column))))
        return laid


def _together(text: str) -> str:
    """Return text whose numbers stay on one line with what follows them: their unit, or "of" and the next number."""
    return re.sub(r"(?<=\d) (?=%|[A-Za-z→]+)|(?<=of|.→) (?=\d)", "\u00a0", text)


def _breakable(text: str) -> str:
    """Return a file name that may break after an underscore."""
    return text.replace("_", "_\u200b").replace("-", "\u2011")
