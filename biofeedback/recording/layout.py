"""How a live recording is laid out as EDF+ signals: the EMG channels, then `lost`, then the annotations.

One rule: the file's integers are the converter's counts. Only where unsigned counts are as wide as the file's signed
integers are they shifted, by half the range, and the transducer field says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from biofeedback.recording.edf import (
    ANNOTATION_BYTES,
    LOST_LABEL,
    LOST_TRANSDUCER,
    EdfHeader,
    EdfSignal,
    ascii_text,
    record_duration,
)
from biofeedback.wire.events import GapCause

LOST_CODES: dict[GapCause, int] = {"line": 1, "board": 2, "reconnect": 3, "storage": 4}
"""Digital values of the signal `lost`; 0 is a received scan."""
END_CODE = 5
"""`lost` of the scans that only fill up the last record: they lie after the end and were never taken."""


@dataclass(frozen=True, slots=True)
class EmgChannel:
    """A channel as the file shows it. `microvolts_per_count` None: the file's unit is counts."""

    muscle: str
    microvolts_per_count: float | None = None
    transducer: str = ""


def emg_header(
    channels: Sequence[EmgChannel],
    *,
    rate: float,
    adc_bits: int,
    start: dt.datetime,
    signed: bool = False,
    patient: str = "X X X X",
) -> EdfHeader:
    """Return the header of a live recording: one signal per channel, `lost`, annotations.

    `rate` in scans per second, `adc_bits` 1–24: up to 16 gives EDF, more BDF. `signed`: counts are centred on zero.
    Unsigned counts as wide as the file's integers are stored less half their range, which the transducer field says.

    Raises:
        ValueError: No channel, a rate without whole-sample records, or an impossible number of bits.
    """
    if not channels or not 1 <= adc_bits <= 24:
        raise ValueError(f"{len(channels)} channels of {adc_bits} bits cannot be stored: at least one, of 1 to 24 bits")
    duration = record_duration(rate)
    per_record = int(Fraction(rate) * duration)
    bits = 16 if adc_bits <= 16 else 24
    low = -(1 << adc_bits - 1) if signed else 0
    high = low + (1 << adc_bits) - 1
    offset = 1 << bits - 1 if adc_bits == bits and not signed else 0
    signals = []
    for channel, label in zip(channels, _labels([c.muscle for c in channels]), strict=True):
        scale, unit = _scale(channel.microvolts_per_count, high)
        said = f"counts = digital + {offset}" if offset else ""
        signals.append(
            EdfSignal(
                label=label,
                samples_per_record=per_record,
                digital_min=low - offset,
                digital_max=high - offset,
                physical_min=low * scale,
                physical_max=high * scale,
                unit=unit,
                transducer=f"{ascii_text(channel.transducer, 79 - len(said))} {said}".strip(),
            )
        )
    full = 1 << bits - 1
    signals.append(EdfSignal(LOST_LABEL, per_record, 0, END_CODE, 0, END_CODE, transducer=LOST_TRANSDUCER))
    name = "BDF Annotations" if bits == 24 else "EDF Annotations"
    signals.append(EdfSignal(name, ANNOTATION_BYTES * 8 // bits, -full, full - 1, -1, 1))
    return EdfHeader(start.astimezone(dt.UTC).replace(microsecond=0), duration, bits, tuple(signals), patient=patient)


def _scale(microvolts_per_count: float | None, high: int) -> tuple[float, str]:
    """Return the worth of a count and its unit: µV, or what keeps the range within a header field's 8 characters."""
    if microvolts_per_count is None:
        return 1.0, "counts"
    for factor, unit in ((1.0, "uV"), (1e-3, "mV")):
        if microvolts_per_count * factor * high < 1e7:
            return microvolts_per_count * factor, unit
    return microvolts_per_count * 1e-6, "V"


def _labels(muscles: Sequence[str]) -> list[str]:
    """Return `EMG <muscle>` of at most 16 characters each, numbered where the same would come twice."""
    labels: list[str] = []
    for muscle in muscles:
        label, number = ascii_text(f"EMG {muscle}", 16), 2
        while label in labels:
            label = f"{ascii_text(f'EMG {muscle}', 16 - len(str(number)) - 1)} {number}"
            number += 1
        labels.append(label)
    return labels
