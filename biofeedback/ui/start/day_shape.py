"""The shape of a day: what was practised, planned or rested, told by form as well as by colour.

One rule: nothing red, and nothing crossed out.
"""

from __future__ import annotations

from biofeedback.report.practised import DayState
from biofeedback.ui.look.canvas import Canvas
from biofeedback.ui.look.icons import paint_tick
from biofeedback.ui.phrase import Phrase, say

DAYS = (say("Mo"), say("Tu"), say("We"), say("Th"), say("Fr"), say("Sa"), say("Su"))
WEEKDAYS = (
    say("Monday"), say("Tuesday"), say("Wednesday"), say("Thursday"), say("Friday"), say("Saturday"), say("Sunday"),
)  # fmt: skip
STATES: dict[DayState, Phrase] = {
    "done": say("done"),
    "part": say("in part"),
    "rest": say("day of rest"),
    "planned": say("planned"),
    "open": say("nothing planned"),
}


def paint_day(c: Canvas, state: DayState, x: float, y: float, r: float) -> None:
    """Full with a tick: done · half: in part · two bars: rest · dashed ring: planned · dot: open."""
    t = c.t
    if state == "done":
        c.circle(x, y, r, t.good)
        paint_tick(c, x, y, 1.25 * r, t.on_good, max(1.8, 0.2 * r))
    elif state == "part":
        c.circle(x, y, r - 1, t.surface, t.good, 2)
        c.clip(x - r, y, 2 * r, r, 0)
        c.circle(x, y, r - 1, t.good)
        c.unclip()
    elif state == "rest":
        c.circle(x, y, r - 1, t.sunken, t.edge, 1.5)
        for side in (-1, 1):
            c.line(x + side * 0.24 * r, y - 0.38 * r, x + side * 0.24 * r, y + 0.38 * r, t.ink2, max(2.0, 0.2 * r))
    elif state == "planned":
        c.circle(x, y, r - 1, None, t.edge, 1.75, [2.2, 1.8])
    else:
        c.circle(x, y, max(2.5, 0.26 * r), t.border)
