"""A reminder for the person's own calendar: one weekly event as an iCalendar file (RFC 5545).

An app that is closed cannot remind anybody. The time is floating, the wall clock's wherever the person is.
One rule: nothing in the file tells who practises, or what: the words come from outside, and the UID is random.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LINE = 75
"""Longest line in octets, without its end (RFC 5545, 3.1)."""
LASTS = 20
"""Minutes that are marked in the calendar; others see the person as free."""
PRODUCT = "-//biofeedback//reminder//EN"


def reminder(days: Collection[int], at: dt.time, today: dt.date, now: dt.datetime, words: str) -> str:
    """Return the text of a reminder on these weekdays (Monday is 0) at `at`, from the first of them after `today` on.

    `today` itself is the first where it is one of them. `now`: when the file is made, with its zone. `words`: what
    the calendar shows. Raises ValueError without a weekday, or for what is none.
    """
    if not days or not set(days) <= set(range(7)):
        raise ValueError("a weekly reminder needs weekdays, 0 (Monday) to 6 (Sunday)")
    first = next(day for n in range(7) if (day := today + dt.timedelta(days=n)).weekday() in days)
    text = _escaped(words)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "BEGIN:VEVENT",
        f"UID:{uuid.uuid4()}",
        f"DTSTAMP:{now.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{first:%Y%m%d}T{at:%H%M}00",
        f"DURATION:PT{LASTS}M",
        f"RRULE:FREQ=WEEKLY;BYDAY={','.join(WEEKDAYS[day] for day in sorted(set(days)))}",
        f"SUMMARY:{text}",
        "CLASS:PRIVATE",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{text}",
        "TRIGGER:PT0S",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    """Return a text value as RFC 5545 (3.3.11) writes it; other control characters are left out."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\n"), ("\r", "\n"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return "".join(char for char in text if char >= " " and char != "\x7f")


def _folded(line: str) -> str:
    """Return a line cut into pieces of 75 octets, never inside a character; each further piece begins with a space."""
    pieces, piece = [], ""
    for char in line:
        if len((piece + char).encode()) > LINE:
            pieces.append(piece)
            piece = " "
        piece += char
    return "\r\n".join([*pieces, piece])
