"""References are kept with muscle, sensor, site and day, and compared only where they can be."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.account import beside
from biofeedback.report.references import KeptReference, kept_references
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.training.activation import Reference
from biofeedback.training.commands import SetReference, Site

MONDAY = dt.datetime(2026, 11, 23, 9, 0, 0, tzinfo=dt.UTC)


def at_rest(index: NDArray[np.int64]) -> NDArray[np.float64]:
    """Do nothing."""
    return np.zeros((len(index), 1))


def visit(library: Path, day: int, amplitude: float, first_cm: float | None) -> Path:
    """Record a second with a reference and perhaps a site; return the file."""
    source = SimulatedSource(1, 500, drive=at_rest, paced=False)
    script = [(100, SetReference(0, amplitude, 3.0, "best_effort", 4.0, "good"))]
    commands = script + ([(100, Site(0, first_cm, 12.0))] if first_cm is not None else [])
    settings = EngineSettings((ChannelSettings("vastus medialis", "left"),))
    engine = Engine(source, settings, script=commands, seconds=1.0)
    engine.record(recorder_in(library, subject="K7Q2XD", now=lambda: MONDAY + dt.timedelta(days=day)))
    engine.start()
    assert engine.wait(20)
    assert engine.stop()
    recording = engine.state.recording
    assert recording
    assert recording.path
    return recording.path


def test_references_of_a_person_come_back_oldest_first_with_their_day_and_site(tmp_path: Path) -> None:
    visit(tmp_path, 1, 90.0, 11.5)
    visit(tmp_path, 0, 80.0, None)
    kept = kept_references(tmp_path, "K7Q2XD")
    assert [(k.day.day, k.reference.amplitude, k.first_cm) for k in kept] == [(23, 80.0, None), (24, 90.0, 11.5)]
    assert kept[0].channel == ChannelSettings("vastus medialis", "left")
    assert kept[0].reference == Reference(80.0, 3.0, "best_effort", 4.0, "good")
    assert kept_references(tmp_path, "OTHER1") == ()


@pytest.mark.parametrize("entry", [None, {}, {"channel": 9}, {"channel": 0, "amplitude": 0, "rest": 1}, "x", 1e999])
def test_a_damaged_entry_is_left_out_and_hides_no_other(tmp_path: Path, entry: object) -> None:
    visit(tmp_path, 0, 80.0, 11.0)
    account = beside(visit(tmp_path, 1, 90.0, 11.0), "emg.json")
    content = json.loads(account.read_text())
    content["Biofeedback"]["results"]["references"].insert(0, entry)
    account.write_text(json.dumps(content).replace("Infinity", "1e999"))
    assert [k.reference.amplitude for k in kept_references(tmp_path, "K7Q2XD")] in ([80.0, 90.0], [80.0])


def test_what_makes_two_references_different_is_named() -> None:
    channel = ChannelSettings("vastus medialis", "left")
    first = KeptReference(MONDAY.date(), "a", channel, Reference(80.0, 3.0), 11.0, 12.0)
    same = KeptReference(MONDAY.date(), "b", channel, Reference(95.0, 2.0), 11.4, 12.0)
    assert first.differences(same) == ()
    other = KeptReference(
        MONDAY.date(), "c", ChannelSettings("vastus medialis", "right", Sensor.ENV), Reference(80.0, 3.0), 13.0, 12.0
    )
    assert first.differences(other) == ("side", "sensor", "site")
    unknown = KeptReference(MONDAY.date(), "d", channel, Reference(80.0, 3.0, "best_effort"), None, 12.0)
    assert first.differences(unknown) == ("kind of effort", "site not noted")
