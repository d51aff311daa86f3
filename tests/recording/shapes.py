"""Recordings of every rate, width, loss and length, each checked with four readers against what went in.

Rule: each check writes with the real writer and compares every sample, gap and annotation.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np

from biofeedback.recording.annotation import GAP_TEXT
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.edf_writer import EdfWriter
from biofeedback.recording.layout import EmgChannel, emg_header
from tests.recording.readers import agree

START = dt.datetime(2026, 11, 22, 10, 15, 30, tzinfo=dt.UTC)
RATES = (250, 500, 512, 1000, 2000)
WIDTHS = ((10, False), (16, False), (16, True), (24, False), (24, True))
"""Bits of the converter, and whether its counts are signed."""


def _writer(path: Path, rate: int, n_channels: int, adc_bits: int, *, signed: bool = False) -> EdfWriter:
    channels = [EmgChannel(f"muscle {i}", 0.01) for i in range(n_channels)]
    header = emg_header(channels, rate=rate, adc_bits=adc_bits, signed=signed, start=START)
    return EdfWriter(path.with_suffix(".bdf" if header.bits == 24 else ".edf"), header)


def check_shape(
    folder: Path, rate: int, adc_bits: int, *, signed: bool, n_channels: int = 3, seconds: float = 2.3
) -> None:
    """Assert that random counts of the full range, two gaps and commands come back from four readers."""
    rng = np.random.default_rng(rate + adc_bits)
    low = -(1 << adc_bits - 1) if signed else 0
    high = low + (1 << adc_bits) - 1
    counts = rng.integers(low, high, (round(seconds * rate), n_channels), dtype=np.int32, endpoint=True)
    counts[0], counts[-1] = low, high
    middle = len(counts) // 2
    writer = _writer(folder / f"{rate}-{adc_bits}-{signed}", rate, n_channels, adc_bits, signed=signed)
    writer.append(counts[:middle])
    writer.append_gap(41, "line")
    writer.append_gap(7, "board")
    writer.annotate(middle - 1, f'{{"command":"mark","index":{middle - 1},"number":1}}')
    writer.append(counts[middle:])
    writer.close()
    _, annotations = agree(writer.path)
    recording = read_edf(writer.path)
    lost = np.zeros(len(counts) + 48, np.bool_)
    lost[middle : middle + 48] = True
    np.testing.assert_array_equal(recording.lost(), lost)
    np.testing.assert_array_equal(recording.scans()[~lost], counts)
    assert recording.complete
    assert recording.notes == []
    assert sum(text == GAP_TEXT for _, _, text in annotations) == 3
    writer.path.unlink()


def check_heavy_loss(folder: Path, rate: int = 1000, frame: int = 10, seconds: int = 60) -> int:
    """Lose every second frame for `seconds`, between two good seconds; return how many gaps four readers saw."""
    index = np.arange((seconds + 2) * rate, dtype=np.int32)
    lost = (index // frame % 2 == 1) & (index >= rate) & (index < (seconds + 1) * rate)
    counts = np.stack([index % 1024, index * 7 % 1024], axis=1).astype(np.int32)
    writer = _writer(folder / "loss", rate, 2, 10)
    for start in range(0, len(index), frame):
        if lost[start]:
            writer.append_gap(frame)
        else:
            writer.append(counts[start : start + frame])
        if start % rate == 0:
            writer.annotate(start, f'{{"command":"mark","index":{start},"number":{start // rate}}}')
    writer.close()
    _, annotations = agree(writer.path)
    recording = read_edf(writer.path)
    np.testing.assert_array_equal(recording.lost(), lost)
    np.testing.assert_array_equal(recording.scans()[~lost], counts[~lost])
    gaps = [a for a in recording.annotations if a.text == GAP_TEXT and a.index < len(index)]
    firsts = np.flatnonzero(lost & ~np.roll(lost, 1))
    assert [(a.index, a.n_scans) for a in gaps] == [(int(first), frame) for first in firsts]
    marks = [a.index for a in recording.annotations if a.text.startswith("{")]
    assert marks == list(range(0, len(index), rate))
    assert len(annotations) == len(recording.annotations)
    writer.path.unlink()
    return len(gaps)


def check_long(folder: Path, seconds: int = 3600, rate: int = 1000, n_channels: int = 2) -> int:
    """Write `seconds` of signal flat out, with a gap a minute, and read it in four readers; return its bytes."""
    writer = _writer(folder / "long", rate, n_channels, 14)
    rng = np.random.default_rng(9)
    minute = rng.integers(0, 1 << 14, (60 * rate - 10, n_channels), dtype=np.int32)
    for number in range(seconds // 60):
        writer.annotate(writer.n_scans, f'{{"command":"mark","index":{writer.n_scans},"number":{number}}}')
        writer.append((minute + number) % (1 << 14))
        writer.append_gap(10, "board")
    writer.close()
    agree(writer.path)
    recording = read_edf(writer.path)
    assert recording.n_scans == seconds * rate
    counts, lost = recording.scans(), recording.lost()
    for number, first in enumerate(range(0, recording.n_scans, 60 * rate)):
        assert np.flatnonzero(lost[first : first + 60 * rate]).tolist() == list(range(60 * rate - 10, 60 * rate))
        stored = counts[first : first + 60 * rate - 10]
        np.testing.assert_array_equal(stored, (minute + number) % (1 << 14))
    size = writer.path.stat().st_size
    writer.path.unlink()
    return size
