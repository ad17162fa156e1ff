from __future__ import annotations

from typing import Any

from django.db import transaction

from jobs.lease import Lease
from jobs.models import Job, JobState
from jobs.services.end_job import end_job


@transaction.atomic
def finish_job(*, lease: Lease, result: dict[str, Any]) -> Job:
    """End a job well. A run of the schedule that did nothing is marked, so that lists leave it out."""
    job = end_job(lease=lease, state=JobState.DONE, result=result)
    job.idle = job.slot is not None and job.done == 0
    if job.total is not None:
        job.done = job.total
    job.save(update_fields=["idle", "done"])
    return job
