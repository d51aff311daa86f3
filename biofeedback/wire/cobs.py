"""Consistent Overhead Byte Stuffing (Cheshire & Baker 1999): a body without zero bytes, so that 0x00 ends a frame.

One block only: bodies are at most 253 bytes, so the code byte 0xFF never occurs and a frame is the body plus two.
"""

MAX_BODY = 253
"""Longest body in bytes that one COBS block carries."""


def encode(body: bytes) -> bytes:
    """Return `body` stuffed and ended by 0x00; raise ValueError when it is longer than `MAX_BODY`."""
    if len(body) > MAX_BODY:
        raise ValueError(f"a frame body of {len(body)} bytes is longer than {MAX_BODY}")
    stuffed = bytearray()
    for run in body.split(b"\0"):
        stuffed.append(len(run) + 1)
        stuffed += run
    stuffed.append(0)
    return bytes(stuffed)


def decode(stuffed: bytes) -> bytes | None:
    """Return the body of a frame given without its ending 0x00, or None when it is not a well-formed block."""
    if not stuffed or len(stuffed) > MAX_BODY + 1:
        return None
    runs = []
    at, end = 0, len(stuffed)
    while at < end:
        code = stuffed[at]
        if code in (0, 0xFF) or at + code > end:
            return None
        runs.append(stuffed[at + 1 : at + code])
        at += code
    return b"\0".join(runs)
