"""A board on a pseudo-terminal that speaks EMG stream 1 and does what a test tells it."""

from __future__ import annotations

import os
import pty
import select
import threading
import tty
from dataclasses import replace

from biofeedback.wire.events import Counts, StreamInfo
from biofeedback.wire.stream import encode_data, encode_info

INFO = StreamInfo(
    stream_id=0, n_channels=1, scans_per_frame=10, adc_bits=10, vref=5.0, channel_skew=0.0001,
    tick_hz=16_000_000, period_ticks=16_000, board="fake", mode=0, firmware=(1, 0),
)  # fmt: skip


class FakeBoard:
    """Answers commands as WIRE says; `send` streams scans. `greeting` replaces its hello, `refuse` answers `b`."""

    def __init__(self, *, greeting: bytes | None = b"# emgstream proto=1 fw=1.0 board=fake baud=500000\r\n",
                 boot: bytes = b"", refuse: bytes = b"", mute: bool = False) -> None:  # fmt: skip
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self._slave = slave  # kept open, so that the master never hangs up by itself
        self._greeting, self._refuse, self._mute = greeting, refuse, mute
        self.heard: list[bytes] = []
        self.info = INFO
        self.next = 0
        self.streaming = threading.Event()
        self._lock = threading.Lock()
        self._quit_read, self._quit_write = os.pipe()
        if boot:
            os.write(self._master, boot)
        self._thread = threading.Thread(target=self._serve, name="fake board", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        line = bytearray()
        while True:
            ready, _, _ = select.select([self._master, self._quit_read], [], [])
            if self._quit_read in ready:
                return
            for byte in os.read(self._master, 4096):
                if byte != 0x0A:
                    line.append(byte)
                elif line:
                    self._command(bytes(line))
                    line.clear()

    def _command(self, line: bytes) -> None:
        self.heard.append(line)
        kind, number = line[:1], int(line[1:]) if line[1:].isdigit() else 0
        if kind == b"c":
            self.info = replace(self.info, n_channels=number)
        elif kind == b"r" and number:
            self.info = replace(self.info, period_ticks=16_000_000 // number)
        elif kind == b"f":
            self.info = replace(self.info, scans_per_frame=number)
        elif kind == b"b":
            if self._refuse:
                self.write(self._refuse)
                return
            self.info = replace(self.info, stream_id=number, mode=1)
            self.next = 0
            if not self._mute:
                self.write(b"\0" + encode_info(self.info))
            self.streaming.set()
        elif kind == b"s":
            self.streaming.clear()
            self.info = replace(self.info, mode=0)
        elif kind == b"?":
            if self.info.mode == 1:
                self.write(encode_info(self.info))
            elif self._greeting:
                self.write(self._greeting)

    def write(self, data: bytes) -> None:
        """Send raw bytes."""
        with self._lock:
            os.write(self._master, data)

    def send(self, counts: Counts, *, skip: int = 0) -> None:
        """Send scans (n, n_channels) in frames of at most ten, after losing `skip` numbers."""
        self.next += skip
        for at in range(0, len(counts), 10):
            block = counts[at : at + 10]
            self.write(encode_data(self.info.stream_id, self.next, block))
            self.next += len(block)

    def unplug(self) -> None:
        """Pull the cable: the port disappears for whoever has it open."""
        os.write(self._quit_write, b"x")
        self._thread.join()
        for fd in (self._master, self._slave):
            os.close(fd)
        self._master = self._slave = -1

    def close(self) -> None:
        """Let go of everything."""
        if self._master >= 0:
            self.unplug()
        os.close(self._quit_read)
        os.close(self._quit_write)
