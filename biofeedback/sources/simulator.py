"""A simulated person on a simulated board: muscles, electrodes and sensors, sent as EMG stream 1 and decoded again.

Its samples take the way of a board's: encoded into frames of about 10 ms, given to the same decoder, lost in the same
numbered gaps. What the muscle was really told is known for every scan (`true_activation`).
The one rule: seed, drive and scan index decide every sample; when and how reads are made decides nothing.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.sources.artefacts import BUMP, SensorPin, Skin
from biofeedback.sources.muscle import UNITS, Effort, MotorPool
from biofeedback.sources.source import SourceError, SourceLost
from biofeedback.wire.events import Counts, Event, Status, StreamInfo
from biofeedback.wire.stream import (
    FLAG_DROPPED,
    FLAG_RAIL,
    MAX_CHANNELS,
    MAX_DATA_VALUES,
    StreamDecoder,
    encode_data,
    encode_info,
    encode_status,
)

Floats = NDArray[np.float64]
Drive = Callable[[NDArray[np.int64]], Floats]
"""Scan indices (n,) since the start of the stream to activations 0–1 (n, n_channels), each row on its own."""

FULL_RMS = 400.0
"""RMS in µV of a healthy muscle at full drive; a strong limb muscle under a bipolar electrode. Judgement."""
FRAME_TIME = 0.01
UNPACED_TIME = 0.05
LONGEST_READ = 1.0
"""Most seconds of signal one read gives, so that catching up after a stall stays bounded in memory."""
MEMORY_TIME = 60
"""How long the true activation is remembered, in seconds."""
RATES = range(100, 10001)
UNPLUGGED = "The simulated muscle was unplugged. What was read before is kept; plug it in, then connect again."
NOT_OPEN = "The simulated muscle is not connected. What was read before is kept; connect to go on."


@dataclass(slots=True)
class _Channel:
    muscle: MotorPool
    effort: Effort
    skin: Skin
    pin: SensorPin
    level: float = 0.0


class SimulatedSource:
    """A source (see `source.Source`) of simulated EMG; `true_activation` tells what it should show.

    `channels` (one entry per channel) gives sensor, gain and reference voltage; `strength` is the share of motor units
    left (0.05: six units, sparse and not Gaussian; amplitude falls by its root); `mains` 50, 60 or 0 hertz; `hum`,
    `noise` and `drift` RMS in µV. The board has 14 bits over 5 V, unless told otherwise. With `drive` the effort is a
    script, without it follows `set_contraction`. Unpaced, each read gives 50 ms at once. `clock` and `wait` (seconds)
    may be replaced to run on another time. Raise ValueError on settings that no board could have.
    """

    label = "simulated muscle"
    simulated = True

    def __init__(
        self,
        n_channels: int = 1,
        rate: int = 1000,
        *,
        channels: Sequence[ChannelSettings] | None = None,
        seed: int = 1,
        drive: Drive | None = None,
        paced: bool = True,
        strength: float = 1.0,
        mains: int = 50,
        hum: float = 5.0,
        noise: float = 3.0,
        drift: float = 10.0,
        adc_bits: int = 14,
        vref: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        channels = [ChannelSettings()] * n_channels if channels is None else list(channels)
        if not 1 <= n_channels <= MAX_CHANNELS or len(channels) != n_channels:
            raise ValueError(f"{n_channels} channels with {len(channels)} settings: give 1–{MAX_CHANNELS} of each")
        if rate not in RATES or not 8 <= adc_bits <= 16 or not 0 < strength <= 4 or not 0 < vref < 65:
            raise ValueError(f"no such board: {rate} scans/s, {adc_bits} bits, {vref} V, strength {strength}")
        self.paced = paced
        self.by_hand = drive is None
        self._seed = seed
        self._drive = drive
        self._clock = clock
        self._wake = threading.Event()
        self._wait = self._wake.wait if wait is None else wait
        frame = max(1, min(round(rate * FRAME_TIME), MAX_DATA_VALUES // n_channels))
        self._info = StreamInfo(
            stream_id=0, n_channels=n_channels, scans_per_frame=frame, adc_bits=adc_bits, vref=vref, channel_skew=0.0,
            tick_hz=rate, period_ticks=1, board=self.label,
        )  # fmt: skip
        n_units = max(1, round(UNITS * strength))
        self._channels = [
            _Channel(
                MotorPool(rate, n_units=n_units, full_rms=FULL_RMS * math.sqrt(n_units / UNITS), seed=_mix(seed, i)),
                Effort(frame / rate, _mix(seed, i)),
                Skin(rate, mains=mains, hum=hum, noise=noise, drift=drift, seed=_mix(seed, i)),
                SensorPin(settings, rate, adc_bits, vref),
            )
            for i, settings in enumerate(channels)
        ]
        self._lock = threading.Lock()
        self._told: Floats = np.zeros((MEMORY_TIME * rate, n_channels))
        self._decoder = StreamDecoder()
        self._streams = self._index = 0
        self._to_lose = self._to_drop = self._overruns = 0
        self._drop_untold = False
        self._plugged, self._unplugged, self._running, self._cancelled = True, False, False, False
        self._start = 0.0

    def open(self) -> StreamInfo:
        """Start a stream at scan 0 under a new number; raise SourceError while unplugged."""
        if not self._plugged:
            raise SourceError("The simulated muscle is unplugged. Plug it in again, then try once more.")
        self._streams += 1
        stream_id = (self._streams - 1) % 255 + 1
        self._info = replace(self._info, stream_id=stream_id)
        for i, channel in enumerate(self._channels):
            seed = _mix(self._seed, i, self._streams)
            channel.muscle.restart(seed)
            channel.skin.restart(seed)
            channel.pin.restart()
            channel.effort = Effort(self._info.scans_per_frame / self._info.rate, seed)
        with self._lock:
            self._index = self._to_lose = self._to_drop = self._overruns = 0
        self._drop_untold = False
        self._decoder = StreamDecoder(stream_id)
        self._decoder.feed(encode_info(self._info))
        self._start = self._clock()
        self._unplugged = False
        self._running = True
        return self._info

    def read(self, timeout: float) -> list[Event]:
        """Return what the board sent meanwhile, waiting at most `timeout` seconds; raise SourceLost when unplugged."""
        deadline = self._clock() + timeout
        while True:
            self._wake.clear()
            if not self._running:
                raise SourceLost(UNPLUGGED if self._unplugged else NOT_OPEN)
            if self._cancelled:
                self._cancelled = False
                return []
            now = self._clock()
            if n_frames := self._due(now):
                return self._produce(n_frames * self._info.scans_per_frame)
            next_frame = self._start + (self._index + self._info.scans_per_frame) / self._info.rate
            if now >= deadline:
                return []
            self._wait(min(next_frame, deadline) - now)

    def cancel(self) -> None:
        """Make the waiting read, or else the next one, return at once with nothing."""
        self._cancelled = True
        self._wake.set()

    def close(self) -> None:
        """End the stream; `open` starts another."""
        self._running = False
        self._wake.set()

    def set_contraction(self, level: float, channel: int | None = None) -> None:
        """Let the person work at `level` 0–1 (clipped) with one muscle, or with all; no effect with a drive."""
        if not math.isfinite(level):
            raise ValueError(f"an effort of {level} is not a number from 0 to 1")
        for one in self._chosen(channel):
            one.level = min(max(level, 0.0), 1.0)

    def bump(self, channel: int | None = None, peak: float = BUMP) -> None:
        """Let an electrode move: an artefact of `peak` µV within 0.4 s."""
        for one in self._chosen(channel):
            one.skin.bump(peak)

    def loosen(self, channel: int | None = None, *, loose: bool = True) -> None:
        """Let an electrode come off (or sit again): a tenth of the muscle, much hum and noise."""
        for one in self._chosen(channel):
            one.skin.loose = loose

    def set_hum(self, rms: float, channel: int | None = None) -> None:
        """Set the mains hum to `rms` µV at the electrode."""
        for one in self._chosen(channel):
            one.skin.hum = rms

    def lose(self, n_scans: int, *, by_board: bool = False) -> None:
        """Never send the next `n_scans` scans: lost on the line, or dropped by the board, which then says so."""
        with self._lock:
            self._to_lose += max(n_scans, 0)
            if by_board:
                self._to_drop += max(n_scans, 0)

    def unplug(self) -> None:
        """Break the stream off: reads raise SourceLost, and `open` SourceError until `plug`."""
        self._plugged = self._running = False
        self._unplugged = True
        self._wake.set()

    def plug(self) -> None:
        """Connect the cable again; the old stream stays lost, `open` starts a new one."""
        self._plugged = True

    def true_activation(self, first_index: int, n: int) -> Floats:
        """Return the activations 0–1 that scans `first_index` to `first_index + n` were made with, (n, n_channels).

        Also for scans that were lost on the way. Raise ValueError for scans not made yet or over 60 s old.
        """
        with self._lock:
            oldest = max(self._index - len(self._told), 0)
            if n < 0 or not oldest <= first_index <= first_index + n <= self._index:
                raise ValueError(f"scans {first_index} to {first_index + n}: known are {oldest} to {self._index}")
            return self._told[np.arange(first_index, first_index + n) % len(self._told)]

    def _chosen(self, channel: int | None) -> list[_Channel]:
        return self._channels if channel is None else [self._channels[channel]]

    def _due(self, now: float) -> int:
        """Return how many frames the next read gives; after a stall all that were missed, a second's worth a read."""
        frame_time = self._info.scans_per_frame / self._info.rate
        if not self.paced:
            return max(1, round(UNPACED_TIME / frame_time))
        # a millionth of a frame, so that a clock that stands exactly on a frame's end counts it
        elapsed_frames = math.floor((now - self._start) / frame_time + 1e-6)
        due = elapsed_frames - self._index // self._info.scans_per_frame
        return min(max(due, 0), math.ceil(LONGEST_READ / frame_time))

    def _produce(self, n: int) -> list[Event]:
        """Make n scans (whole frames), send them down the wire and return what arrives."""
        first = self._index
        activation = self._commanded(first, n)
        counts = np.empty((n, self._info.n_channels), np.int32)
        for i, channel in enumerate(self._channels):
            emg = channel.muscle.next(activation[:, i]) * channel.skin.contact
            counts[:, i] = channel.pin.next(emg + channel.skin.next(first, n))
        with self._lock:
            self._told[np.arange(first, first + n) % len(self._told)] = activation
            self._index = first + n
            lost = min(self._to_lose, n)
            dropped = min(self._to_drop, lost)
            self._to_lose -= lost
            self._to_drop -= dropped
        return self._decoder.feed(b"".join(self._frames(first, counts, lost, dropped)))

    def _commanded(self, first: int, n: int) -> Floats:
        if self._drive is None:
            frame = self._info.scans_per_frame
            steps = [
                np.concatenate([channel.effort.next(channel.level, frame) for _ in range(0, n, frame)])
                for channel in self._channels
            ]
            return np.stack(steps, axis=1)
        activation = np.asarray(self._drive(np.arange(first, first + n)), np.float64)
        if activation.shape != (n, self._info.n_channels) or not np.isfinite(activation).all():
            raise ValueError(f"a drive of shape {activation.shape} is not {n} finite rows of {self._info.n_channels}")
        return np.clip(activation, 0.0, 1.0)

    def _frames(self, first: int, counts: Counts, lost: int, dropped: int) -> Iterator[bytes]:
        """Yield the bytes of a block of whole frames but for its first `lost` scans; INFO and STATUS each second."""
        info, top = self._info, 2**self._info.adc_bits - 1
        self._overruns += dropped
        self._drop_untold = self._drop_untold or dropped > 0
        for begin in range(0, len(counts), info.scans_per_frame):
            end = begin + info.scans_per_frame
            if lost < end:
                part = counts[max(begin, lost) : end]
                at_rail = bool(((part == 0) | (part == top)).any())
                flags = (FLAG_DROPPED if self._drop_untold else 0) | (FLAG_RAIL if at_rail else 0)
                self._drop_untold = False
                yield encode_data(info.stream_id, first + max(begin, lost), part, flags=flags)
            seconds = (first + end) // int(info.rate)
            if seconds > (first + begin) // int(info.rate):
                yield encode_info(info)
                yield encode_status(Status(info.stream_id, float(seconds), self._overruns))


def _mix(*parts: int) -> int:
    """Return one seed made of several numbers."""
    return int(np.random.SeedSequence(parts).generate_state(1, np.uint64)[0])
