"""One channel's inputs in the settings dialog, and the list to choose from that all of the dialog uses.

One rule: what is not known stays empty; a number that is none is refused with a sentence, never mended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PyQt6.QtCore import QCoreApplication
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QComboBox, QLineEdit, QWidget

from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.tokens import Look

GAINS = {Sensor.RAW: "200", Sensor.RECT: "200", Sensor.ENV: "10200", Sensor.UNKNOWN: ""}
"""MyoWare 2.0's gain of each output; ENV with the factory's potentiometer."""


def tr(text: str) -> str:
    """Return `text` in the person's language."""
    return QCoreApplication.translate("channel", text)


class ChoiceBox(QComboBox):
    """A list to choose from, with a chevron in the look's ink."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def paintEvent(self, e: QPaintEvent | None) -> None:
        """Paint as the style sheet says, and the chevron."""
        super().paintEvent(e)
        painter = QPainter(self)
        c = Canvas(painter, self._look)
        x, y, s = self.width() - self._look.px(16), self.height() / 2, self._look.px(4)
        c.poly([(x - s, y - s / 2), (x, y + s / 2), (x + s, y - s / 2)], stroke=c.t.ink2, width=1.8, closed=False)
        painter.end()


class ChannelRow:
    """The inputs of one channel, a row of the dialog's table."""

    def __init__(self, number: int, channel: ChannelSettings, dialog: QWidget, look: Look) -> None:
        self._before = channel
        self.muscle = QLineEdit(channel.muscle, dialog)
        self.side = choice_box([("", ""), (tr("left"), "left"), (tr("right"), "right")], channel.side, look, dialog)
        self.sensor = choice_box([*((s.value, s) for s in (Sensor.RAW, Sensor.RECT, Sensor.ENV)),
                              (tr("unknown"), Sensor.UNKNOWN)], channel.sensor, look, dialog)  # fmt: skip
        self.gain = QLineEdit("" if channel.gain is None else f"{channel.gain:g}", dialog)
        self.gain.setPlaceholderText(tr("unknown"))
        self.vref = QLineEdit("" if channel.vref is None else f"{channel.vref:g}", dialog)
        self.vref.setPlaceholderText(tr("board's"))
        named = (
            (self.muscle, tr("Muscle of channel {n}"), tr("The muscle the electrodes lie on")),
            (self.side, tr("Side of channel {n}"), tr("Left or right, or empty")),
            (self.sensor, tr("Sensor output of channel {n}"), tr("Which pin of the sensor is wired")),
            (self.gain, tr("Gain of channel {n}"), tr("Without a gain there are no microvolts")),
            (self.vref, tr("Reference voltage of channel {n}"), tr("Volts; empty: what the board says")),
        )
        for widget, name, tip in named:
            widget.setAccessibleName(name.format(n=number))
            widget.setToolTip(tip)
        self.sensor.currentIndexChanged.connect(self._suggest_gain)

    @property
    def widgets(self) -> list[QWidget]:
        """The inputs, left to right."""
        return [self.muscle, self.side, self.sensor, self.gain, self.vref]

    def channel(self) -> ChannelSettings:
        """Return what is typed; raise ValueError with a sentence when a number is none."""
        return replace(
            self._before, muscle=self.muscle.text().strip() or "muscle", side=self.side.currentData(),
            sensor=Sensor(self.sensor.currentData()), gain=number(self.gain.text(), tr("gain")),
            vref=number(self.vref.text(), tr("reference voltage")),
        )  # fmt: skip

    def _suggest_gain(self) -> None:
        self.gain.setText(GAINS[Sensor(self.sensor.currentData())])


def choice_box(entries: Sequence[tuple[str, object]], chosen: object, look: Look, parent: QWidget) -> ChoiceBox:
    """Return a list of (text, value) to choose from, with the value `chosen` chosen."""
    box = ChoiceBox(look, parent)
    for text, value in entries:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, next((i for i, (_, value) in enumerate(entries) if value == chosen), 0)))
    return box


def number(text: str, name: str) -> float | None:
    """Return a typed number, None for an empty text; raise ValueError with a sentence for anything else."""
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        words = tr("The {name} '{text}' is not a number above 0. Leave it empty if it is not known.")
        raise ValueError(words.format(name=name, text=text[:20]))
    return value
