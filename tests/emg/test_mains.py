from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.emg.envelope import Floats, Integers, quantised, steps_per_count
from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.mains import HARMONICS, HIGHEST, HUM_SHARE, WINDOW, MainsShare, floor_above
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.sources.artefacts import SensorPin, Skin
from biofeedback.sources.muscle import MotorPool
from biofeedback.wire.events import Counts
from tests.blocks import pieces
from tests.real_emg import bursts, fatigue

STEPS = 1024
RATES = [250.0, 500.0, 512.0, 997.37, 1000.0, 1024.0, 2000.0, 10_000.0]
UV_PER_COUNT = 5 / 2**14 / 200 * 1e6
"""14 bits over 5 V, gain 200."""


def band_passed(x: Floats | Counts, rate: float = 1000, steps: int = STEPS) -> Integers:
    return quantised(Cascade(design_bandpass(rate), x.shape[1]).process(x.astype(np.float64)), steps)


def sine(frequency: float, rate: float, seconds: float, rms: float = 100) -> Floats:
    n = round(seconds * rate)
    wave: Floats = rms * np.sqrt(2) * np.sin(2 * np.pi * frequency * np.arange(n) / rate + 0.3)
    return wave[:, None]


def mains_like(rate: float, n: int, frequency: float, seed: int) -> Floats:
    """Return hum of RMS 1 with the harmonics that a room has, at any phase, (n,)."""
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, 4)
    t = np.arange(n) / rate
    parts = zip((1, 2, 3, 5), (1, 0.2, 0.5, 0.25), phase, strict=True)
    hum: Floats = sum((a * np.sin(2 * np.pi * k * frequency * t + p) for k, a, p in parts), np.zeros(n))
    return hum / float(np.std(hum))


def direct(x: Integers, rate: float, mains: int) -> float:
    """Return the share in the last window of `x` (n,) by its definition, in floats."""
    n = round(WINDOW * rate)
    last = x[-n:].astype(np.float64)
    t = np.arange(len(x))[-n:] / rate
    lines = [k * mains for k in HARMONICS if k * mains < HIGHEST * rate]
    power = sum(2 * abs(np.sum(last * np.exp(-2j * np.pi * f * t))) ** 2 for f in lines)
    return float(power / (n * np.sum(last**2)))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 200), max_size=12), st.integers(0, 99), st.sampled_from([0, 50, 60]))
def test_any_chunking_gives_the_same_bits(cuts: list[int], seed: int, mains: int) -> None:
    x = np.random.default_rng(seed).integers(-(2**25), 2**25, (900, 2))
    x[300:] += quantised(sine(50, 500, 1.2, 20_000), STEPS)
    whole_share, whole_hum = MainsShare(500, mains, 2, STEPS).process(x)
    cut = MainsShare(500, mains, 2, STEPS)
    got = [cut.process(piece) for _, piece in pieces(x, cuts)]
    assert np.array_equal(np.concatenate([share for share, _ in got]), whole_share)
    assert np.array_equal(np.concatenate([hum for _, hum in got]), whole_hum)


def test_one_long_block_is_the_same_as_scan_by_scan() -> None:
    x = np.random.default_rng(1).integers(-(2**25), 2**25, (9000, 1))
    single = MainsShare(1000, 0, 1, STEPS)
    got = np.concatenate([single.process(x[i : i + 1])[0] for i in range(len(x))])
    assert np.array_equal(got, MainsShare(1000, 0, 1, STEPS).process(x)[0])


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("mains", [50, 60])
def test_the_share_is_that_of_its_definition(rate: float, mains: int) -> None:
    rng = np.random.default_rng(round(rate))
    x = band_passed(sine(mains, rate, 1.5, 50) + rng.normal(0, 80, (round(1.5 * rate), 1)), rate)
    share, _ = MainsShare(rate, mains, 1, STEPS).process(x)
    assert share[-1, 0] == pytest.approx(direct(x[:, 0], rate, mains), abs=0.002)
    assert 0.1 < share[-1, 0] < 0.9


@pytest.mark.parametrize("rate", RATES)
def test_hum_is_found_at_every_rate_and_another_tone_is_not(rate: float) -> None:
    for frequency, mains in ((49.8, 50), (50.2, 50), (59.8, 60), (60.2, 60), (50, 0), (60, 0)):
        share, hum = MainsShare(rate, mains, 1, STEPS).process(quantised(sine(frequency, rate, 1), STEPS))
        assert share[-1, 0] > 0.95
        assert hum[-1, 0]
    share, hum = MainsShare(rate, 0, 1, STEPS).process(quantised(sine(80, rate, 1), STEPS))
    assert share[round(WINDOW * rate) :].max() < 0.02
    assert not hum[round(WINDOW * rate) :].any()


def test_unknown_mains_takes_the_larger_of_both() -> None:
    x = np.random.default_rng(4).integers(-(2**20), 2**20, (3000, 2))
    each = [MainsShare(1000, mains, 2, STEPS).process(x)[0] for mains in (50, 60)]
    assert np.array_equal(MainsShare(1000, 0, 2, STEPS).process(x)[0], np.maximum(*each))


def test_a_rate_too_low_for_any_line_finds_nothing() -> None:
    share, hum = MainsShare(100, 50, 1, STEPS).process(quantised(sine(40, 100, 3), STEPS))
    assert not share.any()
    assert not hum.any()


def test_silence_is_no_hum() -> None:
    share, hum = MainsShare(1000, 0, 2, STEPS).process(np.zeros((2000, 2), dtype=np.int64))
    assert not share.any()
    assert not hum.any()


def test_an_empty_block_changes_nothing() -> None:
    mains = MainsShare(1000, 50, 2, STEPS)
    share, hum = mains.process(np.empty((0, 2), dtype=np.int64))
    assert share.shape == hum.shape == (0, 2)


def test_a_restart_is_a_new_beginning_but_for_the_floors() -> None:
    x = quantised(sine(50, 1000, 2, 30), STEPS)
    used = MainsShare(1000, 50, 1, STEPS)
    used.set_floor(0, 29)
    used.process(np.random.default_rng(1).integers(-(2**25), 2**25, (1234, 1)))
    used.restart()
    fresh = MainsShare(1000, 50, 1, STEPS)
    fresh.set_floor(0, 29)
    got, expected = used.process(x), fresh.process(x)
    assert np.array_equal(got[0], expected[0])
    assert np.array_equal(got[1], expected[1])
    assert not got[1][400, 0]  # above the share, below the floor: 0.8 of 30 counts
    assert got[1][-1, 0]


def test_a_million_loud_scans_leave_no_trace() -> None:
    mains = MainsShare(1000, 50, 1, STEPS)
    loud = np.random.default_rng(2).integers(-(2**26), 2**26, (250_000, 1))
    for _ in range(4):
        mains.process(loud)
    quiet = quantised(sine(50, 1000, 1, 0.5) + sine(80, 1000, 1, 0.5), STEPS)
    share, _ = mains.process(quiet)
    assert share[-1, 0] == pytest.approx(direct(quiet[:, 0], 1000, 50), abs=0.002)
    mains.process(np.zeros((500, 1), dtype=np.int64))
    assert not mains.process(np.zeros((500, 1), dtype=np.int64))[0].any()


def worst_input(rate: float) -> Floats:
    """Return a wave of ±1 that drives the band-pass as far as any can: the signs of its impulse response, reversed."""
    impulse = np.zeros((round(rate), 1))
    impulse[1] = 1
    response = Cascade(design_bandpass(rate), 1).process(impulse)
    return np.where(response[::-1] >= 0, 1.0, -1.0)


@pytest.mark.parametrize(("adc_bits", "rate"), [(16, 2000.0), (24, 2000.0), (16, 10_000.0), (24, 10_000.0)])
def test_full_scale_square_waves_do_not_overflow(adc_bits: int, rate: float) -> None:
    steps, half = steps_per_count(adc_bits), 2.0 ** (adc_bits - 1)
    square = np.where(sine(50, rate, 2) >= 0, 1.0, -1.0)
    for wave in (square, worst_input(rate)):
        x = band_passed(half * (1 + wave), rate, steps)
        share, hum = MainsShare(rate, 50, 1, steps).process(x)
        assert share[-1, 0] == pytest.approx(direct(x[:, 0], rate, 50), abs=0.002)
    hardest = np.where(square > 0, 9, -9) * (1 << adc_bits) * steps  # nine full scales
    share, hum = MainsShare(rate, 50, 1, steps).process(hardest)
    assert share[-1, 0] == pytest.approx(8 / np.pi**2 * (1 + 1 / 9), abs=0.01)
    assert hum[-1, 0]


@pytest.mark.parametrize("record", [bursts, fatigue])
@pytest.mark.parametrize("mains", [50, 60, 0])
def test_real_emg_is_not_taken_for_hum(record: Callable[[], Counts], mains: int) -> None:
    share, hum = MainsShare(1000, mains, 1, STEPS).process(band_passed(record()))
    assert not hum[500:].any()
    assert share[500:].max() < 0.21


@pytest.mark.parametrize("n_units", [1, 2, 5, 120])
def test_a_simulated_muscle_is_not_taken_for_hum(n_units: int) -> None:
    """Also one or two units, whose firing is almost periodic; 16 s at each of four levels, four muscles."""
    for level in (0.05, 0.2, 0.5, 1):
        pools = [MotorPool(1000, n_units=n_units, seed=seed) for seed in range(4)]
        emg = np.stack([pool.next(np.full(16_000, level)) for pool in pools], axis=1)
        share, hum = MainsShare(1000, 0, 4, STEPS).process(band_passed(np.floor(emg / UV_PER_COUNT)))
        assert not hum[500:].any()
        assert share[500:].max() < 0.29


@pytest.mark.parametrize("frequency", [49.8, 50, 50.2])
@pytest.mark.parametrize(("n_units", "level"), [(2, 0.5), (5, 0.3), (120, 0.3), (120, 0.8)])
def test_hum_as_large_as_the_muscle_is_found_within_half_a_second(n_units: int, level: float, frequency: float) -> None:
    found: list[bool] = []
    flagged: list[float] = []
    for seed in range(12):
        emg = MotorPool(1000, n_units=n_units, seed=seed).next(np.full(3500, level))
        hum_from = 1500
        emg[hum_from:] += emg[500:].std() * mains_like(1000, 2000, frequency, seed)
        hum = MainsShare(1000, 50, 1, STEPS).process(band_passed(np.floor(emg / UV_PER_COUNT)[:, None]))[1][:, 0]
        assert not hum[500:hum_from].any()
        found.append(bool(hum[hum_from : hum_from + 500].any()))
        flagged.append(float(hum[hum_from + 500 :].mean()))
    assert np.mean(found) >= 0.95
    assert np.mean(flagged) >= 0.95


def rest(rate: int, n: int, hums: dict[int, float], seed: int) -> Integers:
    """Return a resting electrode's band-passed steps, 3 µV of noise, `hums` in µV by the scan they begin with."""
    skin = Skin(rate, hum=0, seed=seed)
    skins = []
    for begin, end in itertools.pairwise([*hums, n]):
        skin.hum = hums[begin]
        skins.append(skin.next(begin, end - begin))
    counts = SensorPin(ChannelSettings(), rate, 14, 5.0).next(np.concatenate(skins))
    return band_passed(counts[:, None], rate)


@pytest.mark.parametrize("rate", [250, 500, 1000, 2000])
def test_hum_switched_on_at_rest_is_found_within_a_quarter_of_a_second(rate: int) -> None:
    """50 µV of hum, before it none, reference 200 µV."""
    for seed in range(12):
        on = 2 * rate + seed * rate // 100
        mains = MainsShare(rate, 50, 1, STEPS)
        mains.set_floor(0, floor_above(3 / UV_PER_COUNT, 200 / UV_PER_COUNT))
        hum = mains.process(rest(rate, 4 * rate, {0: 0.0, on: 50.0}, seed))[1][:, 0]
        assert not hum[:on].any()
        assert hum[on + rate // 4 :].all()


@pytest.mark.parametrize("reference", [400.0, 200.0, 50.0, 20.0])
def test_the_hum_a_person_was_calibrated_with_is_harmless(reference: float) -> None:
    """Default hum of 5 µV and noise of 3 µV: at rest hum dominates, yet the weakest muscle can be scored."""
    x = rest(1000, 20_000, {0: 5.0}, 3)
    at_rest = np.sqrt(np.mean(x[1000:].astype(np.float64) ** 2)) / STEPS
    mains = MainsShare(1000, 50, 1, STEPS)
    share, hum = mains.process(x)
    assert share[1000:].min() > HUM_SHARE
    assert hum[1000:].all()
    mains.set_floor(0, floor_above(at_rest, reference / UV_PER_COUNT))
    mains.restart()
    assert not mains.process(x)[1].any()


@pytest.mark.parametrize(("growth", "found"), [(1.2, False), (1.3, True)])
def test_hum_may_grow_by_a_quarter_of_rest_before_it_matters(growth: float, *, found: bool) -> None:
    mains = MainsShare(1000, 50, 1, STEPS)
    mains.set_floor(0, floor_above(20, 50))
    assert mains.process(quantised(sine(50, 1000, 1, 20 * growth), STEPS))[1][-1, 0] == found


def test_the_floor_is_on_the_hums_own_rms_and_on_its_channel_only() -> None:
    x = quantised(np.repeat(sine(50, 1000, 1, 30), 2, axis=1), STEPS)
    mains = MainsShare(1000, 50, 2, STEPS)
    mains.set_floor(0, 30.1)
    mains.set_floor(1, 29.9)
    assert mains.process(x)[1][-1].tolist() == [False, True]


@pytest.mark.parametrize("floor", [-1, float("nan"), float("inf")])
def test_an_impossible_floor_is_refused(floor: float) -> None:
    with pytest.raises(ValueError, match="calibrate again"):
        MainsShare(1000, 50, 1, STEPS).set_floor(0, floor)


def test_impossible_mains_are_refused() -> None:
    with pytest.raises(ValueError, match="50 or 60"):
        MainsShare(1000, -50, 1, STEPS)
