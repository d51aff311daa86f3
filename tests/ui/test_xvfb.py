"""The window once on a real X server, as a desktop has one, and not only offscreen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
from PyQt6.QtCore import QTimer
from biofeedback.app import run_app

def ready(window):
    timer = QTimer(window)
    def look():
        if window.guide.step == "start" and window.guide.practice is not None:
            window.do("free")
        if window.watch.painted_after is not None:
            window.grab().save(sys.argv[1])
            window.close()
    timer.timeout.connect(look)
    timer.start(50)

sys.exit(run_app(simulated=True, library=Path(sys.argv[2]), find_boards=list, ready=ready))
"""


def test_the_window_opens_paints_and_closes_on_an_x_server(tmp_path: Path) -> None:
    if shutil.which("xvfb-run") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("xvfb-run is missing: install xvfb and xauth")
        pytest.skip("xvfb-run is missing: install xvfb and xauth")
    homes = {name: str(tmp_path / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    done = subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24", sys.executable, "-c", PROGRAM, str(tmp_path / "window.png"),
         str(tmp_path / "library")],
        env={**os.environ, **homes, "QT_QPA_PLATFORM": "xcb"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert (tmp_path / "window.png").stat().st_size > 20_000
