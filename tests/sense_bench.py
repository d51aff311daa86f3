"""How often the sensor's output is told right, on simulated muscles with every output, board and trouble.

    python -m tests.sense_bench [--cases N] [--seed N]

Rule: a case is drawn from its number alone; none is left out afterwards. The detector knows nothing of the simulation.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from dataclasses import dataclass

import numpy as np

from biofeedback.emg.envelope import Floats
from biofeedback.emg.sense import Sensed, sense
from biofeedback.emg.sensor import ChannelSettings, Sensor
from biofeedback.sources.artefacts import SensorPin, Skin
from biofeedback.sources.muscle import UNITS, Effort, MotorPool
from biofeedback.sources.simulator import FULL_RMS
from biofeedback.wire.events import Counts

STEP = 0.01
"""Seconds of a step of effort."""
PINS = (Sensor.RAW, Sensor.RECT, Sensor.ENV)
REST = 0.005
"""Effort of a person who is told to let go, at most."""


@dataclass(frozen=True)
class Case:
    """One person at one sensor for some seconds. Sizes in µV RMS at the electrode; `contracts` is how often."""

    seed: int
    sensor: Sensor
    rate: int
    adc_bits: int
    vref: float
    supply: float | None
    strength: float
    effort: float
    hum: float
    mains: int
    noise: float
    drift: float
    seconds: float
    contracts: int

    @property
    def emg(self) -> float:
        """RMS in µV of the muscle at the effort."""
        return FULL_RMS * math.sqrt(self.strength) * self.effort


def draw(seed: int, *, contracts: int | None = None) -> Case:
    """Return the case of this number: strong and weak muscles, quiet and humming rooms, boards of 10 to 14 bits."""
    rng = np.random.default_rng([seed, 11])
    vref = float(rng.choice([3.3, 5.0]))
    return Case(
        seed=seed,
        sensor=PINS[seed % len(PINS)],
        rate=int(rng.choice([250, 500, 1000, 2000])),
        adc_bits=int(rng.choice([10, 12, 14])),
        vref=vref,
        supply=(None, 3.3, 5.0)[int(rng.integers(3))],
        strength=float(np.exp(rng.uniform(np.log(0.05), np.log(1.0)))),
        effort=float(rng.uniform(0.25, 1.0)),
        hum=float(np.exp(rng.uniform(np.log(1.0), np.log(40.0)))),
        mains=int(rng.choice([50, 60])),
        noise=float(rng.uniform(1.0, 5.0)),
        drift=float(rng.uniform(0.0, 40.0)),
        seconds=float(rng.uniform(5.0, 10.0)),
        contracts=int(rng.integers(1, 3)) if contracts is None else contracts,
    )


def efforts(case: Case, seed: int) -> Floats:
    """Return the activation 0–1 of every scan: rest, and between 1 and 2.5 s of work each time."""
    rng = np.random.default_rng([seed, 12])
    effort = Effort(STEP, seed)
    n = round(STEP * case.rate)
    share = case.seconds / max(case.contracts, 1)
    work = rng.uniform(1.0, 2.5 if case.contracts < 2 else 1.5)
    start = rng.uniform(0.5, share - work - 0.5)
    rest = rng.uniform(0.0, REST)
    steps = []
    for i in range(round(case.seconds / STEP)):
        works = case.contracts > 0 and start <= i * STEP % share < start + work
        steps.append(effort.next(case.effort if works else rest, max(n, 1)))
    return np.concatenate(steps)


def electrode(case: Case, seed: int | None = None) -> Floats:
    """Return what the electrode picks up in µV, (n_scans,): muscle, hum, noise and drift."""
    seed = case.seed if seed is None else seed
    activation = efforts(case, case.seed)
    units = max(1, round(UNITS * case.strength))
    muscle = MotorPool(case.rate, n_units=units, full_rms=FULL_RMS * math.sqrt(units / UNITS), seed=seed)
    skin = Skin(case.rate, mains=case.mains, hum=case.hum, noise=case.noise, drift=case.drift, seed=seed)
    return muscle.next(activation) + skin.next(0, len(activation))


def at_pin(case: Case, microvolts: Floats, sensor: Sensor) -> Counts:
    """Return the counts (n_scans,) of one output of the sensor; without a stated supply it runs on the reference."""
    settings = ChannelSettings(sensor=sensor, gain=None, supply=case.supply)
    return SensorPin(settings, case.rate, case.adc_bits, case.vref).next(microvolts)


def told(case: Case) -> Sensed:
    """Return what is told of a case."""
    return sense(at_pin(case, electrode(case), case.sensor), case.rate, case.adc_bits, case.vref)


def say(text: str) -> None:
    """Print a line."""
    print(text, flush=True)  # noqa: T201


def main() -> int:
    """Print a table of truth against what was told, and every case that was told wrong."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=600)
    options.add_argument("--seed", type=int, default=0, help="number of the first case")
    asked = options.parse_args()
    table: Counter[tuple[str, str]] = Counter()
    sure: Counter[tuple[int, bool]] = Counter()
    for contracts in (None, 0):
        for seed in range(asked.seed, asked.seed + asked.cases // (1 if contracts is None else 4)):
            case = draw(seed, contracts=contracts)
            found = told(case)
            truth = case.sensor if contracts is None else f"{case.sensor}, rest only"
            table[truth, found.kind] += 1
            if contracts is None:
                sure[round(10 * found.confidence), found.kind is case.sensor] += 1
                if found.kind is not case.sensor:
                    say(f"{case}\n  {case.emg:.0f} µV: {found}")
            elif found.kind is not Sensor.UNKNOWN:
                say(f"{case}\n  without work: {found}")
    names = [*PINS, Sensor.UNKNOWN]
    say(f"{'truth':<18}" + "".join(f"{name:>9}" for name in names))
    for truth in [*PINS, *(f"{pin}, rest only" for pin in PINS)]:
        say(f"{truth:<18}" + "".join(f"{table[truth, name]:9}" for name in names))
    right = sum(table[pin, pin] for pin in PINS)
    say(f"{right} of {asked.cases} right: {100 * right / asked.cases:.1f} %")
    for tenth in sorted({tenth for tenth, _ in sure}):
        yes, no = sure[tenth, True], sure[tenth, False]
        say(f"confidence about {tenth / 10:.1f}: {yes} right, {no} not")
    return 0


if __name__ == "__main__":
    sys.exit(main())
