"""After a marker: a small card for a private note, which asks for nothing and goes away by itself.

It leaves the keys to the training; a click or F2 goes into the line.
One rule: what was written is never lost: when the card goes by itself, it keeps the note; only Esc drops it.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, QRect, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent, QShortcut
from PyQt6.QtWidgets import QLineEdit, QWidget

from biofeedback.ui.look.canvas import RIGHT, TOP, Canvas
from biofeedback.ui.look.icons import paint_icon
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, RADIUS_CARD, Look, style_sheet

LONGEST = 200
"""Characters."""
STAYS = 8_000
"""Milliseconds that it stays while nobody is in its line."""
WIDTH = 440.0
PAD = 16
KEY = "F2"


class MarkerNote(QWidget):
    """A child of the window, in the lower left corner of the place given to `open_in`."""

    kept = pyqtSignal(int, str)
    """The marker's number and its note, never an empty one."""
    closed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.number = 0
        self._look = Look()
        self._room = QRect()
        self.line = QLineEdit(self)
        self.line.setMaxLength(LONGEST)
        self.line.setPlaceholderText(self.tr("Note"))
        self.line.setAccessibleName(self.tr("Note"))
        self.line.setToolTip(self.tr("A private note"))
        self.line.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.line.installEventFilter(self)
        self.leaving = QTimer(self)
        self.leaving.setSingleShot(True)
        self.leaving.setInterval(STAYS)
        self.leaving.timeout.connect(self._go)
        QShortcut(QKeySequence(KEY), self, self._write)
        self.hide()

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.setStyleSheet(style_sheet(look))
        self._fit()
        self.update()

    def ask(self, number: int) -> None:
        """Offer a note for marker `number`; what was written for the one before is kept."""
        if not self.isHidden() and number != self.number:
            self._tell()
        self.number = number
        self.line.clear()
        name = self.title
        self.setAccessibleName(name)
        self.setAccessibleDescription(self.words)
        self.line.setAccessibleName(name)
        self.line.setAccessibleDescription(self.words)
        self.line.setToolTip(self.tr("Enter keeps the note, Esc leaves it out ({key} comes here)").format(key=KEY))
        if not self.line.hasFocus():
            self.leaving.start()
        self._fit()
        self.update()

    def open_in(self, rect: QRect) -> None:
        """Stand in the lower left corner of `rect`, without taking the keys."""
        self._room = rect
        self._fit()
        self.show()
        self.raise_()
        if not self.line.hasFocus() and not self.leaving.isActive():
            self.leaving.start()

    @property
    def title(self) -> str:
        """Which marker it is."""
        return self.tr("Marker {n}: add a private note").format(n=self.number)

    @property
    def words(self) -> str:
        """Where the note goes."""
        return self.tr(
            "The note stays on this computer, in the person's private file; the recording has only the number."
        )

    # -- going --------------------------------------------------------------------------------------------

    def _write(self) -> None:
        self.line.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _tell(self) -> None:
        note = " ".join(self.line.text().split())
        self.line.clear()
        if note:
            self.kept.emit(self.number, note)

    def _go(self) -> None:
        """Close and keep what was written."""
        if self.isHidden():
            return
        self._tell()
        self._close()

    def _close(self) -> None:
        self.leaving.stop()
        had_keys, window = self.line.hasFocus(), self.window()
        self.hide()
        if had_keys and window is not None:
            window.setFocus()
        self.closed.emit()

    # -- keys ---------------------------------------------------------------------------------------------

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """While somebody is in the line the card stays, and every key but F keys is the line's."""
        if a1 is not None and a0 is self.line:
            if a1.type() == QEvent.Type.FocusIn:
                self.leaving.stop()
                self.update()
            elif a1.type() == QEvent.Type.FocusOut and not self.isHidden():
                self.leaving.start()
                self.update()
            elif isinstance(a1, QKeyEvent) and not Qt.Key.Key_F1 <= a1.key() <= Qt.Key.Key_F35:
                if a1.type() == QEvent.Type.ShortcutOverride:
                    a1.accept()
                    return True
                if a1.type() == QEvent.Type.KeyPress and self._take(a1):
                    return True
        return super().eventFilter(a0, a1)

    def _take(self, event: QKeyEvent) -> bool:
        """Keep on Enter, leave it out on Esc; return whether the key is dealt with."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go()
        elif event.key() == Qt.Key.Key_Escape:
            self.line.clear()
            self._close()
        else:  # up and down would move the target behind the card
            return event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        return True

    # -- places -------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        if self._room.isNull():
            return
        px, room = self._look.px, self._room
        w = min(round(px(WIDTH)), room.width())
        line_h = max(self.line.sizeHint().height(), round(px(36)))
        words = text_height(self.words, px(CAPTION), w - 2 * PAD)
        h = round(PAD + px(26) + 8 + line_h + 8 + words + PAD)
        self.setGeometry(room.left(), room.bottom() + 1 - h, w, h)
        self.line.setGeometry(PAD, round(PAD + px(26) + 8), w - 2 * PAD, line_h)

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card, which marker it is, and where the note goes."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        w, h = float(self.width()), float(self.height())
        c.fill(0, 0, w, h, t.canvas)
        c.box(0, 0, w, h, t.surface, RADIUS_CARD, t.edge, 1.5)
        paint_icon(c, "flag", PAD + px(10), PAD + px(13), px(20), t.ink2)
        x, room = PAD + px(28), w - 2 * PAD - px(28)
        key = self.tr("Enter keeps it") if self.line.hasFocus() else self.tr("{key} writes").format(key=KEY)
        size = px(BODY)
        while c.width(self.title, size, 600) > room and size > 10:
            size -= 0.5
        c.text(self.title, x, PAD, room, px(26), size, 600)
        if c.width(self.title, size, 600) + c.width(key, px(CAPTION)) + 16 < room:
            c.text(key, x, PAD, room, px(26), px(CAPTION), 400, t.ink3, RIGHT)
        below = self.line.geometry().bottom() + 9
        c.text(self.words, PAD, below, w - 2 * PAD, h - below, px(CAPTION), 400, t.ink3, vertical=TOP, wrap=True)
        painter.end()
