"""What a calibration gave: the verdict and the number that is 100 %, the tries as bars, and what it is worth.

One rule: shape, word and colour say the verdict; a calibration that is not usable shows no 100 %.
"""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.training.calibration import CalibrationResult
from biofeedback.ui.calibrate.bars import TryBars, paint_tries
from biofeedback.ui.calibrate.words import LIGHTS, verdict_title, verdict_words
from biofeedback.ui.calibrate.worth import Row, amount, unit_of
from biofeedback.ui.look.canvas import RIGHT, TOP, Canvas
from biofeedback.ui.look.icons import paint_light
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, GUTTER, LEAD, RADIUS_CARD, Look
from biofeedback.ui.phrase import Phrase
from biofeedback.ui.words import spoken

PAD = 24
ROW, TIGHT_ROW = 48, 36
"""Pixels at 100 % of a number's row, most and least."""
Place = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shown:
    """One muscle's result. `scale` in µV per count or None; `note` is said below the numbers."""

    muscle: str
    place: str
    result: CalibrationResult
    scale: float | None
    rows: tuple[Row, ...]
    note: Phrase
    may_repeat: bool


class CalibrateResult(QWidget):
    """The sheet. `repeat` carries the number of a try to do again."""

    repeat = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self._look = Look()
        self._shown: Shown | None = None
        self.buttons: list[KeyButton] = []

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for button in self.buttons:
            button.dress(look)
        self._place()
        self.update()

    def show_result(self, shown: Shown) -> bool:
        """Show a result; return whether it is other than before."""
        if shown == self._shown:
            return False
        self._shown = shown
        title, words = spoken(verdict_title(shown.result)), spoken(verdict_words(shown.result))
        self.setAccessibleName(f"{shown.muscle}: {title}. {words}")
        rows = [f"{spoken(row.name)}: {spoken(row.value)}, {spoken(row.limit)}" for row in shown.rows]
        self.setAccessibleDescription(". ".join([*rows, spoken(shown.note)]))
        self._make_buttons(shown)
        self._place()
        self.update()
        return True

    def height_for(self, width: int) -> int:
        """Return the least height in pixels at `width`."""
        return 0 if self._shown is None else round(self._places(self._shown, width, 0)[3])

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put the buttons in their places."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the three cards."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.fill(0, 0, self.width(), self.height(), c.t.canvas)
        if self._shown:
            head, tries, numbers, _ = self._places(self._shown, self.width(), self.height())
            for x, y, w, h in (head, tries, numbers):
                c.box(x, y, w, h, c.t.surface, RADIUS_CARD, c.t.line)
            self._paint_verdict(c, self._shown, head)
            self._paint_tries(c, self._shown, tries)
            self._paint_worth(c, self._shown, numbers)
        painter.end()

    # -- places -------------------------------------------------------------------------------------------

    def _places(self, shown: Shown, width: float, height: float) -> tuple[Place, Place, Place, float]:
        """Return verdict, tries and numbers as x, y, w, h, and how high they are together."""
        px = self._look.px
        head = max(px(116), self._verdict_height(shown, width))
        y = head + GUTTER
        wide = width >= px(1000)
        half = (width - GUTTER) / 2 if wide else width
        numbers = self._numbers_height(shown, half)
        least = px(260)
        if wide:
            body = max(numbers, least, height - y)
            return (0, 0, width, head), (0, y, half, body), (half + GUTTER, y, half, body), y + max(numbers, least)
        total = y + numbers + GUTTER + least
        return (0, 0, width, head), (0, y + numbers + GUTTER, half, least), (0, y, half, numbers), total

    @property
    def _figure_width(self) -> float:
        return max(self._look.px(150), 3.1 * self._figure_size)

    @property
    def _figure_size(self) -> float:
        return min(self._look.px(56), 84.0)

    def _verdict_height(self, shown: Shown, width: float) -> float:
        px, room = self._look.px, self._verdict_room(width)
        words = text_height(spoken(verdict_words(shown.result)), px(LEAD), room)
        return 16 + px(58) + 4 + words + 18

    def _verdict_room(self, width: float) -> float:
        return width - 2 * PAD - self._look.px(64) - 32 - self._figure_width - 24

    def _numbers_height(self, shown: Shown, width: float) -> float:
        px = self._look.px
        return px(52) + len(shown.rows) * px(TIGHT_ROW) + 16 + self._note_height(shown, width) + 16

    def _note_height(self, shown: Shown, width: float) -> float:
        return text_height(spoken(shown.note), self._look.px(CAPTION), width - 2 * PAD)

    def _pitch(self, shown: Shown, place: Place) -> float:
        px, (_, _, w, h) = self._look.px, place
        spare = h - px(52) - 32 - self._note_height(shown, w)
        return min(px(ROW), spare / max(1, len(shown.rows)))

    def _bars(self, shown: Shown, place: Place) -> TryBars:
        x, y, w, h = place
        px = self._look.px
        below = self.buttons[0].sizeHint().height() + 20 if self.buttons else px(40)
        return TryBars(x + PAD, y + px(76), w - 2 * PAD, h - px(76) - below, len(shown.result.tries), self._look)

    def _place(self) -> None:
        if self._shown is None:
            return
        place = self._places(self._shown, self.width(), self.height())[1]
        bars = self._bars(self._shown, place)
        for k, button in enumerate(self.buttons):
            hint = button.sizeHint()
            x, w = bars.slot(k)
            button.with_key = False
            wide = min(hint.width(), round(w) - 4)
            button.setGeometry(round(x + (w - wide) / 2), round(bars.bottom + 8), wide, hint.height())

    def _make_buttons(self, shown: Shown) -> None:
        """Keep one button under each try, in the order of Tab."""
        while len(self.buttons) > len(shown.result.tries):
            gone = self.buttons.pop()
            gone.hide()
            gone.deleteLater()
        while len(self.buttons) < len(shown.result.tries):
            number = len(self.buttons) + 1
            button = KeyButton(self.tr("Try {n}").format(n=number), "", "repeat", quiet=True, parent=self)
            button.clicked.connect(lambda _=False, number=number: self.repeat.emit(number))
            button.dress(self._look)
            button.show()
            self.buttons.append(button)
        few = len(self.buttons) <= 4 and self._look.text_percent < 150
        for number, button in enumerate(self.buttons, 1):
            button.setEnabled(shown.may_repeat)
            name = self.tr("Try {n}").format(n=number)
            icon = "repeat" if shown.may_repeat and few else ""
            button.name(name, self.tr("Do try {n} again, in place of this one").format(n=number), icon)

    # -- painting -----------------------------------------------------------------------------------------

    def _paint_verdict(self, c: Canvas, shown: Shown, place: Place) -> None:
        px, t, result = self._look.px, c.t, shown.result
        x, y, w, h = place
        r = px(32)
        paint_light(c, LIGHTS[result.verdict], x + PAD + r, y + h / 2, r)
        left, room = x + PAD + 2 * r + 32, self._verdict_room(w)
        at = y + 16
        muscle = f"{shown.muscle}  ·  {shown.place}" if shown.place else shown.muscle
        c.text(muscle, left, at - 4, room, px(20), px(CAPTION), 500, t.ink3)
        c.text(spoken(verdict_title(result)), left, at + px(18), room, px(40), px(28), 600)
        c.text(spoken(verdict_words(result)), left, at + px(58) + 4, room, h, px(LEAD), 400, t.ink2, vertical=TOP,
               wrap=True)  # fmt: skip
        usable = result.verdict != "not usable"
        size, right = self._figure_size, x + w - PAD
        unit, figure = unit_of(shown.scale), amount(result.amplitude, shown.scale)
        unit_w = c.width(unit, px(20), 600)
        high = size * 1.2 + px(26)
        top = y + (h - high) / 2
        c.text(unit, right - unit_w, top + 0.3 * size, unit_w + 4, size * 0.8, px(20), 600, t.ink2)
        ink = t.ink if usable else t.ink3
        c.text(figure, right - unit_w - px(10) - 400, top, 400, size * 1.2, size, 700, ink, RIGHT)
        below = self.tr("is 100 % today") if usable else self.tr("not taken as 100 %")
        c.text(below, right - 400, top + size * 1.2, 400, px(24), px(BODY), 400, t.ink2, RIGHT)

    def _paint_tries(self, c: Canvas, shown: Shown, place: Place) -> None:
        px = self._look.px
        x, y, w, _ = place
        n = len(shown.result.tries)
        title = self.tr("One try") if n == 1 else self.tr("{n} tries").format(n=n)
        c.text(title, x + PAD, y + px(14), w, px(32), px(LEAD), 600)
        note = self.tr("best 0.5 s of each, above rest")
        if c.width(title, px(LEAD), 600) + c.width(note, px(CAPTION)) < w - 2 * PAD - 24:
            c.text(note, x + PAD, y + px(14), w - 2 * PAD, px(32), px(CAPTION), 400, c.t.ink3, RIGHT)
        best = self.tr("best: {level}") if shown.result.verdict == "not usable" else self.tr("best: {level} = 100 %")
        words = best.format(level=f"{amount(shown.result.amplitude, shown.scale)} {unit_of(shown.scale)}")
        paint_tries(c, self._bars(shown, place), shown.result, shown.scale, words)

    def _paint_worth(self, c: Canvas, shown: Shown, place: Place) -> None:
        px, t = self._look.px, c.t
        x, y, w, _ = place
        c.text(self.tr("What it is worth"), x + PAD, y + px(14), w, px(32), px(LEAD), 600)
        pitch, right = self._pitch(shown, place), x + w - PAD
        limit_w = min(px(176), 0.32 * (w - 2 * PAD))
        for k, row in enumerate(shown.rows):
            top = y + px(52) + k * pitch
            middle = top + pitch / 2
            if row.light == "plain":
                c.circle(x + PAD + px(12), middle, px(3), t.ink3)
            else:
                paint_light(c, row.light, x + PAD + px(12), middle, px(9))
            name, value = spoken(row.name), spoken(row.value)
            left = x + PAD + px(36)
            edge = right - limit_w - px(12)
            value_w = c.width(value, px(LEAD), 600)
            self._fit(c, name, left, top, edge - left - value_w - 12, pitch, BODY, 500)
            c.text(value, edge - value_w - 4, top, value_w + 4, pitch, px(LEAD), 600, align=RIGHT)
            self._fit(c, spoken(row.limit), edge + px(12), top, limit_w, pitch, CAPTION, 400, t.ink3)
            c.line(x + PAD, top + pitch, right, top + pitch, t.line)
        top, high = y + px(52) + len(shown.rows) * pitch + 16, self._note_height(shown, w)
        c.text(spoken(shown.note), x + PAD, top, w - 2 * PAD, high, px(CAPTION), 400, t.ink2, vertical=TOP, wrap=True)

    def _fit(
        self, c: Canvas, text: str, x: float, y: float, w: float, h: float, size: float, weight: int,
        ink: str | None = None,
    ) -> None:  # fmt: skip
        """Paint one line, smaller or in two where it is longer than its room."""
        size = self._look.px(size)
        if c.width(text, size, weight) <= w:
            c.text(text, x, y, w, h, size, weight, ink)
            return
        size *= 0.87
        while text_height(text, size, w, weight) > h and size > 9:
            size -= 0.5
        c.text(text, x, y, w, h, size, weight, ink, wrap=True)
