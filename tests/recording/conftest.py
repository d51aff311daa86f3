"""Ready-made headers, runs and ways to wait, for the tests of the recording."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import numpy as np
import pytest

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.recording.bids import RunSettings
from biofeedback.recording.edf_writer import EdfWriter
from biofeedback.recording.layout import EmgChannel, emg_header
from biofeedback.recording.session import Run

START = dt.datetime(2026, 11, 22, 10, 15, 30, 250_000, tzinfo=dt.UTC)


@pytest.fixture
def new_writer(tmp_path):
    """Return a function that opens a writer on a fresh file."""
    opened = []

    def make(*, rate=1000, adc_bits=10, n_channels=2, signed=False, scale=24.4, name="recording", folder=tmp_path):
        channels = [EmgChannel(f"muscle {i}", scale) for i in range(n_channels)]
        header = emg_header(channels, rate=rate, adc_bits=adc_bits, start=START, signed=signed)
        path = folder / f"{name}{len(opened)}.{'bdf' if header.bits == 24 else 'edf'}"
        opened.append(EdfWriter(path, header))
        return opened[-1]

    yield make
    for writer in opened:
        writer.abandon()


@pytest.fixture
def new_run(tmp_path):
    """Return a function that makes a run in a library below `tmp_path`."""

    def make(*, library="library", rate=1000, n_channels=2, started=START, **more) -> Run:
        channels = tuple(ChannelSettings(f"muscle {i}", "left") for i in range(n_channels))
        labels = {key: more.pop(key) for key in ("subject", "session", "task") if key in more}
        settings = RunSettings(rate, 10, 5.0, channels, **more)
        return Run.create(Path(tmp_path) / library, settings, started=started, **labels)

    return make


@pytest.fixture
def random_counts():
    """Return a function giving seeded counts of shape (n_scans, n_channels)."""
    rng = np.random.default_rng(7)

    def make(n_scans, n_channels=2, low=0, high=1023):
        return rng.integers(low, high, (n_scans, n_channels), dtype=np.int32, endpoint=True)

    return make


@pytest.fixture
def blocked_disk(monkeypatch):
    """Hold every record back until the returned event is set."""
    go = threading.Event()
    write = EdfWriter._write

    def wait_then_write(self, data):
        assert go.wait(30)
        write(self, data)

    monkeypatch.setattr(EdfWriter, "_write", wait_then_write)
    yield go
    go.set()
