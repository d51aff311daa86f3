"""What the delay from muscle to eye is made of: each part with its span, how it is known and where it comes from.

A part is a time by which a small change of the effort is late. A full step is seen otherwise: an RMS shows half of a
rise after a quarter of its window and half of a fall after three quarters; `Timing` tells the three apart.
One rule: what is not measured and not computed says "assumed", with its span; no part is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from biofeedback.emg.envelope import DEFAULT_DISPLAY, DISPLAYS, ENV_WINDOW, Display, is_amplitude
from biofeedback.emg.filters import Sos, group_delay
from biofeedback.emg.sensor import Sensor

Known = Literal["computed", "measured", "assumed"]

CARRIER = 80.0
"""Hz at which the band-pass's delay is stated: the middle of surface EMG; 1.1 ms more at 60 Hz, 0.7 less at 120 Hz."""
SENSOR_ENVELOPE_CORNER = 3.6
"""Hz: the passive low-pass of MyoWare 2.0's own envelope, as users quote its Advanced Guide; not read there, and not
checked on a sensor."""
FRAME_OVERHEAD = 15
"""Bytes of a frame on the line beside its samples (2 bytes each)."""
BITS_PER_BYTE = 10
"""A byte on a serial line has a start and a stop bit."""
USB = (0.001, 0.016)
"""Seconds: a full-speed device is asked every millisecond; FTDI's converters hold bytes up to 16 ms unless told not to
(their knowledge base: "16 milliseconds is the default value")."""
REFRESH_RATE = 60.0
PANEL = (0.0, 0.02)
"""Seconds that a screen takes to show what it was sent: liquid crystals and their electronics. Judgement."""
HALF_OF_BUTTERWORTH = 1.0137
"""Half of a step through a second-order Butterworth low-pass comes after this many group delays at 0 Hz: the solution
of exp(−x)(cos x + sin x) = 1/2, x = 1.0137."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When an envelope has made half of its way, in seconds: after a `small` change, a `rise` from rest, a `fall`."""

    small: float
    rise: float
    fall: float


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the way from muscle to eye, in seconds; `least` and `most` where it is not one number."""

    name: str
    seconds: float
    known: Known
    why: str
    least: float
    most: float


def display_timing(display: Display, rate: float) -> Timing:
    """Return when a bar shows half of a change, for scans at `rate` hertz.

    RMS of window T: the power averages evenly, so a small change is half seen after T/2; the root of t/T is 1/2 at T/4,
    and that of 1 − t/T at 3T/4. Linear: see `HALF_OF_BUTTERWORTH`. A choice of another kind tells its one delay.
    """
    delay = display.make(rate, 1, 1024).delay
    if display.cutoff is not None:
        half = HALF_OF_BUTTERWORTH * delay
        return Timing(half, half, half)
    return Timing(delay, delay / 2, 1.5 * delay) if display.window is not None else Timing(delay, delay, delay)


def envelope_timing(sensor: Sensor, display: str, rate: float) -> Timing:
    """Return when a channel's bar shows half of a change, the sensor's own filter not counted.

    RAW and RECT by the choice `display`, any other by the light smoothing of a sensor's own envelope. Raises KeyError
    for a display that is not offered.
    """
    if is_amplitude(sensor):
        return display_timing(DISPLAYS[display], rate)
    mean = max(1, round(ENV_WINDOW * rate)) / rate / 2
    return Timing(mean, mean, mean)


def sensor_envelope_delay() -> float:
    """Return by how many seconds MyoWare's own envelope follows a change: the time constant of its low-pass, 44 ms.

    Half of a full step is there after ln 2 of it, 31 ms.
    """
    return 1 / (2 * math.pi * SENSOR_ENVELOPE_CORNER)


def parts(
    *,
    rate: float,
    scans_per_frame: int,
    n_channels: int,
    sensor: Sensor,
    sos: Sos | None,
    display: str = DEFAULT_DISPLAY,
    baud: float | None = None,
    simulated: bool = False,
    painted_after: float | None = None,
) -> tuple[Part, ...]:
    """Return the parts in the order of the signal's way, for the channel on the bar.

    `rate` in hertz; `sos` the band-pass in force, used for RAW; `baud` bits per second of a serial line, None where the
    board is on USB itself; `simulated` has neither sensor, line nor USB; `painted_after` the measured seconds from
    arrival to painted, left out while nothing was painted. Raises KeyError for a display that is not offered.
    """
    found: list[Part] = []

    def computed(name: str, seconds: float, why: str) -> None:
        found.append(Part(name, seconds, "computed", why, seconds, seconds))

    if not is_amplitude(sensor):
        own = sensor_envelope_delay()
        why = f"a low-pass at {SENSOR_ENVELOPE_CORNER:g} Hz, as MyoWare's guide is quoted: not checked on a sensor"
        found.append(Part("sensor's own envelope", own, "assumed", why, own * math.log(2), own))
    frame = (scans_per_frame - 1) / 2 / rate
    # most of the wait has the frame's first scan, none its last
    why = f"a scan waits for the rest of its frame of {scans_per_frame}: half of it on average"
    found.append(Part("frame", frame, "computed", why, 0.0, 2 * frame))
    if not simulated:
        if baud is not None:
            n_bytes = FRAME_OVERHEAD + 2 * scans_per_frame * n_channels
            computed("line", n_bytes * BITS_PER_BYTE / baud, f"{n_bytes} bytes at {baud:g} bits per second")
        low, high = USB
        why = "asked once a millisecond; a converter by FTDI holds bytes up to 16 ms unless its latency timer is set"
        found.append(Part("USB", low, "assumed", why, low, high))
    if sensor is Sensor.RAW and sos is not None:
        carrier = min(CARRIER, rate / 3)
        delay = group_delay(sos, carrier, rate)
        computed("band-pass", delay, f"group delay of the filter in force for a carrier of {carrier:g} Hz")
    timing = envelope_timing(sensor, display, rate)
    if timing.rise < timing.small:
        why = (
            f"half of the window; a full rise is half seen after {1000 * timing.rise:.0f} ms, "
            f"a full fall after {1000 * timing.fall:.0f} ms"
        )
    else:
        why = "half of the way of a change, small or large"
    found.append(Part("envelope", timing.small, "computed", why, timing.rise, timing.fall))
    picture = 1 / REFRESH_RATE
    why = f"half a picture at {REFRESH_RATE:g} Hz on average, and up to {1000 * PANEL[1]:.0f} ms of the panel itself"
    found.append(Part("screen", picture / 2, "assumed", why, PANEL[0], picture + PANEL[1]))
    return painted(tuple(found), painted_after)


def total(ways: tuple[Part, ...]) -> tuple[float, float, float]:
    """Return the whole delay in seconds: the one shown, and the least and most that its parts allow."""
    return sum(part.seconds for part in ways), sum(part.least for part in ways), sum(part.most for part in ways)


def painted(ways: tuple[Part, ...], painted_after: float | None) -> tuple[Part, ...]:
    """Return the parts with the measured seconds from arrival to painted in their place, before the screen."""
    if painted_after is None:
        return ways
    why = "from the arrival of the newest scan to the end of painting: median of the last pictures"
    return (
        *ways[:-1],
        Part("arrival to painted", painted_after, "measured", why, painted_after, painted_after),
        *ways[-1:],
    )
