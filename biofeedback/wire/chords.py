"""Chords (Upside Down Labs): `C7 7C, counter u8, n_channels x u16 big endian, 01`, one packet a scan, no checksum.

Strategy: the length is found from the first four packets that follow each other, the rate from their arrival. Then a
packet must begin and end right, hold only values its converter can give, and follow the last one by its counter.
Rule 1: `feed` never raises, takes time linear in its input and keeps at most MAX_UNFINISHED bytes and MAX_HELD packets.
Rule 2: a packet in sequence is given out at once. One whose counter jumps is believed only when the next confirms it:
a flipped bit in the counter would else invent up to 255 lost scans and shift all that follows in time.
Rule 3: a jump is a `Gap`: modulo 256 by the counter, its multiples of 256 by the arrival against the rate. After so
long a silence packets are held until one is prompt again (it was a lump) or SETTLE has passed (scans are missing).
What stays undetectable: a changed sample that the converter could have given, and, in one of 256, an inserted byte
(the last sample's low byte reads 01). So the stream is called unprotected: `StreamInfo.protection` is "none".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from biofeedback.wire.arrival import ArrivalRate, adc_bits_for, nominal_vref
from biofeedback.wire.events import Event, Gap, Scans, StreamInfo
from biofeedback.wire.stream import DecoderCounts

WHO, START, STOP = b"WHORU\n", b"START\n", b"STOP\n"
SYNC, END = b"\xc7\x7c", 0x01
MAX_CHANNELS = 16
LENGTHS = tuple(4 + 2 * n for n in range(1, MAX_CHANNELS + 1))
"""Possible lengths of a packet in bytes, for 1 to 16 channels."""
RUN = 4
"""Packets in a row that fix the length. Random bytes look like one in 10 ** 23 positions."""
MAX_UNFINISHED = RUN * LENGTHS[-1]
"""Most bytes kept between two calls: an unfinished run of the longest packets."""
RATES = (125, 250, 500, 1000, 2000)
RATE_TIME = 0.5
"""Seconds of arrival before the rate is told: neighbouring rates differ by a factor of two."""
RATE_WITHIN = 0.1
"""A measured rate farther than this from all of `RATES` is no rate of this firmware and is taken as it is."""
ANCHOR_TIME = 2.0
"""Seconds over which the least late arrival is kept, short enough for a board's clock that is 5 % off."""

SETTLE = 0.25
"""Seconds after which packets that are still a turn of the counter late are not the end of a lump."""
MAX_HELD = 4096
"""Most packets of a lump that are held: 8 s at 500 scans a second."""


@dataclass(frozen=True, slots=True)
class BoardKind:
    """The converter of a board: bits, and reference in volts."""

    adc_bits: int
    vref: float


BOARDS = {
    **dict.fromkeys(
        ("UNO-R3", "UNO-CLONE", "GENUINO-UNO", "NANO-CLASSIC", "NANO-CLONE", "MEGA-2560-R3", "MEGA-2560-CLONE"),
        BoardKind(10, 5.0),
    ),
    "UNO-R4": BoardKind(14, 5.0),
    "GIGA-R1": BoardKind(16, 3.3),
    **dict.fromkeys(("RPI-PICO-RP2040", "STM32F4-BLACK-PILL", "STM32G4-CORE-BOARD", "ESP32-S3"), BoardKind(12, 3.3)),
    "NPG-LITE": BoardKind(12, 2.5),
}
"""Answers to WHORU and the converters behind them, as the firmware's own table of boards has them."""


@dataclass(frozen=True, slots=True)
class _Packet:
    """One that was well formed, and when it came."""

    counter: int
    samples: bytes
    arrival: float


class ChordsDecoder:
    """Turns the bytes of one board into events: one `StreamInfo`, then `Scans` and `Gap` from index 0 on.

    `board` is its answer to WHORU, empty when it gave none. Without `rate` the packets of the first half second are
    only counted, and not given out. In `counts`, `frames` are packets; `damaged` those that began like one and were
    refused, or jumped and were not confirmed.
    """

    def __init__(self, board: str = "", *, rate: int | None = None) -> None:
        self.counts = DecoderCounts()
        self.info: StreamInfo | None = None
        self._board = board
        self._kind = BOARDS.get(board)
        self._rate = rate
        self._arrival = ArrivalRate()
        self._partial = b""
        self._length = 0
        self._largest = 0
        self._next = 0  # index of the next scan, congruent to its counter modulo 256; the stream begins at `_origin`
        self._origin = 0
        self._held: list[_Packet] = []  # consecutive ones that do not follow, or come a whole turn late
        self._turns = 0
        self._rows: list[bytes] = []
        self._least_late: float | None = None
        self._least_late_now = float("inf")
        self._anchor_ends = 0.0

    @property
    def recognised(self) -> bool:
        """Whether packets that follow each other were seen: no other dialect looks like that."""
        return self._length > 0

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Return the events that `data`, arrived at `now`, completes, oldest first.

        Any cutting of bytes that arrive at the same time gives the same scans and gaps.
        """
        events: list[Event] = []
        bytes_ = self._partial + data
        at = 0
        if not self._length:
            at = self._find_length(bytes_)
        if self._length:
            at = self._packets(bytes_, at, now, events)
            self._flush(events)
        self._partial = bytes_[at:]
        return events

    # -- framing --------------------------------------------------------------------------------------

    def _find_length(self, data: bytes) -> int:
        """Look for `RUN` packets in a row; return where they begin, or what must be kept."""
        at = 0
        while (at := data.find(SYNC, at)) >= 0:
            for length in LENGTHS:
                if _is_run(data, at, length):
                    self._length = length
                    self._next = data[at + 2]
                    return at
            if len(data) - at < MAX_UNFINISHED:
                return at
            at += 1
        return len(data) - data.endswith(SYNC[:1])

    def _packets(self, data: bytes, at: int, now: float, events: list[Event]) -> int:
        """Take every whole packet; return where the unfinished rest begins."""
        while (at := data.find(SYNC, at)) >= 0:
            end = at + self._length
            if end > len(data):
                return at
            if data[end - 1] == END and self._is_possible(data[at + 3 : end - 1]):
                self._packet(_Packet(data[at + 2], data[at + 3 : end - 1], now), events)
                at = end
            else:
                self.counts.damaged += 1
                at += 1
        return len(data) - data.endswith(SYNC[:1])

    def _is_possible(self, samples: bytes) -> bool:
        """Whether the converter can give these values: no high byte above the highest count's."""
        bits = self._kind.adc_bits if self._kind else self.info.adc_bits if self.info else 16
        return max(samples[::2]) < 1 << (bits - 8)

    # -- numbering ------------------------------------------------------------------------------------

    def _packet(self, packet: _Packet, events: list[Event]) -> None:
        held = self._held
        if held and packet.counter == (held[-1].counter + 1) % 256 and not self._was_repeated(packet):
            self._hold(packet, events)
            return
        if held and not self._is_lone_jump():
            self._release(0, events)  # they are good, and what is missing is missing after them
        elif held:
            self.counts.damaged += 1
            held.clear()
        if packet.counter == self._next % 256 and not self._turns_late(self._next, packet.arrival):
            self._accept(packet, events)
        else:
            self._hold(packet, events)

    def _is_lone_jump(self) -> bool:
        """Whether one packet is held whose counter jumped, and nothing has confirmed it."""
        return len(self._held) == 1 and self._held[0].counter != self._next % 256

    def _was_repeated(self, packet: _Packet) -> bool:
        """Whether the packet held was the last one once more: this one follows both, and comes in time."""
        follows = packet.counter == self._next % 256
        return self._is_lone_jump() and follows and not self._turns_late(self._next, packet.arrival)

    def _hold(self, packet: _Packet, events: list[Event]) -> None:
        """Keep a packet back until it is clear how many scans are missing before the first one held."""
        held = self._held
        held.append(packet)
        ahead = (held[0].counter - self._next) % 256
        turns = self._turns_late(self._next + ahead + len(held) - 1, packet.arrival)
        self._turns = turns if len(held) == 1 else min(self._turns, turns)
        is_confirmed = len(held) > 1 or not ahead
        is_settled = packet.arrival - held[0].arrival >= SETTLE or len(held) >= MAX_HELD
        if is_confirmed and (not self._turns or is_settled):
            self._release(self._turns, events)

    def _release(self, turns: int, events: list[Event]) -> None:
        """Give out what was held, after the scans that are missing before it."""
        held, self._held = self._held, []
        ahead = (held[0].counter - self._next) % 256 + 256 * turns
        if ahead and self.info is not None:
            self._flush(events)
            self.counts.lost_scans += ahead
            events.append(Gap(self._next - self._origin, ahead, "line"))
        elif ahead:
            self._arrival.add(ahead, held[0].arrival)
        self._next += ahead
        for packet in held:
            self._accept(packet, events)

    def _turns_late(self, index: int, now: float) -> int:
        """Return by how many turns of the counter scan `index`, arriving now, is later than the promptest of late."""
        if self.info is None or self._least_late is None:
            return 0
        late = now - index / self.info.rate - min(self._least_late, self._least_late_now)
        return max(0, round(late * self.info.rate / 256))

    def _accept(self, packet: _Packet, events: list[Event]) -> None:
        self.counts.frames += 1
        if self.info is None:
            self._learn(packet.samples, packet.arrival, events)
        if self.info is not None:
            self._rows.append(packet.samples)
            self._anchor(self._next, self.info.rate, packet.arrival)
        self._next += 1

    def _anchor(self, index: int, rate: float, now: float) -> None:
        """Keep how late after index / rate the promptest packet of the last seconds came. A lump is late, not early."""
        late = now - index / rate
        if self._least_late is None or now >= self._anchor_ends:
            self._least_late = late if self._least_late is None else self._least_late_now
            self._least_late_now = late
            self._anchor_ends = now + ANCHOR_TIME
        self._least_late_now = min(self._least_late_now, late)

    # -- what the stream is ---------------------------------------------------------------------------

    def _learn(self, samples: bytes, now: float, events: list[Event]) -> None:
        """Count a packet towards the rate and the bits; tell what the stream is when both are known."""
        self._arrival.add(1, now)
        self._largest = max(self._largest, max(samples[::2]) << 8 | 0xFF)
        if self._rate is None and self._arrival.seconds < RATE_TIME:
            return
        rate, is_estimated = (self._rate, False) if self._rate else nominal_rate(self._arrival.rate)
        bits = self._kind.adc_bits if self._kind else adc_bits_for(self._largest)
        self.info = StreamInfo(
            stream_id=0, n_channels=(self._length - 4) // 2, scans_per_frame=1, adc_bits=bits,
            vref=self._kind.vref if self._kind else nominal_vref(bits), channel_skew=0.0, tick_hz=rate, period_ticks=1,
            board=f"Chords {self._board}".strip(), protection="none", rate_is_estimated=is_estimated,
        )  # fmt: skip
        self._origin = self._next
        events.append(self.info)

    def _flush(self, events: list[Event]) -> None:
        """Give out the packets that wait as one block."""
        if self._rows:
            counts = np.frombuffer(b"".join(self._rows), ">u2").reshape(len(self._rows), -1).astype(np.int32)
            events.append(Scans(self._next - self._origin - len(counts), counts))
            self.counts.received_scans += len(counts)
            self._rows = []


def nominal_rate(measured: float) -> tuple[int, bool]:
    """Return the rate of this firmware nearest to the measured one; where none is near, that one and True."""
    nearest = min(RATES, key=lambda rate: abs(rate - measured))
    near = abs(measured - nearest) <= RATE_WITHIN * nearest
    return (nearest, False) if near else (max(1, round(measured)), True)


def encode_packet(counter: int, samples: list[int]) -> bytes:
    """Return the packet of one scan, `samples` 0–65535, with `counter` modulo 256."""
    return SYNC + bytes([counter % 256]) + np.array(samples).astype(">u2").tobytes() + bytes([END])


def _is_run(data: bytes, at: int, length: int) -> bool:
    """Whether `RUN` packets of `length` bytes follow each other from `at` on, their counters rising by one."""
    if at + RUN * length > len(data):
        return False
    starts = range(at, at + RUN * length, length)
    return all(
        data[start : start + 2] == SYNC
        and data[start + length - 1] == END
        and data[start + 2] == (data[at + 2] + i) % 256
        for i, start in enumerate(starts)
    )
