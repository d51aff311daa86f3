import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.wire import cobs


@given(st.binary(max_size=cobs.MAX_BODY))
def test_what_is_stuffed_comes_back_and_holds_no_zero_before_its_end(body: bytes) -> None:
    stuffed = cobs.encode(body)
    assert stuffed[-1] == 0
    assert 0 not in stuffed[:-1]
    assert len(stuffed) == len(body) + 2
    assert cobs.decode(stuffed[:-1]) == body


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_or_refused_but_never_raise(stuffed: bytes) -> None:
    body = cobs.decode(stuffed)
    if body is not None:
        assert cobs.encode(body)[:-1] == stuffed


def test_known_examples_of_the_paper() -> None:
    assert cobs.encode(b"\x00") == b"\x01\x01\x00"
    assert cobs.encode(b"\x11\x22\x00\x33") == b"\x03\x11\x22\x02\x33\x00"


def test_a_body_too_long_for_one_block_is_refused() -> None:
    with pytest.raises(ValueError, match="254 bytes"):
        cobs.encode(bytes(254))
