"""The shelf of plans: one's own and those that ship, to look at, change, copy and remove.

One rule: a shipped plan is only ever copied, and what is removed stays as a file in the folder `removed`.
"""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QVBoxLayout,
    QWidget,
)

from biofeedback.training.own_plans import delete_plan, own_plans
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import shipped_plans
from biofeedback.ui.look.framed_dialog import FramedDialog
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.tokens import MARGIN, Look
from biofeedback.ui.plans.edit_card import TIGHT, PlanCard
from biofeedback.ui.plans.editor import Ask, PlanEditor
from biofeedback.ui.plans.fields import STACKED, form_sheet, scrolled
from biofeedback.ui.words import carried, reason

WIDTH, HEIGHT = 992, 840
"""As large as the editor that opens above it, where the screen has room."""


def ask_to_remove(parent: QWidget, question: str) -> bool:
    """Ask on the screen; return whether the person agrees."""
    yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.Cancel
    return QMessageBox.question(parent, parent.windowTitle(), question, yes | no, no) == yes


class PlanShelf(FramedDialog):
    """Shows the plans in `folder` and the shipped ones, `chosen` first in sight. `n_channels` as of the editor.

    `saved`: the plan that was saved last, to be chosen; `changed`: whether what is on offer is other than before.
    """

    def __init__(
        self, folder: Path, look: Look, parent: QWidget | None = None, chosen: Plan | None = None,
        n_channels: int | None = None, *, ask: Ask = ask_to_remove,
    ) -> None:  # fmt: skip
        super().__init__(look, parent)
        self.saved: Plan | None = None
        self.changed = False
        self.editor: PlanEditor | None = None
        self._folder, self._n_channels, self._ask = folder, n_channels, ask
        self._plans: dict[str, Plan] = {}
        self._own: frozenset[str] = frozenset()
        self.setWindowTitle(self.tr("Plans"))
        self.setStyleSheet(form_sheet(look))
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("Plans"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setWordWrap(True)
        self.title, self.about = QLabel("", self), QLabel("", self)
        self.card = PlanCard(look, self)
        self.broken, self.note = NoteLine(look, self), NoteLine(look, self)
        self.remove = KeyButton(self.tr("Remove"), "Del", "", tip=self.tr("Take it off the shelf (Del)"), parent=self)
        tip = self.tr("Begin a new plan as a copy of this one (Ctrl N)")
        self.copy = KeyButton(self.tr("New from this one"), "Ctrl N", "", tip=tip, parent=self)
        self.edit = KeyButton(self.tr("Edit"), "Enter", "sliders", tip=self.tr("Change it (Enter)"), parent=self)
        self.edit.set_primary(primary=True)
        self.close_button = KeyButton(self.tr("Close"), "Esc", parent=self)
        self._lay_out()
        self.list.currentItemChanged.connect(lambda *_: self._show())
        self.list.itemDoubleClicked.connect(lambda _: self.open_editor())
        self.edit.clicked.connect(lambda _: self.open_editor())
        self.copy.clicked.connect(lambda: self.open_editor(as_copy=True))
        self.remove.clicked.connect(self.take_off)
        self.close_button.clicked.connect(self.reject)
        QShortcut(QKeySequence("Del"), self).activated.connect(self.take_off)
        QShortcut(QKeySequence("Ctrl+N"), self).activated.connect(lambda: self.open_editor(as_copy=True))
        self._read(chosen.name if chosen else "")
        self.list.setFocus()

    # -- what there is -----------------------------------------------------------------------------------------

    @property
    def plan(self) -> Plan | None:
        """The plan that is looked at."""
        item = self.list.currentItem()
        return self._plans.get(item.data(Qt.ItemDataRole.UserRole)) if item else None

    @property
    def is_own(self) -> bool:
        """Whether the plan that is looked at is one of one's own."""
        return self.plan is not None and self.plan.name in self._own

    def _read(self, name: str) -> None:
        """Show what lies in the folder now, and look at the plan `name`, else at the first."""
        mine, sentences = own_plans(self._folder)
        self._own = frozenset(plan.name for plan in mine)
        self._plans = {plan.name: plan for plan in (*mine, *shipped_plans())}
        self.list.clear()
        self._add_heading(self.tr("Your own plans"))
        for plan in mine:
            self._add(plan)
        if not mine:
            self._add_heading(self.tr("None yet: copy one of those below."), small=True)
        self._add_heading(self.tr("Plans that come with the program"))
        for plan in shipped_plans():
            self._add(plan)
        rows = {self._name(row): row for row in reversed(range(self.list.count())) if self._name(row)}
        self.list.setCurrentRow(rows.get(name, min(rows.values())))
        self._go_there()
        ended = [words if words.endswith((".", "?")) else f"{words}." for words in sentences]
        self.broken.tell("look", "\n".join(map(carried, ended)))

    def _go_there(self) -> None:
        self.list.scrollToItem(self.list.currentItem(), QListWidget.ScrollHint.PositionAtCenter)

    def _name(self, row: int) -> str:
        item = self.list.item(row)
        return (item.data(Qt.ItemDataRole.UserRole) or "") if item else ""

    def _add(self, plan: Plan) -> None:
        item = QListWidgetItem(carried(plan.title), self.list)
        item.setData(Qt.ItemDataRole.UserRole, plan.name)
        item.setToolTip(carried(plan.summary))

    def _add_heading(self, words: str, *, small: bool = False) -> None:
        item = QListWidgetItem(words, self.list)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        font = self.list.font()
        font.setPixelSize(round(self._look.px(13 if small else 15)))
        font.setBold(not small)
        item.setFont(font)

    def _show(self) -> None:
        """Show the plan that is looked at, and what can be done with it."""
        plan = self.plan
        if plan is None:
            return
        self.title.setText(carried(plan.title))
        if plan.reviewed_by:
            reviewed = self.tr("Reviewed by {name}").format(name=plan.reviewed_by)
        else:
            reviewed = self.tr("Not yet reviewed by a clinician")
        about = self.tr("{summary} Version {version}. {reviewed}.")
        self.about.setText(about.format(summary=carried(plan.summary), version=plan.version, reviewed=reviewed))
        notes = []
        if self._n_channels is not None and self._n_channels < plan.least_channels:
            words = self.tr("This plan needs sensors on {needed} muscles; the board here has {n}.")
            notes.append(words.format(needed=plan.least_channels, n=self._n_channels))
        self.card.show_plan(plan, [], notes)
        self.edit.setVisible(self.is_own)
        self.remove.setVisible(self.is_own)
        self.copy.set_primary(primary=not self.is_own)

    # -- what is done with it ----------------------------------------------------------------------------------

    def open_editor(self, *, as_copy: bool = False) -> None:
        """Open the plan that is looked at in the editor; a shipped one is always copied."""
        if self.plan is None:
            return
        self.note.tell(None, "")
        self.editor = PlanEditor(
            self.plan, self._folder, self._look, self, n_channels=self._n_channels, as_copy=as_copy or not self.is_own
        )
        self.editor.finished.connect(self._edited)
        self.editor.open()

    def _edited(self) -> None:
        editor, self.editor = self.editor, None
        if editor is None:
            return
        editor.deleteLater()
        if editor.saved is not None:
            self.saved, self.changed = editor.saved, True
            self._read(editor.saved.name)
            words = self.tr("Saved: {title}, version {version}.")
            self.note.tell("good", words.format(title=editor.saved.title, version=editor.saved.version))
        self.list.setFocus()

    def take_off(self) -> None:
        """Ask, and move the plan's file into the folder `removed`."""
        plan = self.plan
        if plan is None or not self.is_own:
            return
        question = self.tr("Remove “{title}” from the shelf? Its file stays in the folder “removed”.")
        if not self._ask(self, question.format(title=carried(plan.title))):
            return
        try:
            aside = delete_plan(self._folder, plan.name)
        except (OSError, ValueError) as error:
            self.note.tell("fix", self.tr("Not removed: {why}.").format(why=reason(error)))
            self._read(plan.name)
            return
        self.changed = True
        if self.saved is not None and self.saved.name == plan.name:
            self.saved = None
        self._read("")
        words = self.tr("Removed: {title}. It lies in {folder} as {name}.")
        self.note.tell("good", words.format(title=plan.title, folder=aside.parent.name, name=aside.name))

    # -- layout ------------------------------------------------------------------------------------------------

    def showEvent(self, a0: QShowEvent | None) -> None:
        """Have the plan that is looked at in sight."""
        super().showEvent(a0)
        self._go_there()

    def keyPressEvent(self, a0: QKeyEvent | None) -> None:
        """Enter opens the editor."""
        if a0 is not None and a0.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_editor()
        else:
            super().keyPressEvent(a0)

    def _lay_out(self) -> None:
        stacked = self._look.text_percent >= STACKED
        heading = QLabel(self.tr("Plans"), self)
        heading.setProperty("voice", "section" if stacked else "title")
        self.title.setProperty("voice", "section")
        for label in (self.title, self.about):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        page = QWidget(self)
        beside = QVBoxLayout(page)
        beside.setContentsMargins(0, 0, 8, 0)
        beside.setSpacing(round(self._look.px(8)))
        for part in (self.title, self.about, self.card, self.broken):
            beside.addWidget(part)
        beside.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(self.list, 1)
        middle.addWidget(scrolled(page, self), 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addWidget(self.close_button)
        buttons.addStretch(1)
        for button in (self.remove, self.copy, self.edit):
            buttons.addWidget(button)
        for button in (self.close_button, self.remove, self.copy, self.edit):
            button.with_key = self._look.text_percent < TIGHT
            button.dress(self._look)
        policy = self.card.locate.sizePolicy()
        policy.setRetainSizeWhenHidden(False)
        self.card.locate.setSizePolicy(policy)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 16, MARGIN, 16)
        column.setSpacing(8)
        column.addWidget(heading)
        column.addLayout(middle, 1)
        column.addWidget(self.note)
        column.addLayout(buttons)
        self.fit(round(WIDTH * max(1.0, self._look.text_percent / 125)), HEIGHT)
