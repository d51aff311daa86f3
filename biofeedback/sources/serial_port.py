"""A board on a serial port: found, asked what it is, told what to send, read. The only user of pyserial.

Strategy: every call into the port may fail in one of five ways when a cable is pulled; each of them means the same
and becomes `SourceLost`. Opening a port resets most boards, so only ports of known USB makers are asked unasked.
One rule: what the board says it does is checked against what it was asked to do before a sample is taken.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import serial
from serial.tools import list_ports

from biofeedback.sources.source import SourceError, SourceLost
from biofeedback.wire.events import Event, StreamInfo, TextLine
from biofeedback.wire.stream import MAX_DATA_VALUES, PROTO, StreamDecoder

BAUD = 500_000
FALLBACK_BAUD = 115_200
HELLO_WITHIN = 4.0
"""Seconds: a bootloader keeps a board silent for 0.8–3 s after the reset that opening causes."""
FALLBACK_WITHIN = 1.0
ASK_EVERY = 0.3
START_WITHIN = 1.0
CLOSE_WITHIN = 2.0
MAX_HELLO = 4096
"""Bytes kept while waiting for the greeting."""
FRAME_TIME = 0.01
PORT_ERRORS: tuple[type[BaseException], ...] = (serial.SerialException, OSError, TypeError, ValueError)
"""What pyserial raises when a port goes away, depending on the instant. termios.error joins them where it exists."""
with contextlib.suppress(ImportError):
    import termios

    PORT_ERRORS = (*PORT_ERRORS, termios.error)

_HELLO = re.compile(rb"# emgstream proto=(\d{1,3})\b[^\r\n]*")
_ERROR = re.compile(rb"(?:^|[\r\n])(! ?[ -~]{1,100})")
KNOWN_MAKERS = {
    0x2341: "Arduino", 0x2A03: "Arduino", 0x1A86: "CH340", 0x10C4: "CP210x", 0x0403: "FTDI", 0x239A: "Adafruit",
    0x303A: "Espressif", 0x2E8A: "Raspberry Pi", 0x16C0: "Teensy", 0x1B4F: "SparkFun",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BoardPort:
    """A serial port, and whether it looks like a board: `maker` by USB vendor, empty when unknown."""

    port: str
    description: str
    maker: str


def list_boards() -> list[BoardPort]:
    """Return the serial ports of this computer, those of known board makers first. Opens none of them."""
    found = [
        BoardPort(port.device, port.description or "", KNOWN_MAKERS.get(port.vid or 0, ""))
        for port in list_ports.comports()
        if port.vid is not None or port.description not in (None, "n/a")
    ]
    return sorted(found, key=lambda board: (not board.maker, board.port))


class SerialSource:
    """EMG stream 1 from the board on `port`, or, where that is None, from the first known board that answers.

    Asks for `n_channels` at `rate` scans per second; raises SourceError in `open` when the board does otherwise.
    """

    simulated = False
    by_hand = False
    paced = True

    def __init__(
        self,
        port: str | None,
        n_channels: int = 1,
        rate: int = 1000,
        *,
        baud: int = BAUD,
        clock: Callable[[], float] = time.monotonic,
        boards: Callable[[], list[BoardPort]] = list_boards,
    ) -> None:
        self.label = port or "board"
        self._wanted_port = port
        self._n_channels = n_channels
        self._rate = rate
        self._baud = baud
        self._clock = clock
        self._boards = boards
        self._port: serial.Serial | None = None
        self._decoder = StreamDecoder()
        self._stream_id = 0
        self._pending: list[Event] = []
        self._cancelled = threading.Event()

    def open(self) -> StreamInfo:
        """Find the board, greet it, start a new stream and return what it says it sends."""
        self.close()
        self._cancelled.clear()
        self._port = self._find()
        try:
            info = self._begin(self._port)
        except PORT_ERRORS as error:
            self.close()
            raise SourceError(f"{self.label} went away while it was being asked. Plug it in again.") from error
        except SourceError:
            self.close()
            raise
        self.label = f"{info.board} on {self._port.port}"
        return info

    def read(self, timeout: float) -> list[Event]:
        """Return the events that came within `timeout` seconds; raise SourceLost when the port has gone."""
        if self._pending:
            events, self._pending = self._pending, []
            return events
        port = self._port
        if port is None:
            raise SourceLost("The board is not connected.")
        try:
            if port.timeout != timeout:
                port.timeout = timeout
            data = port.read(1)
            if data:
                data += port.read(port.in_waiting)
        except PORT_ERRORS as error:
            raise SourceLost("The board was unplugged. Everything until then is kept; plug it in again.") from error
        return self._decoder.feed(data)

    def cancel(self) -> None:
        """Make a waiting `open` or `read` return soon."""
        self._cancelled.set()
        port = self._port
        if port is not None:
            with contextlib.suppress(*PORT_ERRORS, AttributeError):
                port.cancel_read()

    def close(self) -> None:
        """Let go of the port; one that does not close within 2 s is abandoned to a thread of its own."""
        port, self._port = self._port, None
        self._pending = []
        if port is None:
            return
        thread = threading.Thread(target=_close_port, args=(port,), name="port closing", daemon=True)
        thread.start()
        thread.join(CLOSE_WITHIN)

    # -- greeting -------------------------------------------------------------------------------------

    def _find(self) -> serial.Serial:
        """Return the greeted port: the one asked for, or the first of the known boards to answer."""
        if self._wanted_port is not None:
            return self._greet(self._wanted_port)
        candidates = [board.port for board in self._boards() if board.maker]
        if not candidates:
            raise SourceError("No board found. Plug the board in; it is found by itself.")
        with ThreadPoolExecutor(len(candidates), thread_name_prefix="greeting") as pool:
            asked = {port: pool.submit(self._greet, port) for port in candidates}
        errors = [answer.exception() for answer in asked.values()]
        ports = [answer.result() for answer, error in zip(asked.values(), errors, strict=True) if error is None]
        for spare in ports[1:]:
            _close_port(spare)
        if ports:
            return ports[0]
        raise SourceError(" ".join(str(error) for error in errors))

    def _greet(self, name: str) -> serial.Serial:
        """Open `name` for ourselves alone and wait for the firmware's greeting, at either speed."""
        port = _open_port(name, self._baud)
        try:
            heard = self._hear(port, HELLO_WITHIN)
            if heard is None and self._baud != FALLBACK_BAUD:
                port.baudrate = FALLBACK_BAUD
                heard = self._hear(port, FALLBACK_WITHIN)
        except PORT_ERRORS as error:
            _close_port(port)
            raise SourceError(f"{name} went away while it was being asked. Plug it in again.") from error
        except SourceError:
            _close_port(port)
            raise
        if heard is None:
            _close_port(port)
            raise SourceError(
                f"{name} does not answer as an EMG board: wrong firmware or speed. Load firmware/emg_stream onto it "
                f"({BAUD} baud), or choose another port."
            )
        return port

    def _hear(self, port: serial.Serial, seconds: float) -> int | None:
        """Return the protocol version that the board greets with, or None when it does not within `seconds`."""
        heard = bytearray()
        decoder = StreamDecoder()
        end = self._clock() + seconds
        ask_at = self._clock()
        port.timeout = 0.05
        while (now := self._clock()) < end:
            if self._cancelled.is_set():
                raise SourceError("The search for a board was given up.")
            if now >= ask_at:
                port.write(b"\n?\n")
                ask_at = now + ASK_EVERY
            data = port.read(1)
            if data:
                data += port.read(port.in_waiting)
            heard += data
            del heard[:-MAX_HELLO]
            decoder.feed(data)
            if decoder.info:  # an earlier visitor's stream still runs: its number must not be used again
                self._stream_id = decoder.info.stream_id
                return PROTO
            if hello := _HELLO.search(heard):
                proto = int(hello[1])
                if proto > PROTO:
                    raise SourceError(
                        f"The board on {port.port} speaks protocol {proto}, this app {PROTO}: update the app, or load "
                        "the firmware that came with it."
                    )
                return proto
        return None

    def _begin(self, port: serial.Serial) -> StreamInfo:
        """Ask for a stream under a new number and wait for the INFO that confirms it."""
        self._stream_id = 1 + (self._stream_id + secrets.randbelow(253)) % 255
        per_frame = max(1, min(round(self._rate * FRAME_TIME), MAX_DATA_VALUES // self._n_channels))
        self._decoder = StreamDecoder(self._stream_id)
        self._pending = []
        heard = bytearray()
        commands = (b"s", b"c%d" % self._n_channels, b"r%d" % self._rate, b"f%d" % per_frame, b"b%d" % self._stream_id)
        port.write(b"\n" + b"\n".join(commands) + b"\n")
        end = self._clock() + START_WITHIN
        while self._clock() < end and not self._cancelled.is_set():
            data = port.read(1)
            if data:
                data += port.read(port.in_waiting)
            heard += data
            del heard[:-MAX_HELLO]
            events = self._decoder.feed(data)
            said = [event.text for event in events if isinstance(event, TextLine) and event.text.startswith("!")]
            said += [error.decode("ascii") for error in _ERROR.findall(bytes(heard))]
            if said:
                raise SourceError(
                    f"The board refuses {self._n_channels} channels at {self._rate} Hz: {said[0][1:].strip()}."
                )
            self._pending += [event for event in events if not isinstance(event, StreamInfo)]
            if self._decoder.info is not None:
                return self._checked(self._decoder.info)
        raise SourceError(f"The board on {port.port} greets but sends no data. Unplug it, plug it in again.")

    def _checked(self, info: StreamInfo) -> StreamInfo:
        if info.n_channels != self._n_channels or abs(info.rate - self._rate) > 0.005 * self._rate:
            raise SourceError(
                f"The board sends {info.n_channels} channels at {info.rate:g} Hz instead of {self._n_channels} at "
                f"{self._rate} Hz: choose what it can in Settings."
            )
        return info


def _open_port(name: str, baud: int) -> serial.Serial:
    """Open a port exclusively, or say plainly why not."""
    try:
        port = serial.Serial(name, baud, timeout=0.05, write_timeout=1.0, exclusive=True)
    except PORT_ERRORS as error:
        raise SourceError(_why_not(name, error)) from error
    with contextlib.suppress(*PORT_ERRORS, NotImplementedError, AttributeError):
        port.set_low_latency_mode(True)  # an FTDI chip otherwise gathers for 16 ms; others do not know the wish
    return port


def _why_not(name: str, error: BaseException) -> str:
    text = str(error).lower()
    number = getattr(error, "errno", None)
    if number == 2 or "no such file" in text or "could not find" in text or "filenotfound" in text:
        return f"There is no port {name}. Plug the board in; `biofeedback devices` lists what is there."
    if number == 13 or "permission" in text or "access is denied" in text:
        return (
            f"No permission for {name}. On Linux: sudo usermod -aG dialout $USER, then log in "
            "again; on Windows close the program that uses it."
        )
    if number in (11, 16) or "exclusively lock" in text or "busy" in text:
        return (
            f"{name} is in use by another program. Close it (the Arduino IDE's monitor, for instance), then try again."
        )
    return f"{name} could not be opened ({type(error).__name__}). Unplug the board, plug it in again."


def _close_port(port: serial.Serial) -> None:
    with contextlib.suppress(*PORT_ERRORS):
        port.close()
