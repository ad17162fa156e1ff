from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from jobs.lease import Lease
from jobs.services.request_job import request_job
from truststores.models import ValidationReport

CHUNK = 5000


def request_renewal() -> None:
    """Reports were made by other rules than those of this release: ask for all of them anew.

    The transaction is the caller's.
    """
    if ValidationReport.objects.exclude(made_at=None).exists():
        asked_at = timezone.now().isoformat()
        request_job(kind="renew_reports", params={"asked_at": asked_at})


def renew_reports(*, lease: Lease) -> int:
    """Make every report due that was made before the renewal was asked for; gives how many.

    A chunk is one transaction, so that nobody waits for all of them. An attempt that goes on for a
    killed one begins at the first row: what has been made anew since is left alone.
    """
    older = ValidationReport.objects.filter(
        made_at__lte=datetime.fromisoformat(lease.params["asked_at"])
    )
    done = after = 0
    while pks := list(
        older.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    ):
        with transaction.atomic():
            older.filter(pk__gt=after, pk__lte=pks[-1]).become_due(timezone.now())
            done += len(pks)
            lease.advance(done=done)
        after = pks[-1]
    return done
