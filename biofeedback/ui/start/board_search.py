"""Looking for a board while the simulated muscle stands in for it, when the person asks for it.

One rule: a board is taken only when its maker is known and no recording would end by that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from biofeedback.ui.background import Background
from biofeedback.ui.choice import ANY_BOARD, SIMULATED, FoundPort
from biofeedback.ui.controls import Station
from biofeedback.ui.guide import Guide
from biofeedback.ui.phrase import Phrase, marked, say
from biofeedback.ui.start.board_words import NOT_FOUND


class SearchForBoard:
    """Searches in the background; `tell` is given a sentence about what was found."""

    def __init__(self, station: Station, guide: Guide, background: Background, tell: Callable[[Phrase], None]) -> None:
        self._station, self._guide, self._background, self._tell = station, guide, background, tell

    def look_again(self) -> bool:
        """Look for a board instead of the simulated muscle; return False where a real board was chosen already."""
        if self._station.choice.board != SIMULATED:
            return False
        self._tell(say("Looking …"))
        self._background.run(
            lambda _: self._station.find_boards(),
            self._take,
            lambda error: self._tell(say("The ports cannot be looked at: {why}.", why=error)),
        )
        return True

    def reconnect(self) -> None:
        """Look again; with a real board, say yes to another one that came, or connect anew."""
        if not self.look_again():
            engine = self._station.engine
            (engine.accept_board if engine.state.phase == "another board" else engine.reconnect)()

    def _take(self, found: Sequence[FoundPort]) -> None:
        known = next((port for port in found if port.is_known), None)
        if known is not None and self._guide.is_recording:
            self._tell(say("{board} is there. It can be used when the recording has ended.", board=known.description))
        elif known is not None:
            trouble = self._station.apply(replace(self._station.choice, board=ANY_BOARD))
            self._tell(marked(trouble) if trouble else say("{board} was found.", board=known.description))
        elif found:
            self._tell(say("{port} may be a board: choose it with B.", port=found[0].port))
        else:
            self._tell(NOT_FOUND)
