"""The loudspeaker: QtMultimedia pulls the synthesiser's samples through a device of ours.

QtMultimedia is loaded by `start`, after the first paint: it is slow to load, and a computer may lack it. A device that
goes away is replaced by the next default one, or training goes on without sound.
One rule: sound never stops training. What goes wrong becomes `problem`, one sentence, never an exception; the pull
never waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from PyQt6.QtCore import QIODevice, QObject, QTimer, pyqtSignal

from biofeedback.ui.phrase import Phrase, say
from biofeedback.ui.sound.heard import Cue, Heard
from biofeedback.ui.sound.tones import Synth

if TYPE_CHECKING:
    from PyQt6.QtMultimedia import QAudioDevice, QAudioFormat

BUFFER = 0.05
"""Seconds of sound ahead in the sink: what a change takes to be heard, beside the device's own time."""
RATE = 48_000
"""Hertz, where the device takes it."""
LONGEST_PULL = 1.0
"""Seconds made for one pull at most."""

log = logging.getLogger(__name__)


class SoundError(Exception):
    """Why there is no sound, as the middle of a sentence."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason.filled())
        self.reason = reason


class Sink(Protocol):
    """What plays a device's samples: QAudioSink, or a test's."""

    def start(self, device: QIODevice | None) -> None:
        """Begin to pull from `device`."""

    def stop(self) -> None:
        """Pull no more."""


@dataclass(frozen=True, slots=True)
class Output:
    """An opened output: its sink, its device's id, and the samples that it takes: 32-bit floats or 16-bit integers."""

    sink: Sink
    device: bytes
    rate: int
    n_channels: int
    is_float: bool


class Audio(QObject):
    """The computer's outputs. `changed`: outputs came or went; `sink_changed`: a sink started, stopped or failed."""

    changed = pyqtSignal()
    sink_changed = pyqtSignal()

    def __init__(self) -> None:
        """Load QtMultimedia; raise SoundError where it cannot be."""
        super().__init__()
        try:
            from PyQt6 import QtMultimedia  # noqa: PLC0415 - slow to load, and may be missing
        except ImportError as error:
            hint = say("install the package libpulse0") if "libpulse" in str(error) else str(error)
            raise SoundError(say("Qt's sound cannot be loaded ({hint})", hint=hint)) from error
        self._multimedia = QtMultimedia
        self._devices = QtMultimedia.QMediaDevices(self)
        self._devices.audioOutputsChanged.connect(self.changed)

    @property
    def default(self) -> bytes:
        """Id of the default output; empty where there is none."""
        return self._multimedia.QMediaDevices.defaultAudioOutput().id().data()

    def open(self) -> Output:
        """Open the default output; raise SoundError where there is none or it takes nothing that we can give."""
        device = self._multimedia.QMediaDevices.defaultAudioOutput()
        if device.isNull():
            raise SoundError(say("no loudspeaker or headphones were found"))
        taken = self._format(device)
        sink = self._multimedia.QAudioSink(device, taken, self)
        sink.setBufferSize(taken.bytesForDuration(round(BUFFER * 1e6)))
        sink.stateChanged.connect(self.sink_changed)
        is_float = taken.sampleFormat() == self._multimedia.QAudioFormat.SampleFormat.Float
        return Output(sink, device.id().data(), taken.sampleRate(), taken.channelCount(), is_float)

    def failed(self, output: Output) -> bool:
        """Return whether the sink stopped with an error."""
        sink = output.sink
        if not isinstance(sink, self._multimedia.QAudioSink):
            return False
        audio = self._multimedia.QAudio
        return sink.error() not in (audio.Error.NoError, audio.Error.UnderrunError)

    def _format(self, device: QAudioDevice) -> QAudioFormat:
        """Return mono or the device's own channels at RATE or its own rate, as floats or integers."""
        kinds = self._multimedia.QAudioFormat.SampleFormat
        own = device.preferredFormat()
        for rate, n_channels in ((RATE, 1), (RATE, own.channelCount()), (own.sampleRate(), own.channelCount())):
            for kind in (kinds.Float, kinds.Int16):
                asked = self._multimedia.QAudioFormat()
                asked.setSampleRate(rate)
                asked.setChannelCount(n_channels)
                asked.setSampleFormat(kind)
                if asked.isValid() and device.isFormatSupported(asked):
                    return asked
        raise SoundError(say("{device} takes no format that is known here", device=device.description()))


class Pull(QIODevice):
    """The synthesiser as an endless file of samples. It never waits and never raises; `failure` says what went wrong.

    Sinks of Qt from 6.4 on read only what `bytesAvailable` promises.
    """

    def __init__(self, synth: Synth, n_channels: int = 1, *, is_float: bool = True) -> None:
        super().__init__()
        self._synth, self._n_channels, self._is_float = synth, n_channels, is_float
        self._frame = n_channels * (4 if is_float else 2)
        self.failure = ""
        self.open(QIODevice.OpenModeFlag.ReadOnly | QIODevice.OpenModeFlag.Unbuffered)

    def isSequential(self) -> bool:
        """Return that there is no going back."""
        return True

    def bytesAvailable(self) -> int:
        """Return the bytes that one pull can have: there is always more."""
        return round(LONGEST_PULL * self._synth.rate) * self._frame

    def readData(self, maxlen: int) -> bytes:
        """Return at most `maxlen` bytes of whole frames; silence after a failure."""
        n = min(maxlen, self.bytesAvailable()) // self._frame
        if not self.failure:
            try:
                samples = self._synth.next(n)
                if not self._is_float:
                    return np.repeat(np.rint(samples * 32767).astype(np.int16), self._n_channels).tobytes()
                return np.repeat(samples, self._n_channels).tobytes()
            except Exception as error:  # an exception in the sink's callback would end the process
                self.failure = type(error).__name__
                log.exception("the synthesiser made a mistake")
        return bytes(n * self._frame)


class Sound:
    """Plays what it is told to hear. `audio` makes the outputs; a test gives its own."""

    def __init__(self, audio: Callable[[], Audio] = Audio, volume: float = 0.7) -> None:
        self._make_audio = audio
        self._audio: Audio | None = None
        self._output: Output | None = None
        self._pull: Pull | None = None
        self._synth: Synth | None = None
        self._wanted = False
        self._volume = volume
        self._problem: Phrase | None = None

    @property
    def problem(self) -> Phrase | None:
        """Why nothing can be heard, as one sentence; None while sound works or is not wanted."""
        if self._pull and self._pull.failure:
            return _without_sound(say("an error in the app ({name}), which the log has", name=self._pull.failure))
        return self._problem

    @property
    def running(self) -> bool:
        """Whether a sink pulls."""
        return self._output is not None

    @property
    def volume(self) -> float:
        """0–1, as set."""
        return self._volume

    def start(self) -> None:
        """Begin to play on the default output; call after the first paint. Failing, `problem` says why."""
        self._wanted = True
        if not self.running:
            self._open()

    def stop(self) -> None:
        """Play no more."""
        self._wanted = False
        self._problem = None
        self._close()

    def hear(self, now: Heard) -> None:
        """Sound like `now`; to be called with each new state, and at least once a second while sound is wanted."""
        if self._synth:
            self._synth.hear(now)

    def play(self, cue: Cue) -> None:
        """Play one cue by itself; nothing where nothing is heard."""
        if self._synth:
            self._synth.play(cue)

    def set_volume(self, volume: float) -> None:
        """Set the volume, 0 to 1."""
        self._volume = min(1.0, volume) if volume > 0 else 0.0
        if self._synth:
            self._synth.set_volume(self._volume)

    def _open(self) -> None:
        try:
            if self._audio is None:
                self._audio = self._make_audio()
                # after the signal has returned: what sent it may be ended then
                self._audio.changed.connect(lambda: QTimer.singleShot(0, self._follow))
                self._audio.sink_changed.connect(lambda: QTimer.singleShot(0, self._check))
            output = self._audio.open()
            self._synth = Synth(output.rate, self._volume)
            self._pull = Pull(self._synth, output.n_channels, is_float=output.is_float)
            self._output, self._problem = output, None
            output.sink.start(self._pull)
        except SoundError as error:
            self._lose(error.reason)
            return
        except Exception as error:  # whatever a sound system does, training goes on
            log.exception("sound could not be started")
            self._lose(say("it could not be started ({name})", name=type(error).__name__))
            return
        self._check()

    def _lose(self, reason: Phrase) -> None:
        log.info("no sound: %s", reason.filled())
        self._problem = _without_sound(reason)
        self._close()

    def _close(self) -> None:
        output, self._output = self._output, None
        self._synth = None
        if output:
            output.sink.stop()
            if isinstance(output.sink, QObject):
                output.sink.deleteLater()
        if self._pull:
            self._pull.close()
            self._pull = None

    def _check(self) -> None:
        """Notice a sink that failed; it is tried again when the outputs change or sound is started anew."""
        if self._audio and self._output and self._audio.failed(self._output):
            self._lose(say("the loudspeaker or headphones stopped"))

    def _follow(self) -> None:
        """Go over to the default output if it is another one."""
        if self._audio and self._wanted and (self._output.device if self._output else b"") != self._audio.default:
            self._close()
            self._open()


def _without_sound(reason: Phrase) -> Phrase:
    return say("No sound on this computer: {reason}; training goes on.", reason=reason)
