"""What lies between a muscle and an ADC's counts: mains hum, noise, drift, movement, then the sensor and its rails.

Every size is in µV at the electrode, the same place as the muscle's own signal, so the sum goes through one sensor.
The one rule: what depends on time is looked up by scan index in a table, so any cutting gives the same samples.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.wire.events import Counts

Floats = NDArray[np.float64]

HARMONICS: Final = ((1, 1.0), (2, 0.2), (3, 0.5), (5, 0.25))
"""Mains harmonics and their share: odd ones lead, as rectifiers draw current. Judgement."""
DRIFT_FREQUENCIES: Final = (0.05, 0.15, 0.35)
"""Slow movement of the baseline in hertz: half-cell potentials, breathing. Whole periods in `DRIFT_PERIOD` seconds."""
DRIFT_PERIOD: Final = 20
BUMP: Final = 3000.0
"""Peak of a movement artefact in µV: some mV, an order above the EMG. Judgement."""
BUMP_SPREAD: Final = 0.06
"""Time constant of a movement artefact in seconds: its energy lies below 15 Hz, where De Luca et al. 2010 (J Biomech
43:1573) find movement and set the 20 Hz corner against it."""
LOOSE_CONTACT: Final = 0.1
"""Share of the muscle's signal that a loose electrode still passes; judgement, like the two factors below."""
LOOSE_HUM: Final = 30.0
LOOSE_NOISE: Final = 10.0

ENVELOPE_CORNER: Final = 3.6
"""Low-pass of the sensor's own envelope in hertz, first order (MyoWare 2.0)."""
BAND_CORNER: Final = 20.0
"""High-pass in hertz, first order, between the sensor's amplifier and its rectifier: MyoWare 2.0 has a band-pass there,
so that drift does not reach RECT and ENV. The corner is judgement."""
FACTORY_GAINS: Final = {Sensor.RAW: 200.0, Sensor.RECT: 200.0, Sensor.ENV: 10200.0, Sensor.UNKNOWN: 10200.0}
"""Gains of a MyoWare 2.0 as delivered, for channels whose gain is not told."""


class Skin:
    """One electrode on the skin: what it picks up besides the muscle.

    `rate` in whole scans per second; `mains` 50, 60 or 0 (no hum) in hertz; `hum`, `noise`, `drift` are RMS in µV.
    `hum` and `loose` may be changed at any time, from any thread; the next samples show it.
    """

    def __init__(
        self, rate: int, *, mains: int = 50, hum: float = 5.0, noise: float = 3.0, drift: float = 10.0, seed: int = 1
    ) -> None:
        self.hum = hum
        self.noise = noise
        self.loose = False
        place = np.random.default_rng(seed)
        self._hum = _mains_hum(rate, mains, place)
        self._drift = drift * _slow_drift(rate, place)
        x = np.arange(-3.0 * BUMP_SPREAD, 3.0 * BUMP_SPREAD, 1.0 / rate) / BUMP_SPREAD
        self._bump: Floats = math.sqrt(2.0 * math.e) * x * np.exp(-x * x)
        self._wanted: deque[float] = deque()
        self.restart(seed)

    @property
    def contact(self) -> float:
        """Share of the muscle's signal that reaches the sensor."""
        return LOOSE_CONTACT if self.loose else 1.0

    def restart(self, seed: int) -> None:
        """Begin a new stream at scan 0 with the noise of `seed`; hum, drift and contact stay what they are."""
        self._random = np.random.default_rng(seed)
        self._bumps: list[tuple[int, float]] = []

    def bump(self, peak: float = BUMP) -> None:
        """Let the electrode move once, beginning with the next sample; may be called from any thread."""
        self._wanted.append(peak)

    def next(self, first_index: int, n: int) -> Floats:
        """Return the artefacts in µV of scans `first_index` to `first_index + n`, which follow the last ones given."""
        index = np.arange(first_index, first_index + n)
        hum, noise = (self.hum * LOOSE_HUM, self.noise * LOOSE_NOISE) if self.loose else (self.hum, self.noise)
        total: Floats = hum * self._hum[index % len(self._hum)] + self._drift[index % len(self._drift)]
        total += noise * self._random.standard_normal(n)
        while self._wanted:
            self._bumps.append((first_index, self._wanted.popleft()))
        for start, peak in self._bumps:
            at = first_index - start
            piece = self._bump[at : at + n]
            total[: len(piece)] += peak * piece
        self._bumps = [bump for bump in self._bumps if first_index + n - bump[0] < len(self._bump)]
        return total


class SensorPin:
    """A sensor's output as an ADC reads it: RAW around half the supply, RECT and ENV from 0 V, all cut at the rails.

    `settings.vref` wins over the board's `vref`, as everywhere; a gain that is not told is the factory's, and an
    UNKNOWN output is an envelope. RAW comes from before the sensor's band-pass: it shows drift and movement in full.
    """

    def __init__(self, settings: ChannelSettings, rate: float, adc_bits: int, vref: float) -> None:
        vref = settings.vref or vref
        gain = FACTORY_GAINS[settings.sensor] if settings.gain is None else settings.gain
        self._sensor = settings.sensor
        self._supply = settings.supply or vref
        self._volts = gain * 1e-6
        self._counts_per_volt = 2**adc_bits / vref
        self._top = 2**adc_bits - 1
        self._baseline = _LowPass(BAND_CORNER, rate)
        self._envelope = _LowPass(ENVELOPE_CORNER, rate)

    def restart(self) -> None:
        """Begin at rest."""
        self._baseline.value = self._envelope.value = 0.0

    def next(self, microvolts: Floats) -> Counts:
        """Return the counts 0 … 2**adc_bits − 1 for the coming samples in µV at the electrode, both of shape (n,)."""
        match self._sensor:
            case Sensor.RAW:
                volts = self._supply / 2.0 + self._volts * microvolts
            case Sensor.RECT:
                volts = self._volts * self._rectified(microvolts)
            case _:
                volts = self._volts * self._envelope.next(self._rectified(microvolts))
        steps = np.floor(np.clip(volts, 0.0, self._supply) * self._counts_per_volt)
        counts: Counts = np.minimum(steps, self._top).astype(np.int32)
        return counts

    def _rectified(self, microvolts: Floats) -> Floats:
        rectified: Floats = np.abs(microvolts - self._baseline.next(microvolts))
        return rectified


class _LowPass:
    """A first-order low-pass at `corner` hertz, sample by sample, so that any cutting gives the same values."""

    def __init__(self, corner: float, rate: float) -> None:
        self._follow = -math.expm1(-2.0 * math.pi * corner / rate)
        self.value = 0.0

    def next(self, samples: Floats) -> Floats:
        smooth, value, follow = np.empty_like(samples), self.value, self._follow
        for i, sample in enumerate(samples.tolist()):
            value += (sample - value) * follow
            smooth[i] = value
        self.value = value
        return smooth


def _mains_hum(rate: int, mains: int, place: np.random.Generator) -> Floats:
    """Return one second of hum with RMS 1 (all zero without mains), harmonics below half the rate only."""
    hum = np.zeros(rate)
    time = np.arange(rate) / rate
    for harmonic, share in HARMONICS:
        phase = place.uniform(0.0, 2.0 * math.pi)
        if 0 < harmonic * mains < rate / 2:
            hum += share * np.sin(2.0 * math.pi * harmonic * mains * time + phase)
    size = float(np.sqrt(np.mean(hum**2)))
    return hum / size if size > 0.0 else hum


def _slow_drift(rate: int, place: np.random.Generator) -> Floats:
    """Return `DRIFT_PERIOD` seconds of baseline movement with RMS 1; the ends meet."""
    time = np.arange(DRIFT_PERIOD * rate) / rate
    drift: Floats = np.zeros(len(time))
    for frequency in DRIFT_FREQUENCIES:
        drift += np.sin(2.0 * math.pi * frequency * time + place.uniform(0.0, 2.0 * math.pi))
    return drift / math.sqrt(len(DRIFT_FREQUENCIES) / 2.0)
