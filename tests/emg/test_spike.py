from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from biofeedback.emg.envelope import SCORE_WINDOW, Floats, Integers, Rms, quantised
from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.quality import Flags
from biofeedback.emg.spike import RINGING, RINGING_WITH_NOTCH, SpikeGuard
from biofeedback.sources.muscle import MotorPool
from biofeedback.wire.events import Counts
from tests.blocks import pieces
from tests.real_emg import bursts, fatigue

STEPS = 1024
RATES = [100, 250, 500, 512, 997.37, 1000, 2000]


def guard(rate: float, *limits: int | None, notch: bool = False) -> SpikeGuard:
    made = SpikeGuard(rate, len(limits), notch=notch)
    for channel, limit in enumerate(limits):
        made.set_limit(channel, limit)
    return made


def band_passed(x: Floats | Counts, rate: float = 1000, notch: float | None = None) -> Floats:
    return Cascade(design_bandpass(rate, notch=notch), x.shape[1]).process(x.astype(np.float64))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 90), max_size=12), st.integers(0, 999))
def test_any_chunking_gives_the_same_mask(cuts: list[int], seed: int) -> None:
    x = np.random.default_rng(seed).integers(-1000, 1000, (700, 2))
    whole = guard(200, 990, 998).process(x)
    cut = guard(200, 990, 998)
    assert np.array_equal(np.concatenate([cut.process(piece) for _, piece in pieces(x, cuts)]), whole)
    assert whole.any()


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("notch", [False, True])
def test_a_spike_spoils_its_scan_and_what_would_carry_it_and_no_more(rate: float, notch: bool) -> None:
    n = round((SCORE_WINDOW + (RINGING_WITH_NOTCH if notch else RINGING)) * rate)
    x = np.zeros((3 * n, 2), dtype=np.int64)
    x[n, 0] = -1001
    x[n, 1] = 1000  # the limit itself is no spike
    mask = guard(rate, 1000, 1000, notch=notch).process(x)
    assert np.flatnonzero(mask[:, 0]).tolist() == list(range(n, 2 * n))
    assert not mask[:, 1].any()


def test_a_restart_forgets_spikes_and_keeps_limits() -> None:
    spiky = guard(1000, 10)
    assert spiky.process(np.full((5, 1), 11)).all()
    spiky.restart()
    assert not spiky.process(np.full((5, 1), 10)).any()
    assert spiky.process(np.full((5, 1), 11)).all()


def test_a_limit_holds_from_the_next_scan_on_and_none_lifts_it() -> None:
    spiky = guard(1000, None)
    loud = np.full((1000, 1), 2**30)
    assert not spiky.process(loud).any()
    spiky.set_limit(0, 2**30 - 1)
    assert spiky.process(loud).all()
    spiky.set_limit(0, None)
    assert not spiky.process(loud)[-1]


def test_an_impossible_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="calibrate again"):
        SpikeGuard(1000, 1).set_limit(0, 0)


def test_an_empty_block_is_an_empty_mask() -> None:
    assert SpikeGuard(1000, 3).process(np.empty((0, 3), dtype=np.int64)).shape == (0, 3)


def jolts(rate: int) -> Floats:
    """Return an impulse, a step and movements of several lengths, one a channel, each at 1 s of 4."""
    start = np.arange(4 * rate) - rate
    columns = [start == 0, start >= 0]
    for spread in (0.005, 0.01, 0.02, 0.04, 0.06):
        t = start / rate / spread - 3
        columns.append(np.where(t >= -3, t * np.exp(-t * t), 0))
    return np.stack(columns, axis=1).astype(np.float64)


@pytest.mark.parametrize("rate", [500, 1000, 2000])
@pytest.mark.parametrize("notch", [None, 50, 60])
def test_what_a_spike_leaves_after_its_mask_is_no_activation(rate: int, notch: int | None) -> None:
    """Peaks of 10 to 1000 times the reference; what is left is in percent of it."""
    x = band_passed(jolts(rate), rate, notch)
    reference = 100.0
    left = 0.0
    for peak in np.geomspace(10.1, 1000, 25):
        values = quantised(x / np.abs(x).max(axis=0) * peak * reference, STEPS)
        mask = guard(rate, *[round(10 * reference * STEPS)] * x.shape[1], notch=notch is not None).process(values)
        score = Rms(SCORE_WINDOW, rate, x.shape[1], STEPS).process(values)
        assert mask.any(axis=0).all()
        after = np.arange(len(mask))[:, None] > np.argmax(mask, axis=0)
        left = max(left, float((score * (after & ~mask)).max()))
    assert left < 0.07 * reference


def test_the_mask_without_its_ringing_would_not_do() -> None:
    """Why the mask is longer than the score window: the tail below the limit is still a large activation."""
    values = quantised(band_passed(jolts(1000))[:, :1], STEPS)
    values = values * (150 * STEPS) // np.abs(values).max()
    beyond = np.abs(values[:, 0]) > 10 * STEPS
    last = int(np.flatnonzero(beyond)[-1])
    score = Rms(SCORE_WINDOW, 1000, 1, STEPS).process(values)[:, 0]
    assert score[last + round(SCORE_WINDOW * 1000)] > 1


def peak_over_reference(x: Floats, level: slice) -> float:
    """Return the largest value over the best half second's RMS within `level`, as a calibration takes it."""
    best = np.sqrt(sliding_window_view(x[level] ** 2, 500).mean(axis=1)).max()
    return float(np.abs(x).max() / best)


@pytest.mark.parametrize("record", [bursts, fatigue])
def test_real_emg_at_150_percent_of_its_reference_has_no_spikes(record: object) -> None:
    assert callable(record)
    x = band_passed(record())[500:, 0]
    assert peak_over_reference(x, slice(None)) * 1.5 < 7


@pytest.mark.parametrize(("n_units", "level"), [(1, 0.5), (2, 0.5), (5, 0.5), (120, 0.1), (120, 0.5)])
def test_sparse_and_full_muscles_at_150_percent_have_no_spikes(n_units: int, level: float) -> None:
    """Calibrated at `level`, then half as much again: also where each action potential stands alone."""
    for seed in range(6):
        pool = MotorPool(1000, n_units=n_units, seed=seed)
        emg = pool.next(np.r_[np.full(6000, level), np.full(15_000, 1.5 * level)])
        assert peak_over_reference(band_passed(emg[:, None])[:, 0], slice(1000, 6000)) < 10


def test_a_sensors_own_envelope_is_watched_too() -> None:
    """Limit 4 times the reference above rest: 3 times is hard work, 5 times is a knock."""
    rest, reference = 40, 100
    x: Integers = np.full((2000, 1), rest * STEPS)
    x[500:800] += 3 * reference * STEPS
    x[1200:1210] += 5 * reference * STEPS
    mask: Flags = guard(1000, (rest + 4 * reference) * STEPS).process(x)[:, 0]
    assert np.flatnonzero(mask).tolist() == list(range(1200, 1209 + 275))
