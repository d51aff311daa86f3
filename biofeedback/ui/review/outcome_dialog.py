"""Results that are typed in: extension lag, range, force, chair stands, heel raises, 10 m walk, a goal from 0 to 10.

One rule: the dialog posts nothing; it returns the outcomes that were typed, and whoever opened it tells the training.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from biofeedback.training.commands import Outcome
from biofeedback.ui.look.framed_dialog import FramedDialog
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import Look, style_sheet
from biofeedback.ui.phrase import Phrase, say
from biofeedback.ui.review.facts import OUTCOMES, SIDES, UNITS
from biofeedback.ui.settings.channel_row import choice_box
from biofeedback.ui.words import spoken

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """One kind of outcome: `name` as stored, the units it may have, what it can be, and on which sides it is taken."""

    name: str
    units: tuple[str, ...]
    least: float
    most: float
    tip: Phrase
    sided: bool = True
    whole: bool = False


ASKED: tuple[Asked, ...] = (
    Asked("extension lag", ("deg",), 0, 90, say("Degrees missing to a straight knee, lifted actively")),
    Asked("range", ("deg",), 0, 360, say("Degrees from one end of the movement to the other")),
    Asked("force", ("N", "kg", "Nm"), 0, 5000, say("As the dynamometer shows it")),
    Asked("chair stands", ("",), 0, 100, say("Full stands in 30 s, arms crossed"), sided=False, whole=True),
    Asked("heel raises", ("",), 0, 500, say("Full heel raises until they get lower"), whole=True),
    Asked("10 m walk", ("s",), 1, 600, say("Seconds for 10 m at a usual pace"), sided=False),
    Asked("goal", ("",), 0, 10, say("How near the person's own goal is: 0 not at all, 10 reached"), sided=False,
          whole=True),
)  # fmt: skip
"""What can be typed, in order. The limits only catch slips of the hand."""


class OutcomeDialog(FramedDialog):
    """Rows for all outcomes; what is left empty is not given. After `accept`, `outcomes` holds what was typed."""

    def __init__(self, look: Look, parent: QWidget | None = None, *, side: str = "right") -> None:
        """`side`: the trained one, chosen at first."""
        super().__init__(look, parent)
        self.outcomes: list[Outcome] = []
        self.setWindowTitle(self.tr("Note an outcome"))
        self.setStyleSheet(style_sheet(look))
        self._error = QLabel("", self)
        self._error.setWordWrap(True)
        self._error.hide()
        self._error.setStyleSheet(f"color: {look.palette.bad_ink}; font-weight: 600;")
        page = QWidget(self)
        self._grid = QGridLayout(page)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(round(look.px(8)))
        self._grid.setColumnStretch(0, 1)
        self._grid.setContentsMargins(0, 0, 8, 0)
        hint = QLabel(self.tr("What was measured today. Leave empty what was not."), self)
        hint.setProperty("voice", "hint")
        hint.setWordWrap(True)
        self.fields = {asked.name: self._row(row, asked, side, page) for row, asked in enumerate(ASKED)}
        self._area = scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(page)
        self.cancel = KeyButton(self.tr("Cancel"), "Esc", parent=self)
        self.keep = KeyButton(self.tr("Note these"), "Enter", "tick", parent=self)
        self.keep.set_primary(primary=True)
        self.cancel.clicked.connect(self.reject)
        self.keep.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.cancel, self.keep):
            button.dress(look)
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(12)
        column.addWidget(hint)
        column.addWidget(scroll, 1)
        column.addWidget(self._error)
        column.addLayout(buttons)
        wanted = page.sizeHint()
        self.fit(max(640, wanted.width() + 72), wanted.height() + round(look.px(172)))
        self.fields[ASKED[0].name].number.setFocus()

    @property
    def error(self) -> str:
        """Why it could not be accepted; empty while it could or was not tried."""
        return self._error.text()

    def accept(self) -> None:
        """Take what is typed; stay open with a sentence when a number cannot be."""
        made: list[Outcome] = []
        for asked in ASKED:
            row = self.fields[asked.name]
            if not row.number.text().strip():
                continue
            value = _typed(row.number.text())
            if value is None or not asked.least <= value <= asked.most or (asked.whole and value != int(value)):
                kind = self.tr("a whole number") if asked.whole else self.tr("a number")
                self._say(
                    self.tr("{name}: give {kind} from {least} to {most}, or leave it empty.").format(
                        name=spoken(OUTCOMES[asked.name]), kind=kind, least=f"{asked.least:g}", most=f"{asked.most:g}"
                    )
                )
                row.number.setFocus()
                row.number.selectAll()
                self._area.ensureWidgetVisible(row.number)
                return
            made.append(Outcome(asked.name, value, row.unit_name, row.side_name))
        if not made:
            self._say(self.tr("Nothing is typed yet: give a number, or cancel."))
            return
        self.outcomes = made
        super().accept()

    def _say(self, error: str) -> None:
        self._error.setText(error)
        self._error.show()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Take what is typed on Enter, wherever it is pressed; Esc cancels."""
        if a0 is not None and a0.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(a0)

    def _row(self, row: int, asked: Asked, side: str, page: QWidget) -> _Row:
        name, tip = spoken(OUTCOMES[asked.name]), spoken(asked.tip)
        made = _Row(asked, side, self._look, page)
        label = QLabel(name, page)
        label.setBuddy(made.number)
        self._grid.addWidget(label, row, 0)
        made.number.setAccessibleName(name)
        made.number.setToolTip(tip)
        made.number.setAccessibleDescription(tip)
        self._grid.addWidget(made.number, row, 1)
        if made.unit is not None:
            made.unit.setAccessibleName(self.tr("{name}, unit").format(name=name))
            made.unit.setToolTip(self.tr("Unit"))
            self._grid.addWidget(made.unit, row, 2)
        elif asked.units[0]:
            self._grid.addWidget(QLabel(UNITS.get(asked.units[0], asked.units[0]), page), row, 2)
        if made.side is not None:
            made.side.setAccessibleName(self.tr("{name}, side").format(name=name))
            made.side.setToolTip(self.tr("Side"))
            self._grid.addWidget(made.side, row, 3)
        return made


def _typed(text: str) -> float | None:
    """Return the number that was typed, with a point or a comma; None for anything else."""
    cleaned = text.strip().replace(",", ".")
    return float(cleaned) if _NUMBER.fullmatch(cleaned) else None


class _Row:
    """The inputs of one outcome."""

    def __init__(self, asked: Asked, side: str, look: Look, parent: QWidget) -> None:
        self.number = QLineEdit(parent)
        self.number.setMaxLength(8)
        self.number.setFixedWidth(round(look.px(96)))
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._units = asked.units
        self.unit = None
        if len(asked.units) > 1:
            self.unit = choice_box(
                [(UNITS.get(unit, unit), unit) for unit in asked.units], asked.units[0], look, parent
            )
        self.side = None
        if asked.sided:
            sides = [(spoken(SIDES[name]), name) for name in ("left", "right")]
            self.side = choice_box(sides, side if side in SIDES else "right", look, parent)

    @property
    def unit_name(self) -> str:
        """The unit as stored."""
        return self._units[0] if self.unit is None else str(self.unit.currentData())

    @property
    def side_name(self) -> str:
        """The side as stored; empty where there is none."""
        return "" if self.side is None else str(self.side.currentData())
