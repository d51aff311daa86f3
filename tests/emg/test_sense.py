"""Which output of the sensor is wired: told on simulated muscles with every pin, and on a real biceps."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.emg.sense import CONTRACT, sense
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.sources.artefacts import SensorPin
from biofeedback.wire.events import Counts
from tests.real_emg import bursts
from tests.sense_bench import PINS, at_pin, draw, electrode, told

CASES = 306
FIRST = 100_000
"""Numbers of cases on which no limit was set."""


def test_98_of_100_sensors_are_told_right_and_an_envelope_is_never_taken_for_raw() -> None:
    wrong: list[str] = []
    table: Counter[tuple[Sensor, Sensor]] = Counter()
    for seed in range(FIRST, FIRST + CASES):
        case = draw(seed)
        found = told(case)
        table[case.sensor, found.kind] += 1
        if found.kind is not case.sensor:
            wrong.append(f"{case}: {found}")
        else:
            assert 0.5 <= found.confidence <= 1
    assert len(wrong) <= 0.02 * CASES, "\n".join(wrong)
    # a wrong answer is worse than none: what is not told right is not told at all
    assert {pair for pair in table if pair[0] is not pair[1]} <= {(pin, Sensor.UNKNOWN) for pin in PINS}
    assert all(table[pin, pin] for pin in PINS)


def test_without_a_contraction_the_person_is_asked_for_one() -> None:
    for seed in range(FIRST, FIRST + 60):
        found = told(draw(seed, contracts=0))
        assert found.kind is Sensor.UNKNOWN
        assert found.confidence == 0
        assert "contract" in found.why


@pytest.mark.parametrize(("adc_bits", "vref"), [(10, 5.0), (12, 3.3), (14, 5.0)])
@pytest.mark.parametrize("sensor", PINS)
def test_a_real_biceps_on_any_pin_is_told_right(sensor: Sensor, adc_bits: int, vref: float) -> None:
    counts = bursts()[:, 0].astype(float)
    microvolts = (counts - np.median(counts)) * 0.05  # peaks near 1 mV
    for first in range(0, len(counts) - 7000, 3500):
        pin = SensorPin(ChannelSettings(sensor=sensor, gain=None), 1000, adc_bits, vref)
        found = sense(pin.next(microvolts[first : first + 7000]), 1000, adc_bits, vref)
        assert found.kind is sensor, (first, found)


def test_raw_names_the_supply_that_its_rest_tells_of() -> None:
    case = next(
        case for case in map(draw, range(0, 300, 3)) if case.supply == 3.3 and case.vref == 5.0 and case.strength > 0.3
    )
    found = told(case)
    assert found.kind is Sensor.RAW
    assert "half of a 3.3 V supply" in found.why


@pytest.mark.parametrize(
    ("counts", "rate", "words"),
    [
        (np.full(5000, 512), 1000, "flat"),
        (np.where(np.arange(5000) == 77, -1, np.arange(5000) % 700), 1000, "missing"),
        (np.zeros(5000), 1000, "flat"),
        (np.tile([1023, 1023, 1023, 900], 2000), 1000, "ceiling"),
        (np.tile([675, 675, 675, 600], 2000), 1000, "ceiling"),  # a 3.3 V sensor on a 5 V board
        (np.arange(2000) % 700, 1000, "too short"),
        (np.zeros(0), 1000, "too short"),
        (np.arange(500) % 700, 50, "too few"),
        (np.random.default_rng(1).integers(500, 520, 8000), 1000, "contract once"),
        (np.random.default_rng(1).integers(0, 1024, 8000), 1000, "contract once"),
    ],
)
def test_where_nothing_can_be_told_it_says_why(counts: Counts, rate: float, words: str) -> None:
    found = sense(counts.astype(np.int32), rate, 10, 5.0)
    assert found.kind is Sensor.UNKNOWN
    assert found.confidence == 0
    assert words in found.why
    assert found.why[0] == found.why[0].upper()
    assert found.why[-1] in ".?"


def test_signs_that_disagree_are_unknown() -> None:
    rng = np.random.default_rng(2)
    work = np.zeros(8000)
    work[3000:5000] = 1
    # a waveform that rests at 4 % of the range and swings below it only by clipping at 0 V: no output of this sensor
    counts = np.clip(np.rint(45 + 30 * work * rng.standard_normal(8000)), 12, 1023).astype(np.int32)
    found = sense(counts, 1000, 10, 5.0)
    assert found.kind is Sensor.UNKNOWN
    assert "disagree" in found.why


def test_a_single_bump_of_the_lead_is_no_contraction() -> None:
    counts = 512 + np.random.default_rng(3).integers(-2, 3, 8000)
    counts[4000:4100] += np.rint(300 * np.sin(np.linspace(0, 6 * np.pi, 100))).astype(int)
    assert sense(counts.astype(np.int32), 1000, 10, 5.0).why[1:] == f"{CONTRACT[1:]}."


def test_counts_of_several_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="one channel"):
        sense(np.zeros((5000, 2), np.int32), 1000, 10, 5.0)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(8, 16).flatmap(
        lambda bits: st.tuples(st.just(bits), st.lists(st.integers(0, 2**bits - 1), min_size=1, max_size=40))
    ),
    st.sampled_from([50.0, 100.0, 250.0, 1000.0]),
    st.integers(1, 400),
)
def test_no_signal_makes_it_raise(bits_and_values: tuple[int, list[int]], rate: float, times: int) -> None:
    adc_bits, values = bits_and_values
    found = sense(np.repeat(np.array(values, np.int32), times), rate, adc_bits, 3.3)
    assert 0 <= found.confidence <= 1
    assert found.why
    assert (found.kind is Sensor.UNKNOWN) == (found.confidence == 0)


def test_a_loose_electrode_is_never_told_wrong() -> None:
    for seed in range(FIRST, FIRST + 90):
        case = draw(seed)
        microvolts = electrode(case)
        hum = 30 * np.sin(2 * np.pi * case.mains * np.arange(len(microvolts)) / case.rate) * case.hum
        noise = 30 * np.random.default_rng(seed).standard_normal(len(microvolts))
        found = sense(at_pin(case, 0.1 * microvolts + hum + noise, case.sensor), case.rate, case.adc_bits, case.vref)
        assert found.kind in (case.sensor, Sensor.UNKNOWN), (case, found)
