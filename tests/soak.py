"""A day of signal in minutes: nothing drifts, nothing grows, nothing is lost.

    python -m tests.soak [--hours H] [--period S] [--piece S] [--seed N] [--trace]

Minutes of a simulated muscle (work, weakness, hum, loose electrode, bumps, rails) are made once and then played in
many orders, with holes between and within them, through the app's own sitting: signal path, practice, rings, recorder.
Rule: a period that is played again has the same scans, but never the same cutting into blocks. Each period begins with
a hole, so what it gives must be the same to the bit, whether it comes first or a day later.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import hashlib
import math
import os
import sys
import tempfile
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.pipeline import PipelineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.recorder import Recorder
from biofeedback.sitting import Sitting
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.training.commands import SetHold, SetReference, SetTarget
from biofeedback.wire.events import Counts, Gap, GapCause, Scans, StreamInfo
from tests.blocks import joined_counts

RATE = 1000
KINDS = 3
"""Different periods; the last of a run is the first kind again."""
GAPS = 20
"""Holes in a period."""
FIRST_HOLE = 2.0
"""Seconds without scans that begin a period: the path starts anew after it."""
BLOCKS = (0.03, 1.5)
"""Shortest and longest block in seconds."""
MOST_GROWTH = 5_000_000
"""Bytes."""
CAUSES: tuple[GapCause, ...] = ("line", "board")
WAIT = 60.0
"""Seconds that the recorder may take to write what is queued."""


@dataclass(frozen=True)
class Footprint:
    """What the process holds after a period: bytes by tracemalloc and, on Linux, of the whole process; 0 untold."""

    traced: int
    resident: int
    objects: int
    handles: int
    threads: int


@dataclass
class Period:
    """What one period gave."""

    kind: int
    digest: str
    n_reached: int
    footprint: Footprint


@dataclass
class Soak:
    """The whole run: its periods, and what was found wrong with it in sentences."""

    periods: list[Period] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    n_scans: int = 0
    n_lost: int = 0
    n_stored: int = 0
    file_bytes: int = 0
    after: Footprint | None = None
    """What was held when the recording was complete."""


def minutes(seconds: int, seed: int) -> list[Counts]:
    """Return pieces of `seconds` of 10 bit counts, (n_scans, 1): six sorts of trouble, and none."""
    made: list[Counts] = []
    for sort in ("well", "weak", "hum", "loose", "bumps", "rails", "slack"):
        source = SimulatedSource(
            1, RATE, seed=seed + len(made), paced=False, adc_bits=10, strength=0.05 if sort == "weak" else 1.0
        )
        source.open()
        pieces: list[Scans] = []
        blocks = seconds * RATE // 50
        for i in range(blocks):
            phase = i * 0.05 % 8
            source.set_contraction(0.0 if sort == "slack" else 0.6 if 2 <= phase < 6 else 0.02)
            middle = blocks // 3 <= i < 2 * blocks // 3
            source.loosen(loose=sort == "loose" and middle)
            source.set_hum(60.0 if sort == "hum" and middle else 5.0)
            if sort == "bumps" and i % 70 == 30:
                source.bump()
            if sort == "rails" and i % 90 == 40:
                source.bump(peak=40_000.0)
            pieces += [event for event in source.read(0) if isinstance(event, Scans)]
        source.close()
        made.append(joined_counts(pieces)[: seconds * RATE])
    return made


@dataclass(frozen=True)
class Layout:
    """One period: which pieces follow each other, and what of it is missing. A kind is the same each time."""

    order: tuple[Counts, ...]
    holes: tuple[tuple[int, int], ...]
    """(first scan, number of scans) of each, in order, none touching the next."""
    length: int

    @classmethod
    def of(cls, kind: int, pieces: list[Counts], length: int, seed: int) -> Layout:
        """Return the period of a kind, `length` scans long."""
        rng = np.random.default_rng([seed, kind])
        order = tuple(pieces[i] for i in rng.integers(0, len(pieces), math.ceil(length / len(pieces[0]))))
        holes = [(0, round(FIRST_HOLE * RATE))]
        starts = np.sort(rng.choice(length, GAPS, replace=False)).tolist()
        lengths = np.exp(rng.uniform(np.log(1), np.log(0.5 * RATE), GAPS)).astype(int).tolist()
        for start, n_scans in zip(starts, lengths, strict=True):
            if start > sum(holes[-1]) and start + n_scans < length:
                holes.append((start, n_scans))
        return cls(order, tuple(holes), length)

    def events(self, first_index: int, cutting: np.random.Generator) -> Iterator[Scans | Gap]:
        """Yield the period from scan `first_index` on, cut into blocks by `cutting`; holds nothing but one block."""
        ends = [start for start, _ in self.holes[1:]] + [self.length]
        for i, ((start, n_scans), end) in enumerate(zip(self.holes, ends, strict=True)):
            yield Gap(first_index + start, n_scans, CAUSES[i % 2])
            at = start + n_scans
            while at < end:
                wanted = round(RATE * math.exp(cutting.uniform(math.log(BLOCKS[0]), math.log(BLOCKS[1]))))
                stop = min(end, at + wanted)
                yield Scans(first_index + at, self.counts(at, stop))
                at = stop

    def counts(self, start: int, stop: int) -> Counts:
        """Return the counts from scan `start` to `stop` of the period."""
        each = len(self.order[0])
        found = [
            self.order[i][max(start - i * each, 0) : stop - i * each] for i in range(start // each, -(-stop // each))
        ]
        return np.concatenate(found)


def footprint() -> Footprint:
    """Return what the process holds now, rubbish collected."""
    gc.collect()
    statm, handles = Path("/proc/self/statm"), Path("/proc/self/fd")
    resident = int(statm.read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0
    return Footprint(
        tracemalloc.get_traced_memory()[0],
        resident,
        len(gc.get_objects()),
        len(list(handles.iterdir())) if handles.exists() else 0,
        threading.active_count(),
    )


def soak(
    folder: Path,
    n_periods: int,
    period: int,
    piece: int,
    *,
    seed: int = 1,
    trace: bool = False,
    tell: Callable[[Period], None] = lambda _: None,
) -> Soak:
    """Play `n_periods` of `period` scans made of pieces of `piece` seconds; store them below `folder`.

    `trace` counts the memory by tracemalloc too: exact, and more than twice as slow.
    """
    channel = ChannelSettings("vastus medialis", "left")
    settings = PipelineSettings(float(RATE), 10, 5.0, (channel,), mains=50, display="linear 6 Hz")
    info = StreamInfo(1, 1, 10, 10, 5.0, 0.0, RATE, 1, "soak")
    found, given, cutting = Soak(), hashlib.sha256(), np.random.default_rng([seed, 99])
    pieces = minutes(piece, seed)
    if trace:
        tracemalloc.start()
    try:
        sitting = Sitting(settings, info, simulated=True, paced=False)
        sitting.start_recording(recorder_in(folder, now=lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
        recorder = sitting.recorder
        if recorder is None:
            raise RuntimeError("no recorder was made")
        sitting.command(SetReference(0, 12.0, 0.5, "comfortable", None, "good"))
        sitting.command(SetHold(2.0))
        for number in range(n_periods):
            kind = 0 if number == n_periods - 1 else number % KINDS
            made, before = hashlib.sha256(), sitting.pipeline.practice.n_reached
            for event in Layout.of(kind, pieces, period, seed).events(sitting.run_index, cutting):
                if isinstance(event, Gap):
                    sitting.gap(event)
                    found.n_lost += event.n_scans
                    if event.first_index == number * period:
                        sitting.command(SetTarget(40.0 + 5 * kind))
                    continue
                sitting.scans(event)
                given.update(event.counts.astype("<i4").tobytes())
                if (update := sitting.update) is None:
                    raise RuntimeError("scans gave no update")
                # scan by scan, so that the cutting does not show in the order of the bytes
                made.update(np.hstack([update.score, update.display, update.bar]).tobytes())
            wait_for(recorder, sitting.run_index)
            reached = sitting.pipeline.practice.n_reached - before
            found.periods.append(Period(kind, made.hexdigest(), reached, footprint()))
            tell(found.periods[-1])
        found.n_scans = sitting.run_index
        sitting.finish_recording(ended=dt.datetime(2026, 1, 3, tzinfo=dt.UTC), measured_rate=None)
        state = recorder.close(WAIT)
        found.after = footprint()
    finally:
        tracemalloc.stop()
    if not state.closed or state.problem or state.path is None:
        found.faults.append(f"the recording is not complete: {state.problem}")
        return found
    found.file_bytes = state.path.stat().st_size
    found.n_stored = check_file(state.path, given.hexdigest(), found)
    judge(found)
    return found


def wait_for(recorder: Recorder, n_scans: int) -> None:
    """Wait until the recorder has taken so many scans, so that what waits in its queue is not counted as growth."""
    deadline, pause = time.monotonic() + WAIT, threading.Event()
    while recorder.state.n_scans < n_scans:
        if time.monotonic() > deadline or not recorder.state.active:
            raise RuntimeError(f"the recorder stands at scan {recorder.state.n_scans} of {n_scans}")
        pause.wait(0.01)


def check_file(path: Path, digest: str, found: Soak) -> int:
    """Compare the file with what was given, to the bit; return how many scans it holds."""
    stored, n_scans, n_lost = hashlib.sha256(), 0, 0
    for event in read_edf(path).blocks(1 << 20):
        n_scans = event.end_index
        if isinstance(event, Gap):
            n_lost += event.n_scans
        else:
            stored.update(event.counts.astype("<i4").tobytes())
    if stored.hexdigest() != digest:
        found.faults.append("the file's samples are not the ones given")
    if (n_scans, n_lost) != (found.n_scans, found.n_lost):
        found.faults.append(f"the file has {n_scans} scans, {n_lost} lost: {found.n_scans} and {found.n_lost} came")
    return n_scans


def judge(found: Soak) -> None:
    """Say what differs between periods of one kind, and what grew after each kind was played once."""
    firsts: dict[int, Period] = {}
    for number, period in enumerate(found.periods, 1):
        first = firsts.setdefault(period.kind, period)
        if (first.digest, first.n_reached) != (period.digest, period.n_reached):
            found.faults.append(f"period {number} is not what the first of its kind was")
    if len({period.digest for period in firsts.values()}) < len(firsts):
        found.faults.append("different periods gave the same: nothing was compared")
    if not any(period.n_reached for period in found.periods):
        found.faults.append("no hold was reached: the periods hold no work")
    warm = [period.footprint for period in found.periods[min(KINDS, len(found.periods) - 1) :]]
    for name in ("traced", "resident"):
        grown = max(getattr(one, name) for one in warm) - getattr(warm[0], name)
        if grown > MOST_GROWTH:
            found.faults.append(f"{name} memory grew by {grown / 1e6:.1f} MB")
    for name in ("handles", "threads"):
        if len({getattr(one, name) for one in warm}) > 1:
            found.faults.append(f"the number of {name} changed: {[getattr(one, name) for one in warm]}")


def say(text: str) -> None:
    """Print a line."""
    print(text, flush=True)  # noqa: T201


def main() -> int:
    """Run the soak, print a line per period, return 1 when something was found."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--hours", type=float, default=24.0, help="hours of signal (default 24)")
    options.add_argument("--period", type=int, default=3600, help="seconds of a period (default 3600)")
    options.add_argument("--piece", type=int, default=60, help="seconds of a piece of signal (default 60)")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--trace", action="store_true", help="count memory by tracemalloc too (twice as slow)")
    asked = options.parse_args()
    n_periods = max(KINDS + 1, round(asked.hours * 3600 / asked.period))
    start, number = time.perf_counter(), 0
    say(f"{'period':>6} {'kind':>4} {'holds':>5}  {'output':<12}{'traced MB':>10}{'resident MB':>12}"
          f"{'objects':>9}{'handles':>8}{'threads':>8}{'minutes':>8}")  # fmt: skip

    def line(name: str, kind: str, holds: str, digest: str, held: Footprint) -> None:
        say(f"{name:>6} {kind:>4} {holds:>5}  {digest:<12}{held.traced / 1e6:10.2f}{held.resident / 1e6:12.1f}"
              f"{held.objects:9}{held.handles:8}{held.threads:8}{(time.perf_counter() - start) / 60:8.1f}")  # fmt: skip

    def tell(period: Period) -> None:
        nonlocal number
        number += 1
        line(str(number), str(period.kind), str(period.n_reached), period.digest[:10], period.footprint)

    with tempfile.TemporaryDirectory() as folder:
        found = soak(
            Path(folder) / "library", n_periods, asked.period * RATE, asked.piece, seed=asked.seed, trace=asked.trace,
            tell=tell,
        )  # fmt: skip
    if found.after:
        line("closed", "", "", "", found.after)
    say(f"{found.n_scans / RATE / 3600:.1f} h of signal, {found.n_lost / RATE:.0f} s of it lost in holes, "
          f"{found.n_stored} scans read back, {found.file_bytes / 1e6:.0f} MB")  # fmt: skip
    for fault in found.faults:
        say(f"FOUND: {fault}")
    say("nothing found" if not found.faults else f"{len(found.faults)} faults")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
