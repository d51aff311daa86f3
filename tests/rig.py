"""The simulated Uno: the real firmware, run without hardware, with known voltages on its pins.

`make` builds what lies in firmware/, `SimulatedUno` runs it behind a pseudo-terminal and knows, from the trace of
every conversion, which counts each scan must have.
Rule: what is expected comes from the voltages that were injected, never from what was received.
"""

from __future__ import annotations

import ctypes.util
import fcntl
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pytest
from numpy.typing import NDArray

from biofeedback.wire.events import Counts

FIRMWARE = Path(__file__).resolve().parent.parent / "firmware"
BUILD = FIRMWARE / "build"
CLOCK_HZ = 16_000_000
FULL_SCALE_COUNTS = 1023
SUPPLY_MILLIVOLTS = 5000
_MAKE_SECONDS = 300
_STOP_SECONDS = 60
_TRACE = np.dtype([("cycle", "<u8"), ("pin", "<u4"), ("millivolts", "<u2"), ("by_timer", "<u2")])


def require_toolchain() -> None:
    """Skip the test when the firmware cannot be built here; where CI is "true" that is a failure instead."""
    programs = ("make", "gcc", "g++", "avr-gcc", "avr-g++")
    missing = [name for name in programs if shutil.which(name) is None]
    if ctypes.util.find_library("simavr") is None:
        missing.append("libsimavr")
    if not Path("/usr/share/arduino/hardware/arduino/avr").is_dir():
        missing.append("arduino-core-avr")
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"the firmware cannot be built: {', '.join(missing)} missing")
    if missing:
        pytest.skip(f"the firmware cannot be built: {', '.join(missing)} missing (apt: see firmware/README.md)")


def make(*targets: str, build: Path = BUILD, defines: str = "", firmware: Path = FIRMWARE) -> str:
    """Make `targets` of a firmware folder's Makefile into `build` and return what was printed; raise when that fails.

    Make cannot name a file whose path has a space, so it is told the way from one folder to the other: spaces above
    both do no harm.
    """
    build.mkdir(parents=True, exist_ok=True)
    way = os.path.relpath(build.resolve(), firmware.resolve())
    command = ["make", "-C", str(firmware), f"BUILD={way}", f"DEFINES={defines}", *targets]
    with (build / ".lock").open("w") as lock:  # several test runs may share the folder
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(command, capture_output=True, text=True, timeout=_MAKE_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


@cache
def built(target: str) -> Path:
    """Make one target of firmware/Makefile once per test session and return the folder it is in."""
    require_toolchain()
    make(target)
    return BUILD


@cache
def uno_elf(**defines: int) -> Path:
    """Make the Uno's sketch with other constants than usual, once per test session, and return the program."""
    require_toolchain()
    folder = BUILD / "_".join(["uno", *(f"{name.lower()}_{value}" for name, value in sorted(defines.items()))])
    make("uno", build=folder, defines=" ".join(f"-D{name}={value}" for name, value in defines.items()))
    return folder / "uno" / "emg_stream.elf"


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the simulator says at its end. `behind_seconds`: how late it was at worst against the asked speed."""

    simulated_seconds: float
    wall_seconds: float
    behind_seconds: float
    conversions: int
    triggers: int
    triggers_missed: int
    sent_bytes: int
    lost_bytes: int
    crashed: bool


class SimulatedUno:
    """A running simulated Uno; use it as a context manager or call `stop`.

    `wave` holds int16 millivolts, shape (n_rows, n_pins), `wave_rate` rows a second, held or looped at the end.
    `speed` 1 is real time; 0 is as fast as possible while somebody reads. `reset_on_open` is the bootloader's
    silence in seconds after the port was opened; None for a board that does not reset.
    """

    def __init__(
        self,
        folder: Path,
        wave: NDArray[np.int16] | None = None,
        *,
        wave_rate: float = 1000,
        loop: bool = False,
        speed: float = 1,
        reset_on_open: float | None = None,
        check_baud: bool = False,
        drop_every: int = 0,
        flip_every: int = 0,
        elf: Path | None = None,
    ) -> None:
        simulator = built("simulator") / "emg_simulator"
        elf = elf or built("uno") / "uno" / "emg_stream.elf"
        self._trace = folder / "conversions.trace"
        self._sent = folder / "sent.bytes"
        command = [str(simulator), str(elf), "--trace", str(self._trace), "--sent", str(self._sent)]
        command += ["--speed", str(speed)]
        if wave is not None:
            wave_file = folder / "wave.i16"
            wave_file.write_bytes(wave.astype("<i2").tobytes())
            command += ["--wave", str(wave_file), "--wave-ch", str(wave.shape[1]), "--wave-rate", str(wave_rate)]
        if loop:
            command.append("--loop")
        if reset_on_open is not None:
            command += ["--reset-on-open", str(round(reset_on_open * 1000))]
        if check_baud:
            command.append("--check-baud")
        command += ["--drop-every", str(drop_every), "--flip-every", str(flip_every)]
        self._statistics: Statistics | None = None
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        if not ready.startswith("PTY "):
            raise RuntimeError(f"the simulator did not start: {ready}{self._process.communicate()[1]}")
        self.port = ready.removeprefix("PTY ").strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Process id of the simulator, for tests that stop and continue it."""
        return self._process.pid

    @property
    def n_sent(self) -> int:
        """Number of bytes that the board has sent, by a log that is up to 4 KiB behind."""
        return self._sent.stat().st_size

    def stop(self) -> Statistics:
        """End the simulator if it still runs and return its statistics."""
        if self._statistics is None:
            self._process.terminate()
            try:
                out, err = self._process.communicate(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.communicate()
                raise
            if self._process.returncode:
                raise RuntimeError(f"the simulator ended with {self._process.returncode}: {out}{err}")
            self._statistics = Statistics(**json.loads(out))
        return self._statistics

    def sent(self) -> bytes:
        """Stop, and return every byte that the board sent, as it was before the line lost or damaged it."""
        self.stop()
        return self._sent.read_bytes()

    def conversions(self, stream: int = -1) -> NDArray[Any]:
        """Stop, and return the trace of one stream: fields cycle, pin, millivolts, by_timer (1 begins a scan).

        Streams are counted from 0 in the order in which the sketch started them; -1 is the last.
        """
        self.stop()
        trace = np.fromfile(self._trace, _TRACE)
        # each start spends one conversion of pin 0 that the timer did not ask for
        starts = np.flatnonzero((trace["by_timer"] == 0) & (trace["pin"] == 0))
        ends = np.append(starts[1:], len(trace))
        return trace[starts[stream] + 1 : ends[stream]]

    def expected_counts(self, n_channels: int, stream: int = -1) -> Counts:
        """Stop, and return what each scan of a stream must be, shape (n_scans, n_channels), scan 0 first.

        simavr's ADC gives floor(millivolts * 1023 / 5000). Raise ValueError when the board did not convert pins
        0..n_channels - 1 in order, each scan begun by the timer.
        """
        trace = self.conversions(stream)
        n_scans = len(trace) // n_channels
        scans = trace[: n_scans * n_channels].reshape(n_scans, n_channels)
        by_timer = np.zeros(n_channels, np.uint16)
        by_timer[0] = 1
        if not (np.all(scans["pin"] == np.arange(n_channels)) and np.all(scans["by_timer"] == by_timer)):
            raise ValueError(f"the board did not sample {n_channels} channels in order")
        counts: Counts = scans["millivolts"].astype(np.int32) * FULL_SCALE_COUNTS // SUPPLY_MILLIVOLTS
        return counts

    def trigger_cycles(self, stream: int = -1) -> NDArray[np.int64]:
        """Stop, and return the clock cycle at which each scan of a stream was begun."""
        trace = self.conversions(stream)
        cycles: NDArray[np.int64] = trace["cycle"][trace["by_timer"] == 1].astype(np.int64)
        return cycles


def muscle_like_wave(n_rows: int, n_pins: int, *, seed: int = 1) -> NDArray[np.int16]:
    """Return noise around mid-supply whose size changes, different on every pin and now and then at a rail."""
    rng = np.random.default_rng(seed)
    size = 40 + 1200 * np.abs(np.sin(np.linspace(0, 20, n_rows)))[:, np.newaxis]
    wave = SUPPLY_MILLIVOLTS / 2 + size * rng.standard_normal((n_rows, n_pins))
    return np.clip(wave, 0, SUPPLY_MILLIVOLTS).astype(np.int16)
