"""A session for the clinician who prescribed it: counts, minutes and ratings, added to a file of results. No Qt.

One rule: a file of another person or prescription is never touched, and what stood in a file stays in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from biofeedback.report.summary import Summary
from biofeedback.training.commands import Rate, ReferenceKind
from biofeedback.training.prescription import Prescription, Results, SessionResult, read_results, write_results
from biofeedback.ui.review.reading import Review

Verdict = Literal["good", "care", "not usable"]


class ResultsError(Exception):
    """The results could not be added; a sentence that says why, what was kept, and what to do."""


def may_save(summary: Summary, prescription: Prescription | None) -> bool:
    """Return whether the recording holds something that was prescribed."""
    if prescription is None:
        return False
    prescribed = {item.plan.name for item in prescription.plans}
    return any(exercise.plan in prescribed for exercise in summary.exercises)


def session_results(review: Review, prescription: Prescription) -> tuple[SessionResult, ...]:
    """Return what was done of the prescribed plans in a recording; nothing where its day is not known."""
    run, summary = review.run, review.summary
    if run is None or run.started is None:
        return ()
    day = run.started.astimezone().date()  # the day on the person's own calendar
    prescribed = {item.plan.name for item in prescription.plans}
    pains, efforts = _ratings(summary.ratings, "pain"), _ratings(summary.ratings, "effort")
    reference = summary.reference
    verdict = reference.verdict if reference else ""
    kind = reference.kind if reference else ""
    made: list[SessionResult] = []
    end_before = 0
    for exercise in summary.exercises:
        count = exercise.counts["set"]
        end = max((repetition.index for repetition in exercise.repetitions), default=end_before)
        minutes = round((end - end_before) / summary.rate / 60)  # its calibration with it
        end_before = end
        if exercise.plan not in prescribed or not 1 <= exercise.version <= 9999:
            continue
        made.append(
            SessionResult(
                day=day, plan=exercise.plan, version=exercise.version,
                sets=sum(block.block == "set" for block in exercise.blocks),
                prompted=count.prompted, scored=count.scored, reached=count.reached, minutes=min(minutes, 1440),
                pain_before=pains[0], pain_after=pains[1], effort=efforts[1],
                verdict=_verdict(verdict), reference_kind=_kind(kind),
            )
        )  # fmt: skip
    return tuple(made)


def add_results(path: Path, review: Review, prescription: Prescription) -> int:
    """Add what was done to the results file at `path`, or begin one; return how many sessions it holds now.

    Raises:
        ResultsError: There is nothing to add, the file is another's, or it cannot be read or written.
    """
    made = session_results(review, prescription)
    if not made:
        raise ResultsError(
            "This recording holds nothing of the prescription, or its day is not known: nothing was saved."
        )
    try:
        results = Results(prescription=prescription.created, subject=review.subject)
        if path.exists():
            results = read_results(path)
        if results.subject != review.subject:
            raise ResultsError(
                f"{path.name} holds the results of another person ({results.subject}). It was not changed: choose "
                "another name."
            )
        if results.prescription != prescription.created:
            raise ResultsError(
                f"{path.name} belongs to the prescription of {results.prescription}, not to that of "
                f"{prescription.created}. It was not changed: choose another name."
            )
        new = tuple(session for session in made if session not in results.sessions)
        if not new:
            raise ResultsError(f"{path.name} has this session already. It was not changed.")
        results = replace(results, sessions=(*results.sessions, *new))
        write_results(path, results)
    except (OSError, ValueError) as error:
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        raise ResultsError(
            f"The results were not saved: {reason.rstrip('.')}. The recording is kept, and {path.name} is as it was: "
            "choose another file or folder."
        ) from error
    return len(results.sessions)


def _ratings(ratings: Sequence[Rate], what: str) -> tuple[int | None, int | None]:
    """Return the first rating before and the last one after; None where it was skipped."""
    before = [r.value for r in ratings if r.what == what and r.when == "before"]
    after = [r.value for r in ratings if r.what == what and r.when in ("after", "end")]
    return (before[0] if before else None, after[-1] if after else None)


def _verdict(text: str) -> Verdict | None:
    return next((verdict for verdict in get_args(Verdict) if verdict == text), None)


def _kind(text: str) -> ReferenceKind | None:
    return next((kind for kind in get_args(ReferenceKind) if kind == text), None)
