"""Which output of the sensor is wired to a pin, told from a few seconds of counts with rest and one contraction in it.

Three things tell the outputs apart: where the signal rests (half the supply or 0 V), whether it swings back there while
the muscle works (a waveform) or not, and how far its mean rises for each count of its fast part (an envelope).
The one rule: a suggestion, never a setting; where the signs disagree it is UNKNOWN, with what to do.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import signal

from biofeedback.emg.envelope import Floats
from biofeedback.emg.filters import HIGH_PASS
from biofeedback.emg.sensor import Sensor
from biofeedback.wire.events import Counts

LEAST_SECONDS = 3.0
LEAST_RATE = 100.0
"""Scans per second: below, next to nothing of the EMG is left above 20 Hz."""
WINDOW = 0.2
"""Seconds over which the slow and the fast part are measured."""
BUSY = 4
"""Windows that count as work: the fourth largest value is taken, so that work lasts 0.8 s and a bump does not count."""
REST_PERCENTILE = 15
SETTLING = 0.25
"""Seconds at the beginning in which the high-pass settles."""
LINE_WIDTH = 1.0
"""Hertz either side of a multiple of 50 and 60 Hz that is left out of the fast part: hum is no work."""
QUANTISATION = 0.3
"""Counts RMS that rounding alone gives (1/√12): no fast part is taken for less."""

# Limits, set between the outputs of the simulated muscle (`python -m tests.sense_bench`); the figures are the extremes
# there, 300 cases of each output with work and 150 at rest only.
LEAST_CONTRAST = 2.4
"""Work over rest of the fast part, RMS: with work RAW 3.4, ENV 6.3, RECT 1.8 and more (a weak muscle within two counts
is asked to contract again); rest only 2.2 and less."""
GROUND = 0.25
"""Share of the range: RAW rests above (0.33: a 3.3 V sensor on 5 V), RECT and ENV below (0.10, in loud hum)."""
ENVELOPE_RISE = 3.0
"""Rise of the mean over RMS of the fast part: ENV 4.2 and more, RECT 0.2–1.6 (in theory 0.8 / 0.6), RAW 2.5 and less
(drift)."""
RELATIVE_RISE = 0.12
"""Rise of the mean over where it rests: RECT 0.14, ENV 0.34 and more, RAW 0.012 and less."""
FLOOR = 0.18
"""5 % value over 95 % value while the muscle works: RECT 0.06 and less, ENV 0.39 and RAW 0.86 and more."""
QUICK = 1.4
"""Power above `QUICK_FROM` over power from 20 Hz to there, in work: RAW 2.6 and more (a tired real biceps 1.9), ENV 0.6
and less. Loud hum can hide the rise of an ENV, but not how dull it is."""
QUICK_FROM = 45.0
"""Hertz."""
MOST_AT_TOP = 0.2
"""Share of scans at the signal's own top (1 % of its range) that RAW may have, clipped at its rails in hard work. An
envelope that stays at the supply has more; it must not pass for a RAW that swings below its rest."""
STUCK = 0.5
"""Share of scans there from which on nothing can be told."""
LOUD_HUM = 1.5
"""Hum over the fast part in work, RMS: 1.2 and less with up to 40 µV of hum. Louder hum rectified is no longer an
envelope of the muscle, and rests where RAW might."""
FEW_COUNTS = 8
"""A range that rest may have by itself."""
CONTRACT = "no contraction was seen: let go for two seconds, then contract once, please"


@dataclass(frozen=True, slots=True)
class Sensed:
    """A suggestion. `confidence` 0.5–1 for an output, 0 for UNKNOWN; `why` is one sentence for the person."""

    kind: Sensor
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class _Signs:
    """What is measured of the signal, in counts."""

    rest: float
    """Where the mean rests."""
    rise: float
    """By how much the mean rises in work."""
    fast: float
    """RMS of the part above 20 Hz in work."""
    contrast: float
    low: float
    high: float
    """Value below which 5 % and 95 % of the scans lie in work."""
    quick: float
    """Power above `QUICK_FROM` over power below it in work."""
    hum: float
    """RMS of what was left out of the fast part as mains hum."""


def sense(counts: Counts, rate: float, adc_bits: int, vref: float) -> Sensed:
    """Return which output `counts` come from; never raises for a signal, however poor.

    `counts`: consecutive scans (no gap) of one channel, (n_scans,), 0 … 2**adc_bits − 1; 5–10 s with at least a second
    of rest and a second of work. `rate` in hertz; `vref` in volts is what 2**adc_bits counts stand for.
    Raises ValueError for counts of more than one channel.
    """
    if counts.ndim != 1:
        raise ValueError(f"counts of one channel are told apart here, not an array of shape {counts.shape}")
    if rate < LEAST_RATE:
        return _unknown(f"{rate:g} scans per second are too few to tell: {LEAST_RATE:g} are needed")
    if len(counts) < LEAST_SECONDS * rate:
        return _unknown(f"{len(counts) / rate:.1f} s are too short to tell: {LEAST_SECONDS:g} s are needed")
    if counts.min() < 0:
        return _unknown("scans are missing in this stretch: once more, please")
    if np.ptp(counts) <= 1:
        return _unknown(
            "the line is flat: contract once; if it stays flat, is the sensor switched on, and this its pin?"
        )
    full = 1 << adc_bits
    at_top = _share_at_top(counts)
    if at_top > STUCK:
        return _unknown("the signal stays at its ceiling: turn the sensor's gain down or check its supply, then again")
    signs = _measure(counts.astype(np.float64), rate)
    if signs.contrast < LEAST_CONTRAST:
        return _unknown(CONTRACT)
    if signs.hum > LOUD_HUM * max(signs.fast, QUANTISATION):
        return _unknown(
            "mains hum is louder than the muscle: press the reference electrode on, then contract once more"
        )
    return _decide(signs, at_top, full, vref)


def _decide(signs: _Signs, at_top: float, full: int, vref: float) -> Sensed:
    """Return the output all of whose signs are there."""
    volts = signs.rest / full * vref
    ground = signs.rest / full / GROUND
    steep = signs.rise / max(signs.fast, QUANTISATION) / ENVELOPE_RISE
    risen = signs.rise / max(signs.rest, 1.0) / RELATIVE_RISE
    floor = signs.low / max(signs.high, 1.0) / FLOOR
    seen = signs.contrast / LEAST_CONTRAST
    quick = signs.quick / QUICK
    clear = MOST_AT_TOP / max(at_top, 1e-3)
    # each number is above 1 when the sign is there; drift may lift a RAW mean far, for its small fast part, but not far
    # for where it rests
    candidates = (
        (Sensor.RAW, (seen, ground, 1 / max(risen, 1e-3), floor, quick, clear)),
        (Sensor.RECT, (seen, 1 / max(ground, 1e-3), 1 / max(steep, 1e-3), risen, 1 / max(floor, 1e-3))),
        (Sensor.ENV, (seen, steep, risen, floor, 1 / max(quick, 1e-3))),
    )
    why = {
        Sensor.RAW: f"It rests at {volts:.2f} V, half of a {2 * volts:.1f} V supply, and swings both ways in work.",
        Sensor.RECT: "It rests at 0 V; in work it jumps up and falls back to 0 V all the time.",
        Sensor.ENV: f"It rests at {volts:.2f} V; in work it rises smoothly and stays up.",
    }
    for kind, margins in candidates:
        if min(margins) > 1:
            octaves = math.log2(min(margins))
            return Sensed(kind, 1 - 0.5 * 4.0**-octaves, why[kind])
    return _unknown(f"the signs disagree (it rests at {volts:.2f} V): check the wiring, then contract once more")


def _share_at_top(counts: Counts) -> float:
    """Return the share of scans within 1 % of the range below the largest value; 0 for a range of rounding only."""
    low, high = int(counts.min()), int(counts.max())
    return float(np.mean(counts >= high - 0.01 * (high - low))) if high - low > FEW_COUNTS else 0.0


def _measure(x: Floats, rate: float) -> _Signs:
    window = round(WINDOW * rate)
    n_windows = (len(x) - round(SETTLING * rate)) // window
    fast_part, hum = (part[-n_windows * window :] for part in _fast_part(x, rate))
    slow = x[-n_windows * window :].reshape(n_windows, window)
    quick_windows = fast_part.reshape(n_windows, window)
    fast = np.sqrt(np.mean(quick_windows**2, axis=1))
    means = slow.mean(axis=1)
    rest = float(np.percentile(means, REST_PERCENTILE))
    work = np.argsort(fast)[-BUSY:]
    low, high = (float(np.median(np.percentile(slow[work], share, axis=1))) for share in (5, 95))
    power = np.sum(np.abs(np.fft.rfft(quick_windows[work] * np.hanning(window))) ** 2, axis=0)
    above = np.fft.rfftfreq(window, 1 / rate) > QUICK_FROM
    busy = float(np.sort(fast)[-BUSY])
    quiet = max(float(np.percentile(fast, REST_PERCENTILE)), QUANTISATION)
    return _Signs(
        rest=rest,
        rise=float(np.sort(means)[-BUSY]) - rest,
        fast=busy,
        contrast=busy / quiet,
        low=low,
        high=high,
        quick=float(np.sum(power[above]) / max(np.sum(power[~above]), 1e-9)),
        hum=float(np.sqrt(np.mean(hum**2))),
    )


def _fast_part(x: Floats, rate: float) -> tuple[Floats, Floats]:
    """Return what of `x` lies above 20 Hz, without the mains hum, and the hum: told apart by lines of the spectrum."""
    sos = signal.butter(4, HIGH_PASS, "highpass", fs=rate, output="sos")
    above = signal.sosfilt(sos, x - x[0])
    spectrum = np.fft.rfft(above)
    frequency = np.fft.rfftfreq(len(x), 1 / rate)
    for mains in (50.0, 60.0):
        spectrum[np.abs(frequency - mains * np.rint(frequency / mains)) < LINE_WIDTH] = 0
    without = np.fft.irfft(spectrum, len(x))
    return without, above - without


def _unknown(why: str) -> Sensed:
    return Sensed(Sensor.UNKNOWN, 0.0, why[0].upper() + why[1:] + ("" if why[-1] in ".?" else "."))
