"""The engine on a fake source and a fake clock: holes, silence, another board, recording through all of it."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

import numpy as np
import pytest

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings, EngineState
from biofeedback.recorders import recorder_in
from biofeedback.recording.edf_reader import read_edf
from biofeedback.report.recompute import recompute
from biofeedback.sources.source import SourceEnded, SourceError, SourceLost
from biofeedback.training.command_text import decode_command
from biofeedback.training.commands import Command, Mark, Pause, Resume, SetTarget
from biofeedback.wire.events import Event, Gap, Scans, Status, StreamInfo, TextLine
from tests.blocks import of_kind, stored
from tests.fake_source import INFO, Clock, FakeSource, scans

DAY = dt.datetime(2026, 11, 22, 10, 15, 30, tzinfo=dt.UTC)
PATIENCE = 20.0


class Rig:
    """An engine with its source and clock, and a way to wait for what is to come."""

    def __init__(
        self,
        tmp_path: Path,
        *,
        opens: list[StreamInfo | Exception] | None = None,
        paced: bool = True,
        script: Sequence[tuple[int, Command]] = (),
        seconds: float | None = None,
    ) -> None:
        self.clock = Clock()
        self.library = tmp_path / "library"
        self.changed = threading.Condition()
        self.source = FakeSource(opens=opens, paced=paced)
        self.engine = Engine(self.source, EngineSettings((ChannelSettings("biceps"),)), clock=self.clock,
                             on_update=self.wake, script=script, seconds=seconds)  # fmt: skip
        starts = count()
        self.maker = recorder_in(self.library, fallback=tmp_path / "fallback",
                                 now=lambda: DAY + dt.timedelta(seconds=next(starts)))  # fmt: skip

    def wake(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def until(self, condition: Callable[[EngineState], object]) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self.engine.state), PATIENCE), self.engine.state

    def give(self, *events: Event, after: float = 0.0) -> None:
        """Let `after` seconds pass, then let the source give the events; wait until they were taken."""
        expected = self.engine.state.received + sum(len(block.counts) for block in of_kind(Scans, events))

        def step() -> list[Event]:
            self.clock.now += after
            return list(events)

        self.source.then(step)
        self.until(lambda state: state.received >= expected)

    def discard(self, *events: Event) -> None:
        """Let the source give events that nobody may take; return when the engine has read on after them."""
        read_on = threading.Event()

        def step() -> list[Event]:
            read_on.set()
            return []

        self.source.then(list(events))
        self.source.then(step)
        assert read_on.wait(PATIENCE)

    def runs(self) -> list[Path]:
        return sorted(self.library.glob("sub-*/ses-*/emg/*.edf"))


class How(TypedDict, total=False):
    """What may be said of a rig."""

    opens: list[StreamInfo | Exception]
    paced: bool
    script: Sequence[tuple[int, Command]]
    seconds: float


class NewRig(Protocol):
    """Makes a rig; `opens` and `paced` are of its source, `script` and `seconds` of its engine."""

    def __call__(self, **how: Unpack[How]) -> Rig: ...


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[NewRig]:
    made: list[Rig] = []

    def make(**how: Unpack[How]) -> Rig:
        made.append(Rig(tmp_path, **how))
        return made[-1]

    yield make
    for each in made:
        each.engine.stop()


def commands_in(path: Path) -> list[tuple[int, Command]]:
    """Return the commands in a recording, each with its index."""
    return [command for a in read_edf(path).annotations if (command := decode_command(a.text))]


def test_what_the_board_sent_is_in_the_file_and_the_numbers_come_out_again(rig: NewRig) -> None:
    r = rig()
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 1000))
    r.give(scans(1000, 500), Gap(1500, 30, "line"), scans(1530, 470))
    r.engine.post(SetTarget(50.0, unit="uV"))
    r.engine.post(Mark(1))
    r.give(scans(2000, 1000))
    assert r.engine.stop()
    (path,) = r.runs()
    recording = read_edf(path)
    good = ~recording.lost()
    assert np.array_equal(recording.scans()[good], np.r_[scans(0, 1500).counts, scans(1530, 1470).counts])
    result = recompute(path)
    assert result.complete
    assert result.identical
    assert commands_in(path)[-2:] == [
        (2000, SetTarget(50.0, unit="uV")), (2000, Mark(1)),
    ]  # fmt: skip
    assert r.engine.state.received == 2970
    assert r.engine.state.lost == 30


def test_after_a_replug_the_same_session_goes_on_with_a_hole_of_the_right_length(rig: NewRig) -> None:
    r = rig()
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 100), after=0.1)
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "streaming" and r.source.n_opened == 2)
    r.give(scans(0, 10), after=2.01)
    r.give(scans(10, 90), after=0.09)
    assert r.engine.state.lost == 2000
    assert r.engine.stop()
    (path,) = r.runs()
    assert stored(path) == [(0, 100, None), (100, 2000, "reconnect"), (2100, 100, None)]
    told = commands_in(path)
    assert (100, Pause("no signal")) in told
    assert (2100, Resume("signal is back")) in told
    assert recompute(path).identical


def test_frames_lost_before_the_first_of_the_new_stream_are_inside_the_hole(rig: NewRig) -> None:
    r = rig()
    r.engine.start()
    r.give(scans(0, 100), after=0.1)
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: r.source.n_opened == 2)
    r.give(Gap(0, 20, "line"), scans(20, 10), after=1.01)
    assert r.engine.state.lost == 1000
    assert r.engine.state.end_index == 1110


def test_silence_is_told_within_half_a_second_and_the_board_is_asked_again_after_more(rig: NewRig) -> None:
    r = rig()
    r.engine.start()
    r.give(scans(0, 10))
    r.clock.now += 0.39
    r.source.then([Status(1, 1.0, 7)])
    r.until(lambda s: s.overruns == 7)
    assert r.engine.state.phase == "streaming"
    r.clock.now += 0.02
    r.until(lambda s: s.phase == "stalled")
    assert "kept" in r.engine.state.message
    r.clock.now += 1.1
    r.until(lambda s: r.source.n_opened == 2)


def test_a_short_stall_inside_a_stream_loses_nothing_and_is_stored_as_a_pause(rig: NewRig) -> None:
    r = rig()
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 100))
    r.clock.now += 0.6
    r.until(lambda s: s.phase == "stalled")
    r.give(scans(100, 600))
    assert r.engine.state.phase == "streaming"
    assert r.engine.state.lost == 0
    r.engine.stop()
    (path,) = r.runs()
    told = commands_in(path)
    assert [c for c in told if isinstance(c[1], Pause | Resume)] == [
        (100, Pause("no signal")), (100, Resume("signal is back")),
    ]  # fmt: skip
    assert recompute(path).identical


def test_a_hole_over_half_a_minute_ends_the_recording_and_the_next_begins_paused(rig: NewRig) -> None:
    r = rig()
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 200), after=0.2)
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: r.source.n_opened == 2)
    r.give(scans(0, 10), after=31.0)
    r.give(scans(10, 190), after=0.19)
    update = r.engine.state.update
    assert update is not None
    assert update.practice.paused
    r.engine.stop()
    first, second = r.runs()
    assert stored(first) == [(0, 200, None)]
    assert stored(second) == [(0, 200, None)]
    assert "run-02" in second.name
    assert recompute(first).identical
    assert recompute(second).identical


OTHERS = {
    "arduino instead of fake": replace(INFO, board="arduino"),
    "firmware 2.1 instead of 0.0": replace(INFO, firmware=(2, 1)),
    "channels: 2 instead of 1": replace(INFO, n_channels=2),
    "12 bits instead of 10": replace(INFO, adc_bits=12),
    "3.3 V instead of 5.0 V": replace(INFO, vref=3.3),
    "500.0 Hz instead of 1000.0 Hz": replace(INFO, period_ticks=2),
}


@pytest.mark.parametrize("difference", OTHERS)
def test_another_board_is_asked_about_and_never_mixed_into_a_recording(rig: NewRig, difference: str) -> None:
    other = OTHERS[difference]
    r = rig(opens=[INFO, other])
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 200))
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "another board")
    assert f"Another board is plugged in ({difference}). The recording until then is kept." in r.engine.state.message
    r.discard(scans(0, 300, n_channels=other.n_channels))
    assert (r.engine.state.received, r.engine.state.info) == (200, INFO)
    r.engine.accept_board()
    r.until(lambda s: s.phase == "streaming")
    r.give(scans(300, 500, n_channels=other.n_channels))
    assert r.engine.state.received == 500
    r.engine.stop()
    first, second = r.runs()
    assert stored(first) == [(0, 200, None)]
    assert stored(second) == [(0, 500, None)]
    assert (len(read_edf(second).channels), read_edf(second).rate) == (other.n_channels, other.rate)
    assert [c for c in commands_in(second) if isinstance(c[1], Pause | Resume)] == []
    assert recompute(first).identical
    assert recompute(second).identical


def test_the_known_board_that_comes_back_goes_on_in_the_recording(rig: NewRig) -> None:
    r = rig(opens=[INFO, replace(INFO, board="other"), INFO])
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 200), after=0.2)
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "another board")
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "streaming")
    r.engine.accept_board()  # too late: nothing is asked any more
    r.give(scans(0, 100), after=4.1)
    r.give(scans(100, 100), after=0.1)
    r.engine.stop()
    (path,) = r.runs()
    assert stored(path) == [(0, 200, None), (200, 4000, "reconnect"), (4200, 200, None)]
    assert recompute(path).identical


def test_an_answer_given_for_one_board_is_none_for_the_next(rig: NewRig) -> None:
    r = rig(opens=[INFO, replace(INFO, board="other"), replace(INFO, board="third")])
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 200))
    r.engine.accept_board()  # nothing is asked yet
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "another board")
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: "third" in s.message)
    r.discard(scans(0, 100))
    r.engine.stop()
    (path,) = r.runs()
    assert stored(path) == [(0, 200, None)]


def test_while_another_board_is_asked_about_reconnect_looks_again(rig: NewRig) -> None:
    r = rig(opens=[INFO, replace(INFO, board="other"), INFO])
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 200))
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "another board")
    r.engine.reconnect()
    r.until(lambda s: s.phase == "streaming" and r.source.n_opened == 3)


def test_a_recording_is_ended_after_half_a_minute_of_another_board_and_it_is_still_asked_about(rig: NewRig) -> None:
    r = rig(opens=[INFO, replace(INFO, board="other")])
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 200))
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "another board")
    r.clock.now += 31.0
    r.discard(scans(0, 100), scans(100, 100))
    r.until(lambda s: s.recording and not s.recording.active)
    assert r.engine.state.phase == "another board"
    r.engine.accept_board()
    r.until(lambda s: s.phase == "streaming")
    r.give(scans(200, 300))
    r.engine.stop()
    assert [stored(run) for run in r.runs()] == [[(0, 200, None)], [(0, 300, None)]]
    assert all(recompute(run).identical for run in r.runs())


def test_ending_the_recording_answers_the_question(rig: NewRig) -> None:
    other = replace(INFO, board="other")
    r = rig(opens=[INFO, other])
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 200))
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "another board")
    r.engine.stop_recording()
    r.until(lambda s: s.phase == "streaming" and s.info == other)
    r.engine.stop()
    assert len(r.runs()) == 1


def test_without_a_recording_another_board_just_begins_a_sitting(rig: NewRig) -> None:
    other = replace(INFO, board="other")
    r = rig(opens=[INFO, other])
    r.engine.start()
    r.give(scans(0, 200))
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "streaming" and s.info == other)
    r.give(scans(0, 50))
    assert (r.engine.state.received, r.engine.state.end_index) == (50, 50)


def test_stopping_while_another_board_is_asked_about_keeps_the_recording(rig: NewRig) -> None:
    r = rig(opens=[INFO, replace(INFO, board="other")])
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 200))
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "another board")
    assert r.engine.stop()
    assert recompute(r.runs()[0]).identical


def test_a_board_that_talks_but_sends_no_scans_is_silent(rig: NewRig) -> None:
    r = rig()
    r.engine.start()
    r.give(scans(0, 10))
    silent = r.clock.now + 0.45

    def talk() -> list[Event]:
        """Say something at each read, for ever; time stands still after 0.45 s."""
        r.clock.now = min(silent, r.clock.now + 0.05)
        r.source.then(talk)
        return [TextLine("here I am"), Status(1, 1.0, 0)]

    r.source.then(talk)
    r.until(lambda s: s.phase == "stalled")


def test_missing_scans_that_no_good_scan_followed_are_counted_once(rig: NewRig) -> None:
    r = rig()
    r.engine.start()
    r.give(scans(0, 100), after=0.1)
    r.source.then([Gap(100, 30)])
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: r.source.n_opened == 2)
    r.give(scans(0, 100), after=1.1)
    assert (r.engine.state.lost, r.engine.state.end_index) == (1000, 1200)


def test_a_port_that_hangs_in_closing_does_not_keep_the_loss_from_being_told(rig: NewRig) -> None:
    r = rig()
    release = threading.Event()
    r.engine.start()
    r.give(scans(0, 100))
    r.source.close = lambda: release.wait(PATIENCE)  # type: ignore[assignment,method-assign]
    r.source.then(SourceLost("unplugged"))
    r.until(lambda s: s.phase == "lost")
    assert r.source.n_opened == 1
    release.set()


def test_a_thread_that_hangs_in_a_port_does_not_keep_the_recording_open(rig: NewRig) -> None:
    r = rig()
    release = threading.Event()
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 300))
    r.source.then(lambda: release.wait(PATIENCE) and [])
    assert not r.engine.stop(0.05)
    assert r.engine.state.recording is not None
    assert r.engine.state.recording.closed
    assert read_edf(r.runs()[0]).n_scans == 300
    release.set()
    assert r.engine.wait(PATIENCE)


def test_without_a_board_the_person_is_told_and_it_is_found_later(rig: NewRig) -> None:
    r = rig(opens=[SourceError("No board found. Plug it in."), SourceError("No board found. Plug it in."), INFO])
    r.engine.start()
    r.until(lambda s: "Plug it in" in s.message)
    r.give(scans(0, 10))
    assert r.engine.state.phase == "streaming"
    assert r.engine.state.message == ""


def test_recording_starts_and_ends_between_blocks_and_gives_its_own_numbers(rig: NewRig) -> None:
    r = rig()
    r.engine.start()
    r.give(scans(0, 500))
    r.engine.post(SetTarget(33.0, unit="uV"))
    r.engine.record(r.maker)
    r.give(scans(500, 400))
    r.give(scans(900, 400))
    r.engine.stop_recording()
    r.source.then([])
    r.until(lambda s: s.recording and not s.recording.active)
    r.give(scans(1300, 100))
    r.engine.stop()
    (path,) = r.runs()
    assert np.array_equal(read_edf(path).scans(), scans(500, 800).counts)
    told = commands_in(path)
    assert told[0] == (0, SetTarget(33.0, unit="uV", reason="in force"))
    assert recompute(path).identical


def test_the_end_of_a_source_closes_the_recording(rig: NewRig) -> None:
    r = rig(paced=False)
    r.engine.record(r.maker)
    r.source.then([scans(0, 300)])
    r.source.then(SourceEnded("over"))
    r.engine.start()
    assert r.engine.wait(PATIENCE)
    assert r.engine.state.phase == "ended"
    assert r.engine.stop()
    assert recompute(r.runs()[0]).identical


def test_exactly_as_many_seconds_are_recorded_as_were_asked_for(rig: NewRig) -> None:
    r = rig(paced=False, seconds=0.7)
    r.engine.record(r.maker)
    r.source.then([scans(0, 300)])
    r.source.then([scans(300, 700)])
    r.engine.start()
    assert r.engine.wait(PATIENCE)
    r.engine.stop()
    assert read_edf(r.runs()[0]).n_scans == 700


def test_a_gap_across_the_end_is_cut_there_too(rig: NewRig) -> None:
    r = rig(paced=False, seconds=0.5)
    r.engine.record(r.maker)
    r.source.then([scans(0, 300), Gap(300, 900), scans(1200, 100)])
    r.engine.start()
    assert r.engine.wait(PATIENCE)
    r.engine.stop()
    assert read_edf(r.runs()[0]).n_scans == 500


def test_scripted_commands_take_effect_at_their_exact_scan(rig: NewRig) -> None:
    r = rig(script=[(250, Mark(2)), (123, Mark(1))])
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 400))
    r.engine.stop()
    told = commands_in(r.runs()[0])
    assert told[-2:] == [(123, Mark(1)), (250, Mark(2))]


def test_a_command_that_cannot_be_is_said_and_not_stored(rig: NewRig) -> None:
    r = rig()
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 200))
    r.engine.post(SetTarget(9000.0))
    r.source.then([])
    r.until(lambda s: "target of 9000" in s.message)
    r.give(scans(200, 200))
    r.engine.stop()
    assert not [a for a in read_edf(r.runs()[0]).annotations if "9000" in a.text]


def test_an_error_inside_is_said_and_the_recording_is_kept(rig: NewRig, caplog: pytest.LogCaptureFixture) -> None:
    r = rig()
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 300))
    r.source.then([TextLine("hello"), scans(0, 5, n_channels=3)])  # an impossible block
    r.until(lambda s: s.phase == "failed")
    assert "recording until then is saved" in r.engine.state.message
    r.engine.stop()
    assert read_edf(r.runs()[0]).n_scans == 300
    assert "acquisition ended" in caplog.text


def test_a_library_that_cannot_be_written_falls_back_and_says_so(rig: NewRig, tmp_path: Path) -> None:
    (tmp_path / "library").write_text("a file where the folder should be")
    r = rig()
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 300))
    r.engine.stop()
    assert r.engine.state.recording is not None
    assert r.engine.state.recording.problem
    (path,) = (tmp_path / "fallback").glob("sub-*/ses-*/emg/*.edf")
    assert read_edf(path).n_scans == 300


def test_changing_the_source_ends_the_recording_and_begins_a_session(rig: NewRig) -> None:
    r = rig()
    r.engine.record(r.maker)
    r.engine.start()
    r.give(scans(0, 300))
    other = FakeSource()
    other.label = "other"
    r.engine.use(other, EngineSettings((ChannelSettings("triceps"),)))
    other.then([scans(0, 40)])
    r.until(lambda s: s.label == "other" and s.end_index == 40)
    assert r.source.closed
    assert r.engine.state.settings is not None
    assert r.engine.state.settings.channels[0].muscle == "triceps"
    r.engine.stop()
    assert read_edf(r.runs()[0]).n_scans == 300


@pytest.mark.parametrize("drift", [-0.05, 0.004, 0.05])
def test_the_measured_rate_is_that_of_the_boards_clock_and_drift_loses_nothing(rig: NewRig, drift: float) -> None:
    r = rig()
    r.engine.record(r.maker)
    r.engine.start()
    for k in range(80):
        r.give(scans(100 * k, 100), after=0.1 / (1 + drift))
    assert r.engine.state.measured_rate == pytest.approx(1000 * (1 + drift), rel=1e-6)
    assert r.engine.state.lost == 0
    r.engine.stop()
    assert stored(r.runs()[0]) == [(0, 8000, None)]


def test_the_rings_hold_what_was_given_with_holes_in_place(rig: NewRig) -> None:
    r = rig()
    r.engine.start()
    r.give(scans(0, 300), Gap(300, 50), scans(350, 150))
    rings = r.engine.rings
    assert rings is not None
    first, counts = rings.counts.latest(500)
    assert first == 0
    assert (counts[300:350] == -1).all()
    assert np.array_equal(counts[350:], scans(350, 150).counts)
    display = rings.display.latest(500)[1][:, 0]
    assert np.flatnonzero(np.isnan(display)).tolist() == [*range(125), *range(300, 475)]
