"""Pain and effort, 0 to 10: two rows of eleven buttons, three seconds, by click or key, and always skippable.

Keys 0 to 9 answer the first open row, X is ten: a typed "1", "0" could as well be pain 1 and effort 0.
One rule: a number is told as soon as it is chosen; nothing is asked twice and nothing has to be answered.
"""

from __future__ import annotations

from PyQt6.QtCore import QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import QApplication, QWidget

from biofeedback.safety import RatingsDue
from biofeedback.ui.look.canvas import CENTRE, RIGHT, Canvas
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, TITLE
from biofeedback.ui.train.card_buttons import HIGHEST, TEN, ScaleButton
from biofeedback.ui.train.full_card import PAD, PersonCard

WIDTH = 860.0
LINGERS = 700
"""Milliseconds that the last number stays to be seen, and can still be changed."""
MORE_KEYS = {Qt.Key.Key_X: 10}


class RatingCard(PersonCard):
    """Asks what is due, one number each for pain and effort."""

    rated = pyqtSignal(str, int)
    """"pain" or "effort", and 0 to 10; told anew when the person changes it while the card is open."""
    skipped = pyqtSignal()
    closed = pyqtSignal()
    """After it was answered or skipped."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.due: RatingsDue | None = None
        self.rows: dict[str, list[ScaleButton]] = {}
        self._scale = 1.0
        self.skip = KeyButton(self.tr("Skip"), "Esc", parent=self, tip=self.tr("Leave the numbers out this time (Esc)"))
        self.skip.clicked.connect(self._skip)
        self.lingering = QTimer(self)
        self.lingering.setSingleShot(True)
        self.lingering.setInterval(LINGERS)
        self.lingering.timeout.connect(self._done)

    def ask(self, due: RatingsDue) -> None:
        """Ask for what is due; what is asked already stays as it is."""
        if due == self.due and not self.isHidden():
            return
        self.due = due
        self.lingering.stop()
        for buttons in self.rows.values():
            for button in buttons:
                button.hide()
                button.deleteLater()
        self.rows = {what: self._row(what) for what in due.what}
        self.skip.raise_()
        self.setAccessibleName(self.title)
        self.setAccessibleDescription(
            self.tr("Keys 0 to 9, X for ten; Backspace takes the last number back; Esc skips.")
        )
        self.arrange()
        self.update()

    @property
    def title(self) -> str:
        """What is asked, for the moment it is about."""
        if self.due is None:
            return ""
        return {
            "before": self.tr("Before you start: how is it now?"),
            "after": self.tr("After this exercise: how was it?"),
            "end": self.tr("At the end: how is it now?"),
            "morning": self.tr("Last time: how was it the next morning?"),
        }[self.due.when]

    def value(self, what: str) -> int | None:
        """Return the number chosen in a row, None without one."""
        return next((button.value for button in self.rows.get(what, ()) if button.isChecked()), None)

    # -- answering ----------------------------------------------------------------------------------------

    def choose(self, what: str, value: int) -> None:
        """Take a number for a row and tell it; with the last row the card closes soon."""
        for button in self.rows[what]:
            button.setChecked(button.value == value)
        self.rated.emit(what, value)
        self.update()
        if all(self.value(one) is not None for one in self.rows):
            self.lingering.start()

    def take_key(self, key: Qt.Key, text: str) -> bool:
        """Answer the first open row by key; Esc skips, Backspace takes the last number back, arrows move."""
        if key == Qt.Key.Key_Escape:
            self._skip()
        elif key == Qt.Key.Key_Backspace:
            self._take_back()
        elif key in MORE_KEYS or (len(text) == 1 and text in "0123456789"):
            what = next((one for one in self.rows if self.value(one) is None), None)
            if what is not None:
                self.choose(what, MORE_KEYS.get(key, 0) or int(text))
        else:
            return self._move(key)
        return True

    def _take_back(self) -> None:
        given = [what for what in self.rows if self.value(what) is not None]
        if given:
            self.lingering.stop()
            for button in self.rows[given[-1]]:
                button.setChecked(False)
            self.update()

    def _move(self, key: Qt.Key) -> bool:
        """Move the focus by the arrows, within a row and between rows."""
        steps = {Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0)}
        if key not in steps:
            return False
        rows = list(self.rows.values())
        at = QApplication.focusWidget()
        places = [(i, k) for i, row in enumerate(rows) for k, button in enumerate(row) if button is at]
        here = places[0] if places else None
        if here is None:
            rows[0][0].setFocus(Qt.FocusReason.TabFocusReason)
            return True
        i, k = here[0] + steps[key][0], here[1] + steps[key][1]
        if 0 <= i < len(rows) and 0 <= k <= HIGHEST:
            rows[i][k].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _skip(self) -> None:
        """Leave the rest out; what was given stays given."""
        if all(self.value(one) is not None for one in self.rows):
            self._done()
            return
        self.close_card()
        self.skipped.emit()
        self.closed.emit()

    def _done(self) -> None:
        self.lingering.stop()
        if not self.isHidden():
            self.close_card()
            self.closed.emit()

    def _row(self, what: str) -> list[ScaleButton]:
        made = []
        for value in range(HIGHEST + 1):
            button = ScaleButton(value, self)
            name = self.tr("Pain") if what == "pain" else self.tr("Effort")
            key = TEN if value == HIGHEST else str(value)
            button.setAccessibleName(self.tr("{what} {n} of 10").format(what=name, n=value))
            low, high = self._ends(what)
            end = {0: f" = {low}", HIGHEST: f" = {high}"}.get(value, "")
            button.setToolTip(f"{name} {value}{end} ({key})")
            button.clicked.connect(lambda _=False, value=value: self.choose(what, value))
            button.dress(self.look_of_now)
            button.show()
            made.append(button)
        return made

    def _ends(self, what: str) -> tuple[str, str]:
        if what == "pain":
            return self.tr("no pain"), self.tr("worst pain imaginable")
        return self.tr("no effort"), self.tr("as hard as I can")

    # -- places -------------------------------------------------------------------------------------------

    def _px(self, size: float) -> float:
        return self.look_of_now.px(size) * self._scale

    def _heights(self) -> tuple[float, float, float, float]:
        """Return the heights of the title, of a row with its words, of its buttons, and of the foot."""
        px = self._px
        buttons = max(44.0, min(px(60), 76.0))
        return max(px(56), self.skip.sizeHint().height() + 16.0), px(38) + buttons + px(20), buttons, px(22)

    def arrange(self) -> None:
        """Lay the rows out; the text shrinks before anything is cut."""
        self.skip.dress(self.look_of_now)
        n, w, h = max(1, len(self.rows)), float(self.width()), float(self.height())
        self._scale = 1.0
        while True:
            title, row, buttons, foot = self._heights()
            whole = 2 * PAD + title + n * row + foot
            if whole <= h or self._scale <= 0.5:
                break
            self._scale -= 0.05
        width = min(w, max(WIDTH, self.look_of_now.px(0.7 * WIDTH)))
        high = min(whole, h)
        self.panel = QRectF((w - width) / 2, max(0.0, (h - high) / 2), width, high)
        x, room, y = self.panel.x() + PAD, width - 2 * PAD, self.panel.y() + PAD + title
        gap = 8.0 if room > 700 else 4.0
        one = (room - HIGHEST * gap) / (HIGHEST + 1)
        for row_buttons in self.rows.values():
            for k, button in enumerate(row_buttons):
                button.dress(self.look_of_now, self._scale)
                left = round(x + k * (one + gap))
                button.setGeometry(left, round(y + self._px(38)), round(one), round(buttons))
            y += row
        hint = self.skip.sizeHint()
        right, top = round(self.panel.right() - PAD), round(self.panel.y() + PAD)
        self.skip.setGeometry(right - hint.width(), top, hint.width(), hint.height())

    def paint_card(self, c: Canvas, panel: QRectF) -> None:
        """Paint the title, and above each row its name between the words for its ends."""
        if self.due is None:
            return
        t, px = c.t, self._px
        title, row, _, foot = self._heights()
        x, room, y = panel.x() + PAD, panel.width() - 2 * PAD, panel.y() + PAD
        size, beside = px(TITLE), room - self.skip.width() - 16
        while c.width(self.title, size, 600) > beside and size > 12:
            size -= 1
        c.text(self.title, x, y, beside, self.skip.height(), size, 600)
        y += title
        names = {"pain": self.tr("Pain"), "effort": self.tr("Effort")}
        now = next((what for what in self.rows if self.value(what) is None), None)
        for what in self.rows:
            low, high = self._ends(what)
            c.text(low, x, y, room, px(34), px(BODY), 400, t.ink2)
            c.text(names[what], x, y, room, px(34), px(LEAD), 700, t.ink if what == now else t.ink2, CENTRE)
            c.text(high, x, y, room, px(34), px(BODY), 400, t.ink2, RIGHT)
            y += row
        told = self.tr("Keys 0 to 9, {ten} for ten; Backspace takes one back").format(ten=TEN)
        size = px(CAPTION)
        while c.width(told, size) > room and size > 10:
            size -= 0.5
        c.text(told, x, panel.bottom() - PAD - foot, room, foot, size, 400, t.ink3)
