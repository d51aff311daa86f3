"""Starting a stream in each dialect: told or only waited for, checked, and cut to the channels that are wanted.

One rule: what the board does is checked against what it was asked to do before a sample is taken. A dialect that
cannot be asked keeps its own rate and channels: the first ones are taken, and too few or too slow is an error.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from biofeedback.sources.greeting import ERROR, MAX_HELLO, READ_TIME, Answer, Line, read_waiting
from biofeedback.sources.source import SourceError
from biofeedback.wire import chords
from biofeedback.wire.arrival import adc_bits_for
from biofeedback.wire.chords import ChordsDecoder
from biofeedback.wire.events import Event, Scans, StreamInfo, TextLine
from biofeedback.wire.stream import MAX_DATA_VALUES, StreamDecoder
from biofeedback.wire.text import TextDecoder

FRAME_TIME = 0.01
START_WITHIN = 1.0
CHORDS_WITHIN = 3.0
"""Seconds: the oldest firmware takes START after 1 s of silence; then half a second of packets tells the rate."""
TEXT_WITHIN = 4.0
"""Seconds: two tell the rate."""
LEAST_RATE = 100
"""Scans per second below which nothing of the EMG is left above the band-pass's 20 Hz."""


@dataclass(slots=True)
class Opened:
    """A stream that runs: what it is, its decoder, and events that came while it was started."""

    info: StreamInfo
    answer: Answer
    decoder: StreamDecoder | ChordsDecoder | TextDecoder
    pending: list[Event] = field(default_factory=list)

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Return the events that `data`, arrived at `now`, completes, with the wanted channels only."""
        if isinstance(self.decoder, StreamDecoder):
            return self.decoder.feed(data)
        return [self._first_channels(event) for event in self.decoder.feed(data, now)]

    @property
    def outgrown(self) -> bool:
        """Whether the numbers turned out to have more bits than was told: the stream must be opened anew."""
        return isinstance(self.decoder, TextDecoder) and self.decoder.outgrown

    def remembered(self) -> Answer:
        """Return what helps to open the same board again."""
        if isinstance(self.decoder, TextDecoder):
            bits = self.info.adc_bits
            bits = adc_bits_for(1 << bits) if self.outgrown else bits
            return replace(self.answer, rate=self.info.tick_hz, least_bits=bits)
        return self.answer

    def _first_channels(self, event: Event) -> Event:
        n = self.info.n_channels
        if isinstance(event, Scans) and event.counts.shape[1] > n:
            return Scans(event.first_index, np.ascontiguousarray(event.counts[:, :n]))
        return event


def start(
    line: Line, name: str, answer: Answer, n_channels: int, rate: int,
    *, clock: Callable[[], float], cancelled: Callable[[], bool],
) -> Opened:  # fmt: skip
    """Start a stream of `n_channels`, at `rate` where the board can be told; raise SourceError when it will not be."""
    started = _STARTS[answer.dialect](_Asking(line, name, answer, n_channels, rate, clock, cancelled))
    started.pending = [event for event in started.pending if not isinstance(event, StreamInfo)]
    return started


@dataclass(slots=True)
class _Asking:
    """A board being started, and what is wanted of it."""

    line: Line
    name: str
    answer: Answer
    n_channels: int
    rate: int
    clock: Callable[[], float]
    cancelled: Callable[[], bool]

    def until_info(self, decoder: ChordsDecoder | TextDecoder, seconds: float) -> tuple[StreamInfo | None, list[Event]]:
        """Feed `decoder` until it tells what the stream is, for at most `seconds`."""
        events: list[Event] = []
        self.line.timeout = READ_TIME
        end = self.clock() + seconds
        while decoder.info is None and not self.cancelled():
            data = read_waiting(self.line)
            now = self.clock()
            events += decoder.feed(data, now)
            if now >= end:
                break
        return decoder.info, events

    def opened(self, decoder: ChordsDecoder | TextDecoder, info: StreamInfo, events: list[Event]) -> Opened:
        """Take the first channels; raise SourceError when there are too few, or too few scans a second."""
        if info.n_channels < self.n_channels:
            raise SourceError(
                f"The board sends {info.n_channels} channels as {info.board}, {self.n_channels} are wanted: choose "
                "what it sends in Settings."
            )
        if info.rate < LEAST_RATE:
            raise SourceError(
                f"The board sends {info.rate:g} scans a second as {info.board}; EMG needs {LEAST_RATE} or more. Let "
                "it print more often and at a higher baud rate, or load firmware/emg_stream onto it."
            )
        started = Opened(replace(info, n_channels=self.n_channels), self.answer, decoder)
        started.pending = [started._first_channels(event) for event in events]  # noqa: SLF001 - made here
        return started


def _start_emgstream(asking: _Asking) -> Opened:
    """Ask for a stream under a new number and wait for the INFO that confirms it."""
    line, n_channels, rate = asking.line, asking.n_channels, asking.rate
    stream_id = 1 + (asking.answer.stream_id + secrets.randbelow(253)) % 255
    per_frame = max(1, min(round(rate * FRAME_TIME), MAX_DATA_VALUES // n_channels))
    decoder = StreamDecoder(stream_id)
    heard = bytearray()
    pending: list[Event] = []
    commands = (b"s", b"c%d" % n_channels, b"r%d" % rate, b"f%d" % per_frame, b"b%d" % stream_id)
    line.write(b"\n" + b"\n".join(commands) + b"\n")
    line.timeout = READ_TIME
    end = asking.clock() + START_WITHIN
    while asking.clock() < end and not asking.cancelled():
        data = read_waiting(line)
        heard += data
        del heard[:-MAX_HELLO]
        events = decoder.feed(data)
        said = [event.text for event in events if isinstance(event, TextLine) and event.text.startswith("!")]
        said += [error.decode("ascii") for error in ERROR.findall(bytes(heard))]
        if said:
            raise SourceError(f"The board refuses {n_channels} channels at {rate} Hz: {said[0][1:].strip()}.")
        pending += events
        if decoder.info is not None:
            info = decoder.info
            if info.n_channels != n_channels or abs(info.rate - rate) > 0.005 * rate:
                raise SourceError(
                    f"The board sends {info.n_channels} channels at {info.rate:g} Hz instead of {n_channels} at "
                    f"{rate} Hz: choose what it can in Settings."
                )
            return Opened(info, replace(asking.answer, stream_id=stream_id), decoder, pending)
    raise SourceError(f"The board on {asking.name} greets but sends no data. Unplug it, plug it in again.")


def _start_chords(asking: _Asking) -> Opened:
    """Send START to a board that told its name (one known by its packets streams already), wait for its packets."""
    decoder = ChordsDecoder(asking.answer.board)
    if asking.answer.board:
        asking.line.write(chords.START)
    info, events = asking.until_info(decoder, CHORDS_WITHIN)
    if info is None:
        raise SourceError(
            f"The board answers as Chords {asking.answer.board} but sends no packets. Unplug it, plug it in again."
        )
    return asking.opened(decoder, info, events)


def _start_text(asking: _Asking) -> Opened:
    """Wait until the lines have told their rate."""
    answer = asking.answer
    decoder = TextDecoder(expected_rate=answer.rate, least_bits=answer.least_bits)
    info, events = asking.until_info(decoder, TEXT_WITHIN)
    if info is None and decoder.below_zero:
        raise SourceError("The board sends numbers below 0. Let it print the ADC's counts as they are, 0 and above.")
    if info is None:
        raise SourceError("The board sends lines of numbers that do not agree or stop. Let it print numbers only.")
    return asking.opened(decoder, info, events)


_STARTS: dict[str, Callable[[_Asking], Opened]] = {
    "emgstream": _start_emgstream,
    "chords": _start_chords,
    "text": _start_text,
}
