"""The prescription that a person trains by, kept in that person's folder.

One rule: nothing is lost. A new prescription leaves the old one beside it, a broken one is set aside and told of, and
one of a newer version of the program is left alone.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from biofeedback.recording.folders import make_private, modes_inside, write_atomic
from biofeedback.training.prescription import (
    SCHEMA,
    Prescription,
    decode_prescription,
    encode_prescription,
    read_prescription,
)
from biofeedback.training.toml_document import PlanError, parse, read_text

KEPT = "prescription.toml"
log = logging.getLogger(__name__)


def keep_prescription(folder: Path, prescription: Prescription) -> Path:
    """Write the prescription into a person's folder, which is made if need be; return its file.

    An older one stays as `prescription-2026-11-22.toml`, its day of writing. Raises ValueError (too long), OSError.
    """
    text = encode_prescription(prescription)
    make_private(folder)
    path = folder / KEPT
    _, mode = modes_inside(folder)
    with contextlib.suppress(FileNotFoundError):
        before = path.read_bytes()
        if before != text.encode():
            aside = _free(folder, _day_of(before))
            aside.write_bytes(before)
            aside.chmod(mode)
    write_atomic(path, text, mode=mode)
    return path


def kept_prescription(folder: Path, tell: Callable[[str], object] = log.warning) -> Prescription | None:
    """Return the prescription kept in a person's folder, None without one that can be taken.

    `tell` is given a sentence when there is a file that cannot be: a broken one is set aside, as
    `prescription-broken.toml`; one that cannot be read just now, or is of a newer version, stays where it is.
    """
    path = folder / KEPT
    try:
        return read_prescription(path)
    except PlanError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return None
        refused = f"The prescription was not taken. {error}" + ("" if str(error).endswith("?") else ".")
        if isinstance(error.__cause__, OSError) or _is_newer(path):
            tell(refused)
            return None
        try:
            aside = path.rename(_free(folder, "broken"))
        except OSError as reason:
            tell(f"{refused} It could not be set aside ({reason.strerror or reason}).")
        else:
            tell(f"{refused} It lies beside, as {aside.name}: ask for a new one.")
        return None


def _is_newer(path: Path) -> bool:
    try:
        schema = parse(read_text(path), path.name).values.get("schema")
    except PlanError:
        return False
    return isinstance(schema, int) and schema > SCHEMA


def _day_of(data: bytes) -> str:
    """Return the day a kept file was written on, "broken" for one that is no prescription."""
    try:
        return decode_prescription(data.decode(), KEPT).created.isoformat()
    except ValueError:
        return "broken"


def _free(folder: Path, what: str) -> Path:
    """Return a file for one set aside that is not there yet."""
    path, number = folder / f"prescription-{what}.toml", 1
    while path.exists():
        number += 1
        path = folder / f"prescription-{what}-{number}.toml"
    return path
