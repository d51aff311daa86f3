"""A library of every shape of recording, and what the BIDS validator says of it.

Rule: everything in it is made by the app's own code.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.headless import run_demo
from biofeedback.recording.account import beside, recover
from biofeedback.recording.bids import RunSettings
from biofeedback.recording.library import write_participants
from biofeedback.recording.session import Run, Visit
from tests.recording.shapes import START


def _fill(run: Run, *, close: bool = True) -> Run:
    n_channels = len(run.settings.channels)
    run.writer.append(np.ones((1500, n_channels), np.int32))
    run.writer.annotate(3, '{"command":"mark","index":3,"number":1}')
    run.writer.append_gap(123, "reconnect")
    if close:
        run.writer.close()
        run.finish({"reached": 1})
    else:
        run.writer.abandon()
    return run


def make_library(library: Path) -> int:
    """Make the library and return how many runs it holds: several runs and visits of a person, 1 to 6 channels, EDF and
    BDF, sensors of every kind, odd muscle names, killed, recovered, rebuilt without account, simulated, and a demo with
    its derivatives.
    """
    names = ["vastus medialis", "Wadenmuskel außen", "=1+1", "日本", "a\tb", "x" * 90]
    six = tuple(ChannelSettings(name, "left" if i % 2 else "", list(Sensor)[i % 4]) for i, name in enumerate(names))
    one = (ChannelSettings("biceps", gain=None),)
    visit = Visit(library, subject="K7Q2XD", task="quadset")
    shapes = [(1000.0, 10, six), (250.0, 12, one), (512.0, 16, six[:2]), (2000.0, 24, six[:3]), (997.0, 14, one)]
    runs = [
        _fill(visit.next_run(RunSettings(rate, bits, 5.0, channels, power_line_frequency=50), started=START))
        for rate, bits, channels in shapes
    ]
    again = Visit(library, subject="K7Q2XD").next_run(runs[0].settings, started=START + dt.timedelta(days=1))
    _fill(again, close=False)
    killed = [_fill(Run.create(library, runs[3].settings, started=START), close=False) for _ in range(3)]
    recover(killed[0].path)
    beside(killed[1].path, "emg.json").write_text("{")
    beside(killed[1].path, "channels.tsv").unlink()
    recover(killed[1].path)
    demo = run_demo(library, now=lambda: START)
    assert demo.summary.exists()
    write_participants(library)
    return len(runs) + 1 + len(killed) + 1


def validate(library: Path) -> list[dict[str, Any]]:
    """Return the errors that the BIDS validator finds, one entry each. It leaves `derivatives/` to its own standard."""
    validator = Path(sys.executable).with_name("bids-validator-deno")
    command = [str(validator), str(library), "--format", "json", "--max-rows", "-1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [issue for issue in json.loads(done.stdout)["issues"]["issues"] if issue["severity"] == "error"]
    assert found or done.returncode == 0, done.stderr
    return found
