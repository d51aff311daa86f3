"""Bursts and fatigue of whole recordings: efforts at known scans, gaps, disturbances, kills, and every reason."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from biofeedback.emg.envelope import Floats
from biofeedback.emg.filters import Cascade, group_delay
from biofeedback.emg.onset import bursts
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.emg.sensor_limits import allowed
from biofeedback.emg.spectrum import Fatigue, Withheld
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.pipeline import Pipeline
from biofeedback.recorders import recorder_in
from biofeedback.recording.edf_reader import read_edf
from biofeedback.report import analysis as module
from biofeedback.report.analysis import Analysis, ChannelBursts
from biofeedback.report.recompute import recompute
from biofeedback.report.summary import summarise
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.training.commands import Begin, Finish, Pause, Resume, SetReference, SetTarget
from biofeedback.training.events import BlockResult
from biofeedback.wire.events import Gap, Scans
from tests.blocks import of_kind
from tests.emg.test_spectrum import slowing
from tests.training.sessions import MIDDLE, RAW_FULL, Live, begun, exercise_of, one, reference, right, setup
from tests.training.sessions import settings as path_of

RATE = 1000
TOLERANCE = 0.03
"""Seconds. `emg/onset.py` is measured by its own tests; here it must be the right burst at the right scan."""
PATIENCE = 120.0


def live(*sensors: Sensor, rate: float = RATE, calibrated: bool = True) -> Live:
    """Return a session that begins; without sensors of one RAW channel."""
    sensors = sensors or (Sensor.RAW,)
    channels = tuple(ChannelSettings(f"m{i}", sensor=sensor) for i, sensor in enumerate(sensors))
    session = Live(replace(path_of(rate=rate), channels=channels))
    if calibrated:
        session.tell(*(reference(i, sensor) for i, sensor in enumerate(sensors)))
    return session


def analysed(session: Live, *, chunk: int = 1 << 15) -> tuple[tuple[ChannelBursts, ...], Fatigue | Withheld]:
    """Return what is found when samples, gaps and commands of `session` are computed again in pieces."""
    pipeline = Pipeline(session.settings)
    analysis = Analysis(session.settings, pipeline.sos, session.pipeline.next_index)
    waiting = list(session.told)

    def tell(index: int) -> None:
        while waiting and waiting[0][0] <= index:
            pipeline.command(waiting.pop(0)[1])

    for block in session.blocks:
        tell(block.first_index)
        if isinstance(block, Gap):
            analysis.take(pipeline.process(block))
            continue
        for start in range(0, len(block.counts), chunk):
            piece = block.counts[start : start + chunk]
            analysis.take(pipeline.process(Scans(block.first_index + start, piece)))
    tell(session.pipeline.next_index)
    state = pipeline.practice
    return analysis.bursts(state.references), analysis.fatigue(session.told, session.events, state)


def seconds(found: ChannelBursts) -> list[float]:
    """Onsets and offsets, one after the other, in seconds."""
    return [index / RATE for burst in found.bursts for index in (burst.onset_index, burst.offset_index)]


def reason(result: Fatigue | Withheld) -> str:
    assert isinstance(result, Withheld)
    return result.reason


# -- bursts -----------------------------------------------------------------------------------------------------


def test_efforts_are_found_where_they_were_made_with_their_level() -> None:
    session = live()
    for rest, effort, level in ((4.0, 2.0, 60.0), (3.0, 1.5, 30.0), (2.0, 0.6, 100.0)):
        session.give([0.0], rest)
        session.give([level], effort)
    session.give([0.0], 2.0)
    (found,), _ = analysed(session)
    assert seconds(found) == pytest.approx([4.0, 6.0, 9.0, 10.5, 12.5, 13.1], abs=TOLERANCE)
    assert [burst.rms for burst in found.bursts] == pytest.approx([15.0, 7.5, 25.0], rel=0.15)
    assert all(burst.whole for burst in found.bursts)
    assert (found.channel, found.muscle, found.withheld) == (0, "m0", None)
    assert found.searched == pytest.approx(15.1, abs=0.2)  # but for the settling


def test_bursts_are_those_of_the_band_passed_signal_with_the_filters_delay_taken_off() -> None:
    session = repeated(6)
    pipeline = Pipeline(session.settings)
    x = Cascade(pipeline.sos, 1).process(np.concatenate([b.counts for b in of_kind(Scans, session.blocks)]) * 1.0)[:, 0]
    settled = 125
    expected = bursts(x[settled:], RATE, delay=group_delay(pipeline.sos, 80.0, RATE))
    (found,), _ = analysed(session)
    assert len(expected) == 6
    assert [(b.onset_index, b.offset_index, b.rms) for b in found.bursts] == [
        (settled + b.onset_index, settled + b.offset_index, b.rms) for b in expected
    ]


def test_the_reference_decides_which_bursts_are_too_small() -> None:
    session = live(calibrated=False)
    for level in (60.0, 7.0):
        session.give([0.0], 3.0)
        session.give([level], 2.0)
    session.give([0.0], 2.0)
    (found,), _ = analysed(session)
    assert (len(found.bursts), found.least_rms) == (2, 0.0)
    session.tell(reference(sensor=Sensor.RAW))
    (found,), _ = analysed(session)
    assert seconds(found) == pytest.approx([3.0, 5.0], abs=TOLERANCE)
    assert found.least_rms == pytest.approx(np.hypot(1.0, RAW_FULL / 10), abs=0.001)


def test_a_gap_splits_a_burst_and_nothing_is_found_in_it() -> None:
    session = live()
    session.give([0.0], 4.0)
    session.give([60.0], 3.0)
    session.miss(0.5)
    session.give([60.0], 3.0)
    session.give([0.0], 4.0)
    (found,), _ = analysed(session)
    before, after = found.bursts
    assert (before.offset_index, after.onset_index) == (7000, 7500 + 125)
    assert seconds(found) == pytest.approx([4.0, 7.0, 7.625, 10.5], abs=TOLERANCE)
    assert not before.whole
    assert not after.whole
    assert found.searched == pytest.approx(13.75)


def test_the_filter_begins_anew_after_a_gap() -> None:
    session = live()
    session.give([0.0], 3.0)
    session.miss(0.1)
    moved = [session.counts([level], n * RATE) + 1800 for level, n in ((60.0, 1), (0.0, 3))]
    session.take(Scans(session.pipeline.next_index, np.concatenate(moved)))
    (found,), _ = analysed(session)
    settled = 125
    x = Cascade(session.pipeline.sos, 1).process(np.concatenate(moved).astype(np.float64))[settled:, 0]
    (expected,) = bursts(x, RATE, delay=group_delay(session.pipeline.sos, 80.0, RATE))
    (burst,) = found.bursts
    first = 3100 + settled
    assert (burst.onset_index, burst.offset_index) == (first, first + expected.offset_index)
    assert burst.rms == expected.rms
    assert found.searched == pytest.approx(7.0 - 0.25)


def test_a_stretch_without_any_rest_is_not_searched() -> None:
    session = live()
    session.give([0.0], 3.0)
    session.miss(0.2)
    session.give([60.0], 2.0)
    session.give([100.0], 2.0)
    session.miss(0.2)
    session.give([0.0], 3.0)
    (found,), _ = analysed(session)
    assert found.bursts == ()
    assert found.searched == pytest.approx(6.0 - 0.25)
    assert found.withheld is None


def test_scans_at_the_rail_are_in_no_burst() -> None:
    session = live()
    session.give([0.0], 4.0)
    session.give([60.0], 2.0)
    session.give([20_000.0], 1.0)
    session.give([60.0], 2.0)
    session.give([0.0], 4.0)
    (found,), _ = analysed(session)
    first, last = found.bursts[0], found.bursts[-1]
    assert first.onset_index == pytest.approx(4000, abs=30)
    assert first.offset_index == pytest.approx(6000, abs=30)
    assert last.offset_index == pytest.approx(9000, abs=30)
    assert last.onset_index >= 7000
    assert not first.whole
    assert max(burst.rms for burst in found.bursts) < 2 * RAW_FULL


def test_a_recording_of_less_than_a_second_says_why_there_is_nothing() -> None:
    session = live()
    session.give([60.0], 0.9)
    (found,), _ = analysed(session)
    assert (found.bursts, found.searched) == ((), 0.0)
    assert found.withheld
    assert "no stretch" in found.withheld.lower()


@pytest.mark.parametrize("sensor", [Sensor.ENV, Sensor.RECT, Sensor.UNKNOWN])
def test_other_outputs_than_raw_give_the_reason_and_raw_beside_them_its_bursts(sensor: Sensor) -> None:
    session = live(sensor, Sensor.RAW)
    session.give([0.0, 0.0], 3.0)
    session.give([60.0, 60.0], 2.0)
    session.give([0.0, 0.0], 3.0)
    (other, raw), fatigue = analysed(session)
    assert (other.bursts, other.searched) == ((), 0.0)
    limits = allowed(sensor, RATE)
    assert other.withheld == (limits.band_pass if sensor is Sensor.RECT else limits.timing).why
    assert fatigue == Withheld(limits.spectrum.why)
    assert seconds(raw) == pytest.approx([3.0, 5.0], abs=TOLERANCE)


def test_a_slow_board_gives_the_reason() -> None:
    session = live(rate=250)
    session.give([0.0], 3.0)
    session.give([60.0], 3.0)
    (found,), fatigue = analysed(session)
    assert found.bursts == ()
    assert found.withheld == allowed(Sensor.RAW, 250).timing.why
    assert reason(fatigue) == allowed(Sensor.RAW, 250).spectrum.why


def repeated(n: int = 12) -> Live:
    """`n` efforts of many lengths, with a gap after the eighth."""
    session = live()
    for i in range(n):
        session.give([0.0], 2.0 + 0.3 * i)
        session.give([30.0 + 5 * i], 0.5 + 0.4 * i)
        if i == 7:
            session.miss(0.3)
    session.give([0.0], 2.0)
    return session


@pytest.mark.parametrize("piece", [10.0, 17.0, 30.0])
def test_pieces_find_the_bursts_that_the_whole_has_none_twice(piece: float, monkeypatch: pytest.MonkeyPatch) -> None:
    session = repeated()
    (whole,), _ = analysed(session)
    assert len(whole.bursts) == 12
    monkeypatch.setattr(module, "PIECE", piece)
    (found,), _ = analysed(session)
    assert seconds(found) == pytest.approx(seconds(whole), abs=TOLERANCE)
    assert [burst.whole for burst in found.bursts] == [burst.whole for burst in whole.bursts]
    assert found.searched == whole.searched


def test_a_burst_that_fills_a_piece_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 10.0)
    session = live()
    session.give([0.0], 3.0)
    session.give([60.0], 9.0)
    session.give([0.0], 3.0)
    (found,), _ = analysed(session)
    assert seconds(found) == pytest.approx([3.0, 10.125, 10.125, 12.0], abs=TOLERANCE)
    assert not any(burst.whole for burst in found.bursts)


def test_a_burst_at_the_end_of_a_piece_is_found_whole_with_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 10.0)
    session = live()
    session.give([0.0], 7.5)
    session.give([60.0], 4.0)
    session.give([0.0], 3.0)
    (found,), _ = analysed(session)
    assert seconds(found) == pytest.approx([7.5, 11.5], abs=TOLERANCE)
    assert found.bursts[0].whole


@settings(max_examples=10, deadline=None)
@given(chunk=st.integers(50, 20_000))
def test_the_same_is_found_however_the_scans_are_cut(chunk: int) -> None:
    session = live()
    for level in (60.0, 80.0):
        session.give([0.0], 1.5)
        session.give([level], 1.0)
        session.miss(0.2)
    session.give([0.0], 2.0)
    assert analysed(session, chunk=chunk) == analysed(session)


# -- fatigue ----------------------------------------------------------------------------------------------------


def held(*lengths: float, level: float = 60.0) -> Live:
    """Return a session with holds of these lengths in seconds, above the line at 40 %."""
    session = live()
    for length in lengths:
        session.give([0.0], 2.0)
        session.give([level], length)
    session.give([0.0], 2.0)
    return session


def test_a_long_hold_gives_a_verdict_and_it_is_the_longest_one_that_is_judged() -> None:
    _, result = analysed(held(5.0, 25.0, 21.0))
    assert isinstance(result, Fatigue)
    assert result.verdict == "no clear fall"
    assert result.first_index == pytest.approx(9000, abs=150)
    assert result.n_scans == pytest.approx(25_000, abs=150)
    assert len(result.median_frequencies) == 6


def test_a_spectrum_that_moves_down_is_called_so() -> None:
    session = live()
    session.give([0.0], 2.0)
    noise = slowing(30.0, 40.0, 3)
    counts = np.rint(MIDDLE + 15 * noise / noise.std()).astype(np.int32)
    session.take(Scans(2000, counts[:, None]))
    _, result = analysed(session)
    assert isinstance(result, Fatigue)
    assert result.verdict == "frequency fell"
    assert result.slope_low <= -40 <= result.slope_high


def test_a_short_hold_gives_the_reason() -> None:
    said = reason(analysed(held(5.0))[1])
    assert said.startswith(("The longest hold inside the band is 4.9 s", "The longest hold inside the band is 5.0 s"))
    assert reason(analysed(held(level=0.0))[1]) == "The target was not held."


def test_a_gap_in_a_hold_leaves_its_longer_part() -> None:
    def session(before: float, after: float) -> Live:
        made = live()
        made.give([0.0], 2.0)
        made.give([60.0], before)
        made.miss(0.05)
        made.give([60.0], after)
        made.give([0.0], 2.0)
        return made

    _, result = analysed(session(5.0, 25.0))
    assert isinstance(result, Fatigue)
    assert result.first_index == 7050 + 125  # the band-pass settles before anything is used
    said = reason(analysed(session(12.0, 13.5))[1])
    assert said.startswith("Scans are missing or disturbed inside the longest hold; its longest whole part is 13.")


def test_scans_at_the_rail_are_not_part_of_a_hold() -> None:
    session = live()
    session.give([0.0], 2.0)
    session.give([60.0], 12.0)
    session.give([20_000.0], 0.2)
    session.give([60.0], 12.0)
    assert "missing or disturbed" in reason(analysed(session)[1])


@pytest.mark.parametrize("end", ["target", "pause"])
def test_what_ends_a_hold_in_practice_ends_it_here(end: str) -> None:
    session = live()
    session.give([0.0], 2.0)
    session.give([60.0], 12.0)
    session.tell(SetTarget(45.0) if end == "target" else Pause())
    session.give([60.0], 13.0)
    assert "The longest hold inside the band is 1" in reason(analysed(session)[1])


def test_a_hold_that_still_runs_at_the_end_counts() -> None:
    session = live()
    session.give([0.0], 2.0)
    session.give([60.0], 22.0)
    _, result = analysed(session)
    assert isinstance(result, Fatigue)
    assert result.first_index + result.n_scans == 24_000


def test_rest_that_was_not_measured_or_is_too_near_gives_the_reason() -> None:
    session = live(calibrated=False)
    session.tell(SetTarget(50.0, unit="uV"))
    session.give([0.0], 2.0)
    session.give([100.0], 25.0)
    session.give([0.0], 2.0)
    session.tell(reference(sensor=Sensor.RAW))  # too late for that hold
    assert reason(analysed(session)[1]).startswith("Rest was not measured before the hold")
    near = live(calibrated=False)
    near.tell(SetReference(0, 10.0, 6.0))
    near.give([0.0], 2.0)
    near.give([50.0], 25.0)
    assert "dB are needed" in reason(analysed(near)[1])


@pytest.mark.parametrize("finished", [True, False])
def test_a_hold_of_an_exercise_counts_also_when_its_block_did_not_end(finished: bool) -> None:
    session = begun(
        "hold", sensor=Sensor.RAW, rate=RATE, work=24.0, rest=3.0, repetitions=2, sets=1, target=SetTarget(40.0, 80.0)
    )
    if finished:
        session.follow(one(right), block=100)
    else:
        session.follow(one(right), block=100, until=lambda practice: practice.hold_clock > 22)
    assert any(isinstance(event, BlockResult) for event in session.events) == finished
    _, result = analysed(session)
    assert isinstance(result, Fatigue)
    assert result.n_scans == pytest.approx(24_000 if finished else 22_000, abs=150)


def test_a_pause_of_an_exercise_ends_its_hold() -> None:
    session = begun("hold", sensor=Sensor.RAW, rate=RATE, work=24.0, rest=1.0, repetitions=1, sets=1)
    session.follow(one(right), block=100, until=lambda practice: practice.hold_clock > 12)
    session.tell(Pause())
    session.give([60.0], 13.0)
    session.tell(Resume(), Finish())
    session.give([0.0], 1.0)
    assert "The longest hold inside the band is 12." in reason(analysed(session)[1])


def test_work_of_a_block_without_a_result_is_not_held_against_the_next_ones_target() -> None:
    session = begun("hold", sensor=Sensor.RAW, rate=RATE, work=24.0, rest=1.0, repetitions=1, sets=1)
    session.follow(lambda _: [20.0], block=100, until=lambda practice: exercise_of(practice).phase == "work")
    session.give([20.0], 22.0)
    session.tell(Pause(), Finish(), Resume())
    session.give([0.0], 1.0)
    session.tell(*setup("hold", work=2.0, repetitions=1, sets=1, target=SetTarget(15.0)), Begin())
    session.follow(one(right), block=100)
    assert "The longest hold inside the band is 2." in reason(analysed(session)[1])


def test_work_that_is_not_to_be_held_is_no_hold() -> None:
    session = begun("relax", sensor=Sensor.RAW, rate=RATE, work=22.0, rest=1.0, repetitions=1, sets=1)
    session.follow(lambda _: [30.0], block=100)
    assert reason(analysed(session)[1]) == "The target was not held."


# -- files ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recorded session of a simulated muscle: rest, a hold of 25 s, rest."""

    def drive(index: NDArray[np.int64]) -> Floats:
        return np.where((index >= 5 * RATE) & (index < 30 * RATE), 0.4, 0.0)[:, None]

    commands: Sequence[tuple[int, SetReference | SetTarget]] = [
        (10, SetReference(0, 150.0, 5.0)),
        (20, SetTarget(40.0)),
    ]
    source = SimulatedSource(1, RATE, drive=drive, paced=False)
    engine = Engine(source, EngineSettings((ChannelSettings(),)), script=list(commands), seconds=35.0)
    library = tmp_path_factory.mktemp("library")
    engine.record(recorder_in(library, now=lambda: dt.datetime(2026, 11, 23, tzinfo=dt.UTC)))
    engine.start()
    assert engine.wait(PATIENCE)
    assert engine.stop()
    (path,) = library.rglob("*_emg.edf")
    return path


def test_a_summary_has_bursts_and_fatigue_also_as_json(recording: Path) -> None:
    summary, _ = summarise(recording)
    (found,) = summary.bursts
    assert seconds(found) == pytest.approx([5.0, 30.0], abs=0.1)
    assert isinstance(summary.fatigue, Fatigue)
    plain = json.loads(json.dumps(summary.as_json()))
    assert plain["fatigue"]["verdict"] == summary.fatigue.verdict
    assert plain["fatigue"]["first_index"] == summary.fatigue.first_index
    assert [burst["onset_index"] for burst in plain["bursts"][0]["bursts"]] == [found.bursts[0].onset_index]


def test_a_replay_gives_the_same_where_it_is_asked_and_compares_nothing_of_it(recording: Path) -> None:
    summary, _ = summarise(recording)
    plain = json.loads(json.dumps(summary.as_json()))
    for chunk in (701, 20_000):
        again = recompute(recording, chunk, analyse=True)
        assert again.identical
        values = json.loads(json.dumps(again.summary()))
        assert (values["bursts"], values["fatigue"]) == (plain["bursts"], plain["fatigue"])
    assert "bursts" not in recompute(recording).summary()


@pytest.mark.parametrize(("left", "verdict"), [(28, True), (15, False)])
def test_a_recording_that_was_killed_is_analysed_as_far_as_it_goes(
    recording: Path,
    left: int,
    verdict: bool,
    tmp_path: Path,
) -> None:
    header = read_edf(recording).header
    per_second = header.record_bytes / float(header.record_duration)
    path = tmp_path / recording.name
    path.write_bytes(recording.read_bytes()[: header.header_bytes + round(left * per_second) + 7])
    account = recording.with_name(recording.name.replace("_emg.edf", "_emg.json"))
    values = json.loads(account.read_text())
    del values["Biofeedback"]["results"]
    (tmp_path / account.name).write_text(json.dumps(values))
    summary, _ = summarise(path)
    (burst,) = summary.bursts[0].bursts
    assert burst.onset_index == pytest.approx(5 * RATE, abs=100)
    assert burst.offset_index == read_edf(path).n_scans
    assert not burst.whole
    assert isinstance(summary.fatigue, Fatigue) == verdict
    if isinstance(summary.fatigue, Withheld):
        assert "20 s are needed" in summary.fatigue.reason
