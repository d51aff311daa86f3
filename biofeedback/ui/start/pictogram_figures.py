"""The figures of the shipped plans' pictograms, as strokes and circles on a grid of 96 (x to the right, y down).

One rule: every point lies on the grid, and what works stands in the muscle's colour.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Ink = Literal["body", "muscle", "quiet", "ground", "thing"]
Points = tuple[tuple[float, float], ...]
LIMB = 8.0
THIN = 3.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A line through points, with an arrow's head at its end, or a filled shape."""

    ink: Ink
    width: float
    points: Points
    arrow: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A filled circle: a head, or the dot that follows a wave."""

    x: float
    y: float
    r: float = 8.5
    ink: Ink = "body"


Figure = tuple[Mark | Dot, ...]


def _body(thick: float, *points: tuple[float, float]) -> Mark:
    return Mark("body", LIMB * thick, points)


def _muscle(thick: float, *points: tuple[float, float]) -> Mark:
    return Mark("muscle", LIMB * thick, points)


def _quiet(thick: float, *points: tuple[float, float]) -> Mark:
    return Mark("quiet", LIMB * thick, points)


def _thing(*points: tuple[float, float]) -> Mark:
    return Mark("thing", THIN, points)


def _arrow(*points: tuple[float, float]) -> Mark:
    return Mark("muscle", THIN, points, arrow=True)


def _floor(y: float, left: float = 6, right: float = 90) -> Mark:
    return Mark("ground", THIN, ((left, y), (right, y)))


_LONG_SITTING: Figure = (
    _floor(82), Dot(24, 22), _body(1.3, (26, 39), (34, 70)), _body(0.75, (27, 42), (17, 58), (14, 76)),
    _body(1, (34, 73), (62, 72), (86, 75)), _body(0.8, (87, 75), (90, 65)), _muscle(1.5, (41, 70.5), (57, 69.5)),
)  # fmt: skip
_ON_A_CHAIR: Figure = (
    _floor(88), _thing((18, 88), (20, 71), (44, 71), (46, 88)), Dot(28, 16), _body(1.4, (28, 33), (29, 58)),
    _body(0.7, (30, 38), (36, 52), (46, 56)),
)  # fmt: skip
_WAVE: Points = tuple((44.0 + a, 46 - 14 * math.sin(a / 7.3)) for a in range(47))
_SHOULDERS: Points = (
    (19, 86), (19.5, 73), (22, 65), (27, 60), (35, 55.5), (48, 51), (61, 55.5), (69, 60), (74, 65), (76.5, 73),
    (77, 86),
)  # fmt: skip

FIGURES: Mapping[str, Figure] = {
    "find-your-muscle": (
        _floor(88), _thing((14, 71), (36, 71)), _thing((16, 71), (16, 88)), _thing((34, 71), (34, 88)), Dot(26, 16),
        _body(1.4, (26, 33), (27, 60)), _body(1, (28, 64), (50, 64), (51, 83)), _body(0.8, (51, 84), (60, 84)),
        _body(0.8, (27, 36), (34, 54), (58, 53)), _muscle(1.25, (29.5, 41), (32.5, 49)),
        Mark("thing", 4, ((52, 45), (92, 45))), _thing((86, 47), (86, 88)), _arrow((72, 70), (72, 54)),
    ),
    "quad-set": (*_LONG_SITTING, _arrow((64, 44), (64, 59))),
    "straight-leg-raise": (
        _floor(82), Dot(14, 68), _body(1.3, (28, 73), (46, 74)), _quiet(0.9, (46, 74), (62, 55), (71, 76)),
        _body(1, (46, 73), (66, 54), (84, 37)), _body(0.8, (84, 37), (79, 29)), _muscle(1.5, (51, 66), (63, 54.5)),
        _arrow((89, 74), (91, 63), (90, 53)),
    ),
    "knee-straightening-hold": (
        *_ON_A_CHAIR, _body(1, (30, 63), (54, 63), (63, 82)), _body(0.8, (63, 83), (72, 80)),
        _muscle(1.5, (35, 61.5), (49, 61.5)), _thing((46, 80), (60, 74)), _arrow((74, 70), (88, 64)),
    ),
    "quick-on-quick-off": (
        *_LONG_SITTING,
        Mark("muscle", THIN,
             ((46, 50), (53, 50), (57, 28), (63, 28), (66, 50), (75, 50), (79, 28), (85, 28), (88, 50))),
    ),
    "stand-up": (
        _floor(88, 10, 86), Dot(48, 15), _body(1.9, (48, 32), (48, 44)),
        *(
            mark
            for m in (1, -1)
            for mark in (
                _body(1, (48 + m * 5, 48), (48 + m * 17, 62), (48 + m * 13, 83)),
                _muscle(1.4, (48 + m * 8, 51), (48 + m * 15, 59.5)),
                _body(0.7, (48 + m * 6, 32), (48 + m * 20, 38), (48 - m * 4, 42)),
                Mark("muscle", THIN, ((48 + m * 30, 56), (48 + m * 38, 56))),
                Mark("muscle", THIN, ((48 + m * 30, 63), (48 + m * 38, 63))),
            )
        ),
    ),
    "bridge": (
        _floor(84), Dot(13, 73), _body(0.7, (28, 77), (48, 79)), _body(1.35, (26, 74), (51, 56)),
        _body(1, (52, 56), (73, 46), (76, 78)), _body(0.8, (76, 79), (85, 79)), _muscle(1.6, (46, 63), (54, 59)),
        _arrow((50, 44), (50, 28)),
    ),
    "side-lying-leg-lift": (
        _floor(84), _thing((7, 80), (22, 80)), Dot(14, 68), _body(1.4, (27, 74), (50, 75)),
        _body(0.7, (28, 74), (40, 80), (48, 82)), _quiet(0.95, (51, 78), (66, 74), (78, 79)),
        _body(1, (51, 72), (86, 50)), _body(0.8, (87, 49), (91, 44)), _muscle(1.5, (49, 69.5), (58, 66)),
        _arrow((66, 46), (63, 32)),
    ),
    "foot-lift": (
        *_ON_A_CHAIR, _body(1, (30, 63), (54, 63), (56, 82)), _body(0.8, (56, 84), (69, 75)),
        _muscle(1.3, (57.5, 68), (58.5, 77)), _arrow((80, 82), (80, 66)),
    ),
    "follow-the-wave": (
        _floor(84), _body(1.2, (18, 18), (23, 76)), _body(0.95, (24, 79), (43, 69)), _muscle(1.5, (21.5, 34), (24, 58)),
        Mark("body", THIN, _WAVE), Dot(67, 46, 6, "muscle"),
    ),
    "heel-raise": (
        _floor(88), Dot(42, 15), _body(1.4, (42, 32), (42, 50)), _body(1, (42, 54), (42, 78)),
        _body(0.8, (42, 79), (51, 86)),
        _body(0.7, (43, 35), (52, 45), (64, 43)), _thing((60, 48), (76, 48)), _thing((68, 48), (68, 88)),
        _muscle(1.35, (40.5, 63), (40.5, 72)), _arrow((22, 80), (22, 62)),
    ),
    "hand-lift": (
        Mark("thing", 4, ((6, 74), (90, 74))), _body(1.7, (12, 63), (52, 64)), _body(1.2, (54, 63), (72, 50)),
        _body(0.7, (73, 49), (86, 50)), _muscle(1.3, (20, 58), (40, 58.5)), _arrow((70, 36), (70, 20)),
        _thing((20, 76), (20, 90)), _thing((80, 76), (80, 90)),
    ),
    "shoulders-down": (
        Dot(48, 24, 12), _body(1.2, (48, 36), (48, 48)), Mark("body", 2, _SHOULDERS, filled=True),
        _muscle(1.3, (56, 51), (70, 58)), _muscle(1.3, (40, 51), (26, 58)), _arrow((84, 26), (84, 45)),
        _arrow((12, 26), (12, 45)),
    ),
    "arm-up-neck-quiet": (
        _floor(90, 14, 74), Dot(36, 15), _body(2.2, (36, 37), (36, 56)), _body(1, (33, 62), (31, 85)),
        _body(1, (40, 62), (43, 85)), _body(0.75, (28, 36), (23, 58)), _body(0.85, (43, 36), (76, 24)),
        _body(0.6, (77, 23), (78, 14)), _quiet(0.9, (41, 28.5), (46, 32.5)), _muscle(1.1, (41, 40), (37, 54)),
        _arrow((78, 56), (85, 46), (87, 33)),
    ),
}  # fmt: skip
"""By the plan's name."""
