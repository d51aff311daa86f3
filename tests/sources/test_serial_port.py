"""The serial source against boards on pseudo-terminals: greeting, asking, reading, each dialect, plain messages."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np
import pytest

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.library import runs
from biofeedback.report.recompute import recompute
from biofeedback.sources.greeting import HELLO_WITHIN, MAX_HELLO, Answer, _Ear
from biofeedback.sources.serial_port import BoardPort, SerialSource
from biofeedback.sources.source import SourceError, SourceLost
from biofeedback.wire.chords import MAX_UNFINISHED
from biofeedback.wire.events import Event, Gap, Scans
from biofeedback.wire.stream import MAX_FRAME, encode_info
from biofeedback.wire.text import MAX_LINE
from tests.blocks import joined_counts, numbered_counts, of_kind
from tests.fake_board import ChordsBoard, FakeBoard, TextBoard, wide_counts

NewBoard = Callable[..., FakeBoard]
NewChords = Callable[..., ChordsBoard]
NewSketch = Callable[..., TextBoard]
Kind = TypeVar("Kind", bound=FakeBoard)


def maker(kind: type[Kind], made: list[FakeBoard]) -> Callable[..., Kind]:
    def make(*arguments: Any, **how: Any) -> Kind:
        board = kind(*arguments, **how)
        made.append(board)
        return board

    return make


@pytest.fixture
def made() -> Iterator[list[FakeBoard]]:
    boards: list[FakeBoard] = []
    yield boards
    for board in boards:
        board.close()


@pytest.fixture
def boards(made: list[FakeBoard]) -> NewBoard:
    return maker(FakeBoard, made)


@pytest.fixture
def chords(made: list[FakeBoard]) -> NewChords:
    return maker(ChordsBoard, made)


@pytest.fixture
def sketches(made: list[FakeBoard]) -> NewSketch:
    return maker(TextBoard, made)


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


class CountedClock:
    """Time that moves by a read's time-out at each look, so that a machine that is slow tells nothing of the source."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.05
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


# -- other dialects -----------------------------------------------------------------------------------


class Hurried:
    """The host's clock, several times as fast, so that waiting for a silent board takes less of ours."""

    def __init__(self, times: float = 4.0) -> None:
        self._times = times

    def __call__(self) -> float:
        return time.monotonic() * self._times


def scans_in_order(events: list[Event], n_channels: int) -> None:
    """Check that the events are the board's numbered scans, one after another, from wherever they began."""
    counts = joined_counts(events)
    first = next(i for i in range(1 << 16) if (wide_counts(len(counts), i, n_channels) == counts).all())
    assert first >= 0


@pytest.mark.parametrize(("name", "rate", "bits", "n_channels"), [
    (b"NANO-CLONE", 250, 10, 8), (b"RPI-PICO-RP2040", 500, 12, 3),
])  # fmt: skip
def test_a_chords_board_is_found_by_itself_started_and_read(
    chords: NewChords, name: bytes, rate: int, bits: int, n_channels: int
) -> None:
    """A board with its own USB hears at any speed and refuses our greeting in words that give it away."""
    board = chords(name, rate=rate, n_channels=n_channels)
    source = SerialSource(board.port, 3)
    info = source.open()
    assert (info.n_channels, info.rate, info.adc_bits) == (3, rate, bits)
    assert info.caveats == ("unprotected",)
    assert source.label == f"Chords {name.decode()} (unprotected) on {board.port}"
    events = read_scans(source, 150)
    assert not of_kind(Gap, events)
    scans_in_order(events, 3)
    source.close()


@pytest.mark.parametrize("baud", [115_200, 230_400])
@pytest.mark.parametrize("old", [False, True])
def test_a_chords_board_is_found_at_either_of_its_speeds(chords: NewChords, baud: int, old: bool) -> None:
    """The oldest firmware takes as one command all that came before a second of silence."""
    board = chords(baud=baud, old=old, silence=0.25, rate=1000)
    source = SerialSource(board.port, clock=Hurried())
    assert source.open().board == "Chords UNO-R3"
    scans_in_order(read_scans(source, 100), 1)
    source.close()
    assert b"WHORU" in board.heard


@pytest.mark.parametrize("old", [False, True])
def test_a_chords_board_that_streams_already_is_taken_over_with_its_name(chords: NewChords, old: bool) -> None:
    board = chords(b"UNO-R4", rate=500, old=old, silence=0.05)
    board.start()
    source = SerialSource(board.port)
    info = source.open()
    assert (info.board, info.rate) == ("Chords UNO-R4", 500)
    scans_in_order(read_scans(source, 200), 1)
    source.close()


@pytest.mark.parametrize(("separator", "n_channels"), [(",", 1), ("\t", 3), (" ", 4)])
def test_a_sketch_that_prints_numbers_is_found_by_itself_and_read(
    sketches: NewSketch, separator: str, n_channels: int
) -> None:
    board = sketches(rate=2000, n_channels=n_channels, separator=separator, baud=500_000)
    source = SerialSource(board.port, n_channels, clock=Hurried())
    info = source.open()
    assert (info.n_channels, info.board) == (n_channels, "text")
    assert info.rate == pytest.approx(500, rel=0.2)
    assert source.label == f"text (unprotected, rate estimated) on {board.port}"
    scans_in_order(read_scans(source, 200), n_channels)
    source.close()


@pytest.mark.parametrize(("baud", "rate"), [(115_200, 500), (9_600, 125)])
def test_text_is_found_at_the_speeds_of_most_sketches_and_found_again_sooner(
    sketches: NewSketch, baud: int, rate: int
) -> None:
    board = sketches(rate=4 * rate, baud=baud, n_channels=1)
    source = SerialSource(board.port, clock=Hurried())
    told = source.open().rate
    assert told == pytest.approx(rate, rel=0.2)
    heard = len(board.heard)
    assert source.open().rate == pytest.approx(told, rel=0.2)
    scans_in_order(read_scans(source, 50), 1)
    source.close()
    assert len(board.heard) == heard  # nothing was asked of it again


def test_our_own_firmware_left_in_text_mode_is_not_taken_for_a_sketch(boards: NewBoard) -> None:
    """It prints numbers, but it greets when asked."""
    board = boards()
    board.write(b"".join(b"%d,%d\r\n" % (i, i) for i in range(20)))
    source = SerialSource(board.port)
    assert source.open().board == "fake"
    source.close()


def test_our_own_firmware_built_for_the_fallback_speed_is_found(boards: NewBoard) -> None:
    source = SerialSource(boards(baud=115_200).port, clock=Hurried())
    assert source.open().board == "fake"
    source.close()


def test_fewer_columns_than_channels_wanted_are_refused(sketches: NewSketch) -> None:
    with pytest.raises(SourceError, match="sends 2 channels as text, 3 are wanted"):
        SerialSource(sketches(n_channels=2, rate=2000).port, 3, clock=Hurried()).open()


def test_numbers_that_come_too_slowly_for_emg_are_refused(sketches: NewSketch) -> None:
    with pytest.raises(SourceError, match=r"sends \d\d scans a second as text; EMG needs 100 or more"):
        SerialSource(sketches(rate=200, baud=9_600).port, clock=Hurried()).open()


def test_numbers_below_zero_are_refused(sketches: NewSketch) -> None:
    board = sketches(rate=2000, line=lambda _, row: f"{-1 - row[0]}")
    with pytest.raises(SourceError, match="numbers below 0"):
        SerialSource(board.port, clock=Hurried()).open()


def test_a_chords_board_that_sends_no_packets_is_named(chords: NewChords) -> None:
    with pytest.raises(SourceError, match="answers as Chords UNO-R3 but sends no packets"):
        SerialSource(chords(packets=False).port, clock=Hurried()).open()


def test_numbers_that_outgrow_their_bits_are_read_anew_with_more(sketches: NewSketch) -> None:
    effort = threading.Event()
    board = sketches(n_channels=1, rate=2000, line=lambda _, row: str(row[0] + 3000 * effort.is_set()))
    source = SerialSource(board.port, clock=Hurried())
    assert source.open().adc_bits == 10
    effort.set()
    with pytest.raises(SourceLost, match="larger numbers than before"):
        read_scans(source, 100_000)
    effort.clear()
    assert source.open().adc_bits == 12
    source.close()


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> CountedClock:
    """Each look costs a read's time-out on this clock and a tenth of it on the wall."""
    monkeypatch.setattr("biofeedback.sources.greeting.READ_TIME", 0.005)
    return CountedClock()


@pytest.mark.parametrize("baud", [57_600, 1_000_000])
def test_a_wrong_speed_is_said_within_three_seconds_of_the_first_byte(sketches: NewSketch, baud: int) -> None:
    board = sketches(rate=2000, baud=baud)
    clock = CountedClock()
    with pytest.raises(SourceError, match=r"wrong firmware or speed\. It sends something that is not understood"):
        SerialSource(board.port, clock=clock).open()
    assert clock.now < 3.0


def test_a_silent_port_is_given_up_within_three_seconds_after_the_slowest_boot(
    boards: NewBoard, counted: CountedClock
) -> None:
    with pytest.raises(SourceError, match=r"wrong firmware or speed\. It says nothing"):
        SerialSource(boards(greeting=None).port, clock=counted).open()
    assert counted.now < HELLO_WITHIN + 3.0


def test_the_noise_of_booting_does_not_end_the_search(boards: NewBoard, counted: CountedClock) -> None:
    """Rubbish without a pause, longer than NOISE_TIME; then the board is up and greets."""
    board = boards(greeting=None)
    port = board.port
    n_asked = 0

    def clock() -> float:
        nonlocal n_asked
        n_asked += 1
        if n_asked < 40:
            board.write(b"\xfe\x80" * 8)
        elif n_asked == 60:
            board._greeting = b"# emgstream proto=1 fw=1.0 board=fake baud=500000\r\n"
        return counted()

    source = SerialSource(port, clock=clock)
    assert source.open().board == "fake"
    assert n_asked > 60
    source.close()


def test_endless_rubbish_takes_bounded_memory_while_the_board_is_looked_for(
    boards: NewBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[int] = []
    take = _Ear.take

    def watched(ear: _Ear, data: bytes, now: float) -> Answer | None:
        answer = take(ear, data, now)
        kept.append(len(ear._heard) + len(ear._stream._partial) + len(ear._chords._partial) + len(ear._text._partial))
        return answer

    monkeypatch.setattr(_Ear, "take", watched)
    board = boards(greeting=None)
    stop = threading.Event()

    def flood() -> None:
        os.set_blocking(board._master, False)
        while not stop.wait(0.001):
            with contextlib.suppress(BlockingIOError):
                board.write(b"\xc7\x7c1,\xff" * 200)

    thread = threading.Thread(target=flood)
    thread.start()
    with pytest.raises(SourceError, match="not understood"):
        SerialSource(board.port, clock=CountedClock()).open()
    stop.set()
    thread.join()
    assert max(kept) <= MAX_HELLO + MAX_FRAME + MAX_UNFINISHED + MAX_LINE


@pytest.mark.parametrize("dialect", ["chords", "text"])
def test_another_dialect_is_recorded_sample_for_sample_with_what_it_is(
    chords: NewChords, sketches: NewSketch, tmp_path: Path, dialect: str
) -> None:
    board = chords(b"UNO-R4", rate=500) if dialect == "chords" else sketches(rate=500, n_channels=2)
    settings = EngineSettings((ChannelSettings("biceps"), ChannelSettings("triceps")))
    engine = Engine(SerialSource(board.port, 2), settings, seconds=1.0)
    engine.record(recorder_in(tmp_path, now=lambda: dt.datetime(2026, 11, 22, tzinfo=dt.UTC)))
    engine.start()
    assert engine.wait(30.0), engine.state
    assert engine.stop()
    info = engine.state.info
    assert info is not None
    assert info.protection == "none"
    assert info.rate_is_estimated == (dialect == "text")
    assert "unprotected" in engine.state.label
    (run,) = runs(tmp_path)
    recording = read_edf(run.path)
    assert info.rate == pytest.approx(500, rel=0.2)
    assert recording.rate == info.rate
    assert recording.n_scans == info.rate
    assert not recording.lost().any()
    scans_in_order([Scans(0, recording.scans())], 2)
    assert recompute(run.path).identical


def test_our_own_frames_are_no_noise_while_their_info_is_awaited(boards: NewBoard, counted: CountedClock) -> None:
    """A stream that runs already, from a board too busy to answer for a second."""
    board = boards(greeting=None)
    n_looks = 0

    def clock() -> float:
        nonlocal n_looks
        n_looks += 1
        board.send(numbered_counts(10))
        if n_looks == 30:
            board.write(encode_info(replace(board.info, stream_id=0, mode=1)))
        return counted()

    source = SerialSource(board.port, 1, clock=clock)
    assert source.open().board == "fake"
    assert 30 <= n_looks < 40
    source.close()
