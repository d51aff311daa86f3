"""R2, R17: after a power cut at most a second is lost. `start.py torture` rebuilds many more states."""

from __future__ import annotations

import random
from pathlib import Path

from tests.recording.power_cut import check_cuts, trace_recording


def test_r17_after_a_power_cut_at_any_step_less_than_a_second_is_lost(tmp_path: Path) -> None:
    trace = trace_recording(tmp_path / "traced", seconds=2.0)
    cuts = check_cuts(trace, tmp_path / "cuts", rng=random.Random(39), per_step=2)
    assert cuts.states == 2 * len(trace.steps)
    assert cuts.with_data > 40
    assert 0 < cuts.worst < 1000


def test_r17_what_the_account_says_is_on_the_disk_before_its_name_is(tmp_path: Path) -> None:
    """Every file that is renamed into place was synced before, and its folder is synced after."""
    steps = trace_recording(tmp_path / "traced", seconds=1.0).steps
    for number, step in enumerate(steps):
        if step.what != "rename":
            continue
        file = next(s.file for s in reversed(steps[:number]) if s.what == "create" and s.name == step.name)
        assert any(s.what == "sync" and s.file == file for s in steps[:number]), step.target
        assert [(s.what, s.name) for s in steps[number + 1 : number + 2]] == [
            ("syncdir", step.target.rpartition("/")[0])
        ]
