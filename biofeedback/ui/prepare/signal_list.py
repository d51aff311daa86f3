"""The signal check's items as painted: what is to be fixed or looked at as panels, the rest as a compact list.

One rule: each item has its light, its words and, where something is wrong, one thing to do.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.ui.look.canvas import RIGHT, TOP, Canvas
from biofeedback.ui.look.icons import paint_light
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, RADIUS_CONTROL, Look
from biofeedback.ui.prepare.signal_items import SignalItem
from biofeedback.ui.words import spoken

AIR = 8.0
LEAST_COLUMN = 176.0
"""Pixels at 100 % of a column of the compact list."""


class SignalList(QWidget):
    """As high as its items in the width it has."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self.items: tuple[SignalItem, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Signal check"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self._fit()
        self.update()

    def show_items(self, items: Sequence[SignalItem]) -> None:
        """Show `items`; nothing is painted anew where nothing changed."""
        if tuple(items) == self.items:
            return
        self.items = tuple(items)
        words = {"fix": self.tr("Fix"), "look": self.tr("Look"), "good": self.tr("Good"), "none": self.tr("Open")}
        told = [" ".join(filter(None, (words[one.light] + ":", one.where, spoken(one.text), spoken(one.fix))))
                for one in self.items]  # fmt: skip
        self.setAccessibleDescription("\n".join(told))
        self._fit()
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Any width: the words break."""
        return QSize(200, self.minimumHeight())

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Be as high as the width asks for."""
        super().resizeEvent(a0)
        self._fit()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint panels and list."""
        painter = QPainter(self)
        c, y = Canvas(painter, self._look), 0.0
        for item in self._panels:
            height = self._panel_height(item)
            self._paint_panel(c, item, y, height)
            y += height + AIR
        self._paint_list(c, y)
        painter.end()

    @property
    def _panels(self) -> list[SignalItem]:
        return [item for item in self.items if item.light in ("fix", "look")]

    @property
    def _rows(self) -> list[list[SignalItem]]:
        """The compact list in rows; what is still open stands alone, since its words are long."""
        n = max(1, min(3, int(self.width() / self._look.px(LEAST_COLUMN))))
        good = [item for item in self.items if item.light == "good"]
        asked = [[item] for item in self.items if item.light == "none"]
        return asked + [good[i : i + n] for i in range(0, len(good), n)]

    def _text_room(self) -> float:
        return self.width() - self._look.px(48) - self._look.px(16)

    def _panel_height(self, item: SignalItem) -> float:
        px, room = self._look.px, self._text_room()
        where = px(20) if item.where else 0
        what = text_height(spoken(item.text), px(BODY), room - px(40), 600)
        fix = text_height(spoken(item.fix), px(BODY), room - px(28)) + px(4) if item.fix.text else 0
        return px(20) + where + what + fix

    def _paint_panel(self, c: Canvas, item: SignalItem, y: float, height: float) -> None:
        t, px, w, room = c.t, self._look.px, float(self.width()), self._text_room()
        fix = item.light == "fix"
        ink = t.bad_ink if fix else t.warn_ink
        c.box(0, y, w, height, t.bad_soft if fix else t.warn_soft, RADIUS_CONTROL)
        x, top = px(48), y + px(10)
        what = text_height(spoken(item.text), px(BODY), room - px(40), 600)
        paint_light(c, item.light, px(24), top + px(10), px(12))
        word = self.tr("Fix") if fix else self.tr("Look")
        c.text(word, 0, top, w - px(16), px(20), px(CAPTION), 700, ink, RIGHT)
        if item.where:
            c.text(item.where, x, top, room, px(20), px(CAPTION), 500, t.ink2)
            top += px(20)
        c.text(spoken(item.text), x, top, room - px(40), what, px(BODY), 600, ink, vertical=TOP, wrap=True)
        if item.fix.text:
            c.text("→", x, top + what + px(4), px(28), px(20), px(BODY), 500, ink, vertical=TOP)
            c.text(spoken(item.fix), x + px(28), top + what + px(4), room - px(28), height, px(BODY), vertical=TOP,
                   wrap=True)  # fmt: skip

    def _paint_list(self, c: Canvas, y: float) -> None:
        t, px, r = c.t, self._look.px, self._look.px(9)
        for row in self._rows:
            width = self.width() / (1 if row[0].light == "none" else self._columns)
            height = self._row_height(row)
            for i, item in enumerate(row):
                x = i * width
                paint_light(c, item.light, x + px(12), y + px(14), r)
                ink = t.ink if item.light == "none" else t.ink2
                words = spoken(item.text)
                c.text(
                    words, x + px(32), y + px(4), width - px(36), height, px(BODY), 400, ink, vertical=TOP, wrap=True
                )
            y += height

    @property
    def _columns(self) -> int:
        return max(1, min(3, int(self.width() / self._look.px(LEAST_COLUMN))))

    def _row_height(self, row: Sequence[SignalItem]) -> float:
        px = self._look.px
        width = self.width() / (1 if row[0].light == "none" else self._columns)
        return max(px(28), *(text_height(spoken(item.text), px(BODY), width - px(36)) + px(8) for item in row))

    def _fit(self) -> None:
        panels = sum(self._panel_height(item) + AIR for item in self._panels)
        height = round(panels + sum(self._row_height(row) for row in self._rows)) + 4
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)
