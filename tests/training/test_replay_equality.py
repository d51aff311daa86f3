"""A session and its replay are the same to the bit: every shipped plan, cut short, with faults at random times.

Live blocks are 10 scans; what follows by rule (references, targets) is a stored command, so the replay needs no rule.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from biofeedback.emg.sensor import Sensor
from biofeedback.report.recompute import recompute
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.sources.source import SourceLost
from biofeedback.training.commands import (
    Command,
    Mark,
    Pause,
    Rate,
    Repeat,
    Resume,
    SetTarget,
    ShowBar,
    Skip,
    StartCalibration,
)
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import find_plan, shipped_plans
from biofeedback.training.practice_state import PracticeState
from biofeedback.wire.events import Gap, Scans
from tests.test_engine import Rig, commands_in
from tests.training.sessions import (
    FULL_SCALE,
    MIDDLE,
    RATE,
    Live,
    exercise_of,
    reference,
    replayed,
    resting,
    right,
    settings,
    small,
    wrong,
)

PLANS = [plan.name for plan in shipped_plans()]
LONGEST = 400
"""Seconds; far more than any of these sessions takes."""


def keys(rng: np.random.Generator) -> Command:
    """Return a key that somebody presses just now."""
    target = float(rng.integers(25, 60))
    choices: tuple[Command, ...] = (
        SetTarget(target), SetTarget(target, target + 15), Skip(), Repeat(), ShowBar(bool(rng.integers(2))),
        Rate("pain", int(rng.integers(9)), "during"), Rate("effort", 9, "after"), Mark(1), StartCalibration(tries=1),
    )  # fmt: skip
    return choices[int(rng.integers(len(choices)))]


def press(live: Live, command: Command) -> bool:
    """Press a key; return whether it was taken."""
    try:
        live.tell(command)
    except ValueError:
        return False
    return True


def disturb(live: Live, rng: np.random.Generator) -> None:
    """Let one thing happen."""
    n_channels = len(live.settings.channels)
    what = int(rng.integers(6))
    if what == 0:
        live.miss(float(rng.choice([0.01, 0.05, 0.2, 1.5])))
    elif what == 1:  # at a rail, or dead
        level = int(rng.choice([0, FULL_SCALE, MIDDLE]))
        n = round(float(rng.choice([0.02, 0.3, 0.8])) * RATE)
        counts = live.counts([0.0] * n_channels, n)
        counts[:, int(rng.integers(n_channels))] = level
        live.take(Scans(live.pipeline.next_index, counts))
    elif what == 2:  # as the engine tells of a board that was pulled out
        was_paused = live.pipeline.practice.paused
        if not was_paused:
            live.tell(Pause("no signal"))
        live.miss(float(rng.uniform(0.5, 3.0)), "reconnect")
        if not was_paused:
            live.tell(Resume("signal is back"))
    elif what == 3:
        live.tell(Pause())
        live.give([20.0] * n_channels, float(rng.uniform(0.1, 2.0)), block=10)
        live.tell(Resume())
    else:
        press(live, keys(rng))


@cache
def session(name: str, seed: int) -> Live:
    """Return a plan done by somebody who is sometimes right, with about 20 things that happen meanwhile."""
    plan, rng = find_plan(name), np.random.default_rng([seed, PLANS.index(name)])
    sensor = Sensor.RAW if (seed + PLANS.index(name)) % 3 == 0 else Sensor.ENV
    live = Live(settings(len(plan.muscles), sensor), seed)
    live.give([0.0] * len(plan.muscles), 1.0, block=10)
    live.tell(*(reference(i, sensor) for i in range(len(plan.muscles))), *small(plan, seed=seed))
    people = cycle([right, wrong, right, resting, right])
    person = right
    begun = 0

    def effort(state: PracticeState) -> tuple[float, ...]:
        nonlocal person, begun
        if len(live.repetitions) > begun:
            begun, person = len(live.repetitions), next(people)
        return person(state)[: len(plan.muscles)]

    times = iter(sorted(rng.integers(0, round(60 * RATE), 20).tolist()))
    for time in times:
        if exercise_of(live.pipeline.practice).phase == "done":
            break
        live.follow(
            effort,
            until=lambda state, time=time: (  # type: ignore[misc]
                live.pipeline.next_index >= time or exercise_of(state).phase == "done"
            ),
        )
        disturb(live, rng)
    live.follow(effort, longest=LONGEST)
    live.give([50.0] * len(plan.muscles), 0.5)
    return live


@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("chunk", [7, 997, 10**9], ids=["7", "997", "all at once"])
def test_a_plan_with_faults_comes_out_again_to_the_bit(name: str, chunk: int) -> None:
    live = session(name, 1)
    assert len(live.results) >= 6
    assert replayed(live, chunk) == live.outcome


@pytest.mark.parametrize("name", PLANS)
def test_every_plan_comes_out_again_scan_by_scan_around_all_that_happened(name: str) -> None:
    """One scan at a time for 0.1 s around every event and command, else 61: one at a time throughout takes long."""
    live = session(name, 2)
    happened = np.array(sorted({0, *(event.index for event in live.events), *(index for index, _ in live.told)}))
    margin = round(0.1 * RATE)

    def chunk(index: int) -> int:
        place = int(np.searchsorted(happened, index))
        near = happened[max(0, place - 1) : place + 1]
        if np.any(np.abs(near - index) <= margin):
            return 1
        ahead = happened[place] - margin - index if place < len(happened) else 61
        return int(max(1, min(61, ahead)))

    assert replayed(live, chunk) == live.outcome


@pytest.mark.parametrize("name", ["quad-set", "quick-on-quick-off", "arm-up-neck-quiet"])
def test_a_session_comes_out_again_one_scan_at_a_time(name: str) -> None:
    plan = find_plan(name)
    live = Live(settings(len(plan.muscles)))
    live.tell(*(reference(i) for i in range(len(plan.muscles))), *small(plan, sets=1, repetitions=2))
    live.follow(lambda state: right(state)[: len(plan.muscles)], block=13)
    assert replayed(live, 1) == live.outcome


def test_what_the_live_blocks_were_decides_nothing_that_was_not_stored() -> None:
    """Coarse live blocks: whoever sees late presses late, but the replay is of what was pressed."""
    for block in (1, 25, 333):
        live = Live(settings())
        live.tell(reference(), *small(find_plan("quad-set"), sets=1, repetitions=2))
        live.follow(lambda state: right(state)[:1], block=block)
        assert replayed(live, 64) == live.outcome


# -- through the engine and a file -----------------------------------------------------------------------------


def _board(plan: Plan, level: Callable[[], tuple[float, ...]]) -> SimulatedSource:
    """Return a simulated board whose muscles make what `level` says, in percent of a fifth of what they can."""
    n_channels = len(plan.muscles)

    def drive(index: np.ndarray) -> np.ndarray:
        return np.tile(np.array(level()[:n_channels]) * 0.002, (len(index), 1))

    return SimulatedSource(n_channels, 250, drive=drive, paced=False, seed=5)


@pytest.mark.parametrize("name", ["quad-set", "quick-on-quick-off", "arm-up-neck-quiet"])
def test_a_recording_with_an_unplug_in_the_middle_of_a_set_gives_the_live_session_again(
    name: str, tmp_path: Path
) -> None:
    plan = find_plan(name)
    seen: list[PracticeState] = []
    board = _board(plan, lambda: right(seen[-1]) if seen and seen[-1].exercise else (0.0, 0.0))
    info = board.open()
    rig = Rig(tmp_path, opens=[info], paced=False)

    def give(n_blocks: int, after: float = 0.0) -> None:
        for i in range(n_blocks):
            rig.give(*board.read(0.0), after=after if i == 0 else 0.05)
            seen.append(rig.engine.state.update.practice)  # type: ignore[union-attr]

    try:
        rig.engine.record(rig.maker)
        rig.engine.start()
        give(20)
        for i in range(len(plan.muscles)):
            rig.engine.post(replace(reference(i), amplitude=150.0, rest=8.0))
        for command in small(plan, sets=1):
            rig.engine.post(command)
        give(1)
        while seen[-1].exercise is None or seen[-1].exercise.block != "set" or seen[-1].exercise.phase != "work":
            give(1)
        rig.source.then(SourceLost("unplugged"))
        rig.until(lambda state: rig.source.n_opened == 2)
        board.close()
        board.open()
        give(1, after=1.3)
        while exercise_of(seen[-1]).phase != "done":
            give(1)
        update = rig.engine.state.update
        assert rig.engine.stop()
    finally:
        rig.engine.stop()
        board.close()
    (path,) = rig.runs()
    again = recompute(path, 97)
    assert again.identical
    assert again.complete
    assert update is not None
    assert again.practice == update.practice
    assert any('"why":"paused"' in event for event in again.events)
    assert sum('"event":"repetition"' in event for event in again.events) >= 5
    told = commands_in(path)
    assert [type(command) for _, command in told].count(Pause) == 1
    assert [type(command) for _, command in told].count(Resume) == 1


def test_a_gap_is_one_gap_however_the_scans_around_it_are_cut() -> None:
    """What is replayed around a gap of each length, from one scan to more than any limit, in each phase."""
    live = Live(settings())
    live.tell(reference(), *small(find_plan("find-your-muscle"), sets=1, repetitions=4))
    for n in (1, 5, 25, 26, 60, 700):
        live.follow(lambda state: right(state)[:1], until=lambda state: exercise_of(state).phase == "work")
        live.take(Gap(live.pipeline.next_index, n))
        live.give([40.0], 0.4)
    live.follow(lambda state: right(state)[:1])
    assert replayed(live, 11) == live.outcome
    assert "gap" in {repetition.why for repetition in live.repetitions}
