from __future__ import annotations

from tests.quality_bench import TRUTHS, run, table

EACH = 40
SEED = 4_711
"""Neither the tuning's nor the bench's."""


def test_faults_are_named_and_good_signals_are_not() -> None:
    result = run(EACH, SEED, 1)
    short = [truth for truth in TRUTHS if min(result.precision(truth), result.recall(truth)) < 0.9]
    assert not short, f"{short}\n{table(result)}"
    assert not result.red_on_good, table(result)
