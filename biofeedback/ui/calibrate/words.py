"""What the Calibrate step says: the word of the moment, what will happen, and the verdict with its reason (F3).

One rule: no Qt; an effort that is to be gentle is never called for "as hard as you can", whatever the plan's cue says.
"""

from __future__ import annotations

import math

from biofeedback.engine_state import EngineState
from biofeedback.training.calibration import CalibrationResult, CalibrationState
from biofeedback.training.commands import ReferenceKind, StartCalibration
from biofeedback.training.plan import Plan
from biofeedback.ui.calibrate.course import seconds_of
from biofeedback.ui.instant import Moment, Tone
from biofeedback.ui.look.icons import Light
from biofeedback.ui.moment import kept
from biofeedback.ui.phrase import Phrase, marked, say

HARD, FIRM = "as hard as you can", "as firmly as you can without pain"
LIGHTS: dict[str, Light] = {"good": "good", "care": "look", "not usable": "fix"}
EFFORTS: dict[ReferenceKind, Phrase] = {
    "best_effort": say("as hard as you can,\nand keep breathing"),
    "comfortable_effort": say("as firmly as you can\nwithout pain"),
    "fixed_load": say("stay in the position\nand keep breathing"),
}
"""What is said while the muscle works."""
KINDS: dict[ReferenceKind, Phrase] = {
    "best_effort": say("Best effort: as hard as you can without pain."),
    "comfortable_effort": say("Comfortable effort: as firmly as you can without pain."),
    "fixed_load": say("The same position or load each time, no more effort than it asks."),
}
MEANINGS: dict[ReferenceKind, Phrase] = {
    "best_effort": say("Percent means percent of today's best effort."),
    "comfortable_effort": say("Comfortable effort, not a maximum: percent means percent of that."),
    "fixed_load": say("Percent means percent of this position or load."),
}


def position_of(plan: Plan | None, channel: int) -> str:
    """Return the position for a muscle's own calibration, in the plan's words; empty without a plan."""
    return "" if plan is None else plan.muscles[channel].position or plan.reference.position


def cue_of(plan: Plan | None, channel: int, kind: ReferenceKind) -> Phrase:
    """Return what the person is to do, in the plan's words, made gentle where the plan asks for more than `kind`."""
    if plan is None:
        return KINDS[kind]
    cue = plan.muscles[channel].cue or plan.reference.cue
    if kind == "comfortable_effort" and plan.reference.kind == "best_effort":
        if HARD in cue:
            return marked(cue.replace(HARD, FIRM))
        return say("{cue} Only as firmly as you can without pain.", cue=marked(cue))
    return marked(cue)


def calibrating(step: CalibrationState, plan: Plan | None, *, by_hand: bool) -> Moment:
    """Return what to say in a step of a calibration; `by_hand`: Space contracts the simulated muscle."""
    work = say("HOLD") if step.kind == "fixed_load" else say("PUSH")
    effort = EFFORTS[step.kind]
    if step.kind == "fixed_load" and plan is not None:
        effort = cue_of(plan, step.channel, step.kind)
    if by_hand:
        effort = say("hold Space\nwith any strength")
    coming = say("Let go and rest.\nTry {number} of {n} comes next.", number=step.number, n=step.n_tries)
    words: dict[str, tuple[Phrase, str, Tone, Phrase]] = {
        "rest": (say("REST"), "pause", "quiet", say("Let the muscle go soft,\nbreathe quietly.")),
        "ready": (say("READY"), "ring", "way", cue_of(plan, step.channel, step.kind)),
        "try": (work, "up", "way", effort),
        "pause": (say("PAUSE"), "pause", "quiet", coming),
    }
    word, icon, tone, hint = words[step.step]
    return Moment(word, icon, tone, hint, seconds_left=step.seconds_left, with_target=False,
                  progress=1 - step.seconds_left / step.step_seconds)  # fmt: skip


def waiting(state: EngineState, moment: Moment) -> Moment:
    """Return what to say while the board is silent in a calibration: `moment`, with what becomes of this step."""
    if state.phase not in ("stalled", "lost", "streaming"):
        return moment
    step = state.update.practice.calibration if state.update else None
    anew = say("This try begins anew.") if step and step.step == "try" else say("Rest begins anew.")
    broken = step is not None and step.step in ("rest", "try")
    after = anew if broken else say("Finished tries count.")
    hint = say("{kept} Plug the board in: it goes on by itself. {after}", kept=kept(state), after=after)
    return Moment(moment.word, moment.icon, moment.tone, hint, spacious=False, silent_for=moment.silent_for,
                  with_target=False, can_reconnect=moment.can_reconnect)  # fmt: skip


def course_words(command: StartCalibration) -> Phrase:
    """Return what will happen and how long it takes."""
    minutes = math.ceil(seconds_of(command) / 60)
    last = say("About 1 minute.") if minutes == 1 else say("About {n} minutes.", n=minutes)
    values = {"resting": f"{command.resting:g}", "seconds": f"{command.seconds:g}", "rest": f"{command.rest:g}"}
    if command.tries == 1:
        return say("{resting} s of rest, then one try of {seconds} s. {last}", **values, last=last)
    return say("{resting} s of rest, then {n} tries of {seconds} s with {rest} s between them. {last}", **values,
               n=command.tries, last=last)  # fmt: skip


def short_course(command: StartCalibration) -> Phrase:
    """Return a calibration in a few words, for a choice between two."""
    minutes = math.ceil(seconds_of(command) / 60)
    if command.kind == "best_effort":
        return say("{n} best efforts, {m} min", n=command.tries, m=minutes)
    if command.kind == "comfortable_effort":
        return say("{n} comfortable tries, {m} min", n=command.tries, m=minutes)
    return say("{n} tries, {m} min", n=command.tries, m=minutes)


def verdict_title(result: CalibrationResult) -> Phrase:
    """Return the verdict in two or three words."""
    titles = {"good": say("Good"), "care": say("Usable with care"), "not usable": say("Not usable yet")}
    return titles[result.verdict]


def verdict_words(result: CalibrationResult) -> Phrase:
    """Return the reason that decides, and what percent means or what to do."""
    spread = "" if result.spread is None else f"{result.spread:.0f}"
    refused = {
        "ceiling": say("The signal hits its ceiling: turn the sensor's gain down, then try again."),
        "hardly above rest": say("The muscle hardly rose above rest: check the electrodes, then try again."),
        "tries differ": say("Your tries differ by {spread} %: rest a minute, then repeat one or try again.",
                            spread=spread),
        "coarse steps": say("The board's steps are too coarse to train quiet: use the sensor's envelope output."),
    }  # fmt: skip
    if result.verdict == "not usable":
        return refused.get(result.reason, say("Try again."))
    reasons = {
        "": say("Your two best tries agree within {spread} %.", spread=spread),
        "tries differ": say("Your tries differ by {spread} %: targets may feel easy or hard.", spread=spread),
        "little above rest": say("The muscle stands little above its rest: let go fully between tries."),
        "coarse steps": say("The board's steps are coarse for this signal: small changes do not show."),
        "one try only": say("One try says little: it may have been a strong or a weak one."),
        "gain unknown": say("The sensor's gain is not known, so nobody can say how quiet quiet is."),
    }
    why = reasons.get(result.reason, reasons[""])
    return say("{why} {meaning}", why=why, meaning=MEANINGS[result.kind])
