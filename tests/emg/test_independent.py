"""Our numbers against ones computed without us: by hand, by scipy alone, by MNE. Every tolerance is stated and why.

Rule: what is held against ours comes from tests/independent.py, from MNE or from a formula, never from the package.
"""

from __future__ import annotations

from collections.abc import Callable

import mne  # type: ignore[import-untyped]
import numpy as np
import pytest

from biofeedback.emg.envelope import DISPLAYS, Floats, quantised
from biofeedback.emg.filters import Cascade, design_bandpass
from biofeedback.emg.sensor import ChannelSettings, Sensor, microvolts_per_count
from biofeedback.emg.spectrum import median_frequency
from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.wire.events import Counts, Scans
from tests import independent
from tests.real_emg import bursts, fatigue
from tests.signal_numbers import seen_delay

RATES = (250.0, 500.0, 512.0, 1000.0, 2000.0)
"""A real recording is taken as if it had been made at each of these."""
STEP = 1 / 1024
LINEAR = {name: display.cutoff for name, display in DISPLAYS.items() if display.cutoff is not None}


def filtered(counts: Counts, rate: float) -> Floats:
    return Cascade(design_bandpass(rate), 1).process(counts.astype(np.float64))[:, 0]


def path(rate: float, adc_bits: int, channel: ChannelSettings, vref: float = 5.0) -> Pipeline:
    return Pipeline(PipelineSettings(rate, adc_bits, vref, (channel,)))


@pytest.mark.parametrize("rate", RATES)
def test_the_bandpass_is_that_of_difference_equations_written_out(rate: float) -> None:
    """Within a billionth of the largest sample: only the order of float operations differs."""
    counts = bursts()[:4000]
    expected = independent.bandpassed_by_hand(counts[:, 0], rate)
    assert filtered(counts, rate) == pytest.approx(expected, abs=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("rate", RATES)
def test_the_bandpass_is_that_of_mne(rate: float) -> None:
    """Within a millionth of a count once both have forgotten how they began (MNE pads the beginning)."""
    counts = fatigue()[:20_000]
    x = (counts[:, 0] - counts[0, 0]).astype(np.float64)
    for low, high in ((20.0, None), (None, min(450.0, 0.45 * rate))):
        order = {"order": 4, "ftype": "butter", "output": "sos"}
        x = mne.filter.filter_data(x, rate, low, high, method="iir", iir_params=order, phase="forward", verbose="error")
    settled = round(rate)
    assert filtered(counts, rate)[settled:] == pytest.approx(x[settled:], abs=1e-6)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(("sensor", "adc_bits"), [(Sensor.RAW, 12), (Sensor.RECT, 12), (Sensor.RAW, 24)])
def test_the_score_envelope_is_a_plain_rms(sensor: Sensor, adc_bits: int, rate: float) -> None:
    """Within one rounding step: half of it from the rounding of the samples, half from that of the result."""
    counts = np.abs(fatigue()[:20_000] - 2048) if sensor is Sensor.RECT else fatigue()[:20_000]
    counts = (counts << 12 if adc_bits == 24 else counts).astype(np.int32)
    x = independent.bandpassed(counts[:, 0], rate) if sensor is Sensor.RAW else counts[:, 0].astype(np.float64)
    n = round(0.125 * rate)
    score = path(rate, adc_bits, ChannelSettings(sensor=sensor)).process(Scans(0, counts)).score[:, 0]
    allowed = 1 / 4 if adc_bits == 24 else STEP
    assert score[n:] == pytest.approx(independent.rms(x, n)[n:], abs=allowed)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("name", list(LINEAR))
def test_a_linear_envelope_is_that_of_scipy(name: str, rate: float) -> None:
    """Within 1.3 steps: half a step of the samples times √(π/2), 9 % for overshoot, and half a step of rounding."""
    x = filtered(bursts()[:10_000], rate)
    shown = DISPLAYS[name].make(rate, 1, 1024).process(quantised(x[:, None], 1024))[:, 0]
    assert shown == pytest.approx(independent.linear(x, LINEAR[name], rate), abs=1.3 * STEP)


@pytest.mark.parametrize("load", [bursts, fatigue])
def test_the_median_frequency_is_that_of_mne(load: Callable[[], Counts]) -> None:
    """Within 0.01 Hz in every window of 4 s; ours and MNE's Welch differ in nothing but who wrote them."""
    x = filtered(load(), 1000.0)
    windows = [x[start : start + 4000] for start in range(0, len(x) - 3999, 4000)]
    expected = []
    for window in windows:
        power, frequency = mne.time_frequency.psd_array_welch(
            window, 1000.0, n_fft=1000, n_per_seg=1000, n_overlap=500, window="hann", verbose="error"
        )
        total = np.cumsum(power)
        expected.append(np.interp(total[-1] / 2, total, frequency + 0.5))
    assert [median_frequency(window, 1000.0) for window in windows] == pytest.approx(expected, abs=0.01)
    assert len(windows) >= 7


@pytest.mark.parametrize("load", [bursts, fatigue])
def test_the_stated_delay_is_the_one_seen_on_real_emg(load: Callable[[], Counts]) -> None:
    """Score envelope against one without delay: best fit at band-pass and half a window within 2 ms."""
    seen, stated = seen_delay(load()[:25_000], 1000.0)
    assert seen == pytest.approx(stated, abs=0.002)
    assert stated == pytest.approx(0.0643, abs=0.001)


@pytest.mark.parametrize("adc_bits", [10, 12, 14, 16])
@pytest.mark.parametrize("vref", [3.3, 5.0])
def test_microvolts_at_the_electrode_come_out_as_microvolts(adc_bits: int, vref: float) -> None:
    """A sine of 700 µV through sensor and converter by hand: RMS 495 µV within 1 %, rounding to counts included."""
    t = np.arange(2000) / 1000.0
    volts = vref / 2 + 200 * 700e-6 * np.sin(2 * np.pi * 100 * t + 0.3)
    counts = np.floor(volts / vref * 2**adc_bits).astype(np.int32)[:, None]
    channel = ChannelSettings(gain=200.0)
    score = path(1000.0, adc_bits, channel, vref).process(Scans(0, counts)).score[-1, 0]
    step = microvolts_per_count(channel, adc_bits, vref)
    assert step is not None
    assert score * step == pytest.approx(700 / np.sqrt(2), rel=0.01)


@pytest.mark.parametrize("adc_bits", [10, 12, 14, 16])
def test_an_envelope_pin_comes_out_in_microvolts_too(adc_bits: int) -> None:
    """120 µV at the electrode through a gain of 200 · (1 + 50), within half a step."""
    volts = 120e-6 * 200 * 51
    counts = np.full((1000, 1), np.floor(volts / 5 * 2**adc_bits), dtype=np.int32)
    channel = ChannelSettings(sensor=Sensor.ENV, gain=10_200.0)
    score = path(1000.0, adc_bits, channel).process(Scans(0, counts)).score[-1, 0]
    step = microvolts_per_count(channel, adc_bits, 5.0)
    assert step is not None
    assert step == pytest.approx(5 / 2**adc_bits / 10_200 * 1e6, rel=1e-12)
    assert (score + 0.5) * step == pytest.approx(120, abs=step / 2)
