"""The sheet of a review: notices, sentences, bars on the left, today on the right; scrolls where it does not fit.

One rule: it shows one review and changes nothing.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFocusEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from biofeedback.report import words
from biofeedback.training.plan import Plan
from biofeedback.ui.look.scroll_area import ScrollArea
from biofeedback.ui.look.tokens import GUTTER, Look, style_sheet
from biofeedback.ui.phrase import Phrase
from biofeedback.ui.review.bars import charts
from biofeedback.ui.review.chart import ReviewChart
from biofeedback.ui.review.facts import facts, notices
from biofeedback.ui.review.facts_card import FactsCard
from biofeedback.ui.review.reading import Review
from biofeedback.ui.review.sentences import Notices, Sentences
from biofeedback.ui.words import spoken

EXPLAINING = 2
"""How many of a summary's sentences, its last ones, explain the others: what percent means, what is missing."""
FACTS_SHARE = 512 / 1216
"""Part of the width that today's lines have."""
NARROW = 720.0
"""Pixels at 100 % below which everything stands in one column."""

BAR, BESIDE = 12, 4
"""Pixels of the scroll bar, and of the air beside it."""


class ReviewSheet(ScrollArea):
    """Shows what `tell` gives it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = Look()
        self._ground = QWidget()
        self._ground.setAutoFillBackground(False)
        self.notices, self.sentences = Notices(self._ground), Sentences(self._ground)
        self.facts = FactsCard(self._ground)
        self.charts: list[ReviewChart] = []
        self._phrases: tuple[Phrase, ...] = ()
        self.setWidget(self._ground)
        self.setAccessibleName(self.tr("Review"))

    def dress(self, look: Look) -> None:
        """Take on a look."""
        self._look = look
        t = look.palette
        self.setStyleSheet(
            f"{style_sheet(look)} ReviewSheet, ReviewSheet > QWidget > QWidget {{ background: {t.canvas}; }} "
            f"QScrollBar:vertical {{ background: {t.canvas}; width: {BAR}px; margin: 0; }} "
            f"QScrollBar::handle:vertical {{ background: {t.edge}; border-radius: 4px; }} "
            f'QScrollBar[reached="yes"]::handle:vertical {{ background: {t.accent}; }}'
        )
        for part in (self.notices, self.sentences, self.facts):
            part.dress(look)
        for chart in self.charts:
            chart.dress(look)
        self._place()

    def tell(self, review: Review, plan: Plan | None, trouble: str) -> None:
        """Show `review`; `plan`: today's, `trouble`: the recorder's last word."""
        for chart in self.charts:
            chart.hide()
            chart.deleteLater()
        made = charts(review.summary, review.trace, plan)
        self.charts = [ReviewChart(chart, self._look, self._ground) for chart in made]
        for chart in self.charts:
            chart.show()
        told = review.summary.told
        early = None if review.earlier is None else words.too_early(review.earlier)
        large = [spoken(phrase) for phrase in (*told[:-EXPLAINING], *([early] if early else []))]
        small = " ".join(spoken(phrase) for phrase in told[-EXPLAINING:])
        self.sentences.tell(large, small, simulated=review.summary.simulated)
        self.facts.tell(facts(review, plan))
        self._phrases = notices(review.kept, trouble)
        self.add_notice(None)
        bar = self.verticalScrollBar()
        if bar:
            bar.setValue(0)

    def add_notice(self, phrase: Phrase | None) -> None:
        """Say one thing more above everything, in place of the one said before; None for nothing."""
        more = [phrase] if phrase else []
        self.notices.tell([spoken(each) for each in (*more, *self._phrases)])
        self._place()
        bar = self.verticalScrollBar()
        if phrase and bar:
            bar.setValue(0)

    def focusInEvent(self, a0: QFocusEvent | None) -> None:
        """Show at the scroll bar that the keys move it."""
        super().focusInEvent(a0)
        self._mark("yes")

    def focusOutEvent(self, a0: QFocusEvent | None) -> None:
        """Show that they do no more."""
        super().focusOutEvent(a0)
        self._mark("")

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Lay out anew."""
        super().resizeEvent(a0)
        self._place()

    def _place(self) -> None:
        """Give every card its place; what is left of the height goes to the bars and today."""
        view = self.viewport()
        if view is None:
            return
        w, room = self.width(), view.height()
        total = self._lay_out(w, room)
        if total > room:
            w -= BAR + BESIDE
            total = self._lay_out(w, room)
        self._ground.resize(w, max(total, room))
        # only where there is something to scroll is it worth a stop of the Tab key
        scrolls = total > room
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if scrolls else Qt.FocusPolicy.NoFocus)

    def _mark(self, reached: str) -> None:
        bar = self.verticalScrollBar()
        style = bar.style() if bar else None
        if bar and style:
            bar.setProperty("reached", reached)
            style.unpolish(bar)
            style.polish(bar)

    def _lay_out(self, w: int, room: int) -> int:
        """Place all cards in `w` pixels, in `room` pixels of height where that is enough; return what they need."""
        y = 0
        heights = (self.notices, self.notices.height_for(w)), (self.sentences, self.sentences.lay_out(w, room))
        for part, height in heights:
            part.setVisible(height > 0)
            part.setGeometry(0, y, w, height)
            y += height + GUTTER if height else 0
        narrow = w < self._look.px(NARROW)
        right = w if narrow else round((w - GUTTER) * FACTS_SHARE)
        left = w if narrow else w - GUTTER - right
        needs = [chart.height_for(left) for chart in self.charts]
        column = sum(needs) + GUTTER * max(0, len(needs) - 1)
        below = self.facts.height_for(right)
        least = column + GUTTER + below if narrow else max(column, below)
        height = max(least, room - y)
        spare = (height - least if narrow else height - column) // max(1, len(needs))
        at = y
        for chart, need in zip(self.charts, needs, strict=True):
            chart.setGeometry(0, at, left, need + spare)
            at += need + spare + GUTTER
        if narrow:
            self.facts.setGeometry(0, at, w, below)
        else:
            self.facts.setGeometry(left + GUTTER, y, right, height)
        return y + height
