"""The text files around a recording, as BIDS-EMG (BIDS 1.11) wants them: built here, written by `session`.

One rule: everything about muscles, scaling and texts that is shown here follows from the settings or from the EDF
file, so that all but the settings can be rebuilt from the EDF.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from biofeedback.emg.sensor import ChannelSettings, Sensor, microvolts_per_count
from biofeedback.recording.annotation import Annotation, encode_seconds
from biofeedback.recording.edf import EdfHeader
from biofeedback.recording.layout import EmgChannel

SCHEMA = 1
"""Version of the `Biofeedback` object in `_emg.json`; a higher one is refused."""

DATASET = {
    "Name": "EMG biofeedback recordings",
    "BIDSVersion": "1.11.0",
    "DatasetType": "raw",
    "License": "n/a",
    "Authors": ["not stated"],
}
README = """# EMG biofeedback recordings

Each folder `sub-*` is one person under a random code; `ses-*` is one visit, named by its start in UTC.
`*_emg.edf` (or `.bdf`) holds the raw counts of the converter as they came, in EDF+ (BDF+), with every command and
event as an annotation. The signal `lost` is above 0 where a scan is missing; the samples there repeat an older value
and mean nothing. `*_emg.json` tells the settings, `*_channels.tsv` the channels, `*_events.tsv` repeats the
annotations. Names and birth dates are not kept here.
"""
EVENT_COLUMNS = {
    "onset": {"Description": "Seconds from the first scan, by the clock of the device", "Units": "s"},
    "duration": {"Description": "Seconds; n/a for an instant", "Units": "s"},
    "trial_type": {"Description": "Name of the command or event; BAD_ACQ_SKIP where scans are missing"},
    "sample": {"Description": "Index of the first scan concerned, counting from 0"},
    "command": {"Description": "Name of a command (an input, such as a moved target); n/a for what was computed"},
    "text": {"Description": "The annotation as it stands in the EDF file"},
}


@dataclass(frozen=True, slots=True)
class RunSettings:
    """Everything about a recording that is known before it starts.

    `rate` in scans per second, `vref` in volts (the board's nominal one), `power_line_frequency` in Hz (0: unknown).
    `sos`: the designed filters, each a list of second-order sections. `settings`, `device`: whatever JSON can hold.
    `pipeline`: the version of the signal path; `program`: the version of the app.
    """

    rate: float
    adc_bits: int
    vref: float
    channels: tuple[ChannelSettings, ...]
    signed: bool = False
    power_line_frequency: int = 0
    simulated: bool = False
    program: str = ""
    pipeline: int = 0
    sos: Mapping[str, Any] = field(default_factory=dict)
    device: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def emg_channels(self) -> list[EmgChannel]:
        """Return the channels as the EDF header names them."""
        bits, vref = self.adc_bits, self.vref
        return [
            EmgChannel(c.name, microvolts_per_count(c, bits, vref), transducer(c, simulated=self.simulated))
            for c in self.channels
        ]


def transducer(channel: ChannelSettings, *, simulated: bool = False) -> str:
    """Return the sensor in words for the EDF header, so that a simulated muscle is told in the file itself."""
    kind = "SIMULATED EMG" if simulated else "surface EMG"
    if channel.sensor is Sensor.UNKNOWN:
        return f"{kind}, output unknown"
    gain = "unknown" if channel.gain is None else f"{channel.gain:g}"
    return f"{kind}, {channel.sensor} output, gain {gain}"


def description(*, rate: float, n_channels: int, task: str, power_line_frequency: int = 0) -> dict[str, Any]:
    """Return the part of `_emg.json` that BIDS asks for."""
    return {
        "TaskName": task,
        "EMGPlacementScheme": "Other",
        "EMGPlacementSchemeDescription": "Bipolar surface sensor on the belly of the named muscle",
        "EMGReference": "bipolar",
        "EMGGround": "reference electrode of each sensor, beside the muscle",
        "SamplingFrequency": _plain(rate),
        "PowerLineFrequency": power_line_frequency or "n/a",
        "SoftwareFilters": "n/a",
        "HardwareFilters": "n/a",
        "RecordingType": "continuous",
        "EMGChannelCount": n_channels,
        "MiscChannelCount": 1,
    }


def emg_json(settings: RunSettings, *, task: str) -> dict[str, Any]:
    """Return `_emg.json` of a run that begins; its `Biofeedback` object holds our settings."""
    account = description(
        rate=settings.rate,
        n_channels=len(settings.channels),
        task=task,
        power_line_frequency=settings.power_line_frequency,
    )
    account["Biofeedback"] = {
        "schema": SCHEMA,
        "program": settings.program,
        "pipeline": settings.pipeline,
        "simulated": settings.simulated,
        "rate": _plain(settings.rate),
        "adc_bits": settings.adc_bits,
        "signed": settings.signed,
        "vref": settings.vref,
        "channels": [asdict(c) for c in settings.channels],
        "microvolts_per_count": [c.microvolts_per_count for c in settings.emg_channels()],
        "sos": settings.sos,
        "device": settings.device,
        "settings": settings.settings,
    }
    return account


def channels_tsv(header: EdfHeader, channels: Sequence[ChannelSettings] = ()) -> str:
    """Return `_channels.tsv`: one line per signal of the EDF header, annotations left out."""
    rate = next(s.samples_per_record for s in header.signals if not s.is_annotations) / header.record_duration
    lines = ["name\ttype\tunits\tsignal_electrode\treference\tsampling_frequency\tlow_cutoff\thigh_cutoff\tdescription"]
    for i, signal in enumerate(s for s in header.signals if not s.is_annotations):
        emg = signal.label.startswith("EMG")
        about = channels[i].name if emg and i < len(channels) else signal.transducer
        kind, units = ("EMG", signal.unit) if emg else ("MISC", "n/a")
        cells = (signal.label, kind, units, "n/a", "bipolar" if emg else "n/a", f"{float(rate):g}", "n/a", "n/a", about)
        lines.append("\t".join(_cell(cell) for cell in cells))
    return "\n".join(lines) + "\n"


def events_tsv(annotations: Sequence[Annotation], rate: float) -> str:
    """Return `_events.tsv`, one line per annotation in order of their scans."""
    lines = ["\t".join(EVENT_COLUMNS)]
    exact = Fraction(rate)
    for a in annotations:
        name, command = _name(a.text)
        length = "n/a" if a.n_scans is None else encode_seconds(a.n_scans, exact).decode()
        onset = encode_seconds(a.index, exact).decode()
        lines.append("\t".join((onset, length, _cell(name), str(a.index), _cell(command), _cell(a.text))))
    return "\n".join(lines) + "\n"


def _name(text: str) -> tuple[str, str]:
    """Return a text's name and, if it is a command, that name again: our texts are JSON objects saying so."""
    if not text.startswith("{"):
        return text, "n/a"
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return text, "n/a"
    if isinstance(said, dict):
        for key in ("command", "event"):
            if isinstance(said.get(key), str):
                return said[key], said[key] if key == "command" else "n/a"
    return text, "n/a"


def _cell(text: str) -> str:
    """Return `text` as one cell: no tab, no line break, and nothing that a spreadsheet takes for a formula."""
    plain = " ".join(text.encode("utf-8", "replace").decode().split()) or "n/a"
    return f"'{plain}" if plain[0] in "=+-@" else plain


def _plain(number: float) -> float:
    return int(number) if float(number).is_integer() else number
