"""F7–F10: averages, times, steadiness and tracking, each on signals of which the answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.emg.envelope import SCORE_WINDOW, Floats, Rms, quantised
from biofeedback.emg.sensor import Sensor
from biofeedback.training.activation import Reference, activation_percent
from biofeedback.training.scoring import (
    Steadiness,
    TrackingError,
    bandwidth,
    release_time,
    response_time,
    settle_scans,
    steadiness,
    timing,
    tracking_error,
    wave,
    work_average,
)
from tests.training.emg_noise import envelope, noise, shaping, true_bandwidth

RATE = 1000


def percents(*levels: tuple[float, int]) -> Floats:
    """Return activation that stands at each level for a number of scans."""
    return np.concatenate([np.full(n, level) for level, n in levels])


# -- F7 -----------------------------------------------------------------------------------------------


def test_the_first_second_is_left_out_of_a_work_average() -> None:
    assert work_average(percents((0, 1000), (40, 4000)), RATE) == 40


def test_of_a_short_phase_only_a_quarter_is_left_out() -> None:
    assert work_average(percents((0, 500), (40, 1500)), RATE) == 40
    assert settle_scans(2000, RATE) == 500
    assert settle_scans(60_000, RATE) == 1000


def test_missing_scans_count_for_the_length_of_the_phase_but_not_for_its_mean() -> None:
    phase = percents((90, 1000), (40, 1000), (math.nan, 2000), (20, 1000))
    assert work_average(phase, RATE) == 30


@pytest.mark.parametrize("phase", [np.empty(0), np.full(3000, np.nan), percents((50, 1000), (math.nan, 3000))])
def test_without_values_there_is_no_average(phase: Floats) -> None:
    assert work_average(phase, RATE) is None


@settings(deadline=None)
@given(st.lists(st.integers(0, 300 * 1024), min_size=1, max_size=200), st.randoms())
def test_a_work_average_lies_between_its_values_and_does_not_depend_on_their_order(
    steps: list[int], random: object
) -> None:
    activation = np.array(steps) / 1024
    settled = activation[settle_scans(len(steps), 10) :]
    average = work_average(activation, 10)
    assert average is not None
    assert settled.min() - 0.0005 <= average <= settled.max() + 0.0005
    assert work_average(np.r_[activation[: len(activation) - len(settled)], np.sort(settled)], 10) == average


@settings(deadline=None)
@given(st.integers(0, 99))
def test_a_column_of_many_channels_scores_like_an_array_of_its_own(seed: int) -> None:
    both = np.rint(np.random.default_rng(seed).uniform(0, 80, (6000, 2)) * 1024) / 1024
    column, own = both[:, 0], both[:, 0].copy()
    line = wave(np.arange(6000), RATE, 0.2, 10, 30)
    assert work_average(column, RATE) == work_average(own, RATE)
    assert tracking_error(column, line, RATE) == tracking_error(own, line, RATE)
    assert steadiness(column, RATE) == steadiness(own, RATE)


# -- F8 -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [250, 500, 1000, 2000])
def test_a_step_of_a_steady_waveform_is_timed_to_a_few_scans(rate: int) -> None:
    """An alternating ±1 has an RMS of exactly 1 in every window: what is left is the rounding to scans."""
    window = round(SCORE_WINDOW * rate)
    on, off = round(0.4 * rate), 3 * rate
    x = np.zeros((4 * rate, 1))
    x[on:off, 0] = 100 * (-1.0) ** np.arange(off - on)
    rms = Rms(SCORE_WINDOW, rate, 1, 1024).process(quantised(x, 1024))[:, 0]
    activation = activation_percent(rms, Reference(200.0, 0.0), Sensor.RAW)
    assert rms[on + window] == 100
    response = response_time(activation, rate, 50.0)
    release = release_time(activation[off - round(0.3 * rate) :], rate, 50.0)
    assert response == pytest.approx(0.4, abs=1.5 / rate)
    assert release == pytest.approx(0.3, abs=1.5 / rate)


def step_errors(rate: int) -> Floats:
    """Return the 5 %, 50 % and 95 % of the errors of response and release, (3, 2), over 400 steps of noise."""
    onset, release = 0.4, 0.3
    on, relax = round((1 + onset) * rate), round(5 * rate)
    off = relax + round(release * rate)
    x = 100 * noise(6.5, 400, rate, 3)
    x[:on] = x[off:] = 0
    x += 2 * np.random.default_rng(9).standard_normal(x.shape)
    activation = activation_percent(envelope(x, rate), Reference(200.0, 2.0), Sensor.RAW)
    errors: list[tuple[float, float]] = []
    for trial in activation.T:
        average = work_average(trial[rate:relax], rate)
        assert average is not None
        responded = response_time(trial[rate:relax], rate, average)
        released = release_time(trial[relax:], rate, average)
        assert responded is not None
        assert released is not None
        errors.append((responded - onset, released - release))
    return np.asarray(np.percentile(errors, [5, 50, 95], axis=0))


@pytest.mark.parametrize("rate", [250, 500, 1000, 2000])
def test_over_many_steps_of_noise_the_median_time_is_right_within_a_hundredth_of_a_second(rate: int) -> None:
    """F8 through the app's own filter and RMS; without its correction the medians are 70 and 107 ms off."""
    low, median, high = step_errors(rate)
    assert np.abs(median).max() < 0.0105
    assert low.min() > -0.04
    assert high.max() < 0.12


def test_the_documented_errors_of_a_response_and_a_release_are_the_measured_ones() -> None:
    assert step_errors(RATE) == pytest.approx(np.array([[-0.027, -0.024], [0.004, 0], [0.05, 0.013]]), abs=0.003)


def test_a_response_is_dated_by_the_first_scan_of_the_run_that_lasts() -> None:
    activation = percents((0, 200), (50, 99), (0, 51), (50, 500))
    assert response_time(activation, RATE, 50.0) == pytest.approx(0.35 - 0.56 * 0.125)
    assert response_time(percents((0, 200), (37.5, 100)), RATE, 50.0) == pytest.approx(0.2 - 0.07)
    assert response_time(percents((0, 200), (37.4, 1000)), RATE, 50.0) is None


def test_a_release_is_the_first_tenth_of_a_second_below_three_eighths() -> None:
    activation = percents((50, 300), (18.7, 50), (50, 50), (18.75, 100))
    assert release_time(activation, RATE, 50.0) == pytest.approx(0.4 - 0.86 * 0.125)
    assert release_time(percents((50, 300), (18.8, 1000)), RATE, 50.0) is None


def test_a_missing_scan_breaks_the_run() -> None:
    activation = percents((0, 200), (50, 60), (math.nan, 1), (50, 200))
    assert response_time(activation, RATE, 50.0) == pytest.approx(0.261 - 0.07)
    letting_go = percents((50, 200), (0, 60), (math.nan, 1), (0, 200))
    assert release_time(letting_go, RATE, 50.0) == pytest.approx(0.261 - 0.1075)


@pytest.mark.parametrize("average", [0.0, -1.0, math.nan])
def test_without_an_effort_there_is_no_time(average: float) -> None:
    activation = percents((0, 1000), (50, 1000))
    assert response_time(activation, RATE, average) is None
    assert release_time(activation[::-1], RATE, average) is None


def test_an_array_shorter_than_a_run_has_no_time() -> None:
    assert response_time(np.full(99, 50.0), RATE, 50.0) is None
    assert release_time(np.empty(0), RATE, 50.0) is None


def test_who_already_pushes_at_the_prompt_anticipated_it() -> None:
    seconds = response_time(np.full(1000, 50.0), RATE, 50.0)
    assert seconds is not None
    assert seconds == pytest.approx(-0.07)
    assert timing(seconds) == "anticipated"


@pytest.mark.parametrize(
    ("seconds", "name"),
    [(-1, "anticipated"), (0.0999, "anticipated"), (0.1, "in time"), (2, "in time"), (2.0001, "late")],
)
def test_times_are_named_never_dropped(seconds: float, name: str) -> None:
    assert timing(seconds) == name


# -- F9 -----------------------------------------------------------------------------------------------


def steadinesses(x: Floats, rate: int = RATE) -> list[Steadiness]:
    found = [steadiness(trial, rate) for trial in x.T]
    assert None not in found
    return [value for value in found if value]


def test_the_floor_is_six_percent_at_140_hertz() -> None:
    """F9's stated figure, and that the floor is what steady noise of that bandwidth shows."""
    assert 100 / (2 * math.sqrt(140 * 0.5)) == pytest.approx(6, abs=0.03)
    assert true_bandwidth(shaping(RATE), RATE) == pytest.approx(138, abs=1)
    scores = steadinesses(noise(7, 400, RATE, 5))
    observed = math.sqrt(np.mean([score.observed**2 for score in scores]))
    floor = float(np.mean([score.floor for score in scores]))
    assert floor == pytest.approx(6.01, abs=0.1)
    assert observed == pytest.approx(floor, abs=0.25)


@pytest.mark.parametrize(("seconds", "chance"), [(5.0, 6.4), (30.0, 3.3)])
def test_steady_noise_is_called_steady_and_what_chance_alone_gives_is_as_documented(
    seconds: float, chance: float
) -> None:
    values = [score.steadiness for score in steadinesses(noise(seconds, 400, RATE, 15))]
    median, high = np.percentile(values, [50, 95])
    assert median < 0.15 * chance
    assert high == pytest.approx(chance, abs=0.7)


def test_a_modulation_of_ten_percent_is_found_whatever_the_noise_adds() -> None:
    t = np.arange(30 * RATE) / RATE
    phase = np.random.default_rng(1).uniform(0, 2 * np.pi, 100)
    modulation = 1 + 0.1 * math.sqrt(2) * np.sin(2 * np.pi * 0.3 * t[:, None] + phase)
    scores = steadinesses(noise(30, 100, RATE, 6) * modulation)
    assert np.median([score.steadiness for score in scores]) == pytest.approx(10, abs=0.5)
    assert np.median([score.observed for score in scores]) > 11


def test_a_drift_is_no_unsteadiness() -> None:
    x = noise(12, 100, RATE, 7)
    drifting = x * np.linspace(1, 2, len(x))[:, None]
    steady = float(np.median([score.observed for score in steadinesses(x)]))
    assert np.median([score.observed for score in steadinesses(drifting)]) == pytest.approx(steady, abs=0.5)


def test_the_ends_of_a_hold_are_left_out() -> None:
    x = noise(7, 1, RATE, 8)[:, 0]
    wild = x.copy()
    wild[:1000] *= 9
    wild[-500:] *= 9
    assert steadiness(wild, RATE) == steadiness(x, RATE)


@settings(deadline=None)
@given(st.integers(-20, 40), st.integers(0, 20))
def test_steadiness_does_not_depend_on_the_unit(exponent: int, seed: int) -> None:
    x = noise(5, 1, 250, seed)[:, 0]
    assert steadiness(np.ldexp(x, exponent), 250) == steadiness(x, 250)


def test_integers_of_the_pipeline_score_like_the_same_numbers_as_floats() -> None:
    x = quantised(300 * noise(6, 1, RATE, 9)[:, 0], 1024)
    assert steadiness(x, RATE) == steadiness(x.astype(np.float64), RATE)
    largest = np.where(np.arange(10_000) % 3 == 0, 2**26, -(2**26))
    assert steadiness(largest, 2000) is not None


def test_too_short_missing_or_silent_holds_have_no_steadiness() -> None:
    x = noise(4.5, 1, RATE, 10)[:, 0]
    assert steadiness(x, RATE) is not None
    assert steadiness(x[:-1], RATE) is None
    assert steadiness(x[:100], RATE) is None
    assert steadiness(np.where(np.arange(len(x)) == 2000, np.nan, x), RATE) is None
    assert steadiness(np.zeros(9000), RATE) is None
    assert steadiness(np.full(9000, 7), RATE) is None
    assert steadiness(np.r_[np.zeros(9000), np.ones(501)], RATE) is None


@pytest.mark.parametrize("band", [(30.0, 80.0), (30.0, 130.0), (44.0, 165.0), (30.0, 430.0)])
@pytest.mark.parametrize("seconds", [3.5, 10.0])
def test_the_bandwidth_of_noise_is_found_within_three_percent(band: tuple[float, float], seconds: float) -> None:
    expected = true_bandwidth(shaping(2000, band), 2000)
    x = noise(seconds, 60, 2000, 8, band)
    found = [bandwidth(trial, 2000) or 0.0 for trial in x.T]
    assert np.mean(found) == pytest.approx(expected, rel=0.03)
    assert np.std(found) < 0.07 * expected


@pytest.mark.parametrize("x", [np.empty(0), np.ones(249), np.ones(3000), np.zeros(3000)])
def test_what_is_too_short_or_does_not_vary_has_no_bandwidth(x: Floats) -> None:
    assert bandwidth(x, RATE) is None


# -- F10 ----------------------------------------------------------------------------------------------


def follower(line: Floats, rate: int = RATE) -> Floats:
    """Return what the window makes of a person who is exactly on the line: it comes half a window later."""
    lag = round(SCORE_WINDOW / 2 * rate)
    return np.concatenate([np.full(lag, line[0]), line[:-lag]])


@pytest.mark.parametrize("rate", [250, 500, 1000, 2000])
def test_who_follows_perfectly_has_no_error(rate: int) -> None:
    line = wave(np.arange(20 * rate), rate, 0.25, 10, 30)
    assert tracking_error(follower(line, rate), line, rate) == TrackingError(0, 0)


def test_a_constant_in_the_middle_is_wrong_by_the_amplitude_over_root_two() -> None:
    line = wave(np.arange(22 * RATE + 62), RATE, 0.1, 10, 30)
    error = tracking_error(np.full(len(line), 20.0), line, RATE)
    assert error is not None
    assert error.rmse == pytest.approx(10 / math.sqrt(2), abs=0.01)
    assert error.error == pytest.approx(0, abs=0.01)


def test_a_constant_offset_is_the_mean_error_with_its_sign() -> None:
    line = wave(np.arange(9000), RATE, 0.1, 10, 30)
    assert tracking_error(follower(line) + 3, line, RATE) == TrackingError(3, 3)
    assert tracking_error(follower(line) - 3, line, RATE) == TrackingError(3, -3)


def test_the_first_two_seconds_and_missing_scans_do_not_count() -> None:
    line = wave(np.arange(9000), RATE, 0.1, 10, 30)
    activation = follower(line) + 3
    activation[:2000] = 500
    activation[5000:5400] = np.nan
    assert tracking_error(activation, line, RATE) == TrackingError(3, 3)


def test_less_than_a_second_of_values_is_no_tracking_error() -> None:
    line = np.full(3062, 20.0)
    assert tracking_error(line, line, RATE) == TrackingError(0, 0)
    assert tracking_error(line[1:], line[1:], RATE) is None
    assert tracking_error(np.full(3062, np.nan), line, RATE) is None
    assert tracking_error(line[:50], line[:50], RATE) is None


def test_a_line_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        tracking_error(np.zeros(5000), np.zeros(4999), RATE)


def test_even_a_wild_reference_gives_a_finite_error() -> None:
    assert tracking_error(np.full(20_000, 1e6), np.zeros(20_000), RATE) == TrackingError(1e6, 1e6)


def test_an_exact_effort_still_shows_the_flicker_of_the_envelope() -> None:
    """The figure documented at `tracking_error`: 2.6 points on a line from 10 to 30."""
    line = wave(np.arange(20 * RATE), RATE, 0.1, 10, 30)
    x = 2 * line[:, None] * noise(20, 50, RATE, 7)
    activation = activation_percent(envelope(x, RATE), Reference(200.0, 0.0), Sensor.RAW)
    errors = [tracking_error(trial, line, RATE) for trial in activation.T]
    assert np.median([error.rmse for error in errors if error]) == pytest.approx(2.6, abs=0.1)
    assert np.median([error.error for error in errors if error]) == pytest.approx(0, abs=0.25)


@settings(deadline=None)
@given(st.integers(0, 10**7), st.floats(0.01, 2), st.floats(0, 100), st.floats(0, 50))
def test_a_wave_keeps_between_its_ends_from_any_scan_on(first: int, frequency: float, low: float, span: float) -> None:
    offsets = np.arange(first, first + 500)
    line = wave(offsets, RATE, frequency, low, low + span)
    assert line.min() >= low - 1 / 2048
    assert line.max() <= low + span + 1 / 2048
    assert np.array_equal(line * 1024, np.rint(line * 1024))
    assert np.array_equal(line[100:], wave(offsets[100:], RATE, frequency, low, low + span))


def test_a_wave_begins_low_and_is_high_after_half_a_period() -> None:
    line = wave(np.arange(10_001), RATE, 0.1, 10, 30)
    assert line[[0, 2500, 5000, 7500, 10_000]].tolist() == [10, 20, 30, 20, 10]
