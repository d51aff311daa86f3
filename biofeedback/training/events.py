"""What the training says happened: prompts, repetitions, scores, offers. Outputs that are stored and only compared.

One rule: an event fits one annotation of a recording (180 bytes) and carries no "whatever is current".
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Literal

from biofeedback.training.calibration import CalibrationResult
from biofeedback.training.commands import Block
from biofeedback.training.hold import HoldEvent

Phase = Literal["waiting", "sample", "ready", "work", "rest", "pause", "done"]
"""Waiting to begin · 2 s rest sample · get ready · work · let go · pause between blocks · done."""
Result = Literal["reached", "missed", "excluded"]
Trouble = Literal["", "gap", "missing", "saturated", "flat", "mains hum", "spike", "paused", "skipped", "ended"]
"""Why a repetition is excluded."""
OfferKind = Literal["stop: pain", "easier: three misses", "measure again", "calibration stopped: pain"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A phase began at scan `index`. `seconds`: its planned length; None where the length may not be known."""

    index: int
    phase: Phase
    block: Block
    set_number: int
    repetition: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class RestSample:
    """The rest at a block's start, in counts, as a `ratio` of the calibrated rest; `changed` by half or more."""

    index: int
    channel: int
    rest: float
    ratio: float
    changed: bool


@dataclass(frozen=True, slots=True)
class Repetition:
    """A repetition ended. `hold` in seconds on the best clock, `mean` is the work average F7 in percent.

    `why`: what excluded it, or (missed) what was not reached.
    """

    index: int
    block: Block
    set_number: int
    number: int
    result: Result
    why: str
    hold: float
    mean: float | None


@dataclass(frozen=True, slots=True)
class Measures:
    """Scores of the repetition `number`, where its kind has them; None elsewhere. Names as in docs/training.md.

    `response`, `release` (F8) in seconds; `steadiness` (F9) in percent; `rmse`, `error` (F10) in points; `other`,
    `cci`, `common` (F11) and `match`, `match_least` (F12) in percent.
    """

    index: int
    block: Block
    set_number: int
    number: int
    response: float | None = None
    release: float | None = None
    steadiness: float | None = None
    rmse: float | None = None
    error: float | None = None
    other: float | None = None
    cci: float | None = None
    common: float | None = None
    match: float | None = None
    match_least: float | None = None


@dataclass(frozen=True, slots=True)
class BlockResult:
    """A block ended: how many repetitions were prompted, scored and reached; the target it was held against."""

    index: int
    block: Block
    set_number: int
    prompted: int
    scored: int
    reached: int
    low: float | None
    """None where the exercise has no level (track, match)."""
    high: float | None


@dataclass(frozen=True, slots=True)
class Shaping:
    """F6 after a set: reached share `p` of `n` scored, and what follows. `low` None: the target stays."""

    index: int
    p: float
    n: int
    rule: str
    low: float | None = None
    high: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to ask the person; nothing is done by itself."""

    index: int
    what: OfferKind


TrainingEvent = (
    HoldEvent | CalibrationResult | Prompt | RestSample | Repetition | Measures | BlockResult | Shaping | Offer
)

_NAMES: dict[type[TrainingEvent], str] = {
    HoldEvent: "hold",
    CalibrationResult: "calibration",
    Prompt: "prompt",
    RestSample: "rest",
    Repetition: "repetition",
    Measures: "measures",
    BlockResult: "block",
    Shaping: "shaping",
    Offer: "offer",
}
_SHORT = {"set_number": "set", "repetition": "number"}
_DERIVED = ("amplitude", "rest_sd", "spread", "kind", "measured_rest", "spill", "saturated")
_FEW_TRIES = 3
"""More of them are stored with six digits each, as many as still fit."""


def encode_event(event: TrainingEvent) -> str:
    """Return the JSON text that a recording stores for `event`; it is only ever compared, never fed back.

    A calibration leaves out what follows from its tries, its command or the samples, so that it fits an annotation
    (six tries of a 16-bit ADC do).
    """
    left_out = _DERIVED if isinstance(event, CalibrationResult) else ()
    if isinstance(event, CalibrationResult) and len(event.tries) > _FEW_TRIES:
        event = replace(event, rest=_six_digits(event.rest), tries=tuple(map(_six_digits, event.tries)))
    values = {
        _SHORT.get(key, key): value for key, value in asdict(event).items() if key not in left_out and value is not None
    }
    return json.dumps({"event": _NAMES[type(event)], **values}, separators=(",", ":"))


def _six_digits(value: float) -> float:
    return float(f"{value:.6g}")
