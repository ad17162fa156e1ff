"""The calendar as its page shows it: days as marks of a shape and a size, stops in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from truststores.cause_texts import KINDS, shape_of, why
from truststores.ends import CauseKind
from truststores.services.make_calendar import Calendar, Day, Month, Stop
from ui.moments import in_zone

STOPS_SHOWN = 60
_MONTHS: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownDay:
    """A day of the picture. `size` is 1 to 4 by the number of certificates; 0: nothing stops."""

    number: int
    name: str
    anchor: str
    says: str
    shape: str
    size: int
    css: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownStop:
    """A stop; `anchor` is the day that the picture leads to, on the first stop of each."""

    stop: Stop
    why: str
    shape: str
    anchor: str
    span: str

    @property
    def is_own(self) -> bool:
        return self.stop.cause.kind is CauseKind.OWN

    @property
    def only(self) -> bool:
        return self.stop.count == 1

    @property
    def more(self) -> int:
        return self.stop.count - len(self.stop.certificates)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownMonth:
    """A month: `code` (2027-03) names it in addresses; `more` stops are not shown."""

    code: str
    name: str
    short: str
    year: int
    days: tuple[ShownDay, ...]
    stops: tuple[ShownStop, ...]
    count: int
    count_text: str
    more: int
    opens_year: bool

    @property
    def padding(self) -> range:
        """The days that a row has and the month has not."""
        return range(31 - len(self.days))

    @property
    def ruler(self) -> list[str]:
        """The numbers above the days; on a narrow screen there is room for a few."""
        return [str(number) if number == 1 or number % 5 == 0 else "" for number in range(1, 32)]


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownCalendar:
    """The page: its months, and the legend of those kinds that occur."""

    months: tuple[ShownMonth, ...]
    legend: tuple[tuple[str, str], ...]
    count: int
    first: Stop | None

    @property
    def certificate_ids(self) -> set[int]:
        """The certificates that the page names."""
        return {
            one.certificate.pk
            for month in self.months
            for shown in month.stops
            for one in shown.stop.certificates
        }


def show_calendar(calendar: Calendar) -> ShownCalendar:
    stops = list(calendar.stops)
    kinds = {shape_of(stop.cause.kind) for stop in stops}
    return ShownCalendar(
        months=tuple(_month(month, index == 0) for index, month in enumerate(calendar.months)),
        legend=tuple((shape, word) for word, shape in KINDS.values() if shape in kinds),
        count=calendar.count,
        first=stops[0] if stops else None,
    )


def _month(month: Month, is_first: bool) -> ShownMonth:
    name = _MONTHS[month.first.month - 1]
    shown: list[ShownStop] = []
    anchored: set[date] = set()
    for stop in month.stops[:STOPS_SHOWN]:
        day = in_zone(stop.moment).date()
        shown.append(
            ShownStop(
                stop=stop,
                why=why(stop.cause),
                shape=shape_of(stop.cause.kind),
                anchor="" if day in anchored else f"day-{day.isoformat()}",
                span=stop.moment.isoformat(),
            )
        )
        anchored.add(day)
    code = f"{month.first:%Y-%m}"
    return ShownMonth(
        code=code,
        name=f"{name} {month.first.year}",
        short=name[:3],
        year=month.first.year,
        days=tuple(_day(day, code, anchored) for day in month.days),
        stops=tuple(shown),
        count=month.count,
        count_text=f"{month.count:,}{'+' if month.is_bound else ''}",
        more=len(month.stops) - len(shown),
        opens_year=is_first or month.first.month == 1,
    )


def _day(day: Day, month: str, anchored: set[date]) -> ShownDay:
    words = (
        (day.is_past, "is-past"),
        (day.is_today, "is-today"),
        (day.is_weekend, "is-weekend"),
        (bool(day.count), "is-busy"),
    )
    says = ""
    if day.count:
        stops = "1 certificate stops" if day.count == 1 else f"{day.count:,} certificates stop"
        says = f"{day.date.day} {_MONTHS[day.date.month - 1]} {day.date.year}: {stops}"
    return ShownDay(
        number=day.date.day,
        name=f"{day.date.day} {_MONTHS[day.date.month - 1]}",
        anchor=f"day-{day.date.isoformat()}" if day.date in anchored else f"month-{month}",
        says=says,
        shape=shape_of(day.kind) if day.kind is not None else "",
        size=min(4, len(str(day.count))) if day.count else 0,
        css=" ".join(word for holds, word in words if holds),
    )
