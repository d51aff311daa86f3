"""The strip: what stays when it gets narrow, and how trouble and the end of a recording are told."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from biofeedback.engine_state import EngineState
from biofeedback.ui.look.text_height import text_height
from biofeedback.ui.look.tokens import CAPTION, LIGHT, Look, metrics
from biofeedback.ui.readings import readings
from biofeedback.ui.strip import Strip
from tests.ui.exercise_states import at, exercise
from tests.ui.states import recording

SENTENCE = (
    "Wall-powered devices are connected to this computer (charger, wired network). "
    "Unplug them before anyone wears the electrodes."
)
TWO = replace(at(exercise("arm-up-neck-quiet"), level=(52.0, 22.0)), label="Arduino Uno R4 Minima")


def strip_of(state: EngineState, qtbot: QtBot, width: int, text_percent: int = 100, notice: str = "") -> Strip:
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.resize(width, 200)
    strip = Strip(parent)
    strip.dress(Look(LIGHT, text_percent))
    strip.setGeometry(0, 0, width, strip.height())
    parent.show()
    strip.show_mains("fix" if notice else "good", SENTENCE)
    strip.show_sound("Sound 70 %", missing=False)
    strip.show_state(state, readings(state, silent=False), 0.079, silent=False, notice=notice)
    return strip


@pytest.mark.parametrize("width", [1024, 1280, 1920])
@pytest.mark.parametrize("text_percent", [100, 150, 200])
@pytest.mark.parametrize("notice", ["", SENTENCE])
def test_board_and_recording_stay_and_nothing_reaches_over_an_other(
    qtbot: QtBot, width: int, text_percent: int, notice: str
) -> None:
    strip = strip_of(TWO, qtbot, width, text_percent, notice)
    shown = [item for item in strip.items if item.isVisible()]
    assert strip.board in shown
    assert strip.recording in shown
    assert (strip.notice in shown) == bool(notice)
    for left, right in itertools.pairwise(shown):
        assert left.geometry().right() < right.x()
    assert shown[-1].geometry().right() < width
    if notice:
        assert strip.notice.x() > strip.recording.x()
        assert strip.notice.toolTip() == SENTENCE
        assert strip.notice.width() >= 300


def test_a_long_sentence_is_whole_in_two_lines_and_the_delay_stays(qtbot: QtBot) -> None:
    strip = strip_of(TWO, qtbot, 1280, notice=SENTENCE)
    assert strip.delay.isVisible()
    assert strip.mains.isVisible()
    sign = 26
    high = text_height(SENTENCE, CAPTION, strip.notice.width() - sign, 600)
    assert high <= 2 * metrics(CAPTION, 600).lineSpacing() + 1


def test_the_mains_item_leaves_only_where_the_same_sentence_is_told(qtbot: QtBot) -> None:
    assert not strip_of(TWO, qtbot, 1024, 200, SENTENCE).mains.isVisible()
    assert strip_of(TWO, qtbot, 1024, 200, SENTENCE.replace("Wall", "Mains")).mains.isVisible()


def test_a_recording_that_is_being_saved_is_no_trouble_and_one_that_broke_off_is(qtbot: QtBot) -> None:
    item = strip_of(replace(TWO, recording=recording(active=False)), qtbot, 1280).recording
    assert (item.value, item.tone) == ("saving …", "plain")
    broken = recording(active=False, problem="the disk is full")
    strip = strip_of(replace(TWO, recording=broken), qtbot, 1280)
    assert (strip.recording.label, strip.recording.tone) == ("Recording stopped", "bad")
    assert "disk is full" in strip.notice.value
    saved = strip_of(replace(TWO, recording=recording(active=False, closed=True)), qtbot, 1280).recording
    assert (saved.value, saved.tone) == ("recording saved", "plain")
