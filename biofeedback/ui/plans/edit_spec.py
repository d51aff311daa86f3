"""What the plan editor asks for: every key of a plan with its words, unit, limits and help, section by section.

One rule: no Qt, no checks. A limit here is only shown; the plan's own tables refuse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from biofeedback.training.commands import Kind
from biofeedback.ui.phrase import Phrase, say

Sort = Literal["text", "long", "lines", "number", "whole", "choice", "tick", "outputs"]
Section = Literal["how much", "words", "muscles", "calibration", "test", "evidence", "review"]
SECTIONS: dict[Section, Phrase] = {
    "how much": say("How much"),
    "words": say("Words"),
    "muscles": say("Muscles and site"),
    "calibration": say("Calibration"),
    "test": say("Hidden test"),
    "evidence": say("Evidence"),
    "review": say("Review"),
}
NO_HELP = Phrase("")
ALL: tuple[Kind, ...] = get_args(Kind)
LEVELLED: tuple[Kind, ...] = ("activate", "hold", "relax", "quick", "isolate")
"""Kinds with a target."""
KINDS: dict[str, Phrase] = {
    "activate": say("Reach a line and hold it"),
    "hold": say("Stay in a band, or above a line"),
    "relax": say("Stay below a line"),
    "quick": say("On and off fast"),
    "track": say("Follow a moving line"),
    "match": say("Two muscles alike"),
    "isolate": say("One works, the other stays quiet"),
}
REFERENCES: dict[str, Phrase] = {
    "best_effort": say("Best effort"),
    "comfortable_effort": say("Comfortable effort"),
    "fixed_load": say("A fixed load"),
}
GRADES: dict[str, Phrase] = {
    "trial": say("Trial"),
    "usual practice": say("Usual practice"),
    "demonstration": say("Demonstration"),
}
OTHER = "other"
"""Key of the box that asks for a second muscle which stays quiet."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `key` as in the file, dotted, muscles counted from 0; `needs_other`: only beside a quiet muscle."""

    section: Section
    key: str
    sort: Sort
    label: Phrase
    help: Phrase = NO_HELP
    unit: str = ""
    low: float | None = None
    high: float | None = None
    longest: int = 1000
    optional: bool = False
    kinds: tuple[Kind, ...] = ALL
    choices: tuple[tuple[str, Phrase], ...] = ()
    needs_other: bool = False
    group: Phrase | None = None
    """A heading that stands above it."""


def shown(kind: Kind, *, other: bool) -> Iterator[Field]:
    """Yield the inputs of a plan of this kind; `other`: with a second muscle that stays quiet."""
    two = kind in ("match", "isolate") or (other and kind in ("activate", "hold"))
    for field in FIELDS:
        if kind not in field.kinds or (field.key.startswith("muscles.1.") and not two):
            continue
        if field.needs_other and kind != "isolate" and not other:
            continue
        yield field


def _percent(
    key: str, label: Phrase, help_: Phrase, *, optional: bool = False, kinds: tuple[Kind, ...] = LEVELLED,
    low: float = 1, high: float = 150, needs_other: bool = False,
) -> Field:  # fmt: skip
    return Field("how much", key, "number", label, help_, "%", low, high, optional=optional, kinds=kinds,
                 needs_other=needs_other)  # fmt: skip


_HOW_MUCH = (
    Field("how much", "kind", "choice", say("Kind"), say("What is asked of the muscle; what fits is kept."),
          choices=tuple(KINDS.items()), group=say("Target")),
    _percent("target.low", say("Line, or lower edge"), say("Of today's best.")),
    _percent("target.high", say("Upper edge of a band"), say("Empty: a line, no band."), optional=True,
             kinds=("activate", "hold", "isolate")),
    _percent("target.lowest", say("May fall to"), say("Between sets. Both empty: it does not move."),
             optional=True),
    _percent("target.highest", say("May rise to"), say("Between sets."), optional=True),
    _percent("wave.low", say("Bottom of the wave"), say("Of today's best."), kinds=("track",)),
    _percent("wave.high", say("Top of the wave"), say("Nearly twice the bottom, or more."), kinds=("track",)),
    Field("how much", "wave.frequency", "number", say("Frequency"), say("0.1 Hz is one wave in 10 s."), "Hz", 0.01, 1,
          kinds=("track",)),
    _percent("match.low", say("Alike from"), say("The first muscle, in percent of the second."), kinds=("match",),
             low=10, high=100),
    _percent("match.high", say("Alike up to"), say("80 to 125 % is the usual."), kinds=("match",), low=100, high=1000),
    Field("how much", OTHER, "tick", say("A second muscle stays quiet"), kinds=("activate", "hold")),
    _percent("other.ceiling", say("Second muscle below"), say("Of its own best today."), needs_other=True,
             kinds=("activate", "hold", "isolate")),
    _percent("other.lowest", say("May come down to"), say("Between sets. Empty: it does not move."), optional=True,
             needs_other=True, kinds=("activate", "hold", "isolate")),
    Field("how much", "other.optional", "tick", say("Only with a second sensor"), needs_other=True,
          kinds=("activate", "hold")),
    Field("how much", "dose.work", "number", say("Work"), say("To be held, or the length of the work phase."), "s",
          0.5, 600, group=say("Dose")),
    Field("how much", "dose.rest", "number", say("Rest"), say("After each repetition."), "s", 0.5, 600),
    Field("how much", "dose.longest_rest", "number", say("Longest rest"), say("Rests are random up to this. Empty: all "
          "alike."), "s", 0.5, 600, optional=True, kinds=("quick",)),
    Field("how much", "dose.repetitions", "whole", say("Repetitions"), say("In a set."), "", 1, 100),
    Field("how much", "dose.sets", "whole", say("Sets"), say("The short version has one."), "", 1, 10),
    Field("how much", "dose.pause", "number", say("Pause"), say("Between sets."), "s", 5, 600),
    Field("how much", "schedule.days_per_week.0", "whole", say("Fewest days a week"), NO_HELP, "", 1, 7,
          group=say("How often, how hard")),
    Field("how much", "schedule.days_per_week.1", "whole", say("Most days a week"), NO_HELP, "", 1, 7),
    Field("how much", "schedule.effort.0", "whole", say("Least effort"), say("Felt by the person, of 10."), "", 0, 10),
    Field("how much", "schedule.effort.1", "whole", say("Most effort"), say("Felt by the person, of 10."), "", 0, 10),
)  # fmt: skip
_WORDS = (
    Field("words", "title", "text", say("Title"), say("On the card."), longest=60),
    Field("words", "name", "text", say("Name"), say("Of the file and of recordings: a–z, 0–9, hyphens."), longest=40),
    Field("words", "summary", "long", say("In one sentence"), say("On the card."), longest=140),
    Field("words", "words", "long", say("Said to the person"), say("What they do, in their words."), longest=300),
    Field("words", "position", "long", say("Position"), say("How the person sits, lies or stands.")),
    Field("words", "progression", "long", say("When this is easy"), say("What comes next.")),
    Field("words", "cautions", "lines", say("Not for, or with care"), say("One a line.")),
    Field("words", "audio", "tick", say("Made to be done by ear")),
)


def _muscle(n: int) -> tuple[Field, ...]:
    key = f"muscles.{n}."
    heading = say("Trained muscle") if n == 0 else say("Second muscle")
    return (
        Field("muscles", key + "name", "text", say("Muscle"), group=heading),
        Field("muscles", key + "mirrored", "tick", say("Same muscle, other side")),
        Field("muscles", key + "site", "long", say("Sensor goes"), say("Where its middle lies.")),
        Field("muscles", key + "landmarks.0", "text", say("First landmark"), say("Bone to measure from.")),
        Field("muscles", key + "landmarks.1", "text", say("Second landmark"), say("Bone to measure to.")),
        Field("muscles", key + "percent", "number", say("Of the way"), say("From first to second. Empty: felt."), "%",
              0, 100, optional=True),
        Field("muscles", key + "orientation", "text", say("Sensor's long axis"), say("Along the fibres, as a rule.")),
        Field("muscles", key + "reference_electrode", "text", say("Reference electrode"), say("On bone, near by.")),
        Field("muscles", key + "source", "text", say("Source of the site"), say("SENIAM, a paper, or: by feeling.")),
        Field("muscles", key + "outputs", "outputs", say("Outputs that will do"), say("Of the sensor.")),
        Field("muscles", key + "bits", "whole", say("ADC, at least"), say("For RAW and RECT."), "bits", 8, 24),
        Field("muscles", key + "position", "long", say("Position to calibrate"), say("Empty: the plan's."),
              optional=True),
        Field("muscles", key + "cue", "long", say("Words to calibrate"), say("Empty: the plan's."), optional=True),
        Field("muscles", key + "notes", "long", say("Notes"), optional=True),
    )  # fmt: skip


_CALIBRATION = (
    Field("calibration", "reference.kind", "choice", say("100 % is"), say("A best effort becomes a comfortable one in "
          "the quick calibration, and within 12 weeks of an operation or injury."), choices=tuple(REFERENCES.items())),
    Field("calibration", "reference.position", "long", say("Position"), say("As in the exercise.")),
    Field("calibration", "reference.cue", "long", say("Said to the person"), say("For example: breathe out.")),
    Field("calibration", "reference.tries", "whole", say("Tries"), say("The quick calibration has two."), "", 1, 6),
    Field("calibration", "reference.seconds", "number", say("Length of a try"), NO_HELP, "s", 1, 60),
    Field("calibration", "reference.rest", "number", say("Rest between tries"), say("Quick: at most 30 s."), "s", 6,
          600),
    Field("calibration", "reference.resting", "number", say("Rest before"), say("For the quiet level. Quick: at most "
          "5 s."), "s", 3, 60),
)  # fmt: skip
_TEST = (
    Field("test", "test.repetitions", "whole", say("Repetitions"), say("With the bar hidden, before the sets: the "
          "yardstick between sessions."), "", 1, 20),
    Field("test", "test.work", "number", say("Work"), say("As in the sets, so that both compare."), "s", 0.5, 120),
    Field("test", "test.rest", "number", say("Rest"), say("The shortest, where rests are random."), "s", 0.5, 600),
    Field("test", "test.after", "tick", say("Once more after the sets")),
)  # fmt: skip
_EVIDENCE = (
    Field("evidence", "evidence_grade", "choice", say("Rests on"), choices=tuple(GRADES.items())),
    Field("evidence", "evidence", "long", say("Evidence"), say("Who, how many, what came out; negative results too.")),
    Field("evidence", "sources", "lines", say("Sources"), say("One a line; may be empty."), optional=True),
    Field("evidence", "unchecked", "lines", say("Not checked"), say("Sites or numbers without a source, one a line."),
          optional=True),
)  # fmt: skip
_REVIEW = (
    Field("review", "reviewed_by", "text", say("Reviewed by"), say("The clinician who answers for all of this plan. "
          "Empty: the app says it is not yet reviewed."), optional=True),
)  # fmt: skip
FIELDS = (*_HOW_MUCH, *_WORDS, *_muscle(0), *_muscle(1), *_CALIBRATION, *_TEST, *_EVIDENCE, *_REVIEW)
BY_KEY = {field.key: field for field in FIELDS}
