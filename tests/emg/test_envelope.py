from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from biofeedback.emg.envelope import (
    DISPLAYS,
    Floats,
    Integers,
    Linear,
    Mean,
    Rms,
    RunningSum,
    quantised,
    steps_per_count,
)
from biofeedback.emg.filters import Cascade, design_bandpass, group_delay
from tests.blocks import pieces


def in_pieces(process: Callable[[Integers], Integers], values: Integers, cuts: list[int]) -> Integers:
    return np.concatenate([process(piece) for _, piece in pieces(values, cuts)])


@given(st.lists(st.integers(0, 40), max_size=12), st.integers(1, 30), st.integers(0, 999))
def test_a_running_sum_is_exact_in_any_chunking(cuts: list[int], window: int, seed: int) -> None:
    values = np.random.default_rng(seed).integers(-(2**26), 2**26, (90, 2)) ** 2
    got = in_pieces(RunningSum(window, 2).process, values, cuts)
    expected = [[sum(int(v) for v in values[max(0, i - window + 1) : i + 1, c]) for c in (0, 1)] for i in range(90)]
    assert got.tolist() == expected


@pytest.mark.parametrize("name", list(DISPLAYS))
def test_every_display_envelope_gives_the_same_bits_in_any_chunking(name: str) -> None:
    values = np.random.default_rng(3).integers(-200_000, 200_000, (3000, 2))
    whole = DISPLAYS[name].make(1000, 2, 1024).process(values)
    for chunk in (1, 7, 32, 1000):
        envelope = DISPLAYS[name].make(1000, 2, 1024)
        got = [envelope.process(values[i : i + chunk]) for i in range(0, 3000, chunk)]
        assert np.array_equal(np.concatenate(got), whole)


def test_the_rms_equals_exact_rational_arithmetic() -> None:
    values = np.random.default_rng(1).integers(-(2**24), 2**24, (400, 1))
    got = Rms(0.125, 1000, 1, 1024).process(values)[:, 0]
    for i in range(124, 400):
        mean_square = Fraction(sum(int(v) ** 2 for v in values[i - 124 : i + 1, 0]), 125)
        assert abs(Fraction(got[i]) ** 2 * 1024**2 - mean_square) <= abs(Fraction(got[i]) * 1024) + 1


def test_the_rms_of_a_sine_is_its_amplitude_over_root_two() -> None:
    t = np.arange(2000) / 1000
    x = quantised((100 * np.sin(2 * np.pi * 80 * t))[:, None], 1024)  # 10 whole periods in the window
    assert Rms(0.125, 1000, 1, 1024).process(x)[200:, 0] == pytest.approx(100 / np.sqrt(2), rel=1e-4)


def test_a_linear_envelope_of_noise_stands_on_the_scale_of_the_rms() -> None:
    x = quantised(np.random.default_rng(5).normal(0, 50, (60_000, 1)), 1024)
    assert Linear(3, 1000, 1, 1024).process(x)[5000:].mean() == pytest.approx(50, rel=0.02)


def test_a_linear_envelope_starts_at_the_first_scan_without_a_transient() -> None:
    x = np.full((500, 1), 1024 * 80)
    assert np.ptp(Linear(5, 1000, 1, 1024).process(x)) < 0.01


def test_the_mean_smooths_a_sensors_own_envelope() -> None:
    x = quantised(np.r_[np.zeros(100), np.full(300, 20.0)][:, None], 1024)
    out = Mean(0.1, 1000, 1, 1024).process(x)[:, 0]
    assert out[99] == 0
    assert out[149] == pytest.approx(10)
    assert (out[199:] == 20).all()


@pytest.mark.parametrize("name", list(DISPLAYS))
def test_the_stated_delay_is_the_measured_one(name: str) -> None:
    rate, carrier = 2000, 100.0
    t = np.arange(4 * rate) / rate
    modulation = 0.5 + 0.2 * np.sin(2 * np.pi * 0.5 * t)
    x = quantised((1000 * modulation * np.sin(2 * np.pi * carrier * t))[:, None], 1024)
    envelope = DISPLAYS[name].make(rate, 1, 1024)
    out = envelope.process(x)[rate:, 0]
    lags = np.arange(0, 0.2, 1 / rate)
    fit = [np.corrcoef(out, np.interp(t[rate:] - lag, t, modulation))[0, 1] for lag in lags]
    assert lags[int(np.argmax(fit))] == pytest.approx(envelope.delay, abs=max(0.001, 0.02 * envelope.delay))


def butterworth(frequency: Floats, corner: float, rate: float, *, high: bool) -> Floats:
    """Gain of a digital Butterworth filter of order 4 by its formula: 1 / √(1 + r⁸), r on the bilinear scale."""
    ratio = np.tan(np.pi * frequency / rate) / np.tan(np.pi * corner / rate)
    return np.asarray(1 / np.sqrt(1 + (1 / ratio if high else ratio) ** 8))


@pytest.mark.parametrize("rate", [250, 500, 512, 1000, 2000])
def test_the_bandpass_is_the_published_design_at_every_rate(rate: int) -> None:
    """Butterworth 20 Hz and min(450, 0.45 rate), each of order 4, against the closed formula."""
    frequency = np.linspace(2, 0.49 * rate, 400)
    _, response = signal.sosfreqz(design_bandpass(rate), worN=frequency, fs=rate)
    expected = butterworth(frequency, 20, rate, high=True) * butterworth(
        frequency, min(450, 0.45 * rate), rate, high=False
    )
    assert np.abs(response) == pytest.approx(expected, abs=1e-6)


def test_the_notch_takes_mains_and_its_harmonics_away() -> None:

    sos = design_bandpass(1000, notch=50)
    _, h = signal.sosfreqz(sos, worN=np.array([50.0, 75.0, 100.0, 150.0]), fs=1000)
    assert np.abs(h[[0, 2, 3]]).max() < 1e-3
    assert abs(h[1]) == pytest.approx(1, abs=0.02)


def test_a_rate_too_low_for_a_bandpass_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        design_bandpass(80)


def test_an_offset_makes_no_transient_at_the_start_of_a_segment() -> None:
    cascade = Cascade(design_bandpass(1000), 1)
    assert np.abs(cascade.process(np.full((300, 1), 512.0))).max() == 0
    cascade.restart()
    assert np.abs(cascade.process(np.full((300, 1), 700.0))).max() == 0


@pytest.mark.parametrize("notch", [None, 50.0], ids=["no notch", "notch"])
@pytest.mark.parametrize("carrier", [70.0, 80.0, 120.0])
@pytest.mark.parametrize("rate", [500, 1000, 2000])
def test_the_group_delay_is_that_of_a_modulated_carrier(rate: int, carrier: float, notch: float | None) -> None:
    sos = design_bandpass(rate, notch=notch)
    t = np.arange(8 * rate) / rate
    modulation = np.sin(2 * np.pi * 1.0 * t)
    x = (1 + 0.3 * modulation) * np.sin(2 * np.pi * carrier * t)
    envelope = np.abs(signal.hilbert(signal.sosfilt(sos, x)))[3 * rate : 7 * rate]
    lags = np.arange(0, 0.03, 0.0001)
    fit = [np.corrcoef(envelope, np.interp(t[3 * rate : 7 * rate] - lag, t, modulation))[0, 1] for lag in lags]
    assert lags[int(np.argmax(fit))] == pytest.approx(group_delay(sos, carrier, rate), abs=0.001)


def test_values_are_rounded_to_a_fixed_step() -> None:
    assert steps_per_count(10) == steps_per_count(16) == 1024
    assert steps_per_count(24) == 4
    assert quantised(np.array([[0.5, -1 / 3]]), 1024).tolist() == [[512, -341]]
