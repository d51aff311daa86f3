"""What was before the session of a picture: a week of practice of one person, an earlier prescription, somebody away.

One rule: earlier sessions are real recordings, made as the session itself is.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

from biofeedback.recording.people import PEOPLE, People, Person
from biofeedback.training.commands import Site
from biofeedback.training.kept_prescription import keep_prescription
from biofeedback.training.plan_file import find_plan
from biofeedback.training.prescription import PrescribedPlan, Prescription
from biofeedback.ui.pictures.scenes import STARTED
from biofeedback.ui.pictures.session import SUBJECT, GuidedSession

FIRST = find_plan("find-your-muscle")
DAYS_BEFORE = (10, 8, 6, 4, 3, 1)
"""Days before that of the pictures on which the person practised; of another plan the whole session is much longer."""
SITE = Site(0, 32.0, 8.0, "gel, 24 mm", "shaved and wiped", "first time")
TODAY = STARTED + dt.timedelta(days=4)
"""A Friday, so that the week has days before it."""
OTHER, ANOTHER = "R4T8WX", "H9PLD3"


def after_a_week(root: Path) -> Path:
    """Return a folder of its own with the practice of `SUBJECT` in it; it is played once for all under `root`."""
    kept = root / "week"
    if not kept.exists():
        for n, days in enumerate(DAYS_BEFORE):
            _play(kept, n, TODAY - dt.timedelta(days=days))
        people = People(kept / "data" / PEOPLE)
        people.save(Person(SUBJECT, name="Maja", planned_days=(0, 1, 2, 4, 5), last_plan=FIRST.name))
        people.save(Person(OTHER, name="Jonas", planned_days=(0, 2, 4), last_plan=FIRST.name))
        for code in (OTHER, ANOTHER):
            (kept / "library" / f"sub-{code}").mkdir()  # reserved, and nothing recorded yet
    return _copy(root, kept)


def days_away(root: Path, n_days: int) -> tuple[Path, dt.datetime]:
    """Return a folder with a practice that ended, and the time `n_days` later."""
    return after_a_week(root), TODAY + dt.timedelta(days=n_days)


def with_prescription(root: Path) -> Path:
    """Return a folder in which `SUBJECT` has a prescription of two plans with caps."""
    folder = after_a_week(root)
    keep_prescription(People(folder / "data" / PEOPLE).make(SUBJECT), prescription())
    return folder


def prescription() -> Prescription:
    """Return a prescription as a clinician writes one."""
    return Prescription(
        created=(TODAY - dt.timedelta(days=12)).date(), by="AB", review=(TODAY + dt.timedelta(days=16)).date(),
        days_per_week=5, time_of_day="after breakfast",
        plans=(
            PrescribedPlan(find_plan("quad-set"), highest=60, sets=1, repetitions=8),
            PrescribedPlan(find_plan("knee-straightening-hold"), highest=45, sets=2),
        ),
    )  # fmt: skip


def _play(folder: Path, n: int, day: dt.datetime) -> None:
    """Play a session; the second day's was broken off."""
    session = GuidedSession(folder, FIRST, seed=n + 1, now=day)
    session.choose(SUBJECT)
    session.go_to("prepare")
    same = replace(SITE, same_marks="first time" if n == 0 else "yes")
    session.window.guide.change(sites=(same,))
    session.train()
    if n == 2:
        session.until_phase("rest", repetition=4, block="set")
        session.press("E", "E")
    else:
        session.until_phase("done")
    session.rate()
    session.go_to_review()
    session.close()


def _copy(root: Path, kept: Path) -> Path:
    n = sum(1 for _ in root.glob("after-*"))
    folder = root / f"after-{n}"
    shutil.copytree(kept, folder)
    return folder
