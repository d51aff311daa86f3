"""What the delay is made of: each part in milliseconds with its span, how it is known, and why.

One rule: the parts add up to the total that the strip shows, and no part is left out or cut; where the window is small
for the text there are two columns, and after that the text gets smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

from PyQt6.QtCore import QPoint, QSize, Qt
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.emg.delay import Known, Part, total
from biofeedback.ui.look.canvas import RIGHT, TOP, Canvas, text_width
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, RADIUS_CARD, Look
from biofeedback.ui.readings import DELAY_NAMES
from biofeedback.ui.words import carried, spoken

PAD, AIR = 20.0, 8.0
LINE = 22.0
COLUMN = 480.0
"""Pixels of a column at 100 %."""
SMALLEST = 0.5
"""Share of the text size below which it does not shrink."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the parts are laid out: the scale of the text, columns of `w` pixels, and each part's (column, y, height)."""

    scale: float
    w: float
    places: tuple[tuple[int, float, float], ...]
    height: float
    stacked: bool = False
    """Whether a part's figures stand below its name, where both do not fit on one line."""

    @property
    def n_columns(self) -> int:
        return 1 + max((column for column, _, _ in self.places), default=0)

    @property
    def width(self) -> float:
        return 2 * PAD + self.n_columns * self.w + (self.n_columns - 1) * 2 * PAD


class DelayPopover(QWidget):
    """A small card above the strip; closes on Esc, D or a click elsewhere."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._parts: tuple[Part, ...] = ()
        self._plan = _Plan(1.0, COLUMN, (), 0.0)
        self._bottom = 0
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
        same = [part.name for part in parts] == [part.name for part in self._parts]
        self._parts = parts
        self.setAccessibleDescription("; ".join([*(self._told(part) for part in parts), self.whole]))
        if not same:
            bottom = self.y() + self.height()
            self.resize(self.sizeHint())
            self.move(self.x(), bottom - self.height())
        self.update()

    @property
    def whole(self) -> str:
        """The total and its span, such as `91 ms (47–170)`."""
        seconds, least, most = (1000 * value for value in total(self._parts))
        return f"{seconds:.0f} ms ({least:.0f}–{most:.0f})"

    def open_above(self, anchor: QPoint) -> None:
        """Open with the lower left corner at `anchor`, inside the window."""
        self._bottom = anchor.y()
        self.resize(self.sizeHint())
        window = self.parentWidget()
        x = max(8, min(anchor.x(), (window.width() if window else 0) - self.width() - 8))
        self.move(x, anchor.y() - self.height() - 8)
        self.show()
        self.raise_()

    def sizeHint(self) -> QSize:
        """As wide as its columns, as high as the window allows; the text shrinks before anything is cut."""
        window = self.parentWidget()
        room_w = (window.width() if window else 1280) - 16.0
        room_h = (self._bottom or (window.height() if window else 720)) - 16.0
        scale = 1.0
        while True:
            for n_columns in (1, 2):
                self._plan = self._planned(n_columns, scale, room_w)
                if self._plan.height <= room_h:
                    return QSize(round(self._plan.width), round(self._plan.height))
            if scale <= SMALLEST:
                return QSize(round(self._plan.width), round(self._plan.height))
            scale -= 0.05

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Leave keys to the window."""
        if a0 is not None:
            a0.ignore()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the card."""
        painter = QPainter(self)
        c, t, plan = Canvas(painter, self._look), self._look.palette, self._plan
        w = float(self.width())
        c.box(0, 0, w, self.height(), t.surface, RADIUS_CARD, t.edge, 1.5)
        c.text(self.tr("From muscle to eye"), PAD, 12, w, self._px(30), self._px(LEAD), 600)
        c.text(self.whole, PAD, 12, w - 2 * PAD, self._px(30), self._px(LEAD), 700, align=RIGHT)
        c.line(PAD, 12 + self._px(36), w - PAD, 12 + self._px(36))
        for part, (column, y, height) in zip(self._parts, plan.places, strict=False):
            self._paint_part(c, part, PAD + column * (plan.w + 2 * PAD), y, height)
        if plan.n_columns > 1:
            c.line(w / 2, 12 + self._px(44), w / 2, self.height() - 14.0)
        painter.end()

    def _paint_part(self, c: Canvas, part: Part, x: float, y: float, height: float) -> None:
        t, w, line, small = c.t, self._plan.w, self._px(LINE), self._px(CAPTION)
        value, span, known = f"{part.seconds * 1000:.1f} ms", self._span(part), self._known(part)
        c.text(spoken(DELAY_NAMES[part.name]), x, y, w, line, self._px(BODY), 500)
        head = line
        if self._plan.stacked:
            c.text(value, x, y + line, w, line, self._px(BODY), 600)
            told = f"({span}) {known}" if span else known
            c.text(told, x + self._px(12) + c.width(value, self._px(BODY), 600), y + line, w, line, small, 400, t.ink3)
            head = 2 * line
        else:
            c.text(known, x, y, w, line, small, 400, t.ink3, RIGHT)
            right = x + w - self._known_width() - self._px(12)
            c.text(span, x, y, right - x, line, small, 400, t.ink3, RIGHT)
            right -= self._span_width() + self._px(8)
            c.text(value, x, y, right - x, line, self._px(BODY), 600, align=RIGHT)
        c.text(self._why(part), x, y + head, w, height - head, small, 400, t.ink2, vertical=TOP, wrap=True)

    def _planned(self, n_columns: int, scale: float, room: float) -> _Plan:
        """Return the layout in `n_columns` at `scale`, within `room` pixels."""
        self._plan = _Plan(scale, 0.0, (), 0.0)  # the sizes below are in its scale
        px = self._px
        names = max((text_width(spoken(DELAY_NAMES[part.name]), px(BODY), 500) for part in self._parts), default=200.0)
        figures = px(40) + text_width("000.0 ms", px(BODY), 600) + self._span_width() + self._known_width()
        w = min(max(px(COLUMN), names + figures), (room - 2 * PAD - (n_columns - 1) * 2 * PAD) / n_columns)
        stacked = names + figures > w
        head = px(LINE) * (2 if stacked else 1)
        heights = [head + text_height(self._why(part), px(CAPTION), w) for part in self._parts]
        most = -(-len(heights) // n_columns)
        top, places, y = 12 + px(36) + AIR, [], 0.0
        for i, height in enumerate(heights):
            y = y if i % most else 0.0
            places.append((i // most, top + y, height))
            y += height + AIR
        bottom = max((place[1] + place[2] for place in places), default=top)
        return _Plan(scale, w, tuple(places), bottom + 14, stacked)

    def _px(self, size: float) -> float:
        return self._look.px(size) * self._plan.scale

    def _known_width(self) -> float:
        return max((text_width(self._known(part), self._px(CAPTION)) for part in self._parts), default=0.0)

    def _span_width(self) -> float:
        return max((text_width(self._span(part), self._px(CAPTION)) for part in self._parts), default=0.0)

    def _known(self, part: Part) -> str:
        known: dict[Known, str] = {
            "computed": self.tr("computed"), "measured": self.tr("measured"), "assumed": self.tr("assumed"),
        }  # fmt: skip
        return known[part.known]

    def _span(self, part: Part) -> str:
        return f"{part.least * 1000:.0f}–{part.most * 1000:.0f}" if part.least < part.most else ""

    def _why(self, part: Part) -> str:
        words = carried(part.why)
        for unit in ("ms", "Hz"):  # a number and its unit stay on one line
            words = words.replace(f" {unit}", f"\u00a0{unit}")
        return words

    def _told(self, part: Part) -> str:
        span = f", {self._span(part)}" if self._span(part) else ""
        name = spoken(DELAY_NAMES[part.name])
        return f"{name} {part.seconds * 1000:.1f} ms{span}, {self._known(part)}: {self._why(part)}"
