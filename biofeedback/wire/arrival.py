"""What arrival times and first numbers tell of a stream that says nothing of itself: its rate and its converter's bits.

For the dialects without an INFO frame. No clock here: every `now` is given, in seconds of the host's monotonic clock.
One rule: what is found here is a guess and is called one. A lump's time is the latest that its scans can have been
taken, so scans are counted from the end of the first lump to the end of the last.
"""

from __future__ import annotations

STANDARD_RATES = (100, 125, 200, 250, 256, 400, 500, 512, 800, 1000, 1024, 1600, 2000, 2048, 4000)
"""Scans per second that people choose."""
CLOSE = 0.03
"""A measured rate this near to a standard one is taken for it: a lump of 16 ms in 1 s, and a clock 1 % off."""
SAME = 0.05
"""A measured rate this near to the one of an earlier connection is still that one."""
ADC_BITS = (10, 12, 14, 16)


class ArrivalRate:
    """Counts scans against the host's clock, lump by lump. Cutting a lump that arrives at one time changes nothing."""

    def __init__(self) -> None:
        self._first: float | None = None
        self._complete = 0.0
        self._n_complete = 0
        self._latest = 0.0
        self._n_scans = 0

    def add(self, n_scans: int, now: float) -> None:
        """Note that `n_scans` more were taken by the time `now`. What came in the first lump only sets the start."""
        if self._first is None:
            self._first = self._complete = self._latest = now
        elif now > self._latest:
            self._complete, self._n_complete = self._latest, self._n_scans
            self._latest = now
        if now > self._first:
            self._n_scans += n_scans

    @property
    def seconds(self) -> float:
        """Time between the first and the last complete lump: the newest may not have been counted to its end."""
        return 0.0 if self._first is None else self._complete - self._first

    @property
    def rate(self) -> float:
        """Scans per second between the first and the last complete lump; 0 before there are two."""
        return self._n_complete / self.seconds if self.seconds > 0 else 0.0


def standard_rate(measured: float, *, expected: int | None = None) -> int:
    """Return whole scans per second for a measured rate: the expected one, a standard one, or the nearest whole one.

    Whole, because a recording stores whole samples a second. `expected` is the rate of an earlier connection.
    """
    if expected and abs(measured - expected) <= SAME * expected:
        return expected
    nearest = min(STANDARD_RATES, key=lambda rate: abs(rate - measured))
    return nearest if abs(measured - nearest) <= CLOSE * nearest else max(1, round(measured))


def adc_bits_for(largest: int, *, at_least: int = 10) -> int:
    """Return the least number of bits of a usual converter, `at_least` or more, that reaches `largest`."""
    return next((bits for bits in ADC_BITS if bits >= at_least and largest < 1 << bits), ADC_BITS[-1])


def nominal_vref(adc_bits: int) -> float:
    """Return the usual reference in volts: 10 bits are an AVR on 5 V, more bits a 3.3 V board. The person's wins."""
    return 5.0 if adc_bits == 10 else 3.3
