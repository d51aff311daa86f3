"""One item of the strip: a sign, a label and a value, which can do without the label and with one word for the value.

One rule: Space belongs to the muscle (or the pause), never to an item; Enter presses the one that has the focus.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.ui.look.canvas import Canvas, badge_width, text_width
from biofeedback.ui.look.enter_button import EnterButton
from biofeedback.ui.look.icons import paint_icon, paint_light
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import CAPTION, Look, metrics

LIGHTS = ("good", "look", "fix", "none")


class StripItem(EnterButton):
    """A sign, a label and a value. `sign`: the name of an icon or a light, "dot" for recording, "badge", or empty."""

    def __init__(self, *, clickable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self.sign, self.label, self.value, self.tone = "", "", "", "plain"
        self.short = ""
        """One word that stands for the value where there is no room for it; empty where nothing can."""
        self.brief = self.terse = False
        self.limit = 0
        """Most pixels it may take, 0 for any; a longer sentence ends in an ellipsis, whole in the tooltip."""
        self.n_lines = 1
        """How many lines the value may take where it has a limit."""
        self._clickable = clickable
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if clickable else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        if clickable:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.updateGeometry()
        self.update()

    def tell(self, sign: str, label: str, value: str, tone: str = "plain", short: str = "") -> bool:
        """Show this; `tone` "plain" or "bad". Return whether anything changed."""
        if (sign, label, value, tone, short) == (self.sign, self.label, self.value, self.tone, self.short):
            return False
        self.sign, self.label, self.value, self.tone, self.short = sign, label, value, tone, short
        self.setAccessibleName(f"{label} {value}".strip())
        self.updateGeometry()
        self.update()
        return True

    def width_with(self, *, brief: bool, terse: bool = False) -> int:
        """Return the width it needs, with or without its label, with its value or only its short word."""
        px = self._look.px
        if self.sign == "badge":
            return round(badge_width(self.value, self._look))
        width = px(26) if self.sign else 0.0
        if self.label and not brief:
            width += text_width(self.label, px(CAPTION)) + px(6)
        value = self.short if terse and self.short else self.value
        whole = round(width + text_width(value, px(CAPTION), 600) + 3)
        return min(whole, self.limit) if self.limit else whole

    def width_in_lines(self) -> int:
        """Return the width in which the value breaks into as many lines as it may take, or fewer."""
        px = self._look.px
        sign, size = px(26) if self.sign else 0.0, px(CAPTION)
        words = self.value.split()
        width = max([text_width(self.value, size, 600) / self.n_lines, *(text_width(one, size, 600) for one in words)])
        while text_height(self.value, size, width, 600) > self.n_lines * metrics(size, 600).lineSpacing() + 1:
            width += size
        return round(sign + width + 4)

    def sizeHint(self) -> QSize:
        """As wide as what it shows."""
        return QSize(self.width_with(brief=self.brief, terse=self.terse), round(self._look.px(32)))

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint sign, label and value."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        h, m = float(self.height()), self.height() / 2
        x = 0.0
        if self.sign == "badge":
            c.badge(self.value, 0, m - px(13))
        else:
            bad = self.tone == "bad"
            if self.sign == "dot":
                c.circle(px(8), m, px(5), t.bad)
            elif self.sign in LIGHTS:
                paint_light(c, self.sign, px(9), m, px(8))  # type: ignore[arg-type] # one of LIGHTS
            elif self.sign:
                paint_icon(c, self.sign, px(10), m, px(20), t.bad_ink if bad else t.ink3)
            x += px(26) if self.sign else 0
            if self.label and not self.brief:
                c.text(self.label, x, 0, self.width(), h, px(CAPTION), 400, t.ink3)
                x += c.width(self.label, px(CAPTION)) + px(6)
            value = self.short if self.terse and self.short else self.value
            ink = t.bad_ink if bad else t.ink
            if self.limit and self.n_lines > 1:
                self._paint_lines(c, value, x, ink)
            else:
                if self.limit:
                    value = metrics(px(CAPTION), 600).elidedText(value, Qt.TextElideMode.ElideRight, self.width() - x)
                c.text(value, x, 0, self.width(), h, px(CAPTION), 600, ink)
            if self._clickable:
                c.line(x, m + px(10), x + c.width(value, px(CAPTION), 600), m + px(10), t.ink3, 1, [2, 2])
            if self.hasFocus():
                c.box(0, 2, self.width(), h - 4, None, 6, t.accent, 2)
        painter.end()

    def _paint_lines(self, c: Canvas, value: str, x: float, ink: str) -> None:
        """Paint the value in as many lines as it may take; without its last words, and a sign of that, if it must be.

        Text that is too large for so many lines in the strip gets smaller, down to the smallest caption.
        """
        size, room, h = self._look.px(CAPTION), self.width() - x, float(self.height())
        while self.n_lines * metrics(size, 600).lineSpacing() > h and size > CAPTION:
            size -= 1
        most = min(h, self.n_lines * metrics(size, 600).lineSpacing()) + 1
        words = value.split(" ")
        shown = value
        while len(words) > 1 and text_height(shown, size, room, 600) > most:
            words.pop()
            shown = " ".join(words) + " …"
        c.text(shown, x, 0, room, h, size, 600, ink, wrap=True)
