"""What a computer knows of its wall power: made-up Linux folders, answers of macOS and Windows, and nothing at all.

Rule: what cannot be known is None, and looking never raises, whatever the files hold.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.mains_link import MainsSigns, look, read_pmset, read_power_status

Tree = Mapping[str, str | None]
"""Contents by path under the folder of devices; None is a file that cannot be read."""


def planted(root: Path, *trees: Tree) -> Path:
    """Return `root` with the files of all trees in it; for their text None, a folder stands where the file should."""
    for tree in trees:
        for path, text in tree.items():
            file = root / "class" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.mkdir()
            else:
                file.write_text(text + "\n", encoding="ascii")
    return root


def signs(root: Path, *trees: Tree) -> MainsSigns:
    return look(planted(root, *trees), "linux")


def battery(status: str, name: str = "BAT0", **more: str | None) -> Tree:
    files = {"type": "Battery", "present": "1", "status": status, **more}
    return {f"power_supply/{name}/{file}": text for file, text in files.items()}


def supply(online: str | None, name: str = "AC", kind: str = "Mains", **more: str | None) -> Tree:
    files = {"type": kind, "online": online, **more}
    return {f"power_supply/{name}/{file}": text for file, text in files.items()}


def socket(name: str, carrier: str | None, state: str | None, *, wire: str = "", device: bool = True) -> Tree:
    files: dict[str, str | None] = {"type": "1", "carrier": carrier, "operstate": state, "uevent": f"INTERFACE={name}"}
    if device:
        files["device/vendor"] = "0x8086"
    if wire:
        files[wire] = ""
    return {f"net/{name}/{file}": text for file, text in files.items()}


def screens(**states: str) -> Tree:
    return {"drm/version": "drm 1.1.0"} | {
        f"drm/card0-{name.replace('_', '-')}/status": s for name, s in states.items()
    }


WIFI = socket("wlp2s0", "1", "up", wire="wireless/link")
LOOPBACK = {"net/lo/type": "772", "net/lo/carrier": "1", "net/lo/operstate": "unknown"}
UNUSED = socket("enp0s31f6", "0", "down")
PANEL = screens(eDP_1="connected", HDMI_A_1="disconnected", DP_1="disconnected")


def test_a_laptop_on_its_battery_with_wireless_only_shows_no_wall_power(tmp_path: Path) -> None:
    found = signs(tmp_path, battery("Discharging"), supply("0"), WIFI, LOOPBACK, UNUSED, PANEL)
    assert found == MainsSigns(charger=False, battery=True, wired_network=(), second_screen=False)


def test_a_laptop_on_its_charger_is_seen(tmp_path: Path) -> None:
    found = signs(tmp_path, battery("Charging"), supply("1"), WIFI, PANEL)
    assert (found.charger, found.battery) == (True, True)


@pytest.mark.parametrize("online", ["1", "2"])
def test_a_charger_at_any_usb_c_socket_is_a_charger(tmp_path: Path, online: str) -> None:
    ports = [supply("0", f"ucsi-source-psy-{n}", "USB") for n in (1, 2)]
    assert signs(tmp_path, battery("Full"), *ports, supply(online, "ucsi-source-psy-3", "USB")).charger is True


def test_a_desktop_has_no_battery_even_with_a_wireless_mouse(tmp_path: Path) -> None:
    mouse = battery("Discharging", "hidpp_battery_0", scope="Device")
    found = signs(tmp_path, mouse, socket("eno1", "1", "up"), screens(HDMI_A_1="connected", DP_1="disconnected"))
    assert found == MainsSigns(charger=None, battery=False, wired_network=("eno1",), second_screen=True)


def test_a_docked_laptop_on_its_battery_is_seen_by_screen_and_network(tmp_path: Path) -> None:
    dock = socket("enx00e04c680001", "1", "up")
    shown = screens(eDP_1="connected", DP_3="connected")
    found = signs(tmp_path, battery("Discharging"), supply("0"), WIFI, dock, shown)
    assert found == MainsSigns(False, True, ("enx00e04c680001",), True)


def test_where_nothing_can_be_read_nothing_is_known(tmp_path: Path) -> None:
    assert look(tmp_path / "nowhere", "linux") == MainsSigns()
    assert look(tmp_path, "plan9") == MainsSigns()
    unreadable = planted(
        tmp_path,
        {"power_supply/AC/type": None},
        {"net/eth0/type": None, "net/eth0/device/vendor": "1", "net/eth0/carrier": None, "net/eth0/operstate": None},
        {"drm/card0-DP-1/status": None},
    )
    assert look(unreadable, "linux") == MainsSigns()


def test_an_unreadable_charger_beside_one_that_is_off_is_not_called_off(tmp_path: Path) -> None:
    assert signs(tmp_path, battery("Full"), supply("0"), supply(None, "ADP2")).charger is None


def test_a_battery_that_charges_has_a_charger_that_no_file_names(tmp_path: Path) -> None:
    assert signs(tmp_path / "a", battery("Charging")).charger is True
    assert signs(tmp_path / "b", battery("Charging"), supply("0")).charger is True
    assert signs(tmp_path / "c", battery("Discharging")).charger is None


@pytest.mark.parametrize(("present", "has_one"), [("1", True), ("0", False), (None, True)])
def test_an_empty_battery_bay_is_no_battery(tmp_path: Path, present: str | None, *, has_one: bool) -> None:
    assert signs(tmp_path, battery("Unknown", present=present), supply("1")).battery is has_one


@pytest.mark.parametrize(
    ("carrier", "state", "up"),
    [("1", "up", ("eth0",)), ("1", "unknown", ("eth0",)), ("0", "down", ()), ("0", "up", ()), (None, "down", ()),
     (None, "up", ("eth0",)), (None, "unknown", None), (None, None, None)],
)  # fmt: skip
def test_a_socket_is_up_when_it_has_a_carrier(
    tmp_path: Path, carrier: str | None, state: str | None, up: tuple[str, ...] | None
) -> None:
    assert signs(tmp_path, socket("eth0", carrier, state), WIFI).wired_network == up


def test_an_unknown_socket_does_not_hide_one_that_is_up(tmp_path: Path) -> None:
    assert signs(tmp_path, socket("eth0", None, None), socket("eth1", "1", "up")).wired_network == ("eth1",)


@pytest.mark.parametrize(
    "tree",
    [WIFI, LOOPBACK, socket("wlan0", "1", "up", wire="phy80211/name"), socket("docker0", "1", "up", device=False),
     {**socket("wwan0", "1", "up"), "net/wwan0/uevent": "DEVTYPE=wwan\nINTERFACE=wwan0"},
     {**socket("bnep0", "1", "up"), "net/bnep0/uevent": "DEVTYPE=bluetooth"},
     {**socket("can0", "1", "up"), "net/can0/type": "280"}],
)  # fmt: skip
def test_what_is_no_network_cable_is_none(tmp_path: Path, tree: Tree) -> None:
    assert signs(tmp_path, tree).wired_network == ()


@pytest.mark.parametrize("name", ["HDMI_A_1", "HDMI_B_1", "DP_2", "DVI_D_1", "DVI_I_1", "VGA_1", "TV_1"])
def test_a_screen_on_any_cable_is_seen(tmp_path: Path, name: str) -> None:
    assert signs(tmp_path, screens(eDP_1="connected", **{name: "connected"})).second_screen is True


@pytest.mark.parametrize("name", ["eDP_1", "LVDS_1", "DSI_1", "Virtual_1", "Writeback_1"])
def test_a_built_in_panel_is_no_second_screen(tmp_path: Path, name: str) -> None:
    assert signs(tmp_path, screens(**{name: "connected"})).second_screen is False


def test_a_connector_that_cannot_tell_leaves_it_open(tmp_path: Path) -> None:
    assert signs(tmp_path / "a", screens(eDP_1="connected", VGA_1="unknown")).second_screen is None
    assert signs(tmp_path / "b", screens(VGA_1="unknown", DP_1="connected")).second_screen is True
    assert signs(tmp_path / "c", {"drm/version": "drm", "drm/renderD128/dev": "226:128"}).second_screen is None


FILES = [
    *(f"power_supply/AC/{name}" for name in ("type", "online", "scope")),
    *(f"power_supply/BAT0/{name}" for name in ("type", "present", "status", "scope")),
    *(f"net/eth0/{name}" for name in ("type", "carrier", "operstate", "uevent", "device")),
    *(f"drm/card0-{name}/status" for name in ("HDMI-A-1", "eDP-1")),
]


@given(st.dictionaries(st.sampled_from(FILES), st.none() | st.binary(max_size=40)))
def test_looking_never_raises_whatever_the_files_hold(contents: dict[str, bytes | None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for path, content in contents.items():
            file = Path(folder, "class", path)
            file.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                file.mkdir()
            else:
                file.write_bytes(content)
        found = look(Path(folder), "linux")
    assert all(sign in (True, False, None) for sign in (found.charger, found.battery, found.second_screen))
    assert found.wired_network in ((), ("eth0",), None)


def test_this_computer_can_be_looked_at() -> None:
    assert isinstance(look(), MainsSigns)


@pytest.mark.parametrize(
    ("text", "charger", "battery"),
    [("Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t100%; charged; present: true\n", True, True),
     ("Now drawing from 'Battery Power'\n -InternalBattery-0 (id=1)\t80%; present: true\n", False, True),
     ("Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t0%; present: false\n", True, False),
     ("Now drawing from 'AC Power'\n", True, False),
     ("Now drawing from 'UPS Power'\n -Back-UPS 700 (id=2)\t100%; discharging present: true\n", True, False),
     ("pmset: no such thing\n", None, None), ("", None, None)],
)  # fmt: skip
def test_a_mac_says_charger_and_battery_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, text: str, charger: bool | None, battery: bool | None
) -> None:
    asked: list[tuple[list[str], dict[str, Any]]] = []

    def run(command: list[str], **how: Any) -> SimpleNamespace:
        asked.append((command, how))
        return SimpleNamespace(stdout=text.encode())

    monkeypatch.setattr(subprocess, "run", run)
    assert look(system="darwin") == read_pmset(text) == MainsSigns(charger, battery)
    assert asked[0][0] == ["/usr/bin/pmset", "-g", "batt"]
    assert 0 < asked[0][1]["timeout"] < 1
    assert "shell" not in asked[0][1]


@pytest.mark.parametrize(
    "error",
    [FileNotFoundError(), PermissionError(), subprocess.TimeoutExpired("pmset", 0.5),
     subprocess.CalledProcessError(1, "pmset")],
)  # fmt: skip
def test_a_mac_that_does_not_answer_knows_nothing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def run(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    assert look(system="darwin") == MainsSigns()


@pytest.mark.parametrize(
    ("ac_line", "flag", "charger", "battery"),
    [(0, 1, False, True), (1, 1, True, True), (1, 8, True, True), (1, 128, True, False), (255, 255, None, None),
     (255, 0, None, True), (0, 9, True, True), (0, 128, False, False), (7, 255, None, None)],
)  # fmt: skip
def test_windows_says_charger_and_battery_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, ac_line: int, flag: int, charger: bool | None, battery: bool | None
) -> None:
    def status(reference: Any) -> int:
        reference._obj.ac_line, reference._obj.battery_flag = ac_line, flag
        return 1

    monkeypatch.setattr(
        ctypes, "windll", SimpleNamespace(kernel32=SimpleNamespace(GetSystemPowerStatus=status)), raising=False
    )
    assert look(system="win32") == read_power_status(ac_line, flag) == MainsSigns(charger, battery)


def test_a_windows_that_does_not_answer_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(), raising=False)
    assert look(system="win32") == MainsSigns()
    kernel = SimpleNamespace(GetSystemPowerStatus=lambda _: 0)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    assert look(system="win32") == MainsSigns()
