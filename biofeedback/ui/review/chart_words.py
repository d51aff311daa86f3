"""A review's bars in words, for who listens: set by set, each repetition with its value and what became of it. No Qt.

One rule: it says what the chart paints and nothing else.
"""

from __future__ import annotations

from biofeedback.ui.phrase import Phrase, joined, say
from biofeedback.ui.review.bars import Bar, Chart, Group

RESULTS = {"reached": say("reached"), "missed": say("not reached"), "excluded": say("not counted")}


def chart_words(chart: Chart) -> Phrase:
    """Return all that a chart shows."""
    if not any(group.bars for group in chart.groups):
        return chart.empty
    groups = joined([_group(group) for group in chart.groups], " ")
    legend = joined([words for _, words in chart.legend], "; ")
    return say("Bars: {unit}. {groups} {legend}.", unit=chart.unit, groups=groups, legend=legend)


def _group(group: Group) -> Phrase:
    bars = joined([_bar(i, bar) for i, bar in enumerate(group.bars, 1)], ", ")
    if group.line is None:
        return say("{name}: {count}; {bars}.", name=group.name, count=group.count, bars=bars)
    return say("{name}: {count}, {line}; {bars}.", name=group.name, count=group.count, line=group.line, bars=bars)


def _bar(number: int, bar: Bar) -> Phrase:
    if bar.value is None:
        return say("{n} {result}", n=number, result=RESULTS[bar.result])
    return say("{n} {result} with {value}", n=number, result=RESULTS[bar.result], value=f"{bar.value:.0f}")
