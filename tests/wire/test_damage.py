"""Damaged lines (rules W3, W5, W6, W8): what nobody touched is kept, what was damaged is never a sample."""

from __future__ import annotations

import numpy as np
import pytest

from biofeedback.wire.stream import StreamDecoder, encode_info
from tests.wire.damage import INFO, PER_FRAME, Outcome, damaged_line, judge

N_FRAMES = 20_000


@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("cut", [1, 64, 4096], ids=["bytes", "reads of 64", "reads of 4096"])
def test_untouched_frames_are_all_kept_and_no_damaged_frame_is_accepted(seed: int, cut: int) -> None:
    """The long run, 1,000,000 damaged frames: `python3 start.py torture --only wire`."""
    random = np.random.default_rng(seed)
    line = damaged_line(N_FRAMES if cut > 1 else 2000, random)
    decoder = StreamDecoder(INFO.stream_id)
    decoder.feed(encode_info(INFO))
    assert judge(decoder, line, np.arange(cut, len(line.data), cut), 0) == Outcome()
    assert sum(line.kinds.values()) > len(line.untouched)
    assert decoder.counts.received_scans >= PER_FRAME * len(line.untouched)


def test_a_decoder_that_did_not_check_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the CRC the same damage gets through: the proof above can fail."""
    monkeypatch.setattr("biofeedback.wire.stream._crc_is_right", lambda _body: True)
    decoder = StreamDecoder(INFO.stream_id)
    decoder.feed(encode_info(INFO))
    line = damaged_line(2000, np.random.default_rng(1))
    assert judge(decoder, line, np.arange(64, len(line.data), 64), 0).wrong_scans > 100
