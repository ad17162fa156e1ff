from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from jobs.messages import messages_waiting, send_hint
from jobs.models import Job, JobState
from jobs.services.settle_parent import lock_parent, settle_parent

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
# A message that was sent is on its way for a moment before a worker takes it.
SILENCE = timedelta(seconds=20)
MOST_SENT = 500


def sweep_jobs(*, now: datetime) -> None:
    """Find what was lost: workers, messages, and the last step of a job that waited for parts."""
    for job in Job.objects.expired(now):
        _take_back(job, now)
    for parent in Job.objects.waiting_for_parts().filter(parts__isnull=False).distinct():
        settle_parent(parent_id=parent.pk)
    _send_again(now)


@transaction.atomic
def _take_back(job: Job, now: datetime) -> None:
    """Queue a job whose worker is gone; one that keeps killing its workers is given up."""
    if job.parent_id is not None:
        lock_parent(parent_id=job.parent_id)
    lost = Job.objects.expired(now).filter(pk=job.pk, lease_token=job.lease_token)
    if job.cancel_requested:
        lost.update(state=JobState.CANCELLED, lease_token=None, lease_until=None, ended_at=now)
    elif job.attempts >= MOST_ATTEMPTS:
        logger.error("job %s (%s) ended %d workers", job.pk, job.kind, job.attempts)
        lost.update(
            state=JobState.BROKEN,
            lease_token=None,
            lease_until=None,
            ended_at=now,
            error_code="job.too_many_attempts",
            error_data={"attempts": job.attempts},
        )
    else:
        lost.update(state=JobState.QUEUED, lease_token=None, lease_until=None, sent_at=None)
    if job.parent_id is not None:
        settle_parent(parent_id=job.parent_id)


def _send_again(now: datetime) -> None:
    """Send messages for queued jobs as long as fewer messages wait than jobs.

    A long queue in front of busy workers is no loss: its messages are still there, and sending
    them again at every sweep would only make it longer.
    """
    silent = Job.objects.queued().filter(Q(sent_at=None) | Q(sent_at__lt=now - SILENCE))
    if not silent.exists():
        return
    try:
        missing = Job.objects.queued().count() - messages_waiting()
    except OperationalError as error:
        logger.warning("the broker is away: %s", error)
        return
    oldest_first = silent.order_by("sent_at", "created_at").values_list("pk", flat=True)
    for pk in list(oldest_first[: min(max(missing, 0), MOST_SENT)]):
        Job.objects.queued().filter(pk=pk).update(sent_at=now)
        if not send_hint(pk):
            return
