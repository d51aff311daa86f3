"""Columns of the trace: nothing lost, nothing shimmering, gaps kept."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.ui.train.envelope_view import reduce_columns, runs


@given(st.integers(1, 400), st.integers(0, 10_000), st.integers(1, 60))
def test_columns_keep_the_least_and_the_most_of_all_scans(n: int, first: int, width: int) -> None:
    values = np.random.default_rng(n).normal(size=n)
    columns = reduce_columns(values, first, 1000.0, width)
    assert columns.low.min() == values.min()
    assert columns.high.max() == values.max()
    assert np.all(np.diff(columns.time) >= 0)
    assert -width / 1000 <= columns.time[-1] <= 0
    assert columns.newest.tolist() == [values[-1]]


@given(st.integers(0, 500), st.integers(2, 40))
def test_a_column_does_not_change_while_the_trace_moves_on(shift: int, width: int) -> None:
    values = np.random.default_rng(1).normal(size=1000)
    before = reduce_columns(values[:800], 0, 1000.0, width)
    after = reduce_columns(values[: 800 + shift % 200], 0, 1000.0, width)
    whole = 800 // width
    np.testing.assert_array_equal(before.low[:whole], after.low[:whole])


def test_a_gap_is_a_stretch_of_its_own() -> None:
    values = np.ones(300)
    values[100:200] = np.nan
    stretches = runs(reduce_columns(values, 0, 1000.0, 10))
    assert stretches == [(0, 10, True), (10, 20, False), (20, 30, True)]


def test_nothing_yet_is_no_stretch() -> None:
    assert runs(reduce_columns(np.empty(0), 0, 1000.0, 10)) == []
