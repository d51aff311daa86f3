"""The board's own encoder against the app's decoder: the same bytes, whatever the values."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from biofeedback.wire import cobs
from biofeedback.wire.events import Counts, Scans, Status, StreamInfo, TextLine
from biofeedback.wire.stream import (
    MAX_DATA_VALUES,
    StreamDecoder,
    encode_data,
    encode_info,
    encode_status,
    encode_text,
)
from tests import rig

Encode = Callable[[bytes], bytes]
CRC_SIZE = 4


@pytest.fixture(scope="module")
def board_encode() -> Iterator[Encode]:
    """Return a function that has the board's code encode a body: type first, no CRC."""
    program = rig.built("host") / "encode_frames"
    with subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        pipe_in, pipe_out = process.stdin, process.stdout
        assert pipe_in is not None
        assert pipe_out is not None

        def encode(body: bytes) -> bytes:
            pipe_in.write(bytes([len(body)]) + body)
            pipe_in.flush()
            return pipe_out.read(len(body) + CRC_SIZE + 2)

        yield encode


def body_of(frame: bytes) -> bytes:
    """Return the body that a frame of the app's encoder carries, without its CRC."""
    body = cobs.decode(frame[:-1])
    assert body is not None
    return body[:-CRC_SIZE]


@given(body=st.binary(min_size=1, max_size=cobs.MAX_BODY - CRC_SIZE))
def test_any_body_is_one_frame_that_carries_it(board_encode: Encode, body: bytes) -> None:
    """W1, W2."""
    frame = board_encode(body)
    assert frame.index(0) == len(frame) - 1
    assert body_of(frame) == body


def test_bodies_of_zeros_and_of_no_zeros_fit_at_every_length(board_encode: Encode) -> None:
    """W1."""
    for size in range(1, cobs.MAX_BODY - CRC_SIZE + 1):
        for value in (0, 1, 255):
            body = bytes([value]) * size
            assert body_of(board_encode(body)) == body


@st.composite
def scan_arrays(draw: st.DrawFn) -> Counts:
    n_channels = draw(st.integers(1, 6))
    n_scans = draw(st.integers(1, MAX_DATA_VALUES // n_channels))
    return draw(st_numpy.arrays(np.int32, (n_scans, n_channels), elements=st.integers(0, 0xFFFF)))


@given(counts=scan_arrays(), stream_id=st.integers(0, 255), first_index=st.integers(0, 2**31 - 1))
def test_both_encoders_make_the_same_data_frame(
    board_encode: Encode, counts: Counts, stream_id: int, first_index: int
) -> None:
    """W1, W2, W3."""
    frame = encode_data(stream_id, first_index, counts)
    assert board_encode(body_of(frame)) == frame
    decoder = StreamDecoder()
    info = StreamInfo(stream_id, counts.shape[1], 10, 16, 5.0, 0.0, 1000, 1, "uno")
    events = decoder.feed(board_encode(body_of(encode_info(info))) + board_encode(body_of(frame)))
    assert events[0] == info
    assert isinstance(events[1], Scans)
    assert events[1].first_index == first_index
    np.testing.assert_array_equal(events[1].counts, counts)


def test_status_and_text_decode_to_what_was_said(board_encode: Encode) -> None:
    """W2, W9, W11."""
    status = Status(200, 4294967.295, 2**32 - 1)
    text = TextLine("! unknown command")
    frames = board_encode(body_of(encode_status(status))) + board_encode(body_of(encode_text(text)))
    assert StreamDecoder().feed(frames) == [status, text]
