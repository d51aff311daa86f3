"""What can be done in the Start step, each with its key.

One rule: going on is the one primary action.
"""

from __future__ import annotations

from biofeedback.ui.page import Action
from biofeedback.ui.phrase import say
from biofeedback.ui.words import spoken


def actions_of(*, ready: bool, has_days: bool) -> tuple[Action, ...]:
    """Return the actions in the order of the row. `ready`: a plan can be prepared; `has_days`: somebody is chosen."""
    days = spoken(say("Which days to practise, and days of rest (W)"))
    edit = spoken(say("Look at plans, copy, change and remove them (X)"))
    free = spoken(say("Straight to the bar, without a plan (F)"))
    on = spoken(say("On to electrodes, safety and signal (Enter)"))
    return (
        Action("free", spoken(say("Free practice")), "F", "wave", free),
        Action("new person", spoken(say("New person")), "N", "person", spoken(say("Make a code for somebody new (N)"))),
        Action("days", spoken(say("My days")), "W", "tick", days, enabled=has_days),
        Action("edit plans", spoken(say("Edit plans")), "X", "sliders", edit),
        Action("prescription", spoken(say("Prescription")), "I", "flag", spoken(say("Make one or take one in (I)"))),
        Action("prepare", spoken(say("Prepare")), "Enter", "", on, enabled=ready, primary=True),
    )
