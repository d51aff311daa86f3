"""Measure in real time what the engine does when its board goes away, falls silent, stops or comes back.

`python -m tests.port_times [n_replugs]` prints one line a claim. Boards are processes on pseudo-terminals that boot at
once, so a real board's boot time (0.8–3 s) comes on top. Rule: the host's clock, and no tolerance of its own.
"""

from __future__ import annotations

import datetime as dt
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest import mock

import serial

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings, EngineState
from biofeedback.recorders import recorder_in
from biofeedback.recording.edf_reader import read_edf
from biofeedback.sources.serial_port import BoardPort, SerialSource
from biofeedback.wire.events import Gap
from tests.board_process import BoardProcess

PATIENCE = 60.0
RATE = 1000


class Bench:
    """An engine that records from whichever boards are plugged in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plugged: list[BoardProcess] = []
        self.changed = threading.Condition()
        source = SerialSource(None, boards=lambda: [BoardPort(board.port, "", "bench") for board in self.plugged])
        self.engine = Engine(source, EngineSettings((ChannelSettings(),)), on_update=self._wake)
        self.engine.record(recorder_in(folder, now=lambda: dt.datetime.now(dt.UTC)))
        self.engine.start()

    def _wake(self) -> None:
        with self.changed:
            self.changed.notify_all()

    def until(self, condition: Callable[[EngineState], bool]) -> float:
        """Wait for `condition`; return the time at which it was seen."""
        with self.changed:
            if not self.changed.wait_for(lambda: condition(self.engine.state), PATIENCE):
                raise TimeoutError(str(self.engine.state))
            return time.monotonic()

    def flow(self, n_scans: int = 300) -> None:
        """Wait until `n_scans` more came."""
        wanted = self.engine.state.received + n_scans
        self.until(lambda state: state.received >= wanted)

    def plug(self, board: BoardProcess) -> None:
        """Plug a board in."""
        self.plugged.append(board)

    def pull(self) -> float:
        """Pull the board; return when."""
        board = self.plugged.pop()
        pulled = time.monotonic()
        board.close()
        return pulled

    def finish(self) -> tuple[float, list[Path]]:
        """Stop; return the seconds it took and the recordings."""
        asked = time.monotonic()
        self.engine.stop()
        took = time.monotonic() - asked
        while self.plugged:
            self.plugged.pop().close()
        return took, sorted(self.folder.glob("sub-*/ses-*/emg/*.edf"))


def say(claim: str, times: Sequence[float], unit: str = "ms") -> None:
    """Print the median and the worst of some times in seconds."""
    median, worst = 1000 * statistics.median(times), 1000 * max(times)
    sys.stdout.write(f"{claim:<58} median {median:7.1f} {unit}   worst {worst:7.1f} {unit}   n {len(times)}\n")


def replugs(folder: Path, n: int) -> None:
    """Pull and plug in again under another name, `n` times, half a second apart."""
    bench = Bench(folder)
    bench.plug(BoardProcess())
    noticed, streaming, lasted = [], [], []
    for _ in range(n):
        bench.flow()
        after = BoardProcess()
        pulled = bench.pull()
        noticed.append(bench.until(lambda state: state.phase == "lost") - pulled)
        last = bench.engine.state.last_arrival
        plugged = time.monotonic()
        bench.plug(after)
        received = bench.engine.state.received
        streaming.append(bench.until(lambda state, n=received: state.received > n) - plugged)  # type: ignore[misc]
        lasted.append(bench.engine.state.last_arrival - last)
    bench.flow()
    took, paths = bench.finish()
    gaps = [block for block in read_edf(paths[0]).blocks(1 << 20) if isinstance(block, Gap)]
    say("unplugging noticed after", noticed)
    say("scans again after plugging in", streaming)
    errors = [abs(gap.n_scans / RATE + 0.01 - real) for gap, real in zip(gaps, lasted, strict=True)]
    say("gap against the time between the scans around it, error", errors)
    sys.stdout.write(f"{len(gaps)} of {n} replugs in the same recording, {len(paths)} recording; end in {took:.2f} s\n")


def stops(folder: Path, seconds: float, lost: int) -> None:
    """Stop the board (SIGSTOP) for some seconds."""
    bench = Bench(folder)
    board = BoardProcess(lost=lost)
    bench.plug(board)
    bench.flow()
    board.freeze()
    last = bench.engine.state.last_arrival
    seen = bench.until(lambda state: state.phase == "stalled")
    threading.Event().wait(max(0.0, last + seconds - time.monotonic()))
    board.thaw()
    thawed = time.monotonic()
    bench.until(lambda state: state.last_arrival > thawed)
    again = time.monotonic() - thawed
    bench.flow()
    _, paths = bench.finish()
    recording = read_edf(paths[0])
    say(f"silence of {seconds:g} s seen after", [seen - last])
    sys.stdout.write(
        f"  scans again {again:.2f} s after it ended; lost {int(recording.lost().sum())} of {recording.n_scans} scans"
        f" (the board skipped {lost})\n"
    )


def hanging_close(folder: Path) -> None:
    """Stop while the port never comes back from closing."""
    bench = Bench(folder)
    bench.plug(BoardProcess())
    bench.flow()
    release = threading.Event()

    def hang(port: serial.Serial) -> None:
        release.wait(PATIENCE)

    with mock.patch.object(serial.Serial, "close", hang):
        took, paths = bench.finish()
        release.set()
    sys.stdout.write(f"end while closing the port hangs: {took:.2f} s, {read_edf(paths[0]).n_scans} scans kept\n")


def main(n: int) -> None:
    """Measure everything into a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        replugs(folder / "replugs", n)
        for i, (seconds, lost) in enumerate([(1.0, 0), (1.0, 1000), (10.0, 0)]):
            stops(folder / f"stop{i}", seconds, lost)
        hanging_close(folder / "hanging")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
