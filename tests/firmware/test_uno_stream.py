"""The stream of the simulated Uno: every scan that arrives is the one that was injected, at its exact time."""

from __future__ import annotations

import numpy as np
import pytest

from biofeedback.wire.events import Gap, Scans, Status, StreamInfo
from tests import rig
from tests.blocks import of_kind
from tests.firmware.uno_board import Board, StartBoard, assert_equal_to_injected

PROMISED = [*((n_channels, 1000) for n_channels in range(1, 7)), *((n_channels, 2000) for n_channels in range(1, 5))]
"""What an Uno does at full 10 bits: number of channels and scans per second."""


def trigger_interval_error(uno: Board, info: StreamInfo | None) -> int:
    """Stop, and return by how many cycles the board's worst interval between two scans missed what INFO says."""
    assert info is not None
    intervals = np.diff(uno.uno.trigger_cycles())
    return int(np.abs(intervals - info.period_ticks * rig.CLOCK_HZ // info.tick_hz).max())


@pytest.mark.parametrize(("n_channels", "rate"), PROMISED)
def test_every_scan_arrives_undamaged_in_time_and_equal_to_the_injected_one(
    board: StartBoard, n_channels: int, rate: int
) -> None:
    """W1–W5, W12."""
    uno = board()
    decoder = uno.start(n_channels, rate, rate // 100)
    events = uno.collect_scans(decoder, 3 * rate)
    statistics = uno.uno.stop()
    assert decoder.counts.damaged == decoder.counts.foreign == decoder.counts.unknown == 0
    assert decoder.counts.lost_scans == 0
    assert not of_kind(Gap, events)
    assert of_kind(Scans, events)[0].first_index == 0
    assert statistics.triggers_missed == 0
    assert not statistics.crashed
    assert decoder.info is not None
    assert (decoder.info.n_channels, decoder.info.rate) == (n_channels, rate)
    assert trigger_interval_error(uno, decoder.info) <= 4
    assert_equal_to_injected(events, uno.uno.expected_counts(n_channels))


@pytest.mark.parametrize(("n_channels", "rate"), [(3, 512), (1, 50), (6, 5)])
def test_other_rates_are_as_regular_and_are_told_as_they_are(board: StartBoard, n_channels: int, rate: int) -> None:
    """W4, W12."""
    uno = board()
    decoder = uno.start(n_channels, rate)
    uno.collect_scans(decoder, 2 * rate)
    assert decoder.info is not None
    assert decoder.info.rate == pytest.approx(rate, rel=1e-4)
    assert decoder.counts.lost_scans == 0
    assert len(uno.uno.trigger_cycles()) >= 2 * rate
    assert trigger_interval_error(uno, decoder.info) <= 4


def test_the_highest_rates_that_are_not_refused_lose_nothing(board: StartBoard) -> None:
    """W5, W12."""
    for n_channels, rate, scans_per_frame in ((1, 6578, 120), (1, 6400, 5), (6, 1400, 20), (2, 3787, 60)):
        uno = board()
        decoder = uno.start(n_channels, rate, scans_per_frame)
        events = uno.collect_scans(decoder, 3 * rate)
        assert decoder.counts.lost_scans == 0
        assert uno.uno.stop().triggers_missed == 0
        assert_equal_to_injected(events, uno.uno.expected_counts(n_channels))


def test_info_says_what_was_asked_for_and_what_is_used(board: StartBoard) -> None:
    """W7."""
    uno = board()
    decoder = uno.start(3, 500, 200, stream_id=250)
    uno.collect_scans(decoder, 100)
    assert decoder.info == StreamInfo(
        stream_id=250, n_channels=3, scans_per_frame=40, adc_bits=10, vref=5.0, channel_skew=112e-6,
        tick_hz=16_000_000, period_ticks=32_000, board="uno", mode=1, proto=1, firmware=(1, 0),
    )  # fmt: skip


def test_status_comes_each_second_and_says_that_nothing_was_dropped(board: StartBoard) -> None:
    """W9."""
    uno = board()
    decoder = uno.start(2, 1000)
    events = uno.collect(decoder, lambda events: len(of_kind(Status, events)) >= 4)
    statuses = of_kind(Status, events)
    assert {status.overruns for status in statuses} == {0}
    assert {status.stream_id for status in statuses} == {7}
    assert np.diff([status.uptime for status in statuses]) == pytest.approx(1.0, abs=0.05)


def test_frames_say_when_a_sample_touched_a_rail(board: StartBoard) -> None:
    """W9."""
    wave = np.full((4000, 1), 2500, np.int16)
    wave[1000:1001] = 5000
    wave[3000:3001] = 0
    uno = board(wave=wave, wave_rate=1000, loop=True)
    decoder = uno.start(1, 1000)
    uno.collect_scans(decoder, 8000)
    assert decoder.counts.frames_at_rail == 4


@pytest.mark.parametrize("stop", [[], ["s"]])
def test_a_new_start_is_a_new_stream_from_scan_zero(board: StartBoard, stop: list[str]) -> None:
    """W7."""
    uno = board()
    first = uno.start(1, 1000, 100, stream_id=7)
    uno.collect_scans(first, 500)
    uno.send(*stop)
    second = uno.start(6, 1000, stream_id=8)
    events = uno.collect_scans(second, 500)
    assert of_kind(Scans, events)[0].first_index == 0
    assert second.counts.lost_scans == 0
    assert second.counts.damaged <= 1  # the hello line that answers the stop
    assert_equal_to_injected(events, uno.uno.expected_counts(6, stream=1))
