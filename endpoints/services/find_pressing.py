from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from typing import Any

from django.db.models import QuerySet

from endpoints.models import Account, EndpointStanding, Service
from endpoints.standing_groups import SOON, UNCLEAR, WORKING

SHOWN = 8
COUNTED = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How many stand how; bounded, as those of the overview are.

    `ending` counts those that work and stop within 30 days.
    """

    failing: int
    unclear: int
    working: int
    ending: int

    @property
    def is_empty(self) -> bool:
        return not (self.failing or self.unclear or self.working)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pressing:
    """What presses about services and accounts: how many stand how, and the first of each kind."""

    services: Counts
    accounts: Counts
    failing: list[Service | Account]
    next_ends: list[Service | Account]

    @property
    def is_empty(self) -> bool:
        return self.services.is_empty and self.accounts.is_empty


def find_pressing(*, moment: datetime) -> Pressing:
    """Which services and accounts do not work, and which will soon stop working."""
    services, accounts = (_counts(rows, moment) for rows in _both())
    return Pressing(
        services=services,
        accounts=accounts,
        failing=_failing(),
        next_ends=_next_ends(moment),
    )


def _both() -> tuple[QuerySet[Any], QuerySet[Any]]:
    return Service.objects.defer("judgement"), Account.objects.defer("judgement")


def _counts(rows: QuerySet[Any], moment: datetime) -> Counts:
    return Counts(
        failing=_count(rows.filter(standing=EndpointStanding.FAILS)),
        unclear=_count(rows.filter(standing__in=UNCLEAR)),
        working=_count(rows.filter(standing__in=WORKING)),
        ending=_count(_ending(rows, moment)),
    )


def _count(rows: QuerySet[Any]) -> int:
    return rows.order_by()[:COUNTED].count()


def _failing() -> list[Service | Account]:
    """Services first: an account that fails because its service does is mended with it."""
    found: list[Service | Account] = []
    for rows in _both():
        failing = rows.filter(standing=EndpointStanding.FAILS).order_by("name", "pk")
        found.extend(failing[: SHOWN - len(found)] if len(found) < SHOWN else ())
    return found


def _ending(rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
    return rows.filter(standing__in=WORKING, works_until__lt=moment + SOON)


def _next_ends(moment: datetime) -> list[Service | Account]:
    nearest = [_ending(rows, moment).order_by("works_until", "pk")[:SHOWN] for rows in _both()]
    return list(merge(*nearest, key=lambda row: row.works_until))[:SHOWN]
