"""What is looked for in a whole recording afterwards: bursts of each RAW channel, fatigue in the longest hold (F15).

Fed with the updates of a replay, asked at the end. Bursts are searched piece by piece, so memory does not grow with the
recording but for two float32 values a scan of the trained channel.
One rule: scans that have no value in training (missing, settling, saturated, disturbed) are not looked at, and what
cannot be said has its reason in one sentence.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.delay import CARRIER
from biofeedback.emg.envelope import Floats
from biofeedback.emg.filters import Cascade, Sos, group_delay
from biofeedback.emg.onset import FLOOR, QUIETEST, Burst, bursts
from biofeedback.emg.sensor import Sensor
from biofeedback.emg.sensor_limits import allowed
from biofeedback.emg.spectrum import SHORTEST_HOLD, Fatigue, Withheld, fatigue, signal_to_noise
from biofeedback.pipeline import PipelineSettings, Update
from biofeedback.report.holds import holds, runs
from biofeedback.training.activation import Reference
from biofeedback.training.commands import Command, SetReference
from biofeedback.training.events import TrainingEvent
from biofeedback.training.practice_state import PracticeState

PIECE = 300.0
"""Seconds searched at once. A burst that fills more than half of a piece may be cut at its end."""
TAIL = 2.0
"""Seconds at the end of a piece that are searched again with the next one."""
LEAST_PERCENT = 10.0
"""Percent of the reference below which nothing counts as a burst: it may be rest or the neighbour. Judgement."""


@dataclass(frozen=True, slots=True)
class RecordedBurst:
    """A burst of a recording: its first scan, the scan past its last, its RMS in band-passed counts.

    `whole`: both edges were seen; else a gap, a disturbance or an end of the recording cut it.
    """

    onset_index: int
    offset_index: int
    rms: float
    whole: bool


@dataclass(frozen=True, slots=True)
class ChannelBursts:
    """The bursts of one channel, oldest first. `least_rms` in counts: weaker ones are left out, 0 without a reference.

    `searched`: seconds of signal in which they were looked for; the rest is missing, disturbed, in a stretch of less
    than a second, or in one without any rest. `withheld`: why there are none, where there cannot be any.
    """

    channel: int
    muscle: str
    searched: float
    least_rms: float
    bursts: tuple[RecordedBurst, ...]
    withheld: str | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A searched piece: how many scans, the RMS of its quietest second, and what was found."""

    n_scans: int
    quietest: float
    found: tuple[RecordedBurst, ...]


class _Search:
    """Looks for bursts in the usable scans of one RAW channel, as they come."""

    def __init__(self, rate: float, delay: float) -> None:
        self.pieces: list[_Piece] = []
        self._rate = rate
        self._delay = delay
        self._first = 0
        self._x: Floats = np.empty(0)
        self._parts: list[Floats] = []
        self._n = 0

    def take(self, first_index: int, x: Floats) -> None:
        """Take usable scans from `first_index` on, (n_scans,); what does not follow on begins a new stretch."""
        if first_index != self._first + self._n:
            self.end()
        if not self._n:
            self._first = first_index
        self._parts.append(x)
        self._n += len(x)
        size, least = round(PIECE * self._rate), round(QUIETEST * self._rate)
        while self._n >= size + least:  # what is left can always be searched
            joined = self._joined()
            used = self._search(joined[:size], last=False)
            self._keep(joined[used:])

    def end(self) -> None:
        """Search what is left of the stretch."""
        if self._n >= QUIETEST * self._rate:
            self._search(self._joined(), last=True)
        self._first += self._n
        self._parts, self._n = [], 0

    def _joined(self) -> Floats:
        return np.concatenate(self._parts)

    def _keep(self, rest: Floats) -> None:
        self._first += self._n - len(rest)
        self._parts, self._n = [rest], len(rest)

    def _search(self, x: Floats, *, last: bool) -> int:
        """Search `x`, the oldest scans; return how many of them are done with: all of the `last` ones."""
        found = bursts(x, self._rate, delay=self._delay)
        used = len(x) if last else self._cut(found, len(x))
        size = round(QUIETEST * self._rate)
        total = np.cumsum(np.concatenate([[0.0], x * x]))
        self.pieces.append(
            _Piece(
                n_scans=used,
                quietest=math.sqrt(max(0.0, float((total[size:] - total[:-size]).min())) / size),
                found=tuple(
                    RecordedBurst(
                        self._first + burst.onset_index, self._first + burst.offset_index, burst.rms,
                        whole=burst.onset_index > 0 and burst.offset_index < len(x),
                    )
                    for burst in found
                    if burst.offset_index <= used
                ),
            )
        )  # fmt: skip
        return used

    def _cut(self, found: Sequence[Burst], n: int) -> int:
        """Return where a piece of `n` scans is cut: in a pause, so that no burst is, unless it fills half the piece."""
        settled = n - round(TAIL * self._rate)
        done = max((burst.offset_index for burst in found if burst.offset_index <= settled), default=0)
        coming = min((burst.onset_index for burst in found if burst.offset_index > settled), default=n)
        cut = (max(done, settled) + n) // 2 if coming == n else max((done + coming) // 2, coming - (n - settled))
        return cut if cut >= n / 2 else n


class Analysis:
    """What is looked for in one recording of `n_scans`, whose RAW channels pass the filter `sos`."""

    def __init__(self, settings: PipelineSettings, sos: Sos, n_scans: int) -> None:
        self._settings = settings
        rate = settings.rate
        self._raw = [i for i, channel in enumerate(settings.channels) if channel.sensor is Sensor.RAW]
        self._filter = Cascade(sos, len(self._raw))
        delay = group_delay(sos, min(CARRIER, rate / 3), rate)
        limits = [allowed(channel.sensor, rate) for channel in settings.channels]
        self._withheld = [
            next((answer.why for answer in (limit.timing, limit.band_pass) if not answer), None) for limit in limits
        ]
        self._spectrum = limits[0].spectrum
        self._searches = {i: _Search(rate, delay) for i in self._raw if self._withheld[i] is None}
        self._x: NDArray[np.float32] = np.full(n_scans, np.nan, dtype=np.float32)
        self._bar: NDArray[np.float32] = np.full(n_scans, np.nan, dtype=np.float32)

    def take(self, update: Update) -> None:
        """Take what became of the next block or gap."""
        first, end = update.first_index, update.end_index
        if not len(update.counts):
            if end > first:
                self._filter.restart()
            return
        self._bar[first:end] = update.bar[:, 0]
        x = self._filter.process(update.counts[:, self._raw].astype(np.float64)) if self._raw else None
        if x is None:
            return
        if self._raw[0] == 0:
            self._x[first:end] = x[:, 0]
        for column, i in enumerate(self._raw):
            if search := self._searches.get(i):
                for a, b in runs(np.isfinite(update.bar[:, i])):
                    search.take(first + a, x[a:b, column].copy())

    def bursts(self, references: Sequence[Reference | None]) -> tuple[ChannelBursts, ...]:
        """Return the bursts of each channel; `references`: what 100 % is on each, None where it was not measured.

        With a reference, bursts below LEAST_PERCENT of it are left out, and so are pieces whose quietest second is
        above that: nobody rested in them, so nothing tells where an effort begins.
        """
        return tuple(self._bursts(i, reference) for i, reference in enumerate(references))

    def _bursts(self, channel: int, reference: Reference | None) -> ChannelBursts:
        muscle = self._settings.channels[channel].name
        search = self._searches.get(channel)
        if search is None:
            return ChannelBursts(channel, muscle, 0.0, 0.0, (), self._withheld[channel])
        search.end()
        least, quiet = 0.0, math.inf
        if reference:
            least = round(math.hypot(reference.rest, LEAST_PERCENT / 100 * reference.amplitude), 3)
            quiet = max(least, math.sqrt(FLOOR))
        pieces = [piece for piece in search.pieces if piece.quietest <= quiet]
        found = tuple(burst for piece in pieces for burst in piece.found if burst.rms >= least)
        searched = round(sum(piece.n_scans for piece in pieces) / self._settings.rate, 3)
        withheld = None if pieces else "No stretch of the signal is long enough and has rest in it to compare with."
        return ChannelBursts(channel, muscle, searched, least, found, withheld)

    def fatigue(
        self, commands: Sequence[tuple[int, Command]], events: Sequence[TrainingEvent], state: PracticeState
    ) -> Fatigue | Withheld:
        """Return the course of the median frequency over the longest hold of the trained channel (F15), or the reason.

        `commands`, `events` and the last `state` as computed. Holds are those of F5; the longest part of one without a
        scan that is missing, saturated or disturbed is taken.
        """
        if not self._spectrum:
            return Withheld(self._spectrum.why)
        rate = self._settings.rate
        found = list(holds(self._bar, rate, commands, events, state))
        parts = [(first + a, first + b) for first, stop in found for a, b in runs(np.isfinite(self._bar[first:stop]))]
        if not parts:
            return Withheld("The target was not held.")
        first, stop = max(parts, key=_length)
        enough = round(SHORTEST_HOLD * rate)
        if stop - first < enough <= max(map(_length, found)):
            return Withheld(
                f"Scans are missing or disturbed inside the longest hold; its longest whole part is "
                f"{math.floor((stop - first) / rate * 10) / 10:.1f} s; {SHORTEST_HOLD:g} s are needed."
            )
        x = self._x[first:stop].astype(np.float64)
        rests = [c.rest for index, c in commands if isinstance(c, SetReference) and c.channel == 0 and index <= first]
        if rests:
            snr = signal_to_noise(math.sqrt(float(np.mean(x * x))), rests[-1])
        elif stop - first < enough:
            snr = math.inf  # too short, whatever rest was
        else:
            return Withheld("Rest was not measured before the hold, so nobody knows how far above it the hold is.")
        course = fatigue(x, rate, np.ones(len(x), dtype=np.bool_), snr)
        return course if isinstance(course, Withheld) else replace(course, first_index=first)


def as_values(found: Sequence[ChannelBursts], course: Fatigue | Withheld) -> dict[str, Any]:
    """Return `bursts` and `fatigue` as plain values for JSON, the verdict with them."""
    values = asdict(course)
    if isinstance(course, Fatigue):
        values["verdict"] = course.verdict
    return {"bursts": [asdict(one) for one in found], "fatigue": values}


def _length(part: tuple[int, int]) -> int:
    return part[1] - part[0]
