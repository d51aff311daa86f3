"""Imports point down only, and what is dangerous in the wrong place stays in its place: read from the source itself.

Rule: the source is parsed, never imported, so an import inside a function counts like any other.
"""

from __future__ import annotations

import ast
import graphlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

PACKAGE = "biofeedback"
FOLDER = Path(__file__).resolve().parent.parent / PACKAGE
LEVELS = (
    {"__init__"},
    {"wire"},
    {"emg"},
    {"recording"},
    {"training"},
    {"pipeline", "reproduce", "results"},
    {"sources"},
    {"report"},
    {"sitting", "engine_state", "engine", "recorders"},
    {"safety", "mains_link", "mains_watch"},
    {"ui"},
    {"app", "headless", "doctor", "station"},
    {"cli", "__main__"},
)
"""From the bottom to the top. A module imports from its own level and from those before it."""
QT = ("app.py", "ui/")
THREADS = ("engine.py", "app.py", "recording/", "sources/", "ui/background.py")
TIME_OF_DAY = ("engine.py", "cli.py", "app.py")
HOST_CLOCK = (*TIME_OF_DAY, "sources/", "ui/")
NOWHERE = ()
PLACES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("PyQt6", "pyqtgraph"), QT),
    "serial": ("sources/serial_port.py",),
    **dict.fromkeys(("threading", "_thread", "queue", "concurrent", "multiprocessing", "asyncio"), THREADS),
    **dict.fromkeys((f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")), TIME_OF_DAY),
    **dict.fromkeys(("datetime.date.today", "time.time", "time.time_ns"), TIME_OF_DAY),
    **dict.fromkeys((f"time.{name}{ns}" for name in ("monotonic", "perf_counter") for ns in ("", "_ns")), HOST_CLOCK),
    **dict.fromkeys(("pickle", "shelve", "marshal", "eval", "exec", "os.system", "os.popen"), NOWHERE),
    **dict.fromkeys(("shell=True", "allow_pickle=True"), NOWHERE),
}
"""Files and folders of the package in which a name may be used; whoever may use a module may use all of it."""


def module_name(path: str) -> str:
    """Return the dotted name of a file of the package: `emg/filters.py` is `biofeedback.emg.filters`."""
    parts = [PACKAGE, *path.removesuffix(".py").split("/")]
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


def imported(node: ast.Import | ast.ImportFrom, path: str) -> Iterator[tuple[str, str]]:
    """Yield (name in this file, full dotted name) of everything that an import statement brings in."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname or alias.name.partition(".")[0], alias.name)
        return
    package = [PACKAGE, *path.split("/")[:-1]]
    above = package[: len(package) + 1 - node.level] if node.level else []
    for alias in node.names:
        yield (alias.asname or alias.name, ".".join([*above, *filter(None, [node.module]), alias.name]))


def dotted(node: ast.AST, aliases: Mapping[str, str]) -> str:
    """Return the full dotted name of `a.b.c` when the file imports a; nothing for other expressions."""
    if isinstance(node, ast.Name):
        return aliases.get(node.id, "")
    if isinstance(node, ast.Attribute) and (left := dotted(node.value, aliases)):
        return f"{left}.{node.attr}"
    return ""


def used_names(tree: ast.AST, path: str) -> Iterator[tuple[int, str]]:
    """Yield (line, full dotted name) of every import and every use of a name, and keywords that are given as True."""
    aliases = {"eval": "eval", "exec": "exec"}
    for statement in ast.walk(tree):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for name, full in imported(statement, path):
                yield statement.lineno, full
                plain = isinstance(statement, ast.Import) and full.startswith(f"{name}.")
                aliases[name] = name if plain else full  # `import a.b` gives the name a
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            yield node.lineno, dotted(node, aliases)
        elif isinstance(node, ast.keyword) and isinstance(node.value, ast.Constant) and node.value.value is True:
            yield node.value.lineno, f"{node.arg}=True"


def level(module: str) -> int | None:
    """Return the level of a module of ours, counted from the bottom; None when LEVELS does not name it."""
    top = module.split(".")[1]
    return next((i for i, names in enumerate(LEVELS) if top in names), None)


def imported_modules(tree: ast.AST, path: str, modules: set[str]) -> Iterator[tuple[int, str]]:
    """Yield (line, module) for every module of ours that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for _, full in imported(node, path):
                if full.partition(".")[0] == PACKAGE:
                    candidates = (full, full.rpartition(".")[0])  # the last part may be a name inside the module
                    yield node.lineno, next((name for name in candidates if name in modules), f"{PACKAGE}.__init__")


def violations(files: Mapping[str, str]) -> list[str]:
    """Return one line, with file and line number, for every breach of the rules in a package.

    Args:
        files: the source of each file by its path inside the package, such as "emg/filters.py".
    """
    found: list[str] = []
    modules = {module_name(path) for path in files}
    graph: dict[str, set[str]] = {}
    for path, source in files.items():
        here, tree = module_name(path), ast.parse(source)
        own = level(here)
        if own is None:
            found.append(f"{path}:1: has no place in the order of imports: name it in LEVELS (tests/test_imports.py)")
            continue
        for line, other in imported_modules(tree, path, modules):
            theirs = level(other)
            if theirs is not None and theirs > own:
                found.append(f"{path}:{line}: imports {other}, which stands above it")
            else:
                graph.setdefault(here, set()).add(other)
        breaches = {
            (line, name, places)
            for line, used in used_names(tree, path)
            for name, places in PLACES.items()
            if (used == name or used.startswith(f"{name}.")) and not path.startswith(places)
        }
        found += [
            f"{path}:{line}: uses {name}, allowed {'only in ' if places else 'nowhere'}{', '.join(places)}"
            for line, name, places in sorted(breaches)
        ]
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        found.append(f"modules import each other in a circle: {' <- '.join(error.args[1])}")
    return found


def test_imports_point_down_only_and_every_danger_stays_in_its_place() -> None:
    files = {path.relative_to(FOLDER).as_posix(): path.read_text("utf-8") for path in sorted(FOLDER.rglob("*.py"))}
    assert "pipeline.py" in files
    found = violations(files)
    assert not found, "\n" + "\n".join(f"{PACKAGE}/{line}" for line in found)


CLEAN = {
    "__init__.py": "",
    "wire/__init__.py": "",
    "wire/stream.py": "import binascii\nfrom biofeedback.wire import cobs\n",
    "wire/cobs.py": "",
    "emg/filters.py": "from biofeedback.wire import stream\nfrom biofeedback.wire.stream import Gap\n",
    "pipeline.py": "import biofeedback.emg.filters\nimport time\nneeds = time.struct_time\n",
    "sources/serial_port.py": "import serial\nimport threading\nimport time\nclock = time.monotonic\n",
    "engine.py": "import datetime as dt\nfrom biofeedback.sources import serial_port\nnow = dt.datetime.now(dt.UTC)\n",
    "ui/background.py": "from concurrent.futures import ThreadPoolExecutor\nfrom PyQt6.QtCore import QObject\n",
    "cli.py": "def main():\n    from biofeedback.engine import Engine\n    print(__version__, flush=True)\n",
}


def test_a_package_that_keeps_the_rules_passes() -> None:
    assert violations(CLEAN) == []


@pytest.mark.parametrize(
    ("path", "source", "line", "message"),
    [
        (
            "wire/stream.py",
            "\nfrom biofeedback.emg.filters import Cascade",
            2,
            "imports biofeedback.emg.filters, which",
        ),
        ("wire/stream.py", "import biofeedback.pipeline", 1, "imports biofeedback.pipeline"),
        ("wire/stream.py", "from biofeedback import pipeline", 1, "imports biofeedback.pipeline"),
        ("wire/stream.py", "from ..emg import filters", 1, "imports biofeedback.emg.filters"),
        ("wire/stream.py", "from .. import pipeline", 1, "imports biofeedback.pipeline"),
        ("emg/filters.py", "def f():\n    from biofeedback import engine", 2, "imports biofeedback.engine"),
        ("__init__.py", "from biofeedback.cli import main", 1, "imports biofeedback.cli"),
        ("helpers.py", "", 1, "has no place in the order"),
        ("pipeline.py", "from PyQt6.QtCore import QObject", 1, "uses PyQt6, allowed only in app.py, ui/"),
        ("pipeline.py", "import pyqtgraph as pg", 1, "uses pyqtgraph"),
        ("sources/replay.py", "import serial.tools.list_ports", 1, "uses serial"),
        ("emg/filters.py", "import threading", 1, "uses threading"),
        ("emg/filters.py", "from queue import SimpleQueue", 1, "uses queue"),
        ("ui/live.py", "from concurrent import futures", 1, "uses concurrent"),
        ("recording/edf.py", "import datetime as dt\nx = dt.datetime.now(dt.UTC)", 2, "uses datetime.datetime.now"),
        ("recording/edf.py", "from datetime import datetime as D\nx = D.today", 2, "uses datetime.datetime.today"),
        ("recording/edf.py", "import datetime\nx = datetime.date.today()", 2, "uses datetime.date.today"),
        ("sources/replay.py", "import time\n\nt = time.time()", 3, "uses time.time, allowed only in engine.py, cli.py"),
        ("pipeline.py", "from time import monotonic", 1, "uses time.monotonic, allowed only in engine.py"),
        ("pipeline.py", "import time as clock\nf = clock.perf_counter_ns", 2, "uses time.perf_counter_ns"),
        ("recording/edf.py", "import pickle", 1, "uses pickle, allowed nowhere"),
        ("engine.py", "x = eval('1')", 1, "uses eval, allowed nowhere"),
        ("engine.py", "x = 1\nexec('x')", 2, "uses exec, allowed nowhere"),
        ("doctor.py", "import subprocess\nsubprocess.run('a', shell=True)", 2, "uses shell=True"),
        ("report/page.py", "import numpy as np\nnp.load('a', allow_pickle=True)", 2, "uses allow_pickle=True"),
    ],
)
def test_the_checker_names_file_and_line_of_a_breach(path: str, source: str, line: int, message: str) -> None:
    found = violations(CLEAN | {path: source})
    assert len(found) == 1
    assert found[0].startswith(f"{path}:{line}: {message}")


def test_the_checker_finds_modules_that_import_each_other() -> None:
    found = violations(CLEAN | {"wire/cobs.py": "def f():\n    from biofeedback.wire import stream\n"})
    assert len(found) == 1
    assert "circle" in found[0]
    assert "biofeedback.wire.cobs <- biofeedback.wire.stream" in found[0]


def test_a_variable_that_has_the_name_of_a_module_is_no_use_of_it() -> None:
    assert violations(CLEAN | {"emg/filters.py": "queue = [1]\nserial = queue.pop()\n"}) == []
