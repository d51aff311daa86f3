"""The library: the recordings found by walking its folders. The files are the library; there is no database.

One rule: a broken or foreign file makes an entry with a `problem`, never a crash, and never hides its neighbours.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biofeedback.recording.account import beside, read_account
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.folders import modes_inside, open_ordinary, write_atomic

MAX_RUNS = 200_000
"""Most recordings listed; a library walk ends here."""
MAX_PROBLEM = 500
"""Longest problem taken from an account, in characters."""
_NAME = re.compile(
    r"sub-([A-Za-z0-9]+)_ses-([A-Za-z0-9]+)_task-([A-Za-z0-9]+)_run-([0-9]{1,6})_emg\.(?:edf|bdf)\Z", re.ASCII
)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One recording as its account tells it. `seconds` None while it was not closed; `problem` in one sentence."""

    path: Path
    subject: str
    session: str
    task: str
    run: int
    size: int
    started: dt.datetime | None = None
    seconds: float | None = None
    closed: bool = False
    recovered: bool = False
    simulated: bool = False
    problem: str | None = None


def runs(library: Path, subject: str = "") -> list[RunSummary]:
    """Return the recordings of a library in order of subject, session and run; raise OSError if it is not there.

    `subject`: only those of this code. Only sub-*/ses-*/emg is looked at, links are not followed, and at most MAX_RUNS
    are listed. A folder that cannot be read is listed with its problem.
    """
    found: list[RunSummary] = []
    for folder in list(_folders(library, "sub-")):
        code = folder.name.removeprefix("sub-")
        if subject not in ("", code):
            continue
        try:
            sessions = list(_folders(folder, "ses-"))
        except OSError as error:
            found.append(_unreadable(folder, code, "", error))
            continue
        for session in sessions:
            found += _of_session(session, code)
        if len(found) >= MAX_RUNS:
            return found[:MAX_RUNS]
    return found


def newest(library: Path) -> list[RunSummary]:
    """Return the runs of each subject's newest session that tells a time; raise OSError if the library is not there.

    The sessions' names are in the order of their times. Of most accounts nothing is read: who has twenty sessions is
    found twenty times as quickly as by `runs`.
    """
    found: list[RunSummary] = []
    for folder in _folders(library, "sub-"):
        with contextlib.suppress(OSError):  # told where somebody asks for the recordings of this subject
            for session in reversed(list(_folders(folder, "ses-"))):
                summaries = _of_session(session, folder.name.removeprefix("sub-"))
                if any(summary.started for summary in summaries):
                    found += summaries
                    break
    return found


def unclosed(library: Path, *, quiet_since: dt.datetime) -> list[RunSummary]:
    """Return the runs that were never closed and whose EDF file has not changed since `quiet_since`.

    A run that another station is recording into a shared library right now is not closed either: leave it alone.
    Raises OSError as `runs` does.
    """
    limit = quiet_since.timestamp()
    return [run for run in runs(library) if not run.closed and run.run and run.path.stat().st_mtime < limit]


def check(library: Path) -> list[str]:
    """Return what is wrong in a library, one sentence each; an empty list says that every recording is whole.

    Reads every file: compares the SHA-256 and the number of scans with the account.
    """
    problems = []
    for summary in runs(library):
        name = summary.path.name
        if summary.problem:
            problems.append(f"{name}: {summary.problem}")
        elif not summary.closed:
            problems.append(f"{name} was never closed; it can be recovered")
        else:
            problems += _check(summary.path)
    return problems


def participants_tsv(library: Path) -> str:
    """Return `participants.tsv` as it follows from the folders: every subject code, and how many visits it has."""
    lines = ["participant_id\tsessions"]
    lines += [f"{subject.name}\t{len(list(_folders(subject, 'ses-')))}" for subject in _folders(library, "sub-")]
    return "\n".join(lines) + "\n"


def write_participants(library: Path) -> None:
    """Write `participants.tsv`, for an export or a check; raise OSError."""
    write_atomic(library / "participants.tsv", participants_tsv(library), mode=modes_inside(library)[1])


def _folders(folder: Path, start: str) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(start) and path.is_dir() and not path.is_symlink():
            yield path


def _of_session(session: Path, subject: str) -> list[RunSummary]:
    """Return the runs of a session's folder, with its problem where it cannot be read."""
    found: list[RunSummary] = []
    try:
        for emg in _folders(session, "emg"):
            found += filter(None, map(_summary, sorted(emg.iterdir())))
    except OSError as error:
        found.append(_unreadable(session, subject, session.name.removeprefix("ses-"), error))
    return found


def _unreadable(folder: Path, subject: str, session: str, error: OSError) -> RunSummary:
    return RunSummary(folder, subject, session, "", 0, 0, problem=f"cannot be read: {error.strerror or error}")


def _summary(path: Path) -> RunSummary | None:
    name = _NAME.match(path.name)
    if name is None or path.is_symlink() or not path.is_file():
        return None
    facts: dict[str, Any] = {"path": path, "subject": name[1], "session": name[2], "task": name[3], "run": int(name[4])}
    facts["size"] = path.stat().st_size
    try:
        account = read_account(path)
    except RecordingError as error:
        return RunSummary(**facts, problem=str(error))
    ours = account["Biofeedback"]
    seconds = account.get("RecordingDuration")
    problem = ours.get("problem")
    return RunSummary(
        **facts,
        started=_time(ours.get("started")),
        seconds=_positive(seconds),
        closed=ours.get("closed") is True,
        recovered=ours.get("recovered") is True,
        simulated=ours.get("simulated") is True,
        problem=problem[:MAX_PROBLEM].encode("utf-8", "replace").decode() if isinstance(problem, str) else None,
    )


def _check(path: Path) -> list[str]:
    problems = [
        f"{beside(path, suffix).name} is missing"
        for suffix in ("channels.tsv", "events.tsv")
        if not beside(path, suffix).exists()
    ]
    try:
        ours = read_account(path)["Biofeedback"]
        recording = read_edf(path)
        with open_ordinary(path) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (RecordingError, OSError) as error:
        return [*problems, str(error)]
    if ours.get("sha256") != digest:
        problems.append(f"{path.name} was changed after it was closed: its SHA-256 is another one")
    if ours.get("expected_scans") != recording.n_scans:
        problems.append(f"{path.name} holds {recording.n_scans} scans, its account says {ours.get('expected_scans')}")
    return problems


def _positive(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        return None
    return float(value)


def _time(text: object) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC) if isinstance(text, str) else None
    except (ValueError, OverflowError, OSError):  # the last on Windows, for years it does not know
        return None
