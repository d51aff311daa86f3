"""The word, hint and countdown of every state of the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from biofeedback.emg.findings import found
from biofeedback.engine_state import EngineState
from biofeedback.training.commands import SetTarget
from biofeedback.ui.moment import moment
from tests.ui.states import calibrating, recording, result, state

NOW = 100.02


def said(given: EngineState, now: float = NOW) -> tuple[str, str]:
    shown = moment(given, now)
    return shown.word.filled(), shown.hint.filled().replace("\n", " ")


@pytest.mark.parametrize(
    ("given", "word", "part_of_hint"),
    [
        (state(references=(None,), unit="uV"), "READY", "percent of today's best (C)"),
        (state(), "CONTRACT", "Up to the line"),
        (state(holding=True, above=True, hold_clock=1.8, hold_fraction=0.36), "HOLD", "Stay above the line"),
        (state(holding=True, target=SetTarget(40.0, 50.0)), "HOLD", "inside the band"),
        (state(holding=True, reached=True, hold_clock=5.4, hold_fraction=1.0), "REACHED", "Let go when you like"),
        (state(paused=True), "PAUSED", "Space goes on"),
        (calibrating("rest", 4.2, 5.0), "REST", "go soft"),
        (calibrating("ready", 2.0, 3.0), "GET READY", "Push 1 of 2"),
        (calibrating("try", 2.4, 5.0), "PUSH", "As firmly as you can without pain. Breathe out as you push."),
        (calibrating("pause", 20.0, 25.0, 2, (800.0,)), "PAUSE", "Let go"),
        (result("good", ""), "GOOD", "Your two best tries agree within 6 %. Comfortable effort, not a maximum"),
        (result("care", "tries differ", 18.0), "USABLE WITH CARE", "Your tries differ by 18 %"),
        (result("not usable", "ceiling"), "NOT USABLE YET", "turn the sensor's gain down, then try again (C)"),
        (result("not usable", "hardly above rest"), "NOT USABLE YET", "check the electrodes, then try again (C)"),
        (result("good", "", age=20.0), "CONTRACT", "Up to the line"),
    ],
)
def test_each_state_has_its_word_and_hint(given: EngineState, word: str, part_of_hint: str) -> None:
    assert said(given)[0] == word
    assert part_of_hint in said(given)[1]


def test_a_hold_counts_down_what_is_left_of_it() -> None:
    shown = moment(state(holding=True, above=True, hold_clock=1.8, hold_fraction=0.36), NOW)
    assert shown.seconds_left == pytest.approx(3.2)
    assert (shown.progress, shown.met) == (0.36, True)


def test_a_calibration_step_counts_down_and_no_target_is_asked_for() -> None:
    shown = moment(calibrating("try", 2.0, 5.0), NOW)
    assert shown.seconds_left == 2.0
    assert shown.progress == pytest.approx(0.6)
    assert not shown.with_target


def test_after_half_a_second_without_data_nothing_is_shown_as_now() -> None:
    given = replace(state(holding=True, above=True), recording=recording())
    assert moment(given, 100.49).silent_for is None
    late = moment(given, 104.0)
    assert late.silent_for == pytest.approx(4.0)
    assert late.word.filled() == "WAITING FOR THE BOARD"
    assert late.hint.filled() == "Recording kept: 12:04, 8.1 MB. Plug the board in: it goes on by itself."
    assert late.can_reconnect
    assert not late.met


def test_a_source_without_pace_is_never_late() -> None:
    assert moment(state(), 200.0, paced=False).silent_for is None


def test_another_board_is_asked_about_and_nothing_is_shown_as_now() -> None:
    shown = moment(replace(state(), phase="another board", message="Another board is plugged in. Go on?"), 100.1)
    assert (shown.word.filled(), shown.hint.filled()) == ("ANOTHER BOARD", "Another board is plugged in. Go on?")
    assert shown.silent_for is not None
    assert shown.can_reconnect


def test_a_lost_board_is_waited_for_at_once() -> None:
    shown = moment(replace(state(), phase="lost", message="unplugged"), 100.1)
    assert shown.word.filled() == "WAITING FOR THE BOARD"
    assert "Nothing is being recorded" in shown.hint.filled()


def test_a_saturated_signal_says_so_in_place_of_the_hint() -> None:
    assert "hits its ceiling" in said(state(found("saturation", "fix", 0)))[1]


def without_value(given: EngineState) -> EngineState:
    assert given.update is not None
    level: tuple[float | None, ...] = (None,)
    return replace(given, update=replace(given.update, practice=replace(given.update.practice, level=level)))


@pytest.mark.parametrize("how", [{}, {"holding": True, "above": True, "hold_clock": 1.8, "hold_fraction": 0.36}])
def test_while_trouble_stops_the_clock_nothing_is_called_a_hold(how: dict[str, Any]) -> None:
    given = without_value(state(found("loose", "fix", 0), **how))
    shown = moment(given, NOW)
    assert shown.word.filled() == "NOT COUNTED"
    assert shown.hint.filled() == "An electrode may be loose.\nPress the sensor's electrodes down for ten seconds."
    assert (shown.uncounted, shown.met, shown.with_target, shown.tone) == (True, False, False, "look")
    assert (shown.seconds_left is not None) == bool(how)


def test_a_moment_without_a_value_is_no_news() -> None:
    assert said(without_value(state(holding=True)))[0] == "HOLD"
    assert said(without_value(state(found("loose", "fix", 1), holding=True)))[0] == "HOLD"
    assert said(state(found("hum", "fix", 0, percent=40), holding=True))[0] == "HOLD"


def test_with_the_simulated_muscle_space_contracts_and_p_pauses() -> None:
    assert "hold Space" in said(replace(state(), by_hand=True))[1]
    assert said(replace(state(paused=True), by_hand=True))[1] == "P goes on"


def test_a_failure_says_its_own_sentence() -> None:
    failed = replace(state(), phase="failed", message="The measurement stopped.")
    assert said(failed) == ("STOPPED", "The measurement stopped.")
