"""The moments before training that pictures show: Start, Prepare, Calibrate, and the dialogs that open from them.

One rule: a story goes the way that a person would, and stops where the picture is.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QDialog

from biofeedback.training.own_plans import OWN_PLANS
from biofeedback.training.plan_file import find_plan
from biofeedback.training.prescription import write_prescription
from biofeedback.ui.look.tokens import Look, palette_of
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.pictures.session import SUBJECT, GuidedSession
from biofeedback.ui.pictures.shot import Shot, Story
from biofeedback.ui.pictures.station import ON_WALL_POWER
from biofeedback.ui.pictures.week import FIRST, TODAY, after_a_week, days_away, prescription, with_prescription
from biofeedback.ui.plans.editor import PlanEditor
from biofeedback.ui.plans.prescription_dialog import PrescriptionDialog
from biofeedback.ui.plans.prescription_preview import PrescriptionPreview

HOLD = find_plan("knee-straightening-hold")
PAIR = find_plan("stand-up")


def pressing(*keys: str) -> Callable[[MainWindow], None]:
    """Return what opens something by keys."""

    def press(window: MainWindow) -> None:
        for key in keys:
            window.press_key(key)

    return press


def doing(*names: str) -> Callable[[MainWindow], None]:
    """Return what opens something by the names of actions."""

    def do(window: MainWindow) -> None:
        for name in names:
            window.do(name)

    return do


def look_of(session: GuidedSession) -> Look:
    """Return the look that the window has on."""
    settings = session.station.choice.settings
    return Look(palette_of(settings.palette), settings.text_percent)


def _make_prescription(window: MainWindow) -> None:
    """Open the dialog and add the plan that it offers first."""
    window.beside.make_prescription()
    if dialog := window.findChild(PrescriptionDialog):
        dialog.form.add.click()


def _start(root: Path) -> Iterator[Shot]:
    session = GuidedSession(after_a_week(root), FIRST, now=TODAY)
    session.choose(SUBJECT)
    session.tense(1.0, 0.8, 1.2)
    yield Shot("start", session)
    yield Shot("start-focus", session, lambda window: window.row.buttons["new person"].setFocus(
        Qt.FocusReason.TabFocusReason))  # fmt: skip
    yield Shot("start-new-person", session, doing("new person"))
    yield Shot("start-prescription-menu", session, doing("prescription"))
    yield Shot("start-days", session, doing("days"))
    yield Shot("plan-shelf", session, doing("edit plans"))

    def edit(window: MainWindow) -> None:
        PlanEditor(FIRST, session.station.data / OWN_PLANS, look_of(session), window).open()

    yield Shot("plan-editor", session, edit)
    yield Shot("prescription-dialog", session, _make_prescription)
    file = root / "prescription.toml"
    write_prescription(file, prescription())

    def preview(window: MainWindow) -> None:
        dialog: QDialog = PrescriptionPreview(file, look_of(session), window, TODAY.date())
        dialog.open()

    yield Shot("prescription-preview", session, preview)
    yield Shot("settings", session, doing("settings"))
    session.close()


def _simulated(root: Path) -> Iterator[Shot]:
    session = GuidedSession(root / "simulated", FIRST, as_board=False, now=TODAY)
    session.tense(1.4)
    yield Shot("start-simulated", session)
    session.choose()
    session.go_to("prepare")
    session.run(2)
    yield Shot("prepare-simulated", session)
    session.close()


def _prescribed(root: Path) -> Iterator[Shot]:
    session = GuidedSession(with_prescription(root), FIRST, now=TODAY)
    session.window.guide.change(subject=SUBJECT)
    session.settle()
    yield Shot("start-prescribed", session)
    session.close()


def _welcome(root: Path) -> Iterator[Shot]:
    folder, now = days_away(root, 12)
    session = GuidedSession(folder, FIRST, now=now)
    session.choose(SUBJECT)
    yield Shot("start-welcome-back", session)
    session.close()


def _prepare(root: Path) -> Iterator[Shot]:
    session = GuidedSession(after_a_week(root), FIRST, now=TODAY)
    session.choose(SUBJECT)
    session.go_to("prepare")
    muscle = session.station.source.muscle
    session.tense(1.0, 0.8)
    muscle.loosen(0)
    session.run(2.5)
    muscle.lose(40)
    session.run(0.5)
    session.press("A")
    session.run(1)
    yield Shot("prepare", session)
    muscle.loosen(0, loose=False)
    session.run(12)
    session.answer()
    yield Shot("prepare-good", session, pressing("1"))
    session.station.signs = ON_WALL_POWER
    session.run(6)
    yield Shot("prepare-mains", session)
    session.close()


def _prepare_two(root: Path) -> Iterator[Shot]:
    session = GuidedSession(root / "two", PAIR, n_channels=2, now=TODAY)
    session.choose(SUBJECT)
    session.go_to("prepare")
    session.run(3)
    session.answer()
    yield Shot("prepare-two", session)
    session.close()


def _calibrate(root: Path) -> Iterator[Shot]:
    session = GuidedSession(root / "calibrate", HOLD, now=TODAY)
    session.choose(SUBJECT)
    session.go_to("calibrate")
    yield Shot("calibrate-before", session)
    session.press("Enter")

    def at(step: str, number: int, seconds: float) -> bool:
        here = session.calibration
        done = here is not None and here.step_seconds - here.seconds_left
        return here is not None and (here.step, here.number) == (step, number) and done >= seconds

    for name, step, number, seconds in (
        ("rest", "rest", 1, 2.0), ("ready", "ready", 1, 1.0), ("push-1", "try", 1, 2.4), ("pause", "pause", 2, 6.0),
        ("push-2", "try", 2, 3.0),
    ):  # fmt: skip
        session.until(functools.partial(at, step, number, seconds))
        yield Shot(f"calibrate-{name}", session)
    session.until(lambda: session.calibration is None)
    session.run(0.5)
    yield Shot("calibrate-result", session)
    session.press("O")
    session.until(lambda: at("try", 2, 0.0))
    session.station.source.effort[0] = 0.83
    session.until(lambda: session.calibration is None)
    session.run(0.5)
    yield Shot("calibrate-care", session)
    session.station.source.effort[0] = 0.004
    session.press("O")
    session.until(lambda: session.calibration is None)
    session.run(0.5)
    yield Shot("calibrate-not-usable", session)
    session.station.source.effort[0] = 1.0
    session.press("Enter")
    session.until(lambda: at("try", 1, 2.0))
    session.unplug(4.2)
    yield Shot("calibrate-waiting", session)
    session.close()


def _calibrate_two(root: Path) -> Iterator[Shot]:
    session = GuidedSession(root / "calibrate-two", PAIR, n_channels=2, now=TODAY)
    session.choose(SUBJECT)
    session.go_to("calibrate")
    session.press("Enter")
    session.until(lambda: session.calibration is None)
    session.run(0.5)
    yield Shot("calibrate-two-first", session)
    session.press("Enter", "Enter")
    session.until(lambda: (step := session.calibration) is not None and step.step == "try")
    session.run(2.5)
    yield Shot("calibrate-two-push", session)
    session.until(lambda: session.calibration is None)
    session.run(0.5)
    yield Shot("calibrate-two-result", session)
    session.close()


CALIBRATE = tuple(
    f"calibrate-{name}"
    for name in ("before", "rest", "ready", "push-1", "pause", "push-2", "result", "care", "not-usable", "waiting")
)
STORIES = (
    Story(("start", "start-focus", "start-new-person", "start-prescription-menu", "start-days", "plan-shelf",
           "plan-editor", "prescription-dialog", "prescription-preview", "settings"), _start),
    Story(("start-simulated", "prepare-simulated"), _simulated),
    Story(("start-prescribed",), _prescribed),
    Story(("start-welcome-back",), _welcome),
    Story(("prepare", "prepare-good", "prepare-mains"), _prepare),
    Story(("prepare-two",), _prepare_two),
    Story(CALIBRATE, _calibrate),
    Story(("calibrate-two-first", "calibrate-two-push", "calibrate-two-result"), _calibrate_two),
)  # fmt: skip
