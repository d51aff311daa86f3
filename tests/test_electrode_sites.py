"""Every shipped muscle has a drawing of its site, on both sides, with its words whole and its pair in its place."""

from __future__ import annotations

import os
import re
from dataclasses import asdict, replace
from itertools import combinations
from math import cos, dist, hypot, pi, sin
from xml.etree import ElementTree as ET

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QFont, QFontMetricsF, QImage, QPainter
from PyQt6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from biofeedback.report.electrode_sites import COLOURS, SKINS, Side, pair, site_svg
from biofeedback.report.site_curves import Curve, Point, chords, smooth
from biofeedback.report.site_labels import text_width, wrapped
from biofeedback.report.site_places import SITES, Site, find_site
from biofeedback.training.plan_file import shipped_plans
from biofeedback.training.plan_tables import Muscle
from biofeedback.ui.look.tokens import PALETTES, PaletteName, contrast

SVG = "{http://www.w3.org/2000/svg}"
LIGHT = {**asdict(PALETTES["light"]), **SKINS["light"]}
MUSCLES = tuple({muscle.name: muscle for plan in shipped_plans() for muscle in plan.muscles}.values())
SIDES: tuple[Side, ...] = ("left", "right")
SIZES = ((360, 420), (720, 840), (560, 420), (300, 500))
each_muscle = pytest.mark.parametrize("muscle", MUSCLES, ids=lambda muscle: muscle.name)
each_side = pytest.mark.parametrize("side", SIDES)


def site_of(muscle: Muscle) -> Site:
    """Return the drawing that the muscle must have."""
    site = find_site(muscle)
    assert site is not None, f"{muscle.name} has no drawing"
    return site


def texts(document: str) -> list[str]:
    """Return the words of each text element."""
    return ["".join(element.itertext()) for element in ET.fromstring(document).iter(f"{SVG}text")]


def numbers(element: ET.Element, *names: str) -> tuple[float, ...]:
    """Return attributes as numbers."""
    return tuple(float(element.attrib[name]) for name in names)


def crosses(document: str) -> list[Point]:
    """Return the middles of the crosses, the first landmark first."""
    found = []
    for path in ET.fromstring(document).iter(f"{SVG}path"):
        values = [float(value) for value in re.findall(r"[-\d.]+", path.attrib["d"])]
        if path.attrib["d"].count("L") == 2 and path.attrib["stroke"] == LIGHT["ink"]:
            found.append(((values[0] + values[2]) / 2, (values[1] + values[3]) / 2))
    return found


def electrodes(document: str) -> list[Point]:
    """Return the middles of the two electrodes on the body; the third such circle is the sign beside the words."""
    rings = [
        ring for ring in ET.fromstring(document).iter(f"{SVG}circle")
        if ring.attrib["fill"] == LIGHT["surface"] and ring.attrib["stroke"] == LIGHT["accent"]
    ]  # fmt: skip
    on_body = [ring for ring in rings if float(ring.attrib["r"]) == max(float(ring.attrib["r"]) for ring in rings)]
    assert (len(rings), len(on_body)) == (3, 2)
    return [(x, y) for x, y in (numbers(ring, "cx", "cy") for ring in on_body)]


def boxes(document: str) -> list[tuple[str, QRectF]]:
    """Return each line of words with the place it takes in a real font, in the document's units."""
    found = []
    for element in ET.fromstring(document).iter(f"{SVG}text"):
        words = element.text or ""
        x, y, size, weight = numbers(element, "x", "y", "font-size", "font-weight")
        font = QFont("DejaVu Sans")
        font.setPixelSize(100)
        font.setWeight(QFont.Weight(int(weight)))
        wide = QFontMetricsF(font).horizontalAdvance(words) * size / 100
        start = {"start": x, "middle": x - wide / 2, "end": x - wide}[element.attrib["text-anchor"]]
        found.append((words, QRectF(start, y - 0.78 * size, wide, size)))
    return found


def assert_words_in_place(document: str) -> None:
    """Check that every line of words is on the canvas and over no other."""
    left, top, width, height = (float(value) for value in ET.fromstring(document).attrib["viewBox"].split())
    placed = boxes(document)
    for words, box in placed:
        assert QRectF(left, top, width, height).contains(box), f"{words!r} leaves the canvas"
    for (words, box), (others, other) in combinations(placed, 2):
        assert not box.intersects(other), f"{words!r} lies over {others!r}"


def test_every_shipped_muscle_has_one_drawing_and_every_drawing_a_muscle() -> None:
    assert {site_of(muscle).muscle for muscle in MUSCLES} == {site.muscle for site in SITES}
    for plan in shipped_plans():
        for muscle in plan.muscles:
            assert sum(site.shows(muscle) for site in SITES) == 1


@each_side
@each_muscle
def test_a_drawing_is_well_formed_and_says_all_the_words(muscle: Muscle, side: Side) -> None:
    document = site_svg(muscle, side, LIGHT)
    root = ET.fromstring(document)
    assert (root.tag, root.attrib["version"]) == (f"{SVG}svg", "1.1")
    said = " ".join(texts(document))
    for words in (*muscle.landmarks, muscle.reference_electrode, "reference", "not to scale", f"{side} "):
        assert words in said
    where = f"{muscle.percent:g} % of the way from 1 to 2" if muscle.percent is not None else site_of(muscle).felt
    assert where in said
    names = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(names) == len(set(names))
    used = set(re.findall(r"url\(#([^)]+)\)", document))
    assert used == set(names)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@each_side
@each_muscle
def test_all_words_are_on_the_canvas_and_none_over_another(
    qtbot: QtBot, muscle: Muscle, side: Side, size: tuple[int, int]
) -> None:
    assert_words_in_place(site_svg(muscle, side, LIGHT, *size))


@each_side
@each_muscle
def test_words_half_as_long_again_still_find_room(qtbot: QtBot, muscle: Muscle, side: Side) -> None:
    def longer(words: str) -> str:
        return f"{words} {words[: len(words) // 2].strip()}" if words in muscle.landmarks else words

    document = site_svg(muscle, side, LIGHT, labels=longer)
    assert_words_in_place(document)
    assert all(longer(words) in " ".join(texts(document)) for words in muscle.landmarks)


@each_muscle
def test_the_right_side_is_the_left_mirrored_with_the_same_words(muscle: Muscle) -> None:
    left, right = (site_svg(muscle, side, LIGHT) for side in SIDES)
    assert sorted(" ".join(texts(left)).replace("left ", "").split()) == sorted(
        " ".join(texts(right)).replace("right ", "").split()
    )
    for find in (crosses, electrodes):
        for (x, y), (other_x, other_y) in zip(find(left), find(right), strict=True):
            assert (x, y) == pytest.approx((360 - other_x, other_y), abs=0.11)
    assert left.count("<path") == right.count("<path")
    assert "transform" not in right  # words are never seen in a mirror


@each_side
@each_muscle
def test_the_pair_sits_at_the_stated_percent_along_the_fibres(muscle: Muscle, side: Side) -> None:
    document = site_svg(muscle, side, LIGHT)
    first, second = crosses(document)
    a, b = electrodes(document)
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    site = site_of(muscle)
    if muscle.percent is not None:
        share = muscle.percent / 100
        on_line = tuple(first[k] + share * (second[k] - first[k]) for k in (0, 1))
        assert middle == pytest.approx(on_line, abs=0.15)
    assert dist(a, b) == pytest.approx(26, abs=0.2)
    (u, v), way = site.fibres, (second[0] - first[0], second[1] - first[1])
    u = u if side == "left" else -u
    along = ((b[0] - a[0]) * u + (b[1] - a[1]) * v) / (dist(a, b) * hypot(u, v))
    assert along == pytest.approx(1, abs=0.01)
    cosine = abs((way[0] * u + way[1] * v) / (hypot(*way) * hypot(u, v)))
    if "right angles" in muscle.orientation:
        assert cosine < 0.1
    elif "that line" in muscle.orientation:
        assert cosine > 0.99


@each_muscle
def test_both_electrodes_lie_on_the_muscle_and_the_reference_does_not(muscle: Muscle) -> None:
    site = site_of(muscle)
    assert all(inside(site.belly, point) for point in pair(site, site.pair_at(muscle.percent)))
    on_c7 = site.reference == site.second  # where the muscle begins, on bone
    assert on_c7 or not inside(site.belly, site.reference)
    assert any(inside(shape, site.reference) for shape in site.body.outlines)


@pytest.mark.parametrize("percent", [0.0, 42.5, 100.0])
def test_a_plan_with_another_percent_moves_the_pair(percent: float) -> None:
    muscle = replace(next(muscle for muscle in MUSCLES if muscle.name == "tibialis anterior"), percent=percent)
    document = site_svg(muscle, "left", LIGHT)
    first, second = crosses(document)
    a, b = electrodes(document)
    share = dist(first, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)) / dist(first, second)
    assert share == pytest.approx(percent / 100, abs=0.002)
    assert f"{percent:g} %" in texts(document)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "rectus femoris"}, {"landmarks": ("sacrum", "spine of C7")}, {"orientation": "across the fibres"},
        {"reference_electrode": "ankle"}, {"percent": None},
    ],
    ids=lambda change: next(iter(change)),
)  # fmt: skip
def test_other_words_than_the_drawings_get_no_drawing(change: dict[str, object]) -> None:
    muscle = replace(MUSCLES[1], **change)  # type: ignore[arg-type] # each is one of its fields
    assert find_site(muscle) is None
    with pytest.raises(LookupError, match=f"no drawing of '{muscle.name}'"):
        site_svg(muscle, "left", LIGHT)


def test_labels_are_translated_and_escaped() -> None:
    asked: list[str] = []

    def strange(words: str) -> str:
        asked.append(words)
        return f"<{words}> & \"quoted\" 'ä'"

    muscle = MUSCLES[0]
    document = site_svg(muscle, "left", LIGHT, labels=strange)
    said = " ".join(texts(document))
    for words in (*muscle.landmarks, muscle.reference_electrode, "reference", "not to scale", "of the way from 1 to 2"):
        assert words in asked
        assert f"<{words}> & \"quoted\" 'ä'" in said
    assert ET.fromstring(document).findtext(f"{SVG}desc") == f"<{muscle.site}> & \"quoted\" 'ä'"


@pytest.mark.parametrize("name", PALETTES)
@each_side
def test_qt_draws_every_site_in_every_palette(qtbot: QtBot, name: PaletteName, side: Side) -> None:
    colours = {**asdict(PALETTES[name]), **SKINS[name]}
    for muscle in MUSCLES:
        renderer = QSvgRenderer(site_svg(muscle, side, colours).encode())
        assert renderer.isValid()
        image = QImage(360, 420, QImage.Format.Format_RGB32)
        image.fill(0x123456)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        seen = {image.pixelColor(x, y).name().upper() for x in range(0, 360, 2) for y in range(0, 420, 2)}
        assert {colours["skin"].upper(), colours["accent_soft"].upper()} <= seen


@pytest.mark.parametrize("name", PALETTES)
def test_words_and_signs_stand_out_from_every_ground_that_they_can_be_on(name: PaletteName) -> None:
    colours = {**asdict(PALETTES[name]), **SKINS[name]}
    for ground in ("surface", "skin"):
        assert all(contrast(colours[ink], colours[ground]) >= 4.5 for ink in ("ink", "ink2", "ink3", "accent_ink"))
        assert contrast(colours["accent"], colours[ground]) >= 3
    assert contrast(colours["skin_edge"], colours["surface"]) >= 3


@pytest.mark.parametrize("missing", COLOURS)
def test_a_missing_colour_is_named(missing: str) -> None:
    with pytest.raises(KeyError, match=missing):
        site_svg(MUSCLES[0], "left", {key: value for key, value in LIGHT.items() if key != missing})


@given(st.text(max_size=60), st.floats(20, 200))
def test_wrapping_loses_no_letter_and_keeps_to_the_width(words: str, width: float) -> None:
    lines = wrapped(words, width, 13)
    assert "".join("".join(lines).split()) == "".join(words.split())
    assert all(text_width(line, 13) <= width or len(line) == 1 for line in lines)


@given(st.floats(0, 2 * pi), st.floats(20, 80))
def test_fibres_of_a_disc_lie_in_it_and_run_one_way(angle: float, radius: float) -> None:
    disc: Curve = tuple((180 + radius * cos(k / 30 * pi), 200 + radius * sin(k / 30 * pi)) for k in range(60))
    drawn = list(chords(disc, (cos(angle), sin(angle)), 7.0))
    assert len(drawn) >= int(2 * radius / 7) - 2
    for start, stop in drawn:
        assert max(dist(end, (180, 200)) for end in (start, stop)) < radius
        across = (stop[0] - start[0]) * sin(angle) - (stop[1] - start[1]) * cos(angle)
        assert across == pytest.approx(0, abs=1e-6)


def test_a_smooth_curve_goes_through_its_points() -> None:
    points = ((0.0, 0.0), (10.0, 5.0), (20.0, 0.0))
    for closed, n in ((False, 2), (True, 3)):
        ends = [part.split()[-2:] for part in smooth(points, closed=closed).removesuffix(" Z").split("C")[1:]]
        assert [(float(x), float(y)) for x, y in ends] == [*points[1:], points[0]][:n]


def inside(outline: Curve, point: Point) -> bool:
    """Whether a point is within the polygon."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]], strict=True):
        crossings += (y1 < y) != (y2 < y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1)
    return crossings % 2 == 1
