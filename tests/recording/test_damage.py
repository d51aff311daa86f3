"""R13–R16: damaged and hostile recordings cost a sentence, never a crash, a hang or the computer's memory."""

from __future__ import annotations

import csv
import json
import os
from fractions import Fraction
from pathlib import Path

import pytest

from biofeedback.recording import library
from biofeedback.recording.account import MAX_DEPTH, MAX_JSON, beside, read_account
from biofeedback.recording.annotation import Annotation, encode_annotation
from biofeedback.recording.bids import channels_tsv, events_tsv
from biofeedback.recording.edf import EdfSignal, RecordingError
from biofeedback.recording.edf_reader import MAX_FILE, MAX_LISTS, read_edf
from tests.recording.conftest import NewRun, NewWriter
from tests.recording.damage import (
    HOSTILE_TEXTS,
    LOST,
    MEGABYTE,
    SPARSE,
    Outcomes,
    examine,
    full_of_texts,
    header_of,
    mutate_and_examine,
    peak_of,
    read_all,
    sparse_file,
)


def test_r13_damaged_pairs_of_edf_and_account_give_a_result_or_one_sentence(tmp_path: Path) -> None:
    outcomes = mutate_and_examine(tmp_path, 1500, seed=45)
    assert outcomes.faults == []
    assert 1000 < outcomes.refused < 4000


@pytest.fixture
def closed(new_run: NewRun) -> Path:
    """Return the EDF file of a closed run with a command, a gap and three records."""
    run = new_run(n_channels=1)
    run.writer.annotate(3, '{"command":"mark","index":3,"number":1}')
    run.writer.append_gap(250)
    run.writer.close()
    run.finish()
    return run.path


def test_r13_a_file_cut_at_every_byte_of_its_header_is_refused_in_one_sentence(closed: Path) -> None:
    data = closed.read_bytes()
    header = read_edf(closed).header
    for end in range(header.header_bytes + header.record_bytes):
        closed.write_bytes(data[:end])
        with pytest.raises(RecordingError, match=r"cannot be read: (the file ends|it holds no)"):
            read_edf(closed)
    closed.write_bytes(data[: header.header_bytes + header.record_bytes])
    assert read_edf(closed).n_scans == 100


@pytest.mark.parametrize("fill", HOSTILE_TEXTS)
def test_r14_a_long_record_full_of_texts_is_read_in_bounded_memory(tmp_path: Path, fill: bytes) -> None:
    path = full_of_texts(tmp_path / "texts.edf", fill, MEGABYTE)
    assert peak_of(lambda: read_all(path)) < 60 * MEGABYTE
    assert len(read_edf(path).annotations) <= MAX_LISTS + 3


@pytest.mark.parametrize("signals", SPARSE)
def test_r14_a_huge_sparse_file_opens_in_bounded_memory(tmp_path: Path, signals: tuple[EdfSignal, ...]) -> None:
    path = sparse_file(tmp_path / "sparse.edf", signals)
    assert peak_of(lambda: read_edf(path)) < 100 * MEGABYTE
    os.truncate(path, MAX_FILE + 1)
    with pytest.raises(RecordingError, match="up to 8589934592 can be read"):
        read_edf(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes")
def test_r14_a_pipe_under_a_recordings_name_holds_nobody_up(closed: Path) -> None:
    account = beside(closed, "emg.json")
    account.unlink()
    os.mkfifo(account)
    with pytest.raises(RecordingError, match="no ordinary file"):
        read_account(closed)
    closed.unlink()
    os.mkfifo(closed)
    with pytest.raises(RecordingError, match="no ordinary file"):
        read_edf(closed)
    assert library.runs(closed.parents[3]) == []


HOSTILE_ACCOUNTS = {
    "deep": b'{"Biofeedback":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "too deep to be written again": json.dumps({"a": json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)}).encode(),
    "not a number": b'{"Biofeedback":{"rate":NaN}}',
    "without end": b'{"Biofeedback":{"rate":1e999}}',
    "a number of 4000 digits": b'{"Biofeedback":{"rate":' + b"9" * 4000 + b"}}",
    "bad UTF-8": b'{"Biofeedback":{"problem":"\xff\xfe"}}',
    "too long": b'{"a":"' + b"x" * MAX_JSON + b'"}',
    "millions of lists": b"[" + b"[]," * (MAX_JSON // 3 - 2) + b"[]]",
}


@pytest.mark.parametrize("data", HOSTILE_ACCOUNTS.values(), ids=HOSTILE_ACCOUNTS)
def test_r15_a_hostile_account_is_refused_kept_aside_and_rebuilt(closed: Path, data: bytes) -> None:
    account = beside(closed, "emg.json")
    account.write_bytes(data)

    def read() -> None:
        with pytest.raises(RecordingError, match="damaged"):
            read_account(closed)

    assert peak_of(read) < 100 * MEGABYTE
    outcomes = Outcomes()
    examine(closed, outcomes)
    assert outcomes.faults == []
    assert read_account(closed)["Biofeedback"]["recovered"] is True
    assert account.with_name(f".{account.name}.damaged").read_bytes() == data


@pytest.mark.parametrize(
    ("name", "value"),
    [("started", 5), ("started", "0001-01-01"), ("closed", "yes"), ("problem", ["x"]), ("problem", "\ud800" * 900)],
)
def test_r15_values_of_a_wrong_kind_are_left_out_of_the_list(closed: Path, name: str, value: object) -> None:
    account = json.loads(beside(closed, "emg.json").read_text())
    account["Biofeedback"][name] = value
    account["RecordingDuration"] = -1e300
    beside(closed, "emg.json").write_text(json.dumps(account))
    (summary,) = library.runs(closed.parents[3])
    assert summary.seconds is None
    assert (summary.problem or "").isprintable()
    assert len(summary.problem or "") <= library.MAX_PROBLEM


def test_r15_links_in_a_library_lead_nowhere(closed: Path) -> None:
    root = closed.parents[3]
    (root / "sub-LOOP").symlink_to(root)
    (closed.parent / "emg").symlink_to(closed.parent)
    closed.with_name(closed.name.replace("run-01", "run-02")).symlink_to(closed)
    (root / "sub-SELF").symlink_to(root / "sub-SELF")
    beside(closed, "events.tsv").unlink()
    beside(closed, "events.tsv").symlink_to(beside(closed, "events.tsv"))
    assert [summary.path for summary in library.runs(root)] == [closed]
    assert library.check(root) == [f"{beside(closed, 'events.tsv').name} is missing"]


def test_r15_one_broken_visit_does_not_hide_the_others(new_run: NewRun, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = [new_run(subject="A", session=name) for name in ("1", "2", "3")]
    for run in runs:
        run.writer.close()
        run.finish()
    stat = Path.stat

    def vanished(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.name.endswith(".edf") and "ses-2" in path.parts:
            raise FileNotFoundError(2, "No such file or directory")
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", vanished)
    assert [summary.session for summary in library.runs(runs[0].library) if not summary.problem] == ["1", "3"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", '{"event":"=cmd|x"}', "\t=1", " =1"])
def test_r16_no_cell_of_a_table_is_a_formula(new_writer: NewWriter, text: str) -> None:
    lines = events_tsv([Annotation(5, None, text)], 1000).splitlines()
    (row,) = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    assert not {row["trial_type"][0], row["command"][0], row["text"][0]} & set("=+-@")
    signals = (EdfSignal("=1+1", 1, -10, 10, -1, 1, unit="@x", transducer="+1"), LOST)
    for line in channels_tsv(header_of(*signals)).splitlines()[1:]:
        assert not {cell[:1] for cell in line.split("\t")} & set("=+-@")


def test_r16_text_that_is_no_unicode_still_makes_a_table() -> None:
    text = events_tsv([Annotation(-500, None, '{"event":"\\ud800"}')], 1000)
    assert text.encode().decode() == text
    assert text.splitlines()[1].startswith("-0.5\t")


def test_r16_a_text_before_the_first_scan_keeps_its_time() -> None:
    assert encode_annotation(Annotation(0, None, "x"), Fraction(1000)).startswith(b"+0\x14")
    assert [line.split("\t")[0] for line in events_tsv([Annotation(i, None, "x") for i in (-1500, -1, 0)], 1000).splitlines()[1:]] == ["-1.5", "-0.001", "0"]  # fmt: skip # noqa: E501
