"""The parts of the delay as a card: all of them, with their spans and reasons, in every size."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint
from PyQt6.QtWidgets import QWidget

from biofeedback.emg.delay import Part, painted, parts, total
from biofeedback.emg.filters import design_bandpass
from biofeedback.emg.sensor import Sensor
from biofeedback.ui.delay_popover import DelayPopover
from biofeedback.ui.look.canvas import text_width
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import BODY, CAPTION, DARK, LIGHT, Look
from biofeedback.ui.readings import DELAY_NAMES
from tests.ui.states import DELAYS

SERIAL = painted(DELAYS, 0.006)
ENV = painted(
    parts(rate=500.0, scans_per_frame=5, n_channels=2, sensor=Sensor.ENV, sos=design_bandpass(500.0), baud=5e5), 0.006
)


def card_of(ground: QWidget, given: tuple[Part, ...], look: Look, size: tuple[int, int]) -> DelayPopover:
    ground.resize(*size)
    card = DelayPopover(ground)
    card.dress(look)
    card.show_parts(given)
    ground.show()
    card.open_above(QPoint(400, size[1] - 64))
    return card


@pytest.mark.parametrize("size", [(1024, 640), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 125), Look(LIGHT, 150), Look(LIGHT, 200)])
@pytest.mark.parametrize("given", [SERIAL, ENV])
def test_every_part_stands_whole_inside_the_window(
    ground: QWidget, given: tuple[Part, ...], look: Look, size: tuple[int, int]
) -> None:
    card = card_of(ground, given, look, size)
    assert ground.rect().contains(card.geometry())
    plan = card._plan
    names = max(text_width(DELAY_NAMES[part.name].filled(), look.px(BODY) * plan.scale, 500) for part in given)
    figures = text_width("62.5 ms 31–94 computed", look.px(CAPTION) * plan.scale)
    assert plan.stacked or names + figures <= plan.w
    assert len(plan.places) == len(given)
    for part, (column, y, height) in zip(given, plan.places, strict=True):
        assert y + height <= card.height()
        assert column < 2
        caption = look.px(CAPTION) * plan.scale
        assert caption >= 12
        assert height >= text_height(part.why, caption, plan.w)
    below = [place for before, place in zip(plan.places, plan.places[1:], strict=False) if before[0] == place[0]]
    assert all(later[1] >= earlier[1] + earlier[2] for earlier, later in zip(plan.places, below, strict=False)
               if earlier[0] == later[0])  # fmt: skip


def test_the_total_has_the_span_that_its_parts_allow(ground: QWidget) -> None:
    card = card_of(ground, SERIAL, Look(LIGHT), (1280, 720))
    seconds, least, most = total(SERIAL)
    assert card.whole == f"{1000 * seconds:.0f} ms ({1000 * least:.0f}–{1000 * most:.0f})"


def test_a_screen_reader_hears_value_span_how_it_is_known_and_why(ground: QWidget) -> None:
    told = card_of(ground, SERIAL, Look(LIGHT), (1280, 720)).accessibleDescription().replace("\u00a0", " ")
    assert "USB 1.0 ms, 1–16, assumed: asked once a millisecond" in told
    assert "From arrival to painted 6.0 ms, measured: from the arrival" in told
    assert told.endswith(")")


def test_another_sensor_makes_another_card(ground: QWidget) -> None:
    card = card_of(ground, SERIAL, Look(LIGHT), (1280, 720))
    bottom = card.geometry().bottom()
    card.show_parts(ENV)
    assert "The sensor's own envelope 44.2 ms, 31–44, assumed" in card.accessibleDescription().replace("\u00a0", " ")
    assert card.geometry().bottom() == bottom
