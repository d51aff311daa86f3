"""The command line: the app, and everything a script or a check needs without it. Only `app` needs Qt.

Results go to stdout, messages to stderr. Exit codes: 0 well, 1 the answer is no, 2 wrong use, 3 device or file trouble.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from biofeedback import __version__

WELL, NO, WRONG_USE, TROUBLE = 0, 1, 2, 3
RATES = (250, 500, 512, 1000, 2000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command in `arguments` (those of the process if None) and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        _say("Stopped. What was recorded is kept.")
        return WELL
    except BrokenPipeError:  # `biofeedback replay … | head` is no trouble
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return WELL
    except OSError as error:
        _say(f"{error.filename or 'A file'}: {error.strerror or error}. Nothing else was changed.")
        return TROUBLE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="biofeedback",
        description="See and hear a muscle answer. Without a command: the app. Research, education and training "
        "software; not a medical device.",
    )
    parser.add_argument("--version", action="version", version=f"biofeedback {__version__}")
    parser.set_defaults(run=_app, port=None, simulated=False, library=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    app = commands.add_parser("app", help="the app (also without a command)")
    _source_options(app)
    app.add_argument("--library", type=Path, metavar="DIR", help="folder of the recordings")
    app.set_defaults(run=_app)

    demo = commands.add_parser("demo", help="a whole session on the simulated muscle")
    demo.add_argument("--headless", action="store_true", help="without a window, as fast as it goes")
    demo.add_argument("--library", type=Path, metavar="DIR", help="folder of the recordings")
    demo.add_argument("--seed", type=int, default=1, metavar="N", help="another person (default 1)")
    demo.add_argument(
        "--plan", metavar="NAME", help="a guided session of a plan: its name or a .toml file (with --headless)"
    )
    length = demo.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="with the quick calibration (default)")
    length.add_argument("--full", action="store_true", help="with the calibration that the plan asks for")
    demo.set_defaults(run=_demo)

    devices = commands.add_parser("devices", help="the boards and ports of this computer")
    devices.add_argument("--json", action="store_true")
    devices.set_defaults(run=_devices)

    record = commands.add_parser("record", help="record without a window")
    _source_options(record)
    record.add_argument("--channels", type=_channel_count, default=None, metavar="N", help="1 to 6 (default 1)")
    record.add_argument("--rate", type=int, choices=RATES, default=1000, help="scans per second (default 1000)")
    record.add_argument("--seconds", type=_seconds, metavar="S", help="length (default: until Ctrl-C)")
    record.add_argument("--library", type=Path, metavar="DIR", help="folder of the recordings")
    record.set_defaults(run=_record)

    replay = commands.add_parser("replay", help="compute a recording's numbers again and compare them")
    replay.add_argument("file", type=Path)
    replay.add_argument("--json", action="store_true")
    replay.add_argument("--chunk", type=_positive, default=4096, metavar="N", help="scans in a block (default 4096)")
    replay.set_defaults(run=_replay)

    doctor = commands.add_parser("doctor", help="what this computer has and lacks for the app")
    doctor.add_argument("--json", action="store_true")
    doctor.set_defaults(run=_doctor)
    return parser


def _source_options(parser: argparse.ArgumentParser) -> None:
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--port", metavar="PORT", help="serial port of the board (default: found by itself)")
    source.add_argument("--simulated", action="store_true", help="the simulated muscle")
    source.add_argument("--replay", type=Path, metavar="FILE", help="the samples of a recording")


def _app(options: argparse.Namespace) -> int:
    if not _has_display():
        _say("There is no display here, so the app cannot show its window. Running the demo without one instead.")
        return _headless_demo(options.library, seed=1)
    try:
        from biofeedback.app import run_app  # noqa: PLC0415 - only the app needs Qt
    except ImportError as error:
        _say(f"The window cannot start: {error}. `biofeedback doctor` says what is missing.")
        return TROUBLE
    return run_app(port=options.port, simulated=options.simulated, library=options.library,
                   replay=getattr(options, "replay", None))  # fmt: skip


def _demo(options: argparse.Namespace) -> int:
    if options.full and not options.plan:
        _say("--full is about a plan's calibration: name the plan with --plan.")
        return WRONG_USE
    if options.headless or not _has_display():
        return _headless_demo(options.library, seed=options.seed, plan=options.plan, quick=not options.full)
    if options.plan:
        _say("The window cannot show a plan's demo yet: add --headless.")
        return WRONG_USE
    from biofeedback.app import run_app  # noqa: PLC0415 - only the app needs Qt

    return run_app(demo_seed=options.seed, library=options.library)


def _headless_demo(library: Path | None, seed: int, plan: str | None = None, *, quick: bool = True) -> int:
    from biofeedback.headless import run_demo  # noqa: PLC0415 - a quick `--version` needs no scipy
    from biofeedback.recording.folders import default_library  # noqa: PLC0415
    from biofeedback.training.plan_file import find_plan  # noqa: PLC0415
    from biofeedback.training.toml_document import PlanError  # noqa: PLC0415

    try:
        chosen = find_plan(plan) if plan else None
    except PlanError as error:
        _say(str(error))
        return TROUBLE if str(plan).endswith(".toml") else WRONG_USE
    try:
        folder = library or default_library()
        result = run_demo(folder, seed=seed, plan=chosen, quick=quick, now=_now, progress=_progress_bar)
    except RuntimeError as error:
        _say(str(error))
        return TROUBLE
    print(result.recording)
    print(result.summary)
    print(result.picture)
    for sentence in result.sentences:
        _say(sentence)
    return WELL


def _devices(options: argparse.Namespace) -> int:
    from biofeedback.sources.serial_port import list_boards  # noqa: PLC0415

    boards = list_boards()
    if options.json:
        print(json.dumps([{"port": b.port, "description": b.description, "maker": b.maker} for b in boards]))
    else:
        for board in boards:
            print(f"{board.port}\t{board.maker or '?'}\t{board.description}")
    if not boards:
        _say("No board found. Plug one in, or use the simulated muscle (--simulated).")
    return WELL if boards else NO


def _record(options: argparse.Namespace) -> int:
    from biofeedback.headless import record  # noqa: PLC0415
    from biofeedback.recording.edf import RecordingError  # noqa: PLC0415
    from biofeedback.recording.folders import default_library  # noqa: PLC0415
    from biofeedback.sources.replay import ReplaySource  # noqa: PLC0415
    from biofeedback.sources.serial_port import SerialSource  # noqa: PLC0415
    from biofeedback.sources.simulator import SimulatedSource  # noqa: PLC0415
    from biofeedback.sources.source import Source  # noqa: PLC0415

    n_channels = options.channels or 1
    source: Source
    channels = None
    try:
        if options.replay:
            if options.channels:
                _say("A recording brings its own channels: leave --channels out.")
                return WRONG_USE
            source = ReplaySource(options.replay, paced=False)
            channels = source.channels
        elif options.simulated:
            source = SimulatedSource(n_channels, options.rate)
        else:
            source = SerialSource(options.port, n_channels, options.rate)
    except RecordingError as error:
        _say(str(error))
        return TROUBLE
    return record(
        source,
        options.library or default_library(),
        channels=channels,
        seconds=options.seconds,
        now=_now,
        say=_say,
        show=_show,
    )


def _replay(options: argparse.Namespace) -> int:
    from biofeedback.recording.edf import RecordingError  # noqa: PLC0415
    from biofeedback.report.recompute import recompute  # noqa: PLC0415
    from biofeedback.report.words import exercise_lines  # noqa: PLC0415

    try:
        result = recompute(options.file, options.chunk, analyse=options.json)
    except RecordingError as error:
        _say(f"{options.file.name}: {error}")
        return TROUBLE
    if options.json:
        print(json.dumps(result.summary(), indent=2))
    else:
        print(f"scans      {result.n_scans}")
        print(f"envelope   {result.envelope_sha256}")
        print(f"stored     {result.stored_sha256 or 'not stored: the recording was not closed'}")
        print(f"events     {len(result.events)} computed, {len(result.stored_events)} stored")
        if result.exercise:
            print(*exercise_lines(result.exercise), sep="\n")
        else:
            print(f"holds      {result.practice.n_reached} reached of {result.practice.n_started} begun")
    if result.identical:
        _say("Identical to the bit." if result.complete else "Not closed; what is stored came out again.")
        return WELL
    if not result.same_version:
        _say(f"Recomputed by version {result.version}; the recording was made by version {result.stored_version}.")
    elif result.lost_to_storage:
        _say(f"Different: {result.lost_to_storage} scans never reached the disk.")
    else:
        _say("Different from what the recording stores.")
    return NO


def _doctor(options: argparse.Namespace) -> int:
    from biofeedback.doctor import examine  # noqa: PLC0415

    findings = examine()
    if options.json:
        print(json.dumps([{"name": f.name, "value": f.value, "fix": f.fix} for f in findings], indent=2))
    else:
        for finding in findings:
            print(f"{'✗' if finding.fix else '✓'} {finding.name}: {finding.value}")
            if finding.fix:
                print(f"  → {finding.fix}")
    return NO if any(finding.fix for finding in findings) else WELL


def _has_display() -> bool:
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("QT_QPA_PLATFORM"))


def _progress_bar(part: float) -> None:
    if sys.stderr.isatty() or part >= 1:
        filled = round(40 * min(part, 1.0))
        end = "\n" if part >= 1 else ""
        print(
            f"\r[{'█' * filled}{'·' * (40 - filled)}] {100 * min(part, 1.0):3.0f} %",
            end=end,
            file=sys.stderr,
            flush=True,
        )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _show(text: str) -> None:
    print(text, flush=True)  # whoever reads our output waits for the path, also through a pipe


def _say(text: str) -> None:
    with contextlib.suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _channel_count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 6:
        raise argparse.ArgumentTypeError("a board has 1 to 6 channels")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 24 * 3600:
        raise argparse.ArgumentTypeError("must be above 0 and at most a day")
    return value


if __name__ == "__main__":
    sys.exit(main())
