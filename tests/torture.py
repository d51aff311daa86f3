"""The long proofs: damage on the wire, kills, power cuts, failing disks, hostile files, every shape, in thousands.

    python3 start.py torture [--frames N] [--kills N] [--mutations N] [--seed N] [--only WORD]

Prints one line per proof and exits 1 when any failed. The short forms of the same proofs are in tests/wire and
tests/recording.
Rule: a proof that could not be run here counts as failed, and says why.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from biofeedback.recording.edf_reader import read_edf
from tests.recording.bids_shapes import make_library, validate
from tests.recording.damage import (
    HOSTILE_TEXTS,
    MEGABYTE,
    SPARSE,
    full_of_texts,
    mutate_and_examine,
    peak_of,
    read_all,
    sparse_file,
)
from tests.recording.doomed import Doom, Loss, check_killed, nursery
from tests.recording.faulty_disk import FAULTS, check_fault, check_small_disk, check_training_goes_on
from tests.recording.power_cut import check_cuts, trace_recording
from tests.recording.shapes import RATES, WIDTHS, check_heavy_loss, check_long, check_shape
from tests.wire.damage import Outcome, damage

AT_ONCE = 2
"""Kills under way at a time."""
LONGEST_READING = 1.0
"""Seconds of the processor that one reading may take."""
MOST_MEMORY = 700 * MEGABYTE
"""Bytes that one reading may hold: the longest record, 16 MB, full of the shortest texts."""


class Options(argparse.Namespace):
    """What was asked for."""

    frames: int
    kills: int
    mutations: int
    seed: int
    only: str


def kills(folder: Path, options: Options) -> str:
    """R1, R2, R9: runs killed at random instants, half of them in real time, half as fast as they go."""
    rng = random.Random(options.seed)
    dooms = [
        Doom(
            str(folder / f"library{i}"), rng.uniform(0, 1.5 if i % 2 else 0.4), i % 2 == 1, rng.choice(RATES),
            rng.choice((1, 2, 6)), rng.choice((10, 14, 16)), rng.random() < 0.5, rng.randrange(8),
        )
        for i in range(options.kills)
    ]  # fmt: skip
    dooms.reverse()
    losses: list[Loss] = []
    faults: list[str] = []

    def work(scratch: Path) -> None:
        scratch.mkdir()
        with nursery() as children:
            while dooms and not faults:
                doom = dooms.pop()
                try:
                    losses.append(check_killed(doom, children.kill(doom), scratch))
                except Exception:
                    faults.append(f"{doom}\n{traceback.format_exc()}")

    workers = [threading.Thread(target=work, args=(folder / f"scratch{i}",)) for i in range(AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not faults, faults[0]
    assert len(losses) == options.kills
    worst = max(loss.taken / loss.per_record for loss in losses)
    handed = max(loss.handed / loss.per_record for loss in losses if loss.paced)
    told = f"worst loss {worst:.2f} records, in real time {handed:.2f} of what was handed over"
    return f"{len(losses)} killed, 0 unreadable by 4 readers, {told}"


def power_cuts(folder: Path, options: Options) -> str:
    """R17: states rebuilt after every step of a recording, opened by our reader, recovered, opened by the others."""
    trace = trace_recording(folder / "traced")
    cuts = check_cuts(trace, folder / "cuts", rng=random.Random(options.seed), per_step=40, others=True)
    return f"{cuts.states} states of {len(trace.steps)} steps, worst loss {cuts.worst} ms"


def faults(folder: Path, options: Options) -> str:
    """R10, R11: every fault at many instants."""
    said: Counter[str] = Counter()
    n = 0
    for name in FAULTS:
        for after in range(2, 200, 9):
            n += 1
            (here := folder / f"{n}").mkdir()
            said[name] = max(said[name], check_fault(here, name, after))
    return f"{n} faults of {len(FAULTS)} kinds, nothing lost uncounted, said after {max(said.values())} ms at most"


def full_disks(folder: Path, options: Options) -> str:
    """R10: real small disks that fill up, of many sizes."""
    kept = [check_small_disk(folder, pages * 4096) for pages in range(36, 64)]
    return f"{len(kept)} disks of 147 to 258 kB, {min(kept)} to {max(kept)} scans on them, the rest beside them"


def no_disk(folder: Path, options: Options) -> str:
    """R10, R12: both folders fail at every write of a recording."""
    for nth in range(1, 40):
        (here := folder / f"{nth}").mkdir()
        check_training_goes_on(here, nth)
    return "39 writes failed for good, training took every scan"


def hostile(folder: Path, options: Options) -> str:
    """R13, R15: seeded mutations of EDF and account, through every reader we have."""
    outcomes = mutate_and_examine(folder, options.mutations, options.seed)
    found = Counter(fault[:100] for fault in outcomes.faults)
    assert not found, f"{len(outcomes.faults)} faults, such as {found.most_common(5)}"
    assert outcomes.slowest < LONGEST_READING, outcomes.slowest
    return f"{options.mutations} mutations, {outcomes.refused} refusals in a sentence, slowest {outcomes.slowest:.2f} s"


def sizes(folder: Path, options: Options) -> str:
    """R14: the longest record full of texts, and the longest files, all hole."""
    slowest, most = 0.0, 0
    for number, fill in enumerate(HOSTILE_TEXTS):
        path = full_of_texts(folder / f"{number}.edf", fill, 16 * MEGABYTE - 4)
        began = time.process_time()
        read_edf(path).annotations  # noqa: B018 - a property that reads
        slowest = max(slowest, time.process_time() - began)
        most = max(most, peak_of(lambda path=path: read_all(path)))  # type: ignore[misc]
        path.unlink()
    for number, signals in enumerate(SPARSE):
        path = sparse_file(folder / f"sparse{number}.edf", signals)
        began = time.process_time()
        read_edf(path)
        slowest = max(slowest, time.process_time() - began)
        path.unlink()
    assert slowest < LONGEST_READING, slowest
    assert most < MOST_MEMORY, most
    return f"{len(HOSTILE_TEXTS) + len(SPARSE)} files, slowest {slowest:.2f} s, at most {most / MEGABYTE:.0f} MB"


def shapes(folder: Path, options: Options) -> str:
    """R3 to R8: rates, widths, a minute of heavy loss and an hour, each in four readers."""
    for rate in RATES:
        for adc_bits, signed in WIDTHS:
            for n_channels in (1, 6):
                check_shape(folder, rate, adc_bits, signed=signed, n_channels=n_channels)
    gaps = check_heavy_loss(folder)
    size = check_long(folder)
    return f"{len(RATES) * len(WIDTHS) * 2} shapes, {gaps} gaps a minute, an hour of {size / 1e6:.0f} MB"


def wire(folder: Path, options: Options) -> str:
    """W2, W3, W5: damaged frames on the line; none may become a sample, none untouched may be lost."""
    report = damage(options.frames, options.seed)
    assert report.total == Outcome(), report
    return f"{report.n_damaged} damaged frames: 0 accepted; {report.untouched} untouched: 0 lost"


def bids(folder: Path, options: Options) -> str:
    """R18: a library of every shape."""
    n_runs = make_library(folder / "library")
    errors = validate(folder / "library")
    assert errors == [], errors[:3]
    return f"{n_runs} runs, 0 errors"


PROOFS: tuple[Callable[[Path, Options], str], ...] = (
    wire, shapes, bids, faults, no_disk, full_disks, power_cuts, sizes, hostile, kills,
)  # fmt: skip


def main() -> int:
    """Run the proofs and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000_000, metavar="N", help="damaged frames (default 1000000)")
    parser.add_argument("--kills", type=int, default=200, metavar="N", help="killed recordings (default 200)")
    parser.add_argument("--mutations", type=int, default=20_000, metavar="N", help="hostile files (default 20000)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another choice of everything (default 1)")
    parser.add_argument("--only", default="", metavar="WORD", help="only proofs with this in their name")
    options = parser.parse_args(namespace=Options())
    failed = 0
    for proof in PROOFS:
        if options.only not in proof.__name__:
            continue
        began = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="torture-") as folder:
            try:
                said, verdict = proof(Path(folder), options), "ok"
            except Exception as error:
                failed += 1
                said, verdict = f"{type(error).__name__}: {error}", "FAILED"
                traceback.print_exc()
        print(f"{verdict:<7}{proof.__name__:<12}{time.perf_counter() - began:6.0f} s  {said}", flush=True)  # noqa: T201
    print("All held." if not failed else f"{failed} failed.")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
