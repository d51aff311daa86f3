"""The header: what this is, whether the signal is simulated, and the board."""

from __future__ import annotations

from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.ui.canvas import Canvas, badge_width
from biofeedback.ui.icons import paint_logo
from biofeedback.ui.key_button import KeyButton
from biofeedback.ui.tokens import BODY, MARGIN, Look


class Header(QWidget):
    """Logo, badge, and the button that opens board and sensor."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._simulated = False
        self.board = KeyButton(self.tr("Board"), "B", "board", quiet=True, parent=self)
        self.tell("", simulated=False)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.board.dress(look)
        self.setFixedHeight(round(56 if look.text_percent == 100 else max(56, look.px(36))))
        self._place()
        self.update()

    def tell(self, label: str, *, simulated: bool) -> None:
        """Show the source's name, and the badge where it is no living muscle."""
        short = label if len(label) <= 28 else f"{label[:27]}…"
        self.board.name(short or self.tr("No board"), self.tr("Board and sensor (B): {label}").format(label=label))
        if simulated != self._simulated:
            self._simulated = simulated
            self.update()
        self._place()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Keep the button at the right."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ground, logo, name and badge."""
        painter = QPainter(self)
        c, px = Canvas(painter, self._look), self._look.px
        w, h = float(self.width()), float(self.height())
        c.fill(0, 0, w, h, c.t.surface)
        c.line(0, h - 0.5, w, h - 0.5, c.t.line)
        paint_logo(c, MARGIN, h / 2, px(22))
        c.text("biofeedback", MARGIN + px(30), 0, w, h, px(BODY), 600)
        if self._simulated:
            words = self.tr("SIMULATED")
            c.badge(words, self.board.x() - badge_width(words, self._look) - 12, h / 2 - px(13))
        painter.end()

    def _place(self) -> None:
        hint = self.board.sizeHint()
        h = min(self.height() - 8, hint.height())
        self.board.setGeometry(self.width() - MARGIN + 8 - hint.width(), (self.height() - h) // 2, hint.width(), h)
