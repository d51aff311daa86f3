"""The serial source against a board on a pseudo-terminal: greeting, asking, reading, plain messages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from biofeedback.sources.serial_port import BoardPort, SerialSource
from biofeedback.sources.source import SourceError, SourceLost
from biofeedback.wire.events import Event, Gap, Scans
from tests.blocks import joined_counts, numbered_counts, of_kind
from tests.fake_board import FakeBoard

NewBoard = Callable[..., FakeBoard]


@pytest.fixture
def boards() -> Iterator[NewBoard]:
    made: list[FakeBoard] = []

    def make(**how: Any) -> FakeBoard:
        made.append(FakeBoard(**how))
        return made[-1]

    yield make
    for board in made:
        board.close()


def read_scans(source: SerialSource, n: int) -> list[Event]:
    """Read until n scans came; the source's own time-outs bound it."""
    got = 0
    events: list[Event] = []
    for _ in range(400):
        events += source.read(0.05)
        got = sum(len(block.counts) for block in of_kind(Scans, events))
        if got >= n:
            return events
    raise AssertionError(f"{got} of {n} scans came")


def test_a_board_is_greeted_told_what_to_send_and_read(boards: NewBoard) -> None:
    board = boards()
    source = SerialSource(board.port, 2, 1000)
    info = source.open()
    assert (info.n_channels, info.rate, info.board) == (2, 1000, "fake")
    assert b"c2" in board.heard
    assert b"r1000" in board.heard
    board.send(numbered_counts(100))
    events = read_scans(source, 100)
    assert all(isinstance(event, Scans) for event in events)
    assert np.array_equal(joined_counts(events), numbered_counts(100))
    source.close()


def test_each_opening_starts_a_stream_under_another_number(boards: NewBoard) -> None:
    board = boards()
    source = SerialSource(board.port)
    seen = [source.open().stream_id for _ in range(4)]
    source.close()
    assert all(a != b for a, b in pairwise(seen))
    assert all(1 <= number <= 255 for number in seen)


def test_boot_noise_before_the_greeting_does_no_harm(boards: NewBoard) -> None:
    board = boards(boot=bytes(range(256)) * 8)
    source = SerialSource(board.port)
    source.open()
    board.send(numbered_counts(10)[:, :1])
    assert of_kind(Gap, read_scans(source, 10)) == []
    source.close()


def test_a_board_that_streams_already_is_taken_over(boards: NewBoard) -> None:
    board = boards()
    first = SerialSource(board.port)
    running = first.open().stream_id
    first.close()
    source = SerialSource(board.port)
    assert source.open().stream_id != running
    source.close()


def test_an_unplugged_board_is_lost_not_a_crash(boards: NewBoard) -> None:
    board = boards()
    source = SerialSource(board.port)
    source.open()
    board.unplug()
    with pytest.raises(SourceLost, match="unplugged"):
        read_scans(source, 1)
    source.close()
    source.close()


def test_a_refused_configuration_is_told_in_the_boards_words(boards: NewBoard) -> None:
    board = boards(refuse=b"! rate too high for 6 channels\r\n")
    with pytest.raises(SourceError, match=r"refuses 6 channels at 2000 Hz: rate too high for 6 channels\."):
        SerialSource(board.port, 6, 2000).open()


def test_a_newer_protocol_is_refused_plainly(boards: NewBoard) -> None:
    board = boards(greeting=b"# emgstream proto=2 fw=9.0 board=x baud=500000\r\n")
    with pytest.raises(SourceError, match="speaks protocol 2, this app 1"):
        SerialSource(board.port).open()


class FastClock:
    """Time that runs ten times as fast for whoever looks at it, so that time-outs need no waiting."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.25
        return self.now


def test_a_port_that_says_nothing_known_is_named_with_what_to_do(boards: NewBoard) -> None:
    board = boards(greeting=None, boot=b"AT\r\nOK\r\n")
    with pytest.raises(SourceError, match="does not answer as an EMG board: wrong firmware or speed"):
        SerialSource(board.port, clock=FastClock()).open()


def test_a_board_that_greets_but_sends_nothing_is_named(boards: NewBoard) -> None:
    board = boards(mute=True)
    with pytest.raises(SourceError, match="greets but sends no data"):
        SerialSource(board.port).open()


def test_no_such_port_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There is no port"):
        SerialSource(str(tmp_path / "ttyACM9")).open()


def test_a_port_in_use_is_said(boards: NewBoard) -> None:
    board = boards()
    first = SerialSource(board.port)
    first.open()
    with pytest.raises(SourceError, match="in use by another program"):
        SerialSource(board.port).open()
    first.close()


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), OSError(5, "Input/output error")])
def test_a_port_that_may_not_be_opened_says_why(monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    def refuse(*args: object, **kwargs: object) -> NoReturn:
        raise error

    monkeypatch.setattr("serial.Serial", refuse)
    with pytest.raises(SourceError, match="dialout" if error.errno == 13 else "could not be opened"):
        SerialSource("/dev/ttyACM0").open()


def test_without_a_board_the_person_is_told_to_plug_one_in() -> None:
    with pytest.raises(SourceError, match="No board found"):
        SerialSource(None, boards=list).open()


def test_among_several_ports_the_one_that_answers_is_taken(boards: NewBoard) -> None:
    silent, speaking = boards(greeting=None), boards()
    known = [BoardPort(silent.port, "", "CH340"), BoardPort(speaking.port, "", "Arduino"), BoardPort("/x", "", "")]
    source = SerialSource(None, boards=lambda: known, clock=FastClock())
    assert source.open().board == "fake"
    assert source.label == f"fake on {speaking.port}"
    source.close()


def test_cancel_ends_a_waiting_greeting(boards: NewBoard) -> None:
    board = boards(greeting=None)
    source = SerialSource(board.port)
    threading.Timer(0.1, source.cancel).start()
    with pytest.raises(SourceError, match="given up"):
        source.open()


def test_a_close_that_hangs_is_abandoned(boards: NewBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    board = boards()
    source = SerialSource(board.port)
    source.open()
    release = threading.Event()
    port = source._port
    assert port is not None
    monkeypatch.setattr("biofeedback.sources.serial_port.CLOSE_WITHIN", 0.05)
    really_close = port.close
    monkeypatch.setattr(port, "close", lambda: release.wait(10))
    source.close()
    assert source._port is None
    release.set()
    really_close()
