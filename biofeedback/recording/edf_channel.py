"""Which signals of an EDF file are channels of EMG, and what their integers are worth.

One rule: all channels have one rate, that of the first EMG signal (or, without one, of the first signal).
"""

from __future__ import annotations

from dataclasses import dataclass

from biofeedback.recording.edf import COUNT_OFFSET, LOST_LABEL, EdfHeader, EdfSignal, RecordingError


@dataclass(frozen=True, slots=True)
class EdfChannel:
    """A signal as read: physical value = `gain` · counts + `offset`, in `unit`."""

    label: str
    muscle: str
    unit: str
    gain: float
    offset: float
    transducer: str = ""

    @property
    def microvolts_per_count(self) -> float | None:
        """µV per count, or None when the file gives counts or an unknown unit."""
        factor = {"uV": 1.0, "mV": 1e3, "V": 1e6}.get(self.unit)
        return None if factor is None else self.gain * factor


def choose_signals(header: EdfHeader) -> tuple[list[int], int | None, list[int]]:
    """Return the indices of the channels, of `lost` (or None), and of what is left out; raise RecordingError."""
    ordinary = [i for i, s in enumerate(header.signals) if not s.is_annotations and s.samples_per_record > 0]
    lost = next((i for i in ordinary if header.signals[i].label == LOST_LABEL), None)
    emg = [i for i in ordinary if i != lost]
    if not emg:
        raise RecordingError("it holds annotations only, no signal")
    lead = next((i for i in emg if header.signals[i].label.upper().startswith("EMG")), emg[0])
    per_record = header.signals[lead].samples_per_record
    if lost is not None and header.signals[lost].samples_per_record != per_record:
        lost = None
    chosen = [i for i in emg if header.signals[i].samples_per_record == per_record]
    return chosen, lost, [i for i in emg if i not in chosen]


def count_offset(signal: EdfSignal) -> int:
    """Return what was taken off the counts so that they fit the file's integers (0 when nothing was)."""
    found = COUNT_OFFSET.search(signal.transducer)
    return int(found[1]) if found and int(found[1]) in {1 << 15, 1 << 23} else 0


def edf_channel(signal: EdfSignal) -> EdfChannel:
    """Return the channel that a signal is."""
    gain = (signal.physical_max - signal.physical_min) / (signal.digital_max - signal.digital_min)
    offset = signal.physical_min - gain * (signal.digital_min + count_offset(signal))
    muscle = signal.label[4:].strip() if signal.label.upper().startswith("EMG ") else signal.label
    return EdfChannel(signal.label, muscle, signal.unit, gain, offset, signal.transducer)
