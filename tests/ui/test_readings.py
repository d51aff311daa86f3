"""Numbers on the screen: levels, scales, the parts of the delay, the history of holds."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from biofeedback.emg.findings import found
from biofeedback.training.calibration import QUICK, CalibrationState
from biofeedback.ui.phrase import clock
from biofeedback.ui.readings import (
    DELAY_NAMES,
    SCALES,
    calibration_segments,
    delay_parts,
    first_scale,
    next_scale,
    readings,
    ticks,
)
from biofeedback.ui.train.history import History
from tests.ui.states import PRACTICE, state


def test_the_parts_of_the_delay_say_how_they_are_known_and_have_a_name_for_people() -> None:
    parts = delay_parts(state(), 0.004)
    assert {part.known for part in parts} == {"computed", "measured", "assumed"}
    assert [part.name for part in parts][-2:] == ["arrival to painted", "screen"]
    assert all(DELAY_NAMES[part.name].filled() for part in parts)


def test_silence_takes_every_level_away() -> None:
    assert readings(state(), silent=False)[0].figure == "3"
    assert readings(state(), silent=True)[0].figure == "–"
    assert readings(state(), silent=True)[0].light == "none"


def test_a_signal_at_its_ceiling_has_a_red_light_and_its_words() -> None:
    reading = readings(state(found("saturation", "fix", 0)), silent=False)[0]
    assert (reading.light, reading.trouble.filled()) == ("fix", "The signal hits its ceiling.")


def test_percent_goes_to_150_and_microvolts_begin_at_500() -> None:
    settings = state().settings
    assert settings is not None
    assert first_scale("percent", settings, settings.channels[0]) == 150
    assert first_scale("uV", settings, settings.channels[0]) == 500


def test_a_scale_moves_along_its_ladder_and_stays_at_its_ends() -> None:
    assert next_scale(500, 1) == 1000
    assert next_scale(500, -1) == 200
    assert next_scale(SCALES[0], -1) == SCALES[0]
    assert next_scale(SCALES[-1], 1) == SCALES[-1]


@pytest.mark.parametrize("top", [150.0, *SCALES])
def test_ticks_go_from_zero_to_the_top_in_even_steps(top: float) -> None:
    marks = ticks(top)
    assert (marks[0], marks[-1]) == (0, top)
    assert 5 <= len(marks) <= 7


def test_steps_of_the_calibration_follow_each_other_without_holes() -> None:
    step = CalibrationState(0, "try", 2.0, 5.0, 1, (), coming=QUICK[3:])
    segments = calibration_segments(step)
    assert segments[0][:3] == (-3.0, 2.0, "work")
    assert [segment[3] for segment in segments] == [name for name, _ in QUICK[2:]]
    assert all(a[1] == b[0] for a, b in pairwise(segments))


def test_the_history_tells_reached_holds_from_those_below() -> None:
    history = History()
    history.follow(100, replace(PRACTICE, n_started=1, holding=True, hold_clock=1.0))
    assert history.outcomes == ["now"]
    history.follow(200, replace(PRACTICE, n_started=1))
    history.follow(300, replace(PRACTICE, n_started=2, holding=True, reached=True, n_reached=1, hold_clock=5.0))
    history.follow(400, replace(PRACTICE, n_started=2, n_reached=1))
    assert history.outcomes == ["below", "reached"]


def test_a_history_told_late_still_counts_right() -> None:
    history = History()
    history.follow(9000, replace(PRACTICE, n_started=5, n_reached=3))
    assert sorted(history.outcomes) == ["below"] * 2 + ["reached"] * 3


def test_a_new_run_begins_a_new_history() -> None:
    history = History()
    history.follow(9000, replace(PRACTICE, n_started=5, n_reached=3))
    history.mark(9.0)
    history.follow(10, PRACTICE)
    assert (history.outcomes, history.marks) == ([], [])


def test_times_are_written_as_clocks() -> None:
    assert [clock(s) for s in (0, 59.9, 724, 4324)] == ["0:00", "0:59", "12:04", "1:12:04"]
