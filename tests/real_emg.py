"""The committed recordings, as counts."""

from pathlib import Path

import numpy as np

from biofeedback.wire.events import Counts

DATA = Path(__file__).parent / "data"


def bursts() -> Counts:
    """Nine contractions of a biceps: int32 counts (28519, 1), 16 bit, 1000 Hz."""
    return _counts("bsnb_emg_bursts.npz")


def fatigue() -> Counts:
    """A minute of repeated flexion: int32 counts (60000, 1), 12 bit, 1000 Hz."""
    return _counts("bsnb_emg_fatigue_first60s.npz")


def _counts(name: str) -> Counts:
    with np.load(DATA / name) as file:
        counts: Counts = file["x"].astype(np.int32)[:, None]
    return counts
