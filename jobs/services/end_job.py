from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from jobs.errors import LeaseLost
from jobs.lease import Lease
from jobs.models import Job, JobState
from jobs.services.request_followers import request_followers
from jobs.services.settle_parent import lock_parent, settle_parent


@transaction.atomic
def end_job(*, lease: Lease, state: JobState, **values: Any) -> Job:
    """End a job that this lease holds, ask for what follows, and settle the job it is a part of.

    The parent is locked first, here as in `cancel_job`: one order for all, so no two transactions
    wait for each other, and of parts that end at once exactly one sees that it is the last.
    """
    if lease.parent_id is not None:
        lock_parent(parent_id=lease.parent_id)
    held = Job.objects.filter(pk=lease.job_id, lease_token=lease.token, state=JobState.RUNNING)
    ended = held.update(
        state=state, lease_token=None, lease_until=None, ended_at=timezone.now(), **values
    )
    if ended != 1:
        raise LeaseLost
    job = Job.objects.select_related("actor").get(pk=lease.job_id)
    if state == JobState.DONE:
        request_followers(job=job)
    if job.parent_id is not None:
        settle_parent(parent_id=job.parent_id)
    return job
