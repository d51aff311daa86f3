"""Body parts as calm line drawings, on which electrode sites are shown: outlines, a few lines inside, soft ends.

Points are in drawing units, 360 wide and 420 high, x to the right and y down, of the person's left side; the right
side is the same mirrored.
One rule: proportions serve recognition, not measurement. Every drawing says that it is not to scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from biofeedback.report.site_curves import Curve, capsule, curve, curves

Edge = Literal["left", "right", "top", "bottom"]


@dataclass(frozen=True, slots=True)
class Fade:
    """A rectangle in which the drawing ends softly: gone at its `edge` and in the `solid` share of it next to that."""

    x: float
    y: float
    width: float
    height: float
    edge: Edge
    solid: float = 0.2


@dataclass(frozen=True, slots=True)
class Body:
    """A body part: `outlines` run together into one, `lines` inside it, `neighbours` the muscles around.

    `views` is its name and from where it is seen, left and right; `edges` are words for its left and right margin.
    """

    views: tuple[str, str]
    outlines: tuple[Curve, ...]
    fades: tuple[Fade, ...]
    lines: tuple[Curve, ...] = ()
    dots: Curve = ()
    neighbours: tuple[Curve, ...] = ()
    edges: tuple[str, str] = ("", "")


THIGH = Body(
    ("left thigh, from the front", "right thigh, from the front"),
    curves(
        "232,4 230,34 238,66 248,104 251,140 247,186 238,232 226,272 217,300 213,322 211,344 216,368 217,404 217,404"
        " 160,404 160,404 157,370 160,346 159,326 155,306 150,284 147,252 143,212 140,176 137,148 137,148"
        " 120,166 98,176 80,180 80,180 80,4 80,4",
    ),
    (Fade(60, 0, 90, 210, "left", 0.35), Fade(60, -4, 200, 44, "top", 0.3), Fade(140, 372, 100, 44, "bottom", 0.35)),
    lines=curves(
        "138,146 160,126 196,92 222,66",
        "187,299 200,304 204,318 199,334 187,342 175,334 170,318 174,304 187,299",
        "181,346 183,368", "193,346 191,368",
    ),
    neighbours=curves("206,100 190,150 186,220 190,284 196,284 206,220 214,150"),
    edges=("inner side", "outer side"),
)  # fmt: skip
UPPER_ARM = Body(
    ("left arm, from the front", "right arm, from the front"),
    curves(
        "110,4 112,40 126,58 160,68 196,74 222,90 237,120 239,156 232,196 228,232 231,262 240,290 240,318 230,352"
        " 222,392 222,392 190,392 190,392 184,352 175,314 174,284 180,262 182,236 177,206 176,180 174,166 174,166"
        " 168,200 160,240 156,290 156,290 60,290 60,4 60,4",
    ),
    (Fade(40, -4, 110, 334, "left", 0.35), Fade(40, -4, 150, 44, "top", 0.3), Fade(40, 206, 130, 124, "bottom", 0.4),
     Fade(164, 346, 90, 60, "bottom", 0.35)),
    lines=curves("186,262 202,268 220,262", "174,166 184,146 188,128", "128,74 152,80 176,78"),
    edges=("", "outer side"),
)  # fmt: skip
BUTTOCK = Body(
    ("left buttock, from behind", "right buttock, from behind"),
    curves(
        "144,4 142,40 138,76 126,118 114,164 110,206 114,250 122,300 132,350 138,396 138,396 204,396 204,396 212,340"
        " 217,284 219,272 219,272 221,284 226,340 234,396 234,396 300,396 300,396 316,300 328,206 312,118 296,40"
        " 294,4 294,4",
    ),
    (Fade(226, 0, 110, 400, "right", 0.65), Fade(96, -4, 240, 44, "top", 0.3), Fade(96, 346, 240, 66, "bottom", 0.35)),
    lines=curves(
        "219,170 218,200 219,236 219,272", "217,266 202,280 174,284 144,274", "221,266 236,280 264,284",
        "134,104 154,92 180,96 200,112", "238,112 258,96 284,92", "219,20 219,110",
    ),
)  # fmt: skip
HIP = Body(
    ("left hip, from the side", "right hip, from the side"),
    curves(
        "136,4 132,44 126,84 128,124 136,158 136,196 137,240 142,300 150,396 150,396 224,396 224,396 226,340 226,298"
        " 226,276 240,262 252,234 254,200 246,162 228,126 216,92 214,54 218,4 218,4",
    ),
    (Fade(110, -4, 150, 44, "top", 0.3), Fade(110, 346, 150, 66, "bottom", 0.35)),
    lines=curves("148,130 156,110 172,98 190,94 208,102 220,120", "226,276 214,280 204,276", "136,158 146,164 158,164"),
    edges=("front", "back"),
)  # fmt: skip
SHIN = Body(
    ("left lower leg, from the front", "right lower leg, from the front"),
    curves(
        "232,4 226,34 222,62 219,86 227,122 229,160 222,206 211,256 205,304 206,326 212,342 210,356 222,372 232,388"
        " 228,398 206,401 180,401 160,398 154,388 160,372 166,356 162,342 166,326 168,304 163,256 150,206 142,160"
        " 145,122 153,86 150,62 148,34 144,4 144,4",
    ),
    (Fade(130, -4, 112, 40, "top", 0.3),),
    lines=curves(
        "186,26 200,32 204,48 199,64 186,71 173,64 168,48 172,32 186,26", "183,92 186,130 183,200 177,262 174,312",
        "172,386 172,399", "186,387 186,400", "200,387 200,400", "214,386 215,399",
    ),
    edges=("inner side", "outer side"),
)  # fmt: skip
CALF = Body(
    ("left lower leg, from behind", "right lower leg, from behind"),
    curves(
        "140,4 146,34 148,62 141,98 137,138 142,184 154,232 164,282 167,318 160,340 164,356 150,372 142,388 150,398"
        " 166,394 176,402 192,402 200,392 202,372 201,354 207,336 201,318 203,282 214,232 227,184 233,138 228,98"
        " 219,62 222,34 228,4 228,4",
    ),
    (Fade(130, -4, 112, 40, "top", 0.3),),
    lines=curves(
        "150,62 166,68 184,69 202,68 217,62", "184,86 185,130 184,200", "176,262 178,310 174,352",
        "193,262 191,310 195,352", "170,392 174,380 184,376 194,380 198,390",
    ),
    neighbours=curves("178,86 160,84 148,110 144,150 152,194 166,210 178,206 181,150"),
    edges=("outer side", "inner side"),
)  # fmt: skip
_FINGERS = (
    capsule(163, 330, 158, 372, 8.5), capsule(180, 332, 179, 386, 8.5), capsule(197, 330, 199, 380, 8.5),
    capsule(212, 322, 218, 362, 7.5),
)  # fmt: skip
_FOREARM = curves(
    "150,4 148,36 144,62 135,88 127,116 127,146 136,190 150,236 158,266 154,290 153,314 158,338 186,340 216,334"
    " 219,312 213,288 205,266 210,236 222,190 229,146 229,112 224,78 219,44 218,4 218,4",
)  # fmt: skip
_THUMB = (curve("158,270 148,284 138,304 132,326 136,336 146,334 154,318 164,304 172,290"),)
_ARM_TOP = (Fade(120, -4, 116, 40, "top", 0.3),)
FOREARM_BACK = Body(
    ("left forearm, back of the hand", "right forearm, back of the hand"),
    _FOREARM + _FINGERS + _THUMB,
    _ARM_TOP,
    lines=curves("178,60 188,74 200,74 208,60", "160,270 182,274 203,270", "164,322 165,328", "180,324 180,330",
                 "197,322 197,328", "211,314 212,320"),
    edges=("thumb side", ""),
)  # fmt: skip
FOREARM_FRONT = Body(
    ("left forearm, palm side", "right forearm, palm side"),
    tuple(tuple((360 - x, y) for x, y in shape) for shape in _FOREARM + _FINGERS + _THUMB),
    _ARM_TOP,
    lines=curves("148,70 174,80 204,70", "157,266 179,270 201,266", "159,272 180,276 200,272",
                 "206,290 196,302 192,320 196,334", "150,306 168,312 190,306", "144,320 160,326 180,324"),
    edges=("", "thumb side"),
)  # fmt: skip
BACK = Body(
    ("left shoulder and back, from behind", "right shoulder and back, from behind"),
    curves(
        "208,10 188,15 175,32 175,54 180,72 181,92 168,108 142,119 108,129 78,139 58,160 50,192 48,240 50,300 54,380"
        " 54,380 90,380 90,380 91,320 96,262 96,262 102,300 110,340 114,380 114,380 302,380 302,380 312,140"
        " 302,139 274,129 248,108 235,92 236,72 241,54 241,32 228,15",
    ),
    (Fade(234, 84, 110, 322, "right", 0.62), Fade(40, 326, 280, 76, "bottom", 0.35)),
    lines=curves(
        "82,152 112,158 138,168 160,180", "160,166 162,200 156,236 146,264 122,236 104,206 96,184", "96,262 94,240",
    ),
    dots=tuple((208.0, 128 + 17.5 * k) for k in range(13)),
)  # fmt: skip
