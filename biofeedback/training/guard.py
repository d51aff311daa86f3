"""Which scans have no value, and why: missing or settling, at a rail, flat, mains hum, a spike.

Hum and spikes are judged against the reference, so there is neither on a channel before it is calibrated.
One rule: what the muscle did not make must neither reach a target nor keep one; who disturbs a scan takes its value.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from biofeedback.emg.envelope import Integers, is_amplitude
from biofeedback.emg.mains import MainsShare, floor_above
from biofeedback.emg.quality import Flags
from biofeedback.emg.sensor import Sensor
from biofeedback.emg.spike import SpikeGuard
from biofeedback.training.activation import Reference
from biofeedback.training.attempt import TROUBLES, Codes

LARGEST_OF_WAVEFORM = 10.0
"""References that a single sample may reach: see `SpikeGuard.set_limit`. Judgement."""
LARGEST_OF_ENVELOPE = 4.0
"""References above rest that a sensor's own envelope may reach. Judgement."""
_CODE = {name: np.uint8(code) for code, name in enumerate(TROUBLES)}


class Guard:
    """Follows all channels: scans at `rate` hertz, values in 1/`steps` count, `mains` in hertz, 0 where unknown."""

    def __init__(self, rate: float, sensors: Sequence[Sensor], steps: int, *, mains: int, notch: bool) -> None:
        self._steps = steps
        self._sensors = tuple(sensors)
        self._raw = np.flatnonzero([sensor is Sensor.RAW for sensor in sensors])
        self._known = np.zeros(len(sensors), dtype=np.bool_)
        self._mains = MainsShare(rate, mains, len(self._raw), steps)
        self._spike = SpikeGuard(rate, len(sensors), notch=notch)

    def restart(self) -> None:
        """Begin a new segment after missing scans."""
        self._mains.restart()
        self._spike.restart()

    def know(self, channel: int, reference: Reference) -> None:
        """Know what 100 % is on a channel: what is small beside it disturbs nothing."""
        self._known[channel] = True
        for place in np.flatnonzero(self._raw == channel).tolist():
            self._mains.set_floor(place, floor_above(reference.rest, reference.amplitude))
        if is_amplitude(self._sensors[channel]):
            largest = LARGEST_OF_WAVEFORM * reference.amplitude
        else:
            largest = LARGEST_OF_ENVELOPE * reference.amplitude + reference.rest
        self._spike.set_limit(channel, max(1, round(largest * self._steps)))

    def process(self, x: Integers, n_unsettled: int, saturated: Flags, flat: Flags) -> Codes:
        """Return the code of trouble (see `attempt.TROUBLES`) of each scan and channel, 0 where there is none.

        `x`: conditioned values in steps; `saturated` and `flat` as the signal check finds them.
        """
        codes = np.zeros(x.shape, dtype=np.uint8)
        if self._known.any():
            spike = self._spike.process(x)
            codes[spike] = _CODE["spike"]
            if len(self._raw):
                hum = np.zeros(x.shape, dtype=np.bool_)
                hum[:, self._raw] = self._mains.process(x[:, self._raw])[1]
                codes[hum & self._known] = _CODE["mains hum"]
        codes[flat] = _CODE["flat"]
        codes[saturated] = _CODE["saturated"]
        codes[:n_unsettled] = _CODE["missing"]
        return codes
