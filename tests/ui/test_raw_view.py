"""The raw signal: which part of the converter's range it begins with, and that only a person changes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtTest import QTest
from pytestqt.qtbot import QtBot

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.pipeline import PipelineSettings
from biofeedback.training.activation import Reference
from biofeedback.training.commands import SetReference
from biofeedback.ui.look.tokens import LIGHT, Look
from biofeedback.ui.train.raw_view import CLOSEST, RawView, first_zoom, part_of
from tests.ui.conftest import MakeWindow
from tests.ui.states import state

LONG = 20_000
SETTINGS = PipelineSettings(rate=1000.0, adc_bits=14, vref=5.0, channels=(ChannelSettings("vastus medialis"),))
MIDDLE = 8192.0


class Counts:
    """Rings whose raw signal swings by `size` around `offset`."""

    def __init__(self, offset: float = MIDDLE, size: float = 100.0) -> None:
        self.offset, self.size = offset, size
        self.counts = self

    def latest(self, n_scans: int) -> tuple[int, np.ndarray[tuple[int, ...], np.dtype[np.int32]]]:
        swing = self.size * np.where(np.arange(n_scans) % 2, 1, -1)
        return 0, np.rint(self.offset + swing)[:, None].astype(np.int32)


def view_of(rings: Counts, qtbot: QtBot) -> RawView:
    view = RawView(lambda: rings)  # type: ignore[arg-type,return-value] # stands in for the engine's rings
    qtbot.addWidget(view)
    view.dress(Look(LIGHT, 100))
    view.resize(480, 380)
    return view


def test_parts_of_the_range_halve_around_the_middle_for_a_wave_and_from_zero_for_an_envelope() -> None:
    assert part_of(0, 16383, 0, wave=True) == (0, 16383)
    assert part_of(0, 16383, 1, wave=True) == (4096, 12287)
    assert part_of(0, 16383, CLOSEST, wave=True) == (7936, 8447)
    assert part_of(0, 1023, 3, wave=False) == (0, 127)


@pytest.mark.parametrize("amplitude", [30.0, 60.0, 137.0, 290.0, 1000.0])
def test_a_full_effort_fills_about_half_of_the_height_to_begin_with(amplitude: float) -> None:
    zoom = first_zoom(SETTINGS, Reference(amplitude, 3.0), MIDDLE)
    bottom, top = part_of(0, 16383, zoom, wave=True)
    fills = 2 * 3 * (amplitude + 3.0) / (top - bottom)
    assert 0.3 <= fills <= 0.75


def test_without_a_reference_or_with_a_signal_far_from_the_middle_all_of_it_is_shown() -> None:
    assert first_zoom(SETTINGS, None, MIDDLE) == 0
    assert first_zoom(SETTINGS, Reference(100.0, 3.0), 500.0) == 0
    assert first_zoom(SETTINGS, Reference(100.0, 3.0), MIDDLE - 2500) == 1
    envelope = replace(SETTINGS, channels=(ChannelSettings("soleus", sensor=Sensor.ENV),))
    assert first_zoom(envelope, Reference(900.0, 100.0), 100.0) == 3


def test_the_range_never_changes_by_itself(qtbot: QtBot) -> None:
    rings = Counts()
    view = view_of(rings, qtbot)
    shown = state()
    view.show_state(shown)
    begun = view.zoom, view.y_range
    for rings.size, rings.offset in ((4000.0, MIDDLE), (2.0, MIDDLE), (50.0, 100.0)):
        view.show_state(state(references=(None,), unit="uV"))
        assert (view.zoom, view.y_range) == begun


def test_the_range_is_written_and_so_is_that_the_signal_is_outside(qtbot: QtBot) -> None:
    rings = Counts()
    view = view_of(rings, qtbot)
    view.show_state(state(references=(None,)))
    assert view.range_words.text().startswith("Raw 0–16383 counts, the whole range")
    view.move_zoom(3)
    view.show_state(state(references=(None,)))
    assert view.range_words.text().startswith("Raw 7168–9215 counts, 1/8 of the range")
    low, high = view.y_range
    assert low == pytest.approx(7168, abs=60)
    assert high == pytest.approx(9215, abs=60)
    rings.offset = 4000.0
    view.show_state(state(references=(None,)))
    assert "at 4000 counts, outside 7168–9215" in view.range_words.text()
    assert view.accessibleDescription() == view.range_words.text()


def test_what_a_person_chose_stays_when_it_is_opened_again_and_ends_at_both_ends(qtbot: QtBot) -> None:
    view = view_of(Counts(), qtbot)
    view.show_state(state(references=(None,)))
    for _ in range(9):
        view.move_zoom(1)
    assert view.zoom == CLOSEST
    view.begin()
    view.show_state(state(references=(None,)))
    assert view.zoom == CLOSEST
    for _ in range(9):
        view.move_zoom(-1)
    assert view.zoom == 0


def test_plus_and_minus_zoom_the_raw_signal_while_it_is_shown_and_the_bar_else(
    make_window: MakeWindow, qtbot: QtBot
) -> None:
    window, _ = make_window()
    stage = window.stage
    qtbot.waitUntil(lambda: bool(window.strip.lights), timeout=LONG)

    def press(key: Qt.Key) -> None:
        QTest.keyClick(window, key)  # type: ignore[call-overload] # PyQt's stubs take a static function for a method

    qtbot.waitUntil(lambda: stage.live.axis().high == 500.0, timeout=LONG)
    press(Qt.Key.Key_W)
    qtbot.waitUntil(lambda: stage.raw is not None and stage.raw.range_words.text() != "", timeout=LONG)
    assert stage.raw is not None
    begun = stage.raw.zoom
    press(Qt.Key.Key_Plus)
    assert stage.raw.zoom == begun + 1
    press(Qt.Key.Key_Minus)
    assert stage.raw.zoom == begun
    assert stage.live.axis().high == 500.0
    press(Qt.Key.Key_W)
    press(Qt.Key.Key_Plus)
    qtbot.waitUntil(lambda: stage.live.axis().high == 200.0, timeout=LONG)
    assert stage.raw.zoom == begun


def test_a_calibrated_muscle_begins_closer(make_window: MakeWindow, qtbot: QtBot) -> None:
    window, station = make_window()
    station.engine.post(SetReference(0, 100.0, 3.0, verdict="good"))
    qtbot.waitUntil(lambda: window.stage.live.axis().high == 150.0, timeout=LONG)
    QTest.keyClick(window, Qt.Key.Key_W)  # type: ignore[call-overload] # as above
    qtbot.waitUntil(lambda: window.stage.raw is not None and window.stage.raw.zoom >= 3, timeout=LONG)
