"""What the screen says at this moment: the word, its sign, the hint and the countdown, out of the engine's state.

Words of the quick calibration and its verdicts follow docs/training.md: a comfortable effort, not a maximum.
One rule: no Qt and no clock of its own; the same state and time always say the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from biofeedback.emg.findings import Finding
from biofeedback.engine_state import EngineState
from biofeedback.pipeline import Update
from biofeedback.training.calibration import CalibrationResult, CalibrationState
from biofeedback.training.plan import Plan
from biofeedback.training.practice_state import PracticeState
from biofeedback.ui.instant import Moment, Tone
from biofeedback.ui.phrase import Phrase, clock, marked, megabytes, say
from biofeedback.ui.readings import sentence
from biofeedback.ui.train.exercise_lines import in_block, is_pair
from biofeedback.ui.train.exercise_moment import exercise_moment

STALE_AFTER = 0.5
"""Seconds without data after which nothing is shown as if it were now."""
RESULT_SHOWN = 9.0
"""Seconds that a calibration's verdict stays in the band; one that is not usable stays longer."""
RESULT_SHOWN_LONG = 30.0


def silence(state: EngineState, now: float, *, paced: bool = True) -> float | None:
    """Return for how many seconds nothing came from the source, None while data flows. `now` as `time.monotonic`."""
    since = max(0.0, now - state.last_arrival) if state.last_arrival else 0.0
    if state.phase == "streaming" and state.update is not None:
        return since if paced and since > STALE_AFTER else None
    return since


def moment(state: EngineState, now: float, *, paced: bool = True, plan: Plan | None = None) -> Moment:
    """Return what to say for `state` at `now`; `paced` tells whether its source sends in real time.

    `plan`: today's, whose own words are said; without one only those of shipped plans are known.
    """
    silent_for = silence(state, now, paced=paced)
    if silent_for is not None or state.update is None:
        return _silent(state, silent_for or 0.0)
    practice = state.update.practice
    if practice.calibration:
        return _calibrating(practice.calibration)
    found = _found(state.update)
    stands = _stands(state.update, found)
    of_exercise = exercise_moment(state, practice, _warning(found), plan, stands=stands)
    if of_exercise and (practice.paused or in_block(practice)):
        return of_exercise
    if practice.paused:
        hint = say("P goes on") if state.by_hand else say("Space goes on")
        return Moment(say("PAUSED"), "pause", "quiet", hint, with_target=False)
    if practice.result and state.settings:
        age = (state.update.end_index - practice.result.index) / state.settings.rate
        usable = practice.result.verdict != "not usable"
        if not practice.holding and 0 <= age < (RESULT_SHOWN if usable else RESULT_SHOWN_LONG):
            return verdict(practice.result)
    return of_exercise or _practising(state, practice, _warning(found), stands)


def verdict(result: CalibrationResult) -> Moment:
    """Return how a calibration's result is said, with the reason that decides (F3)."""
    spread = "" if result.spread is None else f"{result.spread:.0f}"
    reasons = {
        "": say("Your two best tries agree within {spread} %.", spread=spread),
        "tries differ": say("Your tries differ by {spread} %: targets may feel easy or hard.", spread=spread),
        "little above rest": say("The muscle stands little above its rest: let go fully between pushes."),
        "coarse steps": say("The board's steps are coarse for this signal: small changes do not show."),
        "one try only": say("One try says little: it may have been a strong or a weak one."),
        "gain unknown": say("The sensor's gain is not known, so nobody can say how quiet quiet is."),
    }
    meanings = {
        "comfortable_effort": say("Comfortable effort, not a maximum: percent means percent of that."),
        "best_effort": say("Percent means percent of today's best effort."),
        "fixed_load": say("Percent means percent of this position or load."),
    }
    refused = {
        "ceiling": say("The signal hits its ceiling: turn the sensor's gain down, then try again (C)."),
        "hardly above rest": say("The muscle hardly rose above rest: check the electrodes, then try again (C)."),
        "tries differ": say("Your tries differ by {spread} %: rest a minute, then try again (C).", spread=spread),
        "coarse steps": say("The board's steps are too coarse to train quiet: use the sensor's envelope output."),
    }
    if result.verdict == "not usable":
        why = refused.get(result.reason, say("Try again (C)."))
        return Moment(say("NOT USABLE YET"), "repeat", "look", why, spacious=False, with_target=False)
    why = reasons.get(result.reason, reasons[""])
    if result.verdict == "care":
        return Moment(say("USABLE WITH CARE"), "look", "look", why, spacious=False)
    hint = say("{why} {meaning}", why=why, meaning=meanings[result.kind])
    return Moment(say("GOOD"), "tick", "reached", hint, spacious=False)


def kept(state: EngineState) -> Phrase:
    """Return what is safe on the disk, as the first sentence of an error."""
    recording = state.recording
    if recording is None or recording.closed:
        return say("Nothing is being recorded.")
    return say("Recording kept: {time}, {size}.", time=clock(recording.seconds), size=megabytes(recording.bytes))


def _silent(state: EngineState, seconds: float) -> Moment:
    if state.phase == "failed":
        return Moment(say("STOPPED"), "stop", "fix", marked(state.message), spacious=False, silent_for=seconds)
    if state.phase in ("ended", "stopped"):
        why = marked(state.message) if state.message else say("The signal has ended.")
        return Moment(say("THE END"), "stop", "quiet", why, spacious=False, silent_for=seconds, with_target=False)
    if state.phase == "streaming" and state.update is None:
        return Moment(say("STARTING"), "board", "quiet", say("The first samples are on their way."), spacious=False,
                      silent_for=seconds)  # fmt: skip
    if state.phase == "connecting":
        hint = marked(state.message) if state.message else say("It is found by itself. Board and sensor: B.")
        return Moment(say("LOOKING FOR THE BOARD"), "unplugged", "quiet", hint, spacious=False, silent_for=seconds,
                      can_reconnect=True)  # fmt: skip
    if state.phase == "another board":
        return Moment(say("ANOTHER BOARD"), "board", "look", marked(state.message), spacious=False, silent_for=seconds,
                      can_reconnect=True)  # fmt: skip
    hint = say("{kept} Plug the board in: it goes on by itself.", kept=kept(state))
    return Moment(say("WAITING FOR THE BOARD"), "unplugged", "quiet", hint, spacious=False, silent_for=seconds,
                  can_reconnect=True)  # fmt: skip


def _calibrating(step: CalibrationState) -> Moment:
    coming = say("Push {number} of {n}\ncomes next.", number=step.number, n=step.n_tries)
    words: dict[str, tuple[Phrase, str, Tone, Phrase]] = {
        "rest": (say("REST"), "pause", "quiet", say("Let the muscle go soft,\nbreathe quietly.")),
        "ready": (say("GET READY"), "ring", "way", coming),
        "try": (say("PUSH"), "up", "way", say("As firmly as you can without pain.\nBreathe out as you push.")),
        "pause": (say("PAUSE"), "pause", "quiet", say("Let go and rest.\nOne more push.")),
    }
    word, icon, tone, hint = words[step.step]
    return Moment(word, icon, tone, hint, seconds_left=step.seconds_left, with_target=False,
                  progress=1 - step.seconds_left / step.step_seconds)  # fmt: skip


def _practising(state: EngineState, practice: PracticeState, warning: Phrase | None, stands: Phrase | None) -> Moment:
    left = max(0.0, practice.hold_seconds - practice.hold_clock)
    if stands and (practice.holding or practice.references[0] is not None):
        going = practice.holding and not practice.reached
        return Moment(say("NOT COUNTED"), "look", "look", stands, seconds_left=left if going else None,
                      progress=practice.hold_fraction, with_target=False, uncounted=True)  # fmt: skip
    if practice.holding and practice.reached:
        hint = warning or say("Let go when you like")
        return Moment(say("REACHED"), "tick", "reached", hint, progress=1.0, met=True)
    if practice.holding:
        line = say("Stay inside the band") if practice.target.high is not None else say("Stay above the line")
        return Moment(say("HOLD"), "ring", "reached", warning or line, met=True, seconds_left=left,
                      progress=practice.hold_fraction)  # fmt: skip
    if practice.references[0] is None:
        hint = say("Calibrate to see percent\nof today's best (C)")
        if state.by_hand:
            hint = say("Hold Space to contract,\ncalibrate with C")
        return Moment(say("READY"), "wave", "way", warning or hint, progress=0.0)
    hint = say("Up to the line:\nhold Space") if state.by_hand else say("Up to the line")
    return Moment(say("CONTRACT"), "up", "way", warning or hint, progress=0.0)


def _asked(practice: PracticeState) -> range:
    """Return the channels whose values decide."""
    return range(2 if is_pair(practice) else 1)


def _found(update: Update) -> list[Finding]:
    """Return what was found on the board and the channels that decide, the most urgent first, red before amber."""
    here = [one for one in update.findings if one.channel is None or one.channel in _asked(update.practice)]
    return sorted(here, key=lambda one: one.severity != "fix")


def _warning(found: Sequence[Finding]) -> Phrase | None:
    """Return the most urgent red finding with what to do about it."""
    return _with_fix(found[0]) if found and found[0].severity == "fix" else None


def _stands(update: Update, found: Sequence[Finding]) -> Phrase | None:
    """Return why nothing is counted just now, with what to do about it; None where values count.

    A value is missing by what training says (docs/training.md, "What has no value"). A moment without one, as after a
    short gap, is no news: only what lasts, and has a name, is said.
    """
    level, bar = update.practice.level, update.bar
    for i in _asked(update.practice):
        newest = float(bar[-1, i]) if len(bar) and i < bar.shape[1] else math.nan
        if i < len(level) and level[i] is None and math.isnan(newest) and found:
            return _with_fix(found[0])
    return None


def _with_fix(finding: Finding) -> Phrase:
    return say("{found}\n{fix}", found=sentence(finding), fix=say(finding.fix))
