"""Recordings that are killed: a nursery process forks the app's own engine and recorder and SIGKILLs it.

Run as `python -m tests.recording.doomed`: each line on stdin is a `Doom` in JSON, each line on stdout what became of
it. Forking spares every run the second that importing takes. What the run handed over comes through a pipe, written
after the writer took it; the samples are the simulator's, which are known for every scan.
Rule: the truth is what the run itself said before it died, never what is found in the file.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.account import read_account, recover
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.edf_writer import EdfWriter
from biofeedback.recording.library import check
from biofeedback.recording.recorder import Recorder
from biofeedback.report.recompute import recompute
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.training.command_text import decode_command
from biofeedback.training.commands import Mark
from biofeedback.wire.events import Counts, Event, Gap, GapCause, Scans, StreamInfo
from tests.recording.readers import agree_after_kill

ROOT = Path(__file__).resolve().parents[2]
START = dt.datetime(2026, 11, 22, 10, 15, 30, tzinfo=dt.UTC)
MARK_EVERY = 137
"""Scans between markers, from scan 137 on; the number of a marker tells its scan."""
PATIENCE = 60.0
"""Seconds after which a run that has written no record is given up."""


@dataclass(frozen=True, slots=True)
class Doom:
    """A run to be killed `delay` seconds after its first whole record. `paced`: in real time; else as fast as it goes.

    `lossy`: in every second second every second frame is lost.
    """

    library: str
    delay: float
    paced: bool = True
    rate: int = 1000
    n_channels: int = 1
    adc_bits: int = 14
    lossy: bool = False
    seed: int = 1


class LossySource(SimulatedSource):
    """A simulated source whose frames are lost as `is_lost` says: the same ones however it is read."""

    def __init__(self, doom: Doom, *, paced: bool) -> None:
        super().__init__(doom.n_channels, doom.rate, paced=paced, adc_bits=doom.adc_bits, seed=doom.seed)
        self._doom = doom
        self.frame = 0

    def open(self) -> StreamInfo:
        info = super().open()
        self.frame = info.scans_per_frame
        return info

    def read(self, timeout: float) -> list[Event]:
        events: list[Event] = []
        for event in super().read(timeout):
            if not isinstance(event, Scans):
                events.append(event)
                continue
            for start in range(0, len(event.counts), self.frame):
                first, counts = event.first_index + start, event.counts[start : start + self.frame]
                lost = bool(is_lost(self._doom, np.array([first]), self.frame)[0])
                events.append(Gap(first, len(counts)) if lost else Scans(first, counts))
        return events


def is_lost(doom: Doom, index: NDArray[np.int64], frame: int) -> NDArray[np.bool_]:
    """Return which scans never arrive."""
    begins = index // frame * frame
    return np.asarray(doom.lossy & (index // frame % 2 == 1) & (begins // doom.rate % 2 == 1))


@cache
def _source_of_truth(doom: Doom) -> tuple[LossySource, list[Counts]]:
    source = LossySource(doom, paced=False)
    source.open()
    return source, []


def truth(doom: Doom, n_scans: int) -> tuple[Counts, NDArray[np.bool_]]:
    """Return the first scans that such a run is given, and which of them are lost."""
    source, blocks = _source_of_truth(
        Doom("", 0.0, False, doom.rate, doom.n_channels, doom.adc_bits, doom.lossy, doom.seed)
    )  # fmt: skip
    known = sum(map(len, blocks))
    while known < n_scans:
        for event in source.read(0):
            if isinstance(event, Scans):
                blocks.append(event.counts)
            elif isinstance(event, Gap):
                blocks.append(np.zeros((event.n_scans, doom.n_channels), np.int32))
            else:
                continue
            known += len(blocks[-1])
    counts = np.concatenate(blocks)[:n_scans]
    return counts, is_lost(doom, np.arange(n_scans), source.frame)


# -- in the nursery ---------------------------------------------------------------------------------------


def _record(doom: Doom, say: int) -> None:
    """Record until killed, saying after every step how many scans were handed over and how many the writer took."""

    def tell(**said: object) -> None:
        os.write(say, json.dumps(said).encode() + b"\n")

    append, append_gap, put = EdfWriter.append, EdfWriter.append_gap, Recorder.put

    def told_append(self: EdfWriter, counts: Counts) -> None:
        append(self, counts)
        tell(taken=self.n_scans, stored=self.n_stored)

    def told_gap(self: EdfWriter, n_scans: int, cause: GapCause = "line") -> None:
        append_gap(self, n_scans, cause)
        tell(taken=self.n_scans, stored=self.n_stored)

    def told_put(self: Recorder, event: Scans | Gap, *, wait: bool = False) -> bool:
        done = put(self, event, wait=wait)
        tell(handed=event.end_index)
        return done

    EdfWriter.append, EdfWriter.append_gap, Recorder.put = (  # type: ignore[method-assign]
        told_append, told_gap, told_put,
    )  # fmt: skip
    marks = [(MARK_EVERY * i, Mark(i)) for i in range(1, 20_000)]
    settings = EngineSettings((ChannelSettings("biceps"),) * doom.n_channels)
    engine = Engine(LossySource(doom, paced=doom.paced), settings, script=marks)
    engine.record(recorder_in(Path(doom.library), now=lambda: START))
    engine.start()
    engine.wait()


def _kill_one(doom: Doom) -> dict[str, int]:
    """Fork a run, kill it, and return the last it said: scans handed over, taken by the writer, in whole records."""
    hear, say = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(hear)
        try:
            _record(doom, say)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(say)
    said: dict[str, int] = {"handed": 0, "taken": 0, "stored": 0}
    rest, deadline, begun = b"", time.monotonic() + PATIENCE, False
    while True:
        ready, _, _ = select.select([hear], [], [], _patience(deadline))
        if not ready or time.monotonic() >= deadline:
            os.kill(pid, signal.SIGKILL)
            deadline = float("inf")  # what it said before is still in the pipe; then comes its end
        data = os.read(hear, 1 << 16)
        if not data:
            break
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            said |= json.loads(line)
        if said["stored"] and not begun:
            begun, deadline = True, time.monotonic() + doom.delay
    os.close(hear)
    _, status = os.waitpid(pid, 0)
    return said | {"signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}


def _patience(deadline: float) -> float | None:
    return None if deadline == float("inf") else max(0.0, deadline - time.monotonic())


def _main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_kill_one(Doom(**json.loads(line)))) + "\n")
        sys.stdout.flush()


# -- outside of it ----------------------------------------------------------------------------------------


class Nursery:
    """The nursery process, asked for one killed run after another."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def kill(self, doom: Doom) -> dict[str, int]:
        """Return what the run said last."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(doom)) + "\n")
        self._process.stdin.flush()
        said: dict[str, int] = json.loads(self._process.stdout.readline())
        return said


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Start the nursery and end it again."""
    command = [sys.executable, "-m", "tests.recording.doomed"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Nursery(process)
        finally:
            process.kill()


@dataclass(frozen=True, slots=True)
class Loss:
    """What a kill cost: scans that the writer had taken, and that were handed over, but that no reader finds."""

    taken: int
    handed: int
    per_record: int
    paced: bool


def check_killed(doom: Doom, said: dict[str, int], scratch: Path) -> Loss:
    """Assert everything that is promised of a killed run, and return what it cost."""
    assert said["signal"] == signal.SIGKILL, said
    (path,) = Path(doom.library).glob("sub-*/ses-*/emg/*_emg.?df")
    seen = agree_after_kill(path, scratch)
    recording = read_edf(path)
    per_record = recording.header.signals[0].samples_per_record
    worst = said["taken"] - min(seen.values())
    assert worst < per_record, (said, seen)
    assert not recording.complete
    counts, lost = truth(doom, recording.n_scans)
    np.testing.assert_array_equal(recording.lost(), lost)
    np.testing.assert_array_equal(recording.scans()[~lost], counts[~lost])
    found = [decoded for a in recording.annotations if (decoded := decode_command(a.text))]
    marks = [(index, command.number) for index, command in found if isinstance(command, Mark)]
    good = np.flatnonzero(~lost)  # a marker that falls among missing scans takes effect with the next good one
    due = [
        int(good[i])
        for i in np.searchsorted(good, np.arange(MARK_EVERY, recording.n_scans, MARK_EVERY))
        if i < len(good)
    ]
    assert marks == list(zip(due, range(1, len(marks) + 1), strict=False))
    assert len(marks) >= sum(index < recording.n_scans - 2 * per_record for index in due), "a marker is missing"
    assert recover(path)
    assert not recover(path)
    after = agree_after_kill(path, scratch)  # now that the record count is right, to the last record
    assert set(after.values()) == {recording.n_scans}, after
    ours = read_account(path)["Biofeedback"]
    assert (ours["closed"], ours["recovered"], ours["expected_scans"]) == (True, True, recording.n_scans)
    assert ours["received_scans"] == int((~lost).sum())
    assert check(Path(doom.library)) == []
    result = recompute(path)
    assert result.identical
    assert not result.complete
    return Loss(worst, said["handed"] - min(seen.values()), per_record, doom.paced)


if __name__ == "__main__":
    _main()
