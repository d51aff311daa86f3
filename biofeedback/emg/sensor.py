"""What a channel is connected to, and what one ADC count is worth at the electrode.

One rule: no µV without a gain. The person's reference voltage wins over the board's nominal one (USB is 4.75–5.25 V,
so a nominal 5 V makes every µV figure good to ± 5 % only).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sensor(StrEnum):
    """Which output of the sensor is wired to the pin (MyoWare 2.0's names)."""

    RAW = "RAW"
    """Amplified EMG around half the supply: the only one that carries a spectrum."""
    RECT = "RECT"
    """Full-wave rectified EMG from 0 V."""
    ENV = "ENV"
    """The sensor's own envelope from 0 V."""
    UNKNOWN = "UNKNOWN"
    """Not told: treated as an envelope, in counts."""


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """One input: the muscle it lies on and the sensor's settings. Voltages in volts; `gain` None where unknown."""

    muscle: str = "muscle"
    side: str = ""
    sensor: Sensor = Sensor.RAW
    gain: float | None = 200.0
    vref: float | None = None
    supply: float | None = None

    @property
    def name(self) -> str:
        """Muscle and side as shown to people."""
        return f"{self.muscle}, {self.side}" if self.side else self.muscle


def microvolts_per_count(channel: ChannelSettings, adc_bits: int, vref: float) -> float | None:
    """Return µV at the electrode per ADC count, or None when the gain is not known.

    One step of the ADC is vref / 2**bits at the pin, divided by the sensor's gain (MyoWare 2.0 RAW and RECT: 200;
    ENV: 200 · (1 + R / 1 kΩ), 10200 with the factory's 50 kΩ): 24.4 µV for RAW on a 10-bit, 5 V board.
    """
    if channel.gain is None or channel.sensor is Sensor.UNKNOWN:
        return None
    step = (channel.vref or vref) / (1 << adc_bits)
    return step / channel.gain * 1e6
