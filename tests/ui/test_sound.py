"""Sound with made-up outputs: what is pulled, and that nothing which goes wrong with it reaches training."""

from __future__ import annotations

import builtins
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PyQt6.QtCore import QIODevice
from pytestqt.qtbot import QtBot

from biofeedback.ui.phrase import say
from biofeedback.ui.sound.heard import Heard
from biofeedback.ui.sound.loudspeaker import LONGEST_PULL, Audio, Output, Pull, Sound, SoundError
from biofeedback.ui.sound.tones import PEAK, Synth

TONE = Heard("free", activation=75.0, needs_signal=True, tone=True)
PREFIX, SUFFIX = "No sound on this computer: ", "; training goes on."


class FakeSink:
    """Keeps what it was given; `fail` makes starting raise."""

    def __init__(self, *, fail: bool = False) -> None:
        self.device: QIODevice | None = None
        self.starts = self.stops = 0
        self.fail = fail

    def start(self, device: QIODevice | None) -> None:
        if self.fail:
            raise RuntimeError("the sound system is broken")
        self.device = device
        self.starts += 1

    def stop(self) -> None:
        self.device = None
        self.stops += 1

    def pull(self, n: int) -> NDArray[np.float32]:
        """Return `n` samples as a sink of mono floats takes them."""
        assert self.device is not None
        return np.frombuffer(self.device.read(4 * n), np.float32)


class FakeAudio(Audio):
    """Outputs by name, the first one is the default. What is opened is in `opened`."""

    def __init__(self, *names: bytes, sinks: Sequence[FakeSink] = ()) -> None:
        super().__init__()
        self.names = list(names)
        self.sinks = list(sinks)
        self.opened: list[FakeSink] = []
        self.broken: FakeSink | None = None

    @property
    def default(self) -> bytes:
        return self.names[0] if self.names else b""

    def open(self) -> Output:
        if not self.names:
            raise SoundError(say("no loudspeaker or headphones were found"))
        self.opened.append(self.sinks.pop(0) if self.sinks else FakeSink())
        return Output(self.opened[-1], self.names[0], 48_000, 1, is_float=True)

    def failed(self, output: Output) -> bool:
        return output.sink is self.broken


def started(*names: bytes, **given: Any) -> tuple[Sound, FakeAudio]:
    audio = FakeAudio(*names, **given)
    sound = Sound(lambda: audio, volume=1.0)
    sound.start()
    return sound, audio


def problem(sound: Sound) -> str:
    """Return the reason in the middle of the sentence; empty when there is no problem."""
    if sound.problem is None:
        return ""
    sentence = sound.problem.filled()
    assert sentence.startswith(PREFIX), sentence
    assert sentence.endswith(SUFFIX), sentence
    return sentence.removeprefix(PREFIX).removesuffix(SUFFIX)


def test_what_is_told_is_what_is_pulled(qapp: object) -> None:
    sound, audio = started(b"speaker")
    sound.hear(TONE)
    samples = audio.opened[0].pull(9600)
    wanted = Synth(48_000)
    wanted.hear(TONE)
    assert np.array_equal(samples, wanted.next(9600))
    assert np.abs(samples).max() > PEAK / 2
    assert problem(sound) == ""


def test_starting_twice_opens_once_and_stopping_ends_the_sink(qapp: object) -> None:
    sound, audio = started(b"speaker")
    sound.start()
    assert (len(audio.opened), sound.running) == (1, True)
    sound.stop()
    assert (audio.opened[0].stops, sound.running) == (1, False)
    sound.stop()
    sound.hear(TONE)
    sound.start()
    assert (len(audio.opened), sound.running) == (2, True)


def test_the_volume_is_heard_at_once_and_below_nothing_is_silence(qapp: object) -> None:
    sound, audio = started(b"speaker")

    def loudness() -> float:
        sound.hear(TONE)
        return float(np.abs(audio.opened[0].pull(9600)[4800:]).max())

    before = loudness()
    sound.set_volume(0.5)
    assert loudness() == pytest.approx(before / 4, rel=0.02)
    sound.set_volume(-3)
    assert (loudness(), sound.volume) == (0.0, 0.0)


def test_the_volume_holds_for_a_sound_that_starts_later(qapp: object) -> None:
    audio = FakeAudio(b"speaker")
    sound = Sound(lambda: audio)
    sound.set_volume(0.0)
    sound.start()
    sound.hear(TONE)
    assert not audio.opened[0].pull(9600).any()


def test_no_output_is_said_in_one_sentence(qapp: object) -> None:
    sound, _ = started()
    assert problem(sound) == "no loudspeaker or headphones were found"
    assert not sound.running
    sound.hear(TONE)
    sound.set_volume(0.3)
    sound.stop()
    assert problem(sound) == ""


def test_an_output_that_comes_later_is_taken(qtbot: QtBot) -> None:
    sound, audio = started()
    audio.names.append(b"headphones")
    audio.changed.emit()
    qtbot.waitUntil(lambda: sound.running)
    assert problem(sound) == ""
    assert audio.opened[0].starts == 1


def test_an_output_that_goes_is_followed_by_the_next_default(qtbot: QtBot) -> None:
    sound, audio = started(b"headphones", b"speaker")
    audio.names.pop(0)
    audio.changed.emit()
    qtbot.waitUntil(lambda: len(audio.opened) == 2)
    assert (audio.opened[0].stops, audio.opened[1].starts, problem(sound)) == (1, 1, "")


def test_the_last_output_that_goes_is_said(qtbot: QtBot) -> None:
    sound, audio = started(b"headphones")
    audio.names.clear()
    audio.changed.emit()
    qtbot.waitUntil(lambda: not sound.running)
    assert problem(sound) == "no loudspeaker or headphones were found"
    assert audio.opened[0].stops == 1


def test_a_change_elsewhere_does_not_interrupt(qtbot: QtBot) -> None:
    sound, audio = started(b"speaker")
    audio.names.append(b"another")
    with qtbot.waitSignal(audio.changed):
        audio.changed.emit()
    assert (len(audio.opened), audio.opened[0].stops) == (1, 0)
    sound.stop()
    audio.names.pop(0)
    with qtbot.waitSignal(audio.changed):
        audio.changed.emit()
    assert len(audio.opened) == 1


def test_a_sink_that_fails_is_said_and_tried_again_only_when_there_is_reason(qtbot: QtBot) -> None:
    sound, audio = started(b"speaker")
    audio.broken = audio.opened[0]
    audio.sink_changed.emit()
    qtbot.waitUntil(lambda: not sound.running)
    assert problem(sound) == "the loudspeaker or headphones stopped"
    audio.sink_changed.emit()
    audio.changed.emit()
    qtbot.waitUntil(lambda: sound.running)
    assert (len(audio.opened), problem(sound)) == (2, "")


def test_a_sink_that_raises_becomes_a_sentence_and_is_no_exception(qapp: object) -> None:
    sound, audio = started(b"speaker", sinks=[FakeSink(fail=True)])
    assert problem(sound) == "it could not be started (RuntimeError)"
    assert not sound.running
    sound.start()  # the person tries again
    assert (sound.running, problem(sound), len(audio.opened)) == (True, "", 2)


def without_multimedia(error: str) -> Callable[..., Any]:
    real = builtins.__import__

    def refuse(name: str, globals_: Any = None, locals_: Any = None, names: Any = (), depth: int = 0) -> Any:
        if name.startswith("PyQt6") and "QtMultimedia" in (*(names or ()), *name.split(".")):
            raise ImportError(error)
        return real(name, globals_, locals_, names, depth)

    return refuse


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("libpulse.so.0: cannot open shared object file", "install the package libpulse0"),
        ("DLL load failed", "DLL load failed"),
    ],
)
def test_a_computer_without_the_sound_library_trains_on_and_says_what_to_install(
    qapp: object, monkeypatch: pytest.MonkeyPatch, error: str, hint: str
) -> None:
    monkeypatch.setattr(builtins, "__import__", without_multimedia(error))
    sound = Sound()
    sound.start()
    assert problem(sound) == f"Qt's sound cannot be loaded ({hint})"
    assert not sound.running
    sound.hear(TONE)
    sound.stop()


def test_the_module_itself_does_not_load_multimedia() -> None:
    code = "import sys, biofeedback.ui.sound.loudspeaker; sys.exit('PyQt6.QtMultimedia' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_the_real_thing_plays_or_says_why_not(qapp: object) -> None:
    sound = Sound(volume=0.0)
    sound.start()
    sound.hear(TONE)
    assert sound.running != bool(problem(sound))
    sound.stop()
    assert not sound.running


def test_a_real_sink_that_cannot_open_is_noticed(qapp: object) -> None:
    multimedia = pytest.importorskip("PyQt6.QtMultimedia")

    class NoDevice(Audio):
        """Opens a real sink on no device: Qt takes the default one, or fails where there is none."""

        def open(self) -> Output:
            taken = multimedia.QAudioFormat()
            taken.setSampleRate(48_000)
            taken.setChannelCount(1)
            taken.setSampleFormat(multimedia.QAudioFormat.SampleFormat.Float)
            return Output(multimedia.QAudioSink(multimedia.QAudioDevice(), taken, self), self.default, 48_000, 1, True)

    audio = NoDevice()
    sound = Sound(lambda: audio, volume=0.0)
    sound.start()
    assert sound.running != bool(problem(sound))
    if not audio.default:
        assert problem(sound) == "the loudspeaker or headphones stopped"
    sound.stop()


def test_a_format_that_the_device_takes_is_found(qapp: object) -> None:
    multimedia = pytest.importorskip("PyQt6.QtMultimedia")
    kinds = multimedia.QAudioFormat.SampleFormat

    class Device:
        """A device that takes exactly one format."""

        def __init__(self, rate: int, n_channels: int, kind: Any) -> None:
            self.only = (rate, n_channels, kind)

        def preferredFormat(self) -> Any:  # noqa: N802 - Qt's name
            own = multimedia.QAudioFormat()
            own.setSampleRate(self.only[0])
            own.setChannelCount(self.only[1])
            own.setSampleFormat(self.only[2])
            return own

        def isFormatSupported(self, asked: Any) -> bool:  # noqa: N802 - Qt's name
            return (asked.sampleRate(), asked.channelCount(), asked.sampleFormat()) == self.only

        def description(self) -> str:
            return "an odd one"

    audio = Audio()
    for only in ((48_000, 1, kinds.Float), (48_000, 2, kinds.Int16), (44_100, 2, kinds.Float)):
        found = audio._format(Device(*only))  # type: ignore[arg-type]
        assert (found.sampleRate(), found.channelCount(), found.sampleFormat()) == only
    with pytest.raises(SoundError, match="an odd one takes no format that is known here"):
        audio._format(Device(44_100, 2, kinds.UInt8))  # type: ignore[arg-type]


# -- the pull itself -----------------------------------------------------------------------------------


class BrokenSynth(Synth):
    """Makes a mistake with every sample."""

    def next(self, n: int) -> NDArray[np.float32]:
        raise FloatingPointError(n)


def test_a_sink_is_promised_more_whenever_it_asks(qapp: object) -> None:
    pull = Pull(Synth(48_000))
    assert pull.isSequential()
    for _ in range(5):
        assert pull.bytesAvailable() >= 4 * 48_000 * LONGEST_PULL
        assert len(pull.read(4 * 960)) == 4 * 960
    assert len(pull.read(1 << 24)) <= 1 << 24
    assert len(pull.read(3)) == 0  # less than a frame
    assert pull.failure == ""


@pytest.mark.parametrize("is_float", [True, False])
def test_every_channel_gets_the_same_and_integers_are_the_rounded_floats(qapp: object, is_float: bool) -> None:
    synth = Synth(48_000)
    synth.hear(TONE)
    floats = synth.next(4800)
    synth = Synth(48_000)
    synth.hear(TONE)
    taken, n_bytes = (np.float32, 8) if is_float else (np.int16, 4)
    pulled = np.frombuffer(Pull(synth, 2, is_float=is_float).read(n_bytes * 4800), taken).reshape(-1, 2)
    assert np.array_equal(pulled[:, 0], pulled[:, 1])
    assert np.array_equal(pulled[:, 0], floats if is_float else np.rint(floats * 32767))


def test_the_pull_gives_silence_and_a_sentence_when_the_synthesiser_fails(
    qapp: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("biofeedback.ui.sound.loudspeaker.Synth", BrokenSynth)
    sound, audio = started(b"speaker")
    assert not audio.opened[0].pull(960).any()
    assert len(audio.opened[0].pull(960)) == 960
    assert problem(sound) == "an error in the app (FloatingPointError), which the log has"
