"""Plans that a clinician wrote: a folder of TOML files beside the fourteen that ship.

One rule: nothing that was written is lost. A broken file hides no other, what is saved over or deleted lies in
`removed/` afterwards, and a shipped plan is never touched: it can be copied.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from biofeedback.recording.folders import make_private, modes_inside, write_atomic
from biofeedback.training.plan import Plan
from biofeedback.training.plan_file import SHIPPED, encode_plan, read_plan
from biofeedback.training.plan_values import ImpossibleValue, check_name
from biofeedback.training.toml_document import MAX_FILE, PlanError

OWN_PLANS = "plans"
"""The folder's name in the app's own folder of data."""
MOST_OWN = 100
"""Plans of one's own that are read; a page of cards is no place for more."""
REMOVED = "removed"
LONGEST_NAME, LONGEST_TITLE = 40, 60
_COPY = " (copy)"
_DEVICE = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]")
"""Names that are devices on Windows, whatever their ending."""


def own_plans(folder: Path) -> tuple[tuple[Plan, ...], tuple[str, ...]]:
    """Return the plans in a folder, by file name, and a sentence for each file that is none.

    A folder that is not there yet has no plans. At most 100 are read; more are told.
    """
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == ".toml" and not path.name.startswith("."))
    except FileNotFoundError:
        return (), ()
    except OSError as error:
        return (), (f"The folder {folder.name} cannot be read ({error.strerror or error}).",)
    plans: list[Plan] = []
    sentences: list[str] = []
    for path in found[:MOST_OWN]:
        try:
            plan = read_plan(path)
        except PlanError as error:
            sentences.append(str(error))
            continue
        if plan.name in SHIPPED:
            sentences.append(f"{path.name}: this plan comes with the program already, so it is not shown twice")
        else:
            plans.append(plan)
    if len(found) > MOST_OWN:
        sentences.append(f"{folder.name} has {len(found)} plans; the first {MOST_OWN} are shown: put some elsewhere")
    return tuple(plans), tuple(sentences)


def own_names(folder: Path) -> frozenset[str]:
    """Return the names that files in the folder have taken, whole or broken."""
    try:
        return frozenset(path.stem for path in folder.iterdir() if path.suffix == ".toml")
    except OSError:
        return frozenset()


def check_own_name(name: str, taken: Collection[str] = ()) -> None:
    """Raise ImpossibleValue unless a plan of one's own can have this name: none that ships, none of `taken`.

    Recordings of a plan are labelled with its name without hyphens, so names that differ in hyphens only are the same.
    """
    check_name("name", name)
    if _DEVICE.fullmatch(name):
        raise ImpossibleValue("name", f"is {name!r}, which is no file on Windows")
    for others, whose in ((SHIPPED, "a shipped plan's"), (taken, "another plan's")):
        if _task(name) in map(_task, others):
            raise ImpossibleValue("name", f"is {whose}: recordings of both would be compared")


def save_plan(folder: Path, plan: Plan, *, new: bool = False) -> Path:
    """Write a plan into the folder, which is made if need be; return its file. A file there stays as a removed one.

    Raises:
        ValueError: It has a shipped plan's name, the name of another one in the folder (`new`: of any one), or is
            longer than a file may be.
        OSError: It could not be written; what was there is untouched.
    """
    names = own_names(folder)
    check_own_name(plan.name, names if new else names - {plan.name})
    text = encode_plan(plan)
    if len(text.encode()) > MAX_FILE:
        raise ValueError(f"this plan is longer than a file's {MAX_FILE >> 10} KiB: shorten its texts")
    make_private(folder)
    path = folder / f"{plan.name}.toml"
    _, mode = modes_inside(folder)
    if path.exists():
        before = path.read_bytes()
        if before == text.encode():
            return path
        # a copy, not a move: at every moment there is a whole plan under its name
        aside = _free(make_private(folder / REMOVED), plan.name)
        aside.write_bytes(before)
        aside.chmod(mode)
    write_atomic(path, text, mode=mode)
    return path


def delete_plan(folder: Path, name: str) -> Path:
    """Move a plan's file into `removed/`; return where it lies now.

    Raises:
        ValueError: This is no plan's name.
        OSError: It is not there, or cannot be moved.
    """
    check_name("name", name)
    path = folder / f"{name}.toml"
    path.stat()
    aside = _free(make_private(folder / REMOVED), name)
    return path.rename(aside)


def copy_of(plan: Plan, existing_names: Collection[str]) -> Plan:
    """Return the plan as a first version under a free name, `quad-set-2`, that nobody has reviewed yet."""
    taken = {_task(name) for name in (*existing_names, *SHIPPED, plan.name)}
    stem, _, last = plan.name.rpartition("-")
    # the copy of a copy counts on: quad-set-3, not quad-set-2-2
    base = stem if last.isdigit() and _task(stem) in taken else plan.name
    number = 2
    while True:
        name = f"{base[: LONGEST_NAME - 1 - len(str(number))].rstrip('-')}-{number}"
        if _task(name) not in taken:
            break
        number += 1
    title = plan.title.removesuffix(_COPY)[: LONGEST_TITLE - len(_COPY)] + _COPY
    return replace(plan, name=name, title=title, version=1, reviewed_by="")


def _task(name: str) -> str:
    return name.replace("-", "")


def _free(folder: Path, name: str) -> Path:
    """Return a file in `folder` that is not there yet: quad-set-2.toml, then quad-set-2.1.toml."""
    path, number = folder / f"{name}.toml", 0
    while path.exists():
        number += 1
        path = folder / f"{name}.{number}.toml"
    return path
