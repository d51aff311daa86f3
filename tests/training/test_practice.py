"""Free practice as the pipeline drives it: pauses, calibration given up, the large figure, totals."""

from __future__ import annotations

import numpy as np
import pytest

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.training.commands import (
    Mark,
    Pause,
    Resume,
    SetHold,
    SetReference,
    SetTarget,
    StartCalibration,
    StopCalibration,
)
from biofeedback.wire.events import Gap, Scans


def pipeline(n_channels: int = 1, gain: float | None = 10_200.0) -> Pipeline:
    """A pipeline of ENV channels: what goes in comes out, but for 0.1 s of smoothing."""
    channels = tuple(ChannelSettings(f"m{i}", sensor=Sensor.ENV, gain=gain) for i in range(n_channels))
    return Pipeline(PipelineSettings(1000.0, 10, 5.0, channels))


def feed(path: Pipeline, level: float, seconds: float) -> None:
    n = round(1000 * seconds)
    counts = np.full((n, len(path.settings.channels)), round(level), np.int32)
    path.process(Scans(path.next_index, counts))


def trained(hold: float = 1.0) -> Pipeline:
    """100 counts are 100 %; the target is 40 %, to be held for `hold` seconds; at rest for half a second."""
    path = pipeline()
    path.command(SetReference(0, 100.0, 0.0))
    path.command(SetHold(hold))
    feed(path, 0, 0.5)
    return path


def test_holds_are_counted_and_timed() -> None:
    path = trained()
    for seconds in (2.0, 0.5, 3.0):
        feed(path, 60, seconds)
        feed(path, 0, 1.0)
    practice = path.practice
    assert (practice.n_started, practice.n_reached) == (3, 2)
    assert practice.best_hold == pytest.approx(3.0, abs=0.1)
    assert practice.time_above == pytest.approx(5.5, abs=0.2)


def test_who_still_pushes_from_the_calibration_has_not_begun_a_hold() -> None:
    path = pipeline()
    feed(path, 90, 1.0)
    path.command(SetReference(0, 100.0, 0.0))
    feed(path, 90, 5.0)
    assert path.practice.n_started == 0
    feed(path, 0, 1.0)
    feed(path, 90, 1.0)
    assert path.practice.n_started == 1


def test_while_paused_nothing_is_held_and_the_level_lives() -> None:
    path = trained()
    feed(path, 60, 0.5)
    path.command(Pause())
    assert not path.practice.holding
    feed(path, 60, 3.0)
    assert path.practice.n_reached == 0
    assert path.practice.level[0] == 60
    path.command(Resume())
    feed(path, 60, 2.0)
    assert path.practice.n_reached == 1


def test_a_calibration_given_up_changes_nothing() -> None:
    path = trained()
    before = path.practice.references
    path.command(StartCalibration(0))
    feed(path, 5, 4.0)
    state = path.practice.calibration
    assert state is not None
    assert (state.step, state.seconds_left) == ("rest", 1.0)
    path.command(StopCalibration())
    assert path.practice.calibration is None
    assert path.practice.references == before


def test_a_new_target_ends_the_hold_that_was_meant_for_the_old_one() -> None:
    path = trained(hold=5.0)
    feed(path, 60, 1.0)
    events = path.command(SetTarget(50.0))
    assert [getattr(event, "what", None) for event in events] == ["ended"]
    feed(path, 60, 6.0)
    assert path.practice.n_reached == 1


def test_the_large_figure_changes_four_times_a_second_and_is_the_mean_of_half_a_second() -> None:
    path = trained()
    feed(path, 80, 0.25)  # up to 0.75 s: a refresh; the window holds 0.25 s of it
    half = path.practice.level[0]
    assert half is not None
    assert 20 < half < 45
    feed(path, 80, 0.24)
    assert path.practice.level[0] == half
    feed(path, 80, 0.51)
    assert path.practice.level[0] == 80


def test_after_a_gap_there_is_no_figure_until_half_a_second_is_good_again() -> None:
    path = trained()
    feed(path, 50, 1.0)
    path.process(Gap(path.next_index, 30))
    assert path.practice.level[0] is None
    feed(path, 50, 0.5)
    assert path.practice.level[0] is None
    feed(path, 50, 0.5)
    assert path.practice.level[0] == 50


def test_targets_are_kept_apart_by_the_unit_they_were_set_in() -> None:
    path = pipeline()
    path.command(SetTarget(222.0, unit="uV"))
    assert path.practice.target.low == 222
    path.command(SetReference(0, 100.0, 0.0))
    assert (path.practice.unit, path.practice.target.low) == ("percent", 40)
    assert pipeline(gain=None).practice.unit == "counts"


def test_a_mark_changes_nothing_but_what_is_stored() -> None:
    path = trained()
    before = path.practice
    assert path.command(Mark(1)) == []
    assert path.practice == before


def test_a_hold_time_out_of_reason_is_refused() -> None:
    with pytest.raises(ValueError, match=r"outside 0\.1 to 600 s"):
        trained().command(SetHold(1e6))


def test_the_second_channel_has_a_bar_of_its_own() -> None:
    path = pipeline(2)
    path.command(SetReference(1, 50.0, 0.0))
    update = path.process(Scans(0, np.tile(np.array([[30, 25]], np.int32), (600, 1))))
    assert update.bar[-1, 1] == 50
    assert update.bar[-1, 0] == pytest.approx(30 * 0.4787, rel=1e-3)
    path.command(StartCalibration(1))
    assert path.practice.calibration is not None
    assert path.practice.calibration.channel == 1
