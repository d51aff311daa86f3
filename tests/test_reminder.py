"""The reminder is a calendar file that a strict reader takes, and nothing in it tells who practises."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biofeedback.report.reminder import reminder

WEDNESDAY = dt.date(2026, 11, 25)
NOW = dt.datetime(2026, 11, 25, 9, 30, 5, tzinfo=dt.timezone(dt.timedelta(hours=1)))
NAMES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
Component = list[tuple[str, str]]
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


def lines_of(text: str) -> list[str]:
    """Return the unfolded lines; refuse what RFC 5545 (3.1) does not allow."""
    assert text.endswith("\r\n")
    raw = text[:-2].split("\r\n")
    for line in raw:
        assert 0 < len(line.encode()) <= 75
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line)
    found: list[str] = []
    for line in raw:
        if line.startswith(" "):
            found[-1] += line[1:]
        else:
            found.append(line)
    return found


def components(text: str) -> dict[str, Component]:
    """Return the properties of each component; refuse broken nesting and what is no property."""
    open_, found = [""], dict[str, Component]()
    for line in lines_of(text):
        matched = re.fullmatch(r"([A-Z-]+):(.*)", line)
        assert matched, line
        name, value = matched[1], matched[2]
        if name == "BEGIN":
            open_.append(value)
            assert value not in found
            found[value] = []
        elif name == "END":
            assert open_.pop() == value
        else:
            found[open_[-1]].append((name, value))
    assert open_ == [""]
    return found


def plain(value: str) -> str:
    """Return a TEXT value without its escapes; refuse unescaped commas, semicolons and backslashes (3.3.11)."""
    assert re.fullmatch(r"(?:[^\\;,]|\\[\\;,nN])*", value), value
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], value)


def test_a_strict_reader_finds_one_weekly_event_in_floating_time() -> None:
    found = components(reminder({4, 0, 2}, dt.time(18, 5), WEDNESDAY, NOW, "Muscle practice"))
    assert list(found) == ["VCALENDAR", "VEVENT", "VALARM"]
    assert found["VCALENDAR"] == [("VERSION", "2.0"), ("PRODID", "-//biofeedback//reminder//EN")]
    event = dict(found["VEVENT"])
    assert len(event) == len(found["VEVENT"])
    assert uuid.UUID(event.pop("UID")).version == 4
    assert event == {
        "DTSTAMP": "20261125T083005Z", "DTSTART": "20261125T180500", "DURATION": "PT20M",
        "RRULE": "FREQ=WEEKLY;BYDAY=MO,WE,FR", "SUMMARY": "Muscle practice", "CLASS": "PRIVATE",
        "TRANSP": "TRANSPARENT",
    }  # fmt: skip
    assert dict(found["VALARM"]) == {"ACTION": "DISPLAY", "DESCRIPTION": "Muscle practice", "TRIGGER": "PT0S"}


@given(st.sets(st.integers(0, 6), min_size=1), st.times(), st.dates(dt.date(1970, 1, 1), dt.date(2200, 1, 1)), texts)
def test_whatever_is_asked_the_first_day_is_one_of_the_rule_and_the_words_come_back(
    days: set[int], at: dt.time, today: dt.date, words: str
) -> None:
    found = components(reminder(days, at, today, NOW, words))
    event = dict(found["VEVENT"])
    first = dt.datetime.strptime(event["DTSTART"], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - it floats
    assert 0 <= (first.date() - today).days < 7
    assert (first.hour, first.minute, first.second) == (at.hour, at.minute, 0)
    by_day = event["RRULE"].removeprefix("FREQ=WEEKLY;BYDAY=").split(",")
    assert by_day == [NAMES[day] for day in sorted(days)]
    assert NAMES[first.weekday()] in by_day
    wanted = "".join(char for char in re.sub("\r\n?", "\n", words) if char == "\n" or (char >= " " and char != "\x7f"))
    assert plain(event["SUMMARY"]) == plain(dict(found["VALARM"])["DESCRIPTION"]) == wanted


def test_long_words_are_folded_between_characters_only() -> None:
    text = reminder({0}, dt.time(7), WEDNESDAY, NOW, "Müskelübung " * 30)
    assert max(len(line.encode()) for line in text.split("\r\n")) in (74, 75)
    assert plain(dict(components(text)["VEVENT"])["SUMMARY"]) == "Müskelübung " * 30


def test_two_reminders_have_nothing_in_common_that_names_a_person() -> None:
    first, second = (reminder({0}, dt.time(7), WEDNESDAY, NOW, "x") for _ in range(2))
    different = [(a, b) for a, b in zip(first.split("\r\n"), second.split("\r\n"), strict=True) if a != b]
    assert [a.partition(":")[0] for a, _ in different] == ["UID"]


@pytest.mark.parametrize("days", [(), (7,), (-1, 2)])
def test_without_weekdays_there_is_no_rule(days: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weekdays"):
        reminder(days, dt.time(7), WEDNESDAY, NOW, "x")
