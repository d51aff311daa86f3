"""A button with an icon, a word and its key shown as a keycap.

One rule: Space belongs to the muscle (or the pause), never to a button; Enter presses the one that has the focus.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.ui.look.canvas import Canvas, key_width, text_width
from biofeedback.ui.look.enter_button import EnterButton
from biofeedback.ui.look.icons import paint_icon
from biofeedback.ui.look.tokens import BODY, RADIUS_CONTROL, Look

KEYCAP = 12.0


class KeyButton(EnterButton):
    """Painted in the look. `quiet` has no border, `primary` is filled; an empty `label` leaves only the icon."""

    def __init__(
        self, label: str, key: str = "", icon: str = "", *, tip: str = "", quiet: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._look = Look()
        self._key, self._icon = key, icon
        self._quiet = quiet
        self._primary = False
        self.with_key = True
        """Whether the keycap is shown; the tooltip always names the key."""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.name(label, tip, icon)

    def name(self, label: str, tip: str = "", icon: str | None = None, *, shown: bool | None = None) -> None:
        """Set the word (shown unless `shown` is False or the button is only an icon), tooltip and icon."""
        if (label, tip, icon) == (self.accessibleName(), self.toolTip(), self._icon) and shown is None:
            return
        self.setText(label if shown is None or shown else "")
        self.setAccessibleName(label)
        self.setToolTip(tip or (f"{label} ({self._key})" if self._key else label))
        self.setAccessibleDescription(self.toolTip())
        if icon is not None:
            self._icon = icon
        self.updateGeometry()
        self.update()

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.updateGeometry()
        self.update()

    def set_primary(self, *, primary: bool) -> None:
        """Make this the one filled button of the screen, or a plain one."""
        if primary != self._primary:
            self._primary = primary
            self.updateGeometry()
            self.update()

    @property
    def key(self) -> str:
        """The key that does the same."""
        return self._key

    def sizeHint(self) -> QSize:
        """Everything with 12 px of air on both sides, 48 px high at 100 %."""
        px = self._look.px
        air = px(11) if self.text() else px(10)
        return QSize(
            round(self._content_width() + 2 * air), round(px(48) if self._look.text_percent == 100 else px(36))
        )

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`: a button's word is never cut."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint ground, icon, word, keycap and focus ring."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h = self.width(), self.height()
        enabled = self.isEnabled()
        ground = t.accent if self._primary else t.surface
        ink = t.on_accent if self._primary else t.ink
        if not enabled:
            ground, ink = t.sunken, t.ink3
        elif (self.hovered or self.isDown()) and not self._primary:
            ground = t.sunken
        if not self._quiet or self._primary or (self.hovered and enabled):
            border = None if self._primary and enabled else t.line if not enabled or self._quiet else t.border
            c.box(0, 0, w, h, ground, RADIUS_CONTROL, border)
        if self._primary and self.isDown():
            c.box(0, 0, w, h, None, RADIUS_CONTROL, t.ink, 2)
        x = (w - self._content_width()) / 2
        if self._icon:
            paint_icon(
                c, self._icon, x + px(10), h / 2, px(20), ink if self._icon != "record" or self._primary else t.bad
            )
            x += px(20) + (px(8) if self.text() else 0)
        size, weight = px(BODY), 600 if self._primary else 500
        c.text(self.text(), x, 0, w, h, size, weight, ink)
        if self._key and self.text() and self.with_key:
            x += text_width(self.text(), size, weight) + px(8)
            cap_ink, cap = (t.accent_ink, t.accent_soft) if self._primary and enabled else (t.ink3, None)
            c.key(self._key, x, h / 2, px(KEYCAP), cap_ink, cap)
        if self.hasFocus():
            c.box(0, 0, w, h, None, RADIUS_CONTROL, t.surface if self._primary else t.accent, 5 if self._primary else 3)
            c.box(0, 0, w, h, None, RADIUS_CONTROL, t.ink if self._primary else t.accent, 2)
        painter.end()

    def _content_width(self) -> float:
        px = self._look.px
        width = px(20) if self._icon else 0.0
        if self.text():
            width += (px(8) if self._icon else 0) + text_width(self.text(), px(BODY), 600 if self._primary else 500)
            if self._key and self.with_key:
                width += px(8) + key_width(self._key, px(KEYCAP))
        return width
