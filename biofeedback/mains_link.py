"""What a computer can know of its own wall power: charger, battery, wired network, screen by cable.

Looks at the system's own account only: no network, no shell, nothing written. It takes a few file reads on Linux, one
call on Windows and one short program on macOS, which is given up after `PATIENCE`: look from a worker, not while
painting.
One rule: what cannot be known is None, never a guess; and looking never raises.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PATIENCE: Final = 0.5
"""Seconds that a program asked for the answer may take."""
LONGEST_TEXT: Final = 4096
"""Bytes read of one file."""
_INSIDE: Final = frozenset({"eDP", "LVDS", "DSI", "DPI", "SPI", "Virtual", "Writeback"})
"""Connectors of a built-in panel, or of none at all (source: the names of Linux' DRM connectors)."""
_CONNECTOR: Final = re.compile(r"card\d+-(.+)-\d+")
_ETHERNET: Final = "1"
"""ARPHRD_ETHER of Linux' if_arp.h; Wi-Fi has it too."""
_NO_CABLE: Final = frozenset({"DEVTYPE=wlan", "DEVTYPE=wwan", "DEVTYPE=bluetooth"})


@dataclass(frozen=True, slots=True)
class MainsSigns:
    """What was seen. Each is None where this computer cannot know it.

    `charger`: one is connected. `battery`: the computer has one. `wired_network`: names of the sockets whose link is
    up. `second_screen`: a screen is connected by cable, whether or not the computer has one of its own.
    """

    charger: bool | None = None
    battery: bool | None = None
    wired_network: tuple[str, ...] | None = None
    second_screen: bool | None = None


def look(root: Path = Path("/sys"), system: str = sys.platform) -> MainsSigns:
    """Return what this computer knows; never raises. `root` is Linux' folder of devices, `system` as `sys.platform`."""
    if system.startswith("linux"):
        return linux_signs(root)
    if system == "darwin":
        return mac_signs()
    if system == "win32":
        return windows_signs()
    return MainsSigns()


# -- Linux: files under /sys/class ---------------------------------------------------------------------------


def linux_signs(root: Path) -> MainsSigns:
    """Return what the files under `root` say: power_supply, net and drm."""
    charger, battery = _power(_entries(root / "class" / "power_supply"))
    return MainsSigns(charger, battery, _network(root / "class" / "net"), _screen(root / "class" / "drm"))


def _power(supplies: list[Path] | None) -> tuple[bool | None, bool | None]:
    """Return (charger, battery). A mouse or pen with a battery of its own has the scope Device and says nothing."""
    if supplies is None:
        return None, None
    online: list[bool | None] = []
    present: list[bool | None] = []
    charging = False
    for supply in supplies:
        kind = _text(supply / "type")
        if _text(supply / "scope") == "Device":
            continue
        if kind == "Battery":
            present.append(_text(supply / "present") != "0")  # a driver without that file has the battery for certain
            charging = charging or _text(supply / "status") == "Charging"
        elif kind in ("Mains", "USB", "Wireless"):
            state = _text(supply / "online")  # 2: a USB supply whose voltage is negotiated
            online.append(None if state is None else state != "0")
        elif kind is None:
            online.append(None)
            present.append(None)
    charger = charging or (_any(online) if online else None)
    return charger, _any(present)


def _network(folder: Path) -> tuple[str, ...] | None:
    """Return the Ethernet sockets that have a link; those without hardware (lo, bridges, tunnels) are no sockets."""
    sockets = _entries(folder)
    if sockets is None:
        return None
    links = {socket.name: _link(socket) for socket in sockets if _is_ethernet(socket)}
    up = tuple(name for name, link in links.items() if link)
    return None if not up and None in links.values() else up


def _is_ethernet(socket: Path) -> bool:
    if not os.path.lexists(socket / "device") or _text(socket / "type") not in (_ETHERNET, None):
        return False
    radio = any(os.path.lexists(socket / name) for name in ("wireless", "phy80211"))
    return not radio and _NO_CABLE.isdisjoint((_text(socket / "uevent") or "").split())


def _link(socket: Path) -> bool | None:
    carrier = _text(socket / "carrier")  # cannot be read while the socket is switched off
    if carrier is not None:
        return carrier == "1"
    return {"up": True, "down": False}.get(_text(socket / "operstate") or "")


def _screen(folder: Path) -> bool | None:
    """Return whether a screen hangs on a cable; None where no connector is listed or one cannot tell."""
    states: list[bool | None] = []
    for entry in _entries(folder) or ():
        connector = _CONNECTOR.fullmatch(entry.name)
        if connector:
            status = _text(entry / "status")
            inside = connector[1] in _INSIDE
            states.append(False if inside else {"connected": True, "disconnected": False}.get(status or ""))
    return _any(states) if states else None


def _any(states: Iterable[bool | None]) -> bool | None:
    """Return whether any is true; None when none is and one is not known."""
    known = list(states)
    return True if True in known else None if None in known else False


def _entries(folder: Path) -> list[Path] | None:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return None


def _text(file: Path) -> str | None:
    try:
        with file.open("rb") as opened:
            return opened.read(LONGEST_TEXT).decode("ascii", "replace").strip()
    except OSError:
        return None


# -- macOS: pmset ----------------------------------------------------------------------------------------------


def mac_signs() -> MainsSigns:
    """Return what `pmset -g batt` says of charger and battery."""
    try:
        answer = subprocess.run(
            ["/usr/bin/pmset", "-g", "batt"],
            capture_output=True,
            timeout=PATIENCE,
            check=True,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return MainsSigns()
    return read_pmset(answer.stdout[:LONGEST_TEXT].decode("utf-8", "replace"))


def read_pmset(text: str) -> MainsSigns:
    """Return what an answer of `pmset -g batt` means; a UPS is wall power too."""
    source = re.search(r"Now drawing from '(AC|Battery|UPS) Power'", text)
    if not source:
        return MainsSigns()
    own = [line for line in text.splitlines() if "InternalBattery" in line]
    return MainsSigns(source[1] != "Battery", any("present: false" not in line for line in own))


# -- Windows: GetSystemPowerStatus -----------------------------------------------------------------------------


class _PowerStatus(ctypes.Structure):
    """SYSTEM_POWER_STATUS of winbase.h."""

    _fields_ = (
        ("ac_line", ctypes.c_ubyte), ("battery_flag", ctypes.c_ubyte), ("percent", ctypes.c_ubyte),
        ("saver", ctypes.c_ubyte), ("seconds_left", ctypes.c_uint32), ("seconds_full", ctypes.c_uint32),
    )  # fmt: skip


def windows_signs() -> MainsSigns:
    """Return what GetSystemPowerStatus says of charger and battery."""
    status = _PowerStatus()
    try:
        answered = ctypes.windll.kernel32.GetSystemPowerStatus(  # type: ignore[attr-defined, unused-ignore] # not here
            ctypes.byref(status)
        )
    except (AttributeError, OSError):
        return MainsSigns()
    return read_power_status(status.ac_line, status.battery_flag) if answered else MainsSigns()


def read_power_status(ac_line: int, battery_flag: int) -> MainsSigns:
    """Return what the two bytes mean: 0 and 1 off and on, 255 unknown; flag 128 no battery, 8 charging."""
    battery = None if battery_flag == 255 else not battery_flag & 128
    charging = battery is True and bool(battery_flag & 8)
    return MainsSigns(True if charging else {0: False, 1: True}.get(ac_line), battery)
