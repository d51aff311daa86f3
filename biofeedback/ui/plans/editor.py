"""A plan's editor: section by section, checked while it is typed, with what it comes to always in sight.

A plan of one's own is saved as its next version; any other, the shipped ones among them, as a copy.
One rule: only a plan that can be carried out is saved, and nothing typed is thrown away unasked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QMessageBox, QVBoxLayout, QWidget

from biofeedback.training.commands import Kind
from biofeedback.training.own_plans import check_own_name, copy_of, own_names, save_plan
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import SHIPPED
from biofeedback.training.plan_values import ImpossibleValue
from biofeedback.ui.look.framed_dialog import FramedDialog
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import MARGIN, Look
from biofeedback.ui.plans.edit_card import TIGHT, PlanCard
from biofeedback.ui.plans.edit_draft import Drafted, Value, both_alike, drafted, typed
from biofeedback.ui.plans.edit_form import PlanForm
from biofeedback.ui.plans.edit_spec import BY_KEY, OTHER, shown
from biofeedback.ui.plans.fields import form_sheet
from biofeedback.ui.words import carried, reason

ASKED = ("kind", "muscles", "reference", "test", "dose", "target", "other", "wave", "match")
"""What a reviewer has answered for: where one of these changes, the review is over."""
WIDTH, HEIGHT = 960, 840
"""At 100 % of text, where the screen has room."""
Ask = Callable[[QWidget, str], bool]


def ask_to_discard(parent: QWidget, question: str) -> bool:
    """Ask on the screen; return whether the person agrees."""
    yes, no = QMessageBox.StandardButton.Discard, QMessageBox.StandardButton.Cancel
    return QMessageBox.question(parent, parent.windowTitle(), question, yes | no, no) == yes


class PlanEditor(FramedDialog):
    """Edits `plan`; after `accept`, `saved` is the plan that now lies in `folder`.

    `n_channels`: how many sensors the board has, None if that is not known. `as_copy`: copy it although it lies in
    the folder. `ask` asks before changes are lost.
    """

    def __init__(
        self, plan: Plan, folder: Path, look: Look, parent: QWidget | None = None, *, n_channels: int | None = None,
        as_copy: bool = False, ask: Ask = ask_to_discard,
    ) -> None:  # fmt: skip
        super().__init__(look, parent)
        self.saved: Plan | None = None
        self._folder, self._ask, self._n_channels = folder, ask, n_channels
        self._names = own_names(folder)
        self.is_own = not as_copy and plan.name in self._names and plan.name not in SHIPPED
        """Whether it lies in the folder, so that it can be saved there; any other plan is copied."""
        self.original = plan if self.is_own else copy_of(plan, self._names)
        self._values = typed(self.original)
        self._before = dict(self._values)
        self._emptied = False
        self.drafted = Drafted(self.original, {})
        self.setWindowTitle(self.tr("Plan"))
        self.setStyleSheet(form_sheet(look))
        self.form = PlanForm(self._values, look, self)
        self.card = PlanCard(look, self)
        self._lay_out(plan)
        self.form.typed.connect(self._typed)
        self.card.locate.clicked.connect(self.show_refused)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self.keep)
        QShortcut(QKeySequence("Ctrl+PgDown"), self).activated.connect(lambda: self.form.turn(1))
        QShortcut(QKeySequence("Ctrl+PgUp"), self).activated.connect(lambda: self.form.turn(-1))
        self._check()

    # -- what is typed ----------------------------------------------------------------------------------------

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from what was there first."""
        return self._values != self._before

    def _typed(self, key: str) -> None:
        self._values[key] = self.form.rows[key].value()
        if key == "kind" and self._values["kind"] == "match":
            self._put(both_alike(self._values))
        self._check()

    def _put(self, values: dict[str, Value]) -> None:
        self._values.update(values)
        self.form.put(values)

    def _check(self) -> None:
        """Show what is asked for, what cannot be, and what it comes to."""
        self.drafted = self._draft()
        if self._look_at_review():
            self.drafted = self._draft()
        fields = shown(cast("Kind", self._values["kind"]), other=bool(self._values[OTHER]))
        refusals = self.drafted.refusals
        self.form.show_state({field.key for field in fields}, refusals)
        moved = self.is_own and self._values["name"] != self.original.name
        if moved and "name" not in refusals:
            words = self.tr("Under another name it is another plan: save it as a copy.")
            self.form.rows["name"].note.tell("look", words)
        notes = self._notes()
        possible = self.drafted.plan is not None
        self.save.setEnabled(possible and not moved and (self.is_changed or not self.is_own))
        self.save_copy.setEnabled(possible)
        sentences = [f"{self._label(key)} {carried(refusals[key])}." for key in (*BY_KEY, *refusals) if key in refusals]
        self.card.show_plan(self.drafted.plan, list(dict.fromkeys(sentences)), notes)

    def _notes(self) -> list[str]:
        """Return what a clinician is to know of a plan that can be saved."""
        notes, plan, n_channels = [], self.drafted.plan, self._n_channels
        if plan is not None and n_channels is not None and n_channels < plan.least_channels:
            words = self.tr("This plan needs sensors on {needed} muscles; the board here has {n}.")
            notes.append(words.format(needed=plan.least_channels, n=n_channels))
        if self._emptied and not self._values["reviewed_by"]:
            words = self.tr("The review by {name} no longer holds, as what is asked of the person has changed.")
            notes.append(words.format(name=self.original.reviewed_by))
            hint = self.tr("Whoever has looked at all of it may put a name in again.")
            self.form.rows["reviewed_by"].note.tell("look", f"{notes[-1]} {hint}")
        return notes

    def _draft(self) -> Drafted:
        """Return what is typed as the version it would be saved as, refused when its name is taken."""
        version = self.original.version + (self.is_own and self.is_changed)
        draft = drafted(self._values, version)
        name = str(self._values["name"])
        if "name" in draft.refusals or (self.is_own and name == self.original.name):
            return draft
        try:
            check_own_name(name, self._names)
        except ImpossibleValue as error:
            return Drafted(None, {**draft.refusals, "name": str(error).removeprefix("name ")})
        return draft

    def _look_at_review(self) -> bool:
        """Take the reviewer's name out when what they reviewed has changed, back in when not; whether it did."""
        plan, by, now = self.drafted.plan, self.original.reviewed_by, self._values["reviewed_by"]
        if plan is None or not by:
            return False
        changed = any(getattr(plan, key) != getattr(self.original, key) for key in ASKED)
        if changed and now == by and not self._emptied:
            self._put({"reviewed_by": ""})
        elif not changed and not now and self._emptied:
            self._put({"reviewed_by": by})
        else:
            return False
        self._emptied = changed
        return True

    def _label(self, key: str) -> str:
        return self.form.rows[key].label if key in self.form.rows else key

    def show_refused(self) -> None:
        """Go to the first input that cannot be as it is."""
        key = next((key for key in BY_KEY if key in self.drafted.refusals), None)
        if key is not None:
            self.form.go_to(key)

    # -- saving -----------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Save the plan and close; stay open with a sentence when that is not possible."""
        if self.drafted.plan is not None and self.save.isEnabled():
            self._write(self.drafted.plan, new=not self.is_own)

    def keep_copy(self) -> None:
        """Save what is typed under another name: the one that was typed, else the next free one."""
        plan = self.drafted.plan
        if plan is None:
            return
        by = plan.reviewed_by if plan.reviewed_by != self.original.reviewed_by else ""
        named = plan if plan.name != self.original.name else copy_of(plan, self._names)
        self._write(replace(named, version=1, reviewed_by=by), new=True)

    def _write(self, plan: Plan, *, new: bool) -> None:
        try:
            save_plan(self._folder, plan, new=new)
        except (OSError, ValueError) as error:
            words = self.tr("Not saved: {reason}. What you typed is still here.")
            self.card.fail(words.format(reason=reason(error)))
        else:
            self.saved = plan
            self.accept()

    def reject(self) -> None:
        """Close without saving; ask first when something was typed."""
        if not self.is_changed or self._ask(self, self.tr("Discard what you have changed in this plan?")):
            super().reject()

    # -- layout -----------------------------------------------------------------------------------------------

    def _lay_out(self, given: Plan) -> None:
        tr = self.tr
        title = QLabel(carried(given.title), self)
        tight = self._look.text_percent >= TIGHT
        title.setProperty("voice", "section" if tight else "title")
        title.setTextFormat(Qt.TextFormat.PlainText)
        text = tr("This plan stays as it is. What you make of it is saved as a copy of your own.")
        if self.is_own:
            text = tr("Your own plan, version {version}, {reviewed}. It is saved as version {next}.").format(
                version=given.version, next=given.version + 1, reviewed=given.reviewed
            )
        about = QLabel(text, self)
        about.setProperty("voice", "hint")
        about.setWordWrap(True)
        about.setVisible(not tight)
        title.setToolTip(text)
        self.setAccessibleDescription(text)
        self.cancel = KeyButton(tr("Cancel"), "Esc", parent=self)
        tip = tr("Save it under another name, as a first version")
        self.save_copy = KeyButton(tr("Save as a copy"), tip=tip, parent=self)
        self.save = KeyButton(tr("Save") if self.is_own else tr("Save as a copy"), "Ctrl S", "tick", parent=self)
        self.save.set_primary(primary=True)
        self.save_copy.setVisible(self.is_own)
        self.cancel.clicked.connect(self.reject)
        self.save_copy.clicked.connect(self.keep_copy)
        self.save.clicked.connect(self.keep)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        for button in (self.cancel, self.save_copy, self.save):
            button.dress(self._look)
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 16, MARGIN, 16)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(about)
        column.addWidget(self.form, 1)
        column.addWidget(self.card)
        column.addLayout(buttons)
        self.fit(round(WIDTH * max(1.0, self._look.text_percent / 125)), HEIGHT)
