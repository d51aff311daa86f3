"""A recording as a BIDS run: its folder, its EDF file, and the small text files around it.

library/sub-K7Q2XD/ses-20261122T101530/emg/sub-…_ses-…_task-…_run-01_emg.edf, `_emg.json`, `_channels.tsv`,
`_events.tsv`. The EDF is the truth; `account.recover` rebuilds the others from it after a kill.
One rule: names are reserved by creating them (`mkdir`, exclusive `open`), so two stations may share a library.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import re
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from biofeedback.recording import bids
from biofeedback.recording.account import beside, facts, iso, json_text
from biofeedback.recording.bids import RunSettings
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.edf_writer import EdfWriter
from biofeedback.recording.folders import make_private, modes_inside, sync_folder, write_atomic
from biofeedback.recording.layout import emg_header

CODE_LETTERS = "ABCDEFGHJKMNPQRTUVWXY346789"
"""Letters and digits of subject codes: none that looks like another (0 O, 1 I L, 2 Z, 5 S)."""
_LABEL = re.compile(r"[A-Za-z0-9]{1,64}\Z", re.ASCII)


def new_subject(library: Path) -> str:
    """Reserve a new subject code in the library by making its folder, and return the code."""
    make_library(library)
    folder_mode, _ = modes_inside(library)
    while True:
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(6))
        with contextlib.suppress(FileExistsError):
            (library / f"sub-{code}").mkdir(folder_mode)
            return code


def make_library(library: Path) -> None:
    """Create the library with its description, where it is not there yet; an existing one keeps its files and mode."""
    if not library.is_dir():
        make_private(library)
    _, mode = modes_inside(library)
    for name, text in (
        ("dataset_description.json", json.dumps(bids.DATASET, indent=2) + "\n"),
        ("README.md", bids.README),
    ):
        if not (library / name).exists():
            write_atomic(library / name, text, mode=mode)


class Run:
    """A recording being made. `writer` takes the samples; `finish` closes the account after it.

    Everything here but `create` belongs to the thread that writes.
    """

    def __init__(
        self, *, path: Path, library: Path, subject: str, session: str, task: str, settings: RunSettings,
        writer: EdfWriter, account: dict[str, Any], mode: int,
    ) -> None:  # fmt: skip
        self.path = path
        """The EDF (BDF) file."""
        self.library = library
        self.subject = subject
        self.session = session
        self.task = task
        self.settings = settings
        self.writer = writer
        self._account = account
        self._mode = mode

    @classmethod
    def create(
        cls,
        library: Path,
        settings: RunSettings,
        *,
        started: dt.datetime,
        subject: str | None = None,
        session: str | None = None,
        task: str = "practice",
    ) -> Run:
        """Make the next run of a session: its folders and files, ready for the first scan.

        `started` is the true time of the first scan, with its zone. Without `subject` a new code is reserved, without
        `session` a new visit begins, named by `started` in UTC.

        Raises:
            ValueError: A label is not of letters and digits only, `started` has no zone, or the rate, channels, bits
                or settings cannot be stored.
            OSError: The files cannot be made.
        """
        if started.tzinfo is None:
            raise ValueError("the start needs its time zone")
        started = started.astimezone(dt.UTC)
        session = session or f"{started.year:04d}{started:%m%dT%H%M%S}"
        for label in (session, task, subject or "new"):
            if not _LABEL.match(label):
                raise ValueError(f"{label[:70]!r} cannot name a recording: letters and digits only")
        channels = settings.emg_channels()
        rate, bits, signed = settings.rate, settings.adc_bits, settings.signed
        emg_header(channels, rate=rate, adc_bits=bits, start=started, signed=signed)  # refuse before making anything
        make_library(library)
        code = subject or new_subject(library)
        header = emg_header(
            channels, rate=rate, adc_bits=bits, start=started, signed=signed, patient=f"{code[:60]} X X X"
        )
        folder_mode, mode = modes_inside(library)
        folder = library / f"sub-{code}" / f"ses-{session}" / "emg"
        for each in (folder.parent.parent, folder.parent, folder):
            with contextlib.suppress(FileExistsError):
                each.mkdir(folder_mode)
            sync_folder(each.parent)
        suffix = ".bdf" if header.bits == 24 else ".edf"
        for number in range(1, 10_000):
            path = folder / f"sub-{code}_ses-{session}_task-{task}_run-{number:02d}_emg{suffix}"
            if any(folder.glob(f"*_run-{number:02d}_emg.?df")):
                continue
            with contextlib.suppress(FileExistsError):
                writer = EdfWriter(path, header, mode=mode)
                break
        else:
            raise FileExistsError(f"the session {folder.parent.name} is full")
        account = bids.emg_json(settings, task=task)
        account["Biofeedback"] |= {"subject": code, "session": session, "started": iso(started), "closed": False}
        run = cls(
            path=path, library=library, subject=code, session=session, task=task, settings=settings, writer=writer,
            account=account, mode=mode,
        )  # fmt: skip
        try:
            run._write("events.json", json_text(bids.EVENT_COLUMNS))
            run._write("events.tsv", bids.events_tsv([], settings.rate))
            run._write("channels.tsv", bids.channels_tsv(header, settings.channels))
            run.update({})
        except BaseException:
            writer.abandon()
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        return run

    def update(self, changes: Mapping[str, Any]) -> None:
        """Put `changes` into the `Biofeedback` object of `_emg.json` (atomic replace); raise OSError."""
        self._account["Biofeedback"] |= changes
        self._write("emg.json", json_text(self._account))

    def finish(
        self,
        results: Mapping[str, Any] | None = None,
        *,
        ended: dt.datetime | None = None,
        measured_rate: float | None = None,
        problem: str | None = None,
    ) -> None:
        """Complete the files around the EDF, whose writer was closed or abandoned; raise OSError or RecordingError.

        `measured_rate`: scans per second against the host's clock. `problem`: why the recording broke off.
        """
        said: dict[str, Any] = {"ended": None if ended is None else iso(ended), "measured_rate": measured_rate}
        said |= {"results": results, "problem": problem, "closed": True}
        recording = read_edf(self.path)
        self._account["RecordingDuration"] = recording.seconds
        self._write("events.tsv", bids.events_tsv(recording.annotations, recording.rate))
        self.update(said | facts(recording))

    def _write(self, suffix: str, text: str) -> None:
        write_atomic(beside(self.path, suffix), text, mode=self._mode)


class Visit:
    """The runs of one person's visit: the first one reserves a code unless one is given, the others belong to it.

    May be used by several recorders at once: one may begin while the one before still makes its folders.
    """

    def __init__(self, library: Path, *, subject: str | None = None, task: str = "practice") -> None:
        self._library = library
        self._subject = subject
        self._session: str | None = None
        self._task = task
        self._reserving = threading.Lock()

    def next_run(self, settings: RunSettings, *, started: dt.datetime, library: Path | None = None) -> Run:
        """Make the next run, in another library if given; raise as `Run.create` does."""
        with self._reserving:
            run = Run.create(
                library or self._library,
                settings,
                started=started,
                subject=self._subject,
                session=self._session,
                task=self._task,
            )
            self._subject, self._session = run.subject, run.session
            return run
