"""A recording as four independent readers see it: pyedflib, edfio, MNE and ours.

Rule: what is compared is the file's integers, the onset and length of every annotation to 2 µs, and its text.
"""

from __future__ import annotations

import math
import shutil
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import edfio
import mne  # type: ignore[import-untyped]
import numpy as np
import pyedflib
from numpy.typing import NDArray

from biofeedback.recording.edf_reader import read_edf

Text = tuple[float, float | None, str]
Read = tuple[NDArray[Any], Sequence[Text]]
"""Digital values, shape (n_signals, n_scans), and annotations: onset and duration in seconds, text."""
CLOSE = 2e-6


def as_pyedflib(path: Path) -> Read:
    """Return what pyedflib reads."""
    with pyedflib.EdfReader(str(path)) as file:
        n_signals = file.signals_in_file
        digital = np.array([file.readSignal(i, digital=True) for i in range(n_signals)])
        return digital, list(zip(*file.readAnnotations(), strict=True))


def as_edfio(path: Path) -> Read:
    """Return what edfio reads."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that a last record is torn, which is so after a kill
        file = edfio.read_bdf(path) if path.suffix == ".bdf" else edfio.read_edf(path)
    return np.array([s.digital for s in file.signals]), [(a.onset, a.duration, a.text) for a in file.annotations]


def as_mne(path: Path) -> Read:
    """Return MNE's digital values, worked out of its physical ones, and its annotations."""
    read = mne.io.read_raw_bdf if path.suffix == ".bdf" else mne.io.read_raw_edf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = read(path, preload=True, verbose="error")
    header = read_edf(path).header
    digital = []
    for values, signal in zip(raw.get_data(), header.signals, strict=False):
        physical = values * {"uV": 1e6, "mV": 1e3}.get(signal.unit, 1)
        step = (signal.physical_max - signal.physical_min) / (signal.digital_max - signal.digital_min)
        digital.append(np.rint((physical - signal.physical_min) / step) + signal.digital_min)
    found = zip(raw.annotations.onset, raw.annotations.duration, raw.annotations.description, strict=True)
    return np.array(digital), list(found)


def as_ours(path: Path) -> Read:
    """Return what our reader reads; the last row of the digital values is 1 where a scan is missing."""
    recording = read_edf(path)
    offset = 1 << recording.header.bits - 1 if "counts = digital" in recording.header.signals[0].transducer else 0
    digital = np.concatenate([recording.scans().T - offset, recording.lost()[np.newaxis]])
    found = [(a.index / recording.rate, (a.n_scans or 0) / recording.rate, a.text) for a in recording.annotations]
    return digital, found


OTHERS: tuple[Callable[[Path], Read], ...] = (as_pyedflib, as_edfio, as_mne)


def _same(theirs: Read, ours: Read, who: str, end: float = math.inf) -> None:
    """Assert that another reader sees what ours does; it may see more scans: those that fill up the last record.

    A gap that was being written when the run was killed goes on past the `end` of the file, in seconds; MNE ends it
    there.
    """
    (digital, said), (our_digital, our_said) = theirs, ours
    n_scans = our_digital.shape[1]
    np.testing.assert_array_equal(digital[:-1, :n_scans], our_digital[:-1], err_msg=who)
    np.testing.assert_array_equal(digital[-1, :n_scans] > 0, our_digital[-1] > 0, err_msg=who)
    said, our_said = (sorted(texts, key=lambda text: (text[0], text[2])) for texts in (said, our_said))
    assert [text for _, _, text in said] == [text for _, _, text in our_said], who
    for (onset, duration, text), (our_onset, our_duration, _) in zip(said, our_said, strict=True):
        assert abs(onset - our_onset) <= CLOSE, (who, text, onset, our_onset)
        length, our_length = (min(max(0, each or 0), end - onset) for each in (duration, our_duration))
        assert abs(length - our_length) <= CLOSE, (who, text, duration, our_duration)


def agree(path: Path) -> Read:
    """Assert that all four readers see the same samples, gaps and annotations, and return ours."""
    ours = as_ours(path)
    for read in OTHERS:
        _same(read(path), ours, read.__name__)
    return ours


def agree_after_kill(path: Path, scratch: Path) -> dict[str, int]:
    """Assert that all four open the file of a killed run and agree on every record that each of them sees.

    Readers differ in whether they believe the header's record count, which may be one behind: each is compared with
    ours on a copy in `scratch` that ends where that reader ended. Return the number of scans each saw.
    """
    recording = read_edf(path)
    header = recording.header
    per_record = header.signals[0].samples_per_record
    seen = {"ours": recording.n_scans}
    for read in OTHERS:
        theirs = read(path)
        n_scans = theirs[0].shape[1]
        assert n_scans % per_record == 0, (read.__name__, n_scans)
        copy = scratch / f"seen{path.suffix}"
        shutil.copyfile(path, copy)
        with copy.open("r+b") as file:
            file.truncate(header.header_bytes + n_scans // per_record * header.record_bytes)
        _same(theirs, as_ours(copy), read.__name__, n_scans / recording.rate)
        seen[read.__name__.removeprefix("as_")] = n_scans
    return seen
