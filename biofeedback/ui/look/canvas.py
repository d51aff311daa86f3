"""A painter that knows the look: text, boxes, lines, and the few shapes that everything is made of.

One rule: it knows colours and pixels, and nothing of muscles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QBrush, QLinearGradient, QPainter, QPainterPath, QPen, QPolygonF

from biofeedback.ui.look.tokens import CAPTION, RADIUS_CARD, Look, colour, font, metrics

LEFT, CENTRE, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight
TOP, MIDDLE = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignVCenter
ROUND = Qt.PenCapStyle.RoundCap
Point = tuple[float, float]


def text_width(text: str, size: float, weight: int = 400) -> float:
    """Return the width in pixels of one line of text."""
    return metrics(size, weight).horizontalAdvance(text)


class Canvas:
    """Paints with `painter` in the colours of `look`. Sizes are in pixels, colours are `#RRGGBB`."""

    def __init__(self, painter: QPainter, look: Look) -> None:
        self.p, self.look, self.t = painter, look, look.palette
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)

    def text(
        self,
        text: str,
        x: float,
        y: float,
        w: float,
        h: float,
        size: float,
        weight: int = 400,
        ink: str | None = None,
        align: Qt.AlignmentFlag = LEFT,
        vertical: Qt.AlignmentFlag = MIDDLE,
        *,
        wrap: bool = False,
    ) -> None:
        """Paint text in a box; only with `wrap` does it break to the box's width."""
        self.p.setFont(font(size, weight))
        self.p.setPen(colour(ink or self.t.ink))
        flags = align | vertical
        how = Qt.TextFlag.TextWordWrap if wrap else Qt.TextFlag.TextDontClip
        self.p.drawText(QRectF(x, y, w, h), int(flags) | int(how), text)

    def width(self, text: str, size: float, weight: int = 400) -> float:
        """Return the width of one line of text."""
        return text_width(text, size, weight)

    def fill(self, x: float, y: float, w: float, h: float, ground: str, alpha: int = 255) -> None:
        """Fill a rectangle."""
        self.p.fillRect(QRectF(x, y, w, h), colour(ground, alpha))

    def box(
        self,
        x: float,
        y: float,
        w: float,
        h: float,
        ground: str | None = None,
        radius: float = RADIUS_CARD,
        border: str | None = None,
        width: float = 1.0,
    ) -> None:
        """Paint a rounded box, its border inside."""
        self.p.setPen(QPen(colour(border), width) if border else Qt.PenStyle.NoPen)
        self.p.setBrush(QBrush(colour(ground)) if ground else Qt.BrushStyle.NoBrush)
        inset = width / 2 if border else 0
        self.p.drawRoundedRect(QRectF(x + inset, y + inset, w - 2 * inset, h - 2 * inset), radius, radius)

    def card(self, w: float, h: float) -> None:
        """Paint a card over the whole widget, on the window's ground."""
        self.fill(0, 0, w, h, self.t.canvas)
        self.box(0, 0, w, h, self.t.surface, RADIUS_CARD, self.t.line)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, ink: str | None = None, width: float = 1.0,
        dash: Sequence[float] | None = None, cap: Qt.PenCapStyle = Qt.PenCapStyle.FlatCap,
    ) -> None:  # fmt: skip
        """Paint a straight line."""
        pen = QPen(colour(ink or self.t.line), width)
        pen.setCapStyle(cap)
        if dash:
            pen.setDashPattern(dash)
        self.p.setPen(pen)
        self.p.drawLine(QPointF(x1, y1), QPointF(x2, y2))

    def curve(self, points: Iterable[Point], ink: str, width: float) -> None:
        """Paint an open line through points."""
        pen = QPen(colour(ink), width)
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
        self.p.setPen(pen)
        self.p.setBrush(Qt.BrushStyle.NoBrush)
        self.p.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))

    def poly(
        self, points: Sequence[Point], ground: str | None = None, stroke: str | None = None, width: float = 2.0, *,
        closed: bool = True,
    ) -> None:  # fmt: skip
        """Paint a polygon, or an open line of round joints."""
        pen = QPen(colour(stroke), width) if stroke else QPen(Qt.PenStyle.NoPen)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(ROUND)
        self.p.setPen(pen)
        self.p.setBrush(QBrush(colour(ground)) if ground else Qt.BrushStyle.NoBrush)
        shape = QPolygonF([QPointF(x, y) for x, y in points])
        if closed:
            self.p.drawPolygon(shape)
        else:
            self.p.drawPolyline(shape)

    def circle(
        self, x: float, y: float, r: float, ground: str | None = None, border: str | None = None, width: float = 1.0,
        dash: Sequence[float] | None = None,
    ) -> None:  # fmt: skip
        """Paint a circle, its border on the radius."""
        pen = QPen(colour(border), width) if border else QPen(Qt.PenStyle.NoPen)
        if border and dash:
            pen.setDashPattern(dash)
        self.p.setPen(pen)
        self.p.setBrush(QBrush(colour(ground)) if ground else Qt.BrushStyle.NoBrush)
        self.p.drawEllipse(QPointF(x, y), r, r)

    def arc(self, x: float, y: float, r: float, part: float, ink: str, width: float) -> None:
        """Paint `part` 0–1 of a circle, clockwise from the top."""
        self.p.setPen(QPen(colour(ink), width, Qt.PenStyle.SolidLine, ROUND))
        self.p.setBrush(Qt.BrushStyle.NoBrush)
        self.p.drawArc(QRectF(x - r, y - r, 2 * r, 2 * r), 90 * 16, -round(360 * 16 * part))

    def clip(self, x: float, y: float, w: float, h: float, radius: float) -> None:
        """Save the painter and keep to a rounded box until `unclip`."""
        self.p.save()
        path = QPainterPath()
        path.addRoundedRect(QRectF(x, y, w, h), radius, radius)
        self.p.setClipPath(path, Qt.ClipOperation.IntersectClip)

    def unclip(self) -> None:
        """End `clip`."""
        self.p.restore()

    def hatch(
        self, x: float, y: float, w: float, h: float, ink: str, radius: float = 0.0, alpha: int = 90, step: int = 9
    ) -> None:
        """Paint diagonal lines: 'no value here', readable without colour."""
        self.clip(x, y, w, h, radius)
        self.p.setPen(QPen(colour(ink, alpha), 1.5))
        for k in range(-round(h), round(w) + step, step):
            self.p.drawLine(QPointF(x + k, y + h), QPointF(x + k + h, y))
        self.unclip()

    def zone(self, x: float, y: float, w: float, h: float) -> None:
        """Paint where to be: strongest at the target line below, fading upwards."""
        gradient = QLinearGradient(x, y + h, x, y)
        gradient.setColorAt(0, colour(self.t.good_soft))
        gradient.setColorAt(0.3, colour(self.t.good_soft))
        gradient.setColorAt(1, colour(self.t.good_soft, 70))
        self.p.fillRect(QRectF(x, y, w, h), QBrush(gradient))

    def key(
        self, text: str, x: float, y: float, size: float, ink: str | None = None, ground: str | None = None
    ) -> float:
        """Paint a keycap centred on height `y`; return its width."""
        w, h = key_width(text, size), size * 5 / 3
        self.box(x, y - h / 2, w, h, ground or self.t.sunken, 4)
        self.text(text, x, y - h / 2, w, h, size, 500, ink or self.t.ink3, CENTRE)
        return w

    def badge(self, text: str, x: float, y: float) -> float:
        """Paint a warning badge with a hatched edge, from its top left corner; return its width."""
        size, h = self.look.px(CAPTION), self.look.px(26)
        w = badge_width(text, self.look)
        self.box(x, y, w, h, self.t.warn_soft, 6)
        self.hatch(x + 1, y + 1, 12, h - 2, self.t.warn, 5, 255, 6)
        self.box(x, y, w, h, None, 6, self.t.warn, 1.5)
        self.text(text, x + 12, y, w - 12, h, size, 700, self.t.warn_ink, CENTRE)
        return w


def key_width(text: str, size: float) -> float:
    """Return the width of a keycap."""
    return max(size * 5 / 3, text_width(text, size, 500) + size)


def badge_width(text: str, look: Look) -> float:
    """Return the width of a badge."""
    return text_width(text, look.px(CAPTION), 700) + 32
