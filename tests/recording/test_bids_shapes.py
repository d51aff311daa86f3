"""R18: a library of every shape is valid BIDS."""

from __future__ import annotations

from pathlib import Path

from tests.recording.bids_shapes import make_library, validate


def test_r18_the_validator_finds_no_error_in_any_shape(tmp_path: Path) -> None:
    assert make_library(tmp_path / "library") == 10
    assert validate(tmp_path / "library") == []
