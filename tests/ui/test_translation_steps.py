"""Every step in real situations, and every dialog, in the language of other letters: nothing is left in English."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from biofeedback.recording.people import People, Person
from biofeedback.report.phrase import Phrase
from biofeedback.report.summary import Summary, missing
from biofeedback.report.summary import told as told_sentences
from biofeedback.safety import DO_NOT_START, ONLY_IF_AGREED, Answers
from biofeedback.training.events import Repetition
from biofeedback.training.plan_file import find_plan, shipped_plans
from biofeedback.training.prescription import PrescribedPlan, Prescription, write_prescription
from biofeedback.ui.guide import Step
from biofeedback.ui.look.tokens import LIGHT, Look
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.person.window import PersonWindow
from biofeedback.ui.plans.editor import PlanEditor
from biofeedback.ui.plans.prescription_card import shown_day
from biofeedback.ui.plans.prescription_dialog import PrescriptionDialog
from biofeedback.ui.plans.prescription_preview import PrescriptionPreview
from biofeedback.ui.prepare.page import PreparePage
from biofeedback.ui.review.outcome_dialog import OutcomeDialog
from biofeedback.ui.review.page import ReviewPage
from biofeedback.ui.start.days_dialog import DaysDialog
from biofeedback.ui.start.new_person import NewPerson
from biofeedback.ui.start.page import StartPage
from biofeedback.ui.translation_sources import Text
from biofeedback.ui.translations import Catalogue
from tests.ui import test_review_page as reviews
from tests.ui.calibrate_bench import Bench
from tests.ui.conftest import MakeWindow
from tests.ui.disguise import WORD, Disguise, english_in, listed, texts_of
from tests.ui.states import PRACTICE
from tests.ui.test_person_window import all_states
from tests.ui.test_person_window import make_window as make_person_window
from tests.ui.test_person_window import show as show_person
from tests.ui.test_translation import TWO, own_words, show, shown, situations

PATIENCE = 30_000
TODAY = dt.datetime.now(dt.UTC).date()
OLD = TODAY - dt.timedelta(days=60)
CODE = "A1"
QUAD = find_plan("quad-set")
EVERYTHING = Answers(
    frozenset(item.key for item in DO_NOT_START), frozenset(item.key for item in ONLY_IF_AGREED), wall_powered=True
)
NOTHING = Answers(frozenset(), frozenset(), wall_powered=False)
PRESCRIBED = Prescription(
    created=OLD, by="AB", review=OLD + dt.timedelta(days=7), days_per_week=3, time_of_day="", twelve_weeks=True,
    plans=(PrescribedPlan(QUAD, sets=2, repetitions=5, highest=60.0), PrescribedPlan(find_plan("shoulders-down"))),
)  # fmt: skip

See = Callable[[str, QWidget], None]


@pytest.fixture(scope="module")
def catalogue(texts: dict[Text, str]) -> Catalogue:
    """Give a translation of all that is collected, into itself."""
    return Catalogue({text: text[1] for text in texts})


@pytest.fixture(autouse=True)
def all_is_collected(disguise: Disguise, catalogue: Catalogue) -> Iterator[None]:
    """See to it that what was asked for stands in the collection, so that a translator is given it."""
    yield
    contexts = {context for context, _ in catalogue.messages}
    worded = {text for text in disguise.asked if text[0] in contexts and WORD.search(re.sub(r"{\w*}", "", text[1]))}
    assert sorted(text for text in worded if catalogue.find(*text) is None) == []


@pytest.fixture
def seen(painted: list[str]) -> Callable[..., tuple[See, dict[str, list[str]]]]:
    """Give a maker of what looks at a widget, and what it found in English."""

    def make(own: list[str]) -> tuple[See, dict[str, list[str]]]:
        left: dict[str, list[str]] = {}

        def see(name: str, widget: QWidget) -> None:
            painted.clear()
            widget.grab()
            if english := english_in(texts_of(widget) | set(painted), [*own, CODE, "Ada"]):
                left[name] = english

        return see, left

    return make


Seen = Callable[[list[str]], tuple[See, dict[str, list[str]]]]


def enter(window: MainWindow, step: Step) -> None:
    """Show a step whether it may be entered or not."""
    window.guide.step = step
    window.guide.changed.emit()


def people_in(folder: Path) -> People:
    """Leave a person of old with a prescription, another without a name, and files that cannot be read."""
    people = People(folder / "data" / "people")
    people.save(Person(CODE, "Ada", planned_since=OLD, days_per_week=3))
    write_prescription(people.make(CODE) / "prescription.toml", PRESCRIBED)
    people.make("B2")
    (people.folder("B2") / "person.toml").write_text("name = ", encoding="utf-8")
    plans = folder / "data" / "plans"
    plans.mkdir(parents=True)
    (plans / "broken.toml").write_text("schema = 1", encoding="utf-8")
    return people


# -- Start ---------------------------------------------------------------------------------------------


def test_start_says_nothing_in_english_with_people_prescriptions_and_trouble(
    make_window: MakeWindow, disguise: Disguise, seen: Seen, tmp_path: Path, qtbot: QtBot
) -> None:
    people_in(tmp_path)
    window, station = make_window(TWO, step="start")
    page = window.pages["start"]
    assert isinstance(page, StartPage)
    assert station.engine.stop(10)
    see, left = seen(
        [
            *own_words(station),
            "broken",
            "person.toml",
            "B2",
            station.choice.board,
            *(p.evidence for p in shipped_plans()),
        ]
    )

    def read() -> None:
        qtbot.waitUntil(lambda: not page.reader.background.busy, timeout=PATIENCE)

    read()
    for code in ("", CODE, "B2"):
        page.choose_person(code)
        read()
        for name in ("free", "findings", "stopped", "lost"):
            show(window, station, situations()[name])
            see(f"{code} {name}", window)
    assert any(notice for notice in page.notices.notices)
    for plan in shipped_plans():
        page.list.choose(plan.name)
        see(plan.name, page.list)
    for phase in ("connecting", "another board"):
        show(window, station, replace(situations()["free"], phase=phase))
        see(phase, window)
    assert not left, listed(left)


# -- Prepare -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", ["quad-set", "shoulders-down", "bridge", None])
def test_prepare_says_nothing_in_english_whatever_is_answered(
    make_window: MakeWindow, disguise: Disguise, seen: Seen, qtbot: QtBot, plan: str | None
) -> None:
    window, station = shown(make_window)
    station.signs = replace(station.signs, charger=True)
    window.guide.change(plan=find_plan(plan) if plan else None, prescription=PRESCRIBED)
    see, left = seen(own_words(station))
    enter(window, "prepare")
    page = window.pages["prepare"]
    assert isinstance(page, PreparePage)
    qtbot.waitUntil(lambda: window.guide.mains._signs is not None, timeout=PATIENCE)
    for name, answers in (("open", Answers()), ("everything", EVERYTHING), ("nothing", NOTHING)):
        window.guide.change(answers=answers)
        for given in ("free", "findings", "lost"):
            show(window, station, situations()[given])
            see(f"{name} {given}", window)
    show(window, station, replace(situations()["free"], simulated=True))
    see("simulated", window)
    for i in range(len(find_plan(plan).muscles) if plan else 0):
        page.electrodes.choose(i)
        see(f"muscle {i}", window)
    assert not left, listed(left)


# -- Calibrate -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", ["quad-set", "bridge", "shoulders-down"])
def test_calibrate_says_nothing_in_english_before_while_and_after(
    disguise: Disguise, seen: Seen, qtbot: QtBot, plan: str
) -> None:
    one = Bench(plan)
    qtbot.addWidget(one.page)
    see, left = seen([channel.name for channel in one.channels])

    def look(name: str) -> None:
        one.look()
        see(name, one.page)
        actions = {part for action in one.page.offered() for part in (action.label, action.tip)}
        if english := english_in({*actions, one.page.note()}, []):
            left[f"{name} actions"] = english

    look("before")
    one.guide.today = replace(one.guide.today, answers=replace(NOTHING, only_if_agreed=frozenset({"12wk"})))
    look("gently")
    assert one.page.do("begin")
    for step in ("rest", "ready", "try", "pause"):
        if step != "pause" or one.practice.calibration is not None:
            one.until(step)
            look(step)
        if step == "try" and one.practice.calibration and one.practice.calibration.n_tries == 1:
            break
    one.finish()
    look("result")
    one.source.close()
    assert not left, listed(left)


@pytest.mark.parametrize("effort", [0.9, 0.0])
def test_a_verdict_is_not_in_english(disguise: Disguise, seen: Seen, qtbot: QtBot, effort: float) -> None:
    one = Bench("quad-set")
    qtbot.addWidget(one.page)
    see, left = seen([channel.name for channel in one.channels])
    one.efforts = iter([effort] * 20)
    one.calibrated()
    one.look()
    see("verdict", one.page)
    one.source.close()
    assert not left, listed(left)


# -- Review --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["activate", "hold", "relax", "track", "match", "quick", "isolate"])
def test_review_says_nothing_in_english(make_window: MakeWindow, disguise: Disguise, seen: Seen, kind: Any) -> None:
    window, station = shown(make_window)
    enter(window, "review")
    page = window.pages["review"]
    assert isinstance(page, ReviewPage)
    see, left = seen([*own_words(station), reviews.KEPT.path.name, "quad-set"])
    see("nothing", window)
    done = [
        *reviews.repetitions(("reached", "missed"), block="test", number=0),
        *reviews.repetitions(("reached", "missed", "excluded"), first=2000),
        Repetition(3000, "retest", 0, 1, "reached", "", 5.0, 45.0),
    ]
    why = {"gap": 1, "paused": 2, "ended": 1}
    for two in (False, True):
        told = reviews.summary(
            reviews.exercise(done, kind=kind, excluded=why, two=two, band=two), told=(), simulated=True
        )
        told = replace(told, told=told_of(told))
        kept = replace(
            reviews.KEPT, recovered=True, closed=False,
            problem="the disk does not answer: the end of the recording may be missing",
        )  # fmt: skip
        page.review = reviews.review(told, kept=kept, earlier=1)
        page.sheet.tell(page.review, QUAD, "")
        page.state = "shown"
        page.waiting.hide()
        page.sheet.show()
        window.look_slowly()
        see(f"two {two}", page.sheet)
    assert len(page.sheet.charts) == 1
    assert not left, listed(left)


def told_of(summary: Summary) -> tuple[Phrase, ...]:
    """Return the real sentences of what was made by hand."""
    practice = replace(PRACTICE, n_started=summary.n_started, n_reached=summary.n_reached)
    return (*told_sentences(practice, summary.exercises), missing(2, 1.5))


def test_free_practice_is_not_reviewed_in_english(make_window: MakeWindow, disguise: Disguise, seen: Seen) -> None:
    window, station = shown(make_window)
    page = window.pages["review"]
    assert isinstance(page, ReviewPage)
    see, left = seen([*own_words(station), reviews.KEPT.path.name])
    for n in (0, 3):
        told = reviews.summary(n_started=n, n_reached=n, best_hold=4.0)
        page.sheet.tell(reviews.review(replace(told, told=told_of(told))), None, "")
        see(str(n), page.sheet)
    assert not left, listed(left)


# -- dialogs and the person's screen -------------------------------------------------------------------


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    widget.resize(1280, 720)
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.mark.parametrize("name", ["quad-set", "shoulders-down", "bridge"])
def test_the_plan_editor_says_nothing_in_english_but_the_plans_own_text(
    disguise: Disguise, seen: Seen, parent: QWidget, tmp_path: Path, name: str
) -> None:
    plan = find_plan(name)
    editor = PlanEditor(plan, tmp_path / "plans", Look(LIGHT), parent, ask=lambda *_: False, n_channels=1)
    editor.show()
    QApplication.processEvents()
    see, left = seen([*editor_words(editor), plan.name])
    see("as it is", editor)
    for key in ("dose.work", "dose.sets", "name", "title", "target.low"):
        if key in editor.form.rows:
            editor.form.rows[key].set_value("999" if "." in key else "")
            editor.form.rows[key].changed.emit()
    assert editor.drafted.refusals
    see("refused", editor)
    assert not left, listed(left)
    editor.reject()


def editor_words(editor: PlanEditor) -> list[str]:
    """Return the plan's words as they are edited: in the language that they were written in."""
    words = []
    for value in editor._values.values():
        for text in value if isinstance(value, tuple) else (value,):
            words += [text] if isinstance(text, str) and len(text) > 3 else []
    return sorted(words, key=len, reverse=True)


def test_the_prescription_dialog_says_nothing_in_english(
    disguise: Disguise, seen: Seen, parent: QWidget, tmp_path: Path
) -> None:
    dialog = PrescriptionDialog(
        shipped_plans(), Look(LIGHT), parent, TODAY, choose=lambda *_: tmp_path / "given.toml", ask=lambda *_: True
    )
    dialog.show()
    see, left = seen([shown_day(dialog.form._review_day())])
    see("empty", dialog)
    for i in (0, 0, 1, 2, 3, 4):
        dialog.form.which.setCurrentIndex(i)
        dialog.form.add_plan()
        see(f"plan {i}", dialog)
    for text in ("", "0", "x"):
        for line in dialog.form.rows[0].inputs.values():
            line.setText(text)
        see(f"cap {text!r}", dialog)
    dialog.form.by.setText("far too long for initials")
    for line in dialog.form.rows[0].inputs.values():
        line.clear()
    see("initials", dialog)
    assert not left, listed(left)
    dialog.reject()


def test_a_usual_stop_rule_is_stored_in_the_words_that_the_program_knows_it_by(
    disguise: Disguise, parent: QWidget, tmp_path: Path
) -> None:
    dialog = PrescriptionDialog(
        shipped_plans(), Look(LIGHT), parent, TODAY, choose=lambda *_: tmp_path / "given.toml", ask=lambda *_: True
    )
    dialog.form.add_plan()
    made, _ = dialog.form.made()
    assert made is not None
    assert made.stop_rules == PRESCRIBED.stop_rules
    dialog.reject()


@pytest.mark.parametrize("whole", [True, False])
def test_a_prescription_that_is_read_in_is_not_shown_in_english(
    disguise: Disguise, seen: Seen, parent: QWidget, tmp_path: Path, *, whole: bool
) -> None:
    path = tmp_path / "given.toml"
    write_prescription(path, PRESCRIBED)
    if not whole:
        path.write_text(path.read_text(encoding="utf-8").replace("days_per_week = 3", "days_per_week = 9"), "utf-8")
    preview = PrescriptionPreview(path, Look(LIGHT), parent, TODAY)
    preview.show()
    days = [shown_day(day) for day in (PRESCRIBED.created, PRESCRIBED.review)]
    see, left = seen([path.name, "AB", "days_per_week", *days])
    see("shown", preview)
    assert preview.accept_button.isEnabled() == whole
    assert not left, listed(left)
    preview.reject()


def test_the_small_dialogs_say_nothing_in_english(
    disguise: Disguise, seen: Seen, parent: QWidget, tmp_path: Path
) -> None:
    people = people_in(tmp_path)
    see, left = seen(["Dskfull"])

    def refuse() -> str:
        raise OSError(28, "Dskfull")

    new = NewPerson(refuse, people, Look(), parent)
    see("new", new)
    new.accept()
    assert new.error
    see("new refused", new)
    outcomes = OutcomeDialog(Look(), parent)
    see("outcomes", outcomes)
    outcomes.accept()
    assert outcomes.error
    see("outcomes refused", outcomes)
    days = DaysDialog(
        people.read(CODE), people, lambda: dt.datetime.now(dt.UTC), Look(), parent, prescription=PRESCRIBED
    )
    see("days", days)
    assert not left, listed(left)
    for dialog in (new, outcomes, days):
        dialog.reject()


def test_the_persons_screen_says_nothing_in_english(disguise: Disguise, seen: Seen, qtbot: QtBot) -> None:
    window: PersonWindow = make_person_window(qtbot)
    window.resize(1280, 720)
    window.show()
    see, left = seen(["vastus medialis, left", "biceps femoris, left", "vastus medialis", "biceps femoris"])
    for i, given in enumerate(all_states()):
        show_person(window, given)
        see(str(i), window)
    assert not left, listed(left)
