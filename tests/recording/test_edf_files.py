"""R3–R8: EDF+ and BDF+ files as we write them, read by four independent readers."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biofeedback.recording.annotation import GAP_TEXT, MAX_TEXT, Annotation, decode_annotations, encode_annotation
from biofeedback.recording.edf import decode_header, encode_header, encode_number, record_duration
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.layout import EmgChannel, emg_header
from biofeedback.wire.events import Counts, Gap, GapCause, Scans
from tests.blocks import of_kind
from tests.recording.conftest import NewWriter, RandomCounts
from tests.recording.readers import agree

START = dt.datetime(2026, 11, 22, 10, 15, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(("adc_bits", "signed"), [(10, False), (12, False), (16, False), (16, True), (18, False), (24, False), (24, True)])  # fmt: skip # noqa: E501
def test_four_readers_see_the_same_samples_and_annotations(
    new_writer: NewWriter, random_counts: RandomCounts, adc_bits: int, signed: bool
) -> None:
    low = -(1 << adc_bits - 1) if signed else 0
    high = low + (1 << adc_bits) - 1
    counts = random_counts(1234, 3, low, high)
    counts[0], counts[1] = low, high
    writer = new_writer(adc_bits=adc_bits, signed=signed, n_channels=3, scale=0.01)
    writer.append(counts[:700])
    writer.append_gap(33, "board")
    writer.annotate(3, '{"command":"target","index":3,"low":40.0}')
    writer.annotate(701, "rückwärts µV", 12)
    writer.append(counts[700:])
    writer.close()
    agree(writer.path)
    recording = read_edf(writer.path)
    assert recording.header.bits == (16 if adc_bits <= 16 else 24)
    np.testing.assert_array_equal(recording.scans()[~recording.lost()], counts)
    assert recording.complete
    assert recording.notes == []


@pytest.mark.parametrize(("rate", "seconds"), [(250, 0.1), (500, 0.1), (512, 0.125), (1000, 0.1), (1024, 0.125), (2000, 0.1), (1004, 0.25), (1002, 0.5), (997, 1)])  # fmt: skip # noqa: E501
def test_the_record_is_the_shortest_that_holds_whole_samples(
    new_writer: NewWriter, random_counts: RandomCounts, rate: int, seconds: float
) -> None:
    assert record_duration(rate) == pytest.approx(seconds)
    writer = new_writer(rate=rate)
    counts = random_counts(rate + 7)
    writer.append(counts)
    writer.close()
    agree(writer.path)
    recording = read_edf(writer.path)
    assert recording.rate == rate
    np.testing.assert_array_equal(recording.scans(), counts)


@pytest.mark.parametrize("rate", [0, -5, 333.3, 200_000])
def test_a_rate_without_whole_sample_records_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="cannot be stored"):
        record_duration(rate)


pieces = st.lists(
    st.one_of(
        st.integers(0, 320),
        st.tuples(st.integers(1, 320), st.sampled_from(["line", "board", "reconnect", "storage"])),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=pieces, chunk=st.integers(1, 700), adc_bits=st.sampled_from([10, 16, 24]))
def test_any_sequence_of_scans_and_gaps_comes_back_as_it_went_in(
    new_writer: NewWriter,
    random_counts: RandomCounts,
    pieces: list[int | tuple[int, GapCause]],
    chunk: int,
    adc_bits: int,
) -> None:
    writer = new_writer(adc_bits=adc_bits)
    gaps: list[Gap] = []
    counts: list[Counts] = []
    for piece in pieces:
        if isinstance(piece, int):
            counts.append(random_counts(piece))
            writer.append(counts[-1])
            continue
        n_scans, cause = piece
        if gaps and gaps[-1].end_index == writer.n_scans and gaps[-1].cause == cause:
            gaps[-1] = Gap(gaps[-1].first_index, gaps[-1].n_scans + n_scans, cause)
        else:
            gaps.append(Gap(writer.n_scans, n_scans, cause))
        writer.append_gap(n_scans, cause)
    n_scans = writer.n_scans
    writer.close()
    events = list(read_edf(writer.path).blocks(chunk))
    assert of_kind(Gap, events) == gaps
    blocks = [block.counts for block in of_kind(Scans, events)]
    assert all(len(block) <= chunk for block in blocks)
    np.testing.assert_array_equal(np.concatenate([*blocks, np.empty((0, 2))]), np.concatenate([*counts, np.empty((0, 2))]))  # fmt: skip # noqa: E501
    edges = [0, *(event.end_index for event in events)]
    assert [event.first_index for event in events] == edges[:-1]
    assert edges[-1] == n_scans == read_edf(writer.path).n_scans


def test_annotations_wait_for_room_and_none_is_dropped_under_heavy_loss(
    new_writer: NewWriter, random_counts: RandomCounts
) -> None:
    writer = new_writer()
    for i in range(400):
        writer.append(random_counts(1))
        writer.append_gap(1)
        writer.annotate(2 * i, f'{{"event":"hold","index":{2 * i}}}')
    assert writer.pending_annotations
    writer.close()
    agree(writer.path)
    recording = read_edf(writer.path)
    assert recording.n_scans == 800
    assert [a.index for a in recording.annotations if a.text.startswith("{")] == list(range(0, 800, 2))
    skips = [a for a in recording.annotations if a.text == GAP_TEXT and a.index < 800]
    assert [(a.index, a.n_scans) for a in skips] == [(i, 1) for i in range(1, 800, 2)]


def test_commands_go_before_the_copies_of_gaps(new_writer: NewWriter, random_counts: RandomCounts) -> None:
    writer = new_writer()
    for _ in range(50):
        writer.append_gap(1)
        writer.append(random_counts(1))
    writer.annotate(99, "command")
    writer.append(random_counts(100))
    assert "command" in [a.text for a in read_edf(writer.path).annotations]


def test_the_longest_text_fits_and_one_byte_more_is_refused(new_writer: NewWriter, random_counts: RandomCounts) -> None:
    writer = new_writer()
    writer.append(random_counts(250))
    writer.annotate(249, "x" * MAX_TEXT, 1)
    writer.annotate(9_999_999_999, "y" * MAX_TEXT, 9_999_999_999)
    for text in ("z" * (MAX_TEXT + 1), "µ" * (MAX_TEXT // 2 + 1), "", " ", "a\x14b", "a\0b", "\ud800"):
        with pytest.raises(ValueError, match=r"annotation"):
            writer.annotate(0, text)
    for index, n_scans in ((-1, None), (0, -1), (10**12, None)):
        with pytest.raises(ValueError, match="annotation"):
            writer.annotate(index, "text", n_scans)
    writer.close()
    assert [len(a.text) for a in read_edf(writer.path).annotations if a.text[0] in "xy"] == [MAX_TEXT, MAX_TEXT]


@given(index=st.integers(0, 10**9), rate=st.integers(1, 100_000), n_scans=st.none() | st.integers(0, 10**9))
def test_an_onset_gives_its_scan_back(index: int, rate: int, n_scans: int | None) -> None:
    found, damaged = decode_annotations(encode_annotation(Annotation(index, n_scans, "text"), Fraction(rate)))
    assert damaged == 0
    ((onset, duration, text),) = found
    assert (round(onset * rate), text) == (index, "text")
    assert (None if duration is None else round(duration * rate)) == n_scans


def test_samples_that_do_not_fit_are_refused_and_nothing_is_taken(new_writer: NewWriter) -> None:
    writer = new_writer(adc_bits=16)
    for bad in (np.full((3, 2), 65_536), np.full((3, 2), -1), np.zeros((3, 1), int), np.zeros(3, int)):
        with pytest.raises(ValueError, match=r"sample|channels"):
            writer.append(bad)
    assert writer.n_scans == 0


@pytest.mark.parametrize("n_scans", [0, 1, 99, 100, 101, 200])
def test_the_number_of_scans_is_exact_whatever_the_last_record_holds(
    new_writer: NewWriter, random_counts: RandomCounts, n_scans: int
) -> None:
    writer = new_writer()
    counts = random_counts(n_scans)
    writer.append(counts)
    writer.close()
    writer.close()
    recording = read_edf(writer.path)
    assert (recording.n_scans, recording.complete) == (n_scans, True)
    np.testing.assert_array_equal(recording.scans(), counts)
    agree(writer.path)


def test_lost_samples_repeat_the_last_good_one(new_writer: NewWriter) -> None:
    writer = new_writer()
    writer.append_gap(2)
    writer.append(np.array([[5, 6]], np.int32))
    writer.append_gap(3)
    writer.close()
    assert read_edf(writer.path).scans().tolist() == [[0, 0], [0, 0], [5, 6], [5, 6], [5, 6], [5, 6]]


def test_an_existing_file_is_never_written_over(new_writer: NewWriter) -> None:
    path = new_writer().path
    with pytest.raises(FileExistsError):
        type(new_writer())(path, emg_header([EmgChannel("a")], rate=1000, adc_bits=10, start=START))


def test_labels_are_ascii_unique_and_short() -> None:
    names = ["vastus medialis, left", "vastus medialis, right", "Wadenmuskel außen", "日本", "日本"]
    header = emg_header([EmgChannel(n) for n in names], rate=1000, adc_bits=10, start=START)
    labels = [s.label for s in header.signals[:-2]]
    assert labels == ["EMG vastus media", "EMG vastus med 2", "EMG Wadenmuskel", "EMG ??", "EMG ?? 2"]


@pytest.mark.parametrize("year", [1970, 1985, 2026, 2084, 2085])
def test_headers_survive_any_clock(year: int) -> None:
    header = emg_header([EmgChannel("a")], rate=1000, adc_bits=10, start=START.replace(year=year))
    data = encode_header(header)
    known = 1985 <= year <= 2084
    assert decode_header(data).start == (header.start if known else dt.datetime(1985, 1, 1, tzinfo=dt.UTC))
    assert decode_header(data).signals == header.signals


@given(st.floats(-9_999_999, 99_999_999, allow_subnormal=False))
def test_numbers_keep_what_eight_characters_can(value: float) -> None:
    text = encode_number(value if abs(value) >= 1 else value + 2)
    assert len(text) <= 8
    assert float(text) == pytest.approx(value if abs(value) >= 1 else value + 2, rel=1e-4)
    with pytest.raises(ValueError, match="does not fit"):
        encode_number(1e9)
    with pytest.raises(ValueError, match="does not belong"):
        encode_number(float("nan"))


def test_a_long_queue_of_annotations_at_the_end_does_not_lengthen_the_recording(new_writer: NewWriter) -> None:
    writer = new_writer()
    for _ in range(12_000):
        writer.append_gap(1)
    writer.close()
    recording = read_edf(writer.path)
    assert recording.path.stat().st_size > 5 * 12_000 / 100 * 840
    assert (recording.n_scans, recording.complete) == (12_000, True)
    assert sum(a.text == GAP_TEXT for a in recording.annotations) == 12_001
    assert list(recording.blocks()) == [Gap(0, 12_000, "line")]
