"""R10–R12: a disk that fails costs no training and nothing stored before, and is said within a second of signal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recording.faulty_disk import FAULTS, check_fault, check_training_goes_on


@pytest.mark.parametrize("after_blocks", [3, 57, 131])
@pytest.mark.parametrize("fault", FAULTS)
def test_r10_r11_after_a_fault_everything_is_kept_or_counted_and_it_is_said_at_once(
    tmp_path: Path, fault: str, after_blocks: int
) -> None:
    assert check_fault(tmp_path, fault, after_blocks) <= 1000


@pytest.mark.parametrize("nth_write", [1, 2, 3, 10, 11, 24, 38])
def test_r10_r12_with_no_disk_left_training_goes_on(tmp_path: Path, nth_write: int) -> None:
    kept, lost = check_training_goes_on(tmp_path, nth_write)
    assert kept + lost == 2000
