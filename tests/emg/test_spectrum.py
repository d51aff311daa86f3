"""The median frequency against noise of a known spectrum and against scipy, the fit against scipy, the refusals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal, stats

from biofeedback.emg.envelope import Floats
from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.sensor import Sensor
from biofeedback.emg.spectrum import Fatigue, Inside, Withheld, fatigue, median_frequency, signal_to_noise
from tests import real_emg

RATE = 1000.0
SHAPES = {"like EMG": [50.0, 160.0], "low": [30.0, 60.0], "wide": [25.0, 220.0]}


def shaped(seconds: float, seed: int, corners: list[float], rate: float = RATE) -> Floats:
    sos = signal.butter(2, corners, "bandpass", fs=rate, output="sos")
    n = round(seconds * rate)
    return np.asarray(signal.sosfilt(sos, np.random.default_rng(seed).standard_normal(n + 1000))[1000:])


def true_median(corners: list[float], rate: float = RATE) -> float:
    """Median of the power that the filter lets through, by its own frequency response."""
    frequency = np.linspace(0, rate / 2, 200_001)[:-1]
    sos = signal.butter(2, corners, "bandpass", fs=rate, output="sos")
    power = np.cumsum(np.abs(signal.sosfreqz(sos, worN=frequency, fs=rate)[1]) ** 2)
    return float(np.interp(power[-1] / 2, power, frequency))


def welch_median(x: Floats, rate: float) -> float:
    """Median of scipy's own Welch spectrum, each of whose lines stands for the band around it."""
    size = round(rate)
    frequency, density = signal.welch(x, rate, "hann", size, noverlap=size - size // 2, detrend="constant")
    total = np.cumsum(density)
    line = int(np.searchsorted(total, total[-1] / 2))
    below = total[line - 1]
    return float(frequency[line] + (frequency[1]) * ((total[-1] / 2 - below) / density[line] - 0.5))


def slowing(seconds: float, per_minute: float, seed: int, rate: float = RATE) -> Floats:
    """Noise played ever more slowly: every frequency falls by `per_minute` percent of its first value a minute."""
    fine = 8
    source = shaped(seconds, seed, SHAPES["like EMG"], rate)
    dense = signal.resample(source, fine * len(source))
    t = np.arange(len(source)) / rate
    played = t - per_minute / 100 / 60 * t * t / 2
    return np.asarray(np.interp(played, np.arange(len(dense)) / (fine * rate), dense))


def everywhere(x: Floats) -> Inside:
    return np.ones(len(x), dtype=np.bool_)


def given(x: Floats, inside: Inside | None = None, rate: float = RATE, snr: float = 20.0) -> Fatigue:
    result = fatigue(x, rate, everywhere(x) if inside is None else inside, snr)
    assert isinstance(result, Fatigue)
    return result


@pytest.mark.parametrize("rate", [512.0, 1000.0, 2000.0])
@pytest.mark.parametrize("shape", list(SHAPES))
def test_the_median_is_right_within_one_percent_on_noise_of_a_known_spectrum(shape: str, rate: float) -> None:
    x = shaped(240, 3, SHAPES[shape], rate)
    expected = true_median(SHAPES[shape], rate)
    assert median_frequency(x, rate) == pytest.approx(expected, rel=0.01)
    windows = [median_frequency(x[i : i + round(4 * rate)], rate) for i in range(0, len(x), round(4 * rate))]
    assert np.mean(windows) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("rate", [512.0, 777.0, 1000.0, 2000.0])
@pytest.mark.parametrize("seed", range(5))
def test_the_median_is_that_of_an_independent_welch_spectrum(seed: int, rate: float) -> None:
    x = shaped(4, seed, SHAPES["like EMG"], rate) + 512
    assert median_frequency(x, rate) == pytest.approx(welch_median(x, rate), rel=1e-9)


@pytest.mark.parametrize("frequency", [20.0, 61.3, 150.0, 440.0])
def test_the_median_of_a_sine_is_its_frequency(frequency: float) -> None:
    x = np.sin(2 * np.pi * frequency * np.arange(4000) / RATE)
    assert median_frequency(x, RATE) == pytest.approx(frequency, abs=0.1)


def test_gain_does_not_move_the_median() -> None:
    x = shaped(4, 1, SHAPES["like EMG"])
    assert median_frequency(1024 * x, RATE) == median_frequency(x, RATE)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.ones(999), "1 s of one channel"),
        (np.ones((2000, 1)), "one channel"),
        (np.r_[np.ones(2000), np.nan], "without a gap"),
        (np.ones(2000), "does not change"),
    ],
    ids=["short", "two dimensions", "gap", "constant"],
)
def test_a_median_that_does_not_exist_is_refused(x: Floats, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        median_frequency(x, RATE)


@pytest.mark.parametrize("per_minute", [10.0, 25.0])
def test_a_known_fall_is_found_and_lies_in_the_interval(per_minute: float) -> None:
    results = [given(slowing(60, per_minute, seed)) for seed in range(20)]
    assert np.mean([result.slope for result in results]) == pytest.approx(-per_minute, abs=1.5)
    inside = [result.slope_low <= -per_minute <= result.slope_high for result in results]
    assert sum(inside) >= 17
    assert results[0].verdict == "frequency fell"
    assert results[0].intercept == pytest.approx(true_median(SHAPES["like EMG"]), rel=0.05)


def test_a_steady_muscle_is_called_falling_no_more_often_than_the_interval_promises() -> None:
    """95 % of the intervals lie over zero and 2.5 % below it, give or take four standard deviations of 300 trials."""
    results = [given(shaped(40, seed, SHAPES["like EMG"], 512.0), rate=512.0) for seed in range(300)]
    assert np.mean([result.slope_low <= 0 <= result.slope_high for result in results]) > 0.90
    fell = [result.verdict == "frequency fell" for result in results]
    assert 0 < sum(fell) < 0.061 * len(fell)
    assert {result.verdict for result in results} == {"frequency fell", "no clear fall"}


def test_the_line_is_that_of_scipy() -> None:
    x = slowing(41, 15, 5)
    result = given(x)
    y = np.array([median_frequency(x[4000 * i : 4000 * (i + 1)], RATE) for i in range(10)])
    fit = stats.linregress(4.0 * np.arange(10) + 2.0, y)
    margin = stats.t.ppf(0.975, 8) * fit.stderr
    percent = 6000 / fit.intercept
    assert result.median_frequencies == tuple(np.round(y, 3))
    assert result.intercept == pytest.approx(fit.intercept, abs=0.001)
    assert result.slope == pytest.approx(fit.slope * percent, abs=0.001)
    assert result.slope_low == pytest.approx((fit.slope - margin) * percent, abs=0.001)
    assert result.slope_high == pytest.approx((fit.slope + margin) * percent, abs=0.001)


def test_the_longest_hold_is_taken_and_a_short_dip_does_not_end_it() -> None:
    x = shaped(60, 2, SHAPES["like EMG"])
    inside = np.zeros(len(x), dtype=np.bool_)
    inside[1000:22_000] = True
    inside[30_000:55_000] = True
    inside[40_000:40_300] = False
    result = given(x, inside)
    assert (result.first_index, result.n_scans) == (30_000, 25_000)
    assert len(result.median_frequencies) == 6
    assert result.median_frequencies[0] == round(median_frequency(x[30_000:34_000], RATE), 3)
    inside[40_300] = False
    assert (given(x, inside).first_index, given(x, inside).n_scans) == (1000, 21_000)


def test_twenty_seconds_are_enough_and_less_is_not() -> None:
    x = shaped(20, 2, SHAPES["like EMG"])
    assert len(given(x).median_frequencies) == 5
    assert fatigue(x[1:], RATE, everywhere(x[1:]), 20.0) == Withheld(
        "The longest hold inside the band is 19.9 s; 20 s are needed."
    )


@pytest.mark.parametrize(
    ("rate", "snr", "sensor", "reason"),
    [
        (1000.0, 20.0, Sensor.ENV, "Only a RAW output carries a spectrum; this channel is ENV."),
        (1000.0, 20.0, Sensor.RECT, "Only a RAW output carries a spectrum; this channel is RECT."),
        (1000.0, 20.0, Sensor.UNKNOWN, "Only a RAW output carries a spectrum; this channel is UNKNOWN."),
        (500.0, 20.0, Sensor.RAW, "500 scans per second are too few; 512 are needed."),
        (1000.0, 9.9, Sensor.RAW, "The hold is too little above rest: 9.9 dB; 10 dB are needed."),
        (1000.0, float("nan"), Sensor.RAW, "The hold is too little above rest: nan dB; 10 dB are needed."),
    ],
)
def test_a_number_that_would_mislead_is_withheld_with_its_reason(
    rate: float, snr: float, sensor: Sensor, reason: str
) -> None:
    x = shaped(60, 1, SHAPES["like EMG"])
    assert fatigue(x, rate, everywhere(x), snr, sensor=sensor) == Withheld(reason)


def test_missing_scans_inside_the_hold_withhold_it_and_those_outside_do_not() -> None:
    x = shaped(30, 1, SHAPES["like EMG"])
    inside = everywhere(x)
    x[100:150] = np.nan
    inside[100:150] = False
    assert fatigue(x, RATE, inside, 20.0) == Withheld("50 scans are missing inside the hold.")
    inside[:1000] = False
    assert given(x, inside).first_index == 1000


def test_no_scan_inside_and_a_still_line_are_withheld() -> None:
    x = shaped(30, 1, SHAPES["like EMG"])
    nothing = fatigue(x, RATE, ~everywhere(x), 20.0)
    assert nothing == Withheld("The longest hold inside the band is 0.0 s; 20 s are needed.")
    assert fatigue(np.zeros(30_000), RATE, everywhere(x), 20.0) == Withheld("The signal stood still during the hold.")


def test_a_line_that_would_start_below_zero_is_withheld() -> None:
    t = np.arange(4000) / RATE
    x = np.concatenate([np.sin(2 * np.pi * frequency * t) for frequency in (20, 20, 20, 20, 200)])
    result = fatigue(x, RATE, everywhere(x), 20.0)
    assert result == Withheld("The median frequencies of the hold lie on no line that starts above zero.")


def test_samples_and_band_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="do not belong together"):
        fatigue(np.zeros(30_000), RATE, np.ones(29_999, dtype=np.bool_), 20.0)


def test_the_signal_to_noise_ratio_takes_the_rest_out_of_the_power() -> None:
    assert signal_to_noise(np.sqrt(11) * 5, 5) == pytest.approx(10)
    assert signal_to_noise(5, 5) == signal_to_noise(4, 5) == -np.inf
    assert signal_to_noise(5, 0) == np.inf
    with pytest.raises(ValueError, match="amplitudes"):
        signal_to_noise(float("nan"), 1)


def test_the_median_falls_over_the_real_minute_of_flexions() -> None:
    """It falls by both ways of computing it; flexions are no hold, so the line alone is not yet a clear fall."""
    counts = real_emg.fatigue().astype(np.float64)
    x = Cascade(design_bandpass(RATE), 1).process(counts)[:, 0]
    result = given(x)
    medians = np.array(result.median_frequencies)
    assert medians == pytest.approx([welch_median(x[i : i + 4000], RATE) for i in range(0, 60_000, 4000)], abs=0.001)
    assert medians[-5:].mean() < 0.96 * medians[:5].mean()
    assert -15 < result.slope < -3
    assert result.verdict == "no clear fall"
