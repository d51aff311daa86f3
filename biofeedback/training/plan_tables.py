"""The tables of a plan: muscles, reference, hidden-bar test, dose, target and what a kind needs beside them.

One rule: a table that exists is possible. What is not is refused when it is made, by the name of its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from biofeedback.emg.sensor import Sensor
from biofeedback.training.commands import ReferenceKind
from biofeedback.training.plan_values import (
    ImpossibleValue,
    check_choice,
    check_number,
    check_range,
    check_text,
    check_texts,
)
from biofeedback.training.task import can_be_followed


@dataclass(frozen=True, slots=True)
class Muscle:
    """A muscle and where its sensor goes: `percent` of the way from the first landmark to the second, or felt (None).

    `orientation` of the sensor's long axis; `reference_electrode` where the sensor's third electrode sits. `position`
    and `cue` are those of this muscle's own calibration where it differs from the plan's. `mirrored`: the same muscle
    of the other side. `outputs`: sensor outputs that will do; RAW and RECT need an ADC of at least `bits`.
    """

    name: str
    site: str
    landmarks: tuple[str, ...]
    orientation: str
    reference_electrode: str
    source: str
    percent: float | None = None
    mirrored: bool = False
    outputs: tuple[Sensor, ...] = tuple(Sensor)
    bits: int = 8
    position: str = ""
    cue: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        check_text("name", self.name)
        check_text("site", self.site)
        check_text("orientation", self.orientation)
        check_text("reference_electrode", self.reference_electrode)
        check_text("source", self.source)
        check_text("position", self.position, required=False)
        check_text("cue", self.cue, required=False)
        check_text("notes", self.notes, required=False)
        if len(self.landmarks) != 2:
            raise ImpossibleValue("landmarks", f"are two, not {len(self.landmarks)}")
        check_texts("landmarks", self.landmarks)
        if self.percent is not None:
            check_number("percent", self.percent, 0, 100, "%")
        if not self.outputs:
            raise ImpossibleValue("outputs", "is empty: no sensor would do")
        if len(set(self.outputs)) != len(self.outputs):
            raise ImpossibleValue("outputs", "names an output twice")
        check_number("bits", self.bits, 8, 24, "bits")

    def takes(self, output: Sensor, adc_bits: int) -> bool:
        """Whether a sensor's `output` on an ADC of `adc_bits` will do for this muscle."""
        return output in self.outputs and (output not in (Sensor.RAW, Sensor.RECT) or adc_bits >= self.bits)


@dataclass(frozen=True, slots=True)
class ReferencePlan:
    """How 100 % is found: `tries` of `seconds`, `rest` s between them, after `resting` s of rest; `cue` to the person.

    A best_effort becomes a comfortable_effort in the quick calibration and while the 12-week box is ticked.
    """

    kind: ReferenceKind
    position: str
    cue: str
    tries: int = 3
    seconds: float = 5.0
    rest: float = 60.0
    resting: float = 10.0

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, get_args(ReferenceKind))
        check_text("position", self.position)
        check_text("cue", self.cue)
        check_number("tries", self.tries, 1, 6)
        check_number("seconds", self.seconds, 1, 60, "s")
        # 5 s of a pause are its get ready
        check_number("rest", self.rest, 6, 600, "s")
        # rest is the quietest 3 s (F2)
        check_number("resting", self.resting, 3, 60, "s")


@dataclass(frozen=True, slots=True)
class HiddenTest:
    """The hidden-bar test before the sets, and `after` them too where wanted; `work` and `rest` in seconds."""

    work: float
    rest: float
    repetitions: int = 5
    after: bool = False

    def __post_init__(self) -> None:
        check_number("work", self.work, 0.5, 120, "s")
        check_number("rest", self.rest, 0.5, 600, "s")
        check_number("repetitions", self.repetitions, 1, 20)


@dataclass(frozen=True, slots=True)
class Dose:
    """How much: `work`, `rest` and the `pause` between sets in seconds, `repetitions` a set, `sets`.

    Work is the time to be held for activate, hold and isolate, else the length of the work phase. Rests are random
    from `rest` to `longest_rest` where that is given.
    """

    work: float
    rest: float
    repetitions: int
    sets: int
    longest_rest: float | None = None
    pause: float = 60.0

    def __post_init__(self) -> None:
        check_number("work", self.work, 0.5, 600, "s")
        check_number("rest", self.rest, 0.5, 600, "s")
        if self.longest_rest is not None:
            check_number("longest_rest", self.longest_rest, self.rest, 600, "s")
        check_number("repetitions", self.repetitions, 1, 100)
        check_number("sets", self.sets, 1, 10)
        check_number("pause", self.pause, 5, 600, "s")


@dataclass(frozen=True, slots=True)
class Target:
    """A line at `low` percent, or a band up to `high`; between sets it may move from `lowest` to `highest` (F6)."""

    low: float
    high: float | None = None
    lowest: float | None = None
    highest: float | None = None

    def __post_init__(self) -> None:
        check_number("low", self.low, 1, 150, "%")
        if self.high is not None:
            check_number("high", self.high, 1, 150, "%")
            if self.high <= self.low:
                raise ImpossibleValue("high", f"is {self.high:g} %, not above low, {self.low:g} %")
        if (self.lowest is None) != (self.highest is None):
            key, other = ("highest", "lowest") if self.lowest is None else ("lowest", "highest")
            raise ImpossibleValue(key, f"needs {other} beside it: the target moves between the two")
        if self.lowest is not None and self.highest is not None:
            check_number("lowest", self.lowest, 1, self.low, "%")
            check_number("highest", self.highest, self.high or self.low, 150, "%")


@dataclass(frozen=True, slots=True)
class Other:
    """The second muscle stays below `ceiling` percent, which may come down to `lowest`.

    `optional`: only when a second sensor is used.
    """

    ceiling: float
    lowest: float | None = None
    optional: bool = False

    def __post_init__(self) -> None:
        check_number("ceiling", self.ceiling, 1, 150, "%")
        if self.lowest is not None:
            check_number("lowest", self.lowest, 1, self.ceiling, "%")


@dataclass(frozen=True, slots=True)
class Wave:
    """The line to follow: a sine from `low` to `high` percent, `frequency` in hertz."""

    frequency: float
    low: float
    high: float

    def __post_init__(self) -> None:
        # the score envelope cannot follow faster, and slower than one wave in 100 s is no wave
        check_number("frequency", self.frequency, 0.01, 1, "Hz")
        check_number("low", self.low, 1, 150, "%")
        check_number("high", self.high, 1, 150, "%")
        if self.high <= self.low:
            raise ImpossibleValue("high", f"is {self.high:g} %, not above low, {self.low:g} %")
        if not can_be_followed(self.low, self.high):
            raise ImpossibleValue("high", f"is {self.high:g} %, too near to low, {self.low:g} %, to be followed: "
                                  "the bar flickers by more")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """The first muscle as percent of the second lies between `low` and `high` (F12)."""

    low: float = 80.0
    high: float = 125.0

    def __post_init__(self) -> None:
        check_number("low", self.low, 10, 100, "%")
        check_number("high", self.high, 100, 1000, "%")


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often and how hard: fewest and most days a week, least and most effort of 10."""

    days_per_week: tuple[int, int] = (3, 5)
    effort: tuple[int, int] = (4, 7)

    def __post_init__(self) -> None:
        check_range("days_per_week", self.days_per_week, 1, 7)
        check_range("effort", self.effort, 0, 10)
