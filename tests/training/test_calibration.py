"""Calibration (F2, F3) on signals of known size."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from biofeedback.emg.envelope import Integers, quantised
from biofeedback.emg.sensor import Sensor
from biofeedback.training.calibration import (
    MOST_TRIES,
    QUICK,
    Calibration,
    CalibrationResult,
    Course,
    Step,
    rest_changed,
    rest_level,
)
from biofeedback.training.commands import SetReference, StartCalibration
from biofeedback.training.verdict import QUANTISATION, Quiet, judge, spread_percent

RATE = 1000
RAW, ENV = Sensor.RAW, Sensor.ENV
FULL = Course("best_effort", tries=3, seconds=5, rest=60, resting=10)
SHORT = Course(tries=3, seconds=1, rest=5, resting=3)


def levels(course: Course, rest: float, tries: tuple[float, ...], rate: int = RATE) -> NDArray[np.float64]:
    """The size of the signal scan by scan: rest, and in each try the given amplitude above it."""
    steps: list[NDArray[np.float64]] = []
    efforts = iter(tries)
    for step, seconds in course.steps:
        level = math.hypot(next(efforts), rest) if step == "try" else rest
        steps.append(np.full(round(seconds * rate), level))
    return np.concatenate(steps)


def person(
    rest: float = 2.0, tries: tuple[float, ...] = (100.0, 97.0), course: Course | None = None, seed: int = 1
) -> Integers:
    """Gaussian signal in counts with the given RMS in each step, shape (n_scans, 1)."""
    size = levels(course or Course(), rest, tries)
    return quantised(size * np.random.default_rng(seed).standard_normal(len(size)), 1024)[:, None]


def steady(rest: float, tries: tuple[float, ...], course: Course) -> Integers:
    """An envelope in counts without any noise, shape (n_scans, 1)."""
    parts = [np.full(round(s * RATE), rest) for _, s in course.steps]
    numbers = [i for i, (step, _) in enumerate(course.steps) if step == "try"]
    for i, effort in zip(numbers, tries, strict=True):
        parts[i] = parts[i] + effort
    return quantised(np.concatenate(parts), 1024)[:, None]


def begun(
    course: Course | None = None, sensors: tuple[Sensor, ...] = (RAW,), channel: int = 0, first: int = 0,
    microvolts: float | None = 1.0,
) -> Calibration:  # fmt: skip
    return Calibration(course or Course(), channel, sensors, RATE, 1024, first, microvolts)


def feed(
    calibration: Calibration, values: Integers, first: int = 0, chunk: int = 1000, rail: NDArray[np.bool_] | None = None
) -> None:
    rail = np.zeros(values.shape, bool) if rail is None else rail
    for i in range(0, len(values), chunk):
        calibration.process(first + i, values[i : i + chunk], rail[i : i + chunk])


def result(calibration: Calibration) -> CalibrationResult:
    """What it says; read by a call, so that a test may look twice."""
    assert calibration.result is not None
    return calibration.result


def calibrate(
    values: Integers, course: Course | None = None, sensors: tuple[Sensor, ...] = (RAW,), channel: int = 0,
    chunk: int = 1000, rail: NDArray[np.bool_] | None = None, microvolts: float | None = 1.0,
) -> CalibrationResult:  # fmt: skip
    calibration = begun(course, sensors, channel, microvolts=microvolts)
    feed(calibration, values, chunk=chunk, rail=rail)
    return result(calibration)


def stands_at(calibration: Calibration) -> tuple[Step, float]:
    """Return the step that runs and the seconds left in it."""
    return calibration.state.step, calibration.state.seconds_left


# -- the course ---------------------------------------------------------------------------------------


def test_the_quick_calibration_has_its_two_tries_thirty_seconds_apart() -> None:
    assert QUICK == (
        ("rest", 5.0), ("ready", 3.0), ("try", 5.0), ("pause", 25.0), ("ready", 5.0), ("try", 5.0),
    )  # fmt: skip
    assert Course.of(StartCalibration(0)) == Course()


def test_a_plan_has_its_own_course() -> None:
    course = Course.of(StartCalibration(1, "best_effort", 3, 5.0, 60.0, 10.0, relax=True))
    assert course == replace(FULL, relax=True)
    assert [step for step, _ in course.steps].count("try") == 3
    assert sum(seconds for _, seconds in course.steps) == 10 + 3 + 5 + 2 * (60 + 5)


def test_the_shortest_rest_between_tries_is_getting_ready_without_a_pause() -> None:
    assert [step for step, _ in SHORT.steps] == ["rest", "ready", "try", "ready", "try", "ready", "try"]
    assert len(calibrate(person(tries=(50, 50, 50), course=SHORT), SHORT).tries) == 3


@given(st.integers(1, MOST_TRIES), st.floats(1, 60), st.floats(5, 600), st.floats(3, 60))
def test_tries_of_a_possible_course_stand_apart_by_its_rest(n: int, seconds: float, rest: float, still: float) -> None:
    steps = Course("fixed_load", n, seconds, rest, still).steps
    ends = np.cumsum([length for _, length in steps])
    tries = [(end - length, end) for (step, length), end in zip(steps, ends, strict=True) if step == "try"]
    assert steps[0] == ("rest", still)
    assert len(tries) == n
    assert all(b[0] - a[1] == pytest.approx(rest) for a, b in pairwise(tries))
    assert all(length > 0 for _, length in steps)


impossible = st.one_of(
    st.tuples(st.just("tries"), st.integers(max_value=0) | st.integers(min_value=7)),
    st.tuples(st.just("seconds"), st.floats(max_value=0.999) | st.floats(min_value=60.01) | st.just(math.nan)),
    st.tuples(st.just("rest"), st.floats(max_value=4.99) | st.floats(min_value=600.1) | st.just(math.nan)),
    st.tuples(st.just("resting"), st.floats(max_value=2.99) | st.floats(min_value=60.01) | st.just(math.nan)),
)


@given(impossible)
def test_an_impossible_course_is_refused_in_a_sentence(wrong: tuple[str, float]) -> None:
    with pytest.raises(ValueError, match=r"a calibration with .+ cannot be: \d+ to \d+"):
        Course(**{wrong[0]: wrong[1]})  # type: ignore[arg-type] # that is the point


# -- rest and tries -----------------------------------------------------------------------------------


def test_a_good_calibration_finds_rest_and_amplitude() -> None:
    found = calibrate(person())
    assert (found.verdict, found.kind, found.saturated, found.spill) == ("good", "comfortable_effort", (), None)
    assert found.rest == pytest.approx(2.0, rel=0.05)
    assert found.amplitude == pytest.approx(100, rel=0.12)  # the best half second stands a little above the mean
    assert found.index == 48_000
    assert len(found.tries) == 2


def test_rest_and_tries_are_what_a_plain_search_through_all_windows_finds() -> None:
    values = person(3.0, (80.0, 90.0, 70.0), FULL)
    found = calibrate(values, FULL)
    x = values[:, 0] / 1024

    def rms(first: int, n: int) -> float:
        return float(np.sqrt(np.mean(x[first : first + n] ** 2)))

    rest = min(rms(i, 3000) for i in range(7001))
    assert found.rest == pytest.approx(rest, abs=1e-3)
    assert found.rest_sd == pytest.approx(np.std([rms(i, 500) for i in range(0, 10_000, 500)]), abs=1e-3)
    for number, begin in enumerate((13_000, 78_000, 143_000)):
        best = max(rms(begin + i, 500) for i in range(4501))
        assert found.tries[number] == pytest.approx(math.sqrt(best**2 - rest**2), abs=2e-3)
    assert found.amplitude == max(found.tries)
    assert found.kind == "best_effort"


def test_an_envelope_pin_is_averaged_not_squared() -> None:
    found = calibrate(steady(10, (100, 96), Course()), sensors=(ENV,))
    assert (found.rest, found.rest_sd, found.amplitude, found.spread) == (10, 0, 100, 4.0)


def test_full_scale_of_sixteen_bits_does_not_overflow() -> None:
    rectified = np.full((48 * 2000, 1), 65_535 * 1024, np.int64)
    calibration = Calibration(Course(), 0, (Sensor.RECT,), 2000, 1024, 0, 1.0)
    feed(calibration, rectified)
    found = result(calibration)
    assert (found.rest, found.amplitude, found.reason) == (65_535, 0, "hardly above rest")


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 5000), min_size=1, max_size=40), st.integers(0, 2**20))
def test_any_chunking_gives_the_same_result_and_state(cuts: list[int], first: int) -> None:
    two = np.concatenate([person(tries=(60, 50, 55), course=SHORT), person(1, (9, 9, 9), SHORT, seed=2)], axis=1)
    whole, cut = (begun(SHORT, (RAW, ENV), first=first) for _ in range(2))
    feed(whole, two, first, chunk=len(two))
    at = 0
    while at < len(two):
        for n in cuts:
            feed(cut, two[at : at + n], first + at, chunk=n)
            at += n
    assert result(cut) == result(whole)
    assert cut.state == whole.state


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 25_000), st.integers(1, 12_000), st.integers(0, 200), st.integers(1, 700), st.integers(1, 90)
)  # fmt: skip
def test_a_gap_and_its_settling_give_the_same_however_they_are_told(
    at: int, missing: int, settling: int, chunk: int, crumb: int
) -> None:
    """The settling scans may come with a block, in crumbs, or be left out in silence."""
    course = replace(SHORT, rest=8)
    values = person(tries=(60, 50, 55), course=course)
    end = at + missing + settling
    told, crumbs, silent = (begun(course) for _ in range(3))
    for each in (told, crumbs, silent):
        feed(each, values[:at], chunk=chunk)
    told.gap(end)
    crumbs.gap(at + missing)
    for i in range(at + missing, end, crumb):
        crumbs.gap(min(end, i + crumb))
        crumbs.process(min(end, i + crumb), values[:0], np.zeros((0, 1), bool))
    for each in (told, crumbs, silent):
        feed(each, values[at:], first=end, chunk=chunk)
    assert told.state == crumbs.state == silent.state
    assert told.result == crumbs.result == silent.result


def test_a_rest_broken_by_a_gap_is_repeated() -> None:
    values = person()
    calibration = begun()
    feed(calibration, values[:4000])
    calibration.gap(4500)
    assert stands_at(calibration) == ("rest", 5.0)
    feed(calibration, values[:5000], 4500)
    assert stands_at(calibration)[0] == "ready"


def test_a_try_broken_by_a_gap_is_repeated_and_its_rails_are_forgotten() -> None:
    """What was left of a broken try is louder than all that follows, and at a rail: none of it may count."""
    values = person(tries=(300, 100))
    rail = np.zeros(values.shape, bool)
    rail[9000:9100] = True
    calibration = begun()
    feed(calibration, values[:12_000], rail=rail)
    calibration.gap(12_010)
    assert stands_at(calibration) == ("try", 5.0)
    again = person(tries=(100, 100), seed=5)
    feed(calibration, again[8000:], 12_010)
    found = result(calibration)
    assert found.saturated == ()
    assert found.amplitude == pytest.approx(100, rel=0.12)
    assert found.verdict == "good"
    assert found.index == 48_000 + 4010


def test_a_gap_while_getting_ready_lets_time_pass() -> None:
    calibration = begun()
    feed(calibration, person()[:6000])
    calibration.gap(7500)
    assert stands_at(calibration) == ("ready", 0.5)


def test_after_a_long_gap_the_person_gets_ready_before_they_push() -> None:
    calibration = begun()
    feed(calibration, person()[:20_000])
    assert stands_at(calibration) == ("pause", 18.0)
    calibration.gap(39_000)
    assert stands_at(calibration) == ("ready", 4.0)
    calibration.gap(90_000)
    assert stands_at(calibration) == ("ready", 5.0)


def test_getting_ready_begins_anew_after_the_last_settling_scan_and_then_lets_time_pass_again() -> None:
    calibration = begun()
    feed(calibration, person()[:6000])
    for settled in range(7900, 8300, 100):
        calibration.gap(settled)
    assert stands_at(calibration) == ("ready", 3.0)
    feed(calibration, person()[8200:9200], 8200)
    calibration.gap(9300)
    assert stands_at(calibration) == ("ready", 1.9)


def test_nothing_is_taken_of_what_comes_after_the_end() -> None:
    calibration = begun()
    feed(calibration, person())
    before = result(calibration)
    calibration.gap(60_000)
    feed(calibration, person(seed=9), 60_000)
    assert calibration.result == before
    assert stands_at(calibration) == ("try", 0.0)


# -- the verdict --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tries", "rest", "verdict", "reason"),
    [
        ((100, 95, 40), 2.0, "good", ""),
        ((100, 90), 2.0, "good", ""),
        ((100, 89.9), 2.0, "care", "tries differ"),
        ((100, 80), 2.0, "care", "tries differ"),
        ((100, 79.9), 2.0, "not usable", "tries differ"),
        ((100, 100), 10.0, "good", ""),
        ((100, 100), 10.01, "care", "little above rest"),
        ((100, 100), 33.3, "care", "little above rest"),
        ((100, 100), 33.4, "not usable", "hardly above rest"),
        ((30, 30), 90.0, "not usable", "hardly above rest"),
        ((0, 0), 4.0, "not usable", "hardly above rest"),
        ((0, 0), 0.0, "not usable", "hardly above rest"),
        ((0.8, 0.8), 0.0, "not usable", "hardly above rest"),
        ((20, 20), 0.0, "good", ""),
        ((19.9, 19.9), 0.5, "care", "coarse steps"),
        ((100,), 2.0, "care", "one try only"),
        ((100,), 50.0, "not usable", "hardly above rest"),
    ],
)
def test_the_verdict_says_what_it_is_worth(
    tries: tuple[float, ...], rest: float, verdict: str, reason: str
) -> None:  # fmt: skip
    assert judge(tries, rest) == (verdict, reason)


@pytest.mark.parametrize("kind", ["best_effort", "comfortable_effort", "fixed_load"])
@pytest.mark.parametrize(
    ("tries", "rest", "verdict", "reason"),
    [
        ((100, 60), 2, "not usable", "tries differ"),
        ((100, 84), 1, "care", "tries differ"),
        ((30, 30), 6, "care", "little above rest"),
        ((12, 12), 0.5, "care", "coarse steps"),
        ((100, 95), 5, "good", ""),
        ((5, 5), 70, "not usable", "hardly above rest"),
    ],
)
def test_a_whole_calibration_ends_with_each_verdict_whatever_its_kind(
    kind: str, tries: tuple[float, float], rest: float, verdict: str, reason: str
) -> None:
    course = Course.of(StartCalibration(kind=kind))  # type: ignore[arg-type] # the three there are
    found = calibrate(steady(rest, tries, course), course, (ENV,))
    assert (found.verdict, found.reason, found.kind) == (verdict, reason, kind)
    assert (found.reference is None) == (verdict == "not usable")


amounts = st.floats(0, 70_000).map(lambda x: round(x, 4))
some_tries = st.lists(amounts, min_size=1, max_size=MOST_TRIES).map(tuple)


@given(some_tries)
def test_the_spread_is_that_of_the_two_best_tries(tries: tuple[float, ...]) -> None:
    best = np.sort(np.array(tries))[::-1]
    spread = spread_percent(tries)
    if len(tries) == 1:
        assert spread is None
    elif best[0] == 0:
        assert spread == 100
    else:
        assert spread == pytest.approx(100 * (1 - best[1] / best[0]), abs=0.0501)


@given(some_tries, amounts, st.booleans(), st.none() | st.builds(Quiet, amounts, st.none() | amounts))
def test_only_a_reference_above_noise_rest_and_zero_is_ever_usable(
    tries: tuple[float, ...], rest: float, saturated: bool, quiet: Quiet | None
) -> None:
    verdict, reason = judge(tries, rest, saturated=saturated, quiet=quiet)
    assert (reason == "") == (verdict == "good")
    best, spread = max(tries), spread_percent(tries)
    if verdict != "not usable":
        assert best >= 3 * max(rest, QUANTISATION) * (1 - 1e-9)
        assert not saturated
        assert spread is None or spread <= 20
        assert quiet is None or best > quiet.rest
    if verdict == "good":
        assert spread is not None
        assert spread <= 10
        assert best >= max(10 * rest * (1 - 1e-9), 20)
        assert quiet is None or (quiet.microvolts is not None and quiet.microvolts <= 2)


def test_a_good_enough_calibration_becomes_the_reference_with_all_it_needs() -> None:
    found = calibrate(steady(10, (100, 96), Course()), sensors=(ENV,))
    assert found.reference == SetReference(0, 100, 10, "comfortable_effort", 4.0, "good", None)


def test_a_signal_at_its_ceiling_is_not_usable_and_the_try_is_named() -> None:
    values = person()
    rail = np.zeros(values.shape, bool)
    rail[9000:9003] = True  # in the first try
    rail[43_000:43_002] = True  # two samples may be noise
    found = calibrate(values, rail=rail)
    assert (found.verdict, found.reason, found.saturated, found.reference) == ("not usable", "ceiling", (1,), None)


def test_a_rail_outside_the_tries_is_no_ceiling() -> None:
    values = person()
    rail = np.zeros(values.shape, bool)
    rail[13_000:43_000] = True
    assert calibrate(values, rail=rail).saturated == ()


def test_a_muscle_that_never_moved_is_not_usable_and_divides_by_nothing() -> None:
    found = calibrate(np.zeros((48_000, 1), np.int64))
    assert (found.verdict, found.amplitude, found.reference) == ("not usable", 0.0, None)


# -- an exercise of being quiet -----------------------------------------------------------------------

RELAX = Course("fixed_load", tries=3, seconds=15, rest=30, resting=10, relax=True)


def test_to_be_quiet_the_persons_own_rest_is_not_taken_away() -> None:
    raw = calibrate(person(20.0, (100.0, 98.0, 99.0), RELAX), RELAX)
    usual = calibrate(person(20.0, (100.0, 98.0, 99.0), RELAX), replace(RELAX, relax=False))
    assert raw.rest == QUANTISATION == round(1 / math.sqrt(12), 4)
    assert raw.measured_rest == usual.rest == pytest.approx(20, rel=0.1)
    assert usual.measured_rest is None
    assert math.hypot(usual.amplitude, usual.rest) == pytest.approx(math.hypot(raw.amplitude, raw.rest), abs=1e-3)
    assert (raw.verdict, usual.verdict) == ("good", "care")
    envelope = calibrate(steady(20, (100, 98, 99), RELAX), RELAX, (ENV,))
    assert (envelope.rest, envelope.measured_rest, envelope.amplitude) == (0, 20, 120)


@pytest.mark.parametrize(
    ("effort", "rest", "microvolts", "verdict", "reason"),
    [
        (100, 10, 2.0, "good", ""),
        (100, 10, 2.01, "care", "coarse steps"),
        (100, 10, None, "care", "gain unknown"),
        (19, 1, 0.5, "care", "coarse steps"),
        (19, 1, 24.4, "not usable", "coarse steps"),
        (19, 1, None, "care", "coarse steps"),
        (100, 34, 0.5, "care", "little above rest"),
        (100, 100, 0.5, "not usable", "hardly above rest"),
        (0.5, 0, 0.5, "not usable", "hardly above rest"),
    ],
)
def test_to_be_quiet_small_steps_are_needed_and_an_effort_above_the_own_rest(
    effort: float, rest: float, microvolts: float | None, verdict: str, reason: str
) -> None:
    values = steady(rest, (effort - rest,) * 3, RELAX)
    found = calibrate(values, RELAX, (ENV,), microvolts=microvolts)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_the_worth_of_a_step_matters_to_quiet_only() -> None:
    assert calibrate(person(), microvolts=24.4).verdict == calibrate(person(), microvolts=None).verdict == "good"


# -- two muscles --------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", [0, 1])
def test_five_percent_of_leak_to_the_other_sensor_is_found(channel: int) -> None:
    own = person(2.0, (400.0, 390.0, 395.0), FULL)
    others = quantised(3.0 * np.random.default_rng(8).standard_normal(own.shape), 1024)
    leaked = others + np.rint(0.05 * own).astype(np.int64)
    two = np.concatenate([own, leaked] if channel == 0 else [leaked, own], axis=1)
    found = calibrate(two, FULL, (RAW, RAW), channel)
    assert found.spill == pytest.approx(0.05 * np.mean(found.tries), rel=0.05)
    assert found.reference is not None
    assert found.reference.spill == found.spill
    alone = calibrate(own, FULL)
    assert alone.spill is None
    assert replace(found, spill=None, channel=0) == alone


def test_without_leak_the_other_sensor_shows_hardly_more_than_its_rest() -> None:
    own, other = person(2.0, (400.0, 390.0)), person(3.0, (0.0, 0.0), seed=2)
    found = calibrate(np.concatenate([own, other], axis=1), sensors=(RAW, RAW))
    assert found.spill is not None
    assert found.spill < 0.5 * 3.0


def test_the_others_envelope_is_read_where_the_own_try_was_best() -> None:
    own, other = steady(10, (100, 96), Course()), steady(5, (0, 0), Course())
    own[10_000:10_500] += 50 * 1024  # the best half second of the first try
    other[10_000:10_500] += 8 * 1024
    other[11_000:12_000] += 500 * 1024  # the other muscle itself, at another time
    other[43_000:48_000] += 4 * 1024
    found = calibrate(np.concatenate([own, other], axis=1), sensors=(ENV, ENV))
    assert (found.tries, found.spill) == ((150, 96), 6)


def test_what_the_other_sensor_shows_at_its_ceiling_is_no_measure_of_leak() -> None:
    two = np.concatenate([steady(10, (100, 96), Course()), steady(5, (7, 9), Course())], axis=1)
    rail = np.zeros(two.shape, bool)
    rail[8000:13_000, 1] = True
    found = calibrate(two, sensors=(ENV, ENV), rail=rail)
    assert (found.spill, found.saturated, found.verdict) == (9, (), "good")
    rail[43_000:, 1] = True
    assert calibrate(two, sensors=(ENV, ENV), rail=rail).spill is None


def test_a_third_sensor_has_no_partner() -> None:
    three = np.concatenate([person(seed=seed) for seed in (1, 2, 3)], axis=1)
    assert calibrate(three, sensors=(RAW,) * 3, channel=2).spill is None


# -- what can be seen meanwhile, and once more --------------------------------------------------------


def test_the_state_tells_which_try_runs_of_how_many_and_what_is_to_come() -> None:
    calibration = begun(FULL)
    values = person(2.0, (100.0, 90.0, 95.0), FULL)
    assert (calibration.state.kind, calibration.state.n_tries, calibration.state.tries) == ("best_effort", 3, ())
    assert calibration.state.coming == FULL.steps[1:]
    feed(calibration, values[:15_000])
    assert (calibration.state.step, calibration.state.number) == ("try", 1)
    feed(calibration, values[15_000:79_000], 15_000)
    state = calibration.state
    assert (state.step, state.number, state.seconds_left, state.step_seconds) == ("try", 2, 4.0, 5.0)
    assert state.tries == pytest.approx((100,), rel=0.12)
    assert [step for step, _ in state.coming] == ["pause", "ready", "try"]


def once_more(calibration: Calibration, number: int | None, effort: float, first: int) -> None:
    """Feed what is to come after `repeat`, with tries of this size."""
    calibration.repeat(first, number)
    state = calibration.state
    for step, seconds in ((state.step, state.seconds_left), *state.coming):
        size = 10.0 + (effort if step == "try" else 0.0)
        n = round(seconds * RATE)
        feed(calibration, quantised(np.full((n, 1), size), 1024), first)
        first += n


def test_a_try_done_again_replaces_the_old_one_and_all_is_judged_anew() -> None:
    calibration = begun(sensors=(ENV,))
    feed(calibration, steady(10, (60, 100), Course()))
    assert result(calibration).reason == "tries differ"
    calibration.repeat(100_000, 1)
    assert calibration.result is None
    state = calibration.state
    assert (state.step, state.number, state.n_tries, state.tries) == ("ready", 1, 2, (60, 100))
    assert [step for step, _ in state.coming] == ["try"]
    feed(calibration, quantised(np.full((5000, 1), 10.0), 1024), 100_000)
    feed(calibration, quantised(np.full((5000, 1), 105.0), 1024), 105_000)
    found = result(calibration)
    assert (found.tries, found.verdict, found.amplitude, found.index) == ((95, 100), "good", 100, 110_000)


def test_a_rail_goes_away_with_the_try_that_reached_it() -> None:
    calibration = begun(sensors=(ENV,))
    values = steady(10, (100, 900), Course())
    rail = values > 900 * 1024
    feed(calibration, values, rail=rail)
    assert result(calibration).saturated == (2,)
    once_more(calibration, 2, 98, 90_000)
    assert (result(calibration).saturated, result(calibration).verdict) == ((), "good")


def test_one_more_try_is_added_up_to_six() -> None:
    calibration = begun(sensors=(ENV,))
    feed(calibration, steady(10, (60, 100), Course()))
    for number, effort in enumerate((98.0, 97.0, 96.0, 95.0), 3):
        once_more(calibration, None, effort, 100_000 * number)
        assert (len(result(calibration).tries), calibration.state.n_tries) == (number, number)
    assert result(calibration).tries == (60, 100, 98, 97, 96, 95)
    assert (result(calibration).verdict, result(calibration).spread) == ("good", 2.0)
    before = result(calibration)
    with pytest.raises(ValueError, match="do one of them again instead"):
        calibration.repeat(10**6, None)
    once_more(calibration, 1, 99, 10**6)
    assert result(calibration).tries == (99, *before.tries[1:])


def test_the_rest_between_tries_is_kept_before_one_is_done_again() -> None:
    calibration = begun(sensors=(ENV,))
    feed(calibration, steady(10, (60, 100), Course()))
    calibration.repeat(48_000 + 4_000, 1)
    assert stands_at(calibration) == ("pause", 21.0)
    assert calibration.state.coming == (("ready", 5.0), ("try", 5.0))


@pytest.mark.parametrize("number", [0, -1, 3])
def test_a_try_that_never_was_cannot_be_done_again(number: int) -> None:
    calibration = begun(sensors=(ENV,))
    with pytest.raises(ValueError, match="still runs"):
        calibration.repeat(0, 1)
    feed(calibration, steady(10, (60, 100), Course()))
    before = result(calibration)
    with pytest.raises(ValueError, match=f"no try {number} to do again"):
        calibration.repeat(60_000, number)
    assert calibration.result == before


# -- rest, later --------------------------------------------------------------------------------------


def test_the_level_of_a_rest_is_rms_or_the_mean_of_an_envelope() -> None:
    x = np.random.default_rng(3).normal(4.0, 3.0, 2000)
    assert rest_level(quantised(x, 1024), RAW, 1024) == pytest.approx(np.sqrt(np.mean(x * x)), abs=1e-3)
    assert rest_level(quantised(x, 1024), ENV, 1024) == pytest.approx(np.mean(x), abs=1e-3)
    assert rest_level(quantised(x, 4), RAW, 4) == pytest.approx(np.sqrt(np.mean(x * x)), abs=0.13)
    with pytest.raises(ValueError, match="no scans"):
        rest_level(np.zeros(0, np.int64), RAW, 1024)


@pytest.mark.parametrize(
    ("rest", "reference", "ratio", "changed"),
    [
        (10.0, 10.0, 1.0, False),
        (14.9, 10.0, 1.49, False),
        (15.0, 10.0, 1.5, True),
        (5.1, 10.0, 0.51, False),
        (5.0, 10.0, 0.5, True),
        (0.0, 10.0, 0.029, True),
        (0.0, 0.0, 1.0, False),
        (0.1, 0.0, 1.0, False),
        (2.887, 0.0, 10.0, True),
    ],
)
def test_a_rest_that_changed_by_half_is_noticed(rest: float, reference: float, ratio: float, changed: bool) -> None:
    assert rest_changed(rest, reference) == (ratio, changed)


@given(amounts, amounts)
def test_the_ratio_of_two_rests_is_always_a_number(rest: float, reference: float) -> None:
    ratio, changed = rest_changed(rest, reference)
    assert math.isfinite(ratio)
    assert changed == (ratio >= 1.5 or ratio <= 0.5)
