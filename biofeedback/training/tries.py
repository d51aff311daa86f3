"""What a calibration measured: each channel's rest (F2), and each try by its best half second (F3).

One rule: computed once from one contiguous array, with integer sums, so the same bits however the samples came in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biofeedback.emg.envelope import Floats, Integers, RunningSum, is_amplitude
from biofeedback.emg.quality import RAIL_SAMPLES
from biofeedback.emg.sensor import Sensor
from biofeedback.training.activation import above_rest
from biofeedback.training.verdict import QUANTISATION

REST_WINDOW = 3.0
"""Seconds. Rest is the quietest unbroken stretch of this length (F2)."""
TRY_WINDOW = 0.5
"""Seconds. A try counts by its best stretch of this length (F3: 0.5–1 s vary least)."""


@dataclass(frozen=True, slots=True)
class _Try:
    """Counts above rest in the best window; there, above rest on the other channel; whether it reached a rail."""

    level: float
    spill: float | None
    saturated: bool


class Tries:
    """Rest and tries of the first of `sensors`; where there is a second, what its channel showed meanwhile.

    Values in `steps` a count at `rate` hertz, (n_scans, n_sensors). Levels in counts.
    """

    def __init__(self, sensors: tuple[Sensor, ...], rate: float, steps: int, *, relax: bool) -> None:
        self._sensors = sensors
        self._steps = steps
        self._relax = relax
        self._rest_window = max(1, round(REST_WINDOW * rate))
        self._window = max(1, round(TRY_WINDOW * rate))
        self._tries: list[_Try] = []
        self._rests: list[float] = []
        self.rest_sd = 0.0
        """SD of the first channel's rest over 0.5 s windows, end to end."""

    def take_rest(self, values: Integers) -> None:
        """Rest is the quietest 3 s of each channel."""
        self._rests = [
            round(float(levels(values[:, i], self._rest_window, sensor, self._steps).min()), 4)
            for i, sensor in enumerate(self._sensors)
        ]
        halves = levels(values[:, 0], self._window, self._sensors[0], self._steps)[:: self._window]
        self.rest_sd = round(float(halves.std()), 4)

    def take(self, values: Integers, at_rail: NDArray[np.bool_], number: int | None = None) -> None:
        """Measure one try, as the next one or in place of try `number`; the rest must have been taken."""
        efforts = [levels(values[:, i], self._window, sensor, self._steps) for i, sensor in enumerate(self._sensors)]
        best = int(efforts[0].argmax())
        spill = None
        if len(efforts) == 2 and at_rail[best : best + self._window, 1].sum() < RAIL_SAMPLES:
            spill = self._above(efforts[1][best], self._rests[1], 1)
        done = _Try(self._above(efforts[0][best], self.rest), spill, bool(at_rail[:, 0].sum() >= RAIL_SAMPLES))
        if number is None:
            self._tries.append(done)
        else:
            self._tries[number - 1] = done

    @property
    def levels(self) -> tuple[float, ...]:
        """Each try above rest."""
        return tuple(each.level for each in self._tries)

    @property
    def rest(self) -> float:
        """R of F1: the person's rest; where quiet itself is trained, what the electronics show without a person."""
        if not self._relax:
            return self._rests[0]
        return QUANTISATION if is_amplitude(self._sensors[0]) else 0.0

    @property
    def measured_rest(self) -> float:
        """The person's rest."""
        return self._rests[0]

    @property
    def rest_above(self) -> float:
        """The person's rest above R: zero where it is R."""
        return self._above(self._rests[0], self.rest)

    @property
    def spill(self) -> float | None:
        """Mean over the tries of what the other channel showed above its rest; None where nothing could be seen."""
        seen = [each.spill for each in self._tries if each.spill is not None]
        return round(sum(seen) / len(seen), 4) if seen else None

    @property
    def saturated(self) -> tuple[int, ...]:
        """Numbers of the tries that reached a rail, from 1."""
        return tuple(number for number, each in enumerate(self._tries, 1) if each.saturated)

    def _above(self, level: float, rest: float, column: int = 0) -> float:
        return round(float(above_rest(np.asarray(level), rest, self._sensors[column])), 4)


def levels(values: Integers, window: int, sensor: Sensor, steps: int) -> Floats:
    """Return the level in counts (RMS; of an envelope the mean) of every full stretch of `window` scans of `values`.

    `values` (n,) in steps; the result has n − window + 1 values, rounded to 1/steps.
    """
    if not is_amplitude(sensor):
        mean = RunningSum(window, 1).process(values[:, None])[window - 1 :, 0] / window
        return np.asarray(np.rint(mean) / steps)
    power = values * values
    # summed in two parts: 3 s at full scale do not fit 64 bits
    parts = np.stack([power >> 30, power & (1 << 30) - 1], axis=1)
    sums = RunningSum(window, 2).process(parts)[window - 1 :]
    mean = (sums[:, 0] * float(1 << 30) + sums[:, 1]) / window
    return np.asarray(np.rint(np.sqrt(mean)) / steps)
