"""Where our files live on each platform, and how they are written so that nobody else reads them and no half one stays.

One rule: what we create is private (folders 0700, files 0600); a folder that a group may write to was shared on
purpose and is left alone, and so is what is made inside it.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

APP = "biofeedback"
Kind = Literal["data", "config", "cache"]
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_XDG: dict[Kind, tuple[str, str]] = {
    "data": ("XDG_DATA_HOME", ".local/share"),
    "config": ("XDG_CONFIG_HOME", ".config"),
    "cache": ("XDG_CACHE_HOME", ".cache"),
}
_MAC: dict[Kind, str] = {"data": "Application Support", "config": "Preferences", "cache": "Caches"}


def app_folder(
    kind: Kind, *, platform: str = sys.platform, environ: Mapping[str, str] = os.environ, home: Path | None = None
) -> Path:
    """Return the app's folder of one kind; it may not exist yet (see `make_private`).

    Linux follows the XDG base directories (a relative one is ignored, as XDG says), Windows LOCALAPPDATA, macOS
    ~/Library.
    """
    home = Path.home() if home is None else home
    if platform == "win32":
        local = environ.get("LOCALAPPDATA")
        return (Path(local) if local else home / "AppData" / "Local") / APP / kind
    if platform == "darwin":
        return home / "Library" / _MAC[kind] / APP
    variable, usual = _XDG[kind]
    named = Path(environ.get(variable, ""))
    return (named if named.is_absolute() else home / usual) / APP


def default_library() -> Path:
    """Return the library used when the settings name none; also the fallback when another folder fails."""
    return app_folder("data") / "library"


def is_shared(folder: Path) -> bool:
    """Return whether a group, or everybody, may write to the folder: then it is not ours alone."""
    return os.name != "nt" and bool(folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def make_private(folder: Path) -> Path:
    """Create the folder and its missing parents with mode 0700, repair the mode of an old one of ours; return it.

    A folder shared with a group is left as it is. Raises OSError when it cannot be made.
    """
    for parent in reversed([folder, *folder.parents]):
        with contextlib.suppress(FileExistsError):
            parent.mkdir(_PRIVATE_FOLDER)
            sync_folder(parent.parent)
    if not is_shared(folder) and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        folder.chmod(_PRIVATE_FOLDER)
    return folder


def modes_inside(library: Path) -> tuple[int, int]:
    """Return the permission bits for new folders and files in a library: private, or its group's when it is shared."""
    return (0o770, 0o660) if is_shared(library) else (_PRIVATE_FOLDER, _PRIVATE_FILE)


def write_atomic(path: Path, text: str, *, mode: int = _PRIVATE_FILE) -> None:
    """Replace the file by `text` (UTF-8): afterwards either the old or the new content is there, never a mixture.

    Raises OSError when it could not be done; the old file is untouched then. On Windows a reader may hold the file for
    a moment, so the replacement is tried twice.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        try:
            Path(name).replace(path)
        except PermissionError:
            Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    sync_folder(path.parent)


def open_ordinary(path: Path) -> io.BufferedReader:
    """Open a file that was found, for reading; raise OSError, also for what is no ordinary file.

    A pipe or a device under a recording's name would hold the reader up for ever.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
    return os.fdopen(handle, "rb")


def sync_folder(folder: Path) -> None:
    """Make the new name itself last through a power cut, where the system can (Windows cannot open folders)."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):  # some network file systems refuse; the file's content is on the disk already
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
