"""Onsets against a truth that knows nothing of the detector: motor units and noise switched on at a known scan."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from biofeedback.emg.envelope import Floats
from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.onset import SHORTEST_BURST, Burst, bursts, teager_kaiser
from tests import real_emg
from tests.onset_bench import KINDS, Kind, Pairs, Trial, ours, score, tidied, trial

RATE = 1000


def noise(seconds: float, seed: int = 1, rms: float = 10.0) -> Floats:
    return np.random.default_rng(seed).normal(0, rms, round(seconds * RATE))


def with_bursts(*stretches: tuple[float, float], seconds: float = 6.0, times: float = 10.0) -> Floats:
    """White noise that is `times` as large in these stretches, given in seconds."""
    x = noise(seconds)
    for start, stop in stretches:
        x[round(start * RATE) : round(stop * RATE)] *= times
    return x


def indices(found: tuple[Burst, ...]) -> list[tuple[int, int]]:
    return [(burst.onset_index, burst.offset_index) for burst in found]


@pytest.mark.parametrize(("rate", "lag"), [(250, 1), (500, 1), (1000, 1), (2000, 2), (4000, 4)])
def test_the_energy_of_a_sine_is_its_amplitude_squared_times_the_sine_of_its_step_squared(rate: int, lag: int) -> None:
    x = 7.0 * np.sin(2 * np.pi * 80 * np.arange(rate) / rate + 0.3)
    expected = 49.0 * np.sin(2 * np.pi * 80 * lag / rate) ** 2
    assert teager_kaiser(x, rate)[lag:-lag] == pytest.approx(expected)


def test_the_energy_is_the_square_less_the_product_of_the_neighbours() -> None:
    x = noise(0.05)
    energy = teager_kaiser(x, RATE)
    assert energy[1:-1].tolist() == [x[n] * x[n] - x[n - 1] * x[n + 1] for n in range(1, len(x) - 1)]


@pytest.mark.parametrize("told", [False, True], ids=["rest found", "rest told"])
@pytest.mark.parametrize(("snr", "within"), [(6, 0.008), (10, 0.006), (20, 0.006), (30, 0.009)])
@pytest.mark.parametrize("kind", KINDS[:2])
def test_edges_lie_within_milliseconds_of_the_truth_and_none_is_missed(
    kind: Kind, snr: int, within: float, told: bool
) -> None:
    trials = [trial(kind, snr, seed) for seed in range(100, 108)]
    result = score(trials, [ours(one, told=told) for one in trials])
    assert (result.missed, result.false) == (0, 0)
    assert np.median(np.abs(result.onset)) <= within
    assert np.median(np.abs(result.offset)) <= within


@pytest.mark.parametrize("rate", [500, 512, 2000, 4000])
def test_edges_are_as_good_at_other_rates(rate: int) -> None:
    trials = [trial("motor units", 10, seed, rate) for seed in range(10, 20)]
    result = score(trials, [ours(one, told=False) for one in trials])
    assert (result.missed, result.false) == (0, 0)
    assert np.median(np.abs(result.onset)) <= 0.006
    assert np.median(np.abs(result.offset)) <= 0.006


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shaped", [False, True], ids=["white", "like EMG"])
def test_rest_alone_holds_no_burst(seed: int, shaped: bool) -> None:
    x = noise(40, seed)
    if shaped:
        x = np.asarray(signal.sosfilt(signal.butter(1, [50, 160], "bandpass", fs=RATE, output="sos"), x))
    assert bursts(x, RATE) == ()
    assert bursts(x, RATE, rest=(1000, 4000)) == ()


def test_the_smoothing_moves_no_edge() -> None:
    (found,) = indices(bursts(with_bursts((2.0, 3.0)), RATE))
    assert found[0] == pytest.approx(2000, abs=5)
    assert found[1] == pytest.approx(3000, abs=5)


def test_onset_and_offset_are_found_alike() -> None:
    x = with_bursts((1.5, 2.2), (3.1, 4.3))
    backwards = [(len(x) - stop, len(x) - start) for start, stop in reversed(indices(bursts(x[::-1].copy(), RATE)))]
    assert np.array(backwards) == pytest.approx(np.array(indices(bursts(x, RATE))), abs=2)


@pytest.mark.parametrize("times", [2.0, 64.0, 4096.0])
def test_gain_moves_no_edge(times: float) -> None:
    x = with_bursts((1.5, 2.2), (3.1, 4.3))
    assert indices(bursts(times * x, RATE)) == indices(bursts(x, RATE))


def test_a_channel_of_an_array_gives_what_a_copy_of_it_gives() -> None:
    x = with_bursts((1.5, 2.2))
    both = np.stack([x, noise(6, seed=2)], axis=1)
    assert bursts(both[:, 0], RATE) == bursts(x, RATE)


def test_the_delay_of_the_bandpass_is_taken_away_from_both_edges() -> None:
    x = with_bursts((1.5, 2.2))
    ((onset, offset),) = indices(bursts(x, RATE))
    assert indices(bursts(x, RATE, delay=0.0072)) == [(onset - 7, offset - 7)]


def test_a_burst_cut_by_the_end_of_the_signal_says_so_by_its_index() -> None:
    first, last = bursts(with_bursts((0, 1), (5, 6)), RATE, delay=0.01)
    assert first.onset_index == 0
    assert first.offset_index == pytest.approx(990, abs=5)
    assert last.onset_index == pytest.approx(4990, abs=5)
    assert last.offset_index == 6000


def test_a_short_pause_belongs_to_the_burst_and_a_long_one_does_not() -> None:
    x = with_bursts((1.5, 2.0), (2.1, 2.6), (3.2, 3.7))
    assert [round(start, -2) for start, _ in indices(bursts(x, RATE))] == [1500, 3200]
    assert len(bursts(x, RATE, shortest_pause=0.7)) == 1


def test_a_short_burst_is_left_out() -> None:
    x = with_bursts((2.0, 2.05), (3.0, 3.5))
    assert [round(start, -2) for start, _ in indices(bursts(x, RATE))] == [3000]
    assert len(bursts(x, RATE, shortest_burst=0.03)) == 2
    assert bursts(x, RATE, shortest_burst=0.7) == ()


def test_bursts_below_the_least_rms_are_left_out() -> None:
    x = with_bursts((1.5, 2.0))
    x[3000:3500] *= 4
    assert len(bursts(x, RATE)) == 2
    (strong,) = bursts(x, RATE, least_rms=70)
    assert strong.rms == pytest.approx(100, rel=0.06)


def test_a_ramp_begins_where_the_rise_begins_not_in_its_middle() -> None:
    trials = [trial("ramps of 0.25 s", 20, seed) for seed in range(10)]
    result = score(trials, [ours(one, told=False) for one in trials])
    assert (result.missed, result.false) == (0, 0)
    assert abs(np.median(result.onset)) < 0.03
    assert abs(np.median(result.offset)) < 0.03


def test_the_nine_contractions_of_the_real_recording_are_found() -> None:
    counts = real_emg.bursts().astype(np.float64)
    x = Cascade(design_bandpass(RATE), 1).process(counts)[:, 0]
    found = bursts(x, RATE, least_rms=800)
    assert len(found) == 9
    strong = np.zeros(len(x), dtype=bool)
    for burst in found:
        assert 1.0 < (burst.offset_index - burst.onset_index) / RATE < 2.5
        strong[burst.onset_index : burst.offset_index] = True
    assert np.sqrt(np.mean(x[strong] ** 2)) > 6 * np.sqrt(np.mean(x[~strong] ** 2))


def test_a_line_that_stands_still_holds_no_burst() -> None:
    assert bursts(np.zeros(3000), RATE) == ()


def test_rest_is_never_taken_to_be_quieter_than_the_rounding_of_counts() -> None:
    x = np.zeros(4000)
    x[2000:3000] = noise(1, rms=0.2)
    assert bursts(x, RATE) == ()
    x[2000:3000] = noise(1, rms=5.0)
    (found,) = indices(bursts(x, RATE))
    assert np.array(found) == pytest.approx(np.array([2000, 3000]), abs=12)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 1500), st.floats(0, 60)), min_size=1, max_size=12),
    st.sampled_from([250, 1000, 2000]),
    st.sampled_from([0.02, 0.1, 0.3]),
    st.integers(0, 99),
)
def test_bursts_are_in_order_inside_the_signal_and_long_enough(
    levels: list[tuple[int, float]], rate: int, shortest: float, seed: int
) -> None:
    level = np.concatenate([np.full(2 * rate, 2.0), *(np.full(n, rms) for n, rms in levels)])
    x = level * np.random.default_rng(seed).standard_normal(len(level))
    found = bursts(x, rate, shortest_burst=shortest, shortest_pause=shortest)
    flat = [index for pair in indices(found) for index in pair]
    assert flat == sorted(flat)
    assert all(0 <= index <= len(x) for index in flat)
    for burst in found:
        assert burst.offset_index - burst.onset_index >= round(shortest * rate)
        stretch = x[burst.onset_index : burst.offset_index]
        assert burst.rms == pytest.approx(np.sqrt(np.mean(stretch**2)), abs=0.001)
    assert bursts(x, rate, shortest_burst=shortest, shortest_pause=shortest) == found


@pytest.mark.parametrize(
    ("x", "rest", "message"),
    [
        (np.zeros((3000, 1)), None, "one channel"),
        (np.full(3000, np.nan), None, "between gaps"),
        (np.zeros(999), None, "too short"),
        (np.zeros(3000), (2000, 2400), "no rest"),
        (np.zeros(3000), (-1, 2400), "no rest"),
        (np.zeros(3000), (2000, 3001), "no rest"),
    ],
    ids=["two dimensions", "missing scans", "short", "short rest", "rest before", "rest after"],
)
def test_what_cannot_be_judged_is_refused_and_says_why(x: Floats, rest: tuple[int, int] | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bursts(x, RATE, rest=rest)


@pytest.mark.parametrize("shortest", [0.0, 0.019, float("nan")])
def test_a_burst_shorter_than_an_action_potential_cannot_be_asked_for(shortest: float) -> None:
    with pytest.raises(ValueError, match="action potential"):
        bursts(np.zeros(3000), RATE, shortest_burst=shortest)


def test_the_bench_counts_what_is_missed_false_and_late() -> None:
    one = Trial(RATE, np.zeros(5000), [(1000, 2000), (3000, 4000)], (0, 900))
    found: Pairs = [(300, 500), (1010, 1500), (1600, 1990)]
    result = score([one], [found])
    assert (result.onset.tolist(), result.offset.tolist()) == ([0.01], [-0.5])
    assert (result.missed, result.false) == (1, 2)
    assert tidied(found, RATE) == [(300, 500), (1010, 1990)]
    assert tidied([(0, round(SHORTEST_BURST * RATE) - 1)], RATE) == []
