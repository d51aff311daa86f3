"""What people say of themselves: kept as numbers and codes, the newest of each, and heard where it matters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.recording.annotation import check_text
from biofeedback.training.command_text import decode_command, encode_command
from biofeedback.training.commands import Answer, Begin, Command, Outcome, Pause, Rate, Resume, Site, StartCalibration
from biofeedback.training.events import Offer
from biofeedback.training.notes import Notes
from tests.training.sessions import Live, begun, exercise_of, one, reference, right, settings, setup

ratings = st.builds(
    Rate, st.sampled_from(["pain", "effort"]), st.integers(0, 10),
    st.sampled_from(["before", "during", "after", "end", "morning"]),
)  # fmt: skip
codes = st.text("abz AZ09,.%/()+-", max_size=13)
centimetres = st.none() | st.integers(0, 2000).map(lambda tenths: tenths / 10)
notes = st.one_of(
    ratings,
    st.builds(Answer, codes, codes),
    st.builds(Outcome, codes, st.floats(-1e6, 1e6), codes, codes),
    st.builds(Site, st.integers(0, 1), centimetres, centimetres, codes, codes,
              st.sampled_from(["yes", "no", "first time", "not stated"])),
)  # fmt: skip


def test_the_newest_note_of_each_kind_is_kept() -> None:
    live = Live(settings())
    told: list[Command] = [
        Rate("pain", 3, "before"), Rate("effort", 5, "after"), Rate("pain", 1, "after"), Rate("pain", 2, "after"),
        Answer("do not start"), Answer("only if agreed", "skin"), Answer("do not start", "implant"),
        Outcome("chair stands", 11, "per 30 s"), Outcome("range", 95.0, "deg", "left"),
        Outcome("range", 120.0, "deg", "right"), Outcome("chair stands", 12, "per 30 s"),
        Site(0, 8.0, 32.0), Site(0, 8.5, 31.5, "gel 24 mm", "shaved", "yes"),
    ]  # fmt: skip
    live.tell(*told)
    assert set(live.pipeline.practice.notes) == {told[i] for i in (0, 1, 3, 5, 6, 8, 9, 10, 12)}


@given(st.lists(notes, max_size=12))
def test_notes_come_back_in_a_fresh_run_and_fit_their_annotation(given_notes: list[Command]) -> None:
    live = Live(settings(2))
    live.tell(*given_notes)
    fresh = Live(live.settings)
    fresh.tell(*live.pipeline.in_force)
    assert fresh.pipeline.practice.notes == live.pipeline.practice.notes
    for index, command in live.told:
        text = encode_command(index + 10**9, command)
        check_text(text)
        assert decode_command(text) == (index + 10**9, command)


@pytest.mark.parametrize("text", ["<b>", 'say "x"', "a_b", "ü", "a\n", "a" * 41, "a;b", "a:b", "\x00", "😀"])
def test_free_text_names_and_mail_addresses_cannot_be_stored(text: str) -> None:
    live = Live(settings())
    for note in (Answer(text), Answer("q", text), Outcome(text, 1.0), Site(0, electrode=text)):
        with pytest.raises(ValueError, match="plain characters"):
            live.tell(note)
    assert live.pipeline.practice.notes == ()


def test_all_texts_of_a_note_together_are_bounded() -> None:
    live = Live(settings())
    live.tell(Outcome("a" * 20, 1.0, "b" * 10, "c" * 10))
    with pytest.raises(ValueError, match="at most 40"):
        live.tell(Outcome("a" * 20, 1.0, "b" * 11, "c" * 10))


@pytest.mark.parametrize(
    ("values", "worse"),
    [((), False), ((5,), False), ((6,), True), ((0, 1), False), ((0, 2), True), ((4, 5), False), ((4, 2, 5), False),
     ((0, 5, 1), False), ((8, 3), False), ((3, 2, 5), True)],
)  # fmt: skip
def test_pain_is_worse_above_five_or_two_more_than_at_first(values: tuple[int, ...], worse: bool) -> None:
    told = Notes()
    for value in values:
        told.take(Rate("pain", value, "during"))
        told.take(Rate("effort", 10, "during"))
    assert told.pain_is_worse == worse


def test_pain_is_heard_while_an_exercise_runs_and_nowhere_else() -> None:
    live = begun("activate", sets=1, repetitions=1)
    live.tell(Rate("pain", 8, "during"))
    assert [offer.what for offer in live.offers] == ["stop: pain"]
    live.follow(one(right))
    live.tell(Rate("pain", 9, "after"))
    assert len(live.offers) == 1


def test_a_try_that_hurts_is_ended_and_the_reference_before_it_stays() -> None:
    live = Live(settings())
    live.tell(reference(), StartCalibration(tries=1, seconds=2.0, resting=3.0))
    live.give([0.0], 3.5)
    live.tell(Rate("pain", 3, "during"))
    before = live.pipeline.practice
    assert before.calibration is not None
    live.tell(Rate("pain", 4, "during"))
    after = live.pipeline.practice
    assert after.calibration is None
    assert after.references == before.references
    assert live.events[-1] == Offer(live.pipeline.next_index, "calibration stopped: pain")


def test_an_offer_is_gone_with_the_next_block() -> None:
    live = begun("activate", sets=2, repetitions=1)
    live.tell(Rate("pain", 8, "during"))
    live.follow(one(right), until=lambda state: exercise_of(state).phase == "pause")
    assert live.exercise.offer is not None
    live.follow(one(right), until=lambda state: exercise_of(state).phase == "work")
    assert live.exercise.offer is None


def test_ratings_before_the_exercise_count_as_the_first() -> None:
    live = Live(settings())
    live.tell(Rate("pain", 1, "before"), reference(), *setup("activate"), Begin(), Pause(), Resume())
    live.tell(Rate("pain", 3, "during"))
    assert [offer.what for offer in live.offers] == ["stop: pain"]


def test_what_was_answered_changes_no_score() -> None:
    outcomes = []
    for more in ((), (Answer("do not start", "implant"), Site(0, 1.0, 2.0), Outcome("range", 90.0))):
        live = begun("activate", *more, sets=1, repetitions=2)
        live.follow(one(right))
        outcomes.append((live.outcome[:2], live.results))
    assert outcomes[0] == outcomes[1]


def test_how_it_was_the_next_morning_is_not_where_todays_pain_begins() -> None:
    notes = Notes()
    for rating in (Rate("pain", 5, "morning"), Rate("pain", 1, "before"), Rate("pain", 4, "after")):
        notes.take(rating)
    assert notes.pain_is_worse
