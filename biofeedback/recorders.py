"""Makes the recorder of a new run: which library, which folder if that fails, and the true time it began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.recording.folders import default_library
from biofeedback.recording.recorder import Recorder
from biofeedback.recording.session import Run, Visit
from biofeedback.reproduce import run_settings
from biofeedback.sitting import RecorderMaker
from biofeedback.wire.events import StreamInfo


def recorder_in(
    library: Path,
    *,
    subject: str | None = None,
    task: str = "practice",
    fallback: Path | None = None,
    now: Callable[[], dt.datetime],
) -> RecorderMaker:
    """Return a maker of recorders for runs of one visit in `library`, for `Engine.record`.

    The first run reserves a subject code unless one is given; later runs of the same maker belong to the same person
    and visit. After a write error it goes on in `fallback` (the app's own library if None).
    """
    visit = Visit(library, subject=subject, task=task)

    def make(settings: PipelineSettings, info: StreamInfo, pipeline: Pipeline, *, simulated: bool) -> Recorder:
        stored = run_settings(settings, info, pipeline, simulated=simulated)

        def first() -> Run:
            return visit.next_run(stored, started=now())

        def elsewhere(_first_index: int) -> Run:
            return visit.next_run(stored, started=now(), library=fallback or default_library())

        return Recorder(first, settings.rate, fallback=elsewhere)

    return make
