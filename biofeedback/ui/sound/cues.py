"""The sounds of the cues, which of them goes first, and how they stand in front of the tone.

Each is rendered once: notes one after the other, and how much room they take from the tone.
One rule: no two cues share a pattern of notes, so that they are told apart without counting or perfect pitch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.ui.sound.heard import Cue

Samples = NDArray[np.float64]
DUCK = 0.85
"""Share of the mix that a cue takes; the tone keeps the rest. Judgement."""
SHARP, SOFT, END = 0.002, 0.012, 0.03
"""Seconds in which a note rises (a prompt to act on at once, others), and in which it ends."""
TAIL = 0.06
"""Seconds between two cues."""
FADE = 0.01
"""Seconds in which a cue that is broken off ends."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sine of `hertz` from `at` on, `seconds` long; gliding to `end_hertz` if given. `rise` in seconds."""

    at: float
    seconds: float
    hertz: float
    end_hertz: float | None = None
    rise: float = SOFT


NOTES: dict[Cue, tuple[Note, ...]] = {
    "ready": (Note(0.0, 0.10, 523.3),),
    "work": (Note(0.0, 0.20, 987.8, rise=SHARP),),
    "let go": (Note(0.0, 0.30, 392.0, rise=SHARP),),
    "reached": (Note(0.0, 0.07, 1318.5), Note(0.10, 0.07, 1318.5)),
    "hold done": (Note(0.0, 0.09, 659.3), Note(0.10, 0.09, 880.0), Note(0.20, 0.14, 1174.7)),
    "set over": (Note(0.0, 0.28, 784.0), Note(0.30, 0.45, 523.3)),
    "lost": (Note(0.0, 0.80, 600.0, 150.0),),
}
"""Frequencies in hertz. Only the lost signal glides, and it falls by two octaves."""
RANK: dict[Cue, int] = {
    "ready": 1, "reached": 1, "hold done": 1, "set over": 1, "work": 2, "let go": 2, "lost": 3,
}  # fmt: skip
"""A cue breaks off what is of its own rank or lower; what is higher is heard out first."""


@dataclass(frozen=True, slots=True)
class CueWave:
    """A cue ready to be played: `wave` −1..1 and the `share` 0..DUCK of the mix that it takes, both (n,)."""

    wave: Samples
    share: Samples


def render(cue: Cue, rate: int) -> CueWave:
    """Return the sound of `cue` at `rate` hertz."""
    notes = NOTES[cue]
    seconds = max(note.at + note.seconds for note in notes)
    n, whole = round(seconds * rate), round((seconds + TAIL) * rate)
    wave, share = np.zeros(whole), np.zeros(whole)
    share[:n] = DUCK * swell(n, notes[0].rise, rate)
    for note in notes:
        first, length = round(note.at * rate), round(note.seconds * rate)
        glide = (note.end_hertz or note.hertz) / note.hertz
        hertz = note.hertz * glide ** (np.arange(length) / length)
        wave[first : first + length] = swell(length, note.rise, rate) * np.sin(2 * np.pi * np.cumsum(hertz) / rate)
    return CueWave(wave, share)


def swell(n: int, rise: float, rate: int) -> Samples:
    """Return an envelope (n,) that rises in `rise` seconds and falls in END, both as a raised cosine."""
    index = np.arange(n)
    up = np.clip(index / (rise * rate), 0, 1)
    down = np.clip((n - 1 - index) / (END * rate), 0, 1)
    return raised(np.minimum(up, down))


def raised(part: Samples) -> Samples:
    """Return the raised cosine of `part` 0..1: a ramp without corners at its ends."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * part))


@dataclass(slots=True)
class _Playing:
    """A cue at `position` samples; `fade` 1 while it plays, down to 0 once it was broken off."""

    cue: Cue
    sound: CueWave
    position: int = 0
    fade: float = 1.0


class CuePlayer:
    """Plays cues into hops of `hop` samples at `rate` hertz: one at a time, the others wait or are broken off."""

    def __init__(self, rate: int, hop: int) -> None:
        self._sounds = {cue: render(cue, rate) for cue in NOTES}
        self._hop = hop
        self._fall = hop / (FADE * rate)
        self._count = np.arange(1, hop + 1) / hop
        self._playing: _Playing | None = None
        self._waiting: list[Cue] = []
        self._fading: list[_Playing] = []

    def ask(self, batch: tuple[Cue, ...]) -> None:
        """Play `batch` one after the other: at once, unless something of a higher rank is being heard."""
        rank = RANK[batch[0]]
        self._waiting = [*(cue for cue in self._waiting if RANK[cue] > rank), *batch]
        if self._playing and RANK[self._playing.cue] <= rank:
            self._break_off()

    def end(self, cue: Cue) -> None:
        """Do not play `cue` any longer."""
        self._waiting = [other for other in self._waiting if other != cue]
        if self._playing and self._playing.cue == cue:
            self._break_off()

    def mix(self, tone: Samples) -> Samples:
        """Return one hop of `tone`, −1..1, with the cues in front: each takes its share and leaves the rest."""
        if self._playing is None and self._waiting:
            first = self._waiting.pop(0)
            self._playing = _Playing(first, self._sounds[first])
        for one in self._fading:
            faded = max(0.0, one.fade - self._fall)
            tone = self._over(tone, one, raised(one.fade + (faded - one.fade) * self._count))
            one.fade = faded
        self._fading = [one for one in self._fading if one.fade > 0]
        if self._playing:
            tone = self._over(tone, self._playing, 1.0)
            if self._playing.position >= len(self._playing.sound.wave):
                self._playing = None
        return tone

    def _over(self, tone: Samples, one: _Playing, level: Samples | float) -> Samples:
        """Return `tone` behind the next hop of a cue at `level` 0..1."""
        part = slice(one.position, one.position + self._hop)
        wave, share = np.zeros(self._hop), np.zeros(self._hop)
        left = len(one.sound.wave[part])
        wave[:left], share[:left] = one.sound.wave[part], one.sound.share[part]
        one.position += self._hop
        share = share * level
        return tone * (1 - share) + wave * share

    def _break_off(self) -> None:
        if self._playing:
            self._fading.append(self._playing)
            self._playing = None
