"""R10–R12: the recorder's thread: nobody waits for the disk, and what a failing disk costs is said."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest

from biofeedback.recording.account import read_account
from biofeedback.recording.annotation import MAX_TEXT
from biofeedback.recording.edf_reader import EdfRecording, read_edf
from biofeedback.recording.edf_writer import EdfWriter
from biofeedback.recording.recorder import QUEUE, Recorder, RecorderState
from biofeedback.recording.scan_queue import MAX_TEXTS, ScanQueue, Text
from biofeedback.recording.session import Run
from biofeedback.wire.events import Gap, Scans
from tests.blocks import numbered_counts, numbered_scans, stored
from tests.recording.conftest import NewRun

NO_SPACE = os.strerror(errno.ENOSPC)


def record(run: Run, *, fallback: Callable[[int], Run] | None = None, capacity: float = QUEUE) -> Recorder:
    """Return a recorder of a run that is made already."""
    return Recorder(lambda: run, 1000, fallback=fallback, capacity=capacity)


def file_of(state: RecorderState) -> Path:
    """Return the file of a recorder that has made one."""
    assert state.path is not None
    return state.path


def said(state: RecorderState) -> str:
    """Return the trouble that a recorder tells of."""
    assert state.problem is not None
    return state.problem


def check_samples(path: Path, base: int = 0) -> EdfRecording:
    recording = read_edf(path)
    good = ~recording.lost()
    np.testing.assert_array_equal(recording.scans()[good], numbered_counts(recording.n_scans, base)[good])
    return recording


def fail_writes(monkeypatch: pytest.MonkeyPatch, *numbers: int, error: int = errno.ENOSPC) -> None:
    """Let the disk refuse the `numbers`-th writes, counted over all files from 1; half the data still goes in."""
    n_writes = 0

    def write(file: int, data: bytes) -> int:
        nonlocal n_writes
        n_writes += 1
        if n_writes in numbers:
            os_write(file, bytes(data)[: len(data) // 2])
            raise OSError(error, os.strerror(error))
        return os_write(file, data)

    os_write = os.write
    monkeypatch.setattr(os, "write", write)


def test_what_is_put_is_in_the_file(new_run: NewRun) -> None:
    recorder = record(new_run())
    assert recorder.put(numbered_scans(0, 1500))
    assert recorder.put(Gap(1500, 40, "board"))
    assert recorder.annotate(700, '{"command":"pause","index":700}')
    assert recorder.put(numbered_scans(1540, 77))
    recorder.finish(results={"score": 0.1})
    state = recorder.close()
    assert (state.n_scans, state.seconds, state.lost_to_storage, state.problem) == (1617, 1.617, 0, None)
    assert (state.active, state.closed) == (False, True)
    assert state.bytes == file_of(state).stat().st_size
    assert stored(file_of(state)) == [(0, 1500, None), (1500, 40, "board"), (1540, 77, None)]
    check_samples(file_of(state))
    assert read_account(file_of(state))["Biofeedback"]["results"] == {"score": 0.1}
    assert recorder.close() == state


def test_the_thread_is_named_and_does_not_keep_the_process_alive(new_run: NewRun) -> None:
    recorder = record(new_run())
    (thread,) = [t for t in threading.enumerate() if t.name == "recorder"]
    assert thread.daemon
    recorder.close()
    assert not thread.is_alive()


def test_a_full_queue_loses_the_newest_scans_and_indices_stay_true(
    new_run: NewRun, blocked_disk: threading.Event
) -> None:
    recorder = record(new_run(), capacity=1.0)
    taken = [recorder.put(numbered_scans(first, 100)) for first in range(0, 3000, 100)]
    state = recorder.state
    assert not all(taken)
    assert state.active
    assert "too slow" in said(state)
    assert state.lost_to_storage == 100 * taken.count(False)
    assert state.lost_to_storage >= 1800
    blocked_disk.set()
    state = recorder.close(30)
    assert state.n_scans == 3000
    kept, gap = stored(file_of(state))
    assert kept == (0, 3000 - state.lost_to_storage, None)
    assert gap == (3000 - state.lost_to_storage, state.lost_to_storage, "storage")
    check_samples(file_of(state))
    assert "could not be stored" in read_account(file_of(state))["Biofeedback"]["problem"]


def test_a_queue_that_empties_again_stores_again(new_run: NewRun, blocked_disk: threading.Event) -> None:
    recorder = record(new_run(), capacity=0.3)
    index = 0
    while recorder.put(numbered_scans(index, 100)):
        index += 100
    blocked_disk.set()
    assert recorder.put(numbered_scans(index + 100, 100), wait=True)
    state = recorder.close(30)
    assert stored(file_of(state)) == [(0, index, None), (index, 100, "storage"), (index + 100, 100, None)]


def test_a_source_faster_than_the_disk_is_held_and_loses_nothing(new_run: NewRun) -> None:
    recorder = record(new_run(), capacity=0.2)
    assert all(recorder.put(numbered_scans(first, 64), wait=True) for first in range(0, 64_000, 64))
    state = recorder.close(30)
    assert (state.n_scans, state.lost_to_storage) == (64_000, 0)
    check_samples(file_of(state))


def test_a_waiting_source_is_let_go_when_recording_stops(new_run: NewRun, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_writes(monkeypatch, 3)
    recorder = record(new_run(), capacity=0.1)
    results = [recorder.put(numbered_scans(first, 100), wait=True) for first in range(0, 5000, 100)]
    assert results[0]
    assert not results[-1]
    assert not recorder.close(30).active


def test_the_full_queue_stays_bounded_whatever_comes(new_run: NewRun) -> None:
    queue = ScanQueue(10)
    for i in range(1000):
        queue.put(Gap(2 * i, 1) if i % 3 else Scans(2 * i, np.zeros((1, 1), np.int32)))
        queue.put(Gap(2 * i + 1, 1, "board"))
    queue.close()
    items: list[Scans | Gap] = []
    while (item := queue.take()) is not None:
        assert not isinstance(item, Text)
        items.append(item)
    assert len(items) <= 12
    assert [item.first_index for item in items] == [0, *(item.end_index for item in items)][:-1]
    assert items[-1].end_index == 2000


def test_annotations_are_bounded_too() -> None:
    queue = ScanQueue(10)
    assert all(queue.put_text(Text(i, "x")) for i in range(MAX_TEXTS))
    assert not queue.put_text(Text(0, "x"))


def test_a_text_that_cannot_be_stored_is_told_and_never_raises(new_run: NewRun) -> None:
    recorder = record(new_run())
    recorder.put(numbered_scans(0, 10))
    assert not recorder.annotate(0, "x" * (MAX_TEXT + 1))
    assert f"at most {MAX_TEXT} bytes" in said(recorder.state)
    assert recorder.annotate(5, "good")
    assert recorder.annotate(10**15, "beyond all time")
    state = recorder.close()
    assert "beyond" not in [a.text for a in read_edf(file_of(state)).annotations]
    assert "an annotation could not be stored" in said(state)
    assert not recorder.annotate(0, "late")


def test_scans_that_do_not_fit_the_file_become_a_gap(new_run: NewRun) -> None:
    recorder = record(new_run())
    recorder.put(numbered_scans(0, 10))
    recorder.put(Scans(10, np.full((5, 2), 1 << 20, np.int32)))
    recorder.put(numbered_scans(15, 10))
    state = recorder.close()
    assert stored(file_of(state)) == [(0, 10, None), (10, 5, "storage"), (15, 10, None)]
    assert state.lost_to_storage == 5
    assert "does not fit" in said(state)


def test_scans_of_other_channels_are_left_out_and_told(new_run: NewRun) -> None:
    recorder = record(new_run())
    recorder.put(numbered_scans(0, 10))
    recorder.put(Scans(10, np.zeros((5, 3), np.int32)))
    state = recorder.close()
    assert stored(file_of(state)) == [(0, 10, None)]
    assert state.lost_to_storage == 5
    assert "other channels" in said(state)


def test_holes_and_overlaps_in_what_is_put_keep_indices_true(new_run: NewRun) -> None:
    recorder = record(new_run())
    for first, n_scans in ((0, 10), (15, 10), (20, 10), (22, 3)):
        recorder.put(numbered_scans(first, n_scans))
    state = recorder.close()
    assert stored(file_of(state)) == [(0, 10, None), (10, 5, "storage"), (15, 15, None)]
    check_samples(file_of(state))
    assert "never reached" in said(state)


def test_after_the_first_write_error_the_recording_goes_on_in_the_fallback_folder(
    new_run: NewRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, made = new_run(), []

    def fallback(first_index: int) -> Run:
        made.append(first_index)
        return new_run(library="fallback", subject=first.subject)

    fail_writes(monkeypatch, 8)
    recorder = record(first, fallback=fallback)
    for index in range(0, 1950, 65):
        recorder.put(numbered_scans(index, 65))
        recorder.annotate(index, f"mark {index}")
    state = recorder.close(30)
    (base,) = made
    assert base % 100 == 0
    assert state.first_index == base
    assert file_of(state).is_relative_to(first.library.with_name("fallback"))
    assert (state.n_scans, state.lost_to_storage) == (1950, 0)
    assert NO_SPACE in said(state)
    assert str(state.path) in said(state)
    before, after = check_samples(first.path), check_samples(file_of(state), base)
    assert (before.n_scans, after.n_scans) == (base, 1950 - base)
    marks = [a.text for recording in (before, after) for a in recording.annotations if a.text.startswith("mark")]
    assert marks == [f"mark {index}" for index in range(0, 1950, 65)]
    account = read_account(file_of(state))["Biofeedback"]
    assert (account["continues"], account["first_index"]) == (first.path.name, base)
    assert NO_SPACE in read_account(first.path)["Biofeedback"]["problem"]


@pytest.mark.parametrize("second", range(2, 14))
def test_after_the_second_error_recording_is_off_and_every_scan_is_accounted_for(
    new_run: NewRun, monkeypatch: pytest.MonkeyPatch, second: int
) -> None:
    first = new_run()
    runs = [first]

    def fallback(first_index: int) -> Run:
        runs.append(new_run(library="fallback"))
        return runs[-1]

    fail_writes(monkeypatch, 1, second)
    recorder = record(first, fallback=fallback)
    for index in range(0, 1000, 50):
        recorder.put(numbered_scans(index, 50))
    state = recorder.close(30)
    assert not state.active
    assert "recording is off" in said(state)
    assert not recorder.put(numbered_scans(1000, 50))
    kept = read_edf(runs[1].path).n_scans if runs[1].path.stat().st_size else 0
    assert kept == (0 if second == 2 else second // 2 * 100)  # record and count are a write each, the first is one
    assert recorder.state.lost_to_storage == 1000 + 50 - kept


def test_without_a_fallback_the_first_error_ends_the_recording(
    new_run: NewRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run()
    fail_writes(monkeypatch, 4, error=errno.EIO)
    recorder = record(run)
    for index in range(0, 1000, 100):
        recorder.put(numbered_scans(index, 100))
    state = recorder.close(30)
    assert os.strerror(errno.EIO) in said(state)
    assert state.lost_to_storage + read_edf(run.path).n_scans == 1000
    check_samples(run.path)


def test_a_fallback_that_fails_too_is_said(new_run: NewRun, monkeypatch: pytest.MonkeyPatch) -> None:
    def fallback(first_index: int) -> Run:
        raise PermissionError(errno.EACCES, "no permission")

    fail_writes(monkeypatch, 2)
    recorder = record(new_run(), fallback=fallback)
    recorder.put(numbered_scans(0, 1000))
    state = recorder.close(30)
    assert "the other folder fails too" in said(state)
    assert not state.active


def test_an_error_at_the_very_end_still_saves_the_last_scans_elsewhere(
    new_run: NewRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = new_run()
    close = EdfWriter.close

    def fail_once(writer: EdfWriter) -> None:
        if writer.path == run.path:
            writer.abandon()
            raise OSError(errno.ENOSPC, NO_SPACE)
        close(writer)

    monkeypatch.setattr(EdfWriter, "close", fail_once)
    recorder = record(run, fallback=lambda _: new_run(library="fallback"))
    recorder.put(numbered_scans(0, 130))
    recorder.finish(results={"x": 1})
    state = recorder.close(30)
    assert read_edf(run.path).n_scans == 100
    assert check_samples(file_of(state), 100).n_scans == 30
    assert state.closed
    assert read_account(file_of(state))["Biofeedback"]["results"] == {"x": 1}


def test_a_failed_sync_is_never_taken_for_safe(new_run: NewRun, monkeypatch: pytest.MonkeyPatch) -> None:
    run = new_run()
    failures: list[Path] = []

    def fail_once(writer: EdfWriter) -> None:
        if not failures:
            failures.append(writer.path)
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(EdfWriter, "sync", fail_once)
    recorder = record(run, fallback=lambda _: new_run(library="fallback"))
    for index in range(0, 3000, 100):
        recorder.put(numbered_scans(index, 100))
    state = recorder.close(30)
    assert failures == [run.path]
    assert "not safely stored" in said(state)
    assert "not safely stored" in read_account(run.path)["Biofeedback"]["problem"]
    assert read_edf(run.path).n_scans == state.first_index == 800
    assert read_edf(file_of(state)).n_scans == 2200


def test_a_deleted_file_is_noticed(new_run: NewRun) -> None:
    run = new_run()
    recorder = record(run, fallback=lambda _: new_run(library="fallback"))
    run.path.unlink()
    for index in range(0, 2500, 100):
        recorder.put(numbered_scans(index, 100))
    state = recorder.close(30)
    assert "deleted" in said(state)
    assert "what it held is lost" in said(state)
    assert state.lost_to_storage == state.first_index == 800
    assert check_samples(file_of(state), 800).n_scans == 1700


def test_an_internal_error_stops_the_recording_but_raises_nowhere(
    new_run: NewRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EdfWriter, "append", lambda self, counts: 1 // 0)
    recorder = record(new_run())
    recorder.put(numbered_scans(0, 10))
    state = recorder.close(30)
    assert "internal error: ZeroDivisionError" in said(state)
    assert not recorder.put(numbered_scans(10, 10), wait=True)


def test_a_disk_that_does_not_answer_does_not_hold_up_closing(new_run: NewRun, blocked_disk: threading.Event) -> None:
    recorder = record(new_run())
    recorder.put(numbered_scans(0, 200))
    state = recorder.close(0.05)
    assert not state.closed
    assert "does not answer" in said(state)
    blocked_disk.set()
    assert recorder.close(30).closed


def test_results_that_json_cannot_hold_cost_no_samples(new_run: NewRun) -> None:
    recorder = record(new_run())
    recorder.put(numbered_scans(0, 200))
    recorder.finish(results={"score": float("nan")})
    state = recorder.close(30)
    assert "samples are stored" in said(state)
    assert check_samples(file_of(state)).n_scans == 200


@pytest.mark.parametrize("works", [True, False])
def test_files_that_cannot_be_made_are_made_in_the_fallback_folder_and_it_is_said(new_run: NewRun, works: bool) -> None:
    def refuse(*_: object) -> NoReturn:
        raise PermissionError(errno.EACCES, "Permission denied", "/library")

    recorder = Recorder(refuse, 1000, fallback=(lambda _: new_run(library="fallback")) if works else refuse)
    recorder.put(numbered_scans(0, 250), wait=True)
    state = recorder.close(30)
    assert "Permission denied: '/library'" in said(state)
    if works:
        assert check_samples(file_of(state)).n_scans == 250
        assert str(state.path) in said(state)
    else:
        assert (state.path, state.active, state.closed) == (None, False, True)
        assert state.lost_to_storage == 250


LIMITED = """
import json, resource, signal, sys
from pathlib import Path
import datetime as dt
import numpy as np
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.recording.bids import RunSettings
from biofeedback.recording.recorder import Recorder
from biofeedback.recording.session import Run
from biofeedback.wire.events import Scans
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
start = dt.datetime(2026, 11, 22, tzinfo=dt.timezone.utc)
settings = RunSettings(1000, 10, 5.0, (ChannelSettings(),))
make = lambda name: Run.create(Path(sys.argv[1]) / name, settings, started=start)
first = make("library")
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
recorder = Recorder(lambda: first, 1000, fallback=lambda _: make("fallback"))
for index in range(0, 20000, 100):
    recorder.put(Scans(index, np.full((100, 1), index // 100, np.int32)))
state = recorder.close(30)
print(json.dumps([str(first.path), str(state.path), state.lost_to_storage, state.problem]))
"""


@pytest.mark.parametrize("limit", [2500, 6000, 30_001])
def test_a_file_size_limit_keeps_everything_before_it_readable(tmp_path: Path, limit: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path), str(limit)], capture_output=True, text=True, check=True
    )
    first, second, lost, problem = json.loads(done.stdout)
    recordings = [read_edf(tmp_path / name) for name in (first, second)]
    kept = sum(recording.n_scans for recording in recordings)
    assert all(recording.path.stat().st_size <= limit for recording in recordings)
    assert kept + lost == 20_000
    assert os.strerror(errno.EFBIG) in problem
    counts = np.concatenate([recording.scans() for recording in recordings])[:, 0]
    np.testing.assert_array_equal(counts, np.arange(kept) // 100)
