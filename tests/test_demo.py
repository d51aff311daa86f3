"""The simulated person does any plan: a whole guided session, recorded, told, and the same again from its file.

Doses are cut short, and the rate is low, so that all plans are done in a minute; what is asked of the person stays.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from biofeedback.cli import main
from biofeedback.headless import DemoResult, _InGlances, run_demo
from biofeedback.recording.account import read_account
from biofeedback.recording.edf_reader import read_edf
from biofeedback.report.recompute import Replay, recompute
from biofeedback.report.summary import summarise
from biofeedback.sources.guided_person import GuidedPerson
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.training.commands import Answer, Begin, Command, Rate, SetDose, SetExercise, SetReference, Site
from biofeedback.training.events import BlockResult
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import SHIPPED, encode_plan, find_plan
from biofeedback.wire.events import Scans

START = dt.datetime(2026, 11, 23, 9, 0, 0, tzinfo=dt.UTC)
EACH_KIND = (
    "quad-set", "knee-straightening-hold", "shoulders-down", "quick-on-quick-off", "follow-the-wave", "stand-up",
    "arm-up-neck-quiet",
)  # fmt: skip
FORBIDDEN = ("normal", "weak", "inhibited", "deficit", "improved", "strength", "connection", "failed", "fault")


def shortened(
    plan: Plan, *, repetitions: int = 2, sets: int = 2, work: float = 2.5, tries: int = 1, tests: int = 1
) -> Plan:
    """Return the plan with a smaller dose."""
    rest = min(plan.dose.rest, 2.0)
    longest = None if plan.dose.longest_rest is None else rest + 2.0
    dose = replace(
        plan.dose, work=min(plan.dose.work, work), rest=rest, longest_rest=longest, repetitions=repetitions,
        sets=min(plan.dose.sets, sets), pause=5.0,
    )  # fmt: skip
    return replace(
        plan,
        dose=dose,
        test=replace(plan.test, repetitions=tests, work=min(plan.test.work, work), rest=2.0),
        reference=replace(plan.reference, tries=tries, seconds=2.0, rest=6.0, resting=3.0),
    )


def done(plan: Plan, library: Path, *, seed: int = 1, rate: int = 500) -> DemoResult:
    return run_demo(library, now=lambda: START, seed=seed, plan=plan, quick=False, rate=rate)


@pytest.fixture(scope="module", params=SHIPPED)
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, DemoResult]:
    plan = shortened(find_plan(request.param))
    return plan, done(plan, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    """A session in which the target may move: five repetitions a set."""
    return done(shortened(find_plan("hand-lift"), repetitions=5, tries=2), tmp_path_factory.mktemp("one"))


# -- any plan -------------------------------------------------------------------------------------------------


def test_a_session_of_any_plan_comes_out_again_to_the_bit(session: tuple[Plan, DemoResult]) -> None:
    for chunk in (997, 20_000):
        again = recompute(session[1].recording, chunk)
        assert again.complete
        assert again.events == again.stored_events, chunk
        assert again.identical


def test_a_session_of_any_plan_has_everything_that_a_guided_session_has(session: tuple[Plan, DemoResult]) -> None:
    plan, result = session
    replay = Replay(result.recording)
    for _ in replay.updates(20_000):
        pass
    commands = [command for _, command in replay.commands]

    def given(kind: type[Command]) -> list[Command]:
        return [command for command in commands if type(command) is kind]

    assert f"task-{plan.task}_" in result.recording.name
    assert [c["muscle"] for c in read_account(result.recording)["Biofeedback"]["channels"]] == [
        muscle.name for muscle in plan.muscles
    ]
    assert len(given(Answer)) == 2
    assert len(given(Site)) == len(given(SetReference)) == len(plan.muscles)
    assert given(SetExercise) == [SetExercise(plan.name, plan.version, plan.kind, 1)]
    assert len(given(SetDose)) == len(given(Begin)) == 1
    ratings = [(c.what, c.when) for c in given(Rate) if isinstance(c, Rate)]
    after = [("pain", "after"), ("effort", "after")] * (plan.dose.sets - 1)
    assert ratings == [("pain", "before"), ("effort", "before"), *after, ("pain", "end"), ("effort", "end")]
    blocks = [event for event in replay.happened if isinstance(event, BlockResult)]
    assert [(b.block, b.prompted) for b in blocks] == [("test", 1), *[("set", 2)] * plan.dose.sets]


def test_a_session_of_any_plan_is_told_in_plain_words_and_drawn(session: tuple[Plan, DemoResult]) -> None:
    plan, result = session
    n = 2 * plan.dose.sets
    assert result.sentences[0].startswith(f"You did {n} of {n} repetitions; ")
    assert result.sentences[1].startswith("Without the bar")
    assert "percent of" in result.sentences[2]
    for sentence in result.sentences:
        assert not [word for word in FORBIDDEN if word in sentence.lower()]
    picture = result.picture.read_text()
    assert "set 1: " in picture
    assert "without the bar: " in picture
    summary, _ = summarise(result.recording)
    assert json.loads(result.summary.read_text())["sentences"] == list(summary.sentences)
    assert summary.exercises[0].kind == plan.kind


@pytest.mark.parametrize("name", EACH_KIND)
def test_a_session_of_each_kind_is_the_same_scan_by_scan(name: str, tmp_path: Path) -> None:
    plan = shortened(find_plan(name), repetitions=1, sets=1)
    again = recompute(done(plan, tmp_path, rate=250).recording, 1)
    assert again.events == again.stored_events
    assert again.identical


# -- determinism ------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_session_and_another_seed_another_person(tmp_path: Path) -> None:
    plan = shortened(find_plan("stand-up"), repetitions=1, sets=1)
    first, again, other = (
        read_edf(done(plan, tmp_path / str(i), seed=seed, rate=250).recording) for i, seed in enumerate((3, 3, 4))
    )
    assert np.array_equal(first.scans(), again.scans())
    assert [(a.index, a.text) for a in first.annotations] == [(a.index, a.text) for a in again.annotations]
    assert not np.array_equal(first.scans()[:1000], other.scans()[:1000])


# -- a muscle that does not answer ------------------------------------------------------------------------------


def test_a_person_without_a_signal_gives_up_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def still(self: GuidedPerson, index: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.zeros((len(index), self.n_channels))

    monkeypatch.setattr(GuidedPerson, "drive", still)
    with pytest.raises(RuntimeError, match=r"Quad set.*could not be calibrated: hardly above rest"):
        done(shortened(find_plan("quad-set")), tmp_path, rate=250)


# -- the command line -------------------------------------------------------------------------------------------


def test_a_plan_from_a_file_is_done_by_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = replace(shortened(find_plan("foot-lift"), repetitions=5, sets=1), name="my-foot")
    file = tmp_path / "my-foot.toml"
    file.write_text(encode_plan(plan))
    arguments = ["demo", "--headless", "--plan", str(file), "--full", "--library", str(tmp_path / "library")]
    assert main(arguments) == 0
    printed = capsys.readouterr()
    recording, summary, picture = map(Path, printed.out.splitlines())
    assert "task-myfoot_" in recording.name
    assert json.loads(summary.read_text())["exercises"][0]["plan"] == "my-foot"
    assert picture.exists()
    assert "You did 5 of 5 repetitions" in printed.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--headless", "--plan", "list"), 2, "quad-set"),
        (("--headless", "--plan", "quadset"), 2, "is 'quad-set' meant?"),
        (("--headless", "--plan", "missing.toml"), 3, "missing.toml"),
        (("--plan", "quad-set"), 2, "add --headless"),
        (("--headless", "--full"), 2, "--plan"),
    ],
)
def test_wrong_use_of_the_demo_is_said(
    arguments: tuple[str, ...],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    monkeypatch.chdir(tmp_path)
    assert main(["demo", *arguments]) == code
    printed = capsys.readouterr()
    assert said in printed.err
    assert not printed.out


def test_a_replay_prints_blocks_and_what_shaping_made_of_them(
    one: DemoResult, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(one.recording)]) == 0
    lines = capsys.readouterr().out.splitlines()
    blocks = recompute(one.recording).exercise
    assert blocks is not None
    told = [(b["reached"], b["scored"], b["low"]) for b in blocks["blocks"]]
    names = ("test", "set 1", "set 2")
    for name, (reached, scored, low) in zip(names, told, strict=True):
        assert f"{name:10} {reached} reached of {scored}, at {low:g} %" in lines
    assert sum(line.startswith("shaping ") for line in lines) == 2
    assert not [line for line in lines if line.startswith("holds")]


def test_the_json_of_a_replay_has_the_exercise(one: DemoResult, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(one.recording), "--json"]) == 0
    exercise = json.loads(capsys.readouterr().out)["exercise"]
    assert [r["number"] for r in exercise["repetitions"]] == [1, *range(1, 6), *range(1, 6)]
    assert {r["result"] for r in exercise["repetitions"]} <= {"reached", "missed"}
    assert all("other" in measures for measures in exercise["measures"])
    assert len(exercise["blocks"]) == 3
    assert len(exercise["shaping"]) == 2


def test_a_replay_of_a_changed_session_differs(one: DemoResult, tmp_path: Path) -> None:
    data = bytearray(one.recording.read_bytes())
    header = read_edf(one.recording).header
    data[header.header_bytes + 300 * header.record_bytes + 40] ^= 0x08  # a sample of the trained channel
    copy = tmp_path / one.recording.name
    copy.write_bytes(data)
    account = one.recording.with_name(one.recording.name.replace("_emg.edf", "_emg.json"))
    (tmp_path / account.name).write_text(account.read_text())
    assert main(["replay", str(copy)]) == 1


def test_the_progress_of_a_session_never_goes_back(tmp_path: Path) -> None:
    seen: list[float] = []
    plan = shortened(find_plan("quad-set"), repetitions=1, sets=1)
    take: Callable[[float], None] = seen.append
    run_demo(tmp_path, now=lambda: START, plan=plan, quick=False, rate=250, progress=take)
    assert seen[-1] == 1.0
    assert all(0 <= part <= 1 for part in seen)


def test_a_glance_gives_the_samples_that_the_simulated_muscle_gives_in_frames() -> None:
    def drive(index: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.full((len(index), 1), 0.3)

    def read(source: SimulatedSource | _InGlances) -> list[Scans]:
        source.open()
        blocks: list[Scans] = []
        while not blocks or blocks[-1].end_index < 2000:
            blocks += [event for event in source.read(1.0) if isinstance(event, Scans)]
        return blocks

    frames = read(SimulatedSource(1, 500, drive=drive, paced=False))
    glances = read(_InGlances(SimulatedSource(1, 500, drive=drive, paced=False), 100))
    assert [len(block.counts) for block in glances] == [100] * 20
    assert [block.first_index for block in glances] == list(range(0, 2000, 100))
    assert np.array_equal(np.concatenate([b.counts for b in frames]), np.concatenate([b.counts for b in glances]))
