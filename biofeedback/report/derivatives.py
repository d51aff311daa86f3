"""Where what is computed from a recording goes: BIDS keeps it apart, under `derivatives/`."""

from __future__ import annotations

import json
from pathlib import Path

from biofeedback import __version__
from biofeedback.recording.folders import make_private, write_atomic

DESCRIPTION = {
    "Name": "EMG biofeedback summaries",
    "BIDSVersion": "1.11.0",
    "DatasetType": "derivative",
    "GeneratedBy": [{"Name": "biofeedback", "Version": __version__}],
}


def derivatives_beside(recording: Path) -> Path:
    """Make and return the folder for what is computed from `recording` (…/library/sub-…/ses-…/emg/….edf)."""
    session = recording.parent.parent
    library = session.parent.parent
    top = make_private(library / "derivatives" / "biofeedback")
    description = top / "dataset_description.json"
    if not description.exists():
        write_atomic(description, json.dumps(DESCRIPTION, indent=2) + "\n")
    return make_private(top / session.parent.name / session.name)
