"""The strip at the bottom, always there: board, received, delay, recording, lights, mains, sound, SIMULATED.

One rule: what does not fit loses its label first, then a light its sentence for one word, and only then, in a fixed
order, an item its place; board and recording never. A sentence of trouble takes two lines before it is shortened.
"""

from __future__ import annotations

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from biofeedback.engine_state import EngineState
from biofeedback.ui.findings_popover import FindingsPopover
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.icons import Light
from biofeedback.ui.look.strip_item import StripItem
from biofeedback.ui.look.tokens import MARGIN, Look
from biofeedback.ui.phrase import clock, marked, megabytes
from biofeedback.ui.readings import Reading
from biofeedback.ui.words import spoken


class Strip(QWidget):
    """Shows a state. `delay` opens the parts of the delay, `sound` the sounds, each light the card of all findings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self.board, self.received = StripItem(), StripItem()
        self.delay = StripItem(clickable=True)
        self.delay.setToolTip(self.tr("What the delay is made of (D)"))
        self.recording, self.badge = StripItem(), StripItem()
        self.sound = StripItem(clickable=True)
        self.sound.setToolTip(self.tr("How loud, and what each sound means; V turns it off and on"))
        self.mains = StripItem()
        self.notice = StripItem()
        self.notice.n_lines = 2
        self.lights: list[StripItem] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(MARGIN, 0, MARGIN, 0)
        for item in (self.board, self.received, self.delay, self.recording, self.notice):
            self._row.addWidget(item)
        self._row.addStretch(1)
        self._row.addWidget(self.mains)
        self._row.addWidget(self.sound)
        self._row.addWidget(self.badge)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        window = parent or self
        self.card = FindingsPopover(window, opens=lambda at: at in self.lights, on_close=window.setFocus)

    def toggle_findings(self) -> None:
        """Open the card with everything the signal check finds, or close it."""
        if self.card.isVisible():
            self.card.close_card()
            return
        left = next((light.x() for light in self.lights if light.isVisible()), self.recording.x())
        self.card.open_above(QPoint(self.x() + left - 20, self.y()))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        self.card.dress(look)
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
        percent = " · ".join([percent, *(self._caveat(caveat) for caveat in caveats)])
        changed |= self.received.tell("", self.tr("Received"), percent)
        changed |= self.delay.tell("", self.tr("Delay"), "–" if delay is None or silent else f"{delay * 1000:.0f} ms")
        changed |= self._show_recording(state, silent=silent)
        trouble = notice or ((state.recording.problem or "") if state.recording else "")
        trouble = spoken(marked(trouble)) if trouble else ""
        self.recording.setToolTip(trouble or (str(state.recording.path) if state.recording else ""))
        changed |= self.notice.tell("fix" if trouble else "", "", trouble, "bad")
        changed |= self._show_lights(readings)
        self.card.show_state(state, readings, silent=silent)
        changed |= self.badge.tell(
            "badge" if state.simulated else "", "", self.tr("SIMULATED") if state.simulated else ""
        )
        if changed:
            self._fit()

    def show_mains(self, light: Light | None, sentence: str) -> None:
        """Show the mains link's light, the `sentence` that it stands for as its tooltip; None: nobody is wired."""
        words = {"good": self.tr("clear"), "look": self.tr("answer"), "fix": self.tr("unplug")}
        tone = "bad" if light == "fix" else "plain"
        self.mains.setToolTip(sentence)
        if self.mains.tell(light or "", self.tr("Mains"), "" if light is None else words.get(light, ""), tone):
            self._fit()

    def show_sound(self, words: str, *, missing: bool) -> None:
        """Show what is told of sound; `missing`: it is wanted and cannot be had."""
        if self.sound.tell("look" if missing else "", "", words):
            self._fit()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Fit the items into the new width."""
        super().resizeEvent(a0)
        self.card.hide()
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
        if not recording.active and not recording.problem:  # its files are being completed
            return self.recording.tell("", self.tr("Recording"), self.tr("saving …"))
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
            light = StripItem(clickable=True, parent=self)
            light.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            light.clicked.connect(self.toggle_findings)
            light.dress(self._look)
            self._row.insertWidget(self._row.indexOf(self.notice), light)
            self.lights.append(light)
        shorts = {"good": self.tr("good"), "look": self.tr("look"), "fix": self.tr("fix"), "none": self.tr("no signal")}
        for light, reading in zip(self.lights, readings, strict=True):
            words = spoken(reading.trouble)
            tone = "bad" if reading.light == "fix" else "plain"
            changed |= light.tell(reading.light, reading.name, words, tone, shorts[reading.light])
        return changed

    @property
    def items(self) -> list[StripItem]:
        """All items, left to right."""
        first = [self.board, self.received, self.delay, self.recording]
        return [*first, *self.lights, self.notice, self.mains, self.sound, self.badge]

    def _fit(self) -> None:
        """Drop labels, then items, until all fit."""
        gap = round(min(28.0, self._look.px(28)))
        self._row.setSpacing(gap)
        room = self.width() - 2 * MARGIN
        shown = [item for item in self.items if item.value]
        rare = [self.received, self.sound, self.delay, self.mains]
        leaving = [*reversed(self.lights[1:]), *rare, *self.lights[:1], self.board]
        if self.notice.value:
            leaving = [self.received, self.sound, *reversed(self.lights), self.delay]
            if self.mains.tone != "bad" or self.mains.toolTip() == self.notice.value:  # else it is news
                leaving.append(self.mains)
        self.notice.limit = 0
        brief: set[StripItem] = set()
        terse: set[StripItem] = set()

        def needed() -> int:
            return sum(item.width_with(brief=item in brief, terse=item in terse) for item in shown) + gap * len(shown)

        if self.notice.value and needed() > room:
            self.notice.limit = self.notice.width_in_lines()
        for items, loss in (
            ([self.board, self.recording, self.received, self.delay], brief),
            (self.lights[::-1], terse),  # which muscle it is stays longer than what is wrong: a click tells that
            (self.lights, brief),
        ):
            for item in items:
                if needed() > room:
                    loss.add(item)
        for item in leaving:
            if needed() <= room:
                break
            if item in shown:
                shown.remove(item)
        if needed() > room and self.notice.value:
            self.notice.limit = max(80, self.notice.limit - (needed() - room))
        self._show_fitted(shown, brief, terse)

    def _show_fitted(self, shown: list[StripItem], brief: set[StripItem], terse: set[StripItem]) -> None:
        for item in self.items:
            item.brief, item.terse = item in brief, item in terse
            item.setVisible(item in shown)
            if item in self.lights:
                tip = self.tr("{light}: all that was found, and what to do (L)")
                item.setToolTip(tip.format(light=item.accessibleName()))
            elif item not in (self.delay, self.recording, self.sound, self.mains):
                item.setToolTip(item.accessibleName())
            item.updateGeometry()
            item.update()
        self._row.activate()

    def _caveat(self, name: str) -> str:
        words = {"unprotected": self.tr("unprotected"), "rate estimated": self.tr("rate estimated")}
        return words.get(name, name)

    def _short(self, label: str) -> str:
        return label if len(label) <= 24 else f"{label[:23]}…"
