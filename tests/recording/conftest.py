"""Ready-made headers, runs and ways to wait, for the tests of the recording."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.recording.bids import RunSettings
from biofeedback.recording.edf_writer import EdfWriter
from biofeedback.recording.layout import EmgChannel, emg_header
from biofeedback.recording.session import Run
from biofeedback.wire.events import Counts

START = dt.datetime(2026, 11, 22, 10, 15, 30, 250_000, tzinfo=dt.UTC)


class NewWriter(Protocol):
    """Opens a writer on a fresh file; `scale` in µV per count."""

    def __call__(
        self, *, rate: int = 1000, adc_bits: int = 10, n_channels: int = 2, signed: bool = False, scale: float = 24.4
    ) -> EdfWriter: ...


class NewRun(Protocol):
    """Makes a run in a library below `tmp_path`; `more` are fields of `RunSettings`."""

    def __call__(
        self,
        *,
        library: str = "library",
        rate: float = 1000,
        n_channels: int = 2,
        started: dt.datetime = START,
        subject: str | None = None,
        session: str | None = None,
        task: str = "practice",
        **more: Any,
    ) -> Run: ...


class RandomCounts(Protocol):
    """Gives seeded counts from `low` to `high`, both included, shape (n_scans, n_channels)."""

    def __call__(self, n_scans: int, n_channels: int = 2, low: int = 0, high: int = 1023) -> Counts: ...


@pytest.fixture
def new_writer(tmp_path: Path) -> Iterator[NewWriter]:
    """Return a function that opens a writer on a fresh file."""
    opened: list[EdfWriter] = []

    def make(
        *, rate: int = 1000, adc_bits: int = 10, n_channels: int = 2, signed: bool = False, scale: float = 24.4
    ) -> EdfWriter:
        channels = [EmgChannel(f"muscle {i}", scale) for i in range(n_channels)]
        header = emg_header(channels, rate=rate, adc_bits=adc_bits, start=START, signed=signed)
        path = tmp_path / f"recording{len(opened)}.{'bdf' if header.bits == 24 else 'edf'}"
        opened.append(EdfWriter(path, header))
        return opened[-1]

    yield make
    for writer in opened:
        writer.abandon()


@pytest.fixture
def new_run(tmp_path: Path) -> NewRun:
    """Return a function that makes a run in a library below `tmp_path`."""

    def make(
        *,
        library: str = "library",
        rate: float = 1000,
        n_channels: int = 2,
        started: dt.datetime = START,
        subject: str | None = None,
        session: str | None = None,
        task: str = "practice",
        **more: Any,
    ) -> Run:
        channels = tuple(ChannelSettings(f"muscle {i}", "left") for i in range(n_channels))
        settings = RunSettings(rate, 10, 5.0, channels, **more)
        where = tmp_path / library
        return Run.create(where, settings, started=started, subject=subject, session=session, task=task)

    return make


@pytest.fixture
def random_counts() -> RandomCounts:
    """Return a function giving seeded counts of shape (n_scans, n_channels)."""
    rng = np.random.default_rng(7)

    def make(n_scans: int, n_channels: int = 2, low: int = 0, high: int = 1023) -> Counts:
        return rng.integers(low, high, (n_scans, n_channels), dtype=np.int32, endpoint=True)

    return make


@pytest.fixture
def blocked_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Hold every record back until the returned event is set."""
    go = threading.Event()
    write = EdfWriter._write

    def wait_then_write(self: EdfWriter, data: bytes) -> None:
        assert go.wait(30)
        write(self, data)

    monkeypatch.setattr(EdfWriter, "_write", wait_then_write)
    yield go
    go.set()
