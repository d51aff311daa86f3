"""The plan editor's sections: a list at the left, the inputs of the chosen one at the right.

One rule: it shows what it is told, and tells what is typed; whether that is possible is for others to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PyQt6.QtCore import QSize, Qt, pyqtSignal
from PyQt6.QtGui import QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from biofeedback.ui.look.canvas import Canvas, text_width
from biofeedback.ui.look.icons import Light, paint_light
from biofeedback.ui.look.tokens import BODY, Look
from biofeedback.ui.plans.edit_draft import Value
from biofeedback.ui.plans.edit_spec import FIELDS, SECTIONS, Section
from biofeedback.ui.plans.fields import FieldRow, heading, scrolled
from biofeedback.ui.words import carried, spoken

KEPT_UNSEEN = "muscles.0.mirrored"
"""Stays as it is in the file: of the trained muscle nobody would say that it is the other side's."""


class PlanForm(QWidget):
    """All inputs, filled with `values`. `typed` tells the key of the one that was changed."""

    typed = pyqtSignal(str)

    def __init__(self, values: Mapping[str, Value], look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look
        self.rows: dict[str, FieldRow] = {}
        self._headings: list[tuple[QLabel, list[str]]] = []
        self.sections = QListWidget(self)
        self.sections.setAccessibleName(self.tr("Sections of the plan"))
        self.sections.setToolTip(self.tr("Sections of the plan (Up and Down)"))
        self.sections.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.pages = QStackedWidget(self)
        for name, words in SECTIONS.items():
            self.sections.addItem(spoken(words))
            self.pages.addWidget(self._page(name, values))
        side = round(look.px(18))
        self.sections.setIconSize(QSize(side, side))
        self._signs: dict[Light | None, QIcon] = {light: self._sign(light, side) for light in (None, "fix")}
        widest = max(text_width(spoken(words), look.px(BODY)) for words in SECTIONS.values())
        self.sections.setFixedWidth(round(widest + side + look.px(16) + 32))
        self.sections.currentRowChanged.connect(self.pages.setCurrentIndex)
        self.sections.setCurrentRow(0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.sections)
        row.addWidget(self.pages, 1)

    def show_state(self, visible: Collection[str], refusals: Mapping[str, str]) -> None:
        """Show the inputs of `visible` only, and at each what refuses it; mark the sections to be put right."""
        for key, row in self.rows.items():
            row.setVisible(key in visible)
            row.refuse(carried(refusals.get(key, "")))
        for label, keys in self._headings:
            label.setVisible(any(key in visible for key in keys))
        wrong = {self.rows[key].field.section for key in refusals if key in self.rows}
        for i, (name, words) in enumerate(SECTIONS.items()):
            item = self.sections.item(i)
            if item is None:
                continue
            item.setIcon(self._signs["fix" if name in wrong else None])
            said = self.tr("{section}, to be put right") if name in wrong else "{section}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said.format(section=spoken(words)))

    def put(self, values: Mapping[str, Value]) -> None:
        """Show values in their inputs, without telling of it."""
        for key in values:
            if key in self.rows:
                self.rows[key].set_value(values[key])

    def go_to(self, key: str) -> None:
        """Let the person type at the input of that key."""
        if key in self.rows:
            self.go_to_section(self.rows[key].field.section)
            self.rows[key].take_focus()

    def go_to_section(self, name: Section) -> None:
        """Show a section."""
        self.sections.setCurrentRow(list(SECTIONS).index(name))

    def turn(self, by: int) -> None:
        """Show the next section, or the one before."""
        self.sections.setCurrentRow((self.sections.currentRow() + by) % len(SECTIONS))

    def _page(self, section: Section, values: Mapping[str, Value]) -> QScrollArea:
        page = QWidget(self)
        page.setObjectName("page")
        column = QVBoxLayout(page)
        column.setContentsMargins(round(self._look.px(12)), 0, 12, 0)
        column.setSpacing(0)
        keys: list[str] = []
        for field in FIELDS:
            if field.section != section or field.key == KEPT_UNSEEN:
                continue
            if field.group is not None:
                keys = []
                title = heading(spoken(field.group), self._look, page)
                self._headings.append((title, keys))
                column.addWidget(title)
            keys.append(field.key)
            row = self.rows[field.key] = FieldRow(field, self._look, page)
            row.set_value(values[field.key])
            row.changed.connect(lambda key=field.key: self.typed.emit(key))
            column.addWidget(row)
        column.addStretch(1)
        return scrolled(page, self)

    def _sign(self, light: Light | None, side: int) -> QIcon:
        picture = QPixmap(2 * side, 2 * side)
        picture.setDevicePixelRatio(2.0)
        picture.fill(Qt.GlobalColor.transparent)
        if light is not None:
            painter = QPainter(picture)
            paint_light(Canvas(painter, self._look), light, side / 2, side / 2, 0.4 * side)
            painter.end()
        icon = QIcon(picture)
        icon.addPixmap(picture, QIcon.Mode.Selected)  # else it is tinted where it is chosen
        return icon
