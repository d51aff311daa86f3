"""A board on a serial port: found, asked what it is, told what to send, read. The only user of pyserial.

Strategy: every call into the port may fail in one of five ways when a cable is pulled; each of them means the same
and becomes `SourceLost`. Opening a port resets most boards, so only ports of known USB makers are asked unasked.
Which dialect a port speaks is sources/greeting.py, how its stream is started sources/dialects.py.
One rule: no error of a port leaves this module but as SourceError or SourceLost, in words.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import serial
from serial.tools import list_ports

from biofeedback.sources.dialects import Opened, start
from biofeedback.sources.greeting import BAUD, Answer, Greeting, read_waiting
from biofeedback.sources.source import SourceError, SourceLost
from biofeedback.wire.events import Event, StreamInfo

CLOSE_WITHIN = 1.0
OTHERS_WITHIN = 1.0
"""Seconds that other candidates have after the first one answered, so that the order decides and not chance."""
PORT_ERRORS: tuple[type[BaseException], ...] = (serial.SerialException, OSError, TypeError, ValueError)
"""What pyserial raises when a port goes away, depending on the instant. termios.error joins them where it exists."""
with contextlib.suppress(ImportError):
    import termios

    PORT_ERRORS = (*PORT_ERRORS, termios.error)

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
    """Scans from the board on `port`, or, where that is None, from the first known board that answers.

    Asks for `n_channels` at `rate` scans per second; raises SourceError in `open` when the board does otherwise. Of a
    Chords board or one that prints numbers the first `n_channels` are taken, at the rate it has; see
    `StreamInfo.caveats` for how far such a stream can be trusted.
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
        self._opened: Opened | None = None
        self._before: tuple[str, Answer | None] = ("", None)  # the port opened last, and what it spoke
        self._cancelled = threading.Event()

    def open(self) -> StreamInfo:
        """Find the board, greet it, start a new stream and return what it says it sends."""
        self.close()
        self._cancelled.clear()
        port, answer = self._find()
        self._port = port
        try:
            opened = start(
                port, str(port.port), answer, self._n_channels, self._rate,
                clock=self._clock, cancelled=self._cancelled.is_set,
            )  # fmt: skip
        except PORT_ERRORS as error:
            self.close()
            raise SourceError(_gone(str(port.port), error)) from error
        except SourceError:
            self.close()
            raise
        self._opened = opened
        self._before = (str(port.port), opened.remembered())
        caveats = ", ".join(opened.info.caveats)
        self.label = f"{opened.info.board} {f'({caveats}) ' if caveats else ''}on {port.port}"
        return opened.info

    def read(self, timeout: float) -> list[Event]:
        """Return the events that came within `timeout` seconds; raise SourceLost when the port has gone."""
        port, opened = self._port, self._opened
        if port is None or opened is None:
            raise SourceLost("The board is not connected.")
        if opened.pending:
            events, opened.pending = opened.pending, []
            return events
        if opened.outgrown:
            self._before = (self._before[0], opened.remembered())
            raise SourceLost("The board sends larger numbers than before: it is read anew with a wider range.")
        try:
            if port.timeout != timeout:
                port.timeout = timeout
            data = read_waiting(port)
        except PORT_ERRORS as error:
            raise SourceLost("The board was unplugged. Everything until then is kept; plug it in again.") from error
        return opened.feed(data, self._clock())

    def cancel(self) -> None:
        """Make a waiting `open` or `read` return soon."""
        self._cancelled.set()
        port = self._port
        if port is not None:
            with contextlib.suppress(*PORT_ERRORS, AttributeError):
                port.cancel_read()

    def close(self) -> None:
        """Let go of the port; one that does not close within a second is abandoned to a thread of its own."""
        port, self._port = self._port, None
        self._opened = None
        if port is not None:
            _close_port(port)

    def _find(self) -> tuple[serial.Serial, Answer]:
        """Return the greeted port: the one asked for, or the first of the known boards to answer."""
        if self._wanted_port is not None:
            return self._greet(self._wanted_port, lambda _: self._cancelled.is_set())
        candidates = [board.port for board in self._boards() if board.maker]
        if not candidates:
            raise SourceError("No board found. Plug the board in; it is found by itself.")
        candidates.sort(key=lambda port: port != self._before[0])  # the board of before comes first
        first_answer: list[float] = []

        def given_up(now: float) -> bool:
            return self._cancelled.is_set() or (bool(first_answer) and now > first_answer[0] + OTHERS_WITHIN)

        def greet(name: str) -> tuple[serial.Serial, Answer]:
            greeted = self._greet(name, given_up)
            first_answer.append(self._clock())
            return greeted

        with ThreadPoolExecutor(len(candidates), thread_name_prefix="greeting") as pool:
            asked = [pool.submit(greet, port) for port in candidates]
        errors = [answer.exception() for answer in asked]
        greeted = [answer.result() for answer, error in zip(asked, errors, strict=True) if error is None]
        for spare, _ in greeted[1:]:
            _close_port(spare)
        if greeted:
            return greeted[0]
        raise SourceError(" ".join(str(error) for error in errors))

    def _greet(self, name: str, given_up: Callable[[float], bool]) -> tuple[serial.Serial, Answer]:
        """Open `name` for ourselves alone and find out what it speaks."""
        port = _open_port(name, self._baud)
        before = self._before[1] if self._before[0] == name else None
        greeting = Greeting(port, name, baud=self._baud, clock=self._clock, given_up=given_up)
        try:
            return port, greeting.answer(before)
        except PORT_ERRORS as error:
            _close_port(port)
            raise SourceError(_gone(name, error)) from error
        except SourceError:
            _close_port(port)
            raise


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


def _gone(name: str, error: BaseException) -> str:
    """Say what a port's error means while its board is being asked."""
    if isinstance(error, serial.SerialTimeoutException):
        return f"{name} does not take what is sent to it. Unplug the board, plug it in again, or choose another port."
    return f"{name} went away while it was being asked. Plug it in again."


def _close_port(port: serial.Serial) -> None:
    """Close a port in a thread of its own: after some unplugs `close` never returns, and nobody waits for that."""

    def close() -> None:
        with contextlib.suppress(*PORT_ERRORS):
            port.close()

    thread = threading.Thread(target=close, name="port closing", daemon=True)
    thread.start()
    thread.join(CLOSE_WITHIN)
