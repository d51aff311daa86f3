"""Sound as a small card: off or on, how loud, and what each sound means, to be heard one by one.

One rule: every sound that training makes stands here with its meaning; where the window is too small the card scrolls.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QPoint, QSize, Qt
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from biofeedback.recording.settings import VOLUMES
from biofeedback.ui.look.canvas import text_width
from biofeedback.ui.look.key_button import KeyButton
from biofeedback.ui.look.note_line import NoteLine
from biofeedback.ui.look.popover import Popover
from biofeedback.ui.look.tokens import BODY, CAPTION, LEAD, TITLE, Look
from biofeedback.ui.phrase import Phrase, say
from biofeedback.ui.sound.control import SoundControl
from biofeedback.ui.sound.heard import Cue
from biofeedback.ui.words import spoken

WIDTH, PAD = 560.0, 20
BUTTON = 36.0
CUE_WORDS: dict[Cue, tuple[Phrase, Phrase]] = {
    "ready": (say("Get ready"), say("One short note: work comes next.")),
    "work": (say("Work"), say("One high note: contract now.")),
    "let go": (say("Let go"), say("One low note: let the muscle go soft.")),
    "reached": (say("Reached"), say("Two quick, very high notes: you are at the target.")),
    "hold done": (say("Hold done"), say("Three rising notes: held long enough.")),
    "set over": (say("Set over"), say("Two long, falling notes: a rest.")),
    "lost": (say("Signal lost"), say("A note that falls far, every 2 s: nothing usable comes from the sensor.")),
}
"""What each cue is called and what it means."""
TONE = say("Tone")
TONE_WORDS = say(
    "It follows the muscle: the higher, the stronger. Bright at the target, trembling above it, silent when you let "
    "go. To relax, keep it silent."
)
HIDDEN_WORDS = say("With the bar hidden for a test there is no tone, and nothing tells how well it goes.")
LEVEL_WORDS = say("The computer's own volume decides how loud it is in the ear: begin low, above all with headphones.")


class SoundPopover(Popover):
    """The card; + and - change the volume."""

    def __init__(
        self, control: SoundControl, parent: QWidget, *, opens: Callable[[QWidget], bool], on_close: Callable[[], None]
    ) -> None:
        super().__init__(parent, opens=opens, on_close=on_close)
        self._control = control
        self.quieter = KeyButton(self.tr("Quieter"), "-", tip=self.tr("Turn the sound down (-)"), parent=self)
        self.louder = KeyButton(self.tr("Louder"), "+", tip=self.tr("Turn the sound up (+)"), parent=self)
        self.switch = KeyButton(self.tr("Turn off"), "V", parent=self)
        self.listen: dict[Cue, KeyButton] = {}
        self._title, self._volume = QLabel(self.tr("Sound"), self), QLabel("", self)
        self._volume.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._labels: list[tuple[QLabel, float, int, str]] = [
            (self._title, LEAD, 600, "ink"), (self._volume, TITLE, 600, "ink"),
        ]  # fmt: skip
        self.trouble = NoteLine(self._look, self)
        self._body = self._filled_body()
        self.area.setWidget(self._body)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._title)
        top.addStretch(1)
        for part in (self.quieter, self._volume, self.louder, self.switch):
            top.addWidget(part)
        column = QVBoxLayout(self)
        column.setContentsMargins(PAD, 14, PAD, 14)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self.trouble)
        column.addWidget(self.area, 1)
        self.quieter.clicked.connect(control.quieter)
        self.louder.clicked.connect(control.louder)
        self.switch.clicked.connect(control.toggle)
        control.changed.connect(self.refresh)
        self.setAccessibleName(self.tr("Sound"))
        self.dress(self._look)

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        t = look.palette
        inks = {"ink": t.ink, "ink2": t.ink2, "ink3": t.ink3}
        for label, size, weight, ink in self._labels:
            label.setStyleSheet(f"color: {inks[ink]}; font-size: {round(look.px(size))}px; font-weight: {weight};")
        self._volume.setMinimumWidth(round(text_width("100 %", look.px(TITLE), 600)))  # or the buttons would jump
        self._body.setStyleSheet(f"background: {t.surface};")
        for button in (self.quieter, self.louder, self.switch, *self.listen.values()):
            button.dress(look)
            button.setFixedHeight(round(look.px(BUTTON)))
        self.trouble.dress(look)
        self.refresh()

    def refresh(self) -> None:
        """Show what holds now."""
        control = self._control
        least, most = VOLUMES
        on = control.on
        self._volume.setText(f"{control.volume_percent} %" if on else self.tr("off"))
        self.quieter.setEnabled(on and control.volume_percent > least)
        self.louder.setEnabled(on and control.volume_percent < most)
        if on:
            self.switch.name(self.tr("Turn off"), self.tr("No sound at all (V)"))
        else:
            self.switch.name(self.tr("Turn on"), self.tr("Let training be heard (V)"))
        can_listen = control.can_listen
        for button in self.listen.values():
            button.setEnabled(can_listen)
        problem = control.problem
        self.trouble.tell(None if problem is None else "look", "" if problem is None else spoken(problem))
        self.setAccessibleDescription(" ".join(part for part in (control.words(), self.trouble.words) if part))
        self.fit()

    def open_above(self, anchor: QPoint) -> None:
        """Open with what holds now."""
        self.refresh()
        super().open_above(anchor)

    def size_in(self, room: QSize) -> QSize:
        """As wide as a column of text, as high as all the sounds."""
        layout, inside = self.layout(), self._body.layout()
        if layout is None or inside is None:
            return room
        w = min(round(self._look.px(WIDTH)), room.width())
        layout.activate()
        inside.activate()
        above = layout.minimumSize().height() - self.area.minimumSizeHint().height()
        return QSize(w, min(above + inside.heightForWidth(w - 2 * PAD) + 12, room.height()))

    def own_keys(self) -> dict[int, Callable[[], object]]:
        """Louder and quieter; = is + without Shift."""
        louder, quieter = self._control.louder, self._control.quieter
        volume = {Qt.Key.Key_Plus: louder, Qt.Key.Key_Equal: louder, Qt.Key.Key_Minus: quieter}
        return super().own_keys() | volume

    def _filled_body(self) -> QWidget:
        body = QWidget(self)
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 6, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        self._row(grid, TONE, TONE_WORDS, 2)
        for cue, (name, meaning) in CUE_WORDS.items():
            self._row(grid, name, meaning)
            tip = self.tr("Hear what it sounds like; not while cues lead an exercise")
            button = KeyButton(self.tr("Listen"), tip=tip, parent=body)
            button.setAccessibleName(self.tr("Listen: {cue}").format(cue=spoken(name)))
            button.clicked.connect(lambda _=False, cue=cue: self._control.listen(cue))
            self.listen[cue] = button
            grid.addWidget(button, grid.rowCount() - 1, 2)
        for words in (HIDDEN_WORDS, LEVEL_WORDS):
            grid.addWidget(self._label(spoken(words), CAPTION, 400, "ink3"), grid.rowCount(), 0, 1, 3)
        return body

    def _row(self, grid: QGridLayout, name: Phrase, meaning: Phrase, n_columns: int = 1) -> None:
        row = grid.rowCount()
        grid.addWidget(self._label(spoken(name), BODY, 600, "ink"), row, 0)
        grid.addWidget(self._label(spoken(meaning), BODY, 400, "ink2"), row, 1, 1, n_columns)

    def _label(self, text: str, size: float, weight: int, ink: str) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(weight < 500)
        self._labels.append((label, size, weight, ink))
        return label
