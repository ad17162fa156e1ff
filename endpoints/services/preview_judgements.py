from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Q, QuerySet

from endpoints.models import Account, EndpointStanding, Service
from endpoints.services.read_facts import (
    FactsReader,
    accounts_to_read,
    services_of,
    services_to_read,
)
from pki.endpoints.account import judge_account
from pki.endpoints.judgement import Judgement
from pki.verify.inputs import TrustInput
from truststores.models import TrustStore

CHUNK = 100
NAMED = 100
AS_MANY = 10
RowT = TypeVar("RowT", Service, Account)
_WORKING = (EndpointStanding.WORKS.value, EndpointStanding.WARNED.value)


@dataclass(frozen=True, slots=True)
class _Turn:
    row: Service | Account
    before: Judgement
    after: Judgement

    @property
    def group(self) -> str:
        """Red, green, or otherwise other than before; empty where nothing changes."""
        was = self.before.standing.value in _WORKING
        becomes = self.after.standing.value in _WORKING
        if was != becomes:
            return "green" if becomes else "red"
        same = self.before.findings == self.after.findings
        return "" if same and self.before.works_until == self.after.works_until else "other"


def count_judged(store: TrustStore) -> int:
    """How much a preview of a change of this store would do, in certificates validated.

    A service or an account is judged twice, each time with several validations and queries.
    """
    services, accounts = _resting_on(store)
    return (services.count() + accounts.count()) * AS_MANY


def preview_judgements(store: TrustStore, proposed: TrustInput, moment: datetime) -> dict[str, Any]:
    """What a change of a store would do to the services and accounts that rest on it, as JSON.

    Each is judged twice, by the store as it is and as somebody proposes it, with everything else as
    it is now; nothing is written. Of each group the first are named.
    """
    groups: dict[str, list[_Turn]] = {"red": [], "green": [], "other": []}
    counts = dict.fromkeys(groups, 0)
    asked = 0
    stopping = {Service: 0, Account: 0}
    for turn in _turns(store, proposed, moment):
        asked += 1
        if not turn.group:
            continue
        counts[turn.group] += 1
        if turn.group == "red":
            stopping[type(turn.row)] += 1
        if len(groups[turn.group]) < NAMED:
            groups[turn.group].append(turn)
    return {
        "kind": "endpoints",
        "asked": asked,
        **counts,
        "warning": _warning(stopping[Service], stopping[Account]),
        "turns": {name: [_to_json(turn) for turn in turns] for name, turns in groups.items()},
    }


def _resting_on(store: TrustStore) -> tuple[QuerySet[Service], QuerySet[Account]]:
    rests = Q(server_store=store) | Q(client_store=store)
    services = Service.objects.filter(rests)
    return services, Account.objects.filter(services__in=services).distinct()


def _turns(store: TrustStore, proposed: TrustInput, moment: datetime) -> Iterator[_Turn]:
    services, accounts = _resting_on(store)
    now = FactsReader(moment=moment)
    then = FactsReader(moment=moment, proposed={store.pk: proposed})
    for service in _whole(services_to_read(), services):
        yield _Turn(service, now.judged(service), then.judged(service))
    for account in _whole(accounts_to_read(), accounts):
        yield _Turn(account, _judged(account, now), _judged(account, then))


def _whole(rows: QuerySet[RowT], chosen: QuerySet[RowT]) -> Iterator[RowT]:
    wanted = rows.filter(pk__in=chosen.order_by().values("pk"))
    return wanted.order_by("pk").iterator(chunk_size=CHUNK)


def _judged(account: Account, reader: FactsReader) -> Judgement:
    services = [reader.judged(service) for service in services_of(account)]
    return judge_account(reader.account(account).facts, reader.moment, services)


def _to_json(turn: _Turn) -> dict[str, Any]:
    return {
        "kind": "service" if isinstance(turn.row, Service) else "account",
        "pk": turn.row.pk,
        "before": turn.before.standing.value,
        "after": turn.after.standing.value,
        "reason": (turn.after if turn.after.reason else turn.before).reason,
        "until": [
            one.works_until.isoformat() if one.works_until else None
            for one in (turn.before, turn.after)
        ],
    }


def _warning(services: int, accounts: int) -> str:
    counted = [
        f"{count:,} {word}{'' if count == 1 else 's'}"
        for count, word in ((services, "service"), (accounts, "account"))
        if count
    ]
    return f"{' and '.join(counted)} will stop working." if counted else ""
