"""Board and sensor, signal, screen and library: one dialog, one page, one frozen answer.

One rule: the dialog changes nothing; it returns a `Choice`, and whoever opened it applies that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from biofeedback.emg.envelope import DISPLAYS
from biofeedback.engine import Engine
from biofeedback.recording.folders import default_library
from biofeedback.recording.settings import MAX_CHANNELS, BoardSettings
from biofeedback.ui.choice import ANY_BOARD, SIMULATED, Choice, FoundPort
from biofeedback.ui.look.framed_dialog import FramedDialog
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.tick_box import TickBox
from biofeedback.ui.look.tokens import TEXT_SIZES, Look, style_sheet
from biofeedback.ui.settings.channel_row import choice_box
from biofeedback.ui.settings.channel_table import ChannelTable
from biofeedback.ui.settings.display_preview import DisplayPreview
from biofeedback.ui.settings.live_signal import Stretch, newest
from biofeedback.ui.words import carried

RATES = (250, 500, 1000, 2000)


class SettingsDialog(FramedDialog):
    """Shows `choice`; after `accept`, `choice` is the new one. `engine`: whose signal the live pictures show."""

    def __init__(
        self, choice: Choice, ports: Sequence[FoundPort], look: Look, parent: QWidget | None = None, *,
        engine: Engine | None = None,
    ) -> None:  # fmt: skip
        super().__init__(look, parent)
        self.choice = choice
        self._engine = engine
        self.setWindowTitle(self.tr("Board and settings"))
        self.setStyleSheet(style_sheet(look))
        self._error = QLabel("", self)
        self._error.setWordWrap(True)
        self._error.setStyleSheet(f"color: {look.palette.bad_ink}; font-weight: 600;")
        page = QWidget(self)
        self._grid = QGridLayout(page)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(round(look.px(6)))
        self._grid.setColumnStretch(1, 1)
        self._fill(choice, ports)
        self.page = scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        self.cancel = KeyButton(self.tr("Cancel"), "Esc", parent=self)
        self.save = KeyButton(self.tr("Use these"), "Enter", "tick", parent=self)
        self.save.set_primary(primary=True)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(self._error, 1)
        for button in (self.cancel, self.save):
            button.dress(look)
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(12)
        column.addWidget(scroll, 1)
        column.addLayout(buttons)
        wanted = page.sizeHint()
        self.fit(max(760, wanted.width() + 72), wanted.height() + 130)

    @property
    def error(self) -> str:
        """Why it could not be accepted; empty while it was not tried or could."""
        return self._error.text()

    def accept(self) -> None:
        """Take what is typed; stay open with a sentence when something cannot be."""
        try:
            self.choice = self._typed()
        except ValueError as error:
            self._error.setText(carried(str(error)))
            return
        super().accept()

    def _typed(self) -> Choice:
        settings, board = self.choice.settings, str(self.board.currentData())
        channels = self.table.channels()
        isolator = settings.boards[board].isolator if board in settings.boards else False
        library = Path(self.library.text().strip()).expanduser() if self.library.text().strip() else None
        if library is not None and not library.is_absolute():
            raise ValueError(
                self.tr("The library needs a whole path, such as {example}.").format(example=default_library())
            )
        return Choice(
            board=board,
            settings=replace(
                settings, boards={**settings.boards, board: BoardSettings(channels, isolator)},
                mains=self.mains.currentData(), notch=self.notch.isChecked(), palette=self.palette_choice.currentData(),
                display_envelope=str(self.display.currentData()), library=library,
                rate=int(self.rate.currentData()), text_percent=int(self.text_size.currentData()),
            ),
        )  # fmt: skip

    def _fill(self, choice: Choice, ports: Sequence[FoundPort]) -> None:
        tr, settings = self.tr, choice.settings
        boards = [(tr("simulated muscle"), SIMULATED), (tr("a board, found by itself"), ANY_BOARD)]
        boards += [(f"{p.port}  {p.description}", p.port) for p in ports]
        if choice.board not in (value for _, value in boards):
            boards.append((tr("{port} (not plugged in)").format(port=choice.board), choice.board))
        self.board = choice_box(boards, choice.board, self._look, self)
        self.n_channels = choice_box(
            [(str(n), n) for n in range(1, MAX_CHANNELS + 1)], len(choice.channels), self._look, self
        )
        self.rate = choice_box([(f"{rate} Hz", rate) for rate in RATES], choice.settings.rate, self._look, self)
        self.mains = choice_box(
            [(tr("50 Hz"), 50), (tr("60 Hz"), 60), (tr("not known"), 0)], settings.mains, self._look, self
        )
        self.notch = TickBox(tr("notch filter"), self._look, self)
        self.notch.setChecked(settings.notch)
        self.preview = DisplayPreview(choice.display, float(settings.rate), self._signal, self._look, self)
        self.display = choice_box([(self._display_words(n), n) for n in DISPLAYS], choice.display, self._look, self)
        palettes = [(tr("light"), "light"), (tr("dark"), "dark"), (tr("high contrast"), "contrast")]
        self.palette_choice = choice_box(
            [*palettes, (tr("as the system"), "system")], settings.palette, self._look, self
        )
        self.text_size = choice_box([(f"{n} %", n) for n in TEXT_SIZES], choice.settings.text_percent, self._look, self)
        self.library = QLineEdit(str(settings.library or ""), self)
        self.library.setPlaceholderText(str(default_library()))
        browse = KeyButton(tr("Choose …"), parent=self)
        browse.dress(self._look)
        browse.clicked.connect(self._browse)
        self._title(tr("Board and sensor"))
        self._line(tr("Board"), self.board, tr("Where the samples come from"))
        self._line(tr("Channels"), self.n_channels, tr("The first is trained; all are shown and recorded"))
        self._line(tr("Rate"), self.rate, tr("Scans per second; 1000 Hz suits a RAW output"))
        self.table = ChannelTable(choice.channels, self._signal, self._look, self)
        self._grid.addWidget(self.table, self._grid.rowCount(), 0, 1, 2)
        self._title(tr("Signal"))
        self.mains.setToolTip(tr("Frequency of the power line here"))
        self.mains.setAccessibleName(tr("Mains"))
        self.notch.setAccessibleName(tr("Notch filter"))
        self.notch.setToolTip(tr("Takes the mains' hum out of the band-passed signal; after a gap it settles 0.5 s"))
        self._line(tr("Mains"), self._side_by_side(self.mains, self.notch), tr("The power line's hum"))
        self._line(tr("Bar shows"), self.display, tr("Scores always use RMS 125 ms; this is only what the bar shows"))
        self._grid.addWidget(self.preview, self._grid.rowCount(), 1)
        self._title(tr("Screen and files"))
        self._line(tr("Colours"), self.palette_choice, tr("Also T in the window"))
        self._line(tr("Text size"), self.text_size, tr("Everything keeps its place up to 200 %"))
        self._line(tr("Library"), self._side_by_side(self.library, browse), tr("Folder of the recordings"))
        self.library.setAccessibleName(tr("Library"))
        self.library.setToolTip(tr("Folder of the recordings; empty: the app's own"))
        for box in (self.board, self.n_channels, self.rate):
            box.currentIndexChanged.connect(self._board_changed)
        for look_at in (self.display.currentIndexChanged, self.display.highlighted):
            look_at.connect(lambda i: self.preview.choose(str(self.display.itemData(i))))
        self._board_changed()

    def _signal(self, seconds: float) -> Stretch | None:
        """Return the newest scans of the running board, while it is the one that is chosen here."""
        return newest(self._engine, seconds) if self.board.currentData() == self.choice.board else None

    def _board_changed(self) -> None:
        """Tell everything below what the board and the rate chosen now make of it."""
        rate = int(self.rate.currentData())
        self.table.show_first(int(self.n_channels.currentData()))
        self.table.know(rate)
        self.preview.set_rate(rate)
        for i in range(self.display.count()):
            name = str(self.display.itemData(i))
            self.display.setItemText(i, f"{self._display_words(name)}  ({self.preview.cost(name)})")

    def _display_words(self, name: str) -> str:
        kind, _, rest = name.partition(" ")
        return f"{self.tr('linear') if kind == 'linear' else kind} {rest}"

    def _title(self, text: str) -> None:
        row = self._grid.rowCount()
        if row > 1:
            self._grid.setRowMinimumHeight(row, 6)
        self._grid.addWidget(_voice(text, "section", self), row + 1, 0, 1, 2)

    def _line(self, label: str, widget: QWidget, tip: str) -> None:
        row = self._grid.rowCount()
        words = QLabel(label, self)
        words.setBuddy(widget)
        self._grid.addWidget(words, row, 0)
        self._grid.addWidget(widget, row, 1)
        widget.setToolTip(tip)
        widget.setAccessibleDescription(tip)
        if label:
            widget.setAccessibleName(label)

    def _side_by_side(self, wide: QWidget, other: QWidget) -> QWidget:
        row = QWidget(self)
        inside = QHBoxLayout(row)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(16)
        inside.addWidget(wide, 1)
        inside.addWidget(other)
        return row

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Folder of the recordings"), self.library.text())
        if folder:
            self.library.setText(folder)


def _voice(text: str, voice: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setProperty("voice", voice)
    return label
