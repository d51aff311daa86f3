"""What goes wrong in a session, in the real app: closing at any moment, cables, wall power, pain, ways back and forth.

One rule: whatever happens, what was recorded is closed, whole, and gives its own numbers again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from biofeedback.recording.library import RunSummary, runs
from biofeedback.report.recompute import Replay, recompute
from biofeedback.training.commands import Answer, Command, Pause, Resume, SetExercise
from biofeedback.training.events import Repetition
from biofeedback.ui.guide import STEPS, Step
from biofeedback.ui.review.page import ReviewPage
from tests.ui.session_driver import App, MakeApp, Session
from tests.ui.session_hands import (
    Keyboard,
    Mouse,
    at_work,
    finish,
    rate,
    reviewed,
    to_calibrate,
    to_end,
    to_exercise,
    to_prepare,
    to_train,
    to_work,
)
from tests.ui.session_time import CHARGER, QUIET, cut

Key = Qt.Key
ONE = cut("find-your-muscle", sets=2, tests=1, tries=1)
TRIES = cut("knee-straightening-hold", tests=1)
TWO = cut("arm-up-neck-quiet", tests=1, tries=1)


REACHED, BEGUN_ANEW = ("reached", ""), ("excluded", "paused")
"""A repetition that stood still does not count, and is done once more."""


def kept(app: App) -> list[RunSummary]:
    """Return the recordings, all closed, whole, and giving the same numbers again."""
    found = runs(app.station.library) if app.station.library.exists() else []
    for run in found:
        assert (run.closed, run.recovered, run.problem) == (True, False, None)
        again = recompute(run.path)
        assert again.complete
        assert again.identical
    return found


def told(path: Path) -> list[Command]:
    return [command for _, command in Replay(path).commands]


def repetitions(path: Path) -> list[tuple[str, str]]:
    """Return result and reason of each repetition of the sets."""
    replay = Replay(path)
    for _ in replay.updates():
        pass
    return [(one.result, one.why) for one in replay.happened if isinstance(one, Repetition) and one.block == "set"]


def review_page(session: Session) -> ReviewPage:
    page = session.window.pages["review"]
    assert isinstance(page, ReviewPage)
    return page


# -- closing ------------------------------------------------------------------------------------------------


def _at_start(session: Session) -> None:
    session.go_on(1)


def _at_prepare(session: Session) -> None:
    to_prepare(session, Mouse(session), ONE)


def _before_calibration(session: Session) -> None:
    to_calibrate(session, Mouse(session), ONE)


def _calibrating(step: str, number: int) -> Callable[[Session], None]:
    def there(session: Session) -> None:
        to_calibrate(session, Mouse(session), TRIES)
        session.press("begin")
        session.until(
            lambda: (now := session.practice.calibration) is not None and (now.step, now.number) == (step, number)
        )

    return there


def _with_a_result(session: Session) -> None:
    to_calibrate(session, Mouse(session), ONE)
    session.press("begin")
    session.until(lambda: session.practice.result is not None)
    session.go_on(0.5)


def _asked_before(session: Session) -> None:
    to_train(session, Mouse(session), ONE)
    assert session.window.train.cards.rating.isVisible()


def _waiting(session: Session) -> None:
    to_train(session, Mouse(session), ONE)
    rate(session, Mouse(session))


def _phase(phase: str, block: str) -> Callable[[Session], None]:
    def there(session: Session) -> None:
        to_exercise(session, Mouse(session), ONE)
        session.until(lambda: (now := session.exercise) is not None and (now.phase, now.block) == (phase, block))

    return there


def _paused(session: Session) -> None:
    at_work(session, Mouse(session), ONE)
    session.press("pause")
    session.until(lambda: session.practice.paused, 1)


def _stopping(session: Session) -> None:
    at_work(session, Mouse(session), ONE)
    session.key("x")
    assert session.window.train.cards.stop.isVisible()


def _noting(session: Session) -> None:
    at_work(session, Mouse(session), ONE, "test")
    session.key("m")
    assert session.window.train.cards.note.isVisible()


def _asked_after(session: Session) -> None:
    to_exercise(session, Mouse(session), ONE)
    to_end(session)


def _unplugged(session: Session) -> None:
    at_work(session, Mouse(session), ONE, "test")
    session.station.board.unplug()
    session.go_on(1)
    assert session.state.phase == "lost"


def _reviewing(session: Session) -> None:
    _asked_after(session)
    rate(session, Mouse(session))
    session.press("finish")
    assert session.step == "review"


def _reviewed(session: Session) -> None:
    _reviewing(session)
    session.wait(lambda: reviewed(session), ticking=True)


STATES: dict[str, Callable[[Session], None]] = {
    "start": _at_start, "prepare": _at_prepare, "before calibration": _before_calibration,
    "calibration rest": _calibrating("rest", 1), "calibration ready": _calibrating("ready", 1),
    "calibration try": _calibrating("try", 1), "calibration pause": _calibrating("pause", 2),
    "calibration result": _with_a_result, "rating before": _asked_before, "waiting": _waiting,
    "rest sample": _phase("sample", "test"), "get ready": _phase("ready", "test"), "test": _phase("work", "test"),
    "work": _phase("work", "set"), "rest": _phase("rest", "set"), "pause between sets": _phase("pause", "set"),
    "paused": _paused, "stop card": _stopping, "marker note": _noting, "rating after": _asked_after,
    "unplugged": _unplugged, "review reading": _reviewing, "review": _reviewed,
}  # fmt: skip
BEFORE_RECORDING = ("start", "prepare")


@pytest.mark.parametrize("state", STATES)
def test_the_window_may_be_closed_at_any_moment(make_app: MakeApp, state: str) -> None:
    app = make_app(ONE, TRIES)

    def plot(session: Session) -> None:
        STATES[state](session)
        session.window.close()
        assert not session.window.isVisible()

    app.run(plot)
    assert len(kept(app)) == (0 if state in BEFORE_RECORDING else 1)


# -- cables -------------------------------------------------------------------------------------------------


def test_a_board_unplugged_in_mid_set_is_waited_for_and_the_set_goes_on(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand, stage = Mouse(session), session.window.stage
        to_exercise(session, hand, ONE)
        board = session.station.board
        to_work(session)
        session.go_on(1)
        board.unplug()
        session.go_on(1)
        assert session.words[-1] == "WAITING FOR THE BOARD"
        assert stage.live.level is None
        assert stage.reconnect.isVisible()
        board.plugged = True
        session.until(lambda: session.state.phase == "streaming", 10)
        assert session.exercise is not None
        assert not session.practice.paused
        assert (session.exercise.block, session.exercise.set_number) == ("set", 1)
        session.go_on(1)
        assert not stage.reconnect.isVisible()
        finish(session, hand)
        said = review_page(session).sheet.sentences.accessibleDescription()
        assert "You did 4 of 4 repetitions; 4" in said
        assert "seconds of signal are missing in 1 places; they are not counted." in said

    app.run(plot)
    [run] = kept(app)
    assert repetitions(run.path) == [BEGUN_ANEW, *4 * [REACHED]]


def test_after_half_a_minute_without_the_board_a_new_recording_stands_paused(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand = Keyboard(session)
        to_exercise(session, hand, ONE)
        board = session.station.board
        to_work(session, repetition=2)
        first = session.window.guide.recording
        board.unplug()
        session.go_on(1)
        session.station.time.go_on(31)
        session.go_on(1)
        board.plugged = True
        session.until(lambda: session.state.phase == "streaming", 10)
        session.go_on(1)
        assert session.practice.paused
        assert session.words[-1] == "PAUSED"
        assert session.window.guide.is_recording
        assert session.window.guide.recording != first
        session.key("p")
        session.until(lambda: not session.practice.paused, 1)
        finish(session, hand)

    app.run(plot)
    first, second = kept(app)
    assert (first.session, first.subject) == (second.session, second.subject)
    assert (first.run, second.run) == (1, 2)


@pytest.mark.parametrize("hand_name", ["mouse", "keys"])
def test_another_board_is_asked_about_and_gets_a_recording_of_its_own(make_app: MakeApp, hand_name: str) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand = Mouse(session)
        to_exercise(session, hand, ONE)
        board = session.station.board
        to_work(session, "test")
        board.unplug()
        session.go_on(1)
        board.label, board.plugged = "some other board", True
        session.until(lambda: session.state.phase == "another board", 10)
        session.go_on(1)
        assert session.words[-1] == "ANOTHER BOARD"
        if hand_name == "mouse":
            session.click(session.window.stage.reconnect)
        else:
            session.key(Key.Key_F5)
        session.until(lambda: session.state.phase == "streaming", 10)
        session.go_on(1)
        assert session.window.guide.is_recording

    app.run(plot)
    assert len(kept(app)) == 2


def test_a_session_ended_while_the_board_is_away_is_reviewed_all_the_same(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand = Mouse(session)
        to_exercise(session, hand, ONE)
        to_end(session)
        rate(session, hand)
        session.station.board.unplug()
        session.go_on(1)
        hand.review()
        session.wait(lambda: reviewed(session))
        assert "You did 4 of 4 repetitions" in review_page(session).sheet.sentences.accessibleDescription()

    app.run(plot)
    assert len(kept(app)) == 1


def test_scans_lost_on_the_line_are_a_gap_and_never_a_reason_to_stop(make_app: MakeApp) -> None:
    app = make_app(TWO)

    def plot(session: Session) -> None:
        hand = Mouse(session)
        at_work(session, hand, TWO)
        session.station.board.lose(0.3)
        finish(session, hand)

    app.run(plot)
    [run] = kept(app)
    assert repetitions(run.path)[0] == ("excluded", "gap")


# -- wall power, pain, pausing ------------------------------------------------------------------------------


def test_wall_power_in_mid_set_pauses_and_only_a_person_goes_on_once_it_is_gone(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand, window = Keyboard(session), session.window
        at_work(session, hand, ONE)
        session.station.signs = CHARGER
        session.wait(lambda: window.guide.mains.verdict.red, ticking=True)
        session.until(lambda: session.practice.paused, 3)
        recorded = session.state.recording
        assert recorded is not None
        presses: tuple[str | Key, ...] = ("p", Key.Key_Space, Key.Key_Return)
        for press in presses:  # no way to go on
            session.key(press)
            session.go_on(0.5)
            assert session.practice.paused, press
            assert window.guide.is_recording
        session.go_on(1)
        assert session.state.recording is not None
        assert session.state.recording.seconds > recorded.seconds
        session.station.signs = QUIET
        session.wait(lambda: not window.guide.mains.verdict.red, ticking=True)
        session.go_on(2)
        assert session.practice.paused  # nobody has said so yet
        session.key("p")
        session.until(lambda: not session.practice.paused, 2)
        finish(session, hand)

    app.run(plot)
    [run] = kept(app)
    commands = told(run.path)
    assert commands.count(Pause("mains")) == 1
    assert [one for one in commands if isinstance(one, Resume)] == [Resume()]
    assert [one.yes for one in commands if isinstance(one, Answer) and one.question == "mains"] == ["", "charger", ""]
    assert [one for one in repetitions(run.path) if one != BEGUN_ANEW] == 4 * [REACHED]  # paused perhaps in a rest


@pytest.mark.parametrize("hand_name", ["mouse", "keys"])
def test_a_stop_rule_is_stored_and_review_follows(make_app: MakeApp, hand_name: str) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        at_work(session, Keyboard(session), ONE)
        card = session.window.train.cards.stop
        if hand_name == "keys":
            session.key("x")
            session.key("1")
        else:
            session.press("stop")
            session.click(card.rules[0])
        assert not card.isVisible()
        assert session.step == "review"
        session.wait(lambda: reviewed(session), ticking=True)

    app.run(plot)
    [run] = kept(app)
    assert [one for one in told(run.path) if isinstance(one, Answer) and one.question == "stopped"] == [
        Answer("stopped", "pain")
    ]
    assert repetitions(run.path) == [BEGUN_ANEW]


def test_pausing_by_key_and_going_on_does_not_count_what_was_under_way(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand = Keyboard(session)
        at_work(session, hand, ONE)
        session.key(Key.Key_Space)
        session.until(lambda: session.practice.paused, 1)
        session.go_on(3)
        assert session.words[-1] == "PAUSED"
        session.key(Key.Key_Space)
        session.until(lambda: not session.practice.paused, 1)
        to_end(session)

    app.run(plot)
    [run] = kept(app)
    assert repetitions(run.path) == [BEGUN_ANEW, *4 * [REACHED]]


def test_finish_twice_ends_the_exercise_and_review_tells_how_far_it_went(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand = Keyboard(session)
        at_work(session, hand, ONE, repetition=2)
        session.key("e")
        session.until(lambda: session.practice.paused, 1)
        session.key("e")
        finish(session, hand)
        said = review_page(session).sheet.sentences.accessibleDescription()
        assert said.startswith("You did 2 of 4 repetitions; 1"), said

    app.run(plot)
    kept(app)


# -- what is hidden, other windows, ways back and forth -----------------------------------------------------


def test_the_bar_of_the_test_stays_hidden_whatever_is_pressed(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand, stage = Keyboard(session), session.window.stage
        to_exercise(session, hand, ONE)
        session.key(Key.Key_F11)
        to_work(session, "test")
        for press in ("h", "w", "t", Key.Key_Up, "h", "w"):
            session.key(press)
            session.tick()
            session.look()
            assert session.exercise is not None
            assert session.exercise.bar_hidden, press
            stage.live.grab()
            assert stage.live.level is None
            assert stage.raw is None or not stage.raw.isVisible()
            assert session.window.beside.person.view.levels in ((), (None,))
        session.key(Key.Key_F11)
        to_work(session)
        session.look()
        stage.live.grab()
        assert stage.live.level is not None

    app.run(plot)
    kept(app)


def test_the_persons_screen_opens_and_closes_in_mid_session_and_hands_its_keys_on(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand, person = Keyboard(session), session.window.beside.person
        to_exercise(session, hand, ONE)
        session.key(Key.Key_F11)
        assert person.isVisible()
        to_work(session)
        person.activateWindow()
        person.setFocus()
        session.wait(person.isActiveWindow)
        assert QApplication.focusWidget() is person
        session.key("p")
        session.until(lambda: session.practice.paused, 1)
        session.key("p")
        session.until(lambda: not session.practice.paused, 1)
        session.key(Key.Key_Escape)
        assert not person.isVisible()
        assert session.window.isVisible()
        session.window.activateWindow()
        session.wait(session.window.isActiveWindow)
        session.key(Key.Key_F11)
        assert person.isVisible()
        to_work(session, set_number=2)  # and it is open when the app ends

    app.run(plot)
    kept(app)


def test_ways_back_and_forth_keep_one_recording_and_one_exercise(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand, guide = Keyboard(session), session.window.guide
        at_work(session, hand, ONE)
        path = guide.recording
        for step in ("calibrate", "train", "prepare", "calibrate", "train", "start", "prepare", "calibrate", "train"):
            session.click(session.window.header.steps[step])
            session.go_on(0.6)
            assert session.step == step
            assert guide.recording == path
            assert guide.is_recording
            assert session.practice.paused
            assert session.exercise is not None
            assert session.exercise.phase == "work"
        session.key("p")
        session.until(lambda: not session.practice.paused, 2)
        finish(session, hand)

    app.run(plot)
    [run] = kept(app)
    assert len([one for one in told(run.path) if isinstance(one, SetExercise)]) == 1
    assert repetitions(run.path) == [BEGUN_ANEW, *4 * [REACHED]]


def test_escape_leads_back_step_by_step_and_enter_forth_again(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand = Keyboard(session)
        to_train(session, hand, ONE)
        rate(session, hand)
        for step in reversed(STEPS[:3]):
            session.key(Key.Key_Escape)
            session.go_on(0.6)
            assert session.step == step
        session.key(Key.Key_Escape)
        assert session.step == "start"
        for name, step in (("prepare", "prepare"), ("next", "calibrate"), ("train", "train")):
            session.go_on(0.6)
            hand.primary(name)
            assert session.step == step
        hand.begin()
        to_work(session, "test")

    app.run(plot)
    assert len(kept(app)) == 1


@pytest.mark.parametrize("step", STEPS[:3])
def test_space_in_another_step_neither_begins_nor_goes_on(make_app: MakeApp, step: Step) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand, steps = Keyboard(session), session.window.header.steps
        to_train(session, hand, ONE)
        rate(session, hand)
        session.click(steps[step])
        session.key(Key.Key_Space)
        session.go_on(1)
        assert session.exercise is None
        assert not session.practice.paused

    app.run(plot)


def test_train_again_after_review_is_a_new_recording_of_the_same_person(make_app: MakeApp) -> None:
    app = make_app(ONE)

    def plot(session: Session) -> None:
        hand = Mouse(session)
        at_work(session, hand, ONE)
        session.press("finish")
        session.go_on(0.5)
        session.press("finish")
        finish(session, hand)
        session.press("again")
        session.until(lambda: session.window.guide.is_recording, 3)

    app.run(plot)
    first, second = kept(app)
    assert first.subject == second.subject
