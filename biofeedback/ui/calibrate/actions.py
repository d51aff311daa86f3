"""What can be done in the Calibrate step at a moment, each with its key, and the sentence of what comes next.

One rule: one primary action a screen, and none that the training would refuse.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from biofeedback.training.calibration import MOST_TRIES, CalibrationResult, CalibrationState
from biofeedback.ui.calibrate.course import CalibrateCourse, n_muscles, practice_of
from biofeedback.ui.calibrate.shown import channel_of
from biofeedback.ui.guide import Today
from biofeedback.ui.page import Action, Glance
from biofeedback.ui.phrase import say
from biofeedback.ui.train.exercise_lines import in_block
from biofeedback.ui.words import spoken


@dataclass(frozen=True, slots=True)
class Scene:
    """What decides: the glance, the session's calibrations, today's choices, and whether Train may be entered."""

    glance: Glance
    course: CalibrateCourse
    today: Today
    may_train: bool

    @property
    def step(self) -> CalibrationState | None:
        """Where the calibration under way stands."""
        practice = practice_of(self.glance.state)
        return practice.calibration if practice else None

    @property
    def may_begin(self) -> bool:
        """Whether a calibration can begin: there is data, and no set is under way."""
        practice = practice_of(self.glance.state)
        return practice is not None and not self.glance.silent and not in_block(practice)

    @property
    def more_muscles(self) -> bool:
        """Whether another muscle's turn comes after this one."""
        return self.course.channel + 1 < n_muscles(self.today.plan, self.glance.state)


def back() -> Action:
    """Return the way back."""
    return Action("back", spoken(say("Back")), "Esc", "", spoken(say("Go back (Esc)")))


def actions_of(scene: Scene) -> tuple[Action, ...]:
    """Return what can be done now, in the order of the row."""
    result = scene.course.result(scene.glance.state)
    if scene.step is not None:
        return _while_running(scene, scene.step)
    if result is not None:
        return back(), *_with_result(scene, result)
    label = spoken(say("Full calibration") if scene.today.quick else say("Quick calibration"))
    other = Action("quick", label, "Q", "", spoken(say("Change between quick and full (Q)")))
    begin = Action("begin", spoken(say("Begin")), "Enter", "play", spoken(say("Begin with rest (Enter)")),
                   enabled=scene.may_begin, primary=True)  # fmt: skip
    return back(), other, *(_reconnect(scene) or (begin,))


def note_of(scene: Scene) -> str:
    """Return what comes next, or why nothing can be begun; empty where that is plain."""
    step = scene.step
    if step is None:
        practice = practice_of(scene.glance.state)
        if practice is not None and in_block(practice):
            return spoken(say("Within a set 100 % cannot change: end the set first, in Train."))
        return ""
    if step.step != "try":
        return ""
    if step.coming:
        rest = sum(seconds for name, seconds in step.coming[:2] if name != "try")
        return spoken(say("Next: {s} s rest, then try {n}.", s=f"{rest:g}", n=step.number + 1))
    return spoken(say("Next: the result, then the other muscle.") if scene.more_muscles else say("Next: the result."))


def _reconnect(scene: Scene) -> tuple[Action, ...]:
    if not scene.glance.moment.can_reconnect:
        return ()
    label = say("Use it") if scene.glance.state.phase == "another board" else say("Reconnect")
    return (Action("reconnect", spoken(label), "F5", "repeat", primary=True),)


def _over(scene: Scene) -> Action:
    return Action("over", spoken(say("Start over")), "O", "repeat", spoken(say("Begin again with rest (O)")),
                  enabled=scene.may_begin)  # fmt: skip


def _while_running(scene: Scene, step: CalibrationState) -> tuple[Action, ...]:
    stop = Action("stop calibration", spoken(say("Stop")), "Esc", "stop",
                  spoken(say("Give this calibration up; 100 % stays what it was (Esc)")))  # fmt: skip
    gentle = Action("gentle", spoken(say("It hurts: use a gentle effort")), "G", "",
                    spoken(say("Stop, and begin again with an effort that does not hurt (G)")), right=True)  # fmt: skip
    return stop, _over(scene), *((gentle,) if step.kind == "best_effort" else ()), *_reconnect(scene)


def _with_result(scene: Scene, result: CalibrationResult) -> tuple[Action, ...]:
    state, course = scene.glance.state, scene.course
    may_add = scene.may_begin and course.may_repeat(state) and len(result.tries) < MOST_TRIES
    repeat = Action("repeat", spoken(say("Repeat an effort")), "B", "repeat",
                    spoken(say("One more try (B), or do one of them again below its bar")),
                    enabled=may_add)  # fmt: skip
    over = _over(scene)
    if result.verdict == "not usable":
        first = replace(over, label=spoken(say("Try again")), key="Enter", primary=True)
        return repeat, first
    practice = practice_of(state)
    offer = practice.exercise.offer if practice and practice.exercise else None
    if offer is not None and offer.what == "measure again":
        over = replace(over, label=spoken(say("Measure again")))
    if scene.more_muscles:
        here, muscle = (channel_of(state, scene.today.plan, course.channel + n).name for n in (0, 1))
        short = muscle.partition(",")[0]
        same = short == here.partition(",")[0]  # on the other side: only the side tells them apart
        label = spoken(say("Next: {muscle}", muscle=muscle if same else short))
        tip = spoken(say("Calibrate {muscle} (Enter)", muscle=muscle))
        following = Action("next", label, "Enter", "", tip, primary=True)
    else:
        following = Action("train", spoken(say("Train")), "Enter", "", spoken(say("On to the training (Enter)")),
                           enabled=scene.may_train, primary=True)  # fmt: skip
    return repeat, over, following
