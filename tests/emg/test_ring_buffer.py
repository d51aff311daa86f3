import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.emg.ring_buffer import RingBuffer


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 25)), max_size=30), st.integers(1, 12))
def test_the_newest_scans_come_back_in_order_with_missing_ones_marked(steps: list[tuple[bool, int]], n: int) -> None:
    ring, truth, value = RingBuffer(12, 2), [], 0
    for is_gap, length in steps:
        if is_gap:
            ring.skip(length)
            truth += [None] * length
        else:
            block = np.arange(value, value + length, dtype=float)
            ring.append(np.stack([block, -block], axis=1))
            truth += block.tolist()
            value += length
    first, got = ring.latest(n)
    assert ring.end_index == len(truth)
    assert first == max(0, len(truth) - n)
    assert [None if np.isnan(a) else a for a in got[:, 0].tolist()] == truth[first:]
    assert np.array_equal(got[:, 0], np.negative(got[:, 1]), equal_nan=True)


def test_a_reader_never_sees_a_torn_copy() -> None:
    ring = RingBuffer(2000, 1, np.int64, missing=-1)
    block = np.arange(64)[:, None]
    stop = threading.Event()

    def write() -> None:
        at = 0
        while not stop.is_set():
            ring.append(block + at)
            at += len(block)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3000):
            first, got = ring.latest(1000)
            if len(got):
                assert got[0, 0] == first
                assert (np.diff(got[:, 0]) == 1).all()
    finally:
        stop.set()
        writer.join()
