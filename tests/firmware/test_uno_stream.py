"""The stream of the simulated Uno: every scan that arrives is the one that was injected, at its exact time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from biofeedback.wire.events import Gap, Scans, Status, StreamInfo
from tests import rig
from tests.blocks import of_kind
from tests.firmware.uno_board import StartBoard, assert_equal_to_injected


@pytest.mark.parametrize(("n_channels", "rate", "scans_per_frame"), [(1, 1000, 10), (6, 1000, 10), (4, 2000, 20)])
def test_every_scan_arrives_undamaged_and_equal_to_the_injected_one(
    board: StartBoard, n_channels: int, rate: int, scans_per_frame: int
) -> None:
    uno = board()
    decoder = uno.start(n_channels, rate, scans_per_frame)
    events = uno.collect_scans(decoder, 5 * rate)
    statistics = uno.uno.stop()
    assert decoder.counts.damaged == 0
    assert decoder.counts.foreign == 0
    assert decoder.counts.lost_scans == 0
    assert not of_kind(Gap, events)
    assert of_kind(Scans, events)[0].first_index == 0
    assert statistics.triggers_missed == 0
    assert not statistics.crashed
    assert_equal_to_injected(events, uno.uno.expected_counts(n_channels))


@pytest.mark.parametrize(("n_channels", "rate"), [(1, 1000), (6, 1000), (4, 2000), (3, 512), (1, 50)])
def test_scans_are_begun_within_four_cycles_of_their_time(board: StartBoard, n_channels: int, rate: int) -> None:
    uno = board()
    decoder = uno.start(n_channels, rate)
    uno.collect_scans(decoder, 2 * rate)
    info = decoder.info
    assert info is not None
    period_cycles = info.period_ticks * rig.CLOCK_HZ // info.tick_hz
    assert info.rate == pytest.approx(rate, rel=1e-4)
    intervals = np.diff(uno.uno.trigger_cycles())
    assert len(intervals) >= 2 * rate - 1
    assert np.abs(intervals - period_cycles).max() <= 4


def test_the_highest_rates_that_are_not_refused_lose_nothing(board: StartBoard) -> None:
    for n_channels, rate, scans_per_frame in ((1, 6578, 120), (1, 6400, 5), (6, 1400, 20), (2, 3787, 60)):
        uno = board()
        decoder = uno.start(n_channels, rate, scans_per_frame)
        events = uno.collect_scans(decoder, 3 * rate)
        assert decoder.counts.lost_scans == 0
        assert uno.uno.stop().triggers_missed == 0
        assert_equal_to_injected(events, uno.uno.expected_counts(n_channels))


def test_info_says_what_was_asked_for_and_what_is_used(board: StartBoard) -> None:
    uno = board()
    decoder = uno.start(3, 500, 200, stream_id=250)
    uno.collect_scans(decoder, 100)
    assert decoder.info == StreamInfo(
        stream_id=250, n_channels=3, scans_per_frame=40, adc_bits=10, vref=5.0, channel_skew=112e-6,
        tick_hz=16_000_000, period_ticks=32_000, board="uno", mode=1, proto=1, firmware=(1, 0),
    )  # fmt: skip


def test_status_comes_each_second_and_says_that_nothing_was_dropped(board: StartBoard) -> None:
    uno = board()
    decoder = uno.start(2, 1000)
    events = uno.collect(decoder, lambda events: len(of_kind(Status, events)) >= 4)
    statuses = of_kind(Status, events)
    assert {status.overruns for status in statuses} == {0}
    assert {status.stream_id for status in statuses} == {7}
    assert np.diff([status.uptime for status in statuses]) == pytest.approx(1.0, abs=0.05)


def test_frames_say_when_a_sample_touched_a_rail(board: StartBoard) -> None:
    wave = np.full((4000, 1), 2500, np.int16)
    wave[1000:1001] = 5000
    wave[3000:3001] = 0
    uno = board(wave=wave, wave_rate=1000, loop=True)
    decoder = uno.start(1, 1000)
    uno.collect_scans(decoder, 8000)
    assert decoder.counts.frames_at_rail == 4


def test_scans_that_the_board_drops_are_exactly_the_gaps_it_owns_up_to(board: StartBoard, tmp_path: Path) -> None:
    """A ring of one scan, while a frame takes longer to encode than a scan lasts."""
    rig.require_toolchain()
    rig.make("uno", build=tmp_path / "small", defines="-DEMG_RING_SIZE=2")
    uno = board(elf=tmp_path / "small" / "uno" / "emg_stream.elf")
    decoder = uno.start(4, 2000, 30)
    events = uno.collect(decoder, lambda events: len(of_kind(Status, events)) >= 3)
    at, told = max((at, event.overruns) for at, event in enumerate(events) if isinstance(event, Status))
    events += uno.collect(decoder, lambda events: len(of_kind(Scans, events)) >= 5)
    gaps = of_kind(Gap, events)
    gaps_before = of_kind(Gap, events[:at])
    assert {gap.cause for gap in gaps} == {"board"}
    assert 0 < sum(gap.n_scans for gap in gaps_before) <= told <= sum(gap.n_scans for gap in gaps)
    assert uno.uno.stop().triggers_missed == 0
    assert_equal_to_injected(events, uno.uno.expected_counts(4))


@pytest.mark.parametrize("fault", ["drop_every", "flip_every"])
def test_what_the_line_damages_is_a_gap_and_never_a_wrong_scan(board: StartBoard, fault: str) -> None:
    uno = board(**{fault: 997})
    decoder = uno.start(2, 1000)
    events = uno.collect_scans(decoder, 20_000)
    gaps = of_kind(Gap, events)
    assert decoder.counts.damaged > 0
    assert sum(gap.n_scans for gap in gaps) == decoder.counts.lost_scans > 0
    assert {gap.cause for gap in gaps} == {"line"}
    assert_equal_to_injected(events, uno.uno.expected_counts(2))


@pytest.mark.parametrize("stop", [[], ["s"]])
def test_a_new_start_is_a_new_stream_from_scan_zero(board: StartBoard, stop: list[str]) -> None:
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
