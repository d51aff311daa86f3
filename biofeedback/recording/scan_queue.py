"""The bounded queue between the acquisition thread and the recorder's.

One rule: indices stay true. Scans that find the queue full become a gap of cause "storage" in their place, merged
with a gap before it, so a full queue does not grow either.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from biofeedback.wire.events import Gap, Scans

MAX_TEXTS = 10_000
"""Most annotations waiting."""


@dataclass(frozen=True, slots=True)
class Text:
    """An annotation on its way to the file, at scan `index`."""

    index: int
    text: str
    n_scans: int | None = None


Item = Scans | Gap | Text


class ScanQueue:
    """First in, first out, for one thread that puts and one that takes. `capacity` in scans; a gap weighs one."""

    def __init__(self, capacity: int) -> None:
        self._capacity = max(1, capacity)
        self._items: deque[Item] = deque()
        self._weight = 0
        self._n_texts = 0
        self._changed = threading.Condition()
        self._closed = False

    def put(self, event: Scans | Gap, *, wait: bool = False) -> int | None:
        """Queue an event; return how many of its scans were lost to a full queue, or None when the queue is closed.

        With `wait` the caller is held until there is room or the queue is closed.
        """
        weight = _weight(event)
        with self._changed:
            if wait:
                self._changed.wait_for(lambda: self._has_room(weight) or self._closed)
            if self._closed:
                return None
            lost = 0
            if not self._has_room(weight):
                lost = weight if isinstance(event, Scans) else 0
                last = self._items[-1]
                first_index = event.first_index
                if isinstance(last, Gap) and last.cause == "storage":
                    first_index = last.first_index
                    self._items.pop()
                    self._weight -= 1
                event = Gap(first_index, event.end_index - first_index, "storage")
            self._items.append(event)
            self._weight += _weight(event)
            self._changed.notify_all()
            return lost

    def put_text(self, text: Text) -> bool:
        """Queue an annotation; return False when the queue is closed or holds MAX_TEXTS of them."""
        with self._changed:
            if self._closed or self._n_texts >= MAX_TEXTS:
                return False
            self._items.append(text)
            self._n_texts += 1
            self._changed.notify_all()
            return True

    def take(self) -> Item | None:
        """Return the oldest item, waiting for one; None when the queue is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._closed)
            if not self._items:
                return None
            item = self._items.popleft()
            if isinstance(item, Text):
                self._n_texts -= 1
            else:
                self._weight -= _weight(item)
            self._changed.notify_all()
            return item

    def close(self) -> None:
        """Take no more; what is queued can still be taken. May be called twice, by any thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def drain(self) -> list[Item]:
        """Close the queue and return what was left in it."""
        self.close()
        return list(iter(self.take, None))

    @property
    def is_finished(self) -> bool:
        """Whether it is closed and empty."""
        with self._changed:
            return self._closed and not self._items

    def _has_room(self, weight: int) -> bool:
        return self._weight == 0 or self._weight + weight <= self._capacity


def _weight(event: Scans | Gap) -> int:
    return len(event.counts) if isinstance(event, Scans) else 1


def count_scans(items: Sequence[Item]) -> int:
    """Return how many scans are in `items`, gaps not counted."""
    return sum(len(item.counts) for item in items if isinstance(item, Scans))


def part_from(event: Scans | Gap, index: int) -> Scans | Gap | None:
    """Return what of `event` lies at or after scan `index`."""
    if event.end_index <= index:
        return None
    if event.first_index >= index:
        return event
    if isinstance(event, Scans):
        return Scans(index, event.counts[index - event.first_index :])
    return Gap(index, event.end_index - index, event.cause)
