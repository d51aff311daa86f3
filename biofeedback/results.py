"""What a run came to, as its account keeps it beside the file: a copy for quick looks, never the truth.

One rule: plain values only; everything here can be computed again from samples, gaps and commands.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from biofeedback.pipeline import Pipeline
from biofeedback.training.commands import Site


def results_of(pipeline: Pipeline) -> dict[str, Any]:
    """Return the totals of free practice, the references in force with their sites, and the exercise done last."""
    practice = pipeline.practice
    results: dict[str, Any] = {
        "envelope_sha256": pipeline.envelope_hash,
        "n_scans": pipeline.next_index,
        "reached": practice.n_reached,
        "started": practice.n_started,
        "best_hold": round(practice.best_hold, 3),
    }
    sites = {note.channel: note for note in practice.notes if isinstance(note, Site)}
    references = [
        {"channel": i, **asdict(reference), "site": asdict(sites[i]) if i in sites else None}
        for i, reference in enumerate(practice.references)
        if reference
    ]
    if references:
        results["references"] = references
    if practice.exercise:
        exercise = practice.exercise.setup.exercise
        results["exercise"] = {
            "plan": exercise.plan,
            "version": exercise.version,
            "kind": exercise.kind,
            "finished": practice.exercise.phase == "done",
            "blocks": [asdict(block) for block in practice.exercise.blocks],
        }
    return results
