"""Numbers as text: one scan a line, as sketches print for a serial plotter; `label:value` and lines of words allowed.

Strategy: the first lines of numbers that agree fix the columns, two seconds of arrival the rate, the largest number
the converter's bits. From then on a line with other columns, odd numbers or values outside the converter is damaged.
Rule 1: `feed` never raises, takes time linear in its input and keeps at most MAX_LINE bytes.
Rule 2: only plain ASCII decimals are numbers; they are rounded to whole counts. NaN, exponents, 10 digits are refused.
Rule 3: lines carry no number of their own, so a lost or damaged line is no gap: what follows moves up by one scan.
Damaged lines are counted, lost ones cannot be; a lost digit is a good number. The stream is called unprotected, and
its rate, guessed from arrival, an estimate.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from biofeedback.wire.arrival import ADC_BITS, ArrivalRate, adc_bits_for, nominal_vref, standard_rate
from biofeedback.wire.events import Event, Scans, StreamInfo
from biofeedback.wire.stream import DecoderCounts

MAX_LINE: Final = 256
"""Longest line in bytes: 16 columns of a label and a number. A longer one is skipped to its end."""
MAX_COLUMNS: Final = 16
AGREE: Final = 5
"""Lines of numbers in a row with as many columns that fix them."""
RATE_TIME: Final = 2.0
"""Seconds of arrival before the rate is told: lumps of 16 ms are then 0.8 % of it."""
RATE_TIME_AGAIN: Final = 1.0
"""The same where only the rate of an earlier connection is to be confirmed."""
OUTGROWN: Final = 8
"""Lines in a row with a value beyond the converter's bits that show that it has more; fewer are damage."""

_SEPARATOR: Final = re.compile(rb"[ \t]*[,;\t][ \t]*")
_AFTER_LABEL: Final = re.compile(rb":[ \t]+")
_LABEL: Final = re.compile(rb"[A-Za-z_][^:,;\t]{0,31}:")
_NUMBER: Final = re.compile(rb"[+-]?[0-9]{1,9}(?:\.[0-9]{0,9})?")
_LIKE_NUMBER: Final = re.compile(rb"[+-]*(?:\.?[0-9]|nan|inf|ovf)", re.IGNORECASE)


class TextDecoder:
    """Turns lines of numbers into events: one `StreamInfo`, then `Scans` from index 0 on.

    The lines until the rate is known are only counted, and not given out. `expected_rate` and `least_bits` come from
    an earlier connection to the same port. In `counts`, `frames` are lines of numbers, `unknown` lines of words.
    """

    def __init__(self, *, expected_rate: int | None = None, least_bits: int = 10) -> None:
        self.counts = DecoderCounts()
        self.info: StreamInfo | None = None
        self.outgrown = False
        """Whether the numbers have more bits than the stream was told to have: it must be asked anew."""
        self.below_zero = 0
        """Lines refused because an ADC gives no negative counts."""
        self._expected_rate = expected_rate
        self._least_bits = least_bits
        self._arrival = ArrivalRate()
        self._partial = b""
        self._skipping = False
        self._opening = True  # what comes first may be the rest of a line, and a shorter number
        self._columns = 0
        self._agreeing = (0, 0)
        self._largest = 0
        self._beyond = 0
        self._next = 0
        self._rows: list[tuple[int, ...]] = []

    @property
    def recognised(self) -> bool:
        """Whether lines of numbers that agree were seen."""
        return self._columns > 0

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Return the events that `data`, arrived at `now`, completes, oldest first.

        Any cutting of bytes that arrive at the same time gives the same scans.
        """
        events: list[Event] = []
        *ended, rest = data.replace(b"\r", b"\n").split(b"\n")
        for piece in ended:
            fits = not self._skipping and len(self._partial) + len(piece) <= MAX_LINE
            line = (self._partial + piece).strip(b" \t") if fits else b""
            self.counts.damaged += not fits and not self._opening
            if line and not self._opening:
                self._line(line, now, events)
            self._partial = b""
            self._skipping = self._opening = False
        if self._skipping or len(self._partial) + len(rest) > MAX_LINE:
            self._partial = b""
            self._skipping = True
        else:
            self._partial += rest
        if self._rows:
            events.append(Scans(self._next - len(self._rows), np.array(self._rows, np.int32)))
            self.counts.received_scans += len(self._rows)
            self._rows = []
        return events

    def _line(self, line: bytes, now: float, events: list[Event]) -> None:
        values = numbers_in(line)
        if values is None:
            self.counts.damaged += 1
        elif not values:
            self.counts.unknown += 1
        elif not self._columns:
            self._agree(len(values))
        elif len(values) != self._columns or min(values) < 0:
            self.below_zero += min(values) < 0
            self.counts.damaged += 1
        elif self.info is None:
            self._learn(values, now, events)
        else:
            self._scan(values, self.info)

    def _agree(self, n_columns: int) -> None:
        """Count lines with the same number of columns; enough of them fix it."""
        before, n_lines = self._agreeing
        self._agreeing = (n_columns, n_lines + 1 if n_columns == before else 1)
        if self._agreeing[1] >= AGREE:
            self._columns = n_columns

    def _learn(self, values: tuple[int, ...], now: float, events: list[Event]) -> None:
        """Count a line towards the rate and the bits; tell what the stream is when both are known."""
        if max(values) >= 1 << ADC_BITS[-1]:
            self.counts.damaged += 1
            return
        self.counts.frames += 1
        self._largest = max(self._largest, *values)
        self._arrival.add(1, now)
        if self._arrival.seconds < (RATE_TIME_AGAIN if self._expected_rate else RATE_TIME):
            return
        bits = adc_bits_for(self._largest, at_least=self._least_bits)
        self.info = StreamInfo(
            stream_id=0, n_channels=self._columns, scans_per_frame=1, adc_bits=bits, vref=nominal_vref(bits),
            channel_skew=0.0, tick_hz=standard_rate(self._arrival.rate, expected=self._expected_rate), period_ticks=1,
            board="text", protection="none", rate_is_estimated=True,
        )  # fmt: skip
        events.append(self.info)

    def _scan(self, values: tuple[int, ...], info: StreamInfo) -> None:
        if max(values) >= 1 << info.adc_bits:
            self.counts.damaged += 1
            self._beyond += 1
            self.outgrown |= self._beyond >= OUTGROWN and info.adc_bits < ADC_BITS[-1]
            return
        self._beyond = 0
        self.counts.frames += 1
        self._rows.append(values)
        self._next += 1


def numbers_in(line: bytes) -> tuple[int, ...] | None:
    """Return the numbers of a line rounded to whole ones, none for a line of words, None for a damaged line.

    Separated by commas, tabs or semicolons (one may end the line), else by spaces; each may have a label and a colon.
    A line is of words when it does not begin with a number, and of odd bytes, which damage it, when it is not ASCII.
    """
    line = _AFTER_LABEL.sub(b":", line)
    tokens = _SEPARATOR.split(line)
    if len(tokens) > 1 and not tokens[-1]:
        tokens.pop()
    if len(tokens) == 1 and not (line.count(b":") == 1 and _LABEL.match(line)):
        tokens = tokens[0].split()
    tokens = [_LABEL.sub(b"", token, count=1) if _LABEL.match(token) else token for token in tokens]
    if len(tokens) > MAX_COLUMNS:
        return None
    if all(_NUMBER.fullmatch(token) for token in tokens):
        return tuple(round(float(token)) for token in tokens)
    return () if line.isascii() and b"\0" not in line and not _LIKE_NUMBER.match(tokens[0]) else None
