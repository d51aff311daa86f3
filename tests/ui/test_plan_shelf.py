"""The shelf of plans: look, change, copy and remove; a shipped plan is never touched and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtCore import QEvent, Qt
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QApplication, QMessageBox, QWidget

from biofeedback.training.own_plans import REMOVED, own_plans, save_plan
from biofeedback.training.plan_file import SHIPPED, find_plan
from biofeedback.ui.look.tokens import DARK, LIGHT, Look
from biofeedback.ui.plans.plan_shelf import PlanShelf, ask_to_remove

QUAD, BRIDGE, TWO = find_plan("quad-set"), find_plan("bridge"), find_plan("arm-up-neck-quiet")
MINE = replace(QUAD, name="ward-3", title="Ward 3", version=4)
OTHER = replace(BRIDGE, name="other", title="Other")
Open = Callable[..., PlanShelf]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_plan(tmp_path / "plans", MINE)
    save_plan(tmp_path / "plans", OTHER)
    return tmp_path / "plans"


@pytest.fixture
def opened(qapp: QApplication, folder: Path) -> Iterator[Open]:
    window = QWidget()
    window.resize(1280, 720)

    def make(look: Look | None = None, parent: QWidget = window, **settings: Any) -> PlanShelf:
        settings.setdefault("ask", lambda *_: True)
        shelf = PlanShelf(folder, look or Look(LIGHT), parent, **settings)
        shelf.open()
        QApplication.processEvents()
        return shelf

    yield make
    window.close()


def names(shelf: PlanShelf) -> list[str]:
    items = [shelf.list.item(row) for row in range(shelf.list.count())]
    return [item.data(Qt.ItemDataRole.UserRole) for item in items if item and item.data(Qt.ItemDataRole.UserRole)]


def look_at(shelf: PlanShelf, name: str) -> None:
    for row in range(shelf.list.count()):
        item = shelf.list.item(row)
        if item and item.data(Qt.ItemDataRole.UserRole) == name:
            shelf.list.setCurrentRow(row)
    assert shelf.plan is not None
    assert shelf.plan.name == name


def press(widget: QWidget, key: Qt.Key) -> None:
    QApplication.sendEvent(widget, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))


def test_ones_own_plans_come_first_and_the_chosen_one_is_looked_at(opened: Open) -> None:
    shelf = opened(chosen=BRIDGE)
    assert names(shelf) == ["other", "ward-3", *SHIPPED]
    assert shelf.plan == BRIDGE
    assert (shelf.saved, shelf.changed) == (None, False)
    assert shelf.title.text() == "Bridge"
    assert "Not yet reviewed by a clinician." in shelf.about.text()


def test_without_a_chosen_plan_the_first_one_is_looked_at(opened: Open) -> None:
    assert opened().plan == OTHER


def test_a_shipped_plan_can_only_be_copied(opened: Open) -> None:
    shelf = opened(chosen=BRIDGE)
    assert not shelf.edit.isVisible()
    assert not shelf.remove.isVisible()
    press(shelf.list, Qt.Key.Key_Return)
    assert shelf.editor is not None
    assert not shelf.editor.is_own
    shelf.editor.keep()
    assert shelf.saved is not None
    assert shelf.saved.name == "bridge-2"
    assert shelf.changed
    assert shelf.plan == shelf.saved
    assert shelf.is_own
    assert "bridge-2" in names(shelf)
    assert "Saved: Bridge (copy), version 1." in shelf.note.words


def test_ones_own_plan_is_edited_in_its_place(opened: Open, folder: Path) -> None:
    shelf = opened(chosen=MINE)
    shelf.edit.click()
    assert shelf.editor is not None
    assert shelf.editor.is_own
    shelf.editor.form.rows["title"].set_value("Ward 5")
    shelf.editor.form.rows["title"].changed.emit()
    shelf.editor.keep()
    assert shelf.saved == replace(MINE, title="Ward 5", version=5)
    assert [plan.title for plan in own_plans(folder)[0]] == ["Other", "Ward 5"]
    assert names(shelf) == ["other", "ward-3", *SHIPPED]


def test_a_new_plan_begins_as_a_copy_of_any(opened: Open, folder: Path) -> None:
    shelf = opened(chosen=MINE)
    shelf.copy.click()
    assert shelf.editor is not None
    assert not shelf.editor.is_own
    assert {path.name for path in folder.glob("*.toml")} == {"ward-3.toml", "other.toml"}
    shelf.editor.keep()
    assert shelf.saved is not None
    assert (shelf.saved.name, shelf.saved.version) == ("ward-3-2", 1)
    assert MINE in own_plans(folder)[0]


def test_an_editor_that_is_given_up_changes_nothing(opened: Open) -> None:
    shelf = opened(chosen=MINE)
    shelf.edit.click()
    assert shelf.editor is not None
    shelf.editor.reject()
    assert (shelf.saved, shelf.changed) == (None, False)
    assert shelf.plan == MINE


def test_a_removed_plan_is_asked_about_and_its_file_stays(opened: Open, folder: Path) -> None:
    asked: list[str] = []

    def ask(_: QWidget, question: str) -> bool:
        asked.append(question)
        return len(asked) > 1

    shelf = opened(chosen=MINE, ask=ask)
    shelf.remove.click()
    assert "Ward 3" in asked[0]
    assert (names(shelf), shelf.changed) == (["other", "ward-3", *SHIPPED], False)
    shelf.remove.click()
    assert (names(shelf), shelf.changed, shelf.saved) == (["other", *SHIPPED], True, None)
    assert (folder / REMOVED / "ward-3.toml").exists()
    assert "ward-3.toml" in shelf.note.words


def test_a_plan_saved_and_then_removed_is_not_the_one_to_choose(opened: Open) -> None:
    shelf = opened(chosen=BRIDGE)
    shelf.open_editor()
    assert shelf.editor is not None
    shelf.editor.keep()
    shelf.take_off()
    assert (shelf.saved, shelf.changed) == (None, True)


def test_the_delete_key_never_takes_a_shipped_plan(opened: Open, folder: Path) -> None:
    shelf = opened(chosen=QUAD, ask=lambda *_: pytest.fail("asked"))
    shelf.take_off()
    assert not (folder / REMOVED).exists()


def test_a_plan_that_is_gone_already_is_told(opened: Open, folder: Path) -> None:
    shelf = opened(chosen=MINE)
    (folder / "ward-3.toml").unlink()
    shelf.take_off()
    assert "Not removed: No such file" in shelf.note.words
    assert names(shelf) == ["other", *SHIPPED]


def test_broken_files_are_told_and_hide_no_other(opened: Open, folder: Path) -> None:
    (folder / "broken.toml").write_text("name = ")
    shelf = opened()
    assert "broken.toml, line 1" in shelf.broken.words
    assert names(shelf)[:2] == ["other", "ward-3"]


def test_an_empty_shelf_says_what_to_do(opened: Open, folder: Path) -> None:
    for path in folder.glob("*.toml"):
        path.unlink()
    shelf = opened()
    texts = [item.text() for row in range(shelf.list.count()) if (item := shelf.list.item(row))]
    assert texts[:2] == ["Your own plans", "None yet: copy one of those below."]
    assert shelf.plan is not None
    assert shelf.plan.name == SHIPPED[0]


def test_a_plan_for_more_sensors_than_there_are_says_so(opened: Open) -> None:
    shelf = opened(chosen=TWO, n_channels=1)
    assert "needs sensors on 2 muscles; the board here has 1" in shelf.card.note.words
    look_at(shelf, "bridge")
    assert shelf.card.note.words == ""


@pytest.mark.parametrize("answer", [QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.Cancel])
def test_the_question_on_the_screen_names_the_plan(
    opened: Open, monkeypatch: pytest.MonkeyPatch, answer: QMessageBox.StandardButton
) -> None:
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answer)
    assert ask_to_remove(opened(), "Remove?") == (answer == QMessageBox.StandardButton.Yes)


@pytest.mark.parametrize("percent", [100, 150, 175, 200])
def test_it_fits_into_the_smallest_window_at_any_size_of_text(opened: Open, qapp: QApplication, percent: int) -> None:
    window = QWidget()
    window.resize(1024, 640)
    shelf = opened(Look(DARK, percent), window, chosen=MINE)
    assert shelf.width() <= 1024 - 32
    assert shelf.height() <= 640 - 32
    for button in (shelf.close_button, shelf.remove, shelf.copy, shelf.edit):
        assert button.width() >= button.sizeHint().width()
        assert shelf.rect().contains(button.geometry())
    current = shelf.list.currentItem()
    viewport = shelf.list.viewport()
    assert current is not None
    assert viewport is not None
    assert viewport.rect().intersects(shelf.list.visualItemRect(current))
    window.close()
