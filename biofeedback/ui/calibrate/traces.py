"""The envelope of each try over its own seconds, so that a try can be seen against the one before.

Taken from the ring of shown envelopes by the sample index of the step that runs; values in counts.
One rule: a try broken by missing scans begins anew, so what was drawn of it is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from biofeedback.emg.envelope import Floats, is_amplitude
from biofeedback.emg.sensor import Sensor
from biofeedback.engine_state import EngineState
from biofeedback.sitting import Rings
from biofeedback.training.calibration import CalibrationState, Step
from biofeedback.training.tries import REST_WINDOW

COLUMN = 0.04
"""Seconds of a point of a trace: a third of the score envelope's window."""
Key = tuple[int, Step, int]


@dataclass(frozen=True, slots=True)
class Trace:
    """Points of a rest or try: `time` in seconds from its start, `level` in counts, NaN where nothing is known."""

    time: Floats
    level: Floats


@dataclass(frozen=True, slots=True)
class _Running:
    key: Key
    begin: int
    n_scans: int


class Traces:
    """Follows one calibration after the other; `rings` gives the newest scans."""

    def __init__(self, rings: Callable[[], Rings | None]) -> None:
        self._rings = rings
        self._running: _Running | None = None
        self._rate = 0.0
        self._sensor = Sensor.RAW
        self.tries: dict[int, Trace] = {}
        """Finished tries by number."""
        self.rest: float | None = None
        """About the rest in counts, as the shown envelope has it; the exact one comes with the result."""
        self.now: Trace | None = None
        """The rest or try that runs, so far."""

    def forget(self) -> None:
        """Begin anew."""
        self._running, self.now, self.rest = None, None, None
        self.tries = {}

    def follow(self, state: EngineState) -> None:
        """See the newest state: keep what has ended, take what runs."""
        step = state.update.practice.calibration if state.update else None
        running = None
        if step is not None and state.settings is not None and step.step in ("rest", "try"):
            rate = state.settings.rate
            self._rate, self._sensor = rate, state.settings.channels[step.channel].sensor
            done = round((step.step_seconds - step.seconds_left) * rate)
            key = (step.channel, step.step, step.number)
            running = _Running(key, state.end_index - done, round(step.step_seconds * rate))
        if self._running is not None and (running is None or running.key != self._running.key):
            self._keep(self._running)
        if running is not None and running.key[1] == "rest" and running != self._running:
            self.tries, self.rest = {}, None
        self._running = running
        self.now = self._newest(running) if running else None

    def before(self, step: CalibrationState) -> int | None:
        """Return the number of the try to compare with: the one before; of the first one done anew, the newest."""
        others = [n for n in self.tries if n != step.number or step.step != "try"]
        earlier = [n for n in others if n < step.number]
        return max(earlier or others, default=None)

    def _newest(self, running: _Running) -> Trace | None:
        values = self._between(running, whole=False)
        return None if values is None or not len(values) else self._reduced(values)

    def _keep(self, ended: _Running) -> None:
        values = self._between(ended, whole=True)
        if values is None:
            return
        _, step, number = ended.key
        if step == "try":
            self.tries[number] = self._reduced(values)
        else:
            self.rest = quietest(values, round(REST_WINDOW * self._rate), self._sensor)

    def _between(self, wanted: _Running, *, whole: bool) -> Floats | None:
        """Return the scans of a step that the ring holds; None where its start is gone or (`whole`) its end missing."""
        rings = self._rings()
        if rings is None:
            return None
        ring = rings.display
        back = ring.end_index - wanted.begin
        if not 0 <= back <= ring.capacity // 2 or (whole and back < wanted.n_scans):
            return None
        first, scans = ring.latest(back)
        column = np.asarray(scans[:, wanted.key[0]], np.float64)
        return column[max(0, wanted.begin - first) :][: wanted.n_scans]

    def _reduced(self, values: Floats) -> Trace:
        """Return the mean of each column of 40 ms, and of what is left."""
        width = max(1, round(COLUMN * self._rate))
        edges = np.arange(0, len(values), width)
        n = np.diff(np.append(edges, len(values)))
        level = np.add.reduceat(values, edges) / n
        return Trace((edges + n / 2) / self._rate, level)


def quietest(values: Floats, window: int, sensor: Sensor) -> float | None:
    """Return the level in counts of the quietest full `window` of an envelope; None where there is no unbroken one.

    The mean of a waveform's RMS squared is its power, so a root of means; of an envelope the mean itself.
    """
    if not 1 <= window <= len(values):
        return None
    power = values * values if is_amplitude(sensor) else values
    known = np.isfinite(power)
    sums = np.cumsum(np.concatenate([[0.0], np.where(known, power, 0.0)]))
    n_known = np.cumsum(np.concatenate([[0], known]))
    whole = n_known[window:] - n_known[:-window] == window
    if not whole.any():
        return None
    least = max(0.0, float((sums[window:] - sums[:-window])[whole].min()) / window)
    return least**0.5 if is_amplitude(sensor) else least
