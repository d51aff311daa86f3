"""The synthesiser: what is heard becomes samples. A tone that follows the activation, and cues in front of it.

Works in hops of 5 ms with a state of their own, so that any sequence of `next` gives the same samples.
One rule: the level is limited by construction. The tone is a weighted mean of sines, a cue takes its share of the
mix, and the whole is scaled by PEAK: no state, volume or sequence can be louder.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.ui.sound.cues import CuePlayer, Samples, raised
from biofeedback.ui.sound.heard import Cue, Heard, due_cues

PEAK = 0.25
"""Largest sample: −12.04 dBFS."""
LOWEST, OCTAVES, TOP = 220.0, 2.0, 150.0
"""Hertz at 0 %, and octaves up to the top of the scale in percent: 220 Hz to 880 Hz."""
HOP = 0.005
"""Seconds. What is heard anew takes effect at the next hop."""
RAMP = 0.02
"""Seconds from silence to full level."""
GLIDE = 0.05
"""Seconds: time constant of the pitch, so that the envelope's flicker (12 % of its level) is no warble."""
PLAIN, BRIGHT = (0.25, 0.10), (0.60, 0.50)
"""Levels of the second and third partial beside the first: below the target, and at it."""
GUIDE = 0.5
"""Level of the second tone beside the first."""
TREMBLE, TREMBLE_DEPTH = 8.0, 0.7
"""Hertz, and part of its level by which the tone trembles when it is too high."""
MISSING_FOR = 0.5
"""Seconds without a value after which the signal is lost."""
STALE_AFTER = 1.0
"""Seconds after which a state that nobody renews is not now any more."""
LOST_EVERY = 2.0
"""Seconds from one signal-lost tone to the next."""
REACHED_AGAIN = 1.0
"""Seconds within which 'reached' is not played twice: who stands at the line is not pestered."""


def pitch(percent: float) -> float:
    """Return the tone's frequency in hertz: logarithmic, 220 at 0 % and below, 880 at 150 % and above."""
    return LOWEST * math.exp2(_octaves(percent))


def _octaves(percent: float) -> float:
    return OCTAVES * min(percent, TOP) / TOP if percent > 0 else 0.0  # NaN is no pitch: the lowest


@dataclass(slots=True)
class _Ramps:
    """What changes by and by: levels 0..1 at most by one step a hop, pitches in octaves above the lowest."""

    tone: float = 0.0
    bright: float = 0.0
    tremble: float = 0.0
    guide: float = 0.0
    volume: float = 1.0
    tone_pitch: float = 0.0
    guide_pitch: float = 0.0


@dataclass(slots=True)
class _Phases:
    """Phases in radians."""

    tone: float = 0.0
    guide: float = 0.0
    tremble: float = 0.0


@dataclass(slots=True)
class _Since:
    """Hops since something; what never was is long ago."""

    heard: int = 0
    value: int = 0
    lost_tone: int = 1 << 30
    reached: int = 1 << 30

    def pass_hop(self) -> None:
        """Count one hop."""
        self.heard += 1
        self.value += 1
        self.lost_tone += 1
        self.reached += 1


class Synth:
    """Makes the sound, mono, at `rate` hertz. `hear` and `next` may be called from different threads; neither waits.

    `hear` must come at least once in STALE_AFTER seconds, else the last state counts as a lost signal: a tone that
    nobody steers would be false feedback.
    """

    def __init__(self, rate: int = 48_000, volume: float = 1.0) -> None:
        self.rate = rate
        self._hop = round(HOP * rate)
        self._count = np.arange(1, self._hop + 1) / self._hop
        self._heard: Heard | None = None
        self._asked: deque[tuple[Cue, ...]] = deque(maxlen=8)
        self._renewed = False
        self._lost = False
        self._cues, self._phases, self._since = CuePlayer(rate, self._hop), _Phases(), _Since()
        self._volume = 0.0
        self.set_volume(volume)
        self._ramps = _Ramps(volume=self._volume)
        self._rest = np.empty(0, np.float32)

    def hear(self, now: Heard) -> None:
        """Sound like `now` from the next hop on, with the cues that fall due between the state before and this one."""
        due = due_cues(self._heard, now)
        self._heard = now
        self._renewed = True
        if due:
            self._asked.append(due)

    def play(self, cue: Cue) -> None:
        """Play `cue` once, as somebody asked who wants to know it."""
        self._asked.append((cue,))

    def set_volume(self, volume: float) -> None:
        """Set the volume, 0 (silent) to 1; the amplitude is PEAK times its square. Values outside are limited."""
        self._volume = min(volume, 1.0) if volume > 0 else 0.0

    def next(self, n: int) -> NDArray[np.float32]:
        """Return the next `n` samples, float32 (n,), within ±PEAK."""
        parts, ready = [self._rest], len(self._rest)
        while ready < n:
            parts.append(self._make_hop())
            ready += self._hop
        samples = np.concatenate(parts)
        self._rest = samples[n:]
        return samples[:n]

    # -- one hop --------------------------------------------------------------------------------------

    def _make_hop(self) -> NDArray[np.float32]:
        self._since.pass_hop()
        now = self._heard or Heard()
        self._notice_loss(now)
        self._take_cues()
        before, after = self._ramps, self._steered(now)
        self._ramps = after
        mix = self._cues.mix(self._tones(before, after))
        volume = self._between(before.volume, after.volume)
        return (PEAK * volume * volume * mix).astype(np.float32)

    def _notice_loss(self, now: Heard) -> None:
        """Start, repeat and end the signal-lost tone."""
        since = self._since
        if self._renewed:
            self._renewed = False
            since.heard = 0
        if now.activation is not None or not now.needs_signal:
            since.value = 0
        promised = now.step not in ("none", "over")
        stale = promised and since.heard * HOP > STALE_AFTER
        lost = now.step == "lost" or stale or since.value * HOP > MISSING_FOR
        if lost and (not self._lost or since.lost_tone * HOP >= LOST_EVERY):
            since.lost_tone = 0
            self._cues.ask(("lost",))
        elif self._lost and not lost:
            self._cues.end("lost")
        self._lost = lost

    def _take_cues(self) -> None:
        while self._asked:
            batch = self._asked.popleft()
            if "reached" in batch and self._since.reached * HOP < REACHED_AGAIN:
                batch = tuple(one for one in batch if one != "reached")
            if "reached" in batch:
                self._since.reached = 0
            if batch:
                self._cues.ask(batch)

    def _steered(self, now: Heard) -> _Ramps:
        """Return where the ramps stand at the end of this hop."""
        was, sounds = self._ramps, not self._lost
        activation = now.activation if now.tone and sounds else None
        level = 0.0
        if activation is not None:
            level = (activation - now.silent_below) / max(now.full_from - now.silent_below, 1e-9)
        guide = now.guide if sounds else None
        return _Ramps(
            tone=_step(was.tone, level),
            bright=_step(was.bright, float(now.at_target)),
            tremble=_step(was.tremble, float(now.too_high)),
            guide=_step(was.guide, float(guide is not None)),
            volume=_step(was.volume, self._volume),
            tone_pitch=_glide(was.tone_pitch, activation, sounded=was.tone > 0),
            guide_pitch=_glide(was.guide_pitch, guide, sounded=was.guide > 0),
        )

    def _tones(self, a: _Ramps, b: _Ramps) -> Samples:
        """Return the tone and its guide, −1..1."""
        if not (a.tone or b.tone or a.guide or b.guide):
            return np.zeros(self._hop)
        phases = self._phases
        angle, phases.tone = self._turned(phases.tone, a.tone_pitch, b.tone_pitch)
        bright = self._between(a.bright, b.bright)
        second, third = (low + (high - low) * bright for low, high in zip(PLAIN, BRIGHT, strict=True))
        partials = np.sin(angle) + second * np.sin(2 * angle) + third * np.sin(3 * angle)
        tone = raised(self._between(a.tone, b.tone)) * partials / (1 + second + third)
        if a.tremble or b.tremble:
            shake = phases.tremble + 2 * np.pi * TREMBLE * HOP * self._count
            phases.tremble = float(shake[-1]) % (2 * np.pi)
            depth = TREMBLE_DEPTH * self._between(a.tremble, b.tremble)
            tone = tone * (1 - depth * (0.5 - 0.5 * np.cos(shake)))
        if not (a.guide or b.guide):
            return tone
        angle, phases.guide = self._turned(phases.guide, a.guide_pitch, b.guide_pitch)
        share = GUIDE * raised(self._between(a.guide, b.guide))
        return np.asarray((tone + share * np.sin(angle)) / (1 + share))

    def _between(self, a: float, b: float) -> Samples:
        return a + (b - a) * self._count

    def _turned(self, phase: float, a: float, b: float) -> tuple[Samples, float]:
        """Return the angles of this hop with the pitch going from `a` to `b` octaves, and where they end."""
        hertz = LOWEST * np.exp2(self._between(a, b))
        angle = phase + np.cumsum(hertz) * (2 * np.pi / self.rate)
        return angle, float(angle[-1]) % (2 * np.pi)


def _step(was: float, to: float) -> float:
    """Return a level one hop nearer to `to`, limited to 0..1."""
    most = HOP / RAMP
    aim = min(to, 1.0) if to > 0 else 0.0
    return was + min(max(aim - was, -most), most)


def _glide(was: float, percent: float | None, *, sounded: bool) -> float:
    """Return a pitch one hop nearer to `percent`: at once where nothing sounded, and as it was where nothing is."""
    if percent is None:
        return was
    aim = _octaves(percent)
    return was + (aim - was) * (1 - math.exp(-HOP / GLIDE)) if sounded else aim
