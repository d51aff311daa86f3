"""The engine behind the real serial source, on boards that are pulled, stopped, swapped, silent or deaf.

Rule: the engine's clock is moved by the test, so a machine that is slow changes no number; the ports are real
pseudo-terminals. `python -m tests.port_times` measures the same in real time.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pty
import select
import termios
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import serial

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings, EngineState
from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.edf_reader import read_edf
from biofeedback.report.recompute import recompute
from biofeedback.sources.serial_port import BoardPort, SerialSource
from biofeedback.sources.source import Source
from biofeedback.training.command_text import decode_command
from biofeedback.training.commands import Pause
from biofeedback.wire.events import Event, Scans, StreamInfo
from biofeedback.wire.stream import StreamDecoder, encode_data, encode_info
from tests.blocks import numbered_counts, stored
from tests.board_process import BoardProcess
from tests.fake_board import FakeBoard
from tests.fake_source import INFO, Clock, FakeSource

DAY = dt.datetime(2026, 11, 23, 9, 0, 0, tzinfo=dt.UTC)
PATIENCE = 30.0
CHANNELS = (ChannelSettings("biceps"), ChannelSettings("triceps"))


class Desk:
    """A computer with ports, and the engine that records from the board it finds there."""

    def __init__(self, folder: Path, n_channels: int = 1, source: Source | None = None) -> None:
        self.clock = Clock()
        self.folder = folder
        self.plugged: list[str] = []
        self.boards: list[FakeBoard] = []
        self.changed = threading.Condition()
        source = source or SerialSource(None, n_channels, boards=lambda: [BoardPort(p, "", "x") for p in self.plugged])
        self.engine = Engine(source, EngineSettings(CHANNELS[:n_channels]), clock=self.clock, on_update=self._wake)
        starts = count()
        self.engine.record(recorder_in(folder, now=lambda: DAY + dt.timedelta(seconds=next(starts))))

    def _wake(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def make(self, name: str = "fake") -> FakeBoard:
        """Make a board that is not plugged in yet."""
        board = FakeBoard()
        board.info = replace(board.info, board=name)
        self.boards.append(board)
        return board

    def plug(self, board: FakeBoard | None = None) -> FakeBoard:
        """Plug a board in and wait until it streams."""
        board = board or self.make()
        self.plugged.append(board.port)
        self.until(lambda state: state.phase == "streaming")
        assert board.streaming.wait(PATIENCE)
        return board

    def pull(self, board: FakeBoard) -> None:
        """Pull a board's cable and wait until it is missed."""
        self.plugged.remove(board.port)
        board.unplug()
        self.until(lambda state: state.phase == "lost")

    def until(self, condition: Callable[[EngineState], object]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self.engine.state), PATIENCE), self.engine.state

    def send(self, board: FakeBoard, n_scans: int, *, after: float | None = None) -> None:
        """Let the board send its next numbered scans, `after` seconds (their own duration) later; wait for them."""
        self.clock.now += n_scans / 1000 if after is None else after
        expected = self.engine.state.received + n_scans
        board.send(numbered_counts(n_scans, board.next)[:, : board.info.n_channels])
        self.until(lambda state: state.received >= expected)

    def fall_silent(self, seconds: float) -> None:
        """Let `seconds` pass since the newest scan, in which a stall is told; what is under way comes before."""
        with self.changed:
            for _ in range(round(PATIENCE / 0.05)):
                self.clock.now = self.engine.state.last_arrival + 0.45
                if self.changed.wait_for(lambda: self.engine.state.phase == "stalled", 0.05):
                    break
            assert self.engine.state.phase == "stalled"
        self.clock.now = self.engine.state.last_arrival + seconds

    def runs(self) -> list[Path]:
        return sorted(self.folder.glob("sub-*/ses-*/emg/*.edf"))

    def run(self) -> Path:
        """End everything well and return the one recording, which must give its own numbers again."""
        assert self.engine.stop()
        (path,) = self.runs()
        assert recompute(path).identical
        return path

    def close(self) -> None:
        self.engine.stop()
        for board in self.boards:
            board.close()


NewDesk = Callable[..., Desk]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[NewDesk]:
    """Makes a desk whose engine looks for a lost board without pause."""
    monkeypatch.setattr("biofeedback.engine.RETRY", 0.01)
    made: list[Desk] = []

    def make(n_channels: int = 1, source: Source | None = None) -> Desk:
        made.append(Desk(tmp_path / "library", n_channels, source))
        made[-1].engine.start()
        return made[-1]

    yield make
    for each in made:
        each.close()


class Port(serial.Serial):
    """A port that fails as it is told: `broken` holds the error of each name, `hangs` what closing waits for.

    A `thief` was there before us, or not, at each next read that finds something; `looked` counts those.
    """

    broken: ClassVar[dict[str, BaseException]] = {}
    hangs: ClassVar[list[threading.Event]] = []
    thief: ClassVar[list[bool]] = []
    looked: ClassVar[threading.Semaphore] = threading.Semaphore(0)

    def read(self, size: int = 1) -> bytes:
        self._fail("read")
        data = super().read(size)
        if not data:
            return data
        self.looked.release()
        return b"" if self.thief and self.thief.pop(0) else data

    def write(self, b: bytes, /) -> int | None:  # type: ignore[override]
        self._fail("write")
        return super().write(b)

    @property
    def in_waiting(self) -> int:
        self._fail("in_waiting")
        return super().in_waiting

    def close(self) -> None:
        for event in self.hangs:
            event.wait(PATIENCE)
        super().close()

    def _fail(self, name: str) -> None:
        if name in self.broken:
            raise self.broken[name]


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Port]]:
    monkeypatch.setattr("serial.Serial", Port)
    yield Port
    Port.broken.clear()
    Port.thief.clear()
    for event in Port.hangs:
        event.set()
    Port.hangs.clear()


# -- unplugged and plugged in again -------------------------------------------------------------------


def test_after_fifty_replugs_under_other_names_it_is_one_recording_with_fifty_right_holes(desk: NewDesk) -> None:
    d = desk()
    board = d.plug()
    d.send(board, 100)
    expected: list[tuple[int, int, str | None]] = [(0, 100, None)]
    sent = [numbered_counts(100)[:, :1]]
    for k in range(50):
        after = d.make()
        assert after.port != board.port
        d.pull(board)
        d.clock.now += 1.5 + 0.01 * k
        board = d.plug(after)
        board.next = 0
        d.send(board, 10)
        d.send(board, 90)
        hole = 1500 + 10 * k
        at = expected[-1][0] + expected[-1][1]
        expected += [(at, hole, "reconnect"), (at + hole, 100, None)]
        sent.append(numbered_counts(100)[:, :1])
    path = d.run()
    assert stored(path) == expected
    recording = read_edf(path)
    assert np.array_equal(recording.scans()[~recording.lost()], np.concatenate(sent))


@pytest.mark.parametrize("error", [serial.SerialException("gone"), OSError(5, "gone"), termios.error(5, "gone"),
                                   TypeError("gone")], ids=lambda error: type(error).__name__)  # fmt: skip
@pytest.mark.parametrize("at", ["read", "in_waiting"])
def test_each_error_of_a_pulled_cable_is_a_lost_board_that_comes_back(
    desk: NewDesk, port: type[Port], at: str, error: BaseException
) -> None:
    d = desk()
    board = d.plug()
    d.send(board, 100)
    port.broken[at] = error
    board.write(b"\0")  # bytes wait, so that the port looks how many
    d.until(lambda s: s.phase == "lost")
    port.broken.clear()
    d.clock.now += 2.0
    d.until(lambda s: s.phase == "streaming")
    d.send(board, 10)
    d.send(board, 90)
    assert stored(d.run()) == [(0, 100, None), (100, 2000, "reconnect"), (2100, 100, None)]


def test_a_cable_pulled_while_the_board_is_asked_is_said_and_the_next_board_is_found(desk: NewDesk) -> None:
    d = desk()
    pulled = FakeBoard(greeting=None)
    d.boards.append(pulled)
    d.plugged.append(pulled.port)
    asked = threading.Event()
    pulled.heard = _Told(asked)
    assert asked.wait(PATIENCE)
    pulled.unplug()
    d.until(lambda s: "went away" in s.message)
    assert d.engine.state.phase == "connecting"
    d.plugged.clear()
    d.send(d.plug(), 100)
    assert stored(d.run()) == [(0, 100, None)]


class _Told(list[bytes]):
    """What a board heard; sets an event at the first line."""

    def __init__(self, event: threading.Event) -> None:
        super().__init__()
        self._event = event

    def append(self, line: bytes) -> None:
        super().append(line)
        self._event.set()


def test_another_board_on_another_port_is_asked_about_and_the_first_one_goes_on(desk: NewDesk) -> None:
    d = desk()
    first = d.plug(d.make("uno"))
    d.send(first, 100)
    d.pull(first)
    other = d.make("mega")
    d.plugged.append(other.port)
    d.until(lambda s: s.phase == "another board")
    assert "mega instead of uno" in d.engine.state.message
    other.send(numbered_counts(300)[:, :1])
    d.clock.now += 5.0
    d.pull(other)
    again = d.plug(d.make("uno"))
    d.send(again, 10)
    d.send(again, 90)
    assert stored(d.run()) == [(0, 100, None), (100, 5000, "reconnect"), (5100, 100, None)]


def test_another_board_that_is_accepted_gets_a_recording_of_its_own(desk: NewDesk) -> None:
    d = desk()
    first = d.plug(d.make("uno"))
    d.send(first, 100)
    d.pull(first)
    other = d.make("mega")
    d.plugged.append(other.port)
    d.until(lambda s: s.phase == "another board")
    d.engine.accept_board()
    d.until(lambda s: s.phase == "streaming")
    d.send(other, 300)
    assert d.engine.stop()
    assert [stored(run) for run in d.runs()] == [[(0, 100, None)], [(0, 300, None)]]


# -- silent, deaf, hanging ----------------------------------------------------------------------------


def test_a_board_that_reset_itself_streams_again_after_a_hole_of_host_time(desk: NewDesk) -> None:
    d = desk()
    board = d.plug()
    d.send(board, 65_000)
    board.reset()
    d.fall_silent(1.6)
    assert board.streaming.wait(PATIENCE)
    d.until(lambda s: s.phase == "streaming")
    d.clock.now = d.engine.state.last_arrival + 2.0
    d.send(board, 10)
    d.send(board, 90)
    assert stored(d.run()) == [(0, 65_000, None), (65_000, 2000, "reconnect"), (67_000, 100, None)]


@pytest.mark.parametrize("lost", [0, 1000])
def test_a_board_stopped_for_a_second_has_lost_exactly_what_its_numbers_say(desk: NewDesk, lost: int) -> None:
    """SIGSTOP: a board that kept its scans has lost none, one that could not keep them lost those it skipped."""
    d = desk(2)
    board = BoardProcess(lost=lost)
    try:
        d.plugged.append(board.port)
        d.until(lambda s: s.received >= 200)
        board.freeze()
        d.fall_silent(1.0)
        before = d.engine.state.received
        board.thaw()
        d.until(lambda s: s.received >= before + 300)
        assert d.engine.state.phase == "streaming"
        recording = read_edf(d.run())
    finally:
        board.close()
    assert d.engine.state.lost == int(recording.lost().sum()) == lost
    good = ~recording.lost()
    assert np.array_equal(recording.scans()[good], numbered_counts(recording.n_scans)[good])
    (cause,) = {part[2] for part in stored(d.runs()[0])} - {None} or {"line"}
    assert cause == "line"


def test_a_board_that_does_not_read_is_said_and_the_next_board_is_found(desk: NewDesk) -> None:
    """Its port takes no more bytes, so that writing to it times out."""
    d = desk()
    master, slave = pty.openpty()
    os.set_blocking(slave, False)
    try:
        fill(slave)
        d.plugged.append(os.ttyname(slave))
        d.until(lambda s: d.plugged[0] in s.message)
        assert d.engine.state.phase == "connecting"
        assert "does not answer" not in d.engine.state.message
        d.plugged.clear()
        d.send(d.plug(), 100)
        assert stored(d.run()) == [(0, 100, None)]
    finally:
        os.close(master)
        os.close(slave)


def fill(fd: int) -> None:
    """Write until the line takes no more, also after the kernel has moved on what it can."""
    while select.select([], [fd], [], 0.1)[1]:
        with contextlib.suppress(BlockingIOError):
            os.write(fd, b"x" * 512)


def test_a_port_that_hangs_in_closing_keeps_neither_the_recording_nor_the_exit(
    desk: NewDesk, port: type[Port], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("biofeedback.sources.serial_port.CLOSE_WITHIN", 0.2)
    d = desk()
    board = d.plug()
    d.send(board, 300)
    port.hangs.append(threading.Event())
    assert d.engine.stop()
    assert d.engine.state.phase == "stopped"
    assert stored(d.run()) == [(0, 300, None)]


def test_a_second_reader_that_steals_bytes_makes_gaps_and_never_a_wrong_sample(desk: NewDesk, port: type[Port]) -> None:
    d = desk(2)
    board = d.plug()
    d.send(board, 100)
    port.thief += [False, False, True] * 10
    while port.thief:
        board.send(numbered_counts(50, board.next))
        assert port.looked.acquire(timeout=PATIENCE)
    board.send(numbered_counts(1000, board.next))
    d.until(lambda s: s.end_index == board.next)
    recording = read_edf(d.run())
    good = ~recording.lost()
    assert np.array_equal(recording.scans()[good], numbered_counts(board.next)[good])
    assert d.engine.state.lost == int(recording.lost().sum()) > 0


# -- lumps --------------------------------------------------------------------------------------------

N_SCANS = 3000


def stream_bytes(n_channels: int = 2) -> tuple[StreamInfo, list[bytes]]:
    """Return a stream of numbered scans at 1000 Hz: what it says of itself, and the bytes of each millisecond."""
    info = replace(INFO, n_channels=n_channels)
    counts = numbered_counts(N_SCANS)[:, :n_channels]
    line = b"\0" + encode_info(info)
    line += b"".join(encode_data(info.stream_id, at, counts[at : at + 10]) for at in range(0, N_SCANS, 10))
    edges = np.linspace(0, len(line), N_SCANS + 1).astype(int).tolist()
    return info, [line[a:b] for a, b in pairwise(edges)]


def unlumped_hash(info: StreamInfo) -> str:
    """Return the envelope's hash of the whole stream taken as one block."""
    pipeline = Pipeline(PipelineSettings(info.rate, info.adc_bits, info.vref, CHANNELS))
    pipeline.process(Scans(0, numbered_counts(N_SCANS)))
    return pipeline.envelope_hash


@pytest.mark.parametrize("lump", [1, 4, 8, 16, 50, 100, 1000])
def test_lumps_of_any_length_in_milliseconds_give_the_same_samples_and_envelope_bits(desk: NewDesk, lump: int) -> None:
    info, milliseconds = stream_bytes()
    source = FakeSource(opens=[info])
    d = desk(2, source)
    decoder = StreamDecoder(info.stream_id)

    def read(seconds: float, data: bytes) -> list[Event]:
        d.clock.now += seconds
        return [event for event in decoder.feed(data) if not isinstance(event, StreamInfo)]

    for at in range(0, N_SCANS, lump):
        data = b"".join(milliseconds[at : at + lump])
        waits = max(1, min(lump, N_SCANS - at) // 50)  # a read waits 50 ms at most
        for _ in range(waits - 1):
            source.then(lambda: read(0.05, b""))
        source.then(lambda data=data, left=lump / 1000 - 0.05 * (waits - 1): read(left, data))  # type: ignore[misc]
    d.until(lambda s: s.received == N_SCANS)
    path = d.run()
    assert stored(path) == [(0, N_SCANS, None)]
    assert np.array_equal(read_edf(path).scans(), numbered_counts(N_SCANS))
    assert recompute(path).stored_sha256 == unlumped_hash(info)
    told = [command for a in read_edf(path).annotations if (command := decode_command(a.text))]
    assert any(isinstance(command, Pause) for _, command in told) == (lump == 1000)


@pytest.mark.parametrize("lump", [10, 160, 1000])
def test_lumps_through_a_real_port_give_the_same_samples_and_envelope_bits(desk: NewDesk, lump: int) -> None:
    d = desk(2)
    board = d.plug()
    for _ in range(0, N_SCANS, lump):
        d.send(board, min(lump, N_SCANS - board.next))
    path = d.run()
    assert stored(path) == [(0, N_SCANS, None)]
    assert np.array_equal(read_edf(path).scans(), numbered_counts(N_SCANS))
    assert recompute(path).stored_sha256 == unlumped_hash(replace(INFO, n_channels=2))
