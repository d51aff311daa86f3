"""The plan editor's inputs: a label, what is typed, its unit and limits, and the refusal beside it.

One rule: an input keeps what was typed, also what cannot be; it says so and never mends it.
"""

from __future__ import annotations

from typing import cast

from PyQt6.QtCore import QEvent, QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from biofeedback.emg.sensor import Sensor
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.scroll_area import ScrollArea
from biofeedback.ui.look.tick_box import TickBox
from biofeedback.ui.look.tokens import BODY, Look, metrics, style_sheet
from biofeedback.ui.plans.edit_draft import Value
from biofeedback.ui.plans.edit_spec import Field
from biofeedback.ui.settings.channel_row import ChoiceBox, choice_box
from biofeedback.ui.words import spoken

LABEL, NUMBER = 176.0, 88.0
"""Widths at 100 %."""
STACKED = 150
"""From this size of text on, in percent, the label stands above its input."""


def form_sheet(look: Look) -> str:
    """Return the dialogs' style sheet with what a form needs beside it."""
    t, pad = look.palette, round(look.px(6))
    body = round(look.px(BODY))
    return f"""{style_sheet(look)}
    QPlainTextEdit {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.edge}; border-radius: 6px;
        padding: {pad - 4}px; font-size: {body}px; selection-background-color: {t.accent};
        selection-color: {t.on_accent}; }}
    QPlainTextEdit:focus {{ border: 2px solid {t.accent}; padding: {pad - 5}px; }}
    QLineEdit, QPlainTextEdit {{ placeholder-text-color: {t.ink3}; }}
    QListWidget {{ background: {t.surface}; border: none; color: {t.ink}; font-size: {body}px; outline: none; }}
    QListWidget::item {{ padding: {pad + 2}px; border-radius: 8px; border: 2px solid transparent; }}
    QListWidget::item:selected {{ background: {t.accent_soft}; color: {t.accent_ink}; }}
    QListWidget::item:selected:focus {{ border: 2px solid {t.accent}; }}
    QFrame#card {{ background: {t.sunken}; border: 1px solid {t.line}; border-radius: 12px; }}
    QFrame#card QLabel {{ background: transparent; }}
    """


class NumberEdit(QLineEdit):
    """A number as typed; Up and Down change it by a step, Page Up and Page Down by ten."""

    def __init__(self, step: float, parent: QWidget) -> None:
        super().__init__(parent)
        self._step = step

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Count on the arrow keys; leave what is no number alone."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        if a0 is None or a0.key() not in steps or a0.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(a0)
            return
        try:
            value = float(self.text().strip().replace(",", "."))
        except ValueError:
            return
        self.setText(f"{max(0.0, round(value + steps[Qt.Key(a0.key())] * self._step, 3)):g}")


class TextEdit(QPlainTextEdit):
    """Text of some lines; Tab goes on to the next input."""

    def __init__(self, n_lines: int, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFixedHeight(round(n_lines * metrics(round(look.px(BODY))).lineSpacing() + look.px(12) + 12))

    def lines(self) -> tuple[str, ...]:
        """Return what stands on each line, without the empty ones."""
        return tuple(line.strip() for line in self.toPlainText().splitlines() if line.strip())


class _Calm(QObject):
    """Keeps the wheel from a widget without the focus."""

    def eventFilter(self, a0: QObject | None, a1: QEvent | None) -> bool:
        """Let the wheel scroll the page: nothing is chosen in passing."""
        if a1 is not None and a1.type() == QEvent.Type.Wheel and isinstance(a0, QWidget) and not a0.hasFocus():
            a1.ignore()
            return True
        return super().eventFilter(a0, a1)


def calm(widget: QWidget) -> None:
    """Let the wheel over a list or a date scroll the page unless the person is at it."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_Calm(widget))


def scrolled(page: QWidget, parent: QWidget) -> ScrollArea:
    """Return a scroll area for a page that may be higher than its place, never wider."""
    scroll = ScrollArea(parent, fits_width=True)
    scroll.setWidget(page)
    return scroll


class FieldRow(QWidget):
    """One field of a plan. `changed` tells that something was typed or chosen."""

    changed = pyqtSignal()

    def __init__(self, field: Field, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = field
        self._look = look
        self.label = spoken(field.label)
        self.note = NoteLine(look, self)
        self.ticks: dict[str, TickBox] = {}
        self.input: QWidget = self._input()
        self._limits = self._limits_text()
        tip = " ".join(part for part in (self._limits, spoken(field.help)) if part) or self.label
        for widget in (self.input, *self.ticks.values()):
            widget.setToolTip(tip)
            widget.setAccessibleDescription(tip)
        self.input.setAccessibleName(self.label)
        self._lay_out(tip if tip != self.label else "")

    # -- value ------------------------------------------------------------------------------------------------

    def value(self) -> Value:
        """Return what is typed."""
        if isinstance(self.input, TextEdit):
            return self.input.lines() if self.field.sort == "lines" else " ".join(self.input.lines())
        if isinstance(self.input, TickBox):
            return self.input.isChecked()
        if self.ticks:
            return tuple(name for name, tick in self.ticks.items() if tick.isChecked())
        if isinstance(self.input, ChoiceBox):
            return str(self.input.currentData())
        return cast("QLineEdit", self.input).text().strip()

    def set_value(self, value: Value) -> None:
        """Show a value, without telling of it."""
        self.blockSignals(True)  # noqa: FBT003 - Qt's signature
        if isinstance(self.input, TextEdit):
            self.input.setPlainText("\n".join(value) if isinstance(value, tuple) else str(value))
        elif isinstance(self.input, TickBox):
            self.input.setChecked(bool(value))
        elif self.ticks:
            for name, tick in self.ticks.items():
                tick.setChecked(name in cast("tuple[str, ...]", value))
        elif isinstance(self.input, ChoiceBox):
            self.input.setCurrentIndex(max(0, self.input.findData(value)))
        else:
            cast("QLineEdit", self.input).setText(str(value))
        self.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def refuse(self, end: str) -> None:
        """Say why the value cannot be, as the end of a sentence; empty: it can."""
        self.note.tell("fix" if end else None, f"{self.label} {end}." if end else "")

    def take_focus(self) -> None:
        """Let the person type here."""
        (next(iter(self.ticks.values())) if self.ticks else self.input).setFocus(Qt.FocusReason.OtherFocusReason)

    # -- layout -----------------------------------------------------------------------------------------------

    def _input(self) -> QWidget:
        field, look = self.field, self._look
        if field.sort == "tick":
            tick = TickBox(self.label, look, self)
            tick.toggled.connect(self.changed)
            return tick
        if field.sort == "outputs":
            return self._outputs()
        if field.sort == "choice":
            box = choice_box([(spoken(words), name) for name, words in field.choices], None, look, self)
            calm(box)
            box.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(10)
            box.currentIndexChanged.connect(self.changed)
            return box
        if field.sort in ("long", "lines"):
            text = TextEdit(6 if field.key == "evidence" else 4 if field.sort == "lines" else 2, look, self)
            text.textChanged.connect(self.changed)
            return text
        is_number = field.sort in ("number", "whole")
        line = NumberEdit(0.05 if field.unit == "Hz" else 1.0, self) if is_number else QLineEdit(self)
        if is_number:
            line.setFixedWidth(round(look.px(NUMBER)))
        line.textChanged.connect(self.changed)
        return line

    def _outputs(self) -> QWidget:
        row = QWidget(self)
        inside = QGridLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        in_a_row = 2 if self._look.text_percent >= STACKED else 4
        for i, sensor in enumerate(Sensor):
            name = self.tr("unknown") if sensor is Sensor.UNKNOWN else sensor.value
            tick = self.ticks[sensor.value] = TickBox(name, self._look, row)
            tick.toggled.connect(self.changed)
            inside.addWidget(tick, i // in_a_row, i % in_a_row)
        inside.setColumnStretch(in_a_row, 1)
        return row

    def _limits_text(self) -> str:
        field = self.field
        if field.low is not None and field.high is not None:
            return self.tr("{low} to {high} {unit}.").format(
                low=f"{field.low:g}", high=f"{field.high:g}", unit=field.unit
            ).replace(" .", ".")  # fmt: skip
        if field.longest < 1000:
            return self.tr("At most {n} characters.").format(n=field.longest)
        return ""

    def _lay_out(self, tip: str) -> None:
        px = self._look.px
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, round(px(8)))
        grid.setHorizontalSpacing(round(px(8)))
        grid.setVerticalSpacing(round(px(2)))
        stacked = self._look.text_percent >= STACKED
        column = 0 if stacked else 1
        top = 1 if stacked else 0
        is_tick = isinstance(self.input, TickBox)
        if not is_tick:
            words = QLabel(self.label, self)
            words.setWordWrap(True)
            words.setBuddy(self.input)
            if isinstance(self.input, TextEdit) and not stacked:
                words.setContentsMargins(0, round(px(6)), 0, 0)
                words.setAlignment(Qt.AlignmentFlag.AlignTop)
            grid.addWidget(words, 0, 0, 1, 3 if stacked else 1)
        if not stacked:
            grid.setColumnMinimumWidth(0, round(px(LABEL)))
        hint = QLabel(tip, self)
        hint.setProperty("voice", "hint")
        hint.setWordWrap(True)
        hint.setVisible(bool(tip))
        if self.field.sort in ("number", "whole"):
            grid.addWidget(self.input, top, column)
            grid.addWidget(hint, top, column + 1)
            grid.setColumnStretch(column + 1, 1)
        else:
            grid.addWidget(self.input, top, column, 1, 2)
            grid.addWidget(hint, top + 1, column, 1, 2)
            grid.setColumnStretch(column + 1, 1)
        grid.addWidget(self.note, top + 2, column, 1, 2)


def heading(text: str, look: Look, parent: QWidget) -> QLabel:
    """Return a heading of a part of a form."""
    label = QLabel(text, parent)
    label.setProperty("voice", "section")
    label.setContentsMargins(0, round(look.px(8)), 0, round(look.px(4)))
    return label
