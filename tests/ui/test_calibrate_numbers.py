"""What the Calibrate step says and shows of numbers: words, lights, axes, traces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.emg.sensor import Sensor
from biofeedback.training.activation import above_rest
from biofeedback.training.calibration import CalibrationResult, CalibrationState
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import find_plan, shipped_plans
from biofeedback.training.verdict import Quiet, judge, spread_percent
from biofeedback.ui.calibrate.bars import scale_marks
from biofeedback.ui.calibrate.live import fitted
from biofeedback.ui.calibrate.traces import quietest
from biofeedback.ui.calibrate.words import LIGHTS, calibrating, course_words, cue_of, verdict_words
from biofeedback.ui.calibrate.worth import Neighbour, Row, worth

PLANS = shipped_plans()


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.name)
def test_a_gentle_effort_is_never_called_for_as_hard_as_you_can(plan: Plan) -> None:
    for i in range(len(plan.muscles)):
        command = plan.calibration(i, twelve_weeks=True)
        assert command.kind != "best_effort"
        assert "as hard as" not in cue_of(plan, i, command.kind).filled()
        assert course_words(command).filled()


def test_a_cue_in_other_words_is_made_gentle_too() -> None:
    plan = find_plan("quad-set")
    plan = replace(plan, reference=replace(plan.reference, cue="Give it everything."))
    assert cue_of(plan, 0, "comfortable_effort").filled().endswith("without pain.")
    assert cue_of(plan, 0, "best_effort").filled() == "Give it everything."


def test_a_position_is_held_and_not_pushed() -> None:
    plan = find_plan("heel-raise")
    said = calibrating(CalibrationState(0, "try", 3.0, 5.0, 1, (), "fixed_load"), plan, by_hand=False)
    assert said.word.filled() == "HOLD"
    assert said.hint.filled() == plan.reference.cue
    assert said.progress == pytest.approx(0.4)


def result_of(
    *tries: float, rest: float = 10.0, sensor: Sensor = Sensor.RAW, saturated: tuple[int, ...] = (), **more: Any
) -> CalibrationResult:
    """A result as the training would make it."""
    verdict, reason = judge(tries, rest, saturated=bool(saturated))
    return CalibrationResult(5000, 0, max(tries), rest, 1.0, tries, spread_percent(tries), verdict, reason,
                             saturated=saturated, **more)  # fmt: skip


ORDER: dict[str, int] = {"plain": 0, "good": 0, "look": 1, "fix": 2}
levels = st.floats(0.01, 5e4)


def _worst(rows: Sequence[Row]) -> int:
    return max(ORDER[row.light] for row in rows)


@given(tries=st.lists(levels, min_size=1, max_size=6), rest=st.floats(0, 2000), saturated=st.booleans())
def test_the_lights_say_what_the_verdict_says(tries: list[float], rest: float, saturated: bool) -> None:
    result = result_of(*tries, rest=rest, saturated=(1,) if saturated else ())
    shown = worth(result, 1.0, Sensor.RAW)
    assert _worst(shown) == ORDER[LIGHTS[result.verdict]]
    assert verdict_words(result).filled()


@given(
    tries=st.lists(levels, min_size=1, max_size=6), own=st.floats(0, 2000),
    scale=st.one_of(st.none(), st.floats(0.01, 30)),
)  # fmt: skip
def test_the_lights_of_a_quiet_exercise_do_too(tries: list[float], own: float, scale: float | None) -> None:
    above = float(above_rest(np.asarray(own), 0.2887, Sensor.RAW))
    verdict, reason = judge(tuple(tries), 0.2887, quiet=Quiet(above, scale))
    result = CalibrationResult(0, 0, max(tries), 0.2887, 1.0, tuple(tries), spread_percent(tuple(tries)), verdict,
                               reason, "fixed_load", own)  # fmt: skip
    assert _worst(worth(result, scale, Sensor.RAW)) == ORDER[LIGHTS[verdict]]


@pytest.mark.parametrize(
    ("spill", "reference", "light", "value"),
    [(80.0, 400.0, "look", "20 %"), (40.0, 400.0, "good", "10 %"), (None, 400.0, "look", "not seen"),
     (40.0, None, "plain", "40 counts")],
)  # fmt: skip
def test_crosstalk_is_held_against_the_other_muscles_line(
    spill: float | None, reference: float | None, light: str, value: str
) -> None:
    row = worth(result_of(800.0, 790.0, spill=spill), 1.0, Sensor.RAW, Neighbour("b", None, reference, 20.0))[-1]
    assert (row.light, row.value.filled()) == (light, value)


@given(best=st.floats(0.01, 1e6), top=st.floats(0.1, 1e6))
def test_a_fitted_axis_leaves_room_and_is_not_far_too_large(best: float, top: float) -> None:
    made = fitted(top, best)
    assert best < made
    assert made == top or made <= 2.3 * best
    assert fitted(made, best) == made
    assert fitted(top, 0.0) == top


@given(st.floats(1e-3, 1e6))
def test_marks_are_few_round_and_reach_up(highest: float) -> None:
    marks = scale_marks(highest)
    assert marks[0] == 0
    assert 3 <= len(marks) <= 7
    assert marks[-1] <= highest * 1.001
    assert marks[-1] + marks[1] > highest * 0.999


@given(
    st.lists(st.one_of(st.just(float("nan")), st.floats(0, 100)), max_size=40), st.integers(1, 8),
    st.sampled_from([Sensor.RAW, Sensor.ENV]),
)  # fmt: skip
def test_the_quietest_stretch_is_the_quietest(values: list[float], window: int, sensor: Sensor) -> None:
    array = np.array(values)
    stretches = [array[i : i + window] for i in range(len(array) - window + 1)]
    whole = [part for part in stretches if np.isfinite(part).all()]
    made = quietest(array, window, sensor)
    if not whole:
        assert made is None
    else:
        level: list[float] = [
            float(np.sqrt(np.mean(part**2))) if sensor is Sensor.RAW else float(np.mean(part)) for part in whole
        ]
        assert made == pytest.approx(min(level), abs=1e-4)
