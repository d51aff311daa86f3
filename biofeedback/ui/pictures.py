"""Pictures of the real window in every state: `python -m biofeedback.ui.pictures OUTDIR [--only TEXT]`.

The real engine runs on a simulated muscle with a scripted effort, unpaced, up to an exact scan; then the window is
painted offscreen at a clock that stands still. One rule: nothing is drawn that the app would not draw.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtWidgets import QApplication

from biofeedback.engine import Engine
from biofeedback.mains_link import MainsSigns
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.ui.choice import SIMULATED, Choice, FoundPort
from biofeedback.ui.look.tokens import PaletteName
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.picture_scenes import LARGE, SMALL, STARTED, Scene, run_scene, scenes
from biofeedback.ui.settings.dialog import SettingsDialog
from biofeedback.ui.train.history import History
from biofeedback.ui.wake import Wake


class PictureStation:
    """A station whose engine stands still at the moment wanted."""

    paced = False

    def __init__(self, engine: Engine, choice: Choice, folder: Path) -> None:
        self.engine, self.choice = engine, choice
        self.library, self.data = folder, folder / "data"

    def now(self) -> dt.datetime:
        """Return the day that all pictures are of."""
        return STARTED

    def look_at_mains(self) -> MainsSigns:
        """Return what a laptop on its battery sees."""
        return MainsSigns(charger=False, battery=True, wired_network=(), second_screen=False)

    def begin_session(self, subject: str, task: str) -> None:
        """Nothing: recording was begun before."""

    def start_recording(self) -> None:
        """Nothing: recording was begun before."""

    def contract(self, level: float) -> None:
        """Nothing: effort is scripted."""

    def find_boards(self) -> Sequence[FoundPort]:
        """Return what a computer with one board would."""
        return [FoundPort("/dev/ttyACM0", "Arduino Uno")]

    def apply(self, choice: Choice) -> str:
        """Change the look only."""
        self.choice = choice
        return ""


def paint(
    scene: Scene,
    engine: Engine,
    history: History,
    folder: Path,
    *,
    size: tuple[int, int],
    palette: PaletteName,
    text_percent: int = 100,
) -> Path:
    """Paint the window at the scene's moment; return the picture's file."""
    application = QApplication.instance()
    settings = Settings(boards={SIMULATED: BoardSettings(scene.channels)}, palette=palette, text_percent=text_percent)
    choice = Choice(SIMULATED, settings)
    ticking = itertools.count()
    after = scene.silent_for or 0.0
    window = MainWindow(
        PictureStation(engine, choice, folder),
        Wake(),
        history=history,
        clock=lambda: engine.state.last_arrival + after + 1e-6 * next(ticking),
        step="train",
    )
    window.resize(*size)
    window.show()
    if isinstance(application, QApplication):
        application.processEvents()
    _open(window, scene.opens)
    if isinstance(application, QApplication):
        for _ in range(3):
            window.look_slowly()
            application.processEvents()
    picture = window.grab()
    if dialog := window.findChild(SettingsDialog):
        if scene.opens == "display":
            dialog.page.ensureWidgetVisible(dialog.preview)
        picture = dialog.grab()
    text = "" if text_percent == 100 else f"-text{text_percent}"
    path = folder / f"{scene.name}-{size[0]}-{palette}{text}.png"
    picture.save(str(path))
    window.close()
    window.deleteLater()
    return path


def _open(window: MainWindow, name: str) -> None:
    """Open what a scene shows beside the window itself."""
    if name in ("settings", "display"):
        window.do("settings")
    elif name == "findings":
        window.strip.toggle_findings()
    elif name:
        window.do(name)
    if name == "settings" and (dialog := window.findChild(SettingsDialog)):
        for check in dialog.table.checks[: len(window.strip.lights)]:
            check.tell.click()


def main(arguments: Sequence[str] | None = None) -> int:
    """Paint all pictures into a folder."""
    parser = argparse.ArgumentParser(description="Pictures of the window in every state.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", metavar="TEXT", help="only scenes whose name contains this")
    options = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["pictures"])
    if isinstance(application, QApplication):
        application.setStyle("Fusion")
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as library:
        for scene in scenes():
            if options.only not in scene.name:
                continue
            engine, source, history = run_scene(scene, Path(library))
            looks: list[tuple[tuple[int, int], PaletteName, int]] = [
                (size, palette, 100) for size in (SMALL, LARGE) for palette in ("light", "dark")
            ]
            for size, palette, text_percent in [*looks, *scene.looks]:
                paint(scene, engine, history, options.folder, size=size, palette=palette, text_percent=text_percent)
            source.cancel()
            engine.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
