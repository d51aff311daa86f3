"""The simulated board: the wire's rules, the sensor's rails, the person's commands, the clock."""

import threading
import time
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from biofeedback.emg.sensor import ChannelSettings, Sensor, microvolts_per_count
from biofeedback.sources.artefacts import SensorPin, Skin
from biofeedback.sources.simulator import Drive, Floats, SimulatedSource
from biofeedback.sources.source import Source, SourceError, SourceLost
from biofeedback.wire.events import Counts, Gap, Scans, Status, StreamInfo
from tests.blocks import joined_counts, of_kind


class FakeTime:
    """A clock that moves only when somebody waits, by at least what was asked."""

    def __init__(self, lateness: float = 0.0) -> None:
        self.now = 100.0
        self.lateness = lateness

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds + self.lateness


def script(level: float = 0.5, n_channels: int = 1) -> Drive:
    return lambda index: np.full((len(index), n_channels), level)


def unpaced(**kwargs: Any) -> SimulatedSource:
    source = SimulatedSource(paced=False, **kwargs)
    source.open()
    return source


def collect(source: Source, n: int) -> Counts:
    """Counts of the first n scans, which must be consecutive."""
    got: list[Counts] = []
    index = 0
    while index < n:
        for event in of_kind(Scans, source.read(1.0)):
            assert event.first_index == index
            index = event.end_index
            got.append(event.counts)
    return np.concatenate(got)[:n]


def microvolts(source_info: StreamInfo, counts: Counts, channel: ChannelSettings) -> Floats:
    scale = microvolts_per_count(channel, source_info.adc_bits, source_info.vref)
    assert scale is not None
    return counts[:, 0].astype(np.float64) * scale


def test_it_is_a_source_and_says_that_it_is_simulated() -> None:
    source: Source = SimulatedSource(n_channels=3, rate=2000, adc_bits=12, vref=3.3)
    info = source.open()
    assert (source.simulated, source.paced, source.label) == (True, True, "simulated muscle")
    assert (info.n_channels, info.rate, info.adc_bits, info.vref) == (3, 2000.0, 12, 3.3)
    assert info.scans_per_frame == 20
    source.close()
    source.close()


@pytest.mark.parametrize(("n_channels", "rate"), [(1, 100), (6, 2000), (6, 10000), (1, 250)])
def test_frames_fit_the_wire_at_every_rate_and_number_of_channels(n_channels: int, rate: int) -> None:
    source = SimulatedSource(n_channels, rate, paced=False, drive=script(0.4, n_channels))
    source.open()
    assert collect(source, rate).shape == (rate, n_channels)


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_channels": 0},
        {"n_channels": 7},
        {"n_channels": 2, "channels": [ChannelSettings()]},
        {"rate": 0},
        {"adc_bits": 17},
        {"strength": 0.0},
        {"vref": 0.0},
    ],
)
def test_a_board_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no such board|settings"):
        SimulatedSource(**wrong)


def test_the_signal_in_microvolts_is_the_true_activation_times_the_full_rms() -> None:
    channel = ChannelSettings()
    source = SimulatedSource(paced=False, drive=script(0.5), hum=0.0, noise=0.0, drift=0.0)
    info = source.open()
    signal = microvolts(info, collect(source, 20000), channel)[1000:]
    assert signal.mean() == pytest.approx(2.5 / 200 * 1e6, rel=1e-3)
    assert signal.std() == pytest.approx(0.5 * 400.0, rel=0.05)
    assert (source.true_activation(0, 20000) == 0.5).all()


def test_the_same_seed_and_drive_give_the_same_counts_and_another_seed_others() -> None:
    counts = [collect(unpaced(seed=seed, drive=script()), 2000) for seed in (1, 1, 2)]
    assert np.array_equal(counts[0], counts[1])
    assert not np.array_equal(counts[0], counts[2])


@given(st.lists(st.floats(0, 0.4), min_size=1, max_size=12), st.floats(0, 0.05))
@settings(max_examples=25, deadline=None)
def test_any_pacing_of_reads_gives_the_same_samples(timeouts: list[float], lateness: float) -> None:
    def drive(index: NDArray[np.int64]) -> Floats:
        return np.stack([0.5 + 0.5 * np.sin(index / 200), (index // 300 % 2) * 0.7], axis=1)

    channels = [ChannelSettings(), ChannelSettings(sensor=Sensor.ENV, gain=None)]
    fake = FakeTime(lateness)
    source = SimulatedSource(2, channels=channels, drive=drive, clock=fake.clock, wait=fake.wait)
    source.open()
    got = []
    for timeout in timeouts:
        got += [event.counts for event in of_kind(Scans, source.read(timeout))]
        fake.now += timeout
    paced = np.concatenate([np.zeros((0, 2), np.int32), *got])
    reference = unpaced(n_channels=2, channels=channels, drive=drive)
    assert np.array_equal(paced, collect(reference, max(len(paced), 1))[: len(paced)])
    assert np.array_equal(source.true_activation(0, len(paced)), reference.true_activation(0, len(paced)))


def test_a_paced_source_sends_what_the_clock_says_is_due() -> None:
    fake = FakeTime()
    source = SimulatedSource(clock=fake.clock, wait=fake.wait)
    source.open()
    assert [event.end_index for event in of_kind(Scans, source.read(1.0))] == [10]
    assert fake.now == pytest.approx(100.01)
    assert source.read(0.005) == []
    assert fake.now == pytest.approx(100.015)
    for _ in range(500):
        source.read(0.05)
    assert source.read(0.0) == []
    assert fake.now - 100.0 == pytest.approx(5.01)
    assert len(source.true_activation(0, 5010)) == 5010


def test_after_a_stall_every_scan_still_comes() -> None:
    fake = FakeTime()
    source = SimulatedSource(clock=fake.clock, wait=fake.wait)
    source.open()
    fake.now += 7.5
    assert len(collect(source, 7500)) == 7500
    assert source.read(0.0) == []


def test_on_the_hosts_clock_no_scan_comes_before_its_time() -> None:
    source = SimulatedSource()
    started = time.monotonic()
    source.open()
    collect(source, 100)
    assert time.monotonic() - started >= 0.0999


def test_cancel_ends_a_waiting_read() -> None:
    source = SimulatedSource(clock=lambda: 0.0)
    source.open()
    result = []
    reader = threading.Thread(target=lambda: result.append(source.read(60.0)))
    reader.start()
    source.cancel()
    reader.join(30.0)
    assert result == [[]]


def test_cancel_before_a_read_is_not_forgotten_and_counts_once() -> None:
    source = unpaced()
    source.cancel()
    assert source.read(1.0) == []
    assert source.read(1.0)


def test_info_and_status_come_each_second_and_the_sample_clock_agrees() -> None:
    source = unpaced()
    events = [event for _ in range(61) for event in source.read(1.0)]
    assert [status.uptime for status in of_kind(Status, events)] == [1.0, 2.0, 3.0]


@given(st.integers(1, 400), st.booleans())
@settings(max_examples=20, deadline=None)
def test_lost_scans_are_one_gap_of_the_exact_length(n: int, by_board: bool) -> None:
    source = unpaced(drive=script(0.3))
    whole = collect(unpaced(drive=script(0.3)), 1500)
    first = source.read(1.0)[0]
    assert isinstance(first, Scans)
    source.lose(n, by_board=by_board)
    events = [event for _ in range(25) for event in source.read(1.0)]
    assert of_kind(Gap, events) == [Gap(first.counts.shape[0] * 5, n, "board" if by_board else "line")]
    for event in of_kind(Scans, events):
        assert np.array_equal(event.counts, whole[event.first_index : event.end_index])
    assert [status.overruns for status in of_kind(Status, events)] == [n if by_board else 0]
    assert len(source.true_activation(50, n)) == n


def test_each_loss_is_told_by_the_one_who_lost_it() -> None:
    source = unpaced()
    source.lose(50, by_board=True)
    assert of_kind(Scans, source.read(1.0)) == []
    assert source.read(1.0)[0] == Gap(0, 50, "board")
    source.lose(20)
    assert source.read(1.0)[0] == Gap(100, 20, "line")


def test_scans_lost_before_the_first_one_are_a_gap_from_zero() -> None:
    source = unpaced()
    source.lose(15)
    events = source.read(1.0)
    assert events[0] == Gap(0, 15, "line")
    assert isinstance(events[1], Scans)
    assert events[1].first_index == 15


def test_unplugged_it_is_lost_until_plugged_and_then_another_stream() -> None:
    source = SimulatedSource(paced=False, drive=script())
    first = source.open()
    before = collect(source, 500)
    source.unplug()
    with pytest.raises(SourceLost, match="unplugged"):
        source.read(0.1)
    with pytest.raises(SourceError, match="Plug it in"):
        source.open()
    source.plug()
    with pytest.raises(SourceLost, match="connect again"):
        source.read(0.1)
    second = source.open()
    assert second.stream_id != first.stream_id
    assert of_kind(Scans, source.read(0.1))[0].first_index == 0
    source.close()
    with pytest.raises(SourceLost, match="not connected"):
        source.read(0.1)
    source.open()
    assert not np.array_equal(collect(source, 500), before)


def test_unplugging_ends_a_waiting_read() -> None:
    source = SimulatedSource(clock=lambda: 0.0)
    source.open()
    raised = []

    def read() -> None:
        try:
            source.read(60.0)
        except SourceLost as lost:
            raised.append(lost)

    reader = threading.Thread(target=read)
    reader.start()
    source.unplug()
    reader.join(30.0)
    assert len(raised) == 1


def test_stream_numbers_are_never_zero_and_never_repeat_at_once() -> None:
    source = SimulatedSource()
    ids = [source.open().stream_id for _ in range(260)]
    assert set(ids) == set(range(1, 256))
    assert all(a != b for a, b in pairwise(ids))


def test_the_person_follows_the_wanted_contraction_and_lets_go() -> None:
    source = unpaced(n_channels=2)
    collect(source, 200)
    assert not source.true_activation(0, 200).any()
    source.set_contraction(0.6, channel=1)
    for _ in range(60):
        source.read(1.0)
    told = source.true_activation(700, 2500)
    assert not told[:, 0].any()
    assert told[:, 1].mean() == pytest.approx(0.6, abs=0.06)
    source.set_contraction(0.0)
    for _ in range(20):
        source.read(1.0)
    assert source.true_activation(4000, 200).max() < 0.01
    with pytest.raises(ValueError, match="not a number"):
        source.set_contraction(float("nan"))


def test_the_true_activation_is_remembered_for_a_minute_and_no_longer() -> None:
    source = SimulatedSource(rate=100, paced=False, drive=lambda index: (index[:, None] % 1000) / 1000)
    source.open()
    for _ in range(1300):
        source.read(1.0)
    assert np.array_equal(source.true_activation(500, 6000)[:, 0], np.arange(500, 6500) % 1000 / 1000)
    for first, n in ((499, 10), (6495, 6), (600, -1)):
        with pytest.raises(ValueError, match="known are 500 to 6500"):
            source.true_activation(first, n)


@pytest.mark.parametrize("bad", [np.zeros(50), np.full((50, 1), np.nan), np.zeros((49, 1))])
def test_a_drive_of_the_wrong_shape_or_not_finite_is_refused(bad: Floats) -> None:
    source = unpaced(drive=lambda _: bad)
    with pytest.raises(ValueError, match="a drive of shape"):
        source.read(1.0)


@pytest.mark.parametrize("mains", [50, 60])
def test_hum_stands_in_the_spectrum_at_its_frequency_and_size(mains: int) -> None:
    source = SimulatedSource(paced=False, mains=mains, noise=1.0)
    info = source.open()
    source.set_hum(100.0)
    signal = microvolts(info, collect(source, 4000), ChannelSettings())
    power = np.abs(np.fft.rfft(signal - signal.mean())) ** 2
    assert np.fft.rfftfreq(4000, 1e-3)[power.argmax()] == mains
    assert np.sqrt(np.mean((signal - signal.mean()) ** 2)) == pytest.approx(100.0, rel=0.1)


def test_without_mains_there_is_no_hum() -> None:
    quiet = Skin(1000, mains=0, hum=1000.0, noise=0.0, drift=0.0)
    assert not quiet.next(0, 1000).any()


def test_harmonics_above_half_the_rate_are_left_out() -> None:
    hum = Skin(220, mains=50, hum=1.0, noise=0.0, drift=0.0).next(0, 220)
    power = np.abs(np.fft.rfft(hum)) ** 2
    assert set(np.flatnonzero(power > 1e-9).tolist()) == {50, 100}


def test_a_bump_of_some_millivolts_comes_and_goes() -> None:
    source = SimulatedSource(2, paced=False)
    info = source.open()
    collect(source, 1000)
    source.bump(channel=0)
    after = joined_counts(event for _ in range(20) for event in source.read(1.0))
    scale = microvolts_per_count(ChannelSettings(), info.adc_bits, info.vref)
    moved = (after - after[500:].mean(axis=0)) * scale
    assert np.abs(moved[:400, 0]).max() == pytest.approx(3000.0, rel=0.05)
    assert np.abs(moved[400:, 0]).max() < 100
    assert np.abs(moved[:, 1]).max() < 100


def test_a_loose_electrode_loses_the_muscle_and_picks_up_hum() -> None:
    source = SimulatedSource(paced=False, drive=script(0.5))
    info = source.open()
    collect(source, 500)

    def hum_share() -> float:
        counts = joined_counts(event for _ in range(40) for event in source.read(1.0))
        signal = microvolts(info, counts, ChannelSettings())
        power = np.abs(np.fft.rfft(signal - signal.mean())) ** 2
        lines = [harmonic * 50 * len(signal) // 1000 for harmonic in (1, 2, 3, 5)]
        return float(power[lines].sum() / power.sum())

    assert hum_share() < 0.1
    source.loosen()
    assert hum_share() > 0.8
    source.loosen(loose=False)
    assert hum_share() < 0.1


def test_raw_stands_at_half_the_supply_and_is_cut_at_both_rails() -> None:
    pin = SensorPin(ChannelSettings(gain=200.0, supply=3.3), 1000, 10, 5.0)
    assert pin.next(np.array([0.0, 1e9, -1e9])).tolist() == [int(1.65 / 5 * 1024), int(3.3 / 5 * 1024), 0]
    pin = SensorPin(ChannelSettings(gain=200.0), 1000, 10, 5.0)
    assert pin.next(np.array([0.0, 1e9, -1e9, 24.5])).tolist() == [512, 1023, 0, 513]


def test_clipped_samples_stay_within_the_adc_and_the_frame_says_so() -> None:
    channel = ChannelSettings(gain=20000.0)
    source = SimulatedSource(channels=[channel], paced=False, drive=script(1.0), adc_bits=10)
    source.open()
    counts = collect(source, 2000)
    assert (counts.min(), counts.max()) == (0, 1023)
    assert np.mean((counts == 0) | (counts == 1023)) > 0.3
    assert source._decoder.counts.frames_at_rail > 100


def carrier(amplitude: float, n: int = 4000) -> Floats:
    """A 100 Hz square wave of `amplitude` µV at 1000 scans per second."""
    return amplitude * np.where(np.arange(n) % 10 < 5, 1.0, -1.0)


def test_rect_is_the_absolute_value_from_zero_without_the_baseline() -> None:
    pin = SensorPin(ChannelSettings(sensor=Sensor.RECT, gain=None), 1000, 14, 5.0)
    counts = pin.next(carrier(500.0) + 2000.0)[2000:]
    expected = 500e-6 * 200 / 5 * 2**14
    assert counts.min() > 0.6 * expected
    assert counts.mean() == pytest.approx(expected, rel=0.1)
    pin.restart()
    assert pin.next(np.array([0.0]))[0] == 0
    assert pin.next(np.full(1000, 2000.0))[-1] == 0


@pytest.mark.parametrize("sensor", [Sensor.ENV, Sensor.UNKNOWN])
def test_the_envelope_follows_by_a_first_order_low_pass_of_3_6_hertz(sensor: Sensor) -> None:
    pin = SensorPin(ChannelSettings(sensor=sensor, gain=None), 1000, 16, 5.0)
    counts = pin.next(carrier(200.0))
    settled = counts[-1000:].mean()
    assert settled == pytest.approx(200e-6 * 10200 / 5 * 2**16, rel=0.1)
    time_constant = 1 / (2 * np.pi * 3.6)
    assert np.argmax(counts > settled * (1 - np.exp(-1))) / 1000 == pytest.approx(time_constant, abs=0.006)
    pin.restart()
    assert np.array_equal(pin.next(carrier(200.0)), counts)


def test_the_envelope_of_a_muscle_grows_with_its_activation() -> None:
    channel = ChannelSettings(sensor=Sensor.ENV, gain=10200.0)
    means = [
        collect(unpaced(channels=[channel], drive=script(level)), 6000)[2000:].mean() for level in (0.0, 0.3, 0.6, 0.9)
    ]
    assert means == sorted(means)
    assert means[3] > 2 * means[1]


def test_the_users_reference_voltage_wins_over_the_boards() -> None:
    pin = SensorPin(ChannelSettings(vref=4.0, gain=200.0), 1000, 10, 5.0)
    assert pin.next(np.array([0.0])).tolist() == [512]
    assert pin.next(np.array([4e6 / 200 / 1024 * 1.01])).tolist() == [513]


def test_a_weak_muscle_is_smaller_and_sparser() -> None:
    def signal(strength: float) -> Floats:
        source = unpaced(strength=strength, drive=script(1.0), hum=0.0, noise=0.0, drift=0.0)
        counts = collect(source, 10000)[1000:, 0].astype(float)
        centred: Floats = counts - counts.mean()
        return centred

    strong, weak = signal(1.0), signal(0.02)
    assert weak.std() < 0.25 * strong.std()
    assert np.mean(weak**4) / np.mean(weak**2) ** 2 > 3.5
