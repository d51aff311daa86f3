"""RAW and ENV of one sensor on two inputs, and two muscles that only work at the same time."""

from __future__ import annotations

import numpy as np
import pytest

from biofeedback.emg.pairs import LEAST_CORRELATION, LONGEST_LAG, pairs
from biofeedback.emg.sensor import Sensor
from tests.sense_bench import at_pin, draw, electrode

KINDS = (Sensor.RAW, Sensor.ENV)
CASES = range(300_000, 300_100)


def test_one_sensor_on_two_inputs_is_recognised_and_two_muscles_with_one_effort_are_not() -> None:
    recognised = 0
    for seed in CASES:
        case = draw(seed)
        one, other = electrode(case), electrode(case, seed=seed + 1_000_000)
        raw = at_pin(case, one, Sensor.RAW)
        same = pairs(np.stack([raw, at_pin(case, one, Sensor.ENV)], axis=1), case.rate, KINDS)
        recognised += len(same)
        for pair in same:
            assert (pair.raw, pair.env) == (0, 1)
            assert LEAST_CORRELATION <= pair.correlation <= 1
            assert abs(pair.lag) <= LONGEST_LAG
        assert pairs(np.stack([raw, at_pin(case, other, Sensor.ENV)], axis=1), case.rate, KINDS) == (), case
    assert recognised >= 0.9 * len(CASES)


def test_among_four_inputs_each_sensor_finds_its_own() -> None:
    case = next(case for case in map(draw, range(1000)) if case.rate == 1000 and case.emg > 100 and case.hum < 5)
    first, second = electrode(case), electrode(case, seed=9)
    order = ((second, Sensor.ENV), (first, Sensor.RAW), (first, Sensor.ENV), (second, Sensor.RAW))
    counts = np.stack([at_pin(case, skin, sensor) for skin, sensor in order], axis=1)
    found = pairs(counts, case.rate, [sensor for _, sensor in order])
    assert [(pair.raw, pair.env) for pair in found] == [(1, 2), (3, 0)]
    assert found[0].why.startswith("Inputs 2 and 3 ")
    assert pairs(counts, case.rate, (Sensor.ENV, Sensor.RAW, Sensor.UNKNOWN, Sensor.RECT)) == ()


def test_silence_and_too_short_a_stretch_give_no_pair() -> None:
    assert pairs(np.full((5000, 2), 512, np.int32), 1000, KINDS) == ()
    assert pairs(np.zeros((0, 2), np.int32), 1000, KINDS) == ()
    assert pairs(np.random.default_rng(1).integers(0, 1024, (2900, 2)).astype(np.int32), 1000, KINDS) == ()


def test_kinds_that_do_not_fit_the_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="3 sensors"):
        pairs(np.zeros((5000, 2), np.int32), 1000, (Sensor.RAW, Sensor.ENV, Sensor.ENV))
