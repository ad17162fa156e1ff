from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jobs.models import Job, JobState
from jobs.services.settle_parent import lock_parent, settle_parent


@transaction.atomic
def cancel_job(*, job: Job) -> bool:
    """Stop a job and its parts: what waits ends now, what runs at its next step.

    False when it had already ended. A part is cancelled with the whole job.
    """
    whole = job.parent_id or job.pk
    locked = lock_parent(parent_id=whole)
    if locked is None or locked.has_ended:
        return False
    family = Job.objects.filter(pk=whole) | Job.objects.filter(parent_id=whole)
    family.filter(state=JobState.RUNNING).update(cancel_requested=True)
    family.filter(state=JobState.QUEUED).update(
        state=JobState.CANCELLED, cancel_requested=True, ended_at=timezone.now()
    )
    settle_parent(parent_id=whole)
    return True
