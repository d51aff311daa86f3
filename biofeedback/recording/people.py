"""What is private about a person: a folder per code outside the dataset, with one TOML file in it.

people/sub-K7Q2XD/person.toml (and whatever else belongs to that person, such as a prescription). A recording carries
the code and nothing of this.
One rule: nothing in here is ever quoted, not in a message and not in a repr; a broken file is set aside, not lost.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import threading
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

import tomli_w

from biofeedback.recording.folders import make_private, open_ordinary, write_atomic

PEOPLE = "people"
"""The folder's name in the app's own folder of data."""
SCHEMA = 1
MAX_FILE = 4 << 20
MAX_NAME, MAX_NOTE, MAX_MARKER_NOTE, MAX_TIME_OF_DAY = 80, 2000, 200, 40
"""Longest name, note, marker note and time of day, in characters."""
MAX_ENTRIES = 10_000
"""Most rest days, most reasons, and most marker notes."""
InTheWay = Literal["time", "pain", "kit", "forgot", "other", "skipped"]
"""What got in the way of practice; "skipped": asked, and not answered."""
_changing = threading.Lock()
_CODE = re.compile(r"[A-Za-z0-9]{1,64}\Z", re.ASCII)
_RUN = re.compile(r"sub-[A-Za-z0-9]+_(ses-[A-Za-z0-9]+)_task-[A-Za-z0-9]+_(run-[0-9]+)_", re.ASCII)


class PersonError(Exception):
    """What is private of a person cannot be taken or written. The message says why and quotes nothing private."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What got in the way of practice, as answered on `day`."""

    day: dt.date = field(repr=False)
    what: InTheWay = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """What this computer keeps of one person, and no recording does.

    `days_per_week`: 1 to 7, None where nobody has said. `planned_days`: weekdays, Monday is 0. `planned_since`: since
    when these days are planned. `time_of_day`: when to practise, in the person's words. `rest_days`: days of rest or
    of a flare-up, which count as kept. `reasons`: what got in the way, each time it was asked. `markers`: a note for
    each `marker_key`.
    """

    code: str
    name: str = field(default="", repr=False)
    note: str = field(default="", repr=False)
    days_per_week: int | None = field(default=None, repr=False)
    planned_days: tuple[int, ...] = field(default=(), repr=False)
    rest_days: tuple[dt.date, ...] = field(default=(), repr=False)
    last_plan: str = field(default="", repr=False)
    markers: Mapping[str, str] = field(default_factory=dict, repr=False)
    planned_since: dt.date | None = field(default=None, repr=False)
    time_of_day: str = field(default="", repr=False)
    reasons: tuple[Reason, ...] = field(default=(), repr=False)

    def with_marker(self, key: str, note: str) -> Person:
        """Return the person with a note for the marker `key`; an empty note takes the old one away."""
        others = {each: text for each, text in self.markers.items() if each != key}
        return replace(self, markers=others | {key: note} if note else others)


@dataclass(frozen=True, slots=True)
class LoadedPerson:
    """A person as found. `message` says what was wrong, if anything; `writable` False: `save` would be refused."""

    person: Person
    message: str | None = None
    writable: bool = True


def marker_key(recording: Path, number: int) -> str:
    """Return the key of marker `number` of a recording, as `ses-20261122T101530_run-01#3`.

    Raises ValueError when the file's name is not one of a recording.
    """
    found = _RUN.match(recording.name)
    if found is None:
        raise ValueError("the file is not named like a recording: it has no session and run")
    return f"{found[1]}_{found[2]}#{number}"


class People:
    """The private folders of everybody who trains at this computer, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, code: str) -> Path:
        """Return the private folder of a code; it may not exist yet (see `make`). Raises ValueError for no code."""
        if not _CODE.match(code):
            raise ValueError("a code is made of 1 to 64 letters and digits")
        return self._folder / f"sub-{code}"

    def make(self, code: str) -> Path:
        """Return the private folder of a code, made with mode 0700 where it was missing. Raises ValueError, OSError."""
        make_private(self._folder)
        return make_private(self.folder(code))

    def codes(self) -> tuple[str, ...]:
        """Return the codes that have a folder, sorted; none when nobody has one. Raises OSError if it is locked."""
        try:
            found = [path for path in self._folder.iterdir() if path.is_dir() and not path.is_symlink()]
        except FileNotFoundError:
            return ()
        codes = [path.name.removeprefix("sub-") for path in found if path.name.startswith("sub-")]
        return tuple(sorted(code for code in codes if _CODE.match(code)))

    def read(self, code: str) -> Person:
        """Return the person, an empty one when nothing is kept or it cannot be read (`load` tells which)."""
        return self.load(code).person

    def load(self, code: str) -> LoadedPerson:
        """Return the person with what was wrong with the file. Raises only ValueError, for what is no code."""
        path, nobody = self.folder(code) / "person.toml", Person(code)
        try:
            table = _table(path)
            if _is_newer(table):
                message = f"{path.name} of {code} is of a newer version of this program and is left as it is"
                return LoadedPerson(nobody, message, writable=False)
            return LoadedPerson(_decode(code, table))
        except FileNotFoundError:
            return LoadedPerson(nobody)
        except OSError as error:
            message = f"{path.name} of {code} cannot be read: {error.strerror or type(error).__name__}"
            return LoadedPerson(nobody, message, writable=False)
        except PersonError as error:
            try:
                aside = _set_aside(path)
            except OSError as refused:
                reason = f"cannot be set aside: {refused.strerror or type(refused).__name__}"
                return LoadedPerson(nobody, f"{path.name} of {code} is broken ({error}) and {reason}", writable=False)
            return LoadedPerson(nobody, f"{path.name} of {code} is broken ({error}); it is kept as {aside.name}")

    def save(self, person: Person) -> None:
        """Write the person's file whole, for nobody else to read; the old one stays if that fails.

        Raises:
            ValueError: The code is none.
            PersonError: A value is too long or impossible, or the file there is of a newer version.
            OSError: It cannot be written, or the file there cannot be looked at.
        """
        path = self.folder(person.code) / "person.toml"
        _check(person)
        loaded = self.load(person.code)
        if not loaded.writable:
            raise PersonError(f"{loaded.message}; nothing was written")
        self.make(person.code)
        write_atomic(path, tomli_w.dumps(_encode(person)))

    def change(self, code: str, change: Callable[[Person], Person]) -> Person:
        """Save what `change` makes of the person as kept now, and return that; nothing is written where it is the same.

        One change at a time, whatever the thread, so that none is lost. Raises what `save` raises.
        """
        with _changing:
            before = self.read(code)
            after = change(before)
            if after != before:
                self.save(after)
        return after


def _encode(person: Person) -> dict[str, Any]:
    table = {each.name: getattr(person, each.name) for each in fields(person)}
    table |= {"planned_days": list(person.planned_days), "rest_days": list(person.rest_days)}
    table["reasons"] = [{"day": reason.day, "what": reason.what} for reason in person.reasons]
    table["markers"] = dict(person.markers)
    return {"schema": SCHEMA} | {name: value for name, value in table.items() if value is not None}


def _decode(code: str, table: Mapping[str, Any]) -> Person:
    """Return the person in a TOML table; unknown keys are ignored, missing ones take their default."""
    days, rest, markers = table.get("planned_days", []), table.get("rest_days", []), table.get("markers", {})
    reasons = table.get("reasons", [])
    if not all(isinstance(each, list) for each in (days, rest, reasons)) or not isinstance(markers, dict):
        raise PersonError("planned_days, rest_days, reasons or markers is of the wrong kind")
    if not all(isinstance(reason, dict) and {"day", "what"} <= reason.keys() for reason in reasons):
        raise PersonError("each of reasons has a day and what it was")
    texts = {name: table.get(name, "") for name in ("name", "note", "last_plan", "time_of_day")}
    person = Person(
        code, **texts, days_per_week=table.get("days_per_week"), planned_days=tuple(days),
        planned_since=table.get("planned_since"), rest_days=tuple(rest),
        reasons=tuple(Reason(reason["day"], reason["what"]) for reason in reasons), markers=markers,
    )  # fmt: skip
    _check(person)
    return person


def _check(person: Person) -> None:
    """Raise PersonError for a value that cannot be kept; the types are checked too, since a file may hold any."""
    texts = {"name": MAX_NAME, "note": MAX_NOTE, "last_plan": MAX_NAME, "time_of_day": MAX_TIME_OF_DAY}
    for name, longest in texts.items():
        _check_text(name, getattr(person, name), longest)
    week = person.days_per_week
    if week is not None and (type(week) is not int or not 1 <= week <= 7):
        raise PersonError("days_per_week can be 1 to 7")
    if any(type(day) is not int or not 0 <= day <= 6 for day in person.planned_days):
        raise PersonError("planned_days can be 0 (Monday) to 6 (Sunday)")
    if any(type(day) is not dt.date for day in person.rest_days):
        raise PersonError("rest_days can only be dates")
    if person.planned_since is not None and type(person.planned_since) is not dt.date:
        raise PersonError("planned_since can only be a date")
    for reason in person.reasons:
        if type(reason.day) is not dt.date or reason.what not in get_args(InTheWay):
            raise PersonError(f"each of reasons has a date and one of {', '.join(get_args(InTheWay))}")
    entries = (person.planned_days, person.rest_days, person.reasons, person.markers)
    if max(map(len, entries)) > MAX_ENTRIES:
        raise PersonError(f"more than {MAX_ENTRIES} days, reasons or marker notes")
    for key, note in person.markers.items():
        _check_text("a marker's key", key, MAX_MARKER_NOTE)
        _check_text("a marker's note", note, MAX_MARKER_NOTE)


def _check_text(name: str, text: object, longest: int) -> None:
    if not isinstance(text, str):
        raise PersonError(f"{name} is no text")
    if len(text) > longest:
        raise PersonError(f"{name} has {len(text)} characters; {longest} are possible")
    with contextlib.suppress(UnicodeEncodeError):
        text.encode()
        return
    raise PersonError(f"{name} holds half a character")


def _table(path: Path) -> dict[str, Any]:
    """Return the TOML table in a file. Raises OSError, and PersonError without a word of what it holds."""
    with open_ordinary(path) as file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise PersonError(f"it is longer than {MAX_FILE} bytes")
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        raise PersonError("it is not TOML") from None


def _is_newer(table: Mapping[str, Any]) -> bool:
    schema = table.get("schema", SCHEMA)
    if type(schema) is not int:
        raise PersonError("schema is no whole number")
    return schema > SCHEMA


def _set_aside(path: Path) -> Path:
    """Rename a broken file to a free name beside it and return that. Raises OSError."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.broken-{number}{path.suffix}")).exists():
        number += 1
    return path.rename(aside)
