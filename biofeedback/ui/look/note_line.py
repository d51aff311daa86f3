"""A sentence beside its sign: a signal light, or none. Wraps, and takes no room while it has nothing to say.

One rule: the sign says the same as the words, so that neither colour nor shape is needed.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.icons import Light, paint_light
from biofeedback.ui.look.tokens import CAPTION, Look


class Sign(QWidget):
    """One signal light, as large as the text of a caption."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.light: Light | None = None
        self.dress(look)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        side = round(look.px(20))
        self.setFixedSize(side, side)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the light."""
        if self.light is None:
            return
        painter = QPainter(self)
        half = self.width() / 2
        paint_light(Canvas(painter, self._look), self.light, half, half, 0.7 * half)
        painter.end()


class NoteLine(QWidget):
    """Shows what it is told with `tell`."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.sign = Sign(look, self)
        self.label = QLabel("", self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(round(look.px(6)))
        row.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.label, 1, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.sign.dress(look)
        self.tell(self.sign.light, self.words, self.toolTip())

    def tell(self, light: Light | None, words: str, tip: str = "") -> None:
        """Show `words` beside `light` (None: no sign); nothing at all without words. `tip`: all of it."""
        t = self._look.palette
        inks = {"look": t.warn_ink, "fix": t.bad_ink, "good": t.good_ink}
        ink = inks.get(light or "", t.ink3)
        self.label.setStyleSheet(f"color: {ink}; font-size: {round(self._look.px(CAPTION))}px;")
        self.sign.light = light
        self.label.setText(words)
        self.setAccessibleName(words)
        self.setToolTip(tip or words)
        self.setAccessibleDescription(tip or words)
        self.sign.update()
        self.setVisible(bool(words))

    @property
    def words(self) -> str:
        """What is shown."""
        return self.label.text()
