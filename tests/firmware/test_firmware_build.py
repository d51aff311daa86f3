"""The firmware compiles for each board without a warning, fits its memory, and its host tests pass."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests import rig

OUR_WARNING = re.compile(r"^(?:emg_stream|simulator|host)/\S*:.*\bwarning\b", re.MULTILINE)
"""Arduino's core, avr-libc and what the linker makes of them are not ours to mend."""


def test_the_sketch_compiles_for_three_boards_without_a_warning_wherever_the_folder_is(tmp_path: Path) -> None:
    here = tmp_path / "a folder with spaces" / "firmware"
    shutil.copytree(rig.FIRMWARE, here, ignore=shutil.ignore_patterns("build"))
    rig.require_toolchain()
    printed = rig.make("all", "simulator", "host", build=here / "build", firmware=here)
    assert not OUR_WARNING.findall(printed), printed
    for board in ("uno", "mega", "leonardo"):
        assert (here / "build" / board / "emg_stream.hex").stat().st_size > 1000


def test_a_warning_of_the_sketch_would_be_seen(tmp_path: Path) -> None:
    """With a kind of warning that is otherwise off."""
    rig.require_toolchain()
    way = os.path.relpath(tmp_path.resolve(), rig.FIRMWARE)
    printed = rig.make(f"{way}/uno/sampler_avr.cpp.o", build=tmp_path, defines="-Wconversion")
    assert OUR_WARNING.findall(printed)


def test_the_uno_keeps_a_quarter_of_its_memory_for_the_stack() -> None:
    elf = rig.built("uno") / "uno" / "emg_stream.elf"
    size = subprocess.run(["avr-size", str(elf)], capture_output=True, text=True, check=True)
    _, data_size, bss_size, *_ = map(int, size.stdout.splitlines()[1].split()[:3])
    assert data_size + bss_size <= 2048 * 3 // 4


def test_the_host_tests_of_the_firmware_pass() -> None:
    folder = rig.built("host")
    done = subprocess.run([str(folder / "test_proto")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "all well")
