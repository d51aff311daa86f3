"""What MNE, NeuroKit2 and BioSPPy make of the same samples. Runs in `build/peers`, started by tests/peers.py.

    python -m tests.peer_answers FOLDER

For every `<signal>.npy` in the folder (one channel in counts, less its first scan) and its rate in `rates.json` it
writes `<signal>.<package>.<quantity>.npy`.
Rule: not a line of the app is used, nor a number from it: filters and windows are written down again here. Each package
computes with its own functions; where it has none (an RMS in MNE, a median frequency in all three) the nearest it has
is used, and one line of arithmetic added.
"""

from __future__ import annotations

import importlib
import json
import math
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Answers = dict[str, Floats]

CUTOFFS = (3.0, 5.0, 6.0, 10.0)
EVERY = 50
"""MNE's RMS is a spectrum for each scan: it is asked at every 50th, the others are NaN."""


def edges(rate: float) -> tuple[float, float]:
    """Return the corners of the band-pass in hertz, each Butterworth of order 4."""
    return 20.0, min(450.0, 0.45 * rate)


def pieces(x: Floats, rate: float) -> list[Floats]:
    """Return consecutive windows of 4 s."""
    n = round(4 * rate)
    return [x[start : start + n] for start in range(0, len(x) - n + 1, n)]


def middle_of_power(frequency: Floats, power: Floats) -> float:
    """Return the frequency that halves the power; each line stands for the band around it."""
    total = np.cumsum(power)
    return float(np.interp(total[-1] / 2, total, frequency + (frequency[1] - frequency[0]) / 2))


def trailing_rms(mean_square: Floats, late: int) -> Floats:
    """Return the root of a moving mean that looks `late` scans ahead, as one that looks back; NaN before the first."""
    return np.asarray(np.sqrt(np.concatenate([np.full(late, np.nan), mean_square[: len(mean_square) - late]])))


def answers(
    x: Floats,
    rate: float,
    *,
    high_pass: Callable[[Floats, float], Floats],
    low_pass: Callable[[Floats, float, int], Floats],
    rms: Callable[[Floats, int], Floats],
    median: Callable[[Floats], float],
) -> Answers:
    """Return every quantity: `rms` over a window of so many scans, `low_pass` at a corner in hertz of an order."""
    low, high = edges(rate)
    filtered = low_pass(high_pass(x, low), high, 4)
    gaussian = math.sqrt(math.pi / 2)  # a linear envelope is shown on the scale of the RMS
    return {
        "bandpass": filtered,
        "score": rms(filtered, round(0.125 * rate)),
        **{f"linear{c:g}": gaussian * low_pass(np.abs(filtered), c, 2) for c in CUTOFFS},
        "median": np.array([median(piece) for piece in pieces(filtered, rate)]),
        "median0": np.array([median(piece) for piece in pieces(x, rate)]),
    }


def by_mne(x: Floats, rate: float) -> Answers:
    """Causal IIR of mne.filter; RMS by Parseval's theorem from one spectrum a window; Welch spectrum."""
    mne: Any = importlib.import_module("mne")

    def butterworth(values: Floats, low: float | None, high: float | None, order: int) -> Floats:
        filtered = mne.filter.filter_data(
            values,
            rate,
            low,
            high,
            method="iir",
            iir_params={"order": order, "ftype": "butter", "output": "sos"},
            phase="forward",
            verbose="error",
        )
        return np.asarray(filtered)

    def welch(values: Floats, size: int, window: str, **more: Any) -> tuple[Floats, Floats]:
        power, frequency = mne.time_frequency.psd_array_welch(
            values, rate, n_fft=size, n_per_seg=size, window=window, verbose="error", **more
        )
        return frequency, power

    def rms(values: Floats, size: int) -> Floats:
        found = np.full(len(values), np.nan)
        ends = np.arange(size - 1, len(values), EVERY)
        windows = np.stack([values[end - size + 1 : end + 1] for end in ends])
        frequency, power = welch(windows, size, "boxcar", remove_dc=False)
        found[ends] = np.sqrt(power.sum(axis=1) * frequency[1])
        return found

    def median(values: Floats) -> float:
        return middle_of_power(*welch(values, round(rate), "hann", n_overlap=round(rate) // 2))

    return answers(
        x,
        rate,
        high_pass=lambda values, corner: butterworth(values, corner, None, 4),
        low_pass=lambda values, corner, order: butterworth(values, None, corner, order),
        rms=rms,
        median=median,
    )


def by_neurokit2(x: Floats, rate: float) -> Answers:
    """Causal signal_filter ("butterworth_zi"), signal_smooth of the squares, signal_psd (a zero-padded Welch)."""
    nk: Any = importlib.import_module("neurokit2")

    def butterworth(values: Floats, order: int, **corner: float) -> Floats:
        return np.asarray(nk.signal_filter(values, rate, method="butterworth_zi", order=order, **corner))

    def rms(values: Floats, size: int) -> Floats:
        mean_square = np.asarray(nk.signal_smooth(values**2, kernel="boxcar", size=size))
        return trailing_rms(mean_square, size - 1 - size // 2)

    def median(values: Floats) -> float:
        psd = nk.signal_psd(values - values.mean(), rate, method="welch", window=1, normalize=False, min_frequency=0)
        return middle_of_power(psd["Frequency"].to_numpy(), psd["Power"].to_numpy())

    return answers(
        x,
        rate,
        high_pass=lambda values, corner: butterworth(values, 4, lowcut=corner),
        low_pass=lambda values, corner, order: butterworth(values, order, highcut=corner),
        rms=rms,
        median=median,
    )


def by_biosppy(x: Floats, rate: float) -> Answers:
    """get_filter with OnlineFilter (transfer functions, not sections), smoother of the squares, welch_spectrum."""
    tools: Any = importlib.import_module("biosppy.signals.tools")

    def butterworth(values: Floats, band: str, corner: float, order: int) -> Floats:
        b, a = tools.get_filter(ftype="butter", band=band, order=order, frequency=corner, sampling_rate=rate)
        return np.asarray(tools.OnlineFilter(b, a).filter(values)["filtered"])

    def rms(values: Floats, size: int) -> Floats:
        mean_square = np.asarray(tools.smoother(values**2, kernel="boxcar", size=size)["signal"])
        return trailing_rms(mean_square, (size - 1) // 2)

    def median(values: Floats) -> float:
        spectrum = tools.welch_spectrum(values, sampling_rate=rate, decibel=False)
        return middle_of_power(spectrum["freqs"], spectrum["power"])

    return answers(
        x,
        rate,
        high_pass=lambda values, corner: butterworth(values, "highpass", corner, 4),
        low_pass=lambda values, corner, order: butterworth(values, "lowpass", corner, order),
        rms=rms,
        median=median,
    )


PACKAGES = {"mne": by_mne, "neurokit2": by_neurokit2, "biosppy": by_biosppy}


def main(folder: Path) -> int:
    """Answer all signals of `folder`."""
    warnings.simplefilter("ignore")  # theirs, about versions of what they use
    rates: dict[str, float] = json.loads((folder / "rates.json").read_text("utf-8"))
    for name, rate in rates.items():
        x = np.load(folder / f"{name}.npy", allow_pickle=False)
        for package, by in PACKAGES.items():
            for quantity, values in by(x, rate).items():
                np.save(folder / f"{name}.{package}.{quantity}.npy", values, allow_pickle=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
