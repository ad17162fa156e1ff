"""A calendar in the iCalendar format (RFC 5545): what stops working, and when.

Written by hand because it is a page of code; what matters is that names out of certificates, which
their authors choose, can never end a line, a property or the calendar.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from pki.names import visible

CONTENT_TYPE = "text/calendar; charset=utf-8"
_LONGEST_LINE = 75
_PRODUCT = "-//pkiadmin//PKI calendar//EN"
_URL = re.compile(r"https?://[!#$%&'()*+,./:;=?@\[\]_~0-9A-Za-z-]+\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarEvent:
    """Something that happens at a moment.

    `key` names it for ever: a calendar that is read again moves the event with that key instead of
    adding one. `starts` is aware. `summary` and `description` are any text, the latter with line
    feeds; `url` is http or https, or empty.
    """

    key: str
    starts: datetime
    summary: str
    description: str = ""
    url: str = ""
    categories: tuple[str, ...] = ()


def write_calendar(events: Iterable[CalendarEvent], *, name: str, now: datetime) -> bytes:
    """The calendar as octets, the same for the same arguments in any order of events.

    Raises `ValueError` for two events of one key, a moment without a zone, and a URL that is none:
    each is a mistake of the caller.
    """
    by_key: dict[str, CalendarEvent] = {}
    for event in events:
        if event.key in by_key:
            raise ValueError(f"two events of one key: {event.key!r}")
        by_key[event.key] = event
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
    ]
    stamp = _moment(now)
    for event in sorted(by_key.values(), key=lambda one: (one.starts, one.key)):
        lines.extend(_event(event, stamp))
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(event: CalendarEvent, stamp: str) -> Iterable[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(event.key.encode('utf-8', 'surrogatepass')).hexdigest()}"
    yield f"DTSTAMP:{stamp}"
    # Without DTEND the event is its moment (RFC 5545, 3.6.1): something ends, nothing lasts.
    yield f"DTSTART:{_moment(event.starts)}"
    yield f"SUMMARY:{_text(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{_text(event.description)}"
    if event.url:
        if not _URL.match(event.url):
            raise ValueError(f"not a URL: {event.url!r}")
        yield f"URL:{event.url}"
    if event.categories:
        yield f"CATEGORIES:{','.join(map(_text, event.categories))}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _moment(moment: datetime) -> str:
    """A DATE-TIME in UTC (RFC 5545, 3.3.5); strftime would not pad years before 1000."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    utc = moment.astimezone(UTC)
    return f"{utc.year:04}{utc.month:02}{utc.day:02}T{utc.hour:02}{utc.minute:02}{utc.second:02}Z"


def _text(text: str) -> str:
    """A TEXT value (RFC 5545, 3.3.11): control and format characters are shown, not sent."""
    lines = text.replace("\r\n", "\n").split("\n")
    escaped = (
        visible(line).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        for line in lines
    )
    return "\\n".join(escaped)


def _folded(line: str) -> bytes:
    """The content line in pieces of at most 75 octets, no character torn (RFC 5545, 3.1)."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > _LONGEST_LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join((*pieces, piece, b""))
