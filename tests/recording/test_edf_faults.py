"""R1, R2, R13, R14: what is left of a file after a kill, and what the reader makes of broken and hostile ones."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
import warnings
from fractions import Fraction
from pathlib import Path

import edfio
import mne  # type: ignore[import-untyped]
import numpy as np
import pyedflib
import pytest

from biofeedback.recording.edf import RECORD_COUNT_AT, EdfHeader, EdfSignal, RecordingError, encode_header
from biofeedback.recording.edf_reader import EdfRecording, read_edf
from biofeedback.wire.events import Scans
from tests.blocks import numbered_counts, stored
from tests.recording.conftest import NewWriter, RandomCounts

START = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
# writes what tests.blocks.numbered_counts gives; a child process has no tests to import from
WRITE_FOR_EVER = """
import datetime as dt, sys
from pathlib import Path
import numpy as np
from biofeedback.recording.edf_writer import EdfWriter
from biofeedback.recording.layout import EmgChannel, emg_header
start = dt.datetime(2026, 11, 22, tzinfo=dt.timezone.utc)
header = emg_header([EmgChannel("a", 24.4), EmgChannel("b")], rate=1000, adc_bits=10, start=start)
writer = EdfWriter(Path(sys.argv[1]), header)
while True:
    index = np.arange(writer.n_scans, writer.n_scans + 37)
    writer.append(np.stack([index % 1024, (index * 7919 + 3) % 1024], axis=1).astype(np.int32))
    writer.annotate(writer.n_scans - 1, f"mark {writer.n_scans - 1}")
    if writer.n_scans % 5 == 0:
        writer.sync()
    print(writer.n_scans, flush=True)
"""


def open_in_all(path: Path) -> list[int]:
    """Open the file in four readers and return the number of scans each finds."""
    with pyedflib.EdfReader(str(path)) as file:
        file.readAnnotations()
        numbers = [int(file.getNSamples()[0])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they say that the last record is torn, which is so
        numbers.append(len(edfio.read_edf(path).signals[0].digital))
        numbers.append(mne.io.read_raw_edf(path, verbose="error").n_times)
    return [*numbers, read_edf(path).n_scans]


def test_after_sigkill_four_readers_open_the_file_and_at_most_one_record_is_lost(tmp_path: Path) -> None:
    rng = random.Random(38)
    for i in range(12):
        path = tmp_path / f"{i}.edf"
        with subprocess.Popen(
            [sys.executable, "-c", WRITE_FOR_EVER, str(path)], stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout is not None
            for _ in range(rng.randrange(4, 400)):
                reported = child.stdout.readline()
            child.kill()
            rest = child.stdout.read().splitlines(keepends=True)
        taken = int(([line for line in rest if line.endswith("\n")] or [reported])[-1])
        numbers = open_in_all(path)
        recording = read_edf(path)
        assert recording.n_scans > taken - 100
        assert max(numbers) - min(numbers) <= 100
        assert not recording.complete
        np.testing.assert_array_equal(recording.scans(), numbered_counts(recording.n_scans))
        marks = [a.index for a in recording.annotations]
        assert [a.text for a in recording.annotations] == [f"mark {index}" for index in marks]
        whole = [36 + 37 * k for k in range(10_000) if 37 * (k + 1) <= recording.n_scans - 100]
        assert [index for index in marks if index < recording.n_scans - 100][: len(whole)] == whole


def test_a_copy_after_every_record_opens_in_four_readers(new_writer: NewWriter, tmp_path: Path) -> None:
    writer = new_writer()
    for n_records in range(1, 25):
        writer.append(numbered_counts(100, 100 * (n_records - 1)))
        copy = tmp_path / f"copy{n_records}.edf"
        copy.write_bytes(writer.path.read_bytes())
        assert open_in_all(copy) == [100 * n_records] * 4


@pytest.mark.parametrize("torn", [1, 7, 239, 400, 839])
def test_a_torn_last_record_is_left_out_by_four_readers(new_writer: NewWriter, tmp_path: Path, torn: int) -> None:
    writer = new_writer()
    writer.append(numbered_counts(300))
    data = writer.path.read_bytes()
    copy = tmp_path / "torn.edf"
    copy.write_bytes(data + data[-840:][:torn])
    assert open_in_all(copy) == [300] * 4
    assert f"its last {torn} bytes" in read_edf(copy).notes[0]


def test_a_record_that_the_header_does_not_count_yet_is_read(new_writer: NewWriter, tmp_path: Path) -> None:
    writer = new_writer()
    writer.append(numbered_counts(300))
    data = bytearray(writer.path.read_bytes())
    for count, note in ((b"2       ", "counts 2"), (b"-1      ", "counts -1"), (b"99      ", "counts 99")):
        data[RECORD_COUNT_AT : RECORD_COUNT_AT + 8] = count
        copy = tmp_path / "count.edf"
        copy.write_bytes(data)
        assert read_edf(copy).n_scans == 300
        assert note in read_edf(copy).notes[0]


def use(path: Path) -> EdfRecording:
    """Read everything there is to read."""
    recording = read_edf(path)
    total = sum(event.end_index - event.first_index for event in recording.blocks(1000))
    assert total == recording.n_scans == len(recording.scans()) == len(recording.lost())
    assert len(recording.annotations) <= 100_000
    return recording


@pytest.fixture
def whole_file(new_writer: NewWriter, random_counts: RandomCounts) -> bytes:
    """Return the bytes of a small complete recording."""
    writer = new_writer(n_channels=1)
    writer.append(random_counts(150, 1))
    writer.append_gap(20)
    writer.annotate(3, "begin")
    writer.append(random_counts(100, 1))
    writer.close()
    return writer.path.read_bytes()


def test_a_file_cut_at_any_byte_gives_a_recording_or_a_clear_error(whole_file: bytes, tmp_path: Path) -> None:
    path = tmp_path / "cut.edf"
    header = 4 * 256
    record = (len(whole_file) - header) // 3
    for end in range(0, len(whole_file), 7):
        path.write_bytes(whole_file[:end])
        if end < header + record:
            with pytest.raises(RecordingError, match=r"cut\.edf cannot be read: (the file ends|it holds no complete)"):
                read_edf(path)
        else:
            assert use(path).n_records == (end - header) // record


def test_damaged_bytes_never_crash_or_hang_the_reader(whole_file: bytes, tmp_path: Path) -> None:
    rng = random.Random(45)
    path = tmp_path / "damaged.edf"
    refused = []
    for _ in range(1500):
        data = bytearray(whole_file)
        for _ in range(rng.randrange(1, 6)):
            where = rng.randrange(1024) if rng.random() < 0.7 else rng.randrange(len(data))
            data[where] = rng.choice((rng.randrange(256), 0x20, 0x2D, 0x39, 0x00, 0xFF))
        path.write_bytes(data)
        try:
            use(path)
        except RecordingError as error:
            refused.append(str(error))
    assert 100 < len(refused) < 1400
    assert max(map(len, refused)) < 200


def signal(samples: int, label: str = "EMG a", low: int = -10, high: int = 10) -> EdfSignal:
    return EdfSignal(label, samples, low, high, -1, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((0, b"1       "), "not an EDF or BDF file"),
        ((252, b"9999"), "9999 signals"),
        ((252, b"-3  "), "-3 signals"),
        ((252, "３   ".encode()[:4]), "number of signals in the header is not a whole number"),
        ((244, b"nan     "), "record duration in the header is not a number"),
        ((244, b"1e99    "), "record duration"),
        ((244, b"0       "), "record duration of 0"),
        ((192, b"EDF+D"), "discontinuous"),
        ((256 + 3 * 216, b"99999999"), "records of"),
        ((256 + 3 * 216, b"-1      "), "samples per record of signal 1"),
        ((256 + 3 * 120, b"5000    "), "digital range of signal 1"),
        ((256 + 3 * 104, b"inf     "), "physical minimum of signal 1"),
    ],
)
def test_an_impossible_header_is_refused_with_its_reason(
    whole_file: bytes, tmp_path: Path, change: tuple[int, bytes], said: str
) -> None:
    where, value = change
    path = tmp_path / "hostile.edf"
    path.write_bytes(whole_file[:where] + value + whole_file[where + len(value) :])
    with pytest.raises(RecordingError, match=said):
        read_edf(path)


def test_annotations_of_any_bytes_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    header = EdfHeader(
        start=START,
        record_duration=Fraction(1),
        bits=16,
        signals=(signal(10), signal(40, "EDF Annotations")),
        n_records=3,
    )
    stretches = [
        b"+0\x14\x14\0+0.5\x14\xff\xfe bad\x14\0",
        b"+1\x14\x14\0nonsense\x14\0+1e5\x14x\x14\0+1\x14no end",
        b"+2\x14\x14\0-1\x15\x14before\x14and\x14\0" + b"\x14" * 20,
    ]
    path = tmp_path / "texts.edf"
    path.write_bytes(encode_header(header) + b"".join(bytes(20) + s.ljust(80, b"\0") for s in stretches))
    recording = use(path)
    assert [(a.index, a.text) for a in recording.annotations] == [(-10, "before"), (-10, "and"), (5, "\ufffd\ufffd bad")]  # fmt: skip # noqa: E501
    assert recording.notes == ["4 annotations are damaged and were left out"]


def test_a_file_full_of_one_byte_texts_is_read_in_bounded_time(tmp_path: Path) -> None:
    header = EdfHeader(
        start=START,
        record_duration=Fraction(1),
        bits=16,
        signals=(signal(1), signal(5, "EDF Annotations")),
        n_records=-1,
    )
    path = tmp_path / "texts.edf"
    path.write_bytes(encode_header(header) + (bytes(2) + b"+1\x14x\x14\0+9\x14\0") * 90_000)
    recording = read_edf(path)
    assert len(recording.annotations) == 90_000
    assert recording.n_scans == 90_000


def test_endless_damaged_annotations_are_given_up_with_a_note(tmp_path: Path) -> None:
    header = EdfHeader(
        start=START,
        record_duration=Fraction(1),
        bits=16,
        signals=(signal(1), signal(50_000, "EDF Annotations")),
        n_records=-1,
    )
    path = tmp_path / "texts.edf"
    path.write_bytes(encode_header(header) + (bytes(2) + b"x\0" * 50_000) * 100)
    recording = read_edf(path)
    assert recording.annotations == []
    assert "those after them were left out" in " ".join(recording.notes)


def test_plain_files_of_others_are_read(tmp_path: Path, random_counts: RandomCounts) -> None:
    counts = random_counts(500, 2, -2000, 2000)
    path = tmp_path / "other.edf"
    signals = [
        edfio.EdfSignal(
            counts[:, i] / 1.0,
            500,
            label=label,
            physical_dimension="uV",
            physical_range=(-2048, 2047),
            digital_range=(-2048, 2047),
        )
        for i, label in enumerate(("Fp1", "EMG chin"))
    ]
    slow = edfio.EdfSignal(np.arange(10.0), 10, label="Temp")
    edfio.Edf([*signals, slow], annotations=[edfio.EdfAnnotation(0.25, 0.5, "début")]).write(path)
    recording = use(path)
    assert [c.muscle for c in recording.channels] == ["Fp1", "chin"]
    assert recording.skipped == ("Temp",)
    assert recording.channels[0].microvolts_per_count == pytest.approx(1)
    assert not recording.complete
    assert [(a.index, a.n_scans, a.text) for a in recording.annotations] == [(125, 250, "début")]
    np.testing.assert_array_equal(recording.scans(), counts)
    assert [type(event) for event in recording.blocks(300)] == [Scans, Scans]


def test_a_bdf_file_of_another_program_is_read(tmp_path: Path, random_counts: RandomCounts) -> None:
    counts = random_counts(256, 1, -(1 << 23), (1 << 23) - 1)
    path = tmp_path / "other.bdf"
    with pyedflib.EdfWriter(str(path), 1, file_type=pyedflib.FILETYPE_BDFPLUS) as file:
        file.setSignalHeader(0, {
            "label": "EMG calf", "dimension": "mV", "sample_frequency": 256, "physical_max": 100.0,
            "physical_min": -100.0, "digital_max": (1 << 23) - 1, "digital_min": -(1 << 23),
            "transducer": "", "prefilter": "",
        })  # fmt: skip
        file.writeSamples([np.ascontiguousarray(counts[:, 0])], digital=True)
    recording = use(path)
    assert recording.rate == 256
    np.testing.assert_array_equal(recording.scans(), counts)
    assert recording.channels[0].microvolts_per_count == pytest.approx(200 / ((1 << 24) - 1) * 1e3)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.edf", tmp_path):
        with pytest.raises(RecordingError, match="cannot be read"):
            read_edf(path)


def test_a_file_that_shrinks_while_it_is_read_is_an_error(new_writer: NewWriter) -> None:
    writer = new_writer()
    writer.append(numbered_counts(1000))
    recording = read_edf(writer.path)
    writer.path.write_bytes(writer.path.read_bytes()[:3000])
    with pytest.raises(RecordingError, match="became shorter"):
        recording.scans()
    with pytest.raises(RecordingError, match="became shorter"):
        list(recording.blocks())


def test_a_gap_longer_than_one_read_comes_back_whole(new_writer: NewWriter) -> None:
    writer = new_writer()
    writer.append_gap(1_000_000, "reconnect")
    writer.append(numbered_counts(5))
    writer.close()
    assert stored(writer.path) == [(0, 1_000_000, "reconnect"), (1_000_000, 5, None)]
