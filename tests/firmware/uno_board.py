"""A board to talk to: the simulated Uno and its serial port, with every wait bounded.

Rule: waits are for the thing itself, never for a time; PATIENCE only ends a test that has failed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest
import serial

from biofeedback.wire.events import Counts, Event, Scans
from biofeedback.wire.stream import StreamDecoder
from tests.blocks import of_kind
from tests.rig import SimulatedUno

PATIENCE = 60.0
"""Seconds after which something that must happen counts as not happening."""
BYTES_BETWEEN = 80_000
"""More than the simulator's 65,536, a pseudo-terminal's 4096 and the log's 4096."""


class Board:
    """A simulated Uno with its serial port open, past its hello."""

    def __init__(self, uno: SimulatedUno, baud: int = 500_000) -> None:
        self.uno = uno
        self.serial = serial.Serial(uno.port, baud, timeout=0.2)
        self.hello = self.ask("?", until="# emgstream")
        self.ask("c0", until="! channels")  # nothing older than this answer is left on the line

    def send(self, *commands: str) -> None:
        """Send commands, each on its line."""
        self.serial.write("".join(f"{command}\n" for command in commands).encode())

    def ask(self, command: str, *, until: str) -> str:
        """Send a command and return the first line that begins with `until`, again and again after a silence."""
        deadline = time.monotonic() + PATIENCE
        line = b""
        while time.monotonic() < deadline:
            if not line.endswith(b"\n"):
                line = b""
                self.send("", command)
            line = self.serial.readline()
            if line.startswith(until.encode()) and line.endswith(b"\n"):
                return line.decode("ascii").strip()
        pytest.fail(f"{command!r} was never answered by {until!r}; last came {line!r}")

    def line(self) -> str:
        """Return the next whole line."""
        line = b""
        deadline = time.monotonic() + PATIENCE
        while not line.endswith(b"\n") and time.monotonic() < deadline:
            line += self.serial.readline()
        return line.decode("ascii").strip()

    def start(self, n_channels: int, rate: int, scans_per_frame: int = 10, stream_id: int = 7) -> StreamDecoder:
        """Ask for a binary stream and return the decoder to `collect` with."""
        self.send(f"c{n_channels}", f"r{rate}", f"f{scans_per_frame}", f"b{stream_id}")
        return StreamDecoder(stream_id)

    def collect(self, decoder: StreamDecoder, done: Callable[[list[Event]], bool]) -> list[Event]:
        """Read until `done` says so of all events since the call, and return them."""
        events: list[Event] = []
        deadline = time.monotonic() + PATIENCE
        while not done(events):
            if time.monotonic() > deadline:
                pytest.fail(f"not seen within {PATIENCE} s; {decoder.counts}, last events {events[-3:]}")
            events += decoder.feed(self.serial.read(max(1, self.serial.in_waiting)))
        return events

    def collect_scans(self, decoder: StreamDecoder, n_scans: int) -> list[Event]:
        """Read until scan `n_scans` - 1 or a later one has come."""
        return self.collect(decoder, lambda events: any(e.end_index >= n_scans for e in of_kind(Scans, events)[-1:]))

    def reopen(self, baud: int = 500_000) -> None:
        """Close the port of a board that streams, and open it again when the board has seen that.

        A simulator at full speed waits for its reader while the port is open, so it has seen the port closed when it
        has sent more than lies between the two.
        """
        self.serial.close()
        enough = self.uno.n_sent + BYTES_BETWEEN
        deadline = time.monotonic() + PATIENCE
        pause = threading.Event()
        while self.uno.n_sent < enough:
            if time.monotonic() > deadline:
                pytest.fail(f"the simulator still waits after {PATIENCE} s for a reader that is gone")
            pause.wait(0.01)
        self.serial = serial.Serial(self.uno.port, baud, timeout=0.2)

    def close(self) -> None:
        """Close the port and stop the simulator."""
        self.serial.close()
        self.uno.stop()


StartBoard = Callable[..., Board]
"""Starts a simulated Uno and opens its port: `baud`, and what `SimulatedUno` takes."""


def assert_equal_to_injected(events: list[Event], expected: Counts) -> None:
    """Fail unless there are scans and each is what the pins saw when it was taken."""
    scans = of_kind(Scans, events)
    assert scans
    for block in scans:
        np.testing.assert_array_equal(block.counts, expected[block.first_index : block.end_index])
