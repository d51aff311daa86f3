"""How high a text stands when it breaks to a width, by the same rules as `Canvas.text` with `wrap`."""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt

from biofeedback.ui.look.tokens import metrics


def text_height(text: str, size: float, width: float, weight: int = 400) -> float:
    """Return the height in pixels of `text` at `size` pixels, broken into lines of at most `width` pixels."""
    box = QRectF(0, 0, width, 1e5)
    return metrics(size, weight).boundingRect(box, int(Qt.TextFlag.TextWordWrap), text).height()
