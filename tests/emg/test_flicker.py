"""Flicker at constant effort: what a choice costs, measured and not typed in."""

from __future__ import annotations

import pytest

from biofeedback.emg.delay import display_timing
from biofeedback.emg.envelope import DISPLAYS, Display
from biofeedback.emg.flicker import flickers

FOUND = flickers(DISPLAYS.values(), 1000.0)


@pytest.mark.parametrize("name", DISPLAYS)
def test_delay_times_squared_flicker_is_nearly_the_same_for_every_choice(name: str) -> None:
    # the linear limit of docs/signal.md: 0.77-0.88 ms for this noise, here over a minute in place of five
    product = display_timing(DISPLAYS[name], 1000.0).small * FOUND[name] ** 2
    assert 0.68e-3 < product < 0.97e-3


def test_half_the_delay_costs_more_flicker() -> None:
    assert FOUND["RMS 50 ms"] > FOUND["RMS 125 ms"] > FOUND["RMS 250 ms"]
    assert FOUND["linear 10 Hz"] > FOUND["linear 5 Hz"] > FOUND["linear 3 Hz"]


def test_the_flicker_falls_with_the_root_of_the_window() -> None:
    found = flickers([Display("short", window=0.05), Display("long", window=0.2)], 2000.0)
    assert found["short"] / found["long"] == pytest.approx(2.0, rel=0.1)


def test_the_same_noise_gives_the_same_figure() -> None:
    assert flickers(DISPLAYS.values(), 1000.0) == FOUND


@pytest.mark.parametrize("rate", [100.0, 250.0, 500.0, 10_000.0])
def test_every_rate_of_a_board_can_be_measured(rate: float) -> None:
    assert all(0.02 < flicker < 0.6 for flicker in flickers(DISPLAYS.values(), rate).values())


def test_no_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to measure"):
        flickers(DISPLAYS.values(), 0.0)
