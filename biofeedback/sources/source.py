"""What every source of samples has in common, and what can go wrong with one.

A source owns its decoder, so the engine sees the same events from a board, a simulated muscle or a recording.
"""

from __future__ import annotations

from typing import Protocol

from biofeedback.wire.events import Event, StreamInfo


class SourceError(Exception):
    """A source could not be opened. The message says what happened and what to do; nothing was read yet."""


class SourceLost(Exception):  # noqa: N818 - an ordinary event in the life of a cable, not a mistake
    """An open source broke off (unplugged, board reset, end of the recording). What was read before stays good."""


class SourceEnded(SourceLost):
    """The source has no more samples and will never have (the end of a recording)."""


class Source(Protocol):
    """A stream of events. Used by one thread; only `cancel` may be called from another."""

    label: str
    """What it is, for the screen and the file."""
    simulated: bool
    """Whether the samples come from no living muscle: marked on the screen and in the file."""
    by_hand: bool
    """Whether a person makes it contract with the space bar (the simulated muscle, unless a script moves it)."""
    paced: bool
    """Whether samples arrive in real time; if not, the engine takes them as fast as it can store them."""

    def open(self) -> StreamInfo:
        """Start a new stream and say what it is; raise SourceError when that cannot be."""

    def read(self, timeout: float) -> list[Event]:
        """Return the events that came, waiting at most `timeout` seconds for the first; raise SourceLost."""

    def cancel(self) -> None:
        """Make a waiting `read` or `open` return soon. The one method that another thread may call."""

    def close(self) -> None:
        """Let go of the source. Never raises; may be called twice."""
