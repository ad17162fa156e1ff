from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from jobs.messages import send_hint
from jobs.models import Job, JobState
from jobs.services.settle_parent import lock_parent


@transaction.atomic
def rerun_job(*, job: Job) -> bool:
    """Run an ended job again: the same row, so that what it was given is still its own.

    One that did not end well goes on where it stopped, and of its parts only those that did not
    end well are run. One that is done starts from the beginning. False when it has not ended: a
    second press of the button finds it queued and changes nothing.
    """
    locked = lock_parent(parent_id=job.parent_id or job.pk)
    if locked is None or not locked.has_ended:
        return False
    again = [locked.pk]
    if locked.state == JobState.DONE:
        locked.parts.all().delete()
        _queue_again(locked, done=0)
    elif unfinished := list(locked.parts.exclude(state=JobState.DONE)):
        for part in unfinished:
            _queue_again(part, done=part.done)
        _wait_again(locked)
        again = [part.pk for part in unfinished]
    else:
        _queue_again(locked, done=locked.done)
    for pk in again:
        transaction.on_commit(partial(send_hint, pk))
    return True


def _queue_again(job: Job, *, done: int) -> None:
    _forget_the_end(job)
    job.state = JobState.QUEUED
    job.done = done
    job.sent_at = timezone.now()
    job.save()


def _wait_again(job: Job) -> None:
    _forget_the_end(job)
    job.state = JobState.RUNNING
    job.save()


def _forget_the_end(job: Job) -> None:
    job.attempts = 0
    job.cancel_requested = False
    job.error_code = ""
    job.error_data = {}
    job.result = {}
    job.lease_token = None
    job.lease_until = None
    job.ended_at = None
    job.idle = False
