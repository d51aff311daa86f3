"""A simulated person who trains: sees the screen, reacts after a while, works about as hard as asked, tires, slips.

The closed loop of a session without anybody: what the bar shows decides what the muscle does next, as with people.
Levels, times and chances are judgement, made to look like somebody who means well.
One rule: the person knows only what a person sees (`Screen`: prompt, lines, bar), never a score. Seed and screens
decide every value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from biofeedback.emg.envelope import Floats, Integers
from biofeedback.sources.muscle import Effort
from biofeedback.training.commands import Kind, SetWave
from biofeedback.training.scoring import wave

COMFORTABLE = 0.6
"""Activation of the muscle that this person calls comfortable: about their 100 %."""
TONE = 0.004
"""Activation at rest: nobody is quite at rest."""
STEP = 0.02
"""Seconds in which effort goes in a straight line."""
REACTION = (0.25, 0.45)
"""Seconds from a prompt to the first rise or fall of effort."""
RAMP = (0.2, 0.6)
"""Seconds in which an effort is built up; quick ones take the muscle's own time."""
MARGIN = 1.25
"""Part of the line that is aimed at: its other side, since a bar flickers."""
LOOK_AFTER = 0.7
"""Seconds of work before the bar is worth looking at."""
SMOOTHING = 0.4
"""Seconds over which the eye takes the mean of a flickering bar."""
CORRECTION = 0.8
"""Part of a seen error that is corrected in a second."""
LAG = 0.15
"""Seconds that a followed line is ahead of the hand."""
TIRING, RECOVERY = 150.0, 200.0
"""Seconds of comfortable effort that tire completely; time constant of recovering."""

Prompt = Literal["quiet", "try", "work"]


@dataclass(frozen=True, slots=True)
class Screen:
    """What is on the screen now. Levels in percent.

    `channel`: whose try it is. `low`, `high`: the line or band; `ceiling`: the other muscle's line; `line`: the wave to
    follow. `bars`: what the bars show; None for one that is hidden or has no value.
    """

    prompt: Prompt = "quiet"
    channel: int = 0
    kind: Kind | None = None
    low: float = 0.0
    high: float | None = None
    ceiling: float | None = None
    line: SetWave | None = None
    bars: tuple[float | None, ...] = ()


@dataclass(slots=True)
class _Action:
    """One effort: from `begin` in seconds, built up within `ramp`, until it is given up at `end`.

    `aim`: percent of the own best; `balance`: the second muscle's part of it.
    """

    screen: Screen
    begin: float
    ramp: float
    aim: float
    balance: float
    end: float = np.inf
    heeds: bool = True
    """Whether the bar is looked at."""


class Person:
    """One person with one or two trained muscles; further channels rest.

    `look` at the screen as often as it changes; `drive` gives the muscles' activation, in order, from scan 0 on.
    """

    def __init__(self, rate: float, n_channels: int = 1, seed: int = 1) -> None:
        """`rate` in scans per second."""
        self._random = random = np.random.default_rng([seed, 1])
        self._n_channels = n_channels
        self._scans = max(1, round(STEP * rate))
        self._step = self._scans / rate
        self._efforts = [Effort(self._step, 10 * seed + i) for i in range(n_channels)]
        self._rest_of_step = np.empty((0, n_channels))
        self._now = 0.0
        self._looked = 0.0
        self._screen = Screen()
        self._coming: list[_Action | None] = []
        self._action: _Action | None = None
        self._tried = 1.0
        self._sense = [COMFORTABLE * float(random.uniform(0.9, 1.15)) for _ in range(n_channels)]
        """Activation that feels like 100 %; the bar corrects it."""
        self._favoured = float(random.uniform(0.68, 0.78))
        """The second muscle's part of the first one's effort, of itself."""
        self._together = float(random.uniform(0.75, 0.95))
        """How much a muscle that is to keep quiet works along, of itself."""
        self._trim = [1.0] * n_channels
        self._seen: list[float | None] = [None] * n_channels
        self._fatigue = 0.0

    @property
    def effort_rating(self) -> int:
        """How hard it is, 0–10, as this person would say."""
        return min(10, round(4 + 6 * self._fatigue))

    # -- eyes ---------------------------------------------------------------------------------------------

    def look(self, screen: Screen) -> None:
        """See what is on the screen; muscles answer after a human while."""
        before, self._screen = self._screen, screen
        elapsed, self._looked = self._now - self._looked, self._now
        if (screen.prompt, screen.channel) != (before.prompt, before.channel):
            if screen.prompt == "quiet":
                self._let_go(screen)
            elif not (self._action and self._action.screen.prompt == "quiet"):
                self._coming = [self._new_action(screen)]
            else:  # began before the prompt: this is it now
                self._action.screen, self._action.end = screen, np.inf
        if screen.prompt == "quiet" and screen.kind is None:  # a pause: nothing to guess
            self._coming = [coming for coming in self._coming if coming is None]
        self._follow_bar(screen, elapsed)

    def _let_go(self, screen: Screen) -> None:
        self._coming = [None]
        self._lets_go_at = self._now + self._draw(REACTION)
        guess = screen.kind == "quick" and self._random.random() < 0.1
        if guess:  # does not wait for the tone
            early = self._new_action(screen)
            early.begin = self._now + float(self._random.uniform(3.5, 6.0))
            early.end = early.begin + 2.0
            self._coming.append(early)

    _lets_go_at = 0.0

    def _new_action(self, screen: Screen) -> _Action:
        random, fatigue = self._random, self._fatigue
        begin = self._now + self._draw(REACTION)
        if screen.prompt == "try":
            self._tried = float(random.uniform(0.95, 1.05))
            return _Action(screen, begin, 0.4, 100 * self._tried, 0.15, heeds=False)
        action = _Action(screen, begin, self._draw(RAMP), self._aim(screen), self._balance(screen))
        chance = float(random.random())
        if screen.kind in ("activate", "hold", "isolate"):
            if chance < 0.06 + 0.1 * fatigue:  # too short
                action.end = begin + float(random.uniform(0.8, 2.0))
            elif chance < 0.12 + 0.3 * fatigue:  # too weak, and does not care
                action.aim *= 0.6
                action.heeds = False
        elif screen.kind == "quick":
            action.ramp = 0.0
            action.begin += 1.0 if chance < 0.06 else 0.0
        elif screen.kind == "relax":
            slips = chance < 0.35
            action.begin += float(random.uniform(2.0, 40.0)) if slips else 0.0
            action.end = action.begin + float(random.uniform(1.0, 9.0)) if slips else action.begin
        return action

    def _aim(self, screen: Screen) -> float:
        random = self._random
        if screen.kind == "relax":
            return float(random.uniform(20, 40))
        if screen.kind == "match":
            return float(random.uniform(60, 75))
        if screen.high is not None:
            return (screen.low + screen.high) / 2 * float(random.normal(1.0, 0.05))
        return screen.low * MARGIN * float(random.normal(1.0, 0.07))

    def _balance(self, screen: Screen) -> float:
        if screen.kind == "match":
            return self._favoured * float(self._random.normal(1.0, 0.08))
        return self._together * float(self._random.normal(1.0, 0.1))

    def _follow_bar(self, screen: Screen, elapsed: float) -> None:
        """Take the mean of what the bars show, and correct the effort towards what is wanted."""
        bars = screen.bars or (None,) * self._n_channels
        for i, bar in enumerate(bars[: self._n_channels]):
            before = self._seen[i]
            if bar is None:
                self._seen[i] = None
            else:
                self._seen[i] = bar if before is None else before + (bar - before) * min(1.0, elapsed / SMOOTHING)
        action = self._action
        if action is None or not action.heeds or self._now < action.begin + LOOK_AFTER or screen.prompt != "work":
            return
        first, part = self._seen[0] if self._seen else None, CORRECTION * elapsed
        if screen.kind in ("activate", "hold", "isolate") and first:
            self._trim[0] *= float(np.clip(action.aim / first, 0.5, 2.0)) ** part
        elif screen.kind == "track" and first and screen.line:
            wanted = self._line(screen.line, self._now - action.begin)
            self._trim[0] *= float(np.clip(wanted / first, 0.7, 1.4)) ** (0.3 * part)
        self._trim[0] = min(max(self._trim[0], 0.6), 1.6)
        second = self._seen[1] if len(self._seen) > 1 else None
        if second and first and screen.kind == "match":
            action.balance *= float(np.clip(first / second, 0.6, 1.6)) ** part
            self._favoured += 0.3 * part * (action.balance - self._favoured)
        elif second and screen.ceiling is not None and second > 0.8 * screen.ceiling:
            action.balance *= 0.6**part
            self._together += 0.2 * part * (action.balance - self._together)

    # -- muscles ------------------------------------------------------------------------------------------

    def drive(self, index: Integers) -> Floats:
        """Return the activations 0–1 of the muscles at scans `index` (n,), the next ones, shape (n, n_channels)."""
        rows = [self._rest_of_step]
        made = len(self._rest_of_step)
        while made < len(index):
            rows.append(self._one_step())
            made += self._scans
        whole = np.concatenate(rows)
        self._rest_of_step = whole[len(index) :]
        return whole[: len(index)]

    def _one_step(self) -> Floats:
        now = self._now
        self._now += self._step
        self._change_action(now)
        levels = self._levels(now)
        tired = levels[0] / COMFORTABLE * self._step / TIRING
        self._fatigue += tired * (1 - self._fatigue) - self._fatigue * self._step / RECOVERY
        steps = [effort.next(level, self._scans) for effort, level in zip(self._efforts, levels, strict=True)]
        return np.clip(TONE + np.stack(steps, axis=1), 0.0, 1.0)

    def _change_action(self, now: float) -> None:
        while self._coming:
            coming = self._coming[0]
            if now < (self._lets_go_at if coming is None else coming.begin):
                break
            self._learn()
            self._action = self._coming.pop(0)
        if self._action and now >= self._action.end:
            self._learn()
            self._action = None

    def _learn(self) -> None:
        """What the bar taught in one effort stays in part with the next, bar or not."""
        for i, trim in enumerate(self._trim):
            self._sense[i] *= trim**0.5
        self._trim = [1.0] * self._n_channels

    def _levels(self, now: float) -> list[float]:
        levels = [0.0] * self._n_channels
        action = self._action
        if action is None:
            return levels
        since = now - action.begin
        built = min(1.0, since / action.ramp) if action.ramp else 1.0
        screen = action.screen
        if screen.prompt == "try":
            levels[screen.channel] = COMFORTABLE * action.aim / 100 * built
            others = [i for i in range(min(2, self._n_channels)) if i != screen.channel]
            for i in others:
                levels[i] = action.balance * levels[screen.channel]
            return levels
        percent = action.aim * built
        if screen.kind == "track" and screen.line:
            percent = self._line(screen.line, since) * built
        elif screen.kind == "match":  # stand up, sit down
            percent = action.aim * float(np.sin(np.pi * min(since / 4.0, 1.0))) ** 0.5
        percent *= 1 - 0.25 * self._fatigue * min(1.0, since / 10)
        levels[0] = self._sense[0] * percent / 100 * self._trim[0]
        if self._n_channels > 1:
            levels[1] = levels[0] * self._sense[1] / self._sense[0] * action.balance
        return levels

    def _line(self, line: SetWave, since: float) -> float:
        """Return where the line stood a little ago, by the seconds since the own beginning, in percent."""
        at = max(0.0, since + sum(REACTION) / 2 - LAG)
        return float(wave(np.array([round(1000 * at)]), 1000.0, line.frequency, line.low, line.high)[0])

    def _draw(self, limits: tuple[float, float]) -> float:
        return float(self._random.uniform(*limits))
