"""Counts that tell their own index, streams cut into pieces, and what a list of events or a file holds.

Rule: what is built here depends on the scan's index alone, so that a scan in the wrong place is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from biofeedback.recording.edf_reader import read_edf
from biofeedback.wire.events import Counts, Event, Gap, GapCause, Scans

Kind = TypeVar("Kind", bound=Event)
Piece = TypeVar("Piece", bytes, NDArray[np.int64], NDArray[np.float64])


def numbered_counts(n_scans: int, first: int = 0) -> Counts:
    """Return 10 bit counts of scans `first` and on, shape (n_scans, 2); each scan differs from the 1023 before it."""
    index = np.arange(first, first + n_scans)
    return np.stack([index % 1024, (index * 7919 + 3) % 1024], axis=1).astype(np.int32)


def numbered_scans(first: int, n_scans: int) -> Scans:
    """Return the scans `first` and on, with their numbered counts."""
    return Scans(first, numbered_counts(n_scans, first))


def pieces(whole: Piece, lengths: Iterable[int]) -> Iterator[tuple[int, Piece]]:
    """Yield the whole in consecutive pieces of these lengths, each with its position; the last is what remains."""
    at = 0
    for length in lengths:
        piece = whole[at : at + length]
        yield at, piece
        at += len(piece)
    yield at, whole[at:]


def of_kind(kind: type[Kind], events: Iterable[object]) -> list[Kind]:
    """Return the events of one kind, in their order."""
    return [event for event in events if isinstance(event, kind)]


def joined_counts(events: Iterable[object]) -> Counts:
    """Return the counts of all scans among the events, one after another; there must be some."""
    return np.concatenate([block.counts for block in of_kind(Scans, events)])


def stored(path: Path) -> list[tuple[int, int, GapCause | None]]:
    """Return what a recording holds, in order: (first index, number of scans, cause of a gap or None)."""
    events = read_edf(path).blocks(1 << 20)
    return [(e.first_index, e.end_index - e.first_index, e.cause if isinstance(e, Gap) else None) for e in events]
