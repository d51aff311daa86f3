"""How much an envelope flickers at constant effort: its coefficient of variation over a steady noise.

A choice is told by what it costs: what follows sooner trembles more. For a given noise the product of delay and CV² is
nearly the same whichever filter is taken (docs/signal.md), because the mean of n independent values has a CV of 1/√n.
One rule: every choice is measured on the same noise, from a fixed seed, so that the figures can be compared.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import signal

from biofeedback.emg.envelope import Display, quantised

BAND = (50.0, 160.0)
"""Hz: where most of a surface EMG's power lies. A narrower signal flickers more."""
AMPLITUDE = 300.0
"""Counts RMS before the band: far above rounding."""
SECONDS = 60.0
SETTLING = 2.0
"""Seconds left out at the beginning: the slowest choice has settled four times over."""
SEED = 1
STEPS = 1024


def flickers(displays: Iterable[Display], rate: float) -> dict[str, float]:
    """Return each choice's standard deviation over its mean at constant effort, by its name (0.08 is 8 %).

    `rate` in scans per second; the noise's band ends at 0.45 of it and is never narrower than 0.3 of it.
    Measured over a minute, the figure itself is good to about a twentieth. Raises ValueError for a rate that is not
    above 0.
    """
    if not rate > 0:
        raise ValueError(f"{rate:g} scans per second: there is nothing to measure")
    band = (min(BAND[0], 0.15 * rate), min(BAND[1], 0.45 * rate))
    sos = signal.butter(2, band, "bandpass", fs=rate, output="sos")
    n_scans = round((SETTLING + SECONDS) * rate)
    noise = signal.sosfilt(sos, AMPLITUDE * np.random.default_rng(SEED).standard_normal(n_scans))
    steady = quantised(np.asarray(noise, dtype=np.float64)[:, None], STEPS)
    found = {}
    for display in displays:
        shown = display.make(rate, 1, STEPS).process(steady)[round(SETTLING * rate) :]
        found[display.name] = float(shown.std() / shown.mean())
    return found
