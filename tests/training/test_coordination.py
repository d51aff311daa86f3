"""F11 and F12: ranges, symmetry, missing values, and that nothing at all never looks like balance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from biofeedback.emg.envelope import Floats
from biofeedback.training.coordination import (
    Matching,
    common_area,
    crosstalk,
    interpretable,
    matching,
    other_muscle,
    rudolph,
)

RATE = 100
NAN = math.nan


def activations(largest: int) -> st.SearchStrategy[tuple[Floats, Floats]]:
    """Two activations up to `largest` percent in steps of 1/1024, some of them missing."""
    steps = hnp.arrays(np.int64, (2, 60), elements=st.integers(0, largest * 1024))
    missing = hnp.arrays(np.bool_, (2, 60))
    return st.tuples(steps, missing).map(lambda drawn: _pair(np.where(drawn[1], NAN, drawn[0] / 1024)))


def _pair(both: Floats) -> tuple[Floats, Floats]:
    return both[0], both[1]


def test_the_other_muscle_is_averaged_over_the_part_that_the_trained_one_is() -> None:
    assert other_muscle(np.r_[np.full(100, 90.0), np.full(400, 12.0)], RATE) == 12
    assert other_muscle(np.full(500, NAN), RATE) is None


# -- F11 ----------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(activations(100))
def test_co_contraction_lies_between_0_and_200_up_to_full_effort(pair: tuple[Floats, Floats]) -> None:
    cci = rudolph(*pair)
    assert cci is None or 0 <= cci <= 200


@settings(deadline=None)
@given(activations(400))
def test_above_the_reference_it_is_at_most_twice_the_largest_activation(pair: tuple[Floats, Floats]) -> None:
    cci = rudolph(*pair)
    assert cci is None or 0 <= cci <= 2 * np.nanmax(pair) + 0.001


def test_two_muscles_at_full_effort_reach_the_bound() -> None:
    assert rudolph(np.full(50, 100.0), np.full(50, 100.0)) == 200
    assert rudolph(np.full(50, 150.0), np.full(50, 150.0)) == 300


@pytest.mark.parametrize(("a", "b", "cci"), [(40, 20, 30), (20, 40, 30), (60, 0, 0), (5, 5, 10), (4.9, 4.9, 0)])
def test_co_contraction_of_known_levels(a: float, b: float, cci: float) -> None:
    """(20/40)(20 + 40) = 30; where neither reaches 5 % there is nothing."""
    assert rudolph(np.full(50, a), np.full(50, b)) == pytest.approx(cci, abs=0.001)


def test_quiet_scans_count_in_the_mean_as_nothing() -> None:
    assert rudolph(np.r_[np.full(50, 40.0), np.full(50, 1.0)], np.r_[np.full(50, 20.0), np.full(50, 1.0)]) == 15


@settings(deadline=None)
@given(activations(200))
def test_a_common_area_lies_between_0_and_100(pair: tuple[Floats, Floats]) -> None:
    area = common_area(*pair)
    assert area is None or 0 <= area <= 100


@settings(deadline=None)
@given(activations(200), st.integers(2, 50))
def test_a_common_area_knows_no_scale(pair: tuple[Floats, Floats], factor: int) -> None:
    assert common_area(factor * pair[0], factor * pair[1]) == common_area(*pair)


def test_equal_curves_share_everything_and_curves_that_take_turns_nothing() -> None:
    a = np.r_[np.full(30, 50.0), np.zeros(30)]
    assert common_area(a, a) == 100
    assert common_area(a, a[::-1]) == 0
    assert rudolph(a, a[::-1]) == 0
    assert common_area(np.full(50, 30.0), np.full(50, 10.0)) == 50


@settings(deadline=None)
@given(activations(200))
def test_which_muscle_is_named_first_does_not_matter(pair: tuple[Floats, Floats]) -> None:
    a, b = pair
    assert rudolph(a, b) == rudolph(b, a)
    assert common_area(a, b) == common_area(b, a)


@settings(deadline=None)
@given(activations(200))
def test_a_scan_that_one_muscle_misses_is_left_out_for_both(pair: tuple[Floats, Floats]) -> None:
    a, b = pair
    both = np.isfinite(a) & np.isfinite(b)
    assert rudolph(a, b) == rudolph(a[both], b[both])
    assert common_area(a, b) == common_area(a[both], b[both])


def test_a_missing_value_is_never_zero() -> None:
    a, b = np.full(60, 40.0), np.full(60, 40.0)
    b[:30] = NAN
    assert rudolph(a, b) == 80
    assert common_area(a, b) == 100
    assert matching(a, b, RATE) == Matching(100, 100)


@pytest.mark.parametrize(("a", "b"), [(np.empty(0), np.empty(0)), (np.array([NAN, 30]), np.array([30, NAN]))])
def test_without_common_scans_nothing_is_said(a: Floats, b: Floats) -> None:
    assert rudolph(a, b) is None
    assert common_area(a, b) is None
    assert matching(a, b, RATE) is None


def test_two_silent_muscles_have_no_common_area() -> None:
    assert common_area(np.zeros(60), np.zeros(60)) is None
    assert rudolph(np.zeros(60), np.zeros(60)) == 0


# -- F12 ----------------------------------------------------------------------------------------------


def test_matching_says_the_named_side_over_the_other() -> None:
    assert matching(np.full(60, 40.0), np.full(60, 50.0), RATE) == Matching(80, 88.889)
    assert matching(np.full(60, 50.0), np.full(60, 40.0), RATE) == Matching(125, 88.889)


def test_matching_leaves_out_the_same_start_as_the_work_average() -> None:
    a = np.r_[np.full(100, 90.0), np.full(300, 40.0)]
    b = np.r_[np.full(100, 10.0), np.full(300, 40.0)]
    assert matching(a, b, RATE) == Matching(100, 100)


@pytest.mark.parametrize("level", [0.0, 3.0, 9.999])
def test_two_muscles_that_do_nothing_do_not_match(level: float) -> None:
    assert matching(np.full(60, level), np.full(60, level), RATE) is None


def test_one_muscle_that_works_is_enough_to_say_that_they_do_not_match() -> None:
    assert matching(np.full(60, 10.0), np.full(60, 2.5), RATE) == Matching(400, 40)
    assert matching(np.full(60, 2.5), np.full(60, 10.0), RATE) == Matching(25, 40)


def test_against_a_silent_muscle_there_is_no_ratio_but_the_worst_match() -> None:
    assert matching(np.full(60, 40.0), np.zeros(60), RATE) == Matching(None, 0)
    assert matching(np.zeros(60), np.full(60, 40.0), RATE) == Matching(0, 0)


@settings(deadline=None)
@given(st.integers(11 * 1024, 200 * 1024), st.integers(11 * 1024, 200 * 1024))
def test_the_export_measure_is_even_handed_and_the_ratio_turns_over(a_steps: int, b_steps: int) -> None:
    a, b = np.full(60, a_steps / 1024), np.full(60, b_steps / 1024)
    one, other = matching(a, b, RATE), matching(b, a, RATE)
    assert one is not None
    assert other is not None
    assert one.ratio
    assert other.ratio
    assert one.least == other.least
    assert one.ratio * other.ratio == pytest.approx(10_000, rel=1e-3)
    lower = min(one.ratio, other.ratio)
    assert one.least == pytest.approx(200 * lower / (100 + lower), abs=0.01)


@settings(deadline=None)
@given(activations(200))
def test_a_match_lies_between_0_and_100_whatever_is_missing(pair: tuple[Floats, Floats]) -> None:
    one, other = matching(*pair, RATE), matching(*pair[::-1], RATE)
    assert (one is None) == (other is None)
    if one and other:
        assert one.least == other.least
        assert 0 <= one.least <= 100


# -- cross-talk ---------------------------------------------------------------------------------------


def test_crosstalk_is_the_spill_in_percent_of_the_other_muscles_reference() -> None:
    assert crosstalk(12.0, 80.0) == 15
    assert crosstalk(0.0, 80.0) == 0


@pytest.mark.parametrize(("spill", "reference"), [(-1, 80), (NAN, 80), (math.inf, 80), (5, 0), (5, -1), (5, NAN)])
def test_an_impossible_crosstalk_is_refused(spill: float, reference: float) -> None:
    with pytest.raises(ValueError, match="calibrate again"):
        crosstalk(spill, reference)


def test_below_the_crosstalk_nothing_is_read_from_the_other_muscle() -> None:
    assert interpretable(15.0, crosstalk(12.0, 80.0))
    assert not interpretable(14.999, crosstalk(12.0, 80.0))
