from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet

from endpoints.models import Account, EndpointStanding, Service
from endpoints.services.read_facts import (
    FactsReader,
    Shelf,
    accounts_to_read,
    services_of,
    services_to_read,
)
from endpoints.services.recompare_probes import recompare_probes
from pki.endpoints.account import judge_account
from pki.endpoints.judgement import Judgement, judgement_from_json, judgement_to_json

CHUNK = 100
_WORKING = (EndpointStanding.WORKS, EndpointStanding.WARNED)

EndpointT = TypeVar("EndpointT", Service, Account)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of a run. What turned had been judged before."""

    judged: int
    unchanged: int
    turned_good: int
    turned_bad: int
    changed_meanwhile: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Made:
    """A judgement and what it was made from; `kept` is the one that the row had, still true."""

    judgement: Judgement
    digest: str
    kept: bool = False


def judge_endpoints(
    *, moment: datetime, after_each: Callable[[int], None] = lambda done: None
) -> Outcome:
    """Judge every service and account that is due, as of the moment.

    A chunk of rows is read first and what they rest on afterwards. A change marks its rows as due
    anew in its own transaction, so a judgement is written only where the row still is what was read:
    one that was made from older inputs is dropped, and the row stays due. `after_each` is called in
    the transaction of each row with the number of rows done so far.
    """
    counts: Counter[str] = Counter()
    shelf: Shelf = {}
    for service_chunk in _chunks(services_to_read().filter(due_at__lte=moment)):
        reader = FactsReader(moment=moment, shelf=shelf)
        for service in service_chunk:
            made = _of_service(service, reader)
            _record(service, made, counts, after_each)
            if service.probe_state and not made.kept:
                recompare_probes(service=service, moment=moment)
    for account_chunk in _chunks(accounts_to_read().filter(due_at__lte=moment)):
        reader = FactsReader(moment=moment, shelf=shelf)
        for account in account_chunk:
            _record(account, _of_account(account, reader), counts, after_each)
    return Outcome(
        judged=counts["judged"],
        unchanged=counts["unchanged"],
        turned_good=counts["turned_good"],
        turned_bad=counts["turned_bad"],
        changed_meanwhile=counts["changed_meanwhile"],
    )


def _chunks(rows: QuerySet[EndpointT]) -> Iterator[list[EndpointT]]:
    after = 0
    while chunk := list(rows.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        yield chunk
        after = chunk[-1].pk


def _of_service(row: Service, reader: FactsReader) -> _Made:
    read = reader.service(row)
    kept = _still_true(row, read.digest, reader.moment)
    if kept is not None:
        return _Made(judgement=kept, digest=read.digest, kept=True)
    return _Made(judgement=reader.judged(row), digest=read.digest)


def _of_account(row: Account, reader: FactsReader) -> _Made:
    read = reader.account(row)
    kept = _still_true(row, read.digest, reader.moment)
    if kept is not None:
        return _Made(judgement=kept, digest=read.digest, kept=True)
    services = [reader.judged(service) for service in services_of(row)]
    return _Made(judgement=judge_account(read.facts, reader.moment, services), digest=read.digest)


def _still_true(row: Service | Account, digest: str, moment: datetime) -> Judgement | None:
    """The judgement that the row has, where it was made from the same and time has not passed it."""
    if not row.judgement or row.inputs_digest != digest:
        return None
    kept = judgement_from_json(row.judgement)
    passed = kept.horizon is not None and kept.horizon <= moment
    return None if passed or moment < kept.moment else kept


def _record(
    row: Service | Account, made: _Made, counts: Counter[str], after_each: Callable[[int], None]
) -> None:
    """Write a judgement, unless the row changed or became due again since it was read."""
    judgement = made.judgement
    values: dict[str, Any] = {"due_at": judgement.horizon}
    if not made.kept:
        values |= {
            "standing": judgement.standing.value,
            "reason": judgement.reason,
            "works_until": judgement.works_until,
            "judgement": judgement_to_json(judgement),
            "inputs_digest": made.digest,
            "judged_at": judgement.moment,
        }
    with transaction.atomic():
        same = type(row).objects.filter(pk=row.pk, revision=row.revision, due_at=row.due_at)
        written = same.update(**values) == 1
        counts["done"] += 1
        after_each(counts["done"])
    if not written:
        counts["changed_meanwhile"] += 1
        return
    counts["unchanged" if made.kept else "judged"] += 1
    if row.judged_at is not None:
        turned = (judgement.standing.value in _WORKING) - (row.standing in _WORKING)
        counts["turned_good"] += turned > 0
        counts["turned_bad"] += turned < 0
