"""Calendars, read back by a reader of our own that knows nothing of the writer."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pki.calendar import CalendarEvent, write_calendar

NOW = datetime(2026, 3, 10, 12, 30, 15, tzinfo=UTC)
PROPERTY = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[A-Z0-9-]+)*):(.*)\Z", re.DOTALL)


def content_lines(data: bytes) -> list[str]:
    """Unfold, strictly: CRLF ends every line, no line has more than 75 octets, all is UTF-8."""
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    unfolded: list[bytes] = []
    for line in physical:
        assert b"\r" not in line
        assert b"\n" not in line
        assert 0 < len(line) <= 75
        line.decode()
        if line.startswith(b" "):
            unfolded[-1] += line[1:]
        else:
            assert not line.startswith(b"\t")
            unfolded.append(line)
    return [line.decode() for line in unfolded]


def text_values(value: str) -> list[str]:
    """A list of TEXT values unescaped, strictly: nothing is escaped that must not be."""
    values = [""]
    at = 0
    while at < len(value):
        char = value[at]
        assert char == "\t" or (char >= " " and char != "\x7f")
        if char == "\\":
            at += 1
            values[-1] += {"\\": "\\", ";": ";", ",": ",", "n": "\n", "N": "\n"}[value[at]]
        elif char == ",":
            values.append("")
        else:
            assert char != ";"
            values[-1] += char
        at += 1
    return values


def read(data: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The properties of the calendar and of each event; of anything else nothing may stand there."""
    calendar: dict[str, str] = {}
    events: list[dict[str, str]] = []
    lines = content_lines(data)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    inside = False
    for line in lines[1:-1]:
        match = PROPERTY.match(line)
        assert match is not None
        name, _, value = match.groups()
        if (name, value) == ("BEGIN", "VEVENT"):
            assert not inside
            inside = True
            events.append({})
        elif (name, value) == ("END", "VEVENT"):
            assert inside
            inside = False
        else:
            assert name not in ("BEGIN", "END")
            into = events[-1] if inside else calendar
            assert name not in into
            into[name] = value
    assert not inside
    return calendar, events


def event(key: str = "report:7", **options: object) -> CalendarEvent:
    options.setdefault("starts", NOW + timedelta(days=3))
    options.setdefault("summary", "ftp.example.com stops working")
    return CalendarEvent(key=key, **options)  # type: ignore[arg-type] # options by name


def test_a_calendar_holds_what_it_was_given() -> None:
    data = write_calendar(
        [
            event(
                description="Issuer expires: CN=Sub\nRenew it; then replace, please.",
                url="https://pki.example:8443/reports/7/?a=b,c;d",
                categories=("Expiry", "a,b"),
            )
        ],
        name="What stops working",
        now=NOW,
    )
    calendar, (found,) = read(data)
    assert calendar["VERSION"] == "2.0"
    assert "pkiadmin" in calendar["PRODID"]
    assert text_values(calendar["NAME"]) == ["What stops working"]
    assert found["DTSTAMP"] == "20260310T123015Z"
    assert found["DTSTART"] == "20260313T123015Z"
    assert "DTEND" not in found
    assert text_values(found["SUMMARY"]) == ["ftp.example.com stops working"]
    assert text_values(found["DESCRIPTION"]) == [
        "Issuer expires: CN=Sub\nRenew it; then replace, please."
    ]
    assert found["URL"] == "https://pki.example:8443/reports/7/?a=b,c;d"
    assert text_values(found["CATEGORIES"]) == ["Expiry", "a,b"]
    assert found["TRANSP"] == "TRANSPARENT"
    assert b"VALARM" not in data


def test_an_empty_calendar_is_one() -> None:
    assert read(write_calendar([], name="Nothing", now=NOW))[1] == []


def test_the_uid_belongs_to_the_key_alone() -> None:
    first = read(write_calendar([event()], name="A", now=NOW))[1][0]
    moved = event(starts=NOW + timedelta(days=99), summary="Another")
    second = read(write_calendar([moved], name="B", now=NOW + timedelta(days=1)))[1][0]
    other = read(write_calendar([event("report:8")], name="A", now=NOW))[1][0]
    assert first["UID"] == second["UID"] != other["UID"]
    assert re.fullmatch(r"[0-9a-f]{64}", first["UID"])


def test_the_same_events_give_the_same_octets_in_any_order() -> None:
    events = [event("b"), event("a"), event("c", starts=NOW)]
    written = write_calendar(events, name="A", now=NOW)
    assert written == write_calendar(reversed(events), name="A", now=NOW)
    assert [found["DTSTART"] for found in read(written)[1]] == [
        "20260310T123015Z",
        "20260313T123015Z",
        "20260313T123015Z",
    ]


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2026, 3, 10, 1, tzinfo=timezone(timedelta(hours=14))), "20260309T110000Z"),
        (datetime(1, 1, 1, tzinfo=UTC), "00010101T000000Z"),
        (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "99991231T235959Z"),
        (datetime(2026, 3, 10, 1, 2, 3, 999999, tzinfo=UTC), "20260310T010203Z"),
    ],
)
def test_moments_are_written_in_utc(moment: datetime, written: str) -> None:
    assert (
        read(write_calendar([event(starts=moment)], name="A", now=NOW))[1][0]["DTSTART"] == written
    )


HOSTILE = [
    "a\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nACTION:PROCEDURE",
    "a\nATTACH:file:///etc/passwd",
    "a\rb",
    "a\x00b\x07c\x1bd\x7fe\x9bf",
    "a\x0bb\x0cc\x85d\u2028e\u2029f",
    "semi;colon,comma\\back\\n",
    "\\",
    "\\;\\,",
    "ends with a backslash\\",
    " leading and trailing ",
    "\u202eevil\u202c and \u200bzero\ufeff",
    "lone \ud800 surrogate",
    "🔒" * 60,
    "é" * 200,
    "x" * 1000,
    "x" * 66 + "é" + "y" * 80,
    "a" * 74 + "\\" * 10,
    "A:B;C=D:E",
    '"quoted"',
    "",
]


ACTING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"}


def shown(text: str) -> str:
    """What a reader may see: line feeds stay, what acts on a terminal is in pairs of hex."""
    return "".join(
        char
        if char in "\n " or unicodedata.category(char) not in ACTING
        else "".join(f"\\{octet:02X}" for octet in char.encode("utf-8", "surrogatepass"))
        for char in text.replace("\r\n", "\n")
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_inside_its_property(text: str) -> None:
    data = write_calendar(
        [event(text, summary=text, description=f"before {text}", categories=(text, "second"))],
        name=text,
        now=NOW,
    )
    calendar, (found,) = read(data)
    wanted = shown(text)
    assert text_values(calendar["NAME"]) == [wanted]
    assert text_values(found["SUMMARY"]) == [wanted]
    assert text_values(found["DESCRIPTION"]) == [f"before {wanted}"]
    assert text_values(found["CATEGORIES"]) == [wanted, "second"]


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read_back_as_shown(summary: str, description: str) -> None:
    data = write_calendar([event(summary=summary, description=description)], name=summary, now=NOW)
    (found,) = read(data)[1]
    assert text_values(found["SUMMARY"]) == [shown(summary)]
    assert text_values(found.get("DESCRIPTION", "")) == [shown(description)]


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://a/\r\nX: y",
        "https://a/ b",
        "https://a/\u00e9",
        "ftp://a/",
        "//a/",
    ],
)
def test_a_url_that_is_none_is_the_callers_mistake(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        write_calendar([event(url=url)], name="A", now=NOW)


def test_doubles_and_moments_without_a_zone_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="key"):
        write_calendar([event(), event()], name="A", now=NOW)
    with pytest.raises(ValueError, match="zone"):
        write_calendar([event(starts=NOW.replace(tzinfo=None))], name="A", now=NOW)
