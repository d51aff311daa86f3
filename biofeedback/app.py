"""The desktop app put together: settings, source, engine, window, log; and taken apart again in the right order.

The one file that knows everybody. Nothing that goes wrong in the window may end the process: an exception in a slot is
logged and said, and recording goes on.
One rule: shutting down is engine first (which closes the recording), then signals, then Qt.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import faulthandler
import logging
import logging.handlers
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType, TracebackType

from PyQt6.QtCore import QMessageLogContext, QSocketNotifier, QTimer, QtMsgType, qInstallMessageHandler
from PyQt6.QtWidgets import QApplication

from biofeedback.emg.sensor import ChannelSettings
from biofeedback.recording.edf import RecordingError
from biofeedback.recording.folders import app_folder, make_private
from biofeedback.recording.settings import load_settings
from biofeedback.sources.replay import ReplaySource
from biofeedback.sources.script import ScriptedPerson
from biofeedback.sources.simulator import SimulatedSource
from biofeedback.sources.source import Source
from biofeedback.station import DesktopStation, found_ports, source_for
from biofeedback.training.commands import Command
from biofeedback.ui.choice import ANY_BOARD, SIMULATED, Choice, FoundPort
from biofeedback.ui.main_window import MainWindow
from biofeedback.ui.translations import load_translation
from biofeedback.ui.wake import Wake

SWITCH_INTERVAL = 0.0005
"""Seconds that a thread may keep the interpreter: a busy window held samples up for 11 ms by default, now 2.5."""
LOOK_FOR_BOARDS = 1000
"""Milliseconds between looks for a board while the simulated muscle stands in for one."""
MESSAGES = "The window made a mistake. Recording and training go on; the log has the details."
log = logging.getLogger("biofeedback")


def run_app(
    *,
    source: Source | None = None,
    port: str | None = None,
    simulated: bool = False,
    replay: Path | None = None,
    demo_seed: int | None = None,
    library: Path | None = None,
    find_boards: Callable[[], Sequence[FoundPort]] = found_ports,
    ready: Callable[[MainWindow], None] = lambda _: None,
) -> int:
    """Run the app until its window is closed or a signal ends it; return the exit code.

    `source` (or `port`, `simulated`, `replay`, `demo_seed`) says where samples come from; with none of them a board
    that is plugged in, else the simulated muscle. `ready` is called with the window once it is shown.
    """
    sys.setswitchinterval(SWITCH_INTERVAL)
    _start_log()
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("biofeedback")
    application.setStyle("Fusion")
    trouble = load_translation(application, "", app_folder("config") / "translations")
    settings_file = app_folder("config") / "settings.toml"
    loaded = load_settings(settings_file)
    plugged = not simulated and any(found.is_known for found in find_boards())
    choice = Choice(board=port or (ANY_BOARD if plugged else SIMULATED), settings=loaded.settings)
    channels: tuple[ChannelSettings, ...] | None = None
    script: Sequence[tuple[int, Command]] = ()
    if replay is not None:
        try:
            source = ReplaySource(replay)
        except RecordingError as error:
            print(f"{replay.name}: {error}", file=sys.stderr)  # noqa: T201 - there is no window yet
            return 3
        channels = source.channels
    elif demo_seed is not None:
        person = ScriptedPerson(choice.settings.rate, seed=demo_seed)
        source, script = SimulatedSource(1, choice.settings.rate, seed=demo_seed, drive=person.drive), person.commands
        channels = (ChannelSettings(muscle="biceps brachii", side="right"),)
    wake = Wake()
    station = DesktopStation(
        source or source_for(choice), choice, settings_file=settings_file if loaded.writable else None, library=library,
        find_boards=find_boards, now=_now, on_update=wake.poke, channels=channels, script=script,
    )  # fmt: skip
    alone = replay is not None or demo_seed is not None
    window = MainWindow(station, wake, step="train" if alone else "start")
    if replay is not None:
        window.guide.change(nobody_wears=True)  # those who did are not here
    if message := loaded.message or trouble:
        window.notify(message)
    if demo_seed is not None:
        station.start_recording()
    with _caught(window.notify), _ended_by_signals(application.closeAllWindows):
        window.resize(1280, 720)
        window.show()
        window.setFocus()
        station.engine.start()
        QTimer.singleShot(0, window.beside.sound.started)
        if not (port or simulated or source):
            _watch_for_boards(window, station)
        ready(window)
        application.exec()
        ended = station.engine.stop()
        with contextlib.suppress(TypeError):  # already disconnected with the window
            wake.woken.disconnect()
        window.deleteLater()
    if not ended:
        log.error("the acquisition or the disk did not end in time")
        return 3
    return 0


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _watch_for_boards(window: MainWindow, station: DesktopStation) -> None:
    """Change from the simulated muscle to a board that is plugged in, unless that would end a recording.

    Once a person has chosen a source themselves, theirs stays.
    """
    begun_with = station.choice.board
    timer = QTimer(window)

    def look() -> None:
        recording = station.engine.state.recording
        if station.choice.board != begun_with or begun_with != SIMULATED:
            timer.stop()
        elif (recording is None or recording.closed) and any(found.is_known for found in station.find_boards()):
            timer.stop()
            window.apply(replace(station.choice, board=ANY_BOARD))
            window.notify("A board was plugged in: it is used from now on.")

    timer.timeout.connect(look)
    timer.start(LOOK_FOR_BOARDS)


def _start_log() -> None:
    """Write the log into the app's data folder, or to stderr where that cannot be."""
    if log.handlers:
        return
    log.setLevel(logging.INFO)
    handler: logging.Handler
    try:
        folder = make_private(app_folder("data"))
        handler = logging.handlers.RotatingFileHandler(folder / "biofeedback.log", maxBytes=1_000_000, backupCount=3)
        (folder / "biofeedback.log").chmod(0o600)
    except OSError:
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"))
    log.addHandler(handler)
    if not faulthandler.is_enabled():
        with contextlib.suppress(OSError, ValueError, AttributeError):  # a captured stderr has no file
            faulthandler.enable()


@contextlib.contextmanager
def _caught(notify: Callable[[str], None]) -> Iterator[None]:
    """Log every uncaught exception and Qt's own messages; say so once, and go on."""
    said = False

    def from_slot(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        nonlocal said
        log.error("uncaught in the window", exc_info=(kind, error, trace))
        if not said:
            said = True
            notify(MESSAGES)

    def from_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            log.error("uncaught in %s", args.thread, exc_info=(args.exc_type, args.exc_value, args.exc_traceback))

    def from_qt(kind: QtMsgType, _context: QMessageLogContext, message: str | None) -> None:
        level = logging.INFO if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
        log.log(level, "Qt: %s", message)

    before = sys.excepthook, threading.excepthook, qInstallMessageHandler(from_qt)
    sys.excepthook, threading.excepthook = from_slot, from_thread
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook = before[0], before[1]
        qInstallMessageHandler(before[2])


@contextlib.contextmanager
def _ended_by_signals(close: Callable[[], object]) -> Iterator[None]:
    """Close the window on SIGINT, SIGTERM and SIGHUP: Python writes the signal to a socket that Qt listens to."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = socket.socketpair()
    for end in (reading, writing):
        end.settimeout(0)
    notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read)  # type: ignore[call-overload] # an int is fine

    def heard() -> None:
        with contextlib.suppress(BlockingIOError):
            reading.recv(64)
        close()

    def note(_number: int, _frame: FrameType | None) -> None:
        """Python's part is done by the wakeup socket."""

    notifier.activated.connect(heard)
    kinds = [signal.SIGINT, signal.SIGTERM]
    if os.name == "posix":
        kinds.append(signal.SIGHUP)
    handlers = [(kind, signal.signal(kind, note)) for kind in kinds]
    before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        for kind, handler in handlers:
            signal.signal(kind, handler)
        notifier.setEnabled(False)
        reading.close()
        writing.close()
