"""The strip at the bottom, always there: board and rate, received, delay, recording, signal lights, SIMULATED.

One rule: what does not fit loses its label first, and only then, in a fixed order, its place; nothing is cut.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from biofeedback.engine_state import EngineState
from biofeedback.ui.canvas import Canvas, badge_width, text_width
from biofeedback.ui.icons import paint_icon, paint_light
from biofeedback.ui.phrase import clock, megabytes
from biofeedback.ui.readings import Reading
from biofeedback.ui.tokens import CAPTION, MARGIN, Look, metrics
from biofeedback.ui.words import spoken

LIGHTS = ("good", "look", "fix", "none")


class StripItem(QAbstractButton):
    """A sign, a label and a value. `sign`: the name of an icon or a light, "dot" for recording, "badge", or empty."""

    def __init__(self, *, clickable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self.sign, self.label, self.value, self.tone = "", "", "", "plain"
        self.brief = False
        self.limit = 0
        """Most pixels it may take, 0 for any; a longer sentence ends in an ellipsis, whole in the tooltip."""
        self._clickable = clickable
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if clickable else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        if clickable:
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.updateGeometry()
        self.update()

    def tell(self, sign: str, label: str, value: str, tone: str = "plain") -> bool:
        """Show this; `tone` "plain" or "bad". Return whether anything changed."""
        if (sign, label, value, tone) == (self.sign, self.label, self.value, self.tone):
            return False
        self.sign, self.label, self.value, self.tone = sign, label, value, tone
        self.setAccessibleName(f"{label} {value}".strip())
        self.updateGeometry()
        self.update()
        return True

    def width_with(self, *, brief: bool) -> int:
        """Return the width it needs, with or without its label."""
        px = self._look.px
        if self.sign == "badge":
            return round(badge_width(self.value, self._look))
        width = px(26) if self.sign else 0.0
        if self.label and not brief:
            width += text_width(self.label, px(CAPTION)) + px(6)
        whole = round(width + text_width(self.value, px(CAPTION), 600) + 3)
        return min(whole, self.limit) if self.limit else whole

    def sizeHint(self) -> QSize:
        """As wide as what it shows."""
        return QSize(self.width_with(brief=self.brief), round(self._look.px(32)))

    def minimumSizeHint(self) -> QSize:
        """As `sizeHint`."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint sign, label and value."""
        painter = QPainter(self)
        c, t, px = Canvas(painter, self._look), self._look.palette, self._look.px
        h, m = float(self.height()), self.height() / 2
        x = 0.0
        if self.sign == "badge":
            c.badge(self.value, 0, m - px(13))
        else:
            bad = self.tone == "bad"
            if self.sign == "dot":
                c.circle(px(8), m, px(5), t.bad)
            elif self.sign in LIGHTS:
                paint_light(c, self.sign, px(9), m, px(8))  # type: ignore[arg-type] # one of LIGHTS
            elif self.sign:
                paint_icon(c, self.sign, px(10), m, px(20), t.bad_ink if bad else t.ink3)
            x += px(26) if self.sign else 0
            if self.label and not self.brief:
                c.text(self.label, x, 0, self.width(), h, px(CAPTION), 400, t.ink3)
                x += c.width(self.label, px(CAPTION)) + px(6)
            value = self.value
            if self.limit:
                value = metrics(px(CAPTION), 600).elidedText(value, Qt.TextElideMode.ElideRight, self.width() - x)
            c.text(value, x, 0, self.width(), h, px(CAPTION), 600, t.bad_ink if bad else t.ink)
            if self._clickable:
                c.line(x, m + px(10), x + c.width(self.value, px(CAPTION), 600), m + px(10), t.ink3, 1, [2, 2])
            if self.hasFocus():
                c.box(0, 2, self.width(), h - 4, None, 6, t.accent, 2)
        painter.end()


class Strip(QWidget):
    """Shows a state; `delay` is the item that opens the parts of the delay."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self.board, self.received = StripItem(), StripItem()
        self.delay = StripItem(clickable=True)
        self.delay.setToolTip(self.tr("What the delay is made of (D)"))
        self.recording, self.badge = StripItem(), StripItem()
        self.notice = StripItem()
        self.lights: list[StripItem] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        for item in (self.board, self.received, self.delay, self.recording, self.notice):
            self._row.addWidget(item)
        self._row.addStretch(1)
        self._row.addWidget(self.badge)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.setFixedHeight(round(48 if look.text_percent == 100 else max(48, look.px(32))))
        for item in self.items:
            item.dress(look)
        self._fit()
        self.update()

    def show_state(
        self, state: EngineState, readings: tuple[Reading, ...], delay: float | None, *, silent: bool, notice: str = ""
    ) -> None:
        """Show the newest state; `delay` in seconds, `notice` a sentence of trouble in place of the lights."""
        rate = state.measured_rate or (state.info.rate if state.info else None)
        lost = silent and state.phase in ("lost", "stalled", "another board", "failed")
        words = self.tr("no signal") if lost else f"{rate:.0f} Hz" if rate else self.tr("none yet")
        changed = self.board.tell("unplugged" if silent else "board", self._short(state.label), words,
                                  "bad" if lost else "plain")  # fmt: skip
        known = state.received + state.lost > 0
        percent = f"{int(state.received_percent * 100) / 100:.2f} %" if known else "–"
        caveats = state.info.caveats if state.info else ()  # what a board's language cannot promise
        percent = " · ".join([percent, *(self.tr(caveat) for caveat in caveats)])
        changed |= self.received.tell("", self.tr("Received"), percent)
        changed |= self.delay.tell("", self.tr("Delay"), "–" if delay is None or silent else f"{delay * 1000:.0f} ms")
        changed |= self._show_recording(state, silent=silent)
        trouble = notice or ((state.recording.problem or "") if state.recording else "")
        self.recording.setToolTip(trouble or (str(state.recording.path) if state.recording else ""))
        changed |= self.notice.tell("fix" if trouble else "", "", trouble, "bad")
        changed |= self._show_lights(readings)
        changed |= self.badge.tell(
            "badge" if state.simulated else "", "", self.tr("SIMULATED") if state.simulated else ""
        )
        if changed:
            self._fit()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Fit the items into the new width."""
        super().resizeEvent(a0)
        self._fit()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the ground."""
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        c.fill(0, 0, self.width(), self.height(), c.t.surface)
        c.line(0, 0.5, self.width(), 0.5, c.t.line)
        painter.end()

    def _show_recording(self, state: EngineState, *, silent: bool) -> bool:
        recording = state.recording
        if recording is None or recording.closed:
            value = self.tr("not recording") if recording is None else self.tr("recording saved")
            return self.recording.tell("" if recording is None else "tick", "", value)
        value = f"{clock(recording.seconds)} · {megabytes(recording.bytes)}"
        if not recording.active:
            return self.recording.tell("fix", self.tr("Recording stopped"), value, "bad")
        if silent:
            return self.recording.tell("pause", self.tr("Recording kept"), value)
        return self.recording.tell("dot", self.tr("Recording"), value)

    def _show_lights(self, readings: tuple[Reading, ...]) -> bool:
        changed = len(self.lights) != len(readings)
        while len(self.lights) > len(readings):
            self.lights.pop().deleteLater()
        while len(self.lights) < len(readings):
            light = StripItem(parent=self)
            light.dress(self._look)
            self._row.insertWidget(self._row.indexOf(self.notice), light)
            self.lights.append(light)
        for light, reading in zip(self.lights, readings, strict=True):
            words = spoken(reading.trouble)
            changed |= light.tell(reading.light, reading.name, words, "bad" if reading.light == "fix" else "plain")
        return changed

    @property
    def items(self) -> list[StripItem]:
        """All items, left to right."""
        return [self.board, self.received, self.delay, self.recording, *self.lights, self.notice, self.badge]

    def _fit(self) -> None:
        """Drop labels, then items, until all fit."""
        gap = round(min(28.0, self._look.px(28)))
        self._row.setSpacing(gap)
        room = self.width() - 2 * MARGIN
        shown = [item for item in self.items if item.value]
        leaving = [*reversed(self.lights[1:]), self.received, self.delay, *self.lights[:1], self.board]
        if self.notice.value:
            leaving = [*reversed(self.lights), self.received, self.delay, self.board]
        brief: set[StripItem] = set()

        def needed() -> int:
            return sum(item.width_with(brief=item in brief) for item in shown) + gap * len(shown)

        for item in (self.board, self.recording, self.received, self.delay, *self.lights):
            if needed() > room:
                brief.add(item)
        for item in leaving:
            if needed() <= room:
                break
            if item in shown:
                shown.remove(item)
        self.notice.limit = 0
        if needed() > room:
            self.notice.limit = max(80, self.notice.width_with(brief=False) - (needed() - room))
        for item in self.items:
            item.brief = item in brief
            item.setVisible(item in shown)
            if item is not self.delay and item is not self.recording:
                item.setToolTip(item.accessibleName())
            item.updateGeometry()
            item.update()
        self._row.activate()

    def _short(self, label: str) -> str:
        return label if len(label) <= 24 else f"{label[:23]}…"
