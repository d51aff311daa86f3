"""The sketch with its portable back end, run on the host: the time base holds, and what is late is counted."""

from __future__ import annotations

import subprocess

import numpy as np

from biofeedback.wire.events import Event, Gap, Scans, Status, StreamInfo, TextLine
from biofeedback.wire.stream import StreamDecoder
from tests import rig
from tests.blocks import joined_counts, of_kind


def run(commands: str, *arguments: float) -> bytes:
    """Return what the sketch sends in so many seconds; see firmware/host/native_stream.cpp."""
    command = [str(rig.built("host") / "native_stream"), *map(str, arguments)]
    return subprocess.run(command, input=commands.encode(), capture_output=True, check=True).stdout


def decoded(sent: bytes) -> tuple[StreamDecoder, list[Event]]:
    """Return the events after the hello line, which the stream's first byte ends."""
    hello, _, frames = sent.partition(b"\r\n")
    assert hello == b"# emgstream proto=1 fw=1.0 board=generic baud=500000"
    decoder = StreamDecoder(7)
    return decoder, decoder.feed(frames)


def counts_at(milliseconds: np.ndarray, n_channels: int) -> np.ndarray:
    """Return what the pins of native_stream read at whole milliseconds."""
    return (milliseconds[:, np.newaxis] + 100 * np.arange(n_channels)) % 1024


def test_each_scan_is_taken_in_its_own_millisecond() -> None:
    """W4."""
    decoder, events = decoded(run("c6\nr1000\nf10\nb7\n", 3))
    received = joined_counts(events)
    assert decoder.counts.damaged == decoder.counts.lost_scans == 0
    assert len(received) >= 2900
    first = received[0, 0]
    np.testing.assert_array_equal(received, counts_at(first + np.arange(len(received)), 6))
    assert events[0] == StreamInfo(7, 6, 10, 10, 3.3, 0.0, 1_000_000, 1000, "generic", firmware=(1, 0))


def test_a_rate_that_is_no_whole_number_of_microseconds_is_told_as_it_is() -> None:
    """W4."""
    decoder, _ = decoded(run("r1024\nb7\n", 1))
    assert decoder.info is not None
    assert decoder.info.rate == 1_000_000 / 977


def test_scans_that_came_due_during_a_stall_are_counted_and_the_time_base_holds() -> None:
    """W4, W9."""
    decoder, events = decoded(run("c2\nr1000\nf10\nb7\n", 3, 1.0, 0.25))
    gaps = of_kind(Gap, events)
    statuses = of_kind(Status, events)
    assert [gap.cause for gap in gaps] == ["board"]
    assert 248 <= gaps[0].n_scans <= 250
    assert statuses[-1].overruns == gaps[0].n_scans == decoder.counts.lost_scans
    before, after = of_kind(Scans, events)[0], of_kind(Scans, events)[-1]
    elapsed = after.first_index - before.first_index
    assert (after.counts[0, 0] - before.counts[0, 0]) % 1024 == elapsed % 1024


def test_a_rate_beyond_the_back_end_is_refused() -> None:
    """W11."""
    assert b"! rate: 1 to 4000 on this board\r\n" in run("r4001\nb7\n", 0.5)


def test_a_wrong_command_inside_a_stream_is_a_text_frame() -> None:
    """W11."""
    _, events = decoded(run("b7\nc9\n", 0.5))
    assert [line.text for line in of_kind(TextLine, events)] == ["! channels: 1 to 6"]


def test_text_mode_sends_one_scan_a_line() -> None:
    lines = run("c2\nr100\nt\n", 1).decode("ascii").split("\r\n")[1:-1]
    received = np.array([[int(value) for value in line.split(",")] for line in lines])
    assert len(received) >= 98
    np.testing.assert_array_equal(received, counts_at(received[0, 0] + 10 * np.arange(len(received)), 2))
