"""Several muscles on the stage: places of bars, ring, lanes and raw signal, what stands above two bars, axis values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine_state import EngineState
from biofeedback.ui.look.tokens import LIGHT, Look
from biofeedback.ui.train.bar_words import lane_words
from biofeedback.ui.train.exercise_lines import Lines, exercise_lines
from biofeedback.ui.train.exercise_moment import LETTING_GO, level_lags
from biofeedback.ui.train.muscle_bar import Axis, apart
from biofeedback.ui.train.pair_places import NARROWEST_GAP, RING_EDGE, SMALLEST_RAW, head_size, pair_places
from biofeedback.ui.train.pair_places import short_names as short
from biofeedback.ui.train.stage import PAD, PracticeScreen
from biofeedback.ui.words import spoken
from tests.ui.exercise_states import at, exercise, practice_of
from tests.ui.test_exercise_screen import differing, picture, stage_of

MARKS = [25.0 * k for k in range(7)]
LONG = ("rectus femoris", "gastrocnemius medialis")


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("width", range(520, 1500, 20))
def test_two_bars_the_ring_and_the_pills_fit_into_any_width(width: int, raw: bool, wide: bool) -> None:
    places = pair_places(width, 104.0, 90.0, 300.0, wide=wide, raw=raw)
    end = places.right_of_bars(104.0) + 90.0
    assert places.bar >= 48
    assert places.between >= NARROWEST_GAP
    assert places.ring == 0 or places.ring == places.between - 2 * RING_EDGE
    if places.with_envelope:
        assert width - end >= 300
    else:
        assert end <= width
        if raw and width >= 640:
            assert width - end >= SMALLEST_RAW - 1


def test_where_there_is_room_the_order_is_bar_ring_bar_lanes(qtbot: QtBot) -> None:
    stage = stage_of(at(exercise("arm-up-neck-quiet"), level=(52.0, 22.0)), (984, 536), qtbot)
    live, ring = stage.live, stage.ring
    assert live.with_envelope
    first_end = live.room_left + live.bar_width
    assert first_end < ring.x() - live.x() < first_end + live.between - ring.width()
    assert ring.width() >= 140
    assert first_end + live.between + live.bar_width < live.envelope_left


@pytest.mark.parametrize(("body", "percent"), [(402, 100), (340, 100), (660, 100), (380, 150), (307, 200), (270, 200)])
def test_levels_above_two_bars_are_large_and_the_bars_stay_tall(qtbot: QtBot, body: int, percent: int) -> None:
    size = head_size(Look(LIGHT, percent), body, LONG, 250.0, 330.0)
    assert size.figure >= 48
    assert size.height <= 0.32 * body
    assert size.one_row == (percent >= 150)


def test_a_name_takes_two_lines_before_it_gets_smaller_and_short_ones_take_one(qtbot: QtBot) -> None:
    look = Look(LIGHT, 100)
    assert head_size(look, 402, ("right", "left"), 250.0, 300.0).name_lines == 1
    narrow = head_size(look, 402, LONG, 150.0, 300.0)
    assert (narrow.name_lines, narrow.name) == (2, 15.0)


def test_names_tell_two_muscles_apart() -> None:
    assert short("vastus medialis, left", "vastus medialis, right") == ("left", "right")
    assert short("lower trapezius, right", "upper trapezius, right") == ("lower trapezius", "upper trapezius")
    assert short("vastus medialis, left", "biceps femoris, right") == ("vastus medialis, left", "biceps femoris, right")


def test_lanes_say_what_is_asked_of_each_muscle() -> None:
    practice = practice_of(at(exercise("arm-up-neck-quiet"), level=(52.0, 22.0)))
    first, second = exercise_lines(practice)
    assert spoken(lane_words("lower trapezius", first)) == "lower trapezius: above 30"
    assert spoken(lane_words("upper trapezius", second)) == "upper trapezius: below 40"
    assert spoken(lane_words("vastus lateralis", Lines(), alike=True)) == "vastus lateralis: alike"
    assert spoken(lane_words("soleus", Lines((0.0, 12.5), (12.5,)))) == "soleus: below 12.5"
    assert spoken(lane_words("soleus", Lines((20.0, 40.0), (20.0, 40.0)))) == "soleus: 20 to 40"
    assert spoken(lane_words("soleus", Lines((20.0, 40.0), (20.0,), moves=True))) == "soleus"


def test_axis_values_that_would_touch_are_left_out_evenly_and_never_the_ends() -> None:
    assert apart(MARKS, Axis(0.0, 270.0, 150.0), 21.0) == MARKS
    assert apart(MARKS, Axis(0.0, 200.0, 150.0), 42.0) == [0.0, 50.0, 100.0, 150.0]
    assert apart(MARKS, Axis(0.0, 110.0, 150.0), 42.0) == [0.0, 75.0, 150.0]
    assert apart(MARKS, Axis(0.0, 50.0, 150.0), 42.0) == [0.0, 150.0]


def test_a_level_of_a_hold_that_is_over_is_quiet_while_letting_go_and_while_paused() -> None:
    rest = exercise(phase="rest", phase_elapsed=LETTING_GO - 0.1, phase_seconds=9.0)
    later = exercise(phase="rest", phase_elapsed=LETTING_GO + 0.1, phase_seconds=9.0)
    assert level_lags(practice_of(at(rest)))
    assert not level_lags(practice_of(at(later)))
    assert not level_lags(practice_of(at(exercise())))
    assert level_lags(practice_of(at(exercise(), paused=True)))
    assert not level_lags(None)


@pytest.mark.parametrize(("plan", "level"), [("quad-set", (42.0,)), ("arm-up-neck-quiet", (42.0, 12.0))])
def test_the_quiet_level_is_seen(qtbot: QtBot, plan: str, level: tuple[float, ...]) -> None:
    def shown(elapsed: float) -> int:
        state = at(exercise(plan, phase="rest", phase_elapsed=elapsed, phase_seconds=90.0), level=level)
        image = picture(stage_of(state, (984, 536), qtbot)).copy(0, 120, 984, 416)
        ink = LIGHT.ink.lower()
        return sum(image.pixelColor(x, y).name() == ink for x in range(0, 984, 2) for y in range(0, 416, 2))

    assert shown(0.5) + 300 < shown(LETTING_GO + 0.5)


def test_ones_and_unit_keep_their_places_when_a_level_gets_another_figure(qtbot: QtBot) -> None:
    def stage_at(level: float) -> PracticeScreen:
        return stage_of(at(exercise("arm-up-neck-quiet", phase="ready"), level=(level, 5.0)), (984, 536), qtbot)

    stage = stage_at(9.0)
    nine, nineteen = picture(stage), picture(stage_at(19.0))
    centre = round(stage.live.x() + stage.live.room_left + stage.live.bar_width / 2)
    top = stage.live.y()
    ones = (centre, top, 90, 90)
    tens = (centre - 60, top + 26, 58, 64)
    assert differing(nine.copy(*ones), nineteen.copy(*ones)) == 0
    assert differing(nine.copy(*tens), nineteen.copy(*tens)) > 20


SIZES = ((984, 536), (733, 448), (612, 448), (564, 400), (1496, 888))


def three_muscles() -> EngineState:
    state = at(exercise(holding=True, hold_fraction=0.4), level=(44.0, 22.0, 10.0))
    assert state.settings is not None
    channels = tuple(ChannelSettings(name, "left") for name in ("vastus medialis", "biceps femoris", "soleus"))
    return replace(state, settings=replace(state.settings, channels=channels))


@pytest.mark.parametrize("text_percent", [100, 150, 200])
@pytest.mark.parametrize("size", SIZES)
def test_slim_bars_step_back_before_the_ring_gets_too_small_to_read(
    qtbot: QtBot, size: tuple[int, int], text_percent: int
) -> None:
    stage = stage_of(three_muscles(), size, qtbot, text_percent)
    assert not stage.ring.isHidden()
    assert stage.ring.width() >= 100
    assert stage.ring.geometry().right() <= stage.width() - PAD
    assert not stage.ring.geometry().intersects(stage.live.geometry())
    assert stage.live.n_slim == 2 or stage.width() < 870
    assert not picture(stage).isNull()


@pytest.mark.parametrize("text_percent", [100, 150, 200])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("plan", "level"), [("quad-set", (42.0,)), ("arm-up-neck-quiet", (42.0, 12.0))])
def test_the_raw_signal_has_room_to_be_read(
    qtbot: QtBot, plan: str, level: tuple[float, ...], size: tuple[int, int], text_percent: int
) -> None:
    stage = stage_of(at(exercise(plan), level=level), size, qtbot, text_percent)
    stage.set_raw(shown=True)
    raw, live = stage.raw, stage.live
    assert raw is not None
    assert raw.width() >= max(SMALLEST_RAW, 1.5 * text_percent)
    assert raw.geometry().right() < stage.width() - PAD + 1
    first_end = live.x() + live.room_left + live.bar_width
    assert raw.x() == PAD or raw.x() > first_end + (live.between + live.bar_width if live.pair else 0)
