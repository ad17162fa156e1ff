from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce

from jobs.lease import LEASE_TIME, Lease
from jobs.models import Job, JobState


def claim_job(*, job_id: uuid.UUID, now: datetime) -> Lease | None:
    """Take a queued job, or nothing: the UPDATE must change exactly one row.

    Of ten workers that got the same message one gets the lease; the others have nothing to do.
    """
    token = uuid.uuid4()
    claimed = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING,
        lease_token=token,
        lease_until=now + LEASE_TIME,
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", Value(now, DateTimeField())),
    )
    if claimed != 1:
        return None
    job = Job.objects.get(pk=job_id)
    return Lease(
        job_id=job.pk,
        kind=job.kind,
        params=job.params,
        actor_id=job.actor_id,
        checkpoint=job.done,
        token=token,
        parent_id=job.parent_id,
    )
