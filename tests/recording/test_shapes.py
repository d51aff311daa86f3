"""R3–R8: every rate, width and amount of loss comes back from four readers. `start.py torture` adds an hour."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recording.shapes import RATES, WIDTHS, check_heavy_loss, check_long, check_shape


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("adc_bits", "signed"), WIDTHS)
def test_r3_r4_r8_every_rate_and_width_comes_back_from_four_readers(
    tmp_path: Path, rate: int, adc_bits: int, signed: bool
) -> None:
    check_shape(tmp_path, rate, adc_bits, signed=signed)


def test_r5_r6_every_second_frame_lost_for_a_minute_is_told_to_the_scan(tmp_path: Path) -> None:
    assert check_heavy_loss(tmp_path) == 3000


def test_r8_a_long_recording_is_read_by_four_readers(tmp_path: Path) -> None:
    assert check_long(tmp_path, seconds=300) > 300 * 1000 * 3 * 2
