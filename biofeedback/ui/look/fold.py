"""A part of a card that folds: a head with a light, a title and what it comes to; below it what it holds, if open.

One rule: a folded part still says its outcome, by a light and in words.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.enter_button import EnterButton
from biofeedback.ui.look.icons import Light, paint_icon, paint_light
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, Look


class FoldHead(EnterButton):
    """The head of a fold; a click or Enter opens and closes it."""

    def __init__(self, title: str, parent: QWidget, icon: str) -> None:
        super().__init__(parent)
        self._look, self._icon = Look(), icon
        self.light: Light | None = "none"
        """None: there is nothing to judge."""
        self.outcome = ""
        self.open = False
        self.setText(title)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.tell("none", "")

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.updateGeometry()
        self.update()

    def tell(self, light: Light | None, outcome: str) -> None:
        """Show what it comes to."""
        self.light, self.outcome = light, outcome
        state = self.tr("open") if self.open else self.tr("folded")
        self.setAccessibleName(f"{self.text()}: {outcome}")
        self.setAccessibleDescription(state)
        self.setToolTip(self.tr("Enter opens and folds it"))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Title and outcome, each in as many lines as it takes."""
        px = self._look.px
        title = text_height(self.text(), px(BODY), self._room, 600)
        outcome = text_height(self.outcome, px(CAPTION), self._room) if self.outcome else 0
        return QSize(round(px(160)), round(title + outcome + px(14)))

    def resizeEvent(self, a0: object) -> None:  # noqa: ARG002 - Qt's signature
        """Its height depends on its width."""
        self.updateGeometry()

    def paintEvent(self, e: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint light, title, outcome, chevron and focus ring."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        r, top = px(9), px(7)
        title = text_height(self.text(), px(BODY), self._room, 600)
        if self.light:
            paint_light(c, self.light, r + 3, top + px(BODY) * 0.65, r)
        elif self._icon:
            paint_icon(c, self._icon, r + 3, top + px(BODY) * 0.65, px(22), t.ink2)
        x = self._left
        c.text(self.text(), x, top, self._room, title, px(BODY), 600, t.ink, wrap=True)
        inks = {"fix": t.bad_ink, "look": t.warn_ink, "good": t.ink3}
        if self.outcome:
            height = text_height(self.outcome, px(CAPTION), self._room)
            ink = inks.get(self.light or "none", t.ink2)
            c.text(self.outcome, x, top + title, self._room, height, px(CAPTION), 400, ink, wrap=True)
        s, right, y = px(4), self.width() - px(10), top + px(BODY) * 0.65
        dy = -s / 2 if self.open else s / 2
        c.poly([(right - s, y - dy), (right, y + dy), (right + s, y - dy)], stroke=t.ink3, width=1.8, closed=False)
        if self.hasFocus():
            c.box(0, 1, self.width(), self.height() - 2, None, 6, t.accent, 2)
        painter.end()

    @property
    def _left(self) -> float:
        return self._look.px(30)

    @property
    def _room(self) -> float:
        return max(40.0, self.width() - self._left - self._look.px(24))


class Fold(QWidget):
    """A head and a body; put what it holds into `column`. `icon` stands where there is no light."""

    def __init__(self, title: str, parent: QWidget, icon: str = "") -> None:
        super().__init__(parent)
        self.head = FoldHead(title, self, icon)
        self.body = QWidget(self)
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(4, 0, 0, 8)
        self.column.setSpacing(4)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2)
        outer.addWidget(self.head)
        outer.addWidget(self.body)
        self.body.hide()

    @property
    def open(self) -> bool:
        """Whether the body is shown."""
        return self.head.open

    def unfold(self, *, opened: bool) -> None:
        """Show the body or only the head."""
        self.head.open = opened
        self.body.setVisible(opened)
        self.head.tell(self.head.light, self.head.outcome)

    def tell(self, light: Light | None, outcome: str) -> None:
        """Show what it comes to in the head."""
        if (light, outcome) != (self.head.light, self.head.outcome):
            self.head.tell(light, outcome)
