"""Plans as TOML files: the fourteen that ship and those that a clinician wrote, read alike.

Keys are the fields of the plan's tables (plan.py, plan_tables.py), so there is one list of them; docs/plans.md
explains each.
One rule: unknown keys, wrong kinds and impossible values are errors with file and line. Nothing is guessed.
"""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import tomli_w

from biofeedback.training.plan import Plan
from biofeedback.training.plan_values import ImpossibleValue
from biofeedback.training.toml_document import Document, PlanError, Where, nearest, parse, read_text

SHIPPED = (
    "find-your-muscle", "quad-set", "straight-leg-raise", "knee-straightening-hold", "quick-on-quick-off",
    "stand-up", "bridge", "side-lying-leg-lift", "foot-lift", "follow-the-wave", "heel-raise", "hand-lift",
    "shoulders-down", "arm-up-neck-quiet",
)  # fmt: skip
"""Names of the shipped plans, in the order of docs/plans.md."""
LARGEST = 10**9
"""No number in a plan is larger."""
_T = TypeVar("_T")
_KINDS: Mapping[type, str] = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date like 2026-11-22",
}


def read_plan(path: Path) -> Plan:
    """Return the plan in a file, wherever it lies.

    Raises:
        PlanError: It cannot be read or is no possible plan, its name is not the file's, or it is another plan under
            the name of a shipped one.
    """
    text = read_text(path)
    plan = decode_plan(text, path.name)
    document = parse(text, path.name)
    if plan.name != path.stem:
        raise document.error(("name",), f"name is {plan.name!r}: call the file {plan.name}.toml, or change the name")
    if plan.name in SHIPPED and plan != _shipped(plan.name):
        raise document.error(("name",), f"name {plan.name!r} is a shipped plan's: give a changed plan its own name")
    return plan


def decode_plan(text: str, source: str) -> Plan:
    """Return the plan in a TOML text; `source` is the file's name for messages.

    Raises:
        PlanError: It is no possible plan.
    """
    return decode(Plan, parse(text, source))


def encode_plan(plan: Plan) -> str:
    """Return the TOML text of `plan`, from which `decode_plan` gives it again."""
    return tomli_w.dumps(encode(plan))


def shipped_plans() -> tuple[Plan, ...]:
    """Return the plans that come with the program, in the order of docs/plans.md."""
    return tuple(_shipped(name) for name in SHIPPED)


def find_plan(name_or_path: str) -> Plan:
    """Return the shipped plan of that name, or the plan in that file.

    Raises:
        PlanError: There is neither, or the file is no possible plan.
    """
    if name_or_path in SHIPPED:
        return _shipped(name_or_path)
    if not name_or_path.endswith(".toml"):
        names = ", ".join(SHIPPED)
        question = nearest(name_or_path, SHIPPED)
        raise PlanError(
            name_or_path[:60], None, f"there is no such plan{question or '.'} The plans are {names}; or a .toml file"
        )
    return read_plan(Path(name_or_path))


def _shipped(name: str) -> Plan:
    file = resources.files("biofeedback.training").joinpath("plans", f"{name}.toml")
    return decode_plan(file.read_text(encoding="utf-8"), file.name)


# -- any frozen dataclass, by its type hints ----------------------------------------------------------------


def decode(kind: type[_T], document: Document, where: Where = ()) -> _T:
    """Return the dataclass `kind` from the document's table at `where`.

    Raises:
        PlanError: A key is unknown or missing, or a value is of the wrong kind or impossible.
    """
    table: Any = document.values
    for part in where:
        table = table[part]
    hints = get_type_hints(kind)
    for key in table:
        if key not in hints:
            unknown = (*where, key)
            raise document.error(unknown, f"the key {_named(unknown)} is unknown{nearest(key, list(hints))}")
    values = {}
    for field in fields(kind):  # type: ignore[arg-type] # a dataclass
        if field.name in table:
            values[field.name] = _value(hints[field.name], table[field.name], document, (*where, field.name))
        elif field.default is MISSING and field.default_factory is MISSING:
            raise document.error(where, f"{_named(where, field.name)} is missing")
    try:
        return kind(**values)
    except ImpossibleValue as error:
        raise document.error((*where, *error.key.split(".")), f"{_named(where, str(error))}") from error


def encode(value: Any) -> Any:
    """Return a dataclass as TOML values, leaving out None and what is empty by default."""
    if is_dataclass(value):
        left_out = {field.name for field in fields(value) if field.default in ("", ())}
        pairs = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {key: encode(item) for key, item in pairs if item is not None and not (key in left_out and not item)}
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


def _value(hint: Any, value: Any, document: Document, where: Where) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (types.UnionType, Union):
        return _value(next(kind for kind in arguments if kind is not types.NoneType), value, document, where)
    if origin is tuple:
        return _list(arguments, value, document, where)
    if is_dataclass(hint):
        if not isinstance(value, dict):
            raise document.error(where, f"{_named(where)} is to be a table: [{_named(where)}]")
        return decode(hint, document, where) if isinstance(hint, type) else None
    if origin is Literal or issubclass(hint, StrEnum):
        choices = [str(choice) for choice in (arguments or hint)]
        if value not in choices:
            raise document.error(where, f"{_named(where)} is {_shown(value)}; it can be {', '.join(choices)}")
        return value if origin is Literal else hint(value)
    return _plain(hint, value, document, where)


def _plain(kind: type, value: Any, document: Document, where: Where) -> Any:
    if type(value) is not kind and not (kind is float and type(value) is int):
        raise document.error(where, f"{_named(where)} is {_shown(value)}; it is to be {_KINDS[kind]}")
    if isinstance(value, float) and not math.isfinite(value):
        raise document.error(where, f"{_named(where)} is {value}; it is to be a number")
    if isinstance(value, int | float) and abs(value) > LARGEST:
        raise document.error(where, f"{_named(where)} is larger than any number in a plan")
    return float(value) if isinstance(value, int) and kind is float else value


def _list(kinds: tuple[Any, ...], value: Any, document: Document, where: Where) -> tuple[Any, ...]:
    if not isinstance(value, list):
        form = f"list: [[{_named(where)}]]" if is_dataclass(kinds[0]) else "list in [ ]"
        raise document.error(where, f"{_named(where)} is {_shown(value)}; it is to be a {form}")
    if kinds[-1] is Ellipsis:
        kinds = (kinds[0],) * len(value)
    if len(kinds) != len(value):
        raise document.error(where, f"{_named(where)} has {len(value)} entries; it has to have {len(kinds)}")
    pairs = zip(kinds, value, strict=True)
    return tuple(_value(kind, item, document, (*where, index)) for index, (kind, item) in enumerate(pairs))


def _named(where: Where, key: str = "") -> str:
    """Return the name of a value as messages give it: "dose.work", "muscles.2.percent" of the second muscle."""
    parts = [str(part + 1) if isinstance(part, int) else part[:60] for part in where]
    shown = [part if part.isprintable() else ascii(part) for part in parts]
    return ".".join([*shown, key] if key else shown)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) > LARGEST:
        return "a huge number"
    text = repr(value) if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
