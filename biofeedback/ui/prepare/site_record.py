"""Where the electrodes of one muscle sit today: centimetres, electrode, skin, and whether the marks are last time's.

One rule: what was not measured stays empty; a text goes into the file, so it is short and plain and names nobody.
"""

from __future__ import annotations

import math
from typing import Final, Literal, cast

from PyQt6.QtCore import QRegularExpression, Qt, pyqtSignal
from PyQt6.QtGui import QRegularExpressionValidator
from PyQt6.QtWidgets import QGridLayout, QLineEdit, QWidget

from biofeedback.report.references import KeptReference
from biofeedback.training.commands import Site
from biofeedback.training.plan_tables import Muscle
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import CAPTION, Look, style_sheet
from biofeedback.ui.prepare.parts import Words
from biofeedback.ui.prepare.site_drawing import translated
from biofeedback.ui.settings.channel_row import choice_box

Marks = Literal["yes", "no", "first time", "not stated"]
MOST_CM: Final = 200.0
CENTIMETRES: Final = r"\d{0,3}([.,]\d?)?"
LONGEST: Final = 20
"""Characters of a text: two of them fit the stored note (`training.notes`)."""
PLAIN: Final = r"[A-Za-z0-9 ,.%/()+-]*"
"""What a stored note may be made of."""


class SiteRecord(QWidget):
    """The inputs of one channel (from 0). `changed` carries the new Site."""

    changed = pyqtSignal(object)

    def __init__(self, channel: int, muscle: Muscle, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._channel = channel
        self._last: KeptReference | None = None
        self._told = Site(channel)
        first, second = (translated(mark) for mark in muscle.landmarks)
        self.first, self.second = self._centimetres(), self._centimetres()
        self.electrode, self.preparation = self._text(), self._text()
        self.electrode.setPlaceholderText(self.tr("such as Ag/AgCl 24 mm"))
        self.preparation.setPlaceholderText(self.tr("such as alcohol, dry"))
        marks = [(self.tr("not stated"), "not stated"), (self.tr("yes"), "yes"), (self.tr("no"), "no"),
                 (self.tr("first time"), "first time")]  # fmt: skip
        self.marks = choice_box(marks, "not stated", look, self)
        self.marks.currentIndexChanged.connect(self._tell)
        self.last_time = Words(self, CAPTION, 400, "ink2")
        self.again = KeyButton(self.tr("Same place"), tip=self.tr("Take over last time's centimetres"), parent=self)
        self.again.clicked.connect(self._take_over)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 4, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        self._labels: list[Words] = []
        rows = (
            (self.tr("cm from {place}").format(place=first), self.first),
            (self.tr("cm from {place}").format(place=second), self.second),
            (self.tr("Electrode"), self.electrode),
            (self.tr("Skin"), self.preparation),
            (self.tr("Same marks as last time?"), self.marks),
        )
        for i, (name, widget) in enumerate(rows):
            label = Words(self)
            label.say(name)
            label.setBuddy(widget)
            widget.setAccessibleName(f"{name}, {translated(muscle.name)}")
            widget.setToolTip(name)
            self._labels.append(label)
            grid.addWidget(label, i, 0)
            grid.addWidget(widget, i, 1)
        grid.addWidget(self.last_time, len(rows), 0)
        grid.addWidget(self.again, len(rows), 1, Qt.AlignmentFlag.AlignRight)
        self.dress(look)
        self.remember(None)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self.setStyleSheet(style_sheet(look))
        for label in (*self._labels, self.last_time):
            label.dress(look)
        self.again.dress(look)
        self.again.setFixedHeight(round(look.px(36)))
        for widget in (self.first, self.second, self.electrode, self.preparation, self.marks):
            widget.setFixedWidth(round(look.px(168)))

    def show_site(self, site: Site) -> None:
        """Show what was noted before."""
        if site == self._told:
            return
        self._told = site
        for typed, value in ((self.first, site.first_cm), (self.second, site.second_cm)):
            typed.setText("" if value is None else f"{value:g}")
        self.electrode.setText(site.electrode)
        self.preparation.setText(site.preparation)
        self.marks.setCurrentIndex(max(0, self.marks.findData(site.same_marks)))

    def remember(self, last: KeptReference | None) -> None:
        """Know the newest reference of this muscle and side, None without one."""
        self._last = last
        if last is None:
            self.last_time.say(self.tr("No place is kept of an earlier session."))
        elif last.first_cm is None and last.second_cm is None:
            self.last_time.say(self.tr("Last time ({day}) no centimetres were noted.").format(day=last.day))
        else:
            places = " · ".join("–" if cm is None else f"{cm:g} cm" for cm in (last.first_cm, last.second_cm))
            self.last_time.say(self.tr("Last time ({day}): {places}").format(day=last.day, places=places))
        self.again.setVisible(last is not None and last.first_cm is not None)

    @property
    def site(self) -> Site:
        """What is typed; a number that is none counts as not measured."""
        return Site(
            self._channel, _number(self.first.text()), _number(self.second.text()), self.electrode.text().strip(),
            self.preparation.text().strip(), cast("Marks", self.marks.currentData()),
        )  # fmt: skip

    def _take_over(self) -> None:
        if self._last is None:
            return
        for typed, value in ((self.first, self._last.first_cm), (self.second, self._last.second_cm)):
            typed.setText("" if value is None else f"{value:g}")
        self.marks.setCurrentIndex(self.marks.findData("yes"))
        self._tell()

    def _tell(self) -> None:
        site = self.site
        if site != self._told:
            self._told = site
            self.changed.emit(site)

    def _centimetres(self) -> QLineEdit:
        typed = QLineEdit(self)
        typed.setValidator(QRegularExpressionValidator(QRegularExpression(CENTIMETRES), typed))
        typed.setPlaceholderText(self.tr("cm"))
        typed.textChanged.connect(self._tell)
        return typed

    def _text(self) -> QLineEdit:
        typed = QLineEdit(self)
        typed.setMaxLength(LONGEST)
        typed.setValidator(QRegularExpressionValidator(QRegularExpression(PLAIN), typed))
        typed.textChanged.connect(self._tell)
        return typed


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) and 0 <= value <= MOST_CM else None
