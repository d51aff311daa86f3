"""A fake board in a process of its own: it streams numbered scans in real time and can be stopped and killed.

`python -m tests.board_process [lost]` prints its port. After SIGCONT it goes on with the next scan, or, with `lost`,
after that many scans which it could not keep. Rule: scan i always holds numbered_counts(1, i).
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from types import FrameType

from tests.blocks import numbered_counts
from tests.fake_board import FakeBoard

FRAME = 10
FRAME_TIME = 0.01


class BoardProcess:
    """The process, seen from the host: `port`, and what can happen to it."""

    def __init__(self, *, lost: int = 0) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "tests.board_process", str(lost)], text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
        assert self._process.stdout is not None
        self.port = self._process.stdout.readline().strip()

    def freeze(self) -> None:
        """Stop it (SIGSTOP); return when it stands still."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)

    def thaw(self) -> None:
        """Let it go on (SIGCONT)."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it at once: for whoever has its port open it is unplugged."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def stream_until_input_ends(lost: int) -> None:
    """Send a frame of 10 scans each 10 ms, one after another, catching up when late."""
    board = FakeBoard()
    skip = 0

    def on_cont(number: int, frame: FrameType | None) -> None:
        nonlocal skip
        skip += lost

    signal.signal(signal.SIGCONT, on_cont)
    sys.stdout.write(board.port + "\n")
    sys.stdout.flush()
    board.streaming.wait()
    due = time.monotonic()
    while True:
        due += FRAME_TIME
        ended, _, _ = select.select([sys.stdin], [], [], max(0.0, due - time.monotonic()))
        if ended:
            return
        if board.streaming.is_set():
            skipped, skip = skip, 0
            counts = numbered_counts(FRAME, board.next + skipped)
            board.send(counts[:, : board.info.n_channels], skip=skipped)


if __name__ == "__main__":
    stream_until_input_ends(int(sys.argv[1]))
