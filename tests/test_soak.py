"""Ten minutes of the soak; `python -m tests.soak` plays a day."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from biofeedback.emg.envelope import Floats, Integers, Rms
from tests.soak import KINDS, Footprint, Period, Soak, judge, soak


def test_ten_minutes_of_trouble_leave_no_trace_in_what_comes_after(tmp_path: Path) -> None:
    found = soak(tmp_path / "library", 5, 120_000, 6, trace=True)
    assert found.faults == []
    assert found.n_scans == found.n_stored == 600_000
    assert found.n_lost > 10_000
    assert found.periods[-1].digest == found.periods[0].digest != found.periods[1].digest
    assert found.after is not None
    assert found.after.threads == found.periods[0].footprint.threads - 1  # the recorder's has gone


def test_an_envelope_that_drifts_by_a_thousandth_of_a_count_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true, n_scans = Rms.process, 0

    def drifting(self: Rms, values: Integers) -> Floats:
        nonlocal n_scans
        n_scans += len(values)
        return true(self, values) + n_scans // 55_000 / 1024  # in the last period only

    monkeypatch.setattr(Rms, "process", drifting)
    found = soak(tmp_path / "library", KINDS + 1, 20_000, 8)
    assert found.faults == [f"period {KINDS + 1} is not what the first of its kind was"]


def test_the_soak_sees_what_drifts_grows_or_is_left_open() -> None:
    calm = Footprint(1_000_000, 100_000_000, 50_000, 7, 2)
    kinds = [*range(KINDS), 0]

    def judged(*last: Period) -> list[str]:
        found = Soak([Period(kind, f"digest {kind}", 3, calm) for kind in kinds] + list(last))
        judge(found)
        return found.faults

    assert judged(Period(0, "digest 0", 3, calm)) == []
    assert judged(Period(0, "another", 3, calm)) == ["period 5 is not what the first of its kind was"]
    assert judged(Period(0, "digest 0", 4, calm)) == ["period 5 is not what the first of its kind was"]
    assert judged(Period(0, "digest 0", 3, replace(calm, traced=6_500_000))) == ["traced memory grew by 5.5 MB"]
    assert judged(Period(0, "digest 0", 3, replace(calm, resident=110_000_000))) == ["resident memory grew by 10.0 MB"]
    assert judged(Period(0, "digest 0", 3, replace(calm, handles=8))) == ["the number of handles changed: [7, 8]"]
    assert judged(Period(0, "digest 0", 3, replace(calm, threads=3))) == ["the number of threads changed: [2, 3]"]
