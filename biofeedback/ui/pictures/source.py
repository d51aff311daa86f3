"""A simulated person's muscle that gives exactly as much signal as is granted, and stands for a board when asked to.

Whoever grants waits until the engine has taken the block, so that a picture is of one scan and of no other.
One rule: nobody's clock decides anything; what goes wrong goes wrong in the signal or on its way.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from PyQt6.QtCore import QSemaphore

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.emg.sensor import ChannelSettings
from biofeedback.sources.person import Person
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.sources.source import SourceError, SourceLost
from biofeedback.wire.events import Event, Gap, Scans, StreamInfo

RATE = 1000
GRANT = 100
"""Scans that one grant gives: 0.1 s, as often as the simulated person looks."""
BOARD = "Arduino Uno R4 Minima"
LONGEST_WAIT = 60_000
"""Milliseconds after which an engine that takes nothing has died."""
UNPLUGGED = "The board was unplugged."


def in_blocks(events: Iterable[Event]) -> list[Event]:
    """Return the events with consecutive scans in one block: there are fewer steps, and the same numbers."""
    made: list[Event] = []
    for kind, some in itertools.groupby(events, type):
        alike = list(some)
        blocks = [event for event in alike if isinstance(event, Scans)]
        if kind is Scans:
            alike = [Scans(blocks[0].first_index, np.concatenate([block.counts for block in blocks]))]
        made += alike
    return made


class GrantedSource:
    """One person's muscles. `as_board`: it calls itself a board, so that the lists and the mains rule count."""

    paced = False

    def __init__(self, channels: tuple[ChannelSettings, ...], person: Person, *, as_board: bool) -> None:
        self._person = person
        self.muscle = SimulatedSource(len(channels), RATE, channels=channels, drive=self._drive, paced=False, seed=7)
        self._as_board = as_board
        self.simulated = self.by_hand = not as_board
        self.label = f"{BOARD} on /dev/ttyACM0" if as_board else self.muscle.label
        self.effort = [1.0] * len(channels)
        """By how much each muscle works more or less than this person means to."""
        self._granted, self._taken = QSemaphore(), QSemaphore()
        self._owes = False
        self._n_sent = 0
        self._is_plugged = True

    def open(self) -> StreamInfo:
        """Start a stream; raise SourceError while unplugged."""
        if not self._is_plugged:
            raise SourceError(UNPLUGGED)
        info = self.muscle.open()
        return replace(info, board=BOARD) if self._as_board else info

    def read(self, timeout: float) -> list[Event]:
        """Return what was granted as one block, or nothing after `timeout` seconds; raise SourceLost when unplugged."""
        self._tell_taken()
        if not self._granted.tryAcquire(1, round(1000 * timeout)):
            if not self._is_plugged:
                raise SourceLost(UNPLUGGED)
            return []
        events: list[Event] = []
        n = 0
        while n < GRANT:
            for event in self.muscle.read(timeout):
                n += len(event.counts) if isinstance(event, Scans) else event.n_scans if isinstance(event, Gap) else 0
                events.append(event)
        self._n_sent += GRANT
        self._owes = True
        return in_blocks(events)

    def grant(self) -> None:
        """Let the next 0.1 s come, and wait until it was taken; raise RuntimeError when nobody takes it."""
        self._granted.release()
        if not self._taken.tryAcquire(1, LONGEST_WAIT):
            raise RuntimeError("the engine takes no more signal")

    def clock(self) -> float:
        """Return the time by what was sent: the host's clock of a source that is faster than time."""
        return 1.0 + self._n_sent / RATE

    def unplug(self) -> None:
        """Take the cable out."""
        self._is_plugged = False

    def cancel(self) -> None:
        """Nothing waits long here."""

    def close(self) -> None:
        """Close the muscle."""
        self._tell_taken()
        self.muscle.close()

    def _tell_taken(self) -> None:
        if self._owes:
            self._owes = False
            self._taken.release()

    def _drive(self, index: Integers) -> Floats:
        working: Floats = self._person.drive(index) * np.array(self.effort)
        return working
