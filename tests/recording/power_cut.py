"""What a power cut can leave: every change a recording makes to the disk is traced, and legal remains are rebuilt.

The model is weaker than ext4's: what was appended since the last `fdatasync` reached the disk up to some sector, the
length may have run ahead of it (then zeros follow), and bytes written over are old or new on their own; a new name
lasts from the moment its folder was synced, before that a folder keeps its changes up to some moment.
Rule: the trace is of the real recorder; what must have survived follows from the syncs in it, not from the file.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.recording.account import beside, read_account, recover
from biofeedback.recording.bids import RunSettings
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.library import check
from biofeedback.recording.recorder import Recorder
from biofeedback.recording.session import Run
from biofeedback.wire.events import Scans
from tests.blocks import numbered_counts
from tests.recording.readers import OTHERS
from tests.recording.shapes import START

SECTOR = 512
RATE = 1000
BLOCK = 37


@dataclass(frozen=True, slots=True)
class Step:
    """One change: `what` is mkdir, create, rename, unlink (of `name`), write, truncate, content, sync or syncdir.

    `file` numbers files from their creation; `taken` is how many scans the recorder had been given.
    """

    what: str
    taken: int
    name: str = ""
    target: str = ""
    file: int = -1
    offset: int = 0
    data: bytes = b""


@dataclass
class Trace:
    """The changes below `root`, in order."""

    root: Path
    steps: list[Step] = field(default_factory=list)
    taken: int = 0
    _real: dict[str, Callable[..., Any]] = field(default_factory=dict)
    _handles: dict[int, tuple[int, str]] = field(default_factory=dict)
    _n_files: int = 0

    def _inside(self, path: Any) -> str | None:
        try:
            return Path(path).relative_to(self.root).as_posix()
        except (ValueError, TypeError):
            return None

    def _add(self, what: str, **more: Any) -> None:
        self.steps.append(Step(what, self.taken, **more))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Trace what is done to the disk meanwhile."""
        names = ("open", "close", "write", "ftruncate", "fsync", "mkdir", "rename", "replace", "unlink")
        self._real = {name: getattr(os, name) for name in (*names, "fdatasync")}
        for name in names:
            setattr(os, name, getattr(self, f"_{name}"))
        os.fdatasync = self._fsync  # type: ignore[assignment] # the recording gives numbers only
        try:
            yield
        finally:
            for name, function in self._real.items():
                setattr(os, name, function)

    def _open(self, path: Any, flags: int, *rest: Any, **more: Any) -> int:
        handle: int = self._real["open"](path, flags, *rest, **more)
        name = self._inside(path)
        if name is not None and flags & os.O_CREAT:
            self._handles[handle] = (self._n_files, name)
            self._add("create", name=name, file=self._n_files)
            self._n_files += 1
        elif name is not None and Path(path).is_dir():
            self._handles[handle] = (-1, name)
        return handle

    def _close(self, handle: int) -> None:
        self._handles.pop(handle, None)
        self._real["close"](handle)

    def _write(self, handle: int, data: bytes) -> int:
        at = os.lseek(handle, 0, os.SEEK_CUR) if handle in self._handles else 0
        n: int = self._real["write"](handle, data)
        if handle in self._handles:
            self._add("write", file=self._handles[handle][0], offset=at, data=bytes(data[:n]))
        return n

    def _ftruncate(self, handle: int, length: int) -> None:
        self._real["ftruncate"](handle, length)
        if handle in self._handles:
            self._add("truncate", file=self._handles[handle][0], offset=length)

    def _fsync(self, handle: int) -> None:
        self._real["fsync"](handle)
        file, name = self._handles.get(handle, (-1, None))
        if name is not None and file < 0:
            self._add("syncdir", name=name)
        elif name is not None:
            if Path(name).name.startswith("."):  # written through a buffer of C: taken as a whole
                self._add("write", file=file, data=os.pread(handle, os.fstat(handle).st_size, 0))
            self._add("sync", file=file)

    def _mkdir(self, path: Any, *rest: Any) -> None:
        self._real["mkdir"](path, *rest)
        self._named("mkdir", path)

    def _unlink(self, path: Any, **more: Any) -> None:
        self._real["unlink"](path, **more)
        self._named("unlink", path)

    def _rename(self, path: Any, target: Any) -> None:
        self._real["rename"](path, target)
        self._named("rename", path, target)

    def _replace(self, path: Any, target: Any) -> None:
        self._real["replace"](path, target)
        self._named("rename", path, target)

    def _named(self, what: str, path: Any, target: Any = None) -> None:
        if (name := self._inside(path)) is not None:
            self._add(what, name=name, target="" if target is None else self._inside(target) or "")


def trace_recording(root: Path, seconds: float = 3.0) -> Trace:
    """Record numbered counts with the real recorder below `root`, block by block, and return its trace."""
    trace = Trace(root)
    settings = RunSettings(RATE, 10, 5.0, (ChannelSettings("a"), ChannelSettings("b")))
    root.mkdir()
    with trace.watching():
        recorder = Recorder(lambda: Run.create(root / "library", settings, started=START), RATE, capacity=BLOCK / RATE)
        index = np.arange(0, round(seconds * RATE), BLOCK)
        for first in index:
            recorder.put(Scans(int(first), numbered_counts(BLOCK, int(first))), wait=True)
            recorder.annotate(int(first), f'{{"command":"mark","index":{first},"number":{first}}}')
            trace.taken = int(first) + BLOCK
        state = recorder.close(60)
    assert state.closed, state
    assert state.problem is None, state
    return trace


@dataclass(slots=True)
class _Disk:
    """What is on the disk for sure, and what was done since, up to one step of a trace."""

    contents: dict[int, bytearray] = field(default_factory=dict)
    pending: dict[int, list[Step]] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    """Files by name; a folder is -1."""
    changes: list[Step] = field(default_factory=list)
    """Changes of names whose folder was not synced since."""

    def take(self, step: Step) -> None:
        """Take one step of the trace."""
        if step.what in {"mkdir", "create", "rename", "unlink"}:
            self.changes.append(step)
        elif step.what == "syncdir":
            for change in [c for c in self.changes if _folder(c) == step.name]:
                _rename(self.names, change)
                self.changes.remove(change)
        elif step.what == "sync":
            for write in self.pending.pop(step.file, []):
                _apply(self.contents.setdefault(step.file, bytearray()), write)
        else:
            self.pending.setdefault(step.file, []).append(step)

    def remains(self, rng: random.Random) -> dict[str, bytes | None]:
        """Return one legal state after a cut now: contents by name, None for a folder."""
        names = dict(self.names)
        for folder in {_folder(change) for change in self.changes}:
            mine = [change for change in self.changes if _folder(change) == folder]
            for change in mine[: rng.randint(0, len(mine))]:
                _rename(names, change)
        contents = {file: self._content(file, rng) for file in set(names.values()) if file >= 0}
        whole = {n: f for n, f in names.items() if all(p in names for p in _parents(n))}
        return {name: None if file < 0 else contents[file] for name, file in whole.items()}

    def _content(self, file: int, rng: random.Random) -> bytes:
        data = bytearray(self.contents.get(file, b""))
        newest = bytearray(data)
        for write in self.pending.get(file, []):
            _apply(newest, write)
        if newest == data:
            return bytes(data)
        length = rng.choice((len(data), len(newest), rng.randint(len(data), len(newest))))  # of the file, as it is told
        arrived = len(data) + rng.randrange(0, max(1, length - len(data)) + SECTOR) // SECTOR * SECTOR
        first = newest[: len(data)] if rng.random() < 0.5 else data  # an old sector written over, or not yet
        return bytes(first + newest[len(data) : min(arrived, length)]).ljust(length, b"\0")


def _folder(step: Step) -> str:
    return (step.target or step.name).rpartition("/")[0] or "."


def _parents(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:i]) for i in range(1, len(parts))]


def _rename(names: dict[str, int], change: Step) -> None:
    if change.what == "mkdir":
        names[change.name] = -1
    elif change.what == "create":
        names[change.name] = change.file
    elif change.what == "unlink":
        names.pop(change.name, None)
    elif change.name in names:
        names[change.target] = names.pop(change.name)


def _apply(data: bytearray, step: Step) -> None:
    if step.what == "truncate":
        del data[step.offset :]
        return
    data.extend(bytes(max(0, step.offset - len(data))))
    data[step.offset : step.offset + len(step.data)] = step.data


@dataclass(slots=True)
class Cuts:
    """What the rebuilt states told: how many there were, how many held data, and the worst loss in scans."""

    states: int = 0
    with_data: int = 0
    worst: int = 0


def check_cuts(trace: Trace, folder: Path, *, rng: random.Random, per_step: int, others: bool = False) -> Cuts:
    """Rebuild `per_step` states after every step, open each, and assert that less than a second of signal is lost."""
    cuts, disk = Cuts(), _Disk()
    edf = next(step.file for step in trace.steps if step.what == "create" and step.name.endswith(".edf"))
    name = next(step.name for step in trace.steps if step.file == edf and step.what == "create")
    for number, step in enumerate(trace.steps):
        disk.take(step)
        is_safe = name in disk.names
        safe = bytes(disk.contents.get(edf, b"")) if is_safe else b""
        for _ in range(per_step):
            root = folder / f"cut{number}-{cuts.states}"
            for path, data in sorted(disk.remains(rng).items()):
                place = root / path
                if data is None:
                    place.mkdir(parents=True, exist_ok=True)
                else:
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_bytes(data)
            cuts.states += 1
            _check_state(root, root / name, safe, step, cuts, others=others)
    return cuts


def _check_state(root: Path, path: Path, safe: bytes, step: Step, cuts: Cuts, *, others: bool) -> None:
    """Assert what is promised of one state. `safe`: what the EDF file holds for sure."""
    try:
        recording = read_edf(path)
    except RecordingError:
        # nothing was ever synced: not a second has been recorded yet
        assert not safe, (step.what, step.name)
        assert step.taken < RATE, step
        cuts.worst = max(cuts.worst, step.taken)
        return
    cuts.with_data += 1
    n_safe = 0
    if safe:
        reference = root / f"safe{path.suffix}"
        reference.write_bytes(safe)
        n_safe = read_edf(reference).n_scans
        reference.unlink()
    lost, counts = recording.lost(), recording.scans()
    assert recording.n_scans >= n_safe
    assert not lost[:n_safe].any()
    np.testing.assert_array_equal(counts[~lost], numbered_counts(recording.n_scans)[~lost], err_msg=str(step))
    cuts.worst = max(cuts.worst, step.taken - n_safe)
    assert step.taken - n_safe < RATE, (step.taken, n_safe)
    account = beside(path, "emg.json")
    if account.exists():
        read_account(path)
    recover(path)
    assert check(root / "library") == []
    if others and n_safe:  # before the first sync a file may begin with nothing
        for read in OTHERS:
            digital, _ = read(path)
            assert digital.shape[1] >= n_safe, read.__name__
            np.testing.assert_array_equal(digital[:-1, :n_safe].T, counts[:n_safe], err_msg=read.__name__)
