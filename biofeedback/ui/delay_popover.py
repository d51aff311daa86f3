"""What the delay is made of: each part in milliseconds, and whether it is computed, measured or assumed.

One rule: the parts add up to the total that the strip shows, and no part is left out.
"""

from __future__ import annotations

from PyQt6.QtCore import QPoint, QSize, Qt
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.emg.delay import Known, Part, total
from biofeedback.ui.canvas import RIGHT, Canvas, text_width
from biofeedback.ui.readings import DELAY_NAMES
from biofeedback.ui.tokens import BODY, CAPTION, LEAD, RADIUS_CARD, Look
from biofeedback.ui.words import spoken


class DelayPopover(QWidget):
    """A small card above the strip; closes on Esc, D or a click elsewhere."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._parts: tuple[Part, ...] = ()
        self.setAccessibleName(self.tr("Parts of the delay"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.resize(self.sizeHint())
        self.update()

    def show_parts(self, parts: tuple[Part, ...]) -> None:
        """Show these parts."""
        grown = len(parts) != len(self._parts)
        self._parts = parts
        self.setAccessibleDescription(
            "; ".join(f"{spoken(DELAY_NAMES[part.name])} {part.seconds * 1000:.1f} ms" for part in parts)
        )
        if grown:
            bottom = self.y() + self.height()
            self.resize(self.sizeHint())
            self.move(self.x(), bottom - self.height())
        self.update()

    def open_above(self, anchor: QPoint) -> None:
        """Open with the lower left corner at `anchor`, inside the window."""
        self.resize(self.sizeHint())
        window = self.parentWidget()
        x = max(8, min(anchor.x(), (window.width() if window else 0) - self.width() - 8))
        self.move(x, anchor.y() - self.height() - 8)
        self.show()
        self.raise_()

    def sizeHint(self) -> QSize:
        """As wide as the longest row."""
        px = self._look.px
        names = max((text_width(spoken(DELAY_NAMES[part.name]), px(BODY)) for part in self._parts), default=200.0)
        title = text_width(self.tr("From muscle to eye"), px(LEAD), 600) + 64
        width = max(title, 20 + names + px(40) + px(70) + px(100) + 20)
        return QSize(round(width), round(px(28 * (len(self._parts) + 1) + 36) + 36))

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Leave keys to the window."""
        if a0 is not None:
            a0.ignore()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, row = float(self.width()), px(28)
        c.box(0, 0, w, self.height(), t.surface, RADIUS_CARD, t.edge, 1.5)
        c.text(self.tr("From muscle to eye"), 20, 12, w, px(30), px(LEAD), 600)
        y = 12 + px(36)
        known: dict[Known, str] = {
            "computed": self.tr("computed"), "measured": self.tr("measured"), "assumed": self.tr("assumed"),
        }  # fmt: skip
        right = w - 20 - px(100)
        for part in self._parts:
            c.text(spoken(DELAY_NAMES[part.name]), 20, y, w, row, px(BODY), 400, t.ink2)
            c.text(f"{part.seconds * 1000:.1f}", right - px(90), y, px(90), row, px(BODY), 600, align=RIGHT)
            c.text(known[part.known], right + px(16), y, px(100), row, px(CAPTION), 400, t.ink3)
            y += row
        c.line(20, y + 5, w - 20, y + 5)
        y += 8
        c.text(self.tr("Total"), 20, y, w, row, px(BODY), 600)
        c.text(f"{total(self._parts)[0] * 1000:.0f}", right - px(90), y, px(90), row, px(LEAD), 700, align=RIGHT)
        c.text("ms", right + px(16), y, px(100), row, px(BODY), 600, t.ink2)
        painter.end()
