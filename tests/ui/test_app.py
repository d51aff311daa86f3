import logging
import os
import signal
import sys
import threading

import pytest
from PyQt6.QtCore import QTimer

from biofeedback.app import run_app
from biofeedback.sources.simulator import SimulatedSource


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Give the app folders of its own."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    yield tmp_path
    log = logging.getLogger("biofeedback")
    for handler in log.handlers[:]:
        handler.close()
        log.removeHandler(handler)


def when(condition, then):
    """Do `then` from the event loop as soon as `condition` holds."""
    timer = QTimer()
    timer.setInterval(20)

    def look():
        if condition():
            timer.stop()
            then()

    timer.timeout.connect(look)
    timer.start()
    return timer


def test_the_app_starts_shows_data_and_ends_well(home, qapp, caplog):
    timers = []

    def ready(window):
        timers.append(when(lambda: window.painted_after is not None, window.close))

    with caplog.at_level(logging.INFO):
        assert run_app(simulated=True, library=home / "library", find_boards=list, ready=ready) == 0
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert "acquisition" not in [thread.name for thread in threading.enumerate()]


def test_a_recording_is_complete_when_the_window_is_closed(home, qapp):
    timers = []

    def ready(window):
        window.do("record")
        timers.append(when(lambda: window.strip.recording.label == "Recording", window.close))

    assert run_app(simulated=True, library=home / "library", find_boards=list, ready=ready) == 0
    [account] = (home / "library").glob("sub-*/ses-*/emg/*_emg.json")
    assert '"closed": true' in account.read_text()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_sigterm_ends_the_app_as_closing_it_does(home, qapp):
    timers = []

    def ready(window):
        condition = lambda: window.painted_after is not None  # noqa: E731
        timers.append(when(condition, lambda: os.kill(os.getpid(), signal.SIGTERM)))

    before = signal.getsignal(signal.SIGTERM)
    assert run_app(simulated=True, library=home / "library", find_boards=list, ready=ready) == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_mistake_in_a_slot_is_logged_said_once_and_the_app_goes_on(home, qapp, caplog):
    timers, notices = [], []

    def ready(window):
        def mistake():
            raise RuntimeError("on purpose")

        notify = window.notify
        window.notify = lambda text: (notices.append(text), notify(text))
        timers.append(when(lambda: window.painted_after is not None, mistake))
        timers.append(when(lambda: "on purpose" in caplog.text, window.close))

    assert run_app(source=SimulatedSource(), library=home / "library", find_boards=list, ready=ready) == 0
    assert "on purpose" in caplog.text
    assert sys.excepthook is not None


def test_a_file_that_is_no_recording_is_refused_before_the_window(home, qapp, capsys):
    (home / "text.edf").write_text("no recording")
    assert run_app(replay=home / "text.edf", find_boards=list) == 3
    assert "text.edf" in capsys.readouterr().err
