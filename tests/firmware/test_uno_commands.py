"""What the simulated Uno answers: hello, text, and a reason for each command it refuses, which changes nothing."""

from __future__ import annotations

import numpy as np
import pytest

from biofeedback.wire.events import TextLine
from biofeedback.wire.stream import StreamDecoder
from tests import rig
from tests.blocks import of_kind
from tests.firmware.uno_board import Board, StartBoard, assert_equal_to_injected

HELLO = "# emgstream proto=1 fw=1.0 board=uno baud=500000"
NO_NUMBER, NEEDS_NUMBER, TOO_LONG = "?, s and t take no number", "c, r, f and b need a number", "line too long"
CHANNELS, RATE, SCANS, UNKNOWN = "channels: 1 to 6", "rate: 1 to 10000", "scans per frame: 1 or more", "unknown command"
WRONG = {
    "c0": CHANNELS, "c7": CHANNELS, "c": NEEDS_NUMBER, "c2x": NEEDS_NUMBER, "c-1": NEEDS_NUMBER, "r0": RATE,
    "r10001": RATE, "r": NEEDS_NUMBER, "rx": NEEDS_NUMBER, "r99999999": TOO_LONG, "f0": SCANS, "f": NEEDS_NUMBER,
    "b": NEEDS_NUMBER, "b256": "stream id: 0 to 255", "bx": NEEDS_NUMBER, "??": NO_NUMBER, "s1": NO_NUMBER,
    "t2": NO_NUMBER, "x": UNKNOWN, "hello, board": TOO_LONG, "C2": UNKNOWN, "1" * 40: TOO_LONG, "\x7f\x01": UNKNOWN,
}  # fmt: skip
"""What the board answers to lines that are no command, after "! "."""


def test_the_board_says_who_it_is(board: StartBoard) -> None:
    uno = board()
    assert uno.hello == HELLO
    uno.send("s")
    assert uno.line() == HELLO


@pytest.mark.parametrize(("command", "reason"), WRONG.items())
def test_a_wrong_command_is_answered_in_one_line_while_idle(idle_board: Board, command: str, reason: str) -> None:
    """W11."""
    idle_board.send(command)
    assert idle_board.line() == f"! {reason}"
    idle_board.send("?")
    assert idle_board.line() == HELLO


def test_wrong_commands_change_nothing_of_a_running_stream(board: StartBoard) -> None:
    """W11."""
    uno = board()
    decoder = uno.start(4, 2000, 20)
    events = uno.collect_scans(decoder, 100)
    info = decoder.info
    # six channels at 2 kHz are impossible, which only the start can know
    refused = WRONG | {"c6": "", "b9": "rate too high for so many channels", "c4": ""}
    for command, reason in refused.items():
        uno.send(command)
        if reason:
            events += uno.collect(decoder, lambda new: bool(of_kind(TextLine, new)))
    events += uno.collect_scans(decoder, 2000)
    answers = [line.text for line in of_kind(TextLine, events)]
    assert answers == [f"! {reason}" for reason in refused.values() if reason]
    assert decoder.info == info
    assert decoder.counts.damaged == decoder.counts.foreign == decoder.counts.lost_scans == 0
    assert_equal_to_injected(events, uno.uno.expected_counts(4))


@pytest.mark.parametrize(
    ("setting", "answer"),
    [
        (("c5", "r2000", "f10", "b1"), "! rate too high for so many channels"),
        (("c1", "r10000", "f10", "b1"), "! rate too high for so many channels"),
        (("c1", "r6000", "f1", "b1"), "! too many bytes a second"),
        (("c4", "r2000", "f10", "t"), "! too many bytes a second"),
    ],
)
def test_an_impossible_stream_is_refused_with_its_reason(
    board: StartBoard, setting: tuple[str, ...], answer: str
) -> None:
    """W11."""
    uno = board()
    uno.send(*setting)
    assert uno.line() == answer
    decoder = uno.start(1, 1000)
    uno.collect_scans(decoder, 100)
    assert decoder.counts.damaged == 0


def test_settings_wait_for_the_next_start(board: StartBoard) -> None:
    """W7."""
    uno = board()
    decoder = uno.start(1, 1000)
    uno.collect_scans(decoder, 100)
    uno.send("c6", "r500", "f20")
    events = uno.collect_scans(decoder, 3000)
    assert decoder.info is not None
    assert (decoder.info.n_channels, decoder.info.rate) == (1, 1000)
    assert decoder.counts.lost_scans == 0
    after = StreamDecoder(8)
    uno.send("b8")
    uno.collect_scans(after, 100)
    assert after.info is not None
    assert (after.info.n_channels, after.info.rate, after.info.scans_per_frame) == (6, 500, 20)
    assert_equal_to_injected(events, uno.uno.expected_counts(1, stream=0))


@pytest.mark.parametrize(("n_channels", "rate"), [(3, 1000), (6, 1000), (1, 5000)])
def test_text_is_one_scan_a_line_and_none_is_missing(board: StartBoard, n_channels: int, rate: int) -> None:
    uno = board()
    uno.send(f"c{n_channels}", f"r{rate}", "t")
    received = np.array([[int(value) for value in uno.line().split(",")] for _ in range(2000)])
    np.testing.assert_array_equal(received, uno.uno.expected_counts(n_channels)[:2000])


def test_stop_ends_the_stream_and_the_line_is_text_again(board: StartBoard) -> None:
    uno = board()
    decoder = uno.start(1, 1000)
    uno.collect_scans(decoder, 100)
    uno.ask("s", until="# emgstream")
    uno.ask("x", until="! unknown command")


def test_the_slow_build_speaks_115200_baud_and_refuses_what_does_not_fit(board: StartBoard) -> None:
    """W11."""
    uno = board(baud=115_200, check_baud=True, elf=rig.uno_elf(EMG_BAUD=115_200))
    assert uno.hello.endswith("baud=115200")
    uno.send("c6", "r1000", "f10", "b1")
    assert uno.line() == "! too many bytes a second"
    decoder = uno.start(2, 2000, 60)
    events = uno.collect_scans(decoder, 4000)
    assert decoder.counts.lost_scans == decoder.counts.damaged == 0
    assert_equal_to_injected(events, uno.uno.expected_counts(2))
