"""Pictures of the real window in every step and state: `python -m biofeedback.ui.pictures OUTDIR [--only TEXT]`.

`--docs` paints those of docs/pictures.
One rule: the screen is set up before Qt starts.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtWidgets import QApplication

from biofeedback.ui.pictures.paint import paint_docs, paint_moments, paint_scenes
from biofeedback.ui.pictures.shot import LOOKS


def offscreen(folder: Path) -> str:
    """Return the platform with a screen larger than any picture; menus keep to the screen, and Qt's own is small."""
    screen = {"name": "picture", "x": 0, "y": 0, "width": 2560, "height": 1440, "logicalDpi": 96, "dpr": 1}
    file = folder / "screen.json"
    file.write_text(json.dumps({"screens": [screen]}))
    return f"offscreen:configfile={file}"


def _size(text: str) -> tuple[int, int]:
    """Return a size such as 1024x640."""
    width, _, height = text.partition("x")
    return int(width), int(height)


def main(arguments: Sequence[str] | None = None) -> int:
    """Paint all pictures into a folder, and say how many."""
    parser = argparse.ArgumentParser(description="Pictures of the window in every step and state.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", metavar="TEXT", help="only pictures whose name contains this")
    parser.add_argument("--size", type=_size, metavar="WxH", help="light, in this size only, at 100 and 200 %% text")
    parser.add_argument("--docs", action="store_true", help="only those of docs/pictures, under their names there")
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    looks = LOOKS
    if options.size:
        looks = ((options.size, "light", 100), (options.size, "light", 200))
    with tempfile.TemporaryDirectory() as library:
        os.environ["QT_QPA_PLATFORM"] = offscreen(Path(library))
        application = QApplication.instance() or QApplication(["pictures"])
        if isinstance(application, QApplication):
            application.setStyle("Fusion")
        if options.docs:
            n = paint_docs(options.folder, Path(library))
        else:
            n = paint_scenes(options.only, options.folder, Path(library), looks)
            n += paint_moments(options.only, options.folder, Path(library), looks)
    sys.stdout.write(f"{n} pictures in {options.folder}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
