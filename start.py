"""Sets biofeedback up, once, and runs it. Needs Python 3.11 or newer and nothing else.

    python3 start.py [ARGUMENTS]        the app, or any other command of `biofeedback`
    python3 start.py setup | test       only set up; ruff, mypy and pytest (with further arguments)
    python3 start.py bench | torture    the measurements of tests/bench.py, the long proofs of tests/torture.py

One rule: `.venv` counts only when its marker, written last, names what it was made from; without one it is half made
and made anew. Exit code 3: something is missing here, and the last lines say what to do.
"""

import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
MARKER = VENV / "biofeedback-ready"
PACKAGES = """ca-certificates libglib2.0-0 libgl1 libegl1 libfontconfig1 libxkbcommon0 libdbus-1-3 libpulse0
    libgssapi-krb5-2 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxkbcommon-x11-0 libxcb-shape0 libwayland-cursor0"""
TEST_PACKAGES = "xvfb xauth gcc-avr avr-libc arduino-core-avr libsimavr-dev make gcc g++ libc6-dev"
BIRTHPLACE = f"Python {platform.python_version()} in {ROOT}\n"  # an environment outlives neither

if sys.version_info < (3, 11):  # noqa: UP036 - this file's syntax stays old enough for an old Python to say so
    sys.exit(f"biofeedback needs Python 3.11 or newer; this one is {platform.python_version()}.")


def mark(*, test: bool) -> str:
    """Return the marker of an environment made here and now, with or without what the tests need."""
    made_from = [test, *((ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt"))]
    return BIRTHPLACE + hashlib.sha256(repr(made_from).encode()).hexdigest() + "\n"


def marker() -> str:
    """Return what the marker says: nothing if the environment is half made or its Python is gone."""
    return MARKER.read_text(encoding="utf-8") if MARKER.is_file() and PYTHON.exists() else ""


def is_ready(*, test: bool) -> bool:
    """Tell whether `.venv` has what is needed; one made for the tests runs the app too."""
    return marker() in {mark(test=True), mark(test=test)}


def wanted_packages(*, test: bool) -> list[str]:
    """Return the Debian packages that this computer needs, those it has included."""
    python, include = f"python{sys.version_info[0]}.{sys.version_info[1]}", Path(sysconfig.get_path("include"))
    needed = {
        f"{python}-venv": importlib.util.find_spec("ensurepip") is None,  # Debian keeps it in a package of its own
        f"{python}-dev": test and sys.version_info >= (3, 13) and not (include / "Python.h").exists(),  # for pyedflib
        "fonts-dejavu-core": not any(Path("/usr/share/fonts").rglob("*.[ot]tf")),
    }
    return " ".join([PACKAGES, TEST_PACKAGES if test else "", *(name for name in needed if needed[name])]).split()


def missing_packages(wanted: list[str]) -> list[str]:
    """Return which of `wanted` are not installed, as this release calls them (newer ones add t64 to some names)."""
    names = [*wanted, *(f"{name}t64" for name in wanted)]
    queries = (["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n"], ["apt-cache", "show"])
    ran = [subprocess.run([*query, *names], capture_output=True, text=True, check=False) for query in queries]
    there, offered = (set(each.stdout.splitlines()) for each in ran)
    missing = [name for name in wanted if not there & {f"{name} installed", f"{name}t64 installed"}]
    return [f"{name}t64" if f"Package: {name}t64" in offered else name for name in missing]


def install_packages(packages: list[str]) -> None:
    """Install Debian packages and show the line that does it; a person at a terminal is asked before sudo is."""
    sudo = [] if os.geteuid() == 0 else ["sudo"]
    apt = [[*sudo, "apt-get", "update"], [*sudo, "apt-get", "install", "-y", "--no-install-recommends", *packages]]
    line = "; ".join(map(shlex.join, apt))
    print(f"Packages of the system are missing. This line installs them:\n\n    {line}\n", flush=True)
    if sudo and not shutil.which("sudo"):
        raise OSError("that line needs root or sudo, and this user has neither. Have an administrator run it.")
    if sudo and sys.stdin.isatty():
        input("Press Enter to run it, Ctrl-C to stop. ")
    codes = [subprocess.run(command, check=False).returncode for command in apt]
    if codes[-1]:  # one dead package source fails the update, not the installation
        raise OSError("the packages were not installed, for the reason above. Mend it or run the line yourself.")


def set_up(*, test: bool) -> None:
    """Install what is missing, make `.venv` or bring a complete one up to date, and write its marker last."""
    print("Setting biofeedback up: a few minutes, once.", flush=True)
    wanted = wanted_packages(test=test)
    is_debian = shutil.which("dpkg-query")
    missing = missing_packages(wanted) if is_debian else []
    if missing:
        install_packages(missing)
    if not is_debian and sys.platform == "linux":
        print("This is not Debian or Ubuntu. Should a step fail, install what those call", *wanted, flush=True)
    is_complete = marker().startswith(BIRTHPLACE)
    MARKER.unlink(missing_ok=True)
    if not is_complete:
        venv.EnvBuilder(clear=True, symlinks=os.name != "nt", with_pip=True).create(VENV)
    # -c does not reach the build of this package; the variables do (one for older, one for newer pip).
    pins = {"PIP_CONSTRAINT": "constraints.txt", "PIP_BUILD_CONSTRAINT": "constraints.txt"}
    pip = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "-q", "-c", "constraints.txt"]
    subprocess.run([*pip, "-e", ".[test]" if test else "."], cwd=ROOT, env={**os.environ, **pins}, check=True)
    MARKER.write_text(mark(test=test), encoding="utf-8")


def run_checks(pytest_arguments: list[str]) -> int:
    """Run every check, the tests last; return 1 when any failed."""
    failed = []
    for check in ("ruff check", "ruff format --check", "mypy", "pytest -n 2"):
        command = [*check.split(), *(pytest_arguments if check.startswith("pytest") else [])]
        print("\n$", shlex.join(command), flush=True)
        if subprocess.run([str(PYTHON), "-m", *command], cwd=ROOT, check=False).returncode:
            failed.append(check)
    print(f"\nFailed: {', '.join(failed)}\n" if failed else "", end="")
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    """Do what the first argument says and return the exit code."""
    word, *rest = arguments or ["app"]
    test = word in {"test", "bench", "torture"}
    try:
        if not is_ready(test=test):
            set_up(test=test)
    except (OSError, EOFError, subprocess.CalledProcessError) as error:
        print(f"Setting up stopped: {error}\nWhen that is mended, start again.", file=sys.stderr)
        return 3
    if word == "setup":
        print("All is set up. Start the app with: python3 start.py")
        return 0
    if word == "test":
        return run_checks(rest)
    program = ["-P", "-m", "biofeedback", *arguments]  # -P: a numpy.py in the current folder is not ours
    if word in {"bench", "torture"}:
        os.chdir(ROOT)
        program = ["-m", f"tests.{word}", *rest]
    if os.name != "nt":  # exec there returns to the prompt while the program still runs
        os.execv(PYTHON, [str(PYTHON), *program])
    return subprocess.run([PYTHON, *program], check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
