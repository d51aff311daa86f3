"""start.py: when an environment counts as ready, which packages are asked for, and when it refuses.

Rule: nothing is installed and no program is run; a made-up computer answers.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


class Computer:
    """A made-up Debian machine: answers what start.py asks of it and keeps every command that would have been run."""

    def __init__(self) -> None:
        self.installed: set[str] = set()
        self.offered: set[str] = set()
        self.failing: set[str] = set()
        self.commands: list[list[str]] = []

    def run(self, command: list[str], *, check: bool = False, **_: object) -> subprocess.CompletedProcess[str]:
        """Stand in for subprocess.run."""
        command = [str(word) for word in command]
        if command[0] == "dpkg-query":
            return self._answer(f"{name} installed" for name in command if name in self.installed)
        if command[0] == "apt-cache":
            return self._answer(f"Package: {name}" for name in command if name in self.offered)
        self.commands.append(command)
        code = 1 if self.failing & set(command) else 0
        if check and code:
            raise subprocess.CalledProcessError(code, command)
        return subprocess.CompletedProcess(command, code, "", "")

    def _answer(self, lines: Iterator[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 0, "removed config-files\n" + "\n".join(lines), "")

    def install_everything(self, start: ModuleType) -> None:
        self.installed |= set(start.wanted_packages(test=True))


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch) -> Computer:
    """A Debian machine with sudo, whose user is not root and has no terminal."""
    machine = Computer()
    monkeypatch.setattr(subprocess, "run", machine.run)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("nobody is there to press Enter"))
    return machine


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """start.py as it would run in an empty folder that has a pyproject.toml and a constraints.txt."""
    for name in ("start.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    spec = importlib.util.spec_from_file_location("start_under_test", tmp_path / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def create(self: venv.EnvBuilder, folder: Path) -> None:
        if self.clear and folder.exists():
            shutil.rmtree(folder)
        module.PYTHON.parent.mkdir(parents=True)
        module.PYTHON.touch()

    monkeypatch.setattr(venv.EnvBuilder, "create", create)
    return module


def test_an_old_python_gets_one_plain_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    source = (ROOT / "start.py").read_text("utf-8")
    with pytest.raises(SystemExit, match=r"^biofeedback needs Python 3.11 or newer; this one is 3\.\d+\.\d+\S*\.$"):
        exec(compile(source, "start.py", "exec"), {"__file__": str(ROOT / "start.py"), "__name__": "__main__"})


def test_an_old_python_can_read_the_file_that_tells_it_so() -> None:
    tree = ast.parse((ROOT / "start.py").read_text("utf-8"), feature_version=(3, 7))
    refusal = next(i for i, node in enumerate(tree.body) if isinstance(node, ast.If))
    before = [node for node in tree.body[:refusal] if isinstance(node, ast.FunctionDef | ast.AnnAssign)]
    assert not before, "annotations such as list[str] are evaluated, and fail, on an old Python"


def test_an_environment_is_ready_only_with_the_marker_of_just_these_files(
    start: ModuleType, computer: Computer
) -> None:
    computer.install_everything(start)
    assert not start.is_ready(test=False)
    start.set_up(test=False)
    assert start.is_ready(test=False)
    for name in ("pyproject.toml", "constraints.txt"):
        path = start.ROOT / name
        kept = path.read_bytes()
        path.write_bytes(kept + b"#")
        assert not start.is_ready(test=False)
        path.write_bytes(kept)
    assert start.is_ready(test=False)
    start.PYTHON.unlink()
    assert not start.is_ready(test=False)


def test_the_tests_need_more_than_the_app(start: ModuleType, computer: Computer) -> None:
    computer.install_everything(start)
    start.set_up(test=False)
    assert not start.is_ready(test=True)
    start.set_up(test=True)
    assert start.is_ready(test=True)
    assert start.is_ready(test=False)


@pytest.mark.parametrize("changed", ["Python 3.99.0 in {root}\n", "Python {version} in /somewhere/else\n"])
def test_another_python_or_folder_makes_the_environment_anew(
    start: ModuleType, computer: Computer, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    computer.install_everything(start)
    start.set_up(test=False)
    old = start.VENV / "old"
    old.touch()
    monkeypatch.setattr(start, "BIRTHPLACE", changed.format(root=start.ROOT, version=sys.version.split()[0]))
    assert not start.is_ready(test=False)
    start.set_up(test=False)
    assert start.is_ready(test=False)
    assert not old.exists()


def test_a_complete_environment_is_brought_up_to_date_in_place(start: ModuleType, computer: Computer) -> None:
    computer.install_everything(start)
    start.set_up(test=False)
    kept = start.VENV / "kept"
    kept.touch()
    start.set_up(test=True)
    assert kept.exists()
    assert [command[-1] for command in computer.commands] == [".", ".[test]"]


def test_a_half_made_environment_is_made_anew(start: ModuleType, computer: Computer) -> None:
    computer.install_everything(start)
    computer.failing = {"pip"}
    assert start.main(["setup"]) == 3
    assert start.PYTHON.exists()
    assert not start.is_ready(test=False)
    half = start.VENV / "half"
    half.touch()
    computer.failing = set()
    assert start.main(["setup"]) == 0
    assert start.is_ready(test=False)
    assert not half.exists()


def test_an_update_that_fails_leaves_no_marker(start: ModuleType, computer: Computer) -> None:
    computer.install_everything(start)
    assert start.main(["setup"]) == 0
    computer.failing = {"pip"}
    assert start.main(["test"]) == 3
    assert not start.is_ready(test=False)


def test_every_version_is_pinned_for_the_packages_and_for_the_build(
    start: ModuleType, computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer.install_everything(start)
    environments: list[dict[str, str]] = []

    def run(command: list[str], *, env: dict[str, str] | None = None, **options: object) -> object:
        if env is not None:
            environments.append(env)
        return computer.run(command)

    monkeypatch.setattr(subprocess, "run", run)
    start.set_up(test=True)
    (pip,) = computer.commands
    assert pip[pip.index("-c") + 1] == "constraints.txt"
    assert environments[0]["PIP_CONSTRAINT"] == environments[0]["PIP_BUILD_CONSTRAINT"] == "constraints.txt"


def test_no_file_of_the_set_up_names_an_address() -> None:
    for name in ("start.py", "constraints.txt", ".ci/run"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        assert "index-url" not in text
        assert "find-links" not in text


def test_every_dependency_has_an_exact_version() -> None:
    pins = [line for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if line and line[0] != "#"]
    assert all(pin.count("==") == 1 for pin in pins)
    names = [pin.partition("==")[0] for pin in pins]
    assert len(names) == len(set(names))
    for needed in ("hatchling", "editables", "numpy", "pyqt6", "pyqt6-qt6", "pytest", "ruff", "mypy"):
        assert needed in names


def test_what_is_installed_is_not_asked_for_again(start: ModuleType, computer: Computer) -> None:
    computer.installed = {"libgl1", "libglib2.0-0t64"}
    assert start.missing_packages(["libgl1", "libegl1", "libglib2.0-0", "removed"]) == ["libegl1", "removed"]


def test_a_package_has_the_name_that_this_release_gives_it(start: ModuleType, computer: Computer) -> None:
    assert start.missing_packages(["libglib2.0-0", "libgl1"]) == ["libglib2.0-0", "libgl1"]
    computer.offered = {"libglib2.0-0t64", "libgl1"}
    assert start.missing_packages(["libglib2.0-0", "libgl1"]) == ["libglib2.0-0t64", "libgl1"]


def test_python_brings_pip_or_debian_does_before_the_environment_is_made(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"python3.{sys.version_info[1]}-venv"
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert name in start.wanted_packages(test=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: "there")
    assert name not in start.wanted_packages(test=False)


def test_pythons_headers_are_asked_for_where_pyedflib_has_to_be_built(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 12, 0))
    assert "python3.12-dev" not in start.wanted_packages(test=True)
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    assert "python3.13-dev" in start.wanted_packages(test=True)
    assert "python3.13-dev" not in start.wanted_packages(test=False)
    (tmp_path / "Python.h").touch()
    assert "python3.13-dev" not in start.wanted_packages(test=True)


def test_only_the_tests_ask_for_the_firmwares_tools(start: ModuleType) -> None:
    assert "gcc-avr" in start.wanted_packages(test=True)
    assert "gcc-avr" not in start.wanted_packages(test=False)


def test_root_needs_no_sudo_and_is_not_asked(
    start: ModuleType, computer: Computer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    start.install_packages(["libgl1", "libegl1"])
    line = "apt-get update; apt-get install -y --no-install-recommends libgl1 libegl1"
    assert f"\n    {line}\n" in capsys.readouterr().out
    assert "; ".join(" ".join(command) for command in computer.commands) == line


def test_a_person_at_a_terminal_sees_the_line_and_presses_enter_before_sudo(
    start: ModuleType, computer: Computer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []

    def press_enter(_: str) -> str:
        assert computer.commands == []
        shown.append(capsys.readouterr().out)
        return ""

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", press_enter)
    start.install_packages(["libgl1"])
    line = "sudo apt-get update; sudo apt-get install -y --no-install-recommends libgl1"
    assert len(shown) == 1
    assert f"\n    {line}\n" in shown[0]
    assert "; ".join(" ".join(command) for command in computer.commands) == line


def test_without_root_and_sudo_the_line_is_printed_and_the_code_is_3(
    start: ModuleType, computer: Computer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "sudo" else f"/usr/bin/{name}")
    assert start.main([]) == 3
    printed = capsys.readouterr()
    assert "sudo apt-get install -y --no-install-recommends ca-certificates" in printed.out
    assert "administrator" in printed.err
    assert computer.commands == []
    assert not start.VENV.exists()


def test_packages_that_cannot_be_installed_stop_the_set_up(start: ModuleType, computer: Computer) -> None:
    computer.failing = {"install"}
    assert start.main(["setup"]) == 3
    assert not start.VENV.exists()


def test_a_dead_package_source_stops_nothing(start: ModuleType, computer: Computer) -> None:
    computer.failing = {"update"}
    assert start.main(["setup"]) == 0


def test_apt_is_never_asked_when_all_is_ready(
    start: ModuleType, computer: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    computer.install_everything(start)
    assert start.main(["setup"]) == 0
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("something was run"))
    assert start.main(["setup"]) == 0


def test_another_system_is_told_the_libraries_and_goes_on(
    start: ModuleType, computer: Computer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(sys, "platform", "linux")
    assert start.main(["setup"]) == 0
    assert "libxcb-cursor0" in capsys.readouterr().out
    assert all("apt-get" not in command for command in computer.commands)


@pytest.mark.parametrize(
    ("arguments", "program"),
    [
        ([], ["-P", "-m", "biofeedback"]),
        (["demo", "--headless"], ["-P", "-m", "biofeedback", "demo", "--headless"]),
        (["--version"], ["-P", "-m", "biofeedback", "--version"]),
        (["bench", "--quick"], ["-m", "tests.bench", "--quick"]),
    ],
)
@pytest.mark.parametrize("system", ["posix", "nt"])
def test_other_words_go_to_the_program(
    start: ModuleType,
    computer: Computer,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    program: list[str],
    system: str,
) -> None:
    monkeypatch.setattr(start, "set_up", lambda **_: None)
    expected = [str(start.PYTHON), *(word.format(root=start.ROOT) for word in program)]
    if system == "posix":

        def execv(_: object, command: list[str]) -> None:
            computer.commands.append(command)
            raise SystemExit(0)

        monkeypatch.setattr(os, "execv", execv)
        with pytest.raises(SystemExit):
            start.main(arguments)
    else:
        fake = ModuleType("os")
        fake.__dict__.update(os.__dict__, name="nt", execv=lambda *_: pytest.fail("exec on Windows returns at once"))
        monkeypatch.setattr(start, "os", fake)
        assert start.main(arguments) == 0
    assert computer.commands == [expected]


@pytest.mark.parametrize(("failing", "code"), [(set(), 0), ({"mypy"}, 1), ({"check"}, 1), ({"pytest"}, 1)])
def test_all_four_checks_run_whatever_fails(
    start: ModuleType,
    computer: Computer,
    monkeypatch: pytest.MonkeyPatch,
    failing: set[str],
    code: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(start, "set_up", lambda **_: None)
    computer.failing = failing
    assert start.main(["test", "-k", "wire"]) == code
    assert [command[2:] for command in computer.commands] == [
        ["ruff", "check"],
        ["ruff", "format", "--check"],
        ["mypy"],
        ["pytest", "-n", "2", "-k", "wire"],
    ]
    assert ("Failed" in capsys.readouterr().out) is bool(code)
