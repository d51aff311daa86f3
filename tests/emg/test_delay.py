"""The parts of the delay, and what the real signal path does when the effort makes a step or a ramp."""

from __future__ import annotations

import numpy as np
import pytest

from biofeedback.emg.delay import (
    CARRIER,
    Part,
    display_timing,
    envelope_timing,
    painted,
    parts,
    sensor_envelope_delay,
    total,
)
from biofeedback.emg.envelope import DEFAULT_DISPLAY, DISPLAYS, Display, Floats
from biofeedback.emg.filters import design_bandpass, group_delay
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.sitting import BAUD, Sitting
from biofeedback.sources.artefacts import SensorPin
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.wire.events import Scans, StreamInfo

TOLERANCE = 0.002
"""Seconds."""
RINGING = 0.004
"""Seconds by which the high-pass's own ringing after a full stop of the carrier holds a linear envelope up: it comes
early in its fall, where an RMS, which squares it, has most of its way to go."""
RATES = (500, 1000, 2000)
STEP_AT = 2.0
CHANGES = {"rise": (0.0, 1.0), "fall": (1.0, 0.0), "up": (0.9, 1.0), "down": (1.0, 0.9)}
N_PHASES = 8
LINEAR_CHOICES = [choice for choice in DISPLAYS.values() if choice.window or choice.cutoff]
"""The choices whose delay is computed; one that is measured is tested where it is made."""


def shown(rate: int, display: Display, sensor: Sensor, before: float, after: float) -> Floats:
    """Return the bar (n_scans,) of a noise-free carrier whose size makes a step, as the mean over its phases."""
    carrier = CARRIER
    if display.window is not None:  # whole half periods in the window, so that the RMS itself does not ripple
        window = round(display.window * rate) / rate
        carrier = round(2 * CARRIER * window) / (2 * window)
    time = np.arange(4 * rate) / rate
    size = np.where(time < STEP_AT, before, after)[:, None]
    wave = 6000 * size * np.sin(2 * np.pi * (carrier * time[:, None] + np.arange(N_PHASES) / N_PHASES))
    counts = 8192 + wave if sensor is Sensor.RAW else np.abs(wave) if sensor is Sensor.RECT else 6000 * size + 0 * wave
    channels = tuple(ChannelSettings(f"phase {i}", sensor=sensor) for i in range(N_PHASES))
    pipeline = Pipeline(PipelineSettings(float(rate), 14, 5.0, channels, display=display.name))
    mean: Floats = pipeline.process(Scans(0, np.rint(counts).astype(np.int32))).display.mean(axis=1)
    return mean


def half_way(bar: Floats, rate: int) -> float:
    """Return the seconds after the step at which the bar has made half of its way, between two scans.

    The effort changes at any time between two scans, so on average half a scan before the first one that shows it.
    """
    step = round(STEP_AT * rate)
    first, last = bar[step - rate // 5 : step].mean(), bar[-rate // 5 :].mean()
    way = (bar - first) / (last - first)
    i = step + int(np.argmax(way[step:] >= 0.5))
    return float((i - (way[i] - 0.5) / (way[i] - way[i - 1])) / rate - (STEP_AT - 0.5 / rate))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("display", LINEAR_CHOICES, ids=lambda choice: choice.name)
def test_a_step_of_the_effort_is_half_seen_when_it_was_computed_to_be(display: Display, rate: int) -> None:
    band_pass = group_delay(design_bandpass(rate), CARRIER, rate)
    seen = {name: half_way(shown(rate, display, Sensor.RAW, *change), rate) for name, change in CHANGES.items()}
    timing = display_timing(display, rate)
    late = TOLERANCE if display.window else RINGING
    assert seen["rise"] == pytest.approx(band_pass + timing.rise, abs=TOLERANCE)
    assert seen["fall"] == pytest.approx(band_pass + timing.fall, abs=late)
    # a step of a tenth is not yet infinitely small: up comes as much too early as down too late
    assert (seen["up"] + seen["down"]) / 2 == pytest.approx(band_pass + timing.small, abs=TOLERANCE)


@pytest.mark.parametrize("rate", RATES)
def test_rectified_and_ready_made_envelopes_have_no_band_pass_and_their_own_delay(rate: int) -> None:
    choice = DISPLAYS[DEFAULT_DISPLAY]
    for sensor in (Sensor.RECT, Sensor.ENV, Sensor.UNKNOWN):
        timing = envelope_timing(sensor, DEFAULT_DISPLAY, rate)
        assert half_way(shown(rate, choice, sensor, 0.0, 1.0), rate) == pytest.approx(timing.rise, abs=TOLERANCE)
        assert half_way(shown(rate, choice, sensor, 1.0, 0.0), rate) == pytest.approx(timing.fall, abs=TOLERANCE)


@pytest.mark.parametrize("rate", RATES)
def test_a_slow_rise_on_the_sensors_own_envelope_is_late_by_the_sensors_filter_and_ours(rate: int) -> None:
    time = np.arange(4 * rate) / rate
    size = np.clip((time - 1.0) / 2.0, 0, 1)  # a ramp: behind filters it is late by the sum of their delays, no more
    rising = (time > 1.8) & (time < 2.8)
    late = []
    for phase in range(N_PHASES):
        wave = 300 * size * np.sin(2 * np.pi * (CARRIER * time + phase / N_PHASES))
        channel = ChannelSettings(sensor=Sensor.ENV, gain=10_200)
        counts = SensorPin(channel, rate, 14, 5.0).next(wave)[:, None]
        settings = PipelineSettings(float(rate), 14, 5.0, (channel,))
        bar = Pipeline(settings).process(Scans(0, counts)).display[:, 0]
        slope, start = np.polyfit(time[rising], bar[rising], 1)
        full = bar[-rate // 5 :].mean()
        late.append(-start / slope - 1.0)
        assert slope == pytest.approx(full / 2.0, rel=0.02)
    found = parts(rate=rate, scans_per_frame=1, n_channels=1, sensor=Sensor.ENV, sos=None, simulated=True)
    computed = sum(part.seconds for part in found if "envelope" in part.name)
    assert computed == pytest.approx(0.0442 + 0.05, abs=1e-3)
    assert np.mean(late) == pytest.approx(computed, abs=TOLERANCE)


def named(found: tuple[Part, ...]) -> dict[str, Part]:
    return {part.name: part for part in found}


def test_the_parts_are_those_of_the_path_and_of_the_sitting() -> None:
    settings = PipelineSettings(1000.0, 10, 5.0, (ChannelSettings(), ChannelSettings()), display="linear 6 Hz")
    pipeline = Pipeline(settings)
    info = StreamInfo(1, 2, 10, 10, 5.0, 0.0, 1000, 1, "uno")
    found = parts(
        rate=1000, scans_per_frame=10, n_channels=2, sensor=Sensor.RAW, sos=pipeline.sos, display="linear 6 Hz",
        baud=BAUD, painted_after=0.012,
    )  # fmt: skip
    of = named(found)
    assert list(of) == ["frame", "line", "USB", "band-pass", "envelope", "arrival to painted", "screen"]
    sitting = Sitting(settings, info, simulated=False, paced=True)
    assert painted(sitting.delays, 0.012) == found
    assert of["frame"].most == pytest.approx(0.009)
    assert of["arrival to painted"].known == "measured"
    assert {part.known for part in found} == {"computed", "measured", "assumed"}
    assert all(part.why for part in found)


def test_no_part_hides_outside_its_span_and_the_total_is_their_sum() -> None:
    for sensor in Sensor:
        for display in DISPLAYS:
            for simulated in (False, True):
                found = parts(
                    rate=500, scans_per_frame=5, n_channels=1, sensor=sensor, sos=design_bandpass(500),
                    display=display, simulated=simulated,
                )  # fmt: skip
                assert all(0 <= part.least <= part.seconds <= part.most for part in found), found
                shown_total, least, most = total(found)
                assert least < shown_total < most
                assert shown_total == sum(part.seconds for part in found)
                of = named(found)
                assert ("USB" in of) is not simulated
                assert ("band-pass" in of) is (sensor is Sensor.RAW)
                assert ("sensor's own envelope" in of) is (sensor in (Sensor.ENV, Sensor.UNKNOWN))
                assert "line" not in of
                assert "arrival to painted" not in of


def test_what_is_not_known_says_so() -> None:
    of = named(parts(rate=1000, scans_per_frame=10, n_channels=1, sensor=Sensor.ENV, sos=None))
    assert of["sensor's own envelope"].known == "assumed"
    assert "not checked" in of["sensor's own envelope"].why
    assert of["sensor's own envelope"].seconds == sensor_envelope_delay() == pytest.approx(0.0442, abs=1e-4)
    assert (of["USB"].known, of["USB"].least, of["USB"].most) == ("assumed", 0.001, 0.016)
    assert of["screen"].known == "assumed"


@pytest.mark.parametrize("rate", RATES)
def test_the_simulated_boards_scans_wait_for_their_frame_as_computed(rate: int) -> None:
    now = 0.0

    def wait(seconds: float) -> None:
        nonlocal now
        now += min(max(seconds, 1e-5), 1e-3)

    source = SimulatedSource(1, rate, clock=lambda: now, wait=wait)
    info = source.open()
    waited: list[Floats] = []
    while now < 1.0:
        for event in source.read(0.1):
            if isinstance(event, Scans):
                taken = (np.arange(event.first_index, event.end_index) + 0.5) / rate  # in the middle of its interval
                waited.append(now - taken)
    source.close()
    found = parts(
        rate=rate, scans_per_frame=info.scans_per_frame, n_channels=1, sensor=Sensor.RAW, sos=None, simulated=True
    )
    frame = named(found)["frame"]
    every = np.concatenate(waited)
    assert every.mean() == pytest.approx(frame.seconds, abs=TOLERANCE)
    assert every.max() <= frame.most + TOLERANCE


def test_the_envelopes_part_tells_how_a_full_rise_and_fall_are_seen() -> None:
    envelope = named(parts(rate=1000, scans_per_frame=1, n_channels=1, sensor=Sensor.RAW, sos=None))["envelope"]
    assert "31 ms" in envelope.why
    assert "94 ms" in envelope.why
    assert (envelope.least, envelope.seconds, envelope.most) == (0.03125, 0.0625, 0.09375)


def test_a_display_that_is_not_offered_is_an_error() -> None:
    with pytest.raises(KeyError):
        envelope_timing(Sensor.RAW, "RMS 1 s", 1000)


@pytest.mark.parametrize("rate", [250.0, 500.0, 512.0, 1000.0, 2000.0])
@pytest.mark.parametrize("mains", [50, 60])
def test_the_stated_delays_make_sense_at_every_setting(rate: float, mains: int) -> None:
    """With the notch, too: a delay stated inside a notch would be nonsense (−405 ms was)."""
    for notch in (None, mains):
        of = named(parts(rate=rate, scans_per_frame=1, n_channels=1, sensor=Sensor.RAW,
                         sos=design_bandpass(rate, notch=notch)))  # fmt: skip
        assert 0 < of["band-pass"].seconds < 0.012
        assert of["envelope"].seconds == pytest.approx(0.0625, abs=0.001)
