from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from jobs.lease import Lease, RunResult
from jobs.models import Job

KEPT = timedelta(days=30)
IDLE_KEPT = timedelta(days=1)


def prune_jobs(*, now: datetime) -> int:
    """Forget ended jobs after a month, runs of the schedule that found nothing to do after a day."""
    old = Q(ended_at__lt=now - KEPT) | Q(idle=True, ended_at__lt=now - IDLE_KEPT)
    ended = list(Job.objects.ended().filter(old, parent=None).values_list("pk", flat=True))
    for pk in ended:
        Job.objects.filter(pk=pk).delete()
    return len(ended)


def run_prune(lease: Lease) -> RunResult:
    pruned = prune_jobs(now=timezone.now())
    lease.advance(done=pruned, total=pruned)
    return {"forgotten": pruned}
