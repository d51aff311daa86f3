"""The numbers of docs/signal.md that follow from the design: filters, delays, flicker, scale, rounding, frequencies.

    python -m tests.signal_numbers [--seconds S] [--holds N]

Rule: nothing is typed in; every figure is computed or measured here from the code that runs.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np
from scipy import optimize, signal

from biofeedback.emg.delay import display_timing
from biofeedback.emg.envelope import DISPLAYS, Floats, quantised
from biofeedback.emg.filters import HIGH_PASS, LOW_PASS, design_bandpass, group_delay
from biofeedback.emg.sensor import ChannelSettings, Sensor, microvolts_per_count
from biofeedback.emg.spectrum import Fatigue, fatigue, median_frequency
from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.wire.events import Counts, Scans
from tests import independent, real_emg
from tests.emg.test_spectrum import SHAPES, shaped, slowing, true_median

RATES = (250.0, 500.0, 512.0, 1000.0, 2000.0)
CARRIERS = (60.0, 80.0, 120.0)
BAND = (50.0, 160.0)
"""Hz: the noise whose flicker is measured, of the width of surface EMG."""
STEPS = 1024


def say(text: str = "") -> None:
    """Print one line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def gain(rate: float, notch: float | None, frequency: float) -> float:
    """Return the gain of the band-pass at `frequency` hertz, in decibels."""
    response = signal.sosfreqz(design_bandpass(rate, notch=notch), worN=np.array([frequency]), fs=rate)[1]
    return float(20 * np.log10(max(abs(response[0]), 1e-15)))


def half_power(rate: float, low: float, high: float) -> float:
    """Return the frequency between `low` and `high` hertz at which the band-pass lets half of the power through."""
    return float(optimize.brentq(lambda frequency: gain(rate, None, frequency) - 10 * np.log10(0.5), low, high))


def filters() -> None:
    """Print where the band-pass lets through half the power, what it takes away, and how late it is."""
    say("Band-pass      -3 dB at Hz       gain in dB at Hz             with notch 50, at Hz      delay in ms at Hz")
    say("scans/s        low    high       10     50    100    500      49     50     51        60    80   120")
    for rate in RATES:
        corner = min(LOW_PASS, 0.45 * rate)
        low = half_power(rate, HIGH_PASS / 2, 2 * HIGH_PASS)
        high = half_power(rate, 0.8 * corner, min(1.2 * corner, 0.499 * rate))
        gains = [
            f"{round(gain(rate, None, f), 1) + 0.0:7.1f}" if f < rate / 2 else f"{'-':>7}"
            for f in (10.0, 50.0, 100.0, 500.0)
        ]
        notched = [f"{max(gain(rate, 50.0, f), -99.0):7.1f}" for f in (49.0, 50.0, 51.0)]
        sos = design_bandpass(rate)
        late = [f"{1000 * group_delay(sos, f, rate):6.1f}" if f < 0.4 * rate else f"{'-':>6}" for f in CARRIERS]
        say(f"{rate:<10g}{low:8.2f}{high:8.2f}  {''.join(gains)}   {''.join(notched)}    {''.join(late)}")


def flicker(seconds: float) -> None:
    """Print how late each display is, how much it flickers at constant effort, and their product."""
    rate = 2000.0
    sos = signal.butter(2, BAND, "bandpass", fs=rate, output="sos")
    n = round((seconds + 5) * rate)
    noise = signal.sosfilt(sos, 300 * np.random.default_rng(1).standard_normal(n))
    x = quantised(np.asarray(noise)[:, None], STEPS)
    say(f"\nDisplay at constant effort: noise {BAND[0]:g}-{BAND[1]:g} Hz, {seconds:g} s at {rate:g} scans/s")
    say(f"{'':<14}{'delay, ms':>10}{'half a rise':>16}{'half a fall':>16}{'flicker CV, %':>15}{'delay x CV2, ms':>17}")
    for name, display in DISPLAYS.items():
        timing = display_timing(display, rate)
        shown = display.make(rate, 1, STEPS).process(x)[round(5 * rate) :, 0]
        cv = float(shown.std() / shown.mean())
        rise, fall = measured_halves(name, rate)
        say(
            f"{name:<14}{1000 * timing.small:10.1f}{1000 * rise:9.1f} ({1000 * timing.rise:4.1f})"
            f"{1000 * fall:9.1f} ({1000 * timing.fall:4.1f}){100 * cv:15.1f}{1000 * timing.small * cv * cv:17.2f}"
        )
    say("(in brackets: as stated by emg/delay.py; measured on a 100 Hz sine switched on and off, envelope alone)")


def measured_halves(name: str, rate: float) -> tuple[float, float]:
    """Return the seconds after which the display shows half of a full rise from rest, and of the fall."""
    t = np.arange(round(4 * rate)) / rate
    on = (t >= 1) & (t < 3)
    x = quantised(np.where(on, 1000 * np.sin(2 * np.pi * 100 * t), 0.0)[:, None], STEPS)
    shown = DISPLAYS[name].make(rate, 1, STEPS).process(x)[:, 0]
    half = shown[round(2.9 * rate)] / 2
    rise = int(np.argmax(shown[round(rate) :] >= half)) / rate
    fall = int(np.argmax(shown[round(3 * rate) :] <= half)) / rate
    return rise, fall


def scale() -> None:
    """Print what one count is worth at the electrode, and where a sensor's own envelope ends."""
    say("\nOne count at the electrode, uV       10 bit      12 bit      14 bit      16 bit      full scale")
    for what, sensor, gain in (("RAW, RECT", Sensor.RAW, 200.0), ("ENV, 50 kOhm", Sensor.ENV, 10_200.0)):
        for vref in (5.0, 3.3):
            channel = ChannelSettings(sensor=sensor, gain=gain)
            worth = [microvolts_per_count(channel, bits, vref) or np.nan for bits in (10, 12, 14, 16)]
            columns = "".join(f"{each:12.3f}" for each in worth)
            say(f"{what + f', {vref:g} V':<31}{columns}{1024 * worth[0]:16.0f}")


def rounding() -> None:
    """Print how far the score envelope of real EMG lies from a float RMS of scipy's band-pass."""
    say("\nScore envelope of real EMG less numpy's RMS of scipy's band-pass: largest difference in 1/1024 count")
    for name, counts, bits in (("bursts", real_emg.bursts(), 16), ("fatigue", real_emg.fatigue(), 12)):
        for rate in RATES:
            pipeline = Pipeline(PipelineSettings(rate, bits, 5.0, (ChannelSettings(),)))
            score = pipeline.process(Scans(0, counts)).score[:, 0]
            n = round(0.125 * rate)
            expected: Floats = independent.rms(independent.bandpassed(counts[:, 0], rate), n)
            say(f"{name:<10}{rate:>6g} scans/s{STEPS * float(np.nanmax(np.abs(score - expected))):8.2f}")


def seen_delay(counts: Counts, rate: float) -> tuple[float, float]:
    """Return by how many seconds the live score envelope of a channel follows one without delay, seen and stated.

    Seen: the lag of best correlation with the centred RMS of the same band-pass run forwards and backwards. Stated: the
    band-pass's group delay at the recording's median frequency, and half of the window.
    """
    pipeline = Pipeline(PipelineSettings(rate, 16, 5.0, (ChannelSettings(),)))
    live = pipeline.process(Scans(0, counts)).score[:, 0]
    sos, n = design_bandpass(rate), round(0.125 * rate)
    x = signal.sosfiltfilt(sos, counts[:, 0].astype(np.float64))
    centred = np.sqrt(np.convolve(x * x, np.ones(n) / n, "same"))
    lags, settled = np.arange(round(0.03 * rate), round(0.11 * rate)), round(rate)
    fit = [np.corrcoef(live[settled:], centred[settled - lag : len(centred) - lag])[0, 1] for lag in lags]
    return float(lags[int(np.argmax(fit))]) / rate, group_delay(sos, median_frequency(x, rate), rate) + n / rate / 2


def delays() -> None:
    """Print the delay of the whole path on real EMG."""
    say("\nScore envelope of real EMG behind one without delay, ms: seen (stated)")
    for name, counts in (("bursts", real_emg.bursts()), ("fatigue", real_emg.fatigue())):
        seen, stated = seen_delay(counts, 1000.0)
        say(f"{name:<10}{1000 * seen:6.0f} ({1000 * stated:.1f})")


def frequencies(holds: int) -> None:
    """Print how far median frequencies and their slopes lie from known ones."""
    corners = SHAPES["like EMG"]
    truth, rate = true_median(corners), 1000.0
    found = [median_frequency(shaped(4, seed, corners), rate) for seed in range(5 * holds)]
    say(f"\nMedian frequency of {len(found)} windows of 4 s, known to be {truth:.2f} Hz: mean {np.mean(found):.2f}")
    say(f"standard deviation of one window {np.std(found):.2f} Hz")
    say(f"Slope over {holds} holds of 60 s each, percent a minute")
    for fall in (0, 10, 25):
        results = [fatigue(slowing(60, fall, seed), rate, np.ones(60_000, dtype=np.bool_), 20) for seed in range(holds)]
        lines = [result for result in results if isinstance(result, Fatigue)]
        slopes = np.array([line.slope for line in lines])
        held = np.mean([line.slope_low <= -fall <= line.slope_high for line in lines])
        fell = np.mean([line.verdict == "frequency fell" for line in lines])
        say(
            f"true {0 - fall:6.1f}: mean {slopes.mean():6.1f}, standard deviation {slopes.std():4.1f}; "
            f'the interval holds it in {100 * held:.1f} %; "frequency fell" in {100 * fell:.1f} %'
        )


def main() -> int:
    """Print everything."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=300.0, help="length of the flicker measurement (default 300)")
    options.add_argument("--holds", type=int, default=300, help="simulated holds for the fatigue slope (default 300)")
    asked = options.parse_args()
    filters()
    flicker(asked.seconds)
    delays()
    scale()
    rounding()
    frequencies(asked.holds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
