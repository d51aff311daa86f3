"""Smooth curves of drawings: read from short lists of points, written as SVG paths, hatched.

A curve goes through its points; a point given twice is a corner.
One rule: units are the drawing's, x to the right and y down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Point = tuple[float, float]
Curve = tuple[Point, ...]


def curve(text: str) -> Curve:
    """Return the points of "x,y x,y ...".

    Raises:
        ValueError: It is no such list.
    """
    points = []
    for pair in text.split():
        x, y = pair.split(",")
        points.append((float(x), float(y)))
    return tuple(points)


def curves(*texts: str) -> tuple[Curve, ...]:
    """Return several curves."""
    return tuple(curve(text) for text in texts)


def capsule(x: float, y: float, to_x: float, to_y: float, radius: float) -> Curve:
    """Return a finger: a round-ended outline from one point to another."""
    length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
    u, v = (to_x - x) / length * radius, (to_y - y) / length * radius
    return (
        (x - v, y + u), (to_x - v, to_y + u), (to_x + 0.7 * (u - v), to_y + 0.7 * (u + v)), (to_x + u, to_y + v),
        (to_x + 0.7 * (u + v), to_y + 0.7 * (v - u)), (to_x + v, to_y - u), (x + v, y - u), (x - u, y - v),
    )  # fmt: skip


def smooth(points: Sequence[Point], *, closed: bool) -> str:
    """Return SVG path data of the curve through `points` (Catmull-Rom, as cubic Béziers)."""
    n = len(points)
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for k in range(n if closed else n - 1):
        before = points[k - 1] if closed or k else points[0]
        here, there = points[k], points[(k + 1) % n]
        after = points[(k + 2) % n] if closed or k + 2 < n else there
        first = (here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6)
        second = (there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6)
        parts.append("C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in (first, second, there)))
    return " ".join([*parts, "Z"] if closed else parts)


def chords(outline: Curve, direction: Point, spacing: float) -> Iterator[Curve]:
    """Yield the stretches inside `outline` of parallel lines in `direction`, `spacing` apart, a little short of it.

    The outline counts as the polygon of its points; in drawing units.
    """
    u, v = unit(direction)
    turned = [(x * u + y * v, y * u - x * v) for x, y in outline]
    low, high = min(y for _, y in turned), max(y for _, y in turned)
    for k in range(1, int((high - low) / spacing) + 1):
        level = low + k * spacing - spacing / 2
        cuts = sorted(
            x + (level - y) / (to_y - y) * (to_x - x)
            for (x, y), (to_x, to_y) in zip(turned, [*turned[1:], turned[0]], strict=True)
            if (y < level) != (to_y < level)
        )
        for start, stop in zip(cuts[::2], cuts[1::2], strict=True):
            if stop - start > 4:
                ends = ((start + 2, level), (stop - 2, level))
                yield tuple((x * u - y * v, x * v + y * u) for x, y in ends)


def unit(vector: Point) -> Point:
    """Return the vector of length 1 in its direction; it must have one."""
    length = (vector[0] ** 2 + vector[1] ** 2) ** 0.5
    return vector[0] / length, vector[1] / length
