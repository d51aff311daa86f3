"""Disks that fail while a recording is made: full, broken, read-only, or with the file gone; and what must hold then.

Rule: after every fault each scan that was given is in one of the files, in its place, or counted as lost to storage.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.account import read_account, recover
from biofeedback.recording.bids import RunSettings
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.edf_writer import EdfWriter
from biofeedback.recording.recorder import Recorder, RecorderState
from biofeedback.recording.session import Run
from biofeedback.training.commands import Mark
from biofeedback.wire.events import Scans
from tests.blocks import numbered_counts
from tests.recording.doomed import START, Doom, LossySource, truth

RATE = 1000
BLOCK = 10
Break = Callable[[Path], None]
"""Breaks the disk under the recording at a path."""


def _failing(function: str, error: int) -> Break:
    def fail(path: Path) -> None:
        real = getattr(os, function)

        def broken(handle: int, *rest: object) -> object:
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), path.stat()):
                    raise OSError(error, os.strerror(error))
            return real(handle, *rest)

        setattr(os, function, broken)

    return fail


def _replace(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"somebody else's")


FAULTS: dict[str, Break] = {
    "disk full": _failing("write", errno.ENOSPC),
    "quota exceeded": _failing("write", errno.EDQUOT),
    "write error": _failing("write", errno.EIO),
    "turned read-only": _failing("write", errno.EROFS),
    "stale network file": _failing("write", errno.ESTALE),
    "fdatasync error": _failing("fdatasync", errno.EIO),
    "file deleted": lambda path: path.unlink(),
    "file replaced": _replace,
    "folder deleted": lambda path: shutil.rmtree(path.parents[3]),
    "folder moved": lambda path: (path.parents[3].rename(path.parents[3].with_name("moved")), None)[1],
}
GONE = {"file deleted", "file replaced", "folder deleted"}


@contextmanager
def whole_again() -> Iterator[None]:
    """Put back what a fault replaced."""
    real = {name: getattr(os, name) for name in ("write", "fdatasync")}
    try:
        yield
    finally:
        for name, function in real.items():
            setattr(os, name, function)


def check_fault(folder: Path, name: str, after_blocks: int, n_blocks: int = 300) -> int:
    """Break the disk after so many blocks and assert that all is kept or counted; return the scans until it is said.

    Two blocks at least, so that there is a file.
    """
    settings = RunSettings(RATE, 10, 5.0, (ChannelSettings("a"), ChannelSettings("b")))
    runs: list[Run] = []

    def make(where: str) -> Run:
        runs.append(Run.create(folder / where, settings, started=START))
        return runs[-1]

    recorder = Recorder(lambda: make("first"), RATE, fallback=lambda _: make("second"), capacity=BLOCK / RATE)
    said_after = None
    with whole_again():
        for block in range(n_blocks):
            if block == after_blocks:
                FAULTS[name](runs[0].path)
            recorder.put(Scans(block * BLOCK, numbered_counts(BLOCK, block * BLOCK)), wait=True)
            if recorder.state.problem and said_after is None:
                said_after = (block + 1 - after_blocks) * BLOCK
        state = recorder.close(60)
    assert state.closed, state
    assert said_after is not None, state
    assert said_after <= RATE, f"said after {said_after} scans"
    first = runs[0].path
    if name == "folder moved":
        first = folder / "moved" / first.relative_to(folder / "first")
    _check_parts(first, runs[1].path, state, n_blocks * BLOCK, gone=name in GONE)
    return said_after


def _check_parts(first: Path, second: Path, state: RecorderState, n_scans: int, *, gone: bool) -> None:
    rest = read_edf(second)
    base = state.first_index
    assert rest.n_scans == n_scans - base
    np.testing.assert_array_equal(rest.scans(), numbered_counts(rest.n_scans, base))
    assert rest.complete
    assert read_account(second)["Biofeedback"]["first_index"] == base
    if gone:
        assert state.lost_to_storage == base
        assert "what it held is lost" in (state.problem or "")
        return
    assert state.lost_to_storage == 0
    if base == 0:
        return
    kept = read_edf(first)
    assert kept.n_scans == base
    np.testing.assert_array_equal(kept.scans(), numbered_counts(base))
    assert "holds what came before" in (state.problem or "")
    recover(first)
    assert read_account(first)["Biofeedback"]["closed"] is True


def check_training_goes_on(folder: Path, nth_write: int, seconds: float = 2.0) -> tuple[int, int]:
    """Let every write from the `nth_write` on fail, also in the other folder: recording stops, training does not.

    Return the scans kept and lost.
    """
    n_writes = 0
    write = EdfWriter._write

    def full(self: EdfWriter, data: bytes) -> None:
        nonlocal n_writes
        n_writes += 1
        if n_writes >= nth_write:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, data)

    EdfWriter._write = full  # type: ignore[method-assign]
    try:
        state = _run_engine(folder / "library", folder / "fallback", seconds)
    finally:
        EdfWriter._write = write  # type: ignore[method-assign]
    assert not state.active
    assert "recording is off" in (state.problem or ""), state
    paths = [path for path in folder.glob("*/sub-*/ses-*/emg/*.edf") if path.stat().st_size]
    counts, _ = truth(Doom("", 0, paced=False, rate=RATE), round(seconds * RATE))
    kept = 0
    for path in sorted(paths, key=lambda path: path.parts[-5] != "library"):
        recording = read_edf(path)
        np.testing.assert_array_equal(recording.scans(), counts[kept : kept + recording.n_scans])
        kept += recording.n_scans
    assert kept + state.lost_to_storage == round(seconds * RATE), (kept, state)
    return kept, state.lost_to_storage


def _run_engine(library: Path, fallback: Path, seconds: float) -> RecorderState:
    """Run the app's engine to its end, assert that it took every scan, and return what the recorder says."""
    n_scans = round(seconds * RATE)
    marks = [(index, Mark(index)) for index in range(50, n_scans, 50)]
    source = LossySource(Doom("", 0, paced=False, rate=RATE), paced=False)
    engine = Engine(source, EngineSettings((ChannelSettings("biceps"),)), script=marks, seconds=seconds)
    engine.record(recorder_in(library, fallback=fallback, now=lambda: START))
    engine.start()
    assert engine.wait(120)
    assert engine.stop(60)
    state = engine.state
    assert (state.phase, state.received, state.message) == ("ended", n_scans, ""), state
    assert state.update is not None
    assert state.update.end_index == n_scans
    assert state.recording is not None
    return state.recording


@contextmanager
def small_disk(folder: Path, n_bytes: int) -> Iterator[Path]:
    """Mount a disk of `n_bytes` at `folder`; raise PermissionError where that is not allowed."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={n_bytes}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise PermissionError("there is no `mount` here") from error
    if done.returncode:
        raise PermissionError(done.stderr.strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


def check_small_disk(folder: Path, n_bytes: int, seconds: float = 20.0) -> int:
    """Record onto a disk of `n_bytes` until it is full and on beside it; return the scans on the small one."""
    n_scans = round(seconds * RATE)
    counts, _ = truth(Doom("", 0, paced=False, rate=RATE), n_scans)
    with small_disk(folder / "small", n_bytes) as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(24 * 4096))
        state = _run_engine(disk / "library", folder / "fallback", seconds)
        assert state.closed, state
        assert state.lost_to_storage == 0, state
        assert os.strerror(errno.ENOSPC) in (state.problem or ""), state
        rest = list((folder / "fallback").glob("sub-*/ses-*/emg/*.edf"))
        kept = state.first_index if rest else n_scans  # the samples may fit, and the account no more
        for path in rest:
            np.testing.assert_array_equal(read_edf(path).scans(), counts[kept:])
        full = [path for path in disk.glob("library/sub-*/ses-*/emg/*.edf") if path.stat().st_size]
        assert bool(full) == (kept > 0)
        for path in full:
            np.testing.assert_array_equal(read_edf(path).scans(), counts[:kept])
            ballast.unlink()
            recover(path)
            np.testing.assert_array_equal(read_edf(path).scans(), counts[:kept])
    shutil.rmtree(folder / "fallback", ignore_errors=True)
    return kept
