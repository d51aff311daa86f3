"""The channels in the settings dialog: a row of inputs each, below it what the sensor check says.

One rule: a suggestion looks at the scans of the running board only; another board's would name the wrong sensor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from biofeedback.emg.pairs import pairs
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.recording.settings import MAX_CHANNELS
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.tokens import Look
from biofeedback.ui.settings.channel_row import ChannelRow
from biofeedback.ui.settings.live_signal import Stretch
from biofeedback.ui.settings.sensor_check import LISTEN, SensorCheck
from biofeedback.ui.words import carried

SHORTEST = 0.1
"""Seconds of scans that are enough to know a board's rate and reference voltage."""


class ChannelTable(QWidget):
    """Inputs of all channels that a board may have. `signal` gives its newest unbroken scans, None without any."""

    def __init__(
        self, channels: Sequence[ChannelSettings], signal: Callable[[float], Stretch | None], look: Look,
        parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._signal = signal
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        heads = ("", self.tr("Muscle"), self.tr("Side"), self.tr("Output"), self.tr("Gain"), self.tr("Reference V"))
        for column, head in enumerate(heads):
            label = QLabel(head, self)
            label.setProperty("voice", "hint")
            grid.addWidget(label, 0, column)
        self.rows: list[ChannelRow] = []
        self.checks: list[SensorCheck] = []
        self._numbers: list[QLabel] = []
        for i in range(MAX_CHANNELS):
            unnamed = self.tr("muscle {n}").format(n=i + 1)
            channel = channels[i] if i < len(channels) else ChannelSettings(muscle=unnamed)
            row = ChannelRow(i + 1, channel, self, look)
            self._numbers.append(QLabel(str(i + 1), self))
            grid.addWidget(self._numbers[i], 2 * i + 1, 0)
            for column, widget in enumerate(row.widgets, start=1):
                grid.addWidget(widget, 2 * i + 1, column)
                if column >= 4:
                    widget.setFixedWidth(round(look.px(104)))
            self.rows.append(row)
            self.checks.append(SensorCheck(i, row, channel.supply, self._sense, look, self))
            grid.addWidget(self.checks[i], 2 * i + 2, 1, 1, len(heads) - 1)
        self.pair = NoteLine(look, self)
        grid.addWidget(self.pair, 2 * MAX_CHANNELS + 1, 1, 1, len(heads) - 1)
        self._n_shown = len(channels)

    def show_first(self, n_channels: int) -> None:
        """Show as many channels."""
        self._n_shown = n_channels
        for i, (row, number, check) in enumerate(zip(self.rows, self._numbers, self.checks, strict=True)):
            for widget in (number, *row.widgets, check):
                widget.setVisible(i < n_channels)

    def know(self, rate: float) -> None:
        """Know the rate asked for; a running board's own rate and reference voltage win."""
        live = self._signal(SHORTEST)
        for check in self.checks:
            check.know(live.settings.rate if live else rate, live.settings.vref if live else None)

    def channels(self) -> tuple[ChannelSettings, ...]:
        """Return what is typed for the channels shown; raise ValueError with a sentence when a number is none."""
        return tuple(check.channel() for check in self.checks[: self._n_shown])

    def _sense(self, channel: int) -> None:
        """Suggest the output of `channel`, and whether two channels are RAW and ENV of one sensor."""
        stretch = self._signal(LISTEN)
        if stretch is None or channel >= stretch.n_channels:
            why = self.tr("No signal from this channel: is its board plugged in? Then press once more.")
            self.checks[channel].refuse(why)
            return
        self.know(stretch.settings.rate)
        self.checks[channel].suggest(stretch)
        n_channels = min(self._n_shown, stretch.n_channels)
        kinds = [self._kind(i, stretch) for i in range(n_channels)]
        found = pairs(stretch.counts[:, :n_channels], stretch.settings.rate, kinds) if n_channels > 1 else ()
        self.pair.tell("look", " ".join(carried(pair.why) for pair in found))

    def _kind(self, channel: int, stretch: Stretch) -> Sensor:
        """Return the output that a channel seems to be, else the one that is chosen for it."""
        sensed = self.checks[channel].seems(stretch).kind
        return Sensor(self.rows[channel].sensor.currentData()) if sensed is Sensor.UNKNOWN else sensed
