"""What the parts cost, as shares of one core at 4 channels × 2 kHz and as ratios measured in one run.

    python3 start.py bench [--seconds S]
    python3 start.py bench --peers [--quick]      our numbers beside those of other packages: tests/peers.py

Machines are noisy: each figure is the least of several rounds, and ratios pair two ways of doing the same thing in
the same run. Nothing here is asserted.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import signal

from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.recording.bids import RunSettings
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.session import Run
from biofeedback.report.recompute import recompute
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.wire.events import Scans, StreamInfo
from biofeedback.wire.stream import StreamDecoder, encode_data, encode_info
from tests import peers

RATE, CHANNELS, FRAME = 2000, 4, 20
ROUNDS = 5


def least(work: Callable[[], object]) -> float:
    """Return the least wall time in seconds of several rounds of `work`."""
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def say(what: str, figure: str) -> None:
    """Print one figure."""
    print(f"{what:<66}{figure:>14}", flush=True)


def main() -> int:
    """Print all figures."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=10.0, help="length of the signal (default 10)")
    options.add_argument("--peers", action="store_true", help="compare with MNE, NeuroKit2 and BioSPPy instead")
    options.add_argument("--quick", action="store_true", help="with --peers: fewer bursts in the onset comparison")
    asked = options.parse_args()
    if asked.peers:
        return peers.main(quick=asked.quick)
    seconds = asked.seconds
    n = round(seconds * RATE)
    counts = np.random.default_rng(1).integers(0, 1024, (n, CHANNELS)).astype(np.int32)
    blocks = [Scans(i, counts[i : i + FRAME]) for i in range(0, n, FRAME)]
    settings = PipelineSettings(float(RATE), 10, 5.0, tuple(ChannelSettings(f"m{i}") for i in range(CHANNELS)))

    info = StreamInfo(1, CHANNELS, FRAME, 10, 5.0, 0.0, RATE, 1, "bench")
    stream = encode_info(info) + b"".join(encode_data(1, b.first_index, b.counts) for b in blocks)
    decode = least(lambda: StreamDecoder(1).feed(stream))

    def process() -> None:
        pipeline = Pipeline(settings)
        for block in blocks:
            pipeline.process(block)

    path = least(process)

    def simulate() -> None:
        source = SimulatedSource(CHANNELS, RATE, paced=False)
        source.set_contraction(0.5)
        source.open()
        got = 0
        while got < n:
            got += sum(len(event.counts) for event in source.read(0) if isinstance(event, Scans))
        source.close()

    muscle = least(simulate)
    print(f"{CHANNELS} channels at {RATE} Hz, {seconds:g} s, blocks of {FRAME}; Python {sys.version.split()[0]}")
    say("decoding the wire, share of a core", f"{100 * decode / seconds:.2f} %")
    say("signal path, share of a core", f"{100 * path / seconds:.2f} %")
    say("simulated muscle with wire, share of a core", f"{100 * muscle / seconds:.2f} %")

    sos = design_bandpass(RATE)

    def stateful() -> None:
        cascade = Cascade(sos, CHANNELS)
        for block in blocks:
            cascade.process(block.counts.astype(np.float64))

    def refilter() -> None:
        for block in blocks[::20]:
            signal.sosfilt(
                sos, counts[max(0, block.end_index - 10 * RATE) : block.end_index].astype(np.float64), axis=0
            )

    say("refiltering 10 s each block : filtering with kept state", f"{20 * least(refilter) / least(stateful):.0f} : 1")

    with tempfile.TemporaryDirectory() as folder:
        run = Run.create(
            Path(folder) / "library",
            RunSettings(float(RATE), 10, 5.0, settings.channels),
            started=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        )
        start = time.perf_counter()
        for block in blocks:
            run.writer.append(block.counts)
        run.writer.close()
        writing = time.perf_counter() - start
        run.finish()
        reading = least(lambda: read_edf(run.path).scans())
        size = run.path.stat().st_size
        say("writing the recording, share of a core", f"{100 * writing / seconds:.2f} %")
        say("size of an hour", f"{size / seconds * 3600 / 1e6:.0f} MB")
        say("writing : reading the whole file", f"{writing / reading:.1f} : 1")
    with tempfile.TemporaryDirectory() as folder:
        from biofeedback.headless import run_demo  # noqa: PLC0415 - after what it must not slow down

        start = time.perf_counter()
        demo = run_demo(Path(folder) / "library", now=lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        session = time.perf_counter() - start
        start = time.perf_counter()
        n_scans = recompute(demo.recording).n_scans
        replay = time.perf_counter() - start
        say("demo session : its own length", f"1 : {n_scans / 1000 / session:.0f}")
        say("replaying it : its own length", f"1 : {n_scans / 1000 / replay:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
