"""How well the signal check names what is wrong: precision and recall of each finding, and the confusion table.

    python -m tests.quality_bench [--cases N] [--tuning]

Each case is seven seconds of one channel: good signal, one fault for about two seconds (or none), good signal again.
Half of the cases are real recordings, half simulated muscles of 1 to 120 motor units on boards of 10 to 16 bits and
500 to 2000 scans/s, with 50 or 60 Hz. In half of them a reference is known.

What counts, fixed before the test seeds were drawn:
- A fault is *hit* when its own name is given within 1 s of its onset. Recall: hits over cases of that fault.
- A name is *false* when it is given where it is neither true nor accepted: before the onset, later than 1.5 s after
  the fault is mended, or in a case of another fault whose accepted names (`ACCEPTED`) it is not among; in a case
  without a fault at any time. Precision: hits over hits and cases with that false name.
- Where the faulty counts lie at a rail, saturation is true whatever brought them there.
The weakest strength of each fault is in `WEAKEST`; weaker ones harm too little to be called faults.

On steps of 10 bits rest may be one constant count. Good signals that show nothing else in their first 0.75 s are drawn
anew (no one could tell them from a dead line); those that stop moving later are not.

The tuning seeds are used on the first halves of the recordings, the test seeds on the second halves.
Rule: the detector's constants are not used here.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import numpy as np

from biofeedback.emg.envelope import Floats, quantised, steps_per_count
from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.findings import NAMES, Name
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.emg.watch import SignalWatch
from biofeedback.sources.muscle import Effort, MotorPool
from biofeedback.wire.events import Counts
from tests import faults
from tests.faults import Input, Random
from tests.real_emg import bursts, fatigue

Truth = Name | Literal["none"]
TRUTHS: tuple[Truth, ...] = (*NAMES, "none")
TEST_SEED, TUNING_SEED = 20_261_123, 7
SECONDS, IN_TIME, CLEARED = 7.0, 1.0, 1.5
BLOCK = 0.05
"""Seconds of signal given at once: how finely it is known when a name is given."""
WEAKEST = {
    "saturation": "2 % of the scans of its first second at a rail (offset: half of them)",
    "flat line": "constant; or its last bit toggling on steps up to 4 µV",
    "loose": "hum of 60 µV RMS and 1.2 times the EMG around (largest RMS of 0.25 s)",
    "hum": "20 µV RMS, 1.2 times the EMG around, 8 % of the reference",
    "drift": "450 µV/s, 1.2 times the EMG around per second",
    "movement": "400 µV and 4 times the EMG around, peak",
    "coarse step": "a step of a fifth of the reference (good: an eighth or less)",
    "lost scans": "6 % of the frames of 10 ms (good: one frame lost in 7 s)",
    "rate": "2 % off (good: within 0.5 %)",
}
ACCEPTED: dict[Truth, set[Name]] = {
    "saturation": {"movement", "drift"},  # the signal goes to the rail, and comes back, with a jump
    "flat line": {"movement"},  # so does a line that comes off
    "loose": {"hum", "movement", "drift"},  # what it consists of
    "hum": set(),
    "drift": set(),
    "movement": {"drift"},  # what it settles with
    "coarse step": set(),
    "lost scans": set(),
    "rate": set(),
    "none": set(),
}
CONTACT_HUM = 100.0
"""µV RMS from which hum says in itself that an electrode may be loose: then that name is accepted beside it."""
BOARDS = ((10, 5.0), (12, 5.0), (12, 3.3), (14, 5.0), (16, 5.0), (16, 3.3))
RATES = (500, 512, 1000, 2000)
UNITS = (1, 3, 10, 30, 120)


@dataclass
class Case:
    """One channel with its fault: from scan `onset` to `mended`."""

    truth: Truth
    adc: Input
    settings: ChannelSettings
    vref: float
    mains: int
    counts: Counts
    onset: int
    mended: int
    reference: tuple[float, float] | None
    holes: list[tuple[int, int]] = field(default_factory=list)
    measured: float = 1.0
    """Rate measured from the onset on, over the nominal one."""
    accepted: set[Name] = field(default_factory=set)


@dataclass
class Named:
    """When each name was given: seconds from the onset."""

    at: dict[Name, list[float]]
    red: bool


@cache
def _effort(rate: int, units: int, seed: int) -> tuple[Floats, float]:
    """Return 40 s of a muscle in µV that contracts and rests at will, and its RMS at full effort."""
    random = np.random.default_rng([rate, units, seed])
    best = 400.0 * float(np.sqrt(units / 120)) * random.uniform(0.5, 1.5)
    pool = MotorPool(rate, n_units=units, full_rms=best, seed=seed)
    step = 50
    effort = Effort(step / rate, seed)
    pieces, level, left = [], 0.0, 0.0
    for _ in range(40 * rate // step):
        if left <= 0:
            level = 0.0 if level > 0 else random.uniform(0.05, 1)
            left = random.uniform(0.5, 4)
        left -= step / rate
        pieces.append(effort.next(level, step))
    return pool.next(np.concatenate(pieces)), best


@dataclass
class Good:
    """A good signal; `rest` and `best` effort are RMS in µV."""

    counts: Counts
    adc: Input
    rest: float
    best: float
    vref: float
    mains: int


def _simulated(random: Random, part: int) -> Good:
    rate, units = int(random.choice(RATES)), int(random.choice(UNITS))
    emg, best = _effort(rate, units, 2 * int(random.integers(2)) + part)
    bits, vref = BOARDS[random.integers(len(BOARDS))]
    adc = Input(rate, bits, vref / 2**bits / 200 * 1e6)
    n = round(SECONDS * rate)
    at = random.integers(len(emg) - n)
    t = np.arange(n) / rate
    mains = int(random.choice([50, 60]))
    noise, hum = random.uniform(1.5, 6), random.uniform(0, 8)
    x = emg[at : at + n] + noise * random.standard_normal(n)
    x += hum * np.sqrt(2) * np.sin(2 * np.pi * mains * t + random.uniform(0, 6))
    for _ in range(3):
        wander = random.uniform(0, 20)
        x += wander * np.sin(2 * np.pi * random.uniform(0.05, 0.4) * t + random.uniform(0, 6))
    offset = random.uniform(-0.1, 0.1) * adc.half_range
    return Good(adc.digitised(x + offset), adc, float(np.hypot(noise, hum)), best, vref, mains)


def _real(random: Random, part: int) -> Good:
    whole, bits, best = [(bursts(), 16, 150.0), (fatigue(), 12, 450.0)][random.integers(2)]
    half = len(whole) // 2
    piece = whole[part * half : (part + 1) * half, 0]
    adc = Input(1000, bits, 3.0 / 2**bits / 1000 * 1e6)
    n = round(SECONDS * 1000)
    at = random.integers(len(piece) - n)
    return Good(piece[at : at + n].copy(), adc, 5.0, best, 3.0, 50)


def _good(random: Random, part: int, *, real: bool) -> Good:
    """Return a good signal: none that touches a rail, which is a fault of its own, or does not move at first."""
    while True:
        good = _real(random, part) if real else _simulated(random, part)
        first = good.counts[: round(0.75 * good.adc.rate)]
        if np.ptp(first) > 0 and good.counts.min() > 0 and good.counts.max() < good.adc.top:
            return good


def largest_rms(counts: Counts, adc: Input, span: slice) -> float:
    """Return the largest RMS in µV that a quarter of a second has around `span`."""
    quarter = round(adc.rate / 4)
    x = counts[max(0, span.start - quarter) : span.stop + quarter] * adc.microvolts
    return float(max(np.std(x[i : i + quarter]) for i in range(0, len(x) - quarter, quarter // 4)))


def case(truth: Truth, random: Random, part: int, *, real: bool) -> Case:
    """Return one case of `truth`, all of it drawn from `random`."""
    while (made := _attempt(truth, random, part, real=real)) is None:
        pass
    return made


def _attempt(truth: Truth, random: Random, part: int, *, real: bool) -> Case | None:
    """Return a case, or None where this signal and board have no room for that fault."""
    good = _good(random, part, real=real)
    adc = good.adc
    begin = round(random.uniform(2.0, 2.6) * adc.rate)
    span = slice(begin, begin + round(random.uniform(1.6, 2.2) * adc.rate))
    steps = random.uniform(0.5, 5) if truth == "coarse step" else good.best / adc.microvolts
    known = truth == "coarse step" or (steps >= 8 and bool(random.random() < 0.5))
    one = Case(
        truth, adc, ChannelSettings(gain=1000.0 if real else 200.0, vref=good.vref), good.vref, good.mains, good.counts,
        begin, span.stop, (good.rest / adc.microvolts, steps) if known else None,
        measured=1 + random.uniform(-0.005, 0.005), accepted=set(ACCEPTED[truth]),
    )  # fmt: skip
    if not _spoil(one, span, good, random):
        return None
    at_rail = (one.counts != good.counts) & ((one.counts == 0) | (one.counts == adc.top))
    if at_rail[one.mended :].any():
        return None  # a drift that leaves the signal at a rail is not mended
    if at_rail.any():
        one.accepted.add("saturation")
    return one


def _spoil(one: Case, span: slice, good: Good, random: Random) -> bool:
    """Put the fault into `one`; return whether there was room for it between its weakest strength and the rails."""
    adc, counts, begin = one.adc, one.counts, one.onset
    around = largest_rms(counts, adc, slice(begin, begin + round(adc.rate)))
    room = adc.half_range

    def strength(weakest: float, times: float, most: float = np.inf) -> float:
        """Draw from `weakest` to `times` it, `most` at most, evenly on a logarithmic scale; 0 without room."""
        strongest = min(weakest * times, most)
        return float(np.exp(random.uniform(np.log(weakest), np.log(strongest)))) if strongest > weakest else 0.0

    size = 1.0
    match one.truth:
        case "hum":
            size = strength(max(20, 1.2 * around, 0.08 * good.best if one.reference else 0), 8, room / 3)
            one.accepted |= {"loose"} if size > CONTACT_HUM else set()
            one.counts = faults.with_hum(counts, span, adc, size, one.mains, random)
        case "loose":
            size = strength(max(60, 1.2 * around), 10, room / 3)
            one.counts = faults.with_loose_electrode(counts, span, adc, size, one.mains, random)
        case "drift":
            size = strength(max(450, 1.2 * around), 4, 2000)
            one.counts = faults.with_drift(counts, span, adc, size, random)
        case "movement":
            size = strength(max(400, 4 * around), 5, 2 * room)
            one.counts, one.mended = faults.with_movement(counts, begin, adc, size, random)
        case "flat line":
            toggling = bool(adc.microvolts < 4.2 and random.random() < 0.5)
            one.counts = faults.with_dead_line(counts, span, adc, toggling, random)
        case "saturation":
            return _saturate(one, span, around, random)
        case "lost scans":
            one.holes = faults.lost_scans(len(counts), span, adc, strength(0.06, 8), random)
        case "rate":
            one.measured = 1 + strength(0.02, 10) * random.choice([-1.0, 1.0])
        case _:
            if random.random() < 0.3:
                one.holes = [(begin, begin + round(0.01 * adc.rate))]
    return size > 0


def _saturate(one: Case, span: slice, around: float, random: Random) -> bool:
    """Let the signal pass a rail, by gain where a muscle works or by an offset; return whether it does so enough."""
    adc = one.adc
    gain = bool(around > 50 and random.random() < 0.5)
    if gain:
        one.accepted |= {"hum", "loose"}  # of which a gain turned up makes more, too
        one.counts = faults.with_gain(one.counts, span, adc, float(np.exp(random.uniform(np.log(3), np.log(30)))))
    else:
        one.counts = faults.with_offset(one.counts, span, adc, random.uniform(0, 300), random)
    second = one.counts[one.onset : one.onset + round(adc.rate)]
    at_rail = float(np.mean((second == 0) | (second == adc.top)))
    return at_rail > (0.02 if gain else 0.5)


def named(one: Case) -> Named:
    """Return what the signal check says of a case, and when."""
    rate = one.adc.rate
    steps = steps_per_count(one.adc.bits)
    watch = SignalWatch(rate, one.adc.bits, (one.settings,), one.vref, one.mains, steps)
    cascade = Cascade(design_bandpass(rate), 1)
    if one.truth != "coarse step" and one.reference:
        watch.know(0, *one.reference)
    watch.rate(None)
    block = round(BLOCK * rate)
    cuts = {*range(0, len(one.counts), block), len(one.counts), one.onset, *(i for hole in one.holes for i in hole)}
    ends = dict(one.holes)
    at: dict[Name, list[float]] = {}
    red = False
    for first, end in zip(sorted(cuts), sorted(cuts)[1:], strict=False):
        if first == one.onset:
            watch.rate(rate * one.measured)
            if one.truth == "coarse step" and one.reference:
                watch.know(0, *one.reference)
        if any(begin <= first < stop for begin, stop in ends.items()):
            watch.gap(end - first)
            cascade.restart()
        else:
            piece = one.counts[first:end, None]
            watch.process(first, piece, quantised(cascade.process(piece.astype(np.float64)), steps))
        for finding in watch.findings:
            at.setdefault(finding.name, []).append((end - one.onset) / rate)
            red |= finding.severity == "fix"
    return Named(at, red)


@dataclass
class Result:
    """Counts over all cases."""

    cases: Counter[Truth] = field(default_factory=Counter)
    hits: Counter[Truth] = field(default_factory=Counter)
    false: Counter[Truth] = field(default_factory=Counter)
    uncleared: Counter[Truth] = field(default_factory=Counter)
    """Cases whose own name still stood 1.5 s after the fault was mended: counted as false, too."""
    given: Counter[tuple[Truth, Truth]] = field(default_factory=Counter)
    wrong: Counter[tuple[Truth, Truth]] = field(default_factory=Counter)
    red_on_good: int = 0

    def take(self, one: Case, said: Named) -> None:
        """Count one case."""
        truth = one.truth
        self.cases[truth] += 1
        lasting = truth in ("coarse step", "rate")  # neither is mended by itself
        until = np.inf if lasting else (one.mended - one.onset) / one.adc.rate + CLEARED
        for name, times in said.at.items():
            inside = [t for t in times if 0 <= t <= until]
            if inside:
                self.given[truth, name] += 1
            if truth == name and any(t <= IN_TIME for t in inside):
                self.hits[name] += 1
            out_of_time = len(inside) < len(times)
            if truth == name and any(t > until for t in times):
                self.uncleared[name] += 1
            if out_of_time or (inside and name != truth and name not in one.accepted):
                self.false[name] += 1
                self.wrong[truth, name] += 1
        if not said.at:
            self.given[truth, "none"] += 1
            self.hits["none"] += truth == "none"
            self.false["none"] += truth != "none"
        self.red_on_good += truth == "none" and said.red

    def add(self, other: Result) -> None:
        """Count another result's cases, too."""
        for mine, theirs in (
            (self.cases, other.cases),
            (self.hits, other.hits),
            (self.false, other.false),
            (self.uncleared, other.uncleared),
        ):
            mine.update(theirs)
        self.given.update(other.given)
        self.wrong.update(other.wrong)
        self.red_on_good += other.red_on_good

    def precision(self, truth: Truth) -> float:
        """Hits over hits and false ones."""
        return self.hits[truth] / max(1, self.hits[truth] + self.false[truth])

    def recall(self, truth: Truth) -> float:
        """Hits over cases."""
        return self.hits[truth] / max(1, self.cases[truth])


def run(n_each: int, seed: int, part: int, truths: Iterable[Truth] = TRUTHS) -> Result:
    """Return the counts over `n_each` cases of each truth, half of them of part 0 or 1 of the real recordings."""
    result = Result()
    for truth in truths:
        for i in range(n_each):
            random = np.random.default_rng([seed, TRUTHS.index(truth), i])
            one = case(truth, random, part, real=i % 2 == 0)
            result.take(one, named(one))
    return result


def table(result: Result) -> str:
    """Return precision and recall, and below them in how many cases each name was given (and falsely)."""
    lines = [f"{'':12} {'cases':>6} {'recall':>7} {'precision':>9} {'false':>6} {'late off':>8}  weakest"]
    lines += [
        f"{truth:12} {result.cases[truth]:6d} {result.recall(truth):7.3f} {result.precision(truth):9.3f}"
        f" {result.false[truth]:6d} {result.uncleared[truth]:8d}  {WEAKEST.get(truth, '')}"
        for truth in TRUTHS
    ]
    lines += ["", "given while it lasts and 1.5 s longer (falsely given, at any time):"]
    lines.append(f"{'':12}" + "".join(f"{name:>13}" for name in TRUTHS))
    for truth in TRUTHS:
        cells = [
            f"{result.given[truth, name]}" + (f" ({wrong})" if (wrong := result.wrong[truth, name]) else "")
            for name in TRUTHS
        ]
        lines.append(f"{truth:12}" + "".join(f"{cell:>13}" for cell in cells))
    lines.append(f"good signals with a red finding: {result.red_on_good}")
    return "\n".join(lines)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="precision and recall of the signal check")
    parser.add_argument("--cases", type=int, default=500, help="of each fault and of none")
    parser.add_argument("--tuning", action="store_true", help="the seeds and halves the constants were chosen on")
    chosen = parser.parse_args()
    began = time.perf_counter()
    seed, part = (TUNING_SEED, 0) if chosen.tuning else (TEST_SEED, 1)
    result = Result()
    with ProcessPoolExecutor() as workers:
        for one in [workers.submit(run, chosen.cases, seed, part, (truth,)) for truth in TRUTHS]:
            result.add(one.result())
    sys.stdout.write(f"{table(result)}\n{time.perf_counter() - began:.0f} s\n")


if __name__ == "__main__":
    main()
