"""Paints the scenes of free practice, the moments of whole sessions, and the pictures of the guide.

The real engine runs on a simulated muscle, unpaced, up to an exact scan: free practice by a script (`scenes`), whole
sessions by a simulated person who does what the screen says (`before`, `training`). Then the window is painted
offscreen at a clock that stands still.
One rule: nothing is drawn that the app would not draw.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from PyQt6.QtCore import QEvent
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication

from biofeedback.engine import Engine
from biofeedback.recording.settings import BoardSettings, Settings
from biofeedback.ui.choice import SIMULATED, Choice
from biofeedback.ui.look.tokens import PaletteName
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.pictures import before, training
from biofeedback.ui.pictures.scenes import SMALL, Scene, run_scene, scenes
from biofeedback.ui.pictures.shot import PictureLook, Shot, file_name, grab
from biofeedback.ui.pictures.station import PictureStation
from biofeedback.ui.settings.dialog import SettingsDialog
from biofeedback.ui.train.history import History
from biofeedback.ui.wake import Wake

STORIES = (*before.STORIES, *training.STORIES)
NAMES = tuple(name for story in STORIES for name in story.names)
"""Of all moments of whole sessions."""
DOCS: dict[str, tuple[str, PaletteName]] = {
    "start": ("start", "light"),
    "prepare": ("prepare", "light"),
    "calibrate": ("calibrate-push-1", "light"),
    "calibrate-result": ("calibrate-result", "light"),
    "train-contract": ("train-contract", "light"),
    "train-hold": ("train-line", "light"),
    "train-rest": ("train-rest", "light"),
    "train-two": ("train-two", "light"),
    "train-dark": ("train-line", "dark"),
    "train-free": ("train-free", "light"),
    "stale": ("stale", "light"),
    "review": ("review", "light"),
    "person": ("person", "light"),
    "sound": ("train-sound", "light"),
}
"""The pictures of docs/pictures: which moment each shows, in which palette."""


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
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
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


def paint_scenes(only: str, folder: Path, library: Path, looks: Sequence[PictureLook]) -> int:
    """Paint the scenes of free practice whose name contains `only`; return the number of pictures."""
    n = 0
    for scene in scenes():
        if only not in scene.name:
            continue
        engine, source, history = run_scene(scene, library)
        for size, palette, text_percent in looks:
            paint(scene, engine, history, folder, size=size, palette=palette, text_percent=text_percent)
            n += 1
        source.cancel()
        engine.stop()
    return n


def moments(wanted: Collection[str], library: Path) -> Iterator[Shot]:
    """Play the sessions in which the `wanted` moments are, and yield each as it stands still."""
    for story in STORIES:
        left = set(wanted).intersection(story.names)
        shots = story.tell(library)
        while left:
            shot = next(shots)
            if shot.name in left:
                left.remove(shot.name)
                yield shot
            if not left:
                shot.session.close()


def paint_moments(only: str, folder: Path, library: Path, looks: Sequence[PictureLook]) -> int:
    """Paint the moments of whole sessions whose name contains `only`; return the number of pictures."""
    n = 0
    for shot in moments([name for name in NAMES if only in name], library):
        for look in looks:
            save(grab(shot, look).toImage(), folder / file_name(shot.name, look))
            n += 1
    return n


def paint_docs(folder: Path, library: Path) -> int:
    """Paint the pictures of the guide; return their number."""
    for shot in moments([name for name, _ in DOCS.values()], library):
        for name, (shown, palette) in DOCS.items():
            if shown == shot.name:
                save(grab(shot, (SMALL, palette, 100)).toImage(), folder / f"{name}.png", small=True)
    return len(DOCS)


def save(picture: QImage, path: Path, *, small: bool = False) -> None:
    """Write a picture; `small`: as few bytes as can be. Raise OSError when it cannot be written."""
    picture = picture.convertToFormat(QImage.Format.Format_RGB888)
    if not picture.save(str(path), "PNG", 0 if small else 80):
        raise OSError(f"{path} could not be written")
