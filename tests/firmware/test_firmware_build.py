"""The firmware compiles for each board without a warning, fits its memory, and its host tests pass."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests import rig


def test_the_sketch_compiles_for_three_boards_without_a_warning(tmp_path: Path) -> None:
    rig.require_toolchain()
    printed = rig.make("all", "simulator", "host", build=tmp_path)
    # Arduino's own core is not ours to mend; anything that names a file of the firmware folder is
    ours = [line for line in printed.splitlines() if "warning" in line.lower() and "/usr/share/arduino" not in line]
    assert not ours, "\n".join(ours)
    for board in ("uno", "mega", "leonardo"):
        assert (tmp_path / board / "emg_stream.hex").stat().st_size > 1000


def test_the_uno_keeps_a_quarter_of_its_memory_for_the_stack() -> None:
    elf = rig.built("uno") / "uno" / "emg_stream.elf"
    size = subprocess.run(["avr-size", str(elf)], capture_output=True, text=True, check=True)
    _, data_size, bss_size, *_ = map(int, size.stdout.splitlines()[1].split()[:3])
    assert data_size + bss_size <= 2048 * 3 // 4


def test_the_host_tests_of_the_firmware_pass() -> None:
    folder = rig.built("host")
    done = subprocess.run([str(folder / "test_proto")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "all well")
