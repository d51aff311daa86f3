"""From the pins to the file: the real firmware, a line with faults, the engine, the recorder; no scan goes astray."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.library import runs
from biofeedback.sources.serial_port import SerialSource
from biofeedback.wire.events import Gap
from tests.blocks import of_kind
from tests.firmware.line_log import arriving_scans
from tests.firmware.uno_board import PATIENCE
from tests.rig import SimulatedUno, muscle_like_wave, require_toolchain

SECONDS = 5
MOST_AFTER_END = 0.05
"""Seconds: a gap that reaches beyond the end is stored whole."""


@pytest.mark.parametrize(("n_channels", "rate"), [(2, 1000), (4, 2000)])
@pytest.mark.parametrize(("fault", "every"), [("drop_every", 0), ("drop_every", 1999), ("flip_every", 1999)])
def test_the_recording_is_what_was_injected_and_its_gaps_are_what_the_line_lost(
    fault: str, every: int, n_channels: int, rate: int, tmp_path: Path
) -> None:
    """W3–W5, through the engine into the file."""
    require_toolchain()
    wave = muscle_like_wave(20_000, n_channels)
    line: dict[str, Any] = {fault: every}
    board = SimulatedUno(tmp_path, wave, wave_rate=4000, loop=True, speed=0, reset_on_open=0.8, **line)
    with board:
        muscles = tuple(ChannelSettings(f"muscle {i + 1}") for i in range(n_channels))
        engine = Engine(SerialSource(board.port, n_channels, rate), EngineSettings(muscles), seconds=SECONDS)
        engine.record(recorder_in(tmp_path / "library", now=lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
        engine.start()
        assert engine.wait(PATIENCE)
        assert engine.stop()
    info = engine.state.info
    assert info is not None
    [run] = runs(tmp_path / "library")
    recording = read_edf(run.path)
    lost = recording.lost()
    n_scans = recording.n_scans
    assert len(lost) == n_scans
    assert 0 <= n_scans - SECONDS * rate < MOST_AFTER_END * rate

    expected = board.expected_counts(n_channels)
    arrives = np.ones(len(expected), np.bool_)
    if every:
        arrives = arriving_scans(board.sent(), info.stream_id, fault_every=every)
    first = int(np.argmax(arrives))  # the file begins with the first good scan
    np.testing.assert_array_equal(lost, ~arrives[first : first + n_scans])
    np.testing.assert_array_equal(recording.scans()[~lost], expected[first : first + n_scans][~lost])
    gaps = of_kind(Gap, recording.blocks())
    assert {gap.cause for gap in gaps} == ({"line"} if every else set())
    assert sum(gap.n_scans for gap in gaps) == lost.sum() == engine.state.lost - first
    assert bool(every) == bool(lost.any())
