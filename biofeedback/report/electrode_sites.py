"""Where the electrodes of a muscle go, as an SVG picture: landmarks, the way between them, the pair, the reference.

SVG text, so that it needs no screen and no Qt; what can be drawn stands in site_places.py.
One rule: a sign on the body stands again beside its words, so that nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal
from xml.sax.saxutils import escape

from biofeedback.report.site_bodies import Edge, Fade
from biofeedback.report.site_curves import Curve, Point, chords, smooth, unit
from biofeedback.report.site_labels import LEADING, Block, Callout, apart, fits, text_line, wrapped
from biofeedback.report.site_places import Site, find_site
from biofeedback.training.plan_tables import Muscle

Side = Literal["left", "right"]
WIDTH, HEIGHT = 360.0, 420.0
MARGIN = 10.0
FOOT = 24.0
"""Height kept for each line at the foot: the view's name and "not to scale", and the words of the edges."""
HALF_PAIR, RADIUS = 13.0, 9.5
"""From the spot to the middle of each electrode of the pair, and their radius."""
SIZES = (13.0, 12.0, 11.0, 10.0)
"""Type sizes: the first with which the words fit."""
WAY, NOT_TO_SCALE, REFERENCE = "of the way from 1 to 2", "not to scale", "reference"
MIRRORED: Mapping[Edge, Edge] = {"left": "right", "right": "left"}
TOWARDS: Mapping[Edge, str] = {
    "left": 'x1="0" y1="0" x2="1" y2="0"',
    "right": 'x1="1" y1="0" x2="0" y2="0"',
    "top": 'x1="0" y1="0" x2="0" y2="1"',
    "bottom": 'x1="0" y1="1" x2="0" y2="0"',
}
"""A gradient from each edge inwards."""
SKINS: Mapping[str, Mapping[str, str]] = {
    "light": {"skin": "#EFE4DA", "skin_shade": "#E2CFC1", "skin_edge": "#A48C79"},
    "dark": {"skin": "#2C2A2B", "skin_shade": "#3A3433", "skin_edge": "#8A7B72"},
    "contrast": {"skin": "#1C1C1C", "skin_shade": "#333333", "skin_edge": "#FFFFFF"},
}
"""The body's colours by the name of the palette that they go with."""
COLOURS = ("surface", "ink", "ink2", "ink3", "accent", "accent_soft", "accent_ink", *SKINS["light"])
"""Keys that `colours` needs; more are ignored."""


def site_svg(
    muscle: Muscle,
    side: Side,
    colours: Mapping[str, str],
    width: float = WIDTH,
    height: float = HEIGHT,
    labels: Callable[[str], str] = str,
) -> str:
    """Return an SVG 1.1 document of `width` by `height` pixels that shows where the muscle's electrodes go.

    Drawing and type keep their proportion and fill what they can of it; room beside goes to the words. `side` is the
    body's, also of a muscle that the plan calls mirrored. `colours` has COLOURS: a palette and the SKINS of its name.
    `labels` translates each text.

    Raises:
        KeyError: A colour is missing.
        LookupError: There is no drawing: `find_site` returns None.
    """
    site = find_site(muscle)
    if site is None:
        raise LookupError(f"there is no drawing of {muscle.name!r} with these landmarks, direction and reference")
    canvas = _Canvas(width, height, side, {key: colours[key] for key in COLOURS})
    spot = site.pair_at(muscle.percent)
    parts = [*_body(canvas, site), *_muscle(canvas, site, spot), *_words(canvas, site, muscle, labels, spot)]
    parts += _signs(canvas, site, spot)
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" version="1.1" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {canvas.width:.2f} {canvas.height:.2f}" '
        "font-family=\"Inter, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif\">\n"
        f"<title>{escape(labels(muscle.name))}</title>\n<desc>{escape(labels(muscle.site))}</desc>\n{body}\n</svg>\n"
    )


class _Canvas:
    """The canvas in drawing units, wider or higher than the drawing where the pixels are; mirrors what has a place."""

    def __init__(self, width: float, height: float, side: Side, colours: Mapping[str, str]) -> None:
        scale = min(width / WIDTH, height / HEIGHT)
        self.width, self.height = width / scale, height / scale
        self.left, self.top = (self.width - WIDTH) / 2, (self.height - HEIGHT) / 2
        self.side: Side = side
        self.colours = colours

    def at(self, point: Point) -> Point:
        """Return a point of the left side's drawing as it lies on the canvas."""
        x = point[0] if self.side == "left" else WIDTH - point[0]
        return self.left + x, self.top + point[1]

    def path(self, points: Curve, paint: str, *, closed: bool = True) -> str:
        """Return the smooth curve through points of the drawing as a path element; `paint` holds its attributes."""
        return f'<path d="{smooth([self.at(point) for point in points], closed=closed)}" {paint}/>'

    def paint(self, fill: str, stroke: str = "none", width: float = 1.0) -> str:
        """Return the attributes of a filled and outlined shape; colours by key, or none."""
        inside, line = (self.colours.get(key, key) for key in (fill, stroke))
        return (
            f'fill="{inside}" stroke="{line}" stroke-width="{width:g}" stroke-linejoin="round" stroke-linecap="round"'
        )


def _body(canvas: _Canvas, site: Site) -> list[str]:
    """Outlines first and grounds over them, so that the shapes run together into one."""
    body = site.body
    parts = [canvas.path(shape, canvas.paint("skin", "skin_edge", 4)) for shape in body.outlines]
    parts += [canvas.path(shape, canvas.paint("skin")) for shape in body.outlines]
    parts += [canvas.path(shape, canvas.paint("skin_shade")) for shape in body.neighbours]
    parts += [canvas.path(line, canvas.paint("none", "skin_edge", 1.5), closed=False) for line in body.lines]
    parts += [_circle(canvas.at(dot), 2.6, canvas.paint("skin_edge")) for dot in body.dots]
    return parts + _fades(canvas, body.fades)


def _fades(canvas: _Canvas, fades: tuple[Fade, ...]) -> list[str]:
    surface = canvas.colours["surface"]
    parts: dict[str, None] = {}
    for fade in fades:
        x, y = canvas.at((fade.x if canvas.side == "left" else fade.x + fade.width, fade.y))
        edge = MIRRORED.get(fade.edge, fade.edge) if canvas.side == "right" else fade.edge
        # the name says all that it holds: a gradient is told once, and drawings may share one page
        name = f"fade-{edge}-{100 * fade.solid:g}-{surface.lstrip('#')}"
        parts[
            f'<linearGradient id="{name}" {TOWARDS[edge]}><stop offset="{fade.solid:g}" stop-color="{surface}"/>'
            f'<stop offset="1" stop-color="{surface}" stop-opacity="0"/></linearGradient>'
        ] = None
        parts[
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{fade.width:g}" height="{fade.height:g}" fill="url(#{name})"/>'
        ] = None
    return list(parts)


def _muscle(canvas: _Canvas, site: Site, spot: Point) -> list[str]:
    """Return the muscle with its fibres, the way between the landmarks, and the spot on it."""
    parts = [canvas.path(site.belly, canvas.paint("accent_soft", "accent", 1.75))]
    fibres = canvas.paint("none", "accent", 1) + ' opacity="0.35"'
    parts += [canvas.path(ends, fibres, closed=False) for ends in chords(site.belly, site.fibres, 7.0)]
    way = canvas.paint("none", "ink2", 1.5) + ' stroke-dasharray="4 5"'
    parts.append(canvas.path((site.first, site.second), way, closed=False))
    if site.spot is None:
        u, v = unit((site.second[0] - site.first[0], site.second[1] - site.first[1]))
        tick = ((spot[0] - 6 * v, spot[1] + 6 * u), (spot[0] + 6 * v, spot[1] - 6 * u))
        parts.append(canvas.path(tick, canvas.paint("none", "ink", 2), closed=False))
    return parts


def _signs(canvas: _Canvas, site: Site, spot: Point) -> list[str]:
    """Return the signs on the body: reference electrode, crosses on the landmarks, the pair along the fibres."""
    parts = _reference(canvas, canvas.at(site.reference), hidden=bool(site.behind))
    for landmark in (site.first, site.second):
        parts += _cross(canvas, canvas.at(landmark))
    for electrode in pair(site, spot):
        parts += _electrode(canvas, canvas.at(electrode), RADIUS)
    return parts


def _words(canvas: _Canvas, site: Site, muscle: Muscle, labels: Callable[[str], str], spot: Point) -> list[str]:
    """Return the words with their signs and lines, and what stands at the foot."""
    reference = [(labels(REFERENCE), 700, "ink"), (labels(muscle.reference_electrode), 400, "ink2")]
    if site.behind:
        reference.append((labels(site.behind), 400, "ink3"))
    where = [(labels(site.felt), 700, "accent_ink")]
    if muscle.percent is not None:
        where = [(f"{muscle.percent:g} %", 700, "accent_ink"), (labels(WAY), 400, "ink2")]
    texts = (
        [(labels(muscle.landmarks[0]), 400, "ink2")],
        [(labels(muscle.landmarks[1]), 400, "ink2")],
        where,
        reference,
    )
    points = (site.first, site.second, spot, site.reference)
    blocks = _blocks(canvas, site, texts, points)
    parts = [_leader(canvas, block) for block in blocks]
    for number, block in enumerate(blocks, start=1):
        x, y = block.callout.x, block.callout.y
        if number <= 2:
            parts.append(_circle((x, y), 8.5, canvas.paint("ink2")))
            parts.append(text_line(x, y + 4.2, str(number), 12, 700, canvas.colours["surface"], "middle"))
        else:
            parts += _electrode(canvas, (x, y), 7.5) if number == 3 else _reference(canvas, (x, y), hidden=False)
        parts += block.text(canvas.colours)
    return parts + _foot(canvas, site, labels)


def _blocks(
    canvas: _Canvas, site: Site, texts: tuple[list[tuple[str, int, str]], ...], points: tuple[Point, ...]
) -> list[Block]:
    """Return the callouts in the largest type in which they fit; in the smallest if they do in none."""
    placed: list[Block] = []
    bottom = canvas.height - (2 * FOOT if any(site.body.edges) else FOOT)
    for size in SIZES:
        blocks = []
        for callout, text, point in zip(site.callouts, texts, points, strict=True):
            x, y = canvas.at((callout.x, callout.y))
            seen = callout if canvas.side == "left" else callout.mirrored()
            own = Callout(x, y, seen.anchor, seen.width + canvas.left)
            lines = tuple(
                (line, bold, ink) for words, bold, ink in text for line in wrapped(words, own.width, size, bold)
            )
            blocks.append(Block(own, lines, size, canvas.at(point)))
        placed = apart(blocks, MARGIN, bottom)
        whole = all(
            text.split() == " ".join(line for line, *_ in block.lines).split()
            for block, text in zip(placed, (" ".join(words for words, *_ in text) for text in texts), strict=True)
        )
        if whole and fits(placed, MARGIN, bottom):
            break
    return placed


def _foot(canvas: _Canvas, site: Site, labels: Callable[[str], str]) -> list[str]:
    view, scale = labels(site.body.views[canvas.side == "right"]), labels(NOT_TO_SCALE)
    edges = site.body.edges if canvas.side == "left" else site.body.edges[::-1]
    y = canvas.height - 6
    right = canvas.width - MARGIN
    ink2, ink3 = canvas.colours["ink2"], canvas.colours["ink3"]
    parts = [text_line(MARGIN, y, view, 12, 500, ink2, "start"), text_line(right, y, scale, 12, 400, ink3, "end")]
    for edge, x, anchor in ((edges[0], MARGIN, "start"), (edges[1], right, "end")):
        if edge:
            parts.append(text_line(x, y - 12 * LEADING - 4, labels(edge), 12, 400, ink3, anchor))
    return parts


def _leader(canvas: _Canvas, block: Block) -> str:
    """Return the line from a block's sign to just before the point that it names."""
    callout, (to_x, to_y) = block.callout, block.point
    u, v = unit((to_x - callout.x, to_y - callout.y))
    x, y, to_x, to_y = callout.x + 9 * u, callout.y + 9 * v, to_x - 7 * u, to_y - 7 * v
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" {canvas.paint("none", "ink3", 1)}/>'


def _electrode(canvas: _Canvas, at: Point, radius: float) -> list[str]:
    ring = _circle(at, radius, canvas.paint("surface", "accent", 0.29 * radius))
    return [ring, _circle(at, 0.4 * radius, canvas.paint("accent"))]


def _reference(canvas: _Canvas, at: Point, *, hidden: bool) -> list[str]:
    """A square, not a circle; dashed where it sits round the corner."""
    dash = ' stroke-dasharray="3 3"' if hidden else ""
    parts = []
    for half, paint in ((8.0, canvas.paint("surface", "ink", 2.5) + dash), (3.2, canvas.paint("ink"))):
        parts.append(
            f'<rect x="{at[0] - half:.1f}" y="{at[1] - half:.1f}" width="{2 * half:g}" height="{2 * half:g}" '
            f'rx="2" {paint}/>'
        )
    return parts


def _cross(canvas: _Canvas, at: Point) -> list[str]:
    """A cross with a halo, to be seen on any ground."""
    x, y = at
    path = f"M{x - 5:.1f} {y - 5:.1f}L{x + 5:.1f} {y + 5:.1f}M{x - 5:.1f} {y + 5:.1f}L{x + 5:.1f} {y - 5:.1f}"
    return [f'<path d="{path}" {canvas.paint("none", key, width)}/>' for key, width in (("surface", 6), ("ink", 2.5))]


def _circle(at: Point, radius: float, paint: str) -> str:
    return f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="{radius:g}" {paint}/>'


def pair(site: Site, spot: Point) -> tuple[Point, Point]:
    """Return the middles of the two electrodes, along the fibres on either side of the spot; in drawing units."""
    u, v = unit(site.fibres)
    (x, y), half = spot, HALF_PAIR
    return (x - half * u, y - half * v), (x + half * u, y + half * v)
