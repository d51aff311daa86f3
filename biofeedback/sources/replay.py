"""A recording as a source: its samples and gaps come again, in real time or as fast as they are taken.

For looking at a recording in the window, or recording it anew with other settings. Its commands are not played:
recomputing the numbers of a recording, commands included, is `report.recompute`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.recording.account import read_account
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.edf_reader import EdfRecording, read_edf
from biofeedback.reproduce import OTHER_VREF, other_channel, pipeline_settings
from biofeedback.sources.source import SourceEnded, SourceError, SourceLost
from biofeedback.wire.events import Event, Gap, Scans, StreamInfo

BLOCK_TIME = 0.01
UNPACED_BLOCK_TIME = 0.25


class ReplaySource:
    """The samples of `path`. `channels` are the settings stored with it, or made from its header's scaling."""

    simulated = False
    by_hand = False

    def __init__(self, path: Path, *, paced: bool = True, clock: Callable[[], float] = time.monotonic) -> None:
        """Read the header; raise RecordingError when it is no recording."""
        self.path = path
        self.label = f"recording {path.name}"
        self.paced = paced
        self._clock = clock
        self._recording: EdfRecording = read_edf(path)
        try:
            ours = read_account(path)["Biofeedback"]
            stored = pipeline_settings(ours, rate=self._recording.rate, n_channels=len(self._recording.channels))
        except RecordingError:
            ours, stored = {}, None
        self.simulated = ours.get("simulated") is True
        self.channels: tuple[ChannelSettings, ...]
        if stored:
            self.channels, self._bits, self._vref, self._shift = stored.channels, stored.adc_bits, stored.vref, 0
        else:
            # somebody else's file: signed values are moved up to where an ADC's would lie
            self._bits = 24 if path.suffix == ".bdf" else 16
            self._vref, self._shift = OTHER_VREF, 1 << (self._bits - 1)
            self.channels = tuple(
                other_channel(channel.muscle or channel.label, channel.microvolts_per_count, self._bits)
                for channel in self._recording.channels
            )
        self._wake = threading.Event()
        self._blocks: Iterator[Scans | Gap] | None = None
        self._ahead: Scans | Gap | None = None
        self._start = 0.0
        self._opened = 0

    def open(self) -> StreamInfo:
        """Begin at the first scan."""
        rate = self._recording.rate
        if rate != round(rate):
            raise SourceError(f"{self.path.name} has {rate:g} scans per second: only whole numbers can be replayed.")
        self._opened += 1
        block = UNPACED_BLOCK_TIME if not self.paced else BLOCK_TIME
        self._blocks = self._recording.blocks(max(1, round(block * rate)))
        self._ahead = None
        self._start = self._clock()
        return StreamInfo(
            stream_id=self._opened % 256, n_channels=len(self.channels), scans_per_frame=max(1, round(block * rate)),
            adc_bits=self._bits, vref=self._vref, channel_skew=0.0, tick_hz=round(rate), period_ticks=1,
            board=self.label,
        )  # fmt: skip

    def read(self, timeout: float) -> list[Event]:
        """Return the block whose time has come; raise SourceEnded after the last."""
        if self._blocks is None:
            raise SourceLost("The recording is not open.")
        if self._ahead is None:
            self._ahead = next(self._blocks, None)
        if self._ahead is None:
            raise SourceEnded("The recording is over.")
        if self.paced:
            wait = self._start + self._ahead.end_index / self._recording.rate - self._clock()
            if wait > 0 and (self._wake.wait(min(wait, timeout)) or wait > timeout):
                self._wake.clear()
                return []
        block, self._ahead = self._ahead, None
        if isinstance(block, Scans) and self._shift:
            block = Scans(block.first_index, (block.counts + self._shift).astype(np.int32))
        return [block]

    def cancel(self) -> None:
        """Make a waiting read return soon."""
        self._wake.set()

    def close(self) -> None:
        """End the replay."""
        self._blocks = None
