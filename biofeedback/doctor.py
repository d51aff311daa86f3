"""What this computer has and lacks for the app: each finding with one fix. Opens no port and no network socket."""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from biofeedback import __version__
from biofeedback.recording.folders import app_folder, default_library
from biofeedback.sources.serial_port import list_boards

GLIBC = (2, 34)
"""Oldest C library that Qt's wheel runs on."""
FREE = 1e9
"""Bytes of free disk below which we say so: about three days of one channel at 1 kHz."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something looked at: what it is, and how to mend it (empty when all is well)."""

    name: str
    value: str
    fix: str = ""


def examine() -> list[Finding]:
    """Return all findings, in order from program to computer to board."""
    findings = [
        Finding("biofeedback", __version__),
        Finding("Python", platform.python_version()),
        Finding("system", platform.platform()),
        *[Finding(name, metadata.version(name)) for name in ("numpy", "scipy", "pyserial", "pyqtgraph")],
        _qt(),
    ]
    if sys.platform.startswith("linux"):
        findings += [_glibc(), _sound(), _display()]
    findings += [_folder("settings", app_folder("config")), _folder("recordings", default_library()), _disk()]
    findings.append(_boards())
    return findings


def _qt() -> Finding:
    try:
        importlib.import_module("PyQt6.QtWidgets")
    except ImportError as error:
        return Finding("window (PyQt6)", str(error), "python3 start.py setup installs the libraries that Qt needs")
    return Finding("window (PyQt6)", metadata.version("PyQt6"))


def _glibc() -> Finding:
    name, version = platform.libc_ver()
    number = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    old = name == "glibc" and number < GLIBC
    return Finding("C library", f"{name} {version}", "Qt needs glibc 2.34 or newer: update the system" if old else "")


def _sound() -> Finding:
    try:
        importlib.import_module("PyQt6.QtMultimedia")
    except ImportError:
        return Finding("sound", "not available: training is silent", "install the package libpulse0")
    return Finding("sound", "available")


def _display() -> Finding:
    shown = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    return Finding("display", shown or "none: the demo runs without a window")


def _folder(name: str, folder: Path) -> Finding:
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if os.access(existing, os.W_OK):
        return Finding(f"folder of {name}", str(folder))
    return Finding(f"folder of {name}", f"{folder} cannot be written", "give yourself the right to write there")


def _disk() -> Finding:
    folder = default_library()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    free = shutil.disk_usage(existing).free
    fix = "make room: a recording needs about 8 MB an hour and channel" if free < FREE else ""
    return Finding("free disk", f"{free / 1e9:.1f} GB", fix)


def _boards() -> Finding:
    boards = list_boards()
    if not boards:
        return Finding("boards", "none plugged in: the simulated muscle takes its place")
    locked = [b.port for b in boards if Path(b.port).exists() and not os.access(b.port, os.R_OK | os.W_OK)]
    names = ", ".join(f"{board.port} ({board.maker or 'unknown maker'})" for board in boards)
    fix = f"no permission for {', '.join(locked)}: sudo usermod -aG dialout $USER, then log in again" if locked else ""
    return Finding("boards", names, fix)
