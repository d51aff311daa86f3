"""A recording as one picture: envelope over time, target, blocks of an exercise, what was reached, gaps left empty.

SVG text, so that it needs no screen and no Qt. Colours are Okabe and Ito's; nothing is told by colour alone.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

import numpy as np

from biofeedback.report.exercise import WITHOUT_LINE
from biofeedback.report.summary import Summary, Trace
from biofeedback.training.calibration import CalibrationResult
from biofeedback.training.events import BlockResult, Prompt, Repetition
from biofeedback.training.hold import HoldEvent

WIDTH, HEIGHT = 1280, 520
LEFT, RIGHT, TOP, BOTTOM = 88, 32, 112, 72
TOP_OF_SCALE = {"percent": 150.0, "uV": 500.0, "counts": 500.0}
UNITS = {"percent": "% of today's best", "uV": "µV", "counts": "counts"}
INK, QUIET, LINE, BLUE, GREEN, AMBER = "#15202B", "#56636F", "#DDE3E8", "#0072B2", "#00664B", "#744B00"


def draw(summary: Summary, trace: Trace) -> str:
    """Return the picture as an SVG document of 1280 by 520."""
    top = TOP_OF_SCALE[summary.unit]
    high = trace.high[np.isfinite(trace.high)]
    while len(high) and summary.unit != "percent" and high.max() > top:
        top *= 2
    seconds = max(trace.seconds, 1e-9)
    parts = [_frame(summary), *_scale(top, seconds, summary.unit), *_envelope(trace, top)]
    rate = summary.rate
    if summary.exercises:
        has_line = all(exercise.kind not in WITHOUT_LINE for exercise in summary.exercises)
        parts += _exercise(trace, rate, seconds, top, has_line=has_line)
    else:
        parts.append(_line(LEFT, WIDTH - RIGHT, summary.target_low, top))
        parts.append(_text(LEFT - 12, _y(summary.target_low, top) + 6, f"{summary.target_low:g}", 16, 700, INK, "end"))
    for event in trace.events:
        x = _x(event.index / rate, seconds)
        if isinstance(event, HoldEvent) and event.what == "reached":
            parts += _tick(x)
        elif isinstance(event, CalibrationResult):
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="{QUIET}" '
                         'stroke-dasharray="2 4"/>')  # fmt: skip
            parts.append(_text(x - 6, TOP + 32, "calibrated", 13, 500, QUIET, "end"))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        "font-family=\"Inter, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif\">\n"
        f"<title>{escape(summary.name)}</title>\n{body}\n</svg>\n"
    )


def _exercise(trace: Trace, rate: float, seconds: float, top: float, *, has_line: bool) -> list[str]:
    """Return the blocks with what became of each repetition; with the line they were held against if there is one."""
    parts: list[str] = []
    begun = 0.0
    for event in trace.events:
        x = _x(event.index / rate, seconds)
        if isinstance(event, Prompt) and event.phase == "sample":
            begun = x
        elif isinstance(event, Repetition) and event.result == "reached":
            parts += _tick(x)
        elif isinstance(event, Repetition):
            dash = ' stroke-dasharray="3 3"' if event.result == "excluded" else ""
            parts.append(f'<circle cx="{x:.1f}" cy="{TOP + 14}" r="6" fill="none" stroke="{QUIET}" '
                         f'stroke-width="2"{dash}/>')  # fmt: skip
        elif isinstance(event, BlockResult):
            name = f"set {event.set_number}" if event.block == "set" else "without the bar"
            text = f"{name}: {event.reached} of {event.scored}"
            parts.append(_text(begun, TOP - 8, text, 13, 600, INK))
            if has_line and event.low is not None:
                levels = [level for level in (event.low, event.high) if level is not None]
                parts += [_line(begun, x, level, top) for level in levels]
                parts.append(_text(begun - 4, _y(event.low, top) + 5, f"{event.low:g}", 13, 700, INK, "end"))
    return parts


def _line(x1: float, x2: float, level: float, top: float) -> str:
    y = _y(level, top)
    return f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{INK}" stroke-width="3"/>'


def _tick(x: float) -> list[str]:
    return [
        f'<circle cx="{x:.1f}" cy="{TOP + 14}" r="9" fill="{GREEN}"/>',
        f'<path d="M{x - 4:.1f} {TOP + 14} l3 3 l5 -6" stroke="#fff" stroke-width="2" fill="none"/>',
    ]


def _frame(summary: Summary) -> str:
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#FFFFFF"/>'
    heading = _text(LEFT, 44, summary.sentences[0], 20, 600, INK)
    reached = "✓ reached, ○ not reached" if summary.exercises else f"✓ held for {summary.hold_seconds:g} s"
    if any(exercise.excluded for exercise in summary.exercises):
        reached += ", ◌ not counted"
    facts = f"{summary.muscle} · {summary.seconds:.0f} s · {summary.received_percent:.2f} % received · {reached}"
    badge = ""
    if summary.simulated:
        badge = (
            f'<rect x="{WIDTH - RIGHT - 120}" y="58" width="120" height="28" rx="6" fill="#FCF0D6" stroke="#E69F00" '
            f'stroke-width="1.5"/>{_text(WIDTH - RIGHT - 60, 77, "SIMULATED", 14, 700, AMBER, "middle")}'
        )
    return ground + heading + _text(LEFT, 76, facts, 15, 400, QUIET) + badge


def _scale(top: float, seconds: float, unit: str) -> list[str]:
    parts = []
    step = top / 5 if unit != "percent" else 50
    for k in range(round(top / step) + 1):
        y = _y(k * step, top)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{LINE}"/>')
        parts.append(_text(LEFT - 12, y + 5, f"{k * step:g}", 13, 400, QUIET, "end"))
    parts.append(_text(LEFT, HEIGHT - 16, UNITS[unit], 13, 500, QUIET))
    every = next(every for every in (1, 5, 10, 30, 60, 300, 600, 3600, 1e9) if seconds / every <= 12)
    for k in range(int(seconds / every) + 1):
        x = _x(k * every, seconds)
        parts.append(_text(x, HEIGHT - BOTTOM + 24, f"{k * every:g} s", 13, 400, QUIET, "middle"))
    return parts


def _envelope(trace: Trace, top: float) -> list[str]:
    """One filled shape per unbroken stretch: nothing is drawn through a gap."""
    parts = []
    good = np.isfinite(trace.high)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        columns = np.arange(start, stop)
        x = LEFT + columns / len(good) * (WIDTH - LEFT - RIGHT)
        upper = [f"{a:.1f} {_y(b, top):.1f}" for a, b in zip(x, trace.high[start:stop], strict=True)]
        lower = [f"{a:.1f} {_y(b, top):.1f}" for a, b in zip(x, trace.low[start:stop], strict=True)]
        parts.append(
            f'<path d="M{" L".join(upper + lower[::-1])} Z" fill="{BLUE}" stroke="{BLUE}" stroke-width="1" '
            'stroke-linejoin="round"/>'
        )
    return parts


def _x(seconds: float, length: float) -> float:
    return LEFT + seconds / length * (WIDTH - LEFT - RIGHT)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - min(max(value, 0.0), top) / top * (HEIGHT - TOP - BOTTOM)


def _text(x: float, y: float, words: str, size: int, weight: int, colour: str, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )
