"""Simulated Unos for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.firmware.uno_board import Board, StartBoard
from tests.rig import SimulatedUno, muscle_like_wave, require_toolchain


@pytest.fixture
def board(tmp_path: Path) -> Iterator[StartBoard]:
    """Return a function that starts a simulated Uno at full speed with a lively wave and opens its port."""
    require_toolchain()
    boards: list[Board] = []

    def start(*, baud: int = 500_000, **options: Any) -> Board:
        folder = tmp_path / f"uno{len(boards)}"
        folder.mkdir()
        settings: dict[str, Any] = {"wave": muscle_like_wave(20_000, 6), "wave_rate": 4000, "loop": True, "speed": 0}
        boards.append(Board(SimulatedUno(folder, **(settings | options)), baud))
        return boards[-1]

    yield start
    for each in boards:
        each.close()


@pytest.fixture(scope="module")
def idle_board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """One idle board for many wrong commands: they change nothing, so they may follow each other."""
    require_toolchain()
    board = Board(SimulatedUno(tmp_path_factory.mktemp("idle"), speed=0))
    yield board
    board.close()
