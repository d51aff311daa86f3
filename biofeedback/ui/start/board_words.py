"""What the board card says: name, where it was found, sensor, rate, channels and one hint. No Qt.

One rule: what is simulated says so, and what is wrong says what to do.
"""

from __future__ import annotations

from dataclasses import dataclass

from biofeedback.emg.sensor import Sensor
from biofeedback.engine_state import EngineState
from biofeedback.pipeline import PipelineSettings
from biofeedback.ui.choice import ANY_BOARD, SIMULATED, Choice
from biofeedback.ui.look.icons import Light
from biofeedback.ui.page import Glance
from biofeedback.ui.phrase import Phrase, marked, said, say

LOOK_AGAIN = say("Look again")
NOT_FOUND = say(
    "No board was found. Some USB cables only charge: try another one. Close other programs that use the board, such "
    "as the Arduino IDE. "
    "On Linux you may have to be let in: “biofeedback doctor” says how. "
    "A board without our firmware can be chosen with B."
)


@dataclass(frozen=True, slots=True)
class BoardWords:
    """All that the card says. `light` None: nothing is plugged in."""

    light: Light | None = None
    title: Phrase = said("")  # noqa: RUF009 - frozen
    below: Phrase = said("")  # noqa: RUF009
    channel: Phrase = said("")  # noqa: RUF009
    rows: tuple[tuple[Phrase, Phrase], ...] = ()
    hint: Phrase = said("")  # noqa: RUF009
    simulated: bool = False
    by_hand: bool = False
    """Whether Space contracts the muscle."""
    again: Phrase | None = None
    """Word of the button that looks for the board; None: no such button."""


def board_words(glance: Glance, choice: Choice, hint: Phrase | None = None) -> BoardWords:
    """Return what to say of the board now; `hint`: instead of the usual one while there is no board."""
    state = glance.state
    if state.simulated and state.by_hand and choice.board == SIMULATED:
        return BoardWords(
            None, say("No board plugged in yet"), say("Plug one in at any time: it is found by itself."),
            hint=hint or say("Marked SIMULATED in the file too."), simulated=True, by_hand=True, again=LOOK_AGAIN,
        )  # fmt: skip
    board, _, port = state.label.rpartition(" on ")  # as a serial source calls itself
    where = said(choice.board)
    if choice.board == ANY_BOARD:
        where = say("found by itself · {port}", port=port) if port and board else say("found by itself")
    if state.simulated:
        where = say("a muscle made by this program")
    rows = _rows(state, state.settings) if state.settings else ()
    channel = said(glance.shown[0].name if glance.shown else "")
    name = said(board or state.label) if state.label else say("Board")
    if not glance.silent:
        worst = next((reading for reading in glance.shown if reading.light == "fix"), None)
        usual = worst.trouble if worst else say("Tense the muscle: the trace should swell.")
        return BoardWords(
            "look" if worst else "good", name, where, channel, rows, usual, state.simulated, state.by_hand
        )
    sentence = marked(state.message) if state.message else glance.moment.hint
    if state.phase == "connecting":
        return BoardWords(None, say("Looking for the board"), where, channel, rows, hint or sentence, again=LOOK_AGAIN)
    if state.phase == "another board":
        return BoardWords("look", say("Another board"), name, channel, rows, sentence, again=say("Use this board"))
    light: Light = "fix" if state.phase in ("failed", "lost", "stalled") else "none"
    return BoardWords(light, name, say("no signal"), channel, rows, sentence, state.simulated, again=LOOK_AGAIN)


def _rows(state: EngineState, settings: PipelineSettings) -> tuple[tuple[Phrase, Phrase], ...]:
    first, rate = settings.channels[0], f"{settings.rate:.0f}"
    if first.sensor is Sensor.UNKNOWN:
        sensor = say("not told: choose it (B)")
    elif first.gain is None:
        sensor = say("{sensor}, gain not known", sensor=first.sensor)
    else:
        sensor = say("{sensor}, gain {gain}", sensor=first.sensor, gain=f"{first.gain:g}")
    estimated = state.info is not None and state.info.rate_is_estimated
    known = say("{rate} Hz, {bits} bit", rate=rate, bits=settings.adc_bits)
    guessed = say("about {rate} Hz, {bits} bit", rate=rate, bits=settings.adc_bits)
    return (
        (say("Sensor"), sensor),
        (say("Rate"), guessed if estimated else known),
        (say("Channels"), said(" · ".join(channel.name for channel in settings.channels))),
    )
