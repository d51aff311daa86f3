"""The signal path: golden hashes on real EMG, the same bits in any chunking, gaps and rails score nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biofeedback.emg.envelope import DISPLAYS, Floats
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.training.commands import (
    Command,
    Mark,
    Pause,
    Resume,
    SetHold,
    SetReference,
    SetTarget,
    StartCalibration,
)
from biofeedback.training.events import TrainingEvent, encode_event
from biofeedback.wire.events import Counts, Gap, Scans
from tests.independent import bandpassed
from tests.real_emg import bursts, fatigue

GAP_AT, GAP = 12_345, 678
GOLDEN = {
    "bursts": "01e33bba97c2b96246c3eacebe05582b9cddfaf6d3420e93445d19717b0b7a84",
    "fatigue": "23fa94d1483bab534ff2a797c50056c83ff65652212643d81eb081c70305598c",
}


def path(adc_bits: int = 16, sensors: tuple[Sensor, ...] = (Sensor.RAW,), **more: Any) -> PipelineSettings:
    channels = tuple(ChannelSettings(muscle=f"m{i}", sensor=sensor) for i, sensor in enumerate(sensors))
    return PipelineSettings(rate=1000.0, adc_bits=adc_bits, vref=5.0, channels=channels, **more)


def run(
    pipeline_settings: PipelineSettings,
    counts: Counts,
    chunk: int,
    gap: tuple[int, int] | None = None,
    commands: Sequence[tuple[int, Command]] = (),
) -> tuple[Pipeline, Floats, list[TrainingEvent]]:
    """Run counts (n, channels) with a gap (at, length) inside; return pipeline, bars and events."""
    pipeline, at, waiting = Pipeline(pipeline_settings), 0, sorted(commands, key=lambda c: c[0])
    bars: list[Floats] = []
    events: list[TrainingEvent] = []
    edges = sorted({len(counts), *(i for i, _ in waiting), *([gap[0], sum(gap)] if gap else [])})
    while at < len(counts):
        while waiting and waiting[0][0] <= at:
            events += pipeline.command(waiting.pop(0)[1])
        if gap and at == gap[0]:
            update = pipeline.process(Gap(at, gap[1]))
        else:
            stop = min(at + chunk, next(edge for edge in edges if edge > at))
            update = pipeline.process(Scans(at, counts[at:stop]))
        bars.append(update.bar)
        events += update.events
        at = update.end_index
    return pipeline, np.concatenate(bars), events


@pytest.mark.parametrize("chunk", [1, 7, 32, 1000])
@pytest.mark.parametrize(("name", "load", "bits"), [("bursts", bursts, 16), ("fatigue", fatigue, 12)])
def test_the_score_envelope_of_real_emg_is_golden_in_any_chunking(
    name: str, load: Callable[[], Counts], bits: int, chunk: int
) -> None:
    counts = load()[:20_000]
    pipeline, _, _ = run(path(bits), counts, chunk, (GAP_AT, GAP))
    assert pipeline.envelope_hash == GOLDEN[name]


SESSIONS: dict[str, tuple[int, tuple[int, int], list[tuple[int, Command]]]] = {
    "bursts": (16, (9_000, 90), [
        (0, SetHold(0.5)), (100, SetReference(0, 3000.0, 40.0, spread=4.0, verdict="good")), (3_000, Mark(1)),
        (7_000, SetTarget(60.0)), (15_000, Pause()), (17_500, Resume()), (20_000, SetTarget(30.0, 90.0)),
    ]),
    "fatigue": (12, (31_000, 400), [
        (0, SetTarget(150.0, unit="uV")), (0, SetHold(1.0)), (2_000, StartCalibration(0)), (52_000, SetTarget(25.0)),
        (53_000, SetHold(2.0)),
    ]),
}  # fmt: skip
GOLDEN_SESSIONS = {
    "bursts": "75321c3778493ff8c04a73d46db2d7a0a7b027605a13bab9144aa210701f24f4",
    "fatigue": "ea30d2007e46471c209edde95d1ff5e80dafa37572ec3c1c320915a384e9c440",
}


@pytest.mark.parametrize("chunk", [17, 4096])
@pytest.mark.parametrize(("name", "load"), [("bursts", bursts), ("fatigue", fatigue)])
def test_a_scripted_session_is_golden_with_every_event_and_score(
    name: str, load: Callable[[], Counts], chunk: int
) -> None:
    """Commands, a gap, pauses, a calibration, rails: one hash over envelope, events and totals."""
    bits, gap, commands = SESSIONS[name]
    pipeline, _, events = run(path(bits), load(), chunk, gap, commands)
    practice = pipeline.practice
    totals = (practice.n_started, practice.n_reached, practice.best_hold, practice.time_above)
    told = [pipeline.envelope_hash, *map(encode_event, events), repr(totals)]
    assert len(events) > 8
    assert hashlib.sha256("\n".join(told).encode()).hexdigest() == GOLDEN_SESSIONS[name]


def test_the_envelope_is_the_rms_of_the_bandpassed_signal_computed_independently() -> None:
    """Against scipy and a plain mean, without a line of ours."""

    counts = bursts()[:8000]
    pipeline = Pipeline(path())
    score = pipeline.process(Scans(0, counts)).score[:, 0]
    x = bandpassed(counts[:, 0])
    squares = np.convolve(x * x, np.ones(125) / 125)[: len(x)]
    assert np.isnan(score[:125]).all()
    assert score[125:] == pytest.approx(np.sqrt(squares)[125:], abs=0.01)


commands = st.lists(
    st.tuples(
        st.integers(0, 5999),
        st.sampled_from([
            SetTarget(20.0), SetTarget(35.0, 60.0), SetReference(0, 4000.0, 30.0), SetReference(0, 900.0, 10.0),
            Mark(1), Pause(), Resume(), StartCalibration(0), SetTarget(300.0, unit="uV"),
        ]),
    ),
    max_size=6,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 1000), commands, st.integers(1, 5000), st.integers(1, 900), st.sampled_from(sorted(DISPLAYS)),
       st.booleans())  # fmt: skip
def test_chunking_never_changes_a_bit(
    chunk: int, told: list[tuple[int, Command]], gap_at: int, gap: int, display: str, notch: bool
) -> None:
    two = np.repeat(bursts()[2000:8000], 2, axis=1)
    two[:, 1] = np.abs(two[:, 1] - 32768) // 8
    setting = path(16, (Sensor.RAW, Sensor.ENV), display=display, notch=notch)
    told = [(i if not gap_at < i < gap_at + gap else gap_at, c) for i, c in told]
    a, bar_a, events_a = run(setting, two, 6000, (gap_at, gap), told)
    b, bar_b, events_b = run(setting, two, chunk, (gap_at, gap), told)
    assert a.envelope_hash == b.envelope_hash
    assert np.array_equal(bar_a, bar_b, equal_nan=True)
    assert events_a == events_b
    assert a.practice == b.practice


def test_an_empty_block_changes_nothing() -> None:
    pipeline, same = Pipeline(path()), Pipeline(path())
    for p, blocks in ((pipeline, [500, 0, 500]), (same, [1000])):
        at = 0
        for n in blocks:
            p.process(Scans(at, bursts()[at : at + n]))
            at += n
    assert pipeline.envelope_hash == same.envelope_hash


def test_after_a_gap_nothing_has_a_value_until_the_window_is_full_again() -> None:
    for notch, settling in ((False, 125), (True, 500)):
        _, bar, _ = run(path(notch=notch), bursts()[:6000], 100, (3000, 50))
        missing = np.flatnonzero(np.isnan(bar[:, 0]))
        assert missing.tolist() == [*range(settling), *range(3000, 3000 + settling)]


def test_a_block_out_of_order_is_refused() -> None:
    pipeline = Pipeline(path())
    pipeline.process(Scans(0, bursts()[:100]))
    with pytest.raises(ValueError, match="scan 100 comes next"):
        pipeline.process(Scans(90, bursts()[:10]))


def test_a_signal_at_a_rail_scores_nothing() -> None:
    counts = np.random.default_rng(1).integers(0, 1024, (5000, 1)).astype(np.int32)
    counts[1000:] = np.clip(counts[1000:], 5, 1018)
    counts[3000:3003] = 1023
    setting = path(10)
    pipeline = Pipeline(setting)
    pipeline.command(SetTarget(10.0, unit="uV"))
    update = pipeline.process(Scans(0, counts))
    assert np.isnan(update.bar[3002:3500]).all()
    assert np.isfinite(update.bar[3502:]).all()
    assert np.isfinite(update.score[3002:3500]).all()


def test_an_envelope_pin_is_not_filtered_and_reads_in_its_own_microvolts() -> None:
    channels = (ChannelSettings(sensor=Sensor.ENV, gain=10_200.0),)
    pipeline = Pipeline(PipelineSettings(1000.0, 10, 5.0, channels))
    update = pipeline.process(Scans(0, np.full((1000, 1), 400, np.int32)))
    assert update.score[-1, 0] == 400
    assert update.bar[-1, 0] == pytest.approx(400 * 0.4787, rel=1e-3)
    assert update.findings == ()


def test_a_flat_line_is_found_and_cleared() -> None:
    pipeline = Pipeline(path(10))
    still = pipeline.process(Scans(0, np.full((1000, 1), 512, np.int32)))
    assert [finding.name for finding in still.findings] == ["flat line"]
    moving = np.random.default_rng(1).integers(400, 600, (2000, 1)).astype(np.int32)
    assert "flat line" not in [finding.name for finding in pipeline.process(Scans(1000, moving)).findings]


def test_a_refused_command_changes_nothing() -> None:
    pipeline = Pipeline(path())
    before = pipeline.practice
    for command in (SetTarget(-5.0), SetTarget(50.0, 40.0), SetTarget(500.0), SetReference(3, 1.0, 0.0),
                    SetReference(0, 0.0, 0.0), StartCalibration(9)):  # fmt: skip
        with pytest.raises(ValueError, match=r"calibrate again|target of|no channel"):
            pipeline.command(command)
    assert pipeline.practice == before


def test_the_hash_is_what_its_description_says() -> None:
    """int64 steps of 1/1024 count, little endian; what has no value as the least int; gaps by their length."""
    counts = bursts()[:3000]
    pipeline = Pipeline(path())
    first = pipeline.process(Scans(0, counts[:1000])).score
    pipeline.process(Gap(1000, 500))
    second = pipeline.process(Scans(1500, counts[1500:])).score
    digest = hashlib.sha256()
    for score in (first, None, second):
        if score is None:
            digest.update(b"gap" + (500).to_bytes(8, "little"))
            continue
        steps = np.where(np.isnan(score), 0, score * 1024).astype("<i8")
        digest.update(np.where(np.isnan(score), np.iinfo(np.int64).min, steps).astype("<i8").tobytes())
    assert pipeline.envelope_hash == digest.hexdigest()
