"""Everything that Review shows of one recording, read from its files: summary, how it was kept, earlier sessions.

No Qt: it is done in the background, and tested without a window.
One rule: what cannot be known is None or said, never assumed; a recording is called whole only after it was checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from biofeedback.recording.account import facts, read_account
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.library import RunSummary, runs
from biofeedback.report.references import KeptReference, kept_references
from biofeedback.report.summary import Summary, Trace, summarise

CHECKED = 0.1
"""Share of the work after which the file is checked."""
UNKNOWN_SITE = ("site not noted",)


@dataclass(frozen=True, slots=True)
class Kept:
    """How a recording was kept. `size` in bytes; `differs`: what is not as its account says, in a sentence."""

    path: Path
    size: int
    closed: bool
    recovered: bool = False
    problem: str = ""
    continues: str = ""
    """Name of the file that holds the part before this one."""
    differs: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is complete, and the same as when it was closed."""
        return self.closed and not self.recovered and not self.differs


@dataclass(frozen=True, slots=True)
class Review:
    """One recording as Review shows it. `earlier`: comparable sessions before it, None where nobody can count them."""

    kept: Kept
    summary: Summary
    trace: Trace
    subject: str
    run: RunSummary | None
    """As the library lists it; None where it lies in no library."""
    earlier: int | None


def read_review(path: Path, library: Path, progress: Callable[[float], object]) -> Review:
    """Return what Review shows of the recording at `path`; raise RecordingError or OSError.

    `progress` is told how much is done, 0–1; what it raises ends the work.
    """
    progress(0.0)
    kept = _kept(path)
    progress(CHECKED)
    summary, trace = summarise(path, progress=lambda part: progress(CHECKED + part * (0.95 - CHECKED)))
    in_library = len(path.parents) > 3 and path.parents[2].name.startswith("sub-")
    found = runs(path.parents[3]) if in_library else []
    run = next((run for run in found if run.path == path), None)
    subject = run.subject if run else ""
    earlier = None
    if run and path.parents[3] == library:  # elsewhere, after a write error, the person's other days are not at hand
        earlier = _earlier(library, [other for other in found if other.subject == subject], run, summary)
    progress(1.0)
    return Review(kept, summary, trace, subject, run, earlier)


def _kept(path: Path) -> Kept:
    ours = read_account(path)["Biofeedback"]
    closed = ours.get("closed") is True
    differs = ""
    if closed:
        found = facts(read_edf(path))
        if ours.get("sha256") != found["sha256"]:
            differs = "It was changed after it was closed: its check sum is another one."
        elif ours.get("expected_scans") != found["expected_scans"]:
            differs = "It holds another number of samples than its account says."
    return Kept(
        path=path,
        size=path.stat().st_size,
        closed=closed,
        recovered=ours.get("recovered") is True,
        problem=_text(ours.get("problem")),
        continues=_text(ours.get("continues")),
        differs=differs,
    )


def _text(value: object) -> str:
    return value[:500] if isinstance(value, str) else ""


def _earlier(library: Path, ours: list[RunSummary], run: RunSummary, summary: Summary) -> int | None:
    """Return how many earlier visits compare with this one (F13); None where that cannot be said.

    The same plan and version, a hidden test with a scored repetition, and nothing that makes the two references
    different things. A simulated muscle has no days, and where a site was not noted nobody knows.
    """
    if summary.simulated or run.started is None or not summary.exercises:
        return None
    exercise = summary.exercises[-1]
    if not exercise.counts["test"].scored:
        return None
    known: dict[str, KeptReference] = {
        kept.recording: kept for kept in kept_references(library, run.subject) if kept.channel.name == summary.muscle
    }
    mine = known.get(run.path.name)
    before = [
        other
        for other in ours
        if other.session != run.session and other.started is not None and other.started < run.started
        and not other.simulated and _tested(other.path, exercise.plan, exercise.version)
    ]  # fmt: skip
    comparable: set[str] = set()
    for other in before:
        theirs = known.get(other.path.name)
        if mine is None or theirs is None:
            return None
        differences = mine.differences(theirs)
        if differences == UNKNOWN_SITE:
            return None
        if not differences:
            comparable.add(other.session)
    return len(comparable)


def _tested(path: Path, plan: str, version: int) -> bool:
    """Return whether the exercise of a recording is that plan with a hidden test that counts."""
    try:
        results = read_account(path)["Biofeedback"].get("results")
    except RecordingError:
        return False
    exercise: Any = results.get("exercise") if isinstance(results, dict) else None
    if not isinstance(exercise, dict) or (exercise.get("plan"), exercise.get("version")) != (plan, version):
        return False
    blocks = exercise.get("blocks")
    return any(
        isinstance(block, dict) and block.get("block") == "test" and isinstance(block.get("scored"), int)
        and block["scored"] > 0
        for block in (blocks if isinstance(blocks, list) else [])
    )  # fmt: skip
