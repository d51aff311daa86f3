from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.emg.envelope import Floats, quantised, steps_per_count
from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.findings import FIXES, NAMES, SENTENCES, Finding, Severity, found, still_line
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.emg.watch import SignalWatch
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.wire.events import Counts, Gap, Scans
from tests.blocks import pieces
from tests.real_emg import bursts, fatigue

RAW = ChannelSettings()
STEP_14 = 5 / 2**14 / 200 * 1e6
"""µV of a step of 14 bits over 5 V behind a gain of 200."""


class Rig:
    """A signal check behind the app's band-pass."""

    def __init__(self, *channels: ChannelSettings, rate: float = 1000, bits: int = 14, mains: int = 50) -> None:
        channels = channels or (RAW,)
        self.rate, self.steps, self.index = rate, steps_per_count(bits), 0
        self.cascade = Cascade(design_bandpass(rate), len(channels))
        self.watch = SignalWatch(rate, bits, channels, 5.0, mains, self.steps)

    def feed(self, counts: Counts) -> tuple[Finding, ...]:
        x = quantised(self.cascade.process(counts.astype(np.float64)), self.steps)
        self.watch.process(self.index, counts, x)
        self.index += len(counts)
        return self.watch.findings

    def lose(self, n_scans: int) -> tuple[Finding, ...]:
        self.watch.gap(n_scans)
        self.cascade.restart()
        self.index += n_scans
        return self.watch.findings

    def until(self, counts: Counts, wanted: Callable[[tuple[Finding, ...]], bool]) -> float:
        """Feed 10 ms at a time until `wanted` is true of the findings; return after how many seconds it was."""
        block = round(self.rate / 100)
        for at in range(0, len(counts) - block + 1, block):
            if wanted(self.feed(counts[at : at + block])):
                return (at + block) / self.rate
        raise AssertionError(f"not within {len(counts) / self.rate} s: {names(self.watch.findings)}")


def names(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.name for finding in findings]


def quiet(seconds: float, rate: float = 1000, bits: int = 14, n_channels: int = 1, seed: int = 1) -> Counts:
    """Return rest: noise of 4 µV on MyoWare's RAW around the middle of 5 V."""
    noise = 4.0 * np.random.default_rng(seed).standard_normal((round(seconds * rate), n_channels))
    return digitised(noise, bits)


def digitised(microvolts: Floats, bits: int = 14) -> Counts:
    step = 5 / 2**bits / 200 * 1e6
    counts = np.floor(microvolts / step) + 2 ** (bits - 1)
    return np.asarray(np.clip(counts, 0, 2**bits - 1), dtype=np.int32)


def humming(seconds: float, rms: float, rate: float = 1000, mains: float = 50, bits: int = 14) -> Counts:
    n = round(seconds * rate)
    noise = 4.0 * np.random.default_rng(5).standard_normal(n)
    return digitised((noise + rms * np.sqrt(2) * np.sin(2 * np.pi * mains * np.arange(n) / rate))[:, None], bits)


# -- chunking -----------------------------------------------------------------------------------------


def troubled(seed: int) -> Counts:
    """Return 6 s at 250 Hz of two channels on which much goes wrong and is mended."""
    random = np.random.default_rng(seed)
    t = np.arange(1500) / 250
    x = random.normal(0, 5, (1500, 2))
    x[250:700, 0] += 200 * np.sin(2 * np.pi * 50 * t[250:700])
    x[900:, 0] += 1000 * random.choice([-1, 1])
    x[300:800, 1] += 1500 * t[:500]
    x[1000:1200, 1] = 20_000
    x[1250:, 1] = 7
    return digitised(x)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 120), max_size=25), st.integers(0, 20), st.integers(1, 1499), st.integers(1, 400))
def test_any_chunking_finds_the_same_at_the_same_scan(cuts: list[int], seed: int, hole_at: int, hole: int) -> None:
    counts = troubled(seed)
    single, cut = Rig(RAW, RAW, rate=250), Rig(RAW, RAW, rate=250)
    expected = {}
    for part in (counts[:hole_at], counts[hole_at:]):
        for at in range(len(part)):
            told = single.feed(part[at : at + 1])
            expected[single.index] = told
        told = single.lose(hole)
        expected[single.index] = told
    for part in (counts[:hole_at], counts[hole_at:]):
        for _, piece in pieces(part.astype(np.int64), cuts):
            got = cut.feed(piece.astype(np.int32))
            if len(piece):
                assert got == expected[cut.index]
        told = cut.lose(hole)
        assert told == expected[cut.index]


def test_much_is_found_in_what_the_chunking_test_feeds() -> None:
    rig = Rig(RAW, RAW, rate=250)
    seen: set[tuple[int | None, str]] = set()
    for _, piece in pieces(troubled(1).astype(np.int64), [25] * 60):
        seen.update((finding.channel, finding.name) for finding in rig.feed(piece.astype(np.int32)))
    assert seen >= {(0, "hum"), (0, "loose"), (0, "movement"), (1, "drift"), (1, "saturation"), (1, "flat line")}


# -- each finding, on and off -------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [145, 250, 500, 997.37, 1024, 2000, 10_000])
@pytest.mark.parametrize(("mains", "told"), [(50, 50), (60, 60), (50, 0), (60, 0)])
def test_hum_is_named_within_a_second_and_withdrawn_within_one_and_a_half(rate: float, mains: int, told: int) -> None:
    rig = Rig(rate=rate, mains=told)
    assert rig.feed(quiet(2, rate)) == ()
    assert rig.until(humming(1, 30, rate, mains), lambda found: "hum" in names(found)) <= 1
    assert rig.feed(humming(1, 30, rate, mains))[0].severity == "look"
    assert rig.until(quiet(1.5, rate), lambda found: not found) <= 1.5


def test_hum_says_its_share_and_gets_red_with_its_size() -> None:
    rig = Rig()
    rig.feed(humming(2, 60))
    hum = next(finding for finding in rig.watch.findings if finding.name == "hum")
    assert hum == found("hum", "fix", 0, percent=100)
    assert hum.sentence == "Mains hum is 100 % of the signal."


def test_hum_that_is_small_beside_the_reference_is_not_worth_a_look() -> None:
    rig = Rig()
    rig.watch.know(0, 5 / STEP_14, 800 / STEP_14)
    assert rig.feed(humming(3, 30)) == ()
    rig.watch.know(0, 5 / STEP_14, 100 / STEP_14)
    assert names(rig.feed(humming(3, 30))) == ["hum"]


def test_hum_far_too_strong_for_good_electrodes_says_that_one_may_be_loose() -> None:
    rig = Rig()
    rig.feed(quiet(2))
    assert rig.until(humming(1, 200), lambda found: "loose" in names(found)) <= 1
    loose = rig.watch.findings[0]
    assert (loose.name, loose.severity, loose.sentence) == ("loose", "fix", "An electrode may be loose.")


def test_a_single_bump_is_a_movement_and_nothing_else() -> None:
    rig = Rig()
    t = np.arange(3000) / 1000
    bump = 800 * np.exp(-(((t - 0.2) / 0.05) ** 2))
    rig.feed(quiet(2))
    moved = quiet(3, seed=2) + np.round(bump / STEP_14).astype(np.int32)[:, None]
    assert rig.until(moved, lambda found: names(found) == ["movement"]) <= 0.5
    assert rig.until(quiet(1.5, seed=3), lambda found: not found) <= 1.5


def test_a_short_small_bump_is_a_movement_too() -> None:
    bump = 260 * np.exp(-(((np.arange(1000) / 1000 - 0.35) / 0.02) ** 2))
    rig = Rig()
    rig.feed(quiet(2))
    moved = quiet(1, seed=2) + np.round(bump / STEP_14).astype(np.int32)[:, None]
    assert rig.until(moved, lambda found: names(found) == ["movement"]) <= 1


def test_a_strong_contraction_is_neither_movement_nor_drift() -> None:
    rig, random = Rig(), np.random.default_rng(1)
    rig.feed(quiet(1))
    for _ in range(200):
        assert rig.feed(digitised(900 * random.standard_normal((100, 1)))) == ()


def test_a_small_step_of_the_baseline_is_no_drift() -> None:
    rig = Rig()
    rig.feed(quiet(2))
    step = quiet(2, seed=2) + round(250 / STEP_14)
    for at in range(0, 2000, 100):
        assert rig.feed(step[at : at + 100]) == ()


def test_an_electrode_that_is_loose_is_said_once() -> None:
    rig = Rig()
    rig.feed(quiet(2))
    jumping = humming(0.8, 70) + round(600 / STEP_14)
    jumping[400:] -= round(500 / STEP_14)
    assert names(rig.feed(jumping)) == ["loose", "hum"]


def test_a_baseline_on_its_way_is_drift_and_no_movement() -> None:
    rig = Rig()
    rig.feed(quiet(2))
    way = digitised((500 * np.arange(3000) / 1000)[:, None] + 4 * np.random.default_rng(4).standard_normal((3000, 1)))
    assert rig.until(way, lambda found: names(found) == ["drift"]) <= 1
    assert names(rig.feed(way[1000:] - way[1000] + way[999])) == ["drift"]


def test_breathing_and_half_cell_wander_are_no_drift() -> None:
    t = np.arange(40_000) / 1000
    wander = sum(40 * np.sin(2 * np.pi * f * t + f) for f in (0.05, 0.15, 0.3))
    rig = Rig()
    for at in range(0, 40_000, 100):
        assert rig.feed(digitised(np.asarray(wander)[at : at + 100, None])) == () or at < 100


@pytest.mark.parametrize("rail", [-1e6, 1e6])
def test_a_signal_at_a_rail_is_red_and_not_called_flat(rail: float) -> None:
    rig = Rig()
    rig.feed(quiet(2))
    rig.until(digitised(np.full((1000, 1), rail)), lambda found: ("saturation", "fix") in severities(found))
    assert "flat line" not in names(rig.feed(digitised(np.full((2000, 1), rail))))
    assert rig.until(quiet(1.5), lambda found: not found) <= 1.5


def severities(findings: tuple[Finding, ...]) -> list[tuple[str, Severity]]:
    return [(finding.name, finding.severity) for finding in findings]


def test_a_few_peaks_at_a_rail_are_worth_a_look() -> None:
    rig = Rig()
    counts = quiet(1)
    counts[500:503] = 2**14 - 1
    assert ("saturation", "look") in severities(rig.feed(counts[:600]))


def test_a_sensor_with_a_lower_supply_than_the_board_has_its_ceiling_there() -> None:
    counts = quiet(1)
    counts[400:500] = round(3.28 / 5 * 2**14)
    assert "saturation" not in names(Rig().feed(counts[:600]))
    rig = Rig(ChannelSettings(supply=3.3))
    assert "saturation" in names(rig.feed(counts[:600]))


def test_a_dead_line_is_red_within_a_second_even_with_its_last_bit_toggling() -> None:
    rig = Rig()
    rig.feed(quiet(2))
    dead = 8000 + np.random.default_rng(6).integers(0, 2, (1000, 1)).astype(np.int32)
    assert rig.until(dead, lambda found: ("flat line", "fix") in severities(found)) <= 1
    assert rig.until(quiet(1.5), lambda found: not found) <= 1.5


def test_rest_below_one_step_is_no_dead_line_but_one_that_jumped_away_is() -> None:
    rig = Rig(bits=10)
    assert rig.feed(np.full((1000, 1), 512, dtype=np.int32)) == (still_line(0),)  # never seen to move
    contraction = digitised(200 * np.random.default_rng(1).standard_normal((1000, 1)), 10)
    assert rig.feed(contraction) == ()
    assert rig.feed(np.full((9000, 1), 512, dtype=np.int32)) == ()
    assert rig.feed(np.full((2000, 1), 512, dtype=np.int32)) == (still_line(0),)  # for 10 s
    rig.feed(contraction)
    away = np.full((1000, 1), 530, dtype=np.int32)
    assert rig.until(away, lambda found: still_line(0) in found) <= 1


def test_a_reference_of_few_steps_is_too_coarse_until_a_larger_one_is_taken() -> None:
    rig = Rig(bits=10)
    rig.watch.know(0, 0.5, 3.2)
    assert [*rig.watch.findings] == [found("coarse step", "look", 0, counts="3.2")]
    rig.watch.know(0, 0.5, 8.0)
    assert not rig.watch.findings


@pytest.mark.parametrize(("rest", "amplitude"), [(-1, 5), (1, 0), (float("nan"), 5), (1, float("inf"))])
def test_an_impossible_reference_is_refused(rest: float, amplitude: float) -> None:
    with pytest.raises(ValueError, match="calibrate again"):
        Rig().watch.know(0, rest, amplitude)


def test_what_one_step_makes_of_a_little_hum_is_not_worth_a_look() -> None:
    rig = Rig(bits=10)
    rig.watch.know(0, 0, 8)
    rig.feed(digitised(200 * np.random.default_rng(1).standard_normal((1000, 1)), 10))
    toggling = digitised((10 * np.sin(2 * np.pi * 50 * np.arange(2000) / 1000 + 0.1))[:, None], 10)
    assert np.ptp(toggling) == 1
    assert rig.feed(toggling) == ()


# -- the board ----------------------------------------------------------------------------------------


def test_lost_scans_are_named_at_once_and_withdrawn_a_second_later() -> None:
    rig = Rig()
    rig.feed(quiet(1))
    assert rig.lose(10) == ()
    assert rig.lose(20) == (found("lost scans", "look", percent=3),)
    assert rig.lose(200) == (found("lost scans", "fix", percent=23),)
    assert rig.until(quiet(1.5), lambda found: not found) <= 1.1


def test_a_long_hole_is_all_that_is_said_until_something_else_is_seen_again() -> None:
    rig = Rig()
    rig.feed(humming(2, 30))
    assert names(rig.lose(100)) == ["hum", "lost scans"]
    assert rig.lose(60_000) == (found("lost scans", "fix", percent=100),)


def test_nothing_is_judged_across_missing_scans() -> None:
    rig = Rig()
    dead = np.full((600, 1), 8000, dtype=np.int32)
    for _ in range(5):
        assert "flat line" not in names(rig.feed(dead))
        rig.lose(1)
    at_rail = quiet(0.05)
    at_rail[-3:] = 2**14 - 1
    rig.feed(at_rail)  # half a hop
    rig.lose(1)
    assert "saturation" not in names(rig.feed(quiet(0.05)))


def test_where_a_line_lay_is_remembered_across_a_gap_but_not_a_restart() -> None:
    still = np.full((1000, 1), 512, dtype=np.int32)
    rig = Rig(bits=10)
    rig.feed(digitised(200 * np.random.default_rng(1).standard_normal((1000, 1)), 10))
    rig.lose(1)
    assert rig.feed(still) == ()
    rig.watch.restart()
    assert rig.feed(still) == (still_line(0),)


def test_a_rate_off_nominal_is_named_and_withdrawn() -> None:
    rig = Rig()

    def told(measured: float | None) -> list[tuple[Severity, str]]:
        rig.watch.rate(measured)
        return [(finding.severity, finding.sentence) for finding in rig.watch.findings]

    assert told(1005) == []
    assert told(980) == [("look", "The board sends 980 scans per second instead of 1000.")]
    assert told(500) == [("fix", "The board sends 500 scans per second instead of 1000.")]
    assert told(None) == []


def test_scans_must_follow_and_a_gap_has_scans() -> None:
    rig = Rig()
    rig.feed(quiet(0.1))
    with pytest.raises(ValueError, match="scan 100 comes next, not 101"):
        rig.watch.process(101, quiet(0.1), quiet(0.1).astype(np.int64))
    with pytest.raises(ValueError, match="gap of 0"):
        rig.watch.gap(0)


def test_a_restart_forgets_all_but_references_and_rate() -> None:
    rig = Rig(bits=10)
    rig.watch.know(0, 0.5, 3.2)
    rig.watch.rate(980)
    rig.feed(humming(2, 100, bits=10))
    rig.lose(500)
    rig.watch.restart()
    assert names(rig.watch.findings) == ["coarse step", "rate"]
    rig.index = 5_000
    rig.feed(quiet(0.3, bits=10))
    assert names(rig.watch.findings) == ["coarse step", "rate"]


# -- channels and sensors -----------------------------------------------------------------------------


def test_each_channel_is_judged_by_itself() -> None:
    rig = Rig(RAW, RAW, RAW)
    counts = quiet(2, n_channels=3)
    counts[:, 1] = humming(2, 30)[:, 0]
    assert [(f.channel, f.name) for f in rig.feed(counts)] == [(1, "hum")]


@pytest.mark.parametrize("sensor", [Sensor.RECT, Sensor.ENV, Sensor.UNKNOWN])
def test_of_a_rectified_signal_only_the_ceiling_can_be_told(sensor: Sensor) -> None:
    rig = Rig(ChannelSettings(sensor=sensor, gain=None))
    counts = np.zeros((6000, 1), dtype=np.int32)
    counts[1000:2000] = 3000
    counts[2000:4000] += humming(2, 300) - 2**13 + 3000
    assert rig.feed(counts) == ()
    assert rig.feed(np.full((500, 1), 2**14 - 1, dtype=np.int32)) == (found("saturation", "fix", 0, sensor=sensor),)
    assert "gain down" in rig.watch.findings[0].fix


def test_a_raw_ceiling_is_mended_at_the_electrodes() -> None:
    assert "reference electrode" in found("saturation", "fix", 0, sensor=Sensor.RAW).fix


def test_twenty_four_bits_are_watched_too() -> None:
    scale = 2**24 / (5 / 200 * 1e6)
    rig = Rig(bits=24)
    x = 30 * np.sqrt(2) * np.sin(2 * np.pi * 50 * np.arange(2000) / 1000) + np.random.default_rng(1).normal(0, 4, 2000)
    assert names(rig.feed((x[:, None] * scale + 2**23).astype(np.int32))) == ["hum"]


# -- good signals -------------------------------------------------------------------------------------


def told_of(counts: Counts, bits: int) -> list[tuple[str, Severity]]:
    rig = Rig(ChannelSettings(gain=1000.0, vref=3.0), bits=bits)
    told = []
    for _, piece in pieces(counts.astype(np.int64), [100] * (len(counts) // 100)):
        told += severities(rig.feed(piece.astype(np.int32)))
    return told


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_nothing_is_found_in_a_good_recording(bits: int) -> None:
    assert told_of(bursts() >> 16 - bits, bits) == []


def test_of_a_recording_that_touches_the_rails_that_is_all_that_is_said() -> None:
    assert set(told_of(fatigue(), 12)) == {("saturation", "look")}


@pytest.mark.parametrize("adc_bits", [10, 12, 14])
def test_what_happens_to_the_simulated_muscle_is_named(adc_bits: int) -> None:
    source = SimulatedSource(1, 1000, adc_bits=adc_bits, paced=False, seed=3)
    source.open()
    rig = Rig(bits=adc_bits)

    def happened(seconds: float) -> set[str]:
        seen = set()
        end = rig.index + round(seconds * 1000)
        while rig.index < end:
            for event in source.read(0):
                if isinstance(event, Scans):
                    seen.update(names(rig.feed(event.counts)))
                elif isinstance(event, Gap):
                    seen.update(names(rig.lose(event.n_scans)))
        return seen

    source.set_contraction(0.5)
    assert happened(2) == set()
    source.set_contraction(0)
    assert happened(3) == set()
    source.bump()
    assert happened(1) == {"movement"}
    happened(1.5)
    source.loosen()
    assert happened(1) >= {"hum", "loose"}
    source.loosen(loose=False)
    happened(1.5)
    assert happened(2) == set()
    source.set_hum(50)
    assert happened(1) == {"hum"}
    source.set_hum(5)
    happened(1.5)
    source.lose(30)
    assert happened(1) == {"lost scans"}
    assert happened(1.5) <= {"lost scans"}
    assert happened(1) == set()


# -- words --------------------------------------------------------------------------------------------


def test_every_finding_has_a_sentence_and_one_fix() -> None:
    assert set(SENTENCES) == set(FIXES) == set(NAMES)
    for text in (*SENTENCES.values(), *FIXES.values()):
        assert re.fullmatch(r"[A-Z{][^.]*\.", text), text
    assert not [fix for fix in FIXES.values() if "{" in fix]
    assert set(get_args(Severity)) == {"look", "fix"}


def test_a_finding_cannot_be_changed() -> None:
    finding = found("hum", "look", 0, percent=20)
    with pytest.raises(FrozenInstanceError):
        finding.severity = "fix"  # type: ignore[misc]
    assert hash(finding) == hash(found("hum", "look", 0, percent=20))
