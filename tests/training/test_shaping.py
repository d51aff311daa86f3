"""F6: one step of 5 points, inside the range, and nothing harder against pain or great effort."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from biofeedback.training.commands import Kind
from biofeedback.training.shaping import FIXED, STEP, Shaped, Target, shape

RULES = {
    "too few", "fixed", "kept", "harder", "easier", "at the top", "at the bottom", "held: pain", "held: effort",
    "ceiling down", "ceiling up",
}  # fmt: skip
SHAPED: tuple[Kind, ...] = tuple(kind for kind in get_args(Kind) if kind not in FIXED)
percents = st.floats(1, 150, allow_nan=False)
ratings = st.one_of(st.none(), st.integers(0, 10))


@st.composite
def targets_in_a_range(draw: st.DrawFn) -> tuple[Target, float, float]:
    lowest, low, high, highest = sorted(draw(st.lists(percents, min_size=4, max_size=4)))
    return ((low, high) if draw(st.booleans()) else (low, None)), lowest, highest


@st.composite
def sets(draw: st.DrawFn) -> tuple[int, int]:
    scored = draw(st.integers(0, 40))
    return draw(st.integers(0, scored)), scored


def after(reached: int, scored: int = 10, **changes: Any) -> Shaped:
    """A line at 40, which may go from 30 to 60, after a set."""
    given_: dict[str, Any] = {"target": (40.0, None), "lowest": 30.0, "highest": 60.0, "kind": "activate"}
    return shape(**(given_ | {"reached": reached, "scored": scored} | changes))


@pytest.mark.parametrize(
    ("reached", "scored", "low", "rule"),
    [
        (10, 10, 45, "harder"),
        (8, 10, 45, "harder"),
        (4, 5, 45, "harder"),
        (7, 10, None, "kept"),
        (79, 100, None, "kept"),
        (5, 10, None, "kept"),
        (49, 100, 35, "easier"),
        (4, 10, 35, "easier"),
        (0, 5, 35, "easier"),
        (4, 4, None, "too few"),
        (0, 4, None, "too few"),
        (0, 0, None, "too few"),
    ],
)
def test_four_of_five_make_it_harder_and_less_than_half_easier(
    reached: int, scored: int, low: float | None, rule: str
) -> None:
    shaped = after(reached, scored)
    assert (shaped.low, shaped.rule) == (low, rule)
    assert (shaped.high, shaped.ceiling) == (None, None)
    assert (shaped.n, shaped.p) == (scored, round(reached / scored, 3) if scored else 0)


def test_a_step_is_cut_at_the_edge_and_ends_there() -> None:
    assert after(10, target=(57.5, None)) == Shaped(60, None, None, 1.0, 10, "harder")
    assert after(10, target=(60.0, None)) == Shaped(None, None, None, 1.0, 10, "at the top")
    assert after(0, target=(32.0, None)) == Shaped(30, None, None, 0.0, 10, "easier")
    assert after(0, target=(30.0, None)) == Shaped(None, None, None, 0.0, 10, "at the bottom")


def test_a_band_shifts_with_its_width() -> None:
    assert after(9, target=(40.0, 50.0)).low == 45
    assert after(9, target=(40.0, 50.0)).high == 55
    assert after(9, target=(47.0, 57.0)) == Shaped(50, 60, None, 0.9, 10, "harder")
    assert after(9, target=(50.0, 60.0)).rule == "at the top"
    assert after(0, target=(31.0, 41.0)) == Shaped(30, 40, None, 0.0, 10, "easier")


def test_where_quiet_is_asked_for_harder_is_lower() -> None:
    quiet: dict[str, Any] = {"target": (15.0, None), "lowest": 5.0, "highest": 30.0, "kind": "relax"}
    assert after(5, 5, **quiet).low == 10
    assert after(1, 5, **quiet).low == 20
    assert after(5, 5, **quiet, effort=9).rule == "held: effort"
    assert after(5, 5, **quiet | {"target": (5.0, None)}).rule == "at the bottom"
    assert after(0, 5, **quiet | {"target": (30.0, None)}).rule == "at the top"


@pytest.mark.parametrize("kind", FIXED)
def test_speed_tracking_and_matching_have_no_level_to_raise(kind: Kind) -> None:
    assert after(10, kind=kind).rule == after(0, kind=kind).rule == "fixed"


def test_a_target_without_a_range_is_fixed() -> None:
    assert after(10, lowest=None).rule == after(10, highest=None).rule == "fixed"


@pytest.mark.parametrize(
    ("pain", "effort", "rule"),
    [
        ((0, 2), None, "held: pain"),
        ((3, 5), 8, "held: pain"),
        ((6, 6), None, "held: pain"),
        ((None, 6), None, "held: pain"),
        ((3, 4), 8, "held: effort"),
        ((None, None), 10, "held: effort"),
        ((None, 5), 7, "harder"),
        ((4, 5), None, "harder"),
        ((9, None), None, "harder"),
        ((5, 0), 0, "harder"),
    ],
)
def test_pain_and_great_effort_hold_back_what_is_harder(
    pain: tuple[int | None, int | None], effort: int | None, rule: str
) -> None:
    assert after(10, pain=pain, effort=effort).rule == rule
    assert after(0, pain=pain, effort=effort).rule == "easier"


def test_the_other_muscle_gets_quieter_first_and_only_then_the_target_rises() -> None:
    other: dict[str, Any] = {
        "kind": "isolate",
        "target": (30.0, None),
        "lowest": 20.0,
        "highest": 40.0,
        "ceiling_lowest": 25.0,
        "ceiling_highest": 40.0,
    }
    ceiling, low, seen = 40.0, 30.0, []
    for reached in [10] * 6 + [0] * 8:
        shaped = after(reached, **other | {"target": (low, None)}, ceiling=ceiling)
        ceiling, low = shaped.ceiling or ceiling, shaped.low or low
        seen.append((ceiling, low, shaped.rule))
    assert seen == [
        (35, 30, "ceiling down"),
        (30, 30, "ceiling down"),
        (25, 30, "ceiling down"),
        (25, 35, "harder"),
        (25, 40, "harder"),
        (25, 40, "at the top"),
        (25, 35, "easier"),
        (25, 30, "easier"),
        (25, 25, "easier"),
        (25, 20, "easier"),
        (30, 20, "ceiling up"),
        (35, 20, "ceiling up"),
        (40, 20, "ceiling up"),
        (40, 20, "at the bottom"),
    ]


def test_a_ceiling_without_a_lower_bound_stays() -> None:
    assert after(10, ceiling=20.0) == Shaped(45, None, None, 1.0, 10, "harder")
    assert after(0, target=(30.0, None), ceiling=20.0, ceiling_highest=40.0).rule == "at the bottom"


def test_a_target_set_by_hand_outside_its_range_comes_back_in_steps() -> None:
    assert after(0, target=(100.0, None)).low == 95
    assert after(10, target=(100.0, None)).rule == "at the top"
    assert after(10, target=(10.0, None)).low == 15
    assert after(0, target=(10.0, None)).rule == "at the bottom"
    assert after(10, target=(20.0, 80.0)).rule == "at the top"


def test_a_distance_too_small_to_store_is_no_step() -> None:
    assert after(10, target=(30.00049, None), highest=30.0004901).rule == "at the top"


@pytest.mark.parametrize(("reached", "scored"), [(6, 5), (-1, 5), (0, -1)])
def test_impossible_counts_are_refused(reached: int, scored: int) -> None:
    with pytest.raises(ValueError, match="impossible"):
        after(reached, scored)


@settings(deadline=None)
@given(targets_in_a_range(), sets(), st.sampled_from(SHAPED), st.tuples(ratings, ratings), ratings)
def test_the_target_stays_inside_keeps_its_width_and_moves_one_step_at_most(
    range_: tuple[Target, float, float],
    counts: tuple[int, int],
    kind: Kind,
    pain: tuple[int | None, int | None],
    effort: int | None,
) -> None:
    (low, high), lowest, highest = range_
    reached, scored = counts
    shaped = shape((low, high), lowest, highest, kind=kind, reached=reached, scored=scored, pain=pain, effort=effort)
    assert shaped.rule in RULES
    assert len(shaped.rule) <= 20
    if shaped.low is None:
        assert shaped.high is None
        return
    assert (shaped.high is None) == (high is None)
    assert lowest <= shaped.low <= (shaped.low if shaped.high is None else shaped.high) <= highest
    assert 0 < abs(shaped.low - low) <= STEP + 0.001
    if high is not None and shaped.high is not None:
        assert shaped.high - shaped.low == pytest.approx(high - low, abs=0.0011)
    assert (shaped.low > low) == ((shaped.rule == "harder") != (kind == "relax"))


@settings(deadline=None)
@given(
    percents, targets_in_a_range(), st.integers(5, 40), st.data(), st.sampled_from(SHAPED), st.tuples(ratings, ratings)
)
def test_more_reached_never_gives_a_lower_demand(
    ceiling: float,
    range_: tuple[Target, float, float],
    scored: int,
    data: st.DataObject,
    kind: Kind,
    pain: tuple[int | None, int | None],
) -> None:
    target, lowest, highest = range_
    fewer, more = sorted(data.draw(st.lists(st.integers(0, scored), min_size=2, max_size=2)))
    bounds: dict[str, Any] = {
        "ceiling": ceiling,
        "ceiling_lowest": max(0.0, ceiling - 12),
        "ceiling_highest": ceiling + 12,
    }
    less, best = (
        shape(target, lowest, highest, kind=kind, reached=reached, scored=scored, pain=pain, **bounds)
        for reached in (fewer, more)
    )
    sign = -1 if kind == "relax" else 1
    assert sign * (target[0] if less.low is None else less.low) <= sign * (target[0] if best.low is None else best.low)
    assert (ceiling if less.ceiling is None else less.ceiling) >= (ceiling if best.ceiling is None else best.ceiling)


@settings(deadline=None)
@given(targets_in_a_range(), sets(), st.sampled_from(get_args(Kind)), st.tuples(ratings, ratings), ratings)
def test_nothing_moves_between_a_half_and_four_fifths(
    range_: tuple[Target, float, float],
    counts: tuple[int, int],
    kind: Kind,
    pain: tuple[int | None, int | None],
    effort: int | None,
) -> None:
    target, lowest, highest = range_
    reached, scored = counts
    assume(scored > 0 and 0.5 <= reached / scored < 0.8)
    shaped = shape(
        target, lowest, highest, kind=kind, reached=reached, scored=scored, pain=pain, effort=effort, ceiling=30.0,
        ceiling_lowest=10.0, ceiling_highest=50.0,
    )  # fmt: skip
    assert (shaped.low, shaped.high, shaped.ceiling) == (None, None, None)
    assert shaped.rule in ("kept", "fixed", "too few")


@settings(deadline=None)
@given(targets_in_a_range(), sets(), st.sampled_from(SHAPED), st.integers(6, 10))
def test_pain_never_lets_anything_get_harder(
    range_: tuple[Target, float, float], counts: tuple[int, int], kind: Kind, newest: int
) -> None:
    target, lowest, highest = range_
    reached, scored = counts
    free = shape(target, lowest, highest, kind=kind, reached=reached, scored=scored)
    sore = shape(target, lowest, highest, kind=kind, reached=reached, scored=scored, pain=(None, newest))
    at_the_hard_edge = "at the bottom" if kind == "relax" else "at the top"
    if free.rule == "harder" or free.rule == at_the_hard_edge:
        assert sore == replace(free, low=None, high=None, rule="held: pain")
    else:
        assert sore == free
