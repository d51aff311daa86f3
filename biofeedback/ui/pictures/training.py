"""The moments of training and after it that pictures show, of every kind of exercise, and of the person's screen.

One rule: as in `before`; what goes wrong goes wrong in the signal, on its way, or at the wall.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

from biofeedback.sources.person import Screen
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import find_plan
from biofeedback.ui.background import Job
from biofeedback.ui.pictures.before import HOLD, PAIR, doing, look_of, pressing
from biofeedback.ui.pictures.session import SUBJECT, GuidedSession
from biofeedback.ui.pictures.shot import Shot, Story
from biofeedback.ui.pictures.station import ON_WALL_POWER
from biofeedback.ui.pictures.week import FIRST, TODAY, after_a_week
from biofeedback.ui.review.outcome_dialog import OutcomeDialog
from biofeedback.ui.review.page import ReviewPage

LINE = find_plan("foot-lift")


def _at_train(folder: Path, plan: Plan, *, n_channels: int = 1, seed: int = 3) -> GuidedSession:
    """Return a session whose exercise has begun."""
    session = GuidedSession(folder, plan, n_channels=n_channels, seed=seed, now=TODAY)
    session.choose(SUBJECT)
    session.train()
    return session


def _holding(session: GuidedSession, seconds: float) -> Callable[[], bool]:
    def holds() -> bool:
        exercise = session.exercise
        return exercise is not None and exercise.holding and exercise.hold_clock >= seconds

    return holds


def _exercise(root: Path) -> Iterator[Shot]:
    session = GuidedSession(root / "exercise", HOLD, seed=3, now=TODAY)
    session.choose(SUBJECT)
    session.go_to("train")
    session.settle()
    yield Shot("train-rating-before", session)
    session.rate()
    yield Shot("train-begin", session)
    session.press("P")
    session.until_phase("work", repetition=2, seconds=3, block="test")
    yield Shot("train-test", session)
    session.until_phase("work", repetition=2, seconds=0.3, block="set")
    yield Shot("train-contract", session)
    yield Shot("person-contract", session, person=True)
    session.until(_holding(session, 4.5))
    yield Shot("train-hold", session)
    yield Shot("person", session, person=True)
    yield Shot("train-raw", session, pressing("W"), pressing("W"))
    yield Shot("train-delay", session, doing("delay"), doing("delay"))
    yield Shot("train-sound", session, lambda window: window.strip.sound.click(),
               lambda window: window.beside.sound_card.close_card())  # fmt: skip
    yield Shot("train-more", session, lambda window: window.train.action_bar.more.click())
    yield Shot("train-note", session, pressing("M"), lambda window: window.train.cards.note.hide())
    session.until_phase("rest", repetition=2, seconds=0.5)
    yield Shot("train-let-go", session)
    session.until_phase("rest", repetition=4, seconds=18.8)
    yield Shot("train-rest", session)
    yield Shot("person-rest", session, person=True)
    session.press("Up", "Up")
    yield Shot("train-target", session)
    session.until(_holding(session, 3.0))
    session.press("H")
    session.run(0.5)
    yield Shot("train-hidden", session)
    session.press("H")
    session.until_phase("pause", seconds=9)
    yield Shot("train-pause", session)
    session.until_phase("work", repetition=3, seconds=5)
    session.press("P")
    session.run(1)
    yield Shot("train-paused", session)
    session.press("P")
    session.until(_holding(session, 2.0))
    session.press("X")
    yield Shot("train-stop", session)
    session.close()


def _line(root: Path) -> Iterator[Shot]:
    session = _at_train(root / "line", LINE, seed=4)
    session.until(lambda: (one := session.exercise) is not None and (one.set_number, one.repetition) == (2, 5))
    session.until(_holding(session, 3.2))
    yield Shot("train-line", session)
    session.close()


def _faults(root: Path) -> Iterator[Shot]:
    session = _at_train(root / "faults", HOLD)
    session.until_phase("work", repetition=2, block="set")
    session.until(_holding(session, 2.5))
    muscle = session.station.source.muscle
    muscle.loosen(0)
    session.run(2.5)
    yield Shot("train-loose", session)
    yield Shot("train-findings", session, doing("findings"), doing("findings"))
    muscle.loosen(0, loose=False)
    session.until_phase("work", repetition=4, block="set")
    session.until(_holding(session, 3.0))
    session.station.signs = ON_WALL_POWER
    for _ in range(7):
        session.run(1)
        session.settle()
    yield Shot("train-mains", session)
    session.close()


def _stale(root: Path) -> Iterator[Shot]:
    session = _at_train(root / "stale", HOLD)
    session.until_phase("work", repetition=3, block="set")
    session.until(_holding(session, 4.0))
    session.unplug(4.2)
    yield Shot("stale", session)
    yield Shot("person-stale", session, person=True)
    session.close()


def _over(root: Path) -> Iterator[Shot]:
    session = _at_train(after_a_week(root), FIRST, seed=8)
    session.until_phase("done")
    session.run(1)
    session.settle()
    yield Shot("train-rating", session)
    session.rate()
    yield Shot("train-over", session)
    session.go_to_review()
    yield Shot("review", session)
    yield Shot("review-outcome", session, lambda window: OutcomeDialog(look_of(session), window).open())
    session.close()


def _broken_off(root: Path) -> Iterator[Shot]:
    session = _at_train(root / "broken", PAIR, n_channels=2, seed=5)
    session.until_phase("rest", repetition=4, block="set")
    session.press("X")
    session.window.train.cards.stop.stopped.emit("pain")
    session.run(0.5)
    session.go_to_review()
    yield Shot("review-broken-off", session)
    session.close()


def _free(root: Path) -> Iterator[Shot]:
    session = GuidedSession(root / "free", HOLD, seed=5, now=TODAY)
    session.settle()
    session.press("F")
    session.answer()
    session.press("Enter", "C")
    session.until(lambda: session.calibration is None)
    for seconds in (4.0, 7.0, 3.0, 6.5):
        session.tense(seconds)
        session.run(3)
    session.wish = Screen("work", kind="hold", low=55.0, bars=(None,))
    session.run(3.6)
    yield Shot("train-free", session)
    session.wish = Screen()
    session.run(3)
    session.press("E")
    session.go_to_review()
    yield Shot("review-free", session)
    page = session.window.pages["review"]
    recording = session.window.guide.recording
    if not isinstance(page, ReviewPage) or recording is None:
        raise RuntimeError("nothing to review")
    page._job = Job()  # noqa: SLF001 - reading is faster than any picture: it is held here
    page._job.progress(0.4)  # noqa: SLF001
    page._enter("reading")  # noqa: SLF001
    yield Shot("review-reading", session)
    session.press("Esc")
    yield Shot("review-cancelled", session)
    recording.write_bytes(recording.read_bytes()[:1000])
    session.press("Enter")
    yield Shot("review-failed", session)
    session.close()


def _one(name: str, plan: str, phase: str, seconds: float, n_channels: int, root: Path) -> Iterator[Shot]:
    """Show one moment of a plan, and the same on the person's screen."""
    session = _at_train(root / name, find_plan(plan), n_channels=n_channels)
    session.until_phase(phase, repetition=2, seconds=seconds, block="set")
    yield Shot(f"train-{name}", session)
    yield Shot(f"person-{name}", session, person=True)
    if n_channels == 2:
        session.press("Down")
        yield Shot(f"train-{name}-target", session)
    session.close()


def _kind(name: str, plan: str, seconds: float, n_channels: int = 1, phase: str = "work") -> Story:
    names = (f"train-{name}", f"person-{name}", *((f"train-{name}-target",) if n_channels == 2 else ()))
    return Story(names, functools.partial(_one, name, plan, phase, seconds, n_channels))


STORIES = (
    Story(("train-rating-before", "train-begin", "train-test", "train-contract", "person-contract", "train-hold",
           "person", "train-raw", "train-delay", "train-sound", "train-more", "train-note", "train-let-go",
           "train-rest", "person-rest", "train-target", "train-hidden", "train-pause", "train-paused",
           "train-stop"), _exercise),
    Story(("train-line",), _line),
    Story(("train-loose", "train-findings", "train-mains"), _faults),
    Story(("stale", "person-stale"), _stale),
    Story(("train-rating", "train-over", "review", "review-outcome"), _over),
    Story(("review-broken-off",), _broken_off),
    Story(("train-free", "review-free", "review-reading", "review-cancelled", "review-failed"), _free),
    _kind("relax", "shoulders-down", 20.0),
    _kind("quick", "quick-on-quick-off", 0.6),
    _kind("track", "follow-the-wave", 12.0),
    _kind("two", "stand-up", 1.8, 2),
    _kind("isolate", "arm-up-neck-quiet", 3.2, 2),
)  # fmt: skip
