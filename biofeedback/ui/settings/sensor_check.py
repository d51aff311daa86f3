"""Below a channel's inputs: which output of the sensor seems to be wired, what to check, what it cannot be used for.

One rule: it suggests and asks; the output changes only when a person presses the button that says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from biofeedback.emg.sense import Sensed, sense
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.emg.sensor_limits import allowed, warnings
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.phrase import marked, say
from biofeedback.ui.settings.channel_row import ChannelRow, number
from biofeedback.ui.settings.live_signal import Stretch
from biofeedback.ui.words import carried, spoken

LISTEN = 8.0
"""Seconds of signal from which an output is told."""
MOST_WARNINGS = 2
"""What `sensor_limits.warnings` gives at most: one about the supply, one about the output."""


class SensorCheck(QWidget):
    """Looks after one channel (from 0). `ask` is called when the person wants to know the output."""

    def __init__(self, channel: int, row: ChannelRow, supply: float | None, ask: Callable[[int], None], look: Look,
                 parent: QWidget) -> None:  # fmt: skip
        super().__init__(parent)
        self._channel, self._row = channel, row
        self._rate, self._vref = 1000.0, math.inf
        self._sensed: Sensed | None = None
        tip = self.tr("From the last 8 s: let go for two seconds, contract once, then press")
        self.tell = KeyButton(self.tr("Tell which output this is"), tip=tip, parent=self)
        self.tell.clicked.connect(lambda: ask(channel))
        self.use = KeyButton("", icon="tick", parent=self)
        self.use.clicked.connect(self._take)
        self.use.hide()
        self.supply = QLineEdit("" if supply is None else f"{supply:g}", self)
        self.supply.setPlaceholderText(self.tr("not told"))
        self.supply.setFixedWidth(round(look.px(104)))
        name = self.tr("Supply voltage of the sensor of channel {n}").format(n=channel + 1)
        self.supply.setAccessibleName(name)
        self.supply.setToolTip(self.tr("Volts at the sensor's + pin; empty: not told"))
        words = QLabel(self.tr("Sensor's supply, V"), self)
        words.setProperty("voice", "hint")
        words.setBuddy(self.supply)
        for button in (self.tell, self.use):
            button.dress(look)
            button.setFixedHeight(round(look.px(36)))
        first = QHBoxLayout()
        first.setSpacing(round(look.px(8)))
        first.addWidget(self.tell)
        first.addWidget(self.use)
        first.addStretch(1)
        first.addWidget(words)
        first.addWidget(self.supply)
        self.suggestion = NoteLine(look, self)
        self.warnings = [NoteLine(look, self) for _ in range(MOST_WARNINGS)]
        self.limits = NoteLine(look, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, round(look.px(8)))
        column.setSpacing(round(look.px(4)))
        column.addLayout(first)
        for line in (self.suggestion, *self.warnings, self.limits):
            column.addWidget(line)
        column.addStretch(1)
        row.sensor.currentIndexChanged.connect(self.refresh)
        for typed in (row.gain, row.vref, self.supply):
            typed.textChanged.connect(self.refresh)

    def channel(self) -> ChannelSettings:
        """Return what is typed; raise ValueError with a sentence when a number is none."""
        return replace(self._row.channel(), supply=number(self.supply.text(), self.tr("supply voltage")))

    def know(self, rate: float, vref: float | None) -> None:
        """Know the scans per second and the ADC's reference voltage (None while no board told it)."""
        self._rate, self._vref = rate, math.inf if vref is None else vref
        self.refresh()

    def seems(self, stretch: Stretch) -> Sensed:
        """Return which output the channel's scans seem to come from."""
        settings, typed = stretch.settings, self._typed()
        vref = (typed.vref if typed else None) or settings.vref
        return sense(stretch.counts[:, self._channel], settings.rate, settings.adc_bits, vref)

    def suggest(self, stretch: Stretch) -> None:
        """Show which output the channel's scans seem to come from."""
        self._sensed = self.seems(stretch)
        self.refresh()

    def refuse(self, why: str) -> None:
        """Say why nothing can be suggested."""
        self._sensed = Sensed(Sensor.UNKNOWN, 0.0, why)
        self.refresh()

    def refresh(self) -> None:
        """Say again what follows from what is typed."""
        self._show_suggestion()
        typed = self._typed()
        told = warnings(typed, self._vref) if typed else ()
        for line, words in zip(self.warnings, [*told, *[""] * len(self.warnings)], strict=False):
            line.tell("look", carried(words))
        self._limit(typed)

    def _typed(self) -> ChannelSettings | None:
        try:
            return self.channel()
        except ValueError:  # said when the dialog is accepted
            return None

    def _show_suggestion(self) -> None:
        found, chosen = self._sensed, Sensor(self._row.sensor.currentData())
        differs = found is not None and found.kind not in (Sensor.UNKNOWN, chosen)
        if found is None:
            self.suggestion.tell(None, "")
        elif found.kind is Sensor.UNKNOWN:
            self.suggestion.tell("look", carried(found.why))
        else:
            words = say("It seems to be {kind}. {why}", kind=found.kind, why=marked(found.why))
            if not differs:
                words = say("It seems to be {kind}, as chosen. {why}", kind=found.kind, why=marked(found.why))
            self.suggestion.tell("look" if differs else "good", spoken(words))
        if found is not None and differs:
            label = self.tr("Use {kind}").format(kind=found.kind)
            tip = self.tr("Set the output of channel {n} to {kind}").format(n=self._channel + 1, kind=found.kind)
            self.use.name(label, tip, shown=True)
        self.use.setVisible(differs)

    def _limit(self, typed: ChannelSettings | None) -> None:
        if typed is None:
            self.limits.tell(None, "")
            return
        can = allowed(typed.sensor, self._rate, gain_is_known=typed.gain is not None)
        named = ((self.tr("times"), can.timing), (self.tr("steadiness"), can.steadiness),
                 (self.tr("spectrum"), can.spectrum))  # fmt: skip
        refused = [(name, answer.why) for name, answer in named if not answer]
        if not refused:
            self.limits.tell(None, "")
            return
        names = ", ".join(name for name, _ in refused)
        words = spoken(say("Not with this output: {names}. {why}", names=names, why=marked(refused[0][1])))
        whys = dict.fromkeys(carried(why) for _, why in refused)
        self.limits.tell(None, words, "\n".join(whys))

    def _take(self) -> None:
        if self._sensed is not None:
            self._row.sensor.setCurrentIndex(self._row.sensor.findData(self._sensed.kind))
            self._row.sensor.setFocus()
