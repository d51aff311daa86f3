"""The sites that can be drawn: each muscle's landmarks, pair, fibres and reference electrode on its body part.

Words are those of the shipped plans, points the drawing units of site_bodies.py.
One rule: a drawing holds for the words it was made for. A plan that names other landmarks, another direction of the
pair or another place for the reference electrode gets no picture rather than a wrong one; its percent is followed.
"""

from __future__ import annotations

from dataclasses import dataclass

from biofeedback.report import site_bodies as bodies
from biofeedback.report.site_bodies import Body
from biofeedback.report.site_curves import Curve, Point, curve
from biofeedback.report.site_labels import Callout
from biofeedback.training.plan_tables import Muscle


@dataclass(frozen=True, slots=True)
class Site:
    """The drawing of one muscle's site. Words are the plan's; points are drawing units of the left side.

    `first` and `second` are the landmarks and `callouts` where their words, those of the pair and those of the
    reference electrode stand. `fibres` is the pair's direction. Without percent the pair sits at `spot`, described
    by `felt`. `behind`: the reference electrode sits round the corner.
    """

    muscle: str
    landmarks: tuple[str, str]
    orientation: str
    reference_electrode: str
    body: Body
    belly: Curve
    first: Point
    second: Point
    fibres: Point
    reference: Point
    callouts: tuple[Callout, Callout, Callout, Callout]
    spot: Point | None = None
    felt: str = ""
    behind: str = ""

    def shows(self, muscle: Muscle) -> bool:
        """Whether the drawing is of this muscle's site."""
        words = (self.muscle, self.landmarks, self.orientation, self.reference_electrode, self.spot is None)
        return words == (
            muscle.name, muscle.landmarks, muscle.orientation, muscle.reference_electrode, muscle.percent is not None
        )  # fmt: skip

    def pair_at(self, percent: float | None) -> Point:
        """Return the middle of the pair: `percent` of the way from the first landmark to the second."""
        if self.spot is not None or percent is None:
            return self.spot or self.first
        (x, y), (to_x, to_y) = self.first, self.second
        return x + (to_x - x) * percent / 100, y + (to_y - y) * percent / 100


SITES: tuple[Site, ...] = (
    Site(
        "biceps brachii", ("elbow crease", "inner shoulder point (medial acromion)"), "along that line", "elbow bone",
        bodies.UPPER_ARM, curve("206,112 192,150 187,196 193,236 203,252 215,236 223,196 219,150"),
        first=(203, 264), second=(207, 84), fibres=(0.02, -1), reference=(228, 280),
        callouts=(Callout(112, 300, "end", 86), Callout(258, 62, "start", 80),
                  Callout(258, 186, "start", 80), Callout(258, 284, "start", 80)),
    ),
    Site(
        "vastus medialis", ("front of the hip bone (ASIS)", "inner knee joint line"),
        "almost at right angles to that line, along the fibres", "kneecap or shin bone", bodies.THIGH,
        curve("172,192 157,222 150,256 152,286 160,303 174,305 190,298 197,280 191,240 182,208"),
        first=(226, 64), second=(161, 338), fibres=(0.973, 0.231), reference=(180, 362),
        callouts=(Callout(268, 64, "start", 76), Callout(130, 346, "end", 96),
                  Callout(130, 262, "end", 96), Callout(240, 362, "start", 88)),
    ),
    Site(
        "vastus lateralis", ("front of the hip bone (ASIS)", "outer side of the kneecap"), "along the fibres",
        "head of the fibula", bodies.THIGH,
        curve("238,112 224,150 208,196 200,244 202,280 211,294 222,268 236,228 245,184 246,140"),
        first=(226, 64), second=(203, 318), fibres=(-0.24, 0.97), reference=(209, 348),
        callouts=(Callout(268, 64, "start", 76), Callout(130, 330, "end", 96),
                  Callout(262, 236, "start", 84), Callout(244, 352, "start", 88)),
    ),
    Site(
        "gluteus maximus", ("sacrum", "outer hip bone (greater trochanter)"),
        "along the fibres, about along that line", "iliac crest", bodies.BUTTOCK,
        curve("215,132 192,130 164,146 136,180 120,216 122,244 138,258 166,256 194,244 214,226 217,180"),
        first=(219, 152), second=(122, 222), fibres=(-0.811, 0.585), reference=(152, 94),
        callouts=(Callout(254, 132, "start", 80), Callout(102, 290, "end", 80),
                  Callout(254, 206, "start", 80), Callout(102, 84, "end", 80)),
    ),
    Site(
        "gluteus medius", ("iliac crest", "outer hip bone (greater trochanter)"), "along that line", "iliac crest",
        bodies.HIP, curve("164,124 175,109 192,104 211,112 218,134 208,178 194,212 186,218 177,202 168,160"),
        first=(184, 96), second=(186, 226), fibres=(0.015, 1), reference=(147, 126),
        callouts=(Callout(250, 74, "start", 84), Callout(110, 250, "end", 86),
                  Callout(260, 162, "start", 80), Callout(104, 116, "end", 80)),
    ),
    Site(
        "tibialis anterior", ("tip of the fibula, below the outer knee", "tip of the inner ankle bone"),
        "along that line", "shin bone", bodies.SHIN,
        curve("203,100 192,128 188,170 188,220 182,270 190,262 204,226 213,180 214,134 210,108"),
        first=(213, 92), second=(166, 340), fibres=(-0.186, 0.983), reference=(168, 210),
        callouts=(Callout(250, 84, "start", 80), Callout(128, 336, "end", 92),
                  Callout(252, 180, "start", 80), Callout(122, 210, "end", 88)),
    ),
    Site(
        "gastrocnemius medialis", ("inner end of the knee crease", "heel bone"), "along the leg", "shin bone",
        bodies.CALF, curve("192,86 210,84 222,110 226,150 218,192 204,212 190,206 186,150"),
        first=(216, 64), second=(184, 386), fibres=(0, 1), reference=(212, 238),
        callouts=(Callout(250, 56, "start", 82), Callout(128, 372, "end", 80),
                  Callout(254, 140, "start", 78), Callout(250, 248, "start", 82)),
        spot=(207, 140), felt="on the biggest bulge", behind="round the front",
    ),
    Site(
        "wrist extensors", ("outer elbow bone (lateral epicondyle)", "middle of the back of the wrist"),
        "along the forearm", "elbow or wrist bone", bodies.FOREARM_BACK,
        curve("147,86 139,116 142,156 156,200 172,232 176,200 174,150 164,108"),
        first=(144, 74), second=(182, 268), fibres=(0.19, 0.98), reference=(193, 64),
        callouts=(Callout(120, 62, "end", 84), Callout(252, 270, "start", 80),
                  Callout(110, 152, "end", 78), Callout(252, 64, "start", 80)),
        spot=(157, 140), felt="where it swells as the hand lifts",
    ),
    Site(
        "wrist flexors", ("inner elbow bone (medial epicondyle)", "middle of the front of the wrist"),
        "along the forearm", "elbow or wrist bone", bodies.FOREARM_FRONT,
        curve("147,84 138,116 142,156 156,200 174,236 180,200 178,150 166,108"),
        first=(144, 74), second=(179, 268), fibres=(0.19, 0.98), reference=(214, 74),
        callouts=(Callout(118, 62, "end", 84), Callout(252, 250, "start", 80),
                  Callout(112, 152, "end", 78), Callout(258, 70, "start", 76)),
        spot=(157, 140), felt="where it swells as the palm presses",
    ),
    Site(
        "upper trapezius", ("shoulder point (acromion)", "spine of C7"), "along that line", "C7", bodies.BACK,
        curve("206,84 186,101 164,118 136,130 96,144 90,154 132,156 170,162 206,170"),
        first=(82, 150), second=(208, 128), fibres=(0.985, -0.172), reference=(208, 128),
        callouts=(Callout(100, 96, "end", 76), Callout(256, 64, "start", 78),
                  Callout(134, 36, "end", 106), Callout(256, 120, "start", 80)),
    ),
    Site(
        "lower trapezius", ("root of the spine of the shoulder blade", "spine of T8"), "along that line", "C7",
        bodies.BACK, curve("155,176 172,177 206,180 207,260 206,334 194,290 178,240"),
        first=(159, 179), second=(208, 268), fibres=(0.482, 0.876), reference=(208, 128),
        callouts=(Callout(118, 66, "end", 94), Callout(256, 282, "start", 80),
                  Callout(256, 212, "start", 80), Callout(256, 120, "start", 80)),
    ),
)  # fmt: skip


def find_site(muscle: Muscle) -> Site | None:
    """Return the drawing of the muscle's site; None if there is none of these landmarks, direction and reference."""
    return next((site for site in SITES if site.shows(muscle)), None)
