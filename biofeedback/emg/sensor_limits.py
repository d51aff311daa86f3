"""What a sensor's output and the board's rate allow, and what about the settings a person should be asked.

One rule: every "no" has its reason in one sentence, and every question says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from biofeedback.emg.filters import HIGH_PASS, LOW_PASS
from biofeedback.emg.sensor import ChannelSettings, Sensor

FULL_RATE = 512.0
"""Scans per second from which on RAW carries enough of its band for a spectrum (F15)."""
FINE_RATE = 500.0
"""And for times and steadiness. At 250 the band-pass ends at 112 Hz, and half of a surface EMG lies above that."""
LEAST_RATE = 100.0
"""Scans per second below which no band-pass is possible (`filters.design_bandpass`)."""
LOW_VREF = 3.6
"""Volts: an ADC with a reference up to here belongs to a 3.3 V board, whose pins may not be driven far above it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether something may be done, and why or why not in one sentence."""

    yes: bool
    why: str

    def __bool__(self) -> bool:
        return self.yes


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be done with a channel. `timing`: onsets and reaction times; `steadiness`: F9's evenness of a hold."""

    band_pass: Answer
    timing: Answer
    spectrum: Answer
    steadiness: Answer
    microvolts: Answer

    @property
    def envelope_only(self) -> bool:
        """Whether the channel is good for its envelope and nothing finer."""
        return not (self.timing or self.spectrum)


def allowed(sensor: Sensor, rate: float, *, gain_is_known: bool = True) -> Allowed:
    """Return what a channel of this sensor output may be used for, at `rate` scans per second."""
    slow = f"{rate:g} scans per second carry the envelope only: {FULL_RATE:g} are needed"
    if rate < LEAST_RATE:
        no = _no(f"{rate:g} scans per second are too few for EMG: use {LEAST_RATE:g} or more.")
        return Allowed(no, no, no, no, no)
    waveform = {
        Sensor.RECT: "RECT is rectified already, which doubles every frequency",
        Sensor.ENV: "ENV is the sensor's own slow envelope",
        Sensor.UNKNOWN: "the sensor's output is not known",
    }
    if reason := waveform.get(sensor):
        band_pass = _no(_sentence(f"{reason}: there is nothing to band-pass"))
        spectrum = _no(_sentence(f"{reason}: wire RAW for a spectrum"))
    else:
        top = min(LOW_PASS, 0.45 * rate)
        band_pass = _yes(f"RAW is band-passed from {HIGH_PASS:g} to {top:g} Hz.")
        full = "RAW at this rate carries the EMG's spectrum."
        spectrum = _yes(full) if rate >= FULL_RATE else _no(_sentence(slow))
    smooth = {
        Sensor.ENV: "ENV comes tens of milliseconds late and hides quick changes",
        Sensor.UNKNOWN: "the sensor's output is not known, and it may be a slow envelope",
    }
    if reason := smooth.get(sensor):
        timing = _no(_sentence(f"{reason}: wire RAW for times"))
        steadiness = _no(_sentence(f"{reason}: its evenness is the sensor's, not the muscle's"))
    elif rate < FINE_RATE:
        timing = steadiness = _no(
            _sentence(f"{rate:g} scans per second carry the envelope only: {FINE_RATE:g} are needed")
        )
    else:
        timing = _yes(f"{sensor} shows a change of the effort when it happens.")
        steadiness = _yes(f"{sensor} shows how even a hold is.")
    return Allowed(band_pass, timing, spectrum, steadiness, _microvolts(sensor, rate, gain_is_known=gain_is_known))


def _microvolts(sensor: Sensor, rate: float, *, gain_is_known: bool) -> Answer:
    if sensor is Sensor.UNKNOWN:
        return _no("The sensor's output is not known, so neither is its gain: shown in counts.")
    if not gain_is_known:
        return _no("The sensor's gain is not known: shown in counts.")
    if sensor is Sensor.RAW and rate < FULL_RATE:
        top = min(LOW_PASS, 0.45 * rate)
        return _yes(f"µV of the band up to {top:g} Hz: not to be compared with other rates.")
    return _yes("µV at the electrode, as far as the gain and the reference voltage are right.")


def warnings(channel: ChannelSettings, info_vref: float) -> tuple[str, ...]:
    """Return what a person should check before this channel is trusted, a sentence each; nothing when all is told.

    `info_vref`: the ADC's reference voltage in volts, as the board says.
    """
    found = []
    vref = channel.vref or info_vref
    reaches_beyond = channel.supply is not None and channel.supply > vref + 0.1 * vref
    if vref <= LOW_VREF:
        if channel.supply is None:
            found.append(
                f"This board's inputs take {vref:g} V: what voltage is the sensor supplied with? 5 V would over-drive "
                f"the input; use the board's {vref:g} V pin."
            )
        elif reaches_beyond:
            found.append(
                f"A sensor on {channel.supply:g} V over-drives an input that takes {vref:g} V: unplug it and supply it "
                f"with {vref:g} V."
            )
    elif reaches_beyond:
        found.append(
            f"The sensor's {channel.supply:g} V reach beyond the {vref:g} V this input can read: strong contractions "
            "are cut off at its ceiling."
        )
    if channel.sensor is Sensor.UNKNOWN:
        found.append("The sensor's output is not told: choose RAW, RECT or ENV; until then levels are in counts.")
    elif channel.gain is None:
        found.append("The sensor's gain is not known, so levels are in counts and cannot be compared with µV.")
    return tuple(found)


def changes(today: ChannelSettings, kept: ChannelSettings) -> tuple[str, ...]:
    """Return what of the sensor's settings is not what it was when a reference was kept, a sentence each.

    ENV always adds a question: its gain is a screw on the sensor, which the settings cannot see. Muscle and side are
    not looked at here: they are another reference, not another setting.
    """
    names = {"sensor": "output", "gain": "gain", "vref": "reference voltage", "supply": "supply"}
    found = [
        f"The sensor's {names[field.name]} was {_told(before)} then and is {_told(now)} today: levels in µV or counts "
        "do not compare; take a new reference."
        for field in fields(ChannelSettings)
        if field.name in names and (before := getattr(kept, field.name)) != (now := getattr(today, field.name))
    ]
    if today.sensor is Sensor.ENV:
        found.append("Was the sensor's gain screw touched since then? If so, take a new reference.")
    return tuple(found)


def _yes(why: str) -> Answer:
    return Answer(yes=True, why=why)


def _no(why: str) -> Answer:
    return Answer(yes=False, why=why)


def _told(value: object) -> str:
    return "not told" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
