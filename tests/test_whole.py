"""The whole, as its users have it: a real firmware binary fed real EMG, the command line, a kill, three readers."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import edfio
import mne  # type: ignore[import-untyped]
import numpy as np
import pyedflib
import pytest
from numpy.typing import NDArray

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.engine import Engine
from biofeedback.engine_state import EngineSettings
from biofeedback.recorders import recorder_in
from biofeedback.recording.edf_reader import read_edf
from biofeedback.recording.library import runs
from biofeedback.report.recompute import recompute
from biofeedback.sources.serial_port import SerialSource
from tests.independent import bandpassed
from tests.real_emg import bursts
from tests.rig import SimulatedUno, require_toolchain

COMMAND = [sys.executable, "-m", "biofeedback"]
BUFFERED = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
PATIENCE = 120.0
NewUno = Callable[..., SimulatedUno]
"""Starts a simulated Uno on real EMG; takes what `SimulatedUno` does."""
Demo = tuple[Path, list[Path], str]
"""The demo's library; its recording, summary and picture; what it said."""


def biofeedback(
    *arguments: object, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=cwd, env=env)


def first_line(stdout: IO[str]) -> Path:
    """Return the path that a command prints first, which it must not keep in a buffer."""
    ready, _, _ = select.select([stdout], [], [], PATIENCE)
    assert ready, "nothing was printed"
    return Path(stdout.readline().strip())


def until(condition: Callable[[], object]) -> None:
    """Look again every 20 ms until the condition holds."""
    pause = threading.Event()
    for _ in range(round(PATIENCE / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("what was waited for never came")


def real_wave() -> NDArray[np.int16]:
    """The biceps recording as millivolts at a 5 V converter's pin, (n, 1)."""
    millivolts: NDArray[np.int16] = np.clip(2500 + (bursts() - 32_768) * (2400 / 20_000), 0, 5000).astype(np.int16)
    return millivolts


@pytest.fixture
def uno(tmp_path: Path) -> Iterator[NewUno]:
    require_toolchain()
    made: list[SimulatedUno] = []

    def start(**how: Any) -> SimulatedUno:
        folder = tmp_path / f"uno{len(made)}"
        folder.mkdir()
        made.append(SimulatedUno(folder, real_wave(), wave_rate=1000, loop=True, **how))
        return made[-1]

    yield start
    for board in made:
        board.stop()


def test_real_emg_through_the_real_firmware_is_recorded_sample_for_sample(uno: NewUno, tmp_path: Path) -> None:
    board = uno(speed=0, reset_on_open=0.8)
    done = biofeedback("record", "--port", board.port, "--seconds", 12, "--library", tmp_path / "library")
    assert done.returncode == 0, done.stderr
    path = Path(done.stdout.splitlines()[0])
    board.stop()
    recording = read_edf(path)
    assert recording.n_scans == 12_000
    assert not recording.lost().any()
    assert np.array_equal(recording.scans(), board.expected_counts(1)[:12_000])
    assert np.ptp(recording.scans()) > 300  # a muscle was there
    for chunk in (1, 997, 20_000):
        replay = biofeedback("replay", path, "--json", "--chunk", chunk)
        assert replay.returncode == 0, replay.stderr
        assert json.loads(replay.stdout)["identical"]


def test_the_bar_shows_the_envelope_of_what_is_in_the_file(uno: NewUno, tmp_path: Path) -> None:
    """Live value against the file's samples, filtered by scipy alone."""
    board = uno(speed=0)
    engine = Engine(SerialSource(board.port), EngineSettings((ChannelSettings("biceps"),)), seconds=6.0)
    engine.record(recorder_in(tmp_path / "library", now=lambda: dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    engine.start()
    assert engine.wait(PATIENCE)
    assert engine.stop()
    update = engine.state.update
    assert update is not None
    (run,) = runs(tmp_path / "library")
    counts = read_edf(run.path).scans()[:, 0]
    x = bandpassed(counts)
    microvolts = np.sqrt(np.mean(x[update.end_index - 125 : update.end_index] ** 2)) * 5 / 1024 / 200 * 1e6
    assert update.end_index == len(counts) == 6000
    assert update.bar[-1, 0] == pytest.approx(microvolts, rel=1e-3)


APP_RECORDING = """
import sys
from pathlib import Path
from biofeedback.app import run_app

def ready(window):
    window.do("record")

run_app(simulated=True, library=Path(sys.argv[1]), find_boards=list, ready=ready)
"""


@pytest.mark.parametrize(
    ("program", "n_channels"),
    [([*COMMAND[1:], "record", "--simulated", "--channels", "2", "--library"], 2), (["-c", APP_RECORDING], 1)],
    ids=["record", "app"],
)
def test_after_a_kill_three_readers_open_the_recording_and_it_replays(
    program: list[str], n_channels: int, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    home = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        [sys.executable, *program, str(library)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**BUFFERED, **home},
    ) as process:  # fmt: skip
        until(lambda: any(path.stat().st_size > 24_000 for path in library.glob("sub-*/ses-*/emg/*.edf")))
        process.send_signal(signal.SIGKILL)
    [path] = library.glob("sub-*/ses-*/emg/*.edf")

    ours = read_edf(path)
    assert ours.n_scans > 1500
    assert ours.channels[0].transducer.startswith("SIMULATED EMG")
    with pyedflib.EdfReader(str(path)) as reader:
        theirs = np.stack([reader.readSignal(i, digital=True) for i in range(n_channels)], axis=1)
    by_edfio = edfio.read_edf(path)
    also = np.stack([by_edfio.signals[i].digital for i in range(n_channels)], axis=1)
    raw = mne.io.read_raw_edf(path, verbose="error", preload=True)
    assert np.array_equal(theirs, ours.scans())
    assert np.array_equal(also, ours.scans())
    assert raw.n_times == ours.n_scans
    replay = biofeedback("replay", path)
    assert replay.returncode == 0, replay.stderr
    assert "Not closed" in replay.stderr


def test_ctrl_c_closes_the_recording_well(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [*COMMAND, "record", "--simulated", "--library", str(tmp_path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=BUFFERED,
    )  # fmt: skip
    assert process.stdout is not None
    path = first_line(process.stdout)
    until(lambda: path.exists() and path.stat().st_size > 4000)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    result = recompute(path)
    assert result.complete
    assert result.identical


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    library = tmp_path_factory.mktemp("demo")
    done = biofeedback("demo", "--headless", "--library", library, "--seed", 3)
    assert done.returncode == 0, done.stderr
    return library, [Path(line) for line in done.stdout.splitlines()], done.stderr


def test_the_demo_leaves_a_recording_a_summary_and_a_picture(demo: Demo) -> None:
    _, (recording, summary, picture), said = demo
    told = json.loads(summary.read_text())
    assert told["simulated"] is True
    assert told["unit"] == "percent"
    assert told["received_percent"] == 100
    assert 5 <= told["n_reached"] <= told["n_started"]
    assert told["seconds"] == pytest.approx(recompute(recording).n_scans / 1000)
    assert "SIMULATED" in picture.read_text()
    assert told["sentences"][0] in said


def test_the_demo_replays_to_the_bit(demo: Demo) -> None:
    replay = biofeedback("replay", demo[1][0], "--chunk", 13)
    assert replay.returncode == 0
    assert "Identical to the bit" in replay.stderr


def test_the_same_seed_gives_the_same_demo(demo: Demo, tmp_path: Path) -> None:
    again = biofeedback("demo", "--headless", "--library", tmp_path, "--seed", 3)
    assert recompute(Path(again.stdout.splitlines()[0])).envelope_sha256 == recompute(demo[1][0]).envelope_sha256


def test_a_changed_sample_is_noticed_by_the_replay(demo: Demo, tmp_path: Path) -> None:
    original = demo[1][0]
    copy = tmp_path / original.name
    data = bytearray(original.read_bytes())
    header = read_edf(original).header
    data[header.header_bytes + 300 * header.record_bytes + 40] ^= 0x08  # a sample of the trained channel
    copy.write_bytes(data)
    account = original.with_name(original.name.replace("_emg.edf", "_emg.json"))
    (tmp_path / account.name).write_text(account.read_text())
    replay = biofeedback("replay", copy)
    assert replay.returncode == 1
    assert "Different" in replay.stderr


def test_a_recording_recorded_again_from_its_replay_has_the_same_samples(demo: Demo, tmp_path: Path) -> None:
    done = biofeedback("record", "--replay", demo[1][0], "--library", tmp_path)
    assert done.returncode == 0, done.stderr
    assert np.array_equal(read_edf(Path(done.stdout.strip())).scans(), read_edf(demo[1][0]).scans())


def test_without_a_display_the_app_says_so_and_runs_the_demo(tmp_path: Path) -> None:
    bare = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    done = biofeedback(env={**bare, "XDG_DATA_HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr
    assert "no display" in done.stderr
    recording, summary, picture = map(Path, done.stdout.splitlines())
    assert recording.exists()
    assert summary.exists()
    assert picture.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("fly",), 2, "invalid choice"),
        (("record", "--channels", "7"), 2, "1 to 6 channels"),
        (("record", "--rate", "777"), 2, "invalid choice"),
        (("record", "--seconds", "nan"), 2, "above 0"),
        (("record", "--port", "/dev/nothing", "--seconds", "1"), 3, "no port"),
        (("replay", "/dev/null"), 3, "null"),
        (("replay", "missing.edf"), 3, "missing.edf"),
        (("replay", "missing.edf", "--chunk", "0"), 2, "1 or more"),
        (("record", "--replay", "missing.edf"), 3, "missing.edf"),
    ],
)
def test_wrong_use_and_missing_things_are_said_in_a_line_without_a_traceback(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path
) -> None:
    done = biofeedback(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_commands_need_no_qt(demo: Demo, tmp_path: Path) -> None:
    """All but the app run where PyQt6 cannot be imported."""
    block = (
        "import sys; sys.modules['PyQt6'] = None; sys.modules['pyqtgraph'] = None; from biofeedback.cli import main; "
    )
    for arguments in (
        ["record", "--simulated", "--seconds", "0.5", "--library", str(tmp_path)],
        ["devices", "--json"],
        ["doctor", "--json"],
        ["demo", "--headless", "--library", str(tmp_path)],
        ["replay", str(demo[1][0])],
    ):
        done = subprocess.run(
            [sys.executable, "-c", f"{block}sys.exit(main({arguments!r}))"],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode in (0, 1)


def test_the_doctor_and_the_device_list_speak_json() -> None:
    findings = json.loads(biofeedback("doctor", "--json").stdout)
    assert {"biofeedback", "Python", "numpy", "window (PyQt6)", "free disk", "boards"} <= {f["name"] for f in findings}
    assert isinstance(json.loads(biofeedback("devices", "--json").stdout), list)


def test_the_hash_of_the_file_is_in_its_account(demo: Demo) -> None:
    recording = demo[1][0]
    account = json.loads(recording.with_name(recording.name.replace("_emg.edf", "_emg.json")).read_text())
    assert hashlib.sha256(recording.read_bytes()).hexdigest() in json.dumps(account)
