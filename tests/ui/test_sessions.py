"""Whole sessions in the real app, from Start to Review: by the mouse alone, and the same by the keyboard alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from biofeedback.recording.account import read_account
from biofeedback.recording.library import runs
from biofeedback.report.recompute import Replay, recompute
from biofeedback.report.summary import Summary
from biofeedback.safety import Answers, answers_from
from biofeedback.training.commands import Answer, Rate, StartCalibration
from biofeedback.training.plan import Plan
from biofeedback.ui.review.page import ReviewPage
from tests.ui.session_driver import MakeApp, Session
from tests.ui.session_hands import HANDS, whole
from tests.ui.session_time import cut

PLANS: dict[str, Plan] = {
    plan.kind: plan
    for plan in (
        cut("find-your-muscle", sets=2), cut("knee-straightening-hold"), cut("shoulders-down"), cut("follow-the-wave"),
        cut("quick-on-quick-off"), cut("stand-up", sets=2), cut("arm-up-neck-quiet"),
    )
}  # fmt: skip
WORDS = {"relax": "RELAX", "track": "FOLLOW", "match": "BOTH ALIKE"}
NOTHING_APPLIES = Answers(frozenset(), frozenset(), frozenset(), wall_powered=False)


def review_of(session: Session) -> Summary:
    page = session.window.pages["review"]
    assert isinstance(page, ReviewPage)
    assert page.review is not None
    assert page.review.kept.whole
    return page.review.summary


@pytest.mark.parametrize("kind", PLANS)
@pytest.mark.parametrize("hand_name", HANDS)
def test_a_whole_session_is_done_reviewed_and_computed_again(make_app: MakeApp, kind: str, hand_name: str) -> None:
    plan = PLANS[kind]
    quick = plan.reference.kind != "best_effort"
    said, summaries = list[str](), list[Summary]()

    def plot(session: Session) -> None:
        hand = HANDS[hand_name](session)
        whole(session, hand, plan, quick=quick)
        summaries.append(review_of(session))
        page = session.window.pages["review"]
        assert isinstance(page, ReviewPage)
        said.append(page.sheet.sentences.accessibleDescription())
        hand.primary("done")
        assert session.step == "start"

    app = make_app(*PLANS.values())
    session = app.run(plot)
    n = plan.dose.sets * plan.dose.repetitions
    assert said[0].startswith(f"You did {n} of {n} repetitions"), said[0]
    [run] = runs(app.station.library)
    assert (run.closed, run.simulated, run.problem) == (True, False, None)
    [done] = summaries[0].exercises
    assert done.counts["set"].scored == n
    assert done.counts["test"].scored == plan.test.repetitions
    if kind not in ("track", "match"):  # who does as prompted reaches a line
        assert done.counts["set"].reached == n, done.repetitions
    check_file(run.path, plan, quick=quick)
    assert {"TEST", WORDS.get(kind, "CONTRACT"), "REST"} <= set(session.words)


def check_file(path: Path, plan: Plan, *, quick: bool) -> None:
    """The file gives the same numbers, and holds what was answered, rated and done."""
    again = recompute(path)
    assert again.complete
    assert again.identical
    replay = Replay(path)
    told = [command for _, command in replay.commands]
    assert answers_from(told) == NOTHING_APPLIES
    assert [(note.when, note.what, note.value) for note in told if isinstance(note, Rate)] == [
        ("before", "pain", 1), ("before", "effort", 5), ("after", "pain", 2), ("after", "effort", 6),
    ]  # fmt: skip
    assert Answer("mains", "") in told
    assert Answer("mains clear", "") in told
    calibrated = [one for one in told if isinstance(one, StartCalibration)]
    assert [one.channel for one in calibrated] == list(range(len(plan.muscles)))
    kinds = {"best_effort": "comfortable_effort"} if quick else {}
    assert {one.kind for one in calibrated} == {kinds.get(plan.reference.kind, plan.reference.kind)}
    results = read_account(path)["Biofeedback"]["results"]
    assert results["exercise"]["plan"] == plan.name
    assert results["exercise"]["finished"] is True
    assert [block["block"] for block in results["exercise"]["blocks"]] == ["test", *["set"] * plan.dose.sets]
    assert len(results["references"]) == len(plan.muscles)
