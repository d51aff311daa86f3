"""The committed recordings, as counts."""

from pathlib import Path

import numpy as np

DATA = Path(__file__).parent / "data"


def bursts() -> np.ndarray:
    """Eight contractions of a biceps: int32 counts (28519, 1), 16 bit, 1000 Hz."""
    with np.load(DATA / "bsnb_emg_bursts.npz") as file:
        return file["x"].astype(np.int32)[:, None]


def fatigue() -> np.ndarray:
    """A minute of repeated flexion: int32 counts (60000, 1), 12 bit, 1000 Hz."""
    with np.load(DATA / "bsnb_emg_fatigue_first60s.npz") as file:
        return file["x"].astype(np.int32)[:, None]
