"""Which dialect a port speaks, and how fast: every decoder listens at once while the port is asked.

Strategy: first at the speed of our firmware, asking for its greeting until the slowest bootloader is done. A port
that talks all the time without being understood has the wrong speed: the other speeds are listened to at once. A port
that is silent is asked as a Chords board, whose oldest firmware takes a command only after a second of silence.
One rule: the time is bounded: a port that talks is named within 3 s, a silent one within 3 s after HELLO_WITHIN.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Literal, Protocol

from biofeedback.sources.source import SourceError
from biofeedback.wire import chords
from biofeedback.wire.chords import ChordsDecoder
from biofeedback.wire.stream import PROTO, StreamDecoder
from biofeedback.wire.text import TextDecoder

Dialect = Literal["emgstream", "chords", "text"]

BAUD = 500_000
FALLBACK_BAUD = 115_200
CHORDS_BAUD = 230_400
SLOW_BAUD = 9_600
"""What most sketches in books print numbers at."""
HELLO = b"\n?\n"
WHO = b"\n" + chords.WHO
"""The first line end closes whatever the board heard before."""
HELLO_WITHIN = 4.0
"""Seconds: a bootloader keeps a board silent for 0.8–3 s after the reset that opening causes."""
LAST_HELLO = 3.0
"""Seconds after which the greeting is no longer asked for, so that the line is silent for what comes next."""
ASK_EVERY = 0.3
WHO_WITHIN = 1.1
"""Seconds for an answer to WHORU: firmware that reads with a time-out answers after 1 s."""
TEXT_AFTER = 0.7
"""Seconds that a port keeps sending numbers, asked twice for a greeting in vain, before it is taken for text: our own
firmware may have been left in its text mode."""
NOISE_TIME = 0.5
"""Seconds of bytes without a pause and without sense that show a wrong speed. Boot messages are shorter."""
READ_TIME = 0.05
MAX_HELLO = 4096
"""Bytes kept while waiting for an answer."""

_HELLO = re.compile(rb"# emgstream proto=(\d{1,3})\b[^\r\n]*")
ERROR = re.compile(rb"(?:^|[\r\n])(! ?[ -~]{1,100})")
"""How our firmware refuses a line."""
_CHORDS_NAME = re.compile(rb"(?:^|[\r\n\x01])([A-Z][A-Z0-9]{1,15}(?:-[A-Z0-9]{1,15}){1,3})[\r\n]")
"""On a line of its own, or after a packet's end."""
_CHORDS_REFUSAL = b"UNKNOWN COMMAND"


class Line(Protocol):
    """What is needed of a serial port: pyserial's `Serial`."""

    baudrate: int
    timeout: float | None

    @property
    def in_waiting(self) -> int:
        """Number of bytes that can be read without waiting."""

    def read(self, size: int = 1, /) -> bytes:
        """Return up to `size` bytes that come within `timeout` seconds."""

    def write(self, b: bytes, /) -> int | None:
        """Send bytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a board was found to speak, and what is worth knowing when it is opened again.

    `stream_id` is that of a stream that runs or ran last, `board` the answer to WHORU, `rate` and `least_bits` what an
    earlier text stream had.
    """

    dialect: Dialect
    baud: int
    stream_id: int = 0
    board: str = ""
    rate: int | None = None
    least_bits: int = 10


@dataclass(frozen=True, slots=True)
class _Step:
    """Listen at `baud` for `seconds`, sending `question` after `quiet` seconds, then every `every` until `last`."""

    baud: int
    seconds: float
    question: bytes = b""
    quiet: float = 0.0
    every: float = inf
    last: float = inf
    leaves_noise: bool = False


_TALKING = (
    _Step(FALLBACK_BAUD, 0.7, HELLO, quiet=0.25),
    _Step(CHORDS_BAUD, 0.4),
    _Step(SLOW_BAUD, 0.8),
)
"""For a port that sends all the time. A Chords board stops at any byte, so it is listened to before it is asked."""
_SILENT = (
    _Step(FALLBACK_BAUD, 0.05 + WHO_WITHIN, WHO, quiet=0.05),
    _Step(CHORDS_BAUD, WHO_WITHIN, WHO),
    _Step(FALLBACK_BAUD, 0.3, HELLO),
)
"""For a port that says little or nothing. Our own firmware at the fallback speed refuses WHORU and is greeted at once;
the last step is for the case that its refusal was lost."""


def read_waiting(line: Line) -> bytes:
    """Return what waits on the line, or what comes first within its time-out."""
    data = line.read(1)
    return data + line.read(line.in_waiting) if data else data


class Greeting:
    """One port being asked what it is. `given_up` says, at a time, whether the search is over."""

    def __init__(
        self, line: Line, name: str, *, baud: int, clock: Callable[[], float], given_up: Callable[[float], bool]
    ) -> None:
        self._line = line
        self._name = name
        self._clock = clock
        self._given_up = given_up
        self._hello = _Step(baud, HELLO_WITHIN, HELLO, every=ASK_EVERY, last=LAST_HELLO, leaves_noise=True)
        self._heard = False
        self._talks = False

    def answer(self, before: Answer | None = None) -> Answer:
        """Return what the board speaks, trying first what it spoke `before`; raise SourceError when it is nothing."""
        steps = [_again(before), self._hello] if before and _again(before) != self._hello else [self._hello]
        found = self._first(steps) or self._at_other_speeds()
        if found is None:
            raise SourceError(self._why_not())
        if before and before.dialect == found.dialect:
            stream_id = found.stream_id or before.stream_id
            found = replace(found, stream_id=stream_id, rate=before.rate, least_bits=before.least_bits)
        return found

    def _at_other_speeds(self) -> Answer | None:
        if self._is_talking():
            found = self._first(_TALKING)
            if found or self._is_talking():
                return found
            if found := self._first([self._hello]):  # that was the noise of booting
                return found
        return self._first([*_SILENT, *([_Step(SLOW_BAUD, 0.4)] if self._heard else [])])

    def _is_talking(self) -> bool:
        """Whether the port sent all the time when it was last listened to, and was not understood."""
        return self._talks

    def _first(self, steps: Sequence[_Step]) -> Answer | None:
        return next((answer for step in steps if (answer := self._listen(step)) is not None), None)

    def _listen(self, step: _Step) -> Answer | None:
        """Do one step; return what answered."""
        line = self._line
        if line.baudrate != step.baud:
            line.baudrate = step.baud
        line.timeout = READ_TIME
        ear = _Ear(self._name, step.baud)
        start = now = self._clock()
        question, every, last = step.question, step.every, step.last
        ask_at, noise_since = start + step.quiet, inf
        while now - start < step.seconds or now < ear.decides_at + READ_TIME < inf:
            if self._given_up(now):
                raise SourceError("The search for a board was given up.")
            if question and now >= ask_at and now - start < last:
                line.write(question)
                ear.asked.add(question)
                ask_at = now + every
            data = read_waiting(line)
            now = self._clock()
            answer = ear.take(data, now)
            if answer is not None:
                return answer
            if better := ear.next_question():
                # WHORU once more after a silence, for the oldest firmware
                question, ask_at, last = better, now, inf
                every = WHO_WITHIN if better == WHO else ASK_EVERY
            self._heard |= bool(data)
            noise_since = min(noise_since, now) if data else inf
            self._talks = now - noise_since >= min(NOISE_TIME, step.seconds / 2) and not ear.understands
            if self._talks and step.leaves_noise:
                break
        return None

    def _why_not(self) -> str:
        heard = (
            "It sends something that is not understood at 500000, 230400, 115200 or 9600 baud."
            if self._heard
            else "It says nothing."
        )
        return (
            f"{self._name} does not answer as an EMG board: wrong firmware or speed. {heard} Load firmware/emg_stream "
            f"onto it ({BAUD} baud), or choose another port."
        )


class _Ear:
    """What is heard at one speed, by all decoders."""

    def __init__(self, name: str, baud: int) -> None:
        self.decides_at = inf
        self.asked: set[bytes] = set()
        self._name = name
        self._baud = baud
        self._heard = bytearray()
        self._stream, self._chords, self._text = StreamDecoder(), ChordsDecoder(), TextDecoder()
        self._answered: set[bytes] = set()

    def take(self, data: bytes, now: float) -> Answer | None:
        """Return what the bytes so far show; raise SourceError for a protocol newer than ours."""
        self._heard += data
        del self._heard[:-MAX_HELLO]
        self._stream.feed(data)
        self._chords.feed(data, now)
        self._text.feed(data, now)
        if self._stream.info:  # an earlier visitor's stream still runs: its number must not be used again
            return Answer("emgstream", self._baud, stream_id=self._stream.info.stream_id)
        if hello := _HELLO.search(self._heard):
            if int(hello[1]) > PROTO:
                raise SourceError(
                    f"The board on {self._name} speaks protocol {int(hello[1])}, this app {PROTO}: update the app, or "
                    "load the firmware that came with it."
                )
            return Answer("emgstream", self._baud)
        if WHO in self.asked and (name := _CHORDS_NAME.search(self._heard)):
            return Answer("chords", self._baud, board=name[1].decode("ascii"))
        if self._chords.recognised:
            self.decides_at = min(self.decides_at, now + 2 * WHO_WITHIN + READ_TIME)
            return Answer("chords", self._baud) if now >= self.decides_at else None
        if self._text.recognised:
            self.decides_at = min(self.decides_at, now + TEXT_AFTER)
        return Answer("text", self._baud) if now >= self.decides_at else None

    @property
    def understands(self) -> bool:
        """Whether some of what was heard makes sense, though it does not yet say enough."""
        return self.decides_at < inf or self._stream.counts.frames + self._stream.counts.foreign > 0

    def next_question(self) -> bytes:
        """Return, once each, the right question for a board whose dialect is heard but not yet who it is."""
        is_chords = self._chords.recognised or _CHORDS_REFUSAL in self._heard
        for is_it, question in ((is_chords, WHO), (ERROR.search(self._heard), HELLO)):
            if is_it and question not in self._answered:
                self._answered.add(question)
                return question
        return b""


def _again(before: Answer) -> _Step:
    """Return how to greet a board that is known already: it may still be booting."""
    match before.dialect:
        case "emgstream":
            return _Step(before.baud, HELLO_WITHIN, HELLO, every=ASK_EVERY, last=LAST_HELLO, leaves_noise=True)
        case "chords":
            return _Step(before.baud, HELLO_WITHIN, WHO, every=WHO_WITHIN + ASK_EVERY, leaves_noise=True)
        case "text":
            return _Step(before.baud, HELLO_WITHIN, leaves_noise=True)
