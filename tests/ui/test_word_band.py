"""How a word and its hint share the band: readable at every size of text, never cut, the rest in the tooltip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from biofeedback.training.plan_file import SHIPPED, find_plan
from biofeedback.ui.instant import Moment
from biofeedback.ui.look.canvas import text_width
from biofeedback.ui.look.tokens import LIGHT, Look, metrics
from biofeedback.ui.phrase import said, say
from biofeedback.ui.train.word_band import WordBand
from biofeedback.ui.train.word_layout import MORE, Room, WordLayout, word_layout

LONG_WORDS = (
    "Sit tall with both feet flat and the strap around the ankle, then push slowly and gently forwards against it "
    "until the bar stands inside the band. Keep it there without holding your breath, with the shoulders loose and "
    "the jaw soft. Then let go as slowly as you can. If it hurts, stop and tell us at once."
)
WARNING = "An electrode may be loose.\nPress the sensor's electrodes down for ten seconds."
VERDICT = "Your two best tries agree within 6 %. Comfortable effort, not a maximum: percent means percent of that."


def room_of(text_percent: int) -> Room:
    """The band at 1280 × 720 with a countdown of two figures."""
    if text_percent < 150:
        return Room(80.0, 780.0, 100.0, 1.0, Look(LIGHT, text_percent).px)
    return Room(73.0, 560.0, 141.0, 0.91, Look(LIGHT, text_percent).px)


def is_whole(shown: WordLayout, word: str) -> bool:
    """Whether word and hint stand in their boxes."""
    _, _, w, h = shown.hint_box
    wrapped = metrics(shown.hint_size, 400).boundingRect(
        QRectF(0, 0, w, 10_000), int(Qt.TextFlag.TextWordWrap), shown.hint
    )
    widest = max((text_width(part, shown.hint_size) for part in shown.hint.split()), default=0.0)
    return wrapped.height() <= h + 1 and widest <= w and text_width(word, shown.word_size, 700) <= shown.word_box[2]


@pytest.mark.parametrize("text_percent", [100, 125, 150, 200])
@pytest.mark.parametrize("words", [*(find_plan(name).words for name in SHIPPED), WARNING, "Up to the line"])
def test_every_plans_words_and_every_warning_are_whole_and_readable(
    qapp: QApplication, words: str, text_percent: int
) -> None:
    room = room_of(text_percent)
    shown = word_layout("CONTRACT", words, room, spacious=True)
    assert shown.hint.split() == words.split()
    assert is_whole(shown, "CONTRACT")
    assert shown.hint_size >= (24 if text_percent == 200 else 15)
    assert shown.word_size >= 1.2 * shown.hint_size
    x, y, w, h = shown.hint_box
    assert y >= 0
    assert y + h <= room.height + 2
    assert x + w <= room.right + 0.01


@pytest.mark.parametrize("text_percent", [100, 200])
def test_a_sentence_is_one_and_a_half_times_as_large_with_text_at_200_percent(
    qapp: QApplication, text_percent: int
) -> None:
    room = Room(80.0, 730.0, *((100.0, 1.0) if text_percent == 100 else (141.0, 0.91)), Look(LIGHT, text_percent).px)
    shown = word_layout("USABLE WITH CARE", VERDICT, room, spacious=False)
    assert shown.hint == VERDICT
    assert is_whole(shown, "USABLE WITH CARE")
    assert shown.hint_size >= 16 * (1.5 if text_percent == 200 else 1.0)


@pytest.mark.parametrize("text_percent", [100, 200])
def test_long_words_are_said_by_their_first_sentences_with_a_sign_that_there_is_more(
    qapp: QApplication, text_percent: int
) -> None:
    shown = word_layout("CONTRACT", LONG_WORDS, room_of(text_percent), spacious=True)
    assert shown.hint.endswith(MORE)
    assert LONG_WORDS.startswith(shown.hint.removesuffix(MORE))
    assert is_whole(shown, "CONTRACT")
    assert shown.hint_size >= (24 if text_percent == 200 else 15)
    if text_percent == 100:
        assert shown.hint.removesuffix(MORE).endswith("band.")


@given(
    st.lists(st.text("abcdefghijklmnop", min_size=1, max_size=14), min_size=1, max_size=60),
    st.sampled_from([100, 125, 150, 200]), st.booleans(), st.sampled_from(["REST", "NOT COUNTED", "USABLE WITH CARE"]),
)  # fmt: skip
def test_whatever_is_said_stays_inside_the_band(
    qapp: QApplication, words: list[str], text_percent: int, spacious: bool, word: str
) -> None:
    room, hint = room_of(text_percent), " ".join(words)
    shown = word_layout(word, hint, room, spacious=spacious)
    assert hint.startswith(shown.hint.removesuffix(MORE))
    assert is_whole(shown, word)
    _, y, _, h = shown.hint_box
    assert y >= -0.01
    assert y + h <= room.height + 2


def test_the_whole_hint_is_in_the_tooltip_and_the_description(qtbot: QtBot) -> None:
    band = WordBand()
    qtbot.addWidget(band)
    band.resize(936, 112)
    band.show_moment(Moment(say("CONTRACT"), "up", "way", said(LONG_WORDS), seconds_left=5.0))
    band.grab()
    assert band.toolTip() == LONG_WORDS
    assert band.accessibleDescription() == LONG_WORDS
