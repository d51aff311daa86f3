"""Whether it is safe to start, and to go on: the mains rule, the three lists, when pain and effort are asked for.

All words are English texts in tables, so that a screen can translate them before it fills them. docs/safety.md is the
same for clinicians. No Qt, no clock: `now` is passed in.
One rule: what was not answered is not safe, no role overrides red, and only a person lets the training go on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from biofeedback.mains_link import MainsSigns
from biofeedback.training.commands import Answer, Command, Rate
from biofeedback.training.prescription import STOP_RULES

# -- the mains rule --------------------------------------------------------------------------------------------

Reason = Literal["charger", "no battery", "screen", "net", "said"]
REASON_NAMES: Final[dict[Reason, str]] = {
    "charger": "charger",
    "no battery": "no battery",
    "screen": "screen by cable",
    "net": "wired network",
    "said": "as you said",
}
"""What makes the mains link red, as named in a sentence."""
UNSEEN_NAMES: Final[dict[Reason, str]] = {**REASON_NAMES, "no battery": "battery"}
WALL_QUESTION: Final = "Is something wall-powered connected to this computer: a powered hub, mains speakers, a TV?"
NOBODY_WEARS: Final = "Nobody is wearing electrodes."
ISOLATOR_FITTED: Final = "USB isolator fitted."


@dataclass(frozen=True, slots=True, kw_only=True)
class MainsVerdict:
    """Whether somebody with electrodes may be connected to this computer, as far as its wall power goes.

    `text` is English with a place {what}, which `values` fills; `fix` says what to do. `reasons`: all that holds, also
    where it was cleared. `unseen`: what the computer cannot know. `answered`: the person has looked, or need not.
    """

    text: str
    fix: str = ""
    reasons: tuple[Reason, ...]
    unseen: tuple[Reason, ...]
    cleared_by: Literal["", "isolator", "nobody"] = ""
    answered: bool = True
    values: tuple[tuple[str, str], ...] = ()

    @property
    def red(self) -> bool:
        """Whether nobody may wear electrodes now."""
        return bool(self.reasons) and not self.cleared_by

    @property
    def sentence(self) -> str:
        """What holds, in English."""
        return self.text.format(**dict(self.values))

    @property
    def light(self) -> Literal["good", "look", "fix"]:
        """The light beside it."""
        return "fix" if self.red else "good" if self.answered else "look"


def mains_link(
    signs: MainsSigns, *, isolator: bool, says_wall_powered: bool | None, nobody_wears: bool
) -> MainsVerdict:
    """Return the mains rule's verdict.

    `isolator`: a USB isolator is confirmed for this board. `says_wall_powered`: the answer to WALL_QUESTION, None
    while there is none.
    """
    wired = None if signs.wired_network is None else bool(signs.wired_network)
    without = None if signs.battery is None else not signs.battery
    seen: dict[Reason, bool | None] = {
        "charger": signs.charger, "no battery": without, "screen": signs.second_screen, "net": wired,
        "said": bool(says_wall_powered),
    }  # fmt: skip
    reasons = tuple(reason for reason, holds in seen.items() if holds)
    unseen = tuple(reason for reason, holds in seen.items() if holds is None)
    if isolator:
        return MainsVerdict(text=ISOLATOR_FITTED, reasons=reasons, unseen=unseen, cleared_by="isolator")
    if nobody_wears:
        return MainsVerdict(text=NOBODY_WEARS, reasons=reasons, unseen=unseen, cleared_by="nobody")
    answered = says_wall_powered is not None
    names = [(REASON_NAMES if reasons else UNSEEN_NAMES)[reason] for reason in reasons or unseen]
    text, fix = _words(reasons, unseen, answered=answered)
    return MainsVerdict(
        text=text, fix=fix, reasons=reasons, unseen=unseen, answered=answered, values=(("what", ", ".join(names)),)
    )


def _words(reasons: Sequence[Reason], unseen: Sequence[Reason], *, answered: bool) -> tuple[str, str]:
    """Return sentence and fix of a link that nothing cleared."""
    if "no battery" in reasons:  # unplugging the rest would not help
        return (
            "This computer has no battery: it is wall-powered itself.",
            "Fit a USB isolator between board and computer, or use a laptop that runs on its battery.",
        )
    if len(reasons) == 1:
        return (
            "A wall-powered device is connected to this computer ({what}).",
            "Unplug it before anyone wears the electrodes.",
        )
    if reasons:
        return (
            "Wall-powered devices are connected to this computer ({what}).",
            "Unplug them before anyone wears the electrodes.",
        )
    if answered:
        return "No wall-powered device is known of.", ""
    if unseen:
        return "This computer cannot tell about: {what}.", "Look at its cables yourself, then answer."
    return (
        "No wall-powered device was found, but the computer cannot see all.",
        "Look for a powered hub, mains speakers or anything else on a wall plug, then answer.",
    )


# -- the three lists -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list: `key` is stored, `text` is read, `follows` says what to do when it applies."""

    key: str
    text: str
    follows: str


DO_NOT_START: Final = (
    Item("implant", "active implanted electronics (pacemaker, defibrillator, nerve stimulator, pump)",
         "Do not start. Ask the doctor who looks after the device."),
    Item("tens", "TENS/NMES on the body now", "Do not start. Switch it off and take it off first."),
    Item("skin", "broken, infected or irritated skin, or a wound within 3 cm of an electrode",
         "Do not start. Wait until the skin has healed, or ask about another place."),
    Item("mri", "MRI or defibrillation near", "Do not start. Take the electrodes off and go elsewhere."),
)  # fmt: skip
"""What the person is asked; the list's fifth line, a red mains link, is judged by `mains_link`."""
NO_REASON: Final = "Metal joints, plates and screws are no reason."
TWELVE_WEEKS: Final = "12wk"
ONLY_IF_AGREED: Final = (
    Item(TWELVE_WEEKS, "operation, fracture or tendon/ligament repair of this limb in the last 12 weeks, or weight or "
         "movement limits", "Only if your clinician agreed. 100 % is a comfortable effort, not a best one."),
    Item("strain", "blood pressure not under control, chest pain, heart failure, aneurysm, recent eye, brain or "
         "abdominal operation, hernia", "Only if your clinician agreed. Breathe out as you push."),
    Item("calf", "hot, swollen, painful calf", "Only if your clinician agreed; unseen, it needs a doctor first."),
    Item("numb", "new numbness or weakness", "Only if your clinician agreed; unseen, it needs a doctor first."),
    Item("u16", "under 16", "Only if your clinician agreed."),
)  # fmt: skip
_STOP_KEYS: Final = ("pain", "worse", "dizzy", "cramp", "itch")
BREATHE: Final = "Breathe out as you push."
"""Said with every hard effort."""
_LIST: Final = "do not start"
_AGREED_LIST: Final = "only if agreed"
_ASKED: Final = {_LIST: {item.key for item in DO_NOT_START}, _AGREED_LIST: {item.key for item in ONLY_IF_AGREED}}
_WALL: Final = "wall power"


def stop_items(rules: Sequence[str] = STOP_RULES) -> tuple[Item, ...]:
    """Return when to stop, as items: the usual rules, or those of a prescription, whose keys are 'rule 1' and so on."""
    usual = dict(zip(STOP_RULES, _STOP_KEYS, strict=True))
    return tuple(Item(usual.get(text, f"rule {n}"), text, "Stop now.") for n, text in enumerate(rules, 1))


def stopped(key: str) -> Answer:
    """Return the command that stores which stop rule applied."""
    return Answer("stopped", key)


@dataclass(frozen=True, slots=True)
class Answers:
    """The keys that apply on each list, and the answer to WALL_QUESTION; None: not answered yet.

    `agreed`: those of the second list that the person's clinician agreed to. Raises ValueError for a key that is on no
    list.
    """

    do_not_start: frozenset[str] | None = None
    only_if_agreed: frozenset[str] | None = None
    agreed: frozenset[str] = frozenset()
    wall_powered: bool | None = None

    def __post_init__(self) -> None:
        gentle = (self.only_if_agreed or frozenset()) | self.agreed
        for name, given in ((_LIST, self.do_not_start or frozenset()), (_AGREED_LIST, gentle)):
            unknown = sorted(given - _ASKED[name])
            if unknown:
                raise ValueError(f"{unknown[0]!r} is not on the list {name!r} of this version: answer it again")

    @property
    def twelve_weeks(self) -> bool:
        """Whether 100 % is to be a comfortable effort; the careful way until the list was answered."""
        return self.only_if_agreed is None or TWELVE_WEEKS in self.only_if_agreed


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether training may start; `reasons`: an English sentence for each thing in the way."""

    ok: bool
    reasons: tuple[str, ...] = ()


def may_start(answers: Answers, mains: MainsVerdict) -> Verdict:
    """Return whether training may start; red holds for everybody, a clinician's tick helps on its own list only."""
    reasons: list[str] = []
    if mains.red or not mains.answered:
        reasons.append(f"{mains.sentence} {mains.fix}")
    elif answers.wall_powered and not mains.cleared_by:  # a verdict older than the answer
        reasons.append(f"{WALL_QUESTION} Yes. Unplug it before anyone wears the electrodes.")
    for given, items, agreed in (
        (answers.do_not_start, DO_NOT_START, frozenset[str]()),
        (answers.only_if_agreed, ONLY_IF_AGREED, answers.agreed),
    ):
        if given is None:
            title = "Do not start" if items is DO_NOT_START else "Only if your clinician agreed"
            reasons.append(f"The list “{title}” is not answered yet.")
        else:
            in_the_way = [item for item in items if item.key in given - agreed]
            reasons += [f"{item.text[0].upper()}{item.text[1:]}: {item.follows}" for item in in_the_way]
    return Verdict(not reasons, tuple(reasons))


def answers_as_commands(answers: Answers) -> list[Answer]:
    """Return the commands that store what was answered; what was not is left out."""
    commands: list[Answer] = []
    if answers.do_not_start is not None:
        commands.append(Answer(_LIST, _joined(answers.do_not_start)))
    if answers.only_if_agreed is not None:
        commands += [Answer(_AGREED_LIST, _joined(answers.only_if_agreed)), Answer("agreed", _joined(answers.agreed))]
    if answers.wall_powered is not None:
        commands.append(Answer(_WALL, "yes" if answers.wall_powered else "no"))
    return commands


def answers_from(notes: Iterable[Command]) -> Answers:
    """Return the answers that commands tell, the newest of each; raise ValueError for one unknown to this version."""
    told = {note.question: note.yes for note in notes if isinstance(note, Answer)}
    wall = told.get(_WALL)
    if wall not in ("yes", "no", None):
        raise ValueError(f"{wall!r} answers no question about wall power: yes or no")
    first, second = (None if name not in told else _keys(told[name]) for name in (_LIST, _AGREED_LIST))
    return Answers(first, second, _keys(told.get("agreed", "")), None if wall is None else wall == "yes")


def _joined(keys: Iterable[str]) -> str:
    return ",".join(sorted(keys))


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split(",")) - {""}


# -- pain and effort -------------------------------------------------------------------------------------------

When = Literal["morning", "before", "after", "end"]
What = Literal["pain", "effort"]


@dataclass(frozen=True, slots=True)
class RatingsDue:
    """What to ask now, for which moment. Rated or skipped, `n_over` moments are over."""

    when: When
    what: tuple[What, ...]
    n_over: int


def moments_of_rating(exercises_done: int, *, over: bool, days_since_last: int | None) -> tuple[When, ...]:
    """Return the moments of rating that have come in this session, oldest first.

    `days_since_last`: days since the session before, None without one; the morning after is asked about from 1 on.
    """
    first: tuple[When, ...] = ("morning", "before") if days_since_last else ("before",)
    after: tuple[When, ...] = ("after",)
    end: tuple[When, ...] = ("end",) if over else ()
    return first + exercises_done * after + end


def ratings_due(moments: Sequence[When], n_over: int, given: Iterable[Command] = ()) -> RatingsDue | None:
    """Return what is to be asked for now; None when nothing is.

    `n_over`: how many of `moments` are over. `given`: commands since the newest moment came. A moment that passed
    unasked is not asked for later: after an exercise nobody remembers how it was before.
    """
    first = n_over if moments[-1] == "before" else max(n_over, len(moments) - 1)
    rated = {(note.when, note.what) for note in given if isinstance(note, Rate)}
    for at, when in enumerate(moments[first:], first + 1):
        asked: tuple[What, ...] = ("pain",) if when == "morning" else ("pain", "effort")
        due = tuple(what for what in asked if (when, what) not in rated)
        if due:
            return RatingsDue(when, due, at)
    return None
