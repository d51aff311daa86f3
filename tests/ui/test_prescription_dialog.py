"""Prescriptions by hand and from a file: what is typed is what is written, what is read is shown before it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QDate, QLocale, Qt
from PyQt6.QtWidgets import QApplication, QFileDialog, QScrollArea, QWidget

from biofeedback.training.plan_file import shipped_plans
from biofeedback.training.prescription import (
    STOP_RULES,
    PrescribedPlan,
    Prescription,
    encode_prescription,
    read_prescription,
    write_prescription,
)
from biofeedback.training.toml_document import PlanError
from biofeedback.ui.look.tokens import CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.new_file import choose_new_file
from biofeedback.ui.plans.prescription_dialog import PrescriptionDialog
from biofeedback.ui.plans.prescription_preview import (
    PrescriptionPreview,
    choose_old_file,
    import_prescription,
    take_prescription,
)
from biofeedback.ui.plans.prescription_words import head_line, how_often, plan_lines
from tests.ui.hands import press

TODAY = date(2026, 11, 22)
SHIPPED = shipped_plans()
PLANS = {plan.name: plan for plan in SHIPPED}
ORDER = [plan.name for plan in SHIPPED]
GIVEN = Prescription(
    created=date(2026, 11, 3), by="XY", review=date(2026, 12, 15), days_per_week=4, time_of_day="before breakfast",
    plans=(PrescribedPlan(PLANS["quad-set"], 40, 1), PrescribedPlan(PLANS["shoulders-down"])),
)  # fmt: skip


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Have days and numbers written in English."""
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English))
    yield
    QLocale.setDefault(before)


Open = Callable[..., PrescriptionDialog]


@pytest.fixture
def opened(parent: QWidget, tmp_path: Path) -> Open:
    """Give a maker of shown dialogs that save as given.toml without asking."""

    def make(*names: str, look: Look | None = None, **settings: Any) -> PrescriptionDialog:
        settings.setdefault("choose", lambda *_: tmp_path / "given.toml")
        settings.setdefault("ask", lambda *_: True)
        dialog = PrescriptionDialog(SHIPPED, look or Look(LIGHT), parent, TODAY, **settings)
        for name in names:
            add(dialog, name)
        dialog.show()
        QApplication.processEvents()
        return dialog

    return make


def add(dialog: PrescriptionDialog, name: str) -> None:
    dialog.form.which.setCurrentIndex(ORDER.index(name))
    press(dialog.form.add, Qt.Key.Key_Return)


def english(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


# -- in plain words -------------------------------------------------------------------------------------------


def test_the_first_line_says_from_whom_of_when_how_many_and_which_caps() -> None:
    assert head_line(GIVEN, english).filled() == (
        "From XY, of 3 Nov 2026 · 2 plans · review on 15 Dec 2026 · caps: target, sets"
    )
    plain = replace(GIVEN, by="", plans=(PrescribedPlan(PLANS["quad-set"]),))
    assert head_line(plain, english).filled() == "Of 3 Nov 2026 · 1 plan · review on 15 Dec 2026 · no caps"


def test_what_is_asked_is_told_after_the_caps() -> None:
    lines = [line.filled() for line in plan_lines(GIVEN.plans[0])]
    assert lines[0] == PLANS["quad-set"].summary
    assert lines[1].startswith("1 set of 10: 5 s of work, then 10 s of rest. ")
    assert lines[2] == "Target: line at 40 %. Never above 40 %."


def test_how_often_in_the_persons_words() -> None:
    assert how_often(GIVEN).filled() == "On 4 days a week, before breakfast."
    assert how_often(replace(GIVEN, days_per_week=1, time_of_day="")).filled() == "On 1 day a week."


# -- making one -----------------------------------------------------------------------------------------------


def test_what_is_typed_is_what_is_written(opened: Open, tmp_path: Path) -> None:
    dialog = opened("quad-set", "knee-straightening-hold")
    form = dialog.form
    form.rows[0].inputs["sets"].setText("1")
    form.rows[1].inputs["highest"].setText("50,5")
    form.rows[1].inputs["repetitions"].setText("4")
    form.days.setCurrentIndex(form.days.findData(3))
    form.time_of_day.setText("after work")
    form.by.setText("AB")
    form.twelve_weeks.setChecked(True)
    form.stop_rules.setPlainText("the knee gives way\n\nsharp pain\n")
    form.review.setDate(QDate(2027, 1, 20))
    press(dialog, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert dialog.path == tmp_path / "given.toml"
    assert read_prescription(dialog.path) == dialog.prescription == Prescription(
        created=TODAY, by="AB", review=date(2027, 1, 20), days_per_week=3, time_of_day="after work", twelve_weeks=True,
        stop_rules=("the knee gives way", "sharp pain"),
        plans=(
            PrescribedPlan(PLANS["quad-set"], sets=1),
            PrescribedPlan(PLANS["knee-straightening-hold"], highest=50.5, repetitions=4),
        ),
    )  # fmt: skip


def test_a_prescription_is_two_keys_away(opened: Open) -> None:
    suggested: list[str] = []

    def nowhere(_: QWidget, name: str) -> None:
        suggested.append(name)

    dialog = opened("quad-set", choose=nowhere)
    assert dialog.prescription == Prescription(
        created=TODAY, review=TODAY + timedelta(weeks=6), days_per_week=4, stop_rules=STOP_RULES,
        plans=(PrescribedPlan(PLANS["quad-set"]),),
    )  # fmt: skip
    dialog.keep()
    assert suggested == ["prescription-2026-11-22.toml"]
    assert dialog.isVisible()


def test_nothing_is_saved_without_a_plan(opened: Open, tmp_path: Path) -> None:
    dialog = opened()
    assert not dialog.save.isEnabled()
    assert dialog.card.text == "Add a plan first: up to four."
    dialog.keep()
    assert list(tmp_path.iterdir()) == []


def test_a_fifth_plan_and_one_twice_are_refused_with_a_sentence(opened: Open) -> None:
    dialog = opened("quad-set", "quad-set")
    assert dialog.form.note.words == "Quad set is there already."
    for name in ("bridge", "foot-lift", "stand-up"):
        add(dialog, name)
    assert dialog.form.note.words == ""
    add(dialog, "heel-raise")
    assert dialog.form.note.words == "More than four are rarely done: take one out first."
    assert [row.plan.name for row in dialog.form.rows] == ["quad-set", "bridge", "foot-lift", "stand-up"]
    press(dialog.form.rows[0].remove, Qt.Key.Key_Return)
    add(dialog, "heel-raise")
    assert dialog.prescription is not None
    assert [given.plan.name for given in dialog.prescription.plans] == ["bridge", "foot-lift", "stand-up", "heel-raise"]


@pytest.mark.parametrize(
    ("cap", "text", "words"),
    [
        ("highest", "10", "Highest target is 10 %, too low for a band 20 points wide."),
        ("sets", "0", "Most sets is 0; it can be 1 to 10."),
        ("repetitions", "2.5", "Most repetitions is '2.5'; it is to be a whole number."),
    ],
)
def test_a_cap_that_cannot_be_is_told_beside_it(opened: Open, cap: str, text: str, words: str) -> None:
    dialog = opened("knee-straightening-hold")
    dialog.form.rows[0].inputs[cap].setText(text)
    assert dialog.form.rows[0].note.words == words
    assert not dialog.save.isEnabled()
    dialog.form.rows[0].inputs[cap].setText("")
    assert dialog.form.rows[0].note.words == ""
    assert dialog.save.isEnabled()


@pytest.mark.parametrize("name", ["shoulders-down", "stand-up"])
def test_no_cap_of_the_target_where_it_has_none(opened: Open, name: str) -> None:
    assert list(opened(name).form.rows[0].inputs) == ["sets", "repetitions"]


def test_the_person_sees_what_the_caps_leave(opened: Open) -> None:
    dialog = opened("quad-set")
    dialog.form.rows[0].inputs["highest"].setText("35")
    dialog.form.twelve_weeks.setChecked(True)
    assert "1  Quad set" in dialog.card.text
    assert "Target: line at 35 %. Never above 35 %." in dialog.card.text
    assert "Never a best effort" in dialog.card.text
    assert "burning or itching skin" in dialog.card.text
    assert "Review: On 3 Jan 2027." in dialog.card.text


def test_what_is_too_long_or_empty_is_named(opened: Open) -> None:
    dialog = opened("quad-set")
    dialog.form.by.setText("Alexandra B")
    assert dialog.note.words == "Your initials: has 11 characters; it can have 10."
    dialog.form.by.setText("")
    dialog.form.stop_rules.setPlainText(" \n")
    assert dialog.note.words.startswith("When to stop: is empty")
    assert not dialog.save.isEnabled()


def test_weeks_and_day_of_the_review_say_the_same(opened: Open) -> None:
    form = opened("quad-set").form
    form.weeks.setCurrentIndex(form.weeks.findData(2))
    assert form.review.date() == QDate(2026, 12, 6)
    form.review.setDate(QDate(2026, 12, 20))
    assert form.weeks.currentData() == 4
    form.review.setDate(QDate(2026, 12, 21))
    assert form.weeks.currentData() == 0
    form.review.setDate(QDate(2026, 1, 1))
    assert form.review.date() == QDate(2026, 11, 22)


def test_a_place_that_cannot_be_written_is_told(opened: Open, tmp_path: Path) -> None:
    dialog = opened("quad-set", choose=lambda *_: tmp_path / "nowhere" / "given.toml")
    dialog.keep()
    assert dialog.note.words.startswith("Not saved: ")
    assert dialog.isVisible()
    assert dialog.path is None


def test_escape_asks_once_there_is_a_plan(opened: Open) -> None:
    asked: list[str] = []

    def no(_: QWidget, question: str) -> bool:
        asked.append(question)
        return False

    empty = opened(ask=no)
    press(empty, Qt.Key.Key_Escape)
    assert not empty.isVisible()
    begun = opened("quad-set", ask=no)
    press(begun, Qt.Key.Key_Escape)
    assert begun.isVisible()
    assert asked == ["Discard this prescription?"]


@pytest.mark.parametrize("size", [(1024, 640), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 150), Look(CONTRAST, 200)], ids=["100", "150", "200"])
def test_everything_fits_or_scrolls_at_every_size(
    opened: Open, parent: QWidget, look: Look, size: tuple[int, int]
) -> None:
    parent.resize(*size)
    dialog = opened("knee-straightening-hold", "stand-up", look=look)
    areas = dialog.findChildren(QScrollArea)
    assert len(areas) == (2 if look.text_percent < 150 else 1)
    for area in areas:
        inside = area.widget()
        assert inside is not None
        assert inside.minimumSizeHint().width() <= area.width()
    assert dialog.width() <= size[0]
    assert dialog.minimumSizeHint().height() <= size[1] - 32


def test_every_input_says_what_it_is(opened: Open) -> None:
    form = opened("quad-set").form
    inputs: list[QWidget] = [form.which, form.add, form.days, form.time_of_day, form.by, form.twelve_weeks]
    inputs += [form.stop_rules, form.weeks, form.review, form.rows[0].remove, *form.rows[0].inputs.values()]
    for widget in inputs:
        assert widget.accessibleName()
        assert widget.toolTip()


# -- taking one -----------------------------------------------------------------------------------------------


def test_a_prescription_is_shown_and_then_taken(parent: QWidget, tmp_path: Path) -> None:
    path = tmp_path / "knee.toml"
    write_prescription(path, GIVEN)
    shown: list[str] = []

    def show(preview: PrescriptionPreview) -> None:
        shown.extend([preview.head.text(), preview.card.text])
        press(preview.accept_button, Qt.Key.Key_Return)

    assert take_prescription(Look(LIGHT), parent, TODAY, choose=lambda _: path, show=show) == GIVEN
    assert shown[0].startswith("From XY, of 3 Nov 2026 · 2 plans · review on 15 Dec 2026")
    assert "On 4 days a week, before breakfast." in shown[1]


def test_no_file_and_escape_take_nothing(parent: QWidget, tmp_path: Path) -> None:
    path = tmp_path / "knee.toml"
    write_prescription(path, GIVEN)
    assert take_prescription(Look(LIGHT), parent, TODAY, choose=lambda _: None) is None
    escaped = take_prescription(
        Look(LIGHT), parent, TODAY, choose=lambda _: path, show=lambda preview: press(preview, Qt.Key.Key_Escape)
    )
    assert escaped is None


def test_a_file_that_is_wrong_is_told_with_its_line_and_cannot_be_taken(parent: QWidget, tmp_path: Path) -> None:
    path = tmp_path / "knee.toml"
    path.write_text(encode_prescription(GIVEN).replace("days_per_week = 4", "day_per_week = 4", 1), encoding="utf-8")
    with pytest.raises(PlanError, match=r"knee\.toml, line 5"):
        import_prescription(path)
    preview = PrescriptionPreview(path, Look(DARK), parent, TODAY)
    assert preview.notes[0].words == "knee.toml, line 5: the key day_per_week is unknown; is 'days_per_week' meant?"
    assert preview.head.text() == "This file cannot be taken. Nothing of it was used."
    assert not preview.accept_button.isEnabled()
    preview.take()
    assert preview.taken is None


def test_a_review_that_is_over_is_told(parent: QWidget, tmp_path: Path) -> None:
    path = tmp_path / "knee.toml"
    write_prescription(path, GIVEN)
    late = PrescriptionPreview(path, Look(LIGHT), parent, date(2026, 12, 16))
    assert late.notes[0].words == "The review was due on 15 Dec 2026: ask for one."
    assert late.accept_button.isEnabled()
    assert PrescriptionPreview(path, Look(LIGHT), parent, date(2026, 12, 15)).notes[0].words == ""
    early = PrescriptionPreview(path, Look(LIGHT), parent, date(2026, 11, 2))
    assert early.notes[1].words == "It is of 3 Nov 2026, which is still to come."


def test_a_plan_that_is_not_the_shipped_one_of_its_name_is_told(parent: QWidget, tmp_path: Path) -> None:
    path = tmp_path / "knee.toml"
    changed = replace(PLANS["quad-set"], words="Push.")
    write_prescription(path, replace(GIVEN, plans=(PrescribedPlan(changed),)))
    preview = PrescriptionPreview(path, Look(LIGHT), parent, TODAY)
    assert preview.notes[2].words.startswith("Not as it ships with this program: Quad set.")
    write_prescription(path, GIVEN)
    assert PrescriptionPreview(path, Look(LIGHT), parent, TODAY).notes[2].words == ""


def test_texts_of_a_file_are_never_markup(parent: QWidget, tmp_path: Path) -> None:
    path = tmp_path / "knee.toml"
    plan = replace(PLANS["quad-set"], name="own", title="<h1>Loud</h1>", summary="<img src='x'> & co")
    write_prescription(path, replace(GIVEN, plans=(PrescribedPlan(plan),)))
    preview = PrescriptionPreview(path, Look(LIGHT), parent, TODAY)
    assert "&lt;h1&gt;Loud&lt;/h1&gt;" in preview.card.words.text()
    assert "&lt;img src=&#x27;x&#x27;&gt; &amp; co" in preview.card.words.text()
    assert "<h1>" not in preview.card.words.text()


def test_the_file_dialogs_give_a_path_or_none(parent: QWidget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(QFileDialog, "exec", lambda _: 0)
    assert choose_new_file(parent, "given.toml") is None
    assert choose_old_file(parent) is None
    write_prescription(tmp_path / "given.toml", GIVEN)
    monkeypatch.setattr(QFileDialog, "exec", lambda _: 1)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _: [str(tmp_path / "given.toml")])
    assert choose_new_file(parent, "given.toml") == choose_old_file(parent) == tmp_path / "given.toml"
