"""The decoder against the numbered rules of docs/wire-protocol.md."""

from __future__ import annotations

import binascii
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.wire import cobs
from biofeedback.wire.events import Event, Gap, Scans, Status, StreamInfo, TextLine
from biofeedback.wire.stream import (
    FLAG_DROPPED,
    FLAG_RAIL,
    MAX_DATA_VALUES,
    MAX_FRAME,
    StreamDecoder,
    encode_data,
    encode_info,
    encode_status,
    encode_text,
)
from tests.blocks import joined_counts, numbered_counts, pieces

INFO = StreamInfo(
    stream_id=7, n_channels=2, scans_per_frame=10, adc_bits=10, vref=5.0, channel_skew=0.000104,
    tick_hz=16_000_000, period_ticks=16_000, board="uno", firmware=(1, 0),
)  # fmt: skip


def frames(starts: list[tuple[int, int]]) -> bytes:
    return encode_info(INFO) + b"".join(encode_data(7, first, numbered_counts(n, first)) for first, n in starts)


def flat(events: list[Event]) -> list[object]:
    """Events as comparable values, neighbouring scans joined."""
    out: list[object] = []
    for event in events:
        if isinstance(event, Scans):
            rows = list(map(tuple, event.counts.tolist()))
            out += [("scan", event.first_index + i, row) for i, row in enumerate(rows)]
        else:
            out.append(event)
    return out


def test_a_stream_comes_back_as_it_was_encoded() -> None:
    events = StreamDecoder(7).feed(frames([(0, 10), (10, 10)]) + encode_status(Status(7, 12.5, 3)))
    assert events[0] == INFO
    assert INFO.rate == 1000
    assert [type(event) for event in events[1:]] == [Scans, Scans, Status]
    assert np.array_equal(joined_counts(events), numbered_counts(20))
    assert events[-1] == Status(7, 12.5, 3)


@given(st.lists(st.integers(1, 60), max_size=30), st.integers(0, 2**31))
def test_any_cutting_of_the_bytes_gives_the_same_events(cuts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = rng.bytes(20) + frames([(0, 10), (10, 7), (40, 1), (41, 10)]) + rng.bytes(9) + b"\0" + frames([(60, 3)])
    whole = StreamDecoder(7)
    expected = flat(whole.feed(data))
    decoder = StreamDecoder(7)
    events = [event for _, piece in pieces(data, cuts) for event in decoder.feed(piece)]
    assert flat(events) == expected
    assert decoder.counts == whole.counts


def test_a_jump_in_numbering_is_a_gap_of_exactly_that_length() -> None:
    """W6."""
    for lost in (1, 255, 256, 65_535, 65_536, 10**6):
        events = StreamDecoder(7).feed(frames([(0, 10), (10 + lost, 5)]))
        assert events[2] == Gap(10, lost, "line")
        assert isinstance(events[3], Scans)
        assert events[3].first_index == 10 + lost


def test_a_lost_first_frame_of_a_new_stream_is_a_gap_from_scan_zero() -> None:
    """W4."""
    assert StreamDecoder(7).feed(frames([(30, 10)]))[1] == Gap(0, 30, "line")


def test_attached_in_mid_stream_the_first_frame_is_the_beginning() -> None:
    """W4, W7."""
    events = StreamDecoder().feed(frames([(500, 10)]))
    assert isinstance(events[1], Scans)
    assert events[1].first_index == 500


def test_the_board_says_when_it_was_the_one_that_dropped() -> None:
    """W7."""
    data = frames([(0, 10)]) + encode_data(7, 12, numbered_counts(3, 12), flags=FLAG_DROPPED | FLAG_RAIL)
    decoder = StreamDecoder(7)
    assert Gap(10, 2, "board") in decoder.feed(data)
    assert decoder.counts.frames_at_rail == 1
    assert decoder.counts.lost_scans == 2


def test_the_counter_wraps_and_indices_go_on() -> None:
    """W9."""
    first = 2**32 - 5
    decoder = StreamDecoder()
    events = decoder.feed(
        frames([(first, 5)]) + encode_data(7, 0, numbered_counts(4)) + encode_data(7, 6, numbered_counts(2))
    )
    assert [(type(e).__name__, e.first_index) for e in events[1:] if isinstance(e, Scans | Gap)] == [
        ("Scans", first), ("Scans", 2**32), ("Gap", 2**32 + 4), ("Scans", 2**32 + 6),
    ]  # fmt: skip


def test_a_repeated_frame_is_given_out_once() -> None:
    """W4."""
    frame = encode_data(7, 0, numbered_counts(10))
    decoder = StreamDecoder(7)
    events = decoder.feed(encode_info(INFO) + frame + frame + encode_data(7, 10, numbered_counts(1, 10)))
    assert [type(e) for e in events] == [StreamInfo, Scans, Scans]
    assert decoder.counts.foreign == 1


def test_late_frames_of_another_stream_are_dropped() -> None:
    """W3, W5."""
    decoder = StreamDecoder(7)
    assert decoder.feed(encode_info(INFO) + encode_data(6, 0, numbered_counts(10)))[1:] == []
    assert decoder.counts.foreign == 1


def test_data_before_the_first_info_is_not_given_out() -> None:
    """W7."""
    assert StreamDecoder(7).feed(encode_data(7, 0, numbered_counts(10))) == []


def test_a_repeated_info_says_nothing_new() -> None:
    """W7."""
    assert StreamDecoder(7).feed(encode_info(INFO) * 3) == [INFO]


def test_a_frame_whose_length_disagrees_with_its_counts_is_damaged() -> None:
    body = cobs.decode(encode_data(7, 0, numbered_counts(10))[:-1])
    assert body is not None
    shorter = body[:-6]  # two bytes of samples and the CRC gone, a new CRC put on
    frame = cobs.encode(shorter + binascii.crc32(shorter).to_bytes(4, "little"))
    decoder = StreamDecoder(7)
    assert decoder.feed(encode_info(INFO) + frame)[1:] == []
    assert decoder.counts.damaged == 1


def test_unknown_types_are_skipped_and_counted() -> None:
    """W3."""
    body = bytes([99, 1, 2, 3])
    decoder = StreamDecoder(7)
    assert decoder.feed(cobs.encode(body + binascii.crc32(body).to_bytes(4, "little"))) == []
    assert decoder.counts.unknown == 1


def test_a_line_of_text_comes_through() -> None:
    """W10."""
    assert StreamDecoder(7).feed(encode_text(TextLine("! bad rate"))) == [TextLine("! bad rate")]


@given(st.binary(max_size=2000))
def test_rubbish_never_raises_and_never_becomes_a_sample(rubbish: bytes) -> None:
    """W11."""
    decoder = StreamDecoder(7)
    decoder.feed(encode_info(INFO))
    assert not [e for e in decoder.feed(rubbish) if isinstance(e, Scans | Gap)]


def test_endless_rubbish_without_a_zero_takes_bounded_memory() -> None:
    """W6, W8."""
    decoder = StreamDecoder(7)
    for _ in range(1000):
        decoder.feed(b"\xff" * 4096)
        assert len(decoder._partial) <= MAX_FRAME
    assert decoder.feed(b"\0" + frames([(0, 10)]))[0] == INFO


def test_no_single_flipped_bit_gets_a_sample_past_the_checks() -> None:
    """W6."""
    frame = encode_data(7, 0, numbered_counts(10))
    for bit in range(8 * (len(frame) - 1)):
        damaged = bytearray(frame)
        damaged[bit // 8] ^= 1 << bit % 8
        decoder = StreamDecoder(7)
        decoder.feed(encode_info(INFO))
        assert not decoder.feed(bytes(damaged)), f"bit {bit}"


def test_the_largest_frame_fits_and_one_more_value_is_refused() -> None:
    """W2, W3."""
    largest = np.full((MAX_DATA_VALUES, 1), 65_535, np.int32)
    assert len(encode_data(1, 0, largest)) <= MAX_FRAME + 1
    with pytest.raises(ValueError, match="longer than"):
        encode_data(1, 0, np.full((MAX_DATA_VALUES + 1, 1), 65_535, np.int32))


def test_an_info_of_a_newer_protocol_starts_no_stream() -> None:
    """W1."""
    decoder = StreamDecoder(7)
    assert decoder.feed(encode_info(replace(INFO, proto=2)) + encode_data(7, 0, numbered_counts(10))) == []
