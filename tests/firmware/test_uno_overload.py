"""More to say than the line takes: what the board drops it counts, names and places, and it can still be talked to."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from biofeedback.wire.events import Event, Gap, Scans, Status, StreamInfo, TextLine
from biofeedback.wire.stream import StreamDecoder
from tests import rig
from tests.blocks import of_kind
from tests.firmware.uno_board import Board, StartBoard, assert_equal_to_injected


def missing(events: list[Event]) -> NDArray[np.bool_]:
    """Return for each scan up to the last one received whether it did not come, by the numbers of those that did."""
    scans = of_kind(Scans, events)
    absent = np.ones(scans[-1].end_index, np.bool_)
    for block in scans:
        absent[block.first_index : block.end_index] = False
    return absent


@pytest.fixture
def overloaded(board: StartBoard) -> Board:
    """A board that does what it otherwise refuses: six channels at 1 kHz through 115200 baud, 17 % too much."""
    return board(baud=115_200, elf=rig.uno_elf(EMG_BAUD=115_200, EMG_LINE_PERCENT=200))


def test_a_line_that_is_too_slow_loses_nothing_uncounted(overloaded: Board) -> None:
    """W4, W5, W9."""
    decoder = overloaded.start(6, 1000)
    events = overloaded.collect(decoder, lambda events: len(of_kind(Status, events)) >= 5)
    events += overloaded.collect(decoder, lambda events: len(of_kind(Scans, events)) >= 20)
    gaps = of_kind(Gap, events)
    assert overloaded.uno.stop().triggers_missed == 0
    assert_equal_to_injected(events, overloaded.uno.expected_counts(6))  # so each scan has its true number
    absent = missing(events)
    assert {gap.cause for gap in gaps} == {"board"}
    assert sum(gap.n_scans for gap in gaps) == decoder.counts.lost_scans == absent.sum() > 600
    assert decoder.counts.damaged == 0

    # STATUS counts what had been dropped when it was made; its uptime says when, to 1 ms, on the trace's clock
    dropped = np.cumsum(absent)
    for status in of_kind(Status, events):
        newest = int(np.searchsorted(overloaded.uno.trigger_cycles(), status.uptime * rig.CLOCK_HZ))
        assert dropped[newest - 3] <= status.overruns <= dropped[newest + 2]


def test_an_overloaded_board_still_answers_and_obeys(overloaded: Board) -> None:
    """W11; W7: INFO comes as well."""
    decoder = overloaded.start(6, 1000)
    events = overloaded.collect(decoder, lambda _: decoder.counts.lost_scans > 50)
    overloaded.send("x")
    events += overloaded.collect(decoder, lambda events: bool(of_kind(TextLine, events)))
    assert of_kind(TextLine, events)[-1].text == "! unknown command"
    visitor = StreamDecoder()  # comes in mid-stream, so it needs INFO
    overloaded.collect(visitor, lambda events: bool(of_kind(StreamInfo, events)))
    overloaded.send("s")
    overloaded.ask("x", until="! unknown command")


def test_scans_that_a_slow_processor_drops_are_the_gaps_it_owns_up_to(board: StartBoard) -> None:
    """W4, W9. A ring of one scan, while a frame takes longer to encode than a scan lasts."""
    uno = board(elf=rig.uno_elf(EMG_RING_SIZE=2))
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


@pytest.mark.parametrize(
    ("baud", "n_channels", "rate", "scans_per_frame"),
    [(500_000, 6, 1000, 10), (500_000, 4, 2000, 20), (115_200, 4, 1000, 10), (115_200, 2, 2000, 20)],
)
@pytest.mark.parametrize("flood", [b"?\n", b"x\n"], ids=["questions", "errors"])
def test_no_flood_starves_the_stream(
    board: StartBoard, baud: int, n_channels: int, rate: int, scans_per_frame: int, flood: bytes
) -> None:
    """W12. The fullest streams that are not refused; the board has the next line of the flood at hand at all times."""
    uno = board(baud=baud, elf=rig.uno_elf(EMG_BAUD=baud))
    decoder = uno.start(n_channels, rate, scans_per_frame)
    events = uno.collect_scans(decoder, 100)
    while len(of_kind(Status, events)) < 3:
        uno.serial.write(flood * 100)
        events += uno.collect_scans(decoder, of_kind(Scans, events)[-1].end_index + rate // 10)
    answers = decoder.counts.frames - len(of_kind(Scans, events)) - len(of_kind(Status, events))
    assert answers > 3 * 5
    assert decoder.counts.damaged == decoder.counts.lost_scans == 0
    assert {status.overruns for status in of_kind(Status, events)} == {0}
    assert uno.uno.stop().triggers_missed == 0
    assert_equal_to_injected(events, uno.uno.expected_counts(n_channels))


def test_scans_that_interrupts_kept_from_beginning_are_counted_and_the_time_base_holds(board: StartBoard) -> None:
    """W4, W9, W12. Six channels at their limit leave 42 µs of a period: under a flood some triggers come too early."""
    uno = board()
    decoder = uno.start(6, 1400, 20)
    events = uno.collect_scans(decoder, 100)
    while decoder.counts.lost_scans < 3:
        uno.serial.write(b"?\n" * 100)
        events += uno.collect_scans(decoder, of_kind(Scans, events)[-1].end_index + 70)
    assert decoder.info is not None
    events += uno.collect(decoder, lambda events: len(of_kind(Status, events)) >= 2)
    statistics = uno.uno.stop()
    cycles = uno.uno.trigger_cycles()
    period_cycles = decoder.info.period_ticks * rig.CLOCK_HZ // decoder.info.tick_hz
    index = np.round((cycles - cycles[0]) / period_cycles).astype(int)
    true_counts = np.full((index[-1] + 1, 6), -1)
    true_counts[index[: len(cycles) - 1]] = uno.uno.expected_counts(6)[: len(cycles) - 1]
    assert_equal_to_injected(events, true_counts)
    assert {gap.cause for gap in of_kind(Gap, events)} == {"board"}
    assert missing(events).sum() == decoder.counts.lost_scans == statistics.triggers_missed
    assert of_kind(Status, events)[-1].overruns == decoder.counts.lost_scans
