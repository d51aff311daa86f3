"""R1, R2, R9: what is left of a recording when its process is killed. `start.py torture` kills many more."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.recording.doomed import Doom, check_killed, nursery

SHAPES = [(250, 1, 10), (500, 6, 14), (512, 2, 16), (1000, 1, 14), (1000, 3, 10), (2000, 2, 16)]
"""Scans per second, channels, bits."""


@pytest.mark.parametrize("paced", [True, False])
def test_r1_r2_r9_after_sigkill_four_readers_agree_and_at_most_one_record_is_lost(tmp_path: Path, paced: bool) -> None:
    rng = random.Random(38)
    with nursery() as children:
        for i, (rate, n_channels, adc_bits) in enumerate(SHAPES):
            library = str(tmp_path / f"library{i}")
            delay = rng.uniform(0, 0.3)
            doom = Doom(library, delay, paced, rate, n_channels, adc_bits, lossy=i % 2 == 0, seed=i)
            loss = check_killed(doom, children.kill(doom), tmp_path)
            assert loss.taken < loss.per_record
