"""The drawing of where a muscle's electrodes go, as a widget in the look.

One rule: a muscle without a drawing of its own gets none; nothing that looks like it is shown instead.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from PyQt6.QtCore import QByteArray, QCoreApplication, QRectF, QSize
from PyQt6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PyQt6.QtSvg import QSvgRenderer
from PyQt6.QtWidgets import QSizePolicy, QWidget

from biofeedback.report.electrode_sites import HEIGHT, SKINS, WIDTH, Side, site_svg
from biofeedback.report.site_places import find_site
from biofeedback.training.plan_tables import Muscle
from biofeedback.ui.look.tokens import Look, colour

SHAPE: Final = HEIGHT / WIDTH
"""Height per width."""


class SiteDrawing(QWidget):
    """Shows the muscle it is given, on one side of the body; as wide as it is let, up to its size in the look."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = Look()
        self._muscle: Muscle | None = None
        self._side: Side = "right"
        self._highest = 0.0
        self._picture: tuple[object, QPixmap] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self._fit()
        self.update()

    def limit(self, height: float) -> None:
        """Be at most `height` pixels high, however much width there is; 0: as high as the look asks for."""
        if height != self._highest:
            self._highest = height
            self._fit()

    def show_site(self, muscle: Muscle | None, side: Side) -> bool:
        """Show `muscle` on `side` of the body; return whether there is a drawing of it."""
        drawn = muscle is not None and find_site(muscle) is not None
        self._muscle, self._side = muscle if drawn else None, side
        if muscle is not None:
            name = self.tr("Drawing: electrodes on {muscle}, {side}")
            where = self.tr("left") if side == "left" else self.tr("right")
            self.setAccessibleName(name.format(muscle=translated(muscle.name), side=where))
            self.setAccessibleDescription(translated(muscle.site))
        self.setVisible(drawn)
        self._fit()
        self.update()
        return drawn

    def sizeHint(self) -> QSize:
        """As large as its words are to be."""
        px = self._look.px
        return QSize(round(px(WIDTH)), round(px(HEIGHT)))

    def minimumSizeHint(self) -> QSize:
        """Any width: the drawing shrinks."""
        return QSize(200, self.minimumHeight())

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Be as high as the width asks for."""
        super().resizeEvent(a0)
        self._fit()

    def paintEvent(self, a0: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the drawing, rendered once for each size and look."""
        if self._muscle is None:
            return
        ratio = self.devicePixelRatioF()
        key = (self._muscle, self._side, self._look, self.size().width(), self.size().height(), ratio)
        if self._picture is None or self._picture[0] != key:
            self._picture = (key, self._rendered(self._muscle, ratio))
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture[1])
        painter.end()

    def _rendered(self, muscle: Muscle, ratio: float) -> QPixmap:
        palette = self._look.palette
        colours = {**asdict(palette), **SKINS[palette.name]}
        w, h = float(self.width()), float(self.height())
        text = site_svg(muscle, self._side, colours, w, h, labels=translated)
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(colour(palette.surface))
        painter = QPainter(picture)
        QSvgRenderer(QByteArray(text.encode())).render(painter, QRectF(0, 0, w, h))
        painter.end()
        return picture

    def _fit(self) -> None:
        wanted = self._look.px(WIDTH)
        height = round(min(wanted, max(200, self.width())) * SHAPE)
        if self._highest:
            height = min(height, round(self._highest))
        if height != self.minimumHeight() or height != self.maximumHeight():
            self.setFixedHeight(height)


def translated(text: str) -> str:
    """Return a text of a shipped plan or drawing in the person's language; an own plan's as it is written."""
    return QCoreApplication.translate("plan", text)
