"""Damaged and hostile recordings, made by seeded mutation of good ones, and everything that reads a recording.

Rule: whatever the bytes are, a reader gives a result or a RecordingError of one sentence, and nothing else.
"""

from __future__ import annotations

import copy
import json
import os
import random
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording import library
from biofeedback.recording.account import beside, recover
from biofeedback.recording.edf import EdfHeader, EdfSignal, RecordingError, encode_header
from biofeedback.recording.edf_reader import MAX_FILE, read_edf
from biofeedback.report.recompute import recompute
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.training.commands import Command, Mark, Pause, Resume, SetHold, SetReference, SetTarget
from tests.recording.shapes import START

LONGEST_SENTENCE = 400
NUMBERS = (b"-1", b"0", b"1", b"2", b"99999999", b"-9999999", b"nan", b"inf", b"1e99", b"1e-99", b"", b"\xff\xfe",
           b"+1", b"1.5", b".1", b"0.001", b"3600", b"65536", b"32767", b"-32768", b"8388607")  # fmt: skip
"""What a header field is overwritten with."""
FIXED = ((0, 8), (8, 80), (88, 80), (168, 8), (176, 8), (184, 8), (192, 44), (236, 8), (244, 8), (252, 4))
COLUMNS = ((0, 16), (16, 80), (96, 8), (104, 8), (112, 8), (120, 8), (128, 8), (136, 80), (216, 8), (224, 32))
"""Fields of the header and of each signal: where they begin, and their widths."""
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 16, 24, 100, -5.5, 1e-300, 1e300, 1e6, 2**31, 2**63, 10**400, float("nan"),
    float("inf"), "", "x", "=1+1", "\ud800", "../../etc", "1" * 200, "RAW", "rms", [], {}, [[]], {"a": 1}, [1] * 6,
    [[1, 0, 0, 1, 0, 0]], [[1e300] * 3 + [1, 0, 0]],
)  # fmt: skip
"""What a value of an account is replaced by."""


def good_recordings(folder: Path) -> list[tuple[bytes, bytes]]:
    """Return recordings with commands and events, closed and not, as the bytes of EDF and account."""
    found = []
    script: list[tuple[int, Command]] = [
        (100, SetTarget(20.0, unit="uV")),
        (300, SetHold(0.2)),
        (500, SetReference(0, 30.0, 2.0)),
        (900, Mark(1)),
        (1000, Pause()),
        (1200, Resume()),
    ]
    for n_channels, adc_bits in ((1, 10), (2, 14), (1, 16)):
        source = SimulatedSource(n_channels, 1000, paced=False, adc_bits=adc_bits)
        settings = EngineSettings((ChannelSettings("biceps"),) * n_channels)
        engine = Engine(source, settings, script=script, seconds=1.5)
        engine.record(recorder_in(folder / f"{n_channels}-{adc_bits}", now=lambda: START))
        engine.start()
        assert engine.wait(60)
        assert engine.stop(60)
        recording = engine.state.recording
        assert recording is not None
        assert recording.path is not None
        assert recompute(recording.path).identical
        account = json.loads(beside(recording.path, "emg.json").read_text())
        for closed in (True, False):
            account["Biofeedback"]["closed"] = closed
            found.append((recording.path.read_bytes(), json.dumps(account).encode()))
    return found


def damaged_edf(data: bytes, rng: random.Random) -> bytes:
    """Return `data` with one to four things wrong: fields, bytes, a cut, something put in or taken out, a command."""
    damaged = bytearray(data)
    n_signals = int(data[252:256])
    for _ in range(rng.randrange(1, 5)):
        kind, at = rng.random(), rng.randrange(len(damaged) + 1)
        if kind < 0.35:
            at, width = rng.choice(FIXED)
            if rng.random() < 0.6:
                before, width = rng.choice(COLUMNS)
                at = 256 + before * n_signals + rng.randrange(n_signals) * width
            damaged[at : at + width] = rng.choice(NUMBERS).ljust(width)[:width]
        elif kind < 0.55:
            for _ in range(rng.randrange(1, 4)):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        elif kind < 0.65:
            del damaged[at:]
        elif kind < 0.72:
            damaged[at:at] = rng.randbytes(rng.randrange(1, 300))
        elif kind < 0.79:
            del damaged[at : at + rng.randrange(1, 300)]
        elif (at := damaged.find(b'{"', rng.randrange(len(damaged) + 1))) >= 0:
            at += rng.randrange(70)
            damaged[at : at + 1] = rng.choice((b"9", b'"', b"}", b"e", b"-", b"0", b"[", b"\xff", b"\x14"))
        if len(damaged) < 300:
            break
    return bytes(damaged)


def damaged_account(data: bytes, rng: random.Random) -> bytes:
    """Return an account with values of a wrong kind, missing or nested too deep, or with wrong bytes."""
    if rng.random() < 0.3:
        damaged = bytearray(data)
        damaged[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(damaged)
    account = json.loads(data)
    for _ in range(rng.randrange(1, 3)):
        *inside, last = rng.choice(list(_paths(account))[1:])
        place = account
        for key in inside:
            place = place[key]
        kind = rng.random()
        if kind < 0.15:
            del place[last]
        elif kind < 0.2:
            place[last] = _nested(rng.choice((10, 60, 200, 450)))
        else:
            place[last] = copy.deepcopy(rng.choice(ODD))  # a second mutation may change it
    return json.dumps(account).encode()


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from _paths(value[key], (*at, key))


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


MEGABYTE = 1 << 20
EMG = EdfSignal("EMG a", 1, -10, 10, -1, 1)
LOST = EdfSignal("lost", 1, 0, 5, 0, 5)
SPARSE = ((EMG,), (EMG, LOST), (EMG, LOST, EdfSignal("EDF Annotations", 3, -9, 9, -1, 1)))
"""Signals of files that are nothing but a hole."""
HOSTILE_TEXTS = (b"x\0", b"\x14", b"+1\x14x\x14\0", b"+1\x14\0", b"+1\x14" + b"x\x14" * 1000 + b"\0", b"\0")
"""What fills the annotations of a record that holds nothing else."""


def header_of(*signals: EdfSignal) -> EdfHeader:
    """Return the header of a file with these signals in records of a second."""
    return EdfHeader(start=START, record_duration=Fraction(1), bits=16, signals=signals)


def full_of_texts(path: Path, fill: bytes, room: int) -> Path:
    """Write a file of two records, each with `room` bytes of annotations full of `fill`."""
    header = header_of(EMG, EdfSignal("EDF Annotations", room // 2, -32768, 32767, -1, 1))
    path.write_bytes(encode_header(header) + (bytes(2) + (fill * (room // len(fill) + 1))[:room]) * 2)
    return path


def sparse_file(path: Path, signals: tuple[EdfSignal, ...]) -> Path:
    """Make the longest file that is read, all of it a hole but the header."""
    path.write_bytes(encode_header(header_of(*signals)))
    os.truncate(path, MAX_FILE)
    return path


def peak_of(work: Callable[[], object]) -> int:
    """Return the most bytes that `work` held at a time."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@dataclass(slots=True)
class Outcomes:
    """How many readings gave a result and how many a RecordingError; the longest, in seconds of the processor."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def read_all(path: Path) -> None:
    """Read everything that our reader can give."""
    recording = read_edf(path)
    total = sum(event.end_index - event.first_index for event in recording.blocks(1000))
    assert total == recording.n_scans == len(recording.scans()) == len(recording.lost())
    assert recording.n_received <= recording.n_scans
    assert all(isinstance(note, str) for note in recording.notes)
    assert len(recording.annotations) >= 0


def examine(path: Path, outcomes: Outcomes) -> None:
    """Read, recompute, list and recover the recording at `path` (in a library), and note how that went."""
    root = path.parents[3]
    works: list[tuple[str, Callable[[], object]]] = [
        ("read", lambda: read_all(path)),
        ("recompute", lambda: json.dumps(recompute(path).summary())),
        ("library", lambda: (library.runs(root), library.check(root))),
        ("recover", lambda: recover(path)),
    ]
    for name, work in works:
        began = time.process_time()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                work()
            outcomes.read += 1
        except RecordingError as error:
            outcomes.refused += 1
            if len(str(error)) > LONGEST_SENTENCE or "\n" in str(error):
                outcomes.faults.append(f"{name}: no sentence: {str(error)[:80]!r}")
        except Exception as error:
            outcomes.faults.append(f"{name}: {type(error).__name__}: {error!s:.100}")
        outcomes.slowest = max(outcomes.slowest, time.process_time() - began)


def mutate_and_examine(folder: Path, n: int, seed: int) -> Outcomes:
    """Examine `n` mutations of good recordings: of the EDF, of the account, of both."""
    rng, outcomes = random.Random(seed), Outcomes()
    good = good_recordings(folder / "good")
    emg = folder / "library" / "sub-A" / "ses-1" / "emg"
    emg.mkdir(parents=True)
    path = emg / "sub-A_ses-1_task-practice_run-01_emg.edf"
    for i in range(n):
        for old in emg.iterdir():
            old.unlink()
        edf, account = rng.choice(good)
        path.write_bytes(damaged_edf(edf, rng) if i % 3 != 1 else edf)
        beside(path, "emg.json").write_bytes(damaged_account(account, rng) if i % 3 != 0 else account)
        examine(path, outcomes)
    return outcomes
