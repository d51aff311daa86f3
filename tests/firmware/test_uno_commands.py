"""What the simulated Uno answers: hello, text, and a reason for each command it refuses, which changes nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import serial

from biofeedback.wire.events import TextLine
from biofeedback.wire.stream import StreamDecoder
from tests import rig
from tests.blocks import of_kind
from tests.firmware.uno_board import Board, StartBoard, assert_equal_to_injected

HELLO = "# emgstream proto=1 fw=1.0 board=uno baud=500000"
WRONG = (
    "c0", "c7", "c", "c2x", "c-1", "r0", "r10001", "r", "rx", "r99999999", "f0", "f", "b", "b256", "bx", "??", "s1",
    "t2", "x", "hello, board", "C2", "1" * 40, "\x7f\x01",
)  # fmt: skip


def test_the_board_says_who_it_is(board: StartBoard) -> None:
    uno = board()
    assert uno.hello == HELLO
    uno.send("s")
    assert uno.line() == HELLO


@pytest.mark.parametrize("command", WRONG)
def test_a_wrong_command_is_answered_in_one_line_while_idle(idle_board: Board, command: str) -> None:
    idle_board.send(command)
    answer = idle_board.line()
    assert answer.startswith("! ")
    assert 5 < len(answer) < 40
    idle_board.send("?")
    assert idle_board.line() == HELLO


def test_wrong_commands_change_nothing_of_a_running_stream(board: StartBoard) -> None:
    uno = board()
    decoder = uno.start(4, 2000, 20)
    events = uno.collect_scans(decoder, 100)
    info = decoder.info
    refused = [*WRONG, "c6", "b9", "c4"]  # six channels at 2 kHz are impossible, which only the start can know
    for command in refused:
        uno.send(command)
        if command not in {"c6", "c4"}:
            events += uno.collect(decoder, lambda new: bool(of_kind(TextLine, new)))
    events += uno.collect_scans(decoder, 2000)
    answers = [line.text for line in of_kind(TextLine, events)]
    assert len(answers) == len(refused) - 2
    assert all(answer.startswith("! ") for answer in answers)
    assert answers[-1] == "! rate too high for so many channels"
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
    uno = board()
    uno.send(*setting)
    assert uno.line() == answer
    decoder = uno.start(1, 1000)
    uno.collect_scans(decoder, 100)
    assert decoder.counts.damaged == 0


def test_settings_wait_for_the_next_start(board: StartBoard) -> None:
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


def test_a_flood_of_questions_does_not_starve_the_stream(board: StartBoard) -> None:
    uno = board()
    decoder = uno.start(6, 1000)
    events = uno.collect_scans(decoder, 100)
    end = 100
    while end < 5000:
        uno.serial.write(b"?\n" * 100)
        end += 100
        events += uno.collect_scans(decoder, end)
    assert decoder.counts.damaged == decoder.counts.lost_scans == 0
    assert decoder.counts.frames > 5000 // 10 * 2  # every other frame is an answer
    assert uno.uno.stop().triggers_missed == 0
    assert_equal_to_injected(events, uno.uno.expected_counts(6))


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


def test_a_board_that_resets_on_opening_speaks_after_its_bootloader(board: StartBoard) -> None:
    uno = board(reset_on_open=2.0)
    decoder = uno.start(1, 1000)
    uno.collect_scans(decoder, 100)
    assert decoder.counts.damaged == 0
    assert uno.uno.conversions()["cycle"][0] > 2.0 * rig.CLOCK_HZ


def test_the_wrong_baud_rate_gives_no_frame_and_the_right_one_does(board: StartBoard) -> None:
    uno = board(check_baud=True)
    uno.collect_scans(uno.start(1, 1000), 100)
    uno.serial.close()
    uno.serial = serial.Serial(uno.uno.port, 115_200, timeout=0.2)
    wrong = StreamDecoder()
    uno.send("?")
    uno.collect(wrong, lambda _: wrong.counts.damaged >= 50)
    assert wrong.counts.frames == wrong.counts.foreign == 0
    uno.serial.close()
    uno.serial = serial.Serial(uno.uno.port, 500_000, timeout=0.2)
    assert uno.ask("s", until="# emgstream") == HELLO


def test_the_slow_build_speaks_115200_baud_and_refuses_what_does_not_fit(board: StartBoard, tmp_path: Path) -> None:
    rig.require_toolchain()
    rig.make("uno", build=tmp_path / "slow", defines="-DEMG_BAUD=115200")
    uno = board(baud=115_200, check_baud=True, elf=tmp_path / "slow" / "uno" / "emg_stream.elf")
    assert uno.hello.endswith("baud=115200")
    uno.send("c6", "r1000", "f10", "b1")
    assert uno.line() == "! too many bytes a second"
    decoder = uno.start(2, 2000, 60)
    events = uno.collect_scans(decoder, 4000)
    assert decoder.counts.lost_scans == decoder.counts.damaged == 0
    assert_equal_to_injected(events, uno.uno.expected_counts(2))
