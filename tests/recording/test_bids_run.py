"""R9, R15, R18: a run as a BIDS-EMG dataset: names, text files, permissions, recovery after a kill."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.recording import library as recordings
from biofeedback.recording.account import NewerVersionError, beside, read_account, recover
from biofeedback.recording.bids import RunSettings
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.folders import app_folder, make_private, write_atomic
from biofeedback.recording.session import CODE_LETTERS, Run, Visit, new_subject
from tests.recording.conftest import START, NewRun


def fill(run: Run, n_scans: int = 250) -> Run:
    run.writer.annotate(3, '{"command":"target","index":3,"low":40.0}')
    run.writer.annotate(60, '{"event":"hold","index":60}', 20)
    run.writer.annotate(61, "a plain\ttext")
    index = np.arange(n_scans)
    run.writer.append(np.stack([index % 1024] * (len(run.writer.header.signals) - 2), axis=1).astype(np.int32))
    run.writer.append_gap(10)
    return run


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_validator_finds_no_error(new_run: NewRun) -> None:
    run = new_run(power_line_frequency=50, task="quadset", device={"board": "uno"}, sos={"band": [[1.0] * 6]})
    fill(run).writer.close()
    run.finish({"repetitions": 8}, ended=START + dt.timedelta(seconds=1), measured_rate=999.7)
    again = Visit(run.library, subject=run.subject).next_run(
        run.settings, started=START + dt.timedelta(minutes=1)
    )  # left unclosed, as after a kill
    fill(again)
    wide = Run.create(
        run.library, RunSettings(2000, 24, 2.5, (ChannelSettings(sensor=Sensor.UNKNOWN),)), started=START
    )  # fmt: skip
    wide.writer.close()
    wide.finish()
    recordings.write_participants(run.library)
    validator = Path(sys.executable).with_name("bids-validator-deno")
    done = subprocess.run(
        [validator, run.library, "--format", "json", "--max-rows", "-1"], capture_output=True, text=True, check=False
    )
    issues = json.loads(done.stdout)["issues"]["issues"]
    assert [issue for issue in issues if issue["severity"] == "error"] == []
    assert done.returncode == 0
    again.writer.abandon()


def test_names_follow_bids_and_runs_are_numbered(new_run: NewRun, tmp_path: Path) -> None:
    settings = new_run().settings
    visit = Visit(tmp_path / "library", subject="K7Q2XD", task="quadset")
    first = visit.next_run(settings, started=START)
    second = visit.next_run(settings, started=START + dt.timedelta(minutes=2))
    assert first.path.relative_to(first.library).as_posix() == (
        "sub-K7Q2XD/ses-20261122T101530/emg/sub-K7Q2XD_ses-20261122T101530_task-quadset_run-01_emg.edf"
    )
    assert second.path.name.endswith("_run-02_emg.edf")
    assert second.path.parent == first.path.parent
    for run in (first, second):
        run.writer.close()


def test_the_session_is_named_in_utc_whatever_the_zone(new_run: NewRun) -> None:
    run = new_run(started=START.astimezone(dt.timezone(dt.timedelta(hours=-9))))
    run.writer.close()
    assert run.session == "20261122T101530"
    assert read_account(run.path)["Biofeedback"]["started"] == "2026-11-22T10:15:30.250000Z"
    assert read_edf(run.path).header.start == START.replace(microsecond=0)


@pytest.mark.parametrize("change", [{"task": "quad set"}, {"task": "../x"}, {"subject": "a/b"}, {"session": "a_b"}, {"rate": 333.3}, {"n_channels": 0}, {"started": START.replace(tzinfo=None)}])  # fmt: skip # noqa: E501
def test_what_cannot_name_or_make_a_run_is_refused_before_anything_is_made(
    new_run: NewRun, tmp_path: Path, change: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r".+"):
        new_run(**change)
    assert list(tmp_path.iterdir()) == []


def test_subject_codes_are_reserved_and_have_no_lookalikes(tmp_path: Path) -> None:
    codes = [new_subject(tmp_path / "library") for _ in range(50)]
    assert len(set(codes)) == 50
    assert all(re.fullmatch(f"[{CODE_LETTERS}]{{6}}", code) for code in codes)
    assert not set(CODE_LETTERS) & set("0O1IL2Z5S")
    assert all((tmp_path / "library" / f"sub-{code}").is_dir() for code in codes)


def test_the_account_holds_settings_first_and_results_after(new_run: NewRun) -> None:
    run = new_run(pipeline=3, sos={"band": [[0.1, 1 / 3, 1, 1, 2, 3]]}, simulated=True, settings={"seed": 5})
    before = read_account(run.path)["Biofeedback"]
    assert (before["closed"], before["pipeline"], before["simulated"]) == (False, 3, True)
    assert before["sos"] == {"band": [[0.1, 1 / 3, 1, 1, 2, 3]]}
    assert before["microvolts_per_count"] == [24.4140625, 24.4140625]
    fill(run).writer.close()
    run.finish({"repetitions": 8}, ended=START, measured_rate=999.7)
    account = read_account(run.path)
    after = account["Biofeedback"]
    assert (after["closed"], after["results"], after["measured_rate"]) == (True, {"repetitions": 8}, 999.7)
    assert (after["expected_scans"], after["received_scans"]) == (260, 250)
    assert after["sha256"] == hashlib.sha256(run.path.read_bytes()).hexdigest()
    assert account["RecordingDuration"] == 0.26
    assert account["SamplingFrequency"] == 1000
    assert account["PowerLineFrequency"] == "n/a"


def test_events_tsv_copies_the_annotations(new_run: NewRun) -> None:
    run = fill(new_run())
    run.writer.close()
    run.finish()
    events = rows(beside(run.path, "events.tsv"))
    assert [(e["onset"], e["duration"], e["trial_type"], e["sample"], e["command"]) for e in events] == [
        ("0.003", "n/a", "target", "3", "target"),
        ("0.06", "0.02", "hold", "60", "n/a"),
        ("0.061", "n/a", "a plain text", "61", "n/a"),
        ("0.25", "0.01", "BAD_ACQ_SKIP", "250", "n/a"),
        ("0.26", "0.04", "BAD_ACQ_SKIP", "260", "n/a"),
    ]
    assert json.loads(events[0]["text"]) == {"command": "target", "index": 3, "low": 40.0}


def test_channels_tsv_names_every_signal_as_the_edf_does(new_run: NewRun) -> None:
    run = new_run(n_channels=3)
    run.writer.close()
    lines = rows(beside(run.path, "channels.tsv"))
    assert [line["name"] for line in lines] == [s.label for s in run.writer.header.signals[:-1]]
    assert [line["type"] for line in lines] == ["EMG"] * 3 + ["MISC"]
    assert lines[0]["description"] == "muscle 0, left"


def test_a_killed_run_is_rebuilt_from_its_edf_and_only_once(new_run: NewRun) -> None:
    run = fill(new_run(settings={"plan": "quadset"}))
    run.writer.abandon()
    assert rows(beside(run.path, "events.tsv")) == []
    assert recover(run.path)
    ours = read_account(run.path)["Biofeedback"]
    assert (ours["recovered"], ours["closed"], ours["settings"]) == (True, True, {"plan": "quadset"})
    assert (ours["expected_scans"], ours["received_scans"]) == (200, 200)
    assert [e["sample"] for e in rows(beside(run.path, "events.tsv"))] == ["3", "60", "61"]
    assert not recover(run.path)


@pytest.mark.parametrize("damage", [None, b"", b"{", b"[1]", b'{"Biofeedback":3}', b"[" * 100_000, b"\xff\xfe", b" " * (5 << 20)])  # fmt: skip # noqa: E501
def test_a_lost_or_damaged_account_is_rebuilt_as_far_as_the_edf_tells(new_run: NewRun, damage: bytes | None) -> None:
    run = fill(new_run())
    run.writer.close()
    account = beside(run.path, "emg.json")
    account.unlink() if damage is None else account.write_bytes(damage)
    with pytest.raises(RecordingError, match=r"emg\.json"):
        read_account(run.path)
    assert recover(run.path)
    rebuilt = read_account(run.path)
    assert rebuilt["TaskName"] == "practice"
    assert rebuilt["Biofeedback"]["microvolts_per_count"] == [pytest.approx(24.4140625), pytest.approx(24.4140625)]
    assert rebuilt["Biofeedback"]["expected_scans"] == 260


def test_an_account_of_a_newer_version_is_refused_and_left_alone(new_run: NewRun) -> None:
    run = fill(new_run())
    run.writer.close()
    account = beside(run.path, "emg.json")
    account.write_text('{"Biofeedback": {"schema": 2}}')
    with pytest.raises(NewerVersionError, match="newer version"):
        recover(run.path)
    assert account.read_text() == '{"Biofeedback": {"schema": 2}}'


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_our_own_library_is_private(new_run: NewRun) -> None:
    run = fill(new_run())
    run.writer.close()
    run.finish()
    for path in [run.library, *run.library.rglob("*")]:
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_a_shared_library_is_left_as_it_is_and_stays_shared(new_run: NewRun, tmp_path: Path) -> None:
    shared = tmp_path / "library"
    shared.mkdir()
    shared.chmod(0o2775)
    before = os.umask(0o007)
    try:
        run = fill(new_run())
        run.writer.close()
        run.finish()
    finally:
        os.umask(before)
    assert mode(shared) == 0o2775
    assert mode(run.path) == mode(beside(run.path, "emg.json")) == 0o660
    assert mode(run.path.parent) & 0o777 == 0o770


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_an_old_folder_of_ours_is_made_private_again(tmp_path: Path) -> None:
    folder = make_private(tmp_path / "a" / "b")
    folder.chmod(0o755)
    assert mode(make_private(folder)) == 0o700
    assert mode(folder.parent) == 0o700


def test_a_replacement_that_fails_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.toml"
    write_atomic(path, "old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomic(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_folders_follow_each_platform(tmp_path: Path) -> None:
    home = Path("/home/a")
    linux = partial(app_folder, platform="linux", home=home)
    assert linux("config", environ={}) == Path("/home/a/.config/biofeedback")
    assert linux("data", environ={"XDG_DATA_HOME": "/x"}) == Path("/x/biofeedback")
    assert linux("cache", environ={"XDG_CACHE_HOME": "x"}) == Path("/home/a/.cache/biofeedback")
    windows = app_folder("data", platform="win32", home=home, environ={"LOCALAPPDATA": "/local"})
    assert windows == Path("/local/biofeedback/data")
    mac = app_folder("cache", platform="darwin", home=home, environ={})
    assert mac == Path("/home/a/Library/Caches/biofeedback")


def test_the_library_lists_every_run_and_says_what_is_wrong(new_run: NewRun, tmp_path: Path) -> None:
    whole, killed, changed, gone, broken = (
        fill(new_run(subject=name, simulated=True)) for name in ("A", "B", "C", "D", "E")
    )
    for run in (whole, changed, gone, broken):
        run.writer.close()
        run.finish()
    killed.writer.abandon()
    changed.path.write_bytes(changed.path.read_bytes() + b" ")
    beside(gone.path, "events.tsv").unlink()
    beside(broken.path, "emg.json").write_text("{")
    library = whole.library
    (library / "sub-A" / "ses-x" / "emg").mkdir(parents=True)
    (library / "sub-A" / "ses-x" / "emg" / "notes.txt").write_text("a stranger")
    (library / "sub-Z").symlink_to(library / "sub-A")
    found = recordings.runs(library)
    assert [summary.path for summary in found] == [run.path for run in (whole, killed, changed, gone, broken)]
    assert [summary.closed for summary in found] == [True, False, True, True, False]
    assert (found[0].seconds, found[0].started, found[0].run) == (0.26, START, 1)
    assert found[0].simulated
    assert "damaged" in (found[4].problem or "")
    problems = recordings.check(library)
    assert [word in text for word, text in zip(("never closed", "SHA-256", "missing", "damaged"), problems, strict=True)] == [True] * 4  # fmt: skip # noqa: E501
    assert recordings.participants_tsv(library).splitlines()[:2] == ["participant_id\tsessions", "sub-A\t2"]
    recover(killed.path)
    assert recordings.runs(library)[1].recovered


def test_a_library_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        recordings.runs(tmp_path / "none")


def test_a_folder_that_vanishes_raises_an_oserror_that_names_it(new_run: NewRun) -> None:
    run = fill(new_run())
    run.writer.close()
    shutil.rmtree(run.library)
    with pytest.raises(RecordingError, match="cannot be read"):
        run.finish()
    with pytest.raises(OSError, match="emg"):
        run.update({"x": 1})


def test_a_run_being_recorded_is_not_taken_for_a_broken_one(new_run: NewRun) -> None:
    killed, live, whole = (fill(new_run(subject=name)) for name in ("A", "B", "C"))
    killed.writer.abandon()
    whole.writer.close()
    whole.finish()
    long_ago = START.timestamp()
    os.utime(killed.path, (long_ago, long_ago))
    found = recordings.unclosed(live.library, quiet_since=START + dt.timedelta(minutes=1))
    live.writer.abandon()
    assert [run.path for run in found] == [killed.path]


def test_a_folder_that_cannot_be_read_does_not_hide_its_neighbours(
    new_run: NewRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [fill(new_run(subject=name)) for name in ("A", "B")]
    for run in whole:
        run.writer.close()
        run.finish()
    iterdir = Path.iterdir

    def refuse(folder: Path) -> Iterator[Path]:
        if folder.name == "sub-A":
            raise PermissionError(13, "Permission denied")
        return iterdir(folder)

    monkeypatch.setattr(Path, "iterdir", refuse)
    found = recordings.runs(whole[0].library)
    assert [summary.problem for summary in found] == ["cannot be read: Permission denied", None]
    assert recordings.check(whole[0].library) == ["sub-A: cannot be read: Permission denied"]


def test_a_run_that_cannot_be_described_leaves_no_file(new_run: NewRun, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        new_run(settings={"gain": float("nan")})
    assert not list(tmp_path.rglob("*.edf"))
