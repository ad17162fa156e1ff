"""Which services and accounts a proposed change of a trust store turns red or green."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from endpoints.judgement_texts import headline_of
from endpoints.models import Account, Service
from truststores.models import StoreProposal
from ui.panels import Panel

_TITLES = (
    ("red", "Stop working", "octagon-x"),
    ("green", "Begin to work", "circle-check"),
    ("other", "Otherwise than before", "circle-dot"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownTurn:
    """A service or an account that turns, and why: the headline of what presses most afterwards."""

    row: Service | Account
    is_service: bool
    before: str
    after: str
    why: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownTurns:
    """Those that turn the same way: the first of `count`."""

    name: str
    title: str
    icon: str
    count: int
    turns: tuple[ShownTurn, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.turns)


def judgements_of_proposal(request: HttpRequest, shown: object) -> Panel | None:
    """A panel where services rest on the store; nothing where none does."""
    if not isinstance(shown, StoreProposal) or not shown.outcome:
        return None
    told = [one for one in shown.outcome.get("dependants", ()) if one["kind"] == "endpoints"]
    if not told or not told[0]["asked"]:
        return None
    outcome = told[0]
    groups = [
        ShownTurns(
            name=name,
            title=title,
            icon=icon,
            count=outcome[name],
            turns=tuple(_turns(outcome["turns"][name])),
        )
        for name, title, icon in _TITLES
        if outcome[name]
    ]
    return Panel(
        title="Services and accounts",
        template="endpoints/_preview.html",
        anchor="services-and-accounts",
        context={"groups": groups, "asked": outcome["asked"]},
    )


def _turns(stored: Sequence[dict[str, Any]]) -> list[ShownTurn]:
    """The rows of the turns; what was deleted since is left out."""
    services = Service.objects.defer("judgement").in_bulk(_numbers(stored, "service"))
    accounts = Account.objects.defer("judgement").in_bulk(_numbers(stored, "account"))
    turns = []
    for one in stored:
        is_service = one["kind"] == "service"
        row = services.get(one["pk"]) if is_service else accounts.get(one["pk"])
        if row is not None:
            until = one["until"][1]
            turns.append(
                ShownTurn(
                    row=row,
                    is_service=is_service,
                    before=one["before"],
                    after=one["after"],
                    why=headline_of(one["reason"]) if one["reason"] else "",
                    until=datetime.fromisoformat(until) if until else None,
                )
            )
    return turns


def _numbers(stored: Sequence[dict[str, Any]], kind: str) -> list[int]:
    return [one["pk"] for one in stored if one["kind"] == kind]
