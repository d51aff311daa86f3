"""Makes the recorder of a new run: which library, which folder if that fails, and the true time it began."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

from biofeedback.pipeline import Pipeline, PipelineSettings
from biofeedback.recording.folders import default_library
from biofeedback.recording.recorder import Recorder
from biofeedback.recording.session import Run
from biofeedback.reproduce import run_settings
from biofeedback.session import RecorderMaker
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
    visit: dict[str, str | None] = {"subject": subject, "session": None}
    reserving = threading.Lock()  # a second recorder may begin while the first still makes its folders

    def make(settings: PipelineSettings, info: StreamInfo, pipeline: Pipeline, *, simulated: bool) -> Recorder:
        stored = run_settings(settings, info, pipeline, simulated=simulated)

        def first() -> Run:
            with reserving:
                run = Run.create(library, stored, started=now(), task=task, **visit)
                visit.update(subject=run.subject, session=run.session)
                return run

        def elsewhere(_first_index: int) -> Run:
            return Run.create(fallback or default_library(), stored, started=now(), task=task, **visit)

        return Recorder(first, settings.rate, fallback=elsewhere)

    return make
