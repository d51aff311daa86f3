"""What a line that loses or damages bytes must lose: worked out from the bytes that the board sent.

Rule: nothing here looks at what was received. A frame is lost exactly when the fault hit one of its bytes, its ending
0x00, or the 0x00 before it, which then joins it to the frame before.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from biofeedback.wire import cobs

DATA_HEAD = struct.Struct("<BBIBBB")
DATA, INFO = 1, 2
STREAM_ID_AT = {DATA: 1, INFO: 4}


def arriving_scans(sent: bytes, stream_id: int, *, fault_every: int) -> NDArray[np.bool_]:
    """Return for each scan of a stream, as far as it was sent, whether it gets through a line with regular faults.

    The line hits byte number `fault_every`, 2 · `fault_every`, … Data before the first INFO that arrives are lost too.
    """
    pieces = sent.split(b"\0")[:-1]
    ends = np.cumsum([len(piece) + 1 for piece in pieces])  # just past each 0x00
    before = np.concatenate([[0], ends[:-1]])
    # the fault hits bytes number N, 2 N, ...; counted from 1, the frame's own are before + 1 .. ends
    hit = ends // fault_every > np.maximum(before - 1, 0) // fault_every
    spans: list[tuple[int, int, bool]] = []
    told = False
    for piece, is_hit in zip(pieces, hit, strict=True):
        body = cobs.decode(piece)
        if not body or body[0] not in STREAM_ID_AT or body[STREAM_ID_AT[body[0]]] != stream_id:
            continue
        if body[0] == INFO:
            told |= not is_hit
        else:
            _, _, first, _, _, n_scans = DATA_HEAD.unpack_from(body)
            spans.append((first, first + n_scans, told and not is_hit))
    arrives = np.zeros(spans[-1][1], np.bool_)
    for first, end, comes in spans:
        arrives[first:end] = comes
    return arrives
