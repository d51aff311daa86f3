"""A source that does what a test says, on a clock that the test moves."""

from __future__ import annotations

import queue
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from biofeedback.sources.source import SourceError
from biofeedback.wire.events import Event, Scans, StreamInfo

INFO = StreamInfo(
    stream_id=1, n_channels=1, scans_per_frame=10, adc_bits=10, vref=5.0, channel_skew=0.0001,
    tick_hz=1000, period_ticks=1, board="fake",
)  # fmt: skip


@dataclass
class Clock:
    """Host time in seconds; only a test moves it."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


class FakeSource:
    """Each `read` takes the next step: a list of events, an exception to raise, or a callable that gives either.

    `opens`: what each `open` gives, an info or an exception; the last one again and again.
    """

    simulated = False
    by_hand = False

    def __init__(self, *, opens: list[StreamInfo | Exception] | None = None, paced: bool = True) -> None:
        self.label = "fake board"
        self.paced = paced
        self.opens = opens or [INFO]
        self.n_opened = 0
        self.steps: queue.Queue[object] = queue.Queue()
        self.closed = 0

    def open(self) -> StreamInfo:
        given = self.opens[min(self.n_opened, len(self.opens) - 1)]
        self.n_opened += 1
        if isinstance(given, Exception):
            raise given
        return given

    def then(self, step: list[Event] | Exception | Callable[[], object]) -> None:
        self.steps.put(step)

    def read(self, timeout: float) -> list[Event]:
        try:
            step = self.steps.get(timeout=timeout)
        except queue.Empty:
            return []
        if callable(step):
            step = step()
        if isinstance(step, Exception):
            raise step
        assert step is None or isinstance(step, list)
        return step or []

    def cancel(self) -> None:
        self.steps.put([])

    def close(self) -> None:
        self.closed += 1


def scans(first: int, n: int, value: int | None = None, n_channels: int = 1) -> Scans:
    """Consecutive scans; each holds its own index modulo 1000 (or `value`), never a rail."""
    numbers = np.arange(first, first + n) % 1000 + 5 if value is None else np.full(n, value)
    return Scans(first, np.repeat(numbers[:, None], n_channels, axis=1).astype(np.int32))


__all__ = ["INFO", "Clock", "FakeSource", "SourceError", "scans"]
