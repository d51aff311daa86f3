from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.emg.envelope import Floats, Integers, Rms, quantised
from tests.adaptive_bench import FULL, GRID, STEPS, emg, few_units, holds, make_trials, measure, steadiness
from tests.adaptive_envelope import LEAST_RATE, QUICK_DELAY, SLOW_DELAY, Adaptive
from tests.blocks import pieces
from tests.real_emg import bursts, fatigue

RATES = [250, 500, 512, 1000, 2000]


def noise(seconds: float, rate: float, level: float = 0.5, seed: int = 7) -> Floats:
    return emg(np.full(round(seconds * rate), level), rate, np.random.default_rng(seed))


def shown(x: Floats, rate: float) -> Floats:
    """The adaptive envelope of signals in full efforts, each on its own, in full efforts."""
    return Adaptive(rate, 1, STEPS).process(quantised(FULL * x[:, None], STEPS))[:, 0] / FULL


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, 60), max_size=25),
    st.sampled_from(RATES),
    st.integers(1, 4),
    st.integers(0, 999),
    st.sampled_from([0, 1, 300, 2**20, 2**25]),
)
def test_any_chunking_gives_the_same_bits(cuts: list[int], rate: int, n_channels: int, seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(-size, size + 1, (400, n_channels)) // random.choice([1, 30], (400, 1))
    whole = Adaptive(rate, n_channels, STEPS).process(values)
    cut = Adaptive(rate, n_channels, STEPS)
    assert np.concatenate([cut.process(piece) for _, piece in pieces(values, cuts)]).tobytes() == whole.tobytes()


@given(st.integers(0, 60), st.integers(0, 999))
def test_a_restart_forgets_everything(before: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(-(2**22), 2**22, (200, 2))
    used = Adaptive(1000, 2, STEPS)
    used.process(values[:before] * 7)
    used.restart()
    assert np.array_equal(used.process(values), Adaptive(1000, 2, STEPS).process(values))


def test_a_channel_does_not_know_of_the_others() -> None:
    values = np.random.default_rng(2).integers(-(2**22), 2**22, (600, 3)) * np.array([1, 4, 9])
    together = Adaptive(1000, 3, STEPS).process(values)
    for c in range(3):
        assert np.array_equal(together[:, c], Adaptive(1000, 1, STEPS).process(values[:, [c]])[:, 0])


def test_the_future_is_not_known() -> None:
    values = np.random.default_rng(4).integers(-(2**22), 2**22, (600, 1))
    other = values.copy()
    other[400:] *= 5
    assert np.array_equal(Adaptive(1000, 1, STEPS).process(values)[:400], Adaptive(1000, 1, STEPS).process(other)[:400])


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("level", [0.05, 0.8])
def test_a_steady_effort_is_shown_at_its_rms(rate: int, level: float) -> None:
    x = noise(10, rate, level)
    assert shown(x, rate)[2 * rate :].mean() == pytest.approx(np.sqrt(np.mean(x**2)), rel=0.03)


@pytest.mark.parametrize("rate", [250, 1000, 2000])
def test_a_steady_effort_is_calmer_than_the_rms_over_250_ms(rate: int) -> None:
    x = noise(20, rate)
    rms = Rms(0.25, rate, 1, STEPS).process(quantised(FULL * x[:, None], STEPS))[2 * rate :, 0]
    calm = shown(x, rate)[2 * rate :]
    assert calm.std() / calm.mean() < rms.std() / rms.mean()


@pytest.mark.parametrize("rate", RATES)
def test_a_sudden_effort_and_its_end_are_shown_within_a_twentieth_of_a_second(rate: int) -> None:
    level = np.tile(np.repeat([0.02, 0.5], [rate, rate]), 10)
    y = shown(emg(level, rate, np.random.default_rng(3)), rate).reshape(-1, 2 * rate)[1:]
    rise = [np.argmax(cycle[rate:] > 0.32) / rate for cycle in y]
    fall = [np.argmax(cycle[:rate] < 0.2) / rate for cycle in y[1:]]
    assert np.median(rise) < 0.05
    assert np.median(fall) < 0.05


@pytest.mark.parametrize("size", [20, -20])
@pytest.mark.parametrize("rate", [round(LEAST_RATE), 2000])
def test_one_outlier_hardly_moves_the_bar(rate: int, size: int) -> None:
    x = noise(15, rate)
    at = np.arange(2 * rate, 14 * rate, rate) + 37
    dirty = x.copy()
    dirty[at] += size * 0.5
    change = np.abs(shown(dirty, rate) - shown(x, rate)) / 0.5
    assert np.median([change[t : t + rate // 2].max() for t in at]) < 0.05


def test_few_motor_units_are_no_row_of_efforts() -> None:
    for n_units in (1, 2, 5):
        x = few_units(n_units, 8.5, 12, 1000, 5)
        rms = Rms(0.125, 1000, 1, STEPS).process(quantised(FULL * x[:, None], STEPS))[3000:, 0]
        y = shown(x, 1000)[3000:]
        assert y.std() / y.mean() < 1.3 * rms.std() / rms.mean()
        assert y.mean() == pytest.approx(0.4, rel=0.06)


def test_trembling_is_shown() -> None:
    t = np.arange(22_000) / 1000
    y = shown(emg(0.4 * (1 + 0.5 * np.sin(2 * np.pi * 5 * t)), 1000, np.random.default_rng(8)), 1000)[2000:]
    assert 2 * abs(np.mean(y * np.exp(-2j * np.pi * 5 * t[2000:]))) / 0.2 > 0.4


@pytest.mark.parametrize("counts", [bursts(), fatigue()], ids=["bursts", "fatigue"])
def test_holds_of_a_real_recording_are_as_steady_as_the_rms_over_125_ms(counts: Integers) -> None:
    whole = counts.astype(np.int64)
    cv, mean = steadiness(Adaptive, whole)
    reference, _ = steadiness(GRID["RMS 125 ms"], whole)
    assert cv <= reference
    assert abs(mean) < 10


def test_a_hold_is_found_where_it_is() -> None:
    level = np.repeat([0.02, 0.5, 0.02], [2000, 3000, 2000])
    (found,) = holds(emg(level, 1000, np.random.default_rng(1)))
    assert found.start == pytest.approx(2150, abs=150)
    assert found.stop == pytest.approx(4850, abs=150)


def test_the_mixed_signal_fits_better_than_any_common_choice_and_at_the_quick_delay() -> None:
    trials = make_trials(1000, 15, 77)
    ours = measure(trials, Adaptive)
    best = min(measure(trials, GRID[f"RMS {window} ms"]).mixed for window in (50, 75, 125))
    assert ours.mixed < 0.9 * best
    assert ours.lag == pytest.approx(QUICK_DELAY, abs=0.01)


@pytest.mark.parametrize("steps", [4, 1024])
def test_silence_and_full_scale_stay_finite(steps: int) -> None:
    full = 2**25
    values = np.repeat([0, full, 0, 1, 0], 400)[:, None] * np.resize([1, -1], 2000)[:, None]
    y = Adaptive(1000, 1, steps).process(values)[:, 0] * steps
    assert np.isfinite(y).all()
    assert y[750] == pytest.approx(full, rel=0.05)
    assert y[399] < 64
    assert y[-1] < 64


def test_an_effort_after_silence_is_not_taken_for_single_action_potentials() -> None:
    rest = np.zeros(2000)
    rest[::97] = 1 / FULL  # a board at rest: one count now and then
    y = shown(np.r_[rest, noise(1, 1000)], 1000)
    assert y[1990] < 0.01
    assert (y[2030:] > 0.3).all()
    assert y.max() < 0.8
    assert y[2150:].mean() == pytest.approx(0.5, rel=0.1)


def test_nothing_in_is_nothing_out() -> None:
    assert Adaptive(1000, 3, STEPS).process(np.zeros((0, 3), dtype=np.int64)).shape == (0, 3)


@pytest.mark.parametrize("rate", [1000, 2000])
def test_a_slow_change_is_shown_at_the_slow_delay(rate: int) -> None:
    t = np.arange(4 * rate) / rate
    level = 0.5 + 0.2 * np.sin(2 * np.pi * 0.5 * t)
    y = shown(level * np.sin(2 * np.pi * 100 * t), rate)[rate:]
    lags = np.arange(0, 0.3, 0.001)
    fit = [np.corrcoef(y, np.interp(t[rate:] - lag, t, level))[0, 1] for lag in lags]
    assert lags[int(np.argmax(fit))] == pytest.approx(SLOW_DELAY, abs=0.003)
    assert Adaptive(rate, 1, STEPS).delay == SLOW_DELAY
