"""Words beside a drawing: broken into lines, kept apart, with a thin line to what they name.

There is no font to ask without a screen, so widths are estimated from a wide common font: text may come out narrower
than reckoned, not wider.
One rule: words are never cut. What is too long is broken into more lines, and then set smaller.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal
from xml.sax.saxutils import escape

from biofeedback.report.site_curves import Point

Anchor = Literal["start", "end"]
LEADING = 1.22
"""Line height per type size."""
BOLD = 1.13
WORDS = 14.0
"""From a sign's middle to its words."""
APART = 8.0
NARROW, WIDE = frozenset("iljtfrI.,:;()[]'!| /-"), frozenset("mwMW%@—…")


@dataclass(frozen=True, slots=True)
class Callout:
    """Where words stand: their sign's middle, which side of it they are on, and how wide they may be."""

    x: float
    y: float
    anchor: Anchor
    width: float

    def mirrored(self) -> Callout:
        """Return the callout with its words on the other side of its sign."""
        return replace(self, anchor="start" if self.anchor == "end" else "end")


@dataclass(frozen=True, slots=True)
class Block:
    """A callout's lines of (text, weight, colour key), and the point that they name."""

    callout: Callout
    lines: tuple[tuple[str, int, str], ...]
    size: float
    point: Point

    @property
    def height(self) -> float:
        """The height of the lines together."""
        return len(self.lines) * self.size * LEADING

    def text(self, colours: Mapping[str, str]) -> list[str]:
        """Return the lines as SVG, their middle level with the sign's."""
        x = self.callout.x + (WORDS if self.callout.anchor == "start" else -WORDS)
        first = self.callout.y - self.height / 2 + self.size
        return [
            text_line(x, first + k * self.size * LEADING, text, self.size, weight, colours[key], self.callout.anchor)
            for k, (text, weight, key) in enumerate(self.lines)
        ]


def text_width(text: str, size: float, weight: int = 400) -> float:
    """Return about how wide `text` is at a type `size`, in the same unit."""
    em = 0.0
    for letter in text:
        if unicodedata.east_asian_width(letter) in "WF":
            em += 1.0
        elif unicodedata.combining(letter) == 0:
            em += 0.4 if letter in NARROW else 1.0 if letter in WIDE else 0.72 if letter.isupper() else 0.63
    return em * size * (BOLD if weight > 500 else 1.0)


def wrapped(text: str, width: float, size: float, weight: int = 400) -> list[str]:
    """Return `text` in lines of about one length, no wider than `width`; a single word that is wider is broken."""
    lines = _filled(text, width, size, weight)
    longest = max((text_width(word, size, weight) for word in text.split()), default=0.0)
    while width - size / 2 >= longest:
        width -= size / 2
        closer = _filled(text, width, size, weight)
        if len(closer) > len(lines):
            break
        lines = closer
    return lines


def _filled(text: str, width: float, size: float, weight: int) -> list[str]:
    """Return lines as full as they can be."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        if line and text_width(f"{line} {word}", size, weight) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        line = ""
        for letter in word:
            if line and text_width(line + letter, size, weight) > width:
                lines.append(line)
                line = ""
            line += letter
    return [*lines, line] if line else lines


def apart(blocks: Sequence[Block], top: float, bottom: float) -> list[Block]:
    """Return the blocks moved up and down as little as keeps those of one column apart, from `top` to `bottom`."""
    order = sorted(range(len(blocks)), key=lambda k: blocks[k].callout.y)
    placed = list(blocks)
    for rank, k in enumerate(order):
        half = placed[k].height / 2
        y = max(placed[k].callout.y, top + half)
        for above in (placed[j] for j in order[:rank]):
            if _share(above, placed[k]):
                y = max(y, above.callout.y + above.height / 2 + APART + half)
        placed[k] = _at(placed[k], y)
    for rank, k in reversed(list(enumerate(order))):
        half = placed[k].height / 2
        y = min(placed[k].callout.y, bottom - half)
        for below in (placed[j] for j in order[rank + 1 :]):
            if _share(below, placed[k]):
                y = min(y, below.callout.y - below.height / 2 - APART - half)
        placed[k] = _at(placed[k], y)
    return placed


def fits(blocks: Sequence[Block], top: float, bottom: float) -> bool:
    """Whether the blocks lie between `top` and `bottom` and not over one another."""
    spans = [(block.callout.y - block.height / 2, block.callout.y + block.height / 2) for block in blocks]
    inside = all(top - 0.01 <= start and stop <= bottom + 0.01 for start, stop in spans)
    return inside and not any(
        _share(blocks[j], blocks[k]) and spans[j][0] < spans[k][1] and spans[k][0] < spans[j][1]
        for j in range(len(blocks))
        for k in range(j)
    )


def text_line(x: float, y: float, text: str, size: float, weight: int, colour: str, anchor: str) -> str:
    """Return an SVG text element of one line; `text` is escaped."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _at(block: Block, y: float) -> Block:
    return replace(block, callout=replace(block.callout, y=y))


def _share(first: Block, second: Block) -> bool:
    """Whether two blocks stand in one column."""
    (a, b), (c, d) = (_extent(block.callout) for block in (first, second))
    return a < d and c < b


def _extent(callout: Callout) -> tuple[float, float]:
    words, sign = WORDS + callout.width, WORDS - 4
    return (callout.x - words, callout.x + sign) if callout.anchor == "end" else (callout.x - sign, callout.x + words)
