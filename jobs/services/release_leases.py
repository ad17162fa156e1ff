from __future__ import annotations

from datetime import datetime, timedelta

from jobs.models import Job
from jobs.services.sweep_jobs import sweep_jobs


def release_leases(*, now: datetime) -> None:
    """Take back every job that is held, when it is known that no worker lives to hold one.

    What a stopped console had in hand goes on at its next start, not a lease later.
    """
    Job.objects.filter(state="running", lease_until__gte=now).update(
        lease_until=now - timedelta(seconds=1)
    )
    sweep_jobs(now=now)
