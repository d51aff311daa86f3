"""What the signal check claims, the squeeze test, and the small trace above them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from biofeedback.emg.findings import Finding, found
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine_state import EngineState
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import find_plan
from biofeedback.ui.look.tokens import LIGHT, Look
from biofeedback.ui.prepare.raw_trace import RawTrace
from biofeedback.ui.prepare.signal_items import signal_items
from biofeedback.ui.prepare.squeeze import LET_GO, TENSE, Squeeze, Squeezed
from tests.ui.states import state

QUAD = find_plan("quad-set")
LOOSE = found("loose", "fix", 0)
HUM = found("hum", "look", 0, percent=35)


def items_of(plan: Plan | None, channels: tuple[ChannelSettings, ...], *findings: Finding, bits: int = 14,
             **kwargs: Any) -> list[tuple[str, str, str]]:  # fmt: skip
    shown = state(*findings)
    assert shown.settings is not None
    shown = replace(shown, settings=replace(shown.settings, channels=channels, adc_bits=bits))
    made = signal_items(shown, plan, findings, Squeezed("asked"), **kwargs)
    return [(item.name, item.light, item.text.filled() + " " + item.fix.filled()) for item in made]


def test_only_what_can_be_found_on_an_output_is_called_good() -> None:
    raw = {name for name, light, _ in items_of(None, (ChannelSettings(),)) if light == "good"}
    env = {name for name, light, _ in items_of(None, (ChannelSettings("a", "", Sensor.ENV),)) if light == "good"}
    assert {"loose", "hum", "drift", "movement", "flat line", "saturation"} <= raw
    assert env & {"loose", "hum", "drift", "movement", "flat line", "saturation"} == {"saturation"}


def test_nothing_is_called_good_before_it_could_be_found() -> None:
    early = replace(state(end_index=300), settings=state().settings)
    names = {item.name for item in signal_items(early, None, (), Squeezed("asked")) if item.light == "good"}
    assert names == set()


def test_what_is_wrong_is_never_also_good_and_red_comes_first() -> None:
    items = items_of(None, (ChannelSettings(),), HUM, LOOSE)
    assert [(name, light) for name, light, _ in items[:2]] == [("loose", "fix"), ("hum", "look")]
    assert len({name for name, *_ in items}) == len(items)


def test_an_output_that_does_not_suit_the_plan_is_red_with_what_to_do() -> None:
    relax = find_plan("shoulders-down")
    muscle = relax.muscles[0]
    coarse = items_of(relax, (ChannelSettings(muscle.name, "right"),), bits=10)[0]
    assert coarse[:2] == ("output", "fix")
    assert "10 bits is too coarse" in coarse[2]
    assert "ENV" in coarse[2]
    assert items_of(relax, (ChannelSettings(muscle.name, "right", Sensor.ENV),), bits=10)[0][:2] != ("output", "fix")
    only_env = replace(QUAD, muscles=(replace(QUAD.muscles[0], outputs=(Sensor.ENV,)),))
    name, light, words = items_of(only_env, (ChannelSettings("vastus medialis"),))[0]
    assert (name, light) == ("output", "fix")
    assert "The RAW output does not suit" in words
    assert "Wire the sensor's ENV output" in words


def test_the_sensors_settings_and_last_times_are_asked_about() -> None:
    env = ChannelSettings("vastus medialis", "right", Sensor.ENV, 10200.0, supply=5.0)
    items = items_of(None, (env,), last_time=(replace(env, gain=5000.0),))
    asked = [words for name, light, words in items if name == "last time" and light == "look"]
    assert any("gain was 5000 then and is 10200 today" in words for words in asked)
    assert any("gain screw touched" in words for words in asked)
    raw = ChannelSettings("vastus medialis", "right")
    assert ("last time", "good") in [item[:2] for item in items_of(None, (raw,), last_time=(raw,))]
    unknown = items_of(None, (ChannelSettings("a", "", Sensor.UNKNOWN, None),))
    assert any("choose RAW, RECT or ENV" in words for name, light, words in unknown if light == "look")


def squeezed(rest: float, tense: float, *, rate: float = 200.0, hole: bool = False) -> Squeezed:
    test = Squeeze(rate, 1)
    quiet, loud = round(LET_GO * rate), round(TENSE * rate)
    test.start(50)
    envelope = np.full((50 + quiet + loud + 20, 1), rest)
    envelope[50 + quiet + 60 : 50 + quiet + 260] = tense  # one second of it
    if hole:
        envelope[50 + quiet + 100] = np.nan
    ends = range(60, len(envelope) + 1, 10)
    parts = [test.look(max(0, end - 1300), envelope[max(0, end - 1300) : end]) for end in ends]
    assert parts[0].part == "let go"
    assert any(part.part == "tense" for part in parts)
    return parts[-1]


def test_a_squeeze_of_three_times_rest_is_good_and_less_is_to_look_at() -> None:
    assert squeezed(10.0, 31.0).part == "good"
    weak = squeezed(10.0, 29.0)
    assert weak.part == "look"
    assert list(weak.rises) == [pytest.approx(2.9)]


@given(rest=st.floats(1.0, 500.0), rise=st.floats(1.0, 50.0))
def test_the_rise_is_a_ratio_whatever_the_unit(rest: float, rise: float) -> None:
    assert squeezed(rest, rest * rise).rises[0] == pytest.approx(rise)


def test_missing_scans_test_nothing() -> None:
    assert squeezed(10.0, 60.0, hole=True) == Squeezed("broken", rises=(None,))


def test_the_best_squeeze_of_each_muscle_counts() -> None:
    test = Squeeze(100.0, 2)
    quiet, loud = round(LET_GO * 100), round(TENSE * 100)
    for column in (0, 1):
        envelope = np.full((quiet + loud, 2), 5.0)
        envelope[quiet:, column] = 50.0
        test.start(0)
        made = test.look(0, envelope)
    assert made.part == "good"
    assert list(made.rises) == [pytest.approx(10.0), pytest.approx(10.0)]


def test_the_trace_widens_at_once_and_narrows_only_in_large_steps(qtbot: QtBot) -> None:
    ground = QWidget()
    qtbot.addWidget(ground)
    trace = RawTrace(ground)
    trace.show_scans(0, np.zeros((10, 1)), 1000.0, 10)
    reach = [trace._axis(0, 512 + height * np.array([-1.0, 0.0, 1.0]))[1] for height in (10, 200, 100, 60, 10)]
    assert reach == [16, 256, 256, 256, 16]
    assert trace._axis(0, np.full(3, np.nan)) == (512, 512)


def test_the_trace_leaves_missing_scans_empty(qtbot: QtBot) -> None:
    ground = QWidget()
    qtbot.addWidget(ground)
    trace = RawTrace(ground)
    trace.dress(Look(LIGHT))
    trace.resize(440, 88)
    counts = 512 + 100 * np.sin(np.arange(4000.0))[:, None]
    counts[1000:3000] = np.nan
    trace.show_scans(0, counts, 1000.0, 10)
    picture = trace.grab().toImage()
    accent = [
        sum(picture.pixelColor(x, y).name().lower() == LIGHT.accent.lower() for y in range(picture.height()))
        for x in range(picture.width())
    ]
    assert sum(accent[130:310]) == 0
    assert sum(accent[10:100]) > 100
    assert sum(accent[340:430]) > 100


def test_the_state_of_a_board_that_sends_nothing_yet_is_no_signal() -> None:
    items = signal_items(EngineState("connecting"), QUAD, (), Squeezed("asked"))
    assert [(item.name, item.light, item.binding) for item in items] == [("no signal", "fix", True)]
