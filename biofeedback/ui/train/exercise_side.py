"""The right column during an exercise: repetitions as dots, sets, time left, the last repetition, and what is offered.

Numbers stand with their words: "8 of 10", never "80 %".
One rule: nothing here tells what a hidden bar hides: in a test a repetition is done, not reached.
"""

from __future__ import annotations

from typing import Literal

from PyQt6.QtCore import QCoreApplication, QRectF, Qt

from biofeedback.training.exercise_state import ExerciseState
from biofeedback.ui.look.canvas import RIGHT, ROUND, TOP, Canvas
from biofeedback.ui.look.icons import paint_light, paint_tick
from biofeedback.ui.look.tokens import BODY, CAPTION, COUNT, LEAD, metrics
from biofeedback.ui.phrase import Phrase, clock, say
from biofeedback.ui.train.exercise_lines import in_test
from biofeedback.ui.train.exercise_moment import repetition_words
from biofeedback.ui.words import spoken

Dot = Literal["reached", "below", "now", "lost", "done", "next"]
MOST_DOTS = 30
"""More repetitions than this are shown by their newest ones."""
_OFFERS = {
    "easier: three misses": say("Three were not reached. Make the next set easier? Press ↓"),
    "measure again": say("You beat your best. Measure again? C between sets"),
    "stop: pain": say("The pain is worse than at first. Stop here? Press E"),
    "calibration stopped: pain": say("The calibration stopped: it hurt."),
}
EVEN = {6: 6, 7: 4, 8: 4}
"""Dots in a row where rows of five would leave one or few alone."""


def tr(text: str) -> str:
    """Return `text` in the person's language."""
    return QCoreApplication.translate("exercise", text)


def dots(exercise: ExerciseState, *, silent: bool = False) -> list[Dot]:
    """Return a dot for every repetition of the block, at most MOST_DOTS."""
    names: dict[str, Dot] = {"reached": "reached", "missed": "below", "excluded": "lost"}
    hidden = exercise.block != "set" and exercise.phase not in ("pause", "done")
    made: list[Dot] = ["done" if hidden else names[result] for result in exercise.outcomes]
    if exercise.phase == "work" and len(made) < exercise.n_repetitions:
        made.append("lost" if silent else "now")
    made += ["next"] * (exercise.n_repetitions - len(made))
    first = max(0, min(len(exercise.outcomes) + 5, len(made)) - MOST_DOTS)
    return made[first : first + MOST_DOTS]


def side_words(exercise: ExerciseState) -> list[tuple[str, Phrase]]:
    """Return what asks to be seen, each with its light: a changed rest, and what is offered."""
    said: list[tuple[str, Phrase]] = []
    if exercise.rest_changed:
        said.append(("look", say("The rest has changed by half since calibration: look at the electrodes.")))
    if exercise.offer:
        said.append(("", _OFFERS[exercise.offer.what]))
    return said


def summary(exercise: ExerciseState) -> str:
    """Return the column in one sentence, for who listens."""
    where = tr("Test") if in_test(exercise) else tr("Set {n} of {m}").format(n=exercise.set_number, m=exercise.n_sets)
    words = tr("{where}, repetition {n} of {m}").format(where=where, n=exercise.repetition, m=exercise.n_repetitions)
    if not in_test(exercise) and exercise.outcomes:
        n = exercise.outcomes.count("reached")
        m = len(exercise.outcomes) - exercise.outcomes.count("excluded")
        words += ". " + tr("{n} of {m} reached").format(n=n, m=m)
    notes = "; ".join(spoken(phrase) for _, phrase in side_words(exercise))
    return f"{words}. {notes}" if notes else words


def paint_exercise(
    c: Canvas, exercise: ExerciseState, x: float, w: float, h: float, f: float, *, silent: bool, paused: bool
) -> None:
    """Paint the column in a card `h` high, from `x` over `w`, text `f` times its size."""
    t, testing = c.t, in_test(exercise)
    bottom = _paint_words(c, exercise, x, w, h, f)
    tight = bottom < 220 * f
    c.text(tr("Test, repetition") if testing else tr("Repetition"), x, 14 * f, w, 24 * f, BODY * f, 400, t.ink2)
    figure, size = str(exercise.repetition), COUNT * f
    c.text(figure, x, 36 * f, w, 48 * f, size, 700)
    words = tr("of {n}").format(n=exercise.n_repetitions)
    c.text(words, x + c.width(figure, size, 700) + 8 * f, 41 * f, w, 48 * f, LEAD * f, 400, t.ink2)
    if not testing:
        reached = exercise.outcomes.count("reached")
        scored = len(exercise.outcomes) - exercise.outcomes.count("excluded")
        c.text(tr("reached"), x, 14 * f, w, 24 * f, BODY * f, 400, t.ink2, RIGHT)
        value = tr("{n} of {m}").format(n=reached, m=scored) if scored else "–"
        c.text(value, x, 41 * f, w, 48 * f, LEAD * f, 600, t.good_ink if reached else t.ink2, RIGHT)
    shown = dots(exercise, silent=silent)
    y = 96 * f
    room = bottom - y - (0 if tight else 78 * f)
    columns = EVEN.get(len(shown), 5)
    d = min((36 if f > 1 else 32) * f, (w - 4 * 8) / 5, (w - (columns - 1) * 6) / columns)
    while columns < 10 and -(-len(shown) // columns) * (d + 8 * f) > room:
        columns += 1
        d = (w - (columns - 1) * 6) / columns
    rows = max(1, min(-(-len(shown) // columns), int(room / (d + 8 * f))))
    gap = (w - columns * d) / (columns - 1)
    for i, dot in enumerate(shown[: rows * columns]):
        paint_exercise_dot(c, x + d / 2 + (i % columns) * (d + gap), y + d / 2 + (i // columns) * (d + 8 * f), d, dot)
    y += rows * (d + 8 * f) + 6 * f
    if y + 88 * f > bottom:  # with large text what is offered comes first
        return
    y = _paint_sets(c, exercise, x, y, w, f)
    left = tr("stands") if paused else tr("waits") if silent else clock(exercise.seconds_left)
    c.text(tr("Time left"), x, y, w, 30 * f, BODY * f, 400, t.ink2)
    c.text(left, x, y, w, 30 * f, LEAD * f, 600, align=RIGHT)
    y += 36 * f
    last = repetition_words(exercise)
    if last and y + 62 * f <= bottom:
        c.line(x, y, x + w, y)
        c.text(tr("Last repetition"), x, y + 8 * f, w, 22 * f, CAPTION * f, 600, t.ink3)
        c.text(spoken(last), x, y + 30 * f, w, max(32 * f, bottom - y - 30 * f), BODY * f, 500, t.ink2, vertical=TOP,
               wrap=True)  # fmt: skip


def paint_over(c: Canvas, exercise: ExerciseState, x: float, w: float, h: float, f: float) -> None:
    """Paint what was done, block by block, once the exercise is over."""
    names = {"test": tr("Test"), "retest": tr("Test again"), "set": tr("Set {n}")}
    c.text(tr("What was reached"), x, 16 * f, w, 24 * f, BODY * f, 400, c.t.ink2)
    y, step = 48 * f, 34 * f
    room = max(1, int((h - y - 12) / step))
    for block in exercise.blocks[-room:]:
        value = tr("{n} of {m}").format(n=block.reached, m=block.scored)
        c.text(names[block.block].format(n=block.set_number), x, y, w, step, BODY * f, 400, c.t.ink2)
        c.text(value, x, y, w, step, LEAD * f, 600, align=RIGHT)
        y += step
    lost = sum(block.prompted - block.scored for block in exercise.blocks)
    if lost and y + 40 * f < h:
        c.line(x, y + 4 * f, x + w, y + 4 * f)
        words = tr("{n} not counted: the signal was not good enough, or it was left out.").format(n=lost)
        c.text(words, x, y + 12 * f, w, h - y - 16 * f, CAPTION * f, 400, c.t.ink3, vertical=TOP, wrap=True)


def _paint_sets(c: Canvas, exercise: ExerciseState, x: float, y: float, w: float, f: float) -> float:
    t, n = c.t, exercise.n_sets
    c.line(x, y, x + w, y)
    y += 8 * f
    done = {block.set_number for block in exercise.blocks if block.block == "set"}
    testing = exercise.block != "set" and exercise.phase != "pause"
    value = tr("{n} of {m}").format(n=exercise.set_number, m=n)
    if testing:
        value = tr("then {m}").format(m=n) if exercise.block == "test" else tr("{m} done").format(m=len(done))
    c.text(tr("Set"), x, y, w, 30 * f, BODY * f, 400, t.ink2)
    c.text(value, x, y, w, 30 * f, LEAD * f, 600, align=RIGHT)
    y += 32 * f
    gap = min(8.0, w / n / 4)
    one = (w - (n - 1) * gap) / n
    for k in range(n):
        part = 1.0 if k + 1 in done else 0.0
        if not part and not testing and k + 1 == exercise.set_number:
            part = len(exercise.outcomes) / max(1, exercise.n_repetitions)
        c.box(x + k * (one + gap), y, one, 8, t.sunken, 4)
        if part:
            c.box(x + k * (one + gap), y, max(8.0, one * part), 8, t.accent, 4)
    return y + 16 * f


def _paint_words(c: Canvas, exercise: ExerciseState, x: float, w: float, h: float, f: float) -> float:
    """Paint what asks to be seen at the foot of the column; return how far down the rest may reach."""
    t, y, size = c.t, h - 14 * f, CAPTION * f
    words_to_say = side_words(exercise)
    if h < 300 * f:
        words_to_say = words_to_say[-1:]
    for light, phrase in reversed(words_to_say):
        inner = w - (22 * f if light else 0)
        words = spoken(phrase)
        box = QRectF(0, 0, inner - 4, 1000)
        high = metrics(size, 500).boundingRect(box, int(Qt.TextFlag.TextWordWrap), words).height()
        y -= high + 12 * f
        if light:
            c.box(x - 8, y, w + 16, high + 12 * f, t.warn_soft, 8)
            paint_light(c, "look", x + 9 * f, y + 6 * f + 9 * f, 8 * f)
        else:
            c.box(x - 8, y, w + 16, high + 12 * f, t.sunken, 8)
        c.text(words, x + (24 * f if light else 0), y + 6 * f, inner - 4, high + 2, size, 500,
               t.warn_ink if light else t.ink, vertical=TOP, wrap=True)  # fmt: skip
        y -= 8 * f
    return y


def paint_exercise_dot(c: Canvas, x: float, y: float, d: float, dot: Dot) -> None:
    """Paint a repetition: tick (reached), bar (below), ringed (now), dashed (not counted), full (done), thin (next)."""
    t, r = c.t, d / 2
    if dot == "reached":
        c.circle(x, y, r, t.good)
        paint_tick(c, x, y, d * 0.62, t.on_good, max(2.4, d * 0.085))
    elif dot == "below":
        c.circle(x, y, r - 1.5, t.warn_soft, t.warn_ink, 2.5)
        c.line(x - r * 0.36, y, x + r * 0.36, y, t.warn_ink, max(2.6, d * 0.085), cap=ROUND)
    elif dot == "now":
        c.circle(x, y, r - 2, t.surface, t.accent, 4)
        c.circle(x, y, r * 0.36, t.accent)
    elif dot == "lost":
        c.circle(x, y, r - 1.5, None, t.edge, 2.5, [2, 1.6])
    elif dot == "done":
        c.circle(x, y, r - 1, t.sunken, t.edge, 1.5)
        c.circle(x, y, r * 0.3, t.ink3)
    else:
        c.circle(x, y, r - 1, None, t.edge, 1.5)
