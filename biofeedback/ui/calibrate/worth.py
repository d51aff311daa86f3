"""What a calibration is worth, number by number: each with its light and the limit that it is held against (F3, F11).

One rule: the limits are the verdict's own, so that no light can say other than the verdict does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from biofeedback.emg.sensor import Sensor
from biofeedback.training.activation import above_rest
from biofeedback.training.calibration import CalibrationResult
from biofeedback.training.verdict import (
    FINE_COUNTS,
    FINE_STEP,
    GOOD_RATIO,
    GOOD_SPREAD,
    LARGEST_SPREAD,
    LEAST_RATIO,
    QUANTISATION,
)
from biofeedback.ui.look.icons import Light
from biofeedback.ui.phrase import Phrase, said, say

RowLight = Light | Literal["plain"]


@dataclass(frozen=True, slots=True)
class Row:
    """One number with its light ("plain": told, not judged) and its limit."""

    light: RowLight
    name: Phrase
    value: Phrase
    limit: Phrase


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The other muscle: name, µV per count (None: unknown), its reference in counts if any, its ceiling in percent."""

    name: str
    scale: float | None
    reference: float | None
    ceiling: float | None = None


def amount(counts: float, scale: float | None) -> str:
    """Return a level without its unit: µV by `scale`, else counts; a decimal below ten."""
    value = counts * (scale or 1.0)
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def unit_of(scale: float | None) -> str:
    """Return the unit that `amount` is in."""
    return "counts" if scale is None else "µV"


def worth(
    result: CalibrationResult, scale: float | None, sensor: Sensor, neighbour: Neighbour | None = None
) -> list[Row]:
    """Return the numbers of `result`; `scale` in µV per count of its channel, None where unknown."""
    relax = result.measured_rest is not None
    rows = [_spread(result), _ratio(result, relax=relax), _ceiling(result), _rest(result, scale, sensor)]
    rows.append(_step(result, scale, relax=relax))
    if neighbour is not None:
        rows.append(_spill(result, neighbour))
    return rows


def crosstalk_percent(result: CalibrationResult, neighbour: Neighbour) -> float | None:
    """Return what the neighbour showed meanwhile as percent of its reference; None where either is unknown."""
    if result.spill is None or not neighbour.reference:
        return None
    return 100 * result.spill / neighbour.reference


def _spread(result: CalibrationResult) -> Row:
    name = say("Spread of the two best")
    if result.spread is None:
        return Row("look", name, say("one try"), say("two are needed"))
    light: Light = "good" if result.spread <= GOOD_SPREAD else "look" if result.spread <= LARGEST_SPREAD else "fix"
    return Row(light, name, said(f"{result.spread:.0f} %"), say("good up to {n} %", n=f"{GOOD_SPREAD:g}"))


def _ratio(result: CalibrationResult, *, relax: bool) -> Row:
    ratio = result.amplitude / max(result.rest, QUANTISATION)
    light: Light = "good" if ratio >= GOOD_RATIO else "look" if ratio >= LEAST_RATIO else "fix"
    name = say("Signal to the electronics") if relax else say("Signal to rest")
    shown = f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}" if ratio < 1000 else "> 1000"
    return Row(light, name, said(f"{shown} : 1"), say("good from {n} : 1", n=f"{GOOD_RATIO:g}"))


def _ceiling(result: CalibrationResult) -> Row:
    name, limit = say("Ceiling"), say("no try may hit it")
    if not result.saturated:
        return Row("good", name, say("not hit"), limit)
    return Row("fix", name, say("hit in try {n}", n=", ".join(map(str, result.saturated))), limit)


def _rest(result: CalibrationResult, scale: float | None, sensor: Sensor) -> Row:
    rest = result.rest if result.measured_rest is None else result.measured_rest
    shown = f"{amount(rest, scale)} ± {amount(result.rest_sd, scale)} {unit_of(scale)}"
    if result.measured_rest is None:
        return Row("plain", say("Rest"), said(shown), say("quietest 3 s"))
    own = float(above_rest(np.asarray(rest), result.rest, sensor))
    best = result.amplitude
    light: Light = "fix" if best <= own else "look" if best < LEAST_RATIO * own else "good"
    return Row(light, say("Your own rest"), said(shown), say("effort from {n} : 1", n=f"{LEAST_RATIO:g}"))


def _step(result: CalibrationResult, scale: float | None, *, relax: bool) -> Row:
    name = say("One step of the board")
    share = 100 / result.amplitude if result.amplitude > 0 else 100.0
    few = result.amplitude < FINE_COUNTS
    if relax:
        if scale is None:
            return Row("look", name, say("unknown"), say("the gain is not known"))
        large = scale > FINE_STEP
        light: Light = "fix" if few and large else "look" if few or large else "good"
        return Row(light, name, said(f"{scale:.2g} µV"), say("good up to {n} µV", n=f"{FINE_STEP:g}"))
    limit = say("of 100 %; good up to {n} %", n=f"{100 / FINE_COUNTS:g}")
    shown = "> 100 %" if share > 100 else f"{share:.1f} %" if share >= 0.1 else "< 0.1 %"
    return Row("look" if few else "good", name, said(shown), limit)


def _spill(result: CalibrationResult, neighbour: Neighbour) -> Row:
    name = say("{muscle} meanwhile", muscle=neighbour.name)
    if result.spill is None:
        return Row("look", name, say("not seen"), say("it hit its ceiling"))
    percent = crosstalk_percent(result, neighbour)
    if percent is None:
        return Row("plain", name, said(f"{amount(result.spill, neighbour.scale)} {unit_of(neighbour.scale)}"),
                   say("cross-talk, or help"))  # fmt: skip
    value = said(f"{percent:.0f} %")
    if neighbour.ceiling is None:
        return Row("plain", name, value, say("of its own 100 %"))
    limit = say("its line is at {n} %", n=f"{neighbour.ceiling:g}")
    return Row("good" if percent < neighbour.ceiling else "look", name, value, limit)
