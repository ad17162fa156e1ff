from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from endpoints.models import Account, Service
from endpoints.querysets.endpoints import JudgedQuerySet
from jobs.lease import Lease
from jobs.services.request_job import request_job

CHUNK = 500


def request_renewal() -> None:
    """Judgements were made by other rules than those of this release: ask for all of them anew.

    The transaction is the caller's.
    """
    if any(rows.exclude(judged_at=None).exists() for rows in _judged()):
        asked_at = timezone.now().isoformat()
        request_job(kind="renew_judgements", params={"asked_at": asked_at})


def renew_judgements(*, lease: Lease) -> int:
    """Make every service and account due that was judged before the renewal was asked for.

    Gives how many. A chunk is one transaction; an attempt that goes on for a killed one leaves alone
    what has been judged anew since.
    """
    asked_at = datetime.fromisoformat(lease.params["asked_at"])
    done = 0
    for rows in _judged():
        older = rows.filter(judged_at__lte=asked_at)
        after = 0
        while pks := list(
            older.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK]
        ):
            with transaction.atomic():
                older.filter(pk__gt=after, pk__lte=pks[-1]).become_due(timezone.now())
                done += len(pks)
                lease.advance(done=done)
            after = pks[-1]
    return done


def _judged() -> tuple[JudgedQuerySet[Any], ...]:
    return Service.objects.all(), Account.objects.all()
