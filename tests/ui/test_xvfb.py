"""The window, and one whole session, on a real X server, as a desktop has one, and not only offscreen."""

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

SESSION = """
import sys
import pytest
code = pytest.main([sys.argv[1], "-q", "-p", "no:cacheprovider"])
from PyQt6.QtGui import QGuiApplication
assert QGuiApplication.platformName() == "xcb", QGuiApplication.platformName()
sys.exit(code)
"""
WHOLE = Path(__file__).with_name("test_sessions.py")


def on_an_x_server(program: str, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run a program of Python on an X server of its own, with folders of its own."""
    if shutil.which("xvfb-run") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("xvfb-run is missing: install xvfb and xauth")
        pytest.skip("xvfb-run is missing: install xvfb and xauth")
    homes = {name: str(folder / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    return subprocess.run(
        ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24", sys.executable, "-c", program, *args],
        env={**os.environ, **homes, "QT_QPA_PLATFORM": "xcb"}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_window_opens_paints_and_closes_on_an_x_server(tmp_path: Path) -> None:
    done = on_an_x_server(PROGRAM, tmp_path, str(tmp_path / "window.png"), str(tmp_path / "library"))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert (tmp_path / "window.png").stat().st_size > 20_000


def test_a_whole_session_is_done_with_the_mouse_on_an_x_server(tmp_path: Path) -> None:
    name = "test_a_whole_session_is_done_reviewed_and_computed_again[mouse-activate]"
    done = on_an_x_server(SESSION, tmp_path, f"{WHOLE}::{name}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
