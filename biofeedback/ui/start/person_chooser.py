"""Who is training: a field for a code, the most recent people, and just practising.

A private name may be typed to find its code; it is shown nowhere but in this field's list and in tooltips.
One rule: a code that nobody has is never taken at once: a slip of the finger would make a new person.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QCompleter, QLineEdit, QWidget

from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.chip import CHIP, Chip
from biofeedback.ui.look.tokens import CAPTION, Look
from biofeedback.ui.phrase import Phrase, say
from biofeedback.ui.words import spoken

CODE = re.compile(r"[A-Za-z0-9]{1,64}\Z", re.ASCII)
FIELD = 184.0
BETWEEN = 8
MOST_CHIPS = 8


@dataclass(frozen=True, slots=True)
class Known:
    """Who is known here: codes with the day of their last recording, the newest first, and private names."""

    days: Sequence[tuple[str, dt.date | None]] = ()
    names: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code once."""
        return tuple(dict.fromkeys([*(code for code, _ in self.days), *self.names]))


def ago(day: dt.date, today: dt.date) -> Phrase:
    """Return how long ago a day was."""
    n = (today - day).days
    if n <= 0:
        return say("today")
    if n == 1:
        return say("yesterday")
    return say("{n} days ago", n=n) if n < 61 else say("{n} months ago", n=n // 30)


class CodeLine(QLineEdit):
    """A field whose Enter is its own while something is typed; without, Enter goes on as everywhere."""

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Keep Enter from the window's primary action."""
        if a0 is None:
            return
        typed = bool(self.text())
        super().keyPressEvent(a0)
        if typed and a0.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            a0.accept()


class PersonChooser(QWidget):
    """One row, with a sentence below it while there is something to say. `chosen` carries the code, "" for nobody."""

    chosen = pyqtSignal(str)
    grown = pyqtSignal()
    """Its height is another one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._known = Known()
        self._today = dt.date.min
        self._code = ""
        self._unsure = ""
        self._sentence = ""
        self.line = CodeLine(self)
        self.line.setPlaceholderText(self.tr("Code, or new …"))
        self.line.setAccessibleName(self.tr("Code of the person"))
        self.line.setToolTip(self.tr("Type a code and press Enter; N makes a new one"))
        self.line.setMaxLength(80)
        self.line.returnPressed.connect(self._entered)
        self.line.textEdited.connect(lambda _: self._say(""))
        self.nobody = Chip(
            self.tr("Just practise"), self.tr("For nobody in particular: a new code is made with the recording"), self
        )
        self.nobody.clicked.connect(lambda: self._choose(""))
        self.chips: dict[str, Chip] = {}
        self.choose("")

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        for chip in (*self.chips.values(), self.nobody):
            chip.dress(look)
        self._place()

    @property
    def code(self) -> str:
        """Who is chosen; empty for nobody in particular."""
        return self._code

    @property
    def sentence(self) -> str:
        """What is said below the field; empty for nothing."""
        return self._sentence

    def know(self, known: Known, today: dt.date) -> None:
        """Offer these people, the most recent as chips."""
        if (known, today) != (self._known, self._today):
            self._known, self._today = known, today
            entries = [f"{code}  {known.names[code]}" if known.names.get(code) else code for code in known.codes]
            completer = QCompleter(entries, self.line)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            # after the line has taken the entry's text, which would come back otherwise
            completer.activated.connect(lambda text: QTimer.singleShot(0, lambda: self._choose(text.split("  ")[0])))
            self.line.setCompleter(completer)
            self._make_chips()

    def choose(self, code: str) -> None:
        """Show `code` as the chosen one; "" is nobody in particular."""
        self._code = code
        self.line.clear()
        self._say("")
        if code and code not in self.chips:
            self._make_chips()
        for each, chip in self.chips.items():
            chip.setChecked(each == code)
        self.nobody.setChecked(not code)
        self._place()

    def needed_height(self, width: int) -> int:
        """Return how high it is at `width` pixels."""
        px = self._look.px
        return round(self._rows(width) * (px(CHIP) + BETWEEN) - BETWEEN + (px(24) if self._sentence else 0))

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Put everything in its place."""
        super().resizeEvent(a0)
        self._place()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the sentence."""
        painter = QPainter(self)
        c, px = Canvas(painter, self._look), self._look.px
        c.fill(0, 0, self.width(), self.height(), c.t.canvas)
        if self._sentence:
            c.text(self._sentence, 0, self.height() - px(24), self.width(), px(24), px(CAPTION), 500, c.t.warn_ink)
        painter.end()

    # -- inside ------------------------------------------------------------------------------------------

    def _choose(self, code: str) -> None:
        self.choose(code)
        self.chosen.emit(code)

    def _entered(self) -> None:
        """Take what was typed: a known code or name at once, a code that nobody has with a second Enter."""
        typed = self.line.text().split("  ")[0].strip()
        found = [code for code in self._known.codes if typed.lower() in (code.lower(), self._name(code))]
        if not typed:
            return
        if len(found) == 1:
            self._choose(found[0])
        elif found:
            self._say(self.tr("{n} people have this name: choose a code.").format(n=len(found)))
        elif not CODE.match(typed):
            self._say(self.tr("A code has letters and digits only. N makes a new one."))
        elif typed == self._unsure:
            self._choose(typed)
        else:
            self._say(self.tr("Nobody has the code {code} yet. Enter again takes it as new.").format(code=typed))
            self._unsure = typed

    def _name(self, code: str) -> str:
        return self._known.names.get(code, "").lower()

    def _say(self, sentence: str) -> None:
        self._unsure = ""
        if sentence != self._sentence:
            self._sentence = sentence
            self.line.setAccessibleDescription(sentence)
            self.update()
            self.grown.emit()

    def _make_chips(self) -> None:
        """The chosen person and the most recent ones, as chips."""
        for chip in self.chips.values():
            chip.hide()
            chip.deleteLater()
        self.chips = {}
        recent: dict[str, dt.date | None] = dict(self._known.days[:MOST_CHIPS])
        if self._code and self._code not in recent:
            recent = {self._code: dict(self._known.days).get(self._code), **recent}
        for code, day in recent.items():
            text = f"{code} · {spoken(ago(day, self._today))}" if day else code
            chip = Chip(text, self._known.names.get(code) or self.tr("Train with this code"), self)
            chip.dress(self._look)
            chip.setChecked(code == self._code)
            chip.clicked.connect(lambda _=False, code=code: self._choose(code))
            self.chips[code] = chip
        widgets = [self.line, *self.chips.values(), self.nobody]
        for first, second in itertools.pairwise(widgets):
            QWidget.setTabOrder(first, second)
        self._place()
        self.grown.emit()

    def _rows(self, width: int) -> int:
        """One row, or a second one for the chips where the chosen or the first has no room beside the field."""
        first = self.chips.get(self._code) or next(iter(self.chips.values()), None)
        beside = width - self._field(width) - self.nobody.sizeHint().width() - 4 * BETWEEN
        return 2 if first is not None and first.sizeHint().width() > beside else 1

    def _field(self, width: int) -> int:
        return round(max(120, min(self._look.px(FIELD), width - self.nobody.sizeHint().width() - 2 * BETWEEN)))

    def _place(self) -> None:
        """Field, as many chips as there is room for, and at the right end nobody."""
        w, h = self.width(), round(self._look.px(CHIP))
        end, two = w - self.nobody.sizeHint().width(), self._rows(w) == 2
        self.nobody.setGeometry(end, 0, w - end, h)
        self.line.setGeometry(0, 0, self._field(w), h)
        x, y, right = (0, h + BETWEEN, w) if two else (self._field(w) + 2 * BETWEEN, 0, end - 2 * BETWEEN)
        widths = {code: chip.sizeHint().width() + BETWEEN for code, chip in self.chips.items()}
        kept = widths.get(self._code, 0)  # whoever is chosen is never left out
        for code, chip in self.chips.items():
            kept = 0 if code == self._code else kept
            shown = x + widths[code] - BETWEEN + kept <= right or code == self._code
            chip.setVisible(shown)
            if shown:
                chip.setGeometry(x, y, widths[code] - BETWEEN, h)
                x += widths[code]
