"""Every text that a person may see, found in the source: what a translator translates.

In ui the calls are looked for: `tr("…")`, `translate("context", "…")`, `say("…")`, also of a module's own table. Below
ui nothing is marked, as no Qt is there: the modules that speak are named here, and every sentence in them counts,
f-strings with a place for each value. Shipped plans have texts too.
One rule: nothing is run; the source is only read.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from biofeedback.ui.calibrate.words import FIRM, HARD

PHRASE = "phrase"
"""The context of all texts that do not come from a widget."""
PLAN = "plan"
"""The context of the shipped plans' own words."""
PLAN_KEYS = (
    "title", "summary", "words", "position", "progression", "cautions", "cue", "site", "landmarks", "orientation",
    "reference_electrode", "notes",
)  # fmt: skip
"""What of a plan a person reads; its evidence and sources stay in the language that they are quoted in."""
Text = tuple[str, str]
"""Context and source text."""
REFUSAL = "ImpossibleValue"
"""What is raised with a key and the end of a sentence."""
_LABEL = re.compile(r"[A-Za-z]+(?:,? \(?[A-Za-z-]+\)?)+")
LEAST_WORDS = 3
"""Words from which a text of a module that speaks is taken for a sentence: shorter ones are names and codes."""
TABLES = {
    "emg/findings.py": ("SENTENCES", "FIXES", "RAW_CEILING", "STILL_LINE", "CONTRACT"),
    "safety.py": ("REASON_NAMES", "UNSEEN_NAMES", "DO_NOT_START", "ONLY_IF_AGREED", "NOBODY_WEARS", "ISOLATOR_FITTED"),
    "training/prescription.py": ("STOP_RULES",),
    "report/electrode_sites.py": ("WAY", "NOT_TO_SCALE", "REFERENCE"),
    "report/words.py": ("WHY", "PERCENT"),
    "ui/prepare/mains_guard.py": ("NOT_LOOKED", "SIMULATED_MUSCLE"),
}
"""Tables of texts, whatever their length, by module. Of an entry made by a call the first argument is its key."""
LABELLING = ("report/site_bodies.py", "report/site_places.py")
"""Modules with the labels of the electrode drawings: all texts of more than one word and no figure."""
SPEAKING = (
    "app.py", "emg/delay.py", "emg/pairs.py", "emg/sense.py", "emg/sensor_limits.py", "engine.py", "pipeline.py",
    "recording/bids.py", "recording/edf_reader.py", "recording/edf_writer.py", "recording/library.py",
    "recording/people.py",
    "recording/recorder.py", "recording/session.py", "recording/settings.py", "report/electrode_sites.py",
    "safety.py", "sitting.py", "sources/greeting.py", "sources/replay.py", "sources/serial_port.py",
    "station.py", "training/calibration.py", "training/kept_prescription.py", "training/notes.py",
    "training/own_plans.py", "training/plan.py", "training/plan_file.py",
    "training/plan_tables.py", "training/plan_values.py", "training/practice.py", "training/prescription.py",
    "training/setup.py", "training/toml_document.py", "ui/plans/edit_draft.py", "ui/plans/prescription_row.py",
    "ui/review/results.py",
)  # fmt: skip
"""Modules below ui (and the app itself) whose sentences reach the screen ready made."""


def collect(package: Path = Path(__file__).parent.parent) -> dict[Text, str]:
    """Return every text with where it stands first, `ui/moment.py:40`. Raises LookupError where a table is gone."""
    found: dict[Text, str] = {}
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = [*_called(tree)]
        if name in LABELLING:
            texts += _labels(tree)
        if name in TABLES:
            texts += _tables(tree, TABLES[name])
        if name in SPEAKING:
            texts += _sentences(tree)
        for context, text, line in texts:
            found.setdefault((context, text), f"{name}:{line}")
    for path in sorted((package / "training" / "plans").glob("*.toml")):
        name = path.relative_to(package).as_posix()
        for text in _plan_words(tomllib.loads(path.read_text(encoding="utf-8"))):
            found.setdefault((PLAN, text), f"{name}:1")
    missing = [name for name in (*TABLES, *SPEAKING) if not (package / name).is_file()]
    if missing:
        raise LookupError(f"{missing[0]} speaks no more: take it out of the list")
    return found


Found = Iterator[tuple[str, str, int]]


def _called(tree: ast.Module) -> Found:
    """Yield the texts of all translating calls: literal ones, and those of a module's constant or table."""
    own = {"say": PHRASE}
    for part in tree.body:
        if isinstance(part, ast.FunctionDef) and (context := _context_of(part)):
            own[part.name] = context
    yield from _calls_in(tree, "", own, _assigned(tree))


def _calls_in(node: ast.AST, class_name: str, own: dict[str, str], tables: dict[str, ast.expr]) -> Found:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            context, at = _asked(child, class_name, own)
            if context and len(child.args) > at:
                yield from ((context, text, line) for text, line in _texts(child.args[at], tables))
        yield from _calls_in(child, child.name if isinstance(child, ast.ClassDef) else class_name, own, tables)


def _asked(call: ast.Call, class_name: str, own: dict[str, str]) -> tuple[str, int]:
    """Return the context that a call asks and which argument is the text; ("", 0) for another call."""
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name == "translate" and call.args and isinstance(call.args[0], ast.Constant):
        return str(call.args[0].value), 1
    if isinstance(function, ast.Name) and name in own:
        return own[name], 0
    return (class_name, 0) if name == "tr" else ("", 0)


def _context_of(function: ast.FunctionDef) -> str:
    """Return the context in which a function of a module translates its first argument; empty if it does not."""
    parameters = [argument.arg for argument in function.args.args]
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "translate" and len(node.args) > 1:
            context, text = node.args[:2]
            if isinstance(context, ast.Constant) and isinstance(text, ast.Name) and text.id in parameters[:1]:
                return str(context.value)
    return ""


def _texts(node: ast.expr, tables: dict[str, ast.expr]) -> Iterator[tuple[str, int]]:
    if isinstance(node, ast.IfExp):
        yield from _texts(node.body, tables)
        yield from _texts(node.orelse, tables)
    elif isinstance(node, ast.Subscript):
        yield from _texts(node.value, tables)
    elif isinstance(node, ast.Name):
        yield from _strings(tables[node.id]) if node.id in tables else ()
    elif isinstance(node, ast.Constant):
        yield from _strings(node)


def _assigned(tree: ast.Module) -> dict[str, ast.expr]:
    """Return a module's constants by name."""
    values: dict[str, ast.expr] = {}
    for part in tree.body:
        if isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Name):
            values[part.targets[0].id] = part.value
        elif isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Tuple):
            names = [target.id for target in part.targets[0].elts if isinstance(target, ast.Name)]
            values.update(zip(names, getattr(part.value, "elts", ()), strict=False))
        elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.value:
            values[part.target.id] = part.value
    return values


def _tables(tree: ast.Module, names: tuple[str, ...]) -> Found:
    """Yield the texts of the named assignments; raise LookupError when one is not there."""
    values = _assigned(tree)
    for name in names:
        if name not in values:
            raise LookupError(f"there is no table {name}")
        yield from ((PHRASE, text, line) for text, line in _strings(values[name]))


def _strings(node: ast.expr) -> Iterator[tuple[str, int]]:
    parts: list[ast.expr] = []
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value, node.lineno
    elif isinstance(node, ast.Dict):
        parts = [value for key, value in zip(node.keys, node.values, strict=True) if key is not None]
    elif isinstance(node, ast.Tuple):
        parts = node.elts
    elif isinstance(node, ast.Call):
        parts = node.args[1:]
    for part in parts:
        yield from _strings(part)


def _plan_words(table: dict[str, Any]) -> Iterator[str]:
    """Yield what a person reads of a plan."""
    for key, value in table.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from _plan_words(one)
                if key == "muscles":
                    yield str(one["name"])
            elif key in PLAN_KEYS and one:
                yield str(one)
                if key == "cue" and HARD in one:
                    yield str(one).replace(HARD, FIRM)


def _labels(tree: ast.Module) -> Found:
    """Yield the words of drawings, which stand among numbers and the names of edges and colours."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _LABEL.fullmatch(node.value):
            yield PLAN, node.value, node.lineno


def _sentences(node: ast.AST) -> Found:
    """Yield every sentence: neither docstrings nor what only the log gets."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Attribute) and _is_log(child.func.value):
            continue
        if isinstance(child, ast.Call) and getattr(child.func, "id", "") == REFUSAL and len(child.args) == 2:
            text = _sentence(child.args[1])  # the end of a sentence, however short
            if text is not None:
                yield PHRASE, text, child.lineno
                continue
        text = _sentence(child)
        if text is None:
            yield from _sentences(child)
        elif len(text.split()) >= LEAST_WORDS:
            yield PHRASE, text, getattr(child, "lineno", 0)


def _is_log(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "log"


def _sentence(node: ast.AST) -> str | None:
    """Return a literal text, or an f-string with a place for each value; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    made, seen = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            made += str(part.value).replace("{", "{{").replace("}", "}}")
        elif isinstance(part, ast.FormattedValue):
            seen += 1
            place = "{" + str(getattr(part.value, "id", getattr(part.value, "attr", "value"))).lower().strip("_") + "}"
            made += place if place not in made else f"{place[:-1]}{seen}}}"
    return made
