from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from audit.services.record import record
from endpoints.errors import EndpointChanged, EndpointGone
from endpoints.models import Account, Service
from jobs.services.request_job import request_job

EndpointT = TypeVar("EndpointT", Service, Account)


@dataclass(frozen=True, kw_only=True)
class Revision(Generic[EndpointT]):
    """A change under way: the locked row, the moment of the change, and what the log will say."""

    row: EndpointT
    moment: datetime
    data: dict[str, Any] = field(default_factory=dict)


@contextmanager
def revise_endpoint(
    rows: QuerySet[EndpointT],
    *,
    pk: int,
    revision: int,
    action: str,
    actor: User | None,
    request: HttpRequest | None = None,
    moment: datetime | None = None,
) -> Iterator[Revision[EndpointT]]:
    """One change of a service or an account: all of it or nothing.

    Refuses with `EndpointChanged` when the row is no longer at `revision`, which is the one that
    the person saw. At the end the revision has grown, the row is due to be judged, and the log has
    its line. Refuses with `EndpointGone` where somebody deleted it meanwhile.
    """
    with transaction.atomic():
        row = rows.select_for_update(of=("self",)).filter(pk=pk).first()
        if row is None:
            raise EndpointGone
        if row.revision != revision:
            raise EndpointChanged
        change = Revision(row=row, moment=moment or timezone.now())
        yield change
        row.revision += 1
        row.due_at = change.moment
        row.save()
        request_job(kind="judge_endpoints", actor=actor)
        record(actor=actor, action=action, subject=row, data=change.data, request=request)


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """What is other than before, each with both values."""
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}
