"""The app as a whole: it starts, records, survives mistakes, and ends well in every way it can be ended."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PyQt6.QtCore import QLocale, QTimer, QTranslator
from PyQt6.QtWidgets import QApplication

from biofeedback.app import MESSAGES, run_app
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.ui.choice import FoundPort
from biofeedback.ui.main_window import MainWindow


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the app folders of its own."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    yield tmp_path
    log = logging.getLogger("biofeedback")
    for handler in log.handlers[:]:
        handler.close()
        log.removeHandler(handler)


def when(condition: Callable[[], bool], then: Callable[[], object]) -> QTimer:
    """Do `then` from the event loop as soon as `condition` holds."""
    timer = QTimer()
    timer.setInterval(20)

    def look() -> None:
        if condition():
            timer.stop()
            then()

    timer.timeout.connect(look)
    timer.start()
    return timer


def test_the_app_starts_shows_data_and_ends_well(
    home: Path, qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    timers: list[QTimer] = []

    def ready(window: MainWindow) -> None:
        timers.append(when(lambda: window.guide.practice is not None, lambda: window.do("free")))
        timers.append(when(lambda: window.watch.painted_after is not None, window.close))

    with caplog.at_level(logging.INFO):
        assert run_app(simulated=True, library=home / "library", find_boards=list, ready=ready) == 0
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert "acquisition" not in [thread.name for thread in threading.enumerate()]


def test_a_recording_is_complete_when_the_window_is_closed(home: Path, qapp: QApplication) -> None:
    timers: list[QTimer] = []

    def ready(window: MainWindow) -> None:
        window.do("record")
        timers.append(when(lambda: window.strip.recording.label == "Recording", window.close))

    assert run_app(simulated=True, library=home / "library", find_boards=list, ready=ready) == 0
    [account] = (home / "library").glob("sub-*/ses-*/emg/*_emg.json")
    assert '"closed": true' in account.read_text()


def test_a_board_that_is_plugged_in_later_takes_the_place_of_the_simulated_muscle(
    home: Path, qapp: QApplication
) -> None:
    ports: list[FoundPort] = []
    timers: list[QTimer] = []
    labels: list[str] = []

    def ready(window: MainWindow) -> None:
        def plug() -> None:
            labels.append(window.header.board.accessibleName())
            ports.append(FoundPort("/dev/ttyACM9", "Arduino", is_known=True))

        def note() -> None:
            labels.append(window.header.board.accessibleName())
            window.close()

        timers.append(when(lambda: window.guide.practice is not None, plug))
        timers.append(when(lambda: bool(labels) and window.header.board.accessibleName() != labels[0], note))

    assert run_app(library=home / "library", find_boards=lambda: ports, ready=ready) == 0
    assert len(labels) == 2
    assert labels[0] != labels[1]


def test_a_translation_in_the_config_folder_is_spoken(
    home: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "XDG_CONFIG_HOME" / "biofeedback" / "translations"
    folder.mkdir(parents=True)
    message = "<message><source>Pause</source><translation>Anhalten</translation></message>"
    context = f"<context><name>ActionBar</name>{message}</context>"
    (folder / "biofeedback_de.ts").write_text(f'<TS version="2.1" language="de">{context}</TS>', encoding="utf-8")
    monkeypatch.setattr("biofeedback.ui.translations.QLocale.system", lambda: QLocale("de_DE"))
    timers: list[QTimer] = []
    words: list[str] = []

    def ready(window: MainWindow) -> None:
        words.append(window.action_bar.buttons["pause"].text())
        timers.append(when(lambda: window.guide.practice is not None, window.close))

    assert run_app(simulated=True, library=home / "library", find_boards=list, ready=ready) == 0
    for translator in qapp.findChildren(QTranslator):
        qapp.removeTranslator(translator)
    assert words == ["Anhalten"]


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_sigterm_ends_the_app_as_closing_it_does(home: Path, qapp: QApplication) -> None:
    timers: list[QTimer] = []

    def ready(window: MainWindow) -> None:
        def end() -> None:
            os.kill(os.getpid(), signal.SIGTERM)

        timers.append(when(lambda: window.guide.practice is not None, end))

    before = signal.getsignal(signal.SIGTERM)
    assert run_app(simulated=True, library=home / "library", find_boards=list, ready=ready) == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_mistake_in_a_slot_is_logged_said_once_and_the_app_goes_on(
    home: Path, qapp: QApplication, caplog: pytest.LogCaptureFixture
) -> None:
    timers: list[QTimer] = []

    def ready(window: MainWindow) -> None:
        def mistake() -> None:
            raise RuntimeError("on purpose")

        timers.append(when(lambda: window.guide.practice is not None, mistake))
        timers.append(when(lambda: window.strip.notice.value == MESSAGES, window.close))

    assert run_app(source=SimulatedSource(), library=home / "library", find_boards=list, ready=ready) == 0
    assert "on purpose" in caplog.text


def test_a_file_that_is_no_recording_is_refused_before_the_window(
    home: Path, qapp: QApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "text.edf").write_text("no recording")
    assert run_app(replay=home / "text.edf", find_boards=list) == 3
    assert "text.edf" in capsys.readouterr().err
