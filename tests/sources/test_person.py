"""The simulated person reacts as late as people do, follows the bar only while it shows, and is the same each time."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.pipeline import Pipeline, PipelineSettings, Update
from biofeedback.sources.guided_person import screen
from biofeedback.sources.person import COMFORTABLE, TONE, Person, Screen
from biofeedback.training.commands import Command, Kind, SetWave
from biofeedback.training.plan_file import SHIPPED, find_plan
from biofeedback.wire.events import Scans

RATE = 1000
GLANCE = 100
Floats = NDArray[np.float64]
WORK = Screen("work", kind="activate", low=40.0)


def lived(person: Person, seconds: float, shown: Screen, gain: float = 1.0, *, hidden: bool = False) -> Floats:
    """Let the person look at `shown` for some seconds; the bar shows `gain` percent for a percent of effort."""
    rows = []
    bars: tuple[float | None, ...] = ()
    for _ in range(round(seconds * RATE / GLANCE)):
        person.look(replace(shown, bars=() if hidden else bars))
        rows.append(person.drive(np.arange(GLANCE)))
        bars = tuple((gain * 100 / COMFORTABLE * (rows[-1].mean(axis=0) - TONE)).tolist())
    return np.concatenate(rows)


def test_the_muscle_answers_a_prompt_no_sooner_and_no_later_than_people_do() -> None:
    for seed in range(20):
        person = Person(RATE, seed=seed)
        lived(person, 2.0, Screen())
        risen = np.flatnonzero(lived(person, 3.0, WORK)[:, 0] > 2 * TONE)
        assert 0.25 <= risen[0] / RATE <= 0.55, seed
        fallen = np.flatnonzero(lived(person, 3.0, Screen(kind="activate"))[:, 0] < 0.05)
        assert 0.2 <= fallen[0] / RATE <= 0.9 or fallen[0] == 0, seed  # 0: let go too early


def test_at_rest_there_is_hardly_anything() -> None:
    assert lived(Person(RATE, 2), 5.0, Screen()).max() == TONE


@pytest.mark.parametrize("gain", [0.7, 1.4])
def test_with_the_bar_the_effort_comes_to_the_line_and_without_it_does_not(gain: float) -> None:
    """A bar that shows more or less than the person feels: only who sees it can know."""
    ends: dict[bool, list[float]] = {False: [], True: []}
    for seed in range(12):
        for hidden in (False, True):
            person = Person(RATE, seed=seed)
            effort = lived(person, 8.0, WORK, gain, hidden=hidden)[-2000:, 0].mean()
            ends[hidden].append(gain * 100 / COMFORTABLE * effort)
    seen, unseen = (float(np.median(ends[hidden])) for hidden in (False, True))
    assert abs(seen - 1.25 * 40) < 6
    assert abs(unseen - 1.25 * 40) > 10


def test_what_the_bar_taught_stays_when_it_is_hidden() -> None:
    person = Person(RATE, seed=2)
    before = lived(person, 6.0, WORK, 0.6, hidden=True)[3000:5000].mean()
    for _ in range(6):
        lived(person, 3.0, Screen(), 0.6)
        lived(person, 6.0, WORK, 0.6)
    lived(person, 3.0, Screen(), 0.6)
    after = lived(person, 6.0, WORK, 0.6, hidden=True)[3000:5000].mean()
    assert after > 1.2 * before


def test_two_muscles_come_to_work_alike_when_both_bars_show() -> None:
    both = Screen("work", kind="match")
    for seed in range(5):
        person = Person(RATE, 2, seed=seed)
        first = lived(person, 4.0, both, hidden=True)[1000:3000].mean(axis=0)
        assert first[1] < 0.95 * first[0]
        for _ in range(5):
            lived(person, 4.0, Screen())
            last = lived(person, 4.0, both)[1000:3000].mean(axis=0)
        assert 0.85 < last[1] / last[0] < 1.2


def test_the_other_muscle_learns_to_keep_quiet_below_its_line() -> None:
    person = Person(RATE, 2, seed=1)
    asked = replace(WORK, kind="isolate", ceiling=20.0)
    quiet = [lived(person, 6.0, shown)[2000:5000, 1].mean() for shown in (asked, Screen()) * 6][::2]
    assert quiet[-1] < 0.8 * quiet[0]


def test_a_wave_is_followed_with_the_lag_of_a_hand() -> None:
    person = Person(RATE, seed=1)
    effort = lived(person, 20.0, Screen("work", kind="track", line=SetWave(0.1, 10.0, 30.0)))[:, 0]
    line = 10 + 10 * (1 - np.cos(2 * np.pi * 0.1 * np.arange(20 * RATE) / RATE))
    assert np.corrcoef(effort[2000:], line[2000:])[0, 1] > 0.95
    assert 12 < effort[2000:].mean() / COMFORTABLE * 100 < 28


def test_long_work_tires_and_rest_recovers() -> None:
    person = Person(RATE)
    fresh = person.effort_rating
    for _ in range(20):
        lived(person, 10.0, replace(WORK, low=70.0))
        lived(person, 1.0, Screen())
    tired = person.effort_rating
    lived(person, 400.0, Screen())
    assert fresh < tired <= 10
    assert person.effort_rating < tired


def test_some_do_not_wait_for_the_tone_and_only_where_reactions_are_timed() -> None:
    def early(kind: Kind) -> int:
        person = Person(RATE, seed=4)
        found = 0
        for _ in range(40):
            lived(person, 2.0, replace(WORK, kind=kind))
            found += bool(lived(person, 7.0, replace(WORK, prompt="quiet", kind=kind))[3000:].max() > 0.1)
        return found

    assert 1 <= early("quick") <= 10
    assert early("activate") == 0


def test_the_same_person_does_the_same_however_the_scans_are_asked_for() -> None:
    whole, cut = Person(RATE, 2, seed=5), Person(RATE, 2, seed=5)
    for person in (whole, cut):
        lived(person, 1.0, Screen())
        person.look(WORK)
    pieces = [cut.drive(np.arange(n)) for n in (7, 93, 250, 1, 649)]
    assert np.array_equal(whole.drive(np.arange(1000)), np.concatenate(pieces))


def test_a_person_of_another_seed_is_another_one() -> None:
    first, second = (lived(Person(RATE, seed=seed), 3.0, WORK) for seed in (1, 2))
    assert not np.array_equal(first, second)


# -- what can be seen -------------------------------------------------------------------------------------------


def updates_of(commands: list[Command], seconds: float) -> list[Update]:
    pipeline = Pipeline(PipelineSettings(500.0, 14, 5.0, (ChannelSettings(), ChannelSettings())))
    for command in commands:
        pipeline.command(command)
    noise = np.random.default_rng(1).integers(8100, 8300, (round(seconds * 500), 2)).astype(np.int32)
    return [pipeline.process(Scans(i, noise[i : i + 50])) for i in range(0, len(noise), 50)]


def test_a_screen_carries_no_score() -> None:
    """The person follows prompts and bars; what the training makes of it they must not know."""
    names = {field.name for field in fields(Screen)}
    assert names == {"prompt", "channel", "kind", "low", "high", "ceiling", "line", "bars"}


def test_a_try_is_seen_as_one_and_rest_is_not() -> None:
    seen = [screen(update) for update in updates_of([find_plan("stand-up").calibration(1, quick=True)], 14.0)]
    prompts = [(s.prompt, s.channel) for s in seen]
    assert prompts[:80] == [("quiet", 1)] * 80  # 5 s of rest and 3 s to get ready, once the filter has settled
    assert prompts[81:130] == [("try", 1)] * 49


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_plans_can_be_worn_by_the_simulated_person(name: str) -> None:
    plan = find_plan(name)
    assert all(muscle.takes(ChannelSettings().sensor, 14) for muscle in plan.muscles)
