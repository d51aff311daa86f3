"""The plan editor: what is typed becomes a plan or is refused beside its input, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication, QMessageBox, QWidget

from biofeedback.training.commands import Kind
from biofeedback.training.own_plans import REMOVED, copy_of, own_plans, save_plan
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import SHIPPED, shipped_plans
from biofeedback.training.plan_tables import Match
from biofeedback.ui.look.tokens import CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.plans.edit_draft import drafted, typed
from biofeedback.ui.plans.edit_preview import dose_line, minutes_line, session_lines, target_line
from biofeedback.ui.plans.edit_spec import ALL, BY_KEY, FIELDS, SECTIONS
from biofeedback.ui.plans.editor import PlanEditor, ask_to_discard
from biofeedback.ui.plans.fields import NumberEdit
from tests.ui.hands import press

PLANS = {plan.name: plan for plan in shipped_plans()}
HOLD = PLANS["knee-straightening-hold"]
QUAD = PLANS["quad-set"]
OWN = replace(copy_of(QUAD, ()), title="Ward 3", version=4, reviewed_by="A. Physio")
MOVING = ("target.lowest", "target.highest", "other.lowest", "dose.longest_rest")
"""Keys of which one limit is another key's value."""
DOCS = (Path(__file__).resolve().parents[2] / "docs" / "plans.md").read_text(encoding="utf-8")


Open = Callable[..., PlanEditor]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "plans"


@pytest.fixture
def opened(parent: QWidget, folder: Path) -> Open:
    """Give a maker of shown editors; `ask` says no unless told."""

    def make(plan: Plan, look: Look | None = None, **settings: Any) -> PlanEditor:
        settings.setdefault("ask", lambda *_: False)
        editor = PlanEditor(plan, folder, look or Look(LIGHT), parent, **settings)
        editor.show()
        QApplication.processEvents()
        return editor

    return make


def write(editor: PlanEditor, **inputs: Any) -> None:
    """Type into inputs; `dose__work` is the key dose.work."""
    for name, value in inputs.items():
        key = name.replace("__", ".")
        editor.form.rows[key].set_value(value)
        editor.form.rows[key].changed.emit()


# -- the draft ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_what_the_inputs_hold_is_the_plan_again(name: str) -> None:
    assert drafted(typed(PLANS[name]), PLANS[name].version).plan == PLANS[name]


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_change_of_kind_keeps_the_dose_and_is_possible_or_says_what_is_missing(name: str, kind: Kind) -> None:
    plan = PLANS[name]
    draft = drafted({**typed(plan), "kind": kind}, plan.version)
    if draft.plan is None:
        assert len(plan.muscles) == 1
        assert kind in ("match", "isolate")
        assert all(key.startswith("muscles.1.") for key in draft.refusals)
    else:
        assert (draft.plan.kind, draft.plan.muscles[0], draft.plan.test) == (kind, plan.muscles[0], plan.test)
        assert draft.plan.dose == replace(plan.dose, longest_rest=plan.dose.longest_rest if kind == "quick" else None)
        back = drafted({**typed(plan), "kind": plan.kind}, plan.version)
        assert back.plan == plan


@pytest.mark.parametrize("field", [field for field in FIELDS if field.low is not None], ids=lambda field: field.key)
def test_the_limits_shown_are_the_limits_that_refuse(field: Any) -> None:
    kind = "quick" if field.key == "dose.longest_rest" else field.kinds[0]
    values = {**typed(PLANS["arm-up-neck-quiet"]), "kind": kind, "other": True}
    if kind == "activate" and field.key == "target.high":
        values |= {"target.high": "60"}
    for wrong, limit in (("-5", field.low), ("99999", field.high)):
        end = drafted({**values, field.key: wrong}, 1).refusals[field.key]
        bounds = re.search(r"it can be ([\d.]+) to ([\d.]+)", end)
        if bounds is None:  # the day's or the band's other edge refuses first
            assert field.key in ("target.high", "wave.high", "schedule.days_per_week.0", "schedule.effort.0"), end
            continue
        low, high = map(float, bounds.groups())
        assert field.low <= low <= high <= field.high
        assert limit in (low, high) or field.key in MOVING, end


@given(st.sampled_from(SHIPPED), st.sampled_from(FIELDS), st.text(max_size=70))
def test_any_text_in_any_input_is_a_plan_or_is_refused_there(name: str, field: Any, text: str) -> None:
    if field.sort in ("tick", "outputs", "choice"):
        return
    value = tuple(text.splitlines()) if field.sort == "lines" else text
    draft = drafted({**typed(PLANS[name]), field.key: value}, 1)
    assert (draft.plan is None) == bool(draft.refusals)
    assert all(key in BY_KEY for key in draft.refusals)


def test_several_mistakes_are_told_at_once() -> None:
    draft = drafted({**typed(HOLD), "title": " ", "dose.work": "ten", "target.high": "20", "test.work": ""}, 1)
    assert draft.refusals == {
        "title": "is empty",
        "dose.work": "is 'ten'; it is to be a number",
        "test.work": "is missing",
        "target.high": "is 20 %, not above low, 35 %",
    }


def test_every_key_of_the_docs_has_an_input() -> None:
    tables = re.findall(r"^### `?\[*(\w+)\]*`?$\n(.*?)(?=^##)", DOCS, re.DOTALL | re.MULTILINE)
    keys = [
        key if table == "plan" else f"{table}.{key}"
        for table, text in tables
        for key in re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    ]
    known = {re.sub(r"\.\d", "", key) for key in BY_KEY} | {"version"} | {name for name, _ in tables}
    assert len(keys) > 60
    assert [key for key in keys if key not in known and key != "schedule"] == []


# -- what it comes to -----------------------------------------------------------------------------------------


def test_the_dose_in_one_line() -> None:
    assert dose_line(HOLD).filled() == "10 s on, 20 s off · 3 × 6"
    assert dose_line(PLANS["quick-on-quick-off"]).filled() == "2 s on, 4–8 s off · 2 × 10"


def test_the_target_in_one_line() -> None:
    lines = [target_line(PLANS[name]).filled() for name in (
        "quad-set", "knee-straightening-hold", "shoulders-down", "follow-the-wave", "stand-up")]  # fmt: skip
    assert lines == [
        "line at 50 %", "band 35–55 %", "below 15 %", "a wave from 10 to 30 %", "both alike, 80–125 %",
    ]  # fmt: skip


def test_minutes_and_steps_are_the_plans_own() -> None:
    numbers = [HOLD.minutes(), HOLD.minutes(quick=True), HOLD.minutes(quick=True, short=True)]
    assert [int(n) for n in re.findall(r"(\d+) min", minutes_line(HOLD).filled())] == numbers
    assert [line.filled() for line in session_lines(HOLD)] == [
        "100 % is found with 3 best efforts of 5 s.", "With the bar hidden: 5 times 10 s.",
        "Then 3 sets of 6, 60 s apart.", "Between sets the target may move from 20 to 70 %.",
    ]  # fmt: skip


# -- the dialog -----------------------------------------------------------------------------------------------


def test_a_shipped_plan_is_saved_as_a_copy_and_stays_as_it_is(opened: Open, folder: Path) -> None:
    editor = opened(HOLD)
    assert not editor.is_own
    assert editor.save_copy.isHidden()
    write(editor, dose__work="12,5", title="Ward 3")
    press(editor.save, Qt.Key.Key_Return)
    assert editor.result() == editor.DialogCode.Accepted
    plans, sentences = own_plans(folder)
    assert sentences == ()
    assert plans == (editor.saved,)
    assert plans[0] == replace(
        HOLD, name="knee-straightening-hold-2", title="Ward 3", version=1, dose=replace(HOLD.dose, work=12.5)
    )


def test_a_changed_plan_of_ones_own_is_saved_as_the_next_version(opened: Open, folder: Path) -> None:
    save_plan(folder, OWN)
    editor = opened(OWN)
    assert editor.is_own
    assert not editor.save.isEnabled()
    write(editor, progression="Then without the roll.")
    press(editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert editor.saved == replace(OWN, progression="Then without the roll.", version=5)
    assert own_plans(folder)[0] == (editor.saved,)
    assert (folder / REMOVED / f"{OWN.name}.toml").exists()


def test_a_change_taken_back_is_no_change(opened: Open, folder: Path) -> None:
    save_plan(folder, OWN)
    editor = opened(OWN)
    write(editor, dose__sets="3")
    assert editor.save.isEnabled()
    write(editor, dose__sets="2")
    assert not editor.save.isEnabled()
    assert editor.drafted.plan == OWN


def test_the_reviewers_name_goes_with_the_dose_and_comes_back_with_it(opened: Open, folder: Path) -> None:
    save_plan(folder, OWN)
    editor = opened(OWN)
    row = editor.form.rows["reviewed_by"]
    write(editor, dose__repetitions="12")
    assert row.value() == ""
    assert row.note.words.startswith("The review by A. Physio no longer holds")
    assert editor.card.note.words.startswith("The review by A. Physio no longer holds")
    assert editor.drafted.plan is not None
    assert editor.drafted.plan.reviewed_by == ""
    write(editor, dose__repetitions="10")
    assert row.value() == "A. Physio"
    assert editor.card.note.words == ""
    write(editor, target__low="45")
    assert row.value() == ""
    write(editor, reviewed_by="A. Physio")
    editor.keep()
    assert editor.saved is not None
    assert (editor.saved.reviewed_by, editor.saved.version) == ("A. Physio", 5)


def test_words_alone_leave_the_review_as_it_is(opened: Open, folder: Path) -> None:
    save_plan(folder, OWN)
    editor = opened(OWN)
    write(editor, title="Ward 4")
    assert editor.form.rows["reviewed_by"].value() == "A. Physio"


def test_a_mistake_is_told_beside_its_input_and_keeps_from_saving(opened: Open) -> None:
    editor = opened(HOLD)
    write(editor, dose__work="0.2")
    assert editor.form.rows["dose.work"].note.words == "Work is 0.2 s; it can be 0.5 to 600 s."
    assert not editor.save.isEnabled()
    assert editor.card.note.words == "Work is 0.2 s; it can be 0.5 to 600 s."
    section = editor.form.sections.item(0)
    assert section is not None
    assert section.data(Qt.ItemDataRole.AccessibleTextRole) == "How much, to be put right"
    editor.keep()
    editor.keep_copy()
    assert editor.saved is None
    write(editor, dose__work="5")
    assert editor.form.rows["dose.work"].note.words == ""
    assert editor.save.isEnabled()


def test_show_me_goes_to_the_first_mistake(opened: Open) -> None:
    editor = opened(HOLD)
    write(editor, evidence="")
    press(editor.card.locate, Qt.Key.Key_Return)
    assert editor.form.sections.currentRow() == list(SECTIONS).index("evidence")
    assert editor.focusWidget() is editor.form.rows["evidence"].input


def test_kind_match_takes_the_same_muscle_of_the_other_side(opened: Open) -> None:
    editor = opened(QUAD)
    write(editor, kind="match")
    plan = editor.drafted.plan
    assert plan is not None
    assert plan.muscles == (QUAD.muscles[0], replace(QUAD.muscles[0], mirrored=True))
    assert (plan.match, plan.target) == (Match(), None)
    assert editor.form.rows["target.low"].isHidden()
    assert not editor.form.rows["match.low"].isHidden()
    write(editor, kind="activate")
    plan = editor.drafted.plan
    assert plan is not None
    assert plan.muscles == QUAD.muscles
    assert plan.target == QUAD.target


def test_a_second_quiet_muscle_asks_for_its_site(opened: Open) -> None:
    editor = opened(QUAD)
    write(editor, other=True)
    assert set(editor.drafted.refusals) >= {"muscles.1.name", "muscles.1.site"}
    assert not editor.form.rows["muscles.1.name"].isHidden()
    write(editor, other=False)
    assert editor.drafted.plan is not None


def test_too_few_sensors_are_told_and_keep_from_nothing(opened: Open) -> None:
    editor = opened(PLANS["stand-up"], n_channels=1)
    assert editor.card.note.words == "This plan needs sensors on 2 muscles; the board here has 1."
    assert editor.save.isEnabled()


def test_under_another_name_only_a_copy_is_saved(opened: Open, folder: Path) -> None:
    save_plan(folder, OWN)
    editor = opened(OWN)
    write(editor, name="ward-3")
    assert not editor.save.isEnabled()
    assert "save it as a copy" in editor.form.rows["name"].note.words
    editor.keep_copy()
    assert editor.saved == replace(OWN, name="ward-3", version=1, reviewed_by="")
    assert {plan.name for plan in own_plans(folder)[0]} == {"quad-set-2", "ward-3"}


def test_a_copy_of_ones_own_plan_takes_the_next_free_name(opened: Open, folder: Path) -> None:
    save_plan(folder, OWN)
    editor = opened(OWN)
    editor.keep_copy()
    assert editor.saved == replace(copy_of(OWN, {OWN.name}), reviewed_by="")
    assert own_plans(folder)[0] == (OWN, editor.saved)


@pytest.mark.parametrize("name", ["quad-set", "quadset", "taken"])
def test_a_name_that_is_taken_is_refused_while_it_is_typed(opened: Open, folder: Path, name: str) -> None:
    save_plan(folder, replace(OWN, name="taken"))
    editor = opened(HOLD)
    write(editor, name=name)
    assert "recordings of both would be compared" in editor.form.rows["name"].note.words
    assert not editor.save.isEnabled()


def test_what_cannot_be_written_stays_typed(opened: Open, folder: Path) -> None:
    editor = opened(HOLD)
    folder.write_text("in the way", encoding="utf-8")
    editor.keep()
    assert editor.saved is None
    assert editor.isVisible()
    assert editor.card.note.words.startswith("Not saved: ")
    assert editor.card.note.words.endswith("What you typed is still here.")


def test_cancel_asks_only_when_something_was_changed(opened: Open) -> None:
    asked: list[str] = []
    answers = [False, True]

    def ask(_: QWidget, question: str) -> bool:
        asked.append(question)
        return answers.pop(0)

    editor = opened(HOLD, ask=ask)
    write(editor, title="Other")
    press(editor, Qt.Key.Key_Escape)
    assert editor.isVisible()
    press(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()
    assert asked == ["Discard what you have changed in this plan?"] * 2
    untouched = opened(HOLD, ask=ask)
    press(untouched, Qt.Key.Key_Escape)
    assert not untouched.isVisible()
    assert len(asked) == 2


def test_the_question_before_changes_are_lost_says_no_by_itself(
    parent: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_: QWidget, __: str, question: str, ___: Any, chosen: Any) -> Any:
        assert question == "Discard?"
        return chosen

    monkeypatch.setattr(QMessageBox, "question", answer)
    assert not ask_to_discard(parent, "Discard?")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Discard)
    assert ask_to_discard(parent, "Discard?")


def test_the_sections_turn_with_the_keyboard_and_the_arrows_count(opened: Open) -> None:
    editor = opened(HOLD)
    work = editor.form.rows["dose.work"].input
    assert isinstance(work, NumberEdit)
    press(work, Qt.Key.Key_Up)
    press(work, Qt.Key.Key_PageUp)
    assert editor.drafted.plan is not None
    assert editor.drafted.plan.dose.work == 21
    editor.form.turn(-1)
    assert editor.form.sections.currentRow() == len(SECTIONS) - 1


def test_every_input_says_what_it_is(opened: Open) -> None:
    editor = opened(HOLD)
    for row in editor.form.rows.values():
        assert row.input.accessibleName()
        assert row.input.toolTip()
    for button in (editor.cancel, editor.save, editor.save_copy, editor.card.locate):
        assert button.accessibleName()
        assert button.toolTip()


@pytest.mark.parametrize("size", [(1024, 640), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 150), Look(CONTRAST, 200)], ids=["100", "150", "200"])
def test_everything_fits_or_scrolls_at_every_size(
    opened: Open, parent: QWidget, look: Look, size: tuple[int, int]
) -> None:
    parent.resize(*size)
    editor = opened(PLANS["arm-up-neck-quiet"], look)
    for i in range(len(SECTIONS)):
        editor.form.sections.setCurrentRow(i)
        QApplication.processEvents()
        page = editor.form.pages.currentWidget()
        assert page is not None
        inside = page.findChild(QWidget, "page")
        assert inside is not None
        assert inside.minimumSizeHint().width() <= page.width()
        assert page.height() >= 180
    assert editor.width() <= size[0]
    assert editor.height() <= size[1]
    assert editor.minimumSizeHint().height() <= size[1] - 32
