"""A real line under the real firmware: bytes lost and flipped, the port opened late or again, the wrong speed."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from biofeedback.sources.serial_port import SerialSource
from biofeedback.sources.source import SourceError
from biofeedback.wire.events import Gap, Scans, StreamInfo
from biofeedback.wire.stream import StreamDecoder
from tests import rig
from tests.blocks import joined_counts, of_kind
from tests.firmware.line_log import arriving_scans
from tests.firmware.uno_board import Board, StartBoard, assert_equal_to_injected

STREAM_ID = 7


@pytest.mark.parametrize("fault", ["drop_every", "flip_every"])
@pytest.mark.parametrize("every", [97, 997])
def test_what_the_line_hits_is_lost_and_counted_and_all_else_arrives(board: StartBoard, fault: str, every: int) -> None:
    """W1–W5."""
    uno = board(**{fault: every})
    decoder = uno.start(2, 1000, stream_id=STREAM_ID)
    events = uno.collect(decoder, lambda _: decoder.counts.received_scans > 3000)
    gaps, scans = of_kind(Gap, events), of_kind(Scans, events)
    assert_equal_to_injected(events, uno.uno.expected_counts(2))
    arrives = arriving_scans(uno.uno.sent(), STREAM_ID, fault_every=every)[: scans[-1].end_index]
    arrived, lost = np.zeros_like(arrives), np.zeros_like(arrives)
    for block in scans:
        arrived[block.first_index : block.end_index] = True
    for gap in gaps:
        assert not lost[gap.first_index : gap.end_index].any()
        lost[gap.first_index : gap.end_index] = True
    np.testing.assert_array_equal(arrived, arrives)
    np.testing.assert_array_equal(lost, ~arrives)
    assert decoder.counts.lost_scans == lost.sum() > 0
    assert {gap.cause for gap in gaps} == {"line"}


def test_who_comes_in_mid_stream_gets_true_scans_under_their_true_numbers(board: StartBoard) -> None:
    """W4, W7, W8."""
    uno = board()
    uno.collect_scans(uno.start(4, 2000, 20), 500)
    uno.reopen()
    visitor = StreamDecoder()
    events = uno.collect(visitor, lambda _: visitor.counts.received_scans > 3000)
    assert of_kind(StreamInfo, events) == [visitor.info]
    assert of_kind(Scans, events)[0].first_index >= 500
    assert not of_kind(Gap, events)
    assert visitor.counts.damaged <= 1  # the frame in the middle of which the port was opened
    assert_equal_to_injected(events, uno.uno.expected_counts(4))


def test_the_app_that_comes_in_mid_stream_starts_its_own_from_scan_zero(board: StartBoard) -> None:
    """W7."""
    uno = board()
    uno.collect_scans(uno.start(4, 2000, 20, stream_id=200), 500)
    uno.serial.close()
    source = SerialSource(uno.uno.port, 2, 1000)
    info = source.open()
    events = [event for _ in range(40) for event in source.read(1.0)]
    source.close()
    assert (info.n_channels, info.rate) == (2, 1000)
    assert info.stream_id != 200
    assert of_kind(Scans, events)[0].first_index == 0
    np.testing.assert_array_equal(
        joined_counts(events), uno.uno.expected_counts(2, stream=1)[: len(joined_counts(events))]
    )


def test_a_board_that_resets_on_opening_speaks_after_its_bootloader(board: StartBoard) -> None:
    """The greeting; W8."""
    uno = board(reset_on_open=2.0)
    decoder = uno.start(1, 1000)
    uno.collect_scans(decoder, 100)
    assert decoder.counts.damaged == 0
    assert uno.uno.conversions()["cycle"][0] > 2.0 * rig.CLOCK_HZ


def test_opening_the_port_again_ends_the_old_stream_and_none_of_it_gets_into_the_new_one(board: StartBoard) -> None:
    """W7, W8."""
    uno = board(reset_on_open=0.8)
    old = uno.start(4, 2000, 20, stream_id=7)
    uno.collect_scans(old, 500)
    uno.reopen()
    uno.ask("?", until="# emgstream")
    new = uno.start(2, 1000, stream_id=8)
    events = uno.collect_scans(new, 500)
    assert of_kind(Scans, events)[0].first_index == 0
    assert new.counts.foreign == new.counts.lost_scans == 0
    assert_equal_to_injected(events, uno.uno.expected_counts(2))


class StepClock:
    """A clock that goes on by one step at each look, so that its reader decides the same on any machine."""

    def __init__(self, step: float) -> None:
        self.now = 0.0
        self._step = step

    def __call__(self) -> float:
        self.now += self._step
        return self.now


@pytest.fixture
def odd_board(board: StartBoard) -> Board:
    """A board that streams at 250000 baud, which the app does not try."""
    uno = board(baud=250_000, check_baud=True, elf=rig.uno_elf(EMG_BAUD=250_000))
    uno.collect_scans(uno.start(4, 2000, 20), 100)
    return uno


def test_a_board_of_the_wrong_speed_is_named_within_three_seconds_and_its_noise_is_not_kept(odd_board: Board) -> None:
    """Rule 1 of the other dialects; W6."""
    odd_board.serial.close()
    peaks = []
    for _ in range(4):
        clock = StepClock(0.01)
        source = SerialSource(odd_board.uno.port, clock=clock)
        tracemalloc.start()
        with pytest.raises(SourceError, match="wrong firmware or speed"):
            source.open()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert clock.now <= 3.0
    assert max(peaks[1:]) < 200_000


def test_the_wrong_speed_gives_no_frame_and_little_memory_and_the_right_one_the_stream(odd_board: Board) -> None:
    """W2, W6, W8."""
    odd_board.reopen(115_200)
    wrong = StreamDecoder()
    n_bytes = 0
    tracemalloc.start()
    while n_bytes < 80_000:
        data = odd_board.serial.read(max(1, odd_board.serial.in_waiting))
        n_bytes += len(data)
        assert wrong.feed(data) == []
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 8_000
    assert wrong.counts.damaged > 100
    assert wrong.counts.frames == wrong.counts.foreign == wrong.counts.unknown == 0
    odd_board.reopen(250_000)
    right = StreamDecoder()
    odd_board.collect(right, lambda _: right.counts.received_scans > 100)


@pytest.mark.parametrize("streams", [True, False])
def test_the_fallback_build_is_found_at_its_own_speed(board: StartBoard, *, streams: bool) -> None:
    """The table of the other dialects."""
    uno = board(baud=115_200, check_baud=True, elf=rig.uno_elf(EMG_BAUD=115_200))
    if streams:
        uno.collect_scans(uno.start(2, 1000), 100)
    uno.serial.close()
    source = SerialSource(uno.uno.port, 4, 1000, clock=StepClock(0.01 if streams else 0.1))
    info = source.open()
    events = [event for _ in range(20) for event in source.read(1.0)]
    source.close()
    assert (info.board, info.n_channels, info.rate) == ("uno", 4, 1000)
    counts = joined_counts(events)
    np.testing.assert_array_equal(counts, uno.uno.expected_counts(4)[: len(counts)])
