from __future__ import annotations

from django.conf import settings

from jobs.models import Job
from jobs.services.request_job import request_job


def request_followers(*, job: Job) -> None:
    """Ask for what follows a job, in the transaction in which it ends well."""
    for kind in settings.JOB_KINDS[job.kind].then:
        request_job(kind=kind, actor=job.actor)
