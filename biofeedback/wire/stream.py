"""EMG stream 1: frames to events and events to frames.

Strategy: collect bytes up to a 0x00, unstuff (COBS), check CRC-32, then length, stream and numbering. What fails
any check is counted and dropped; it never becomes a sample.
Rule 1: `feed` never raises and takes time linear in its input, whatever the bytes are.
Rule 2: unfinished input is at most MAX_FRAME bytes; a longer run without 0x00 cannot be a frame and is skipped.
Rule 3: scans are given out in order, each index once, as `Scans` or inside a `Gap`.
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass

import numpy as np

from biofeedback.wire import cobs
from biofeedback.wire.events import Counts, Event, Gap, Scans, Status, StreamInfo, TextLine

PROTO = 1
"""Version of the protocol spoken here; a higher one is incompatible by definition."""

DATA, INFO, STATUS, TEXT = 1, 2, 3, 4
FLAG_DROPPED, FLAG_RAIL = 1, 2
MAX_FRAME = cobs.MAX_BODY + 1
"""Longest frame on the line without its 0x00."""
MAX_CHANNELS = 6

_DATA = struct.Struct("<BBIBBB")
_INFO = struct.Struct("<BBBBBBBBBHHII")
_STATUS = struct.Struct("<BBII")
_CRC = struct.Struct("<I")
_WRAP = 1 << 32
MAX_DATA_VALUES = (cobs.MAX_BODY - _DATA.size - _CRC.size) // 2
"""Most samples (scans times channels) that fit one DATA frame."""


@dataclass(slots=True)
class DecoderCounts:
    """What a decoder saw. `damaged`: failed COBS, CRC or length. `foreign`: another stream or repeated scans."""

    frames: int = 0
    damaged: int = 0
    foreign: int = 0
    unknown: int = 0
    received_scans: int = 0
    lost_scans: int = 0
    frames_at_rail: int = 0


class StreamDecoder:
    """Turns the bytes of one board into events.

    With `stream_id` the host has just started that stream (`bN`): it begins at scan 0, other streams are foreign.
    Without, the decoder follows whatever stream an INFO announces, from its first frame on (attached in mid-stream).
    Data before the first INFO are not given out: their rate is unknown.
    """

    def __init__(self, stream_id: int | None = None) -> None:
        self.counts = DecoderCounts()
        self.info: StreamInfo | None = None
        self._wanted = stream_id
        self._next: int | None = None
        self._partial = bytearray()
        self._skipping = False

    def feed(self, data: bytes) -> list[Event]:
        """Return the events that `data` completes, oldest first. Any cutting of the bytes gives the same events."""
        events: list[Event] = []
        *ended, rest = data.split(b"\0")
        for piece in ended:
            if not self._skipping and len(self._partial) + len(piece) <= MAX_FRAME:
                stuffed = bytes(self._partial) + piece
                if stuffed:
                    self._frame(stuffed, events)
            else:
                self.counts.damaged += 1
            self._partial.clear()
            self._skipping = False
        if self._skipping or len(self._partial) + len(rest) > MAX_FRAME:
            self._partial.clear()
            self._skipping = True
        else:
            self._partial += rest
        return events

    def _frame(self, stuffed: bytes, events: list[Event]) -> None:
        body = cobs.decode(stuffed)
        if body is None or len(body) <= _CRC.size or not _crc_is_right(body):
            self.counts.damaged += 1
            return
        body = body[: -_CRC.size]
        kind = body[0]
        if kind == DATA and len(body) >= _DATA.size:
            self._data(body, events)
        elif kind == INFO and len(body) >= _INFO.size:
            self._info(body, events)
        elif kind == STATUS and len(body) >= _STATUS.size:
            self.counts.frames += 1
            _, stream_id, millis, overruns = _STATUS.unpack_from(body)
            events.append(Status(stream_id, millis / 1000, overruns))
        elif kind == TEXT:
            self.counts.frames += 1
            events.append(TextLine(body[1:].decode("ascii", "replace")))
        else:
            self.counts.unknown += 1

    def _data(self, body: bytes, events: list[Event]) -> None:
        _, stream_id, first_scan, flags, n_channels, n_scans = _DATA.unpack_from(body)
        if n_scans < 1 or len(body) != _DATA.size + 2 * n_scans * n_channels:
            self.counts.damaged += 1
            return
        if self.info is None or stream_id != self.info.stream_id or n_channels != self.info.n_channels:
            self.counts.foreign += 1
            return
        expected = first_scan if self._next is None else self._next
        ahead = (first_scan - expected) % _WRAP
        if ahead >= _WRAP // 2:  # behind what was given out already: a repeated frame
            self.counts.foreign += 1
            return
        self.counts.frames += 1
        if ahead:
            self.counts.lost_scans += ahead
            events.append(Gap(expected, ahead, "board" if flags & FLAG_DROPPED else "line"))
        self.counts.frames_at_rail += bool(flags & FLAG_RAIL)
        self.counts.received_scans += n_scans
        counts = np.frombuffer(body, "<u2", offset=_DATA.size).reshape(n_scans, n_channels).astype(np.int32)
        events.append(Scans(expected + ahead, counts))
        self._next = expected + ahead + n_scans

    def _info(self, body: bytes, events: list[Event]) -> None:
        (_, proto, major, minor, stream_id, mode, n_channels, scans_per_frame, adc_bits, vref_millivolts, skew_micros,
         tick_hz, period_ticks) = _INFO.unpack_from(body)  # fmt: skip
        wrong_stream = self._wanted is not None and stream_id != self._wanted
        if proto > PROTO or mode != 1 or wrong_stream:
            self.counts.foreign += 1
            return
        if not 1 <= n_channels <= MAX_CHANNELS or not tick_hz or not period_ticks or not 1 <= adc_bits <= 16:
            self.counts.damaged += 1
            return
        self.counts.frames += 1
        info = StreamInfo(
            stream_id=stream_id,
            n_channels=n_channels,
            scans_per_frame=scans_per_frame,
            adc_bits=adc_bits,
            vref=vref_millivolts / 1000,
            channel_skew=skew_micros / 1e6,
            tick_hz=tick_hz,
            period_ticks=period_ticks,
            board=body[_INFO.size :].decode("ascii", "replace"),
            mode=mode,
            proto=proto,
            firmware=(major, minor),
        )
        if info != self.info:
            if self.info is None or info.stream_id != self.info.stream_id:
                self._next = 0 if self._wanted is not None else None
            self.info = info
            events.append(info)


def encode_data(stream_id: int, first_index: int, counts: Counts, *, flags: int = 0) -> bytes:
    """Return one DATA frame: `counts` of shape (n_scans, n_channels), 0–65535, at most `MAX_DATA_VALUES` values."""
    n_scans, n_channels = counts.shape
    head = _DATA.pack(DATA, stream_id, first_index % _WRAP, flags, n_channels, n_scans)
    return _encode(head + counts.astype("<u2").tobytes())


def encode_info(info: StreamInfo) -> bytes:
    """Return the INFO frame that decodes to `info`."""
    head = _INFO.pack(
        INFO, info.proto, *info.firmware, info.stream_id, info.mode, info.n_channels, info.scans_per_frame,
        info.adc_bits, round(info.vref * 1000), round(info.channel_skew * 1e6), info.tick_hz, info.period_ticks,
    )  # fmt: skip
    return _encode(head + info.board.encode("ascii", "replace"))


def encode_status(status: Status) -> bytes:
    """Return the STATUS frame that decodes to `status`."""
    return _encode(_STATUS.pack(STATUS, status.stream_id, round(status.uptime * 1000) % _WRAP, status.overruns))


def encode_text(line: TextLine) -> bytes:
    """Return the TEXT frame that decodes to `line`."""
    return _encode(bytes([TEXT]) + line.text.encode("ascii", "replace"))


def _crc_is_right(body: bytes) -> bool:
    return _CRC.pack(binascii.crc32(body[: -_CRC.size])) == body[-_CRC.size :]


def _encode(body: bytes) -> bytes:
    return cobs.encode(body + _CRC.pack(binascii.crc32(body)))
