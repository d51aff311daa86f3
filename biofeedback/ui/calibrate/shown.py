"""From the engine's state and today's choices to what the Calibrate step shows: announcement, live values, result.

One rule: no widget and no clock; every level is in µV where the gain is known, else in counts, never in percent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from biofeedback.emg.envelope import is_amplitude
from biofeedback.emg.sensor import Sensor, microvolts_per_count
from biofeedback.engine_state import EngineState
from biofeedback.sitting import Rings
from biofeedback.training.bar import LEVEL_WINDOW
from biofeedback.training.calibration import CalibrationResult
from biofeedback.training.plan import Plan
from biofeedback.ui.calibrate.before import Announcement
from biofeedback.ui.calibrate.course import CalibrateCourse, n_muscles, practice_of
from biofeedback.ui.calibrate.result import Shown
from biofeedback.ui.calibrate.words import KINDS, course_words, cue_of, position_of, short_course
from biofeedback.ui.calibrate.worth import Neighbour, crosstalk_percent, worth
from biofeedback.ui.guide import Today
from biofeedback.ui.instant import Moment
from biofeedback.ui.phrase import Phrase, joined, say
from biofeedback.ui.words import spoken


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel as calibrated: its name as shown, sensor, and µV per count (None: unknown)."""

    name: str
    sensor: Sensor = Sensor.RAW
    scale: float | None = None


def channel_of(state: EngineState, plan: Plan | None, i: int) -> Channel:
    """Return channel `i`; before the board is there, the plan's muscle."""
    settings = state.settings
    if settings is None or i >= len(settings.channels):
        return Channel(plan.muscles[i].name if plan and i < len(plan.muscles) else spoken(say("the muscle")))
    own = settings.channels[i]
    return Channel(own.name, own.sensor, microvolts_per_count(own, settings.adc_bits, settings.vref))


def place_words(state: EngineState, plan: Plan | None, i: int) -> str:
    """Return which muscle of how many; empty for the only one."""
    n = n_muscles(plan, state)
    return "" if n == 1 else spoken(say("muscle {i} of {n}", i=i + 1, n=n))


def announcement(state: EngineState, moment: Moment, today: Today, course: CalibrateCourse) -> Announcement:
    """Return what will happen when the calibration begins; `moment` says what is missing while the board is silent."""
    plan, i, command = today.plan, course.channel, course.command(today)
    quick, full = (course.command(replace(today, quick=is_quick)) for is_quick in (True, False))
    return Announcement(
        muscle=channel_of(state, plan, i).name, position=position_of(plan, i), cue=cue_of(plan, i, command.kind),
        course=course_words(command), effort=KINDS[command.kind], notice=_notice(moment, today, course),
        quick_course=short_course(quick), full_course=short_course(full), quick=today.quick,
    )  # fmt: skip


def _notice(moment: Moment, today: Today, course: CalibrateCourse) -> Phrase | None:
    """Return what is to be known before anything else; None for nothing."""
    if moment.silent_for is not None:
        return joined((moment.word, moment.hint), ". ")
    if course.pain is not None:
        return say("Stopped: pain {n} of 10. 100 % stays what it was. Wait until the pain is 3 or less, and push more "
                   "gently; if it does not go, end for today.", n=course.pain)  # fmt: skip
    asked = today.plan.reference.kind if today.plan else None
    if asked == "best_effort" and course.gentle:
        return say("A gentle effort, because it hurt: percent will mean percent of that.")
    if asked == "best_effort" and today.twelve_weeks:
        return say("A comfortable effort, not a best one, as the safety list asks.")
    return None


def figure(rings: Rings | None, channel: int, rate: float, channel_shown: Channel) -> float | None:
    """Return the mean of the newest half second of the shown envelope in the channel's unit; None where it broke."""
    if rings is None:
        return None
    n = max(1, round(LEVEL_WINDOW * rate))
    _, scans = rings.display.latest(n)
    values = np.asarray(scans[:, channel], np.float64)
    if len(values) < n or not np.isfinite(values).all():
        return None
    return float(values.mean()) * (channel_shown.scale or 1.0)


def on_bar(tries: tuple[float, ...], rest: float | None, shown: Channel) -> tuple[float, ...]:
    """Return tries in counts above `rest` as the bar shows them, rest included, in the channel's unit (F1 undone)."""
    rest = rest or 0.0
    add = [float(np.hypot(level, rest)) if is_amplitude(shown.sensor) else level + rest for level in tries]
    return tuple(level * (shown.scale or 1.0) for level in add)


def result_shown(state: EngineState, today: Today, course: CalibrateCourse, result: CalibrationResult) -> Shown:
    """Return a result with its numbers, lights and notes."""
    plan, i = today.plan, result.channel
    own, other = channel_of(state, plan, i), _neighbour(state, plan, i)
    notes: list[Phrase] = []
    if other is not None:
        notes += _crosstalk(result, own, other)
        first = course.result(state, 1 - i)
        if i == 1 and first is not None and first.kind != result.kind:
            notes.append(say("The two muscles were not tested by the same kind of effort: their percents differ."))
    if result.measured_rest is not None:
        notes.append(say("Rest is not taken away here: it is what is to become less."))
    if len(notes) < 2:
        notes.append(say("100 % is made anew each time: electrodes never sit quite the same twice."))
    return Shown(
        own.name, place_words(state, plan, i), result, own.scale,
        tuple(worth(result, own.scale, own.sensor, other)), joined(notes, " "), course.may_repeat(state),
    )  # fmt: skip


def _neighbour(state: EngineState, plan: Plan | None, i: int) -> Neighbour | None:
    """Return the other muscle of a plan for two, where both have a sensor."""
    practice = practice_of(state)
    if practice is None or n_muscles(plan, state) < 2:
        return None
    other = channel_of(state, plan, 1 - i)
    reference = practice.references[1 - i] if 1 - i < len(practice.references) else None
    ceiling = plan.other.ceiling if plan and plan.other and i == 0 else None
    return Neighbour(other.name, other.scale, reference.amplitude if reference else None, ceiling)


def _crosstalk(result: CalibrationResult, own: Channel, other: Neighbour) -> list[Phrase]:
    """Return what the other muscle's sensor showed meanwhile (F11), as far as it is known."""
    percent = crosstalk_percent(result, other)
    if percent is None:
        return []
    return [say("While {own} worked, the sensor on {other} showed {n} %: what it shows up to that may be its "
                "neighbour's.", own=own.name, other=other.name, n=f"{percent:.0f}")]  # fmt: skip
