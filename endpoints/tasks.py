"""What a worker does for this app. Each function takes a lease and gives the result of the job."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from endpoints.models import Account, Service
from endpoints.services.find_due import find_due
from endpoints.services.forget_history import forget_history
from endpoints.services.judge_endpoints import judge_endpoints
from endpoints.services.plan_probes import plan_probes
from endpoints.services.renew_judgements import renew_judgements
from endpoints.services.run_probe import run_probe
from jobs.lease import Lease, RunResult


def run_judging(lease: Lease) -> RunResult:
    """Judge the services and accounts that are due."""
    moment = timezone.now()
    if not find_due(moment=moment):
        return {"judged": 0}
    total = Service.objects.due(moment).count() + Account.objects.due(moment).count()
    lease.advance(done=0, total=total)
    return asdict(judge_endpoints(moment=moment, after_each=lambda done: lease.advance(done=done)))


def run_renewal(lease: Lease) -> RunResult:
    """Make everything due that was judged by other rules; what follows judges it anew."""
    return {"renewed": renew_judgements(lease=lease)}


def run_probe_planning(lease: Lease) -> RunResult:
    """Ask for the probes that are due."""
    with transaction.atomic():
        asked = plan_probes(moment=timezone.now())
        lease.advance(done=asked)
    return {"asked": asked}


def run_forgetting(lease: Lease) -> RunResult:
    """Forget rehearsals and probes that are older than the site keeps them."""
    before = timezone.now() - settings.HISTORY_KEPT
    forgotten = forget_history(before=before, after_chunk=lambda done: lease.advance(done=done))
    return {**forgotten}


def run_probing(lease: Lease) -> RunResult:
    """Look at one address of a service."""
    return run_probe(lease=lease)
