"""A plan while it is being written: what is typed, key by key, and the plan or the refusals that follow.

One rule: the plan's own tables say what is possible; here nothing is guessed, mended or checked a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from biofeedback.emg.sensor import Sensor
from biofeedback.training.commands import Kind
from biofeedback.training.plan import Plan
from biofeedback.training.plan_tables import (
    Dose,
    HiddenTest,
    Match,
    Muscle,
    Other,
    ReferencePlan,
    Schedule,
    Target,
    Wave,
)
from biofeedback.training.plan_values import ImpossibleValue, check_name, check_text, check_texts
from biofeedback.ui.plans.edit_spec import BY_KEY, OTHER, Field, shown

Value = str | bool | tuple[str, ...]
"""What an input holds: text as typed, a tick, or lines (also: the outputs ticked)."""
LARGEST = 1e9
_T = TypeVar("_T")
_BLANK_MUSCLE: dict[str, Value] = {
    "name": "", "mirrored": False, "site": "", "landmarks.0": "", "landmarks.1": "", "percent": "", "orientation": "",
    "reference_electrode": "", "source": "", "outputs": tuple(output.value for output in Sensor), "bits": "8",
    "position": "", "cue": "", "notes": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Drafted:
    """The `plan` if what is typed is one, else `refusals`: sentence's end by the key of the input it is about."""

    plan: Plan | None
    refusals: Mapping[str, str]


def typed(plan: Plan) -> dict[str, Value]:
    """Return what the inputs hold for `plan`: also those of other kinds, filled with what fits best."""
    values: dict[str, Value] = {key: "" for key in BY_KEY if not key.startswith("muscles.")}
    values[OTHER] = plan.other is not None
    for n in range(2):
        given = _flat(plan.muscles[n], "") if n < len(plan.muscles) else _BLANK_MUSCLE
        values.update({f"muscles.{n}.{key}": value for key, value in given.items()})
    level = plan.target.low if plan.target else plan.wave.high if plan.wave else 40.0
    wave = plan.wave or Wave(0.1, max(1.0, round(level / 3)), max(3.0, level))
    for key, table in (
        ("target", plan.target or Target(level)), ("wave", wave), ("match", plan.match or Match()),
        ("other", plan.other or Other(40.0)), ("dose", plan.dose), ("test", plan.test), ("reference", plan.reference),
        ("schedule", plan.schedule),
    ):  # fmt: skip
        values.update(_flat(table, f"{key}."))
    for key in list(values):
        if "." not in key and key != OTHER:
            values[key] = _typed(getattr(plan, key))
    return {key: value for key, value in values.items() if key in BY_KEY}


def both_alike(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return what to type into the second muscle's inputs for the kind `match`: the first's, on the other side."""
    if values["muscles.1.name"]:
        return {}
    prefix = "muscles.0."
    first = {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
    return {f"muscles.1.{key}": value for key, value in (first | {"mirrored": True}).items()}


def drafted(values: Mapping[str, Value], version: int) -> Drafted:
    """Return the plan that is typed, as `version`, or everything that keeps it from being one."""
    kind = cast("Kind", values["kind"])
    read: dict[str, Any] = {}
    refusals: dict[str, str] = {}
    fields = tuple(shown(kind, other=bool(values[OTHER])))
    for field in fields:
        try:
            read[field.key] = _read(field, values[field.key])
        except ImpossibleValue as error:
            refusals[field.key] = _end(error)
    made: dict[str, Any] = {key: value for key, value in read.items() if "." not in key and key != OTHER}
    tables: dict[str, Callable[..., Any]] = {
        "target": Target, "wave": Wave, "match": Match, "other": Other, "dose": Dose, "test": HiddenTest,
        "reference": ReferencePlan, "schedule": Schedule, "muscles.0": Muscle, "muscles.1": Muscle,
    }  # fmt: skip
    for name, make in tables.items():
        keys = [field.key for field in fields if field.key.startswith(f"{name}.")]
        if keys and not any(key in refusals for key in keys):
            made[name] = _made(make, {key.removeprefix(f"{name}."): read[key] for key in keys}, name, refusals)
    if refusals:
        return Drafted(None, refusals)
    muscles = tuple(made.pop(name) for name in ("muscles.0", "muscles.1") if name in made)
    plan = _made(Plan, {**made, "version": version, "muscles": muscles}, "", refusals)
    return Drafted(plan, refusals)


def _made(make: Callable[..., _T], arguments: dict[str, Any], name: str, refusals: dict[str, str]) -> _T | None:
    """Return the table, or None with its refusal taken down under the input it is about."""
    for key in [key for key in arguments if key.endswith(".0")]:
        stem = key.removesuffix(".0")
        arguments[stem] = (arguments.pop(key), arguments.pop(f"{stem}.1"))
    try:
        return make(**arguments)
    except ImpossibleValue as error:
        key = f"{name}.{error.key}" if name else error.key
        if f"{key}.0" in BY_KEY:
            key = f"{key}.{_which_of_two(make, arguments, error.key)}"
        refusals[key] = _end(error)
        return None


def _which_of_two(make: Callable[..., object], arguments: dict[str, Any], key: str) -> int:
    """Return which of a pair is refused: the second, when the first would do twice."""
    first = arguments[key][0]
    try:
        make(**arguments | {key: (first, first)})
    except ImpossibleValue as error:
        return int(error.key != key)
    return 1


def _read(field: Field, value: Value) -> Any:
    """Return what an input means; raise ImpossibleValue when it means nothing."""
    if field.sort == "outputs":
        return tuple(Sensor(name) for name in cast("tuple[str, ...]", value))
    if field.sort == "lines":
        check_texts(field.key, cast("tuple[str, ...]", value))
        return value
    if field.sort in ("number", "whole"):
        return _number(field, str(value))
    if field.key == "name":
        check_name(field.key, str(value))
    elif field.sort in ("text", "long"):
        check_text(field.key, str(value), required=not field.optional, longest=field.longest)
    return value


def _number(field: Field, text: str) -> float | None:
    text = text.strip().replace(",", ".").removeprefix("+")
    if not text:
        if field.optional:
            return None
        raise ImpossibleValue(field.key, "is missing")
    whole = field.sort == "whole"
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        value = None
    if value is None or not abs(value) < LARGEST:
        if whole:
            raise ImpossibleValue(field.key, f"is {text[:20]!r}; it is to be a whole number")
        raise ImpossibleValue(field.key, f"is {text[:20]!r}; it is to be a number")
    return value


def _flat(table: object, prefix: str) -> dict[str, Value]:
    """Return what the inputs hold for a table; two values in one key are two inputs."""
    flat: dict[str, Value] = {}
    for key in table.__dataclass_fields__:  # type: ignore[attr-defined] # a dataclass
        value = getattr(table, key)
        if key in ("landmarks", "days_per_week", "effort"):
            flat.update({f"{prefix}{key}.{i}": _typed(part) for i, part in enumerate(value)})
        else:
            flat[prefix + key] = _typed(value)
    return flat


def _typed(value: object) -> Value:
    if isinstance(value, tuple):
        return tuple(str(part.value if isinstance(part, Sensor) else part) for part in value)
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return "" if value is None else str(value)


def _end(error: ImpossibleValue) -> str:
    """Return a refusal without its key: "is 200 %; it can be 1 to 150 %"."""
    return str(error).removeprefix(f"{error.key} ")
