"""How far detected onsets and offsets lie from the truth, beside Hodges & Bui 1996, NeuroKit2 and BioSPPy.

    python -m tests.onset_bench [--bursts N] [--only WORD]

The truth comes from muscles that know nothing of the detector: a motor-unit pool in white sensor noise, and noise of
an EMG-like spectrum that changes its level, each switched on and off at a known scan; and the pool with an effort that
rises and falls in 0.25 s, where the first scan of the rise is the truth. Signal to noise is the power of the muscle
alone over that of rest, both band-passed. The two packages are used where they can be imported, here or in the
environment `build/peers`.
Rule: the others get every advantage: a filter without delay, the stretch at rest, the same tidying of short bursts and
pauses, and in every line the one of their settings that does best on the truth. Ours has one setting, the app's filter
with its delay, and in the first line not even the stretch at rest.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy import signal

from biofeedback.emg.envelope import Floats
from biofeedback.emg.filters import design_bandpass, group_delay
from biofeedback.emg.onset import SHORTEST_BURST, SHORTEST_PAUSE, bursts
from biofeedback.sources.muscle import MotorPool

Kind = Literal["motor units", "shaped noise", "ramps of 0.25 s"]
KINDS: tuple[Kind, ...] = ("motor units", "shaped noise", "ramps of 0.25 s")
Pairs = list[tuple[int, int]]
Method = Callable[["Trial"], Pairs]
Peer = Callable[..., Pairs]
PER_TRIAL = 4
SNRS = (3, 6, 10, 20, 30)
NOISE = 10.0
"""RMS of rest in counts."""
CARRIER = 100.0
"""Hertz at which the band-pass's delay is taken away again."""
WORST = 0.25
"""Seconds that a missed or a false burst costs when a setting is chosen."""
PEERS = Path(__file__).resolve().parent.parent / "build" / "peers"


@dataclass(frozen=True)
class Trial:
    """One recording in counts at `rate` hertz, with the truth and a stretch at rest."""

    rate: int
    raw: Floats
    truth: Pairs
    rest: tuple[int, int]

    def as_in_the_app(self) -> Floats:
        """Return it through the app's band-pass, causal."""
        return np.asarray(signal.sosfilt(design_bandpass(self.rate), self.raw - self.raw[0]))

    def without_delay(self) -> Floats:
        """Return it through the same band-pass forwards and backwards."""
        return np.asarray(signal.sosfiltfilt(design_bandpass(self.rate), self.raw))


@dataclass(frozen=True)
class Score:
    """Errors in seconds, late is positive, and what was missed or false."""

    onset: Floats
    offset: Floats
    missed: int
    false: int

    @property
    def cost(self) -> float:
        """What a setting is chosen by: mean absolute error in seconds, none above WORST, WORST for missed and false."""
        errors = np.minimum(np.abs(np.concatenate([self.onset, self.offset])), WORST)
        wrong = 2 * (self.missed + self.false)
        return float(errors.sum() + wrong * WORST) / (len(errors) + 2 * self.missed)

    def __str__(self) -> str:
        sides = []
        for errors in (self.onset, self.offset):
            low, median, high = 1000 * np.percentile(errors, [25, 50, 75]) if len(errors) else (np.nan,) * 3
            absolute = 1000 * float(np.median(np.abs(errors))) if len(errors) else np.nan
            sides.append(f"{median:+6.1f} [{low:+7.1f} {high:+7.1f}] {absolute:6.1f}")
        return f"{sides[0]}   {sides[1]}  {self.missed:6d} {self.false:6d}"


def trial(kind: Kind, snr: float, seed: int, rate: int = 1000, level: float = 0.4) -> Trial:
    """Return four bursts of 0.5–1.5 s with 0.7–1.5 s of rest between them, `snr` decibels above rest."""
    random = np.random.default_rng(seed)
    at, truth = round(1.5 * rate), []
    for _ in range(PER_TRIAL):
        stop = at + round(random.uniform(0.5, 1.5) * rate)
        truth.append((at, stop))
        at = stop + round(random.uniform(0.7, 1.5) * rate)
    drive = np.zeros(at + rate // 4)
    ramp = round(0.25 * rate) if kind == "ramps of 0.25 s" else 1
    for start, stop in truth:
        since, left = np.arange(1, stop - start + 1), np.arange(stop - start, 0, -1)
        drive[start:stop] = np.clip(np.minimum(since, left) / ramp, 0, 1)
    late = 0
    if kind == "shaped noise":
        sos = signal.butter(1, [50, 160], "bandpass", fs=rate, output="sos")
        muscle, noise = (signal.sosfilt(sos, random.standard_normal(len(drive) + rate))[rate:] for _ in range(2))
        muscle *= drive
    else:
        pool = MotorPool(rate, seed=seed % 7 + 1)
        pool.restart(seed)
        late = pool._shapes.shape[1] // 2  # power changes at the middle of the action potentials
        muscle, noise = pool.next(level * drive), random.standard_normal(len(drive))
    sos, full = design_bandpass(rate), np.roll(drive, late) == 1
    amplitude = NOISE * 10 ** (snr / 20) / float(np.std(signal.sosfilt(sos, muscle)[full]))
    raw = amplitude * muscle + NOISE / float(np.std(signal.sosfilt(sos, noise))) * noise
    truth = [(start + late, stop + late) for start, stop in truth]
    return Trial(rate, np.asarray(raw), truth, (round(0.2 * rate), round(1.4 * rate)))


def score(trials: list[Trial], found: list[Pairs]) -> Score:
    """Compare what was found with the truth. A burst belongs to the first true one that it overlaps."""
    onset, offset, missed, false = [], [], 0, 0
    for one, pairs in zip(trials, found, strict=True):
        used: set[tuple[int, int]] = set()
        for start, stop in one.truth:
            over = [pair for pair in pairs if pair[0] < stop and pair[1] > start and pair not in used]
            if not over:
                missed += 1
                continue
            onset.append((over[0][0] - start) / one.rate)
            offset.append((over[0][1] - stop) / one.rate)
            used.add(over[0])
        false += len(pairs) - len(used)
    return Score(np.array(onset), np.array(offset), missed, false)


def tidied(pairs: Pairs, rate: int) -> Pairs:
    """Return the bursts with short pauses closed and then short bursts left out."""
    joined: Pairs = []
    for start, stop in pairs:
        if joined and start - joined[-1][1] < SHORTEST_PAUSE * rate:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return [(start, stop) for start, stop in joined if stop - start >= SHORTEST_BURST * rate]


def ours(one: Trial, *, told: bool) -> Pairs:
    """Run the app's detector, `told` which stretch is rest or not."""
    delay = group_delay(design_bandpass(one.rate), CARRIER, one.rate)
    found = bursts(one.as_in_the_app(), one.rate, rest=one.rest if told else None, delay=delay)
    return [(burst.onset_index, burst.offset_index) for burst in found]


def hodges_bui(one: Trial, low_pass: int, k: float, seconds: float, reading: Literal["every", "mean"]) -> Pairs:
    """Return the bursts by Hodges & Bui 1996 (Electroencephalogr Clin Neurophysiol 101:511): rectify, low-pass, then
    mean + k SD of rest for a time; `every` sample of that time must be above, or the `mean` of the time that follows.
    """
    level = np.abs(one.without_delay())
    if low_pass < one.rate / 2:
        level = signal.sosfiltfilt(signal.butter(2, low_pass, fs=one.rate, output="sos"), level)
    rest, n = level[slice(*one.rest)], round(seconds * one.rate)
    threshold = rest.mean() + k * rest.std()
    if reading == "every":
        return [pair for pair in above(level > threshold) if pair[1] - pair[0] >= n]
    total = np.cumsum(np.concatenate([[0.0], level, np.full(n, rest.mean())]))
    return [(start, stop + n // 2) for start, stop in above((total[n:] - total[:-n])[: len(level)] / n > threshold)]


def above(mask: Any) -> Pairs:
    """Return first and past the last of every stretch that is true."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(mask, dtype=np.int8), [0]])))
    return list(zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True))


def biosppy(one: Trial, method: str, k: float) -> Pairs:
    """Run a detector of biosppy.signals.emg at `k` SD above the mean of rest, in its own measure; 0: its own threshold.

    Onsets and offsets come in one list, an onset first.
    """
    emg, tools = (importlib.import_module(f"biosppy.signals.{name}") for name in ("emg", "tools"))
    x, rate, quiet, size = one.without_delay(), one.rate, slice(*one.rest), round(0.05 * one.rate)
    if method == "hodges_bui":
        result = emg.hodges_bui_onset_detector(signal=x, rest=x[quiet], sampling_rate=rate, size=size, threshold=k)
        # two crossings within one sample are one in its list, and every later onset an offset: take its test function
        return [(start + size // 2, stop + size // 2) for start, stop in above(result["processed"] >= k)]
    if method == "find_onsets":
        rest = np.asarray(tools.smoother(signal=np.abs(x), kernel="boxzen", size=size)["signal"])[quiet]
        result = emg.find_onsets(signal=x, sampling_rate=rate, threshold=rest.mean() + k * rest.std() if k else None)
    else:
        # told the samples of rest it would compare energy with amplitude; 25 and 50 ms instead of 10 miss more
        rest = np.abs(x[1:-1] ** 2 - x[:-2] * x[2:])[quiet]
        told, ten = {"mean": rest.mean(), "std_dev": rest.std()}, round(0.01 * rate)
        result = emg.solnik_onset_detector(x, rest=told, sampling_rate=rate, threshold=k, active_state_duration=ten)
    changes = [*np.asarray(result["onsets"], dtype=np.int64).tolist(), len(x)]
    return list(zip(changes[::2], changes[1::2], strict=False))


def neurokit(one: Trial, method: str, k: float) -> Pairs:
    """Run neurokit2.emg_activation as its documentation does; `k` SD above the mean of rest, 0 its own threshold.

    Its own 50 ms for bursts and pauses are off: they drop a burst after a short pause, and ours tidy instead. "pelt"
    takes minutes a trial and is left out.
    """
    nk = importlib.import_module("neurokit2")
    clean = np.asarray(nk.emg_clean(one.raw, sampling_rate=one.rate))
    amplitude = np.asarray(nk.emg_amplitude(clean))
    threshold: float | str = "default"
    if method == "mixture":
        threshold = k or "default"
    elif k:
        window = 20 if method == "silva" else round(0.05 * one.rate)
        smooth = amplitude if method == "threshold" else np.convolve(np.abs(clean), np.ones(window) / window, "same")
        rest = smooth[slice(*one.rest)]
        threshold = float(rest.mean() + k * rest.std())
    _, info = nk.emg_activation(amplitude, clean, one.rate, method=method, threshold=threshold, duration_min=1)
    return list(zip(map(int, info["EMG_Onsets"]), map(int, info["EMG_Offsets"]), strict=False))


def hodges_bui_settings() -> Iterator[tuple[str, Method]]:
    """Yield their 27 settings in both readings."""
    readings: tuple[Literal["every", "mean"], ...] = ("every", "mean")
    for low_pass, k, seconds, reading in product((10, 50, 500), (1, 2, 3), (0.02, 0.05, 0.1), readings):
        name = f"{low_pass} Hz, {k} SD, {1000 * seconds:.0f} ms, {reading}"
        yield name, partial(hodges_bui, low_pass=low_pass, k=k, seconds=seconds, reading=reading)


def peers() -> Iterator[tuple[str, list[tuple[str, Method]] | str]]:
    """Yield every package's methods with their settings, or why there are none."""
    packages: dict[str, tuple[Peer, dict[str, tuple[float, ...]]]] = {
        "biosppy": (
            biosppy,
            {"find_onsets": (0, 2, 3, 5), "hodges_bui": (1, 1.25, 1.5, 2, 3), "solnik": (8, 15, 30, 100)},
        ),
        "neurokit2": (neurokit, {"threshold": (0, 3), "mixture": (0, 0.9), "biosppy": (0, 3), "silva": (3, 5)}),
    }
    for package, (run, methods) in packages.items():
        if importlib.util.find_spec(package) is None:
            yield package, "not installed"
            continue
        for method, numbers in methods.items():
            yield f"{package} {method}", [(f"{k:g}", partial(run, method=method, k=k)) for k in numbers]


def best(settings: list[tuple[str, Method]], trials: list[Trial]) -> str:
    """Return the line of the setting that costs least, or what the last failing one said."""
    scores, failure = [], "no setting"
    for name, method in settings:
        try:
            scores.append((score(trials, [tidied(method(one), one.rate) for one in trials]), name))
        except Exception as error:
            failure = f"{name}: {type(error).__name__}: {error}"
    if not scores:
        return f"failed: {failure}"
    least, name = min(scores, key=lambda pair: pair[0].cost)
    return f"{least}   {name}"


def say(text: str) -> None:
    """Print one line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> int:
    """Print all lines; go on in `build/peers` where the packages are there and not here."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--bursts", type=int, default=200, help="bursts a line (default 200)")
    options.add_argument("--only", default="", help="kinds of muscle whose name contains this")
    asked = options.parse_args()
    python = PEERS / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists() and Path(sys.prefix).resolve() != PEERS.resolve():
        return subprocess.run(
            [python, "-W", "ignore", "-m", "tests.onset_bench", *sys.argv[1:]], cwd=PEERS.parents[1], check=False
        ).returncode
    others = list(peers())
    for kind in (kind for kind in KINDS if asked.only in kind):
        for snr in SNRS:
            trials = [trial(kind, snr, seed) for seed in range(-(-asked.bursts // PER_TRIAL))]
            say(f"\n{kind}, {snr} dB, {PER_TRIAL * len(trials)} bursts; errors in ms, late is positive")
            head = "onset: median [quartiles] |median|   offset: the same                  missed  false   setting"
            say(f"{'':<22}{head}")
            say(f"{'ours':<22}{score(trials, [ours(one, told=False) for one in trials])}   rest not told")
            say(f"{'ours':<22}{score(trials, [ours(one, told=True) for one in trials])}   rest told")
            say(f"{'Hodges & Bui':<22}{best(list(hodges_bui_settings()), trials)}")
            for name, settings in others:
                say(f"{name:<22}{settings if isinstance(settings, str) else best(settings, trials)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
