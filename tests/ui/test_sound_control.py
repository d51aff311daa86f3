"""Sound in the window: off and on, how loud, what is told, and a card on which each sound can be heard."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from biofeedback.engine_state import EngineState
from biofeedback.recording.settings import Settings
from biofeedback.training.calibration import CalibrationState
from biofeedback.ui.choice import Choice
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tokens import CONTRAST, DARK, LIGHT, Look
from biofeedback.ui.sound.control import SoundControl
from biofeedback.ui.sound.cues import NOTES
from biofeedback.ui.sound.popover import CUE_WORDS, SoundPopover
from tests.ui.hands import press
from tests.ui.states import state
from tests.ui.test_sound import FakeAudio

NOW = 100.1
"""Seconds of the host's clock: a tenth after the newest scans of `state`."""
LONG = 10_000


@dataclass
class Kept:
    """A station that keeps what is applied. `trouble`: what keeping it brings."""

    choice: Choice = field(default_factory=Choice)
    trouble: str = ""
    n_applied: int = 0

    def apply(self, choice: Choice) -> str:
        self.choice = choice
        self.n_applied += 1
        return self.trouble


def control_of(audio: FakeAudio, **settings: object) -> tuple[SoundControl, Kept, list[str]]:
    """Return a control that has begun, its station, and the notices that it sends."""
    station = Kept(Choice(settings=replace(Settings(), **settings)))  # type: ignore[arg-type] # names of Settings
    control = SoundControl(station, None, lambda: audio)  # type: ignore[arg-type] # all of a station that it uses
    notices: list[str] = []
    control.noticed.connect(notices.append)
    control.started()
    return control, station, notices


def sounding(percent: float = 75.0) -> EngineState:
    """A state of free practice in which the tone sounds."""
    given = state(level=(percent,))
    assert given.update is not None
    return replace(given, update=replace(given.update, bar=np.full((1, 1), percent)))


def loudness(audio: FakeAudio) -> float:
    """Return the largest sample of the next tenth of a second, after one in which ramps end."""
    return float(np.abs(audio.opened[-1].pull(9600)[4800:]).max())


def test_it_plays_the_state_at_the_volume_of_the_settings(qapp: object) -> None:
    audio = FakeAudio(b"speaker")
    control, station, notices = control_of(audio, volume_percent=100)
    control.hear(sounding(), NOW)
    whole = loudness(audio)
    assert whole > 0.1
    for _ in range(5):
        control.quieter()
    control.hear(sounding(), NOW)
    audio.opened[-1].pull(48_000)  # the note that lets the new volume be heard
    control.hear(sounding(), NOW)
    assert loudness(audio) == pytest.approx(whole / 4, rel=0.05)
    assert (station.choice.settings.volume_percent, control.words(), notices) == (50, "Sound 50 %", [])


def test_the_volume_has_a_top_and_a_bottom_that_can_still_be_heard(qapp: object) -> None:
    control, station, _ = control_of(FakeAudio(b"speaker"), volume_percent=90)
    volumes = []
    for _ in range(3):
        control.louder()
        volumes.append(control.volume_percent)
    assert volumes == [100, 100, 100]
    assert station.n_applied == 1  # the top is not written anew
    for _ in range(12):
        control.quieter()
    assert (control.volume_percent, control.on) == (10, True)


def test_off_is_kept_closes_the_output_and_on_opens_it_again(qapp: object) -> None:
    audio = FakeAudio(b"speaker")
    control, station, _ = control_of(audio)
    control.toggle()
    assert (control.words(), station.choice.settings.sound_on, audio.opened[0].stops) == ("Sound off", False, 1)
    control.hear(sounding(), NOW)
    control.toggle()
    assert (control.words(), station.choice.settings.sound_on) == ("Sound 70 %", True)
    assert loudness(audio) > 0.05  # of the newest state at once, not of the next one
    control.stop()
    assert [sink.stops for sink in audio.opened] == [1, 1]


def test_who_turned_it_off_yesterday_hears_nothing_today(qapp: object) -> None:
    audio = FakeAudio(b"speaker")
    control, _, notices = control_of(audio, sound_on=False)
    assert (audio.opened, control.words(), control.problem, notices) == ([], "Sound off", None, [])


def test_nothing_plays_before_the_window_was_painted(qapp: object) -> None:
    audio = FakeAudio(b"speaker")
    control = SoundControl(Kept(), None, lambda: audio)  # type: ignore[arg-type] # all of a station that it uses
    control.toggle()
    control.toggle()
    assert audio.opened == []
    control.started()
    assert len(audio.opened) == 1


def test_a_computer_without_sound_says_so_once_and_trains_on(qtbot: QtBot) -> None:
    audio = FakeAudio()
    control, _, notices = control_of(audio)
    for _ in range(3):
        control.hear(sounding(), NOW)
    sentence = "No sound on this computer: no loudspeaker or headphones were found; training goes on."
    assert (notices, control.words(), control.can_listen) == ([sentence], "No sound", False)
    audio.names.append(b"headphones")
    audio.changed.emit()
    qtbot.waitUntil(lambda: len(audio.opened) == 1, timeout=LONG)
    control.hear(sounding(), NOW)
    assert (control.words(), control.problem) == ("Sound 70 %", None)
    audio.names.clear()
    audio.changed.emit()
    qtbot.waitUntil(lambda: control.problem is not None, timeout=LONG)
    control.hear(sounding(), NOW)
    assert notices == [sentence, sentence]


def test_pictures_and_tests_are_silent_and_say_why(qapp: QApplication) -> None:
    assert qapp.platformName() == "offscreen"
    control = SoundControl(Kept())  # type: ignore[arg-type] # all of a station that it uses
    control.started()
    assert control.problem is not None
    assert "the window is on no screen" in control.problem.filled()
    assert control.words() == "No sound"


def test_settings_that_cannot_be_kept_are_said(qapp: object) -> None:
    control, station, notices = control_of(FakeAudio(b"speaker"))
    station.trouble = "The settings hold for now but are not kept: the disk is full."
    control.toggle()
    assert (notices, control.on) == ([station.trouble], False)


def test_a_silent_board_is_heard_as_a_lost_signal(qapp: object) -> None:
    audio = FakeAudio(b"speaker")
    control, _, _ = control_of(audio)
    control.hear(sounding(), NOW + 0.6)
    assert not control.can_listen
    assert loudness(audio) > 0.02
    control.hear(sounding(), NOW + 0.6, paced=False)  # a replay as fast as it goes has no now
    assert control.can_listen


@pytest.mark.parametrize("cue", sorted(NOTES))
def test_every_cue_can_be_listened_to_between_exercises(qapp: object, cue: str) -> None:
    audio = FakeAudio(b"speaker")
    control, _, _ = control_of(audio)
    control.hear(sounding(0.0), NOW)
    assert loudness(audio) == 0
    control.listen(cue)  # type: ignore[arg-type] # the names of NOTES are cues
    assert np.abs(audio.opened[0].pull(9600)).max() > 0.02
    audio.opened[0].pull(38_400)  # the longest takes 0.8 s
    control.hear(sounding(0.0), NOW)
    assert loudness(audio) == 0  # once


def test_no_cue_is_played_by_hand_while_cues_lead(qapp: object) -> None:
    audio = FakeAudio(b"speaker")
    control, _, _ = control_of(audio)
    resting = state(calibration=CalibrationState(0, "rest", 3.0, 5.0, 1, ()))
    control.hear(resting, NOW)
    assert not control.can_listen
    control.listen("work")
    assert loudness(audio) == 0


# -- the card ------------------------------------------------------------------------------------------


def card_of(
    ground: QWidget, control: SoundControl, look: Look | None = None, size: tuple[int, int] = (1280, 720)
) -> SoundPopover:
    ground.resize(*size)
    card = SoundPopover(control, ground, opens=lambda _: False, on_close=ground.setFocus)
    card.dress(look or Look(LIGHT))
    ground.show()
    card.open_above(QPoint(400, size[1] - 64))
    return card


def test_every_cue_has_its_meaning_and_a_button(ground: QWidget) -> None:
    control, _, _ = control_of(FakeAudio(b"speaker"))
    card = card_of(ground, control)
    assert set(card.listen) == set(CUE_WORDS) == set(NOTES)
    assert len({button.accessibleName() for button in card.listen.values()}) == len(NOTES)


@pytest.mark.parametrize("size", [(1024, 640), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("look", [Look(LIGHT), Look(DARK, 125), Look(CONTRAST, 150), Look(LIGHT, 200)])
@pytest.mark.parametrize("names", [(b"speaker",), ()])
def test_the_card_stands_inside_the_window_and_nothing_is_cut(
    ground: QWidget, look: Look, size: tuple[int, int], names: tuple[bytes, ...]
) -> None:
    control, _, _ = control_of(FakeAudio(*names))
    card = card_of(ground, control, look, size)
    QApplication.processEvents()
    assert ground.rect().contains(card.geometry())
    assert card.area.viewport().width() >= card._body.minimumSizeHint().width()  # type: ignore[union-attr] # it has one
    for button in (card.quieter, card.louder, card.switch, *card.listen.values()):
        assert button.width() >= button.sizeHint().width()
    assert card.trouble.isVisible() == (not names)
    bar = card.area.verticalScrollBar()
    assert bar is not None
    if look.text_percent == 100:
        assert bar.maximum() == 0


def test_buttons_and_keys_of_the_card_do_the_same(ground: QWidget) -> None:
    control, _, _ = control_of(FakeAudio(b"speaker"))
    card = card_of(ground, control)
    press(card, Qt.Key.Key_Plus)
    card.louder.click()
    assert (control.volume_percent, card._volume.text()) == (90, "90 %")
    press(card, Qt.Key.Key_Minus)
    card.quieter.click()
    card.quieter.click()
    assert control.volume_percent == 60
    card.switch.click()
    assert (control.on, card._volume.text(), card.switch.text(), card.louder.isEnabled()) == (
        False, "off", "Turn on", False,
    )  # fmt: skip
    card.switch.click()
    assert control.on
    press(card, Qt.Key.Key_Escape)
    assert card.isHidden()


def test_listening_is_offered_only_while_it_cannot_mislead(ground: QWidget) -> None:
    audio = FakeAudio(b"speaker")
    control, _, _ = control_of(audio)
    card = card_of(ground, control)
    control.hear(sounding(0.0), NOW)
    card.listen["let go"].click()
    assert loudness(audio) > 0.02
    control.hear(state(calibration=CalibrationState(0, "try", 3.0, 5.0, 1, ())), NOW)
    assert not any(button.isEnabled() for button in card.listen.values())


def test_the_top_and_the_bottom_of_the_volume_have_no_button_to_go_on(ground: QWidget) -> None:
    control, _, _ = control_of(FakeAudio(b"speaker"), volume_percent=100)
    card = card_of(ground, control)
    assert (card.louder.isEnabled(), card.quieter.isEnabled()) == (False, True)
    for _ in range(9):
        control.quieter()
    assert (card.louder.isEnabled(), card.quieter.isEnabled()) == (True, False)


def test_a_press_elsewhere_closes_the_card(ground: QWidget, qtbot: QtBot) -> None:
    control, _, _ = control_of(FakeAudio(b"speaker"))
    other = KeyButton("other", parent=ground)
    card = card_of(ground, control)
    qtbot.waitUntil(card.hasFocus, timeout=LONG)
    card.listen["work"].setFocus()
    assert card.isVisible()
    other.setFocus()
    assert card.isHidden()
