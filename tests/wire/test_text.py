"""The text decoder against rules 1-3 of wire/text.py: plain decimals only, bounded, columns fixed, rate estimated."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.wire.arrival import STANDARD_RATES, ArrivalRate, adc_bits_for, standard_rate
from biofeedback.wire.events import Event, Gap, Scans
from biofeedback.wire.text import AGREE, MAX_LINE, TextDecoder, numbers_in
from tests.blocks import joined_counts, numbered_counts, of_kind, pieces

RATE = 500


def lines(first: int, n: int, *, end: str = "\r\n") -> bytes:
    return "".join(f"{a},{b}{end}" for a, b in numbered_counts(n, first).tolist()).encode()


def started(*, columns: int = 2, **how: int) -> TextDecoder:
    """Return a decoder that has just told what the stream is, after lines of `columns` numbers up to 1023."""
    decoder = TextDecoder(**how)
    line = ",".join(["1023"] * columns).encode() + b"\n"
    decoder.feed(b"cut off\n" + line * AGREE, 0.0)
    lump = 0
    while decoder.info is None:
        lump += 1
        decoder.feed(line * (1 if lump > 41 else RATE // 20), lump / 20)
    return decoder


def counts_of(events: list[Event]) -> list[list[int]]:
    rows: list[list[int]] = joined_counts(events).tolist() if of_kind(Scans, events) else []
    return rows


@pytest.mark.parametrize("line", [
    "512,300", "512, 300", "512;300", "512\t300", "512 300", " 512   300 ", "512,300,", "+512,300.4", "511.6,299.50001",
    "left:512,right:300", "left:512 right:300", "left: 512, right: 300", "EMG A:512\tEMG B:300", "512.,300.0",
])  # fmt: skip
def test_numbers_are_read_in_every_usual_form_and_rounded(line: str) -> None:
    assert numbers_in(line.encode()) == (512, 300)


@pytest.mark.parametrize("line", ["Hello 12", "# 1,2", "MyoWare ready", ",", "label:", "a:b", "UNKNOWN COMMAND"])
def test_lines_of_words_are_no_damage(line: str) -> None:
    assert numbers_in(line.encode()) == ()


@pytest.mark.parametrize("line", [
    "nan", "NaN,1", "inf", "-inf,3", "a:nan", "ovf", "1e999", "1e3", "0x12", "1_000", "12 hello", "1,,2", "1-2", "--1",
    "1.2.3", "9" * 10, "9" * 250, "٣", "1,٣", "１２", "1\x002", "\x001", "1\x00", "²", "1,2\xff", "1/2", "1;2:",
    ",".join("1" * 17),
])  # fmt: skip
def test_odd_numbers_are_refused(line: str) -> None:
    assert numbers_in(line.encode()) is None


def test_a_stream_comes_back_as_it_was_printed() -> None:
    decoder = started()
    events = decoder.feed(lines(0, 700), 3.0)
    assert np.array_equal(joined_counts(events), numbered_counts(700))
    assert of_kind(Scans, events)[0].first_index == 0
    info = decoder.info
    assert info is not None
    assert (info.n_channels, info.rate, info.adc_bits, info.vref, info.board) == (2, 500, 10, 5.0, "text")
    assert info.caveats == ("unprotected", "rate estimated")


@given(st.lists(st.integers(0, 40), max_size=40), st.integers(0, 2**31))
def test_any_cutting_of_the_bytes_gives_the_same_scans(cuts: list[int], seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(lines(0, 60) + b"Hello\r\n" + lines(60, 20, end="\n") + b"1" * 300 + lines(80, 20))
    for _ in range(8):
        data[rng.randrange(len(data))] = rng.choice(b"\r\n,;\t -:xN\x00\xff0123456789")
    whole, decoder = started(), started()
    expected = counts_of(whole.feed(bytes(data), 9.0))
    events = [event for _, piece in pieces(bytes(data), cuts) for event in decoder.feed(piece, 9.0)]
    assert counts_of(events) == expected
    assert decoder.counts == whole.counts
    assert [block.first_index for block in of_kind(Scans, events)][:1] == [0] * bool(expected)


@given(st.integers(0, 2**31), st.sampled_from(["flip", "drop", "insert", "lose"]))
def test_a_damaged_line_costs_no_other_line(seed: int, fault: str) -> None:
    """At most the line that a broken line end joins to it. Of good lines none changes."""
    rng = random.Random(seed)
    good = [f"{a},{b}\r\n".encode() for a, b in numbered_counts(100).tolist()]
    sent = {tuple(row) for row in numbered_counts(100).tolist()}
    hit = rng.randrange(100)
    line, at = good[hit], rng.randrange(len(good[hit]))
    good[hit] = {
        "flip": line[:at] + bytes([line[at] ^ 1 << rng.randrange(8)]) + line[at + 1 :],
        "drop": line[:at] + line[at + 1 :],
        "insert": line[:at] + rng.randbytes(1) + line[at:],
        "lose": b"",
    }[fault]
    events = started().feed(b"".join(good), 9.0)
    came = [tuple(row) for row in counts_of(events)]
    assert sum(row in sent for row in came) >= 98
    assert sum(row not in sent for row in came) <= 2
    assert not of_kind(Gap, events)


@pytest.mark.parametrize("lump", [0.001, 0.016, 0.05, 0.1])
@pytest.mark.parametrize(("true", "told"), [
    (500.0, 500), (497.0, 500), (1003.0, 1000), (252.0, 250), (257.0, 256), (99.0, 100), (873.0, 873), (330.0, 330),
])  # fmt: skip
def test_the_rate_is_estimated_from_arrival_in_lumps_of_any_size(true: float, told: int, lump: float) -> None:
    decoder = TextDecoder()
    decoder.feed(b"\n" + b"512\n" * 40, 0.0)  # what the system kept for us
    for i in range(round(true * 3)):
        decoder.feed(b"512\n", float(np.ceil(i / true / lump)) * lump)
    assert decoder.info is not None
    assert decoder.info.rate == pytest.approx(told, abs=0 if told in STANDARD_RATES else 0.006 * told)


def test_a_rate_near_that_of_the_earlier_connection_is_still_that_one() -> None:
    assert standard_rate(868.0, expected=873) == 873
    assert standard_rate(500.0, expected=873) == 500
    decoder = TextDecoder(expected_rate=873)
    for i in range(1000):
        decoder.feed(b"512\n", i / 868)
    assert decoder.info is not None
    assert decoder.info.rate == 873


def test_what_comes_first_may_be_the_rest_of_a_line_and_is_left_out() -> None:
    decoder = TextDecoder()
    decoder.feed(b"23\n" + b"1023,5\n" * (AGREE - 1), 0.0)
    before = decoder.recognised
    decoder.feed(b"1023,5\n", 0.0)
    assert (before, decoder.recognised) == (False, True)


def test_the_columns_are_those_of_the_first_lines_that_agree() -> None:
    decoder = TextDecoder()
    decoder.feed(b"\nhello\n1\n2\n3,4\n5,6\n7,8\nwords between\n9,10\n11,12\n", 0.0)
    assert decoder.recognised
    assert decoder._columns == 2


@pytest.mark.parametrize("line", [b"1", b"1,2,3", b"512513,4", b"512,513514,515", b"-5,3", b"1024,3"])
def test_a_line_with_other_columns_or_beyond_the_converter_is_damaged_and_no_gap(line: bytes) -> None:
    decoder = started()
    events = decoder.feed(lines(0, 10) + line + b"\n" + lines(10, 10), 9.0)
    assert np.array_equal(joined_counts(events), numbered_counts(20))
    assert not of_kind(Gap, events)
    assert decoder.counts.damaged == 1


@pytest.mark.parametrize(("largest", "bits"), [(3, 10), (1023, 10), (1024, 12), (4095, 12), (16_000, 14), (65_535, 16)])
def test_the_bits_are_those_that_hold_the_first_numbers(largest: int, bits: int) -> None:
    assert adc_bits_for(largest) == bits
    assert adc_bits_for(3, at_least=12) == 12


def test_numbers_that_outgrow_the_bits_are_refused_and_said() -> None:
    """A few are damage; many in a row show that the converter has more bits than was thought."""
    decoder = started()
    decoder.feed(b"3000,1\n" * 7 + b"5,5\n" + b"3000,1\n" * 7, 9.0)
    before = decoder.outgrown
    assert counts_of(decoder.feed(b"3000,1\n", 9.1)) == []
    assert (before, decoder.outgrown) == (False, True)
    assert decoder.counts.damaged == 15


def test_a_number_beyond_every_converter_teaches_nothing() -> None:
    decoder = TextDecoder()
    for i in range(220):
        decoder.feed(b"700\n" + b"70000\n" * (i % 50 == 9), i / 100)
    assert decoder.info is not None
    assert (decoder.info.adc_bits, decoder.counts.damaged) == (10, 5)


def test_numbers_below_zero_never_become_a_stream() -> None:
    decoder = TextDecoder()
    for i in range(2000):
        decoder.feed(b"-12\n", i / RATE)
    assert decoder.info is None
    assert decoder.below_zero > 1900


@given(st.binary(max_size=3000))
def test_rubbish_never_raises_and_never_becomes_a_stream(rubbish: bytes) -> None:
    decoder = TextDecoder()
    assert decoder.feed(rubbish, 0.0) == []
    started().feed(rubbish, 9.0)


@given(st.text(alphabet="0123456789.,;:\t -+eENnainf٣²½\0\r\n", max_size=500))
def test_things_like_numbers_never_raise_and_stay_inside_the_converter(text: str) -> None:
    events = started(columns=1).feed(text.encode(), 9.0)
    assert all(0 <= value <= 1023 for row in counts_of(events) for value in row)


@pytest.mark.parametrize("endless", [b"1", b"1,", b" ", b"\x00", b"a:", b"9" * 50])
def test_an_endless_line_takes_bounded_memory_and_the_stream_goes_on_after_it(endless: bytes) -> None:
    decoder = started()
    for _ in range(500):
        assert decoder.feed(endless * 400, 9.0) == []
        assert len(decoder._partial) <= MAX_LINE
    assert len(counts_of(decoder.feed(b"\n" + lines(0, 5), 9.1))) == 5
    assert decoder.counts.damaged == 1


def test_no_number_of_a_million_digits_is_computed() -> None:
    decoder = started()
    assert decoder.feed(b"1" * 10**6 + b"\n", 9.0) == []
    assert decoder.counts.damaged == 1


def test_what_came_in_the_first_lump_does_not_count_towards_the_rate() -> None:
    rate = ArrivalRate()
    assert rate.rate == 0.0
    rate.add(1000, 5.0)
    rate.add(7, 5.0)
    rate.add(100, 6.0)
    rate.add(60, 7.0)
    rate.add(40, 7.0)
    rate.add(1, 8.0)  # the beginning of a lump
    assert (rate.seconds, rate.rate) == (2.0, 100.0)
