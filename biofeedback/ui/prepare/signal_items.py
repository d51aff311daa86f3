"""What the signal check is made of, as a list: each thing good, to look at or to fix, with one sentence and one fix.

One rule: no Qt; what was not looked at is not called good, and what only a person can know is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from biofeedback.emg.findings import Finding, Name
from biofeedback.emg.sensor import ChannelSettings, Sensor, microvolts_per_count
from biofeedback.emg.sensor_limits import changes, warnings
from biofeedback.engine_state import EngineState
from biofeedback.pipeline import PipelineSettings
from biofeedback.training.plan import Plan
from biofeedback.ui.look.icons import Light
from biofeedback.ui.phrase import Phrase, marked, say
from biofeedback.ui.prepare.squeeze import LEAST_RISE, Squeezed
from biofeedback.ui.readings import sentence

GOOD: Final[dict[Name, Phrase]] = {
    "saturation": say("No clipping"),
    "flat line": say("Not flat"),
    "loose": say("Electrodes hold"),
    "hum": say("Little mains hum"),
    "drift": say("Baseline steady"),
    "movement": say("Nothing jumps"),
}
"""What is said where a channel's finding is absent, for those that can be found."""
ON_ANY_OUTPUT: Final[tuple[Name, ...]] = ("saturation",)
"""What can be found on RECT, ENV and unknown outputs too (`SignalWatch`)."""
FIRST_LOOK: Final = 1.0
"""Seconds of a run after which every finding could have been named."""
NOTHING: Final = Phrase("")


@dataclass(frozen=True, slots=True)
class SignalItem:
    """One line of the check. `name` is stored when a person goes on despite it; `where` is a channel's name or empty.

    `binding`: it cannot be gone on with.
    """

    name: str
    light: Light
    text: Phrase
    fix: Phrase = NOTHING
    where: str = ""
    binding: bool = False


def no_signal() -> SignalItem:
    """Return the one item while nothing comes from the board."""
    return SignalItem(
        "no signal", "fix", say("No signal from the board."), say("Plug the board in: it goes on by itself."),
        binding=True,
    )  # fmt: skip


def signal_items(
    state: EngineState,
    plan: Plan | None,
    findings: Sequence[Finding],
    squeezed: Squeezed,
    last_time: Sequence[ChannelSettings | None] = (),
) -> tuple[SignalItem, ...]:
    """Return all items, red ones first, then amber ones, then the rest.

    `findings` as they are shown; `last_time`: each channel as it was when its newest reference was kept, None without.
    """
    settings, update = state.settings, state.update
    if settings is None or update is None:
        return (no_signal(),)
    n = len(settings.channels) if plan is None else min(len(settings.channels), len(plan.muscles))
    used = [one for one in findings if one.channel is None or one.channel < n]
    items = [_found(one, settings, n) for one in used]
    items += _outputs(settings, plan)
    if not state.simulated:
        items += _sensors(settings.channels[:n], settings.vref, last_time)
    if update.end_index >= FIRST_LOOK * settings.rate:
        items += _good(state, settings, used, n)
    items.append(_squeeze(squeezed, settings.channels[:n]))
    order: dict[Light, int] = {"fix": 0, "look": 1, "none": 2, "good": 3}
    return tuple(sorted(items, key=lambda item: order[item.light]))


def counted(items: Sequence[SignalItem]) -> list[Phrase]:
    """Return how many are good, to look at, to fix and open; what there is none of is left out."""
    counts = {light: sum(item.light == light for item in items) for light in ("good", "look", "fix", "none")}
    told = (
        say("{n} good", n=counts["good"]), say("{n} to look at", n=counts["look"]), say("{n} to fix", n=counts["fix"]),
        say("{n} open", n=counts["none"]),
    )  # fmt: skip
    return [phrase for phrase, n in zip(told, counts.values(), strict=True) if n]


def _found(one: Finding, settings: PipelineSettings, n: int) -> SignalItem:
    where = settings.channels[one.channel].name if one.channel is not None and n > 1 else ""
    return SignalItem(one.name, one.severity, sentence(one), say(one.fix), where)


def _outputs(settings: PipelineSettings, plan: Plan | None) -> list[SignalItem]:
    """Return what of the board and its sensors does not suit the plan's muscles, and that it does."""
    if plan is None:
        return []
    have = len(settings.channels)
    if have < plan.least_channels:
        return [
            SignalItem(
                "channels", "fix",
                say("This plan needs sensors on two muscles; the board sends {n} channel.", n=have),
                say("Connect a second sensor and choose 2 channels in the settings (S)."), binding=True,
            )
        ]  # fmt: skip
    items = []
    pairs = tuple(zip(plan.muscles, settings.channels, strict=False))
    for muscle, channel in pairs:
        if muscle.takes(channel.sensor, settings.adc_bits):
            continue
        where = muscle.name if len(pairs) > 1 else ""
        others = " or ".join(str(output) for output in muscle.outputs if muscle.takes(output, settings.adc_bits))
        text = say("The {output} output does not suit {muscle}.", output=channel.sensor, muscle=muscle.name)
        fix = say("Wire the sensor's {outputs} output and choose it in the settings (S).", outputs=others)
        if channel.sensor in muscle.outputs:
            text = say("{output} at {n} bits is too coarse for {muscle}.", output=channel.sensor,
                       n=settings.adc_bits, muscle=marked(muscle.name))  # fmt: skip
        if not others:
            fix = say("Use a board of {n} bits or more.", n=muscle.bits)
        items.append(SignalItem("output", "fix", text, fix, where))
    return items or [SignalItem("output", "good", say("Output suits the plan"))]


def _sensors(
    channels: Sequence[ChannelSettings], vref: float, last_time: Sequence[ChannelSettings | None]
) -> list[SignalItem]:
    items = []
    for i, channel in enumerate(channels):
        where = channel.name if len(channels) > 1 else ""
        found = [SignalItem("sensor", "look", say("The sensor's settings (S)."), marked(words), where)
                 for words in warnings(channel, vref)]  # fmt: skip
        before = last_time[i] if i < len(last_time) else None
        if before is not None:
            found += [SignalItem("last time", "look", say("Not surely as last time."), marked(words), where)
                      for words in changes(channel, before)]  # fmt: skip
            if not changes(channel, before):
                items.append(SignalItem("last time", "good", say("Sensor as last time"), where=where))
        items += found
    return items


def _good(state: EngineState, settings: PipelineSettings, found: Sequence[Finding], n: int) -> list[SignalItem]:
    """Return what was looked at and is in order on every channel that could show it."""
    wrong = {one.name for one in found}
    waveform = any(channel.sensor is Sensor.RAW for channel in settings.channels[:n])
    items = [
        SignalItem(name, "good", text)
        for name, text in GOOD.items()
        if name not in wrong and (waveform or name in ON_ANY_OUTPUT)
    ]
    if "lost scans" not in wrong:
        lost = 100.0 - state.received_percent
        items.append(SignalItem("lost scans", "good", say("Lost {percent} %", percent=f"{lost:.2f}")))
    if "rate" not in wrong:
        rate = state.measured_rate or settings.rate
        items.append(SignalItem("rate", "good", say("Rate {rate} Hz", rate=round(rate))))
    step = microvolts_per_count(settings.channels[0], settings.adc_bits, settings.vref)
    if step is not None and "coarse step" not in wrong and n == 1:
        items.append(SignalItem("coarse step", "good", say("Step {step} µV", step=f"{step:.2g}")))
    return items


def _squeeze(squeezed: Squeezed, channels: Sequence[ChannelSettings]) -> SignalItem:
    left = f"{squeezed.seconds_left:.0f}"
    weak = [(channel.name, rise) for channel, rise in zip(channels, squeezed.rises, strict=False)
            if rise is not None and rise < LEAST_RISE]  # fmt: skip
    name = "squeeze"
    if squeezed.part == "let go":
        return SignalItem(name, "none", say("Squeeze test: let go … {left}", left=left))
    if squeezed.part == "tense":
        return SignalItem(name, "none", say("Squeeze test: tense now … {left}", left=left))
    if squeezed.part == "good":
        least = min(rise or 0.0 for rise in squeezed.rises)
        shown = f"{least:.0f}" if least < 100 else "100"
        return SignalItem(name, "good", say("Squeeze: {n} × rest", n=shown))
    if squeezed.part == "look" and weak:
        where, rise = weak[0] if len(channels) > 1 else ("", weak[0][1])
        text = say("The squeeze rose to {n} × rest only: 3 are expected.", n=f"{rise:.1f}")
        return SignalItem(name, "look", text, say("Check that the pair lies on the muscle, then try again (Q)."), where)
    if squeezed.part == "broken":
        return SignalItem(name, "none", say("Squeeze test: scans were missing. Once more: Q"))
    return SignalItem(name, "none", say("Squeeze test: tense once for 1 s (Q)"))
