"""What a worker does for this app. Each function takes a lease and gives the result of the job."""

from __future__ import annotations

from dataclasses import asdict

from django.utils import timezone

from endpoints.models import Account, Service
from endpoints.services.find_due import find_due
from endpoints.services.judge_endpoints import judge_endpoints
from jobs.lease import Lease, RunResult


def run_judging(lease: Lease) -> RunResult:
    """Judge the services and accounts that are due."""
    moment = timezone.now()
    if not find_due(moment=moment):
        return {"judged": 0}
    total = Service.objects.due(moment).count() + Account.objects.due(moment).count()
    lease.advance(done=0, total=total)
    return asdict(judge_endpoints(moment=moment, after_each=lambda done: lease.advance(done=done)))
