"""Boards on pseudo-terminals: one that speaks EMG stream 1, one with Chords firmware, one that prints numbers.

Rule: a board with a `baud` is deaf at any other speed, and what it says there arrives as rubbish.
"""

from __future__ import annotations

import contextlib
import os
import pty
import random
import select
import termios
import threading
import time
import tty
from collections.abc import Callable
from dataclasses import replace

from biofeedback.wire.chords import encode_packet
from biofeedback.wire.events import Counts, StreamInfo
from biofeedback.wire.stream import encode_data, encode_info
from tests.blocks import numbered_counts

INFO = StreamInfo(
    stream_id=0, n_channels=1, scans_per_frame=10, adc_bits=10, vref=5.0, channel_skew=0.0001,
    tick_hz=16_000_000, period_ticks=16_000, board="fake", mode=0, firmware=(1, 0),
)  # fmt: skip


class FakeBoard:
    """Answers commands as WIRE says; `send` streams scans. `greeting` replaces its hello, `refuse` answers `b`."""

    def __init__(self, *, greeting: bytes | None = b"# emgstream proto=1 fw=1.0 board=fake baud=500000\r\n",
                 boot: bytes = b"", refuse: bytes = b"", mute: bool = False,
                 baud: int | None = None) -> None:  # fmt: skip
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.port = os.ttyname(slave)
        self._slave = slave  # kept open, so that the master never hangs up by itself
        self._greeting, self._refuse, self._mute = greeting, refuse, mute
        self._speed = None if baud is None else getattr(termios, f"B{baud}")
        self._rubbish = random.Random(baud)
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
            for byte in self._hear():
                if byte != 0x0A:
                    line.append(byte)
                elif line:
                    self._command(bytes(line))
                    line.clear()

    def _hear(self) -> bytes:
        data = os.read(self._master, 4096)
        return data if self._is_right_speed() else b""

    def _is_right_speed(self) -> bool:
        return self._speed is None or termios.tcgetattr(self._master)[5] == self._speed

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
        elif self._greeting:
            self.write(b"! unknown command\r\n")

    def write(self, data: bytes) -> None:
        """Send raw bytes."""
        with self._lock:
            os.write(self._master, data if self._is_right_speed() else self._rubbish.randbytes(len(data)))

    def send(self, counts: Counts, *, skip: int = 0) -> None:
        """Send scans (n, n_channels) in frames of at most ten, after losing `skip` numbers."""
        self.next += skip
        for at in range(0, len(counts), 10):
            block = counts[at : at + 10]
            self.write(encode_data(self.info.stream_id, self.next, block))
            self.next += len(block)

    def reset(self) -> None:
        """Boot anew: the stream is forgotten and the board greets, then says nothing."""
        self.streaming.clear()
        self.info = replace(INFO, board=self.info.board)
        if self._greeting:
            self.write(self._greeting)

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


class _Streamer(FakeBoard):
    """A board that sends numbered scans (10 bits, two columns repeated) by itself, in lumps of 20 ms."""

    LUMP = 0.02

    def __init__(self, rate: int, n_channels: int, *, baud: int | None) -> None:
        self.rate, self.n_channels = rate, n_channels
        self._enough = threading.Event()
        self._streamer: threading.Thread | None = None
        super().__init__(greeting=None, baud=baud)
        os.set_blocking(self._master, False)

    def start(self) -> None:
        """Begin to stream with scan 0, or what comes next."""
        self._enough.clear()
        self._streamer = threading.Thread(target=self._stream, name="streaming", daemon=True)
        self._streamer.start()
        self.streaming.set()

    def halt(self) -> None:
        """Stop streaming."""
        self._enough.set()
        if self._streamer is not None:
            self._streamer.join()
            self._streamer = None
        self.streaming.clear()

    def encode(self, index: int, row: list[int]) -> bytes:
        raise NotImplementedError

    def _stream(self) -> None:
        began, first = time.monotonic(), self.next
        unsent = bytearray()  # nothing is lost when the host is slow: a test may count on every scan
        while not self._enough.wait(self.LUMP):
            due = first + round((time.monotonic() - began) * self.rate)
            lump = b"".join(self.encode(i, wide_counts(1, i, self.n_channels)[0].tolist())
                            for i in range(self.next, due))  # fmt: skip
            self.next = due
            with self._lock, contextlib.suppress(BlockingIOError):
                unsent += lump if self._is_right_speed() else self._rubbish.randbytes(len(lump))
                del unsent[: os.write(self._master, unsent)]

    def unplug(self) -> None:
        self.halt()
        super().unplug()


class ChordsBoard(_Streamer):
    """Chords firmware: answers WHORU, streams from START to STOP or to any other byte.

    `old`: the first firmware, which takes whatever came as one command after `silence` seconds without a byte.
    """

    def __init__(self, name: bytes = b"UNO-R3", *, rate: int = 250, n_channels: int = 6, baud: int | None = None,
                 old: bool = False, silence: float = 1.0, packets: bool = True) -> None:  # fmt: skip
        self.name, self.old, self.packets = name, old, packets
        self._silence = silence
        super().__init__(rate, n_channels, baud=baud)

    def _serve(self) -> None:
        command = b""
        while True:
            ready, _, _ = select.select([self._master, self._quit_read], [], [], self._silence if command else None)
            if self._quit_read in ready:
                return
            if ready:
                command += os.read(self._master, 4096) if self._is_right_speed() else self._noise()
                if not self.old and self._streamer:
                    self.halt()
            if self.old and not ready:
                self._do(command.strip())
                command = b""
            while not self.old and b"\n" in command:
                line, _, command = command.partition(b"\n")
                self._do(line.strip())
            if not self.old and not ready and command:
                self._do(command.strip())
                command = b""

    def _noise(self) -> bytes:
        return b"\xf3" * len(os.read(self._master, 4096))

    def _do(self, line: bytes) -> None:
        self.heard.append(line)
        if line == b"WHORU":
            self.write(self.name + b"\r\n")
        elif line == b"START":
            if self.packets and self._streamer is None:
                self.start()
        elif line == b"STOP":
            self.halt()
        elif not self.old:
            self.write(b"UNKNOWN COMMAND\r\n")

    def encode(self, index: int, row: list[int]) -> bytes:
        return encode_packet(index, row)


class TextBoard(_Streamer):
    """A sketch that prints a line of numbers a scan and hears nothing. `line` makes the line of an index and row."""

    def __init__(self, *, rate: int = 500, n_channels: int = 2, baud: int | None = None, separator: str = ",",
                 line: Callable[[int, list[int]], str] | None = None) -> None:  # fmt: skip
        self._line = line or (lambda _, row: separator.join(map(str, row)))
        super().__init__(rate, n_channels, baud=baud)
        self.write(b"Hello from my sketch\r\n")
        self.start()

    def _command(self, line: bytes) -> None:
        self.heard.append(line)

    def encode(self, index: int, row: list[int]) -> bytes:
        return self._line(index, row).encode() + b"\r\n"


def wide_counts(n_scans: int, first: int, n_channels: int) -> Counts:
    """Return the numbered counts of scans `first` and on with `n_channels` columns, shape (n_scans, n_channels)."""
    both = numbered_counts(n_scans, first)
    return both[:, [i % 2 for i in range(n_channels)]]
