"""The motor-unit pool against the published model, and its known activation against its own signal."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.sources.muscle import FIRST_PEAK_RATE, MINIMUM_RATE, UNITS, Effort, Floats, Integers, MotorPool
from tests.blocks import pieces

RATE = 1000


def fired(pool: MotorPool, level: float, seconds: int) -> tuple[Integers, Integers]:
    return pool.fire(np.full(seconds * RATE, float(level)))


def emg(pool: MotorPool, activation: float, seconds: int) -> Floats:
    return pool.next(np.full((seconds + 1) * RATE, float(activation)))[RATE:]


def kurtosis(x: Floats) -> float:
    return float(np.mean(x**4) / np.mean(x**2) ** 2)


def median_frequency(x: Floats) -> float:
    power = np.abs(np.fft.rfft(x)) ** 2
    total = np.cumsum(power)
    return float(np.fft.rfftfreq(len(x), 1 / RATE)[np.searchsorted(total, total[-1] / 2)])


def test_units_are_recruited_from_small_to_large_as_excitation_rises() -> None:
    pool = MotorPool(RATE)
    at, unit = pool.fire(np.linspace(0.0, 1.0, 60 * RATE))
    first = np.array([at[unit == one].min() for one in range(UNITS)])
    # a unit's first spike comes within its first interval, so the order holds beyond that
    needed = pool.thresholds / pool.full_excitation * 60 * RATE
    assert (first >= np.floor(needed)).all()
    assert (first - needed < 1.8 * RATE / MINIMUM_RATE).all()
    assert np.array_equal(np.sort(pool.thresholds), pool.thresholds)
    assert pool.thresholds[-1] == pytest.approx(30.0)


def test_a_unit_begins_at_eight_hertz_and_peaks_between_25_and_35() -> None:
    pool = MotorPool(RATE)
    just_recruited = pool.thresholds * (1 + 1e-9) / pool.full_excitation
    assert np.diag(pool.firing_rates(just_recruited)) == pytest.approx(MINIMUM_RATE, abs=1e-6)
    full = pool.firing_rates(np.ones(1))[0]
    assert full.max() <= FIRST_PEAK_RATE
    assert full.min() == pytest.approx(25.0)
    assert (np.diff(full) < 0).all()


@pytest.mark.parametrize("level", [0.3, 0.6, 1.0])
def test_spike_trains_have_the_rates_and_the_variability_of_the_model(level: float) -> None:
    pool = MotorPool(RATE)
    at, unit = fired(pool, level, 30)
    expected = pool.firing_rates(np.array([level]))[0]
    variation = []
    for one in range(UNITS):
        intervals = np.diff(at[unit == one])
        if not expected[one]:
            assert not (unit == one).any()
            continue
        assert RATE / intervals.mean() == pytest.approx(expected[one], rel=0.05)
        variation.append(intervals.std() / intervals.mean())
    assert np.mean(variation) == pytest.approx(0.2, abs=0.01)


def test_an_idle_muscle_is_silent() -> None:
    assert not MotorPool(RATE).next(np.zeros(2 * RATE)).any()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_rms_is_the_activation_times_the_rms_at_full_drive(seed: int) -> None:
    pool = MotorPool(RATE, full_rms=500.0, seed=seed)
    rms = {a: emg(pool, a, 20).std() for a in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)}
    assert rms[1.0] == pytest.approx(500.0, rel=0.04)
    for activation, value in rms.items():
        assert value / 500.0 == pytest.approx(activation, rel=0.06)
    assert np.mean([value / 500.0 / a for a, value in rms.items()]) == pytest.approx(1.0, abs=0.02)
    assert list(rms.values()) == sorted(rms.values())


@given(st.integers(1, 200), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_more_activation_never_means_less_excitation(n_units: int, seed: int) -> None:
    pool = MotorPool(RATE, n_units=n_units, seed=seed)
    excitation = pool.excitation(np.linspace(-0.5, 1.5, 1001))
    assert (np.diff(excitation) >= 0).all()
    assert excitation[0] == 0.0
    assert excitation[-1] == 1.0


def test_at_low_drive_few_units_fire_and_the_signal_is_not_gaussian() -> None:
    pool = MotorPool(RATE)
    low = emg(pool, 0.03, 20)
    _, units = pool.fire(pool.excitation(np.full(5 * RATE, 0.03)))
    assert 1 <= len(set(units.tolist())) <= 15
    assert kurtosis(low) > 5
    assert kurtosis(emg(pool, 0.8, 20)) == pytest.approx(3.0, abs=0.6)


def test_a_muscle_with_few_units_left_stays_sparse_at_full_drive() -> None:
    weak = MotorPool(RATE, n_units=2, full_rms=50.0)
    signal = emg(weak, 1.0, 20)
    assert signal.std() == pytest.approx(50.0, rel=0.05)
    assert kurtosis(signal) > 4
    assert emg(MotorPool(RATE, n_units=1), 1.0, 5).std() > 0


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_median_frequency_is_that_of_surface_emg(seed: int) -> None:
    pool = MotorPool(RATE, seed=seed)
    for activation in (0.2, 0.5, 1.0):
        assert 60 <= median_frequency(emg(pool, activation, 20)) <= 120


def test_the_spectrum_does_not_depend_on_the_sampling_rate() -> None:
    slow, fast = MotorPool(1000), MotorPool(2000)
    assert emg(slow, 0.5, 20).std() == pytest.approx(fast.next(np.full(40000, 0.5)).std(), rel=0.05)


@given(st.lists(st.integers(0, 300), max_size=20), st.integers(0, 2**32), st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_any_cutting_gives_the_same_samples_bit_for_bit(cuts: list[int], seed: int, drive_seed: int) -> None:
    activation = np.clip(np.cumsum(np.random.default_rng(drive_seed).normal(0, 0.03, 1200)), 0, 1)
    whole = MotorPool(RATE, seed=seed).next(activation)
    pool = MotorPool(RATE, seed=seed)
    got = [pool.next(piece) for _, piece in pieces(activation, cuts)]
    assert np.array_equal(np.concatenate(got), whole)


def test_restart_repeats_the_firing_of_a_seed_and_keeps_the_anatomy() -> None:
    pool = MotorPool(RATE, seed=4)
    first = pool.next(np.full(1000, 0.5))
    pool.restart(9)
    assert not np.array_equal(pool.next(np.full(1000, 0.5)), first)
    pool.restart(4)
    assert np.array_equal(pool.next(np.full(1000, 0.5)), first)


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"rate": np.nan}, {"rate": 1000, "n_units": 0}])
def test_an_impossible_muscle_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not positive|at least one unit"):
        MotorPool(**wrong)
    with pytest.raises(ValueError, match="positive RMS"):
        MotorPool(RATE, full_rms=-1.0)


def test_effort_rises_within_a_quarter_second_falls_faster_and_is_not_quite_steady() -> None:
    effort = Effort(0.01, seed=3)
    rise = [effort.next(1.0, 10)[-1] for _ in range(100)]
    assert 0.15 <= np.searchsorted(np.maximum.accumulate(rise), 0.9 * max(rise[:60])) * 0.01 <= 0.4
    for _ in range(300):
        effort.next(0.5, 10)
    hold = np.concatenate([effort.next(0.5, 10) for _ in range(3000)])
    assert hold.mean() == pytest.approx(0.5, abs=0.02)
    assert 0.02 <= hold.std() / hold.mean() <= 0.08
    assert np.abs(np.diff(hold)).max() < 0.01
    fall = [effort.next(0.0, 10)[-1] for _ in range(100)]
    assert fall[20] < 0.05
    assert fall[-1] < 1e-6
