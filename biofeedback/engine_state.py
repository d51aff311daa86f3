"""What the engine shows and what it is told: its state after a read, and its settings. Immutable both.

One rule: a state is a whole; whoever looks keeps one and never sees half of the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from biofeedback.emg.delay import Part
from biofeedback.emg.envelope import DEFAULT_DISPLAY
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.pipeline import PipelineSettings, Update
from biofeedback.recording.recorder import RecorderState
from biofeedback.wire.events import StreamInfo

Phase = Literal["connecting", "streaming", "stalled", "lost", "another board", "ended", "failed", "stopped"]


@dataclass(frozen=True, slots=True)
class EngineState:
    """What can be seen of the engine after a read. Immutable; a newer one takes its place."""

    phase: Phase
    message: str = ""
    label: str = ""
    simulated: bool = False
    by_hand: bool = False
    """Whether the space bar contracts the simulated muscle."""
    info: StreamInfo | None = None
    settings: PipelineSettings | None = None
    end_index: int = 0
    received: int = 0
    lost: int = 0
    overruns: int = 0
    last_arrival: float = 0.0
    """time.monotonic() of the newest scans."""
    measured_rate: float | None = None
    """Scans per second of the board against the host's clock; None until it means something."""
    update: Update | None = None
    recording: RecorderState | None = None
    delays: tuple[Part, ...] = ()
    """Parts of the delay of the first channel; what painting takes is known to whoever paints."""

    @property
    def received_percent(self) -> float:
        """Share of the scans since connecting that arrived."""
        return 100.0 * self.received / max(1, self.received + self.lost)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """What the engine needs beside a source: channels by position, and how to filter and show them."""

    channels: tuple[ChannelSettings, ...]
    mains: int = 0
    """Hz; 0 where unknown."""
    notch: bool = False
    display: str = DEFAULT_DISPLAY
