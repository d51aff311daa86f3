"""Our numbers beside those of MNE, NeuroKit2 and BioSPPy: same samples in, same numbers out, within stated tolerances.

    python3 start.py bench --peers [--quick]

The other packages live in `build/peers`, an environment of their own, made once; the app and the tests import nothing
from it. Samples go there and answers come back as .npy files in a temporary folder (tests/peer_answers.py). Compared
are two real recordings, and noise whose median frequency follows from its shape; then tests/onset_bench.py sets our
onsets beside theirs.
Rule: a difference above its tolerance is printed as NOT and makes the exit code 1. 3: the packages are not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from biofeedback.emg.envelope import DISPLAYS, Floats, quantised, steps_per_count
from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.emg.spectrum import median_frequency
from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.wire.events import Counts, Scans
from tests import real_emg
from tests.peer_answers import PACKAGES, pieces

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "build" / "peers"
PYTHON = PEERS / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
MARKER = PEERS / "peers-ready"
PINS = ROOT / "constraints-peers.txt"
WANTED = ("mne", "neurokit2", "biosppy", "peakutils", "numpy", "scipy")
BURSTS, BURSTS_QUICK = 16, 4
"""Bursts a line of tests/onset_bench.py."""
SETTLED = 2.0
"""Seconds left out at the start: each package begins its filters in another way, and all have forgotten it by then."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Scans (n, 1) of one channel at `rate` hertz; `median` frequency in hertz where the spectrum is known."""

    counts: Counts
    rate: float
    adc_bits: int
    median: float | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is compared, the largest difference that is allowed, and its unit."""

    name: str
    tolerance: float
    unit: str


STEP = 1 / steps_per_count(16)
"""Rounding every sample to a step moves an RMS by at most half a step, rounding the result by another half."""
QUANTITIES = {
    "bandpass": Quantity("band-pass, each sample", 1e-4, "counts"),
    "score": Quantity("score envelope, RMS 125 ms", 1.01 * STEP, "counts"),
    **{
        f"linear{display.cutoff:g}": Quantity(f"linear envelope, {display.cutoff:g} Hz", 1.3 * STEP, "counts")
        for display in DISPLAYS.values()
        if display.cutoff is not None
    },
    "median": Quantity("median frequency, band-passed", 0.2, "Hz"),
    "median0": Quantity("median frequency, as it came", 0.2, "Hz"),
}
KNOWN_WITHIN = 0.01
"""A median frequency, mean of the windows, lies within this share of the known one."""


def known_noise(rate: float, *, even: bool, seed: int, seconds: float = 120.0) -> Signal:
    """Return noise made line by line, with a power of one shape: `even` from 40 to 200 Hz, whose median is 120 Hz; or
    falling in a straight line from 40 Hz to nothing at 240 Hz, whose median is 240 − 200/√2 Hz.
    """
    n = round(seconds * rate)
    frequency = np.fft.rfftfreq(n, 1 / rate)
    power = np.where(frequency <= 200, 1.0, 0.0) if even else np.clip(240 - frequency, 0, None)
    power[frequency < 40] = 0
    random = np.random.default_rng(seed)
    lines = random.standard_normal((2, len(frequency)))
    x = np.fft.irfft(np.sqrt(power) * (lines[0] + 1j * lines[1]), n)
    counts = np.rint(32768 + 2000 * x / x.std()).astype(np.int32)[:, None]
    return Signal(counts, rate, 16, 120.0 if even else 240 - 200 / np.sqrt(2))


def signals() -> dict[str, Signal]:
    """Return what is compared, by name."""
    return {
        "real bursts": Signal(real_emg.bursts(), 1000.0, 16),
        "real fatigue": Signal(real_emg.fatigue(), 1000.0, 12),
        "even noise": known_noise(1000.0, even=True, seed=1),
        "falling noise": known_noise(2000.0, even=False, seed=2),
    }


def ours(one: Signal) -> dict[str, Floats]:
    """Return each quantity as the app computes it, over scans or over windows of 4 s."""
    pipeline = Pipeline(PipelineSettings(one.rate, one.adc_bits, 5.0, (ChannelSettings(),)))
    filtered = Cascade(design_bandpass(one.rate), 1).process(one.counts.astype(np.float64))
    steps = steps_per_count(one.adc_bits)
    x = quantised(filtered, steps)
    linear = {
        f"linear{display.cutoff:g}": display.make(one.rate, 1, steps).process(x)[:, 0]
        for display in DISPLAYS.values()
        if display.cutoff is not None
    }
    medians = {
        name: np.array([median_frequency(piece, one.rate) for piece in pieces(values.astype(np.float64), one.rate)])
        for name, values in (("median", filtered[:, 0]), ("median0", one.counts[:, 0]))
    }
    score = pipeline.process(Scans(0, one.counts)).score[:, 0]
    return {"bandpass": filtered[:, 0], "score": score, **linear, **medians}


def prepare() -> None:
    """Make `build/peers`, unless its marker, written last, names just these versions.

    Raises OSError or subprocess.CalledProcessError when that fails; a half made environment is made anew next time.
    """
    made_from = f"Python {platform.python_version()} in {ROOT}\n{hashlib.sha256(PINS.read_bytes()).hexdigest()}\n"
    if PYTHON.exists() and MARKER.is_file() and MARKER.read_text("utf-8") == made_from:
        return
    say("Setting up the packages to compare with, in build/peers: a few minutes, once.")
    venv.EnvBuilder(clear=True, symlinks=os.name != "nt", with_pip=True).create(PEERS)
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-q", "-c", str(PINS), *WANTED]
    subprocess.run(pip, cwd=ROOT, check=True)
    subprocess.run([str(PYTHON), "-c", f"import {', '.join(PACKAGES)}"], cwd=ROOT, check=True)
    MARKER.write_text(made_from, "utf-8")


def compare() -> bool:
    """Print the largest difference of every quantity, signal and package; return whether all are within tolerance."""
    found = signals()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, one in found.items():
            np.save(folder / f"{name}.npy", (one.counts[:, 0] - one.counts[0, 0]).astype(np.float64))
        (folder / "rates.json").write_text(json.dumps({name: one.rate for name, one in found.items()}), "utf-8")
        subprocess.run([str(PYTHON), "-m", "tests.peer_answers", place], cwd=ROOT, check=True)
        say(f"{'largest difference from':<48}{''.join(f'{package:>14}' for package in PACKAGES)}{'allowed':>14}")
        good = [compare_one(name, one, folder) for name, one in found.items()]
        return all(good)


def compare_one(name: str, one: Signal, folder: Path) -> bool:
    """Print the lines of one signal; return whether all are within tolerance."""
    good, own = True, ours(one)
    for key, quantity in QUANTITIES.items():
        if key == "median0" and one.median is None:
            continue
        theirs = {p: np.load(folder / f"{name}.{p}.{key}.npy", allow_pickle=False) for p in PACKAGES}
        if key.startswith("linear"):  # after a burst a low-pass of order 2 falls a little below zero; ours shows 0 then
            theirs = {package: np.maximum(values, 0) for package, values in theirs.items()}
        settled = 0 if key.startswith("median") else round(SETTLED * one.rate)
        errors = [largest(own[key], theirs[package], settled) for package in PACKAGES]
        good &= say_line(f"{name:<15}{quantity.name}", errors, quantity.tolerance, quantity.unit)
        if key == "median0" and one.median is not None:
            means = [abs(float(values.mean()) / one.median - 1) for values in (own[key], *theirs.values())]
            what = f"{'':<15}mean against {one.median:.2f} Hz (ours {100 * means[0]:.2f} %)"
            good &= say_line(what, [100 * error for error in means[1:]], 100 * KNOWN_WITHIN, "%")
            good &= means[0] <= KNOWN_WITHIN
    return good


def largest(own: Floats, theirs: Floats, settled: int) -> float:
    """Return the largest difference where they answered; infinity when shapes differ or nothing was answered."""
    if own.shape != theirs.shape:
        return float("inf")
    asked = np.isfinite(theirs[settled:])
    errors = np.abs(own - theirs)[settled:][asked]
    return float(errors.max()) if len(errors) and np.isfinite(errors).all() else float("inf")


def say_line(what: str, errors: list[float], tolerance: float, unit: str) -> bool:
    """Print one line of errors; return whether all are within tolerance."""
    good = all(error <= tolerance for error in errors)
    say(f"{what:<48}{''.join(f'{e:>14.3g}' for e in errors)}{tolerance:>14.3g} {unit}{'' if good else '   NOT'}")
    return good


def say(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main(*, quick: bool = False) -> int:
    """Set up, compare, run the onset bench; return the exit code."""
    try:
        prepare()
    except (OSError, subprocess.CalledProcessError) as error:
        why = "The packages to compare with (MNE, NeuroKit2, BioSPPy) could not be installed, for the reason above"
        sys.stderr.write(f"{why}: {error}\nThe app does not need them. When that is mended, start again.\n")
        return 3
    try:
        good = compare()
        say("All within tolerance." if good else "NOT all within tolerance: see the lines marked NOT.")
        onsets = ["-W", "ignore", "-m", "tests.onset_bench", "--bursts", str(BURSTS_QUICK if quick else BURSTS)]
        subprocess.run([str(PYTHON), *onsets], cwd=ROOT, check=True)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"A comparison stopped for the reason above: {error}\n")
        return 1
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(quick="--quick" in sys.argv[1:]))
