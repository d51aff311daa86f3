"""What a person (or the engine on their behalf) tells the training: the inputs that a recording stores.

One rule: raw samples plus commands give everything again. A command carries values, never "whatever is current", and
is stored with the index of the scan before which it took effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["activate", "hold", "relax", "quick", "track", "match", "isolate"]
"""What an exercise asks for (docs/training.md)."""
Block = Literal["test", "set", "retest"]
"""The hidden-bar test, a set, and the hidden-bar test once more at the end."""
ReferenceKind = Literal["best_effort", "comfortable_effort", "fixed_load"]


@dataclass(frozen=True, slots=True)
class SetTarget:
    """Move the target: a line at `low`, or a band up to `high`; `unit` as the bar's ('percent', 'uV' or 'counts')."""

    low: float
    high: float | None = None
    unit: Literal["percent", "uV", "counts"] = "percent"
    reason: str = "by hand"


@dataclass(frozen=True, slots=True)
class SetHold:
    """How long, in seconds, the target is to be held."""

    seconds: float


@dataclass(frozen=True, slots=True)
class SetReference:
    """Take this as 100 %: `amplitude` above rest and `rest`, both in counts, of one channel, as calibrated."""

    channel: int
    amplitude: float
    rest: float
    kind: str = "comfortable_effort"
    spread: float | None = None
    verdict: str = ""
    spill: float | None = None
    """What the other muscle's sensor showed meanwhile, in counts above its rest: the cross-talk of F11."""


@dataclass(frozen=True, slots=True)
class StartCalibration:
    """Begin the calibration of one channel: `resting` s of rest, then `tries` of `seconds`, `rest` s between them.

    As it stands: the quick calibration. `relax`: for an exercise that asks for quiet, whose rest is the electronics'.
    """

    channel: int = 0
    kind: ReferenceKind = "comfortable_effort"
    tries: int = 2
    seconds: float = 5.0
    rest: float = 30.0
    resting: float = 5.0
    relax: bool = False


@dataclass(frozen=True, slots=True)
class RepeatTry:
    """Do one try of the calibration that just ended once more: try `number` (from 1) anew, or one more if None."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class StopCalibration:
    """Give the calibration up; the reference before it stays."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The person's marker. Its note is private and stays outside the recording: the file carries the number."""

    number: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Training stands still (the recording goes on)."""

    reason: str = "by hand"


@dataclass(frozen=True, slots=True)
class Resume:
    """Training goes on."""

    reason: str = "by hand"


@dataclass(frozen=True, slots=True)
class SetExercise:
    """Get ready for an exercise of a plan; the commands below complete it, `Begin` starts it.

    `seed` decides its random rests.
    """

    plan: str
    version: int
    kind: Kind
    seed: int = 0


@dataclass(frozen=True, slots=True)
class SetDose:
    """How much: `work` and `rest` in seconds, repetitions, sets, and the `pause` between sets in seconds.

    Work is the time to be held where something is held, else the length of the work phase. Rests are random from
    `rest` to `longest_rest` where that is given.
    """

    work: float
    rest: float
    repetitions: int
    sets: int
    pause: float = 60.0
    longest_rest: float | None = None


@dataclass(frozen=True, slots=True)
class SetTest:
    """The hidden-bar test before the sets, and also after them when `after`; `work` and `rest` in seconds."""

    repetitions: int
    work: float
    rest: float
    after: bool = False


@dataclass(frozen=True, slots=True)
class SetShaping:
    """Between sets the target may move from `lowest` to `highest` percent; `first` is where the plan began."""

    lowest: float
    highest: float
    first: float


@dataclass(frozen=True, slots=True)
class SetOther:
    """The other muscle (channel 1) is to stay below `ceiling` percent, which may be brought down to `lowest`."""

    ceiling: float
    lowest: float | None = None
    reason: str = "by hand"


@dataclass(frozen=True, slots=True)
class SetWave:
    """The line to follow: a sine from `low` to `high` percent, `frequency` in hertz."""

    frequency: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SetMatch:
    """Both muscles alike: channel 0 as percent of channel 1 is to lie between `low` and `high`."""

    low: float = 80.0
    high: float = 125.0


@dataclass(frozen=True, slots=True)
class Begin:
    """Start the exercise that was set up, or go on with it in a new recording from where it stood.

    `ceiling`: the other muscle's line, where it has moved since.
    """

    block: Block = "test"
    set_number: int = 1
    repetition: int = 1
    ceiling: float | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Go on to what comes next: end this wait, or leave this repetition out."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Do the set that ended last once more, as one more set."""


@dataclass(frozen=True, slots=True)
class Finish:
    """End the exercise here."""

    reason: str = "by hand"


@dataclass(frozen=True, slots=True)
class ShowBar:
    """Show or hide the bar."""

    shown: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """The person's own number, 0 to 10."""

    what: Literal["pain", "effort"]
    value: int
    when: Literal["before", "during", "after", "end", "morning"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A safety list as answered: `yes` names the items that apply, separated by commas."""

    question: str
    yes: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result that was typed in, such as chair stands in 30 s."""

    name: str
    value: float
    unit: str = ""
    side: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the electrodes of a channel sit: centimetres from the plan's two landmarks, and how."""

    channel: int
    first_cm: float | None = None
    second_cm: float | None = None
    electrode: str = ""
    preparation: str = ""
    same_marks: Literal["yes", "no", "first time", "not stated"] = "not stated"


Command = (
    SetTarget | SetHold | SetReference | StartCalibration | StopCalibration | RepeatTry | Mark | Pause | Resume
    | SetExercise | SetDose | SetTest | SetShaping | SetOther | SetWave | SetMatch | Begin | Skip | Repeat | Finish
    | ShowBar | Rate | Answer | Outcome | Site
)  # fmt: skip

BY_NAME: dict[str, type[Command]] = {
    "target": SetTarget,
    "hold": SetHold,
    "reference": SetReference,
    "calibrate": StartCalibration,
    "calibrate-stop": StopCalibration,
    "calibrate-again": RepeatTry,
    "mark": Mark,
    "pause": Pause,
    "resume": Resume,
    "exercise": SetExercise,
    "dose": SetDose,
    "test": SetTest,
    "shaping": SetShaping,
    "other": SetOther,
    "wave": SetWave,
    "match": SetMatch,
    "begin": Begin,
    "skip": Skip,
    "repeat": Repeat,
    "finish": Finish,
    "bar": ShowBar,
    "rate": Rate,
    "answer": Answer,
    "outcome": Outcome,
    "site": Site,
}
"""Names under which commands are stored."""
