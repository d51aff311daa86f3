"""A plan: which muscle, which words, how much, against what target; and the commands that follow from it.

Plans are data: docs/plans.md has every key, plan_file.py reads and writes them.
One rule: a plan that exists can be carried out. What is impossible is refused when it is made, by the name of its key.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, get_args

from biofeedback.training.commands import (
    Command,
    Kind,
    SetDose,
    SetExercise,
    SetMatch,
    SetOther,
    SetShaping,
    SetTarget,
    SetTest,
    SetWave,
    StartCalibration,
)
from biofeedback.training.plan_tables import (
    Dose,
    HiddenTest,
    Match,
    Muscle,
    Other,
    ReferencePlan,
    Schedule,
    Target,
    Wave,
)
from biofeedback.training.plan_values import (
    ImpossibleValue,
    check_choice,
    check_name,
    check_number,
    check_text,
    check_texts,
)

Grade = Literal["trial", "usual practice", "demonstration"]
HELD: tuple[Kind, ...] = ("activate", "hold", "isolate")
"""Kinds whose work is the time to be held; elsewhere it is the length of the work phase."""
LATEST = 2.0
"""Seconds that a held work phase may last beyond its work: the time to get there."""
BLOCK_START = 5.0
"""Seconds before a block's first repetition: a rest sample of 2 s, then get ready."""
GET_READY = 3.0
"""Seconds before a calibration's first try."""
QUICK_TRIES = 2
QUICK_REST = 30.0
QUICK_RESTING = 5.0
"""The quick calibration: two tries, 30 s between them, after 5 s of rest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One exercise plan. `words` are said to the person; `muscles[0]` is the trained one.

    `cautions`: not for, or with care. `evidence` names population, n and result, negative ones too; `unchecked` lists
    what in the plan was not checked against a source; `reviewed_by` is a clinician's name or empty.
    """

    name: str
    title: str
    version: int
    kind: Kind
    summary: str
    words: str
    position: str
    muscles: tuple[Muscle, ...]
    reference: ReferencePlan
    test: HiddenTest
    dose: Dose
    progression: str
    cautions: tuple[str, ...]
    evidence: str
    evidence_grade: Grade
    sources: tuple[str, ...]
    target: Target | None = None
    other: Other | None = None
    wave: Wave | None = None
    match: Match | None = None
    schedule: Schedule = field(default_factory=Schedule)
    audio: bool = False
    unchecked: tuple[str, ...] = ()
    reviewed_by: str = ""

    def __post_init__(self) -> None:
        check_name("name", self.name)
        check_number("version", self.version, 1, 9999)
        check_choice("kind", self.kind, get_args(Kind))
        check_choice("evidence_grade", self.evidence_grade, get_args(Grade))
        check_text("title", self.title, longest=60)
        check_text("summary", self.summary, longest=140)
        check_text("words", self.words, longest=300)
        check_text("position", self.position)
        check_text("progression", self.progression)
        check_text("evidence", self.evidence)
        check_text("reviewed_by", self.reviewed_by, required=False)
        check_texts("cautions", self.cautions)
        check_texts("sources", self.sources)
        check_texts("unchecked", self.unchecked)
        self._check_tables()

    def _check_tables(self) -> None:
        if not 1 <= len(self.muscles) <= 2:
            raise ImpossibleValue("muscles", f"are one or two, not {len(self.muscles)}")
        two = self.other is not None or self.kind in ("match", "isolate")
        if two and len(self.muscles) < 2:
            raise ImpossibleValue("muscles", "need a second one: this plan is about two")
        if len(self.muscles) == 2 and not two:
            raise ImpossibleValue("muscles", "name a second one that nothing is asked of: add [other] or leave it out")
        for key, kinds in (("wave", ("track",)), ("match", ("match",)), ("other", ("isolate", "activate", "hold"))):
            if getattr(self, key) is not None and self.kind not in kinds:
                raise ImpossibleValue(key, f"does not belong to the kind {self.kind!r}")
        for kind, key in (("track", "wave"), ("match", "match"), ("isolate", "other")):
            if self.kind == kind and getattr(self, key) is None:
                raise ImpossibleValue(key, f"is missing: the kind {kind!r} needs it")
        if (self.target is None) != (self.kind in ("track", "match")):
            what = "is missing: the kind {!r} needs it" if self.target is None else "does not belong to the kind {!r}"
            raise ImpossibleValue("target", what.format(self.kind))
        if self.kind == "isolate" and self.other is not None and self.other.optional:
            raise ImpossibleValue("other.optional", "cannot be with the kind 'isolate', which needs both muscles")
        if self.target is not None and self.target.high is not None and self.kind in ("relax", "quick"):
            raise ImpossibleValue("target.high", f"makes a band; the kind {self.kind!r} has a line")
        if self.dose.longest_rest is not None and self.kind != "quick":
            raise ImpossibleValue("dose.longest_rest", "belongs to the kind 'quick', where reactions are timed")

    @property
    def least_channels(self) -> int:
        """How many sensors the plan cannot do without."""
        return 1 if self.other is None and self.match is None else 1 + (self.other is None or not self.other.optional)

    @property
    def task(self) -> str:
        """The BIDS task label: letters and digits only."""
        return self.name.replace("-", "")

    @property
    def reviewed(self) -> str:
        """Who answers for the plan, as a sentence's end."""
        return f"reviewed by {self.reviewed_by}" if self.reviewed_by else "not yet reviewed by a clinician"

    def commands(self, seed: int, *, short: bool = False, n_channels: int = 1) -> list[Command]:
        """Return the commands that set the exercise up; `short`: one set.

        A second muscle that is optional is asked of with two channels only, and a target without room does not move.

        Raises:
            ValueError: The plan needs sensors on two muscles.
        """
        if n_channels < self.least_channels:
            raise ValueError(
                f"{self.title!r} needs sensors on two muscles: {self.muscles[0].name}, {self.muscles[1].name}"
            )
        dose, test = self.dose, self.test
        commands: list[Command] = [
            SetExercise(self.name, self.version, self.kind, seed),
            SetDose(dose.work, dose.rest, dose.repetitions, 1 if short else dose.sets, dose.pause, dose.longest_rest),
            SetTest(test.repetitions, test.work, test.rest, test.after),
        ]
        if self.target is not None:
            commands.append(SetTarget(self.target.low, self.target.high, reason="plan"))
            lowest, highest = self.target.lowest, self.target.highest
            if lowest is not None and highest is not None and lowest < highest:
                commands.append(SetShaping(lowest, highest, self.target.low))
        if self.other is not None and n_channels > 1:
            commands.append(SetOther(self.other.ceiling, self.other.lowest, "plan"))
        if self.wave is not None:
            commands.append(SetWave(self.wave.frequency, self.wave.low, self.wave.high))
        if self.match is not None:
            commands.append(SetMatch(self.match.low, self.match.high))
        return commands

    def calibration(self, channel: int = 0, *, quick: bool = False, twelve_weeks: bool = False) -> StartCalibration:
        """Return the calibration of `channel`; `twelve_weeks`: an operation or injury less than 12 weeks ago."""
        plan = self.reference
        gently = plan.kind == "best_effort" and (quick or twelve_weeks)
        return StartCalibration(
            channel=channel,
            kind="comfortable_effort" if gently else plan.kind,
            tries=min(QUICK_TRIES, plan.tries) if quick else plan.tries,
            seconds=plan.seconds,
            rest=min(QUICK_REST, plan.rest) if quick else plan.rest,
            resting=min(QUICK_RESTING, plan.resting) if quick else plan.resting,
            relax=self.kind == "relax",
        )

    def minutes(self, *, quick: bool = False, short: bool = False) -> int:
        """Return the minutes that calibration (of each muscle), test, sets and the pauses between take at most."""
        course, dose, test = self.calibration(quick=quick), self.dose, self.test
        calibration = course.resting + GET_READY + course.tries * course.seconds + (course.tries - 1) * course.rest
        late = LATEST if self.kind in HELD else 0.0
        n_sets = 1 if short else dose.sets
        n_tests = 2 if test.after else 1
        a_set = BLOCK_START + dose.repetitions * (dose.work + late + (dose.longest_rest or dose.rest))
        a_test = BLOCK_START + test.repetitions * (test.work + late + (dose.longest_rest or test.rest))
        blocks = n_sets * a_set + n_tests * a_test + (n_sets + n_tests - 1) * dose.pause
        return math.ceil((len(self.muscles) * calibration + blocks) / 60)
