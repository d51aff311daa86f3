"""One key away while training: stop now, and which of the rules it was.

Training stands still meanwhile; whoever opens the card sees to that, and carries out what is chosen.
One rule: nothing but a choice of the person closes it, and going on is the last of the choices, never the first.
"""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QRectF, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget

from biofeedback.safety import stop_items
from biofeedback.training.prescription import STOP_RULES
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.icons import paint_light
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import LEAD
from biofeedback.ui.train.card_buttons import RuleButton
from biofeedback.ui.train.full_card import PAD, PersonCard

HEADING = 40.0
WIDTH = 760.0
GAP, SCROLL_BAR = 8, 16
SMALLEST = 0.5
"""Share of the text size below which it does not shrink."""
MOST_KEYS = 9
"""Further rules have no key of their own: Tab and Enter, or a click."""


class _Rules(QScrollArea):
    """Scrolls by the wheel and with the focus; keys are the card's."""

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Leave every key to the card."""
        if a0 is not None:
            a0.ignore()


class StopCard(PersonCard):
    """Asks which rule it was. `stopped` gives the rule's key for `safety.stopped`."""

    stopped = pyqtSignal(str)
    break_wanted = pyqtSignal()
    """Only a break: training stays paused."""
    back_wanted = pyqtSignal()
    """Back to training."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.rules: list[RuleButton] = []
        self._scale = 1.0
        self.area = _Rules(self)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list = QWidget()
        self.area.setWidget(self._list)
        tip = self.tr("Stay paused; nothing is noted but the pause (B)")
        self.pause = KeyButton(self.tr("Take a break only"), "B", "pause", tip=tip, parent=self)
        self.back = KeyButton(
            self.tr("Back to training"), "Esc", "play", tip=self.tr("Go on: nothing of this applies (Esc)"), parent=self
        )
        self.pause.clicked.connect(lambda: self._leave(None))
        self.back.clicked.connect(self._go_back)
        self.ask()

    def ask(self, rules: Sequence[str] = STOP_RULES) -> None:
        """Offer these rules: the usual ones, or a prescription's."""
        for button in self.rules:
            button.hide()
            button.deleteLater()
        self.rules = []
        for n, item in enumerate(stop_items(rules), 1):
            button = RuleButton(item, str(n) if n <= MOST_KEYS else "", self._list)
            button.clicked.connect(lambda _=False, key=item.key: self._leave(key))
            button.show()
            self.rules.append(button)
        self.setAccessibleName(self.tr("Stop now"))
        listed = "; ".join(f"{button.key} {button.text()}".strip() for button in self.rules)
        self.setAccessibleDescription(f"{self.words} {listed}")
        self.arrange()
        self.update()

    @property
    def words(self) -> str:
        """What is kept, and what is asked."""
        return self.tr("Let go and rest. Everything until now is saved. What was it?")

    def take_key(self, key: Qt.Key, text: str) -> bool:
        """Choose by key: a rule's number, B for a break, Esc to go back."""
        chosen = next((button for button in self.rules if button.key and button.key == text), None)
        if chosen is not None:
            self._leave(chosen.item.key)
        elif key == Qt.Key.Key_B:
            self._leave(None)
        elif key == Qt.Key.Key_Escape:
            self._go_back()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move(1 if key == Qt.Key.Key_Down else -1)
        else:
            return False
        return True

    def _move(self, step: int) -> None:
        at = QApplication.focusWidget()
        here = next((i for i, button in enumerate(self.rules) if button is at), -1 if step > 0 else len(self.rules))
        self.rules[(here + step) % len(self.rules)].setFocus(Qt.FocusReason.TabFocusReason)

    def _leave(self, key: str | None) -> None:
        """Close, and tell the rule that applied; None: only a break."""
        if self.isHidden():
            return
        self.close_card()
        if key is None:
            self.break_wanted.emit()
        else:
            self.stopped.emit(key)

    def _go_back(self) -> None:
        if not self.isHidden():
            self.close_card()
            self.back_wanted.emit()

    # -- places -------------------------------------------------------------------------------------------

    def _px(self, size: float) -> float:
        return self.look_of_now.px(size) * self._scale

    def _head(self, room: float) -> tuple[float, float]:
        """Return the heights of the heading and of the words below it."""
        return self._px(56), text_height(self.words, self._px(LEAD), room) + self._px(16)

    def _row_heights(self, width: float, n_columns: int) -> list[int]:
        """Return the height of each row of rules in `n_columns` of `width`."""
        heights = [button.height_in(width) for button in self.rules]
        return [max(heights[i : i + n_columns]) for i in range(0, len(heights), n_columns)]

    def _fits(self, n_columns: int, width: float, foot: float) -> bool:
        """Lay the rules out in `n_columns` of a card of `width`; return whether the card fits without scrolling."""
        for button in self.rules:
            button.dress(self.look_of_now, self._scale)
        room, h = width - 2 * PAD, float(self.height())
        head = sum(self._head(room))
        rows = self._row_heights((room - (n_columns - 1) * GAP) / n_columns, n_columns)
        whole = 2 * PAD + head + sum(rows) + GAP * (len(rows) - 1) + foot
        high = min(whole, h)
        self.panel = QRectF((self.width() - width) / 2, max(0.0, (h - high) / 2), width, high)
        top = round(self.panel.y() + PAD + head)
        self.area.setGeometry(
            round(self.panel.x() + PAD), top, round(room), max(48, round(self.panel.bottom() - PAD - foot) - top)
        )
        self._place_rules(n_columns, round(room) - (0 if whole <= h else SCROLL_BAR))
        return whole <= h

    def _place_rules(self, n_columns: int, width: int) -> None:
        one = (width - (n_columns - 1) * GAP) / n_columns
        rows = self._row_heights(one, n_columns)
        self._list.resize(width, sum(rows) + GAP * (len(rows) - 1))
        y = 0
        for r, row in enumerate(rows):
            for k, rule in enumerate(self.rules[r * n_columns : (r + 1) * n_columns]):
                rule.setGeometry(round(k * (one + GAP)), y, round(one), row)
            y += row + GAP

    def arrange(self) -> None:
        """Lay the card out: two columns, then smaller text, and at last the rules scroll."""
        for button in (self.pause, self.back):
            button.dress(self.look_of_now)
        pause, back = self.pause.sizeHint(), self.back.sizeHint()
        stacked = pause.width() + back.width() + 3 * PAD > self.width()
        foot = (pause.height() + back.height() + GAP if stacked else pause.height()) + PAD
        widths = [min(float(self.width()), self.look_of_now.px(part * WIDTH)) for part in (1.0, 1.4)]
        self._scale = 1.0
        while not any(self._fits(n, width, foot) for n, width in enumerate(widths, 1)) and self._scale > SMALLEST:
            self._scale -= 0.05
        right, bottom = round(self.panel.right() - PAD), round(self.panel.bottom() - PAD)
        self.back.setGeometry(right - back.width(), bottom - back.height(), back.width(), back.height())
        y = bottom - pause.height() - (back.height() + GAP if stacked else 0)
        self.pause.setGeometry(round(self.panel.x() + PAD), y, pause.width(), pause.height())

    def paint_card(self, c: Canvas, panel: QRectF) -> None:
        """Paint the heading and what is kept."""
        t, x, room = c.t, panel.x() + PAD, panel.width() - 2 * PAD
        heading, words = self._head(room)
        y = panel.y() + PAD
        r = self._px(18)
        paint_light(c, "fix", x + r, y + heading / 2 - self._px(6), r)
        c.text(self.tr("Stop now"), x + 2 * r + self._px(14), y - self._px(6), room, heading, self._px(HEADING), 700,
               t.bad_ink)  # fmt: skip
        c.text(self.words, x, y + heading, room, words - self._px(12), self._px(LEAD), 400, t.ink2, wrap=True)
