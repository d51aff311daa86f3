"""Sound in the window: on and off, how loud, what is told of it, and a cue to listen to.

Whether it is on and how loud stands in the station's settings; here is only what plays.
One rule: nobody hears a cue by hand while cues lead the training, as it would be taken for a prompt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QGuiApplication

from biofeedback.engine_state import EngineState
from biofeedback.recording.settings import VOLUMES, Settings
from biofeedback.ui.controls import Station
from biofeedback.ui.moment import silence
from biofeedback.ui.phrase import Phrase, say
from biofeedback.ui.sound.heard import Cue, Heard, heard
from biofeedback.ui.sound.loudspeaker import Audio, Sound, SoundError
from biofeedback.ui.words import spoken

STEP = 10
"""Percent of volume."""
OFF_SCREEN = ("offscreen", "minimal")
"""Qt's platforms that show nothing: pictures and tests are made there, and must not be heard."""


def computers_audio() -> Audio:
    """Return the computer's outputs; raise SoundError where Qt has none, or where the window is on no screen."""
    if QGuiApplication.platformName() in OFF_SCREEN:
        raise SoundError(say("the window is on no screen"))
    return Audio()


class SoundControl(QObject):
    """Plays what the engine's state asks for, as `station`'s settings say; `audio` makes the outputs."""

    changed = pyqtSignal()
    """Something that is told of sound is other than before."""
    noticed = pyqtSignal(str)
    """A sentence of trouble, once for each trouble, in the person's language."""

    def __init__(
        self, station: Station, parent: QObject | None = None, audio: Callable[[], Audio] = computers_audio
    ) -> None:
        super().__init__(parent)
        self._station = station
        self._sound = Sound(audio, self.volume_percent / 100)
        self._heard = Heard()
        self._began = False
        self._told: tuple[Phrase | None, bool] = (None, False)

    # -- what is told ---------------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        """Whether sound is wanted."""
        return self._settings.sound_on

    @property
    def volume_percent(self) -> int:
        """The volume, 10 to 100, as set; it stays while sound is off."""
        return self._settings.volume_percent

    @property
    def problem(self) -> Phrase | None:
        """Why nothing can be heard, in one sentence; None while sound works or is off."""
        return self._sound.problem

    @property
    def can_listen(self) -> bool:
        """Whether a cue may be played by hand: sound works, and no cue would be taken for a prompt."""
        return self._sound.running and self._heard.step in ("none", "over", "free")

    def words(self) -> str:
        """Return what stands in the strip."""
        if not self.on:
            return self.tr("Sound off")
        if self.problem is not None:
            return self.tr("No sound")
        return self.tr("Sound {percent} %").format(percent=self.volume_percent)

    # -- what is done ---------------------------------------------------------------------------------

    def started(self) -> None:
        """Begin, unless the settings say off. To be called once the window was painted: it may take a while."""
        self._began = True
        self._follow_settings()

    def hear(self, state: EngineState, now: float, *, paced: bool = True, scale: float | None = None) -> None:
        """Sound like `state` at `now` (`time.monotonic`); to be called on every look, and at least 4 times a second.

        `paced`: whether the source sends in real time. `scale`: the end of the trained channel's axis where there is
        no reference.
        """
        self._heard = heard(state, silence(state, now, paced=paced), scale=scale)
        self._sound.hear(self._heard)
        self._tell()

    def toggle(self) -> None:
        """Turn sound off, or on: a missing device is looked for once more."""
        self._set(replace(self._settings, sound_on=not self.on))

    def louder(self) -> None:
        """Turn the volume up by one step, as far as it goes."""
        self._step(STEP)

    def quieter(self) -> None:
        """Turn the volume down by one step; the last one can still be heard."""
        self._step(-STEP)

    def listen(self, cue: Cue) -> None:
        """Play `cue` once, if one may be played by hand now."""
        if self.can_listen:
            self._sound.play(cue)

    def stop(self) -> None:
        """Play no more: the window closes."""
        self._began = False
        self._sound.stop()

    # -- inside ---------------------------------------------------------------------------------------

    @property
    def _settings(self) -> Settings:
        return self._station.choice.settings

    def _step(self, percent: int) -> None:
        least, most = VOLUMES
        volume = min(max(self.volume_percent + percent, least), most)
        if volume != self.volume_percent:
            self._set(replace(self._settings, volume_percent=volume))
            self.listen("ready")

    def _set(self, settings: Settings) -> None:
        if trouble := self._station.apply(replace(self._station.choice, settings=settings)):
            self.noticed.emit(trouble)
        self._follow_settings()
        self.changed.emit()

    def _follow_settings(self) -> None:
        self._sound.set_volume(self.volume_percent / 100)
        if self._began and self.on:
            self._sound.start()
        else:
            self._sound.stop()
        self._sound.hear(self._heard)
        self._tell()

    def _tell(self) -> None:
        """Say a new trouble once, and that what is told has changed."""
        before, told = self._told, (self.problem, self.can_listen)
        if told == before:
            return
        self._told = told
        if told[0] is not None and told[0] != before[0]:
            self.noticed.emit(spoken(told[0]))
        self.changed.emit()
