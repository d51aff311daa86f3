"""What the bars show, for who listens: each muscle's level and what is asked of it. No Qt.

One rule: levels are told in steps of five, so that a reader is not flooded; what is hidden or silent is told as that.
"""

from __future__ import annotations

from collections.abc import Sequence

from biofeedback.ui.phrase import Phrase, joined, said, say
from biofeedback.ui.readings import UNIT_SIGNS, Reading
from biofeedback.ui.train.exercise_lines import Lines

STEP = 5
"""Points of percent, µV or counts; of three figures and more 5 % of them."""


def bar_words(
    readings: Sequence[Reading], lines: Sequence[Lines], *, hidden: bool, silent: bool, figures: bool = True
) -> Phrase:
    """Return the bars in words; `lines`: those of the first channels, further ones are only levels.

    `figures`: whether levels mean something to who listens; without them only what is reached is told.
    """
    if silent:
        return say("No signal.")
    if hidden:
        return say("The bars are hidden.") if len(readings) > 1 else say("The bar is hidden.")
    asked = [*lines, *[Lines()] * len(readings)][: len(readings)]
    if not figures:
        return say("Reached.") if asked[:1] and asked[0].met else say("Not reached.")
    return joined([_one(reading, own) for reading, own in zip(readings, asked, strict=True)], " ")


def lane_words(name: str, lines: Lines, *, alike: bool = False) -> Phrase:
    """Return the title of a muscle's lane: its name and what is asked of it; `alike`: to be as the other one."""
    if alike:
        return say("{name}: alike", name=name)
    if lines.zone is None or not lines.solid or lines.moves:
        return said(name)
    low, high = lines.zone
    if high is None:
        return say("{name}: above {low}", name=name, low=f"{low:g}")
    if low == 0:
        return say("{name}: below {high}", name=name, high=f"{high:g}")
    return say("{name}: {low} to {high}", name=name, low=f"{low:g}", high=f"{high:g}")


def _one(reading: Reading, lines: Lines) -> Phrase:
    unit = UNIT_SIGNS[reading.unit]
    level = say("no level") if reading.level is None else say("about {n} {unit}", n=rounded(reading.level), unit=unit)
    target = _target(lines, unit)
    if target is None:
        return say("{name}: {level}.", name=reading.name, level=level)
    if not lines.counts:
        return say("{name}: {level}; {target}.", name=reading.name, level=level, target=target)
    met = say("reached") if lines.met else say("not reached")
    return say("{name}: {level}; {target}, {met}.", name=reading.name, level=level, target=target, met=met)


def _target(lines: Lines, unit: str) -> Phrase | None:
    """Return what is asked of a muscle, None where nothing is."""
    if lines.moves:
        return say("follow the moving line")
    if lines.zone is None:
        return None
    low, high = lines.zone
    if high is None:
        return say("target {low} {unit}", low=f"{low:.0f}", unit=unit)
    if low == 0:
        return say("stay below {high} {unit}", high=f"{high:.0f}", unit=unit)
    return say("target {low} to {high} {unit}", low=f"{low:.0f}", high=f"{high:.0f}", unit=unit)


def rounded(level: float) -> int:
    """Return a level in steps of five, of larger ones in steps of about 5 %."""
    step = STEP
    while level / step >= 20 * STEP:
        step *= 10
    return step * round(level / step)
