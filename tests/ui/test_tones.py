"""The samples themselves: pitch, level, clicks, cues, and that cutting changes nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from biofeedback.ui.sound.cues import NOTES, RANK, TAIL, render
from biofeedback.ui.sound.heard import Cue, Heard
from biofeedback.ui.sound.tones import PEAK, Synth, pitch

RATE = 48_000
LIMIT = 10 ** (-12 / 20)
TONE = Heard("free", ("free", 0), activation=50.0, needs_signal=True, tone=True)
WORK = replace(TONE, step="work", block=("set", 1), repetition=1)
QUIET = replace(WORK, tone=False)
"""Work of a hidden test: cues only."""
CLICK = -65.0
"""dB of full level above 8 kHz from which on something clicks."""
Samples = NDArray[np.float32]


def play(synth: Synth, seconds: float, *states: Heard) -> Samples:
    """Let each state sound for `seconds`, renewed every 20 ms as the window does it."""
    n = round(0.02 * RATE)
    parts = []
    for now in states:
        for _ in range(round(seconds / 0.02)):
            synth.hear(now)
            parts.append(synth.next(n))
    return np.concatenate(parts)


def spectrum(samples: Samples) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return frequencies and amplitudes of at most 1.3 s, interpolated by zeros to 0.7 Hz."""
    n = 1 << 16
    assert 0 < len(samples) <= n
    windowed = samples.astype(np.float64) * np.hanning(len(samples))
    return np.arange(n // 2 + 1) * (RATE / n), np.asarray(np.abs(np.fft.rfft(windowed, n)) / (len(samples) / 4))


def loudest(samples: Samples) -> float:
    frequencies, amplitudes = spectrum(samples)
    return float(frequencies[np.argmax(amplitudes)])


def level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))


def splash(samples: Samples) -> float:
    """Return in dB of full level what is above 8 kHz in the worst 5 ms: no sound of ours has partials there."""
    windows = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float64), 240)[::60] * np.blackman(240)
    high = np.abs(np.fft.rfft(windows, axis=1))[:, 40:] / (240 * 0.42 / 2)  # bins of 200 Hz
    return float(20 * np.log10(max(high.max() / PEAK, 1e-9)))


@pytest.mark.parametrize("percent", [12.0, 40.0, 75.0, 110.0, 149.0])
def test_the_pitch_follows_activation_within_one_percent(percent: float) -> None:
    sound = play(Synth(RATE), 1.0, replace(TONE, activation=percent))[RATE // 4 :]
    assert loudest(sound) == pytest.approx(220 * 4 ** (percent / 150), rel=0.01)


def test_pitch_goes_from_220_to_880_hertz_and_no_further() -> None:
    assert [pitch(percent) for percent in (-5.0, 0.0, 75.0, 150.0, 900.0)] == [220.0, 220.0, 440.0, 880.0, 880.0]
    assert pitch(float("nan")) == 220.0


def test_a_muscle_at_rest_is_silent_and_one_that_works_is_not() -> None:
    assert level(play(Synth(RATE), 0.5, replace(TONE, activation=4.9))) == 0
    assert level(play(Synth(RATE), 0.5, replace(TONE, activation=7.0))[4800:]) > 0.01
    assert level(play(Synth(RATE), 0.5, replace(TONE, activation=20.0))[4800:]) > 0.05


def test_in_relax_silence_is_success_and_the_tone_says_too_high() -> None:
    relax = replace(TONE, silent_below=15.0, full_from=16.5)
    assert level(play(Synth(RATE), 0.5, replace(relax, activation=14.9))) == 0
    assert level(play(Synth(RATE), 0.5, replace(relax, activation=17.0))[4800:]) > 0.05


def test_at_the_target_the_tone_brightens() -> None:
    def third(now: Heard) -> float:
        frequencies, amplitudes = spectrum(play(Synth(RATE), 1.0, now)[RATE // 4 :])
        near = np.abs(frequencies - 3 * pitch(50.0)) < 10
        first = np.abs(frequencies - pitch(50.0)) < 10
        return float(np.max(amplitudes[near]) / np.max(amplitudes[first]))

    assert third(TONE) == pytest.approx(0.1, rel=0.05)
    assert third(replace(TONE, at_target=True)) == pytest.approx(0.5, rel=0.05)


def test_too_high_makes_the_tone_tremble_eight_times_a_second() -> None:
    sound = play(Synth(RATE), 2.2, replace(TONE, too_high=True))[RATE // 5 :]
    loudness = np.abs(sound).reshape(-1, 480).max(axis=1)  # 10 ms
    assert loudness.min() < 0.5 * loudness.max()
    turns = np.abs(np.fft.rfft(loudness - loudness.mean()))
    assert np.argmax(turns) / 2.0 == pytest.approx(8.0, abs=0.5)
    steady = np.abs(play(Synth(RATE), 2.2, TONE)[RATE // 5 :]).reshape(-1, 480).max(axis=1)
    assert steady.min() > 0.95 * steady.max()


def test_the_guide_is_a_second_tone_at_its_own_pitch() -> None:
    frequencies, amplitudes = spectrum(play(Synth(RATE), 1.0, replace(TONE, guide=90.0))[RATE // 4 :])
    guide = amplitudes[np.abs(frequencies - pitch(90.0)) < 5].max()
    assert guide == pytest.approx(PEAK * 0.5 / 1.5, rel=0.05)
    assert amplitudes[np.abs(frequencies - pitch(50.0)) < 5].max() > guide / 2


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (replace(TONE, activation=20.0), replace(TONE, activation=120.0)),
        (replace(TONE, tone=False, guide=20.0), replace(TONE, tone=False, guide=120.0)),
    ],
)
def test_the_pitch_glides_so_that_flicker_is_no_warble(low: Heard, high: Heard) -> None:
    synth = Synth(RATE)
    play(synth, 0.5, low)
    sound = play(synth, 0.5, high)
    assert loudest(sound[480:1440]) < 0.7 * pitch(120.0)
    assert loudest(sound[RATE // 4 :]) == pytest.approx(pitch(120.0), rel=0.01)


def test_a_hidden_test_has_cues_and_no_tone() -> None:
    synth = Synth(RATE)
    assert level(play(synth, 0.2, QUIET)) > 0.05  # the prompt to work
    assert level(play(synth, 0.5, QUIET)[4800:]) == 0


CUES: tuple[Cue, ...] = get_args(Cue)
BEFORE_AND_AFTER: dict[Cue, tuple[Heard, Heard]] = {
    "ready": (replace(QUIET, step="rest"), replace(QUIET, step="ready")),
    "work": (replace(QUIET, step="ready"), QUIET),
    "let go": (QUIET, replace(QUIET, step="rest")),
    "reached": (QUIET, replace(QUIET, holding=True)),
    "hold done": (QUIET, replace(QUIET, n_reached=1)),
    "set over": (replace(QUIET, step="rest"), replace(QUIET, step="over", n_blocks=1)),
    "lost": (replace(QUIET, step="rest"), replace(QUIET, step="lost")),
}


def cue(name: Cue) -> Samples:
    """Return what is played for a cue alone, from its beginning."""
    synth, (before, after) = Synth(RATE), BEFORE_AND_AFTER[name]
    play(synth, 1.0, before)
    return play(synth, 1.0, after)


def pattern(sound: Samples) -> tuple[int, ...]:
    """Return the pitches heard one after the other, in semitones from 220 Hz, by 20 ms, each run of one pitch once."""
    heard: list[int] = []
    for part in sound[: len(sound) // 960 * 960].reshape(-1, 960):
        if level(part) < 0.03:
            heard.append(-99)
        else:
            heard.append(round(12 * np.log2(loudest(part) / 220)))
    runs = [one for i, one in enumerate(heard) if i == 0 or one != heard[i - 1]]
    return tuple(one for one in runs if one != -99)


def test_every_cue_is_told_from_every_other_by_its_pattern() -> None:
    patterns = {name: pattern(cue(name)) for name in CUES}
    assert len(set(patterns.values())) == len(CUES), patterns
    assert all(patterns.values()), patterns


@pytest.mark.parametrize("name", CUES)
def test_every_cue_has_the_pitches_that_are_documented(name: Cue) -> None:
    sound = cue(name)
    for note in NOTES[name]:
        if note.end_hertz is None:
            first = round((note.at + 0.01) * RATE)
            part = sound[first : first + round((note.seconds - 0.02) * RATE)]
            assert loudest(part) == pytest.approx(note.hertz, rel=0.01)
    assert level(sound) > 0.02


def test_a_prompt_begins_sharply_even_over_the_tone() -> None:
    synth = Synth(RATE)
    play(synth, 1.0, replace(WORK, step="ready"))
    before = synth.next(0)
    sound = play(synth, 0.1, WORK)
    frequency = NOTES["work"][0].hertz
    turning = np.exp(-2j * np.pi * frequency * np.arange(len(sound)) / RATE)
    # the amplitude at the prompt's pitch in 5 ms windows: full in the second hop after it is asked for
    heights = np.abs((sound * turning).reshape(-1, 240).mean(axis=1)) * 2
    assert len(before) == 0
    assert heights[1] > 0.7 * PEAK
    assert heights[1] == pytest.approx(heights[3], rel=0.25)


def test_a_cue_ducks_the_tone() -> None:
    synth = Synth(RATE)
    play(synth, 1.0, replace(WORK, step="ready"))
    sound = play(synth, 1.0, WORK)
    frequencies, amplitudes = spectrum(sound[960:7680])
    during = amplitudes[np.abs(frequencies - pitch(50.0)) < 10].max()
    frequencies, amplitudes = spectrum(sound[-9600:])
    after = amplitudes[np.abs(frequencies - pitch(50.0)) < 10].max()
    assert during == pytest.approx(0.15 * after, rel=0.2)


def test_hold_done_and_let_go_are_heard_one_after_the_other() -> None:
    synth = Synth(RATE)
    play(synth, 1.0, QUIET)
    sound = play(synth, 1.0, replace(QUIET, step="rest", n_reached=1))
    assert pattern(sound) == (*pattern(cue("hold done")), *pattern(cue("let go")))


def test_a_prompt_breaks_off_what_matters_less() -> None:
    synth = Synth(RATE)
    play(synth, 1.0, replace(QUIET, step="rest"))
    play(synth, 0.1, replace(QUIET, step="over", n_blocks=1))  # the set-over sound has 0.6 s to go
    sound = play(synth, 0.2, replace(QUIET, n_blocks=1))
    assert loudest(sound[960:6720]) == pytest.approx(NOTES["work"][0].hertz, rel=0.01)
    assert RANK["lost"] > RANK["work"] > RANK["set over"]


def test_who_stands_at_the_line_hears_reached_once_a_second_at_most() -> None:
    synth = Synth(RATE)
    play(synth, 1.0, QUIET)
    first = play(synth, 0.2, replace(QUIET, holding=True))
    again = play(synth, 0.2, QUIET, replace(QUIET, holding=True))
    play(synth, 1.0, QUIET)
    later = play(synth, 0.2, replace(QUIET, holding=True))
    assert level(first) > 0.05
    assert level(again) == 0
    assert level(later) > 0.05


def pitches_by_tenth(sound: Samples) -> list[float]:
    return [loudest(part) for part in sound[: len(sound) // 4800 * 4800].reshape(-1, 4800)]


def test_a_lost_signal_falls_in_pitch_and_comes_again_every_two_seconds() -> None:
    synth = Synth(RATE)
    play(synth, 1.0, WORK)
    sound = play(synth, 6.1, replace(WORK, step="lost", tone=False, activation=None))
    for start in (0, 2, 4):
        falling = pitches_by_tenth(sound[start * RATE :][: round(0.7 * RATE)])
        assert all(b < a for a, b in itertools.pairwise(falling)), falling
        assert falling[0] / falling[-1] > 2
        assert level(sound[start * RATE + 48_000 :][:48_000]) == 0  # and nothing else


def test_a_returning_signal_ends_the_falling_tone() -> None:
    synth = Synth(RATE)
    play(synth, 1.0, replace(WORK, step="lost"))
    play(synth, 1.2, replace(WORK, step="lost"))  # in the second falling tone
    rest = replace(TONE, step="rest", block=("set", 1))
    assert pattern(play(synth, 0.5, rest)[2400:]) == (round(12 * np.log2(pitch(50.0) / 220)),)


def test_values_that_stay_away_are_a_lost_signal_and_never_mere_silence() -> None:
    synth = Synth(RATE)
    play(synth, 1.0, TONE)
    missing = replace(TONE, activation=None)
    first = play(synth, 0.48, missing)
    assert level(first[4800:]) == 0  # a short disturbance: neutral
    falling = pitches_by_tenth(play(synth, 0.7, missing)[960:])
    assert falling[0] > 500 > 300 > falling[-1]
    assert level(play(Synth(RATE), 2.0, replace(missing, needs_signal=False))) == 0


def test_a_state_that_nobody_renews_does_not_go_on_sounding() -> None:
    synth = Synth(RATE)
    synth.hear(TONE)
    assert loudest(synth.next(RATE)[RATE // 2 :]) == pytest.approx(pitch(50.0), rel=0.01)
    falling = pitches_by_tenth(synth.next(RATE)[960:])
    assert falling[0] > 500 > 200 > falling[6]
    assert level(synth.next(RATE)[:40_000]) == 0  # the tone itself has stopped
    synth = Synth(RATE)
    synth.hear(Heard("over"))
    assert level(synth.next(3 * RATE)) == 0


percents = st.one_of(
    st.none(), st.floats(-50, 400), st.sampled_from([float("nan"), float("inf"), -float("inf"), 0.0, 150.0])
)
states = st.builds(
    Heard,
    step=st.sampled_from(["none", "ready", "work", "rest", "over", "free", "lost"]),
    block=st.sampled_from([("set", 1), ("test", 1)]),
    repetition=st.integers(1, 3),
    n_blocks=st.integers(0, 2),
    n_reached=st.integers(0, 2),
    holding=st.booleans(),
    activation=percents,
    needs_signal=st.booleans(),
    tone=st.booleans(),
    silent_below=st.sampled_from([5.0, 15.0]),
    full_from=st.sampled_from([10.0, 15.0, 16.5]),
    at_target=st.booleans(),
    too_high=st.booleans(),
    guide=percents,
)
courses = st.lists(st.tuples(states, st.integers(0, 12_000), st.floats(-1, 3)), min_size=1, max_size=20)


def render_course(course: Iterable[tuple[Heard, int, float]], pull: Callable[[Synth, int], list[Samples]]) -> Samples:
    synth = Synth(RATE)
    parts = []
    for now, n, volume in course:
        synth.set_volume(volume)
        synth.hear(now)
        parts += pull(synth, n)
    return np.concatenate(parts)


def whole(synth: Synth, n: int) -> list[Samples]:
    return [synth.next(n)]


@given(courses)
def test_no_sequence_of_states_and_volumes_is_louder_than_minus_12_dbfs(course: list[tuple[Heard, int, float]]) -> None:
    sound = render_course(course, whole)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound).max(initial=0) <= LIMIT


@settings(max_examples=40)
@given(courses)
def test_no_sequence_of_states_and_volumes_clicks(course: list[tuple[Heard, int, float]]) -> None:
    sound = render_course([*course, (Heard(), 480, 0.0)], whole)
    assert splash(np.concatenate([np.zeros(240, np.float32), sound])) < CLICK


def test_a_click_of_a_twentieth_of_full_level_would_be_noticed() -> None:
    sound = play(Synth(RATE), 0.5, TONE)
    quiet = splash(sound[4800:])
    sound[12_000:] += PEAK / 20
    assert quiet < CLICK < splash(sound[4800:])


@given(courses, st.data())
def test_any_cutting_gives_the_same_samples(course: list[tuple[Heard, int, float]], data: st.DataObject) -> None:
    def cut(synth: Synth, n: int) -> list[Samples]:
        parts = []
        while n:
            k = data.draw(st.integers(1, n))
            parts.append(synth.next(k))
            n -= k
        return [*parts, synth.next(0)]

    assert np.array_equal(render_course(course, whole), render_course(course, cut))


def test_the_volume_scales_and_zero_is_silence() -> None:
    full, half = (level(play(Synth(RATE, volume), 1.0, TONE)) for volume in (1.0, 0.5))
    assert half == pytest.approx(full / 4, rel=0.01)
    assert level(play(Synth(RATE, 0.0), 1.0, WORK)) == 0
    synth = Synth(RATE)
    play(synth, 0.5, TONE)
    synth.set_volume(0.0)
    assert level(play(synth, 0.5, TONE)[4800:]) == 0


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 96_000])
def test_another_rate_gives_the_same_pitch(rate: int) -> None:
    synth = Synth(rate)
    parts = []
    for _ in range(50):
        synth.hear(TONE)
        parts.append(synth.next(rate // 50))
    sound = np.concatenate(parts)[rate // 4 :]
    amplitudes = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 18))
    assert np.argmax(amplitudes) * rate / (1 << 18) == pytest.approx(pitch(50.0), rel=0.01)


def test_a_rendered_cue_ends_in_silence_and_takes_less_than_the_whole() -> None:
    for name in CUES:
        sound = render(name, RATE)
        assert np.abs(sound.wave).max() <= 1
        assert 0 <= sound.share.min() <= sound.share.max() < 1
        assert not sound.share[-round(TAIL * RATE) :].any()


def test_the_page_about_sound_has_every_note() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sound.md").read_text("utf-8")
    for notes in NOTES.values():
        pitches = [f"{hertz}" for note in notes for hertz in dict.fromkeys((note.hertz, note.end_hertz)) if hertz]
        row = f"| {' → '.join(pitches) if notes[0].end_hertz else ', '.join(dict.fromkeys(pitches))} |"
        assert row in page
        assert f"| {max(note.at + note.seconds for note in notes):.2f} |" in page
